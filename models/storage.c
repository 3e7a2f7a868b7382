#include "wattmill/storage.h"

#include <math.h>

static const double w_per_kw = 1e3;

static const char *const policy_words[] = {"rules", "optimal", NULL};
static const char *const foresight_words[] = {"day", "month", NULL};

// clang-format off
const struct wm_field wm_storage_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_storage),
    WM_REAL_AS(wm_storage, power_w, "power_mw", WM_UNIT_MW, 0.0, 10000.0, 0.0, "charging and discharging, at the meter's side; 0: no battery"),
    WM_REAL_AS(wm_storage, energy_j, "energy_mwh", WM_UNIT_MWH, 0.0, 100000.0, 0.0, "between empty and full, when new; 0: no battery"),
    WM_REAL(wm_storage, round_trip_frac, WM_UNIT_FRAC, 0.1, 1.0, 0.8986, "energy out over energy in"),
    WM_REAL(wm_storage, min_soc_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.2, "lowest state of charge"),
    WM_REAL(wm_storage, max_soc_frac, WM_UNIT_FRAC, 0.0, 1.0, 1.0, "highest state of charge"),
    WM_REAL(wm_storage, start_soc_frac, WM_UNIT_FRAC, 0.0, 1.0, 1.0, "state of charge at the start"),
    WM_REAL(wm_storage, reserve_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "of the energy, kept for riding through before anything is earned with it"),
    WM_CHOICE(wm_storage, policy, policy_words, "rules", "rules: the ceiling, shave_above_mw, the two prices, in this order; optimal: a linear programme that knows load, prices, weather, calls and failures ahead of it, perfectly, and needs none of the three"),
    WM_CHOICE(wm_storage, foresight, foresight_words, "day", "of optimal: day: this day and the next, planned again each midnight; month: this month and a day, each month"),
    WM_REAL_AS(wm_storage, shave_above_w, "shave_above_mw", WM_UNIT_MW, 0.0, 10000.0, (double)NAN, "discharges to hold the meter here; unset: no peak shaving"),
    WM_REAL(wm_storage, charge_below_usd_per_mwh, WM_UNIT_USD_PER_MWH, -10000.0, 100000.0, (double)NAN, "charges only at this price or below; unset: whenever it is free of demand charge"),
    WM_REAL(wm_storage, discharge_above_usd_per_mwh, WM_UNIT_USD_PER_MWH, -10000.0, 100000.0, (double)NAN, "discharges at this price or above; unset: no arbitrage"),
    WM_REAL(wm_storage, capex_usd_per_kw, WM_UNIT_USD_PER_KW, 0.0, 100000.0, 968.0, "capital cost by power"),
    WM_REAL(wm_storage, capex_usd_per_kwh, WM_UNIT_USD_PER_KWH, 0.0, 100000.0, 253.0, "capital cost by energy"),
    WM_REAL(wm_storage, capex_usd, WM_UNIT_USD, 0.0, 1e10, 222115.0, "capital cost of any size"),
    WM_REAL(wm_storage, om_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.025, "operation and maintenance over capital, per year"),
    WM_REAL(wm_storage, life_years, WM_UNIT_YEAR, 1.0, 50.0, 15.0, "of its capital"),
    WM_REAL(wm_storage, calendar_fade, WM_UNIT_NONE, 0.0, 1.0, 1.16e-3, "capacity lost per day to the exponent, at full charge"),
    WM_REAL(wm_storage, calendar_exponent, WM_UNIT_NONE, 0.0, 2.0, 0.428, "of days"),
    WM_REAL(wm_storage, cycle_fade, WM_UNIT_NONE, 0.0, 1.0, 2.46e-5, "capacity lost per full cycle"),
    WM_REAL(wm_storage, wear_usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 10000.0, 0.01, "what a MWh given wears the battery, to policy optimal, which gives none for less; no line of the bill, which feels wear by fade and life"),
    WM_FIELD_END,
};
// clang-format on

