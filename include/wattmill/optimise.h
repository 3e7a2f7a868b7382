/*
 * Optimise: the values of a few keys that make a metric largest or smallest, under conditions.
 *
 * The search runs in rounds. A round is a set of points that several searches ask for at once; they run
 * on all threads, go to a store as the points of a study of design zip (study.h), and the searches go on
 * with what came out. So the answer is the same for any number of threads, and a command that is run
 * again finds its points in the store and goes on.
 *
 *   1. corners, and Sobol's points over the whole box, choices included
 *   2. side by side: local searches from the best two starts that lie apart (BOBYQA; COBYLA with
 *      conditions) and DIRECT-L over the whole box as a check
 *   3. once more locally from the best point of all
 *   4. the neighbourhood: one step of 5 % of its range (whole numbers: of 1 at least) along each key
 *
 * Numbers are tried on 10,000 steps of their range. Infeasible points count as worse than all others.
 *
 * @note left out: objectives over several scenarios (P10, CVaR), trade-off curves of two objectives
 */
#ifndef WATTMILL_OPTIMISE_H
#define WATTMILL_OPTIMISE_H

#include "wattmill/output.h"
#include "wattmill/study.h"

#define WM_OPTIMISE_KEYS_MAX 12

/** A key that is varied: a number in [low, high], or one of a few values. */
struct wm_vary {
    const char *path;
    double low, high;
    const char **choices; /* JSON texts [n_choices]; NULL: a number */
    size_t n_choices;
    bool whole; /* set by wm_optimise(): the key takes whole numbers alone */
};

/** "path=low:high" or "path=a,b,c"; WM_USAGE with E103. */
enum wm_status wm_vary_parse(struct wm_arena *arena, const char *text, struct wm_vary *out,
                             struct wm_diags *diags);

struct wm_optimise_params {
    const char *scenario;
    const struct wm_override *sets;
    size_t n_sets;
    struct wm_vary *vary;
    size_t n_vary; /* 1 .. WM_OPTIMISE_KEYS_MAX */
    enum wm_metric metric;
    bool minimise;
    const struct wm_assertion *conditions; /* relations but == */
    size_t n_conditions;
    size_t max_points;
    void (*progress)(void *context, size_t n_points, size_t max_points); /* NULL: none */
    void *progress_context;
    const struct wm_study_options *study; /* store, threads, cache, stop; shards are ignored */
};

/** A point of the search in the units of files and of metrics. */
struct wm_optimise_point {
    const char *const *values; /* JSON texts [n_vary] */
    double objective;          /* NAN: did not end well */
    const double *conditions;  /* [n_conditions] metrics */
    bool feasible;             /* ended well and meets all conditions */
};

struct wm_optimum {
    size_t n_points, n_failed, n_rounds; /* points tried; of them, ended badly */
    const char *found_by;                /* stage that met the best point first */
    struct wm_optimise_point best;
    double check;                   /* best objective of DIRECT-L; NAN: none */
    struct wm_optimise_point *near; /* [n_near] neighbours of the best point */
    size_t *near_key;               /* [n_near] the key that differs */
    size_t n_near;
    bool is_out_of_points; /* the last search was cut short by max_points */
};

/**
 * @return WM_OK; WM_INFEASIBLE with E301 when no point meets the conditions; WM_INTERRUPTED; WM_USAGE
 *         (E101: built without NLopt); else as wm_study_load() and wm_study_run()
 */
enum wm_status wm_optimise(struct wm_arena *arena, const struct wm_optimise_params *params,
                           struct wm_optimum *out, struct wm_diags *diags);

#endif
