/* Worked example W4 (discounted cash flow) and the properties of flows, loans and write-offs. */
#include <math.h>

#include "suite.h"
#include "wattmill/appraisal.h"
#include "wattmill/finance.h"
#include "wattmill/ledger.h"

#define near(got, want) ck_assert_double_eq_tol((got), (want), 1e-9 * fmax(1.0, fabs(want)))
/* Published with this many digits after the point. */
#define printed(got, want, digits) \
    ck_assert_double_eq_tol((got), (want), 0.5000001 * pow(10, -(digits)))

/* W4, in M$: capital 40, revenue 14 x 0.9^(t-1), cash cost 1.6 x 1.03^(t-1), residual 11.9. */
static struct wm_appraisal_terms w4_terms(void)
{
    return (struct wm_appraisal_terms){.n_years = 5,
                                       .discount_rate_frac = 0.10,
                                       .price_half_life_years = 1.0 / log2(1.0 / 0.9),
                                       .opex_escalation_frac = 0.03,
                                       .residual_it_frac = 11.9 / 40.0,
                                       .it_life_years = 5.0,
                                       .facility_life_years = 20.0,
                                       .debt_share_frac = 0.6,
                                       .debt_rate_frac = 0.09,
                                       .debt_years = 5};
}

static const struct wm_appraisal_basis w4_basis = {
    .it_capex_usd = 40.0, .revenue_usd = 14.0, .opex_usd = 1.6};

START_TEST(w4_flows_npv_irr_and_payback)
{
    const struct wm_appraisal_terms terms = w4_terms();
    const struct wm_appraisal a = wm_appraisal(&terms, &w4_basis);
    static const double operating[] = {12.4, 10.952, 9.64256, 8.4576368, 7.384585904};
    near(a.year[0].flow_usd, -40.0);
    for (size_t t = 1; t <= 5; t++)
        near(a.year[t].flow_usd - a.year[t].residual_usd, operating[t - 1]);
    near(a.year[5].residual_usd, 11.9);
    printed(a.npv_usd, 5.3194553, 7);
    near(a.npv_usd, a.year[5].cumulated_pv_usd);
    ck_assert_uint_eq(a.n_irr, 1);
    printed(100.0 * a.irr_frac[0], 14.826127, 6);
    printed(a.payback_years, 3.828298, 6);
    printed(100.0 * a.mirr_frac, 12.781437, 6);
}
END_TEST

START_TEST(w4_discounted_payback_without_the_residual_does_not_exist)
{
    const double flow[] = {-40.0, 12.4, 10.952, 9.64256, 8.4576368, 7.384585904};
    ck_assert(isnan(wm_payback(flow, 6, 0.10)));
    printed(wm_npv_usd(flow, 6, 0.10), -2.0695084, 7);
}
END_TEST

START_TEST(w4_debt_service_coverage_and_the_owners_return)
{
    const struct wm_appraisal_terms terms = w4_terms();
    const struct wm_appraisal a = wm_appraisal(&terms, &w4_basis);
    static const double dscr[] = {2.00965, 1.77498, 1.56276, 1.37072, 1.19681};
    double owed = a.debt_usd;
    near(owed, 24.0);
    for (size_t t = 1; t <= 5; t++) {
        const struct wm_appraisal_year *const y = &a.year[t];
        printed(y->interest_usd + y->principal_usd, 6.1702190, 7);
        printed(y->dscr, dscr[t - 1], 5);
        near(y->interest_usd, 0.09 * owed);
        owed -= y->principal_usd;
        near(wm_level_loan_year(24.0, 0.09, 5, t).balance_usd, owed);
    }
    near(owed, 0.0);
    printed(a.dscr_min, 1.19681, 5);
    printed(100.0 * a.owner_irr_frac, 22.312282, 6);
    /* LLCR by hand: level payments have present value 24, so it lies between the DSCRs */
    ck_assert_double_gt(a.llcr, a.dscr_min);
    ck_assert_double_lt(a.llcr, 2.00965);
}
END_TEST

START_TEST(w4_after_tax_with_straight_line_write_off)
{
    struct wm_appraisal_terms terms = w4_terms();
    terms.tax.rate_frac = 0.25;
    const struct wm_appraisal a = wm_appraisal(&terms, &w4_basis);
    static const double flow[] = {11.3, 10.214, 9.23192, 8.3432276, 7.538439428};
    for (size_t t = 1; t < 5; t++)
        near(a.year[t].flow_usd, flow[t - 1]);
    near(a.year[5].flow_usd, flow[4] + 11.9 * 0.75);
    printed(a.npv_usd, 1.5711650, 7);
}
END_TEST

