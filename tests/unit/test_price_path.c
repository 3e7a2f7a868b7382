/* Price paths: published values, limits, and the random rent against its own moments. */
#include <math.h>

#include "suite.h"
#include "wattmill/price_path.h"
#include "wattmill/rng.h"

#define near(got, want) ck_assert_double_eq_tol((got), (want), 1e-9 * fmax(1.0, fabs(want)))

START_TEST(published_points_of_the_curves)
{
    ck_assert_double_eq_tol(wm_price_half_life(10.0, WM_HALF_LIFE_MID_YEARS, 2.0), 4.0885960, 5e-8);
    ck_assert_double_eq_tol(wm_price_constant_quality(10.0, 0.5), 3.1622777, 5e-8);
    ck_assert_double_eq_tol(wm_elastic_quantity(1.0, 1.0, 0.9, -1.11), 1.1240634, 5e-8);
    ck_assert_double_eq_tol(0.9 * wm_elastic_quantity(1.0, 1.0, 0.9, -1.11), 1.0116571, 5e-8);
    near(0.9 * wm_capped_quantity(1.0, 1.0, 0.9, -1.11, 1.0), 0.9);
    ck_assert_double_eq_tol(wm_usd_per_kw_month_of_mw_day(329.17), 10.012254, 5e-7);
}
END_TEST

START_TEST(a_price_without_a_half_life_stays)
{
    near(wm_price_half_life(10.0, (double)NAN, 7.0), 10.0);
    near(wm_price_half_life(10.0, 1.5, 0.0), 10.0);
    near(wm_price_half_life(10.0, 1.5, 3.0), 2.5);
}
END_TEST

/* One step of two years equals two of one year: the solution is exact, not an Euler step. */
START_TEST(the_median_rent_does_not_depend_on_the_step)
{
    const struct wm_rent_path path = {.kappa_per_year = 0.8,
                                      .sigma = 0.35,
                                      .theta0_ln = log(2.0),
                                      .drift_per_year = -0.2,
                                      .launch_years = 1.5,
                                      .launch_step_frac = 0.25};
    const double once = wm_rent_step(&path, 2.35, 0.0, 2.0, 0.0);
    double rent = 2.35;
    for (int i = 0; i < 8; i++)
        rent = wm_rent_step(&path, rent, 0.25 * i, 0.25, 0.0);
    near(rent, once);
    /* far out it follows theta at a lag of drift / kappa: 0.75 x 2 e^(-0.2 (t - 1/0.8)) */
    near(wm_rent_step(&path, 2.35, 0.0, 60.0, 0.0), 0.75 * 2.0 * exp(-0.2 * (60.0 - 1.25)));
}
END_TEST

START_TEST(rents_scatter_as_the_equation_says)
{
    const struct wm_rent_path path = {
        .kappa_per_year = 0.8, .sigma = 0.35, .theta0_ln = 0.0, .launch_years = (double)INFINITY};
    struct wm_rng rng = wm_rng_stream(7, "rent", 0);
    enum { N = 20000 };
    double sum = 0.0, square = 0.0;
    for (int i = 0; i < N; i++) {
        const double x = log(wm_rent_step(&path, 1.0, 0.0, 3.0, wm_rng_normal(&rng)));
        sum += x;
        square += x * x;
    }
    const double variance = 0.35 * 0.35 * (1.0 - exp(-4.8)) / 1.6;
    ck_assert_double_eq_tol(sum / N, 0.0, 4.0 * sqrt(variance / N));
    ck_assert_double_eq_tol(square / N / variance, 1.0, 4.0 * sqrt(2.0 / N));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {published_points_of_the_curves, a_price_without_a_half_life_stays,
                                  the_median_rent_does_not_depend_on_the_step,
                                  rents_scatter_as_the_equation_says};
    return RUN_TESTS("price_path", tests);
}
