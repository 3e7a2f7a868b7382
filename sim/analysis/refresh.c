#include "wattmill/refresh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/megawatt.h"
#include "wattmill/numeric.h"
#include "wattmill/price_path.h"
#include "wattmill/require.h"

/* A vintage: owned from the start (bought < 0) or bought at the start of a year. */
struct vintage {
    size_t kind;
    int bought;
};

#define VINTAGES_MAX (WM_REFRESH_KINDS_MAX * (WM_REFRESH_YEARS_MAX + 1))

struct model {
    const struct wm_refresh_case *c;
    struct vintage v[VINTAGES_MAX];
    size_t n_v;
    struct wm_lp lp;
    double *limit, *objective, *upper;
    struct wm_lp_entry *entries;
    int first_k, first_s, first_y; /* columns */
    int row_power, row_served;     /* first of their kind, one a year */
};

static size_t n_years(const struct model *m)
{
    return m->c->n_years;
}

static int k_column(const struct model *m, size_t v, size_t t)
{
    return m->first_k + (int)(v * n_years(m) + t);
}

static int s_column(const struct model *m, size_t v, size_t t)
{
    return m->first_s + (int)(v * n_years(m) + t);
}

static int y_column(const struct model *m, size_t j, size_t t)
{
    return m->first_y + (int)(t * WM_REFRESH_TIERS + j);
}

static void entry(struct model *m, int row, int column, double value)
{
    m->entries[m->lp.n_entries++] = (struct wm_lp_entry){row, column, value};
}

static double discount(const struct model *m, double years)
{
    return pow(1.0 + m->c->discount_rate_frac, -years);
}

static const struct wm_refresh_kind *kind_of(const struct model *m, size_t v)
{
    return &m->c->kinds[m->v[v].kind];
}

static size_t first_year(const struct model *m, size_t v)
{
    return m->v[v].bought > 0 ? (size_t)m->v[v].bought : 0;
}

/* Resale of a MW of a vintage at the start of year t. */
static double resale_usd(const struct model *m, size_t v, size_t t)
{
    const struct wm_refresh_kind *const k = kind_of(m, v);
    const double age =
        m->v[v].bought < 0 ? k->age_years + (double)t : (double)t - (double)m->v[v].bought;
    return k->capex_usd_per_mw * wm_resale_frac(age);
}

/* What holding a MW through year t takes: its price when new, else what it would sell for. */
static double holding_usd(const struct model *m, size_t v, size_t t)
{
    const bool is_new = m->v[v].bought == (int)t;
    const double start_usd = is_new ? kind_of(m, v)->capex_usd_per_mw : resale_usd(m, v, t);
    return start_usd * discount(m, (double)t) -
           resale_usd(m, v, t + 1) * discount(m, (double)t + 1.0);
}

static double growth(double frac, size_t t)
{
    return pow(1.0 + frac, (double)t);
}

static double price(const struct model *m, size_t t)
{
    return wm_price_half_life(m->c->usd_per_tok_per_s_year, m->c->price_half_life_years, (double)t);
}

static double demand(const struct model *m, size_t t)
{
    return m->c->demand_tok_per_s * growth(m->c->demand_growth_frac, t);
}

static void list_vintages(struct model *m)
{
    for (size_t k = 0; k < m->c->n_kinds; k++) {
        if (m->c->kinds[k].owned_mw > 0.0)
            m->v[m->n_v++] = (struct vintage){k, -1};
        for (size_t t = 0; m->c->kinds[k].can_be_bought && t < m->c->n_years; t++)
            m->v[m->n_v++] = (struct vintage){k, (int)t};
    }
}

static void allocate(struct wm_arena *arena, struct model *m)
{
    const size_t cells = m->n_v * n_years(m), tiers = WM_REFRESH_TIERS * n_years(m);
    const size_t columns = 2 * cells + tiers;
    const size_t rows = 2 * cells + 2 * n_years(m);
    m->first_k = 0;
    m->first_s = (int)cells;
    m->first_y = (int)(2 * cells);
    m->objective = WM_NEW_ARRAY(arena, double, columns);
    m->upper = WM_NEW_ARRAY(arena, double, columns);
    m->limit = WM_NEW_ARRAY(arena, double, rows);
    m->entries = WM_NEW_ARRAY(arena, struct wm_lp_entry, 6 * cells + tiers);
    m->lp = (struct wm_lp){.n_columns = (int)columns,
                           .limit = m->limit,
                           .objective = m->objective,
                           .upper = m->upper,
                           .entries = m->entries};
}

static int new_row(struct model *m, double limit)
{
    m->limit[m->lp.n_rows] = limit;
    return m->lp.n_rows++;
}

