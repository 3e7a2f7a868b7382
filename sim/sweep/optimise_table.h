/* The points of a search: their places in the unit cube, and what came out of them, by the store. */
#ifndef WM_SWEEP_OPTIMISE_TABLE_H
#define WM_SWEEP_OPTIMISE_TABLE_H

#include "wattmill/optimise.h"

#define WM_CONDITIONS_MAX 16

struct wm_table_of_points {
    struct wm_arena *arena;
    struct wm_arena *scratch; /* of one round */
    const struct wm_optimise_params *p;
    struct wm_diags *diags;
    double *u;          /* [max_points][WM_OPTIMISE_KEYS_MAX] */
    double *values;     /* [n][1 + n_conditions] metrics; NAN: did not end well */
    const char **stage; /* [max_points] that asked first */
    size_t n;           /* known */
    size_t n_wanted;    /* of them and further ones: asked for */
    size_t n_rounds;
    double best, spread;             /* of the metric at the start, for the scale */
    double scale[WM_CONDITIONS_MAX]; /* of the conditions */
};

/** Checks keys, bounds and conditions, all mistakes at once; reads which keys are whole. */
enum wm_status wm_points_open(struct wm_arena *arena, const struct wm_optimise_params *params,
                              struct wm_table_of_points *out, struct wm_diags *diags);
void wm_points_close(struct wm_table_of_points *t);
/** Moves a place to the next value that can be told from others. */
void wm_points_snap(const struct wm_table_of_points *t, double *u);
/** Index of a known point; n when it is not known. */
size_t wm_points_find(const struct wm_table_of_points *t, const double *u);
const double *wm_points_at(const struct wm_table_of_points *t, size_t i);
/** Asks for a point unless it is known or asked for; false when max_points are. */
bool wm_points_want(struct wm_table_of_points *t, const double *u, const char *stage);
/** Runs what is asked for, as one round. */
enum wm_status wm_points_run(struct wm_table_of_points *t);
/** Takes the scale of what follows from the points known now. */
void wm_points_set_scale(struct wm_table_of_points *t);
/** values[0]: 0 at the best start, 1 at the worst, less is better; then conditions, at most 0 when met. */
void wm_points_scaled(const struct wm_table_of_points *t, size_t i, double *values);
double wm_points_unscaled(const struct wm_table_of_points *t, double scaled);
/** Met conditions first, then least violation, then the objective; the earlier of equals. */
bool wm_points_better(const struct wm_table_of_points *t, size_t a, size_t b);
bool wm_points_is_neighbour(const struct wm_table_of_points *t, size_t i);
size_t wm_points_failed(const struct wm_table_of_points *t);
struct wm_optimise_point wm_points_tell(const struct wm_table_of_points *t, size_t i);

#endif
