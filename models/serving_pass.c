/*
 * Times of one pass: a decode step or a prefill chunk of a group of accelerators, kernel by kernel.
 * A pass is summed in `struct sum`; each kernel adds its time and the shares that bound it.
 */
#include "wattmill/require.h"
#include "wattmill/serving.h"

static const double bf16_bytes = 2.0;
static const double dispatch_bytes = 1.0; /* tokens travel to experts in FP8, back in BF16 */
static const double elementwise_per_layer =
    4.0; /* norm+residual, rotary, norm+residual, activation */
static const double mla_value_dim =
    128.0; /* DeepSeek-V3 report: v_head_dim = nope head_dim = 128 */

struct sum {
    const struct wm_accelerator *hw;
    double clock_frac;
    struct wm_pass pass;
};

/* One kernel: p-norm of arithmetic and memory time, plus overhead. The clock scales all but memory. */
static void add_kernel(struct sum *sum, double flop, double bytes, double flop_per_s,
                       const struct wm_kernel *kernel)
{
    const double compute_s = flop / (flop_per_s * kernel->compute_frac * sum->clock_frac);
    const double memory_s = bytes / (sum->hw->mem_bytes_per_s * kernel->memory_frac);
    const double longer_s = fmax(compute_s, memory_s);
    const double shorter_s = fmin(compute_s, memory_s);
    if (longer_s > 0.0)
        sum->pass.time_s +=
            longer_s * pow(1.0 + pow(shorter_s / longer_s, kernel->norm), 1.0 / kernel->norm);
    sum->pass.time_s += kernel->overhead_s / sum->clock_frac;
    sum->pass.compute_s += compute_s;
    sum->pass.memory_s += memory_s;
    sum->pass.flop += flop;
    sum->pass.mem_bytes += bytes;
}

/* Attention works in 16 bits, where there are such units. */
static double attention_flop_per_s(const struct wm_accelerator *hw)
{
    return wm_accelerator_rates(hw, wm_compute_precision(hw, WM_BF16))->flop_per_s;
}

/* Matrix product of `tok` rows with a weight of n x k. */
static void add_gemm(struct sum *sum, enum wm_precision precision, double tok, double n, double k)
{
    const enum wm_precision unit = wm_compute_precision(sum->hw, precision);
    const struct wm_precision_rates *rates = wm_accelerator_rates(sum->hw, unit);
    const double bytes = wm_precision_bytes(precision);
    add_kernel(sum, 2.0 * tok * n * k,
               n * k * bytes + tok * k * wm_precision_bytes(unit) + tok * n * bf16_bytes,
               rates->flop_per_s, &rates->gemm);
}

static void add_time(struct sum *sum, double fixed_s, double memory_s)
{
    sum->pass.time_s += fixed_s / sum->clock_frac + memory_s;
    sum->pass.memory_s += memory_s;
}

static void add_elementwise(struct sum *sum, double tok, double width)
{
    const struct wm_elementwise *e = &sum->hw->elementwise;
    /* each kernel reads and writes one activation of BF16 */
    const double bytes = elementwise_per_layer * 2.0 * tok * width * bf16_bytes;
    add_time(sum, elementwise_per_layer * e->overhead_s,
             bytes / (sum->hw->mem_bytes_per_s * e->memory_frac));
    sum->pass.mem_bytes += bytes;
}

/* Ring all-reduce of the activations of `tok` tokens over `tp` ranks. */
static void add_all_reduce(struct sum *sum, double tp, double tok, double width)
{
    if (tp <= 1.0)
        return;
    const struct wm_collective *c = &sum->hw->collective;
    const double bytes = 2.0 * (tp - 1.0) / tp * tok * width * bf16_bytes;
    sum->pass.time_s += c->reduce_latency_s / sum->clock_frac +
                        bytes / (sum->hw->scale_up_bytes_per_s * c->reduce_frac);
}

