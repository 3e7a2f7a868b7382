/*
 * Liquid hall: cold plates on a warm-water loop to dry coolers, the air share on a cooler loop of
 * its own; air-cooled trim chillers take what the outdoor air cannot.
 *
 * Dry cooler at constant water flow, range r = range_k q, leaving water at the supply temperature:
 *     needed effectiveness    e   = r / (supply + r - T_air)
 *     design effectiveness    e_d = range / (range + approach)
 *     e <= e_d: air flow f = (e / e_d)^(1/0.7), fan = fan_frac Q_d f^3
 *     else fan full, share e_d (supply + r - T_air) / r rejected, the rest to the trim chiller,
 *     EIR = trim_eir + trim_eir_per_k (T_air - supply)
 */
#include <math.h>

#include "wattmill/cooling.h"

/* Effectiveness of a finned coil grows with air flow to this power (ASHRAE HVAC S&E 2020, ch. 39). */
static const double effectiveness_exponent = 0.7;
/* Room fans do not turn slower than this share of design flow (estimate). */
static const double room_fan_floor = 0.3;

static void add_loop(struct wm_cooling_power *p, const struct wm_cooling *c, double heat_w,
                     double design_w, double supply_c, double range_k, double air_c)
{
    if (design_w <= 0.0 || heat_w <= 0.0)
        return;
    const double r = range_k * heat_w / design_w;
    const double potential_k = supply_c + r - air_c;
    const double design_eff = range_k / (range_k + c->approach_k);
    double rejected_frac = 1.0, flow = 1.0;
    if (potential_k > 0.0 && r / potential_k <= design_eff)
        flow = fmax(c->fan_floor_frac,
                    pow(r / potential_k / design_eff, 1.0 / effectiveness_exponent));
    else
        rejected_frac = fmax(0.0, design_eff * potential_k / r);
    const double eir =
        fmax(c->trim_eir_floor, c->trim_eir + c->trim_eir_per_k * (air_c - supply_c));
    /* fans stay at full flow when the air no longer helps: stopping them would make power fall as
     * the day gets hotter, and leave power levels that no load can draw */
    p->fan_w += c->fan_frac * design_w * flow * flow * flow;
    p->chiller_w += heat_w * (1.0 - rejected_frac) * eir;
}

static struct wm_cooling_power eval(const struct wm_cooling *c, const struct wm_heat *heat,
                                    const struct wm_weather *weather)
{
    struct wm_cooling_power p = {0};
    add_loop(&p, c, heat->liquid_w, heat->liquid_design_w, c->supply_c, c->range_k,
             weather->dry_bulb_c);
    add_loop(&p, c, heat->air_w, heat->air_design_w, c->air_supply_c, c->air_range_k,
             weather->dry_bulb_c);
    const double q_liquid =
        heat->liquid_design_w > 0.0 ? heat->liquid_w / heat->liquid_design_w : 0.0;
    const double q_air = heat->air_design_w > 0.0 ? heat->air_w / heat->air_design_w : 0.0;
    if (heat->liquid_design_w > 0.0)
        p.pump_w = (c->pump_cdu_frac + c->pump_facility_frac) * heat->it_design_w *
                   wm_pump_frac(c->pump_static_frac, q_liquid);
    const double room_flow = fmax(room_fan_floor, q_air);
    p.room_fan_w = c->room_fan_frac * heat->air_design_w * room_flow * room_flow * room_flow;
    p.total_w = p.fan_w + p.pump_w + p.chiller_w + p.room_fan_w;
    return p;
}

const struct wm_cooling_type wm_cooling_type_dry_cooler = {
    .name = "dry_cooler",
    .doc = "liquid hall, dry coolers, air-cooled trim chillers; no water",
    .source =
        "effectiveness method, ASHRAE HVAC Systems and Equipment 2020, ch. 39; trim chiller: fit "
        "of Carrier 30RB/30XA EnergyPlus curve sets, R2 0.87; sizes: BAC TDFS dry cooler",
    .maturity = "modelled",
    .eval = eval,
};
