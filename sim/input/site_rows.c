#include "site_rows.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wattmill/psychrometrics.h"
#include "wattmill/unit.h"

// clang-format off
const struct wm_site_column_info wm_site_columns[WM_N_SITE_COLUMNS] = {
    [WM_SITE_DRY_BULB] = {"dry_bulb_c",          "dry_bulb",  -90.0,    60.0,     "°C", "is it in °F?"},
    [WM_SITE_WET_BULB] = {"wet_bulb_c",          "wet_bulb",  -90.0,    40.0,     "°C", "is it in °F?"},
    [WM_SITE_HUMIDITY] = {"relative_humidity",   "relative_humidity", 0.0, 110.0, "%",  "a percentage"},
    [WM_SITE_PRESSURE] = {"pressure_pa",         "pressure",  50000.0,  110000.0, "Pa", "is it in hPa or kPa?"},
    [WM_SITE_PRICE]    = {"price_usd_per_mwh",   "price",     -10000.0, 100000.0, "USD/MWh", "is it per kWh, or a missing value?"},
    [WM_SITE_CARBON]   = {"carbon_gco2_per_kwh", "carbon",    0.0,      3000.0,   "g/kWh", "is it in kg or lb per MWh?"},
    [WM_SITE_SOLAR]    = {"solar_frac",          "solar_",    0.0,      1.5,      "of nameplate", "is it in percent or MW?"},
};
// clang-format on

static const double standard_pa = 101325.0;
static const double rounding_k = 0.05; /* by which a rounded wet bulb may pass its dry bulb */
enum { HOURS = 8760, LEAP_HOURS = 8784, MOST_PER_HOUR = 12, QUARTERS_PER_HOUR = 4 };
/* written where no price was known; other columns' ranges leave no room for them, EPW has its own (epw.c) */
static const double missing_marks[] = {-9999.0, -999.0, 9999.0, 99999.0};

struct wm_site_rows wm_site_rows_init(struct wm_arena *arena, const char *path,
                                      struct wm_diags *diags)
{
    struct wm_site_rows rows = {.arena = arena, .path = path, .diags = diags};
    rows.capacity = LEAP_HOURS * MOST_PER_HOUR + 1; /* one more shows that there are too many */
    rows.lines = WM_NEW_ARRAY(arena, int, rows.capacity);
    return rows;
}

void wm_site_rows_add_column(struct wm_site_rows *rows, enum wm_site_column column)
{
    rows->values[column] = WM_NEW_ARRAY(rows->arena, double, rows->capacity);
}

void wm_site_rows_mistake(struct wm_site_rows *rows, int line, const char *name, const char *format,
                          ...)
{
    char text[512];
    va_list list;
    if (++rows->n_mistakes > WM_SITE_MISTAKES)
        return;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    const struct wm_place place = {.file = rows->path, .line = line, .column = 1};
    wm_diag_add(rows->diags, WM_E214, line > 0 ? &place : &(struct wm_place){.file = rows->path},
                name, "%s", text);
}

static void check_step(struct wm_site_rows *rows, int line, int64_t at_us)
{
    const int64_t step_us = at_us - rows->last_us;
    if (rows->n == 1) {
        static const int minutes[] = {60, 30, 15, 10, 5};
        rows->step_us = step_us;
        rows->rows_per_h = 1;
        for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
            if (step_us == minutes[i] * WM_US_PER_H / 60) {
                rows->rows_per_h = (size_t)(60 / minutes[i]);
                return;
            }
        wm_site_rows_mistake(rows, line, NULL,
                             "the second row is %g min after the first; rows are hourly or every "
                             "30, 15, 10 or 5 min",
                             (double)step_us / 60e6);
        return;
    }
    if (step_us == rows->step_us)
        return;
    const char *const help = "files are in standard time: no daylight saving, no gaps";
    if (step_us == 0)
        wm_site_rows_mistake(rows, line, NULL, "repeats the time of the row before; %s", help);
    else if (step_us < 0)
        wm_site_rows_mistake(rows, line, NULL, "goes back by %g h; %s",
                             -(double)step_us / (double)WM_US_PER_H, help);
    else
        wm_site_rows_mistake(rows, line, NULL, "%g h are missing before this row; %s",
                             (double)(step_us - rows->step_us) / (double)WM_US_PER_H, help);
}

void wm_site_rows_begin(struct wm_site_rows *rows, int line, int64_t at_us)
{
    if (rows->n > 0)
        check_step(rows, line, at_us);
    else
        rows->first_us = at_us;
    rows->last_us = at_us;
    if (rows->n + 1 < rows->capacity)
        rows->n++;
    rows->lines[rows->n - 1] = line;
}

