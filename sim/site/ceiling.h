/*
 * Ceiling: the contract by phase, the calendar of windows and calls at random times as steps in time.
 *
 * Before a window the draw comes down within the notice at the ramp rate, after it the draw goes up
 * at its rate; both ramps are staircases that never rise above the straight line, so the limit is
 * piecewise constant and exact to integrate. Where windows meet the lowest holds.
 */
#ifndef WM_RUN_CEILING_H
#define WM_RUN_CEILING_H

#include "wattmill/scenario.h"

/** From `at_us` on the site may draw `allowed_w`; the grid's own limit is `limit_w`. */
struct wm_ceiling_step {
    int64_t at_us;
    double allowed_w, limit_w;
    double contract_w; /* of the phase */
    double penalty_usd_per_mwh, payment_usd_per_mwh;
};

struct wm_ceiling_plan {
    struct wm_ceiling_step *steps; /* in rising order of time; the first at INT64_MIN */
    size_t n;
    size_t n_windows; /* calendar and calls */
};

/** The part of the horizon that calls are drawn for, and whether windows count at all. */
struct wm_ceiling_span {
    uint64_t seed;
    int64_t start_us, end_us;
    struct wm_zone zone; /* the site's clock */
    bool ignore_windows;
};

/** Steps of `ceiling`; warns (W902) where notice is too short for the ramp. */
struct wm_ceiling_plan wm_ceiling_plan_new(struct wm_arena *arena, const struct wm_ceiling *ceiling,
                                           const struct wm_ceiling_span *span,
                                           struct wm_diags *diags);

#endif
