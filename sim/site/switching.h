/*
 * Switching: replicas that a binding ceiling leaves without work are switched off at once, and take
 * their time to come back, while they start, load their model and draw what an idle one does.
 *
 * Dispatch says how many it wants; who is off cannot serve before it is back. Replicas in excess of
 * what is wanted stop starting, the last to begin first. Shares are of the replicas that work: failures
 * meet those that are off as often as others.
 *
 * Left out: wear of the switching, and anticipation: the site does not start replicas before they
 * are wanted. Gangs of jobs stand by at their checkpoints and are never off.
 */
#ifndef WM_RUN_SWITCHING_H
#define WM_RUN_SWITCHING_H

#include "flow.h"

/** Replicas that began to start together; what starts while all are taken joins the last. */
struct wm_start {
    double frac;
    int64_t back_us;
};
enum { WM_STARTS = 4 };

struct wm_switching {
    size_t n_partitions;
    int64_t return_us;                    /* from off to serving */
    struct wm_switched *switched;         /* [n_partitions] */
    struct wm_start (*starts)[WM_STARTS]; /* [n_partitions], in order of time; 0: none */
};

struct wm_switching wm_switching_new(struct wm_arena *arena, size_t n_partitions, double return_s);

/**
 * The state that follows `was` at `now_us` when dispatch of all working replicas found `wanted`.
 *
 * @return whether some that are wanted are not there yet
 */
bool wm_switching_follow(struct wm_switching *next, const struct wm_switching *was,
                         const struct wm_site_flow *wanted, int64_t now_us);

/** The flow of the instant: of all working replicas, or of those that are on while others that it wants
 *  start. `next` follows `was` and holds when the flow is kept. */
void wm_switching_eval(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                       struct wm_instant *instant, const struct wm_switching *was,
                       struct wm_switching *next, int64_t now_us, struct wm_board *board,
                       struct wm_site_flow *flow);

/** When the next replicas are back; INT64_MAX: none is starting. */
int64_t wm_switching_back_us(const struct wm_switching *switching);

#endif
