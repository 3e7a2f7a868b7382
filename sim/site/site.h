/*
 * Site: the run's events in order of time. See include/wattmill/run.h for the idea.
 *
 * Billing intervals of 15 minutes, and with them hours and months, are plain ticks; what happens
 * between them (ceiling steps, failures, repairs) comes from the event queue. An event first closes
 * the interval that ends with it, then changes the state.
 */
#ifndef WM_RUN_SITE_H
#define WM_RUN_SITE_H

#include "account.h"
#include "ceiling.h"
#include "lookahead.h"
#include "meter.h"
#include "onsite.h"
#include "wattmill/run_options.h"

/** Length of a billing interval [s]. */
#define WM_BIN_S 900.0

struct wm_site_requests;

struct wm_site_result {
    struct wm_site_requests *requests; /* of fidelity request, else NULL */
    struct wm_account account;
    struct wm_meter meter;
    struct wm_onsite onsite;
    double pue_peak_hour, pue_marginal_sum; /* the sum: over hours */
    size_t n_bins;                          /* billing intervals */
    struct wm_outlook_row *outlook; /* [n_bins], filled when there is room for it, else NULL */
    double *bin_w;                  /* [n_bins] mean power of each billing interval */
    bool is_cancelled;              /* options->progress had enough: nothing else is to be used */
    size_t n_windows;               /* of the calendar and calls at random times */
    struct wm_series_row *series;
    size_t n_series;
    struct wm_hall_power *hall_series; /* [n_bins * n_halls] beside the series of a site that names halls, else NULL */
    struct wm_year_result *years; /* revenue: what calls pay; the rest is priced by what follows */
    struct wm_unpriced *unpriced;    /* [n_years] the account's at the end of each year */
    const struct wm_price_sets *price_sets;
    size_t n_years;
    uint64_t n_events, n_failures, n_failovers, n_plant_failures;
    uint32_t n_growths;      /* of the event queue: 0 when its first size was enough */
    size_t loop_arena_bytes; /* taken from the arena after the start: 0 */
    double plant_out_s;      /* with less than all load carried by plant that works */
};

/**
 * Runs the site over the horizon; everything lives in `arena`.
 *
 * @param twin  filled with the same site without windows and calls where there are any (n_windows) and it
 *              does not run at request resolution; interval by interval beside it, so that what both have
 *              in common is worked out once. NULL: not asked for
 */
void wm_site_run(struct wm_arena *arena, const struct wm_scenario *scenario,
                 const struct wm_site_plan *plan, const struct wm_run_options *options,
                 struct wm_site_result *result, struct wm_site_result *twin,
                 struct wm_diags *diags);

#endif
