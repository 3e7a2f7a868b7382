/* Weather, price and carbon files: what is read, and every mistake that must be found in them. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"
#include "wattmill/civil.h"
#include "wattmill/psychrometrics.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static struct wm_diags diags;
static char path[64];
static FILE *file;

static void begin(void)
{
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    (void)snprintf(path, sizeof path, "/tmp/wattmill-test-%ld.csv", (long)getpid());
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
}

static const struct wm_site_year *read_weather(void)
{
    (void)fclose(file);
    const void *const year = wm_weather_file_load(arena, path, &diags);
    (void)unlink(path);
    return year;
}

static void end(void)
{
    wm_arena_close(arena);
}

/* A year whose dry bulb is 10 °C at hour 0 and rises by a thousandth every hour. */
static double dry_c(int row)
{
    return 10.0 + 1e-3 * row;
}

static void header(void)
{
    fputs("hour_of_year,dry_bulb_c,wet_bulb_c,relative_humidity,pressure_pa,price_usd_per_mwh,"
          "carbon_gco2_per_kwh\n",
          file);
}

static void row(int i, double per_h)
{
    fprintf(file, "%g,%.3f,%.3f,50,101325,%g,400\n", i / per_h, dry_c(i), dry_c(i) - 8.0,
            i == 77 ? -20.0 : 50.0);
}

static void rows(int from, int to, double per_h)
{
    for (int i = from; i < to; i++)
        row(i, per_h);
}

/* Whether a diagnostic has these words, and on which line. */
static int line_of(const char *words)
{
    for (size_t i = 0; i < diags.n_items; i++)
        if (strstr(wm_diag_format(arena, &diags.items[i]), words))
            return diags.items[i].place.line;
    return -1;
}

START_TEST(an_hourly_file_gives_weather_price_and_carbon)
{
    begin();
    header();
    rows(0, 8760, 1.0);
    const struct wm_site_year *y = read_weather();
    ck_assert_ptr_nonnull(y);
    ck_assert_uint_eq(diags.n_items, 0);
    ck_assert_uint_eq(y->n_rows, 8760);
    ck_assert_int_eq(y->rows_per_h, 1);
    ck_assert_double_eq(y->price_usd_per_mwh[77], -20.0);
    ck_assert_double_eq(y->carbon_kg_per_mwh[0], 400.0);
    const struct wm_weather w = wm_site_year_weather(y, 100, 0.0);
    ck_assert_double_eq_tol(w.dry_bulb_c, 10.1, 1e-12);
    ck_assert_double_eq_tol(w.wet_bulb_c, 2.1, 1e-12);
    /* 35 hours are hotter than the 99.6th percentile */
    ck_assert_double_eq_tol(y->design.dry_bulb_c, dry_c(8724), 1e-9);
    ck_assert(y->design.wet_bulb_c < y->design.dry_bulb_c - 4.9);
    end();
}
END_TEST

START_TEST(columns_may_be_absent_or_empty)
{
    begin();
    fputs("# made for a test\nrelative_humidity,time,station,dry_bulb_c,price_usd_per_mwh\n", file);
    for (int i = 0; i < 8760; i++) {
        char text[32];
        const struct wm_civil jan = {2023, 1, 1, 0, 0, 0};
        wm_time_text(wm_civil_to_us(&jan) + i * WM_US_PER_H, text);
        fprintf(file, "50,%s,\"KDFW, Texas\",30,\n", text);
    }
    const struct wm_site_year *y = read_weather();
    ck_assert_ptr_nonnull(y);
    ck_assert_ptr_null(y->price_usd_per_mwh);
    ck_assert_ptr_null(y->carbon_kg_per_mwh);
    ck_assert_double_eq_tol(y->wet_bulb_c[0], 22.0052, 5e-4); /* ASHRAE: 30 °C, 50 %, sea level */
    ck_assert_int_eq(y->year, 2023);
    ck_assert_double_eq(y->utc_offset_s, 0.0); /* the times end in Z */
    end();
}
END_TEST

