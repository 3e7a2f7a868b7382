/*
 * Preloaded into the command: the N-th allocation fails, and all after it where TORTURE_FOR says so.
 *
 *   TORTURE_AT=N         1 is the first
 *   TORTURE_FOR=M        as many fail from there on (default 1)
 *   TORTURE_STACKS=FILE  no failure: at the end, the number of the first allocation of each different stack of callers
 */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define N_FRAMES 24
#define N_SLOTS  (1 << 18)
#define N_FIRSTS 65536

static atomic_long n_calls;
static long first, last;
static const char *stacks;
static uint64_t seen[N_SLOTS]; /* hashes, open addressing */
static long firsts[N_FIRSTS];
static int n_firsts;
static _Thread_local int is_inside;

__attribute__((constructor)) static void begin(void)
{
    const char *const at = getenv("TORTURE_AT");
    const char *const many = getenv("TORTURE_FOR");
    void *frames[N_FRAMES];
    (void)backtrace(frames, N_FRAMES); /* loads what it needs */
    unsetenv("LD_PRELOAD");            /* children are left in peace */
    stacks = getenv("TORTURE_STACKS");
    first = at != NULL ? atol(at) : 0;
    last = first + (many != NULL ? atol(many) : 1) - 1;
    n_calls = 0;
}

static uint64_t hash_of_callers(void)
{
    void *frames[N_FRAMES];
    const int n = backtrace(frames, N_FRAMES);
    uint64_t hash = 1469598103934665603u;
    for (int i = 2; i < n; i++)
        hash = (hash ^ (uintptr_t)frames[i]) * 1099511628211u;
    return hash != 0 ? hash : 1;
}

static void note(long n)
{
    const uint64_t hash = hash_of_callers();
    for (size_t i = hash % N_SLOTS;; i = (i + 1) % N_SLOTS) {
        if (seen[i] == hash)
            return;
        if (seen[i] == 0) {
            seen[i] = hash;
            if (n_firsts < N_FIRSTS)
                firsts[n_firsts++] = n;
            return;
        }
    }
}

static int is_failing(void)
{
    if (is_inside)
        return 0;
    const long n = atomic_fetch_add(&n_calls, 1) + 1;
    if (stacks != NULL) {
        is_inside = 1;
        note(n);
        is_inside = 0;
    } else if (n >= first && n <= last) {
        errno = ENOMEM;
        return 1;
    }
    return 0;
}

__attribute__((destructor)) static void end(void)
{
    FILE *const out = stacks != NULL ? fopen(stacks, "w") : NULL;
    for (int i = 0; out != NULL && i < n_firsts; i++)
        fprintf(out, "%ld\n", firsts[i]);
    if (out != NULL)
        (void)fclose(out);
}

void *__libc_malloc(size_t n_bytes);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n_bytes);

void *malloc(size_t n_bytes)
{
    return is_failing() ? NULL : __libc_malloc(n_bytes);
}

void *calloc(size_t n, size_t size)
{
    return is_failing() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n_bytes)
{
    return is_failing() ? NULL : __libc_realloc(p, n_bytes);
}
