#include "pipeline.h"

#include "segment.h"

void pipeline_init(struct wm_replica *r)
{
    const struct wm_replica_params *const p = r->params;
    struct pipeline *const pipe = WM_NEW(r->arena, struct pipeline);
    const uint32_t n = p->n_stages, share = (p->max_seqs + n - 1) / n;
    *pipe = (struct pipeline){.n = n,
                              .micro = WM_NEW_ARRAY(r->arena, struct micro_batch, n),
                              .free_at = WM_NEW_ARRAY(r->arena, int64_t, n),
                              .rounds.followers = WM_NEW_ARRAY(r->arena, uint32_t, n)};
    for (uint32_t i = 0; i < n; i++) {
        replica_batch_init(r, share);
        pipe->micro[i] = (struct micro_batch){
            .batch = r->batch, .reading = WM_NEW_ARRAY(r->arena, struct chunk, share)};
    }
    pipe->none = r->batch;
    r->pipeline = pipe;
}

static uint32_t used_by_others(const struct pipeline *pipe, uint32_t i)
{
    uint32_t sum = 0;
    for (uint32_t k = 0; k < pipe->n; k++)
        sum += k != i ? batch_blocks_used(&pipe->micro[k].batch) : 0;
    return sum;
}

/* A micro-batch becomes the replica's batch, with the blocks that the others leave it ... */
static struct micro_batch *enter(struct wm_replica *r, uint32_t i)
{
    struct micro_batch *const m = &r->pipeline->micro[i];
    r->batch = m->batch;
    r->batch.n_blocks = r->params->kv_blocks - used_by_others(r->pipeline, i);
    r->reading = m->reading;
    r->n_reading = m->n_reading;
    r->no_admission = m->no_admission;
    return m;
}

/* ... and is put away again. */
static void leave(struct wm_replica *r, struct micro_batch *m)
{
    m->batch = r->batch;
    m->n_reading = r->n_reading;
    m->no_admission = r->no_admission;
    r->batch = r->pipeline->none;
    r->n_reading = 0;
    r->segment = SEGMENT_PIPELINE;
}

/* Stage time and energy of passes: the first, and what each takes more. */
struct passes {
    int64_t time, more_time;
    double energy_j, more_j;
};

static struct passes decode_passes(const struct wm_replica *r, const struct batch *b, int64_t ctx)
{
    const struct wm_step_table *const t = r->table;
    const uint32_t n = b->n_decoding;
    const int64_t more_ctx = (int64_t)n * b->ctx_per_step;
    const double j_per_ctx = t->ctx_j[n] / (1 << WM_CTX_FRAC_BITS);
    return (struct passes){.time = t->decode[n] + t->ctx[n] * ctx,
                           .more_time = t->ctx[n] * more_ctx,
                           .energy_j = t->decode_j[n] + j_per_ctx * (double)ctx,
                           .more_j = j_per_ctx * (double)more_ctx};
}

/* The passes of one that decodes after the one under way. */
static struct passes next_passes(const struct wm_replica *r, const struct micro_batch *m)
{
    const struct batch *const b = &m->batch;
    return decode_passes(r, b, b->ctx + (int64_t)b->n_decoding * b->ctx_per_step);
}

static void book(struct wm_replica *r, const struct passes *p, uint32_t n)
{
    struct wm_replica_totals *const t = &r->totals;
    const double count = (double)n;
    r->pipeline->busy_frac += jump_time(p->time, p->more_time, n);
    t->busy_ns += r->pipeline->busy_frac >> WM_STEP_FRAC_BITS;
    r->pipeline->busy_frac &= FRAC_MASK;
    t->n_steps += n;
    t->energy_j +=
        (double)r->pipeline->n * (count * p->energy_j + p->more_j * (0.5 * count * (count - 1.0)));
}

