/*
 * Site-year of a gigawatt with everything on: four workloads on one pool (chat and batch work on one
 * model, a small model, pre-training), racks by observed draw, failures of accelerators, hosts,
 * racks and plant with spares, random calls and their twin, 15-minute billing. Processor time,
 * medians of a few runs without loading; the target is 0.15 s and 64 MiB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wattmill/input.h"
#include "wattmill/numeric.h"
#include "wattmill/run.h"

enum { ROUNDS = 5 };

static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"gigawatt\",\"seed\":42,"
    "\"horizon\":{\"start\":\"2027-01-01\",\"years\":1},"
    "\"site\":{\"ceiling\":{\"limit_mw\":1000,\"ramp_mw_per_min\":50,"
    "\"curtailment\":{\"hours_per_year\":100,\"depth_frac\":0.25,\"duration_h\":2}},"
    "\"cooling\":{\"supply_c\":40}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb300-nvl72\",\"count\":\"max_lps\","
    "\"spare_frac\":0.01}],"
    "\"workloads\":["
    "{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"deepseek-r1\",\"precision\":\"fp4\","
    "\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":400e6,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":50},\"price\":{\"deck\":\"deepseek-r1-host\"}},"
    "{\"name\":\"night\",\"kind\":\"batch\",\"class\":\"batch-offline\",\"llm\":\"deepseek-r1\","
    "\"precision\":\"fp4\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":50e6},"
    "\"price\":{\"deck\":\"deepseek-r1-host\"}},"
    "{\"name\":\"small\",\"class\":\"api-small\",\"llm\":\"llama-3.1-8b\",\"precision\":\"fp8\","
    "\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":100e6},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":50},\"price\":{\"deck\":\"llama-3.1-8b-host\"}},"
    "{\"name\":\"pretrain\",\"kind\":\"training\",\"llm\":\"llama-3.1-405b\","
    "\"precision\":\"fp8\",\"pool\":\"main\",\"training\":{\"gpus\":32768}}]}";

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int main(void)
{
    double times_s[ROUNDS] = {0}, mib = 0.0;
    wm_init();
    for (int k = 0; k < ROUNDS; k++) {
        struct wm_arena *const arena = wm_arena_open();
        struct wm_diags diags = wm_diags_init(arena);
        const struct wm_scenario *scenario = NULL;
        const struct wm_catalog *catalog = NULL;
        const struct wm_results *results = NULL;
        if (wm_scenario_load_text(arena, site_text, strlen(site_text), "bench", ".", NULL, 0,
                                  &scenario, &catalog, &diags) != WM_OK)
            return EXIT_FAILURE;
        const double begin_s = seconds();
        if (wm_run(arena, scenario, NULL, &results, &diags) != WM_OK)
            return EXIT_FAILURE;
        times_s[k] = seconds() - begin_s;
        mib = (double)wm_arena_used_bytes(arena) / (double)(1 << 20);
        if (k == 0) {
            int64_t replicas = 0;
            for (size_t i = 0; i < results->n_pools; i++)
                replicas += results->pools[i].n_replicas;
            printf("gigawatt-year: %.0f accelerators, %lld replicas and gangs, %.0f failures, "
                   "%llu events\n",
                   results->metric[WM_METRIC_gpus_installed], (long long)replicas,
                   results->metric[WM_METRIC_replica_failures],
                   (unsigned long long)results->n_events);
        }
        wm_arena_close(arena);
    }
    qsort(times_s, ROUNDS, sizeof times_s[0], by_value);
    printf("  run with its twin without calls  %.3f s median, %.3f s best; %.1f MiB in the arena\n",
           times_s[ROUNDS / 2], times_s[0], mib);
    return EXIT_SUCCESS;
}
