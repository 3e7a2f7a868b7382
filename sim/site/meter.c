#include "meter.h"
#include "wattmill/numeric.h"

#include <math.h>

static const double window_s[WM_METER_WINDOWS] = {900.0, 1800.0, 3600.0};

static int month_number(const struct wm_civil *c)
{
    return c->year * 12 + c->month - 1;
}

struct wm_meter wm_meter_new(struct wm_arena *arena, const struct wm_environment *environment,
                             int64_t start_us, int64_t end_us)
{
    const struct wm_civil first = wm_environment_local(environment, start_us);
    const struct wm_civil last = wm_environment_local(environment, end_us - 1);
    struct wm_meter m = {
        .billing = environment->billing,
        .run_s = (double)(end_us - start_us) / (double)WM_US_PER_S,
        .first_month = month_number(&first),
        .first_year = first.year,
        .n_months = (size_t)(month_number(&last) - month_number(&first)) + 1,
        .n_years = (size_t)(last.year - first.year) + 1,
    };
    const size_t n_lines = m.billing->n_lines;
    m.months = WM_NEW_ARRAY(arena, struct wm_meter_month, m.n_months);
    m.charges = WM_NEW_ARRAY(arena, struct wm_charge_month, n_lines * m.n_months);
    m.peaks = WM_NEW_ARRAY(arena, struct wm_peak_watch, n_lines * m.n_years);
    m.contracts = WM_NEW_ARRAY(arena, struct wm_meter_contract, n_lines);
    for (size_t i = 0; i < m.n_months; i++) {
        struct wm_meter_month *const month = &m.months[i];
        month->year = (m.first_month + (int)i) / 12;
        month->month = (m.first_month + (int)i) % 12 + 1;
        month->whole_s = wm_environment_month_s(environment, month->year, month->month);
    }
    for (size_t i = 0; i < n_lines * m.n_years; i++)
        m.peaks[i].rule = m.billing->lines[i / m.n_years].charge.peaks;
    return m;
}

/* The peaks of what a window of the clock holds; one of which a part is missing does not count. */
static void end_window(struct wm_meter *m, size_t w, size_t month,
                       const struct wm_surroundings *now)
{
    const struct wm_meter_window *const window = &m->windows[w];
    const double mean_w = window->energy_j / window->time_s;
    const size_t year = (size_t)(now->local.year - m->first_year);
    wm_billing_set set = m->billing->windows[w] & window->hours;
    for (size_t i = 0; set != 0; i++, set >>= 1) {
        const struct wm_charge *const c = &m->billing->lines[i].charge;
        struct wm_charge_month *const cm = &m->charges[i * m->n_months + month];
        if ((set & 1) == 0)
            continue;
        const double part_w = wm_charge_part_w(c, mean_w);
        cm->peak_w = wm_larger(cm->peak_w, m->billing->lines[i].demand_factor * part_w);
        const struct wm_peak_window peak = {now->local.month, now->day, now->is_off_peak_day,
                                            window->stress_s / window->time_s, part_w};
        if (c->basis == WM_CHARGE_COINCIDENT)
            wm_peak_watch_add(&m->peaks[i * m->n_years + year], &peak);
    }
}

static void add_window(struct wm_meter *m, size_t w, size_t month,
                       const struct wm_surroundings *now, const struct wm_meter_reading *reading)
{
    struct wm_meter_window *const window = &m->windows[w];
    const double at_s = 3600.0 * now->local.hour + 60.0 * now->local.minute;
    const int64_t slot =
        now->day * (int64_t)(86400.0 / window_s[w]) + (int64_t)(at_s / window_s[w]);
    if (window->time_s <= 0.0 || slot != window->slot)
        *window = (struct wm_meter_window){.slot = slot, .hours = now->hours};
    window->time_s += reading->time_s;
    window->energy_j += reading->energy_j;
    window->stress_s += now->system_stress * reading->time_s;
    if (window->time_s < window_s[w] * (1.0 - 1e-9))
        return;
    end_window(m, w, month, now);
    window->time_s = 0.0;
}

/* A contract stays for months, the floor until its next step. */
static void follow_contract(struct wm_meter_contract *m, const struct wm_charge *c,
                            double contract_w, int64_t at_us)
{
    const struct wm_charge_step *const steps = c->ramp.items;
    if (m->until_us > at_us && m->contract_w == contract_w)
        return;
    *m = (struct wm_meter_contract){contract_w, wm_charge_part_w(c, contract_w),
                                    wm_charge_floor_w(c, contract_w, at_us), INT64_MAX};
    for (size_t i = 0; i < c->ramp.n && m->until_us == INT64_MAX; i++)
        if (steps[i].from_us > at_us)
            m->until_us = steps[i].from_us;
}

