#include "flow.h"

#include <math.h>

#include "../plan/contract.h"
#include "wattmill/require.h"
#include "wattmill/numeric.h"

/* Sums over partitions round in the last digits; limits leave them room. */
static const double rounding_margin = 1e-12;

/* Accelerators that serve nothing: failed replicas and those left over when replicas were formed. */
static double resting_gpus(const struct wm_partition *p, double n_up, bool is_there)
{
    if (!is_there)
        return 0.0;
    return p->spare_gpus + ((double)p->n_replicas - n_up) * (double)p->gpus_per_replica;
}

static struct wm_rest rest_of(const struct wm_site_plan *plan, const struct wm_partition *p,
                              double n_up, bool is_there)
{
    if (!is_there)
        return (struct wm_rest){0.0, 0.0};
    return wm_partition_rest(plan, p, (double)p->n_replicas - n_up, true);
}

static double resting_w(const struct wm_site_plan *plan, const struct wm_partition *p, double n_up,
                        bool is_there)
{
    const struct wm_rest rest = rest_of(plan, p, n_up, is_there);
    return (rest.board_w + rest.host_w) * (1.0 + wm_partition_accelerator(plan, p)->other_it_frac);
}

/* The same accelerators switched off: as much as others of their pool that are off, but no more than at rest. */
static double resting_off_w(const struct wm_site_plan *plan, const struct wm_partition *p,
                            double n_up, bool is_there, double off_frac)
{
    const struct wm_accelerator *const a = wm_partition_accelerator(plan, p);
    const double rest_w = resting_w(plan, p, n_up, is_there);
    if (!p->surface || p->is_job)
        return off_frac * rest_w;
    return wm_smaller(rest_w, resting_gpus(p, n_up, is_there) / (double)p->gpus_per_replica *
                            p->surface->off.serving.it_w * (1.0 + a->other_it_frac));
}

static double serving_frac(const struct wm_switched *s)
{
    return wm_larger(0.0, 1.0 - s->off_frac - s->starting_frac);
}

/* Replicas that are off or start, overhead included: nothing that this instant could change. */
static double switched_w(const struct wm_accelerator *a, const struct wm_partition *p,
                         const struct wm_switched *s, double n_up)
{
    return n_up * (1.0 + a->other_it_frac) *
           (s->off_frac * p->surface->off.serving.it_w +
            s->starting_frac * wm_surface_idle(p->surface)->serving.it_w);
}

/* Default ranks of the kinds under `priority`. */
static double rank_of(const struct wm_workload *w)
{
    if (w->priority >= 0)
        return (double)w->priority;
    static const double ranks[] = {[WM_WORKLOAD_BATCH] = 0.0,
                                   [WM_WORKLOAD_FINETUNE] = 10.0,
                                   [WM_WORKLOAD_TRAINING] = 20.0,
                                   [WM_WORKLOAD_REQUEST] = 100.0};
    return ranks[w->kind];
}

/* Above every rank a scenario can give: what a class may not lose before others lose more. */
static const double protected_rank = 1e4;

/* Below every class in order of price: work that can wait never takes the place of work that is lost. */
static const double after_all = 1e4;

static size_t add_tier(struct wm_tier *tiers, size_t n, const struct wm_tier *tier)
{
    size_t k = n;
    for (; k > 0 && tiers[k - 1].rank < tier->rank; k--)
        tiers[k] = tiers[k - 1];
    tiers[k] = *tier;
    return n + 1;
}

