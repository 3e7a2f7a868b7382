/* Clocks of places: offsets, the tz database's files, the rule behind them, holidays. */
#include <string.h>

#include "suite.h"
#include "wattmill/holidays.h"
#include "wattmill/wattmill.h"
#include "wattmill/zone.h"

static struct wm_arena *arena;

static void open_arena(void)
{
    wm_init();
    arena = wm_arena_open();
}

static void close_arena(void)
{
    wm_arena_close(arena);
}

static int64_t at(const char *text)
{
    int64_t us = 0;
    ck_assert_msg(wm_time_parse(text, &us), "%s", text);
    return us;
}

/* A TZif file of version 2 without changes: one type, then the footer's rule. */
static struct wm_zone by_rule(const char *rule)
{
    static const char head[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                               "\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0";
    char bytes[256];
    struct wm_zone zone = {0};
    const size_t n = 44 + 6 + 1;
    memcpy(bytes, head, n);
    memcpy(bytes + n, head, n);
    const int n_rule = snprintf(bytes + 2 * n, sizeof bytes - 2 * n, "\n%s\n", rule);
    ck_assert_msg(wm_zone_read_tzif(arena, bytes, 2 * n + (size_t)n_rule, &zone), "%s", rule);
    return zone;
}

static struct wm_zone named(const char *name)
{
    struct wm_diags diags = wm_diags_init(arena);
    const char *const path = wm_zone_path(arena, WM_ZONE_DIRS, name);
    ck_assert_msg(path != NULL, "%s: is tzdata installed?", name);
    const struct wm_zone *const zone = wm_zone_file_load(arena, path, &diags);
    ck_assert_ptr_nonnull(zone);
    return *zone;
}

START_TEST(offsets_are_read_in_their_usual_spellings)
{
    static const struct {
        const char *text;
        int32_t offset_s;
    } right[] = {{"UTC", 0},        {"Z", 0},         {"-07:00", -25200}, {"+05:45", 20700},
                 {"-7", -25200},    {"+0530", 19800}, {"UTC-5", -18000},  {"GMT+14:00", 50400},
                 {"-12:00", -43200}};
    static const char *const wrong[] = {
        "",       "7",      "+",     "+15:00",  "-12:30",         "+5:5",
        "+05:60", "+5:300", "UTC 5", "-07:00x", "America/Phoenix"};
    int32_t s;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        ck_assert_msg(wm_zone_read_fixed(right[i].text, &s), "%s", right[i].text);
        ck_assert_int_eq(s, right[i].offset_s);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!wm_zone_read_fixed(wrong[i], &s), "%s", wrong[i]);
}
END_TEST

/* Values of Python's zoneinfo (tzdata 2025b), which reads the same files with other code. */
START_TEST(places_have_the_offsets_of_their_tz_files)
{
    static const struct {
        const char *zone, *time;
        int32_t offset_s;
    } rows[] = {{"America/New_York", "2027-03-14T06:59:59Z", -18000},
                {"America/New_York", "2027-03-14T07:00:00Z", -14400},
                {"America/New_York", "2027-11-07T05:59:59Z", -14400},
                {"America/New_York", "2150-07-01T00:00:00Z", -14400},
                {"America/Phoenix", "2027-07-01T00:00:00Z", -25200},
                {"Europe/Berlin", "1975-07-01T00:00:00Z", 3600},
                {"Europe/Berlin", "2027-03-28T01:00:00Z", 7200},
                {"Europe/Dublin", "2027-07-01T00:00:00Z", 3600},
                {"Asia/Kolkata", "2027-01-01T00:00:00Z", 19800},
                {"Asia/Kathmandu", "1985-12-31T18:30:00Z", 20700},
                {"Australia/Lord_Howe", "2027-01-01T00:00:00Z", 39600},
                {"Australia/Sydney", "2027-10-02T16:00:00Z", 39600}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct wm_zone zone = named(rows[i].zone);
        ck_assert_msg(wm_zone_offset_s(&zone, at(rows[i].time)) == rows[i].offset_s, "%s %s: %d",
                      rows[i].zone, rows[i].time, (int)wm_zone_offset_s(&zone, at(rows[i].time)));
    }
}
END_TEST

