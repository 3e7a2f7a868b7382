/* The only user of libxlsxwriter: sheets, cells, charts, and a file that is whole or not there. */
#include "wattmill/workbook.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool wm_is_workbook_name(const char *path)
{
    const char *const dot = path != NULL ? strrchr(path, '.') : NULL;
    return dot != NULL && strcasecmp(dot, ".xlsx") == 0;
}

const char *wm_column_letters(unsigned col, char buf[4])
{
    char back[4];
    size_t n = 0, i = 0;
    for (col++; col > 0 && n < 3; col = (col - 1) / 26)
        back[n++] = (char)('A' + (int)((col - 1) % 26));
    while (n > 0)
        buf[i++] = back[--n];
    buf[i] = '\0';
    return buf;
}

#ifndef WM_HAVE_XLSX

enum wm_status wm_book_write(const char *path, const struct wm_book_params *params,
                             struct wm_diags *diags)
{
    (void)params;
    wm_diag_add(diags, WM_E101, NULL, NULL,
                "%s: built without libxlsxwriter; install it (Debian: libxlsxwriter-dev) and build "
                "again, or use csv",
                path);
    return WM_USAGE;
}

/* No book is ever open. */
struct wm_sheet *wm_book_sheet(struct wm_book *book, const char *name)
{
    (void)book, (void)name;
    return NULL;
}
void wm_sheet_width(struct wm_sheet *sheet, unsigned first, unsigned n, double width)
{
    (void)sheet, (void)first, (void)n, (void)width;
}
void wm_sheet_head(struct wm_sheet *sheet, unsigned row)
{
    (void)sheet, (void)row;
}
void wm_sheet_print_columns(struct wm_sheet *sheet, unsigned n, unsigned n_rows)
{
    (void)sheet, (void)n, (void)n_rows;
}
void wm_sheet_text(struct wm_sheet *sheet, unsigned row, unsigned col, enum wm_look look,
                   const char *text)
{
    (void)sheet, (void)row, (void)col, (void)look, (void)text;
}
void wm_sheet_number(struct wm_sheet *sheet, unsigned row, unsigned col, enum wm_look look,
                     double value)
{
    (void)sheet, (void)row, (void)col, (void)look, (void)value;
}
void wm_sheet_formula(struct wm_sheet *sheet, unsigned row, unsigned col, enum wm_look look,
                      double value, const char *format, ...)
{
    (void)sheet, (void)row, (void)col, (void)look, (void)value, (void)format;
}
void wm_sheet_chart(struct wm_sheet *sheet, unsigned row, unsigned col,
                    const struct wm_book_chart *chart)
{
    (void)sheet, (void)row, (void)col, (void)chart;
}

#else

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "wattmill/late.h"
#include "wattmill/out_file.h"
#include "wattmill/output.h"

#define FIXED_TIME      1577836800 /* 2020-01-01: equal data give equal files */
#define CELL_BYTES_MAX  32767      /* characters, of which each has a byte at least */
#define FORMULA_BYTES   512
#define FOOTER_BYTES    200
#define FROZEN_ROWS_MAX 6 /* more would fill the window */

/* What is used of it. */
// clang-format off
#define FUNCTIONS(F) \
    F(chart_add_series) F(chart_axis_set_label_position) F(chart_axis_set_name) \
    F(chart_legend_set_position) F(chart_series_set_categories) F(chart_series_set_fill) \
    F(chart_series_set_line) F(chart_series_set_name_range) F(chart_series_set_values) \
    F(chart_set_series_gap) F(chart_set_up_down_bars_format) F(chart_title_set_name) \
    F(format_set_align) F(format_set_bg_color) F(format_set_bold) F(format_set_bottom) \
    F(format_set_bottom_color) F(format_set_font_color) F(format_set_font_size) \
    F(format_set_num_format) F(format_set_text_wrap) \
    F(lxw_strerror) \
    F(workbook_add_chart) F(workbook_add_format) F(workbook_add_worksheet) F(workbook_close) \
    F(workbook_new_opt) F(workbook_set_properties) \
    F(worksheet_fit_to_pages) F(worksheet_freeze_panes) F(worksheet_gridlines) \
    F(worksheet_insert_chart_opt) F(worksheet_print_area) F(worksheet_repeat_rows) \
    F(worksheet_set_column) F(worksheet_set_footer) F(worksheet_set_landscape) \
    F(worksheet_set_margins) F(worksheet_set_paper) F(worksheet_write_formula_num) \
    F(worksheet_write_formula_str) F(worksheet_write_number) F(worksheet_write_string)