static bool is_mark(double value)
{
    for (size_t i = 0; i < sizeof missing_marks / sizeof *missing_marks; i++)
        if (value == missing_marks[i])
            return true;
    return false;
}

void wm_site_rows_set(struct wm_site_rows *rows, enum wm_site_column column, double value)
{
    const struct wm_site_column_info *c = &wm_site_columns[column];
    rows->values[column][rows->n - 1] = value;
    if (column == WM_SITE_PRICE && is_mark(value))
        wm_site_rows_mistake(rows, rows->lines[rows->n - 1], c->name,
                             "= %g marks a missing value: fill the gap first", value);
    else if (!isnan(value) && !(value >= c->min && value <= c->max))
        wm_site_rows_mistake(rows, rows->lines[rows->n - 1], c->name,
                             "= %g %s, allowed %g..%g %s; %s", value, c->unit, c->min, c->max,
                             c->unit, c->hint);
}

static size_t n_empty(const struct wm_site_rows *rows, enum wm_site_column column)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++)
        n += isnan(rows->values[column][i]) ? 1 : 0;
    return n;
}

/* A column that is empty from top to bottom is none; one with holes is a mistake in each hole. */
static void check_holes(struct wm_site_rows *rows)
{
    for (int c = 0; c < WM_N_SITE_COLUMNS; c++) {
        if (!rows->values[c])
            continue;
        const size_t n = n_empty(rows, (enum wm_site_column)c);
        if (n == rows->n)
            rows->values[c] = NULL;
        for (size_t i = 0; i < rows->n && n > 0 && n < rows->n; i++)
            if (isnan(rows->values[c][i]))
                wm_site_rows_mistake(rows, rows->lines[i], wm_site_columns[c].name,
                                     "is empty here but not in other rows");
    }
}

static bool all_below(const struct wm_site_rows *rows, enum wm_site_column column, double limit)
{
    for (size_t i = 0; i < rows->n; i++)
        if (rows->values[column][i] > limit)
            return false;
    return rows->n > 0;
}

static void warn_unit(struct wm_site_rows *rows, const char *name, const char *text)
{
    const struct wm_place place = {.file = rows->path};
    wm_diag_add(rows->diags, WM_W910, &place, name, "%s", text);
}

/* Units that each value alone does not give away. */
static void check_units(struct wm_site_rows *rows)
{
    if (rows->values[WM_SITE_HUMIDITY] && all_below(rows, WM_SITE_HUMIDITY, 1.0))
        wm_site_rows_mistake(rows, 0, "relative_humidity",
                             "never exceeds 1: is it a fraction? Give percent");
    if (rows->values[WM_SITE_CARBON] && all_below(rows, WM_SITE_CARBON, 3.0) &&
        !all_below(rows, WM_SITE_CARBON, 0.0))
        warn_unit(rows, "carbon_gco2_per_kwh",
                  "never exceeds 3 g/kWh, as on grids of hydro power alone: or is it in kg/kWh?");
    if (rows->values[WM_SITE_PRICE] && all_below(rows, WM_SITE_PRICE, 1.0) &&
        !all_below(rows, WM_SITE_PRICE, 0.0))
        warn_unit(rows, "price_usd_per_mwh", "never exceeds 1 USD/MWh: is it in USD/kWh?");
}

static void check_count(struct wm_site_rows *rows)
{
    const size_t per_h = rows->rows_per_h > 0 ? rows->rows_per_h : 1;
    rows->has_leap_day = rows->n == LEAP_HOURS * per_h;
    if (rows->n == HOURS * per_h || rows->has_leap_day || rows->n_mistakes > 0)
        return;
    const char *much = rows->n == rows->capacity - 1 ? "more than " : "";
    wm_site_rows_mistake(rows, 0, NULL,
                         "has %s%zu rows of %zu min; a year has %zu, a leap year %zu", much,
                         rows->n, 60 / per_h, HOURS * per_h, LEAP_HOURS * per_h);
}

/* Rows of 5 min become quarters and those of 10 min half hours: their means. */
static void coarsen(struct wm_site_rows *rows)
{
    enum { OF = 3 };
    if (rows->rows_per_h <= QUARTERS_PER_HOUR)
        return;
    rows->n /= OF;
    rows->rows_per_h /= OF;
    for (int c = 0; c < WM_N_SITE_COLUMNS; c++)
        for (size_t i = 0; rows->values[c] && i < rows->n; i++) {
            const double *const v = rows->values[c] + OF * i;
            rows->values[c][i] = (v[0] + v[1] + v[2]) / OF;
        }
}

