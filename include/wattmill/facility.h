/*
 * Facility: the one pure function from IT power and weather to the meter. The run loop, the ceiling
 * solver and the reports all use it, so they cannot disagree.
 */
#ifndef WATTMILL_FACILITY_H
#define WATTMILL_FACILITY_H

#include "wattmill/cooling.h"
#include "wattmill/power_chain.h"

/** A facility sized for an IT design power. */
struct wm_facility {
    const struct wm_power_chain *chain;
    const struct wm_cooling *cooling;
    double it_design_w;
    double liquid_frac;
    double chiller_up_frac; /* of the installed chillers; 1 unless some have tripped */
};

/** Where the meter's power goes: site_w = it_w + cooling_w + conversion_w + house_w. */
struct wm_facility_power {
    double site_w, it_w, cooling_w, conversion_w, house_w;
    double shelf_w; /* of it_w: lost in power shelves and on boards, where the chain has them */
    double water_m3_per_s, evaporation_m3_per_s, blowdown_m3_per_s, drift_m3_per_s;
    struct wm_chain_loss chain;
    struct wm_cooling_power plant;
};

/** Sizes a facility; @pre it_design_w > 0, liquid_frac in [0, 1]. */
struct wm_facility wm_facility_size(const struct wm_power_chain *chain,
                                    const struct wm_cooling *cooling, double it_design_w,
                                    double liquid_frac);

/**
 * Power at the meter; cannot fail.
 * @param it_w  at the rack inputs, or behind shelf and boards where the chain has them [W], >= 0
 */
struct wm_facility_power wm_facility_eval(const struct wm_facility *facility,
                                          const struct wm_weather *weather, double it_w);

/**
 * Watts at the site's side per watt of IT at a state: the marginal PUE.
 * @return the slope over the last 0.01 % of `it_w`, > 0; cannot fail
 */
double wm_facility_marginal(const struct wm_facility *facility, const struct wm_weather *weather,
                            double it_w);

/**
 * Largest IT power whose site power does not exceed `site_w`, up to `it_design_w` x 1.5 [W].
 * @return found from below, so that the site never exceeds; 0 when idle IT already does
 */
double wm_facility_it_for_site_w(const struct wm_facility *facility,
                                 const struct wm_weather *weather, double site_w);

/**
 * Largest IT power whose heat the cooling plant removes, up to `it_design_w` x 1.5 [W].
 * @return found from below; 0 when idle halls already stay warm, INFINITY when nothing limits it
 */
double wm_facility_it_for_heat_w(const struct wm_facility *facility,
                                 const struct wm_weather *weather);

/** IT power P such that a facility sized for P draws exactly `contract_w` at P in `design` [W]. */
double wm_facility_design_it_w(const struct wm_power_chain *chain, const struct wm_cooling *cooling,
                               double liquid_frac, const struct wm_weather *design,
                               double contract_w);

#endif
