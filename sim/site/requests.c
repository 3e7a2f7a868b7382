#include "requests.h"

#include <math.h>
#include <string.h>

#include "request_group.h"
#include "wattmill/parallel.h"
#include "wattmill/replay.h"
#include "wattmill/require.h"

static const int64_t ns_per_us = 1000;

/* Requests that a window may serve when told so, about half an hour of computing on two processors;
 * and those of a sample that is left to us, about a minute. */
static const double requests_max = 1e9, requests_usual = 5e7;

/* A partition's groups, and what they had done at the end of the last interval. */
struct serving {
    size_t partition;
    struct wm_request_group **groups; /* [n_groups], those that are served */
    uint32_t *first, *n_replicas;     /* [n_groups] in the partition */
    size_t n_groups;
    double scale; /* replicas of the partition for one that is served */
    double overhead, most_w,
        beyond_w; /* of the interval: most that all replicas could draw, and beyond
                                          what was decided, with overhead */
    struct wm_replica_totals last, last_prefill;
    double worker_gpus, prefill_gpus;
};

/* A class's account, as it stood at the end of the last interval; sums over its groups. */
struct class_mark {
    double arrived_tok;
    uint64_t served_tok, in_flight_tok, n_slo_met, n_served;
};

struct wm_site_requests {
    struct wm_arena *arena;
    const struct wm_scenario *scenario;
    const struct wm_site_plan *plan;
    struct serving *servings;
    size_t n_servings;
    const struct serving **serving_of; /* [n_classes], NULL: not simulated so */
    size_t *place_of;                  /* [n_classes] in the partition's list */
    struct class_mark *marks;          /* [n_classes] */
    struct wm_site_flow base;          /* what was decided */
    /* the groups of all servings, for threads */
    struct job {
        struct wm_request_group *group;
        struct wm_group_budget budget;
    } * jobs;
    size_t n_jobs;
    struct room {
        double beyond_w, wish_w, spare_w; /* IT that could be drawn beyond what was decided; at the meter; IT
                                             that may be */
    } * rooms; /* [n_halls] */
    double sample_frac;
    int64_t from_ns, until_ns;
};

static bool is_interactive(const struct wm_class *c)
{
    return c->workload->kind == WM_WORKLOAD_REQUEST;
}

/* Groups as even as they can be; of them `sample_frac`, at least one, spread over all. */
static void open_groups(struct wm_site_requests *q, struct serving *s,
                        const struct wm_fleet_params *params)
{
    const uint64_t n = params->n_replicas;
    const uint64_t per_router = (uint64_t)q->scenario->window.router_replicas;
    const uint64_t n_all = (n + per_router - 1) / per_router;
    const double wanted = ceil(q->sample_frac * (double)n_all * (1.0 - 1e-12));
    s->n_groups = (size_t)fmax(1.0, fmin(wanted, (double)n_all));
    s->groups = WM_NEW_ARRAY(q->arena, struct wm_request_group *, s->n_groups);
    s->first = WM_NEW_ARRAY(q->arena, uint32_t, s->n_groups);
    s->n_replicas = WM_NEW_ARRAY(q->arena, uint32_t, s->n_groups);
    uint64_t served = 0;
    for (size_t i = 0; i < s->n_groups; i++) {
        const uint64_t g = (2 * i + 1) * n_all / (2 * s->n_groups);
        const uint64_t first = g * n / n_all, end = (g + 1) * n / n_all;
        const struct wm_group_place place = {.partition = s->partition,
                                             .group = (uint32_t)g,
                                             .first = (uint32_t)first,
                                             .n_replicas = (uint32_t)(end - first)};
        s->first[i] = place.first;
        s->n_replicas[i] = place.n_replicas;
        s->groups[i] = wm_request_group_new(q->arena, q->scenario, q->plan, &place, params);
        served += place.n_replicas;
    }
    s->scale = (double)n / (double)served;
}

