#include "metrics.h"

#include <string.h>

#include "../site/flow.h"
#include "maturity.h"
#include "prices.h"
#include "sales.h"

static void fill_latency(struct wm_run *r, size_t i, struct wm_class_result *c)
{
    const struct wm_class_account *a = &r->site.account.classes[i];
    const struct wm_latency_quantiles *const l = &r->latencies.classes[i];
    c->ttft_p50_s = l->ttft_p50_s;
    c->ttft_p99_s = l->ttft_p99_s;
    c->tpot_p50_s = l->tpot_p50_s;
    c->tpot_p99_s = l->tpot_p99_s;
    c->slo_attainment_frac = wm_ratio(a->slo_tok, a->served_tok);
}

static void fill_service(struct wm_run *r, size_t i, struct wm_class_result *c)
{
    const struct wm_class *class = &r->plan.classes[i];
    const struct wm_class_account *a = &r->site.account.classes[i];
    const double out_tok = class->workload->class->output_tok;
    c->input_tok_served = a->served_tok * class->input_per_out;
    c->cached_tok_served = a->served_tok * class->cached_per_out;
    c->host_loaded_frac = class->loaded_frac[WM_KV_HOST];
    c->ssd_loaded_frac = class->loaded_frac[WM_KV_SSD];
    c->requests_offered = a->offered_tok / out_tok;
    c->requests_served = a->served_tok / out_tok;
    c->requests_dropped = a->dropped_tok / out_tok;
    c->requests_waiting = a->waiting_tok / out_tok;
    if (class->workload->kind == WM_WORKLOAD_BATCH) /* Little's law */
        c->delay_mean_s = wm_ratio(a->waiting_tok_s, a->served_tok + a->dropped_tok);
    else
        fill_latency(r, i, c);
}

static void fill_job(struct wm_run *r, size_t i, struct wm_class_result *c)
{
    const struct wm_partition *p = &r->plan.partitions[r->plan.classes[i].partition];
    const struct wm_class_account *a = &r->site.account.classes[i];
    c->training_tok = a->served_tok - a->lost_tok;
    c->training_tok_lost = a->lost_tok;
    c->interruptions = a->n_interruptions;
    c->checkpoint_s = p->job.checkpoint_s;
    /* without a stop no time goes to checkpoints either */
    const double cycle = p->job.checkpoint_s + p->lead->training.checkpoint_write_s;
    c->goodput_frac = wm_ratio(c->training_tok, a->offered_tok) * p->job.checkpoint_s / cycle;
    c->mfu_frac = p->job.mfu_frac;
    c->swing_w = p->job.swing.amplitude_w;
    c->swing_hz = p->job.swing.frequency_hz;
    c->smoothing_frac =
        p->job.swing.burnt_w / p->surface->rows[0][WM_SURFACE_BATCHES - 1].serving.decode_w;
    c->transfer_usd = wm_class_transfer_usd(&r->plan, &r->site, i);
    c->energy_j = r->site.account.partitions[r->plan.classes[i].partition].energy_j;
}

static void fill_class(struct wm_run *r, size_t i)
{
    const double none = (double)NAN;
    const struct wm_class_account *a = &r->site.account.classes[i];
    const struct wm_workload *w = r->plan.classes[i].workload;
    struct wm_class_result *c = &r->results->classes[i];
    *c = (struct wm_class_result){
        .name = w->name,
        .kind = wm_workload_kind_words[w->kind],
        .pool = w->pool,
        .llm = w->llm->head.name,
        .output_tok_offered = a->offered_tok,
        .output_tok_served = a->served_tok,
        .output_tok_dropped = a->dropped_tok,
        .output_tok_waiting = a->waiting_tok,
        .input_tok_served = none,
        .cached_tok_served = none,
        .host_loaded_frac = none,
        .ssd_loaded_frac = none,
        .requests_offered = none,
        .requests_served = none,
        .requests_dropped = none,
        .requests_waiting = none,
        .revenue_usd = wm_class_revenue_usd(&r->plan, &r->site, i),
        .ttft_p50_s = none,
        .ttft_p99_s = none,
        .tpot_p50_s = none,
        .tpot_p99_s = none,
        .slo_attainment_frac = none,
        .delay_mean_s = none,
        .training_tok = none,
        .training_tok_lost = none,
        .interruptions = none,
        .checkpoint_s = none,
        .goodput_frac = none,
        .transfer_usd = none,
        .mfu_frac = none,
        .swing_w = none,
        .swing_hz = none,
        .smoothing_frac = none,
        .energy_j = none,
        .curtailment_loss_usd = none,
        .output_tok_curtailed = none,
    };
    if (wm_workload_is_job(w))
        fill_job(r, i, c);
    else
        fill_service(r, i, c);
}

