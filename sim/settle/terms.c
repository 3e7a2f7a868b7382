#include "terms.h"

#include <math.h>

#include "sales.h"
#include "supply.h"

/* Runs of this many years and more are appraised by their own years. */
#define OWN_YEARS_FROM 3.0

static double first(double given, double otherwise)
{
    return isnan(given) ? otherwise : given;
}

static double with_inflation(const struct wm_economics *e, double frac)
{
    return e->money == WM_MONEY_REAL ? (1.0 + frac) * (1.0 + e->inflation_frac) - 1.0 : frac;
}

double wm_discount_rate_frac(const struct wm_economics *e)
{
    return with_inflation(e, first(e->discount_rate_frac, e->ledger.discount_rate_frac));
}

bool wm_has_own_years(const struct wm_results *r)
{
    return r->hours / WM_H_PER_YEAR > OWN_YEARS_FROM - 1e-9;
}

static struct wm_tax_terms tax_of(struct wm_arena *arena, const struct wm_economics *e)
{
    const struct wm_capital_share *const table = e->tax_table.items;
    double *const shares = WM_NEW_ARRAY(arena, double, e->tax_table.n + 1);
    for (size_t i = 0; i < e->tax_table.n; i++)
        shares[i] = table[i].share_frac;
    return (struct wm_tax_terms){.rate_frac = first(e->tax_rate_frac, e->ledger.tax_rate_frac),
                                 .write_off = e->tax_write_off,
                                 .table_frac = shares,
                                 .n_table = e->tax_table.n,
                                 .bonus_frac = e->tax_bonus_frac,
                                 .loss_limit_frac = e->tax_loss_limit_frac,
                                 .interest_limit_frac = e->tax_interest_limit_frac};
}

/* Years of construction begun, the last may be shorter; capital at the start of each. */
static void set_construction(const struct wm_construction *c, struct wm_appraisal_terms *t)
{
    const struct wm_capital_share *const curve = c->curve.items;
    t->n_build = (size_t)ceil(c->years - 1e-9);
    for (size_t p = 0; p < t->n_build; p++) {
        t->build_length_years[p] = fmin(1.0, c->years - (double)p);
        t->build_frac[p] =
            c->curve.n > 0 ? curve[p].share_frac : t->build_length_years[p] / c->years;
    }
    t->first_year_frac = c->first_year_frac;
}

/*
 * Where power comes later than construction takes, construction begins so much later. Without construction
 * the facility is paid on the last day.
 */
static void wait_for_power(double years, struct wm_appraisal_terms *t)
{
    static const double day = 1.0 / 365.0;
    double built = 0.0, length[WM_BUILD_YEARS_MAX], frac[WM_BUILD_YEARS_MAX];
    size_t n = 0;
    for (size_t p = 0; p < t->n_build; p++)
        built += t->build_length_years[p];
    double left = years - (t->n_build > 0 ? built : day);
    if (!(left > 1e-6))
        return;
    const size_t n_wait = (size_t)ceil(left - 1e-9), room = WM_BUILD_YEARS_MAX - t->n_build - 1;
    for (size_t p = 0; p < n_wait && p < room; p++) { /* the last holds what is left */
        length[n] = p + 1 == room ? left : fmin(1.0, left);
        left -= length[n];
        frac[n++] = 0.0;
    }
    if (t->n_build == 0) {
        length[n] = day;
        frac[n++] = 1.0;
    }
    for (size_t p = 0; p < t->n_build; p++) {
        length[n] = t->build_length_years[p];
        frac[n++] = t->build_frac[p];
    }
    for (size_t p = 0; p < n; p++) {
        t->build_length_years[p] = length[p];
        t->build_frac[p] = frac[p];
    }
    t->n_build = n;
}

static struct wm_property_tax property_tax_of(const struct wm_results *r)
{
    const struct wm_local_tax *const local = &r->scenario->site.local_tax;
    struct wm_property_tax tax = {.rate_frac = local->equipment_frac};
    if (!local->applies || !(r->cash.it_capex_usd > 0.0 || (r->has_owned && r->cash.owns_it)))
        return tax;
    tax.n = WM_ASSESSED_AGES;
    for (size_t i = 0; i < tax.n; i++)
        tax.assessed_frac[i] = local->assessed_frac[i];
    return tax;
}

/* Elasticity of what is sold by the token, by revenue. */
static double elasticity_of(const struct wm_results *r)
{
    const struct wm_workload *const w = r->scenario->workloads.items;
    double sum = 0.0, usd = 0.0;
    for (size_t i = 0; i < r->n_classes; i++) {
        if (wm_workload_is_job(&w[i]))
            continue;
        sum += w[i].demand.elasticity * r->classes[i].revenue_usd;
        usd += r->classes[i].revenue_usd;
    }
    return usd > 0.0 ? sum / usd : 0.0;
}

