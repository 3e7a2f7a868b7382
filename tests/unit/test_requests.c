/* The site request by request against the site by its table of operating points. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wattmill/input.h"
#include "wattmill/numeric.h"
#include "wattmill/run.h"
#include "wattmill/scenario.h"

static struct wm_arena *arena;
static struct wm_diags diags;

static void set_up(void)
{
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
}
static void tear_down(void)
{
    wm_arena_close(arena);
}

static unsigned threads = 1;

static struct wm_scenario *load(const char *const *texts, size_t n)
{
    struct wm_override sets[24];
    const struct wm_scenario *loaded = NULL;
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(wm_override_parse(arena, texts[i], &sets[i], &diags), WM_OK);
    const enum wm_status status = wm_scenario_load_file(
        arena, "scenarios/virginia-100mw-gb300.json", sets, n, &loaded, NULL, &diags);
    ck_assert_int_eq(status, WM_OK);
    struct wm_scenario *const s = WM_NEW(arena, struct wm_scenario);
    *s = *loaded;
    return s;
}

static const struct wm_results *run_of(struct wm_scenario *s, enum wm_fidelity fidelity)
{
    const struct wm_results *r = NULL;
    s->fidelity = fidelity;
    const struct wm_run_options options = {.n_threads = threads};
    const enum wm_status done = wm_run(arena, s, &options, &r, &diags);
    for (size_t i = 0; i < diags.n_items; i++)
        if (!wm_code_is_warning(diags.items[i].code))
            printf("%s\n", wm_diag_format(arena, &diags.items[i]));
    ck_assert_int_eq(done, WM_OK);
    return r;
}

/* The window alone is the horizon. */
static const struct wm_results *run(enum wm_fidelity fidelity, double hours,
                                    const char *const *texts, size_t n)
{
    struct wm_scenario *const s = load(texts, n);
    s->horizon.start_us = s->window.start_us;
    s->horizon.years = hours / WM_H_PER_YEAR;
    s->window.length_s = hours * WM_S_PER_H;
    return run_of(s, fidelity);
}

#define METRIC(r, key) ((r)->metric[WM_METRIC_##key])

/* Tokens and power within 2 %, medians of latencies within 5 %, 99th percentiles within 15 %. */
static void agree(const struct wm_results *table, const struct wm_results *each)
{
    const double tok = METRIC(each, output_tok_served) / METRIC(table, output_tok_served);
    const double power = METRIC(each, site_power_mean_mw) / METRIC(table, site_power_mean_mw);
    ck_assert_double_eq_tol(tok, 1.0, 0.02);
    ck_assert_double_eq_tol(power, 1.0, 0.02);
    ck_assert_double_eq_tol(METRIC(each, ttft_p50_s) / METRIC(table, ttft_p50_s), 1.0, 0.05);
    ck_assert_double_eq_tol(METRIC(each, tpot_p50_s) / METRIC(table, tpot_p50_s), 1.0, 0.05);
    ck_assert_double_eq_tol(METRIC(each, ttft_p99_s) / METRIC(table, ttft_p99_s), 1.0, 0.15);
    ck_assert_double_eq_tol(METRIC(each, tpot_p99_s) / METRIC(table, tpot_p99_s), 1.0, 0.15);
    ck_assert_double_eq_tol(METRIC(each, slo_attainment_frac), METRIC(table, slo_attainment_frac),
                            0.05);
}

#define SITE                                                                         \
    "site.ceiling.limit_mw=0.3", "site.ceiling.calendar=[]",                         \
        "workloads.chat.demand.shape=\"flat\"", "window.start=\"2027-01-04T00:00\"", \
        "fleet.main.count=72"

/* One replica of 20 prefill groups and a decode group, with the lengths of two traces. */
static const char *const disaggregated[][2] = {
    {"chat", "5e4"}, {"chat", "7e4"}, {"chat", "1.4e5"}, {"agent", "1.5e4"}};

START_TEST(a_disaggregated_site_is_the_same_by_table_and_by_request)
{
    char class[64], demand[64];
    snprintf(class, sizeof class, "workloads.chat.class=\"%s\"", disaggregated[_i][0]);
    snprintf(demand, sizeof demand, "workloads.chat.demand.output_tok_per_s=%s",
             disaggregated[_i][1]);
    const char *const sets[] = {SITE, class, demand};
    agree(run(WM_FIDELITY_SURFACE, 0.25, sets, 7), run(WM_FIDELITY_REQUEST, 0.25, sets, 7));
}
END_TEST

#define H100_SITE                                                                     \
    SITE, "workloads.chat.demand.output_tok_per_s=1.5e4", "site.cooling.supply_c=30", \
        "fleet.main.accelerator=\"h100\"", "fleet.main.count=16",                     \
        "workloads.chat.llm=\"llama-3.1-8b\"", "workloads.chat.precision=\"bf16\"",   \
        "workloads.chat.engine=\"vllm\""

