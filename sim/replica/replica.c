/*
 * Replica: boundary by boundary. At each the finished leave, KV grows (or someone is preempted),
 * read prompts join, waiting requests are admitted, and the next segment is planned: one mixed step
 * or a jump over decode steps until the batch can change.
 */
#include "wattmill/replica.h"

#include "batch.h"
#include "queue.h"

const char *const wm_batching_words[] = {"chunked", "prefill-first", "prefill-only", "decode-only",
                                         NULL};
const char *const wm_preemption_words[] = {"recompute", "swap", NULL};

static const double units_per_s = 1e9 * (1 << WM_STEP_FRAC_BITS);
#define FRAC_MASK ((INT64_C(1) << WM_STEP_FRAC_BITS) - 1)

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

double wm_speculative_tok_per_step(double accept_frac, double drafted)
{
    WM_REQUIRE(accept_frac >= 0.0 && accept_frac <= 1.0 && drafted >= 0.0);
    if (accept_frac >= 1.0)
        return drafted + 1.0;
    return (1.0 - pow(accept_frac, drafted + 1.0)) / (1.0 - accept_frac);
}

static void batch_init(struct wm_replica *r)
{
    const struct wm_replica_params *const p = &r->params;
    struct batch *const b = &r->batch;
    const double steps = floor((double)p->block_tok / p->tok_per_step + 0.5);
    *b = (struct batch){.slots = WM_NEW_ARRAY(r->arena, struct wm_pending, p->max_seqs),
                        .state = WM_NEW_ARRAY(r->arena, uint8_t, p->max_seqs),
                        .free_slots = WM_NEW_ARRAY(r->arena, uint32_t, p->max_seqs),
                        .n_free = p->max_seqs,
                        .max_seqs = p->max_seqs,
                        .done = WM_NEW_ARRAY(r->arena, uint64_t, p->max_seqs + 1),
                        .ctx_per_step = (int64_t)(p->tok_per_step * (1 << WM_CTX_FRAC_BITS) + 0.5),
                        .n_blocks = p->kv_blocks,
                        .block_tok = p->block_tok,
                        .block_steps = steps < 1.0 ? 1 : (uint32_t)steps};
    for (uint32_t i = 0; i < p->max_seqs; i++)
        b->free_slots[i] = p->max_seqs - 1 - i;
}

struct wm_replica *wm_replica_new(struct wm_arena *arena, const struct wm_replica_params *p,
                                  const struct wm_step_table *table, struct wm_service *service,
                                  uint32_t index, bool per_step)
{
    WM_REQUIRE(p->max_seqs >= 1 && p->max_seqs < 1u << SLOT_BITS && p->max_seqs <= table->max_seqs);
    WM_REQUIRE(p->block_tok >= 1 && p->block_tok <= BLOCK_STEPS_MAX && p->tok_per_step >= 1.0);
    WM_REQUIRE(p->token_budget >= 1 && p->token_budget <= table->max_tok);
    struct wm_replica *const r = WM_NEW(arena, struct wm_replica);
    *r = (struct wm_replica){.arena = arena,
                             .params = *p,
                             .table = table,
                             .service = service,
                             .index = index,
                             .per_step = per_step,
                             .up = true,
                             .next_ns = WM_TIME_NEVER,
                             .reading = WM_NEW_ARRAY(arena, uint32_t, p->max_seqs),
                             .chunk = WM_NEW_ARRAY(arena, uint32_t, p->max_seqs),
                             .ended = WM_NEW_ARRAY(arena, uint32_t, p->max_seqs)};
    batch_init(r);
    for (size_t i = 0; i < WM_PRIORITIES; i++)
        queue_init(&r->queues[i], arena);
    return r;
}

static uint32_t priority_of(const struct wm_replica *r, const struct wm_pending *p)
{
    return r->service->classes[p->class_id].policy.priority;
}

static void leave(struct wm_replica *r, const struct wm_pending *p, int64_t finish_ns, bool dropped)
{
    r->outstanding_tok -= (uint64_t)p->input_tok + p->output_tok;
    const struct wm_served served = {.id = p->id,
                                     .class_id = p->class_id,
                                     .replica = r->index,
                                     .input_tok = p->input_tok,
                                     .output_tok = p->output_tok,
                                     .hit_tok = p->hit_tok,
                                     .session = p->session,
                                     .arrival_ns = p->arrival_ns,
                                     .first_ns = p->first_ns,
                                     .finish_ns = finish_ns,
                                     .dropped = dropped};
    wm_service_left(r->service, finish_ns, &served);
}

