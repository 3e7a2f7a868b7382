/* Event order, names of events, an oracle of random operations, and queues with known answers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wattmill/engine.h"
#include "wattmill/numeric.h"
#include "wattmill/rng.h"
#include "wattmill/stats.h"

struct log {
    uint32_t actor[64];
    int n;
    struct wm_event victim;
};

static void on_log(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct log *const l = context;
    (void)sim;
    (void)arg;
    l->actor[l->n++] = actor;
}

static void on_cancel(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct log *const l = context;
    on_log(sim, context, actor, arg);
    if (arg == 1)
        ck_assert(wm_sim_cancel(sim, l->victim));
    else
        ck_assert(wm_sim_move(sim, l->victim, wm_sim_now(sim)));
}

static void assert_log(const struct log *l, const char *wanted)
{
    for (int i = 0; wanted[i]; i++)
        ck_assert_int_eq((int)l->actor[i], wanted[i] - '0');
    ck_assert_int_eq(l->n, (int)strlen(wanted));
}

START_TEST(ties_run_by_time_then_priority_then_sequence)
{
    struct wm_arena *const arena = wm_arena_open();
    struct log l = {0};
    struct wm_sim *const sim = wm_sim_new(arena, 8, &l);
    wm_sim_handle(sim, 0, on_log);
    wm_sim_at(sim, 10, 0, 0, 3, 0);
    wm_sim_at(sim, 10, 0, 0, 4, 0);
    wm_sim_at(sim, 10, -1, 0, 2, 0);
    wm_sim_at(sim, 5, 7, 0, 1, 0);
    wm_sim_at(sim, 10, 1, 0, 5, 0);
    wm_sim_at(sim, 11, -9, 0, 6, 0);
    wm_sim_run_until(sim, 10); /* an event exactly at the end runs */
    assert_log(&l, "12345");
    ck_assert_int_eq(wm_sim_now(sim), 10);
    wm_sim_run_until(sim, 20);
    assert_log(&l, "123456");
    ck_assert_int_eq(wm_sim_now(sim), 20);
    ck_assert_uint_eq(wm_sim_n_growths(sim), 0);
    wm_arena_close(arena);
}
END_TEST

START_TEST(handlers_cancel_and_move_others_also_at_the_same_instant)
{
    for (uint64_t arg = 1; arg <= 2; arg++) {
        struct wm_arena *const arena = wm_arena_open();
        struct log l = {0};
        struct wm_sim *const sim = wm_sim_new(arena, 8, &l);
        wm_sim_handle(sim, 0, on_log);
        wm_sim_handle(sim, 1, on_cancel);
        wm_sim_at(sim, 10, 0, 1, 1, arg);
        l.victim = wm_sim_at(sim, 10, 0, 0, 2, 0);
        wm_sim_at(sim, 10, 0, 0, 3, 0);
        wm_sim_run_until(sim, 100);
        assert_log(&l, arg == 1 ? "13" : "132");  /* a moved event goes to the end of its instant */
        ck_assert(!wm_sim_cancel(sim, l.victim)); /* the name is stale */
        ck_assert(!wm_sim_move(sim, l.victim, 200));
        const struct wm_event again = wm_sim_at(sim, 300, 0, 0, 4, 0);
        ck_assert(!wm_sim_cancel(sim, l.victim)); /* even when its id is in use again */
        ck_assert(wm_sim_cancel(sim, again));
        wm_arena_close(arena);
    }
}
END_TEST

START_TEST(entities_run_between_negative_and_other_priorities_by_number)
{
    struct wm_arena *const arena = wm_arena_open();
    struct log l = {0};
    struct wm_sim *const sim = wm_sim_new(arena, 8, &l);
    wm_sim_handle(sim, 0, on_log);
    wm_sim_entities(sim, 4);
    wm_sim_at(sim, 10, 0, 0, 7, 0);
    wm_sim_at(sim, 10, 1, 0, 8, 0);
    wm_sim_entity_set(sim, 3, 10, 0, 0);
    wm_sim_entity_set(sim, 2, 11, 0, 0);
    wm_sim_at(sim, 10, -1, 0, 6, 0);
    wm_sim_entity_set(sim, 1, 10, 0, 0);
    wm_sim_entity_set(sim, 2, 10, 0, 0); /* moved: there is one next event only */
    ck_assert_uint_eq(wm_sim_n_pending(sim), 6);
    wm_sim_run_until(sim, 9);
    ck_assert_int_eq(l.n, 0);
    ck_assert_int_eq(wm_sim_next(sim), 10);
    wm_sim_run_until(sim, 10);
    assert_log(&l, "612378");
    ck_assert_int_eq(wm_sim_next(sim), WM_TIME_NEVER);
    wm_arena_close(arena);
}
END_TEST

