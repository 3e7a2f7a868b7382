#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "wattmill/civil.h"
#include "wattmill/unit.h"

START_TEST(units_convert_by_hand_computed_factors)
{
    ck_assert_double_eq(wm_unit_to_si(WM_UNIT_MW, 100.0), 100e6);
    ck_assert_double_eq(wm_unit_to_si(WM_UNIT_MWH, 2.0), 7.2e9);
    ck_assert_double_eq(wm_unit_to_si(WM_UNIT_MIN, 30.0), 1800.0);
    ck_assert_double_eq_tol(wm_unit_to_si(WM_UNIT_MW_PER_MIN, 6.0), 100e3, 1e-9);
    ck_assert_double_eq(wm_unit_to_si(WM_UNIT_C, 40.0), 40.0);
    ck_assert_double_eq(wm_unit_from_si(WM_UNIT_H, 7200.0), 2.0);
}
END_TEST

START_TEST(every_unit_comes_back_and_has_its_own_symbol)
{
    for (int u = 0; u < WM_N_UNITS; u++) {
        const enum wm_unit unit = (enum wm_unit)u;
        const double back = wm_unit_from_si(unit, wm_unit_to_si(unit, 12.5));
        ck_assert_double_eq_tol(back, 12.5, 1e-12);
        for (int other = 0; other < u; other++)
            ck_assert_str_ne(wm_unit_symbol(unit), wm_unit_symbol((enum wm_unit)other));
    }
}
END_TEST

START_TEST(known_dates_have_their_day_numbers)
{
    ck_assert_int_eq(wm_days_from_civil(1970, 1, 1), 0);
    ck_assert_int_eq(wm_days_from_civil(2000, 3, 1), 11017);
    ck_assert_int_eq(wm_days_from_civil(2027, 1, 1), 20819);
    ck_assert_int_eq(wm_days_in_month(2028, 2), 29);
    ck_assert_int_eq(wm_days_in_month(2100, 2), 28);
    ck_assert_int_eq(wm_days_in_month(2000, 2), 29);
}
END_TEST

START_TEST(every_day_from_1970_to_2200_follows_the_one_before)
{
    int64_t expected = 0;
    for (int year = WM_YEAR_FIRST; year <= WM_YEAR_LAST; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= wm_days_in_month(year, month); day++, expected++) {
                ck_assert_int_eq(wm_days_from_civil(year, month, day), expected);
                const struct wm_civil c = wm_civil_from_us(expected * 86400000000LL);
                ck_assert(c.year == year && c.month == month && c.day == day);
            }
}
END_TEST

START_TEST(date_times_are_read_and_written_back)
{
    int64_t time_us = 0;
    char buf[32];
    ck_assert(wm_time_parse("2027-07-12", &time_us));
    ck_assert_int_eq(time_us, 1815350400000000LL); /* date -u -d 2027-07-12 +%s */
    ck_assert(wm_time_parse("2027-07-12T15:00", &time_us));
    ck_assert_int_eq(time_us, 1815404400000000LL);
    ck_assert(wm_time_parse("2027-07-12T15:00:30Z", &time_us));
    ck_assert_str_eq(wm_time_text(time_us, buf), "2027-07-12T15:00:30Z");
    ck_assert(wm_time_parse("2028-02-29T23:59Z", &time_us));
    ck_assert(wm_time_parse("2200-12-31", &time_us));
}
END_TEST

START_TEST(what_is_no_date_is_refused)
{
    static const char *const wrong[] = {"",
                                        "2027",
                                        "2027-7-12",
                                        "2027-13-01",
                                        "2027-02-29",
                                        "2027-00-10",
                                        "1969-12-31",
                                        "2201-01-01",
                                        "2027-01-01T",
                                        "2027-01-01T24:00",
                                        "2027-01-01T10",
                                        "2027-01-01T10:60",
                                        "2027-01-01Z",
                                        "2027-01-01T10:00+1",
                                        "2027-01-01T10:00+01:60",
                                        "2027-01-01T10:00+24:00",
                                        "2027-01-01T10:00+01:00Z",
                                        "2027-01-01T10:00:00.",
                                        "2027-01-01T10:00:00.5.5",
                                        "2027-01-01T10:00:61",
                                        "1970-01-01T00:00+01:00"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t time_us = 0;
        ck_assert_msg(!wm_time_parse(wrong[i], &time_us), "%s", wrong[i]);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        units_convert_by_hand_computed_factors, every_unit_comes_back_and_has_its_own_symbol,
        known_dates_have_their_day_numbers,     every_day_from_1970_to_2200_follows_the_one_before,
        date_times_are_read_and_written_back,   what_is_no_date_is_refused};
    return RUN_TESTS("unit", tests);
}
