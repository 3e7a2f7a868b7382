#include "partition.h"

#include <math.h>
#include <string.h>

#include "draw.h"
#include "job.h"
#include "kv_tiers.h"
#include "shares.h"

/* Targets of work that nobody waits for: a day, and a speed that memory limits first. */
static const double no_ttft_s = 86400.0, no_tok_per_s_per_user = 0.01;

static bool is_batch(const struct wm_workload *w)
{
    return w->kind == WM_WORKLOAD_BATCH;
}

/* Share of a class's requests within both targets at a point. */
static double slo_frac(const struct wm_serving_point *p, const struct wm_class *c,
                       const struct wm_prompts *prompts)
{
    const struct wm_slo *const slo = &c->workload->slo;
    const struct wm_workload_class *const shape = c->workload->class;
    return wm_first_token_within(&p->wait, &p->reading, prompts, c->prompt_scale, p->ttft_base_s,
                                 slo->ttft_s) *
           wm_pace_within(&p->pace, shape->output_tok, shape->output_scv,
                          1.0 / slo->tok_per_s_per_user);
}

static void explain_fault(const struct wm_workload *w, const struct wm_fleet *fleet, int64_t n_gpus,
                          enum wm_plan_fault fault, struct wm_diags *diags)
{
    const char *gpu = fleet->accelerator->head.name;
    const char *const prefill =
        fleet->prefill_accelerator != NULL ? fleet->prefill_accelerator->head.name : gpu;
    const char *llm = w->llm->head.name;
    const char *precision = wm_precision_words[w->precision];
    switch (fault) {
    case WM_PLAN_NO_UNIT:
        wm_diag_add(diags, WM_E301, NULL, w->name, "%s has no %s arithmetic; try another precision",
                    gpu, precision);
        break;
    case WM_PLAN_MEMORY:
        wm_diag_add(
            diags, WM_E301, NULL, w->name,
            "%s in %s and one request do not fit the memory of %s in any group of the pool's %lld "
            "accelerators",
            llm, precision, gpu, (long long)n_gpus);
        break;
    case WM_PLAN_SPEED:
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "%s on %s never reaches %g tok/s per user, not even for one request", llm, gpu,
                    w->slo.tok_per_s_per_user);
        break;
    case WM_PLAN_TTFT:
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "%s on %s cannot read a prompt of %g tokens within %g s", llm, prefill,
                    w->class->input_tok, w->slo.ttft_s);
        break;
    case WM_PLAN_CONTEXT:
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "requests of %g tokens in and %g out are longer than the %lld that %s was "
                    "published for",
                    w->class->input_tok, w->class->output_tok, (long long)w->llm->max_context_tok,
                    llm);
        break;
    case WM_PLAN_PREFILL_UNIT:
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "%s, which reads the prompts, has no %s arithmetic; try another precision",
                    prefill, precision);
        break;
    case WM_PLAN_PREFILL_MEMORY:
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "%s in %s and one prompt do not fit any group of %s, which reads the prompts",
                    llm, precision, prefill);
        break;
    case WM_PLAN_PREFILL_MODE:
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "engine %s reads prompts where it decodes; the pool's prefill_accelerator needs "
                    "one of mode disaggregated",
                    w->engine->head.name);
        break;
    case WM_PLAN_OK:
        break;
    }
}

/* The class alone, at the partition's latency targets. */
static struct wm_serving_case class_case(const struct wm_class *c, const struct wm_pool *pool,
                                         int64_t n_gpus)
{
    const struct wm_workload *w = c->workload;
    struct wm_serving_case sc = {.accelerator = pool->fleet->accelerator,
                                    .llm = w->llm,
                                    .engine = w->engine,
                                    .ways = w->ways,
                                    .precision = w->precision,
                                    .input_tok = w->class->input_tok,
                                    .prompts = wm_prompts_of(w->class),
                                    .cached_frac = c->found_frac,
                                    .output_tok = w->class->output_tok,
                                    .output_scv = w->class->output_scv,
                                    .max_gpus = (double)n_gpus,
                                    .draft = wm_draft_of(w->llm, w->serving.draft_tok,
                                                         w->serving.accept_frac),
                                    .curve = w->serving.curve_file,
                                    .ttft_slo_s = c->slo_ttft_s,
                                    .tok_per_s_per_user_slo = c->slo_tok_per_s_per_user};
    wm_mixed_set_case(pool, &sc);
    return sc;
}