START_TEST(the_npv_is_zero_at_the_price_factor_and_at_the_irr)
{
    struct wm_appraisal_terms terms = w4_terms();
    for (int i = 0; i < 8; i++) {
        terms.tax.rate_frac = i % 2 ? 0.25 : 0.0;
        terms.n_years = i < 4 ? 5 : 12;
        terms.discount_rate_frac = 0.04 * (i + 1);
        const struct wm_appraisal a = wm_appraisal(&terms, &w4_basis);
        struct wm_appraisal_basis b = w4_basis;
        b.revenue_usd *= a.price_factor;
        ck_assert_double_eq_tol(wm_appraisal(&terms, &b).npv_usd, 0.0, 1e-9);
        for (size_t k = 0; k < a.n_irr; k++) {
            terms.discount_rate_frac = a.irr_frac[k];
            ck_assert_double_eq_tol(wm_appraisal(&terms, &w4_basis).npv_usd, 0.0, 1e-8);
        }
        ck_assert_uint_ge(a.n_irr, 1);
    }
}
END_TEST

/* The levelised cost is the constant price at which the NPV is 0: capital recovered over one life. */
START_TEST(the_levelised_cost_of_a_token_makes_the_npv_zero)
{
    for (int i = 0; i < 20; i++) {
        const double rate = 0.01 * (i + 1), life = 3.0 + i % 6, tok = 1e12 * (1.0 + i);
        const double capex = 30e6 + 1e6 * i, residual = 0.05 * (i % 4), power = 1e6, opex = 1.5e6;
        const double cost_usd =
            wm_equivalent_annual_cost(capex, residual * capex, rate, life) + power + opex;
        const struct wm_lcot lcot =
            wm_lcot(&(struct wm_lcot_basis){.cost_usd = cost_usd, .output_tok = tok});
        const struct wm_appraisal_terms terms = {.n_years = (size_t)life,
                                                 .discount_rate_frac = rate,
                                                 .price_half_life_years = (double)NAN,
                                                 .residual_it_frac = residual,
                                                 .it_life_years = life,
                                                 .facility_life_years = 20.0};
        const struct wm_appraisal_basis b = {.it_capex_usd = capex,
                                             .revenue_usd = lcot.out_only_usd_per_mtok * tok / 1e6,
                                             .power_usd = power,
                                             .opex_usd = opex};
        const struct wm_appraisal a = wm_appraisal(&terms, &b);
        ck_assert_double_eq_tol(a.npv_usd, 0.0, 1e-9 * capex);
        ck_assert_double_eq_tol(a.price_factor, 1.0, 1e-9);
    }
}
END_TEST

START_TEST(a_row_of_flows_with_two_returns_gives_both_and_the_mirr)
{
    /* -1.6 + 10 x - 10 x^2 = 0 at x = 0.2 and 0.8: 400 % and 25 % (Brealey, Myers, Allen, ch. 5) */
    const double flow[] = {-1.6, 10.0, -10.0};
    double irr[WM_IRR_ROOTS_MAX];
    ck_assert_uint_eq(wm_sign_changes(flow, 3), 2);
    ck_assert_uint_eq(wm_irr(flow, 3, irr), 2);
    near(irr[0], 0.25);
    near(irr[1], 4.0);
    /* by hand: FV of 10 at 10 % over one period 11; PV of outflows 1.6 + 10/1.21 */
    near(wm_mirr(flow, 3, 0.10, 0.10), sqrt(11.0 / (1.6 + 10.0 / 1.21)) - 1.0);
}
END_TEST

START_TEST(returns_outside_the_interval_or_without_a_sign_change_are_not_invented)
{
    const double never[] = {-10.0, -1.0, -1.0}, gift[] = {1.0, 2.0}, tiny[] = {-1000.0, 1.0};
    double irr[WM_IRR_ROOTS_MAX];
    ck_assert_uint_eq(wm_irr(never, 3, irr), 0);
    ck_assert_uint_eq(wm_irr(gift, 2, irr), 0);
    ck_assert_uint_eq(wm_irr(tiny, 2, irr), 0); /* -99.9 % lies below -99 % */
    ck_assert(isnan(wm_mirr(never, 3, 0.1, 0.1)));
    ck_assert(isnan(wm_payback(never, 3, 0.0)));
    ck_assert_double_eq(wm_payback(gift, 2, 0.0), 0.0);
}
END_TEST

