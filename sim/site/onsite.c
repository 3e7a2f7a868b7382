#include "onsite.h"

#include <math.h>

static const int64_t day_us = 24 * WM_US_PER_H;
static const double rounding_frac = 1e-12;

struct wm_onsite wm_onsite_begin(const struct wm_site *site)
{
    struct wm_onsite g = {
        .site = site, .storage = site->storage, .rows = site->generation.items, .worn_us = -1};
    g.n_units = site->generation.n < WM_MAX_UNITS ? site->generation.n : WM_MAX_UNITS;
    if (!wm_storage_is_there(&site->storage))
        g.storage.power_w = g.storage.energy_j = 0.0;
    g.is_plain = g.n_units == 0 && !(g.storage.power_w > 0.0);
    g.stored_j = g.account.stored_first_j = g.account.stored_last_j =
        g.storage.energy_j * site->storage.start_soc_frac;
    for (size_t i = 0; i < g.n_units; i++) {
        const bool runs =
            g.rows[i].role == WM_ROLE_BASELOAD || g.rows[i].type->kind == WM_GENERATOR_SOLAR;
        g.units[i].state = runs ? WM_UNIT_RUNNING : WM_UNIT_OFF;
        g.units[i].since_us = INT64_MIN / 2; /* long enough to be at full reach */
    }
    return g;
}

static double elapsed_s(const struct wm_generating_unit *u, int64_t at_us)
{
    return (double)(at_us - u->since_us) / (double)WM_US_PER_S;
}

static double solar_w(const struct wm_onsite *g, const struct wm_generation *row, int64_t at_us)
{
    const double offset_s = wm_site_utc_offset_s(g->site, row->file);
    return row->capacity_w * row->file->solar_frac[wm_site_year_row(row->file, at_us, offset_s)];
}

static void update_unit(const struct wm_onsite *g, size_t i, int64_t at_us, double dry_bulb_c,
                        struct wm_generating_unit *u)
{
    const struct wm_generation *row = &g->rows[i];
    if (row->type->kind == WM_GENERATOR_SOLAR) {
        u->capacity_w = u->reach_w = solar_w(g, row, at_us);
        return;
    }
    if (u->state == WM_UNIT_STARTING && elapsed_s(u, at_us) >= row->type->start_s) {
        u->state = WM_UNIT_RUNNING;
        u->since_us = at_us;
    }
    u->capacity_w = wm_generator_capacity_w(row->type, row->capacity_w, dry_bulb_c);
    u->reach_w = u->state == WM_UNIT_RUNNING
                     ? wm_generator_reach_w(row->type, u->capacity_w, elapsed_s(u, at_us))
                     : 0.0;
}

double wm_onsite_support_w(struct wm_onsite *onsite, int64_t at_us,
                           const struct wm_surroundings *now)
{
    const struct wm_storage *s = &onsite->storage;
    double support_w = 0.0;
    if (onsite->is_plain)
        return 0.0;
    for (size_t i = 0; i < onsite->n_units; i++) {
        update_unit(onsite, i, at_us, now->weather.dry_bulb_c, &onsite->units[i]);
        support_w += onsite->units[i].reach_w;
    }
    if (s->power_w > 0.0 && wm_storage_limit_s(s, onsite->stored_j, 1.0) > 0.0)
        support_w += s->policy == WM_STORAGE_OPTIMAL ? fmax(0.0, onsite->planned_w) : s->power_w;
    return support_w;
}

static bool is_wanted(const struct wm_generation *row, const struct wm_generating_unit *u,
                      const struct wm_surroundings *now, const struct wm_onsite_need *need)
{
    if (row->role == WM_ROLE_BASELOAD || row->type->kind == WM_GENERATOR_SOLAR)
        return true;
    const bool is_short = need->requested_w > need->allowed_w;
    const double start_usd_per_mwh = /* of one that runs it is paid */
        u->state == WM_UNIT_OFF ? wm_generator_start_usd_per_mwh(row->type) : 0.0;
    return is_short || (row->role == WM_ROLE_ECONOMIC &&
                        now->energy_usd_per_mwh >
                            wm_generator_full_usd_per_mwh(row->type) + start_usd_per_mwh);
}

