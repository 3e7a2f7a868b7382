/*
 * Inverse of the beta distribution. GSL's inverse does not return for some shapes and is no number for
 * many small or uneven ones; halving the interval on the cumulative function always ends.
 */
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

#include "wattmill/numeric.h"
#include "wattmill/require.h"

#define TERMS_MAX 20000 /* about sqrt(max(alpha, beta)) are needed */
#define TINY      1e-300

/* Continued fraction of the incomplete beta function, DLMF 8.17.22, by Lentz' method as modified by
   Thompson and Barnett (J. Comput. Phys. 64, 1986). Quick for x < (a + 1) / (a + b + 2). */
static double fraction(double x, double a, double b)
{
    double f = 1.0, c = 1.0, d = 0.0;
    for (int k = 1; k <= TERMS_MAX; k++) {
        const double m = (double)(k / 2);
        const double term =
            k % 2 == 0 ? m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
                       : -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 + term * d;
        c = 1.0 + term / c;
        d = 1.0 / (fabs(d) < TINY ? TINY : d);
        c = fabs(c) < TINY ? TINY : c;
        f *= c * d;
        if (fabs(c * d - 1.0) < 1e-15)
            break;
    }
    return 1.0 / f;
}

/* P(X < x); `y` is 1 - x. */
static double beta_prob(double x, double y, double a, double b)
{
    if (!(x > 0.0) || !(y > 0.0))
        return x > 0.0 ? 1.0 : 0.0;
    const double front = exp(a * log(x) + b * (x < 0.5 ? log1p(-x) : log(y)) - gsl_sf_lnbeta(a, b));
    return x < (a + 1.0) / (a + b + 2.0) ? front * fraction(x, a, b) / a
                                         : 1.0 - front * fraction(y, b, a) / b;
}

static double middle_of(double low, double high)
{
    uint64_t l = 0, h = 0;
    double middle = 0.0;
    memcpy(&l, &low, sizeof l); /* doubles above 0 are ordered as their bits are */
    memcpy(&h, &high, sizeof h);
    const uint64_t m = l + (h - l) / 2;
    memcpy(&middle, &m, sizeof middle);
    return middle;
}

/* x in [0, 1/2] with P(X < x) = prob, by bits, so that tiny values keep their digits. */
static double in_lower_half(double prob, double a, double b)
{
    double low = 0.0, high = 0.5;
    for (;;) {
        const double x = middle_of(low, high);
        if (!(x > low && x < high))
            return high;
        if (beta_prob(x, 1.0 - x, a, b) < prob)
            low = x;
        else
            high = x;
    }
}

double wm_beta_quantile(double prob, double alpha, double beta)
{
    WM_REQUIRE(prob >= 0.0 && prob <= 1.0 && alpha > 0.0 && beta > 0.0);
    if (prob <= 0.0 || prob >= 1.0)
        return prob;
    return beta_prob(0.5, 0.5, alpha, beta) >= prob ? in_lower_half(prob, alpha, beta)
                                                    : 1.0 - in_lower_half(1.0 - prob, beta, alpha);
}
