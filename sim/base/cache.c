/*
 * Memory is a table of sets with a few places each: a key belongs to one set, and when the set or the
 * memory is full the place that was used longest ago is taken. Files are written aside and renamed,
 * so that readers see whole ones; a file begins with a header that says what it must be.
 */
#include "wattmill/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "wattmill/arena.h"

enum { N_SETS = 256, N_WAYS = 4, HEX_BYTES = 2 * WM_DIGEST_BYTES };
static const size_t default_memory_bytes = (size_t)64 << 20, default_files = 2048;
static const char suffix[] = ".table", aside[] = ".aside-";
static const time_t aside_s = 86400; /* a file aside that is older was left by a killed process */

struct place {
    unsigned char key[WM_DIGEST_BYTES];
    size_t n_bytes, room; /* n_bytes 0: free */
    uint64_t used;        /* at which request */
    unsigned char *bytes;
};

struct wm_cache {
    pthread_mutex_t mutex; /* over everything below */
    struct wm_arena *arena;
    size_t memory_bytes, files_max;
    const char *dir; /* NULL: no folder, or none that can be used */
    uint64_t clock, n_written;
    struct wm_cache_counts counts;
    struct place places[N_SETS][N_WAYS];
};

/* What a file begins with; the machine's own byte order, which `order` tells apart. */
struct header {
    char magic[16];
    uint64_t order, n_bytes;
    unsigned char key[WM_DIGEST_BYTES], sum[WM_DIGEST_BYTES];
};

static struct header header_of(const unsigned char *key, const void *bytes, size_t n_bytes)
{
    struct header h = {.magic = "wattmill table1", .order = 0x0102030405060708u};
    h.n_bytes = n_bytes;
    memcpy(h.key, key, WM_DIGEST_BYTES);
    wm_digest_of(bytes, n_bytes, h.sum);
    return h;
}

/* Makes the folder and those above it; false when it cannot be. */
static bool make_folder(struct wm_arena *arena, const char *dir)
{
    char *const path = wm_arena_copy_text(arena, dir, strlen(dir));
    if (path[0] == '\0')
        return false;
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        (void)mkdir(path, 0777);
        *at = '/';
    }
    struct stat info;
    (void)mkdir(path, 0700);
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

struct wm_cache *wm_cache_open(const struct wm_cache_params *params)
{
    struct wm_arena *const arena = wm_arena_open();
    jmp_buf boundary;
    if (arena == NULL)
        return NULL;
    if (setjmp(boundary)) {
        wm_arena_close(arena);
        return NULL;
    }
    wm_arena_on_exhausted(arena, &boundary);
    struct wm_cache *const c = WM_NEW(arena, struct wm_cache);
    c->arena = arena;
    c->memory_bytes = params->memory_bytes > 0 ? params->memory_bytes : default_memory_bytes;
    c->files_max = params->files_max > 0 ? params->files_max : default_files;
    if (params->dir != NULL && make_folder(arena, params->dir))
        c->dir = wm_arena_copy_text(arena, params->dir, strlen(params->dir));
    pthread_mutex_init(&c->mutex, NULL);
    wm_arena_on_exhausted(arena, NULL);
    return c;
}

void wm_cache_close(struct wm_cache *c)
{
    if (c == NULL)
        return;
    pthread_mutex_destroy(&c->mutex);
    wm_arena_close(c->arena);
}

static struct place *set_of(struct wm_cache *c, const unsigned char *key)
{
    return c->places[key[0]]; /* SHA-256: any byte is as good as any other */
}

static struct place *find(struct wm_cache *c, const unsigned char *key, size_t n_bytes)
{
    struct place *const set = set_of(c, key);
    for (size_t i = 0; i < N_WAYS; i++)
        if (set[i].n_bytes == n_bytes && memcmp(set[i].key, key, WM_DIGEST_BYTES) == 0)
            return &set[i];
    return NULL;
}

