/*
 * Finance: annuities, and the worth of a row of cash flows.
 *
 * Flows are nominal and stand at the end of their period; flow 0 is today. Rates are nominal and per
 * period. A figure that does not exist for a row of flows (the IRR of a project that never earns) is
 * NAN, never a number that looks like one.
 */
#ifndef WATTMILL_FINANCE_H
#define WATTMILL_FINANCE_H

#include <stddef.h>

/** Capital recovery factor r (1+r)^n / ((1+r)^n - 1); 1/n at r = 0. @pre rate >= 0, years > 0 */
double wm_crf(double rate_frac, double years);
/** Equivalent annual cost of capital with a residual: (C - S / (1+r)^n) CRF(r, n) [USD/yr]. */
double wm_equivalent_annual_cost(double capital_usd, double residual_usd, double rate_frac,
                                 double years);
/** Straight-line depreciation (C - S) / n [USD/yr]. */
double wm_straight_line(double capital_usd, double residual_usd, double years);

/**
 * Net present value: sum of flow_t / (1+r)^t [USD].
 * @param flow_usd   [n], n >= 1
 * @param rate_frac  > -1
 */
double wm_npv_usd(const double *flow_usd, size_t n, double rate_frac);
/** The same with flows 1.. in the middle of their periods: exponent t - 1/2; flow 0 today. */
double wm_npv_mid_period_usd(const double *flow_usd, size_t n, double rate_frac);

/** How often consecutive flows that are not 0 change sign: a bound on the number of IRRs. */
size_t wm_sign_changes(const double *flow_usd, size_t n);

#define WM_IRR_LOW       -0.99
#define WM_IRR_HIGH      10.0
#define WM_IRR_ROOTS_MAX 16

/**
 * Internal rates of return: every rate in [-0.99, 10] at which the NPV changes sign, by Brent.
 *
 * @param irr_frac  out [WM_IRR_ROOTS_MAX], ascending
 * @return          how many; 0 when there is none. More than one: report all, and the MIRR
 * @note            a rate at which the NPV touches 0 without crossing is not found
 */
size_t wm_irr(const double *flow_usd, size_t n, double irr_frac[WM_IRR_ROOTS_MAX]);

/**
 * Modified IRR: (FV of inflows at the reinvestment rate / PV of outflows at the finance rate)^(1/N) - 1
 * with N = n - 1 periods; NAN without both an inflow and an outflow.
 */
double wm_mirr(const double *flow_usd, size_t n, double finance_frac, double reinvest_frac);

/**
 * Time at which the cumulated flows reach 0 for good, linear within the period [periods].
 *
 * @param rate_frac  0 for the simple payback, else flows are discounted at it
 * @return           NAN when they never do
 */
double wm_payback(const double *flow_usd, size_t n, double rate_frac);

/*
 * The same for flows that stand at times `at` [years], ascending from 0, where the last period may be
 * shorter than a year; rates are per year. `wm_irr_simple` is the one rate of flows that change sign
 * once, or NAN.
 */
size_t wm_irr_at(const double *flow_usd, const double *at, size_t n,
                 double irr_frac[WM_IRR_ROOTS_MAX]);
double wm_irr_simple(const double *flow_usd, const double *at, size_t n);
double wm_mirr_at(const double *flow_usd, const double *at, size_t n, double finance_frac,
                  double reinvest_frac);
double wm_payback_at(const double *flow_usd, const double *at, size_t n, double rate_frac);

/** One year of a loan with level payments; `balance_usd` is what is owed at its end. */
struct wm_loan_year {
    double interest_usd, principal_usd, balance_usd;
};

/** Year t = 1.. of a loan of `debt_usd` over `years` whole years; zeros once it is paid back. */
struct wm_loan_year wm_level_loan_year(double debt_usd, double rate_frac, size_t years, size_t t);

/** Debt service coverage: cash available / (interest + principal); NAN without debt service. */
double wm_dscr(double cash_available_usd, double debt_service_usd);

/**
 * Loan life coverage: present value of the cash available in the loan's years over the debt.
 * @param cash_usd  [years], of years 1..years
 * @return          NAN without debt
 */
double wm_llcr(const double *cash_usd, size_t years, double debt_usd, double rate_frac);

/** How capital is written off for tax. */
enum wm_write_off {
    WM_WRITE_OFF_STRAIGHT,
    WM_WRITE_OFF_DECLINING,
    WM_WRITE_OFF_TABLE,
    WM_WRITE_OFF_MACRS /* by tax class; tax.h */
};

/**
 * Written off in year t = 1.. [USD].
 *
 *     straight   C / n in years 1..n
 *     declining  2/n of the book value (double declining), the rest in year n
 *     table      share_frac[t - 1] C, nothing beyond the table
 *
 * A life that is not whole rounds to whole years, at least 1.
 */
double wm_write_off_usd(enum wm_write_off way, double capital_usd, double life_years,
                        const double *share_frac, size_t n_shares, size_t t);

#endif