/* From a tenth of capacity to nine tenths; short calls, long prompts; two accelerators. */
static const char *const aggregated[][4] = {
    {"chat", "6e3", "h100", "vllm"},     {"chat", "3e4", "h100", "vllm"},
    {"chat", "5.5e4", "h100", "vllm"},   {"api-small", "1.5e4", "h100", "vllm"},
    {"chat", "3e4", "mi300x", "sglang"}, {"agent", "5.6e3", "h100", "vllm"}};

START_TEST(an_aggregated_site_is_the_same_by_table_and_by_request)
{
    char class[64], demand[64], accelerator[64], engine[64];
    snprintf(class, sizeof class, "workloads.chat.class=\"%s\"", aggregated[_i][0]);
    snprintf(demand, sizeof demand, "workloads.chat.demand.output_tok_per_s=%s", aggregated[_i][1]);
    snprintf(accelerator, sizeof accelerator, "fleet.main.accelerator=\"%s\"", aggregated[_i][2]);
    snprintf(engine, sizeof engine, "workloads.chat.engine=\"%s\"", aggregated[_i][3]);
    const char *const sets[] = {H100_SITE, class, demand, accelerator, engine};
    agree(run(WM_FIDELITY_SURFACE, 0.5, sets, 16), run(WM_FIDELITY_REQUEST, 0.5, sets, 16));
}
END_TEST

/* Attention groups in lockstep: four of DeepSeek-R1 on B200, each reading prompts of its own. */
static const char *const lockstep[][2] = {{"3e3", "vllm"}, {"4e4", "vllm"}, {"1e4", "sglang"}};

START_TEST(attention_groups_are_the_same_by_table_and_by_request)
{
    char demand[64], engine[64];
    snprintf(demand, sizeof demand, "workloads.chat.demand.output_tok_per_s=%s", lockstep[_i][0]);
    snprintf(engine, sizeof engine, "workloads.chat.engine=\"%s\"", lockstep[_i][1]);
    const char *const sets[] = {SITE, "fleet.main.accelerator=\"b200\"", "fleet.main.count=64",
                                "site.cooling.supply_c=30",
                                "workloads.chat.slo.tok_per_s_per_user=20", demand, engine};
    const struct wm_results *const table = run(WM_FIDELITY_SURFACE, 0.25, sets, 11);
    ck_assert_str_eq(table->pools[0].parallelism, "decode EP4");
    agree(table, run(WM_FIDELITY_REQUEST, 0.25, sets, 11));
}
END_TEST

START_TEST(under_a_low_ceiling_power_stays_near_it_and_requests_are_served)
{
    const char *const sets[] = {H100_SITE, "site.ceiling.limit_mw=0.014"};
    const struct wm_results *const table = run(WM_FIDELITY_SURFACE, 0.5, sets, 13);
    const struct wm_results *const each = run(WM_FIDELITY_REQUEST, 0.5, sets, 13);
    ck_assert_double_eq_tol(METRIC(table, site_power_mean_mw), 0.014e6, 1.0);
    ck_assert_double_eq_tol(METRIC(each, output_tok_served) / METRIC(table, output_tok_served), 1.0,
                            0.02);
    ck_assert_double_eq_tol(METRIC(each, site_power_mean_mw) / 0.014e6, 1.0, 0.025);
    ck_assert_double_eq(METRIC(each, ceiling_violation_mwh), 0.0);
}
END_TEST

/* Who rests by the table is parked, finishes what it has, and draws no more than is told of it. */
START_TEST(replicas_in_excess_rest_by_request_as_by_table)
{
    static const char *const idle[] = {"policy.idle=standby", "policy.idle=off"};
    const char *const sets[] = {H100_SITE, "site.ceiling.limit_mw=0.5", "fleet.main.count=256",
                                "workloads.chat.demand.output_tok_per_s=6e4",
                                "window.router_replicas=256", idle[_i]};
    const struct wm_results *const table = run(WM_FIDELITY_SURFACE, 0.5, sets, 17);
    const struct wm_results *const each = run(WM_FIDELITY_REQUEST, 0.5, sets, 17);
    const struct wm_results *const all = run(WM_FIDELITY_REQUEST, 0.5, sets, 16);
    ck_assert_double_eq_tol(METRIC(each, output_tok_served) / METRIC(table, output_tok_served), 1.0,
                            0.02);
    ck_assert_double_eq_tol(METRIC(each, site_power_mean_mw) / METRIC(table, site_power_mean_mw),
                            1.0, 0.02);
    ck_assert_double_lt(METRIC(each, site_power_mean_mw), 0.9 * METRIC(all, site_power_mean_mw));
    ck_assert(each->balances_close);
}
END_TEST