static void check_wet_bulb(struct wm_site_rows *rows)
{
    double *dry = rows->values[WM_SITE_DRY_BULB], *wet = rows->values[WM_SITE_WET_BULB];
    for (size_t i = 0; i < rows->n; i++) {
        if (wet[i] > dry[i] + rounding_k)
            wm_site_rows_mistake(rows, rows->lines[i], "wet_bulb_c",
                                 "= %g °C is above the dry bulb of %g °C", wet[i], dry[i]);
        wet[i] = fmin(wet[i], dry[i]);
    }
}

/* Humidity gives the wet bulb where the file has none; absent pressure is the standard's. */
static void complete_air(struct wm_site_rows *rows)
{
    if (!rows->values[WM_SITE_PRESSURE]) {
        wm_site_rows_add_column(rows, WM_SITE_PRESSURE);
        for (size_t i = 0; i < rows->n; i++)
            rows->values[WM_SITE_PRESSURE][i] = standard_pa;
    }
    if (rows->values[WM_SITE_WET_BULB]) {
        check_wet_bulb(rows);
        return;
    }
    if (rows->n_mistakes > 0) /* a wet bulb of wrong humidity would only be wrong again */
        return;
    wm_site_rows_add_column(rows, WM_SITE_WET_BULB);
    for (size_t i = 0; i < rows->n; i++)
        rows->values[WM_SITE_WET_BULB][i] = wm_wet_bulb_c(
            rows->values[WM_SITE_DRY_BULB][i], fmin(1.0, rows->values[WM_SITE_HUMIDITY][i] / 100.0),
            rows->values[WM_SITE_PRESSURE][i]);
}

static void check_columns(struct wm_site_rows *rows, enum wm_site_file_kind kind)
{
    double *const *v = rows->values;
    if (kind == WM_SITE_FILE_MARKET && !v[WM_SITE_PRICE] && !v[WM_SITE_CARBON])
        wm_site_rows_mistake(rows, 0, NULL,
                             "has neither price_usd_per_mwh nor carbon_gco2_per_kwh");
    if (kind == WM_SITE_FILE_SOLAR && !v[WM_SITE_SOLAR])
        wm_site_rows_mistake(rows, 0, "solar_frac", "is missing: solar needs this column");
    if (kind != WM_SITE_FILE_WEATHER)
        return;
    if (!v[WM_SITE_DRY_BULB])
        wm_site_rows_mistake(rows, 0, "dry_bulb_c", "is missing: weather needs this column");
    if (!v[WM_SITE_WET_BULB] && !v[WM_SITE_HUMIDITY])
        wm_site_rows_mistake(rows, 0, NULL, "needs wet_bulb_c or relative_humidity");
}

struct wm_site_year *wm_site_rows_finish(struct wm_site_rows *rows, enum wm_site_file_kind kind)
{
    check_count(rows);
    check_holes(rows);
    check_columns(rows, kind);
    check_units(rows);
    const bool has_air = rows->values[WM_SITE_DRY_BULB] &&
                         (rows->values[WM_SITE_WET_BULB] || rows->values[WM_SITE_HUMIDITY]);
    if (has_air && kind == WM_SITE_FILE_WEATHER)
        complete_air(rows);
    if (rows->n_mistakes > WM_SITE_MISTAKES) {
        const struct wm_place place = {.file = rows->path};
        wm_diag_add(rows->diags, WM_E214, &place, NULL, "and %zu more mistakes in this file",
                    rows->n_mistakes - WM_SITE_MISTAKES);
    }
    if (rows->n_mistakes > 0)
        return NULL;
    coarsen(rows);
    struct wm_site_year *const year = WM_NEW(rows->arena, struct wm_site_year);
    *year = (struct wm_site_year){
        .path = rows->path,
        .n_rows = rows->n,
        .rows_per_h = (int)rows->rows_per_h,
        .has_leap_day = rows->has_leap_day,
        .utc_offset_s = (double)NAN,
        .price_usd_per_mwh = rows->values[WM_SITE_PRICE],
        .carbon_kg_per_mwh = rows->values[WM_SITE_CARBON],
        .solar_frac = rows->values[WM_SITE_SOLAR],
    };
    if (kind != WM_SITE_FILE_WEATHER)
        return year;
    year->dry_bulb_c = rows->values[WM_SITE_DRY_BULB];
    year->wet_bulb_c = rows->values[WM_SITE_WET_BULB];
    year->pressure_pa = rows->values[WM_SITE_PRESSURE];
    year->design = wm_design_hour(year->dry_bulb_c, year->wet_bulb_c, year->pressure_pa, rows->n,
                                  WM_NEW_ARRAY(rows->arena, double, rows->n));
    return year;
}
