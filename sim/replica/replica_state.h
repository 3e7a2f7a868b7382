/*
 * A replica from the inside; shared by the files that make it up: segment.c (time), admission.c (who
 * enters), preempt.c (who gives way), replica.c (boundaries, arrivals, failures).
 */
#ifndef WM_REPLICA_STATE_H
#define WM_REPLICA_STATE_H

#include "batch.h"
#include "queue.h"

#define UNITS_PER_S (1e9 * (1 << WM_STEP_FRAC_BITS))
#define FRAC_MASK   ((INT64_C(1) << WM_STEP_FRAC_BITS) - 1)

/* What is under way between now and the next boundary. */
enum segment { SEGMENT_NONE, SEGMENT_START, SEGMENT_JUMP, SEGMENT_MIXED, SEGMENT_PREFILL };

struct wm_replica {
    struct wm_arena *arena;
    struct wm_replica_params params;
    const struct wm_step_table *table, *next_table;
    struct wm_service *service;
    uint32_t index;
    bool per_step, up;

    int64_t now_ns, frac; /* last boundary; its fraction in 2^-24 ns */
    int64_t next_ns;
    enum segment segment;
    int64_t first_time, more_time, n_steps; /* of a jump */
    int64_t mixed_time;
    double mixed_j;
    double extra_s;    /* swaps that lengthen the next step */
    bool no_admission; /* someone was preempted at this boundary */

    struct batch batch;
    uint32_t *reading; /* slots whose prompts this step reads, and how much of each */
    uint32_t *chunk;
    uint32_t *ended; /* the same slots when the step is over */
    uint32_t n_reading;
    struct queue queues[WM_PRIORITIES];
    uint32_t n_waiting;
    uint64_t outstanding_tok;

    struct wm_prefix_cache *cache;
    wm_prefilled_fn on_prefilled;
    void *context;
    struct wm_replica_totals totals;
    int64_t idle_since_ns;
};

static inline uint32_t replica_priority(const struct wm_replica *r, const struct wm_pending *p)
{
    return r->service->classes[p->class_id].policy.priority;
}

/* A request leaves: served, or dropped. */
void replica_leave(struct wm_replica *r, const struct wm_pending *p, int64_t finish_ns,
                   bool dropped);

/* Moves the clock to the boundary that ends the segment and books its steps, time and energy. */
void replica_end_segment(struct wm_replica *r);
/* The next segment: one step that reads `prompt_tok` of prompts, or a jump over decode steps. */
void replica_plan_mixed(struct wm_replica *r, uint32_t prompt_tok);
void replica_plan_jump(struct wm_replica *r, bool preempted);
/* Ends a jump at the first boundary at or after `now_ns`. */
void replica_cut_jump(struct wm_replica *r, int64_t now_ns);
/* Whole steps of a jump that are over at `now_ns`. */
int64_t replica_steps_over(const struct wm_replica *r, int64_t now_ns);

bool replica_fits(const struct wm_replica *r, const struct wm_pending *p);
/* The queue whose turn it is, or NULL when nobody waits. */
struct queue *replica_first_queue(struct wm_replica *r);
/* Admits what may enter and gives the step's token budget away; returns its prompt tokens. */
uint32_t replica_fill_step(struct wm_replica *r);
/* Whether the one that has just queued up at `priority` may enter at the next boundary. */
bool replica_may_enter(const struct wm_replica *r, uint32_t priority, const struct wm_pending *p);
/* Whether it needs more blocks, alone, than there are: it can never be served. */
bool replica_is_too_large(const struct wm_replica *r, const struct wm_pending *p);

/* Back to the head of its queue, with what it has made. */
void replica_send_back(struct wm_replica *r, uint32_t slot, bool keeps_kv);
/* The sequence that gives way: least urgent, then arrived last. @pre the batch is not empty */
uint32_t replica_victim(const struct wm_replica *r);
void replica_preempt_one(struct wm_replica *r);

#endif
