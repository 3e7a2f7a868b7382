/*
 * Fleet: workers are the engine's entities, everything else (KV on its way, failures, clocks) are
 * its timers. Arrivals are no events: the source is read in order, and time advances to each.
 */
#include "wattmill/fleet.h"

#include <math.h>

#include "queue.h"
#include "router.h"
#include "wattmill/require.h"

enum { EVENT_STEP, EVENT_MOVED, EVENT_ORDER, EVENT_FAIL, EVENT_REPAIR };

/* A request whose KV is on its way to the decode worker. */
struct moving {
    struct wm_pending pending;
    uint32_t next_free;
};

struct wm_fleet {
    struct wm_arena *arena;
    struct wm_fleet_params params;
    struct wm_service *service;
    struct wm_sim *sim;
    struct router *router;
    uint32_t per_replica, n_workers;
    struct wm_replica *
        *workers;          /* of replica i: i * per_replica (decodes), then its prefill ones */
    struct queue homeless; /* arrived while every replica was down */
    struct moving *moving;
    uint32_t n_moving, moving_capacity, free_moving;
    uint64_t moving_tok;
    struct wm_rng *failures; /* one stream a replica */
    uint64_t next_id, n_failures;
    int64_t arrivals_end_ns;
    int64_t *down_since_ns; /* -1: up */
    double down_ns;
    struct wm_fleet_totals sampled; /* slices so far */
    uint32_t n_slices;
    uint32_t *clock; /* [n_replicas] of wm_fleet_set_clock() */
    bool *is_parked; /* [n_replicas] */
};

static int64_t ns_of(double time_s)
{
    return time_s < 4e9 ? (int64_t)(time_s * 1e9 + 0.5) : (int64_t)4e18;
}

static uint32_t replica_of(const struct wm_fleet *f, uint32_t worker)
{
    return worker / f->per_replica;
}

static bool is_down(const struct wm_fleet *f, uint32_t replica)
{
    return f->down_since_ns[replica] >= 0;
}

static uint64_t load_of(const struct wm_fleet *f, uint32_t replica)
{
    uint64_t load = 0;
    if (is_down(f, replica) || f->is_parked[replica])
        return ROUTER_DOWN;
    for (uint32_t k = 0; k < f->per_replica; k++) {
        const struct wm_replica *const w = f->workers[replica * f->per_replica + k];
        load += f->params.router == WM_ROUTE_LEAST_REQUESTS
                    ? wm_replica_n_waiting(w) + wm_replica_n_running(w)
                    : wm_replica_outstanding_tok(w);
    }
    return load;
}

/* After anything happened to a worker: its next boundary and its replica's load. */
static void follow_up(struct wm_fleet *f, uint32_t worker)
{
    const int64_t next_ns = wm_replica_next(f->workers[worker]);
    if (next_ns == WM_TIME_NEVER)
        wm_sim_entity_clear(f->sim, worker);
    else
        wm_sim_entity_set(f->sim, worker, next_ns, EVENT_STEP, 0);
    router_set(f->router, replica_of(f, worker), load_of(f, replica_of(f, worker)));
}

static void on_step(struct wm_sim *sim, void *context, uint32_t worker, uint64_t arg)
{
    struct wm_fleet *const f = context;
    (void)sim;
    (void)arg;
    wm_replica_step(f->workers[worker]);
    follow_up(f, worker);
}

/* The worker of a replica that a new request goes to. */
static uint32_t entry_worker(const struct wm_fleet *f, uint32_t replica)
{
    uint32_t best = replica * f->per_replica;
    for (uint32_t k = 1; k < f->per_replica; k++) { /* disaggregated: least loaded prefill worker */
        const uint32_t w = replica * f->per_replica + k;
        if (k == 1 || wm_replica_outstanding_tok(f->workers[w]) <
                          wm_replica_outstanding_tok(f->workers[best]))
            best = w;
    }
    return best;
}

static void place_again(struct wm_fleet *f, int64_t now_ns, struct wm_pending *p)
{
    const struct wm_request like = {
        .input_tok = p->input_tok, .output_tok = p->output_tok, .class_id = p->class_id};
    const uint32_t replica = router_pick(f->router, &like);
    if (replica == UINT32_MAX) {
        queue_push_back(&f->homeless, f->arena, p);
        return;
    }
    const uint32_t w = p->has_kv ? replica * f->per_replica : entry_worker(f, replica);
    wm_replica_arrive_again(f->workers[w], now_ns, p);
    follow_up(f, w);
}

