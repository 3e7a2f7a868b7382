/*
 * Carbon that is no table of a row a time: WattTime's answers (JSON) and eGRID's rates of a year (a row a subregion).
 *
 * Sources: WattTime API v3, /v3/historical (data[].point_time, value; meta.units lbs_co2_per_mwh); EPA eGRID, sheet SRL of a
 * year saved as CSV: columns SUBRGN, SRC2ERTA (CO2 equivalent, total output), SRCO2RTA, in lb/MWh, or kg/MWh in its metric edition.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "market.h"
#include "places.h"
#include "values.h"
#include "wattmill/civil.h"
#include "wattmill/unit.h"

bool wm_market_watttime(struct wm_importer *im, const char *text, size_t n_bytes)
{
    const struct wm_json *const *values = NULL;
    size_t begin = 0;
    while (begin < n_bytes && isspace((unsigned char)text[begin]))
        begin++;
    if (begin == n_bytes || text[begin] != '{')
        return false;
    if (wm_import_json(im, text, n_bytes, &values) == 0)
        return true;
    const struct wm_json *const data = wm_value_at(values[0], "data"), *const units = wm_value_at(
                                                                           values[0], "meta.units");
    if (data == NULL || wm_value_at(data, "0.point_time") == NULL) {
        wm_value_mistake(im, WM_E205, values[0],
                         "no answer of WattTime: data[].point_time and value");
        return true;
    }
    if (units != NULL && strcmp(wm_value_text(values[0], "meta.units"), "lbs_co2_per_mwh") != 0) {
        wm_value_mistake(im, WM_E207, units, "meta.units = \"%.40s\", allowed: lbs_co2_per_mwh",
                         wm_value_text(values[0], "meta.units"));
        return true;
    }
    im->has_clock = wm_import_zone(
        im, im->options->time_zone != NULL ? im->options->time_zone : "UTC", &im->clock);
    wm_import_note_once(im, "read: WattTime, region %.40s",
                        wm_value_text(values[0], "meta.region"));
    wm_import_note_once(im, "assumed: marginal rates in lb/MWh, not the averages of a footprint");
    for (const struct wm_json *m = data->child; m != NULL; m = m->next) {
        struct wm_written_time t;
        if (!wm_import_stamp(wm_value_text(m, "point_time"), false, &t) || !t.has_offset) {
            wm_import_mistake(im, m->place.line, "point_time = \"%.40s\" cannot be read",
                              wm_value_text(m, "point_time"));
            continue;
        }
        struct wm_import_row *const row = wm_import_row_add(im, m->place.line);
        row->at_us = t.us;
        row->values[0] = wm_value_number(m, "value") * WM_KG_PER_LB;
        if (isnan(row->values[0]))
            wm_import_mistake(im, m->place.line, "value is no number: fill the gap first");
        wm_market_check(im, m->place.line, row->values[0], true);
    }
    return true;
}

struct egrid {
    struct wm_importer *im;
    struct wm_places places;
    char by;
    int name, rate, year, n_lines, line;
    bool has_header, is_metric, is_equivalent;
    double kg_per_mwh;
};

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct egrid *const e = context;
    if (!e->has_header) {
        for (size_t i = 0; i < row->n; i++)
            e->is_metric = e->is_metric || strstr(row->cells[i], "(kg/MWh)") != NULL;
        e->name = wm_import_column(row, "subrgn");
        e->rate = wm_import_column(row, "src2erta");
        e->is_equivalent = e->rate >= 0;
        e->rate = e->rate >= 0 ? e->rate : wm_import_column(row, "srco2rta");
        e->has_header = e->name >= 0 && e->rate >= 0;
        return e->has_header || ++e->n_lines < 12;
    }
    if ((size_t)e->rate >= row->n || row->cells[e->name][0] == '\0' ||
        !wm_place_is_wanted(&e->places, row->cells[e->name]))
        return true;
    e->line = row->line;
    e->kg_per_mwh =
        wm_import_number(e->im, row, e->rate, e->is_equivalent ? "SRC2ERTA" : "SRCO2RTA", e->by) *
        (e->is_metric ? 1.0 : WM_KG_PER_LB);
    return true;
}

bool wm_market_egrid(struct wm_importer *im, const char *text, size_t n_bytes)
{
    struct egrid e = {.im = im,
                      .by = wm_csv_delimiter(text, n_bytes),
                      .places = {.im = im},
                      .kg_per_mwh = (double)NAN};
    struct wm_diags quiet = wm_diags_init(im->arena);
    (void)wm_csv_scan_by(im->arena, text, n_bytes, im->path, e.by, on_row, &e, &quiet);
    if (!e.has_header)
        return false;
    wm_places_end(&e.places);
    if (im->n_mistakes > 0)
        return true;
    if (!(e.kg_per_mwh >= 2.0) || e.kg_per_mwh > 2000.0) {
        wm_import_mistake(
            im, e.line,
            "%g kg/MWh, allowed 2..2,000: another unit, or the year's file is not of rates?",
            e.kg_per_mwh);
        return true;
    }
    wm_import_note(im,
                   "read: eGRID, subregion %s, %s, %s: %.5g kg/MWh; the same as --set "
                   "site.carbon.kg_per_mwh=%.5g",
                   e.places.only,
                   e.is_equivalent ? "CO2 equivalent of the total output"
                                   : "CO2 of the total output",
                   e.is_metric ? "in kg/MWh" : "in lb/MWh", e.kg_per_mwh, e.kg_per_mwh);
    wm_import_note(im, "assumed: the year's rate in each hour");
    im->is_typical = true;
    for (int h = 0; h < 8760; h++) {
        struct wm_import_row *const row = wm_import_row_add(im, e.line);
        row->at_us = wm_civil_to_us(&(struct wm_civil){2001, 1, 1, 0, 0, 0}) + h * WM_US_PER_H;
        row->values[0] = e.kg_per_mwh;
    }
    return true;
}
