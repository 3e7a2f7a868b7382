#include "wattmill/llm.h"

#include "wattmill/require.h"

static const char *const attention_words[] = {"gqa", "mla", NULL};

// clang-format off
const struct wm_field wm_llm_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_llm),
    WM_TEXT_REQ(wm_llm, family, "model family"),
    WM_REAL_REQ(wm_llm, total_params, "total_params", WM_UNIT_NONE, 1e6, 1e14, "parameters, embeddings included"),
    WM_REAL_REQ(wm_llm, active_params, "active_params", WM_UNIT_NONE, 1e6, 1e14, "parameters touched per token"),
    WM_INT_REQ(wm_llm, layers, 1, 1000, "transformer layers"),
    WM_INT_REQ(wm_llm, hidden_dim, 64, 100000, "width of the residual stream"),
    WM_CHOICE(wm_llm, attention, attention_words, NULL, "gqa: grouped- or multi-head; mla: latent"),
    WM_INT_REQ(wm_llm, n_heads, 1, 10000, "query heads"),
    WM_INT_REQ(wm_llm, n_kv_heads, 1, 10000, "key-value heads"),
    WM_INT_REQ(wm_llm, head_dim, 1, 10000, "width of a head"),
    WM_INT(wm_llm, kv_lora_rank,  0, 100000, 0, "MLA: width of the cached latent"),
    WM_INT(wm_llm, rope_head_dim, 0, 10000,  0, "MLA: width of the cached rotary key"),
    WM_INT(wm_llm, q_lora_rank,   0, 100000, 0, "MLA: width of the query latent"),
    WM_INT(wm_llm, dense_ffn_dim, 0, 1000000, 0, "feed-forward width of dense layers"),
    WM_INT(wm_llm, moe_ffn_dim,   0, 1000000, 0, "feed-forward width of one expert"),
    WM_INT(wm_llm, dense_layers,  0, 1000, 0, "first layers of a MoE that are dense"),
    WM_INT(wm_llm, experts_total, 0, 100000, 0, "routed experts per layer; 0 = dense model"),
    WM_INT(wm_llm, experts_active, 0, 1000, 0, "routed experts per token"),
    WM_INT(wm_llm, experts_shared, 0, 1000, 0, "experts every token passes"),
    WM_INT_REQ(wm_llm, vocab_size, 1, 10000000, "rows of the output head"),
    WM_FIELD_END,
};
// clang-format on

double wm_precision_bytes(enum wm_precision precision)
{
    /* NVFP4: 4 bits and one FP8 scale per 16 values (arXiv:2509.25149, section 2). */
    static const double bytes[] = {2.0, 1.0, 4.5 / 8.0};
    WM_REQUIRE((int)precision >= 0 && precision < WM_N_PRECISIONS);
    return bytes[precision];
}

int64_t wm_llm_moe_layers(const struct wm_llm *llm)
{
    return llm->experts_total > 0 ? llm->layers - llm->dense_layers : 0;
}

double wm_llm_expert_params(const struct wm_llm *llm)
{
    return (double)wm_llm_moe_layers(llm) * (double)llm->experts_total * 3.0 *
           (double)llm->hidden_dim * (double)llm->moe_ffn_dim;
}

double wm_llm_kv_bytes_per_tok(const struct wm_llm *llm, double bytes)
{
    const double width = llm->attention == WM_ATTENTION_MLA
                             ? (double)(llm->kv_lora_rank + llm->rope_head_dim)
                             : 2.0 * (double)llm->n_kv_heads * (double)llm->head_dim;
    return width * (double)llm->layers * bytes;
}

double wm_expert_coverage_frac(double n_experts, double n_choices)
{
    WM_REQUIRE(n_experts >= 1.0 && n_choices >= 0.0);
    /* log1p and expm1 keep the limit of few choices exact. */
    return n_experts > 1.0 ? -expm1(n_choices * log1p(-1.0 / n_experts)) : (n_choices > 0.0);
}