void wm_class_price(struct wm_class *c)
{
    const struct wm_workload *w = c->workload;
    const double input_per_out = w->class->input_tok / w->class->output_tok;
    c->cached_per_out = input_per_out * w->class->cached_frac;
    c->input_per_out = input_per_out - c->cached_per_out;
    c->usd_per_out_tok =
        wm_deck_revenue_usd(w->price.deck, c->input_per_out, c->cached_per_out, 1.0) *
        w->price.paid_frac * w->price.discount_frac * w->price.market_frac *
        (is_batch(w) ? w->price.batch_discount_frac : 1.0);
    c->worth_usd_per_out_tok = fmax(c->usd_per_out_tok, w->price.worth_usd_per_out_tok);
}

static bool same_model(const struct wm_workload *a, const struct wm_workload *b)
{
    return !wm_workload_is_job(a) && !wm_workload_is_job(b) && a->llm == b->llm &&
           a->precision == b->precision && a->engine == b->engine && a->ways == b->ways &&
           a->serving.curve_file == b->serving.curve_file &&
           a->serving.draft_tok == b->serving.draft_tok &&
           wm_draft_of(a->llm, a->serving.draft_tok, a->serving.accept_frac).accept_frac ==
               wm_draft_of(b->llm, b->serving.draft_tok, b->serving.accept_frac).accept_frac &&
           a->serving.router == b->serving.router && a->serving.max_seqs == b->serving.max_seqs;
}

/* The tightest target among the partition's interactive classes; batch work follows it. */
static void set_targets(struct wm_site_plan *plan, const struct wm_partition *p)
{
    double ttft_s = no_ttft_s, speed = no_tok_per_s_per_user;
    for (size_t k = 0; k < p->n_classes; k++) {
        const struct wm_workload *w = plan->classes[p->classes[k]].workload;
        if (is_batch(w))
            continue;
        ttft_s = fmin(ttft_s, w->slo.ttft_s);
        speed = fmax(speed, w->slo.tok_per_s_per_user);
    }
    for (size_t k = 0; k < p->n_classes; k++) {
        plan->classes[p->classes[k]].slo_ttft_s = ttft_s;
        plan->classes[p->classes[k]].slo_tok_per_s_per_user = speed;
    }
}

/* The class's own target of first tokens, not the tightest of its partition. */
static double own_ttft_s(const struct wm_class *c)
{
    return is_batch(c->workload) ? no_ttft_s : c->workload->slo.ttft_s;
}

/* Accelerator time of an output token of the class, planned for it alone; NAN: it cannot be served. */
static double gpu_s_per_tok(const struct wm_table_source *tables, const struct wm_class *c,
                            const struct wm_pool *pool, struct wm_diags *diags)
{
    struct wm_serving_case sc = class_case(c, pool, pool->n_gpus);
    sc.ttft_slo_s = own_ttft_s(c);
    const struct wm_serving_plan p = wm_table_plan(tables, &sc);
    if (p.fault != WM_PLAN_OK) {
        explain_fault(c->workload, pool->fleet, pool->n_gpus, p.fault, diags);
        return (double)NAN;
    }
    const double weight = sc.prefill_weight > 0.0 ? sc.prefill_weight : 1.0;
    return (weight * p.prefill_gpus + p.decode_gpus) / p.capacity_out_tok_per_s;
}

/* Prompt tokens to compute: one at least, the one that makes the first token. */
static double new_tok(const struct wm_class *c)
{
    return fmax(1.0, c->workload->class->input_tok * (1.0 - c->found_frac));
}

