/*
 * Serving: how fast one replica of a model on an accelerator makes tokens, and what it draws.
 *
 * Two ways to serve, the engine's, or where none is named the one that makes more. Disaggregated: `prefill_gpus` in groups read prompts,
 * `decode_gpus` in one group extend answers. Aggregated: one group does both, chunks of prompts
 * riding along with decoding (continuous batching with chunked prefill). The batch follows from the
 * offered load by Little's law. A plan (wm_serving_plan) is the parallelism that makes most output
 * tokens per accelerator within the latency target and the memory; a closed loop (wm_loop_eval) is a
 * given group under a given number of users, as benchmarks measure it.
 *
 * Left out at this depth: preemption.
 */
#ifndef WATTMILL_SERVING_H
#define WATTMILL_SERVING_H

#include <math.h>

#include "wattmill/serving_curve.h"
#include "wattmill/serving_latency.h"
#include "wattmill/step.h"

/** What is served, at which mix and precision. */
struct wm_serving_case {
    const struct wm_accelerator *accelerator;
    const struct wm_accelerator *prefill_accelerator; /* on which prompts are read; NULL: the same */
    double prefill_weight;   /* accelerators that one of its kind counts as, as wm_prefill_weight(); 0: one */
    double prefill_max_gpus; /* of its kind, `max_gpus` of the other; 0: `max_gpus` holds both by weight */
    double prefill_cap_frac; /* of its TDP, as `cap_frac` */
    const struct wm_llm *llm;
    const struct wm_engine *engine;
    enum wm_ways ways;           /* that a plan may choose from; zero: the engine's */
    enum wm_precision precision; /* of the weights; activations follow */
    double input_tok;            /* per request, cached part included */
    struct wm_prompts prompts;   /* how it spreads; the cached part with it */
    double cached_frac;
    double output_tok;
    double output_scv; /* squared coefficient of variation of the output length */
    double max_gpus;   /* largest replica that can be built */
    bool is_alone;     /* no other replicas behind the same router: requests come at random */
    struct wm_draft draft;
    double cap_frac; /* of TDP, what each board may draw; 0: its TDP */
    double ttft_slo_s;
    double tok_per_s_per_user_slo;
    const struct wm_serving_curve *curve; /* measured points instead of the model; NULL: none */
};

/** Accelerator on which prompts are read. */
static inline const struct wm_accelerator *wm_prefill_accelerator(const struct wm_serving_case *c)
{
    return c->prefill_accelerator != NULL ? c->prefill_accelerator : c->accelerator;
}
/** Nameplate power with its share of network and storage, of one that reads prompts over one that decodes. */
double wm_prefill_weight(const struct wm_accelerator *decode, const struct wm_accelerator *prefill);
/**
 * Whether a plan may serve in a mode. Where prompts are read on another accelerator, only apart. A KV cache moves
 * as it is: in the engine's format, over the slower of the two ways out of a domain.
 */
static inline bool wm_case_serves(const struct wm_serving_case *c, enum wm_serving_mode mode)
{
    return wm_ways_have(c->ways, c->engine, mode) &&
           (c->prefill_accelerator == NULL || mode == WM_DISAGGREGATED);
}
/** Bandwidth from the group that has read a prompt to the one that answers [B/s]. */
double wm_case_transfer_bytes_per_s(const struct wm_serving_case *c);

/** How a group of `n_gpus` shares a model by default: dense models split layers over all; MoE models
 *  run attention data-parallel and spread experts over all. */
struct wm_group wm_group_default(const struct wm_llm *llm, double n_gpus);
/** Groups to choose from. */
enum { WM_SERVING_GROUPS = 192 };
struct wm_serving_groups {
    size_t n;
    struct wm_group group[WM_SERVING_GROUPS];
    double batch_limit[WM_SERVING_GROUPS]; /* sequences, by memory and engine; >= 1 */
    double least_weight_bytes; /* per accelerator, of all that were tried, for messages */
};
/**
 * Groups that may decode: tensor 1..16 times data (1 for dense models) up to 128 accelerators within
 * the scale-up domain and `c->max_gpus`; with experts and tensor 1 over several domains too. Experts are
 * spread over all; in stages of up to 16 also sliced over all. Each in
 * 1, 2, 4 ... 64 pipeline stages while twice the stages hold a fifth more sequences of `context_tok` an
 * accelerator. Stages may lie in different domains. All divide the model (plan_check.h).
 */