static struct wm_token_market market_of(const struct wm_results *r)
{
    const struct wm_market_choice *const c = &r->scenario->economics.market;
    const struct wm_income *const in = &r->income;
    const double income_usd = wm_income_usd(in);
    const double power_usd = r->ledger->power_usd - wm_supply_net_usd(r);
    return (struct wm_token_market){
        .gain_per_year = c->gain_per_year,
        .own_gain_per_year = c->own_gain_per_year,
        .pass_through_frac = c->pass_through_frac,
        .cost_frac = c->cost_frac,
        .has_margin_floor = !isnan(c->margin_floor_frac),
        .margin_floor_frac = c->margin_floor_frac,
        .competitor_price_frac = first(c->competitor_price_frac, 0.0),
        .competitor_half_life_years = first(c->competitor_half_life_years, 0.0),
        .elasticity = elasticity_of(r),
        .cash_frac = income_usd > 0.0 ? r->cash.opex_usd / income_usd : 0.0,
        .energy_frac = power_usd > 0.0 ? wm_bill_energy_usd(r->bill) / power_usd : 0.0,
        .volume = r->volume_response,
        .n_volume = r->n_volume_responses,
        .capacity = r->capacity_response,
        .energy = r->energy_response,
    };
}

struct wm_appraisal_terms wm_appraisal_terms_of(struct wm_arena *arena, const struct wm_results *r)
{
    const struct wm_economics *const e = &r->scenario->economics;
    const struct wm_ledger_params *const l = &e->ledger;
    struct wm_appraisal_terms t = {
        .n_years = (size_t)e->appraisal_years,
        .discount_rate_frac = wm_discount_rate_frac(e),
        .price_half_life_years = e->price_half_life_years,
        .market = market_of(r),
        .power_escalation_frac = with_inflation(e, e->power_escalation_frac),
        .opex_escalation_frac = with_inflation(e, e->opex_escalation_frac),
        .inflation_frac = e->money == WM_MONEY_REAL ? e->inflation_frac : 0.0,
        .residual_it_frac = e->residual_it_frac,
        .residual_facility_frac = e->residual_facility_frac,
        .it_life_years = l->it_life_years,
        .facility_life_years = l->facility_life_years,
        .may_abandon = e->end_of_life == WM_END_BETTER,
        .debt_share_frac = first(e->debt_share_frac, l->debt_share_frac),
        .debt_rate_frac = first(e->debt_rate_frac, l->debt_rate_frac),
        .debt_years = (size_t)lround(first(e->debt_years, l->debt_years)),
        .tranches = e->debt.items,
        .n_tranches = e->debt.n,
        .tax = tax_of(arena, e),
        .facility_mix = {e->tax_facility_5_frac, e->tax_facility_15_frac},
        .it_tax = property_tax_of(r),
    };
    set_construction(&e->construction, &t);
    wait_for_power(r->scenario->site.interconnection.wait_months / 12.0, &t);
    t.receivable_years = e->receivable_days / 365.0;
    t.payable_years = e->payable_days / 365.0;
    t.security_years = first(r->scenario->site.interconnection.security_years, 1e9);
    t.contract_years = r->scenario->site.interconnection.term_years;
    if (wm_has_own_years(r)) {
        t.n_years = r->n_run_years;
        t.operation_years = r->hours / WM_H_PER_YEAR;
    }
    return t;
}

struct wm_appraisal_terms wm_terms_with_power(const struct wm_results *r,
                                              const struct wm_appraisal_terms *terms)
{
    struct wm_appraisal_terms now = *terms;
    set_construction(&r->scenario->economics.construction, &now);
    return now;
}

/* Exit fee of the contract, of who pays the bill. */
static double exit_usd(const struct wm_results *r)
{
    const double mw = r->scenario->site.ceiling.limit_w / WM_W_PER_MW;
    return r->cash.power_usd > 0.0 || r->cash.power_usd < 0.0
               ? mw * r->scenario->site.interconnection.exit_usd_per_mw
               : 0.0;
}

/* Power contracts by period, of who pays the bill. */
static const struct wm_ppa_cash *supply_of(struct wm_arena *arena, const struct wm_results *r,
                                           const struct wm_appraisal_terms *terms, double years)
{
    const struct wm_ppa *const ppa = r->scenario->site.ppas.items;
    struct wm_ppa_cash *const cash = WM_NEW_ARRAY(arena, struct wm_ppa_cash, terms->n_years);
    double from = 0.0;
    if (r->supply.n == 0 || !(r->cash.power_usd > 0.0 || r->cash.power_usd < 0.0))
        return NULL;
    for (size_t t = 0; t < terms->n_years; t++) {
        const double length = wm_has_own_years(r) ? r->run_years[t].years : 1.0;
        for (size_t i = 0; i < r->supply.n; i++) {
            const struct wm_ppa_account *const a = &r->supply.ppa[i];
            const struct wm_ppa_account yearly = {a->energy_j / years, a->strike_usd / years,
                                                  a->index_usd / years, a->credit_usd / years};
            const struct wm_ppa_cash c =
                wm_ppa_cash_in(&ppa[i], &yearly, terms->power_escalation_frac, from, length);
            cash[t].paid_usd += c.paid_usd;
            cash[t].credit_usd += c.credit_usd;
        }
        from += length;
    }
    return cash;
}

