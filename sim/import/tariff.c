/*
 * tariff: a rate of the Utility Rate Database (OpenEI, NREL) into a catalogue entry. Prices become charges, one thing
 * each; what the charges cannot say is a mistake by its key, or with --partial is left out and told.
 *
 * Source: fields of the rates API, openei.org/services/doc/rest/util_rates (version 7 and before), and rates in use
 * in NREL's REopt.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "rate_job.h"
#include "values.h"
#include "wattmill/civil.h"

/* A date in seconds or text; NULL: none. */
static const char *date_of(struct wm_rate_job *j, const char *keys)
{
    const struct wm_json *v = wm_config_get(&j->c, keys);
    int64_t at = 0;
    if (v != NULL && v->type == WM_JSON_OBJECT)
        v = v->child; /* {"$date": ...} */
    if (v == NULL || v->type == WM_JSON_ARRAY || v->type == WM_JSON_OBJECT)
        return NULL;
    if (v->type == WM_JSON_NUMBER && fabs(v->number) < 1e14) {
        const double s = fabs(v->number) > 1e11 ? v->number / 1e3 : v->number; /* some in ms */
        const struct wm_civil d = wm_civil_from_us((int64_t)s * 1000000);
        return wm_arena_printf(j->c.im->arena, "%04d-%02d-%02d", d.year, d.month, d.day);
    }
    if (v->type != WM_JSON_STRING || strlen(v->text) < 10)
        return NULL;
    const char *const day = wm_arena_copy_text(j->c.im->arena, v->text, 10);
    return wm_time_parse(day, &at) ? day : NULL;
}

static const char *as_of(struct wm_rate_job *j)
{
    const char *const date = j->c.im->options->as_of;
    const char *const start = date_of(j, "startdate|effectivedate|effectiveDate");
    const char *const end = date_of(j, "enddate|endDate");
    int64_t at = 0;
    if (start != NULL || end != NULL)
        wm_import_note(j->c.im, "read: in force from %s to %s", start != NULL ? start : "?",
                       end != NULL ? end : "further notice");
    if (date != NULL && (strlen(date) != 10 || !wm_time_parse(date, &at)))
        wm_config_mistake(&j->c, WM_E210, NULL,
                          "--as-of: \"%.40s\" is no date, YYYY-MM-DD is wanted", date);
    if (date == NULL && start == NULL)
        wm_import_note(j->c.im, "left out: as_of, startdate is absent; --as-of YYYY-MM-DD says it");
    return date != NULL ? date : start != NULL ? start : "";
}

static const char *default_name(struct wm_rate_job *j)
{
    return wm_import_slug(j->c.im->arena,
                          wm_arena_printf(j->c.im->arena, "%s %s", wm_config_text(&j->c, "utility"),
                                          wm_config_text(&j->c, "name")));
}

static void put_head(struct wm_rate_job *j)
{
    const char *const utility = wm_config_text(&j->c, "utility");
    const char *const label = wm_config_text(&j->c, "label");
    const char *const uri = wm_config_text(&j->c, "source|uri");
    wm_entry_text(j->c.im->arena, j->entry, "title",
                  wm_arena_printf(j->c.im->arena, "%.100s%s%.100s", utility, utility[0] ? ", " : "",
                                  wm_config_text(&j->c, "name")));
    wm_entry_text(j->c.im->arena, j->entry, "source",
                  wm_arena_printf(j->c.im->arena, "Utility Rate Database (OpenEI)%s%.40s%s%.200s",
                                  label[0] ? ", label " : "", label, uri[0] ? ", " : "", uri));
    wm_entry_text(j->c.im->arena, j->entry, "as_of", as_of(j));
    wm_entry_text(j->c.im->arena, j->entry, "basis", "vendor");
    wm_entry_text(j->c.im->arena, j->entry, "energy_price", j->is_delivery ? "auto" : "flat");
    wm_entry_number(j->c.im->arena, j->entry, "energy_usd_per_mwh", 0.0);
    wm_entry_number(j->c.im->arena, j->entry, "demand_window_min", j->window_min);
}

static void write(struct wm_rate_job *j, const char *name)
{
    struct wm_json *const tariffs = wm_entry_new(j->c.im->arena, WM_JSON_OBJECT);
    if (j->periods->n_children > 0)
        wm_entry_put(j->entry, "periods", j->periods);
    if (j->n_charges > 0)
        wm_entry_put(j->entry, "charges", j->charges);
    wm_entry_put(tariffs, name, j->entry);
    j->c.im->text = wm_entry_file(j->c.im->arena, "tariffs", tariffs);
}

static const char silent[] =
    "utility|name|label|uri|source|sourceparent|eiaid|approved|is_default|country|revisions|"
    "version|"
    "supercedes|supersedes|demandunits|flatdemandunit|demandrateunit|fixedchargeunits|"
    "minchargeunits|"
    "energytoulabels|demandlabels|startdate|enddate|effective*|endDate|usenetmetering|dgrules|"
    "description|basicinformationcomments|energytoulabels|demandtoulabels|demandmin|demandmax|"
    "energymin|energymax|peakkw*|voltage*|_*";

