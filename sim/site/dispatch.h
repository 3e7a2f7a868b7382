/*
 * Dispatch: which operating point each partition takes so that the site stays below a power limit.
 *
 * While everything asked for fits, partitions run at full clock, or, under a policy that saves, with the
 * fewest watts that serve it: some replicas at a good point, the rest at rest. Otherwise the policy decides:
 *
 *   marginal_revenue  the concave envelopes of all partitions are climbed in falling order of
 *                     revenue per watt until the budget is spent or a watt no longer earns what it
 *                     costs, which is the exact maximum of a concave problem; the margin at which it
 *                     ends is the multiplier. Work that can wait comes after all that cannot
 *   priority          the same climb, in falling order of the classes' ranks
 *   uniform           one clock for all partitions, the same share shed of every class
 *
 * A partition between two vertices of its envelope runs part of its replicas at one and the rest at
 * the other. The envelope begins where replicas are switched off: under a ceiling that binds they work
 * where a watt gives most, or not at all; while power is left over, those without work are brought
 * back to stand by, idle with their model resident, and clocks rise.
 *
 * A site of several halls has a limit of each hall beside that of all: the climb goes on elsewhere when a
 * hall is full, and one clock for all becomes a lower one in a hall that cannot keep it. Rates are in the partition's own tokens: a class whose tokens cost more counts more.
 */
#ifndef WM_RUN_DISPATCH_H
#define WM_RUN_DISPATCH_H

#include "../plan/surface.h"
#include "wattmill/scenario.h"

/** A class's demand on a partition, or a part of it. */
struct wm_tier {
    double rate_tok_per_s;
    double usd_per_tok;       /* revenue */
    double worth_usd_per_tok; /* lost for good when not served now: 0 for work that can wait */
    double rank;              /* priority: higher is served first */
    uint32_t class;
};

/** What dispatch knows of a partition at an instant. */
struct wm_dispatch_item {
    const struct wm_surface *surface;
    const struct wm_thrift
        *thrift;                 /* NULL: all work that can, at full clock, while nothing binds */
    double n_up;                 /* replicas that work */
    double demand_tok_per_s;     /* sum over tiers */
    double overhead_frac;        /* shared network and storage over the replicas' power */
    const struct wm_tier *tiers; /* in the order in which they are served */
    size_t n_tiers;
    size_t hall;
};

/** What it decides: every working replica of the partition at a mixture of two points. */
struct wm_dispatch_state {
    struct wm_spread mix;    /* of a working replica */
    double it_w;             /* of all working replicas, overhead included */
    double served_tok_per_s; /* by all of them */
};

/** A hall's own limit, and what its watts weigh in the budget of all. */
struct wm_dispatch_hall {
    double weight;   /* watts of the order's budget, at the meter, per watt of IT */
    double budget_w; /* for its working replicas with overhead; INFINITY: none of its own */
};

struct wm_dispatch_order {
    enum wm_capping capping;
    double budget_w;       /* for all working replicas with overhead: IT, or at the meter with `halls` */
    double cost_usd_per_j; /* of energy there: below it a watt is not worth drawing */
    const struct wm_dispatch_hall *halls; /* [n_halls]; NULL: one, whose budget is that of all */
    size_t n_halls;
};

/** Worth of one more watt of the budget; all 0 when it is slack. */
struct wm_margin {
    double usd_per_j; /* its cost taken off where it has one */
    /* how it came about: tokens of a class that it makes, 0 where several classes share it */
    double tok_per_j;
    uint32_t class;
    bool has_cost;
};

/** Where dispatch works, made once for all instants. */
struct wm_dispatch_room;
struct wm_dispatch_room *wm_dispatch_room_new(struct wm_arena *arena, size_t n_items,
                                              size_t n_halls);

/** @param states  out [n]. Time grows with n log n. */
struct wm_margin wm_dispatch(struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                             size_t n, const struct wm_dispatch_order *order,
                             struct wm_dispatch_state *states);

/** The same without a limit: all demand up to capacity at full clock, or with least energy by thrift. */
void wm_dispatch_unlimited(const struct wm_dispatch_item *items, size_t n,
                           struct wm_dispatch_state *states);

/** Least revenue of a watt over the items' last pieces in use [USD/J]: above it nothing is shed. */
double wm_dispatch_least_margin(const struct wm_dispatch_item *items, size_t n);

#endif
