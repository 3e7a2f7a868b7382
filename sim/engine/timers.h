/*
 * Timers: one-shot events in an indexed 4-ary heap, ordered by (time, priority, sequence).
 *
 * Records of 32 bytes, four children of a node side by side, so that cancelling and moving cost
 * what scheduling costs and nothing is left behind. While the first timer runs its place is a hole
 * that the next one scheduled takes: one walk down instead of one down and one up. The heap grows
 * by doubling only when more timers are pending than ever before.
 */
#ifndef WM_ENGINE_TIMERS_H
#define WM_ENGINE_TIMERS_H

#include "wattmill/engine.h"

/* A pending timer. `order` is (priority + 2^15) << 48 | sequence: one comparison. */
struct wm_timer {
    int64_t time;
    uint64_t order;
    uint64_t arg;
    uint32_t id;
    uint32_t actor;
};

/* What is known of a timer by its id: where its record lies. */
struct wm_timer_entry {
    uint32_t position;
    uint32_t generation; /* odd while pending, so that an old name never fits a new timer */
    uint16_t kind;
};

struct wm_timers {
    struct wm_timer *heap;
    uint32_t n, capacity;
    uint32_t n_free, n_growths;
    bool has_hole; /* the first timer runs now */
    uint32_t *free_ids;
    struct wm_timer_entry *entries;
    uint64_t sequence;
    struct wm_arena *arena;
};

/* The order of the first timer of a priority: what has a smaller one has a lower priority. */
static inline uint64_t wm_timer_order(int16_t priority)
{
    return (uint64_t)(priority + 32768) << 48;
}

void wm_timers_init(struct wm_timers *timers, struct wm_arena *arena, uint32_t capacity);
struct wm_event wm_timers_add(struct wm_timers *timers, int64_t time, int16_t priority,
                              uint16_t kind, uint32_t actor, uint64_t arg);
bool wm_timers_cancel(struct wm_timers *timers, struct wm_event event);
bool wm_timers_move(struct wm_timers *timers, struct wm_event event, int64_t time);
/* The first timer that does not run now, or NULL. */
const struct wm_timer *wm_timers_first(const struct wm_timers *timers);
/* Begins the first timer: its name becomes stale, its place a hole. @return its kind */
uint16_t wm_timers_begin(struct wm_timers *timers, struct wm_timer *timer);
/* Fills the hole, when the handler scheduled nothing in its place. */
void wm_timers_end(struct wm_timers *timers);

#endif
