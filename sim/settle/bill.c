#include "bill.h"

#include <math.h>
#include <stdlib.h>

static const double w_per_kw = 1e3;

/* A line of a month, and what its price hangs on. */
struct place {
    const struct wm_meter *meter;
    const struct wm_charge *charge;
    const struct wm_charge_month *months; /* of the line */
    size_t line, month;
    double share;     /* of the month that is simulated and in the charge's term */
    double above_usd; /* of the month, of all lines above */
};

static double per(double usd, double quantity)
{
    return quantity > 0.0 ? usd / quantity : (double)NAN;
}

static double billed_w(const struct place *p)
{
    return wm_charge_billed_w(p->charge, p->months, p->month, p->meter->first_month % 12 + 1);
}

static struct wm_bill_item energy_item(const struct place *p)
{
    const struct wm_charge_month *const m = &p->months[p->month];
    const double mwh = m->energy_j / WM_J_PER_MWH;
    double usd =
        m->series_usd + (m->energy_j - m->series_j) / WM_J_PER_MWH * p->charge->usd_per_mwh;
    if (m->series_j >= m->energy_j) /* the flat price may be unset */
        usd = m->series_usd;
    if (p->charge->basis == WM_CHARGE_ENERGY)
        usd = p->charge->tiers.n > 0
                  ? wm_charge_tiers_usd(p->charge, m->energy_j, billed_w(p), p->share)
                  : mwh * p->charge->usd_per_mwh;
    return (struct wm_bill_item){m->energy_j, per(usd, mwh), 1.0, usd};
}

static struct wm_bill_item power_item(const struct place *p, double w)
{
    /* days of the whole month, of 23 and 25 h too, so that a price by the day is billed for the days of the part */
    const double days = p->share > 0.0 ? round(p->months[p->month].term_s / 86400.0 / p->share) : 0.0;
    const double kw = w / w_per_kw;
    const double price = p->charge->tiers.n > 0 ? per(wm_charge_demand_usd(p->charge, w), kw)
                                                : wm_charge_usd_per_kw(p->charge, days);
    const double usd = kw > 0.0 ? kw * price * p->share : 0.0;
    return (struct wm_bill_item){w, price, p->share, usd};
}

static struct wm_bill_item contract_item(const struct place *p)
{
    const struct wm_charge_month *const m = &p->months[p->month];
    return power_item(p, m->term_s > 0.0 ? m->contract_ws / m->term_s : 0.0);
}

/* Mean of the peaks of the year nearest to `at` that has any. */
static double nearest_w(const struct wm_peak_watch *years, int n, int at)
{
    for (int away = 0; away <= n + abs(at); away++)
        for (int sign = 1; sign >= -1; sign -= 2) {
            const int i = at + sign * away;
            if (i >= 0 && i < n && years[i].n > 0)
                return wm_peak_watch_mean_w(&years[i]);
        }
    return 0.0;
}

/* Load in the system's peaks that a month is billed for: of its year or the one before; where the run
 * saw none, what the tariff says of the time before it, else the nearest year that has any. */
static struct wm_bill_item coincident_item(const struct place *p)
{
    const struct wm_meter *const m = p->meter;
    const struct wm_meter_month *const month = &m->months[p->month];
    const struct wm_charge *const c = p->charge;
    const struct wm_peak_watch *const years = &m->peaks[p->line * m->n_years];
    const int before =
        (month->month < c->year_from_month ? 1 : 0) + (c->billed == WM_BILLED_YEAR_AFTER ? 1 : 0);
    const int at = month->year - before - m->first_year;
    if (at >= 0 && years[at].n > 0)
        return power_item(p, wm_peak_watch_mean_w(&years[at]));
    if (wm_is_set(c->history_w))
        return power_item(p, wm_charge_part_w(c, c->history_w));
    return power_item(p, nearest_w(years, (int)m->n_years, at));
}

static struct wm_bill_item month_item(const struct place *p)
{
    const double price = p->charge->usd_per_month;
    return (struct wm_bill_item){1.0, price, p->share, price * p->share};
}

