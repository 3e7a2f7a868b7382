#include "outages.h"

#include <math.h>

#include "wattmill/require.h"
#include "wattmill/numeric.h"

static int64_t ticks(double time_s)
{
    return (int64_t)llround(time_s * (double)WM_US_PER_S);
}

static const struct wm_failures *failures_of(const struct wm_outages *o)
{
    return &o->scenario->site.failures;
}

/* The groups of one kind. */
static struct wm_outage_kind kind_of(const struct wm_outages *o, const struct wm_accelerator *a,
                                     size_t spares, double per_replica, double gpus)
{
    const struct wm_failures *f = failures_of(o);
    const double rate = wm_failures_per_gpu_year(f, a) * gpus;
    struct wm_outage_kind k = {
        .accelerator = a,
        .spares = spares,
        .per_replica = per_replica,
        .gpus = gpus,
        .share = per_replica > 0.0 ? 1.0 / per_replica : 0.0,
        .per_year = {[WM_CAUSE_ACCELERATOR] = rate * (1.0 - f->host_frac),
                     [WM_CAUSE_HOST] = rate * f->host_frac,
                     [WM_CAUSE_RACK] = f->rack_per_year * wm_larger(1.0, gpus / (double)a->rack_gpus),
                     [WM_CAUSE_PLANNED] = f->planned_per_gpu_year * gpus}};
    for (size_t i = 0; i < WM_N_CAUSES; i++)
        k.sum_per_year += k.per_year[i];
    return k;
}

/* Replicas of several groups lose one of them, others and gangs fail as one. */
static void set_kinds(struct wm_outages *o, size_t partition)
{
    const struct wm_partition *const p = &o->plan->partitions[partition];
    const struct wm_serving_plan *const plan = &p->plan;
    const struct wm_pool *const pool = &o->plan->pools[p->pool];
    const struct wm_accelerator *const a = pool->fleet->accelerator;
    const size_t spares = p->pool * WM_OUTAGE_KINDS;
    struct wm_outage_kind *const kinds = &o->kinds[partition * WM_OUTAGE_KINDS];
    if (p->is_job || plan->prefill_gpus <= 0.0) {
        kinds[0] = kind_of(o, a, spares, 1.0, (double)p->gpus_per_replica);
        return;
    }
    kinds[0] = kind_of(o, a, spares, wm_plan_decode_groups(plan),
                       wm_group_gpus(&plan->decode_group));
    kinds[1] = kind_of(o, pool->prefill != NULL ? pool->prefill : a,
                       pool->prefill != NULL ? spares + 1 : spares, floor(plan->prefill_gpus / plan->prefill_group_gpus + 0.5),
                       plan->prefill_group_gpus);
}

static const struct wm_outage_kind *group_kind(const struct wm_outages *o, uint32_t group)
{
    return &o->kinds[o->partition_of[group] * WM_OUTAGE_KINDS + o->kind_of[group]];
}

/* Schedules an entity's next event unless it lies so far off that it never runs. */
static void schedule(struct wm_outages *o, struct wm_sim *sim, uint32_t entity, uint16_t kind,
                     double wait_s)
{
    if (wait_s < 2.0 * wm_scenario_span(o->scenario).years * WM_S_PER_YEAR)
        wm_sim_entity_set(sim, entity, wm_sim_now(sim) + ticks(wait_s), kind, 0);
}

static void schedule_fail(struct wm_outages *o, struct wm_sim *sim, uint32_t group)
{
    const double per_year = group_kind(o, group)->sum_per_year;
    if (per_year > 0.0)
        schedule(o, sim, group, o->fail_kind,
                 WM_S_PER_YEAR / per_year * wm_rng_exponential(&o->streams[group]));
}

/* ---- working replicas and their mean ---------------------------------------------------------- */

static double hall_frac(const struct wm_outages *o, size_t hall)
{
    const struct wm_plant_units *const plants = &o->plants[hall * WM_N_PLANTS];
    const double cdu =
        o->plan->halls[hall].facility.liquid_frac > 0.0 ? plants[WM_PLANT_CDU].lost_frac : 0.0;
    return (1.0 - cdu) * (1.0 - plants[WM_PLANT_UPS].lost_frac);
}

