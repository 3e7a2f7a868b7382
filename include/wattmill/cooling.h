/*
 * Cooling plants: electric power, water and heat that could not be removed, from heat and weather.
 *
 * A plant type (cooling.def) is a pure function of the halls' heat at an hour's weather. All plants
 * read one parameter struct; a type uses the rows its documentation names. Q is heat, q the share
 * of its design value.
 */
#ifndef WATTMILL_COOLING_H
#define WATTMILL_COOLING_H

#include "wattmill/catalog.h"

/** Outdoor air of an hour. */
struct wm_weather {
    double dry_bulb_c, wet_bulb_c, pressure_pa;
};

enum wm_cooling_model {
#define WM_COOLING(id) WM_COOLING_##id,
#include "wattmill/cooling.def"
#undef WM_COOLING
    WM_N_COOLING_MODELS
};

struct wm_cooling {
    struct wm_catalog_head head;
    enum wm_cooling_model model;
    double supply_c;     /* to the cold plates, or chilled water to the coils */
    double air_supply_c; /* dry_cooler: water to the coils of the air loop */
    double approach_k, range_k, air_range_k;
    double fan_frac;                          /* dry_cooler, tower: fan power over design heat */
    double fan_floor_frac;                    /* lowest air flow */
    double pump_cdu_frac, pump_facility_frac; /* of the IT design power */
    double pump_chilled_frac, pump_condenser_frac; /* of design heat */
    double pump_static_frac; /* share of pump power that does not follow flow */
    double room_fan_frac;    /* of design heat of the air loop (dry) or IT design power (chilled) */
    double trim_eir, trim_eir_per_k, trim_eir_floor; /* air-cooled chiller, 1/COP */
    double chiller_eir, chiller_eir_per_k, chiller_eir_per_k_plr;
    double load_margin_frac; /* heat beyond IT that the plant is sized for, over IT design power */
    double heat_exchanger_k;
    double evaporation_l_per_kwh, cycles_conc, drift_frac;
    int64_t n_chillers;
};

extern const struct wm_field wm_cooling_fields[];

/** Heat of the halls and what they were sized for [W]. */
struct wm_heat {
    double liquid_w, liquid_design_w;
    double air_w, air_design_w;
    double it_w, it_design_w;
};

struct wm_cooling_power {
    double fan_w, pump_w, chiller_w, room_fan_w;
    double total_w;
    double heat_unmet_w;
    double evaporation_m3_per_s, blowdown_m3_per_s, drift_m3_per_s;
};

struct wm_cooling_type {
    const char *name, *doc, *source, *maturity;
    struct wm_cooling_power (*eval)(const struct wm_cooling *plant, const struct wm_heat *heat,
                                    const struct wm_weather *weather);
};

/** The type of a plant; cannot fail. */
const struct wm_cooling_type *wm_cooling_type(enum wm_cooling_model model);

/** Evaluates a plant; cannot fail. Power is continuous in heat up to chiller staging. */
struct wm_cooling_power wm_cooling_eval(const struct wm_cooling *plant, const struct wm_heat *heat,
                                        const struct wm_weather *weather);

/** Pump power over design: s + (1 - s) q^3 (affinity laws with a static share). */
double wm_pump_frac(double static_frac, double flow_frac);

#endif
