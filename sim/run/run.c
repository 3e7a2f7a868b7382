#include "wattmill/run.h"

#include "../settle/bill.h"
#include "../settle/finance.h"
#include "../settle/maturity.h"
#include "../settle/metrics.h"
#include "../settle/prices.h"
#include "../site/requests.h"
#include "staged.h"
#include "year.h"

/* a - b of two long sums, 0 where they differ by rounding only. */
static double difference(double a, double b)
{
    return fabs(a - b) > 1e-12 * fmax(fabs(a), fabs(b)) ? a - b : 0.0;
}

/* What the windows took, by the twin of the same seed without them. */
static void set_curtailed(struct wm_run *r, const struct wm_year *year)
{
    const struct wm_site_result *const s = &r->site;
    struct wm_site_result twin = year->twin;
    double lost_usd = 0.0, lost_tok = 0.0;
    if (r->site.requests == NULL) {
        SET(r, curtailed_mwh, 0.0);
        SET(r, output_tok_curtailed, 0.0);
    }
    if (!year->has_twin)
        return;
    twin.meter.billing = r->billing;
    for (size_t i = 0; i < r->plan.n_classes; i++) {
        const struct wm_class_account *a = &s->account.classes[i], *b = &twin.account.classes[i];
        struct wm_class_result *c = &r->results->classes[i];
        c->curtailment_loss_usd =
            difference(wm_class_revenue_usd(&r->plan, &twin, i), c->revenue_usd);
        c->output_tok_curtailed = difference(b->served_tok, a->served_tok);
        lost_usd += c->curtailment_loss_usd;
        lost_tok += c->output_tok_curtailed;
    }
    const double net_j = twin.onsite.account.meter_j - s->onsite.account.meter_j;
    const double bill_usd = wm_bill_energy_usd(r->results->bill);
    const double saved_usd = wm_bill_energy_usd(wm_bill_close(r->arena, &twin.meter)) - bill_usd +
                             twin.onsite.account.fuel_usd - s->onsite.account.fuel_usd;
    SET(r, curtailed_mwh, net_j);
    SET(r, rebound_mwh, year->rebound_j);
    SET(r, output_tok_curtailed, lost_tok);
    SET(r, curtailment_loss_usd, lost_usd);
    SET(r, curtailment_payment_usd, s->account.payment_usd);
    /* below it a payment per MWh does not make up for the margin lost */
    if (s->account.shed_j > 1e-9 * s->account.requested_j)
        SET(r, curtailment_breakeven_usd_per_mwh,
            wm_ratio(lost_usd - saved_usd + s->account.penalty_usd,
                     s->account.shed_j / WM_J_PER_MWH));
}

static void check_tariff(const struct wm_run *r, struct wm_diags *diags)
{
    const struct wm_meter *m = &r->site.meter;
    for (size_t i = 0; i < m->billing->n_lines; i++) {
        const struct wm_charge *const c = &m->billing->lines[i].charge;
        int n_seen = 0;
        for (size_t k = 0; k < m->n_years; k++)
            n_seen += m->peaks[i * m->n_years + k].n;
        if (c->basis == WM_CHARGE_COINCIDENT && c->peaks != WM_COINCIDENT_NONE && n_seen == 0 &&
            !wm_is_set(c->history_w))
            wm_diag_add(diags, WM_W907, NULL, "site.tariff.coincident",
                        "peaks fall from June to September, which the run does not see: the bill "
                        "lacks them");
    }
}

/* Under the margin a token is worth what is paid for it: what is free is never worth its energy. */
static void check_unpaid(const struct wm_run *r, struct wm_diags *diags)
{
    for (size_t i = 0; i < r->plan.n_classes; i++) {
        const struct wm_class *c = &r->plan.classes[i];
        const struct wm_class_account *a = &r->site.account.classes[i];
        if (r->scenario->policy.capping != WM_CAPPING_MARGINAL_REVENUE ||
            c->worth_usd_per_out_tok > 0.0 || wm_workload_is_job(c->workload) ||
            a->served_tok > 0.0 || !(a->offered_tok > 0.0))
            continue;
        wm_diag_add(diags, WM_W914, NULL, c->workload->name,
                    "earns nothing and is worth nothing to capping marginal_revenue: none of its "
                    "tokens are served. Give price.worth_usd_per_mtok, or capping priority");
    }
}

static void check_storage(const struct wm_run *r, struct wm_diags *diags)
{
    const struct wm_onsite *g = &r->site.onsite;
    if (!(g->storage.power_w > 0.0) || g->account.discharge_j > 0.0)
        return;
    wm_diag_add(diags, WM_W915, NULL, "site.storage", "of %g MW and %g MWh never gave anything: %s",
                g->storage.power_w / WM_W_PER_MW, g->site->storage.energy_j / WM_J_PER_MWH,
                g->storage.policy == WM_STORAGE_OPTIMAL
                    ? "nothing that it could do pays for its losses"
                    : "no ceiling called it and it has neither shave_above_mw nor a price to "
                      "discharge at; policy optimal needs none of them");
}

/* Path of a key of the plant of a hall. */
static const char *plant_path(const struct wm_run *r, size_t hall, const char *key)
{
    return r->plan.halls[hall].given == NULL
               ? wm_arena_printf(r->arena, "site.cooling.%s", key)
               : wm_arena_printf(r->arena, "site.halls.%zu.cooling.%s", hall, key);
}

