/*
 * Published energy per output token beside the model's: ML.ENERGY v3, boards alone, steady state
 * (NeurIPS D&B 2025, leaderboard of 2025-12; vLLM 0.11.1). Prompt lengths are not published: means of
 * 100 tokens (chat) and 250 (reasoning) are assumed. Printed for docs/accuracy.md.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "suite.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static const struct wm_catalog *catalog;

static void load(void)
{
    wm_init();
    arena = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
}

#define FIND(kind, name) ((const void *)wm_catalog_find(catalog, WM_CATALOG_##kind, name))

struct row {
    const char *llm, *gpu;
    enum wm_precision precision;
    struct wm_group group;
    double input_tok, output_tok, batch, j_per_tok; /* published */
};

static const struct row rows[] = {
    {"deepseek-r1", "b200", WM_FP8, {1, 8, 8, 1}, 250, 9000, 8, 9.87},
    {"deepseek-r1", "b200", WM_FP8, {1, 8, 8, 1}, 250, 9000, 32, 5.33},
    {"deepseek-r1", "b200", WM_FP8, {1, 8, 8, 1}, 250, 9000, 128, 2.38},
    {"llama-3.1-405b", "h100", WM_FP8, {8, 1, 1, 1}, 100, 400, 8, 13.97},
    {"llama-3.1-405b", "h100", WM_FP8, {8, 1, 1, 1}, 100, 400, 256, 2.06},
    {"llama-3.1-405b", "b200", WM_FP8, {4, 1, 1, 1}, 100, 400, 8, 12.99},
    {"llama-3.1-405b", "b200", WM_FP8, {4, 1, 1, 1}, 100, 400, 512, 1.15},
    {"llama-3.1-70b", "h100", WM_BF16, {4, 1, 1, 1}, 100, 350, 8, 3.76},
    {"llama-3.1-70b", "h100", WM_BF16, {4, 1, 1, 1}, 100, 350, 256, 0.48},
    {"llama-3.1-70b", "b200", WM_BF16, {2, 1, 1, 1}, 100, 350, 8, 3.57},
    {"llama-3.1-70b", "b200", WM_BF16, {2, 1, 1, 1}, 100, 350, 256, 0.36},
    {"llama-3.1-70b", "b200", WM_BF16, {2, 1, 1, 1}, 100, 350, 2048, 0.19},
    {"qwen3-32b", "h100", WM_BF16, {2, 1, 1, 1}, 100, 630, 8, 1.63},
    {"qwen3-32b", "h100", WM_BF16, {2, 1, 1, 1}, 100, 630, 256, 0.23},
    {"qwen3-32b", "b200", WM_BF16, {1, 1, 1, 1}, 100, 630, 8, 1.55},
    {"qwen3-32b", "b200", WM_BF16, {1, 1, 1, 1}, 100, 630, 256, 0.15},
    {"gpt-oss-120b", "h100", WM_FP4, {2, 1, 1, 1}, 250, 1700, 8, 0.78},
    {"gpt-oss-120b", "b200", WM_FP4, {1, 1, 1, 1}, 250, 1700, 8, 0.49},
};
#define N_ROWS (sizeof rows / sizeof *rows)

static struct wm_prediction predict(const struct row *r, double batch)
{
    const struct wm_operating_point p = {.accelerator = FIND(accelerator, r->gpu),
                                         .llm = FIND(llm, r->llm),
                                         .engine = FIND(engine, "vllm-0.11"),
                                         .precision = r->precision,
                                         .group = r->group,
                                         .input_tok = r->input_tok,
                                         .output_tok = r->output_tok,
                                         .drive = WM_DRIVE_BATCH,
                                         .load = batch};
    return wm_operating_point_predict(&p, NULL, NULL);
}