// clang-format on

struct xlsx {
    FUNCTIONS(WM_LATE_FUNCTION)
};

static const char *const names[] = {FUNCTIONS(WM_LATE_NAME)};

struct wm_sheet {
    lxw_worksheet *sheet; /* NULL: takes no cells */
    const char *name;
    struct wm_book *book;
    const struct xlsx *x;
};

struct wm_book {
    lxw_workbook *workbook;
    struct wm_arena *arena;
    lxw_format *looks[WM_N_LOOKS];
    const char *title;
    const struct xlsx *x;
    bool broken;
};

/* The library goes on without what it had no memory for, and says so in errno at best. */
static void begin_call(void)
{
    errno = 0;
}

static void end_call(void)
{
    if (errno == ENOMEM)
        wm_memory_note_ended();
}

enum {
    INK = 0x1d2128,
    SOFT = 0x5b6470,
    LINE = 0xd3d9e0,
    HEAD_FILL = 0xe8eef4,
    GIVEN_FILL = 0xfff4cc
};

/* What a look is made of. */
static const struct {
    const char *digits;
    double size; /* 0: the usual */
    bool bold, wrap, right;
    unsigned fill, ink;
} looks[WM_N_LOOKS] = {
    [WM_LOOK_PLAIN] = {.ink = INK},
    [WM_LOOK_TITLE] = {.size = 15, .bold = true, .ink = INK},
    [WM_LOOK_HEAD] = {.bold = true, .wrap = true, .fill = HEAD_FILL, .ink = INK},
    [WM_LOOK_HEAD_RIGHT] =
        {.bold = true, .wrap = true, .right = true, .fill = HEAD_FILL, .ink = INK},
    [WM_LOOK_NOTE] = {.ink = SOFT},
    [WM_LOOK_WRAP] = {.wrap = true, .ink = INK},
    [WM_LOOK_MONEY] = {.digits = "#,##0", .ink = INK},
    [WM_LOOK_PERCENT] = {.digits = "0.00%", .ink = INK},
    [WM_LOOK_YEAR] = {.digits = "0.###", .ink = INK},
    [WM_LOOK_GIVEN] = {.digits = "0.0###", .fill = GIVEN_FILL, .ink = INK},
    [WM_LOOK_GIVEN_PERCENT] = {.digits = "0.00##%", .fill = GIVEN_FILL, .ink = INK},
    [WM_LOOK_RESULT] = {.digits = "#,##0", .bold = true, .ink = INK},
    [WM_LOOK_RESULT_PERCENT] = {.digits = "0.00%", .bold = true, .ink = INK},
    [WM_LOOK_WHOLE] = {.digits = "#,##0", .ink = INK},
    [WM_LOOK_FIXED] = {.digits = "#,##0.0##", .ink = INK},
    [WM_LOOK_SMALL] = {.digits = "0.0000", .ink = INK},
    [WM_LOOK_TINY] = {.digits = "0.000E+00", .ink = INK},
};

static void add_looks(struct wm_book *b)
{
    for (size_t i = 0; i < WM_N_LOOKS; i++) {
        begin_call();
        lxw_format *const f = b->x->workbook_add_format(b->workbook);
        end_call();
        if (f == NULL)
            return;
        b->x->format_set_font_color(f, looks[i].ink);
        b->x->format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
        if (looks[i].digits != NULL)
            b->x->format_set_num_format(f, looks[i].digits);
        if (looks[i].size > 0.0)
            b->x->format_set_font_size(f, looks[i].size);
        if (looks[i].bold)
            b->x->format_set_bold(f);
        if (looks[i].wrap)
            b->x->format_set_text_wrap(f);
        if (looks[i].right)
            b->x->format_set_align(f, LXW_ALIGN_RIGHT);
        if (looks[i].fill != 0) {
            b->x->format_set_bg_color(f, looks[i].fill);
            b->x->format_set_bottom(f, LXW_BORDER_THIN);
            b->x->format_set_bottom_color(f, LINE);
        }
        b->looks[i] = f;
    }
}

/* A number's look by its size; four to seven digits. */
static enum wm_look look_of(enum wm_look look, double value)
{
    const double size = fabs(value);
    if (look != WM_LOOK_NUMBER)
        return look;
    if (size >= 1e4 || (size >= 1.0 && size == trunc(size)) || !(size > 0.0))
        return WM_LOOK_WHOLE;
    return size >= 1.0 ? WM_LOOK_FIXED : size >= 1e-3 ? WM_LOOK_SMALL : WM_LOOK_TINY;
}

