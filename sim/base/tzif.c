/*
 * TZif: the tz database's binary files. Version 1 holds 32-bit times; later ones a second block of 64-bit
 * times and behind it a footer, the rule from the last change on, as in the TZ variable. Changes before
 * 1970 only set the first offset; the rule is written out to the end of 2200.
 */
#include <string.h>

#include "wattmill/zone.h"

enum { HEADER_BYTES = 44, TYPE_BYTES = 6, FOOTER_MAX = 128 };
#define S_PER_DAY 86400LL

struct block {
    const unsigned char *times, *kinds, *types;
    size_t n_times, n_types, time_bytes, n_bytes; /* of the whole block, header included */
};

struct table {
    int64_t *from_s;
    int32_t *offset_s;
    size_t n;
    int32_t first_offset_s;
};

static uint64_t big_endian(const unsigned char *bytes, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

static bool open_block(const unsigned char *bytes, size_t n_bytes, size_t time_bytes,
                       struct block *b)
{
    if (n_bytes < HEADER_BYTES || memcmp(bytes, "TZif", 4) != 0)
        return false;
    size_t count[6]; /* UT and standard indicators, leap seconds, times, types, name bytes */
    for (size_t i = 0; i < 6; i++)
        count[i] = (size_t)big_endian(bytes + 20 + 4 * i, 4);
    for (size_t i = 0; i < 6; i++)
        if (count[i] > n_bytes)
            return false;
    *b = (struct block){.n_times = count[3], .n_types = count[4], .time_bytes = time_bytes};
    b->times = bytes + HEADER_BYTES;
    b->n_bytes = HEADER_BYTES + count[3] * (time_bytes + 1) + count[4] * TYPE_BYTES + count[5] +
                 count[2] * (time_bytes + 4) + count[1] + count[0];
    if (b->n_bytes > n_bytes || count[4] == 0 || count[2] > 0)
        return false;
    b->kinds = b->times + count[3] * time_bytes;
    b->types = b->kinds + count[3];
    return true;
}

static int32_t offset_of(const struct block *b, size_t type)
{
    return (int32_t)(uint32_t)big_endian(b->types + type * TYPE_BYTES, 4);
}

static int64_t time_of(const struct block *b, size_t i)
{
    const uint64_t raw = big_endian(b->times + i * b->time_bytes, b->time_bytes);
    return b->time_bytes == 8 ? (int64_t)raw : (int64_t)(int32_t)(uint32_t)raw;
}

static void add(struct table *t, int64_t from_s, int32_t offset_s)
{
    const bool is_old = from_s <= 0;
    if (is_old)
        t->first_offset_s = offset_s;
    if (is_old || (t->n > 0 && from_s <= t->from_s[t->n - 1]))
        return;
    t->from_s[t->n] = from_s;
    t->offset_s[t->n++] = offset_s;
}

static bool add_changes(struct table *t, const struct block *b)
{
    t->first_offset_s = offset_of(b, 0);
    for (size_t i = 0; i < b->n_times; i++) {
        if (b->kinds[i] >= b->n_types)
            return false;
        add(t, time_of(b, i), offset_of(b, b->kinds[i]));
    }
    return true;
}

/* Day of a year on which a rule's change lies, and the local time of it. */
struct change {
    char form; /* 'M' month.week.day, 'J' day 1..365 without 29 February, '0' day 0..365 */
    int month, week, day;
    int32_t at_s;
};

struct rule {
    int32_t standard_s, summer_s;
    bool has_summer;
    struct change to_summer, to_standard;
};

static bool number(const char **at, int most, int *value)
{
    const char *const start = *at;
    for (*value = 0; **at >= '0' && **at <= '9' && *value <= most; (*at)++)
        *value = *value * 10 + (**at - '0');
    return *at > start && *value <= most;
}

/* [+-]hh[:mm[:ss]] */
static bool read_clock(const char **at, int32_t *seconds)
{
    const bool is_minus = **at == '-';
    int part[3] = {0};
    if (**at == '+' || **at == '-')
        (*at)++;
    if (!number(at, 167, &part[0]))
        return false;
    for (int i = 1; i < 3 && **at == ':'; i++) {
        (*at)++;
        if (!number(at, 59, &part[i]))
            return false;
    }
    *seconds = (part[0] * 3600 + part[1] * 60 + part[2]) * (is_minus ? -1 : 1);
    return true;
}

static bool skip_name(const char **at)
{
    const char *const start = *at;
    if (**at == '<') {
        const char *const end = strchr(start, '>');
        *at = end != NULL ? end + 1 : start;
        return end != NULL;
    }
    while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))
        (*at)++;
    return *at - start >= 3;
}

