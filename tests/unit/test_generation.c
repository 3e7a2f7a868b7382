/* On-site generation: fuel, starts, ramps, heat. */
#include <math.h>

#include "catalog_case.h"
#include "suite.h"
#include "wattmill/generation.h"
#include "wattmill/wattmill.h"

static const struct wm_generator *find(const char *name)
{
    return (const void *)wm_catalog_find(catalog, WM_CATALOG_generator, name);
}

/* eff(x) = eff_full x / (x0 + (1 - x0) x), x0 = 0.15 */
START_TEST(part_load_burns_more_fuel_per_megawatt_hour)
{
    open_catalog();
    const struct wm_generator *g = find("gas-engine");
    ck_assert_double_eq_tol(10e6 / wm_generator_fuel_w(g, 10e6, 10e6), 0.405, 1e-12);
    ck_assert_double_eq_tol(5e6 / wm_generator_fuel_w(g, 10e6, 5e6), 0.405 * .5 / (.15 + .85 * .5),
                            1e-12);
    double last = INFINITY;
    for (double x = 0.05; x <= 1.0; x += 0.05) {
        const double per_w = wm_generator_fuel_w(g, 1.0, x) / x;
        ck_assert_double_lt(per_w, last);
        last = per_w;
    }
    /* 4 USD/MMBtu = 13.65 USD/MWh of heat: 33.7 + 13.5 at full load, 28.6 + 13.5 for one more */
    ck_assert_double_eq_tol(wm_generator_full_usd_per_mwh(g), 13.65 / .405 + 13.5, 1e-9);
    ck_assert_double_eq_tol(wm_generator_marginal_usd_per_mwh(g), .85 * 13.65 / .405 + 13.5, 1e-9);
    close_catalog();
}
END_TEST

START_TEST(a_started_unit_climbs_in_steps_below_its_ramp)
{
    open_catalog();
    const struct wm_generator *g = find("gas-engine"); /* 20 % a minute from 25 % */
    ck_assert_double_eq(wm_generator_reach_w(g, 10e6, 0.0), 2.5e6);
    ck_assert_double_eq(wm_generator_reach_w(g, 10e6, 59.0), 2.5e6);
    ck_assert_double_eq_tol(wm_generator_reach_w(g, 10e6, 60.0), 4.5e6, 1e-3);
    ck_assert_double_eq(wm_generator_reach_w(g, 10e6, 600.0), 10e6);
    ck_assert_double_eq_tol(wm_generator_next_step_s(g, 90.0), 30.0, 1e-9);
    ck_assert(isinf(wm_generator_next_step_s(g, 240.0)));
    for (double t = 0.0, last = 0.0; t < 400.0; t += 7.0) {
        const double reach = wm_generator_reach_w(g, 1.0, t);
        ck_assert_double_ge(reach, last);
        ck_assert_double_le(reach, fmin(1.0, 0.25 + 0.2 * t / 60.0) + 1e-12);
        last = reach;
    }
    close_catalog();
}
END_TEST

START_TEST(turbines_lose_capacity_in_heat_and_engines_do_not)
{
    open_catalog();
    ck_assert_double_eq_tol(wm_generator_capacity_w(find("gas-turbine"), 20e6, 35.0), 17.2e6, 1.0);
    ck_assert_double_eq(wm_generator_capacity_w(find("gas-turbine"), 20e6, -10.0), 20e6);
    ck_assert_double_eq(wm_generator_capacity_w(find("gas-engine"), 20e6, 40.0), 20e6);
    close_catalog();
}
END_TEST

/* EPA and EIA: gas 0.181, diesel 0.2517 kg per kWh of heat; a diesel emits 0.78 kg per kWh made. */
START_TEST(carbon_follows_the_fuel)
{
    open_catalog();
    const struct wm_generator *d = find("diesel-standby");
    ck_assert_double_eq_tol(d->fuel_kg_per_mwh, 22.58 * 0.45359237 / 40.7 * 1e3, 0.1);
    ck_assert_double_eq_tol(wm_generator_fuel_w(d, 1.0, 1.0) * d->fuel_kg_per_mwh, 781.7, 0.1);
    ck_assert_double_eq(wm_generator_fuel_w(find("solar"), 1.0, 1.0), 0.0);
    close_catalog();
}
END_TEST

START_TEST(every_unit_of_the_catalogue_is_possible)
{
    open_catalog();
    for (size_t i = 0; i < wm_catalog_n(catalog, WM_CATALOG_generator); i++) {
        const struct wm_generator *g =
            (const void *)wm_catalog_at(catalog, WM_CATALOG_generator, i);
        ck_assert_msg(g->efficiency_frac > 0.25 && g->efficiency_frac < 0.65, "%s", g->head.name);
        ck_assert_msg(g->capex_usd_per_kw > 500.0 && g->capex_usd_per_kw < 6000.0, "%s",
                      g->head.name);
        ck_assert_double_le(wm_generator_marginal_usd_per_mwh(g), wm_generator_full_usd_per_mwh(g));
        if (g->kind == WM_GENERATOR_FUEL)
            ck_assert(g->fuel_kg_per_mwh > 150.0 && g->fuel_kg_per_mwh < 300.0);
    }
    close_catalog();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {part_load_burns_more_fuel_per_megawatt_hour,
                                  a_started_unit_climbs_in_steps_below_its_ramp,
                                  turbines_lose_capacity_in_heat_and_engines_do_not,
                                  carbon_follows_the_fuel, every_unit_of_the_catalogue_is_possible};
    return RUN_TESTS("generation", tests);
}
