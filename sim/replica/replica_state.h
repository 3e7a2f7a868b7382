/*
 * A replica from the inside; shared by the files that make it up: segment.h and mixed.c (time),
 * admission.h and admission.c (who enters), preempt.c (who gives way), replica.c (boundaries,
 * arrivals, failures).
 */
#ifndef WM_REPLICA_STATE_H
#define WM_REPLICA_STATE_H

#include "batch.h"
#include "queue.h"

#define UNITS_PER_S (1e9 * (1 << WM_STEP_FRAC_BITS))
#define FRAC_MASK   ((INT64_C(1) << WM_STEP_FRAC_BITS) - 1)

/* What is under way between now and the next boundary. */
enum segment {
    SEGMENT_NONE,
    SEGMENT_START,
    SEGMENT_JUMP,
    SEGMENT_MIXED,
    SEGMENT_PREFILL,
    SEGMENT_PIPELINE /* of several stages: what it does stands there */
};

struct pipeline;

/* What a step reads of one prompt. */
struct chunk {
    uint32_t slot, tok;
    uint32_t rank; /* attention group that reads it */
};

/* What is read: tokens, pairs of a new one and one it attends to, reach of chunks, their number. */
struct prompts {
    uint32_t tok, n;
    double pairs, reach;
};

/*
 * In the order of their use, a cache line a paragraph: of a thousand replicas each is far away when
 * its turn comes, so a boundary should touch few lines.
 */
struct wm_replica {
    struct wm_replica_clock clock; /* first: wm_replica_next() reads it */
    int64_t now_ns;                /* last boundary ... */
    int64_t time;                  /* of the segment [2^-24 ns] ... */
    int64_t first_time, more_time; /* ... its first step's, and what each takes more */
    uint32_t frac;                 /* ... and its fraction in 2^-24 ns */
    uint32_t n_steps, prompt_tok;  /* of the segment */
    uint32_t index;
    enum segment segment;
    bool up, held, per_step;
    bool no_admission; /* someone was preempted at this boundary */

    struct batch batch;
    const struct wm_step_table *table, *next_table;
    uint64_t outstanding_tok;

    struct wm_replica_totals totals;
    double mixed_j, prompts_j; /* of a step with prompts; what they add to it */
    int64_t prompts_ns;
    double extra_s; /* swaps that lengthen the next step */
    struct wm_service *service;
    const struct wm_replica_params *params;
    struct chunk *reading; /* [max_seqs] */
    struct prompts *ranks; /* [n_ranks] what each attention group reads in the step */
    uint32_t n_reading, n_waiting;
    struct queue queues[WM_PRIORITIES];
    struct pipeline *pipeline; /* NULL: one stage */

    int64_t idle_since_ns;
    struct wm_arena *arena;
    struct wm_prefix_cache *cache;
    struct wm_prefix_cache *with_tier[WM_KV_TIERS]; /* what it and the tiers up to one hold together */
    wm_prefilled_fn on_prefilled;
    void *context;
};

static inline uint32_t replica_priority(const struct wm_replica *r, uint32_t class_id)
{
    return r->service->classes[class_id].policy.priority;
}

static inline uint32_t replica_n_ranks(const struct wm_replica *r)
{
    return r->params->n_ranks > 1 ? r->params->n_ranks : 1;
}

static inline uint32_t replica_n_stages(const struct wm_replica *r)
{
    return r->params->n_stages > 1 ? r->params->n_stages : 1;
}

/* Time to read `todo` tokens after `past` ones, one prompt alone, through all stages. */
double replica_reading_s(const struct wm_replica *r, uint32_t past, uint32_t todo);
/* Blocks of a prompt that need not be read, found in the cache or loaded from tiers; what that takes is booked. */
uint32_t replica_find_blocks(struct wm_replica *r, const struct wm_request *q);
/* They are in the cache from now on. */
void replica_keep_blocks(struct wm_replica *r, const uint64_t *blocks, uint32_t n, uint32_t block_tok);
void replica_forget_blocks(struct wm_replica *r);

/* An empty batch of at most `max_seqs`. */
void replica_batch_init(struct wm_replica *r, uint32_t max_seqs);
/* What the end of a step brings: the finished leave, KV grows, read prompts join. */
void replica_boundary(struct wm_replica *r, bool decoded, bool mixed);
/* A request leaves: served, or dropped. */
void replica_leave(struct wm_replica *r, const struct wm_pending *p, int64_t finish_ns,
                   bool dropped);

/* Back to the head of its queue, with what it has made. */
void replica_send_back(struct wm_replica *r, uint32_t slot, bool keeps_kv);
/* The sequence that gives way: least urgent, then arrived last. @pre the batch is not empty */
uint32_t replica_victim(const struct wm_replica *r);
void replica_preempt_one(struct wm_replica *r);

#endif
