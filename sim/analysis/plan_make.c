/* A refresh case from a scenario: each generation is run as the whole fleet of the same site. */
#include <math.h>
#include <string.h>

#include "wattmill/civil.h"
#include "wattmill/megawatt.h"
#include "wattmill/plan.h"
#include "wattmill/require.h"

#define IDLE_FRAC    0.02 /* of capacity: the two points of the power bill's line */
#define FULL_FRAC    0.80
#define RECENT_YEARS 2

struct maker {
    struct wm_arena *arena;
    const struct wm_side *side;
    const struct wm_scenario *scenario;
    const struct wm_workload *product; /* what is sold */
    struct wm_plan *plan;
    struct wm_diags *diags;
    wm_bridge_progress_fn progress;
    void *context;
    size_t n_done, n_total;
    const char *why;
};

static struct wm_json *text_node(struct wm_arena *arena, const char *text)
{
    struct wm_json *const node = wm_json_new(arena, WM_JSON_STRING, NULL);
    node->text = text;
    return node;
}

static struct wm_json *number_node(struct wm_arena *arena, double value)
{
    char buf[32];
    struct wm_json *const node = wm_json_new(arena, WM_JSON_NUMBER, NULL);
    node->number = value;
    node->text = wm_arena_printf(arena, "%s", wm_json_number_text(value, buf));
    return node;
}

static void put(struct wm_json *object, const char *key, struct wm_json *value)
{
    value->key = key;
    wm_json_append(object, value);
}

/* Members of `from` but those named; copies. */
static struct wm_json *without(struct wm_arena *arena, const struct wm_json *from,
                               const char *const *keys, size_t n_keys)
{
    struct wm_json *const object = wm_json_new(arena, WM_JSON_OBJECT, NULL);
    for (const struct wm_json *c = from->child; c != NULL; c = c->next) {
        bool skip = false;
        for (size_t i = 0; i < n_keys; i++)
            skip = skip || strcmp(c->key, keys[i]) == 0;
        if (skip)
            continue;
        struct wm_json *const copy = wm_json_copy(arena, c);
        copy->next = NULL;
        put(object, c->key, copy);
    }
    return object;
}

/* A pool of one generation; count < 0: max_p. */
static struct wm_json *fleet_node(struct wm_arena *arena, const char *pool, const char *accelerator,
                                  double count)
{
    struct wm_json *const fleet = wm_json_new(arena, WM_JSON_OBJECT, NULL);
    put(fleet, "name", text_node(arena, pool));
    put(fleet, "accelerator", text_node(arena, accelerator));
    put(fleet, "count", count < 0.0 ? text_node(arena, "max_p") : number_node(arena, count));
    return fleet;
}

/* The product's workload on a pool, at a mean demand. */
static struct wm_json *workload_node(struct wm_arena *arena, const struct wm_json *product,
                                     const char *name, const char *pool, double tok_per_s)
{
    static const char *const replaced[] = {"name", "pool", "demand"};
    static const char *const rates[] = {"output_tok_per_s", "requests_per_s", "utilisation_frac",
                                        "per_mw"};
    struct wm_json *const w = without(arena, product, replaced, 3);
    struct wm_json *const demand =
        without(arena, wm_json_find(product, "demand"), rates, sizeof rates / sizeof *rates);
    put(demand, "output_tok_per_s", number_node(arena, tok_per_s));
    put(w, "name", text_node(arena, name));
    put(w, "pool", text_node(arena, pool));
    put(w, "demand", demand);
    return w;
}

/* The scenario with another fleet and its product spread over it. */
static const struct wm_results *run_fleet(struct maker *m, struct wm_json *fleet,
                                          struct wm_json *workloads)
{
    static const char *const replaced[] = {"fleet", "workloads"};
    struct wm_json *const root = without(m->arena, m->side->tree, replaced, 2);
    put(root, "fleet", fleet);
    put(root, "workloads", workloads);
    struct wm_diags own = wm_diags_init(m->arena);
    struct wm_loaded loaded;
    const struct wm_results *results = NULL;
    const bool good = wm_scenario_tree_read(m->arena, root, NULL, false, &loaded, &own) == WM_OK &&
                      wm_run(m->arena, loaded.scenario, NULL, &results, &own) == WM_OK;
    if (!good)
        m->why = own.n_items > 0 ? own.items[0].text : "it does not run";
    if (m->progress != NULL)
        m->progress(m->context, ++m->n_done, m->n_total);
    return good ? results : NULL;
}

