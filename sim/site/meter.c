#include "meter.h"

#include <math.h>

#include "wattmill/civil.h"

static const double w_per_kw = 1e3;

static int month_number(const struct wm_civil *c)
{
    return c->year * 12 + c->month;
}

/* A part of a month is billed by its time over the month's. A February is one of 28 days in leap years too:
 * so a year from any day to the same day is twelve months. */
static double billing_month_s(const struct wm_zone *zone, int year, int month)
{
    const double leap_s = month == 2 && wm_days_in_month(year, 2) == 29 ? 24.0 * WM_S_PER_H : 0.0;
    return (double)wm_zone_month_s(zone, year, month) - leap_s;
}

struct wm_meter wm_meter_new(struct wm_arena *arena, const struct wm_tariff *tariff,
                             const struct wm_zone *zone, int64_t start_us, int64_t end_us)
{
    const struct wm_civil first = wm_zone_local(zone, start_us);
    const struct wm_civil last = wm_zone_local(zone, end_us - 1);
    struct wm_meter m = {
        .tariff = tariff,
        .zone = *zone,
        .start_us = start_us,
        .end_us = end_us,
        .first_month = month_number(&first),
        .first_year = first.year,
        .n_months = (size_t)(month_number(&last) - month_number(&first)) + 1,
        .n_years = (size_t)(last.year - first.year) + 1,
    };
    m.months = WM_NEW_ARRAY(arena, struct wm_meter_month, m.n_months);
    m.years = WM_NEW_ARRAY(arena, struct wm_meter_year, m.n_years);
    for (size_t i = 0; i < m.n_months; i++) {
        const int number = m.first_month - 1 + (int)i; /* from January of year 0 */
        m.months[i].whole_s = billing_month_s(zone, number / 12, number % 12 + 1);
    }
    for (size_t i = 0; i < m.n_years; i++) {
        m.years[i].peaks.rule = tariff->coincident;
        m.years[i].whole_s =
            86400.0 * (337.0 + wm_days_in_month(m.first_year + (int)i, 2));
    }
    return m;
}

/* An hour of the clock as a whole, by its mean stress; one of which a part is missing does not count. */
static void watch_hours(struct wm_meter *m, struct wm_meter_year *year,
                        const struct wm_surroundings *now, const struct wm_meter_reading *reading)
{
    const int64_t hour = now->day * 24 + now->local.hour;
    if (hour != m->hour) {
        m->hour = hour;
        m->hour_j = m->hour_s = m->hour_stress_s = 0.0;
    }
    m->hour_j += reading->energy_j;
    m->hour_s += reading->time_s;
    m->hour_stress_s += now->system_stress * reading->time_s;
    if (m->hour_s >= WM_S_PER_H * (1.0 - 1e-9) && !now->is_off_peak_day)
        wm_peak_watch_add(&year->peaks, now->local.month, now->day, m->hour_stress_s / m->hour_s,
                          m->hour_j / m->hour_s);
}

static void watch_peaks(struct wm_meter *m, struct wm_meter_year *year,
                        const struct wm_surroundings *now, const struct wm_meter_reading *reading)
{
    year->time_s += reading->time_s;
    if (m->tariff->coincident == WM_COINCIDENT_5CP)
        watch_hours(m, year, now, reading);
    else
        wm_peak_watch_add(&year->peaks, now->local.month, now->day, now->system_stress,
                          reading->energy_j / reading->time_s);
}

void wm_meter_add(struct wm_meter *meter, const struct wm_surroundings *now,
                  const struct wm_meter_reading *reading)
{
    struct wm_meter_month *const month =
        &meter->months[month_number(&now->local) - meter->first_month];
    const double energy_j = reading->energy_j, mean_w = energy_j / reading->time_s;
    month->energy_j += energy_j;
    month->energy_usd += energy_j / WM_J_PER_MWH * now->energy_usd_per_mwh;
    month->carbon_kg += energy_j * now->kg_per_j;
    month->contract_ws += reading->contract_ws;
    month->time_s += reading->time_s;
    month->peak_w = fmax(month->peak_w, mean_w);
    if (now->period >= 0)
        month->period_peak_w[now->period] = fmax(month->period_peak_w[now->period], mean_w);
    meter->peak_w = fmax(meter->peak_w, mean_w);
    watch_peaks(meter, &meter->years[now->local.year - meter->first_year], now, reading);
}

