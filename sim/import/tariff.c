/*
 * tariff: a rate of the Utility Rate Database (OpenEI, NREL) into a catalogue entry. Prices become charges, one thing
 * each; what the charges cannot say is a mistake by its key, or with --partial is left out and told.
 *
 * Source: fields of the rates API, openei.org/services/doc/rest/util_rates (version 7 and before), and rates in use
 * in NREL's REopt.
 */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rates.h"
#include "wattmill/civil.h"
#include "wattmill/suggest.h"

static const double KW_PER_HP = 0.74569987158227; /* mechanical, 550 ft lbf/s */

struct job {
    struct wm_config c;
    struct wm_json *entry, *charges, *periods;
    double window_min;
    size_t n_charges;
    bool is_delivery; /* energy is bought elsewhere */
};

/* What the catalogue has no words for. */
static void cannot(struct job *j, const struct wm_json *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void cannot(struct job *j, const struct wm_json *at, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (j->c.im->options->is_partial)
        wm_import_note(j->c.im, "left out: %s", text);
    else
        wm_config_mistake(&j->c, WM_E211, at, "%s; --partial goes on without it", text);
}

static struct wm_json *new_value(struct job *j, enum wm_json_type type)
{
    return wm_json_new(j->c.im->arena, type, &j->c.root->place);
}

static void put(struct wm_json *object, const char *key, struct wm_json *value)
{
    value->key = key;
    wm_json_append(object, value);
}

static void put_text(struct job *j, struct wm_json *object, const char *key, const char *text)
{
    struct wm_json *const v = new_value(j, WM_JSON_STRING);
    v->text = text;
    put(object, key, v);
}

/* To twelve digits: 0.07 USD/kWh is 70 USD/MWh, not 70.00000000000001. */
static void put_number(struct job *j, struct wm_json *object, const char *key, double value)
{
    struct wm_json *const v = new_value(j, WM_JSON_NUMBER);
    v->text = wm_arena_printf(j->c.im->arena, "%.12g", value);
    v->number = strtod(v->text, NULL);
    put(object, key, v);
}

static const char *hours_text(struct job *j, const struct wm_schedule_hours *h, const int span[2])
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const days[] = {
        [WM_DAY_ALL] = "", [WM_DAY_WEEKDAY] = " weekday", [WM_DAY_WEEKEND] = " weekend"};
    const bool is_year = span[0] == 1 && span[1] == 12,
               is_day = (h->to_h - h->from_h + 24) % 24 == 0;
    return wm_arena_printf(
        j->c.im->arena, "%s%s%s%s%s", is_year ? "all year" : months[span[0] - 1],
        is_year || span[0] == span[1] ? "" : "-",
        is_year || span[0] == span[1] ? "" : months[span[1] - 1], days[h->days],
        is_day ? "" : wm_arena_printf(j->c.im->arena, " %d-%d h", h->from_h, h->to_h));
}

static void put_hours(struct job *j, struct wm_json *object, const struct wm_schedule_hours *h,
                      const int span[2])
{
    if (span[0] != 1 || span[1] != 12) {
        put_number(j, object, "from_month", span[0]);
        put_number(j, object, "to_month", span[1]);
    }
    if (h->days != WM_DAY_ALL)
        put_text(j, object, "days", h->days == WM_DAY_WEEKDAY ? "weekday" : "weekend");
    if ((h->to_h - h->from_h + 24) % 24 != 0) {
        put_number(j, object, "from_h", h->from_h);
        put_number(j, object, "to_h", h->to_h);
    }
}

static struct wm_json *new_charge(struct job *j, const char *basis, const char *name)
{
    struct wm_json *const charge = new_value(j, WM_JSON_OBJECT);
    put_text(j, charge, "name", name);
    put_text(j, charge, "basis", basis);
    wm_json_append(j->charges, charge);
    j->n_charges++;
    return charge;
}

/* How the file's units become ours. */
struct scale {
    const char *basis, *price_key, *end_key;
    double price, end; /* ours = theirs x this */
};

static void put_price(struct job *j, struct wm_json *charge, const struct wm_rates_period *p,
                      const struct scale *s)
{
    if (p->n == 1) {
        put_number(j, charge, s->price_key, p->blocks[0].rate * s->price);
        return;
    }
    struct wm_json *const tiers = new_value(j, WM_JSON_ARRAY);
    for (size_t i = 0; i < p->n; i++) {
        struct wm_json *const tier = new_value(j, WM_JSON_OBJECT);
        if (!isnan(p->blocks[i].max))
            put_number(j, tier, s->end_key, p->blocks[i].max * s->end);
        put_number(j, tier, s->price_key, p->blocks[i].rate * s->price);
        wm_json_append(tiers, tier);
    }
    put(charge, "tiers", tiers);
}

