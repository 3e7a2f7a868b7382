/*
 * Engine: a clock and an event queue.
 *
 * Time is int64 ticks; the engine does not know the unit. An event is a time, a priority, a kind, an
 * actor and an argument. Events run in order of (time, priority, sequence): lower priorities first,
 * equals in the order in which they were scheduled. A handler may schedule, move and cancel any
 * event, also at the present instant.
 *
 * The queue is an indexed 4-ary heap of 32-byte records, four children of a node side by side, so
 * that cancelling and moving cost what scheduling costs and nothing is left behind. It grows by
 * doubling only when more events are pending than ever before; nothing is allocated otherwise.
 */
#ifndef WATTMILL_ENGINE_H
#define WATTMILL_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "wattmill/arena.h"

#define WM_TIME_NEVER INT64_MAX

struct wm_sim;

/** Handles an event of one kind; `context` is what wm_sim_new() was given. */
typedef void (*wm_event_fn)(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg);

/** Names a pending event; stale once the event ran or was cancelled. */
struct wm_event {
    uint32_t id;
    uint32_t generation; /* 0 names nothing */
};

enum { WM_EVENT_KINDS = 64 };

/** A clock at 0 and an empty queue. @param n_pending_hint events expected to be pending at once */
struct wm_sim *wm_sim_new(struct wm_arena *arena, uint32_t n_pending_hint, void *context);

/** Which function handles events of `kind` in [0, WM_EVENT_KINDS). */
void wm_sim_handle(struct wm_sim *sim, uint16_t kind, wm_event_fn fn);

int64_t wm_sim_now(const struct wm_sim *sim);
/** Time of the next event, or WM_TIME_NEVER. */
int64_t wm_sim_next(const struct wm_sim *sim);
uint64_t wm_sim_n_events(const struct wm_sim *sim);
uint32_t wm_sim_n_pending(const struct wm_sim *sim);
/** How often the queue had to grow: 0 when the hint was large enough. */
uint32_t wm_sim_n_growths(const struct wm_sim *sim);

/**
 * Schedules an event. @param time >= now @param priority lower runs first
 * @return its name, for cancel and move
 */
struct wm_event wm_sim_at(struct wm_sim *sim, int64_t time, int16_t priority, uint16_t kind,
                          uint32_t actor, uint64_t arg);
/** Removes a pending event; false when it is stale. */
bool wm_sim_cancel(struct wm_sim *sim, struct wm_event event);
/** Gives a pending event a new time (and a new place in the sequence); false when it is stale. */
bool wm_sim_move(struct wm_sim *sim, struct wm_event event, int64_t time);

/** Runs the next event; false when there is none. */
bool wm_sim_step(struct wm_sim *sim);
/** Runs all events with time <= `until`, then sets the clock to `until`. */
void wm_sim_run_until(struct wm_sim *sim, int64_t until);

#endif