/* Mean request of the classes, by their requests; with one class it is the class. */
static struct wm_serving_case mixed_case(struct wm_arena *arena, const struct wm_scenario *s,
                                         const struct wm_site_plan *plan,
                                         const struct wm_partition *p)
{
    const struct wm_pool *pool = &plan->pools[p->pool];
    struct wm_serving_case mix = class_case(&plan->classes[p->classes[0]], pool, p->n_gpus);
    struct wm_prompts_part *const parts = WM_NEW_ARRAY(arena, struct wm_prompts_part, p->n_classes);
    size_t n_parts = 0;
    double requests = 0.0, input = 0.0, cached = 0.0, output = 0.0, square = 0.0;
    if (p->n_classes == 1)
        return mix;
    for (size_t k = 0; k < p->n_classes; k++) {
        const struct wm_class *c = &plan->classes[p->classes[k]];
        const struct wm_workload_class *shape = c->workload->class;
        double demand = wm_shares_demand(s, c->workload);
        if (!wm_is_set(demand)) /* in accelerators: back to tokens */
            demand = c->workload->demand.utilisation_frac * (double)p->n_gpus / c->weight;
        const double rate = demand / shape->output_tok;
        if (rate > 0.0)
            parts[n_parts++] = (struct wm_prompts_part){shape, rate, new_tok(c),
                                                        own_ttft_s(c) / c->slo_ttft_s};
        requests += rate;
        input += rate * shape->input_tok;
        cached += rate * shape->input_tok * c->found_frac;
        output += rate * shape->output_tok;
        square += rate * shape->output_tok * shape->output_tok * (1.0 + shape->output_scv);
    }
    if (requests <= 0.0)
        return mix;
    mix.prompts = wm_prompts_mix(parts, n_parts);
    mix.input_tok = input / requests;
    mix.cached_frac = cached / input;
    mix.output_tok = output / requests;
    mix.output_scv = fmax(0.0, square / requests / (mix.output_tok * mix.output_tok) - 1.0);
    return mix;
}

/* The same with what tiers spare, where the pool has any. */
static struct wm_serving_case case_with_tiers(struct wm_arena *arena, const struct wm_scenario *s,
                                              struct wm_site_plan *plan,
                                              const struct wm_partition *p,
                                              struct wm_serving_plan *without)
{
    const struct wm_fleet *const fleet = plan->pools[p->pool].fleet;
    const struct wm_serving_case c = mixed_case(arena, s, plan, p);
    without->fault = WM_PLAN_MEMORY; /* not asked for */
    if (!wm_kv_tiers_any(fleet))
        return c;
    *without = wm_table_plan(&plan->tables, &c);
    for (size_t k = 0; k < p->n_classes && without->fault == WM_PLAN_OK; k++)
        wm_kv_tiers_find(fleet, without, &plan->classes[p->classes[k]]);
    return mixed_case(arena, s, plan, p);
}

static double made_of_room(const struct wm_serving_plan *p)
{
    return p->capacity_out_tok_per_s * floor(p->c.max_gpus / (p->prefill_gpus + p->decode_gpus));
}

/* The search takes smaller replicas that make nearly as much; with less to read the one without tiers may make more. */
static void keep_better(const struct wm_serving_plan *without, struct wm_serving_plan *plan)
{
    if (without->fault != WM_PLAN_OK || plan->fault != WM_PLAN_OK)
        return;
    const struct wm_serving_plan as_before = wm_kv_tiers_same_replica(without, &plan->c);
    if (made_of_room(&as_before) > made_of_room(plan))
        *plan = as_before;
}

static void fill_slo(struct wm_class *c, const struct wm_surface *surface)
{
    const struct wm_prompts prompts = wm_prompts_of(c->workload->class);
    for (size_t i = 0; i < surface->n_clocks; i++)
        for (size_t j = 0; j < WM_SURFACE_BATCHES; j++)
            c->slo_frac[i][j] =
                is_batch(c->workload) ? 1.0 : slo_frac(&surface->rows[i][j].serving, c, &prompts);
}