void wm_fill_classes(struct wm_run *r)
{
    r->results->n_classes = r->plan.n_classes;
    r->results->classes = WM_NEW_ARRAY(r->arena, struct wm_class_result, r->plan.n_classes);
    for (size_t i = 0; i < r->plan.n_classes; i++)
        fill_class(r, i);
}

/* "chat + code" */
static const char *names_of(const struct wm_run *r, const struct wm_partition *p)
{
    const char *names = "";
    for (size_t k = 0; k < p->n_classes; k++)
        names = wm_arena_printf(r->arena, "%s%s%s", names, k > 0 ? " + " : "",
                                r->plan.classes[p->classes[k]].workload->name);
    return names;
}

static const char *parallelism_of(const struct wm_run *r, const struct wm_serving_plan *plan)
{
    if (plan->c.curve != NULL)
        return wm_arena_printf(r->arena, "measured, %.0f", plan->decode_gpus);
    const char *split = plan->c.llm->experts_total > 0 ? "EP" : "TP";
    if (plan->prefill_gpus <= 0.0)
        return wm_arena_printf(r->arena, "decode %s%.0f", split, plan->decode_gpus);
    const double groups = wm_plan_decode_groups(plan);
    const char *const decode =
        groups > 1.0 ? wm_arena_printf(r->arena, "decode %.0f x", groups) : "decode";
    return wm_arena_printf(r->arena, "prefill %.0f x %s%.0f, %s %s%.0f",
                           plan->prefill_gpus / plan->prefill_group_gpus, split,
                           plan->prefill_group_gpus, decode, split, plan->decode_gpus / groups);
}

static const char *gang_of(const struct wm_run *r, const struct wm_train_plan *plan)
{
    return wm_arena_printf(r->arena, "TP%.0f PP%.0f CP%.0f EP%.0f DP%.0f%s", plan->tensor,
                           plan->pipeline, plan->context, plan->expert, plan->data,
                           plan->full_shard ? " sharded" : "");
}

/* Mean power of a board of each kind, what it draws while it waits included; a measured curve knows no kinds. */
static void fill_kinds(const struct wm_serving_plan *plan, const struct wm_serving_point *full,
                       struct wm_pool_result *p)
{
    p->decode_gpu_power_at_capacity_w = p->gpu_power_at_capacity_w;
    if (plan->prefill_gpus <= 0.0)
        return;
    p->prefill_gpu_power_at_capacity_w =
        full->prefill_w / plan->prefill_gpus +
        (1.0 - full->prefill_busy_frac) * wm_board_rest_w(wm_prefill_accelerator(&plan->c));
    p->decode_gpu_power_at_capacity_w =
        full->decode_w / plan->decode_gpus +
        (1.0 - full->decode_busy_frac) * wm_board_rest_w(plan->c.accelerator);
}

