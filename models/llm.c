#include "wattmill/llm.h"

#include "wattmill/require.h"

static const char *const attention_words[] = {"gqa", "mla", NULL};
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
    WM_CHOICE(wm_llm, attention, attention_words, NULL, "gqa: multi-head, grouped- or multi-query; mla: latent"),
    WM_INT_REQ(wm_llm, n_heads, 1, 10000, "query heads"),
    WM_INT_REQ(wm_llm, n_kv_heads, 1, 10000, "key-value heads"),
    WM_INT_REQ(wm_llm, head_dim, 1, 10000, "width of a head; MLA: without its rotary part"),
    WM_INT(wm_llm, v_head_dim,    0, 10000,  0, "MLA: width of a head's value; 0 = as head_dim"),
    WM_INT(wm_llm, kv_lora_rank,  0, 100000, 0, "MLA: width of the cached latent"),
    WM_INT(wm_llm, rope_head_dim, 0, 10000,  0, "MLA: width of the cached rotary key"),
    WM_INT(wm_llm, q_lora_rank,   0, 100000, 0, "width of the query latent; 0 = none"),
    WM_INT(wm_llm, full_layers,   0, 1000,   0, "layers whose cache grows with the context; 0 = all"),
    WM_INT(wm_llm, window_tok,    0, 10000000, 0, "tokens the other layers look back; 0 = linear attention"),
    WM_INT(wm_llm, linear_heads,  0, 10000,  0, "linear attention: heads, each with a square state"),
    WM_INT(wm_llm, linear_head_dim, 0, 10000, 0, "linear attention: width of a state"),
    WM_INT(wm_llm, sparse_top_tok, 0, 10000000, 0, "sparse attention: cache entries a query reads at most; 0 = all"),
    WM_INT(wm_llm, index_heads,   0, 10000,  0, "sparse attention: heads of the index that selects entries; 0 = selection costs nothing"),
    WM_INT(wm_llm, index_head_dim, 0, 10000, 128, "sparse attention: width of an index key"),
    WM_INT(wm_llm, index_layers,  0, 1000,   0, "sparse attention: layers with an index of their own, the others share; 0 = all"),
    WM_REAL(wm_llm, tok_per_entry, WM_UNIT_NONE, 1.0, 1000.0, 1.0, "compressed attention: tokens that share a cache entry"),
    WM_INT(wm_llm, residual_streams, 1, 64, 1, "hyper-connections: residual streams beside each other"),
    WM_INT(wm_llm, dense_ffn_dim, 0, 1000000, 0, "feed-forward width of dense layers"),
    WM_INT(wm_llm, ffn_matrices,  2, 3, 3, "matrices of a feed-forward block: 3 gated, 2 plain"),
    WM_INT(wm_llm, moe_ffn_dim,   0, 1000000, 0, "feed-forward width of one expert"),
    WM_INT(wm_llm, dense_layers,  0, 1000, 0, "layers of a MoE that are dense"),
    WM_INT(wm_llm, experts_total, 0, 100000, 0, "routed experts per layer; 0 = dense model"),
    WM_INT(wm_llm, experts_active, 0, 1000, 0, "routed experts per token"),
    WM_INT(wm_llm, experts_shared, 0, 1000, 0, "experts every token passes"),
    WM_INT_REQ(wm_llm, vocab_size, 1, 10000000, "rows of the output head"),
    WM_INT(wm_llm, max_context_tok, 0, 1000000000, 0, "positions the model was published for, prompt and answer of one request; 0 = not known"),
    WM_CHOICE(wm_llm, native_precision, wm_precision_words, "bf16", "of the published weights"),
    WM_CHOICE(wm_llm, rest_precision, wm_precision_words, "bf16", "what 4-bit checkpoints of a MoE keep outside the routed experts"),
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

int64_t wm_llm_moe_layers(const struct wm_llm *llm)
{
    return llm->experts_total > 0 ? llm->layers - llm->dense_layers : 0;
}

int64_t wm_llm_full_layers(const struct wm_llm *llm)
{
    return llm->full_layers > 0 ? llm->full_layers : llm->layers;
}

double wm_llm_expert_params(const struct wm_llm *llm)
{
    return (double)wm_llm_moe_layers(llm) * (double)llm->experts_total * (double)llm->ffn_matrices *
           (double)llm->hidden_dim * (double)llm->moe_ffn_dim;
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
    const double bytes = wm_precision_bytes(precision);
    return experts * bytes + rest * wm_precision_bytes(wm_llm_rest_precision(llm, precision)) +
           fmin(ends, llm->total_params - experts) * fmax(bytes, wm_precision_bytes(WM_BF16));
}

double wm_llm_kv_width(const struct wm_llm *llm)
{
    return llm->attention == WM_ATTENTION_MLA
               ? (double)(llm->kv_lora_rank + llm->rope_head_dim)
               : 2.0 * (double)llm->n_kv_heads * (double)llm->head_dim;
}

double wm_llm_index_bytes_per_tok(const struct wm_llm *llm)
{
    if (llm->sparse_top_tok <= 0 || llm->index_heads <= 0)
        return 0.0;
    const int64_t full = wm_llm_full_layers(llm);
    const int64_t layers = llm->index_layers > 0 && llm->index_layers < full ? llm->index_layers : full;
    return (double)layers * ((double)llm->index_head_dim + index_scale_bytes) / llm->tok_per_entry;
}

double wm_llm_kv_bytes_per_tok(const struct wm_llm *llm, double bytes)
{
    return wm_llm_kv_width(llm) * (double)wm_llm_full_layers(llm) * bytes / llm->tok_per_entry +
           wm_llm_index_bytes_per_tok(llm);
}

double wm_llm_kv_bytes(const struct wm_llm *llm, double bytes, double context_tok)
{
    const double other = (double)(llm->layers - wm_llm_full_layers(llm));
    const double window = wm_llm_kv_width(llm) * fmin((double)llm->window_tok, context_tok) * bytes;
    /* states of linear attention are kept in 16 bits at least */
    const double state = (double)llm->linear_heads * (double)llm->linear_head_dim *
                         (double)llm->linear_head_dim * wm_precision_bytes(WM_BF16);
    return wm_llm_kv_bytes_per_tok(llm, bytes) * context_tok + other * (window + state);
}

double wm_expert_coverage_frac(double experts, double active, double tok)
{
    WM_REQUIRE(experts >= 1.0 && active >= 0.0 && tok >= 0.0);
    if (active >= experts)
        return tok > 0.0;
    /* log1p and expm1 keep the limit of few tokens exact */
    return -expm1(tok * log1p(-active / experts));
}
