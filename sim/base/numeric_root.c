#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <math.h>

#include "wattmill/numeric.h"

#define STEPS_MAX 200

static bool is_zero(double y)
{
    return fpclassify(y) == FP_ZERO;
}

bool wm_root_brent(wm_function_fn f, void *context, double low, double high, double *root)
{
    const double at_low = f(low, context), at_high = f(high, context);
    if (!isfinite(at_low) || !isfinite(at_high))
        return false;
    *root = is_zero(at_low) ? low : high;
    if (is_zero(at_low) || is_zero(at_high))
        return true;
    if ((at_low > 0.0) == (at_high > 0.0))
        return false;
    gsl_root_fsolver *const solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    if (solver == NULL)
        return false;
    gsl_function function = {.function = f, .params = context};
    int status = gsl_root_fsolver_set(solver, &function, low, high);
    for (int i = 0; status == GSL_SUCCESS && i < STEPS_MAX; i++) {
        status = gsl_root_fsolver_iterate(solver);
        const double a = gsl_root_fsolver_x_lower(solver), b = gsl_root_fsolver_x_upper(solver);
        if (status == GSL_SUCCESS && gsl_root_test_interval(a, b, 0.0, 1e-15) == GSL_SUCCESS)
            break;
    }
    *root = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    return status == GSL_SUCCESS && isfinite(*root);
}
