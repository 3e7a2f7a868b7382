/*
 * Claims about generations: one model that every generation can hold, from one accelerator to another,
 * and which difference did how much. The factor of a block is the exponential of its Shapley value in
 * the logarithm of output per MW, so that the factors multiply to the whole.
 */
#include <math.h>

#include "claim_study.h"
#include "wattmill/compare.h"
#include "wattmill/serving.h"

#define SPEED_TOK_PER_S 20.0
#define N_BLOCKS        6
#define SMALL           "llama-3.1-8b" /* a model that every generation can hold */

static const char *const blocks[N_BLOCKS] = {"arithmetic rate and kernels",
                                             "number format",
                                             "memory bandwidth",
                                             "memory capacity",
                                             "scale-up size and links",
                                             "power of accelerator and rack"};

static const struct wm_accelerator *accelerator(struct study *s, const char *name)
{
    const struct wm_catalog_head *const h =
        wm_catalog_find(s->catalog, WM_CATALOG_accelerator, name);
    if (h == NULL)
        s->why = wm_arena_printf(s->arena, "the catalogue has no %s", name);
    return (const void *)h;
}

/* Narrowest format that the hardware computes in. */
static enum wm_precision narrowest(const struct wm_accelerator *a)
{
    if (a->fp4.flop_per_s > 0.0)
        return WM_FP4;
    if (a->fp8.flop_per_s > 0.0)
        return WM_FP8;
    return a->bf16.flop_per_s > 0.0 ? WM_BF16 : WM_FP32;
}

static double gpu_nameplate_w(const struct wm_accelerator *a)
{
    return a->rack_nameplate_w / (double)a->rack_gpus * (1.0 + a->other_it_frac);
}

/* Output tok/s of a MW of IT nameplate on one model at a speed that all reach; NAN: it does not fit. */
static double output_per_mw(struct study *s, const struct wm_accelerator *a, const char *llm,
                            enum wm_precision precision)
{
    const struct wm_serving_case c = {
        .accelerator = a,
        .llm = (const void *)wm_catalog_find(s->catalog, WM_CATALOG_llm, llm),
        .engine =
            (const void *)wm_catalog_find(s->catalog, WM_CATALOG_engine, WM_USUAL_ENGINE),
        .ways = WM_WAYS_BOTH,
        .precision = precision,
        .input_tok = 1155.0,
        .output_tok = 211.0,
        .max_gpus = 64.0,
        .ttft_slo_s = 10.0,
        .tok_per_s_per_user_slo = SPEED_TOK_PER_S,
    };
    if (c.llm == NULL || c.engine == NULL)
        return (double)NAN;
    const struct wm_serving_plan plan = wm_serving_plan(&c);
    if (plan.fault != WM_PLAN_OK)
        return (double)NAN;
    return plan.capacity_out_tok_per_s / (plan.prefill_gpus + plan.decode_gpus) * 1e6 /
           gpu_nameplate_w(a);
}

/* A unit of the new hardware at the arithmetic rate of `a`. */
static struct wm_precision_rates scaled(const struct wm_precision_rates *new_unit,
                                        const struct wm_accelerator *new,
                                        const struct wm_accelerator *a)
{
    struct wm_precision_rates r = *new_unit;
    r.flop_per_s *= a->bf16.flop_per_s / new->bf16.flop_per_s;
    return r;
}

