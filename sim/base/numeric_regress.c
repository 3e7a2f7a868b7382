/* Linear regression by normal equations of centred and scaled columns, so that units do not matter. */
#include <gsl/gsl_linalg.h>
#include <math.h>

#include "wattmill/numeric.h"

struct moments {
    double mean, sd;
};

static struct moments moments_of(const double *x, size_t n, size_t stride)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[i * stride];
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i * stride] - mean) * (x[i * stride] - mean);
    return (struct moments){mean, sqrt(squares / (double)n)};
}

/* Work of one regression; `scale` is 0 for a column that never varies. */
struct work {
    gsl_matrix *a;            /* correlations of the columns */
    double *scale, *mean, *z; /* [n_columns] */
    double *right;            /* covariance of each column with y */
    double y_mean;
};

static void scale_row(const struct wm_regression *r, struct work *w, size_t i)
{
    for (size_t j = 0; j < r->n_columns; j++)
        w->z[j] = (r->x[i * r->n_columns + j] - w->mean[j]) * w->scale[j];
}

static void set_up(const struct wm_regression *r, struct work *w)
{
    const size_t d = r->n_columns;
    for (size_t j = 0; j < d; j++) {
        const struct moments at = moments_of(r->x + j, r->n, d);
        w->mean[j] = at.mean;
        w->scale[j] = at.sd > 1e-13 * fabs(at.mean) ? 1.0 / at.sd : 0.0;
    }
    w->y_mean = moments_of(r->y, r->n, 1).mean;
    for (size_t i = 0; i < r->n; i++) {
        scale_row(r, w, i);
        for (size_t j = 0; j < d; j++) {
            w->right[j] += w->z[j] * (r->y[i] - w->y_mean) / (double)r->n;
            for (size_t k = 0; k <= j; k++)
                *gsl_matrix_ptr(w->a, j, k) += w->z[j] * w->z[k] / (double)r->n;
        }
    }
    for (size_t j = 0; j < d; j++) {
        if (!(w->scale[j] > 0.0))
            gsl_matrix_set(w->a, j, j, 1.0);
        for (size_t k = 0; k < j; k++)
            gsl_matrix_set(w->a, k, j, gsl_matrix_get(w->a, j, k));
    }
}

/* `w->a` holds the inverse now. */
static void take(struct wm_regression *r, struct work *w)
{
    const size_t d = r->n_columns;
    double squares = 0.0;
    for (size_t j = 0; j < d; j++) {
        r->slope[j] = 0.0;
        for (size_t k = 0; k < d; k++)
            r->slope[j] += gsl_matrix_get(w->a, j, k) * w->right[k];
    }
    for (size_t i = 0; i < r->n; i++) {
        double residual = r->y[i] - w->y_mean;
        scale_row(r, w, i);
        for (size_t j = 0; j < d; j++)
            residual -= r->slope[j] * w->z[j];
        squares += residual * residual;
    }
    const double all = moments_of(r->y, r->n, 1).sd;
    r->degrees = (double)(r->n - d - 1);
    r->residual_variance = squares / r->degrees;
    r->r2 = all > 0.0 ? 1.0 - squares / (all * all * (double)r->n) : (double)NAN;
    for (size_t j = 0; j < d; j++) {
        r->slope[j] *= w->scale[j];
        for (size_t k = 0; k < d; k++)
            r->covariance[j * d + k] = gsl_matrix_get(w->a, j, k) * w->scale[j] * w->scale[k] *
                                       r->residual_variance / (double)r->n;
    }
}

bool wm_regress(struct wm_regression *r)
{
    const size_t d = r->n_columns;
    if (d == 0 || r->n < d + 2)
        return false;
    gsl_vector *const room = gsl_vector_calloc(4 * d);
    struct work w = {.a = gsl_matrix_calloc(d, d)};
    bool ok = room != NULL && w.a != NULL;
    if (ok) {
        w.scale = room->data;
        w.mean = room->data + d;
        w.z = room->data + 2 * d;
        w.right = room->data + 3 * d;
        set_up(r, &w);
        ok = gsl_linalg_cholesky_decomp1(w.a) == 0 && gsl_linalg_cholesky_invert(w.a) == 0;
    }
    if (ok)
        take(r, &w);
    gsl_matrix_free(w.a);
    gsl_vector_free(room);
    return ok;
}
