#include "wattmill/tariff.h"

// clang-format off
const struct wm_field wm_tariff_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_tariff),
    WM_REAL(wm_tariff, energy_usd_per_mwh, WM_UNIT_USD_PER_MWH, -1000.0, 100000.0, 55.0, "energy price at the meter"),
    WM_REAL(wm_tariff, demand_usd_per_kw_month, WM_UNIT_USD_PER_KW_MONTH, 0.0, 1000.0, 0.0, "on the month's highest 15-minute mean"),
    WM_REAL(wm_tariff, min_demand_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "share of the contract that the demand charge bills at least"),
    WM_REAL(wm_tariff, fixed_usd_per_month, WM_UNIT_USD_PER_MONTH, 0.0, 1e9, 0.0, "fixed charge"),
    WM_FIELD_END,
};
// clang-format on

static const double w_per_kw = 1e3;

struct wm_bill wm_tariff_bill(const struct wm_tariff *tariff, double energy_j, double peak_w,
                              double contract_w, double month_frac)
{
    const double billed_w = fmax(peak_w, tariff->min_demand_frac * contract_w);
    return (struct wm_bill){
        .energy_usd = energy_j / WM_J_PER_MWH * tariff->energy_usd_per_mwh,
        .demand_usd = billed_w / w_per_kw * tariff->demand_usd_per_kw_month * month_frac,
        .fixed_usd = tariff->fixed_usd_per_month * month_frac,
    };
}
