/* The refresh programme: worked example W5, duals against finite differences, limits kept. */
#include <math.h>

#include "suite.h"
#include "wattmill/finance.h"
#include "wattmill/megawatt.h"
#include "wattmill/numeric.h"
#include "wattmill/refresh.h"

#define INF (double)INFINITY

static struct wm_arena *arena;

static void setup(void)
{
    wm_init();
    arena = wm_arena_open();
}

static void set_years(double *of_year, double value)
{
    for (size_t t = 0; t < WM_REFRESH_YEARS_MAX; t++)
        of_year[t] = value;
}

static void teardown(void)
{
    wm_arena_close(arena);
}

/* Hillier and Lieberman, "Introduction to Operations Research", the Wyndor Glass Co. example. */
START_TEST(a_textbook_programme_has_its_optimum_and_duals)
{
    const double limit[] = {4.0, 12.0, 18.0}, objective[] = {3.0, 5.0};
    const double upper[] = {(double)INFINITY, (double)INFINITY};
    const struct wm_lp_entry entries[] = {{0, 0, 1.0}, {1, 1, 2.0}, {2, 0, 3.0}, {2, 1, 2.0}};
    const struct wm_lp lp = {3, 2, limit, objective, upper, entries, 4};
    double x[2], dual[3];
    ck_assert(wm_lp_solve(&lp, x, dual));
    ck_assert_double_eq_tol(x[0], 2.0, 1e-9);
    ck_assert_double_eq_tol(x[1], 6.0, 1e-9);
    ck_assert_double_eq_tol(dual[0], 0.0, 1e-9);
    ck_assert_double_eq_tol(dual[1], 1.5, 1e-9);
    ck_assert_double_eq_tol(dual[2], 1.0, 1e-9);
    const struct wm_lp unbounded = {0, 1, NULL, objective, upper, NULL, 0};
    ck_assert(!wm_lp_solve(&unbounded, x, dual));
}
END_TEST

START_TEST(resale_falls_through_the_published_points)
{
    static const double points[] = {1.0, 0.625, 0.425, 0.30, 0.175, 0.125};
    for (int i = 0; i < 6; i++)
        ck_assert_double_eq_tol(wm_resale_frac(i), points[i], 1e-12);
    double last = 1.1;
    for (double age = 0.0; age < 20.0; age += 0.1) {
        ck_assert_double_lt(wm_resale_frac(age), last);
        last = wm_resale_frac(age);
        ck_assert_double_gt(last, 0.0);
    }
}
END_TEST

START_TEST(tiers_keep_mean_and_peak_of_the_curve)
{
    double hourly[168], height[WM_REFRESH_TIERS], time[WM_REFRESH_TIERS], sum = 0.0, mean = 0.0;
    for (int h = 0; h < 168; h++)
        hourly[h] = 1.0 + 0.6 * sin(h * 2.0 * acos(-1.0) / 24.0) + (h < 120 ? 0.1 : -0.2);
    wm_refresh_tiers(hourly, 168, height, time);
    for (int j = 0; j < WM_REFRESH_TIERS; j++) {
        ck_assert_double_ge(height[j], 0.0);
        sum += height[j];
        mean += height[j] * time[j];
    }
    ck_assert_double_eq_tol(mean, 1.0, 1e-12);
    ck_assert_double_gt(sum, 1.4); /* the mean of the highest eighth over the mean of all */
    ck_assert_double_eq_tol(time[WM_REFRESH_TIERS - 1], 1.0, 1e-12);
}
END_TEST

/* W5 in tokens: a MW of GB300 rents for 14.87 M$ a year; one token a second earns 1 $ a year. */
static const double gb300_per_mw = 1000.0 / 2.10, h100_per_mw = 1000.0 / 1.73;