/* A line's part of the interval; `holds` says whether its hours do. */
static void add_line(const struct wm_billing_line *line, struct wm_meter_contract *contract,
                     struct wm_charge_month *cm, bool holds, int64_t at_us,
                     const struct wm_surroundings *now, const struct wm_meter_reading *reading)
{
    const struct wm_charge *const c = &line->charge;
    follow_contract(contract, c, reading->contract_ws / reading->time_s, at_us);
    cm->term_s += reading->time_s;
    cm->contract_ws += contract->part_w * reading->time_s;
    cm->floor_ws += contract->floor_w * reading->time_s;
    if (!holds)
        return;
    const double mean_w = reading->energy_j / reading->time_s;
    const double energy_j = wm_charge_part_w(c, mean_w) * reading->time_s;
    cm->hours_s += reading->time_s;
    cm->energy_j += energy_j;
    if (c->basis != WM_CHARGE_MARKET || !wm_is_set(now->market_usd_per_mwh))
        return;
    cm->series_j += energy_j;
    cm->series_usd += energy_j / WM_J_PER_MWH * now->market_usd_per_mwh;
}

void wm_meter_add(struct wm_meter *meter, int64_t at_us, const struct wm_surroundings *now,
                  const struct wm_meter_reading *reading)
{
    const size_t at = (size_t)(month_number(&now->local) - meter->first_month);
    struct wm_meter_month *const month = &meter->months[at];
    const double mean_w = reading->energy_j / reading->time_s;
    month->energy_j += reading->energy_j;
    month->carbon_kg += reading->energy_j * now->kg_per_j;
    month->contract_ws += reading->contract_ws;
    month->time_s += reading->time_s;
    month->peak_w = wm_larger(month->peak_w, mean_w);
    meter->peak_w = wm_larger(meter->peak_w, mean_w);
    wm_billing_set season = meter->billing->season[now->local.month - 1], hours = now->hours;
    for (size_t i = 0; season != 0; i++, season >>= 1, hours >>= 1) {
        const struct wm_billing_line *const line = &meter->billing->lines[i];
        if ((season & 1) != 0 && wm_billing_in_term(line, at_us))
            add_line(line, &meter->contracts[i], &meter->charges[i * meter->n_months + at],
                     (hours & 1) != 0, at_us, now, reading);
    }
    for (size_t w = 0; w < WM_METER_WINDOWS; w++)
        if (meter->billing->windows[w] != 0)
            add_window(meter, w, at, now, reading);
}

/* Load up to which the line costs nothing more now. */
static double line_calm_w(const struct wm_meter *m, size_t i, size_t month, int64_t at_us,
                          const struct wm_surroundings *now, double contract_w)
{
    const struct wm_charge *const c = &m->billing->lines[i].charge;
    const struct wm_charge_month *const months = wm_meter_line(m, i);
    if (c->basis == WM_CHARGE_COINCIDENT) {
        const size_t year = (size_t)(now->local.year - m->first_year);
        const struct wm_peak_window window = {now->local.month, now->day, now->is_off_peak_day,
                                              now->system_stress, 0.0};
        return wm_peak_watch_counts(&m->peaks[i * m->n_years + year], &window) ? 0.0
                                                                               : (double)INFINITY;
    }
    const double billed_w =
        fmax(fmax(months[month].peak_w, wm_charge_floor_w(c, contract_w, at_us)),
             wm_charge_ratchet_w(c, months, month, m->first_month % 12 + 1));
    const double load_w = billed_w / m->billing->lines[i].demand_factor;
    if (wm_is_set(c->to_w) && load_w >= c->to_w - c->from_w)
        return (double)INFINITY;
    return c->from_w + load_w;
}

double wm_meter_calm_w(const struct wm_meter *meter, int64_t at_us,
                       const struct wm_surroundings *now, double contract_w)
{
    const size_t month = (size_t)(month_number(&now->local) - meter->first_month);
    wm_billing_set set = now->hours & meter->billing->peaks;
    double calm_w = (double)INFINITY;
    for (size_t i = 0; set != 0; i++, set >>= 1)
        if ((set & 1) != 0 && wm_billing_in_term(&meter->billing->lines[i], at_us))
            calm_w = fmin(calm_w, line_calm_w(meter, i, month, at_us, now, contract_w));
    return calm_w;
}

size_t wm_meter_charges(const struct wm_meter *meter, int64_t at_us,
                        const struct wm_surroundings *now, double contract_w,
                        struct wm_meter_charge charges[WM_METER_CHARGES])
{
    const size_t month = (size_t)(month_number(&now->local) - meter->first_month);
    const double whole_s = meter->months[month].whole_s;
    const double share = fmin(1.0, meter->run_s / whole_s); /* a run of less than a month */
    wm_billing_set set = now->hours & meter->billing->peaks;
    size_t n = 0;
    for (size_t i = 0; set != 0 && n < WM_METER_CHARGES; i++, set >>= 1) {
        const struct wm_billing_line *const line = &meter->billing->lines[i];
        if ((set & 1) == 0 || line->charge.basis == WM_CHARGE_COINCIDENT ||
            !wm_billing_in_term(line, at_us))
            continue;
        const double usd_per_kw =
            line->demand_factor * wm_charge_usd_per_kw(&line->charge, whole_s / 86400.0);
        const double calm_w = line_calm_w(meter, i, month, at_us, now, contract_w);
        if (usd_per_kw > 0.0 && !isinf(calm_w))
            charges[n++] = (struct wm_meter_charge){(uint32_t)(i * meter->n_months + month),
                                                    usd_per_kw / 1e3 * share, calm_w};
    }
    return n;
}