/* The classes of a partition as tiers, in the order in which the policy serves them. */
static size_t fill_tiers(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                         const struct wm_partition *p, const struct wm_instant *now,
                         struct wm_tier *tiers)
{
    const bool by_rank = scenario->policy.capping == WM_CAPPING_PRIORITY;
    size_t n = 0;
    for (size_t k = 0; k < p->n_classes; k++) {
        const size_t i = p->classes[k];
        const struct wm_class *c = &plan->classes[i];
        const double usd_per_tok = c->worth_usd_per_out_tok / c->weight;
        const double rank = rank_of(c->workload), loss = c->workload->max_loss_frac;
        struct wm_tier t = {.rate_tok_per_s = now->wanted[i] * c->weight,
                            .usd_per_tok = usd_per_tok,
                            .worth_usd_per_tok = now->is_urgent[i] ? usd_per_tok : 0.0,
                            .rank = -(double)k - (now->is_urgent[i] ? 0.0 : after_all),
                            .class = (uint32_t)i};
        if (!by_rank) {
            n = add_tier(tiers, n, &t);
            continue;
        }
        const double rate = t.rate_tok_per_s;
        t.rank = protected_rank + rank;
        t.rate_tok_per_s = (1.0 - loss) * rate;
        n = add_tier(tiers, n, &t);
        t.rank = rank;
        t.rate_tok_per_s = loss * rate;
        if (loss > 0.0)
            n = add_tier(tiers, n, &t);
    }
    return n;
}

static void add_resting(struct wm_board_hall *hall, const struct wm_scenario *scenario,
                        const struct wm_site_plan *plan, const struct wm_partition *p, double n_up,
                        bool is_there)
{
    hall->resting_w += resting_w(plan, p, n_up, is_there);
    hall->resting_off_w += resting_off_w(plan, p, n_up, is_there, scenario->policy.off_power_frac);
}

static void fill_board(struct wm_board *b, const struct wm_scenario *scenario,
                       const struct wm_site_plan *plan, const struct wm_instant *now)
{
    b->n = b->n_tiers = 0;
    for (size_t h = 0; h < plan->n_halls; h++)
        b->halls[h] = (struct wm_board_hall){0};
    for (size_t i = 0; i < plan->n_partitions; i++) {
        const struct wm_partition *p = &plan->partitions[i];
        const struct wm_accelerator *a = wm_partition_accelerator(plan, p);
        const size_t hall = wm_partition_hall(plan, p);
        add_resting(&b->halls[hall], scenario, plan, p, now->n_up[i], now->is_there[i]);
        if (!p->surface)
            continue;
        const struct wm_switched s = now->switched ? now->switched[i] : (struct wm_switched){0};
        b->halls[hall].switched_w += switched_w(a, p, &s, now->n_up[i]);
        struct wm_tier *const tiers = &b->tiers[b->n_tiers];
        struct wm_dispatch_item *const item = &b->items[b->n];
        *item = (struct wm_dispatch_item){.surface = p->surface,
                                          .thrift = p->thrift,
                                          .n_up = now->n_up[i] * serving_frac(&s),
                                          .overhead_frac = a->other_it_frac,
                                          .tiers = tiers,
                                          .n_tiers = fill_tiers(scenario, plan, p, now, tiers),
                                          .hall = hall};
        for (size_t k = 0; k < item->n_tiers; k++)
            item->demand_tok_per_s += tiers[k].rate_tok_per_s;
        b->n_tiers += item->n_tiers;
        b->index[b->n++] = i;
    }
}

static void add_uses(struct wm_site_flow *flow, const struct wm_site_plan *plan,
                     const struct wm_partition *p, const struct wm_partition_flow *pf,
                     double resting_frac)
{
    const struct wm_accelerator *const a = wm_partition_accelerator(plan, p);
    const struct wm_spread *m = &pf->state.mix;
    const double n_up = pf->up_replicas;
    const struct wm_rest rest = rest_of(plan, p, n_up, pf->is_there);
    const double prefill_w = n_up * WM_SPREAD_SUM(m, prefill_w);
    const double decode_w = n_up * WM_SPREAD_SUM(m, decode_w);
    const double idle_w = n_up * WM_SPREAD_SUM(m, idle_w) + resting_frac * rest.board_w;
    const double host_w = n_up * WM_SPREAD_SUM(m, host_w) + resting_frac * rest.host_w;
    flow->use_w[WM_USE_PREFILL] += prefill_w;
    flow->use_w[p->is_job ? WM_USE_TRAINING : WM_USE_DECODE] += decode_w;
    flow->use_w[WM_USE_IDLE] += idle_w;
    flow->use_w[WM_USE_HOST] += host_w;
    flow->use_w[WM_USE_NETWORK] += a->other_it_frac * (prefill_w + decode_w + idle_w + host_w);
}