/* The classes' weights in the partition's tokens, and what hangs on the replicas' capacity. */
static void weigh_classes(const struct wm_scenario *s, struct wm_site_plan *plan,
                          const struct wm_partition *p)
{
    const double mean_new_tok = fmax(1.0, p->plan.c.input_tok * (1.0 - p->plan.c.cached_frac));
    double tok = 0.0, gpu_s = 0.0;
    for (size_t k = 0; k < p->n_classes; k++) {
        const struct wm_class *c = &plan->classes[p->classes[k]];
        const double demand = wm_shares_demand(s, c->workload);
        const double rate = wm_is_set(demand) ? demand
                                              : c->workload->demand.utilisation_frac *
                                                    (double)p->n_gpus / c->weight;
        tok += rate;
        gpu_s += rate * c->weight;
    }
    const double mean = tok > 0.0 ? gpu_s / tok : plan->classes[p->classes[0]].weight;
    for (size_t k = 0; k < p->n_classes; k++) {
        struct wm_class *c = &plan->classes[p->classes[k]];
        c->weight = p->n_classes > 1 ? c->weight / mean : 1.0;
        c->prompt_scale = p->n_classes > 1 ? new_tok(c) / mean_new_tok : 1.0;
        c->mean_demand_tok_per_s = wm_shares_demand(s, c->workload);
        if (!wm_is_set(c->mean_demand_tok_per_s))
            c->mean_demand_tok_per_s = c->workload->demand.utilisation_frac *
                                       (double)p->n_replicas * wm_surface_capacity(p->surface) /
                                       c->weight;
        fill_slo(c, p->surface);
    }
}

static bool form_gangs(struct wm_arena *arena, const struct wm_failures *failures,
                       struct wm_site_plan *plan, struct wm_partition *p, struct wm_diags *diags)
{
    const struct wm_workload *w = p->lead;
    const struct wm_fleet *fleet = plan->pools[p->pool].fleet;
    const struct wm_accelerator *a = fleet->accelerator;
    struct wm_class *c = &plan->classes[p->classes[0]];
    p->gpus_per_replica =
        w->training.gpus > 0 ? w->training.gpus : wm_shares_working_gpus(&plan->pools[p->pool], p);
    const int64_t fit = p->gpus_per_replica > 0
                            ? wm_shares_working_gpus(&plan->pools[p->pool], p) / p->gpus_per_replica
                            : 0;
    const bool counted = w->training.gpus > 0 && w->training.gangs > 0;
    p->n_replicas = counted && w->training.gangs < fit ? w->training.gangs : fit;
    p->spare_gpus = (double)(p->n_gpus - p->n_replicas * p->gpus_per_replica);
    const double gpus = (double)p->gpus_per_replica;
    if (p->n_gpus > plan->pools[p->pool].n_gpus || fit < (counted ? w->training.gangs : 1)) {
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "needs %lld x %lld accelerators; pool \"%s\" has %lld, its share is %lld",
                    (long long)w->training.gangs, (long long)w->training.gpus, fleet->name,
                    (long long)plan->pools[p->pool].n_gpus, (long long)p->n_gpus);
        return false;
    }
    if (wm_accelerator_rates(a, w->precision)->flop_per_s <= 0.0) {
        explain_fault(w, fleet, p->n_gpus, WM_PLAN_NO_UNIT, diags);
        return false;
    }
    if (!wm_job_plan(w, a, wm_failures_per_gpu_year(failures, a), gpus, &p->job)) {
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "%s in training takes at least %g GB per accelerator with %lld of them; %s has "
                    "%g GB",
                    w->llm->head.name, p->job.step.mem_bytes / 1e9, (long long)p->gpus_per_replica,
                    a->head.name, a->mem_bytes / 1e9);
        return false;
    }
    p->plan.decode_gpus = gpus;
    p->surface = wm_job_surface(arena, &p->job, &w->training);
    const struct wm_job_price price = wm_job_price(&w->training, p->surface, gpus);
    c->worth_usd_per_out_tok = price.worth_usd_per_tok;
    c->usd_per_out_tok = price.contract_usd_per_tok;
    c->transfer_usd_per_out_tok = price.transfer_usd_per_tok;
    c->mean_demand_tok_per_s = (double)p->n_replicas * wm_surface_capacity(p->surface);
    for (size_t i = 0; i < WM_SURFACE_CLOCKS; i++)
        for (size_t j = 0; j < WM_SURFACE_BATCHES; j++)
            c->slo_frac[i][j] = 1.0;
    return true;
}

