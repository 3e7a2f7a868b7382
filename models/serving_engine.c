#include "wattmill/engine_software.h"

const char *const wm_router_words[] = {"round-robin", "least-tokens",    "least-requests",
                                       "two-choices", "prefix-affinity", NULL};
const char *const wm_preemption_words[] = {"recompute", "swap", NULL};

static const char *const mode_words[] = {"disaggregated", "aggregated", NULL};

// clang-format off
static const struct wm_field fit_fields[] = {
    WM_INT(wm_engine_fit, points, 0, 1000000000, 0, "measured operating points the overheads were fitted on; 0: none"),
    WM_REAL(wm_engine_fit, context_tok, WM_UNIT_TOK, 0.0, 1e9, 0.0, "longest prompt with its answer among them; beyond it figures are extrapolated; 0: not known"),
    WM_REAL(wm_engine_fit, gpus, WM_UNIT_NONE, 0.0, 1e6, 0.0, "accelerators of the largest group among them; 0: not known"),
    WM_REAL(wm_engine_fit, batch_per_gpu, WM_UNIT_NONE, 0.0, 1e6, 0.0, "most requests per accelerator among them; 0: not known"),
    WM_FIELD_END,
};
const struct wm_field wm_engine_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_engine),
    WM_CHOICE(wm_engine, mode, mode_words, "disaggregated", "disaggregated: prefill and decode on accelerators of their own; aggregated: chunks of prompts ride along with decoding"),
    WM_REAL_AS(wm_engine, step_overhead_s, "step_overhead_us", WM_UNIT_US, 0.0, 1e6, 300.0, "scheduler and sampler per step"),
    WM_REAL_AS(wm_engine, seq_overhead_s, "seq_overhead_us", WM_UNIT_US, 0.0, 1e4, 5.0, "scheduler and sampler: per sequence of an attention group and step"),
    WM_REAL_AS(wm_engine, reply_overhead_s, "reply_overhead_us", WM_UNIT_US, 0.0, 1e4, 0.0, "front end that all attention groups share: per sequence of the replica and step"),
    WM_REAL_AS(wm_engine, layer_overhead_s, "layer_overhead_us", WM_UNIT_US, 0.0, 1e5, 0.0, "launches the hardware does not hide, per layer and step"),
    WM_REAL_AS(wm_engine, prompt_overhead_s, "prompt_overhead_ms", WM_UNIT_MS, 0.0, 1e5, 0.0, "tokenizer, admission and first reply, per request"),
    WM_REAL(wm_engine, kernel_frac, WM_UNIT_FRAC, 0.05, 5.0, 1.0, "of the kernel rates that the reference engine (vLLM) reaches"),
    WM_REAL(wm_engine, mem_use_frac, WM_UNIT_FRAC, 0.1, 1.0, 0.9, "of accelerator memory, for weights and KV cache"),
    WM_REAL_AS(wm_engine, reserved_bytes, "reserved_gb", WM_UNIT_GB, 0.0, 1000.0, 3.5, "context and activations"),
    WM_REAL(wm_engine, kv_bytes, WM_UNIT_BYTE, 0.25, 4.0, 1.0, "per element of the KV cache: 2 BF16, 1 FP8"),
    WM_INT(wm_engine, max_batch_per_gpu, 1, 1000000, 1024, "sequences per decode accelerator"),
    WM_REAL(wm_engine, prefill_chunk_tok, WM_UNIT_TOK, 64.0, 1e6, 8192.0, "new tokens a prefill pass takes at most, per accelerator group with sequences of its own"),
    WM_FLAG(wm_engine, balances_data, false, "attention groups hold prompts back until all of them have some (TensorRT-LLM's attention-DP balance); else each reads its own as they come, and a step takes as long as the busiest"),
    WM_REAL(wm_engine, prefill_max_util_frac, WM_UNIT_FRAC, 0.1, 0.99, 0.85, "of prefill time in use at capacity; the rest keeps the queue short"),
    WM_GROUP(wm_engine, fit, fit_fields, "what it was fitted on"),
    WM_FIELD_END,
};
// clang-format on