static bool open_partition(struct wm_site_requests *q, size_t i, struct wm_diags *diags)
{
    const struct wm_partition *const p = &q->plan->partitions[i];
    struct serving *const s = &q->servings[q->n_servings];
    const struct wm_serving_plan *const plan = &p->plan;
    if (!wm_partition_serves(p) || p->n_replicas == 0 ||
        !is_interactive(&q->plan->classes[p->classes[0]]) || p->n_classes > WM_CLASSES_MAX)
        return true;
    const bool has_prefill = plan->prefill_gpus > 0.0;
    const struct wm_replay_case c = {
        .accelerator = plan->c.accelerator,
        .prefill_accelerator = plan->c.prefill_accelerator,
        .llm = plan->c.llm,
        .engine = plan->c.engine,
        .ways = plan->mode == WM_AGGREGATED ? WM_WAYS_AGGREGATED : WM_WAYS_DISAGGREGATED,
        .precision = plan->c.precision,
        .draft = plan->c.draft,
        .group = plan->decode_group,
        .prefill_group = plan->prefill_group,
        .n_decode = (uint32_t)wm_plan_decode_groups(plan),
        .n_prefill =
            has_prefill ? (uint32_t)(plan->prefill_gpus / plan->prefill_group_gpus + 0.5) : 0,
        .n_replicas = (uint32_t)p->n_replicas,
        .router = p->lead->serving.router,
        .max_seqs = (uint32_t)p->lead->serving.max_seqs,
        .token_budget = has_prefill ? (uint32_t)ceil(wm_plan_pass_tok(plan)) : 0,
        .watermark_frac = 0.01,
        .clock_frac = p->surface->rows[0][0].clock_frac,
        .cap_frac = plan->c.cap_frac,
        .prefill_cap_frac = plan->c.prefill_cap_frac,
        .input_tok = plan->c.input_tok,
        .output_tok = plan->c.output_tok,
        .seed = (uint64_t)q->scenario->seed,
        .many_clocks = true};
    struct wm_replay chosen;
    struct wm_fleet_params *const params = WM_NEW(q->arena, struct wm_fleet_params);
    if (wm_replay_prepare(q->arena, &c, &chosen, params, diags) != WM_OK)
        return false;
    *s = (struct serving){.partition = i,
                          .worker_gpus = wm_group_gpus(&chosen.group),
                          .prefill_gpus = wm_group_gpus(&chosen.prefill_group)};
    open_groups(q, s, params);
    for (size_t k = 0; k < p->n_classes; k++)
        if (is_interactive(&q->plan->classes[p->classes[k]])) {
            q->serving_of[p->classes[k]] = s;
            q->place_of[p->classes[k]] = k;
        }
    q->n_servings++;
    q->n_jobs += s->n_groups;
    return true;
}

static double requests_of(const struct wm_scenario *scenario, const struct wm_site_plan *plan)
{
    double n = 0.0;
    for (size_t i = 0; i < plan->n_classes; i++)
        if (is_interactive(&plan->classes[i]))
            n += plan->classes[i].mean_demand_tok_per_s /
                 plan->classes[i].workload->class->output_tok * scenario->window.length_s;
    return n;
}

/* Share of the routers that are served: the scenario's, or what takes a minute; false: too many. */
static bool choose_sample(struct wm_site_requests *q, struct wm_diags *diags)
{
    const double n = requests_of(q->scenario, q->plan), asked = q->scenario->window.sample_frac;
    q->sample_frac = wm_is_set(asked) ? asked : fmin(1.0, requests_usual / fmax(n, 1.0));
    if (n * q->sample_frac <= requests_max)
        return true;
    wm_diag_add(
        diags, WM_E301, NULL, "window",
        "holds about %.2g requests, at most %.2g can be served one by one: shorten it, or let "
        "a part of the replicas stand for all by window.sample_frac, at most %.1g",
        n, requests_max, requests_max / n);
    return false;
}

static void report_sample(const struct wm_site_requests *q, struct wm_diags *diags)
{
    for (size_t k = 0; k < q->n_servings; k++) {
        const struct serving *const s = &q->servings[k];
        const struct wm_partition *const p = &q->plan->partitions[s->partition];
        if (s->scale > 1.0)
            wm_diag_add(
                diags, WM_W909, NULL, "window.sample_frac",
                "%.0f of %lld replicas of \"%s\" are served request by request; each stands "
                "for %.3g",
                (double)p->n_replicas / s->scale, (long long)p->n_replicas, p->lead->name,
                s->scale);
    }
}

