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

/* PERT: beta between low and high with mean (low + 4 mode + high) / 6. */
static double pert(const struct wm_uncertainty *u, double prob)
{
    const double span = u->high - u->low;
    if (!(span > 0.0))
        return u->mode;
    const double a = 1.0 + 4.0 * (u->mode - u->low) / span;
    const double b = 1.0 + 4.0 * (u->high - u->mode) / span;
    return u->low + span * wm_beta_quantile(prob, a, b);
}

static double quantile(const struct wm_uncertainty *u, double z)
{
    const double prob = wm_normal_prob(z);
    switch (u->dist) {
    case WM_SPREAD_FIXED:
        return u->mode;
    case WM_SPREAD_PERT:
        return pert(u, prob);
    case WM_SPREAD_LOGNORMAL: {
        /* cut to low..high: the tails are left out, not heaped on the ends */
        const double from = u->low > 0.0 && u->log_sd > 0.0
                                ? wm_normal_prob(log(u->low / u->median) / u->log_sd)
                                : 0.0;
        const double to =
            u->log_sd > 0.0 ? wm_normal_prob(log(u->high / u->median) / u->log_sd) : 1.0;
        const double inside = from + prob * (to - from);
        return u->log_sd > 0.0 ? u->median * exp(u->log_sd * wm_normal_quantile(inside))
                               : u->median;
    }
    case WM_SPREAD_BETA:
        return u->low + (u->high - u->low) * wm_beta_quantile(prob, u->alpha, u->beta);
    }
    return u->mode;
}

void wm_uncertainty_table(const struct wm_uncertainty *u, struct wm_quantiles *q)
{
    for (int i = 0; i <= WM_QUANTILE_STEPS; i++)
        q->x[i] = quantile(u, Z_MAX * (2.0 * i / WM_QUANTILE_STEPS - 1.0));
}

double wm_quantile_at(const struct wm_quantiles *q, double z)
{
    const double at = (fmin(fmax(z, -Z_MAX), Z_MAX) / Z_MAX + 1.0) * WM_QUANTILE_STEPS / 2.0;
    const int i = at < WM_QUANTILE_STEPS ? (int)at : WM_QUANTILE_STEPS - 1;
    return q->x[i] + (at - i) * (q->x[i + 1] - q->x[i]);
}
