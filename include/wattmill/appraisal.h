/*
 * Appraisal: a year of operation becomes a pro-forma of several, and its figures.
 *
 * Periods 1..n_build are construction, the rest operation, each of a year but the last of either,
 * which may be shorter. The facility is paid for along the capex curve, IT when operation starts;
 * the year's revenue and cost repeat at the ends of the periods of operation on a price path and with
 * escalation; what is left is sold at the end:
 *
 *     revenue_t = L_t (f(s_t) (T V(s_t) + H) + G) + contracts_t     power_t, opex_t = L_t X (1+g)^(s_t)
 *     flow_t    = revenue - power - opex - tax - replacement + residual
 *
 * with L_t the period's length, s_t its start after the start of operation, f the price path and V the volume
 * that answers to it (market.h; energy follows in power_t); T is earned by tokens, H by accelerators on
 * demand, G paid by the grid. A break-even factor multiplies the price of what is sold, T, or H and contracts
 * where no token is sold; what else is paid stays. A run of several years
 * gives its own years instead of one that repeats, and lots of IT with the years in which they are
 * bought and sold. IT, storage and generation each have a life of their own: what reaches its end before
 * it is sold is sold at its worth and bought again (lives count in whole years), or, where that is worth
 * more, the site is given up then. Nominal flows at a nominal rate. Tax: tax.h, the project's knows no
 * interest, the owner's does. Debt: debt.h.
 *
 * Working capital (days of revenue owed by customers less days of cash cost owed by the site) and deposits
 * are tied up and come back, untaxed. The connection to the grid is paid first and lost. Power contracts are
 * beside the bill and follow their own terms (power_contract.h).
 *
 * The levelised cost is at prices that stay, so that no volume answers.
 *
 * Left out: subsidies, upkeep that begins with a later lot of IT,
 * currencies; working capital and deposits in the cash that lenders count.
 */
#ifndef WATTMILL_APPRAISAL_H
#define WATTMILL_APPRAISAL_H

#include <stdbool.h>
#include <stddef.h>

#include "wattmill/debt.h"
#include "wattmill/finance.h"
#include "wattmill/market.h"
#include "wattmill/power_contract.h"
#include "wattmill/tax.h"

#define WM_APPRAISAL_YEARS_MAX 50
#define WM_BUILD_YEARS_MAX     10
#define WM_TAX_TABLE_MAX       40
#define WM_ASSESSED_MAX        20

enum wm_asset { WM_ASSET_IT, WM_ASSET_FACILITY, WM_ASSET_ONSITE, WM_ASSET_GRID };

/** Tax on equipment by its age: rate times what the place assesses, over the price paid. */
struct wm_property_tax {
    double rate_frac;
    double assessed_frac[WM_ASSESSED_MAX]; /* of ages 1, 2, ...; the last stays */
    size_t n;                              /* 0: none of its own, it is part of the cash cost */
};

struct wm_appraisal_terms {
    size_t n_years;         /* periods of operation, 1..WM_APPRAISAL_YEARS_MAX */
    double operation_years; /* their length together; 0: n_years */
    double discount_rate_frac;
    double price_half_life_years;  /* NAN: prices stay */
    struct wm_token_market market; /* zeros: nothing else moves them */
    double power_escalation_frac, opex_escalation_frac;
    double
        inflation_frac; /* of prices of tokens and equipment; escalations and rate hold it already */
    /* of price, at the end; NAN: IT by the resale curve of its age, the facility on a straight line
       over its life */
    double residual_it_frac, residual_facility_frac;
    double it_worth_factor; /* on what used IT brings; 0: 1 */
    double it_life_years, facility_life_years;
    double receivable_years, payable_years; /* of revenue, of cash cost: tied up */
    double security_years;                  /* of operation, until deposits come back */
    double contract_years;                  /* of operation; a site that ends before pays exit_usd */
    double first_year_frac; /* of the first year's revenue that is earned (ramp); 0: all */
    bool may_abandon;       /* at the end of a life of IT, where that is worth more */
    size_t n_build;         /* periods of construction */
    double build_length_years[WM_BUILD_YEARS_MAX];
    double
        build_frac[WM_BUILD_YEARS_MAX]; /* of the facility's capital, at the start of each; sum 1 */
    double debt_share_frac, debt_rate_frac; /* one level tranche on all of the first capital ... */
    size_t debt_years;
    const struct wm_tranche *tranches; /* ... unless these are given */
    size_t n_tranches;
    struct wm_tax_terms tax;
    struct wm_tax_mix facility_mix; /* of tax classes; IT is of five years */
    struct wm_property_tax it_tax;
};

/**
 * What is bought at the end of year `buy` of operation (0: at its start) and sold at the end of year
 * `sell`, each purchase replaced when its life ends before that.
 */
