/*
 * Launch settings of InferenceX's single-node runs (github.com/SemiAnalysisAI/InferenceX, Apache-2.0,
 * benchmarks/single_node, scripts of June 2026; Llama 3.3: benchmarks/70b_*, 2025): width of the cache
 * (--kv-cache-dtype), tokens of a pass (--max-num-batched-tokens, --chunked-prefill-size), iterations
 * between two looks at new requests (--scheduler-recv-interval, --num-continuous-decode-steps,
 * --enable-prefill-delayer). SGLang divides its tokens of a pass by the attention groups.
 */
#include "launches.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double busy_users = 16.0, busy_v4_users = 128.0; /* from here on the scripts change */

struct launch_row {
    const char *engine, *llm, *accelerators, *precisions; /* words; "": any */
    struct {
        double kv_bytes, chunk_tok, intake_steps;
    } at;
    double idle_intake; /* below `busy_users`; 0: the same */
};
static const struct launch_row rows[] = {
    {"sglang", "deepseek-r1", "b200 b300", "", {1.0, 16384.0, 30.0}, 10.0},
    {"sglang", "deepseek-r1", "h200", "", {2.0, 32768.0, 1.0}, 0.0},
    {"sglang", "deepseek-r1", "mi300x mi325x", "", {1.0, 131072.0, 4.0}, 0.0},
    {"sglang", "deepseek-r1", "mi355x", "", {1.0, 196608.0, 8.0}, 0.0},
    {"sglang", "qwen3.5-397b-a17b", "b200 b300", "bf16", {2.0, 32768.0, 30.0}, 10.0},
    {"sglang", "qwen3.5-397b-a17b", "b200 b300 h100", "", {1.0, 16384.0, 30.0}, 10.0},
    {"sglang", "qwen3.5-397b-a17b", "h200", "", {1.0, 16384.0, 1.0}, 0.0},
    {"sglang", "qwen3.5-397b-a17b", "mi300x mi325x mi355x", "", {2.0, 32768.0, 30.0}, 0.0},
    {"sglang", "deepseek-v4-pro", "mi355x", "", {1.0, 8192.0, 1.0}, 0.0},
    {"sglang", "deepseek-v4-pro", "b200", "", {1.0, 8192.0, 1.0}, 0.0},
    {"sglang", "deepseek-v4-pro", "b300", "", {1.0, 8192.0, 1.0}, 0.0},
    {"sglang", "deepseek-v4-pro", "", "", {1.0, 4096.0, 1.0}, 0.0},
    {"vllm", "llama-3.3-70b", "mi300x mi325x mi355x", "", {1.0, 131072.0, 1.0}, 0.0},
    {"vllm", "llama-3.3-70b", "", "", {1.0, 8192.0, 1.0}, 0.0},
    {"vllm", "gpt-oss-120b", "b200", "", {1.0, 8192.0, 1.0}, 0.0},
    {"vllm", "kimi-k2.5", "mi355x", "fp4", {1.0, 16384.0, 1.0}, 0.0},
    {"vllm", "kimi-k2.5", "", "fp4", {1.0, 0.0, 1.0}, 0.0},
    {"vllm", "minimax-m2.5", "b200 b300 h200 mi355x", "", {1.0, 0.0, 1.0}, 0.0},
    {"vllm", "deepseek-v4-pro", "h200", "", {1.0, 512.0, 1.0}, 0.0},
    {"vllm", "deepseek-v4-pro", "", "", {1.0, 8192.0, 1.0}, 0.0},
};

/* Whether `word` is one of `words`, or these are none. */
static bool among(const char *words, const char *word)
{
    const size_t n = strlen(word);
    for (const char *at = words; *at != '\0';) {
        const size_t len = strcspn(at, " ");
        if (len == n && strncmp(at, word, n) == 0)
            return true;
        at += len + strspn(at + len, " ");
    }
    return words[0] == '\0';
}

static const char *precision_word(enum wm_precision p)
{
    return p == WM_BF16 ? "bf16" : p == WM_FP8 ? "fp8" : p == WM_FP4 ? "fp4" : "int4";
}

