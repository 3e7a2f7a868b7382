/* Racks that a binding ceiling leaves without work are switched off, and take their time to come back. */
/* A site of 1 MW with up to four times the racks it can feed, in steady weather and without failures. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"off\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.01},"
    "\"site\":{\"ceiling\":{\"limit_mw\":1,\"ramp_mw_per_min\":1000}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":1440}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\","
    "\"demand\":{\"output_tok_per_s\":1e8,\"shape\":\"flat\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

#include <math.h>

#include "../../sim/site/switching.h"
#include "site_case.h"
#include "suite.h"

#define near(got, want) ck_assert_double_eq_tol((got), (want), 1e-9 * fmax(1.0, fabs(want)))

START_TEST(revenue_does_not_fall_with_accelerators_under_the_same_ceiling)
{
    static const char *const counts[] = {"fleet.main.count=360", "fleet.main.count=720",
                                         "fleet.main.count=1440", "fleet.main.count=2880"};
    static const char *const policies[] = {"policy.capping=\"marginal_revenue\"",
                                           "policy.capping=\"priority\""};
    double last_usd = 0.0, first_usd = 0.0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const struct wm_results *r = RUN(counts[i], policies[_i]);
        /* replicas that fail more often are more replicas: their restarts are all that is lost */
        ck_assert_double_ge(METRIC(r, revenue_usd), last_usd * (1.0 - 1e-4));
        ck_assert_double_eq(METRIC(r, ceiling_violation_mwh), 0.0);
        ck_assert(r->balances_close);
        last_usd = METRIC(r, revenue_usd);
        first_usd = i == 0 ? last_usd : first_usd;
    }
    ck_assert_double_gt(last_usd, 1.2 * first_usd);
}
END_TEST

/* An idle rack costs what it draws: with 1440 of them on, less is left to serve. */
START_TEST(racks_that_are_never_off_earn_less_and_standby_lies_between)
{
    const struct wm_results *on = RUN("policy.off_power_frac=1");
    const struct wm_results *standby = RUN("policy.off_power_frac=0.2");
    const struct wm_results *off = RUN("policy.off_power_frac=0");
    ck_assert_double_lt(METRIC(on, revenue_usd), METRIC(standby, revenue_usd));
    ck_assert_double_lt(METRIC(standby, revenue_usd), METRIC(off, revenue_usd));
    ck_assert_double_gt(METRIC(off, gpus_off_mean), 0.3 * METRIC(off, gpus_installed));
    ck_assert_double_le(METRIC(off, ceiling_violation_mwh), 0.0);
}
END_TEST

START_TEST(the_shadow_price_is_the_worth_of_a_megawatt_while_racks_are_off)
{
    static const char *const policies[] = {"policy.capping=\"marginal_revenue\"",
                                           "policy.capping=\"priority\"",
                                           "policy.capping=\"uniform\""};
    const char *const free_energy = "site.tariff.energy_usd_per_mwh=0";
    const struct wm_results *a = RUN(policies[_i], free_energy);
    const struct wm_results *b =
        RUN(policies[_i], free_energy,
            "site.ceiling.calendar=[{\"from\":\"2027-07-01\",\"to\":\"2027-08-01\","
            "\"limit_mw\":0.999}]");
    const double worth = (METRIC(a, revenue_usd) - METRIC(b, revenue_usd)) / (0.001 * a->hours);
    const double lambda = METRIC(a, shadow_price_usd_per_mwh_mean);
    ck_assert_double_gt(METRIC(a, gpus_off_mean), 0.0);
    ck_assert_double_gt(lambda, 0.0);
    ck_assert_double_eq_tol(worth / lambda, 1.0, 0.01);
}
END_TEST

/* After a window in which half the power was taken away, the racks it switched off come back late. */
START_TEST(what_a_window_switched_off_comes_back_after_its_time)
{
    const char *const window = "site.ceiling.calendar=[{\"from\":\"2027-07-02T10:00\","
                               "\"to\":\"2027-07-02T12:00\",\"limit_mw\":0.5}]";
    const struct wm_results *at_once = RUN(window, "policy.return_min=0");
    const struct wm_results *late = RUN(window, "policy.return_min=30");
    const double tok_per_s = METRIC(at_once, output_tok_served) / (at_once->hours * 3600.0);
    const double lost_s =
        (METRIC(at_once, output_tok_served) - METRIC(late, output_tok_served)) / tok_per_s;
    /* a little more than half the tokens (the house draws on) for half an hour, but for the power left over, which lets the others run faster */
    ck_assert_double_gt(lost_s, 0.25 * 1800.0);
    ck_assert_double_lt(lost_s, 0.65 * 1800.0);
    ck_assert_double_gt(METRIC(late, starting_mwh), 0.0);
    ck_assert_double_eq(METRIC(at_once, starting_mwh), 0.0);
    ck_assert(late->balances_close);
    for (size_t i = 0; i < late->n_series; i++)
        ck_assert_double_le(late->series[i].site_w, late->series[i].ceiling_w * (1.0 + 1e-9));
}
END_TEST

