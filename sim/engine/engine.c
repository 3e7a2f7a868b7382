#include "wattmill/engine.h"

#include "wattmill/require.h"

enum { FIRST_CAPACITY = 16, CHILDREN = 4 };

/* A pending event in the heap. `order` is (priority + 2^15) << 48 | sequence: one comparison. */
struct record {
    int64_t time;
    uint64_t order;
    uint64_t arg;
    uint32_t id;
    uint32_t actor;
};

/* What is known of an event by its id: where its record lies. */
struct entry {
    uint32_t position;
    uint32_t generation;
    uint16_t kind;
};

struct wm_sim {
    struct record *heap;
    uint32_t n, capacity;
    uint32_t n_free, n_growths;
    bool has_hole; /* the root's event runs now; whatever is scheduled next takes its place */
    uint32_t *free_ids;
    struct entry *entries;
    int64_t now;
    uint64_t sequence, n_events;
    void *context;
    struct wm_arena *arena;
    wm_event_fn handlers[WM_EVENT_KINDS];
};

static const uint64_t sequence_limit = UINT64_C(1) << 48;

static bool is_before(const struct record *a, const struct record *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static void place(struct wm_sim *sim, uint32_t position, const struct record *r)
{
    sim->heap[position] = *r;
    sim->entries[r->id].position = position;
}

static void sift_up(struct wm_sim *sim, uint32_t position, const struct record *r)
{
    while (position > 0) {
        const uint32_t parent = (position - 1) / CHILDREN;
        if (!is_before(r, &sim->heap[parent]))
            break;
        place(sim, position, &sim->heap[parent]);
        position = parent;
    }
    place(sim, position, r);
}

static uint32_t least_child(const struct wm_sim *sim, uint32_t first)
{
    uint32_t least = first;
    const uint32_t end = first + CHILDREN < sim->n ? first + CHILDREN : sim->n;
    for (uint32_t child = first + 1; child < end; child++)
        if (is_before(&sim->heap[child], &sim->heap[least]))
            least = child;
    return least;
}

static void sift_down(struct wm_sim *sim, uint32_t position, const struct record *r)
{
    for (;;) {
        const uint32_t first = position * CHILDREN + 1;
        if (first >= sim->n)
            break;
        const uint32_t child = least_child(sim, first);
        if (!is_before(&sim->heap[child], r))
            break;
        place(sim, position, &sim->heap[child]);
        position = child;
    }
    place(sim, position, r);
}

/* Fills the root's hole with the last record, when the handler scheduled nothing in its place. */
static void close_hole(struct wm_sim *sim)
{
    if (!sim->has_hole)
        return;
    sim->has_hole = false;
    const struct record last = sim->heap[--sim->n];
    if (sim->n > 0)
        sift_down(sim, 0, &last);
}

static void grow(struct wm_sim *sim, uint32_t capacity)
{
    struct record *heap = WM_NEW_ARRAY(sim->arena, struct record, capacity);
    struct entry *entries = WM_NEW_ARRAY(sim->arena, struct entry, capacity);
    uint32_t *free_ids = WM_NEW_ARRAY(sim->arena, uint32_t, capacity);
    for (uint32_t i = 0; i < sim->capacity; i++) {
        heap[i] = sim->heap[i];
        entries[i] = sim->entries[i];
    }
    for (uint32_t i = 0; i < sim->n_free; i++)
        free_ids[i] = sim->free_ids[i];
    for (uint32_t id = capacity; id-- > sim->capacity;)
        free_ids[sim->n_free++] = id;
    sim->heap = heap;
    sim->entries = entries;
    sim->free_ids = free_ids;
    sim->capacity = capacity;
}

struct wm_sim *wm_sim_new(struct wm_arena *arena, uint32_t n_pending_hint, void *context)
{
    struct wm_sim *const sim = WM_NEW(arena, struct wm_sim);
    sim->arena = arena;
    sim->context = context;
    grow(sim, n_pending_hint > FIRST_CAPACITY ? n_pending_hint : FIRST_CAPACITY);
    return sim;
}

void wm_sim_handle(struct wm_sim *sim, uint16_t kind, wm_event_fn fn)
{
    WM_REQUIRE(kind < WM_EVENT_KINDS);
    sim->handlers[kind] = fn;
}

int64_t wm_sim_now(const struct wm_sim *sim)
{
    return sim->now;
}

int64_t wm_sim_next(const struct wm_sim *sim)
{
    if (!sim->has_hole)
        return sim->n > 0 ? sim->heap[0].time : WM_TIME_NEVER;
    return sim->n > 1 ? sim->heap[least_child(sim, 1)].time : WM_TIME_NEVER;
}

uint64_t wm_sim_n_events(const struct wm_sim *sim)
{
    return sim->n_events;
}

uint32_t wm_sim_n_pending(const struct wm_sim *sim)
{
    return sim->n - sim->has_hole;
}

uint32_t wm_sim_n_growths(const struct wm_sim *sim)
{
    return sim->n_growths;
}

static uint64_t next_order(struct wm_sim *sim, uint64_t priority_bits)
{
    WM_REQUIRE(sim->sequence < sequence_limit);
    return priority_bits | sim->sequence++;
}

struct wm_event wm_sim_at(struct wm_sim *sim, int64_t time, int16_t priority, uint16_t kind,
                          uint32_t actor, uint64_t arg)
{
    WM_REQUIRE(time >= sim->now && kind < WM_EVENT_KINDS && sim->handlers[kind]);
    if (sim->n == sim->capacity && !sim->has_hole) {
        grow(sim, 2 * sim->capacity);
        sim->n_growths++;
    }
    const uint32_t id = sim->free_ids[--sim->n_free];
    struct entry *const entry = &sim->entries[id];
    entry->generation++;
    entry->kind = kind;
    const struct record r = {.time = time,
                             .order = next_order(sim, (uint64_t)(priority + 32768) << 48),
                             .arg = arg,
                             .id = id,
                             .actor = actor};
    if (sim->has_hole) { /* one walk down instead of one down and one up */
        sim->has_hole = false;
        sift_down(sim, 0, &r);
    } else {
        sift_up(sim, sim->n++, &r);
    }
    return (struct wm_event){id, entry->generation};
}

/* Takes the record at `position` out; its id becomes free and its name stale. */
static void take_out(struct wm_sim *sim, uint32_t position)
{
    struct entry *const entry = &sim->entries[sim->heap[position].id];
    const struct record last = sim->heap[--sim->n];
    entry->generation++;
    sim->free_ids[sim->n_free++] = sim->heap[position].id;
    if (position == sim->n)
        return;
    if (position > 0 && is_before(&last, &sim->heap[(position - 1) / CHILDREN]))
        sift_up(sim, position, &last);
    else
        sift_down(sim, position, &last);
}

/* Generations are odd while an event is pending, so an old name never fits a new event. */
static bool is_pending(const struct wm_sim *sim, struct wm_event event)
{
    return event.generation % 2 == 1 && event.id < sim->capacity &&
           sim->entries[event.id].generation == event.generation;
}

bool wm_sim_cancel(struct wm_sim *sim, struct wm_event event)
{
    if (!is_pending(sim, event))
        return false;
    close_hole(sim);
    take_out(sim, sim->entries[event.id].position);
    return true;
}

bool wm_sim_move(struct wm_sim *sim, struct wm_event event, int64_t time)
{
    if (!is_pending(sim, event))
        return false;
    WM_REQUIRE(time >= sim->now);
    close_hole(sim);
    const uint32_t position = sim->entries[event.id].position;
    struct record r = sim->heap[position];
    const bool is_earlier = time < r.time;
    r.time = time;
    r.order = next_order(sim, r.order & ~(sequence_limit - 1));
    if (is_earlier)
        sift_up(sim, position, &r);
    else
        sift_down(sim, position, &r);
    return true;
}

bool wm_sim_step(struct wm_sim *sim)
{
    if (sim->n == 0)
        return false;
    const struct record r = sim->heap[0];
    struct entry *const entry = &sim->entries[r.id];
    const uint16_t kind = entry->kind;
    entry->generation++;
    sim->free_ids[sim->n_free++] = r.id;
    sim->has_hole = true;
    sim->now = r.time;
    sim->n_events++;
    sim->handlers[kind](sim, sim->context, r.actor, r.arg);
    close_hole(sim);
    return true;
}

void wm_sim_run_until(struct wm_sim *sim, int64_t until)
{
    while (sim->n > 0 && sim->heap[0].time <= until)
        wm_sim_step(sim);
    if (until > sim->now)
        sim->now = until;
}
