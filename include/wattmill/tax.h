/*
 * Tax on income: what capital is written off by class, and what is left to tax.
 *
 * Classes of the US code by recovery years: 5 and 15 double and 150 % declining with a change to
 * straight line, half a year in the first; 39 straight line, from the middle of the first month. A
 * bonus is written off at once, of classes up to 20 years. Losses are carried forward, at most a share
 * of a year's income; interest is deducted up to a share of earnings before interest and write-offs,
 * the rest later.
 *
 * Left out: quarters instead of half years, states, minimum taxes, credits, losses carried back.
 * @par Source  IRS Publication 946 (2024), tables A-1 and A-7a; Rev. Proc. 87-57; 26 USC 163(j), 172
 */
#ifndef WATTMILL_TAX_H
#define WATTMILL_TAX_H

#include <stddef.h>

#include "wattmill/finance.h"

/** Share of the capital written off in year t = 1.. of a class of 3, 5, 7, 10, 15, 20 or more years. */
double wm_macrs_frac(double class_years, size_t t);

/** What is written off together: a share in each class. */
struct wm_tax_mix {
    double five_frac, fifteen_frac; /* the rest in 39 years */
};

struct wm_tax_terms {
    double rate_frac;
    enum wm_write_off write_off;
    const double *table_frac; /* [n_table], for WM_WRITE_OFF_TABLE: all classes alike */
    size_t n_table;
    double bonus_frac;      /* for WM_WRITE_OFF_MACRS */
    double loss_limit_frac; /* of a year's income that losses may offset; 0 means 1 */
    double
        interest_limit_frac; /* of earnings before interest and write-offs; NAN or 0: all of it */
};

/** Written off in the year of age t = 1.. of `usd` with `life_years` in the books; `mix` for MACRS. */
double wm_tax_write_off_usd(const struct wm_tax_terms *terms, const struct wm_tax_mix *mix,
                            double usd, double life_years, size_t t);

/** Losses and interest not yet deducted. */
struct wm_tax_carry {
    double loss_usd, interest_usd;
};

/**
 * Tax of a year [USD], >= 0.
 * @param earnings_usd  before interest and write-offs, gains and losses on sales included
 */
double wm_tax_year_usd(const struct wm_tax_terms *terms, double earnings_usd, double write_off_usd,
                       double interest_usd, struct wm_tax_carry *carry);

#endif
