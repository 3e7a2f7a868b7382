/* Weather, power chain and the whole facility: check values and limits. Cooling: test_cooling.c. */
#include <math.h>

#include "catalog_case.h"
#include "suite.h"
#include "wattmill/climate.h"
#include "wattmill/facility.h"
#include "wattmill/psychrometrics.h"
#include "wattmill/wattmill.h"

/* ASHRAE Handbook of Fundamentals 2017 through PsychroLib. */
START_TEST(psychrometrics_match_ashrae)
{
    static const double saturation[][2] = {{-60, 1.0817},     {-20, 103.2604}, {-5, 401.7641},
                                           {5, 872.4867},     {25, 3169.2165}, {50, 12349.8565},
                                           {100, 101418.7168}};
    static const double wet[][4] = {{30, .50, 101325, 22.0052},  {35, .20, 101325, 18.8704},
                                    {20, .50, 101325, 13.7834},  {40, .10, 97290, 18.2762},
                                    {43, .15, 97290, 21.8549},   {0, .80, 101325, -1.1551},
                                    {-10, .70, 101325, -10.9752}};
    for (size_t i = 0; i < sizeof saturation / sizeof *saturation; i++)
        ck_assert_double_eq_tol(wm_saturation_pa(saturation[i][0]), saturation[i][1], 1e-4);
    for (size_t i = 0; i < sizeof wet / sizeof *wet; i++)
        ck_assert_double_eq_tol(wm_wet_bulb_c(wet[i][0], wet[i][1], wet[i][2]), wet[i][3], 5e-4);
}
END_TEST

START_TEST(power_chain_losses_match_the_reference_loads)
{
    static const double rows[][2] = {
        {.25, 1.05615}, {.5, 1.04101}, {.75, 1.04178}, {.8, 1.04254}, {1.0, 1.04658}};
    open_catalog();
    const struct wm_power_chain *n = FIND(wm_power_chain, power_chain, "double-conversion");
    const struct wm_power_chain *two = FIND(wm_power_chain, power_chain, "double-conversion-2n");
    const struct wm_power_chain *eco = FIND(wm_power_chain, power_chain, "eco-mode");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double x = rows[i][0];
        ck_assert_double_eq_tol(1.0 + wm_chain_it_loss(n, 1.0, x).total_w / x, rows[i][1], 5e-5);
        if (x <= 0.8) /* near full load two half-loaded paths lose less copper than they add core */
            ck_assert_double_gt(wm_chain_it_loss(two, 1.0, x).total_w,
                                wm_chain_it_loss(n, 1.0, x).total_w);
        ck_assert_double_lt(wm_chain_it_loss(eco, 1.0, x).total_w,
                            wm_chain_it_loss(n, 1.0, x).total_w);
    }
    ck_assert_double_eq_tol(.25 / (.25 + wm_chain_it_loss(two, 1.0, .25).total_w), .913, 5e-4);
    ck_assert_double_eq_tol(.8 / (.8 + wm_chain_it_loss(two, 1.0, .8).total_w), .956, 5e-4);
    ck_assert_double_eq_tol(.8 / (.8 + wm_chain_it_loss(eco, 1.0, .8).total_w), .982, 1e-3);
    /* at no load only fixed losses: UPS 1.02 * 0.0102 and transformer 1.25 * 0.00118, of tiny load */
    ck_assert_double_eq_tol(wm_chain_it_loss(n, 1.0, 0.0).total_w, 1.02 * .0102 + 1.25 * .00118,
                            1e-5);
    close_catalog();
}
END_TEST

START_TEST(the_meter_is_the_sum_of_its_parts_and_grows_with_load_and_heat)
{
    open_catalog();
    const struct wm_power_chain *chain = FIND(wm_power_chain, power_chain, "double-conversion");
    const struct wm_cooling *plant = FIND(wm_cooling, cooling, "dry-cooler");
    const struct wm_facility f = wm_facility_size(chain, plant, 100e6, 0.85);
    for (double t = -20.0; t <= 50.0; t += 2.5) {
        const struct wm_weather w = {t, t - 5.0, 101325.0}, warmer = {t + 2.5, t - 5.0, 101325.0};
        double last_w = 0.0;
        for (double it = 0.0; it <= 120e6; it += 5e6) {
            const struct wm_facility_power p = wm_facility_eval(&f, &w, it);
            ck_assert_double_eq_tol(p.it_w + p.cooling_w + p.conversion_w + p.house_w, p.site_w,
                                    1e-12 * p.site_w);
            ck_assert_double_gt(p.site_w, it);
            ck_assert_double_gt(p.site_w, last_w);
            ck_assert_double_ge(wm_facility_eval(&f, &warmer, it).site_w, p.site_w * (1.0 - 1e-12));
            last_w = p.site_w;
        }
        for (double limit = 5e6; limit <= 120e6; limit += 5e6) {
            const double it = wm_facility_it_for_site_w(&f, &w, limit);
            ck_assert_double_le(wm_facility_eval(&f, &w, it).site_w, limit);
            if (it < 149e6)
                ck_assert_double_gt(wm_facility_eval(&f, &w, it * (1.0 + 1e-9) + 1e-3).site_w,
                                    limit);
        }
    }
    close_catalog();
}
END_TEST

