#include "wattmill/training.h"

#include <math.h>

#include "wattmill/require.h"

/*
 * Constants of training software, the same for every accelerator and model: least absolute relative
 * error of tokens per second over 305 published runs (MosaicML llm-foundry, Megatron-Bridge,
 * MaxText, TPU recipes, MLPerf Training 5.0, Llama 3, DeepSeek-V3), together with the `training`
 * terms of the accelerators. Median error 5.2 % there, 10 % on 34 runs kept apart (docs/accuracy.md).
 */
static const double passes = 126.0; /* of a hidden vector through memory, per layer and token */
static const double expert_passes = 9.8;  /* of each routed copy: dispatch, activation, combine */
static const double expert_frac = 0.373;  /* rate of grouped expert products over dense ones */
static const double attention_back = 2.5; /* backward over forward: 5 products instead of 2 */
static const double tensor_exposed_frac = 0.1;
static const double expert_exposed_frac = 0.287;
static const double data_exposed_frac = 0.05;
/* Per doubling beyond a server of eight; estimate between 0.3 % (BF16) and 1.4 % (FP8) of
   SemiAnalysis' Llama-3-70B runs of 64 to 2,048 H100 (August 2025). */
static const double straggle_frac = 0.005;
enum { SERVER_GPUS = 8 };

/* Bytes of a weight, a gradient and the optimiser's state (FP32 master copy and two moments). */
enum { WEIGHT_BYTES = 2, GRADIENT_BYTES = 2, OPTIMISER_BYTES = 12, ACTIVATION_BYTES = 2 };

double wm_train_gpus(const struct wm_train_plan *p)
{
    return p->tensor * p->pipeline * p->data * p->context;
}

/* Parameters that multiply every token: all active ones but the look-up table of the input. */
static double product_params(const struct wm_llm *llm)
{
    return llm->active_params - (double)llm->vocab_size * (double)llm->hidden_dim;
}

static double expert_params_active(const struct wm_llm *llm)
{
    if (llm->experts_total == 0)
        return 0.0;
    return wm_llm_expert_params(llm) * (double)llm->experts_active / (double)llm->experts_total;
}

/* Forward FLOP of attention per token, all layers, causal; updates of linear states left out. */
static double attention_flop(const struct wm_llm *llm, double seq_tok)
{
    const double rope = llm->attention == WM_ATTENTION_GQA ? 0.0 : (double)llm->rope_head_dim;
    struct wm_llm_cache kinds[WM_LLM_MAX_CACHES];
    const int n = wm_llm_caches(llm, kinds);
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        const struct wm_attention_heads h = wm_llm_heads(llm, kinds[i].full);
        sum += 2.0 * (double)llm->n_heads * (h.key + rope + h.value) * kinds[i].layers *
               wm_llm_entries(&kinds[i], 0.5 * (seq_tok + 1.0));
    }
    return sum;
}

double wm_train_flop_per_tok(const struct wm_llm *llm, double seq_tok)
{
    return 3.0 * (2.0 * product_params(llm) + attention_flop(llm, seq_tok));
}

static double training_frac(const struct wm_accelerator *a, enum wm_precision precision)
{
    const struct wm_training_rates *const t = &a->training;
    return precision == WM_FP4 ? t->fp4_frac : precision == WM_FP8 ? t->fp8_frac : t->bf16_frac;
}

static double scale_up_bytes_per_s(const struct wm_accelerator *a)
{
    return a->scale_up_bytes_per_s * a->collective.reduce_frac;
}

/* Rings over more than a scale-up domain cross its border on the links of all its members at once. */
static double ring_bytes_per_s(const struct wm_accelerator *a, double group)
{
    if (group <= (double)a->scale_up_gpus)
        return scale_up_bytes_per_s(a);
    return fmin(scale_up_bytes_per_s(a), a->scale_out_bytes_per_s * (double)a->scale_up_gpus);
}

/* In an all-to-all every accelerator sends what leaves the domain over its own link. */
static double exchange_bytes_per_s(const struct wm_accelerator *a, double group)
{
    return group <= (double)a->scale_up_gpus ? a->scale_up_bytes_per_s * a->collective.a2a_frac
                                             : a->scale_out_bytes_per_s;
}

/* Share of a ring's volume that leaves each member. */
static double ring_frac(double n)
{
    return (n - 1.0) / n;
}

/* Seconds per step of one accelerator that computes alone at full share. */
struct work {
    double product_s, attention_s, memory_s;
};

static struct work work_of(const struct wm_train_case *c)
{
    const struct wm_accelerator *const a = c->accelerator;
    const struct wm_llm *const llm = c->llm;
    const double tok = c->batch_tok / wm_train_gpus(&c->plan);
    const double again = c->plan.recompute == WM_RECOMPUTE_FULL ? 1.0 : 0.0;
    const double experts = expert_params_active(llm);
    const struct wm_precision_rates *const rates = wm_accelerator_rates(a, c->precision);
    const double products = product_params(llm) - experts + experts / expert_frac;
    const double rate = rates->flop_per_s * training_frac(a, c->precision) * c->clock_frac;
    const double rate16 = a->bf16.flop_per_s * a->training.attention_frac * c->clock_frac;
    const double traffic =
        (double)ACTIVATION_BYTES * (double)llm->hidden_dim *
        (passes * (double)llm->layers +
         expert_passes * (double)wm_llm_moe_layers(llm) * (double)llm->experts_active);
    const double update = llm->total_params / wm_train_gpus(&c->plan) *
                          (2.0 * OPTIMISER_BYTES + GRADIENT_BYTES + WEIGHT_BYTES);
    return (struct work){
        .product_s = tok * (3.0 + again) * 2.0 * products / rate,
        .attention_s =
            tok * (1.0 + attention_back + again) * attention_flop(llm, c->seq_tok) / rate16,
        .memory_s = (tok * traffic * (3.0 + again) / 3.0 + update) /
                    (a->mem_bytes_per_s * a->elementwise.memory_frac),
    };
}