/* & begins a code in a footer. */
static void set_footer(struct wm_book *b, lxw_worksheet *sheet)
{
    char text[2 * FOOTER_BYTES + 40] = "&L&8";
    size_t n = strlen(text), taken = 0;
    for (const char *c = b->title;
         *c != '\0' && (taken < FOOTER_BYTES / 2 || ((unsigned char)*c & 0xc0) == 0x80) &&
         n < 2 * FOOTER_BYTES;
         c++, taken++) {
        if (*c == '&')
            text[n++] = '&';
        text[n++] = (unsigned char)*c < ' ' ? ' ' : *c;
    }
    (void)snprintf(text + n, sizeof text - n, "&C&8&A&R&8&P / &N");
    (void)b->x->worksheet_set_footer(sheet, text);
}

struct wm_sheet *wm_book_sheet(struct wm_book *b, const char *name)
{
    struct wm_sheet *const s = WM_NEW(b->arena, struct wm_sheet);
    *s = (struct wm_sheet){.name = name, .book = b, .x = b->x};
    begin_call();
    s->sheet = b->broken ? NULL : b->x->workbook_add_worksheet(b->workbook, name);
    end_call();
    b->broken = s->sheet == NULL;
    if (b->broken)
        return s;
    begin_call();
    b->x->worksheet_set_landscape(s->sheet);
    b->x->worksheet_set_paper(s->sheet, 9); /* A4 */
    b->x->worksheet_fit_to_pages(s->sheet, 1, 0);
    b->x->worksheet_set_margins(s->sheet, 0.4, 0.4, 0.5, 0.6);
    b->x->worksheet_gridlines(s->sheet, LXW_HIDE_ALL_GRIDLINES);
    set_footer(b, s->sheet);
    end_call();
    return s;
}

void wm_sheet_width(struct wm_sheet *s, unsigned first, unsigned n, double width)
{
    begin_call();
    if (s->sheet != NULL && n > 0)
        (void)s->x->worksheet_set_column(s->sheet, (lxw_col_t)first, (lxw_col_t)(first + n - 1), width,
                                   NULL);
    end_call();
}

void wm_sheet_head(struct wm_sheet *s, unsigned row)
{
    begin_call();
    if (s->sheet != NULL) {
        if (row < FROZEN_ROWS_MAX)
            s->x->worksheet_freeze_panes(s->sheet, row + 1, 0);
        (void)s->x->worksheet_repeat_rows(s->sheet, row, row);
    }
    end_call();
}

void wm_sheet_print_columns(struct wm_sheet *s, unsigned n, unsigned n_rows)
{
    begin_call();
    if (s->sheet != NULL && n > 0 && n_rows > 0)
        (void)s->x->worksheet_print_area(s->sheet, 0, 0, n_rows - 1, (lxw_col_t)(n - 1));
    end_call();
}

/* A cell holds so many characters and no more; a longer text ends with a word about it. */
static const char *cut(const char *text, char part[CELL_BYTES_MAX + 1])
{
    static const char word[] = " ... (cut here: a cell holds 32767 characters)";
    size_t n = strlen(text);
    if (n <= CELL_BYTES_MAX)
        return text;
    n = CELL_BYTES_MAX - (sizeof word - 1);
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--; /* not within a character */
    memcpy(part, text, n);
    memcpy(part + n, word, sizeof word);
    return part;
}

void wm_sheet_text(struct wm_sheet *s, unsigned row, unsigned col, enum wm_look look,
                   const char *text)
{
    char part[CELL_BYTES_MAX + 1];
    begin_call();
    if (s->sheet != NULL && text[0] != '\0')
        (void)s->x->worksheet_write_string(s->sheet, row, (lxw_col_t)col, cut(text, part),
                                     s->book->looks[look]);
    end_call();
}

void wm_sheet_number(struct wm_sheet *s, unsigned row, unsigned col, enum wm_look look,
                     double value)
{
    begin_call();
    if (s->sheet != NULL && isfinite(value))
        (void)s->x->worksheet_write_number(s->sheet, row, (lxw_col_t)col, value,
                                     s->book->looks[look_of(look, value)]);
    end_call();
}