struct wm_site_requests *wm_site_requests_new(struct wm_arena *arena,
                                              const struct wm_scenario *scenario,
                                              const struct wm_site_plan *plan,
                                              struct wm_diags *diags)
{
    struct wm_site_requests *const q = WM_NEW(arena, struct wm_site_requests);
    *q = (struct wm_site_requests){
        .arena = arena,
        .scenario = scenario,
        .plan = plan,
        .servings = WM_NEW_ARRAY(arena, struct serving, plan->n_partitions),
        .serving_of = WM_NEW_ARRAY(arena, const struct serving *, plan->n_classes),
        .place_of = WM_NEW_ARRAY(arena, size_t, plan->n_classes),
        .rooms = WM_NEW_ARRAY(arena, struct room, plan->n_halls),
        .marks = WM_NEW_ARRAY(arena, struct class_mark, plan->n_classes)};
    if (!choose_sample(q, diags))
        return NULL;
    q->base = wm_flow_new(arena, plan);
    for (size_t i = 0; i < plan->n_partitions; i++)
        if (!open_partition(q, i, diags))
            return NULL;
    q->jobs = WM_NEW_ARRAY(arena, struct job, q->n_jobs);
    report_sample(q, diags);
    return q;
}

bool wm_site_requests_has(const struct wm_site_requests *q, size_t class)
{
    return q->serving_of[class] != NULL;
}

/* Working replicas of a group, when the first `n_up` of `n` spread evenly over all. */
static uint32_t group_up(const struct serving *s, size_t i, double n_up, double n)
{
    const double before = floor((double)s->first[i] * n_up / n);
    return (uint32_t)(floor((double)(s->first[i] + s->n_replicas[i]) * n_up / n) - before);
}

void wm_site_requests_decide(struct wm_site_requests *q, const struct wm_site_flow *flow)
{
    const struct wm_site_flow old = q->base;
    q->base = *flow;
    q->base.halls = old.halls;
    q->base.partitions = old.partitions;
    q->base.classes = old.classes;
    memcpy(old.halls, flow->halls, q->plan->n_halls * sizeof *old.halls);
    memcpy(old.partitions, flow->partitions, q->plan->n_partitions * sizeof *old.partitions);
    memcpy(old.classes, flow->classes, q->plan->n_classes * sizeof *old.classes);
    for (size_t k = 0; k < q->n_servings; k++) {
        struct serving *const s = &q->servings[k];
        const double n = (double)q->plan->partitions[s->partition].n_replicas;
        /* those that lack a group serve with the others */
        const double n_up = floor(flow->partitions[s->partition].up_replicas + 0.5);
        double up = 0.0;
        for (size_t i = 0; i < s->n_groups; i++)
            up += (double)group_up(s, i, n_up, n);
        for (size_t i = 0; i < s->n_groups; i++) {
            const uint32_t here = group_up(s, i, n_up, n);
            wm_request_group_decide(s->groups[i], flow, here,
                                    up > 0.0 ? (double)here / up / s->scale : 0.0);
        }
    }
}

static void add_work(struct wm_replica_totals *to, const struct wm_replica_totals *from)
{
    to->busy_ns += from->busy_ns;
    to->prefill_ns += from->prefill_ns;
    to->n_steps += from->n_steps;
    to->energy_j += from->energy_j;
    to->prefill_j += from->prefill_j;
    to->idle_j += from->idle_j;
}

/* Idle draw of the replicas that dispatch has switched off, of whole ones that stand parked in the fleet. */
static double off_idle_w(const struct serving *s, const struct wm_partition *p,
                         const struct wm_partition_flow *base)
{
    double parked = 0.0;
    for (size_t i = 0; i < s->n_groups; i++)
        parked += s->scale * (double)wm_request_group_parked(s->groups[i]);
    return fmin(base->off_frac * base->up_replicas, parked) *
           wm_surface_idle(p->surface)->serving.it_w;
}

