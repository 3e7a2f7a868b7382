/* Demand of a rate: by month and by hour, with its window and its ratchet. */
#include <math.h>
#include <string.h>

#include "rate_job.h"

static const double KW_PER_HP = 0.74569987158227; /* mechanical, 550 ft lbf/s */

/* kW, kVA, hp; by the day: no. */
static bool demand_scale(struct wm_rate_job *j, const char *unit_keys, const struct wm_rates *r,
                         struct wm_rate_scale *s)
{
    const char *const unit = wm_config_text(&j->c, unit_keys);
    *s = (struct wm_rate_scale){"demand", "usd_per_kw_month", "up_to_mw", 1.0, 1e-3};
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
        wm_rate_cannot(j, at, "%s in %s: a peak of each day, charges have one of each month",
                       r->key, unit);
    else
        wm_config_mistake(&j->c, WM_E207, at,
                          "%s = \"%.30s\", allowed: kW, kVA, hp, kW daily, kVA daily, hp daily",
                          at->key, unit);
    return false;
}

static bool too_many_blocks(struct wm_rate_job *j, const struct wm_rates *r, int at)
{
    if (r->periods[at].n <= WM_CHARGE_TIERS)
        return false;
    wm_rate_cannot(j, r->periods[at].at, "%s.%d: %zu blocks, more than %d", r->key, at,
                   r->periods[at].n, WM_CHARGE_TIERS);
    return true;
}

static bool is_plain(const struct wm_rates *r)
{
    for (int at = 0; at < r->n; at++)
        if (r->periods[at].n > 1)
            return false;
    return true;
}

/* Months 1..12 of a season that may wrap, as bits. */
static unsigned months_of(const int season[2])
{
    unsigned months = 0;
    for (int m = season[0];; m = m % 12 + 1) {
        months |= 1U << (m - 1);
        if (m == season[1])
            return months;
    }
}

static double price_in(const struct wm_rates *r, int m)
{
    return r->periods[r->schedule.at[0][m][0]].blocks[0].rate;
}

/* The months in which a kW costs `usd` or more. */
static unsigned months_from(const struct wm_rates *r, double usd)
{
    unsigned months = 0;
    for (int m = 0; m < 12; m++)
        months |= (price_in(r, m) >= usd ? 1U : 0U) << m;
    return months;
}

/* The next higher price of a month than `usd`; NAN: none. */
static double next_price(const struct wm_rates *r, double usd)
{
    double next = (double)NAN;
    for (int m = 0; m < 12; m++)
        if (price_in(r, m) > usd && !(price_in(r, m) >= next))
            next = price_in(r, m);
    return next;
}

/* Whether each layer of put_layers is one span of months that holds the ratchet's season. */
static bool is_layered(const struct wm_rates *r, const struct wm_rate_ratchet *ratchet)
{
    const unsigned season = months_of(ratchet->season);
    int spans[12][2];
    for (int m = 0; m < 12; m++)
        if (price_in(r, m) < 0.0)
            return false;
    for (double usd = next_price(r, 0.0); !isnan(usd); usd = next_price(r, usd))
        if ((season & ~months_from(r, usd)) != 0 ||
            wm_schedule_spans(months_from(r, usd), spans) > 1)
            return false;
    return !isnan(next_price(r, next_price(r, -1.0)));
}

/*
 * Prices that change with the month under one ratchet: layers, the lowest price all year, what others are above
 * it in their months. A charge looks at peaks of its own months alone; where the ratchet's season lies in the months of each
 * layer it is the same peak for all, and each layer bills the kW that the rate does. False: not so.
 */
static bool put_layers(struct wm_rate_job *j, const struct wm_rates *r,
                       const struct wm_rate_scale *s, const struct wm_rate_ratchet *ratchet)
{
    const struct wm_schedule_hours day = {.days = WM_DAY_ALL, .to_h = 24};
    struct wm_arena *const arena = j->c.im->arena;
    int spans[12][2];
    double below = 0.0;
    if (!(ratchet->frac > 0.0) || !is_plain(r) || !is_layered(r, ratchet))
        return false;
    for (double usd = next_price(r, 0.0); !isnan(usd); below = usd, usd = next_price(r, usd)) {
        (void)wm_schedule_spans(months_from(r, usd), spans);
        const char *const months = wm_rate_hours_text(j, &day, spans[0]);
        struct wm_json *const charge = wm_rate_charge(
            j, "demand",
            wm_arena_printf(arena,
                            below > 0.0 ? "demand, more than in other months, %s" : "demand, %s",
                            months));
        wm_rate_put_hours(j, charge, &day, spans[0]);
        wm_entry_number(arena, charge, s->price_key, (usd - below) * s->price);
        wm_entry_number(arena, charge, "window_min", j->window_min);
        wm_rate_put_ratchet(j, ratchet);
    }
    wm_import_note(j->c.im,
                   "read: %s over prices that change with the month, in layers of one price",
                   ratchet->at->key);
    return true;
}

