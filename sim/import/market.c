/*
 * Prices and carbon as markets and grids publish them, a row a time. A layout is known by its columns; each says how its stamps are to be read:
 * beginning or ending, on which clock, in which currency.
 *
 * Sources: ERCOT NP4-180-ER, NP6-785-ER (historical prices) and NP4-190-CD, NP6-905-CD; PJM Data Miner 2
 * (da_hrl_lmps, rt_hrl_lmps); CAISO OASIS PRC_LMP; NYISO MIS (damlbmp, rtlbmp); ENTSO-E Transparency Platform,
 * day-ahead prices; AEMO aggregated price and demand; gridstatus; Electricity Maps, yearly data portal files; WattTime,
 * historical MOER files. All "from the specification".
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "market.h"
#include "places.h"
#include "reader.h"
#include "wattmill/unit.h"

enum form { STAMP, DATE_AND_HOUR_ENDING, DATE_HOUR_INTERVAL };

struct layout {
    const char *name, *time, *value, *place; /* columns: alternatives by | */
    const char *hour, *interval,
        *again;                /* of forms other than STAMP; `again`: flag of the repeated hour */
    const char *kind, *wanted; /* column and text of the rows that count; NULL: all */
    const char *zone;          /* clock of its stamps; NULL: they have offsets */
    const char *year_zone;     /* on whose standard time a year is whole */
    const char *currency;      /* of prices */
    double carbon;             /* of carbon: to g/kWh; 0: prices */
    const char *assumed;       /* what a reader should know of it, or NULL */
    enum form form;
    bool is_ending, day_first;
};

#define EM(kind)                       \
    "carbon intensity gco\xE2\x82\x82" \
    "eq/kwh (" kind ")|carbon intensity gco2eq/kwh (" kind ")"

// clang-format off
static const struct layout layouts[] = {
    {.name = "ERCOT, hour ending", .form = DATE_AND_HOUR_ENDING, .time = "delivery date|deliverydate", .hour = "hour ending|hourending",
     .value = "settlement point price|settlementpointprice|lmp", .place = "settlement point|settlement point name|settlementpoint|busname",
     .again = "repeated hour flag|dstflag", .zone = "America/Chicago", .year_zone = "America/Chicago", .currency = "USD"},
    {.name = "ERCOT, real time", .form = DATE_HOUR_INTERVAL, .time = "delivery date|deliverydate", .hour = "delivery hour|deliveryhour",
     .interval = "delivery interval|deliveryinterval", .value = "settlement point price|settlementpointprice",
     .place = "settlement point name|settlementpointname", .again = "repeated hour flag|dstflag", .zone = "America/Chicago",
     .year_zone = "America/Chicago", .currency = "USD"},
    {.name = "PJM", .time = "datetime_beginning_utc", .value = "total_lmp_da|total_lmp_rt", .place = "pnode_name|pnode_id", .zone = "UTC",
     .year_zone = "America/New_York", .currency = "USD"},
    {.name = "CAISO OASIS", .time = "intervalstarttime_gmt", .value = "mw|value|lmp_prc", .place = "node|node_id|pnode_resmrid", .kind = "lmp_type",
     .wanted = "lmp", .zone = "UTC", .year_zone = "America/Los_Angeles", .currency = "USD"},
    {.name = "NYISO", .time = "time stamp", .value = "lbmp ($/mwhr)", .place = "name", .zone = "America/New_York", .year_zone = "America/New_York",
     .currency = "USD"},
    {.name = "ENTSO-E", .time = "mtu (utc)", .value = "day-ahead price*", .place = "area|bzn", .zone = "UTC", .year_zone = "Europe/Brussels", .currency = "EUR",
     .day_first = true},
    {.name = "ENTSO-E", .time = "mtu (cet/cest)|mtu (cet)|mtu", .value = "day-ahead price*", .place = "area|bzn", .zone = "Europe/Brussels",
     .year_zone = "Europe/Brussels", .currency = "EUR", .day_first = true},
    {.name = "AEMO", .time = "settlementdate", .value = "rrp", .place = "region|regionid", .zone = "+10:00", .year_zone = "+10:00", .currency = "AUD",
     .is_ending = true},
    {.name = "Electricity Maps, direct", .time = "datetime (utc)", .value = EM("direct"), .place = "zone id|zone name", .zone = "UTC", .year_zone = "UTC",
     .carbon = 1.0, .assumed = "emissions of operation (direct), the life cycle's column is left out"},
    {.name = "Electricity Maps, life cycle", .time = "datetime (utc)", .value = EM("life cycle") "|" EM("lca"), .place = "zone id|zone name", .zone = "UTC",
     .year_zone = "UTC", .carbon = 1.0, .assumed = "emissions of the life cycle, the file has no direct ones"},
    {.name = "Electricity Maps, research files", .time = "datetime", .value = "carbon_intensity_avg", .place = "zone_name", .zone = NULL, .year_zone = "UTC",
     .carbon = 1.0, .assumed = "emissions of the life cycle of what is consumed"},
    {.name = "WattTime", .time = "point_time|timestamp", .value = "moer|value", .place = "region|ba", .zone = NULL, .year_zone = "UTC", .carbon = WM_KG_PER_LB,
     .assumed = "marginal rates in lb/MWh, not the averages of a footprint"},
    {.name = "table with offsets", .time = "interval start|interval_start_local|interval_start_utc|interval_start|time|timestamp|datetime|date", .value =
     "carbon_gco2_per_kwh|carbon_intensity|carbon intensity|gco2_per_kwh|co2_intensity", .place = "location|node|zone|region", .zone = NULL, .year_zone = NULL,
     .carbon = 1.0},
    {.name = "table with offsets", .time = "interval start|interval_start_local|interval_start_utc|interval_start|time|timestamp|datetime|date", .value =
     "lmp|spp|price|price_usd_per_mwh|price (usd/mwh)|lbmp|$/mwh", .place = "location|node|zone", .zone = NULL, .year_zone = NULL, .currency = "USD"},
};
// clang-format on

