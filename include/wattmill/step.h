/*
 * Step: time, traffic and board power of one iteration of a parallel group of accelerators.
 *
 * An iteration moves a mixed load one step on: every decoding sequence gains a token, and chunks of
 * prompts are read. Each layer is a handful of kernels, each a p-norm of its arithmetic and its
 * memory time plus an overhead (accelerator.h), plus collectives and the launch time of the layer;
 * a step adds the output head and the engine's scheduler. O(1) in batch, context and prompt length;
 * pure, no state: the same function serves closed-form plans, request simulation and calibration.
 *
 * Left out: overlap of collectives with arithmetic, the time to sample, swapping.
 */
#ifndef WATTMILL_STEP_H
#define WATTMILL_STEP_H

#include "wattmill/accelerator.h"
#include "wattmill/engine_software.h"
#include "wattmill/llm.h"

/**
 * How a group shares a model. `tensor * data` accelerators form a stage: `data` attention groups
 * with sequences of their own, each split over `tensor`; routed experts are spread whole over
 * `expert` of them and sliced over the rest. `pipeline` stages hold the layers in turn.
 */
struct wm_group {
    double tensor, data, expert, pipeline; /* >= 1 */
};

/** Accelerators of a group. */
static inline double wm_group_gpus(const struct wm_group *g)
{
    return g->tensor * g->data * g->pipeline;
}

/** Speculative decoding: guesses that a step checks per sequence, and how likely each is right. */
struct wm_draft {
    double tok;         /* >= 0; 0: none */
    double accept_frac; /* [0, 1] */
};

/** What runs, on what: the constants of a step. */
struct wm_step_model {
    const struct wm_accelerator *accelerator;
    const struct wm_llm *llm;
    const struct wm_engine *engine;
    enum wm_precision precision; /* of the weights */
    double kv_bytes;             /* per element of the cache */
    struct wm_group group;
    double
        clock_frac; /* (0, 1]: highest core clock; scales arithmetic, overheads, not memory or links */
    double cap_frac; /* (0, 1]: of TDP, what each board may draw; 0: its TDP */
    struct wm_draft draft;
};

/** What one iteration of the whole group does; all >= 0. Chunks c of prompts, p tokens before them. */
struct wm_load {
    double sequences;   /* decoding */
    double context_tok; /* sum of their contexts */
    double prefill_tok; /* sum of c */
    double pairs;       /* sum of c (p + c / 2): attention of the chunks */
    double reach_tok;   /* sum of (p + c / 2) */
    double chunks;      /* number of chunks */
    double sampled;     /* sequences that sample: decoding ones and prompts that end */
    double readers;     /* attention groups the chunks are spread over; 0: one each, all at most */
};

/** An iteration; times of the busiest accelerator [s], traffic per accelerator. */
struct wm_step {
    double time_s;
    double compute_s;                         /* arithmetic at peak rates and clock 1 */
    double memory_s;                          /* memory traffic at peak bandwidth */
    double link_s;                            /* collectives */
    double busy_compute_s, busy_memory_s;     /* the same at the rates that are reached, clock 1 */
    double shared_compute_s, shared_memory_s; /* of these, experts: work of all attention groups */
    double at_work_frac; /* tokens of the mean attention group over those of the busiest */
    double host_s;       /* scheduler, sampler, launches not hidden: the accelerator waits */
    double flop, mem_bytes;
    double board_w; /* per accelerator, mean over the group */
};

