/*
 * Quantity: a number with a unit, as people write it: "150 MW", "5.5 c/kWh", "$55/MWh", "25M", "10k tok/s",
 * "30 %", "95 °F".
 *
 *     text    = [$] number [magnitude] [unit]      magnitude: k M G T P, thousand million billion trillion
 *     unit    = factors [/ factors]...             "per" is /; factors are joined by a blank, - or *
 *     factor  = [k M G T P, m u before s] name
 *
 * A unit has a size and a dimension. The row's own unit is read by the same rules, so that whatever has
 * its dimension converts: kW, GW and W into MW; c/kWh and $/MWh into USD/MWh; kg/kWh and lb/MWh into
 * kg/MWh. A month is a twelfth of a year of 8,760 h. Temperatures of rows in °C have their zero converted.
 */
#ifndef WATTMILL_QUANTITY_H
#define WATTMILL_QUANTITY_H

#include <stdbool.h>

#include "wattmill/unit.h"

enum wm_quantity_fault {
    WM_QUANTITY_OK,
    WM_QUANTITY_NO_NUMBER,  /* does not begin with one */
    WM_QUANTITY_NO_UNIT,    /* `word` is no unit */
    WM_QUANTITY_OTHER_KIND, /* a unit of something else */
    WM_QUANTITY_CURRENCY    /* not in USD */
};

struct wm_quantity {
    double value; /* in the row's unit */
    enum wm_quantity_fault fault;
    bool is_bare;  /* digits alone, without a unit or a magnitude */
    char word[32]; /* what was not understood */
};

/** Reads `text` into `unit`. */
struct wm_quantity wm_quantity_read(const char *text, enum wm_unit unit);
/** Why it was not read: "MWh measures something else". @return buf */
const char *wm_quantity_help(const struct wm_quantity *quantity, char buf[96]);

#endif