double wm_meter_calm_w(const struct wm_meter *meter, int64_t at_us,
                       const struct wm_surroundings *now, double contract_w)
{
    const struct wm_tariff *t = meter->tariff;
    const struct wm_tariff_period *periods = t->periods.items;
    const struct wm_civil c = wm_zone_local(&meter->zone, at_us);
    const size_t i = (size_t)(month_number(&c) - meter->first_month);
    const struct wm_peak_watch *peaks = &meter->years[c.year - meter->first_year].peaks;
    double calm_w = (double)INFINITY;
    if (t->demand_usd_per_kw_month > 0.0)
        calm_w = wm_tariff_billed_w(t, meter->months, i, contract_w);
    if (now->period >= 0 && periods[now->period].demand_usd_per_kw_month > 0.0)
        calm_w = fmin(calm_w, meter->months[i].period_peak_w[now->period]);
    if (t->coincident_usd_per_kw_year > 0.0 &&
        wm_peak_watch_counts(peaks, now->local.month, now->day, now->system_stress))
        calm_w = 0.0;
    return calm_w;
}

/* Share of month [i] that the run sees. */
static double seen_frac(const struct wm_meter *m, size_t i)
{
    const int number = m->first_month - 1 + (int)i;
    const struct wm_civil first = {.year = number / 12, .month = number % 12 + 1, .day = 1};
    const double begin_us = (double)wm_zone_to_us(&m->zone, &first);
    const double whole_us = m->months[i].whole_s * (double)WM_US_PER_S;
    const double from = fmax(begin_us, (double)m->start_us);
    const double to = fmin(begin_us + whole_us, (double)m->end_us);
    return (to - from) / whole_us;
}

size_t wm_meter_charges(const struct wm_meter *meter, int64_t at_us, int period, double contract_w,
                        struct wm_meter_charge charges[WM_METER_CHARGES])
{
    const struct wm_tariff *t = meter->tariff;
    const struct wm_tariff_period *periods = t->periods.items;
    const struct wm_civil c = wm_zone_local(&meter->zone, at_us);
    const size_t i = (size_t)(month_number(&c) - meter->first_month);
    const uint32_t id = (uint32_t)i * (WM_TARIFF_PERIODS + 1);
    const double share = seen_frac(meter, i);
    size_t n = 0;
    if (t->demand_usd_per_kw_month > 0.0)
        charges[n++] = (struct wm_meter_charge){
            id, t->demand_usd_per_kw_month / w_per_kw * share,
            wm_tariff_billed_w(t, meter->months, i, contract_w)};
    if (period >= 0 && periods[period].demand_usd_per_kw_month > 0.0)
        charges[n++] = (struct wm_meter_charge){
            id + 1 + (uint32_t)period, periods[period].demand_usd_per_kw_month / w_per_kw * share,
            meter->months[i].period_peak_w[period]};
    return n;
}

struct wm_peak_watch wm_meter_peaks(const struct wm_meter *meter, int64_t at_us)
{
    return meter->years[wm_zone_local(&meter->zone, at_us).year - meter->first_year].peaks;
}

double wm_meter_energy_usd(const struct wm_meter *meter)
{
    double sum_usd = 0.0;
    for (size_t i = 0; i < meter->n_months; i++)
        sum_usd += meter->months[i].energy_usd;
    return sum_usd;
}

/* Mean of the peaks of a year, or of the nearest year that has seen some: a run that begins in October
 * pays for the summer that follows. */
static double coincident_w(const struct wm_meter *m, size_t year)
{
    for (size_t away = 0; away < m->n_years; away++) {
        if (year + away < m->n_years && m->years[year + away].peaks.n > 0)
            return wm_peak_watch_mean_w(&m->years[year + away].peaks);
        if (away <= year && m->years[year - away].peaks.n > 0)
            return wm_peak_watch_mean_w(&m->years[year - away].peaks);
    }
    return 0.0;
}

struct wm_bill wm_meter_bill(const struct wm_meter *meter)
{
    struct wm_bill sum = {0};
    for (size_t i = 0; i < meter->n_months; i++) {
        const struct wm_bill b = wm_tariff_bill(meter->tariff, meter->months, i);
        sum.energy_usd += b.energy_usd;
        sum.demand_usd += b.demand_usd;
        sum.period_demand_usd += b.period_demand_usd;
        sum.fixed_usd += b.fixed_usd;
    }
    for (size_t i = 0; i < meter->n_years; i++)
        sum.coincident_usd += coincident_w(meter, i) / w_per_kw *
                              meter->tariff->coincident_usd_per_kw_year *
                              meter->years[i].time_s / meter->years[i].whole_s;
    return sum;
}
