#include "environment.h"

#include <math.h>

#include "wattmill/civil.h"
#include "wattmill/holidays.h"

struct wm_environment wm_environment_begin(struct wm_arena *arena,
                                           const struct wm_scenario *scenario)
{
    const struct wm_site *site = &scenario->site;
    struct wm_environment e = {
        .site = site,
        .billing = wm_billing_new(arena, &site->tariff),
        .price_sets = WM_NEW(arena, struct wm_price_sets),
        .price = wm_site_price_file(site),
        .carbon = wm_site_carbon_file(site),
        .noise = wm_climate_noise((uint64_t)scenario->seed),
        .zone = wm_site_zone(site),
    };
    *e.price_sets = wm_price_sets_new(arena, e.billing);
    e.standard_us = wm_zone_standard_s(&e.zone, wm_scenario_span(scenario).start_us) * WM_US_PER_S;
    return e;
}

struct wm_civil wm_environment_local(const struct wm_environment *environment, int64_t at_us)
{
    return wm_zone_local(&environment->zone, at_us);
}

/* A February is one of 28 days in leap years too: so a year from any day to the same day is twelve months. */
double wm_environment_month_s(const struct wm_environment *environment, int year, int month)
{
    const double leap_s = month == 2 && wm_days_in_month(year, 2) == 29 ? 24.0 * WM_S_PER_H : 0.0;
    return (double)wm_zone_month_s(&environment->zone, year, month) - leap_s;
}

/* Hour of the local year, from 1 January 00:00 standard time; 29 February repeats the 28th. */
static double local_hour(const struct wm_civil *c)
{
    int64_t day = wm_days_from_civil(c->year, c->month, c->day) - wm_days_from_civil(c->year, 1, 1);
    if (wm_days_in_month(c->year, 2) == 29 && day > 58)
        day--;
    return (double)day * 24.0 + (double)c->hour + 0.5;
}

/* Hour on the site's standard time, since 1970: the climate's day and year run on it. */
static int64_t hour_at(const struct wm_environment *e, int64_t at_us)
{
    const int64_t local_us = at_us + e->standard_us;
    return local_us / WM_US_PER_H - (local_us % WM_US_PER_H < 0);
}

static struct wm_weather weather_of(const struct wm_environment *e, int64_t hour, double noise)
{
    const struct wm_site_weather *const w = &e->site->weather;
    const struct wm_civil c = wm_civil_from_us(hour * WM_US_PER_H);
    const double climate_h = local_hour(&c) - w->climate->utc_offset_s / WM_S_PER_H;
    return wm_climate_hour(w->climate, climate_h, noise, w->dry_bulb_shift_k);
}

/* The noise moves once an hour, counted from the run's start. */
static bool step_climate(struct wm_environment *e, int64_t at_us)
{
    const struct wm_site_weather *w = &e->site->weather;
    const int64_t hour = hour_at(e, at_us);
    if (e->has_begun && hour == e->hour)
        return false;
    if (e->has_begun && e->hours == NULL)
        wm_climate_noise_step(&e->noise, w->climate);
    e->hour = hour;
    e->now.weather =
        e->hours != NULL ? e->hours[hour - e->first_hour] : weather_of(e, hour, e->noise.value);
    return true;
}

static void hours_key(const struct wm_scenario *s, int64_t first_hour, size_t n,
                      unsigned char key[WM_DIGEST_BYTES])
{
    struct wm_digest *const d = wm_digest_open(&(struct wm_digest){0});
    wm_digest_add_text(d, "climate hours on the site's clock");
    wm_fields_digest(d, wm_climate_fields, s->site.weather.climate);
    wm_digest_add_real(d, s->site.weather.dry_bulb_shift_k);
    wm_digest_add_real(d, (double)((uint64_t)s->seed >> 32)); /* a double does not hold all of it */
    wm_digest_add_real(d, (double)((uint64_t)s->seed & 0xffffffffu));
    wm_digest_add_real(d, (double)first_hour);
    wm_digest_add_real(d, (double)n);
    wm_digest_close(d, key);
}

