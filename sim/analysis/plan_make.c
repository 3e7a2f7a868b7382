/* A refresh case from a scenario: each generation is run as the whole fleet of the same site. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/quantity.h"
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
    const struct wm_catalog *catalog;
    const struct wm_workload *product[WM_REFRESH_PRODUCTS];  /* what is sold, */
    const struct wm_json *product_node[WM_REFRESH_PRODUCTS]; /* as written */
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

/* Members of `from` (NULL: none) but those named; copies. */
static struct wm_json *without(struct wm_arena *arena, const struct wm_json *from,
                               const char *const *keys, size_t n_keys)
{
    struct wm_json *const object = wm_json_new(arena, WM_JSON_OBJECT, NULL);
    for (const struct wm_json *c = from != NULL ? from->child : NULL; c != NULL; c = c->next) {
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

/* The first year alone. */
static struct wm_json *horizon_node(struct maker *m)
{
    static const char *const years[] = {"years"};
    struct wm_json *const h = without(m->arena, wm_json_find(m->side->tree, "horizon"), years, 1);
    put(h, "years", number_node(m->arena, fmin(1.0, m->scenario->horizon.years)));
    return h;
}

/* The site; without phases it has its whole contract from the first day on. */
static struct wm_json *site_node(struct maker *m, bool phases)
{
    static const char *const ceiling_key[] = {"ceiling"}, *const phases_key[] = {"phases"};
    const struct wm_json *const site = wm_json_find(m->side->tree, "site");
    struct wm_json *const copy = without(m->arena, site, ceiling_key, 1);
    put(copy, "ceiling",
        without(m->arena, wm_json_find(site, "ceiling"), phases_key, phases ? 0 : 1));
    return copy;
}

/* A year of the scenario with another fleet and its products spread over it. */
static const struct wm_results *run_fleet(struct maker *m, struct wm_json *fleet,
                                          struct wm_json *workloads, bool phases)
{
    static const char *const replaced[] = {"fleet", "workloads", "horizon", "site"};
    struct wm_json *const root = without(m->arena, m->side->tree, replaced, 4);
    put(root, "horizon", horizon_node(m));
    put(root, "site", site_node(m, phases));
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

static const struct wm_results *run_one(struct maker *m, const char *accelerator, size_t product,
                                        double tok_per_s)
{
    struct wm_json *const fleet = wm_json_new(m->arena, WM_JSON_ARRAY, NULL);
    struct wm_json *const workloads = wm_json_new(m->arena, WM_JSON_ARRAY, NULL);
    wm_json_append(fleet, fleet_node(m->arena, "plan", accelerator, -1.0));
    wm_json_append(workloads,
                   workload_node(m->arena, m->product_node[product], "plan", "plan", tok_per_s));
    return run_fleet(m, fleet, workloads, false);
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

/* What a MW of the contract makes of a product, and, of the first that it can serve, what it holds. */
static bool measure_product(struct maker *m, const char *accelerator, size_t p,
                            struct wm_refresh_kind *k)
{
    const double mw = wm_unit_from_si(WM_UNIT_MW, m->scenario->site.ceiling.limit_w);
    const struct wm_results *const probe = run_one(m, accelerator, p, 1.0);
    if (probe == NULL)
        return false;
    const double able = probe->metric[WM_METRIC_capacity_output_tok_per_s_per_mw_utility] * mw *
                        probe->metric[WM_METRIC_availability_frac];
    const struct wm_results *const idle = run_one(m, accelerator, p, IDLE_FRAC * able);
    const struct wm_results *const full = run_one(m, accelerator, p, FULL_FRAC * able);
    if (idle == NULL || full == NULL || !(able > 0.0))
        return false;
    const double more_tok = served_tok_per_s(full) - served_tok_per_s(idle);
    const double more_usd =
        yearly(full, WM_METRIC_power_cost_usd) - yearly(idle, WM_METRIC_power_cost_usd);
    const double slope = fmax(0.0, more_usd / more_tok);
    const double at_zero = yearly(idle, WM_METRIC_power_cost_usd) - slope * served_tok_per_s(idle);
    k->out_tok_per_s_per_mw[p] = able / mw;
    k->energy_usd_per_tok_per_s[p] = slope;
    if (!(k->gpus_per_mw > 0.0)) {
        k->gpus_per_mw = full->metric[WM_METRIC_gpus_installed] / mw;
        k->fixed_usd_per_mw_year = (at_zero + it_opex_usd_per_year(full)) / mw;
        k->capex_usd_per_mw = full->ledger->it_capex_usd / mw;
    }
    m->plan->terms.product[p].usd_per_tok_per_s_year =
        yearly(full, WM_METRIC_revenue_usd) / served_tok_per_s(full);
    return true;
}

/* False when it can serve none of the products. */
static bool measure(struct maker *m, const char *accelerator, struct wm_refresh_kind *k)
{
    bool serves = false;
    *k = (struct wm_refresh_kind){.name = accelerator};
    for (size_t p = 0; p < m->plan->terms.n_products; p++)
        serves |= measure_product(m, accelerator, p, k);
    return serves;
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
    for (size_t i = 0; i < p->terms.n_kinds && owned_mw > p->terms.ceiling_mw[0]; i++)
        p->kinds[i].owned_mw *= p->terms.ceiling_mw[0] / owned_mw; /* the ceiling holds no more */
    return true;
}

/* MW a year; purchases stand at the start of a year, so a part sold later comes in the next. */
static void set_deliveries(const struct maker *m, const struct wm_plan_candidate *c, double most,
                           struct wm_refresh_kind *k)
{
    const int64_t year_us = (int64_t)(WM_S_PER_YEAR * (double)WM_US_PER_S);
    for (size_t t = 0; t < m->plan->terms.n_years; t++) {
        const bool is_sold = c->from_us <= m->scenario->horizon.start_us + (int64_t)t * year_us;
        const size_t at = t < c->n_mw ? t : c->n_mw - 1;
        k->deliveries_mw[t] = !is_sold ? 0.0 : c->n_mw > 0 ? c->mw[at] : most;
    }
}

static void add_candidate(struct maker *m, const struct wm_plan_candidate *c, double deliveries)
{
    struct wm_plan *const p = m->plan;
    const size_t at = find_kind(p, c->name);
    m->why = NULL;
    if (at == p->terms.n_kinds) {
        if (at == WM_REFRESH_KINDS_MAX) {
            m->why = "too many generations";
            leave_out(m, c->name);
            return;
        }
        if (!measure(m, c->name, &p->kinds[at])) {
            leave_out(m, c->name);
            return;
        }
        p->terms.n_kinds++;
    }
    p->kinds[at].can_be_bought = true;
    set_deliveries(m, c, deliveries, &p->kinds[at]);
}

static bool same_product(const struct wm_workload *a, const struct wm_workload *b)
{
    return a->llm == b->llm && a->class == b->class && a->price.deck == b->price.deck &&
           fabs(a->slo.tok_per_s_per_user - b->slo.tok_per_s_per_user) < 1e-9;
}

/* The product of a workload, new or known; false after E306. */
static bool take_product(struct maker *m, const struct wm_workload *w, const struct wm_json *node,
                         double tok_per_s)
{
    struct wm_refresh_case *const c = &m->plan->terms;
    size_t p = 0;
    if (w->kind != WM_WORKLOAD_REQUEST) {
        wm_diag_add(m->diags, WM_E306, NULL, w->name,
                    "is not interactive: a plan needs products that are sold by the token at once");
        return false;
    }
    while (p < c->n_products && !same_product(m->product[p], w))
        p++;
    if (p == WM_REFRESH_PRODUCTS) {
        wm_diag_add(m->diags, WM_E306, NULL, w->name, "is one product too many: at most %d",
                    WM_REFRESH_PRODUCTS);
        return false;
    }
    if (p == c->n_products) {
        c->n_products++;
        m->product[p] = w;
        m->product_node[p] = node;
        c->product[p].name = w->name;
        wm_refresh_tiers(w->demand.shape->hourly, WM_HOURS_PER_WEEK, c->product[p].tier_height,
                         c->product[p].tier_time);
    }
    c->product[p].demand_tok_per_s += tok_per_s;
    return true;
}

/* What the workloads sell, workloads that sell the same as one; mean demand of each. */
static bool find_products(struct maker *m)
{
    const struct wm_workload *const w = m->scenario->workloads.items;
    const struct wm_json *const list = wm_json_find(m->side->tree, "workloads");
    const struct wm_json *node = list != NULL ? list->child : NULL;
    double sum = 0.0;
    for (size_t i = 0; i < m->scenario->workloads.n; i++) {
        const double tok_per_s =
            m->side->run->classes[i].output_tok_offered / (m->side->run->hours * WM_S_PER_H);
        if (!take_product(m, &w[i], node, tok_per_s))
            return false;
        sum += tok_per_s;
        node = node != NULL ? node->next : NULL;
    }
    if (!(sum > 0.0)) {
        wm_diag_add(m->diags, WM_E306, NULL, "workloads",
                    "sell nothing: there is nothing to plan for");
        return false;
    }
    return true;
}

/* Pools of a generation in year 1, one for each product it serves, by the MW that this takes. */
static void add_pools(struct maker *m, size_t i, struct wm_json *fleet, struct wm_json *workloads)
{
    const struct wm_plan *const p = m->plan;
    const struct wm_refresh_kind *const k = &p->kinds[i];
    const struct wm_refresh_year *const y = &p->result.year[0];
    double busy_mw = 0.0;
    if (!(y->mw[i] > 1e-3))
        return;
    for (size_t q = 0; q < p->terms.n_products; q++)
        busy_mw += k->out_tok_per_s_per_mw[q] > 0.0
                       ? y->peak_tok_per_s[i][q] / k->out_tok_per_s_per_mw[q]
                       : 0.0;
    for (size_t q = 0; q < p->terms.n_products; q++) {
        const char *const pool = wm_arena_printf(m->arena, "plan-%zu-%zu", i, q);
        double peak = 0.0;
        for (size_t j = 0; j < p->terms.n_kinds; j++)
            peak += y->peak_tok_per_s[j][q];
        const double mine = y->peak_tok_per_s[i][q];
        const double share = !(busy_mw > 1e-9) ? (q == 0 ? 1.0 : 0.0)
                             : k->out_tok_per_s_per_mw[q] > 0.0
                                 ? mine / k->out_tok_per_s_per_mw[q] / busy_mw
                                 : 0.0;
        const double gpus = floor(y->mw[i] * share * k->gpus_per_mw + 1e-6);
        if (!(gpus >= 1.0))
            continue;
        wm_json_append(fleet, fleet_node(m->arena, pool, k->name, gpus));
        if (mine > 1e-6 * peak)
            wm_json_append(workloads,
                           workload_node(m->arena, m->product_node[q], pool, pool,
                                         p->terms.product[q].demand_tok_per_s * mine / peak));
    }
}

/* The mix of year 1 as whole racks, each pool with its share of the demand; false after E308. */
static bool verify(struct maker *m)
{
    struct wm_plan *const p = m->plan;
    const struct wm_refresh_year *const y = &p->result.year[0];
    struct wm_json *const fleet = wm_json_new(m->arena, WM_JSON_ARRAY, NULL);
    struct wm_json *const workloads = wm_json_new(m->arena, WM_JSON_ARRAY, NULL);
    for (size_t i = 0; i < p->terms.n_kinds; i++)
        add_pools(m, i, fleet, workloads);
    if (fleet->n_children == 0)
        return true; /* nothing runs in year 1 */
    const struct wm_results *const r = run_fleet(m, fleet, workloads, true);
    if (r == NULL) {
        wm_diag_add(m->diags, WM_E308, NULL, "plan", "year 1 does not run: %s", m->why);
        return false;
    }
    p->is_verified = true;
    p->run_revenue_usd = yearly(r, WM_METRIC_revenue_usd);
    p->run_served_tok_per_s = served_tok_per_s(r);
    p->is_met = p->run_served_tok_per_s >= WM_PLAN_MET_FRAC * y->served_tok_per_s &&
                p->run_revenue_usd >= WM_PLAN_MET_FRAC * y->revenue_usd;
    if (!p->is_met)
        wm_diag_add(
            m->diags, WM_E308, NULL, "plan",
            "year 1 run as whole racks serves %.4g of %.4g Mtok/s planned and earns %.4g of "
            "%.4g M$",
            1e-6 * p->run_served_tok_per_s, 1e-6 * y->served_tok_per_s, 1e-6 * p->run_revenue_usd,
            1e-6 * y->revenue_usd);
    return p->is_met;
}

/* Contract of each year, its time mean under the phases. */
static void set_ceilings(const struct wm_scenario *s, struct wm_refresh_case *c)
{
    const struct wm_ceiling_phase *const phase = s->site.ceiling.phases.items;
    const size_t n = s->site.ceiling.phases.n;
    const double year_us = WM_S_PER_YEAR * (double)WM_US_PER_S;
    for (size_t t = 0; t < c->n_years; t++) {
        const double from = (double)s->horizon.start_us + (double)t * year_us, to = from + year_us;
        double w_us = n == 0 ? s->site.ceiling.limit_w * year_us : 0.0;
        for (size_t i = 0; i < n; i++) {
            const double begin = fmax(from, (double)phase[i].from_us);
            const double end = i + 1 < n ? fmin(to, (double)phase[i + 1].from_us) : to;
            w_us += end > begin ? (end - begin) * phase[i].limit_w : 0.0;
        }
        c->ceiling_mw[t] = wm_unit_from_si(WM_UNIT_MW, w_us / year_us);
    }
}

static void set_terms(struct maker *m, const struct wm_plan_terms *t)
{
    const struct wm_economics *const e = &m->scenario->economics;
    struct wm_refresh_case *const c = &m->plan->terms;
    const size_t asked = t->n_years > 0 ? t->n_years : (size_t)e->appraisal_years;
    c->kinds = m->plan->kinds;
    c->n_years = asked < WM_REFRESH_YEARS_MAX ? asked : WM_REFRESH_YEARS_MAX;
    set_ceilings(m->scenario, c);
    c->discount_rate_frac =
        isnan(e->discount_rate_frac) ? e->ledger.discount_rate_frac : e->discount_rate_frac;
    c->price_half_life_years = e->price_half_life_years;
    c->demand_growth_frac = t->demand_growth_frac;
    c->retire_usd_per_mw = t->retire_usd_per_mw;
    c->power_escalation_frac = e->power_escalation_frac;
    c->opex_escalation_frac = e->opex_escalation_frac;
}

/* A name of the catalogue or of the scenario's own accelerators; E208 otherwise. */
static const char *known_name(const struct maker *m, const char *name)
{
    const struct wm_catalog_head *const found =
        wm_catalog_find(m->catalog, WM_CATALOG_accelerator, name);
    const struct wm_json *const own = wm_json_find(m->side->tree, "accelerators");
    if (own != NULL && wm_json_find(own, name) != NULL)
        return name;
    if (found != NULL)
        return found->name;
    struct wm_suggest near = wm_suggest_init(name);
    for (size_t i = 0; i < wm_catalog_n(m->catalog, WM_CATALOG_accelerator); i++)
        wm_suggest_offer(&near, wm_catalog_at(m->catalog, WM_CATALOG_accelerator, i)->name);
    wm_diag_add(m->diags, WM_E208, NULL, "--candidate", "no entry \"%s\" in accelerators%s", name,
                wm_suggest_text(m->arena, &near));
    return NULL;
}

/* Names that are known, before anything is run; false when one is not. */
static bool find_names(struct maker *m, const struct wm_plan_terms *t,
                       struct wm_plan_candidate *candidates)
{
    bool good = true;
    for (size_t i = 0; i < t->n_candidates; i++) {
        candidates[i] = t->candidates[i];
        candidates[i].name = known_name(m, t->candidates[i].name);
        good = good && candidates[i].name != NULL;
    }
    return good;
}

static bool is_recent(const struct maker *m, const struct wm_accelerator *a)
{
    const int64_t age = start_year(m->scenario) - a->year;
    return age >= 0 && age <= RECENT_YEARS;
}

static void add_candidates(struct maker *m, const struct wm_plan_terms *t,
                           const struct wm_plan_candidate *candidates)
{
    for (size_t i = 0; i < t->n_candidates; i++)
        add_candidate(m, &candidates[i], t->deliveries_mw_per_year);
    const size_t n = wm_catalog_n(m->catalog, WM_CATALOG_accelerator);
    for (size_t i = 0; t->candidates == NULL && i < n; i++) {
        const struct wm_accelerator *const a =
            (const void *)wm_catalog_at(m->catalog, WM_CATALOG_accelerator, i);
        if (is_recent(m, a))
            add_candidate(m, &(struct wm_plan_candidate){.name = a->head.name},
                          t->deliveries_mw_per_year);
    }
}

bool wm_plan_candidate_read(struct wm_arena *arena, const char *text, struct wm_plan_candidate *c,
                            struct wm_diags *diags)
{
    const size_t n_name = strcspn(text, "@:");
    const char *at = text + n_name;
    *c = (struct wm_plan_candidate){.name = wm_arena_copy_text(arena, text, n_name)};
    if (*at == '@') {
        const size_t n = strcspn(at + 1, ":");
        const char *const date = wm_arena_copy_text(arena, at + 1, n);
        const char *const day = strlen(date) == 7 ? wm_arena_printf(arena, "%s-01", date) : date;
        if (!wm_time_parse(day, &c->from_us)) {
            wm_diag_add(diags, WM_E101, NULL, NULL,
                        "--candidate %s: \"%s\" is not a date such as 2028-01", text, date);
            return false;
        }
        at += 1 + n;
    }
    while (*at == ':' || (*at == ',' && c->n_mw > 0)) {
        const size_t n = strcspn(at + 1, ",");
        const struct wm_quantity q =
            wm_quantity_read(wm_arena_copy_text(arena, at + 1, n), WM_UNIT_MW);
        if (q.fault != WM_QUANTITY_OK || !(q.value >= 0.0 && q.value <= 1e6) ||
            c->n_mw == WM_REFRESH_YEARS_MAX)
            break;
        c->mw[c->n_mw++] = q.value;
        at += 1 + n;
    }
    if (*at != '\0' || n_name == 0) {
        wm_diag_add(diags, WM_E101, NULL, NULL,
                    "--candidate %s: give NAME[@DATE][:MW[,MW...]], such as vr200@2028-01:10,40",
                    text);
        return false;
    }
    return true;
}

enum wm_status wm_plan_make(struct wm_arena *arena, const struct wm_side *side,
                            const struct wm_plan_terms *terms, wm_bridge_progress_fn progress,
                            void *context, struct wm_plan *plan, struct wm_diags *diags)
{
    const struct wm_catalog *catalog = NULL;
    struct wm_plan_candidate *const candidates =
        WM_NEW_ARRAY(arena, struct wm_plan_candidate, terms->n_candidates + 1);
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
                      .catalog = catalog,
                      .plan = plan,
                      .diags = diags,
                      .progress = progress,
                      .context = context};
    if (!find_names(&m, terms, candidates))
        return WM_USAGE;
    set_terms(&m, terms);
    if (!find_products(&m))
        return WM_INVALID;
    if (!add_owned(&m)) {
        wm_diag_add(diags, WM_E306, NULL, "fleet", "%s",
                    m.why != NULL ? m.why : "cannot be planned");
        return WM_INVALID;
    }
    add_candidates(&m, terms, candidates);
    if (!wm_refresh_solve(arena, &plan->terms, &plan->result)) {
        wm_diag_add(diags, WM_E301, NULL, "plan", "the programme has no optimum");
        return WM_INFEASIBLE;
    }
    return verify(&m) ? WM_OK : WM_FAILED;
}
