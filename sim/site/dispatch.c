#include "dispatch.h"

#include <math.h>

#include "wattmill/require.h"

static double item_power_w(const struct wm_dispatch_item *item, double replica_w)
{
    return item->n_up * replica_w * (1.0 + item->overhead_frac);
}

static void set_state(const struct wm_dispatch_item *item, const struct wm_spread *mix,
                      struct wm_dispatch_state *s)
{
    s->mix = *mix;
    s->it_w = item_power_w(item, WM_SPREAD_SUM(mix, it_w));
    s->served_tok_per_s = item->n_up * WM_SPREAD_SUM(mix, out_tok_per_s);
}

static double rate_per_replica(const struct wm_dispatch_item *item)
{
    return item->n_up > 0.0 ? item->demand_tok_per_s / item->n_up : 0.0;
}

/* How a replica's mean rate is held when power is there. */
static struct wm_spread unbound(const struct wm_dispatch_item *item, double rate_tok_per_s)
{
    struct wm_spread mix;
    if (item->thrift != NULL && wm_thrift_at_rate(item->thrift, rate_tok_per_s, &mix))
        return mix;
    return wm_surface_at_rate(item->surface, 0, rate_tok_per_s);
}

void wm_dispatch_unlimited(const struct wm_dispatch_item *items, size_t n,
                           struct wm_dispatch_state *states)
{
    for (size_t i = 0; i < n; i++) {
        const struct wm_spread mix = unbound(&items[i], rate_per_replica(&items[i]));
        set_state(&items[i], &mix, &states[i]);
    }
}

/* Where a partition stands on its envelope: past `vertex` by `frac` of the piece; `tier` is served
 * next, `tier_tok` of a replica's rate of it are. */
struct climb {
    size_t vertex, tier;
    double frac, tier_tok_per_s;
};

/* The next stretch from there: up to the next vertex or the end of the tier. */
struct stretch {
    double power_w; /* of the partition; 0: none is left */
    double frac;    /* of the piece of the envelope */
    double tok_per_s;
    double tok_per_j;
    bool ends_tier, ends_piece;
};

static struct stretch next_stretch(const struct wm_dispatch_item *item, const struct climb *at)
{
    const struct wm_surface *s = item->surface;
    struct stretch none = {0};
    if (at->vertex + 1 >= s->n_hull || at->tier >= item->n_tiers || item->n_up <= 0.0)
        return none;
    const struct wm_serving_point *a = &s->hull[at->vertex]->serving;
    const struct wm_serving_point *b = &s->hull[at->vertex + 1]->serving;
    const double rise = b->out_tok_per_s - a->out_tok_per_s;
    const double to_vertex = (1.0 - at->frac) * rise;
    const double to_tier = item->tiers[at->tier].rate_tok_per_s / item->n_up - at->tier_tok_per_s;
    const double step = fmax(0.0, fmin(to_vertex, to_tier));
    const double piece_w = b->it_w - a->it_w;
    return (struct stretch){
        .power_w = item_power_w(item, piece_w * step / rise),
        .frac = step / rise,
        .tok_per_s = step,
        .tok_per_j = rise / (piece_w * (1.0 + item->overhead_frac)),
        .ends_tier = to_tier <= to_vertex,
        .ends_piece = to_vertex <= to_tier,
    };
}

static void advance(struct climb *at, const struct stretch *s, double share)
{
    at->frac += share * s->frac;
    at->tier_tok_per_s += share * s->tok_per_s;
    if (share < 1.0)
        return;
    if (s->ends_tier) {
        at->tier++;
        at->tier_tok_per_s = 0.0;
    }
    if (s->ends_piece) {
        at->vertex++;
        at->frac = 0.0;
    }
}

/* Partition whose next stretch goes first; n when none is left or worth its cost. */
static size_t best_item(const struct wm_dispatch_item *items, size_t n,
                        const struct wm_dispatch_order *order, const struct stretch *next,
                        const struct climb *at)
{
    size_t best = n;
    double best_key = 0.0;
    bool best_waits = true;
    for (size_t i = 0; i < n; i++) {
        if (next[i].tok_per_j <= 0.0)
            continue;
        const struct wm_tier *t = &items[i].tiers[at[i].tier];
        const bool by_rank = order->capping == WM_CAPPING_PRIORITY;
        const double key = by_rank ? t->rank : t->usd_per_tok * next[i].tok_per_j;
        if (!by_rank && key <= order->cost_usd_per_j)
            continue;
        /* what can wait earns its price later; what cannot is lost: it goes first at any price */
        const bool waits = !by_rank && t->worth_usd_per_tok <= 0.0;
        if (best == n || (best_waits && !waits) || (best_waits == waits && key > best_key)) {
            best = i;
            best_key = key;
            best_waits = waits;
        }
    }
    return best;
}

