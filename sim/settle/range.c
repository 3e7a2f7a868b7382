#include "range.h"

#include <math.h>

#include "terms.h"
#include "wattmill/numeric.h"
#include "wattmill/rng.h"
#include "wattmill/stats.h"

struct range {
    struct wm_results *r;
    const struct wm_appraisal_terms *terms;
    const struct wm_appraisal_basis *basis;
    struct wm_quantiles table[WM_N_RANGE];
    double corr[WM_N_RANGE];
    double half_life_mode;
    double energy_frac;                /* of the power bill, by the MWh */
    double it_opex_usd, hall_opex_usd; /* a year: what follows the price of IT, of the facility */
    double paid_most;                  /* factor at which every token is paid */
    double token_frac, hours_frac;     /* of the run's revenue; the rest stays */
    struct wm_lot *lots;
    struct wm_run_year *years;
    struct wm_ppa_cash *supply;
};

/* Yearly cost that follows capital: upkeep, tax and insurance of what the ledger buys. */
static double following_usd(const struct wm_results *r, unsigned whose, double years)
{
    const unsigned apart =
        WM_TAG_PEOPLE | WM_TAG_DEPRECIATION | WM_TAG_CAPITAL | WM_TAG_LICENCE | WM_TAG_LEASE;
    const unsigned follows = WM_TAG_TAX | WM_TAG_INSURANCE | WM_TAG_UPKEEP;
    double usd = 0.0;
    for (size_t i = 0; i < r->ledger->n_lines; i++) {
        const struct wm_ledger_line *const l = &r->ledger->lines[i];
        const bool counts = whose == WM_TAG_FACILITY || (l->tags & follows) != 0;
        usd += (l->tags & whose) && !(l->tags & apart) && counts ? l->usd : 0.0;
    }
    return usd / years;
}

static double paid_most(const struct wm_scenario *s)
{
    const struct wm_workload *const w = s->workloads.items;
    double most = 0.0;
    for (size_t i = 0; i < s->workloads.n; i++)
        if (!wm_workload_is_job(&w[i]))
            most = fmax(most, w[i].price.paid_frac);
    return most > 0.0 ? 1.0 / most : 1.0;
}

static void prepare(struct wm_arena *arena, struct range *g)
{
    struct wm_results *const r = g->r;
    const struct wm_range_terms *const t = &r->scenario->economics.range;
    const struct wm_uncertainty *const all[WM_N_RANGE] = {[WM_RANGE_PRICE] = t->price,
                                                          [WM_RANGE_PAID] = t->paid,
                                                          [WM_RANGE_HALF_LIFE] = t->half_life,
                                                          [WM_RANGE_ENERGY] = t->energy,
                                                          [WM_RANGE_DEMAND] = t->charges,
                                                          [WM_RANGE_IT_CAPEX] = t->it_capex,
                                                          [WM_RANGE_HALL_CAPEX] = t->facility_capex,
                                                          [WM_RANGE_RESIDUAL] = t->residual,
                                                          [WM_RANGE_DELAY] = t->delay,
                                                          [WM_RANGE_MODEL] = t->model,
                                                          [WM_RANGE_RENT] = t->rent};
    const double years = r->hours / WM_H_PER_YEAR;
    for (int i = 0; i < WM_N_RANGE; i++) {
        wm_uncertainty_table(all[i], &g->table[i]);
        g->corr[i] = all[i]->corr;
    }
    g->half_life_mode =
        t->half_life->dist == WM_SPREAD_LOGNORMAL ? t->half_life->median : t->half_life->mode;
    g->energy_frac = g->terms->market.energy_frac;
    g->supply = WM_NEW_ARRAY(arena, struct wm_ppa_cash, g->terms->n_years + 1);
    g->it_opex_usd =
        r->cash.it_capex_usd > 0.0 || r->has_owned ? following_usd(r, WM_TAG_IT, years) : 0.0;
    if (g->terms->it_tax.n > 0) /* the schedule follows the lots by itself */
        g->it_opex_usd -= r->owned_tax_usd +
                          r->cash.it_capex_usd *
                              wm_local_tax_mean_frac(&r->scenario->site.local_tax,
                                                     r->scenario->economics.ledger.it_life_years);
    g->hall_opex_usd =
        r->cash.facility_capex_usd > 0.0 ? following_usd(r, WM_TAG_FACILITY, years) : 0.0;
    g->paid_most = paid_most(r->scenario);
    const double all_usd = wm_income_usd(&r->income);
    g->token_frac = all_usd > 0.0 ? r->income.token_usd / all_usd : 0.0;
    g->hours_frac = all_usd > 0.0 ? r->income.on_demand_usd / all_usd : 0.0;
    g->lots = WM_NEW_ARRAY(arena, struct wm_lot, g->basis->n_lots + 1);
    g->years = WM_NEW_ARRAY(arena, struct wm_run_year, g->terms->n_years + 1);
}

