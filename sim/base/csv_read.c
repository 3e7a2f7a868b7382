/* libcsv splits; we count lines, end cells with 0 and refuse what is no table. */
#include <csv.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/csv.h"

struct scan {
    struct wm_arena *arena;
    wm_csv_row_fn *on_row;
    void *context;
    char *text; /* cells of the record, each 0-ended */
    size_t n_text, capacity;
    size_t start[WM_CSV_MAX_CELLS]; /* of each cell in `text` */
    const char *cells[WM_CSV_MAX_CELLS];
    size_t n_cells;
    int line;
    bool is_done, is_too_wide, has_decimal_commas;
};

static void grow(struct scan *s, size_t needed)
{
    size_t capacity = s->capacity;
    while (capacity < needed)
        capacity *= 2;
    char *const text = WM_NEW_ARRAY(s->arena, char, capacity);
    memcpy(text, s->text, s->n_text);
    s->text = text;
    s->capacity = capacity;
}

static void on_cell(void *bytes, size_t n_bytes, void *context)
{
    struct scan *const s = context;
    if (s->n_cells == WM_CSV_MAX_CELLS) {
        s->is_too_wide = true;
        return;
    }
    if (s->n_text + n_bytes + 1 > s->capacity)
        grow(s, s->n_text + n_bytes + 1);
    s->start[s->n_cells++] = s->n_text;
    if (n_bytes > 0)
        memcpy(s->text + s->n_text, bytes, n_bytes);
    s->n_text += n_bytes;
    s->text[s->n_text++] = '\0';
}

/* "5,5" as "5.5"; other texts stay. */
static void point_for_comma(char *cell)
{
    static const char digits[] = "0123456789";
    char *const comma = cell + (*cell == '-' || *cell == '+') +
                        strspn(cell + (*cell == '-' || *cell == '+'), digits);
    const bool is_number = *comma == ',' && comma > cell && strchr(digits, comma[-1]) != NULL &&
                           comma[1] != '\0' && comma[1 + strspn(comma + 1, digits)] == '\0';
    if (is_number)
        *comma = '.';
}

static void on_record(int terminator, void *context)
{
    struct scan *const s = context;
    (void)terminator;
    for (size_t i = 0; i < s->n_cells; i++) {
        s->cells[i] = s->text + s->start[i];
        if (s->has_decimal_commas)
            point_for_comma(s->text + s->start[i]);
    }
    const struct wm_csv_row row = {s->cells, s->n_cells, s->line};
    if (!s->is_done && !s->is_too_wide)
        s->is_done = !s->on_row(s->context, &row);
    s->n_cells = 0;
    s->n_text = 0;
}

static enum wm_status fail(struct wm_diags *diags, const char *file, int line, const char *why)
{
    const struct wm_place place = {.file = file, .line = line, .column = 1};
    wm_diag_add(diags, WM_E214, &place, NULL, "%s", why);
    return WM_INVALID;
}

/* Line by line, so that a record's line is known when it ends. */
static enum wm_status feed(struct scan *s, struct csv_parser *parser, const char *text,
                           size_t n_bytes, const char *file, struct wm_diags *diags)
{
    size_t at = n_bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < n_bytes && !s->is_done) {
        const char *const end = memchr(text + at, '\n', n_bytes - at);
        const size_t n = end ? (size_t)(end - (text + at)) + 1 : n_bytes - at;
        s->line++;
        if (memchr(text + at, '\0', n))
            return fail(diags, file, s->line, "holds a 0 byte: this is no text");
        const size_t n_parsed = csv_parse(parser, text + at, n, on_cell, on_record, s);
        if (csv_error(parser) == CSV_ENOMEM)
            wm_arena_give_up(s->arena);
        if (n_parsed != n)
            return fail(diags, file, s->line,
                        "a quote stands inside a cell: quote the whole cell and double the quote");
        if (s->is_too_wide)
            return fail(diags, file, s->line, "more than 1024 cells in a record");
        at += n;
    }
    if (!s->is_done && csv_fini(parser, on_cell, on_record, s) != 0)
        return fail(diags, file, s->line, "a quoted cell is not closed before the end");
    return WM_OK;
}

static enum wm_status scan(struct wm_arena *arena, const char *text, size_t n_bytes,
                           const char *file, char delimiter, bool has_decimal_commas,
                           wm_csv_row_fn *on_row, void *context, struct wm_diags *diags)
{
    struct csv_parser parser;
    struct scan *const s = WM_NEW(arena, struct scan);
    s->arena = arena;
    s->on_row = on_row;
    s->context = context;
    s->has_decimal_commas = has_decimal_commas;
    s->capacity = 4096;
    s->text = WM_NEW_ARRAY(arena, char, s->capacity);
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return fail(diags, file, 1, "cannot be parsed");
    csv_set_delim(&parser, (unsigned char)delimiter);
    const enum wm_status status = feed(s, &parser, text, n_bytes, file, diags);
    csv_free(&parser);
    return status;
}

