/*
 * Arena: memory that is released whole. One arena per scenario, one per run.
 *
 * Allocation never returns NULL: when memory ends, the arena jumps to the run boundary that was set
 * with wm_arena_on_exhausted(), else to the guard around the thread's work; it aborts when there is none.
 */
#ifndef WATTMILL_ARENA_H
#define WATTMILL_ARENA_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "wattmill/status.h"

struct wm_arena;

/** A new empty arena, or NULL when even that does not fit. */
struct wm_arena *wm_arena_open(void);
/** A new empty one within a guard, which is where memory that ends leads. */
struct wm_arena *wm_arena_begin(void);
/** One for a part that allocates on a thread of its own; it is closed, or emptied for good, with `parent`. */
struct wm_arena *wm_arena_open_child(struct wm_arena *parent);
/** One for a part on the same thread: it is closed with `parent`, or before; its memory that ends is the parent's. */
struct wm_arena *wm_arena_open_part(struct wm_arena *parent);
/** Releases everything allocated in `arena`; NULL is allowed. */
void wm_arena_close(struct wm_arena *arena);
/**
 * Forgets everything allocated, keeping the memory for what comes next: a loop that resets its arena
 * asks the system for nothing after its first rounds. Memory the last round left unused is given back.
 */
void wm_arena_reset(struct wm_arena *arena);
/**
 * Where to longjmp (value 1) when memory ends; NULL means abort.
 * @return what was set before, to be set again
 */
jmp_buf *wm_arena_on_exhausted(struct wm_arena *arena, jmp_buf *boundary);
/**
 * Calls `fn` with a boundary of its own around it, for all arenas on this thread that have none, so that memory
 * that ends is a status; of the guard around this one too, whoever overlooks it in between. Inside, the thread reads
 * and writes numbers with points: a host of the library may have chosen another locale.
 * @param arena  one whose boundary is kept aside meanwhile, or NULL
 * @return what `fn` returns, or WM_NO_MEMORY
 */
enum wm_status wm_arena_guard(struct wm_arena *arena,
                              enum wm_status (*fn)(struct wm_arena *arena, void *context),
                              void *context);
/**
 * Memory ended on this thread where nothing could jump, inside a library: what is computed with it is void. The
 * guard around it then says WM_NO_MEMORY, and no file gets its name (wm_out_commit).
 */
void wm_memory_note_ended(void);
bool wm_memory_has_ended(void);
/** Jumps there, or aborts: for a caller that found the memory of a part ended. */
_Noreturn void wm_arena_give_up(struct wm_arena *arena);
/** The same without an arena: to the guard around this thread's work. */
_Noreturn void wm_memory_give_up(void);

/** `n` objects of `size` bytes each, zeroed, aligned for any type and to 64 bytes if large. */
void *wm_arena_alloc(struct wm_arena *arena, size_t n, size_t size);
/** Copy of the `n_bytes` at `text`, with a 0 byte appended. */
char *wm_arena_copy_text(struct wm_arena *arena, const char *text, size_t n_bytes);
/** printf into the arena. */
char *wm_arena_printf(struct wm_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** Bytes handed out so far. */
size_t wm_arena_used_bytes(const struct wm_arena *arena);

#define WM_NEW(arena, type)          ((type *)wm_arena_alloc((arena), 1, sizeof(type)))
#define WM_NEW_ARRAY(arena, type, n) ((type *)wm_arena_alloc((arena), (n), sizeof(type)))

#endif
