/* Sobol indices by Saltelli's and Jansen's estimators, with bootstrap intervals. */
#include <math.h>

#include "wattmill/export.h"
#include "wattmill/require.h"
#include "wattmill/rng.h"
#include "wattmill/stats.h"

#define N_RESAMPLES 500

struct design {
    const double *f;
    const size_t *rows; /* blocks that are whole, [n] */
    size_t n, d;
};

static double at(const struct design *s, size_t row, size_t m)
{
    return s->f[s->rows[row] * (s->d + 2) + m];
}

struct moments {
    double mean, variance;
};

/* Over A and B; `pick` NULL: all rows once. */
static struct moments moments(const struct design *s, const size_t *pick)
{
    double sum = 0.0, squares = 0.0;
    const double origin = at(s, 0, 0); /* near the values: no cancellation */
    for (size_t i = 0; i < s->n; i++) {
        const size_t row = pick != NULL ? pick[i] : i;
        const double a = at(s, row, 0) - origin, b = at(s, row, 1) - origin;
        sum += a + b;
        squares += a * a + b * b;
    }
    const double n = 2.0 * (double)s->n;
    return (struct moments){origin + sum / n, (squares - sum * sum / n) / (n - 1.0)};
}

static void estimate(const struct design *s, const size_t *pick, size_t axis, struct moments of,
                     double *first, double *total)
{
    double sum_first = 0.0, sum_total = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        const size_t row = pick != NULL ? pick[i] : i;
        const double mixed = at(s, row, 2 + axis);
        const double from_a = at(s, row, 0) - mixed;
        sum_first -= (at(s, row, 1) - of.mean) * from_a;
        sum_total += from_a * from_a;
    }
    const double scale = of.variance > 0.0 ? 1.0 / ((double)s->n * of.variance) : 0.0;
    *first = sum_first * scale + 0.0; /* no -0 */
    *total = 0.5 * sum_total * scale;
}

static void interval(double *values, double *low, double *high)
{
    wm_sort(values, N_RESAMPLES);
    *low = wm_sorted_quantile(values, N_RESAMPLES, 0.025);
    *high = wm_sorted_quantile(values, N_RESAMPLES, 0.975);
}

static void bootstrap(struct wm_arena *arena, const struct design *s, uint64_t seed,
                      struct wm_sobol_index *out)
{
    struct wm_rng rng = wm_rng_stream(seed, "bootstrap", 0);
    size_t *const pick = WM_NEW_ARRAY(arena, size_t, s->n);
    double *const first = WM_NEW_ARRAY(arena, double, s->d *N_RESAMPLES);
    double *const total = WM_NEW_ARRAY(arena, double, s->d *N_RESAMPLES);
    for (size_t k = 0; k < N_RESAMPLES; k++) {
        for (size_t i = 0; i < s->n; i++)
            pick[i] = (size_t)(wm_rng_uniform(&rng) * (double)s->n);
        const struct moments of = moments(s, pick);
        for (size_t j = 0; j < s->d; j++)
            estimate(s, pick, j, of, &first[j * N_RESAMPLES + k], &total[j * N_RESAMPLES + k]);
    }
    for (size_t j = 0; j < s->d; j++) {
        interval(first + j * N_RESAMPLES, &out[j].first_low, &out[j].first_high);
        interval(total + j * N_RESAMPLES, &out[j].total_low, &out[j].total_high);
    }
}

bool wm_sobol_indices(struct wm_arena *arena, const double *f, size_t n, size_t d, uint64_t seed,
                      struct wm_sobol_index *out)
{
    size_t *const rows = WM_NEW_ARRAY(arena, size_t, n);
    struct design s = {.f = f, .rows = rows, .d = d};
    for (size_t i = 0; i < n; i++) {
        bool whole = true;
        for (size_t m = 0; m < d + 2; m++)
            whole = whole && isfinite(f[i * (d + 2) + m]);
        if (whole)
            rows[s.n++] = i;
    }
    if (s.n < 2)
        return false;
    const struct moments of = moments(&s, NULL);
    if (!(of.variance > 0.0))
        return false;
    for (size_t j = 0; j < d; j++)
        estimate(&s, NULL, j, of, &out[j].first, &out[j].total);
    bootstrap(arena, &s, seed, out);
    return true;
}