START_TEST(quarters_and_leap_years_are_counted)
{
    static const struct {
        int n, per_h;
    } kinds[] = {{35040, 4}, {8784, 1}, {35136, 4}};
    for (size_t k = 0; k < 3; k++) {
        begin();
        header();
        rows(0, kinds[k].n, kinds[k].per_h);
        const struct wm_site_year *y = read_weather();
        ck_assert_ptr_nonnull(y);
        ck_assert_int_eq(y->rows_per_h, kinds[k].per_h);
        ck_assert(y->has_leap_day == (k > 0));
        end();
    }
}
END_TEST

static size_t row_at(const struct wm_site_year *y, int year, int month, int day, int hour, int min,
                     double offset_h)
{
    const struct wm_civil c = {year, month, day, hour, min, 0};
    return wm_site_year_row(y, wm_civil_to_us(&c), offset_h * 3600.0);
}

START_TEST(rows_are_found_across_leap_days_and_time_zones)
{
    const struct wm_site_year common = {.n_rows = 8760, .rows_per_h = 1};
    const struct wm_site_year leap = {.n_rows = 8784, .rows_per_h = 1, .has_leap_day = true};
    const struct wm_site_year quarters = {.n_rows = 35040, .rows_per_h = 4};
    ck_assert_uint_eq(row_at(&common, 2027, 1, 1, 0, 0, 0.0), 0);
    ck_assert_uint_eq(row_at(&common, 2027, 12, 31, 23, 59, 0.0), 8759);
    /* Texas: 06:00 UTC is midnight; before it the last evening of the year */
    ck_assert_uint_eq(row_at(&common, 2027, 1, 1, 6, 0, -6.0), 0);
    ck_assert_uint_eq(row_at(&common, 2027, 1, 1, 5, 0, -6.0), 8759);
    ck_assert_uint_eq(row_at(&common, 1970, 1, 1, 0, 0, -6.0), 8754);
    ck_assert_uint_eq(row_at(&common, 2027, 1, 1, 0, 0, 5.5), 5);
    /* 29 February repeats the 28th, 1 March is itself again */
    ck_assert_uint_eq(row_at(&common, 2028, 2, 28, 7, 0, 0.0), 58 * 24 + 7);
    ck_assert_uint_eq(row_at(&common, 2028, 2, 29, 7, 0, 0.0), 58 * 24 + 7);
    ck_assert_uint_eq(row_at(&common, 2028, 3, 1, 0, 0, 0.0), 59 * 24);
    ck_assert_uint_eq(row_at(&common, 2028, 12, 31, 23, 0, 0.0), 8759);
    ck_assert_uint_eq(row_at(&leap, 2028, 2, 29, 0, 0, 0.0), 59 * 24);
    ck_assert_uint_eq(row_at(&leap, 2027, 3, 1, 0, 0, 0.0), 60 * 24);
    ck_assert_uint_eq(row_at(&leap, 2028, 12, 31, 23, 0, 0.0), 8783);
    ck_assert_uint_eq(row_at(&quarters, 2027, 1, 1, 1, 45, 0.0), 7);
}
END_TEST

START_TEST(clock_changes_and_gaps_are_found_with_their_lines)
{
    begin();
    header();
    rows(0, 100, 1.0);
    row(99, 1.0); /* line 102 repeats */
    rows(100, 200, 1.0);
    rows(203, 8760, 1.0); /* line 203: three hours are missing */
    ck_assert_ptr_null(read_weather());
    ck_assert_int_eq(line_of("repeats the time"), 102);
    ck_assert_int_eq(line_of("3 h are missing"), 203);
    end();
    begin();
    header();
    rows(0, 100, 1.0);
    rows(98, 8760, 1.0);
    ck_assert_ptr_null(read_weather());
    ck_assert_int_eq(line_of("goes back by 1 h"), 102);
    end();
    begin();
    header();
    rows(0, 8759, 1.0);
    ck_assert_ptr_null(read_weather());
    ck_assert_int_ne(line_of("has 8759 rows"), -1);
    end();
    begin();
    header();
    rows(1, 8761, 1.0);
    ck_assert_ptr_null(read_weather());
    ck_assert_int_eq(line_of("not the first hour of 1 January"), 2);
    end();
}
END_TEST