/* The points at which a policy that saves may run: at full clock alone or at any, with the reserve below their
 * row's capacity, and with nearly all requests of every class within their targets. */
static void save_energy(struct wm_arena *arena, const struct wm_scenario *s,
                        const struct wm_site_plan *plan, struct wm_partition *p)
{
    const struct wm_policy *policy = &s->policy;
    const struct wm_surface *surface = p->surface;
    bool allowed[WM_SURFACE_CLOCKS][WM_SURFACE_BATCHES] = {{false}};
    if (policy->idle == WM_IDLE_ALWAYS_ON && policy->clocks == WM_CLOCKS_FULL)
        return;
    const size_t n_clocks = policy->clocks == WM_CLOCKS_FULL ? 1 : surface->n_clocks;
    for (size_t i = 0; i < n_clocks; i++) {
        const double most_tok_per_s =
            surface->rows[i][WM_SURFACE_BATCHES - 1].serving.out_tok_per_s /
            (1.0 + policy->reserve_frac);
        for (size_t j = 0; j < WM_SURFACE_BATCHES; j++) {
            allowed[i][j] = surface->rows[i][j].serving.out_tok_per_s <= most_tok_per_s;
            for (size_t k = 0; k < p->n_classes; k++)
                allowed[i][j] = allowed[i][j] &&
                                plan->classes[p->classes[k]].slo_frac[i][j] >= policy->within_frac;
        }
    }
    p->thrift = wm_thrift_new(
        arena, surface, policy->idle == WM_IDLE_OFF ? &surface->off : wm_surface_idle(surface),
        allowed);
}

static double max_q_cap_frac(const struct wm_accelerator *a)
{
    return wm_draw_max_q_board_w(a) / a->tdp_w;
}

/* Operating points of the replicas, once they are counted. */
static bool lay_surface(struct wm_arena *arena, const struct wm_scenario *s,
                        struct wm_site_plan *plan, struct wm_partition *p, struct wm_diags *diags)
{
    const struct wm_pool *const pool = &plan->pools[p->pool];
    const bool max_q = pool->fleet->count == WM_COUNT_MAX_Q, curve = p->plan.c.curve != NULL;
    const double clock = max_q && curve ? wm_draw_max_q_clock(&p->plan) : 1.0;
    if (max_q && !curve)
        p->plan.c.cap_frac = max_q_cap_frac(p->plan.c.accelerator);
    if (max_q && pool->prefill != NULL)
        p->plan.c.prefill_cap_frac = max_q_cap_frac(pool->prefill);
    p->plan.c.is_alone = p->n_replicas == 1;
    p->surface = wm_table_surface(&plan->tables, arena, &p->plan, clock, s->policy.off_power_frac);
    if (p->surface->n_clocks == 0) { /* too slow under its profile, or hardly anything fits */
        explain_fault(p->lead, pool->fleet, p->n_gpus, WM_PLAN_SPEED, diags);
        return false;
    }
    weigh_classes(s, plan, p);
    save_energy(arena, s, plan, p);
    return true;
}

