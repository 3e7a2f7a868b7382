#include "wattmill/llm.h"

#include "wattmill/require.h"

static const char *const attention_words[] = {"gqa", "mla", "latent", NULL};
static const char *const scaling_words[] = {"tensor", "block", NULL};

static const double index_scale_bytes = 4.0; /* beside an FP8 key (DeepSeek-V3.2-Exp: 132 B) */

// clang-format off
const struct wm_field wm_llm_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_llm),
    WM_TEXT_REQ(wm_llm, family, "model family"),
    WM_REAL_REQ(wm_llm, total_params, "total_params", WM_UNIT_NONE, 1e6, 1e14, "parameters, embeddings included"),
    WM_REAL_REQ(wm_llm, active_params, "active_params", WM_UNIT_NONE, 1e6, 1e14, "parameters touched per token"),
    WM_INT_REQ(wm_llm, layers, 1, 1000, "transformer layers"),
    WM_INT_REQ(wm_llm, hidden_dim, 64, 100000, "width of the residual stream"),
    WM_CHOICE(wm_llm, attention, attention_words, NULL, "gqa: multi-head, grouped- or multi-query; mla: keys and values made from a cached latent; latent: the cached latent is both"),
    WM_INT_REQ(wm_llm, n_heads, 1, 10000, "query heads"),
    WM_INT_REQ(wm_llm, n_kv_heads, 1, 10000, "key-value heads"),
    WM_INT_REQ(wm_llm, head_dim, 1, 10000, "width of a head; MLA: without its rotary part"),
    WM_INT(wm_llm, v_head_dim,    0, 10000,  0, "width of a head's value; 0 = as head_dim"),
    WM_INT(wm_llm, full_kv_heads, 0, 10000,  0, "key-value heads of the full layers; 0 = as the others"),
    WM_INT(wm_llm, full_head_dim, 0, 10000,  0, "width of a head in the full layers; 0 = as the others"),
    WM_INT(wm_llm, attention_gates, 0, 1,    0, "1: an output gate as wide as the heads, made beside the queries"),
    WM_INT(wm_llm, o_lora_rank,   0, 100000, 0, "output projection by way of a latent: its width per group; 0 = none"),
    WM_INT(wm_llm, o_groups,      1, 10000,  1, "groups of heads with an output latent of their own"),
    WM_INT(wm_llm, kv_lora_rank,  0, 100000, 0, "MLA: width of the cached latent"),
    WM_INT(wm_llm, rope_head_dim, 0, 10000,  0, "MLA: width of the cached rotary key"),
    WM_INT(wm_llm, q_lora_rank,   0, 100000, 0, "width of the query latent; 0 = none"),
    WM_INT(wm_llm, full_layers,   0, 1000,   0, "layers whose cache grows with the context; 0 = all"),
    WM_INT(wm_llm, window_tok,    0, 10000000, 0, "tokens the other layers look back, and compressed layers besides"),
    WM_INT(wm_llm, chunk_tok,     0, 10000000, 0, "tokens of a chunk within which the other layers look"),
    WM_INT(wm_llm, linear_heads,  0, 10000,  0, "linear attention: value heads, each with a state"),
    WM_INT(wm_llm, linear_head_dim, 0, 10000, 0, "linear attention: width of a value head"),
    WM_INT(wm_llm, linear_key_heads, 0, 10000, 0, "linear attention: key heads or groups; 0 = as the value heads"),
    WM_INT(wm_llm, linear_key_dim, 0, 10000, 0, "linear attention: width of a key or state; 0 = as the value's"),
    WM_REAL(wm_llm, linear_state_bytes, WM_UNIT_NONE, 1.0, 8.0, 2.0, "linear attention: bytes per element of the state"),
    WM_INT(wm_llm, sparse_top_tok, 0, 10000000, 0, "sparse attention: cache entries a query reads at most; 0 = all"),
    WM_INT(wm_llm, sparse_layers, 0, 1000,   0, "sparse attention: full layers that select; 0 = all but coarse ones"),
    WM_INT(wm_llm, index_heads,   0, 10000,  0, "sparse attention: heads of the index that selects entries; 0 = selection costs nothing"),
    WM_INT(wm_llm, index_head_dim, 0, 10000, 128, "sparse attention: width of an index key"),
    WM_INT(wm_llm, index_layers,  0, 1000,   0, "sparse attention: layers with an index of their own, the others share; 0 = all"),
    WM_REAL(wm_llm, tok_per_entry, WM_UNIT_NONE, 1.0, 1000.0, 1.0, "compressed attention: tokens that share a cache entry"),
    WM_INT(wm_llm, coarse_layers, 0, 1000,   0, "compressed attention: full layers of coarse entries, all of them read"),
    WM_REAL(wm_llm, coarse_tok_per_entry, WM_UNIT_NONE, 1.0, 100000.0, 1.0, "compressed attention: tokens that share a coarse entry"),
    WM_INT(wm_llm, residual_streams, 1, 64, 1, "hyper-connections: residual streams beside each other"),
    WM_INT(wm_llm, dense_ffn_dim, 0, 1000000, 0, "feed-forward width of dense layers"),
    WM_INT(wm_llm, ffn_matrices,  2, 3, 3, "matrices of a feed-forward block: 3 gated, 2 plain"),
    WM_INT(wm_llm, moe_ffn_dim,   0, 1000000, 0, "feed-forward width of one expert"),
    WM_INT(wm_llm, dense_layers,  0, 1000, 0, "layers of a MoE that are dense"),
    WM_INT(wm_llm, experts_total, 0, 100000, 0, "routed experts per layer; 0 = dense model"),
    WM_INT(wm_llm, experts_active, 0, 1000, 0, "routed experts per token"),
    WM_INT(wm_llm, experts_shared, 0, 1000, 0, "experts every token passes"),
    WM_INT(wm_llm, expert_hidden_dim, 0, 100000, 0, "width of the latent that routed experts work on; 0 = hidden_dim"),
    WM_INT(wm_llm, shared_ffn_dim, 0, 1000000, 0, "feed-forward width of all shared experts together; 0 = experts_shared times moe_ffn_dim"),
    WM_INT_REQ(wm_llm, vocab_size, 1, 10000000, "rows of the output head"),
    WM_INT(wm_llm, max_context_tok, 0, 1000000000, 0, "positions the model was published for, prompt and answer of one request; 0 = not known"),
    WM_CHOICE(wm_llm, native_precision, wm_precision_words, "bf16", "of the published weights"),
    WM_CHOICE(wm_llm, rest_precision, wm_precision_words, "bf16", "what 4-bit checkpoints of a MoE keep outside the routed experts"),
    WM_REAL(wm_llm, fp4_bits, WM_UNIT_NONE, 4.0, 8.0, 4.5, "bits of an FP4 weight, scales included: 4.5 NVFP4 (8 per 16), 4.25 MXFP4 (8 per 32)"),
    WM_ROW(wm_llm, accepted_tok, WM_KIND_REALS, "accepted_tok", .unit = WM_UNIT_TOK, .min = 1.0, .max = 17.0, .item_size = sizeof(double),
           .doc = "mean tokens that a step gains with 1, 2 ... 8 guesses of the model's own draft module, the model's own token included; none: not known"),
    WM_CHOICE(wm_llm, fp8_scaling, scaling_words, "tensor", "scales of FP8 weights: one a tensor, or one a block of 128 x 128 (DeepSeek, Qwen 3, GLM, MiniMax)"),
    WM_FIELD_END,
};
// clang-format on

