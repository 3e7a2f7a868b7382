/* Finance: annuities of capital. Rates are per year and nominal; cannot fail. */
#ifndef WATTMILL_FINANCE_H
#define WATTMILL_FINANCE_H

/** Capital recovery factor r (1+r)^n / ((1+r)^n - 1); 1/n at r = 0. @pre rate >= 0, years > 0 */
double wm_crf(double rate_frac, double years);
/** Equivalent annual cost of capital with a residual: (C - S / (1+r)^n) CRF(r, n) [USD/yr]. */
double wm_equivalent_annual_cost(double capital_usd, double residual_usd, double rate_frac,
                                 double years);
/** Straight-line depreciation (C - S) / n [USD/yr]. */
double wm_straight_line(double capital_usd, double residual_usd, double years);

#endif
