/*
 * Site year: weather, price and carbon of one place, hour by hour or quarter by quarter.
 *
 * Rows are local standard time, without daylight saving, from 1 January 00:00; row i holds for
 * [i, i + 1) of its step. A year of 8,760 hours used in a leap year repeats 28 February; one of
 * 8,784 hours used in another year passes over 29 February. Every later year repeats the rows.
 * Prices, carbon and demand have weeks: where the file's year is known, its rows are laid over another
 * year by up to three days earlier or later, so that a Monday stays a Monday and heat and price of one
 * file stay together.
 */
#ifndef WATTMILL_SITE_YEAR_H
#define WATTMILL_SITE_YEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wattmill/cooling.h"

struct wm_site_year {
    const char *path;
    size_t n_rows;       /* 8,760 or 8,784 times rows_per_h */
    int rows_per_h;      /* 1, 2 or 4 */
    bool has_leap_day;   /* 8,784 hours */
    int year;            /* 0: a typical year, or not known */
    double utc_offset_s; /* of the rows' clock, less UTC; NAN when the file does not say */
    const double *dry_bulb_c, *wet_bulb_c, *pressure_pa; /* [n_rows]; NULL in a market file */
    const double *price_usd_per_mwh; /* [n_rows], or NULL when the file has none */
    const double *carbon_kg_per_mwh; /* likewise */
    const double *solar_frac;        /* [n_rows] of a solar file, or NULL */
    struct wm_weather design; /* 99.6th percentile dry bulb, mean wet bulb within 0.5 K of it */
};

/**
 * Row that holds at an instant.
 *
 * @param time_us       since 1970-01-01 UTC [us], >= 0
 * @param utc_offset_s  of the rows' clock, less UTC [s]
 * @return              [0, n_rows); cannot fail
 */
size_t wm_site_year_row(const struct wm_site_year *year, int64_t time_us, double utc_offset_s);

/**
 * Weather of a row.
 * @param shift_k  added to the dry bulb; the humidity ratio stays [K]
 */
struct wm_weather wm_site_year_weather(const struct wm_site_year *year, size_t row, double shift_k);

/** The design hour, shifted likewise. */
struct wm_weather wm_site_year_design(const struct wm_site_year *year, double shift_k);

/** Design hour of `n` rows (see struct wm_site_year). `sorted_c` is room for n values. */
struct wm_weather wm_design_hour(const double *dry_bulb_c, const double *wet_bulb_c,
                                 const double *pressure_pa, size_t n, double *sorted_c);

#endif
