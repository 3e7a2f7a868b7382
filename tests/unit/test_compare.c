/* Comparisons: Shapley values, bridges that sum, changed inputs, results read back, refusals. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static struct wm_diags diags;

static void setup(void)
{
    wm_init();
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
}

static void teardown(void)
{
    wm_arena_close(arena);
}

/* Three players, a right glove (3) and two left ones: Shapley 1953 gives 1/6, 1/6, 2/3. */
START_TEST(the_glove_game_has_its_known_values)
{
    const double worth[8] = {[5] = 1.0, [6] = 1.0, [7] = 1.0};
    double value[3];
    wm_shapley(worth, 3, value);
    ck_assert_double_eq_tol(value[0], 1.0 / 6.0, 1e-15);
    ck_assert_double_eq_tol(value[1], 1.0 / 6.0, 1e-15);
    ck_assert_double_eq_tol(value[2], 2.0 / 3.0, 1e-15);
}
END_TEST

/* Any game: values sum to the whole, a player that adds nothing gets nothing, sums of games add. */
START_TEST(values_are_efficient_and_linear_and_ignore_dummies)
{
    enum { N = 6, SETS = 1 << N };
    double a[SETS], b[SETS], sum[SETS], va[N], vb[N], vs[N];
    struct wm_rng rng = wm_rng_stream(11, "game", 0);
    for (size_t s = 0; s < SETS; s++) {
        const size_t without = s & ~(size_t)4; /* player 2 adds nothing in game a */
        a[s] = without == s ? wm_rng_uniform(&rng) : a[without];
        b[s] = wm_rng_uniform(&rng);
        sum[s] = a[s] + 2.0 * b[s];
    }
    wm_shapley(a, N, va);
    wm_shapley(b, N, vb);
    wm_shapley(sum, N, vs);
    double total = 0.0;
    for (size_t i = 0; i < N; i++) {
        total += vs[i];
        ck_assert_double_eq_tol(vs[i], va[i] + 2.0 * vb[i], 1e-12);
    }
    ck_assert_double_eq_tol(total, sum[SETS - 1] - sum[0], 1e-12);
    ck_assert_double_eq_tol(va[2], 0.0, 1e-12);
}
END_TEST

static const char *write_file(const char *name, const char *accelerator, const char *precision,
                              double usd_per_mwh, const char *demand, double discount)
{
    const char *const path = wm_arena_printf(arena, "build/test_compare_%s.json", name);
    FILE *const file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file,
            "{\"schema_version\":1,\"name\":\"%s\",\"seed\":%zu,\"horizon\":{\"years\":0.02},"
            "\"site\":{\"ceiling\":{\"limit_mw\":5},\"cooling\":{\"type\":\"dry-cooler\","
            "\"supply_c\":35},\"tariff\":{\"type\":\"us-large-load\",\"energy_usd_per_mwh\":%g}},"
            "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"%s\"}],"
            "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"deepseek-r1\","
            "\"precision\":\"%s\",\"pool\":\"main\",\"demand\":{%s},"
            "\"price\":{\"deck\":\"deepseek-r1-host\",\"discount_frac\":%g}}]}",
            name, strlen(name), usd_per_mwh, accelerator, precision, demand, discount);
    fclose(file);
    return path;
}

#define DEMAND "\"output_tok_per_s\":1e6"

static struct wm_side load(const char *path, int64_t seed)
{
    const struct wm_override set = {.path = "seed",
                                    .value = wm_arena_printf(arena, "%lld", (long long)seed)};
    struct wm_side side;
    const enum wm_status status = wm_side_load(arena, path, &set, 1, &side, &diags);
    ck_assert_msg(status == WM_OK, "%s", diags.n_items ? diags.items[0].text : "");
    return side;
}

START_TEST(bars_sum_exactly_and_a_price_alone_scales_revenue)
{
    setup();
    const struct wm_side a = load(write_file("a", "gb300-nvl72", "fp4", 55.0, DEMAND, 1.0), 3);
    const struct wm_side b =
        load(write_file("bb", "gb300-nvl72", "fp4", 90.0, "\"output_tok_per_s\":5e5", 0.8), 3);
    static const enum wm_metric metrics[] = {WM_METRIC_revenue_usd, WM_METRIC_power_cost_usd,
                                             WM_METRIC_npv_usd};
    struct wm_bridge bridges[3];
    ck_assert_int_eq(wm_bridge(arena, &a, &b, metrics, 3, NULL, NULL, bridges, &diags), WM_OK);
    for (size_t k = 0; k < 3; k++) {
        const struct wm_bridge *const g = &bridges[k];
        ck_assert(g->is_shapley);
        ck_assert_uint_eq(g->n_steps, 3); /* tariff, demand, price */
        ck_assert_uint_eq(g->n_runs, 6);
        double sum = g->from;
        for (size_t i = 0; i < g->n_steps; i++)
            sum += g->steps[i].change;
        ck_assert_double_eq_tol(sum, g->to, 1e-9 * fabs(g->from));
        for (size_t i = 0; i < g->n_steps; i++) {
            const bool tariff = strcmp(g->steps[i].block, "site.tariff") == 0;
            const bool price = strcmp(g->steps[i].block, "workloads.price") == 0;
            if ((k == 0 && tariff) || (k == 1 && price)) /* neither moves the other's metric */
                ck_assert_double_eq_tol(g->steps[i].change, 0.0, 1e-6);
            else
                ck_assert(fabs(g->steps[i].change) > 1.0);
        }
    }
    teardown();
}
END_TEST