START_TEST(a_rule_alone_gives_both_hemispheres_and_every_form_of_date)
{
    const struct wm_zone us = by_rule("EST5EDT,M3.2.0,M11.1.0");
    ck_assert_int_eq(wm_zone_offset_s(&us, at("2027-03-14T07:00Z")), -14400);
    ck_assert_int_eq(wm_zone_offset_s(&us, at("2027-11-07T06:00Z")), -18000);
    const struct wm_zone south = by_rule("<-03>3<-02>,M10.1.0/0,M2.3.0/0");
    ck_assert_int_eq(wm_zone_offset_s(&south, at("2027-01-15T00:00Z")), -7200);
    ck_assert_int_eq(wm_zone_offset_s(&south, at("2027-07-15T00:00Z")), -10800);
    const struct wm_zone julian = by_rule("ABC-1DEF-1:30,J60/26,300/-2");
    ck_assert_int_eq(wm_zone_offset_s(&julian, at("2028-03-02T00:59Z")),
                     3600); /* 1 March and 26 h */
    ck_assert_int_eq(wm_zone_offset_s(&julian, at("2028-03-02T01:00Z")), 5400);
    ck_assert_int_eq(wm_zone_offset_s(&julian, at("2027-10-27T20:29Z")), 5400);
    ck_assert_int_eq(wm_zone_offset_s(&julian, at("2027-10-27T20:30Z")), 3600);
    const struct wm_zone plain = by_rule("UTC0");
    ck_assert_int_eq(wm_zone_offset_s(&plain, at("2027-10-27T20:30Z")), 0);
}
END_TEST

START_TEST(standard_time_is_the_clock_without_daylight_saving)
{
    const struct wm_zone ny = named("America/New_York"), dublin = named("Europe/Dublin"),
                         sydney = named("Australia/Sydney");
    for (int month = 1; month <= 12; month++) {
        char text[32];
        (void)snprintf(text, sizeof text, "2027-%02d-15", month);
        ck_assert_int_eq(wm_zone_standard_s(&ny, at(text)), -18000);
        ck_assert_int_eq(wm_zone_standard_s(&dublin, at(text)), 0);
        ck_assert_int_eq(wm_zone_standard_s(&sydney, at(text)), 36000);
    }
}
END_TEST

START_TEST(local_times_come_back_as_instants)
{
    const struct wm_zone ny = named("America/New_York");
    for (int64_t us = at("2027-01-01"); us < at("2028-01-01"); us += 1800LL * 1000000) {
        const struct wm_civil c = wm_zone_local(&ny, us);
        const int64_t back_us = wm_zone_to_us(&ny, &c);
        const bool is_second = us >= at("2027-11-07T06:00Z") && us < at("2027-11-07T07:00Z");
        ck_assert_int_eq(back_us, is_second ? us - 3600LL * 1000000 : us);
    }
    /* 02:30 was jumped over: half an hour behind the jump */
    const struct wm_civil gap = {2027, 3, 14, 2, 30, 0};
    ck_assert_int_eq(wm_zone_to_us(&ny, &gap), at("2027-03-14T07:30Z"));
}
END_TEST

START_TEST(months_are_an_hour_short_or_long_where_the_clock_moves)
{
    const struct wm_zone ny = named("America/New_York"), fixed = wm_zone_fixed(-18000);
    ck_assert_int_eq(wm_zone_month_s(&ny, 2027, 3), (31 * 24 - 1) * 3600);
    ck_assert_int_eq(wm_zone_month_s(&ny, 2027, 11), (30 * 24 + 1) * 3600);
    ck_assert_int_eq(wm_zone_month_s(&ny, 2027, 12), 31 * 24 * 3600);
    ck_assert_int_eq(wm_zone_month_s(&fixed, 2028, 2), 29 * 24 * 3600);
}
END_TEST