void wm_sheet_formula(struct wm_sheet *s, unsigned row, unsigned col, enum wm_look look,
                      double value, const char *format, ...)
{
    char text[FORMULA_BYTES];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (s->sheet == NULL || n < 0 || (size_t)n >= sizeof text)
        return;
    lxw_format *const f = s->book->looks[look_of(look, value)];
    begin_call();
    if (isfinite(value))
        (void)s->x->worksheet_write_formula_num(s->sheet, row, (lxw_col_t)col, text, f, value);
    else
        (void)s->x->worksheet_write_formula_str(s->sheet, row, (lxw_col_t)col, text, f, "none");
    end_call();
}

static uint8_t type_of(enum wm_chart_kind kind)
{
    static const uint8_t types[] = {
        [WM_CHART_COLUMNS] = LXW_CHART_COLUMN, [WM_CHART_STACKED] = LXW_CHART_COLUMN_STACKED,
        [WM_CHART_LINES] = LXW_CHART_LINE,     [WM_CHART_BARS] = LXW_CHART_BAR,
        [WM_CHART_STEPS] = LXW_CHART_LINE,
    };
    return types[kind];
}

static void add_series(struct wm_sheet *s, lxw_chart *chart, enum wm_chart_kind kind,
                       const struct wm_book_series *from)
{
    lxw_chart_series *const series = s->x->chart_add_series(chart, NULL, NULL);
    lxw_chart_line line = {.color = from->rgb, .width = 2.0f, .none = kind == WM_CHART_STEPS};
    lxw_chart_fill fill = {.color = from->rgb};
    if (series == NULL)
        return;
    s->x->chart_series_set_categories(series, s->name, from->first_row, (lxw_col_t)from->category_col,
                                from->last_row, (lxw_col_t)from->category_col);
    s->x->chart_series_set_values(series, s->name, from->first_row, (lxw_col_t)from->col, from->last_row,
                            (lxw_col_t)from->col);
    s->x->chart_series_set_name_range(series, s->name, from->first_row - 1, (lxw_col_t)from->col);
    if (kind == WM_CHART_LINES || kind == WM_CHART_STEPS)
        s->x->chart_series_set_line(series, &line);
    else
        s->x->chart_series_set_fill(series, &fill);
}

/* Bars from the first series to the second: green up, red down. */
static void set_steps(const struct xlsx *x, lxw_chart *chart)
{
    lxw_chart_line none = {.none = LXW_TRUE};
    lxw_chart_fill up = {.color = 0x3f8f6b}, down = {.color = 0xc2543a};
    x->chart_set_up_down_bars_format(chart, &none, &up, &none, &down);
    x->chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
}

void wm_sheet_chart(struct wm_sheet *s, unsigned row, unsigned col, const struct wm_book_chart *c)
{
    lxw_chart_options place = {.x_scale = (c->width_px > 0.0 ? c->width_px : 720.0) / 480.0,
                               .y_scale = (c->height_px > 0.0 ? c->height_px : 360.0) / 288.0};
    begin_call();
    lxw_chart *const chart =
        s->sheet != NULL ? s->x->workbook_add_chart(s->book->workbook, type_of(c->kind)) : NULL;
    if (chart != NULL) {
        for (size_t i = 0; i < c->n_series; i++)
            add_series(s, chart, c->kind, &c->series[i]);
        s->x->chart_title_set_name(chart, c->title);
        s->x->chart_axis_set_name(chart->x_axis, c->x);
        s->x->chart_axis_set_name(chart->y_axis, c->y);
        s->x->chart_axis_set_label_position(chart->x_axis, LXW_CHART_AXIS_LABEL_POSITION_LOW);
        s->x->chart_legend_set_position(chart, c->n_series > 1 ? LXW_CHART_LEGEND_BOTTOM
                                                         : LXW_CHART_LEGEND_NONE);
        if (c->kind == WM_CHART_STACKED)
            s->x->chart_set_series_gap(chart, 60);
        if (c->kind == WM_CHART_STEPS)
            set_steps(s->x, chart);
        (void)s->x->worksheet_insert_chart_opt(s->sheet, row, (lxw_col_t)col, chart, &place);
    }
    end_call();
}