/* Delay: a period before operation in which nothing is earned. */
static void put_off(struct wm_appraisal_terms *t, double years)
{
    if (!(years > 1e-6) || t->n_build == WM_BUILD_YEARS_MAX)
        return;
    t->build_length_years[t->n_build] = years;
    t->build_frac[t->n_build] = t->n_build == 0 ? 1.0 : 0.0;
    t->n_build++;
}

/* How fast prices fall: by their half-life, or by what sellers gain where that moves them. */
static void move_prices(const struct range *g, double slower, struct wm_appraisal_terms *t)
{
    if (t->market.gain_per_year > 0.0)
        t->market.gain_per_year = expm1(log1p(t->market.gain_per_year) / slower);
    else
        t->price_half_life_years = isnan(t->price_half_life_years)
                                       ? slower * g->half_life_mode
                                       : slower * t->price_half_life_years;
}

static struct wm_worth appraise(struct range *g, const double x[WM_N_RANGE], double *revenue,
                                double *pv_usd)
{
    struct wm_appraisal_terms t = *g->terms;
    struct wm_appraisal_basis b = *g->basis;
    const double sold = x[WM_RANGE_PRICE] * fmin(g->paid_most, x[WM_RANGE_PAID]);
    const double energy = g->energy_frac * x[WM_RANGE_ENERGY];
    const double power = energy + (1.0 - g->energy_frac) * x[WM_RANGE_DEMAND];
    const double it = x[WM_RANGE_IT_CAPEX], hall = x[WM_RANGE_HALL_CAPEX];
    move_prices(g, x[WM_RANGE_HALF_LIFE] / g->half_life_mode, &t);
    t.market.rate_frac = x[WM_RANGE_MODEL];
    t.market.energy_frac = power > 0.0 ? energy / power : 0.0;
    t.market.cost_frac /= x[WM_RANGE_PRICE];
    t.market.cash_frac /= sold;
    t.it_worth_factor = x[WM_RANGE_RESIDUAL];
    put_off(&t, x[WM_RANGE_DELAY]);
    b.revenue_usd *= sold;
    b.hours_usd *= x[WM_RANGE_RENT];
    b.power_usd *= power;
    b.it_capex_usd *= it;
    b.facility_capex_usd *= hall;
    b.opex_usd += (it - 1.0) * g->it_opex_usd + (hall - 1.0) * g->hall_opex_usd;
    for (size_t i = 0; i < b.n_lots; i++) {
        g->lots[i] = b.lots[i];
        g->lots[i].usd *= it;
    }
    b.lots = g->lots;
    for (size_t i = 0; b.years != NULL && i < t.n_years; i++) {
        g->years[i] = b.years[i];
        g->years[i].revenue_usd *= sold;
        g->years[i].hours_usd *= x[WM_RANGE_RENT];
        g->years[i].power_usd *= power;
    }
    b.years = b.years != NULL ? g->years : NULL;
    for (size_t i = 0; b.supply != NULL && i < t.n_years; i++) {
        g->supply[i] = b.supply[i];
        g->supply[i].credit_usd *= x[WM_RANGE_ENERGY];
    }
    b.supply = b.supply != NULL ? g->supply : NULL;
    const struct wm_token_market now = {.rate_frac = t.market.rate_frac,
                                        .volume = t.market.volume,
                                        .n_volume = t.market.n_volume,
                                        .capacity = t.market.capacity};
    *revenue = g->token_frac * sold * wm_market_at(&now, (double)NAN, 1.0, 0.0, 0).volume +
               g->hours_frac * x[WM_RANGE_RENT] + 1.0 - g->token_frac - g->hours_frac;
    return wm_appraisal_worth(&t, &b, pv_usd);
}

/*
 * Normal scores: Sobol's sequence, shifted by a random vector of the seed (modulo 1), so that the quantiles of a
 * thousand draws lie where ten thousand drawn at random put them. Those that hang together are tied to their parent.
 */
