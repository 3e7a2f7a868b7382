/*
 * Grid: rows of texts under named columns, written as an aligned table, JSON, CSV or Markdown. For
 * verbs whose answer is a list. Texts are escaped for the form they go into.
 */
#ifndef WATTMILL_GRID_H
#define WATTMILL_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum wm_format { WM_FORMAT_TABLE, WM_FORMAT_JSON, WM_FORMAT_CSV, WM_FORMAT_MD };

/** "table", "json", "csv" or "md"; false when `text` is none of them. */
bool wm_format_parse(const char *text, enum wm_format *out);

struct wm_grid_column {
    const char *key;  /* in JSON and CSV, and the heading of a table */
    bool is_json;     /* cells are JSON already (numbers, arrays); else they are plain text */
    bool align_right; /* in a table and in Markdown */
};

struct wm_grid {
    const struct wm_grid_column *columns;
    size_t n_columns;
    const char *const *cells; /* [n_rows * n_columns], row by row; NULL = absent */
    size_t n_rows;
};

/**
 * The aligned table. Where it is wider than `screen` columns, texts (not numbers) go on in lines below;
 * 0: as wide as it is.
 */
void wm_grid_write_table(FILE *file, const struct wm_grid *grid, size_t screen);
/** A table wraps on a terminal. JSON: an array of objects, absent cells left out. Write errors: ferror() at the end. */
void wm_grid_write(FILE *file, const struct wm_grid *grid, enum wm_format format);

#endif
