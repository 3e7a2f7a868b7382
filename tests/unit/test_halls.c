/* Halls: relations between one hall and several, their limits, and who gets the watts. */
/* 7 MW in two halls of unlike plant, far more asked for than fits, for a fortnight in July. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"halls\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.04},"
    "\"site\":{\"ceiling\":{\"limit_mw\":7},\"weather\":{\"climate\":\"dallas\"},"
    "\"cooling\":\"chilled-water\",\"halls\":["
    "{\"name\":\"old\",\"share_frac\":0.5},"
    "{\"name\":\"new\",\"share_frac\":0.5,\"cooling\":\"dry-cooler-w45\"}]},"
    "\"fleet\":[{\"name\":\"h\",\"hall\":\"old\",\"accelerator\":\"h200\",\"count\":4032},"
    "{\"name\":\"g\",\"hall\":\"new\",\"accelerator\":\"gb300-nvl72\",\"count\":2880}],"
    "\"workloads\":[{\"name\":\"a\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"h\",\"demand\":{\"output_tok_per_s\":2.5e6,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":30},\"price\":{\"deck\":\"mid-band\"}},"
    "{\"name\":\"b\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\",\"precision\":\"fp8\","
    "\"pool\":\"g\",\"demand\":{\"output_tok_per_s\":6e6,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":30},\"price\":{\"deck\":\"mid-band\"}}]}";
#include "site_case.h"

#include <math.h>

static const char no_failures[] = "site.failures={\"type\":\"llama-3\",\"rack_per_year\":0,"
                                  "\"planned_per_gpu_year\":0,\"cdu\":{\"per_year\":0},"
                                  "\"chiller\":{\"per_year\":0},\"ups\":{\"per_year\":0}}";
#define STILL                                                                                     \
    no_failures, "accelerators={\"gb300-nvl72\":{\"base\":\"gb300-nvl72\","                       \
                 "\"failures_per_gpu_year\":0},\"h200\":{\"base\":\"h200\","                      \
                 "\"failures_per_gpu_year\":0}}"

static const char *const cappings[] = {"policy.capping=\"marginal_revenue\"",
                                       "policy.capping=\"priority\"",
                                       "policy.capping=\"uniform\""};

/* One hall in the words of today, and by name. */
static const char one[] = "site.halls=[]";
static const char pools_of_one[] =
    "fleet=[{\"name\":\"h\",\"accelerator\":\"h200\",\"count\":4032},"
    "{\"name\":\"g\",\"accelerator\":\"gb300-nvl72\",\"count\":2880}]";
/* The same pools, each in two halves in two halls alike. */
static const char halves[] =
    "fleet=[{\"name\":\"h\",\"hall\":\"x\",\"accelerator\":\"h200\",\"count\":2016},"
    "{\"name\":\"h2\",\"hall\":\"y\",\"accelerator\":\"h200\",\"count\":2016},"
    "{\"name\":\"g\",\"hall\":\"x\",\"accelerator\":\"gb300-nvl72\",\"count\":1440},"
    "{\"name\":\"g2\",\"hall\":\"y\",\"accelerator\":\"gb300-nvl72\",\"count\":1440}]";
#define WORK(name, pool, rate)                                                                    \
    "{\"name\":\"" name "\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\",\"precision\":\"fp8\"," \
    "\"engine\":\"vllm\",\"pool\":\"" pool "\",\"demand\":{\"output_tok_per_s\":" rate                                \
    ",\"shape\":\"chat-week\"},\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":30},"                 \
    "\"price\":{\"deck\":\"mid-band\"}}"
static const char halved_work[] = "workloads=[" WORK("a", "h", "1.25e6") "," WORK(
    "a2", "h2", "1.25e6") "," WORK("b", "g", "3e6") "," WORK("b2", "g2", "3e6") "]";

static void same(const struct wm_results *x, const struct wm_results *y, double tolerance)
{
    for (unsigned m = 0; m < WM_N_METRICS; m++) {
        const double a = x->metric[m], b = y->metric[m];
        if (isnan(a) && isnan(b))
            continue;
        if (tolerance == 0.0 ? a != b : fabs(a - b) > tolerance * fmax(1e-3, fabs(a)))
            ck_abort_msg("%s: %.17g and %.17g", wm_metric_info((enum wm_metric)m)->key, a, b);
    }
}

