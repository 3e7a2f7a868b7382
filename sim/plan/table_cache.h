/*
 * Plans and serving tables, computed once for equal inputs.
 *
 * A table takes a few milliseconds and depends on the accelerator, the model, the engine, the mix of
 * requests and the targets, not on prices, weather, contract or the number of racks: the points of a
 * study mostly share it. Of an accelerator they read how it serves: what it costs, how often it fails, how it stands in
 * racks and how it trains is unset in the copy that they are made from. The key is a SHA-256 over all of that, value by value, and over the sources
 * of the serving model and the compiler, which the build knows; so a change of the model needs no
 * version to be raised. What comes from the cache is equal to the last bit.
 */
#ifndef WM_RUN_TABLE_CACHE_H
#define WM_RUN_TABLE_CACHE_H

#include "surface.h"
#include "wattmill/cache.h"

/** Where plans and tables come from. */
struct wm_table_source {
    struct wm_cache *cache; /* NULL: always computed */
    unsigned n_threads;     /* for one table; 0 is 1 */
};

/** wm_serving_plan(), or the same from the cache. */
struct wm_serving_plan wm_table_plan(const struct wm_table_source *source,
                                     const struct wm_serving_case *c);

/** wm_surface_new(), or the same from the cache. */
const struct wm_surface *wm_table_surface(const struct wm_table_source *source,
                                          struct wm_arena *arena,
                                          const struct wm_serving_plan *plan, double top_clock_frac,
                                          double off_frac);

#endif
