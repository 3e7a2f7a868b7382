/*
 * EPW: EnergyPlus weather, eight header lines and a row an hour, or n records an hour (second cell of DATA
 * PERIODS). Hours are numbered 1 to 24 in local standard time; row "hour 1" holds for [0, 1), the record
 * that ends at minute m of hour h for [h - 1 + (m - 60 / n) / 60, h - 1 + m / 60). Typical years put months
 * of several years together, so the clock runs over month, day and hour alone.
 *
 * The other six header lines are no data: whatever stands in them is passed over.
 *
 * Source: EnergyPlus Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary".
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "site_rows.h"
#include "wattmill/civil.h"
#include "wattmill/csv.h"
#include "wattmill/unit.h"

enum { HEADER_LINES = 8, LONGITUDE = 7, TIME_ZONE = 8, RECORDS = 2, SUN = 13 };
enum { YEAR, MONTH, DAY, HOUR, MINUTE, FLAGS, DRY_BULB, DEW_POINT, HUMIDITY, PRESSURE, N_NEEDED };
/* years with and without a leap day, on whose calendars rows are counted */
enum { COMMON_YEAR = 2001, LEAP_YEAR = 2000 };

struct reader {
    struct wm_site_rows *rows;
    double utc_offset_s, longitude_deg;
    int n_lines, year, per_h;
    bool is_mixed_years, has_place;
    int calendar;
    double sun, sun_east, sun_north; /* sum of sunshine, and as a vector on the day's circle */
};

static void read_location(struct reader *r, const struct wm_csv_row *row)
{
    double zone_h = 0.0;
    const bool is_number = row->n > TIME_ZONE && wm_csv_number(row->cells[TIME_ZONE], &zone_h);
    r->utc_offset_s = zone_h * WM_S_PER_H;
    r->has_place = is_number && wm_csv_number(row->cells[LONGITUDE], &r->longitude_deg);
    if (!is_number || fabs(zone_h) > 14.0)
        wm_site_rows_mistake(r->rows, row->line, "LOCATION",
                             "has no time zone of -12..14 h in its ninth cell");
}

static void read_periods(struct reader *r, const struct wm_csv_row *row)
{
    double n = 1.0;
    if (row->n > RECORDS && wm_csv_number(row->cells[RECORDS], &n) && n >= 1.0 && n <= 60.0)
        r->per_h = (int)n;
}

/* A number, or NAN with a mistake; `missing` marks what the station did not measure. */
static double read_value(struct reader *r, const struct wm_csv_row *row, int i, const char *name,
                         double missing)
{
    double value;
    if (!wm_csv_number(row->cells[i], &value)) {
        wm_site_rows_mistake(r->rows, row->line, name, "= \"%.40s\" is no number", row->cells[i]);
        return (double)NAN;
    }
    if (value >= missing) {
        wm_site_rows_mistake(r->rows, row->line, name,
                             "= %g marks a missing value: fill the gap first", value);
        return (double)NAN;
    }
    return value;
}

static bool begin_row(struct reader *r, const struct wm_csv_row *row)
{
    double date[4];
    for (int i = 0; i < 4; i++)
        if (!wm_csv_number(row->cells[i], &date[i]) || floor(date[i]) < date[i]) {
            wm_site_rows_mistake(r->rows, row->line, NULL,
                                 "begins with year, month, day and hour; \"%.40s\" is none of them",
                                 row->cells[i]);
            return false;
        }
    const int month = (int)date[MONTH], day = (int)date[DAY];
    if (month == 2 && day == 29)
        r->calendar = LEAP_YEAR;
    if (month < 1 || month > 12 || day < 1 || day > wm_days_in_month(r->calendar, month) ||
        date[HOUR] < 1.0 || date[HOUR] > 24.0) {
        wm_site_rows_mistake(r->rows, row->line, NULL,
                             "month %d, day %d, hour %g is no hour of a year (hours are 1 to 24)",
                             month, day, date[HOUR]);
        return false;
    }
    r->is_mixed_years = r->is_mixed_years || (r->year != 0 && r->year != (int)date[YEAR]);
    r->year = (int)date[YEAR];
    const int64_t days =
        wm_days_from_civil(r->calendar, month, day) - wm_days_from_civil(r->calendar, 1, 1);
    double minute = 0.0;
    if (r->per_h > 1 && !wm_csv_number(row->cells[MINUTE], &minute)) {
        wm_site_rows_mistake(r->rows, row->line, "minute", "= \"%.40s\" is no number",
                             row->cells[MINUTE]);
        return false;
    }
    const double into_h = r->per_h > 1 ? minute / 60.0 - 1.0 / r->per_h : 0.0;
    wm_site_rows_begin(r->rows, row->line,
                       (days * 24 + (int64_t)date[HOUR] - 1) * WM_US_PER_H +
                           llround(into_h * (double)WM_US_PER_H));
    if (r->rows->n == 1 && r->rows->first_us != 0)
        wm_site_rows_mistake(r->rows, row->line, NULL, "the first row is not hour 1 of 1 January");
    return true;
}

