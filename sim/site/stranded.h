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

/** Draw of the site at its potential in some weather [W at the meter], and its slope over IT power. */
struct wm_potential {
    double site_w, site_w_per_it_w;
};

/** @param is_there  [n_partitions] whether the partition is online */
struct wm_potential wm_potential_eval(const struct wm_site_plan *plan,
                                      const struct wm_weather *weather, const bool *is_there);

/** IT power that failed replicas do not draw although they would at their potential [W]. */
double wm_potential_missing_w(const struct wm_site_plan *plan, const double *n_up,
                              const bool *is_there);

enum wm_stranding {
    WM_STRANDED_NAMEPLATE, /* racks were bought by a rule that leaves room at the design hour */
    WM_STRANDED_WEATHER,   /* cooling takes less than at the design hour */
    WM_STRANDED_FAILURES,
    WM_STRANDED_RAMP, /* the draw may not rise or must fall already */
    WM_N_STRANDINGS
};

/** @param out  [WM_N_STRANDINGS] the ceiling less the potential, by cause [W] */
void wm_stranded_split(const struct wm_ceiling_step *ceiling, const struct wm_potential *design,
                       const struct wm_potential *now, double missing_it_w, double *out);

#endif
