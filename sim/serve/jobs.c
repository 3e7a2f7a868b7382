#include "jobs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wattmill/optimise.h"
#include "wattmill/study.h"

#define JOBS_MAX 32  /* remembered, the oldest that ended is forgotten first */
#define NEWS_S   0.2 /* between two */
#define WAIT_S   2.0 /* for another process that uses the store */

enum job_state { JOB_RUNS, JOB_DONE, JOB_STOPPED, JOB_FAILED };
static const char *const state_words[] = {"running", "done", "stopped", "failed"};

struct job {
    struct job_order order;
    struct jobs *jobs;
    enum job_state state;
    uint64_t n_news;
    struct wm_study_progress progress; /* of a search: n_done and n_total alone */
    struct wm_optimum optimum;
    enum wm_status status;
    struct wm_diags diags;
    double told_s;
    atomic_bool stop;
};

struct jobs {
    struct wm_server *server;
    pthread_mutex_t mutex;
    struct job *list[JOBS_MAX]; /* the newest first */
    size_t n;
    struct listener *listeners;
    pthread_t thread;
    bool has_thread, closing; /* a thread to join */
};

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct jobs *jobs_open(struct wm_server *server)
{
    struct jobs *const j = WM_NEW(server->arena, struct jobs);
    j->server = server;
    (void)pthread_mutex_init(&j->mutex, NULL);
    return j;
}

/* With the mutex held. */
static struct job *find(const struct jobs *j, const char *store)
{
    for (size_t i = 0; i < j->n; i++)
        if (strcmp(j->list[i]->order.store, store) == 0)
            return j->list[i];
    return NULL;
}

/* With the mutex held: whoever waits for this job looks again. */
static void wake(struct job *job)
{
    job->n_news++;
    for (struct listener *l = job->jobs->listeners; l != NULL; l = l->next)
        if (l->is_waiting && strcmp(l->store, job->order.store) == 0) {
            l->is_waiting = false;
            l->go_on(l->context);
        }
}

static void tell(struct job *job, const struct wm_study_progress *p)
{
    pthread_mutex_lock(&job->jobs->mutex);
    job->progress = *p;
    if (p->last || now_s() - job->told_s >= NEWS_S) {
        job->told_s = now_s();
        wake(job);
    }
    pthread_mutex_unlock(&job->jobs->mutex);
}

static void on_study(void *context, const struct wm_study_progress *p)
{
    tell(context, p);
}

static void on_search(void *context, size_t n_points, size_t max_points)
{
    const struct wm_study_progress p = {.n_done = n_points, .n_total = max_points};
    tell(context, &p);
}

static enum wm_status work(struct wm_arena *arena, void *context)
{
    struct job *const job = context;
    struct wm_study_progress last = {0};
    struct wm_study_options o = {.store = job->order.path,
                                 .wait_s = WAIT_S,
                                 .stop = &job->stop,
                                 .cache = job->jobs->server->cache,
                                 .progress_context = job};
    if (job->order.kind == JOB_STUDY) {
        o.progress = on_study;
        return wm_study_run(arena, job->order.study, &o, &last, &job->diags);
    }
    job->order.search->study = &o;
    job->order.search->progress = on_search;
    job->order.search->progress_context = job;
    return wm_optimise(arena, job->order.search, &job->optimum, &job->diags);
}

static enum job_state state_after(enum wm_status status)
{
    return status == WM_OK || status == WM_POINTS_FAILED ? JOB_DONE
           : status == WM_INTERRUPTED                    ? JOB_STOPPED
                                                         : JOB_FAILED;
}

static void *run(void *context)
{
    struct job *const job = context;
    const enum wm_status status = wm_arena_guard(job->order.arena, work, job);
    pthread_mutex_lock(&job->jobs->mutex);
    job->status = status;
    if (status == WM_NO_MEMORY)
        job->diags.n_items = 0; /* they lie in what ended */
    job->state = state_after(status);
    wake(job);
    pthread_mutex_unlock(&job->jobs->mutex);
    return NULL;
}

static bool any_runs(const struct jobs *j)
{
    for (size_t i = 0; i < j->n; i++)
        if (j->list[i]->state == JOB_RUNS)
            return true;
    return false;
}

