#include "billing.h"

#include "wattmill/ledger.h"
#include "wattmill/require.h"

static const struct wm_tariff_hours always = {
    .from_month = 1, .to_month = 12, .days = WM_DAY_ALL, .to_s = 86400.0};

/* A charge without floor, part, term or window of its own, at a price. */
static struct wm_charge plain(const char *name, enum wm_charge_basis basis, double price_usd)
{
    struct wm_charge c = {.name = name,
                          .basis = basis,
                          .hours = always,
                          .to_us = INT64_MAX,
                          .to_w = (double)NAN,
                          .usd_per_mwh = (double)NAN,
                          .usd_per_kw_month = (double)NAN,
                          .usd_per_kw_year = (double)NAN,
                          .usd_per_mw_day = (double)NAN,
                          .usd_per_month = (double)NAN,
                          .window_s = (double)NAN,
                          .min_power_factor = (double)NAN,
                          .ratchet_months = 11,
                          .ratchet_from_month = 1,
                          .ratchet_to_month = 12,
                          .history_w = (double)NAN,
                          .year_from_month = 1};
    switch (basis) {
    case WM_CHARGE_ENERGY:
    case WM_CHARGE_MARKET:
    case WM_CHARGE_TAKE:
        c.usd_per_mwh = price_usd;
        break;
    case WM_CHARGE_DEMAND:
    case WM_CHARGE_CONTRACT:
        c.usd_per_kw_month = price_usd;
        break;
    case WM_CHARGE_COINCIDENT:
        c.usd_per_kw_year = price_usd;
        break;
    case WM_CHARGE_MONTH:
    case WM_CHARGE_MINIMUM:
    case WM_N_CHARGE_BASES:
        c.usd_per_month = price_usd;
        break;
    }
    return c;
}

static void add(struct wm_billing *b, const struct wm_charge *charge, unsigned tags, bool is_shown)
{
    b->lines[b->n_lines++] = (struct wm_billing_line){
        charge->name,
        charge->service != WM_SERVICE_ALL ? wm_service_part_words[charge->service] : "",
        tags,
        is_shown,
        -1,
        *charge,
        1.0};
}

static void add_period(struct wm_billing *b, int period, struct wm_charge *charge)
{
    const struct wm_tariff_period *const p = b->tariff->periods.items;
    charge->hours = p[period].hours;
    b->lines[b->n_lines++] = (struct wm_billing_line){
        charge->name, p[period].name, WM_TAG_POWER, false, period, *charge, 1.0};
}

/* A key of the tariff; its floor, ratchet, window and rule of peaks are the tariff's own. */
static void add_key(struct wm_billing *b, const char *name, enum wm_charge_basis basis,
                    unsigned tags, bool is_shown, double price_usd)
{
    const struct wm_tariff *const t = b->tariff;
    struct wm_charge c = plain(name, basis, price_usd);
    if (basis == WM_CHARGE_DEMAND) {
        c.min_frac = t->min_demand_frac;
        c.min_power_factor = t->min_power_factor;
        c.ratchet_frac = t->ratchet_frac;
        c.window_s = 60.0 * (double)t->demand_window_min;
    }
    if (basis == WM_CHARGE_COINCIDENT)
        c.peaks = t->coincident;
    if (is_shown || price_usd < 0.0 || price_usd > 0.0)
        add(b, &c, tags, is_shown);
}

