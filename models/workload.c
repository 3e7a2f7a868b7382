#include "wattmill/workload.h"

#include <math.h>

#include "wattmill/require.h"

const double wm_prompt_probs[WM_PROMPT_QUANTILES] = {0.0, 0.01, 0.05, 0.1, 0.2,  0.3,  0.4,   0.5,
                                                     0.6, 0.7,  0.8,  0.9, 0.95, 0.99, 0.999, 1.0};

// clang-format off
const struct wm_field wm_shape_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_shape),
    WM_REALS(wm_shape, hourly, WM_UNIT_NONE, 0.0, 1000.0, "demand over its mean, 168 hours from Monday 00:00 UTC"),
    WM_FIELD_END,
};
const struct wm_field wm_workload_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_workload_class),
    WM_REAL_REQ(wm_workload_class, input_tok, "input_tok", WM_UNIT_TOK, 1.0, 1e7, "mean prompt, cached part included"),
    WM_REAL_REQ(wm_workload_class, output_tok, "output_tok", WM_UNIT_TOK, 1.0, 1e6, "mean answer, reasoning included"),
    WM_ROW(wm_workload_class, input_quantiles_tok, WM_KIND_REALS, "input_quantiles_tok", .unit = WM_UNIT_TOK, .min = 0.0, .max = 1e8,
           .item_size = sizeof(double), .doc = "prompt lengths that 0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.9 and 100 % of "
           "prompts stay below, scaled to the mean; none: every prompt is the mean"),
    WM_REAL(wm_workload_class, output_scv, WM_UNIT_NONE, 0.0, 1000.0, 1.0, "squared coefficient of variation of the answer"),
    WM_REAL(wm_workload_class, cached_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "share of prompt tokens found in the prefix cache"),
    WM_FIELD_END,
};
// clang-format on

static double quantile_mean(const struct wm_workload_class *w)
{
    const double *const q = w->input_quantiles_tok;
    double sum = 0.0;
    for (int i = 1; i < WM_PROMPT_QUANTILES; i++)
        sum += (wm_prompt_probs[i] - wm_prompt_probs[i - 1]) * 0.5 * (q[i] + q[i - 1]);
    return sum;
}

double wm_prompt_ratio(const struct wm_workload_class *w, double prob)
{
    const double *const q = w->input_quantiles_tok;
    const double mean = quantile_mean(w);
    WM_REQUIRE(prob >= 0.0 && prob <= 1.0);
    if (mean <= 0.0)
        return 1.0;
    int i = 1;
    while (wm_prompt_probs[i] < prob)
        i++;
    const double below = wm_prompt_probs[i - 1];
    return (q[i - 1] + (prob - below) / (wm_prompt_probs[i] - below) * (q[i] - q[i - 1])) / mean;
}

struct wm_prompts wm_prompts_of(const struct wm_workload_class *w)
{
    const double *const q = w->input_quantiles_tok;
    const double mean = quantile_mean(w), gauss = 1.0 / sqrt(3.0);
    struct wm_prompts p = {0};
    for (int i = 1; i < WM_PROMPT_QUANTILES && mean > 0.0; i++) {
        const double half_share = 0.5 * (wm_prompt_probs[i] - wm_prompt_probs[i - 1]);
        const double middle = 0.5 * (q[i] + q[i - 1]) / mean;
        const double reach = 0.5 * (q[i] - q[i - 1]) / mean * gauss;
        p.at[p.n++] = (struct wm_prompt){.share = half_share, .ratio = middle - reach};
        p.at[p.n++] = (struct wm_prompt){.share = half_share, .ratio = middle + reach};
    }
    return p;
}

double wm_prompts_moment(const struct wm_prompts *p, int k)
{
    double sum = p->n == 0 ? 1.0 : 0.0;
    WM_REQUIRE(k >= 1 && k <= 3);
    for (size_t i = 0; i < p->n; i++) {
        const double x = p->at[i].ratio;
        sum += p->at[i].share * (k == 1 ? x : k == 2 ? x * x : x * x * x);
    }
    return sum;
}

double wm_prompts_spread(const struct wm_prompts *p)
{
    double below = 0.0, sum = 0.0; /* values are in rising order */
    for (size_t i = 0; i < p->n; i++) {
        const double share = p->at[i].share;
        sum += share * p->at[i].ratio * (2.0 * below + share - 1.0);
        below += share;
    }
    return 2.0 * sum;
}

enum { PARTS_MAX = 64 }; /* as many workloads as a scenario has */

/* All values of the parts in rising order, shares and values over their sum and mean; how many. */
static size_t gather(const struct wm_prompts_part *parts, size_t n, struct wm_prompt *all)
{
    double weight = 0.0, mean = 0.0;
    size_t n_all = 0;
    for (size_t k = 0; k < n; k++) {
        weight += parts[k].weight;
        mean += parts[k].weight * parts[k].mean_tok;
    }
    mean /= weight;
    for (size_t k = 0; k < n; k++) {
        struct wm_prompts p = wm_prompts_of(parts[k].workload);
        if (p.n == 0)
            p.at[p.n++] = (struct wm_prompt){.share = 1.0, .ratio = 1.0};
        for (size_t i = 0; i < p.n; i++) {
            const struct wm_prompt one = {p.at[i].share * parts[k].weight / weight,
                                          p.at[i].ratio * parts[k].mean_tok / mean,
                                          fmax(1.0, parts[k].patience)};
            size_t j = n_all++;
            for (; j > 0 && all[j - 1].ratio > one.ratio; j--)
                all[j] = all[j - 1];
            all[j] = one;
        }
    }
    return n_all;
}

struct wm_prompts wm_prompts_mix(const struct wm_prompts_part *parts, size_t n)
{
    struct wm_prompt all[PARTS_MAX * WM_PROMPTS_MAX];
    struct wm_prompts mix = {0};
    WM_REQUIRE(n >= 1 && n <= PARTS_MAX);
    const size_t n_all = gather(parts, n, all);
    size_t at = 0;
    for (int i = 1; i < WM_PROMPT_QUANTILES; i++) {
        const double wanted = wm_prompt_probs[i] - wm_prompt_probs[i - 1];
        double share = 0.0, sum = 0.0, square = 0.0, patience = (double)INFINITY;
        while (at < n_all && share < wanted * (1.0 - 1e-12)) {
            const double part = fmin(all[at].share, wanted - share);
            share += part;
            sum += part * all[at].ratio;
            square += part * all[at].ratio * all[at].ratio;
            patience = fmin(patience, all[at].patience);
            all[at].share -= part;
            at += all[at].share <= 0.0;
        }
        if (share <= 0.0)
            continue;
        const double mean = sum / share;
        const double sigma = sqrt(fmax(0.0, square / share - mean * mean));
        mix.at[mix.n++] = (struct wm_prompt){0.5 * share, fmax(0.0, mean - sigma), patience};
        mix.at[mix.n++] = (struct wm_prompt){0.5 * share, mean + fmin(sigma, mean), patience};
    }
    return mix;
}
