/*
 * Replica: boundary by boundary. At each the finished leave, KV grows (or someone is preempted),
 * read prompts join, waiting requests are admitted, and the next segment is planned: one mixed step
 * or a jump over decode steps until the batch can change.
 */
#include "wattmill/replica.h"

#include "account.h"
#include "pipeline.h"
#include "segment.h"

const char *const wm_batching_words[] = {"chunked", "prefill-first", "prefill-only", "decode-only",
                                         NULL};

/* Context that a sequence gains a step [1/256 tok]. */
static uint32_t ctx_per_step(const struct wm_replica_params *p)
{
    return (uint32_t)(p->tok_per_step * (1 << WM_CTX_FRAC_BITS) + 0.5);
}

void replica_batch_init(struct wm_replica *r, uint32_t max_seqs)
{
    const struct wm_replica_params *const p = r->params;
    struct batch *const b = &r->batch;
    const double steps = floor((double)p->block_tok / p->tok_per_step + 0.5);
    *b = (struct batch){.slots = WM_NEW_ARRAY(r->arena, struct wm_pending, max_seqs),
                        .next_done = NOBODY_DONE,
                        .n_free = max_seqs,
                        .first_free = NO_SLOT,
                        .wheel = WM_NEW(r->arena, struct wheel),
                        .ctx_per_step = ctx_per_step(p),
                        .n_blocks = p->kv_blocks,
                        .block_tok = p->block_tok,
                        .block_steps = steps < 1.0 ? 1 : (uint32_t)steps};
    b->n_at_phase = WM_NEW_ARRAY(r->arena, uint32_t, b->block_steps);
}

static bool fits_table(const struct wm_replica_params *p, const struct wm_step_table *t)
{
    const uint32_t n = p->n_stages > 1 ? p->n_stages : 1;
    return (p->max_seqs + n - 1) / n <= t->max_seqs && p->token_budget <= t->max_tok;
}

struct wm_replica *wm_replica_new(struct wm_arena *arena, const struct wm_replica_params *p,
                                  const struct wm_step_table *table, struct wm_service *service,
                                  uint32_t index, bool per_step)
{
    WM_REQUIRE(p->max_seqs >= 1 && p->max_seqs <= SLOTS_MAX);
    WM_REQUIRE(fits_table(p, table));
    WM_REQUIRE(p->block_tok >= 1 && p->block_tok <= BLOCK_STEPS_MAX && p->tok_per_step >= 1.0);
    WM_REQUIRE(p->token_budget >= 1);
    struct wm_replica *const r = WM_NEW(arena, struct wm_replica);
    *r = (struct wm_replica){.arena = arena,
                             .params = p,
                             .table = table,
                             .service = service,
                             .index = index,
                             .per_step = per_step,
                             .up = true,
                             .clock.next_ns = WM_TIME_NEVER,
                             .reading = WM_NEW_ARRAY(arena, struct chunk, p->max_seqs)};
    r->ranks = WM_NEW_ARRAY(arena, struct prompts, replica_n_ranks(r));
    if (p->n_stages > 1)
        pipeline_init(r);
    else
        replica_batch_init(r, p->max_seqs);
    for (size_t i = 0; i < WM_PRIORITIES; i++)
        queue_init(&r->queues[i], arena);
    return r;
}

void replica_leave(struct wm_replica *r, const struct wm_pending *p, int64_t finish_ns,
                   bool dropped)
{
    r->outstanding_tok -= (uint64_t)p->input_tok + p->output_tok;
    const struct wm_served served = {.id = p->id,
                                     .class_id = p->class_id,
                                     .worker = r->index,
                                     .reader = p->reader,
                                     .input_tok = p->input_tok,
                                     .output_tok = p->output_tok,
                                     .hit_tok = p->hit_tok,
                                     .session = p->session,
                                     .arrival_ns = p->arrival_ns,
                                     .first_ns = p->first_ns,
                                     .finish_ns = finish_ns,
                                     .dropped = dropped};
    account_left(r->service, finish_ns, &served);
}

