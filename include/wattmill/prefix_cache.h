/*
 * Prefix cache: which leading blocks of a prompt are found because an earlier prompt began alike.
 *
 * Blocks are named by hashes that include everything before them, as engines do, so a prompt hits
 * as many leading blocks as are present. Least recently used blocks leave first; the blocks of a
 * prompt are touched from its end to its beginning, so that a tail leaves before its head. Touching
 * does not depend on hits, hence LRU's inclusion property holds: hits never fall as the cache grows.
 */
#ifndef WATTMILL_PREFIX_CACHE_H
#define WATTMILL_PREFIX_CACHE_H

#include <stdint.h>

#include "wattmill/arena.h"

#define WM_CACHE_UNLIMITED UINT32_MAX

struct wm_prefix_cache;

/** @param capacity  blocks it holds; 0 never hits, WM_CACHE_UNLIMITED grows as needed */
struct wm_prefix_cache *wm_prefix_cache_new(struct wm_arena *arena, uint32_t capacity);
/** Leading blocks present; then all `n` are, as far as they fit. */
uint32_t wm_prefix_cache_use(struct wm_prefix_cache *cache, const uint64_t *blocks, uint32_t n);
/** Leading blocks present, without touching any: what a router looks at. */
uint32_t wm_prefix_cache_peek(const struct wm_prefix_cache *cache, const uint64_t *blocks,
                              uint32_t n);
/** Forgets everything (the replica failed). */
void wm_prefix_cache_clear(struct wm_prefix_cache *cache);
uint32_t wm_prefix_cache_n(const struct wm_prefix_cache *cache);

#endif
