/*
 * Air hall on chilled water: water-cooled centrifugal chillers, open towers, waterside economiser.
 *
 *     tower approach at full fan  A = 3.9 q^0.77 exp(0.045 (25.56 - T_wb))           [K]
 *     economiser                  free while T_tower + dT_hx <= supply, then in series, then off
 *     chiller                     of the catalogue, see chiller.h
 */
#include <math.h>

#include "wattmill/cooling.h"
#include "wattmill/unit.h"

static const double water_j_per_kg_k = 4186.0;
static const double water_kg_per_m3 = 1000.0;
static const double design_wet_bulb_c = 25.56; /* YorkCalc's rating point, 78 °F */
static const double design_approach_k = 3.9;
static const double approach_load_exponent = 0.77;
static const double approach_per_k = 0.045;
static const double approach_air_exponent = 1.2;
static const double tower_floor_frac = 0.1;
static const double cells_down_to_frac =
    0.25;                                  /* of design heat: below, cells are shut (estimate) */
static const double tower_lowest_c = 13.0; /* condenser water is held above this for the chillers */
static const double condenser_range_k = 5.56;

static const double latent_l_per_kwh = 1.47;

double wm_tower_fan_frac(double flow_frac)
{
    const double f = flow_frac;
    return fmax(0.0, -0.00931516 + 0.0512334 * f - 0.0838365 * f * f + 1.0419182 * f * f * f);
}

double wm_tower_approach_k(double heat_frac, double wet_bulb_c)
{
    return design_approach_k * pow(fmax(heat_frac, 1e-6), approach_load_exponent) *
           exp(approach_per_k * (design_wet_bulb_c - wet_bulb_c));
}

double wm_tower_evaporation_l_per_kwh(double wet_bulb_c)
{
    return latent_l_per_kwh * fmax(0.5, fmin(1.0, 0.61 + 0.0147 * wet_bulb_c));
}

struct tower {
    double water_c, flow_frac;
};

/*
 * Leaving water and air flow of the tower at heat q, held at `setpoint_c` when it could be colder. More than
 * 1 / 0.045 K below it the fitted approach outgrows the room for it, as if colder air took up less heat: the
 * flow needed there is held, since a kilogram of colder air takes up no less on its way to the same water.
 */
static struct tower run_tower(double q, double wet_bulb_c, double setpoint_c)
{
    const double approach_k = wm_tower_approach_k(fmax(q, cells_down_to_frac), wet_bulb_c);
    if (setpoint_c - wet_bulb_c <= approach_k)
        return (struct tower){wet_bulb_c + approach_k, 1.0};
    const double held_c = fmax(wet_bulb_c, setpoint_c - 1.0 / approach_per_k);
    const double held_k = wm_tower_approach_k(fmax(q, cells_down_to_frac), held_c);
    return (struct tower){setpoint_c,
                          fmax(tower_floor_frac, pow(held_k / (setpoint_c - held_c),
                                                     1.0 / approach_air_exponent))};
}

/* Share of the heat that the economiser leaves to the chillers. */
static double mechanical_frac(const struct wm_cooling *c, double economiser_c)
{
    const double share = (economiser_c - c->supply_c) / c->range_k;
    return share <= 1e-12 / c->range_k ? 0.0 : fmin(1.0, share);
}

static void add_water(struct wm_cooling_power *p, const struct wm_cooling *c, double rejected_w,
                      double wet_bulb_c)
{
    const double l_per_kwh = wm_is_set(c->evaporation_l_per_kwh)
                                 ? c->evaporation_l_per_kwh
                                 : wm_tower_evaporation_l_per_kwh(wet_bulb_c);
    p->evaporation_m3_per_s = l_per_kwh * 1e-3 * rejected_w / WM_J_PER_KWH;
    p->blowdown_m3_per_s = p->evaporation_m3_per_s / (c->cycles_conc - 1.0);
    p->drift_m3_per_s =
        c->drift_frac * rejected_w / (water_j_per_kg_k * water_kg_per_m3 * condenser_range_k);
}

static struct wm_cooling_power eval(const struct wm_cooling *c, const struct wm_heat *heat,
                                    const struct wm_weather *weather)
{
    struct wm_cooling_power p = {0}, free = {0};
    const double design_w = heat->liquid_design_w + heat->air_design_w;
    const double liquid_q =
        heat->liquid_design_w > 0.0 ? heat->liquid_w / heat->liquid_design_w : 0.0;
    /* room air follows the IT power, and the fans' own heat ends in the chilled water */
    free.room_fan_w = c->room_fan_frac * (heat->it_design_w - heat->liquid_design_w) *
                      wm_room_fan_frac(heat->it_w / heat->it_design_w, weather->pressure_pa);
    /* all heat goes to the air: cold plates, if any, hang on the same chilled water */
    const double heat_w = heat->liquid_w + heat->air_w + free.room_fan_w;
    const double q = heat_w / design_w;
    double rejected_w = heat_w, flow = 1.0;
    free.heat_in_w = heat_w;
    for (int i = 0; i < 3; i++) { /* heat of compression reaches the tower */
        const double q_tower = rejected_w / design_w;
        struct tower t = run_tower(q_tower, weather->wet_bulb_c, c->supply_c - c->heat_exchanger_k);
        const double mechanical = mechanical_frac(c, t.water_c + c->heat_exchanger_k);
        if (mechanical >= 1.0)
            t = run_tower(q_tower, weather->wet_bulb_c, tower_lowest_c);
        p = free;
        p.heat_free_w = heat_w * (1.0 - mechanical);
        if (mechanical > 0.0) {
            const struct wm_chiller_load load = {heat_w * mechanical, design_w,
                                                 heat->chiller_up_frac};
            const struct wm_chiller_temps temps = {c->supply_c, t.water_c,
                                                   t.water_c + condenser_range_k * q_tower};
            wm_chillers_add(&p, c, &load, &temps);
        }
        const double last_w = rejected_w;
        rejected_w = heat_w - p.heat_unmet_w + p.chiller_w;
        flow = t.flow_frac;
        if (rejected_w >= last_w && rejected_w <= last_w)
            break; /* no compressor ran, or nothing moved */
    }
    p.fan_w = c->fan_frac * design_w * wm_tower_fan_frac(flow) *
              fmin(1.0, rejected_w / design_w / cells_down_to_frac);
    p.pump_w =
        (c->pump_chilled_frac + c->pump_condenser_frac) * design_w *
            wm_pump_frac(c->pump_static_frac, q) +
        c->pump_cdu_frac * heat->liquid_design_w * wm_pump_frac(c->pump_static_frac, liquid_q);
    p.total_w = p.fan_w + p.pump_w + p.chiller_w + p.room_fan_w;
    add_water(&p, c, rejected_w, weather->wet_bulb_c);
    return p;
}

static const char *const rows[] = {"range_k",
                                   "fan_frac",
                                   "pump_chilled_frac",
                                   "pump_condenser_frac",
                                   "heat_exchanger_k",
                                   "evaporation_l_per_kwh",
                                   "cycles_conc",
                                   "drift_frac",
                                   NULL};

const struct wm_cooling_type wm_cooling_type_chilled_water = {
    .name = "chilled_water",
    .doc = "air hall, chilled water, water-cooled chillers, towers, waterside economiser",
    .source = "tower: closed form of YorkCalc (EnergyPlus); modes: Modelica Buildings library",
    .maturity = "modelled",
    .rows = rows,
    .eval = eval,
};