/* Blocks with one price are one, those of no width none. */
static void merge_blocks(struct wm_rates_period *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->blocks[i].max == 0.0)
            continue;
        if (n > 0 && p->blocks[n - 1].rate == p->blocks[i].rate)
            p->blocks[n - 1].max = p->blocks[i].max;
        else
            p->blocks[n++] = p->blocks[i];
    }
    p->n = n;
}

/* Energy: unit of the blocks, "kWh", "kWh/kW", each with " daily". */
static bool energy_scale(struct job *j, const struct wm_rates *r, int at, struct scale *s,
                         bool *is_daily)
{
    const struct wm_rates_period *const p = &r->periods[at];
    const char *const unit = p->blocks[0].unit;
    *s = (struct scale){"energy", "usd_per_mwh", "up_to_mwh", 1e3, 1e-3};
    if (!wm_config_matches("kWh|kWh daily|kWh/kW|kWh/kW daily", unit)) {
        wm_config_mistake(&j->c, WM_E207, p->blocks[0].at,
                          "%s.%d.0.unit = \"%.30s\", allowed: kWh, kWh/kW, kWh daily, kWh/kW daily",
                          r->key, at, unit);
        return false;
    }
    if (strncmp(unit, "kWh/kW", 6) == 0) {
        s->end_key = "up_to_hours_use";
        s->end = 1.0;
    }
    *is_daily = p->n > 1 && strstr(unit, "daily") != NULL;
    for (size_t i = 1; i < p->n; i++)
        if (strcmp(p->blocks[i].unit, unit) != 0) {
            cannot(j, p->at, "%s.%d: blocks in %s and in %s", r->key, at, unit, p->blocks[i].unit);
            return false;
        }
    return true;
}

static const char *line_name(struct job *j, const char *what, const struct wm_rates *r, int at,
                             const struct wm_schedule_hours *h, const int span[2])
{
    const char *const hours = hours_text(j, h, span);
    return r->n > 1 ? wm_arena_printf(j->c.im->arena, "%s, period %d, %s", what, at, hours)
                    : wm_arena_printf(j->c.im->arena, "%s, %s", what, hours);
}

/* Charges of one period: a charge for each span of months of each of its rectangles. */
static void put_charges(struct job *j, const char *what, const struct wm_rates *r, int at,
                        const struct wm_schedule_hours *hours, size_t n, const struct scale *s)
{
    int spans[12][2];
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0, n_spans = wm_schedule_spans(hours[i].months, spans); k < n_spans; k++) {
            struct wm_json *const charge =
                new_charge(j, s->basis, line_name(j, what, r, at, &hours[i], spans[k]));
            put_hours(j, charge, &hours[i], spans[k]);
            put_price(j, charge, &r->periods[at], s);
            if (strcmp(s->basis, "demand") == 0 || strcmp(s->end_key, "up_to_hours_use") == 0)
                put_number(j, charge, "window_min", j->window_min);
        }
}

/* Months of 28, 30 and 31 days apart: blocks of a day are as many times as long. */
static void put_daily(struct job *j, const struct wm_rates *r, int at,
                      const struct wm_schedule_hours *hours, size_t n, struct scale s)
{
    static const struct {
        unsigned months;
        double days;
    } lengths[] = {{0x002, 28.0}, {0x528, 30.0}, {0xad5, 31.0}};
    const double end = s.end;
    for (size_t k = 0; k < 3; k++) {
        struct wm_schedule_hours some[WM_SCHEDULE_HOURS];
        for (size_t i = 0; i < n; i++) {
            some[i] = hours[i];
            some[i].months &= lengths[k].months;
        }
        s.end = end * lengths[k].days;
        put_charges(j, "energy", r, at, some, n, &s);
    }
}

/* Whether each month has one rectangle at most; `is_whole`: and that is all of it. */
static bool is_single(const struct wm_schedule_hours *hours, size_t n, bool is_whole)
{
    for (int m = 0; m < 12; m++)
        if (wm_schedule_in_month(hours, n, m) > 1)
            return false;
    for (size_t i = 0; i < n && is_whole; i++)
        if (hours[i].days != WM_DAY_ALL || hours[i].to_h - hours[i].from_h != 24)
            return false;
    return true;
}

