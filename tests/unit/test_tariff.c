/* Tariffs: published worked examples, ratchets, periods, coincident peaks. */
#include <math.h>
#include <string.h>

#include "suite.h"
#include "wattmill/tariff.h"
#include "wattmill/wattmill.h"

static const double month_s = 30.0 * 86400.0;

static struct wm_bill bill_of(const struct wm_tariff *t, const double *peaks_w, size_t n)
{
    struct wm_meter_month months[24] = {0};
    for (size_t i = 0; i < n; i++) {
        months[i].peak_w = peaks_w[i];
        months[i].time_s = months[i].whole_s = month_s;
        months[i].contract_ws = 100e6 * month_s;
    }
    return wm_tariff_bill(t, months, n - 1);
}

START_TEST(the_minimum_take_is_billed_when_less_is_drawn)
{
    /* contract 100 MW, drawn 70, k 0.85, 13 $/kW-month: 85,000 kW are billed */
    const struct wm_tariff t = {.demand_usd_per_kw_month = 13.0, .min_demand_frac = 0.85};
    ck_assert_double_eq_tol(bill_of(&t, (double[]){70e6}, 1).demand_usd, 1105000.0, 1e-6);
    ck_assert_double_eq_tol(bill_of(&t, (double[]){90e6}, 1).demand_usd, 1170000.0, 1e-6);
}
END_TEST

START_TEST(a_ratchet_remembers_eleven_months)
{
    const struct wm_tariff t = {.demand_usd_per_kw_month = 10.0, .ratchet_frac = 0.8};
    double peaks_w[13];
    for (size_t i = 0; i < 13; i++)
        peaks_w[i] = 50e6;
    peaks_w[0] = 100e6; /* 80 MW are billed for the eleven months after it, not for the twelfth */
    ck_assert_double_eq(bill_of(&t, peaks_w, 1).demand_usd, 1e6);
    ck_assert_double_eq_tol(bill_of(&t, peaks_w, 2).demand_usd, 800e3, 1e-6);
    ck_assert_double_eq_tol(bill_of(&t, peaks_w, 12).demand_usd, 800e3, 1e-6);
    ck_assert_double_eq_tol(bill_of(&t, peaks_w, 13).demand_usd, 500e3, 1e-6);
}
END_TEST

START_TEST(a_part_of_a_month_pays_its_share)
{
    const struct wm_tariff t = {.demand_usd_per_kw_month = 12.0, .fixed_usd_per_month = 1000.0};
    struct wm_meter_month m = {.peak_w = 1e6, .time_s = month_s / 2.0, .whole_s = month_s};
    ck_assert_double_eq_tol(wm_tariff_bill(&t, &m, 0).demand_usd, 6000.0, 1e-6);
    ck_assert_double_eq_tol(wm_tariff_bill(&t, &m, 0).fixed_usd, 500.0, 1e-6);
    m.time_s = m.whole_s = 28.0 * 86400.0; /* February is a whole month */
    ck_assert_double_eq_tol(wm_tariff_bill(&t, &m, 0).demand_usd, 12000.0, 1e-6);
    m.whole_s = 31.0 * 86400.0; /* 28 days of January are not */
    ck_assert_double_eq_tol(wm_tariff_bill(&t, &m, 0).demand_usd, 12000.0 * 28.0 / 31.0, 1e-6);
}
END_TEST

static const struct wm_tariff_period two_periods[] = {
    {"summer peak", 6, 9, WM_DAY_WEEKDAY, 14 * 3600.0, 20 * 3600.0, 110.0, 10.0},
    {"night", 1, 12, WM_DAY_ALL, 22 * 3600.0, 6 * 3600.0, 38.0, 0.0}};
