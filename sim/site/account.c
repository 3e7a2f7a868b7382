#include "account.h"
#include "wattmill/numeric.h"

#include <math.h>

void wm_account_open(struct wm_arena *arena, const struct wm_site_plan *plan,
                     const struct wm_price_sets *sets, struct wm_account *account)
{
    account->halls = WM_NEW_ARRAY(arena, struct wm_hall_account, plan->n_halls);
    account->unpriced = wm_unpriced_new(arena, sets, plan->n_classes);
    account->partitions = WM_NEW_ARRAY(arena, struct wm_partition_account, plan->n_partitions);
    account->classes = WM_NEW_ARRAY(arena, struct wm_class_account, plan->n_classes);
    for (size_t i = 0; i < plan->n_classes; i++)
        account->classes[i].latency = WM_NEW(arena, struct wm_latency);
}

static void add_partition(struct wm_partition_account *account,
                          const struct wm_partition_flow *flow, double time_s)
{
    account->there_s += flow->is_there ? time_s : 0.0;
    account->energy_j += flow->it_w * time_s;
    account->up_replica_s += flow->up_replicas * time_s;
    account->off_replica_s += flow->off_frac * flow->up_replicas * time_s;
    account->busy_gpu_s += flow->busy_gpus * time_s;
    account->prefill_busy_gpu_s += flow->prefill_busy_gpus * time_s;
    account->clock_s += flow->clock_frac * time_s;
}

/* Interactive work that is not served is lost; batch work waits, and site.c counts what expires. */
static void add_class(struct wm_class_account *account, struct wm_class_tally *tally,
                      const struct wm_class *class, const struct wm_partition *partition,
                      const struct wm_class_flow *flow, const struct wm_spread *mix, double time_s)
{
    const double served_tok = flow->served_tok_per_s * time_s;
    account->offered_tok += flow->offered_tok_per_s * time_s;
    account->served_tok += served_tok;
    account->slo_tok += flow->slo_tok_per_s * time_s;
    tally->billed_tok += class->workload->on_slo_miss == WM_SLO_MISS_REFUND
                             ? flow->slo_tok_per_s * time_s
                             : served_tok;
    if (class->workload->kind == WM_WORKLOAD_BATCH)
        return;
    account->dropped_tok += (flow->offered_tok_per_s - flow->served_tok_per_s) * time_s;
    if (served_tok > 0.0 && !partition->is_job)
        wm_latency_add(account->latency, mix, served_tok);
}

static void add_hall(struct wm_hall_account *account, const struct wm_hall_flow *flow, double hot_w,
                     double time_s)
{
    const struct wm_facility_power *const p = &flow->power;
    account->site_j += p->site_w * time_s;
    account->it_j += p->it_w * time_s;
    account->cooling_j += p->cooling_w * time_s;
    account->conversion_j += p->conversion_w * time_s;
    account->house_j += p->house_w * time_s;
    account->water_m3 += p->water_m3_per_s * time_s;
    account->heat_in_j += p->plant.heat_in_w * time_s;
    account->heat_unmet_j += p->plant.heat_unmet_w * time_s;
    account->hot_j += flow->hot_frac * hot_w * time_s;
    account->bound_s += flow->is_bound ? time_s : 0.0;
    account->extrapolated_s += p->plant.is_extrapolated ? time_s : 0.0;
    account->bin_site_j += p->site_w * time_s;
    account->bin_it_j += p->it_w * time_s;
}

static void end_hall(struct wm_hall_account *hall, double site_j, double it_j, double time_s,
                     struct wm_hall_power *power)
{
    hall->peak_site_w = wm_larger(hall->peak_site_w, site_j / time_s);
    hall->peak_it_w = wm_larger(hall->peak_it_w, it_j / time_s);
    if (power)
        *power = (struct wm_hall_power){it_j / time_s, site_j / time_s};
    hall->bin_site_j = hall->bin_it_j = 0.0;
}

void wm_account_end_bin(struct wm_account *account, const struct wm_site_plan *plan,
                        struct wm_hall_power *power)
{
    const struct wm_site_sum *const bin = &account->bin;
    if (plan->n_halls == 1) {
        end_hall(&account->halls[0], bin->site_j, bin->it_j, bin->time_s, power);
        return;
    }
    for (size_t i = 0; i < plan->n_halls; i++)
        end_hall(&account->halls[i], account->halls[i].bin_site_j, account->halls[i].bin_it_j,
                 bin->time_s, power ? &power[i] : NULL);
}

struct wm_hall_account wm_hall_account(const struct wm_account *account,
                                       const struct wm_site_plan *plan, size_t hall)
{
    struct wm_hall_account h = account->halls[hall];
    if (plan->n_halls > 1)
        return h;
#define SAME(member) h.member = account->member
    SAME(site_j), SAME(it_j), SAME(cooling_j), SAME(conversion_j), SAME(house_j);
    SAME(water_m3), SAME(heat_in_j), SAME(heat_unmet_j), SAME(hot_j), SAME(extrapolated_s);
#undef SAME
    h.bound_s = account->hall_bound_s;
    return h;
}

