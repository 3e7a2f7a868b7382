/*
 * One iteration, kernel by kernel, summed in `struct sum`; each kernel adds its time and the traffic
 * that bounds it. Layers of one kind are evaluated once and multiplied.
 */
#include "wattmill/step.h"

#include "wattmill/require.h"
#include "wattmill/numeric.h"

static const double bf16_bytes = 2.0;
static const double dispatch_bytes = 1.0; /* tokens travel to experts in FP8, back in BF16 */
static const double elementwise_per_layer =
    4.0; /* norm+residual, rotary, norm+residual, activation */
/* Sparse attention scores every entry with an index key in FP8 and its scale (DeepSeek-V3.2-Exp). */
static const double index_scale_bytes = 4.0;
/* ... after two projections, and selects: kernels of small work beside attention itself. Compressed
   caches add a projection and a pooling each for keys, values and the index. */
static const double index_kernels = 4.0;
static const double compress_kernels = 4.0;
/* Activations that these kernels read and write, as passes over the hidden width: 0.11 us a token and
   layer on B200, the same with 16 and 128 heads (whole attention modules of DeepSeek V4 and V3.2 timed
   by AIConfigurator, 2,048 and 8,192 new tokens, less what projections and attention account for). */
static const double index_passes = 16.0;

/* Power of arithmetic rises with its busy time, less than in proportion: what is idle in between leaks
   and clocks on (own fit; 1 and 1/2 meet the rows of one family each). */
static const double arithmetic_power = 0.75;

/* FP8 attention over 16-bit attention: 1.6 in FlashAttention-3 on H100 (arXiv:2407.08608, 740 and 1,200
   TFLOP/s), less where exponentials limit it (estimate for the mean of generations). */
static const double fp8_attention_gain = 1.4;

/* Share of the memory's power that follows the core clock: caches, load and store units. Estimate between two
   measurements: clock locks save 32 % of the energy of decoding on H200 (arXiv:2605.11999; 0.55 to 0.6 at few
   sequences), a cap at half of an A100's limit costs 21.9 % of its answers (arXiv:2507.00909; 0.7). */
static const double core_memory_frac = 0.6;

/* What products of a precision have in common. */
struct unit {
    const struct wm_precision_rates *rates; /* NULL: not looked up yet */
    double bytes;                           /* of an operand where it is computed */
    double held, computed;                  /* bytes of a weight in memory, and on the chip */
    double widening; /* share of its rates that a product reaches: weights held narrower are widened */
    double rate, bandwidth; /* of a product, below the peaks */
};

struct sum {
    struct unit units[WM_N_PRECISIONS];
    const struct wm_step_model *m;
    const struct wm_accelerator *hw;
    double tok;        /* rows of the linear layers on the busiest attention group */
    double decode_tok; /* of them, rows of decoding sequences */
    double all_tok;    /* rows of all groups, which the experts share */
    struct wm_step step;
};

static double norm2(double a, double b, double p)
{
    const double longer = wm_larger(a, b), shorter = wm_smaller(a, b);
    if (shorter <= 1e-3 * longer || p >= 8.0) /* the shorter one adds less than rounding of a fit */
        return p >= 8.0 || shorter <= 0.0 ? longer : longer * (1.0 + pow(shorter / longer, p) / p);
    if (p == 1.0)
        return a + b;
    return longer * pow(1.0 + pow(shorter / longer, p), 1.0 / p);
}

/* Time `t` for the traffic, but never less than the peaks allow. */
static void add_work(struct sum *s, double time_s, double flop, double bytes, double flop_per_s,
                     double fixed_s)
{
    const double compute_s = flop / flop_per_s;
    const double memory_s = bytes / s->hw->mem_bytes_per_s;
    const double clock = s->m->clock_frac;
    s->step.time_s += wm_larger(time_s, wm_larger(compute_s / clock, memory_s)) +
                      fixed_s * s->hw->achieved.overhead / clock;
    s->step.compute_s += compute_s;
    s->step.busy_compute_s += compute_s;
    s->step.busy_memory_s += memory_s;
    s->step.memory_s += memory_s;
    s->step.flop += flop;
    s->step.mem_bytes += bytes;
}

static double below_peak(double peak, double frac)
{
    return peak * wm_smaller(WM_MAX_PEAK_FRAC, frac);
}

static double rate_of(const struct sum *s, const struct wm_precision_rates *rates,
                      const struct wm_kernel *kernel, double software)
{
    return below_peak(rates->flop_per_s, kernel->compute_frac * rates->serving_frac *
                                             s->hw->achieved.compute_frac * software);
}

static double bandwidth_of(const struct sum *s, const struct wm_kernel *kernel, double software)
{
    return below_peak(s->hw->mem_bytes_per_s,
                      kernel->memory_frac * s->hw->achieved.memory_frac * software);
}

static const struct unit *unit_of(struct sum *s, enum wm_precision precision)
{
    struct unit *const u = &s->units[precision];
    if (u->rates != NULL)
        return u;
    const enum wm_precision at = wm_compute_precision(s->hw, precision);
    WM_REQUIRE(at != WM_N_PRECISIONS);
    const bool in_blocks = at == WM_FP8 && s->m->llm->fp8_scaling == WM_FP8_BLOCK;
    u->rates = in_blocks && s->hw->fp8_block.flop_per_s > 0.0 ? &s->hw->fp8_block
                                                              : wm_accelerator_rates(s->hw, at);
    u->bytes = wm_precision_bytes(at);
    u->held = wm_llm_precision_bytes(s->m->llm, precision);
    u->computed = u->bytes;
    u->widening = at == precision ? 1.0 : s->hw->achieved.widen_frac;
    const double software = s->m->engine->kernel_frac * u->widening;
    u->rate = rate_of(s, u->rates, &u->rates->gemm, software);
    u->bandwidth = bandwidth_of(s, &u->rates->gemm, software);
    return u;
}

