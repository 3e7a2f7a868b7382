#include "requests.h"

#include <math.h>
#include <string.h>

#include "wattmill/generate.h"
#include "wattmill/replay.h"
#include "wattmill/require.h"

static const int64_t ns_per_us = 1000;

/* Requests that a window may hold: about half a minute of computing. */
static const double requests_max = 2e7;

/* Arrivals of a class: Poisson at a rate that changes with the flow. */
struct arrivals {
    struct wm_rng gap, prompt, length, door;
    const struct wm_length_table *input, *output;
    double hit_frac;
    double mean_tok;
    double rate_per_s;    /* before the door */
    double admitted_frac; /* the dispatch's share served */
    double left;          /* of the exponential to the next arrival, in mean gaps */
    uint64_t refused_tok, arrived_tok;
};

struct serving {
    size_t partition;
    struct wm_service *service; /* class ids: place in the partition's list */
    struct wm_fleet *fleet;
    struct wm_fleet_totals last; /* at the end of the last interval */
    double worker_gpus, prefill_gpus;
    uint32_t n_up;
};

/* A class's account, as it stood at the end of the last interval. */
struct class_mark {
    uint64_t served_tok, dropped_tok, n_slo_met, n_served;
};

struct wm_site_requests {
    struct wm_arena *arena;
    const struct wm_scenario *scenario;
    const struct wm_site_plan *plan;
    struct serving *servings;
    size_t n_servings;
    struct arrivals *arrivals;          /* [n_classes] */
    struct class_mark *marks;           /* [n_classes] */
    struct wm_service_class **accounts; /* [n_classes], NULL: not simulated so */
    struct wm_log_hist **ttft, **tpot;  /* [n_classes], weighted by output tokens */
    struct wm_site_flow base;           /* what was decided */
};

/* Latencies are weighted by output tokens: a listener of the partition's service. */
struct listener {
    struct wm_site_requests *requests;
    const size_t *classes;
    int64_t api_latency_ns;
};

static void on_served(void *context, const struct wm_served *s)
{
    const struct listener *const l = context;
    const size_t class = l->classes[s->class_id];
    if (s->dropped)
        return;
    const double tok = (double)s->output_tok;
    const double ttft_s = 1e-9 * (double)(s->first_ns - s->arrival_ns + l->api_latency_ns);
    wm_log_hist_add(l->requests->ttft[class], ttft_s, tok);
    if (s->output_tok > 1)
        wm_log_hist_add(l->requests->tpot[class],
                        1e-9 * (double)(s->finish_ns - s->first_ns) / (tok - 1.0), tok);
}

static bool is_interactive(const struct wm_class *c)
{
    return c->workload->kind == WM_WORKLOAD_REQUEST;
}

static struct wm_service *new_service(struct wm_site_requests *q, const struct wm_partition *p)
{
    struct wm_class_policy policies[WM_CLASSES_MAX] = {{0}};
    const uint32_t n = (uint32_t)p->n_classes;
    for (uint32_t k = 0; k < n; k++) {
        const struct wm_class *const c = &q->plan->classes[p->classes[k]];
        policies[k].ttft_slo_ns = (int64_t)(c->slo_ttft_s * 1e9);
        policies[k].tpot_slo_ns = (int64_t)(1e9 / c->slo_tok_per_s_per_user);
    }
    struct wm_service *const s = wm_service_new(q->arena, n, policies);
    struct listener *const l = WM_NEW(q->arena, struct listener);
    s->api_latency_ns = (int64_t)(p->plan.c.engine->prompt_overhead_s * 1e9);
    *l = (struct listener){q, p->classes, s->api_latency_ns};
    s->on_served = on_served;
    s->context = l;
    return s;
}

