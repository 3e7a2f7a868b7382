#include "finance.h"

#include <math.h>

#include "metric_member.h"

/* Where power's share of OpEx is asked for; the claim is 40 % (NVIDIA developer blog, June 2026). */
#define ASKED_SHARE 0.40

/* Runs of this many years and more are appraised by their own years. */
#define OWN_YEARS_FROM 3.0

static double first(double given, double otherwise)
{
    return isnan(given) ? otherwise : given;
}

double wm_discount_rate_frac(const struct wm_economics *economics)
{
    return first(economics->discount_rate_frac, economics->ledger->discount_rate_frac);
}

static struct wm_appraisal_terms terms_of(struct wm_arena *arena, const struct wm_economics *e)
{
    const struct wm_ledger_params *const l = e->ledger;
    const struct wm_tax_share *const table = e->tax_table.items;
    double *const shares = WM_NEW_ARRAY(arena, double, e->tax_table.n + 1);
    for (size_t i = 0; i < e->tax_table.n; i++)
        shares[i] = table[i].share_frac;
    return (struct wm_appraisal_terms){
        .n_years = (size_t)e->appraisal_years,
        .discount_rate_frac = wm_discount_rate_frac(e),
        .price_half_life_years = e->price_half_life_years,
        .power_escalation_frac = e->power_escalation_frac,
        .opex_escalation_frac = e->opex_escalation_frac,
        .residual_it_frac = e->residual_it_frac,
        .residual_facility_frac = e->residual_facility_frac,
        .it_life_years = l->it_life_years,
        .facility_life_years = l->facility_life_years,
        .debt_share_frac = first(e->debt_share_frac, l->debt_share_frac),
        .debt_rate_frac = first(e->debt_rate_frac, l->debt_rate_frac),
        .debt_years = (size_t)lround(first(e->debt_years, l->debt_years)),
        .tax_rate_frac = first(e->tax_rate_frac, l->tax_rate_frac),
        .write_off = e->tax_write_off,
        .write_off_frac = shares,
        .n_write_off = e->tax_table.n,
    };
}

#define SET(r, key, value) ((r)->metric[WM_METRIC_##key] = (value))
#define GET(r, key)        ((r)->metric[WM_METRIC_##key])

/* Says why a figure is missing. */
static void absent(struct wm_diags *diags, double value, const char *key, const char *why)
{
    if (isnan(value))
        wm_diag_add(diags, WM_W911, NULL, key, "%s", why);
}

static const struct wm_metric_member appraisal_members[] = {
    WM_METRIC_MEMBER(wm_appraisal, npv_usd, npv_usd),
    WM_METRIC_MEMBER(wm_appraisal, mirr_frac, mirr_frac),
    WM_METRIC_MEMBER(wm_appraisal, payback_years, payback_years),
    WM_METRIC_MEMBER(wm_appraisal, discounted_payback_years, discounted_payback_years),
    WM_METRIC_MEMBER(wm_appraisal, dscr_min, dscr_min),
    WM_METRIC_MEMBER(wm_appraisal, dscr_mean, dscr_mean),
    WM_METRIC_MEMBER(wm_appraisal, llcr, llcr),
    WM_METRIC_MEMBER(wm_appraisal, owner_irr_frac, owner_irr_frac),
    WM_METRIC_MEMBER(wm_appraisal, breakeven_price_factor, price_factor),
};