/* A matrix product: arithmetic, traffic of the memory, and traffic of the chip itself, which moves
   weights at the width they are computed in. */
struct product {
    double flop, bytes, chip_bytes;
};

static struct product product_of(const struct unit *u, double weights, double activation_bytes,
                                 double flop)
{
    return (struct product){flop, weights * u->held + activation_bytes,
                            weights * wm_larger(u->held, u->computed) + activation_bytes};
}

static void add_kernel(struct sum *s, const struct product *p,
                       const struct wm_precision_rates *rates, const struct wm_kernel *kernel,
                       double rate, double bandwidth)
{
    const double time_s =
        norm2(p->flop / (rate * s->m->clock_frac), p->bytes / bandwidth, kernel->norm);
    add_work(s, time_s, p->flop, p->bytes, rates->flop_per_s, kernel->overhead_s);
    s->step.busy_compute_s += (p->flop / rate - p->flop / rates->flop_per_s);
    /* widening keeps the chip's own paths busy, but no longer than the kernel runs */
    const double memory_s = p->bytes / s->hw->mem_bytes_per_s;
    const double chip_s = p->chip_bytes / bandwidth;
    s->step.busy_memory_s += (wm_smaller(wm_larger(time_s, memory_s), chip_s) - memory_s);
}

/* Matrix product of `tok` rows with a weight of n x k. */
static void add_gemm(struct sum *s, enum wm_precision precision, double tok, double n, double k)
{
    if (tok <= 0.0)
        return;
    const struct unit *const u = unit_of(s, precision);
    const struct product p =
        product_of(u, n * k, tok * k * u->bytes + tok * n * bf16_bytes, 2.0 * tok * n * k);
    add_kernel(s, &p, u->rates, &u->rates->gemm, u->rate, u->bandwidth);
}

static void add_elementwise(struct sum *s)
{
    const struct wm_elementwise *e = &s->hw->elementwise;
    const double kernels = elementwise_per_layer * (double)s->m->llm->residual_streams;
    /* each kernel reads and writes one activation of BF16 */
    const double bytes = kernels * 2.0 * s->tok * (double)s->m->llm->hidden_dim * bf16_bytes;
    add_work(s, bytes / (s->hw->mem_bytes_per_s * e->memory_frac), 0.0, bytes, 1.0,
             kernels * e->overhead_s);
    const double small = (s->m->llm->sparse_top_tok > 0 ? index_kernels : 0.0) +
                         (s->m->llm->tok_per_entry > 1.0 ? compress_kernels : 0.0);
    const double small_bytes =
        small > 0.0 ? index_passes * 2.0 * s->tok * (double)s->m->llm->hidden_dim * bf16_bytes
                    : 0.0;
    add_work(s, small_bytes / (s->hw->mem_bytes_per_s * e->memory_frac), 0.0, small_bytes, 1.0,
             small * s->hw->bf16.gemm.overhead_s);
}

static void add_link(struct sum *s, double latency_s, double transfer_s)
{
    const double time_s = latency_s / s->m->clock_frac + transfer_s;
    s->step.time_s += time_s;
    s->step.link_s += time_s;
}

static double scale_out_bytes_per_s(const struct wm_accelerator *hw)
{
    return wm_smaller(hw->scale_up_bytes_per_s, wm_larger(1.0, hw->scale_out_bytes_per_s));
}

/* Domains that `ranks` accelerators spread over. */
static double n_domains(const struct wm_accelerator *hw, double ranks)
{
    return ceil(ranks / (double)hw->scale_up_gpus - 1e-9);
}

/*
 * All-reduce of the activations of `tok` tokens over `ranks`. Beyond a domain it is hierarchical: the
 * domains reduce and scatter, the shares are reduced between them, and gathered again.
 */
static void add_all_reduce(struct sum *s, double ranks, double tok)
{
    if (ranks <= 1.0)
        return;
    const struct wm_collective *c = &s->hw->collective;
    const double domains = n_domains(s->hw, ranks), inside = ranks / domains;
    const double bytes = tok * (double)s->m->llm->hidden_dim * bf16_bytes;
    add_link(s, c->reduce_latency_s * s->hw->achieved.reduce,
             2.0 * (inside - 1.0) / inside * bytes /
                 (s->hw->scale_up_bytes_per_s * c->reduce_frac));
    if (domains > 1.0)
        add_link(s, c->scale_out_latency_s,
                 2.0 * (domains - 1.0) / domains * bytes / inside /
                     (scale_out_bytes_per_s(s->hw) * c->reduce_frac));
}

/* Dispatch to experts and combine: each token visits the ranks that hold its experts, all slices of them, most
   beyond the domain when the group is wider than one; the two networks work side by side. */
static void add_all_to_all(struct sum *s, double ranks, double tok_local, double visited)
{
    const struct wm_collective *c = &s->hw->collective;
    const double domains = n_domains(s->hw, ranks);
    const double bytes =
        tok_local * visited * wm_llm_expert_width(s->m->llm) * (dispatch_bytes + bf16_bytes);
    const double up_s =
        bytes * (1.0 / domains - 1.0 / ranks) / (s->hw->scale_up_bytes_per_s * c->a2a_frac);
    /* to a domain a token goes once, and is handed on inside it (DeepSeek-V3, section 3.2.2): of so many
       visits at random, the mean number of domains among them */
    const double visits = domains * (1.0 - pow(1.0 - 1.0 / domains, visited)) / visited;
    const double out_s = domains > 1.0 ? bytes * visits * (1.0 - 1.0 / domains) /
                                             (scale_out_bytes_per_s(s->hw) * c->a2a_frac)
                                       : 0.0;
    add_link(s,
             2.0 * (c->a2a_latency_s * s->hw->achieved.reduce +
                    (domains > 1.0 ? c->scale_out_latency_s : 0.0)),
             wm_larger(up_s, out_s));
}

