#include "wattmill/engine.h"

#include <stdlib.h>

#include "timers.h"
#include "wattmill/require.h"
#include "wattmill/tournament.h"

static const uint32_t none = UINT32_MAX;

/* What an entity's next event is; when it is stands in the tournament. */
struct turn {
    uint64_t arg;
    uint64_t kind; /* wide: nothing else would use the room */
};

struct wm_sim {
    struct wm_clock clock; /* first: wm_sim_now() reads it */
    struct wm_tournament entities;
    struct turn *turns; /* [entities.n] */
    uint32_t running;   /* the entity whose event runs and still holds its old time, or `none` */
    uint64_t n_events;
    void *context;
    struct wm_arena *arena;
    struct wm_timers timers;
    wm_event_fn handlers[WM_EVENT_KINDS];
};

static void unhandled(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    (void)sim;
    (void)context;
    (void)actor;
    (void)arg;
    wm_require_failed("every kind of event has a handler", __FILE__, __LINE__);
}

struct wm_sim *wm_sim_new(struct wm_arena *arena, uint32_t n_pending_hint, void *context)
{
    struct wm_sim *const sim = WM_NEW(arena, struct wm_sim);
    sim->arena = arena;
    sim->context = context;
    sim->running = none;
    for (uint32_t kind = 0; kind < WM_EVENT_KINDS; kind++)
        sim->handlers[kind] = unhandled;
    sim->entities.first_key = WM_KEY_NEVER;
    wm_timers_init(&sim->timers, arena, n_pending_hint);
    return sim;
}

void wm_sim_entities(struct wm_sim *sim, uint32_t n)
{
    WM_REQUIRE(n > 0 && n < none && sim->entities.n == 0);
    wm_tournament_init(&sim->entities, sim->arena, n, WM_WAY_BEST);
    sim->turns = WM_NEW_ARRAY(sim->arena, struct turn, n);
}

void wm_sim_handle(struct wm_sim *sim, uint16_t kind, wm_event_fn fn)
{
    WM_REQUIRE(kind < WM_EVENT_KINDS);
    sim->handlers[kind] = fn;
}

int64_t wm_sim_next(const struct wm_sim *sim)
{
    const struct wm_timer *const timer = wm_timers_first(&sim->timers);
    const int64_t entity_time = wm_time_of(
        sim->running == none ? sim->entities.first_key
                             : wm_tournament_first_key_without(&sim->entities, sim->running));
    return timer && timer->time < entity_time ? timer->time : entity_time;
}

uint64_t wm_sim_n_events(const struct wm_sim *sim)
{
    return sim->n_events;
}

uint32_t wm_sim_n_pending(const struct wm_sim *sim)
{
    uint32_t n = sim->timers.n - sim->timers.has_hole;
    for (uint32_t i = 0; i < sim->entities.n; i++)
        n += wm_sim_entity_time(sim, i) != WM_TIME_NEVER;
    return n;
}

uint32_t wm_sim_n_growths(const struct wm_sim *sim)
{
    return sim->timers.n_growths;
}

static bool is_allowed(const struct wm_sim *sim, int64_t time, uint16_t kind)
{
    return time >= sim->clock.now && time < WM_TIME_LIMIT && kind < WM_EVENT_KINDS;
}

/* Apart, and with the arguments of its caller, so that the path without mistakes needs no stack. */
__attribute__((noinline, cold)) _Noreturn static void
refuse(const struct wm_sim *sim, uint32_t entity, int64_t time, uint16_t kind)
{
    WM_REQUIRE(entity < sim->entities.n);
    WM_REQUIRE(is_allowed(sim, time, kind));
    abort();
}

void wm_sim_entity_set(struct wm_sim *sim, uint32_t entity, int64_t time, uint16_t kind,
                       uint64_t arg)
{
    if (!is_allowed(sim, time, kind) || entity >= sim->entities.n)
        refuse(sim, entity, time, kind);
    struct wm_tournament *const t = &sim->entities;
    wm_tournament_set_fn set = t->set;
    if (entity == sim->running) {
        sim->running = none;
        set = t->set_leader;
    }
    sim->turns[entity].arg = arg;
    sim->turns[entity].kind = kind;
    set(t, entity, (uint64_t)time + WM_KEY_ZERO);
}