/* Blocks that charges cannot count: those of a period in several rectangles, of hours' use in some hours. */
static void check_blocks(struct job *j, const struct wm_rates *r, int at,
                         const struct wm_schedule_hours *hours, size_t n, const struct scale *s)
{
    struct wm_rates_period *const p = &r->periods[at];
    const bool is_use = strcmp(s->end_key, "up_to_hours_use") == 0;
    const bool fits = is_single(hours, n, is_use) && p->n <= WM_CHARGE_TIERS;
    if (p->n < 2)
        return;
    if (fits && !is_single(hours, n, true))
        wm_import_note(j->c.im,
                       "assumed: %s.%d: its blocks count the energy of its own hours, as SAM does",
                       r->key, at);
    if (fits)
        return;
    cannot(j, p->at,
           p->n > WM_CHARGE_TIERS ? "%s.%d: %zu blocks, more than 8; its last price stands for all"
           : is_use ? "%s.%d: %zu blocks of hours' use in some hours of the month; its last price "
                      "stands for all"
                    : "%s.%d: %zu blocks over hours that are no rectangle of days and hours; its "
                      "last price stands for all",
           r->key, at, p->n);
    p->blocks[0] = p->blocks[p->n - 1];
    p->n = 1;
}

static void read_energy(struct job *j)
{
    struct wm_rates r;
    struct wm_schedule_hours hours[WM_SCHEDULE_HOURS];
    const size_t before = j->c.im->n_mistakes;
    wm_rates_read(&j->c, "energyratestructure", -1.0, 10.0, "USD/kWh", &r);
    wm_rates_schedule(&j->c, "energyweekdayschedule", "energyweekendschedule", &r);
    if (r.n == 0)
        wm_import_note(j->c.im, "left out: energyratestructure, the file has no price of energy");
    const bool is_right = r.has_schedule && j->c.im->n_mistakes == before;
    for (int at = 0; at < r.n && is_right; at++) {
        struct scale s;
        bool is_daily = false;
        const size_t n = wm_schedule_split(&r.schedule, at, hours);
        if (n == 0 && wm_rates_has_price(&r.periods[at]))
            wm_import_note(j->c.im, "left out: %s.%d, no hour has it", r.key, at);
        merge_blocks(&r.periods[at]);
        if (n == 0 || !energy_scale(j, &r, at, &s, &is_daily))
            continue;
        check_blocks(j, &r, at, hours, n, &s);
        if (!wm_rates_has_price(&r.periods[at]))
            continue;
        if (is_daily && r.periods[at].n > 1)
            put_daily(j, &r, at, hours, n, s);
        else
            put_charges(j, "energy", &r, at, hours, n, &s);
    }
}

/* kW, kVA, hp; by the day: no. */
static bool demand_scale(struct job *j, const char *unit_keys, const struct wm_rates *r,
                         struct scale *s)
{
    const char *const unit = wm_config_text(&j->c, unit_keys);
    *s = (struct scale){"demand", "usd_per_kw_month", "up_to_mw", 1.0, 1e-3};
    if (r->n == 0 || unit[0] == '\0' || strcmp(unit, "kW") == 0)
        return r->n > 0;
    if (strcmp(unit, "hp") == 0) {
        s->price /= KW_PER_HP;
        s->end *= KW_PER_HP;
        return true;
    }
    if (strcmp(unit, "kVA") == 0) {
        wm_import_note(j->c.im, "assumed: %s in kVA, billed as kW at a power factor of 1", r->key);
        return true;
    }
    const struct wm_json *const at = wm_config_get(&j->c, unit_keys);
    if (wm_config_matches("kW daily|kVA daily|hp daily", unit))
        cannot(j, at, "%s in %s: a peak of each day, charges have one of each month", r->key, unit);
    else
        wm_config_mistake(&j->c, WM_E207, at,
                          "%s = \"%.30s\", allowed: kW, kVA, hp, kW daily, kVA daily, hp daily",
                          at->key, unit);
    return false;
}

static bool too_many_blocks(struct job *j, const struct wm_rates *r, int at)
{
    if (r->periods[at].n <= WM_CHARGE_TIERS)
        return false;
    cannot(j, r->periods[at].at, "%s.%d: %zu blocks, more than %d", r->key, at, r->periods[at].n,
           WM_CHARGE_TIERS);
    return true;
}

