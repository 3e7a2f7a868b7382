/*
 * A design: from the index of a point to what each axis takes there, without a list of points.
 *
 * Grid indices are mixed-radix numbers. Latin hypercubes: strata.h. Quasi-random points are shifted at
 * random (Cranley and Patterson), so that no coordinate is 0 and replicated studies differ; beyond the
 * dimensions in which Sobol's sequence is even in pairs, each further one is a Latin hypercube of its
 * own (padding: Owen). Saltelli's block of d + 2 points for base sample i holds A_i, B_i and, for each
 * axis, A_i with that axis from B_i.
 *
 * Source: Cranley, Patterson, SIAM J. Numer. Anal. 13(6) 1976; Owen, "Latin supercube sampling for very
 * high-dimensional simulations", ACM TOMACS 8(1) 1998, doi:10.1145/272991.273010; Saltelli et al.,
 * Comput. Phys. Commun. 181(2) 2010, doi:10.1016/j.cpc.2009.09.018.
 */
#include <float.h>
#include <math.h>

#include "plan.h"
#include "strata.h"
#include "wattmill/require.h"

#define POINTS_MAX     (UINT64_C(1) << 52) /* indices stay exact in a double */
#define CORRELATED_MAX 20000000            /* strata of correlated axes are listed: points x axes */

static bool is_sampled(enum wm_design design)
{
    return design == WM_DESIGN_LATIN_HYPERCUBE || design == WM_DESIGN_SOBOL ||
           design == WM_DESIGN_MONTE_CARLO || design == WM_DESIGN_SALTELLI;
}

static size_t n_dims(const struct wm_study *study)
{
    return study->params.design == WM_DESIGN_SALTELLI ? 2 * study->n_axes : study->n_axes;
}

static bool uses_quasi(const struct wm_study *study)
{
    return study->params.design == WM_DESIGN_SOBOL || study->params.design == WM_DESIGN_SALTELLI;
}

static size_t n_sobol(const struct wm_study *study)
{
    return n_dims(study) < WM_SOBOL_MAX_DIMS ? n_dims(study) : WM_SOBOL_MAX_DIMS;
}

