/*
 * Language model: shape of a decoder-only transformer, dense or mixture-of-experts.
 *
 * Everything the serving model needs follows from the shape: bytes of weights, FLOP per token,
 * bytes of KV cache per token, which experts a batch touches.
 */
#ifndef WATTMILL_LLM_H
#define WATTMILL_LLM_H

#include "wattmill/accelerator.h"

enum wm_attention { WM_ATTENTION_GQA, WM_ATTENTION_MLA };

struct wm_llm {
    struct wm_catalog_head head;
    const char *family;
    double total_params, active_params; /* with embeddings; active = touched per token */
    int64_t layers, hidden_dim;
    enum wm_attention attention;
    int64_t n_heads, n_kv_heads, head_dim;
    int64_t kv_lora_rank, rope_head_dim, q_lora_rank; /* MLA; else 0 */
    int64_t dense_ffn_dim;                            /* 0 if no dense layer */
    int64_t moe_ffn_dim, dense_layers;                /* first layers that are dense in a MoE */
    int64_t experts_total, experts_active, experts_shared;
    int64_t vocab_size;
};

extern const struct wm_field wm_llm_fields[];

/** Bytes of one parameter [B]: BF16 2, FP8 1, FP4 4.5/8 (NVFP4: 4 bits and an FP8 scale per 16). */
double wm_precision_bytes(enum wm_precision precision);

/** Layers with routed experts; 0 for a dense model. */
int64_t wm_llm_moe_layers(const struct wm_llm *llm);
/** Parameters of all routed experts [1]: moe layers * experts * 3 * hidden * moe_ffn. */
double wm_llm_expert_params(const struct wm_llm *llm);
/** KV-cache bytes per token over all layers [B]; `bytes` per element. GQA: 2 n_kv d_h; MLA:
 *  kv_lora_rank + rope_head_dim. */
double wm_llm_kv_bytes_per_tok(const struct wm_llm *llm, double bytes);

/**
 * Share of `n_experts` routed experts that at least one of `n_choices` uniform choices touches:
 * 1 - (1 - 1/n)^choices.
 * @return [0, 1]; cannot fail
 */
double wm_expert_coverage_frac(double n_experts, double n_choices);

#endif
