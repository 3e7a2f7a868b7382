#include "provision.h"

#include <math.h>
#include <string.h>

static const struct wm_workload *workload_of(const struct wm_scenario *s, const char *pool)
{
    const struct wm_workload *w = s->workloads.items;
    for (size_t i = 0; i < s->workloads.n; i++)
        if (strcmp(w[i].pool, pool) == 0)
            return &w[i];
    return NULL;
}

/* Liquid share of the hall: by nameplate where counts are given, by share where racks fill it. */
static double liquid_frac(const struct wm_scenario *s)
{
    const struct wm_fleet *fleet = s->fleet.items;
    double weight = 0.0, liquid = 0.0;
    for (size_t i = 0; i < s->fleet.n; i++) {
        const struct wm_accelerator *a = fleet[i].accelerator;
        const double w = fleet[i].count == WM_COUNT_MAX_P
                             ? fleet[i].share_frac * s->site.ceiling.limit_w
                             : (double)fleet[i].count / (double)a->rack_gpus * a->rack_nameplate_w;
        weight += w;
        liquid += w * a->liquid_frac;
    }
    return weight > 0.0 ? liquid / weight : 0.0;
}

static int64_t rack_count(const struct wm_fleet *fleet, double it_design_w)
{
    const struct wm_accelerator *a = fleet->accelerator;
    if (fleet->count != WM_COUNT_MAX_P)
        return fleet->count / a->rack_gpus;
    return (int64_t)floor(fleet->share_frac * it_design_w /
                          (a->rack_nameplate_w * (1.0 + a->other_it_frac)));
}

static void explain_fault(const struct wm_pool *pool, struct wm_diags *diags)
{
    const struct wm_workload *w = pool->workload;
    const char *gpu = pool->fleet->accelerator->head.name;
    const char *llm = w->llm->head.name;
    const char *precision = wm_precision_words[w->precision];
    switch (pool->plan.fault) {
    case WM_PLAN_NO_UNIT:
        wm_diag_add(diags, WM_E301, NULL, w->name, "%s has no %s arithmetic; try another precision",
                    gpu, precision);
        break;
    case WM_PLAN_MEMORY:
        wm_diag_add(
            diags, WM_E301, NULL, w->name,
            "%s in %s and one request do not fit the memory of %s within one scale-up domain "
            "of %lld and the pool's %lld accelerators",
            llm, precision, gpu, (long long)pool->fleet->accelerator->scale_up_gpus,
            (long long)pool->n_gpus);
        break;
    case WM_PLAN_SPEED:
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "%s on %s never reaches %g tok/s per user, not even for one request", llm, gpu,
                    w->slo.tok_per_s_per_user);
        break;
    case WM_PLAN_TTFT:
        wm_diag_add(diags, WM_E301, NULL, w->name,
                    "%s on %s cannot read a prompt of %g tokens within %g s", llm, gpu,
                    w->class->input_tok, w->slo.ttft_s);
        break;
    case WM_PLAN_OK:
        break;
    }
}

static struct wm_serving_case serving_case(const struct wm_pool *pool)
{
    const struct wm_workload *w = pool->workload;
    return (struct wm_serving_case){.accelerator = pool->fleet->accelerator,
                                    .llm = w->llm,
                                    .engine = w->engine,
                                    .precision = w->precision,
                                    .input_tok = w->class->input_tok,
                                    .cached_frac = w->class->cached_frac,
                                    .output_tok = w->class->output_tok,
                                    .output_scv = w->class->output_scv,
                                    .max_gpus = (double)pool->n_gpus,
                                    .ttft_slo_s = w->slo.ttft_s,
                                    .tok_per_s_per_user_slo = w->slo.tok_per_s_per_user};
}

static double mean_demand(const struct wm_scenario *s, const struct wm_pool *pool)
{
    const struct wm_demand *d = &pool->workload->demand;
    const double scale = d->per_mw ? s->site.ceiling.limit_w / WM_W_PER_MW : 1.0;
    if (wm_is_set(d->output_tok_per_s))
        return d->output_tok_per_s * scale;
    if (wm_is_set(d->requests_per_s))
        return d->requests_per_s * pool->workload->class->output_tok * scale;
    return d->utilisation_frac * (double)pool->n_replicas * wm_surface_capacity(pool->surface);
}

static void price_tokens(struct wm_pool *pool)
{
    const struct wm_workload *w = pool->workload;
    const double input_per_out = w->class->input_tok / w->class->output_tok;
    pool->cached_per_out = input_per_out * w->class->cached_frac;
    pool->input_per_out = input_per_out - pool->cached_per_out;
    pool->usd_per_out_tok =
        wm_deck_revenue_usd(w->price.deck, pool->input_per_out, pool->cached_per_out, 1.0) *
        w->price.paid_frac * w->price.discount_frac;
}

static bool form_replicas(struct wm_arena *arena, const struct wm_scenario *s, struct wm_pool *pool,
                          struct wm_diags *diags)
{
    pool->spare_gpus = (double)pool->n_gpus;
    if (!pool->workload)
        return true;
    if (pool->n_gpus == 0) {
        wm_diag_add(diags, WM_E301, NULL, pool->fleet->name,
                    "not one rack of %s (%g kW nameplate) fits; IT power is short",
                    pool->fleet->accelerator->head.name,
                    pool->fleet->accelerator->rack_nameplate_w / 1e3);
        return false;
    }
    const struct wm_serving_case c = serving_case(pool);
    pool->plan = wm_serving_plan(&c);
    if (pool->plan.fault != WM_PLAN_OK) {
        explain_fault(pool, diags);
        return false;
    }
    pool->gpus_per_replica = (int64_t)(pool->plan.prefill_gpus + pool->plan.decode_gpus);
    pool->n_replicas = pool->n_gpus / pool->gpus_per_replica;
    pool->spare_gpus = (double)(pool->n_gpus - pool->n_replicas * pool->gpus_per_replica);
    pool->surface = wm_surface_new(arena, &pool->plan);
    pool->mean_demand_tok_per_s = mean_demand(s, pool);
    price_tokens(pool);
    return true;
}

enum wm_status wm_provision(struct wm_arena *arena, const struct wm_scenario *scenario,
                            struct wm_site_plan *plan, struct wm_diags *diags)
{
    const struct wm_site *site = &scenario->site;
    const struct wm_fleet *fleet = scenario->fleet.items;
    const double liquid = liquid_frac(scenario);
    plan->design = wm_climate_design(site->weather.climate, site->weather.dry_bulb_shift_k);
    plan->it_design_w = wm_facility_design_it_w(&site->power_chain, &site->cooling, liquid,
                                                &plan->design, site->ceiling.limit_w);
    plan->facility =
        wm_facility_size(&site->power_chain, &site->cooling, plan->it_design_w, liquid);
    plan->n_pools = scenario->fleet.n;
    plan->pools = WM_NEW_ARRAY(arena, struct wm_pool, plan->n_pools);
    bool feasible = true;
    for (size_t i = 0; i < plan->n_pools; i++) {
        struct wm_pool *pool = &plan->pools[i];
        pool->fleet = &fleet[i];
        pool->workload = workload_of(scenario, fleet[i].name);
        pool->n_racks = rack_count(&fleet[i], plan->it_design_w);
        pool->n_gpus = pool->n_racks * fleet[i].accelerator->rack_gpus;
        feasible = form_replicas(arena, scenario, pool, diags) && feasible;
    }
    return feasible ? WM_OK : WM_INFEASIBLE;
}