static void convert(struct wm_importer *im, const struct wm_json *item, bool is_chosen)
{
    struct wm_rate_job j = {.c = {.im = im, .root = item, .text = item}};
    j.entry = wm_entry_new(im->arena, WM_JSON_OBJECT);
    j.charges = wm_entry_new(im->arena, WM_JSON_ARRAY);
    j.periods = wm_entry_new(im->arena, WM_JSON_ARRAY);
    const char *name = im->options->name != NULL && !is_chosen
                           ? wm_import_slug(im->arena, im->options->name)
                           : default_name(&j);
    if (name[0] == '\0')
        wm_config_mistake(&j.c, WM_E206, item,
                          "the file does not say what the rate is called: "
                          "give --name");
    wm_rate_tell_limits(&j);
    wm_rate_read_window(&j);
    put_head(&j);
    wm_rate_read_fixed(&j);
    wm_rate_read_energy(&j);
    const struct wm_rate_ratchet ratchet = wm_rate_read_ratchet(&j);
    wm_rate_read_flat_demand(&j, &ratchet);
    wm_rate_read_hourly_demand(&j);
    wm_rate_read_fuel(&j);
    wm_rate_read_rest(&j);
    wm_rate_tell_attrs(&j);
    wm_rate_read_minimum(&j); /* of all charges above it */
    wm_config_tell_rest(&j.c, silent);
    if (j.n_charges > WM_TARIFF_CHARGES)
        wm_config_mistake(&j.c, WM_E211, item,
                          "the rate needs %zu charges, a tariff has at most %d", j.n_charges,
                          WM_TARIFF_CHARGES);
    if (im->n_mistakes > 0)
        return;
    wm_import_note(im, "read: rate \"%s\": %zu charges and %zu periods", name, j.n_charges,
                   j.periods->n_children);
    write(&j, name);
}

static const char rate_keys[] =
    "energyratestructure|flatdemandstructure|demandratestructure|fixedchargefirstmeter|"
    "fixedmonthlycharge|energyRateStrux|flatDemandStrux|demandRateStrux|fixedChargeFirstMeter";

struct found {
    const struct wm_json **items;
    size_t n, capacity;
};

/* Rates of a file, wherever they are: alone, in a list, in "items", in an input of REopt. */
static void gather(const struct wm_json *v, struct found *f)
{
    for (const struct wm_json *m = v->child; m != NULL; m = m->next)
        if (v->type == WM_JSON_OBJECT && wm_config_matches(rate_keys, m->key)) {
            if (f->n < f->capacity)
                f->items[f->n] = v;
            f->n++;
            return;
        }
    for (const struct wm_json *m = v->child; m != NULL; m = m->next)
        if (m->type >= WM_JSON_ARRAY)
            gather(m, f);
}

/* First counts them, then keeps them. */
static struct found found_in(struct wm_arena *arena, const struct wm_json *root)
{
    struct found f = {0};
    gather(root, &f);
    f.items = (const struct wm_json **)wm_arena_alloc(arena, f.n + 1, sizeof *f.items);
    f.capacity = f.n;
    f.n = 0;
    gather(root, &f);
    return f;
}

/* The rate that --name says, by its label or its name; one mistake when none or several are meant. */
static const struct wm_json *choose(struct wm_config *c, const struct found *f)
{
    const char *const wanted = c->im->options->name, *labels = "";
    const struct wm_json *chosen = NULL;
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) {
        const char *const label = wm_value_text(f->items[i], "label|_id.$oid"),
                          *const name = wm_value_text(f->items[i], "name|rateName");
        if (i < 12)
            labels = wm_arena_printf(c->im->arena, "%s%s%.40s (%.60s)", labels, i > 0 ? ", " : "",
                                     label, name);
        if (wanted != NULL && (strcmp(label, wanted) == 0 || strcmp(name, wanted) == 0)) {
            chosen = f->items[i];
            n++;
        }
    }
    if (n == 1)
        return chosen;
    wm_config_mistake(c, wanted != NULL && n == 0 ? WM_E208 : WM_E206, NULL,
                      "%zu rates%s%.60s%s; say which by --name, its label or name: %s%s", f->n,
                      wanted != NULL ? ", " : "",
                      wanted == NULL ? ""
                      : n == 0       ? "none is called "
                                     : "several are called ",
                      wanted != NULL ? wanted : "", labels, f->n > 12 ? ", ..." : "");
    return NULL;
}

void wm_import_tariff(struct wm_importer *im, const char *text, size_t n_bytes)
{
    struct wm_json *root = NULL;
    struct wm_config c = {.im = im};
    if (wm_json_parse(im->arena, text, n_bytes, im->path, &root, im->diags) != WM_OK) {
        im->n_mistakes++;
        return;
    }
    const struct found f = found_in(im->arena, root);
    if (f.n == 0) {
        wm_config_mistake(&c, WM_E205, root,
                          "no rate of the Utility Rate Database: none of its keys "
                          "energyratestructure, flatdemandstructure, demandratestructure, "
                          "fixedchargefirstmeter is there");
        return;
    }
    const struct wm_json *const item = f.n == 1 ? f.items[0] : choose(&c, &f);
    if (item != NULL)
        convert(im, wm_rate_spelled(im, item), f.n > 1);
}