/* Event of entity 0: looks at itself and the others while it runs, arg says what it does next. */
static void on_turn(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct log *const l = context;
    on_log(sim, context, actor, arg);
    ck_assert_int_eq(wm_sim_entity_time(sim, actor), WM_TIME_NEVER);
    ck_assert_int_eq(wm_sim_next(sim), 20);
    ck_assert_uint_eq(wm_sim_n_pending(sim), 1);
    if (arg == 1)
        wm_sim_entity_clear(sim, actor); /* nothing to clear */
    if (arg == 2) {
        wm_sim_entity_set(sim, actor, 30, 0, 0);
        wm_sim_entity_clear(sim, actor);
    }
    if (arg == 3)
        wm_sim_entity_clear(sim, 1);
    if (arg == 4) { /* the other one now leads, at the same instant and with the larger number */
        wm_sim_entity_set(sim, 1, wm_sim_now(sim), 0, 0);
        wm_sim_entity_set(sim, actor, wm_sim_now(sim), 0, 0);
    }
    ck_assert_int_lt(l->n, 10);
}

START_TEST(an_entity_without_a_next_event_leaves_and_handlers_may_set_and_clear)
{
    static const char *const wanted[] = {"01", "01", "01", "0", "001"};
    for (uint64_t arg = 0; arg < 5; arg++) {
        struct wm_arena *const arena = wm_arena_open();
        struct log l = {0};
        struct wm_sim *const sim = wm_sim_new(arena, 0, &l);
        wm_sim_handle(sim, 0, on_log);
        wm_sim_handle(sim, 1, on_turn);
        wm_sim_entities(sim, 100);
        wm_sim_entity_set(sim, 0, 10, 1, arg);
        wm_sim_entity_set(sim, 1, 20, 0, 0);
        wm_sim_run_until(sim, 100);
        assert_log(&l, wanted[arg]);
        ck_assert_uint_eq(wm_sim_n_pending(sim), 0);
        ck_assert_uint_eq(wm_sim_n_events(sim), (uint64_t)l.n);
        wm_arena_close(arena);
    }
}
END_TEST

/* The first N_ENTITIES slots are entities, the others timers. */
enum { N_SLOTS = 300, N_ENTITIES = 150, N_STEPS = 20000 };

struct naive {
    int64_t time;
    uint64_t sequence; /* of an entity its number, before that of any timer */
    int16_t priority;
    bool is_pending;
    struct wm_event name;
};

static uint32_t last_actor;
static void on_oracle(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    (void)sim;
    (void)context;
    (void)arg;
    last_actor = actor;
}

static uint32_t naive_first(const struct naive *slots)
{
    uint32_t best = N_SLOTS;
    for (uint32_t i = 0; i < N_SLOTS; i++) {
        const struct naive *a = &slots[i], *b = &slots[best % N_SLOTS];
        if (!a->is_pending)
            continue;
        if (best == N_SLOTS || a->time < b->time ||
            (a->time == b->time && (a->priority < b->priority ||
                                    (a->priority == b->priority && a->sequence < b->sequence))))
            best = i;
    }
    return best;
}

static void change_entity(struct wm_sim *sim, struct naive *s, uint32_t i, int64_t time, bool sets)
{
    if (sets)
        wm_sim_entity_set(sim, i, time, 0, 0);
    else
        wm_sim_entity_clear(sim, i);
    *s = (struct naive){.time = time, .sequence = i, .is_pending = sets};
}

static void change_timer(struct wm_sim *sim, struct naive *s, uint32_t i, int64_t time,
                         struct wm_rng *rng, uint64_t *sequence)
{
    if (!s->is_pending) {
        s->priority = (int16_t)((int)(wm_rng_bits(rng) % 3) - 1);
        s->name = wm_sim_at(sim, time, s->priority, 0, i, 0);
        s->is_pending = true;
    } else if (wm_rng_bits(rng) % 2 == 0) {
        ck_assert(wm_sim_move(sim, s->name, time));
    } else {
        ck_assert(wm_sim_cancel(sim, s->name));
        s->is_pending = false;
    }
    s->time = time;
    s->sequence = (*sequence)++;
}

