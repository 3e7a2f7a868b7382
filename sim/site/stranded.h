/*
 * Stranded MW: what of the ceiling could not be used even if demand had no limit, by cause.
 *
 * The potential is the site's draw with everything there at capacity and full clock. Walking from
 * the ceiling down through the potential at the design hour, in the hour's weather, without what
 * has failed, and within a ramp, each step strands what it takes; what demand leaves is slack.
 */
#ifndef WM_RUN_STRANDED_H
#define WM_RUN_STRANDED_H

#include "../plan/provision.h"
#include "ceiling.h"

/** Draw of the site at its potential in some weather [W at the meter], and its slope over a hall's IT power. */
struct wm_potential {
    double site_w;
    double *it_w;            /* [n_halls] */
    double *site_w_per_it_w; /* [n_halls] */
    double *missing_w;       /* [n_halls] where wm_potential_missing_w() sums */
};
struct wm_potential wm_potential_new(struct wm_arena *arena, const struct wm_site_plan *plan);

void wm_potential_copy(const struct wm_site_plan *plan, const struct wm_potential *from,
                       struct wm_potential *to);

/** @param is_there  [n_partitions] whether the partition is online */
void wm_potential_eval(const struct wm_site_plan *plan, const struct wm_weather *weather,
                       const bool *is_there, struct wm_potential *potential);

/** Power at the meter that failed replicas do not draw although they would at their potential [W]. */
double wm_potential_missing_w(const struct wm_site_plan *plan,
                              const struct wm_potential *potential, const double *n_up,
                              const bool *is_there);

enum wm_stranding {
    WM_STRANDED_NAMEPLATE, /* racks were bought by a rule that leaves room at the design hour */
    WM_STRANDED_WEATHER,   /* cooling takes less than at the design hour */
    WM_STRANDED_FAILURES,
    WM_STRANDED_RAMP, /* the draw may not rise or must fall already */
    WM_N_STRANDINGS
};

/** @param out  [WM_N_STRANDINGS] the ceiling less the potential, by cause [W] */
void wm_stranded_split(const struct wm_ceiling_step *ceiling, double design_w, double now_w,
                       double missing_w, double *out);

#endif