/* Calls what is wanted and off. */
static bool call_unit(struct wm_onsite *g, size_t i, int64_t at_us, bool wanted)
{
    struct wm_generating_unit *u = &g->units[i];
    u->was_needed = u->was_needed || wanted;
    if (!wanted || u->state != WM_UNIT_OFF)
        return false;
    u->state = WM_UNIT_STARTING;
    u->since_us = at_us;
    g->account.n_starts[i] += 1.0;
    g->account.om_usd += g->rows[i].type->start_usd_per_mw * g->rows[i].capacity_w / WM_W_PER_MW;
    return g->rows[i].type->start_s <= 0.0;
}

/* Whether a MWh of a running unit is wanted whatever the ceiling: it runs for energy. */
static bool runs_for_energy(const struct wm_generation *row, const struct wm_surroundings *now)
{
    return row->role == WM_ROLE_BASELOAD || row->type->kind == WM_GENERATOR_SOLAR ||
           (row->role == WM_ROLE_ECONOMIC &&
            now->energy_usd_per_mwh > wm_generator_marginal_usd_per_mwh(row->type));
}

/* Output of a running unit while `left_w` of the site is still to be covered. */
static double output_w(const struct wm_generation *row, const struct wm_generating_unit *u,
                       const struct wm_surroundings *now, double left_w, double short_w)
{
    if (u->state != WM_UNIT_RUNNING)
        return 0.0;
    const struct wm_generator *type = row->type;
    const double least_w =
        type->kind == WM_GENERATOR_SOLAR ? 0.0 : type->min_load_frac * u->capacity_w;
    const double wish_w =
        runs_for_energy(row, now) ? u->reach_w : fmin(u->reach_w, fmax(short_w, least_w));
    const double power_w = fmin(wish_w, left_w);
    return power_w >= least_w ? power_w : 0.0; /* below its least load it stands still */
}

/* What solar could give beyond what the site takes. */
static double spare_solar_w(const struct wm_onsite *g, const struct wm_onsite_flow *f)
{
    double sum_w = 0.0;
    for (size_t i = 0; i < g->n_units; i++)
        if (g->rows[i].type->kind == WM_GENERATOR_SOLAR)
            sum_w += g->units[i].reach_w - f->unit_w[i];
    return sum_w;
}

/* Units of a kind that run for energy give `left_w` more. @return what they cannot */
static double raise_units(const struct wm_onsite *g, enum wm_generator_kind kind,
                          const struct wm_surroundings *now, double left_w,
                          struct wm_onsite_flow *f)
{
    for (size_t i = 0; i < g->n_units && left_w > 0.0; i++) {
        const bool is_solar = g->rows[i].type->kind == WM_GENERATOR_SOLAR;
        if (g->rows[i].type->kind != kind || !runs_for_energy(&g->rows[i], now) ||
            !(is_solar || f->unit_w[i] > 0.0))
            continue;
        const double more_w = fmin(left_w, g->units[i].reach_w - f->unit_w[i]);
        f->unit_w[i] += more_w;
        left_w -= more_w;
    }
    return left_w;
}

static void add_cost(struct wm_onsite_flow *f, const struct wm_generation *row,
                     const struct wm_generating_unit *u, double power_w)
{
    if (power_w <= 0.0)
        return;
    const double fuel_w = wm_generator_fuel_w(row->type, u->capacity_w, power_w);
    f->fuel_w += fuel_w;
    f->fuel_usd_per_s += fuel_w / WM_J_PER_MWH * row->type->fuel_usd_per_mwh;
    f->fuel_kg_per_s += fuel_w / WM_J_PER_MWH * row->type->fuel_kg_per_mwh;
    f->om_usd_per_s += power_w / WM_J_PER_MWH * row->type->om_usd_per_mwh;
}

/* When the unit changes by itself. */
static double unit_hold_s(const struct wm_generation *row, const struct wm_generating_unit *u,
                          int64_t at_us)
{
    if (u->state == WM_UNIT_STARTING)
        return row->type->start_s - elapsed_s(u, at_us);
    if (u->state == WM_UNIT_RUNNING && row->type->kind == WM_GENERATOR_FUEL)
        return wm_generator_next_step_s(row->type, elapsed_s(u, at_us));
    return (double)INFINITY;
}

/* The battery, beside a load that generation leaves; what it takes comes from solar, from engines that
 * run for energy, from the meter. */
