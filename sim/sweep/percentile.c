/* Quantiles of samples, and how sure they are. */
#include <math.h>

#include "wattmill/export.h"
#include "wattmill/numeric.h"
#include "wattmill/require.h"

/* Least k with P(at most k of n below the quantile) >= target; the count is binomial. */
static size_t binomial_quantile(size_t n, double prob, double target)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (wm_binomial_prob(middle, n, prob) >= target)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool wm_quantile_ranks(size_t n, double prob, double confidence, size_t *low, size_t *high)
{
    WM_REQUIRE(n >= 1 && prob > 0.0 && prob < 1.0 && confidence > 0.0 && confidence < 1.0);
    const double tail = (1.0 - confidence) / 2.0;
    /* X_(l) <= q unless fewer than l lie below q; ranks from 1: l = the count's lower quantile */
    const size_t l = binomial_quantile(n, prob, tail);
    const size_t u = binomial_quantile(n, prob, 1.0 - tail) + 1;
    *low = l >= 1 ? l - 1 : 0;
    *high = u <= n ? u - 1 : n - 1;
    return l >= 1 && u <= n;
}

void wm_share_interval(uint64_t n_true, uint64_t n, double confidence, double *low, double *high)
{
    WM_REQUIRE(n >= 1 && n_true <= n);
    const double z = wm_normal_quantile(0.5 + confidence / 2.0), m = (double)n;
    const double p = (double)n_true / m, scale = 1.0 / (1.0 + z * z / m);
    const double middle = scale * (p + z * z / (2.0 * m));
    const double half = scale * z * sqrt(p * (1.0 - p) / m + z * z / (4.0 * m * m));
    *low = n_true == 0 ? 0.0 : middle - half; /* rounding apart, what the formula gives */
    *high = n_true == n ? 1.0 : middle + half;
}
