/* Nonlinear least squares: GSL's trust region behind functions of our own on plain arrays. */
#include <gsl/gsl_blas.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <string.h>

#include "wattmill/numeric.h"
#include "wattmill/require.h"

static int residuals(const gsl_vector *x, void *params, gsl_vector *f)
{
    const struct wm_least_squares *p = params;
    WM_REQUIRE(x->stride == 1 && f->stride == 1);
    p->residuals(x->data, f->data, p->context);
    return GSL_SUCCESS;
}

static int jacobian(const gsl_vector *x, void *params, gsl_matrix *j)
{
    const struct wm_least_squares *p = params;
    WM_REQUIRE(x->stride == 1 && j->tda == p->n_param);
    p->jacobian(x->data, j->data, p->context);
    return GSL_SUCCESS;
}

static void on_step(const size_t iteration, void *params,
                    const gsl_multifit_nlinear_workspace *workspace)
{
    const struct wm_least_squares *p = params;
    const gsl_vector *f = gsl_multifit_nlinear_residual(workspace);
    double sum = 0.0;
    (void)gsl_blas_ddot(f, f, &sum);
    if (p->progress != NULL)
        p->progress((int)iteration, sum, p->context);
}

static bool solve(struct wm_least_squares *p, gsl_multifit_nlinear_workspace *w, double *x,
                  double *variance)
{
    gsl_multifit_nlinear_fdf fdf = {
        .f = residuals, .df = jacobian, .n = p->n_residual, .p = p->n_param, .params = p};
    const gsl_vector_view start = gsl_vector_view_array(x, p->n_param);
    if (gsl_multifit_nlinear_init(&start.vector, &fdf, w) != GSL_SUCCESS)
        return false;
    int info = 0;
    const int status = gsl_multifit_nlinear_driver(
        (size_t)p->max_iterations, p->tolerance, p->tolerance, p->tolerance, on_step, p, &info, w);
    /* out of iterations, or no further progress, still leaves the best x seen */
    if (status != GSL_SUCCESS && status != GSL_EMAXITER && status != GSL_ENOPROG)
        return false;
    memcpy(x, gsl_multifit_nlinear_position(w)->data, p->n_param * sizeof *x);
    if (variance == NULL)
        return true;
    gsl_matrix *covariance = gsl_matrix_alloc(p->n_param, p->n_param);
    if (covariance == NULL)
        return false;
    const bool ok =
        gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(w), 0.0, covariance) == GSL_SUCCESS;
    for (size_t i = 0; i < p->n_param; i++)
        variance[i] = gsl_matrix_get(covariance, i, i);
    gsl_matrix_free(covariance);
    return ok;
}

bool wm_least_squares(const struct wm_least_squares *problem, double *x, double *variance)
{
    WM_REQUIRE(problem->n_residual >= problem->n_param && problem->n_param > 0);
    struct wm_least_squares p = *problem; /* GSL wants it without const */
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    how.solver = gsl_multifit_nlinear_solver_cholesky; /* ridge keeps J' J well conditioned */
    gsl_multifit_nlinear_workspace *w =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, p.n_residual, p.n_param);
    if (w == NULL)
        return false;
    const bool ok = solve(&p, w, x, variance);
    gsl_multifit_nlinear_free(w);
    return ok;
}
