#include "wattmill/megawatt.h"

#include <math.h>

#include "wattmill/finance.h"
#include "wattmill/require.h"
#include "wattmill/unit.h"

double wm_rental_usd_per_mw_year(double gpus_per_mw, double rent_usd_per_gpu_h, double sold_frac)
{
    return gpus_per_mw * rent_usd_per_gpu_h * WM_H_PER_YEAR * sold_frac;
}

double wm_mw_margin_usd(const struct wm_mw_use *u, double rate_frac)
{
    const double capital_usd =
        u->capex_usd > 0.0
            ? wm_equivalent_annual_cost(u->capex_usd, u->residual_usd, rate_frac, u->life_years)
            : 0.0;
    return u->revenue_usd_per_year - u->opex_usd_per_year - capital_usd;
}

double wm_mw_lambda_usd(const struct wm_mw_use *uses, size_t n, double rate_frac, size_t *best)
{
    double lambda_usd = 0.0;
    size_t at = n;
    for (size_t i = 0; i < n; i++) {
        const double margin_usd = wm_mw_margin_usd(&uses[i], rate_frac);
        if (margin_usd > lambda_usd) {
            lambda_usd = margin_usd;
            at = i;
        }
    }
    if (best != NULL)
        *best = at;
    return lambda_usd;
}

double wm_holding_cost_usd(double resale_now_usd, double resale_next_usd, double rate_frac)
{
    return resale_now_usd * (1.0 + rate_frac) - resale_next_usd;
}

double wm_resale_frac(double age_years)
{
    static const double frac[] = {1.0, 0.625, 0.425, 0.30, 0.175, 0.125};
    enum { LAST = sizeof frac / sizeof *frac - 1 };
    WM_REQUIRE(age_years >= 0.0);
    if (age_years >= LAST)
        return frac[LAST] * pow(frac[LAST] / frac[LAST - 1], age_years - LAST);
    const int year = (int)age_years;
    return frac[year] * pow(frac[year + 1] / frac[year], age_years - year);
}

double wm_break_even_rent_usd_per_gpu_h(double lambda_usd, double opex_usd, double holding_usd,
                                        double gpus_per_mw, double sold_frac)
{
    WM_REQUIRE(gpus_per_mw > 0.0 && sold_frac > 0.0);
    return (lambda_usd + opex_usd + holding_usd) / (WM_H_PER_YEAR * sold_frac * gpus_per_mw);
}

double wm_curtailment_usd_per_mwh(double revenue_usd_per_mw_year, double avoided_usd_per_mwh)
{
    return revenue_usd_per_mw_year / WM_H_PER_YEAR - avoided_usd_per_mwh;
}

double wm_curtailment_usd(double shed_mw, double idle_mw, double hours, double usd_per_mwh)
{
    return fmax(0.0, shed_mw - idle_mw) * hours * usd_per_mwh;
}

double wm_stranded_usd_per_year(double ceiling_mw, double peak_mw, double lambda_usd)
{
    return fmax(0.0, ceiling_mw - peak_mw) * lambda_usd;
}

double wm_time_to_power_usd(double usd_per_mw_year, double mw, double months)
{
    return usd_per_mw_year * mw * months / 12.0;
}
