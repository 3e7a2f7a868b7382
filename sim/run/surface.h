/*
 * Serving surface of a pool: operating points of one replica over clock and batch, tabulated once,
 * and the upper concave envelope of its output rate over its power, on which dispatch works.
 */
#ifndef WM_RUN_SURFACE_H
#define WM_RUN_SURFACE_H

#include "wattmill/arena.h"
#include "wattmill/serving.h"

enum { WM_SURFACE_CLOCKS = 16, WM_SURFACE_BATCHES = 33 };
#define WM_SURFACE_POINTS (WM_SURFACE_CLOCKS * WM_SURFACE_BATCHES)

/** A point of the table: everything that is additive over replicas, and the latencies. */
struct wm_surface_point {
    struct wm_serving_point serving;
    double clock_frac;
};

struct wm_surface {
    size_t n_clocks; /* rows with a capacity, in falling order of clock: row 0 is clock 1 */
    struct wm_surface_point rows[WM_SURFACE_CLOCKS][WM_SURFACE_BATCHES];
    /* vertices of the envelope in rising order of power; the first serves nothing */
    size_t n_hull;
    const struct wm_surface_point *hull[WM_SURFACE_POINTS];
};

/** Tabulates `plan`; plan->fault must be WM_PLAN_OK. */
const struct wm_surface *wm_surface_new(struct wm_arena *arena, const struct wm_serving_plan *plan);

/** Output rate of a replica at clock 1 and its latency target [tok/s]. */
double wm_surface_capacity(const struct wm_surface *surface);

/** Operating point at full clock and `rate` in [0, capacity], by linear interpolation. */
struct wm_surface_point wm_surface_at_rate(const struct wm_surface *surface, double rate_tok_per_s);

/** Point between two by weight: (1 - t) a + t b, for every quantity. */
struct wm_surface_point wm_surface_mix(const struct wm_surface_point *a,
                                       const struct wm_surface_point *b, double t);

#endif
