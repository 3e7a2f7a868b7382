/*
 * Storage: a battery behind the meter.
 *
 *     dE/dt = eta P_charge - P_discharge / eta,  eta^2 the round trip
 *
 * Energy moves between a floor (the lowest state of charge, or the reserve kept for riding through)
 * and a ceiling. Power is constant between events, so energy is a straight line and the time to full
 * or empty is exact.
 */
#ifndef WATTMILL_STORAGE_H
#define WATTMILL_STORAGE_H

#include "wattmill/catalog_head.h"

/** What decides its power: its own rules, or a plan that looks ahead; see sim/site/lookahead.h. */
enum wm_storage_policy { WM_STORAGE_RULES, WM_STORAGE_OPTIMAL };
enum wm_foresight { WM_FORESIGHT_DAY, WM_FORESIGHT_MONTH };

struct wm_storage {
    struct wm_catalog_head head;
    double power_w;  /* at the meter's side, both ways; 0: there is none */
    double energy_j; /* between empty and full, inside */
    double round_trip_frac;
    double min_soc_frac, max_soc_frac, start_soc_frac;
    enum wm_storage_policy policy;
    enum wm_foresight foresight; /* of policy optimal */
    double reserve_frac;         /* of the energy, kept for riding through whatever it could earn */
    double shave_above_w;        /* discharges to hold the meter here; unset: no peak shaving */
    double charge_below_usd_per_mwh, discharge_above_usd_per_mwh; /* arbitrage; unset: none */
    double capex_usd_per_kw, capex_usd_per_kwh, capex_usd;
    double om_frac; /* of capital, per year */
    double life_years;
    double calendar_fade, calendar_exponent, cycle_fade;
    double wear_usd_per_mwh; /* of what it gives, to who plans it; no line of a bill */
};

extern const struct wm_field wm_storage_fields[];

/** Whether there is one: a size study begins at 0 MW or 0 MWh, which is none. */
bool wm_storage_is_there(const struct wm_storage *storage);

/** Energy below which it does not discharge, and above which it does not charge [J]. */
double wm_storage_floor_j(const struct wm_storage *storage);
double wm_storage_top_j(const struct wm_storage *storage);

/** What it is asked for at an instant, at the meter's side [W]. */
struct wm_storage_need {
    double load_w;    /* of the site, less on-site generation; < 0: what solar has to spare */
    double allowed_w; /* the ceiling */
    double calm_w;    /* up to here charging costs no demand charge */
    double price_usd_per_mwh;
};

/**
 * Power it gives (> 0) or takes (< 0) [W].
 *
 * In this order: what lies above the ceiling; what lies above shave_above_w; everything while the
 * price is at discharge_above_usd_per_mwh or higher; otherwise it charges: at or below
 * charge_below_usd_per_mwh up to the ceiling, and without that key whenever load leaves room below
 * calm_w. What solar would spill charges it at any price. It never feeds into the grid and never lifts the meter above ceiling or shave_above_w.
 * @param energy_j  stored now [J]
 */
double wm_storage_power_w(const struct wm_storage *storage, double energy_j,
                          const struct wm_storage_need *need);

/** Energy after `time_s` at a power that wm_storage_power_w() gave; within floor and top [J]. */
double wm_storage_advance_j(const struct wm_storage *storage, double energy_j, double power_w,
                            double time_s);

/** How long that power can last before full or empty [s]; INFINITY at rest. */
double wm_storage_limit_s(const struct wm_storage *storage, double energy_j, double power_w);

/** Capital cost [USD]. */
double wm_storage_capex_usd(const struct wm_storage *storage);

/**
 * Capacity lost: calendar_fade days^calendar_exponent mean_soc + cycle_fade full_cycles [1], at most 1.
 * @param mean_soc_frac, full_cycles  of its life so far, over the capacity when new
 * @par Source  REopt.jl, battery degradation defaults (NREL)
 */
double wm_storage_fade_frac(const struct wm_storage *storage, double days, double mean_soc_frac,
                            double full_cycles);

#endif