/* Output of `heads` heads, through a latent per group of them where the model has one. */
static void add_output(struct sum *s, enum wm_precision precision, double inner)
{
    const struct wm_llm *m = s->m->llm;
    const double width = (double)m->hidden_dim, latent = (double)m->o_lora_rank;
    if (latent <= 0.0) {
        add_gemm(s, precision, s->tok, width, inner);
        return;
    }
    add_gemm(s, precision, s->tok, latent, inner);
    add_gemm(s, precision, s->tok, width,
             wm_larger(1.0, (double)m->o_groups / s->m->group.tensor) * latent);
}

/* Queries, keys and values out of latents. */
static void add_latent_projections(struct sum *s, enum wm_precision precision, double heads)
{
    const struct wm_llm *m = s->m->llm;
    const struct wm_attention_heads h = wm_llm_heads(m, true);
    const double width = (double)m->hidden_dim;
    const double latent = (double)m->kv_lora_rank, rope = (double)m->rope_head_dim;
    const double q_latent = (double)m->q_lora_rank;
    const double prefill_tok = s->tok - s->decode_tok;
    const double gate = (double)m->attention_gates * heads * h.value;
    /* query down and key-value down share their input: one fused product */
    add_gemm(s, precision, s->tok, q_latent + latent + rope + gate, width);
    add_gemm(s, precision, s->tok, heads * (h.key + rope), q_latent);
    if (m->attention != WM_ATTENTION_MLA)
        return;
    /* decoding is absorbed: per head the query goes into the latent space, the result out of it */
    add_gemm(s, precision, s->decode_tok, heads * latent, h.key);
    add_gemm(s, precision, s->decode_tok, heads * latent, h.value);
    add_gemm(s, precision, prefill_tok, heads * (h.key + h.value), latent);
}

/* Linear layers around attention, heads split over the tensor ranks. */
static void add_projections(struct sum *s, bool full)
{
    const struct wm_llm *m = s->m->llm;
    const enum wm_precision precision = wm_llm_rest_precision(m, s->m->precision);
    const double tp = s->m->group.tensor;
    const double heads = (double)m->n_heads / tp;
    const struct wm_attention_heads h = wm_llm_heads(m, full);
    if (m->attention == WM_ATTENTION_GQA) {
        const double kv_heads = wm_larger(1.0, h.kv / tp);
        const double gate = (double)m->attention_gates * heads * h.value;
        add_gemm(s, precision, s->tok, heads * h.key + kv_heads * (h.key + h.value) + gate,
                 (double)m->hidden_dim);
    } else {
        add_latent_projections(s, precision, heads);
    }
    add_output(s, precision, heads * h.value);
}

static void add_ffn(struct sum *s, enum wm_precision precision, double ranks, double tok,
                    double ffn)
{
    const double width = (double)s->m->llm->hidden_dim;
    add_gemm(s, precision, tok, ((double)s->m->llm->ffn_matrices - 1.0) * ffn / ranks, width);
    add_gemm(s, precision, tok, width, ffn / ranks);
}

/* Largest of `ranks` shares of `n` random choices: mean plus the Gaussian extreme. */
static double busiest_share(double n, double ranks)
{
    const double mean = n / ranks;
    return ranks > 1.0 ? wm_smaller(n, mean + sqrt(2.0 * mean * log(ranks))) : mean;
}

/* Down to the latent that routed experts work on, before the exchange, and up from it, after it. */
static void add_expert_latent(struct sum *s)
{
    const struct wm_llm *m = s->m->llm;
    const double width = (double)m->hidden_dim, latent = (double)m->expert_hidden_dim;
    if (latent <= 0.0)
        return;
    const enum wm_precision precision = wm_llm_rest_precision(m, s->m->precision);
    const double tp = s->m->group.tensor;
    add_gemm(s, precision, s->tok, latent / tp, width);
    add_gemm(s, precision, s->tok, width, latent / tp);
}

/* Router, routed and shared experts, and the exchange around them. */
static void add_experts(struct sum *s)
{
    const struct wm_llm *m = s->m->llm;
    const struct wm_group *g = &s->m->group;
    const double width = wm_llm_expert_width(m);
    const double experts = (double)m->experts_total, k = (double)m->experts_active;
    const double ranks = g->tensor * g->data;
    const double ffn = (double)m->moe_ffn_dim / (ranks / g->expert);
    const double matrices = (double)m->ffn_matrices;
    const double choices = busiest_share(s->all_tok * k, g->expert);
    const double local = experts / g->expert;
    const double touched = local * wm_expert_coverage_frac(experts, k, choices * g->expert / k);
    const struct unit *const u = unit_of(s, s->m->precision);
    const struct wm_kernel *const kernel = &u->rates->moe;
    add_gemm(s, WM_BF16, s->tok, experts, (double)m->hidden_dim);
    add_expert_latent(s);
    const struct product p = product_of(u, matrices * touched * width * ffn,
                                        choices * (2.0 * width + 3.0 * ffn) * u->bytes,
                                        2.0 * matrices * choices * width * ffn);
    const double software = s->m->engine->kernel_frac * (s->hw->achieved.moe_frac * u->widening);
    const struct wm_step before = s->step;
    add_kernel(s, &p, u->rates, kernel, rate_of(s, u->rates, kernel, software),
               bandwidth_of(s, kernel, software));
    s->step.shared_compute_s += s->step.busy_compute_s - before.busy_compute_s;
    s->step.shared_memory_s += s->step.busy_memory_s - before.busy_memory_s;
    if (m->experts_shared > 0)
        add_ffn(s, wm_llm_rest_precision(m, s->m->precision), g->tensor, s->tok,
                wm_llm_shared_ffn_dim(m));
    if (g->data > 1.0)
        add_all_to_all(s, ranks, s->tok / g->tensor, wm_smaller(k, g->expert) * (ranks / g->expert));
    else
        add_all_reduce(s, g->tensor, s->tok);
}

