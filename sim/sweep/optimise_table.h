/* The points of a search: their places in the unit cube, and what came out of them, by the store. */
#ifndef WM_SWEEP_OPTIMISE_TABLE_H
#define WM_SWEEP_OPTIMISE_TABLE_H

#include "draws.h"

#define WM_CONDITIONS_MAX 16
#define WM_FIGURES_MAX    (WM_GOALS_MAX + WM_CONDITIONS_MAX)

struct wm_table_of_points {
    struct wm_arena *arena;
    struct wm_arena *scratch; /* of one round */
    const struct wm_optimise_params *p;
    struct wm_diags *diags;
    double *u;      /* [max_points][WM_OPTIMISE_KEYS_MAX] */
    double *values; /* [n][n_figures] goals, then conditions; NAN: did not end well */
    size_t n_figures;
    const char **stage; /* [max_points] that asked first */
    size_t n;           /* known */
    size_t n_wanted;    /* of them and further ones: asked for */
    size_t n_rounds;
    struct wm_draws draws;
    bool is_by_range;
    enum wm_metric metric[WM_FIGURES_MAX];           /* whose values are read */
    double best[WM_GOALS_MAX], spread[WM_GOALS_MAX]; /* at the start, for the scale */
    double scale[WM_CONDITIONS_MAX];                 /* of the conditions */
};

/** What a search is after: a goal, and on the way to a curve how much of the other goal it may give up. */
struct wm_aim {
    size_t goal;
    bool has_limit; /* the other goal is at most `limit`, scaled */
    double limit;
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
/**
 * values[0]: 0 at the best start, 1 at the worst, less is better; then conditions, at most 0 when met, and the
 * limit, when there is one, as one of them.
 */
void wm_points_scaled(const struct wm_table_of_points *t, size_t i, const struct wm_aim *aim,
                      double *values);
size_t wm_points_n_bounds(const struct wm_table_of_points *t, const struct wm_aim *aim);
double wm_points_unscaled(const struct wm_table_of_points *t, size_t goal, double scaled);
/** Met conditions first, then least violation, the goal, the other goal; the earlier of equals. */
bool wm_points_better(const struct wm_table_of_points *t, const struct wm_aim *aim, size_t a,
                      size_t b);
size_t wm_points_failed(const struct wm_table_of_points *t);
struct wm_optimise_point wm_points_tell(const struct wm_table_of_points *t, size_t i);

#endif
