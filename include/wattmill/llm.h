/*
 * Language model: shape of a decoder-only transformer, dense or mixture-of-experts.
 *
 * Everything the serving model needs follows from the shape: bytes of weights, FLOP per token,
 * bytes of KV cache per token, which experts a batch touches. Layers come in two kinds: `full`
 * ones, whose cache grows with the context, and the rest, which look at a window of `window_tok`
 * or keep a state of fixed size (linear attention, `window_tok` 0).
 */
#ifndef WATTMILL_LLM_H
#define WATTMILL_LLM_H

#include "wattmill/accelerator.h"

enum wm_attention { WM_ATTENTION_GQA, WM_ATTENTION_MLA };
enum wm_fp8_scaling { WM_FP8_TENSOR, WM_FP8_BLOCK };

struct wm_llm {
    struct wm_catalog_head head;
    const char *family;
    double total_params, active_params; /* with embeddings; active = touched per token */
    int64_t layers, hidden_dim;
    enum wm_attention attention;
    int64_t n_heads, n_kv_heads, head_dim;
    int64_t v_head_dim;                               /* 0: as head_dim (MLA: as published) */
    int64_t kv_lora_rank, rope_head_dim, q_lora_rank; /* MLA; else 0 */
    int64_t full_layers;                              /* with a growing cache; 0 = all */
    int64_t window_tok;   /* reach of the other layers; 0 = linear attention */
    int64_t linear_heads; /* linear attention: value heads, each with a square state */
    int64_t linear_head_dim;
    int64_t sparse_top_tok;   /* cache entries a query reads at most; 0 = all */
    int64_t index_heads;      /* of the index that selects them; 0: selection costs nothing */
    int64_t index_head_dim;   /* width of its key, one a cache entry, in FP8 with a 32-bit scale */
    int64_t index_layers;     /* layers with an index of their own, others share; 0 = all */
    double tok_per_entry;     /* tokens that share one cache entry (compressed attention) */
    int64_t residual_streams; /* hyper-connections: streams beside each other; 1 = plain residual */
    int64_t dense_ffn_dim;    /* 0 if no dense layer */
    int64_t ffn_matrices;     /* of a feed-forward block: 3 gated, 2 plain */
    int64_t moe_ffn_dim, dense_layers; /* layers that are dense in a MoE */
    int64_t experts_total, experts_active, experts_shared;
    int64_t vocab_size;
    int64_t max_context_tok; /* prompt and answer of one request at most; 0 = not known */
    enum wm_precision native_precision; /* of the published checkpoint */
    enum wm_precision rest_precision;   /* what 4-bit checkpoints of a MoE keep outside experts */
    enum wm_fp8_scaling fp8_scaling;    /* of FP8 weights */
};

extern const struct wm_field wm_llm_fields[];

/** Bytes of one parameter [B]: FP32 4, BF16 2, FP8 1, FP4 4.5/8 (NVFP4: 4 bits and an FP8 scale per
 *  16), INT4 4.5/8 (a 16-bit scale per 32). */
double wm_precision_bytes(enum wm_precision precision);

/** Layers with routed experts; 0 for a dense model. */
int64_t wm_llm_moe_layers(const struct wm_llm *llm);
/** Layers whose cache grows with the context. */
int64_t wm_llm_full_layers(const struct wm_llm *llm);
/** Parameters of all routed experts [1]: moe layers * experts * matrices * hidden * moe_ffn. */
double wm_llm_expert_params(const struct wm_llm *llm);
/** Precision of everything but routed experts: `precision`, or what 4-bit MoE checkpoints keep (an FP8
 *  version of a model published in 4 bits keeps that too). */
enum wm_precision wm_llm_rest_precision(const struct wm_llm *llm, enum wm_precision precision);
/** Bytes of all weights at a precision [B]; embeddings and output head stay 16-bit below 16 bits. */
double wm_llm_weight_bytes(const struct wm_llm *llm, enum wm_precision precision);
/** Cache elements per token and full layer [1]: GQA 2 n_kv d_h; MLA kv_lora_rank + rope_head_dim. */
double wm_llm_kv_width(const struct wm_llm *llm);
/** Cache bytes per token over the layers whose cache grows, index keys included [B]; `bytes` per
 *  element. */
double wm_llm_kv_bytes_per_tok(const struct wm_llm *llm, double bytes);
/** Cache bytes of a sequence of `context_tok`, windows and states included [B]. */
double wm_llm_kv_bytes(const struct wm_llm *llm, double bytes, double context_tok);

/** Index keys per token over the layers that keep them [B]; 0 without an index. */
double wm_llm_index_bytes_per_tok(const struct wm_llm *llm);

/**
 * Share of the routed experts that a batch of `tok` tokens touches when each chooses `active`
 * different ones of `experts`, all alike: 1 - (1 - active / experts)^tok.
 * @return [0, 1]; cannot fail
 */
double wm_expert_coverage_frac(double experts, double active, double tok);

#endif
