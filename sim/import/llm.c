/*
 * A language model from its configuration (Hugging Face config.json): keys of the shape into ours, layers counted
 * by their kind, totals by the library's own count. What the catalogue cannot say is refused by its key.
 *
 * Sources: configuration classes of huggingface.co/docs/transformers (Llama, Mixtral, Qwen2/3 MoE, Qwen3-Next,
 * DeepSeek-V3, gpt-oss, Llama 4, Gemma 2/3) and the published config.json of those models.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "wattmill/civil.h"
#include "wattmill/llm.h"

static const double TOTAL_TOLD = 0.01, TOTAL_REFUSED = 0.05; /* counted against stated, apart by */

// clang-format off
static const struct number {
    const char *keys; /* theirs, the first that is there */
    size_t member;
    bool is_required;
} numbers[] = {
    {"num_hidden_layers|n_layer|num_layers",               offsetof(struct wm_llm, layers), true},
    {"hidden_size|n_embd|d_model",                         offsetof(struct wm_llm, hidden_dim), true},
    {"num_attention_heads|n_head",                         offsetof(struct wm_llm, n_heads), true},
    {"num_key_value_heads|num_kv_heads|multi_query_group_num", offsetof(struct wm_llm, n_kv_heads), false},
    {"vocab_size|padded_vocab_size",                       offsetof(struct wm_llm, vocab_size), true},
    {"max_position_embeddings|n_positions",                offsetof(struct wm_llm, max_context_tok), false},
    {"kv_lora_rank",                                       offsetof(struct wm_llm, kv_lora_rank), false},
    {"q_lora_rank",                                        offsetof(struct wm_llm, q_lora_rank), false},
    {"qk_rope_head_dim",                                   offsetof(struct wm_llm, rope_head_dim), false},
    {"v_head_dim",                                         offsetof(struct wm_llm, v_head_dim), false},
    {"num_global_key_value_heads",                         offsetof(struct wm_llm, full_kv_heads), false},
    {"global_head_dim",                                    offsetof(struct wm_llm, full_head_dim), false},
    {"n_routed_experts|num_local_experts|num_experts|moe_num_experts", offsetof(struct wm_llm, experts_total), false},
    {"num_experts_per_tok|num_experts_per_token|moe_top_k|moe_topk|top_k_experts|experts_per_token", offsetof(struct wm_llm, experts_active), false},
    {"n_shared_experts|num_shared_experts",                offsetof(struct wm_llm, experts_shared), false},
    {"routed_expert_hidden_size|moe_latent_size",          offsetof(struct wm_llm, expert_hidden_dim), false},
    {"linear_num_value_heads",                             offsetof(struct wm_llm, linear_heads), false},
    {"linear_value_head_dim",                              offsetof(struct wm_llm, linear_head_dim), false},
    {"linear_num_key_heads",                               offsetof(struct wm_llm, linear_key_heads), false},
    {"linear_key_head_dim",                                offsetof(struct wm_llm, linear_key_dim), false},
    {"index_topk",                                         offsetof(struct wm_llm, sparse_top_tok), false},
    {"index_n_heads",                                      offsetof(struct wm_llm, index_heads), false},
    {"index_head_dim",                                     offsetof(struct wm_llm, index_head_dim), false},
};

/* What an architecture does without a key that says so. */
static const struct habit {
    const char *types; /* of model_type */
    int64_t matrices, gates, shared, window_pattern;
    bool is_tied;
} habits[] = {
    {"gpt2|gptj|gpt_neox|gpt_bigcode|opt|bloom|falcon|phi|starcoder2|nemotron", .matrices = 2},
    {"qwen3_next*", .gates = 1},
    {"qwen3_5*",    .gates = 1},
    {"llama4*",     .shared = 1},
    {"gemma2*",     .window_pattern = 2, .is_tied = true},
    {"gemma3*",     .window_pattern = 6, .is_tied = true},
    {"gemma*",      .is_tied = true},
    {"*",           .matrices = 0},
};

