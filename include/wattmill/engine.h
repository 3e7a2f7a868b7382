/*
 * Engine: a clock and an event queue.
 *
 * Time is int64 ticks from 0; the engine does not know the unit. There are two kinds of events:
 *
 * - An *entity* (a replica, a server, a source) is one of n numbered slots with at most one next
 *   event each. Setting it again moves it in place, wherever it stood. Entities stand in an 8-ary
 *   winner tree, whose cost hardly depends on n and not at all on the distribution of times.
 * - A *timer* is a one-shot event of any number, with a priority and a name for cancel and move.
 *   Timers stand in an indexed 4-ary heap of 32-byte records.
 *
 * Periodic ticks belong in neither: a plain loop calls wm_sim_run_until() between them.
 *
 * Order: time first. At one instant timers of negative priority, then entities, then timers of
 * priority 0 and above. Among timers the lower priority runs first, equals in the order in which
 * they were scheduled or moved; among entities the smaller number. A handler may schedule, move and
 * cancel any event, also at the present instant.
 *
 * Nothing is allocated after the start, unless more timers are pending than ever before: then the
 * heap doubles. The order is the same on every processor; AVX2 is used where it is found.
 */
#ifndef WATTMILL_ENGINE_H
#define WATTMILL_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "wattmill/arena.h"

#define WM_TIME_NEVER INT64_MAX
/** Times of events are below this: 146 years in nanoseconds. */
#define WM_TIME_LIMIT INT64_C(0x3ff0000000000000)

struct wm_sim;

/** Handles an event of one kind; `context` is what wm_sim_new() was given. */
typedef void (*wm_event_fn)(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg);

/** Names a pending timer; stale once it ran or was cancelled. */
struct wm_event {
    uint32_t id;
    uint32_t generation; /* 0 names nothing */
};

enum { WM_EVENT_KINDS = 64 };

/** A clock at 0 and an empty queue. @param n_pending_hint timers expected to be pending at once */
struct wm_sim *wm_sim_new(struct wm_arena *arena, uint32_t n_pending_hint, void *context);

/** Makes entities 0 .. n-1, n > 0, without a next event. At most once. */
void wm_sim_entities(struct wm_sim *sim, uint32_t n);

/** Which function handles events of `kind` in [0, WM_EVENT_KINDS). */
void wm_sim_handle(struct wm_sim *sim, uint16_t kind, wm_event_fn fn);

/* What a simulation begins with, so that reading the clock needs no call. */
struct wm_clock {
    int64_t now;
};

static inline int64_t wm_sim_now(const struct wm_sim *sim)
{
    return ((const struct wm_clock *)(const void *)sim)->now;
}

/** Time of the next event, or WM_TIME_NEVER. */
int64_t wm_sim_next(const struct wm_sim *sim);
uint64_t wm_sim_n_events(const struct wm_sim *sim);
/** Events that are pending; counts the entities, so not for inner loops. */
uint32_t wm_sim_n_pending(const struct wm_sim *sim);
/** How often the queue had to grow: 0 when the hint was large enough. */
uint32_t wm_sim_n_growths(const struct wm_sim *sim);

/**
 * Gives an entity its next event, in the place of the one it had, if any; the handler gets `entity`
 * as actor. @param time in [now, WM_TIME_LIMIT)
 */
void wm_sim_entity_set(struct wm_sim *sim, uint32_t entity, int64_t time, uint16_t kind,
                       uint64_t arg);
/** Takes an entity's next event away, if it has one. */
void wm_sim_entity_clear(struct wm_sim *sim, uint32_t entity);
/** Time of an entity's next event, or WM_TIME_NEVER; also while its own event runs. */
int64_t wm_sim_entity_time(const struct wm_sim *sim, uint32_t entity);

/**
 * Schedules a timer. @param time in [now, WM_TIME_LIMIT)
 * @param priority lower runs first
 * @return its name, for cancel and move
 */
struct wm_event wm_sim_at(struct wm_sim *sim, int64_t time, int16_t priority, uint16_t kind,
                          uint32_t actor, uint64_t arg);
/** Removes a pending timer; false when it is stale. */
bool wm_sim_cancel(struct wm_sim *sim, struct wm_event event);
/** Gives a pending timer a new time (and a new place in the sequence); false when it is stale. */
bool wm_sim_move(struct wm_sim *sim, struct wm_event event, int64_t time);

/** Runs the next event; false when there is none. */
bool wm_sim_step(struct wm_sim *sim);
/** Runs all events with time <= `until`, then sets the clock to `until`. */
void wm_sim_run_until(struct wm_sim *sim, int64_t until);

#endif