/* The one number of a list of twelve; NAN when they differ, 0 without. */
static double same_of(struct job *j, const char *key, const struct wm_json **at)
{
    const struct wm_json *const v = *at = wm_config_get(&j->c, key);
    double value = 0.0;
    if (v == NULL)
        return 0.0;
    if (v->type == WM_JSON_NUMBER)
        value = v->number;
    else if (v->type != WM_JSON_ARRAY || v->n_children != 12)
        wm_config_mistake(&j->c, WM_E205, v, "%s: a number or a list of 12 is wanted", v->key);
    else
        for (const struct wm_json *e = v->child; e != NULL; e = e->next)
            value = e == v->child || e->number == value ? e->number : (double)NAN;
    if (value > 1.0 && value <= 100.0) {
        wm_import_note(j->c.im, "assumed: %s = %g is in percent", v->key, value);
        value /= 100.0;
    }
    if (value < 0.0 || value > 1.0)
        wm_config_mistake(&j->c, WM_E204, v, "%s = %g, allowed 0..1 or 0..100 %%", v->key, value);
    return value;
}

struct ratchet {
    const struct wm_json *at;
    double frac; /* NAN: differs by month */
    int months, season[2];
};

static void read_season(struct job *j, struct ratchet *r)
{
    const struct wm_json *const v = wm_config_get(&j->c, "lookbackMonths|lookbackmonths");
    unsigned months = 0;
    int spans[12][2], m = 0;
    if (v == NULL)
        return;
    if (v->type != WM_JSON_ARRAY || (v->n_children != 12 && v->n_children != 0)) {
        wm_config_mistake(&j->c, WM_E205, v, "%s: a list of 12 flags is wanted", v->key);
        return;
    }
    for (const struct wm_json *e = v->child; e != NULL; e = e->next, m++)
        months |= (wm_config_says(e) ? 1U : 0U) << m;
    if (months != 0 && wm_schedule_spans(months, spans) > 1) {
        cannot(j, v, "%s: a ratchet that looks at several seasons", v->key);
        r->frac = 0.0;
    } else if (months != 0)
        memcpy(r->season, spans[0], sizeof r->season);
}

static struct ratchet read_ratchet(struct job *j)
{
    const struct wm_json *range = NULL, *old = NULL;
    struct ratchet r = {.months = 11, .season = {1, 12}};
    r.frac = same_of(j, "lookbackPercent|lookbackpercent", &r.at);
    const double before = same_of(j, "demandratchetpercentage", &old);
    const int64_t months = wm_config_int(&j->c, "lookbackRange|lookbackrange", 0.0, 60.0, 0);
    range = wm_config_get(&j->c, "lookbackRange|lookbackrange");
    if (!(r.frac != 0.0)) {
        r.frac = before;
        r.at = old;
    }
    read_season(j, &r);
    if (months > 0)
        r.months = (int)months;
    else if (r.frac != 0.0)
        wm_import_note(j->c.im, "assumed: the ratchet looks back %d months%s", r.months,
                       range == NULL ? ", lookbackRange is absent" : "");
    return r;
}

static void put_ratchet(struct job *j, const struct ratchet *r)
{
    struct wm_json *const charge = j->charges->last;
    put_number(j, charge, "ratchet_frac", r->frac);
    put_number(j, charge, "ratchet_months", r->months);
    if (r->season[0] != 1 || r->season[1] != 12) {
        put_number(j, charge, "ratchet_from_month", r->season[0]);
        put_number(j, charge, "ratchet_to_month", r->season[1]);
    }
}

static void read_flat_demand(struct job *j, const struct ratchet *ratchet)
{
    struct wm_rates r;
    struct scale s;
    struct wm_schedule_hours hours[WM_SCHEDULE_HOURS];
    const size_t before = j->n_charges, n_mistakes = j->c.im->n_mistakes;
    wm_rates_read(&j->c, "flatdemandstructure", -1000.0, 1000.0, "USD/kW-month", &r);
    wm_rates_schedule(&j->c, "flatdemandmonths", NULL, &r);
    const bool is_right = r.has_schedule && j->c.im->n_mistakes == n_mistakes;
    const bool is_said = demand_scale(j, "flatdemandunit", &r, &s);
    for (int at = 0; at < r.n && is_said && is_right; at++) {
        const size_t n = wm_schedule_split(&r.schedule, at, hours);
        merge_blocks(&r.periods[at]);
        if (n > 0 && wm_rates_has_price(&r.periods[at]) && !too_many_blocks(j, &r, at))
            put_charges(j, "demand", &r, at, hours, n, &s);
    }
    if (ratchet->frac == 0.0)
        return;
    const struct wm_json *const last = j->charges->last;
    if (isnan(ratchet->frac))
        cannot(j, ratchet->at, "%s differs by month", ratchet->at->key);
    else if (j->n_charges == before + 1 && wm_json_find(last, "from_month") == NULL)
        put_ratchet(j, ratchet);
    else
        cannot(j, ratchet->at,
               j->n_charges == before
                   ? "%s: a ratchet without a demand charge of all hours"
                   : "%s: a ratchet over demand charges that change with the month, each would "
                     "look at its own months alone",
               ratchet->at->key);
}