struct wm_lot {
    double usd;
    size_t buy, sell; /* sell past the last year: it stays */
    double life_years;
    double
        residual_frac; /* of its price at the age of worn_years, on a straight line to there; NAN:
                             by the resale curve */
    double worn_years;
    enum wm_asset asset;
    /* what is there and paid for: no first purchase, its book value is written off and it is sold at its age */
    bool is_owned;
    double age_years, book_usd; /* at `buy` */
    double salvage_usd;         /* of its first sale; NAN: by its age */
};

/** A year of the run at its own prices, before price path and escalation. */
struct wm_run_year {
    double revenue_usd, power_usd;
    double years; /* its length; 0 means 1 */
    double hours_usd, grid_usd; /* as in the basis */
};

/** The year that repeats, or the run's years. */
struct wm_appraisal_basis {
    double it_capex_usd, facility_capex_usd; /* what the owner of this ledger buys */
    double revenue_usd, power_usd, opex_usd; /* per year; of tokens; opex without power, cash only */
    double hours_usd; /* per year: accelerators by the hour, on the price path of tokens; no volume */
    double grid_usd;  /* per year: paid by the grid; neither price path nor volume */
    bool sells_no_tokens; /* a factor on prices is one on hours and contracts then */
    double connection_usd, security_usd; /* to the grid: spent first, deposited first */
    double exit_usd; /* paid at the end where the contract goes on */
    const struct wm_ppa_cash *supply; /* [n_years], of power contracts; NULL: none */
    const double
        *contract_usd; /* [n_years], revenue by contract that follows no price path; NULL */
    const struct wm_run_year *years; /* [n_years] of the terms, or NULL: the year repeats */
    const struct wm_lot *lots;       /* [n_lots], of IT; or none: all of it is bought first */
    size_t n_lots;
    const struct wm_lot *onsite; /* [n_onsite], storage and generation */
    size_t n_onsite;
};

/** A period of the pro-forma; 0 holds the first capital. */
struct wm_appraisal_year {
    double end_years, length_years; /* since the first capital */
    double revenue_usd, power_usd, opex_usd;
    double price_frac, volume_frac; /* token prices and tokens over the run's */
    double saved_frac;              /* market.h */
    double capex_usd, residual_usd;
    double tied_usd;               /* into working capital and deposits; negative: back */
    double write_off_usd, tax_usd; /* the project's */
    double flow_usd, cumulated_pv_usd;
    double interest_usd, principal_usd, owner_tax_usd, owner_flow_usd;
    double drawn_usd, capitalised_usd, reserve_usd, debt_usd; /* debt.h; debt: owed at the end */
    double dscr;                                              /* NAN without debt service */
};

struct wm_appraisal {
    size_t n_years; /* periods, construction included */
    size_t n_build;
    struct wm_appraisal_year year[WM_PERIODS_MAX];
    double npv_usd;
    size_t n_irr; /* rates at which the NPV is 0 */
    double irr_frac[WM_IRR_ROOTS_MAX];
    double mirr_frac, payback_years, discounted_payback_years;
    double debt_usd, dscr_min, dscr_mean, llcr; /* debt: owed when operation starts */
    double idc_usd;               /* interest during construction, added to the debt */
    double exit_usd; /* exit fee that is paid; 0 */
    double sources_usd, uses_usd; /* of the first capital: debt and equity; capital, IDC, reserve */
    double owner_irr_frac;        /* NAN when none or several */
    double price_factor;   /* on the price of what is sold, at which the NPV is 0; NAN: none in [0, 1000] */
    double level_factor;   /* the same with prices that stay: levelised cost over the price */
    size_t abandoned_year; /* of operation, at whose end the site is given up; 0: it is not */
    size_t
        undercut_year; /* first of operation in which a competitor sells below the margin floor; 0 */
    /* of what the best new sellers save, tokens and years weighted: what customers get; NAN: nothing saved */
    double passed_on_frac;
};

/** IT under these terms: its residual is that of the appraisal's end, or of its life's if that is first. */
struct wm_lot wm_it_lot(const struct wm_appraisal_terms *terms, double usd, size_t buy,
                        size_t sell);
/** What is worth nothing at the end of its life, bought first and kept. */
struct wm_lot wm_onsite_lot(double usd, double life_years);

/** The pro-forma and its figures; a figure that does not exist is NAN. Cannot fail. */
struct wm_appraisal wm_appraisal(const struct wm_appraisal_terms *terms,
                                 const struct wm_appraisal_basis *basis);

/** Factor on the price of what is sold, at prices that stay, at which the NPV is 0; NAN when none in [0, 1000]. */
double wm_appraisal_level_factor(const struct wm_appraisal_terms *terms,
                                 const struct wm_appraisal_basis *basis);

/** NPV and, where there is exactly one, IRR alone: what a draw of the range needs. */
struct wm_worth {
    double npv_usd, irr_frac;
};
/**
 * @param pv_usd  out [n_years + 1], cumulated present value at the ends of the years of operation, 0: before the
 *                first; a site that is given up stays where it was. NULL: not wanted
 */
struct wm_worth wm_appraisal_worth(const struct wm_appraisal_terms *terms,
                                   const struct wm_appraisal_basis *basis, double *pv_usd);

#endif
