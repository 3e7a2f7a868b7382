#include "account.h"

#include <math.h>

/* Nodes of a distribution: each stands for a slice of probability, finer in the tail. */
struct node {
    double prob, weight, z; /* middle of the slice, its width, normal quantile of prob */
};
static const struct node nodes[] = {
    {0.05, 0.1, -1.6448536},    {0.15, 0.1, -1.0364334},    {0.25, 0.1, -0.6744898},
    {0.35, 0.1, -0.3853205},    {0.45, 0.1, -0.1256613},    {0.55, 0.1, 0.1256613},
    {0.65, 0.1, 0.3853205},     {0.75, 0.1, 0.6744898},     {0.85, 0.1, 1.0364334},
    {0.925, 0.05, 1.4395315},   {0.9625, 0.025, 1.7804643}, {0.9825, 0.015, 2.1083583},
    {0.9925, 0.005, 2.4323790}, {0.997, 0.004, 2.7477814},  {0.9995, 0.001, 3.2905267},
};
static const double z_p99 = 2.3263478740408408;

static double ttft_quantile_s(const struct wm_serving_point *p, double prob)
{
    if (prob <= 1.0 - p->wait_prob || p->wait_mean_s <= 0.0)
        return p->ttft_base_s;
    return p->ttft_base_s + p->wait_mean_s * log(p->wait_prob / (1.0 - prob));
}

static void add_latencies(struct wm_pool_account *account, const struct wm_serving_point *p,
                          double requests)
{
    const double sigma_s = (p->tpot_p99_s - p->tpot_s) / z_p99;
    if (requests <= 0.0)
        return;
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        const double weight = requests * nodes[i].weight;
        wm_log_hist_add(&account->ttft, ttft_quantile_s(p, nodes[i].prob), weight);
        wm_log_hist_add(&account->tpot, fmax(p->tpot_s + nodes[i].z * sigma_s, 1e-6), weight);
    }
}

static void add_pool(struct wm_pool_account *account, const struct wm_pool *pool,
                     const struct wm_pool_flow *flow, double time_s)
{
    account->offered_tok += flow->offered_tok_per_s * time_s;
    account->served_tok += flow->served_tok_per_s * time_s;
    account->dropped_tok += (flow->offered_tok_per_s - flow->served_tok_per_s) * time_s;
    account->revenue_usd += flow->usd_per_s * time_s;
    account->energy_j += flow->it_w * time_s;
    account->up_replica_s += flow->up_replicas * time_s;
    account->busy_gpu_s += flow->busy_gpus * time_s;
    account->prefill_busy_gpu_s += flow->prefill_busy_gpus * time_s;
    account->clock_s += flow->clock_frac * time_s;
    account->slo_tok += flow->ttft_slo_tok_per_s * time_s;
    if (!pool->workload)
        return;
    const struct wm_dispatch_state *s = &flow->state;
    const double replicas_s = flow->up_replicas * (1.0 - s->off_frac) * time_s;
    const double per_tok = 1.0 / pool->workload->class->output_tok;
    add_latencies(account, &s->low.serving,
                  (1.0 - s->high_frac) * replicas_s * s->low.serving.out_tok_per_s * per_tok);
    if (s->high_frac > 0.0)
        add_latencies(account, &s->high.serving,
                      s->high_frac * replicas_s * s->high.serving.out_tok_per_s * per_tok);
}

static void add_sum(struct wm_site_sum *sum, const struct wm_site_plan *plan,
                    const struct wm_site_flow *flow, double time_s)
{
    sum->time_s += time_s;
    sum->site_j += flow->power.site_w * time_s;
    sum->it_j += flow->power.it_w * time_s;
    sum->allowed_ws += flow->allowed_w * time_s;
    sum->shadow_ws += flow->shadow_usd_per_mwh * time_s;
    for (size_t i = 0; i < plan->n_pools; i++) {
        sum->offered_tok += flow->pools[i].offered_tok_per_s * time_s;
        sum->served_tok += flow->pools[i].served_tok_per_s * time_s;
        sum->clock_s += flow->pools[i].clock_frac * time_s / (double)plan->n_pools;
    }
}

void wm_account_add(struct wm_account *account, const struct wm_site_plan *plan,
                    const struct wm_site_flow *flow, double kg_per_j, double time_s)
{
    const struct wm_facility_power *p = &flow->power;
    account->time_s += time_s;
    account->site_j += p->site_w * time_s;
    account->it_j += p->it_w * time_s;
    account->cooling_j += p->cooling_w * time_s;
    account->conversion_j += p->conversion_w * time_s;
    account->house_j += p->house_w * time_s;
    account->serving_it_j += flow->serving_it_w * time_s;
    for (size_t i = 0; i < WM_N_USES; i++)
        account->use_j[i] += flow->use_w[i] * time_s;
    account->water_m3 += p->water_m3_per_s * time_s;
    account->evaporation_m3 += p->evaporation_m3_per_s * time_s;
    account->blowdown_m3 += p->blowdown_m3_per_s * time_s;
    account->drift_m3 += p->drift_m3_per_s * time_s;
    account->heat_in_j += p->plant.heat_in_w * time_s;
    account->heat_out_j += (p->plant.heat_free_w + p->plant.heat_chiller_w) * time_s;
    account->heat_reuse_j += p->plant.heat_reuse_w * time_s;
    account->heat_unmet_j += p->plant.heat_unmet_w * time_s;
    account->extrapolated_s += p->plant.is_extrapolated ? time_s : 0.0;
    account->carbon_kg += p->site_w * kg_per_j * time_s;
    account->bound_s += flow->is_bound ? time_s : 0.0;
    account->violation_j += flow->over_limit_w * time_s;
    account->penalty_usd += flow->penalty_usd_per_s * time_s;
    account->ceiling_ws += flow->limit_w * time_s;
    account->shadow_ws += flow->shadow_usd_per_mwh * time_s;
    for (size_t i = 0; i < plan->n_pools; i++)
        add_pool(&account->pools[i], &plan->pools[i], &flow->pools[i], time_s);
    add_sum(&account->bin, plan, flow, time_s);
    add_sum(&account->hour, plan, flow, time_s);
}
