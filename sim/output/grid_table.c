/* A grid as an aligned table; on a screen that is narrower, its texts go on below. */
#include <string.h>

#include "wattmill/grid.h"
#include "wattmill/output.h"
#include "wattmill/plain_text.h"

enum { GAP = 2, LEAST = 12 /* columns that a text keeps */ };

static bool is_inside(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Columns a text takes: bytes inside a UTF-8 sequence take none. */
static size_t width_of(const char *text)
{
    size_t n = 0;
    for (const char *c = text; c != NULL && *c != '\0'; c++)
        n += !is_inside(*c);
    return n;
}

static void find_widths(const struct wm_grid *g, size_t *widths)
{
    for (size_t c = 0; c < g->n_columns; c++) {
        widths[c] = width_of(g->columns[c].key);
        for (size_t r = 0; r < g->n_rows; r++) {
            const size_t n = width_of(g->cells[r * g->n_columns + c]);
            widths[c] = n > widths[c] ? n : widths[c];
        }
    }
}

/* Columns of the longest word of a column: a name is not cut. */
static size_t longest_word(const struct wm_grid *g, size_t column)
{
    size_t longest = width_of(g->columns[column].key);
    for (size_t r = 0; r < g->n_rows; r++) {
        size_t n = 0;
        for (const char *c = g->cells[r * g->n_columns + column]; c != NULL && *c != '\0'; c++) {
            n = *c == ' ' ? 0 : n + !is_inside(*c);
            longest = n > longest ? n : longest;
        }
    }
    return longest > LEAST ? longest : (size_t)LEAST;
}

/* Takes columns from the widest text until the table fits; numbers, headings and words keep theirs. */
static void fit(const struct wm_grid *g, size_t screen, size_t *widths, size_t *least)
{
    for (size_t c = 0; c < g->n_columns; c++)
        least[c] = longest_word(g, c);
    for (;;) {
        size_t total = g->n_columns > 0 ? GAP * (g->n_columns - 1) : 0, widest = g->n_columns;
        for (size_t c = 0; c < g->n_columns; c++) {
            total += widths[c];
            if (!g->columns[c].align_right && widths[c] > least[c] &&
                (widest == g->n_columns || widths[c] > widths[widest]))
                widest = c;
        }
        if (total <= screen || widest == g->n_columns)
            return;
        widths[widest]--;
    }
}

/* Bytes of `text` that go into `width` columns: up to its last blank there, else cut. */
static size_t piece(const char *text, size_t width)
{
    size_t n = 0, columns = 0, blank = 0;
    while (text[n] != '\0') {
        if (!is_inside(text[n]) && columns++ == width)
            return blank > 0 ? blank : n;
        if (text[n] == ' ')
            blank = n;
        n++;
    }
    return n;
}

static void pad(FILE *file, size_t n)
{
    while (n-- > 0)
        fputc(' ', file);
}

static void put_cell(FILE *file, const struct wm_grid *g, size_t column, size_t width,
                     const char *text, size_t n_bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < n_bytes; i++)
        n += !is_inside(text[i]);
    const bool last = column + 1 == g->n_columns;
    if (g->columns[column].align_right)
        pad(file, width - n);
    if (n_bytes > 0)
        fwrite(text, 1, n_bytes, file);
    if (!last && !g->columns[column].align_right)
        pad(file, width - n);
    fputs(last ? "\n" : "  ", file);
}

/* A row, on as many lines as its longest text needs; `rest` is written over. */
static void put_row(FILE *file, const struct wm_grid *g, const size_t *widths, const char **rest)
{
    bool more = true;
    while (more) {
        more = false;
        for (size_t c = 0; c < g->n_columns; c++) {
            const char *const text = rest[c] != NULL ? rest[c] : "";
            const size_t n = piece(text, widths[c]);
            put_cell(file, g, c, widths[c], text, n);
            rest[c] = text + n + strspn(text + n, " ");
            more = more || *rest[c] != '\0';
        }
    }
}

/* For a terminal: no cell may act on it. The sink has no arena; copies live as long as the table is written. */
void wm_grid_write_table(FILE *file, const struct wm_grid *grid, size_t screen)
{
    struct wm_arena *const arena = wm_arena_begin();
    const size_t n = grid->n_columns;
    const char **const cells =
        (const char **)wm_arena_alloc(arena, grid->n_rows * n + 1, sizeof *cells);
    const char **const rest = (const char **)wm_arena_alloc(arena, n + 1, sizeof *rest);
    size_t *const widths = WM_NEW_ARRAY(arena, size_t, n + 1);
    for (size_t i = 0; i < grid->n_rows * n; i++)
        cells[i] = grid->cells[i] != NULL ? wm_text_plain(arena, grid->cells[i]) : NULL;
    const struct wm_grid plain = {grid->columns, n, cells, grid->n_rows};
    find_widths(&plain, widths);
    if (screen > 0)
        fit(&plain, screen, widths, WM_NEW_ARRAY(arena, size_t, n + 1));
    for (size_t c = 0; c < n; c++)
        rest[c] = plain.columns[c].key;
    put_row(file, &plain, widths, rest);
    for (size_t r = 0; r < plain.n_rows; r++) {
        for (size_t c = 0; c < n; c++)
            rest[c] = cells[r * n + c];
        put_row(file, &plain, widths, rest);
    }
    wm_arena_close(arena);
}