void wm_fleet_arrive(struct wm_fleet *f, int64_t now_ns, const struct wm_request *q)
{
    wm_service_arrived(f->service, now_ns, q);
    f->arrivals_end_ns = now_ns;
    const uint64_t id = f->next_id++;
    const uint32_t replica = router_pick(f->router, q);
    if (replica != UINT32_MAX) {
        const uint32_t w = entry_worker(f, replica);
        wm_replica_arrive(f->workers[w], now_ns, q, id);
        follow_up(f, w);
        return;
    }
    const struct wm_pending p = {.arrival_ns = q->arrival_ns,
                                 .first_ns = -1,
                                 .id = id,
                                 .session = q->session,
                                 .input_tok = q->input_tok,
                                 .output_tok = q->output_tok,
                                 .class_id = (uint16_t)q->class_id};
    queue_push_back(&f->homeless, f->arena, &p);
}

/* A prompt is read: its KV travels to the replica's decode worker. */
static void on_prefilled(void *context, uint32_t worker, int64_t now_ns, const struct wm_pending *p)
{
    struct wm_fleet *const f = context;
    uint32_t i = f->free_moving;
    if (i == UINT32_MAX) {
        if (f->n_moving == f->moving_capacity) {
            const uint32_t capacity = 2 * f->moving_capacity;
            struct moving *const grown = WM_NEW_ARRAY(f->arena, struct moving, capacity);
            memcpy(grown, f->moving, f->n_moving * sizeof *grown);
            f->moving = grown;
            f->moving_capacity = capacity;
        }
        i = f->n_moving++;
    } else {
        f->free_moving = f->moving[i].next_free;
    }
    f->moving[i].pending = *p;
    f->moving_tok += (uint64_t)p->input_tok + p->output_tok;
    const double time_s = f->params.transfer_s_per_tok * (double)(p->input_tok + p->made_tok);
    (void)wm_sim_at(f->sim, now_ns + ns_of(time_s), -1, EVENT_MOVED, replica_of(f, worker), i);
}

static void on_moved(struct wm_sim *sim, void *context, uint32_t replica, uint64_t arg)
{
    struct wm_fleet *const f = context;
    struct wm_pending p = f->moving[arg].pending;
    f->moving[arg].next_free = f->free_moving;
    f->free_moving = (uint32_t)arg;
    f->moving_tok -= (uint64_t)p.input_tok + p.output_tok;
    if (is_down(f, replica)) { /* failed meanwhile: the prompt is read again elsewhere */
        p.has_kv = false;
        place_again(f, wm_sim_now(sim), &p);
        return;
    }
    wm_replica_arrive_again(f->workers[replica * f->per_replica], wm_sim_now(sim), &p);
    follow_up(f, replica * f->per_replica);
}

static void fail(struct wm_fleet *f, uint32_t replica)
{
    const int64_t now_ns = wm_sim_now(f->sim);
    if (is_down(f, replica))
        return;
    f->n_failures++;
    f->down_since_ns[replica] = now_ns;
    for (uint32_t k = 0; k < f->per_replica; k++) {
        wm_replica_fail(f->workers[replica * f->per_replica + k], now_ns);
        follow_up(f, replica * f->per_replica + k);
    }
    for (uint32_t k = 0; k < f->per_replica; k++) {
        struct wm_replica *const w = f->workers[replica * f->per_replica + k];
        struct wm_pending p;
        while (wm_replica_take_back(w, &p)) {
            p.has_kv = false;
            place_again(f, now_ns, &p);
        }
    }
}

static void repair(struct wm_fleet *f, uint32_t replica)
{
    const int64_t now_ns = wm_sim_now(f->sim);
    if (!is_down(f, replica))
        return;
    f->down_ns += (double)(now_ns - f->down_since_ns[replica]);
    f->down_since_ns[replica] = -1;
    for (uint32_t k = 0; k < f->per_replica; k++) {
        wm_replica_repair(f->workers[replica * f->per_replica + k], now_ns);
        follow_up(f, replica * f->per_replica + k);
    }
    while (f->homeless.n > 0) {
        struct wm_pending p = *queue_front(&f->homeless);
        queue_pop(&f->homeless);
        place_again(f, now_ns, &p);
    }
}

static void on_fail(struct wm_sim *sim, void *context, uint32_t replica, uint64_t arg)
{
    struct wm_fleet *const f = context;
    (void)arg;
    fail(f, replica);
    const double time_s = wm_rng_exponential(&f->failures[replica]) * f->params.mttr_s;
    (void)wm_sim_at(sim, wm_sim_now(sim) + ns_of(time_s), -2, EVENT_REPAIR, replica, 0);
}

