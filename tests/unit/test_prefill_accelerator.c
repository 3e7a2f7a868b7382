/* Prompts read on another accelerator than answers are made on: the same one changes nothing, power is of both kinds,
   the cache moves over the slower network, a faster part makes no less. */
#include <check.h>
#include <math.h>

#include "catalog_case.h"
#include "suite.h"
#include "wattmill/frontier.h"
#include "wattmill/wattmill.h"

static const struct wm_accelerator *accelerator(const char *name)
{
    return FIND(wm_accelerator, accelerator, name);
}

static struct wm_serving_case case_on(const char *decode, const char *llm,
                                      const struct wm_accelerator *prefill)
{
    const struct wm_accelerator *const a = accelerator(decode);
    return (struct wm_serving_case){.accelerator = a,
                                    .prefill_accelerator = prefill,
                                    .prefill_weight = prefill ? wm_prefill_weight(a, prefill) : 0.0,
                                    .llm = FIND(wm_llm, llm, llm),
                                    .engine = FIND(wm_engine, engine, "disaggregated-2026"),
                                    .precision = WM_FP8,
                                    .input_tok = 4096.0,
                                    .output_tok = 1024.0,
                                    .output_scv = 1.0,
                                    .max_gpus = 2048.0,
                                    .ttft_slo_s = 2.0,
                                    .tok_per_s_per_user_slo = 40.0};
}

static const char *const models[] = {"deepseek-r1", "llama-3.1-70b", "gpt-oss-120b"};
static const char *const parts[] = {"h200", "b200", "vr200-nvl72"};
enum { N_MODELS = 3, N_PARTS = 3 };

static void same(double a, double b)
{
    ck_assert_double_eq_tol(a, b, 1e-9 * fabs(b) + 1e-12);
}

START_TEST(the_same_accelerator_changes_nothing)
{
    for (size_t i = 0; i < N_MODELS; i++) {
        const struct wm_accelerator copy = *accelerator(parts[_i]);
        const struct wm_serving_case one = case_on(parts[_i], models[i], NULL);
        const struct wm_serving_case two = case_on(parts[_i], models[i], &copy);
        const struct wm_serving_plan a = wm_serving_plan(&one), b = wm_serving_plan(&two);
        ck_assert_int_eq(a.fault, WM_PLAN_OK);
        ck_assert_int_eq(b.fault, WM_PLAN_OK);
        same(b.prefill_gpus, a.prefill_gpus);
        same(b.decode_gpus, a.decode_gpus);
        same(b.capacity_out_tok_per_s, a.capacity_out_tok_per_s);
        for (double clock = 0.7; clock < 1.05; clock += 0.3)
            for (double share = 0.0; share < 1.05; share += 0.5) {
                const double batch = share * a.capacity_batch;
                const struct wm_serving_point p = wm_serving_at_batch(&a, batch, clock);
                const struct wm_serving_point q = wm_serving_at_batch(&b, batch, clock);
                same(q.it_w, p.it_w);
                same(q.host_w, p.host_w);
                same(q.prefill_w, p.prefill_w);
                same(q.ttft_slo_frac, p.ttft_slo_frac);
                same(q.tpot_slo_frac, p.tpot_slo_frac);
            }
    }
}
END_TEST

/* At rest both kinds draw their own rest, boards and hosts; at work no kind draws more than its own limit. */
START_TEST(a_replica_draws_what_its_two_kinds_draw)
{
    const struct wm_accelerator *const cpx = accelerator("rubin-cpx");
    const struct wm_accelerator *const vr = accelerator("vr200-nvl72");
    const struct wm_serving_case c = case_on("vr200-nvl72", "deepseek-r1", cpx);
    const struct wm_serving_plan plan = wm_serving_plan(&c);
    ck_assert_int_eq(plan.fault, WM_PLAN_OK);
    ck_assert_double_gt(plan.prefill_gpus, 0.0);
    ck_assert_double_gt(plan.decode_gpus, 0.0);
    const struct wm_serving_point rest = wm_serving_at_batch(&plan, 0.0, 1.0);
    const double boards_w = plan.decode_gpus * vr->tdp_w * vr->power.base_frac +
                            plan.prefill_gpus * cpx->tdp_w * cpx->power.base_frac;
    same(rest.idle_w, boards_w);
    same(rest.host_w, plan.decode_gpus * vr->host_idle_w + plan.prefill_gpus * cpx->host_idle_w);
    const struct wm_serving_point full = wm_serving_at_batch(&plan, plan.capacity_batch, 1.0);
    ck_assert_double_le(full.board_w,
                        plan.decode_gpus * vr->tdp_w + plan.prefill_gpus * cpx->tdp_w);
    ck_assert_double_le(full.prefill_w, plan.prefill_gpus * cpx->tdp_w);
    same(full.it_w, full.prefill_w + full.decode_w + full.idle_w + full.host_w);
    const double decode_busy = plan.decode_gpus * full.decode_busy_frac;
    const double prefill_busy = plan.prefill_gpus * full.prefill_busy_frac;
    same(full.host_w, (plan.decode_gpus - decode_busy) * vr->host_idle_w +
                          decode_busy * vr->host_busy_w +
                          (plan.prefill_gpus - prefill_busy) * cpx->host_idle_w +
                          prefill_busy * cpx->host_busy_w);
}
END_TEST

