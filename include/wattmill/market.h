/*
 * Market: how the price of a token answers to falling costs and to a competitor, and volume to the price.
 *
 * All over what they are when operation starts, s years later:
 *
 *     cost of the best new seller   c = (1 + g)^-s
 *     saved by it, over the price   S = k (1 - c)             k: levelised cost over price at the start
 *     price that passes it on       f = 2^(-s/h) - pi S       pi of it go to the buyer, 1 - pi are kept
 *     competitor                    f <= q 2^(-s/h_q), or q c where it has no half-life of its own
 *     margin floor                  f >= x / (1 - m)          x: the site's own cash cost of a token then
 *     asked for                     d = f^epsilon
 *     served                        V = C R(d / C)            C = C(a) at a times the rates, by software of
 *                                                             the site's own: a = (1 + g_own)^s
 *
 * R is what intervals of the run serve when everything that is asked for is multiplied: what has reached
 * its capacity or the ceiling serves no more. C is the capacity within the latency targets, which answers
 * to rates more than in proportion. Energy follows the use of the accelerators, V / a. A seller
 * whose floor lies above its competitor sells nothing: tokens of one model and speed are one good.
 *
 * Left out: contracts and grid services, which neither price path nor volume touch; answers of the
 * competitor to this site; switching costs; volumes that answer with delay.
 */
#ifndef WATTMILL_MARKET_H
#define WATTMILL_MARKET_H

#include <stdbool.h>

enum { WM_RESPONSE_STEPS = 256 };
#define WM_RESPONSE_LN_MAX 4.0

/** A figure of the run over a factor on what drives it: 1 at 1; by ln of the factor, straight between. */
struct wm_response {
    double zero; /* at a factor of 0 */
    double at[WM_RESPONSE_STEPS + 1];
};
/** @param factor  >= 0; beyond e^4 as there */
double wm_response_at(const struct wm_response *response, double factor);
/** The factor of step `k`. */
double wm_response_factor(int k);

struct wm_token_market {
    double gain_per_year, own_gain_per_year;
    double pass_through_frac;
    double cost_frac;         /* k */
    bool has_margin_floor;
    double margin_floor_frac;
    double competitor_price_frac;      /* 0: none */
    double competitor_half_life_years; /* 0: its price falls as cost does */
    /* from the run */
    double elasticity;          /* of what is sold by the token, <= 0 */
    double cash_frac;           /* cash cost over income at the start */
    double rate_frac;           /* rates of accelerators over the run's; 0: 1 */
    double energy_frac;         /* of the power bill, by the MWh */
    const struct wm_response *volume; /* R, of run year i at [i < n_volume ? i : last]; NULL: all that is asked */
    int n_volume;
    const struct wm_response *capacity; /* C over a; NULL: a */
    const struct wm_response *energy;   /* energy over use; NULL: does not follow it */
};

/** Factors on a year's prices, tokens and energy. */
struct wm_market_year {
    double price, volume, energy;
    double saved_frac;  /* S */
    bool is_undercut;
};

/** Whether prices or volumes move by more than a half-life. */
bool wm_market_moves(const struct wm_token_market *market);

/**
 * @param half_life_years  of the price itself; NAN: none
 * @param cost_growth      of the cash cost since the start
 * @param at_years         s >= 0
 * @param run_year         whose responses hold
 */
struct wm_market_year wm_market_at(const struct wm_token_market *market, double half_life_years,
                                   double cost_growth, double at_years, int run_year);

#endif