START_TEST(impossible_air_and_words_are_found_all_at_once)
{
    begin();
    header();
    row(0, 1.0);
    fputs("1,20,21,50,101325,50,400\n", file);  /* wet above dry */
    fputs("2,104,60,50,101325,50,400\n", file); /* Fahrenheit */
    fputs("3,20,15,50,1013.25,50,400\n", file); /* hPa */
    fputs("4,nan,15,50,101325,50,400\n", file);
    fputs("5,20,15,50,101325,n/a,400\n", file);
    fputs("6,20,15,50,101325,,400\n", file); /* a hole */
    fputs("7,20,15,50,101325,50\n", file);   /* a cell too few */
    fputs("8,20,15,50,101325,50,-5\n", file);
    rows(9, 8760, 1.0);
    ck_assert_ptr_null(read_weather());
    ck_assert_int_eq(line_of("wet_bulb_c = 21 °C is above the dry bulb of 20 °C"), 3);
    ck_assert_int_eq(line_of("dry_bulb_c = 104 °C, allowed -90..60 °C; is it in °F?"), 4);
    ck_assert_int_eq(line_of("pressure_pa = 1013.25 Pa"), 5);
    ck_assert_int_eq(line_of("dry_bulb_c = \"nan\" is no number"), 6);
    ck_assert_int_eq(line_of("price_usd_per_mwh = \"n/a\""), 7);
    ck_assert_int_eq(line_of("price_usd_per_mwh: is empty here"), 8);
    ck_assert_int_eq(line_of("has 6 cells, the header 7"), 9);
    ck_assert_int_eq(line_of("carbon_gco2_per_kwh = -5"), 10);
    end();
}
END_TEST

START_TEST(many_mistakes_are_counted_and_twenty_shown)
{
    begin();
    header();
    for (int i = 0; i < 8760; i++)
        fprintf(file, "%d,200,10,50,101325,50,400\n", i);
    ck_assert_ptr_null(read_weather());
    ck_assert_uint_eq(diags.n_errors, 21);
    ck_assert_int_ne(line_of("and 8740 more mistakes in this file"), -1);
    end();
}
END_TEST

START_TEST(other_units_in_the_header_are_refused)
{
    begin();
    fputs("hour_of_year,dry_bulb_f,wet_bulb_c,price_eur_per_mwh\n0,50,5,40\n1,50,5,40\n", file);
    ck_assert_ptr_null(read_weather());
    ck_assert_int_eq(line_of("\"dry_bulb_f\" is not dry_bulb_c"), 1);
    ck_assert_int_eq(line_of("\"price_eur_per_mwh\" is not price_usd_per_mwh"), 1);
    ck_assert_int_ne(line_of("dry_bulb_c: is missing"), -1);
    end();
    begin();
    fputs("hour_of_year,dry_bulb_c,relative_humidity,carbon_gco2_per_kwh\n", file);
    for (int i = 0; i < 8760; i++)
        fprintf(file, "%d,20,0.5,0.4\n", i);
    ck_assert_ptr_null(read_weather());
    ck_assert_int_ne(line_of("is it a fraction?"), -1);
    ck_assert_int_ne(line_of("is it in kg/kWh?"), -1);
    end();
    begin();
    fputs("dry_bulb_c,wet_bulb_c\n20,15\n", file);
    ck_assert_ptr_null(read_weather());
    ck_assert_int_eq(line_of("neither hour_of_year nor time"), 1);
    end();
}
END_TEST

START_TEST(shifted_air_keeps_its_humidity)
{
    static const double dry[] = {20.0}, wet[] = {14.0}, pressure[] = {101325.0};
    const struct wm_site_year y = {.n_rows = 1,
                                   .rows_per_h = 1,
                                   .dry_bulb_c = dry,
                                   .wet_bulb_c = wet,
                                   .pressure_pa = pressure};
    const struct wm_weather w = wm_site_year_weather(&y, 0, 3.0);
    ck_assert_double_eq(w.dry_bulb_c, 23.0);
    ck_assert_double_eq_tol(wm_humidity_ratio(23.0, w.wet_bulb_c, 101325.0),
                            wm_humidity_ratio(20.0, 14.0, 101325.0), 1e-8);
    ck_assert_double_le(wm_site_year_weather(&y, 0, -15.0).wet_bulb_c, 5.0);
}
END_TEST