/* Contracts and rent by period; rent passes the power bill of its year on. */
static const double *contracts_of(struct wm_arena *arena, const struct wm_results *r,
                                  const struct wm_appraisal_terms *terms, double years,
                                  const struct wm_ppa_cash *supply)
{
    double *const usd = WM_NEW_ARRAY(arena, double, terms->n_years);
    const bool own = wm_has_own_years(r);
    const double power_usd = (r->ledger->power_usd - wm_supply_net_usd(r)) / years;
    const double rent_usd = (r->income.space_usd - r->ledger->power_usd) / years;
    double from = 0.0;
    for (size_t t = 0; t < terms->n_years; t++) {
        const double length = own ? r->run_years[t].years : 1.0;
        usd[t] = wm_contracts_usd(r, from, from + length);
        if (r->income.space_usd > 0.0)
            usd[t] += length * rent_usd + (own ? r->run_years[t].power_usd : power_usd) *
                                              pow(1.0 + terms->power_escalation_frac, from) +
                      (supply != NULL ? supply[t].paid_usd - supply[t].credit_usd : 0.0);
        from += length;
    }
    return usd;
}

/* Tax on equipment that the schedule brings instead of its mean. */
static double scheduled_tax_usd(const struct wm_results *r, const struct wm_appraisal_terms *terms)
{
    const struct wm_local_tax *const tax = &r->scenario->site.local_tax;
    return terms->it_tax.n == 0
               ? 0.0
               : r->cash.it_capex_usd * wm_local_tax_mean_frac(
                                            tax, r->scenario->economics.ledger.it_life_years) +
                     r->owned_tax_usd;
}

/* Life and residual of each pool. A year that repeats has all of them from the first to the last. */
static void set_it_lots(struct wm_results *r, const struct wm_appraisal_terms *terms, bool own)
{
    for (size_t i = 0; i < r->n_it_lots; i++) {
        struct wm_lot *const lot = &r->it_lots[i];
        const struct wm_lot known = *lot;
        *lot = wm_it_lot(terms, known.usd, own ? known.buy : 0,
                         own ? known.sell : WM_APPRAISAL_YEARS_MAX);
        lot->is_owned = known.is_owned;
        lot->age_years = known.age_years;
        lot->book_usd = known.book_usd;
        lot->salvage_usd = known.salvage_usd;
    }
}

struct wm_appraisal_basis wm_appraisal_basis_of(struct wm_arena *arena, struct wm_results *r,
                                                const struct wm_appraisal_terms *terms)
{
    const double years = r->hours / WM_H_PER_YEAR;
    const bool own = wm_has_own_years(r);
    const struct wm_income *const in = &r->income;
    set_it_lots(r, terms, own);
    const struct wm_ppa_cash *const supply = supply_of(arena, r, terms, years);
    const double net_usd = supply != NULL ? wm_supply_net_usd(r) : 0.0;
    return (struct wm_appraisal_basis){
        .it_capex_usd = r->cash.it_capex_usd,
        .facility_capex_usd = r->cash.facility_capex_usd,
        .revenue_usd = in->token_usd / years,
        .hours_usd = in->on_demand_usd / years,
        .grid_usd = in->grid_usd / years,
        .sells_no_tokens = !(in->token_usd > 0.0),
        .connection_usd = r->cash.grid_capex_usd,
        .security_usd = r->cash.security_usd,
        .exit_usd = exit_usd(r),
        .supply = supply,
        .power_usd = (r->cash.power_usd - net_usd) / years,
        .opex_usd = (r->cash.opex_usd - r->cash.power_usd) / years - scheduled_tax_usd(r, terms),
        .contract_usd = contracts_of(arena, r, terms, years, supply),
        .years = own ? r->run_years : NULL,
        .lots = r->it_lots,
        .n_lots = r->has_owned ? (r->cash.owns_it ? r->n_it_lots : 0)
                  : own && r->cash.it_capex_usd > 0.0 ? r->n_it_lots
                                                      : 0,
        .onsite = r->onsite_lots,
        .n_onsite = r->cash.onsite_capex_usd > 0.0 ? r->n_onsite_lots : 0,
    };
}
