/* Worth of a row of cash flows: NPV, IRR, MIRR, payback. */
#include <math.h>
#include <stdbool.h>

#include "wattmill/finance.h"
#include "wattmill/numeric.h"
#include "wattmill/require.h"

/* Steps of the scan for rates, equal in ln(1 + r): 0.35 % of 1 + r each. */
#define SCAN_STEPS 2000

struct flows {
    const double *usd;
    const double *at; /* NULL: 0, 1, 2, ... */
    size_t n;
};

double wm_npv_usd(const double *flow_usd, size_t n, double rate_frac)
{
    WM_REQUIRE(n > 0 && rate_frac > -1.0);
    double npv_usd = 0.0;
    const double discount = 1.0 / (1.0 + rate_frac);
    for (size_t t = n; t-- > 0;) /* Horner: one product a period */
        npv_usd = npv_usd * discount + flow_usd[t];
    return npv_usd;
}

double wm_npv_mid_period_usd(const double *flow_usd, size_t n, double rate_frac)
{
    const double later_usd = wm_npv_usd(flow_usd, n, rate_frac) - flow_usd[0];
    return flow_usd[0] + later_usd * sqrt(1.0 + rate_frac);
}

size_t wm_sign_changes(const double *flow_usd, size_t n)
{
    size_t n_changes = 0;
    double last = 0.0;
    for (size_t t = 0; t < n; t++) {
        n_changes += last * flow_usd[t] < 0.0;
        if (fabs(flow_usd[t]) > 0.0)
            last = copysign(1.0, flow_usd[t]);
    }
    return n_changes;
}

/* The NPV at ln(1 + r) = x: the scan and Brent's steps are even there. */
static double npv_at_log(double x, void *context)
{
    const struct flows *const f = context;
    if (f->at == NULL)
        return wm_npv_usd(f->usd, f->n, expm1(x));
    double npv_usd = 0.0;
    for (size_t t = f->n; t-- > 0;)
        npv_usd += f->usd[t] * exp(-x * f->at[t]);
    return npv_usd;
}

static size_t scan(struct flows f, double irr_frac[WM_IRR_ROOTS_MAX])
{
    if (wm_sign_changes(f.usd, f.n) == 0)
        return 0;
    const double low = log1p(WM_IRR_LOW), high = log1p(WM_IRR_HIGH);
    size_t n_roots = 0;
    double a = low, at_a = npv_at_log(low, &f);
    for (size_t i = 1; i <= SCAN_STEPS && n_roots < WM_IRR_ROOTS_MAX; i++) {
        const double b = low + (high - low) * (double)i / SCAN_STEPS, at_b = npv_at_log(b, &f);
        double x = 0.0;
        /* a root on a grid point belongs to the step that ends there */
        if (at_a * at_b <= 0.0 && fabs(at_a) > 0.0 && wm_root_brent(npv_at_log, &f, a, b, &x))
            irr_frac[n_roots++] = expm1(x);
        a = b;
        at_a = at_b;
    }
    return n_roots;
}

size_t wm_irr(const double *flow_usd, size_t n, double irr_frac[WM_IRR_ROOTS_MAX])
{
    return scan((struct flows){flow_usd, NULL, n}, irr_frac);
}

static bool are_whole_years(const double *at, size_t n)
{
    for (size_t t = 0; t < n; t++)
        if (at[t] < (double)t || at[t] > (double)t)
            return false;
    return true;
}

size_t wm_irr_at(const double *flow_usd, const double *at, size_t n,
                 double irr_frac[WM_IRR_ROOTS_MAX])
{
    return scan((struct flows){flow_usd, are_whole_years(at, n) ? NULL : at, n}, irr_frac);
}

double wm_irr_simple(const double *flow_usd, const double *at, size_t n)
{
    struct flows f = {flow_usd, are_whole_years(at, n) ? NULL : at, n};
    double x = 0.0;
    return wm_sign_changes(flow_usd, n) == 1 &&
                   wm_root_brent(npv_at_log, &f, log1p(WM_IRR_LOW), log1p(WM_IRR_HIGH), &x)
               ? expm1(x)
               : (double)NAN;
}

static double when(const double *at, size_t t)
{
    return at != NULL ? at[t] : (double)t;
}

double wm_mirr_at(const double *flow_usd, const double *at, size_t n, double finance_frac,
                  double reinvest_frac)
{
    double future_in_usd = 0.0, present_out_usd = 0.0;
    const double end = when(at, n - 1);
    for (size_t t = 0; t < n; t++) {
        if (flow_usd[t] > 0.0)
            future_in_usd += flow_usd[t] * pow(1.0 + reinvest_frac, end - when(at, t));
        else
            present_out_usd -= flow_usd[t] / pow(1.0 + finance_frac, when(at, t));
    }
    if (!(future_in_usd > 0.0 && present_out_usd > 0.0))
        return (double)NAN;
    return pow(future_in_usd / present_out_usd, 1.0 / end) - 1.0;
}

double wm_mirr(const double *flow_usd, size_t n, double finance_frac, double reinvest_frac)
{
    return wm_mirr_at(flow_usd, NULL, n, finance_frac, reinvest_frac);
}

double wm_payback_at(const double *flow_usd, const double *at, size_t n, double rate_frac)
{
    double sum_usd = 0.0, payback = flow_usd[0] >= 0.0 ? 0.0 : (double)NAN;
    for (size_t t = 0; t < n; t++) {
        const double flow = flow_usd[t] / pow(1.0 + rate_frac, when(at, t));
        if (t > 0 && sum_usd < 0.0 && sum_usd + flow >= 0.0)
            payback = when(at, t - 1) - (when(at, t) - when(at, t - 1)) * sum_usd / flow;
        else if (sum_usd + flow < 0.0)
            payback = (double)NAN; /* a later outflow eats it up again */
        sum_usd += flow;
    }
    return payback;
}

double wm_payback(const double *flow_usd, size_t n, double rate_frac)
{
    return wm_payback_at(flow_usd, NULL, n, rate_frac);
}
