#include <math.h>
#include <string.h>

#include "bill.h"
#include "metrics.h"
#include "owned.h"
#include "prices.h"
#include "response.h"
#include "sales.h"
#include "supply.h"
#include "terms.h"
#include "wattmill/finance.h"

/* Lines that the run knows itself, as they are gathered. */
struct lines {
    struct wm_ledger_line *items;
    size_t n;
};

static void add(struct lines *l, const char *name, unsigned tags, double usd)
{
    l->items[l->n++] = (struct wm_ledger_line){name, tags, usd};
}

/* What a site may not have at all. */
static void add_if(struct lines *l, const char *name, unsigned tags, double usd)
{
    if (usd > 0.0 || usd < 0.0)
        add(l, name, tags, usd);
}

/* Lines of the bill; those of one name are one line of the ledger. */
static void add_bill(struct lines *l, const struct wm_bill *bill)
{
    for (size_t i = 0; i < bill->n_lines; i++) {
        const struct wm_bill_line *const line = &bill->lines[i];
        size_t k = 0;
        while (k < l->n && strcmp(l->items[k].name, line->name) != 0)
            k++;
        if (k < l->n)
            l->items[k].usd += line->usd;
        else if (wm_bill_line_counts(line))
            add(l, line->name, line->tags, line->usd);
    }
}

/* Storage and generation: capital, and what it and its upkeep cost by the run. */
struct onsite {
    double capex_usd, straight_usd, recovery_usd, om_usd;
};

static void add_capital(struct onsite *o, double capex_usd, double life_years, double years,
                        double discount_rate_frac)
{
    o->capex_usd += capex_usd;
    o->straight_usd += years * wm_straight_line(capex_usd, 0.0, life_years);
    o->recovery_usd +=
        years * wm_equivalent_annual_cost(capex_usd, 0.0, discount_rate_frac, life_years);
}

static struct onsite onsite_of(const struct wm_run *r, double years, double discount_rate_frac)
{
    const struct wm_storage *s = &r->scenario->site.storage;
    const struct wm_generation *rows = r->scenario->site.generation.items;
    const double storage_usd = wm_storage_capex_usd(s);
    struct onsite o = {.om_usd = r->site.onsite.account.om_usd + years * s->om_frac * storage_usd};
    add_capital(&o, storage_usd, s->life_years, years, discount_rate_frac);
    for (size_t i = 0; i < r->site.onsite.n_units; i++) {
        const double kw = rows[i].capacity_w / 1e3;
        o.om_usd += years * kw * rows[i].type->om_usd_per_kw_year;
        add_capital(&o, kw * rows[i].type->capex_usd_per_kw, rows[i].type->life_years, years,
                    discount_rate_frac);
    }
    return o;
}

/* Every installed accelerator at all hours, at the ledger's rent or its own. */
static double hire_usd(const struct wm_run *r, double years)
{
    const double given = r->scenario->economics.ledger.gpu_rent_usd_per_gpu_h;
    double usd = 0.0;
    for (size_t i = 0; i < r->plan.n_pools; i++) {
        const double own = r->plan.pools[i].hw->rent_usd_per_gpu_h;
        usd += (double)r->plan.pools[i].n_gpus * (isnan(given) ? own : given);
    }
    return usd * years * WM_H_PER_YEAR;
}

static void set_onsite_lots(struct wm_run *r)
{
    const struct wm_storage *s = &r->scenario->site.storage;
    const struct wm_generation *rows = r->scenario->site.generation.items;
    const size_t n = r->site.onsite.n_units;
    struct wm_lot *const lots = WM_NEW_ARRAY(r->arena, struct wm_lot, n + 1);
    for (size_t i = 0; i < n; i++)
        lots[i] = wm_onsite_lot(rows[i].capacity_w / 1e3 * rows[i].type->capex_usd_per_kw,
                                rows[i].type->life_years);
    lots[n] = wm_onsite_lot(wm_storage_capex_usd(s), s->life_years);
    r->results->onsite_lots = lots;
    r->results->n_onsite_lots = n + 1;
}