static double clock_of(const struct wm_spread *mix)
{
    double sum = 0.0, on = 0.0;
    for (size_t i = 0; i < mix->n; i++) {
        sum += mix->weight[i] * mix->point[i]->clock_frac;
        on += mix->point[i]->clock_frac > 0.0 ? mix->weight[i] : 0.0;
    }
    return on > 0.0 ? sum / on : 0.0;
}

static double off_share(const struct wm_partition *p, const struct wm_spread *mix)
{
    double on = 0.0;
    if (p->is_job)
        return 0.0;
    for (size_t i = 0; i < mix->n; i++)
        on += mix->point[i] != &p->surface->off ? mix->weight[i] : 0.0;
    return wm_larger(0.0, 1.0 - on);
}

static void fill_partition(struct wm_site_flow *flow, const struct wm_site_plan *plan, size_t i,
                           const struct wm_instant *now)
{
    const double n_up = now->n_up[i];
    const struct wm_partition *p = &plan->partitions[i];
    struct wm_partition_flow *pf = &flow->partitions[i];
    const struct wm_spread *m = &pf->state.mix;
    const double resting_frac = flow->halls[wm_partition_hall(plan, p)].resting_frac;
    pf->is_there = now->is_there[i];
    pf->it_w = pf->state.it_w + resting_frac * resting_w(plan, p, n_up, pf->is_there);
    pf->up_replicas = n_up;
    pf->off_frac = n_up > 0.0 && p->surface ? off_share(p, m) : 0.0;
    pf->clock_frac = clock_of(m);
    pf->prefill_busy_gpus = n_up * WM_SPREAD_SUM(m, prefill_busy_gpus);
    pf->busy_gpus = n_up * WM_SPREAD_SUM(m, busy_gpus);
    flow->serving_it_w += wm_partition_serves(p) ? pf->it_w : 0.0;
    add_uses(flow, plan, p, pf, resting_frac);
}

/* Share of the tokens of a mixture that are served within the class's targets. */
static double slo_share(const struct wm_class *c, const struct wm_spread *mix)
{
    double within = 0.0, all = 0.0;
    for (size_t i = 0; i < mix->n; i++) {
        const double tok = mix->weight[i] * mix->point[i]->serving.out_tok_per_s;
        within += tok * c->slo_frac[mix->point[i]->clock][mix->point[i]->batch];
        all += tok;
    }
    return all > 0.0 ? within / all : 1.0;
}

/* Who gets the partition's tokens: by order of the tiers, or all the same share. */
static void share_tokens(const struct wm_scenario *scenario, const struct wm_dispatch_item *item,
                         double served_tok_per_s, struct wm_class_flow *classes)
{
    const bool same_share = scenario->policy.capping == WM_CAPPING_UNIFORM;
    double left = served_tok_per_s;
    const double share =
        item->demand_tok_per_s > 0.0 ? wm_smaller(1.0, left / item->demand_tok_per_s) : 0.0;
    for (size_t k = 0; k < item->n_tiers; k++) {
        const struct wm_tier *t = &item->tiers[k];
        const double given = same_share ? share * t->rate_tok_per_s : wm_smaller(left, t->rate_tok_per_s);
        left -= given;
        classes[t->class].served_tok_per_s += given;
    }
}

static void fill_classes(struct wm_site_flow *flow, const struct wm_site_plan *plan,
                         const struct wm_partition *p, const struct wm_spread *mix)
{
    for (size_t k = 0; k < p->n_classes; k++) {
        const struct wm_class *c = &plan->classes[p->classes[k]];
        struct wm_class_flow *cf = &flow->classes[p->classes[k]];
        cf->served_tok_per_s = wm_smaller(cf->served_tok_per_s / c->weight, cf->wanted_tok_per_s);
        cf->slo_tok_per_s = cf->served_tok_per_s * slo_share(c, mix);
    }
}

/* Why less is drawn than asked for: first the contract, then a window, then heat, then a hall's distribution, then the
 * price of energy. */
