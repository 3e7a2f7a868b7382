/* A grid as table, JSON, CSV or Markdown. */
#include <string.h>

#include "wattmill/grid.h"
#include "wattmill/output.h"
#include "wattmill/plain_text.h"

bool wm_format_parse(const char *text, enum wm_format *out)
{
    static const char *const words[] = {"table", "json", "csv", "md"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], text) == 0) {
            *out = (enum wm_format)i;
            return true;
        }
    return false;
}

static const char *cell(const struct wm_grid *g, size_t row, size_t column)
{
    return g->cells[row * g->n_columns + column];
}

/* Columns a text takes: bytes inside a UTF-8 sequence take none. */
static size_t width_of(const char *text)
{
    size_t n = 0;
    for (const char *c = text; c != NULL && *c != '\0'; c++)
        n += ((unsigned char)*c & 0xc0) != 0x80;
    return n;
}

static size_t column_width(const struct wm_grid *g, size_t column)
{
    size_t width = width_of(g->columns[column].key);
    for (size_t r = 0; r < g->n_rows; r++) {
        const size_t n = width_of(cell(g, r, column));
        width = n > width ? n : width;
    }
    return width;
}

static void pad(FILE *file, size_t n)
{
    while (n-- > 0)
        fputc(' ', file);
}

static void table_cell(FILE *file, const struct wm_grid *g, size_t column, const char *text)
{
    const size_t width = column_width(g, column), n = width_of(text);
    const bool last = column + 1 == g->n_columns;
    if (g->columns[column].align_right)
        pad(file, width - n);
    fputs(text != NULL ? text : "", file);
    if (!last && !g->columns[column].align_right)
        pad(file, width - n);
    fputs(last ? "\n" : "  ", file);
}

/* For a terminal: no cell may act on it. The sink has no arena; copies live as long as the table is written. */
static void write_table(FILE *file, const struct wm_grid *grid)
{
    struct wm_arena *const arena = wm_arena_open();
    struct wm_grid plain = *grid;
    if (arena == NULL)
        return;
    const char **const cells =
        (const char **)wm_arena_alloc(arena, grid->n_rows * grid->n_columns, sizeof *cells);
    for (size_t i = 0; i < grid->n_rows * grid->n_columns; i++)
        cells[i] = grid->cells[i] != NULL ? wm_text_plain(arena, grid->cells[i]) : NULL;
    plain.cells = cells;
    for (size_t c = 0; c < plain.n_columns; c++)
        table_cell(file, &plain, c, plain.columns[c].key);
    for (size_t r = 0; r < plain.n_rows; r++)
        for (size_t c = 0; c < plain.n_columns; c++)
            table_cell(file, &plain, c, cell(&plain, r, c));
    wm_arena_close(arena);
}

static void write_json(FILE *file, const struct wm_grid *g)
{
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_array_begin(&w);
    for (size_t r = 0; r < g->n_rows; r++) {
        wm_json_object_begin(&w);
        for (size_t c = 0; c < g->n_columns; c++) {
            const char *text = cell(g, r, c);
            if (text == NULL)
                continue;
            wm_json_key(&w, g->columns[c].key);
            if (g->columns[c].is_json)
                wm_json_raw(&w, text);
            else
                wm_json_string(&w, text);
        }
        wm_json_object_end(&w);
    }
    wm_json_array_end(&w);
    wm_json_finish(&w);
}

/* A negative number is no formula; every other text that begins like one is disarmed. */
static void csv_cell(FILE *file, const struct wm_grid_column *column, const char *text)
{
    const bool number = column->is_json && strspn(text, "+-.0123456789eE") == strlen(text);
    if (number)
        fputs(text, file);
    else
        wm_csv_text(file, text);
}

static void write_csv(FILE *file, const struct wm_grid *g)
{
    for (size_t c = 0; c < g->n_columns; c++) {
        if (c > 0)
            fputc(',', file);
        wm_csv_text(file, g->columns[c].key);
    }
    fputc('\n', file);
    for (size_t r = 0; r < g->n_rows; r++)
        for (size_t c = 0; c < g->n_columns; c++) {
            if (cell(g, r, c) != NULL)
                csv_cell(file, &g->columns[c], cell(g, r, c));
            fputc(c + 1 < g->n_columns ? ',' : '\n', file);
        }
}

static void write_md(FILE *file, const struct wm_grid *g)
{
    for (size_t c = 0; c < g->n_columns; c++) {
        fputs("| ", file);
        wm_md_text(file, g->columns[c].key);
        fputc(' ', file);
    }
    fputs("|\n", file);
    for (size_t c = 0; c < g->n_columns; c++)
        fputs(g->columns[c].align_right ? "|---:" : "|---", file);
    fputs("|\n", file);
    for (size_t r = 0; r < g->n_rows; r++) {
        for (size_t c = 0; c < g->n_columns; c++) {
            fputs("| ", file);
            if (cell(g, r, c) != NULL)
                wm_md_text(file, cell(g, r, c));
            fputc(' ', file);
        }
        fputs("|\n", file);
    }
}

void wm_grid_write(FILE *file, const struct wm_grid *grid, enum wm_format format)
{
    switch (format) {
    case WM_FORMAT_TABLE:
        write_table(file, grid);
        break;
    case WM_FORMAT_JSON:
        write_json(file, grid);
        break;
    case WM_FORMAT_CSV:
        write_csv(file, grid);
        break;
    case WM_FORMAT_MD:
        write_md(file, grid);
        break;
    }
}