/**
 * One iteration.
 *
 *     kernel = ((flop / (peak eta_c f))^p + (bytes / (peak_mem eta_m))^p)^(1/p) + t0 / f
 *     kernels = layers * (projections + attention + feed-forward + elementwise + collectives
 *               + launch floor) + head
 *     step    = max(kernels, layers * launch of the engine) + scheduler
 *
 * The host launches ahead of the accelerator, so that the longer of kernels and launches counts.
 *
 * Attention groups run in lockstep: a step takes what its busiest group takes. A prompt is read by one
 * group, so that `chunks` of them load at most as many groups, and a lone sequence or prompt is decoded
 * or read by one while the others run empty steps; experts see the tokens of all groups.
 *
 * Board power while such iterations follow each other:
 *
 *     P / tdp = base + memory sqrt(u_m) (1 - s (1 - phi)) + compute (u_c / r) phi,  phi = phi(r f0)
 *
 * u_m, u_c = busy_memory_s, busy_compute_s over time_s: shares of the time in which memory and arithmetic
 * work at the rates they reach; weights that are widened inside the kernel count for u_m at the width they
 * are computed in, as far as the kernel's time allows (gpt-oss in MXFP4 on H100 draws 78 % of TDP at batch 8,
 * ML.ENERGY v3). Rates were measured at the clock f0 <= 1 that the board's limit allows: the largest with
 * P <= tdp. A lower `clock_frac` or `cap_frac` slows arithmetic by r = clock / f0 from there; a clock above f0
 * changes nothing. Below `power.min_clock_frac` a cap makes boards rest part of the time at base.
 *
 * With drafts of d tokens a decoding sequence has 1 + d rows in every product, and its guesses are
 * made one after the other by d passes of a single layer with a projection before and the head behind
 * (a multi-token-prediction module or an EAGLE head; its layer is taken to be like the model's own).
 *
 * @return times >= max(compute_s / clock, memory_s): no step beats the peaks. Cannot fail
 * @par Source  Williams et al., "Roofline", CACM 52(4) 2009, doi:10.1145/1498765.1498785; kernel
 *              sizes from the model's shape; module: DeepSeek-V3, arXiv:2412.19437, section 2.2;
 *              lockstep: vllm-project/vllm issue 24564, pull 51984; power: own fit on ML.ENERGY and
 *              InferenceX rows; s = 0.6: estimate between arXiv:2605.11999 (clock locks save up to
 *              32 % of decoding's energy on H200) and caps on A100 (arXiv:2507.00909)
 */
struct wm_step wm_step_eval(const struct wm_step_model *m, const struct wm_load *load);

/** Load of `sequences` decoding at a mean context, nothing else. */
struct wm_load wm_load_decode(double sequences, double mean_context_tok);
/** Load of `n` chunks of `chunk_tok` with `past_tok` before each; `ends`: they finish their prompts. */
struct wm_load wm_load_prefill(double n, double chunk_tok, double past_tok, bool ends);
/** The sum of two loads of one iteration. */
struct wm_load wm_load_add(const struct wm_load *a, const struct wm_load *b);

/** Decode time at a fixed batch as a line in the summed context: fixed_s + per_tok_s * context_tok. */
struct wm_step_line {
    double fixed_s, per_tok_s;
};
/**
 * The line of a decode step of `sequences`; exact for every context where all layers keep the whole
 * cache, and beyond the window (or sparse selection) where they do not: there it is the tangent at
 * `mean_context_tok` per sequence.
 */
struct wm_step_line wm_step_decode_line(const struct wm_step_model *m, double sequences,
                                        double mean_context_tok);

/** Parameters of the module that guesses [1]: a layer, and a projection of 2 hidden to hidden. */
double wm_draft_params(const struct wm_llm *llm);
/** Bytes of weights on the fullest accelerator of the group; the module that guesses included. */
double wm_group_weight_bytes(const struct wm_step_model *m);
/** Bytes for KV on an accelerator beside weights and reserve; <= 0: weights do not fit. */
double wm_group_kv_room_bytes(const struct wm_step_model *m);
/** Bytes a sequence of `context_tok` takes on an accelerator of its attention group. */
double wm_group_kv_bytes(const struct wm_step_model *m, double context_tok);
/** Sequences whose cache fits the whole group at a mean context; <= 0: weights do not fit. */
double wm_group_batch_limit(const struct wm_step_model *m, double mean_context_tok);

/** Expected tokens a sequence gains in a step that checks `draft_tok` guesses, each right with
 *  probability `accept_frac`: (1 - a^(d+1)) / (1 - a). */
double wm_draft_gain(double draft_tok, double accept_frac);
/**
 * The drafts of a model. A chance that is not set (NAN) is the one with which so many guesses gain the tokens that
 * were measured with its own module (`accepted_tok`; between and beyond them the nearest number of guesses), or
 * 0.7 where nothing was (estimate).
 */
struct wm_draft wm_draft_of(const struct wm_llm *llm, double draft_tok, double accept_frac);
/** The same of a model: 1 without drafts. */
double wm_step_gain(const struct wm_step_model *m);

#endif
