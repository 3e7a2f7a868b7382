/*
 * Weather: NSRDB (PSM3, PSM4) and SAM CSV, TMY3, SolarAnywhere, PVGIS, Open-Meteo's and other ERA5 tables, and
 * whatever has a stamp, a dry bulb and a humidity or dew point under a usual name.
 *
 * Sources: NREL, "NSRDB PSM v3/v4 API", "SAM Weather File Formats"; Wilcox and Marion, "Users Manual for TMY3
 * Data Sets", NREL/TP-581-43156 (2008); JRC, "PVGIS API: TMY"; Open-Meteo, "Historical Weather API".
 */
#include <math.h>
#include <string.h>

#include "reader.h"
#include "wattmill/psychrometrics.h"
#include "wattmill/unit.h"

enum { DRY, HUMID, PRESSURE, DEW };
enum { TYPICAL_YEAR = 2001 };

static const char *const names[] = {
    [DRY] =
        "temperature|tdry|dry-bulb (c)|dry bulb|dry_bulb_c|t2m|temperature_2m*|ambienttemperature*|"
        "temp_air|air_temperature|tamb|drybulb|temperature (c)|temperature (\xC2\xB0"
        "c)",
    [HUMID] = "relative humidity|relative humidity (%)|rh|rhum "
              "(%)|rhum|relative_humidity|relative_humidity_2m*|"
              "relhum",
    [PRESSURE] = "pressure|pressure (mbar)|pres|sp|surface_pressure*|pressure_pa|pressure (hpa)",
    [DEW] = "dew point|dew-point (c)|tdew|dew_point_2m*|d2m|dew_point|dewpoint|dewpoint_2m*",
};

struct reader {
    struct wm_importer *im;
    char by;
    int column[4], year, month, day, hour, minute, date, clock, stamp;
    int n_lines, header_line, zone_cell, first_year;
    bool has_header, is_utc, has_stated_zone, is_mixed, is_first;
    double zone_h;
};

static bool has_both(const struct wm_csv_row *row)
{
    const bool has_time =
        wm_import_column(row, "year") >= 0 ||
        wm_import_column(row, "date (mm/dd/yyyy)|time*|valid_time|timestamp|datetime|"
                              "date_time|observationtime*|date") >= 0;
    return has_time && wm_import_column(row, names[DRY]) >= 0;
}

/* Lines before the header: the zone stands under "Time Zone" (NSRDB), in the fourth cell (TMY3), under
 * "utc_offset_seconds" (Open-Meteo). */
static void read_preamble(struct reader *r, const struct wm_csv_row *row)
{
    double value = 0.0;
    const int at = wm_import_column(row, "time zone|timezone|utc_offset_seconds|tz");
    if (at >= 0) {
        r->zone_cell = at;
        r->is_utc =
            wm_import_column(row, "utc_offset_seconds") >= 0; /* counts seconds, not hours */
        return;
    }
    const int cell = r->zone_cell >= 0 ? r->zone_cell : r->n_lines == 1 && row->n >= 7 ? 3 : -1;
    if (cell < 0 || (size_t)cell >= row->n || !wm_csv_number(row->cells[cell], &value))
        return;
    r->zone_h = r->is_utc ? value / WM_S_PER_H : value;
    r->has_stated_zone = fabs(r->zone_h) <= 14.0;
    r->zone_cell = -1;
}

static void read_header(struct reader *r, const struct wm_csv_row *row)
{
    struct wm_importer *const im = r->im;
    char name[96];
    r->has_header = true;
    r->header_line = row->line;
    for (int i = 0; i < 4; i++)
        r->column[i] = wm_import_column(row, names[i]);
    r->year = wm_import_column(row, "year");
    r->month = wm_import_column(row, "month");
    r->day = wm_import_column(row, "day");
    r->hour = wm_import_column(row, "hour");
    r->minute = wm_import_column(row, "minute");
    r->date = wm_import_column(row, "date (mm/dd/yyyy)");
    r->clock = wm_import_column(row, "time (hh:mm)");
    r->stamp = wm_import_column(
        row, "time|time(utc)|valid_time|timestamp|datetime|date_time|date|time (utc)|"
             "observationtime*");
    if (r->column[HUMID] < 0 && r->column[DEW] < 0)
        wm_import_mistake(im, row->line, "has neither relative humidity nor dew point");
    const bool is_stamped = r->stamp >= 0 && r->date < 0 && r->year < 0;
    im->is_ending = r->date >= 0;
    if (is_stamped) {
        wm_import_name(row->cells[r->stamp], name);
        im->is_ending = strncmp(name, "observationtime", 15) == 0;
        if (strstr(name, "utc") != NULL || strcmp(name, "valid_time") == 0) {
            r->has_stated_zone = true;
            r->zone_h = 0.0;
        }
    }
    if (r->column[HUMID] < 0 && r->column[DEW] >= 0)
        wm_import_note(im, "assumed: humidity from the dew point");
    if (im->is_ending)
        wm_import_note(im, "assumed: stamps say when a row ends, as this layout's do");
}

