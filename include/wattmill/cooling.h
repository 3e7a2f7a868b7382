/*
 * Cooling plants: electric power, water and heat that could not be removed, from heat and weather.
 *
 * A plant type (cooling.def) is a pure function of the halls' heat at an hour's weather. All plants
 * hold one parameter struct, so that a site may change its type; each type names the rows that are
 * its own, and a key of another type is told (W918). Q is heat, q the share of its design value.
 *
 * Heat of the IT and of the losses that land in the room leaves by four ways, and their sum is that
 * heat: outdoor air or water without a compressor, chillers, a customer for heat, or not at all
 * (heat_unmet_w, when chillers are too small for what the outdoor air leaves). The heat of pumps is
 * left out (below 0.001 of PUE); room fans heat the air loop.
 *
 * Thin air moves less heat: all flows of air are masses, so a fan at its speed gives the share of design
 * flow that the air has of sea-level density (wm_air_density_frac), for that share of its power. Coils of dry
 * coolers reject less at full fans; room fans turn faster for the same heat, power ~ 1 / density^2;
 * the air of air-cooled condensers rises further. Towers stay: what thin air lacks in mass it about has
 * in capacity for vapour.
 */
#ifndef WATTMILL_COOLING_H
#define WATTMILL_COOLING_H

#include "wattmill/catalog_head.h"
#include "wattmill/chiller.h"
#include "wattmill/thermal.h"

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
    const struct wm_chiller *chiller;
    double chiller_capacity_frac; /* installed, spares included, over design heat */
    double load_margin_frac; /* heat beyond IT that the plant is sized for, over IT design power */
    double heat_exchanger_k;
    double evaporation_l_per_kwh, cycles_conc, drift_frac; /* towers; evaporation may be unset */
    double pad_effectiveness_frac, pad_air_rise_k;         /* adiabatic pads of dry coolers */
    double heat_reuse_frac, heat_reuse_below_c;            /* of the liquid loop's heat */
    int64_t n_chillers;
    struct wm_thermal thermal; /* of halls and loops, for what happens after a trip */
};

extern const struct wm_field wm_cooling_fields[];

/** Heat of the halls and what they were sized for [W]. */
struct wm_heat {
    double liquid_w, liquid_design_w;
    double air_w, air_design_w;
    double it_w, it_design_w;
    double chiller_up_frac; /* of the installed chillers, 1 when none has tripped */
};

struct wm_cooling_power {
    double fan_w, pump_w, chiller_w, room_fan_w;
    double total_w;
    double heat_in_w; /* = heat_free_w + heat_chiller_w + heat_reuse_w + heat_unmet_w */
    double heat_free_w, heat_chiller_w, heat_reuse_w, heat_unmet_w;
    double evaporation_m3_per_s, blowdown_m3_per_s, drift_m3_per_s;
    bool is_extrapolated; /* the chiller's curves were asked outside their bounds */
};

struct wm_cooling_type {
    const char *name, *doc, *source, *maturity;
    const char *const *rows; /* keys that not every type reads, NULL-ended */
    struct wm_cooling_power (*eval)(const struct wm_cooling *plant, const struct wm_heat *heat,
                                    const struct wm_weather *weather);
};

/** The type of a plant; cannot fail. */
const struct wm_cooling_type *wm_cooling_type(enum wm_cooling_model model);

/** Whether a plant of that type reads the row `key`: what no type names as its own is read by all. */
bool wm_cooling_reads(enum wm_cooling_model model, const char *key);

/** Evaluates a plant; cannot fail. Power is continuous in heat up to chiller staging. */
struct wm_cooling_power wm_cooling_eval(const struct wm_cooling *plant, const struct wm_heat *heat,
                                        const struct wm_weather *weather);

/** Density of air over that at sea level, at equal temperature: pressure / 101,325 Pa. */
double wm_air_density_frac(double pressure_pa);

/** Power of room fans over design at a share of design heat: they follow it in mass of air [W/W]. */
double wm_room_fan_frac(double heat_frac, double pressure_pa);

/**
 * Temperature at which an air-cooled condenser of sea-level sizing does at `dry_bulb_c` what it does here
 * [°C]: its air's rise of 10 K (estimate; 8 to 12 K are usual) grows as the air thins.
 */
double wm_condenser_air_c(double dry_bulb_c, double pressure_pa);

/** Heat that chillers are asked to move and what they are sized for. */
struct wm_chiller_load {
    double heat_w;
    double design_w; /* heat that the machines of the plant share at reference conditions */
    double up_frac;
};

/**
 * Chillers of a plant: how many run, what they draw, what they cannot move. n machines of
 * design_w / n_chillers share the load, another starts above 80 % part load, and
 * chiller_capacity_frac of them are installed. Adds chiller_w, heat_chiller_w, heat_unmet_w.
 */
void wm_chillers_add(struct wm_cooling_power *power, const struct wm_cooling *plant,
                     const struct wm_chiller_load *load, const struct wm_chiller_temps *temps);

/**
 * Approach of an open tower at full fan [K]: 3.9 q^0.77 exp(0.045 (25.56 - T_wb)).
 *
 * @param heat_frac  heat over design at a range of 5.56 K, >= 0
 * @par Source  closed form of the YorkCalc correlation (EnergyPlus CoolingTower:VariableSpeed):
 *              within 3.5 % from 10 °C wet bulb and 2.8 to 10 K of range, 9 % at 5 °C
 */
double wm_tower_approach_k(double heat_frac, double wet_bulb_c);

/** Tower fan power over air flow, EnergyPlus CoolingTower:VariableSpeed; flow >= 0.15 [W/W]. */
double wm_tower_fan_frac(double flow_frac);

/**
 * Evaporation per heat rejected [L/kWh]: 1.47 phi, phi = clamp(0.61 + 0.0147 T_wb, 0.5, 1) the
 * latent share; 1.47 is all latent.
 */
double wm_tower_evaporation_l_per_kwh(double wet_bulb_c);

/** Pump power over design: s + (1 - s) q^3 (affinity laws with a static share). */
double wm_pump_frac(double static_frac, double flow_frac);

#endif
