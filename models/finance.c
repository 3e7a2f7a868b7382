#include "wattmill/finance.h"

#include <math.h>

#include "wattmill/require.h"

double wm_crf(double rate_frac, double years)
{
    WM_REQUIRE(rate_frac >= 0.0 && years > 0.0);
    /* expm1 and log1p keep the limit r -> 0 exact */
    const double growth = expm1(years * log1p(rate_frac));
    return growth > 0.0 ? rate_frac * (1.0 + growth) / growth : 1.0 / years;
}

double wm_equivalent_annual_cost(double capital_usd, double residual_usd, double rate_frac,
                                 double years)
{
    const double discount = exp(-years * log1p(rate_frac));
    return (capital_usd - residual_usd * discount) * wm_crf(rate_frac, years);
}

double wm_straight_line(double capital_usd, double residual_usd, double years)
{
    WM_REQUIRE(years > 0.0);
    return (capital_usd - residual_usd) / years;
}
