/*
 * Optimise: the values of a few keys that make a metric largest or smallest, under conditions.
 *
 * The search runs in rounds. A round is a set of points that several searches ask for at once; they run
 * on all threads, go to a store as the points of a study (study.h), and the searches go on with what
 * came out. So the answer is the same for any number of threads, and a command that is run again finds
 * its points in the store and goes on.
 *
 *   1. corners, and Sobol's points over the whole box, choices included
 *   2. side by side: local searches from the best two starts that lie apart (BOBYQA; COBYLA with
 *      conditions) and DIRECT-L over the whole box as a check
 *   3. once more locally from the best point of all
 *   4. the neighbourhood: one step of 5 % of its range (whole numbers: of 1 at least) along each key
 *
 * Numbers are tried on 10,000 steps of their range. Infeasible points count as worse than all others.
 *
 * A goal may be a measure over what is uncertain: a quantile "P10(npv_usd)", "mean(npv_usd)", or
 * "CVaR10(npv_usd)", the mean of the lowest tenth ("CVaR90": of the highest). What is uncertain are
 *   - the distributions in the scenario, or the points of a study: each point of the search is run at the
 *     same draws (common random numbers: Sobol's, of one seed), so that the measure is a function without
 *     noise. A metric without a measure has to meet its condition in every draw.
 *   - else the run's own range (economics.range), of the metrics for which a run gives it.
 *
 * Two goals give a curve of trade-off instead of one answer: the best of each alone, then the best of the
 * first with the second held at levels between (epsilon-constraint), a local search each; the curve is
 * the points that no tried one beats in both.
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

enum wm_measure {
    WM_MEASURE_VALUE, /* the metric itself; over draws the worst, in a condition alone */
    WM_MEASURE_MEAN,
    WM_MEASURE_QUANTILE, /* Pq: linear between draws */
    WM_MEASURE_TAIL /* CVaRq: mean of the share q of draws that are lowest; above 50, of the 100 - q highest */
};

/** What is to become large or small, or is bounded. */
struct wm_goal {
    const char *text; /* as given: "P10(npv_usd)" */
    enum wm_metric metric;
    enum wm_measure measure;
    double prob; /* of QUANTILE and TAIL, in (0, 1) */
    bool minimise;
};

/** "npv_usd", "P10(npv_usd)", "CVaR10(npv_usd)", "mean(npv_usd)"; WM_USAGE with E103. `option` is kept. */
enum wm_status wm_goal_parse(struct wm_arena *arena, const char *option, const char *text,
                             struct wm_goal *out, struct wm_diags *diags);

struct wm_bound {
    struct wm_goal of;
    struct wm_assertion is; /* relation and value; its text is as given */
};

/** A goal and a relation, "P10(dscr_min)>=1.3"; WM_USAGE with E103. */
enum wm_status wm_bound_parse(struct wm_arena *arena, const char *option, const char *text,
                              struct wm_bound *out, struct wm_diags *diags);

/**
 * A measure of values [n], NAN when one of them is; they are sorted. VALUE takes the worst: the least, or the
 * greatest when `high_is_bad`. @pre n >= 1
 */
double wm_measure_of(const struct wm_goal *goal, double *values, size_t n, bool high_is_bad);

#define WM_GOALS_MAX          2
#define WM_OPTIMISE_DRAWS     64
#define WM_OPTIMISE_CURVE_MAX 101

struct wm_optimise_params {
    const char *scenario;
    const char *
        over; /* study whose axes are what is uncertain about the scenario; NULL: the scenario's own */
    size_t n_draws; /* of distributions; 0: WM_OPTIMISE_DRAWS. Must be 0 where none is drawn: lists and grids are taken whole */
    const struct wm_override *sets;
    size_t n_sets;
    struct wm_vary *vary;
    size_t n_vary; /* 1 .. WM_OPTIMISE_KEYS_MAX */
    struct wm_goal goals[WM_GOALS_MAX];
    size_t n_goals;                    /* 2: a curve of trade-off */
    const struct wm_bound *conditions; /* relations but == */
    size_t n_conditions;
    size_t n_curve;    /* points of the curve, ends included; 0: 9 */
    size_t max_points; /* 0: 80, of two goals 200 */
    void (*progress)(void *context, size_t n_points, size_t max_points); /* NULL: none */
    void *progress_context;
    const struct wm_study_options *study; /* store, threads, cache, stop; shards are ignored */
};

/** A point of the search in the units of files and of metrics. */
struct wm_optimise_point {
    const char *const *values; /* JSON texts [n_vary] */
    const double *goals;       /* [n_goals]; NAN: did not end well */
    const double *conditions;  /* [n_conditions] metrics */
    bool feasible;             /* ended well and meets all conditions */
};

struct wm_optimum {
    size_t n_points, n_failed, n_rounds; /* points tried; of them, ended badly */
    size_t n_draws;                      /* runs of each; 1 where nothing is drawn */
    bool is_by_range;                    /* measures are those of the run's own range */
    const char *found_by;                /* stage that met the best point first */
    struct wm_optimise_point best;       /* of one goal; of two, the best of the first alone */
    double check;                        /* best objective of DIRECT-L; NAN: none */
    struct wm_optimise_point *near;      /* [n_near] neighbours of the best point */
    size_t *near_key;                    /* [n_near] the key that differs */
    size_t n_near;
    struct wm_optimise_point *curve; /* [n_curve] of two goals, by the first from its best */
    size_t n_curve;
    size_t max_points;
    bool is_out_of_points; /* the last search was cut short by max_points */
};

/**
 * @return WM_OK; WM_INFEASIBLE with E301 when no point meets the conditions; WM_INTERRUPTED; WM_USAGE
 *         (E101: built without NLopt; a measure where nothing is drawn); else as wm_study_load() and wm_study_run()
 */
enum wm_status wm_optimise(struct wm_arena *arena, const struct wm_optimise_params *params,
                           struct wm_optimum *out, struct wm_diags *diags);

/** "upper" or "lower" where a number lies at an end of its range, within a step that the search tells apart; else NULL. */
const char *wm_vary_bound(const struct wm_vary *vary, const char *value);
/** Whether a condition is met, or missed, by no more than a thousandth of its bound. */
bool wm_bound_binds(const struct wm_bound *bound, double value);
/**
 * The command that repeats a point, for a shell: "wattmill run SCENARIO --set path=value ..."; `sweep` where the
 * scenario holds distributions.
 */
const char *wm_optimise_command(struct wm_arena *arena, const struct wm_optimise_params *params,
                                const struct wm_optimum *optimum,
                                const struct wm_optimise_point *at);
/** The curve as rows: goals, conditions, what binds, the command that repeats it; short numbers with a prefix for a reader. */
struct wm_grid wm_curve_grid(struct wm_arena *arena, const struct wm_optimise_params *params,
                             const struct wm_optimum *optimum, bool is_short);
/** Data of the figure trade_off; the context is a struct wm_grid of wm_curve_grid(). */
void wm_curve_csv(FILE *file, const void *grid);

#endif