static void open_class(struct wm_site_requests *q, struct wm_service *service, size_t class,
                       uint32_t place)
{
    const struct wm_workload_class *const w = q->plan->classes[class].workload->class;
    const struct wm_length input = wm_length_of_prompts(q->arena, w);
    const struct wm_length output = wm_length_of(w->output_tok, w->output_scv);
    const uint64_t seed = (uint64_t)q->scenario->seed;
    q->accounts[class] = &service->classes[place];
    q->ttft[class] = WM_NEW(q->arena, struct wm_log_hist);
    q->tpot[class] = WM_NEW(q->arena, struct wm_log_hist);
    struct arrivals *const a = &q->arrivals[class];
    *a = (struct arrivals){.gap = wm_rng_stream(seed, "site-request-gap", class),
                           .prompt = wm_rng_stream(seed, "site-request-prompt", class),
                           .length = wm_rng_stream(seed, "site-request-length", class),
                           .door = wm_rng_stream(seed, "site-request-door", class),
                           .input = wm_length_compile(q->arena, &input),
                           .output = wm_length_compile(q->arena, &output),
                           .hit_frac = w->cached_frac,
                           .mean_tok = w->output_tok};
    a->left = wm_rng_exponential(&a->gap);
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
        .llm = plan->c.llm,
        .engine = plan->c.engine,
        .precision = plan->c.precision,
        .draft = plan->c.draft,
        .group = plan->decode_group,
        .prefill_group = plan->prefill_group,
        .n_prefill =
            has_prefill ? (uint32_t)(plan->prefill_gpus / plan->prefill_group_gpus + 0.5) : 0,
        .n_replicas = (uint32_t)p->n_replicas,
        .router = WM_ROUTE_LEAST_REQUESTS,
        .watermark_frac = 0.01,
        .clock_frac = p->surface->rows[0][0].clock_frac,
        .input_tok = plan->c.input_tok,
        .output_tok = plan->c.output_tok,
        .seed = (uint64_t)q->scenario->seed,
        .many_clocks = true};
    struct wm_replay chosen;
    struct wm_fleet_params params;
    if (wm_replay_prepare(q->arena, &c, &chosen, &params, diags) != WM_OK)
        return false;
    *s = (struct serving){.partition = i,
                          .service = new_service(q, p),
                          .worker_gpus = wm_group_gpus(&chosen.group),
                          .prefill_gpus = wm_group_gpus(&chosen.prefill_group),
                          .n_up = (uint32_t)p->n_replicas};
    for (uint32_t k = 0; k < p->n_classes; k++)
        if (is_interactive(&q->plan->classes[p->classes[k]]))
            open_class(q, s->service, p->classes[k], k);
    s->fleet = wm_fleet_new(q->arena, &params, s->service);
    q->n_servings++;
    return true;
}

/* Whether so many requests can be served one by one. */
static bool is_bearable(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                        struct wm_diags *diags)
{
    double n = 0.0;
    for (size_t i = 0; i < plan->n_classes; i++)
        if (is_interactive(&plan->classes[i]))
            n += plan->classes[i].mean_demand_tok_per_s /
                 plan->classes[i].workload->class->output_tok * scenario->window.length_s;
    if (n <= requests_max)
        return true;
    wm_diag_add(
        diags, WM_E301, NULL, "window",
        "holds about %.2g requests, at most %.2g can be served one by one: shorten it, or take "
        "a smaller site with a part of the demand",
        n, requests_max);
    return false;
}

struct wm_site_requests *wm_site_requests_new(struct wm_arena *arena,
                                              const struct wm_scenario *scenario,
                                              const struct wm_site_plan *plan,
                                              struct wm_diags *diags)
{
    if (!is_bearable(scenario, plan, diags))
        return NULL;
    struct wm_site_requests *const q = WM_NEW(arena, struct wm_site_requests);
    *q = (struct wm_site_requests){
        .arena = arena,
        .scenario = scenario,
        .plan = plan,
        .servings = WM_NEW_ARRAY(arena, struct serving, plan->n_partitions),
        .arrivals = WM_NEW_ARRAY(arena, struct arrivals, plan->n_classes),
        .marks = WM_NEW_ARRAY(arena, struct class_mark, plan->n_classes),
        .accounts = WM_NEW_ARRAY(arena, struct wm_service_class *, plan->n_classes),
        .ttft = WM_NEW_ARRAY(arena, struct wm_log_hist *, plan->n_classes),
        .tpot = WM_NEW_ARRAY(arena, struct wm_log_hist *, plan->n_classes)};
    q->base.partitions = WM_NEW_ARRAY(arena, struct wm_partition_flow, plan->n_partitions);
    q->base.classes = WM_NEW_ARRAY(arena, struct wm_class_flow, plan->n_classes);
    for (size_t i = 0; i < plan->n_partitions; i++)
        if (!open_partition(q, i, diags))
            return NULL;
    return q;
}