START_TEST(names_cannot_leave_the_folder_and_are_suggested)
{
    static const char *const wrong[] = {
        "../../../etc/passwd", "/etc/passwd", "", "America/", "America//Phoenix", "zone.tab",
        "America/Phenix"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(wm_zone_path(arena, WM_ZONE_DIRS, wrong[i]) == NULL, "%s", wrong[i]);
    ck_assert_ptr_nonnull(
        strstr(wm_zone_help(arena, WM_ZONE_DIRS, "America/Phenix"), "\"America/Phoenix\""));
    ck_assert_ptr_nonnull(
        strstr(wm_zone_help(arena, WM_ZONE_DIRS, "Phoenix"), "\"America/Phoenix\""));
    ck_assert_ptr_nonnull(
        strstr(wm_zone_help(arena, "/nonexistent", "America/Phoenix"), "no time zone database"));
    ck_assert_ptr_null(wm_zone_path(arena, "/nonexistent:/also/not", "America/Phoenix"));
}
END_TEST

START_TEST(no_cut_or_changed_file_is_read_out_of_bounds)
{
    struct wm_diags diags = wm_diags_init(arena);
    const char *const path = wm_zone_path(arena, WM_ZONE_DIRS, "Europe/Berlin");
    const char *bytes = NULL;
    size_t n = 0;
    struct wm_zone zone;
    ck_assert_ptr_nonnull(path);
    ck_assert_int_eq(wm_text_load(arena, path, &bytes, &n, &diags), WM_OK);
    for (size_t i = 0; i < n; i++) {
        char *const part = malloc(i + 1); /* of its own, so that a sanitizer sees the end */
        memcpy(part, bytes, i);
        ck_assert(!wm_zone_read_tzif(arena, part, i, &zone));
        free(part);
    }
    char *const changed = malloc(n);
    for (size_t i = 0; i < 100; i++) {
        memcpy(changed, bytes, n);
        changed[i] = (char)~changed[i];
        (void)wm_zone_read_tzif(arena, changed, n, &zone);
    }
    free(changed);
}
END_TEST

START_TEST(holidays_are_those_of_published_calendars)
{
    static const struct {
        enum wm_holidays set;
        int year, month, day;
        bool is_one;
    } rows[] = {
        /* NERC: Independence Day 2027 is a Sunday and kept on Monday; 2026 a Saturday and kept there */
        {WM_HOLIDAYS_NERC, 2027, 7, 5, true},
        {WM_HOLIDAYS_NERC, 2026, 7, 3, false},
        {WM_HOLIDAYS_NERC, 2026, 7, 4, true},
        {WM_HOLIDAYS_NERC, 2027, 5, 31, true},
        {WM_HOLIDAYS_NERC, 2027, 9, 6, true},
        {WM_HOLIDAYS_NERC, 2027, 11, 25, true},
        {WM_HOLIDAYS_NERC, 2027, 10, 11, false},
        /* OPM: 2026 Independence Day on Friday 3 July; 2028 New Year's Day on 31 December 2027 */
        {WM_HOLIDAYS_US_FEDERAL, 2026, 7, 3, true},
        {WM_HOLIDAYS_US_FEDERAL, 2027, 12, 31, true},
        {WM_HOLIDAYS_US_FEDERAL, 2027, 1, 18, true},
        {WM_HOLIDAYS_US_FEDERAL, 2027, 6, 18, true},
        {WM_HOLIDAYS_US_FEDERAL, 2020, 6, 19, false},
        {WM_HOLIDAYS_GERMANY, 2027, 3, 26, true}, /* Good Friday */
        {WM_HOLIDAYS_GERMANY, 2027, 5, 6, true},  /* Ascension */
        {WM_HOLIDAYS_GERMANY, 2027, 5, 17, true}, /* Whit Monday */
        {WM_HOLIDAYS_GERMANY, 2027, 1, 6, false}, /* not in all states */
        {WM_HOLIDAYS_FRANCE, 2027, 7, 14, true},
        {WM_HOLIDAYS_ENGLAND, 2027, 12, 27, true}, /* both moved: the 25th is a Saturday */
        {WM_HOLIDAYS_ENGLAND, 2027, 12, 28, true},
        {WM_HOLIDAYS_ENGLAND, 2022, 12, 26, true},
        {WM_HOLIDAYS_ENGLAND, 2022, 12, 27, true},
        {WM_HOLIDAYS_ENGLAND, 2022, 12, 28, false},
        {WM_HOLIDAYS_ENGLAND, 2028, 1, 3, true},
        {WM_HOLIDAYS_NONE, 2027, 12, 25, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(wm_is_holiday(rows[i].set, rows[i].year, rows[i].month, rows[i].day) ==
                          rows[i].is_one,
                      "row %zu", i);
    /* US Naval Observatory: Easter Sundays */
    ck_assert_int_eq(wm_easter_day(2024), wm_days_from_civil(2024, 3, 31));
    ck_assert_int_eq(wm_easter_day(2027), wm_days_from_civil(2027, 3, 28));
    ck_assert_int_eq(wm_easter_day(2038), wm_days_from_civil(2038, 4, 25));
}
END_TEST

START_TEST(date_times_are_read_in_all_of_rfc_3339)
{
    static const struct {
        const char *text, *same;
    } rows[] = {{"2022-01-01 00:00:00+00:00", "2022-01-01"},
                {"2023-03-12 03:00:00-05:00", "2023-03-12T08:00Z"},
                {"2023-01-01T00:00:00.000Z", "2023-01-01"},
                {"2023-01-01t05:30:00.25z", "2023-01-01T05:30:00.250000Z"},
                {"2023-01-01T00:00-00:00", "2023-01-01"},
                {"2023-01-01T00:00+0530", "2022-12-31T18:30"},
                {"2023-01-01T00:00+02", "2022-12-31T22:00"},
                {"2016-12-31T23:59:60Z", "2017-01-01"},
                {"1990-12-31T15:59:60-08:00", "1991-01-01"},
                {"1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(at(rows[i].text) == at(rows[i].same), "%s", rows[i].text);
    struct wm_written_time t;
    ck_assert(wm_time_read("2027-07-12", &t));
    ck_assert(!t.has_clock && !t.has_offset);
    ck_assert(wm_time_read("2027-07-12T15:00-05:00", &t));
    ck_assert(t.has_clock && t.has_offset && t.offset_s == -18000);
    /* before 1970 and at the week's ends */
    const struct wm_civil c = wm_civil_from_us(-1);
    ck_assert(c.year == 1969 && c.month == 12 && c.day == 31 && c.second == 59);
    ck_assert_int_eq(wm_weekday(0), 3);
    ck_assert_int_eq(wm_weekday(-4), 6);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        offsets_are_read_in_their_usual_spellings,
        places_have_the_offsets_of_their_tz_files,
        a_rule_alone_gives_both_hemispheres_and_every_form_of_date,
        standard_time_is_the_clock_without_daylight_saving,
        local_times_come_back_as_instants,
        months_are_an_hour_short_or_long_where_the_clock_moves,
        names_cannot_leave_the_folder_and_are_suggested,
        no_cut_or_changed_file_is_read_out_of_bounds,
        holidays_are_those_of_published_calendars,
        date_times_are_read_in_all_of_rfc_3339,
    };
    return run_fixture_tests("zone", tests, sizeof tests / sizeof *tests, open_arena, close_arena);
}
