#include "finance.h"

#include <math.h>

#include "headline.h"
#include "metric_member.h"
#include "range.h"
#include "terms.h"
#include "wattmill/megawatt.h"

/* Where power's share of OpEx is asked for; the claim is 40 % (NVIDIA developer blog, June 2026). */
#define ASKED_SHARE 0.40

#define SET(r, key, value) ((r)->metric[WM_METRIC_##key] = (value))
#define GET(r, key)        ((r)->metric[WM_METRIC_##key])

/* Says why a figure is missing. */
static void absent(struct wm_diags *diags, double value, const char *key, const char *why)
{
    if (isnan(value))
        wm_diag_add(diags, WM_W911, NULL, key, "%s", why);
}

/* A rate without inflation, where money is real. */
static double in_money(const struct wm_economics *e, double rate_frac)
{
    return e->money == WM_MONEY_REAL ? (1.0 + rate_frac) / (1.0 + e->inflation_frac) - 1.0
                                     : rate_frac;
}

static const struct wm_metric_member appraisal_members[] = {
    WM_METRIC_MEMBER(wm_appraisal, npv_usd, npv_usd),
    WM_METRIC_MEMBER(wm_appraisal, mirr_frac, mirr_frac),
    WM_METRIC_MEMBER(wm_appraisal, payback_years, payback_years),
    WM_METRIC_MEMBER(wm_appraisal, discounted_payback_years, discounted_payback_years),
    WM_METRIC_MEMBER(wm_appraisal, dscr_min, dscr_min),
    WM_METRIC_MEMBER(wm_appraisal, dscr_mean, dscr_mean),
    WM_METRIC_MEMBER(wm_appraisal, llcr, llcr),
    WM_METRIC_MEMBER(wm_appraisal, debt_usd, debt_usd),
    WM_METRIC_MEMBER(wm_appraisal, interest_during_construction_usd, idc_usd),
    WM_METRIC_MEMBER(wm_appraisal, breakeven_price_factor, price_factor),
};

static void set_appraisal(struct wm_results *r, const struct wm_economics *e,
                          struct wm_diags *diags)
{
    const struct wm_appraisal *const a = r->appraisal;
    wm_set_members(r, a, appraisal_members, sizeof appraisal_members / sizeof *appraisal_members);
    SET(r, irr_frac, a->n_irr == 1 ? in_money(e, a->irr_frac[0]) : (double)NAN);
    SET(r, owner_irr_frac, in_money(e, a->owner_irr_frac));
    SET(r, abandoned_after_years, a->abandoned_year > 0 ? (double)a->abandoned_year : (double)NAN);
    /* the bill is held: what fewer tokens save in energy is left out, so this is an upper bound */
    const double sold = GET(r, sold_frac) * a->price_factor;
    SET(r, breakeven_sold_frac, sold <= 1.0 ? sold : (double)NAN);
    if (a->n_irr > 1)
        wm_diag_add(diags, WM_W911, NULL, "irr_frac",
                    "is not unique: the NPV is 0 at %zu rates, from %.4g to %.4g; see mirr_frac",
                    a->n_irr, a->irr_frac[0], a->irr_frac[a->n_irr - 1]);
    else
        absent(diags, GET(r, irr_frac), "irr_frac",
               "does not exist: no rate between -99 % and 1000 % makes the NPV 0");
    absent(diags, a->payback_years, "payback_years",
           "does not exist: the capital is not earned back within the appraisal");
    if (a->dscr_min < e->dscr_floor)
        wm_diag_add(diags, WM_W912, NULL, "dscr_min", "is %.3g, below the covenant of %g",
                    a->dscr_min, e->dscr_floor);
}

/* What contracts are credited with by the tariff's price of energy, and for how much of it. */
struct hedge {
    double energy_j, credit_usd;
};

/* Of a fixed price alone: what an index pays moves with its credit. Where a file says the market's price, only
 * what is settled on the load is credited by the tariff. */