/* What attention sees in the layers of one kind, per attention group. */
struct reach {
    double sequences, queries; /* decoding; queries = sequences * (1 + draft) */
    double entries;            /* cache entries they read */
    double scored;             /* entries a sparse index scores; 0 if none */
    double chunks, pairs, reach_tok;
    double scored_pairs; /* of the index over the chunks */
};

/* Decode attention: reads the cache once for all queries of a sequence. */
static void add_decode_attention(struct sum *s, const struct reach *r, bool full)
{
    if (r->sequences <= 0.0)
        return;
    const struct wm_llm *m = s->m->llm;
    const struct wm_attention_kernel *a = &s->hw->attention;
    const double tp = s->m->group.tensor;
    const double heads = (double)m->n_heads / tp;
    const double achieved = s->hw->achieved.attention_frac * s->m->engine->kernel_frac;
    const double reading = achieved * (s->m->kv_bytes <= 1.0 ? a->narrow_cache_frac : 1.0);
    const struct wm_precision_rates *const rates = unit_of(s, WM_BF16)->rates;
    if (m->attention == WM_ATTENTION_GQA) {
        const struct wm_attention_heads h = wm_llm_heads(m, full);
        const double both = h.key + h.value;
        const double bytes = wm_larger(1.0, h.kv / tp) * both * s->m->kv_bytes * r->entries;
        add_work(s,
                 a->decode_per_seq_s * r->queries * heads / 32.0 +
                     bytes / below_peak(s->hw->mem_bytes_per_s, a->decode_memory_frac * reading),
                 2.0 * heads * both * r->entries * r->queries / r->sequences, bytes,
                 rates->flop_per_s, a->decode_overhead_s);
        return;
    }
    /* latent attention: scores over latent + rope, values over latent */
    const double latent = (double)m->kv_lora_rank, rope = (double)m->rope_head_dim;
    const double width = 2.0 * latent + rope;
    const double bytes =
        (latent + rope) * s->m->kv_bytes * r->entries + bf16_bytes * width * heads * r->queries;
    const double flop = 2.0 * width * heads * r->entries * r->queries / r->sequences;
    /* added, not maximised: the fit's norm is 1, its compute share saturates at the bound */
    add_work(s,
             flop / (below_peak(rates->flop_per_s, achieved) * s->m->clock_frac) +
                 bytes / below_peak(s->hw->mem_bytes_per_s, a->mla_memory_frac * reading),
             flop, bytes, rates->flop_per_s, a->mla_overhead_s);
}

/* With an FP8 cache engines compute attention in FP8 as well; exponentials stay as they are. */
static double narrow_attention(const struct sum *s)
{
    return s->m->kv_bytes <= 1.0 && s->hw->fp8.flop_per_s > 0.0 ? fp8_attention_gain : 1.0;
}

static void add_prefill_attention(struct sum *s, const struct reach *r, bool full)
{
    if (r->chunks <= 0.0)
        return;
    const struct wm_llm *m = s->m->llm;
    const struct wm_attention_kernel *a = &s->hw->attention;
    const double heads = (double)m->n_heads / s->m->group.tensor;
    const struct wm_attention_heads h = wm_llm_heads(m, full);
    const double rope = m->attention == WM_ATTENTION_GQA ? 0.0 : (double)m->rope_head_dim;
    const double flop_per_pair = 2.0 * heads * (h.key + rope + h.value);
    const struct wm_precision_rates *const rates = unit_of(s, WM_BF16)->rates;
    const double flop = flop_per_pair * r->pairs;
    const double rate =
        below_peak(rates->flop_per_s, a->prefill_compute_frac * s->hw->achieved.attention_frac *
                                          s->m->engine->kernel_frac * narrow_attention(s)) *
        s->m->clock_frac;
    const double lost_flop = flop_per_pair * a->prefill_half_tok * r->reach_tok;
    /* of a sparse latent cache each token reads entries of its own: nothing is shared but by heads */
    const double bytes = m->attention != WM_ATTENTION_GQA && r->scored_pairs > 0.0
                             ? r->pairs * wm_llm_kv_width(m, full) * s->m->kv_bytes
                             : 0.0;
    const double achieved = s->hw->achieved.attention_frac * s->m->engine->kernel_frac;
    add_work(s,
             (flop + lost_flop) / rate +
                 bytes / below_peak(s->hw->mem_bytes_per_s, a->mla_memory_frac * achieved),
             flop, bytes, rates->flop_per_s, r->chunks * a->prefill_overhead_s);
}

/* Attention groups that decode: one sequence is on one of them. */
static double decoding_groups(const struct wm_step_model *m, const struct wm_load *load)
{
    return wm_smaller(m->group.data, wm_larger(1.0, load->sequences));
}

/* Attention groups that read: a prompt is read by one of them. */
static double reading_groups(const struct wm_step_model *m, const struct wm_load *load)
{
    return wm_smaller(m->group.data, wm_larger(1.0, load->readers > 0.0 ? load->readers : load->chunks));
}

/* Linear attention: projections, then every sequence reads and writes its state and every token
   updates it. */
static void add_linear_attention(struct sum *s, const struct wm_load *load)
{
    const struct wm_llm *m = s->m->llm;
    const struct wm_group *g = &s->m->group;
    const enum wm_precision precision = wm_llm_rest_precision(m, s->m->precision);
    add_gemm(s, precision, s->tok, wm_llm_linear_in(m) / g->tensor, (double)m->hidden_dim);
    add_gemm(s, precision, s->tok, (double)m->hidden_dim, wm_llm_linear_out(m) / g->tensor);
    const double state_bytes = wm_llm_state_bytes(m) / g->tensor;
    const double sequences =
        load->sequences / decoding_groups(s->m, load) + load->chunks / reading_groups(s->m, load);
    const struct wm_precision_rates *const rates = unit_of(s, WM_BF16)->rates;
    const double bytes = 2.0 * sequences * state_bytes;
    /* update and read-out */
    const double flop = 4.0 * s->tok * state_bytes / m->linear_state_bytes;
    const struct wm_attention_kernel *a = &s->hw->attention;
    const double achieved = s->hw->achieved.attention_frac * s->m->engine->kernel_frac;
    add_work(s,
             flop / (below_peak(rates->flop_per_s, a->prefill_compute_frac * achieved) *
                     s->m->clock_frac) +
                 bytes / below_peak(s->hw->mem_bytes_per_s, a->decode_memory_frac * achieved),
             flop, bytes, rates->flop_per_s, a->decode_overhead_s);
}

