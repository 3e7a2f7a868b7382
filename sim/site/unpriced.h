/*
 * Unpriced: what prices are laid on once a run is over. Energy is summed by the lines of the tariff that hold
 * together, tokens by class, and of the time in which the ceiling binds what a watt made and of whom. Prices
 * stand still during a run, so money is these sums times prices, and a run can be priced anew without being
 * run anew.
 */
#ifndef WM_SITE_UNPRICED_H
#define WM_SITE_UNPRICED_H

#include "../plan/billing.h"

/** Sums under one set of lines; `market`: the same times the file's price [USD/MWh], where it has one. */
struct wm_energy_sum {
    double site_j, it_j, meter_j; /* drawn by the site, by IT, from the meter */
    double bound_s;               /* time in which a watt more costs this price and earns more */
};
struct wm_energy_tally {
    struct wm_energy_sum plain, market;
};

struct wm_class_tally {
    double billed_tok; /* served, or served in time where what is late is refunded */
    double
        margin_tok_ws; /* tokens that a watt at the meter would have made, over time [tok/J x s] */
};

struct wm_unpriced {
    struct wm_energy_tally *energy; /* [sets->capacity] */
    struct wm_class_tally *classes; /* [n_classes] */
    double mixed_usd_per_mwh_s;     /* worth of a watt that several classes share, over time */
};

struct wm_unpriced wm_unpriced_new(struct wm_arena *arena, const struct wm_price_sets *sets,
                                   size_t n_classes);
/** Copies the sums. */
void wm_unpriced_copy(struct wm_unpriced *to, const struct wm_unpriced *from,
                      const struct wm_price_sets *sets, size_t n_classes);

#endif