static struct hedge hedge_of(const struct wm_results *r)
{
    const struct wm_ppa *const ppa = r->scenario->site.ppas.items;
    const bool has_market = r->n_series > 0 && wm_is_set(r->series[0].market_usd_per_mwh);
    struct hedge h = {0.0, 0.0};
    for (size_t i = 0; i < r->supply.n; i++) {
        if (ppa[i].kind == WM_PPA_INDEX || (has_market && ppa[i].settled != WM_PPA_ON_LOAD))
            continue;
        h.energy_j += r->supply.ppa[i].energy_j;
        h.credit_usd += r->supply.ppa[i].credit_usd;
    }
    return h;
}

/* Mean price of bought energy at which power is the asked share of OpEx, all other charges and fuel
 * unchanged; a contract of a fixed price is credited with that price, so that what it covers does not feel it. */
static void set_break_even_energy(struct wm_results *r)
{
    static const enum wm_metric keys[WM_N_OPEX] = {
        WM_METRIC_breakeven_energy_a_usd_per_mwh, WM_METRIC_breakeven_energy_b_usd_per_mwh,
        WM_METRIC_breakeven_energy_c_usd_per_mwh, WM_METRIC_breakeven_energy_d_usd_per_mwh,
        WM_METRIC_breakeven_energy_e_usd_per_mwh};
    const struct wm_ledger *const l = r->ledger;
    const double mwh = GET(r, grid_energy_mwh) / WM_J_PER_MWH;
    const struct hedge hedge = hedge_of(r);
    const double open_mwh = mwh - hedge.energy_j / WM_J_PER_MWH;
    const double other_usd = l->power_usd - l->market_usd + hedge.credit_usd;
    for (unsigned k = 0; k < WM_N_OPEX && open_mwh > 1e-9 * mwh; k++) {
        const double usd =
            (wm_power_usd_at_share(l, (enum wm_opex)k, ASKED_SHARE) - other_usd) / open_mwh;
        r->metric[keys[k]] = usd >= 0.0 ? usd : (double)NAN;
    }
    double bill_usd = 0.0;
    for (size_t i = 0; i < r->bill->n_months; i++)
        bill_usd += r->bill->months[i].bill_usd;
    SET(r, bill_usd_per_mwh, mwh > 0.0 ? bill_usd / mwh : (double)NAN);
    SET(r, energy_price_mean_usd_per_mwh, mwh > 0.0 ? l->market_usd / mwh : (double)NAN);
}

static double ratio(double part, double whole)
{
    return whole > 0.0 ? part / whole : (double)NAN;
}

static void set_densities(struct wm_results *r, double years)
{
    const double gpus = GET(r, gpus_installed);
    const double mw = r->contract_w / WM_W_PER_MW;
    SET(r, revenue_usd_per_gpu_hour, ratio(GET(r, revenue_usd), gpus * years * WM_H_PER_YEAR));
    SET(r, tco_usd_per_mw_utility_year, ratio(GET(r, tco_usd_per_year), mw));
    SET(r, margin_e_usd_per_mw_utility_year,
        GET(r, revenue_usd_per_mw_utility_year) - GET(r, tco_usd_per_mw_utility_year));
    SET(r, month_of_power_usd,
        wm_time_to_power_usd(GET(r, margin_e_usd_per_mw_utility_year), mw, 1.0));
    SET(r, site_kw_per_gpu, ratio(GET(r, site_power_peak_mw), gpus));
}

/*
 * Levelised cost of the chosen ledger: revenue at prices that stay, the price of what is sold scaled so that
 * the NPV is 0. What else is paid for stays, and tokens bear the rest.
 */
