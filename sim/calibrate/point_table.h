/*
 * Point table: the rows of a CSV file of measured points, for the readers of this room.
 *
 * Columns are found by name, in any order and any case; those a file lacks read as empty cells, those
 * nobody asks for are ignored. A reader turns a row into a point or says why it cannot; rows left out
 * are counted by that reason.
 */
#ifndef WATTMILL_POINT_TABLE_H
#define WATTMILL_POINT_TABLE_H

#include "wattmill/calibrate.h"
#include "wattmill/catalog.h"
#include "wattmill/csv.h"

struct wm_point_table {
    struct wm_arena *arena;
    const struct wm_catalog *catalog;
    const char *const *columns; /* [n_columns], names; readers index them by an enum of theirs */
    size_t n_columns;
    /* filled while it is read */
    int *at; /* [n_columns], index of the cell, or -1: the file lacks the column */
    const struct wm_csv_row *row;
    size_t n_rows;
    struct wm_left_out *left_out; /* [WM_MAX_REASONS] */
    size_t n_left_out;
    void *context;
};

/** Makes a point of t->row and keeps it; NULL, or why it cannot. */
typedef const char *wm_point_fn(struct wm_point_table *t);

/**
 * Hands each row behind the header to `read`.
 * @param needed  [n_needed] columns of which a file must hold one
 * @return WM_OK; WM_IO with E104; WM_INVALID with E214 when it is no such table, `what` names it
 */
enum wm_status wm_point_table_read(struct wm_point_table *t, const char *path, wm_point_fn *read,
                                   const size_t *needed, size_t n_needed, const char *what,
                                   struct wm_diags *diags);

/** Whether the file has the column. */
bool wm_point_has(const struct wm_point_table *t, size_t column);
/** The cell, "" where the file has none. */
const char *wm_point_text(const struct wm_point_table *t, size_t column);
/** The cell's number, NAN where it is none. */
double wm_point_number(const struct wm_point_table *t, size_t column);
/** Whether the cell is that word. */
bool wm_point_is(const struct wm_point_table *t, size_t column, const char *word);
/** A copy of the text that outlives the row. */
const char *wm_point_keep(const struct wm_point_table *t, const char *cell);
/** The catalogue's entry: "gpt oss 120b", "qwen3_30b_a3b", "DeepSeek-R1" are names. NULL: none. */
const void *wm_point_entry(const struct wm_point_table *t, enum wm_catalog_kind kind,
                           const char *name);
/** A precision by its word, in any case ("bf16", "FP8", "nvfp4", "mixed-low (fp8/fp4)"). */
bool wm_point_precision(const char *word, enum wm_precision *out);
/** `items` with room for one more of `size` bytes behind n; it grows by doubling in the arena. */
void *wm_point_room(struct wm_arena *arena, void *items, size_t n, size_t size);

#endif
