/*
 * A fleet from the inside; shared by the files that make it up: fleet.c (arrivals and time),
 * fleet_fail.c (failures and repairs), fleet_clock.c (clocks, caps, orders), fleet_move.c (KV on its
 * way), fleet_totals.c (what came of it).
 */
#ifndef WM_FLEET_STATE_H
#define WM_FLEET_STATE_H

#include "queue.h"
#include "router.h"

enum { EVENT_STEP, EVENT_MOVED, EVENT_ORDER, EVENT_FAIL, EVENT_REPAIR };

struct moving;

struct wm_fleet {
    struct wm_arena *arena;
    struct wm_fleet_params params;
    struct wm_service *service;
    struct wm_sim *sim;
    struct router *router;
    int64_t now_ns; /* of what is being handled */
    bool is_lazy;   /* workers run when somebody comes to them, not when their time has come */
    uint32_t n_decode, per_replica, n_workers;
    struct wm_replica *
        *workers; /* of replica i from i * per_replica: those that decode, then its prefill ones */
    uint64_t *worker_load; /* [n_workers] in the router's measure, since its last follow-up */
    uint64_t *load;        /* [n_replicas] sum of it */
    struct queue homeless; /* arrived while every replica was down */
    struct moving *moving; /* fleet_move.c */
    uint32_t n_moving, moving_capacity, free_moving;
    uint64_t moving_tok;
    struct wm_rng *failures; /* one stream a worker */
    uint64_t next_id, n_failures;
    int64_t arrivals_end_ns;
    int64_t *down_since_ns; /* [n_workers] -1: up */
    uint32_t *n_decode_down, *n_prefill_down; /* [n_replicas] */
    double down_ns;
    struct wm_fleet_totals sampled; /* slices so far */
    uint32_t n_slices;
    uint32_t *clock; /* [n_replicas] of wm_fleet_set_clock() */
    bool *is_parked; /* [n_replicas] */
    enum wm_throttle throttle;
};

static inline int64_t fleet_ns_of(double time_s)
{
    return time_s < 4e9 ? (int64_t)(time_s * 1e9 + 0.5) : (int64_t)4e18;
}

static inline uint32_t fleet_replica_of(const struct wm_fleet *f, uint32_t worker)
{
    return worker / f->per_replica;
}

static inline bool fleet_worker_is_down(const struct wm_fleet *f, uint32_t worker)
{
    return f->down_since_ns[worker] >= 0;
}

static inline bool fleet_cannot_decode(const struct wm_fleet *f, uint32_t replica)
{
    return f->n_decode_down[replica] == f->n_decode;
}

/* Whether a replica can take no request. */
static inline bool fleet_is_down(const struct wm_fleet *f, uint32_t replica)
{
    return fleet_cannot_decode(f, replica) ||
           (f->params.n_prefill > 0 && f->n_prefill_down[replica] == f->params.n_prefill);
}

/* What a replica has to do, in its router's measure. */
uint64_t fleet_load_of(const struct wm_fleet *f, uint32_t replica);
/* Lets a worker do what it would have done before now_ns; nothing unless the fleet is lazy. */
void fleet_catch_up(struct wm_fleet *f, uint32_t worker);
/* After anything happened to a worker: its next boundary and its replica's load. */
void fleet_follow_up(struct wm_fleet *f, uint32_t worker);
/* A request that was at a replica before is routed again. */
void fleet_place_again(struct wm_fleet *f, struct wm_pending *p);

/* The least loaded of a replica's workers that decode and are up. */
uint32_t fleet_decode_worker(const struct wm_fleet *f, uint32_t replica);
/* A prompt is read: its KV travels to the replica's decode worker. */
void fleet_on_prefilled(void *context, uint32_t worker, int64_t now_ns, const struct wm_pending *p);
/* Random failures, orders and arriving KV: their handlers, and what is scheduled from the start. */
void fleet_fail_init(struct wm_fleet *f);
void fleet_move_init(struct wm_fleet *f);
void fleet_order_init(struct wm_fleet *f);
double fleet_share_of(const struct wm_fleet *f, uint32_t worker);
void fleet_fail(struct wm_fleet *f, uint32_t replica);
void fleet_repair(struct wm_fleet *f, uint32_t replica);
/* Looks at the queue and the energy at the end of each slice of the arrivals. */
void fleet_sample_slices(struct wm_fleet *f, int64_t now_ns);

#endif