/* Share of it that they save. */
static double saved_by_off_frac(const struct wm_partition *p, const struct wm_partition_flow *base)
{
    double drawn_w = 0.0; /* by those that are off, on the mean of all */
    for (size_t i = 0; i < base->state.mix.n; i++)
        if (base->state.mix.point[i] == &p->surface->off)
            drawn_w += base->state.mix.weight[i] * p->surface->off.serving.it_w;
    if (base->off_frac <= 0.0)
        return 0.0;
    return 1.0 - drawn_w / (base->off_frac * wm_surface_idle(p->surface)->serving.it_w);
}

/* Board and host power of an interval by use; what other partitions draw is in `flow` already. */
static void measure_partition(struct wm_site_requests *q, struct serving *s, double time_s,
                              struct wm_site_flow *flow)
{
    const struct wm_partition *const p = &q->plan->partitions[s->partition];
    const struct wm_accelerator *const hw = wm_partition_accelerator(q->plan, p);
    const struct wm_accelerator *const decodes = p->plan.c.accelerator;
    const struct wm_accelerator *const reads = wm_prefill_accelerator(&p->plan.c);
    const struct wm_partition_flow *const base = &q->base.partitions[s->partition];
    struct wm_partition_flow *const pf = &flow->partitions[s->partition];
    const struct wm_spread *const m = &base->state.mix;
    struct wm_replica_totals work = {0}, prefill_work = {0};
    for (size_t i = 0; i < s->n_groups; i++) {
        const struct wm_fleet_totals t = wm_request_group_totals(s->groups[i], 0).fleet;
        add_work(&work, &t.work);
        add_work(&prefill_work, &t.prefill_work);
    }
    const struct wm_replica_totals *const a = &work, *const b = &s->last;
    const double per_s = s->scale / time_s; /* of the whole partition */
    /* accelerators at work: workers of both kinds differ in size */
    const double prefill_s =
        1e-9 * (double)(prefill_work.busy_ns - s->last_prefill.busy_ns) * per_s;
    const double all_s = 1e-9 * (double)(a->busy_ns - b->busy_ns) * per_s;
    const double prefill_gpus = prefill_s * s->prefill_gpus;
    const double busy_gpus = prefill_gpus + (all_s - prefill_s) * s->worker_gpus;
    const double prompt_gpus = 1e-9 * (double)(a->prefill_ns - b->prefill_ns) * per_s *
                               (prefill_work.n_steps > 0 ? s->prefill_gpus : s->worker_gpus);
    const double idle_prefill_gpus =
        fmax(0.0, base->up_replicas * p->plan.prefill_gpus - prefill_gpus);
    const double idle_decode_gpus =
        fmax(0.0, base->up_replicas * p->plan.decode_gpus - (busy_gpus - prefill_gpus));
    const double busy_host_w =
        prefill_gpus * reads->host_busy_w + (busy_gpus - prefill_gpus) * decodes->host_busy_w;
    const double idle_host_w =
        idle_prefill_gpus * reads->host_idle_w + idle_decode_gpus * decodes->host_idle_w;
    const double prompt_host_w =
        (prefill_work.n_steps > 0 ? reads : decodes)->host_busy_w * prompt_gpus;
    const struct wm_serving_point *const idle = &wm_surface_idle(p->surface)->serving;
    /* only as far as replicas are idle: what was accepted is finished first */
    const double saved_w =
        saved_by_off_frac(p, base) * fmin(off_idle_w(s, p, base), (a->idle_j - b->idle_j) * per_s);
    const double off_w = saved_w * idle->idle_w / idle->it_w;
    const double off_host_w = saved_w - off_w;
    const double total_w = (a->energy_j - b->energy_j) * per_s - saved_w;
    const double prefill_w =
        fmax(0.0, (a->prefill_j - b->prefill_j) * per_s - prompt_host_w);
    const double idle_w =
        fmax(0.0, (a->idle_j - b->idle_j) * per_s - idle_host_w - off_w);
    const double host_w =
        fmin(busy_host_w + idle_host_w - off_host_w,
             fmax(0.0, total_w - prefill_w - idle_w));
    const double decode_w = total_w - prefill_w - idle_w - host_w;
    const double n = base->up_replicas;
    /* instead of what the table said */
    const double was_w[] = {n * WM_SPREAD_SUM(m, prefill_w), n * WM_SPREAD_SUM(m, decode_w),
                            n * WM_SPREAD_SUM(m, idle_w), n * WM_SPREAD_SUM(m, host_w)};
    flow->use_w[WM_USE_PREFILL] += prefill_w - was_w[0];
    flow->use_w[WM_USE_DECODE] += decode_w - was_w[1];
    flow->use_w[WM_USE_IDLE] += idle_w - was_w[2];
    flow->use_w[WM_USE_HOST] += host_w - was_w[3];
    const double was_boards_w = was_w[0] + was_w[1] + was_w[2] + was_w[3];
    flow->use_w[WM_USE_NETWORK] += hw->other_it_frac * (total_w - was_boards_w);
    const double more_w = (1.0 + hw->other_it_frac) * (total_w - was_boards_w);
    pf->it_w = base->it_w + more_w;
    flow->serving_it_w += more_w;
    pf->busy_gpus = busy_gpus;
    pf->prefill_busy_gpus = prompt_gpus;
    s->last = work;
    s->last_prefill = prefill_work;
}

