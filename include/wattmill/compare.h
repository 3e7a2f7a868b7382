/*
 * Compare: two or more scenarios (or results of earlier runs) side by side.
 *
 * What differs between them is found in the inputs after defaults; what it does, in the metrics; and
 * which difference did how much, by a bridge from the first to the second. All sides use the same
 * random numbers: the first side's seed, unless one was asked for.
 *
 * The bridge runs mixtures of the two scenarios, block by block (fleet, tariff, demand, ...). With at
 * most 8 changed blocks every mixture is run, and a block's bar is its Shapley value, the mean of what
 * it adds over all orders in which blocks can be changed; the bars then sum exactly. Where a mixture
 * cannot run or more blocks differ, blocks are changed one after the other in the order printed.
 *
 *     bar_i = sum over S without i of |S|! (n - |S| - 1)! / n! * (v(S + i) - v(S))
 *
 * Source: Shapley, "A Value for n-Person Games", 1953.
 */
#ifndef WATTMILL_COMPARE_H
#define WATTMILL_COMPARE_H

#include "wattmill/grid.h"
#include "wattmill/input.h"
#include "wattmill/output.h"
#include "wattmill/run.h"

/** One input of a side, as text. */
struct wm_side_input {
    const char *path, *value, *unit, *origin;
};

/** A scenario that was run, or a result.json read back. */
struct wm_side {
    const char *path, *name;
    const struct wm_json *tree;   /* the scenario after extends and overrides; NULL of a result */
    const char *dir;              /* of the scenario's file */
    const struct wm_json *result; /* as in result.json; NULL when infeasible */
    const struct wm_results *run; /* NULL when read back or infeasible */
    struct wm_side_input *inputs;
    size_t n_inputs;
    double metric[WM_N_METRICS]; /* SI, NAN = absent */
    int64_t seed;
    const char *infeasible;   /* which constraint, or NULL */
    struct wm_diags messages; /* of its run */
};

/**
 * Loads `path`: a result.json is read back, anything else is a scenario and is run.
 *
 * @param sets  overrides of a scenario; an error for a result (E103)
 * @return WM_OK, also when the scenario is infeasible; WM_IO, WM_INVALID, WM_USAGE as of
 *         wm_scenario_load(); WM_FAILED when a balance does not close
 */
enum wm_status wm_side_load(struct wm_arena *arena, const char *path,
                            const struct wm_override *sets, size_t n_sets, struct wm_side *side,
                            struct wm_diags *diags);

/**
 * The same of a scenario that was loaded, and is kept.
 *
 * @param path  shown as the side's; `dir`: where files lie that it names
 * @param how   NULL: as the commands run
 */
enum wm_status wm_side_run(struct wm_arena *arena, const char *path, const char *dir,
                           const struct wm_loaded *loaded, const struct wm_run_options *how,
                           struct wm_side *side, struct wm_diags *diags);

/** A run's report as a side; false with a message when its JSON cannot be read back. */
bool wm_side_of_report(struct wm_arena *arena, const char *path, const struct wm_report *report,
                       struct wm_side *side, struct wm_diags *diags);

/** Fills a side's inputs from its result. */
void wm_side_read_inputs(struct wm_arena *arena, struct wm_side *side);
/** Inputs of a document that was loaded as those of a side. */
void wm_side_keep_inputs(struct wm_arena *arena, const struct wm_origins *origins,
                         struct wm_side *side);

/**
 * Runs documents of one case, or repeats results, and prints the inputs that differ (of two, as a table) and
 * all figures side by side.
 * @return WM_OK; as wm_document_load() and wm_case_run(); WM_INVALID with E305: they are of different cases
 */
enum wm_status wm_compare_cases(FILE *file, struct wm_arena *arena, const char *const *paths,
                                size_t n, const struct wm_override *sets, size_t n_sets,
                                enum wm_format format, struct wm_diags *diags);

/**
 * Says what is no like for like: demand by `utilisation_frac` on sides that differ in accelerators or
 * ceiling, for which it means another demand on each (W934).
 */
void wm_sides_warn_of_shares(const struct wm_side *sides, size_t n, struct wm_diags *diags);

/** An input that differs; a text is NULL where the side has no such input. */
struct wm_change {
    const char *path, *unit, *from, *to;
};
/** Inputs that differ between two sides, in the order of the first. */
struct wm_change *wm_side_changes(struct wm_arena *arena, const struct wm_side *from,
                                  const struct wm_side *to, size_t *n_changes);

#define WM_BRIDGE_BLOCKS_MAX 8

struct wm_bridge_step {
    const char *block; /* "site.tariff" */
    double change;     /* of the metric, SI */
};

struct wm_bridge {
    enum wm_metric metric;
    bool is_shapley; /* else: ordered substitution in the order of the steps */
    double from, to; /* SI */
    struct wm_bridge_step *steps;
    size_t n_steps, n_runs;
};

/** Called after each run of a bridge; false ends it. */
typedef bool (*wm_bridge_progress_fn)(void *context, size_t n_done, size_t n_total);

/**
 * Bridges of `n_metrics` metrics from one scenario to another; the same runs serve all.
 *
 * @param bridges  out [n_metrics]; without steps where the metric is absent in a run
 * @return WM_OK; WM_INVALID with E305 when a side is no scenario or infeasible; WM_INTERRUPTED when
 *         progress said so
 */
enum wm_status wm_bridge(struct wm_arena *arena, const struct wm_side *from,
                         const struct wm_side *to, const enum wm_metric *metrics, size_t n_metrics,
                         wm_bridge_progress_fn progress, void *context, struct wm_bridge *bridges,
                         struct wm_diags *diags);

/**
 * Shapley values of a game given by the worth of every coalition.
 * @param worth  [2^n], worth[S] for the set of players whose bits are in S
 * @param value  out [n]; sums to worth[2^n - 1] - worth[0]
 */
void wm_shapley(const double *worth, size_t n, double *value);

/**
 * What limits a side: "demand" when all that is asked for is served, else "power" (the ceiling binds
 * more than 1 % of the time) or "accelerators"; "infeasible".
 */
const char *wm_side_limit(const struct wm_side *side);
/** Whether a metric is among those that a planner looks at first. */
bool wm_metric_is_main(enum wm_metric metric);

/** What `compare` prints. */
struct wm_comparison {
    const struct wm_side *sides;
    size_t n_sides;
    const struct wm_change *changes; /* of two sides */
    size_t n_changes;
    const struct wm_bridge *bridges;
    size_t n_bridges;
    bool all_metrics; /* in tables; JSON and CSV always hold all */
};

/**
 * Reads a saved comparison (JSON of wm_comparison_write()).
 * @return WM_OK; WM_IO (E102); WM_INVALID (E201, E205) where it is none
 */
enum wm_status wm_comparison_read(struct wm_arena *arena, const char *path,
                                  struct wm_comparison *out, struct wm_diags *diags);

/** Which side earns most, in a sentence. Cannot fail. */
const char *wm_comparison_verdict(struct wm_arena *arena, const struct wm_comparison *comparison);

/** As table, JSON (what the page of `report` needs is in it), CSV or Markdown. */
void wm_comparison_write(FILE *file, struct wm_arena *arena, const struct wm_comparison *c,
                         enum wm_format format);

/* Data of the figures waterfall and generation_ladder; the context is a struct wm_comparison. */
void wm_waterfall_csv(FILE *file, const void *comparison);
void wm_generation_ladder_csv(FILE *file, const void *comparison);

#endif
