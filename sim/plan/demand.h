/*
 * Demand: how it moves through the years without its random part (site/asked.h), and racks of pools that are sized to what is asked of them, instead of to the power there is.
 *
 * A partition gets whole replicas for the highest hour of its demand over the time that its pool is there
 * and the run lasts (shape of the week, growth, season, drift of the mix, each class on its own highest day),
 * times 1 + margin: for failures, maintenance, noise, bursts and what a week's mean shape leaves out. A pool gets their racks and its share of spares, and no more than its hall takes. Batch work is taken at its
 * mean: it waits.
 */
#ifndef WM_PLAN_DEMAND_H
#define WM_PLAN_DEMAND_H

#include "provision.h"

/** Growth since `from_us` times season at `at_us`, of the mean; cannot fail. */
double wm_demand_trend(const struct wm_demand *demand, int64_t from_us, int64_t at_us);
/** Share of a workload's demand that has moved to its drift_to by `at_us`. */
double wm_demand_moved_frac(const struct wm_demand *demand, int64_t from_us, int64_t at_us);
/** Index of the workload that demand moves to; the number of workloads: none. */
size_t wm_demand_drift_to(const struct wm_scenario *scenario, const struct wm_workload *workload);

/** Highest demand of a partition [its tok/s], without margin; cannot fail. */
double wm_demand_peak(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                      const struct wm_partition *partition);

/** Replicas that a partition needs for its demand with margin; gangs are given by number. */
int64_t wm_demand_replicas(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                           const struct wm_pool *pool, const struct wm_partition *partition);
/** Racks that each partition of the pool needs for its demand with margin, spares included. @return their sum */
int64_t wm_demand_racks(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                        const struct wm_pool *pool, int64_t *racks);

#endif