/* EPW: header of eight lines; hour 1 is the first; humidity gives the wet bulb. */
static void epw_header(const char *zone)
{
    fprintf(file,
            "LOCATION,Test Field,TX,USA,TMY3,722590,32.9,-97.0,%s,182.0\nDESIGN CONDITIONS,0\n"
            "TYPICAL/EXTREME PERIODS,0\nGROUND TEMPERATURES,0\nHOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0\n"
            "COMMENTS 1,\"made, for a test\"\nCOMMENTS 2,\n"
            "DATA PERIODS,1,1,Data,Sunday,1/1,12/31\n",
            zone);
}

static void epw_rows(int year, int skip)
{
    int i = 0;
    for (int month = 1; month <= 12; month++)
        for (int day = 1; day <= wm_days_in_month(year, month); day++)
            for (int hour = 1; hour <= 24; hour++, i++)
                if (i != skip)
                    fprintf(file, "%d,%d,%d,%d,0,?9?9,%.2f,9.3,50,101325,0,0\n",
                            month % 2 ? year : year - 4, month, day, hour, i == 5 ? 30.0 : 20.0);
}

START_TEST(epw_files_bring_their_time_zone)
{
    begin();
    epw_header("-6.0");
    epw_rows(2001, -1);
    const struct wm_site_year *y = read_weather();
    ck_assert_ptr_nonnull(y);
    ck_assert_uint_eq(y->n_rows, 8760);
    ck_assert_double_eq(y->utc_offset_s, -6.0 * 3600.0);
    ck_assert_int_eq(y->year, 0); /* months of several years: a typical year */
    ck_assert_double_eq_tol(y->wet_bulb_c[5], 22.0052, 5e-4);
    ck_assert_double_eq_tol(y->wet_bulb_c[6], 13.7834, 5e-4);
    ck_assert_ptr_null(y->price_usd_per_mwh);
    end();
    begin();
    epw_header("-6.0");
    epw_rows(2004, -1);
    y = read_weather();
    ck_assert_ptr_nonnull(y);
    ck_assert(y->has_leap_day);
    end();
}
END_TEST

START_TEST(epw_mistakes_are_found_with_their_lines)
{
    begin();
    epw_header("east");
    epw_rows(2001, 30);
    ck_assert_ptr_null(read_weather());
    ck_assert_int_eq(line_of("no time zone"), 1);
    ck_assert_int_eq(line_of("1 h are missing before this row"), 8 + 31);
    end();
    begin();
    epw_header("1");
    fputs("2001,1,1,1,0,?,99.9,9,50,101325\n2001,1,1,2,0,?,20,9,999,101325\n"
          "2001,1,1,3,0,?,20\n2001,13,1,4,0,?,20,9,50,101325\n2001,1,1,25,0,?,20,9,50,101325\n",
          file);
    ck_assert_ptr_null(read_weather());
    ck_assert_int_eq(line_of("dry bulb = 99.9 marks a missing value"), 9);
    ck_assert_int_eq(line_of("relative humidity = 999 marks"), 10);
    ck_assert_int_eq(line_of("has 7 cells"), 11);
    ck_assert_int_eq(line_of("month 13"), 12);
    ck_assert_int_eq(line_of("hour 25"), 13);
    end();
}
END_TEST

START_TEST(the_site_files_of_the_reference_data_are_read)
{
    static const char *const names[] = {"dallas_2023",    "dallas_2021_uri",  "philadelphia_2023",
                                        "frankfurt_2023", "london_2023",      "n_virginia",
                                        "dallas_tmy",     "phoenix",          "quincy_wa",
                                        "prineville_or",  "council_bluffs_ia"};
    const char *const dir = getenv("WATTMILL_SHARED");
    if (!dir) {
        puts("SKIP site files: WATTMILL_SHARED is not set");
        return;
    }
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *const p = wm_arena_printf(arena, "%s/data/sites/%s.csv", dir, names[i]);
        const struct wm_site_year *y = wm_weather_file_load(arena, p, &diags);
        ck_assert_msg(y != NULL, "%s", p);
        ck_assert((y->price_usd_per_mwh != NULL) == (i < 6));
    }
    wm_arena_close(arena);
}
END_TEST

