/*
 * Engine: M/M/1 customers and the hold model through the public API, beside the rival that is
 * usually written: malloc per event, a binary heap of pointers, GSL's mt19937 and exponential.
 * The rival knows no moves and no other gaps, so it holds exponentially beside every hold line.
 * Rounds are interleaved and medians quoted; ratios count, absolute times belong to the machine.
 */
#include <gsl/gsl_randist.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "wattmill/engine.h"
#include "wattmill/rng.h"

enum { ROUNDS = 5, N = 1000000 };

static int counter_fd = -1;

static void open_counter(void)
{
    struct perf_event_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.type = PERF_TYPE_HARDWARE;
    attr.size = sizeof attr;
    attr.config = PERF_COUNT_HW_INSTRUCTIONS;
    attr.exclude_kernel = 1;
    attr.exclude_hv = 1;
    counter_fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

struct sample {
    double ns, instructions;
};

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double instructions(void)
{
    uint64_t n = 0;
    return counter_fd >= 0 && read(counter_fd, &n, sizeof n) == sizeof n ? (double)n : 0.0;
}

/* Between two ticks all events run; the site does the same with its billing intervals. */
#define TICK INT64_C(100000000)

/* What a run leaves: the hash is equal on every machine and build, or something is wrong. */
struct outcome {
    uint64_t hash;
    double n; /* customers, holds */
};

static uint64_t hash_of(const struct wm_sim *sim)
{
    const uint64_t basis = UINT64_C(0xcbf29ce484222325), prime = UINT64_C(0x100000001b3);
    const uint64_t hash = (basis ^ (uint64_t)wm_sim_now(sim)) * prime;
    return (hash ^ wm_sim_n_events(sim)) * prime;
}

static int64_t ticks(double mean, struct wm_rng *rng)
{
    return (int64_t)(mean * wm_rng_exponential(rng));
}

/* M/M/1: the source and the server are the two entities. */
enum { SOURCE, SERVER, N_MM1 };
struct mm1 { /* the counts apart: adjacent ones would be loaded as a pair, just after a store */
    uint64_t n_waiting;
    struct wm_rng rng;
    uint64_t n_served;
};

static void on_leave(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct mm1 *const q = context;
    (void)actor;
    (void)arg;
    q->n_served++;
    if (--q->n_waiting > 0)
        wm_sim_entity_set(sim, SERVER, wm_sim_now(sim) + ticks(0.9e9, &q->rng), SERVER, 0);
}

static void on_arrive(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct mm1 *const q = context;
    const int64_t now = wm_sim_now(sim);
    (void)actor;
    (void)arg;
    if (q->n_waiting++ == 0)
        wm_sim_entity_set(sim, SERVER, now + ticks(0.9e9, &q->rng), SERVER, 0);
    wm_sim_entity_set(sim, SOURCE, now + ticks(1e9, &q->rng), SOURCE, 0);
}

static struct outcome run_mm1(void)
{
    struct wm_arena *const arena = wm_arena_open();
    struct mm1 q = {.rng = wm_rng_stream(1, "mm1", 0)};
    struct wm_sim *const sim = wm_sim_new(arena, 0, &q);
    wm_sim_entities(sim, N_MM1);
    wm_sim_handle(sim, SOURCE, on_arrive);
    wm_sim_handle(sim, SERVER, on_leave);
    wm_sim_entity_set(sim, SOURCE, 0, SOURCE, 0);
    for (int64_t tick = TICK; q.n_served < N; tick += 100 * TICK)
        wm_sim_run_until(sim, tick);
    const struct outcome outcome = {hash_of(sim), (double)q.n_served};
    wm_arena_close(arena);
    return outcome;
}

/* Hold: whoever runs comes back after a gap. */
enum gap { GAP_EXP, GAP_CONSTANT, GAP_FACILITY };
struct hold {
    struct wm_rng rng;
    uint32_t n;
    enum gap gap;
    bool moves_another;
};

/* Facility: 5 minutes for half of them, an hour for most others, the life of a replica for 0.2 %. */
static int64_t gap_of(struct hold *h)
{
    if (h->gap == GAP_EXP)
        return ticks(1e9, &h->rng);
    if (h->gap == GAP_CONSTANT)
        return 1000000000;
    const double u = wm_rng_uniform(&h->rng);
    return u < 0.5 ? 300000000 : u < 0.998 ? 3600000000 : ticks(700.0 * 3.6e9, &h->rng);
}

static void on_hold(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct hold *const h = context;
    const int64_t now = wm_sim_now(sim);
    (void)arg;
    wm_sim_entity_set(sim, actor, now + gap_of(h), 0, 0);
    if (h->moves_another) {
        const uint32_t other = (uint32_t)(((wm_rng_bits(&h->rng) >> 32) * h->n) >> 32);
        wm_sim_entity_set(sim, other, now + gap_of(h), 0, 0);
    }
}

static void on_hold_timer(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct hold *const h = context;
    (void)arg;
    wm_sim_at(sim, wm_sim_now(sim) + gap_of(h), 0, 0, actor, 0);
}

static struct outcome run_hold(uint32_t n, enum gap gap, bool moves_another, bool is_timer)
{
    struct wm_arena *const arena = wm_arena_open();
    struct hold h = {
        .rng = wm_rng_stream(2, "hold", 0), .n = n, .gap = gap, .moves_another = moves_another};
    struct wm_sim *const sim = wm_sim_new(arena, is_timer ? n : 0, &h);
    wm_sim_handle(sim, 0, is_timer ? on_hold_timer : on_hold);
    if (!is_timer)
        wm_sim_entities(sim, n);
    for (uint32_t i = 0; i < n; i++)
        if (is_timer)
            wm_sim_at(sim, gap_of(&h), 0, 0, i, 0);
        else
            wm_sim_entity_set(sim, i, gap_of(&h), 0, 0);
    for (int64_t tick = TICK; wm_sim_n_events(sim) < N; tick += TICK)
        wm_sim_run_until(sim, tick);
    const struct outcome outcome = {hash_of(sim), (double)wm_sim_n_events(sim)};
    wm_arena_close(arena);
    return outcome;
}

/* The rival. */
struct rival_event {
    double time;
    int kind;
};
static struct rival_event **rival_heap;
static size_t rival_n;

static void rival_push(double time, int kind)
{
    struct rival_event *const e = malloc(sizeof *e);
    size_t i = rival_n++;
    e->time = time;
    e->kind = kind;
    while (i > 0 && e->time < rival_heap[(i - 1) / 2]->time) {
        rival_heap[i] = rival_heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    rival_heap[i] = e;
}

static struct rival_event rival_pop(void)
{
    struct rival_event *const top = rival_heap[0];
    const struct rival_event result = *top;
    struct rival_event *const last = rival_heap[--rival_n];
    size_t i = 0;
    free(top);
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= rival_n)
            break;
        if (child + 1 < rival_n && rival_heap[child + 1]->time < rival_heap[child]->time)
            child++;
        if (last->time <= rival_heap[child]->time)
            break;
        rival_heap[i] = rival_heap[child];
        i = child;
    }
    rival_heap[i] = last;
    return result;
}

