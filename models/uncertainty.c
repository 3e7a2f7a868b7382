#include "wattmill/uncertainty.h"

#include <math.h>

#include "wattmill/numeric.h"

static const char *const dist_words[] = {"fixed", "pert", "lognormal", "beta", NULL};

// clang-format off
const struct wm_field wm_uncertainty_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_uncertainty),
    WM_CHOICE(wm_uncertainty, dist, dist_words, NULL, "fixed: not drawn; pert: low, mode, high; lognormal: median, log_sd, cut to low..high; beta: alpha, beta between low and high"),
    WM_REAL(wm_uncertainty, low, WM_UNIT_NONE, 0.0, 1e6, 0.0, "lowest"),
    WM_REAL(wm_uncertainty, mode, WM_UNIT_NONE, 0.0, 1e6, 1.0, "most likely (pert); the value of what is fixed"),
    WM_REAL(wm_uncertainty, high, WM_UNIT_NONE, 0.0, 1e6, 1e6, "highest"),
    WM_REAL(wm_uncertainty, median, WM_UNIT_NONE, 1e-6, 1e6, 1.0, "of the lognormal"),
    WM_REAL(wm_uncertainty, log_sd, WM_UNIT_NONE, 0.0, 5.0, 0.0, "standard deviation of its logarithm"),
    WM_REAL(wm_uncertainty, alpha, WM_UNIT_NONE, 0.1, 100.0, 1.0, "of the beta distribution"),
    WM_REAL(wm_uncertainty, beta, WM_UNIT_NONE, 0.1, 100.0, 1.0, "of the beta distribution"),
    WM_REAL(wm_uncertainty, corr, WM_UNIT_NONE, -0.99, 0.99, 0.0, "correlation of its normal score: of charges by the kW with energy, of the paid share with the price"),
    WM_FIELD_END,
};
// clang-format on

#define Z_MAX 4.0

/* Shape of the beta distribution between low and high: PERT has the mean (low + 4 mode + high) / 6. */
static bool beta_shape(const struct wm_uncertainty *u, double *a, double *b)
{
    const double span = u->high - u->low;
    *a = u->alpha;
    *b = u->beta;
    if (u->dist == WM_SPREAD_PERT && span > 0.0) {
        *a = 1.0 + 4.0 * (u->mode - u->low) / span;
        *b = 1.0 + 4.0 * (u->high - u->mode) / span;
    }
    return u->dist == WM_SPREAD_BETA || (u->dist == WM_SPREAD_PERT && span > 0.0);
}

/*
 * Quantiles of a beta distribution at the steps of the table, all in one pass over its density in the angle t,
 * x = sin(t)^2: sin(t)^(2a - 1) cos(t)^(2b - 1), which has no pole for a, b >= 1/2. A search for each would cost a
 * hundred times as much.
 */
static void beta_table(double low, double span, double a, double b, struct wm_quantiles *q)
{
    enum { PARTS = 2048 };
    static const double quarter = 1.57079632679489661923;
    double sum[PARTS + 1] = {0.0};
    for (int k = 0; k < PARTS; k++) {
        const double t = quarter * (k + 0.5) / PARTS;
        sum[k + 1] = sum[k] + exp((2.0 * a - 1.0) * log(sin(t)) + (2.0 * b - 1.0) * log(cos(t)));
    }
    for (int i = 0, k = 1; i <= WM_QUANTILE_STEPS; i++) {
        const double want = wm_normal_prob(Z_MAX * (2.0 * i / WM_QUANTILE_STEPS - 1.0)) * sum[PARTS];
        while (k < PARTS && sum[k] < want)
            k++;
        const double width = sum[k] - sum[k - 1];
        const double at = k - 1 + (width > 0.0 ? (want - sum[k - 1]) / width : 0.5);
        const double s = sin(quarter * at / PARTS);
        q->x[i] = low + span * s * s;
    }
}

/* Cut to low..high: the tails are left out, not heaped on the ends. */
static double lognormal(const struct wm_uncertainty *u, double prob)
{
    const double from = u->low > 0.0 ? wm_normal_prob(log(u->low / u->median) / u->log_sd) : 0.0;
    const double to = wm_normal_prob(log(u->high / u->median) / u->log_sd);
    return u->median * exp(u->log_sd * wm_normal_quantile(from + prob * (to - from)));
}

static double quantile(const struct wm_uncertainty *u, double prob, double a, double b)
{
    switch (u->dist) {
    case WM_SPREAD_LOGNORMAL:
        return u->log_sd > 0.0 ? lognormal(u, prob) : u->median;
    case WM_SPREAD_BETA:
        return u->low + (u->high - u->low) * wm_beta_quantile(prob, a, b);
    case WM_SPREAD_FIXED:
    case WM_SPREAD_PERT: /* without a span */
        break;
    }
    return u->mode;
}

void wm_uncertainty_table(const struct wm_uncertainty *u, struct wm_quantiles *q)
{
    double a, b;
    const bool is_beta = beta_shape(u, &a, &b);
    if (is_beta && a >= 0.5 && b >= 0.5) {
        beta_table(u->low, u->high - u->low, a, b, q);
        return;
    }
    for (int i = 0; i <= WM_QUANTILE_STEPS; i++)
        q->x[i] = quantile(u, wm_normal_prob(Z_MAX * (2.0 * i / WM_QUANTILE_STEPS - 1.0)), a, b);
}

double wm_quantile_at(const struct wm_quantiles *q, double z)
{
    const double at = (fmin(fmax(z, -Z_MAX), Z_MAX) / Z_MAX + 1.0) * WM_QUANTILE_STEPS / 2.0;
    const int i = at < WM_QUANTILE_STEPS ? (int)at : WM_QUANTILE_STEPS - 1;
    return q->x[i] + (at - i) * (q->x[i + 1] - q->x[i]);
}
