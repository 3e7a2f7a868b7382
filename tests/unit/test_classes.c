/* Several workloads on one site: shared replicas, batch work, policies under the ceiling. */
/* 1 MW of GB200: chat and long prompts on one model, batch work beside them, for a fortnight. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"classes\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.04},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":720}],"
    "\"workloads\":["
    "{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\",\"precision\":\"fp8\","
    "\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":300000,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},\"price\":{\"deck\":\"deepseek-v3-list\"}},"
    "{\"name\":\"long\",\"class\":\"long-chat\",\"llm\":\"llama-3.1-70b\",\"precision\":\"fp8\","
    "\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":20000},\"max_loss_frac\":0.5,"
    "\"priority\":50,\"slo\":{\"ttft_s\":5,\"tok_per_s_per_user\":30},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}},"
    "{\"name\":\"night\",\"kind\":\"batch\",\"class\":\"batch-offline\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":100000},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";
#include "site_case.h"

enum { CHAT, LONG, NIGHT };

START_TEST(workloads_of_one_model_share_one_partition_and_balance)
{
    const struct wm_results *r = RUN("seed=3");
    ck_assert_uint_eq(r->n_pools, 1);
    ck_assert_uint_eq(r->n_classes, 3);
    ck_assert(r->balances_close);
    for (size_t i = 0; i < 3; i++) {
        const struct wm_class_result *c = &r->classes[i];
        ck_assert_double_gt(c->output_tok_served, 0.0);
        ck_assert_double_eq_tol(
            (c->output_tok_served + c->output_tok_dropped + c->output_tok_waiting) /
                c->output_tok_offered,
            1.0, 1e-12);
    }
}
END_TEST

START_TEST(other_models_get_other_racks)
{
    const struct wm_results *r = RUN("workloads.long.llm=\"llama-3.1-8b\"");
    ck_assert_uint_eq(r->n_pools, 2);
    ck_assert_int_eq(r->pools[0].n_gpus + r->pools[1].n_gpus, 720);
    ck_assert_int_gt(r->pools[0].n_gpus, 0);
    ck_assert_int_gt(r->pools[1].n_gpus, 0);
    const struct wm_results *given =
        RUN("workloads.long.llm=\"llama-3.1-8b\"", "workloads.long.pool_share_frac=0.3");
    ck_assert_int_eq(given->pools[1].n_gpus, 216);
}
END_TEST

START_TEST(a_class_split_in_two_halves_changes_nothing)
{
    /* the long class as a second chat class: together they are one chat class of the sum */
    const struct wm_results *two =
        RUN("workloads.long.class=\"chat\"", "workloads.long.demand.output_tok_per_s=100000",
            "workloads.long.demand.shape=\"chat-week\"", "workloads.long.slo.ttft_s=2",
            "workloads.long.slo.tok_per_s_per_user=40", "workloads.night.class=\"chat\"",
            "workloads.night.demand.output_tok_per_s=0");
    const struct wm_results *one =
        RUN("workloads.chat.demand.output_tok_per_s=400000", "workloads.long.class=\"chat\"",
            "workloads.long.demand.output_tok_per_s=0", "workloads.long.slo.ttft_s=2",
            "workloads.long.slo.tok_per_s_per_user=40", "workloads.night.class=\"chat\"",
            "workloads.night.demand.output_tok_per_s=0");
    ck_assert_double_eq_tol(METRIC(two, revenue_usd) / METRIC(one, revenue_usd), 1.0, 1e-9);
    ck_assert_double_eq_tol(METRIC(two, site_energy_mwh) / METRIC(one, site_energy_mwh), 1.0, 1e-9);
}
END_TEST

START_TEST(batch_work_is_paid_half_and_waits_for_slack)
{
    /* by day chat fills the site; the night takes the batch work, and none is dropped */
    const struct wm_results *r =
        RUN("workloads.chat.demand.output_tok_per_s=1200000", "site.ceiling.limit_mw=1.4");
    const struct wm_class_result *b = &r->classes[NIGHT];
    ck_assert_double_gt(b->delay_mean_s, 900.0);
    ck_assert_double_lt(b->delay_mean_s, 86400.0);
    const struct wm_results *whole = RUN("workloads.night.price.batch_discount_frac=1");
    const struct wm_results *half = RUN("workloads.night.price.batch_discount_frac=0.5");
    ck_assert_double_eq_tol(half->classes[NIGHT].revenue_usd / whole->classes[NIGHT].revenue_usd,
                            0.5, 1e-12);
}
END_TEST

