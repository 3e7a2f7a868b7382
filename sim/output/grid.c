/* A grid as table, JSON, CSV or Markdown. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "wattmill/grid.h"
#include "wattmill/output.h"

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

/* Columns of the terminal behind `file`, 0 when there is none. */
static size_t screen_of(FILE *file)
{
    struct winsize size = {0};
    const int fd = fileno(file);
    return fd >= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
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
        wm_grid_write_table(file, grid, screen_of(file));
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
