/*
 * Look-ahead: what a battery does when the time ahead of it is known.
 *
 * The site runs once without its battery; what that run saw of every billing interval is the outlook. From
 * it a linear programme (store_plan.h) chooses the battery's power over a window, a day and the one after it or a
 * month and the day after it, of which the first part is kept and the rest planned again. Demand charges of the month
 * and of its periods count for what lies above what is billed anyway; coincident peaks cost where they will be. A
 * window answers for its share of what is left of the month: what a kW more allows it allows on the days to come as
 * well. What the battery lacks at the end of what it held at the start costs the window's mean price; a MWh costs
 * what the tariff and agreements for power settled on load make of it. The battery
 * fades along the plan: a first plan takes the most that it can fade, a second what the first makes of it.
 *
 * Foresight is perfect inside the window: load, failures, prices, weather, calls. What a site earns
 * with forecasts is less. Left out: to start or stop engines (they follow their
 * rules), ratchets on later months; a site that draws at a negative price to charge and discharge at once.
 */
#ifndef WM_SITE_LOOKAHEAD_H
#define WM_SITE_LOOKAHEAD_H

#include "meter.h"
#include "onsite.h"

/** A billing interval of the site without its battery. */
struct wm_outlook_row {
    struct wm_surroundings around;
    int64_t at_us;
    double load_w;                 /* of the site, less what engines called for the ceiling give */
    double usd_per_mwh;            /* of one more at the meter, agreements for power on */
    double cut_w, cut_usd_per_mwh; /* not drawn under the ceiling, and its worth */
    double allowed_w, contract_w;
    double free_w;                       /* what solar and baseload could give */
    double engine_w, engine_usd_per_mwh; /* and engines that run for energy */
};

struct wm_lookahead;

/** @param outlook  [n_bins]; everything lives in `arena`, nothing is taken from it later */
struct wm_lookahead *wm_lookahead_new(struct wm_arena *arena, const struct wm_storage *storage,
                                      const struct wm_outlook_row *outlook, size_t n_bins);

/** Power planned for interval `bin` [W], > 0 gives; plans anew where a window begins. */
double wm_lookahead_power_w(struct wm_lookahead *ahead, size_t bin, const struct wm_onsite *onsite,
                            const struct wm_meter *meter);

/** Fills what on-site supply and the flow of an interval say; surroundings and times are the caller's. */
void wm_outlook_supply(struct wm_outlook_row *row, const struct wm_onsite *onsite, double site_w);

#endif