static struct class_mark sum_class(const struct wm_site_requests *q, size_t class)
{
    const struct serving *const s = q->serving_of[class];
    struct class_mark sum = {0};
    for (size_t i = 0; i < s->n_groups; i++) {
        const struct wm_group_totals t = wm_request_group_totals(s->groups[i], q->place_of[class]);
        sum.arrived_tok += t.arrived_tok;
        sum.served_tok += t.served_tok;
        sum.in_flight_tok += t.in_flight_tok;
        sum.n_slo_met += t.n_slo_met;
        sum.n_served += t.n_served;
    }
    return sum;
}

static void measure_class(struct wm_site_requests *q, size_t i, double time_s,
                          struct wm_site_flow *flow)
{
    struct class_mark *const mark = &q->marks[i];
    struct wm_class_flow *const cf = &flow->classes[i];
    const struct class_mark now = sum_class(q, i);
    const double per_s = q->serving_of[i]->scale / time_s;
    const double n = (double)(now.n_served - mark->n_served);
    const double met = n > 0.0 ? (double)(now.n_slo_met - mark->n_slo_met) / n : 1.0;
    cf->offered_tok_per_s = (now.arrived_tok - mark->arrived_tok) * per_s;
    cf->wanted_tok_per_s = cf->offered_tok_per_s;
    cf->served_tok_per_s = (double)(now.served_tok - mark->served_tok) * per_s;
    cf->slo_tok_per_s = met * cf->served_tok_per_s;
    *mark = now;
}

/* What was decided for a hall. */
static const struct wm_facility_power *decided(const struct wm_site_requests *q, size_t hall)
{
    return q->plan->n_halls == 1 ? &q->base.power : &q->base.halls[hall].power;
}

static size_t hall_of(const struct wm_site_requests *q, const struct serving *s)
{
    return wm_partition_hall(q->plan, &q->plan->partitions[s->partition]);
}

/* A hall's power with what its replicas were measured to draw. */
static struct wm_facility_power measured(const struct wm_site_requests *q, size_t hall,
                                         const struct wm_instant *now,
                                         const struct wm_site_flow *flow)
{
    const struct wm_facility_power *const base = decided(q, hall);
    double it_w = base->it_w - base->shelf_w; /* behind the shelves, as asked for */
    for (size_t k = 0; k < q->n_servings; k++) {
        const size_t i = q->servings[k].partition;
        if (hall_of(q, &q->servings[k]) == hall)
            it_w += flow->partitions[i].it_w - q->base.partitions[i].it_w;
    }
    return wm_facility_eval(&q->plan->halls[hall].facility, &now->weather, it_w);
}