static void update(struct wm_outages *o, size_t i, int64_t now)
{
    const size_t hall = wm_partition_hall(o->plan, &o->plan->partitions[i]);
    const double n_up = o->is_there[i] ? wm_larger(0.0, o->n_ok[i]) * hall_frac(o, hall) : 0.0;
    if (n_up == o->n_up[i])
        return;
    o->integral[i] += o->n_up[i] * (double)(now - o->last[i]);
    o->last[i] = now;
    o->n_up[i] = n_up;
    o->changed[i] = true;
}

static void update_all(struct wm_outages *o, int64_t now)
{
    for (size_t i = 0; i < o->plan->n_partitions; i++)
        update(o, i, now);
}

bool wm_outages_mean(struct wm_outages *o, int64_t since, int64_t now)
{
    bool differs = o->plant_changed;
    o->plant_changed = false;
    for (size_t i = 0; i < o->plan->n_partitions; i++) {
        double mean = o->n_up[i];
        if (o->changed[i])
            mean =
                (o->integral[i] + o->n_up[i] * (double)(now - o->last[i])) / (double)(now - since);
        differs = differs || mean != o->mean[i];
        o->mean[i] = mean;
        o->integral[i] = 0.0;
        o->last[i] = now;
        o->changed[i] = false;
    }
    return differs;
}

void wm_outages_set_there(struct wm_outages *o, int64_t at_us, int64_t now)
{
    for (size_t i = 0; i < o->plan->n_partitions; i++) {
        const struct wm_fleet *f = o->plan->pools[o->plan->partitions[i].pool].fleet;
        o->is_there[i] = f->online_us <= at_us && at_us < f->retire_us;
    }
    update_all(o, now);
}

/* ---- groups, parts and crews ---------------------------------------------------------------- */

static uint32_t take_part(struct wm_outages *o)
{
    const uint32_t part = o->free_part;
    WM_REQUIRE(part < o->n_parts);
    o->free_part = o->parts[part].next;
    return part;
}

static void begin_repair(struct wm_outages *o, struct wm_sim *sim, uint32_t part)
{
    o->n_busy_crews++;
    wm_sim_at(sim, wm_sim_now(sim) + ticks(o->parts[part].repair_s), 0, o->part_kind, 0, part);
}

/* A crew takes the part now, or it joins the queue. */
static void hand_in(struct wm_outages *o, struct wm_sim *sim, uint32_t part)
{
    const int64_t crews = failures_of(o)->crews;
    if (crews == 0 || o->n_busy_crews < crews) {
        begin_repair(o, sim, part);
        return;
    }
    o->parts[part].next = WM_NO_GROUP;
    if (o->queue_tail == WM_NO_GROUP)
        o->queue_head = part;
    else
        o->parts[o->queue_tail].next = part;
    o->queue_tail = part;
}

static void bring_back(struct wm_outages *o, struct wm_sim *sim, uint32_t group)
{
    const uint32_t partition = o->partition_of[group];
    o->n_ok[partition] += group_kind(o, group)->share;
    o->began[group] = wm_sim_now(sim);
    update(o, partition, wm_sim_now(sim));
    schedule_fail(o, sim, group);
}

static double back_s(const struct wm_outages *o, const struct wm_partition *p)
{
    return p->is_job ? p->lead->training.restart_s : failures_of(o)->failover_s;
}

void wm_outages_on_part(struct wm_outages *o, struct wm_sim *sim, uint32_t part)
{
    struct wm_broken_part *const p = &o->parts[part];
    o->n_busy_crews--;
    if (p->group == WM_NO_GROUP) {
        o->spares[p->spares] += p->gpus;
    } else {
        const struct wm_partition *q = &o->plan->partitions[o->partition_of[p->group]];
        if (q->is_job)
            schedule(o, sim, p->group, o->repair_kind, q->lead->training.restart_s);
        else
            bring_back(o, sim, p->group);
    }
    p->next = o->free_part;
    o->free_part = part;
    if (o->queue_head == WM_NO_GROUP)
        return;
    const uint32_t waiting = o->queue_head;
    o->queue_head = o->parts[waiting].next;
    if (o->queue_head == WM_NO_GROUP)
        o->queue_tail = WM_NO_GROUP;
    begin_repair(o, sim, waiting);
}

