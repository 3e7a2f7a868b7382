/*
 * Language model: shape of a decoder-only transformer, dense or mixture-of-experts.
 *
 * Everything the serving model needs follows from the shape: bytes of weights, FLOP per token,
 * bytes of KV cache per token, which experts a batch touches. Layers come in kinds
 * (wm_llm_caches): `full` ones, whose cache grows with the context, plain, sparse or compressed, and
 * the rest, which look at a window or chunk or keep a state of fixed size (linear attention).
 */
#ifndef WATTMILL_LLM_H
#define WATTMILL_LLM_H

#include "wattmill/accelerator.h"

/** MLA: keys and values are made from a cached latent; LATENT: the cached latent is both. */
enum wm_attention { WM_ATTENTION_GQA, WM_ATTENTION_MLA, WM_ATTENTION_LATENT };
enum { WM_LLM_GUESSES = 8 };
enum wm_fp8_scaling { WM_FP8_TENSOR, WM_FP8_BLOCK };

struct wm_llm {
    struct wm_catalog_head head;
    const char *family;
    double total_params, active_params; /* with embeddings; active = touched per token */
    int64_t layers, hidden_dim;
    enum wm_attention attention;
    int64_t n_heads, n_kv_heads, head_dim;
    int64_t v_head_dim;                   /* 0: as head_dim */
    int64_t full_kv_heads, full_head_dim; /* of the full layers where theirs differ; 0 = as above */
    int64_t attention_gates;              /* 1: an output gate as wide as the heads; 0: none */
    int64_t o_lora_rank, o_groups; /* output by way of a latent per group of heads; 0 = none */
    int64_t kv_lora_rank, rope_head_dim, q_lora_rank; /* MLA; else 0 */
    int64_t full_layers;                              /* with a growing cache; 0 = all */
    int64_t window_tok; /* reach of the other layers, beside compressed entries too; 0 = none */
    int64_t chunk_tok;  /* chunk within which the other layers look, instead of a window */
    int64_t
        linear_heads; /* linear attention: value heads, each with a state of value x key width */
    int64_t linear_head_dim;
    int64_t linear_key_heads, linear_key_dim; /* 0: as the value heads */
    double linear_state_bytes;                /* per element of the state */
    int64_t sparse_top_tok;                   /* cache entries a query reads at most; 0 = all */
    int64_t sparse_layers;  /* full layers that select so; 0 = all of tok_per_entry */
    int64_t index_heads;    /* of the index that selects them; 0: selection costs nothing */
    int64_t index_head_dim; /* width of its key, one a cache entry, in FP8 with a 32-bit scale */
    int64_t index_layers;   /* layers with an index of their own, others share; 0 = all */
    double tok_per_entry;   /* tokens that share one cache entry (compressed attention) */
    int64_t coarse_layers;  /* full layers of another compression, read whole */
    double coarse_tok_per_entry;
    int64_t residual_streams; /* hyper-connections: streams beside each other; 1 = plain residual */
    int64_t dense_ffn_dim;    /* 0 if no dense layer */
    int64_t ffn_matrices;     /* of a feed-forward block: 3 gated, 2 plain */
    int64_t moe_ffn_dim, dense_layers; /* layers that are dense in a MoE */
    int64_t experts_total, experts_active, experts_shared;
    int64_t expert_hidden_dim; /* latent that routed experts work on; 0 = hidden_dim */
    int64_t shared_ffn_dim; /* of all shared experts together; 0 = experts_shared * moe_ffn_dim */
    int64_t vocab_size;
    int64_t max_context_tok; /* prompt and answer of one request at most; 0 = not known */
    enum wm_precision native_precision; /* of the published checkpoint */
    enum wm_precision rest_precision;   /* what 4-bit checkpoints of a MoE keep outside experts */
    double fp4_bits;                 /* of an FP4 weight, scales included: NVFP4 4.5, MXFP4 4.25 */
    enum wm_fp8_scaling fp8_scaling; /* of FP8 weights */
    double accepted_tok[WM_LLM_GUESSES]; /* that a step gains with 1, 2 ... guesses; 0: not known */
};

