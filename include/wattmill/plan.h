/*
 * Plan: when to retire which generation of a scenario's fleet, and for what, under its ceiling.
 *
 * Each generation, owned or candidate, is run for each product as the whole fleet of the same site under
 * its whole contract, nearly idle and near its capacity: that gives its capacity, its power bill as a line
 * in the tokens served, and what else comes with a MW. The programme of refresh.h chooses MW by year under
 * the ceiling's phases. The mix of the first year is then run as whole racks in that year; a plan of
 * which that run serves or earns less than WM_PLAN_MET_FRAC fails.
 */
#ifndef WATTMILL_PLAN_H
#define WATTMILL_PLAN_H

#include "wattmill/compare.h"
#include "wattmill/refresh.h"

/** Of what is planned for year 1, its run must serve and earn at least this: whole racks lose a little. */
#define WM_PLAN_MET_FRAC 0.95

/** What can be bought: NAME[@DATE][:MW[,MW...]], MW a year from the start of the plan, the last stays. */
struct wm_plan_candidate {
    const char *name;
    int64_t from_us; /* sold from then on */
    double mw[WM_REFRESH_YEARS_MAX];
    size_t n_mw; /* 0: as the terms say */
};

struct wm_plan_terms {
    const struct wm_plan_candidate
        *candidates; /* NULL: accelerators of the last 2 years before the start */
    size_t n_candidates;
    size_t n_years;                /* 0: economics.appraisal_years */
    double deliveries_mw_per_year; /* of each candidate; INFINITY: no limit */
    double demand_growth_frac;
    double retire_usd_per_mw;
};

/** Reads one; false after E101. */
bool wm_plan_candidate_read(struct wm_arena *arena, const char *text,
                            struct wm_plan_candidate *candidate, struct wm_diags *diags);

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
    bool is_met;                                  /* and serves and earns what is planned */
    double run_revenue_usd, run_served_tok_per_s; /* of that run, a year */
};

/**
 * Makes a plan for the scenario of `side`.
 * @return WM_OK; WM_USAGE with E208 for a candidate that is no accelerator; WM_INVALID with E306 when its
 *         workloads cannot be planned or it is a result; WM_INFEASIBLE when the programme has no optimum;
 *         WM_FAILED with E308 when the run of year 1 does not meet the plan
 */
enum wm_status wm_plan_make(struct wm_arena *arena, const struct wm_side *side,
                            const struct wm_plan_terms *terms, wm_bridge_progress_fn progress,
                            void *context, struct wm_plan *plan, struct wm_diags *diags);

void wm_plan_write(FILE *file, struct wm_arena *arena, const struct wm_plan *plan,
                   enum wm_format format);
/** Data of the figure refresh; the context is a struct wm_plan. */
void wm_refresh_csv(FILE *file, const void *plan);

#endif