/* The whole pool, of two kinds. */
static bool form_mixed(struct wm_arena *arena, const struct wm_scenario *s,
                       struct wm_site_plan *plan, struct wm_partition *p, struct wm_diags *diags)
{
    struct wm_pool *const pool = &plan->pools[p->pool];
    if (!wm_mixed_has_racks(pool)) {
        wm_diag_add(diags, WM_E301, NULL, pool->fleet->name,
                    "not one rack of %s (%lld accelerators) and one of %s (%lld) %s",
                    pool->fleet->accelerator->head.name,
                    (long long)pool->fleet->accelerator->rack_gpus, pool->prefill->head.name,
                    (long long)pool->prefill->rack_gpus,
                    pool->fleet->count >= 0 ? "is among what counts give"
                                            : "fits; IT power is short");
        return false;
    }
    p->n_gpus = wm_mixed_equivalents(pool); /* for demand as a share of capacity */
    struct wm_serving_plan without;
    struct wm_serving_case c = case_with_tiers(arena, s, plan, p, &without);
    p->n_replicas = wm_mixed_form(pool, &c, &plan->tables, &without, &p->plan);
    if (p->plan.fault != WM_PLAN_OK) {
        explain_fault(p->lead, pool->fleet, (int64_t)c.max_gpus, p->plan.fault, diags);
        return false;
    }
    if (p->n_replicas == 0) {
        wm_diag_add(diags, WM_E301, NULL, p->lead->name,
                    "not one replica of %.0f x %s and %.0f x %s in whole racks %s",
                    p->plan.decode_gpus, pool->fleet->accelerator->head.name, p->plan.prefill_gpus,
                    pool->prefill->head.name,
                    pool->fleet->count >= 0 ? "is among what counts give"
                                            : "fits; IT power is short");
        return false;
    }
    pool->hw = wm_mixed_mean(arena, pool);
    p->gpus_per_replica = (int64_t)(p->plan.prefill_gpus + p->plan.decode_gpus);
    p->spare_gpus = (double)(pool->n_gpus - p->n_replicas * p->gpus_per_replica);
    p->spare_prefill_gpus = (double)pool->mixed.kinds[WM_PREFILLS].n_gpus -
                            (double)p->n_replicas * p->plan.prefill_gpus;
    const bool works = lay_surface(arena, s, plan, p, diags);
    p->n_gpus = pool->n_gpus;
    return works;
}

static bool form_replicas(struct wm_arena *arena, const struct wm_scenario *s,
                          struct wm_site_plan *plan, struct wm_partition *p, struct wm_diags *diags)
{
    const struct wm_pool *pool = &plan->pools[p->pool];
    p->spare_gpus = (double)p->n_gpus;
    if (p->n_classes == 0)
        return true;
    if (p->is_job)
        return form_gangs(arena, &s->site.failures, plan, p, diags);
    if (pool->prefill != NULL)
        return form_mixed(arena, s, plan, p, diags);
    if (p->n_gpus == 0) {
        wm_diag_add(diags, WM_E301, NULL, pool->n_gpus == 0 ? pool->fleet->name : p->lead->name,
                    "not one rack of %s (%g kW nameplate) %s", pool->fleet->accelerator->head.name,
                    pool->fleet->accelerator->rack_nameplate_w / 1e3,
                    pool->n_gpus == 0 ? "fits; IT power is short"
                                      : "falls to its share; give pool_share_frac");
        return false;
    }
    struct wm_serving_plan without;
    const struct wm_serving_case c = case_with_tiers(arena, s, plan, p, &without);
    p->plan = wm_table_plan(&plan->tables, &c);
    keep_better(&without, &p->plan);
    if (p->plan.fault != WM_PLAN_OK) {
        explain_fault(p->lead, pool->fleet, p->n_gpus, p->plan.fault, diags);
        return false;
    }
    p->gpus_per_replica = (int64_t)(p->plan.prefill_gpus + p->plan.decode_gpus);
    p->n_replicas = wm_shares_working_gpus(pool, p) / p->gpus_per_replica;
    p->spare_gpus = (double)(p->n_gpus - p->n_replicas * p->gpus_per_replica);
    return lay_surface(arena, s, plan, p, diags);
}

/* Index list of a partition, in falling order of what a token of accelerator time earns. */
static void list_classes(struct wm_arena *arena, struct wm_site_plan *plan, size_t partition)
{
    struct wm_partition *const p = &plan->partitions[partition];
    size_t *const list = WM_NEW_ARRAY(arena, size_t, p->n_classes);
    size_t n = 0;
    for (size_t i = 0; i < plan->n_classes; i++) {
        if (plan->classes[i].partition != partition)
            continue;
        size_t k = n++;
        for (; k > 0 && plan->classes[list[k - 1]].worth_usd_per_out_tok /
                                plan->classes[list[k - 1]].weight <
                            plan->classes[i].worth_usd_per_out_tok / plan->classes[i].weight;
             k--)
            list[k] = list[k - 1];
        list[k] = i;
    }
    p->classes = list;
}

