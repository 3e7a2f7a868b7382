/*
 * Parametric climate: an hour's weather from monthly means, a diurnal wave and autocorrelated noise.
 *
 *     dry_bulb = month(t) + range(t) / 2 * cos(2 pi (local hour - 15) / 24) + noise(t) + shift
 *     noise    : AR(1) per hour with the month's standard deviation
 *
 * The wet-bulb depression of the month fixes the day's humidity ratio; the hour's wet bulb follows
 * from it, so dew point moves little over the day and never passes the dry bulb.
 *
 * Left out: trends over years, heat waves longer than the noise remembers (about a day), a link of
 * heat with prices or demand; wind and rain. The hot end of a year is a result of the fit, within
 * 2.5 K of the file's 0.4 % hour: use a file of a real hot year for peaks.
 */
#ifndef WATTMILL_CLIMATE_H
#define WATTMILL_CLIMATE_H

#include "wattmill/catalog_head.h"
#include "wattmill/cooling.h"
#include "wattmill/rng.h"

struct wm_climate {
    struct wm_catalog_head head;
    double monthly_dry_bulb_c[12]; /* nodes at mid-month; linear between */
    double monthly_diurnal_range_k[12];
    double monthly_wet_bulb_depression_k[12];
    double monthly_noise_sd_k[12];
    double noise_corr; /* of successive hours */
    double pressure_pa;
    double design_dry_bulb_c, design_wet_bulb_c; /* 0.4 % dry bulb and coincident wet bulb */
    double utc_offset_s;
};

extern const struct wm_field wm_climate_fields[];

/** The noise of a climate, hour by hour from its own stream. */
struct wm_climate_noise {
    struct wm_rng rng;
    double value; /* standard deviations */
};

struct wm_climate_noise wm_climate_noise(uint64_t seed);
/** Advances the noise by one hour. */
void wm_climate_noise_step(struct wm_climate_noise *noise, const struct wm_climate *climate);

/**
 * Weather of an hour.
 *
 * @param year_h   middle of the hour since 1 January 00:00 UTC of its year [h]
 * @param noise    AR(1) state [standard deviations]
 * @param shift_k  added to the dry bulb; the humidity ratio stays
 */
struct wm_weather wm_climate_hour(const struct wm_climate *climate, double year_h, double noise,
                                  double shift_k);

/** The design hour. */
struct wm_weather wm_climate_design(const struct wm_climate *climate, double shift_k);

#endif