double wm_precision_bytes(enum wm_precision precision)
{
    /* NVFP4: 4 bits and one FP8 scale per 16 values (arXiv:2509.25149, section 2). MXFP4 has 4.25
       bits, INT4 with 16-bit scales per 32 values 4.5. */
    static const double bytes[] = {[WM_BF16] = 2.0,       [WM_FP8] = 1.0,  [WM_FP4] = 4.5 / 8.0,
                                   [WM_INT4] = 4.5 / 8.0, [WM_FP32] = 4.0, [WM_INT8] = 1.0};
    WM_REQUIRE((int)precision >= 0 && precision < WM_N_PRECISIONS);
    return bytes[precision];
}

double wm_llm_precision_bytes(const struct wm_llm *llm, enum wm_precision precision)
{
    return precision == WM_FP4 ? llm->fp4_bits / 8.0 : wm_precision_bytes(precision);
}

int64_t wm_llm_moe_layers(const struct wm_llm *llm)
{
    return llm->experts_total > 0 ? llm->layers - llm->dense_layers : 0;
}

int64_t wm_llm_full_layers(const struct wm_llm *llm)
{
    return llm->full_layers > 0 ? llm->full_layers : llm->layers;
}

double wm_llm_expert_width(const struct wm_llm *llm)
{
    return (double)(llm->expert_hidden_dim > 0 ? llm->expert_hidden_dim : llm->hidden_dim);
}