/* One partition per pool and model; a pool that serves nothing is one idle partition. */
static void group_workloads(struct wm_arena *arena, const struct wm_scenario *s,
                            struct wm_site_plan *plan)
{
    const struct wm_workload *w = s->workloads.items;
    plan->n_classes = s->workloads.n;
    plan->n_partitions = 0;
    plan->classes = WM_NEW_ARRAY(arena, struct wm_class, plan->n_classes);
    plan->partitions = WM_NEW_ARRAY(arena, struct wm_partition, plan->n_pools + plan->n_classes);
    for (size_t i = 0; i < plan->n_pools; i++) {
        struct wm_pool *pool = &plan->pools[i];
        pool->first_partition = plan->n_partitions;
        for (size_t k = 0; k < s->workloads.n; k++) {
            size_t j = pool->first_partition;
            if (strcmp(w[k].pool, pool->fleet->name) != 0)
                continue;
            while (j < plan->n_partitions && !same_model(plan->partitions[j].lead, &w[k]))
                j++;
            if (j == plan->n_partitions)
                plan->partitions[plan->n_partitions++] = (struct wm_partition){
                    .pool = i, .lead = &w[k], .is_job = wm_workload_is_job(&w[k])};
            plan->partitions[j].n_classes++;
            plan->classes[k] = (struct wm_class){
                .workload = &w[k],
                .partition = j,
                .found_frac = w[k].class != NULL ? w[k].class->cached_frac : 0.0};
        }
        if (plan->n_partitions == pool->first_partition)
            plan->partitions[plan->n_partitions++] = (struct wm_partition){.pool = i};
        pool->n_partitions = plan->n_partitions - pool->first_partition;
    }
}

static size_t pool_classes(const struct wm_site_plan *plan, size_t pool)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_classes; i++)
        n += plan->partitions[plan->classes[i].partition].pool == pool;
    return n;
}

bool wm_partitions_form(struct wm_arena *arena, const struct wm_scenario *scenario,
                        struct wm_site_plan *plan, struct wm_diags *diags)
{
    bool feasible = true;
    group_workloads(arena, scenario, plan);
    for (size_t i = 0; i < plan->n_partitions; i++) {
        struct wm_partition *const p = &plan->partitions[i];
        const struct wm_pool *pool = &plan->pools[p->pool];
        size_t *const own = WM_NEW_ARRAY(arena, size_t, p->n_classes);
        size_t n = 0;
        for (size_t k = 0; k < plan->n_classes; k++)
            if (plan->classes[k].partition == i)
                own[n++] = k;
        p->classes = own;
        if (p->is_job) {
            plan->classes[own[0]].weight = 1.0;
            continue;
        }
        set_targets(plan, p);
        for (size_t k = 0; k < n; k++) {
            struct wm_class *c = &plan->classes[own[k]];
            wm_class_price(c);
            /* a pool of one class has nothing to compare it with */
            c->weight = pool->n_gpus > 0 && pool_classes(plan, p->pool) > 1
                            ? gpu_s_per_tok(&plan->tables, c, pool, diags)
                            : 1.0;
            c->gpu_s_per_out_tok = c->weight;
            feasible = wm_is_set(c->weight) && feasible;
        }
    }
    if (!feasible)
        return false;
    for (size_t i = 0; i < plan->n_pools; i++)
        wm_shares_divide(scenario, plan, &plan->pools[i]);
    for (size_t i = 0; i < plan->n_partitions; i++) {
        list_classes(arena, plan, i);
        feasible = form_replicas(arena, scenario, plan, &plan->partitions[i], diags) && feasible;
    }
    return feasible;
}
