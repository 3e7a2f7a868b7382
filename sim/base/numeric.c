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