START_TEST(batch_work_waits_for_cheap_hours)
{
    /* a dear evening: the same tokens for less money, later */
    const char *const tariff =
        "site.tariff={\"type\":\"us-large-load\",\"periods\":[{\"name\":\"evening\","
        "\"from_month\":1,\"to_month\":12,\"days\":\"all\",\"from_h\":14,\"to_h\":22,"
        "\"energy_usd_per_mwh\":300}]}";
    const struct wm_results *eager = RUN(tariff, "workloads.night.waits_for_price=false");
    const struct wm_results *patient = RUN(tariff);
    ck_assert_double_gt(patient->classes[NIGHT].delay_mean_s,
                        eager->classes[NIGHT].delay_mean_s + 600.0);
    ck_assert_double_lt(METRIC(patient, energy_price_mean_usd_per_mwh),
                        METRIC(eager, energy_price_mean_usd_per_mwh));
    ck_assert_double_eq(patient->classes[NIGHT].output_tok_dropped, 0.0);
    /* with one price all day nobody waits for another */
    const struct wm_results *flat = RUN("workloads.night.waits_for_price=true");
    const struct wm_results *same = RUN("workloads.night.waits_for_price=false");
    ck_assert_double_eq(METRIC(flat, site_energy_mwh), METRIC(same, site_energy_mwh));
}
END_TEST

START_TEST(batch_work_past_its_deadline_is_dropped)
{
    const struct wm_results *r =
        RUN("workloads.night.demand.output_tok_per_s=3e6", "site.ceiling.limit_mw=0.9");
    const struct wm_class_result *b = &r->classes[NIGHT];
    ck_assert_double_gt(b->output_tok_dropped, 0.0);
    ck_assert_double_le(b->output_tok_waiting, 3e6 * (86400.0 + 1800.0));
    ck_assert(r->balances_close);
}
END_TEST

static double margin_usd(const struct wm_results *r)
{
    return METRIC(r, revenue_usd) -
           METRIC(r, site_energy_mwh) / 3.6e9 * r->scenario->site.tariff.energy_usd_per_mwh;
}

/*
 * The climb by revenue per watt is the optimum of each instant: it cannot be beaten while no work waits. Work that
 * waits comes after all that cannot, and no policy knows the day to come: where some of it is dropped in the end, an order
 * of ranks may by luck have served more of it. What cannot wait is served alike, and where nothing is dropped nothing is lost.
 */
START_TEST(marginal_revenue_never_earns_less_than_other_policies)
{
    static const char *const limits[] = {"site.ceiling.limit_mw=0.3", "site.ceiling.limit_mw=0.5",
                                         "site.ceiling.limit_mw=0.7", "site.ceiling.limit_mw=0.9",
                                         "site.ceiling.limit_mw=1.2"};
    static const char *const batch[] = {"workloads.night.demand.output_tok_per_s=0",
                                        "workloads.night.demand.output_tok_per_s=100000"};
    const char *const more = "workloads.chat.demand.output_tok_per_s=900000";
    size_t n_kept = 0;
    for (size_t k = 0; k < 2 * sizeof limits / sizeof *limits; k++) {
        const char *const limit = limits[k / 2], *const night = batch[k % 2];
        const struct wm_results *const marginal = RUN(limit, more, night);
        const struct wm_results *const ranked =
            RUN(limit, more, night, "policy.capping=\"priority\"");
        const struct wm_results *const same = RUN(limit, more, night, "policy.capping=\"uniform\"");
        const double best = margin_usd(marginal);
        ck_assert_double_ge(best, margin_usd(same) - 1e-9 * fabs(best));
        ck_assert_double_ge(marginal->classes[CHAT].revenue_usd,
                            ranked->classes[CHAT].revenue_usd * (1.0 - 1e-9));
        if (marginal->classes[NIGHT].output_tok_dropped > 0.0)
            continue;
        ck_assert_double_ge(best, margin_usd(ranked) - 1e-9 * fabs(best));
        n_kept++;
    }
    ck_assert_uint_ge(n_kept, 6); /* all without work that waits, and some with it */
}
END_TEST

