/*
 * Time: what a segment takes, and what its end books. Inline, for every boundary passes here; steps
 * that read prompts are planned in mixed.c.
 */
#ifndef WM_SEGMENT_H
#define WM_SEGMENT_H

#include "admission.h"

/* Moves the clock to the boundary that ends the segment and books its steps, time and energy. */
static inline void replica_end_segment(struct wm_replica *r)
{
    struct batch *const b = &r->batch;
    struct wm_replica_totals *const t = &r->totals;
    const int64_t n = r->n_steps;
    const int64_t time = r->frac + r->time;
    const int64_t ns = time >> WM_STEP_FRAC_BITS;
    r->now_ns += ns;
    r->frac = (uint32_t)(time & FRAC_MASK);
    t->busy_ns += ns;
    t->n_steps += (uint64_t)n;
    t->n_jumps++;
    if (r->segment == SEGMENT_JUMP) {
        const double tok_per_ctx = 1.0 / (1 << WM_CTX_FRAC_BITS);
        const double ctx_tok = (double)b->ctx * tok_per_ctx;
        const double more_tok = (double)b->n_decoding * (double)b->ctx_per_step * tok_per_ctx;
        const double steps = (double)n;
        t->energy_j += steps * r->table->decode_j[b->n_decoding] +
                       r->table->ctx_j[b->n_decoding] *
                           (steps * ctx_tok + more_tok * (0.5 * steps * (steps - 1.0)));
    } else {
        t->energy_j += r->mixed_j;
        t->prefill_j += r->prompts_j;
        t->prefill_ns += r->prompts_ns;
        t->prefill_tok += r->prompt_tok;
    }
    if (r->segment == SEGMENT_PREFILL)
        return; /* decoding stood still */
    batch_advance(b, (uint64_t)n);
}

/* When the segment of n_steps is over. */
static inline void segment_set_end(struct wm_replica *r)
{
    r->time = jump_time(r->first_time, r->more_time, r->n_steps);
    r->clock.next_ns = r->now_ns + ((r->frac + r->time) >> WM_STEP_FRAC_BITS);
}

/* Whether the first in the queue would be admitted if preemption had not just forbidden it. */
static inline bool is_held_back(struct wm_replica *r)
{
    struct queue *const queue = replica_first_queue(r);
    return queue != NULL && r->batch.n_free > 0 && replica_fits(r, queue_front(queue));
}

static inline void replica_plan_jump(struct wm_replica *r, bool preempted)
{
    const struct wm_step_table *const t = r->table;
    const struct batch *const b = &r->batch;
    const uint32_t n = b->n_decoding;
    r->segment = SEGMENT_JUMP;
    r->first_time = t->decode[n] + t->ctx[n] * b->ctx;
    r->more_time = t->ctx[n] * n * b->ctx_per_step;
    r->n_steps = 1;
    if (r->extra_s > 0.0) { /* swaps lengthen one step */
        r->first_time += (int64_t)(r->extra_s * UNITS_PER_S + 0.5);
        r->totals.energy_j += r->extra_s * t->idle_w;
        r->extra_s = 0.0;
    } else if (!r->per_step && !(preempted && is_held_back(r))) {
        const uint64_t most = batch_done_step(b) - b->step;
        r->n_steps = (uint32_t)jump_limit(r->first_time, r->more_time,
                                          (int64_t)batch_steps_until_full(b, most));
    }
    segment_set_end(r);
}

/* Ends a jump at the first boundary at or after `now_ns`. */
static inline void replica_cut_jump(struct wm_replica *r, int64_t now_ns)
{
    if (r->segment != SEGMENT_JUMP || r->n_steps == 1)
        return;
    const int64_t gap = ((now_ns - r->now_ns) << WM_STEP_FRAC_BITS) - r->frac;
    r->n_steps = (uint32_t)jump_steps(r->first_time, r->more_time, gap, r->n_steps);
    segment_set_end(r);
}

/* Whole steps of a jump that are over at `now_ns`. */
static inline int64_t replica_steps_over(const struct wm_replica *r, int64_t now_ns)
{
    const int64_t gap = ((now_ns + 1 - r->now_ns) << WM_STEP_FRAC_BITS) - r->frac;
    const int64_t n = jump_steps(r->first_time, r->more_time, gap, r->n_steps);
    return jump_time(r->first_time, r->more_time, n) < gap ? n : n - 1;
}

/* Plans a step that reads prompts, with all sequences that decode in it. */
void replica_plan_mixed(struct wm_replica *r, const struct prompts *sum);

#endif
