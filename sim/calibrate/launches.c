/*
 * Launch settings of InferenceX's single-node runs (github.com/SemiAnalysisAI/InferenceX, Apache-2.0,
 * benchmarks/single_node, scripts of June 2026; Llama 3.3: benchmarks/70b_*, 2025): width of the cache
 * (--kv-cache-dtype), tokens of a pass (--max-num-batched-tokens, --chunked-prefill-size), iterations
 * between two looks at new requests (--scheduler-recv-interval, --num-continuous-decode-steps,
 * --enable-prefill-delayer). SGLang divides its tokens of a pass by the attention groups.
 */
#include "launches.h"

#include <math.h>
#include <string.h>

static const double busy_users = 16.0, busy_v4_users = 128.0; /* from here on the scripts change */

struct launch_row {
    const char *engine, *llm, *accelerators, *precisions; /* words; "": any */
    struct wm_launch at;
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

struct wm_launch wm_launch_of(const struct wm_operating_point *p)
{
    struct wm_launch at = {0};
    if (strncmp(p->source, "inferencex", 10) != 0)
        return at;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct launch_row *const r = &rows[i];
        if (strcmp(r->engine, p->engine->head.name) != 0 ||
            strcmp(r->llm, p->llm->head.name) != 0 ||
            !among(r->accelerators, p->accelerator->head.name) ||
            !among(r->precisions, precision_word(p->precision)))
            continue;
        at = r->at;
        if (p->prefill_workers > 0.0) /* workers of their own have scripts of their own */
            return (struct wm_launch){.kv_bytes = at.kv_bytes};
        if (r->idle_intake > 0.0 && p->load < busy_users)
            at.intake_steps = r->idle_intake;
        adapt(p, &at);
        return at;
    }
    return at;
}