double wm_llm_expert_params(const struct wm_llm *llm)
{
    return (double)wm_llm_moe_layers(llm) * (double)llm->experts_total * (double)llm->ffn_matrices *
           wm_llm_expert_width(llm) * (double)llm->moe_ffn_dim;
}

double wm_llm_shared_ffn_dim(const struct wm_llm *llm)
{
    return llm->shared_ffn_dim > 0 ? (double)llm->shared_ffn_dim
                                   : (double)llm->experts_shared * (double)llm->moe_ffn_dim;
}

struct wm_attention_heads wm_llm_heads(const struct wm_llm *llm, bool full)
{
    const int64_t kv = full && llm->full_kv_heads > 0 ? llm->full_kv_heads : llm->n_kv_heads;
    const int64_t key = full && llm->full_head_dim > 0 ? llm->full_head_dim : llm->head_dim;
    return (struct wm_attention_heads){(double)kv, (double)key,
                                       (double)(llm->v_head_dim > 0 ? llm->v_head_dim : key)};
}

/* Linear attention: widths of keys (or groups times state) and of values. */
static double key_width(const struct wm_llm *m)
{
    const int64_t heads = m->linear_key_heads > 0 ? m->linear_key_heads : m->linear_heads;
    const int64_t width = m->linear_key_dim > 0 ? m->linear_key_dim : m->linear_head_dim;
    return (double)heads * (double)width;
}

static double value_width(const struct wm_llm *m)
{
    return (double)m->linear_heads * (double)m->linear_head_dim;
}

double wm_llm_linear_in(const struct wm_llm *llm)
{
    return 2.0 * key_width(llm) + 2.0 * value_width(llm);
}

double wm_llm_linear_out(const struct wm_llm *llm)
{
    return value_width(llm);
}

static double attention_params(const struct wm_llm *m, bool full)
{
    const struct wm_attention_heads h = wm_llm_heads(m, full);
    const double width = (double)m->hidden_dim, heads = (double)m->n_heads;
    const double gate = (double)m->attention_gates * width * heads * h.value;
    if (m->attention == WM_ATTENTION_GQA)
        return width * (heads * h.key + h.kv * (h.key + h.value)) + gate + width * heads * h.value;
    const double latent = (double)m->kv_lora_rank, rope = (double)m->rope_head_dim;
    const double q_latent = (double)m->q_lora_rank, o_latent = (double)m->o_lora_rank;
    const double query = q_latent > 0.0 ? q_latent * (width + heads * (h.key + rope))
                                        : width * heads * (h.key + rope);
    const double up = m->attention == WM_ATTENTION_MLA ? latent * heads * (h.key + h.value) : 0.0;
    const double out = o_latent > 0.0 ? o_latent * (heads * h.value + (double)m->o_groups * width)
                                      : heads * h.value * width;
    return query + width * (latent + rope) + up + gate + out;
}

