/* Worked examples W1 to W3: a day of DeepSeek's service, power's share of OpEx, levelised cost. */
#include <math.h>
#include <string.h>

#include "suite.h"
#include "wattmill/deck.h"
#include "wattmill/finance.h"
#include "wattmill/ledger.h"
#include "wattmill/tariff.h"

/* deepseek-ai/open-infra-index, day 6: 608 B input tokens, 342 B of them cached, 168 B output. */
START_TEST(w1_revenue_of_deepseeks_day_part_by_part)
{
    const struct wm_deck r1 = {
        .input_usd_per_mtok = 0.55, .cached_usd_per_mtok = 0.14, .output_usd_per_mtok = 2.19};
    const struct wm_deck v3 = {
        .input_usd_per_mtok = 0.27, .cached_usd_per_mtok = 0.07, .output_usd_per_mtok = 1.10};
    ck_assert_double_eq_tol(wm_deck_revenue_usd(&r1, 0.0, 342e9, 0.0), 47880.0, 47880e-9);
    ck_assert_double_eq_tol(wm_deck_revenue_usd(&r1, 266e9, 0.0, 0.0), 146300.0, 146300e-9);
    ck_assert_double_eq_tol(wm_deck_revenue_usd(&r1, 0.0, 0.0, 168e9), 367920.0, 367920e-9);
    const double sum = wm_deck_revenue_usd(&r1, 266e9, 342e9, 168e9);
    ck_assert_double_eq_tol(sum, 562100.0, 562100e-9);
    ck_assert_double_eq_tol(sum / 562027.0, 1.0, 2e-4); /* as published, from rounded counts */
    ck_assert_double_eq_tol(wm_deck_revenue_usd(&v3, 266e9, 342e9, 168e9), 280560.0, 280560e-9);
    const double cost = 226.75 * 8.0 * 24.0 * 2.0; /* nodes, GPUs, hours, USD/h */
    ck_assert_double_eq_tol(cost, 87072.0, 87072e-9);
    const struct wm_lcot lcot = wm_lcot(&(struct wm_lcot_basis){
        .cost_usd = cost, .input_tok = 266e9, .cached_tok = 342e9, .output_tok = 168e9});
    ck_assert_double_eq_tol(lcot.total_usd_per_mtok, 0.11220618556701031, 1e-9);
    ck_assert_double_eq_tol(lcot.out_only_usd_per_mtok, 0.51828571428571429, 1e-9);
}
END_TEST

static const struct wm_ledger_params reference = {.facility_capex_usd_per_mw_it = 11.7e6,
                                                  .facility_om_frac = 0.015,
                                                  .site_fte_per_mw_it = 0.5,
                                                  .site_fte_usd_per_year = 180e3,
                                                  .it_maintenance_frac = 0.01,
                                                  .platform_fte_per_mw_it = 0.8,
                                                  .platform_fte_usd_per_year = 210e3,
                                                  .network_usd_per_mw_it_year = 40e3,
                                                  .property_tax_frac = 0.0025,
                                                  .insurance_frac = 0.002,
                                                  .colo_rent_usd_per_kw_month = 120.0,
                                                  .it_life_years = 5.0,
                                                  .facility_life_years = 20.0};

static struct wm_ledger book(double energy_usd, double years)
{
    const struct wm_ledger_line lines[] = {{"energy", WM_TAG_POWER, energy_usd},
                                           {"demand charge", WM_TAG_POWER, 168480.0 * years}};
    const struct wm_ledger_basis basis = {.it_design_w = 1e6,
                                          .it_capex_usd = 29e6,
                                          .lines = lines,
                                          .n_lines = 2,
                                          .market_usd = energy_usd,
                                          .years = years,
                                          .discount_rate_frac = 0.10};
    return wm_ledger_book(&reference, &basis);
}

static double line_usd(const struct wm_ledger *l, const char *name)
{
    for (size_t i = 0; i < l->n_lines; i++)
        if (strcmp(l->lines[i].name, name) == 0)
            return l->lines[i].usd;
    ck_abort_msg("no line %s", name);
    return (double)NAN;
}