static void add_keys(struct wm_billing *b)
{
    const struct wm_tariff *const t = b->tariff;
#define WM_TARIFF_LINE(key, unit, min, max, def, basis, tags, shown, line, doc) \
    add_key(b, line, WM_CHARGE_##basis, WM_TAG_##tags, shown, t->key);
#include "wattmill/tariff_lines.def"
#undef WM_TARIFF_LINE
}

/* Periods' energy and demand, each a line that holds where its period is the first that fits. */
static void add_periods(struct wm_billing *b)
{
    const struct wm_tariff_period *const p = b->tariff->periods.items;
    for (size_t i = 0; i < b->tariff->periods.n; i++) {
        if (wm_is_set(p[i].energy_usd_per_mwh)) {
            struct wm_charge c = plain("energy", WM_CHARGE_MARKET, p[i].energy_usd_per_mwh);
            add_period(b, (int)i, &c);
        }
        if (p[i].demand_usd_per_kw_month > 0.0) {
            struct wm_charge c =
                plain("demand charge, time of use", WM_CHARGE_DEMAND, p[i].demand_usd_per_kw_month);
            c.window_s = 60.0 * (double)b->tariff->demand_window_min;
            c.min_power_factor = b->tariff->min_power_factor;
            add_period(b, (int)i, &c);
        }
    }
}

static void add_charges(struct wm_billing *b)
{
    const struct wm_charge *const c = b->tariff->charges.items;
    for (size_t i = 0; i < b->tariff->charges.n; i++)
        add(b, &c[i], WM_TAG_POWER, false);
}

/* Line of a period's energy or demand; WM_BILLING_LINES when it has none. */
static size_t line_of_period(const struct wm_billing *b, int period, enum wm_charge_basis basis)
{
    for (size_t i = 0; period >= 0 && i < b->n_lines; i++)
        if (b->lines[i].period == period && b->lines[i].charge.basis == basis)
            return i;
    return WM_BILLING_LINES;
}

static wm_billing_set bit(size_t i)
{
    return i < WM_BILLING_LINES ? (wm_billing_set)1 << i : 0;
}

/* Lines that hold in a quarter of an hour: of periods the first, and the flat price where it has none. */
static wm_billing_set lines_at(const struct wm_billing *b, int month, enum wm_day_kind day,
                               double at_s)
{
    const int period = wm_tariff_period_at(b->tariff, month, day, at_s);
    const size_t energy = line_of_period(b, period, WM_CHARGE_MARKET);
    wm_billing_set set = bit(energy) | bit(line_of_period(b, period, WM_CHARGE_DEMAND));
    for (size_t i = 0; i < b->n_lines; i++) {
        const struct wm_billing_line *const line = &b->lines[i];
        const bool is_flat = line->charge.basis == WM_CHARGE_MARKET;
        if (line->period >= 0 || (is_flat && energy < WM_BILLING_LINES))
            continue;
        if (wm_tariff_hours_hold(&line->charge.hours, month, day, at_s))
            set |= bit(i);
    }
    return set;
}

static void fill_calendar(struct wm_billing *b)
{
    static const enum wm_day_kind days[WM_BILLING_DAYS] = {WM_DAY_WEEKDAY, WM_DAY_SATURDAY,
                                                           WM_DAY_SUNDAY};
    for (int m = 0; m < 12; m++) {
        for (size_t i = 0; i < b->n_lines; i++)
            if (wm_tariff_in_season(&b->lines[i].charge.hours, m + 1))
                b->season[m] |= bit(i);
        for (int d = 0; d < WM_BILLING_DAYS; d++)
            for (int q = 0; q < WM_BILLING_QUARTERS; q++)
                b->hours[m][d][q] = lines_at(b, m + 1, days[d], 900.0 * q);
    }
}

/* Whether its peaks cost something. */
static bool has_price(const struct wm_charge *c)
{
    return c->tiers.n > 0 || wm_charge_usd_per_kw(c, 30.0) > 0.0;
}

/* Lines that energy, peaks and windows touch. */
static void sort_line(struct wm_billing *b, size_t i)
{
    const struct wm_charge *const c = &b->lines[i].charge;
    const double window_s = wm_charge_window_s(c);
    const bool is_peak = c->basis == WM_CHARGE_DEMAND || c->basis == WM_CHARGE_COINCIDENT;
    if (c->basis == WM_CHARGE_ENERGY || c->basis == WM_CHARGE_MARKET)
        b->energy |= bit(i);
    if (is_peak && has_price(c))
        b->peaks |= bit(i);
    if (is_peak || c->tiers.n > 0) /* hours' use is of billed demand */
        b->windows[window_s < 1000.0 ? 0 : window_s < 2000.0 ? 1 : 2] |= bit(i);
}

static struct wm_billing *lines_of(struct wm_arena *arena, const struct wm_tariff *tariff)
{
    struct wm_billing *const b = WM_NEW(arena, struct wm_billing);
    b->tariff = tariff;
    b->lines = WM_NEW_ARRAY(arena, struct wm_billing_line, WM_BILLING_LINES);
    add_keys(b);
    add_periods(b);
    add_charges(b);
    for (size_t i = 0; i < b->n_lines; i++) {
        struct wm_billing_line *const line = &b->lines[i];
        line->demand_factor = wm_charge_power_factor(&line->charge, tariff->power_factor);
        sort_line(b, i);
    }
    return b;
}

const struct wm_billing *wm_billing_lines(struct wm_arena *arena, const struct wm_tariff *tariff)
{
    return lines_of(arena, tariff);
}

const struct wm_billing *wm_billing_new(struct wm_arena *arena, const struct wm_tariff *tariff)
{
    struct wm_billing *const b = lines_of(arena, tariff);
    fill_calendar(b);
    return b;
}

/* Sets of energy lines that some hour has, at most. */
static size_t count_hours(const struct wm_billing *b)
{
    size_t n = 1;
    wm_billing_set last = b->hours[0][0][0] & b->energy;
    for (int m = 0; m < 12; m++)
        for (int d = 0; d < WM_BILLING_DAYS; d++)
            for (int q = 0; q < WM_BILLING_QUARTERS; q++) {
                const wm_billing_set set = b->hours[m][d][q] & b->energy;
                n += set != last;
                last = set;
            }
    return n;
}

struct wm_price_sets wm_price_sets_new(struct wm_arena *arena, const struct wm_billing *billing)
{
    size_t n_terms = 1; /* between the ends of terms the same lines hold */
    for (size_t i = 0; i < billing->n_lines; i++)
        n_terms += (billing->lines[i].charge.from_us > 0 ? 1u : 0u) +
                   (billing->lines[i].charge.to_us < INT64_MAX ? 1u : 0u);
    const size_t capacity = 2 * n_terms * count_hours(billing);
    return (struct wm_price_sets){.at = WM_NEW_ARRAY(arena, struct wm_price_set, capacity),
                                  .capacity = capacity};
}

size_t wm_price_set_at(struct wm_price_sets *sets, const struct wm_billing *billing,
                       wm_billing_set hours, int64_t at_us, bool is_series, size_t last)
{
    struct wm_price_set now = {.is_series = is_series};
    wm_billing_set left = hours & billing->energy;
    for (size_t i = 0; left != 0; i++, left >>= 1)
        if ((left & 1) != 0 && wm_billing_in_term(&billing->lines[i], at_us))
            now.lines |= bit(i);
    for (size_t k = 0, i = last; k < sets->n; k++, i = i + 1 < sets->n ? i + 1 : 0)
        if (sets->at[i].lines == now.lines && sets->at[i].is_series == now.is_series)
            return i;
    WM_REQUIRE(sets->n < sets->capacity);
    sets->at[sets->n] = now;
    return sets->n++;
}

double wm_price_set_usd_per_mwh(const struct wm_billing *billing, const struct wm_price_set *set,
                                double *n_series)
{
    wm_billing_set left = set->lines;
    double usd_per_mwh = 0.0;
    *n_series = 0.0;
    for (size_t i = 0; left != 0; i++, left >>= 1) {
        const struct wm_charge *const c = &billing->lines[i].charge;
        if ((left & 1) == 0)
            continue;
        if (c->basis == WM_CHARGE_MARKET && set->is_series)
            *n_series += 1.0;
        else
            usd_per_mwh += wm_charge_marginal_usd_per_mwh(c);
    }
    return usd_per_mwh;
}

wm_billing_set wm_billing_at(const struct wm_billing *billing, enum wm_day_kind day,
                             const struct wm_civil *local)
{
    const int d = day == WM_DAY_WEEKDAY ? 0 : day == WM_DAY_SATURDAY ? 1 : 2;
    return billing->hours[local->month - 1][d][local->hour * 4 + local->minute / 15];
}

double wm_billing_market_usd_per_mwh(const struct wm_billing *billing, double series_usd_per_mwh)
{
    return billing->tariff->energy_price != WM_ENERGY_PRICE_FLAT ? series_usd_per_mwh : (double)NAN;
}

double wm_billing_usd_per_mwh(const struct wm_billing *billing, wm_billing_set hours, int64_t at_us,
                              double series_usd_per_mwh)
{
    const double series = wm_billing_market_usd_per_mwh(billing, series_usd_per_mwh);
    wm_billing_set set = hours & billing->energy;
    double usd_per_mwh = 0.0;
    for (size_t i = 0; set != 0; i++, set >>= 1) {
        const struct wm_billing_line *const line = &billing->lines[i];
        if ((set & 1) == 0 || !wm_billing_in_term(line, at_us))
            continue;
        const bool is_series = line->charge.basis == WM_CHARGE_MARKET && wm_is_set(series);
        usd_per_mwh += is_series ? series : wm_charge_marginal_usd_per_mwh(&line->charge);
    }
    return usd_per_mwh;
}
