/*
 * KV tiers by table: what of the classes' prompts is loaded from host memory and SSDs instead of read.
 *
 * A class says what of a prompt was said before (`reuse_frac`, what a cache without end would find) and after how long
 * it comes again (`reuse_s`, an exponential mean). The accelerators' own cache finds `cached_frac`, which is as if it
 * held the last T0 of what came in; tiers that hold T more find
 *
 *     (reuse_frac - cached_frac) (1 - exp(-T / reuse_s)),   T = tokens they hold / tokens that come in a second
 *
 * in the order of their use (Che's approximation of a list by recency), as if prompts came back to the group that read
 * them before, or all groups of a replica shared one store. What comes in is taken at the capacity without
 * tiers, so that a larger tier never finds less. A loaded token costs the larger of its shares of a read one's time and
 * energy, and no tier is used where that is more than all: the case then has that much less to read. Tiers are those of
 * accelerators that read prompts. What a class is billed for cached input stays `cached_frac`.
 *
 * @par Source  H. Che, Y. Tung, Z. Wang, "Hierarchical Web Caching Systems", IEEE JSAC 20(7), 2002,
 *              doi:10.1109/JSAC.2002.801752
 */
#ifndef WM_PLAN_KV_TIERS_H
#define WM_PLAN_KV_TIERS_H

#include "provision.h"

/** Whether a pool has any. */
bool wm_kv_tiers_any(const struct wm_fleet *fleet);

/** Shares of the class's prompts that are loaded, and that need not be read. @param plan  without tiers */
void wm_kv_tiers_find(const struct wm_fleet *fleet, const struct wm_serving_plan *plan,
                      struct wm_class *class);

/** The replica that was planned without tiers, with what `c` leaves to read. @param without  a plan without fault */
struct wm_serving_plan wm_kv_tiers_same_replica(const struct wm_serving_plan *without,
                                                const struct wm_serving_case *c);

/** Price of the tiers of a pool's accelerators that read prompts [USD]. */
double wm_kv_tiers_usd(const struct wm_site_plan *plan, size_t pool);

#endif
