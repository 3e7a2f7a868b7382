/*
 * Meter: billing intervals of 15 minutes gathered into months, and the years' coincident peaks.
 */
#ifndef WM_RUN_METER_H
#define WM_RUN_METER_H

#include "../plan/environment.h"

/** A calendar year's peaks and how much of it was simulated. */
struct wm_meter_year {
    struct wm_peak_watch peaks;
    double time_s;  /* simulated */
    double whole_s; /* of the whole year */
};

struct wm_meter {
    const struct wm_tariff *tariff;
    struct wm_zone zone; /* the site's clock: months and years are its */
    struct wm_meter_month *months; /* [n_months], calendar months of the horizon */
    struct wm_meter_year *years;   /* [n_years] */
    size_t n_months, n_years;
    int64_t start_us, end_us; /* of the run */
    int first_month, first_year;
    double peak_w; /* highest interval */
    /* of the clock's hour so far, for 5CP; `hour` counts hours of the local clock */
    int64_t hour;
    double hour_j, hour_s, hour_stress_s;
};

/** @param start_us, end_us  the horizon, since 1970 */
struct wm_meter wm_meter_new(struct wm_arena *arena, const struct wm_tariff *tariff,
                             const struct wm_zone *zone, int64_t start_us, int64_t end_us);

/** What a billing interval read. */
struct wm_meter_reading {
    double time_s, energy_j, contract_ws; /* contract demand over time */
};

/** Adds an interval that began at `at_us` with its surroundings. */
void wm_meter_add(struct wm_meter *meter, const struct wm_surroundings *now,
                  const struct wm_meter_reading *reading);

/**
 * Power up to which drawing at `at_us` adds nothing to any demand charge [W]: what the month is billed
 * for anyway, the peak so far of the period that holds, and nothing in an interval that would count
 * among the coincident peaks. INFINITY where there is no such charge.
 */
double wm_meter_calm_w(const struct wm_meter *meter, int64_t at_us,
                       const struct wm_surroundings *now, double contract_w);

/** A charge on the highest demand of some time: of a month, or of a period in it. */
struct wm_meter_charge {
    uint32_t id;      /* of charge and month: the same demand */
    double usd_per_w; /* of the run's share of the month */
    double floor_w;   /* what is billed anyway as things stand */
};
enum { WM_METER_CHARGES = 2 };

/** Charges that drawing at `at_us` in a period counts for. @return how many */
size_t wm_meter_charges(const struct wm_meter *meter, int64_t at_us, int period, double contract_w,
                        struct wm_meter_charge charges[WM_METER_CHARGES]);

/** The coincident peaks of the year of `at_us` so far. */
struct wm_peak_watch wm_meter_peaks(const struct wm_meter *meter, int64_t at_us);

/** Price of all energy bought [USD]. */
double wm_meter_energy_usd(const struct wm_meter *meter);

/** Sum of all months and of the coincident peaks, each year's in the share that was simulated. */
struct wm_bill wm_meter_bill(const struct wm_meter *meter);

#endif