#define BOUND(limit)                                                                         \
    "site.ceiling.limit_mw=0.8", "workloads.chat.demand.output_tok_per_s=900000",            \
        "workloads.chat.demand.shape=\"flat\"", "workloads.night.demand.output_tok_per_s=0", \
        "site.tariff.energy_usd_per_mwh=200",                                                \
        "site.ceiling.calendar=[{\"from\":\"2027-07-01\",\"to\":\"2028-01-01\","             \
        "\"limit_mw\":" limit "}]"

START_TEST(shadow_price_is_the_worth_of_a_megawatt_within_a_percent)
{
    const struct wm_results *a = RUN(BOUND("0.6000"));
    const struct wm_results *b = RUN(BOUND("0.5995"));
    const double margin = METRIC(a, revenue_usd) - METRIC(b, revenue_usd) -
                          200.0 * (METRIC(a, site_energy_mwh) - METRIC(b, site_energy_mwh)) / 3.6e9;
    const double lambda = METRIC(a, shadow_price_usd_per_mwh_mean);
    ck_assert_double_gt(lambda, 0.0);
    ck_assert_double_eq_tol(margin / (0.0005 * a->hours) / lambda, 1.0, 0.01);
    /* summed over a year: what a megawatt is worth at this fleet */
    ck_assert_double_eq_tol(METRIC(a, shadow_price_usd_per_mw_year) / (lambda * 8760.0), 1.0,
                            1e-12);
    const struct wm_results *slack = RUN("site.ceiling.limit_mw=3");
    ck_assert_double_eq(METRIC(slack, shadow_price_usd_per_mwh_mean), 0.0);
    ck_assert_double_eq(METRIC(slack, ceiling_bound_hours), 0.0);
}
END_TEST

START_TEST(work_that_earns_less_than_its_energy_is_not_done)
{
    /* a price spike: serving stops by choice, the ceiling binds nothing */
    const struct wm_results *r = RUN("site.tariff.energy_usd_per_mwh=90000");
    ck_assert_double_eq_tol(r->classes[CHAT].output_tok_served, 0.0, 1.0);
    ck_assert_double_gt(METRIC(r, unworthy_mwh), 0.0);
    ck_assert_double_eq(METRIC(r, ceiling_bound_hours), 0.0);
    ck_assert(r->balances_close);
    const struct wm_results *ranked =
        RUN("site.tariff.energy_usd_per_mwh=90000", "policy.capping=\"priority\"");
    ck_assert_double_gt(ranked->classes[CHAT].output_tok_served, 0.0);
}
END_TEST

START_TEST(a_higher_ceiling_never_lowers_the_revenue_of_several_classes)
{
    static const char *const limits[] = {"site.ceiling.limit_mw=0.4", "site.ceiling.limit_mw=0.5",
                                         "site.ceiling.limit_mw=0.6", "site.ceiling.limit_mw=0.8",
                                         "site.ceiling.limit_mw=1.1", "site.ceiling.limit_mw=2"};
    double last = 0.0;
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
        const struct wm_results *r =
            RUN(limits[k], "workloads.chat.demand.output_tok_per_s=900000");
        ck_assert_double_ge(METRIC(r, revenue_usd), last * (1.0 - 1e-9));
        last = METRIC(r, revenue_usd);
    }
}
END_TEST

START_TEST(every_policy_obeys_the_ceiling)
{
    static const char *const policies[] = {"policy.capping=\"marginal_revenue\"",
                                           "policy.capping=\"priority\"",
                                           "policy.capping=\"uniform\""};
    static const char *const limits[] = {"site.ceiling.limit_mw=0.2", "site.ceiling.limit_mw=0.6"};
    for (size_t k = 0; k < 6; k++) {
        const struct wm_results *r =
            RUN(policies[k / 2], limits[k % 2], "workloads.chat.demand.output_tok_per_s=900000");
        ck_assert_double_eq(METRIC(r, ceiling_violation_mwh), 0.0);
        ck_assert(r->balances_close);
        for (size_t i = 0; i < r->n_series; i++)
            ck_assert_double_le(r->series[i].site_w, r->series[i].ceiling_w * (1.0 + 1e-9));
    }
}
END_TEST

static double served_frac(const struct wm_results *r, size_t class)
{
    return r->classes[class].output_tok_served / r->classes[class].output_tok_offered;
}

