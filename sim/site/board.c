#include "board.h"

#include <math.h>

#include "wattmill/numeric.h"

struct wm_board *wm_board_new(struct wm_arena *arena, const struct wm_site_plan *plan)
{
    const size_t n = plan->n_partitions;
    struct wm_board *const b = WM_NEW(arena, struct wm_board);
    *b = (struct wm_board){
        .items = WM_NEW_ARRAY(arena, struct wm_dispatch_item, n),
        .states = WM_NEW_ARRAY(arena, struct wm_dispatch_state, n),
        .index = WM_NEW_ARRAY(arena, size_t, n),
        .tiers = WM_NEW_ARRAY(arena, struct wm_tier, 2 * (plan->n_classes + n)),
        .halls = WM_NEW_ARRAY(arena, struct wm_board_hall, plan->n_halls),
        .full = WM_NEW_ARRAY(arena, struct wm_hall_flow, plan->n_halls),
        .orders = WM_NEW_ARRAY(arena, struct wm_dispatch_hall, plan->n_halls),
        .room = wm_dispatch_room_new(arena, n, plan->n_halls)};
    return b;
}

/* IT power of each hall, with its own share of resting power on. */
static void total(struct wm_board *b, size_t n_halls)
{
    for (size_t h = 0; h < n_halls; h++)
        b->halls[h].it_w =
            b->halls[h].switched_w + b->halls[h].resting_frac * b->halls[h].resting_w;
    for (size_t i = 0; i < b->n; i++)
        b->halls[b->items[i].hall].it_w += b->states[i].it_w;
}

static void rest_at(struct wm_board *b, size_t n_halls, double frac)
{
    for (size_t h = 0; h < n_halls; h++)
        b->halls[h].resting_frac = frac;
    total(b, n_halls);
}

/* What serves nothing is switched off. */
static void rest_off(struct wm_board *b, size_t n_halls)
{
    for (size_t h = 0; h < n_halls; h++)
        b->halls[h].resting_frac =
            b->halls[h].resting_w > 0.0 ? b->halls[h].resting_off_w / b->halls[h].resting_w : 0.0;
    total(b, n_halls);
}

static void fill_power(const struct wm_board *b, const struct wm_site_plan *plan,
                       const struct wm_limits *limits, struct wm_site_flow *flow)
{
    flow->halls[0].resting_frac = b->halls[0].resting_frac;
    flow->power = wm_facility_eval(&plan->halls[0].facility, limits->weather, b->halls[0].it_w);
    if (plan->n_halls == 1)
        return;
    flow->halls[0].power = flow->power;
    for (size_t h = 1; h < plan->n_halls; h++) {
        flow->halls[h].resting_frac = b->halls[h].resting_frac;
        flow->halls[h].power =
            wm_facility_eval(&plan->halls[h].facility, limits->weather, b->halls[h].it_w);
        wm_facility_power_add(&flow->power, &flow->halls[h].power);
    }
}

/* IT power that the working chillers leave room for; without limit in hours that do not need them. */
static double chilled_it_w(const struct wm_facility *f, double lost_frac,
                           const struct wm_facility_power *power)
{
    if (lost_frac <= 0.0 || power->plant.chiller_w <= 0.0)
        return (double)INFINITY;
    return f->it_design_w * (1.0 - lost_frac);
}

/* What each hall may draw, when all that is asked for would be drawn. @return whether any is held back */
static bool set_caps(struct wm_board *b, const struct wm_site_plan *plan,
                     const struct wm_limits *limits, struct wm_site_flow *flow)
{
    bool is_held = false;
    for (size_t h = 0; h < plan->n_halls; h++) {
        const struct wm_facility *const f = &plan->halls[h].facility;
        const struct wm_facility_power *const power =
            plan->n_halls == 1 ? &flow->power : &flow->halls[h].power;
        struct wm_board_hall *const hall = &b->halls[h];
        hall->asked_w = hall->it_w;
        hall->cool_w = (double)INFINITY;
        if (limits->chiller_lost_frac != NULL) {
            const double chilled_w = chilled_it_w(f, limits->chiller_lost_frac[h], power);
            if (power->plant.heat_unmet_w > 0.0 || power->it_w > chilled_w)
                hall->cool_w = fmin(chilled_w, wm_facility_it_for_heat_w(f, limits->weather));
        }
        hall->cap_w = fmin(hall->cool_w, plan->halls[h].it_limit_w);
        flow->halls[h].cap_w = hall->cap_w;
        is_held = is_held || hall->cool_w < (double)INFINITY || hall->asked_w > hall->cap_w;
    }
    return is_held;
}

