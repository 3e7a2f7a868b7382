/*
 * Board: what dispatch decides on at an instant, and the limits that it decides under: the ceiling at the
 * meter, and in each hall what the plant can cool and what the distribution carries.
 *
 * With one hall the ceiling is a limit of its IT power, found from the facility. With several, watts of
 * unlike halls weigh unlike much at the meter: they are weighed by the halls' marginal PUE, and the budget
 * in these is searched at which the halls together draw what is allowed, from below.
 */
#ifndef WM_RUN_BOARD_H
#define WM_RUN_BOARD_H

#include "account.h"
#include "dispatch.h"

/** A hall at the instant [W of IT]. */
struct wm_board_hall {
    double switched_w;    /* replicas that are off or start */
    double resting_w;     /* accelerators that serve nothing, while they are on */
    double resting_off_w; /* the same accelerators, switched off */
    double resting_frac;  /* of resting_w, as decided */
    double it_w;          /* all of it */
    double asked_w;       /* the same without any limit */
    double cool_w;        /* most that the plant cools; INFINITY: more than is asked for */
    double cap_w;         /* that, or what the distribution carries */
};

/** Partitions that serve something; `index` maps back. */
struct wm_board {
    struct wm_dispatch_item *items;   /* [n] */
    struct wm_dispatch_state *states; /* [n] */
    size_t *index;                    /* [n] */
    struct wm_tier *tiers;
    size_t n, n_tiers;
    struct wm_board_hall *halls; /* [plan->n_halls] */
    struct wm_dispatch_hall *orders;
    struct wm_dispatch_room *room;
    struct wm_hall_flow *full; /* [plan->n_halls] of the flow with all that works; switching.c */
};

/** What holds at an instant. */
struct wm_limits {
    const struct wm_weather *weather;
    const double *chiller_lost_frac; /* [n_halls]; NULL: none is lost, and heat is no limit */
    double allowed_w;                /* at the meter */
    double cost_usd_per_j;           /* of energy at the meter */
    enum wm_capping capping;
    double within_frac; /* of a limit that is used: sums over partitions round in the last digits */
};

/** Room for a plan's instants. */
struct wm_board *wm_board_new(struct wm_arena *arena, const struct wm_site_plan *plan);

/**
 * Finds the states under the limits. Fills the flow's halls and power, requested_w, cooled_w, held_w,
 * shadow price and is_bound.
 */
void wm_board_decide(struct wm_board *board, const struct wm_site_plan *plan,
                     const struct wm_limits *limits, struct wm_site_flow *flow);

#endif
