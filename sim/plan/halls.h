/*
 * Halls: the facility of each, sized for its share of the contract, and how many racks may stand in it.
 *
 * A hall gets a share of the contract at the design hour; its IT design power is what its own plant and
 * power chain leave of that, and no more than its distribution carries. Racks stand in rows: so many in
 * one as the row's feed carries by the pool's rule of provisioning (nameplate, profile, observed draw).
 * Rack and row are limits of what is installed; the hall's limit also holds at every instant.
 *
 * Left out: rows of unlike racks (a pool's last row may stay part empty), and single feeds at an instant:
 * racks of a row are taken to draw alike.
 */
#ifndef WM_PLAN_HALLS_H
#define WM_PLAN_HALLS_H

#include "wattmill/facility.h"
#include "wattmill/scenario.h"

/** What gave the number of a pool's racks. */
enum wm_rack_bound {
    WM_RACKS_BY_COUNT,
    WM_RACKS_BY_DEMAND,
    WM_RACKS_BY_SHARE, /* of the contract, at the design hour */
    WM_RACKS_BY_HALL,  /* what the hall's distribution carries */
    WM_RACKS_BY_ROW,   /* what its rows carry, or have places for */
    WM_N_RACK_BOUNDS
};

struct wm_hall_plan {
    const char *name;
    const struct wm_site_hall *given; /* NULL: the site's own plant */
    struct wm_facility facility;
    double share_frac;  /* of the contract */
    double it_limit_w;  /* INFINITY: none */
    bool is_it_limited; /* its distribution carries less than its share of the contract would */
};

/** What of a fleet entry stands in its hall. */
struct wm_hall_load {
    const struct wm_accelerator *hw; /* of two kinds their mean */
    double n_gpus;                   /* where its count is given */
};

/** Plans of the halls [the number of them], for weather of the design hour and `loads` by fleet entry. */
struct wm_hall_plan *wm_halls_plan(struct wm_arena *arena, const struct wm_scenario *scenario,
                                   const struct wm_weather *design,
                                   const struct wm_hall_load *loads, size_t *n_halls);

/** Index of a fleet entry's hall in the plan; cannot fail. */
size_t wm_halls_index(const struct wm_site *site, const struct wm_fleet *fleet);

/** Racks of `rack_w` that a row of the hall takes; INT64_MAX: no limit is given. */
int64_t wm_hall_racks_per_row(const struct wm_hall_plan *hall, double rack_w);

/** Adds all powers, heats and flows of `part` to `sum`. */
void wm_facility_power_add(struct wm_facility_power *sum, const struct wm_facility_power *part);

#endif
