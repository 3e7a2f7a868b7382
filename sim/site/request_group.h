/*
 * Router group: a part of a partition's replicas behind a router of its own, with its share of the
 * requests. Groups know nothing of each other, so they are served on any number of threads.
 *
 * While a budget holds, a group never draws more than it from the interval's begin to any later time: every
 * second (less in short intervals) it lets its replicas run as decided only if what they could draw at
 * full load until the next look is covered by what was saved before; else at the slowest clock; else they
 * stand still for that second, with all they have in place, and the door is shut. What acts is what a
 * power-capping loop has: clocks within seconds, pauses of the engine.
 */
#ifndef WM_RUN_REQUEST_GROUP_H
#define WM_RUN_REQUEST_GROUP_H

#include "flow.h"
#include "wattmill/fleet.h"
#include "wattmill/stats.h"

/** What became of a group's requests and energy, from the window's begin. */
struct wm_group_totals {
    struct wm_fleet_totals fleet;
    /* of a class: tokens of answers */
    double arrived_tok; /* those refused in the mean among them */
    uint64_t served_tok, in_flight_tok;
    uint64_t n_served, n_slo_met;
};

struct wm_group_place {
    size_t partition;
    uint32_t group; /* its number in the partition */
    uint32_t first, n_replicas;
};

/** What a group may draw in the mean of an interval, boards and hosts. */
struct wm_group_budget {
    double power_w;    /* INFINITY: no limit */
    double off_idle_w; /* idle draw of replicas that stand parked and are off */
    double saved_frac; /* of it, what being off saves */
};

struct wm_request_group;

/** @param params  of the partition's fleet; tables are shared. The group allocates in a child of `arena` */
struct wm_request_group *wm_request_group_new(struct wm_arena *arena,
                                              const struct wm_scenario *scenario,
                                              const struct wm_site_plan *plan,
                                              const struct wm_group_place *place,
                                              const struct wm_fleet_params *params);
/**
 * What holds from now on.
 *
 * @param n_up        replicas of the group that work
 * @param share_frac  of the partition's arrivals that come here
 */
void wm_request_group_decide(struct wm_request_group *group, const struct wm_site_flow *flow,
                             uint32_t n_up, double share_frac);
/** Replicas that stand parked: up, and no request goes to them. */
uint32_t wm_request_group_parked(const struct wm_request_group *group);
/** Most that its replicas could draw as decided, boards and hosts [W]. */
double wm_request_group_most_w(const struct wm_request_group *group);
/** Serves [from, until) within a budget. */
void wm_request_group_serve(struct wm_request_group *group, int64_t from_ns, int64_t until_ns,
                            const struct wm_group_budget *budget);
/** Whether it ran out of memory; it does nothing any more. */
bool wm_request_group_failed(const struct wm_request_group *group);

/** Totals; of class number `k` of the partition's. */
struct wm_group_totals wm_request_group_totals(const struct wm_request_group *group, size_t k);
/** Adds its latencies of a class, weighted by output tokens. */
void wm_request_group_latency(const struct wm_request_group *group, size_t k,
                              struct wm_log_hist *ttft, struct wm_log_hist *tpot);

#endif