static void run_storage(const struct wm_onsite *g, const struct wm_surroundings *now,
                        const struct wm_onsite_need *need, double left_w, struct wm_onsite_flow *f)
{
    const struct wm_storage *s = &g->storage;
    if (!(s->power_w > 0.0))
        return;
    const struct wm_storage_need n = {left_w - spare_solar_w(g, f), need->allowed_w, need->calm_w,
                                      now->energy_usd_per_mwh};
    f->storage_w = wm_storage_power_w(s, g->stored_j, &n);
    f->hold_s = fmin(f->hold_s, wm_storage_limit_s(s, g->stored_j, f->storage_w));
    if (!(f->storage_w < 0.0))
        return;
    const double left_of_solar_w = raise_units(g, WM_GENERATOR_SOLAR, now, -f->storage_w, f);
    f->bought_w = raise_units(g, WM_GENERATOR_FUEL, now, left_of_solar_w, f);
}

/* The battery by its plan, before the generators: what it takes is load to them, what it gives is not. */
static double planned_w(const struct wm_onsite *g, const struct wm_onsite_need *need)
{
    const double power_w = fmin(g->planned_w, need->site_w);
    const bool can = wm_storage_limit_s(&g->storage, g->stored_j, power_w) > 0.0;
    return g->storage.power_w > 0.0 && can ? power_w : 0.0;
}

/* Charging never lifts the meter above the ceiling, whatever the plan knew. */
static void keep_below(const struct wm_onsite *g, const struct wm_onsite_need *need, double left_w,
                       struct wm_onsite_flow *f)
{
    if (f->storage_w < 0.0 && left_w > need->allowed_w)
        f->storage_w = fmin(0.0, f->storage_w + left_w - need->allowed_w);
    f->bought_w = fmin(fmax(0.0, -f->storage_w), left_w);
    f->hold_s = fmin(f->hold_s, wm_storage_limit_s(&g->storage, g->stored_j, f->storage_w));
}

bool wm_onsite_dispatch(struct wm_onsite *onsite, int64_t at_us, const struct wm_surroundings *now,
                        const struct wm_onsite_need *need)
{
    struct wm_onsite_flow f = {.hold_s = (double)INFINITY, .usd_per_mwh = now->energy_usd_per_mwh};
    bool runs_at_once = false;
    const bool by_plan = onsite->storage.policy == WM_STORAGE_OPTIMAL;
    if (by_plan)
        f.storage_w = planned_w(onsite, need);
    double left_w = need->site_w - f.storage_w;
    for (size_t i = 0; i < onsite->n_units; i++) {
        const struct wm_generation *row = &onsite->rows[i];
        struct wm_generating_unit *u = &onsite->units[i];
        runs_at_once = call_unit(onsite, i, at_us, is_wanted(row, u, now, need)) || runs_at_once;
        f.unit_w[i] = output_w(row, u, now, left_w, left_w - need->allowed_w);
        left_w -= f.unit_w[i];
        f.hold_s = fmin(f.hold_s, unit_hold_s(row, u, at_us));
    }
    if (by_plan)
        keep_below(onsite, need, left_w, &f);
    else
        run_storage(onsite, now, need, left_w, &f);
    for (size_t i = 0; i < onsite->n_units; i++) {
        f.generation_w += f.unit_w[i];
        add_cost(&f, &onsite->rows[i], &onsite->units[i], f.unit_w[i]);
    }
    f.spilled_w = spare_solar_w(onsite, &f);
    f.meter_w = need->site_w - f.generation_w - f.storage_w;
    if (f.meter_w < rounding_frac * need->site_w) /* what the site gives itself rounds */
        f.meter_w = 0.0;
    onsite->flow = f;
    return runs_at_once;
}