/* The pass of the entered micro-batch; its time is 0 when there is nothing to do. */
static struct passes plan_pass(struct wm_replica *r)
{
    struct prompts prompts = {0};
    if (r->n_waiting > 0 || r->n_reading > 0)
        replica_fill_step(r, &prompts);
    r->no_admission = false;
    if (r->n_reading > 0) {
        replica_plan_mixed(r, &prompts);
        r->totals.prefill_tok += prompts.tok;
        r->totals.prefill_ns += r->prompts_ns;
        r->totals.prefill_j += (double)r->pipeline->n * r->prompts_j;
        return (struct passes){.time = r->time, .energy_j = r->mixed_j};
    }
    if (r->batch.n_decoding == 0)
        return (struct passes){0};
    struct passes pass = decode_passes(r, &r->batch, r->batch.ctx);
    pass.time += (int64_t)(r->extra_s * UNITS_PER_S + 0.5);
    pass.energy_j += r->extra_s * r->table->idle_w;
    r->extra_s = 0.0;
    return pass;
}

/* Through all stages from the present boundary on; false: there is nothing to do for it. */
static bool launch(struct wm_replica *r, uint32_t i)
{
    struct pipeline *const pipe = r->pipeline;
    struct micro_batch *const m = enter(r, i);
    const struct passes pass = plan_pass(r);
    m->under_way = pass.time > 0;
    m->decodes = r->n_reading == 0 || r->segment == SEGMENT_MIXED;
    leave(r, m);
    if (!m->under_way)
        return false;
    m->back = r->frac;
    for (uint32_t k = 0; k < pipe->n; k++) {
        m->back = (m->back > pipe->free_at[k] ? m->back : pipe->free_at[k]) + pass.time;
        pipe->free_at[k] = m->back;
    }
    book(r, &pass, 1);
    return true;
}

static void come_back(struct wm_replica *r, uint32_t i)
{
    struct micro_batch *const m = enter(r, i);
    if (m->decodes)
        batch_advance(&r->batch, 1);
    replica_boundary(r, m->decodes, r->n_reading > 0);
    leave(r, m);
    m->under_way = false;
}

static uint32_t next_back(const struct pipeline *pipe)
{
    uint32_t best = NO_SLOT;
    for (uint32_t i = 0; i < pipe->n; i++)
        if (pipe->micro[i].under_way &&
            (best == NO_SLOT || pipe->micro[i].back < pipe->micro[best].back))
            best = i;
    return best;
}

/* One to launch: with sequences, or an empty one for somebody who waits. */
static uint32_t next_to_launch(const struct wm_replica *r)
{
    const struct pipeline *const pipe = r->pipeline;
    uint32_t empty = NO_SLOT;
    for (uint32_t i = 0; i < pipe->n && !r->held; i++) {
        if (pipe->micro[i].under_way)
            continue;
        if (batch_n(&pipe->micro[i].batch) > 0)
            return i;
        empty = empty == NO_SLOT ? i : empty;
    }
    return r->n_waiting > 0 ? empty : NO_SLOT;
}

static int64_t next_event(const struct pipeline *pipe)
{
    const uint32_t i = next_back(pipe);
    return i != NO_SLOT && pipe->micro[i].back < pipe->ready ? pipe->micro[i].back : pipe->ready;
}

static void set_next(struct wm_replica *r)
{
    const int64_t next = next_event(r->pipeline);
    r->segment = next == INT64_MAX ? SEGMENT_NONE : SEGMENT_PIPELINE;
    r->clock.next_ns = next == INT64_MAX ? WM_TIME_NEVER : r->now_ns + (next >> WM_STEP_FRAC_BITS);
}

/* Makes `time` the present boundary, from which all times count. */
static void move_to(struct wm_replica *r, int64_t time)
{
    struct pipeline *const pipe = r->pipeline;
    const int64_t whole_ns = time & ~FRAC_MASK;
    r->now_ns += time >> WM_STEP_FRAC_BITS;
    r->frac = (uint32_t)(time & FRAC_MASK);
    for (uint32_t i = 0; i < pipe->n; i++) {
        pipe->micro[i].back -= pipe->micro[i].under_way ? whole_ns : 0;
        pipe->free_at[i] = pipe->free_at[i] > whole_ns ? pipe->free_at[i] - whole_ns : 0;
    }
}