static double index_params(const struct wm_llm *m)
{
    if (m->sparse_top_tok <= 0 || m->index_heads <= 0)
        return 0.0;
    const double heads = (double)m->index_heads, key = (double)m->index_head_dim;
    const double from = (double)(m->q_lora_rank > 0 ? m->q_lora_rank : m->hidden_dim);
    return from * heads * key + (double)m->hidden_dim * (key + heads);
}

/* Layers whose index is their own. */
static double n_index(const struct wm_llm *m)
{
    if (m->index_layers > 0)
        return (double)m->index_layers;
    return (double)(m->sparse_layers > 0 ? m->sparse_layers
                                         : wm_llm_full_layers(m) - m->coarse_layers);
}

static double moe_layer_params(const struct wm_llm *m, double experts)
{
    const double width = (double)m->hidden_dim, inner = wm_llm_expert_width(m);
    const double each = (double)m->ffn_matrices * (double)m->moe_ffn_dim * inner;
    const double latent = m->expert_hidden_dim > 0 ? 2.0 * width * inner : 0.0;
    return experts * each + (double)m->ffn_matrices * wm_llm_shared_ffn_dim(m) * width + latent +
           width * (double)m->experts_total;
}

double wm_llm_counted_params(const struct wm_llm *llm, bool active)
{
    const double width = (double)llm->hidden_dim;
    const double n_full = (double)wm_llm_full_layers(llm), n_linear = wm_llm_linear_layers(llm);
    const double n_moe = (double)wm_llm_moe_layers(llm);
    const double experts = (double)(active ? llm->experts_active : llm->experts_total);
    return n_full * attention_params(llm, true) +
           ((double)llm->layers - n_full - n_linear) * attention_params(llm, false) +
           n_linear * width * (wm_llm_linear_in(llm) + wm_llm_linear_out(llm)) +
           n_index(llm) * index_params(llm) +
           ((double)llm->layers - n_moe) * (double)llm->ffn_matrices * (double)llm->dense_ffn_dim *
               width +
           n_moe * moe_layer_params(llm, experts) + 2.0 * (double)llm->vocab_size * width;
}

enum wm_precision wm_llm_rest_precision(const struct wm_llm *llm, enum wm_precision precision)
{
    const bool four_bit = precision == WM_FP4 || precision == WM_INT4;
    const bool published = llm->native_precision == WM_FP4 || llm->native_precision == WM_INT4;
    /* made from 4-bit weights, an FP8 version has no more bits to cut than they keep */
    if (llm->experts_total > 0 && (four_bit || (published && precision == WM_FP8)))
        return llm->rest_precision;
    return precision;
}

double wm_llm_weight_bytes(const struct wm_llm *llm, enum wm_precision precision)
{
    const double experts = wm_llm_expert_params(llm);
    const double ends = 2.0 * (double)llm->vocab_size * (double)llm->hidden_dim;
    const double rest = fmax(0.0, llm->total_params - experts - ends);
    const double bytes = wm_llm_precision_bytes(llm, precision);
    return experts * bytes +
           rest * wm_llm_precision_bytes(llm, wm_llm_rest_precision(llm, precision)) +
           fmin(ends, llm->total_params - experts) * fmax(bytes, wm_precision_bytes(WM_BF16));
}

double wm_llm_kv_width(const struct wm_llm *llm, bool full)
{
    const struct wm_attention_heads h = wm_llm_heads(llm, full);
    return llm->attention == WM_ATTENTION_GQA ? h.kv * (h.key + h.value)
                                              : (double)(llm->kv_lora_rank + llm->rope_head_dim);
}

static bool is_linear(const struct wm_llm *m)
{
    return m->window_tok == 0 && m->chunk_tok == 0;
}

double wm_llm_linear_layers(const struct wm_llm *llm)
{
    const int64_t other = llm->layers - wm_llm_full_layers(llm);
    return llm->linear_heads > 0 || is_linear(llm) ? (double)other : 0.0;
}

