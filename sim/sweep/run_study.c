/*
 * Workers and the writer.
 *
 * The calling thread walks the indices, leaves out what the store has, and hands the rest over in
 * batches: one point each when points are slow, up to BATCH_MAX when they are quick, so that handing
 * over costs little beside running. Batches go round: free -> todo -> finished -> written -> free;
 * there are a fixed number of them, so memory does not grow with the study. The same thread writes
 * finished batches and commits at once, but not more often than every COMMIT_S; a killed process
 * loses what was in flight, no more.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "runner.h"
#include "wattmill/parallel.h"
#include "wattmill/require.h"

#define BATCH_MAX        64
#define BATCH_S          5e-3 /* a batch should last about this long */
#define LOOKUPS_A_TURN   4096 /* of stored points, before progress and signals are looked at */
#define TICK_NS          100000000L
#define COMMIT_S         0.02  /* quick points share a commit for this long */
#define BYTES_OF_POINT   110.0 /* row, hash and two indices; measured */
#define BYTES_OF_VALUE   17.0  /* a row of `metric`; measured */
#define BYTES_OF_YEARLY  19.0
#define BYTES_OF_MESSAGE 36.0
#define BYTES_OF_STORE   6e4 /* an empty one, with its descriptions of metrics */
#define N_TRIED          4   /* points a dry run runs */
#define JOBS_MAX         1024

struct batch {
    struct batch *next;
    struct wm_arena *arena;
    size_t n;
    uint64_t index[BATCH_MAX];
    struct wm_outcome outcome[BATCH_MAX];
};

struct list {
    struct batch *head, *tail;
};

struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t has_todo, has_finished;
    struct list todo, finished;
    bool closing;
    const struct wm_study *study;
    const struct wm_study_options *options;
    bool worker_failed;
};

struct run {
    struct pool pool;
    const struct wm_study *study;
    const struct wm_study_options *options;
    struct wm_store *store;
    struct wm_diags *diags;
    struct wm_study_progress progress;
    struct batch *batches;
    struct list free;
    size_t n_batches, n_out; /* handed over and not yet written */
    uint64_t next, n_mine;   /* k-th point of this shard */
    double mean_s, start_s, told_s, committed_s;
    struct wm_worker finder; /* expands points to look them up */
    bool looks_up, failed;
};

static void push(struct list *list, struct batch *batch)
{
    batch->next = NULL;
    if (list->head == NULL)
        list->head = batch;
    else
        list->tail->next = batch;
    list->tail = batch;
}

static struct batch *pop(struct list *list)
{
    struct batch *const batch = list->head;
    if (batch != NULL)
        list->head = batch->next;
    return batch;
}

static struct batch *take_todo(struct pool *p)
{
    pthread_mutex_lock(&p->mutex);
    while (p->todo.head == NULL && !p->closing)
        pthread_cond_wait(&p->has_todo, &p->mutex);
    struct batch *const batch = pop(&p->todo);
    pthread_mutex_unlock(&p->mutex);
    return batch;
}

static void give_back(struct pool *p, struct batch *batch)
{
    pthread_mutex_lock(&p->mutex);
    push(&p->finished, batch);
    pthread_cond_signal(&p->has_finished);
    pthread_mutex_unlock(&p->mutex);
}

static enum wm_status work_off(struct wm_arena *none, void *context)
{
    (void)none;
    struct pool *const p = context;
    struct wm_worker worker;
    if (!wm_worker_open(&worker, p->study, p->options))
        return WM_NO_MEMORY;
    for (struct batch *b = take_todo(p); b != NULL; b = take_todo(p)) {
        for (size_t i = 0; i < b->n; i++)
            wm_worker_run(&worker, b->arena, b->index[i], &b->outcome[i]);
        give_back(p, b);
    }
    wm_worker_close(&worker);
    return WM_OK;
}

static void *work(void *argument)
{
    struct pool *const p = argument;
    if (wm_arena_guard(NULL, work_off, p) != WM_OK) {
        pthread_mutex_lock(&p->mutex);
        p->worker_failed = true;
        pthread_cond_signal(&p->has_finished);
        pthread_mutex_unlock(&p->mutex);
    }
    return NULL;
}

