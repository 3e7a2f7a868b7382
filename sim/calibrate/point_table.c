#include "point_table.h"

#include <math.h>
#include <string.h>

#include "wattmill/input.h"

enum { NAME_BYTES = 96, FIRST_ROOM = 256 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_word(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

bool wm_point_has(const struct wm_point_table *t, size_t column)
{
    return t->at[column] >= 0;
}

const char *wm_point_text(const struct wm_point_table *t, size_t column)
{
    const int at = t->at[column];
    return at < 0 || (size_t)at >= t->row->n ? "" : t->row->cells[at];
}

double wm_point_number(const struct wm_point_table *t, size_t column)
{
    double value = 0.0;
    return wm_csv_number(wm_point_text(t, column), &value) ? value : (double)NAN;
}

bool wm_point_is(const struct wm_point_table *t, size_t column, const char *word)
{
    return strcmp(wm_point_text(t, column), word) == 0;
}

const char *wm_point_keep(const struct wm_point_table *t, const char *cell)
{
    return wm_arena_copy_text(t->arena, cell, strlen(cell));
}

const void *wm_point_entry(const struct wm_point_table *t, enum wm_catalog_kind kind,
                           const char *name)
{
    char low[NAME_BYTES];
    size_t n = 0;
    for (; n < sizeof low - 1 && name[n] != '\0'; n++)
        low[n] = name[n] == '_' || name[n] == ' ' ? '-' : lower(name[n]);
    low[n] = '\0';
    return wm_catalog_find(t->catalog, kind, low);
}

bool wm_point_precision(const char *word, enum wm_precision *out)
{
    static const struct {
        const char *word;
        enum wm_precision precision;
    } words[] = {
        {"bf16", WM_BF16},
        {"fp16", WM_BF16},
        {"fp8", WM_FP8},
        {"mxfp8", WM_FP8},
        {"fp4", WM_FP4},
        {"mxfp4", WM_FP4},
        {"nvfp4", WM_FP4},
        {"int4", WM_INT4},
        {"fp32", WM_FP32},
        {"int8", WM_INT8},
        {"mixed-low (fp8/fp4)", WM_FP8},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (same_word(words[i].word, word)) {
            *out = words[i].precision;
            return true;
        }
    return false;
}

void *wm_point_room(struct wm_arena *arena, void *items, size_t n, size_t size)
{
    const bool is_full = n == 0 || (n >= FIRST_ROOM && (n & (n - 1)) == 0);
    if (!is_full)
        return items;
    void *const grown = wm_arena_alloc(arena, n == 0 ? FIRST_ROOM : 2 * n, size);
    if (n > 0)
        memcpy(grown, items, n * size);
    return grown;
}

static void leave_out(struct wm_point_table *t, const char *reason)
{
    size_t i = 0;
    while (i < t->n_left_out && strcmp(t->left_out[i].reason, reason) != 0)
        i++;
    if (i == WM_MAX_REASONS)
        i--; /* more reasons than a reader has: count it with the last */
    if (i == t->n_left_out)
        t->left_out[t->n_left_out++] = (struct wm_left_out){.reason = reason};
    t->left_out[i].n++;
}

static void read_header(struct wm_point_table *t, const struct wm_csv_row *row)
{
    t->at = WM_NEW_ARRAY(t->arena, int, t->n_columns);
    for (size_t c = 0; c < t->n_columns; c++) {
        t->at[c] = -1;
        for (size_t i = row->n; i-- > 0;) /* the first of equal names */
            if (same_word(row->cells[i], t->columns[c]))
                t->at[c] = (int)i;
    }
}

struct scan {
    struct wm_point_table *table;
    wm_point_fn *read;
    const size_t *needed;
    size_t n_needed;
    bool is_table;
};

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct scan *const s = context;
    struct wm_point_table *const t = s->table;
    if (row->n > 0 && row->cells[0][0] == '#')
        return true;
    if (t->at == NULL) {
        read_header(t, row);
        for (size_t i = 0; i < s->n_needed; i++)
            s->is_table = s->is_table || t->at[s->needed[i]] >= 0;
        return s->is_table;
    }
    t->row = row;
    t->n_rows++;
    const char *const reason = s->read(t);
    if (reason != NULL)
        leave_out(t, reason);
    return true;
}

enum wm_status wm_point_table_read(struct wm_point_table *t, const char *path, wm_point_fn *read,
                                   const size_t *needed, size_t n_needed, const char *what,
                                   struct wm_diags *diags)
{
    const char *bytes = NULL;
    size_t n_bytes = 0;
    enum wm_status status = wm_text_load(t->arena, path, &bytes, &n_bytes, diags);
    if (status != WM_OK)
        return status;
    struct scan s = {.table = t, .read = read, .needed = needed, .n_needed = n_needed};
    status = wm_csv_scan_any(t->arena, bytes, n_bytes, path, on_row, &s, diags);
    if (status != WM_OK || s.is_table)
        return status;
    const struct wm_place place = {.file = path, .line = 1};
    wm_diag_add(diags, WM_E214, &place, NULL, "no %s: needs a column %s%s%s", what,
                t->columns[needed[0]], n_needed > 1 ? " or " : "",
                n_needed > 1 ? t->columns[needed[1]] : "");
    return WM_INVALID;
}
