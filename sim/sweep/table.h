/* A grid that grows cell by cell, row after row. */
#ifndef WM_SWEEP_TABLE_H
#define WM_SWEEP_TABLE_H

#include <stdint.h>

#include "wattmill/arena.h"
#include "wattmill/grid.h"

struct wm_table {
    struct wm_arena *arena;
    struct wm_grid_column *columns;
    const char **cells;
    size_t n_columns, column_capacity, n_cells, capacity;
};

struct wm_table wm_table_open(struct wm_arena *arena);
void wm_table_column(struct wm_table *t, const char *key, bool is_number);
/** The next cell; NULL is an absent one. */
void wm_table_cell(struct wm_table *t, const char *text);
/** A number of at most 5 digits; absent when not finite. */
void wm_table_real(struct wm_table *t, double value);
void wm_table_whole(struct wm_table *t, uint64_t value);
void wm_table_close(const struct wm_table *t, struct wm_grid *out);

#endif