static void same_figures(const struct wm_results *x, const struct wm_results *y, double tolerance)
{
    static const enum wm_metric keys[] = {
        WM_METRIC_site_energy_mwh,      WM_METRIC_it_energy_mwh,    WM_METRIC_water_m3,
        WM_METRIC_output_tok_served,    WM_METRIC_revenue_usd,      WM_METRIC_requested_energy_mwh,
        WM_METRIC_site_power_peak_mw,   WM_METRIC_power_cost_usd,   WM_METRIC_npv_usd,
        WM_METRIC_cooling_energy_mwh,   WM_METRIC_opex_b_usd,       WM_METRIC_capex_usd,
        WM_METRIC_conversion_loss_mwh,  WM_METRIC_heat_capped_mwh,  WM_METRIC_capped_mwh,
        WM_METRIC_stranded_mw_mean,     WM_METRIC_gpus_installed};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const double a = x->metric[keys[i]], b = y->metric[keys[i]];
        if (fabs(a - b) > tolerance * fmax(1.0, fabs(a)))
            ck_abort_msg("%s: %.17g and %.17g", wm_metric_info(keys[i])->key, a, b);
    }
}

START_TEST(a_hall_by_name_is_the_sites_own_keys)
{
    const struct wm_results *plain = RUN(one, pools_of_one, cappings[_i]);
    const struct wm_results *named =
        RUN("site.halls=[{\"name\":\"only\"}]", pools_of_one, cappings[_i]);
    ck_assert(plain->balances_close && METRIC(plain, ceiling_bound_hours) > 0.0);
    same(plain, named, 0.0);
}
END_TEST

START_TEST(a_hall_lays_its_keys_over_the_plant_of_the_site)
{
    const struct wm_results *r =
        RUN("site.halls=[{\"name\":\"old\",\"cooling\":{\"supply_c\":18}},"
            "{\"name\":\"new\",\"cooling\":{\"type\":\"dry-cooler\",\"supply_c\":40}}]");
    const struct wm_site_hall *const halls = r->scenario->site.halls.items;
    ck_assert_str_eq(halls[0].cooling.head.name, "chilled-water");
    ck_assert_double_eq(halls[0].cooling.supply_c, 18.0);
    ck_assert_double_eq(halls[0].cooling.cycles_conc, r->scenario->site.cooling.cycles_conc);
    ck_assert_double_eq(halls[1].cooling.supply_c, 40.0);
    ck_assert_str_eq(r->halls[1].cooling, "dry-cooler");
}
END_TEST

START_TEST(two_halls_alike_are_one_of_their_sum)
{
    /* replicas whose size divides both halves: what is left over would differ */
    const struct wm_results *whole = RUN(STILL, one, pools_of_one, "workloads.a.engine=\"vllm\"",
                                         "workloads.b.engine=\"vllm\"", cappings[_i]);
    const struct wm_results *two = RUN(STILL, "site.halls=[{\"name\":\"x\"},{\"name\":\"y\"}]",
                                       halves, halved_work, cappings[_i]);
    ck_assert_double_gt(METRIC(whole, capped_mwh), 100.0);
    ck_assert(two->balances_close);
    same_figures(whole, two, 1e-8);
}
END_TEST

START_TEST(the_order_of_halls_does_not_matter)
{
    const struct wm_results *a = RUN(STILL, cappings[_i]);
    const struct wm_results *b =
        RUN(STILL, cappings[_i],
            "site.halls=[{\"name\":\"new\",\"share_frac\":0.5,\"cooling\":\"dry-cooler-w45\"},"
            "{\"name\":\"old\"}]");
    ck_assert_double_gt(METRIC(a, capped_mwh), 100.0);
    same_figures(a, b, 1e-8);
    ck_assert_double_eq_tol(a->halls[0].pue, b->halls[1].pue, 1e-8);
}
END_TEST

START_TEST(a_limit_that_never_binds_changes_nothing)
{
    const struct wm_results *free = RUN(cappings[_i]);
    const struct wm_results *wide = RUN(cappings[_i], "site.halls.0.it_limit_mw=50");
    ck_assert_double_eq(METRIC(wide, hall_capped_hours), 0.0);
    ck_assert(isnan(METRIC(free, hall_capped_hours)));
    struct wm_results twin = *wide;
    twin.metric[WM_METRIC_hall_capped_hours] = twin.metric[WM_METRIC_hall_capped_mwh] =
        (double)NAN;
    same(free, &twin, 0.0);
}
END_TEST