/* What attention does in a layer that keeps its cache like `kind`. */
static struct reach reach_of(const struct wm_step_model *m, const struct wm_load *load,
                             const struct wm_llm_cache *kind)
{
    const double reading = reading_groups(m, load);
    const bool selects = !isinf(kind->top_entries);
    struct reach r = {.sequences = load->sequences / decoding_groups(m, load),
                      .chunks = load->chunks / reading};
    r.queries = r.sequences * (1.0 + m->draft.tok);
    if (r.sequences > 0.0) {
        const double context_tok = load->context_tok / load->sequences;
        r.entries = r.sequences * wm_llm_entries(kind, context_tok);
        r.scored = selects ? r.sequences * context_tok / kind->tok_per_entry : 0.0;
    }
    if (load->prefill_tok > 0.0) {
        const double mean = load->pairs / load->prefill_tok;
        const double entries = wm_llm_entries(kind, mean);
        r.pairs = load->prefill_tok * entries / reading;
        r.reach_tok = load->reach_tok * entries / wm_larger(mean, 1e-9) / reading;
        r.scored_pairs = selects ? load->prefill_tok * mean / kind->tok_per_entry / reading : 0.0;
    }
    return r;
}

static void scale_step(struct wm_step *step, const struct wm_step *before, double times)
{
#define SCALE(member) step->member = before->member + (step->member - before->member) * times
    SCALE(time_s);
    SCALE(compute_s);
    SCALE(memory_s);
    SCALE(link_s);
    SCALE(busy_compute_s);
    SCALE(busy_memory_s);
    SCALE(shared_compute_s);
    SCALE(shared_memory_s);
    SCALE(host_s);
    SCALE(flop);
    SCALE(mem_bytes);
#undef SCALE
}

static void add_step(struct wm_step *to, const struct wm_step *more)
{
#define ADD(member) to->member += more->member
    ADD(time_s);
    ADD(compute_s);
    ADD(memory_s);
    ADD(link_s);
    ADD(busy_compute_s);
    ADD(busy_memory_s);
    ADD(shared_compute_s);
    ADD(shared_memory_s);
    ADD(host_s);
    ADD(flop);
    ADD(mem_bytes);
#undef ADD
}

/*
 * The index of sparse attention: three small projections, and a score of every entry by every query and
 * head, whole on each tensor rank (DeepSeek-V3.2-Exp: heads are not split), in FP8 where the unit is.
 */
static void add_index(struct sum *s, const struct reach *r)
{
    const struct wm_llm *m = s->m->llm;
    const double heads = (double)m->index_heads, width = (double)m->index_head_dim;
    const enum wm_precision precision = wm_llm_rest_precision(m, s->m->precision);
    const double from = m->q_lora_rank > 0 ? (double)m->q_lora_rank : (double)m->hidden_dim;
    add_gemm(s, precision, s->tok, heads * width, from);
    add_gemm(s, precision, s->tok, width + heads, (double)m->hidden_dim);
    const struct wm_precision_rates *const rates = unit_of(s, WM_FP8)->rates;
    const double achieved = s->hw->achieved.attention_frac * s->m->engine->kernel_frac;
    const double queries = r->sequences > 0.0 ? r->queries / r->sequences : 0.0;
    const double flop = 2.0 * heads * width * (r->scored * queries + r->scored_pairs);
    const double bytes = r->scored * (width + index_scale_bytes);
    const struct wm_attention_kernel *a = &s->hw->attention;
    add_work(s,
             flop / (below_peak(rates->flop_per_s, a->prefill_compute_frac * achieved) *
                     s->m->clock_frac) +
                 bytes / below_peak(s->hw->mem_bytes_per_s, a->decode_memory_frac * achieved),
             flop, bytes, rates->flop_per_s, 0.0);
}

/* Layers of a kind whose index is their own; the others take over what it selected. */
static double index_layers(const struct wm_llm *m, const struct wm_llm_cache *kind)
{
    if (isinf(kind->top_entries) || m->index_heads <= 0)
        return 0.0;
    return m->index_layers > 0 ? wm_smaller(kind->layers, (double)m->index_layers) : kind->layers;
}

/* Attention and the products around it, kind by kind. */
static void add_attention(struct sum *s, const struct wm_load *load)
{
    const struct wm_llm *m = s->m->llm;
    struct wm_llm_cache kinds[WM_LLM_MAX_CACHES];
    const int n = wm_llm_caches(m, kinds);
    for (int i = 0; i < n; i++) {
        struct wm_step before = s->step;
        const struct reach r = reach_of(s->m, load, &kinds[i]);
        add_projections(s, kinds[i].full);
        add_decode_attention(s, &r, kinds[i].full);
        add_prefill_attention(s, &r, kinds[i].full);
        scale_step(&s->step, &before, kinds[i].layers);
        const double n_index = index_layers(m, &kinds[i]);
        before = s->step;
        if (n_index > 0.0) {
            add_index(s, &r);
            scale_step(&s->step, &before, n_index);
        }
    }
    const double n_linear = wm_llm_linear_layers(m);
    if (n_linear <= 0.0)
        return;
    const struct wm_step before = s->step;
    add_linear_attention(s, load);
    scale_step(&s->step, &before, n_linear);
}