bool wm_site_requests_has(const struct wm_site_requests *q, size_t class)
{
    return q->accounts[class] != NULL;
}

/* Working replicas take the serving points of the mixture in their shares, one at least if any point
 * serves; the others are parked. */
static void spread_replicas(struct serving *s, const struct wm_spread *mix, double idle_clock_frac)
{
    double serving = 0.0, share = 0.0;
    uint32_t first = 0;
    for (size_t i = 0; i < mix->n; i++)
        serving += mix->point[i]->serving.out_tok_per_s > 0.0 ? mix->weight[i] : 0.0;
    const double n = serving > 0.0 ? fmax(1.0, floor(serving * (double)s->n_up + 0.5)) : 0.0;
    for (size_t i = 0; i < mix->n; i++) {
        if (mix->point[i]->serving.out_tok_per_s <= 0.0 || mix->weight[i] <= 0.0)
            continue;
        share += mix->weight[i] / serving;
        const uint32_t end = (uint32_t)(share * n + 0.5);
        wm_fleet_set_clock(s->fleet, first, end - first, mix->point[i]->clock_frac, false);
        first = end;
    }
    wm_fleet_set_clock(s->fleet, first, s->n_up - first, idle_clock_frac, true);
}

void wm_site_requests_decide(struct wm_site_requests *q, const struct wm_site_flow *flow)
{
    const struct wm_site_flow old = q->base;
    q->base = *flow;
    q->base.partitions = old.partitions;
    q->base.classes = old.classes;
    memcpy(old.partitions, flow->partitions, q->plan->n_partitions * sizeof *old.partitions);
    memcpy(old.classes, flow->classes, q->plan->n_classes * sizeof *old.classes);
    for (size_t i = 0; i < q->plan->n_classes; i++) {
        const struct wm_class_flow *const c = &flow->classes[i];
        struct arrivals *const a = &q->arrivals[i];
        if (!wm_site_requests_has(q, i))
            continue;
        a->rate_per_s = c->offered_tok_per_s / a->mean_tok;
        a->admitted_frac =
            c->offered_tok_per_s > 0.0 ? c->served_tok_per_s / c->offered_tok_per_s : 0.0;
        /* the solver's distance from the demand refuses nobody */
        if (a->admitted_frac > 1.0 - 1e-9)
            a->admitted_frac = 1.0;
    }
    for (size_t k = 0; k < q->n_servings; k++) {
        struct serving *const s = &q->servings[k];
        const struct wm_partition_flow *const p = &flow->partitions[s->partition];
        if (s->n_up != (uint32_t)p->up_replicas) {
            s->n_up = (uint32_t)p->up_replicas;
            wm_fleet_set_up(s->fleet, s->n_up);
        }
        spread_replicas(s, &p->state.mix,
                        wm_surface_idle(q->plan->partitions[s->partition].surface)->clock_frac);
    }
}