static void explain_shortfall(struct wm_site_flow *flow, const struct wm_instant *now)
{
    const double nearly = 1.0 - 2.0 * rounding_margin; /* the solver's distance from a limit */
    if (flow->power.site_w >= nearly * flow->requested_w)
        return;
    double under_window_w = wm_smaller(flow->requested_w, flow->allowed_w + now->support_w);
    if (flow->power.site_w >= nearly * under_window_w)
        under_window_w = flow->power.site_w;
    const double under_contract_w = flow->allowed_w < flow->contract_w
                                        ? wm_smaller(flow->requested_w, flow->contract_w + now->support_w)
                                        : under_window_w;
    flow->capped_w = flow->requested_w - under_contract_w;
    flow->shed_w = under_contract_w - under_window_w;
    /* what the plant can cool, where that is less */
    double under_heat_w = wm_smaller(under_window_w, flow->cooled_w);
    if (flow->power.site_w >= nearly * under_heat_w)
        under_heat_w = flow->power.site_w;
    flow->hot_w = under_window_w - under_heat_w;
    double under_hall_w = wm_smaller(under_heat_w, flow->held_w);
    if (flow->power.site_w >= nearly * under_hall_w)
        under_hall_w = flow->power.site_w;
    flow->hall_w = under_heat_w - under_hall_w;
    flow->unworthy_w = under_hall_w - flow->power.site_w;
    flow->payment_usd_per_s = flow->shed_w / WM_J_PER_MWH * now->ceiling->payment_usd_per_mwh;
}

/* The state of the partition's replicas that can serve becomes that of all that work. */
static void add_switched(const struct wm_partition *p, const struct wm_switched *s, double n_up,
                         double overhead_frac, struct wm_dispatch_state *state)
{
    struct wm_spread *const mix = &state->mix;
    if (s->off_frac + s->starting_frac <= 0.0)
        return;
    const struct wm_surface_point *const points[] = {&p->surface->off, wm_surface_idle(p->surface)};
    const double shares[] = {s->off_frac, s->starting_frac};
    for (size_t i = 0; i < mix->n; i++)
        mix->weight[i] *= serving_frac(s);
    WM_REQUIRE(mix->n + 2 <= WM_SPREAD_POINTS);
    for (size_t i = 0; i < 2; i++) {
        mix->point[mix->n] = points[i];
        mix->weight[mix->n++] = shares[i];
        state->it_w += n_up * shares[i] * points[i]->serving.it_w * (1.0 + overhead_frac);
    }
}

struct wm_site_flow wm_flow_new(struct wm_arena *arena, const struct wm_site_plan *plan)
{
    return (struct wm_site_flow){
        .halls = WM_NEW_ARRAY(arena, struct wm_hall_flow, plan->n_halls),
        .partitions = WM_NEW_ARRAY(arena, struct wm_partition_flow, plan->n_partitions),
        .classes = WM_NEW_ARRAY(arena, struct wm_class_flow, plan->n_classes)};
}