static void add_feed_forward(struct sum *s)
{
    const struct wm_llm *m = s->m->llm;
    const double n_moe = (double)wm_llm_moe_layers(m);
    const double n_dense = (double)m->layers - n_moe;
    struct wm_step before = s->step;
    if (n_dense > 0.0 && m->dense_ffn_dim > 0) { /* some models leave it out of these layers */
        const enum wm_precision precision = wm_llm_rest_precision(m, s->m->precision);
        add_ffn(s, precision, s->m->group.tensor, s->tok, (double)m->dense_ffn_dim);
        add_all_reduce(s, s->m->group.tensor, s->tok);
        scale_step(&s->step, &before, n_dense);
    }
    before = s->step;
    if (n_moe > 0.0) {
        add_experts(s);
        scale_step(&s->step, &before, n_moe);
    }
}

/* The host launches kernels ahead of the accelerator: whichever takes longer counts, and where it is
   the host, the accelerator waits. */
static void add_launches(struct sum *s, double launch_s)
{
    const double kernels_s = s->step.time_s;
    s->step.time_s = wm_larger(kernels_s, launch_s);
    s->step.host_s += s->step.time_s - kernels_s;
}

/* From stage to stage; over the network when the stages need more than one domain. */
static void add_hops(struct sum *s)
{
    const double hops = s->m->group.pipeline - 1.0;
    if (hops <= 0.0)
        return;
    const struct wm_collective *c = &s->hw->collective;
    const bool is_out = n_domains(s->hw, wm_group_gpus(&s->m->group)) > 1.0;
    const double bandwidth = is_out ? scale_out_bytes_per_s(s->hw) : s->hw->scale_up_bytes_per_s;
    const double latency_s =
        is_out ? c->scale_out_latency_s : c->reduce_latency_s * s->hw->achieved.reduce;
    add_link(s, hops * latency_s,
             hops * s->tok * (double)s->m->llm->hidden_dim * bf16_bytes / bandwidth);
}

/* One micro-batch through all layers; a pipeline has as many on the way as stages. */
static struct wm_step eval_layers(const struct wm_step_model *m, const struct wm_load *load)
{
    const double decoding = decoding_groups(m, load), reading = reading_groups(m, load);
    struct sum s = {.m = m, .hw = m->accelerator};
    s.decode_tok = load->sequences * (1.0 + m->draft.tok) / decoding;
    s.tok = s.decode_tok + load->prefill_tok / reading;
    s.all_tok = load->sequences * (1.0 + m->draft.tok) + load->prefill_tok;
    const double layers = (double)m->llm->layers;
    const struct wm_step zero = s.step;
    add_elementwise(&s);
    add_all_reduce(&s, m->group.tensor, s.tok);
    s.step.time_s += m->accelerator->achieved.layer_s / m->clock_frac;
    scale_step(&s.step, &zero, layers);
    add_attention(&s, load);
    add_feed_forward(&s);
    add_hops(&s);
    const double rows = load->sequences * (1.0 + m->draft.tok) / decoding +
                        wm_larger(0.0, load->sampled - load->sequences) / reading;
    add_gemm(&s, WM_BF16, rows, (double)m->llm->vocab_size / m->group.tensor,
             (double)m->llm->hidden_dim);
    add_launches(&s, layers * m->engine->layer_overhead_s);
    s.step.at_work_frac = s.tok > 0.0 ? wm_smaller(1.0, s.all_tok / (m->group.data * s.tok)) : 1.0;
    return s.step;
}

/* The layer that guesses: as the model's own, mixture of experts or not, with the whole cache. */
static struct wm_llm draft_layer(const struct wm_llm *llm)
{
    struct wm_llm layer = *llm;
    layer.layers = layer.full_layers = 1;
    layer.sparse_layers = layer.index_layers = layer.coarse_layers = 0;
    if (llm->experts_total > 0)
        layer.dense_layers = 0;
    return layer;
}

/* All guesses of a step, on the last stage. */
static void add_drafts(const struct wm_step_model *m, const struct wm_load *load,
                       struct wm_step *step)
{
    if (m->draft.tok <= 0.0 || load->sequences <= 0.0)
        return;
    const struct wm_llm layer = draft_layer(m->llm);
    struct wm_step_model d = *m;
    d.llm = &layer;
    d.draft = (struct wm_draft){0.0, 0.0};
    d.group.pipeline = 1.0;
    const struct wm_load guess =
        wm_load_decode(load->sequences, load->context_tok / load->sequences);
    struct sum s = {.m = &d, .hw = m->accelerator, .step = eval_layers(&d, &guess)};
    const double width = (double)layer.hidden_dim;
    add_gemm(&s, wm_llm_rest_precision(m->llm, m->precision), load->sequences / m->group.data,
             width / m->group.tensor, 2.0 * width);
    const struct wm_step zero = {0};
    scale_step(&s.step, &zero, m->draft.tok);
    add_step(step, &s.step);
}

/* Stages that wait for a micro-batch in part of the time do as much less. */
static void work_part_time(struct wm_step *step, double busy_frac)
{
#define SCALE(member) step->member *= busy_frac
    SCALE(compute_s);
    SCALE(memory_s);
    SCALE(busy_compute_s);
    SCALE(busy_memory_s);
    SCALE(shared_compute_s);
    SCALE(shared_memory_s);
    SCALE(flop);
    SCALE(mem_bytes);
#undef SCALE
}

