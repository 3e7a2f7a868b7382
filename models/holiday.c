#include "wattmill/holiday.h"

#include "wattmill/civil.h"

enum { MONDAY, THURSDAY = 3, SUNDAY = 6 };

int wm_day_of_week(int year, int month, int day)
{
    /* 1970-01-01 was a Thursday */
    return (int)((wm_days_from_civil(year, month, day) + THURSDAY) % 7);
}

/* On its date, or on the Monday after a Sunday. */
static bool is_kept(int year, int month, int day, int on_month, int on_day)
{
    if (month != on_month)
        return false;
    const int weekday = wm_day_of_week(year, month, day);
    return (day == on_day && weekday != SUNDAY) || (day == on_day + 1 && weekday == MONDAY);
}

bool wm_is_nerc_holiday(int year, int month, int day)
{
    const int weekday = wm_day_of_week(year, month, day);
    switch (month) {
    case 1:
        return is_kept(year, month, day, 1, 1);
    case 5: /* last Monday */
        return weekday == MONDAY && day > 24;
    case 7:
        return is_kept(year, month, day, 7, 4);
    case 9: /* first Monday */
        return weekday == MONDAY && day <= 7;
    case 11: /* fourth Thursday */
        return weekday == THURSDAY && day > 21 && day <= 28;
    case 12:
        return is_kept(year, month, day, 12, 25);
    default:
        return false;
    }
}
