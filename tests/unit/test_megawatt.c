/* Worked examples W5 (refresh under a ceiling) and W6 (curtailment, stranding). */
#include <math.h>

#include "suite.h"
#include "wattmill/megawatt.h"

#define printed(got, want, digits) \
    ck_assert_double_eq_tol((got), (want), 0.5000001 * pow(10, -(digits)))
#define near(got, want) ck_assert_double_eq_tol((got), (want), 1e-9 * fmax(1.0, fabs(want)))

static const double gb300_per_mw = 1000.0 / 2.10, h100_per_mw = 1000.0 / 1.73;

static struct wm_mw_use gb300(void)
{
    return (struct wm_mw_use){.name = "GB300",
                              .gpus_per_mw = gb300_per_mw,
                              .revenue_usd_per_year =
                                  wm_rental_usd_per_mw_year(gb300_per_mw, 3.96, 0.9),
                              .opex_usd_per_year = 1.3e6,
                              .capex_usd = 66e3 * gb300_per_mw,
                              .life_years = 5.0};
}

START_TEST(w5_lambda_is_what_a_gb300_would_earn)
{
    const struct wm_mw_use g = gb300();
    printed(g.revenue_usd_per_year, 14866971.43, 2);
    printed(g.capex_usd, 31428571.43, 2);
    printed(wm_mw_margin_usd(&g, 0.10), 5276193.46, 2);
    size_t best = 9;
    const struct wm_mw_use uses[] = {{.name = "loses", .opex_usd_per_year = 1.0}, g};
    printed(wm_mw_lambda_usd(uses, 2, 0.10, &best), 5276193.46, 2);
    ck_assert_uint_eq(best, 1);
    near(wm_mw_lambda_usd(uses, 1, 0.10, &best), 0.0); /* an empty MW loses nothing */
    ck_assert_uint_eq(best, 1);
}
END_TEST

START_TEST(w5_owned_h100s_stay_or_go_at_the_break_even_rent)
{
    const struct wm_mw_use g = gb300();
    const double lambda = wm_mw_lambda_usd(&g, 1, 0.10, NULL);
    printed(h100_per_mw, 578.0347, 4);
    const double margin = wm_rental_usd_per_mw_year(h100_per_mw, 2.35, 0.9) - 1.1e6;
    printed(margin, 9609479.77, 2);
    ck_assert_double_gt(margin, lambda); /* keep */
    printed(wm_break_even_rent_usd_per_gpu_h(lambda, 1.1e6, 0.0, h100_per_mw, 0.9), 1.399139, 6);
    const double holding = wm_holding_cost_usd(8000.0, 6000.0, 0.10) * h100_per_mw;
    printed(holding, 1618497.11, 2);
    const double rent = wm_break_even_rent_usd_per_gpu_h(lambda, 1.1e6, holding, h100_per_mw, 0.9);
    printed(rent, 1.754289, 6);
    /* at that rent both uses earn the same */
    near(wm_rental_usd_per_mw_year(h100_per_mw, rent, 0.9) - 1.1e6 - holding, lambda);
}
END_TEST

START_TEST(w6_curtailment_of_sold_and_of_idle_megawatts)
{
    const double usd_per_mwh = wm_curtailment_usd_per_mwh(11e6, 55.0);
    printed(usd_per_mwh + 55.0, 1255.71, 2);
    printed(usd_per_mwh, 1200.71, 2);
    printed(wm_curtailment_usd(20.0, 0.0, 4.0, usd_per_mwh), 96056.62, 2);
    near(wm_curtailment_usd(15.0, 15.0, 4.0, usd_per_mwh), 0.0);
    near(wm_curtailment_usd(20.0, 15.0, 4.0, usd_per_mwh), 20.0 * usd_per_mwh);
}
END_TEST

START_TEST(w6_stranded_megawatts_and_time_to_power)
{
    const struct wm_mw_use g = gb300();
    const double lambda = wm_mw_lambda_usd(&g, 1, 0.10, NULL);
    printed(wm_stranded_usd_per_year(100.0, 85.0, lambda) / 1e6, 79.14, 2);
    near(wm_stranded_usd_per_year(100.0, 120.0, lambda), 0.0);
    near(wm_time_to_power_usd(11e6, 400.0, 6.0), 2.2e9);
    /* DeepSeek's day: 3.13822 MW over 8,981,481 tok/s in total, 168 B output tokens */
    const double mw = 226.75 * 8.0 * 1.73 / 1e3;
    printed(mw, 3.13822, 5);
    printed(mw * 1e6 * 86400.0 / 776e9, 0.34941, 5);
    printed(mw * 1e6 * 86400.0 / 168e9, 1.61394, 5);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        w5_lambda_is_what_a_gb300_would_earn, w5_owned_h100s_stay_or_go_at_the_break_even_rent,
        w6_curtailment_of_sold_and_of_idle_megawatts, w6_stranded_megawatts_and_time_to_power};
    return RUN_TESTS("megawatt", tests);
}