START_TEST(a_full_hall_keeps_its_limit_and_leaves_its_watts_to_the_other)
{
    const struct wm_results *free = RUN(cappings[_i]);
    const struct wm_results *held = RUN(cappings[_i], "site.halls.0.it_limit_mw=2");
    ck_assert(held->balances_close);
    ck_assert_double_le(held->halls[0].it_peak_w, 2e6 * (1.0 + 1e-9));
    ck_assert_double_gt(held->halls[0].bound_s, 0.0);
    ck_assert_double_gt(METRIC(held, hall_capped_mwh), 0.0);
    ck_assert_double_gt(held->halls[1].it_mean_w, free->halls[1].it_mean_w);
    for (size_t i = 0; i < held->n_series; i++)
        ck_assert_double_le(held->series[i].site_w, held->series[i].ceiling_w * (1.0 + 1e-9));
    /* below the ceiling of all it is the hall that limits the run */
    const struct wm_results *alone =
        RUN(cappings[_i], "site.halls.0.it_limit_mw=2", "site.ceiling.limit_mw=40");
    ck_assert_double_eq(METRIC(alone, ceiling_bound_hours), 0.0);
    ck_assert_str_eq(wm_limit_name(alone->metric), "hall power");
}
END_TEST

/* One meter never earns less than the same halls behind two meters, however the contract is split. */
START_TEST(one_meter_earns_at_least_what_any_split_of_it_does)
{
    const struct wm_results *r = RUN(STILL, "site.ceiling.limit_mw=7");
    ck_assert_double_gt(METRIC(r, ceiling_bound_hours), 100.0);
    for (int k = 2; k <= 5; k++) {
        const char *const old = wm_arena_printf(arena, "site.ceiling.limit_mw=%d", k);
        const char *const new = wm_arena_printf(arena, "site.ceiling.limit_mw=%d", 7 - k);
        const struct wm_results *a = RUN(
            STILL, one, old, "fleet=[{\"name\":\"h\",\"accelerator\":\"h200\",\"count\":4032}]",
            "workloads=[" WORK("a", "h", "2.5e6") "]");
        const struct wm_results *b =
            RUN(STILL, one, new, "site.cooling=\"dry-cooler-w45\"",
                "fleet=[{\"name\":\"g\",\"accelerator\":\"gb300-nvl72\",\"count\":2880}]",
                "workloads=[" WORK("b", "g", "6e6") "]");
        ck_assert_double_ge(METRIC(r, revenue_usd) * (1.0 + 1e-6),
                            METRIC(a, revenue_usd) + METRIC(b, revenue_usd));
    }
}
END_TEST

START_TEST(halls_are_accounted_apart)
{
    const struct wm_results *r = RUN(cappings[0]);
    double site_j = 0.0, water_m3 = 0.0, it_w = 0.0;
    for (size_t i = 0; i < r->n_halls; i++) {
        const struct wm_hall_result *const h = &r->halls[i];
        site_j += h->site_j;
        water_m3 += h->water_m3;
        it_w += h->it_design_w;
        ck_assert_double_eq_tol(h->it_j + h->cooling_j + h->conversion_j + h->house_j, h->site_j,
                                1e-9 * h->site_j);
        ck_assert_double_ge(h->it_peak_w, h->it_mean_w);
    }
    ck_assert_double_eq_tol(site_j, METRIC(r, site_energy_mwh), 1e-9 * site_j);
    ck_assert_double_eq_tol(water_m3, METRIC(r, water_m3), 1e-9 * water_m3);
    ck_assert_double_eq_tol(it_w, r->it_design_w, 1e-9 * it_w);
    ck_assert_double_gt(r->halls[0].water_m3, 0.0); /* towers; the dry coolers take none */
    ck_assert_double_eq(r->halls[1].water_m3, 0.0);
    ck_assert_double_gt(r->halls[0].pue, r->halls[1].pue);
}
END_TEST

