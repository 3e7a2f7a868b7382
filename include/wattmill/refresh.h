/*
 * Refresh: which generation should hold the megawatts of the ceiling in each year.
 *
 * A linear programme over years and vintages. k[v,t] MW of vintage v run in year t, s[v,p,t] tok/s of
 * product p are in use on them at the peak, y[j,p,t] tok/s are sold in tier j of the load-duration curve
 * of its demand:
 *
 *     maximise  PV of  price_pt d_j y - energy s - other OpEx k - purchases + resale - retirement
 *     power_t   sum_v k[v,t] <= ceiling of the year          dual: lambda_t, worth of a MW-year
 *     demand_pt y[j,p,t] <= tier height
 *     served_pt sum_j y[j,p,t] <= sum_v s[v,p,t]
 *     able      sum_p s[v,p,t] / capacity_vp <= k[v,t]
 *     kept      k[v,t] <= k[v,t-1]                           what was retired does not come back
 *     delivered k[v,t] <= deliveries of that year, none before it is sold
 *
 * Purchases and resale at the start of a year, flows at its end, nominal. What stands at the end is
 * worth its resale.
 *
 * Left out: whole racks (they are divisible here; the run of a plan's first year takes whole ones),
 * what moving and installing costs beyond the price and the cost of retirement, rents and resale that
 * scatter, peaks of products that do not fall together (they are served as if they did).
 */
#ifndef WATTMILL_REFRESH_H
#define WATTMILL_REFRESH_H

#include "wattmill/arena.h"

#include <stdbool.h>
#include <stddef.h>

#define WM_REFRESH_KINDS_MAX 12
#define WM_REFRESH_YEARS_MAX 15
#define WM_REFRESH_TIERS     8
#define WM_REFRESH_PRODUCTS  6

/** A generation as a user of MW at the meter. */
struct wm_refresh_kind {
    const char *name;
    double gpus_per_mw;
    double out_tok_per_s_per_mw[WM_REFRESH_PRODUCTS]; /* at the latency target; 0: cannot */
    double fixed_usd_per_mw_year; /* OpEx that comes with the MW: power when idle, upkeep of IT */
    double
        energy_usd_per_tok_per_s[WM_REFRESH_PRODUCTS]; /* per year: more power per tok/s served */
    double capex_usd_per_mw;                           /* new, today */
    double age_years;                                  /* of what is owned, at the start */
    double owned_mw;                                   /* at the start; 0: a candidate */
    bool can_be_bought;
    double deliveries_mw[WM_REFRESH_YEARS_MAX]; /* of it in each year; 0 before it is sold */
};

struct wm_refresh_case {
    const struct wm_refresh_kind *kinds;
    size_t n_kinds, n_years;
    double ceiling_mw[WM_REFRESH_YEARS_MAX]; /* time mean of each year */
    double discount_rate_frac;
    double retire_usd_per_mw; /* what taking a MW out costs, beside its resale */
    size_t n_products;
    struct wm_refresh_product {
        const char *name;
        double usd_per_tok_per_s_year; /* revenue of one output tok/s sold for a year, in year 1 */
        double demand_tok_per_s;       /* mean, in year 1 */
        /* parts of the load-duration curve over its mean, their sum the peak; time each is asked for */
        double tier_height[WM_REFRESH_TIERS], tier_time[WM_REFRESH_TIERS];
    } product[WM_REFRESH_PRODUCTS];
    double price_half_life_years; /* NAN: stays */
    double demand_growth_frac, power_escalation_frac, opex_escalation_frac;
};

struct wm_refresh_year {
    double mw[WM_REFRESH_KINDS_MAX];       /* that run, all vintages of a kind */
    double owned_mw[WM_REFRESH_KINDS_MAX]; /* of these, owned from the start */
    double bought_mw[WM_REFRESH_KINDS_MAX], retired_mw[WM_REFRESH_KINDS_MAX];
    double peak_tok_per_s[WM_REFRESH_KINDS_MAX][WM_REFRESH_PRODUCTS]; /* in use at the peak */
    double served_tok_per_s, offered_tok_per_s;                       /* of all products */
    double served[WM_REFRESH_PRODUCTS];
    double revenue_usd, opex_usd, capex_usd, resale_usd;
    double lambda_usd_per_mw;        /* of this year, nominal */
    double demand_usd_per_tok_per_s; /* worth of one more tok/s of the first product, nominal */
};

/** What is told about hardware that is owned at the start. */
struct wm_refresh_advice {
    size_t kind;
    double margin_usd_per_mw; /* revenue - OpEx - holding cost in year 1, sold as the plan does */
    double lambda_usd_per_mw; /* what the MW would earn otherwise, year 1 */
    double break_even_usd_per_gpu_h; /* rent at which keeping and retiring are equal */
    int retire_year; /* first year with less than at the start; 0: kept throughout */
};

struct wm_refresh_plan {
    size_t n_years;
    struct wm_refresh_year year[WM_REFRESH_YEARS_MAX];
    double npv_usd; /* of everything above, with the resale at the end */
    struct wm_refresh_advice advice[WM_REFRESH_KINDS_MAX];
    size_t n_advice;
};

/** Solves it; false when the programme has no optimum. */
bool wm_refresh_solve(struct wm_arena *arena, const struct wm_refresh_case *c,
                      struct wm_refresh_plan *plan);

/** Tiers of a curve of `n` equal times: heights over the mean, and how long each is asked for. */
void wm_refresh_tiers(const double *hourly, size_t n, double height[WM_REFRESH_TIERS],
                      double time[WM_REFRESH_TIERS]);

#endif