/* With the mutex held: room at the head; an older job of the name and the oldest of many go. */
static void put_first(struct jobs *j, struct job *job)
{
    size_t at = 0;
    while (at < j->n && strcmp(j->list[at]->order.store, job->order.store) != 0)
        at++;
    if (at == JOBS_MAX)
        at--;
    if (at < j->n)
        wm_arena_close(j->list[at]->order.arena);
    else
        j->n++;
    memmove(&j->list[1], &j->list[0], at * sizeof *j->list);
    j->list[0] = job;
}

enum wm_status jobs_start(struct jobs *j, const struct job_order *order, struct wm_diags *diags)
{
    struct job *const job = WM_NEW(order->arena, struct job);
    job->order = *order;
    job->jobs = j;
    job->diags = wm_diags_init(order->arena);
    pthread_mutex_lock(&j->mutex);
    bool starts = !any_runs(j) && !j->closing;
    if (starts && j->has_thread)
        (void)pthread_join(j->thread, NULL); /* it has nothing left but to return */
    if (starts) {
        put_first(j, job);
        j->has_thread = pthread_create(&j->thread, NULL, run, job) == 0;
        if (!j->has_thread)
            job->state = JOB_FAILED;
    }
    pthread_mutex_unlock(&j->mutex);
    if (starts)
        return WM_OK;
    wm_arena_close(order->arena);
    wm_diag_add(diags, WM_E106, NULL, NULL, "a study or search runs; stop it or wait for its end");
    return WM_USAGE;
}

bool jobs_stop(struct jobs *j, const char *store)
{
    pthread_mutex_lock(&j->mutex);
    struct job *const job = find(j, store);
    const bool runs = job != NULL && job->state == JOB_RUNS;
    if (runs)
        atomic_store(&job->stop, true);
    pthread_mutex_unlock(&j->mutex);
    return runs;
}

const char *jobs_request(struct jobs *j, const char *store, struct wm_arena *arena)
{
    pthread_mutex_lock(&j->mutex);
    const struct job *const job = find(j, store);
    const char *const text = job != NULL ? job->order.request : NULL;
    const char *const kept = text != NULL ? wm_arena_copy_text(arena, text, strlen(text)) : NULL;
    pthread_mutex_unlock(&j->mutex);
    return kept;
}