/* The ratchet of the one charge of all months. */
static void put_flat_ratchet(struct wm_rate_job *j, const struct wm_rate_ratchet *ratchet,
                             size_t before)
{
    const struct wm_json *const last = j->charges->last;
    if (ratchet->frac == 0.0)
        return;
    if (isnan(ratchet->frac))
        wm_rate_cannot(j, ratchet->at, "%s differs by month", ratchet->at->key);
    else if (j->n_charges == before + 1 && wm_json_find(last, "from_month") == NULL)
        wm_rate_put_ratchet(j, ratchet);
    else
        wm_rate_cannot(
            j, ratchet->at,
            j->n_charges == before
                ? "%s: a ratchet without a demand charge of all hours"
                : "%s: a ratchet over demand charges that change with the month, each would "
                  "look at its own months alone; it can be said where the months looked "
                  "back at (lookbackMonths) are dear ones",
            ratchet->at->key);
}

void wm_rate_read_flat_demand(struct wm_rate_job *j, const struct wm_rate_ratchet *ratchet)
{
    struct wm_rates r;
    struct wm_rate_scale s;
    struct wm_schedule_hours hours[WM_SCHEDULE_HOURS];
    const size_t before = j->n_charges, n_mistakes = j->c.im->n_mistakes;
    wm_rates_read(&j->c, "flatdemandstructure", -1000.0, 1000.0, "USD/kW-month", &r);
    wm_rates_schedule(&j->c, "flatdemandmonths", NULL, &r);
    const bool is_right = r.has_schedule && j->c.im->n_mistakes == n_mistakes;
    const bool is_said = demand_scale(j, "flatdemandunit", &r, &s);
    if (is_said && is_right && put_layers(j, &r, &s, ratchet))
        return;
    for (int at = 0; at < r.n && is_said && is_right; at++) {
        const size_t n = wm_schedule_split(&r.schedule, at, hours);
        wm_rate_merge_blocks(&r.periods[at]);
        if (n > 0 && wm_rates_has_price(&r.periods[at]) && !too_many_blocks(j, &r, at))
            wm_rate_put_charges(j, "demand", &r, at, hours, n, &s);
    }
    put_flat_ratchet(j, ratchet, before);
}

/* Demand in hours that exclude each other: periods, the first that fits holds. */
static bool put_periods(struct wm_rate_job *j, const struct wm_rates *r,
                        const struct wm_rate_scale *s)
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
            struct wm_json *const period = wm_entry_new(j->c.im->arena, WM_JSON_OBJECT);
            wm_entry_text(j->c.im->arena, period, "name",
                          wm_rate_line_name(j, "demand", r, hours[i].period, &hours[i], spans[k]));
            wm_rate_put_hours(j, period, &hours[i], spans[k]);
            wm_entry_number(j->c.im->arena, period, "demand_usd_per_kw_month",
                            r->periods[hours[i].period].blocks[0].rate * s->price);
            wm_json_append(j->periods, period);
        }
    return n > 0 && j->periods->n_children <= WM_TARIFF_PERIODS;
}

void wm_rate_read_hourly_demand(struct wm_rate_job *j)
{
    struct wm_rates r;
    struct wm_rate_scale s;
    struct wm_schedule_hours hours[WM_SCHEDULE_HOURS];
    bool is_single_all = true;
    const size_t before = j->c.im->n_mistakes;
    wm_rates_read(&j->c, "demandratestructure", -1000.0, 1000.0, "USD/kW-month", &r);
    wm_rates_schedule(&j->c, "demandweekdayschedule", "demandweekendschedule", &r);
    const bool is_right = r.has_schedule && j->c.im->n_mistakes == before;
    if (!demand_scale(j, "demandrateunit", &r, &s) || !is_right)
        return;
    for (int at = 0; at < r.n; at++) {
        wm_rate_merge_blocks(&r.periods[at]);
        const size_t n = wm_schedule_split(&r.schedule, at, hours);
        is_single_all = is_single_all &&
                        (wm_rate_is_single(hours, n, false) || !wm_rates_has_price(&r.periods[at]));
    }
    if (!is_single_all && put_periods(j, &r, &s))
        return;
    j->periods = wm_entry_new(j->c.im->arena, WM_JSON_ARRAY);
    for (int at = 0; at < r.n; at++) {
        const size_t n = wm_schedule_split(&r.schedule, at, hours);
        if (n == 0 || !wm_rates_has_price(&r.periods[at]) || too_many_blocks(j, &r, at))
            continue;
        if (wm_rate_is_single(hours, n, false))
            wm_rate_put_charges(j, "demand", &r, at, hours, n, &s);
        else
            wm_rate_cannot(
                j, r.periods[at].at,
                "%s.%d: a peak over hours that are no rectangle of days and hours, in more than "
                "%d periods or in blocks",
                r.key, at, WM_TARIFF_PERIODS);
    }
}

void wm_rate_read_window(struct wm_rate_job *j)
{
    const struct wm_json *const v = wm_config_get(&j->c, "demandwindow");
    j->window_min = v != NULL && v->type == WM_JSON_NUMBER ? v->number : 0.0;
    if (j->window_min == 15.0 || j->window_min == 30.0 || j->window_min == 60.0)
        return;
    if (j->window_min != 0.0)
        wm_rate_cannot(j, v, "demandwindow = %g min, charges have 15, 30 or 60; 15 is used",
                       v->number);
    else if (wm_config_get(&j->c, "flatdemandstructure|demandratestructure") != NULL)
        wm_import_note(j->c.im, "assumed: peaks of 15 minutes, demandwindow is absent");
    j->window_min = 15.0;
}