START_TEST(random_operations_agree_with_a_sorted_list)
{
    const uint64_t seed = 20270101;
    printf("seed %llu\n", (unsigned long long)seed);
    struct wm_arena *const arena = wm_arena_open();
    struct naive slots[N_SLOTS] = {0};
    struct wm_rng rng = wm_rng_stream(seed, "oracle", 0);
    struct wm_sim *const sim = wm_sim_new(arena, 16, NULL); /* too small: growth is tested too */
    uint64_t sequence = N_ENTITIES;
    wm_sim_entities(sim, N_ENTITIES);
    wm_sim_handle(sim, 0, on_oracle);
    for (int step = 0; step < N_STEPS; step++) {
        const uint32_t i = (uint32_t)(wm_rng_bits(&rng) % N_SLOTS);
        const int64_t time = wm_sim_now(sim) + (int64_t)(wm_rng_bits(&rng) % 8); /* many ties */
        if (i < N_ENTITIES)
            change_entity(sim, &slots[i], i, time, wm_rng_bits(&rng) % 4 != 0);
        else
            change_timer(sim, &slots[i], i, time, &rng, &sequence);
        if (wm_rng_bits(&rng) % 3 == 0) {
            const uint32_t first = naive_first(slots);
            ck_assert_int_eq(wm_sim_step(sim), first < N_SLOTS);
            if (first < N_SLOTS) {
                ck_assert_uint_eq(last_actor, first);
                slots[first].is_pending = false;
            }
        }
    }
    ck_assert_uint_gt(wm_sim_n_growths(sim), 0);
    wm_arena_close(arena);
}
END_TEST

/* Event: comes back; entities also move another, timers schedule their successor. */
static void on_return(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct wm_rng *const rng = context;
    const int64_t time = wm_sim_now(sim) + 1 + (int64_t)(wm_rng_bits(rng) % 1000);
    if (arg == 1) {
        wm_sim_at(sim, time, 0, 0, actor, 1);
        return;
    }
    wm_sim_entity_set(sim, actor, time, 0, 0);
    wm_sim_entity_set(sim, (actor * 7 + 3) % 1000, time, 0, 0);
}