static const struct wm_results *run_one(struct maker *m, const char *accelerator, double tok_per_s)
{
    const struct wm_json *const product = wm_json_find(m->side->tree, "workloads")->child;
    struct wm_json *const fleet = wm_json_new(m->arena, WM_JSON_ARRAY, NULL);
    struct wm_json *const workloads = wm_json_new(m->arena, WM_JSON_ARRAY, NULL);
    wm_json_append(fleet, fleet_node(m->arena, "plan", accelerator, -1.0));
    wm_json_append(workloads, workload_node(m->arena, product, "plan", "plan", tok_per_s));
    return run_fleet(m, fleet, workloads);
}

static double yearly(const struct wm_results *r, enum wm_metric metric)
{
    return r->metric[metric] * WM_H_PER_YEAR / r->hours;
}

static double served_tok_per_s(const struct wm_results *r)
{
    return r->metric[WM_METRIC_output_tok_served] / (r->hours * WM_S_PER_H);
}

/* Cash cost that comes with accelerators: upkeep, their tax and insurance, licences. */
static double it_opex_usd_per_year(const struct wm_results *r)
{
    const unsigned apart = WM_TAG_CAPITAL | WM_TAG_DEPRECIATION | WM_TAG_LEASE | WM_TAG_PEOPLE;
    double usd = 0.0;
    for (size_t i = 0; i < r->ledger->n_lines; i++) {
        const struct wm_ledger_line *const l = &r->ledger->lines[i];
        if ((l->tags & WM_TAG_IT) && !(l->tags & apart))
            usd += l->usd;
    }
    return usd * WM_H_PER_YEAR / r->hours;
}

/* What a MW of the contract holds and makes as one generation; false when it cannot serve. */
static bool measure(struct maker *m, const char *accelerator, struct wm_refresh_kind *k)
{
    const double mw = wm_unit_from_si(WM_UNIT_MW, m->scenario->site.ceiling.limit_w);
    const struct wm_results *const probe = run_one(m, accelerator, 1.0);
    if (probe == NULL)
        return false;
    const double able = probe->metric[WM_METRIC_capacity_output_tok_per_s_per_mw_utility] * mw *
                        probe->metric[WM_METRIC_availability_frac];
    const struct wm_results *const idle = run_one(m, accelerator, IDLE_FRAC * able);
    const struct wm_results *const full = run_one(m, accelerator, FULL_FRAC * able);
    if (idle == NULL || full == NULL || !(able > 0.0))
        return false;
    const double more_tok = served_tok_per_s(full) - served_tok_per_s(idle);
    const double more_usd =
        yearly(full, WM_METRIC_power_cost_usd) - yearly(idle, WM_METRIC_power_cost_usd);
    const double slope = fmax(0.0, more_usd / more_tok);
    const double at_zero = yearly(idle, WM_METRIC_power_cost_usd) - slope * served_tok_per_s(idle);
    *k = (struct wm_refresh_kind){
        .name = accelerator,
        .gpus_per_mw = full->metric[WM_METRIC_gpus_installed] / mw,
        .out_tok_per_s_per_mw = able / mw,
        .fixed_usd_per_mw_year = (at_zero + it_opex_usd_per_year(full)) / mw,
        .energy_usd_per_tok_per_s = slope,
        .capex_usd_per_mw = full->ledger->it_capex_usd / mw,
        .deliveries_mw_per_year = (double)INFINITY,
    };
    m->plan->terms.usd_per_tok_per_s_year =
        yearly(full, WM_METRIC_revenue_usd) / served_tok_per_s(full);
    return true;
}

static size_t find_kind(const struct wm_plan *plan, const char *name)
{
    size_t i = 0;
    while (i < plan->terms.n_kinds && strcmp(plan->kinds[i].name, name) != 0)
        i++;
    return i;
}

static void leave_out(struct maker *m, const char *name)
{
    struct wm_plan *const p = m->plan;
    if (p->n_left_out < sizeof p->left_out / sizeof *p->left_out)
        p->left_out[p->n_left_out++] =
            (struct wm_plan_left_out){name, m->why != NULL ? m->why : "it cannot serve"};
}

/* The year in which the horizon begins. */
static int start_year(const struct wm_scenario *s)
{
    return wm_civil_from_us(s->horizon.start_us).year;
}

