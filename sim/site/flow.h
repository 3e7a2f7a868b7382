/*
 * Flow: the site's state at an instant as rates per second. Pure: the same instant gives the same
 * flow, however often it is asked for.
 */
#ifndef WM_RUN_FLOW_H
#define WM_RUN_FLOW_H

#include "account.h"
#include "board.h"
#include "ceiling.h"

/** Shares of a partition's working replicas that cannot serve. */
struct wm_switched {
    double off_frac, starting_frac;
};

/** What the events have made of the site. */
struct wm_instant {
    struct wm_weather weather;
    double energy_usd_per_mwh; /* price of the hour */
    double support_w;          /* by which storage and generation could lift the ceiling */
    const struct wm_ceiling_step *ceiling;
    const double *n_up;   /* [n_partitions] working replicas; 0 where the pool is not there */
    const bool *is_there; /* [n_partitions] */
    const struct wm_switched *switched; /* [n_partitions], of the working; NULL: all can serve */
    const double *chiller_lost_frac;    /* [n_halls] of the mechanical cooling */
    struct wm_potential design_potential, potential; /* at the design hour, in this weather */
    const double *offered; /* [n_classes] output tokens asked for [tok/s] */
    const double *wanted;  /* [n_classes] the same, or what batch work could use [tok/s] */
    const bool *is_urgent; /* [n_classes] whether what is not served now is lost */
};

/** A flow whose arrays have room. */
struct wm_site_flow wm_flow_new(struct wm_arena *arena, const struct wm_site_plan *plan);

/** Evaluates the flow of an instant into `flow` (whose arrays have room), on a board. */
void wm_flow_eval(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                  const struct wm_instant *instant, struct wm_board *board,
                  struct wm_site_flow *flow);

/** Output rate at the latency target with all replicas up, clocks solved at the design hour [tok/s]. */
double wm_design_capacity(struct wm_arena *arena, const struct wm_scenario *scenario,
                          const struct wm_site_plan *plan);

#endif
