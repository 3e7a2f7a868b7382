/*
 * Nonlinear least squares: GSL's trust region on the normal equations. Rows of a Jacobian that depend on few
 * parameters are summed up by what is not zero in them, which makes a step linear in the number of rows.
 */
#include <gsl/gsl_blas.h>
#include <gsl/gsl_multilarge_nlinear.h>
#include <string.h>

#include "wattmill/arena.h"
#include "wattmill/numeric.h"
#include "wattmill/require.h"

struct problem {
    const struct wm_least_squares *p;
    double *rows;   /* [n_residual][n_param], the Jacobian at `at` */
    double *at;     /* [n_param] */
    size_t *filled; /* [n_param], columns of a row that are not zero */
    bool is_known;
};

static int residuals(const gsl_vector *x, void *params, gsl_vector *f)
{
    const struct wm_least_squares *p = ((struct problem *)params)->p;
    WM_REQUIRE(x->stride == 1 && f->stride == 1);
    p->residuals(x->data, f->data, p->context);
    return GSL_SUCCESS;
}

static const double *jacobian_at(struct problem *s, const gsl_vector *x)
{
    const size_t n = s->p->n_param;
    WM_REQUIRE(x->stride == 1);
    if (!s->is_known || memcmp(s->at, x->data, n * sizeof *s->at) != 0)
        s->p->jacobian(x->data, s->rows, s->p->context);
    memcpy(s->at, x->data, n * sizeof *s->at);
    s->is_known = true;
    return s->rows;
}

static size_t find_filled(struct problem *s, const double *row)
{
    size_t n = 0;
    for (size_t k = 0; k < s->p->n_param; k++)
        if (row[k] != 0.0)
            s->filled[n++] = k;
    return n;
}

/* v = J u or J' u; JTJ = J' J, its lower half. */
static int products(CBLAS_TRANSPOSE_t transposed, const gsl_vector *x, const gsl_vector *u,
                    void *params, gsl_vector *v, gsl_matrix *squares)
{
    struct problem *const s = params;
    const double *const rows = jacobian_at(s, x);
    if (v != NULL)
        gsl_vector_set_zero(v);
    if (squares != NULL)
        gsl_matrix_set_zero(squares);
    for (size_t i = 0; i < s->p->n_residual; i++) {
        const double *const row = rows + i * s->p->n_param;
        const size_t n = find_filled(s, row);
        for (size_t k = 0; k < n && v != NULL; k++) {
            const size_t to = transposed == CblasTrans ? s->filled[k] : i;
            const size_t from = transposed == CblasTrans ? i : s->filled[k];
            *gsl_vector_ptr(v, to) += row[s->filled[k]] * gsl_vector_get(u, from);
        }
        for (size_t k = 0; k < n && squares != NULL; k++)
            for (size_t l = 0; l <= k; l++)
                *gsl_matrix_ptr(squares, s->filled[k], s->filled[l]) +=
                    row[s->filled[k]] * row[s->filled[l]];
    }
    return GSL_SUCCESS;
}

static void on_step(const size_t iteration, void *params,
                    const gsl_multilarge_nlinear_workspace *workspace)
{
    const struct wm_least_squares *p = ((struct problem *)params)->p;
    const gsl_vector *f = gsl_multilarge_nlinear_residual(workspace);
    double sum = 0.0;
    (void)gsl_blas_ddot(f, f, &sum);
    if (p->progress != NULL)
        p->progress((int)iteration, sum, p->context);
}

static bool solve(struct problem *s, gsl_multilarge_nlinear_workspace *w, double *x,
                  double *variance)
{
    const struct wm_least_squares *const p = s->p;
    gsl_multilarge_nlinear_fdf fdf = {
        .f = residuals, .df = products, .n = p->n_residual, .p = p->n_param, .params = s};
    const gsl_vector_view start = gsl_vector_view_array(x, p->n_param);
    if (gsl_multilarge_nlinear_init(&start.vector, &fdf, w) != GSL_SUCCESS)
        return false;
    int info = 0;
    const int status = gsl_multilarge_nlinear_driver(
        (size_t)p->max_iterations, p->tolerance, p->tolerance, p->tolerance, on_step, s, &info, w);
    /* out of iterations, or no further progress, still leaves the best x seen */
    if (status != GSL_SUCCESS && status != GSL_EMAXITER && status != GSL_ENOPROG)
        return false;
    memcpy(x, gsl_multilarge_nlinear_position(w)->data, p->n_param * sizeof *x);
    if (variance == NULL)
        return true;
    gsl_matrix *covariance = gsl_matrix_alloc(p->n_param, p->n_param);
    if (covariance == NULL)
        return false;
    const bool ok = gsl_multilarge_nlinear_covar(covariance, w) == GSL_SUCCESS;
    for (size_t i = 0; i < p->n_param; i++)
        variance[i] = gsl_matrix_get(covariance, i, i);
    gsl_matrix_free(covariance);
    return ok;
}

bool wm_least_squares(const struct wm_least_squares *problem, double *x, double *variance)
{
    WM_REQUIRE(problem->n_residual >= problem->n_param && problem->n_param > 0);
    const size_t n = problem->n_param;
    struct wm_arena *const arena = wm_arena_open();
    if (arena == NULL)
        return false;
    struct problem s = {.p = problem,
                        .rows = WM_NEW_ARRAY(arena, double, problem->n_residual * n),
                        .at = WM_NEW_ARRAY(arena, double, n),
                        .filled = WM_NEW_ARRAY(arena, size_t, n)};
    gsl_multilarge_nlinear_parameters how = gsl_multilarge_nlinear_default_parameters();
    how.solver = gsl_multilarge_nlinear_solver_cholesky; /* ridge keeps J' J well conditioned */
    gsl_multilarge_nlinear_workspace *w = gsl_multilarge_nlinear_alloc(
        gsl_multilarge_nlinear_trust, &how, problem->n_residual, n);
    const bool ok = w != NULL && solve(&s, w, x, variance);
    if (w != NULL)
        gsl_multilarge_nlinear_free(w);
    wm_arena_close(arena);
    return ok;
}