static bool is_plain(const struct wm_rates *r)
{
    for (int at = 0; at < r->n; at++)
        if (r->periods[at].n > 1)
            return false;
    return true;
}

/* Demand in hours that exclude each other: periods, the first that fits holds. */
static bool put_periods(struct job *j, const struct wm_rates *r, const struct scale *s)
{
    struct wm_schedule_hours hours[WM_SCHEDULE_HOURS];
    bool wanted[WM_RATES_PERIODS] = {false};
    int spans[12][2];
    for (int at = 0; at < r->n; at++) {
        wanted[at] = wm_rates_has_price(&r->periods[at]);
        if (r->periods[at].blocks[0].rate < 0.0)
            return false;
    }
    const size_t n = is_plain(r) ? wm_schedule_peel(&r->schedule, wanted, r->n, hours) : 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0, n_spans = wm_schedule_spans(hours[i].months, spans); k < n_spans; k++) {
            struct wm_json *const period = new_value(j, WM_JSON_OBJECT);
            put_text(j, period, "name",
                     line_name(j, "demand", r, hours[i].period, &hours[i], spans[k]));
            put_hours(j, period, &hours[i], spans[k]);
            put_number(j, period, "demand_usd_per_kw_month",
                       r->periods[hours[i].period].blocks[0].rate * s->price);
            wm_json_append(j->periods, period);
        }
    return n > 0 && j->periods->n_children <= WM_TARIFF_PERIODS;
}

static void read_hourly_demand(struct job *j)
{
    struct wm_rates r;
    struct scale s;
    struct wm_schedule_hours hours[WM_SCHEDULE_HOURS];
    bool is_single_all = true;
    const size_t before = j->c.im->n_mistakes;
    wm_rates_read(&j->c, "demandratestructure", -1000.0, 1000.0, "USD/kW-month", &r);
    wm_rates_schedule(&j->c, "demandweekdayschedule", "demandweekendschedule", &r);
    const bool is_right = r.has_schedule && j->c.im->n_mistakes == before;
    if (!demand_scale(j, "demandrateunit", &r, &s) || !is_right)
        return;
    for (int at = 0; at < r.n; at++) {
        merge_blocks(&r.periods[at]);
        const size_t n = wm_schedule_split(&r.schedule, at, hours);
        is_single_all =
            is_single_all && (is_single(hours, n, false) || !wm_rates_has_price(&r.periods[at]));
    }
    if (!is_single_all && put_periods(j, &r, &s))
        return;
    j->periods = new_value(j, WM_JSON_ARRAY);
    for (int at = 0; at < r.n; at++) {
        const size_t n = wm_schedule_split(&r.schedule, at, hours);
        if (n == 0 || !wm_rates_has_price(&r.periods[at]) || too_many_blocks(j, &r, at))
            continue;
        if (is_single(hours, n, false))
            put_charges(j, "demand", &r, at, hours, n, &s);
        else
            cannot(j, r.periods[at].at,
                   "%s.%d: a peak over hours that are no rectangle of days and hours, in more than "
                   "%d periods or in blocks",
                   r.key, at, WM_TARIFF_PERIODS);
    }
}

static void read_window(struct job *j)
{
    const struct wm_json *const v = wm_config_get(&j->c, "demandwindow");
    j->window_min = v != NULL && v->type == WM_JSON_NUMBER ? v->number : 0.0;
    if (j->window_min == 15.0 || j->window_min == 30.0 || j->window_min == 60.0)
        return;
    if (j->window_min != 0.0)
        cannot(j, v, "demandwindow = %g min, charges have 15, 30 or 60; 15 is used", v->number);
    else if (wm_config_get(&j->c, "flatdemandstructure|demandratestructure") != NULL)
        wm_import_note(j->c.im, "assumed: peaks of 15 minutes, demandwindow is absent");
    j->window_min = 15.0;
}