/* Keys of shapes that the catalogue has no words for, or that are not read yet. */
static const struct refused {
    const char *key, *why;
} refused[] = {
    {"is_encoder_decoder",          "an encoder beside the decoder"},
    {"num_decoder_layers",          "an encoder beside the decoder"},
    {"hybrid_override_pattern",     "layers of state spaces between the others"},
    {"layers_block_type",           "layers of state spaces between the others"},
    {"mamba_d_state",               "layers of state spaces between the others"},
    {"ssm_state_size",              "layers of state spaces between the others"},
    {"ssm_cfg",                     "layers of state spaces"},
    {"state_size",                  "layers of state spaces"},
    {"linear_attn_config",          "linear attention with widths of its own layout"},
    {"compress_ratios",             "cache entries compressed at a ratio per layer"},
    {"block_configs",               "layers of different shapes"},
    {"attention_other_setting",     "layers of different shapes"},
    {"moe_layers_enum",             "experts in listed layers of another layout"},
    {"moe_layer_start_index",       "experts in a range of layers"},
    {"num_kv_shared_layers",        "layers that share a cache"},
    {"hidden_size_per_layer_input", "embeddings of each layer"},
    {"hybrid_layer_pattern",        "windowed layers with heads of their own"},
    {"sparse_attention_config",     "sparse attention of a layout of its own"},
    {"cross_attention_layers",      "layers that look at pictures"},
    {"zero_expert_num",             "experts that do nothing"},
};

/* Nothing of these changes bytes or FLOP of the shape by more than the count leaves out (norms, biases). */
static const char silent[] =
    "_*|*_token_id|*_token_ids|*_token_index|architectures|auto_map|model_type|*dropout*|*_eps|*eps|rope_*|*_rope_*|"
    "partial_rotary_factor|rotary_*|initializer_*|init_*|transformers_version|use_cache|*router*|norm_topk_prob|"
    "topk_group|n_group|topk_method|scoring_func|routed_scaling_factor|seq_aux|aux_loss_alpha|pretraining_tp|*_act|"
    "hidden_activation|activation_function|*softcapping|query_pre_attn_scalar|attn_scale|floor_scale|*temperature*|"
    "use_qk_norm|qk_layernorm|qk_norm*|swiglu_limit|*_bias|output_*|ep_size|*dtype|id2label|label2id|return_dict|"
    "problem_type|*_penalty|top_k|top_p|typical_p|num_beam*|num_return_sequences|max_length|ignore_index|image_*|"
    "video_*|vision_*|use_mtp|mtp_transformer_layers|index_share_for_mtp_iteration|max_window_layers|use_sliding_window|initial_context_length|num_attention_groups";

static const struct {
    const char *keys, *why;
} besides[] = {
    {"num_nextn_predict_layers|num_mtp_modules|mtp_num_hidden_layers|num_mtp_layers", "modules that predict further tokens, not counted"},
    {"vision_config|visual|vision_tower_config", "the vision part, not counted"},
    {"audio_config|speech_config",               "the part that hears, not counted"},
    {"attention_k_eq_v",                         "values that are their keys: the weights of both are counted"},
};
// clang-format on

static const struct wm_field *row_of(size_t member)
{
    for (const struct wm_field *f = wm_llm_fields; f->kind != WM_KIND_END; f++)
        if (f->offset == member)
            return f;
    return NULL;
}

static void read_numbers(struct wm_config *c, struct wm_llm *m)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const struct number *const n = &numbers[i];
        const struct wm_field *const f = row_of(n->member);
        int64_t *const at = (int64_t *)(void *)((char *)m + n->member);
        if (n->is_required && wm_config_get(c, n->keys) == NULL)
            wm_config_mistake(c, WM_E206, NULL, "%.*s is missing (%s)", (int)strcspn(n->keys, "|"),
                              n->keys, f->doc);
        *at = wm_config_int(c, n->keys, f->min, f->max, *at);
    }
}

