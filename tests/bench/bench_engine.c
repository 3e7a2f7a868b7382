/*
 * Engine: M/M/1 customers and the hold model through the public API, beside the rival that is
 * usually written: malloc per event, a binary heap of pointers, GSL's mt19937 and exponential.
 * Rounds are interleaved and medians quoted; ratios count, absolute times belong to the machine.
 */
#include <gsl/gsl_randist.h>
#include <linux/perf_event.h>
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

struct mm1 {
    struct wm_rng rng;
    uint64_t n_waiting, n_served;
};

static int64_t ticks(double mean, struct wm_rng *rng)
{
    return (int64_t)(mean * wm_rng_exponential(rng));
}

static void on_leave(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct mm1 *const q = context;
    (void)actor;
    (void)arg;
    q->n_served++;
    if (--q->n_waiting > 0)
        wm_sim_at(sim, wm_sim_now(sim) + ticks(0.9e9, &q->rng), 0, 1, 0, 0);
}

static void on_arrive(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct mm1 *const q = context;
    (void)actor;
    (void)arg;
    if (q->n_waiting++ == 0)
        wm_sim_at(sim, wm_sim_now(sim) + ticks(0.9e9, &q->rng), 0, 1, 0, 0);
    wm_sim_at(sim, wm_sim_now(sim) + ticks(1e9, &q->rng), 0, 0, 0, 0);
}

static void run_mm1(void)
{
    struct wm_arena *const arena = wm_arena_open();
    struct mm1 q = {.rng = wm_rng_stream(1, "mm1", 0)};
    struct wm_sim *const sim = wm_sim_new(arena, 16, &q);
    wm_sim_handle(sim, 0, on_arrive);
    wm_sim_handle(sim, 1, on_leave);
    wm_sim_at(sim, 0, 0, 0, 0, 0);
    while (q.n_served < N)
        wm_sim_step(sim);
    wm_arena_close(arena);
}

struct hold {
    struct wm_rng rng;
    struct wm_event *names;
    uint32_t n;
    int mode; /* 0 plain, 1 with a random move, 2 all ties */
};

static void on_hold(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct hold *const h = context;
    (void)arg;
    const int64_t gap = h->mode == 2 ? 1000000000 : ticks(1e9, &h->rng);
    h->names[actor] = wm_sim_at(sim, wm_sim_now(sim) + gap, 0, 0, actor, 0);
    if (h->mode == 1) {
        const uint32_t other = (uint32_t)(wm_rng_bits(&h->rng) % h->n);
        wm_sim_move(sim, h->names[other], wm_sim_now(sim) + ticks(1e9, &h->rng));
    }
}

static void run_hold(uint32_t n, int mode)
{
    struct wm_arena *const arena = wm_arena_open();
    struct hold h = {.rng = wm_rng_stream(2, "hold", 0),
                     .n = n,
                     .mode = mode,
                     .names = WM_NEW_ARRAY(arena, struct wm_event, n)};
    struct wm_sim *const sim = wm_sim_new(arena, n + 1, &h);
    wm_sim_handle(sim, 0, on_hold);
    for (uint32_t i = 0; i < n; i++)
        h.names[i] = wm_sim_at(sim, mode == 2 ? 0 : ticks(1e9, &h.rng), 0, 0, i, 0);
    for (uint32_t i = 0; i < N; i++)
        wm_sim_step(sim);
    wm_arena_close(arena);
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

static struct sample measure(int what, uint32_t n, int mode)
{
    const double ns = cpu_ns(), ins = instructions();
    switch (what) {
    case 0:
        run_mm1();
        break;
    case 1:
        run_hold(n, mode);
        break;
    case 2:
        rival_mm1(rival_rng);
        break;
    default:
        rival_hold(rival_rng, n);
        break;
    }
    return (struct sample){(cpu_ns() - ns) / N, (instructions() - ins) / N};
}

static int by_ns(const void *a, const void *b)
{
    const struct sample *const x = a, *const y = b;
    return (x->ns > y->ns) - (x->ns < y->ns);
}

static void row(const char *name, int what, uint32_t n, int mode)
{
    struct sample ours[ROUNDS], rival[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = measure(what, n, mode);
        rival[i] = measure(what + 2, n, mode);
    }
    qsort(ours, ROUNDS, sizeof *ours, by_ns);
    qsort(rival, ROUNDS, sizeof *rival, by_ns);
    const struct sample a = ours[ROUNDS / 2], b = rival[ROUNDS / 2];
    printf("%-34s %7.1f ns %7.1f ns  %5.2fx", name, a.ns, b.ns, b.ns / a.ns);
    if (counter_fd >= 0)
        printf("  %6.0f %6.0f instructions\n", a.instructions, b.instructions);
    else
        printf("  instructions: n/a, use valgrind --tool=callgrind\n");
}

int main(void)
{
    open_counter();
    rival_rng = gsl_rng_alloc(gsl_rng_mt19937);
    rival_heap = malloc(sizeof *rival_heap * 200000);
    if (!rival_rng || !rival_heap)
        return EXIT_FAILURE;
    printf("%-34s %10s %10s  rival / wattmill\n", "median of 5, 1e6 each", "wattmill", "rival");
    row("M/M/1, rho 0.9, per customer", 0, 0, 0);
    row("hold, 1,000 pending", 1, 1000, 0);
    row("hold, 10,000 pending", 1, 10000, 0);
    row("hold + random move, 10,000", 1, 10000, 1);
    row("hold, all ties, 10,000", 1, 10000, 2);
    gsl_rng_free(rival_rng);
    free(rival_heap);
    return EXIT_SUCCESS;
}
