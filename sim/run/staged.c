#include "staged.h"

#include <string.h>

#include "../plan/partition.h"
#include "decisions.h"
#include "stage_inputs.h"

/* ---- what stages read ------------------------------------------------------------------------- */

// clang-format off
#define NO_NAMES {"$schema", WM_READS_NOT}, {"schema_version", WM_READS_NOT}, {"extends", WM_READS_NOT}, {"name", WM_READS_NOT}
#define NO_MONEY {"economics", WM_READS_NOT}, {"site.local_tax", WM_READS_NOT}, {"site.demand_response.capacity_usd_per_kw_year", WM_READS_NOT}, \
    {"fleet.accelerator.it_capex_usd_per_gpu", WM_READS_NOT}, {"fleet.accelerator.rent_usd_per_gpu_h", WM_READS_NOT}, \
    {"fleet.kv_tiers.host.usd_per_gb", WM_READS_NOT}, {"fleet.kv_tiers.ssd.usd_per_gb", WM_READS_NOT}, \
    {"fleet.prefill_accelerator.it_capex_usd_per_gpu", WM_READS_NOT}, {"fleet.prefill_accelerator.rent_usd_per_gpu_h", WM_READS_NOT}, \
    {"workloads.price", WM_READS_DECISIONS}
#define NO_TIME {"seed", WM_READS_NOT}, {"window", WM_READS_NOT}, {"site.time_zone", WM_READS_NOT}, \
    {"site.ceiling.calendar", WM_READS_NOT}, {"site.ceiling.curtailment", WM_READS_NOT}, \
    {"site.tariff", WM_READS_NOT}, {"site.market", WM_READS_NOT}, {"site.storage", WM_READS_NOT}, \
    {"site.generation", WM_READS_NOT}, {"site.carbon", WM_READS_NOT}
#define NO_FAILURES {"site.failures", WM_READS_NOT}, {"fleet.accelerator.failures_per_gpu_year", WM_READS_NOT}, \
    {"fleet.accelerator.repair_h", WM_READS_NOT}, {"fleet.prefill_accelerator.failures_per_gpu_year", WM_READS_NOT}, \
    {"fleet.prefill_accelerator.repair_h", WM_READS_NOT}
#define NO_CAPITAL {"site.storage.capex_usd_per_kw", WM_READS_NOT}, {"site.storage.capex_usd_per_kwh", WM_READS_NOT}, \
    {"site.storage.capex_usd", WM_READS_NOT}, {"site.storage.om_frac", WM_READS_NOT}, \
    {"site.generation.type.capex_usd_per_kw", WM_READS_NOT}, {"site.generation.type.om_usd_per_kw_year", WM_READS_NOT}

static const struct wm_reads_rule plan_reads[] = {NO_NAMES, NO_MONEY, NO_TIME, NO_FAILURES, {NULL, WM_READS}};
static const struct wm_reads_rule plan_of_jobs_reads[] = {NO_NAMES, NO_MONEY, NO_TIME, {NULL, WM_READS}};
static const struct wm_reads_rule year_reads[] = {NO_NAMES, NO_MONEY, NO_CAPITAL, {NULL, WM_READS}};
static const struct wm_reads_rule year_by_decisions_reads[] = {NO_NAMES, NO_MONEY, NO_CAPITAL, {"site.tariff", WM_READS_SIGN}, {NULL, WM_READS}};
// clang-format on

/* ---- records ---------------------------------------------------------------------------------- */

/* Messages of a stage, told again by whoever takes its output. */
struct told {
    struct wm_diag *items;
    size_t n;
};

struct plan_record {
    struct wm_site_plan plan;
    size_t *leads; /* [n_partitions] index of its first workload */
    struct told told;
};

struct year_record {
    struct wm_year year;
    struct told told;
};

struct stage {
    struct wm_run *run;
    const struct wm_run_options *options;
    struct wm_stage_holds *holds;
    struct wm_diags *diags;
};

void wm_stage_holds_end(struct wm_stage_holds *h)
{
    if (h->stages == NULL)
        return;
    wm_arena_close(h->open);
    wm_stages_release(h->stages, h->weights);
    wm_stages_release(h->stages, h->plan);
    wm_stages_release(h->stages, h->year);
}

