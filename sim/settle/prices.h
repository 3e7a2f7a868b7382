/* Prices laid on what a run has summed: revenue of classes, cost of energy, worth of a watt. */
#ifndef WM_SETTLE_PRICES_H
#define WM_SETTLE_PRICES_H

#include "metrics.h"

/** Earned by a class in `site`, and booked inside for it [USD]. */
double wm_class_revenue_usd(const struct wm_site_plan *plan, const struct wm_site_result *site,
                            size_t class);
double wm_class_transfer_usd(const struct wm_site_plan *plan, const struct wm_site_result *site,
                             size_t class);

/** Energy at the price of the instant [USD]. */
struct wm_energy_cost {
    double site_usd, it_usd;
    double meter_usd; /* of what the meter gave */
};
struct wm_energy_cost wm_energy_cost(const struct wm_run *run);

/** Worth of one more MWh at the meter, over the run's time [USD/MWh x s]. */
double wm_shadow_usd_per_mwh_s(const struct wm_run *run);

/** The run's years with revenue and worth. */
struct wm_year_result *wm_priced_years(const struct wm_run *run);

#endif