/* The iteration when arithmetic runs at `relative` of the clock at which rates were measured. */
static struct wm_step iterate(const struct wm_step_model *as_is, const struct wm_load *load,
                              double relative)
{
    struct wm_step_model at = *as_is;
    const struct wm_step_model *const m = &at;
    at.clock_frac = relative;
    const double stages = m->group.pipeline;
    struct wm_load micro = *load;
    /* a sequence is in one micro-batch: fewer than stages leave some of them waiting */
    const double under_way =
        load->sequences > 0.0 ? wm_smaller(stages, wm_larger(1.0, load->sequences)) : stages;
    if (stages > 1.0) {
        const double share = 1.0 / stages, decode = 1.0 / under_way;
        micro = (struct wm_load){load->sequences * decode,  load->context_tok * decode,
                                 load->prefill_tok * share, load->pairs * share,
                                 load->reach_tok * share,   load->chunks * share,
                                 load->sampled * share,     load->readers * share};
        micro.sampled = wm_larger(micro.sampled, micro.sequences);
    }
    struct wm_step step = eval_layers(m, &micro);
    add_drafts(m, &micro, &step);
    /* an accelerator works for all micro-batches on its share of the layers: stages / stages */
    if (under_way < stages && load->prefill_tok <= 0.0)
        work_part_time(&step, under_way / stages);
    /* attention groups have schedulers of their own, side by side; replies leave by one door */
    const double scheduler_s =
        m->engine->step_overhead_s +
        load->sampled * (m->engine->seq_overhead_s / m->group.data + m->engine->reply_overhead_s);
    step.host_s += scheduler_s;
    step.time_s += scheduler_s;
    return step;
}

/* What a board draws, in shares of TDP: base + memory + arithmetic * phi(clock). */
struct draw {
    double fixed, per_phi;
};

static struct draw draw_of(const struct wm_step_model *m, double compute_s, double memory_s,
                           double time_s, double relative)
{
    const struct wm_board_power *p = &m->accelerator->power;
    const double memory = p->memory_frac * sqrt(wm_smaller(1.0, memory_s / time_s));
    const double active = wm_smaller(1.0, compute_s / (time_s * relative));
    return (struct draw){p->base_frac + memory * (1.0 - core_memory_frac),
                         memory * core_memory_frac +
                             p->compute_frac * pow(active, arithmetic_power)};
}

/* Of a board of the busiest attention group. */
static struct draw busy_draw(const struct wm_step_model *m, const struct wm_step *s,
                             double relative)
{
    return draw_of(m, s->busy_compute_s, s->busy_memory_s, s->time_s, relative);
}

static double drawn(const struct draw *d, double clock_frac)
{
    return d->fixed + d->per_phi * wm_clock_power_frac(clock_frac);
}

/* Boards of other attention groups wait for the busiest one in part of their time, experts apart. */
static double mean_board_w(const struct wm_step_model *m, const struct wm_step *s,
                           const struct draw *busy, double clock_frac, double relative,
                           double limit)
{
    const double most = wm_smaller(limit, drawn(busy, clock_frac));
    if (s->at_work_frac >= 1.0)
        return m->accelerator->tdp_w * most;
    const struct draw wait =
        draw_of(m, s->shared_compute_s, s->shared_memory_s, s->time_s, relative);
    const double least = wm_smaller(limit, drawn(&wait, clock_frac));
    return m->accelerator->tdp_w * (least + s->at_work_frac * (most - least));
}

/* Highest clock at which a board draws no more than `limit`. */
static double clock_within(const struct draw *d, double limit)
{
    return wm_clock_of_power(wm_smaller(1.0, wm_larger(0.0, limit - d->fixed) / wm_larger(d->per_phi, 1e-12)));
}

/* Below the lowest clock a board works part of the time and rests in between. */
static void rest_between(const struct wm_step_model *m, const struct draw *d, double clock_frac,
                         double limit, struct wm_step *step)
{
    static const double least_duty_frac = 0.01, rounding = 1e-6;
    const double rest = m->accelerator->power.base_frac, work = drawn(d, clock_frac);
    if (work <= limit * (1.0 + rounding)) /* the clock was found so that it is */
        return;
    const double duty = wm_larger(least_duty_frac, (limit - rest) / (work - rest));
    step->host_s += step->time_s * (1.0 / duty - 1.0);
    step->time_s /= duty;
    step->board_w = m->accelerator->tdp_w * wm_larger(limit, rest);
}

struct wm_step wm_step_eval(const struct wm_step_model *m, const struct wm_load *load)
{
    WM_REQUIRE(m->clock_frac > 0.0 && wm_group_gpus(&m->group) >= 1.0);
    WM_REQUIRE(load->sequences >= 0.0 && load->prefill_tok >= 0.0 && load->context_tok >= 0.0);
    const struct wm_accelerator *const hw = m->accelerator;
    const double cap = m->cap_frac > 0.0 ? wm_smaller(1.0, m->cap_frac) : 1.0;
    struct wm_step step = iterate(m, load, 1.0);
    struct draw d = busy_draw(m, &step, 1.0);
    if (m->clock_frac >= 1.0 && drawn(&d, 1.0) <= cap) {
        step.board_w = mean_board_w(m, &step, &d, 1.0, 1.0, 1.0);
        return step;
    }
    /* rates were measured at the clock that the board's limit allows for such a step */
    const double usual = clock_within(&d, 1.0);
    double clock = wm_smaller(m->clock_frac, usual);
    const double lowest = wm_smaller(clock, hw->power.min_clock_frac);
    if (clock < usual) {
        step = iterate(m, load, clock / usual);
        d = busy_draw(m, &step, clock / usual);
    }
    for (int i = 0; i < 8 && cap < 1.0; i++) { /* a slower clock changes what it is busy with */
        const double next = wm_larger(lowest, wm_smaller(clock_within(&d, cap), wm_smaller(m->clock_frac, usual)));
        if (fabs(next - clock) < 1e-6)
            break;
        clock = next;
        step = iterate(m, load, clock / usual);
        d = busy_draw(m, &step, clock / usual);
    }
    step.board_w = mean_board_w(m, &step, &d, clock, clock / usual, cap);
    rest_between(m, &d, clock, cap, &step);
    return step;
}