static bool whole(struct reader *r, const struct wm_csv_row *row, int column, const char *name,
                  int *out)
{
    const double value = wm_import_number(r->im, row, column, name, r->by);
    *out = isnan(value) ? 0 : (int)value;
    return !isnan(value);
}

static bool read_time(struct reader *r, const struct wm_csv_row *row, struct wm_written_time *t)
{
    struct wm_importer *const im = r->im;
    struct wm_civil c = {0};
    *t = (struct wm_written_time){.has_clock = true};
    if (r->year >= 0) {
        if (!whole(r, row, r->year, "Year", &c.year) ||
            !whole(r, row, r->month, "Month", &c.month) || !whole(r, row, r->day, "Day", &c.day) ||
            !whole(r, row, r->hour, "Hour", &c.hour) ||
            (r->minute >= 0 && !whole(r, row, r->minute, "Minute", &c.minute)))
            return false;
        if (c.year < WM_YEAR_FIRST || c.year > WM_YEAR_LAST || c.month < 1 || c.month > 12 ||
            c.day < 1 || c.day > wm_days_in_month(c.year, c.month) || c.hour > 23 || c.hour < 0) {
            wm_import_mistake(im, row->line,
                              "%d-%02d-%02d %d h is no hour of a year (hours are 0 to 23)", c.year,
                              c.month, c.day, c.hour);
            return false;
        }
        t->us = wm_civil_to_us(&c);
        return true;
    }
    const char *const text = r->date >= 0 ? wm_arena_printf(im->arena, "%s %s", row->cells[r->date],
                                                            row->cells[r->clock])
                                          : row->cells[r->stamp];
    if (wm_import_stamp(text, false, t))
        return true;
    wm_import_mistake(im, row->line, "time = \"%.40s\" cannot be read", text);
    return false;
}

/* Relative humidity from the dew point: vapour pressures over their saturation. */
static double humidity_of(double dry_c, double dew_c)
{
    return 100.0 * wm_saturation_pa(dew_c) / wm_saturation_pa(dry_c);
}

static void read_row(struct reader *r, const struct wm_csv_row *row)
{
    struct wm_written_time t;
    if (!read_time(r, row, &t))
        return;
    struct wm_import_row *const out = wm_import_row_add(r->im, row->line);
    const int year = wm_civil_from_us(t.us).year;
    r->is_mixed = r->is_mixed || (r->first_year != 0 && year != r->first_year && r->im->n < 8000);
    r->first_year = r->first_year == 0 ? year : r->first_year;
    out->at_us = t.us;
    if (r->is_first && r->column[PRESSURE] >= 0 && (size_t)r->column[PRESSURE] < row->n &&
        row->cells[r->column[PRESSURE]][0] == '\0')
        r->column[PRESSURE] = -1; /* a column of this layout that the publisher left empty */
    r->is_first = false;
    out->values[0] = wm_import_number(r->im, row, r->column[DRY], "dry bulb", r->by);
    out->values[1] = r->column[HUMID] >= 0
                         ? wm_import_number(r->im, row, r->column[HUMID], "humidity", r->by)
                         : wm_import_number(r->im, row, r->column[DEW], "dew point", r->by);
    if (r->column[PRESSURE] >= 0)
        out->values[2] = wm_import_number(r->im, row, r->column[PRESSURE], "pressure", r->by);
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    r->n_lines++;
    if (!r->has_header) {
        if (has_both(row))
            read_header(r, row);
        else
            read_preamble(r, row);
        return r->im->n_mistakes == 0;
    }
    /* PVGIS ends its table with remarks */
    if (row->n < 3 || (r->im->n >= 8760 && (size_t)r->column[DRY] >= row->n))
        return true;
    read_row(r, row);
    return true;
}

static double middle(const struct wm_importer *im, size_t first, int v)
{
    double sum = 0.0;
    for (size_t i = first; i < im->n; i++)
        sum += im->rows[i].values[v];
    return sum / (double)(im->n - first);
}

