/* Decisions: all by which prices reach a plan and a year, as they go into the keys of both. */
#ifndef WM_RUN_DECISIONS_H
#define WM_RUN_DECISIONS_H

#include "../plan/provision.h"
#include "wattmill/digest.h"

/** Rate of demand at the price paid, of each workload. */
void wm_decide_demand(const struct wm_scenario *scenario, struct wm_digest *digest);

/**
 * Classes of a pool in order of what accelerator time earns with them.
 * @param gpu_s_per_out_tok  [workloads.n] of each, planned alone
 */
void wm_decide_order(struct wm_arena *arena, const struct wm_scenario *scenario,
                     const double *gpu_s_per_out_tok, struct wm_digest *digest);

/** What a token of each workload is worth, where the order is not all that a plan reads. */
void wm_decide_worths(const struct wm_scenario *scenario, struct wm_digest *digest);

/** Whether the year reads prices by decisions alone. @pre the plan's classes are priced */
bool wm_decides_alone(struct wm_arena *arena, const struct wm_scenario *scenario,
                      const struct wm_site_plan *plan);

/** Order of worth of every class at every piece of its envelope, ties told, and who is worth nothing. */
void wm_decide_worth(struct wm_arena *arena, const struct wm_site_plan *plan,
                     struct wm_digest *digest);

/** Worth itself, where the year reads it. */
void wm_decide_values(const struct wm_site_plan *plan, struct wm_digest *digest);

#endif
