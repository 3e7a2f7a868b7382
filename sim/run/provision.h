/*
 * Provisioning: how much IT power the contract carries at the design hour, how many racks each pool
 * gets of it, and how its accelerators form replicas of the model they serve.
 */
#ifndef WM_RUN_PROVISION_H
#define WM_RUN_PROVISION_H

#include "surface.h"
#include "wattmill/facility.h"
#include "wattmill/scenario.h"

struct wm_pool {
    const struct wm_fleet *fleet;
    const struct wm_workload *workload; /* NULL: nothing to serve, the pool idles */
    int64_t n_racks, n_gpus, n_replicas, gpus_per_replica;
    double spare_gpus; /* left over when replicas are formed; idle without a model */
    struct wm_serving_plan plan;
    const struct wm_surface *surface;
    double mean_demand_tok_per_s; /* offered output, weekly mean */
    double usd_per_out_tok;       /* paid, with the input that belongs to an output token */
    double input_per_out, cached_per_out; /* computed and cached input tokens per output token */
};

struct wm_site_plan {
    struct wm_facility facility;
    struct wm_weather design; /* 0.4 % dry bulb and coincident wet bulb */
    double it_design_w;
    struct wm_pool *pools;
    size_t n_pools;
};

/** WM_OK, or WM_INFEASIBLE with an E301 for each pool that cannot serve its workload. */
enum wm_status wm_provision(struct wm_arena *arena, const struct wm_scenario *scenario,
                            struct wm_site_plan *plan, struct wm_diags *diags);

#endif