/* Arrivals of the partition's classes until `until_ns`, in order of time. */
static void serve(struct wm_site_requests *q, struct serving *s, int64_t from_ns, int64_t until_ns)
{
    const struct wm_partition *const p = &q->plan->partitions[s->partition];
    double now_s = 0.0;
    const double span_s = 1e-9 * (double)(until_ns - from_ns);
    for (;;) {
        size_t first = p->n_classes;
        double first_s = span_s;
        for (size_t k = 0; k < p->n_classes; k++) {
            const struct arrivals *const a = &q->arrivals[p->classes[k]];
            const double at_s =
                a->rate_per_s > 0.0 ? now_s + a->left / a->rate_per_s : (double)INFINITY;
            if (at_s < first_s) {
                first_s = at_s;
                first = k;
            }
        }
        for (size_t k = 0; k < p->n_classes; k++) {
            struct arrivals *const a = &q->arrivals[p->classes[k]];
            a->left = fmax(0.0, a->left - (first_s - now_s) * a->rate_per_s);
        }
        now_s = first_s;
        if (first == p->n_classes)
            break;
        struct arrivals *const a = &q->arrivals[p->classes[first]];
        a->left = wm_rng_exponential(&a->gap);
        const uint32_t input_tok = wm_length_at(a->input, wm_rng_normal(&a->prompt));
        const struct wm_request r = {.arrival_ns = from_ns + (int64_t)(now_s * 1e9),
                                     .input_tok = input_tok,
                                     .output_tok =
                                         wm_length_at(a->output, wm_rng_normal(&a->length)),
                                     .hit_tok = (uint32_t)(a->hit_frac * (double)input_tok + 0.5),
                                     .class_id = (uint32_t)first};
        a->arrived_tok += r.output_tok;
        if (wm_rng_uniform(&a->door) >= a->admitted_frac) {
            a->refused_tok += r.output_tok;
            continue;
        }
        wm_fleet_advance(s->fleet, r.arrival_ns);
        wm_fleet_arrive(s->fleet, r.arrival_ns, &r);
    }
    wm_fleet_advance(s->fleet, until_ns);
}

/* Replicas that dispatch has switched off stand parked in the fleet: what those draw less than idle ones.
 * Only as far as replicas are idle: what was accepted is finished first. */
static double saved_by_off_w(const struct wm_partition *p, const struct wm_partition_flow *base,
                             double idle_w)
{
    const double each_w = wm_surface_idle(p->surface)->serving.it_w;
    double drawn_w = 0.0; /* by those that are off, on the mean of all */
    for (size_t i = 0; i < base->state.mix.n; i++)
        if (base->state.mix.point[i] == &p->surface->off)
            drawn_w += base->state.mix.weight[i] * p->surface->off.serving.it_w;
    if (base->off_frac <= 0.0)
        return 0.0;
    const double left_frac = drawn_w / (base->off_frac * each_w);
    return (1.0 - left_frac) * fmin(base->off_frac * base->up_replicas * each_w, idle_w);
}