static void refuse(struct wm_config *c)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const struct wm_json *const v = wm_config_get(c, refused[i].key);
        if (wm_config_says(v))
            wm_config_mistake(c, WM_E211, v,
                              "%s (%s) is not read: write the entry by hand, after one of "
                              "`wattmill catalog llms`",
                              v->key, refused[i].why);
    }
    const struct wm_json *const kinds = wm_config_get(c, "attn_type_list"); /* 1: full */
    for (const struct wm_json *v = kinds != NULL ? kinds->child : NULL; v != NULL; v = v->next)
        if (v->type != WM_JSON_NUMBER || v->number != 1.0) {
            wm_config_mistake(
                c, WM_E211, v,
                "attn_type_list (attention that is not full) is not read: write the entry by hand");
            return;
        }
}

static void read_attention(struct wm_config *c, struct wm_llm *m, const struct habit *habit)
{
    m->attention_gates = wm_config_flag(c, "attn_output_gate", habit->gates > 0) ? 1 : 0;
    if (m->kv_lora_rank > 0) {
        m->attention = WM_ATTENTION_MLA;
        m->n_kv_heads = m->n_heads;
        m->head_dim = wm_config_int(c, "qk_nope_head_dim", 1.0, 10000.0, 0);
        (void)wm_config_get(c, "head_dim"); /* of the rotary part, or of both: follows */
        (void)wm_config_get(c, "qk_head_dim");
        if (m->head_dim == 0 || m->rope_head_dim == 0)
            wm_config_mistake(c, WM_E206, NULL, "%s is missing beside kv_lora_rank",
                              m->head_dim == 0 ? "qk_nope_head_dim" : "qk_rope_head_dim");
        return;
    }
    m->rope_head_dim = m->q_lora_rank = 0;
    m->head_dim = wm_config_int(c, "head_dim|attention_head_dim|kv_channels", 1.0, 10000.0, 0);
    if (m->n_kv_heads == 0 && m->n_heads > 0) {
        m->n_kv_heads = m->n_heads;
        wm_import_note(c->im, "assumed: as many key-value heads as query heads, %lld",
                       (long long)m->n_heads);
    }
    if (m->head_dim > 0 || m->n_heads == 0 || m->hidden_dim == 0)
        return;
    if (m->hidden_dim % m->n_heads != 0)
        wm_config_mistake(c, WM_E206, NULL,
                          "head_dim is missing, and hidden_size %lld is no multiple of %lld heads",
                          (long long)m->hidden_dim, (long long)m->n_heads);
    m->head_dim = m->hidden_dim / m->n_heads;
    wm_import_note(c->im, "assumed: head_dim %lld = hidden_size / num_attention_heads",
                   (long long)m->head_dim);
}

/* Layers of one kind in layer_types; a kind that is none is a mistake. */
static int64_t count_words(struct wm_config *c, const struct wm_json *list, int64_t n,
                           const char *word, const char *known)
{
    int64_t count = 0, i = 0;
    for (const struct wm_json *v = list->child; v != NULL && i < n; v = v->next, i++) {
        const char *const text = v->type == WM_JSON_STRING ? v->text : "?";
        count += strcmp(text, word) == 0;
        if (known != NULL && !wm_config_matches(known, text)) {
            wm_config_mistake(c, WM_E211, v, "%s: layers of \"%.40s\" are not read; known are %s",
                              list->key, text, known);
            break;
        }
    }
    return count;
}

enum other { NONE, WINDOW, CHUNK, LINEAR };