bool wm_staged_may(const struct wm_scenario *scenario, const struct wm_run_options *o)
{
    return o != NULL && o->stages != NULL && o->without_series && o->progress == NULL &&
           o->n_null_events == 0 && !o->ignore_windows && o->range_draws == 0 &&
           !wm_scenario_settles_by_rows(scenario) && scenario->fidelity == WM_FIDELITY_SURFACE;
}

/* An arena for an output; what ends its memory ends the run. */
static struct wm_arena *open_record(const struct stage *s)
{
    jmp_buf *const boundary = wm_arena_on_exhausted(s->run->arena, NULL);
    (void)wm_arena_on_exhausted(s->run->arena, boundary);
    s->holds->open = wm_arena_open();
    if (s->holds->open == NULL)
        wm_arena_give_up(s->run->arena);
    (void)wm_arena_on_exhausted(s->holds->open, boundary);
    return s->holds->open;
}

static void keep(const struct stage *s, enum wm_run_stage stage, const unsigned char *key,
                 const void *output, struct wm_stage_record **hold)
{
    wm_stages_keep(s->holds->stages, stage, key, s->holds->open, output, hold);
    s->holds->open = NULL;
}

static void keep_told(struct wm_arena *arena, const struct wm_diags *diags, struct told *told)
{
    told->n = diags->n_items;
    told->items = WM_NEW_ARRAY(arena, struct wm_diag, told->n);
    for (size_t i = 0; i < told->n; i++) {
        const struct wm_diag *const d = &diags->items[i];
        told->items[i] = (struct wm_diag){
            .code = d->code,
            .path = d->path != NULL ? wm_arena_copy_text(arena, d->path, strlen(d->path)) : NULL,
            .text = wm_arena_copy_text(arena, d->text, strlen(d->text))};
    }
}

static void tell(const struct told *told, struct wm_diags *diags)
{
    for (size_t i = 0; i < told->n; i++)
        wm_diag_add(diags, told->items[i].code, NULL, told->items[i].path, "%s",
                    told->items[i].text);
}

/* ---- provisioning ----------------------------------------------------------------------------- */

static bool has_job(const struct wm_scenario *s)
{
    const struct wm_workload *const w = s->workloads.items;
    for (size_t i = 0; i < s->workloads.n; i++)
        if (wm_workload_is_job(&w[i]))
            return true;
    return false;
}

/* A plan on the entries of another scenario that it fits, at its prices. */
static struct wm_site_plan plan_for(const struct stage *s, const struct plan_record *record,
                                    const struct wm_scenario *scenario)
{
    struct wm_arena *const arena = s->run->arena;
    struct wm_site_plan p = record->plan;
    const struct wm_fleet *const fleet = scenario->fleet.items;
    const struct wm_workload *const w = scenario->workloads.items;
    p.tables = s->run->plan.tables;
    const struct wm_site_hall *const halls = scenario->site.halls.items;
    p.halls = WM_NEW_ARRAY(arena, struct wm_hall_plan, p.n_halls);
    for (size_t i = 0; i < p.n_halls; i++) {
        struct wm_hall_plan *const h = &p.halls[i];
        *h = record->plan.halls[i];
        if (h->given != NULL) {
            h->given = &halls[i];
            h->name = halls[i].name;
        }
        h->facility.chain = h->given != NULL ? &h->given->power_chain : &scenario->site.power_chain;
        h->facility.cooling = h->given != NULL ? &h->given->cooling : &scenario->site.cooling;
    }
    p.pools = WM_NEW_ARRAY(arena, struct wm_pool, p.n_pools);
    p.partitions = WM_NEW_ARRAY(arena, struct wm_partition, p.n_partitions);
    p.classes = WM_NEW_ARRAY(arena, struct wm_class, p.n_classes);
    for (size_t i = 0; i < p.n_pools; i++) {
        p.pools[i] = record->plan.pools[i];
        wm_pool_bind(arena, &fleet[i], &p.pools[i]);
    }
    for (size_t i = 0; i < p.n_partitions; i++) {
        struct wm_partition *const q = &p.partitions[i];
        *q = record->plan.partitions[i];
        if (q->lead == NULL)
            continue;
        q->lead = &w[record->leads[i]];
        q->plan.c.accelerator = q->job.c.accelerator = fleet[q->pool].accelerator;
        q->plan.c.prefill_accelerator = p.pools[q->pool].prefill;
        q->plan.c.llm = q->job.c.llm = q->lead->llm;
        q->plan.c.engine = q->lead->engine;
        q->plan.c.curve = q->lead->serving.curve_file;
    }
    for (size_t i = 0; i < p.n_classes; i++) {
        p.classes[i] = record->plan.classes[i];
        p.classes[i].workload = &w[i];
        if (!wm_workload_is_job(&w[i]))
            wm_class_price(&p.classes[i]);
    }
    return p;
}

