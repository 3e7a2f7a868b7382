/*
 * Stages: parts of a run that were computed once and are shared by the points of a study.
 *
 * A run is a chain of stages, each a function of what it reads. The output of one is kept under the digest
 * of exactly that, so that a point whose inputs of a stage are those of another point takes its output and
 * never an older or a similar one. Records lie in memory, shared by the threads of a process and bounded
 * by bytes: those used longest ago go first, but never one that a run still reads.
 */
#ifndef WATTMILL_STAGES_H
#define WATTMILL_STAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wattmill/arena.h"
#include "wattmill/digest.h"

enum wm_run_stage {
    WM_RUN_STAGE_WEIGHTS, /* accelerator time of a token of each class, by which prices are compared */
    WM_RUN_STAGE_PLAN,    /* provisioning: racks, replicas, serving tables */
    WM_RUN_STAGE_YEAR,    /* outages, dispatch and meter, with the twin without windows */
    WM_N_RUN_STAGES
};
const char *wm_run_stage_name(enum wm_run_stage stage);

struct wm_stages;
struct wm_stage_record;

/** An empty store of at most about `max_bytes` (0: 128 MiB), or NULL when memory ends. */
struct wm_stages *wm_stages_open(size_t max_bytes);
/** NULL is allowed. @pre nobody holds a record */
void wm_stages_close(struct wm_stages *stages);

/**
 * The output kept under `key`, or NULL. Any thread may ask.
 * @param hold  out: what wm_stages_release() needs once the output is no longer read
 */
const void *wm_stages_take(struct wm_stages *stages, enum wm_run_stage stage,
                           const unsigned char key[WM_DIGEST_BYTES], struct wm_stage_record **hold);

/**
 * Keeps `output`, which lives in `arena` as all it points at does; the store closes the arena. Memory that
 * ends is the arena's boundary's, and then the arena is still the caller's. Where another thread was faster,
 * both stay until they are released.
 */
void wm_stages_keep(struct wm_stages *stages, enum wm_run_stage stage,
                    const unsigned char key[WM_DIGEST_BYTES], struct wm_arena *arena,
                    const void *output, struct wm_stage_record **hold);

/** NULL is allowed. */
void wm_stages_release(struct wm_stages *stages, struct wm_stage_record *hold);

struct wm_stage_counts {
    uint64_t asked, reused, dropped; /* dropped: for want of room */
    size_t n_held, held_bytes;
};
struct wm_stage_counts wm_stages_counts(struct wm_stages *stages, enum wm_run_stage stage);

#endif
