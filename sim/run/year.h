/* The year as a stage: the site through its time, its twin without windows, and how long requests took. */
#ifndef WM_RUN_YEAR_H
#define WM_RUN_YEAR_H

#include "../settle/latencies.h"

struct wm_year {
    struct wm_site_result site, twin; /* the twin: without windows and calls */
    bool has_twin;
    double rebound_j; /* drawn in intervals in which the twin draws less */
    struct wm_latencies latencies;
};

/** Runs `plan`; everything lives in `arena`. */
void wm_year_run(struct wm_arena *arena, const struct wm_scenario *scenario,
                 const struct wm_site_plan *plan, const struct wm_run_options *options,
                 struct wm_year *year, struct wm_diags *diags);

/** What settling reads of it, into an arena that outlives it: no series, no rows of files, no entries. */
void wm_year_copy(struct wm_arena *arena, const struct wm_year *from,
                  const struct wm_site_plan *plan, struct wm_year *to);

#endif
