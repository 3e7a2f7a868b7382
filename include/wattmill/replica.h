/*
 * Replica: one copy of a model serving requests, step by step, at integer nanoseconds.
 *
 * A replica has a queue, a batch and KV memory in blocks. At each step boundary finished sequences
 * leave, prompts that are read join the batch, waiting ones are admitted first come first served
 * (within a priority) while a place in the batch and KV blocks for the prompt are free, and the next
 * step begins. Between two boundaries at which the batch changes, all decode steps are one jump in
 * closed form: n steps take
 *
 *     S(n) = n * (decode[B] + ctx[B] * K) + ctx[B] * B * n (n - 1) / 2
 *
 * and the boundary at which an arrival is noticed is the root of a quadratic, mended by integers.
 * Fractions of a nanosecond are carried, so cutting a jump anywhere changes nothing.
 *
 * When KV runs out, the sequence of the least urgent class that arrived last gives its blocks up and
 * is read again later (recompute) or moved to host memory and back (swap).
 *
 * A replica of several pipeline stages has as many micro-batches under way, each stage a server
 * (sim/replica/pipeline.h).
 *
 * Attention groups (data-parallel ranks) step together: each prompt is read by one of them, the least
 * loaded, and a step takes as long as the one that has most to read.
 *
 * Blocks that a prefix cache has no room for stand in tiers (kv_tier.h): all are one list by recency, of which the cache
 * has the first part, host memory the next. Whether a prompt's are loaded or read again is decided when it arrives: the
 * shorter of the two, alone on the replica; a load lengthens the next step.
 *
 * Speculative decoding makes `tok_per_step` tokens a step, the expected number, for every sequence;
 * a new block is then taken every round(block_tok / tok_per_step) steps.
 */
#ifndef WATTMILL_REPLICA_H
#define WATTMILL_REPLICA_H

#include "wattmill/engine.h"
#include "wattmill/engine_software.h"
#include "wattmill/kv_tier.h"
#include "wattmill/prefix_cache.h"
#include "wattmill/service.h"
#include "wattmill/step_table.h"

/** A memory behind a worker's prefix cache, see kv_tier.h. */
struct wm_replica_tier {
    uint32_t tok;                /* it holds; 0: there is none */
    double s_per_tok, j_per_tok; /* of a load */
};

enum wm_batching {
    WM_BATCH_CHUNKED,       /* prompts fill what decoding leaves of a step's token budget */
    WM_BATCH_PREFILL_FIRST, /* a step reads whole prompts or decodes */
    WM_BATCH_PREFILL_ONLY,  /* of a disaggregated replica: prompts go on to a decode worker */
    WM_BATCH_DECODE_ONLY    /* requests arrive with their prompt read */
};
extern const char *const wm_batching_words[];

struct wm_replica_params {
    enum wm_batching batching;
    enum wm_preemption preemption;
    uint32_t n_stages; /* of a pipeline; 0 and 1: none */
    uint32_t max_seqs; /* of the replica; a micro-batch has its share, <= the table's */
    uint32_t n_ranks;  /* attention groups with prompts of their own, in lockstep; 0 and 1: one */
    uint32_t token_budget;     /* of a step, all attention groups together, <= the table's */
    uint32_t block_tok;        /* tokens of a KV block */
    uint32_t kv_blocks;        /* blocks there are */
    uint32_t watermark_blocks; /* kept free when admitting */
    double tok_per_step;       /* >= 1; of a speculative step (wm_draft_gain) */
    double swap_s_per_tok;     /* to or from host memory */
    uint32_t cache_tok;        /* prefix cache beside the KV blocks; 0 = none */
    struct wm_replica_tier tiers[WM_KV_TIERS]; /* behind it */
    uint32_t max_context_tok;  /* prompt and answer; longer requests are dropped; 0 = no limit */
};

/** What a replica did until now. */
struct wm_replica_totals {
    uint64_t n_steps; /* decode and mixed steps, jumped or not */
    uint64_t n_jumps; /* events they took */
    int64_t busy_ns;
    double energy_j;      /* all, idle included */
    uint64_t prefill_tok; /* computed, with repeats */
    /* of prompts: what steps that read them take more than they would without */
    int64_t prefill_ns;
    double prefill_j;
    uint64_t decode_tok; /* computed, with repeats */
    uint64_t n_preempted;
    uint64_t n_over_context; /* requests dropped, longer than the model's context */
    double idle_j;
    uint64_t tier_tok[WM_KV_TIERS]; /* loaded from tiers instead of read */
    double tier_s, tier_j;          /* what loads took, and drew beside waiting boards */
};

enum wm_progress { WM_WAITING, WM_READING, WM_DECODING };