static void rival_mm1(gsl_rng *rng)
{
    uint64_t served = 0, waiting = 0;
    rival_push(0.0, 0);
    while (served < N) {
        const struct rival_event e = rival_pop();
        if (e.kind == 0) {
            if (waiting++ == 0)
                rival_push(e.time + gsl_ran_exponential(rng, 0.9), 1);
            rival_push(e.time + gsl_ran_exponential(rng, 1.0), 0);
        } else {
            served++;
            if (--waiting > 0)
                rival_push(e.time + gsl_ran_exponential(rng, 0.9), 1);
        }
    }
    while (rival_n > 1)
        rival_pop();
    free(rival_heap[0]);
    rival_n = 0;
}

static void rival_hold(gsl_rng *rng, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        rival_push(gsl_ran_exponential(rng, 1.0), 0);
    for (uint32_t i = 0; i < N; i++) {
        const struct rival_event e = rival_pop();
        rival_push(e.time + gsl_ran_exponential(rng, 1.0), 0);
    }
    while (rival_n > 1)
        rival_pop();
    free(rival_heap[0]);
    rival_n = 0;
}

static gsl_rng *rival_rng;

/* One line of the table. */
struct row {
    const char *id, *name;
    uint32_t n; /* 0: M/M/1 */
    enum gap gap;
    bool moves_another, is_timer;
};