START_TEST(racks_stand_by_the_tightest_of_contract_hall_row_and_place)
{
    static const char halls[] = "site.halls=[{\"name\":\"only\",%s}]";
    static const char pool[] = "fleet=[{\"name\":\"h\",\"accelerator\":\"h200\"},"
                               "{\"name\":\"g\",\"accelerator\":\"gb300-nvl72\",\"count\":0}]";
    static const char work[] = "workloads=[" WORK("a", "h", "1e5") "]";
    const struct {
        const char *limit, *by;
    } cases[] = {{"\"share_frac\":0.5", "contract"},
                 {"\"it_limit_mw\":2", "hall"},
                 {"\"rows\":10,\"racks_per_row\":12", "rows"},
                 {"\"rows\":10,\"row_limit_kw\":100", "rows"}};
    const struct wm_accelerator *a = NULL;
    int64_t racks[4];
    for (size_t i = 0; i < 4; i++) {
        const struct wm_results *r =
            RUN(wm_arena_printf(arena, halls, cases[i].limit), pool, work);
        a = ((const struct wm_fleet *)r->scenario->fleet.items)->accelerator;
        racks[i] = r->pools[0].n_racks;
        ck_assert_ptr_nonnull(strstr(r->halls[0].racks_by,
                                     wm_arena_printf(arena, "h (%s)", cases[i].by)));
    }
    const double rack_w = a->rack_nameplate_w;
    ck_assert_int_eq(racks[1], (int64_t)floor(2e6 / (rack_w * (1.0 + a->other_it_frac))));
    ck_assert_int_eq(racks[2], 120);
    ck_assert_int_eq(racks[3], 10 * (int64_t)floor(100e3 / rack_w));
}
END_TEST

/* Each hall by request is what it is by the table, and its own limit holds. */
START_TEST(two_halls_by_request_are_two_halls_by_table)
{
    const char *const sets[] = {"fleet.0.count=64",
                                "fleet.1.count=72",
                                "workloads.0.demand.output_tok_per_s=2e4",
                                "workloads.1.demand.output_tok_per_s=2e5",
                                "site.halls.1.it_limit_mw=0.06",
                                "site.ceiling.limit_mw=0.4",
                                "workloads.0.demand.shape=flat",
                                "window.start=\"2027-07-01\"",
                                "window.hours=0.25",
                                "horizon.years=0.001",
                                "workloads.1.demand.shape=flat",
                                "fidelity=request"};
    const struct wm_results *const table = run_with(WM_OK, NULL, 11, sets);
    const struct wm_results *const each = run_with(WM_OK, NULL, 12, sets);
    ck_assert(each->balances_close);
    ck_assert_double_gt(table->halls[1].bound_s, 0.0);
    ck_assert_double_le(each->halls[1].it_peak_w, 0.06e6 * (1.0 + 1e-9));
    ck_assert_double_eq_tol(each->halls[0].it_mean_w / table->halls[0].it_mean_w, 1.0, 0.03);
    /* what holds boards below a limit keeps some watts of it for what a step may add */
    ck_assert_double_gt(each->halls[1].it_mean_w, 0.94 * table->halls[1].it_mean_w);
    for (size_t h = 0; h < 2; h++)
        ck_assert_double_gt(each->halls[h].site_mean_w, each->halls[h].it_mean_w);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("halls");
    TCase *const tc = tcase_create("halls");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_hall_by_name_is_the_sites_own_keys, 0, 3);
    tcase_add_test(tc, a_hall_lays_its_keys_over_the_plant_of_the_site);
    tcase_add_loop_test(tc, two_halls_alike_are_one_of_their_sum, 0, 3);
    tcase_add_loop_test(tc, the_order_of_halls_does_not_matter, 0, 3);
    tcase_add_loop_test(tc, a_limit_that_never_binds_changes_nothing, 0, 3);
    tcase_add_loop_test(tc, a_full_hall_keeps_its_limit_and_leaves_its_watts_to_the_other, 0, 3);
    tcase_add_test(tc, one_meter_earns_at_least_what_any_split_of_it_does);
    tcase_add_test(tc, halls_are_accounted_apart);
    tcase_add_test(tc, racks_stand_by_the_tightest_of_contract_hall_row_and_place);
    tcase_add_test(tc, two_halls_by_request_are_two_halls_by_table);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