/* A market file: stamps of `n` rows every `step_min` from `first_us` on, written by `stamp`. */
static void market(const char *first, int n, int step_min,
                   void (*stamp)(int64_t at_us, char text[48]))
{
    int64_t us = 0;
    ck_assert(wm_time_parse(first, &us));
    fputs("time,price_usd_per_mwh\n", file);
    for (int i = 0; i < n; i++) {
        char text[48];
        stamp(us + i * step_min * 60000000LL, text);
        fprintf(file, "%s,%d\n", text, i % 5000);
    }
}

static const struct wm_site_year *read_market(void)
{
    (void)fclose(file);
    const void *const year = wm_market_file_load(arena, path, &diags);
    (void)unlink(path);
    return year;
}

static void stamp_with(int64_t at_us, int offset_h, const char *offset, char text[48])
{
    char utc[32];
    (void)snprintf(text, 48, "%.10s %.8s%s", wm_time_text(at_us + offset_h * WM_US_PER_H, utc),
                   wm_time_text(at_us + offset_h * WM_US_PER_H, utc) + 11, offset);
}

/* As pandas, entsoe-py and gridstatus write UTC. */
static void utc_stamp(int64_t at_us, char text[48])
{
    stamp_with(at_us, 0, "+00:00", text);
}

static void millisecond_stamp(int64_t at_us, char text[48])
{
    stamp_with(at_us, 0, ".000Z", text);
}

/* New York's clock in 2023, whose offset changes with daylight saving. */
static void new_york_stamp(int64_t at_us, char text[48])
{
    const bool is_summer = at_us >= 1678604400000000LL && at_us < 1699164000000000LL;
    stamp_with(at_us, is_summer ? -4 : -5, is_summer ? "-04:00" : "-05:00", text);
}

START_TEST(stamps_with_offsets_make_a_year_on_their_own_clock)
{
    begin();
    market("2022-01-01", 8760, 60, utc_stamp);
    const struct wm_site_year *y = read_market();
    ck_assert_ptr_nonnull(y);
    ck_assert_double_eq(y->utc_offset_s, 0.0);
    end();
    begin();
    market("2023-01-01", 8760, 60, millisecond_stamp);
    ck_assert_ptr_nonnull(read_market());
    end();
    begin();
    market("2023-01-01T05:00Z", 8760, 60, new_york_stamp);
    y = read_market();
    ck_assert_ptr_nonnull(y);
    ck_assert_double_eq(y->utc_offset_s, -18000.0);
    ck_assert_int_eq(y->year, 2023);
    end();
    begin(); /* the local year of Chicago, and that of Berlin, written in UTC */
    market("2023-01-01T06:00Z", 8760, 60, utc_stamp);
    y = read_market();
    ck_assert_ptr_nonnull(y);
    ck_assert_double_eq(y->utc_offset_s, -21600.0);
    end();
    begin();
    market("2022-12-31T23:00Z", 8760, 60, utc_stamp);
    y = read_market();
    ck_assert_ptr_nonnull(y);
    ck_assert_double_eq(y->utc_offset_s, 3600.0);
    ck_assert_int_eq(y->year, 2023);
    end();
}
END_TEST

START_TEST(clocks_that_are_mixed_or_end_the_hour_are_refused)
{
    begin();
    fputs("time,price_usd_per_mwh\n2023-01-01T00:00,1\n2023-01-01T01:00Z,2\n2023-01-01T02:00,3\n",
          file);
    ck_assert_ptr_null(read_market());
    ck_assert_int_eq(line_of("has an offset, rows before have none"), 3);
    end();
    begin();
    market("2023-01-01T01:00Z", 8760, 60, utc_stamp);
    ck_assert_ptr_null(read_market());
    ck_assert_int_eq(line_of("if yours say when it ends"), 2);
    end();
    begin();
    fputs("hour_of_year,price_usd_per_mwh\n", file);
    for (int i = 1; i <= 8760; i++)
        fprintf(file, "%d,5\n", i);
    ck_assert_ptr_null(read_market());
    ck_assert_uint_eq(diags.n_errors, 1);
    ck_assert_int_eq(line_of("from hour 0 or 00:00: if yours say when it ends"), 2);
    end();
}
END_TEST