/* The first vertices of all envelopes together: what is drawn when nothing is served. */
static double standby_w(const struct wm_dispatch_item *items, size_t n)
{
    double sum_w = 0.0;
    for (size_t i = 0; i < n; i++)
        sum_w += item_power_w(&items[i], items[i].surface->hull[0]->serving.it_w);
    return sum_w;
}

/* Even that is too much: cut the same share of every partition from power. */
static struct wm_margin cut_off(const struct wm_dispatch_item *items, size_t n, double budget_w,
                                struct wm_dispatch_state *states)
{
    struct wm_margin best = {0};
    const double all_w = standby_w(items, n);
    const double on_frac = all_w > 0.0 ? fmax(0.0, budget_w) / all_w : 1.0;
    for (size_t i = 0; i < n; i++) {
        struct wm_spread mix = wm_surface_on_hull(items[i].surface, 0, 0.0);
        for (size_t k = 0; k < mix.n; k++)
            mix.weight[k] *= fmin(1.0, on_frac);
        set_state(&items[i], &mix, &states[i]);
        const struct climb start = {0};
        const struct stretch s = next_stretch(&items[i], &start);
        const struct wm_tier *const t = items[i].tiers;
        if (items[i].n_tiers > 0 && t->worth_usd_per_tok * s.tok_per_j > best.usd_per_j)
            best = (struct wm_margin){t->worth_usd_per_tok * s.tok_per_j, s.tok_per_j, t->class,
                                      false};
    }
    return best;
}

/* All that is worth serving is met below full clock: spend what is left of the budget on clocks. */
static void raise_clocks(const struct wm_dispatch_item *items, size_t n, double left_w,
                         struct wm_dispatch_state *states)
{
    struct wm_dispatch_state full[WM_MAX_PARTITIONS];
    double wanted_w = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double rate = items[i].n_up > 0.0 ? states[i].served_tok_per_s / items[i].n_up : 0.0;
        const struct wm_spread mix = unbound(&items[i], rate);
        set_state(&items[i], &mix, &full[i]);
        wanted_w += full[i].it_w - states[i].it_w;
    }
    if (wanted_w <= 0.0)
        return;
    const double share = fmin(1.0, left_w / wanted_w);
    for (size_t i = 0; i < n; i++) {
        const struct wm_spread mix = wm_spread_blend(&states[i].mix, &full[i].mix, share);
        set_state(&items[i], &mix, &states[i]);
    }
}

static struct wm_margin climb_all(const struct wm_dispatch_item *items, size_t n,
                                  const struct wm_dispatch_order *order,
                                  struct wm_dispatch_state *states)
{
    struct climb at[WM_MAX_PARTITIONS];
    struct stretch next[WM_MAX_PARTITIONS];
    double left_w = order->budget_w - standby_w(items, n);
    struct wm_margin worth = {0};
    for (size_t i = 0; i < n; i++) {
        at[i] = (struct climb){0};
        next[i] = next_stretch(&items[i], &at[i]);
    }
    if (left_w < 0.0)
        return cut_off(items, n, order->budget_w, states);

    for (;;) {
        const size_t best = best_item(items, n, order, next, at);
        if (best == n)
            break; /* every partition has all it was asked for, all it can do or all that pays */
        const struct stretch s = next[best];
        if (s.power_w > left_w) {
            const struct wm_tier *t = &items[best].tiers[at[best].tier];
            worth = (struct wm_margin){t->worth_usd_per_tok * s.tok_per_j - order->cost_usd_per_j,
                                       s.tok_per_j, t->class, true};
            advance(&at[best], &s, left_w / s.power_w);
            left_w = 0.0;
            break;
        }
        left_w -= s.power_w;
        advance(&at[best], &s, 1.0);
        next[best] = next_stretch(&items[best], &at[best]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct wm_spread mix = wm_surface_on_hull(items[i].surface, at[i].vertex, at[i].frac);
        set_state(&items[i], &mix, &states[i]);
    }
    if (left_w > 0.0)
        raise_clocks(items, n, left_w, states);
    return worth;
}

/* All partitions at level x of 1..0: the clock from the fastest row to the slowest, then the share
 * of replicas that work at the slowest. @return their power */
static double set_level(const struct wm_dispatch_item *items, size_t n, double x,
                        struct wm_dispatch_state *states)
{
    double sum_w = 0.0;
    for (size_t i = 0; i < n; i++) {
        const struct wm_surface *s = items[i].surface;
        const double last = (double)(s->n_clocks - 1);
        const double row = (1.0 - x) * last;
        const size_t a = (size_t)fmin(floor(row), last);
        const size_t b = (size_t)fmin((double)a + 1.0, last);
        const double rate = rate_per_replica(&items[i]);
        const struct wm_spread up = wm_surface_at_rate(s, a, rate);
        const struct wm_spread down = wm_surface_at_rate(s, b, rate);
        const struct wm_spread mix = wm_spread_blend(&up, &down, row - (double)a);
        set_state(&items[i], &mix, &states[i]);
        sum_w += states[i].it_w;
    }
    return sum_w;
}

static double revenue_usd_per_s(const struct wm_dispatch_item *items, size_t n,
                                const struct wm_dispatch_state *states)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double worth = 0.0;
        for (size_t k = 0; k < items[i].n_tiers; k++)
            worth += items[i].tiers[k].worth_usd_per_tok * items[i].tiers[k].rate_tok_per_s;
        if (items[i].demand_tok_per_s > 0.0)
            sum += states[i].served_tok_per_s * worth / items[i].demand_tok_per_s;
    }
    return sum;
}

