#include "request_group.h"

#include <math.h>
#include <setjmp.h>

#include "wattmill/generate.h"

static const int64_t look_ns =
    1000000000; /* power capping acts within seconds; one is its usual period */
static const double looks_min = 10.0; /* in an interval, if it is short */
/* Parts of a step add up in the tables, and full load is theirs: a share more for what lies between. */
static const double most_margin = 1.02;

/* Arrivals of a class: Poisson at a rate that changes with the flow. */
struct arrivals {
    struct wm_rng gap, prompt, length;
    const struct wm_length_table *input, *output; /* NULL: not served here */
    double hit_frac;
    double mean_tok;
    double rate_per_s;        /* of those that dispatch admits: a Poisson process of its own */
    double refused_tok_per_s; /* the others, in the mean */
    double patience_s;        /* its target of first tokens */
    double left;              /* of the exponential to the next arrival, in mean gaps */
    double arrived_tok;
};

struct wm_request_group {
    struct wm_arena *arena;
    const struct wm_site_plan *plan;
    const struct wm_partition *partition;
    size_t n_classes;
    struct arrivals *arrivals; /* [n_classes] */
    struct wm_service *service;
    struct wm_fleet *fleet;
    struct wm_log_hist *ttft, *tpot; /* [n_classes], weighted by output tokens */
    int64_t api_latency_ns;
    uint32_t n_up, n_parked; /* of those that are up */
    bool failed, door_shut;
};

/* Latencies are weighted by output tokens: a listener of the service. */
static void on_served(void *context, const struct wm_served *s)
{
    struct wm_request_group *const g = context;
    if (s->dropped)
        return;
    const double tok = (double)s->output_tok;
    wm_log_hist_add(&g->ttft[s->class_id],
                    1e-9 * (double)(s->first_ns - s->arrival_ns + g->api_latency_ns), tok);
    if (s->output_tok > 1)
        wm_log_hist_add(&g->tpot[s->class_id],
                        1e-9 * (double)(s->finish_ns - s->first_ns) / (tok - 1.0), tok);
}

static const struct wm_class *class_of(const struct wm_request_group *g, size_t k)
{
    return &g->plan->classes[g->partition->classes[k]];
}

static void open_service(struct wm_request_group *g)
{
    struct wm_class_policy policies[WM_CLASSES_MAX] = {{0}};
    for (size_t k = 0; k < g->n_classes; k++) {
        policies[k].ttft_slo_ns = (int64_t)(class_of(g, k)->slo_ttft_s * 1e9);
        policies[k].tpot_slo_ns = (int64_t)(1e9 / class_of(g, k)->slo_tok_per_s_per_user);
    }
    g->service = wm_service_new(g->arena, (uint32_t)g->n_classes, policies);
    g->service->api_latency_ns = g->api_latency_ns;
    g->service->on_served = on_served;
    g->service->context = g;
}

/* Each group and class has its own streams. */
static void open_class(struct wm_request_group *g, size_t k, uint64_t seed, uint32_t group)
{
    const struct wm_workload *const w = class_of(g, k)->workload;
    const struct wm_length input = wm_length_of_prompts(g->arena, w->class);
    const struct wm_length output = wm_length_of(w->class->output_tok, w->class->output_scv);
    const uint64_t id = (uint64_t)group << 32 | g->partition->classes[k];
    if (w->kind != WM_WORKLOAD_REQUEST)
        return;
    g->arrivals[k] = (struct arrivals){.gap = wm_rng_stream(seed, "site-request-gap", id),
                                       .prompt = wm_rng_stream(seed, "site-request-prompt", id),
                                       .length = wm_rng_stream(seed, "site-request-length", id),
                                       .input = wm_length_compile(g->arena, &input),
                                       .output = wm_length_compile(g->arena, &output),
                                       .hit_frac = class_of(g, k)->found_frac,
                                       .mean_tok = w->class->output_tok};
    g->arrivals[k].left = wm_rng_exponential(&g->arrivals[k].gap);
}