static void fill_pool(struct wm_run *r, size_t i)
{
    const struct wm_partition *partition = &r->plan.partitions[i];
    const struct wm_partition_account *a = &r->site.account.partitions[i];
    const struct wm_pool *const pool = &r->plan.pools[partition->pool];
    const struct wm_accelerator *accelerator = wm_partition_accelerator(&r->plan, partition);
    const double time_s = r->site.account.time_s;
    struct wm_pool_result *p = &r->results->pools[i];
    *p = (struct wm_pool_result){.name = r->plan.pools[partition->pool].fleet->name,
                                 .accelerator = accelerator->head.name,
                                 .workload = names_of(r, partition),
                                 .parallelism = "idle",
                                 .n_racks = pool->prefill != NULL
                                                ? pool->n_racks
                                                : partition->n_gpus / accelerator->rack_gpus,
                                 .n_prefill_racks = pool->mixed.kinds[WM_PREFILLS].n_racks,
                                 .n_prefill_gpus = pool->mixed.kinds[WM_PREFILLS].n_gpus,
                                 .n_gpus = partition->n_gpus,
                                 .n_replicas = partition->n_replicas,
                                 .gpus_per_replica = partition->gpus_per_replica,
                                 .availability_frac = 1.0,
                                 .energy_j = a->energy_j};
    if (!partition->surface)
        return;
    const double gpu_s = (double)partition->n_gpus * a->there_s;
    p->availability_frac = wm_ratio(a->up_replica_s * (double)partition->gpus_per_replica +
                                        partition->spare_gpus * a->there_s,
                                    gpu_s);
    p->busy_frac = wm_ratio(a->busy_gpu_s, gpu_s);
    p->clock_mean_frac = a->clock_s / time_s;
    if (partition->is_job) {
        const struct wm_serving_point *full =
            &partition->surface->rows[0][WM_SURFACE_BATCHES - 1].serving;
        p->parallelism = gang_of(r, &partition->job.c.plan);
        p->gpu_power_at_capacity_w = full->board_w / (double)partition->gpus_per_replica;
        p->decode_gpu_power_at_capacity_w = p->gpu_power_at_capacity_w;
        p->it_power_at_capacity_w = full->it_w * (double)partition->n_replicas;
        return;
    }
    const struct wm_serving_plan *plan = &partition->plan;
    const struct wm_serving_point full =
        partition->surface->rows[0][WM_SURFACE_BATCHES - 1].serving;
    const double replica_gpus = (double)partition->gpus_per_replica;
    p->prefill_gpus = (int64_t)plan->prefill_gpus;
    p->decode_gpus = (int64_t)plan->decode_gpus;
    p->parallelism = parallelism_of(r, plan);
    p->maturity = wm_maturity_name(plan);
    p->batch_at_capacity = full.batch;
    p->capacity_out_tok_per_s = full.out_tok_per_s * (double)partition->n_replicas;
    p->capacity_out_tok_per_s_per_gpu = full.out_tok_per_s / replica_gpus;
    p->step_at_capacity_s = full.tpot_s;
    p->gpu_power_at_capacity_w = full.board_w / replica_gpus;
    p->it_power_at_capacity_w = full.it_w * (double)partition->n_replicas;
    fill_kinds(plan, &full, p);
}

void wm_fill_pools(struct wm_run *r)
{
    r->results->n_pools = r->plan.n_partitions;
    r->results->pools = WM_NEW_ARRAY(r->arena, struct wm_pool_result, r->plan.n_partitions);
    for (size_t i = 0; i < r->plan.n_partitions; i++)
        fill_pool(r, i);
}

static const struct wm_metric_member energy_members[] = {
    WM_METRIC_MEMBER(wm_account, site_energy_mwh, site_j),
    WM_METRIC_MEMBER(wm_account, it_energy_mwh, it_j),
    WM_METRIC_MEMBER(wm_account, cooling_energy_mwh, cooling_j),
    WM_METRIC_MEMBER(wm_account, conversion_loss_mwh, conversion_j),
    WM_METRIC_MEMBER(wm_account, house_energy_mwh, house_j),
    WM_METRIC_MEMBER(wm_account, heat_unmet_mwh, heat_unmet_j),
    WM_METRIC_MEMBER(wm_account, water_m3, water_m3),
};
static const struct wm_metric_member ceiling_members[] = {
    WM_METRIC_MEMBER(wm_account, ceiling_bound_hours, bound_s),
    WM_METRIC_MEMBER(wm_account, capped_hours, capped_s),
    WM_METRIC_MEMBER(wm_account, curtailment_hours, called_s),
    WM_METRIC_MEMBER(wm_account, requested_energy_mwh, requested_j),
    WM_METRIC_MEMBER(wm_account, starting_mwh, starting_j),
    WM_METRIC_MEMBER(wm_account, capped_mwh, capped_j),
    WM_METRIC_MEMBER(wm_account, shed_mwh, shed_j),
    WM_METRIC_MEMBER(wm_account, heat_capped_mwh, hot_j),
    WM_METRIC_MEMBER(wm_account, unworthy_mwh, unworthy_j),
    WM_METRIC_MEMBER(wm_account, ceiling_violation_mwh, violation_j),
};

