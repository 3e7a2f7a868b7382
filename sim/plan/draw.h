/*
 * Draw: what a partition's accelerators draw at the load that just meets its targets, for
 * provisioning by observed draw, and the clock at which they keep an efficiency profile's limit.
 */
#ifndef WM_RUN_DRAW_H
#define WM_RUN_DRAW_H

#include "provision.h"

/**
 * 99th percentile of a rack's mean draw over 15 minutes at full load [W per accelerator, host
 * included, shared network and storage not].
 *
 * The batch in service is Poisson (M/G/inf) with the answers' service time T as its correlation
 * time, so the mean over an interval I keeps min(1, 2 T / I) of its variance; replicas of a rack are
 * independent. Gangs draw their full power.
 */
double wm_draw_p99_w(const struct wm_partition *partition,
                     const struct wm_accelerator *accelerator);

/**
 * For a measured curve, which says no more than the mean over boards: the fastest clock at which those of
 * a replica at capacity draw the efficiency profile's limit on average while busy. (The model caps each
 * board in each of its steps: `cap_frac` of the case.)
 * @return 1 when the limit does not bind
 */
double wm_draw_max_q_clock(const struct wm_serving_plan *plan);

/** Limit of a board under max_q [W]: the profile lowers boards and the rest of the rack by one share. */
double wm_draw_max_q_board_w(const struct wm_accelerator *accelerator);

#endif
