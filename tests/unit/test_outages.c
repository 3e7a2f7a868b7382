/* Failures, spares, crews and plant in whole runs. */
/* 2 MW of GB200 serving Llama-3.1-70B for a year, with many failures. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"outages\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-01-01\",\"years\":0.5},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2},\"failures\":{\"type\":\"llama-3\",\"per_gpu_year\":4,"
    "\"host_frac\":0,\"rack_per_year\":0,\"planned_per_gpu_year\":0,\"failover_min\":30}},"
    "\"accelerators\":{\"part\":{\"base\":\"gb200-nvl72\",\"repair_h\":12}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"part\",\"count\":720}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":300000},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";
#include "site_case.h"

static double down_frac(double per_gpu_year, double gpus, double hours)
{
    const double x = per_gpu_year * gpus * hours / 8760.0;
    return x / (1.0 + x);
}

START_TEST(without_spares_a_replica_waits_for_its_repair)
{
    /* prompts and answers on the same accelerators: it stops as one */
    const struct wm_results *r =
        RUN("site.failures.spares=false", "workloads.chat.engine=\"vllm\"");
    const double g = (double)r->pools[0].gpus_per_replica;
    ck_assert_double_eq(METRIC(r, replica_failovers), 0.0);
    ck_assert_double_eq_tol(1.0 - METRIC(r, availability_frac), down_frac(4.0, g, 12.0), 0.01);
    ck_assert_double_eq_tol(METRIC(r, replica_failures) / (4.0 * 720.0 * 0.5), 1.0, 0.1);
}
END_TEST

/* Of n prefill groups one takes an n-th of the replica's work along, and so does one of those that decode. */
START_TEST(a_failure_stops_one_decode_or_prefill_group)
{
    const struct wm_results *r =
        RUN("site.failures.spares=false", "workloads.chat.engine=\"disaggregated-2026\"");
    double prefill = 0.0, n = 0.0, groups = 1.0, decode = 0.0;
    const char *const text = r->pools[0].parallelism;
    if (sscanf(text, "prefill %lf x TP%lf, decode %lf x TP%lf", &n, &prefill, &groups, &decode) !=
        4)
        ck_assert_int_eq(sscanf(text, "prefill %lf x TP%lf, decode TP%lf", &n, &prefill, &decode),
                         3);
    const double g = (double)r->pools[0].gpus_per_replica;
    ck_assert_double_eq(n * prefill + groups * decode, g);
    ck_assert_double_gt(n, 1.0);
    const double wanted = down_frac(4.0, prefill, 12.0) + down_frac(4.0, decode, 12.0);
    ck_assert_double_eq_tol(1.0 - METRIC(r, availability_frac), wanted, 0.002);
    ck_assert_double_lt(1.0 - METRIC(r, availability_frac), 0.8 * down_frac(4.0, g, 12.0));
    ck_assert_double_eq_tol(METRIC(r, replica_failures) / (4.0 * 720.0 * 0.5), 1.0, 0.1);
}
END_TEST

START_TEST(with_spares_it_waits_for_the_failover_only)
{
    const struct wm_results *r = RUN("fleet.main.spare_frac=0.1", "workloads.chat.engine=\"vllm\"");
    const double g = (double)r->pools[0].gpus_per_replica;
    const double working = (double)(r->pools[0].n_replicas * r->pools[0].gpus_per_replica);
    const double wanted = down_frac(4.0, g, 0.5) * working / 720.0;
    ck_assert_double_eq(METRIC(r, replica_failovers), METRIC(r, replica_failures));
    ck_assert_double_eq_tol(1.0 - METRIC(r, availability_frac), wanted, 0.002);
    /* spares are there, idle and paid for */
    ck_assert_double_eq(METRIC(r, gpus_installed), 720.0);
    ck_assert_double_le(working, 648.0);
}
END_TEST

START_TEST(few_crews_make_repairs_queue)
{
    /* 2,880 a year of 12 h each: 3.9 crews are busy; with 4 they queue */
    const struct wm_results *all = RUN("site.failures.spares=false");
    const struct wm_results *four = RUN("site.failures.spares=false", "site.failures.crews=4");
    ck_assert_double_lt(METRIC(four, availability_frac), METRIC(all, availability_frac) - 0.005);
    ck_assert(four->balances_close);
}
END_TEST