static bool has_hall_limit(const struct wm_site_plan *plan)
{
    for (size_t i = 0; i < plan->n_halls; i++)
        if (plan->halls[i].it_limit_w < (double)INFINITY)
            return true;
    return false;
}

static bool reuses_heat(const struct wm_site_plan *plan)
{
    for (size_t i = 0; i < plan->n_halls; i++)
        if (plan->halls[i].facility.cooling->heat_reuse_frac > 0.0)
            return true;
    return false;
}

void wm_set_energy(struct wm_run *r)
{
    const struct wm_account *a = &r->site.account;
    wm_set_members(r->results, a, energy_members, sizeof energy_members / sizeof *energy_members);
    SET(r, pue_mean, wm_ratio(a->site_j, a->it_j));
    SET(r, pue_peak_hour, r->site.pue_peak_hour > 0.0 ? r->site.pue_peak_hour : (double)NAN);
    SET(r, pue_marginal, r->site.pue_marginal_sum / (a->time_s / WM_S_PER_H));
    const struct wm_energy_cost cost = wm_energy_cost(r);
    SET(r, pue_cost_weighted, cost.it_usd > 0.0 ? cost.site_usd / cost.it_usd : (double)NAN);
    if (reuses_heat(&r->plan)) {
        SET(r, heat_reuse_mwh, a->heat_reuse_j);
        SET(r, ere, wm_ratio(a->site_j - a->heat_reuse_j, a->it_j));
    }
    SET(r, wue_l_per_kwh, wm_ratio(a->water_m3 * 1e3, a->it_j / WM_J_PER_KWH));
    const double carbon_kg = a->carbon_kg + r->site.onsite.account.fuel_kg;
    SET(r, carbon_kg, carbon_kg);
    SET(r, cue_kg_per_kwh, wm_ratio(carbon_kg, a->it_j / WM_J_PER_KWH));
    SET(r, site_power_mean_mw, r->site.onsite.account.meter_j / a->time_s);
    SET(r, site_power_peak_mw, r->site.meter.peak_w);
    SET(r, ceiling_mean_mw, a->ceiling_ws / a->time_s);
    wm_set_members(r->results, a, ceiling_members,
                   sizeof ceiling_members / sizeof *ceiling_members);
    if (has_hall_limit(&r->plan)) {
        SET(r, hall_capped_mwh, a->hall_j);
        SET(r, hall_capped_hours, a->hall_bound_s);
    }
    static const enum wm_metric stranded[WM_N_STRANDINGS] = {
        WM_METRIC_stranded_nameplate_mw_mean, WM_METRIC_stranded_weather_mw_mean,
        WM_METRIC_stranded_failures_mw_mean, WM_METRIC_stranded_ramp_mw_mean};
    double stranded_ws = 0.0;
    for (size_t i = 0; i < WM_N_STRANDINGS; i++) {
        stranded_ws += a->stranded_ws[i];
        wm_set(r, stranded[i], a->stranded_ws[i] / a->time_s);
    }
    SET(r, stranded_mw_mean, stranded_ws / a->time_s);
    SET(r, demand_slack_mw, a->slack_ws / a->time_s);
    const double worth_usd_per_mwh = wm_shadow_usd_per_mwh_s(r) / a->time_s;
    SET(r, shadow_price_usd_per_mwh_mean, worth_usd_per_mwh);
    /* all hours' lambda x dt, per year */
    SET(r, shadow_price_usd_per_mw_year, worth_usd_per_mwh * WM_H_PER_YEAR);
}

void wm_set_onsite(struct wm_run *r)
{
    const struct wm_onsite *g = &r->site.onsite;
    const struct wm_onsite_account *a = &g->account;
    const struct wm_storage *s = &r->scenario->site.storage;
    SET(r, grid_energy_mwh, a->meter_j);
    if (g->n_units > 0) {
        SET(r, generation_mwh, a->generation_j);
        SET(r, solar_spilled_mwh, a->spilled_j);
        SET(r, fuel_mwh, a->fuel_j);
        SET(r, fuel_cost_usd, a->fuel_usd);
        SET(r, fuel_carbon_kg, a->fuel_kg);
    }
    if (!wm_storage_is_there(s))
        return;
    const double cycles = a->discharge_j / sqrt(s->round_trip_frac) / s->energy_j;
    SET(r, storage_charge_mwh, a->charge_j);
    SET(r, storage_discharge_mwh, a->discharge_j);
    SET(r, storage_loss_mwh, a->storage_loss_j);
    SET(r, storage_cycles, cycles);
    if (s->policy == WM_STORAGE_OPTIMAL)
        SET(r, storage_foresight_h,
            s->foresight == WM_FORESIGHT_DAY ? 2.0 * 86400.0 : 32.0 * 86400.0);
    SET(r, storage_fade_frac, wm_onsite_fade_frac(g));
}