/* Moving takes the prompt's cache over the slower network, whichever side that is; a faster one on one side is no use. */
START_TEST(the_cache_moves_over_the_slower_network)
{
    struct wm_accelerator slow = *accelerator("h200"), fast = slow;
    slow.scale_out_bytes_per_s *= 0.25;
    fast.scale_out_bytes_per_s *= 4.0;
    struct wm_serving_case c = case_on("h200", "llama-3.1-70b", &fast);
    struct wm_serving_plan plan = wm_serving_plan(&c);
    const double cache_bytes =
        c.input_tok * wm_llm_kv_bytes_per_tok(c.llm, c.engine->kv_bytes);
    const double with_fast_s = wm_serving_at_batch(&plan, plan.capacity_batch, 1.0).pace.once_s;
    plan.c.prefill_accelerator = &slow;
    const double with_slow_s = wm_serving_at_batch(&plan, plan.capacity_batch, 1.0).pace.once_s;
    plan.c.prefill_accelerator = NULL;
    const double alone_s = wm_serving_at_batch(&plan, plan.capacity_batch, 1.0).pace.once_s;
    same(with_fast_s, alone_s);
    same(with_slow_s - alone_s, 3.0 * cache_bytes / c.accelerator->scale_out_bytes_per_s);
}
END_TEST

/* Output of so many of each kind. */
static double made_of(struct wm_serving_case c, double decode_gpus, double prefill_gpus)
{
    c.max_gpus = decode_gpus;
    c.prefill_max_gpus = prefill_gpus;
    const struct wm_serving_plan p = wm_serving_plan(&c);
    if (p.fault != WM_PLAN_OK)
        return 0.0;
    const double n =
        fmin(floor(decode_gpus / p.decode_gpus), floor(prefill_gpus / p.prefill_gpus));
    ck_assert_double_ge(n, 1.0);
    return n * p.capacity_out_tok_per_s;
}

START_TEST(a_faster_part_that_reads_makes_no_less_of_equal_counts)
{
    static const double counts[] = {16, 32, 40, 144};
    for (size_t i = 0; i < N_MODELS; i++)
        for (size_t k = 0; k < 4; k++) {
            struct wm_accelerator part = *accelerator("h100");
            struct wm_serving_case c = case_on(parts[_i], models[i], &part);
            double before = 0.0;
            for (int step = 0; step < 4; step++) {
                const double now = made_of(c, 144.0, counts[k]);
                ck_assert_msg(now >= before * (1.0 - 1e-6), "%s, %s, %g: %.9g after %.9g",
                              parts[_i], models[i], counts[k], now, before);
                before = now;
                part.bf16.flop_per_s *= 1.5;
                part.fp8.flop_per_s *= 1.5;
                part.fp8_block.flop_per_s *= 1.5;
                part.mem_bytes_per_s *= 1.5;
            }
            ck_assert_double_gt(before, 0.0);
            ck_assert_double_ge(made_of(c, 144.0, 2.0 * counts[k]), before * (1.0 - 1e-6));
            ck_assert_double_ge(made_of(c, 288.0, counts[k]), before * (1.0 - 1e-6));
        }
}
END_TEST

/* By weight: a replica of two kinds makes at least what one of a kind makes where the part that reads is the better
   one a watt, and never less than the best of its own ratio found by hand. */
START_TEST(the_search_weighs_both_kinds_by_their_nameplates)
{
    const struct wm_accelerator *const cpx = accelerator("rubin-cpx");
    const struct wm_serving_case mixed = case_on("vr200-nvl72", "llama-3.1-70b", cpx);
    const struct wm_serving_plan best = wm_serving_plan(&mixed);
    ck_assert_int_eq(best.fault, WM_PLAN_OK);
    const double size = best.decode_gpus + mixed.prefill_weight * best.prefill_gpus;
    struct wm_serving_plan other = best;
    for (double k = 1.0; k <= 4.0; k += 1.0)
        for (double n = 1.0; n <= 64.0; n += 1.0) {
            other.decode_gpus = k * wm_group_gpus(&best.decode_group);
            other.prefill_gpus = n * best.prefill_group_gpus;
            ck_assert_double_le(wm_serving_capacity(&other, 1.0) /
                                    (other.decode_gpus +
                                     mixed.prefill_weight * other.prefill_gpus),
                                1.03 * best.capacity_out_tok_per_s / size);
        }
}
END_TEST

