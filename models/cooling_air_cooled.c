/*
 * Chilled water from air-cooled chillers: no tower, no water, no economiser. All heat is moved by
 * compressors, against the dry bulb; condenser fans are part of the chillers' power.
 */
#include <math.h>

#include "wattmill/cooling.h"

static struct wm_cooling_power eval(const struct wm_cooling *c, const struct wm_heat *heat,
                                    const struct wm_weather *weather)
{
    struct wm_cooling_power p = {0};
    const double design_w = heat->liquid_design_w + heat->air_design_w;
    const double liquid_q =
        heat->liquid_design_w > 0.0 ? heat->liquid_w / heat->liquid_design_w : 0.0;
    p.room_fan_w = c->room_fan_frac * (heat->it_design_w - heat->liquid_design_w) *
                   wm_room_fan_frac(heat->it_w / heat->it_design_w, weather->pressure_pa);
    p.heat_in_w = heat->liquid_w + heat->air_w + p.room_fan_w;
    const struct wm_chiller_load load = {p.heat_in_w, design_w, heat->chiller_up_frac};
    const double air_c = wm_condenser_air_c(weather->dry_bulb_c, weather->pressure_pa);
    const struct wm_chiller_temps temps = {c->supply_c, air_c, air_c};
    wm_chillers_add(&p, c, &load, &temps);
    p.pump_w =
        c->pump_chilled_frac * design_w *
            wm_pump_frac(c->pump_static_frac, p.heat_in_w / design_w) +
        c->pump_cdu_frac * heat->liquid_design_w * wm_pump_frac(c->pump_static_frac, liquid_q);
    p.total_w = p.pump_w + p.chiller_w + p.room_fan_w;
    return p;
}

static const char *const rows[] = {"pump_chilled_frac", NULL};

const struct wm_cooling_type wm_cooling_type_air_cooled = {
    .name = "air_cooled",
    .doc = "chilled water from air-cooled chillers; no water, no economiser",
    .source = "chillers of the catalogue; pumps and fans: affinity laws",
    .maturity = "modelled",
    .rows = rows,
    .eval = eval,
};