static enum wm_outage_cause draw_cause(struct wm_outages *o, uint32_t group)
{
    const struct wm_outage_kind *r = group_kind(o, group);
    double left = wm_rng_uniform(&o->streams[group]) * r->sum_per_year;
    for (size_t i = 0; i + 1 < WM_N_CAUSES; i++) {
        if (left < r->per_year[i])
            return (enum wm_outage_cause)i;
        left -= r->per_year[i];
    }
    return WM_CAUSE_PLANNED;
}

/* Accelerators that a failure takes and its mean time to repair. */
static double damage_of(const struct wm_outages *o, const struct wm_accelerator *a,
                        double group_gpus, enum wm_outage_cause cause, double *repair_s)
{
    const struct wm_failures *f = failures_of(o);
    switch (cause) {
    case WM_CAUSE_HOST:
        *repair_s = f->host_repair_s;
        return wm_smaller((double)f->host_gpus, (double)a->rack_gpus);
    case WM_CAUSE_RACK:
        *repair_s = f->rack_repair_s;
        return wm_smaller(group_gpus,
                    (double)a->rack_gpus); /* the others of the rack are charged theirs */
    case WM_CAUSE_ACCELERATOR:
    case WM_CAUSE_PLANNED:
    case WM_N_CAUSES:
        break;
    }
    *repair_s = a->repair_s;
    return 1.0;
}

void wm_outages_on_fail(struct wm_outages *o, struct wm_sim *sim, uint32_t group)
{
    const uint32_t partition = o->partition_of[group];
    const struct wm_partition *p = &o->plan->partitions[partition];
    const struct wm_failures *f = failures_of(o);
    const enum wm_outage_cause cause = draw_cause(o, group);
    double repair_s = 0.0;
    const struct wm_outage_kind *const kind = group_kind(o, group);
    const double gpus = damage_of(o, kind->accelerator, kind->gpus, cause, &repair_s);
    /* drawn in any case, so that the stream does not hang on who had a spare */
    repair_s *= wm_rng_exponential(&o->streams[group]);
    o->n_failures++;
    o->n_ok[partition] -= group_kind(o, group)->share;
    update(o, partition, wm_sim_now(sim));
    if (cause == WM_CAUSE_PLANNED) {
        schedule(o, sim, group, o->repair_kind, f->planned_s);
        return;
    }
    const bool has_spare = f->spares && o->spares[kind->spares] >= gpus;
    const uint32_t part = take_part(o);
    o->parts[part] = (struct wm_broken_part){.repair_s = repair_s,
                                             .gpus = gpus,
                                             .group = has_spare ? WM_NO_GROUP : group,
                                             .spares = (uint32_t)kind->spares};
    if (has_spare) {
        o->spares[kind->spares] -= gpus;
        o->n_failovers++;
        schedule(o, sim, group, o->repair_kind, back_s(o, p));
    }
    hand_in(o, sim, part);
}

void wm_outages_on_repair(struct wm_outages *o, struct wm_sim *sim, uint32_t group)
{
    bring_back(o, sim, group);
}

/* ---- plant ------------------------------------------------------------------------------------ */

static struct wm_plant_units *plant_of(struct wm_outages *o, uint32_t entity)
{
    size_t i = 0;
    while (entity >= o->plants[i].first + o->plants[i].n)
        i++;
    return &o->plants[i];
}

static double all_lost(const struct wm_outages *o)
{
    double sum = 0.0;
    for (size_t i = 0; i < o->n_plants; i++)
        sum += o->plants[i].lost_frac;
    return sum;
}

static void set_lost(struct wm_outages *o, struct wm_plant_units *u, int64_t now)
{
    const int64_t k = u->unit->block_units, spares = u->unit->block_spares;
    const int64_t blocks = (int64_t)u->n / k;
    const double was = all_lost(o);
    double lost = 0.0;
    for (int64_t b = 0; b < blocks; b++)
        if (u->failed[b] > spares)
            lost += (double)(u->failed[b] - spares) / (double)(k - spares);
    if (was > 0.0)
        o->plant_out_s += (double)(now - o->plant_since) / (double)WM_US_PER_S;
    o->plant_since = now;
    o->plant_changed = o->plant_changed || u->lost_frac != lost / (double)blocks;
    u->lost_frac = lost / (double)blocks;
    o->chiller_lost_frac[u->hall] = o->plants[u->hall * WM_N_PLANTS + WM_PLANT_CHILLER].lost_frac;
    update_all(o, now);
}

