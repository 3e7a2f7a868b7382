/*
 * Serving: how fast one replica of a model on an accelerator makes tokens, and what it draws.
 *
 * The step-time model is O(1): each layer is a handful of kernels, each a p-norm of its arithmetic
 * and its memory time plus an overhead (accelerator.h), plus collectives. A replica is disaggregated:
 * `prefill_gpus` in groups read prompts, `decode_gpus` in one group extend answers, at a batch that
 * follows from the offered load by Little's law. A plan (wm_serving_plan) is the parallelism that
 * makes most output tokens per accelerator within the latency target and the memory.
 *
 * Left out at this depth: speculative decoding, aggregated (chunked) scheduling, pipeline
 * parallelism, preemption; uneven expert loads are folded into the MoE kernel's efficiency.
 */
#ifndef WATTMILL_SERVING_H
#define WATTMILL_SERVING_H

#include "wattmill/accelerator.h"
#include "wattmill/llm.h"
#include "wattmill/workload.h"

/** Serving engine: overheads and limits that belong to the software. */
struct wm_engine {
    struct wm_catalog_head head;
    double step_overhead_s;       /* scheduler, sampler: per step */
    double seq_overhead_s;        /* per sequence and step */
    double mem_use_frac;          /* of accelerator memory, for weights and KV */
    double reserved_bytes;        /* context, activations */
    double kv_bytes;              /* per element of the KV cache */
    int64_t max_batch_per_gpu;    /* sequences per decode accelerator */
    double prefill_chunk_tok;     /* tokens a prefill pass takes at most */
    double prefill_max_util_frac; /* of prefill time sold at capacity, queueing margin */
};
extern const struct wm_field wm_engine_fields[];

/** What is served, at which mix and precision. */
struct wm_serving_case {
    const struct wm_accelerator *accelerator;
    const struct wm_llm *llm;
    const struct wm_engine *engine;
    enum wm_precision precision; /* of the weights; activations follow */
    double input_tok;            /* per request, cached part included */
    double cached_frac;
    double output_tok;
    double output_scv; /* squared coefficient of variation of the output length */
    double max_gpus;   /* largest replica that can be built */
    double ttft_slo_s;
    double tok_per_s_per_user_slo;
};

/** Time of one pass of a group of accelerators, per accelerator [s]. */
struct wm_pass {
    double time_s;
    double compute_s;       /* arithmetic at its achievable rate */
    double memory_s;        /* memory traffic at its achievable rate */
    double flop, mem_bytes; /* per accelerator, for the roofline invariant */
};

/**
 * One decode step: `batch` sequences of a group of `n_gpus` gain a token each.
 *
 *     dense: tensor-parallel over the group; MoE: attention data-parallel, experts spread over it
 *
 * @param batch        sequences in the group, > 0
 * @param context_tok  mean tokens in the cache per sequence, >= 0
 * @param clock_frac   core clock, (0, 1]: scales arithmetic and overheads, not the memory
 * @par Source         Williams et al., "Roofline", CACM 52(4) 2009, doi:10.1145/1498765.1498785;
 *                     kernel sizes from the model's shape
 */
struct wm_pass wm_decode_pass(const struct wm_serving_case *c, double n_gpus, double batch,
                              double context_tok, double clock_frac);

/** One prefill pass of `n_tok` new tokens (of prompts of `prompt_tok`, `past_tok` of them cached). */
struct wm_pass wm_prefill_pass(const struct wm_serving_case *c, double n_gpus, double n_tok,
                               double prompt_tok, double past_tok, double clock_frac);

/** Sequences whose KV fits beside the weights in a decode group of `n_gpus`; <= 0: weights do not fit. */
double wm_decode_batch_limit(const struct wm_serving_case *c, double n_gpus, double context_tok);

/** Board power of an accelerator in a pass, duty-cycled: active `busy_frac` of the time [W]. */
double wm_board_power_w(const struct wm_accelerator *accelerator, const struct wm_pass *pass,
                        double clock_frac);

enum wm_plan_fault { WM_PLAN_OK, WM_PLAN_NO_UNIT, WM_PLAN_MEMORY, WM_PLAN_SPEED, WM_PLAN_TTFT };

/** A replica: how many accelerators do what, and what it makes at the latency target. */
struct wm_serving_plan {
    struct wm_serving_case c;
    enum wm_plan_fault fault;
    double prefill_gpus, prefill_group_gpus; /* groups = prefill_gpus / prefill_group_gpus */
    double decode_gpus;
    double batch_limit; /* by memory and engine, per decode group */
    double capacity_batch;
    double capacity_out_tok_per_s; /* per replica at clock 1 */
    double context_tok;            /* mean cache per sequence while decoding */
};

/** The best plan for a case; `fault` names the constraint when there is none. */
struct wm_serving_plan wm_serving_plan(const struct wm_serving_case *c);

/** Operating point of one replica in steady state. */
struct wm_serving_point {
    double out_tok_per_s;
    double batch; /* sequences in decode, mean */
    double tpot_s, tpot_p99_s;
    double ttft_base_s;   /* without waiting */
    double wait_prob;     /* share of requests that wait for a prefill group */
    double wait_mean_s;   /* of those that wait; exponential */
    double ttft_slo_frac; /* share of requests within the TTFT target */
    double tpot_slo_frac;
    double prefill_busy_frac, decode_busy_frac; /* of the time of those accelerators */
    double prefill_w, decode_w, idle_w; /* board power of the replica by use, sums to the boards */
    double board_w;
    double host_w;
    double it_w; /* board + host */
};

/** Output rate at which the latency target is just met at `clock_frac` [tok/s]; 0 if never. */
double wm_serving_capacity(const struct wm_serving_plan *plan, double clock_frac);
/** Batch per decode group at that capacity; 0 if never. */
double wm_serving_capacity_batch(const struct wm_serving_plan *plan, double clock_frac);
/** Steady state at a mean batch in decode in [0, capacity batch]; one pass instead of a search. */
struct wm_serving_point wm_serving_at_batch(const struct wm_serving_plan *plan, double batch,
                                            double clock_frac);
/** Steady state at an output rate in [0, capacity]. */
struct wm_serving_point wm_serving_eval(const struct wm_serving_plan *plan, double out_tok_per_s,
                                        double clock_frac);

/** Share of M/M/c customers that wait (Erlang C); utilisation in [0, 1). */
double wm_erlang_c(double n_servers, double utilisation_frac);

#endif