static const struct wm_tariff tou = {
    .energy_usd_per_mwh = 52.0, .delivery_usd_per_mwh = 2.0, .periods = {two_periods, 2}};

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
        ck_assert_int_eq(wm_tariff_period_at(&tou, &rows[i].at), rows[i].period);
    const struct wm_tariff_period winter = {"w", 11, 2, WM_DAY_WEEKEND, 0, 86400.0, 1.0, 0.0};
    const struct wm_tariff_period always = {"a", 1, 12, WM_DAY_ALL, 0.0, 0.0, 1.0, 0.0};
    const struct wm_tariff all_day = {.periods = {&always, 1}};
    for (int hour = 0; hour < 24; hour++) /* from = to: all day */
        ck_assert_int_eq(wm_tariff_period_at(&all_day, &(struct wm_civil){2027, 1, 3, hour, 0, 0}),
                         0);
    const struct wm_tariff t = {.periods = {&winter, 1}};
    ck_assert_int_eq(wm_tariff_period_at(&t, &(struct wm_civil){2027, 1, 3, 12, 0, 0}), 0);
    ck_assert_int_eq(wm_tariff_period_at(&t, &(struct wm_civil){2027, 1, 4, 12, 0, 0}), -1);
    ck_assert_int_eq(wm_tariff_period_at(&t, &(struct wm_civil){2027, 3, 6, 12, 0, 0}), -1);
}
END_TEST

START_TEST(prices_are_flat_by_period_or_by_the_hour)
{
    struct wm_tariff t = tou;
    ck_assert_double_eq(wm_tariff_energy_usd_per_mwh(&t, -1, (double)NAN), 54.0);
    ck_assert_double_eq(wm_tariff_energy_usd_per_mwh(&t, 0, (double)NAN), 112.0);
    ck_assert_double_eq(wm_tariff_energy_usd_per_mwh(&t, 0, -20.0), -18.0);
    t.energy_price = WM_ENERGY_PRICE_FLAT;
    ck_assert_double_eq(wm_tariff_energy_usd_per_mwh(&t, 0, -20.0), 112.0);
    const struct wm_meter_month m = {
        .peak_w = 5e6, .period_peak_w = {4e6, 3e6}, .time_s = month_s, .whole_s = month_s};
    ck_assert_double_eq_tol(wm_tariff_bill(&t, &m, 0).period_demand_usd, 40e3, 1e-6);
}
END_TEST

/* 100 MW flat at 70 $/kW-year pays 7.0 M$; 20 MW in the four intervals 1.4 M$. */
START_TEST(four_coincident_peaks_bill_the_load_of_four_intervals)
{
    static const double loads_w[] = {100e6, 20e6}, expected_usd[] = {7.0e6, 1.4e6};
    for (size_t k = 0; k < 2; k++) {
        struct wm_peak_watch w = {.rule = WM_COINCIDENT_4CP};
        for (int month = 1; month <= 12; month++)
            for (int i = 0; i < 100; i++) /* the system peaks in interval 40 of each month */
                wm_peak_watch_add(&w, month, month * 31, 50.0 - fabs(i - 40.0),
                                  i == 40 ? loads_w[k] : 100e6);
        ck_assert_int_eq(w.n, 4);
        ck_assert_double_eq_tol(wm_peak_watch_mean_w(&w) / 1e3 * 70.0, expected_usd[k], 1e-6);
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
            wm_peak_watch_add(&w, 6 + day / 31, day,
                              (day >= 10 && day < 15 ? 100.0 + day : 50.0) - fabs(h - 17.0),
                              h == 17 ? 1e6 * day : 80e6);
    ck_assert_int_eq(w.n, 5);
    ck_assert_double_eq_tol(wm_peak_watch_mean_w(&w), 12e6, 1e-3);
    const double usd_per_kw_year = 329.17 * 365.0 / 1e3;
    ck_assert_double_eq_tol(usd_per_kw_year / 12.0, 10.012254, 5e-7);
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
    ck_assert_int_eq(wm_tariff_period_at(peaks, &(struct wm_civil){2027, 7, 14, 15, 0, 0}), 0);
    wm_arena_close(arena);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_minimum_take_is_billed_when_less_is_drawn,
                                  a_ratchet_remembers_eleven_months,
                                  a_part_of_a_month_pays_its_share,
                                  periods_know_months_days_and_midnight,
                                  prices_are_flat_by_period_or_by_the_hour,
                                  four_coincident_peaks_bill_the_load_of_four_intervals,
                                  five_coincident_peaks_take_the_five_highest_days,
                                  the_catalogue_has_the_kinds_of_tariff_a_planner_meets};
    return RUN_TESTS("tariff", tests);
}
