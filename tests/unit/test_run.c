/* Properties of whole runs: what must hold whatever the numbers are. */
/* A small site: 2 MW of GB200 serving Llama-3.1-70B for a fortnight; keys can be overridden. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"small\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.04},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":720}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\","
    "\"demand\":{\"output_tok_per_s\":300000,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

#include "site_case.h"

START_TEST(draw_never_exceeds_the_ceiling)
{
    /* 2 MW of load under ever lower ceilings, weather and failures included */
    const char *const limits[] = {"site.ceiling.limit_mw=0.9", "site.ceiling.limit_mw=0.75",
                                  "site.ceiling.limit_mw=0.6", "site.ceiling.limit_mw=0.3"};
    for (size_t k = 0; k < 4; k++) {
        const struct wm_results *r = RUN(limits[k], "workloads.chat.demand.output_tok_per_s=2e6");
        for (size_t i = 0; i < r->n_series; i++)
            ck_assert_double_le(r->series[i].site_w, r->series[i].ceiling_w * (1.0 + 1e-9));
        ck_assert_double_eq(METRIC(r, ceiling_violation_mwh), 0.0);
        ck_assert(r->balances_close);
        ck_assert_msg(METRIC(r, ceiling_bound_hours) > 0.0, "%s does not bind", limits[k]);
    }
}
END_TEST

START_TEST(a_ceiling_window_is_obeyed_and_costs_energy_only_while_it_lasts)
{
    const struct wm_results *r = RUN("site.ceiling.calendar=[{\"from\":\"2027-07-06T10:00\","
                                     "\"to\":\"2027-07-06T16:00\",\"limit_mw\":0.5}]",
                                     "workloads.chat.demand.output_tok_per_s=1e6");
    ck_assert_double_gt(METRIC(r, curtailed_mwh), 0.0);
    ck_assert_double_le(METRIC(r, curtailed_mwh), 1.5 * 7.0 * 3.6e9);
    for (size_t i = 0; i < r->n_series; i++)
        ck_assert_double_le(r->series[i].site_w, r->series[i].ceiling_w * (1.0 + 1e-9));
}
END_TEST

/* Two hours of nearly no power are not a lack of accelerators; too few of them are one beside it. */
START_TEST(what_a_short_window_takes_is_not_said_to_be_for_want_of_accelerators)
{
    const char *const window = "site.ceiling.calendar=[{\"from\":\"2027-07-06T10:00\","
                               "\"to\":\"2027-07-06T12:00\",\"limit_mw\":0.1}]";
    const char *const counts[] = {"fleet.0.count=720", "fleet.0.count=216"};
    for (size_t k = 0; k < 2; k++) {
        const struct wm_results *r = RUN(window, "workloads.chat.demand.output_tok_per_s=1e6", counts[k]);
        const double offered = METRIC(r, output_tok_offered), served = METRIC(r, output_tok_served);
        double taken = 0.0;
        for (size_t i = 0; i < r->n_classes; i++)
            taken += r->classes[i].output_tok_curtailed;
        ck_assert_double_eq_tol(METRIC(r, output_tok_curtailed), taken, 1e-6 * offered);
        ck_assert_double_gt(METRIC(r, output_tok_curtailed), 0.001 * offered);
        ck_assert_double_le(METRIC(r, output_tok_curtailed), (offered - served) * (1.0 + 1e-9));
        ck_assert_str_eq(wm_limit_name(r->metric), k == 0 ? "demand" : "accelerators");
    }
}
END_TEST

/* Tokens at capacity that are not worth their energy, on a part whose power falls over the last of them. */
START_TEST(what_is_left_unserved_for_its_price_draws_no_more_than_all_would)
{
    const struct wm_results *r =
        RUN("fleet.main.accelerator=tpu-8i", "fleet.main.count=max_q", "site.cooling=air-cooled",
            "site.ceiling.limit_mw=6.137", "workloads.chat.llm=deepseek-v3", "workloads.chat.class=code",
            "workloads.chat.precision=bf16", "workloads.chat.slo={}",
            "workloads.chat.price.deck=llama-3.1-70b-host", "workloads.chat.demand.output_tok_per_s=1e7");
    ck_assert(r->balances_close);
    ck_assert_double_ge(METRIC(r, requested_energy_mwh), METRIC(r, site_energy_mwh) * (1.0 - 1e-12));
}
END_TEST

