/* One worker: its own copy of the tree, memory that is reset from point to point. */
#ifndef WM_SWEEP_RUNNER_H
#define WM_SWEEP_RUNNER_H

#include "record.h"

struct wm_worker {
    const struct wm_study *study;
    struct wm_arena *arena;   /* as long as the worker */
    struct wm_arena *scratch; /* of one point */
    struct wm_expander expander;
    wm_point_fn *run;
    void *run_context;
    struct wm_cache *cache;
    struct wm_stages *stages;
    size_t range_draws;
};

/** Seconds on a clock that never goes back. */
double wm_clock_s(void);

/** False when memory ends. */
bool wm_worker_open(struct wm_worker *worker, const struct wm_study *study,
                    const struct wm_study_options *options);
void wm_worker_close(struct wm_worker *worker);
/** Runs point `index`; what `out` points at lives in `keep`. */
void wm_worker_run(struct wm_worker *worker, struct wm_arena *keep, uint64_t index,
                   struct wm_outcome *out);

#endif
