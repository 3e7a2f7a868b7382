#include "wattmill/run.h"

#include <math.h>
#include <setjmp.h>

#include "finance.h"
#include "flow.h"
#include "site.h"

struct wm_run {
    struct wm_arena *arena;
    const struct wm_scenario *scenario;
    struct wm_site_plan plan;
    struct wm_site_result site;
    struct wm_results *results;
};

static double contract_mw(const struct wm_run *r)
{
    return r->scenario->site.ceiling.limit_w / WM_W_PER_MW;
}

static void set(struct wm_run *r, enum wm_metric metric, double value)
{
    r->results->metric[metric] = value;
}

#define SET(r, key, value) set((r), WM_METRIC_##key, (value))

/* Ratio, absent where it has no meaning. */
static double ratio(double part, double whole)
{
    return whole > 0.0 ? part / whole : (double)NAN;
}

static void fill_class(struct wm_class_result *c, const struct wm_pool *pool,
                       const struct wm_pool_account *a)
{
    const double out_tok = pool->workload->class->output_tok;
    *c = (struct wm_class_result){
        .name = pool->workload->name,
        .pool = pool->fleet->name,
        .llm = pool->workload->llm->head.name,
        .output_tok_offered = a->offered_tok,
        .output_tok_served = a->served_tok,
        .output_tok_dropped = a->dropped_tok,
        .input_tok_served = a->served_tok * pool->input_per_out,
        .cached_tok_served = a->served_tok * pool->cached_per_out,
        .requests_offered = a->offered_tok / out_tok,
        .requests_served = a->served_tok / out_tok,
        .requests_dropped = a->dropped_tok / out_tok,
        .revenue_usd = a->revenue_usd,
        .ttft_p50_s = wm_log_hist_quantile(&a->ttft, 0.50),
        .ttft_p99_s = wm_log_hist_quantile(&a->ttft, 0.99),
        .tpot_p50_s = wm_log_hist_quantile(&a->tpot, 0.50),
        .tpot_p99_s = wm_log_hist_quantile(&a->tpot, 0.99),
        .slo_attainment_frac = ratio(a->slo_tok, a->served_tok),
    };
}

static void fill_pool(struct wm_arena *arena, struct wm_pool_result *p, const struct wm_pool *pool,
                      const struct wm_pool_account *a, double time_s)
{
    *p = (struct wm_pool_result){.name = pool->fleet->name,
                                 .accelerator = pool->fleet->accelerator->head.name,
                                 .workload = pool->workload ? pool->workload->name : "",
                                 .parallelism = "idle",
                                 .n_racks = pool->n_racks,
                                 .n_gpus = pool->n_gpus,
                                 .n_replicas = pool->n_replicas,
                                 .gpus_per_replica = pool->gpus_per_replica,
                                 .availability_frac = 1.0,
                                 .energy_j = a->energy_j};
    if (!pool->workload)
        return;
    const struct wm_serving_plan *plan = &pool->plan;
    const struct wm_serving_point full = wm_serving_at_batch(plan, plan->capacity_batch, 1.0);
    const char *split = plan->c.llm->experts_total > 0 ? "EP" : "TP";
    p->prefill_gpus = (int64_t)plan->prefill_gpus;
    p->decode_gpus = (int64_t)plan->decode_gpus;
    p->parallelism = plan->prefill_gpus > 0.0
                         ? wm_arena_printf(arena, "prefill %.0f x %s%.0f, decode %s%.0f",
                                           plan->prefill_gpus / plan->prefill_group_gpus, split,
                                           plan->prefill_group_gpus, split, plan->decode_gpus)
                         : wm_arena_printf(arena, "decode %s%.0f", split, plan->decode_gpus);
    p->batch_at_capacity = plan->capacity_batch;
    p->capacity_out_tok_per_s = plan->capacity_out_tok_per_s * (double)pool->n_replicas;
    p->capacity_out_tok_per_s_per_gpu =
        plan->capacity_out_tok_per_s / (double)pool->gpus_per_replica;
    p->step_at_capacity_s = full.tpot_s;
    p->gpu_power_at_capacity_w = full.board_w / (double)pool->gpus_per_replica;
    p->it_power_at_capacity_w = full.it_w * (double)pool->n_replicas;
    const double replica_gpus = (double)pool->gpus_per_replica;
    p->availability_frac = ratio(a->up_replica_s * replica_gpus + pool->spare_gpus * time_s,
                                 (double)pool->n_gpus * time_s);
    p->busy_frac = a->busy_gpu_s / ((double)pool->n_gpus * time_s);
    p->clock_mean_frac = a->clock_s / time_s;
}

