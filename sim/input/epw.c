/*
 * EPW: EnergyPlus weather, eight header lines and a row an hour. Hours are numbered 1 to 24 in local
 * standard time; row "hour 1" holds for [0, 1). Typical years put months of several years together,
 * so the clock runs over month, day and hour alone.
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

enum { HEADER_LINES = 8, TIME_ZONE = 8 };
enum { YEAR, MONTH, DAY, HOUR, MINUTE, FLAGS, DRY_BULB, DEW_POINT, HUMIDITY, PRESSURE, N_NEEDED };
/* years with and without a leap day, on whose calendars rows are counted */
enum { COMMON_YEAR = 2001, LEAP_YEAR = 2000 };

struct reader {
    struct wm_site_rows *rows;
    double utc_offset_s;
    int n_lines, year;
    bool is_mixed_years;
    int calendar;
};

static void read_location(struct reader *r, const struct wm_csv_row *row)
{
    double zone_h = 0.0;
    const bool is_number = row->n > TIME_ZONE && wm_csv_number(row->cells[TIME_ZONE], &zone_h);
    r->utc_offset_s = zone_h * WM_S_PER_H;
    if (!is_number || fabs(zone_h) > 14.0)
        wm_site_rows_mistake(r->rows, row->line, "LOCATION",
                             "has no time zone of -12..14 h in its ninth cell");
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
    wm_site_rows_begin(r->rows, row->line, (days * 24 + (int64_t)date[HOUR] - 1) * WM_US_PER_H);
    if (r->rows->n == 1 && r->rows->first_us != 0)
        wm_site_rows_mistake(r->rows, row->line, NULL, "the first row is not hour 1 of 1 January");
    return true;
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    if (++r->n_lines == 1)
        read_location(r, row);
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
    return true;
}

void wm_epw_read(struct wm_site_rows *rows, const char *text, size_t n_bytes, double *utc_offset_s,
                 int *year)
{
    struct reader r = {.rows = rows, .calendar = COMMON_YEAR};
    wm_site_rows_add_column(rows, WM_SITE_DRY_BULB);
    wm_site_rows_add_column(rows, WM_SITE_HUMIDITY);
    wm_site_rows_add_column(rows, WM_SITE_PRESSURE);
    if (wm_csv_scan(rows->arena, text, n_bytes, rows->path, on_row, &r, rows->diags) != WM_OK)
        rows->n_mistakes++;
    *utc_offset_s = r.utc_offset_s;
    *year = r.is_mixed_years ? 0 : r.year;
}