int wm_llm_caches(const struct wm_llm *llm, struct wm_llm_cache out[])
{
    const double all = (double)INFINITY, window = (double)llm->window_tok;
    const int64_t coarse = llm->coarse_layers, full = wm_llm_full_layers(llm);
    const int64_t fine = full - coarse;
    const int64_t selecting = llm->sparse_top_tok <= 0 ? 0
                              : llm->sparse_layers > 0 ? llm->sparse_layers
                                                       : fine;
    const double beside = llm->tok_per_entry > 1.0 ? window : 0.0;
    const struct wm_llm_cache kinds[WM_LLM_MAX_CACHES] = {
        {(double)(fine - selecting), all, llm->tok_per_entry, all, beside, true},
        {(double)selecting, all, llm->tok_per_entry, (double)llm->sparse_top_tok, beside, true},
        {(double)coarse, all, llm->coarse_tok_per_entry, all, window, true},
        {(double)(llm->layers - full) - wm_llm_linear_layers(llm),
         llm->chunk_tok > 0 ? 0.5 * (double)llm->chunk_tok : window, 1.0, all, 0.0, false},
    };
    int n = 0;
    for (int i = 0; i < WM_LLM_MAX_CACHES; i++)
        if (kinds[i].layers > 0.0)
            out[n++] = kinds[i];
    return n;
}

double wm_llm_entries(const struct wm_llm_cache *cache, double context_tok)
{
    return fmin(fmin(context_tok, cache->reach_tok) / cache->tok_per_entry, cache->top_entries) +
           fmin(context_tok, cache->window_tok);
}

double wm_llm_state_bytes(const struct wm_llm *llm)
{
    /* the convolution before the state is four wide: three tokens are kept, in 16 bits */
    static const double conv_tok = 3.0;
    const int64_t key = llm->linear_key_dim > 0 ? llm->linear_key_dim : llm->linear_head_dim;
    return value_width(llm) * (double)key * llm->linear_state_bytes +
           conv_tok * (2.0 * key_width(llm) + value_width(llm)) * wm_precision_bytes(WM_BF16);
}

double wm_llm_index_bytes_per_tok(const struct wm_llm *llm)
{
    struct wm_llm_cache kinds[WM_LLM_MAX_CACHES];
    const int n = wm_llm_caches(llm, kinds);
    double sum = 0.0;
    for (int i = 0; i < n && llm->index_heads > 0; i++) {
        const double layers = llm->index_layers > 0
                                  ? fmin(kinds[i].layers, (double)llm->index_layers)
                                  : kinds[i].layers;
        sum += isinf(kinds[i].top_entries) ? 0.0 : layers / kinds[i].tok_per_entry;
    }
    return sum * ((double)llm->index_head_dim + index_scale_bytes);
}

double wm_llm_kv_bytes_per_tok(const struct wm_llm *llm, double bytes)
{
    struct wm_llm_cache kinds[WM_LLM_MAX_CACHES];
    const int n = wm_llm_caches(llm, kinds);
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += kinds[i].full ? kinds[i].layers / kinds[i].tok_per_entry : 0.0;
    return sum * wm_llm_kv_width(llm, true) * bytes + wm_llm_index_bytes_per_tok(llm);
}

double wm_llm_kv_bytes(const struct wm_llm *llm, double bytes, double context_tok)
{
    struct wm_llm_cache kinds[WM_LLM_MAX_CACHES];
    const int n = wm_llm_caches(llm, kinds);
    double sum = wm_llm_kv_bytes_per_tok(llm, bytes) * context_tok +
                 wm_llm_linear_layers(llm) * wm_llm_state_bytes(llm);
    for (int i = 0; i < n; i++) {
        const double kept = kinds[i].full ? kinds[i].window_tok : kinds[i].reach_tok;
        sum +=
            kinds[i].layers * wm_llm_kv_width(llm, kinds[i].full) * fmin(kept, context_tok) * bytes;
    }
    return sum;
}

double wm_expert_coverage_frac(double experts, double active, double tok)
{
    WM_REQUIRE(experts >= 1.0 && active >= 0.0 && tok >= 0.0);
    if (active >= experts)
        return tok > 0.0;
    /* log1p and expm1 keep the limit of few tokens exact */
    return -expm1(tok * log1p(-active / experts));
}