/* ---- one hall --------------------------------------------------------------------------------- */

/* What serves nothing is the first to be switched off and the last to come back; should even its standby
 * power be too much, it is cut from power. @return its power over that when it is on */
static double resting_frac(const struct wm_board_hall *hall, double all_but_w, double most_w)
{
    const double left_w = most_w - all_but_w;
    return hall->resting_w > 0.0 ? fmin(1.0, fmax(0.0, left_w / hall->resting_w)) : 1.0;
}

static void decide_hall(struct wm_board *b, const struct wm_site_plan *plan,
                        const struct wm_limits *limits, struct wm_site_flow *flow)
{
    const struct wm_facility *const f = &plan->halls[0].facility;
    struct wm_board_hall *const hall = &b->halls[0];
    const double under_ceiling_w = wm_facility_it_for_site_w(f, limits->weather, limits->allowed_w);
    double it_w = under_ceiling_w;
    if (hall->cool_w < (double)INFINITY) {
        flow->halls[0].hot_frac = 1.0;
        it_w = fmin(it_w, hall->cool_w);
        flow->cooled_w = wm_facility_eval(f, limits->weather, it_w).site_w;
    }
    if (hall->cap_w < it_w && hall->cap_w < hall->asked_w) {
        it_w = hall->cap_w;
        flow->held_w = wm_facility_eval(f, limits->weather, it_w).site_w;
        flow->halls[0].is_bound = true;
    }
    const double site_per_it = wm_facility_marginal(
        f, limits->weather, fmin(it_w, flow->power.it_w - flow->power.shelf_w));
    const double below_w = it_w * limits->within_frac;
    const struct wm_dispatch_order order = {.capping = limits->capping,
                                            .budget_w = below_w - hall->switched_w -
                                                        hall->resting_off_w,
                                            .cost_usd_per_j = limits->cost_usd_per_j * site_per_it};
    const struct wm_margin worth = wm_dispatch(b->room, b->items, b->n, &order, b->states);
    rest_at(b, 1, 0.0);
    rest_at(b, 1, resting_frac(hall, hall->it_w, below_w));
    fill_power(b, plan, limits, flow);
    if (it_w < under_ceiling_w) /* a megawatt more of ceiling could not be used */
        return;
    flow->shadow_usd_per_mwh = fmax(0.0, worth.usd_per_j * WM_J_PER_MWH / site_per_it);
    flow->is_bound = flow->shadow_usd_per_mwh > 0.0;
    flow->margin = worth;
    flow->margin.tok_per_j /= site_per_it;
}

/* ---- several halls ---------------------------------------------------------------------------- */

struct search {
    struct wm_board *board;
    const struct wm_site_plan *plan;
    const struct wm_limits *limits;
    struct wm_site_flow *flow;
    struct wm_dispatch_order order;
    struct wm_margin worth;
};

static double over_allowed_w(const struct search *s)
{
    fill_power(s->board, s->plan, s->limits, s->flow);
    return s->flow->power.site_w - s->limits->allowed_w;
}

/* What the site draws over its limit with this budget for what serves, the rest switched off. */
static double excess_of_budget(double budget_w, void *context)
{
    struct search *const s = context;
    s->order.budget_w = budget_w;
    s->worth =
        wm_dispatch(s->board->room, s->board->items, s->board->n, &s->order, s->board->states);
    rest_off(s->board, s->plan->n_halls);
    return over_allowed_w(s);
}

/* The same with this share of what may rest on in each hall. */
static double excess_of_rest(double share, void *context)
{
    struct search *const s = context;
    const size_t n = s->plan->n_halls;
    rest_at(s->board, n, 0.0);
    for (size_t h = 0; h < n; h++) {
        struct wm_board_hall *const hall = &s->board->halls[h];
        hall->resting_frac = share * resting_frac(hall, hall->it_w, hall->cap_w * s->limits->within_frac);
    }
    total(s->board, n);
    return over_allowed_w(s);
}

/* Site power with every hall at what is asked for or at a cap of its own. */
static double capped_site_w(const struct wm_board *b, const struct wm_site_plan *plan,
                            const struct wm_limits *limits, bool with_limits)
{
    double sum_w = 0.0;
    for (size_t h = 0; h < plan->n_halls; h++) {
        const struct wm_board_hall *const hall = &b->halls[h];
        const double it_w = fmin(hall->asked_w, with_limits ? hall->cap_w : hall->cool_w);
        sum_w += wm_facility_eval(&plan->halls[h].facility, limits->weather, it_w).site_w;
    }
    return sum_w;
}

