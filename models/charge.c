#include <math.h>

#include "wattmill/tariff.h"
#include "wattmill/unit.h"
#include "wattmill/numeric.h"

static const double w_per_kw = 1e3;

/* Hours of a month at constant load: the block in which the last MWh of such a load lies. */
static const double month_use_s = WM_S_PER_YEAR / 12.0;

double wm_charge_part_w(const struct wm_charge *charge, double load_w)
{
    const double above_w = wm_larger(0.0, load_w - charge->from_w);
    return wm_is_set(charge->to_w) ? wm_smaller(above_w, wm_larger(0.0, charge->to_w - charge->from_w))
                                   : above_w;
}

double wm_charge_power_factor(const struct wm_charge *charge, double site_power_factor)
{
    if (charge->basis != WM_CHARGE_DEMAND || !wm_is_set(charge->min_power_factor))
        return 1.0;
    return fmax(1.0, charge->min_power_factor / site_power_factor);
}

double wm_charge_floor_w(const struct wm_charge *charge, double contract_w, int64_t at_us)
{
    const struct wm_charge_step *const steps = charge->ramp.items;
    double frac = charge->min_frac;
    for (size_t i = 0; i < charge->ramp.n && steps[i].from_us <= at_us; i++)
        frac = steps[i].min_frac;
    return fmax(frac * wm_charge_part_w(charge, contract_w), charge->min_w);
}

double wm_charge_ratchet_w(const struct wm_charge *charge, const struct wm_charge_month *months,
                           size_t i, int first_month)
{
    double peak_w = 0.0;
    if (charge->ratchet_frac <= 0.0)
        return 0.0;
    for (int64_t back = 1; back <= charge->ratchet_months; back++) {
        const int64_t at = (int64_t)i - back;
        const int64_t month = ((first_month - 1 + at) % 12 + 12) % 12 + 1;
        const struct wm_tariff_hours season = {.from_month = charge->ratchet_from_month,
                                               .to_month = charge->ratchet_to_month};
        if (!wm_tariff_in_season(&season, (int)month))
            continue;
        if (at >= 0)
            peak_w = fmax(peak_w, months[at].peak_w);
        else if (wm_is_set(charge->history_w))
            peak_w = fmax(peak_w, wm_charge_part_w(charge, charge->history_w));
    }
    return charge->ratchet_frac * peak_w;
}

double wm_charge_billed_w(const struct wm_charge *charge, const struct wm_charge_month *months,
                          size_t i, int first_month)
{
    const struct wm_charge_month *const m = &months[i];
    const double floor_w = m->term_s > 0.0 ? m->floor_ws / m->term_s : 0.0;
    return fmax(fmax(m->peak_w, floor_w), wm_charge_ratchet_w(charge, months, i, first_month));
}

/* End of a block of energy [J]. */
static double end_j(const struct wm_charge_tier *t, double billed_w, double share)
{
    if (wm_is_set(t->up_to_j))
        return t->up_to_j * share;
    return wm_is_set(t->up_to_use_s) ? t->up_to_use_s * billed_w : (double)INFINITY;
}

double wm_charge_tiers_usd(const struct wm_charge *charge, double energy_j, double billed_w,
                           double share)
{
    const struct wm_charge_tier *const tiers = charge->tiers.items;
    double usd = 0.0, begin_j = 0.0;
    for (size_t k = 0; k < charge->tiers.n && begin_j < energy_j; k++) {
        const double to_j = fmin(energy_j, end_j(&tiers[k], billed_w, share));
        usd += fmax(0.0, to_j - begin_j) / WM_J_PER_MWH * tiers[k].usd_per_mwh;
        begin_j = fmax(begin_j, to_j);
    }
    return usd;
}

double wm_charge_demand_usd(const struct wm_charge *charge, double billed_w)
{
    const struct wm_charge_tier *const tiers = charge->tiers.items;
    double usd = 0.0, begin_w = 0.0;
    for (size_t k = 0; k < charge->tiers.n && begin_w < billed_w; k++) {
        const double end_w = wm_is_set(tiers[k].up_to_w) ? tiers[k].up_to_w : (double)INFINITY;
        const double to_w = fmin(billed_w, end_w);
        usd += fmax(0.0, to_w - begin_w) / w_per_kw * tiers[k].usd_per_kw_month;
        begin_w = fmax(begin_w, to_w);
    }
    return usd;
}

double wm_charge_marginal_usd_per_mwh(const struct wm_charge *charge)
{
    const struct wm_charge_tier *const tiers = charge->tiers.items;
    if (wm_is_set(charge->to_w)) /* the part above it decides */
        return 0.0;
    if (charge->tiers.n == 0)
        return charge->usd_per_mwh;
    for (size_t k = 0; k < charge->tiers.n; k++)
        if (!wm_is_set(tiers[k].up_to_j) &&
            !(wm_is_set(tiers[k].up_to_use_s) && tiers[k].up_to_use_s < month_use_s))
            return tiers[k].usd_per_mwh;
    return tiers[charge->tiers.n - 1].usd_per_mwh;
}

double wm_charge_usd_per_kw(const struct wm_charge *charge, double days)
{
    if (wm_is_set(charge->usd_per_kw_month))
        return charge->usd_per_kw_month;
    if (wm_is_set(charge->usd_per_kw_year))
        return charge->usd_per_kw_year / 12.0;
    return wm_is_set(charge->usd_per_mw_day) ? charge->usd_per_mw_day * days / 1e3 : 0.0;
}

double wm_charge_window_s(const struct wm_charge *charge)
{
    const bool is_hourly =
        charge->peaks == WM_COINCIDENT_5CP || charge->peaks == WM_COINCIDENT_12CP;
    if (wm_is_set(charge->window_s))
        return charge->window_s;
    return charge->basis == WM_CHARGE_COINCIDENT && is_hourly ? WM_S_PER_H : 900.0;
}