/* Between the slowest clock and nothing: the same share of every partition's replicas stops. */
static void scale_down(const struct wm_dispatch_item *items, size_t n, double slowest_w,
                       double budget_w, struct wm_dispatch_state *states)
{
    const double least_w = standby_w(items, n);
    const double t =
        slowest_w > least_w ? fmin(1.0, (slowest_w - budget_w) / (slowest_w - least_w)) : 1.0;
    for (size_t i = 0; i < n; i++) {
        struct wm_spread slow = states[i].mix;
        slow.n = 2; /* the level is 0: both rows are the slowest, the second has no weight */
        const struct wm_spread none = wm_surface_on_hull(items[i].surface, 0, 0.0);
        const struct wm_spread mix = wm_spread_blend(&slow, &none, t);
        set_state(&items[i], &mix, &states[i]);
    }
}

enum { LEVEL_STEPS = 48 };

static struct wm_margin same_clock(const struct wm_dispatch_item *items, size_t n,
                                   const struct wm_dispatch_order *order,
                                   struct wm_dispatch_state *states)
{
    double lo = 0.0, hi = 1.0;
    const double least_w = standby_w(items, n);
    if (set_level(items, n, 1.0, states) <= order->budget_w)
        return (struct wm_margin){0};
    if (least_w > order->budget_w)
        return cut_off(items, n, order->budget_w, states);
    const double slowest_w = set_level(items, n, 0.0, states);
    const double slowest_usd = revenue_usd_per_s(items, n, states);
    if (slowest_w > order->budget_w) {
        scale_down(items, n, slowest_w, order->budget_w, states);
        return (struct wm_margin){.usd_per_j =
                                      slowest_usd / (slowest_w - least_w) - order->cost_usd_per_j};
    }
    for (int k = 0; k < LEVEL_STEPS; k++) {
        const double mid = 0.5 * (lo + hi);
        *(set_level(items, n, mid, states) <= order->budget_w ? &lo : &hi) = mid;
    }
    const double step = fmin(1e-4, 1.0 - lo);
    const double up_w = set_level(items, n, lo + step, states);
    const double up_usd = revenue_usd_per_s(items, n, states);
    const double at_w = set_level(items, n, lo, states);
    const double at_usd = revenue_usd_per_s(items, n, states);
    return (struct wm_margin){
        .usd_per_j = up_w > at_w ? (up_usd - at_usd) / (up_w - at_w) - order->cost_usd_per_j : 0.0};
}

struct wm_margin wm_dispatch(const struct wm_dispatch_item *items, size_t n,
                             const struct wm_dispatch_order *order,
                             struct wm_dispatch_state *states)
{
    WM_REQUIRE(n <= WM_MAX_PARTITIONS);
    if (order->capping == WM_CAPPING_UNIFORM)
        return same_clock(items, n, order, states);
    return climb_all(items, n, order, states);
}

double wm_dispatch_least_margin(const struct wm_dispatch_item *items, size_t n)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        const struct wm_surface *s = items[i].surface;
        const struct wm_serving_point *a = &s->hull[s->n_hull - 2]->serving;
        const struct wm_serving_point *b = &s->hull[s->n_hull - 1]->serving;
        const double tok_per_j = (b->out_tok_per_s - a->out_tok_per_s) / (b->it_w - a->it_w) /
                                 (1.0 + items[i].overhead_frac);
        if (items[i].n_tiers > 0)
            least = fmin(least, items[i].tiers[items[i].n_tiers - 1].usd_per_tok * tok_per_j);
    }
    return least;
}