static void on_repair(struct wm_sim *sim, void *context, uint32_t replica, uint64_t arg)
{
    struct wm_fleet *const f = context;
    (void)arg;
    repair(f, replica);
    const double time_s = wm_rng_exponential(&f->failures[replica]) * f->params.mtbf_s;
    (void)wm_sim_at(sim, wm_sim_now(sim) + ns_of(time_s), -2, EVENT_FAIL, replica, 0);
}

/* Power of a worker at full load: a full batch of long contexts, or prompts alone. */
static double full_w(const struct wm_replica_params *p, const struct wm_step_table *t)
{
    const uint32_t tok = t->max_tok / WM_STEP_TOK_ROUND;
    const double read_w = t->token_j[tok] / t->token_s[tok];
    const double units_per_s = 1e9 * (1 << WM_STEP_FRAC_BITS);
    const double context_tok = (double)p->kv_blocks * (double)p->block_tok;
    const double decode_s = ((double)t->decode[p->max_seqs] +
                             (double)t->ctx[p->max_seqs] * context_tok * (1 << WM_CTX_FRAC_BITS)) /
                            units_per_s;
    const double decode_w =
        (t->decode_j[p->max_seqs] + t->ctx_j[p->max_seqs] * context_tok) / decode_s;
    return fmax(read_w, decode_w);
}

/* Fastest clock whose workers together stay within `cap_w` at full load; the slowest if none does. */
static uint32_t clock_within(const struct wm_fleet *f, double cap_w)
{
    const struct wm_fleet_params *const p = &f->params;
    uint32_t i = 0;
    for (; i + 1 < p->clocks.n; i++) {
        double w = full_w(&p->worker, p->clocks.tables[i]);
        if (p->n_prefill > 0)
            w += (double)p->n_prefill * full_w(&p->prefill, p->prefill_clocks.tables[i]);
        if (w <= cap_w)
            break;
    }
    return i;
}

/* Nearest clock not above the one wanted; the slowest if none is. */
static uint32_t clock_at(const struct wm_fleet *f, double clock_frac)
{
    uint32_t i = 0;
    while (i + 1 < f->params.clocks.n &&
           f->params.clocks.tables[i]->clock_frac > clock_frac * (1.0 + 1e-9))
        i++;
    return i;
}

static void set_clock(struct wm_fleet *f, uint32_t replica, uint32_t clock)
{
    const int64_t now_ns = wm_sim_now(f->sim);
    for (uint32_t k = 0; k < f->per_replica; k++) {
        const struct wm_clock_tables *const c =
            k == 0 ? &f->params.clocks : &f->params.prefill_clocks;
        wm_replica_set_table(f->workers[replica * f->per_replica + k], now_ns, c->tables[clock]);
        follow_up(f, replica * f->per_replica + k);
    }
}

void wm_fleet_set_clock(struct wm_fleet *f, uint32_t first, uint32_t n, double clock_frac,
                        bool parked)
{
    const uint32_t clock = clock_at(f, clock_frac);
    for (uint32_t i = first; i < first + n && i < f->params.n_replicas; i++) {
        if (f->is_parked[i] != parked) {
            f->is_parked[i] = parked;
            router_set(f->router, i, load_of(f, i));
        }
        if (f->clock[i] == clock)
            continue;
        f->clock[i] = clock;
        set_clock(f, i, clock);
    }
}

void wm_fleet_set_up(struct wm_fleet *f, uint32_t n_up)
{
    for (uint32_t i = 0; i < f->params.n_replicas; i++) {
        if (i < n_up)
            repair(f, i);
        else
            fail(f, i);
    }
}

static void on_order(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct wm_fleet *const f = context;
    const struct wm_fleet_event *const e = &f->params.events[arg];
    (void)sim;
    (void)actor;
    for (uint32_t i = e->first; i < e->first + e->n && i < f->params.n_replicas; i++)
        switch (e->kind) {
        case WM_FLEET_CLOCK:
            set_clock(f, i, clock_at(f, e->value));
            break;
        case WM_FLEET_CAP:
            set_clock(f, i, clock_within(f, e->value));
            break;
        case WM_FLEET_FAIL:
            fail(f, i);
            break;
        case WM_FLEET_REPAIR:
            repair(f, i);
            break;
        }
}