struct wm_load wm_load_decode(double sequences, double mean_context_tok)
{
    return (struct wm_load){
        .sequences = sequences, .context_tok = sequences * mean_context_tok, .sampled = sequences};
}

struct wm_load wm_load_prefill(double n, double chunk_tok, double past_tok, bool ends)
{
    const double reach = past_tok + chunk_tok / 2.0;
    return (struct wm_load){.prefill_tok = n * chunk_tok,
                            .pairs = n * chunk_tok * reach,
                            .reach_tok = n * reach,
                            .chunks = n,
                            .sampled = ends ? n : 0.0};
}

struct wm_load wm_load_add(const struct wm_load *a, const struct wm_load *b)
{
    return (struct wm_load){a->sequences + b->sequences,     a->context_tok + b->context_tok,
                            a->prefill_tok + b->prefill_tok, a->pairs + b->pairs,
                            a->reach_tok + b->reach_tok,     a->chunks + b->chunks,
                            a->sampled + b->sampled,         a->readers + b->readers};
}

struct wm_step_line wm_step_decode_line(const struct wm_step_model *m, double sequences,
                                        double mean_context_tok)
{
    WM_REQUIRE(sequences > 0.0 && mean_context_tok >= 0.0);
    /* time is linear between the kinks (windows): two points on one side of them give the tangent */
    const double h = wm_larger(1.0, 1e-3 * mean_context_tok);
    const struct wm_load at = wm_load_decode(sequences, mean_context_tok);
    const struct wm_load above = wm_load_decode(sequences, mean_context_tok + h);
    const double time_s = wm_step_eval(m, &at).time_s;
    const double slope = (wm_step_eval(m, &above).time_s - time_s) / (sequences * h);
    return (struct wm_step_line){time_s - slope * at.context_tok, slope};
}

double wm_draft_params(const struct wm_llm *llm)
{
    const struct wm_llm layer = draft_layer(llm);
    const double width = (double)llm->hidden_dim, ends = 2.0 * (double)llm->vocab_size * width;
    const double rest = wm_larger(0.0, llm->total_params - wm_llm_expert_params(llm) - ends);
    return wm_llm_expert_params(&layer) + rest / (double)llm->layers + 2.0 * width * width;
}

/* Of the module that guesses, which shares embedding and head with the model. */
static double draft_bytes(const struct wm_step_model *m)
{
    const struct wm_llm layer = draft_layer(m->llm);
    const double experts = wm_llm_expert_params(&layer);
    const double rest = wm_draft_params(m->llm) - experts;
    return experts * wm_llm_precision_bytes(m->llm, m->precision) /
               (m->group.tensor * m->group.data) +
           rest * wm_llm_precision_bytes(m->llm, wm_llm_rest_precision(m->llm, m->precision)) /
               m->group.tensor;
}

double wm_group_weight_bytes(const struct wm_step_model *m)
{
    const double experts =
        wm_llm_expert_params(m->llm) * wm_llm_precision_bytes(m->llm, m->precision);
    const double rest = wm_llm_weight_bytes(m->llm, m->precision) - experts;
    const double ranks = m->group.tensor * m->group.data;
    const double stage = (experts / ranks + rest / m->group.tensor) / m->group.pipeline;
    return stage + (m->draft.tok > 0.0 ? draft_bytes(m) : 0.0);
}

double wm_group_kv_room_bytes(const struct wm_step_model *m)
{
    return m->accelerator->mem_bytes * m->engine->mem_use_frac - m->engine->reserved_bytes -
           wm_group_weight_bytes(m);
}

double wm_group_kv_bytes(const struct wm_step_model *m, double context_tok)
{
    const double heads = m->llm->attention == WM_ATTENTION_GQA
                             ? wm_smaller(m->group.tensor, wm_llm_heads(m->llm, true).kv)
                             : 1.0; /* the latent cache is whole on every tensor rank */
    const double stage = wm_llm_kv_bytes(m->llm, m->kv_bytes, context_tok) / m->group.pipeline;
    const struct wm_llm layer = draft_layer(m->llm);
    const double draft =
        m->draft.tok > 0.0 ? wm_llm_kv_bytes(&layer, m->kv_bytes, context_tok) : 0.0;
    return (stage + draft) / heads;
}

double wm_group_batch_limit(const struct wm_step_model *m, double mean_context_tok)
{
    return wm_group_kv_room_bytes(m) / wm_group_kv_bytes(m, wm_larger(1.0, mean_context_tok)) *
           m->group.data;
}

double wm_draft_gain(double draft_tok, double accept_frac)
{
    WM_REQUIRE(draft_tok >= 0.0 && accept_frac >= 0.0 && accept_frac <= 1.0);
    if (accept_frac >= 1.0)
        return draft_tok + 1.0;
    return (1.0 - pow(accept_frac, draft_tok + 1.0)) / (1.0 - accept_frac);
}

struct wm_draft wm_draft_of(const struct wm_llm *llm, double draft_tok, double accept_frac)
{
    static const double usual = 0.7;
    if (!isnan(accept_frac))
        return (struct wm_draft){draft_tok, accept_frac};
    const double nearest = wm_smaller(WM_LLM_GUESSES, wm_larger(1.0, floor(draft_tok + 0.5)));
    const double gain = llm->accepted_tok[(int)nearest - 1];
    if (gain <= 0.0)
        return (struct wm_draft){draft_tok, usual};
    double lo = 0.0, hi = 1.0; /* the gain rises with the chance */
    for (int i = 0; i < 50; i++) {
        const double mid = 0.5 * (lo + hi);
        *(wm_draft_gain(nearest, mid) < gain ? &lo : &hi) = mid;
    }
    return (struct wm_draft){draft_tok, hi};
}

double wm_step_gain(const struct wm_step_model *m)
{
    return m->draft.tok > 0.0 ? wm_draft_gain(m->draft.tok, m->draft.accept_frac) : 1.0;
}
