/*
 * Units: a value has the planner's unit outside (JSON, metrics) and SI inside (plus USD and tokens;
 * prices stay per MWh, per Mtok, per kW-month and powers of a contract per MW). It is converted
 * twice in its life: when its row is read and when its metric is printed. Temperatures are Celsius
 * inside, differences Kelvin.
 */
#ifndef WATTMILL_UNIT_H
#define WATTMILL_UNIT_H

enum wm_unit {
#define WM_UNIT(name, symbol, scale, offset) WM_UNIT_##name,
#include "wattmill/unit.def"
#undef WM_UNIT
    WM_N_UNITS
};

#define WM_J_PER_MWH    3.6e9
#define WM_J_PER_KWH    3.6e6
#define WM_S_PER_H      3600.0
#define WM_H_PER_YEAR   8760.0
#define WM_S_PER_YEAR   31536000.0
#define WM_W_PER_MW     1e6
#define WM_TOK_PER_MTOK 1e6
#define WM_US_PER_S     1000000LL
#define WM_US_PER_H     3600000000LL

/** Symbol as printed beside a number. */
const char *wm_unit_symbol(enum wm_unit unit);
/** Planner's unit to SI. */
double wm_unit_to_si(enum wm_unit unit, double value);
/** SI to planner's unit. */
double wm_unit_from_si(enum wm_unit unit, double value_si);

#endif