/* Full layers and the kind of the others from layer_types. */
static int64_t typed_layers(struct wm_config *c, const struct wm_json *list, int64_t n,
                            enum other *other)
{
    static const char *const words[] = {[WINDOW] = "sliding_attention",
                                        [CHUNK] = "chunked_attention",
                                        [LINEAR] = "linear_attention"};
    const size_t n_mistakes = c->im->n_mistakes;
    const int64_t full = count_words(c, list, n, "full_attention",
                                     "full_attention|deepseek_sparse_attention|sliding_attention|"
                                     "chunked_attention|linear_attention") +
                         count_words(c, list, n, "deepseek_sparse_attention", NULL);
    int kinds = 0;
    if (c->im->n_mistakes > n_mistakes)
        return n;
    for (enum other k = WINDOW; k <= LINEAR; k++)
        if (count_words(c, list, n, words[k], NULL) > 0) {
            *other = k;
            kinds++;
        }
    if (kinds > 1)
        wm_config_mistake(
            c, WM_E211, list,
            "%s: windowed, chunked and linear layers in one model cannot be said in the catalogue",
            list->key);
    return full;
}

/* Full layers where no list says them: every n-th, or those from one on. */
static int64_t spaced_layers(struct wm_config *c, const struct wm_llm *m, const struct habit *habit,
                             enum other *other)
{
    const int64_t n = m->layers;
    const double most = 10000.0;
    int64_t every = wm_config_int(c, "full_attention_interval", 1.0, most, 0);
    if (m->linear_heads > 0 || every > 0) {
        *other = LINEAR;
        return every > 0 ? n / every : 0;
    }
    if (m->chunk_tok > 0) {
        *other = CHUNK;
        const struct wm_json *const rope = wm_config_list(c, "no_rope_layers", n);
        int64_t full = 0, i = 0;
        for (const struct wm_json *v = rope != NULL ? rope->child : NULL; v != NULL && i < n;
             v = v->next, i++)
            full += v->number == 0.0;
        every = wm_config_int(c, "no_rope_layer_interval", 1.0, most, 0);
        if (rope == NULL && every == 0)
            wm_import_note(c->im, "assumed: every fourth layer looks at everything, as in Llama 4");
        return rope != NULL ? full : n / (every > 0 ? every : 4);
    }
    if (m->window_tok == 0)
        return n;
    *other = WINDOW;
    every = wm_config_int(c, "sliding_window_pattern", 1.0, most, 0);
    if (every == 0 && habit->window_pattern > 0) {
        every = habit->window_pattern;
        wm_import_note(c->im, "assumed: one layer of %lld looks at everything, by model_type",
                       (long long)every);
    }
    if (every > 0)
        return n / every;
    return wm_config_flag(c, "use_sliding_window", false)
               ? wm_config_int(c, "max_window_layers", 0.0, most, 0)
               : 0;
}

