/*
 * Site files: EPW by its first word, else CSV with a header line. Columns are known by name:
 *
 *     hour_of_year          0, 1, 2 ... local standard time (0, 0.25 ... for 15 min), or
 *     time                  "2023-01-01T00:00", local standard time; or with an offset (RFC 3339), which may
 *                           change with daylight saving
 *     dry_bulb_c            and wet_bulb_c or relative_humidity (percent)
 *     pressure_pa           default: 101,325
 *     price_usd_per_mwh, carbon_gco2_per_kwh
 *     solar_frac            output of a plant over its nameplate
 *
 * Stamps say when a row begins. Rows are kept on the clock on which the first is midnight of 1 January:
 * a local year written in UTC (06:00Z to 05:00Z) is one too.
 *
 * A remark "# utc_offset_h: -7" before the header gives the clock of hour_of_year.
 *
 * Other columns are passed over, unless their name says a known quantity in another unit.
 */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "site_rows.h"
#include "wattmill/civil.h"
#include "wattmill/csv.h"
#include "wattmill/input.h"
#include "wattmill/unit.h"

struct reader {
    enum wm_site_file_kind kind;
    struct wm_site_rows rows;
    int column_of[WM_N_SITE_COLUMNS]; /* cell of each, -1: none */
    int hour_cell, time_cell;
    size_t n_cells;
    bool has_header, has_offset;
    int32_t clock_s; /* of the rows, less UTC, when has_offset */
    double remark_s; /* the same by a remark; NAN: none */
    int year;
};

static void read_name(struct reader *r, const char *name, int cell, int line)
{
    if (strcasecmp(name, "hour_of_year") == 0)
        r->hour_cell = cell;
    if (strcasecmp(name, "time") == 0)
        r->time_cell = cell;
    for (int c = 0; c < WM_N_SITE_COLUMNS; c++) {
        const struct wm_site_column_info *info = &wm_site_columns[c];
        if (strcasecmp(name, info->name) == 0) {
            if (r->column_of[c] >= 0)
                wm_site_rows_mistake(&r->rows, line, info->name, "stands twice in the header");
            else
                wm_site_rows_add_column(&r->rows, (enum wm_site_column)c);
            r->column_of[c] = cell;
        } else if (strncasecmp(name, info->stem, strlen(info->stem)) == 0) {
            wm_site_rows_mistake(&r->rows, line, NULL,
                                 "the column \"%.40s\" is not %s; convert it to %s", name,
                                 info->name, info->unit);
        }
    }
}

/* "a, b, c ..." */
static const char *names_text(const struct reader *r, const struct wm_csv_row *row)
{
    const char *text = "";
    for (size_t i = 0; i < row->n && i < 12; i++)
        text = wm_arena_printf(r->rows.arena, "%s%s%.40s", text, i > 0 ? ", " : "", row->cells[i]);
    return row->n > 12 ? wm_arena_printf(r->rows.arena, "%s ...", text) : text;
}

/* Who converts what is in another layout. */
static const struct {
    const char *kind, *files;
} import_of[] = {
    [WM_SITE_FILE_WEATHER] = {"weather", "NSRDB, SAM, TMY3, PVGIS, Open-Meteo and ERA5 tables"},
    [WM_SITE_FILE_MARKET] = {"price` or `wattmill import carbon", "tables of markets and grids"},
    [WM_SITE_FILE_SOLAR] = {"weather",
                            "weather, but no output of a plant: give hour_of_year and solar_frac"},
};

static void read_header(struct reader *r, const struct wm_csv_row *row)
{
    r->has_header = true;
    r->n_cells = row->n;
    for (size_t i = 0; i < row->n; i++)
        read_name(r, row->cells[i], (int)i, row->line);
    if (r->hour_cell < 0 && r->time_cell < 0)
        wm_site_rows_mistake(
            &r->rows, row->line, NULL,
            "the header has neither hour_of_year nor time, so that repeated or "
            "missing hours could not be seen; it has: %s. `wattmill import %s` converts %s",
            names_text(r, row), import_of[r->kind].kind, import_of[r->kind].files);
}

/*
 * Clock of the rows of a file whose first stamp has an offset: that offset, or for stamps in UTC the one
 * on which the first is midnight of 1 January, where there is one.
 */
static int32_t clock_of(const struct wm_written_time *first)
{
    enum { HALF_DAY = 12, MOST = 14 };
    if (first->offset_s != 0)
        return first->offset_s;
    const struct wm_civil c = wm_civil_from_us(first->us);
    const int32_t of_day_s = c.hour * 3600 + c.minute * 60;
    if (c.month == 1 && c.day == 1 && c.hour <= HALF_DAY && of_day_s != 3600)
        return -of_day_s;
    if (c.month == 12 && c.day == 31 && c.hour >= 24 - MOST)
        return 24 * 3600 - of_day_s;
    return 0;
}

static bool read_stamp(struct reader *r, const struct wm_csv_row *row, int64_t *at_us)
{
    const char *const cell = row->cells[r->time_cell];
    struct wm_written_time t;
    if (!wm_time_read(cell, &t)) {
        wm_site_rows_mistake(&r->rows, row->line, "time",
                             "= \"%.40s\" is not like 2023-01-01T00:00 or "
                             "2023-01-01T00:00:00-06:00",
                             cell);
        return false;
    }
    if (r->rows.n == 0) {
        r->has_offset = t.has_offset;
        r->clock_s = t.has_offset ? clock_of(&t) : 0;
    } else if (t.has_offset != r->has_offset) {
        wm_site_rows_mistake(&r->rows, row->line, "time",
                             "= \"%.40s\" has %s offset, rows before %s", cell,
                             t.has_offset ? "an" : "no", t.has_offset ? "have none" : "have");
        return false;
    }
    *at_us = t.us + r->clock_s * WM_US_PER_S;
    return true;
}

