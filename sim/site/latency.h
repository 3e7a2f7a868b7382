/*
 * Latencies of a class over the run. A run passes through very many states but few kinds of them, so
 * requests are counted by the operating point that served them and spread into distributions once,
 * at the end.
 */
#ifndef WM_RUN_LATENCY_H
#define WM_RUN_LATENCY_H

#include "../plan/provision.h"
#include "wattmill/stats.h"

enum { WM_LATENCY_SUBSTEPS = 16 };
#define WM_LATENCY_POSITIONS ((WM_SURFACE_BATCHES - 1) * WM_LATENCY_SUBSTEPS + 1)

/** Tokens served by operating point. */
struct wm_latency {
    double at_position[WM_LATENCY_POSITIONS]; /* along the fastest row of the table */
    double at_point[WM_SURFACE_CLOCKS][WM_SURFACE_BATCHES];
};

/** Counts `tok` served by replicas in `mix`. */
void wm_latency_add(struct wm_latency *latency, const struct wm_spread *mix, double tok);

/** Distributions of a class's first-token and per-token times, weighted by tokens [s]. */
void wm_latency_spread(const struct wm_latency *latency, const struct wm_surface *surface,
                       const struct wm_class *class, struct wm_log_hist *ttft,
                       struct wm_log_hist *tpot);

#endif
