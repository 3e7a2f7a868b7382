/*
 * Holidays: the days on which tariffs, capacity markets and exchanges count off-peak hours.
 *
 * A set is a table of rules: a date, a weekday of a month, or days from Easter, with what happens when the
 * date falls on a weekend. A day that is moved may lie in another year (1 January on a Saturday).
 */
#ifndef WATTMILL_HOLIDAYS_H
#define WATTMILL_HOLIDAYS_H

#include <stdbool.h>
#include <stdint.h>

/** In the order of wm_holiday_words. */
enum wm_holidays {
    WM_HOLIDAYS_NONE,
    WM_HOLIDAYS_NERC, /* six days; one on a Sunday is kept on Monday: PJM, ERCOT, most US tariffs */
    WM_HOLIDAYS_US_FEDERAL, /* eleven days; Saturday's are kept on Friday, Sunday's on Monday */
    WM_HOLIDAYS_GERMANY,    /* in all states */
    WM_HOLIDAYS_ENGLAND,    /* bank holidays of England and Wales, without single years' own */
    WM_HOLIDAYS_FRANCE,
    WM_N_HOLIDAYS
};

/** Names for keys, ended by NULL. */
extern const char *const wm_holiday_words[WM_N_HOLIDAYS + 1];

/** Whether a local date is one of the set's. */
bool wm_is_holiday(enum wm_holidays set, int year, int month, int day);
/** Easter Sunday of a year in days since 1970-01-01 (Gregorian). */
int64_t wm_easter_day(int year);

#endif
