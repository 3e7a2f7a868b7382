/*
 * Uncertainty: how far a figure of money may lie from what a scenario says.
 *
 * A draw is a factor on the scenario's value, or, where `absolute` says so, the value itself. It is the
 * quantile of the distribution at a standard normal z; entries that hang together have z that
 * correlate: z = rho z_parent + sqrt(1 - rho^2) e (a Gaussian copula in a tree).
 */
#ifndef WATTMILL_UNCERTAINTY_H
#define WATTMILL_UNCERTAINTY_H

#include "wattmill/catalog_head.h"

enum wm_spread_kind { WM_SPREAD_FIXED, WM_SPREAD_PERT, WM_SPREAD_LOGNORMAL, WM_SPREAD_BETA };

struct wm_uncertainty {
    struct wm_catalog_head head;
    enum wm_spread_kind dist;
    double low, mode,
        high; /* PERT; lognormal and beta are cut to low..high, beta lies between them */
    double median, log_sd; /* lognormal */
    double alpha, beta;
    double corr; /* with the entry of the range it is tied to */
};

extern const struct wm_field wm_uncertainty_fields[];

/** What is drawn in a run's range, in this order: a parent comes before what is tied to it. */
enum wm_range_input {
    WM_RANGE_PRICE,     /* token prices, over the deck's */
    WM_RANGE_PAID,      /* share of tokens paid */
    WM_RANGE_HALF_LIFE, /* of token prices; absolute where the scenario says nothing */
    WM_RANGE_ENERGY,    /* energy price */
    WM_RANGE_DEMAND,    /* demand and other charges by the kW; tied to energy */
    WM_RANGE_IT_CAPEX,
    WM_RANGE_HALL_CAPEX,
    WM_RANGE_RESIDUAL, /* worth of used IT */
    WM_RANGE_DELAY,    /* of power and deliveries [years], absolute */
    WM_RANGE_MODEL,    /* of the serving model: tokens per second over what it says */
    WM_RANGE_RENT,  /* of a GPU-hour sold by the hour; tied to token prices */
    WM_N_RANGE
};

enum { WM_QUANTILE_STEPS = 128 };
/** Quantiles over z from -4 to 4, linear between. */
struct wm_quantiles {
    double x[WM_QUANTILE_STEPS + 1];
};
void wm_uncertainty_table(const struct wm_uncertainty *u, struct wm_quantiles *q);
double wm_quantile_at(const struct wm_quantiles *q, double z);

#endif
