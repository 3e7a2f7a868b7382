#include "wattmill/zone.h"

#include <string.h>

#include "wattmill/require.h"

#define US_PER_S   1000000LL
#define US_PER_DAY (86400LL * US_PER_S)

struct wm_zone wm_zone_fixed(int32_t offset_s)
{
    return (struct wm_zone){.first_offset_s = offset_s};
}

/* "5", "05", "0530", "05:30" in seconds; -1 when it is none of these. */
static int32_t clock_s(const char *text)
{
    const size_t n = strspn(text, "0123456789");
    int hours = 0, minutes = 0;
    const char *rest = text + n;
    for (size_t i = 0; i < n && i < 4; i++)
        if (n > 2 && i >= n - 2)
            minutes = minutes * 10 + (text[i] - '0');
        else
            hours = hours * 10 + (text[i] - '0');
    if (n <= 2 && rest[0] == ':' && strspn(rest + 1, "0123456789") == 2) {
        minutes = (rest[1] - '0') * 10 + (rest[2] - '0');
        rest += 3;
    }
    return n == 0 || n > 4 || rest[0] != '\0' || minutes > 59 ? -1 : hours * 3600 + minutes * 60;
}

bool wm_zone_read_fixed(const char *text, int32_t *offset_s)
{
    *offset_s = 0;
    const bool is_utc = strncmp(text, "UTC", 3) == 0 || strncmp(text, "GMT", 3) == 0;
    const char *const at = is_utc ? text + 3 : text;
    if (strcmp(text, "Z") == 0 || (is_utc && at[0] == '\0'))
        return true;
    if (at[0] != '+' && at[0] != '-')
        return false;
    const int32_t s = clock_s(at + 1);
    *offset_s = at[0] == '-' ? -s : s;
    return s >= 0 && *offset_s >= -12 * 3600 && *offset_s <= 14 * 3600;
}

int32_t wm_zone_offset_s(const struct wm_zone *z, int64_t time_us)
{
    const int64_t time_s = time_us / US_PER_S - (time_us % US_PER_S < 0);
    size_t lo = 0, hi = z->n; /* changes that have come */
    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (z->from_s[mid] <= time_s)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo == 0 ? z->first_offset_s : z->offset_s[lo - 1];
}

int32_t wm_zone_standard_s(const struct wm_zone *z, int64_t time_us)
{
    if (z->n == 0)
        return z->first_offset_s;
    const int year = wm_civil_from_us(time_us).year;
    const int32_t january = wm_zone_offset_s(z, wm_days_from_civil(year, 1, 1) * US_PER_DAY);
    const int32_t july = wm_zone_offset_s(z, wm_days_from_civil(year, 7, 1) * US_PER_DAY);
    return january < july ? january : july;
}

struct wm_civil wm_zone_local(const struct wm_zone *z, int64_t time_us)
{
    return wm_civil_from_us(time_us + wm_zone_offset_s(z, time_us) * US_PER_S);
}

int64_t wm_zone_to_us(const struct wm_zone *z, const struct wm_civil *local)
{
    const int64_t shown_us = wm_civil_to_us(local);
    const int32_t before_s = wm_zone_offset_s(z, shown_us - US_PER_DAY);
    const int32_t after_s = wm_zone_offset_s(z, shown_us + US_PER_DAY);
    const int64_t first_us = shown_us - before_s * US_PER_S;
    const int64_t second_us = shown_us - after_s * US_PER_S;
    const bool is_first = wm_zone_offset_s(z, first_us) == before_s;
    return is_first || wm_zone_offset_s(z, second_us) != after_s ? first_us : second_us;
}

int64_t wm_zone_month_s(const struct wm_zone *z, int year, int month)
{
    const struct wm_civil from = {.year = year, .month = month, .day = 1};
    const struct wm_civil to = {.year = year + month / 12, .month = month % 12 + 1, .day = 1};
    WM_REQUIRE(month >= 1 && month <= 12);
    return (wm_zone_to_us(z, &to) - wm_zone_to_us(z, &from)) / US_PER_S;
}