void wm_environment_share(struct wm_environment *e, struct wm_arena *arena, struct wm_cache *cache,
                          const struct wm_scenario *scenario)
{
    const struct wm_site_weather *w = &e->site->weather;
    const int64_t start_us = wm_scenario_span(scenario).start_us;
    const double length_us = wm_scenario_span(scenario).years * WM_S_PER_YEAR * (double)WM_US_PER_S;
    unsigned char key[WM_DIGEST_BYTES];
    if (cache == NULL || w->file != NULL)
        return;
    e->first_hour = hour_at(e, start_us);
    const size_t n = (size_t)(hour_at(e, start_us + llround(length_us)) - e->first_hour) + 1;
    struct wm_weather *const hours = WM_NEW_ARRAY(arena, struct wm_weather, n);
    e->hours = hours;
    hours_key(scenario, e->first_hour, n, key);
    if (wm_cache_get(cache, key, hours, n * sizeof *hours))
        return;
    struct wm_climate_noise noise = e->noise;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            wm_climate_noise_step(&noise, w->climate);
        hours[i] = weather_of(e, e->first_hour + (int64_t)i, noise.value);
    }
    wm_cache_keep(cache, key, hours, n * sizeof *hours);
}

static size_t row_of(const struct wm_environment *e, const struct wm_site_year *file, int64_t at_us)
{
    return wm_site_year_row(file, at_us, wm_site_utc_offset_s(e->site, file));
}

static bool step_file(struct wm_environment *e, int64_t at_us)
{
    const struct wm_site_weather *w = &e->site->weather;
    const size_t row = row_of(e, w->file, at_us);
    if (e->has_begun && row == e->weather_row)
        return false;
    e->weather_row = row;
    e->now.weather = wm_site_year_weather(w->file, row, w->dry_bulb_shift_k);
    return true;
}

static double series_price(const struct wm_environment *e, int64_t at_us)
{
    return e->price ? e->price->price_usd_per_mwh[row_of(e, e->price, at_us)] : (double)NAN;
}

/* The grid's load is not known: its price stands for it, and among equal prices the heat. */
static double stress_of(const struct wm_environment *e, double price)
{
    static const double usd_per_mwh_k = 1e-6; /* below any step of a price */
    const double dry_bulb_c = e->now.weather.dry_bulb_c;
    return wm_is_set(price) ? price + usd_per_mwh_k * dry_bulb_c : dry_bulb_c;
}

static double carbon_kg_per_mwh(const struct wm_environment *e, int64_t at_us)
{
    return e->carbon ? e->carbon->carbon_kg_per_mwh[row_of(e, e->carbon, at_us)]
                     : e->site->carbon.kg_per_mwh;
}

/* A day is looked up in calendars once. */
static void step_day(struct wm_environment *e, const struct wm_civil *local)
{
    const struct wm_civil *const last = &e->now.local;
    if (e->has_begun && local->day == last->day && local->month == last->month &&
        local->year == last->year)
        return;
    e->now.day = wm_days_from_civil(local->year, local->month, local->day);
    e->now.is_off_peak_day = wm_weekday(e->now.day) >= 5 ||
                             wm_is_holiday(WM_HOLIDAYS_NERC, local->year, local->month, local->day);
    e->day_kind = wm_tariff_day(&e->site->tariff, local);
}

bool wm_environment_step(struct wm_environment *environment, int64_t at_us)
{
    struct wm_environment *const e = environment;
    const struct wm_surroundings last = e->now;
    const struct wm_civil local = wm_zone_local(&e->zone, at_us);
    const bool is_new = !e->has_begun;
    const bool has_weather = e->site->weather.file ? step_file(e, at_us) : step_climate(e, at_us);
    const double price = series_price(e, at_us);
    step_day(e, &local);
    e->now.local = local;
    e->now.system_usd_per_mwh = price;
    e->now.hours = wm_billing_at(e->billing, e->day_kind, &local);
    e->now.market_usd_per_mwh = wm_billing_market_usd_per_mwh(e->billing, price);
    e->now.price_set =
        wm_price_set_at(e->price_sets, e->billing, e->now.hours, at_us,
                        wm_is_set(e->now.market_usd_per_mwh), last.price_set);
    e->now.energy_usd_per_mwh = wm_billing_usd_per_mwh(e->billing, e->now.hours, at_us, price);
    e->now.kg_per_j = carbon_kg_per_mwh(e, at_us) / WM_J_PER_MWH;
    e->now.system_stress = stress_of(e, price);
    e->has_begun = true;
    /* not by its value: what follows hangs on decisions, which other values may leave as they are */
    const bool is_other_price = e->now.price_set != last.price_set ||
                                e->now.market_usd_per_mwh < last.market_usd_per_mwh ||
                                e->now.market_usd_per_mwh > last.market_usd_per_mwh;
    return is_new || has_weather || is_other_price;
}

struct wm_weather wm_environment_design(const struct wm_site *site)
{
    const struct wm_site_weather *w = &site->weather;
    return w->file ? wm_site_year_design(w->file, w->dry_bulb_shift_k)
                   : wm_climate_design(w->climate, w->dry_bulb_shift_k);
}
