/* A grid that grows cell by cell. */
#include "table.h"

#include <math.h>
#include <string.h>

#include "sample.h"

struct wm_table wm_table_open(struct wm_arena *arena)
{
    return (struct wm_table){.arena = arena};
}

void wm_table_column(struct wm_table *t, const char *key, bool is_number)
{
    if (t->n_columns == t->column_capacity) {
        t->column_capacity = t->column_capacity == 0 ? 32 : 2 * t->column_capacity;
        struct wm_grid_column *const more =
            WM_NEW_ARRAY(t->arena, struct wm_grid_column, t->column_capacity);
        if (t->n_columns > 0)
            memcpy(more, t->columns, t->n_columns * sizeof *more);
        t->columns = more;
    }
    t->columns[t->n_columns++] = (struct wm_grid_column){key, is_number, is_number};
}

void wm_table_cell(struct wm_table *t, const char *text)
{
    if (t->n_cells == t->capacity) {
        t->capacity = t->capacity == 0 ? 256 : 2 * t->capacity;
        const char **const more =
            (const char **)wm_arena_alloc(t->arena, t->capacity, sizeof *more);
        if (t->n_cells > 0)
            memcpy(more, t->cells, t->n_cells * sizeof *more);
        t->cells = more;
    }
    t->cells[t->n_cells++] = text;
}

void wm_table_real(struct wm_table *t, double value)
{
    wm_table_cell(t, isfinite(value) ? wm_table_number(t->arena, value) : NULL);
}

void wm_table_whole(struct wm_table *t, uint64_t value)
{
    wm_table_cell(t, wm_arena_printf(t->arena, "%llu", (unsigned long long)value));
}

void wm_table_close(const struct wm_table *t, struct wm_grid *out)
{
    *out = (struct wm_grid){.columns = t->columns,
                            .n_columns = t->n_columns,
                            .cells = t->cells,
                            .n_rows = t->n_columns > 0 ? t->n_cells / t->n_columns : 0};
}