/* Price of each kWh of a month, beside the others. */
static void read_fuel(struct job *j)
{
    const struct wm_json *const v = wm_config_get(&j->c, "fueladjustmentsmonthly");
    const struct wm_schedule_hours day = {.days = WM_DAY_ALL, .to_h = 24};
    double value[12] = {0.0};
    int spans[12][2], m = 0;
    unsigned left = WM_SCHEDULE_MONTHS;
    if (!wm_config_says(v))
        return;
    if (v->type != WM_JSON_ARRAY || v->n_children != 12) {
        wm_config_mistake(&j->c, WM_E211, v, "fueladjustmentsmonthly: a list of 12 is wanted");
        return;
    }
    for (const struct wm_json *e = v->child; e != NULL; e = e->next, m++)
        if (!((value[m] = e->number) >= -1.0 && value[m] <= 10.0))
            wm_config_mistake(&j->c, WM_E204, e,
                              "fueladjustmentsmonthly.%d = %g USD/kWh, allowed "
                              "-1..10 USD/kWh",
                              m, value[m]);
    for (m = 0; m < 12; m++) {
        unsigned months = 0;
        for (int o = m; o < 12; o++)
            months |= (value[o] == value[m] ? 1U : 0U) << o;
        months &= left;
        left &= ~months;
        for (size_t k = 0, n = value[m] != 0.0 ? wm_schedule_spans(months, spans) : 0; k < n; k++) {
            struct wm_json *const charge =
                new_charge(j, "energy",
                           wm_arena_printf(j->c.im->arena, "fuel adjustment, %s",
                                           hours_text(j, &day, spans[k])));
            put_hours(j, charge, &day, spans[k]);
            put_number(j, charge, "usd_per_mwh", value[m] * 1e3);
        }
    }
}

/* USD by the month of a charge with a unit; NAN: none or not said. */
static double by_month(struct job *j, const char *keys, const char *unit_key)
{
    const struct wm_json *const v = wm_config_get(&j->c, keys);
    const char *const unit = wm_config_text(&j->c, unit_key);
    if (!wm_config_says(v))
        return (double)NAN;
    if (v->type != WM_JSON_NUMBER || v->number < 0.0) {
        wm_config_mistake(&j->c, WM_E204, v, "%s: USD of 0 or more are wanted", v->key);
        return (double)NAN;
    }
    if (unit[0] == '\0' || strcmp(unit, "$/month") == 0)
        return v->number;
    if (strcmp(unit, "$/day") == 0) {
        wm_import_note(j->c.im, "assumed: %s by the day is 365/12 times as much each month",
                       v->key);
        return v->number * 365.0 / 12.0;
    }
    if (strcmp(unit, "$/year") == 0)
        return v->number / 12.0;
    wm_config_mistake(&j->c, WM_E207, wm_config_get(&j->c, unit_key),
                      "%s = \"%.30s\", allowed: $/month, $/day, $/year", unit_key, unit);
    return (double)NAN;
}

static void read_fixed(struct job *j)
{
    const double fixed =
        by_month(j, "fixedchargefirstmeter|fixedmonthlycharge", "fixedchargeunits");
    if (!isnan(fixed))
        put_number(j, j->entry, "fixed_usd_per_month", fixed);
    if (wm_config_says(wm_config_get(&j->c, "fixedchargeeaaddl")))
        wm_import_note(j->c.im, "left out: fixedchargeeaaddl, the site has one meter");
}

static void read_minimum(struct job *j)
{
    const struct wm_json *const year = wm_config_get(&j->c, "annualmincharge");
    const bool is_year = strcmp(wm_config_text(&j->c, "minchargeunits"), "$/year") == 0;
    const struct wm_json *const v = wm_config_get(&j->c, "mincharge|minmonthlycharge");
    if (wm_config_says(year) || (is_year && wm_config_says(v)))
        cannot(j, wm_config_says(year) ? year : v,
               "%s: a least bill of the year, charges have one of the month",
               wm_config_says(year) ? year->key : v->key);
    if (is_year)
        return;
    const double minimum = by_month(j, "mincharge|minmonthlycharge", "minchargeunits");
    if (!isnan(minimum))
        put_number(j, new_charge(j, "minimum", "minimum charge"), "usd_per_month", minimum);
}