static void advance_storage(struct wm_onsite *g, double time_s)
{
    const struct wm_storage *s = &g->storage;
    const double power_w = g->flow.storage_w, one_way = sqrt(s->round_trip_frac);
    const double before_j = g->stored_j, new_j = g->site->storage.energy_j;
    g->stored_j = wm_storage_advance_j(s, before_j, power_w, time_s);
    g->account.stored_last_j = g->stored_j;
    g->account.bought_usd += g->flow.bought_w / WM_J_PER_MWH * g->flow.usd_per_mwh * time_s;
    g->wear.time_s += time_s;
    g->wear.soc_s += 0.5 * (before_j + g->stored_j) / new_j * time_s;
    g->wear.cycles += fmax(0.0, before_j - g->stored_j) / new_j;
    if (power_w > 0.0) {
        g->account.discharge_j += power_w * time_s;
        g->account.storage_loss_j += power_w * (1.0 / one_way - 1.0) * time_s;
    } else {
        g->account.charge_j -= power_w * time_s;
        g->account.storage_loss_j -= power_w * (1.0 - one_way) * time_s;
    }
}

void wm_onsite_advance(struct wm_onsite *onsite, double time_s)
{
    struct wm_onsite_account *a = &onsite->account;
    const struct wm_onsite_flow *f = &onsite->flow;
    a->meter_j += f->meter_w * time_s;
    if (onsite->is_plain)
        return;
    a->generation_j += f->generation_w * time_s;
    a->spilled_j += f->spilled_w * time_s;
    a->fuel_j += f->fuel_w * time_s;
    a->fuel_usd += f->fuel_usd_per_s * time_s;
    a->fuel_kg += f->fuel_kg_per_s * time_s;
    a->om_usd += f->om_usd_per_s * time_s;
    for (size_t i = 0; i < onsite->n_units; i++) {
        a->unit_j[i] += f->unit_w[i] * time_s;
        a->unit_s[i] += f->unit_w[i] > 0.0 ? time_s : 0.0;
    }
    if (onsite->storage.power_w > 0.0)
        advance_storage(onsite, time_s);
}

double wm_onsite_fade_frac(const struct wm_onsite *onsite)
{
    const struct wm_wear *w = &onsite->wear;
    if (!(w->time_s > 0.0))
        return 0.0;
    return wm_storage_fade_frac(&onsite->site->storage,
                                w->time_s / ((double)day_us / (double)WM_US_PER_S),
                                w->soc_s / w->time_s, w->cycles);
}

double wm_onsite_stock_usd(const struct wm_onsite *onsite, double usd_per_j,
                           double beside_usd_per_j)
{
    const struct wm_onsite_account *a = &onsite->account;
    const double missing_j = a->stored_first_j - a->stored_last_j;
    const double at_meter_j = missing_j / sqrt(onsite->site->storage.round_trip_frac);
    if (missing_j > 0.0)
        return at_meter_j * (usd_per_j + beside_usd_per_j);
    return a->charge_j > 0.0 ? at_meter_j * (a->bought_usd / a->charge_j + beside_usd_per_j) : 0.0;
}

/* The capacity after another day; at the end of its life the battery is a new one. */
static void wear(struct wm_onsite *g)
{
    const struct wm_storage *new = &g->site->storage;
    if (g->wear.time_s >= new->life_years * WM_S_PER_YEAR)
        g->wear = (struct wm_wear){0};
    g->storage.energy_j = new->energy_j *(1.0 - wm_onsite_fade_frac(g));
    const double too_much_j = g->stored_j - wm_storage_top_j(&g->storage);
    if (too_much_j <= 0.0)
        return;
    g->stored_j -= too_much_j;
    g->account.stored_last_j = g->stored_j;
    g->account.storage_loss_j += too_much_j;
}

/* A start may be given up, a unit that runs keeps its least time. */
static bool may_stop(const struct wm_generation *row, const struct wm_generating_unit *u,
                     int64_t at_us)
{
    return u->state != WM_UNIT_RUNNING || elapsed_s(u, at_us) >= row->type->least_run_s;
}

void wm_onsite_end_bin(struct wm_onsite *onsite, int64_t at_us)
{
    for (size_t i = 0; i < onsite->n_units; i++) {
        struct wm_generating_unit *u = &onsite->units[i];
        if (u->state != WM_UNIT_OFF && !u->was_needed && may_stop(&onsite->rows[i], u, at_us)) {
            u->state = WM_UNIT_OFF;
            u->since_us = at_us;
        }
        u->was_needed = false;
    }
    if (onsite->worn_us < 0)
        onsite->worn_us = at_us;
    if (!(onsite->storage.power_w > 0.0) || at_us - onsite->worn_us < day_us)
        return;
    wear(onsite);
    onsite->worn_us = at_us;
}