/* Everything that follows from the IT power. */
static void follow_power(const struct wm_site_requests *q, const struct wm_instant *now,
                         struct wm_site_flow *flow)
{
    const struct wm_site_flow *const base = &q->base;
    flow->power = measured(q, 0, now, flow);
    for (size_t h = 0; h < q->plan->n_halls && q->plan->n_halls > 1; h++) {
        flow->halls[h].power = measured(q, h, now, flow);
        if (h > 0)
            wm_facility_power_add(&flow->power, &flow->halls[h].power);
    }
    const double more_w = flow->power.site_w - base->power.site_w;
    flow->use_w[WM_USE_HOST] += flow->power.shelf_w - base->power.shelf_w;
    flow->use_w[WM_USE_COOLING] = flow->power.cooling_w;
    flow->use_w[WM_USE_CONVERSION] = flow->power.conversion_w;
    flow->use_w[WM_USE_HOUSE] = flow->power.house_w;
    flow->meter_w += more_w;
    flow->requested_w += more_w;
    flow->slack_w -= more_w;
    flow->over_limit_w = fmax(0.0, flow->power.site_w - flow->limit_w - now->support_w);
    flow->penalty_usd_per_s = flow->over_limit_w / WM_J_PER_MWH * now->ceiling->penalty_usd_per_mwh;
}

/*
 * IT power that nobody was given and that a hall may draw: what of the ceiling is left, with what supports it,
 * shared between the halls by what they would draw at the meter; and no more than it cools and carries.
 */
static void find_room(struct wm_site_requests *q, const struct wm_instant *now)
{
    const double left_w = q->base.allowed_w + now->support_w - q->base.power.site_w;
    double sum_w = 0.0;
    for (size_t h = 0; h < q->plan->n_halls; h++) {
        const struct wm_facility_power *const base = decided(q, h);
        const double it_w = base->it_w - base->shelf_w + q->rooms[h].beyond_w;
        q->rooms[h].wish_w =
            wm_facility_eval(&q->plan->halls[h].facility, &now->weather,
                             fmin(it_w, q->base.halls[h].cap_w)).site_w - base->site_w;
        q->rooms[h].wish_w = fmax(0.0, q->rooms[h].wish_w);
        sum_w += q->rooms[h].wish_w;
    }
    for (size_t h = 0; h < q->plan->n_halls; h++) {
        const struct wm_facility_power *const base = decided(q, h);
        const double share = sum_w > 0.0 ? q->rooms[h].wish_w / sum_w : 0.0;
        const double most_w =
            wm_facility_it_for_site_w(&q->plan->halls[h].facility, &now->weather,
                                      base->site_w + share * left_w);
        q->rooms[h].spare_w = (1.0 - 1e-6) * fmin(most_w, q->base.halls[h].cap_w) -
                              (base->it_w - base->shelf_w);
    }
}

/*
 * The jobs' budgets: what was decided for a serving, and of the power that nobody was given a share by
 * what its replicas could draw beyond; to its groups by what they could draw. None where all could be drawn
 * at once.
 */
