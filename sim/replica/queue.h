/* Waiting requests of one priority: a ring that grows when more wait than ever before. */
#ifndef WM_QUEUE_H
#define WM_QUEUE_H

#include <string.h>

#include "wattmill/replica.h"

struct queue {
    struct wm_pending *ring;
    uint32_t n, head, mask; /* mask + 1 places */
};

static inline void queue_init(struct queue *q, struct wm_arena *arena)
{
    *q = (struct queue){.ring = WM_NEW_ARRAY(arena, struct wm_pending, 16), .mask = 15};
}

static inline void queue_reserve(struct queue *q, struct wm_arena *arena)
{
    if (q->n <= q->mask)
        return;
    const uint32_t places = 2 * (q->mask + 1);
    struct wm_pending *const grown = WM_NEW_ARRAY(arena, struct wm_pending, places);
    for (uint32_t i = 0; i < q->n; i++)
        grown[i] = q->ring[(q->head + i) & q->mask];
    *q = (struct queue){.ring = grown, .n = q->n, .mask = places - 1};
}

/* The place of a new last one, for the caller to fill. */
static inline struct wm_pending *queue_add(struct queue *q, struct wm_arena *arena)
{
    queue_reserve(q, arena);
    return &q->ring[(q->head + q->n++) & q->mask];
}

static inline void queue_push_front(struct queue *q, struct wm_arena *arena,
                                    const struct wm_pending *p)
{
    queue_reserve(q, arena);
    q->head = (q->head - 1) & q->mask;
    q->ring[q->head] = *p;
    q->n++;
}

static inline struct wm_pending *queue_front(const struct queue *q)
{
    return &q->ring[q->head];
}

static inline void queue_pop(struct queue *q)
{
    q->n--;
    q->head = q->n > 0 ? (q->head + 1) & q->mask : 0; /* begin again where memory is at hand */
}

#endif
