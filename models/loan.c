/* Level debt and what is written off for tax. */
#include <math.h>

#include "wattmill/finance.h"
#include "wattmill/require.h"

struct wm_loan_year wm_level_loan_year(double debt_usd, double rate_frac, size_t years, size_t t)
{
    WM_REQUIRE(debt_usd >= 0.0 && rate_frac >= 0.0 && t >= 1);
    if (t > years || !(debt_usd > 0.0))
        return (struct wm_loan_year){0};
    const double payment = debt_usd * wm_crf(rate_frac, (double)years);
    /* owed after t payments = present value of those to come */
    const size_t left = years - t;
    const double balance = left > 0 ? payment / wm_crf(rate_frac, (double)left) : 0.0;
    const double before = payment / wm_crf(rate_frac, (double)(left + 1));
    const double interest = before * rate_frac;
    return (struct wm_loan_year){
        .interest_usd = interest, .principal_usd = payment - interest, .balance_usd = balance};
}

double wm_dscr(double cash_available_usd, double debt_service_usd)
{
    return debt_service_usd > 0.0 ? cash_available_usd / debt_service_usd : (double)NAN;
}

double wm_llcr(const double *cash_usd, size_t years, double debt_usd, double rate_frac)
{
    double present_usd = 0.0;
    for (size_t t = 1; t <= years; t++)
        present_usd += cash_usd[t - 1] / pow(1.0 + rate_frac, (double)t);
    return debt_usd > 0.0 ? present_usd / debt_usd : (double)NAN;
}

static double declining_usd(double capital_usd, size_t life, size_t t)
{
    const double keep = fmax(0.0, 1.0 - 2.0 / (double)life);
    const double book_usd = capital_usd * pow(keep, (double)(t - 1));
    return t == life ? book_usd : book_usd * (1.0 - keep);
}

double wm_write_off_usd(enum wm_write_off way, double capital_usd, double life_years,
                        const double *share_frac, size_t n_shares, size_t t)
{
    WM_REQUIRE(t >= 1 && life_years > 0.0);
    if (way == WM_WRITE_OFF_TABLE)
        return t <= n_shares ? share_frac[t - 1] * capital_usd : 0.0;
    const size_t life = life_years > 1.0 ? (size_t)lround(life_years) : 1;
    if (t > life)
        return 0.0;
    return way == WM_WRITE_OFF_DECLINING ? declining_usd(capital_usd, life, t)
                                         : wm_straight_line(capital_usd, 0.0, (double)life);
}