static void add_balance(struct wm_results *r, const char *name, const char *statement, double in,
                        double out, enum wm_unit unit)
{
    const double scale = fmax(fabs(in), fabs(out));
    const double residual = scale > 0.0 ? fabs(in - out) / scale : 0.0;
    r->balances[r->n_balances++] = (struct wm_balance){name, statement, in, out, residual, unit};
    r->balances_close = r->balances_close && residual <= WM_BALANCE_LIMIT;
}

/* Each balance compares two sums that were built apart. */
static void close_balances(struct wm_run *r)
{
    struct wm_results *res = r->results;
    const struct wm_account *a = &r->site.account;
    double uses_j = 0.0, months_j = 0.0, offered = 0.0, accounted = 0.0;
    double requests = 0.0, requests_accounted = 0.0, booked_usd = 0.0, earned_usd = 0.0;
    for (size_t i = 0; i < WM_N_USES; i++)
        uses_j += a->use_j[i];
    for (size_t i = 0; i < r->site.n_months; i++)
        months_j += r->site.months[i].site_j;
    for (size_t i = 0, k = 0; i < r->plan.n_pools; i++) {
        const struct wm_pool *pool = &r->plan.pools[i];
        if (!pool->workload)
            continue;
        const struct wm_class_result *c = &res->classes[k++];
        offered += c->output_tok_offered;
        accounted += c->output_tok_served + c->output_tok_dropped;
        requests += c->requests_offered;
        requests_accounted += c->requests_served + c->requests_dropped;
        earned_usd += c->revenue_usd;
        booked_usd += wm_deck_revenue_usd(pool->workload->price.deck, c->input_tok_served,
                                          c->cached_tok_served, c->output_tok_served) *
                      pool->workload->price.paid_frac * pool->workload->price.discount_frac;
    }
    res->balances = WM_NEW_ARRAY(r->arena, struct wm_balance, 16);
    res->balances_close = true;
    add_balance(res, "energy", "meter = sum of uses", a->site_j, uses_j, WM_UNIT_MWH);
    add_balance(res, "billing", "meter = sum of billed months", a->site_j, months_j, WM_UNIT_MWH);
    add_balance(res, "tokens", "offered = served + dropped", offered, accounted, WM_UNIT_TOK);
    add_balance(res, "requests", "offered = served + dropped", requests, requests_accounted,
                WM_UNIT_NONE);
    add_balance(res, "money", "revenue by time = tokens x price", earned_usd, booked_usd,
                WM_UNIT_USD);
    add_balance(res, "water", "make-up = evaporation + blowdown + drift", a->water_m3,
                a->evaporation_m3 + a->blowdown_m3 + a->drift_m3, WM_UNIT_M3);
    add_balance(res, "carbon", "by time = meter x intensity", a->carbon_kg,
                a->site_j * r->scenario->site.carbon.kg_per_mwh / WM_J_PER_MWH, WM_UNIT_KG);
    add_balance(res, "heat", "heat of the halls = rejected + reused + unmet", a->heat_in_j,
                a->heat_out_j + a->heat_reuse_j + a->heat_unmet_j, WM_UNIT_MWH);
    SET(r, balance_energy_rel, fmax(res->balances[0].residual_rel, res->balances[1].residual_rel));
    SET(r, balance_token_rel, res->balances[2].residual_rel);
    SET(r, balance_request_rel, res->balances[3].residual_rel);
    SET(r, balance_money_rel, res->balances[4].residual_rel);
    SET(r, balance_water_rel, res->balances[5].residual_rel);
    SET(r, balance_carbon_rel, res->balances[6].residual_rel);
    SET(r, balance_heat_rel, res->balances[7].residual_rel);
}

static void set_energy(struct wm_run *r)
{
    const struct wm_account *a = &r->site.account;
    SET(r, site_energy_mwh, a->site_j);
    SET(r, it_energy_mwh, a->it_j);
    SET(r, cooling_energy_mwh, a->cooling_j);
    SET(r, conversion_loss_mwh, a->conversion_j);
    SET(r, house_energy_mwh, a->house_j);
    SET(r, pue_mean, ratio(a->site_j, a->it_j));
    SET(r, pue_peak_hour, r->site.pue_peak_hour > 0.0 ? r->site.pue_peak_hour : (double)NAN);
    SET(r, heat_unmet_mwh, a->heat_unmet_j);
    if (r->scenario->site.cooling.heat_reuse_frac > 0.0) {
        SET(r, heat_reuse_mwh, a->heat_reuse_j);
        SET(r, ere, ratio(a->site_j - a->heat_reuse_j, a->it_j));
    }
    SET(r, water_m3, a->water_m3);
    SET(r, wue_l_per_kwh, ratio(a->water_m3 * 1e3, a->it_j / WM_J_PER_KWH));
    SET(r, carbon_kg, a->carbon_kg);
    SET(r, cue_kg_per_kwh, ratio(a->carbon_kg, a->it_j / WM_J_PER_KWH));
    SET(r, site_power_mean_mw, a->site_j / a->time_s);
    SET(r, site_power_peak_mw, r->site.peak_bin_w);
    SET(r, ceiling_mean_mw, a->ceiling_ws / a->time_s);
    SET(r, ceiling_bound_hours, a->bound_s);
    SET(r, ceiling_violation_mwh, a->violation_j);
    SET(r, shadow_price_usd_per_mwh_mean, a->shadow_ws / a->time_s);
}

