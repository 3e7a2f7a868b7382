/*
 * A design: from the index of a point to what each axis takes there, without a list of points.
 *
 * Grid indices are mixed-radix numbers. Latin hypercubes need a permutation of n strata per axis:
 * a keyed Feistel network of four rounds on the next even number of bits, walked until it lands
 * below n, gives element i alone. Quasi-random points are shifted at random (Cranley and Patterson),
 * so that no coordinate is 0 and replicated studies differ. Saltelli's block of d + 2 points for base
 * sample i holds A_i, B_i and, for each axis, A_i with that axis from B_i.
 *
 * Source: Cranley, Patterson, SIAM J. Numer. Anal. 13(6) 1976; Luby, Rackoff, SIAM J. Comput. 17(2)
 * 1988; Saltelli et al., Comput. Phys. Commun. 181(2) 2010, doi:10.1016/j.cpc.2009.09.018.
 */
#include <float.h>
#include <math.h>

#include "plan.h"
#include "wattmill/require.h"
#include "wattmill/rng.h"

#define FEISTEL_ROUNDS 4
#define POINTS_MAX     (UINT64_C(1) << 52) /* indices stay exact in a double */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30; /* the finaliser of splitmix64 */
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* Where stratum `i` of `n` goes under the permutation of `key`. */
static uint64_t permuted(uint64_t i, uint64_t n, uint64_t key)
{
    unsigned half = 1;
    while (half < 31 && (UINT64_C(1) << (2 * half)) < n)
        half++;
    const uint64_t mask = (UINT64_C(1) << half) - 1;
    do {
        uint64_t left = i >> half, right = i & mask;
        for (uint64_t round = 1; round <= FEISTEL_ROUNDS; round++) {
            const uint64_t next =
                left ^ (mix(key + round * UINT64_C(0x9e3779b97f4a7c15) + right) & mask);
            left = right;
            right = next;
        }
        i = (left << half) | right;
    } while (i >= n);
    return i;
}

static uint64_t bits_of(uint64_t seed, const char *kind, uint64_t id)
{
    struct wm_rng rng = wm_rng_stream(seed, kind, id);
    return wm_rng_bits(&rng);
}

static double uniform_of(uint64_t seed, const char *kind, uint64_t id)
{
    return (double)(bits_of(seed, kind, id) >> 11) * 0x1.0p-53;
}

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

static bool check_dims(const struct wm_study *study, const struct wm_place *place,
                       struct wm_diags *diags)
{
    const size_t n = n_dims(study);
    if (n > WM_QUASI_MAX_DIMS)
        wm_diag_add(diags, WM_E501, place, "design",
                    "%s with %zu axes needs %zu dimensions, at most %d",
                    wm_design_words[study->params.design], study->n_axes, n, WM_QUASI_MAX_DIMS);
    else if (n > WM_SOBOL_MAX_DIMS)
        wm_diag_add(
            diags, WM_W951, place, "design",
            "%zu axes need %zu dimensions; Sobol's sequence ends at %d, so points come from "
            "the reverse Halton sequence",
            study->n_axes, n, WM_SOBOL_MAX_DIMS);
    return n <= WM_QUASI_MAX_DIMS;
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
    if (uses_quasi(study) && !check_dims(study, place, diags))
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
        out->shift[j] = uniform_of((uint64_t)study->seed, study->axes[j % study->n_axes].name,
                                   j < study->n_axes ? 0 : 1);
    out->has_quasi = uses_quasi(study);
    return !out->has_quasi || wm_quasi_open(&out->quasi, (unsigned)n_dims(study));
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

/* Quasi-random row `row`, shifted, into u [n_dims]. */
static void quasi_at(struct wm_cursor *c, uint64_t row)
{
    wm_quasi_at(&c->quasi, row, c->u);
    for (size_t j = 0; j < n_dims(c->study); j++) {
        c->u[j] += c->shift[j];
        c->u[j] -= floor(c->u[j]);
    }
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
    const uint64_t n = (uint64_t)study->params.n, own = (uint64_t)study->seed;
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
        *seed = (int64_t)(bits_of(own, "point", index) >> 11);
    if (design == WM_DESIGN_SOBOL)
        quasi_at(c, index);
    else if (design == WM_DESIGN_SALTELLI)
        saltelli_at(c, index);
    else
        for (size_t j = 0; j < study->n_axes; j++) {
            const char *const name = study->axes[j].name;
            c->u[j] = design == WM_DESIGN_MONTE_CARLO
                          ? uniform_of((uint64_t)*seed, name, 0)
                          : ((double)permuted(index, n, bits_of(own, name, 2)) +
                             uniform_of(own, name, 3 + index)) /
                                (double)n;
        }
    keep_inside(c->u, study->n_axes);
    if (study->factor != NULL) {
        correlate(c);
        keep_inside(c->u, study->n_axes);
    }
    for (size_t j = 0; j < study->n_axes; j++)
        choices[j] = (struct wm_choice){.how = WM_CHOOSE_U, .u = c->u[j]};
}
