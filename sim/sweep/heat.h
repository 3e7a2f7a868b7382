/* Cells of a grid of points: a metric over two axes, a panel for each value of a third, further axes averaged. */
#ifndef WM_SWEEP_HEAT_H
#define WM_SWEEP_HEAT_H

#include "sample.h"

/** Axes of a cell and its place along them. */
struct wm_cell {
    const struct wm_axis_groups *axis[3]; /* NULL: any place */
    size_t at[3];
};
/** Mean of the first metric over the points of a cell; NAN where none ended well. */
double wm_cell_mean(const struct wm_sample *sample, const struct wm_cell *cell);

/** An axis with the unit of its key, where its name is a key's path. */
const char *wm_axis_heading(struct wm_arena *arena, const struct wm_store_about *about,
                            size_t axis);
/** "mean over X (4 values) and Y (2 values)": axes that are not `shown` [n]; "" when none is left. Where points
 * did not end well it says so. */
const char *wm_averaged(struct wm_arena *arena, const struct wm_store_about *about,
                        const struct wm_sample *sample, const size_t *shown, size_t n);

struct wm_heat_map {
    struct wm_axis_groups x, y,
        z; /* first and second axis, and the first further one of few values */
    const char *x_name, *y_name, *z_name; /* with units; z NULL: one panel */
    const char *note;                     /* what is averaged */
    size_t n_panels;
};
/** @pre the study has two axes or more */
struct wm_heat_map wm_heat_of(struct wm_arena *arena, const struct wm_store_about *about,
                              const struct wm_sample *sample);
double wm_heat_at(const struct wm_sample *sample, const struct wm_heat_map *heat, size_t x,
                  size_t y, size_t panel);

#endif
