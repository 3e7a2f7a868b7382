/* Latencies of a run: quantiles of first-token and per-token times, by class and over all requests. */
#ifndef WM_SETTLE_LATENCIES_H
#define WM_SETTLE_LATENCIES_H

#include "../site/site.h"

struct wm_latency_quantiles {
    double ttft_p50_s, ttft_p99_s, tpot_p50_s, tpot_p99_s;
};
struct wm_latencies {
    struct wm_latency_quantiles all;
    struct wm_latency_quantiles *classes; /* [n_classes], of jobs without meaning */
};

struct wm_latencies wm_latencies_of(struct wm_arena *arena, const struct wm_site_plan *plan,
                                    const struct wm_site_result *site);

#endif