/* Owned generations, in order of the fleet; false when one cannot serve the product alone. */
static bool add_owned(struct maker *m)
{
    struct wm_plan *const p = m->plan;
    const struct wm_fleet *const fleet = m->scenario->fleet.items;
    for (size_t i = 0; i < m->scenario->fleet.n; i++) {
        const char *const name = fleet[i].accelerator->head.name;
        double gpus = 0.0;
        for (size_t k = 0; k < m->side->run->n_pools; k++) {
            const char *const pool = m->side->run->pools[k].name;
            const size_t n = strlen(fleet[i].name); /* a partition's name begins with its pool's */
            if (strncmp(pool, fleet[i].name, n) == 0 && (pool[n] == 0 || pool[n] == '/'))
                gpus += (double)m->side->run->pools[k].n_gpus;
        }
        size_t at = find_kind(p, name);
        if (at == p->terms.n_kinds) {
            if (at == WM_REFRESH_KINDS_MAX || !measure(m, name, &p->kinds[at]))
                return false;
            p->terms.n_kinds++;
            const double age = start_year(m->scenario) - (double)fleet[i].accelerator->year;
            p->kinds[at].age_years = fmax(0.0, age);
        }
        p->kinds[at].owned_mw += gpus / p->kinds[at].gpus_per_mw;
    }
    double owned_mw = 0.0;
    for (size_t i = 0; i < p->terms.n_kinds; i++)
        owned_mw += p->kinds[i].owned_mw;
    for (size_t i = 0; i < p->terms.n_kinds && owned_mw > p->terms.ceiling_mw; i++)
        p->kinds[i].owned_mw *= p->terms.ceiling_mw / owned_mw; /* the ceiling holds no more */
    return true;
}

static void add_candidate(struct maker *m, const char *name, double deliveries)
{
    struct wm_plan *const p = m->plan;
    const size_t at = find_kind(p, name);
    m->why = NULL;
    if (at == p->terms.n_kinds) {
        if (at == WM_REFRESH_KINDS_MAX) {
            m->why = "too many generations";
            leave_out(m, name);
            return;
        }
        if (!measure(m, name, &p->kinds[at])) {
            leave_out(m, name);
            return;
        }
        p->terms.n_kinds++;
    }
    p->kinds[at].can_be_bought = true;
    p->kinds[at].deliveries_mw_per_year = deliveries;
}

static bool same_product(const struct wm_workload *a, const struct wm_workload *b)
{
    return a->llm == b->llm && a->class == b->class && a->price.deck == b->price.deck &&
           fabs(a->slo.tok_per_s_per_user - b->slo.tok_per_s_per_user) < 1e-9;
}

/* One product, sold by every pool; its mean demand. */
static bool find_product(struct maker *m)
{
    const struct wm_workload *const w = m->scenario->workloads.items;
    double tok_per_s = 0.0;
    m->product = w;
    for (size_t i = 0; i < m->scenario->workloads.n; i++)
        if (w[i].kind != WM_WORKLOAD_REQUEST || !same_product(w, &w[i])) {
            wm_diag_add(m->diags, WM_E306, NULL, w[i].name,
                        "is another product than %s: a plan needs one interactive product",
                        w->name);
            return false;
        }
    for (size_t i = 0; i < m->side->run->n_classes; i++)
        tok_per_s +=
            m->side->run->classes[i].output_tok_offered / (m->side->run->hours * WM_S_PER_H);
    if (m->scenario->workloads.n == 0 || !(tok_per_s > 0.0)) {
        wm_diag_add(m->diags, WM_E306, NULL, "workloads",
                    "sell nothing: there is nothing to plan for");
        return false;
    }
    m->plan->terms.demand_tok_per_s = tok_per_s;
    return true;
}

/* The mix of year 1 as whole racks, each pool with its share of the demand. */
static void verify(struct maker *m)
{
    struct wm_plan *const p = m->plan;
    const struct wm_refresh_year *const y = &p->result.year[0];
    const struct wm_json *const product = wm_json_find(m->side->tree, "workloads")->child;
    struct wm_json *const fleet = wm_json_new(m->arena, WM_JSON_ARRAY, NULL);
    struct wm_json *const workloads = wm_json_new(m->arena, WM_JSON_ARRAY, NULL);
    double peak = 0.0;
    for (size_t i = 0; i < p->terms.n_kinds; i++)
        peak += y->peak_tok_per_s[i];
    for (size_t i = 0; i < p->terms.n_kinds; i++) {
        const char *const pool = wm_arena_printf(m->arena, "plan-%zu", i);
        if (!(y->mw[i] > 1e-3))
            continue;
        wm_json_append(fleet, fleet_node(m->arena, pool, p->kinds[i].name,
                                         floor(y->mw[i] * p->kinds[i].gpus_per_mw + 1e-6)));
        if (y->peak_tok_per_s[i] > 1e-6 * peak)
            wm_json_append(workloads,
                           workload_node(m->arena, product, pool, pool,
                                         p->terms.demand_tok_per_s * y->peak_tok_per_s[i] / peak));
    }
    const struct wm_results *const r =
        fleet->n_children > 0 ? run_fleet(m, fleet, workloads) : NULL;
    if (r == NULL)
        return;
    p->is_verified = true;
    p->run_revenue_usd = yearly(r, WM_METRIC_revenue_usd);
    p->run_served_tok_per_s = served_tok_per_s(r);
}

