/*
 * Tariff: what the utility bills for a month.
 *
 *     bill = energy + demand charge on max(highest 15-minute mean, minimum share of contract) + fixed
 */
#ifndef WATTMILL_TARIFF_H
#define WATTMILL_TARIFF_H

#include "wattmill/catalog.h"

struct wm_tariff {
    struct wm_catalog_head head;
    double energy_usd_per_mwh;
    double demand_usd_per_kw_month;
    double min_demand_frac; /* of the contract, billed even when not drawn */
    double fixed_usd_per_month;
};

extern const struct wm_field wm_tariff_fields[];

struct wm_bill {
    double energy_usd, demand_usd, fixed_usd;
};

/**
 * Bill of a month.
 *
 * @param energy_j    drawn in the month [J]
 * @param peak_w      highest 15-minute mean [W]
 * @param contract_w  contract demand [W]
 * @param month_frac  share of the month that was simulated, (0, 1]; scales demand and fixed charges
 * @return            costs [USD]; cannot fail
 */
struct wm_bill wm_tariff_bill(const struct wm_tariff *tariff, double energy_j, double peak_w,
                              double contract_w, double month_frac);

#endif