/* Board and host power of an interval by use; what other partitions draw is in `flow` already. */
static void measure_partition(struct wm_site_requests *q, struct serving *s, double time_s,
                              struct wm_site_flow *flow)
{
    const struct wm_partition *const p = &q->plan->partitions[s->partition];
    const struct wm_accelerator *const hw = wm_partition_accelerator(q->plan, p);
    const struct wm_partition_flow *const base = &q->base.partitions[s->partition];
    struct wm_partition_flow *const pf = &flow->partitions[s->partition];
    const struct wm_spread *const m = &base->state.mix;
    const struct wm_fleet_totals now = wm_fleet_totals(s->fleet);
    const struct wm_replica_totals *const a = &now.work, *const b = &s->last.work;
    /* accelerators at work: workers of both kinds differ in size */
    const double prefill_s =
        1e-9 * (double)(now.prefill_work.busy_ns - s->last.prefill_work.busy_ns) / time_s;
    const double all_s = 1e-9 * (double)(a->busy_ns - b->busy_ns) / time_s;
    const double prefill_gpus = prefill_s * s->prefill_gpus;
    const double busy_gpus = prefill_gpus + (all_s - prefill_s) * s->worker_gpus;
    const double prompt_gpus = 1e-9 * (double)(a->prefill_ns - b->prefill_ns) / time_s *
                               (now.prefill_work.n_steps > 0 ? s->prefill_gpus : s->worker_gpus);
    const double up_gpus = base->up_replicas * (double)p->gpus_per_replica;
    const double idle_gpus = fmax(0.0, up_gpus - busy_gpus);
    const struct wm_serving_point *const idle = &wm_surface_idle(p->surface)->serving;
    const double saved_w = saved_by_off_w(p, base, (a->idle_j - b->idle_j) / time_s);
    const double off_w = saved_w * idle->idle_w / idle->it_w;
    const double off_host_w = saved_w - off_w;
    const double total_w = (a->energy_j - b->energy_j) / time_s - saved_w;
    const double prefill_w =
        fmax(0.0, (a->prefill_j - b->prefill_j) / time_s - prompt_gpus * hw->host_busy_w);
    const double idle_w =
        fmax(0.0, (a->idle_j - b->idle_j) / time_s - idle_gpus * hw->host_idle_w - off_w);
    const double host_w =
        fmin(busy_gpus * hw->host_busy_w + idle_gpus * hw->host_idle_w - off_host_w,
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
    s->last = now;
}

static void measure_class(struct wm_site_requests *q, size_t i, double time_s,
                          struct wm_site_flow *flow)
{
    const struct wm_class *const c = &q->plan->classes[i];
    const struct wm_service_class *const k = q->accounts[i];
    struct class_mark *const mark = &q->marks[i];
    struct wm_class_flow *const cf = &flow->classes[i];
    struct arrivals *const a = &q->arrivals[i];
    const double served_tok = (double)(k->served.output_tok - mark->served_tok);
    const double n = (double)(k->served.requests - mark->n_served);
    const double met = n > 0.0 ? (double)(k->n_slo_met - mark->n_slo_met) / n : 1.0;
    cf->offered_tok_per_s = (double)a->arrived_tok / time_s;
    cf->wanted_tok_per_s = cf->offered_tok_per_s;
    cf->served_tok_per_s = served_tok / time_s;
    cf->slo_tok_per_s = met * cf->served_tok_per_s;
    cf->usd_per_s =
        c->usd_per_out_tok *
        (c->workload->on_slo_miss == WM_SLO_MISS_REFUND ? cf->slo_tok_per_s : cf->served_tok_per_s);
    a->arrived_tok = 0;
    *mark = (struct class_mark){k->served.output_tok, k->dropped.output_tok, k->n_slo_met,
                                k->served.requests};
}

/* Everything that follows from the IT power. */
static void follow_power(const struct wm_site_requests *q, const struct wm_instant *now,
                         struct wm_site_flow *flow)
{
    const struct wm_site_flow *const base = &q->base;
    double it_w = base->power.it_w - base->power.shelf_w; /* behind the shelves, as asked for */
    for (size_t k = 0; k < q->n_servings; k++) {
        const size_t i = q->servings[k].partition;
        it_w += flow->partitions[i].it_w - base->partitions[i].it_w;
    }
    flow->power = wm_facility_eval(&q->plan->facility, &now->weather, it_w);
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

void wm_site_requests_measure(struct wm_site_requests *q, const struct wm_instant *instant,
                              int64_t from_us, int64_t until_us, struct wm_site_flow *flow)
{
    struct wm_partition_flow *const partitions = flow->partitions;
    struct wm_class_flow *const classes = flow->classes;
    const double time_s = 1e-6 * (double)(until_us - from_us);
    const double meter_w = flow->meter_w - flow->power.site_w + q->base.power.site_w;
    *flow = q->base;
    flow->meter_w = meter_w; /* storage and generation stay as they were dispatched */
    flow->partitions = partitions;
    flow->classes = classes;
    memcpy(partitions, q->base.partitions, q->plan->n_partitions * sizeof *partitions);
    memcpy(classes, q->base.classes, q->plan->n_classes * sizeof *classes);
    for (size_t k = 0; k < q->n_servings; k++) {
        serve(q, &q->servings[k], from_us * ns_per_us, until_us * ns_per_us);
        measure_partition(q, &q->servings[k], time_s, flow);
    }
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
        const double left_tok = (double)wm_service_in_flight(q->accounts[i]).output_tok;
        account->classes[i].waiting_tok = left_tok;
        account->classes[i].dropped_tok -= left_tok;
    }
}

void wm_site_requests_latency(const struct wm_site_requests *q, size_t class,
                              struct wm_log_hist *ttft, struct wm_log_hist *tpot)
{
    wm_log_hist_merge(ttft, q->ttft[class]);
    wm_log_hist_merge(tpot, q->tpot[class]);
}