static void schedule_unit(struct wm_outages *o, struct wm_sim *sim, uint32_t entity, bool fails)
{
    const struct wm_failure_unit *u = plant_of(o, entity)->unit;
    const double mean_s = fails ? WM_S_PER_YEAR / u->per_year : u->repair_s;
    schedule(o, sim, entity, fails ? o->unit_fail_kind : o->unit_repair_kind,
             mean_s * wm_rng_exponential(&o->streams[entity]));
}

void wm_outages_on_unit_fail(struct wm_outages *o, struct wm_sim *sim, uint32_t entity)
{
    struct wm_plant_units *const u = plant_of(o, entity);
    o->n_plant_failures++;
    u->failed[(entity - u->first) / (uint32_t)u->unit->block_units]++;
    set_lost(o, u, wm_sim_now(sim));
    schedule_unit(o, sim, entity, false);
}

void wm_outages_on_unit_repair(struct wm_outages *o, struct wm_sim *sim, uint32_t entity)
{
    struct wm_plant_units *const u = plant_of(o, entity);
    u->failed[(entity - u->first) / (uint32_t)u->unit->block_units]--;
    set_lost(o, u, wm_sim_now(sim));
    schedule_unit(o, sim, entity, true);
}

/* ---- set-up ----------------------------------------------------------------------------------- */

static void open_plants(struct wm_outages *o, struct wm_arena *arena)
{
    const struct wm_failures *f = failures_of(o);
    const struct wm_failure_unit *const units[WM_N_PLANTS] = {&f->cdu, &f->chiller, &f->ups};
    for (size_t i = 0; i < o->n_plants; i++) {
        const size_t hall = i / WM_N_PLANTS;
        const struct wm_failure_unit *u = units[i % WM_N_PLANTS];
        struct wm_plant_units *p = &o->plants[i];
        const double block_w = u->unit_w * (double)(u->block_units - u->block_spares);
        const double blocks =
            u->per_year > 0.0 ? ceil(o->plan->halls[hall].facility.it_design_w / block_w) : 0.0;
        *p = (struct wm_plant_units){.unit = u,
                                     .hall = hall,
                                     .first = o->n_entities,
                                     .n = (uint32_t)blocks * (uint32_t)u->block_units,
                                     .failed = WM_NEW_ARRAY(arena, int64_t, (size_t)blocks)};
        o->n_entities += p->n;
    }
}

static void open_streams(struct wm_outages *o, struct wm_arena *arena)
{
    static const char *const purposes[WM_N_PLANTS] = {"cdu", "chiller", "ups"};
    const uint64_t seed = (uint64_t)o->scenario->seed;
    uint32_t at = 0;
    o->streams = WM_NEW_ARRAY(arena, struct wm_rng, o->n_entities);
    for (uint32_t i = 0; i < o->plan->n_partitions; i++) {
        const struct wm_partition *p = &o->plan->partitions[i];
        const struct wm_outage_kind *const kinds = &o->kinds[i * WM_OUTAGE_KINDS];
        const int64_t n_decode = (int64_t)kinds[0].per_replica;
        const int64_t n_each = n_decode + (int64_t)kinds[1].per_replica;
        o->n_ok[i] = (double)p->n_replicas;
        o->spares[p->pool * WM_OUTAGE_KINDS] += p->spare_gpus - p->spare_prefill_gpus;
        o->spares[p->pool * WM_OUTAGE_KINDS + 1] += p->spare_prefill_gpus;
        for (int64_t k = 0; k < p->n_replicas * n_each; k++, at++) {
            /* id = (partition, group in it): a larger one moves no other's failures */
            o->streams[at] = wm_rng_stream(seed, "failure", (uint64_t)i << 40 | (uint64_t)k);
            o->partition_of[at] = i;
            o->kind_of[at] = k % n_each >= n_decode;
        }
    }
    for (size_t i = 0; i < o->n_plants; i++)
        for (uint32_t k = 0; k < o->plants[i].n; k++, at++)
            o->streams[at] = wm_rng_stream(seed, purposes[i % WM_N_PLANTS],
                                           (uint64_t)o->plants[i].hall << 40 | k);
}

