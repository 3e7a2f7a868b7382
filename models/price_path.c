#include "wattmill/price_path.h"

#include <math.h>

#include "wattmill/require.h"

double wm_price_half_life(double price, double half_life_years, double time_years)
{
    if (isnan(half_life_years))
        return price;
    WM_REQUIRE(half_life_years > 0.0);
    return price * exp2(-time_years / half_life_years);
}

double wm_price_constant_quality(double price, double time_years)
{
    return price * pow(10.0, -time_years);
}

/* ln of the mean at a time, the launch's step included. */
static double theta_ln(const struct wm_rent_path *p, double time_years)
{
    const double drifted = p->theta0_ln + p->drift_per_year * time_years;
    return time_years >= p->launch_years ? drifted + log1p(-p->launch_step_frac) : drifted;
}

double wm_rent_step(const struct wm_rent_path *p, double rent, double time_years, double step_years,
                    double normal)
{
    WM_REQUIRE(p->kappa_per_year > 0.0 && rent > 0.0 && step_years >= 0.0);
    const double end_years = time_years + step_years, kappa = p->kappa_per_year;
    const double decay = exp(-kappa * step_years);
    const double spread = sqrt(-expm1(-2.0 * kappa * step_years) / (2.0 * kappa));
    /* rent and mean fall together at a launch, so the distance between them does not see it */
    const double distance = log(rent) - theta_ln(p, time_years);
    const double after =
        distance * decay - p->drift_per_year * (1.0 - decay) / kappa + p->sigma * spread * normal;
    return exp(theta_ln(p, end_years) + after);
}

double wm_elastic_quantity(double quantity, double price, double new_price, double elasticity)
{
    WM_REQUIRE(price > 0.0 && new_price > 0.0);
    return quantity * pow(new_price / price, elasticity);
}

double wm_capped_quantity(double quantity, double price, double new_price, double elasticity,
                          double capacity)
{
    return fmin(wm_elastic_quantity(quantity, price, new_price, elasticity), capacity);
}

double wm_usd_per_kw_month_of_mw_day(double usd_per_mw_day)
{
    return usd_per_mw_day * 365.0 / 12.0 / 1e3;
}