static double j_per_tok(const struct row *r, double batch)
{
    const struct wm_prediction q = predict(r, batch);
    return q.board_w / q.out_tok_per_s_per_gpu;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

START_TEST(energy_per_token_is_near_what_was_measured)
{
    load();
    double errors[N_ROWS];
    printf("| model | accelerators | batch | published J/tok | computed |\n");
    printf("| --- | --- | ---: | ---: | ---: |\n");
    for (size_t i = 0; i < N_ROWS; i++) {
        const double j = j_per_tok(&rows[i], rows[i].batch);
        errors[i] = fabs(log(j / rows[i].j_per_tok));
        printf("| %s %s | %g x %s | %g | %.2f | %.2f |\n", rows[i].llm,
               wm_precision_words[rows[i].precision], wm_group_gpus(&rows[i].group), rows[i].gpu,
               rows[i].batch, rows[i].j_per_tok, j);
        ck_assert_double_lt(errors[i], log(1.7));
    }
    qsort(errors, N_ROWS, sizeof *errors, by_value);
    ck_assert_double_lt(errors[N_ROWS / 2], log(1.25));
    wm_arena_close(arena);
}
END_TEST

START_TEST(a_token_costs_several_times_less_energy_in_a_full_batch)
{
    load();
    for (size_t i = 0; i < N_ROWS; i++)
        ck_assert_double_gt(j_per_tok(&rows[i], 8.0) / j_per_tok(&rows[i], 256.0), 3.0);
    wm_arena_close(arena);
}
END_TEST

/* Published: 30B-A3B 3.6 times below dense 32B at best, 235B-A22B twice above it. */
START_TEST(a_small_mixture_saves_and_a_large_one_costs_against_a_dense_model)
{
    load();
    const struct row dense = {"qwen3-32b", "b200", WM_BF16, {1, 1, 1, 1}, 250, 7000, 128, 0.312};
    const struct row small = {
        "qwen3-30b-a3b", "b200", WM_BF16, {1, 1, 1, 1}, 250, 7000, 512, 0.088};
    const struct row large = {
        "qwen3-235b-a22b", "b200", WM_BF16, {1, 8, 8, 1}, 250, 7000, 512, 0.634};
    const double d = j_per_tok(&dense, dense.batch), s = j_per_tok(&small, small.batch);
    const double l = j_per_tok(&large, large.batch);
    printf("30B-A3B / 32B %.2f (published 0.28), 235B-A22B / 32B %.2f (published 2.0)\n", s / d,
           l / d);
    ck_assert_double_lt(s, 0.5 * d);
    ck_assert_double_gt(l, d);
    wm_arena_close(arena);
}
END_TEST

/* Published: at equal time per token B200 takes 35 % less energy than H100, median of 72 pairs. */
START_TEST(b200_takes_less_energy_than_h100_at_equal_latency)
{
    load();
    static const double tpots[] = {0.050, 0.100};
    const struct row pairs[][2] = {
        {{"llama-3.1-70b", "h100", WM_BF16, {4, 1, 1, 1}, 100, 350, 0, 0},
         {"llama-3.1-70b", "b200", WM_BF16, {2, 1, 1, 1}, 100, 350, 0, 0}},
        {{"llama-3.1-405b", "h100", WM_FP8, {8, 1, 1, 1}, 100, 400, 0, 0},
         {"llama-3.1-405b", "b200", WM_FP8, {4, 1, 1, 1}, 100, 400, 0, 0}},
        {{"qwen3-32b", "h100", WM_BF16, {2, 1, 1, 1}, 100, 630, 0, 0},
         {"qwen3-32b", "b200", WM_BF16, {1, 1, 1, 1}, 100, 630, 0, 0}}};
    double sum = 0.0;
    size_t n = 0;
    for (size_t p = 0; p < 3; p++)
        for (size_t t = 0; t < 2; t++) {
            double best[2] = {0.0, 0.0};
            for (int g = 0; g < 2; g++)
                for (double batch = 1.0; batch < 4096.0; batch *= 1.1)
                    if (predict(&pairs[p][g], batch).tpot_s <= tpots[t])
                        best[g] = j_per_tok(&pairs[p][g], batch);
            if (best[0] > 0.0 && best[1] > 0.0) {
                sum += log(best[0] / best[1]);
                n++;
            }
        }
    ck_assert_uint_ge(n, 4);
    printf("H100 / B200 energy at equal latency %.2f (published median 1.54)\n",
           exp(sum / (double)n));
    ck_assert_double_eq_tol(exp(sum / (double)n), 1.54, 0.4);
    wm_arena_close(arena);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        energy_per_token_is_near_what_was_measured,
        a_token_costs_several_times_less_energy_in_a_full_batch,
        a_small_mixture_saves_and_a_large_one_costs_against_a_dense_model,
        b200_takes_less_energy_than_h100_at_equal_latency,
    };
    return RUN_TESTS("published_serving", tests);
}