bool wm_storage_is_there(const struct wm_storage *storage)
{
    return storage->power_w > 0.0 && storage->energy_j > 0.0;
}

double wm_storage_floor_j(const struct wm_storage *storage)
{
    const struct wm_storage *s = storage;
    return s->energy_j * fmin(s->max_soc_frac, fmax(s->min_soc_frac, s->reserve_frac));
}

double wm_storage_top_j(const struct wm_storage *storage)
{
    return storage->energy_j * storage->max_soc_frac;
}

static double one_way(const struct wm_storage *s)
{
    return sqrt(s->round_trip_frac);
}

/* What it may buy: below ceiling and shaving level always, below calm_w when price is no reason. */
static double bought_w(const struct wm_storage *s, const struct wm_storage_need *n)
{
    const bool by_price = wm_is_set(s->charge_below_usd_per_mwh);
    if (by_price && n->price_usd_per_mwh > s->charge_below_usd_per_mwh)
        return 0.0;
    double most_w = by_price ? n->allowed_w : fmin(n->allowed_w, n->calm_w);
    if (wm_is_set(s->shave_above_w))
        most_w = fmin(most_w, s->shave_above_w);
    return fmax(0.0, most_w - fmax(0.0, n->load_w));
}

static double charge_w(const struct wm_storage *s, const struct wm_storage_need *n)
{
    return fmin(s->power_w, fmax(0.0, -n->load_w) + bought_w(s, n));
}

double wm_storage_power_w(const struct wm_storage *storage, double energy_j,
                          const struct wm_storage_need *need)
{
    const struct wm_storage *s = storage;
    const struct wm_storage_need *n = need;
    double asked_w = n->load_w - n->allowed_w;
    if (wm_is_set(s->shave_above_w))
        asked_w = fmax(asked_w, n->load_w - s->shave_above_w);
    if (wm_is_set(s->discharge_above_usd_per_mwh) &&
        n->price_usd_per_mwh >= s->discharge_above_usd_per_mwh)
        asked_w = n->load_w;
    if (asked_w > 0.0)
        return wm_storage_limit_s(s, energy_j, 1.0) > 0.0 ? fmin(s->power_w, asked_w) : 0.0;
    const double taken_w = charge_w(s, n);
    return taken_w > 0.0 && wm_storage_limit_s(s, energy_j, -1.0) > 0.0 ? -taken_w : 0.0;
}

/* Inside, per second. */
static double rate_w(const struct wm_storage *s, double power_w)
{
    return power_w > 0.0 ? -power_w / one_way(s) : -power_w * one_way(s);
}

double wm_storage_advance_j(const struct wm_storage *storage, double energy_j, double power_w,
                            double time_s)
{
    return energy_j + rate_w(storage, power_w) * time_s;
}

/* Within a microsecond's energy of a limit counts as there, so that events make progress. */
double wm_storage_limit_s(const struct wm_storage *storage, double energy_j, double power_w)
{
    const double rate = rate_w(storage, power_w);
    if (power_w > 0.0 || power_w < 0.0) {
        const double left_j = power_w > 0.0 ? energy_j - wm_storage_floor_j(storage)
                                            : wm_storage_top_j(storage) - energy_j;
        const double tick_j = 2e-6 * storage->power_w;
        return left_j > tick_j ? left_j / fabs(rate) : 0.0;
    }
    return (double)INFINITY;
}

double wm_storage_capex_usd(const struct wm_storage *storage)
{
    const struct wm_storage *s = storage;
    if (!wm_storage_is_there(s))
        return 0.0;
    return s->capex_usd + s->capex_usd_per_kw * s->power_w / w_per_kw +
           s->capex_usd_per_kwh * s->energy_j / WM_J_PER_KWH;
}

double wm_storage_fade_frac(const struct wm_storage *storage, double days, double mean_soc_frac,
                            double full_cycles)
{
    const double lost =
        storage->calendar_fade * pow(days, storage->calendar_exponent) * mean_soc_frac +
        storage->cycle_fade * full_cycles;
    return fmin(1.0, lost);
}