START_TEST(the_design_hour_draws_exactly_the_contract)
{
    open_catalog();
    static const char *const plants[] = {"dry-cooler", "chilled-water"};
    const struct wm_power_chain *chain = FIND(wm_power_chain, power_chain, "double-conversion");
    const struct wm_climate *climate = FIND(wm_climate, climate, "northern-virginia");
    const struct wm_weather design = wm_climate_design(climate, 0.0);
    for (size_t i = 0; i < 2; i++) {
        const struct wm_cooling *plant = FIND(wm_cooling, cooling, plants[i]);
        const double it_w = wm_facility_design_it_w(chain, plant, 0.88, &design, 100e6);
        const struct wm_facility f = wm_facility_size(chain, plant, it_w, 0.88);
        ck_assert_double_eq_tol(wm_facility_eval(&f, &design, it_w).site_w, 100e6, 1.0);
    }
    close_catalog();
}
END_TEST

START_TEST(generated_years_keep_to_their_climate)
{
    open_catalog();
    const struct wm_climate *c = FIND(wm_climate, climate, "northern-virginia");
    double sum = 0.0, hot = 0.0, shifted = 0.0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct wm_climate_noise n = wm_climate_noise(seed);
        for (int h = 0; h < 8760; h++) {
            const struct wm_weather w = wm_climate_hour(c, h + 0.5, n.value, 0.0);
            const struct wm_weather warm = wm_climate_hour(c, h + 0.5, n.value, 3.0);
            ck_assert_double_le(w.wet_bulb_c, w.dry_bulb_c);
            ck_assert_double_ge(warm.wet_bulb_c, w.wet_bulb_c - 1e-4);
            sum += w.dry_bulb_c;
            hot += w.dry_bulb_c > c->design_dry_bulb_c;
            shifted += warm.dry_bulb_c - w.dry_bulb_c;
            wm_climate_noise_step(&n, c);
        }
    }
    /* Leesburg TMYx: mean 13.77 °C; 35 h a year above the 99.6th percentile */
    ck_assert_double_eq_tol(sum / 20.0 / 8760.0, 13.77, 0.5);
    ck_assert_double_eq_tol(shifted / 20.0 / 8760.0, 3.0, 1e-9);
    ck_assert(hot / 20.0 > 10.0 && hot / 20.0 < 70.0);
    close_catalog();
}
END_TEST

/* EnergyPlus, DOE and EU figures for the parts of the chain. */
START_TEST(parts_of_the_chain_reach_their_rated_efficiencies)
{
    static const double ups[][2] = {{.25, .955}, {.5, .968}, {.75, .969}, {1.0, .966}};
    static const double eco[][2] = {{.25, .985}, {.5, .990}, {.75, .991}, {1.0, .991}};
    static const double shelf[][2] = {{.1, .94}, {.2, .965}, {.5, .975}, {1.0, .968}};
    open_catalog();
    const struct wm_power_chain *n = FIND(wm_power_chain, power_chain, "double-conversion");
    const struct wm_power_chain *e = FIND(wm_power_chain, power_chain, "eco-mode");
    for (size_t i = 0; i < 4; i++) {
        const double x = ups[i][0];
        ck_assert_double_eq_tol(x / (x + wm_stage_loss_w(&n->ups, 1.0, x)), ups[i][1], 0.0035);
        ck_assert_double_eq_tol(x / (x + wm_stage_loss_w(&e->ups, 1.0, x)), eco[i][1], 0.0035);
    }
    /* DOE 2016: 2,500 kVA, 99.53 % at half load; the same machine 99.41 % at full */
    ck_assert_double_eq_tol(.5 / (.5 + wm_stage_loss_w(&n->transformer, 1.0, .5)), .9953, 1e-4);
    ck_assert_double_eq_tol(1.0 / (1.0 + wm_stage_loss_w(&n->transformer, 1.0, 1.0)), .9941, 1e-4);
    /* EU 2019/1783, 100 MVA: peak efficiency index 1 - 2 sqrt(P0 Pk) / S = 99.772 % */
    ck_assert_double_eq_tol(1.0 - 2.0 * sqrt(n->substation.fixed_frac * n->substation.square_frac),
                            .99772, 1e-5);
    const struct wm_stage orv3 = {.0061, 0.0, .0268, 1.0};
    for (size_t i = 0; i < 4; i++) {
        const double x = shelf[i][0];
        ck_assert_double_eq_tol(x / (x + wm_stage_loss_w(&orv3, 1.0, x)), shelf[i][1], 0.001);
    }
    close_catalog();
}
END_TEST