/* Those that are done at the present step. */
static void finish_done(struct wm_replica *r)
{
    struct batch *const b = &r->batch;
    if (batch_done_step(b) > b->step)
        return;
    const uint32_t list = (uint32_t)(b->step % WHEEL);
    for (uint16_t *link = &b->wheel->first[list]; *link != 0;) {
        const uint32_t slot = *link - 1u;
        struct wm_pending *const s = &b->slots[slot];
        if (done_step_of(b, s) != (uint32_t)b->step) { /* some turns later */
            link = &s->next_done;
            continue;
        }
        *link = s->next_done;
        replica_leave(r, s, r->now_ns, false);
        batch_release(b, slot);
    }
    wheel_close(b, list);
}

/* The present step took new blocks: those who go on need them. */
static void make_room(struct wm_replica *r)
{
    while (r->batch.n_decoding > 0 && !batch_has_room(&r->batch, 0))
        replica_preempt_one(r);
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
        replica_leave(r, s, r->now_ns, false);
        batch_release(b, slot);
        return;
    }
    if (r->params->batching == WM_BATCH_PREFILL_ONLY) {
        s->has_kv = true;
        r->outstanding_tok -= (uint64_t)s->input_tok + s->output_tok;
        batch_release(b, slot);
        r->on_prefilled(r->context, r->index, r->now_ns, s);
        return;
    }
    const uint32_t needed = blocks_of(b, s->input_tok + s->made_tok);
    while (s->progress == WM_READING && !batch_has_room(b, needed - s->blocks))
        replica_preempt_one(r);
    if (s->progress != WM_READING)
        return; /* it was the one to give way */
    b->blocks_before += needed - s->blocks;
    s->blocks = needed;
    b->n_reading--;
    batch_join(b, slot);
}

/* Prompts of the step that ended. All were read to their end but perhaps the last, which goes on. */
static void advance_prompts(struct wm_replica *r)
{
    const uint32_t n = r->n_reading;
    r->n_reading = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct chunk chunk = r->reading[i];
        struct wm_pending *const s = &r->batch.slots[chunk.slot];
        if (s->progress != WM_READING)
            continue; /* an earlier one has sent it back */
        s->todo_tok -= chunk.tok;
        if (s->todo_tok == 0)
            prompt_read(r, chunk.slot);
        else
            r->reading[r->n_reading++] = chunk;
    }
}

static void stand_still(struct wm_replica *r)
{
    r->segment = SEGMENT_NONE;
    r->idle_since_ns = r->now_ns;
    r->clock.next_ns = WM_TIME_NEVER;
    r->frac = 0;
}

/* What runs from the present boundary on. */
static void plan(struct wm_replica *r)
{
    if (r->next_table != NULL) {
        r->table = r->next_table;
        r->next_table = NULL;
    }
    if (r->held) {
        stand_still(r);
        return;
    }
    const bool preempted = r->no_admission;
    struct prompts prompts = {0};
    if (r->n_waiting > 0 || r->n_reading > 0)
        replica_fill_step(r, &prompts);
    r->no_admission = false;
    if (r->n_reading > 0) {
        replica_plan_mixed(r, &prompts);
    } else if (r->batch.n_decoding > 0) {
        replica_plan_jump(r, preempted);
    } else {
        stand_still(r);
    }
}

/* Inline for the replica of one stage, whose every boundary passes here. */
static inline __attribute__((always_inline)) void boundary(struct wm_replica *r, bool decoded,
                                                           bool mixed)
{
    if (decoded) {
        finish_done(r);
        make_room(r);
    }
    if (mixed)
        advance_prompts(r);
}

void replica_boundary(struct wm_replica *r, bool decoded, bool mixed)
{
    boundary(r, decoded, mixed);
}

void wm_replica_step(struct wm_replica *r)
{
    const enum segment ended = r->segment;
    if (r->pipeline != NULL) {
        if (ended == SEGMENT_START)
            pipeline_start(r);
        pipeline_step(r);
        return;
    }
    if (ended != SEGMENT_START) {
        replica_end_segment(r);
        boundary(r, ended != SEGMENT_PREFILL, ended != SEGMENT_JUMP);
    }
    plan(r);
}

