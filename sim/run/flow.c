#include "flow.h"

#include <math.h>

#include "wattmill/require.h"

enum { MAX_POOLS = 64 };

/* Sums over pools round in the last digits; the budget leaves them room below the ceiling. */
static const double rounding_margin = 1e-12;

/* Accelerators that serve nothing: failed replicas and those left over when replicas were formed. */
static double resting_gpus(const struct wm_pool *pool, double n_up)
{
    return pool->spare_gpus + ((double)pool->n_replicas - n_up) * (double)pool->gpus_per_replica;
}

static double overhead_frac(const struct wm_pool *pool)
{
    return pool->fleet->accelerator->other_it_frac;
}

static double resting_w(const struct wm_pool *pool, double n_up)
{
    const struct wm_accelerator *a = pool->fleet->accelerator;
    return resting_gpus(pool, n_up) * (a->power.idle_w + a->host_idle_w) *
           (1.0 + overhead_frac(pool));
}

/* Pools that serve something, for dispatch; `index` maps back. */
static size_t dispatch_pools(const struct wm_site_plan *plan, const double *n_up,
                             const double *demand_tok_per_s, struct wm_dispatch_pool *out,
                             size_t *index)
{
    size_t n = 0;
    WM_REQUIRE(plan->n_pools <= MAX_POOLS);
    for (size_t i = 0; i < plan->n_pools; i++) {
        const struct wm_pool *pool = &plan->pools[i];
        if (!pool->surface)
            continue;
        index[n] = i;
        out[n++] = (struct wm_dispatch_pool){.surface = pool->surface,
                                             .n_up = n_up[i],
                                             .demand_tok_per_s = demand_tok_per_s[i],
                                             .usd_per_out_tok = pool->usd_per_out_tok,
                                             .overhead_frac = overhead_frac(pool)};
    }
    return n;
}

/* Sites' watts per watt of IT at a state, for the shadow price. */
static double marginal_site_w(const struct wm_facility *facility, const struct wm_weather *weather,
                              double it_w)
{
    const double step_w = fmax(1.0, 1e-4 * it_w);
    return (wm_facility_eval(facility, weather, it_w).site_w -
            wm_facility_eval(facility, weather, it_w - step_w).site_w) /
           step_w;
}

static void add_uses(struct wm_site_flow *flow, const struct wm_pool *pool,
                     const struct wm_pool_flow *pf, double n_up)
{
    const struct wm_dispatch_state *s = &pf->state;
    const struct wm_accelerator *a = pool->fleet->accelerator;
    const double low = n_up * (1.0 - s->off_frac) * (1.0 - s->high_frac);
    const double high = n_up * (1.0 - s->off_frac) * s->high_frac;
    const double resting = resting_gpus(pool, n_up);
    const struct wm_serving_point *p = &s->low.serving, *q = &s->high.serving;
    const double prefill_w = low * p->prefill_w + high * q->prefill_w;
    const double decode_w = low * p->decode_w + high * q->decode_w;
    const double idle_w = low * p->idle_w + high * q->idle_w + resting * a->power.idle_w;
    const double host_w = low * p->host_w + high * q->host_w + resting * a->host_idle_w;
    flow->use_w[WM_USE_PREFILL] += prefill_w;
    flow->use_w[WM_USE_DECODE] += decode_w;
    flow->use_w[WM_USE_IDLE] += idle_w;
    flow->use_w[WM_USE_HOST] += host_w;
    flow->use_w[WM_USE_NETWORK] += overhead_frac(pool) * (prefill_w + decode_w + idle_w + host_w);
}

static void fill_pool(struct wm_site_flow *flow, const struct wm_pool *pool, double n_up,
                      struct wm_pool_flow *pf)
{
    const struct wm_dispatch_state *s = &pf->state;
    const struct wm_serving_point *p = &s->low.serving, *q = &s->high.serving;
    const double low = n_up * (1.0 - s->off_frac) * (1.0 - s->high_frac);
    const double high = n_up * (1.0 - s->off_frac) * s->high_frac;
    pf->served_tok_per_s = fmin(s->served_tok_per_s, pf->offered_tok_per_s);
    pf->usd_per_s = pf->served_tok_per_s * pool->usd_per_out_tok;
    pf->it_w = s->it_w + resting_w(pool, n_up);
    pf->up_replicas = n_up;
    pf->clock_frac = s->clock_frac;
    pf->prefill_busy_gpus =
        pool->plan.prefill_gpus * (low * p->prefill_busy_frac + high * q->prefill_busy_frac);
    pf->busy_gpus = pf->prefill_busy_gpus + pool->plan.decode_gpus * (low * p->decode_busy_frac +
                                                                      high * q->decode_busy_frac);
    pf->ttft_slo_tok_per_s = low * p->out_tok_per_s * p->ttft_slo_frac * p->tpot_slo_frac +
                             high * q->out_tok_per_s * q->ttft_slo_frac * q->tpot_slo_frac;
    add_uses(flow, pool, pf, n_up);
}

