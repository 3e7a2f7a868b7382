/*
 * Thermal inertia: how fast halls and loops warm when cooling is lost, and what the IT does then.
 *
 * Air hall, two nodes (air and what stands in it), net heat Q - Q_cool constant between events:
 *
 *     C_a dT/dt = Q - UA (T - T_m),   C_m dT_m/dt = UA (T - T_m)
 *     mean     (C_a T + C_m T_m) / C rises by Q / C a second, C = C_a + C_m
 *     T - T_m  goes to Q tau / C_a with tau = C_a C_m / (UA C)
 *
 * so one exponential and a straight line are the exact solution. Liquid loops are one node.
 * Capacities are per kilowatt of IT design power, so that any hall follows from its size.
 */
#ifndef WATTMILL_THERMAL_H
#define WATTMILL_THERMAL_H

#include "wattmill/catalog_head.h"

struct wm_thermal {
    double air_j_per_k_w;   /* C_a over the air-cooled design power */
    double solid_j_per_k_w; /* C_m likewise */
    double exchange_per_k;  /* UA likewise [W/K per W] */
    double loop_j_per_k_w;  /* water and pipes over the liquid-cooled design power */
    double tank_m3;         /* chilled buffer, both loops */
    double tank_range_k;    /* warming of the tank that still cools */
    double air_inlet_c;     /* before a trip */
    double air_limit_c;     /* inlet air at which IT begins to throttle */
    double liquid_margin_k; /* of the coolant above its supply, likewise */
    double restart_s;       /* chillers after a trip */
};

extern const struct wm_field wm_thermal_fields[];

/** Two nodes. */
struct wm_hall {
    double air_j_per_k, solid_j_per_k, exchange_w_per_k;
};
struct wm_hall_state {
    double air_c, solid_c;
};

/** State `time_s` >= 0 later under constant net heat [W]; exact. */
struct wm_hall_state wm_hall_after(const struct wm_hall *hall, const struct wm_hall_state *state,
                                   double net_heat_w, double time_s);

/**
 * When the air first reaches `limit_c` [s].
 * @return 0 when it is there; INFINITY when it never gets there
 */
double wm_hall_crossing_s(const struct wm_hall *hall, const struct wm_hall_state *state,
                          double net_heat_w, double limit_c);

/** What a site lives through when all cooling trips at once. */
struct wm_ride_through {
    double tank_s;          /* the buffer carries the heat */
    double air_s, liquid_s; /* then to the limit of each loop; INFINITY where there is none */
    double limit_s;         /* from the trip to the first throttling */
    double margin_s;        /* limit_s less the time the chillers need to come back */
};

/**
 * @param air_w, liquid_w                heat of the two loops [W]
 * @param air_design_w, liquid_design_w  what they were sized for [W], > 0 where the heat is
 */
struct wm_ride_through wm_thermal_ride_through(const struct wm_thermal *thermal, double air_w,
                                               double air_design_w, double liquid_w,
                                               double liquid_design_w);

#endif