struct wm_request_group *wm_request_group_new(struct wm_arena *arena,
                                              const struct wm_scenario *scenario,
                                              const struct wm_site_plan *plan,
                                              const struct wm_group_place *place,
                                              const struct wm_fleet_params *params)
{
    const struct wm_partition *const p = &plan->partitions[place->partition];
    struct wm_fleet_params own = *params;
    struct wm_request_group *const g = WM_NEW(arena, struct wm_request_group);
    jmp_buf boundary;
    *g = (struct wm_request_group){.arena = wm_arena_open_child(arena),
                                   .plan = plan,
                                   .partition = p,
                                   .n_classes = p->n_classes,
                                   .arrivals = WM_NEW_ARRAY(arena, struct arrivals, p->n_classes),
                                   .ttft = WM_NEW_ARRAY(arena, struct wm_log_hist, p->n_classes),
                                   .tpot = WM_NEW_ARRAY(arena, struct wm_log_hist, p->n_classes),
                                   .api_latency_ns =
                                       (int64_t)(p->plan.c.engine->prompt_overhead_s * 1e9),
                                   .n_up = place->n_replicas};
    if (setjmp(boundary))
        wm_arena_give_up(arena);
    wm_arena_on_exhausted(g->arena, &boundary);
    open_service(g);
    for (size_t k = 0; k < g->n_classes; k++)
        open_class(g, k, (uint64_t)scenario->seed, place->group);
    own.n_replicas = place->n_replicas;
    own.seed = params->seed + place->group;
    g->fleet = wm_fleet_new(g->arena, &own, g->service);
    wm_arena_on_exhausted(g->arena, NULL);
    return g;
}

/* Shares that whole replicas meet within this are taken by the nearest number of them. */
static const double share_tolerance = 0.02;

static void park(struct wm_request_group *g, uint32_t first)
{
    g->n_parked = g->n_up - first;
    wm_fleet_set_clock(g->fleet, first, g->n_parked,
                       wm_surface_idle(g->partition->surface)->clock_frac, true);
}

/* Working replicas take the serving points of the mixture in their shares; the others are parked. */
static void spread_replicas(struct wm_request_group *g, const struct wm_spread *mix, double serving,
                            double n)
{
    double share = 0.0;
    uint32_t first = 0;
    for (size_t i = 0; i < mix->n; i++) {
        if (mix->point[i]->serving.out_tok_per_s <= 0.0 || mix->weight[i] <= 0.0)
            continue;
        share += mix->weight[i] / serving;
        const uint32_t end = (uint32_t)(share * n + 0.5);
        wm_fleet_set_clock(g->fleet, first, end - first, mix->point[i]->clock_frac, false);
        first = end;
    }
    park(g, first);
}

/* A number of replicas at one clock. */
struct whole {
    double n, tok_per_s, clock_frac;
};

/* Most that a replica makes within `power_w`, up to `wanted`, at the fastest clock that does. */
static struct whole within_power(const struct wm_surface *s, double power_w, double wanted)
{
    struct whole best = {0};
    for (size_t i = 0; i < s->n_clocks; i++) {
        const struct wm_surface_point *const row = s->rows[i];
        size_t j = 0;
        if (row[0].serving.it_w > power_w)
            continue;
        while (j + 1 < WM_SURFACE_BATCHES && row[j + 1].serving.it_w <= power_w)
            j++;
        double rate = row[j].serving.out_tok_per_s;
        if (j + 1 < WM_SURFACE_BATCHES)
            rate += (power_w - row[j].serving.it_w) /
                    (row[j + 1].serving.it_w - row[j].serving.it_w) *
                    (row[j + 1].serving.out_tok_per_s - rate);
        rate = fmin(rate, wanted);
        if (rate > best.tok_per_s * (1.0 + 1e-9))
            best = (struct whole){1.0, rate, row[0].clock_frac};
    }
    return best;
}

/* With so few replicas that no number of them is the share that serves: the number and the clock that
 * make most with the power decided. @return the share of what was decided that they can serve */
static double serve_by_few(struct wm_request_group *g, const struct wm_spread *mix, double serving)
{
    const struct wm_surface *const s = g->partition->surface;
    const double n = (double)g->n_up;
    const double power_w = n * WM_SPREAD_SUM(mix, it_w),
                 rate = n * WM_SPREAD_SUM(mix, out_tok_per_s);
    const double rest_w = fmin(s->off.serving.it_w, wm_surface_idle(s)->serving.it_w);
    struct whole best = {0};
    for (double k = fmax(1.0, floor(serving * n)); k <= fmin(n, ceil(serving * n)); k += 1.0) {
        struct whole one = within_power(s, (power_w - (n - k) * rest_w) / k, rate / k);
        one.n = k;
        if (one.n * one.tok_per_s > best.n * best.tok_per_s * (1.0 + 1e-9))
            best = one;
    }
    const uint32_t n_serving = (uint32_t)best.n;
    wm_fleet_set_clock(g->fleet, 0, n_serving, best.clock_frac, false);
    park(g, n_serving);
    return rate > 0.0 ? best.n * best.tok_per_s / rate : 0.0;
}

/* Where power is there, one more replica works rather than one too few.
 * @return the share of what was decided that the replicas can serve */
