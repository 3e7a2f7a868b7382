/*
 * Columns: figures of one class, pool, month or year, each a row of key, unit and meaning, as metrics are
 * of the run. The structs, JSON, sections, docs and `explain` come from the rows of *_columns.def; a new
 * figure is a row there and the place that computes it.
 */
#ifndef WATTMILL_COLUMN_H
#define WATTMILL_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wattmill/unit.h"

struct wm_column {
    const char *key; /* NULL ends a table */
    enum wm_unit unit;
    bool is_shown, is_count; /* in a table; an int64_t instead of a double */
    const char *doc;
    size_t offset; /* SI; NAN: not computed */
};

/** Value of a column in its printed unit. */
double wm_column_value(const struct wm_column *column, const void *row);

extern const struct wm_column wm_class_columns[], wm_pool_columns[], wm_hall_columns[],
    wm_month_columns[], wm_year_columns[];

/** The tables, by what a row is: "class", "pool", "hall", "month", "year"; name NULL ends them. */
struct wm_column_table {
    const char *name, *doc;
    const struct wm_column *columns;
};
extern const struct wm_column_table wm_column_tables[];

#endif
