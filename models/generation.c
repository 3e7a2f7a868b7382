#include "wattmill/generation.h"

#include <math.h>
#include <string.h>

static const double rated_c = 15.0; /* ISO 2314 */
static const double step_s = 60.0;
static const double least_capacity_frac = 0.3; /* however hot */

const char *const wm_generator_kind_words[] = {"fuel", "solar", NULL};

// clang-format off
const struct wm_field wm_generator_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_generator),
    WM_CHOICE(wm_generator, kind, wm_generator_kind_words, "fuel", "fuel: called when needed; solar: gives what its file says"),
    WM_REAL(wm_generator, efficiency_frac, WM_UNIT_FRAC, 0.05, 1.0, 0.4, "electricity over the fuel's higher heating value at full load"),
    WM_REAL(wm_generator, no_load_frac, WM_UNIT_FRAC, 0.0, 0.9, 0.15, "full-load fuel burnt at no load"),
    WM_REAL(wm_generator, min_load_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.25, "least load over capacity"),
    WM_REAL_AS(wm_generator, start_s, "start_min", WM_UNIT_MIN, 0.0, 10000.0, 5.0, "from the call to the least load"),
    WM_REAL_AS(wm_generator, least_run_s, "least_run_min", WM_UNIT_MIN, 0.0, 10000.0, 0.0, "running time before it may be stopped again, at its least load when nothing wants it"),
    WM_REAL(wm_generator, start_usd_per_mw, WM_UNIT_USD_PER_MW, 0.0, 100000.0, 0.0, "cost of a start by nameplate: wear, inspections, fuel until it carries load"),
    WM_REAL(wm_generator, ramp_frac_per_min, WM_UNIT_PER_MIN, 0.0001, 100.0, 0.2, "of capacity a minute, after the start"),
    WM_REAL(wm_generator, derate_per_k, WM_UNIT_NONE, 0.0, 0.1, 0.0, "capacity lost per kelvin of dry bulb above 15 °C"),
    WM_REAL(wm_generator, fuel_usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 10000.0, 13.65, "fuel per MWh of heat (HHV); default: 4 USD/MMBtu"),
    WM_REAL(wm_generator, fuel_kg_per_mwh, WM_UNIT_KG_PER_MWH, 0.0, 2000.0, 181.0, "carbon dioxide per MWh of heat (HHV)"),
    WM_REAL(wm_generator, om_usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 10000.0, 0.0, "variable O&M per MWh of electricity"),
    WM_REAL(wm_generator, om_usd_per_kw_year, WM_UNIT_USD_PER_KW_YEAR, 0.0, 10000.0, 0.0, "fixed O&M"),
    WM_REAL(wm_generator, capex_usd_per_kw, WM_UNIT_USD_PER_KW, 0.0, 100000.0, 2000.0, "capital cost"),
    WM_REAL(wm_generator, life_years, WM_UNIT_YEAR, 1.0, 60.0, 20.0, "of its capital"),
    WM_FIELD_END,
};
// clang-format on

/* Keys of units that burn fuel, start and ramp. */
static const char *const fuel_rows[] = {"efficiency_frac",  "no_load_frac",      "min_load_frac",
                                        "start_min",        "least_run_min",
                                        "start_usd_per_mw", "ramp_frac_per_min", "derate_per_k",
                                        "fuel_usd_per_mwh", "fuel_kg_per_mwh",   NULL};

bool wm_generator_reads(enum wm_generator_kind kind, const char *key)
{
    for (size_t i = 0; kind == WM_GENERATOR_SOLAR && fuel_rows[i] != NULL; i++)
        if (strcmp(fuel_rows[i], key) == 0)
            return false;
    return true;
}

double wm_generator_capacity_w(const struct wm_generator *generator, double nameplate_w,
                               double dry_bulb_c)
{
    const double lost = generator->derate_per_k * fmax(0.0, dry_bulb_c - rated_c);
    return nameplate_w * fmax(least_capacity_frac, 1.0 - lost);
}

/* Steps done `running_s` after the start, allowing for rounding of the step's own time. */
static double n_steps(double running_s)
{
    return floor(running_s / step_s + 1e-9);
}

double wm_generator_reach_w(const struct wm_generator *generator, double capacity_w,
                            double running_s)
{
    const double ramp_s = 60.0 / generator->ramp_frac_per_min;
    const double climbed = n_steps(running_s) * step_s / ramp_s;
    return capacity_w * fmin(1.0, generator->min_load_frac + climbed);
}

double wm_generator_next_step_s(const struct wm_generator *generator, double running_s)
{
    if (wm_generator_reach_w(generator, 1.0, running_s) >= 1.0)
        return (double)INFINITY;
    return (n_steps(running_s) + 1.0) * step_s - running_s;
}

double wm_generator_fuel_w(const struct wm_generator *generator, double capacity_w, double power_w)
{
    const struct wm_generator *g = generator;
    if (g->kind == WM_GENERATOR_SOLAR)
        return 0.0;
    return (g->no_load_frac * capacity_w + (1.0 - g->no_load_frac) * power_w) / g->efficiency_frac;
}

double wm_generator_marginal_usd_per_mwh(const struct wm_generator *generator)
{
    const struct wm_generator *g = generator;
    if (g->kind == WM_GENERATOR_SOLAR)
        return g->om_usd_per_mwh;
    return (1.0 - g->no_load_frac) / g->efficiency_frac * g->fuel_usd_per_mwh + g->om_usd_per_mwh;
}

double wm_generator_full_usd_per_mwh(const struct wm_generator *generator)
{
    const struct wm_generator *g = generator;
    if (g->kind == WM_GENERATOR_SOLAR)
        return g->om_usd_per_mwh;
    return g->fuel_usd_per_mwh / g->efficiency_frac + g->om_usd_per_mwh;
}

double wm_generator_start_usd_per_mwh(const struct wm_generator *generator)
{
    return generator->start_usd_per_mw / fmax(1.0, generator->least_run_s / WM_S_PER_H);
}
