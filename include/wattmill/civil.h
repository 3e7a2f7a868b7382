/*
 * Civil time: dates and date-times in UTC to microseconds since 1970-01-01T00:00 and back.
 *
 * Proleptic Gregorian, without leap seconds; days from civil after H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms", https://howardhinnant.github.io/date_algorithms.html.
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

/** Days from 1970-01-01 to the date; cannot fail. */
int64_t wm_days_from_civil(int year, int month, int day);
int wm_days_in_month(int year, int month);
/** Broken-down UTC of `time_us` (fractions of a second dropped). @pre time_us >= 0 */
struct wm_civil wm_civil_from_us(int64_t time_us);
int64_t wm_civil_to_us(const struct wm_civil *civil);
/**
 * Reads "2027-07-12", "2027-07-12T15:00", "2027-07-12T15:00:30", each but the first with or without
 * a final Z; years 1970..2200. @return false when it is none of these
 */
bool wm_time_parse(const char *text, int64_t *time_us);
/** "2027-07-12T15:00:00Z". @return buf */
const char *wm_time_text(int64_t time_us, char buf[32]);

#endif
