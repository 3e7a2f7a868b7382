#include "wattmill/cooling.h"

#include "wattmill/require.h"

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
    WM_REAL(wm_cooling, trim_eir, WM_UNIT_W_PER_W, 0.0, 1.0, 0.1134, "trim chiller: power over heat at zero lift"),
    WM_REAL(wm_cooling, trim_eir_per_k, WM_UNIT_NONE, 0.0, 0.1, 0.00864, "trim chiller: per kelvin of dry bulb above supply"),
    WM_REAL(wm_cooling, trim_eir_floor, WM_UNIT_W_PER_W, 0.0, 1.0, 0.06, "trim chiller: lowest power over heat"),
    WM_REAL(wm_cooling, chiller_eir, WM_UNIT_W_PER_W, 0.0, 1.0, 0.055, "water-cooled chiller: power over heat at zero lift"),
    WM_REAL(wm_cooling, chiller_eir_per_k, WM_UNIT_NONE, 0.0, 0.1, 0.00175, "per kelvin of lift"),
    WM_REAL(wm_cooling, chiller_eir_per_k_plr, WM_UNIT_NONE, 0.0, 0.1, 0.0020, "per kelvin of lift and part load"),
    WM_REAL(wm_cooling, load_margin_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.04, "heat beyond IT that the room's plant is sized for, over IT design power"),
    WM_REAL(wm_cooling, heat_exchanger_k, WM_UNIT_K, 0.0, 10.0, 1.5, "waterside economiser: approach of its heat exchanger"),
    WM_REAL(wm_cooling, evaporation_l_per_kwh, WM_UNIT_L_PER_KWH, 0.0, 2.0, 1.316, "tower evaporation per heat rejected"),
    WM_REAL(wm_cooling, cycles_conc, WM_UNIT_NONE, 1.5, 12.0, 4.0, "cycles of concentration: dissolved solids, basin over make-up water"),
    WM_REAL(wm_cooling, drift_frac, WM_UNIT_FRAC, 0.0, 0.01, 0.00008, "drift over circulating water"),
    WM_INT(wm_cooling, n_chillers, 1, 100, 8, "machines that share the load"),
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

struct wm_cooling_power wm_cooling_eval(const struct wm_cooling *plant, const struct wm_heat *heat,
                                        const struct wm_weather *weather)
{
    return wm_cooling_type(plant->model)->eval(plant, heat, weather);
}

double wm_pump_frac(double static_frac, double flow_frac)
{
    return static_frac + (1.0 - static_frac) * flow_frac * flow_frac * flow_frac;
}