/* The place to fill: a free one while memory lasts, else the one used longest ago that has room. */
static struct place *make_room(struct wm_cache *c, const unsigned char *key, size_t n_bytes)
{
    struct place *const set = set_of(c, key), *best = NULL;
    const bool may_grow = wm_arena_used_bytes(c->arena) + n_bytes <= c->memory_bytes;
    for (size_t i = 0; i < N_WAYS; i++)
        if ((may_grow || set[i].room >= n_bytes) && (best == NULL || set[i].used < best->used))
            best = &set[i];
    if (best != NULL && best->room < n_bytes) {
        best->bytes = wm_arena_alloc(c->arena, n_bytes, 1);
        best->room = n_bytes;
    }
    return best;
}

/* @pre the mutex is held */
static void remember(struct wm_cache *c, const unsigned char *key, const void *bytes,
                     size_t n_bytes)
{
    jmp_buf boundary;
    if (find(c, key, n_bytes) != NULL || setjmp(boundary))
        return; /* known already, or no memory for it */
    wm_arena_on_exhausted(c->arena, &boundary);
    struct place *const p = make_room(c, key, n_bytes);
    wm_arena_on_exhausted(c->arena, NULL);
    if (p == NULL)
        return;
    memcpy(p->key, key, WM_DIGEST_BYTES);
    memcpy(p->bytes, bytes, n_bytes);
    p->n_bytes = n_bytes;
    p->used = ++c->clock;
}

static bool path_of(const struct wm_cache *c, const unsigned char *key, char path[4096])
{
    char hex[HEX_BYTES + 1];
    for (size_t i = 0; i < WM_DIGEST_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned)key[i]);
    return snprintf(path, 4096, "%s/%s%s", c->dir, hex, suffix) < 4096;
}

static bool read_file(const struct wm_cache *c, const unsigned char *key, void *bytes,
                      size_t n_bytes)
{
    char path[4096];
    struct header found;
    if (!path_of(c, key, path))
        return false;
    FILE *const file = fopen(path, "rb");
    if (file == NULL)
        return false;
    bool good = fread(&found, sizeof found, 1, file) == 1 &&
                fread(bytes, 1, n_bytes, file) == n_bytes && fgetc(file) == EOF;
    if (good) {
        const struct header wanted = header_of(key, bytes, n_bytes);
        good = memcmp(&found, &wanted, sizeof wanted) == 0;
    }
    if (good)
        (void)futimens(fileno(file), NULL); /* used now; where that is refused it grows old */
    (void)fclose(file);
    return good;
}

struct listed {
    struct timespec used;
    char name[HEX_BYTES + sizeof suffix];
};

static int by_age(const void *a, const void *b)
{
    const struct listed *const x = a, *const y = b;
    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec)
        return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

static bool is_table(const char *name)
{
    return strlen(name) == HEX_BYTES + sizeof suffix - 1 && strcmp(name + HEX_BYTES, suffix) == 0;
}

/* Files of the folder, and of them those aside that nobody will finish are removed. */
static size_t list_files(DIR *dir, struct listed *list, size_t n_max)
{
    size_t n = 0;
    struct stat info;
    rewinddir(dir);
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        const bool is_aside = strncmp(e->d_name, aside, sizeof aside - 1) == 0;
        if ((!is_aside && !is_table(e->d_name)) || fstatat(dirfd(dir), e->d_name, &info, 0) != 0)
            continue;
        if (is_aside && info.st_mtime + aside_s < time(NULL))
            (void)unlinkat(dirfd(dir), e->d_name, 0);
        if (is_aside || n == n_max)
            continue;
        list[n].used = info.st_mtim;
        memcpy(list[n++].name, e->d_name, sizeof list->name);
    }
    return n;
}

static size_t count_files(DIR *dir)
{
    size_t n = 0;
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        n += is_table(e->d_name);
    return n;
}

