#include "wattmill/cooling.h"

#include <math.h>
#include <string.h>

#include "wattmill/numeric.h"
#include "wattmill/require.h"
#include "wattmill/unit.h"

#define WM_COOLING(id) extern const struct wm_cooling_type wm_cooling_type_##id;
#include "wattmill/cooling.def"
#undef WM_COOLING

static const char *const model_words[] = {
#define WM_COOLING(id) #id,
#include "wattmill/cooling.def"
#undef WM_COOLING
    NULL};

// clang-format off
const struct wm_field wm_cooling_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_cooling),
    WM_CHOICE(wm_cooling, model, model_words, NULL, "plant type"),
    WM_REAL(wm_cooling, supply_c, WM_UNIT_C, 5.0, 55.0, 40.0, "water to the cold plates (dry_cooler) or coils (chilled_water)"),
    WM_REAL(wm_cooling, air_supply_c, WM_UNIT_C, 5.0, 40.0, 20.0, "dry_cooler: water to the coils of the air loop"),
    WM_REAL(wm_cooling, approach_k, WM_UNIT_K, 1.0, 20.0, 6.0, "dry cooler: leaving water minus dry bulb at design"),
    WM_REAL(wm_cooling, range_k, WM_UNIT_K, 1.0, 30.0, 10.0, "liquid loop: return minus supply at design; chilled_water: of the chilled water"),
    WM_REAL(wm_cooling, air_range_k, WM_UNIT_K, 1.0, 30.0, 8.0, "air loop: return minus supply at design"),
    WM_REAL(wm_cooling, fan_frac, WM_UNIT_W_PER_W, 0.0, 0.2, 0.035, "dry cooler or tower fan power over design heat"),
    WM_REAL(wm_cooling, fan_floor_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.05, "lowest air flow over design"),
    WM_REAL(wm_cooling, pump_cdu_frac, WM_UNIT_W_PER_W, 0.0, 0.1, 0.010, "coolant distribution pumps over IT design power"),
    WM_REAL(wm_cooling, pump_facility_frac, WM_UNIT_W_PER_W, 0.0, 0.1, 0.008, "facility water pumps over IT design power"),
    WM_REAL(wm_cooling, pump_chilled_frac, WM_UNIT_W_PER_W, 0.0, 0.1, 0.0107, "chilled water pumps over design heat"),
    WM_REAL(wm_cooling, pump_condenser_frac, WM_UNIT_W_PER_W, 0.0, 0.1, 0.0129, "condenser water pumps over design heat"),
    WM_REAL(wm_cooling, pump_static_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.2, "share of pump power that does not follow flow"),
    WM_REAL(wm_cooling, room_fan_frac, WM_UNIT_W_PER_W, 0.0, 0.2, 0.03, "room fans over design heat of the air loop"),
    WM_REF(wm_cooling, chiller, chiller, wm_chiller, "air-cooled-screw", "chillers, or trim chillers of dry coolers"),
    WM_REAL(wm_cooling, chiller_capacity_frac, WM_UNIT_FRAC, 0.0, 3.0, 1.25, "chillers installed, spares included, over design heat of their loop"),
    WM_REAL(wm_cooling, load_margin_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.04, "heat beyond IT that the room's plant is sized for, over IT design power"),
    WM_REAL(wm_cooling, heat_exchanger_k, WM_UNIT_K, 0.0, 10.0, 1.5, "waterside economiser: approach of its heat exchanger"),
    WM_REAL(wm_cooling, evaporation_l_per_kwh, WM_UNIT_L_PER_KWH, 0.0, 2.0, (double)NAN, "tower evaporation per heat rejected; unset: 1.47 clamp(0.61 + 0.0147 wet bulb, 0.5, 1)"),
    WM_REAL(wm_cooling, cycles_conc, WM_UNIT_NONE, 1.5, 12.0, 4.0, "cycles of concentration: dissolved solids, basin over make-up water"),
    WM_REAL(wm_cooling, drift_frac, WM_UNIT_FRAC, 0.0, 0.01, 0.00008, "drift over circulating water"),
    WM_REAL(wm_cooling, pad_effectiveness_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "dry_cooler: adiabatic pads, dry-bulb drop over wet-bulb depression; 0: none"),
    WM_REAL(wm_cooling, pad_air_rise_k, WM_UNIT_K, 1.0, 30.0, 9.0, "dry_cooler: air's rise at design, sizes the air that pads wet"),
    WM_REAL(wm_cooling, heat_reuse_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "dry_cooler: share of the liquid loop's heat that a customer takes"),
    WM_REAL(wm_cooling, heat_reuse_below_c, WM_UNIT_C, -40.0, 60.0, 15.0, "dry_cooler: the customer takes heat while the dry bulb is below"),
    WM_INT(wm_cooling, n_chillers, 1, 100, 8, "machines that share the load"),
    WM_GROUP(wm_cooling, thermal, wm_thermal_fields, "thermal inertia of halls and loops"),
    WM_FIELD_END,
};
// clang-format on