static const struct row rows[] = {
    {"mm1", "M/M/1, rho 0.9, per customer", 0, GAP_EXP, false, false},
    {"hold-1e3", "hold, 1,000 entities", 1000, GAP_EXP, false, false},
    {"hold-1e4", "hold, 10,000 entities", 10000, GAP_EXP, false, false},
    {"hold-1e5", "hold, 100,000 entities", 100000, GAP_EXP, false, false},
    {"hold-move", "hold + move another, 10,000", 10000, GAP_EXP, true, false},
    {"hold-ties", "hold, all ties, 10,000", 10000, GAP_CONSTANT, false, false},
    {"hold-facility", "hold, facility mix, 10,000", 10000, GAP_FACILITY, false, false},
    {"timers-1e2", "hold, 100 timers", 100, GAP_EXP, false, true},
    {"timers-1e4", "hold, 10,000 timers", 10000, GAP_EXP, false, true},
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

static struct outcome run_ours(const struct row *r)
{
    return r->n == 0 ? run_mm1() : run_hold(r->n, r->gap, r->moves_another, r->is_timer);
}

static struct sample measure(const struct row *r, bool is_rival, uint64_t *hash)
{
    const double ns = cpu_ns(), ins = instructions();
    if (!is_rival) {
        const struct outcome outcome = run_ours(r);
        *hash = outcome.hash;
        return (struct sample){(cpu_ns() - ns) / outcome.n, (instructions() - ins) / outcome.n};
    }
    if (r->n == 0)
        rival_mm1(rival_rng);
    else
        rival_hold(rival_rng, r->n);
    return (struct sample){(cpu_ns() - ns) / N, (instructions() - ins) / N};
}

static int by_ns(const void *a, const void *b)
{
    const struct sample *const x = a, *const y = b;
    return (x->ns > y->ns) - (x->ns < y->ns);
}

static void print_row(const struct row *r)
{
    struct sample ours[ROUNDS], rival[ROUNDS];
    uint64_t hash = 0;
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = measure(r, false, &hash);
        rival[i] = measure(r, true, &hash);
    }
    qsort(ours, ROUNDS, sizeof *ours, by_ns);
    qsort(rival, ROUNDS, sizeof *rival, by_ns);
    const struct sample a = ours[ROUNDS / 2], b = rival[ROUNDS / 2];
    printf("%-30s %7.1f ns %7.1f ns %6.2fx", r->name, a.ns, b.ns, b.ns / a.ns);
    if (counter_fd >= 0)
        printf(" %6.0f %6.0f", a.instructions, b.instructions);
    else
        printf(" %6s %6s", "-", "-");
    printf("  %016llx\n", (unsigned long long)hash);
}

/* `bench_engine ID` runs one line once, for valgrind --tool=callgrind. */
static int run_once(const char *id)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strcmp(rows[i].id, id) == 0) {
            const struct outcome outcome = run_ours(&rows[i]);
            printf("%s %.0f %016llx\n", id, outcome.n, (unsigned long long)outcome.hash);
            return EXIT_SUCCESS;
        }
    fprintf(stderr, "bench_engine: no line \"%s\"\n", id);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return run_once(argv[1]);
    open_counter();
    rival_rng = gsl_rng_alloc(gsl_rng_mt19937);
    rival_heap = malloc(sizeof *rival_heap * 200000);
    if (!rival_rng || !rival_heap)
        return EXIT_FAILURE;
    printf("%-30s %10s %10s %7s %6s %6s\n", "engine: median of 5, 1e6 each", "wattmill", "rival",
           "ratio", "instr.", "rival");
    for (size_t i = 0; i < N_ROWS; i++)
        print_row(&rows[i]);
    if (counter_fd < 0)
        printf("no hardware counters here; instructions of a line: valgrind --tool=callgrind "
               "--callgrind-out-file=/dev/null build/release/bench/bench_engine mm1\n");
    gsl_rng_free(rival_rng);
    free(rival_heap);
    return EXIT_SUCCESS;
}