START_TEST(priority_takes_the_flexible_class_first_and_uniform_takes_the_same_of_all)
{
    const char *const bound[] = {
        "site.ceiling.limit_mw=0.4", "workloads.chat.demand.output_tok_per_s=600000",
        "workloads.chat.demand.shape=\"flat\"", "workloads.night.demand.output_tok_per_s=0"};
    const struct wm_results *ranked =
        RUN(bound[0], bound[1], bound[2], bound[3], "policy.capping=\"priority\"");
    ck_assert_double_lt(served_frac(ranked, LONG), 0.9);
    ck_assert_double_gt(served_frac(ranked, CHAT), served_frac(ranked, LONG) + 0.05);
    const struct wm_results *same =
        RUN(bound[0], bound[1], bound[2], bound[3], "policy.capping=\"uniform\"");
    ck_assert_double_lt(served_frac(same, CHAT), 1.0);
    ck_assert_double_eq_tol(served_frac(same, CHAT), served_frac(same, LONG), 1e-9);
}
END_TEST

START_TEST(refunds_take_what_missed_its_target_from_revenue)
{
    const struct wm_results *billed = RUN("workloads.chat.on_slo_miss=\"bill\"");
    const struct wm_results *refunded = RUN("workloads.chat.on_slo_miss=\"refund\"");
    const struct wm_class_result *a = &billed->classes[CHAT], *b = &refunded->classes[CHAT];
    ck_assert_double_eq_tol(b->revenue_usd / a->revenue_usd, a->slo_attainment_frac, 1e-9);
    ck_assert(refunded->balances_close);
}
END_TEST

START_TEST(demand_follows_growth_and_the_elasticity_of_its_price)
{
    const char *const flat = "workloads.chat.demand.shape=\"flat\"";
    const struct wm_results *base = RUN(flat);
    const struct wm_results *cheap = RUN(flat, "workloads.chat.price.discount_frac=0.9",
                                         "workloads.chat.demand.elasticity=-1.11");
    /* 0.9^-1.11 = 1.1240634 */
    ck_assert_double_eq_tol(cheap->classes[CHAT].output_tok_offered /
                                base->classes[CHAT].output_tok_offered,
                            1.1240634, 1e-7);
    const struct wm_results *grown = RUN(flat, "workloads.chat.demand.growth_per_year=1");
    /* mean of 2^t over 0.04 years: (2^0.04 - 1) / (0.04 ln 2) = 1.0140 */
    ck_assert_double_eq_tol(grown->classes[CHAT].output_tok_offered /
                                base->classes[CHAT].output_tok_offered,
                            1.0140, 1e-3);
}
END_TEST

#define VARIED "workloads.chat.demand.variation."
#define CHAT_ALONE                                                                      \
    "workloads.chat.demand.shape=\"flat\"", "workloads.long.demand.output_tok_per_s=0", \
        "workloads.night.demand.output_tok_per_s=0", "workloads.chat.demand.output_tok_per_s=1.6e6"

/* What of a deviation or burst; more of it stretches the same course, so each delivers less. */
static const char *const varied[][3] = {
    {VARIED "noise_log_sd=0.2", VARIED "noise_log_sd=0.5", VARIED "noise_log_sd=1"},
    {VARIED "growth_log_sd=0.3", VARIED "growth_log_sd=1", VARIED "growth_log_sd=2"},
    {VARIED "burst_frac=0.3", VARIED "burst_frac=1", VARIED "burst_frac=4"}};

START_TEST(more_variable_demand_of_one_mean_never_delivers_more)
{
    const char *const often = _i == 2 ? VARIED "bursts_per_year=100" : VARIED "bursts_per_year=0";
    const struct wm_results *const base = RUN(CHAT_ALONE);
    double served_tok = base->classes[CHAT].output_tok_served;
    ck_assert_double_lt(served_tok, base->classes[CHAT].output_tok_offered * (1.0 + 1e-12));
    for (size_t k = 0; k < 3; k++) {
        const struct wm_results *const r = RUN(CHAT_ALONE, often, varied[_i][k]);
        ck_assert(r->balances_close);
        ck_assert_double_eq_tol(r->classes[CHAT].output_tok_offered /
                                    base->classes[CHAT].output_tok_offered,
                                1.0, 1e-12);
        ck_assert_double_lt(r->classes[CHAT].output_tok_served, served_tok);
        served_tok = r->classes[CHAT].output_tok_served;
    }
}
END_TEST

START_TEST(variation_of_no_height_changes_nothing)
{
    const struct wm_results *const a = RUN("seed=7");
    const struct wm_results *const b =
        RUN(VARIED "noise_corr_h=3", VARIED "burst_frac=0", VARIED "bursts_per_year=50",
            VARIED "season_peak_day=9", VARIED "drift_to=\"long\"");
    ck_assert_int_eq(memcmp(a->metric, b->metric, sizeof a->metric), 0);
}
END_TEST