static const struct plan_record *make_plan(const struct stage *s, const struct wm_scenario *inputs)
{
    struct wm_arena *const arena = open_record(s);
    struct plan_record *const record = WM_NEW(arena, struct plan_record);
    const struct wm_workload *const w = inputs->workloads.items;
    struct wm_diags told = wm_diags_init(s->run->arena);
    record->plan.tables = s->run->plan.tables;
    const enum wm_status status = wm_provision(arena, inputs, &record->plan, &told);
    keep_told(arena, &told, &record->told);
    if (status != WM_OK) {
        tell(&record->told, s->diags);
        return NULL;
    }
    record->leads = WM_NEW_ARRAY(arena, size_t, record->plan.n_partitions);
    for (size_t i = 0; i < record->plan.n_partitions; i++)
        if (record->plan.partitions[i].lead != NULL)
            record->leads[i] = (size_t)(record->plan.partitions[i].lead - w);
    return record;
}

static void keep_weights(const struct stage *s, const unsigned char *key,
                         const struct wm_site_plan *plan)
{
    struct wm_arena *const open = s->holds->open; /* of the plan, which is not kept yet */
    struct wm_arena *const arena = open_record(s);
    double *const weights = WM_NEW_ARRAY(arena, double, plan->n_classes + 1);
    for (size_t i = 0; i < plan->n_classes; i++)
        weights[i] = plan->classes[i].gpu_s_per_out_tok;
    keep(s, WM_RUN_STAGE_WEIGHTS, key, weights, &s->holds->weights);
    s->holds->open = open;
}

/* Pools that are planned several times, with other weights each: the last ones do not tell all orders. */
static bool has_passes(const struct wm_scenario *s)
{
    const struct wm_fleet *const f = s->fleet.items;
    for (size_t i = 0; i < s->fleet.n; i++)
        if (f[i].count == WM_COUNT_MAX_LPS || f[i].count == WM_COUNT_DEMAND)
            return true;
    return false;
}

static void key_with_order(const struct stage *s, const unsigned char *key, const double *weights,
                           unsigned char out[WM_DIGEST_BYTES])
{
    struct wm_digest *const d = wm_digest_open(&(struct wm_digest){0});
    wm_digest_add(d, key, WM_DIGEST_BYTES);
    wm_decide_order(s->run->arena, s->run->scenario, weights, d);
    if (has_passes(s->run->scenario))
        wm_decide_worths(s->run->scenario, d);
    wm_digest_close(d, out);
}

static bool is_one_class(const struct wm_scenario *s)
{
    return s->workloads.n < 2;
}

/* @return NULL after an E301, or where the content of a file is not known: then `is_known` is false */
static const struct plan_record *plan_stage(const struct stage *s,
                                            unsigned char key[WM_DIGEST_BYTES], bool *is_known)
{
    static const double one[1] = {1.0};
    const struct wm_scenario *const scenario = s->run->scenario;
    unsigned char without_order[WM_DIGEST_BYTES];
    struct wm_digest *const d = wm_digest_open(&(struct wm_digest){0});
    const struct wm_scenario *const inputs =
        wm_stage_inputs(s->run->arena, scenario,
                        has_job(scenario) ? plan_of_jobs_reads : plan_reads, s->options->files, d);
    wm_decide_demand(scenario, d);
    wm_digest_close(d, without_order);
    *is_known = inputs != NULL;
    if (inputs == NULL)
        return NULL;
    const double *const weights = is_one_class(scenario)
                                      ? one
                                      : wm_stages_take(s->holds->stages, WM_RUN_STAGE_WEIGHTS,
                                                       without_order, &s->holds->weights);
    const struct plan_record *record = NULL;
    if (weights != NULL) {
        key_with_order(s, without_order, weights, key);
        record = wm_stages_take(s->holds->stages, WM_RUN_STAGE_PLAN, key, &s->holds->plan);
    }
    if (record != NULL)
        return record;
    record = make_plan(s, inputs);
    if (record == NULL)
        return NULL;
    if (weights == NULL) {
        keep_weights(s, without_order, &record->plan);
        double *const own = WM_NEW_ARRAY(s->run->arena, double, record->plan.n_classes + 1);
        for (size_t i = 0; i < record->plan.n_classes; i++)
            own[i] = record->plan.classes[i].gpu_s_per_out_tok;
        key_with_order(s, without_order, own, key);
    }
    keep(s, WM_RUN_STAGE_PLAN, key, record, &s->holds->plan);
    return record;
}

