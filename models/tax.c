#include "wattmill/tax.h"

#include <math.h>
#include <stdbool.h>

#include "wattmill/require.h"

#define BONUS_CLASS_MAX 20.0

/* Declining balance with half a year in the first, straight line once that is more. */
static double half_year_frac(double class_years, size_t t)
{
    const double rate = (class_years > 10.0 ? 1.5 : 2.0) / class_years;
    double book = 1.0, off = 0.0;
    for (size_t k = 1; k <= t; k++) {
        const double passed = k > 1 ? (double)k - 1.5 : 0.0, left = class_years - passed;
        const double length = k == 1 ? 0.5 : fmin(1.0, left);
        off = left > 0.0
                  ? fmin(book, fmax(rate * (k == 1 ? 0.5 : 1.0) * book, book / left * length))
                  : 0.0;
        book -= off;
    }
    return off;
}

/* Straight line from the middle of the first month of the first year. */
static double mid_month_frac(double class_years, size_t t)
{
    const double first = 11.5 / 12.0, before = t > 1 ? first + (double)(t - 2) : 0.0;
    const double length = t == 1 ? first : 1.0;
    return fmax(0.0, fmin(length, class_years - before)) / class_years;
}

double wm_macrs_frac(double class_years, size_t t)
{
    WM_REQUIRE(class_years >= 3.0 && t >= 1);
    return class_years > BONUS_CLASS_MAX ? mid_month_frac(class_years, t)
                                         : half_year_frac(class_years, t);
}

static double class_frac(const struct wm_tax_terms *terms, double class_years, size_t t)
{
    const double bonus = class_years > BONUS_CLASS_MAX ? 0.0 : terms->bonus_frac;
    return (t == 1 ? bonus : 0.0) + (1.0 - bonus) * wm_macrs_frac(class_years, t);
}

double wm_tax_write_off_usd(const struct wm_tax_terms *terms, const struct wm_tax_mix *mix,
                            double usd, double life_years, size_t t)
{
    if (terms->write_off != WM_WRITE_OFF_MACRS)
        return wm_write_off_usd(terms->write_off, usd, life_years, terms->table_frac,
                                terms->n_table, t);
    const double rest = 1.0 - mix->five_frac - mix->fifteen_frac;
    return usd * (mix->five_frac * class_frac(terms, 5.0, t) +
                  mix->fifteen_frac * class_frac(terms, 15.0, t) +
                  (rest > 1e-12 ? rest * class_frac(terms, 39.0, t) : 0.0));
}

double wm_tax_year_usd(const struct wm_tax_terms *terms, double earnings_usd, double write_off_usd,
                       double interest_usd, struct wm_tax_carry *carry)
{
    const double asked = interest_usd + carry->interest_usd;
    const bool is_limited = terms->interest_limit_frac > 0.0;
    const double deducted =
        is_limited ? fmin(asked, terms->interest_limit_frac * fmax(0.0, earnings_usd)) : asked;
    carry->interest_usd = asked - deducted;
    const double income = earnings_usd - write_off_usd - deducted;
    if (income <= 0.0) {
        carry->loss_usd -= income;
        return 0.0;
    }
    const double share = terms->loss_limit_frac > 0.0 ? terms->loss_limit_frac : 1.0;
    const double offset = fmin(carry->loss_usd, share * income);
    carry->loss_usd -= offset;
    return terms->rate_frac * (income - offset);
}