void wm_serving_groups(const struct wm_serving_case *c, double context_tok,
                       struct wm_serving_groups *list);
/** Groups that may prefill apart and hold a prompt: default groups of 1..16 (with experts to 32, over
 *  several domains), more stages only to hold a prompt an accelerator. */
void wm_prefill_groups(const struct wm_serving_case *c, struct wm_serving_groups *list);
/** The constants of a step of a case on a group; the second of one that reads prompts apart. */
struct wm_step_model wm_serving_step_model(const struct wm_serving_case *c,
                                           const struct wm_group *group, double clock_frac);
struct wm_step_model wm_prefill_step_model(const struct wm_serving_case *c,
                                           const struct wm_group *group, double clock_frac);

/** Requests in a mixed stream: the mean iteration of a group that decodes `sequences` while as many
 *  prompts are read as answers end. */
struct wm_mix {
    double step_s;       /* mean iteration */
    double tok_per_step; /* that a sequence gains in it; 1 without drafts */
    double tpot_s;       /* step_s / tok_per_step */
    double
        mixed_share_frac; /* of iterations with a chunk of a prompt; > 1: prompts cannot keep up */
    double chunk_step_s;  /* an iteration with a chunk */
    double chunks;        /* iterations a prompt takes */
    struct wm_step decode, mixed;
    double decode_j, prefill_j; /* board energy per mean iteration and accelerator, by purpose */
};

/**
 * The mean iteration of aggregated serving:
 *
 *     step = t(B) + share (t(B, chunk) - t(B)),
 *     share = B chunks tokens per step / (output tokens * chunks at once)
 *
 * @param sequences    decoding in the group, > 0
 * @param new_tok      prompt tokens to compute per request, >= 0; past_tok: cached before them
 * @param output_tok   per request, > 0
 * @param chunk_tok    largest chunk of an attention group
 */
struct wm_mix wm_mix_eval(const struct wm_step_model *m, double sequences, double context_tok,
                          double new_tok, double past_tok, double output_tok, double chunk_tok);
/** The same with prompts that spread about `new_tok`: their mean chunks and mean squares count. */
struct wm_mix wm_mix_of_prompts(const struct wm_step_model *m, double sequences, double context_tok,
                                double new_tok, double past_tok, double output_tok,
                                double chunk_tok, const struct wm_prompts *prompts);

/** A closed loop: `users` each with one request under way, fixed lengths. */
struct wm_loop_case {
    struct wm_step_model m;
    double input_tok, cached_tok, output_tok;
    double users;
    double intake_steps; /* iterations between two looks at new requests (SGLang's
                            --scheduler-recv-interval, vLLM's --prefill-schedule-interval); 0: every one */
    bool keeps_room;     /* a request is admitted when there is room for its whole answer
                            (TensorRT-LLM's GUARANTEED_NO_EVICT) */
};
struct wm_loop_point {
    double out_tok_per_s; /* of the group; 0: does not fit */
    double tpot_s, ttft_s;
    double sequences; /* decoding, mean */
    double board_w;   /* per accelerator, mean */
};
/** Steady state of a closed loop: users = decoding + (rate / output) * time to first token, the
 *  decoding limited by the cache. */
struct wm_loop_point wm_loop_eval(const struct wm_loop_case *c);

enum wm_plan_fault {
    WM_PLAN_OK,
    WM_PLAN_NO_UNIT,
    WM_PLAN_MEMORY,
    WM_PLAN_SPEED,
    WM_PLAN_TTFT,
    WM_PLAN_CONTEXT, /* prompt and answer are longer than the model was published for */
    /* of the accelerator that reads prompts, where it is another one */
    WM_PLAN_PREFILL_UNIT,
    WM_PLAN_PREFILL_MEMORY,
    WM_PLAN_PREFILL_MODE /* the engine reads prompts where it decodes */
};

