/* Who enters the batch, and how the tokens of a step are given away. */
#include "admission.h"

#include "account.h"

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
    const uint32_t slot = batch_take_slot(b);
    struct wm_pending *const s = &b->slots[slot];
    *s = *queue_front(queue);
    queue_pop(queue);
    r->n_waiting--;
    if (!s->admitted && s->arrival_ns >= r->service->warmup_ns)
        hist_add(&r->service->classes[s->class_id].wait, r->now_ns - s->arrival_ns);
    s->admitted = true;
    s->progress = WM_READING;
    s->todo_tok = s->input_tok + s->made_tok - s->hit_tok;
    b->blocks_before += s->blocks;
    b->n_reading++;
    return slot;
}

/* KV comes with it: straight into the batch. */
static void resume(struct wm_replica *r, uint32_t slot)
{
    struct wm_pending *const s = &r->batch.slots[slot];
    if (r->params->batching != WM_BATCH_DECODE_ONLY)
        r->extra_s += r->params->swap_s_per_tok * (double)(s->input_tok + s->made_tok);
    s->has_kv = false;
    r->batch.n_reading--;
    batch_join(&r->batch, slot);
}

/* A prompt of the step gets some of its tokens read. */
static void give(struct wm_replica *r, struct chunk *chunk, uint32_t n_tok, struct prompts *sum)
{
    const struct wm_pending *const s = &r->batch.slots[chunk->slot];
    struct prompts *const rank = &r->ranks[chunk->rank];
    const double c = (double)n_tok;
    const double before = (double)(s->input_tok + s->made_tok - s->todo_tok);
    const double pairs = c * (before + 0.5 * c), reach = before + 0.5 * c;
    chunk->tok = n_tok;
    sum->tok += n_tok;
    sum->pairs += pairs;
    sum->reach += reach;
    sum->n++;
    rank->tok += n_tok;
    rank->pairs += pairs;
    rank->reach += reach;
    rank->n++;
}

/* The attention group that has least to read. */
static uint32_t least_rank(const struct wm_replica *r, uint32_t n_ranks)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < n_ranks; i++)
        if (r->ranks[i].tok < r->ranks[best].tok)
            best = i;
    return best;
}

void replica_fill_step(struct wm_replica *r, struct prompts *sum)
{
    const struct wm_replica_params *const p = r->params;
    const bool chunked = p->batching == WM_BATCH_CHUNKED;
    const uint32_t n_ranks = replica_n_ranks(r);
    const uint32_t decode_tok = chunked ? (r->batch.n_decoding + n_ranks - 1) / n_ranks : 0;
    const uint32_t share = p->token_budget / n_ranks > 0 ? p->token_budget / n_ranks : 1;
    const uint32_t most = share > decode_tok ? share - decode_tok : 0; /* of each group */
    uint32_t resumed = 0;
    for (uint32_t i = 0; i < n_ranks; i++)
        r->ranks[i] = (struct prompts){0};
    for (uint32_t i = 0; i < r->n_reading; i++) { /* prompts begun in an earlier step */
        const uint32_t todo = r->batch.slots[r->reading[i].slot].todo_tok;
        const uint32_t left = most - r->ranks[r->reading[i].rank].tok;
        give(r, &r->reading[i], todo < left ? todo : left, sum);
    }
    struct queue *queue = NULL;
    for (;;) {
        const uint32_t rank = least_rank(r, n_ranks),
                       taken = r->ranks[rank].tok + resumed / n_ranks;
        const uint32_t left = most > taken ? most - taken : 0;
        struct wm_pending *const next = left > 0 ? next_admissible(r, &queue) : NULL;
        if (next == NULL)
            return;
        if (next->has_kv) {
            resume(r, admit(r, queue));
            resumed += chunked;
            continue;
        }
        const uint32_t todo = next->input_tok + next->made_tok - next->hit_tok;
        if (!chunked && todo > left && r->ranks[rank].tok > 0)
            return; /* a prompt longer than the budget is read alone */
        struct chunk *const chunk = &r->reading[r->n_reading++];
        *chunk = (struct chunk){.slot = admit(r, queue), .rank = rank};
        give(r, chunk, chunked && todo > left ? left : todo, sum);
    }
}
