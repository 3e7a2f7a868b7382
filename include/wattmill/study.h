/*
 * Study: many runs of one scenario, along axes.
 *
 * A study file names a base scenario, axes by dotted path and a design; `{"sweep": ...}` and
 * `{"dist": ...}` inside the base scenario are axes as well. Point i of a study is a pure function
 * of i: nothing lists the points, so a study of a million costs the memory of one. Worker threads run
 * points; one thread writes what they found to a store (store.h), each point under the hash of its
 * parameters, seed, base scenario and version. What is stored is not run again.
 *
 * Grid-like designs give every point the scenario's seed; point i of `monte_carlo` has the seed
 * hash(seed, i). The content of the store, as exported, does not depend on the number of threads, on
 * shards or on interruptions.
 */
#ifndef WATTMILL_STUDY_H
#define WATTMILL_STUDY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "wattmill/digest.h"
#include "wattmill/form.h"
#include "wattmill/results.h"
#include "wattmill/stages.h"

struct wm_study;

/** How points are placed, by design.def; words of the study's key `design`. */
enum wm_design {
#define WM_DESIGN(id, word) WM_DESIGN_##id,
#include "wattmill/design.def"
#undef WM_DESIGN
    WM_N_DESIGNS
};
extern const char *const wm_design_words[];
extern const struct wm_field wm_study_fields[];

/**
 * Reads a study file, or a scenario that holds `sweep` or `dist` objects, with its base scenario.
 * Every value of every axis is read through the scenario's tables here, so that an unknown path, a
 * wrong type or a number out of range is found before anything runs.
 *
 * @param sets  `n_sets` overrides of the base scenario
 * @return WM_OK; WM_IO (E102); WM_INVALID (E2xx, E501); WM_USAGE (E103)
 */
enum wm_status wm_study_load(struct wm_arena *arena, const char *path,
                             const struct wm_override *sets, size_t n_sets,
                             const struct wm_study **out, struct wm_diags *diags);

/** The same from memory; `path` is shown in places, and `base` is relative to its folder. */
enum wm_status wm_study_load_text(struct wm_arena *arena, const char *text, size_t n_bytes,
                                  const char *path, const struct wm_override *sets, size_t n_sets,
                                  const struct wm_study **out, struct wm_diags *diags);

const char *wm_study_name(const struct wm_study *study);
enum wm_design wm_study_design(const struct wm_study *study);
uint64_t wm_study_n_points(const struct wm_study *study);
size_t wm_study_n_axes(const struct wm_study *study);
/** Column heading of an axis: its `name`, else its path. */
const char *wm_study_axis_name(const struct wm_study *study, size_t axis);

/** First bytes of a SHA-256. */
#define WM_POINT_HASH_BYTES 16

/** One point, ready to run. */
struct wm_point {
    uint64_t index;
    int64_t seed;
    const char *params; /* JSON object: axis name -> value, in the order of the axes */
    unsigned char hash[WM_POINT_HASH_BYTES];
};

/** What a point became; words are those of the store's column `status`. */
enum wm_point_status {
    WM_POINT_OK,
    WM_POINT_INFEASIBLE, /* E301: no feasible operating point */
    WM_POINT_INVALID,    /* the combination of values contradicts itself */
    WM_POINT_FAILED,     /* a balance did not close, or memory ended */
    WM_N_POINT_STATUSES
};
const char *wm_point_status_word(enum wm_point_status status);

/**
 * What is run at a point; wm_study_run() takes wm_run() when it is NULL. Called by several threads
 * at once; everything it allocates lives in `arena`, which is reset before the next point.
 */
typedef enum wm_status wm_point_fn(void *context, struct wm_arena *arena,
                                   const struct wm_scenario *scenario, const struct wm_point *point,
                                   const struct wm_results **results, struct wm_diags *diags);

struct wm_study_progress {
    uint64_t n_total;   /* points of this shard */
    uint64_t n_done;    /* of these: finished, now or before */
    uint64_t n_skipped; /* found in the store */
    uint64_t n_ok, n_failed;
    double elapsed_s;
    bool last;
};
typedef void wm_progress_fn(void *context, const struct wm_study_progress *progress);

struct wm_study_options {
    const char *store;              /* path of the SQLite file */
    unsigned n_jobs;                /* threads; 0: as many as processors are online */
    uint64_t shard_index, n_shards; /* points with index % n_shards == shard_index; 0 shards: all */
    bool retry;                     /* run points again that did not end well */
    double wait_s;                  /* for another process that uses the store */
    atomic_bool *stop;              /* true: finish the points that run, commit, return */
    wm_progress_fn *progress;       /* a few times a second, from the calling thread */
    void *progress_context;
    struct wm_cache *cache;   /* of serving tables, for wm_run(); NULL: none */
    struct wm_stages *stages; /* likewise of parts that points share */
    size_t range_draws;       /* of each run's own range; 0: none */
    wm_point_fn *run;         /* NULL: wm_run() */
    void *run_context;
};

/**
 * Runs what is not yet in the store.
 *
 * @param progress  out, the final count; may be NULL
 * @return WM_OK; WM_POINTS_FAILED when a point of the shard, now or before, did not end well (E506);
 *         WM_INTERRUPTED; WM_IO with E502 (other study), E503 (damaged), E504 (in use) or E505
 *         (cannot be written); WM_NO_MEMORY
 */
enum wm_status wm_study_run(struct wm_arena *arena, const struct wm_study *study,
                            const struct wm_study_options *options,
                            struct wm_study_progress *progress, struct wm_diags *diags);

/** What a run would cost. */
struct wm_study_estimate {
    uint64_t n_points; /* of the shard */
    double point_s; /* of a point that finds its tables; NAN when none that was tried ended well */
    double total_s; /* on `n_jobs` threads */
    double disk_bytes;
};

/** Runs up to four points of the shard, times all but the first, and works out the rest; nothing is written. */
enum wm_status wm_study_estimate(struct wm_arena *arena, const struct wm_study *study,
                                 const struct wm_study_options *options,
                                 struct wm_study_estimate *out, struct wm_diags *diags);

#endif