/*
 * What the battery holds less at the end, bought again: at the price of a joule over the run, whoever gave it
 * (what was bought says nothing where little was), and what contracts of power and certificates take for a joule
 * drawn.
 */
static double stock_usd(const struct wm_run *r)
{
    const struct wm_onsite *const onsite = &r->site.onsite;
    const double site_j = r->site.account.site_j, meter_j = onsite->account.meter_j;
    const double usd_per_j = site_j > 0.0 ? wm_energy_cost(r).site_usd / site_j : 0.0;
    const double beside = meter_j > 0.0 ? wm_supply_by_load_usd(r) / meter_j : 0.0;
    return wm_onsite_stock_usd(onsite, usd_per_j, beside);
}

/* The connection: lost over the life of the facility. */
static void add_grid(struct lines *l, const struct wm_run *r, struct wm_ledger_basis *b)
{
    const struct wm_interconnection *const i = &r->scenario->site.interconnection;
    const double life = r->scenario->economics.ledger.facility_life_years;
    const double mw = r->scenario->site.ceiling.limit_w / WM_W_PER_MW;
    const double usd = mw * i->cost_usd_per_mw;
    b->grid_capex_usd = usd;
    b->security_usd = mw * i->security_usd_per_mw;
    add_if(l, "depreciation, interconnection", WM_TAG_FACILITY | WM_TAG_DEPRECIATION,
           b->years * wm_straight_line(usd, 0.0, life));
    add_if(l, "capital recovery, interconnection", WM_TAG_FACILITY | WM_TAG_CAPITAL,
           b->years * wm_equivalent_annual_cost(usd, 0.0, b->discount_rate_frac, life));
    add_if(l, "interest on the deposit", WM_TAG_FACILITY | WM_TAG_CAPITAL,
           b->years * b->discount_rate_frac * b->security_usd);
}

static struct wm_ledger_basis ledger_basis(const struct wm_run *r, double n_gpus)
{
    const struct wm_bill *const bill = r->results->bill;
    struct wm_ledger_basis b = {.it_design_w = r->plan.it_design_w,
                                .n_gpus = n_gpus,
                                .years = r->site.account.time_s / WM_S_PER_YEAR,
                                .discount_rate_frac =
                                    wm_discount_rate_frac(&r->scenario->economics)};
    for (size_t i = 0; i < r->plan.n_pools; i++)
        if (!wm_fleet_is_owned(r->plan.pools[i].fleet))
            b.it_capex_usd += wm_owned_price_usd(r, i);
    const struct wm_owned_sums owned = wm_owned_sums(r, b.discount_rate_frac);
    b.owned_usd = owned.price_usd;
    const struct onsite o = onsite_of(r, b.years, b.discount_rate_frac);
    const unsigned onsite = WM_TAG_ONSITE;
    struct lines l = {.items = WM_NEW_ARRAY(r->arena, struct wm_ledger_line, bill->n_lines + 15)};
    add_bill(&l, bill);
    add_if(&l, "fuel", WM_TAG_POWER, r->site.onsite.account.fuel_usd);
    add_if(&l, "stored energy, less at the end", WM_TAG_POWER, stock_usd(r));
    add_if(&l, "property tax, owned IT", WM_TAG_IT | WM_TAG_TAX, b.years * owned.tax_usd);
    add_if(&l, "depreciation, owned IT", WM_TAG_IT | WM_TAG_DEPRECIATION,
           b.years * owned.straight_usd);
    add_if(&l, "capital recovery, owned IT", WM_TAG_IT | WM_TAG_CAPITAL,
           b.years * owned.recovery_usd);
    add_if(&l, "storage and generation O&M", onsite, o.om_usd);
    add_if(&l, "depreciation, storage and generation", onsite | WM_TAG_DEPRECIATION,
           o.straight_usd);
    add_if(&l, "capital recovery, storage and generation", onsite | WM_TAG_CAPITAL, o.recovery_usd);
    if (r->results->supply.n > 0)
        add(&l, "power purchase agreements", WM_TAG_POWER, wm_supply_net_usd(r->results));
    add_if(&l, "certificates", WM_TAG_POWER, r->results->supply.certificates_usd);
    add_grid(&l, r, &b);
    add(&l, "ceiling penalties", WM_TAG_PENALTY, r->site.account.penalty_usd);
    add_if(&l, "carbon price", WM_TAG_PENALTY,
           r->scenario->economics.carbon_usd_per_t / 1e3 * r->site.account.carbon_kg);
    if (r->scenario->economics.ledger.it == WM_IT_HIRED)
        add(&l, "hire of accelerators", WM_TAG_HIRE, hire_usd(r, b.years));
    b.lines = l.items;
    b.n_lines = l.n;
    b.onsite_capex_usd = o.capex_usd;
    b.market_usd = wm_bill_usd_on(bill, WM_CHARGE_MARKET);
    const struct wm_local_tax *const tax = &r->scenario->site.local_tax;
    b.has_local_tax = tax->applies;
    b.local_tax_facility_frac = tax->building_frac;
    b.local_tax_it_frac = wm_local_tax_mean_frac(tax, r->scenario->economics.ledger.it_life_years);
    b.sales_tax_facility_frac = tax->sales_facility_frac;
    return b;
}