static void read_layers(struct wm_config *c, struct wm_llm *m, const struct habit *habit)
{
    const struct wm_json *const window = wm_config_get(c, "sliding_window");
    m->window_tok = window != NULL && window->type == WM_JSON_BOOL
                        ? 0
                        : wm_config_int(c, "sliding_window", 0.0, 1e7, 0);
    m->chunk_tok = wm_config_int(c, "attention_chunk_size", 0.0, 1e7, 0);
    if (!wm_config_flag(c, "use_sliding_window", true) ||
        (m->max_context_tok > 0 && m->window_tok >= m->max_context_tok))
        m->window_tok = 0;
    const struct wm_json *const types = wm_config_list(c, "layer_types", m->layers);
    enum other other = NONE;
    const int64_t full = types != NULL ? typed_layers(c, types, m->layers, &other)
                                       : spaced_layers(c, m, habit, &other);
    if (types != NULL)
        (void)wm_config_get(
            c,
            "full_attention_interval|sliding_window_pattern|no_rope_layers|no_rope_layer_interval");
    const bool is_mixed = full < m->layers;
    m->full_layers = is_mixed ? full : 0;
    m->window_tok = is_mixed && other == WINDOW ? m->window_tok : 0;
    m->chunk_tok = is_mixed && other == CHUNK ? m->chunk_tok : 0;
    static const char *const says[] = {[NONE] = "layer_types",
                                       [WINDOW] = "sliding_window",
                                       [CHUNK] = "attention_chunk_size",
                                       [LINEAR] = "linear_num_value_heads"};
    if (is_mixed && full == 0)
        wm_config_mistake(c, WM_E211, types != NULL ? types : wm_config_get(c, says[other]),
                          "%s: a model without one layer that looks at everything cannot be said "
                          "in the catalogue",
                          types != NULL ? types->key : says[other]);
    const int64_t reach[] = {1, m->window_tok, m->chunk_tok, m->linear_heads * m->linear_head_dim};
    if (is_mixed && full > 0 && reach[other] == 0)
        wm_config_mistake(c, WM_E206, NULL,
                          "%s is missing (or its head's width), but layers need it", says[other]);
    if (!is_mixed || other != LINEAR)
        m->linear_heads = m->linear_head_dim = m->linear_key_heads = m->linear_key_dim = 0;
    if (m->linear_key_dim == m->linear_head_dim)
        m->linear_key_dim = 0;
    if (m->linear_key_heads == m->linear_heads)
        m->linear_key_heads = 0;
    if (m->linear_heads > 0 && strcmp(wm_config_text(c, "mamba_ssm_dtype"), "float32") == 0)
        m->linear_state_bytes = 4.0;
    if (wm_config_int(c, "linear_conv_kernel_dim|conv_kernel_size", 1.0, 64.0, 4) != 4)
        wm_import_note(
            c->im,
            "assumed: the short convolution of linear layers is 4 wide; the file says otherwise");
}

static bool lists(const struct wm_json *list, int64_t i)
{
    for (const struct wm_json *v = list != NULL ? list->child : NULL; v != NULL; v = v->next)
        if (v->type == WM_JSON_NUMBER && v->number == (double)i)
            return true;
    return false;
}

/* Layers of a MoE that are dense. */
static int64_t dense_layers(struct wm_config *c, const struct wm_llm *m)
{
    const double most = 10000.0;
    const struct wm_json *const words = wm_config_list(c, "mlp_layer_types", m->layers);
    const struct wm_json *const freq = wm_config_get(c, "moe_layer_freq");
    const bool is_list = freq != NULL && freq->type == WM_JSON_ARRAY;
    const struct wm_json *const flags =
        is_list ? wm_config_list(c, "moe_layer_freq", m->layers) : NULL;
    const struct wm_json *const moe = wm_config_list(c, "moe_layers", 0);
    const struct wm_json *const dense = wm_config_list(c, "mlp_only_layers", 0);
    const int64_t first = wm_config_int(c, "first_k_dense_replace|num_dense_layers", 0.0, most, 0);
    const int64_t from_0 = is_list ? 1 : wm_config_int(c, "moe_layer_freq", 1.0, most, 1);
    const int64_t from_1 =
        wm_config_int(c, "decoder_sparse_step|interleave_moe_layer_step", 1.0, most, 1);
    int64_t n = words != NULL ? count_words(c, words, m->layers, "dense", "dense|sparse") : 0;
    for (int64_t i = 0; i < m->layers && words == NULL; i++) {
        const bool is_regular =
            i >= first && i % from_0 == 0 && (i + 1) % from_1 == 0 && !lists(dense, i);
        const bool has_experts = flags != NULL ? wm_config_says(wm_json_at(flags, (size_t)i))
                                 : moe != NULL ? lists(moe, i)
                                               : is_regular;
        n += !has_experts;
    }
    return n;
}