/* Sums over pools that the token metrics and the cost of a token need. */
struct totals {
    double revenue_usd, offered, served, capacity;
    double sold_in, sold_cached, sold_out, served_in, served_cached;
    double gpus, serving_gpus, up_gpu_s, busy_gpu_s, prefill_busy_gpu_s, slo_tok;
};

static struct totals add_up(const struct wm_run *r)
{
    struct totals t = {.capacity = wm_design_capacity(r->scenario, &r->plan)};
    for (size_t i = 0; i < r->plan.n_pools; i++) {
        const struct wm_pool *pool = &r->plan.pools[i];
        const struct wm_pool_account *a = &r->site.account.pools[i];
        t.gpus += (double)pool->n_gpus;
        t.up_gpu_s += a->up_replica_s * (double)pool->gpus_per_replica +
                      pool->spare_gpus * r->site.account.time_s;
        t.busy_gpu_s += a->busy_gpu_s;
        if (!pool->workload)
            continue;
        const double paid = pool->workload->price.paid_frac;
        t.serving_gpus += (double)pool->n_gpus;
        t.prefill_busy_gpu_s += a->prefill_busy_gpu_s;
        t.revenue_usd += a->revenue_usd;
        t.offered += a->offered_tok;
        t.served += a->served_tok;
        t.served_in += a->served_tok * pool->input_per_out;
        t.served_cached += a->served_tok * pool->cached_per_out;
        t.sold_out += a->served_tok * paid;
        t.sold_in += a->served_tok * paid * pool->input_per_out;
        t.sold_cached += a->served_tok * paid * pool->cached_per_out;
        t.slo_tok += a->slo_tok;
    }
    return t;
}

static void set_tokens(struct wm_run *r, const struct totals *t)
{
    const struct wm_account *a = &r->site.account;
    const double mw = contract_mw(r);
    SET(r, gpus_installed, t->gpus);
    SET(r, gpus_online_mean, t->up_gpu_s / a->time_s);
    SET(r, availability_frac, ratio(t->up_gpu_s, t->gpus * a->time_s));
    SET(r, gpu_busy_frac, ratio(t->busy_gpu_s, t->gpus * a->time_s));
    if (r->results->n_classes == 0)
        return;
    SET(r, output_tok_offered, t->offered);
    SET(r, output_tok_served, t->served);
    SET(r, output_tok_sold, t->sold_out);
    SET(r, input_tok_sold, t->sold_in);
    SET(r, cached_tok_sold, t->sold_cached);
    SET(r, total_tok_sold, t->sold_in + t->sold_cached + t->sold_out);
    SET(r, sold_frac, ratio(t->sold_out, t->capacity * a->time_s));
    SET(r, output_tok_per_s_per_mw_utility, t->served / a->time_s / mw);
    SET(r, total_tok_per_s_per_mw_utility,
        (t->served + t->served_in + t->served_cached) / a->time_s / mw);
    SET(r, capacity_output_tok_per_s_per_mw_utility, t->capacity / mw);
    SET(r, energy_j_per_output_tok, ratio(a->site_j * ratio(a->serving_it_j, a->it_j), t->served));
    SET(r, slo_attainment_frac, ratio(t->slo_tok, t->served));
}

/* Request-weighted latencies over all classes. */
static void set_latency(struct wm_run *r)
{
    struct wm_log_hist *ttft = WM_NEW(r->arena, struct wm_log_hist);
    struct wm_log_hist *tpot = WM_NEW(r->arena, struct wm_log_hist);
    for (size_t i = 0; i < r->plan.n_pools; i++) {
        wm_log_hist_merge(ttft, &r->site.account.pools[i].ttft);
        wm_log_hist_merge(tpot, &r->site.account.pools[i].tpot);
    }
    SET(r, ttft_p50_s, wm_log_hist_quantile(ttft, 0.50));
    SET(r, ttft_p99_s, wm_log_hist_quantile(ttft, 0.99));
    SET(r, tpot_p50_s, wm_log_hist_quantile(tpot, 0.50));
    SET(r, tpot_p99_s, wm_log_hist_quantile(tpot, 0.99));
}