double wm_power_beside_bill_usd(const struct wm_run *r)
{
    return r->results->supply.certificates_usd + r->site.onsite.account.fuel_usd + stock_usd(r);
}

/* Overlap of two stretches of the run. */
static double overlap_s(double from_s, double to_s, double begin_s, double end_s)
{
    return fmax(0.0, fmin(to_s, end_s) - fmax(from_s, begin_s));
}

/* A month's bill by the time it has in each year, for months are the site's and years the run's; fuel and stored energy evenly. */
static void spread_power(const struct wm_run *r, struct wm_run_year *years)
{
    const size_t n = r->site.n_years;
    const struct wm_bill *const bill = r->results->bill;
    double year_from_s = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double year_to_s =
            i + 1 < n ? year_from_s + r->site.years[i].time_s : (double)INFINITY;
        double from_s = 0.0;
        for (size_t k = 0; k < bill->n_months; k++) {
            const struct wm_bill_month *const m = &bill->months[k];
            const double to_s = from_s + m->time_s;
            if (m->time_s > 0.0)
                years[i].power_usd +=
                    m->bill_usd * overlap_s(from_s, to_s, year_from_s, year_to_s) / m->time_s;
            else if (from_s >= year_from_s && from_s < year_to_s)
                years[i].power_usd += m->bill_usd;
            from_s = to_s;
        }
        year_from_s = year_to_s;
        years[i].power_usd +=
            wm_power_beside_bill_usd(r) * r->site.years[i].time_s / r->site.account.time_s;
    }
}

/*
 * The run's years for an appraisal: tokens and payments of the grid by when they were earned, the totals
 * kept; contracts and rent stand beside them.
 */
