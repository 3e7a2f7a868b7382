/* Income: what the owner of the chosen ledger is paid for what the run made. */
#ifndef WM_SETTLE_SALES_H
#define WM_SETTLE_SALES_H

#include "metrics.h"

/** Of a pool's tokens, those that are the owner's: the rest serves buyers of accelerators by the hour. */
double wm_own_tok_frac(const struct wm_economics *economics, const char *pool);

/**
 * By what the ledger sells. Tokens that accelerators serve which are sold by the hour are the buyer's.
 * @param space_usd  rent and power passed on, of a ledger that sells space
 */
struct wm_income wm_income_of(const struct wm_run *run, const struct wm_totals *totals,
                              double space_usd);

/**
 * Paid by contract in period [from, to) years of operation: accelerators by the hour at least
 * reserved; what is sold on demand in it less what the run's own first year has of it comes with it,
 * so that a contract that ends goes on at its other price.
 */
double wm_contracts_usd(const struct wm_results *results, double from_years, double to_years);

#endif
