/*
 * Environment: weather, energy price and carbon of each billing interval, from the parametric
 * climate or from the rows of a file, on the site's own clock.
 *
 * The climate's hours take a fifth of a site-year and hang on climate, seed and time alone: points of a
 * study that share these share the hours through a cache.
 */
#ifndef WM_RUN_ENVIRONMENT_H
#define WM_RUN_ENVIRONMENT_H

#include "billing.h"
#include "wattmill/arena.h"
#include "wattmill/cache.h"
#include "wattmill/scenario.h"

/** What holds for an interval. */
struct wm_surroundings {
    struct wm_weather weather;
    double energy_usd_per_mwh; /* at the meter */
    double kg_per_j;           /* carbon */
    double market_usd_per_mwh; /* the file's price where the tariff takes it, else NAN */
    double system_usd_per_mwh; /* the file's price in any case, else NAN */
    wm_billing_set hours;      /* lines of the bill whose hours hold */
    size_t price_set;          /* of the environment's */
    struct wm_civil local;     /* at the interval's begin, on the site's clock */
    int64_t day;               /* local, since 1970 */
    bool is_off_peak_day;      /* local: a weekend or a holiday */
    double system_stress;      /* stands for the grid's load: price, else dry bulb */
};

struct wm_environment {
    const struct wm_site *site;
    const struct wm_billing *billing;
    struct wm_price_sets *price_sets;
    const struct wm_site_year *price,
        *carbon; /* NULL: none; of the market, also where the bill is flat */
    struct wm_climate_noise noise;
    const struct wm_weather
        *hours; /* the climate's, from `first_hour`; NULL: computed as they come */
    int64_t first_hour;
    struct wm_zone zone;
    int64_t standard_us; /* of its standard time, less UTC, at the start */
    size_t weather_row;  /* of the interval set last */
    enum wm_day_kind day_kind; /* to the tariff, of the day set last */
    int64_t hour;        /* likewise of the climate, on standard time, since 1970 */
    bool has_begun;
    struct wm_surroundings now;
};

struct wm_environment wm_environment_begin(struct wm_arena *arena,
                                           const struct wm_scenario *scenario);

/** What the site's clock shows: billing months, hours of charges and holidays follow it. */
struct wm_civil wm_environment_local(const struct wm_environment *environment, int64_t at_us);
/** Length of a month on that clock [s]. */
double wm_environment_month_s(const struct wm_environment *environment, int year, int month);

/** Takes the climate's hours of the horizon from `cache`, or computes them into it; NULL: no cache. */
void wm_environment_share(struct wm_environment *environment, struct wm_arena *arena,
                          struct wm_cache *cache, const struct wm_scenario *scenario);

/**
 * Goes on to the interval that begins at `at_us` (since 1970, UTC), which are asked for in order.
 * @return whether weather or the lines and file that make its price differ from the interval before
 */
bool wm_environment_step(struct wm_environment *environment, int64_t at_us);

/** Design hour of the site: the climate's, or the file's 99.6th percentile. */
struct wm_weather wm_environment_design(const struct wm_site *site);

#endif