START_TEST(a_higher_ceiling_never_lowers_revenue)
{
    static const char *const limits[] = {"site.ceiling.limit_mw=0.4", "site.ceiling.limit_mw=0.6",
                                         "site.ceiling.limit_mw=0.8", "site.ceiling.limit_mw=1.0",
                                         "site.ceiling.limit_mw=1.4", "site.ceiling.limit_mw=2.5"};
    double last = 0.0;
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
        const struct wm_results *r = RUN(limits[k], "workloads.chat.demand.output_tok_per_s=2e6",
                                         "site.cooling.supply_c=40");
        ck_assert_double_ge(METRIC(r, revenue_usd), last * (1.0 - 1e-12));
        last = METRIC(r, revenue_usd);
    }
    ck_assert_double_gt(last, 0.0);
}
END_TEST

START_TEST(warmer_years_never_lower_the_pue_of_a_dry_plant)
{
    static const char *const shifts[] = {
        "site.weather.dry_bulb_shift_k=-10", "site.weather.dry_bulb_shift_k=-5",
        "site.weather.dry_bulb_shift_k=0",   "site.weather.dry_bulb_shift_k=3",
        "site.weather.dry_bulb_shift_k=8",   "site.weather.dry_bulb_shift_k=15"};
    double last = 1.0;
    for (size_t k = 0; k < sizeof shifts / sizeof *shifts; k++) {
        /* a contract far above the draw, so that the plant's size is what changes least */
        const struct wm_results *r = RUN(shifts[k], "site.ceiling.limit_mw=3");
        ck_assert_double_ge(METRIC(r, pue_mean), last * (1.0 - 1e-9));
        last = METRIC(r, pue_mean);
    }
}
END_TEST

START_TEST(halved_prices_halve_revenue_when_nothing_binds)
{
    const struct wm_results *full = RUN("workloads.chat.price.discount_frac=1");
    const struct wm_results *half = RUN("workloads.chat.price.discount_frac=0.5");
    ck_assert_double_eq(METRIC(full, ceiling_bound_hours), 0.0);
    ck_assert_double_eq_tol(METRIC(half, revenue_usd) / METRIC(full, revenue_usd), 0.5, 1e-12);
    ck_assert_double_eq(METRIC(half, site_energy_mwh), METRIC(full, site_energy_mwh));
}
END_TEST

static void assert_same_bits(const struct wm_results *a, const struct wm_results *b)
{
    ck_assert_int_eq(memcmp(a->metric, b->metric, sizeof a->metric), 0);
    ck_assert_uint_eq(a->n_series, b->n_series);
    ck_assert_int_eq(memcmp(a->series, b->series, a->n_series * sizeof a->series[0]), 0);
}

START_TEST(null_events_change_nothing_bit_for_bit)
{
    const char *const sets[] = {"site.ceiling.limit_mw=0.9",
                                "workloads.chat.demand.output_tok_per_s=2e6"};
    const struct wm_run_options nulls = {.n_null_events = 12345};
    const struct wm_results *a = run_with(WM_OK, NULL, 2, sets);
    const struct wm_results *b = run_with(WM_OK, &nulls, 2, sets);
    ck_assert_uint_eq(b->n_events, a->n_events + 12345);
    assert_same_bits(a, b);
}
END_TEST

START_TEST(same_seed_same_bits_other_seed_other_bits)
{
    const struct wm_results *a = RUN("seed=11");
    const struct wm_results *b = RUN("seed=11");
    const struct wm_results *c = RUN("seed=12");
    assert_same_bits(a, b);
    ck_assert_int_ne(memcmp(a->metric, c->metric, sizeof a->metric), 0);
}
END_TEST

START_TEST(shadow_price_equals_the_worth_of_a_finite_megawatt)
{
    /* common random numbers: the same site at a ceiling 1 kW higher, energy price off */
    const char *const low[] = {"site.ceiling.limit_mw=0.9", "site.tariff.energy_usd_per_mwh=0",
                               "workloads.chat.demand.output_tok_per_s=2e6",
                               "workloads.chat.demand.shape=\"flat\""};
    const char *const high[] = {
        "site.ceiling.calendar=[{\"from\":\"2027-07-01\",\"to\":\"2028-01-01\","
        "\"limit_mw\":0.899}]",
        "site.ceiling.limit_mw=0.9", "site.tariff.energy_usd_per_mwh=0",
        "workloads.chat.demand.output_tok_per_s=2e6", "workloads.chat.demand.shape=\"flat\""};
    const struct wm_results *a = run_with(WM_OK, NULL, 4, low);
    const struct wm_results *b = run_with(WM_OK, NULL, 5, high);
    const double mwh = 0.001 * a->hours;
    const double worth = (METRIC(a, revenue_usd) - METRIC(b, revenue_usd)) / mwh;
    const double lambda = METRIC(a, shadow_price_usd_per_mwh_mean);
    ck_assert_double_gt(lambda, 0.0);
    ck_assert_double_eq_tol(worth / lambda, 1.0, 0.01);
}
END_TEST

