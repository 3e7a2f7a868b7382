/*
 * A chain of chunks, each filled from the front. Chunks come zeroed from calloc, or from before a
 * reset, which zeroed what had been used; so handing out memory is a pointer bump. An allocation too
 * big for a chunk gets its own.
 */
#include "wattmill/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/require.h"

#define CHUNK_BYTES_FIRST ((size_t)32 << 10)
#define CHUNK_BYTES_MAX   ((size_t)1 << 20)
#define ALIGN_SMALL       ((size_t)16)
#define ALIGN_LARGE       ((size_t)64) /* a cache line */
#define LARGE_BYTES       ((size_t)256)

struct chunk {
    struct chunk *next; /* older */
    size_t n_bytes, used_bytes;
    /* the bytes follow */
};

struct wm_arena {
    struct chunk *chunk; /* the one being filled */
    struct chunk *spare; /* from before the last reset, zeroed */
    size_t chunk_bytes;  /* size of the next one */
    size_t used_bytes;
    jmp_buf *boundary;
    struct wm_arena *first_child, *sibling; /* closed with this one */
    struct wm_arena *whole;                 /* of a part: its parent */
};

/* Where this thread's memory that ends is caught, unless an arena has a boundary of its own. */
static _Thread_local jmp_buf *guarded;
static _Thread_local bool memory_has_ended;

struct wm_arena *wm_arena_open(void)
{
    struct wm_arena *arena = calloc(1, sizeof *arena);
    if (arena != NULL)
        arena->chunk_bytes = CHUNK_BYTES_FIRST;
    return arena;
}

struct wm_arena *wm_arena_begin(void)
{
    struct wm_arena *const arena = wm_arena_open();
    if (arena == NULL)
        wm_memory_give_up();
    return arena;
}

static void free_chain(struct chunk *c)
{
    while (c != NULL) {
        struct chunk *const next = c->next;
        free(c);
        c = next;
    }
}

struct wm_arena *wm_arena_open_child(struct wm_arena *parent)
{
    struct wm_arena *const child = wm_arena_open();
    if (child == NULL)
        wm_arena_give_up(parent);
    child->sibling = parent->first_child;
    parent->first_child = child;
    return child;
}

struct wm_arena *wm_arena_open_part(struct wm_arena *parent)
{
    struct wm_arena *const part = wm_arena_open_child(parent);
    part->whole = parent;
    return part;
}

/* A part that is closed before its parent leaves the parent's list. */
static void leave(struct wm_arena *part)
{
    struct wm_arena **at = &part->whole->first_child;
    while (*at != NULL && *at != part)
        at = &(*at)->sibling;
    if (*at == part)
        *at = part->sibling;
}

static void close_children(struct wm_arena *arena)
{
    while (arena->first_child != NULL) {
        struct wm_arena *const child = arena->first_child;
        arena->first_child = child->sibling;
        wm_arena_close(child);
    }
}

void wm_arena_close(struct wm_arena *arena)
{
    if (arena == NULL)
        return;
    if (arena->whole != NULL)
        leave(arena);
    close_children(arena);
    free_chain(arena->chunk);
    free_chain(arena->spare);
    free(arena);
}

void wm_arena_reset(struct wm_arena *arena)
{
    close_children(arena);
    free_chain(arena->spare);
    for (struct chunk *c = arena->chunk; c != NULL; c = c->next) {
        memset(c + 1, 0, c->used_bytes);
        c->used_bytes = 0;
    }
    arena->spare = arena->chunk;
    arena->chunk = NULL;
    arena->chunk_bytes = CHUNK_BYTES_FIRST; /* the same sizes again, so that the spares fit */
    arena->used_bytes = 0;
}

jmp_buf *wm_arena_on_exhausted(struct wm_arena *arena, jmp_buf *boundary)
{
    jmp_buf *const before = arena->boundary;
    arena->boundary = boundary;
    return before;
}

/* Numbers have points on this thread, whatever locale the host of the library chose; what it was before. */
static locale_t plain_numbers(void)
{
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* of the C library, mostly */
    return plain != (locale_t)0 ? uselocale(plain) : (locale_t)0;
}

static void host_numbers(locale_t host)
{
    if (host != (locale_t)0)
        freelocale(uselocale(host));
}

enum wm_status wm_arena_guard(struct wm_arena *arena,
                              enum wm_status (*fn)(struct wm_arena *arena, void *context),
                              void *context)
{
    jmp_buf here;
    jmp_buf *volatile const before = arena != NULL ? wm_arena_on_exhausted(arena, &here) : NULL;
    jmp_buf *volatile const outer = guarded;
    const bool had_ended = memory_has_ended;
    const locale_t host = plain_numbers();
    memory_has_ended = false;
    guarded = &here;
    enum wm_status status = setjmp(here) == 0 ? fn(arena, context) : WM_NO_MEMORY;
    if (memory_has_ended)
        status = WM_NO_MEMORY;
    memory_has_ended = had_ended || (status == WM_NO_MEMORY && outer != NULL);
    guarded = outer;
    if (arena != NULL)
        (void)wm_arena_on_exhausted(arena, before);
    host_numbers(host);
    return status;
}

