/*
 * Civil time: dates and date-times to microseconds since 1970-01-01T00:00 UTC and back.
 *
 * Proleptic Gregorian, without leap seconds; days from civil after H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms", https://howardhinnant.github.io/date_algorithms.html. Date-times are
 * those of RFC 3339, section 5.6, and what is commonly written beside them.
 */
#ifndef WATTMILL_CIVIL_H
#define WATTMILL_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define WM_YEAR_FIRST 1970
#define WM_YEAR_LAST  2200

struct wm_civil {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second;
};

/** A time as it is written: with an offset or without. */
struct wm_written_time {
    int64_t us;       /* since 1970: UTC when has_offset, else of the clock that was meant */
    int32_t offset_s; /* of what was written, less UTC; 0 for Z and where there is none */
    bool has_offset, has_clock; /* a date alone has no clock */
};

/** Days from 1970-01-01 to the date; cannot fail. */
int64_t wm_days_from_civil(int year, int month, int day);
int wm_days_in_month(int year, int month);
/** Day of the week, 0 Monday to 6 Sunday, of a day since 1970-01-01 (a Thursday). */
int wm_weekday(int64_t day);
/** Broken-down UTC of `time_us` (fractions of a second dropped), before 1970 too. */
struct wm_civil wm_civil_from_us(int64_t time_us);
int64_t wm_civil_to_us(const struct wm_civil *civil);
/**
 * Reads "2027-07-12", "2027-07-12T15:00", "2027-07-12 15:00:30.25", each but the first with or
 * without an offset: Z, +02:00, -0500, +02. T and Z in either case, a blank for T; a 60th second is
 * the first of the next minute; digits after the microsecond are dropped.
 * @return false when it is none of these, or not in the years 1970..2200
 */
bool wm_time_read(const char *text, struct wm_written_time *time);
/** The instant of wm_time_read(); without an offset it is UTC. */
bool wm_time_parse(const char *text, int64_t *time_us);
/** Seconds of "Z", "+02:00", "-0500", "+02" at `*at`, moving over them; false when there is none. */
bool wm_offset_read(const char **at, int32_t *offset_s);
/** "2027-07-12T15:00:00Z". @return buf */
const char *wm_time_text(int64_t time_us, char buf[32]);

#endif