static bool read_change(const char **at, struct change *c)
{
    if (*(*at)++ != ',')
        return false;
    c->form = **at == 'M' || **at == 'J' ? *(*at)++ : '0';
    c->at_s = 7200;
    if (c->form == 'M') {
        if (!number(at, 12, &c->month) || *(*at)++ != '.' || !number(at, 5, &c->week) ||
            *(*at)++ != '.' || !number(at, 6, &c->day) || c->month < 1 || c->week < 1)
            return false;
    } else if (!number(at, 365, &c->day)) {
        return false;
    }
    if (**at != '/')
        return true;
    (*at)++;
    return read_clock(at, &c->at_s);
}

static bool read_rule(const char *text, struct rule *r)
{
    const char *at = text;
    if (!skip_name(&at) || !read_clock(&at, &r->standard_s))
        return false;
    r->standard_s = -r->standard_s; /* west of Greenwich counts up in the TZ variable */
    r->has_summer = *at != '\0';
    if (!r->has_summer)
        return true;
    r->summer_s = r->standard_s + 3600;
    if (!skip_name(&at))
        return false;
    if (*at != ',') {
        if (!read_clock(&at, &r->summer_s))
            return false;
        r->summer_s = -r->summer_s;
    }
    return read_change(&at, &r->to_summer) && read_change(&at, &r->to_standard) && *at == '\0';
}

static int64_t day_of_change(const struct change *c, int year)
{
    if (c->form == '0')
        return wm_days_from_civil(year, 1, 1) + c->day;
    if (c->form == 'J')
        return wm_days_from_civil(year, 1, 1) + c->day - 1 +
               (c->day >= 60 && wm_days_in_month(year, 2) == 29);
    const int64_t first = wm_days_from_civil(year, c->month, 1);
    const int wanted = (c->day + 6) % 7; /* from Monday; the rule counts from Sunday */
    int day = (wanted - wm_weekday(first) + 7) % 7 + 7 * (c->week - 1);
    while (day >= wm_days_in_month(year, c->month)) /* week 5 is the last there is */
        day -= 7;
    return first + day;
}

static void add_rule(struct table *t, const struct rule *r, int64_t since_s)
{
    if (t->n == 0 && !r->has_summer)
        t->first_offset_s = r->standard_s;
    for (int year = WM_YEAR_FIRST - 1; r->has_summer && year <= WM_YEAR_LAST + 1; year++) {
        const int64_t summer_s =
            day_of_change(&r->to_summer, year) * S_PER_DAY + r->to_summer.at_s - r->standard_s;
        const int64_t standard_s =
            day_of_change(&r->to_standard, year) * S_PER_DAY + r->to_standard.at_s - r->summer_s;
        const bool is_northern = summer_s < standard_s;
        const int64_t first_s = is_northern ? summer_s : standard_s;
        const int64_t last_s = is_northern ? standard_s : summer_s;
        if (first_s > since_s)
            add(t, first_s, is_northern ? r->summer_s : r->standard_s);
        if (last_s > since_s)
            add(t, last_s, is_northern ? r->standard_s : r->summer_s);
    }
}

/* The footer's rule holds after the last change; a version 1 file and an empty footer have none. */
static bool add_footer(struct table *t, const struct block *b, const unsigned char *at,
                       size_t n_bytes)
{
    char text[FOOTER_MAX];
    struct rule rule = {0};
    const unsigned char *const end = n_bytes > 1 ? memchr(at + 1, '\n', n_bytes - 1) : NULL;
    if (end == NULL || at[0] != '\n' || end - at > FOOTER_MAX)
        return false;
    const size_t n = (size_t)(end - at) - 1;
    memcpy(text, at + 1, n);
    text[n] = '\0';
    if (n == 0)
        return true;
    if (!read_rule(text, &rule))
        return false;
    add_rule(t, &rule, b->n_times > 0 ? time_of(b, b->n_times - 1) : INT64_MIN);
    return true;
}

bool wm_zone_read_tzif(struct wm_arena *arena, const char *text, size_t n_bytes,
                       struct wm_zone *zone)
{
    const unsigned char *const bytes = (const unsigned char *)text;
    struct block b;
    if (!open_block(bytes, n_bytes, 4, &b))
        return false;
    const bool is_long = bytes[4] >= '2';
    const size_t skip = is_long ? b.n_bytes : 0;
    if (is_long && !open_block(bytes + skip, n_bytes - skip, 8, &b))
        return false;
    const size_t room = b.n_times + 2 * (WM_YEAR_LAST - WM_YEAR_FIRST + 3);
    struct table t = {.from_s = WM_NEW_ARRAY(arena, int64_t, room),
                      .offset_s = WM_NEW_ARRAY(arena, int32_t, room)};
    if (!add_changes(&t, &b))
        return false;
    const size_t used = skip + b.n_bytes;
    if (is_long && !add_footer(&t, &b, bytes + used, n_bytes - used))
        return false;
    for (size_t i = 0; i < t.n; i++)
        if (t.offset_s[i] < -86400 || t.offset_s[i] > 86400)
            return false;
    *zone = (struct wm_zone){t.n, t.from_s, t.offset_s, t.first_offset_s};
    return zone->first_offset_s >= -86400 && zone->first_offset_s <= 86400;
}