static void write_optimum(struct wm_json_writer *w, const struct job *job)
{
    const struct wm_optimise_params *const p = job->order.search;
    const struct wm_optimum *const o = &job->optimum;
    wm_json_key(w, "optimum");
    wm_json_object_begin(w);
    wm_json_member_string(w, "metric", p->goals[0].text);
    wm_json_member_bool(w, "minimise", p->goals[0].minimise);
    wm_json_member_number(w, "value", o->best.goals[0]);
    wm_json_member_integer(w, "n_points", (int64_t)o->n_points);
    wm_json_member_string(w, "found_by", o->found_by);
    wm_json_key(w, "keys");
    wm_json_object_begin(w);
    for (size_t i = 0; i < p->n_vary; i++) {
        wm_json_key(w, p->vary[i].path);
        wm_json_raw(w, o->best.values[i]);
    }
    wm_json_object_end(w);
    wm_json_key(w, "subject");
    wm_json_array_begin(w);
    for (size_t i = 0; i < p->n_conditions; i++) {
        wm_json_object_begin(w);
        wm_json_member_string(w, "condition", p->conditions[i].is.text);
        wm_json_member_number(w, "value", o->best.conditions[i]);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
    wm_json_object_end(w);
}

/* With the mutex held. */
static void write_job(const struct job *job, struct wm_json_writer *w)
{
    const struct wm_study_progress *const p = &job->progress;
    wm_json_object_begin(w);
    wm_json_member_string(w, "store", job->order.store);
    wm_json_member_string(w, "kind", job->order.kind == JOB_STUDY ? "study" : "optimise");
    wm_json_member_string(w, "state", state_words[job->state]);
    wm_json_member_integer(w, "n_done", (int64_t)p->n_done);
    wm_json_member_integer(w, "n_total", (int64_t)p->n_total);
    wm_json_member_integer(w, "n_skipped", (int64_t)p->n_skipped);
    wm_json_member_integer(w, "n_failed", (int64_t)p->n_failed);
    wm_json_member_number(w, "elapsed_s", p->elapsed_s);
    if (job->state != JOB_RUNS) {
        wm_json_member_integer(w, "exit", wm_status_exit_code(job->status));
        wm_json_key(w, "messages");
        messages_write(w, &job->diags);
    }
    if (job->state == JOB_DONE && job->order.kind == JOB_OPTIMISE)
        write_optimum(w, job);
    wm_json_object_end(w);
}

bool jobs_write(struct jobs *j, const char *store, struct wm_json_writer *w)
{
    pthread_mutex_lock(&j->mutex);
    const struct job *const job = find(j, store);
    if (job != NULL)
        write_job(job, w);
    pthread_mutex_unlock(&j->mutex);
    return job != NULL;
}

void jobs_write_all(struct jobs *j, struct wm_json_writer *w)
{
    pthread_mutex_lock(&j->mutex);
    wm_json_array_begin(w);
    for (size_t i = 0; i < j->n; i++)
        write_job(j->list[i], w);
    wm_json_array_end(w);
    pthread_mutex_unlock(&j->mutex);
}

void jobs_listen(struct jobs *j, struct listener *l)
{
    l->jobs = j;
    pthread_mutex_lock(&j->mutex);
    l->next = j->listeners;
    j->listeners = l;
    pthread_mutex_unlock(&j->mutex);
}

void jobs_forget(struct listener *l)
{
    struct jobs *const j = l->jobs;
    pthread_mutex_lock(&j->mutex);
    for (struct listener **at = &j->listeners; *at != NULL; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            break;
        }
    pthread_mutex_unlock(&j->mutex);
    free(l->text);
    l->text = NULL;
}

/* One event: its data is JSON without line breaks, as the form wants it. With the mutex held. */
static bool write_event(struct listener *l, const struct job *job)
{
    FILE *const file = open_memstream(&l->text, &l->n_text);
    if (file == NULL)
        return false;
    struct wm_json_writer w = wm_json_writer_to_file(file);
    w.pretty = false;
    fprintf(file, "event: %s\ndata: ", job->state == JOB_RUNS ? "progress" : "end");
    write_job(job, &w);
    fputs("\n\n", file);
    l->n_sent = 0;
    l->told = job->n_news + 1;
    l->has_ended = job->state != JOB_RUNS;
    return fclose(file) == 0;
}

static long send_rest(struct listener *l, char *bytes, size_t n)
{
    const size_t rest = l->n_text - l->n_sent, m = rest < n ? rest : n;
    memcpy(bytes, l->text + l->n_sent, m);
    l->n_sent += m;
    if (l->n_sent == l->n_text) {
        free(l->text);
        l->text = NULL;
    }
    return (long)m;
}

long jobs_news(struct listener *l, char *bytes, size_t n)
{
    struct jobs *const j = l->jobs;
    long sent = LISTEN_WAITS;
    pthread_mutex_lock(&j->mutex);
    const struct job *const job = find(j, l->store);
    if (l->text == NULL && (job == NULL || l->has_ended || j->closing))
        sent = LISTEN_ENDED;
    else if (l->text == NULL && l->told == job->n_news + 1) {
        l->is_waiting = true;
        l->wait(l->context);
    } else if (l->text == NULL && !write_event(l, job))
        sent = LISTEN_ENDED;
    if (l->text != NULL)
        sent = send_rest(l, bytes, n);
    pthread_mutex_unlock(&j->mutex);
    return sent;
}

void jobs_close(struct jobs *j)
{
    if (j == NULL)
        return;
    pthread_mutex_lock(&j->mutex);
    j->closing = true;
    for (size_t i = 0; i < j->n; i++)
        atomic_store(&j->list[i]->stop, true);
    for (struct listener *l = j->listeners; l != NULL; l = l->next)
        if (l->is_waiting) {
            l->is_waiting = false;
            l->go_on(l->context);
        }
    pthread_mutex_unlock(&j->mutex);
    if (j->has_thread)
        (void)pthread_join(j->thread, NULL);
    for (size_t i = 0; i < j->n; i++)
        wm_arena_close(j->list[i]->order.arena);
    j->n = 0;
}