/* By the table a part of a replica rests; an only one that serves is whole, and nothing of it is off. */
START_TEST(an_only_replica_that_serves_is_not_off)
{
    static const char *const idle[] = {"policy.idle=off", "policy.idle=standby"};
    const struct wm_results *r[2];
    for (int i = 0; i < 2; i++) {
        const char *const sets[] = {SITE, "workloads.chat.demand.output_tok_per_s=5e4", idle[i]};
        r[i] = run(WM_FIDELITY_REQUEST, 0.25, sets, 7);
        ck_assert_int_eq(r[i]->pools[0].n_replicas, 1);
    }
    ck_assert_double_gt(METRIC(r[0], output_tok_served), 0.0);
    ck_assert_double_eq_tol(METRIC(r[0], site_power_mean_mw) / METRIC(r[1], site_power_mean_mw), 1.0,
                            1e-9);
}
END_TEST

START_TEST(routers_on_threads_give_the_same_to_the_last_bit)
{
    const char *const sets[] = {H100_SITE, "window.router_replicas=3"};
    threads = 1;
    const struct wm_results *const one = run(WM_FIDELITY_REQUEST, 0.25, sets, 13);
    threads = 3;
    const struct wm_results *const three = run(WM_FIDELITY_REQUEST, 0.25, sets, 13);
    threads = 1;
    ck_assert_int_eq(memcmp(one->metric, three->metric, sizeof one->metric), 0);
}
END_TEST

START_TEST(a_sample_of_the_routers_stands_for_all)
{
    const char *const all[] = {H100_SITE, "window.router_replicas=4"};
    const char *const some[] = {H100_SITE, "window.router_replicas=4", "window.sample_frac=0.5"};
    const struct wm_results *const a = run(WM_FIDELITY_REQUEST, 0.25, all, 13);
    const struct wm_results *const b = run(WM_FIDELITY_REQUEST, 0.25, some, 14);
    bool is_said = false;
    for (size_t i = 0; i < diags.n_items; i++)
        is_said = is_said || diags.items[i].code == WM_W909;
    ck_assert(is_said);
    ck_assert(b->balances_close);
    ck_assert_double_eq_tol(METRIC(b, output_tok_served) / METRIC(a, output_tok_served), 1.0, 0.02);
    ck_assert_double_eq_tol(METRIC(b, site_power_mean_mw) / METRIC(a, site_power_mean_mw), 1.0,
                            0.01);
    ck_assert_double_eq_tol(METRIC(b, ttft_p50_s) / METRIC(a, ttft_p50_s), 1.0, 0.03);
}
END_TEST

/* One replica of 72 accelerators cannot be 0.6 of one: no second of it may lift the mean above a limit. */
START_TEST(one_replica_never_exceeds_a_ceiling_below_its_draw)
{
    const char *const limits[] = {"0.075", "0.0975", "0.12"};
    char limit[64];
    snprintf(limit, sizeof limit, "site.ceiling.limit_mw=%s", limits[_i]);
    const char *const sets[] = {SITE, limit, "workloads.chat.demand.output_tok_per_s=1.4e5"};
    const struct wm_results *const table = run(WM_FIDELITY_SURFACE, 0.25, sets, 7);
    const struct wm_results *const each = run(WM_FIDELITY_REQUEST, 0.25, sets, 7);
    ck_assert_double_eq(METRIC(each, ceiling_violation_mwh), 0.0);
    ck_assert_double_gt(METRIC(each, output_tok_served), 0.2 * METRIC(table, output_tok_served));
    ck_assert_double_le(METRIC(each, output_tok_served), METRIC(table, output_tok_served));
    ck_assert_double_lt(METRIC(each, ttft_p99_s), 2.0); /* the target: what would wait is refused */
}
END_TEST

START_TEST(beyond_capacity_requests_are_refused_at_the_door)
{
    const char *const sets[] = {H100_SITE, "site.ceiling.limit_mw=0.012",
                                "workloads.chat.demand.output_tok_per_s=6e4"};
    const struct wm_results *const table = run(WM_FIDELITY_SURFACE, 0.25, sets, 14);
    const struct wm_results *const each = run(WM_FIDELITY_REQUEST, 0.25, sets, 14);
    ck_assert_double_lt(METRIC(table, output_tok_served), 0.95 * METRIC(table, output_tok_offered));
    ck_assert_double_eq_tol(METRIC(each, output_tok_served) / METRIC(table, output_tok_served), 1.0,
                            0.05);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_window)
{
    const char *const sets[] = {SITE, "workloads.chat.demand.output_tok_per_s=5e3"};
    const struct wm_results *const a = run(WM_FIDELITY_REQUEST, 0.25, sets, 6);
    const struct wm_results *const b = run(WM_FIDELITY_REQUEST, 0.25, sets, 6);
    ck_assert_int_eq(memcmp(a->metric, b->metric, sizeof a->metric), 0);
    ck_assert_double_eq_tol(a->hours, 0.25, 1e-9);
}
END_TEST