/* A broken part has taken a spare, or a group waits for it: there are no more than both. */
static void open_parts(struct wm_outages *o, struct wm_arena *arena)
{
    double n = (double)o->n_groups + 1.0;
    for (size_t i = 0; i < o->plan->n_pools * WM_OUTAGE_KINDS; i++)
        n += o->spares[i];
    o->n_parts = (uint32_t)wm_smaller(n, 4e9);
    o->parts = WM_NEW_ARRAY(arena, struct wm_broken_part, o->n_parts);
    for (uint32_t i = 0; i < o->n_parts; i++)
        o->parts[i].next = i + 1;
    o->queue_head = o->queue_tail = WM_NO_GROUP;
}

struct wm_outages *wm_outages_new(struct wm_arena *arena, const struct wm_scenario *scenario,
                                  const struct wm_site_plan *plan)
{
    struct wm_outages *const o = WM_NEW(arena, struct wm_outages);
    const size_t n = plan->n_partitions;
    *o = (struct wm_outages){
        .scenario = scenario,
        .plan = plan,
        .n_plants = plan->n_halls * WM_N_PLANTS,
        .plants = WM_NEW_ARRAY(arena, struct wm_plant_units, plan->n_halls * WM_N_PLANTS),
        .chiller_lost_frac = WM_NEW_ARRAY(arena, double, plan->n_halls),
        .n_ok = WM_NEW_ARRAY(arena, double, n),
        .n_up = WM_NEW_ARRAY(arena, double, n),
        .is_there = WM_NEW_ARRAY(arena, bool, n),
        .kinds = WM_NEW_ARRAY(arena, struct wm_outage_kind, n * WM_OUTAGE_KINDS),
        .spares = WM_NEW_ARRAY(arena, double, plan->n_pools * WM_OUTAGE_KINDS),
        .mean = WM_NEW_ARRAY(arena, double, n),
        .integral = WM_NEW_ARRAY(arena, double, n),
        .last = WM_NEW_ARRAY(arena, int64_t, n),
        .changed = WM_NEW_ARRAY(arena, bool, n)};
    for (size_t i = 0; i < n; i++) {
        set_kinds(o, i);
        const struct wm_outage_kind *const kinds = &o->kinds[i * WM_OUTAGE_KINDS];
        o->n_groups += (uint32_t)((double)plan->partitions[i].n_replicas *
                                  (kinds[0].per_replica + kinds[1].per_replica));
    }
    o->n_entities = o->n_groups;
    o->partition_of = WM_NEW_ARRAY(arena, uint32_t, o->n_groups);
    o->kind_of = WM_NEW_ARRAY(arena, uint8_t, o->n_groups);
    o->began = WM_NEW_ARRAY(arena, int64_t, o->n_groups);
    open_plants(o, arena);
    open_streams(o, arena);
    open_parts(o, arena);
    return o;
}

uint32_t wm_outages_n_timers(const struct wm_outages *o)
{
    /* far more than are ever in repair at once, without room for a fleet that is all broken */
    return o->n_parts < 4096 ? o->n_parts : 4096 + o->n_parts / 16;
}

void wm_outages_start(struct wm_outages *o, struct wm_sim *sim, uint16_t first_kind)
{
    o->fail_kind = first_kind;
    o->repair_kind = (uint16_t)(first_kind + 1);
    o->unit_fail_kind = (uint16_t)(first_kind + 2);
    o->unit_repair_kind = (uint16_t)(first_kind + 3);
    o->part_kind = (uint16_t)(first_kind + 4);
    if (o->n_entities > 0)
        wm_sim_entities(sim, o->n_entities);
    for (uint32_t i = 0; i < o->n_groups; i++)
        schedule_fail(o, sim, i);
    for (size_t i = 0; i < o->n_plants; i++)
        for (uint32_t k = 0; k < o->plants[i].n; k++)
            schedule_unit(o, sim, o->plants[i].first + k, true);
}
