/*
 * MISO: a row a node, kind of price and day, a column an hour ending, in Eastern Standard Time all the year. The day stands above
 * the header, or in a column of its own.
 *
 * Source: MISO market reports, da_expost_lmp, da_exante_lmp and rt_lmp_final, and the yearly collections of them.
 */
#include <stdio.h>
#include <string.h>

#include "market.h"
#include "places.h"
#include "wattmill/civil.h"
#include "wattmill/unit.h"

enum { HOURS = 24 };
static const char clock[] = "-05:00";

struct reader {
    struct wm_importer *im;
    struct wm_places places;
    char by;
    int hour[HOURS], node, value, day;
    bool has_header, has_day;
    int n_lines;
    struct wm_written_time above; /* the day above the header */
};

static void read_preamble(struct reader *r, const struct wm_csv_row *row)
{
    for (size_t i = 0; i < row->n && !r->has_day; i++)
        r->has_day = row->cells[i][0] != '\0' && wm_import_stamp(row->cells[i], false, &r->above) &&
                     !r->above.has_clock;
}

static bool read_header(struct reader *r, const struct wm_csv_row *row)
{
    char names[32];
    for (int h = 0; h < HOURS; h++) {
        (void)snprintf(names, sizeof names, "he %d|he%d|he %02d|he%02d", h + 1, h + 1, h + 1,
                       h + 1);
        r->hour[h] = wm_import_column(row, names);
        if (r->hour[h] < 0)
            return false;
    }
    r->node = wm_import_column(row, "node|cpnode|pnode");
    r->value = wm_import_column(row, "value|price type");
    r->day = wm_import_column(row, "market_day|market day|date|day");
    return r->node >= 0;
}

static bool is_lmp(const struct reader *r, const struct wm_csv_row *row)
{
    return r->value < 0 || ((size_t)r->value < row->n && strcmp(row->cells[r->value], "LMP") == 0);
}

static void read_row(struct reader *r, const struct wm_csv_row *row)
{
    struct wm_written_time day = r->above;
    if (r->day >= 0 &&
        ((size_t)r->day >= row->n || !wm_import_stamp(row->cells[r->day], false, &day))) {
        wm_import_mistake(r->im, row->line, "the day of the row cannot be read");
        return;
    }
    if (r->day < 0 && !r->has_day) {
        wm_import_mistake(r->im, row->line, "no line above says the day, and no column");
        return;
    }
    for (int h = 0; h < HOURS; h++) {
        struct wm_import_row *const to = wm_import_row_add(r->im, row->line);
        to->at_us = wm_import_instant(&r->im->clock, day.us + h * WM_US_PER_H, false);
        to->values[0] = wm_import_number(r->im, row, r->hour[h], "price", r->by);
        wm_market_check(r->im, row->line, to->values[0], false);
    }
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    if (r->has_header) {
        if ((size_t)r->node < row->n && is_lmp(r, row) &&
            wm_place_is_wanted(&r->places, row->cells[r->node]))
            read_row(r, row);
        return true;
    }
    if (read_header(r, row)) {
        struct wm_zone zone;
        r->has_header = true;
        r->im->has_clock = wm_import_zone(r->im, clock, &zone);
        r->im->clock = zone;
        wm_import_note_once(
            r->im, "read: MISO layout, a column an hour ending, clock %s all the year", clock);
        return r->im->has_clock;
    }
    read_preamble(r, row);
    return ++r->n_lines < 12;
}

bool wm_market_wide(struct wm_importer *im, const char *text, size_t n_bytes)
{
    struct reader r = {.im = im, .by = wm_csv_delimiter(text, n_bytes), .places = {.im = im}};
    struct wm_diags quiet = wm_diags_init(im->arena);
    /* another layout says itself what is wrong with it */
    const bool is_whole =
        wm_csv_scan_by(im->arena, text, n_bytes, im->path, r.by, on_row, &r, &quiet) == WM_OK;
    if (r.has_header && !is_whole)
        wm_import_mistake(im, 0, "is no table from somewhere on: a quote or a 0 byte is misplaced");
    wm_places_end(&r.places);
    return r.has_header;
}