/** A request in flight, as it moves between replicas: the whole of what is kept, one cache line. */
struct wm_pending {
    int64_t arrival_ns;
    int64_t first_ns; /* first token; -1 = none yet */
    uint64_t id, session;
    uint32_t input_tok, output_tok, hit_tok;
    uint32_t made_tok; /* of the answer */
    uint16_t reader;   /* the prefill worker that read its prompt, from 1; 0: none did */
    uint8_t class_id;
    bool admitted : 1;    /* has had a place in a batch */
    bool has_kv : 1;      /* its KV arrives with it: swapped out, or read by a prefill worker */
    uint8_t progress : 2; /* enum wm_progress */
    uint8_t phase;        /* decoding: when it takes new KV blocks */
    uint16_t next_done;   /* decoding: the next of those done at the same step */
    uint32_t
        blocks; /* waiting or reading: of what is to be read; decoding: less the rounds before */
    union {
        uint32_t todo_tok;  /* reading: of the prompt, still to read */
        uint32_t join_step; /* decoding: since that step (mod 2^32) */
        uint32_t next_free; /* for the list of free places */
    };
};

struct wm_replica;

/**
 * A replica that is idle at time 0.
 *
 * @param params    kept, not copied: replicas of a kind share them
 * @param table     of a step in one stage
 * @param index     its number, passed on in wm_served as worker
 * @param service   where requests are accounted; shared by replicas
 * @param per_step  reference mode: no jumps, every step is an event; same results
 */
struct wm_replica *wm_replica_new(struct wm_arena *arena, const struct wm_replica_params *params,
                                  const struct wm_step_table *table, struct wm_service *service,
                                  uint32_t index, bool per_step);

/* What a replica begins with, so that looking at its next boundary needs no call. */
struct wm_replica_clock {
    int64_t next_ns;
};

/** Time of the next boundary, or WM_TIME_NEVER when idle. */
static inline int64_t wm_replica_next(const struct wm_replica *replica)
{
    return ((const struct wm_replica_clock *)(const void *)replica)->next_ns;
}

/**
 * A request arrives. Deliver everything that arrives at or before wm_replica_next() first, then call
 * wm_replica_step(). A request that can never fit is dropped at once.
 *
 * @param id   given back in wm_served
 */
void wm_replica_arrive(struct wm_replica *replica, int64_t now_ns, const struct wm_request *request,
                       uint64_t id);
/** Processes the boundary at wm_replica_next(). */
void wm_replica_step(struct wm_replica *replica);

/** Another clock (or cap) from the next boundary at or after `now_ns`. */
void wm_replica_set_table(struct wm_replica *replica, int64_t now_ns,
                          const struct wm_step_table *table);
/**
 * Stops at `now_ns`: the running step is lost, KV and prefix cache are gone, requests stay queued as
 * new ones would be (their prompt and what they had is read again). While stopped nothing runs.
 */
void wm_replica_fail(struct wm_replica *replica, int64_t now_ns);
void wm_replica_repair(struct wm_replica *replica, int64_t now_ns);
/** Held: stands still from the next boundary at or after `now_ns`, with all it has in place. */
void wm_replica_hold(struct wm_replica *replica, int64_t now_ns, bool held);
bool wm_replica_is_up(const struct wm_replica *replica);

/** Takes the next queued request away, to be sent elsewhere; false when none waits. */
bool wm_replica_take_back(struct wm_replica *replica, struct wm_pending *out);
/** It arrives at another one: after a failure, or with its prompt read. */
void wm_replica_arrive_again(struct wm_replica *replica, int64_t now_ns,
                             const struct wm_pending *pending);

/** For a prefill-only replica: who takes a request whose prompt is read. */
typedef void (*wm_prefilled_fn)(void *context, uint32_t replica, int64_t now_ns,
                                const struct wm_pending *pending);
void wm_replica_on_prefilled(struct wm_replica *replica, wm_prefilled_fn fn, void *context);

/** Requests waiting, and running. */
uint32_t wm_replica_n_waiting(const struct wm_replica *replica);
uint32_t wm_replica_n_running(const struct wm_replica *replica);
/** Tokens (input + output) of requests that arrived here and have not left. */
uint64_t wm_replica_outstanding_tok(const struct wm_replica *replica);
uint32_t wm_replica_kv_used(const struct wm_replica *replica);
const struct wm_prefix_cache *wm_replica_cache(const struct wm_replica *replica);
/** Its prefix cache holds these blocks from now on: an answer that it has made. */
void wm_replica_remember(struct wm_replica *replica, const uint64_t *blocks, uint32_t n,
                         uint32_t block_tok);
/** Totals at `now_ns`; a jump under way is counted to its last whole step before. */
struct wm_replica_totals wm_replica_totals(const struct wm_replica *replica, int64_t now_ns);

#endif