/* What a bill may have and no charge says. */
static void read_rest(struct job *j)
{
    static const struct {
        const char *key, *why;
        bool is_told; /* told alone: nothing that the bill of a site without it has */
    } rest[] = {
        {"coincidentratestructure",
         "a charge on the system's peaks, whose rule the file does not say: add a charge of basis "
         "coincident",
         false},
        {"demandreactivepowercharge", "reactive power is not simulated", true},
    };
    (void)wm_config_get(&j->c, "coincidentrateschedule");
    (void)wm_config_get(&j->c, "coincidentrateunit");
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        const struct wm_json *const v = wm_config_get(&j->c, rest[i].key);
        if (!wm_config_says(v))
            continue;
        if (rest[i].is_told)
            wm_import_note(j->c.im, "left out: %s = %.60s, %s", v->key,
                           wm_json_to_text(j->c.im->arena, v), rest[i].why);
        else
            cannot(j, v, "%s: %s", v->key, rest[i].why);
    }
}

/* Riders and discounts that a publisher has no field for: each is told. */
static void tell_attrs(struct job *j)
{
    static const char *const keys[] = {"energyattrs", "demandattrs", "fixedattrs"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct wm_json *const list = wm_config_get(&j->c, keys[i]);
        for (const struct wm_json *o = list != NULL ? list->child : NULL; o != NULL; o = o->next)
            wm_import_note(j->c.im, "left out: %s: %.150s", keys[i],
                           wm_json_to_text(j->c.im->arena, o));
    }
}

/* For whom the rate is: read, not checked. */
static void tell_limits(struct job *j)
{
    static const char *const keys[] = {"sector",
                                       "servicetype",
                                       "voltagecategory",
                                       "voltageminimum",
                                       "voltagemaximum",
                                       "phasewiring",
                                       "peakkwcapacitymin",
                                       "peakkwcapacitymax",
                                       "peakkwcapacityhistory",
                                       "peakkwhusagemin",
                                       "peakkwhusagemax",
                                       "peakkwhusagehistory"};
    const char *text = "";
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct wm_json *const v = wm_config_get(&j->c, keys[i]);
        if (wm_config_says(v))
            text = wm_arena_printf(
                j->c.im->arena, "%s%s%s %.40s", text, text[0] ? ", " : "", keys[i],
                v->type == WM_JSON_STRING || v->type == WM_JSON_NUMBER ? v->text : "?");
    }
    if (text[0] != '\0')
        wm_import_note(j->c.im, "read: for whom the rate is, not checked: %s", text);
    j->is_delivery =
        strncmp(wm_config_text(&j->c, "servicetype"), "Delivery", 8) == 0 &&
        strcmp(wm_config_text(&j->c, "servicetype"), "Delivery with Standard Offer") != 0;
    if (j->is_delivery)
        wm_import_note(j->c.im,
                       "assumed: delivery alone; energy comes at the hour's price of the weather "
                       "or market file, and is free without one");
}

/* A date in seconds or text; NULL: none. */
static const char *date_of(struct job *j, const char *keys)
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

static const char *as_of(struct job *j)
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

/* Names of catalogues: lower case, digits, points and dashes. */
static const char *slug(struct wm_arena *arena, const char *from)
{
    char *const name = wm_arena_copy_text(arena, from, strlen(from));
    size_t n = 0;
    for (const char *p = from; *p != '\0' && n < 60; p++) {
        const bool keeps = isalnum((unsigned char)*p) || *p == '.';
        if (keeps)
            name[n++] = (char)tolower((unsigned char)*p);
        else if (n > 0 && name[n - 1] != '-')
            name[n++] = '-';
    }
    while (n > 0 && name[n - 1] == '-')
        n--;
    name[n] = '\0';
    return name;
}

static const char *default_name(struct job *j)
{
    return slug(j->c.im->arena,
                wm_arena_printf(j->c.im->arena, "%s %s", wm_config_text(&j->c, "utility"),
                                wm_config_text(&j->c, "name")));
}

static void put_head(struct job *j)
{
    const char *const utility = wm_config_text(&j->c, "utility");
    const char *const label = wm_config_text(&j->c, "label");
    const char *const uri = wm_config_text(&j->c, "source|uri");
    put_text(j, j->entry, "title",
             wm_arena_printf(j->c.im->arena, "%.100s%s%.100s", utility, utility[0] ? ", " : "",
                             wm_config_text(&j->c, "name")));
    put_text(j, j->entry, "source",
             wm_arena_printf(j->c.im->arena, "Utility Rate Database (OpenEI)%s%.40s%s%.200s",
                             label[0] ? ", label " : "", label, uri[0] ? ", " : "", uri));
    put_text(j, j->entry, "as_of", as_of(j));
    put_text(j, j->entry, "basis", "vendor");
    put_text(j, j->entry, "energy_price", j->is_delivery ? "auto" : "flat");
    put_number(j, j->entry, "energy_usd_per_mwh", 0.0);
    put_number(j, j->entry, "demand_window_min", j->window_min);
}