static void share_heat(const struct wm_board *b, const struct wm_site_plan *plan,
                       struct wm_site_flow *flow)
{
    double sum_w = 0.0;
    for (size_t h = 0; h < plan->n_halls; h++)
        sum_w += fmax(0.0, b->halls[h].asked_w - b->halls[h].cool_w);
    for (size_t h = 0; h < plan->n_halls && sum_w > 0.0; h++)
        flow->halls[h].hot_frac = fmax(0.0, b->halls[h].asked_w - b->halls[h].cool_w) / sum_w;
}

static void weigh_halls(struct wm_board *b, const struct wm_site_plan *plan,
                        const struct wm_limits *limits)
{
    for (size_t h = 0; h < plan->n_halls; h++) {
        const struct wm_board_hall *const hall = &b->halls[h];
        const double it_w = fmin(hall->asked_w, hall->cap_w);
        b->orders[h] = (struct wm_dispatch_hall){
            .weight = wm_facility_marginal(&plan->halls[h].facility, limits->weather,
                                           fmax(it_w, 1e-3 * plan->halls[h].facility.it_design_w)),
            .budget_w =
                hall->cap_w * limits->within_frac - hall->switched_w - hall->resting_off_w};
    }
}

static void decide_halls(struct wm_board *b, const struct wm_site_plan *plan,
                         const struct wm_limits *limits, struct wm_site_flow *flow)
{
    double most_w = 0.0;
    if (capped_site_w(b, plan, limits, false) < flow->requested_w)
        flow->cooled_w = capped_site_w(b, plan, limits, false);
    if (capped_site_w(b, plan, limits, true) < fmin(flow->cooled_w, flow->requested_w))
        flow->held_w = capped_site_w(b, plan, limits, true);
    share_heat(b, plan, flow);
    weigh_halls(b, plan, limits);
    for (size_t h = 0; h < plan->n_halls; h++)
        most_w += b->orders[h].weight * b->halls[h].asked_w;
    struct search s = {.board = b,
                       .plan = plan,
                       .limits = limits,
                       .flow = flow,
                       .order = {.capping = limits->capping,
                                 .cost_usd_per_j = limits->cost_usd_per_j,
                                 .halls = b->orders,
                                 .n_halls = plan->n_halls}};
    const bool is_short = excess_of_budget(most_w, &s) > 0.0;
    if (is_short)
        excess_of_budget(
            excess_of_budget(0.0, &s) > 0.0 ? 0.0 : wm_largest_fit(excess_of_budget, &s, most_w),
            &s);
    if (excess_of_rest(1.0, &s) > 0.0)
        excess_of_rest(
            excess_of_rest(0.0, &s) > 0.0 ? 0.0 : wm_largest_fit(excess_of_rest, &s, 1.0), &s);
    for (size_t h = 0; h < plan->n_halls; h++) {
        const struct wm_board_hall *const hall = &b->halls[h];
        flow->halls[h].is_bound = hall->cap_w < hall->cool_w && hall->asked_w > hall->cap_w &&
                                  hall->it_w >= hall->cap_w * (1.0 - 1e-9);
    }
    if (!is_short)
        return;
    flow->shadow_usd_per_mwh = fmax(0.0, s.worth.usd_per_j * WM_J_PER_MWH);
    flow->is_bound = flow->shadow_usd_per_mwh > 0.0;
    flow->margin = s.worth;
}

/* ---- both ------------------------------------------------------------------------------------- */

void wm_board_decide(struct wm_board *b, const struct wm_site_plan *plan,
                     const struct wm_limits *limits, struct wm_site_flow *flow)
{
    wm_dispatch_unlimited(b->items, b->n, b->states);
    rest_at(b, plan->n_halls, 1.0);
    fill_power(b, plan, limits, flow);
    flow->requested_w = flow->power.site_w;
    const bool by_margin = limits->capping == WM_CAPPING_MARGINAL_REVENUE;
    /* two watts at the meter per watt of IT is more than any plant takes */
    const bool may_not_pay =
        by_margin && 2.0 * limits->cost_usd_per_j > wm_dispatch_least_margin(b->items, b->n);
    const bool is_held = set_caps(b, plan, limits, flow);
    if (flow->power.site_w <= limits->allowed_w && !may_not_pay && !is_held)
        return;
    if (plan->n_halls == 1)
        decide_hall(b, plan, limits, flow);
    else
        decide_halls(b, plan, limits, flow);
}
