#include "timers.h"

#include "wattmill/require.h"

enum { FIRST_CAPACITY = 16, CHILDREN = 4 };

static const uint64_t sequence_limit = UINT64_C(1) << 48;

/* Without a branch: which of two times is earlier cannot be predicted. */
static bool is_before(const struct wm_timer *a, const struct wm_timer *b)
{
    return (a->time < b->time) | ((a->time == b->time) & (a->order < b->order));
}

static void place(struct wm_timers *timers, uint32_t position, const struct wm_timer *r)
{
    timers->heap[position] = *r;
    timers->entries[r->id].position = position;
}

static void sift_up(struct wm_timers *timers, uint32_t position, const struct wm_timer *r)
{
    while (position > 0) {
        const uint32_t parent = (position - 1) / CHILDREN;
        if (!is_before(r, &timers->heap[parent]))
            break;
        place(timers, position, &timers->heap[parent]);
        position = parent;
    }
    place(timers, position, r);
}

static uint32_t earlier(const struct wm_timer *heap, uint32_t a, uint32_t b)
{
    return is_before(&heap[b], &heap[a]) ? b : a;
}

static uint32_t least_child(const struct wm_timers *timers, uint32_t first)
{
    const struct wm_timer *const heap = timers->heap;
    if (first + CHILDREN <= timers->n)
        return earlier(heap, earlier(heap, first, first + 1), earlier(heap, first + 2, first + 3));
    uint32_t least = first;
    for (uint32_t child = first + 1; child < timers->n; child++)
        least = earlier(heap, least, child);
    return least;
}

static void sift_down(struct wm_timers *timers, uint32_t position, const struct wm_timer *r)
{
    for (;;) {
        const uint32_t first = position * CHILDREN + 1;
        if (first >= timers->n)
            break;
        const uint32_t child = least_child(timers, first);
        if (!is_before(&timers->heap[child], r))
            break;
        place(timers, position, &timers->heap[child]);
        position = child;
    }
    place(timers, position, r);
}

static void grow(struct wm_timers *timers, uint32_t capacity)
{
    struct wm_timer *heap = WM_NEW_ARRAY(timers->arena, struct wm_timer, capacity);
    struct wm_timer_entry *entries = WM_NEW_ARRAY(timers->arena, struct wm_timer_entry, capacity);
    uint32_t *free_ids = WM_NEW_ARRAY(timers->arena, uint32_t, capacity);
    for (uint32_t i = 0; i < timers->capacity; i++) {
        heap[i] = timers->heap[i];
        entries[i] = timers->entries[i];
    }
    for (uint32_t i = 0; i < timers->n_free; i++)
        free_ids[i] = timers->free_ids[i];
    for (uint32_t id = capacity; id-- > timers->capacity;)
        free_ids[timers->n_free++] = id;
    timers->heap = heap;
    timers->entries = entries;
    timers->free_ids = free_ids;
    timers->capacity = capacity;
}

void wm_timers_init(struct wm_timers *timers, struct wm_arena *arena, uint32_t capacity)
{
    *timers = (struct wm_timers){.arena = arena};
    grow(timers, capacity > FIRST_CAPACITY ? capacity : FIRST_CAPACITY);
}

const struct wm_timer *wm_timers_first(const struct wm_timers *timers)
{
    if (!timers->has_hole)
        return timers->n > 0 ? &timers->heap[0] : NULL;
    return timers->n > 1 ? &timers->heap[least_child(timers, 1)] : NULL;
}

static uint64_t next_order(struct wm_timers *timers, uint64_t priority_bits)
{
    WM_REQUIRE(timers->sequence < sequence_limit);
    return priority_bits | timers->sequence++;
}

struct wm_event wm_timers_add(struct wm_timers *timers, int64_t time, int16_t priority,
                              uint16_t kind, uint32_t actor, uint64_t arg)
{
    if (timers->n == timers->capacity && !timers->has_hole) {
        grow(timers, 2 * timers->capacity);
        timers->n_growths++;
    }
    const uint32_t id = timers->free_ids[--timers->n_free];
    struct wm_timer_entry *const entry = &timers->entries[id];
    entry->generation++;
    entry->kind = kind;
    const struct wm_timer r = {.time = time,
                               .order = next_order(timers, wm_timer_order(priority)),
                               .arg = arg,
                               .id = id,
                               .actor = actor};
    if (timers->has_hole) {
        timers->has_hole = false;
        sift_down(timers, 0, &r);
    } else {
        sift_up(timers, timers->n++, &r);
    }
    return (struct wm_event){id, entry->generation};
}

/* Takes the record at `position` out; its id becomes free and its name stale. */
static void take_out(struct wm_timers *timers, uint32_t position)
{
    struct wm_timer_entry *const entry = &timers->entries[timers->heap[position].id];
    const struct wm_timer last = timers->heap[--timers->n];
    entry->generation++;
    timers->free_ids[timers->n_free++] = timers->heap[position].id;
    if (position == timers->n)
        return;
    if (position > 0 && is_before(&last, &timers->heap[(position - 1) / CHILDREN]))
        sift_up(timers, position, &last);
    else
        sift_down(timers, position, &last);
}

static bool is_pending(const struct wm_timers *timers, struct wm_event event)
{
    return event.generation % 2 == 1 && event.id < timers->capacity &&
           timers->entries[event.id].generation == event.generation;
}

bool wm_timers_cancel(struct wm_timers *timers, struct wm_event event)
{
    if (!is_pending(timers, event))
        return false;
    wm_timers_end(timers);
    take_out(timers, timers->entries[event.id].position);
    return true;
}

bool wm_timers_move(struct wm_timers *timers, struct wm_event event, int64_t time)
{
    if (!is_pending(timers, event))
        return false;
    wm_timers_end(timers);
    const uint32_t position = timers->entries[event.id].position;
    struct wm_timer r = timers->heap[position];
    const bool is_earlier = time < r.time;
    r.time = time;
    r.order = next_order(timers, r.order & ~(sequence_limit - 1));
    if (is_earlier)
        sift_up(timers, position, &r);
    else
        sift_down(timers, position, &r);
    return true;
}

uint16_t wm_timers_begin(struct wm_timers *timers, struct wm_timer *timer)
{
    *timer = timers->heap[0];
    struct wm_timer_entry *const entry = &timers->entries[timer->id];
    entry->generation++;
    timers->free_ids[timers->n_free++] = timer->id;
    timers->has_hole = true;
    return entry->kind;
}

void wm_timers_end(struct wm_timers *timers)
{
    if (!timers->has_hole)
        return;
    timers->has_hole = false;
    const struct wm_timer last = timers->heap[--timers->n];
    if (timers->n > 0)
        sift_down(timers, 0, &last);
}