/* Dispatch to experts and combine: each token visits min(k, ep) other ranks. */
static void add_all_to_all(struct sum *sum, double ep, double tok_local, double k, double width)
{
    if (ep <= 1.0)
        return;
    const struct wm_collective *c = &sum->hw->collective;
    const double bytes =
        tok_local * fmin(k, ep) * width * (dispatch_bytes + bf16_bytes) * (1.0 - 1.0 / ep);
    sum->pass.time_s += 2.0 * c->a2a_latency_s / sum->clock_frac +
                        bytes / (sum->hw->scale_up_bytes_per_s * c->a2a_frac);
}

/* Linear layers around attention. GQA: split over `tp`; MLA: whole on each rank. */
static void add_projections(struct sum *sum, const struct wm_serving_case *c, double tp, double tok,
                            bool absorbed)
{
    const struct wm_llm *m = c->llm;
    const double width = (double)m->hidden_dim;
    const double heads = (double)m->n_heads;
    const double head = (double)m->head_dim;
    if (m->attention == WM_ATTENTION_GQA) {
        const double kv_heads = fmax(1.0, (double)m->n_kv_heads / tp);
        add_gemm(sum, c->precision, tok, (heads / tp + 2.0 * kv_heads) * head, width);
        add_gemm(sum, c->precision, tok, width, heads / tp * head);
        return;
    }
    const double latent = (double)m->kv_lora_rank;
    const double rope = (double)m->rope_head_dim;
    const double q_latent = (double)m->q_lora_rank;
    /* query down and key-value down share their input: one fused product */
    add_gemm(sum, c->precision, tok, q_latent + latent + rope, width);
    add_gemm(sum, c->precision, tok, heads * (head + rope), q_latent);
    if (absorbed) { /* per head: query into the latent space, result out of it */
        add_gemm(sum, c->precision, tok, heads * latent, head);
        add_gemm(sum, c->precision, tok, heads * mla_value_dim, latent);
    } else {
        add_gemm(sum, c->precision, tok, heads * (head + mla_value_dim), latent);
    }
    add_gemm(sum, c->precision, tok, width, heads * mla_value_dim);
}

static void add_dense_ffn(struct sum *sum, const struct wm_serving_case *c, double tp, double tok,
                          double ffn)
{
    const double width = (double)c->llm->hidden_dim;
    add_gemm(sum, c->precision, tok, 2.0 * ffn / tp, width);
    add_gemm(sum, c->precision, tok, width, ffn / tp);
}

/* Routed experts over `ep` ranks: `tok` tokens on this rank, tok * ep in the group. */
static void add_experts(struct sum *sum, const struct wm_serving_case *c, double ep, double tok)
{
    const struct wm_llm *m = c->llm;
    const double width = (double)m->hidden_dim;
    const double ffn = (double)m->moe_ffn_dim;
    const double experts = (double)m->experts_total;
    const double k = (double)m->experts_active;
    const double bytes = wm_precision_bytes(c->precision);
    const enum wm_precision unit = wm_compute_precision(sum->hw, c->precision);
    const struct wm_precision_rates *rates = wm_accelerator_rates(sum->hw, unit);
    const double choices = tok * k; /* arriving at this rank when loads are even */
    const double touched = experts / ep * wm_expert_coverage_frac(experts, tok * ep * k);
    add_gemm(sum, WM_BF16, tok, experts, width);
    add_kernel(sum, 6.0 * choices * width * ffn,
               3.0 * touched * width * ffn * bytes +
                   choices * (2.0 * width + 3.0 * ffn) * wm_precision_bytes(unit),
               rates->flop_per_s, &rates->moe);
    if (m->experts_shared > 0)
        add_dense_ffn(sum, c, 1.0, tok, ffn * (double)m->experts_shared);
    add_all_to_all(sum, ep, tok, k, width);
}