static void add_sum(struct wm_site_sum *sum, const struct wm_site_plan *plan,
                    const struct wm_site_flow *flow, double time_s)
{
    sum->time_s += time_s;
    sum->site_j += flow->power.site_w * time_s;
    sum->meter_j += flow->meter_w * time_s;
    sum->it_j += flow->power.it_w * time_s;
    sum->allowed_ws += flow->allowed_w * time_s;
    sum->contract_ws += flow->contract_w * time_s;
    sum->shadow_ws += flow->shadow_usd_per_mwh * time_s;
    for (size_t i = 0; i < plan->n_classes; i++) {
        if (wm_workload_is_job(plan->classes[i].workload))
            continue;
        sum->offered_tok += flow->classes[i].offered_tok_per_s * time_s;
        sum->served_tok += flow->classes[i].served_tok_per_s * time_s;
    }
    for (size_t i = 0; i < plan->n_partitions; i++)
        sum->clock_s += flow->partitions[i].clock_frac * time_s / (double)plan->n_partitions;
}

static void add_energy(struct wm_energy_tally *tally, const struct wm_site_flow *flow,
                       const struct wm_surroundings *around, double time_s)
{
    const bool is_bound = flow->is_bound && flow->margin.has_cost;
    const struct wm_energy_sum now = {flow->power.site_w * time_s, flow->power.it_w * time_s,
                                      flow->meter_w * time_s, is_bound ? time_s : 0.0};
    const double price = around->market_usd_per_mwh;
    tally->plain.site_j += now.site_j;
    tally->plain.it_j += now.it_j;
    tally->plain.meter_j += now.meter_j;
    tally->plain.bound_s += now.bound_s;
    if (!wm_is_set(price))
        return;
    tally->market.site_j += now.site_j * price;
    tally->market.it_j += now.it_j * price;
    tally->market.meter_j += now.meter_j * price;
    tally->market.bound_s += now.bound_s * price;
}

static void add_margin(struct wm_unpriced *tally, const struct wm_site_flow *flow, double time_s)
{
    if (flow->margin.tok_per_j > 0.0)
        tally->classes[flow->margin.class].margin_tok_ws += flow->margin.tok_per_j * time_s;
    else
        tally->mixed_usd_per_mwh_s += flow->shadow_usd_per_mwh * time_s;
}

void wm_account_add(struct wm_account *account, const struct wm_site_plan *plan,
                    const struct wm_site_flow *flow, const struct wm_surroundings *around,
                    double time_s)
{
    const struct wm_facility_power *p = &flow->power;
    account->time_s += time_s;
    account->site_j += p->site_w * time_s;
    account->it_j += p->it_w * time_s;
    account->cooling_j += p->cooling_w * time_s;
    account->conversion_j += p->conversion_w * time_s;
    account->house_j += p->house_w * time_s;
    account->serving_it_j += flow->serving_it_w * time_s;
    account->requested_j += flow->requested_w * time_s;
    account->starting_j += flow->starting_w * time_s;
    account->capped_j += flow->capped_w * time_s;
    account->shed_j += flow->shed_w * time_s;
    account->hot_j += flow->hot_w * time_s;
    account->hall_j += flow->hall_w * time_s;
    account->hall_bound_s += flow->hall_w > 0.0 ? time_s : 0.0;
    account->unworthy_j += flow->unworthy_w * time_s;
    account->contract_ws += flow->contract_w * time_s;
    account->standing_ws += flow->standing_w * time_s;
    account->called_s += flow->limit_w < flow->contract_w ? time_s : 0.0;
    account->payment_usd += flow->payment_usd_per_s * time_s;
    for (size_t i = 0; i < WM_N_STRANDINGS; i++)
        account->stranded_ws[i] += flow->stranded_w[i] * time_s;
    account->slack_ws += flow->slack_w * time_s;
    account->capped_s += flow->capped_w > 0.0 ? time_s : 0.0;
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
    add_energy(&account->unpriced.energy[around->price_set], flow, around, time_s);
    account->carbon_kg += flow->meter_w * around->kg_per_j * time_s;
    account->bound_s += flow->is_bound ? time_s : 0.0;
    account->violation_j += flow->over_limit_w * time_s;
    account->penalty_usd += flow->penalty_usd_per_s * time_s;
    account->ceiling_ws += flow->limit_w * time_s;
    if (flow->is_bound)
        add_margin(&account->unpriced, flow, time_s);
    for (size_t i = 0; i < plan->n_halls && plan->n_halls > 1; i++)
        add_hall(&account->halls[i], &flow->halls[i], flow->hot_w, time_s);
    for (size_t i = 0; i < plan->n_partitions; i++)
        add_partition(&account->partitions[i], &flow->partitions[i], time_s);
    for (size_t i = 0; i < plan->n_classes; i++) {
        const struct wm_class *class = &plan->classes[i];
        add_class(&account->classes[i], &account->unpriced.classes[i], class,
                  &plan->partitions[class->partition], &flow->classes[i],
                  &flow->partitions[class->partition].state.mix, time_s);
    }
    add_sum(&account->bin, plan, flow, time_s);
    account->hour.time_s += time_s;
    account->hour.site_j += flow->power.site_w * time_s;
    account->hour.it_j += flow->power.it_w * time_s;
}
