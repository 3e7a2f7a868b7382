/*
 * Fleet: workers are the engine's entities, everything else (KV on its way, failures, clocks) are
 * its timers. Arrivals are no events: the source is read in order, and time advances to each.
 *
 * Where the router does not compare all loads, nobody looks at a replica between two of its own
 * requests, and it need not run before the next one comes: while such arrivals last the fleet is
 * lazy, its workers are no entities, and a thousand replicas pass the processor's cache once a
 * request and not at every boundary. What happens is the same.
 */
#include "fleet_state.h"

#include "wattmill/require.h"

/* What a worker has to do yet, as the router counts it. */
static uint64_t work_of(const struct wm_fleet *f, uint32_t worker)
{
    const struct wm_replica *const w = f->workers[worker];
    return f->params.router == WM_ROUTE_LEAST_REQUESTS
               ? wm_replica_n_waiting(w) + wm_replica_n_running(w)
               : wm_replica_outstanding_tok(w);
}

uint64_t fleet_load_of(const struct wm_fleet *f, uint32_t replica)
{
    return fleet_is_down(f, replica) || f->is_parked[replica] ? ROUTER_DOWN : f->load[replica];
}

/* A replica's load changes with a worker's, so that many workers are not summed for one. */
static void tell_router(struct wm_fleet *f, uint32_t worker)
{
    const uint32_t replica = fleet_replica_of(f, worker);
    const uint64_t work = work_of(f, worker);
    f->load[replica] += work - f->worker_load[worker];
    f->worker_load[worker] = work;
    router_set(f->router, replica, fleet_load_of(f, replica));
}

void fleet_follow_up(struct wm_fleet *f, uint32_t worker)
{
    tell_router(f, worker);
    if (f->is_lazy)
        return;
    const int64_t next_ns = wm_replica_next(f->workers[worker]);
    if (next_ns == WM_TIME_NEVER)
        wm_sim_entity_clear(f->sim, worker);
    else
        wm_sim_entity_set(f->sim, worker, next_ns, EVENT_STEP, 0);
}

void fleet_catch_up(struct wm_fleet *f, uint32_t worker)
{
    struct wm_replica *const w = f->workers[worker];
    if (f->is_lazy)
        while (wm_replica_next(w) < f->now_ns)
            wm_replica_step(w);
}

/* The router is about to compare a replica's load with another's. */
static void on_compare(void *context, uint32_t replica)
{
    struct wm_fleet *const f = context;
    if (!f->is_lazy)
        return;
    fleet_catch_up(f, replica); /* its only worker */
    tell_router(f, replica);
}

/* Not where loads are compared, workers hand over to each other, or somebody wants to be told. */
static bool may_be_lazy(const struct wm_fleet *f)
{
    return (f->params.router == WM_ROUTE_ROUND_ROBIN || f->params.router == WM_ROUTE_TWO_CHOICES) &&
           f->per_replica == 1 && f->service->on_served == NULL;
}

static void let_go(struct wm_fleet *f)
{
    f->is_lazy = true;
    for (uint32_t i = 0; i < f->n_workers; i++)
        wm_sim_entity_clear(f->sim, i);
}

static void take_up(struct wm_fleet *f)
{
    f->now_ns = wm_sim_now(f->sim) + 1;
    for (uint32_t i = 0; i < f->n_workers; i++)
        fleet_catch_up(f, i);
    f->is_lazy = false;
    for (uint32_t i = 0; i < f->n_workers; i++)
        fleet_follow_up(f, i);
}

static void on_step(struct wm_sim *sim, void *context, uint32_t worker, uint64_t arg)
{
    struct wm_fleet *const f = context;
    (void)sim;
    (void)arg;
    wm_replica_step(f->workers[worker]);
    fleet_follow_up(f, worker);
}

void wm_fleet_remember(struct wm_fleet *f, uint32_t worker, const uint64_t *blocks, uint32_t n,
                       uint32_t block_tok)
{
    wm_replica_remember(f->workers[worker], blocks, n, block_tok);
}

/* Of the workers that read prompts the one that holds most of this one's beginning, unless it has
   much more to do than the least loaded; UINT32_MAX: none holds any. */
static uint32_t by_cache(const struct wm_fleet *f, const struct wm_request *q, uint32_t first,
                         uint32_t n, uint32_t least)
{
    uint32_t best = UINT32_MAX, most = 0;
    for (uint32_t w = first; w < first + n; w++) {
        if (fleet_worker_is_down(f, w))
            continue;
        const struct wm_prefix_cache *const cache = wm_replica_cache(f->workers[w]);
        const uint32_t hits =
            cache != NULL ? wm_prefix_cache_peek(cache, q->blocks, q->n_blocks) : 0;
        if (hits > most) {
            most = hits;
            best = w;
        }
    }
    const uint64_t saved_tok = (uint64_t)most * q->block_tok;
    return most > 0 && f->worker_load[best] <= f->worker_load[least] + saved_tok ? best
                                                                                 : UINT32_MAX;
}

/* Of some workers the least loaded that is up; the first if none is. */
static uint32_t least_loaded(const struct wm_fleet *f, uint32_t first, uint32_t n)
{
    uint32_t best = first;
    for (uint32_t w = first + 1; w < first + n; w++)
        if (!fleet_worker_is_down(f, w) &&
            (fleet_worker_is_down(f, best) || f->worker_load[w] < f->worker_load[best]))
            best = w;
    return best;
}

/* The worker of a replica that a new request goes to: of several, the least loaded, or with affinity
   the one that holds its prefix. */
