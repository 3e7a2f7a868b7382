#include "wattmill/power_contract.h"

#include <math.h>

#include "wattmill/unit.h"

void wm_ppa_settle(const struct wm_ppa *p, const struct wm_ppa_instant *now, double given_w,
                   double *left_w, struct wm_ppa_account *a)
{
    const bool on_load = p->settled == WM_PPA_ON_LOAD;
    const double w = on_load ? fmin(given_w, *left_w) : given_w;
    const double mwh = w * now->length_s / WM_J_PER_MWH;
    *left_w -= on_load ? w : 0.0;
    a->energy_j += w * now->length_s;
    a->strike_usd += mwh * p->usd_per_mwh;
    a->index_usd += p->kind == WM_PPA_INDEX ? mwh * now->market_usd_per_mwh : 0.0;
    a->credit_usd += mwh * (on_load ? now->tariff_usd_per_mwh : now->market_usd_per_mwh);
}

struct wm_ppa_cash wm_ppa_cash_in(const struct wm_ppa *p, const struct wm_ppa_account *a,
                                  double power_escalation_frac, double from_years,
                                  double length_years)
{
    const double years = fmax(0.0, fmin(from_years + length_years, p->term_years) - from_years);
    const double power = years * pow(1.0 + power_escalation_frac, from_years);
    const double own = years * pow(1.0 + p->escalation_frac, from_years);
    return (struct wm_ppa_cash){own * a->strike_usd, power * (a->credit_usd - a->index_usd)};
}

double wm_ppa_usd_per_mwh(const struct wm_ppa *ppa, double market_usd_per_mwh)
{
    return ppa->usd_per_mwh + (ppa->kind == WM_PPA_INDEX ? market_usd_per_mwh : 0.0);
}