void wm_sim_entity_clear(struct wm_sim *sim, uint32_t entity)
{
    WM_REQUIRE(entity < sim->entities.n);
    if (entity != sim->running) /* else it has none, and its place is cleared after its turn */
        sim->entities.set(&sim->entities, entity, WM_KEY_NEVER);
}

int64_t wm_sim_entity_time(const struct wm_sim *sim, uint32_t entity)
{
    WM_REQUIRE(entity < sim->entities.n);
    return entity == sim->running ? WM_TIME_NEVER : wm_time_of(sim->entities.keys[entity]);
}

struct wm_event wm_sim_at(struct wm_sim *sim, int64_t time, int16_t priority, uint16_t kind,
                          uint32_t actor, uint64_t arg)
{
    WM_REQUIRE(is_allowed(sim, time, kind));
    return wm_timers_add(&sim->timers, time, priority, kind, actor, arg);
}

bool wm_sim_cancel(struct wm_sim *sim, struct wm_event event)
{
    return wm_timers_cancel(&sim->timers, event);
}

bool wm_sim_move(struct wm_sim *sim, struct wm_event event, int64_t time)
{
    WM_REQUIRE(time >= sim->clock.now && time < WM_TIME_LIMIT);
    return wm_timers_move(&sim->timers, event, time);
}

__attribute__((noinline)) /* keeps its record off the stack of an entity's turn */
static void
run_timer(struct wm_sim *sim)
{
    struct wm_timer timer;
    const uint16_t kind = wm_timers_begin(&sim->timers, &timer);
    sim->clock.now = timer.time;
    sim->n_events++;
    sim->handlers[kind](sim, sim->context, timer.actor, timer.arg);
    wm_timers_end(&sim->timers);
}

/* An entity that ran and got no next event leaves the tournament. */
static void end_turn(struct wm_sim *sim)
{
    const uint32_t entity = sim->running;
    if (entity == none)
        return;
    sim->running = none;
    sim->entities.set_leader(&sim->entities, entity, WM_KEY_NEVER);
}

static inline __attribute__((always_inline)) void run_entity(struct wm_sim *sim)
{
    const uint32_t entity = sim->entities.first_id;
    const struct turn turn = sim->turns[entity];
    sim->clock.now = (int64_t)(sim->entities.first_key - WM_KEY_ZERO);
    sim->n_events++;
    sim->running = entity;
    sim->handlers[turn.kind](sim, sim->context, entity, turn.arg);
    end_turn(sim);
}

static bool timer_is_next(const struct wm_sim *sim)
{
    const struct wm_timer *const timer = &sim->timers.heap[0];
    const uint64_t key = (uint64_t)timer->time + WM_KEY_ZERO;
    return key < sim->entities.first_key ||
           (key == sim->entities.first_key && timer->order < wm_timer_order(0));
}

/* Runs the next event unless it is later than `until`. */
static inline __attribute__((always_inline)) bool step_until(struct wm_sim *sim, int64_t until)
{
    if (sim->timers.n > 0 && timer_is_next(sim)) {
        if (sim->timers.heap[0].time > until)
            return false;
        run_timer(sim);
        return true;
    }
    if (sim->entities.first_key > (uint64_t)until + WM_KEY_ZERO)
        return false;
    run_entity(sim);
    return true;
}

bool wm_sim_step(struct wm_sim *sim)
{
    return step_until(sim, WM_TIME_LIMIT - 1);
}

void wm_sim_run_until(struct wm_sim *sim, int64_t until)
{
    const int64_t last = until < WM_TIME_LIMIT ? until : WM_TIME_LIMIT - 1;
    while (step_until(sim, last))
        ;
    if (until > sim->clock.now)
        sim->clock.now = until;
}
