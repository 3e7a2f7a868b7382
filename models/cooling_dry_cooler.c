/*
 * Liquid hall: cold plates on a warm-water loop to dry coolers, the air share on a cooler loop of
 * its own; air-cooled trim chillers take what the outdoor air cannot.
 *
 * Dry cooler at constant water flow, range r = range_k q, leaving water at the supply temperature:
 *     needed effectiveness    e   = r / (supply + r - T_air)
 *     design effectiveness    e_d = range / (range + approach) at sea level, e_s = e_d sigma^0.7
 *                             in air of the density sigma
 *     e <= e_s: fan speed f = (e / e_s)^(1/0.7), fan = fan_frac Q_d sigma f^3
 *     else fan full, share e_s (supply + r - T_air) / r rejected, the rest to the trim chillers
 *
 * Adiabatic pads wet the liquid loop's air when it is warmer than supply - approach:
 *     T_air = T_db - eta (T_db - T_wb), water = 1.2 m_air cp dT / h_fg, m_air ~ sigma
 */
#include <math.h>

#include "wattmill/cooling.h"
#include "wattmill/numeric.h"

/* Effectiveness of a finned coil grows with air flow to this power (ASHRAE HVAC S&E 2020, ch. 39). */
static const double effectiveness_exponent = 0.7;
static const double air_j_per_kg_k = 1006.0;
static const double evaporation_j_per_kg = 2.43e6; /* latent heat of water at 30 °C */
static const double pad_bleed_frac = 0.2;          /* of the evaporation, against scale */
static const double water_kg_per_m3 = 1000.0;

struct loop {
    double heat_w, design_w;
    double supply_c, range_k;
    double air_c;    /* onto the coil */
    double coil_gain; /* of its effectiveness by the air's density */
};

/* Rejects what the outdoor air takes; the rest goes to the chillers. */
static void add_loop(struct wm_cooling_power *p, const struct wm_cooling *c, const struct loop *l,
                     const struct wm_heat *heat, const struct wm_weather *weather)
{
    const double density = wm_air_density_frac(weather->pressure_pa);
    if (l->design_w <= 0.0 || l->heat_w <= 0.0)
        return;
    const double r = l->range_k * l->heat_w / l->design_w;
    const double potential_k = l->supply_c + r - l->air_c;
    const double most_eff =
        l->range_k / (l->range_k + c->approach_k) * l->coil_gain;
    double rejected_frac = 1.0, flow = 1.0;
    if (potential_k > 0.0 && r / potential_k <= most_eff)
        flow =
            wm_larger(c->fan_floor_frac, pow(r / potential_k / most_eff, 1.0 / effectiveness_exponent));
    else
        rejected_frac = wm_larger(0.0, wm_smaller(1.0, most_eff * potential_k / r));
    /* fans stay at full flow when the air no longer helps: stopping them would make power fall as
     * the day gets hotter, and leave power levels that no load can draw */
    p->fan_w += c->fan_frac * l->design_w * density * flow * flow * flow;
    p->heat_free_w += l->heat_w * rejected_frac;
    if (rejected_frac < 1.0) {
        const struct wm_chiller_load load = {l->heat_w * (1.0 - rejected_frac), l->design_w,
                                             heat->chiller_up_frac};
        const double air_c = wm_condenser_air_c(weather->dry_bulb_c, weather->pressure_pa);
        const struct wm_chiller_temps temps = {l->supply_c, air_c, air_c};
        wm_chillers_add(p, c, &load, &temps);
    }
}

/* Dry bulb behind the pads. */
static double pad_air_c(const struct wm_cooling *c, const struct wm_weather *weather)
{
    const double dry_c = weather->dry_bulb_c;
    if (c->pad_effectiveness_frac <= 0.0 || dry_c <= c->supply_c - c->approach_k)
        return dry_c;
    return dry_c - c->pad_effectiveness_frac * (dry_c - weather->wet_bulb_c);
}

static struct wm_cooling_power eval(const struct wm_cooling *c, const struct wm_heat *heat,
                                    const struct wm_weather *weather)
{
    struct wm_cooling_power p = {0};
    const double dry_c = weather->dry_bulb_c;
    const double q_air = heat->air_design_w > 0.0 ? heat->air_w / heat->air_design_w : 0.0;
    p.room_fan_w =
        c->room_fan_frac * heat->air_design_w * wm_room_fan_frac(q_air, weather->pressure_pa);
    p.heat_in_w = heat->liquid_w + heat->air_w + p.room_fan_w;
    if (dry_c < c->heat_reuse_below_c)
        p.heat_reuse_w = c->heat_reuse_frac * heat->liquid_w;

    const double wetted_c = pad_air_c(c, weather);
    const double coil_gain =
        pow(wm_air_density_frac(weather->pressure_pa), effectiveness_exponent);
    const struct loop liquid = {heat->liquid_w - p.heat_reuse_w, heat->liquid_design_w, c->supply_c,
                                c->range_k, wetted_c, coil_gain};
    const struct loop air = {heat->air_w + p.room_fan_w, heat->air_design_w, c->air_supply_c,
                             c->air_range_k, dry_c, coil_gain};
    add_loop(&p, c, &liquid, heat, weather);
    add_loop(&p, c, &air, heat, weather);
    /* the air that carries the loop's heat off is wetted on its way in */
    const double air_kg_per_s = wm_air_density_frac(weather->pressure_pa) * liquid.heat_w /
                                (air_j_per_kg_k * c->pad_air_rise_k);
    p.evaporation_m3_per_s =
        air_kg_per_s * air_j_per_kg_k * (dry_c - wetted_c) / evaporation_j_per_kg / water_kg_per_m3;
    p.blowdown_m3_per_s = pad_bleed_frac * p.evaporation_m3_per_s;

    if (heat->liquid_design_w > 0.0)
        p.pump_w = (c->pump_cdu_frac + c->pump_facility_frac) * heat->it_design_w *
                   wm_pump_frac(c->pump_static_frac, heat->liquid_w / heat->liquid_design_w);
    p.total_w = p.fan_w + p.pump_w + p.chiller_w + p.room_fan_w;
    return p;
}

static const char *const rows[] = {"air_supply_c",
                                   "approach_k",
                                   "range_k",
                                   "air_range_k",
                                   "fan_frac",
                                   "fan_floor_frac",
                                   "pump_facility_frac",
                                   "pad_effectiveness_frac",
                                   "pad_air_rise_k",
                                   "heat_reuse_frac",
                                   "heat_reuse_below_c",
                                   NULL};

const struct wm_cooling_type wm_cooling_type_dry_cooler = {
    .name = "dry_cooler",
    .doc = "liquid hall, dry coolers, optional adiabatic pads, air-cooled trim chillers",
    .source = "effectiveness method, ASHRAE HVAC Systems and Equipment 2020, ch. 39; pads: "
              "direct evaporative effectiveness, ch. 41; sizes: BAC TDFS dry cooler",
    .maturity = "modelled",
    .rows = rows,
    .eval = eval,
};