static void make_workers(struct wm_fleet *f)
{
    const struct wm_fleet_params *const p = &f->params;
    f->workers = WM_NEW_ARRAY(f->arena, struct wm_replica *, f->n_workers);
    for (uint32_t i = 0; i < f->n_workers; i++) {
        const bool prefill = i % f->per_replica > 0;
        f->workers[i] = wm_replica_new(f->arena, prefill ? &p->prefill : &p->worker,
                                       (prefill ? &p->prefill_clocks : &p->clocks)->tables[0],
                                       f->service, i, false);
        if (prefill)
            wm_replica_on_prefilled(f->workers[i], on_prefilled, f);
    }
}

struct wm_fleet *wm_fleet_new(struct wm_arena *arena, const struct wm_fleet_params *p,
                              struct wm_service *service)
{
    WM_REQUIRE(p->n_replicas >= 1 && p->clocks.n >= 1);
    WM_REQUIRE(p->n_prefill == 0 || (p->prefill_clocks.n == p->clocks.n &&
                                     p->prefill.batching == WM_BATCH_PREFILL_ONLY &&
                                     p->worker.batching == WM_BATCH_DECODE_ONLY));
    struct wm_fleet *const f = WM_NEW(arena, struct wm_fleet);
    *f = (struct wm_fleet){.arena = arena,
                           .params = *p,
                           .service = service,
                           .router = router_new(arena, p->router, p->n_replicas, p->seed),
                           .per_replica = 1 + p->n_prefill,
                           .moving_capacity = 64,
                           .moving = WM_NEW_ARRAY(arena, struct moving, 64),
                           .free_moving = UINT32_MAX,
                           .failures = WM_NEW_ARRAY(arena, struct wm_rng, p->n_replicas),
                           .down_since_ns = WM_NEW_ARRAY(arena, int64_t, p->n_replicas),
                           .clock = WM_NEW_ARRAY(arena, uint32_t, p->n_replicas),
                           .is_parked = WM_NEW_ARRAY(arena, bool, p->n_replicas)};
    f->n_workers = p->n_replicas * f->per_replica;
    queue_init(&f->homeless, arena);
    f->sim = wm_sim_new(arena, p->n_replicas + 64 + (uint32_t)p->n_events, f);
    wm_sim_entities(f->sim, f->n_workers);
    wm_sim_handle(f->sim, EVENT_STEP, on_step);
    wm_sim_handle(f->sim, EVENT_MOVED, on_moved);
    wm_sim_handle(f->sim, EVENT_ORDER, on_order);
    wm_sim_handle(f->sim, EVENT_FAIL, on_fail);
    wm_sim_handle(f->sim, EVENT_REPAIR, on_repair);
    make_workers(f);
    for (uint32_t i = 0; i < p->n_replicas; i++) {
        f->down_since_ns[i] = -1;
        f->failures[i] = wm_rng_stream(p->seed, "replica-failure", i);
        if (p->mtbf_s > 0.0)
            (void)wm_sim_at(f->sim, ns_of(wm_rng_exponential(&f->failures[i]) * p->mtbf_s), -2,
                            EVENT_FAIL, i, 0);
    }
    for (size_t i = 0; i < p->n_events; i++)
        (void)wm_sim_at(f->sim, p->events[i].time_ns, -3, EVENT_ORDER, 0, i);
    return f;
}

int64_t wm_fleet_next(const struct wm_fleet *f)
{
    return wm_sim_next(f->sim);
}

/* Whether any request is still somewhere. */
static bool is_busy(const struct wm_fleet *f)
{
    for (uint32_t c = 0; c < f->service->n_classes; c++)
        if (wm_service_in_flight(&f->service->classes[c]).requests > 0)
            return true;
    return false;
}

void wm_fleet_advance(struct wm_fleet *f, int64_t now_ns)
{
    if (now_ns == WM_TIME_NEVER) {
        while (is_busy(f) && wm_sim_step(f->sim))
            continue;
    } else if (now_ns - 1 > wm_sim_now(f->sim)) {
        wm_sim_run_until(f->sim, now_ns - 1); /* what arrives now is delivered before boundaries */
    }
}

static uint64_t n_waiting(const struct wm_fleet *f)
{
    uint64_t n = f->homeless.n;
    for (uint32_t i = 0; i < f->n_workers; i++)
        n += wm_replica_n_waiting(f->workers[i]);
    return n;
}

static double energy_until(const struct wm_fleet *f, int64_t now_ns)
{
    double sum_j = 0.0;
    for (uint32_t i = 0; i < f->n_workers; i++)
        sum_j += wm_replica_totals(f->workers[i], now_ns).energy_j;
    return sum_j;
}

