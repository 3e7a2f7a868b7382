/* Tariffs: published worked examples, ratchets, periods, coincident peaks. */
#include <math.h>
#include <string.h>

#include "../../sim/plan/billing.h"
#include "suite.h"
#include "wattmill/tariff.h"
#include "wattmill/wattmill.h"

static const double month_s = 30.0 * 86400.0;

#define UNSET ((double)NAN)

/* A demand charge of all hours; the contract is 100 MW. */
static struct wm_charge demand(void)
{
    return (struct wm_charge){.name = "demand",
                              .basis = WM_CHARGE_DEMAND,
                              .hours = {1, 12, WM_DAY_ALL, 0.0, 86400.0},
                              .to_w = UNSET,
                              .window_s = UNSET,
                              .history_w = UNSET,
                              .ratchet_months = 11,
                              .ratchet_from_month = 1,
                              .ratchet_to_month = 12};
}

/* Billed power of the last of `n` months from January with these peaks [W]. */
static double billed_w(const struct wm_charge *c, const double *peaks_w, size_t n)
{
    struct wm_charge_month months[24] = {0};
    for (size_t i = 0; i < n; i++) {
        months[i].peak_w = peaks_w[i];
        months[i].term_s = month_s;
        months[i].floor_ws = wm_charge_floor_w(c, 100e6, 0) * month_s;
    }
    return wm_charge_billed_w(c, months, n - 1, 1);
}

START_TEST(the_minimum_take_is_billed_when_less_is_drawn)
{
    /* contract 100 MW, drawn 70, k 0.85: 85,000 kW are billed */
    struct wm_charge c = demand();
    c.min_frac = 0.85;
    ck_assert_double_eq_tol(billed_w(&c, (double[]){70e6}, 1), 85e6, 1e-6);
    ck_assert_double_eq_tol(billed_w(&c, (double[]){90e6}, 1), 90e6, 1e-6);
    c.min_w = 88e6; /* the larger floor holds */
    ck_assert_double_eq_tol(billed_w(&c, (double[]){70e6}, 1), 88e6, 1e-6);
}
END_TEST

START_TEST(a_ramp_raises_the_floor_from_its_dates_on)
{
    struct wm_charge c = demand();
    const struct wm_charge_step steps[] = {{100, 0.5}, {200, 0.85}};
    c.min_frac = 0.1;
    c.ramp = (struct wm_list){steps, 2};
    ck_assert_double_eq_tol(wm_charge_floor_w(&c, 100e6, 99), 10e6, 1e-6);
    ck_assert_double_eq_tol(wm_charge_floor_w(&c, 100e6, 100), 50e6, 1e-6);
    ck_assert_double_eq_tol(wm_charge_floor_w(&c, 100e6, 250), 85e6, 1e-6);
}
END_TEST

START_TEST(a_ratchet_remembers_eleven_months)
{
    struct wm_charge c = demand();
    c.ratchet_frac = 0.8;
    double peaks_w[13];
    for (size_t i = 0; i < 13; i++)
        peaks_w[i] = 50e6;
    peaks_w[0] = 100e6; /* 80 MW are billed for the eleven months after it, not for the twelfth */
    ck_assert_double_eq(billed_w(&c, peaks_w, 1), 100e6);
    ck_assert_double_eq_tol(billed_w(&c, peaks_w, 2), 80e6, 1e-6);
    ck_assert_double_eq_tol(billed_w(&c, peaks_w, 12), 80e6, 1e-6);
    ck_assert_double_eq_tol(billed_w(&c, peaks_w, 13), 50e6, 1e-6);
}
END_TEST

START_TEST(a_ratchet_of_a_season_looks_at_its_months_and_at_history)
{
    struct wm_charge c = demand();
    c.ratchet_frac = 0.9;
    c.ratchet_from_month = 6;
    c.ratchet_to_month = 9;
    double peaks_w[12] = {0};
    for (size_t i = 0; i < 12; i++)
        peaks_w[i] = 50e6;
    peaks_w[2] = 100e6; /* March does not count */
    peaks_w[6] = 80e6;  /* July does */
    ck_assert_double_eq_tol(billed_w(&c, peaks_w, 4), 50e6, 1e-6);
    ck_assert_double_eq_tol(billed_w(&c, peaks_w, 12), 72e6, 1e-6);
    c.history_w = 95e6; /* last summer's peak holds until this May has gone by */
    ck_assert_double_eq_tol(billed_w(&c, peaks_w, 4), 85.5e6, 1e-6);
    ck_assert_double_eq_tol(billed_w(&c, peaks_w, 8), 85.5e6, 1e-6); /* August sees September */
    ck_assert_double_eq_tol(billed_w(&c, peaks_w, 10), 72e6, 1e-6);
}
END_TEST

