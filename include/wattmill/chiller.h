/*
 * Chillers: electric power per heat moved, from temperatures and part load.
 *
 * Two forms. `lift_fit` is linear in the lift and keeps its sense from 4 to 30 °C water:
 *
 *     water:  EIR = eir + (eir_per_k + eir_per_k_plr PLR) L,  L = max(T_condenser,out - T_supply, 5 K)
 *     air:    EIR = max(eir_floor, eir + eir_per_k (T_air - T_supply))
 *
 * `eir_curves` is EnergyPlus' Chiller:Electric:EIR (DOE-2), with x the leaving chilled water, y the
 * entering condenser water or air, z the part load:
 *
 *     capacity = Q_ref CAPFT(x, y),  power = Q_ref / COP_ref CAPFT EIRFT(x, y) EIRFPLR(z)
 *     CAPFT, EIRFT = c1 + c2 x + c3 x^2 + c4 y + c5 y^2 + c6 x y;  EIRFPLR = c1 + c2 z + c3 z^2
 *
 * Published curves were fitted for 4.4 to 8.9 °C water; outside its bounds a curve is evaluated at
 * the bound, as EnergyPlus does, and the point is marked.
 */
#ifndef WATTMILL_CHILLER_H
#define WATTMILL_CHILLER_H

#include "wattmill/catalog_head.h"

enum wm_chiller_form { WM_CHILLER_LIFT_FIT, WM_CHILLER_EIR_CURVES };
enum wm_condenser { WM_CONDENSER_WATER, WM_CONDENSER_AIR };

struct wm_chiller {
    struct wm_catalog_head head;
    enum wm_chiller_form form;
    enum wm_condenser condenser;
    double eir, eir_per_k, eir_per_k_plr, eir_floor; /* lift_fit */
    double fade_per_k;                               /* lift_fit: capacity above 35 °C air */
    double capacity_w, cop;                          /* eir_curves: at reference conditions */
    double capft[6], eirft[6], eirfplr[3];
    double min_leaving_c, max_leaving_c, min_entering_c, max_entering_c, min_part_load_frac,
        max_part_load_frac;
};

extern const struct wm_field wm_chiller_fields[];

/** What a chiller works between [°C]; an air-cooled one takes the outdoor air for both condenser's. */
struct wm_chiller_temps {
    double leaving_c;            /* chilled water */
    double condenser_entering_c; /* water or air */
    double condenser_leaving_c;  /* water; lift_fit alone */
};

struct wm_chiller_point {
    double eir;           /* electric power over heat moved, 1/COP */
    double capacity_frac; /* over the reference capacity, at these temperatures */
    bool is_extrapolated; /* a curve was asked outside its bounds */
};

/**
 * @param plr  heat moved over the capacity at these temperatures, > 0; held within min_part_load_frac..max_part_load_frac
 * @return     eir > 0 and capacity_frac > 0; cannot fail
 */
struct wm_chiller_point wm_chiller_eval(const struct wm_chiller *chiller,
                                        const struct wm_chiller_temps *temps, double plr);

/** Capacity alone, which the part load of wm_chiller_eval() is counted from. */
double wm_chiller_capacity_frac(const struct wm_chiller *chiller,
                                const struct wm_chiller_temps *temps);

#endif
