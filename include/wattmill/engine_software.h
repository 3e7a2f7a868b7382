/*
 * Serving engine: overheads and limits that belong to the software, not to the accelerator.
 */
#ifndef WATTMILL_ENGINE_SOFTWARE_H
#define WATTMILL_ENGINE_SOFTWARE_H

#include "wattmill/catalog_head.h"

enum wm_serving_mode { WM_DISAGGREGATED, WM_AGGREGATED };
/** What a plan may choose: as the engine serves, or whichever makes more with the engine's overheads, because
 *  nobody named an engine. */
enum wm_ways { WM_WAYS_ENGINES, WM_WAYS_BOTH, WM_WAYS_DISAGGREGATED, WM_WAYS_AGGREGATED };
/** The engine whose overheads hold when none is named. */
#define WM_USUAL_ENGINE "disaggregated-2026"

/** Where a request goes; see router.c of sim/replica. */
enum wm_router {
    WM_ROUTE_ROUND_ROBIN,
    WM_ROUTE_LEAST_TOKENS,   /* fewest outstanding tokens, input and output */
    WM_ROUTE_LEAST_REQUESTS, /* fewest outstanding requests */
    WM_ROUTE_TWO_CHOICES,    /* of two at random the one with fewer outstanding tokens */
    WM_ROUTE_PREFIX          /* where the longest known prefix was last read, unless overloaded */
};
extern const char *const wm_router_words[];

/** What a sequence does that must give its KV memory up. */
enum wm_preemption { WM_PREEMPT_RECOMPUTE, WM_PREEMPT_SWAP };
extern const char *const wm_preemption_words[];

struct wm_engine {
    struct wm_catalog_head head;
    enum wm_serving_mode mode;
    double step_overhead_s;    /* scheduler, sampler: per step */
    double seq_overhead_s;     /* per sequence of an attention group and step */
    double reply_overhead_s;   /* per sequence of the whole replica and step: one front end */
    double layer_overhead_s;   /* launches that the hardware's kernels do not hide: per layer */
    double prompt_overhead_s;  /* tokenizer, admission, first reply: per request, in latency */
    double kernel_frac;        /* of the rates that the best engine's kernels reach */
    double mem_use_frac;       /* of accelerator memory, for weights and KV */
    double reserved_bytes;     /* context, activations */
    double kv_bytes;           /* per element of the KV cache */
    int64_t max_batch_per_gpu; /* sequences per decode accelerator */
    double prefill_chunk_tok;  /* tokens a prefill pass takes at most, per attention group */
    bool balances_data; /* attention groups wait for each other's prompts and read together */
    double prefill_max_util_frac; /* of prefill time sold at capacity, queueing margin */
    struct wm_engine_fit {
        int64_t points;       /* measured operating points its overheads were fitted on; 0: none */
        double context_tok;   /* longest prompt and answer among them; 0: not known */
        double gpus;          /* largest group */
        double batch_per_gpu; /* most requests per accelerator */
    } fit;
};
extern const struct wm_field wm_engine_fields[];

/** Whether a way of serving is among those. */
static inline bool wm_ways_have(enum wm_ways ways, const struct wm_engine *engine,
                                enum wm_serving_mode mode)
{
    switch (ways) {
    case WM_WAYS_BOTH:
        return true;
    case WM_WAYS_DISAGGREGATED:
        return mode == WM_DISAGGREGATED;
    case WM_WAYS_AGGREGATED:
        return mode == WM_AGGREGATED;
    case WM_WAYS_ENGINES:
        break;
    }
    return mode == engine->mode;
}

#endif