/* Looks at the queue at the end of each slice of the arrivals. */
static void sample_slices(struct wm_fleet *f, int64_t now_ns)
{
    struct wm_fleet_totals *const s = &f->sampled;
    while (s->slice_ns > 0 && f->n_slices < WM_FLEET_SLICES &&
           now_ns >= s->slice_ns * (int64_t)(f->n_slices + 1)) {
        const int64_t at_ns = s->slice_ns * (int64_t)(f->n_slices + 1);
        wm_fleet_advance(f, at_ns);
        s->waiting[f->n_slices] = (double)n_waiting(f);
        s->energy_to_end_j[f->n_slices++] = energy_until(f, at_ns);
    }
}

void wm_fleet_run(struct wm_fleet *f, struct wm_request_source source, int64_t last_ns,
                  int64_t stop_ns, bool drain)
{
    struct wm_request q;
    f->sampled.slice_ns = last_ns / WM_FLEET_SLICES;
    while (source.next(source.self, &q)) {
        if (stop_ns > 0 && q.arrival_ns >= stop_ns)
            break;
        sample_slices(f, q.arrival_ns);
        wm_fleet_advance(f, q.arrival_ns);
        wm_fleet_arrive(f, q.arrival_ns, &q);
    }
    const int64_t end_ns = stop_ns > 0 ? stop_ns : last_ns;
    if (end_ns > 0)
        sample_slices(f, end_ns);
    wm_fleet_advance(f, drain ? WM_TIME_NEVER : end_ns + 1);
}

static void add_totals(struct wm_replica_totals *to, const struct wm_replica_totals *from)
{
    to->n_steps += from->n_steps;
    to->n_jumps += from->n_jumps;
    to->n_preempted += from->n_preempted;
    to->prefill_tok += from->prefill_tok;
    to->decode_tok += from->decode_tok;
    to->busy_ns += from->busy_ns;
    to->prefill_ns += from->prefill_ns;
    to->energy_j += from->energy_j;
    to->prefill_j += from->prefill_j;
    to->idle_j += from->idle_j;
}

/*
 * Whether the queue grew to the end: from the second quarter of the arrivals to the last it took up
 * more than a hundredth of what arrived between, so that a load of 1.01 or more is told from noise.
 */
static bool is_growing(const struct wm_fleet *f)
{
    const double *const w = f->sampled.waiting;
    const int quarter = WM_FLEET_SLICES / 4;
    double early = 0.0, late = 0.0;
    if (f->n_slices < WM_FLEET_SLICES)
        return false;
    for (int i = 0; i < quarter; i++) {
        early += w[quarter + i] / quarter;
        late += w[3 * quarter + i] / quarter;
    }
    return late - early > 0.01 * 0.5 * (double)f->next_id &&
           late - early > (double)f->params.n_replicas;
}

struct wm_fleet_totals wm_fleet_totals(const struct wm_fleet *f)
{
    struct wm_fleet_totals t = f->sampled;
    t.end_ns = wm_sim_now(f->sim);
    t.arrivals_end_ns = f->arrivals_end_ns;
    t.n_arrived = f->next_id;
    t.n_events = wm_sim_n_events(f->sim);
    t.n_failures = f->n_failures;
    double down_ns = f->down_ns;
    for (uint32_t i = 0; i < f->params.n_replicas; i++)
        down_ns += is_down(f, i) ? (double)(t.end_ns - f->down_since_ns[i]) : 0.0;
    t.replica_up_frac =
        t.end_ns > 0 ? 1.0 - down_ns / ((double)t.end_ns * (double)f->params.n_replicas) : 1.0;
    for (uint32_t i = 0; i < f->n_workers; i++) {
        const struct wm_replica_totals w = wm_replica_totals(f->workers[i], t.end_ns);
        add_totals(&t.work, &w);
        if (i % f->per_replica > 0)
            add_totals(&t.prefill_work, &w);
        t.in_flight_tok += wm_replica_outstanding_tok(f->workers[i]);
    }
    for (uint32_t i = 0; i < f->homeless.n; i++) {
        const struct wm_pending *const p =
            &f->homeless.ring[(f->homeless.head + i) & f->homeless.mask];
        t.in_flight_tok += (uint64_t)p->input_tok + p->output_tok;
    }
    t.in_flight_tok += f->moving_tok;
    for (uint32_t i = 0; i < f->n_slices; i++)
        if (t.waiting[i] > (double)t.max_waiting)
            t.max_waiting = (uint64_t)t.waiting[i];
    t.growing = is_growing(f);
    return t;
}