static double set_replicas(struct wm_request_group *g, const struct wm_spread *mix, bool is_short)
{
    double serving = 0.0;
    for (size_t i = 0; i < mix->n; i++)
        serving += mix->point[i]->serving.out_tok_per_s > 0.0 ? mix->weight[i] : 0.0;
    const double wanted = serving * (double)g->n_up;
    double n = floor(wanted + 0.5);
    if (!is_short)
        n = fmin((double)g->n_up, ceil((1.0 - share_tolerance) * wanted));
    else if (wanted > 1e-9 && fabs(n - wanted) > share_tolerance * wanted)
        return serve_by_few(g, mix, serving);
    spread_replicas(g, mix, serving, n);
    return 1.0;
}

void wm_request_group_decide(struct wm_request_group *g, const struct wm_site_flow *flow,
                             uint32_t n_up, double share_frac)
{
    const size_t partition = (size_t)(g->partition - g->plan->partitions);
    if (g->n_up != n_up) {
        g->n_up = n_up;
        wm_fleet_set_up(g->fleet, n_up);
    }
    const bool is_short = flow->requested_w > flow->power.site_w * (1.0 + 1e-9);
    const double can_frac = set_replicas(g, &flow->partitions[partition].state.mix, is_short);
    for (size_t k = 0; k < g->n_classes; k++) {
        const struct wm_class_flow *const c = &flow->classes[g->partition->classes[k]];
        struct arrivals *const a = &g->arrivals[k];
        if (a->input == NULL)
            continue;
        const double served_frac =
            c->offered_tok_per_s > 0.0 ? c->served_tok_per_s / c->offered_tok_per_s : 0.0;
        /* the solver's distance from the demand refuses nobody */
        const double admitted_frac = can_frac * (served_frac > 1.0 - 1e-9 ? 1.0 : served_frac);
        a->rate_per_s = admitted_frac * share_frac * c->offered_tok_per_s / a->mean_tok;
        a->refused_tok_per_s = fmax(0.0, 1.0 - admitted_frac) * share_frac * c->offered_tok_per_s;
        a->patience_s = class_of(g, k)->slo_ttft_s;
    }
}

uint32_t wm_request_group_parked(const struct wm_request_group *g)
{
    return g->n_parked;
}

double wm_request_group_most_w(const struct wm_request_group *g)
{
    const struct wm_fleet_draw draw = wm_fleet_draw(g->fleet);
    return most_margin * draw.most_w[WM_THROTTLE_NONE] + draw.asleep_w;
}

/* An interval with a budget, and what had been drawn when it began. */
struct interval {
    struct wm_group_budget budget;
    double begin_j, begin_idle_j;
    int64_t from_ns, until_ns, look_ns;
};

/* Lets the replicas do as much as is surely covered until the next look. */
static void look(struct wm_request_group *g, const struct interval *v, int64_t now_ns)
{
    const struct wm_group_budget *const b = &v->budget;
    const struct wm_fleet_draw draw = wm_fleet_draw(g->fleet);
    const double past_s = 1e-9 * (double)(now_ns - v->from_ns);
    const double next_s = 1e-9 * fmin((double)v->look_ns, (double)(v->until_ns - now_ns));
    /* those that are off save as far as replicas were idle, and those will that are asleep */
    const double off_j =
        b->saved_frac * fmin(b->off_idle_w * past_s, draw.idle_j - v->begin_idle_j);
    const double left_j = b->power_w * past_s - (draw.energy_j - v->begin_j - off_j);
    const double asleep_w = draw.asleep_w - b->saved_frac * fmin(b->off_idle_w, draw.asleep_w);
    enum wm_throttle t = WM_THROTTLE_NONE;
    while (t < WM_THROTTLE_HOLD &&
           most_margin * draw.most_w[t] * (next_s + draw.step_s) + asleep_w * next_s >
               left_j + b->power_w * next_s)
        t++;
    wm_fleet_throttle(g->fleet, t);
    /* what would wait too long behind the throttle is refused */
    double bearable = 0.0;
    for (size_t k = 0; k < g->n_classes; k++)
        bearable += 0.5 * g->arrivals[k].patience_s * g->arrivals[k].rate_per_s;
    g->door_shut =
        t == WM_THROTTLE_HOLD || (t != WM_THROTTLE_NONE && (double)draw.n_waiting > bearable);
}

/* The class whose next arrival comes first, until `until_s` after `now_s`; its time. n_classes: none. */
static size_t next_arrival(const struct wm_request_group *g, double now_s, double until_s,
                           double *first_s)
{
    size_t first = g->n_classes;
    *first_s = until_s;
    for (size_t k = 0; k < g->n_classes; k++) {
        const struct arrivals *const a = &g->arrivals[k];
        const double at_s =
            a->rate_per_s > 0.0 ? now_s + a->left / a->rate_per_s : (double)INFINITY;
        if (at_s < *first_s) {
            *first_s = at_s;
            first = k;
        }
    }
    return first;
}