static void set_years(struct wm_run *r, double power_usd)
{
    const size_t n = r->site.n_years;
    const struct wm_income *const in = &r->results->income;
    double earned_usd = 0.0, shed_usd = 0.0;
    for (size_t i = 0; i < n; i++) {
        earned_usd += r->site.years[i].revenue_usd - r->site.years[i].grid_usd;
        shed_usd += r->site.years[i].grid_usd;
    }
    const double kept = earned_usd > 0.0 ? fmin(1.0, in->token_usd / earned_usd) : 0.0;
    const double paid = shed_usd > 0.0 ? fmin(1.0, in->grid_usd / shed_usd) : 0.0;
    const double total_s = r->site.account.time_s;
    struct wm_run_year *const years = WM_NEW_ARRAY(r->arena, struct wm_run_year, n);
    for (size_t i = 0; i < n; i++) { /* income that is paid for standing by comes evenly */
        const struct wm_year_result *const y = &r->site.years[i];
        const double share = y->time_s / total_s;
        years[i].years = y->time_s / WM_S_PER_YEAR;
        years[i].revenue_usd =
            kept * (y->revenue_usd - y->grid_usd) + (in->token_usd - kept * earned_usd) * share;
        years[i].hours_usd = in->on_demand_usd * share;
        years[i].grid_usd = paid * y->grid_usd + (in->grid_usd - paid * shed_usd) * share;
    }
    spread_power(r, years);
    for (size_t i = 0; i < n; i++) {
        r->site.years[i].power_usd = years[i].power_usd;
        if (!(power_usd > 0.0 || power_usd < 0.0)) /* another pays the bill */
            years[i].power_usd = 0.0;
    }
    r->results->run_years = years;
    r->results->n_run_years = n;
}

static size_t years_after_start(const struct wm_run *r, int64_t at_us)
{
    const double years =
        (double)(at_us - r->scenario->horizon.start_us) / (WM_S_PER_YEAR * (double)WM_US_PER_S);
    return years > 0.0 ? (size_t)fmin(round(years), 1e6) : 0;
}

static void set_lots(struct wm_run *r)
{
    struct wm_lot *const lots = WM_NEW_ARRAY(r->arena, struct wm_lot, r->plan.n_pools + 1);
    for (size_t i = 0; i < r->plan.n_pools; i++) {
        const struct wm_fleet *const f = r->plan.pools[i].fleet;
        lots[i] = (struct wm_lot){.usd = wm_owned_price_usd(r, i),
                                  .buy = years_after_start(r, f->online_us),
                                  .sell = years_after_start(r, f->retire_us),
                                  .is_owned = wm_fleet_is_owned(f),
                                  .age_years = f->owned.age_years,
                                  .book_usd = wm_owned_book_usd(r, i),
                                  .salvage_usd = f->owned.salvage_usd_per_gpu *
                                                 (double)r->plan.pools[i].n_gpus};
        r->results->has_owned = r->results->has_owned || lots[i].is_owned;
    }
    r->results->it_lots = lots;
    r->results->n_it_lots = r->plan.n_pools;
}

static void set_opex(struct wm_run *r, const struct wm_ledger *l, double years)
{
    static const enum wm_metric shares[WM_N_OPEX] = {
        WM_METRIC_power_share_a_frac, WM_METRIC_power_share_b_frac, WM_METRIC_power_share_c_frac,
        WM_METRIC_power_share_d_frac, WM_METRIC_power_share_e_frac};
    const struct wm_ledger_cash *const cash = &r->results->cash;
    for (size_t i = 0; i < WM_N_OPEX; i++)
        wm_set(r, shares[i], l->power_share_frac[i]);
    SET(r, power_cost_usd, l->power_usd);
    SET(r, opex_b_usd, l->opex_usd[WM_OPEX_B]);
    SET(r, opex_usd, cash->opex_usd);
    SET(r, power_share_frac, wm_ratio(cash->power_usd, cash->opex_usd));
    SET(r, capex_usd,
        cash->facility_capex_usd + cash->onsite_capex_usd + cash->it_capex_usd +
            cash->grid_capex_usd);
    SET(r, tco_usd_per_year, l->opex_usd[WM_OPEX_E] / years);
}

/* Of the time for prompts, what attention to context found in the cache takes: the same prompts without it are
 * read so much faster. With one request under way, a prompt to a pass: groups that are never out of work take
 * smaller passes when prompts are shorter, and their busy time would say nothing. */