/* 10 MW billed over 600 hours' use: 200 h at 60, 200 at 40, the rest at 20 $/MWh. */
START_TEST(blocks_of_energy_end_by_mwh_or_by_hours_use)
{
    const struct wm_charge_tier by_use[] = {{UNSET, 200 * 3600.0, UNSET, 60.0, UNSET},
                                            {UNSET, 400 * 3600.0, UNSET, 40.0, UNSET},
                                            {UNSET, UNSET, UNSET, 20.0, UNSET}};
    const struct wm_charge_tier by_mwh[] = {{1000.0 * WM_J_PER_MWH, UNSET, UNSET, 60.0, UNSET},
                                            {UNSET, UNSET, UNSET, 40.0, UNSET}};
    struct wm_charge c = demand();
    c.tiers = (struct wm_list){by_use, 3};
    const double energy_j = 6000.0 * WM_J_PER_MWH;
    ck_assert_double_eq_tol(wm_charge_tiers_usd(&c, energy_j, 10e6, 1.0),
                            2000 * 60.0 + 2000 * 40.0 + 2000 * 20.0, 1e-6);
    ck_assert_double_eq(wm_charge_marginal_usd_per_mwh(&c), 20.0);
    c.tiers = (struct wm_list){by_mwh, 2};
    ck_assert_double_eq_tol(wm_charge_tiers_usd(&c, energy_j, 10e6, 1.0), 60e3 + 5000 * 40.0, 1e-6);
    ck_assert_double_eq_tol(wm_charge_tiers_usd(&c, energy_j, 10e6, 0.5), 30e3 + 5500 * 40.0, 1e-6);
    const struct wm_charge_tier by_mw[] = {{UNSET, UNSET, 5e6, UNSET, 12.0},
                                           {UNSET, UNSET, UNSET, UNSET, 10.0}};
    c.tiers = (struct wm_list){by_mw, 2};
    ck_assert_double_eq_tol(wm_charge_demand_usd(&c, 8e6), 60e3 + 30e3, 1e-6);
}
END_TEST

START_TEST(a_charge_on_a_part_of_the_load_sees_that_part)
{
    struct wm_charge firm = demand(), rest = demand();
    firm.to_w = 60e6;
    rest.from_w = 60e6;
    for (double load_w = 0.0; load_w <= 100e6; load_w += 5e6)
        ck_assert_double_eq_tol(wm_charge_part_w(&firm, load_w) + wm_charge_part_w(&rest, load_w),
                                load_w, 1e-6);
    ck_assert_double_eq(wm_charge_part_w(&firm, 80e6), 60e6);
    firm.min_frac = rest.min_frac = 0.5; /* of their parts of the contract */
    ck_assert_double_eq_tol(wm_charge_floor_w(&firm, 100e6, 0), 30e6, 1e-6);
    ck_assert_double_eq_tol(wm_charge_floor_w(&rest, 100e6, 0), 20e6, 1e-6);
}
END_TEST

static const struct wm_tariff_period two_periods[] = {
    {"summer peak", {6, 9, WM_DAY_WEEKDAY, 14 * 3600.0, 20 * 3600.0}, 110.0, 10.0},
    {"night", {1, 12, WM_DAY_ALL, 22 * 3600.0, 6 * 3600.0}, 38.0, 0.0}};
static const struct wm_tariff tou = {
    .energy_usd_per_mwh = 52.0, .delivery_usd_per_mwh = 2.0, .periods = {two_periods, 2}};

static int period_at(const struct wm_tariff *t, const struct wm_civil *at)
{
    return wm_tariff_period_at(t, at->month, wm_tariff_day(t, at),
                               3600.0 * at->hour + 60.0 * at->minute);
}

