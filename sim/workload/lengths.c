/* Lengths: every distribution becomes a table of its values at equally spaced normal scores. */
#include <math.h>
#include <string.h>

#include "wattmill/generate.h"
#include "wattmill/numeric.h"
#include "wattmill/require.h"
#include "wattmill/stats.h"

enum { SCORES = 4097 };
static const double last_score = 6.0; /* two in a thousand million lie beyond */

struct wm_length_table {
    double value[SCORES];
    double min, cap;
};

static double normal_prob(double z)
{
    return 0.5 * erfc(-z * 0.70710678118654752);
}

static double mixture_prob(const struct wm_length *l, double log_x)
{
    double sum = 0.0, weights = 0.0;
    for (size_t i = 0; i < l->n; i++) {
        sum += l->part[i].weight * normal_prob((log_x - l->part[i].mu) / l->part[i].sigma);
        weights += l->part[i].weight;
    }
    return sum / weights;
}

/* Upper tail, for scores above 0: 1 - p loses its digits there. */
static double mixture_tail(const struct wm_length *l, double log_x)
{
    double sum = 0.0, weights = 0.0;
    for (size_t i = 0; i < l->n; i++) {
        sum += l->part[i].weight * normal_prob((l->part[i].mu - log_x) / l->part[i].sigma);
        weights += l->part[i].weight;
    }
    return sum / weights;
}

static double mixture_value(const struct wm_length *l, double z)
{
    double lo = (double)INFINITY, hi = -(double)INFINITY;
    for (size_t i = 0; i < l->n; i++) {
        lo = fmin(lo, l->part[i].mu - 9.0 * l->part[i].sigma);
        hi = fmax(hi, l->part[i].mu + 9.0 * l->part[i].sigma);
    }
    for (int k = 0; k < 60; k++) {
        const double mid = 0.5 * (lo + hi);
        const bool below = z < 0.0 ? mixture_prob(l, mid) < normal_prob(z)
                                   : mixture_tail(l, mid) > normal_prob(-z);
        *(below ? &lo : &hi) = mid;
    }
    return exp(0.5 * (lo + hi));
}

static double quantile(const struct wm_length *l, double prob)
{
    size_t i = 1;
    while (i < l->n - 1 && l->prob[i] < prob)
        i++;
    const double span = l->prob[i] - l->prob[i - 1];
    const double share = span > 0.0 ? (prob - l->prob[i - 1]) / span : 0.0;
    return l->value[i - 1] + fmin(fmax(share, 0.0), 1.0) * (l->value[i] - l->value[i - 1]);
}

static double value_at(const struct wm_length *l, const double *sorted, double z)
{
    switch (l->kind) {
    case WM_LENGTH_FIXED:
        return l->a;
    case WM_LENGTH_EXPONENTIAL:
        return -l->a * log(normal_prob(-z));
    case WM_LENGTH_LOGNORMAL:
        return l->n == 1 ? exp(l->part[0].mu + l->part[0].sigma * z) : mixture_value(l, z);
    case WM_LENGTH_GAMMA:
        return wm_gamma_quantile(normal_prob(z), l->a, l->b);
    case WM_LENGTH_WEIBULL:
        return l->a * pow(-log(normal_prob(-z)), 1.0 / l->b);
    case WM_LENGTH_PARETO:
        return l->a * pow(normal_prob(-z), -1.0 / l->b);
    case WM_LENGTH_QUANTILES:
        return quantile(l, normal_prob(z));
    case WM_LENGTH_EMPIRICAL:
        break;
    }
    const double at = floor(normal_prob(z) * (double)l->n);
    return sorted[at < (double)l->n ? (size_t)at : l->n - 1];
}

struct wm_length_table *wm_length_compile(struct wm_arena *arena, const struct wm_length *l)
{
    struct wm_length_table *const t = WM_NEW(arena, struct wm_length_table);
    double *sorted = NULL;
    if (l->kind == WM_LENGTH_EMPIRICAL) {
        sorted = WM_NEW_ARRAY(arena, double, l->n);
        memcpy(sorted, l->value, l->n * sizeof *sorted);
        wm_sort(sorted, l->n);
    }
    t->min = l->min > 0.0 ? l->min : 1.0;
    t->cap = l->cap > 0.0 ? l->cap : 2e9;
    for (int i = 0; i < SCORES; i++)
        t->value[i] =
            value_at(l, sorted, last_score * (2.0 * (double)i / (double)(SCORES - 1) - 1.0));
    return t;
}

uint32_t wm_length_at(const struct wm_length_table *t, double z)
{
    const double place = (z / last_score + 1.0) * 0.5 * (double)(SCORES - 1);
    const double at = fmin(fmax(place, 0.0), (double)(SCORES - 1) - 1e-9);
    const int i = (int)at;
    const double x = t->value[i] + (at - (double)i) * (t->value[i + 1] - t->value[i]);
    return (uint32_t)fmin(fmax(floor(x + 0.5), t->min), t->cap);
}

struct wm_length wm_length_of(double mean, double scv)
{
    WM_REQUIRE(mean > 0.0 && scv >= 0.0);
    if (scv <= 0.0)
        return (struct wm_length){.kind = WM_LENGTH_FIXED, .a = mean};
    const double sigma2 = log1p(scv);
    return (struct wm_length){.kind = WM_LENGTH_LOGNORMAL,
                              .n = 1,
                              .part = {{1.0, log(mean) - 0.5 * sigma2, sqrt(sigma2)}}};
}

struct wm_length wm_length_of_prompts(struct wm_arena *arena, const struct wm_workload_class *w)
{
    double *const value = WM_NEW_ARRAY(arena, double, WM_PROMPT_QUANTILES);
    if (wm_prompts_of(w).n == 0)
        return (struct wm_length){.kind = WM_LENGTH_FIXED, .a = w->input_tok};
    for (int i = 0; i < WM_PROMPT_QUANTILES; i++)
        value[i] = w->input_tok * wm_prompt_ratio(w, wm_prompt_probs[i]);
    return (struct wm_length){.kind = WM_LENGTH_QUANTILES,
                              .n = WM_PROMPT_QUANTILES,
                              .prob = wm_prompt_probs,
                              .value = value};
}
