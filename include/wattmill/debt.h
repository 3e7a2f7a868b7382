/*
 * Debt in tranches: drawn while capital is spent, interest capitalised until operation, repaid level or
 * shaped to the cash there is.
 *
 * Interest of a period of length L on a balance b is b ((1 + r)^L - 1). A level tranche pays the same
 * each year of what is left of its term; a sculpted one pays the share of each year's cash that makes
 * the coverage the same in all of them: service_t = cash_t D / PV(cash), so DSCR = PV(cash) / D, with PV
 * when repayment begins: in a grace interest alone is paid. With a target coverage it lends no more
 * than PV(cash) / target. Tranches are paid in order; cash left over
 * can be swept into them. A reserve holds months of the first service and comes back with the last.
 *
 * Left out: commitment fees, hedges, interest on the reserve.
 */
#ifndef WATTMILL_DEBT_H
#define WATTMILL_DEBT_H

#include <stddef.h>
#include <stdint.h>

enum wm_collateral { WM_COLLATERAL_ALL, WM_COLLATERAL_IT, WM_COLLATERAL_FACILITY };
enum wm_repayment { WM_REPAY_LEVEL, WM_REPAY_SCULPTED };

enum { WM_TRANCHES_MAX = 8, WM_PERIODS_MAX = 64 };

struct wm_tranche {
    const char *name;
    enum wm_collateral of;
    double share_frac; /* of the capital it is secured on */
    double rate_frac;
    double term_years;  /* from the start of operation, grace included */
    double grace_years; /* interest only */
    enum wm_repayment repayment;
    double dscr_target;     /* sculpted: no more is lent than this allows; 0 or NAN: the share */
    double sweep_frac;      /* of the cash left after service that repays it early */
    double reserve_months;  /* of service, held */
    double refinance_years; /* after that many years at another rate; NAN or 0: never */
    double refinance_rate_frac, refinance_fee_frac; /* fee: of what is owed then */
};

/** What lenders see: periods 1..n_build are construction, n_build + 1..n operation. */
struct wm_debt_case {
    const struct wm_tranche *tranches; /* [n_tranches] */
    size_t n_tranches;
    size_t n, n_build;
    const double *length_years;          /* [n + 1], of period t; 0 unused */
    const double *it_usd, *facility_usd; /* [n + 1], first capital spent at the end of period t */
    const double *cash_usd;              /* [n + 1], available for service */
};

/** Sums over tranches at the end of a period. */
struct wm_debt_period {
    double draw_usd;                             /* cash from lenders */
    double capitalised_usd;                      /* interest added to the debt */
    double interest_usd, principal_usd, fee_usd; /* paid; principal with sweeps */
    double swept_usd;                            /* of the principal */
    double reserve_usd;                          /* put into the reserve; negative: comes back */
    double balance_usd;                          /* owed after it */
};

struct wm_debt {
    struct wm_debt_period period[WM_PERIODS_MAX];
    double lent_usd; /* draws and capitalised interest: owed when operation starts */
    double draws_usd, capitalised_usd;
    double last_balance_usd; /* owed at the end of the periods: falls due */
};

/** Runs the loans; cannot fail. @pre n < WM_PERIODS_MAX */
void wm_debt_run(const struct wm_debt_case *c, struct wm_debt *debt);

#endif