START_TEST(periods_know_months_days_and_midnight)
{
    static const struct {
        struct wm_civil at;
        int period;
    } rows[] = {
        {{2027, 7, 14, 14, 0, 0}, 0},  {{2027, 7, 14, 13, 45, 0}, -1},
        {{2027, 7, 14, 20, 0, 0}, -1}, {{2027, 7, 17, 15, 0, 0}, -1} /* Saturday */,
        {{2027, 5, 12, 15, 0, 0}, -1}, {{2027, 9, 30, 19, 45, 0}, 0},
        {{2027, 1, 1, 23, 0, 0}, 1},   {{2027, 1, 1, 5, 45, 0}, 1},
        {{2027, 1, 1, 6, 0, 0}, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_int_eq(period_at(&tou, &rows[i].at), rows[i].period);
    const struct wm_tariff_period winter = {"w", {11, 2, WM_DAY_WEEKEND, 0, 86400.0}, 1.0, 0.0};
    const struct wm_tariff_period always = {"a", {1, 12, WM_DAY_ALL, 0.0, 0.0}, 1.0, 0.0};
    const struct wm_tariff all_day = {.periods = {&always, 1}};
    for (int hour = 0; hour < 24; hour++) /* from = to: all day */
        ck_assert_int_eq(period_at(&all_day, &(struct wm_civil){2027, 1, 3, hour, 0, 0}), 0);
    const struct wm_tariff t = {.periods = {&winter, 1}};
    ck_assert_int_eq(period_at(&t, &(struct wm_civil){2027, 1, 3, 12, 0, 0}), 0);
    ck_assert_int_eq(period_at(&t, &(struct wm_civil){2027, 1, 4, 12, 0, 0}), -1);
    ck_assert_int_eq(period_at(&t, &(struct wm_civil){2027, 3, 6, 12, 0, 0}), -1);
}
END_TEST

START_TEST(a_holiday_is_a_sunday)
{
    struct wm_tariff t = tou;
    const struct wm_civil labor_day = {2027, 9, 6, 15, 0, 0};
    ck_assert_int_eq(period_at(&t, &labor_day), 0);
    t.holidays = WM_HOLIDAYS_NERC;
    ck_assert_int_eq(period_at(&t, &labor_day), -1);
    /* Columbus Day is federal but none of NERC's; German Unity Day is no holiday of either */
    const struct wm_civil columbus = {2027, 10, 11, 15, 0, 0}, unity = {2028, 10, 3, 15, 0, 0};
    ck_assert_int_eq(wm_tariff_day(&t, &columbus), WM_DAY_WEEKDAY);
    t.holidays = WM_HOLIDAYS_US_FEDERAL;
    ck_assert_int_eq(wm_tariff_day(&t, &columbus), WM_DAY_SUNDAY);
    ck_assert_int_eq(wm_tariff_day(&t, &unity), WM_DAY_WEEKDAY);
    t.holidays = WM_HOLIDAYS_GERMANY;
    ck_assert_int_eq(wm_tariff_day(&t, &unity), WM_DAY_SUNDAY);
    const struct wm_tariff_hours saturday = {1, 12, WM_DAY_SATURDAY, 0.0, 86400.0};
    ck_assert(wm_tariff_hours_hold(&saturday, 7, WM_DAY_SATURDAY, 0.0));
    ck_assert(!wm_tariff_hours_hold(&saturday, 7, WM_DAY_SUNDAY, 0.0));
}
END_TEST

static double price(const struct wm_tariff *t, int month, int hour, double series_usd_per_mwh)
{
    struct wm_arena *const arena = wm_arena_open();
    const struct wm_billing *const b = wm_billing_new(arena, t);
    const struct wm_civil at = {2027, month, 14, hour, 0, 0}; /* a Wednesday in July */
    const double usd = wm_billing_usd_per_mwh(b, wm_billing_at(b, wm_tariff_day(t, &at), &at), 0, series_usd_per_mwh);
    wm_arena_close(arena);
    return usd;
}

START_TEST(prices_are_flat_by_period_or_by_the_hour)
{
    struct wm_tariff t = tou;
    ck_assert_double_eq(price(&t, 7, 12, UNSET), 54.0);
    ck_assert_double_eq(price(&t, 7, 15, UNSET), 112.0);
    ck_assert_double_eq(price(&t, 1, 23, UNSET), 40.0);
    ck_assert_double_eq(price(&t, 7, 15, -20.0), -18.0);
    t.energy_price = WM_ENERGY_PRICE_FLAT;
    ck_assert_double_eq(price(&t, 7, 15, -20.0), 112.0);
}
END_TEST

static void watch(struct wm_peak_watch *w, int month, int64_t day, double stress, double own_w)
{
    wm_peak_watch_add(w, &(struct wm_peak_window){month, day, false, stress, own_w});
}

/* 100 MW flat at 70 $/kW-year pays 7.0 M$; 20 MW in the four intervals 1.4 M$. */
START_TEST(four_coincident_peaks_bill_the_load_of_four_intervals)
{
    static const double loads_w[] = {100e6, 20e6}, expected_usd[] = {7.0e6, 1.4e6};
    for (size_t k = 0; k < 2; k++) {
        struct wm_peak_watch w = {.rule = WM_COINCIDENT_4CP}, all = {.rule = WM_COINCIDENT_12CP};
        for (int month = 1; month <= 12; month++)
            for (int i = 0; i < 100; i++) { /* the system peaks in interval 40 of each month */
                watch(&w, month, month * 31, 50.0 - fabs(i - 40.0), i == 40 ? loads_w[k] : 100e6);
                watch(&all, month, month * 31, 50.0 - fabs(i - 40.0), i == 40 ? loads_w[k] : 1e6);
            }
        ck_assert_int_eq(w.n, 4);
        ck_assert_int_eq(all.n, 12);
        ck_assert_double_eq_tol(wm_peak_watch_mean_w(&w) / 1e3 * 70.0, expected_usd[k], 1e-6);
        ck_assert_double_eq_tol(wm_peak_watch_mean_w(&all), loads_w[k], 1e-6);
    }
}
END_TEST

/* PJM: 329.17 $/MW-day are 10.012254 $/kW-month of the mean over five days' peaks. */
START_TEST(five_coincident_peaks_take_the_five_highest_days)
{
    struct wm_peak_watch w = {.rule = WM_COINCIDENT_5CP};
    for (int day = 0; day < 122; day++)
        for (int h = 0; h < 24;
             h++) /* days 10..14 are hottest at hour 17; two hours each near it */
            watch(&w, 6 + day / 31, day,
                  (day >= 10 && day < 15 ? 100.0 + day : 50.0) - fabs(h - 17.0),
                  h == 17 ? 1e6 * day : 80e6);
    ck_assert_int_eq(w.n, 5);
    ck_assert_double_eq_tol(wm_peak_watch_mean_w(&w), 12e6, 1e-3);
    const struct wm_peak_window holiday = {7, 200, true, 1e9, 1e9};
    ck_assert(!wm_peak_watch_counts(&w, &holiday));
    const struct wm_charge by_day = {
        .usd_per_kw_month = UNSET, .usd_per_kw_year = UNSET, .usd_per_mw_day = 329.17};
    ck_assert_double_eq_tol(wm_charge_usd_per_kw(&by_day, 365.0 / 12.0), 10.012254, 5e-7);
    const struct wm_peak_watch none = {.rule = WM_COINCIDENT_4CP};
    ck_assert_double_eq(wm_peak_watch_mean_w(&none), 0.0);
}
END_TEST

START_TEST(the_catalogue_has_the_kinds_of_tariff_a_planner_meets)
{
    struct wm_arena *const arena = wm_arena_open();
    const struct wm_catalog *catalog = NULL;
    struct wm_diags diags = wm_diags_init(arena);
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
    static const char *const names[] = {"us-large-load", "ercot-4cp", "pjm-5cp", "eu-day-ahead",
                                        "us-time-of-use"};
    for (size_t i = 0; i < 5; i++)
        ck_assert_ptr_nonnull(wm_catalog_find(catalog, WM_CATALOG_tariff, names[i]));
    const struct wm_tariff *pjm =
        (const void *)wm_catalog_find(catalog, WM_CATALOG_tariff, "pjm-5cp");
    ck_assert_double_eq_tol(pjm->coincident_usd_per_kw_year / 12.0, 10.012254, 1e-6);
    const struct wm_tariff *peaks =
        (const void *)wm_catalog_find(catalog, WM_CATALOG_tariff, "us-time-of-use");
    ck_assert_uint_eq(peaks->periods.n, 2);
    ck_assert_int_eq(period_at(peaks, &(struct wm_civil){2027, 7, 14, 15, 0, 0}), 0);
    wm_arena_close(arena);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_minimum_take_is_billed_when_less_is_drawn,
                                  a_ratchet_remembers_eleven_months,
                                  a_ratchet_of_a_season_looks_at_its_months_and_at_history,
                                  a_ramp_raises_the_floor_from_its_dates_on,
                                  blocks_of_energy_end_by_mwh_or_by_hours_use,
                                  a_charge_on_a_part_of_the_load_sees_that_part,
                                  a_holiday_is_a_sunday,
                                  periods_know_months_days_and_midnight,
                                  prices_are_flat_by_period_or_by_the_hour,
                                  four_coincident_peaks_bill_the_load_of_four_intervals,
                                  five_coincident_peaks_take_the_five_highest_days,
                                  the_catalogue_has_the_kinds_of_tariff_a_planner_meets};
    return RUN_TESTS("tariff", tests);
}