/* Attention data parallelism and load change what the scripts set for some. */
static void adapt(const struct wm_operating_point *p, struct wm_launch *at)
{
    const bool is_v4 = strcmp(p->llm->head.name, "deepseek-v4-pro") == 0;
    const bool is_sglang = strcmp(p->engine->head.name, "sglang") == 0;
    if (p->group.data > 1.0 && is_sglang) {
        static const double whole_tok = 32768.0, delayer_passes = 30.0;
        at->chunk_tok = fmax(at->chunk_tok, whole_tok) / p->group.data;
        at->intake_steps = delayer_passes;
    } else if (is_v4 && !is_sglang && at->chunk_tok > 2048.0 &&
               (p->load > busy_v4_users || p->input_tok < 4096.0)) {
        at->chunk_tok = 2048.0;
    }
}

/*
 * How submissions of MLPerf split a model, which their rows do not say: closed/NVIDIA and closed/Fujitsu,
 * configs/llama2-70b of github.com/mlcommons/inference_results_v4.1 and _v5.0 (Apache-2.0).
 */
static const struct {
    const char *accelerators;
    double until_round, tensor, pipeline;
} splits[] = {
    {"h100", 4.1, 2.0, 1.0},
    {"h100", 99.0, 1.0, 2.0},
    {"h100-nvl h100-pcie", 99.0, 2.0, 1.0},
    {"h200 gh200-144 b200", 99.0, 1.0, 1.0},
    {"l40s", 99.0, 4.0, 1.0},
};

struct wm_group wm_submitted_group(const struct wm_operating_point *p, const char *source)
{
    static const char rounds[] = "mlperf_inference_v";
    if (strncmp(source, rounds, sizeof rounds - 1) != 0 ||
        strcmp(p->llm->head.name, "llama-2-70b") != 0)
        return p->group;
    const double round = strtod(source + sizeof rounds - 1, NULL);
    for (size_t i = 0; i < sizeof splits / sizeof *splits; i++)
        if (among(splits[i].accelerators, p->accelerator->head.name) &&
            round <= splits[i].until_round && splits[i].tensor * splits[i].pipeline <= p->max_gpus)
            return (struct wm_group){splits[i].tensor, 1.0, 1.0, splits[i].pipeline};
    return p->group;
}

/*
 * NVIDIA's TensorRT-LLM tables (docs/source/developer-guide/perf-overview.md of that repository, Apache-2.0):
 * so many requests are queued at the start, and one is admitted when the cache has room for all of its
 * answer (the default scheduler, GUARANTEED_NO_EVICT).
 */
static struct wm_launch bench_of_tables(const struct wm_operating_point *p)
{
    static const struct {
        double longest_tok, n_requests;
    } runs[] = {{2048.0, 3000.0}, {9216.0, 1500.0}, {1e9, 1000.0}};
    size_t i = 0;
    while (p->input_tok + p->output_tok > runs[i].longest_tok)
        i++;
    return (struct wm_launch){.n_requests = runs[i].n_requests, .keeps_room = true};
}

struct wm_launch wm_launch_of(const struct wm_operating_point *p)
{
    struct wm_launch at = {0};
    if (strncmp(p->source, "trtllm", 6) == 0)
        return bench_of_tables(p);
    if (strncmp(p->source, "inferencex", 10) != 0)
        return at;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct launch_row *const r = &rows[i];
        if (strcmp(r->engine, p->engine->head.name) != 0 ||
            strcmp(r->llm, p->llm->head.name) != 0 ||
            !among(r->accelerators, p->accelerator->head.name) ||
            !among(r->precisions, precision_word(p->precision)))
            continue;
        at = (struct wm_launch){.kv_bytes = r->at.kv_bytes,
                                .chunk_tok = r->at.chunk_tok,
                                .intake_steps = r->at.intake_steps};
        if (p->prefill_workers > 0.0) /* workers of their own have scripts of their own */
            return (struct wm_launch){.kv_bytes = at.kv_bytes};
        if (r->idle_intake > 0.0 && p->load < busy_users)
            at.intake_steps = r->idle_intake;
        adapt(p, &at);
        return at;
    }
    return at;
}