/* The old accelerator with the blocks of `set` from the new one. */
static struct wm_accelerator hybrid(const struct wm_accelerator *old,
                                    const struct wm_accelerator *new, size_t set)
{
    struct wm_accelerator a = *old;
    if (set & 1u) {
        a.bf16 = new->bf16;
        a.fp32 = new->fp32;
        a.attention = new->attention;
        a.elementwise = new->elementwise;
        a.achieved = new->achieved;
    }
    a.fp8 = a.fp4 = a.int8 = (struct wm_precision_rates){0};
    if (set & 2u) {
        a.fp8 = scaled(&new->fp8, new, &a);
        a.fp4 = scaled(&new->fp4, new, &a);
        a.int8 = scaled(&new->int8, new, &a);
    }
    if (set & 4u)
        a.mem_bytes_per_s = new->mem_bytes_per_s;
    if (set & 8u)
        a.mem_bytes = new->mem_bytes;
    if (set & 16u) {
        a.scale_up_gpus = new->scale_up_gpus;
        a.scale_up_bytes_per_s = new->scale_up_bytes_per_s;
        a.scale_out_bytes_per_s = new->scale_out_bytes_per_s;
        a.collective = new->collective;
    }
    if (set & 32u) {
        a.tdp_w = new->tdp_w;
        a.power = new->power;
        a.rack_gpus = new->rack_gpus;
        a.rack_nameplate_w = new->rack_nameplate_w;
        a.other_it_frac = new->other_it_frac;
    }
    return a;
}

/* Factors of the blocks from one accelerator to another; nothing when a mixture does not fit. */
static void decompose(struct study *s, const char *id, const struct wm_accelerator *old,
                      const struct wm_accelerator *new)
{
    double worth[1 << N_BLOCKS], value[N_BLOCKS], sum = 0.0;
    for (size_t set = 0; set < (size_t)1 << N_BLOCKS; set++) {
        const struct wm_accelerator a = hybrid(old, new, set);
        worth[set] = log(output_per_mw(s, &a, SMALL, set & 2u ? narrowest(new) : WM_BF16));
        if (!isfinite(worth[set]))
            return;
    }
    wm_shapley(worth, N_BLOCKS, value);
    for (size_t i = 0; i < N_BLOCKS; i++)
        sum += value[i];
    s->parts = WM_NEW_ARRAY(s->arena, struct wm_claim_part, N_BLOCKS);
    for (size_t i = 0; i < N_BLOCKS; i++)
        s->parts[s->n_parts++] =
            (struct wm_claim_part){id, blocks[i], exp(value[i]), value[i] / sum};
}

double claim_ladder(struct study *s, int arg)
{
    static const char *const pairs[][3] = {{"p100", "vr200-nvl72", SMALL},
                                           {"k80", "vr200-nvl72", SMALL}};
    const struct wm_accelerator *const old = accelerator(s, pairs[arg][0]);
    const struct wm_accelerator *const new = accelerator(s, pairs[arg][1]);
    if (old == NULL || new == NULL)
        return (double)NAN;
    if (arg == 0)
        decompose(s, "million-fold-small", old, new);
    const char *const llm = pairs[arg][2];
    const double before = output_per_mw(s, old, llm, narrowest(old));
    const double after = output_per_mw(s, new, llm, narrowest(new));
    if (isnan(before) || isnan(after))
        s->why = wm_arena_printf(s->arena, "%s does not fit one scale-up domain of %s", llm,
                                 isnan(before) ? pairs[arg][0] : pairs[arg][1]);
    return after / before;
}

static double peak_flop_per_s(const struct wm_accelerator *a)
{
    return fmax(fmax(a->fp4.flop_per_s, a->fp8.flop_per_s),
                fmax(a->bf16.flop_per_s, a->fp32.flop_per_s));
}

static bool ends(struct study *s, int arg, const struct wm_accelerator **old,
                 const struct wm_accelerator **new)
{
    *old = accelerator(s, arg == 0 ? "k40" : "p100");
    *new = accelerator(s, arg == 0 ? "vr200-nvl72" : "gb200-nvl72");
    return *old != NULL && *new != NULL;
}

double claim_peak_per_watt(struct study *s, int arg)
{
    const struct wm_accelerator *old, *new;
    if (!ends(s, arg, &old, &new))
        return (double)NAN;
    return peak_flop_per_s(new) / new->tdp_w / (peak_flop_per_s(old) / old->tdp_w);
}

double claim_bandwidth_per_watt(struct study *s, int arg)
{
    const struct wm_accelerator *old, *new;
    if (!ends(s, arg, &old, &new))
        return (double)NAN;
    return new->mem_bytes_per_s / new->tdp_w / (old->mem_bytes_per_s / old->tdp_w);
}
