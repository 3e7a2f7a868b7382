/*
 * Cache: bytes that were computed once, found again by what they were computed from.
 *
 * A key is a SHA-256 (digest.h) over everything the bytes depend on, so an entry is never wrong, only
 * unused. Entries lie in memory, shared by the threads of a process, and, where a folder is given, in
 * files that later processes read. Whatever is odd about a file (cut off, damaged, of another format,
 * machine or key) makes it a miss; whatever fails on writing leaves the cache without that entry.
 * Both layers are bounded: memory by bytes, the folder by number of files, oldest use out first; a
 * process writes no more files than the folder may hold.
 */
#ifndef WATTMILL_CACHE_H
#define WATTMILL_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wattmill/digest.h"

struct wm_cache;

struct wm_cache_params {
    const char *dir;     /* made when missing; NULL: memory alone */
    size_t memory_bytes; /* at most; 0: 64 MiB */
    size_t files_max;    /* in the folder; 0: 2,048 */
};

/** A new empty cache over the folder's files, or NULL when memory ends. */
struct wm_cache *wm_cache_open(const struct wm_cache_params *params);
/** NULL is allowed. */
void wm_cache_close(struct wm_cache *cache);

/**
 * Copies the entry of `key` to `bytes` if there is one of exactly `n_bytes`. Any thread may ask.
 * @return whether there was; `bytes` may hold anything otherwise
 */
bool wm_cache_get(struct wm_cache *cache, const unsigned char key[WM_DIGEST_BYTES], void *bytes,
                  size_t n_bytes);

/** Keeps a copy for later, as far as there is room. Any thread may. Cannot fail. */
void wm_cache_put(struct wm_cache *cache, const unsigned char key[WM_DIGEST_BYTES],
                  const void *bytes, size_t n_bytes);

/** The same in memory alone: for what is faster to compute again than to read from a file. */
void wm_cache_keep(struct wm_cache *cache, const unsigned char key[WM_DIGEST_BYTES],
                   const void *bytes, size_t n_bytes);

struct wm_cache_counts {
    uint64_t memory_hits, file_hits, misses;
};
/** How often it was asked and what came of it. */
struct wm_cache_counts wm_cache_counts(struct wm_cache *cache);

#endif