static bool draw_scores(const struct range *g, double *z, size_t n)
{
    static const struct {
        enum wm_range_input child, parent;
    } ties[] = {{WM_RANGE_PAID, WM_RANGE_PRICE},
                {WM_RANGE_DEMAND, WM_RANGE_ENERGY},
                {WM_RANGE_RENT, WM_RANGE_PRICE}};
    double shift[WM_N_RANGE];
    struct wm_quasi quasi;
    if (!wm_quasi_open(&quasi, WM_N_RANGE))
        return false;
    for (int k = 0; k < WM_N_RANGE; k++) {
        struct wm_rng rng = wm_rng_stream((uint64_t)g->r->scenario->seed, "range", (uint64_t)k);
        shift[k] = wm_rng_uniform(&rng);
    }
    for (size_t i = 0; i < n; i++) {
        double *const score = z + i * WM_N_RANGE;
        wm_quasi_at(&quasi, i, score);
        for (int k = 0; k < WM_N_RANGE; k++)
            score[k] = wm_normal_quantile(fmod(score[k] + shift[k], 1.0) * 0.999998 + 1e-6);
        for (size_t k = 0; k < sizeof ties / sizeof *ties; k++) {
            const double rho = g->corr[ties[k].child];
            score[ties[k].child] =
                rho * score[ties[k].parent] + sqrt(1.0 - rho * rho) * score[ties[k].child];
        }
    }
    wm_quasi_close(&quasi);
    return true;
}

/* NAN where it falls on a draw that has none. */
static double quantile(const double *sorted, size_t n, double prob)
{
    const double x = wm_sorted_quantile(sorted, n, prob);
    return isfinite(x) ? x : (double)NAN;
}

static void set_quantiles(struct wm_results *r, double *values, size_t n, enum wm_metric p10,
                          double scale)
{
    static const double probs[] = {0.10, 0.50, 0.90};
    wm_sort(values, n);
    for (unsigned k = 0; k < 3; k++)
        r->metric[p10 + k] = scale * quantile(values, n, probs[k]);
}

/* Quantiles of the cumulated present value at the end of each year; pv is [n][n_ends]. */
static void set_fan(struct wm_arena *arena, struct wm_results *r, const double *pv, size_t n,
                    size_t n_ends)
{
    struct wm_pv_range *const fan = WM_NEW_ARRAY(arena, struct wm_pv_range, n_ends);
    double *const sorted = WM_NEW_ARRAY(arena, double, n);
    for (size_t t = 0; t < n_ends; t++) {
        for (size_t i = 0; i < n; i++)
            sorted[i] = pv[i * n_ends + t];
        wm_sort(sorted, n);
        fan[t] = (struct wm_pv_range){quantile(sorted, n, 0.10), quantile(sorted, n, 0.50),
                                      quantile(sorted, n, 0.90)};
    }
    r->pv_range = fan;
    r->n_pv_range = n_ends;
}

void wm_set_range(struct wm_arena *arena, struct wm_results *r,
                  const struct wm_appraisal_terms *terms, const struct wm_appraisal_basis *basis,
                  size_t n)
{
    struct range *const g = WM_NEW(arena, struct range);
    *g = (struct range){.r = r, .terms = terms, .basis = basis};
    prepare(arena, g);
    double *const z = WM_NEW_ARRAY(arena, double, n *WM_N_RANGE);
    double *const npv = WM_NEW_ARRAY(arena, double, n), *const irr = WM_NEW_ARRAY(arena, double, n);
    double *const revenue = WM_NEW_ARRAY(arena, double, n);
    const size_t n_ends = terms->n_years + 1;
    double *const pv = WM_NEW_ARRAY(arena, double, n *n_ends);
    size_t n_negative = 0;
    if (!draw_scores(g, z, n))
        return; /* memory that ended is told by the run */
    for (size_t i = 0; i < n; i++) {
        double x[WM_N_RANGE];
        for (int k = 0; k < WM_N_RANGE; k++)
            x[k] = wm_quantile_at(&g->table[k], z[i * WM_N_RANGE + (size_t)k]);
        const struct wm_worth w = appraise(g, x, &revenue[i], &pv[i * n_ends]);
        npv[i] = w.npv_usd;
        irr[i] = isnan(w.irr_frac) ? (w.npv_usd < 0.0 ? -(double)INFINITY : (double)INFINITY)
                                   : w.irr_frac;
        n_negative += w.npv_usd < 0.0;
    }
    set_fan(arena, r, pv, n, n_ends);
    r->metric[WM_METRIC_npv_negative_frac] = (double)n_negative / (double)n;
    set_quantiles(r, npv, n, WM_METRIC_npv_p10_usd, 1.0);
    r->metric[WM_METRIC_npv_mean_usd] = wm_mean_of_lowest(npv, (double)n);
    r->metric[WM_METRIC_npv_cvar10_usd] = wm_mean_of_lowest(npv, 0.1 * (double)n);
    set_quantiles(r, irr, n, WM_METRIC_irr_p10_frac, 1.0);
    set_quantiles(r, revenue, n, WM_METRIC_revenue_p10_usd_per_mw_utility_year,
                  r->metric[WM_METRIC_revenue_usd_per_mw_utility_year]);
}