START_TEST(half_hours_stay_and_five_minutes_become_quarters)
{
    begin();
    market("2023-01-01", 2 * 8760, 30, utc_stamp);
    const struct wm_site_year *y = read_market();
    ck_assert_ptr_nonnull(y);
    ck_assert_int_eq(y->rows_per_h, 2);
    ck_assert_double_eq(y->price_usd_per_mwh[3], 3.0);
    end();
    begin();
    market("2023-01-01", 12 * 8760, 5, utc_stamp);
    y = read_market();
    ck_assert_ptr_nonnull(y);
    ck_assert_int_eq(y->rows_per_h, 4);
    ck_assert_uint_eq(y->n_rows, 4 * 8760);
    ck_assert_double_eq(y->price_usd_per_mwh[1], 4.0); /* of 3, 4, 5 */
    end();
    begin();
    market("2023-01-01", 100, 20, utc_stamp);
    ck_assert_ptr_null(read_market());
    ck_assert_int_eq(line_of("20 min after the first; rows are hourly or every 30"), 3);
    end();
}
END_TEST

START_TEST(marks_of_missing_prices_are_found_and_small_carbon_is_told)
{
    static const char *const marks[] = {"-9999", "-999", "9999", "99999"};
    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
        begin();
        fputs("hour_of_year,price_usd_per_mwh\n", file);
        for (int i = 0; i < 8760; i++)
            fprintf(file, "%d,%s\n", i, i == 4321 ? marks[m] : "50");
        ck_assert_ptr_null(read_market());
        ck_assert_uint_eq(diags.n_errors, 1);
        ck_assert_int_eq(line_of("marks a missing value"), 4323);
        end();
    }
    begin();
    fputs("hour_of_year,carbon_gco2_per_kwh,price_usd_per_mwh\n", file);
    for (int i = 0; i < 8760; i++)
        fprintf(file, "%d,0.9,0.05\n", i);
    ck_assert_ptr_nonnull(read_market());
    ck_assert_int_ne(line_of("W910: carbon_gco2_per_kwh: never exceeds 3"), -1);
    ck_assert_int_ne(line_of("is it in USD/kWh?"), -1);
    end();
}
END_TEST

/* Saturdays and Sundays of 2023 are Thursdays and Fridays of 2027. */
START_TEST(a_year_laid_over_another_keeps_its_weekdays)
{
    begin();
    market("2023-01-01", 8760, 60, utc_stamp);
    const struct wm_site_year *y = read_market();
    ck_assert_ptr_nonnull(y);
    const int64_t file_first = wm_days_from_civil(2023, 1, 1);
    for (int64_t day = wm_days_from_civil(2020, 1, 1); day < wm_days_from_civil(2034, 1, 1);
         day++) {
        const size_t row = wm_site_year_row(y, day * 24 * WM_US_PER_H, 0.0);
        const struct wm_civil c = wm_civil_from_us(day * 24 * WM_US_PER_H);
        const int64_t of_year = day - wm_days_from_civil(c.year, 1, 1);
        const int64_t of_file = (int64_t)row / 24;
        int64_t away = of_file > of_year ? of_file - of_year : of_year - of_file;
        away = away > 300 ? 364 - away : away; /* round the year's end */
        ck_assert_uint_eq(row % 24, 0);
        ck_assert_int_eq(wm_weekday(file_first + of_file), wm_weekday(day));
        ck_assert_msg(away <= 4, "day %d is %d away", (int)day, (int)away);
        ck_assert(c.year != 2023 || of_file == of_year);
    }
    end();
}
END_TEST

START_TEST(one_doubled_hour_is_one_mistake)
{
    begin();
    epw_header("-6.0");
    int i = 0;
    for (int month = 1; month <= 12; month++)
        for (int day = 1; day <= wm_days_in_month(2001, month); day++)
            for (int hour = 1; hour <= 24; hour++, i++)
                for (int times = i == 5000 ? 2 : 1; times > 0; times--)
                    fprintf(file, "2001,%d,%d,%d,0,?,-12.2,-13,90,101325,0,0\n", month, day, hour);
    ck_assert_ptr_null(read_weather());
    ck_assert_uint_eq(diags.n_errors, 1);
    ck_assert_int_eq(line_of("repeats the time of the row before"), 5010);
    end();
}
END_TEST