static bool is_stopped(const struct run *r)
{
    return r->failed || (r->options->stop != NULL && *r->options->stop);
}

static void note(struct wm_study_progress *progress, enum wm_point_status status)
{
    progress->n_done++;
    if (status == WM_POINT_OK)
        progress->n_ok++;
    else
        progress->n_failed++;
}

/* Whether point `index` is in the store already; a new place in the study is written down. */
static bool is_stored(struct run *r, uint64_t index)
{
    struct wm_point point;
    struct wm_stored stored;
    wm_arena_reset(r->finder.scratch);
    wm_expander_at(&r->finder.expander, r->finder.scratch, index, &point);
    if (!wm_store_find(r->store, point.hash, &stored, r->diags)) {
        r->failed = true;
        return true;
    }
    if (!stored.found || (r->options->retry && stored.status != WM_POINT_OK))
        return false;
    if ((!stored.placed || stored.index != index) &&
        !wm_store_place(r->store, stored.id, index, r->diags))
        r->failed = true;
    note(&r->progress, stored.status);
    r->progress.n_skipped++;
    return true;
}

static size_t batch_size(const struct run *r)
{
    if (!(r->mean_s > 0.0))
        return 1;
    const double n = BATCH_S / r->mean_s;
    return n < 1.0 ? 1 : n > BATCH_MAX ? BATCH_MAX : (size_t)n;
}

/* Hands over one batch; false when there is nothing (more) to hand over in this turn. */
static bool feed(struct run *r, size_t *n_lookups)
{
    const uint64_t step = r->options->n_shards > 1 ? r->options->n_shards : 1;
    const size_t size = batch_size(r);
    struct batch *const b = r->free.head;
    if (b == NULL || is_stopped(r))
        return false;
    b->n = 0;
    while (b->n < size && r->next < r->n_mine && *n_lookups < LOOKUPS_A_TURN && !r->failed) {
        const uint64_t index = r->options->shard_index + r->next++ * step;
        if (r->looks_up) {
            ++*n_lookups;
            if (is_stored(r, index))
                continue;
        }
        b->index[b->n++] = index;
    }
    if (b->n == 0)
        return false;
    (void)pop(&r->free);
    r->n_out++;
    pthread_mutex_lock(&r->pool.mutex);
    push(&r->pool.todo, b);
    pthread_cond_signal(&r->pool.has_todo);
    pthread_mutex_unlock(&r->pool.mutex);
    return true;
}

/* Batches that no worker has begun go back. */
static void withdraw(struct run *r)
{
    pthread_mutex_lock(&r->pool.mutex);
    for (struct batch *b = pop(&r->pool.todo); b != NULL; b = pop(&r->pool.todo)) {
        push(&r->free, b);
        r->n_out--;
    }
    pthread_mutex_unlock(&r->pool.mutex);
}

static void write_batch(struct run *r, struct batch *b)
{
    double sum_s = 0.0;
    for (size_t i = 0; i < b->n && !r->failed; i++) {
        const struct wm_outcome *const o = &b->outcome[i];
        if (!wm_store_put(r->store, o, r->diags)) {
            r->failed = true;
            break;
        }
        note(&r->progress, o->status);
        sum_s += o->seconds;
    }
    const double mean_s = sum_s / (double)b->n;
    r->mean_s = r->mean_s > 0.0 ? 0.9 * r->mean_s + 0.1 * mean_s : mean_s;
    wm_arena_reset(b->arena);
    push(&r->free, b);
    r->n_out--;
}

/* Finished batches, waiting a moment for the first when `wait`. */
static struct batch *take_finished(struct run *r, bool wait)
{
    struct pool *const p = &r->pool;
    pthread_mutex_lock(&p->mutex);
    if (p->finished.head == NULL && wait && !p->worker_failed) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TICK_NS;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        (void)pthread_cond_timedwait(&p->has_finished, &p->mutex, &until);
    }
    struct batch *const first = p->finished.head;
    p->finished.head = NULL;
    if (p->worker_failed)
        r->failed = true;
    pthread_mutex_unlock(&p->mutex);
    return first;
}