START_TEST(nothing_is_allocated_after_the_start)
{
    struct wm_arena *const arena = wm_arena_open();
    struct wm_rng rng = wm_rng_stream(1, "allocation", 0);
    struct wm_sim *const sim = wm_sim_new(arena, 100, &rng);
    wm_sim_handle(sim, 0, on_return);
    wm_sim_entities(sim, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        wm_sim_entity_set(sim, i, i, 0, 0);
    for (uint32_t i = 0; i < 100; i++)
        wm_sim_at(sim, i, 0, 0, i, 1);
    const size_t used_bytes = wm_arena_used_bytes(arena);
    wm_sim_run_until(sim, 100000);
    ck_assert_uint_gt(wm_sim_n_events(sim), 100000);
    ck_assert_uint_eq(wm_sim_n_growths(sim), 0);
    ck_assert_uint_eq(wm_arena_used_bytes(arena), used_bytes);
    wm_arena_close(arena);
}
END_TEST

/* A queue with c servers: FCFS, waits measured. Ticks are nanoseconds. */
enum { ARRIVE, LEAVE, QUEUE_MAX = 1 << 16 };
struct queue {
    double mean_gap, service_mean;
    int kind; /* 0 exponential, 1 deterministic, 2 hyperexponential of SCV 4 */
    int n_servers, n_busy;
    int64_t waiting[QUEUE_MAX];
    uint32_t head, tail;
    uint64_t n_arrived, n_warm;
    struct wm_rng arrivals, services;
    struct wm_tally wait;
};

static int64_t service(struct queue *q)
{
    double x = 1.0;
    if (q->kind == 0)
        x = wm_rng_exponential(&q->services);
    if (q->kind == 2) { /* balanced means: p = (1 + sqrt((s-1)/(s+1))) / 2 */
        const double p = 0.5 * (1.0 + sqrt(3.0 / 5.0));
        const double share = wm_rng_uniform(&q->services) < p ? 0.5 / p : 0.5 / (1.0 - p);
        x = share * wm_rng_exponential(&q->services);
    }
    return llround(x * q->service_mean);
}

static void start_service(struct wm_sim *sim, struct queue *q, int64_t since)
{
    if (q->n_arrived > q->n_warm)
        wm_tally_add(&q->wait, (double)(wm_sim_now(sim) - since) / q->service_mean);
    q->n_busy++;
    wm_sim_at(sim, wm_sim_now(sim) + service(q), 0, LEAVE, 0, 0);
}

static void on_arrive(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct queue *const q = context;
    (void)actor;
    (void)arg;
    q->n_arrived++;
    if (q->n_busy < q->n_servers)
        start_service(sim, q, wm_sim_now(sim));
    else
        q->waiting[q->tail++ % QUEUE_MAX] = wm_sim_now(sim);
    wm_sim_at(sim, wm_sim_now(sim) + llround(q->mean_gap * wm_rng_exponential(&q->arrivals)), 0,
              ARRIVE, 0, 0);
}

static void on_leave(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct queue *const q = context;
    (void)actor;
    (void)arg;
    q->n_busy--;
    if (q->head != q->tail)
        start_service(sim, q, q->waiting[q->head++ % QUEUE_MAX]);
}

/* Mean wait in units of the service time must lie in the 99.9 % interval of 20 replications. */
static void check_queue(int kind, int n_servers, double rho, double theory)
{
    struct wm_tally means = {0};
    for (uint64_t i = 0; i < 20; i++) {
        struct wm_arena *const arena = wm_arena_open();
        struct queue *const q = WM_NEW(arena, struct queue);
        q->kind = kind;
        q->n_servers = n_servers;
        q->service_mean = 1e9;
        q->mean_gap = q->service_mean / rho / n_servers;
        q->n_warm = 5000;
        q->arrivals = wm_rng_stream(i, "arrivals", 0);
        q->services = wm_rng_stream(i, "services", 0);
        struct wm_sim *const sim = wm_sim_new(arena, 16, q);
        wm_sim_handle(sim, ARRIVE, on_arrive);
        wm_sim_handle(sim, LEAVE, on_leave);
        wm_sim_at(sim, 0, 0, ARRIVE, 0, 0);
        while (q->n_arrived < 105000)
            wm_sim_step(sim);
        ck_assert_uint_eq(wm_sim_n_growths(sim), 0);
        wm_tally_add(&means, q->wait.mean);
        wm_arena_close(arena);
    }
    const double half = wm_tally_half_width(&means, 0.999);
    printf("wait %.4f +- %.4f, theory %.4f\n", means.mean, half, theory);
    ck_assert_double_le(fabs(means.mean - theory), half);
    ck_assert_double_lt(half, 0.15 * theory); /* a wide interval would prove nothing */
}

START_TEST(mm1_waits_as_theory_says)
{
    check_queue(0, 1, 0.5, 1.0); /* rho / (1 - rho) */
    check_queue(0, 1, 0.9, 9.0);
}
END_TEST

START_TEST(mmc_waits_as_erlang_says)
{
    /* c = 3, rho = 0.8: Erlang C 0.647191, wait C / (c (1 - rho)) */
    check_queue(0, 3, 0.8, 0.6471910112359551 / (3.0 * 0.2));
}
END_TEST

START_TEST(mg1_waits_as_pollaczek_and_khinchine_say)
{
    check_queue(1, 1, 0.7, 0.7 / 0.3 * 0.5); /* rho (1 + scv) / (2 (1 - rho)) */
    check_queue(2, 1, 0.7, 0.7 / 0.3 * 2.5);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        ties_run_by_time_then_priority_then_sequence,
        handlers_cancel_and_move_others_also_at_the_same_instant,
        entities_run_between_negative_and_other_priorities_by_number,
        an_entity_without_a_next_event_leaves_and_handlers_may_set_and_clear,
        random_operations_agree_with_a_sorted_list,
        nothing_is_allocated_after_the_start,
        mm1_waits_as_theory_says,
        mmc_waits_as_erlang_says,
        mg1_waits_as_pollaczek_and_khinchine_say};
    wm_init();
    return RUN_TESTS("engine", tests);
}
