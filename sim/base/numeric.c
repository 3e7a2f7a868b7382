#include "wattmill/numeric.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#include "wattmill/arena.h"
#include "wattmill/require.h"

/* Every failure of GSL is looked at where it is called; memory that ends would look like a rate that does not exist. */
static void note_memory(const char *reason, const char *file, int line, int error)
{
    (void)reason, (void)file, (void)line;
    if (error == GSL_ENOMEM)
        wm_memory_note_ended();
}

void wm_init(void)
{
    (void)gsl_set_error_handler(note_memory);
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