/* Collectives that arithmetic does not hide. */
static double link_s(const struct wm_train_case *c, double work_s)
{
    const struct wm_accelerator *const a = c->accelerator;
    const struct wm_llm *const llm = c->llm;
    const struct wm_train_plan *const p = &c->plan;
    /* tokens that pass an accelerator's layers in a step; tensor peers see the same ones */
    const double tok = c->batch_tok / (p->data * p->context);
    const double vector = (double)ACTIVATION_BYTES * (double)llm->hidden_dim;
    const double layers = (double)llm->layers / p->pipeline;
    const double moe_layers = (double)wm_llm_moe_layers(llm) / p->pipeline;
    /* two all-reduces forward and two backward, each twice the volume of a ring */
    const double tensor_s =
        8.0 * layers * tok * vector * ring_frac(p->tensor) / ring_bytes_per_s(a, p->tensor);
    /* dispatch and combine, forward and backward */
    const double expert_s = 4.0 * moe_layers * (tok / p->tensor) * (double)llm->experts_active *
                            vector * ring_frac(p->expert) / exchange_bytes_per_s(a, p->expert);
    const double replicas = p->data * p->context;
    const double m = c->batch_tok / (p->data * p->sequences * c->seq_tok);
    const double held =
        (llm->total_params - wm_llm_expert_params(llm)) / (p->tensor * p->pipeline) +
        wm_llm_expert_params(llm) / (p->pipeline * fmax(p->expert, p->tensor));
    const double gathers = p->full_shard ? 2.0 * fmax(1.0, m) : 1.0;
    const double data_s = held * (gathers * WEIGHT_BYTES + GRADIENT_BYTES) * ring_frac(replicas) /
                          ring_bytes_per_s(a, p->tensor * replicas);
    return tensor_exposed_frac * tensor_s + expert_exposed_frac * expert_s +
           fmax(data_exposed_frac * data_s, data_s - work_s);
}

/* Bytes kept of a layer for the backward pass, per token of a micro-batch. */
static double kept_bytes_per_tok(const struct wm_train_case *c)
{
    const struct wm_llm *const llm = c->llm;
    const double h = (double)llm->hidden_dim;
    if (c->plan.recompute == WM_RECOMPUTE_FULL)
        return 2.0 * h; /* the layer's input */
    /* 34 h of a dense layer of width 4 h; each routed copy adds its share of the feed-forward part */
    const double copies = llm->experts_total > 0 ? (double)llm->experts_active : 0.0;
    return 34.0 * h + copies * (2.0 * h + 3.0 * ACTIVATION_BYTES * (double)llm->moe_ffn_dim);
}

static double memory_bytes(const struct wm_train_case *c)
{
    const struct wm_llm *const llm = c->llm;
    const struct wm_train_plan *const p = &c->plan;
    const double experts = wm_llm_expert_params(llm);
    const double rest = (llm->total_params - experts) / (p->tensor * p->pipeline);
    const double mine = rest + experts / (p->pipeline * fmax(p->expert, p->tensor));
    const double all = llm->total_params / wm_train_gpus(p);
    const double shard = p->full_shard ? all : mine;
    const double micro_tok = p->sequences * c->seq_tok / (p->context * p->tensor);
    /* a stage keeps p micro-batches of 1 / p of the layers under 1F1B: one model's worth */
    const double in_flight = (double)llm->layers * (1.0 + ring_frac(p->pipeline) / p->interleave);
    const double logits = 4.0 * (double)llm->vocab_size * micro_tok;
    return shard * (WEIGHT_BYTES + GRADIENT_BYTES) + all * OPTIMISER_BYTES +
           in_flight * micro_tok * kept_bytes_per_tok(c) + logits;
}

struct wm_train_step wm_train_step_eval(const struct wm_train_case *c)
{
    const struct wm_train_plan *const p = &c->plan;
    const double n = wm_train_gpus(p);
    WM_REQUIRE(n >= 1.0 && c->batch_tok > 0.0 && c->clock_frac > 0.0 && p->sequences > 0.0);
    const struct work w = work_of(c);
    const double work_s = w.product_s + w.attention_s + w.memory_s;
    const double m = fmax(1.0, c->batch_tok / (p->data * p->sequences * c->seq_tok));
    const double bubble_s = work_s * (p->pipeline - 1.0) / (p->interleave * m);
    const double exposed_s = link_s(c, work_s);
    const double straggle = n > SERVER_GPUS ? straggle_frac * log2(n / SERVER_GPUS) : 0.0;
    struct wm_train_step s = {
        .product_s = w.product_s,
        .attention_s = w.attention_s,
        .memory_s = w.memory_s,
        .link_s = exposed_s,
        .bubble_s = bubble_s,
        .straggle_s = straggle * (work_s + bubble_s + exposed_s),
        .flop_per_tok = wm_train_flop_per_tok(c->llm, c->seq_tok),
        .mem_bytes = memory_bytes(c),
    };
    s.time_s = work_s + bubble_s + exposed_s + s.straggle_s;
    s.tok_per_s_per_gpu = c->batch_tok / n / s.time_s;
    s.mfu_frac = s.flop_per_tok * s.tok_per_s_per_gpu /
                 wm_accelerator_rates(c->accelerator, c->precision)->flop_per_s;
    return s;
}
