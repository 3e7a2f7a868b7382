/*
 * Time zone: what a place's clock shows at an instant, daylight saving and all.
 *
 * A zone is a fixed offset or a table of changes, read from the tz database's binary files (TZif) and
 * carried on to 2200 by the rule in their footer. Standard time is the clock without daylight saving:
 * the lesser offset of 1 January and 1 July, which also fits Dublin's and Casablanca's way of writing
 * it down.
 *
 * Source: RFC 9636, "The Time Zone Information Format (TZif)", 2024; POSIX.1-2024, TZ variable.
 */
#ifndef WATTMILL_ZONE_H
#define WATTMILL_ZONE_H

#include <stddef.h>

#include "wattmill/arena.h"
#include "wattmill/civil.h"

struct wm_zone {
    size_t n;                /* changes; 0: a fixed offset */
    const int64_t *from_s;   /* [n] since 1970 UTC, rising */
    const int32_t *offset_s; /* [n] local less UTC from then on */
    int32_t first_offset_s;  /* before the first change */
};

/** A clock that is always `offset_s` ahead of UTC. */
struct wm_zone wm_zone_fixed(int32_t offset_s);
/** "UTC", "Z", "+05:30", "-7", "UTC-05:00": an offset of -12..14 h. @return false for other texts */
bool wm_zone_read_fixed(const char *text, int32_t *offset_s);
/** Zone of the bytes of a TZif file. @return false when they are none, or count leap seconds */
bool wm_zone_read_tzif(struct wm_arena *arena, const char *bytes, size_t n_bytes,
                       struct wm_zone *zone);

/** Local time less UTC at an instant [s]. */
int32_t wm_zone_offset_s(const struct wm_zone *zone, int64_t time_us);
/** Local standard time less UTC in the year of an instant [s]. */
int32_t wm_zone_standard_s(const struct wm_zone *zone, int64_t time_us);
/** What the clock shows. */
struct wm_civil wm_zone_local(const struct wm_zone *zone, int64_t time_us);
/**
 * Instant at which the clock shows `local`. A time that is shown twice is the first of the two; one that
 * is jumped over is as far behind the jump as it lies in it.
 */
int64_t wm_zone_to_us(const struct wm_zone *zone, const struct wm_civil *local);
/** Seconds of a local month from midnight of its first day, the hour lost or won in it counted. */
int64_t wm_zone_month_s(const struct wm_zone *zone, int year, int month);

#endif