/* Columns and rows of one vintage. */
static void add_vintage(struct model *m, size_t v)
{
    const struct wm_refresh_kind *const k = kind_of(m, v);
    const size_t start = first_year(m, v);
    for (size_t t = 0; t < n_years(m); t++) {
        const int kc = k_column(m, v, t), sc = s_column(m, v, t);
        const double end = discount(m, (double)t + 1.0);
        if (t < start)
            continue; /* not there yet: upper bounds stay 0 */
        m->upper[kc] = t > start || m->v[v].bought >= 0 ? (double)INFINITY : k->owned_mw;
        if (t == start && m->v[v].bought >= 0)
            m->upper[kc] = k->deliveries_mw_per_year;
        m->upper[sc] = (double)INFINITY;
        m->objective[kc] = -holding_usd(m, v, t) -
                           end * k->fixed_usd_per_mw_year * growth(m->c->opex_escalation_frac, t);
        m->objective[sc] =
            -end * k->energy_usd_per_tok_per_s * growth(m->c->power_escalation_frac, t);
        entry(m, m->row_power + (int)t, kc, 1.0);
        entry(m, m->row_served + (int)t, sc, -1.0);
        const int able = new_row(m, 0.0);
        entry(m, able, sc, 1.0);
        entry(m, able, kc, -k->out_tok_per_s_per_mw);
        if (t == start)
            continue;
        const int kept = new_row(m, 0.0);
        entry(m, kept, kc, 1.0);
        entry(m, kept, k_column(m, v, t - 1), -1.0);
    }
}

static void build(struct wm_arena *arena, struct model *m)
{
    list_vintages(m);
    allocate(arena, m);
    m->row_power = 0;
    m->row_served = (int)n_years(m);
    for (size_t t = 0; t < n_years(m); t++)
        new_row(m, m->c->ceiling_mw);
    for (size_t t = 0; t < n_years(m); t++)
        new_row(m, 0.0);
    for (size_t v = 0; v < m->n_v; v++)
        add_vintage(m, v);
    for (size_t t = 0; t < n_years(m); t++)
        for (size_t j = 0; j < WM_REFRESH_TIERS; j++) {
            const int yc = y_column(m, j, t);
            m->upper[yc] = m->c->tier_height[j] * demand(m, t);
            m->objective[yc] = discount(m, (double)t + 1.0) * m->c->tier_time[j] * price(m, t);
            entry(m, m->row_served + (int)t, yc, 1.0);
        }
}

/* The simplex leaves crumbs; a watt is none. */
static double tidy(double mw)
{
    return mw > 1e-6 ? mw : 0.0;
}

static void read_year(const struct model *m, const double *x, const double *dual, size_t t,
                      struct wm_refresh_year *y)
{
    const double end = discount(m, (double)t + 1.0);
    double worth = 0.0;
    *y = (struct wm_refresh_year){.offered_tok_per_s = demand(m, t),
                                  .lambda_usd_per_mw = dual[m->row_power + (int)t] / end};
    for (size_t v = 0; v < m->n_v; v++) {
        const struct wm_refresh_kind *const k = kind_of(m, v);
        const size_t i = m->v[v].kind;
        const double mw = tidy(x[k_column(m, v, t)]), peak = x[s_column(m, v, t)];
        const bool is_new = m->v[v].bought == (int)t;
        const double before = t > 0                ? x[k_column(m, v, t - 1)]
                              : m->v[v].bought < 0 ? k->owned_mw
                                                   : 0.0;
        y->mw[i] += mw;
        y->owned_mw[i] += m->v[v].bought < 0 ? mw : 0.0;
        y->peak_tok_per_s[i] += peak;
        y->bought_mw[i] += is_new ? mw : 0.0;
        y->capex_usd += is_new ? mw * k->capex_usd_per_mw : 0.0;
        const double retired = is_new ? 0.0 : tidy(before - mw);
        y->retired_mw[i] += retired;
        y->resale_usd += retired > 0.0 ? retired * resale_usd(m, v, t) : 0.0;
        y->opex_usd += mw * k->fixed_usd_per_mw_year * growth(m->c->opex_escalation_frac, t) +
                       peak * k->energy_usd_per_tok_per_s * growth(m->c->power_escalation_frac, t);
    }
    for (size_t j = 0; j < WM_REFRESH_TIERS; j++) {
        y->served_tok_per_s += m->c->tier_time[j] * x[y_column(m, j, t)];
        /* what a full tier is worth beyond the capacity that serves it */
        const double value = m->c->tier_time[j] * price(m, t) - dual[m->row_served + (int)t] / end;
        worth += m->c->tier_height[j] * fmax(0.0, value);
    }
    y->revenue_usd = y->served_tok_per_s * price(m, t);
    y->demand_usd_per_tok_per_s = worth;
}

