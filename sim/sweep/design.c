/*
 * A design: from the index of a point to what each axis takes there, without a list of points.
 *
 * Quasi-random points are shifted at random (Cranley and Patterson), so that no coordinate is 0 and replicated
 * studies differ; beyond the dimensions in which Sobol's sequence is even in pairs, each further one is a
 * Latin hypercube of its own (padding: Owen).
 *
 * Source: Cranley, Patterson, SIAM J. Numer. Anal. 13(6) 1976; Owen, "Latin supercube sampling for very
 * high-dimensional simulations", ACM TOMACS 8(1) 1998, doi:10.1145/272991.273010.
 */
#include "design.h"

#include <float.h>
#include <math.h>
#include <string.h>

const char *const wm_design_words[] = {
#define WM_DESIGN(id, word) #word,
#include "wattmill/design.def"
#undef WM_DESIGN
    NULL};

static const struct wm_design_type *const types[] = {
#define WM_DESIGN(id, word) &wm_design_##word,
#include "wattmill/design.def"
#undef WM_DESIGN
};

const struct wm_design_type *wm_design_of(enum wm_design design)
{
    return types[design];
}

const struct wm_design_type *wm_design_named(const char *word)
{
    for (size_t i = 0; i < WM_N_DESIGNS; i++)
        if (strcmp(word, wm_design_words[i]) == 0)
            return types[i];
    return NULL;
}

static size_t n_dims(const struct wm_study *study)
{
    return wm_design_of(study->params.design)->in_blocks ? 2 * study->n_axes : study->n_axes;
}

static size_t n_sobol(const struct wm_study *study)
{
    return n_dims(study) < WM_SOBOL_MAX_DIMS ? n_dims(study) : WM_SOBOL_MAX_DIMS;
}

bool wm_design_check_sequence(const struct wm_study *study, const struct wm_place *place,
                              struct wm_diags *diags)
{
    const size_t n = n_dims(study);
    if ((uint64_t)study->params.n > WM_SOBOL_MAX_POINTS) {
        wm_diag_add(diags, WM_E501, place, "n",
                    "= %lld, but Sobol's sequence ends at %llu points; monte_carlo has no end",
                    (long long)study->params.n, (unsigned long long)WM_SOBOL_MAX_POINTS);
        return false;
    }
    if (n > WM_SOBOL_MAX_DIMS)
        wm_diag_add(
            diags, WM_W951, place, "design",
            "%zu axes need %zu dimensions; Sobol's sequence is even in pairs up to %d, so the "
            "further ones are Latin hypercubes: each axis in n strata, pairs independent. Put "
            "the axes that matter most first; a study of another n has other points",
            study->n_axes, n, WM_SOBOL_MAX_DIMS);
    return true;
}

uint64_t wm_design_too_many(const struct wm_place *place, struct wm_diags *diags)
{
    wm_diag_add(diags, WM_E501, place, "design", "has more than 2^52 points");
    return 0;
}

uint64_t wm_design_count_n(const struct wm_study *study, const struct wm_place *place,
                           struct wm_diags *diags)
{
    (void)place, (void)diags;
    return (uint64_t)study->params.n;
}

uint64_t wm_design_count(const struct wm_study *study, const struct wm_place *place,
                         struct wm_diags *diags)
{
    return wm_design_of(study->params.design)->count(study, place, diags);
}

bool wm_cursor_open(struct wm_arena *arena, const struct wm_study *study, struct wm_cursor *out)
{
    const size_t n = 2 * study->n_axes;
    *out = (struct wm_cursor){.study = study, .u = WM_NEW_ARRAY(arena, double, n)};
    out->z = WM_NEW_ARRAY(arena, double, n);
    out->shift = WM_NEW_ARRAY(arena, double, n);
    for (size_t j = 0; j < n; j++) /* by name, so that another axis moves no other */
        out->shift[j] = wm_uniform_of((uint64_t)study->seed, study->axes[j % study->n_axes].name,
                                      j < study->n_axes ? 0 : 1);
    out->has_quasi = wm_design_of(study->params.design)->is_quasi;
    return !out->has_quasi || wm_quasi_open(&out->quasi, (unsigned)n_sobol(study));
}

void wm_cursor_close(struct wm_cursor *cursor)
{
    if (cursor->has_quasi)
        wm_quasi_close(&cursor->quasi);
    cursor->has_quasi = false;
}

double wm_design_in_strata(const struct wm_study *study, size_t axis, enum wm_strata which,
                           uint64_t row)
{
    const uint64_t own = (uint64_t)study->seed, n = (uint64_t)study->params.n;
    const char *const name = study->axes[axis].name;
    const uint64_t k = study->strata != NULL ? study->strata[axis * n + row]
                                             : wm_stratum(own, name, which, row, n);
    return ((double)k + wm_within_stratum(own, name, which, row)) / (double)n;
}

void wm_design_quasi_at(struct wm_cursor *c, uint64_t row)
{
    const size_t d = c->study->n_axes;
    wm_quasi_at(&c->quasi, row, c->u);
    for (size_t j = 0; j < n_sobol(c->study); j++) {
        c->u[j] += c->shift[j];
        c->u[j] -= floor(c->u[j]);
    }
    for (size_t j = n_sobol(c->study); j < n_dims(c->study); j++)
        c->u[j] = wm_design_in_strata(c->study, j % d, j < d ? WM_STRATA_A : WM_STRATA_B, row);
}

/* Gaussian copula: independent uniforms to normals, mixed by the factor, and back. */
static void correlate(struct wm_cursor *c)
{
    const size_t d = c->study->n_axes;
    for (size_t j = 0; j < d; j++)
        c->z[j] = wm_normal_quantile(c->u[j]);
    for (size_t j = 0; j < d; j++) {
        double z = 0.0;
        for (size_t k = 0; k <= j; k++)
            z += c->study->factor[j * d + k] * c->z[k];
        c->u[j] = wm_normal_prob(z);
    }
}

static void keep_inside(double *u, size_t n)
{
    for (size_t j = 0; j < n; j++)
        u[j] = fmin(fmax(u[j], 0x1.0p-54), 1.0 - DBL_EPSILON);
}

void wm_cursor_at(struct wm_cursor *c, uint64_t index, struct wm_choice *choices, int64_t *seed)
{
    const struct wm_study *const study = c->study;
    const struct wm_design_type *const design = wm_design_of(study->params.design);
    *seed = study->seed;
    design->at(c, index, choices, seed);
    if (!design->is_sampled)
        return;
    keep_inside(c->u, study->n_axes);
    if (study->factor != NULL && study->strata == NULL) {
        correlate(c);
        keep_inside(c->u, study->n_axes);
    }
    for (size_t j = 0; j < study->n_axes; j++)
        choices[j] = (struct wm_choice){.how = WM_CHOOSE_U, .u = c->u[j]};
}