static struct wm_ride_through ride_through_of(const struct wm_facility *f)
{
    const double liquid_w = f->liquid_frac * f->it_design_w;
    const double air_w = (1.0 - f->liquid_frac) * f->it_design_w;
    return wm_thermal_ride_through(&f->cooling->thermal, air_w, air_w, liquid_w, liquid_w);
}

/* What the site lives through when all cooling trips at IT design power: as long as its first hall to warm. */
void wm_set_ride_through(struct wm_run *r)
{
    double limit_s = (double)INFINITY, margin_s = (double)INFINITY;
    for (size_t i = 0; i < r->plan.n_halls; i++) {
        const struct wm_ride_through ride = ride_through_of(&r->plan.halls[i].facility);
        limit_s = fmin(limit_s, ride.limit_s);
        margin_s = fmin(margin_s, ride.margin_s);
    }
    SET(r, ride_through_s, limit_s);
    SET(r, ride_through_margin_s, margin_s);
}

static void add_job(struct wm_totals *t, const struct wm_run *r, size_t i)
{
    const struct wm_class_result *c = &r->results->classes[i];
    t->n_jobs++;
    t->training_tok += c->training_tok;
    t->training_ideal_tok += wm_is_set(c->goodput_frac) && c->goodput_frac > 0.0
                                 ? c->training_tok / c->goodput_frac
                                 : 0.0;
    t->training_it_j += c->energy_j;
    t->transfer_usd += c->transfer_usd;
}

double wm_grid_service_usd(const struct wm_run *r)
{
    const struct wm_demand_response *d = &r->scenario->site.demand_response;
    return r->site.account.payment_usd +
           r->site.account.standing_ws / 1e3 * d->capacity_usd_per_kw_year / WM_S_PER_YEAR;
}

/* Time at work, of which a pool of two kinds has dear and cheap hours. */
static void add_lcot_time(struct wm_totals *t, const struct wm_run *r, size_t partition)
{
    const struct wm_partition *const p = &r->plan.partitions[partition];
    const struct wm_partition_account *const a = &r->site.account.partitions[partition];
    const struct wm_pool *const pool = &r->plan.pools[p->pool];
    const double ratio = pool->prefill == NULL
                             ? 1.0
                             : wm_ratio(pool->prefill->it_capex_usd_per_gpu,
                                        pool->fleet->accelerator->it_capex_usd_per_gpu);
    const double price = isfinite(ratio) ? ratio : 1.0;
    if (!wm_partition_serves(p))
        return;
    t->lcot_prefill_s += price * a->prefill_busy_gpu_s;
    t->lcot_busy_s += a->busy_gpu_s + (price - 1.0) * a->prefill_busy_gpu_s;
}

