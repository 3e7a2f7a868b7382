#include "wattmill/tariff.h"

#include <math.h>

#include "wattmill/holiday.h"

static const double w_per_kw = 1e3;

static const char *const price_words[] = {"auto", "flat", "series", NULL};
static const char *const day_words[] = {"all", "weekday", "weekend", NULL};
static const char *const coincident_words[] = {"none", "4cp", "5cp", NULL};

// clang-format off
static const struct wm_field period_fields[] = {
    WM_TEXT_REQ(wm_tariff_period, name, "name of the period"),
    WM_INT(wm_tariff_period, from_month, 1, 12, 1, "first month"),
    WM_INT(wm_tariff_period, to_month, 1, 12, 12, "last month; before the first: over the year's end"),
    WM_CHOICE(wm_tariff_period, days, day_words, "all", "days of the week"),
    WM_REAL_AS(wm_tariff_period, from_s, "from_h", WM_UNIT_H, 0.0, 24.0, 0.0, "start, on the site's clock (site.time_zone)"),
    WM_REAL_AS(wm_tariff_period, to_s, "to_h", WM_UNIT_H, 0.0, 24.0, 24.0, "end; before the start: over midnight; the start itself: all day"),
    WM_REAL(wm_tariff_period, energy_usd_per_mwh, WM_UNIT_USD_PER_MWH, -1000.0, 100000.0, (double)NAN, "price in the period; unset: the flat one"),
    WM_REAL(wm_tariff_period, demand_usd_per_kw_month, WM_UNIT_USD_PER_KW_MONTH, 0.0, 1000.0, 0.0, "on the month's highest 15-minute mean in the period"),
    WM_FIELD_END,
};
const struct wm_field wm_tariff_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_tariff),
    WM_REAL(wm_tariff, energy_usd_per_mwh, WM_UNIT_USD_PER_MWH, -1000.0, 100000.0, 55.0, "flat energy price at the meter"),
    WM_CHOICE(wm_tariff, energy_price, price_words, "auto", "auto: the hourly price of the weather or market file when there is one, else flat"),
    WM_REAL(wm_tariff, delivery_usd_per_mwh, WM_UNIT_USD_PER_MWH, -1000.0, 1000.0, 0.0, "added to every MWh, whatever its price"),
    WM_REAL(wm_tariff, demand_usd_per_kw_month, WM_UNIT_USD_PER_KW_MONTH, 0.0, 1000.0, 0.0, "on the month's highest 15-minute mean"),
    WM_REAL(wm_tariff, min_demand_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "share of the contract that the demand charge bills at least"),
    WM_REAL(wm_tariff, ratchet_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "share of the highest of the last 11 months that it bills at least"),
    WM_LIST(wm_tariff, periods, wm_tariff_period, period_fields, "time of use, at most 8 periods; the first that fits holds"),
    WM_CHOICE(wm_tariff, coincident, coincident_words, "none", "4cp: highest interval of each month June to September (ERCOT); 5cp: highest hours of the five highest days of these, weekends and holidays left out (PJM)"),
    WM_REAL(wm_tariff, coincident_usd_per_kw_year, WM_UNIT_USD_PER_KW_YEAR, 0.0, 10000.0, 0.0, "on the mean of own load in the coincident peaks"),
    WM_REAL(wm_tariff, fixed_usd_per_month, WM_UNIT_USD_PER_MONTH, 0.0, 1e9, 0.0, "fixed charge"),
    WM_FIELD_END,
};
// clang-format on

static bool is_weekend(const struct wm_civil *c)
{
    return wm_day_of_week(c->year, c->month, c->day) >= 5;
}

static bool holds(const struct wm_tariff_period *p, const struct wm_civil *c)
{
    const double at_s = 3600.0 * c->hour + 60.0 * c->minute + c->second;
    const bool in_months = p->from_month <= p->to_month
                               ? c->month >= p->from_month && c->month <= p->to_month
                               : c->month >= p->from_month || c->month <= p->to_month;
    const bool in_hours = p->from_s < p->to_s ? at_s >= p->from_s && at_s < p->to_s
                                              : at_s >= p->from_s || at_s < p->to_s;
    const bool in_days = p->days == WM_DAY_ALL || (p->days == WM_DAY_WEEKEND) == is_weekend(c);
    return in_months && in_hours && in_days;
}

