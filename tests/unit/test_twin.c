/* The twin beside its site: the same, to the last bit, as a run of its own without windows. */
#include "../../sim/plan/provision.h"
#include "../../sim/site/site.h"

static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"twin\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-06-20\",\"years\":0.08},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2,\"ramp_mw_per_min\":0.05,"
    "\"curtailment\":{\"hours_per_year\":900},\"calendar\":["
    "{\"from\":\"2027-06-22T15:00\",\"to\":\"2027-06-22T19:00\",\"limit_mw\":1,\"notice_min\":30}]},"
    "\"cooling\":{\"type\":\"dry-cooler\",\"supply_c\":32},\"tariff\":{\"type\":\"us-time-of-use\"},"
    "\"failures\":{\"type\":\"llama-3\",\"per_gpu_year\":4}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":720,\"share_frac\":0.7},"
    "{\"name\":\"late\",\"accelerator\":\"h100\",\"share_frac\":0.3,\"online\":\"2027-06-30\"}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":600000},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}},"
    "{\"name\":\"night\",\"kind\":\"batch\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":100000},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}},"
    "{\"name\":\"code\",\"class\":\"code\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"late\",\"demand\":{\"utilisation_frac\":0.8},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

#include "site_case.h"

/* What a site may have that its twin shares with it, or must not. */
static const char *const variants[][3] = {
    {"site.ceiling.firm_mw=0"},
    {"site.storage={\"type\":\"li-ion\",\"power_mw\":0.5}"},
    {"site.storage={\"type\":\"li-ion\",\"power_mw\":0.5}", "site.storage.policy=\"optimal\""},
    {"site.generation=[{\"name\":\"gas\",\"type\":\"gas-engine\",\"capacity_mw\":1}]"},
    {"policy.return_min=40", "policy.idle=\"off\""},
    {"policy.capping=\"priority\""},
    {"policy.clocks=\"energy\""},
    {"site.halls=[{\"name\":\"x\"},{\"name\":\"y\",\"share_frac\":0.3}]", "fleet.0.hall=\"x\"",
     "fleet.1.hall=\"y\""},
};

static const struct wm_scenario *load(const char *const *sets, struct wm_diags *diags)
{
    struct wm_override o[3];
    size_t n = 0;
    const struct wm_scenario *scenario = NULL;
    const struct wm_catalog *catalog = NULL;
    for (; n < 3 && sets[n] != NULL; n++)
        ck_assert_int_eq(wm_override_parse(arena, sets[n], &o[n], diags), WM_OK);
    const enum wm_status status = wm_scenario_load_text(
        arena, site_text, sizeof site_text - 1, "test", ".", o, n, &scenario, &catalog, diags);
    for (size_t i = 0; i < diags->n_items && status != WM_OK; i++)
        puts(wm_diag_format(arena, &diags->items[i]));
    ck_assert_int_eq(status, WM_OK);
    return scenario;
}

START_TEST(a_twin_beside_its_site_is_a_run_without_windows)
{
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_scenario *const scenario = load(variants[_i], &diags);
    const struct wm_run_options calm = {.ignore_windows = true, .without_series = true};
    struct wm_site_plan plan = {0};
    struct wm_site_result site = {0}, twin = {0}, alone = {0};
    ck_assert_int_eq(wm_provision(arena, scenario, &plan, &diags), WM_OK);
    wm_site_run(arena, scenario, &plan, NULL, &site, &twin, &diags);
    wm_site_run(arena, scenario, &plan, &calm, &alone, NULL, &diags);
    ck_assert_uint_gt(site.n_windows, 2);
    ck_assert_uint_eq(site.loop_arena_bytes, 0);
    ck_assert_uint_eq(twin.n_bins, alone.n_bins);
    ck_assert_mem_eq(twin.bin_w, alone.bin_w, alone.n_bins * sizeof *alone.bin_w);
    ck_assert_mem_ne(twin.bin_w, site.bin_w, site.n_bins * sizeof *site.bin_w);
    /* sums up to the first that is a pointer; then each class's and the meter's months */
    ck_assert_mem_eq(&twin.account, &alone.account, offsetof(struct wm_account, unpriced));
    for (size_t i = 0; i < plan.n_classes; i++)
        ck_assert_mem_eq(&twin.account.classes[i], &alone.account.classes[i],
                         offsetof(struct wm_class_account, latency));
    ck_assert_mem_eq(twin.account.partitions, alone.account.partitions,
                     plan.n_partitions * sizeof *alone.account.partitions);
    ck_assert_mem_eq(twin.meter.months, alone.meter.months,
                     alone.meter.n_months * sizeof *alone.meter.months);
    ck_assert_double_eq(twin.pue_marginal_sum, alone.pue_marginal_sum);
    ck_assert_double_eq(twin.pue_peak_hour, alone.pue_peak_hour);
    ck_assert_uint_eq(twin.n_failures, alone.n_failures);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("twin");
    TCase *const c = tcase_create("twin");
    tcase_add_checked_fixture(c, open_arena, close_arena);
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, a_twin_beside_its_site_is_a_run_without_windows, 0,
                        (int)(sizeof variants / sizeof *variants));
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