static struct wm_refresh_case w5(struct wm_refresh_kind kinds[2], double h100_rent)
{
    kinds[0] = (struct wm_refresh_kind){
        .name = "h100",
        .gpus_per_mw = h100_per_mw,
        .out_tok_per_s_per_mw = {wm_rental_usd_per_mw_year(h100_per_mw, h100_rent, 0.9)},
        .fixed_usd_per_mw_year = 1.1e6,
        .owned_mw = 10.0};
    kinds[1] = (struct wm_refresh_kind){
        .name = "gb300",
        .gpus_per_mw = gb300_per_mw,
        .out_tok_per_s_per_mw = {wm_rental_usd_per_mw_year(gb300_per_mw, 3.96, 0.9)},
        .fixed_usd_per_mw_year = 1.3e6,
        .capex_usd_per_mw = 66e3 * gb300_per_mw,
        .can_be_bought = true,
        .deliveries_mw = {INF, INF, INF, INF, INF, INF, INF, INF}};
    struct wm_refresh_case c = {
        .kinds = kinds,
        .n_kinds = 2,
        .n_years = 5,
        .ceiling_mw = {10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0},
        .discount_rate_frac = 0.10,
        .n_products = 1,
        .product = {{.usd_per_tok_per_s_year = 1.0, .demand_tok_per_s = 1e12}},
        .price_half_life_years = (double)NAN};
    for (int j = 0; j < WM_REFRESH_TIERS; j++)
        c.product[0].tier_time[j] = 1.0;
    c.product[0].tier_height[0] = 1.0;
    return c;
}

/* Worth of a MW over five years in the programme = the annuity of W5's lambda, and resale at the end. */
START_TEST(w5_the_worth_of_a_megawatt_is_what_a_gb300_would_earn)
{
    setup();
    struct wm_refresh_kind kinds[2];
    struct wm_refresh_case c = w5(kinds, 1.0);
    struct wm_refresh_plan plan;
    c.kinds = &kinds[1];
    c.n_kinds = 1;
    ck_assert(wm_refresh_solve(arena, &c, &plan));
    const double resale = kinds[1].capex_usd_per_mw * wm_resale_frac(5.0) / pow(1.1, 5.0);
    const double want = 5276193.46 / wm_crf(0.10, 5.0) + resale;
    double worth = 0.0;
    for (size_t t = 0; t < 5; t++)
        worth += plan.year[t].lambda_usd_per_mw / pow(1.1, (double)t + 1.0);
    ck_assert_double_eq_tol(worth, want, 1e-6 * want);
    ck_assert_double_eq_tol(plan.npv_usd, 10.0 * want, 1e-6 * plan.npv_usd);
    teardown();
}
END_TEST

/* Over one life without resale value the break-even rent of W5 decides. */
START_TEST(w5_h100s_go_below_the_break_even_rent_and_stay_above)
{
    setup();
    struct wm_refresh_kind kinds[2];
    struct wm_refresh_plan plan;
    /* the resale of the GB300 at the end makes replacing worth a little more than W5's 1.399 */
    const double resale_usd_per_year =
        66e3 * gb300_per_mw * wm_resale_frac(5.0) / pow(1.1, 5.0) * wm_crf(0.10, 5.0);
    const double edge = 1.399139 + resale_usd_per_year / (8760.0 * 0.9 * h100_per_mw);
    for (int i = 0; i < 2; i++) {
        const struct wm_refresh_case c = w5(kinds, edge * (i == 0 ? 0.99 : 1.01));
        ck_assert(wm_refresh_solve(arena, &c, &plan));
        ck_assert_uint_eq(plan.n_advice, 1);
        ck_assert_int_eq(plan.advice[0].retire_year, i == 0 ? 1 : 0);
    }
    teardown();
}
END_TEST