/** A replica: how many accelerators do what, and what it makes at the latency target. Disaggregated, up
 *  to eight decode groups share its prefill groups, so that these need not stand idle. */
struct wm_serving_plan {
    struct wm_serving_case c;
    enum wm_plan_fault fault;
    enum wm_serving_mode mode;               /* who reads prompts */
    double prefill_gpus, prefill_group_gpus; /* groups = prefill_gpus / prefill_group_gpus */
    double decode_gpus; /* of all decode groups; aggregated: of the one that does all */
    struct wm_group decode_group, prefill_group;
    double prefill_pass_tok;       /* new tokens a full pass of a prefill group takes */
    double batch_limit;            /* by memory and engine, per decode group */
    double capacity_batch;         /* of the replica */
    double capacity_out_tok_per_s; /* per replica at clock 1 */
    double context_tok;            /* mean cache per sequence while decoding */
};

/** Decode groups of a replica, >= 1. */
static inline double wm_plan_decode_groups(const struct wm_serving_plan *plan)
{
    const double gpus = wm_group_gpus(&plan->decode_group);
    return gpus > 0.0 ? fmax(1.0, floor(plan->decode_gpus / gpus + 0.5)) : 1.0;
}

/** Tokens that a pass of its prefill groups takes of an attention group; whole prompts, one at least. */
double wm_plan_pass_tok(const struct wm_serving_plan *plan);

/** What forbids to read prompts on the case's other accelerator; WM_PLAN_OK: nothing, or there is none. */
enum wm_plan_fault wm_prefill_fault(const struct wm_serving_case *c);
/** The best plan for a case; `fault` names the constraint when there is none. */
struct wm_serving_plan wm_serving_plan(const struct wm_serving_case *c);

/** Operating point of one replica in steady state. */
struct wm_serving_point {
    double out_tok_per_s;
    double batch; /* sequences in decode in the replica, mean */
    double tpot_s;
    struct wm_pace pace;       /* how it spreads */
    double ttft_base_s;        /* of every request, beside reading and waiting */
    struct wm_reading reading; /* of a prompt by its length over the mean */
    struct wm_wait wait;       /* until that begins */
    double ttft_slo_frac;      /* share of requests within the TTFT target */
    double tpot_slo_frac;
    double prefill_busy_frac, decode_busy_frac; /* of the time of those accelerators */
    double busy_gpus, prefill_busy_gpus;        /* mean at work; of them for prompts */
    double
        prefill_load_frac; /* of the prompts that full passes could read; aggregated: busy share */
    double prefill_w, decode_w, idle_w; /* board power of the replica by use, sums to the boards */
    double board_w;
    double host_w;
    double it_w; /* board + host */
};

/** Output rate at which the latency target is just met at `clock_frac` [tok/s]; 0 if never. */
double wm_serving_capacity(const struct wm_serving_plan *plan, double clock_frac);
/** Sequences decoding in the replica at that capacity; 0 if never. */
double wm_serving_capacity_batch(const struct wm_serving_plan *plan, double clock_frac);
/** Steady state at a mean batch in decode in [0, capacity batch]; one pass instead of a search. */
struct wm_serving_point wm_serving_at_batch(const struct wm_serving_plan *plan, double batch,
                                            double clock_frac);
/**
 * Steady states of one clock, `points` [n], n > 1: from no request to capacity, at capacity's batch times
 * (i / (n - 1))^2. What hangs on the clock alone is worked out once. @return false: no capacity
 */
bool wm_serving_states(const struct wm_serving_plan *plan, double clock_frac, size_t n,
                    struct wm_serving_point *points);
/** Steady state at an output rate in [0, capacity]. */
struct wm_serving_point wm_serving_eval(const struct wm_serving_plan *plan, double out_tok_per_s,
                                        double clock_frac);

/* The same of a case with a measured curve; batch: requests under way. Called by those above. */
struct wm_serving_plan wm_curve_plan(const struct wm_serving_case *c);
struct wm_serving_point wm_curve_serving_point(const struct wm_serving_case *c, double users,
                                               double clock_frac);
/** Most users within the targets at a clock; 0 if none. */
double wm_curve_capacity_users(const struct wm_serving_case *c, double clock_frac);

#endif