static void set_levelised(struct wm_results *r, double years)
{
    const struct wm_income *const in = &r->income;
    const double others_usd = in->token_usd > 0.0
                                  ? in->grid_usd + in->on_demand_usd + in->contract_usd + in->space_usd
                                  : in->grid_usd;
    const double cost_usd = r->appraisal->level_factor * (wm_income_usd(in) - others_usd) + others_usd;
    const double gpu_h = GET(r, gpus_installed) * r->hours;
    SET(r, levelised_cost_usd_per_year, cost_usd / years);
    SET(r, levelised_cost_usd_per_gpu_hour, ratio(cost_usd, gpu_h));
    if (r->scenario->economics.ledger.sells != WM_SELLS_TOKENS)
        return;
    r->lcot.cost_usd = (cost_usd - others_usd) * r->lcot_share_frac;
    const struct wm_lcot lcot = wm_lcot(&r->lcot);
    SET(r, lcot_in_usd_per_mtok, lcot.in_usd_per_mtok);
    SET(r, lcot_out_usd_per_mtok, lcot.out_usd_per_mtok);
    SET(r, lcot_cached_usd_per_mtok, lcot.cached_usd_per_mtok);
    SET(r, lcot_total_usd_per_mtok, lcot.total_usd_per_mtok);
    SET(r, lcot_out_only_usd_per_mtok, lcot.out_only_usd_per_mtok);
}

static void warn_horizon(const struct wm_results *r, struct wm_diags *diags)
{
    const int64_t asked = r->scenario->economics.appraisal_years;
    if (wm_has_own_years(r) && (double)asked > r->hours / WM_H_PER_YEAR + 1.0)
        wm_diag_add(diags, WM_W933, NULL, "economics.appraisal_years",
                    "= %lld has no effect: a run of 3 years and more is appraised by its own years",
                    (long long)asked);
}

/* A new seller's cost over the price at the start: this site's levelised cost, where nothing else is said. */
static double market_cost_frac(const struct wm_appraisal_terms *terms,
                               const struct wm_appraisal_basis *basis)
{
    if (!(terms->market.gain_per_year > 0.0))
        return 0.0;
    const double level = wm_appraisal_level_factor(terms, basis);
    return isnan(level) ? 0.0 : level;
}

/* Where savings go, and what price and volume come to. */
static void set_market(struct wm_results *r, const struct wm_appraisal_terms *terms,
                       struct wm_diags *diags)
{
    const struct wm_appraisal *const a = r->appraisal;
    const struct wm_appraisal_year *const last = &a->year[a->n_years];
    SET(r, price_last_year_frac, last->price_frac);
    SET(r, volume_last_year_frac, last->volume_frac);
    SET(r, savings_passed_on_frac, a->passed_on_frac);
    SET(r, savings_kept_frac, 1.0 - a->passed_on_frac);
    if (a->undercut_year > 0)
        wm_diag_add(diags, WM_W935, NULL, "economics.market",
                    "from year %zu on the competitor sells below the margin floor of %g: nothing is "
                    "sold by the token then",
                    a->undercut_year, terms->market.margin_floor_frac);
}

void wm_run_finance(struct wm_arena *arena, struct wm_results *r, size_t n_draws,
                    struct wm_diags *diags)
{
    const struct wm_economics *const e = &r->scenario->economics;
    const double years = r->hours / WM_H_PER_YEAR;
    struct wm_appraisal_terms terms = wm_appraisal_terms_of(arena, r);
    const struct wm_appraisal_basis basis = wm_appraisal_basis_of(arena, r, &terms);
    if (isnan(terms.market.cost_frac))
        terms.market.cost_frac = market_cost_frac(&terms, &basis);
    struct wm_appraisal *const a = WM_NEW(arena, struct wm_appraisal);
    *a = wm_appraisal(&terms, &basis);
    r->appraisal = a;
    set_appraisal(r, e, diags);
    set_market(r, &terms, diags);
    if (r->scenario->site.interconnection.wait_months > 0.0) {
        const struct wm_appraisal_terms now = wm_terms_with_power(r, &terms);
        SET(r, time_to_power_usd, wm_appraisal_worth(&now, &basis, NULL).npv_usd - a->npv_usd);
    }
    if (basis.exit_usd > 0.0)
        SET(r, exit_fee_usd, a->exit_usd);
    set_break_even_energy(r);
    set_densities(r, years);
    set_levelised(r, years);
    if (r->income.sale_gpu_h_per_year != NULL && e->gpu_sales.n > 0)
        SET(r, backlog_usd, r->income.backlog_usd);
    warn_horizon(r, diags);
    if (n_draws > 0)
        wm_set_range(arena, r, &terms, &basis, n_draws);
    wm_set_headline(arena, r, diags);
}
