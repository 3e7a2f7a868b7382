/* Market: prices that follow cost and a competitor, volumes that follow prices. */
#include <math.h>

#include "suite.h"
#include "wattmill/appraisal.h"
#include "wattmill/market.h"

static struct wm_token_market tokens_alone(void)
{
    return (struct wm_token_market){.pass_through_frac = 1.0};
}

/* Half of all intervals are full, the others serve half of what they can. */
static struct wm_response half_full(void)
{
    struct wm_response r = {0};
    for (int k = 0; k <= WM_RESPONSE_STEPS; k++) {
        const double q = wm_response_factor(k);
        r.at[k] = (fmin(q, 1.0) * 2.0 + fmin(q, 2.0)) / 3.0;
    }
    return r;
}

START_TEST(nothing_moves_but_the_half_life)
{
    const struct wm_token_market m = tokens_alone();
    const struct wm_market_year y = wm_market_at(&m, 2.0, 1.0, 4.0, 0);
    ck_assert(!wm_market_moves(&m));
    ck_assert_double_eq(y.price, 0.25);
    ck_assert_double_eq(y.volume, 1.0);
    ck_assert_double_eq(y.energy, 1.0);
}
END_TEST

START_TEST(savings_are_passed_on_by_the_share_that_is_given)
{
    struct wm_token_market m = tokens_alone();
    m.gain_per_year = 1.0; /* cost halves each year */
    m.cost_frac = 0.4;
    for (int i = 0; i <= 4; i++) {
        m.pass_through_frac = 0.25 * i;
        const struct wm_market_year y = wm_market_at(&m, (double)NAN, 1.0, 2.0, 0);
        ck_assert_double_eq_tol(y.saved_frac, 0.4 * 0.75, 1e-15);
        ck_assert_double_eq_tol(1.0 - y.price, m.pass_through_frac * 0.3, 1e-15);
    }
}
END_TEST

START_TEST(the_site_asks_no_more_than_its_competitor)
{
    struct wm_token_market m = tokens_alone();
    m.competitor_price_frac = 1.5;
    m.competitor_half_life_years = 1.0;
    ck_assert_double_eq(wm_market_at(&m, (double)NAN, 1.0, 0.0, 0).price, 1.0);
    ck_assert_double_eq_tol(wm_market_at(&m, (double)NAN, 1.0, 2.0, 0).price, 0.375, 1e-15);
    m.competitor_half_life_years = 0.0; /* as cost falls */
    m.gain_per_year = 0.5;
    ck_assert_double_eq_tol(wm_market_at(&m, (double)NAN, 1.0, 3.0, 0).price, 1.5 / 3.375, 1e-15);
}
END_TEST

START_TEST(the_margin_floor_holds_and_who_is_undercut_sells_nothing)
{
    struct wm_token_market m = tokens_alone();
    m.has_margin_floor = true;
    m.margin_floor_frac = 0.2;
    m.cash_frac = 0.4; /* floor 0.5 */
    struct wm_market_year y = wm_market_at(&m, 1.0, 1.0, 3.0, 0);
    ck_assert_double_eq_tol(y.price, 0.5, 1e-15);
    ck_assert_double_eq_tol(y.volume, 1.0, 1e-15);
    y = wm_market_at(&m, 1.0, 1.2, 3.0, 0); /* cost grew by 20 % */
    ck_assert_double_eq_tol(y.price, 0.6, 1e-15);
    m.own_gain_per_year = 1.0; /* eight times the tokens for it */
    y = wm_market_at(&m, 1.0, 1.0, 3.0, 0);
    ck_assert_double_eq_tol(y.price, 0.125, 1e-15);
    m.own_gain_per_year = 0.0;
    m.competitor_price_frac = 1.0;
    m.competitor_half_life_years = 1.0;
    y = wm_market_at(&m, (double)NAN, 1.0, 0.5, 0);
    ck_assert(!y.is_undercut);
    y = wm_market_at(&m, (double)NAN, 1.0, 3.0, 0);
    ck_assert(y.is_undercut);
    ck_assert_double_eq(y.volume, 0.0);
}
END_TEST

START_TEST(volume_answers_to_the_price_until_capacity_is_full)
{
    const struct wm_response full = half_full();
    struct wm_token_market m = tokens_alone();
    m.elasticity = -1.0;
    m.volume = &full;
    m.n_volume = 1;
    ck_assert_double_eq(wm_market_at(&m, 1.0, 1.0, 0.0, 0).volume, 1.0);
    /* price a half: twice is asked for, the full half serves no more: (2 + 2) / 3 */
    const struct wm_market_year y = wm_market_at(&m, 1.0, 1.0, 1.0, 0);
    ck_assert_double_eq_tol(y.volume, 4.0 / 3.0, 4e-3);
    ck_assert_double_eq_tol(wm_market_at(&m, 1.0, 1.0, 3.0, 0).volume, 4.0 / 3.0, 1e-12);
}
END_TEST

START_TEST(software_of_its_own_serves_what_was_turned_away)
{
    const struct wm_response full = half_full();
    struct wm_token_market m = tokens_alone();
    m.own_gain_per_year = 0.5;
    m.volume = &full;
    m.n_volume = 1;
    /* the same is asked for: the full half serves 1.5 times as much, the other half as before */
    struct wm_response lost = full;
    for (int k = 0; k <= WM_RESPONSE_STEPS; k++) {
        const double q = wm_response_factor(k);
        lost.at[k] = (fmin(2.0 * q, 1.0) * 2.0 + fmin(q, 2.0)) / 3.0; /* twice was asked for there */
    }
    m.volume = &lost;
    ck_assert_double_eq_tol(wm_market_at(&m, (double)NAN, 1.0, 1.0, 0).volume, 4.0 / 3.0, 4e-3);
}
END_TEST

START_TEST(an_appraisal_says_what_customers_get_of_savings)
{
    struct wm_appraisal_terms terms = {.n_years = 4,
                                       .discount_rate_frac = 0.1,
                                       .price_half_life_years = (double)NAN,
                                       .it_life_years = 5.0,
                                       .facility_life_years = 20.0};
    const struct wm_appraisal_basis basis = {
        .it_capex_usd = 100.0, .revenue_usd = 60.0, .power_usd = 5.0, .opex_usd = 5.0};
    terms.market = tokens_alone();
    const struct wm_appraisal flat = wm_appraisal(&terms, &basis);
    ck_assert(isnan(flat.passed_on_frac));
    terms.market.gain_per_year = 0.4;
    terms.market.cost_frac = wm_appraisal_level_factor(&terms, &basis);
    ck_assert_double_eq_tol(terms.market.cost_frac, flat.level_factor, 1e-12);
    double before = flat.npv_usd;
    for (int i = 1; i <= 4; i++) {
        terms.market.pass_through_frac = 0.25 * i;
        const struct wm_appraisal a = wm_appraisal(&terms, &basis);
        ck_assert_double_eq_tol(a.passed_on_frac, 0.25 * i, 1e-12);
        ck_assert_double_lt(a.npv_usd, before);
        ck_assert_double_eq_tol(a.level_factor, flat.level_factor, 1e-12);
        before = a.npv_usd;
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {nothing_moves_but_the_half_life,
                                  savings_are_passed_on_by_the_share_that_is_given,
                                  the_site_asks_no_more_than_its_competitor,
                                  the_margin_floor_holds_and_who_is_undercut_sells_nothing,
                                  volume_answers_to_the_price_until_capacity_is_full,
                                  software_of_its_own_serves_what_was_turned_away,
                                  an_appraisal_says_what_customers_get_of_savings};
    return RUN_TESTS("market", tests);
}
