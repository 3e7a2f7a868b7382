/*
 * Air hall on chilled water: water-cooled centrifugal chillers, open towers, waterside economiser.
 *
 *     tower approach at full fan  A = 3.9 q^0.77 exp(0.045 (25.56 - T_wb))           [K]
 *     economiser                  free while T_tower + dT_hx <= supply, then in series, then off
 *     chiller                     1/COP = 0.055 + (0.00175 + 0.0020 PLR) L, L >= 5 K the lift
 */
#include <math.h>

#include "wattmill/cooling.h"
#include "wattmill/unit.h"

static const double water_j_per_kg_k = 4186.0;
static const double water_kg_per_m3 = 1000.0;
static const double design_wet_bulb_c = 25.56; /* YorkCalc's rating point, 78 °F */
static const double design_approach_k = 3.9; /* closed form of YorkCalc, within 3.5 % above 10 °C */
static const double approach_load_exponent = 0.77;
static const double approach_per_k = 0.045;
static const double approach_air_exponent = 1.2;
static const double tower_floor_frac = 0.1;
static const double tower_lowest_c = 13.0; /* condenser water is held above this for the chillers */
static const double condenser_range_k = 5.56;
static const double smallest_lift_k = 5.0;
static const double stage_up_frac = 0.8; /* another machine starts above this part load */
static const double room_fan_floor = 0.3;

/* EnergyPlus CoolingTower:VariableSpeed fan power over air flow, flow >= 0.15. */
static double tower_fan_frac(double f)
{
    return fmax(0.0, -0.00931516 + 0.0512334 * f - 0.0838365 * f * f + 1.0419182 * f * f * f);
}

static double chiller_eir(const struct wm_cooling *c, double heat_w, double design_w, double lift_k)
{
    const double one_w = design_w / (double)c->n_chillers;
    const double n = fmax(1.0, ceil(heat_w / (stage_up_frac * one_w)));
    const double plr = fmax(0.3, fmin(1.0, heat_w / (n * one_w)));
    return c->chiller_eir +
           (c->chiller_eir_per_k + c->chiller_eir_per_k_plr * plr) * fmax(lift_k, smallest_lift_k);
}

struct tower {
    double water_c, flow_frac;
};

/* Leaving water and air flow of the tower at heat q, held at `setpoint_c` when it could be colder. */
static struct tower run_tower(double q, double wet_bulb_c, double setpoint_c)
{
    const double approach_k = design_approach_k * pow(fmax(q, 1e-6), approach_load_exponent) *
                              exp(approach_per_k * (design_wet_bulb_c - wet_bulb_c));
    const double allowed_k = setpoint_c - wet_bulb_c;
    if (allowed_k <= approach_k)
        return (struct tower){wet_bulb_c + approach_k, 1.0};
    return (struct tower){setpoint_c, fmax(tower_floor_frac, pow(approach_k / allowed_k,
                                                                 1.0 / approach_air_exponent))};
}

static struct wm_cooling_power eval(const struct wm_cooling *c, const struct wm_heat *heat,
                                    const struct wm_weather *weather)
{
    struct wm_cooling_power p = {0};
    const double design_w = heat->liquid_design_w + heat->air_design_w;
    /* room air follows the IT power, and the fans' own heat ends in the chilled water */
    const double room_flow = fmax(room_fan_floor, heat->it_w / heat->it_design_w);
    p.room_fan_w = c->room_fan_frac * heat->it_design_w * room_flow * room_flow * room_flow;
    /* all heat goes to the air: cold plates, if any, hang on the same chilled water */
    const double heat_w = heat->liquid_w + heat->air_w + p.room_fan_w;
    const double q = heat_w / design_w;
    const double return_c = c->supply_c + c->range_k;
    double rejected_w = heat_w, flow = 1.0;
    for (int i = 0; i < 3; i++) { /* heat of compression reaches the tower */
        const double q_tower = rejected_w / design_w;
        struct tower t = run_tower(q_tower, weather->wet_bulb_c, c->supply_c - c->heat_exchanger_k);
        const double economiser_c = t.water_c + c->heat_exchanger_k;
        double mechanical_frac =
            fmin(1.0, fmax(0.0, (economiser_c - c->supply_c) / (return_c - c->supply_c)));
        if (economiser_c <= c->supply_c + 1e-12)
            mechanical_frac = 0.0;
        else if (mechanical_frac >= 1.0)
            t = run_tower(q_tower, weather->wet_bulb_c, tower_lowest_c);
        const double lift_k = t.water_c + condenser_range_k * q_tower - c->supply_c;
        const double mechanical_w = heat_w * mechanical_frac;
        p.chiller_w = mechanical_w > 0.0
                          ? mechanical_w * chiller_eir(c, mechanical_w, design_w, lift_k)
                          : 0.0;
        rejected_w = heat_w + p.chiller_w;
        flow = t.flow_frac;
    }
    p.fan_w = c->fan_frac * design_w * tower_fan_frac(flow);
    p.pump_w = (c->pump_chilled_frac + c->pump_condenser_frac) * design_w *
               wm_pump_frac(c->pump_static_frac, q);
    p.total_w = p.fan_w + p.pump_w + p.chiller_w + p.room_fan_w;
    p.evaporation_m3_per_s = c->evaporation_l_per_kwh * 1e-3 * rejected_w / WM_J_PER_KWH;
    p.blowdown_m3_per_s = p.evaporation_m3_per_s / (c->cycles_conc - 1.0);
    p.drift_m3_per_s =
        c->drift_frac * rejected_w / (water_j_per_kg_k * water_kg_per_m3 * condenser_range_k);
    return p;
}

const struct wm_cooling_type wm_cooling_type_chilled_water = {
    .name = "chilled_water",
    .doc = "air hall, chilled water, water-cooled chillers, towers, waterside economiser",
    .source =
        "chiller: fit of 31 variable-speed centrifugal machines of the CoolTools/EnergyPlus set, "
        "R2 0.96; tower: closed form of YorkCalc (EnergyPlus); modes: Modelica Buildings library",
    .maturity = "modelled",
    .eval = eval,
};