/* Back to the head of its queue, with what it has made. */
static void send_back(struct wm_replica *r, uint32_t slot, bool keeps_kv)
{
    struct batch *const b = &r->batch;
    struct wm_pending *const s = &b->slots[slot];
    if (b->state[slot] == SLOT_DECODING)
        heap_remove(b, slot);
    const uint64_t steps = b->state[slot] == SLOT_DECODING ? b->step - s->join_step : 0;
    const bool decoding = b->state[slot] == SLOT_DECODING;
    batch_release(b, slot);
    s->made_tok += (uint32_t)(steps * (uint64_t)b->ctx_per_step >> WM_CTX_FRAC_BITS);
    s->has_kv = keeps_kv && decoding;
    if (s->has_kv)
        r->extra_s += r->params.swap_s_per_tok * (double)(s->input_tok + s->made_tok);
    if (!decoding) /* what was read of its prompt is lost, and no longer part of this step */
        for (uint32_t i = 0; i < r->n_reading; i++)
            if (r->reading[i] == slot) {
                r->reading[i] = r->reading[--r->n_reading];
                r->chunk[i] = r->chunk[r->n_reading];
                break;
            }
    queue_push_front(&r->queues[priority_of(r, s)], r->arena, s);
    r->n_waiting++;
}

/* The sequence that gives way: least urgent, then arrived last. @pre the batch is not empty */
static uint32_t victim(const struct wm_replica *r)
{
    const struct batch *const b = &r->batch;
    uint32_t worst = UINT32_MAX;
    for (uint32_t i = 0; i < b->max_seqs; i++) {
        if (b->state[i] == SLOT_FREE)
            continue;
        if (worst == UINT32_MAX) {
            worst = i;
            continue;
        }
        const struct wm_pending *const x = &b->slots[i], *const y = &b->slots[worst];
        const uint32_t px = priority_of(r, x), py = priority_of(r, y);
        if (px != py                         ? px > py
            : x->arrival_ns != y->arrival_ns ? x->arrival_ns > y->arrival_ns
                                             : x->id > y->id)
            worst = i;
    }
    return worst;
}

static void preempt_one(struct wm_replica *r)
{
    const uint32_t slot = victim(r);
    r->totals.n_preempted++;
    r->service->classes[r->batch.slots[slot].class_id].n_preempted++;
    r->no_admission = true;
    send_back(r, slot, r->params.preemption == WM_PREEMPT_SWAP);
}

/* Those that are done at the present step. */
static void finish_done(struct wm_replica *r)
{
    struct batch *const b = &r->batch;
    while (b->n_decoding > 0 && batch_done_step(b) <= b->step) {
        const uint32_t slot = (uint32_t)(b->done[0] & ((1u << SLOT_BITS) - 1));
        if (b->n_decoding > 1)
            heap_sink(b, b->n_decoding - 1, 0, b->done[b->n_decoding - 1]);
        leave(r, &b->slots[slot], r->now_ns, false);
        batch_release(b, slot);
    }
}

/* New blocks of the present step, for those that go on. */
static void grow(struct wm_replica *r)
{
    struct batch *const b = &r->batch;
    while (b->n_decoding > 0 && batch_growth_at(b, b->step) > batch_blocks_free(b))
        preempt_one(r);
    b->blocks_used += batch_growth_at(b, b->step);
    b->grown_to = b->step;
}

/* A read prompt: its first token is there; it leaves, goes to a decode worker, or joins the batch. */
static void prompt_read(struct wm_replica *r, uint32_t slot)
{
    struct batch *const b = &r->batch;
    struct wm_pending *const s = &b->slots[slot];
    s->made_tok++;
    if (s->first_ns < 0)
        s->first_ns = r->now_ns;
    if (s->made_tok >= s->output_tok) {
        leave(r, s, r->now_ns, false);
        batch_release(b, slot);
        return;
    }
    if (r->params.batching == WM_BATCH_PREFILL_ONLY) {
        s->has_kv = true;
        r->outstanding_tok -= (uint64_t)s->input_tok + s->output_tok;
        batch_release(b, slot);
        r->on_prefilled(r->context, r->index, r->now_ns, s);
        return;
    }
    const uint32_t needed = blocks_of(b, s->input_tok + s->made_tok);
    while (b->state[slot] == SLOT_READING && needed - s->blocks > batch_blocks_free(b))
        preempt_one(r);
    if (b->state[slot] != SLOT_READING)
        return; /* it was the one to give way */
    b->blocks_used += needed - s->blocks;
    s->blocks = needed;
    b->n_reading--;
    batch_join(b, slot);
}