struct reader {
    struct wm_importer *im;
    const struct layout *layout;
    char by;
    int time, value, place, hour, interval, again, kind;
    int n_lines;
    struct wm_zone zone;
    struct wm_places places;
    bool is_carbon;
    struct wm_written_time last;
    double factor;
};

static int column(const struct wm_csv_row *row, const char *names)
{
    return names != NULL ? wm_import_column(row, names) : -1;
}

static bool fits(const struct layout *l, const struct wm_csv_row *row)
{
    return column(row, l->time) >= 0 && column(row, l->value) >= 0 &&
           (l->hour == NULL || column(row, l->hour) >= 0) &&
           (l->interval == NULL || column(row, l->interval) >= 0);
}

static void settle_currency(struct reader *r, const struct wm_csv_row *row)
{
    char name[96];
    const char *currency = r->layout->currency;
    r->factor = r->layout->carbon;
    if (r->is_carbon)
        return;
    wm_import_name(row->cells[r->value], name);
    if (strstr(name, "gbp") != NULL)
        currency = "GBP";
    r->factor = 1.0;
    if (strcmp(currency, "USD") == 0)
        return;
    if (isnan(r->im->options->usd_per_unit)) {
        wm_import_mistake(r->im, row->line,
                          "prices are in %s; say what one is worth: --usd-per-unit 1.08", currency);
        return;
    }
    r->factor = r->im->options->usd_per_unit;
    wm_import_note_once(r->im, "assumed: 1 %s = %g USD throughout", currency, r->factor);
}

static void read_header(struct reader *r, const struct wm_csv_row *row)
{
    struct wm_importer *const im = r->im;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts && r->layout == NULL; i++)
        if ((layouts[i].carbon > 0.0) == r->is_carbon && fits(&layouts[i], row))
            r->layout = &layouts[i];
    const struct layout *const l = r->layout;
    if (l == NULL)
        return;
    const char *const zone = l->zone != NULL ? l->zone : im->options->time_zone;
    const char *const year_zone =
        im->options->time_zone != NULL ? im->options->time_zone : l->year_zone;
    r->time = column(row, l->time);
    r->value = column(row, l->value);
    r->place = column(row, l->place);
    r->hour = column(row, l->hour);
    r->interval = column(row, l->interval);
    r->again = column(row, l->again);
    r->kind = column(row, l->kind);
    im->is_ending = l->is_ending;
    im->has_clock = true;
    if ((zone != NULL && !wm_import_zone(im, zone, &r->zone)) ||
        (year_zone != NULL && !wm_import_zone(im, year_zone, &im->clock)))
        return;
    wm_import_note_once(im, "read: %s layout, stamps %s, clock %s", l->name,
                        l->is_ending       ? "of the end"
                        : l->form == STAMP ? "of the beginning"
                                           : "by hour ending",
                        zone != NULL ? zone : "by their offsets");
    if (l->assumed != NULL)
        wm_import_note_once(im, "assumed: %s", l->assumed);
    settle_currency(r, row);
}