static void set_terms(struct maker *m, const struct wm_plan_terms *t)
{
    const struct wm_economics *const e = &m->scenario->economics;
    struct wm_refresh_case *const c = &m->plan->terms;
    const size_t asked = t->n_years > 0 ? t->n_years : (size_t)e->appraisal_years;
    c->kinds = m->plan->kinds;
    c->n_years = asked < WM_REFRESH_YEARS_MAX ? asked : WM_REFRESH_YEARS_MAX;
    c->ceiling_mw = wm_unit_from_si(WM_UNIT_MW, m->scenario->site.ceiling.limit_w);
    c->discount_rate_frac =
        isnan(e->discount_rate_frac) ? e->ledger.discount_rate_frac : e->discount_rate_frac;
    c->price_half_life_years = e->price_half_life_years;
    c->demand_growth_frac = t->demand_growth_frac;
    c->power_escalation_frac = e->power_escalation_frac;
    c->opex_escalation_frac = e->opex_escalation_frac;
    wm_refresh_tiers(m->product->demand.shape->hourly, WM_HOURS_PER_WEEK, c->tier_height,
                     c->tier_time);
}

static bool is_recent(const struct maker *m, const struct wm_accelerator *a)
{
    const int64_t age = start_year(m->scenario) - a->year;
    return age >= 0 && age <= RECENT_YEARS;
}

static void add_candidates(struct maker *m, const struct wm_plan_terms *t,
                           const struct wm_catalog *catalog)
{
    for (size_t i = 0; i < t->n_candidates; i++)
        add_candidate(m, t->candidates[i], t->deliveries_mw_per_year);
    const size_t n = wm_catalog_n(catalog, WM_CATALOG_accelerator);
    for (size_t i = 0; t->candidates == NULL && i < n; i++) {
        const struct wm_accelerator *const a =
            (const void *)wm_catalog_at(catalog, WM_CATALOG_accelerator, i);
        if (is_recent(m, a))
            add_candidate(m, a->head.name, t->deliveries_mw_per_year);
    }
}

enum wm_status wm_plan_make(struct wm_arena *arena, const struct wm_side *side,
                            const struct wm_plan_terms *terms, wm_bridge_progress_fn progress,
                            void *context, struct wm_plan *plan, struct wm_diags *diags)
{
    const struct wm_catalog *catalog = NULL;
    *plan = (struct wm_plan){.name = side->name};
    if (side->run == NULL) {
        wm_diag_add(diags, WM_E306, NULL, NULL, "a plan needs a scenario that runs%s%s",
                    side->infeasible != NULL ? ": " : "",
                    side->infeasible != NULL ? side->infeasible : "; this is a result");
        return side->infeasible != NULL ? WM_INFEASIBLE : WM_INVALID;
    }
    const enum wm_status status = wm_catalog_load(arena, &catalog, diags);
    if (status != WM_OK)
        return status;
    struct maker m = {.arena = arena,
                      .side = side,
                      .scenario = side->run->scenario,
                      .plan = plan,
                      .diags = diags,
                      .progress = progress,
                      .context = context};
    if (!find_product(&m))
        return WM_INVALID;
    set_terms(&m, terms);
    if (!add_owned(&m)) {
        wm_diag_add(diags, WM_E306, NULL, "fleet", "%s",
                    m.why != NULL ? m.why : "cannot be planned");
        return WM_INVALID;
    }
    add_candidates(&m, terms, catalog);
    if (!wm_refresh_solve(arena, &plan->terms, &plan->result)) {
        wm_diag_add(diags, WM_E301, NULL, "plan", "the programme has no optimum");
        return WM_INFEASIBLE;
    }
    verify(&m);
    return WM_OK;
}