START_TEST(what_the_other_part_cannot_do_is_told)
{
    struct wm_serving_case c = case_on("h200", "llama-3.1-405b", accelerator("groq-lp30"));
    c.max_gpus = 64.0;
    ck_assert_int_eq(wm_serving_plan(&c).fault, WM_PLAN_PREFILL_MEMORY);
    c = case_on("h200", "llama-3.1-8b", accelerator("h100"));
    c.precision = WM_FP32;
    struct wm_accelerator narrow = *accelerator("h100");
    narrow.fp32.flop_per_s = 0.0;
    c.prefill_accelerator = &narrow;
    if (wm_compute_precision(c.accelerator, WM_FP32) != WM_N_PRECISIONS)
        ck_assert_int_eq(wm_serving_plan(&c).fault, WM_PLAN_PREFILL_UNIT);
    c = case_on("h200", "llama-3.1-8b", accelerator("h100"));
    c.engine = FIND(wm_engine, engine, "vllm");
    ck_assert_int_eq(wm_serving_plan(&c).fault, WM_PLAN_PREFILL_MODE);
    c.ways = WM_WAYS_BOTH;
    const struct wm_serving_plan apart = wm_serving_plan(&c);
    ck_assert_int_eq(apart.fault, WM_PLAN_OK);
    ck_assert_int_eq(apart.mode, WM_DISAGGREGATED);
}
END_TEST

/* Figures of a point are sums over its two kinds, each with its own site terms. */
START_TEST(a_frontier_adds_up_both_kinds)
{
    static struct wm_frontier_point points[WM_FRONTIER_POINTS], twins[WM_FRONTIER_POINTS];
    static const struct wm_frontier_site site[2] = {
        {.pue = 1.25, .usd_per_gpu_hour = 3.6, .power_usd_per_mwh = 100.0},
        {.pue = 1.25, .usd_per_gpu_hour = 3.6, .power_usd_per_mwh = 100.0}};
    const struct wm_accelerator copy = *accelerator("h200");
    struct wm_serving_case c = case_on("h200", "llama-3.1-70b", NULL);
    struct wm_frontier one = {.points = points}, two = {.points = twins};
    wm_frontier_eval(&c, site, &one);
    c.prefill_accelerator = &copy;
    wm_frontier_eval(&c, site, &two);
    ck_assert_uint_eq(two.n_points, one.n_points);
    for (size_t i = 0; i < one.n_points; i++) {
        same(twins[i].it_w, points[i].it_w);
        same(twins[i].board_w, points[i].board_w);
        same(twins[i].usd_per_mtok_out, points[i].usd_per_mtok_out);
        same(twins[i].j_per_out_tok, points[i].j_per_out_tok);
    }
    static const struct wm_frontier_site apart[2] = {
        {.pue = 1.25, .usd_per_gpu_hour = 3.6, .power_usd_per_mwh = 100.0},
        {.pue = 1.25, .usd_per_gpu_hour = 7.2, .power_usd_per_mwh = 100.0}};
    wm_frontier_eval(&c, apart, &two);
    for (size_t i = 0; i < one.n_points; i++) {
        const struct wm_frontier_point *const p = &points[i];
        const double rate = p->out_tok_per_s_per_gpu * p->gpus;
        same(twins[i].usd_per_mtok_out - p->usd_per_mtok_out,
             3.6 / 3600.0 * p->prefill_gpus / rate * 1e6);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prefill_accelerator");
    TCase *tc = tcase_create("prefill_accelerator");
    tcase_add_checked_fixture(tc, open_catalog, close_catalog);
    tcase_set_timeout(tc, 60.0);
    tcase_add_loop_test(tc, the_same_accelerator_changes_nothing, 0, N_PARTS);
    tcase_add_test(tc, a_replica_draws_what_its_two_kinds_draw);
    tcase_add_test(tc, the_cache_moves_over_the_slower_network);
    tcase_add_loop_test(tc, a_faster_part_that_reads_makes_no_less_of_equal_counts, 0, N_PARTS);
    tcase_add_test(tc, the_search_weighs_both_kinds_by_their_nameplates);
    tcase_add_test(tc, what_the_other_part_cannot_do_is_told);
    tcase_add_test(tc, a_frontier_adds_up_both_kinds);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