/* Units by size: kelvin, hPa and kPa lie far from °C and Pa. Returned: factor and shift. */
static void settle_units(struct reader *r, size_t first)
{
    struct wm_importer *const im = r->im;
    const double dry = middle(im, first, 0), pressure = middle(im, first, 2);
    const double shift_k = dry > 150.0 ? 273.15 : 0.0;
    const double dew_shift_k = r->column[HUMID] < 0 && middle(im, first, 1) > 150.0 ? 273.15 : 0.0;
    const double factor = pressure > 300.0 && pressure < 1200.0 ? 100.0
                          : pressure > 30.0 && pressure < 120.0 ? 1000.0
                                                                : 1.0;
    if (shift_k > 0.0)
        wm_import_note(im, "assumed: temperatures in kelvin, by their size");
    if (factor > 1.0)
        wm_import_note(im, "assumed: pressure in %s, by its size",
                       factor > 100.0 ? "kPa" : "hPa (mbar)");
    for (size_t i = first; i < im->n; i++) {
        double *const v = im->rows[i].values;
        v[0] -= shift_k;
        v[1] = r->column[HUMID] >= 0 ? v[1] : humidity_of(v[0], v[1] - dew_shift_k);
        v[1] = v[1] > 100.0 && v[1] <= 110.0 ? 100.0 : v[1];
        v[2] = r->column[PRESSURE] >= 0 ? v[2] * factor : 101325.0;
        if (v[0] < -90.0 || v[0] > 60.0)
            wm_import_mistake(im, im->rows[i].line,
                              "dry bulb = %g \xC2\xB0"
                              "C: a missing value, or in \xC2\xB0"
                              "F?",
                              v[0]);
        else if (v[1] < 0.0 || v[1] > 110.0)
            wm_import_mistake(im, im->rows[i].line, "relative humidity = %g %%", v[1]);
        else if (v[2] < 50000.0 || v[2] > 110000.0)
            wm_import_mistake(im, im->rows[i].line, "pressure = %g Pa", v[2]);
    }
}

/* Whether all humidities are fractions: another unit. */
static void check_humidity(struct reader *r, size_t first)
{
    double most = 0.0;
    for (size_t i = first; i < r->im->n; i++)
        most = fmax(most, r->im->rows[i].values[1]);
    if (r->column[HUMID] >= 0 && most <= 1.0)
        wm_import_mistake(r->im, r->header_line,
                          "relative humidity never exceeds 1: a fraction, where "
                          "percent is meant");
}

/* Rows begin on their step: NSRDB stamps the middle of an hour. */
static void settle_times(struct reader *r, size_t first)
{
    struct wm_importer *const im = r->im;
    const int64_t step_us =
        im->n - first > 1 ? im->rows[first + 1].at_us - im->rows[first].at_us : 0;
    const int64_t into_us = step_us > 0 ? im->rows[first].at_us % step_us : 0;
    if (into_us > 0)
        wm_import_note(im, "assumed: stamps %g min into a row are its middle",
                       (double)into_us / 60e6);
    im->is_typical = im->is_typical || r->is_mixed;
    im->has_clock = r->has_stated_zone;
    for (size_t i = first; i < im->n; i++) {
        int64_t at_us = im->rows[i].at_us - into_us;
        if (im->is_typical) {
            struct wm_civil c = wm_civil_from_us(at_us - (im->is_ending ? step_us : 0));
            c.year = TYPICAL_YEAR;
            c.day = c.month == 2 && c.day == 29 ? 28 : c.day;
            at_us = wm_civil_to_us(&c);
        }
        im->rows[i].at_us = at_us - llround(r->has_stated_zone ? r->zone_h * 3.6e9 : 0.0);
    }
    im->is_ending = im->is_ending && !im->is_typical;
    im->clock = wm_zone_fixed((int32_t)lround(r->has_stated_zone ? r->zone_h * WM_S_PER_H : 0.0));
}

void wm_import_weather(struct wm_importer *im, const char *text, size_t n_bytes)
{
    const size_t first = im->n;
    struct reader r = {
        .im = im, .by = wm_csv_delimiter(text, n_bytes), .zone_cell = -1, .is_first = true};
    struct wm_zone zone = {0};
    if (wm_csv_scan_by(im->arena, text, n_bytes, im->path, r.by, on_row, &r, im->diags) != WM_OK) {
        im->n_mistakes++;
        return;
    }
    if (!r.has_header) {
        wm_import_mistake(
            im, 0,
            "has no line that names a time and a dry bulb; known are NSRDB, SAM, TMY3, "
            "SolarAnywhere, PVGIS, Open-Meteo and ERA5 tables; `run` reads EPW as it is");
        return;
    }
    if (im->options->time_zone != NULL && wm_import_zone(im, im->options->time_zone, &zone)) {
        r.has_stated_zone = true;
        r.zone_h = zone.first_offset_s / WM_S_PER_H;
        if (zone.n > 0)
            r.zone_h =
                wm_zone_standard_s(&zone, im->n > first ? im->rows[first].at_us : 0) / WM_S_PER_H;
    }
    if (im->n == first || im->n_mistakes > 0)
        return;
    check_humidity(&r, first);
    settle_times(&r, first);
    settle_units(&r, first);
    if (r.column[PRESSURE] < 0)
        wm_import_note(im, "assumed: pressure 101,325 Pa, as the file has none");
    if (!r.has_stated_zone)
        wm_import_note(im,
                       "assumed: local standard time; the file does not say which (--time-zone)");
    else
        wm_import_note(im, "read: clock %+g h from UTC", r.zone_h);
}
