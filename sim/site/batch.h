/*
 * Batch work: tokens that wait for capacity until their deadline, first come first served.
 *
 * Arrivals of a billing interval become available together at its end, with the deadline of the
 * first of them. In an interval the queue asks for the rate that would empty it by the interval's
 * end; it gets what interactive classes and the ceiling leave. While energy is dear it asks for what
 * is due only. What is not served by its deadline is dropped.
 */
#ifndef WM_RUN_BATCH_H
#define WM_RUN_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wattmill/arena.h"

/** Arrivals of one interval that still wait. */
struct wm_batch_cohort {
    int64_t deadline_us;
    double tok;
};

struct wm_batch_queue {
    struct wm_batch_cohort *cohorts; /* ring of `size` */
    size_t size, head, n;
    double waiting_tok;  /* sum over cohorts */
    double arriving_tok; /* of the present interval */
    double served_tok;   /* in the present interval, not yet taken from cohorts */
};

/** An empty queue for work that waits at most `n_intervals` intervals. */
struct wm_batch_queue wm_batch_queue_new(struct wm_arena *arena, size_t n_intervals);

/** Rate that would empty the queue within `left_s` > 0 seconds. */
double wm_batch_wanted(const struct wm_batch_queue *queue, double left_s);

/** The part of it that expires by `until_us`. */
double wm_batch_due(const struct wm_batch_queue *queue, int64_t until_us);

/** Whether the oldest cohort expires before `until_us`. */
bool wm_batch_is_urgent(const struct wm_batch_queue *queue, int64_t until_us);

/** Counts arrivals and service of a stretch of the present interval. */
void wm_batch_add(struct wm_batch_queue *queue, double offered_tok, double served_tok);

/**
 * Ends the interval: what was served leaves, what has expired at `end_us` is dropped, the
 * interval's arrivals join with `deadline_us`.
 * @return tokens dropped
 */
double wm_batch_end_interval(struct wm_batch_queue *queue, int64_t end_us, int64_t deadline_us);

#endif