void wm_flow_eval(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                  const struct wm_instant *instant, struct wm_board *b, struct wm_site_flow *flow)
{
    *flow = (struct wm_site_flow){.halls = flow->halls,
                                  .partitions = flow->partitions,
                                  .classes = flow->classes,
                                  .cooled_w = (double)INFINITY,
                                  .held_w = (double)INFINITY,
                                  .allowed_w = instant->ceiling->allowed_w,
                                  .contract_w = instant->ceiling->contract_w,
                                  .standing_w = wm_contract_standing_w(
                                      &scenario->site, instant->ceiling->contract_w),
                                  .limit_w = instant->ceiling->limit_w};
    for (size_t h = 0; h < plan->n_halls; h++)
        flow->halls[h] = (struct wm_hall_flow){0};
    for (size_t i = 0; i < plan->n_partitions; i++)
        flow->partitions[i] = (struct wm_partition_flow){0};
    for (size_t i = 0; i < plan->n_classes; i++)
        flow->classes[i] = (struct wm_class_flow){.offered_tok_per_s = instant->offered[i],
                                                  .wanted_tok_per_s = instant->wanted[i]};
    fill_board(b, scenario, plan, instant);
    const struct wm_limits limits = {.weather = &instant->weather,
                                     .chiller_lost_frac = instant->chiller_lost_frac,
                                     .allowed_w = flow->allowed_w + instant->support_w,
                                     .cost_usd_per_j = instant->energy_usd_per_mwh / WM_J_PER_MWH,
                                     .capping = scenario->policy.capping,
                                     .within_frac = 1.0 - rounding_margin};
    wm_board_decide(b, plan, &limits, flow);
    explain_shortfall(flow, instant);
    /* the solver stays on the safe side; only the house can exceed the limit */
    flow->over_limit_w = wm_larger(0.0, flow->power.site_w - flow->limit_w - instant->support_w);
    flow->penalty_usd_per_s =
        flow->over_limit_w / WM_J_PER_MWH * instant->ceiling->penalty_usd_per_mwh;
    for (size_t k = 0; k < b->n; k++) {
        const size_t i = b->index[k];
        if (instant->switched)
            add_switched(&plan->partitions[i], &instant->switched[i], instant->n_up[i],
                         b->items[k].overhead_frac, &b->states[k]);
        flow->partitions[i].state = b->states[k];
        share_tokens(scenario, &b->items[k], b->states[k].served_tok_per_s, flow->classes);
        fill_classes(flow, plan, &plan->partitions[i], &b->states[k].mix);
    }
    for (size_t i = 0; i < plan->n_partitions; i++)
        fill_partition(flow, plan, i, instant);
    flow->use_w[WM_USE_HOST] += flow->power.shelf_w;
    const double missing_w =
        wm_potential_missing_w(plan, &instant->potential, instant->n_up, instant->is_there);
    wm_stranded_split(instant->ceiling, instant->design_potential.site_w,
                      instant->potential.site_w, missing_w, flow->stranded_w);
    flow->slack_w = flow->limit_w - flow->power.site_w;
    for (size_t i = 0; i < WM_N_STRANDINGS; i++)
        flow->slack_w -= flow->stranded_w[i];
    flow->use_w[WM_USE_COOLING] = flow->power.cooling_w;
    flow->use_w[WM_USE_CONVERSION] = flow->power.conversion_w;
    flow->use_w[WM_USE_HOUSE] = flow->power.house_w;
}

/* Every partition at its capacity and the price of its dearest class. */
static void fill_design_board(struct wm_board *b, const struct wm_scenario *scenario,
                              const struct wm_site_plan *plan)
{
    for (size_t i = 0; i < plan->n_partitions; i++) {
        const struct wm_partition *p = &plan->partitions[i];
        const struct wm_accelerator *a = wm_partition_accelerator(plan, p);
        const size_t hall = wm_partition_hall(plan, p);
        add_resting(&b->halls[hall], scenario, plan, p, (double)p->n_replicas, true);
        if (!p->surface)
            continue;
        const struct wm_class *first = &plan->classes[p->classes[0]];
        struct wm_tier *const tier = &b->tiers[b->n];
        *tier = (struct wm_tier){.rate_tok_per_s =
                                     (double)p->n_replicas * wm_surface_capacity(p->surface),
                                 .usd_per_tok = first->usd_per_out_tok,
                                 .worth_usd_per_tok = first->usd_per_out_tok};
        b->items[b->n] = (struct wm_dispatch_item){.surface = p->surface,
                                                   .n_up = (double)p->n_replicas,
                                                   .demand_tok_per_s = tier->rate_tok_per_s,
                                                   .overhead_frac = a->other_it_frac,
                                                   .tiers = tier,
                                                   .n_tiers = 1,
                                                   .hall = hall};
        b->index[b->n++] = i;
    }
}

double wm_design_capacity(struct wm_arena *arena, const struct wm_scenario *scenario,
                          const struct wm_site_plan *plan)
{
    struct wm_board *const b = wm_board_new(arena, plan);
    struct wm_site_flow flow = wm_flow_new(arena, plan);
    const struct wm_limits limits = {.weather = &plan->design,
                                     .allowed_w = scenario->site.ceiling.limit_w,
                                     .capping = WM_CAPPING_MARGINAL_REVENUE,
                                     .within_frac = 1.0};
    double sum = 0.0;
    fill_design_board(b, scenario, plan);
    wm_board_decide(b, plan, &limits, &flow);
    for (size_t i = 0; i < b->n; i++)
        sum += plan->partitions[b->index[i]].is_job ? 0.0 : b->states[i].served_tok_per_s;
    return sum;
}