/* Found by fuzzing: the loss of power shelves was counted in the IT power it is added to. */
START_TEST(energy_closes_behind_a_chain_with_power_shelves)
{
    const char *const sets[] = {SITE, "workloads.chat.demand.output_tok_per_s=5e3",
                                "site.power_chain=\"frontier\""};
    const struct wm_results *const r = run(WM_FIDELITY_REQUEST, 0.25, sets, 7);
    ck_assert(r->balances_close);
    ck_assert_double_le(METRIC(r, balance_energy_rel), WM_BALANCE_LIMIT);
}
END_TEST

#define DRAFTS "workloads.chat.serving.draft_tok=2", "workloads.chat.serving.accept_frac=0.8"

START_TEST(guesses_are_priced_alike_by_table_and_by_request)
{
    const char *const apart[] = {SITE, DRAFTS, "workloads.chat.demand.output_tok_per_s=3e4"};
    /* at half load: with two sequences on a replica the router's even hand shows, in 3 % of power */
    const char *const together[] = {H100_SITE, DRAFTS,
                                    "workloads.chat.demand.output_tok_per_s=5e4"};
    const struct wm_results *const table = run(WM_FIDELITY_SURFACE, 0.5, apart, 8);
    agree(table, run(WM_FIDELITY_REQUEST, 0.5, apart, 8));
    agree(run(WM_FIDELITY_SURFACE, 0.5, together, 15), run(WM_FIDELITY_REQUEST, 0.5, together, 15));
    const char *const without[] = {SITE, "workloads.chat.demand.output_tok_per_s=3e4"};
    ck_assert_double_lt(METRIC(table, tpot_p50_s),
                        0.9 * METRIC(run(WM_FIDELITY_SURFACE, 0.5, without, 6), tpot_p50_s));
}
END_TEST

/* Growth and noise of a window are those of the horizon's hours that it stands for. */
START_TEST(a_window_is_asked_for_what_its_hour_of_the_horizon_is)
{
    const char *const sets[] = {H100_SITE,
                                "workloads.chat.demand.growth_per_year=50",
                                "workloads.chat.demand.variation.noise_log_sd=0.5",
                                "workloads.chat.demand.variation.bursts_per_year=300",
                                "horizon.years=0.02",
                                "window.start=\"2027-01-06T10:00\"",
                                "window.hours=0.25"};
    struct wm_scenario *const s = load(sets, 18);
    s->horizon.start_us = s->window.start_us - 58 * WM_US_PER_H;
    const struct wm_results *const year = run_of(s, WM_FIDELITY_SURFACE);
    const struct wm_results *const hour = run_of(s, WM_FIDELITY_REQUEST);
    const double asked_tok = year->series[4 * 58].offered_tok_per_s * 900.0;
    ck_assert_double_gt(fabs(asked_tok / (1.5e4 * 900.0) - 1.0), 0.1);
    ck_assert_double_eq_tol(METRIC(hour, output_tok_offered) / asked_tok, 1.0, 0.03);
}
END_TEST

int main(void)
{
    wm_init();
    Suite *const suite = suite_create("requests");
    TCase *const tc = tcase_create("requests");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, attention_groups_are_the_same_by_table_and_by_request, 0,
                        (int)(sizeof lockstep / sizeof *lockstep));
    tcase_add_loop_test(tc, a_disaggregated_site_is_the_same_by_table_and_by_request, 0,
                        (int)(sizeof disaggregated / sizeof *disaggregated));
    tcase_add_loop_test(tc, an_aggregated_site_is_the_same_by_table_and_by_request, 0,
                        (int)(sizeof aggregated / sizeof *aggregated));
    tcase_add_test(tc, under_a_low_ceiling_power_stays_near_it_and_requests_are_served);
    tcase_add_loop_test(tc, replicas_in_excess_rest_by_request_as_by_table, 0, 2);
    tcase_add_test(tc, an_only_replica_that_serves_is_not_off);
    tcase_add_test(tc, routers_on_threads_give_the_same_to_the_last_bit);
    tcase_add_test(tc, a_sample_of_the_routers_stands_for_all);
    tcase_add_loop_test(tc, one_replica_never_exceeds_a_ceiling_below_its_draw, 0, 3);
    tcase_add_test(tc, beyond_capacity_requests_are_refused_at_the_door);
    tcase_add_test(tc, the_same_seed_gives_the_same_window);
    tcase_add_test(tc, energy_closes_behind_a_chain_with_power_shelves);
    tcase_add_test(tc, a_window_is_asked_for_what_its_hour_of_the_horizon_is);
    tcase_add_test(tc, guesses_are_priced_alike_by_table_and_by_request);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