static void write(struct job *j, const char *name)
{
    struct wm_json_writer w = wm_json_writer_to_memory(j->c.im->arena, true);
    struct wm_json *const root = new_value(j, WM_JSON_OBJECT), *const tariffs =
                                                                   new_value(j, WM_JSON_OBJECT);
    if (j->periods->n_children > 0)
        put(j->entry, "periods", j->periods);
    if (j->n_charges > 0)
        put(j->entry, "charges", j->charges);
    put(tariffs, name, j->entry);
    put(root, "tariffs", tariffs);
    wm_json_write(&w, root);
    wm_json_finish(&w);
    j->c.im->text = w.bytes;
}

static const char silent[] =
    "utility|name|label|uri|source|sourceparent|eiaid|approved|is_default|country|revisions|"
    "version|"
    "supercedes|supersedes|demandunits|flatdemandunit|demandrateunit|fixedchargeunits|"
    "minchargeunits|"
    "energytoulabels|demandlabels|startdate|enddate|effective*|endDate|usenetmetering|dgrules|"
    "description|basicinformationcomments|peakkw*|voltage*|_*";

static void convert(struct wm_importer *im, const struct wm_json *item, bool is_chosen)
{
    struct job j = {.c = {.im = im, .root = item, .text = item}};
    j.entry = new_value(&j, WM_JSON_OBJECT);
    j.charges = new_value(&j, WM_JSON_ARRAY);
    j.periods = new_value(&j, WM_JSON_ARRAY);
    const char *name = im->options->name != NULL && !is_chosen ? slug(im->arena, im->options->name)
                                                               : default_name(&j);
    if (name[0] == '\0')
        wm_config_mistake(&j.c, WM_E206, item,
                          "the file does not say what the rate is called: "
                          "give --name");
    tell_limits(&j);
    read_window(&j);
    put_head(&j);
    read_fixed(&j);
    read_energy(&j);
    const struct ratchet ratchet = read_ratchet(&j);
    read_flat_demand(&j, &ratchet);
    read_hourly_demand(&j);
    read_fuel(&j);
    read_rest(&j);
    tell_attrs(&j);
    read_minimum(&j); /* of all charges above it */
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
    "fixedmonthlycharge";

struct found {
    const struct wm_json *items[2000];
    size_t n;
};

/* Rates of a file, wherever they are: alone, in a list, in "items", in an input of REopt. */
static void gather(const struct wm_json *v, struct found *f)
{
    for (const struct wm_json *m = v->child; m != NULL; m = m->next)
        if (v->type == WM_JSON_OBJECT && wm_config_matches(rate_keys, m->key)) {
            if (f->n < sizeof f->items / sizeof *f->items)
                f->items[f->n++] = v;
            return;
        }
    for (const struct wm_json *m = v->child; m != NULL; m = m->next)
        if (m->type >= WM_JSON_ARRAY)
            gather(m, f);
}

static const char *text_of(const struct wm_json *item, const char *key)
{
    const struct wm_json *const v = wm_json_find(item, key);
    return v != NULL && v->type == WM_JSON_STRING ? v->text : "";
}

/* The rate that --name says, by its label or its name; one mistake when none or several are meant. */
static const struct wm_json *choose(struct wm_config *c, const struct found *f)
{
    const char *const wanted = c->im->options->name, *labels = "";
    const struct wm_json *chosen = NULL;
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) {
        const char *const label = text_of(f->items[i], "label"), *const name =
                                                                     text_of(f->items[i], "name");
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
    struct found *const f = WM_NEW_ARRAY(im->arena, struct found, 1);
    gather(root, f);
    if (f->n == 0) {
        wm_config_mistake(&c, WM_E205, root,
                          "no rate of the Utility Rate Database: none of its keys "
                          "energyratestructure, flatdemandstructure, demandratestructure, "
                          "fixedchargefirstmeter is there");
        return;
    }
    const struct wm_json *const item = f->n == 1 ? f->items[0] : choose(&c, f);
    if (item != NULL)
        convert(im, item, f->n > 1);
}