/*
 * Draw of a replica that runs nothing, since it was booked last. Stages idle one by one: a pipeline
 * books it for all the time it is up, and takes what its stages were busy off in the end.
 */
static double idle_j(const struct wm_replica *r, int64_t now_ns)
{
    const bool idles = r->segment == SEGMENT_NONE || r->pipeline != NULL;
    return r->up && idles ? 1e-9 * (double)(now_ns - r->idle_since_ns) * r->table->idle_w *
                                (double)replica_n_stages(r)
                          : 0.0;
}

static void book_idle(struct wm_replica *r, int64_t now_ns)
{
    r->totals.idle_j += idle_j(r, now_ns);
    r->idle_since_ns = now_ns;
}

static void start_if_idle(struct wm_replica *r, int64_t now_ns)
{
    if (r->segment != SEGMENT_NONE || !r->up || r->held)
        return;
    book_idle(r, now_ns);
    /* a boundary at once, but after all that arrives at the same instant */
    r->segment = SEGMENT_START;
    r->now_ns = r->clock.next_ns = now_ns;
    r->frac = 0;
}

/* The one that has just queued up as the last of its priority: it may want to enter soon. */
static void queued(struct wm_replica *r, int64_t now_ns, uint32_t priority, struct wm_pending *p)
{
    p->blocks = blocks_of(&r->batch, p->input_tok + p->made_tok);
    r->outstanding_tok += (uint64_t)p->input_tok + p->output_tok;
    r->n_waiting++;
    const bool is_long = replica_is_over_context(r, p);
    r->totals.n_over_context += is_long;
    if (is_long || replica_is_too_large(r, p)) {
        r->n_waiting--;
        r->queues[priority].n--;
        replica_leave(r, p, now_ns, true);
    } else if (r->segment == SEGMENT_JUMP) {
        if (replica_may_enter(r, priority, p))
            replica_cut_jump(r, now_ns);
    } else if (r->segment == SEGMENT_NONE) {
        start_if_idle(r, now_ns);
    } else if (r->segment == SEGMENT_PIPELINE) {
        pipeline_changed(r, now_ns);
    }
}

/* Before anything comes from outside. */
static void catch_up(struct wm_replica *r, int64_t now_ns)
{
    if (r->segment == SEGMENT_PIPELINE)
        pipeline_catch_up(r, now_ns);
}

void wm_replica_arrive_again(struct wm_replica *r, int64_t now_ns, const struct wm_pending *p)
{
    catch_up(r, now_ns);
    const uint32_t priority = replica_priority(r, p->class_id);
    struct wm_pending *const place = queue_add(&r->queues[priority], r->arena);
    *place = *p;
    queued(r, now_ns, priority, place);
}

void wm_replica_remember(struct wm_replica *r, const uint64_t *blocks, uint32_t n,
                         uint32_t block_tok)
{
    replica_keep_blocks(r, blocks, n, block_tok);
}

/* Tokens of the prompt that need not be read: at least one is, to make the first token. */
static uint32_t prefix_hit(struct wm_replica *r, const struct wm_request *q)
{
    uint32_t hit_tok = q->hit_tok;
    if (q->n_blocks > 0 && q->block_tok > 0) {
        const uint64_t hits = replica_find_blocks(r, q);
        hit_tok = hits * q->block_tok < q->input_tok ? (uint32_t)hits * q->block_tok : q->input_tok;
    }
    return hit_tok < q->input_tok ? hit_tok : q->input_tok - 1;
}

void wm_replica_arrive(struct wm_replica *r, int64_t now_ns, const struct wm_request *q,
                       uint64_t id)
{
    catch_up(r, now_ns);
    const uint32_t priority = replica_priority(r, q->class_id);
    struct wm_pending *const p = queue_add(&r->queues[priority], r->arena);
    *p = (struct wm_pending){.arrival_ns = q->arrival_ns,
                             .first_ns = -1,
                             .id = id,
                             .session = q->session,
                             .input_tok = q->input_tok,
                             .output_tok = q->output_tok,
                             .hit_tok = prefix_hit(r, q),
                             .class_id = (uint8_t)q->class_id};
    queued(r, now_ns, priority, p);
}