/* Instant at which a row begins (AEMO: ends). */
static bool read_instant(struct reader *r, const struct wm_csv_row *row, int64_t *at_us)
{
    const struct layout *const l = r->layout;
    struct wm_written_time t;
    const char *const text = row->cells[r->time];
    if (!wm_import_stamp(text, l->day_first, &t)) {
        wm_import_mistake(r->im, row->line, "time = \"%.40s\" cannot be read", text);
        return false;
    }
    if (t.has_offset ||
        (l->form == STAMP && l->zone == NULL && r->im->options->time_zone == NULL)) {
        if (!t.has_offset)
            wm_import_mistake(r->im, row->line, "time = \"%.40s\" has no offset: give --time-zone",
                              text);
        *at_us = t.us;
        return t.has_offset;
    }
    bool again = r->again >= 0 && strchr("YyTt1", row->cells[r->again][0]) != NULL &&
                 row->cells[r->again][0] != '\0';
    if (l->form != STAMP) {
        double hour = 0.0, interval = 1.0;
        char digits[16];
        (void)snprintf(digits, sizeof digits, "%.*s", (int)strcspn(row->cells[r->hour], ":"),
                       row->cells[r->hour]);
        if (!wm_csv_number(digits, &hour) || hour < 1.0 || hour > 25.0 ||
            (r->interval >= 0 && (!wm_csv_number(row->cells[r->interval], &interval) ||
                                  interval < 1.0 || interval > 12.0))) {
            wm_import_mistake(r->im, row->line, "hour ending = \"%.20s\", allowed 1..24",
                              row->cells[r->hour]);
            return false;
        }
        again = again || hour == 25.0;
        t.us += llround((fmin(hour, 24.0) - 1.0) * (double)WM_US_PER_H +
                        (interval - 1.0) * 15.0 * 60e6);
    } else if (r->again < 0 && r->last.has_clock && t.us <= r->last.us) {
        /* no flag: a stamp that comes again in the hour that the clock shows twice is the second */
        const struct wm_civil c = wm_civil_from_us(t.us);
        const int64_t first_us = wm_zone_to_us(&r->zone, &c);
        again = wm_zone_offset_s(&r->zone, first_us) >
                wm_zone_offset_s(&r->zone, first_us + WM_US_PER_H);
    }
    r->last = t;
    r->last.has_clock = true;
    *at_us = wm_import_instant(&r->zone, t.us, again);
    return true;
}

/* Whether the row is of the place that is read; others are gathered for the message. */
static bool is_wanted(struct reader *r, const struct wm_csv_row *row)
{
    char name[96];
    if (r->kind >= 0 && strcmp(wm_import_name(row->cells[r->kind], name), r->layout->wanted) != 0)
        return false;
    return r->place < 0 || wm_place_is_wanted(&r->places, row->cells[r->place]);
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    int64_t at_us = 0;
    if (r->layout == NULL) {
        if (++r->n_lines <= 12)
            read_header(r, row);
        return r->n_lines <= 12 && r->im->n_mistakes == 0;
    }
    if ((size_t)r->value >= row->n || (size_t)r->time >= row->n || !is_wanted(r, row) ||
        !read_instant(r, row, &at_us))
        return true;
    struct wm_import_row *const out = wm_import_row_add(r->im, row->line);
    out->at_us = at_us;
    out->values[0] = r->factor * wm_import_number(r->im, row, r->value,
                                                  r->is_carbon ? "carbon" : "price", r->by);
    wm_market_check(r->im, row->line, out->values[0], r->is_carbon);
    return true;
}

void wm_market_check(struct wm_importer *im, int line, double value, bool is_carbon)
{
    static const double most_usd_per_mwh = 100000.0, least_usd_per_mwh = -10000.0,
                        most_g_per_kwh = 3000.0;
    const double least = is_carbon ? 0.0 : least_usd_per_mwh,
                 most = is_carbon ? most_g_per_kwh : most_usd_per_mwh;
    if (value < least || value > most)
        wm_import_mistake(im, line, "%s = %g %s: a missing value, or another unit?",
                          is_carbon ? "carbon" : "price", value, is_carbon ? "g/kWh" : "USD/MWh");
}

static void read_table(struct wm_importer *im, const char *text, size_t n_bytes, bool is_carbon)
{
    struct reader r = {.im = im,
                       .by = wm_csv_delimiter(text, n_bytes),
                       .places = {.im = im},
                       .is_carbon = is_carbon};
    if (wm_csv_scan_by(im->arena, text, n_bytes, im->path, r.by, on_row, &r, im->diags) != WM_OK)
        im->n_mistakes++;
    else if (r.layout == NULL)
        wm_import_mistake(
            im, 0, "is in no known layout of %s; known are %s, and tables with a time and a %s",
            is_carbon ? "carbon" : "prices",
            is_carbon ? "Electricity Maps, WattTime, eGRID"
                      : "ERCOT, PJM, CAISO, NYISO, MISO, ENTSO-E, AEMO",
            is_carbon ? "carbon_gco2_per_kwh" : "price");
    wm_places_end(&r.places);
}

void wm_import_price(struct wm_importer *im, const char *text, size_t n_bytes)
{
    if (!wm_market_wide(im, text, n_bytes))
        read_table(im, text, n_bytes, false);
}

/* Units by size: a grid that never exceeds 3 g/kWh is of hydro power, or in kg/kWh. */
static void tell_unit(struct wm_importer *im, size_t first)
{
    double most = 0.0;
    for (size_t i = first; i < im->n; i++)
        most = fmax(most, im->rows[i].values[0]);
    if (im->n > first && most <= 3.0)
        wm_import_note(im, "read: carbon never exceeds %g g/kWh: is %s in kg/kWh?", most, im->file);
}

void wm_import_carbon(struct wm_importer *im, const char *text, size_t n_bytes)
{
    const size_t first = im->n;
    if (!wm_market_watttime(im, text, n_bytes) && !wm_market_egrid(im, text, n_bytes))
        read_table(im, text, n_bytes, true);
    tell_unit(im, first);
}
