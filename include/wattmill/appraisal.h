/*
 * Appraisal: a year of operation becomes a pro-forma of several, and its figures.
 *
 * Capital is spent today, the year's revenue and cost repeat at the ends of years 1..n on a price
 * path and with escalation, what is left is sold at the end of year n:
 *
 *     revenue_t = R 2^(-(t-1)/h)     power_t, opex_t = X (1+g)^(t-1)
 *     flow_t    = revenue - power - opex - tax - replacement + residual
 *
 * A run of several years gives its own years instead of one that repeats, and lots of IT with the
 * years in which they are bought and sold. IT, storage and generation each have a life of their own: what
 * reaches its end before it is sold is sold at its residual and bought again; lives count in whole
 * years. Nominal flows at a nominal rate. Tax is paid on what is left after write-offs, losses are carried forward;
 * the project's tax knows no interest, the owner's does. Debt is a level loan on the first capital.
 *
 * Left out: volumes that answer to the price path, grace periods and reserves of loans, working
 * capital, subsidies, upkeep that begins with a later lot of IT.
 */
#ifndef WATTMILL_APPRAISAL_H
#define WATTMILL_APPRAISAL_H

#include <stdbool.h>
#include <stddef.h>

#include "wattmill/finance.h"

#define WM_APPRAISAL_YEARS_MAX 50
#define WM_TAX_TABLE_MAX       40

struct wm_appraisal_terms {
    size_t n_years; /* 1..WM_APPRAISAL_YEARS_MAX */
    double discount_rate_frac;
    double price_half_life_years; /* NAN: prices stay */
    double power_escalation_frac, opex_escalation_frac;
    double residual_it_frac, residual_facility_frac; /* of price, at the end */
    double it_life_years, facility_life_years;
    double debt_share_frac, debt_rate_frac; /* of the first capital */
    size_t debt_years;
    double tax_rate_frac;
    enum wm_write_off write_off;
    const double
        *write_off_frac; /* [n_write_off], for WM_WRITE_OFF_TABLE; of IT and facility alike */
    size_t n_write_off;
};

/**
 * What is bought at the end of year `buy` (0: today) and sold at the end of year `sell`, each purchase
 * replaced when its life ends before that.
 */
struct wm_lot {
    double usd;
    size_t buy, sell; /* sell past the last year: it stays */
    double life_years;
    double residual_frac; /* of its price at the age of worn_years, on a straight line to there */
    double worn_years;
};

/** Flows of a year of the run at its own prices, before price path and escalation. */
struct wm_run_year {
    double revenue_usd, power_usd;
};

/** The year that repeats, or the run's years. */
struct wm_appraisal_basis {
    double it_capex_usd, facility_capex_usd; /* what the owner of this ledger buys */
    double revenue_usd, power_usd, opex_usd; /* per year; opex without power, cash only */
    const struct wm_run_year *years;         /* [n_years] of the terms, or NULL: the year repeats */
    const struct wm_lot *lots;               /* [n_lots], of IT; or none: all of it is bought today */
    size_t n_lots;
    const struct wm_lot *onsite; /* [n_onsite], storage and generation */
    size_t n_onsite;
};

/** A year of the pro-forma; year 0 holds the capital. */
struct wm_appraisal_year {
    double revenue_usd, power_usd, opex_usd;
    double capex_usd, residual_usd;
    double write_off_usd, tax_usd; /* the project's */
    double flow_usd, cumulated_pv_usd;
    double interest_usd, principal_usd, owner_tax_usd, owner_flow_usd;
    double dscr; /* NAN without debt service */
};

struct wm_appraisal {
    size_t n_years;
    struct wm_appraisal_year year[WM_APPRAISAL_YEARS_MAX + 1];
    double npv_usd;
    size_t n_irr; /* rates at which the NPV is 0 */
    double irr_frac[WM_IRR_ROOTS_MAX];
    double mirr_frac, payback_years, discounted_payback_years;
    double debt_usd, dscr_min, dscr_mean, llcr;
    double owner_irr_frac; /* NAN when none or several */
    double price_factor;   /* on revenue, at which the NPV is 0; NAN when none in [0, 1000] */
};

/** IT under these terms: its residual is that of the appraisal's end, or of its life's if that is first. */
struct wm_lot wm_it_lot(const struct wm_appraisal_terms *terms, double usd, size_t buy, size_t sell);
/** What is worth nothing at the end of its life, bought today and kept. */
struct wm_lot wm_onsite_lot(double usd, double life_years);

/** The pro-forma and its figures; a figure that does not exist is NAN. Cannot fail. */
struct wm_appraisal wm_appraisal(const struct wm_appraisal_terms *terms,
                                 const struct wm_appraisal_basis *basis);

#endif