START_TEST(redundancy_orders_the_losses_and_direct_current_saves_up_to_five_percent)
{
    open_catalog();
    const struct wm_power_chain *n = FIND(wm_power_chain, power_chain, "double-conversion");
    const struct wm_power_chain *n1 =
        FIND(wm_power_chain, power_chain, "double-conversion-n-plus-1");
    const struct wm_power_chain *two = FIND(wm_power_chain, power_chain, "double-conversion-2n");
    const struct wm_power_chain *dc = FIND(wm_power_chain, power_chain, "dc-800v");
    for (double x = 0.1; x <= 0.6; x += 0.1) {
        /* x N/(N+1) on each module, one module's fixed loss more */
        ck_assert_double_eq_tol(wm_ups_loss_w(n1, 1.0, x),
                                1.25 * wm_stage_loss_w(&n->ups, 1.02, 0.8 * x), 1e-12);
        ck_assert_double_gt(wm_ups_loss_w(n1, 1.0, x), wm_ups_loss_w(n, 1.0, x));
        ck_assert_double_gt(wm_ups_loss_w(two, 1.0, x), wm_ups_loss_w(n1, 1.0, x));
    }
    for (double x = 0.2; x <= 1.0; x += 0.2) {
        const double saved = wm_chain_loss(n, 1.0, x, 0.0, 0.0).total_w / x -
                             wm_chain_loss(dc, 1.0, x, 0.0, 0.0).total_w / x;
        ck_assert(saved > 0.005 && saved < 0.05);
    }
    close_catalog();
}
END_TEST

/* Frontier: closed form of ExaDigiT/RAPS, 9,472 nodes; CDU pumps are constant there. */
START_TEST(frontier_draws_what_its_closed_form_says)
{
    static const struct {
        double cpu_w, gpu_w, site_mw, board_loss_mw, shelf_loss_mw;
    } rows[] = {{90.0, 88.0, 7.306524, .246709, .324043},
                {280.0, 560.0, 28.227884, .648399, 1.160898}};
    open_catalog();
    const struct wm_power_chain *chain = FIND(wm_power_chain, power_chain, "frontier");
    const struct wm_cooling none = {.chiller = FIND(wm_chiller, chiller, "air-cooled-screw"),
                                    .range_k = 1.0,
                                    .air_range_k = 1.0,
                                    .approach_k = 1.0,
                                    .supply_c = 100.0,
                                    .air_supply_c = 100.0,
                                    .n_chillers = 1};
    const struct wm_facility f =
        wm_facility_size(chain, &none, 9472.0 * 2704.26 + 592.0 * 1000.0, 1.0);
    const struct wm_weather w = {20.0, 15.0, 101325.0};
    for (size_t i = 0; i < 2; i++) {
        const double node_w = rows[i].cpu_w + 4.0 * rows[i].gpu_w + 74.26 + 4.0 * 20.0 + 30.0;
        const struct wm_facility_power p =
            wm_facility_eval(&f, &w, 9472.0 * node_w + 592.0 * 4.0 * 250.0);
        ck_assert_double_eq_tol(p.site_w / 1e6, rows[i].site_mw, 1e-6);
        ck_assert_double_eq_tol(p.house_w, 25.0 * 8473.47, 1e-3);
        /* RAPS' losses count 900 W for the switches of an absent rack besides */
        ck_assert_double_eq_tol(p.shelf_w / 1e6, rows[i].board_loss_mw + rows[i].shelf_loss_mw,
                                2e-6);
    }
    close_catalog();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        psychrometrics_match_ashrae,
        power_chain_losses_match_the_reference_loads,
        the_meter_is_the_sum_of_its_parts_and_grows_with_load_and_heat,
        the_design_hour_draws_exactly_the_contract,
        generated_years_keep_to_their_climate,
        parts_of_the_chain_reach_their_rated_efficiencies,
        redundancy_orders_the_losses_and_direct_current_saves_up_to_five_percent,
        frontier_draws_what_its_closed_form_says};
    return RUN_TESTS("facility", tests);
}