void wm_replica_set_table(struct wm_replica *r, int64_t now_ns, const struct wm_step_table *table)
{
    WM_REQUIRE(fits_table(r->params, table));
    catch_up(r, now_ns);
    if (r->segment == SEGMENT_NONE || r->pipeline != NULL) {
        book_idle(r, now_ns);
        r->table = table;
        return;
    }
    r->next_table = table;
    replica_cut_jump(r, now_ns);
}

void wm_replica_fail(struct wm_replica *r, int64_t now_ns)
{
    if (!r->up)
        return;
    catch_up(r, now_ns);
    if (r->segment == SEGMENT_NONE || r->pipeline != NULL) {
        book_idle(r, now_ns);
    } else if (r->segment == SEGMENT_JUMP && replica_steps_over(r, now_ns) > 0) {
        r->n_steps = (uint32_t)replica_steps_over(r, now_ns);
        r->time = jump_time(r->first_time, r->more_time, r->n_steps);
        replica_end_segment(r);
        finish_done(r);
    }
    r->n_reading = 0;
    if (r->pipeline != NULL)
        pipeline_empty(r);
    while (batch_n(&r->batch) > 0) /* latest first, so the queue keeps its order */
        replica_send_back(r, replica_victim(r), false);
    for (size_t i = 0; i < WM_PRIORITIES; i++)
        for (uint32_t k = 0; k < r->queues[i].n; k++)
            r->queues[i].ring[(r->queues[i].head + k) & r->queues[i].mask].has_kv = false;
    replica_forget_blocks(r);
    r->extra_s = 0.0;
    r->up = false;
    r->segment = SEGMENT_NONE;
    r->now_ns = now_ns;
    r->frac = 0;
    r->clock.next_ns = WM_TIME_NEVER;
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

void wm_replica_hold(struct wm_replica *r, int64_t now_ns, bool held)
{
    if (r->held == held)
        return;
    catch_up(r, now_ns);
    r->held = held;
    if (r->segment == SEGMENT_PIPELINE)
        pipeline_changed(r, now_ns);
    else if (held)
        replica_cut_jump(r, now_ns);
    else if (r->n_waiting > 0 || wm_replica_n_running(r) > 0)
        start_if_idle(r, now_ns);
}

bool wm_replica_is_up(const struct wm_replica *r)
{
    return r->up;
}

bool wm_replica_take_back(struct wm_replica *r, struct wm_pending *out)
{
    struct queue *const queue = replica_first_queue(r);
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
    return r->pipeline != NULL ? pipeline_n_running(r) : batch_n(&r->batch);
}

uint64_t wm_replica_outstanding_tok(const struct wm_replica *r)
{
    return r->outstanding_tok;
}

uint32_t wm_replica_kv_used(const struct wm_replica *r)
{
    return r->pipeline != NULL ? pipeline_kv_used(r) : batch_blocks_used(&r->batch);
}

const struct wm_prefix_cache *wm_replica_cache(const struct wm_replica *r)
{
    for (int i = WM_KV_TIERS - 1; i >= 0; i--)
        if (r->with_tier[i] != NULL)
            return r->with_tier[i];
    return r->cache;
}

struct wm_replica_totals wm_replica_totals(const struct wm_replica *r, int64_t now_ns)
{
    struct wm_replica_totals t = r->totals;
    t.idle_j += idle_j(r, now_ns);
    if (r->pipeline != NULL)
        t.idle_j -= 1e-9 * (double)t.busy_ns * r->table->idle_w * (double)replica_n_stages(r);
    t.energy_j += t.idle_j;
    const uint64_t made = r->pipeline != NULL ? pipeline_made(r) : r->batch.made;
    t.decode_tok = made * ctx_per_step(r->params) >> WM_CTX_FRAC_BITS;
    return t;
}
