/*
 * Fleet: replicas behind a router, with failures, power caps and clock changes as events.
 *
 * A replica is one worker that reads prompts and decodes, or, disaggregated, prefill workers that are
 * shared by one or several decode workers, with the KV cache moved between them. Workers are entities of the project's
 * engine with one next boundary each; an arrival is routed by the state all replicas have then.
 */
#ifndef WATTMILL_FLEET_H
#define WATTMILL_FLEET_H

#include "wattmill/engine_software.h"
#include "wattmill/replica.h"

enum wm_fleet_event_kind { WM_FLEET_CLOCK, WM_FLEET_CAP, WM_FLEET_FAIL, WM_FLEET_REPAIR };

/** Something done to replicas [first, first + n) at a time. */
struct wm_fleet_event {
    int64_t time_ns;
    enum wm_fleet_event_kind kind;
    uint32_t first, n;
    double value; /* clock: fraction; cap: W per replica, its workers together */
};

/** Steps of a kind of worker at every clock there is, fastest first. */
struct wm_clock_tables {
    uint32_t n;
    const struct wm_step_table *const *tables;
};

struct wm_fleet_params {
    uint32_t n_replicas;
    enum wm_router router;
    uint32_t n_decode;               /* workers that decode a replica, 0 = 1 */
    struct wm_replica_params worker; /* they do all, or decode */
    struct wm_clock_tables clocks;
    uint32_t n_prefill;               /* prefill workers a replica, 0 = not disaggregated */
    struct wm_replica_params prefill; /* batching is WM_BATCH_PREFILL_ONLY */
    struct wm_clock_tables prefill_clocks;
    double transfer_s_per_tok; /* KV from a prefill to the decode worker */
    double decode_gpus, prefill_gpus; /* accelerators of a worker; 0: one */
    double mtbf_s; /* between failures in a replica, exponential, each of one worker; 0: none at random */
    double mttr_s; /* of a worker */
    uint64_t seed;
    const struct wm_fleet_event *events; /* in order of time */
    size_t n_events;
};

enum { WM_FLEET_SLICES = 16 };

struct wm_fleet_totals {
    struct wm_replica_totals work; /* summed over workers */
    struct wm_replica_totals prefill_work;
    int64_t arrivals_end_ns, end_ns;
    uint64_t n_failures;
    double replica_up_frac; /* of the accelerators' time */
    uint64_t n_events;      /* of the engine */
    uint64_t n_arrived;
    uint64_t in_flight_tok;          /* counted in the replicas, for the balance */
    int64_t slice_ns;                /* arrivals' time in this many slices ... */
    double waiting[WM_FLEET_SLICES]; /* ... requests waiting at the end of each */
    double energy_to_end_j[WM_FLEET_SLICES];
    uint64_t max_waiting;
    bool growing; /* the queue grew to the end: more arrives than is served */
};

struct wm_fleet;

/** A fleet at time 0; requests are accounted in `service`. */
struct wm_fleet *wm_fleet_new(struct wm_arena *arena, const struct wm_fleet_params *params,
                              struct wm_service *service);
/**
 * Serves a source to its end, then (drain) until nothing is left.
 *
 * @param last_ns  length of the arrivals if known, for the slices; else 0
 * @param stop_ns  arrivals at or after it are not taken; 0: none
 */
void wm_fleet_run(struct wm_fleet *fleet, struct wm_request_source source, int64_t last_ns,
                  int64_t stop_ns, bool drain);
/** Routes one request at `now_ns`, after everything before that time. For closed loops. */
void wm_fleet_arrive(struct wm_fleet *fleet, int64_t now_ns, const struct wm_request *request);
/** A worker's prefix cache holds these blocks from now on: an answer that it has made. */
void wm_fleet_remember(struct wm_fleet *fleet, uint32_t worker, const uint64_t *blocks, uint32_t n,
                       uint32_t block_tok);
/** Lets time pass until before `now_ns`; WM_TIME_NEVER: until nothing is left. */
void wm_fleet_advance(struct wm_fleet *fleet, int64_t now_ns);
/** Time of the next event, or WM_TIME_NEVER. */
int64_t wm_fleet_next(const struct wm_fleet *fleet);
struct wm_fleet_totals wm_fleet_totals(const struct wm_fleet *fleet);

/** From now on: replicas [0, n_up) work, the others have failed. */
void wm_fleet_set_up(struct wm_fleet *fleet, uint32_t n_up);
/**
 * From now on replicas [first, first + n) run at the fastest clock there is not above `clock_frac`;
 * parked ones finish what they have and get nothing more.
 */
void wm_fleet_set_clock(struct wm_fleet *fleet, uint32_t first, uint32_t n, double clock_frac,
                        bool parked);

/** All replicas at once, beside the clocks they are set to: as they are, at the slowest, standing still. */
enum wm_throttle { WM_THROTTLE_NONE, WM_THROTTLE_SLOW, WM_THROTTLE_HOLD, WM_N_THROTTLES };
void wm_fleet_throttle(struct wm_fleet *fleet, enum wm_throttle throttle);

/** What a fleet has drawn and could draw, boards and hosts. */
struct wm_fleet_draw {
    double energy_j, idle_j;       /* so far, steps that have ended; idle: of it */
    double asleep_w;               /* of parked replicas without work */
    double most_w[WM_N_THROTTLES]; /* of the others, at full load */
    double step_s;                 /* longest step: so late an end may be booked */
    uint64_t n_waiting;            /* requests, for a place in a batch */
};
struct wm_fleet_draw wm_fleet_draw(const struct wm_fleet *fleet);

#endif
