#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity(): the processors this process may use */
#endif
#include "wattmill/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "wattmill/arena.h"

enum { THREADS_MAX = 64 };

struct work {
    atomic_size_t next;
    atomic_bool memory_has_ended;
    size_t n;
    wm_parallel_fn *body;
    void *context;
};

unsigned wm_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
}

static enum wm_status work_off(struct wm_arena *none, void *argument)
{
    (void)none;
    struct work *const w = argument;
    for (size_t i = atomic_fetch_add(&w->next, 1); i < w->n; i = atomic_fetch_add(&w->next, 1))
        w->body(w->context, i);
    return WM_OK;
}

static void *work(void *argument)
{
    struct work *const w = argument;
    if (wm_arena_guard(NULL, work_off, w) == WM_NO_MEMORY)
        atomic_store(&w->memory_has_ended, true);
    return NULL;
}

void wm_parallel_for(unsigned n_threads, size_t n, wm_parallel_fn *body, void *context)
{
    struct work w = {.n = n, .body = body, .context = context};
    pthread_t threads[THREADS_MAX];
    size_t wanted = n_threads < n ? n_threads : n, started = 0;
    wanted = wanted < THREADS_MAX ? wanted : THREADS_MAX;
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, work, &w) == 0)
        started++;
    (void)work(&w);
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    if (atomic_load(&w.memory_has_ended))
        wm_memory_give_up();
}