static void tell(struct run *r, bool last)
{
    const double now_s = wm_clock_s();
    r->progress.elapsed_s = now_s - r->start_s;
    r->progress.last = last;
    if (r->options->progress != NULL && (last || now_s - r->told_s >= 0.2)) {
        r->options->progress(r->options->progress_context, &r->progress);
        r->told_s = now_s;
    }
}

static void commit(struct run *r, bool now)
{
    const double now_s = wm_clock_s();
    if (!now && now_s - r->committed_s < COMMIT_S)
        return;
    if (!wm_store_commit(r->store, r->diags))
        r->failed = true;
    r->committed_s = now_s;
}

static void loop(struct run *r)
{
    for (;;) {
        size_t n_lookups = 0;
        while (feed(r, &n_lookups))
            continue;
        if (is_stopped(r))
            withdraw(r);
        const bool more = r->next < r->n_mine && !is_stopped(r);
        if (r->n_out == 0 && !more)
            break;
        struct batch *b = take_finished(r, n_lookups < LOOKUPS_A_TURN);
        while (b != NULL) {
            struct batch *const next = b->next;
            write_batch(r, b);
            b = next;
        }
        commit(r, false);
        tell(r, false);
    }
    commit(r, true);
    tell(r, true);
}

static unsigned n_jobs(const struct wm_study_options *options)
{
    const unsigned n = options->n_jobs > 0 ? options->n_jobs : wm_processors();
    return n < JOBS_MAX ? n : JOBS_MAX;
}

static uint64_t shard_size(const struct wm_study *study, const struct wm_study_options *o)
{
    if (o->n_shards < 2)
        return study->n_points;
    WM_REQUIRE(o->shard_index < o->n_shards);
    return study->n_points / o->n_shards + (o->shard_index < study->n_points % o->n_shards ? 1 : 0);
}

static bool open_batches(struct run *r, struct wm_arena *arena, unsigned jobs)
{
    r->n_batches = 2 * (size_t)jobs + 2;
    r->batches = WM_NEW_ARRAY(arena, struct batch, r->n_batches);
    for (size_t i = 0; i < r->n_batches; i++) {
        r->batches[i].arena = wm_arena_open();
        if (r->batches[i].arena == NULL)
            return false;
        push(&r->free, &r->batches[i]);
    }
    return true;
}

static void close_batches(struct run *r)
{
    for (size_t i = 0; i < r->n_batches; i++)
        wm_arena_close(r->batches[i].arena);
}

static void close_pool(struct pool *p, const pthread_t *threads, unsigned n)
{
    pthread_mutex_lock(&p->mutex);
    p->closing = true;
    pthread_cond_broadcast(&p->has_todo);
    pthread_mutex_unlock(&p->mutex);
    for (unsigned i = 0; i < n; i++)
        (void)pthread_join(threads[i], NULL);
    pthread_cond_destroy(&p->has_finished);
    pthread_cond_destroy(&p->has_todo);
    pthread_mutex_destroy(&p->mutex);
}

/* Threads, loop, end; the store is open. */
static bool run_threads(struct run *r, struct wm_arena *arena)
{
    const unsigned jobs = n_jobs(r->options);
    pthread_t *const threads = WM_NEW_ARRAY(arena, pthread_t, jobs);
    bool ok = open_batches(r, arena, jobs);
    unsigned started = 0;
    pthread_mutex_init(&r->pool.mutex, NULL);
    pthread_cond_init(&r->pool.has_todo, NULL);
    pthread_cond_init(&r->pool.has_finished, NULL);
    while (ok && started < jobs && pthread_create(&threads[started], NULL, work, &r->pool) == 0)
        started++;
    ok = ok && started > 0;
    if (ok)
        loop(r);
    close_pool(&r->pool, threads, started);
    close_batches(r);
    return ok;
}

