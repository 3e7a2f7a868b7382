/* A store as a spreadsheet, when the program was built with libxlsxwriter. */
#include "wattmill/export.h"

#ifndef WM_HAVE_XLSX

enum wm_status wm_export_xlsx(const char *path, struct wm_store *store, uint64_t index,
                              struct wm_diags *diags)
{
    (void)store, (void)index;
    wm_diag_add(diags, WM_E101, NULL, NULL,
                "%s: built without libxlsxwriter; install it (Debian: libxlsxwriter-dev) and build "
                "again, or use csv",
                path);
    return WM_USAGE;
}

#else

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "wattmill/out_file.h"
#include "wattmill/output.h"

#define ROWS_MAX       1048575u   /* of a sheet, without its heading */
#define FIXED_TIME     1577836800 /* 2020-01-01: equal stores give equal files */
#define CELL_BYTES_MAX 32767      /* characters, of which each has a byte at least */
#define HEAD_ROWS      3          /* of the pro-forma, above its table */

struct book {
    lxw_workbook *workbook;
    lxw_format *bold, *percent, *money;
    const struct wm_store_about *about;
    struct wm_arena *arena;
    lxw_worksheet *points, *yearly;
    lxw_row_t row;
    uint64_t index; /* of the point laid out */
    bool found, broken;
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

/* A sheet, or NULL when its files cannot be made: the book fails then, and nothing is written to it. */
static lxw_worksheet *add_sheet(struct book *b, const char *name)
{
    begin_call();
    lxw_worksheet *const sheet = b->broken ? NULL : workbook_add_worksheet(b->workbook, name);
    end_call();
    b->broken = sheet == NULL;
    return sheet;
}

/* A cell holds so many characters and no more; a longer text ends with a word about it. */
static void text(lxw_worksheet *sheet, lxw_row_t row, unsigned col, const char *value,
                 lxw_format *format)
{
    static const char cut[] = " ... (cut here: a cell holds 32767 characters; the store has all)";
    char part[CELL_BYTES_MAX + 1];
    size_t n = strlen(value);
    if (n > CELL_BYTES_MAX) {
        n = CELL_BYTES_MAX - (sizeof cut - 1);
        while (n > 0 && ((unsigned char)value[n] & 0xc0) == 0x80)
            n--; /* not within a character */
        memcpy(part, value, n);
        memcpy(part + n, cut, sizeof cut);
        value = part;
    }
    begin_call();
    (void)worksheet_write_string(sheet, row, (lxw_col_t)col, value, format);
    end_call();
}

static void number(lxw_worksheet *sheet, lxw_row_t row, unsigned col, double value,
                   lxw_format *format)
{
    begin_call();
    if (isfinite(value))
        (void)worksheet_write_number(sheet, row, (lxw_col_t)col, value, format);
    end_call();
}

static void study_sheet(struct book *b)
{
    const struct wm_store_about *const a = b->about;
    lxw_worksheet *const sheet = add_sheet(b, "Study");
    if (sheet == NULL)
        return;
    const struct {
        const char *key, *value;
    } rows[] = {{"study", a->name},
                {"design", a->design},
                {"version", a->version},
                {"git id", a->git_id},
                {"base scenario (SHA-256)", a->scenario_hash},
                {"catalogue (SHA-256)", a->catalog_hash},
                {"study file", a->study_json}};
    const lxw_row_t n = sizeof rows / sizeof *rows;
    (void)worksheet_set_column(sheet, 0, 0, 28, NULL);
    (void)worksheet_set_column(sheet, 1, 1, 80, NULL);
    for (lxw_row_t i = 0; i < n; i++) {
        text(sheet, i, 0, rows[i].key, b->bold);
        text(sheet, i, 1, rows[i].value, NULL);
    }
    text(sheet, n, 0, "seed", b->bold);
    number(sheet, n, 1, (double)a->seed, NULL);
    text(sheet, n + 1, 0, "points", b->bold);
    number(sheet, n + 1, 1, (double)a->n_points, NULL);
}

static void input_rows(struct book *b, lxw_worksheet *sheet, const struct wm_json *node,
                       const char *path, lxw_row_t *row)
{
    size_t i = 0;
    if (node->type == WM_JSON_OBJECT || node->type == WM_JSON_ARRAY) {
        for (const struct wm_json *c = node->child; c != NULL; c = c->next, i++) {
            const char *const key = c->key != NULL ? c->key : wm_arena_printf(b->arena, "%zu", i);
            input_rows(b, sheet, c,
                       path[0] == '\0' ? key : wm_arena_printf(b->arena, "%s.%s", path, key), row);
        }
        return;
    }
    text(sheet, *row, 0, path, NULL);
    if (node->type == WM_JSON_NUMBER)
        number(sheet, *row, 1, node->number, NULL);
    else
        text(sheet, *row, 1,
             node->type == WM_JSON_STRING ? node->text : wm_json_to_text(b->arena, node), NULL);
    ++*row;
}

static void inputs_sheet(struct book *b)
{
    lxw_worksheet *const sheet = add_sheet(b, "Inputs");
    struct wm_json *base = NULL;
    struct wm_diags ignored = wm_diags_init(b->arena);
    lxw_row_t row = 1;
    if (sheet == NULL)
        return;
    (void)worksheet_set_column(sheet, 0, 0, 50, NULL);
    (void)worksheet_set_column(sheet, 1, 1, 30, NULL);
    text(sheet, 0, 0, "base scenario", b->bold);
    text(sheet, 0, 1, "value", b->bold);
    wm_json_parse(b->arena, b->about->base_json, strlen(b->about->base_json), "base", &base,
                  &ignored);
    if (base != NULL)
        input_rows(b, sheet, base, "", &row);
}

static bool point_row(void *context, const struct wm_record *r)
{
    struct book *const b = context;
    const struct wm_store_about *const a = b->about;
    struct wm_json *params = NULL;
    wm_arena_reset(b->arena);
    struct wm_diags ignored = wm_diags_init(b->arena);
    wm_json_parse(b->arena, r->params, strlen(r->params), "params", &params, &ignored);
    number(b->points, b->row, 0, (double)r->index, NULL);
    text(b->points, b->row, 1, wm_point_status_word(r->status), NULL);
    number(b->points, b->row, 2, (double)r->seed, NULL);
    for (size_t j = 0; j < a->n_axes; j++) {
        const struct wm_json *const v = wm_json_find(params, a->axes[j]);
        if (v != NULL && v->type == WM_JSON_NUMBER)
            number(b->points, b->row, (unsigned)(3 + j), v->number, NULL);
        else if (v != NULL)
            text(b->points, b->row, (unsigned)(3 + j),
                 v->type == WM_JSON_STRING ? v->text : wm_json_to_text(b->arena, v), NULL);
    }
    for (size_t i = 0; i < a->n_metrics; i++)
        number(b->points, b->row, (unsigned)(3 + a->n_axes + i), r->value[i], NULL);
    b->row++;
    return b->row <= ROWS_MAX;
}

static enum wm_status points_sheet(struct book *b, struct wm_store *store, struct wm_diags *diags)
{
    const struct wm_store_about *const a = b->about;
    static const char *const first[] = {"index", "status", "seed"};
    b->points = add_sheet(b, "Points");
    if (b->points == NULL)
        return WM_NO_MEMORY;
    worksheet_freeze_panes(b->points, 1, 1);
    (void)worksheet_set_column(b->points, 0, (lxw_col_t)(3 + a->n_axes + a->n_metrics), 16, NULL);
    for (unsigned i = 0; i < 3; i++)
        text(b->points, 0, i, first[i], b->bold);
    for (size_t j = 0; j < a->n_axes; j++)
        text(b->points, 0, (unsigned)(3 + j), a->axes[j], b->bold);
    for (size_t i = 0; i < a->n_metrics; i++)
        text(b->points, 0, (unsigned)(3 + a->n_axes + i), a->metrics[i].key, b->bold);
    b->row = 1;
    return wm_store_each(store, WM_READ_VALUES, point_row, b, diags);
}

/* Column letter of the pro-forma's table. */
static size_t yearly_column(const struct wm_store_about *a, const char *key)
{
    size_t i = 0;
    while (i < a->n_yearly && strcmp(a->yearly[i].key, key) != 0)
        i++;
    return i;
}

static double yearly_value(const struct book *b, const struct wm_record *r, size_t year,
                           const char *key)
{
    const size_t i = yearly_column(b->about, key);
    const double v = i < b->about->n_yearly ? r->yearly[year * b->about->n_yearly + i] : 0.0;
    return isfinite(v) ? v : 0.0;
}

/* The rate at which the stored present values were cumulated. */
static double implied_rate(const struct book *b, const struct wm_record *r)
{
    for (size_t year = 1; year < r->n_years; year++) {
        const double pv = yearly_value(b, r, year, "cumulated_pv_usd") -
                          yearly_value(b, r, year - 1, "cumulated_pv_usd");
        const double flow = yearly_value(b, r, year, "flow_usd");
        if (fabs(pv) > 0.0 && flow / pv > 0.0)
            return pow(flow / pv, 1.0 / (double)year) - 1.0;
    }
    return 0.0;
}

static void formula(struct book *b, lxw_row_t row, unsigned col, double value,
                    const char *expression)
{
    begin_call();
    (void)worksheet_write_formula_num(b->yearly, row, (lxw_col_t)col, expression, b->money, value);
    end_call();
}

/* Years run downwards; flow, present value and their sum are formulas over the cells beside them. */
static void yearly_row(struct book *b, const struct wm_record *r, size_t year, double rate)
{
    static const char *const given[] = {"revenue_usd", "power_usd",    "opex_usd",
                                        "capex_usd",   "residual_usd", "tax_usd"};
    const lxw_row_t row = (lxw_row_t)(HEAD_ROWS + 1 + year);
    const unsigned line = (unsigned)row + 1; /* as a spreadsheet counts */
    const double flow = yearly_value(b, r, year, "flow_usd");
    number(b->yearly, row, 0, (double)year, NULL);
    for (unsigned i = 0; i < 6; i++)
        number(b->yearly, row, 1 + i, yearly_value(b, r, year, given[i]), b->money);
    formula(
        b, row, 7, flow,
        wm_arena_printf(b->arena, "=B%u-C%u-D%u-E%u+F%u-G%u", line, line, line, line, line, line));
    formula(b, row, 8, flow / pow(1.0 + rate, (double)year),
            wm_arena_printf(b->arena, "=H%u/(1+$B$1)^A%u", line, line));
    formula(b, row, 9, yearly_value(b, r, year, "cumulated_pv_usd"),
            wm_arena_printf(b->arena, "=SUM(I$%d:I%u)", HEAD_ROWS + 2, line));
    number(b->yearly, row, 10, yearly_value(b, r, year, "cumulated_pv_usd"), b->money);
}

static bool yearly_sheet(void *context, const struct wm_record *r)
{
    static const char *const headings[] = {"year",
                                           "revenue_usd",
                                           "power_usd",
                                           "opex_usd",
                                           "capex_usd",
                                           "residual_usd",
                                           "tax_usd",
                                           "flow_usd",
                                           "present_value_usd",
                                           "cumulated_pv_usd",
                                           "cumulated_pv_as_run_usd"};
    struct book *const b = context;
    if (r->index != b->index || r->n_years == 0)
        return true;
    wm_arena_reset(b->arena);
    const double rate = implied_rate(b, r);
    const unsigned first = HEAD_ROWS + 2, last = (unsigned)(HEAD_ROWS + 1 + r->n_years);
    text(b->yearly, 0, 0, "discount rate", b->bold);
    number(b->yearly, 0, 1, rate, b->percent);
    text(b->yearly, 1, 0, "NPV", b->bold);
    formula(b, 1, 1, yearly_value(b, r, r->n_years - 1, "cumulated_pv_usd"),
            wm_arena_printf(b->arena, "=SUM(I%u:I%u)", first, last));
    text(b->yearly, 1, 2, "IRR", b->bold);
    (void)worksheet_write_formula(
        b->yearly, 1, 3, wm_arena_printf(b->arena, "=IFERROR(IRR(H%u:H%u),\"none\")", first, last),
        b->percent);
    text(b->yearly, 1, 4, wm_arena_printf(b->arena, "point %llu", (unsigned long long)r->index),
         NULL);
    for (unsigned i = 0; i < sizeof headings / sizeof *headings; i++)
        text(b->yearly, HEAD_ROWS, i, headings[i], b->bold);
    for (size_t year = 0; year < r->n_years; year++)
        yearly_row(b, r, year, rate);
    b->found = true;
    return false;
}

static void dictionary_sheet(struct book *b)
{
    const struct wm_store_about *const a = b->about;
    lxw_worksheet *const sheet = add_sheet(b, "Dictionary");
    static const char *const headings[] = {"key", "unit", "meaning"};
    if (sheet == NULL)
        return;
    (void)worksheet_set_column(sheet, 0, 0, 42, NULL);
    (void)worksheet_set_column(sheet, 2, 2, 100, NULL);
    for (unsigned i = 0; i < 3; i++)
        text(sheet, 0, i, headings[i], b->bold);
    for (size_t i = 0; i < a->n_metrics; i++) {
        text(sheet, (lxw_row_t)(1 + i), 0, a->metrics[i].key, NULL);
        text(sheet, (lxw_row_t)(1 + i), 1, a->metrics[i].unit, NULL);
        text(sheet, (lxw_row_t)(1 + i), 2, a->metrics[i].doc, NULL);
    }
}

static enum wm_status fill(struct book *b, struct wm_store *store, struct wm_diags *diags)
{
    lxw_doc_properties properties = {.created = FIXED_TIME};
    (void)workbook_set_properties(b->workbook, &properties);
    begin_call();
    b->bold = workbook_add_format(b->workbook);
    format_set_bold(b->bold);
    b->percent = workbook_add_format(b->workbook);
    format_set_num_format(b->percent, "0.00%");
    b->money = workbook_add_format(b->workbook);
    format_set_num_format(b->money, "#,##0");
    end_call();
    study_sheet(b);
    inputs_sheet(b);
    enum wm_status status = points_sheet(b, store, diags);
    if (status == WM_OK && b->about->n_yearly > 0 &&
        (b->yearly = add_sheet(b, "Pro-forma")) != NULL) {
        (void)worksheet_set_column(b->yearly, 0, 10, 20, NULL);
        status = wm_store_each(store, WM_READ_YEARLY, yearly_sheet, b, diags);
    }
    dictionary_sheet(b);
    return status == WM_OK && b->broken ? WM_NO_MEMORY : status;
}

/* The folder that a path lies in, for the library's own files: a full /tmp is nobody's business then. */
static char *folder_of(struct wm_arena *arena, const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL
               ? wm_arena_copy_text(arena, ".", 1)
               : wm_arena_copy_text(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

/* Under a name of its own, looked through, then named; `why` not when the status is WM_OK or told already. */
static enum wm_status write_book(struct book *b, struct wm_arena *names, const char *path,
                                 struct wm_store *store, const char **why, struct wm_diags *diags)
{
    const char *const tmp = wm_out_reserve(names, path);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = folder_of(names, path)};
    if (tmp == NULL) {
        *why = strerror(errno);
        return WM_IO;
    }
    begin_call();
    b->workbook = workbook_new_opt(tmp, &options);
    end_call();
    enum wm_status status = b->workbook != NULL ? fill(b, store, diags) : WM_NO_MEMORY;
    begin_call();
    const lxw_error error = b->workbook != NULL ? workbook_close(b->workbook) : LXW_NO_ERROR;
    end_call();
    if (wm_memory_has_ended())
        status = WM_NO_MEMORY;
    if (status == WM_OK && error != LXW_NO_ERROR)
        *why = lxw_strerror(error);
    else if (status == WM_OK && !wm_workbook_is_whole(tmp))
        *why = "the workbook came out incomplete: no room for it or for the files it is made from";
    else if (status == WM_OK && !wm_out_commit(tmp, path))
        *why = strerror(errno);
    if (status == WM_OK && *why == NULL)
        return WM_OK;
    (void)unlink(tmp);
    return status != WM_OK ? status : WM_IO;
}

enum wm_status wm_export_xlsx(const char *path, struct wm_store *store, uint64_t index,
                              struct wm_diags *diags)
{
    struct book b = {.about = wm_store_about(store), .index = index, .arena = wm_arena_open()};
    if (b.arena == NULL)
        return WM_NO_MEMORY;
    if (b.about->n_points > ROWS_MAX) {
        wm_arena_close(b.arena);
        wm_diag_add(diags, WM_E104, NULL, NULL, "%s: a sheet holds %u points; use --format csv",
                    path, ROWS_MAX);
        return WM_IO;
    }
    struct wm_arena *const names = wm_arena_open();
    if (names == NULL) {
        wm_arena_close(b.arena);
        return WM_NO_MEMORY;
    }
    enum wm_status status = WM_IO;
    const char *why = NULL;
    if (wm_out_is_special(path))
        why = "is no regular file; a workbook cannot be written into it";
    else
        status = write_book(&b, names, path, store, &why, diags);
    if (why != NULL)
        wm_diag_add(diags, WM_E104, NULL, NULL, "%s: %s", path, why);
    wm_arena_close(names);
    wm_arena_close(b.arena);
    return status;
}

#endif
