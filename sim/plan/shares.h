/*
 * Shares: how the racks of a pool are divided among its partitions: what is given, what jobs need,
 * and the rest by load.
 */
#ifndef WM_RUN_SHARES_H
#define WM_RUN_SHARES_H

#include "provision.h"

/** Whole racks to each partition of a pool: as given, the rest by load but at least one where racks
 *  are left; what rounding leaves goes to the first. */
void wm_shares_divide(const struct wm_scenario *scenario, struct wm_site_plan *plan,
                      const struct wm_pool *pool);

/** Accelerators of a partition without the racks that are kept as spares. */
int64_t wm_shares_working_gpus(const struct wm_pool *pool, const struct wm_partition *partition);

/** Offered output rate as the scenario gives it; NAN: by utilisation of capacity [tok/s]. */
double wm_shares_demand(const struct wm_scenario *scenario, const struct wm_workload *workload);

/** Racks of so many that are kept as spares. */
int64_t wm_shares_spare_racks(const struct wm_fleet *fleet, int64_t racks);

/** Racks of which `working` are no spares. */
int64_t wm_shares_with_spares(const struct wm_fleet *fleet, int64_t working);

#endif