/* Time of a row; false after a mistake. */
static bool read_time(struct reader *r, const struct wm_csv_row *row, int64_t *at_us)
{
    double hour;
    if (r->time_cell >= 0)
        return read_stamp(r, row, at_us);
    const char *cell = row->cells[r->hour_cell];
    if (!wm_csv_number(cell, &hour) || hour < 0.0 || hour > 8784.0) {
        wm_site_rows_mistake(&r->rows, row->line, "hour_of_year", "= \"%.40s\", allowed 0..8783.75",
                             cell);
        return false;
    }
    *at_us = (int64_t)llround(hour * (double)WM_US_PER_H);
    return true;
}

static void check_first(struct reader *r, int line)
{
    struct wm_civil c = {.year = 1970, .month = 1, .day = 1};
    if (r->time_cell >= 0) {
        c = wm_civil_from_us(r->rows.first_us);
        r->year = c.year;
    } else if (r->rows.first_us != 0) {
        c.hour = (int)(r->rows.first_us / WM_US_PER_H);
        c.minute = 1;
    }
    if (c.month != 1 || c.day != 1 || c.hour != 0 || c.minute != 0)
        wm_site_rows_mistake(&r->rows, line, NULL,
                             "the first row is not the first hour of 1 January; a stamp says when "
                             "its row begins, from hour 0 or 00:00%s",
                             c.hour <= 1 ? ": if yours say when it ends, take one step off" : "");
}

static void read_cell(struct reader *r, const struct wm_csv_row *row, enum wm_site_column column)
{
    const char *cell = row->cells[r->column_of[column]];
    double value = (double)NAN;
    if (cell[0] != '\0' && !wm_csv_number(cell, &value)) {
        wm_site_rows_mistake(&r->rows, row->line, wm_site_columns[column].name,
                             "= \"%.40s\" is no number", cell);
        value = 0.0; /* reported here, not a hole besides */
        r->rows.values[column][r->rows.n - 1] = value;
        return;
    }
    wm_site_rows_set(&r->rows, column, value);
}

/* "# utc_offset_h: -7" before the header: the clock of hour_of_year. */
static void read_remark(struct reader *r, const char *remark)
{
    static const char key[] = "# utc_offset_h: ";
    double offset_h;
    if (strncmp(remark, key, strlen(key)) == 0 && wm_csv_number(remark + strlen(key), &offset_h) &&
        fabs(offset_h) <= 14.0)
        r->remark_s = offset_h * WM_S_PER_H;
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    int64_t at_us;
    if (row->n > 0 && row->cells[0][0] == '#') {
        read_remark(r, row->cells[0]);
        return true;
    }
    if (!r->has_header) {
        read_header(r, row);
        return r->hour_cell >= 0 || r->time_cell >= 0;
    }
    if (row->n != r->n_cells) {
        wm_site_rows_mistake(&r->rows, row->line, NULL, "has %zu cells, the header %zu", row->n,
                             r->n_cells);
        return true;
    }
    if (!read_time(r, row, &at_us))
        return true;
    wm_site_rows_begin(&r->rows, row->line, at_us);
    if (r->rows.n == 1)
        check_first(r, row->line);
    for (int c = 0; c < WM_N_SITE_COLUMNS; c++)
        if (r->column_of[c] >= 0)
            read_cell(r, row, (enum wm_site_column)c);
    return true;
}

static struct wm_site_year *load(struct wm_arena *arena, const char *path,
                                 enum wm_site_file_kind kind, struct wm_diags *diags)
{
    const char *text = NULL;
    size_t n_bytes = 0;
    if (wm_text_load(arena, path, &text, &n_bytes, diags) != WM_OK)
        return NULL;
    struct reader r = {.rows = wm_site_rows_init(arena, path, diags),
                       .kind = kind,
                       .hour_cell = -1,
                       .time_cell = -1,
                       .remark_s = (double)NAN};
    double utc_offset_s = (double)NAN;
    for (int c = 0; c < WM_N_SITE_COLUMNS; c++)
        r.column_of[c] = -1;
    if (wm_epw_is(text, n_bytes))
        wm_epw_read(&r.rows, text, n_bytes, &utc_offset_s, &r.year);
    else if (wm_csv_scan_any(arena, text, n_bytes, path, on_row, &r, diags) != WM_OK)
        return NULL;
    else if (r.has_header && r.hour_cell < 0 && r.time_cell < 0)
        return NULL; /* of another layout: what else is missing follows from that */
    struct wm_site_year *const year = wm_site_rows_finish(&r.rows, kind);
    if (year) {
        year->utc_offset_s = r.has_offset            ? (double)r.clock_s
                             : wm_is_set(r.remark_s) ? r.remark_s
                                                     : utc_offset_s;
        year->year = r.year;
    }
    return year;
}

const void *wm_weather_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags)
{
    return load(arena, path, WM_SITE_FILE_WEATHER, diags);
}

const void *wm_market_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags)
{
    return load(arena, path, WM_SITE_FILE_MARKET, diags);
}

const void *wm_solar_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags)
{
    return load(arena, path, WM_SITE_FILE_SOLAR, diags);
}