static double total_it_w(const struct wm_dispatch_state *states, size_t n, double fixed_w)
{
    double sum_w = fixed_w;
    for (size_t i = 0; i < n; i++)
        sum_w += states[i].it_w;
    return sum_w;
}

void wm_flow_eval(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                  const struct wm_instant *instant, struct wm_site_flow *flow)
{
    struct wm_dispatch_pool dp[MAX_POOLS];
    struct wm_dispatch_state states[MAX_POOLS];
    size_t index[MAX_POOLS];
    double demand[MAX_POOLS];
    struct wm_pool_flow *const pools = flow->pools;
    *flow = (struct wm_site_flow){.pools = pools,
                                  .allowed_w = instant->ceiling->allowed_w,
                                  .limit_w = instant->ceiling->limit_w};
    double fixed_w = 0.0;
    for (size_t i = 0; i < plan->n_pools; i++) {
        const struct wm_pool *pool = &plan->pools[i];
        demand[i] =
            pool->workload
                ? pool->mean_demand_tok_per_s *
                      pool->workload->demand.shape->hourly[(size_t)instant->shape_index_hour]
                : 0.0;
        fixed_w += resting_w(pool, instant->n_up[i]);
        pools[i] = (struct wm_pool_flow){.offered_tok_per_s = demand[i]};
    }
    const size_t n = dispatch_pools(plan, instant->n_up, demand, dp, index);

    wm_dispatch_unlimited(dp, n, states);
    flow->power =
        wm_facility_eval(&plan->facility, &instant->weather, total_it_w(states, n, fixed_w));
    double usd_per_j = 0.0;
    if (flow->power.site_w > flow->allowed_w) {
        const double it_w =
            wm_facility_it_for_site_w(&plan->facility, &instant->weather, flow->allowed_w);
        usd_per_j = wm_dispatch(dp, n, it_w * (1.0 - rounding_margin) - fixed_w, states);
        flow->power =
            wm_facility_eval(&plan->facility, &instant->weather, total_it_w(states, n, fixed_w));
    }
    if (usd_per_j > 0.0) {
        const double site_per_it =
            marginal_site_w(&plan->facility, &instant->weather, flow->power.it_w);
        flow->shadow_usd_per_mwh = fmax(0.0, usd_per_j * WM_J_PER_MWH / site_per_it -
                                                 scenario->site.tariff.energy_usd_per_mwh);
        flow->is_bound = flow->shadow_usd_per_mwh > 0.0;
    }
    /* the solver stays on the safe side; only what cannot be switched off can exceed the limit */
    flow->over_limit_w = fmax(0.0, flow->power.site_w - flow->limit_w);
    flow->penalty_usd_per_s =
        flow->over_limit_w / WM_J_PER_MWH * instant->ceiling->penalty_usd_per_mwh;

    for (size_t k = 0; k < n; k++)
        pools[index[k]].state = states[k];
    for (size_t i = 0; i < plan->n_pools; i++) {
        fill_pool(flow, &plan->pools[i], instant->n_up[i], &pools[i]);
        if (plan->pools[i].workload)
            flow->serving_it_w += pools[i].it_w;
    }
    flow->use_w[WM_USE_HOST] += flow->power.shelf_w;
    flow->use_w[WM_USE_COOLING] = flow->power.cooling_w;
    flow->use_w[WM_USE_CONVERSION] = flow->power.conversion_w;
    flow->use_w[WM_USE_HOUSE] = flow->power.house_w;
}

double wm_design_capacity(const struct wm_scenario *scenario, const struct wm_site_plan *plan)
{
    struct wm_dispatch_pool dp[MAX_POOLS];
    struct wm_dispatch_state states[MAX_POOLS];
    size_t index[MAX_POOLS];
    double all[MAX_POOLS] = {0}, demand[MAX_POOLS] = {0}, fixed_w = 0.0, sum = 0.0;
    for (size_t i = 0; i < plan->n_pools; i++) {
        const struct wm_pool *pool = &plan->pools[i];
        all[i] = (double)pool->n_replicas;
        fixed_w += resting_w(pool, all[i]);
        demand[i] = pool->surface ? all[i] * wm_surface_capacity(pool->surface) : 0.0;
    }
    const size_t n = dispatch_pools(plan, all, demand, dp, index);
    wm_dispatch_unlimited(dp, n, states);
    const double limit_w = scenario->site.ceiling.limit_w;
    const double it_w = total_it_w(states, n, fixed_w);
    if (wm_facility_eval(&plan->facility, &plan->design, it_w).site_w > limit_w)
        wm_dispatch(dp, n,
                    wm_facility_it_for_site_w(&plan->facility, &plan->design, limit_w) - fixed_w,
                    states);
    for (size_t i = 0; i < n; i++)
        sum += states[i].served_tok_per_s;
    return sum;
}