START_TEST(a_season_has_mean_one_over_its_year_and_its_height_on_its_day)
{
    const struct wm_results *const flat = RUN(CHAT_ALONE, "horizon.years=1");
    const struct wm_results *const r =
        RUN(CHAT_ALONE, "horizon.years=1", VARIED "season_frac=0.3", VARIED "season_peak_day=183");
    double low = (double)INFINITY, high = 0.0;
    for (size_t i = 0; i < r->n_series; i++) {
        const double ratio = r->series[i].offered_tok_per_s / flat->series[i].offered_tok_per_s;
        low = fmin(low, ratio);
        high = fmax(high, ratio);
    }
    ck_assert_double_eq_tol(
        r->classes[CHAT].output_tok_offered / flat->classes[CHAT].output_tok_offered, 1.0, 1e-12);
    ck_assert_double_eq_tol(high, 1.3, 1e-5);
    ck_assert_double_eq_tol(low, 0.7, 1e-5);
    /* the run begins on 1 July, day 182 */
    ck_assert_double_gt(r->series[96].offered_tok_per_s,
                        1.2999 * flat->series[96].offered_tok_per_s);
}
END_TEST

START_TEST(a_drift_of_the_mix_moves_output_and_keeps_its_sum)
{
    const char *const flat = "workloads.chat.demand.shape=\"flat\"";
    const struct wm_results *const base = RUN(flat);
    const struct wm_results *const r =
        RUN(flat, VARIED "drift_to=\"long\"", VARIED "drift_frac_per_year=0.9");
    const struct wm_class_result *const a = base->classes, *const b = r->classes;
    ck_assert_double_eq_tol((b[CHAT].output_tok_offered + b[LONG].output_tok_offered) /
                                (a[CHAT].output_tok_offered + a[LONG].output_tok_offered),
                            1.0, 1e-12);
    /* mean of 0.1^t over 0.04 years: (1 - 0.1^0.04) / (0.04 ln 10) = 0.95535 */
    ck_assert_double_eq_tol(b[CHAT].output_tok_offered / a[CHAT].output_tok_offered, 0.95535, 2e-4);
    /* long prompts take more of a megawatt */
    ck_assert_double_gt(r->metric[WM_METRIC_site_energy_mwh],
                        base->metric[WM_METRIC_site_energy_mwh]);
    const struct wm_results *const gone =
        RUN(flat, VARIED "drift_to=\"long\"", VARIED "drift_frac_per_year=0.9",
            "workloads.long.end=\"2027-07-01\"");
    ck_assert_double_eq(gone->classes[CHAT].output_tok_offered, a[CHAT].output_tok_offered);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("classes");
    TCase *const tc = tcase_create("classes");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, workloads_of_one_model_share_one_partition_and_balance);
    tcase_add_test(tc, other_models_get_other_racks);
    tcase_add_test(tc, a_class_split_in_two_halves_changes_nothing);
    tcase_add_test(tc, batch_work_is_paid_half_and_waits_for_slack);
    tcase_add_test(tc, batch_work_waits_for_cheap_hours);
    tcase_add_test(tc, batch_work_past_its_deadline_is_dropped);
    tcase_add_test(tc, marginal_revenue_never_earns_less_than_other_policies);
    tcase_add_test(tc, shadow_price_is_the_worth_of_a_megawatt_within_a_percent);
    tcase_add_test(tc, work_that_earns_less_than_its_energy_is_not_done);
    tcase_add_test(tc, a_higher_ceiling_never_lowers_the_revenue_of_several_classes);
    tcase_add_test(tc, every_policy_obeys_the_ceiling);
    tcase_add_test(tc, priority_takes_the_flexible_class_first_and_uniform_takes_the_same_of_all);
    tcase_add_test(tc, refunds_take_what_missed_its_target_from_revenue);
    tcase_add_test(tc, demand_follows_growth_and_the_elasticity_of_its_price);
    tcase_add_loop_test(tc, more_variable_demand_of_one_mean_never_delivers_more, 0, 3);
    tcase_add_test(tc, variation_of_no_height_changes_nothing);
    tcase_add_test(tc, a_season_has_mean_one_over_its_year_and_its_height_on_its_day);
    tcase_add_test(tc, a_drift_of_the_mix_moves_output_and_keeps_its_sum);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
