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
    int row_power, row_served;     /* first of their kind, one a year (and product) */
};

static size_t n_years(const struct model *m)
{
    return m->c->n_years;
}

static int k_column(const struct model *m, size_t v, size_t t)
{
    return m->first_k + (int)(v * n_years(m) + t);
}

static size_t n_products(const struct model *m)
{
    return m->c->n_products;
}

static int s_column(const struct model *m, size_t v, size_t p, size_t t)
{
    return m->first_s + (int)((v * n_products(m) + p) * n_years(m) + t);
}

static int y_column(const struct model *m, size_t j, size_t p, size_t t)
{
    return m->first_y + (int)((p * n_years(m) + t) * WM_REFRESH_TIERS + j);
}

static int served_row(const struct model *m, size_t p, size_t t)
{
    return m->row_served + (int)(p * n_years(m) + t);
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

/* What taking a MW out brings: what is still in use at the end is worth its resale alone. */
static double retired_usd(const struct model *m, size_t v, size_t t)
{
    return resale_usd(m, v, t) - (t < n_years(m) ? m->c->retire_usd_per_mw : 0.0);
}

/* What holding a MW through year t takes: its price when new, else what it would sell for. */
static double holding_usd(const struct model *m, size_t v, size_t t)
{
    const bool is_new = m->v[v].bought == (int)t;
    const double start_usd = is_new ? kind_of(m, v)->capex_usd_per_mw : retired_usd(m, v, t);
    return start_usd * discount(m, (double)t) -
           retired_usd(m, v, t + 1) * discount(m, (double)t + 1.0);
}

static double growth(double frac, size_t t)
{
    return pow(1.0 + frac, (double)t);
}

static double price(const struct model *m, size_t p, size_t t)
{
    return wm_price_half_life(m->c->product[p].usd_per_tok_per_s_year, m->c->price_half_life_years,
                              (double)t);
}

static double demand(const struct model *m, size_t p, size_t t)
{
    return m->c->product[p].demand_tok_per_s * growth(m->c->demand_growth_frac, t);
}

static void list_vintages(struct model *m)
{
    for (size_t k = 0; k < m->c->n_kinds; k++) {
        if (m->c->kinds[k].owned_mw > 0.0)
            m->v[m->n_v++] = (struct vintage){k, -1};
        for (size_t t = 0; m->c->kinds[k].can_be_bought && t < m->c->n_years; t++)
            if (m->c->kinds[k].deliveries_mw[t] > 0.0)
                m->v[m->n_v++] = (struct vintage){k, (int)t};
    }
}

static void allocate(struct wm_arena *arena, struct model *m)
{
    const size_t cells = m->n_v * n_years(m), products = n_products(m);
    const size_t tiers = products * WM_REFRESH_TIERS * n_years(m);
    const size_t columns = (1 + products) * cells + tiers;
    const size_t rows = 2 * cells + (1 + products) * n_years(m);
    m->first_k = 0;
    m->first_s = (int)cells;
    m->first_y = (int)((1 + products) * cells);
    m->objective = WM_NEW_ARRAY(arena, double, columns);
    m->upper = WM_NEW_ARRAY(arena, double, columns);
    m->limit = WM_NEW_ARRAY(arena, double, rows);
    m->entries = WM_NEW_ARRAY(arena, struct wm_lp_entry, (4 + 2 * products) * cells + tiers);
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

/* Tokens of a vintage in a year: their power, and the MW that they take. */
static void add_service(struct model *m, size_t v, size_t t)
{
    const struct wm_refresh_kind *const k = kind_of(m, v);
    const double end = discount(m, (double)t + 1.0);
    const int able = new_row(m, 0.0);
    entry(m, able, k_column(m, v, t), -1.0);
    for (size_t p = 0; p < n_products(m); p++) {
        const int sc = s_column(m, v, p, t);
        if (!(k->out_tok_per_s_per_mw[p] > 0.0))
            continue; /* cannot: the upper bound stays 0 */
        m->upper[sc] = (double)INFINITY;
        m->objective[sc] =
            -end * k->energy_usd_per_tok_per_s[p] * growth(m->c->power_escalation_frac, t);
        entry(m, served_row(m, p, t), sc, -1.0);
        entry(m, able, sc, 1.0 / k->out_tok_per_s_per_mw[p]);
    }
}

/* Columns and rows of one vintage. */
static void add_vintage(struct model *m, size_t v)
{
    const struct wm_refresh_kind *const k = kind_of(m, v);
    const size_t start = first_year(m, v);
    for (size_t t = start; t < n_years(m); t++) { /* not there before: upper bounds stay 0 */
        const int kc = k_column(m, v, t);
        m->upper[kc] = t > start            ? (double)INFINITY
                       : m->v[v].bought < 0 ? k->owned_mw
                                            : k->deliveries_mw[t];
        m->objective[kc] = -holding_usd(m, v, t) - discount(m, (double)t + 1.0) *
                                                       k->fixed_usd_per_mw_year *
                                                       growth(m->c->opex_escalation_frac, t);
        entry(m, m->row_power + (int)t, kc, 1.0);
        add_service(m, v, t);
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
        new_row(m, m->c->ceiling_mw[t]);
    for (size_t i = 0; i < n_products(m) * n_years(m); i++)
        new_row(m, 0.0);
    for (size_t v = 0; v < m->n_v; v++)
        add_vintage(m, v);
    for (size_t p = 0; p < n_products(m); p++)
        for (size_t t = 0; t < n_years(m); t++)
            for (size_t j = 0; j < WM_REFRESH_TIERS; j++) {
                const int yc = y_column(m, j, p, t);
                m->upper[yc] = m->c->product[p].tier_height[j] * demand(m, p, t);
                m->objective[yc] =
                    discount(m, (double)t + 1.0) * m->c->product[p].tier_time[j] * price(m, p, t);
                entry(m, served_row(m, p, t), yc, 1.0);
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
    *y = (struct wm_refresh_year){.lambda_usd_per_mw = dual[m->row_power + (int)t] / end};
    for (size_t v = 0; v < m->n_v; v++) {
        const struct wm_refresh_kind *const k = kind_of(m, v);
        const size_t i = m->v[v].kind;
        const double mw = tidy(x[k_column(m, v, t)]);
        const bool is_new = m->v[v].bought == (int)t;
        const double before = t > 0                ? x[k_column(m, v, t - 1)]
                              : m->v[v].bought < 0 ? k->owned_mw
                                                   : 0.0;
        y->mw[i] += mw;
        y->owned_mw[i] += m->v[v].bought < 0 ? mw : 0.0;
        y->bought_mw[i] += is_new ? mw : 0.0;
        y->capex_usd += is_new ? mw * k->capex_usd_per_mw : 0.0;
        const double retired = is_new ? 0.0 : tidy(before - mw);
        y->retired_mw[i] += retired;
        y->resale_usd += retired > 0.0 ? retired * retired_usd(m, v, t) : 0.0;
        y->opex_usd += mw * k->fixed_usd_per_mw_year * growth(m->c->opex_escalation_frac, t);
        for (size_t p = 0; p < n_products(m); p++) {
            const double peak = x[s_column(m, v, p, t)];
            y->peak_tok_per_s[i][p] += peak;
            y->opex_usd +=
                peak * k->energy_usd_per_tok_per_s[p] * growth(m->c->power_escalation_frac, t);
        }
    }
    for (size_t p = 0; p < n_products(m); p++) {
        const struct wm_refresh_product *const product = &m->c->product[p];
        for (size_t j = 0; j < WM_REFRESH_TIERS; j++) {
            y->served[p] += product->tier_time[j] * x[y_column(m, j, p, t)];
            /* what a full tier is worth beyond the capacity that serves it */
            const double value =
                product->tier_time[j] * price(m, p, t) - dual[served_row(m, p, t)] / end;
            y->demand_usd_per_tok_per_s +=
                p == 0 ? product->tier_height[j] * fmax(0.0, value) : 0.0;
        }
        y->offered_tok_per_s += demand(m, p, t);
        y->served_tok_per_s += y->served[p];
        y->revenue_usd += y->served[p] * price(m, p, t);
    }
}

/* What a MW of a kind earns a year when it sells as the site as a whole sells its capacity. */
static double earned_usd_per_mw(const struct model *m, const struct wm_refresh_kind *k,
                                const struct wm_refresh_year *y, double *energy_usd)
{
    double usd = 0.0, all_mw = 0.0;
    *energy_usd = 0.0;
    for (size_t i = 0; i < m->c->n_kinds; i++)
        all_mw += y->mw[i];
    for (size_t p = 0; p < n_products(m); p++) {
        double peak = 0.0, busy_mw = 0.0;
        for (size_t i = 0; i < m->c->n_kinds; i++) {
            const double able = m->c->kinds[i].out_tok_per_s_per_mw[p];
            peak += y->peak_tok_per_s[i][p];
            busy_mw += able > 0.0 ? y->peak_tok_per_s[i][p] / able : 0.0;
        }
        const double share = all_mw > 0.0 ? busy_mw / all_mw : 0.0; /* of a MW, at the peak */
        const double tok = share * k->out_tok_per_s_per_mw[p];
        usd +=
            peak > 0.0 ? tok * y->served[p] / peak * m->c->product[p].usd_per_tok_per_s_year : 0.0;
        *energy_usd += tok * k->energy_usd_per_tok_per_s[p];
    }
    return usd;
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
        const double holding = wm_holding_cost_usd(retired_usd(m, v, 0), retired_usd(m, v, 1), r);
        double energy_usd = 0.0;
        const double revenue = earned_usd_per_mw(m, k, y, &energy_usd);
        const double opex = k->fixed_usd_per_mw_year + energy_usd;
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
               c->n_years <= WM_REFRESH_YEARS_MAX && c->n_products >= 1 &&
               c->n_products <= WM_REFRESH_PRODUCTS);
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
            plan->npv_usd += kind_of(m, v)->owned_mw * retired_usd(m, v, 0);
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