const struct wm_cooling_type *wm_cooling_type(enum wm_cooling_model model)
{
    static const struct wm_cooling_type *const types[] = {
#define WM_COOLING(id) &wm_cooling_type_##id,
#include "wattmill/cooling.def"
#undef WM_COOLING
    };
    WM_REQUIRE((int)model >= 0 && model < WM_N_COOLING_MODELS);
    return types[model];
}

static bool names(const struct wm_cooling_type *type, const char *key)
{
    const char *const *row = type->rows;
    while (*row != NULL && strcmp(*row, key) != 0)
        row++;
    return *row != NULL;
}

bool wm_cooling_reads(enum wm_cooling_model model, const char *key)
{
    bool is_of_some = false;
    for (int m = 0; m < WM_N_COOLING_MODELS; m++)
        is_of_some = is_of_some || names(wm_cooling_type((enum wm_cooling_model)m), key);
    return !is_of_some || names(wm_cooling_type(model), key);
}

struct wm_cooling_power wm_cooling_eval(const struct wm_cooling *plant, const struct wm_heat *heat,
                                        const struct wm_weather *weather)
{
    return wm_cooling_type(plant->model)->eval(plant, heat, weather);
}

static const double sea_level_pa = 101325.0;
static const double room_fan_floor = 0.3;    /* of design flow (estimate) */
static const double condenser_rise_k = 10.0; /* see wm_condenser_air_c() */

double wm_air_density_frac(double pressure_pa)
{
    WM_REQUIRE(pressure_pa > 0.0);
    return pressure_pa / sea_level_pa;
}

double wm_room_fan_frac(double heat_frac, double pressure_pa)
{
    const double flow = wm_larger(room_fan_floor, heat_frac), density = wm_air_density_frac(pressure_pa);
    return flow * flow * flow / (density * density);
}

double wm_condenser_air_c(double dry_bulb_c, double pressure_pa)
{
    return dry_bulb_c + condenser_rise_k * (1.0 / wm_air_density_frac(pressure_pa) - 1.0);
}

static const double stage_up_frac = 0.8; /* another machine starts above this part load */

void wm_chillers_add(struct wm_cooling_power *power, const struct wm_cooling *plant,
                     const struct wm_chiller_load *load, const struct wm_chiller_temps *temps)
{
    const double one_w = load->design_w / (double)plant->n_chillers *
                         wm_chiller_capacity_frac(plant->chiller, temps);
    const double n_up =
        floor((double)plant->n_chillers * plant->chiller_capacity_frac * load->up_frac + 1e-9);
    const double moved_w = wm_smaller(load->heat_w, n_up * one_w);
    power->heat_unmet_w += load->heat_w - moved_w;
    if (moved_w <= 0.0)
        return;
    const double n = wm_smaller(n_up, ceil(moved_w / (stage_up_frac * one_w)));
    const struct wm_chiller_point c = wm_chiller_eval(plant->chiller, temps, moved_w / (n * one_w));
    power->chiller_w += moved_w * c.eir;
    power->heat_chiller_w += moved_w;
    power->is_extrapolated = power->is_extrapolated || c.is_extrapolated;
}

double wm_pump_frac(double static_frac, double flow_frac)
{
    return static_frac + (1.0 - static_frac) * flow_frac * flow_frac * flow_frac;
}
