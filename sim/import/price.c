/*
 * Prices as markets publish them. A layout is known by its columns; each says how its stamps are to be read:
 * beginning or ending, on which clock, in which currency.
 *
 * Sources: ERCOT NP4-180-ER, NP6-785-ER (historical prices) and NP4-190-CD, NP6-905-CD; PJM Data Miner 2
 * (da_hrl_lmps, rt_hrl_lmps); CAISO OASIS PRC_LMP; NYISO MIS (damlbmp, rtlbmp); ENTSO-E Transparency Platform,
 * day-ahead prices; AEMO aggregated price and demand; gridstatus. All "from the specification".
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

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
    const char *currency;
    enum form form;
    bool is_ending, day_first;
};

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
    const char *only; /* the place read */
    const char *others[12];
    size_t n_others;
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
    wm_import_note(r->im, "assumed: 1 %s = %g USD throughout", currency, r->factor);
}

static void read_header(struct reader *r, const struct wm_csv_row *row)
{
    struct wm_importer *const im = r->im;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts && r->layout == NULL; i++)
        if (fits(&layouts[i], row))
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
    wm_import_note(im, "read: %s layout, stamps %s, clock %s", l->name,
                   l->is_ending       ? "of the end"
                   : l->form == STAMP ? "of the beginning"
                                      : "by hour ending",
                   zone != NULL ? zone : "by their offsets");
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
    if (r->place < 0)
        return true;
    const char *const place = row->cells[r->place];
    if (r->only == NULL)
        r->only = r->im->options->place != NULL
                      ? r->im->options->place
                      : wm_arena_copy_text(r->im->arena, place, strlen(place));
    if (strcmp(place, r->only) == 0)
        return true;
    for (size_t i = 0; i < r->n_others; i++)
        if (strcmp(place, r->others[i]) == 0)
            return false;
    if (r->n_others < sizeof r->others / sizeof *r->others)
        r->others[r->n_others++] = wm_arena_copy_text(r->im->arena, place, strlen(place));
    return false;
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
    out->values[0] = r->factor * wm_import_number(r->im, row, r->value, "price", r->by);
    if (out->values[0] < -10000.0 || out->values[0] > 100000.0)
        wm_import_mistake(r->im, row->line, "price = %g USD/MWh: a missing value, or another unit?",
                          out->values[0]);
    return true;
}

void wm_import_price(struct wm_importer *im, const char *text, size_t n_bytes)
{
    struct reader r = {.im = im, .by = wm_import_delimiter(text, n_bytes)};
    const size_t first = im->n;
    if (wm_csv_scan_by(im->arena, text, n_bytes, im->path, r.by, on_row, &r, im->diags) != WM_OK)
        im->n_mistakes++;
    else if (r.layout == NULL)
        wm_import_mistake(im, 0,
                          "is in no known layout of prices; known are ERCOT, PJM, CAISO, NYISO, "
                          "ENTSO-E, AEMO, and "
                          "tables with a time and a price");
    if (r.n_others > 0 && im->options->place == NULL) {
        const char *all = r.only;
        for (size_t i = 0; i < r.n_others; i++)
            all = wm_arena_printf(im->arena, "%s, %s", all, r.others[i]);
        wm_import_mistake(im, 0, "has several places, choose one by --place: %s", all);
    } else if (r.n_others > 0) {
        if (im->n == first && im->n_mistakes == 0)
            wm_import_mistake(im, 0, "has no place \"%s\"; there are %s ...", im->options->place,
                              r.others[0]);
        wm_import_note(im, "left out: rows of %zu other places%s", r.n_others,
                       r.n_others == 12 ? " or more" : "");
    }
}