/* The folder that a path lies in, for the library's own files: a full /tmp is nobody's business then. */
static char *folder_of(struct wm_arena *arena, const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL
               ? wm_arena_copy_text(arena, ".", 1)
               : wm_arena_copy_text(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

static enum wm_status fill(struct wm_book *b, const struct wm_book_params *params,
                           struct wm_diags *diags)
{
    lxw_doc_properties properties = {.created = FIXED_TIME};
    (void)b->x->workbook_set_properties(b->workbook, &properties);
    add_looks(b);
    const enum wm_status status = params->fill(b, b->arena, params->context, diags);
    return status == WM_OK && b->broken ? WM_NO_MEMORY : status;
}

/* Makes the file `tmp`; `why` not when the status is WM_OK or told already. */
static enum wm_status make(struct wm_arena *arena, const char *tmp, const char *path,
                           const struct wm_book_params *params, const char **why,
                           struct wm_diags *diags)
{
    struct xlsx x;
    struct wm_book b = {.arena = arena, .title = params->title, .x = &x};
    const char *const missing =
        wm_late_open(WM_LIB_XLSX, names, sizeof names / sizeof *names, &x);
    lxw_workbook_options options = {.constant_memory = params->is_large,
                                    .tmpdir = folder_of(arena, path)};
    if (missing != NULL) {
        *why = wm_arena_printf(arena, "%s; install libxlsxwriter, or use csv", missing);
        return WM_IO;
    }
    begin_call();
    b.workbook = x.workbook_new_opt(tmp, &options);
    end_call();
    enum wm_status status = b.workbook != NULL ? fill(&b, params, diags) : WM_NO_MEMORY;
    begin_call();
    const lxw_error error = b.workbook != NULL ? x.workbook_close(b.workbook) : LXW_NO_ERROR;
    end_call();
    if (wm_memory_has_ended())
        status = WM_NO_MEMORY;
    if (status == WM_OK && error != LXW_NO_ERROR)
        *why = x.lxw_strerror(error);
    return status == WM_OK && error != LXW_NO_ERROR ? WM_IO : status;
}

static bool same_bytes(const char *a, const char *b)
{
    char x[1 << 14], y[1 << 14];
    FILE *const f = fopen(a, "rb"), *const g = fopen(b, "rb");
    size_t n = 1;
    bool same = f != NULL && g != NULL;
    while (same && n > 0) {
        n = fread(x, 1, sizeof x, f);
        same = fread(y, 1, sizeof y, g) == n && memcmp(x, y, n) == 0;
    }
    same = same && !ferror(f) && !ferror(g);
    if (f != NULL)
        fclose(f);
    if (g != NULL)
        fclose(g);
    return same;
}

/*
 * Under a name of its own, looked through, then named. The library leaves out what it could not write to the files that
 * it makes a workbook from, and says nothing: a part that still is whole XML would then hold other texts. So the
 * workbook is made twice and has its name when both are the same; one failure, or one from which all fail, never is.
 */
static enum wm_status write_book(struct wm_arena *arena, const char *path,
                                 const struct wm_book_params *params, const char **why,
                                 struct wm_diags *diags)
{
    const char *const tmp = wm_out_reserve(arena, path);
    const char *const again = tmp != NULL ? wm_out_reserve(arena, path) : NULL;
    struct wm_diags told = wm_diags_init(arena);
    enum wm_status status = WM_IO;
    if (again == NULL)
        *why = strerror(errno);
    else
        status = make(arena, tmp, path, params, why, diags);
    if (status == WM_OK)
        status = make(arena, again, path, params, why, &told);
    if (status == WM_OK && !(wm_workbook_is_whole(tmp) && same_bytes(tmp, again)))
        *why = "the workbook came out incomplete: no room for it or for the files it is made from";
    else if (status == WM_OK && !wm_out_commit(tmp, path))
        *why = strerror(errno);
    if (again != NULL)
        (void)unlink(again);
    if (status == WM_OK && *why == NULL)
        return WM_OK;
    if (tmp != NULL)
        (void)unlink(tmp);
    return status != WM_OK ? status : WM_IO;
}

enum wm_status wm_book_write(const char *path, const struct wm_book_params *params,
                             struct wm_diags *diags)
{
    struct wm_arena *const arena = wm_arena_open();
    enum wm_status status = WM_IO;
    const char *why = NULL;
    if (arena == NULL)
        return WM_NO_MEMORY;
    if (wm_out_is_special(path))
        why = "is no regular file; a workbook cannot be written into it";
    else
        status = write_book(arena, path, params, &why, diags);
    if (why != NULL)
        wm_diag_add(diags, WM_E104, NULL, NULL, "%s: %s", path, why);
    wm_arena_close(arena);
    return status;
}

#endif

void wm_sheet_texts(struct wm_sheet *sheet, unsigned row, enum wm_look look, size_t n,
                    const char *const *texts)
{
    for (unsigned i = 0; i < n; i++)
        wm_sheet_text(sheet, row, i, look, texts[i]);
}
