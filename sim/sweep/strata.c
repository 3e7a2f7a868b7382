#include "strata.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/rng.h"

#define FEISTEL_ROUNDS 4
#define OF_B           (UINT64_C(1) << 63) /* ids of the second half of saltelli */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30; /* the finaliser of splitmix64 */
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* Where element `i` of `n` goes under the permutation of `key`. */
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

uint64_t wm_bits_of(uint64_t seed, const char *kind, uint64_t id)
{
    struct wm_rng rng = wm_rng_stream(seed, kind, id);
    return wm_rng_bits(&rng);
}

double wm_uniform_of(uint64_t seed, const char *kind, uint64_t id)
{
    return (double)(wm_bits_of(seed, kind, id) >> 11) * 0x1.0p-53;
}

uint64_t wm_stratum(uint64_t seed, const char *axis, enum wm_strata which, uint64_t i, uint64_t n)
{
    return permuted(i, n, wm_bits_of(seed, axis, 2 | (which == WM_STRATA_B ? OF_B : 0)));
}

double wm_within_stratum(uint64_t seed, const char *axis, enum wm_strata which, uint64_t i)
{
    return wm_uniform_of(seed, axis, (3 + i) | (which == WM_STRATA_B ? OF_B : 0));
}

bool wm_factorise(double *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = m[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= m[i * n + k] * m[j * n + k];
            if (i == j && !(sum > 0.0))
                return false;
            m[i * n + j] = i == j ? sqrt(sum) : sum / m[j * n + j];
        }
    return true;
}

struct scored {
    double score;
    uint32_t point;
};

static int by_score(const void *a, const void *b)
{
    const struct scored *const x = a, *const y = b;
    return x->score < y->score   ? -1
           : x->score > y->score ? 1
                                 : (x->point > y->point) - (x->point < y->point);
}

/* Factor of the correlations that the scores [n][d] happen to have; NULL when there are too few. */
static double *factor_of_scores(struct wm_arena *arena, const double *z, size_t n, size_t d)
{
    double *const c = WM_NEW_ARRAY(arena, double, d *d);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            for (size_t k = 0; k <= j; k++)
                c[j * d + k] += z[i * d + j] * z[i * d + k];
    const double scale = 1.0 / c[0]; /* every column holds the same scores, of mean 0 */
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k <= j; k++)
            c[j * d + k] *= scale;
    return wm_factorise(c, d) ? c : NULL;
}

/* A row of scores: its own chance correlation taken out (by `chance`), the wanted one put in. */
static void correlate_row(double *z, const double *chance, const double *wanted, size_t d)
{
    for (size_t j = 0; chance != NULL && j < d; j++) {
        for (size_t k = 0; k < j; k++)
            z[j] -= chance[j * d + k] * z[k];
        z[j] /= chance[j * d + j];
    }
    for (size_t j = d; j-- > 0;) {
        double sum = 0.0;
        for (size_t k = 0; k <= j; k++)
            sum += wanted[j * d + k] * z[k];
        z[j] = sum;
    }
}

const uint32_t *wm_strata_correlated(struct wm_arena *arena, const struct wm_study *study)
{
    const size_t n = (size_t)study->params.n, d = study->n_axes;
    const uint64_t seed = (uint64_t)study->seed;
    uint32_t *const strata = WM_NEW_ARRAY(arena, uint32_t, n * d);
    double *const z = WM_NEW_ARRAY(arena, double, n *d);
    struct scored *const column = WM_NEW_ARRAY(arena, struct scored, n);
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < n; i++) {
            const uint64_t k = wm_stratum(seed, study->axes[j].name, WM_STRATA_A, i, n);
            z[i * d + j] = wm_normal_quantile(((double)k + 0.5) / (double)n);
        }
    const double *const chance = factor_of_scores(arena, z, n, d);
    for (size_t i = 0; i < n; i++)
        correlate_row(z + i * d, chance, study->factor, d);
    for (size_t j = 0; j < d; j++) {
        for (size_t i = 0; i < n; i++)
            column[i] = (struct scored){z[i * d + j], (uint32_t)i};
        qsort(column, n, sizeof *column, by_score);
        for (size_t k = 0; k < n; k++)
            strata[j * n + column[k].point] = (uint32_t)k;
    }
    return strata;
}
