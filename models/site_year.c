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

/* Day of the file's year, from 0, that stands for a date; a year of unknown weekdays keeps the date. */
static int64_t day_by_date(const struct wm_site_year *year, const struct wm_civil *c)
{
    int64_t day = wm_days_from_civil(c->year, c->month, c->day) - wm_days_from_civil(c->year, 1, 1);
    const bool is_leap = wm_days_in_month(c->year, 2) == 29;
    if (is_leap && !year->has_leap_day && day >= LEAP_DAY)
        day--;
    if (!is_leap && year->has_leap_day && day >= LEAP_DAY)
        day++;
    return day;
}

/* The same weekday, at most three days from the day of the year; whole weeks round the year's ends. */
static int64_t day_by_weekday(const struct wm_site_year *year, const struct wm_civil *c)
{
    enum { WEEK = 7, WEEKS = 52 * WEEK };
    const int64_t first = wm_days_from_civil(c->year, 1, 1);
    const int64_t file_first = wm_days_from_civil(year->year, 1, 1);
    const int64_t n_days = year->has_leap_day ? 366 : 365;
    int64_t shift = (first - file_first) % WEEK;
    shift += shift < -3 ? WEEK : shift > 3 ? -WEEK : 0;
    const int64_t day = wm_days_from_civil(c->year, c->month, c->day) - first + shift;
    return day < 0 ? day + WEEKS : day >= n_days ? day - WEEKS : day;
}

size_t wm_site_year_row(const struct wm_site_year *year, int64_t time_us, double utc_offset_s)
{
    const struct wm_civil c =
        wm_civil_from_us(time_us + (int64_t)llround(utc_offset_s * (double)WM_US_PER_S));
    const bool has_weekdays = year->year != 0 && year->year != c.year;
    const int64_t day = has_weekdays ? day_by_weekday(year, &c) : day_by_date(year, &c);
    const int64_t hour = day * HOURS_PER_DAY + c.hour;
    const int part = c.minute * year->rows_per_h / 60;
    const size_t row = (size_t)hour * (size_t)year->rows_per_h + (size_t)part;
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
