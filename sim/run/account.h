/*
 * Accounts of a run: what flows per second in the present state, and its exact integral over time.
 *
 * A state is constant between events, so an integral is a product. The meter and the sum of uses are
 * kept apart all the way, as are tokens and revenue, so that balances compare two computations.
 */
#ifndef WM_RUN_ACCOUNT_H
#define WM_RUN_ACCOUNT_H

#include "dispatch.h"
#include "provision.h"
#include "wattmill/results.h"
#include "wattmill/stats.h"

/** Rates of a pool in a state. */
struct wm_pool_flow {
    double offered_tok_per_s, served_tok_per_s;
    double usd_per_s;
    double it_w; /* overhead included */
    double up_replicas, busy_gpus, prefill_busy_gpus, clock_frac;
    double ttft_slo_tok_per_s; /* served at a rate that meets both targets */
    struct wm_dispatch_state state;
};

/** Rates of the site in a state. */
struct wm_site_flow {
    struct wm_facility_power power; /* the meter's side */
    double use_w[WM_N_USES];        /* the uses' side */
    double serving_it_w;
    double allowed_w, limit_w, over_limit_w, penalty_usd_per_s;
    double shadow_usd_per_mwh;
    bool is_bound;
    struct wm_pool_flow *pools; /* [n_pools] */
};

struct wm_pool_account {
    double offered_tok, served_tok, dropped_tok, revenue_usd;
    double energy_j, up_replica_s, busy_gpu_s, prefill_busy_gpu_s, clock_s, slo_tok;
    struct wm_log_hist ttft, tpot; /* weighted by requests */
};

/** Sums over a billing interval, an hour, a month or the run. */
struct wm_site_sum {
    double time_s, site_j, it_j;
    double offered_tok, served_tok, allowed_ws, shadow_ws, clock_s;
};

struct wm_account {
    double time_s;
    double site_j, it_j, cooling_j, conversion_j, house_j, serving_it_j;
    double use_j[WM_N_USES];
    double water_m3, evaporation_m3, blowdown_m3, drift_m3;
    double heat_in_j, heat_out_j, heat_reuse_j, heat_unmet_j;
    double extrapolated_s; /* chiller curves outside their bounds */
    double bound_s, violation_j, penalty_usd, ceiling_ws, shadow_ws;
    double carbon_kg;
    struct wm_pool_account *pools; /* [n_pools] */
    struct wm_site_sum bin, hour;
};

/** Adds `time_s` seconds of a state. */
void wm_account_add(struct wm_account *account, const struct wm_site_plan *plan,
                    const struct wm_site_flow *flow, double kg_per_j, double time_s);

#endif