static void add_decode_attention(struct sum *sum, const struct wm_serving_case *c, double tp,
                                 double batch, double context_tok)
{
    const struct wm_llm *m = c->llm;
    const struct wm_attention_kernel *a = &sum->hw->attention;
    const double cached_tok = batch * context_tok;
    const double kv_bytes = c->engine->kv_bytes;
    if (m->attention == WM_ATTENTION_GQA) {
        const double heads = (double)m->n_heads / tp;
        const double kv_heads = fmax(1.0, (double)m->n_kv_heads / tp);
        const double bytes = 2.0 * kv_heads * (double)m->head_dim * kv_bytes * cached_tok;
        add_time(sum, a->decode_overhead_s + a->decode_per_seq_s * batch * heads / 32.0,
                 bytes / (sum->hw->mem_bytes_per_s * a->decode_memory_frac));
        sum->pass.mem_bytes += bytes;
        return;
    }
    /* latent attention: scores over latent + rope, values over latent */
    const double latent = (double)m->kv_lora_rank;
    const double width = 2.0 * latent + (double)m->rope_head_dim;
    const double heads = (double)m->n_heads;
    const double bytes = (latent + (double)m->rope_head_dim) * kv_bytes * cached_tok +
                         bf16_bytes * width * heads * batch;
    const struct wm_kernel kernel = {
        .compute_frac = 1.0, /* the fit saturates at the bound: memory explains the data */
        .memory_frac = a->mla_memory_frac,
        .overhead_s = a->mla_overhead_s,
        .norm = 1.0};
    add_kernel(sum, 2.0 * width * heads * cached_tok, bytes, attention_flop_per_s(sum->hw),
               &kernel);
}

static void add_prefill_attention(struct sum *sum, const struct wm_serving_case *c, double tp,
                                  double n_prompts, double new_tok, double past_tok)
{
    const struct wm_llm *m = c->llm;
    const struct wm_attention_kernel *a = &sum->hw->attention;
    const double heads = (double)m->n_heads / tp;
    const double flop_per_pair =
        m->attention == WM_ATTENTION_GQA
            ? 4.0 * heads * (double)m->head_dim
            : 2.0 * heads * ((double)(m->head_dim + m->rope_head_dim) + mla_value_dim);
    const double reach_tok = past_tok + new_tok / 2.0;
    const double flop = flop_per_pair * n_prompts * new_tok * reach_tok;
    const double rate = attention_flop_per_s(sum->hw) * a->prefill_compute_frac * sum->clock_frac;
    const double lost_flop = flop_per_pair * n_prompts * a->prefill_half_tok * reach_tok;
    sum->pass.time_s +=
        n_prompts * a->prefill_overhead_s / sum->clock_frac + (flop + lost_flop) / rate;
    sum->pass.compute_s += flop / rate;
    sum->pass.flop += flop;
}

/* How a group shares a layer: dense models split it (tp), MoE models split tokens and experts. */
struct split {
    double tp, ep, tok;
};

static struct split split_group(const struct wm_llm *llm, double n_gpus, double tok)
{
    if (llm->experts_total > 0)
        return (struct split){.tp = 1.0, .ep = n_gpus, .tok = tok / n_gpus};
    return (struct split){.tp = n_gpus, .ep = 1.0, .tok = tok};
}

/* Runs `body` once for a dense and once for a MoE layer and scales by their numbers. */
static void scale_pass(struct wm_pass *pass, const struct wm_pass *before, double times)
{
    pass->time_s = before->time_s + (pass->time_s - before->time_s) * times;
    pass->compute_s = before->compute_s + (pass->compute_s - before->compute_s) * times;
    pass->memory_s = before->memory_s + (pass->memory_s - before->memory_s) * times;
    pass->flop = before->flop + (pass->flop - before->flop) * times;
    pass->mem_bytes = before->mem_bytes + (pass->mem_bytes - before->mem_bytes) * times;
}

