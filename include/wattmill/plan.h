/*
 * Plan: when to retire which generation of a scenario's fleet, and for what, under its ceiling.
 *
 * Each generation, owned or candidate, is run twice as the whole fleet of the same site with the same
 * workload, nearly idle and near its capacity: that gives its capacity, its power bill as a line in the
 * tokens served, and what else comes with a MW. The programme of refresh.h chooses MW by year. The mix
 * of the first year is then run as it is, and its revenue stands beside the programme's.
 */
#ifndef WATTMILL_PLAN_H
#define WATTMILL_PLAN_H

#include "wattmill/compare.h"
#include "wattmill/refresh.h"

struct wm_plan_terms {
    const char *const
        *candidates; /* accelerators; NULL: those of the last 2 years before the start */
    size_t n_candidates;
    size_t n_years;                /* 0: economics.appraisal_years */
    double deliveries_mw_per_year; /* of each candidate; INFINITY: no limit */
    double demand_growth_frac;
};

/** A candidate that cannot serve the workload, and why. */
struct wm_plan_left_out {
    const char *name, *why;
};

struct wm_plan {
    const char *name;
    struct wm_refresh_kind kinds[WM_REFRESH_KINDS_MAX];
    struct wm_refresh_case terms;
    struct wm_refresh_plan result;
    struct wm_plan_left_out left_out[32];
    size_t n_left_out;
    bool is_verified;                             /* the mix of year 1 could be run */
    double run_revenue_usd, run_served_tok_per_s; /* of that run, a year */
};

/**
 * Makes a plan for the scenario of `side`.
 * @return WM_OK; WM_INVALID with E306 when its workloads are not one product or it is a result;
 *         WM_INFEASIBLE when the programme has no optimum
 */
enum wm_status wm_plan_make(struct wm_arena *arena, const struct wm_side *side,
                            const struct wm_plan_terms *terms, wm_bridge_progress_fn progress,
                            void *context, struct wm_plan *plan, struct wm_diags *diags);

void wm_plan_write(FILE *file, struct wm_arena *arena, const struct wm_plan *plan,
                   enum wm_format format);
/** Data of the figure refresh; the context is a struct wm_plan. */
void wm_refresh_csv(FILE *file, const void *plan);

#endif
