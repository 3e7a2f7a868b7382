/*
 * Meter: billing intervals of 15 minutes, read as the tariff's lines want them: a month's energy, peaks
 * and floor of each line, and the years' coincident peaks. Months and windows are those of the site's
 * clock. Prices come later (sim/settle/bill.h).
 */
#ifndef WM_RUN_METER_H
#define WM_RUN_METER_H

#include "../plan/environment.h"

/** A month of the site's clock. */
struct wm_meter_month {
    int year, month;
    double time_s, whole_s; /* simulated; of the whole month, a February of 28 days */
    double energy_j, peak_w, contract_ws, carbon_kg;
};

/** A window of the clock, so far; `slot` counts windows since 1970. */
struct wm_meter_window {
    int64_t slot;
    double time_s, energy_j, stress_s;
    wm_billing_set hours; /* lines whose hours held at its begin */
};

/** What a line takes of a contract, as long as that and the line's floor stay. */
struct wm_meter_contract {
    double contract_w, part_w, floor_w;
    int64_t until_us; /* of the floor; 0: not worked out yet */
};

enum { WM_METER_WINDOWS = 3 }; /* of 15, 30 and 60 minutes */

struct wm_meter {
    const struct wm_billing *billing;
    struct wm_meter_month *months;   /* [n_months], of the horizon */
    struct wm_charge_month *charges; /* [n_lines][n_months] */
    struct wm_peak_watch *peaks;     /* [n_lines][n_years], of lines on coincident peaks */
    struct wm_meter_contract *contracts; /* [n_lines] */
    size_t n_months, n_years;
    double run_s;                /* length of the run */
    int first_month, first_year; /* month: year * 12 + month - 1 */
    struct wm_meter_window windows[WM_METER_WINDOWS];
    double peak_w; /* highest interval */
};

/** @param start_us, end_us  the horizon, since 1970 */
struct wm_meter wm_meter_new(struct wm_arena *arena, const struct wm_environment *environment,
                             int64_t start_us, int64_t end_us);

/** What a billing interval read. */
struct wm_meter_reading {
    double time_s, energy_j, contract_ws; /* contract demand over time */
};

/** Adds an interval that began at `at_us` with its surroundings. */
void wm_meter_add(struct wm_meter *meter, int64_t at_us, const struct wm_surroundings *now,
                  const struct wm_meter_reading *reading);

/** Months of a line, [n_months]. */
static inline const struct wm_charge_month *wm_meter_line(const struct wm_meter *meter, size_t line)
{
    return &meter->charges[line * meter->n_months];
}

/**
 * Power up to which drawing at `at_us` adds nothing to any charge on demand [W]: what the month is billed
 * for anyway by the charges that hold, and nothing in an interval that would count among the coincident
 * peaks. INFINITY where there is no such charge.
 */
double wm_meter_calm_w(const struct wm_meter *meter, int64_t at_us,
                       const struct wm_surroundings *now, double contract_w);

/** A charge on the highest demand of a month in the hours that hold. */
struct wm_meter_charge {
    uint32_t id;      /* of line and month: the same demand */
    double usd_per_w; /* of what lies above floor_w */
    double floor_w;   /* load that is billed anyway as things stand */
};
enum { WM_METER_CHARGES = 8 };

/** Demand charges that drawing at `at_us` counts for, the first of them. @return how many */
size_t wm_meter_charges(const struct wm_meter *meter, int64_t at_us,
                        const struct wm_surroundings *now, double contract_w,
                        struct wm_meter_charge charges[WM_METER_CHARGES]);

#endif
