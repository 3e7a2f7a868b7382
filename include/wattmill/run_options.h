/* How a scenario is run, beside the scenario; none of it changes what it says. */
#ifndef WATTMILL_RUN_OPTIONS_H
#define WATTMILL_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "wattmill/cache.h"
#include "wattmill/stages.h"

struct wm_files;

/** Draws that the commands take. */
#define WM_RANGE_DRAWS 1000

struct wm_run_options {
    uint64_t n_null_events; /* events spread over the run that change nothing (for tests) */
    struct wm_stages
        *stages; /* of runs that share parts of theirs, any threads; NULL: none. Results
                                 do not differ. Used where series are left out */
    const struct wm_files *files; /* that the scenario was read with; NULL: not known */
    bool without_series;          /* leave out the row of each billing interval */
    bool ignore_windows;          /* run as if no ceiling window and no call came */
    struct wm_cache *cache; /* of plans and serving tables, shared by any threads; NULL: none */
    /* called once a simulated day with the share done; false ends the run with WM_INTERRUPTED; NULL: none */
    bool (*progress)(void *context, double done_frac);
    void *progress_context;
    size_t range_draws; /* of what is uncertain in money, for P10, P50, P90; 0: none */
    unsigned n_threads; /* for a serving table that is computed; 0 is 1. Results do not differ */
};

#endif
