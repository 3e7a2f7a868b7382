/*
 * Frontier and training plan: milliseconds for all parallelisms and batches of a model on an
 * accelerator, and for the search of a training plan; medians of nine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wattmill/frontier.h"
#include "wattmill/training.h"
#include "wattmill/wattmill.h"

enum { ROUNDS = 9 };

static struct wm_frontier_point points[WM_FRONTIER_POINTS];

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int by_ms(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double ms[ROUNDS])
{
    qsort(ms, ROUNDS, sizeof *ms, by_ms);
    return ms[ROUNDS / 2];
}

static void row(const struct wm_catalog *catalog, const char *accelerator, const char *llm,
                const char *engine)
{
    const struct wm_serving_case c = {
        .accelerator = (const void *)wm_catalog_find(catalog, WM_CATALOG_accelerator, accelerator),
        .llm = (const void *)wm_catalog_find(catalog, WM_CATALOG_llm, llm),
        .engine = (const void *)wm_catalog_find(catalog, WM_CATALOG_engine, engine),
        .precision = WM_FP8,
        .input_tok = 8192.0,
        .output_tok = 1024.0,
        .max_gpus = 1024.0,
        .tok_per_s_per_user_slo = 50.0};
    if (!c.accelerator || !c.llm || !c.engine)
        return;
    const struct wm_frontier_site site = {
        .pue = 1.1, .usd_per_gpu_hour = 2.0, .power_usd_per_mwh = 70.0};
    struct wm_frontier f = {.points = points};
    double ms[ROUNDS], plan_ms[ROUNDS];
    struct wm_train_case t = {.accelerator = c.accelerator,
                              .llm = c.llm,
                              .precision = WM_FP8,
                              .seq_tok = 8192.0,
                              .batch_tok = 16777216.0,
                              .clock_frac = 1.0};
    for (int i = 0; i < ROUNDS; i++) {
        const double begin = cpu_ms();
        wm_frontier_eval(&c, &site, &f);
        ms[i] = cpu_ms() - begin;
        const double plan_begin = cpu_ms();
        (void)wm_train_plan_best(&t, 1024.0, &t.plan);
        plan_ms[i] = cpu_ms() - plan_begin;
    }
    printf("%-12s %-15s %-19s %3zu %6zu %8.2f ms %8.2f ms\n", accelerator, llm, engine, f.n_groups,
           f.n_points, median(ms), median(plan_ms));
}

int main(void)
{
    wm_init();
    struct wm_arena *const arena = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_catalog *catalog = NULL;
    if (wm_catalog_load(arena, &catalog, &diags) != WM_OK)
        return EXIT_FAILURE;
    printf("%-12s %-15s %-19s %3s %6s %11s %11s\n", "frontier", "model", "engine", "par", "points",
           "frontier", "train plan");
    row(catalog, "h100", "llama-3.1-70b", "disaggregated-2026");
    row(catalog, "gb300-nvl72", "llama-3.1-70b", "disaggregated-2026");
    row(catalog, "gb300-nvl72", "deepseek-r1", "disaggregated-2026");
    row(catalog, "gb300-nvl72", "deepseek-r1", "sglang");
    wm_arena_close(arena);
    return EXIT_SUCCESS;
}
