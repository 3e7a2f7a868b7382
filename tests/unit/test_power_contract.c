/* Power contracts: what an interval settles, and what a year of it comes to later. */
#include <math.h>

#include "suite.h"
#include "wattmill/power_contract.h"
#include "wattmill/unit.h"

static const struct wm_ppa_instant hour = {WM_S_PER_H, 55.0, 30.0};

START_TEST(against_the_load_no_more_is_settled_than_is_drawn)
{
    const struct wm_ppa p = {.usd_per_mwh = 40.0};
    struct wm_ppa_account a = {0};
    double left_w = 20e6;
    wm_ppa_settle(&p, &hour, 15e6, &left_w, &a);
    ck_assert_double_eq_tol(a.energy_j / WM_J_PER_MWH, 15.0, 1e-12);
    wm_ppa_settle(&p, &hour, 15e6, &left_w, &a); /* a second one finds 5 MW */
    ck_assert_double_eq_tol(left_w, 0.0, 1e-6);
    ck_assert_double_eq_tol(a.strike_usd, 20.0 * 40.0, 1e-9);
    ck_assert_double_eq_tol(a.credit_usd, 20.0 * 55.0, 1e-9);
    ck_assert_double_eq(a.index_usd, 0.0);
}
END_TEST

START_TEST(as_produced_the_market_is_credited_whatever_is_drawn)
{
    const struct wm_ppa p = {
        .usd_per_mwh = 2.0, .kind = WM_PPA_INDEX, .settled = WM_PPA_AS_PRODUCED};
    struct wm_ppa_account a = {0};
    double left_w = 0.0;
    wm_ppa_settle(&p, &hour, 10e6, &left_w, &a);
    ck_assert_double_eq_tol(a.strike_usd + a.index_usd - a.credit_usd, 20.0, 1e-9);
}
END_TEST

START_TEST(a_fixed_price_stays_while_power_grows_until_the_term_ends)
{
    const struct wm_ppa p = {.usd_per_mwh = 40.0, .escalation_frac = 0.02, .term_years = 2.5};
    const struct wm_ppa_account year = {1.0, 400.0, 0.0, 550.0};
    const struct wm_ppa_cash second = wm_ppa_cash_in(&p, &year, 0.03, 1.0, 1.0);
    ck_assert_double_eq_tol(second.paid_usd, 408.0, 1e-9);
    ck_assert_double_eq_tol(second.credit_usd, 566.5, 1e-9);
    const struct wm_ppa_cash third = wm_ppa_cash_in(&p, &year, 0.0, 2.0, 1.0);
    ck_assert_double_eq_tol(third.credit_usd, 275.0, 1e-9);
    ck_assert_double_eq(wm_ppa_cash_in(&p, &year, 0.0, 3.0, 1.0).paid_usd, 0.0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {against_the_load_no_more_is_settled_than_is_drawn,
                                  as_produced_the_market_is_credited_whatever_is_drawn,
                                  a_fixed_price_stays_while_power_grows_until_the_term_ends};
    return RUN_TESTS("power_contract", tests);
}
