/*
 * A pipeline: a replica whose layers stand on several groups of accelerators in turn, its stages.
 *
 * Every stage is a server, and as many micro-batches are under way as there are stages, each with
 * sequences of its own. Back from the last stage a micro-batch is launched again at once, with the
 * prompts that may enter then; a prompt that comes while one of them is empty is launched at once too
 * (so do vLLM's batch queue and Vidur). It takes the same time in every stage,
 *
 *     leaves stage k at max(leaves stage k - 1, stage k is free) + stage time
 *
 * so when it will be back is known at its launch, and stages need no events.
 *
 * While all decode and nobody waits, the others follow the slowest: entering at u with stage time s
 * it is back at u + n s for n stages, and those behind it, of s1, s2, ..., at u + n s + s1,
 * u + n s + s1 + s2, ...: a round. As s grows by the same in every round, many rounds are one jump.
 *
 * Times here are in 2^-24 ns since the replica's last boundary.
 */
#ifndef WM_PIPELINE_H
#define WM_PIPELINE_H

#include "replica_state.h"

struct micro_batch {
    struct batch batch;
    struct chunk *reading;
    uint32_t n_reading;
    bool no_admission;
    bool under_way; /* exactly if it has sequences, but while the replica is held */
    bool decodes;   /* in this pass */
    int64_t back;   /* when it leaves the last stage */
};

/* Rounds that are one jump, from the launch of the leader at the boundary. */
struct rounds {
    uint32_t n, leader;
    uint32_t n_followers;
    uint32_t *followers; /* [stages] in the order in which they are back */
    int64_t first, more; /* stage time of the leader in the first round, and what each takes more */
};

struct pipeline {
    uint32_t n; /* stages, and micro-batches */
    struct micro_batch *micro;
    int64_t *free_at; /* [n] when a stage is free of those launched until now */
    int64_t ready;    /* when an empty one may be launched, as somebody came; INT64_MAX: never */
    int64_t busy_frac;
    bool holds_back; /* no jumps: somebody is about to come */
    struct rounds rounds;
    struct batch none; /* of nobody: what a micro-batch begins as */
};

void pipeline_init(struct wm_replica *r);
/* Begins at a boundary without anything under way. */
void pipeline_start(struct wm_replica *r);
void pipeline_step(struct wm_replica *r);
/* Does what happens before now_ns. Then something may be changed from outside, ... */
void pipeline_catch_up(struct wm_replica *r, int64_t now_ns);
/* ... and this says that it was. */
void pipeline_changed(struct wm_replica *r, int64_t now_ns);
/* Sends everybody back to the queue. */
void pipeline_empty(struct wm_replica *r);

uint32_t pipeline_n_running(const struct wm_replica *r);
uint32_t pipeline_kv_used(const struct wm_replica *r);
uint64_t pipeline_made(const struct wm_replica *r);

#endif
