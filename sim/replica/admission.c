/* Who enters the batch, and how the tokens of a step are given away. */
#include "replica_state.h"

static uint32_t blocks_needed(const struct wm_replica *r, const struct wm_pending *p)
{
    return blocks_of(&r->batch, p->input_tok + p->made_tok);
}

bool replica_fits(const struct wm_replica *r, const struct wm_pending *p)
{
    return blocks_needed(r, p) + r->params.watermark_blocks <= batch_blocks_free(&r->batch);
}

struct queue *replica_first_queue(struct wm_replica *r)
{
    if (r->n_waiting == 0)
        return NULL;
    struct queue *queue = r->queues;
    while (queue->n == 0)
        queue++;
    return queue;
}

/* The next request that may enter the batch now, after those that waited too long were dropped. */
static struct wm_pending *next_admissible(struct wm_replica *r, struct queue **queue)
{
    while (!r->no_admission && r->batch.n_free > 0 && (*queue = replica_first_queue(r)) != NULL) {
        struct wm_pending *const p = queue_front(*queue);
        if (!replica_fits(r, p))
            return NULL;
        const int64_t max_wait_ns = r->service->classes[p->class_id].policy.max_wait_ns;
        if (p->admitted || max_wait_ns == 0 || r->now_ns - p->arrival_ns <= max_wait_ns)
            return p;
        const struct wm_pending late = *p;
        queue_pop(*queue);
        r->n_waiting--;
        replica_leave(r, &late, r->now_ns, true);
    }
    return NULL;
}

/* Gives a request a slot and its blocks; returns the slot. */
static uint32_t admit(struct wm_replica *r, struct queue *queue)
{
    struct batch *const b = &r->batch;
    const uint32_t slot = b->free_slots[--b->n_free];
    struct wm_pending *const s = &b->slots[slot];
    *s = *queue_front(queue);
    queue_pop(queue);
    r->n_waiting--;
    if (!s->admitted && s->arrival_ns >= r->service->warmup_ns)
        wm_ns_hist_add(&r->service->classes[s->class_id].wait, r->now_ns - s->arrival_ns);
    s->admitted = true;
    s->blocks = blocks_needed(r, s);
    b->blocks_used += s->blocks;
    s->todo_tok = s->input_tok + s->made_tok - s->hit_tok;
    b->state[slot] = SLOT_READING;
    b->n_reading++;
    return slot;
}

/* KV comes with it: straight into the batch. */
static void resume(struct wm_replica *r, uint32_t slot)
{
    struct wm_pending *const s = &r->batch.slots[slot];
    if (r->params.batching != WM_BATCH_DECODE_ONLY)
        r->extra_s += r->params.swap_s_per_tok * (double)(s->input_tok + s->made_tok);
    s->has_kv = false;
    r->batch.n_reading--;
    batch_join(&r->batch, slot);
}

static void take_chunk(struct wm_replica *r, uint32_t slot, uint32_t n_tok)
{
    r->chunk[r->n_reading] = n_tok;
    r->reading[r->n_reading++] = slot;
}

/* Admits what may enter and gives the step's token budget away; returns its prompt tokens. */
uint32_t replica_fill_step(struct wm_replica *r)
{
    const struct wm_replica_params *const p = &r->params;
    const bool chunked = p->batching == WM_BATCH_CHUNKED;
    const uint32_t decode_tok = chunked ? r->batch.n_decoding : 0;
    uint32_t left = p->token_budget > decode_tok ? p->token_budget - decode_tok : 0;
    uint32_t sum = 0;
    if (r->n_reading > 0) { /* a prompt begun in an earlier step */
        const uint32_t todo = r->batch.slots[r->reading[0]].todo_tok;
        r->chunk[0] = todo < left ? todo : left;
        sum += r->chunk[0];
        left -= r->chunk[0];
    }
    struct queue *queue = NULL;
    for (struct wm_pending *next; left > 0 && (next = next_admissible(r, &queue)) != NULL;) {
        if (next->has_kv) {
            resume(r, admit(r, queue));
            left -= chunked;
            continue;
        }
        const uint32_t todo = next->input_tok + next->made_tok - next->hit_tok;
        if (!chunked && todo > left && sum > 0)
            break; /* a prompt longer than the budget is read alone */
        const uint32_t n_tok = chunked && todo > left ? left : todo;
        take_chunk(r, admit(r, queue), n_tok);
        sum += n_tok;
        left -= n_tok < left ? n_tok : left;
    }
    return sum;
}

/* Whether the one that has just queued up at `priority` may enter at the next boundary. */
bool replica_may_enter(const struct wm_replica *r, uint32_t priority, const struct wm_pending *p)
{
    if (r->batch.n_free == 0 || r->queues[priority].n > 1 || !replica_fits(r, p))
        return false;
    for (uint32_t i = 0; i < priority; i++)
        if (r->queues[i].n > 0)
            return false;
    return r->params.batching != WM_BATCH_CHUNKED || r->batch.n_decoding < r->params.token_budget;
}

/* Blocks of its longest state, alone; more than there are: it can never be served. */
bool replica_is_too_large(const struct wm_replica *r, const struct wm_pending *p)
{
    const struct batch *const b = &r->batch;
    const uint64_t steps =
        ((uint64_t)p->output_tok << WM_CTX_FRAC_BITS) / (uint64_t)b->ctx_per_step;
    const uint64_t blocks = blocks_of(b, p->input_tok) + steps / b->block_steps + 2;
    return blocks + r->params.watermark_blocks > b->n_blocks;
}