int wm_tariff_period_at(const struct wm_tariff *tariff, const struct wm_civil *local)
{
    const struct wm_tariff_period *periods = tariff->periods.items;
    for (size_t i = 0; i < tariff->periods.n && i < WM_TARIFF_PERIODS; i++)
        if (holds(&periods[i], local))
            return (int)i;
    return -1;
}

double wm_tariff_energy_usd_per_mwh(const struct wm_tariff *tariff, int period,
                                    double series_usd_per_mwh)
{
    const struct wm_tariff_period *periods = tariff->periods.items;
    double usd_per_mwh = tariff->energy_usd_per_mwh;
    if (tariff->energy_price != WM_ENERGY_PRICE_FLAT && wm_is_set(series_usd_per_mwh))
        usd_per_mwh = series_usd_per_mwh;
    else if (period >= 0 && wm_is_set(periods[period].energy_usd_per_mwh))
        usd_per_mwh = periods[period].energy_usd_per_mwh;
    return usd_per_mwh + tariff->delivery_usd_per_mwh;
}

static double ratchet_w(const struct wm_tariff *tariff, const struct wm_meter_month *months,
                        size_t i)
{
    double peak_w = 0.0;
    for (size_t k = i > WM_RATCHET_MONTHS ? i - WM_RATCHET_MONTHS : 0; k < i; k++)
        peak_w = fmax(peak_w, months[k].peak_w);
    return tariff->ratchet_frac * peak_w;
}

double wm_tariff_billed_w(const struct wm_tariff *tariff, const struct wm_meter_month *months,
                          size_t i, double contract_w)
{
    return fmax(fmax(months[i].peak_w, tariff->min_demand_frac * contract_w),
                ratchet_w(tariff, months, i));
}

struct wm_bill wm_tariff_bill(const struct wm_tariff *tariff, const struct wm_meter_month *months,
                              size_t i)
{
    const struct wm_meter_month *m = &months[i];
    const struct wm_tariff_period *periods = tariff->periods.items;
    const double share = m->whole_s > 0.0 ? m->time_s / m->whole_s : 0.0;
    const double contract_w = m->time_s > 0.0 ? m->contract_ws / m->time_s : 0.0;
    const double billed_w = wm_tariff_billed_w(tariff, months, i, contract_w);
    struct wm_bill bill = {
        .energy_usd = m->energy_usd,
        .demand_usd = billed_w / w_per_kw * tariff->demand_usd_per_kw_month * share,
        .fixed_usd = tariff->fixed_usd_per_month * share,
    };
    for (size_t p = 0; p < tariff->periods.n && p < WM_TARIFF_PERIODS; p++)
        bill.period_demand_usd +=
            m->period_peak_w[p] / w_per_kw * periods[p].demand_usd_per_kw_month * share;
    return bill;
}

/* Where an interval would be kept; -1: nowhere, it is no peak. */
static int place_of(const struct wm_peak_watch *w, int month, int64_t day, double stress)
{
    if (w->rule == WM_COINCIDENT_NONE || month < 6 || month > 9)
        return -1;
    const bool by_month = w->rule == WM_COINCIDENT_4CP;
    const int64_t key = by_month ? month : day;
    const int most = by_month ? 4 : 5;
    int at = w->n, lowest = 0;
    for (int i = 0; i < w->n; i++) {
        if (w->key[i] == key)
            at = i;
        if (w->stress[i] < w->stress[lowest])
            lowest = i;
    }
    if (at == most) /* a new day against the least of the five */
        at = lowest;
    return at < w->n && stress <= w->stress[at] ? -1 : at;
}

bool wm_peak_watch_counts(const struct wm_peak_watch *watch, int month, int64_t day, double stress)
{
    return place_of(watch, month, day, stress) >= 0;
}

void wm_peak_watch_add(struct wm_peak_watch *watch, int month, int64_t day, double stress,
                       double own_w)
{
    struct wm_peak_watch *const w = watch;
    const int at = place_of(w, month, day, stress);
    if (at < 0)
        return;
    w->n = at == w->n ? w->n + 1 : w->n;
    w->key[at] = w->rule == WM_COINCIDENT_4CP ? month : day;
    w->stress[at] = stress;
    w->own_w[at] = own_w;
}

double wm_peak_watch_mean_w(const struct wm_peak_watch *watch)
{
    double sum_w = 0.0;
    for (int i = 0; i < watch->n; i++)
        sum_w += watch->own_w[i];
    return watch->n > 0 ? sum_w / watch->n : 0.0;
}