static void read_ffn(struct wm_config *c, struct wm_llm *m, const struct habit *habit)
{
    const double most = 1e6;
    const int64_t wide =
        wm_config_int(c, "intermediate_size|n_inner|ffn_dim|ffn_hidden_size", 1.0, most, 0);
    const int64_t dense =
        wm_config_int(c, "intermediate_size_mlp|dense_intermediate_size", 1.0, most, wide);
    m->ffn_matrices = habit->matrices > 0 ? habit->matrices : 3;
    if (m->experts_total <= 1) {
        m->experts_total = m->experts_active = m->experts_shared = 0;
        m->dense_ffn_dim = dense;
        if (dense == 0)
            wm_config_mistake(c, WM_E206, NULL,
                              "intermediate_size is missing (feed-forward width)");
        return;
    }
    m->moe_ffn_dim =
        wm_config_int(c, "moe_intermediate_size|expert_ffn_hidden_size", 1.0, most, wide);
    m->dense_layers = dense_layers(c, m);
    m->dense_ffn_dim = m->dense_layers > 0 ? dense : 0;
    if (m->experts_active == 0 || m->moe_ffn_dim == 0 || (m->dense_layers > 0 && dense == 0))
        wm_config_mistake(c, WM_E206, NULL, "%s is missing beside %lld experts",
                          m->experts_active == 0 ? "num_experts_per_tok" : "intermediate_size",
                          (long long)m->experts_total);
    if (m->experts_active > m->experts_total)
        wm_config_mistake(c, WM_E211, wm_config_get(c, "num_experts_per_tok"),
                          "num_experts_per_tok = %lld is more than the %lld experts",
                          (long long)m->experts_active, (long long)m->experts_total);
    if (m->dense_layers >= m->layers)
        wm_config_mistake(c, WM_E211, NULL, "no layer of the %lld has experts",
                          (long long)m->layers);
    const int64_t shared = wm_config_int(c,
                                         "shared_expert_intermediate_size|moe_shared_expert_"
                                         "intermediate_size|shared_intermediate_size",
                                         0.0, most, 0);
    const bool is_beside =
        wm_config_flag(c, "enable_moe_block", false); /* Gemma 4: the dense part stays */
    if (m->experts_shared == 0 && (shared > 0 || habit->shared > 0 || is_beside))
        m->experts_shared = 1;
    m->shared_ffn_dim = is_beside                                      ? wide
                        : shared != m->experts_shared * m->moe_ffn_dim ? shared
                                                                       : 0;
}

static void read_index(struct wm_config *c, struct wm_llm *m)
{
    const struct wm_json *const own = wm_config_list(c, "indexer_types", m->layers);
    if (m->sparse_top_tok > 0 && own != NULL)
        m->index_layers = count_words(c, own, m->layers, "full", "full|shared");
    if (m->index_layers == m->layers)
        m->index_layers = 0;
    if (m->sparse_top_tok == 0)
        m->index_heads = 0;
}

static void set_precision(struct wm_llm *m, enum wm_precision precision, double fp4_bits)
{
    m->native_precision = precision;
    m->fp4_bits = fp4_bits;
}

/* Of the published weights: quantization_config, else their type. */
static void read_precision(struct wm_config *c, struct wm_llm *m)
{
    const struct wm_json *const q = wm_config_get(c, "quantization_config|compression_config");
    const char *const type = wm_config_text(c, "torch_dtype|dtype");
    if (m->experts_total > 0)
        wm_import_note(
            c->im,
            "assumed: rest_precision bf16, a 4-bit version keeps 16 bits outside its experts");
    if (q == NULL) {
        set_precision(m, strcmp(type, "float32") == 0 ? WM_FP32 : WM_BF16, 4.5);
        if (type[0] == '\0')
            wm_import_note(c->im, "assumed: 16-bit weights");
        return;
    }
    const char *const text = wm_json_to_text(c->im->arena, q);
    if (strstr(text, "mxfp4") != NULL)
        set_precision(m, WM_FP4, 4.25);
    else if (strstr(text, "nvfp4") != NULL || strstr(text, "NVFP4") != NULL)
        set_precision(m, WM_FP4, 4.5);
    else if (strstr(text, "\"fp8\"") != NULL || strstr(text, "\"FP8\"") != NULL)
        set_precision(m, WM_FP8, 4.5);
    else if (strstr(text, "\"bits\":4") != NULL || strstr(text, "\"num_bits\":4") != NULL)
        set_precision(m, WM_INT4, 4.5);
    else
        wm_import_note(c->im, "left out: %s of another kind; native_precision stays bf16", q->key);
    if (m->native_precision == WM_FP8 && strstr(text, "weight_block_size") != NULL)
        m->fp8_scaling = WM_FP8_BLOCK;
    else if (m->native_precision == WM_FP8)
        wm_import_note(c->im, "assumed: FP8 weights with one scale a tensor");
}

