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

#include "wattmill/results.h"
#include "wattmill/run_options.h"

/**
 * Simulates `scenario`.
 *
 * @param options  NULL for the defaults
 * @param results  out, in `arena`; set when the status is WM_OK or WM_FAILED
 * @return WM_OK; WM_INFEASIBLE (E301 says which constraint); WM_FAILED when a balance does not
 *         close (E302, results are set); WM_NO_MEMORY; WM_INTERRUPTED when options->progress said so
 */
enum wm_status wm_run(struct wm_arena *arena, const struct wm_scenario *scenario,
                      const struct wm_run_options *options, const struct wm_results **results,
                      struct wm_diags *diags);

#endif
