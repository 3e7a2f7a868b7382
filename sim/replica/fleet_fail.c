/*
 * Failures and repairs of the groups of replicas: at random, each as often as its share of the
 * accelerators; of whole replicas by order, or as a site says. A replica serves while one of its groups
 * that decode is up, and one that reads prompts where these have groups of their own.
 */
#include "fleet_state.h"

static uint32_t *n_down(struct wm_fleet *f, uint32_t worker)
{
    const bool decodes = worker % f->per_replica < f->n_decode;
    return &(decodes ? f->n_decode_down : f->n_prefill_down)[fleet_replica_of(f, worker)];
}

/* Of a replica's accelerators. */
double fleet_share_of(const struct wm_fleet *f, uint32_t worker)
{
    const struct wm_fleet_params *const p = &f->params;
    const double decode = p->decode_gpus > 0.0 ? p->decode_gpus : 1.0;
    const double prefill = p->prefill_gpus > 0.0 ? p->prefill_gpus : 1.0;
    const double all = decode * (double)f->n_decode + prefill * (double)p->n_prefill;
    return (worker % f->per_replica < f->n_decode ? decode : prefill) / all;
}

static void stop(struct wm_fleet *f, uint32_t worker)
{
    f->down_since_ns[worker] = f->now_ns;
    (*n_down(f, worker))++;
    fleet_catch_up(f, worker);
    wm_replica_fail(f->workers[worker], f->now_ns);
    fleet_follow_up(f, worker);
}

/* What it had under way is routed again. */
static void give_back(struct wm_fleet *f, uint32_t worker)
{
    struct wm_pending p;
    while (wm_replica_take_back(f->workers[worker], &p)) {
        p.has_kv = false;
        fleet_place_again(f, &p);
    }
}

static void start(struct wm_fleet *f, uint32_t worker)
{
    f->down_ns += (double)(f->now_ns - f->down_since_ns[worker]) * fleet_share_of(f, worker);
    f->down_since_ns[worker] = -1;
    (*n_down(f, worker))--;
    wm_replica_repair(f->workers[worker], f->now_ns);
    fleet_follow_up(f, worker);
}

static void serve_homeless(struct wm_fleet *f)
{
    for (uint32_t n = f->homeless.n; n > 0; n--) {
        struct wm_pending p = *queue_front(&f->homeless);
        queue_pop(&f->homeless);
        fleet_place_again(f, &p);
    }
}

void fleet_fail(struct wm_fleet *f, uint32_t replica)
{
    const uint32_t first = replica * f->per_replica, end = first + f->per_replica;
    bool any = false;
    for (uint32_t w = first; w < end; w++) {
        if (fleet_worker_is_down(f, w))
            continue;
        any = true;
        stop(f, w);
    }
    f->n_failures += any;
    for (uint32_t w = first; any && w < end; w++)
        give_back(f, w);
}

void fleet_repair(struct wm_fleet *f, uint32_t replica)
{
    for (uint32_t k = 0; k < f->per_replica; k++)
        if (fleet_worker_is_down(f, replica * f->per_replica + k))
            start(f, replica * f->per_replica + k);
    serve_homeless(f);
}

static void on_fail(struct wm_sim *sim, void *context, uint32_t worker, uint64_t arg)
{
    struct wm_fleet *const f = context;
    (void)arg;
    f->now_ns = wm_sim_now(sim);
    if (!fleet_worker_is_down(f, worker)) {
        f->n_failures++;
        stop(f, worker);
        give_back(f, worker);
    }
    const double time_s = wm_rng_exponential(&f->failures[worker]) * f->params.mttr_s;
    (void)wm_sim_at(sim, wm_sim_now(sim) + fleet_ns_of(time_s), -2, EVENT_REPAIR, worker, 0);
}

static void fail_later(struct wm_fleet *f, uint32_t worker)
{
    const double mean_s = f->params.mtbf_s / fleet_share_of(f, worker);
    const double time_s = wm_rng_exponential(&f->failures[worker]) * mean_s;
    (void)wm_sim_at(f->sim, wm_sim_now(f->sim) + fleet_ns_of(time_s), -2, EVENT_FAIL, worker, 0);
}

static void on_repair(struct wm_sim *sim, void *context, uint32_t worker, uint64_t arg)
{
    struct wm_fleet *const f = context;
    (void)arg;
    f->now_ns = wm_sim_now(sim);
    if (fleet_worker_is_down(f, worker)) {
        start(f, worker);
        serve_homeless(f);
    }
    fail_later(f, worker);
}

void wm_fleet_set_up(struct wm_fleet *f, uint32_t n_up)
{
    f->now_ns = wm_sim_now(f->sim);
    for (uint32_t i = 0; i < f->params.n_replicas; i++) {
        if (i < n_up)
            fleet_repair(f, i);
        else
            fleet_fail(f, i);
    }
}

void fleet_fail_init(struct wm_fleet *f)
{
    wm_sim_handle(f->sim, EVENT_FAIL, on_fail);
    wm_sim_handle(f->sim, EVENT_REPAIR, on_repair);
    for (uint32_t i = 0; i < f->n_workers; i++) {
        f->down_since_ns[i] = -1;
        f->failures[i] = wm_rng_stream(f->params.seed, "replica-failure", i);
        if (f->params.mtbf_s > 0.0)
            fail_later(f, i);
    }
}