/* Removes those used longest ago of `n_found` files, until three quarters of what is allowed are left. */
static void remove_old(const struct wm_cache *c, DIR *dir, size_t n_found)
{
    struct wm_arena *const arena = wm_arena_open();
    jmp_buf boundary;
    if (arena == NULL)
        return;
    if (setjmp(boundary) == 0) {
        wm_arena_on_exhausted(arena, &boundary);
        struct listed *const list = WM_NEW_ARRAY(arena, struct listed, n_found);
        const size_t n = list_files(dir, list, n_found);
        qsort(list, n, sizeof *list, by_age);
        for (size_t i = 0; i + c->files_max - c->files_max / 4 < n; i++)
            (void)unlinkat(dirfd(dir), list[i].name, 0);
    }
    wm_arena_close(arena);
}

static void trim(const struct wm_cache *c)
{
    DIR *const dir = opendir(c->dir);
    if (dir == NULL)
        return;
    const size_t n_found = count_files(dir);
    if (n_found > c->files_max)
        remove_old(c, dir, n_found);
    (void)closedir(dir);
}

static void write_file(const struct wm_cache *c, const unsigned char *key, const void *bytes,
                       size_t n_bytes)
{
    char path[4096], tmp[4096];
    if (!path_of(c, key, path) ||
        snprintf(tmp, sizeof tmp, "%s/%sXXXXXX", c->dir, aside) >= (int)sizeof tmp)
        return;
    const int fd = mkstemp(tmp);
    if (fd < 0)
        return;
    FILE *const file = fdopen(fd, "wb");
    if (file == NULL) {
        (void)close(fd);
        (void)unlink(tmp);
        return;
    }
    const struct header h = header_of(key, bytes, n_bytes);
    bool good = fwrite(&h, sizeof h, 1, file) == 1 && fwrite(bytes, 1, n_bytes, file) == n_bytes;
    good = fclose(file) == 0 && good;
    if (!good || rename(tmp, path) != 0)
        (void)unlink(tmp);
}

bool wm_cache_get(struct wm_cache *c, const unsigned char key[WM_DIGEST_BYTES], void *bytes,
                  size_t n_bytes)
{
    pthread_mutex_lock(&c->mutex);
    struct place *const p = find(c, key, n_bytes);
    if (p != NULL) {
        memcpy(bytes, p->bytes, n_bytes);
        p->used = ++c->clock;
        c->counts.memory_hits++;
    }
    pthread_mutex_unlock(&c->mutex);
    if (p != NULL)
        return true;
    const bool found = c->dir != NULL && read_file(c, key, bytes, n_bytes);
    pthread_mutex_lock(&c->mutex);
    if (found)
        remember(c, key, bytes, n_bytes);
    *(found ? &c->counts.file_hits : &c->counts.misses) += 1;
    pthread_mutex_unlock(&c->mutex);
    return found;
}

void wm_cache_keep(struct wm_cache *c, const unsigned char key[WM_DIGEST_BYTES], const void *bytes,
                   size_t n_bytes)
{
    pthread_mutex_lock(&c->mutex);
    remember(c, key, bytes, n_bytes);
    pthread_mutex_unlock(&c->mutex);
}

void wm_cache_put(struct wm_cache *c, const unsigned char key[WM_DIGEST_BYTES], const void *bytes,
                  size_t n_bytes)
{
    enum { TRIM_EVERY = 64 };
    pthread_mutex_lock(&c->mutex);
    remember(c, key, bytes, n_bytes);
    /* more than the folder holds would only drive each other out */
    const bool writes = c->dir != NULL && c->n_written < c->files_max;
    const bool trims = writes && c->n_written++ % TRIM_EVERY == 0;
    pthread_mutex_unlock(&c->mutex);
    if (!writes)
        return;
    write_file(c, key, bytes, n_bytes);
    if (trims)
        trim(c);
}

struct wm_cache_counts wm_cache_counts(struct wm_cache *c)
{
    pthread_mutex_lock(&c->mutex);
    const struct wm_cache_counts counts = c->counts;
    pthread_mutex_unlock(&c->mutex);
    return counts;
}