START_TEST(w2_every_line_and_all_five_shares)
{
    const struct wm_ledger l = book(462528.0, 1.0);
    static const struct {
        const char *name;
        double usd;
    } lines[] = {{"facility O&M", 175500},
                 {"site staff", 90000},
                 {"IT maintenance", 290000},
                 {"platform staff", 168000},
                 {"network", 40000},
                 {"property tax, facility", 29250},
                 {"property tax, IT", 72500},
                 {"insurance, facility", 23400},
                 {"insurance, IT", 58000},
                 {"colocation rent", 1440000},
                 {"depreciation, IT", 5800000},
                 {"depreciation, facility", 585000}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        ck_assert_double_eq_tol(line_usd(&l, lines[i].name), lines[i].usd, lines[i].usd * 1e-9);
    ck_assert_double_eq_tol(line_usd(&l, "capital recovery, IT"), 7650127.0, 0.5);
    ck_assert_double_eq_tol(line_usd(&l, "capital recovery, facility"), 1374278.0, 0.5);
    static const double total[] = {949158.0, 1577658.0, 2699508.0, 7962658.0};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(l.opex_usd[i], total[i], total[i] * 1e-9);
        ck_assert_double_eq_tol(l.power_share_frac[i], 631008.0 / total[i], 1e-9);
    }
    ck_assert_double_eq_tol(l.opex_usd[WM_OPEX_E], 10602063.0, 1.0);
    ck_assert_double_eq_tol(l.power_share_frac[WM_OPEX_E], 0.059518, 1e-6);
}
END_TEST

START_TEST(lines_of_a_longer_run_scale_and_shares_rise_with_energy)
{
    const struct wm_ledger one = book(462528.0, 1.0), two = book(2.0 * 462528.0, 2.0);
    double last = 0.0;
    for (size_t i = 0; i < WM_N_OPEX; i++)
        ck_assert_double_eq_tol(two.opex_usd[i], 2.0 * one.opex_usd[i], 1e-9 * two.opex_usd[i]);
    for (double energy = 1e5; energy < 1e7; energy *= 2.0) {
        const double share = book(energy, 1.0).power_share_frac[WM_OPEX_B];
        ck_assert_double_gt(share, last);
        ck_assert_double_lt(share, 1.0);
        last = share;
    }
}
END_TEST

START_TEST(w3_levelised_cost_of_a_token)
{
    const double it = wm_equivalent_annual_cost(40e6, 4e6, 0.10, 5.0);
    const double facility = wm_equivalent_annual_cost(18e6, 0.0, 0.10, 20.0);
    const double energy_j = 1.5 * 0.8 * 1.2 * 8760.0 * WM_J_PER_MWH;
    const double energy = energy_j / WM_J_PER_MWH * 60.0;
    ck_assert_double_eq_tol(it, 9896709.31, 0.005);
    ck_assert_double_eq_tol(facility, 2114273.25, 0.005);
    ck_assert_double_eq_tol(energy, 756864.0, 756864e-9);
    const double total = it + facility + 1.5e6 + energy;
    ck_assert_double_eq_tol(total, 14267846.55, 0.01);
    const double tok = 1000.0 * 2000.0 * 8760.0 * 3600.0 * 0.6;
    ck_assert_double_eq_tol(tok, 37843200e6, 1e3);
    const struct wm_lcot one =
        wm_lcot(&(struct wm_lcot_basis){.cost_usd = total, .output_tok = tok});
    ck_assert_double_eq_tol(one.out_only_usd_per_mtok, 0.3770254, 5e-8);
    const struct wm_lcot l = wm_lcot(&(struct wm_lcot_basis){.cost_usd = total,
                                                             .prefill_busy_frac = 0.25,
                                                             .input_tok = 0.75 * tok,
                                                             .output_tok = 0.25 * tok});
    ck_assert_double_eq_tol(l.in_usd_per_mtok, 0.1256751, 5e-8);
    ck_assert_double_eq_tol(l.out_usd_per_mtok, 1.1310761, 5e-8);
    ck_assert_double_eq_tol((l.in_usd_per_mtok * 0.75 + l.out_usd_per_mtok * 0.25) * tok / 1e6,
                            total, total * 1e-9);
}
END_TEST

START_TEST(annuities_have_the_right_values_and_limits)
{
    ck_assert_double_eq_tol(wm_crf(0.10, 5.0), 0.2637974808, 5e-11);
    ck_assert_double_eq_tol(wm_crf(0.10, 20.0), 0.1174596248, 5e-11);
    ck_assert_double_eq_tol(wm_crf(0.09, 5.0), 0.25709246, 5e-9);
    ck_assert_double_eq_tol(wm_crf(1e-12, 8.0), 0.125, 1e-9);
    ck_assert_double_eq(wm_crf(0.0, 8.0), 0.125);
    ck_assert_double_eq_tol(wm_equivalent_annual_cost(100.0, 20.0, 0.0, 4.0),
                            wm_straight_line(100.0, 20.0, 4.0), 1e-12);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        w1_revenue_of_deepseeks_day_part_by_part, w2_every_line_and_all_five_shares,
        lines_of_a_longer_run_scale_and_shares_rise_with_energy, w3_levelised_cost_of_a_token,
        annuities_have_the_right_values_and_limits};
    return RUN_TESTS("ledger", tests);
}
