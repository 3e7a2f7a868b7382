/*
 * Store plan: what a battery does in intervals that are known, at least cost.
 *
 *     min  sum_t h (p_t g_t + p_e e_t - v_t u_t + w d_t) + sum_k c_k P_k
 *     g + f + e + d - c = load + u          the site
 *     E_t = E_(t-1) + h (eta c - d / eta)   low_t <= E_t <= high_t; what E lacks at the end costs end_usd
 *     0 <= g <= allowed, P_k >= g in the intervals of charge k, P_k >= what is billed anyway
 *
 * g the meter, c and d charge and discharge (not both at once), f supply for nothing, e engines, u load that the
 * ceiling had cut; P_k the demand of each charge. For given demands the rest is a chain of contents, solved exactly
 * (wm_stock_minimise()), and its worths say what a MW more of each demand would save; demands are then chosen by
 * cutting planes, a small linear programme a round (GLPK), until its bound and the best plan agree to 1e-9 (J. E.
 * Kelley, "The cutting-plane method for solving convex programs", J. SIAM 8, 1960). A demand may be passed in the
 * course at a price above all charges together, so that there is a plan for every choice; the best one never is.
 */
#ifndef WM_SITE_STORE_PLAN_H
#define WM_SITE_STORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WM_STORE_CHARGES = 64 };

/** An interval; powers in MW, contents in MWh. */
struct wm_store_interval {
    double load, cut, free, engine, allowed;
    double usd_per_mwh, peak_usd_per_mw; /* the second: of coincident peaks in it */
    double engine_usd_per_mwh, cut_usd_per_mwh;
    double low, high; /* content at its end */
    uint64_t charges; /* that its demand counts for */
};

struct wm_store_case {
    const struct wm_store_interval *intervals;
    size_t n; /* >= 1 */
    double h, power, eta, wear_usd_per_mwh;
    double start, end, end_usd_per_mwh;
    size_t n_charges;
    double usd_per_mw[WM_STORE_CHARGES], floor[WM_STORE_CHARGES];
};

/**
 * @param demand   in, out [n_charges]: where the search begins, NAN: anywhere; of the plan, or above it [MW]
 * @param power    out [n], > 0 charges [MW]
 * @param content  out [n], at the ends [MWh]
 * @return         what it costs [USD]; NAN when no plan keeps the bounds
 */
double wm_store_plan(const struct wm_store_case *problem, double *demand, double *power,
                     double *content);

#endif