static uint32_t entry_worker(const struct wm_fleet *f, uint32_t replica, const struct wm_request *q)
{
    const bool is_split = f->params.n_prefill > 0;
    const uint32_t first = replica * f->per_replica + (is_split ? f->n_decode : 0);
    const uint32_t n = is_split ? f->params.n_prefill : f->n_decode;
    const uint32_t best = least_loaded(f, first, n);
    if (n == 1 || f->params.router != WM_ROUTE_PREFIX || q->n_blocks == 0)
        return best;
    const uint32_t holder = by_cache(f, q, first, n, best);
    return holder != UINT32_MAX ? holder : best;
}

uint32_t fleet_decode_worker(const struct wm_fleet *f, uint32_t replica)
{
    return least_loaded(f, replica * f->per_replica, f->n_decode);
}

void fleet_place_again(struct wm_fleet *f, struct wm_pending *p)
{
    const struct wm_request like = {
        .input_tok = p->input_tok, .output_tok = p->output_tok, .class_id = p->class_id};
    const uint32_t replica = router_pick(f->router, &like);
    if (replica == UINT32_MAX) {
        *queue_add(&f->homeless, f->arena) = *p;
        return;
    }
    const uint32_t w =
        p->has_kv ? fleet_decode_worker(f, replica) : entry_worker(f, replica, &like);
    if (!p->has_kv && wm_replica_cache(f->workers[w]) != NULL)
        p->hit_tok = 0; /* what another one held */
    fleet_catch_up(f, w);
    wm_replica_arrive_again(f->workers[w], f->now_ns, p);
    fleet_follow_up(f, w);
}

void wm_fleet_arrive(struct wm_fleet *f, int64_t now_ns, const struct wm_request *q)
{
    wm_service_arrived(f->service, now_ns, q);
    f->now_ns = f->arrivals_end_ns = now_ns;
    const uint64_t id = f->next_id++;
    const uint32_t replica = router_pick(f->router, q);
    if (replica != UINT32_MAX) {
        const uint32_t w = entry_worker(f, replica, q);
        fleet_catch_up(f, w);
        wm_replica_arrive(f->workers[w], now_ns, q, id);
        fleet_follow_up(f, w);
        return;
    }
    *queue_add(&f->homeless, f->arena) = (struct wm_pending){.arrival_ns = q->arrival_ns,
                                                             .first_ns = -1,
                                                             .id = id,
                                                             .session = q->session,
                                                             .input_tok = q->input_tok,
                                                             .output_tok = q->output_tok,
                                                             .class_id = (uint8_t)q->class_id};
}

static void make_workers(struct wm_fleet *f)
{
    const struct wm_fleet_params *const p = &f->params;
    f->workers = WM_NEW_ARRAY(f->arena, struct wm_replica *, f->n_workers);
    f->worker_load = WM_NEW_ARRAY(f->arena, uint64_t, f->n_workers);
    f->load = WM_NEW_ARRAY(f->arena, uint64_t, p->n_replicas);
    for (uint32_t i = 0; i < f->n_workers; i++) {
        const bool prefill = i % f->per_replica >= f->n_decode;
        f->workers[i] = wm_replica_new(f->arena, prefill ? &f->params.prefill : &f->params.worker,
                                       (prefill ? &p->prefill_clocks : &p->clocks)->tables[0],
                                       f->service, i, false);
        if (prefill)
            wm_replica_on_prefilled(f->workers[i], fleet_on_prefilled, f);
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
                           .n_decode = p->n_decode > 0 ? p->n_decode : 1,
                           .n_decode_down = WM_NEW_ARRAY(arena, uint32_t, p->n_replicas),
                           .n_prefill_down = WM_NEW_ARRAY(arena, uint32_t, p->n_replicas),
                           .clock = WM_NEW_ARRAY(arena, uint32_t, p->n_replicas),
                           .is_parked = WM_NEW_ARRAY(arena, bool, p->n_replicas)};
    f->per_replica = f->n_decode + p->n_prefill;
    f->n_workers = p->n_replicas * f->per_replica;
    f->failures = WM_NEW_ARRAY(arena, struct wm_rng, f->n_workers);
    f->down_since_ns = WM_NEW_ARRAY(arena, int64_t, f->n_workers);
    queue_init(&f->homeless, arena);
    f->sim = wm_sim_new(arena, f->n_workers + 64 + (uint32_t)p->n_events, f);
    wm_sim_entities(f->sim, f->n_workers);
    wm_sim_handle(f->sim, EVENT_STEP, on_step);
    make_workers(f);
    router_on_compare(f->router, on_compare, f);
    fleet_fail_init(f);
    fleet_move_init(f);
    fleet_order_init(f);
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
    } else if (now_ns - 1 >= wm_sim_now(f->sim)) {
        wm_sim_run_until(f->sim, now_ns - 1); /* what arrives now is delivered before boundaries */
    }
}

void wm_fleet_run(struct wm_fleet *f, struct wm_request_source source, int64_t last_ns,
                  int64_t stop_ns, bool drain)
{
    struct wm_request q;
    f->sampled.slice_ns = last_ns / WM_FLEET_SLICES;
    if (may_be_lazy(f))
        let_go(f);
    while (source.next(source.self, &q)) {
        if (stop_ns > 0 && q.arrival_ns >= stop_ns)
            break;
        fleet_sample_slices(f, q.arrival_ns);
        wm_fleet_advance(f, q.arrival_ns);
        wm_fleet_arrive(f, q.arrival_ns, &q);
    }
    const int64_t end_ns = stop_ns > 0 ? stop_ns : last_ns;
    if (end_ns > 0)
        fleet_sample_slices(f, end_ns);
    if (f->is_lazy)
        take_up(f);
    wm_fleet_advance(f, drain ? WM_TIME_NEVER : end_ns + 1);
}