static void add_layer_mlps(struct sum *sum, const struct wm_serving_case *c, struct split s)
{
    const struct wm_llm *m = c->llm;
    const double n_moe = (double)wm_llm_moe_layers(m);
    const double n_dense = (double)m->layers - n_moe;
    struct wm_pass before = sum->pass;
    if (n_dense > 0.0) {
        add_dense_ffn(sum, c, s.tp, s.tok, (double)m->dense_ffn_dim);
        scale_pass(&sum->pass, &before, n_dense);
    }
    before = sum->pass;
    if (n_moe > 0.0) {
        add_experts(sum, c, s.ep, s.tok);
        scale_pass(&sum->pass, &before, n_moe);
    }
}

static struct wm_pass finish(struct sum *sum, const struct wm_serving_case *c, struct split s,
                             double n_sampled)
{
    add_gemm(sum, WM_BF16, n_sampled, (double)c->llm->vocab_size / s.tp,
             (double)c->llm->hidden_dim);
    /* the scheduler runs on the host: the accelerator's clock does not matter */
    sum->pass.time_s += c->engine->step_overhead_s + c->engine->seq_overhead_s * n_sampled;
    return sum->pass;
}

struct wm_pass wm_decode_pass(const struct wm_serving_case *c, double n_gpus, double batch,
                              double context_tok, double clock_frac)
{
    WM_REQUIRE(n_gpus >= 1.0 && batch > 0.0 && context_tok >= 0.0 && clock_frac > 0.0);
    struct sum sum = {.hw = c->accelerator, .clock_frac = clock_frac};
    const struct split s = split_group(c->llm, n_gpus, batch);
    const double width = (double)c->llm->hidden_dim;
    const struct wm_pass zero = sum.pass;
    add_projections(&sum, c, s.tp, s.tok, true);
    add_decode_attention(&sum, c, s.tp, s.tok, context_tok);
    add_elementwise(&sum, s.tok, width);
    add_all_reduce(&sum, s.tp, s.tok, width);
    add_all_reduce(&sum, s.tp, s.tok, width);
    scale_pass(&sum.pass, &zero, (double)c->llm->layers);
    add_layer_mlps(&sum, c, s);
    return finish(&sum, c, s, s.tok);
}

struct wm_pass wm_prefill_pass(const struct wm_serving_case *c, double n_gpus, double n_tok,
                               double prompt_tok, double past_tok, double clock_frac)
{
    WM_REQUIRE(n_gpus >= 1.0 && n_tok > 0.0 && prompt_tok > past_tok && past_tok >= 0.0);
    struct sum sum = {.hw = c->accelerator, .clock_frac = clock_frac};
    const struct split s = split_group(c->llm, n_gpus, n_tok);
    const double width = (double)c->llm->hidden_dim;
    const double new_tok = prompt_tok - past_tok;
    const double n_prompts = s.tok / new_tok;
    const struct wm_pass zero = sum.pass;
    add_projections(&sum, c, s.tp, s.tok, false);
    add_prefill_attention(&sum, c, s.tp, n_prompts, new_tok, past_tok);
    add_elementwise(&sum, s.tok, width);
    add_all_reduce(&sum, s.tp, s.tok, width);
    add_all_reduce(&sum, s.tp, s.tok, width);
    scale_pass(&sum.pass, &zero, (double)c->llm->layers);
    add_layer_mlps(&sum, c, s);
    return finish(&sum, c, s, n_prompts);
}

double wm_board_power_w(const struct wm_accelerator *accelerator, const struct wm_pass *pass,
                        double clock_frac)
{
    const struct wm_board_power *p = &accelerator->power;
    const double memory_frac = fmin(1.0, pass->memory_s / pass->time_s);
    const double compute_frac = fmin(1.0, pass->compute_s / pass->time_s);
    const double share = p->base_frac + p->memory_frac * sqrt(memory_frac) +
                         p->compute_frac * sqrt(compute_frac) * wm_clock_power_frac(clock_frac);
    return accelerator->tdp_w * fmin(1.0, share);
}