/* Names of catalogues: lower case, digits, points and dashes. */
static const char *name_of(struct wm_config *c)
{
    const char *from =
        c->im->options->name != NULL ? c->im->options->name : wm_config_text(c, "_name_or_path");
    const size_t n_from = strlen(from);
    const char *const slash = strrchr(from, '/');
    if (c->im->options->name == NULL && slash != NULL && (size_t)(slash - from) + 1 < n_from)
        from = slash + 1;
    char *const name = wm_arena_copy_text(c->im->arena, from, strlen(from));
    for (char *p = name; *p != '\0'; p++)
        *p = isalnum((unsigned char)*p) || *p == '.' ? (char)tolower((unsigned char)*p) : '-';
    if (name[0] == '\0')
        wm_config_mistake(c, WM_E206, NULL,
                          "the file does not say what the model is called: give --name");
    return name;
}

static void check_date(struct wm_config *c)
{
    int64_t at = 0;
    const char *const date = c->im->options->as_of;
    if (date == NULL)
        wm_import_note(c->im,
                       "left out: as_of, a configuration has no date; --as-of YYYY-MM-DD says it");
    else if (strlen(date) != 10 || !wm_time_parse(date, &at))
        wm_config_mistake(c, WM_E210, NULL, "--as-of: \"%.40s\" is no date, YYYY-MM-DD is wanted",
                          date);
}

static bool is_tied(struct wm_config *c, const struct habit *habit)
{
    const bool known = wm_config_get(c, "tie_word_embeddings") != NULL || habit->is_tied;
    if (!known)
        wm_import_note(
            c->im, "assumed: embedding and head are two matrices, tie_word_embeddings is absent");
    return wm_config_flag(c, "tie_word_embeddings", habit->is_tied);
}

/* The count beside the vendor's, which counts a matrix once that is embedding and head. */
static void compare(struct wm_config *c, const struct wm_llm *m, bool tied)
{
    const double stated = c->im->options->total_params;
    const double ends = tied ? (double)m->vocab_size * (double)m->hidden_dim : 0.0;
    const double counted = m->total_params - ends, off = counted / stated - 1.0;
    wm_import_note(c->im,
                   "read: %lld layers of %lld, %.4g parameters by the shape%s, %.4g of them active",
                   (long long)m->layers, (long long)m->hidden_dim, counted,
                   tied ? " (embedding and head once)" : "", m->active_params - ends);
    if (tied)
        wm_import_note(c->im,
                       "assumed: embedding and head are one matrix in the checkpoint, counted "
                       "apart in total_params %.4g",
                       m->total_params);
    if (isnan(stated))
        return;
    if (fabs(off) > TOTAL_REFUSED)
        wm_config_mistake(c, WM_E211, NULL,
                          "%.4g parameters by the shape, %.4g stated, %+.1f %%: the file says "
                          "something that was not understood",
                          counted, stated, 100.0 * off);
    else
        wm_import_note(
            c->im, "read: %.4g parameters stated, the shape has %+.2f %%%s", stated, 100.0 * off,
            fabs(off) > TOTAL_TOLD ? "; parts that were left out above may be the rest" : "");
}