static double cached_busy_frac(const struct wm_run *r)
{
    double cached_s = 0.0, all_s = 0.0;
    for (size_t i = 0; i < r->plan.n_partitions; i++) {
        const struct wm_partition *const p = &r->plan.partitions[i];
        if (!wm_partition_serves(p) || p->plan.c.curve != NULL)
            continue;
        struct wm_serving_plan bare = p->plan;
        bare.c.input_tok *= 1.0 - bare.c.cached_frac;
        bare.c.cached_frac = 0.0;
        const double batch = fmin(1.0, p->plan.capacity_batch);
        const struct wm_serving_point with = wm_serving_at_batch(&p->plan, batch, 1.0);
        const struct wm_serving_point without = wm_serving_at_batch(&bare, batch, 1.0);
        const double busy_s = r->site.account.partitions[i].prefill_busy_gpu_s;
        const double ratio = wm_ratio(without.prefill_busy_gpus * with.out_tok_per_s,
                                      with.prefill_busy_gpus * without.out_tok_per_s);
        all_s += busy_s;
        cached_s += isfinite(ratio) ? busy_s * fmax(0.0, 1.0 - ratio) : 0.0;
    }
    return all_s > 0.0 ? cached_s / all_s : 0.0;
}

static void set_owned(struct wm_run *r, double discount_rate_frac)
{
    const struct wm_owned_sums owned = wm_owned_sums(r, discount_rate_frac);
    SET(r, owned_book_usd, owned.book_usd);
    r->results->owned_tax_usd = owned.tax_usd;
}

void wm_set_money(struct wm_run *r, const struct wm_totals *t)
{
    const struct wm_ledger_params *const params = &r->scenario->economics.ledger;
    r->results->bill = wm_bill_close(r->arena, &r->site.meter);
    wm_set_supply(r);
    const struct wm_ledger_basis basis = ledger_basis(r, t->gpus);
    struct wm_ledger *const l = WM_NEW(r->arena, struct wm_ledger);
    *l = wm_ledger_book(params, &basis);
    r->results->ledger = l;
    r->results->cash = wm_ledger_cash(params, l);
    r->results->income = wm_income_of(r, t, r->results->cash.space_usd);
    const double years = basis.years, mw = wm_contract_mw(r);
    const double revenue_usd = wm_income_usd(&r->results->income);
    set_opex(r, l, years);
    if (basis.owned_usd > 0.0)
        set_owned(r, basis.discount_rate_frac);
    SET(r, revenue_usd, revenue_usd);
    set_years(r, r->results->cash.power_usd);
    set_lots(r);
    set_onsite_lots(r);
    wm_set_response(r);
    SET(r, grid_service_revenue_usd, wm_grid_service_usd(r));
    SET(r, revenue_usd_per_mw_utility_year, revenue_usd / years / mw);
    SET(r, revenue_usd_per_mw_it_year, revenue_usd / years / (r->plan.it_design_w / WM_W_PER_MW));
    const struct wm_account *a = &r->site.account;
    if (t->n_jobs > 0) /* beside the total: what serving earns on its share of the energy */
        SET(r, serving_revenue_usd_per_mw_utility_year,
            wm_ratio(t->serving_revenue_usd / years, mw * wm_ratio(a->serving_it_j, a->it_j)));
    const double profit_usd = revenue_usd - r->results->cash.profit_opex_usd;
    SET(r, profit_usd_per_hour, profit_usd / (years * WM_H_PER_YEAR));
    SET(r, profit_usd_per_mw_utility_year, profit_usd / years / mw);
    r->results->lcot_share_frac = wm_ratio(t->serving_gpus, t->gpus);
    r->results->lcot = (struct wm_lcot_basis){
        .prefill_busy_frac = t->lcot_busy_s > 0.0 ? t->lcot_prefill_s / t->lcot_busy_s : 0.0,
        .cached_busy_frac = t->sold_cached > 0.0 ? cached_busy_frac(r) : 0.0,
        .input_tok = t->own_in,
        .cached_tok = t->own_cached,
        .output_tok = t->own_out};
}