/* Prompts of the step that ended. All were read to their end but perhaps the last, which goes on. */
static void advance_prompts(struct wm_replica *r)
{
    struct batch *const b = &r->batch;
    uint32_t n = r->n_reading;
    for (uint32_t i = 0; i < n; i++) {
        b->slots[r->reading[i]].todo_tok -= r->chunk[i];
        r->totals.prefill_tok += r->chunk[i];
        r->ended[i] = r->reading[i];
    }
    r->n_reading = 0;
    if (n > 0 && b->slots[r->ended[n - 1]].todo_tok > 0) {
        r->reading[r->n_reading++] = r->ended[n - 1];
        n--;
    }
    for (uint32_t i = 0; i < n; i++)
        if (b->state[r->ended[i]] == SLOT_READING) /* an earlier one may have sent it back */
            prompt_read(r, r->ended[i]);
}

/* Moves the clock to the boundary that ends the segment and books its steps, time and energy. */
static void end_segment(struct wm_replica *r)
{
    struct batch *const b = &r->batch;
    struct wm_replica_totals *const t = &r->totals;
    const int64_t n = r->segment == SEGMENT_JUMP ? r->n_steps : 1;
    const int64_t time =
        r->frac +
        (r->segment == SEGMENT_JUMP ? jump_time(r->first_time, r->more_time, n) : r->mixed_time);
    const int64_t ns = time >> WM_STEP_FRAC_BITS;
    r->now_ns += ns;
    r->frac = time & FRAC_MASK;
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
        t->prefill_j += r->mixed_j;
        t->prefill_ns += ns;
    }
    if (r->segment == SEGMENT_PREFILL)
        return; /* decoding stood still */
    if (n > 1) {
        const uint64_t inside = b->step + (uint64_t)n - 1; /* the last step's growth comes later */
        b->blocks_used += (uint32_t)batch_growth_to(b, inside);
        b->grown_to = inside;
    }
    b->step += (uint64_t)n;
    b->ctx += n * b->n_decoding * b->ctx_per_step;
    t->decode_tok += ((uint64_t)n * b->n_decoding * (uint64_t)b->ctx_per_step) >> WM_CTX_FRAC_BITS;
}

static uint32_t blocks_needed(const struct wm_replica *r, const struct wm_pending *p)
{
    return blocks_of(&r->batch, p->input_tok + p->made_tok);
}

static bool fits(const struct wm_replica *r, const struct wm_pending *p)
{
    return blocks_needed(r, p) + r->params.watermark_blocks <= batch_blocks_free(&r->batch);
}

static struct queue *first_queue(struct wm_replica *r)
{
    for (size_t i = 0; r->n_waiting > 0 && i < WM_PRIORITIES; i++)
        if (r->queues[i].n > 0)
            return &r->queues[i];
    return NULL;
}

