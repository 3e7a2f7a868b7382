#include "wattmill/civil.h"

#include <stdio.h>
#include <string.h>

#include "wattmill/require.h"

#define US_PER_S      1000000LL
#define S_PER_DAY     86400LL
#define DAYS_PER_ERA  146097LL /* 400 years */
#define DAYS_TO_EPOCH 719468LL /* from 0000-03-01 to 1970-01-01 */

int64_t wm_days_from_civil(int year, int month, int day)
{
    const int64_t y = (int64_t)year - (month <= 2); /* years begin in March */
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

int wm_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    WM_REQUIRE(month >= 1 && month <= 12);
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

int wm_weekday(int64_t day)
{
    const int64_t since_monday = (day + 3) % 7;
    return (int)(since_monday < 0 ? since_monday + 7 : since_monday);
}

struct wm_civil wm_civil_from_us(int64_t time_us)
{
    const int64_t time_s = time_us / US_PER_S - (time_us % US_PER_S < 0);
    const int64_t day = time_s / S_PER_DAY - (time_s % S_PER_DAY < 0);
    const int64_t days = day + DAYS_TO_EPOCH;
    WM_REQUIRE(days >= 0);
    const int of_day = (int)(time_s - day * S_PER_DAY);
    const int64_t era = days / DAYS_PER_ERA;
    const int64_t doe = days - era * DAYS_PER_ERA;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int64_t mp = (5 * doy + 2) / 153; /* months from March */
    const int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct wm_civil){.year = (int)(yoe + era * 400) + (month <= 2),
                             .month = month,
                             .day = (int)(doy - (153 * mp + 2) / 5) + 1,
                             .hour = of_day / 3600,
                             .minute = of_day / 60 % 60,
                             .second = of_day % 60};
}

int64_t wm_civil_to_us(const struct wm_civil *c)
{
    const int64_t days = wm_days_from_civil(c->year, c->month, c->day);
    const int64_t of_day = c->hour * 3600LL + c->minute * 60LL + c->second;
    return (days * S_PER_DAY + of_day) * US_PER_S;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* `n` digits at `*at`, moving over them; -1 when there are fewer. */
static int digits(const char **at, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++, (*at)++) {
        if (!is_digit(**at))
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool take(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool read_date(const char **at, struct wm_civil *c)
{
    c->year = digits(at, 4);
    if (c->year < WM_YEAR_FIRST || c->year > WM_YEAR_LAST || !take(at, '-'))
        return false;
    c->month = digits(at, 2);
    if (c->month < 1 || c->month > 12 || !take(at, '-'))
        return false;
    c->day = digits(at, 2);
    return c->day >= 1 && c->day <= wm_days_in_month(c->year, c->month);
}

/* ".25" in microseconds; false when no digit follows the point. */
static bool read_fraction(const char **at, int64_t *us)
{
    *us = 0;
    if (!take(at, '.'))
        return true;
    if (!is_digit(**at))
        return false;
    for (int64_t unit_us = US_PER_S / 10; is_digit(**at); (*at)++, unit_us /= 10)
        *us += (**at - '0') * unit_us;
    return true;
}

static bool read_clock(const char **at, struct wm_civil *c, int64_t *fraction_us)
{
    c->hour = digits(at, 2);
    if (c->hour < 0 || c->hour > 23 || !take(at, ':'))
        return false;
    c->minute = digits(at, 2);
    if (c->minute < 0 || c->minute > 59)
        return false;
    if (!take(at, ':'))
        return true;
    c->second = digits(at, 2);
    return c->second >= 0 && c->second <= 60 && read_fraction(at, fraction_us);
}

bool wm_offset_read(const char **at, int32_t *offset_s)
{
    *offset_s = 0;
    if (take(at, 'Z') || take(at, 'z'))
        return true;
    const bool is_west = **at == '-';
    if (!take(at, '+') && !take(at, '-'))
        return false;
    const int hours = digits(at, 2);
    const bool has_minutes = take(at, ':') || is_digit(**at);
    const int minutes = has_minutes ? digits(at, 2) : 0;
    *offset_s = (hours * 60 + minutes) * (is_west ? -60 : 60);
    return hours >= 0 && hours <= 23 && minutes >= 0 && minutes <= 59;
}

bool wm_time_read(const char *text, struct wm_written_time *time)
{
    struct wm_civil c = {0};
    struct wm_written_time t = {0};
    int64_t fraction_us = 0;
    const char *at = text;
    if (!read_date(&at, &c))
        return false;
    t.has_clock = (take(&at, 'T') || take(&at, 't') || take(&at, ' '));
    if (t.has_clock && !read_clock(&at, &c, &fraction_us))
        return false;
    t.has_offset = t.has_clock && *at != '\0';
    if (t.has_offset && !wm_offset_read(&at, &t.offset_s))
        return false;
    t.us = wm_civil_to_us(&c) + fraction_us - t.offset_s * US_PER_S;
    *time = t;
    return *at == '\0' && t.us >= 0;
}

bool wm_time_parse(const char *text, int64_t *time_us)
{
    struct wm_written_time time;
    if (!wm_time_read(text, &time))
        return false;
    *time_us = time.us;
    return true;
}

const char *wm_time_text(int64_t time_us, char buf[32])
{
    const struct wm_civil c = wm_civil_from_us(time_us);
    char text[80]; /* wide enough for any int, as the compiler wants to know */
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour,
             c.minute, c.second);
    memcpy(buf, text, 31);
    buf[31] = '\0';
    return buf;
}
