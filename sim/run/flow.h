/*
 * Flow: the site's state at an instant as rates per second. Pure: the same instant gives the same
 * flow, however often it is asked for.
 */
#ifndef WM_RUN_FLOW_H
#define WM_RUN_FLOW_H

#include "account.h"
#include "ceiling.h"

/** What the events have made of the site. */
struct wm_instant {
    struct wm_weather weather;
    double shape_index_hour;   /* hour of the week, UTC, [0, 168) */
    const struct wm_ceiling_step *ceiling;
    const double *n_up;        /* [n_pools] working replicas */
};

/** Evaluates the flow of an instant into `flow` (whose `pools` has room for n_pools). */
void wm_flow_eval(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                  const struct wm_instant *instant, struct wm_site_flow *flow);

/** Output rate at the latency target with all replicas up, clocks solved at the design hour [tok/s]. */
double wm_design_capacity(const struct wm_scenario *scenario, const struct wm_site_plan *plan);

#endif