/* Energy below the floor, of this month or, in the last of twelve, of these. */
static struct wm_bill_item take_item(const struct place *p)
{
    const bool by_year = p->charge->settled == WM_SETTLED_YEAR;
    const bool is_due = !by_year || p->month % 12 == 11 || p->month + 1 == p->meter->n_months;
    double short_j = 0.0;
    for (size_t i = by_year ? p->month - p->month % 12 : p->month; is_due && i <= p->month; i++)
        short_j += p->months[i].floor_ws - p->months[i].energy_j;
    short_j = fmax(0.0, short_j);
    const double price = p->charge->usd_per_mwh;
    return (struct wm_bill_item){short_j, price, 1.0, short_j / WM_J_PER_MWH * price};
}

static struct wm_bill_item minimum_item(const struct place *p)
{
    const double least_usd = p->charge->usd_per_month * p->share;
    const double usd = fmax(0.0, least_usd - p->above_usd);
    return (struct wm_bill_item){1.0, p->share > 0.0 ? usd / p->share : 0.0, p->share, usd};
}

static struct wm_bill_item demand_item(const struct place *p)
{
    return power_item(p, billed_w(p));
}

/* What a basis is billed by; units and words are in sim/results/bill.c. */
static struct wm_bill_item (*const items[WM_N_CHARGE_BASES])(const struct place *p) = {
    [WM_CHARGE_ENERGY] = energy_item,     [WM_CHARGE_DEMAND] = demand_item,
    [WM_CHARGE_CONTRACT] = contract_item, [WM_CHARGE_COINCIDENT] = coincident_item,
    [WM_CHARGE_MONTH] = month_item,       [WM_CHARGE_TAKE] = take_item,
    [WM_CHARGE_MINIMUM] = minimum_item,   [WM_CHARGE_MARKET] = energy_item,
};

static bool is_by_mwh(enum wm_charge_basis basis)
{
    return basis == WM_CHARGE_ENERGY || basis == WM_CHARGE_MARKET;
}

static void close_month(const struct wm_meter *meter, struct wm_bill *bill, size_t at)
{
    const struct wm_meter_month *const m = &meter->months[at];
    struct wm_bill_month *const month = &bill->months[at];
    *month = (struct wm_bill_month){.year = m->year, .month = m->month, .time_s = m->time_s};
    for (size_t i = 0; i < bill->n_lines; i++) {
        const struct wm_charge_month *const months = wm_meter_line(meter, i);
        const struct place p = {meter, &meter->billing->lines[i].charge,          months,         i,
                                at,    fmin(1.0, months[at].term_s / m->whole_s), month->bill_usd};
        const struct wm_bill_item item = items[p.charge->basis](&p);
        bill->items[at * bill->n_lines + i] = item;
        bill->lines[i].usd += item.usd;
        month->bill_usd += item.usd;
        month->energy_usd += is_by_mwh(p.charge->basis) ? item.usd : 0.0;
    }
    month->energy_j = m->energy_j;
    month->peak_w = m->peak_w;
    month->load_factor = m->peak_w > 0.0 ? m->energy_j / m->time_s / m->peak_w : (double)NAN;
    month->contract_w = m->time_s > 0.0 ? m->contract_ws / m->time_s : 0.0;
    month->usd_per_mwh = per(month->bill_usd, m->energy_j / WM_J_PER_MWH);
    month->carbon_kg = m->carbon_kg;
}

const struct wm_bill *wm_bill_close(struct wm_arena *arena, const struct wm_meter *meter)
{
    const struct wm_billing *const b = meter->billing;
    struct wm_bill *const bill = WM_NEW(arena, struct wm_bill);
    bill->n_lines = b->n_lines;
    bill->n_months = meter->n_months;
    bill->lines = WM_NEW_ARRAY(arena, struct wm_bill_line, b->n_lines);
    bill->months = WM_NEW_ARRAY(arena, struct wm_bill_month, meter->n_months);
    bill->items = WM_NEW_ARRAY(arena, struct wm_bill_item, meter->n_months * b->n_lines);
    for (size_t i = 0; i < b->n_lines; i++)
        bill->lines[i] =
            (struct wm_bill_line){b->lines[i].name, b->lines[i].detail,   b->lines[i].charge.basis,
                                  b->lines[i].tags, b->lines[i].is_shown, 0.0};
    for (size_t i = 0; i < meter->n_months; i++)
        close_month(meter, bill, i);
    return bill;
}