struct wm_totals wm_totals(const struct wm_run *r)
{
    struct wm_totals t = {.capacity = wm_design_capacity(r->arena, r->scenario, &r->plan),
                          .revenue_usd = wm_grid_service_usd(r)};
    for (size_t i = 0; i < r->plan.n_partitions; i++) {
        const struct wm_partition *p = &r->plan.partitions[i];
        const struct wm_partition_account *a = &r->site.account.partitions[i];
        t.gpus += (double)p->n_gpus;
        t.serving_gpus += wm_partition_serves(p) ? (double)p->n_gpus : 0.0;
        t.there_gpu_s += (double)p->n_gpus * a->there_s;
        t.up_gpu_s += a->up_replica_s * (double)p->gpus_per_replica + p->spare_gpus * a->there_s;
        t.off_gpu_s += a->off_replica_s * (double)p->gpus_per_replica;
        t.busy_gpu_s += a->busy_gpu_s;
        t.prefill_busy_gpu_s += a->prefill_busy_gpu_s;
        add_lcot_time(&t, r, i);
    }
    for (size_t i = 0; i < r->plan.n_classes; i++) {
        const struct wm_class *c = &r->plan.classes[i];
        const struct wm_class_account *a = &r->site.account.classes[i];
        t.revenue_usd += r->results->classes[i].revenue_usd;
        if (wm_workload_is_job(c->workload)) {
            add_job(&t, r, i);
            continue;
        }
        t.serving_revenue_usd += r->results->classes[i].revenue_usd;
        const bool refunds = c->workload->on_slo_miss == WM_SLO_MISS_REFUND;
        const double sold = (refunds ? a->slo_tok : a->served_tok) * c->workload->price.paid_frac;
        t.offered += a->offered_tok;
        t.served += a->served_tok;
        t.served_in += a->served_tok * c->input_per_out;
        t.served_cached += a->served_tok * c->cached_per_out;
        t.sold_out += sold;
        t.sold_in += sold * c->input_per_out;
        t.sold_cached += sold * c->cached_per_out;
        const double own = sold * wm_own_tok_frac(&r->scenario->economics, c->workload->pool);
        t.own_out += own;
        t.own_in += own * c->input_per_out;
        t.own_cached += own * c->cached_per_out;
        t.slo_tok += a->slo_tok;
    }
    return t;
}

void wm_set_tokens(struct wm_run *r, const struct wm_totals *t)
{
    const struct wm_account *a = &r->site.account;
    const double mw = wm_contract_mw(r);
    SET(r, gpus_installed, t->gpus);
    SET(r, replica_failures, (double)r->site.n_failures);
    SET(r, replica_failovers, (double)r->site.n_failovers);
    SET(r, plant_failures, (double)r->site.n_plant_failures);
    SET(r, plant_outage_hours, r->site.plant_out_s);
    SET(r, gpus_online_mean, t->up_gpu_s / a->time_s);
    SET(r, gpus_off_mean, t->off_gpu_s / a->time_s);
    SET(r, availability_frac, wm_ratio(t->up_gpu_s, t->there_gpu_s));
    SET(r, gpu_busy_frac, wm_ratio(t->busy_gpu_s, t->there_gpu_s));
    if (t->n_jobs > 0) {
        SET(r, training_tok, t->training_tok);
        SET(r, training_energy_mwh, a->site_j * wm_ratio(t->training_it_j, a->it_j));
        SET(r, training_goodput_frac, wm_ratio(t->training_tok, t->training_ideal_tok));
        SET(r, training_j_per_tok,
            wm_ratio(a->site_j * wm_ratio(t->training_it_j, a->it_j), t->training_tok));
        SET(r, training_transfer_usd, t->transfer_usd);
    }
    if (r->results->n_classes == t->n_jobs)
        return;
    SET(r, output_tok_offered, t->offered);
    SET(r, output_tok_served, t->served);
    SET(r, output_tok_sold, t->sold_out);
    SET(r, input_tok_sold, t->sold_in);
    SET(r, cached_tok_sold, t->sold_cached);
    SET(r, total_tok_sold, t->sold_in + t->sold_cached + t->sold_out);
    SET(r, sold_frac, wm_ratio(t->sold_out, t->capacity * a->time_s));
    SET(r, output_tok_per_s_per_mw_utility, t->served / a->time_s / mw);
    SET(r, total_tok_per_s_per_mw_utility,
        (t->served + t->served_in + t->served_cached) / a->time_s / mw);
    SET(r, capacity_output_tok_per_s_per_mw_utility, t->capacity / mw);
    SET(r, energy_j_per_output_tok,
        wm_ratio(a->site_j * wm_ratio(a->serving_it_j, a->it_j), t->served));
    SET(r, slo_attainment_frac, wm_ratio(t->slo_tok, t->served));
}

/* Over all classes, by requests. */
void wm_set_latency(struct wm_run *r)
{
    const struct wm_latency_quantiles *const l = &r->latencies.all;
    SET(r, ttft_p50_s, l->ttft_p50_s);
    SET(r, ttft_p99_s, l->ttft_p99_s);
    SET(r, tpot_p50_s, l->tpot_p50_s);
    SET(r, tpot_p99_s, l->tpot_p99_s);
}
