/*
 * Holidays: days on which a tariff or a market counts no peak.
 *
 * NERC's six: New Year's Day, Memorial Day, Independence Day, Labor Day, Thanksgiving Day, Christmas
 * Day; one that falls on a Sunday is kept on the Monday after it.
 *
 * @par Source  NERC Additional Off-peak Days, https://www.nerc.com/comm/OC/RS%20Agendas%20Highlights%20and%20Minutes%20DL/Additional_Off-peak_Days.pdf;
 *              PJM Manual 19, Load Forecasting and Analysis
 */
#ifndef WATTMILL_HOLIDAY_H
#define WATTMILL_HOLIDAY_H

#include <stdbool.h>

/** Day of the week of a date, 0: Monday; cannot fail. */
int wm_day_of_week(int year, int month, int day);

/** Whether a local date is one of NERC's holidays; cannot fail. */
bool wm_is_nerc_holiday(int year, int month, int day);

#endif
