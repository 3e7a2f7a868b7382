#include "wattmill/chiller.h"

#include <math.h>

#include "wattmill/require.h"
#include "wattmill/numeric.h"

static const double smallest_lift_k = 5.0; /* of the machines fitted */
static const double fade_above_c = 35.0;   /* rating point of air-cooled machines, AHRI 550/590 */

static const char *const form_words[] = {"lift_fit", "eir_curves", NULL};
static const char *const condenser_words[] = {"water", "air", NULL};

#define CURVE(member, text)                                                         \
    WM_ROW(wm_chiller, member, WM_KIND_REALS, #member, .min = -100.0, .max = 100.0, \
           .item_size = sizeof(double), .doc = text)

// clang-format off
const struct wm_field wm_chiller_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_chiller),
    WM_CHOICE(wm_chiller, form, form_words, "lift_fit", "lift_fit: linear in the lift; eir_curves: EnergyPlus/DOE-2 set"),
    WM_CHOICE(wm_chiller, condenser, condenser_words, "water", "what the condenser gives its heat to"),
    WM_REAL(wm_chiller, eir, WM_UNIT_W_PER_W, 0.0, 1.0, 0.055, "lift_fit: power over heat at no lift"),
    WM_REAL(wm_chiller, eir_per_k, WM_UNIT_NONE, 0.0, 0.1, 0.00175, "lift_fit: per kelvin of lift"),
    WM_REAL(wm_chiller, eir_per_k_plr, WM_UNIT_NONE, 0.0, 0.1, 0.0, "lift_fit: per kelvin of lift and part load"),
    WM_REAL(wm_chiller, eir_floor, WM_UNIT_W_PER_W, 0.0, 1.0, 0.0, "lift_fit: lowest power over heat"),
    WM_REAL(wm_chiller, fade_per_k, WM_UNIT_NONE, 0.0, 0.1, 0.0, "lift_fit: capacity lost per kelvin of condenser air above 35 °C"),
    WM_REAL_AS(wm_chiller, capacity_w, "capacity_kw", WM_UNIT_KW, 0.1, 1e5, 1000.0, "eir_curves: reference capacity of one machine, for the reader: plants scale it"),
    WM_REAL(wm_chiller, cop, WM_UNIT_W_PER_W, 0.5, 30.0, 6.0, "eir_curves: heat over power at reference conditions"),
    CURVE(capft, "eir_curves: capacity over reference, of leaving and entering temperature"),
    CURVE(eirft, "eir_curves: power over heat over reference, of the same"),
    CURVE(eirfplr, "eir_curves: full-load power share, of part load"),
    WM_REAL(wm_chiller, min_leaving_c, WM_UNIT_C, -30.0, 60.0, 4.44, "eir_curves: coldest chilled water fitted"),
    WM_REAL(wm_chiller, max_leaving_c, WM_UNIT_C, -30.0, 60.0, 8.89, "eir_curves: warmest chilled water fitted"),
    WM_REAL(wm_chiller, min_entering_c, WM_UNIT_C, -30.0, 60.0, 12.78, "eir_curves: coldest condenser water or air fitted"),
    WM_REAL(wm_chiller, max_entering_c, WM_UNIT_C, -30.0, 60.0, 29.44, "eir_curves: warmest condenser water or air fitted"),
    WM_REAL(wm_chiller, min_part_load_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.3, "lowest part load; below, the machine cycles"),
    WM_REAL(wm_chiller, max_part_load_frac, WM_UNIT_FRAC, 0.5, 1.5, 1.0, "highest part load"),
    WM_FIELD_END,
};
// clang-format on

static double held(double value, double lo, double hi)
{
    return wm_larger(lo, wm_smaller(hi, value));
}

static double biquadratic(const double *c, double x, double y)
{
    return c[0] + c[1] * x + c[2] * x * x + c[3] * y + c[4] * y * y + c[5] * x * y;
}

static struct wm_chiller_point eval_curves(const struct wm_chiller *c,
                                           const struct wm_chiller_temps *t, double plr)
{
    const double x = held(t->leaving_c, c->min_leaving_c, c->max_leaving_c);
    const double y = held(t->condenser_entering_c, c->min_entering_c, c->max_entering_c);
    const double z = held(plr, c->min_part_load_frac, c->max_part_load_frac);
    const double full = c->eirfplr[0] + c->eirfplr[1] * z + c->eirfplr[2] * z * z;
    return (struct wm_chiller_point){
        .eir = biquadratic(c->eirft, x, y) * full / (c->cop * z),
        .capacity_frac = biquadratic(c->capft, x, y),
        .is_extrapolated = x < t->leaving_c || x > t->leaving_c || y < t->condenser_entering_c ||
                           y > t->condenser_entering_c,
    };
}

struct wm_chiller_point wm_chiller_eval(const struct wm_chiller *chiller,
                                        const struct wm_chiller_temps *temps, double plr)
{
    const struct wm_chiller *c = chiller;
    WM_REQUIRE(plr > 0.0);
    if (c->form == WM_CHILLER_EIR_CURVES)
        return eval_curves(c, temps, plr);
    const bool is_air = c->condenser == WM_CONDENSER_AIR;
    const double lift_k =
        is_air ? temps->condenser_entering_c - temps->leaving_c
               : wm_larger(temps->condenser_leaving_c - temps->leaving_c, smallest_lift_k);
    const double per_k =
        c->eir_per_k + c->eir_per_k_plr * held(plr, c->min_part_load_frac, c->max_part_load_frac);
    return (struct wm_chiller_point){
        .eir = wm_larger(c->eir_floor, c->eir + per_k * lift_k),
        .capacity_frac = wm_chiller_capacity_frac(c, temps),
    };
}

double wm_chiller_capacity_frac(const struct wm_chiller *chiller,
                                const struct wm_chiller_temps *temps)
{
    const struct wm_chiller *c = chiller;
    if (c->form == WM_CHILLER_LIFT_FIT)
        return held(1.0 - c->fade_per_k * (temps->condenser_entering_c - fade_above_c), 0.1, 1.0);
    return biquadratic(c->capft, held(temps->leaving_c, c->min_leaving_c, c->max_leaving_c),
                       held(temps->condenser_entering_c, c->min_entering_c, c->max_entering_c));
}
