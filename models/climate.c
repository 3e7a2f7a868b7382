#include "wattmill/climate.h"

#include "wattmill/psychrometrics.h"

static const double pi = 3.14159265358979323846;
static const double warmest_local_h = 15.0; /* of the mean day */

// clang-format off
const struct wm_field wm_climate_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_climate),
    WM_REALS(wm_climate, monthly_dry_bulb_c, WM_UNIT_C, -60.0, 50.0, "dry bulb at mid-month, linear between; set so that monthly means are met"),
    WM_REALS(wm_climate, monthly_diurnal_range_k, WM_UNIT_K, 0.0, 30.0, "mean day's highest less lowest hour"),
    WM_REALS(wm_climate, monthly_wet_bulb_depression_k, WM_UNIT_K, 0.0, 30.0, "mean dry bulb less wet bulb"),
    WM_REALS(wm_climate, monthly_noise_sd_k, WM_UNIT_K, 0.0, 15.0, "standard deviation about the mean day"),
    WM_REAL(wm_climate, noise_corr, WM_UNIT_NONE, 0.0, 0.9999, 0.96, "correlation of successive hours"),
    WM_REAL(wm_climate, pressure_pa, WM_UNIT_PA, 50000.0, 110000.0, 101325.0, "station pressure"),
    WM_REAL_REQ(wm_climate, design_dry_bulb_c, "design_dry_bulb_c", WM_UNIT_C, -20.0, 60.0, "99.6th percentile hour"),
    WM_REAL_REQ(wm_climate, design_wet_bulb_c, "design_wet_bulb_c", WM_UNIT_C, -20.0, 40.0, "mean wet bulb that coincides"),
    WM_REAL_AS(wm_climate, utc_offset_s, "utc_offset_h", WM_UNIT_H, -12.0, 14.0, 0.0, "local standard time less UTC"),
    WM_FIELD_END,
};
// clang-format on

struct wm_climate_noise wm_climate_noise(uint64_t seed)
{
    struct wm_climate_noise noise = {.rng = wm_rng_stream(seed, "climate", 0)};
    noise.value = wm_rng_normal(&noise.rng);
    return noise;
}

void wm_climate_noise_step(struct wm_climate_noise *noise, const struct wm_climate *climate)
{
    const double corr = climate->noise_corr;
    noise->value = corr * noise->value + sqrt(1.0 - corr * corr) * wm_rng_normal(&noise->rng);
}

/* Monthly values are nodes at mid-month, linear between and around the year. */
struct month_at {
    int a, b;
    double t;
};

static struct month_at find_month(double year_h)
{
    static const double middle_h[12] = {372.0,  1080.0, 1788.0, 2520.0, 3252.0, 3984.0,
                                        4716.0, 5460.0, 6192.0, 6924.0, 7656.0, 8388.0};
    const double h = fmod(fmod(year_h, WM_H_PER_YEAR) + WM_H_PER_YEAR, WM_H_PER_YEAR);
    for (int m = 0; m < 11; m++)
        if (h >= middle_h[m] && h < middle_h[m + 1])
            return (struct month_at){m, m + 1, (h - middle_h[m]) / (middle_h[m + 1] - middle_h[m])};
    const double gap_h = middle_h[0] + WM_H_PER_YEAR - middle_h[11];
    const double since_h = h >= middle_h[11] ? h - middle_h[11] : h + WM_H_PER_YEAR - middle_h[11];
    return (struct month_at){11, 0, since_h / gap_h};
}

static double at(const double *monthly, struct month_at m)
{
    return monthly[m.a] + m.t * (monthly[m.b] - monthly[m.a]);
}

struct wm_weather wm_climate_hour(const struct wm_climate *climate, double year_h, double noise,
                                  double shift_k)
{
    const double local_h = year_h + climate->utc_offset_s / WM_S_PER_H;
    const struct month_at m = find_month(local_h);
    const double wave = 0.5 * at(climate->monthly_diurnal_range_k, m) *
                        cos(2.0 * pi * (local_h - warmest_local_h) / 24.0);
    const double day_c =
        at(climate->monthly_dry_bulb_c, m) + noise * at(climate->monthly_noise_sd_k, m);
    /* the day's humidity, from its mean temperature and depression, holds for all its hours */
    const double depression_k = at(climate->monthly_wet_bulb_depression_k, m);
    const double ratio = wm_humidity_ratio(day_c, day_c - depression_k, climate->pressure_pa);
    const double dry_c = day_c + wave + shift_k;
    const double saturated = wm_saturated_humidity_ratio(dry_c, climate->pressure_pa);
    return (struct wm_weather){
        .dry_bulb_c = dry_c,
        .wet_bulb_c = wm_wet_bulb_from_ratio_c(dry_c, fmax(0.0, fmin(ratio, saturated)),
                                               climate->pressure_pa),
        .pressure_pa = climate->pressure_pa,
    };
}

struct wm_weather wm_climate_design(const struct wm_climate *climate, double shift_k)
{
    const double ratio = wm_humidity_ratio(climate->design_dry_bulb_c, climate->design_wet_bulb_c,
                                           climate->pressure_pa);
    const double dry_c = climate->design_dry_bulb_c + shift_k;
    const double saturated = wm_saturated_humidity_ratio(dry_c, climate->pressure_pa);
    return (struct wm_weather){
        .dry_bulb_c = dry_c,
        .wet_bulb_c = wm_wet_bulb_from_ratio_c(dry_c, fmin(ratio, saturated), climate->pressure_pa),
        .pressure_pa = climate->pressure_pa,
    };
}
