#include "wattmill/numeric.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#include "wattmill/require.h"

void wm_init(void)
{
    gsl_set_error_handler_off();
}

double wm_student_t_quantile(double prob, double degrees)
{
    WM_REQUIRE(prob > 0.0 && prob < 1.0 && degrees > 0.0);
    return gsl_cdf_tdist_Pinv(prob, degrees);
}

double wm_normal_prob(double x)
{
    return gsl_cdf_ugaussian_P(x);
}

double wm_normal_quantile(double prob)
{
    WM_REQUIRE(prob > 0.0 && prob < 1.0);
    return gsl_cdf_ugaussian_Pinv(prob);
}

double wm_binomial_prob(uint64_t k, uint64_t n, double prob)
{
    WM_REQUIRE(n < UINT32_MAX && prob >= 0.0 && prob <= 1.0);
    return k >= n ? 1.0 : gsl_cdf_binomial_P((unsigned)k, prob, (unsigned)n);
}

double wm_gamma_quantile(double prob, double shape, double scale)
{
    WM_REQUIRE(prob >= 0.0 && prob < 1.0 && shape > 0.0 && scale > 0.0);
    return gsl_cdf_gamma_Pinv(prob, shape, scale);
}
