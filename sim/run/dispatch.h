/*
 * Dispatch: which operating point each pool takes so that the site stays below a power limit.
 *
 * While everything asked for fits, pools run at full clock. Otherwise power goes to where a watt
 * earns most: the concave envelopes of all pools are climbed in falling order of revenue per watt
 * until the budget is spent, which is the exact maximum of a concave problem; the slope at which it
 * ends is the multiplier. A pool between two vertices of its envelope runs part of its replicas at
 * one and the rest at the other.
 */
#ifndef WM_RUN_DISPATCH_H
#define WM_RUN_DISPATCH_H

#include "surface.h"

/** What dispatch knows of a pool at an instant. */
struct wm_dispatch_pool {
    const struct wm_surface *surface;
    double n_up;               /* replicas that work */
    double demand_tok_per_s;   /* output tokens asked of the pool */
    double usd_per_out_tok;    /* revenue with the input that belongs to it */
    double overhead_frac;      /* shared network and storage over the replicas' power */
};

/** What it decides: every working replica of the pool at a mixture of two points. */
struct wm_dispatch_state {
    struct wm_surface_point low, high;
    double high_frac; /* of the working replicas at `high` */
    double off_frac;  /* of the replicas switched off, of the pool's */
    double it_w;      /* of the pool's working replicas, overhead included */
    double served_tok_per_s;
    double clock_frac;
};

/**
 * @param budget_w  power for all pools' working replicas with overhead [W]
 * @param states    out [n]
 * @return          marginal revenue of a watt of the budget [USD/J]; 0 when all demand is served
 */
double wm_dispatch(const struct wm_dispatch_pool *pools, size_t n, double budget_w,
                   struct wm_dispatch_state *states);

/** The same without a limit: all demand up to capacity at full clock. */
void wm_dispatch_unlimited(const struct wm_dispatch_pool *pools, size_t n,
                           struct wm_dispatch_state *states);

#endif