START_TEST(payback_counts_only_when_it_lasts)
{
    const double dips[] = {-10.0, 15.0, -10.0, 20.0};
    /* after year 2 the sum is -5, year 3 brings 20: 2 + 5/20 */
    near(wm_payback(dips, 4, 0.0), 2.25);
}
END_TEST

START_TEST(flows_in_the_middle_of_a_year_are_worth_half_a_year_of_interest_more)
{
    const double flow[] = {-100.0, 60.0, 60.0};
    near(wm_npv_mid_period_usd(flow, 3, 0.21), -100.0 + 60.0 / 1.1 + 60.0 / (1.1 * 1.21));
}
END_TEST

START_TEST(every_way_of_writing_off_ends_at_the_whole_capital)
{
    static const double table[] = {0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576}; /* MACRS 5 years */
    for (unsigned way = 0; way < 3; way++)
        for (double life = 1.0; life <= 20.0; life += 1.0) {
            double sum = 0.0;
            for (size_t t = 1; t <= 25; t++)
                sum += wm_write_off_usd((enum wm_write_off)way, 100.0, life, table, 6, t);
            near(sum, 100.0);
        }
    /* double declining over 5: 40, 24, 14.4, 8.64, rest 12.96 */
    near(wm_write_off_usd(WM_WRITE_OFF_DECLINING, 100.0, 5.0, NULL, 0, 3), 14.4);
    near(wm_write_off_usd(WM_WRITE_OFF_DECLINING, 100.0, 5.0, NULL, 0, 5), 12.96);
}
END_TEST

START_TEST(losses_are_carried_into_later_years_and_refresh_is_bought_again)
{
    const struct wm_appraisal_terms terms = {.n_years = 4,
                                             .price_half_life_years = (double)NAN,
                                             .it_life_years = 2.0,
                                             .residual_it_frac = 0.1,
                                             .facility_life_years = 20.0,
                                             .tax = {.rate_frac = 0.5}};
    const struct wm_appraisal_basis b = {.it_capex_usd = 100.0, .revenue_usd = 40.0};
    const struct wm_appraisal a = wm_appraisal(&terms, &b);
    /* year 1 loses 10; year 2: 40 + 10 - 50 = 0, nothing to tax, loss 10 kept */
    near(a.year[1].tax_usd, 0.0);
    near(a.year[2].tax_usd, 0.0);
    near(a.year[2].capex_usd, 100.0);
    near(a.year[2].flow_usd, 40.0 + 10.0 - 100.0);
    near(a.year[4].residual_usd, 10.0);
    near(a.year[4].cumulated_pv_usd, -100.0 + 40.0 + 10.0 - 60.0 + 40.0 + 40.0 + 10.0);
}
END_TEST

/* By hand: lot of 100 bought at the end of year 1, sold at the end of year 3 of a life of 4. */
START_TEST(lots_are_bought_and_sold_in_their_years_and_years_of_a_run_stand_as_they_are)
{
    const struct wm_run_year years[] = {
        {50.0, 5.0, 1.0, 0.0, 0.0}, {60.0, 6.0, 1.0, 0.0, 0.0}, {70.0, 7.0, 1.0, 0.0, 0.0}, {80.0, 8.0, 1.0, 0.0, 0.0}};
    const struct wm_appraisal_terms terms = {.n_years = 4,
                                             .price_half_life_years = (double)NAN,
                                             .it_life_years = 4.0,
                                             .residual_it_frac = 0.2,
                                             .facility_life_years = 20.0};
    const struct wm_lot lots[] = {wm_it_lot(&terms, 40.0, 0, 99), wm_it_lot(&terms, 100.0, 1, 3),
                                  wm_it_lot(&terms, 7.0, 4, 9)};
    const struct wm_appraisal_basis b = {
        .it_capex_usd = 999.0, .opex_usd = 3.0, .years = years, .lots = lots, .n_lots = 3};
    const struct wm_appraisal a = wm_appraisal(&terms, &b);
    near(a.year[0].flow_usd, -40.0);
    near(a.year[1].flow_usd, 50.0 - 5.0 - 3.0 - 100.0);
    near(a.year[2].flow_usd, 60.0 - 6.0 - 3.0);
    near(a.year[3].flow_usd, 70.0 - 7.0 - 3.0 + 100.0 * (1.0 - 0.8 * 2.0 / 4.0)); /* 2 of 4 years */
    near(a.year[4].flow_usd, 80.0 - 8.0 - 3.0 + 8.0); /* bought today, at its life's end */
    double written = 0.0;
    for (size_t t = 0; t <= 4; t++)
        written += a.year[t].write_off_usd;
    near(written, 140.0);
}
END_TEST