/* Those that follow the leader, in the order in which they are back; false: one reads. */
static bool line_up(const struct pipeline *pipe, struct rounds *rounds)
{
    rounds->n_followers = 0;
    for (uint32_t i = 0; i < pipe->n; i++) {
        const struct micro_batch *const m = &pipe->micro[i];
        if (m->batch.n_reading > 0)
            return false;
        if (i == rounds->leader || m->batch.n_decoding == 0)
            continue;
        uint32_t at = rounds->n_followers++;
        for (; at > 0 && pipe->micro[rounds->followers[at - 1]].back > m->back; at--)
            rounds->followers[at] = rounds->followers[at - 1];
        rounds->followers[at] = i;
    }
    return true;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Rounds for which blocks suffice whatever the phases. */
static int64_t rounds_until_full(const struct wm_replica *r)
{
    const uint32_t room = r->params->kv_blocks - pipeline_kv_used(r);
    const uint32_t n = pipeline_n_running(r);
    return ((int64_t)(room / n) - 1) * r->batch.block_steps - 1;
}

/*
 * As many rounds as go by without a change, after the launch of the leader. It must not have waited
 * on its way, followers must be back when their turn comes, and be no slower to the end. Nobody may
 * be done before the boundary at which the leader is back from the last round.
 */
static void plan_rounds(struct wm_replica *r, uint32_t leader)
{
    struct pipeline *const pipe = r->pipeline;
    struct rounds *const rounds = &pipe->rounds;
    const struct micro_batch *const lead = &pipe->micro[leader];
    rounds->leader = leader;
    if (r->per_step || pipe->holds_back || r->n_waiting > 0 || lead->batch.n_decoding == 0 ||
        !line_up(pipe, rounds))
        return;
    const struct passes p = decode_passes(r, &lead->batch, lead->batch.ctx);
    const int64_t stages = (int64_t)pipe->n;
    if (lead->back != (int64_t)r->frac + stages * p.time)
        return;
    int64_t n =
        least((int64_t)(batch_done_step(&lead->batch) - lead->batch.step), rounds_until_full(r));
    int64_t turn = (int64_t)r->frac + p.time;
    for (uint32_t i = 0; i < rounds->n_followers; i++) {
        const struct micro_batch *const m = &pipe->micro[rounds->followers[i]];
        const struct passes q = next_passes(r, m);
        if (q.time > p.time || m->back > turn)
            return;
        turn += q.time;
        n = least(n, (int64_t)(batch_done_step(&m->batch) - m->batch.step) - 1);
        if (q.more_time > p.more_time)
            n = least(n, (p.time - q.time) / (q.more_time - p.more_time) + 1);
    }
    if (n < 2)
        return;
    rounds->first = p.time;
    rounds->more = p.more_time;
    rounds->n = (uint32_t)jump_limit(stages * p.time, stages * p.more_time, n);
    r->clock.next_ns =
        r->now_ns + (((int64_t)r->frac + stages * jump_time(p.time, p.more_time, rounds->n)) >>
                     WM_STEP_FRAC_BITS);
}

/* Lets n rounds of the jump go by: the leader is about to be back, the others follow. */
static void make_rounds(struct wm_replica *r, uint32_t n)
{
    struct pipeline *const pipe = r->pipeline;
    struct rounds *const rounds = &pipe->rounds;
    struct micro_batch *const lead = &pipe->micro[rounds->leader];
    const int64_t last = rounds->first + rounds->more * (int64_t)(n - 1);
    struct passes p = decode_passes(r, &lead->batch, lead->batch.ctx);
    p.time += p.more_time; /* the first is booked */
    p.energy_j += p.more_j;
    book(r, &p, n - 1);
    batch_advance(&lead->batch, n - 1);
    lead->back =
        (int64_t)r->frac + (int64_t)pipe->n * jump_time(rounds->first, rounds->more, (int64_t)n);
    int64_t behind = 0;
    for (uint32_t i = 0; i < rounds->n_followers; i++) {
        struct micro_batch *const m = &pipe->micro[rounds->followers[i]];
        const struct passes q = next_passes(r, m);
        book(r, &q, n);
        batch_advance(&m->batch, n);
        behind += q.time + q.more_time * (int64_t)(n - 1);
        m->back = lead->back + behind;
    }
    for (uint32_t k = 0; k < pipe->n; k++)
        pipe->free_at[k] = lead->back - (int64_t)(pipe->n - 1 - k) * last + behind;
    rounds->n = 0;
}

void pipeline_start(struct wm_replica *r)
{
    struct pipeline *const pipe = r->pipeline;
    for (uint32_t k = 0; k < pipe->n; k++)
        pipe->free_at[k] = 0;
    pipe->ready = 0;
    r->segment = SEGMENT_PIPELINE;
}

void pipeline_step(struct wm_replica *r)
{
    struct pipeline *const pipe = r->pipeline;
    if (pipe->rounds.n > 0)
        make_rounds(r, pipe->rounds.n);
    r->totals.n_jumps++;
    const int64_t time = next_event(pipe);
    const uint32_t back = next_back(pipe);
    const bool is_back = back != NO_SLOT && pipe->micro[back].back == time;
    move_to(r, time);
    pipe->ready = INT64_MAX;
    if (is_back)
        come_back(r, back);
    for (uint32_t i; (i = next_to_launch(r)) != NO_SLOT && launch(r, i);)
        continue;
    set_next(r);
    if (is_back && pipe->micro[back].under_way)
        plan_rounds(r, back);
}

void pipeline_catch_up(struct wm_replica *r, int64_t now_ns)
{
    struct pipeline *const pipe = r->pipeline;
    const struct rounds *const j = &pipe->rounds;
    if (j->n > 0) {
        const int64_t stages = (int64_t)pipe->n;
        const int64_t gap = ((now_ns - r->now_ns) << WM_STEP_FRAC_BITS) - (int64_t)r->frac;
        const int64_t n = jump_steps(stages * j->first, stages * j->more, gap, j->n) - 1;
        if (n > 0)
            make_rounds(r, (uint32_t)n);
        pipe->rounds.n = 0;
        set_next(r);
    }
    pipe->holds_back = true;
    while (r->clock.next_ns < now_ns)
        pipeline_step(r);
    pipe->holds_back = false;
}

void pipeline_changed(struct wm_replica *r, int64_t now_ns)
{
    struct pipeline *const pipe = r->pipeline;
    if (next_to_launch(r) != NO_SLOT)
        pipe->ready = (now_ns - r->now_ns) << WM_STEP_FRAC_BITS;
    set_next(r);
}

void pipeline_empty(struct wm_replica *r)
{
    struct pipeline *const pipe = r->pipeline;
    for (uint32_t i = 0; i < pipe->n; i++) {
        struct micro_batch *const m = enter(r, i);
        r->n_reading = 0;
        while (batch_n(&r->batch) > 0)
            replica_send_back(r, replica_victim(r), false);
        m->under_way = false;
        leave(r, m);
    }
}

uint32_t pipeline_n_running(const struct wm_replica *r)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < r->pipeline->n; i++)
        sum += batch_n(&r->pipeline->micro[i].batch);
    return sum;
}

uint32_t pipeline_kv_used(const struct wm_replica *r)
{
    return used_by_others(r->pipeline, NO_SLOT);
}

uint64_t pipeline_made(const struct wm_replica *r)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < r->pipeline->n; i++)
        sum += r->pipeline->micro[i].batch.made;
    return sum;
}