/* A byte-order mark, a quote in a comment, and four records an hour that say when they end. */
START_TEST(epw_files_of_the_wild_are_read)
{
    begin();
    fputs("\xEF\xBB\xBF"
          "LOCATION,Test,TX,USA,TMY3,722590,32.9,-97.0,-6.0,182.0\nDESIGN CONDITIONS,0\n"
          "TYPICAL/EXTREME PERIODS,0\nGROUND TEMPERATURES,0\nHOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0\n"
          "COMMENTS 1,1,5\" gauge\nCOMMENTS 2,\"IWEC\" file, 5\" of rain\n"
          "DATA PERIODS,1,4,Data,Sunday,1/1,12/31\n",
          file);
    int i = 0;
    for (int month = 1; month <= 12; month++)
        for (int day = 1; day <= wm_days_in_month(2001, month); day++)
            for (int hour = 1; hour <= 24; hour++)
                for (int minute = 15; minute <= 60; minute += 15, i++)
                    fprintf(file, "2001,%d,%d,%d,%d,?,%.3f,9.3,50,101325,0,0\n", month, day, hour,
                            minute, 1e-3 * i);
    const struct wm_site_year *y = read_weather();
    ck_assert_ptr_nonnull(y);
    ck_assert_int_eq(y->rows_per_h, 4);
    ck_assert_double_eq(y->utc_offset_s, -21600.0);
    ck_assert_double_eq_tol(y->dry_bulb_c[4], 0.004, 1e-12); /* 01:00 to 01:15 */
    end();
}
END_TEST

/* Sunshine of PVGIS's EPW files: rows in UTC under a header that says Los Angeles. */
START_TEST(a_header_whose_zone_the_sun_denies_is_told)
{
    for (int late_h = 0; late_h <= 8; late_h += 8) {
        begin();
        fputs(
            "LOCATION,Long Beach,CA,USA,PVGIS,0,33.8,-118.2,-8.0,9.0\nDESIGN CONDITIONS,0\n"
            "TYPICAL/EXTREME PERIODS,0\nGROUND TEMPERATURES,0\nHOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0\n"
            "COMMENTS 1\nCOMMENTS 2\nDATA PERIODS,1,1,Data,Sunday,1/1,12/31\n",
            file);
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= wm_days_in_month(2001, month); day++)
                for (int hour = 1; hour <= 24; hour++) {
                    const int solar = (hour - 1 - late_h + 24) % 24;
                    fprintf(file, "2001,%d,%d,%d,0,?,20,9.3,50,101325,0,0,300,%d\n", month, day,
                            hour, solar > 6 && solar < 18 ? 100 * (6 - abs(12 - solar)) : 0);
                }
        ck_assert_ptr_nonnull(read_weather());
        ck_assert_int_eq(line_of("stands highest 9 h later"), late_h > 0 ? 1 : -1);
        ck_assert_uint_eq(diags.n_items, late_h > 0 ? 1 : 0);
        end();
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {an_hourly_file_gives_weather_price_and_carbon,
                                  columns_may_be_absent_or_empty,
                                  quarters_and_leap_years_are_counted,
                                  rows_are_found_across_leap_days_and_time_zones,
                                  clock_changes_and_gaps_are_found_with_their_lines,
                                  impossible_air_and_words_are_found_all_at_once,
                                  many_mistakes_are_counted_and_twenty_shown,
                                  other_units_in_the_header_are_refused,
                                  shifted_air_keeps_its_humidity,
                                  epw_files_bring_their_time_zone,
                                  epw_mistakes_are_found_with_their_lines,
                                  stamps_with_offsets_make_a_year_on_their_own_clock,
                                  clocks_that_are_mixed_or_end_the_hour_are_refused,
                                  half_hours_stay_and_five_minutes_become_quarters,
                                  marks_of_missing_prices_are_found_and_small_carbon_is_told,
                                  a_year_laid_over_another_keeps_its_weekdays,
                                  one_doubled_hour_is_one_mistake,
                                  epw_files_of_the_wild_are_read,
                                  a_header_whose_zone_the_sun_denies_is_told,
                                  the_site_files_of_the_reference_data_are_read};
    return RUN_TESTS("site_file", tests);
}