START_TEST(the_duals_are_the_finite_difference_of_the_programme)
{
    setup();
    struct wm_refresh_kind kinds[2];
    struct wm_refresh_plan a, b;
    struct wm_refresh_case c = w5(kinds, 1.3);
    kinds[0].energy_usd_per_tok_per_s[0] = 0.05;
    kinds[1].energy_usd_per_tok_per_s[0] = 0.03;
    set_years(kinds[1].deliveries_mw, 3.0);
    set_years(c.ceiling_mw, 9.0); /* less than is owned, so that one more MW can be used */
    c.product[0].demand_tok_per_s = 70e6;
    c.demand_growth_frac = 0.3;
    c.price_half_life_years = 4.0;
    c.product[0].tier_height[0] = 0.7, c.product[0].tier_height[1] = 0.8;
    c.product[0].tier_time[0] = 1.0, c.product[0].tier_time[1] = 0.375;
    ck_assert(wm_refresh_solve(arena, &c, &a));
    const double step = 1e-3;
    set_years(c.ceiling_mw, 9.0 + step);
    ck_assert(wm_refresh_solve(arena, &c, &b));
    double worth = 0.0;
    for (size_t t = 0; t < 5; t++)
        worth += a.year[t].lambda_usd_per_mw / pow(1.1, (double)t + 1.0);
    ck_assert_double_eq_tol((b.npv_usd - a.npv_usd) / step, worth, 1e-6 * worth + 1.0);
    set_years(c.ceiling_mw, 9.0);
    c.product[0].demand_tok_per_s += 1.0;
    ck_assert(wm_refresh_solve(arena, &c, &b));
    double demand = 0.0;
    for (size_t t = 0; t < 5; t++)
        demand +=
            a.year[t].demand_usd_per_tok_per_s * pow(1.3, (double)t) / pow(1.1, (double)t + 1.0);
    ck_assert_double_eq_tol(b.npv_usd - a.npv_usd, demand, 1e-4 * demand + 1e-3);
    teardown();
}
END_TEST

START_TEST(ceiling_and_deliveries_are_kept_and_nothing_comes_back)
{
    setup();
    struct wm_refresh_kind kinds[2];
    struct wm_refresh_plan plan;
    for (int i = 0; i < 12; i++) {
        struct wm_refresh_case c = w5(kinds, 0.6 + 0.2 * i);
        set_years(kinds[1].deliveries_mw, 1.0 + i % 4);
        c.product[0].demand_tok_per_s = 1e7 * (1.0 + i);
        ck_assert(wm_refresh_solve(arena, &c, &plan));
        double owned = kinds[0].owned_mw;
        for (size_t t = 0; t < 5; t++) {
            const struct wm_refresh_year *const y = &plan.year[t];
            ck_assert_double_le(y->mw[0] + y->mw[1], c.ceiling_mw[t] + 1e-6);
            ck_assert_double_le(y->bought_mw[1], kinds[1].deliveries_mw[t] + 1e-6);
            ck_assert_double_le(y->owned_mw[0], owned + 1e-6);
            ck_assert_double_le(y->served_tok_per_s, y->offered_tok_per_s * (1.0 + 1e-9));
            owned = y->owned_mw[0];
        }
    }
    teardown();
}
END_TEST

START_TEST(a_megawatt_is_worth_nothing_where_demand_is_met_without_it)
{
    setup();
    struct wm_refresh_kind kinds[2];
    struct wm_refresh_case c = w5(kinds, 2.35);
    struct wm_refresh_plan plan;
    c.product[0].demand_tok_per_s = 1e6; /* a tenth of a MW */
    ck_assert(wm_refresh_solve(arena, &c, &plan));
    for (size_t t = 0; t < 5; t++) {
        ck_assert_double_eq_tol(plan.year[t].lambda_usd_per_mw, 0.0, 1e-6);
        ck_assert_double_gt(plan.year[t].demand_usd_per_tok_per_s, 0.5);
    }
    teardown();
}
END_TEST

