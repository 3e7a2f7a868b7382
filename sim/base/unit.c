#include "wattmill/unit.h"

#include "wattmill/require.h"

struct row {
    const char *symbol;
    double scale, offset; /* SI = value * scale + offset */
};

static const struct row rows[] = {
#define WM_UNIT(name, text, factor, shift) {.symbol = (text), .scale = (factor), .offset = (shift)},
#include "wattmill/unit.def"
#undef WM_UNIT
};

const char *wm_unit_symbol(enum wm_unit unit)
{
    WM_REQUIRE((unsigned)unit < WM_N_UNITS);
    return rows[unit].symbol;
}

double wm_unit_to_si(enum wm_unit unit, double value)
{
    WM_REQUIRE((unsigned)unit < WM_N_UNITS);
    return value * rows[unit].scale + rows[unit].offset;
}

double wm_unit_from_si(enum wm_unit unit, double value_si)
{
    WM_REQUIRE((unsigned)unit < WM_N_UNITS);
    return (value_si - rows[unit].offset) / rows[unit].scale;
}
