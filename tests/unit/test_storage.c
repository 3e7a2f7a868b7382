/* Battery: round trip, limits, order of uses, fade. */
#include <math.h>

#include "suite.h"
#include "wattmill/storage.h"

static const struct wm_storage battery = {.power_w = 10e6,
                                          .energy_j = 40 * WM_J_PER_MWH,
                                          .round_trip_frac = 0.8986,
                                          .min_soc_frac = 0.2,
                                          .max_soc_frac = 1.0,
                                          .shave_above_w = (double)NAN,
                                          .charge_below_usd_per_mwh = (double)NAN,
                                          .discharge_above_usd_per_mwh = (double)NAN,
                                          .capex_usd_per_kw = 968.0,
                                          .capex_usd_per_kwh = 253.0,
                                          .capex_usd = 222115.0,
                                          .calendar_fade = 1.16e-3,
                                          .calendar_exponent = 0.428,
                                          .cycle_fade = 2.46e-5};

/* REopt: rectifier 0.96 x internal 0.975 x inverter 0.96. */
START_TEST(what_goes_in_comes_out_less_the_round_trip)
{
    ck_assert_double_eq_tol(0.96 * 0.975 * 0.96, battery.round_trip_frac, 1e-4);
    const double start_j = 20 * WM_J_PER_MWH;
    double e = wm_storage_advance_j(&battery, start_j, -10e6, 3600.0);
    ck_assert_double_eq_tol((e - start_j) / WM_J_PER_MWH, 10.0 * sqrt(0.8986), 1e-9);
    /* the hour's 10 MWh give back 8.986 MWh */
    e = wm_storage_advance_j(&battery, e, 10e6, 0.8986 * 3600.0);
    ck_assert_double_eq_tol(e, start_j, 1e-6 * start_j);
    ck_assert_double_eq(wm_storage_advance_j(&battery, e, 0.0, 1e6), e);
}
END_TEST

START_TEST(time_to_a_limit_is_exact_and_progress_is_made_at_it)
{
    for (int k = 0; k < 2; k++) {
        const double power_w = k ? 7e6 : -7e6;
        double e = 25 * WM_J_PER_MWH;
        const double limit_s = wm_storage_limit_s(&battery, e, power_w);
        e = wm_storage_advance_j(&battery, e, power_w, limit_s);
        const double want = k ? wm_storage_floor_j(&battery) : wm_storage_top_j(&battery);
        ck_assert_double_eq_tol(e, want, 1.0);
        /* rounded down to a microsecond there is less than that left, which counts as nothing */
        const double early = wm_storage_advance_j(&battery, e, power_w, -1e-6);
        ck_assert_double_eq(wm_storage_limit_s(&battery, early, power_w), 0.0);
    }
    ck_assert(isinf(wm_storage_limit_s(&battery, WM_J_PER_MWH, 0.0)));
}
END_TEST

START_TEST(the_reserve_goes_before_everything)
{
    struct wm_storage b = battery;
    const struct wm_storage_need need = {120e6, 100e6, 100e6, 50.0};
    const double e = 0.5 * b.energy_j;
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), 10e6);
    b.reserve_frac = 0.6;
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), 0.0);
    ck_assert_double_eq(wm_storage_floor_j(&b), 0.6 * b.energy_j);
}
END_TEST

START_TEST(it_holds_the_ceiling_shaves_peaks_and_trades_in_that_order)
{
    struct wm_storage b = battery;
    const double e = 30 * WM_J_PER_MWH;
    struct wm_storage_need need = {104e6, 100e6, 85e6, 50.0};
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), 4e6); /* what is above the ceiling */
    need.load_w = 95e6;
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), 0.0); /* no room below calm_w */
    need.load_w = 80e6;
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), -5e6); /* up to what is billed anyway */
    b.shave_above_w = 78e6;
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), 2e6);
    need.load_w = 75e6;
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), -3e6);
    b.shave_above_w = (double)NAN;
    b.charge_below_usd_per_mwh = 20.0;
    b.discharge_above_usd_per_mwh = 80.0;
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), 0.0);
    need.price_usd_per_mwh = 20.0;
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), -10e6);
    need.price_usd_per_mwh = 80.0;
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), 10e6);
    need.load_w = 3e6; /* it never feeds into the grid */
    ck_assert_double_eq(wm_storage_power_w(&b, e, &need), 3e6);
}
END_TEST

START_TEST(full_and_empty_end_it)
{
    const struct wm_storage_need low = {50e6, 100e6, 85e6, 50.0}, high = {120e6, 100e6, 85e6, 50.0};
    ck_assert_double_eq(wm_storage_power_w(&battery, wm_storage_top_j(&battery), &low), 0.0);
    ck_assert_double_eq(wm_storage_power_w(&battery, wm_storage_floor_j(&battery), &high), 0.0);
    const struct wm_storage none = {.power_w = 0.0, .energy_j = 0.0, .round_trip_frac = 0.9};
    ck_assert_double_eq(wm_storage_power_w(&none, 0.0, &low), 0.0);
    ck_assert_double_eq(wm_storage_power_w(&none, 0.0, &high), 0.0);
    ck_assert_double_eq(wm_storage_capex_usd(&none), 0.0);
}
END_TEST

START_TEST(cost_and_fade_follow_reopt)
{
    ck_assert_double_eq_tol(wm_storage_capex_usd(&battery), 968e4 + 253.0 * 40e3 + 222115.0, 1e-6);
    /* ten years at half charge with a cycle a day: 1.9 % by age and 9.0 % by cycles */
    ck_assert_double_eq_tol(wm_storage_fade_frac(&battery, 3650.0, 0.5, 0.0), 0.0194, 2e-4);
    ck_assert_double_eq_tol(wm_storage_fade_frac(&battery, 0.0, 0.5, 3650.0), 0.0898, 1e-4);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {what_goes_in_comes_out_less_the_round_trip,
                                  time_to_a_limit_is_exact_and_progress_is_made_at_it,
                                  the_reserve_goes_before_everything,
                                  it_holds_the_ceiling_shaves_peaks_and_trades_in_that_order,
                                  full_and_empty_end_it,
                                  cost_and_fade_follow_reopt};
    return RUN_TESTS("storage", tests);
}
