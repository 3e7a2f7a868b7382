/*
 * Accounts of a run: what flows per second in the present state, and its exact integral over time.
 *
 * A state is constant between events, so an integral is a product. The meter and the sum of uses are
 * kept apart all the way, as are tokens and revenue, so that balances compare two computations.
 */
#ifndef WM_RUN_ACCOUNT_H
#define WM_RUN_ACCOUNT_H

#include "../plan/environment.h"
#include "../plan/provision.h"
#include "dispatch.h"
#include "latency.h"
#include "stranded.h"
#include "unpriced.h"
#include "wattmill/results.h"

/** Rates of a partition in a state. */
struct wm_partition_flow {
    double it_w; /* overhead included */
    bool is_there;
    double up_replicas, busy_gpus, prefill_busy_gpus;
    double clock_frac; /* mean of those that are on */
    double off_frac;   /* of the working replicas */
    struct wm_dispatch_state state;
};

/** Rates of a hall in a state. */
struct wm_hall_flow {
    struct wm_facility_power power;
    double resting_frac; /* power of accelerators that serve nothing over that when they are on */
    double hot_frac;     /* its part of what is not drawn for heat */
    double cap_w;        /* IT that it cools and carries; INFINITY: more than is asked for */
    bool is_bound;       /* its distribution holds back what is asked for */
};

/** Rates of a class in a state, in its own output tokens. */
struct wm_class_flow {
    double offered_tok_per_s;
    double wanted_tok_per_s; /* offered, or what batch work could use now */
    double served_tok_per_s;
    double slo_tok_per_s; /* served within both latency targets */
};

/** Rates of the site in a state. */
struct wm_site_flow {
    struct wm_facility_power power; /* the meter's side */
    double use_w[WM_N_USES];        /* the uses' side */
    double serving_it_w;
    double meter_w;      /* power.site_w less what the site gives itself; set by on-site supply */
    double allowed_w, limit_w, over_limit_w, penalty_usd_per_s; /* at the meter */
    /* what the site would draw without a ceiling = power.site_w + the six that follow */
    double requested_w;
    double starting_w; /* not drawn because replicas switched off are not back yet */
    double capped_w;   /* not drawn because of the contract */
    double shed_w;     /* not drawn because of a window or a call, ramps included */
    double hot_w;      /* not drawn because the plant could not cool it */
    double cooled_w;   /* site power at the plants' limits; INFINITY: not reached */
    double hall_w;     /* not drawn because a hall's distribution does not carry it */
    double held_w;     /* site power at these limits too; INFINITY: not reached */
    double unworthy_w; /* not drawn because energy costs more than it earns */
    double contract_w, payment_usd_per_s;
    double standing_w; /* of the contract, for the grid to call on */
    double stranded_w[WM_N_STRANDINGS]; /* limit_w = site_w + these + slack_w */
    double slack_w;                     /* what demand leaves of the potential */
    double shadow_usd_per_mwh;
    struct wm_margin margin; /* how that came about while it binds, per watt at the meter */
    bool is_bound;
    struct wm_hall_flow *halls;           /* [n_halls]; the power of an only one is `power` */
    struct wm_partition_flow *partitions; /* [n_partitions] */
    struct wm_class_flow *classes;        /* [n_classes] */
};

struct wm_partition_account {
    double there_s, energy_j, up_replica_s, off_replica_s, busy_gpu_s, prefill_busy_gpu_s, clock_s;
};

/** Integrals of a hall; `bin`: of the billing interval. */
struct wm_hall_account {
    double site_j, it_j, cooling_j, conversion_j, house_j;
    double water_m3, heat_in_j, heat_unmet_j;
    double hot_j; /* not drawn for its heat */
    double bound_s, extrapolated_s, bin_site_j, bin_it_j;
    double peak_site_w, peak_it_w; /* mean over a billing interval */
};

struct wm_class_account {
    double offered_tok, served_tok, dropped_tok, waiting_tok, slo_tok;
    double lost_tok, n_interruptions; /* jobs */
    double waiting_tok_s;             /* batch: integral of what waits */
    struct wm_latency *latency;
};

/** Sums over an hour. */
struct wm_hour_sum {
    double time_s, site_j, it_j;
};

/** Sums over a billing interval. */
struct wm_site_sum {
    double time_s, site_j, it_j;
    double meter_j, generation_j, storage_j; /* storage: given less taken */
    double offered_tok, served_tok, allowed_ws, contract_ws, shadow_ws, clock_s;
};

struct wm_account {
    double time_s;
    double site_j, it_j, cooling_j, conversion_j, house_j, serving_it_j;
    double requested_j, starting_j, capped_j, shed_j, hot_j, hall_j, unworthy_j;
    double use_j[WM_N_USES];
    double water_m3, evaporation_m3, blowdown_m3, drift_m3;
    double heat_in_j, heat_out_j, heat_reuse_j, heat_unmet_j;
    double extrapolated_s; /* chiller curves outside their bounds */
    double bound_s, violation_j, penalty_usd, ceiling_ws;
    double contract_ws, standing_ws, called_s, payment_usd;
    double stranded_ws[WM_N_STRANDINGS], slack_ws;
    double capped_s, hall_bound_s;
    double carbon_kg;
    struct wm_unpriced unpriced;
    struct wm_hall_account *halls; /* [n_halls]; of an only one the peaks alone: the rest is the site's */
    struct wm_partition_account *partitions;
    struct wm_class_account *classes;
    struct wm_site_sum bin;
    struct wm_hour_sum hour;
};

/** Room for the accounts of a plan. */
void wm_account_open(struct wm_arena *arena, const struct wm_site_plan *plan,
                     const struct wm_price_sets *sets, struct wm_account *account);

/**
 * Ends a billing interval in the halls' accounts; `bin` still holds it.
 * @param power  [n_halls] filled with the interval's means; NULL: not asked for
 */
void wm_account_end_bin(struct wm_account *account, const struct wm_site_plan *plan,
                        struct wm_hall_power *power);

/** Account of a hall, of an only one too. */
struct wm_hall_account wm_hall_account(const struct wm_account *account,
                                       const struct wm_site_plan *plan, size_t hall);

/** Adds `time_s` seconds of a state. */
void wm_account_add(struct wm_account *account, const struct wm_site_plan *plan,
                    const struct wm_site_flow *flow, const struct wm_surroundings *around,
                    double time_s);

#endif