static struct wm_ledger_basis ledger_basis(const struct wm_run *r, double n_gpus)
{
    const struct wm_tariff *tariff = &r->scenario->site.tariff;
    struct wm_ledger_basis b = {.it_design_w = r->plan.it_design_w,
                                .n_gpus = n_gpus,
                                .penalty_usd = r->site.account.penalty_usd,
                                .years = r->site.account.time_s / WM_S_PER_YEAR,
                                .discount_rate_frac =
                                    wm_discount_rate_frac(&r->scenario->economics)};
    for (size_t i = 0; i < r->plan.n_pools; i++)
        b.it_capex_usd += (double)r->plan.pools[i].n_gpus *
                          r->plan.pools[i].fleet->accelerator->it_capex_usd_per_gpu;
    for (size_t i = 0; i < r->site.n_months; i++) {
        const struct wm_month *m = &r->site.months[i];
        const double whole_s = WM_S_PER_YEAR / 12.0;
        /* a whole calendar month is one month whatever its days; a part counts by its time */
        const double share = m->time_s >= 28.0 * 86400.0 ? 1.0 : m->time_s / whole_s;
        const struct wm_bill bill =
            wm_tariff_bill(tariff, m->site_j, m->peak_w, r->scenario->site.ceiling.limit_w, share);
        b.energy_usd += bill.energy_usd;
        b.demand_usd += bill.demand_usd;
        b.fixed_usd += bill.fixed_usd;
    }
    return b;
}

static void set_money(struct wm_run *r, const struct totals *t)
{
    const struct wm_ledger_basis basis = ledger_basis(r, t->gpus);
    struct wm_ledger *const l = WM_NEW(r->arena, struct wm_ledger);
    *l = wm_ledger_book(r->scenario->economics.ledger, &basis);
    r->results->ledger = l;
    const double years = basis.years, mw = contract_mw(r);
    static const enum wm_metric shares[WM_N_OPEX] = {
        WM_METRIC_power_share_a_frac, WM_METRIC_power_share_b_frac, WM_METRIC_power_share_c_frac,
        WM_METRIC_power_share_d_frac, WM_METRIC_power_share_e_frac};
    for (size_t i = 0; i < WM_N_OPEX; i++)
        set(r, shares[i], l->power_share_frac[i]);
    SET(r, power_cost_usd, l->power_usd);
    SET(r, opex_b_usd, l->opex_usd[WM_OPEX_B]);
    const struct wm_ledger_cash cash = wm_ledger_cash(r->scenario->economics.ledger, l);
    SET(r, capex_usd, cash.facility_capex_usd + cash.it_capex_usd);
    SET(r, tco_usd_per_year, l->opex_usd[WM_OPEX_E] / years);
    SET(r, revenue_usd, t->revenue_usd);
    SET(r, revenue_usd_per_mw_utility_year, t->revenue_usd / years / mw);
    SET(r, revenue_usd_per_mw_it_year,
        t->revenue_usd / years / (r->plan.it_design_w / WM_W_PER_MW));
    const double profit_usd = t->revenue_usd - cash.profit_opex_usd;
    SET(r, profit_usd_per_hour, profit_usd / (years * WM_H_PER_YEAR));
    SET(r, profit_usd_per_mw_utility_year, profit_usd / years / mw);
    const struct wm_lcot_basis lb = {
        .cost_usd = l->opex_usd[WM_OPEX_E] * ratio(t->serving_gpus, t->gpus),
        .prefill_busy_frac = t->busy_gpu_s > 0.0 ? t->prefill_busy_gpu_s / t->busy_gpu_s : 0.0,
        .input_tok = t->sold_in,
        .cached_tok = t->sold_cached,
        .output_tok = t->sold_out};
    const struct wm_lcot lcot = wm_lcot(&lb);
    SET(r, lcot_in_usd_per_mtok, lcot.in_usd_per_mtok);
    SET(r, lcot_out_usd_per_mtok, lcot.out_usd_per_mtok);
    SET(r, lcot_total_usd_per_mtok, lcot.total_usd_per_mtok);
    SET(r, lcot_out_only_usd_per_mtok, lcot.out_only_usd_per_mtok);
}