START_TEST(changed_inputs_are_those_of_the_files)
{
    setup();
    const struct wm_side a = load(write_file("a", "gb300-nvl72", "fp4", 55.0, DEMAND, 1.0), 3);
    const struct wm_side b = load(write_file("bb", "gb200-nvl72", "fp4", 60.0, DEMAND, 1.0), 3);
    size_t n = 0;
    const struct wm_change *const c = wm_side_changes(arena, &a, &b, &n);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(c[0].path, "site.tariff.energy_usd_per_mwh");
    ck_assert_str_eq(c[0].from, "55");
    ck_assert_str_eq(c[0].to, "60");
    ck_assert_str_eq(c[1].path, "fleet.0.accelerator");
    teardown();
}
END_TEST

START_TEST(a_result_read_back_has_the_metrics_of_its_run)
{
    setup();
    const struct wm_side a = load(write_file("a", "gb300-nvl72", "fp4", 55.0, DEMAND, 1.0), 3);
    FILE *const file = fopen("build/test_compare_result.json", "w");
    ck_assert_ptr_nonnull(file);
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_write(&w, a.result);
    wm_json_finish(&w);
    fclose(file);
    struct wm_side back;
    ck_assert_int_eq(wm_side_load(arena, "build/test_compare_result.json", NULL, 0, &back, &diags),
                     WM_OK);
    size_t n_changes = 9;
    wm_side_changes(arena, &a, &back, &n_changes);
    ck_assert_uint_eq(n_changes, 0);
    ck_assert_int_eq(back.seed, 3);
    for (unsigned i = 0; i < WM_N_METRICS; i++)
        if (isnan(a.metric[i]))
            ck_assert(isnan(back.metric[i]));
        else
            ck_assert_double_eq_tol(back.metric[i], a.metric[i],
                                    1e-12 * fabs(a.metric[i]) + 1e-300);
    struct wm_bridge bridge;
    const enum wm_metric metric = WM_METRIC_npv_usd;
    ck_assert_int_eq(wm_bridge(arena, &a, &back, &metric, 1, NULL, NULL, &bridge, &diags),
                     WM_INVALID);
    teardown();
}
END_TEST

START_TEST(a_share_of_capacity_is_told_between_generations_and_not_within_one)
{
    setup();
    const char *const share = "\"utilisation_frac\":0.5";
    struct wm_side sides[2] = {load(write_file("a", "gb300-nvl72", "fp4", 55.0, share, 1.0), 3),
                               load(write_file("bb", "gb300-nvl72", "fp4", 60.0, share, 1.0), 3)};
    const size_t before = diags.n_warnings;
    wm_sides_warn_of_shares(sides, 2, &diags);
    ck_assert_uint_eq(diags.n_warnings, before);
    sides[1] = load(write_file("bb", "gb200-nvl72", "fp4", 60.0, share, 1.0), 3);
    const size_t n_errors = diags.n_errors;
    wm_sides_warn_of_shares(sides, 2, &diags);
    ck_assert_uint_eq(diags.n_errors, n_errors);
    ck_assert_int_eq(diags.items[diags.n_items - 1].code, WM_W934);
    teardown();
}
END_TEST

START_TEST(a_side_that_cannot_run_says_which_constraint)
{
    setup();
    const struct wm_side a = load(write_file("a", "gb300-nvl72", "fp32", 55.0, DEMAND, 1.0), 3);
    ck_assert_ptr_nonnull(a.infeasible);
    ck_assert(isnan(a.metric[WM_METRIC_npv_usd]));
    ck_assert_ptr_null(a.run);
    teardown();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_glove_game_has_its_known_values,
        values_are_efficient_and_linear_and_ignore_dummies,
        bars_sum_exactly_and_a_price_alone_scales_revenue,
        changed_inputs_are_those_of_the_files,
        a_result_read_back_has_the_metrics_of_its_run,
        a_share_of_capacity_is_told_between_generations_and_not_within_one,
        a_side_that_cannot_run_says_which_constraint};
    return RUN_TESTS("compare", tests);
}
