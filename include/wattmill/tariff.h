/*
 * Tariff: what the utility bills, line by line.
 *
 *     month = sum price_h E_h                                                       energy
 *           + c max(P15, k P_contract, rho max(P15 of the last 11 months))          demand
 *           + sum over periods c_p max(P15 in the period)                           demand by time of use
 *           + fixed
 *     year += c_cp mean of own load in the system's 4 or 5 peak intervals           coincident peaks
 *
 * P15 is the mean of a 15-minute interval. P_contract is the contract in force, its mean over a month in
 * which a phase begins. Hours, days and months are those of the site's clock (`site.time_zone`).
 */
#ifndef WATTMILL_TARIFF_H
#define WATTMILL_TARIFF_H

#include "wattmill/catalog_head.h"
#include "wattmill/civil.h"

enum { WM_TARIFF_PERIODS = 8, WM_RATCHET_MONTHS = 11 };

enum wm_energy_price {
    WM_ENERGY_PRICE_AUTO, /* the file's hourly price when there is one, else flat */
    WM_ENERGY_PRICE_FLAT,
    WM_ENERGY_PRICE_SERIES
};

enum wm_day_kind { WM_DAY_ALL, WM_DAY_WEEKDAY, WM_DAY_WEEKEND };

/** Hours of some days of some months, with a price or a demand charge of their own. */
struct wm_tariff_period {
    const char *name;
    int64_t from_month, to_month; /* 1..12, both within; may wrap over the year's end */
    enum wm_day_kind days;
    double from_s, to_s;       /* of the day, [from, to); may wrap over midnight */
    double energy_usd_per_mwh; /* instead of the flat price; unset: flat */
    double demand_usd_per_kw_month;
};

/** How a share of transmission or capacity is found. */
enum wm_coincident {
    WM_COINCIDENT_NONE,
    WM_COINCIDENT_4CP, /* ERCOT: the highest interval of each month from June to September */
    WM_COINCIDENT_5CP /* PJM: the highest hours of the five highest days from June to September, weekends
                       and holidays left out (PJM Manual 19) */
};

struct wm_tariff {
    struct wm_catalog_head head;
    double energy_usd_per_mwh; /* flat */
    enum wm_energy_price energy_price;
    double delivery_usd_per_mwh; /* on every MWh, over any price */
    double demand_usd_per_kw_month;
    double min_demand_frac; /* k, of the contract, billed even when not drawn */
    double ratchet_frac;    /* rho, of the highest of the last 11 months */
    struct wm_list periods; /* of struct wm_tariff_period; the first that fits holds */
    enum wm_coincident coincident;
    double coincident_usd_per_kw_year;
    double fixed_usd_per_month;
};

extern const struct wm_field wm_tariff_fields[];

/** Index of the first period that holds at a local time, or -1. */
int wm_tariff_period_at(const struct wm_tariff *tariff, const struct wm_civil *local);

/**
 * Price of a MWh at the meter [USD/MWh].
 * @param period            of wm_tariff_period_at()
 * @param series_usd_per_mwh  the file's price of the hour, NAN when there is none
 */
double wm_tariff_energy_usd_per_mwh(const struct wm_tariff *tariff, int period,
                                    double series_usd_per_mwh);

/** What the meter said in a calendar month. */
struct wm_meter_month {
    double energy_j, energy_usd; /* bought, and its price at the time */
    double peak_w;               /* highest 15-minute mean */
    double period_peak_w[WM_TARIFF_PERIODS];
    double carbon_kg;
    double contract_ws; /* contract demand over time, as it stood at each instant */
    double time_s;      /* simulated, so that the first and last may be parts */
    double whole_s;     /* of the whole month; February: of 28 days */
};

struct wm_bill {
    double energy_usd, demand_usd, period_demand_usd, coincident_usd, fixed_usd;
};

/**
 * Bill of one month, coincident peaks left out.
 *
 * @param months  [n_months], of which [i] is billed and those before it are what its ratchet sees
 * @return        costs [USD]; demand and fixed charges of a part of a month by its time over the
 *                month's. The minimum is taken of the month's mean contract
 */
struct wm_bill wm_tariff_bill(const struct wm_tariff *tariff, const struct wm_meter_month *months,
                              size_t i);

/** Demand that month [i] is billed for: its peak, the minimum or the ratchet [W]. */
double wm_tariff_billed_w(const struct wm_tariff *tariff, const struct wm_meter_month *months,
                          size_t i, double contract_w);

/**
 * Watches a year for the system's peaks. The system itself is not simulated: `stress` stands for
 * its load, the price where there is a series and the dry bulb elsewhere and among equal prices.
 */
struct wm_peak_watch {
    enum wm_coincident rule;
    int n;
    int64_t key[5]; /* month (4CP) or day (5CP) */
    double stress[5], own_w[5];
};

/** An interval of [begin, begin + 15 min); `month` 1..12, `day` any running number. */
void wm_peak_watch_add(struct wm_peak_watch *watch, int month, int64_t day, double stress,
                       double own_w);
/** Whether an interval of that stress would be one of the peaks, as far as they are known. */
bool wm_peak_watch_counts(const struct wm_peak_watch *watch, int month, int64_t day, double stress);
/** Mean of the own load in the peaks seen [W]; 0 when none was. */
double wm_peak_watch_mean_w(const struct wm_peak_watch *watch);

#endif
