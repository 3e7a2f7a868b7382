/* Threads that work on calls, first come, first served; each has an arena that is emptied after a call. */
#include <pthread.h>
#include <string.h>

#include "server.h"

#define THREADS_MAX 64

struct seat {
    struct pool *pool;
    unsigned i;
};

struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct call *first, *last; /* waiting */
    size_t n_waiting;
    struct call *running[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    struct seat seats[THREADS_MAX];
    unsigned n_threads;
    bool closing;
    void (*done)(struct call *call);
};

static struct call *take(struct pool *p, unsigned seat)
{
    pthread_mutex_lock(&p->mutex);
    while (p->first == NULL && !p->closing)
        pthread_cond_wait(&p->changed, &p->mutex);
    struct call *const call = p->first;
    if (call != NULL) {
        p->first = call->next;
        p->n_waiting--;
    }
    p->running[seat] = call;
    pthread_mutex_unlock(&p->mutex);
    return call;
}

/* A call is not the pool's any more when it is done: nothing may reach it through `running`. */
static void leave(struct pool *p, unsigned seat)
{
    pthread_mutex_lock(&p->mutex);
    p->running[seat] = NULL;
    pthread_mutex_unlock(&p->mutex);
}

static void *work(void *context)
{
    const struct seat *const seat = context;
    struct pool *const p = seat->pool;
    struct wm_arena *const arena = wm_arena_open();
    for (struct call *c = take(p, seat->i); c != NULL; c = take(p, seat->i)) {
        route_work(c, arena);
        leave(p, seat->i);
        p->done(c);
        if (arena != NULL)
            wm_arena_reset(arena);
    }
    wm_arena_close(arena);
    return NULL;
}

static bool start(struct pool *p)
{
    struct seat *const seat = &p->seats[p->n_threads];
    *seat = (struct seat){p, p->n_threads};
    if (pthread_create(&p->threads[p->n_threads], NULL, work, seat) != 0)
        return false;
    p->n_threads++;
    return true;
}

struct pool *pool_open(struct wm_arena *arena, unsigned n_threads, void (*done)(struct call *call))
{
    struct pool *const p = WM_NEW(arena, struct pool);
    p->done = done;
    (void)pthread_mutex_init(&p->mutex, NULL);
    (void)pthread_cond_init(&p->changed, NULL);
    while (p->n_threads < n_threads && p->n_threads < THREADS_MAX && start(p))
        ;
    if (p->n_threads > 0)
        return p;
    pool_close(p);
    return NULL;
}

static void stop(struct call *call, enum stop_reason why)
{
    int none = STOP_NO;
    (void)atomic_compare_exchange_strong(&call->stop, &none, (int)why);
}

static void stop_some(struct pool *p, const char *channel, enum stop_reason why)
{
    for (struct call *c = p->first; c != NULL; c = c->next)
        if (channel == NULL || strcmp(c->channel, channel) == 0)
            stop(c, why);
    for (unsigned i = 0; i < p->n_threads; i++)
        if (p->running[i] != NULL &&
            (channel == NULL || strcmp(p->running[i]->channel, channel) == 0))
            stop(p->running[i], why);
}

bool pool_put(struct pool *p, struct call *call)
{
    pthread_mutex_lock(&p->mutex);
    const bool fits = !p->closing && p->n_waiting < SERVE_WAITING_MAX;
    if (fits && call->channel[0] != '\0')
        stop_some(p, call->channel, STOP_SUPERSEDED);
    if (fits) {
        call->next = NULL;
        if (p->first == NULL)
            p->first = call;
        else
            p->last->next = call;
        p->last = call;
        p->n_waiting++;
        pthread_cond_signal(&p->changed);
    }
    pthread_mutex_unlock(&p->mutex);
    return fits;
}

/* Threads go on until no call waits: each is answered, as one that was stopped. */
void pool_close(struct pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->mutex);
    p->closing = true;
    stop_some(p, NULL, STOP_CLOSING);
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->mutex);
    for (unsigned i = 0; i < p->n_threads; i++)
        (void)pthread_join(p->threads[i], NULL);
    (void)pthread_cond_destroy(&p->changed);
    (void)pthread_mutex_destroy(&p->mutex);
}
