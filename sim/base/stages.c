/* A hash table of records in chains, and a list of all of them by last use; one mutex over both. */
#include "wattmill/stages.h"

#include <pthread.h>
#include <setjmp.h>
#include <string.h>

enum { N_CHAINS = 1024 };
static const size_t default_bytes = (size_t)128 << 20, arena_bytes = (size_t)32 << 10;

struct wm_stage_record {
    unsigned char key[WM_DIGEST_BYTES];
    enum wm_run_stage stage;
    struct wm_arena *arena;
    const void *output;
    size_t n_bytes;
    unsigned n_readers;
    struct wm_stage_record *next;          /* of the chain */
    struct wm_stage_record *newer, *older; /* by last use */
};

struct wm_stages {
    struct wm_arena *arena;
    pthread_mutex_t mutex; /* over everything below */
    size_t max_bytes, held_bytes;
    struct wm_stage_record *chains[N_CHAINS];
    struct wm_stage_record *newest, *oldest;
    struct wm_stage_counts counts[WM_N_RUN_STAGES];
};

const char *wm_run_stage_name(enum wm_run_stage stage)
{
    static const char *const names[WM_N_RUN_STAGES] = {[WM_RUN_STAGE_WEIGHTS] = "weights",
                                                       [WM_RUN_STAGE_PLAN] = "provisioning",
                                                       [WM_RUN_STAGE_YEAR] = "year"};
    return names[stage];
}

struct wm_stages *wm_stages_open(size_t max_bytes)
{
    struct wm_arena *const arena = wm_arena_open();
    const size_t volatile limit = max_bytes > 0 ? max_bytes : default_bytes;
    jmp_buf boundary;
    if (arena == NULL)
        return NULL;
    if (setjmp(boundary)) {
        wm_arena_close(arena);
        return NULL;
    }
    wm_arena_on_exhausted(arena, &boundary);
    struct wm_stages *const s = WM_NEW(arena, struct wm_stages);
    wm_arena_on_exhausted(arena, NULL);
    s->arena = arena;
    s->max_bytes = limit;
    pthread_mutex_init(&s->mutex, NULL);
    return s;
}

static struct wm_stage_record **chain_of(struct wm_stages *s, const unsigned char *key)
{
    return &s->chains[(key[0] | key[1] << 8) % N_CHAINS]; /* of a SHA-256 any bytes will do */
}

static void unlink_use(struct wm_stages *s, struct wm_stage_record *r)
{
    *(r->newer != NULL ? &r->newer->older : &s->newest) = r->older;
    *(r->older != NULL ? &r->older->newer : &s->oldest) = r->newer;
}

static void link_newest(struct wm_stages *s, struct wm_stage_record *r)
{
    r->newer = NULL;
    r->older = s->newest;
    *(s->newest != NULL ? &s->newest->newer : &s->oldest) = r;
    s->newest = r;
}

static void drop(struct wm_stages *s, struct wm_stage_record *r)
{
    struct wm_stage_record **at = chain_of(s, r->key);
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    unlink_use(s, r);
    s->held_bytes -= r->n_bytes;
    s->counts[r->stage].n_held--;
    s->counts[r->stage].held_bytes -= r->n_bytes;
    wm_arena_close(r->arena); /* and the record with it */
}

/* Those used longest ago that nobody reads, until the rest fits. */
static void make_room(struct wm_stages *s)
{
    struct wm_stage_record *r = s->oldest;
    while (r != NULL && s->held_bytes > s->max_bytes) {
        struct wm_stage_record *const newer = r->newer;
        if (r->n_readers == 0) {
            s->counts[r->stage].dropped++;
            drop(s, r);
        }
        r = newer;
    }
}

void wm_stages_close(struct wm_stages *s)
{
    if (s == NULL)
        return;
    while (s->oldest != NULL)
        drop(s, s->oldest);
    pthread_mutex_destroy(&s->mutex);
    wm_arena_close(s->arena);
}

const void *wm_stages_take(struct wm_stages *s, enum wm_run_stage stage,
                           const unsigned char key[WM_DIGEST_BYTES], struct wm_stage_record **hold)
{
    pthread_mutex_lock(&s->mutex);
    struct wm_stage_record *r = *chain_of(s, key);
    while (r != NULL && (r->stage != stage || memcmp(r->key, key, WM_DIGEST_BYTES) != 0))
        r = r->next;
    s->counts[stage].asked++;
    if (r != NULL) {
        s->counts[stage].reused++;
        r->n_readers++;
        unlink_use(s, r);
        link_newest(s, r);
    }
    pthread_mutex_unlock(&s->mutex);
    *hold = r;
    return r != NULL ? r->output : NULL;
}

void wm_stages_keep(struct wm_stages *s, enum wm_run_stage stage,
                    const unsigned char key[WM_DIGEST_BYTES], struct wm_arena *arena,
                    const void *output, struct wm_stage_record **hold)
{
    const size_t used = wm_arena_used_bytes(arena);
    struct wm_stage_record *const r = WM_NEW(arena, struct wm_stage_record);
    (void)wm_arena_on_exhausted(arena, NULL); /* nothing is taken from it any more */
    memcpy(r->key, key, WM_DIGEST_BYTES);
    r->stage = stage;
    r->arena = arena;
    r->output = output;
    r->n_bytes = sizeof *r + (used > arena_bytes ? used : arena_bytes);
    r->n_readers = 1;
    pthread_mutex_lock(&s->mutex);
    struct wm_stage_record **const chain = chain_of(s, key);
    r->next = *chain;
    *chain = r;
    link_newest(s, r);
    s->held_bytes += r->n_bytes;
    s->counts[stage].n_held++;
    s->counts[stage].held_bytes += r->n_bytes;
    make_room(s);
    pthread_mutex_unlock(&s->mutex);
    *hold = r;
}

void wm_stages_release(struct wm_stages *s, struct wm_stage_record *hold)
{
    if (hold == NULL)
        return;
    pthread_mutex_lock(&s->mutex);
    hold->n_readers--;
    make_room(s);
    pthread_mutex_unlock(&s->mutex);
}

struct wm_stage_counts wm_stages_counts(struct wm_stages *s, enum wm_run_stage stage)
{
    pthread_mutex_lock(&s->mutex);
    const struct wm_stage_counts counts = s->counts[stage];
    pthread_mutex_unlock(&s->mutex);
    return counts;
}
