/*
 * Schedules of a rate, twelve months by twenty-four hours for weekdays and weekends, as the hours that a charge or a
 * period of a tariff can say: one span of months, one kind of day, one span of hours. Both spans may wrap.
 */
#ifndef WM_IMPORT_SCHEDULE_H
#define WM_IMPORT_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

#include "wattmill/tariff.h"

enum { WM_SCHEDULE_HOURS = 400, WM_SCHEDULE_MONTHS = 0xfff };

struct wm_schedule {
    int at[2][12][24]; /* index of the period; [0] weekday, [1] weekend */
};

struct wm_schedule_hours {
    int period;
    unsigned months; /* bits, January is 1 */
    enum wm_day_kind days;
    int from_h, to_h;
};

/** Hours of `period` as rectangles that do not overlap; a month may be in several. @return how many */
size_t wm_schedule_split(const struct wm_schedule *s, int period,
                         struct wm_schedule_hours out[WM_SCHEDULE_HOURS]);
/** Of them those that hold in month `m`, 0..11. */
size_t wm_schedule_in_month(const struct wm_schedule_hours *hours, size_t n, int m);
/** Spans of months, [from, to] 1..12, of a set of them. @return how many */
size_t wm_schedule_spans(unsigned months, int spans[12][2]);
/**
 * The periods of `wanted` (a flag each) in an order such that each is one rectangle less what came before it;
 * months with equal days go together. Others may come between. @return how many, 0 when there is no such order
 */
size_t wm_schedule_peel(const struct wm_schedule *s, const bool *wanted, int n_periods,
                        struct wm_schedule_hours out[WM_SCHEDULE_HOURS]);

#endif