static void list_jobs(struct wm_site_requests *q, const struct wm_instant *now)
{
    size_t n = 0;
    for (size_t h = 0; h < q->plan->n_halls; h++)
        q->rooms[h] = (struct room){0};
    for (size_t k = 0; k < q->n_servings; k++) {
        struct serving *const s = &q->servings[k];
        const struct wm_partition *const p = &q->plan->partitions[s->partition];
        const struct wm_partition_flow *const pf = &q->base.partitions[s->partition];
        s->overhead = 1.0 + wm_partition_accelerator(q->plan, p)->other_it_frac;
        s->most_w = 0.0;
        for (size_t i = 0; i < s->n_groups; i++)
            s->most_w += s->scale * wm_request_group_most_w(s->groups[i]);
        s->beyond_w = fmax(0.0, s->most_w * s->overhead - pf->state.it_w);
        q->rooms[hall_of(q, s)].beyond_w += s->beyond_w;
    }
    find_room(q, now);
    for (size_t k = 0; k < q->n_servings; k++) {
        const struct serving *const s = &q->servings[k];
        const struct wm_partition *const p = &q->plan->partitions[s->partition];
        const struct wm_partition_flow *const pf = &q->base.partitions[s->partition];
        const struct room *const room = &q->rooms[hall_of(q, s)];
        const double share = room->beyond_w > 0.0 ? s->beyond_w / room->beyond_w : 0.0;
        const double given_w = (pf->state.it_w + share * fmax(room->spare_w, 0.0)) / s->overhead;
        const bool is_free = room->beyond_w <= room->spare_w;
        for (size_t i = 0; i < s->n_groups; i++) {
            const double part =
                s->most_w > 0.0 ? wm_request_group_most_w(s->groups[i]) / s->most_w : 0.0;
            q->jobs[n++] =
                (struct job){s->groups[i],
                             {.power_w = is_free ? (double)INFINITY : part * given_w,
                              .off_idle_w = part * off_idle_w(s, p, pf),
                              .saved_frac = saved_by_off_frac(p, pf)}};
        }
    }
}

static void serve_one(void *context, size_t i)
{
    const struct wm_site_requests *const q = context;
    wm_request_group_serve(q->jobs[i].group, q->from_ns, q->until_ns, &q->jobs[i].budget);
}

static void serve(struct wm_site_requests *q, const struct wm_instant *now, int64_t from_us,
                  int64_t until_us)
{
    list_jobs(q, now);
    q->from_ns = from_us * ns_per_us;
    q->until_ns = until_us * ns_per_us;
    wm_parallel_for(q->plan->tables.n_threads, q->n_jobs, serve_one, q);
    for (size_t i = 0; i < q->n_jobs; i++)
        if (wm_request_group_failed(q->jobs[i].group))
            wm_arena_give_up(q->arena);
}

void wm_site_requests_measure(struct wm_site_requests *q, const struct wm_instant *instant,
                              int64_t from_us, int64_t until_us, struct wm_site_flow *flow)
{
    struct wm_hall_flow *const halls = flow->halls;
    struct wm_partition_flow *const partitions = flow->partitions;
    struct wm_class_flow *const classes = flow->classes;
    const double time_s = 1e-6 * (double)(until_us - from_us);
    const double meter_w = flow->meter_w - flow->power.site_w + q->base.power.site_w;
    *flow = q->base;
    flow->meter_w = meter_w; /* storage and generation stay as they were dispatched */
    flow->halls = halls;
    flow->partitions = partitions;
    flow->classes = classes;
    memcpy(halls, q->base.halls, q->plan->n_halls * sizeof *halls);
    memcpy(partitions, q->base.partitions, q->plan->n_partitions * sizeof *partitions);
    memcpy(classes, q->base.classes, q->plan->n_classes * sizeof *classes);
    serve(q, instant, from_us, until_us);
    for (size_t k = 0; k < q->n_servings; k++)
        measure_partition(q, &q->servings[k], time_s, flow);
    for (size_t i = 0; i < q->plan->n_classes; i++)
        if (wm_site_requests_has(q, i))
            measure_class(q, i, time_s, flow);
    follow_power(q, instant, flow);
}

void wm_site_requests_close(const struct wm_site_requests *q, struct wm_account *account)
{
    for (size_t i = 0; i < q->plan->n_classes; i++) {
        if (!wm_site_requests_has(q, i))
            continue;
        const double left_tok = q->serving_of[i]->scale * (double)sum_class(q, i).in_flight_tok;
        account->classes[i].waiting_tok = left_tok;
        account->classes[i].dropped_tok -= left_tok;
    }
}

void wm_site_requests_latency(const struct wm_site_requests *q, size_t class,
                              struct wm_log_hist *ttft, struct wm_log_hist *tpot)
{
    const struct serving *const s = q->serving_of[class];
    for (size_t i = 0; i < s->n_groups; i++)
        wm_request_group_latency(s->groups[i], q->place_of[class], ttft, tpot);
    wm_log_hist_scale(ttft, s->scale);
    wm_log_hist_scale(tpot, s->scale);
}