/* Members that differ from their row's default. */
static void write_rows(struct wm_json_writer *w, const struct wm_llm *m)
{
    for (const struct wm_field *f = wm_llm_fields; f->kind != WM_KIND_END; f++) {
        const void *const at = (const char *)m + f->offset;
        if (f->kind == WM_KIND_INT && (f->required || (double)*(const int64_t *)at != f->def))
            wm_json_member_integer(w, f->key, *(const int64_t *)at);
        else if (f->kind == WM_KIND_REAL && (f->required || *(const double *)at != f->def))
            wm_json_member_number(w, f->key, *(const double *)at);
        else if (f->kind == WM_KIND_TEXT && *(const char *const *)at != NULL)
            wm_json_member_string(w, f->key, *(const char *const *)at);
        else if (f->kind == WM_KIND_CHOICE) {
            const char *const word = f->choices[*(const int *)at];
            if (f->required || strcmp(word, f->def_text) != 0)
                wm_json_member_string(w, f->key, word);
        }
    }
}

static const char *catalogue(struct wm_arena *arena, const struct wm_llm *m)
{
    struct wm_json_writer w = wm_json_writer_to_memory(arena, true);
    wm_json_object_begin(&w);
    wm_json_key(&w, "llms");
    wm_json_object_begin(&w);
    wm_json_key(&w, m->head.name);
    wm_json_object_begin(&w);
    write_rows(&w, m);
    wm_json_object_end(&w);
    wm_json_object_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    return w.bytes;
}

static void defaults(struct wm_llm *m)
{
    *m = (struct wm_llm){.head = {.basis = WM_BASIS_VENDOR}};
    for (const struct wm_field *f = wm_llm_fields; f->kind != WM_KIND_END; f++) {
        if (f->kind == WM_KIND_INT && !f->required)
            *(int64_t *)(void *)((char *)m + f->offset) = (int64_t)f->def;
        else if (f->kind == WM_KIND_REAL && !f->required)
            *(double *)(void *)((char *)m + f->offset) = f->def;
    }
    m->native_precision = m->rest_precision = WM_BF16;
}

void wm_import_llm(struct wm_importer *im, const char *text, size_t n_bytes)
{
    struct wm_config c;
    struct wm_llm m;
    if (!wm_config_open(im, text, n_bytes, &c))
        return;
    defaults(&m);
    const char *const type = wm_config_text(&c, "model_type");
    const struct habit *habit = habits;
    while (!wm_config_matches(habit->types, type))
        habit++;
    refuse(&c);
    read_numbers(&c, &m);
    if (im->n_mistakes == 0) {
        read_attention(&c, &m, habit);
        read_layers(&c, &m, habit);
        read_ffn(&c, &m, habit);
        read_index(&c, &m);
        read_precision(&c, &m);
    }
    m.head.name = m.head.title = name_of(&c);
    m.family = type[0] != '\0' ? type : "not said";
    m.head.as_of = im->options->as_of;
    m.head.source = wm_arena_printf(im->arena, "model configuration %.100s (model_type %.60s)",
                                    im->file, m.family);
    check_date(&c);
    const bool tied = is_tied(&c, habit);
    if (im->n_mistakes > 0)
        return;
    m.total_params = wm_llm_counted_params(&m, false);
    m.active_params = wm_llm_counted_params(&m, true);
    m.head.notes = tied ? "parameters counted from the shape; embedding and head are one matrix in "
                          "the checkpoint, counted apart here"
                        : "parameters counted from the shape";
    for (size_t i = 0; i < sizeof besides / sizeof *besides; i++) {
        const struct wm_json *const v = wm_config_get(&c, besides[i].keys);
        if (wm_config_says(v))
            wm_import_note(im, "left out: %s, %s", v->key, besides[i].why);
    }
    wm_config_tell_rest(&c, silent);
    compare(&c, &m, tied);
    im->text = im->n_mistakes == 0 ? catalogue(im->arena, &m) : NULL;
}
