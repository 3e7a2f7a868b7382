/*
 * Levers and places: sets of changes of a scenario, as data with source and date (models/evidence).
 *
 * A lever has a state off and a state on. The base is the scenario with all levers off; each is pulled alone,
 * each is left out of all, and they are pulled one after the other. Gains are ratios of a metric, so
 *
 *     all / base = product of the steps, in order = interaction * product of the gains alone
 *
 * A place is four sets of changes: weather, ceiling, calls, tariff. What a gain from one scenario to another
 * is worth there is told per contract MW, and as a share of the gain of the scenarios as they stand.
 */
#ifndef WATTMILL_LEVERS_H
#define WATTMILL_LEVERS_H

#include "wattmill/compare.h"

/** What is told of each run, beside the metric. */
enum wm_lever_figure {
    WM_LEVER_GAIN, /* the metric that is asked for */
    WM_LEVER_J_PER_TOK,
    WM_LEVER_REVENUE,
    WM_LEVER_NPV,
    WM_LEVER_CAPEX,
    WM_LEVER_GPUS,
    WM_LEVER_TPOT,
    WM_LEVER_TTFT,
    WM_LEVER_N_FIGURES
};

struct wm_lever {
    const char *name, *title, *source, *as_of, *side_effects;
    double gain_low, gain_high; /* published; NAN: none */
    double cost_usd; /* beside what the runs buy: per MW of contract and per accelerator */
    double months;   /* until it works */
    const char *why; /* it cannot be pulled here, or "" */
    bool in_all;     /* pulled with all others; false: another one excludes it */
    double alone[WM_LEVER_N_FIGURES]; /* SI */
    double without;                   /* the metric with all others on */
    double step_from, step_to;        /* the metric before and after it, in order */
};

struct wm_levers {
    enum wm_metric metric;
    const char *scenario;
    double base[WM_LEVER_N_FIGURES], all[WM_LEVER_N_FIGURES], as_given;
    struct wm_lever *items;
    size_t n, n_runs;
    bool demand_limits; /* the base serves all that is asked for: nothing more can be sold */
};

/**
 * @param only  NULL: all levers; else names parted by commas
 * @return WM_OK; WM_USAGE with E101 for an unknown lever; as wm_scenario_load(); WM_INFEASIBLE where the base
 *         cannot run
 */
enum wm_status wm_levers_run(struct wm_arena *arena, const char *path,
                             const struct wm_override *sets, size_t n_sets, const char *only,
                             enum wm_metric metric, wm_bridge_progress_fn progress, void *context,
                             struct wm_levers *out, struct wm_diags *diags);
void wm_levers_write(FILE *file, struct wm_arena *arena, const struct wm_levers *levers,
                     enum wm_format format);
/** Data of the figure levers; `context` is a struct wm_levers. */
void wm_levers_csv(FILE *file, const void *context);

enum { WM_PLACE_WEATHER, WM_PLACE_CEILING, WM_PLACE_CALLS, WM_PLACE_TARIFF, WM_PLACE_N_BLOCKS };
extern const char *const wm_place_blocks[WM_PLACE_N_BLOCKS];

struct wm_place_gain {
    const char *name, *title, *source, *as_of, *why;
    double old, new;                 /* the metric, SI */
    double kept_frac;                /* of the gain of the scenarios as they stand */
    double block[WM_PLACE_N_BLOCKS]; /* the same with that block of the place alone */
};
struct wm_places {
    enum wm_metric metric;
    const char *from, *to;
    double old, new; /* as they stand */
    struct wm_place_gain *items;
    size_t n;
};
/** The gain from one scenario to another in every place; @return as wm_levers_run() */
enum wm_status wm_places_run(struct wm_arena *arena, const char *from, const char *to,
                             const struct wm_override *sets, size_t n_sets, enum wm_metric metric,
                             wm_bridge_progress_fn progress, void *context, struct wm_places *out,
                             struct wm_diags *diags);
void wm_places_write(FILE *file, struct wm_arena *arena, const struct wm_places *places,
                     enum wm_format format);
/** Data of the figure places; `context` is a struct wm_places. */
void wm_places_csv(FILE *file, const void *context);

#endif