/* By hand: tokens earn 60, hours on demand 10, the grid pays 5 and a contract 20 a year; cost is 50, capital 100
 * at no rate over 2 years: 60 f + 35 - 50 = 50. Prices of tokens and hours halve in a year. */
START_TEST(a_break_even_factor_is_on_what_is_sold_and_leaves_what_else_is_paid)
{
    const struct wm_appraisal_terms terms = {.n_years = 2,
                                             .price_half_life_years = (double)NAN,
                                             .it_life_years = 2.0,
                                             .facility_life_years = 20.0};
    const double contract_usd[] = {20.0, 20.0};
    struct wm_appraisal_basis b = {.it_capex_usd = 100.0,
                                   .revenue_usd = 60.0,
                                   .hours_usd = 10.0,
                                   .grid_usd = 5.0,
                                   .opex_usd = 50.0,
                                   .contract_usd = contract_usd};
    near(wm_appraisal(&terms, &b).price_factor, 65.0 / 60.0);
    struct wm_appraisal_terms falling = terms;
    falling.price_half_life_years = 1.0;
    near(wm_appraisal(&falling, &b).year[2].revenue_usd, 30.0 + 5.0 + 5.0 + 20.0);
    near(wm_appraisal(&falling, &b).level_factor, 65.0 / 60.0);
    b.revenue_usd = 0.0; /* who sells no token: hours and contracts, 30 f + 5 - 50 = 50 */
    b.sells_no_tokens = true;
    near(wm_appraisal(&terms, &b).price_factor, 95.0 / 30.0);
}
END_TEST

/* By hand: a battery of 60 that lasts 2 years of 5: two more purchases, one year of two left at the end. */
START_TEST(storage_is_replaced_by_its_own_life_and_sold_at_what_is_left_of_it)
{
    const struct wm_appraisal_terms terms = {.n_years = 5,
                                             .price_half_life_years = (double)NAN,
                                             .it_life_years = 5.0,
                                             .residual_it_frac = 0.1,
                                             .residual_facility_frac = 0.75,
                                             .facility_life_years = 20.0};
    const struct wm_lot lots[] = {wm_onsite_lot(60.0, 2.0), wm_onsite_lot(50.0, 10.0)};
    const struct wm_appraisal_basis b = {.onsite = lots, .n_onsite = 2};
    const struct wm_appraisal a = wm_appraisal(&terms, &b);
    near(a.year[0].flow_usd, -110.0);
    near(a.year[2].flow_usd, -60.0);
    near(a.year[4].flow_usd, -60.0);
    near(a.year[5].flow_usd, 60.0 * 0.5 + 50.0 * 0.5);
    double written = 0.0;
    for (size_t t = 0; t <= 5; t++)
        written += a.year[t].write_off_usd;
    near(written, 3.0 * 60.0 + 50.0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        w4_flows_npv_irr_and_payback,
        w4_discounted_payback_without_the_residual_does_not_exist,
        w4_debt_service_coverage_and_the_owners_return,
        w4_after_tax_with_straight_line_write_off,
        the_npv_is_zero_at_the_price_factor_and_at_the_irr,
        the_levelised_cost_of_a_token_makes_the_npv_zero,
        a_row_of_flows_with_two_returns_gives_both_and_the_mirr,
        returns_outside_the_interval_or_without_a_sign_change_are_not_invented,
        payback_counts_only_when_it_lasts,
        flows_in_the_middle_of_a_year_are_worth_half_a_year_of_interest_more,
        every_way_of_writing_off_ends_at_the_whole_capital,
        losses_are_carried_into_later_years_and_refresh_is_bought_again,
        lots_are_bought_and_sold_in_their_years_and_years_of_a_run_stand_as_they_are,
        a_break_even_factor_is_on_what_is_sold_and_leaves_what_else_is_paid,
        storage_is_replaced_by_its_own_life_and_sold_at_what_is_left_of_it};
    return RUN_TESTS("finance", tests);
}
