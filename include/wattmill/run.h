/*
 * Run: simulate a scenario.
 *
 * The site is a chain of moments at which something changes: the hour's weather and demand, a
 * ceiling window, a failure or a repair of a replica, a 15-minute billing interval, a month. Between
 * them nothing does, so energy and tokens are exact products, not steps of an integrator, and an
 * event that changes nothing leaves every result untouched to the last bit.
 */
#ifndef WATTMILL_RUN_H
#define WATTMILL_RUN_H

#include "wattmill/cache.h"
#include "wattmill/results.h"

/** Draws that the commands take. */
#define WM_RANGE_DRAWS 1000

struct wm_run_options {
    uint64_t n_null_events; /* events spread over the run that change nothing (for tests) */
    bool without_series;    /* leave out the row of each billing interval */
    bool ignore_windows;    /* run as if no ceiling window and no call came */
    struct wm_cache *cache; /* of plans and serving tables, shared by any threads; NULL: none */
    size_t range_draws;     /* of what is uncertain in money, for P10, P50, P90; 0: none */
    unsigned n_threads; /* for a serving table that is computed; 0 is 1. Results do not differ */
};

/**
 * Simulates `scenario`.
 *
 * @param options  NULL for the defaults
 * @param results  out, in `arena`; set when the status is WM_OK or WM_FAILED
 * @return WM_OK; WM_INFEASIBLE (E301 says which constraint); WM_FAILED when a balance does not
 *         close (E302, results are set); WM_NO_MEMORY
 */
enum wm_status wm_run(struct wm_arena *arena, const struct wm_scenario *scenario,
                      const struct wm_run_options *options, const struct wm_results **results,
                      struct wm_diags *diags);

#endif