static const double turn = 6.283185307179586;

static void add_sun(struct reader *r, const struct wm_csv_row *row)
{
    double shine;
    if (row->n <= SUN || !wm_csv_number(row->cells[SUN], &shine) || shine >= 9999.0)
        return;
    const double of_day =
        (double)(r->rows->last_us % (24 * WM_US_PER_H)) / (24.0 * (double)WM_US_PER_H);
    r->sun += shine;
    r->sun_east += shine * sin(turn * of_day);
    r->sun_north += shine * cos(turn * of_day);
}

/*
 * The sun is highest at noon of the meridian: where the year's sunshine is centred on another hour than
 * longitude and time zone say, the rows are on another clock than the header's.
 */
static void check_sun(const struct reader *r)
{
    static const double most_h =
        2.0; /* mornings of fog and half an hour of the rows' middle stay below */
    if (!r->has_place || !(r->sun > 0.0) || r->rows->n_mistakes > 0)
        return;
    const double zone_h = r->utc_offset_s / WM_S_PER_H;
    const double seen_h = 24.0 * atan2(r->sun_east, r->sun_north) / turn + 0.5 / r->per_h;
    const double noon_h = 12.0 - (r->longitude_deg / 15.0 - zone_h);
    const double late_h = remainder(seen_h - noon_h, 24.0);
    const struct wm_place place = {.file = r->rows->path, .line = 1, .column = 1};
    if (fabs(late_h) > most_h)
        wm_diag_add(
            r->rows->diags, WM_W906, &place, "LOCATION",
            "has time zone %g h, but its rows' sun stands highest %.0f h %s than at longitude "
            "%g: are they in UTC%+.0f?",
            zone_h, fabs(late_h), late_h > 0.0 ? "later" : "earlier", r->longitude_deg,
            zone_h + late_h);
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    if (++r->n_lines == 1)
        read_location(r, row);
    if (r->n_lines == HEADER_LINES)
        read_periods(r, row);
    if (r->n_lines <= HEADER_LINES)
        return true;
    if (row->n < N_NEEDED) {
        wm_site_rows_mistake(r->rows, row->line, NULL, "has %zu cells, an EPW row has 35", row->n);
        return true;
    }
    if (!begin_row(r, row))
        return true;
    struct wm_site_rows *const rows = r->rows;
    wm_site_rows_set(rows, WM_SITE_DRY_BULB, read_value(r, row, DRY_BULB, "dry bulb", 99.9));
    wm_site_rows_set(rows, WM_SITE_HUMIDITY,
                     read_value(r, row, HUMIDITY, "relative humidity", 999.0));
    wm_site_rows_set(rows, WM_SITE_PRESSURE,
                     read_value(r, row, PRESSURE, "station pressure", 999999.0));
    add_sun(r, row);
    return true;
}

static size_t mark_bytes(const char *text, size_t n_bytes)
{
    return n_bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

bool wm_epw_is(const char *text, size_t n_bytes)
{
    static const char first[] = "LOCATION,";
    const size_t skip = mark_bytes(text, n_bytes);
    return n_bytes - skip >= strlen(first) && memcmp(text + skip, first, strlen(first)) == 0;
}

/* The text without quotes in its header, where cells do not matter. */
static char *plain_header(struct wm_arena *arena, const char *text, size_t n_bytes)
{
    char *const copy = WM_NEW_ARRAY(arena, char, n_bytes + 1);
    int n_lines = 0;
    memcpy(copy, text, n_bytes);
    for (size_t i = 0; i < n_bytes && n_lines < HEADER_LINES; i++) {
        const bool is_end = copy[i] == '\n';
        if (copy[i] == '"' || copy[i] == '\0')
            copy[i] = ' ';
        n_lines += is_end ? 1 : 0;
    }
    return copy;
}

void wm_epw_read(struct wm_site_rows *rows, const char *text, size_t n_bytes, double *utc_offset_s,
                 int *year)
{
    struct reader r = {.rows = rows, .calendar = COMMON_YEAR, .per_h = 1};
    wm_site_rows_add_column(rows, WM_SITE_DRY_BULB);
    wm_site_rows_add_column(rows, WM_SITE_HUMIDITY);
    wm_site_rows_add_column(rows, WM_SITE_PRESSURE);
    const char *const plain = plain_header(rows->arena, text, n_bytes);
    if (wm_csv_scan(rows->arena, plain, n_bytes, rows->path, on_row, &r, rows->diags) != WM_OK)
        rows->n_mistakes++;
    check_sun(&r);
    *utc_offset_s = r.utc_offset_s;
    *year = r.is_mixed_years ? 0 : r.year;
}