START_TEST(spares_that_the_contract_cannot_keep_on_are_infeasible)
{
    const char *const sets[] = {"fleet.main.count=14400", "fleet.main.spare_frac=0.9"};
    run_with(WM_INFEASIBLE, NULL, 2, sets);
}
END_TEST

/* What has failed is off as the rest is; with its model gone it drew less, and failures left more for others. */
START_TEST(failures_do_not_leave_more_tokens_under_a_ceiling_that_binds)
{
    const char *const sets[] = {"fleet.0.accelerator=rubin-cpx", "fleet.0.count=9216",
                                "site.cooling=air-cooled",       "policy.off_power_frac=0.41",
                                "horizon.years=0.03",            "workloads.0.llm=qwen3-vl-235b-a22b",
                                "site.ceiling.limit_mw=2",       "site.failures=none"};
    const struct wm_results *none = run_with(WM_OK, NULL, 8, sets);
    const struct wm_results *some = run_with(WM_OK, NULL, 7, sets);
    ck_assert_double_gt(METRIC(some, output_tok_served), 0.0);
    ck_assert_double_lt(METRIC(some, availability_frac), 1.0);
    ck_assert_double_le(METRIC(some, output_tok_served), METRIC(none, output_tok_served));
}
END_TEST

/* By hand: 60 s to return; half off, then 0.2 wanted off, then 0.3, then 0. */
START_TEST(starts_finish_in_turn_and_the_last_stop_first)
{
    struct wm_switching a = wm_switching_new(arena, 1, 60.0), b = wm_switching_new(arena, 1, 60.0);
    struct wm_partition_flow p = {.off_frac = 0.5};
    const struct wm_site_flow wanted = {.partitions = &p};
    const int64_t s = 1000000;
    ck_assert(!wm_switching_follow(&b, &a, &wanted, 0)); /* off at once */
    near(b.switched[0].off_frac, 0.5);
    ck_assert_int_eq(wm_switching_back_us(&b), INT64_MAX);

    p.off_frac = 0.2;
    ck_assert(wm_switching_follow(&a, &b, &wanted, 10 * s));
    near(a.switched[0].off_frac, 0.2);
    near(a.switched[0].starting_frac, 0.3);
    ck_assert_int_eq(wm_switching_back_us(&a), 70 * s);

    p.off_frac = 0.0;
    ck_assert(wm_switching_follow(&b, &a, &wanted, 40 * s)); /* the rest is back at 100 s */
    near(b.switched[0].starting_frac, 0.5);
    p.off_frac = 0.3;
    ck_assert(
        wm_switching_follow(&a, &b, &wanted, 50 * s)); /* all of those stop, and 0.1 of the first */
    near(a.switched[0].off_frac, 0.3);
    near(a.switched[0].starting_frac, 0.2);
    ck_assert(!wm_switching_follow(&b, &a, &wanted, 70 * s));
    near(b.switched[0].off_frac, 0.3);
    near(b.switched[0].starting_frac, 0.0);
}
END_TEST

START_TEST(starts_past_the_last_place_wait_with_the_last)
{
    struct wm_switching a = wm_switching_new(arena, 1, 60.0), b = wm_switching_new(arena, 1, 60.0);
    struct wm_partition_flow p = {.off_frac = 1.0};
    const struct wm_site_flow wanted = {.partitions = &p};
    (void)wm_switching_follow(&a, &b, &wanted, 0);
    for (int64_t i = 1; i <= WM_STARTS + 2; i++) {
        p.off_frac = 1.0 - 0.1 * (double)i;
        ck_assert(wm_switching_follow(&b, &a, &wanted, i * 1000000));
        const struct wm_switching was = a;
        a = b;
        b = was;
    }
    near(a.switched[0].starting_frac, 0.1 * (WM_STARTS + 2));
    ck_assert_int_eq(a.starts[0][WM_STARTS - 1].back_us, (60 + WM_STARTS + 2) * 1000000);
    near(a.starts[0][WM_STARTS - 1].frac, 0.3);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("switching");
    TCase *const tc = tcase_create("switching");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, revenue_does_not_fall_with_accelerators_under_the_same_ceiling, 0, 2);
    tcase_add_test(tc, racks_that_are_never_off_earn_less_and_standby_lies_between);
    tcase_add_loop_test(tc, the_shadow_price_is_the_worth_of_a_megawatt_while_racks_are_off, 0, 3);
    tcase_add_test(tc, what_a_window_switched_off_comes_back_after_its_time);
    tcase_add_test(tc, spares_that_the_contract_cannot_keep_on_are_infeasible);
    tcase_add_test(tc, failures_do_not_leave_more_tokens_under_a_ceiling_that_binds);
    tcase_add_test(tc, starts_finish_in_turn_and_the_last_stop_first);
    tcase_add_test(tc, starts_past_the_last_place_wait_with_the_last);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