static void set_appraisal(struct wm_results *r, const struct wm_economics *e,
                          struct wm_diags *diags)
{
    const struct wm_appraisal *const a = r->appraisal;
    wm_set_members(r, a, appraisal_members, sizeof appraisal_members / sizeof *appraisal_members);
    SET(r, irr_frac, a->n_irr == 1 ? a->irr_frac[0] : (double)NAN);
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

/* Mean price of bought energy at which power is the asked share of OpEx, all other charges and fuel
 * unchanged. */
static void set_break_even_energy(struct wm_results *r)
{
    static const enum wm_metric keys[WM_N_OPEX] = {
        WM_METRIC_breakeven_energy_a_usd_per_mwh, WM_METRIC_breakeven_energy_b_usd_per_mwh,
        WM_METRIC_breakeven_energy_c_usd_per_mwh, WM_METRIC_breakeven_energy_d_usd_per_mwh,
        WM_METRIC_breakeven_energy_e_usd_per_mwh};
    const struct wm_ledger *const l = r->ledger;
    const double mwh = GET(r, grid_energy_mwh) / WM_J_PER_MWH;
    const double other_usd = l->power_usd - l->energy_usd;
    for (unsigned k = 0; k < WM_N_OPEX && mwh > 0.0; k++) {
        const double usd =
            (wm_power_usd_at_share(l, (enum wm_opex)k, ASKED_SHARE) - other_usd) / mwh;
        r->metric[keys[k]] = usd >= 0.0 ? usd : (double)NAN;
    }
    SET(r, energy_price_mean_usd_per_mwh, mwh > 0.0 ? l->energy_usd / mwh : (double)NAN);
}

/* A published span and what is compared with it. */
struct span {
    enum wm_metric metric;
    double low, high;
    const char *source;
};

/* Outside these a reader should ask why. */
static const struct span spans[] = {
    {WM_METRIC_revenue_usd_per_gpu_hour, 1.25, 8.50,
     "rents of A100 to VR200, 3-year contracts (SemiAnalysis InferenceX, Jul-Sep 2026)"},
    {WM_METRIC_tco_usd_per_mw_utility_year, 4.5e6, 14e6,
     "total costs of MI355X to GB300 (SemiAnalysis InferenceX, Apr 2026)"},
    {WM_METRIC_site_kw_per_gpu, 1.1, 3.5,
     "all-in power of TPU7x to VR200 (SemiAnalysis InferenceX, Jul-Sep 2026)"},
    {WM_METRIC_revenue_usd_per_mw_utility_year, 6e6, 30e6,
     "CoreWeave 2025, IREN-Microsoft, Oracle-OpenAI, SemiAnalysis' AI clouds 10 to 12 MUSD"},
};

/* What a site that serves is compared by; a site without accelerators or work is not compared. */
static void check_plausible(struct wm_results *r, struct wm_diags *diags)
{
    for (size_t i = 0; r->n_classes > 0 && i < sizeof spans / sizeof *spans; i++) {
        const struct span *const s = &spans[i];
        const struct wm_metric_info *const info = wm_metric_info(s->metric);
        const double value = wm_unit_from_si(info->unit, r->metric[s->metric]);
        const double scale = s->high >= 1e6 ? 1e-6 : 1.0;
        if (value < s->low || value > s->high)
            wm_diag_add(diags, WM_W901, NULL, info->key,
                        "is %.4g %s%s; published: %.4g to %.4g, %s", scale * value,
                        scale < 1.0 ? "M" : "", wm_unit_symbol(info->unit), scale * s->low,
                        scale * s->high, s->source);
    }
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
    SET(r, site_kw_per_gpu, ratio(GET(r, site_power_peak_mw), gpus));
}

void wm_run_finance(struct wm_arena *arena, struct wm_results *r, struct wm_diags *diags)
{
    const struct wm_economics *const e = &r->scenario->economics;
    const double years = r->hours / WM_H_PER_YEAR;
    const struct wm_ledger_cash cash = wm_ledger_cash(e->ledger, r->ledger);
    struct wm_appraisal_terms terms = terms_of(arena, e);
    /* a run of a few years is appraised as it is; a shorter one repeats its year */
    const bool own_years = years > OWN_YEARS_FROM - 1e-9;
    if (own_years)
        terms.n_years = r->n_run_years;
    for (size_t i = 0; i < r->n_it_lots; i++)
        r->it_lots[i] =
            wm_it_lot(&terms, r->it_lots[i].usd, r->it_lots[i].buy, r->it_lots[i].sell);
    const struct wm_appraisal_basis basis = {
        .it_capex_usd = cash.it_capex_usd,
        .facility_capex_usd = cash.facility_capex_usd,
        .revenue_usd = GET(r, revenue_usd) / years,
        .power_usd = r->ledger->power_usd / years,
        .opex_usd = (cash.opex_usd - r->ledger->power_usd) / years,
        .years = own_years ? r->run_years : NULL,
        .lots = r->it_lots,
        .n_lots = own_years ? r->n_it_lots : 0,
        .onsite = r->onsite_lots,
        .n_onsite = r->n_onsite_lots,
    };
    struct wm_appraisal *const a = WM_NEW(arena, struct wm_appraisal);
    *a = wm_appraisal(&terms, &basis);
    r->appraisal = a;
    set_appraisal(r, e, diags);
    set_break_even_energy(r);
    set_densities(r, years);
    check_plausible(r, diags);
}