START_TEST(more_capacity_moves_no_others_failures)
{
#define TWO(count)                                                                          \
    "fleet=[{\"name\":\"main\",\"accelerator\":\"part\",\"count\":360},"                    \
    "{\"name\":\"second\",\"accelerator\":\"part\",\"count\":" count "}]",                  \
        "workloads=[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","       \
        "\"precision\":\"fp8\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":100000}," \
        "\"price\":{\"deck\":\"deepseek-v3-list\"}},"                                       \
        "{\"name\":\"other\",\"class\":\"chat\",\"llm\":\"llama-3.1-8b\","                  \
        "\"precision\":\"fp8\",\"pool\":\"second\","                                        \
        "\"demand\":{\"output_tok_per_s\":100000},\"price\":{\"deck\":\"deepseek-v3-list\"}}]"
    const struct wm_results *a = RUN(TWO("72"));
    const struct wm_results *b = RUN(TWO("360"));
    ck_assert_double_eq(a->pools[0].availability_frac, b->pools[0].availability_frac);
    ck_assert_double_gt(METRIC(b, replica_failures), METRIC(a, replica_failures));
}
END_TEST

START_TEST(plant_without_spares_takes_its_share_of_the_halls)
{
    /* UPS modules alone in their blocks, 10 failures a year of 24 h: down 10 x 24 / 8,760 / (1 + ...) */
    const struct wm_results *r =
        RUN("site.failures.per_gpu_year=0", "site.failures.cdu.per_year=0",
            "site.failures.chiller.per_year=0",
            "site.failures.ups={\"per_year\":10,\"repair_h\":24,\"unit_mw\":0.1,"
            "\"block_units\":1,\"block_spares\":0}");
    ck_assert_double_gt(METRIC(r, plant_failures), 0.0);
    ck_assert_double_gt(METRIC(r, plant_outage_hours), 0.0);
    ck_assert_double_eq_tol(1.0 - METRIC(r, availability_frac), down_frac(10.0, 1.0, 24.0), 0.01);
    const struct wm_results *spared =
        RUN("site.failures.per_gpu_year=0", "site.failures.cdu.per_year=0",
            "site.failures.chiller.per_year=0",
            "site.failures.ups={\"per_year\":10,\"repair_h\":24,\"unit_mw\":0.1,"
            "\"block_units\":5,\"block_spares\":1}");
    ck_assert_double_lt(1.0 - METRIC(spared, availability_frac),
                        0.5 * (1.0 - METRIC(r, availability_frac)));
}
END_TEST

#define CHILLERS                                                                   \
    "site.failures.per_gpu_year=0", "site.failures.ups.per_year=0",                \
        "site.failures.cdu.per_year=0",                                            \
        "site.failures.chiller={\"per_year\":50,\"repair_h\":100,\"unit_mw\":0.2," \
        "\"block_units\":1,\"block_spares\":0}",                                   \
        "workloads.chat.demand.output_tok_per_s=2e6"

START_TEST(failed_chillers_matter_in_hot_hours_only)
{
    const struct wm_results *hot =
        RUN(CHILLERS, "site.weather.dry_bulb_shift_k=15", "site.cooling.supply_c=25");
    const struct wm_results *cold =
        RUN(CHILLERS, "site.weather.dry_bulb_shift_k=-30", "site.cooling.supply_c=45");
    ck_assert_double_gt(METRIC(hot, heat_capped_mwh), 0.0);
    ck_assert_double_eq(METRIC(hot, availability_frac), 1.0);
    ck_assert_double_lt(METRIC(cold, heat_capped_mwh), 1e-3 * METRIC(hot, heat_capped_mwh));
    ck_assert(hot->balances_close);
}
END_TEST

START_TEST(nothing_fails_where_nothing_may)
{
    const struct wm_results *r = RUN("site.failures=\"none\"");
    ck_assert_double_eq(METRIC(r, replica_failures), 0.0);
    ck_assert_double_eq(METRIC(r, availability_frac), 1.0);
    ck_assert_double_eq(METRIC(r, stranded_failures_mw_mean), 0.0);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("outages");
    TCase *const tc = tcase_create("outages");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, without_spares_a_replica_waits_for_its_repair);
    tcase_add_test(tc, a_failure_stops_one_decode_or_prefill_group);
    tcase_add_test(tc, with_spares_it_waits_for_the_failover_only);
    tcase_add_test(tc, few_crews_make_repairs_queue);
    tcase_add_test(tc, more_capacity_moves_no_others_failures);
    tcase_add_test(tc, plant_without_spares_takes_its_share_of_the_halls);
    tcase_add_test(tc, failed_chillers_matter_in_hot_hours_only);
    tcase_add_test(tc, nothing_fails_where_nothing_may);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
