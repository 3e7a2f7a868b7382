/* Failures and repairs of whole replicas: at random, by order, or as a site says. */
#include "fleet_state.h"

void fleet_fail(struct wm_fleet *f, uint32_t replica)
{
    if (fleet_is_down(f, replica))
        return;
    f->n_failures++;
    f->down_since_ns[replica] = f->now_ns;
    for (uint32_t k = 0; k < f->per_replica; k++) {
        fleet_catch_up(f, replica * f->per_replica + k);
        wm_replica_fail(f->workers[replica * f->per_replica + k], f->now_ns);
        fleet_follow_up(f, replica * f->per_replica + k);
    }
    for (uint32_t k = 0; k < f->per_replica; k++) {
        struct wm_replica *const w = f->workers[replica * f->per_replica + k];
        struct wm_pending p;
        while (wm_replica_take_back(w, &p)) {
            p.has_kv = false;
            fleet_place_again(f, &p);
        }
    }
}

void fleet_repair(struct wm_fleet *f, uint32_t replica)
{
    if (!fleet_is_down(f, replica))
        return;
    f->down_ns += (double)(f->now_ns - f->down_since_ns[replica]);
    f->down_since_ns[replica] = -1;
    for (uint32_t k = 0; k < f->per_replica; k++) {
        wm_replica_repair(f->workers[replica * f->per_replica + k], f->now_ns);
        fleet_follow_up(f, replica * f->per_replica + k);
    }
    while (f->homeless.n > 0) {
        struct wm_pending p = *queue_front(&f->homeless);
        queue_pop(&f->homeless);
        fleet_place_again(f, &p);
    }
}

static void on_fail(struct wm_sim *sim, void *context, uint32_t replica, uint64_t arg)
{
    struct wm_fleet *const f = context;
    (void)arg;
    f->now_ns = wm_sim_now(sim);
    fleet_fail(f, replica);
    const double time_s = wm_rng_exponential(&f->failures[replica]) * f->params.mttr_s;
    (void)wm_sim_at(sim, wm_sim_now(sim) + fleet_ns_of(time_s), -2, EVENT_REPAIR, replica, 0);
}

static void on_repair(struct wm_sim *sim, void *context, uint32_t replica, uint64_t arg)
{
    struct wm_fleet *const f = context;
    (void)arg;
    f->now_ns = wm_sim_now(sim);
    fleet_repair(f, replica);
    const double time_s = wm_rng_exponential(&f->failures[replica]) * f->params.mtbf_s;
    (void)wm_sim_at(sim, wm_sim_now(sim) + fleet_ns_of(time_s), -2, EVENT_FAIL, replica, 0);
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
    const struct wm_fleet_params *const p = &f->params;
    wm_sim_handle(f->sim, EVENT_FAIL, on_fail);
    wm_sim_handle(f->sim, EVENT_REPAIR, on_repair);
    for (uint32_t i = 0; i < p->n_replicas; i++) {
        f->down_since_ns[i] = -1;
        f->failures[i] = wm_rng_stream(p->seed, "replica-failure", i);
        if (p->mtbf_s > 0.0)
            (void)wm_sim_at(f->sim, fleet_ns_of(wm_rng_exponential(&f->failures[i]) * p->mtbf_s),
                            -2, EVENT_FAIL, i, 0);
    }
}