void wm_memory_note_ended(void)
{
    memory_has_ended = true;
}

bool wm_memory_has_ended(void)
{
    return memory_has_ended;
}

void wm_arena_give_up(struct wm_arena *arena)
{
    for (; arena != NULL; arena = arena->whole)
        if (arena->boundary != NULL)
            longjmp(*arena->boundary, 1);
    wm_memory_give_up();
}

void wm_memory_give_up(void)
{
    if (guarded != NULL)
        longjmp(*guarded, 1);
    wm_require_failed("memory is left (no boundary set)", __FILE__, __LINE__);
}

/* The first free address of `c` with the alignment, or NULL when `n_bytes` do not fit behind it. */
static void *place_in(struct chunk *c, size_t n_bytes, size_t align)
{
    char *const start = (char *)(c + 1);
    const size_t pad = (size_t)(-((uintptr_t)start + c->used_bytes)) & (align - 1);
    const size_t room = c->n_bytes - c->used_bytes;
    if (room < pad || room - pad < n_bytes)
        return NULL;
    void *const p = start + c->used_bytes + pad;
    c->used_bytes += pad + n_bytes;
    return p;
}

/* The smallest spare chunk that holds `n_bytes`, taken off the list, or NULL. */
static struct chunk *take_spare(struct wm_arena *arena, size_t n_bytes)
{
    struct chunk **best = NULL;
    for (struct chunk **at = &arena->spare; *at != NULL; at = &(*at)->next)
        if ((*at)->n_bytes >= n_bytes && (best == NULL || (*at)->n_bytes < (*best)->n_bytes))
            best = at;
    if (best == NULL)
        return NULL;
    struct chunk *const c = *best;
    *best = c->next;
    c->next = NULL;
    return c;
}

static struct chunk *chunk_new(struct wm_arena *arena, size_t n_bytes)
{
    if (n_bytes > SIZE_MAX - sizeof(struct chunk))
        wm_arena_give_up(arena);
    struct chunk *const spare = take_spare(arena, n_bytes);
    if (spare != NULL)
        return spare;
    struct chunk *c = calloc(1, sizeof *c + n_bytes);
    if (c == NULL)
        wm_arena_give_up(arena);
    c->n_bytes = n_bytes;
    return c;
}

/* A chunk of its own, behind the one being filled, so that the latter's rest is not lost. */
static void *alloc_big(struct wm_arena *arena, size_t n_bytes, size_t align)
{
    if (n_bytes > SIZE_MAX - align)
        wm_arena_give_up(arena);
    struct chunk *c = chunk_new(arena, n_bytes + align);
    if (arena->chunk == NULL) {
        arena->chunk = c;
    } else {
        c->next = arena->chunk->next;
        arena->chunk->next = c;
    }
    return place_in(c, n_bytes, align);
}

void *wm_arena_alloc(struct wm_arena *arena, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        wm_arena_give_up(arena);
    const size_t n_bytes = n * size;
    const size_t align = n_bytes >= LARGE_BYTES ? ALIGN_LARGE : ALIGN_SMALL;

    void *p = arena->chunk != NULL ? place_in(arena->chunk, n_bytes, align) : NULL;
    if (p == NULL && n_bytes > arena->chunk_bytes / 4) {
        p = alloc_big(arena, n_bytes, align);
    } else if (p == NULL) {
        struct chunk *c = chunk_new(arena, arena->chunk_bytes);
        c->next = arena->chunk;
        arena->chunk = c;
        if (arena->chunk_bytes < CHUNK_BYTES_MAX)
            arena->chunk_bytes *= 2;
        p = place_in(c, n_bytes, align);
    }
    WM_REQUIRE(p != NULL);
    arena->used_bytes += n_bytes;
    return p;
}

char *wm_arena_copy_text(struct wm_arena *arena, const char *text, size_t n_bytes)
{
    if (n_bytes == SIZE_MAX)
        wm_arena_give_up(arena);
    char *copy = wm_arena_alloc(arena, n_bytes + 1, 1);
    if (n_bytes > 0)
        memcpy(copy, text, n_bytes);
    return copy;
}

char *wm_arena_printf(struct wm_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    WM_REQUIRE(n >= 0);
    char *text = wm_arena_alloc(arena, (size_t)n + 1, 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

size_t wm_arena_used_bytes(const struct wm_arena *arena)
{
    return arena->used_bytes;
}
