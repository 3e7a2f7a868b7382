/* Mixtures of two scenarios, block by block. */
#ifndef WM_ANALYSIS_MIXTURE_H
#define WM_ANALYSIS_MIXTURE_H

#include "wattmill/compare.h"

#define PATHS_PER_BLOCK 8

/** Parts of a scenario that change together. */
struct wm_block {
    const char *name;
    const char *paths[PATHS_PER_BLOCK]; /* "site.tariff", "workloads.*.demand", "fleet" */
    size_t n_paths;
};

#define BLOCKS_MAX 48

/** Blocks in which two scenario trees differ; returns how many. */
size_t wm_blocks_find(struct wm_arena *arena, const struct wm_json *from, const struct wm_json *to,
                      struct wm_block blocks[BLOCKS_MAX]);
/** Joins the blocks whose hardware and model depend on each other; returns how many are left. */
size_t wm_blocks_join(struct wm_arena *arena, struct wm_block *blocks, size_t n);
/** A copy of `from` with the blocks of `set` taken from `to`. */
struct wm_json *wm_mixture(struct wm_arena *arena, const struct wm_json *from,
                           const struct wm_json *to, const struct wm_block *blocks, size_t n,
                           size_t set);

#endif
