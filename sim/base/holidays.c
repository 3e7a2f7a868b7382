/*
 * Sources: NERC, "Additional Off-peak Days" (New Year's Day, Memorial Day, Independence Day, Labor Day, Thanksgiving, Christmas; Sunday's on Monday);
 * 5 U.S.C. 6103 (federal holidays; Juneteenth from 2021) and Executive Order 11582 (observance);
 * Banking and Financial Dealings Act 1971, schedule 1 (England and Wales, with New Year's Day and the
 * first Monday in May by proclamation); Code du travail L3133-1 (France); laws of the German states.
 * Easter: anonymous Gregorian algorithm, Nature 13, 487 (1876).
 */
#include "wattmill/holidays.h"

#include <stddef.h>

#include "wattmill/civil.h"

enum form { DATE, NTH_WEEKDAY, LAST_WEEKDAY, EASTER };
enum move { STAYS, SUNDAY_TO_MONDAY, NEAREST_WEEKDAY, NEXT_WEEKDAY };
enum { MON, TUE, WED, THU, FRI, SAT, SUN };

struct rule {
    enum form form;
    int month, day; /* DATE: the date; EASTER: `day` days from it */
    int weekday;    /* and `day` which of the month */
    enum move move;
    int from_year;
};

// clang-format off
static const struct rule nerc[] = {
    {DATE,         1,  1,  0,   SUNDAY_TO_MONDAY, 0}, {LAST_WEEKDAY, 5,  0,  MON, STAYS,            0},
    {DATE,         7,  4,  0,   SUNDAY_TO_MONDAY, 0}, {NTH_WEEKDAY,  9,  1,  MON, STAYS,            0},
    {NTH_WEEKDAY, 11,  4,  THU, STAYS,            0}, {DATE,         12, 25, 0,   SUNDAY_TO_MONDAY, 0},
};
static const struct rule us_federal[] = {
    {DATE,         1,  1,  0,   NEAREST_WEEKDAY,  0}, {NTH_WEEKDAY,  1,  3,  MON, STAYS,            0},
    {NTH_WEEKDAY,  2,  3,  MON, STAYS,            0}, {LAST_WEEKDAY, 5,  0,  MON, STAYS,            0},
    {DATE,         6,  19, 0,   NEAREST_WEEKDAY, 2021}, {DATE,       7,  4,  0,   NEAREST_WEEKDAY,  0},
    {NTH_WEEKDAY,  9,  1,  MON, STAYS,            0}, {NTH_WEEKDAY,  10, 2,  MON, STAYS,            0},
    {DATE,         11, 11, 0,   NEAREST_WEEKDAY,  0}, {NTH_WEEKDAY,  11, 4,  THU, STAYS,            0},
    {DATE,         12, 25, 0,   NEAREST_WEEKDAY,  0},
};
static const struct rule germany[] = {
    {DATE,  1,  1, 0, STAYS, 0}, {EASTER, 0, -2, 0, STAYS, 0}, {EASTER, 0,  1, 0, STAYS, 0},
    {DATE,  5,  1, 0, STAYS, 0}, {EASTER, 0, 39, 0, STAYS, 0}, {EASTER, 0, 50, 0, STAYS, 0},
    {DATE, 10,  3, 0, STAYS, 1990}, {DATE, 12, 25, 0, STAYS, 0}, {DATE, 12, 26, 0, STAYS, 0},
};
static const struct rule england[] = {
    {DATE,         1,  1, 0,   NEXT_WEEKDAY, 0}, {EASTER,       0, -2,  0,   STAYS,        0},
    {EASTER,       0,  1, 0,   STAYS,        0}, {NTH_WEEKDAY,  5,  1,  MON, STAYS,     1978},
    {LAST_WEEKDAY, 5,  0, MON, STAYS,        0}, {LAST_WEEKDAY, 8,  0,  MON, STAYS,        0},
    {DATE,        12, 25, 0,   NEXT_WEEKDAY, 0}, {DATE,        12, 26,  0,   NEXT_WEEKDAY, 0},
};
static const struct rule france[] = {
    {DATE,  1,  1, 0, STAYS, 0}, {EASTER,  0,  1, 0, STAYS, 0}, {DATE,  5,  1, 0, STAYS, 0},
    {DATE,  5,  8, 0, STAYS, 0}, {EASTER,  0, 39, 0, STAYS, 0}, {EASTER, 0, 50, 0, STAYS, 0},
    {DATE,  7, 14, 0, STAYS, 0}, {DATE,  8, 15, 0, STAYS, 0}, {DATE, 11,  1, 0, STAYS, 0},
    {DATE, 11, 11, 0, STAYS, 0}, {DATE, 12, 25, 0, STAYS, 0},
};
#define SET(rules) {rules, sizeof rules / sizeof *rules}
static const struct {
    const struct rule *rules;
    int n;
} sets[WM_N_HOLIDAYS] = {
    [WM_HOLIDAYS_NONE] = {0},           [WM_HOLIDAYS_NERC] = SET(nerc),
    [WM_HOLIDAYS_US_FEDERAL] = SET(us_federal), [WM_HOLIDAYS_GERMANY] = SET(germany),
    [WM_HOLIDAYS_ENGLAND] = SET(england), [WM_HOLIDAYS_FRANCE] = SET(france),
};
const char *const wm_holiday_words[WM_N_HOLIDAYS + 1] = {"none", "nerc", "us-federal", "germany", "england", "france", NULL};
// clang-format on

int64_t wm_easter_day(int year)
{
    const int a = year % 19, b = year / 100, c = year % 100;
    const int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    const int m = (a + 11 * h + 22 * l) / 451;
    const int of_march = h + l - 7 * m + 22; /* 1 is 1 March */
    return wm_days_from_civil(year, 3, 1) + of_march - 1;
}

static int64_t rule_day(const struct rule *r, int year)
{
    if (r->form == EASTER)
        return wm_easter_day(year) + r->day;
    if (r->form == DATE)
        return wm_days_from_civil(year, r->month, r->day);
    const int n_days = wm_days_in_month(year, r->month);
    const int64_t first = wm_days_from_civil(year, r->month, 1);
    const int first_at = (r->weekday - wm_weekday(first) + 7) % 7;
    if (r->form == NTH_WEEKDAY)
        return first + first_at + 7 * (r->day - 1);
    return first + first_at + (n_days - 1 - first_at) / 7 * 7;
}

/* England's 26 December gives way to a moved 25th: both move on by two days together. */
static int64_t kept_day(const struct rule *r, int year)
{
    const int64_t day = rule_day(r, year);
    const int weekday = wm_weekday(day);
    switch (r->move) {
    case SUNDAY_TO_MONDAY:
        return day + (weekday == SUN);
    case NEAREST_WEEKDAY:
        return day + (weekday == SUN) - (weekday == SAT);
    case NEXT_WEEKDAY:
        if (r->month == 12 && r->day == 26)
            return day + (weekday == SAT || weekday == SUN ? 2 : weekday == MON ? 1 : 0);
        return day + (weekday == SAT ? 2 : weekday == SUN ? 1 : 0);
    case STAYS:
        break;
    }
    return day;
}

bool wm_is_holiday(enum wm_holidays set, int year, int month, int day)
{
    const int64_t wanted = wm_days_from_civil(year, month, day);
    for (int i = 0; i < sets[set].n; i++) {
        const struct rule *const r = &sets[set].rules[i];
        for (int y = year; y <= year + 1; y++) /* next New Year's Day may be kept on 31 December */
            if (y >= r->from_year && kept_day(r, y) == wanted)
                return true;
    }
    return false;
}