static bool check_sequence(const struct wm_study *study, const struct wm_place *place,
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

static bool check_correlated(const struct wm_study *study, const struct wm_place *place,
                             struct wm_diags *diags)
{
    if (study->factor == NULL || (double)study->params.n * (double)study->n_axes <= CORRELATED_MAX)
        return true;
    wm_diag_add(
        diags, WM_E501, place, "corr",
        "lists the strata of a latin_hypercube: at most %d points times axes; monte_carlo and "
        "sobol have no such limit",
        CORRELATED_MAX);
    return false;
}

static uint64_t too_many(const struct wm_place *place, struct wm_diags *diags)
{
    wm_diag_add(diags, WM_E501, place, "design", "has more than 2^52 points");
    return 0;
}

static uint64_t count_grid(const struct wm_study *study, const struct wm_place *place,
                           struct wm_diags *diags)
{
    uint64_t n = 1;
    for (size_t j = 0; j < study->n_axes; j++) {
        if (study->axes[j].n_levels > POINTS_MAX / n)
            return too_many(place, diags);
        n *= study->axes[j].n_levels;
    }
    return n;
}

static uint64_t count_zip(const struct wm_study *study, struct wm_diags *diags)
{
    for (size_t j = 1; j < study->n_axes; j++)
        if (study->axes[j].n_levels != study->axes[0].n_levels) {
            wm_diag_add(diags, WM_E501, &study->axes[j].place, study->axes[j].name,
                        "has %zu values, but %s has %zu; zip needs equally many",
                        study->axes[j].n_levels, study->axes[0].name, study->axes[0].n_levels);
            return 0;
        }
    return study->axes[0].n_levels;
}

uint64_t wm_design_count(const struct wm_study *study, const struct wm_place *place,
                         struct wm_diags *diags)
{
    const uint64_t n = (uint64_t)study->params.n;
    uint64_t sum = 1;
    if (uses_quasi(study) && !check_sequence(study, place, diags))
        return 0;
    switch (study->params.design) {
    case WM_DESIGN_GRID:
        return count_grid(study, place, diags);
    case WM_DESIGN_LIST:
        return study->axes[0].n_levels;
    case WM_DESIGN_ZIP:
        return count_zip(study, diags);
    case WM_DESIGN_ONE_AT_A_TIME:
        for (size_t j = 0; j < study->n_axes; j++)
            sum += study->axes[j].n_levels;
        return sum;
    case WM_DESIGN_SALTELLI:
        return n <= POINTS_MAX / (study->n_axes + 2) ? n * (study->n_axes + 2)
                                                     : too_many(place, diags);
    case WM_DESIGN_LATIN_HYPERCUBE:
        return check_correlated(study, place, diags) ? n : 0;
    case WM_DESIGN_SOBOL:
    case WM_DESIGN_MONTE_CARLO:
        return n;
    case WM_N_DESIGNS:
        break;
    }
    WM_REQUIRE(false);
    return 0;
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
    out->has_quasi = uses_quasi(study);
    return !out->has_quasi || wm_quasi_open(&out->quasi, (unsigned)n_sobol(study));
}

void wm_cursor_close(struct wm_cursor *cursor)
{
    if (cursor->has_quasi)
        wm_quasi_close(&cursor->quasi);
    cursor->has_quasi = false;
}

static void grid_at(const struct wm_study *study, uint64_t index, struct wm_choice *choices)
{
    for (size_t j = study->n_axes; j-- > 0;) {
        const size_t n = study->axes[j].n_levels;
        choices[j] = (struct wm_choice){.how = WM_CHOOSE_LEVEL, .level = index % n};
        index /= n;
    }
}

static void one_at(const struct wm_study *study, uint64_t index, struct wm_choice *choices)
{
    for (size_t j = 0; j < study->n_axes; j++)
        choices[j] = (struct wm_choice){.how = WM_CHOOSE_BASE};
    if (index == 0)
        return;
    index--;
    size_t j = 0;
    while (index >= study->axes[j].n_levels)
        index -= study->axes[j++].n_levels;
    choices[j] = (struct wm_choice){.how = WM_CHOOSE_LEVEL, .level = (size_t)index};
}

/* The axis' place in its n strata at row `row`. */
static double in_strata(const struct wm_study *study, size_t axis, enum wm_strata which,
                        uint64_t row)
{
    const uint64_t own = (uint64_t)study->seed, n = (uint64_t)study->params.n;
    const char *const name = study->axes[axis].name;
    const uint64_t k = study->strata != NULL ? study->strata[axis * n + row]
                                             : wm_stratum(own, name, which, row, n);
    return ((double)k + wm_within_stratum(own, name, which, row)) / (double)n;
}

/* Quasi-random row `row`, shifted, into u [n_dims]. */
static void quasi_at(struct wm_cursor *c, uint64_t row)
{
    const size_t d = c->study->n_axes;
    wm_quasi_at(&c->quasi, row, c->u);
    for (size_t j = 0; j < n_sobol(c->study); j++) {
        c->u[j] += c->shift[j];
        c->u[j] -= floor(c->u[j]);
    }
    for (size_t j = n_sobol(c->study); j < n_dims(c->study); j++)
        c->u[j] = in_strata(c->study, j % d, j < d ? WM_STRATA_A : WM_STRATA_B, row);
}

static void saltelli_at(struct wm_cursor *c, uint64_t index)
{
    const size_t d = c->study->n_axes, block = d + 2;
    const size_t m = (size_t)(index % block);
    quasi_at(c, index / block);
    if (m == 1)
        for (size_t j = 0; j < d; j++)
            c->u[j] = c->u[d + j];
    else if (m >= 2)
        c->u[m - 2] = c->u[d + m - 2];
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
    const enum wm_design design = study->params.design;
    const uint64_t own = (uint64_t)study->seed;
    *seed = study->seed;
    if (design == WM_DESIGN_ONE_AT_A_TIME) {
        one_at(study, index, choices);
        return;
    }
    if (!is_sampled(design)) {
        if (design == WM_DESIGN_ZIP)
            for (size_t j = 0; j < study->n_axes; j++)
                choices[j] = (struct wm_choice){.how = WM_CHOOSE_LEVEL, .level = (size_t)index};
        else
            grid_at(study, index, choices);
        return;
    }
    if (design == WM_DESIGN_MONTE_CARLO)
        *seed = (int64_t)(wm_bits_of(own, "point", index) >> 11);
    if (design == WM_DESIGN_SOBOL)
        quasi_at(c, index);
    else if (design == WM_DESIGN_SALTELLI)
        saltelli_at(c, index);
    else
        for (size_t j = 0; j < study->n_axes; j++)
            c->u[j] = design == WM_DESIGN_MONTE_CARLO
                          ? wm_uniform_of((uint64_t)*seed, study->axes[j].name, 0)
                          : in_strata(study, j, WM_STRATA_A, index);
    keep_inside(c->u, study->n_axes);
    if (study->factor != NULL && study->strata == NULL) {
        correlate(c);
        keep_inside(c->u, study->n_axes);
    }
    for (size_t j = 0; j < study->n_axes; j++)
        choices[j] = (struct wm_choice){.how = WM_CHOOSE_U, .u = c->u[j]};
}
