/*
 * On-site generation: gas engines, turbines, fuel cells, diesels, solar.
 *
 *     fuel  = P / eff(x),  eff(x) = eff_full x / (x0 + (1 - x0) x),  x the load over capacity
 *
 * so fuel is linear in power: x0 of the full-load fuel is burnt at no load, and one more MWh costs
 * (1 - x0) / eff_full of fuel. A unit that is called starts after start_s at its least load and then
 * climbs at its ramp; the climb is a staircase below the straight line, so that power is constant
 * between its steps.
 */
#ifndef WATTMILL_GENERATION_H
#define WATTMILL_GENERATION_H

#include "wattmill/catalog_head.h"

enum wm_generator_kind { WM_GENERATOR_FUEL, WM_GENERATOR_SOLAR, WM_N_GENERATOR_KINDS };
extern const char *const wm_generator_kind_words[];

struct wm_generator {
    struct wm_catalog_head head;
    enum wm_generator_kind kind;
    double efficiency_frac; /* electric, of the higher heating value, full load */
    double no_load_frac;    /* x0 */
    double min_load_frac;
    double start_s, least_run_s; /* start-up; running time before it may stop again */
    double start_usd_per_mw;     /* of a start, by nameplate */
    double ramp_frac_per_min; /* of capacity */
    double derate_per_k;      /* of capacity, per kelvin of dry bulb above 15 °C */
    double fuel_usd_per_mwh;  /* of heat, higher heating value */
    double fuel_kg_per_mwh;   /* carbon dioxide */
    double om_usd_per_mwh;    /* of electricity */
    double om_usd_per_kw_year;
    double capex_usd_per_kw;
    double life_years;
};

extern const struct wm_field wm_generator_fields[];

/** Whether a unit of that kind reads an entry's key: what follows the sun has no fuel, start or ramp. */
bool wm_generator_reads(enum wm_generator_kind kind, const char *key);

/** Capacity at a dry bulb [W]. */
double wm_generator_capacity_w(const struct wm_generator *generator, double nameplate_w,
                               double dry_bulb_c);

/** Most it can give `running_s` after its start [W], a staircase of one-minute steps. */
double wm_generator_reach_w(const struct wm_generator *generator, double capacity_w,
                            double running_s);
/** When that staircase next rises, counted from the same instant [s]; INFINITY at capacity. */
double wm_generator_next_step_s(const struct wm_generator *generator, double running_s);

/** Fuel burnt at `power_w` of `capacity_w` while running [W of heat]; 0 for solar. */
double wm_generator_fuel_w(const struct wm_generator *generator, double capacity_w, double power_w);

/** Cost of one more MWh while running: fuel and variable O&M [USD/MWh]. */
double wm_generator_marginal_usd_per_mwh(const struct wm_generator *generator);

/** Cost of a MWh at full load, what a stopped unit is compared by [USD/MWh]. */
double wm_generator_full_usd_per_mwh(const struct wm_generator *generator);

/** What a start adds to it, spread over the least running time, an hour at least [USD/MWh]. */
double wm_generator_start_usd_per_mwh(const struct wm_generator *generator);

#endif