extern const struct wm_field wm_llm_fields[];

/** Bytes of one parameter [B]: FP32 4, BF16 2, FP8 1, FP4 4.5/8 (NVFP4: 4 bits and an FP8 scale per
 *  16), INT4 4.5/8 (a 16-bit scale per 32). */
double wm_precision_bytes(enum wm_precision precision);

/** Bytes of one weight of this model [B]: as wm_precision_bytes, FP4 in the model's own format. */
double wm_llm_precision_bytes(const struct wm_llm *llm, enum wm_precision precision);

/** Layers with routed experts; 0 for a dense model. */
int64_t wm_llm_moe_layers(const struct wm_llm *llm);
/** Layers whose cache grows with the context. */
int64_t wm_llm_full_layers(const struct wm_llm *llm);
/** Parameters of all routed experts [1]: moe layers * experts * matrices * expert width * moe_ffn. */
double wm_llm_expert_params(const struct wm_llm *llm);
/** Width of the vectors that travel to routed experts: hidden_dim, or the latent. */
double wm_llm_expert_width(const struct wm_llm *llm);
/** Feed-forward width of all shared experts of a layer together. */
double wm_llm_shared_ffn_dim(const struct wm_llm *llm);

/** Heads of the full layers, or of the windowed ones: KV heads, width of a key and of a value. */
struct wm_attention_heads {
    double kv, key, value;
};
struct wm_attention_heads wm_llm_heads(const struct wm_llm *llm, bool full);

/**
 * Parameters by the shape, embedding and head counted apart [1]; norms, biases and the weights of
 * cache compressors are left out (below 0.2 % on every published model). `active`: with the routed
 * experts one token passes only.
 */
double wm_llm_counted_params(const struct wm_llm *llm, bool active);

/** Layers that keep and read their cache alike. */
struct wm_llm_cache {
    double layers;
    double reach_tok;     /* how far a query looks back; INFINITY: everything */
    double tok_per_entry; /* >= 1 */
    double top_entries;   /* entries read at most; INFINITY: all */
    double window_tok;    /* latest tokens kept and read uncompressed besides; 0: none */
    bool full;            /* grows with the context */
};
enum { WM_LLM_MAX_CACHES = 4 };
/**
 * Kinds of layers with a cache, into `out` of WM_LLM_MAX_CACHES; how many there are. Layers of linear
 * attention have none. A chunk is read to half on average, by prompts over many chunks and by sequences
 * at even places of one (Llama 4: attention_chunk_size).
 */
int wm_llm_caches(const struct wm_llm *llm, struct wm_llm_cache out[]);
/** Entries that a query at `context_tok` reads in such a layer. */
double wm_llm_entries(const struct wm_llm_cache *cache, double context_tok);
/** State of one sequence in one layer of linear attention, its short convolution included [B]. */
double wm_llm_state_bytes(const struct wm_llm *llm);
/** Width of all that a layer of linear attention makes of a token (q, k, v, gate), and of its output. */
double wm_llm_linear_in(const struct wm_llm *llm);
double wm_llm_linear_out(const struct wm_llm *llm);
/** Layers of linear attention. */
double wm_llm_linear_layers(const struct wm_llm *llm);
/** Precision of everything but routed experts: `precision`, or what 4-bit MoE checkpoints keep (an FP8
 *  version of a model published in 4 bits keeps that too). */
enum wm_precision wm_llm_rest_precision(const struct wm_llm *llm, enum wm_precision precision);
/** Bytes of all weights at a precision [B]; embeddings and output head stay 16-bit below 16 bits. */
double wm_llm_weight_bytes(const struct wm_llm *llm, enum wm_precision precision);
/** Cache elements per entry and layer, full or windowed [1]: GQA n_kv (d_k + d_v); else kv_lora_rank +
 *  rope_head_dim. */
double wm_llm_kv_width(const struct wm_llm *llm, bool full);
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
