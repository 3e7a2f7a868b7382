#include "wattmill/market.h"

#include <math.h>
#include <stddef.h>

#include "wattmill/price_path.h"
#include "wattmill/require.h"

double wm_response_factor(int k)
{
    return exp(WM_RESPONSE_LN_MAX * (2.0 * k / WM_RESPONSE_STEPS - 1.0));
}

double wm_response_at(const struct wm_response *r, double factor)
{
    WM_REQUIRE(factor >= 0.0);
    const double least = exp(-WM_RESPONSE_LN_MAX);
    if (factor <= least)
        return r->zero + (r->at[0] - r->zero) * factor / least;
    const double x = (log(factor) / WM_RESPONSE_LN_MAX + 1.0) * WM_RESPONSE_STEPS / 2.0;
    if (x >= WM_RESPONSE_STEPS)
        return r->at[WM_RESPONSE_STEPS];
    const int i = (int)x;
    return r->at[i] + (x - i) * (r->at[i + 1] - r->at[i]);
}

static double rate_frac(const struct wm_token_market *m)
{
    return m->rate_frac > 0.0 ? m->rate_frac : 1.0;
}

static bool is_one(double x)
{
    return fabs(x - 1.0) < 1e-15;
}

bool wm_market_moves(const struct wm_token_market *m)
{
    return m->gain_per_year > 0.0 || m->own_gain_per_year > 0.0 || m->elasticity < 0.0 ||
           m->has_margin_floor || m->competitor_price_frac > 0.0 ||
           !is_one(rate_frac(m));
}

/* The price of the competitor; infinite without one. */
static double rival(const struct wm_token_market *m, double cost, double at_years)
{
    if (!(m->competitor_price_frac > 0.0))
        return (double)INFINITY;
    return m->competitor_price_frac *
           (m->competitor_half_life_years > 0.0
                ? wm_price_half_life(1.0, m->competitor_half_life_years, at_years)
                : cost);
}

/* What is served and drawn when `asked` times as much is asked of accelerators at `rate` times their rates. */
static void serve(const struct wm_token_market *m, double asked, double rate, int run_year,
                  struct wm_market_year *y)
{
    const int last = m->n_volume - 1;
    const double capacity = m->capacity != NULL ? wm_response_at(m->capacity, rate) : rate;
    double served = asked;
    if (m->volume != NULL && capacity > 0.0)
        served = capacity *
                 wm_response_at(&m->volume[run_year < last ? run_year : last], asked / capacity);
    else if (m->volume != NULL)
        served = 0.0;
    y->volume = served;
    y->energy = m->energy != NULL
                    ? 1.0 + m->energy_frac * (wm_response_at(m->energy, served / rate) - 1.0)
                    : 1.0;
}

struct wm_market_year wm_market_at(const struct wm_token_market *m, double half_life_years,
                                   double cost_growth, double at_years, int run_year)
{
    struct wm_market_year y = {wm_price_half_life(1.0, half_life_years, at_years), 1.0, 1.0, 0.0,
                               false};
    if (!wm_market_moves(m))
        return y;
    const double cost = pow(1.0 + m->gain_per_year, -at_years);
    const double own = pow(1.0 + m->own_gain_per_year, at_years);
    const double theirs = rival(m, cost, at_years);
    if (m->gain_per_year > 0.0) {
        y.saved_frac = m->cost_frac * (1.0 - cost);
        y.price -= m->pass_through_frac * y.saved_frac;
    }
    y.price = fmax(0.0, fmin(y.price, theirs));
    if (m->has_margin_floor) {
        const double floor = m->cash_frac * cost_growth / own / (1.0 - m->margin_floor_frac);
        y.is_undercut = floor > theirs;
        y.price = fmax(y.price, floor);
    }
    const double asked = y.is_undercut ? 0.0
                         : m->elasticity < 0.0
                             ? pow(fmax(y.price, exp(-2.0 * WM_RESPONSE_LN_MAX)), m->elasticity)
                             : 1.0;
    serve(m, asked, own * rate_frac(m), run_year, &y);
    return y;
}