enum wm_status wm_csv_scan(struct wm_arena *arena, const char *text, size_t n_bytes,
                           const char *file, wm_csv_row_fn *on_row, void *context,
                           struct wm_diags *diags)
{
    return scan(arena, text, n_bytes, file, ',', false, on_row, context, diags);
}

enum wm_status wm_csv_scan_by(struct wm_arena *arena, const char *text, size_t n_bytes,
                              const char *file, char delimiter, wm_csv_row_fn *on_row,
                              void *context, struct wm_diags *diags)
{
    return scan(arena, text, n_bytes, file, delimiter, false, on_row, context, diags);
}

enum wm_status wm_csv_scan_any(struct wm_arena *arena, const char *text, size_t n_bytes,
                               const char *file, wm_csv_row_fn *on_row, void *context,
                               struct wm_diags *diags)
{
    const char delimiter = wm_csv_delimiter(text, n_bytes);
    return scan(arena, text, n_bytes, file, delimiter, delimiter != ',', on_row, context, diags);
}

enum { HEADER_LINES = 30 };

char wm_csv_delimiter(const char *text, size_t n_bytes)
{
    static const char all[] = ",;\t";
    size_t best[3] = {0};
    const char *line = text;
    for (int k = 0; k < HEADER_LINES && line < text + n_bytes; k++) {
        const char *const end = memchr(line, '\n', (size_t)(text + n_bytes - line));
        const char *const stop = end != NULL ? end : text + n_bytes;
        for (int d = 0; d < 3; d++) {
            size_t n = 0;
            for (const char *c = line; c < stop; c++)
                n += *c == all[d] ? 1 : 0;
            best[d] = n > best[d] ? n : best[d];
        }
        line = stop + 1;
    }
    return best[1] > 0 && best[1] >= best[0] ? ';' : best[2] > 0 && best[2] >= best[0] ? '\t' : ',';
}

static const double ten_to[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* strtod reads the locale's separator, so it is given that one. */
static bool slow_number(const char *cell, double *value)
{
    char buf[128];
    const char *const separator = localeconv()->decimal_point;
    const size_t n_separator = strlen(separator);
    size_t n = 0;
    for (const char *c = cell; *c; c++) {
        if (n + n_separator + 1 >= sizeof buf)
            return false;
        if (*c == '.') {
            memcpy(buf + n, separator, n_separator);
            n += n_separator;
        } else {
            buf[n++] = *c;
        }
    }
    buf[n] = '\0';
    char *end = NULL;
    *value = strtod(buf, &end);
    return *end == '\0' && isfinite(*value);
}

/* Decimal digits of a number as a whole number; those beyond 18 significant ones only count. */
struct digits {
    uint64_t value;
    int n, n_significant;
};

static const char *read_digits(const char *c, struct digits *d)
{
    for (; *c >= '0' && *c <= '9'; c++) {
        d->n++;
        if (d->n_significant > 0 || *c != '0')
            d->n_significant++;
        if (d->n_significant <= 18)
            d->value = d->value * 10 + (uint64_t)(*c - '0');
    }
    return c;
}

bool wm_csv_number(const char *cell, double *value)
{
    struct digits d = {0}, power = {0};
    const char *c = cell + (*cell == '-' || *cell == '+');
    bool is_small = false;
    c = read_digits(c, &d);
    const int n_whole = d.n;
    if (*c == '.')
        c = read_digits(c + 1, &d);
    if (d.n == 0)
        return false;
    if (*c == 'e' || *c == 'E') {
        is_small = c[1] == '-';
        c = read_digits(c + 1 + (c[1] == '-' || c[1] == '+'), &power);
        if (power.n == 0)
            return false;
    }
    if (*c != '\0')
        return false;
    const int exponent = power.n_significant > 4 ? 100000 : (int)power.value;
    const int scale = (is_small ? -exponent : exponent) - (d.n - n_whole);
    /* whole numbers and powers of ten that a double holds exactly give one rounding (Clinger) */
    if (d.n_significant > 15 || scale < -22 || scale > 22)
        return slow_number(cell, value);
    const double magnitude =
        scale < 0 ? (double)d.value / ten_to[-scale] : (double)d.value * ten_to[scale];
    *value = *cell == '-' ? -magnitude : magnitude;
    return true;
}