static void check_plant(const struct wm_run *r, size_t hall, struct wm_diags *diags)
{
    const struct wm_hall_account own = wm_hall_account(&r->site.account, &r->plan, hall);
    const struct wm_hall_account *const a = &own;
    const struct wm_cooling *const plant = r->plan.halls[hall].facility.cooling;
    if (a->extrapolated_s > 0.0)
        wm_diag_add(diags, WM_W903, NULL, plant_path(r, hall, "chiller"),
                    "%s was asked outside the temperatures it was fitted on for %.0f h; it is held "
                    "at their bound. The lift_fit chillers reach warm water",
                    plant->chiller->head.name, a->extrapolated_s / WM_S_PER_H);
    if (a->hot_j > 0.0)
        wm_diag_add(diags, WM_W905, NULL, plant_path(r, hall, "chiller_capacity_frac"),
                    "= %g is too small for the hottest hours: %.0f MWh were not drawn for it",
                    plant->chiller_capacity_frac, a->hot_j / WM_J_PER_MWH);
    if (a->heat_unmet_j > 1e-9 * a->heat_in_j)
        wm_diag_add(diags, WM_W905, NULL, plant_path(r, hall, "chiller_capacity_frac"),
                    "= %g leaves %.0f MWh of heat in the halls even with IT at idle",
                    plant->chiller_capacity_frac, a->heat_unmet_j / WM_J_PER_MWH);
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
    res->contract_w = a->contract_ws / a->time_s;
    for (size_t i = 0; i < WM_N_USES; i++)
        res->energy_j[i] = a->use_j[i];
    res->series = r->site.series;
    res->n_series = r->site.n_series;
    res->hall_series = r->site.hall_series;
    wm_price_speeds(r);
    r->site.years = wm_priced_years(r);
    res->years = r->site.years;
    res->n_years = r->site.n_years;
    res->n_events = r->site.n_events;
    wm_fill_pools(r);
    wm_fill_halls(r);
    wm_fill_classes(r);
    const struct wm_totals t = wm_totals(r);
    wm_set_energy(r);
    wm_set_onsite(r);
    wm_set_ride_through(r);
    wm_set_tokens(r, &t);
    wm_set_latency(r);
    wm_set_money(r, &t);
    wm_close_balances(r);
    for (size_t i = 0; i < r->plan.n_halls; i++)
        check_plant(r, i, diags);
    check_unpaid(r, diags);
    check_storage(r, diags);
    check_tariff(r, diags);
    for (size_t i = 0; i < r->plan.n_partitions; i++)
        if (wm_partition_serves(&r->plan.partitions[i]))
            wm_maturity_check(r->arena, &r->plan.partitions[i], diags);
    wm_run_finance(r->arena, res, r->range_draws, diags);
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

struct call {
    const struct wm_scenario *scenario;
    const struct wm_run_options *options;
    const struct wm_results **results;
    struct wm_stage_holds *holds;
    struct wm_diags *diags;
};

enum wm_status wm_unstaged(struct wm_run *r, const struct wm_run_options *options,
                           struct wm_year *year, struct wm_diags *diags)
{
    const enum wm_status status = wm_provision(r->arena, r->scenario, &r->plan, diags);
    if (status != WM_OK)
        return status;
    if (r->scenario->fidelity == WM_FIDELITY_REQUEST) {
        year->site.requests = wm_site_requests_new(r->arena, r->scenario, &r->plan, diags);
        if (year->site.requests == NULL)
            return WM_INFEASIBLE;
    }
    wm_year_run(r->arena, r->scenario, &r->plan, options, year, diags);
    return year->site.is_cancelled ? WM_INTERRUPTED : WM_OK;
}

static enum wm_status run(struct wm_run *r, const struct call *c)
{
    struct wm_year *const year = WM_NEW(r->arena, struct wm_year);
    if (c->options != NULL) {
        r->plan.tables = (struct wm_table_source){c->options->cache, c->options->n_threads};
        r->range_draws = c->options->range_draws;
    }
    const enum wm_status status = wm_staged_may(r->scenario, c->options)
                                      ? wm_staged(r, c->options, c->holds, year, c->diags)
                                      : wm_unstaged(r, c->options, year, c->diags);
    if (status != WM_OK)
        return status;
    r->site = year->site;
    r->latencies = year->latencies;
    r->billing = wm_billing_lines(r->arena, &r->scenario->site.tariff);
    r->site.meter.billing = r->billing;
    collect(r, c->diags);
    set_curtailed(r, year);
    report_balances(r->results, c->diags);
    return r->results->balances_close ? WM_OK : WM_FAILED;
}

static enum wm_status run_guarded(struct wm_arena *arena, void *context)
{
    const struct call *const c = context;
    struct wm_run *const r = WM_NEW(arena, struct wm_run);
    r->arena = arena;
    r->scenario = c->scenario;
    r->results = WM_NEW(arena, struct wm_results);
    const enum wm_status status = run(r, c);
    if (status == WM_OK || status == WM_FAILED)
        *c->results = r->results;
    return status;
}

enum wm_status wm_run(struct wm_arena *arena, const struct wm_scenario *scenario,
                      const struct wm_run_options *options, const struct wm_results **results,
                      struct wm_diags *diags)
{
    struct wm_stage_holds holds = {.stages = options != NULL ? options->stages : NULL};
    struct call call = {scenario, options, results, &holds, diags};
    const enum wm_status status = wm_arena_guard(arena, run_guarded, &call);
    wm_stage_holds_end(&holds);
    return status;
}