/* Year 1 of what is owned: its margin against lambda, and the rent at which the two are equal. */
static void advise(const struct model *m, const double *x, struct wm_refresh_plan *plan)
{
    for (size_t v = 0; v < m->n_v; v++) {
        if (m->v[v].bought >= 0)
            continue;
        const struct wm_refresh_kind *const k = kind_of(m, v);
        const struct wm_refresh_year *const y = &plan->year[0];
        const double r = m->c->discount_rate_frac;
        const double holding = wm_holding_cost_usd(resale_usd(m, v, 0), resale_usd(m, v, 1), r);
        double capacity = 0.0, peak = 0.0;
        for (size_t i = 0; i < m->c->n_kinds; i++) {
            capacity += y->mw[i] * m->c->kinds[i].out_tok_per_s_per_mw;
            peak += y->peak_tok_per_s[i];
        }
        /* sold as the site as a whole sells its capacity */
        const double sold = capacity > 0.0 ? y->served_tok_per_s / capacity : 0.0;
        const double in_use = capacity > 0.0 ? peak / capacity : 0.0;
        const double revenue = sold * k->out_tok_per_s_per_mw * m->c->usd_per_tok_per_s_year;
        const double opex = k->fixed_usd_per_mw_year +
                            in_use * k->out_tok_per_s_per_mw * k->energy_usd_per_tok_per_s;
        struct wm_refresh_advice *const a = &plan->advice[plan->n_advice++];
        *a = (struct wm_refresh_advice){
            .kind = m->v[v].kind,
            .margin_usd_per_mw = revenue - opex - holding,
            .lambda_usd_per_mw = y->lambda_usd_per_mw,
            .break_even_usd_per_gpu_h = wm_break_even_rent_usd_per_gpu_h(
                y->lambda_usd_per_mw, opex, holding, k->gpus_per_mw, 1.0)};
        for (size_t t = 0; t < n_years(m) && a->retire_year == 0; t++)
            if (x[k_column(m, v, t)] < k->owned_mw * (1.0 - 1e-6))
                a->retire_year = (int)t + 1;
    }
}

bool wm_refresh_solve(struct wm_arena *arena, const struct wm_refresh_case *c,
                      struct wm_refresh_plan *plan)
{
    WM_REQUIRE(c->n_kinds <= WM_REFRESH_KINDS_MAX && c->n_years >= 1 &&
               c->n_years <= WM_REFRESH_YEARS_MAX);
    struct model *const m = WM_NEW(arena, struct model);
    m->c = c;
    build(arena, m);
    double *const x = WM_NEW_ARRAY(arena, double, (size_t)m->lp.n_columns);
    double *const dual = WM_NEW_ARRAY(arena, double, (size_t)m->lp.n_rows);
    if (!wm_lp_solve(&m->lp, x, dual))
        return false;
    *plan = (struct wm_refresh_plan){.n_years = c->n_years};
    for (size_t t = 0; t < c->n_years; t++)
        read_year(m, x, dual, t, &plan->year[t]);
    for (int j = 0; j < m->lp.n_columns; j++)
        plan->npv_usd += m->objective[j] * x[j];
    for (size_t v = 0; v < m->n_v; v++) /* what is owned could be sold today: it is an asset */
        if (m->v[v].bought < 0)
            plan->npv_usd += kind_of(m, v)->owned_mw * resale_usd(m, v, 0);
    advise(m, x, plan);
    return true;
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/*
 * The sorted curve is cut into steps of equal time; a tier is the rise from one step to the next,
 * asked for as long as the curve is above it. Heights keep the mean.
 */
void wm_refresh_tiers(const double *hourly, size_t n, double height[WM_REFRESH_TIERS],
                      double time[WM_REFRESH_TIERS])
{
    enum { HOURS_MAX = 168 };
    double sorted[HOURS_MAX], level[WM_REFRESH_TIERS];
    WM_REQUIRE(n >= WM_REFRESH_TIERS && n <= HOURS_MAX);
    double mean = 0.0;
    for (size_t i = 0; i < n; i++)
        mean += hourly[i] / (double)n;
    memcpy(sorted, hourly, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, descending);
    for (size_t j = 0; j < WM_REFRESH_TIERS; j++) {
        const size_t from = j * n / WM_REFRESH_TIERS, to = (j + 1) * n / WM_REFRESH_TIERS;
        level[j] = 0.0;
        for (size_t i = from; i < to; i++)
            level[j] += sorted[i] / (double)(to - from) / mean;
        time[j] = (double)to / (double)n;
    }
    for (size_t j = 0; j < WM_REFRESH_TIERS; j++)
        height[j] = level[j] - (j + 1 < WM_REFRESH_TIERS ? level[j + 1] : 0.0);
}