/* The ceiling grows in year 3 and the new part is sold from year 2 on: neither is met before. */
START_TEST(phases_and_dates_are_kept_year_by_year)
{
    setup();
    struct wm_refresh_kind kinds[2];
    struct wm_refresh_plan plan;
    struct wm_refresh_case c = w5(kinds, 1.0);
    kinds[0].owned_mw = 4.0;
    c.ceiling_mw[0] = c.ceiling_mw[1] = 4.0;
    kinds[1].deliveries_mw[0] = 0.0;
    kinds[1].deliveries_mw[2] = 2.0;
    ck_assert(wm_refresh_solve(arena, &c, &plan));
    ck_assert_double_eq_tol(plan.year[0].bought_mw[1], 0.0, 1e-9);
    for (size_t t = 0; t < 5; t++)
        ck_assert_double_le(plan.year[t].mw[0] + plan.year[t].mw[1], c.ceiling_mw[t] + 1e-6);
    ck_assert_double_le(plan.year[2].bought_mw[1], 2.0 + 1e-9);
    ck_assert_double_gt(plan.year[3].mw[1], plan.year[1].mw[1]);
    teardown();
}
END_TEST

/* Two products of which one part serves the first, the other the second: each gets its own. */
START_TEST(products_go_to_the_part_that_serves_them)
{
    setup();
    struct wm_refresh_kind kinds[2];
    struct wm_refresh_plan plan;
    struct wm_refresh_case c = w5(kinds, 2.35);
    c.n_products = 2;
    c.product[1] = c.product[0];
    c.product[0].demand_tok_per_s = c.product[1].demand_tok_per_s = 2e7;
    kinds[0].out_tok_per_s_per_mw[1] = 0.0;
    kinds[1].out_tok_per_s_per_mw[1] = kinds[1].out_tok_per_s_per_mw[0];
    kinds[1].out_tok_per_s_per_mw[0] = 0.0;
    ck_assert(wm_refresh_solve(arena, &c, &plan));
    const struct wm_refresh_year *const y = &plan.year[0];
    ck_assert_double_eq_tol(y->peak_tok_per_s[0][1], 0.0, 1e-6);
    ck_assert_double_eq_tol(y->peak_tok_per_s[1][0], 0.0, 1e-6);
    ck_assert_double_eq_tol(y->served[0], 2e7, 1.0);
    ck_assert_double_eq_tol(y->served[1], 2e7, 1.0);
    ck_assert_double_eq_tol(y->revenue_usd, 4e7, 2.0);
    teardown();
}
END_TEST

/* By hand: what costs more to take out than it loses by staying is kept, idle. */
START_TEST(retirement_has_its_price)
{
    setup();
    struct wm_refresh_kind kinds[2];
    struct wm_refresh_plan free, dear;
    struct wm_refresh_case c = w5(kinds, 1.0);
    ck_assert(wm_refresh_solve(arena, &c, &free));
    ck_assert_double_gt(free.year[0].retired_mw[0], 9.0);
    c.retire_usd_per_mw = 1e9;
    ck_assert(wm_refresh_solve(arena, &c, &dear));
    ck_assert_double_eq_tol(dear.year[0].retired_mw[0], 0.0, 1e-6);
    ck_assert_double_lt(dear.npv_usd, free.npv_usd);
    teardown();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {phases_and_dates_are_kept_year_by_year,
                                  products_go_to_the_part_that_serves_them,
                                  retirement_has_its_price,
                                  a_textbook_programme_has_its_optimum_and_duals,
                                  resale_falls_through_the_published_points,
                                  tiers_keep_mean_and_peak_of_the_curve,
                                  w5_the_worth_of_a_megawatt_is_what_a_gb300_would_earn,
                                  w5_h100s_go_below_the_break_even_rent_and_stay_above,
                                  the_duals_are_the_finite_difference_of_the_programme,
                                  ceiling_and_deliveries_are_kept_and_nothing_comes_back,
                                  a_megawatt_is_worth_nothing_where_demand_is_met_without_it};
    return RUN_TESTS("refresh", tests);
}