START_TEST(idle_site_earns_nothing_and_still_balances)
{
    const struct wm_results *r = RUN("workloads.chat.demand.output_tok_per_s=0");
    ck_assert_double_eq(METRIC(r, revenue_usd), 0.0);
    ck_assert(r->balances_close);
    ck_assert_double_gt(METRIC(r, site_energy_mwh), 0.0);
    ck_assert(isnan(METRIC(r, lcot_out_usd_per_mtok)));
}
END_TEST

START_TEST(a_model_that_does_not_fit_is_infeasible_and_says_so)
{
    const char *const sets[] = {"workloads.chat.precision=\"fp32\"",
                                "fleet.main.accelerator=\"h100\"", "site.cooling.supply_c=30"};
    ck_assert_ptr_null(run_with(WM_INFEASIBLE, NULL, 3, sets));
    const char *const big[] = {"workloads.chat.llm=\"deepseek-r1\"",
                               "workloads.chat.precision=\"fp32\"",
                               "fleet.main.accelerator=\"k80\"", "site.cooling.supply_c=20"};
    ck_assert_ptr_null(run_with(WM_INFEASIBLE, NULL, 4, big));
    const char *const fast[] = {"workloads.chat.slo.tok_per_s_per_user=5000"};
    ck_assert_ptr_null(run_with(WM_INFEASIBLE, NULL, 1, fast));
}
END_TEST

START_TEST(more_failures_cost_availability_by_the_formula)
{
    /* 2 failures per GPU-year, 10 h to repair, no spares: 1 / (1 + rate g MTTR) */
    const struct wm_results *r =
        RUN("accelerators={\"gb200-nvl72\":{\"base\":\"gb200-nvl72\",\"failures_per_gpu_year\":2,"
            "\"repair_h\":10}}",
            "workloads.chat.engine=\"vllm\"", /* one group does both: it fails as a whole */
            "site.failures.spares=false", "site.failures.host_frac=0",
            "site.failures.rack_per_year=0", "site.failures.planned_per_gpu_year=0");
    const double g = (double)r->pools[0].gpus_per_replica;
    const double wanted = 1.0 / (1.0 + 2.0 * g * 10.0 / 8760.0);
    ck_assert_double_eq_tol(METRIC(r, availability_frac), wanted, 0.01);
}
END_TEST

START_TEST(uses_of_energy_sum_to_the_meter)
{
    const struct wm_results *r = RUN("seed=3");
    double sum = 0.0;
    for (size_t i = 0; i < WM_N_USES; i++)
        sum += r->energy_j[i];
    ck_assert_double_eq_tol(sum / METRIC(r, site_energy_mwh), 1.0, 1e-12);
    ck_assert_double_eq_tol(METRIC(r, it_energy_mwh) + METRIC(r, cooling_energy_mwh) +
                                METRIC(r, conversion_loss_mwh) + METRIC(r, house_energy_mwh),
                            METRIC(r, site_energy_mwh), 1e-12 * METRIC(r, site_energy_mwh));
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("run");
    TCase *const tc = tcase_create("run");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, draw_never_exceeds_the_ceiling);
    tcase_add_test(tc, what_is_left_unserved_for_its_price_draws_no_more_than_all_would);
    tcase_add_test(tc, a_ceiling_window_is_obeyed_and_costs_energy_only_while_it_lasts);
    tcase_add_test(tc, what_a_short_window_takes_is_not_said_to_be_for_want_of_accelerators);
    tcase_add_test(tc, a_higher_ceiling_never_lowers_revenue);
    tcase_add_test(tc, warmer_years_never_lower_the_pue_of_a_dry_plant);
    tcase_add_test(tc, halved_prices_halve_revenue_when_nothing_binds);
    tcase_add_test(tc, null_events_change_nothing_bit_for_bit);
    tcase_add_test(tc, same_seed_same_bits_other_seed_other_bits);
    tcase_add_test(tc, shadow_price_equals_the_worth_of_a_finite_megawatt);
    tcase_add_test(tc, idle_site_earns_nothing_and_still_balances);
    tcase_add_test(tc, a_model_that_does_not_fit_is_infeasible_and_says_so);
    tcase_add_test(tc, more_failures_cost_availability_by_the_formula);
    tcase_add_test(tc, uses_of_energy_sum_to_the_meter);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