static void arrive(struct wm_request_group *g, size_t k, int64_t now_ns)
{
    struct arrivals *const a = &g->arrivals[k];
    a->left = wm_rng_exponential(&a->gap);
    const uint32_t input_tok = wm_length_at(a->input, wm_rng_normal(&a->prompt));
    const struct wm_request r = {.arrival_ns = now_ns,
                                 .input_tok = input_tok,
                                 .output_tok = wm_length_at(a->output, wm_rng_normal(&a->length)),
                                 .hit_tok = (uint32_t)(a->hit_frac * (double)input_tok + 0.5),
                                 .class_id = (uint32_t)k};
    a->arrived_tok += (double)r.output_tok;
    if (g->door_shut)
        return;
    wm_fleet_advance(g->fleet, now_ns);
    wm_fleet_arrive(g->fleet, now_ns, &r);
}

/* Arrivals in order of time, with a look at the draw in between while a budget holds. */
static void serve(struct wm_request_group *g, int64_t from_ns, int64_t until_ns,
                  const struct wm_group_budget *budget)
{
    const struct wm_fleet_draw begin = wm_fleet_draw(g->fleet);
    const double longest_ns = (double)(until_ns - from_ns) / looks_min;
    const struct interval v = {.budget = *budget,
                               .begin_j = begin.energy_j,
                               .begin_idle_j = begin.idle_j,
                               .from_ns = from_ns,
                               .until_ns = until_ns,
                               .look_ns = (int64_t)fmax(1.0, fmin((double)look_ns, longest_ns))};
    const bool is_capped = isfinite(budget->power_w);
    for (size_t k = 0; k < g->n_classes; k++)
        g->arrivals[k].arrived_tok +=
            g->arrivals[k].refused_tok_per_s * 1e-9 * (double)(until_ns - from_ns);
    int64_t next_look_ns = is_capped ? from_ns : until_ns;
    double now_s = 0.0;
    if (!is_capped) {
        wm_fleet_throttle(g->fleet, WM_THROTTLE_NONE);
        g->door_shut = false;
    }
    for (;;) {
        double first_s = 0.0;
        const double look_s = 1e-9 * (double)(next_look_ns - from_ns);
        const size_t first = next_arrival(g, now_s, look_s, &first_s);
        for (size_t k = 0; k < g->n_classes; k++) {
            struct arrivals *const a = &g->arrivals[k];
            a->left = fmax(0.0, a->left - (first_s - now_s) * a->rate_per_s);
        }
        now_s = first_s;
        if (first < g->n_classes) {
            arrive(g, first, from_ns + (int64_t)(now_s * 1e9));
            continue;
        }
        wm_fleet_advance(g->fleet, next_look_ns);
        if (next_look_ns >= until_ns)
            return;
        look(g, &v, next_look_ns);
        next_look_ns += v.look_ns;
        if (next_look_ns > until_ns)
            next_look_ns = until_ns;
    }
}

void wm_request_group_serve(struct wm_request_group *g, int64_t from_ns, int64_t until_ns,
                            const struct wm_group_budget *budget)
{
    jmp_buf boundary;
    if (g->failed)
        return;
    if (setjmp(boundary)) {
        g->failed = true;
        return;
    }
    wm_arena_on_exhausted(g->arena, &boundary);
    serve(g, from_ns, until_ns, budget);
    wm_arena_on_exhausted(g->arena, NULL);
}

bool wm_request_group_failed(const struct wm_request_group *g)
{
    return g->failed;
}

struct wm_group_totals wm_request_group_totals(const struct wm_request_group *g, size_t k)
{
    const struct wm_service_class *const c = &g->service->classes[k];
    return (struct wm_group_totals){.fleet = wm_fleet_totals(g->fleet),
                                    .arrived_tok = g->arrivals[k].arrived_tok,
                                    .served_tok = c->served.output_tok,
                                    .in_flight_tok = wm_service_in_flight(c).output_tok,
                                    .n_served = c->served.requests,
                                    .n_slo_met = c->n_slo_met};
}

void wm_request_group_latency(const struct wm_request_group *g, size_t k, struct wm_log_hist *ttft,
                              struct wm_log_hist *tpot)
{
    wm_log_hist_merge(ttft, &g->ttft[k]);
    wm_log_hist_merge(tpot, &g->tpot[k]);
}
