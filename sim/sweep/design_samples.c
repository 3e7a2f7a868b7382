/*
 * Designs of samples: Latin hypercubes (strata.h), Sobol's points, random points, and Saltelli's blocks of
 * d + 2 points, which hold A_i, B_i and, for each axis, A_i with that axis from B_i.
 *
 * Source: Saltelli et al., Comput. Phys. Commun. 181(2) 2010, doi:10.1016/j.cpc.2009.09.018.
 */
#include "design.h"

#define CORRELATED_MAX 20000000 /* strata of correlated axes are listed: points x axes */

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

static uint64_t count_strata(const struct wm_study *study, const struct wm_place *place,
                             struct wm_diags *diags)
{
    return check_correlated(study, place, diags) ? wm_design_count_n(study, place, diags) : 0;
}

static uint64_t count_sobol(const struct wm_study *study, const struct wm_place *place,
                            struct wm_diags *diags)
{
    return wm_design_check_sequence(study, place, diags) ? wm_design_count_n(study, place, diags)
                                                         : 0;
}

static uint64_t count_blocks(const struct wm_study *study, const struct wm_place *place,
                             struct wm_diags *diags)
{
    const uint64_t n = count_sobol(study, place, diags);
    return n <= WM_DESIGN_POINTS_MAX / (study->n_axes + 2) ? n * (study->n_axes + 2)
                                                           : wm_design_too_many(place, diags);
}

static void strata_at(struct wm_cursor *c, uint64_t index, struct wm_choice *choices, int64_t *seed)
{
    (void)choices, (void)seed;
    for (size_t j = 0; j < c->study->n_axes; j++)
        c->u[j] = wm_design_in_strata(c->study, j, WM_STRATA_A, index);
}

static void sobol_at(struct wm_cursor *c, uint64_t index, struct wm_choice *choices, int64_t *seed)
{
    (void)choices, (void)seed;
    wm_design_quasi_at(c, index);
}

static void random_at(struct wm_cursor *c, uint64_t index, struct wm_choice *choices, int64_t *seed)
{
    (void)choices;
    *seed = (int64_t)(wm_bits_of((uint64_t)c->study->seed, "point", index) >> 11);
    for (size_t j = 0; j < c->study->n_axes; j++)
        c->u[j] = wm_uniform_of((uint64_t)*seed, c->study->axes[j].name, 0);
}

static void saltelli_at(struct wm_cursor *c, uint64_t index, struct wm_choice *choices,
                        int64_t *seed)
{
    (void)choices, (void)seed;
    const size_t d = c->study->n_axes, block = d + 2;
    const size_t m = (size_t)(index % block);
    wm_design_quasi_at(c, index / block);
    if (m == 1)
        for (size_t j = 0; j < d; j++)
            c->u[j] = c->u[d + j];
    else if (m >= 2)
        c->u[m - 2] = c->u[d + m - 2];
}

const struct wm_design_type wm_design_latin_hypercube = {
    .is_sampled = true, .correlates = true, .count = count_strata, .at = strata_at};
const struct wm_design_type wm_design_sobol = {
    .is_sampled = true, .is_quasi = true, .correlates = true, .count = count_sobol, .at = sobol_at};
const struct wm_design_type wm_design_monte_carlo = {.is_sampled = true,
                                                     .correlates = true,
                                                     .seeds_points = true,
                                                     .count = wm_design_count_n,
                                                     .at = random_at};
const struct wm_design_type wm_design_saltelli = {.is_sampled = true,
                                                  .is_quasi = true,
                                                  .in_blocks = true,
                                                  .count = count_blocks,
                                                  .at = saltelli_at};
