/* Who may enter the batch: what is asked at every arrival and boundary. */
#ifndef WM_ADMISSION_H
#define WM_ADMISSION_H

#include "replica_state.h"

static inline bool replica_fits(const struct wm_replica *r, const struct wm_pending *p)
{
    return batch_has_room(&r->batch, p->blocks + r->params->watermark_blocks);
}

/* The queue whose turn it is, or NULL when nobody waits. */
static inline struct queue *replica_first_queue(struct wm_replica *r)
{
    if (r->n_waiting == 0)
        return NULL;
    struct queue *queue = r->queues;
    while (queue->n == 0)
        queue++;
    return queue;
}

/* Whether the one that has just queued up at `priority` may enter at the next boundary. */
static inline bool replica_may_enter(const struct wm_replica *r, uint32_t priority,
                                     const struct wm_pending *p)
{
    if (r->batch.n_free == 0 || r->queues[priority].n > 1 || !replica_fits(r, p))
        return false;
    for (uint32_t i = 0; i < priority; i++)
        if (r->queues[i].n > 0)
            return false;
    return r->params->batching != WM_BATCH_CHUNKED || r->batch.n_decoding < r->params->token_budget;
}

/* Prompt and answer are longer than the model can see. */
static inline bool replica_is_over_context(const struct wm_replica *r, const struct wm_pending *p)
{
    const uint32_t most = r->params->max_context_tok;
    return most > 0 && (uint64_t)p->input_tok + p->output_tok > most;
}

/* Blocks of its longest state, alone; more than there are: it can never be served. */
static inline bool replica_is_too_large(const struct wm_replica *r, const struct wm_pending *p)
{
    const struct batch *const b = &r->batch;
    const uint64_t kept = 2 + (uint64_t)r->params->watermark_blocks;
    if (p->input_tok + p->output_tok + kept <= b->n_blocks)
        return false; /* without a division: were every token a block */
    return blocks_of(b, p->input_tok) + steps_of(b, p->output_tok) / b->block_steps + kept >
           b->n_blocks;
}

/* Admits what may enter and gives the step's token budget away to prompts; their sum out. */
void replica_fill_step(struct wm_replica *r, struct prompts *sum);

#endif