/* ---- the year --------------------------------------------------------------------------------- */

static const struct year_record *make_year(const struct stage *s, const struct plan_record *plan,
                                           const struct wm_scenario *inputs)
{
    struct wm_arena *const scratch = s->run->arena, *const arena = open_record(s);
    struct wm_site_plan *const p = WM_NEW(scratch, struct wm_site_plan);
    struct wm_year *const year = WM_NEW(scratch, struct wm_year);
    struct year_record *const record = WM_NEW(arena, struct year_record);
    struct wm_diags told = wm_diags_init(scratch);
    *p = plan_for(s, plan, inputs);
    wm_year_run(scratch, inputs, p, s->options, year, &told);
    wm_year_copy(arena, year, p, &record->year);
    keep_told(arena, &told, &record->told);
    return record;
}

static void year_key(const struct stage *s, const unsigned char *plan_key, bool by_decisions,
                     struct wm_digest *d)
{
    wm_digest_add(d, plan_key, WM_DIGEST_BYTES);
    wm_digest_add(d, &by_decisions, sizeof by_decisions);
    if (by_decisions)
        wm_decide_worth(s->run->arena, &s->run->plan, d);
    else
        wm_decide_values(&s->run->plan, d);
}

static const struct year_record *year_stage(const struct stage *s, const struct plan_record *plan,
                                            const unsigned char *plan_key, bool *is_known)
{
    unsigned char key[WM_DIGEST_BYTES];
    struct wm_run *const r = s->run;
    const bool by_decisions = wm_decides_alone(r->arena, r->scenario, &r->plan);
    struct wm_digest *const d = wm_digest_open(&(struct wm_digest){0});
    const struct wm_scenario *const inputs =
        wm_stage_inputs(r->arena, r->scenario, by_decisions ? year_by_decisions_reads : year_reads,
                        s->options->files, d);
    year_key(s, plan_key, by_decisions, d);
    wm_digest_close(d, key);
    *is_known = inputs != NULL;
    if (inputs == NULL)
        return NULL;
    const struct year_record *record =
        wm_stages_take(s->holds->stages, WM_RUN_STAGE_YEAR, key, &s->holds->year);
    if (record != NULL)
        return record;
    record = make_year(s, plan, inputs);
    keep(s, WM_RUN_STAGE_YEAR, key, record, &s->holds->year);
    return record;
}

static void take_year(const struct stage *s, const struct year_record *record, struct wm_year *year)
{
    const struct wm_site *const site = &s->run->scenario->site;
    *year = record->year;
    struct wm_onsite *const onsite[] = {&year->site.onsite, &year->twin.onsite};
    for (size_t i = 0; i < 2; i++) {
        onsite[i]->site = site;
        onsite[i]->rows = site->generation.items;
    }
    tell(&record->told, s->diags);
}

enum wm_status wm_staged(struct wm_run *run, const struct wm_run_options *options,
                         struct wm_stage_holds *holds, struct wm_year *year, struct wm_diags *diags)
{
    const struct stage s = {run, options, holds, diags};
    unsigned char key[WM_DIGEST_BYTES];
    bool is_known = false;
    const struct plan_record *const plan = plan_stage(&s, key, &is_known);
    if (is_known && plan == NULL)
        return WM_INFEASIBLE;
    if (is_known) {
        run->plan = plan_for(&s, plan, run->scenario);
        const struct year_record *const record = year_stage(&s, plan, key, &is_known);
        if (is_known) {
            tell(&plan->told, diags);
            take_year(&s, record, year);
            return WM_OK;
        }
    }
    return wm_unstaged(run, options, year, diags);
}