static enum wm_status verdict(const struct run *r)
{
    if (r->failed || r->pool.worker_failed) /* a point whose memory ended is kept as failed and others go on */
        return r->pool.worker_failed ? WM_NO_MEMORY : WM_IO;
    if (r->progress.n_done < r->progress.n_total)
        return WM_INTERRUPTED;
    if (r->progress.n_failed == 0)
        return WM_OK;
    wm_diag_add(
        r->diags, WM_E506, NULL, r->options->store,
        "holds %llu of %llu points that did not end well; `wattmill export --failed` groups their "
        "reasons",
        (unsigned long long)r->progress.n_failed, (unsigned long long)r->progress.n_total);
    return WM_POINTS_FAILED;
}

enum wm_status wm_study_run(struct wm_arena *arena, const struct wm_study *study,
                            const struct wm_study_options *options,
                            struct wm_study_progress *progress, struct wm_diags *diags)
{
    struct run *const r = WM_NEW(arena, struct run);
    r->study = r->pool.study = study;
    r->options = r->pool.options = options;
    r->diags = diags;
    r->start_s = wm_clock_s();
    r->n_mine = r->progress.n_total = shard_size(study, options);
    enum wm_status status = wm_store_open_study(arena, options->store, study, options->wait_s,
                                                options->stop, &r->store, diags);
    if (status != WM_OK)
        return status;
    r->looks_up = wm_store_n_stored(r->store) > 0;
    if (!wm_worker_open(&r->finder, study, options) || !run_threads(r, arena))
        status = WM_NO_MEMORY;
    wm_worker_close(&r->finder);
    wm_store_close(r->store);
    if (progress != NULL)
        *progress = r->progress;
    return status != WM_OK ? status : verdict(r);
}

static double bytes_of(const struct wm_outcome *o)
{
    double bytes = BYTES_OF_POINT + (double)strlen(o->point.params) +
                   BYTES_OF_VALUE * (double)o->n_values +
                   BYTES_OF_YEARLY * (double)(o->n_years * wm_n_yearly_columns);
    for (size_t i = 0; i < o->n_messages; i++)
        bytes += BYTES_OF_MESSAGE + (double)strlen(o->messages[i]);
    return bytes;
}

/* The first point pays for tables that the others find, so its time counts once. */
static void try_points(struct wm_worker *w, struct wm_arena *arena, uint64_t step,
                       const struct wm_study_options *options, struct wm_study_estimate *out,
                       struct wm_diags *diags)
{
    const uint64_t n = out->n_points, n_tried = n < N_TRIED ? n : N_TRIED;
    double seconds = 0.0, first_s = 0.0, bytes = 0.0;
    uint64_t n_timed = 0;
    for (uint64_t k = 0; k < n_tried; k++) {
        struct wm_outcome o;
        wm_worker_run(w, arena, options->shard_index + n / n_tried * k * step, &o);
        bytes += bytes_of(&o);
        if (k == 0)
            first_s = o.seconds;
        if (o.status == WM_POINT_OK && (k > 0 || n_tried == 1)) {
            seconds += o.seconds;
            n_timed++;
        }
        for (size_t i = 0; i < o.n_messages && o.status != WM_POINT_OK; i++)
            wm_diag_add(diags, WM_W951, NULL,
                        wm_arena_printf(arena, "point %llu", (unsigned long long)o.point.index),
                        "does not end well: %s %s", o.codes[i], o.messages[i]);
    }
    out->point_s = n_timed > 0 ? seconds / (double)n_timed : (double)NAN;
    out->total_s = first_s + out->point_s * (double)(n - 1) / (double)n_jobs(options);
    out->disk_bytes = BYTES_OF_STORE + (double)n * bytes / (double)n_tried;
}

enum wm_status wm_study_estimate(struct wm_arena *arena, const struct wm_study *study,
                                 const struct wm_study_options *options,
                                 struct wm_study_estimate *out, struct wm_diags *diags)
{
    struct wm_worker worker;
    *out =
        (struct wm_study_estimate){.n_points = shard_size(study, options), .point_s = (double)NAN};
    if (out->n_points == 0)
        return WM_OK;
    if (!wm_worker_open(&worker, study, options))
        return WM_NO_MEMORY;
    try_points(&worker, arena, options->n_shards > 1 ? options->n_shards : 1, options, out, diags);
    wm_worker_close(&worker);
    return WM_OK;
}
