#include "wattmill/site_year.h"

#include <math.h>
#include <stdlib.h>

#include "wattmill/civil.h"
#include "wattmill/psychrometrics.h"
#include "wattmill/require.h"
#include "wattmill/unit.h"

static const double design_frac = 0.996; /* ASHRAE's 0.4 % cooling design condition */
static const double coincident_k = 0.5;
enum { LEAP_DAY = 59, HOURS_PER_DAY = 24 }; /* 29 February, days from 0 */

size_t wm_site_year_row(const struct wm_site_year *year, int64_t time_us, double utc_offset_s)
{
    const int64_t local_us = time_us + (int64_t)llround(utc_offset_s * (double)WM_US_PER_S);
    /* the last hours of 1969 are those of 1970: neither is a leap year */
    const int64_t at_us = local_us >= 0 ? local_us : local_us + 365 * 24 * WM_US_PER_H;
    const struct wm_civil c = wm_civil_from_us(at_us);
    int64_t day = wm_days_from_civil(c.year, c.month, c.day) - wm_days_from_civil(c.year, 1, 1);
    const bool is_leap = wm_days_in_month(c.year, 2) == 29;
    if (is_leap && !year->has_leap_day && day >= LEAP_DAY)
        day--;
    if (!is_leap && year->has_leap_day && day >= LEAP_DAY)
        day++;
    const int64_t hour = day * HOURS_PER_DAY + c.hour;
    const int quarter = c.minute * year->rows_per_h / 60;
    const size_t row = (size_t)hour * (size_t)year->rows_per_h + (size_t)quarter;
    WM_REQUIRE(row < year->n_rows);
    return row;
}

/* The same air, warmer or colder by `shift_k`; never beyond saturation. */
static struct wm_weather shifted(const struct wm_weather *w, double shift_k)
{
    if (shift_k == 0.0)
        return *w;
    const double dry_c = w->dry_bulb_c + shift_k;
    const double ratio = wm_humidity_ratio(w->dry_bulb_c, w->wet_bulb_c, w->pressure_pa);
    const double most = wm_saturated_humidity_ratio(dry_c, w->pressure_pa);
    return (struct wm_weather){
        dry_c, wm_wet_bulb_from_ratio_c(dry_c, fmax(0.0, fmin(ratio, most)), w->pressure_pa),
        w->pressure_pa};
}

struct wm_weather wm_site_year_weather(const struct wm_site_year *year, size_t row, double shift_k)
{
    const struct wm_weather w = {year->dry_bulb_c[row], year->wet_bulb_c[row],
                                 year->pressure_pa[row]};
    return shifted(&w, shift_k);
}

struct wm_weather wm_site_year_design(const struct wm_site_year *year, double shift_k)
{
    return shifted(&year->design, shift_k);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct wm_weather wm_design_hour(const double *dry_bulb_c, const double *wet_bulb_c,
                                 const double *pressure_pa, size_t n, double *sorted_c)
{
    struct wm_weather design = {0};
    double n_near = 0.0;
    WM_REQUIRE(n > 0);
    for (size_t i = 0; i < n; i++)
        sorted_c[i] = dry_bulb_c[i];
    qsort(sorted_c, n, sizeof *sorted_c, by_value);
    design.dry_bulb_c = sorted_c[(size_t)((double)n * design_frac)];
    for (size_t i = 0; i < n; i++) {
        if (fabs(dry_bulb_c[i] - design.dry_bulb_c) > coincident_k)
            continue;
        design.wet_bulb_c += wet_bulb_c[i];
        design.pressure_pa += pressure_pa[i];
        n_near += 1.0;
    }
    design.wet_bulb_c = fmin(design.wet_bulb_c / n_near, design.dry_bulb_c);
    design.pressure_pa /= n_near;
    return design;
}