/* Curtailed energy: what the same seed draws without the calendar, less what it drew. */
static void set_curtailed(struct wm_run *r, struct wm_diags *diags)
{
    if (r->scenario->site.ceiling.calendar.n == 0) {
        SET(r, curtailed_mwh, 0.0);
        return;
    }
    const struct wm_run_options options = {.ignore_calendar = true};
    struct wm_site_result twin = {0};
    wm_site_run(r->arena, r->scenario, &r->plan, &options, &twin, diags);
    SET(r, curtailed_mwh, twin.account.site_j - r->site.account.site_j);
}

static void check_plant(const struct wm_run *r, struct wm_diags *diags)
{
    const struct wm_account *a = &r->site.account;
    if (a->extrapolated_s > 0.0)
        wm_diag_add(diags, WM_W903, NULL, "site.cooling.chiller",
                    "%s was asked outside the temperatures it was fitted on for %.0f h; it is held "
                    "at their bound. The lift_fit chillers reach warm water",
                    r->scenario->site.cooling.chiller->head.name, a->extrapolated_s / WM_S_PER_H);
    if (a->heat_unmet_j > 0.0)
        wm_diag_add(diags, WM_W905, NULL, "site.cooling.chiller_capacity_frac",
                    "= %g leaves %.0f MWh of heat in the halls: the plant is too small for its "
                    "hottest hours",
                    r->scenario->site.cooling.chiller_capacity_frac,
                    a->heat_unmet_j / WM_J_PER_MWH);
}

static void collect(struct wm_run *r, struct wm_diags *diags)
{
    struct wm_results *res = r->results;
    const struct wm_account *a = &r->site.account;
    for (size_t i = 0; i < WM_N_METRICS; i++)
        res->metric[i] = (double)NAN;
    res->scenario = r->scenario;
    res->hours = a->time_s / WM_S_PER_H;
    res->it_design_w = r->plan.it_design_w;
    res->n_pools = r->plan.n_pools;
    res->pools = WM_NEW_ARRAY(r->arena, struct wm_pool_result, res->n_pools);
    res->classes = WM_NEW_ARRAY(r->arena, struct wm_class_result, res->n_pools);
    for (size_t i = 0; i < res->n_pools; i++) {
        fill_pool(r->arena, &res->pools[i], &r->plan.pools[i], &a->pools[i], a->time_s);
        if (r->plan.pools[i].workload)
            fill_class(&res->classes[res->n_classes++], &r->plan.pools[i], &a->pools[i]);
    }
    for (size_t i = 0; i < WM_N_USES; i++)
        res->energy_j[i] = a->use_j[i];
    res->series = r->site.series;
    res->n_series = r->site.n_series;
    res->n_events = r->site.n_events;
    const struct totals t = add_up(r);
    set_energy(r);
    set_tokens(r, &t);
    set_latency(r);
    set_money(r, &t);
    close_balances(r);
    check_plant(r, diags);
    wm_run_finance(r->arena, res, diags);
}

static void report_balances(const struct wm_results *res, struct wm_diags *diags)
{
    for (size_t i = 0; i < res->n_balances; i++)
        if (!(res->balances[i].residual_rel <= WM_BALANCE_LIMIT))
            wm_diag_add(diags, WM_E302, NULL, res->balances[i].name,
                        "balance (%s): residual %.3g of throughput, allowed %g",
                        res->balances[i].statement, res->balances[i].residual_rel,
                        WM_BALANCE_LIMIT);
}

static enum wm_status run(struct wm_run *r, const struct wm_run_options *options,
                          struct wm_diags *diags)
{
    const enum wm_status status = wm_provision(r->arena, r->scenario, &r->plan, diags);
    if (status != WM_OK)
        return status;
    wm_site_run(r->arena, r->scenario, &r->plan, options, &r->site, diags);
    collect(r, diags);
    set_curtailed(r, diags);
    report_balances(r->results, diags);
    return r->results->balances_close ? WM_OK : WM_FAILED;
}

enum wm_status wm_run(struct wm_arena *arena, const struct wm_scenario *scenario,
                      const struct wm_run_options *options, const struct wm_results **results,
                      struct wm_diags *diags)
{
    jmp_buf boundary;
    if (setjmp(boundary))
        return WM_NO_MEMORY;
    wm_arena_on_exhausted(arena, &boundary);
    struct wm_run *const r = WM_NEW(arena, struct wm_run);
    r->arena = arena;
    r->scenario = scenario;
    r->results = WM_NEW(arena, struct wm_results);
    const enum wm_status status = run(r, options, diags);
    if (status == WM_OK || status == WM_FAILED)
        *results = r->results;
    wm_arena_on_exhausted(arena, NULL);
    return status;
}
