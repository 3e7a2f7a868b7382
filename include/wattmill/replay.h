/*
 * Replay: requests of a trace or generator served by a fleet of replicas of one model, from the
 * catalogue's accelerator, model and engine to latencies, throughput, power and balances.
 */
#ifndef WATTMILL_REPLAY_H
#define WATTMILL_REPLAY_H

#include "wattmill/chains.h"
#include "wattmill/diag.h"
#include "wattmill/fleet.h"
#include "wattmill/kv_tier.h"
#include "wattmill/serving.h"
#include "wattmill/sessions.h"
#include "wattmill/status.h"

/** What serves. Zero members are chosen: see each. */
struct wm_replay_case {
    const struct wm_accelerator *accelerator;
    const struct wm_accelerator *prefill_accelerator; /* of prefill workers; NULL: the same */
    const struct wm_llm *llm;
    const struct wm_engine *engine; /* says whether prefill and decode have workers of their own */
    enum wm_ways ways;              /* zero: the engine's; both only without `group` */
    enum wm_precision precision;
    double kv_bytes;       /* per element of the cache; 0: the engine's */
    struct wm_group group; /* tensor 0: the plan for most tokens per accelerator within the SLO */
    struct wm_group prefill_group; /* disaggregated, with `group`; tensor 0: the same */
    uint32_t n_decode;             /* disaggregated, with `group`: decode groups a replica; 0: 1 */
    uint32_t n_prefill;            /* disaggregated: prefill groups a replica; 0: the plan's */
    uint32_t n_replicas;           /* >= 1 */
    enum wm_router router;
    bool prefill_first; /* aggregated: whole prompts before decoding, not chunks beside it */
    enum wm_preemption preemption;
    uint32_t max_seqs; /* of a batch, per attention group as engines count; 0: the engine's */
    uint32_t
        token_budget;   /* tokens of a step, per attention group; 0: the plan's or the engine's */
    uint32_t kv_blocks; /* of 16 tokens; 0: what the memory holds */
    double watermark_frac; /* of the blocks, kept free when admitting */
    double cache_tok;      /* prefix cache a replica; 0: none */
    const struct wm_kv_tiers *tiers; /* behind it; NULL: none */
    struct wm_draft draft; /* speculative decoding */
    double clock_frac;     /* 0 = 1 */
    double cap_frac, prefill_cap_frac; /* of TDP, what each board may draw; 0: its TDP */
    double cap_w;          /* board and host power of an accelerator; 0: none. Sets the clock */
    double mtbf_s, mttr_s; /* of failures in a replica, each stops one of its groups; mtbf 0: none */
    double ttft_slo_s,
        tok_per_s_per_user_slo; /* of every class; 0: no target (10 s, 10 tok/s to plan) */
    double max_wait_s;          /* dropped after waiting so long; 0: never */
    uint32_t n_classes;         /* 0 = 1 */
    const struct wm_class_policy *policies; /* [n_classes], instead of those targets; NULL: none */
    bool has_chains;                        /* requests of the source may have calls after them */
    bool cold_chains;                       /* which repeat nothing that a prefix cache holds */
    const struct wm_session_plan
        *sessions; /* users in a closed loop, instead of a source; or NULL */
    uint64_t seed;
    /* the mix, for the plan and for the chord of energy; means of the trace */
    double input_tok, output_tok;
    double
        rate_per_s; /* mean of the requests, which planned prefill groups are sized for; 0: unknown,
                          for full decode groups */
    int64_t last_ns; /* length of the arrivals, 0 = unknown */
    int64_t stop_ns; /* 0: to the end */
    bool no_drain;   /* stop with the arrivals, whatever is still under way */
    const struct wm_fleet_event *events;
    size_t n_events;
    bool many_clocks; /* tables down to the lowest clock even without events */
    /* who hears of every request that leaves, as wm_service's; NULL: nobody */
    void (*on_served)(void *context, const struct wm_served *served);
    void *listener;
};

/** What was chosen, and what came of it. */
struct wm_replay {
    struct wm_group group, prefill_group;
    enum wm_serving_mode mode;
    uint32_t n_decode, n_prefill; /* groups a replica */
    double pass_tok; /* of a prefill pass and attention group, as planned; 0: not planned */
    double gpus_per_replica, gpus;
    struct wm_replica_params worker, prefill;
    double clock_frac;
    const struct wm_service *service;
    struct wm_fleet_totals totals;
    double time_s;                                           /* simulated */
    struct wm_tok_count arrived, served, dropped, in_flight; /* all classes */
    double
        balance_token_rel; /* (arrived - served - dropped - in flight in the replicas) / arrived */
    double slo_attainment_frac; /* of served; NAN without a target */
    double goodput_frac;        /* of all that arrived, served within the targets; likewise */
    double goodput_req_per_s;   /* those per second simulated */
    double it_w, gpu_it_w;      /* mean over the simulated time: all replicas, per accelerator */
    double energy_j_per_output_tok;
    double busy_frac, prefill_share_frac; /* of worker time; of busy time */
    double mean_batch;                    /* sequences a decode step, mean over steps */
    struct wm_session_totals sessions;    /* of users in a closed loop */
    struct wm_chain_totals chains;        /* of a trace's sessions */
};

/** How a class is treated that has the case's targets. */
struct wm_class_policy wm_replay_policy(const struct wm_replay_case *c);

/**
 * Chooses groups, workers and tables: `out` with what was chosen, `params` for wm_fleet_new().
 * @return WM_OK; WM_INFEASIBLE with E301; WM_INVALID with E307: the given group does not divide the model
 */
enum wm_status wm_replay_prepare(struct wm_arena *arena, const struct wm_replay_case *c,
                                 struct wm_replay *out, struct wm_fleet_params *params,
                                 struct wm_diags *diags);

/**
 * Runs it.
 * @return WM_OK; WM_FAILED with E302 when tokens do not balance; WM_INFEASIBLE with E301
 */
enum wm_status wm_replay_run(struct wm_arena *arena, const struct wm_replay_case *c,
                             struct wm_request_source source, struct wm_replay *out,
                             struct wm_diags *diags);

#endif