/* The next request that may enter the batch now, after those that waited too long were dropped. */
static struct wm_pending *next_admissible(struct wm_replica *r, struct queue **queue)
{
    while (!r->no_admission && r->batch.n_free > 0 && (*queue = first_queue(r)) != NULL) {
        struct wm_pending *const p = queue_front(*queue);
        if (!fits(r, p))
            return NULL;
        const int64_t max_wait_ns = r->service->classes[p->class_id].policy.max_wait_ns;
        if (p->admitted || max_wait_ns == 0 || r->now_ns - p->arrival_ns <= max_wait_ns)
            return p;
        const struct wm_pending late = *p;
        queue_pop(*queue);
        r->n_waiting--;
        leave(r, &late, r->now_ns, true);
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
static uint32_t fill_step(struct wm_replica *r)
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

static double token_cost(const double *table, uint32_t max_tok, uint32_t n_tok)
{
    const uint32_t last = max_tok / WM_STEP_TOK_ROUND;
    const uint32_t i = (n_tok + WM_STEP_TOK_ROUND - 1) / WM_STEP_TOK_ROUND;
    return i <= last ? table[i] : table[last] * (double)i / (double)last;
}

/* Time and energy of a step that reads prompts, with all sequences that decode in it. */
static void plan_mixed(struct wm_replica *r, uint32_t prompt_tok)
{
    const struct wm_step_table *const t = r->table;
    const struct batch *const b = &r->batch;
    const bool chunked = r->params.batching == WM_BATCH_CHUNKED;
    const uint32_t n = chunked ? b->n_decoding : 0;
    const double ctx_tok = (double)b->ctx / (1 << WM_CTX_FRAC_BITS);
    const double tok_per_seq = r->params.tok_per_step > 1.0 ? r->params.tok_per_step : 1.0;
    const uint32_t n_tok = prompt_tok + (uint32_t)((double)n * tok_per_seq);
    double pairs = 0.0, reach = 0.0;
    for (uint32_t i = 0; i < r->n_reading; i++) {
        const struct wm_pending *const s = &b->slots[r->reading[i]];
        const double c = (double)r->chunk[i];
        const double before = (double)(s->input_tok + s->made_tok - s->todo_tok);
        pairs += c * (before + 0.5 * c);
        reach += before + 0.5 * c;
    }
    const double prompts = (double)r->n_reading;
    double time_s = token_cost(t->token_s, t->max_tok, n_tok) + t->prompt_s * prompts +
                    t->pair_s * pairs + t->reach_s * reach;
    double energy_j = token_cost(t->token_j, t->max_tok, n_tok) + t->prompt_j * prompts +
                      t->pair_j * pairs + t->reach_j * reach;
    time_s += t->seq_s[n];
    energy_j += t->seq_j[n];
    if (n > 0) {
        time_s += (double)t->ctx[n] * (double)b->ctx / units_per_s;
        energy_j += t->ctx_j[n] * ctx_tok;
    }
    r->mixed_time = (int64_t)((time_s + r->extra_s) * units_per_s + 0.5);
    r->mixed_j = energy_j + r->extra_s * t->idle_w;
    r->extra_s = 0.0;
    r->segment = chunked ? SEGMENT_MIXED : SEGMENT_PREFILL;
    r->next_ns = r->now_ns + ((r->frac + r->mixed_time) >> WM_STEP_FRAC_BITS);
}

/* Whether the first in the queue would be admitted if preemption had not just forbidden it. */
static bool is_held_back(struct wm_replica *r)
{
    struct queue *const queue = first_queue(r);
    return queue != NULL && r->batch.n_free > 0 && fits(r, queue_front(queue));
}

static void plan_jump(struct wm_replica *r, bool preempted)
{
    const struct wm_step_table *const t = r->table;
    const struct batch *const b = &r->batch;
    const uint32_t n = b->n_decoding;
    r->segment = SEGMENT_JUMP;
    r->first_time = t->decode[n] + t->ctx[n] * b->ctx;
    r->more_time = t->ctx[n] * n * b->ctx_per_step;
    r->n_steps = 1;
    if (r->extra_s > 0.0) { /* swaps lengthen one step */
        r->first_time += (int64_t)(r->extra_s * units_per_s + 0.5);
        r->totals.energy_j += r->extra_s * t->idle_w;
        r->extra_s = 0.0;
    } else if (!r->per_step && !(preempted && is_held_back(r))) {
        const uint64_t most = batch_done_step(b) - b->step;
        r->n_steps =
            jump_limit(r->first_time, r->more_time, (int64_t)batch_steps_until_full(b, most));
    }
    r->next_ns = r->now_ns + ((r->frac + jump_time(r->first_time, r->more_time, r->n_steps)) >>
                              WM_STEP_FRAC_BITS);
}

/* What runs from the present boundary on. */
static void plan(struct wm_replica *r)
{
    if (r->next_table != NULL) {
        r->table = r->next_table;
        r->next_table = NULL;
    }
    const bool preempted = r->no_admission;
    const uint32_t prompt_tok = fill_step(r);
    r->no_admission = false;
    if (r->n_reading > 0) {
        plan_mixed(r, prompt_tok);
    } else if (r->batch.n_decoding > 0) {
        plan_jump(r, preempted);
    } else {
        r->segment = SEGMENT_NONE;
        r->idle_since_ns = r->now_ns;
        r->next_ns = WM_TIME_NEVER;
        r->frac = 0;
    }
}

void wm_replica_step(struct wm_replica *r)
{
    if (r->segment == SEGMENT_START) {
        plan(r);
        return;
    }
    const bool decoded = r->segment != SEGMENT_PREFILL;
    const bool mixed = r->segment != SEGMENT_JUMP;
    end_segment(r);
    if (decoded) {
        finish_done(r);
        grow(r);
    }
    if (mixed)
        advance_prompts(r);
    plan(r);
}

static void start_if_idle(struct wm_replica *r, int64_t now_ns)
{
    if (r->segment != SEGMENT_NONE || !r->up)
        return;
    r->totals.idle_j += 1e-9 * (double)(now_ns - r->idle_since_ns) * r->table->idle_w;
    /* a boundary at once, but after all that arrives at the same instant */
    r->segment = SEGMENT_START;
    r->now_ns = r->next_ns = now_ns;
    r->frac = 0;
}

/* Ends a jump at the first boundary at or after `now_ns`. */
static void cut_jump(struct wm_replica *r, int64_t now_ns)
{
    if (r->segment != SEGMENT_JUMP || r->n_steps == 1)
        return;
    const int64_t gap = ((now_ns - r->now_ns) << WM_STEP_FRAC_BITS) - r->frac;
    r->n_steps = jump_steps(r->first_time, r->more_time, gap, r->n_steps);
    r->next_ns = r->now_ns + ((r->frac + jump_time(r->first_time, r->more_time, r->n_steps)) >>
                              WM_STEP_FRAC_BITS);
}

/* Whether the one that has just queued up at `priority` may enter at the next boundary. */
static bool may_enter(const struct wm_replica *r, uint32_t priority, const struct wm_pending *p)
{
    if (r->batch.n_free == 0 || r->queues[priority].n > 1 || !fits(r, p))
        return false;
    for (uint32_t i = 0; i < priority; i++)
        if (r->queues[i].n > 0)
            return false;
    return r->params.batching != WM_BATCH_CHUNKED || r->batch.n_decoding < r->params.token_budget;
}

/* Blocks of its longest state, alone; more than there are: it can never be served. */
static bool is_too_large(const struct wm_replica *r, const struct wm_pending *p)
{
    const struct batch *const b = &r->batch;
    const uint64_t steps =
        ((uint64_t)p->output_tok << WM_CTX_FRAC_BITS) / (uint64_t)b->ctx_per_step;
    const uint64_t blocks = blocks_of(b, p->input_tok) + steps / b->block_steps + 2;
    return blocks + r->params.watermark_blocks > b->n_blocks;
}

void wm_replica_arrive_again(struct wm_replica *r, int64_t now_ns, const struct wm_pending *p)
{
    const uint32_t priority = priority_of(r, p);
    r->outstanding_tok += (uint64_t)p->input_tok + p->output_tok;
    if (is_too_large(r, p)) {
        leave(r, p, now_ns, true);
        return;
    }
    queue_push_back(&r->queues[priority], r->arena, p);
    r->n_waiting++;
    if (r->segment == SEGMENT_NONE)
        start_if_idle(r, now_ns);
    else if (r->segment == SEGMENT_JUMP && may_enter(r, priority, p))
        cut_jump(r, now_ns);
}

/* Tokens of the prompt that need not be read: at least one is, to make the first token. */
static uint32_t prefix_hit(struct wm_replica *r, const struct wm_request *q)
{
    uint32_t hit_tok = q->hit_tok;
    if (q->n_blocks > 0 && q->block_tok > 0) {
        if (r->cache == NULL)
            r->cache = wm_prefix_cache_new(r->arena, r->params.cache_tok / q->block_tok);
        const uint64_t hits = wm_prefix_cache_use(r->cache, q->blocks, q->n_blocks);
        hit_tok = hits * q->block_tok < q->input_tok ? (uint32_t)hits * q->block_tok : q->input_tok;
    }
    return hit_tok < q->input_tok ? hit_tok : q->input_tok - 1;
}

void wm_replica_arrive(struct wm_replica *r, int64_t now_ns, const struct wm_request *q,
                       uint64_t id)
{
    const struct wm_pending p = {.arrival_ns = q->arrival_ns,
                                 .first_ns = -1,
                                 .id = id,
                                 .session = q->session,
                                 .input_tok = q->input_tok,
                                 .output_tok = q->output_tok,
                                 .hit_tok = prefix_hit(r, q),
                                 .class_id = (uint16_t)q->class_id};
    wm_replica_arrive_again(r, now_ns, &p);
}

int64_t wm_replica_next(const struct wm_replica *r)
{
    return r->next_ns;
}

void wm_replica_set_table(struct wm_replica *r, int64_t now_ns, const struct wm_step_table *table)
{
    WM_REQUIRE(table->max_seqs >= r->params.max_seqs && table->max_tok >= r->params.token_budget);
    if (r->segment == SEGMENT_NONE) {
        if (r->up)
            r->totals.idle_j += 1e-9 * (double)(now_ns - r->idle_since_ns) * r->table->idle_w;
        r->idle_since_ns = now_ns;
        r->table = table;
        return;
    }
    r->next_table = table;
    cut_jump(r, now_ns);
}

/* Whole steps of a jump that are over at `now_ns`. */
static int64_t steps_over(const struct wm_replica *r, int64_t now_ns)
{
    const int64_t gap = ((now_ns + 1 - r->now_ns) << WM_STEP_FRAC_BITS) - r->frac;
    const int64_t n = jump_steps(r->first_time, r->more_time, gap, r->n_steps);
    return jump_time(r->first_time, r->more_time, n) < gap ? n : n - 1;
}

void wm_replica_fail(struct wm_replica *r, int64_t now_ns)
{
    struct batch *const b = &r->batch;
    if (!r->up)
        return;
    if (r->segment == SEGMENT_NONE) {
        r->totals.idle_j += 1e-9 * (double)(now_ns - r->idle_since_ns) * r->table->idle_w;
    } else if (r->segment == SEGMENT_JUMP && steps_over(r, now_ns) > 0) {
        r->n_steps = steps_over(r, now_ns);
        end_segment(r);
        finish_done(r);
    }
    r->n_reading = 0;
    while (batch_n(b) > 0)
        send_back(r, victim(r), false); /* latest first, so the queue keeps its order */
    for (size_t i = 0; i < WM_PRIORITIES; i++)
        for (uint32_t k = 0; k < r->queues[i].n; k++)
            r->queues[i].ring[(r->queues[i].head + k) & r->queues[i].mask].has_kv = false;
    if (r->cache != NULL)
        wm_prefix_cache_clear(r->cache);
    r->extra_s = 0.0;
    r->up = false;
    r->segment = SEGMENT_NONE;
    r->now_ns = now_ns;
    r->frac = 0;
    r->next_ns = WM_TIME_NEVER;
}

void wm_replica_repair(struct wm_replica *r, int64_t now_ns)
{
    if (r->up)
        return;
    r->up = true;
    r->idle_since_ns = now_ns;
    if (r->n_waiting > 0)
        start_if_idle(r, now_ns);
}

bool wm_replica_is_up(const struct wm_replica *r)
{
    return r->up;
}

bool wm_replica_take_back(struct wm_replica *r, struct wm_pending *out)
{
    struct queue *const queue = first_queue(r);
    if (queue == NULL)
        return false;
    *out = *queue_front(queue);
    queue_pop(queue);
    r->n_waiting--;
    r->outstanding_tok -= (uint64_t)out->input_tok + out->output_tok;
    return true;
}

void wm_replica_on_prefilled(struct wm_replica *r, wm_prefilled_fn fn, void *context)
{
    r->on_prefilled = fn;
    r->context = context;
}

uint32_t wm_replica_n_waiting(const struct wm_replica *r)
{
    return r->n_waiting;
}

uint32_t wm_replica_n_running(const struct wm_replica *r)
{
    return batch_n(&r->batch);
}

uint64_t wm_replica_outstanding_tok(const struct wm_replica *r)
{
    return r->outstanding_tok;
}

uint32_t wm_replica_kv_used(const struct wm_replica *r)
{
    return r->batch.blocks_used;
}

const struct wm_prefix_cache *wm_replica_cache(const struct wm_replica *r)
{
    return r->cache;
}

struct wm_replica_totals wm_replica_totals(const struct wm_replica *r, int64_t now_ns)
{
    struct wm_replica_totals t = r->totals;
    if (r->segment == SEGMENT_NONE && r->up)
        t.idle_j += 1e-9 * (double)(now_ns - r->idle_since_ns) * r->table->idle_w;
    t.energy_j += t.idle_j;
    return t;
}
