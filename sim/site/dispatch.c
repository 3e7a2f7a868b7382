#include "dispatch.h"

#include <math.h>

#include "wattmill/require.h"
#include "wattmill/numeric.h"

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

/* What says whose stretch goes first: what cannot wait, then the dearer, then the first of equals. */
struct turn {
    size_t item;
    double key;
    bool waits;
};

struct wm_dispatch_room {
    size_t n_items, n_halls;
    struct climb *at;               /* [n_items] */
    struct stretch *next;           /* [n_items] */
    struct turn *heap;              /* [n_items], the first on top */
    struct turn *kept;              /* [n_items] */
    size_t *tied;                   /* [n_items] whose turn it is together */
    double *share;                  /* [n_items] of their stretches */
    struct wm_dispatch_state *full; /* [n_items] */
    struct wm_dispatch_item *some;  /* [n_items], of the halls that are not full */
    double *left_w, *wanted_w;      /* [n_halls] */
    double *on_frac;                /* [n_halls] of what stands by */
    bool *is_full;                  /* [n_halls] */
};

struct wm_dispatch_room *wm_dispatch_room_new(struct wm_arena *arena, size_t n_items,
                                              size_t n_halls)
{
    struct wm_dispatch_room *const room = WM_NEW(arena, struct wm_dispatch_room);
    *room = (struct wm_dispatch_room){
        .n_items = n_items,
        .n_halls = n_halls,
        .at = WM_NEW_ARRAY(arena, struct climb, n_items),
        .next = WM_NEW_ARRAY(arena, struct stretch, n_items),
        .heap = WM_NEW_ARRAY(arena, struct turn, n_items),
        .kept = WM_NEW_ARRAY(arena, struct turn, n_items),
        .tied = WM_NEW_ARRAY(arena, size_t, n_items),
        .share = WM_NEW_ARRAY(arena, double, n_items),
        .full = WM_NEW_ARRAY(arena, struct wm_dispatch_state, n_items),
        .some = WM_NEW_ARRAY(arena, struct wm_dispatch_item, n_items),
        .left_w = WM_NEW_ARRAY(arena, double, n_halls),
        .wanted_w = WM_NEW_ARRAY(arena, double, n_halls),
        .on_frac = WM_NEW_ARRAY(arena, double, n_halls),
        .is_full = WM_NEW_ARRAY(arena, bool, n_halls)};
    return room;
}

static double weight_of(const struct wm_dispatch_order *order, size_t hall)
{
    return order->halls != NULL ? order->halls[hall].weight : 1.0;
}

/* Halls to look at: one order for all has one. */
static size_t n_halls_of(const struct wm_dispatch_order *order)
{
    return order->halls != NULL ? order->n_halls : 1;
}

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
    const double step = wm_larger(0.0, wm_smaller(to_vertex, to_tier));
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

static bool goes_before(const struct turn *a, const struct turn *b)
{
    if (a->waits != b->waits)
        return b->waits;
    if (a->key != b->key)
        return a->key > b->key;
    return a->item < b->item;
}

static void sift_down(struct turn *heap, size_t n, struct turn turn)
{
    size_t i = 0;
    for (size_t child = 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && goes_before(&heap[child + 1], &heap[child]))
            child++;
        if (!goes_before(&heap[child], &turn))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = turn;
}

static void push(struct turn *heap, size_t n, struct turn turn)
{
    size_t i = n;
    for (; i > 0 && goes_before(&turn, &heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = turn;
}

/* @return whether the item's next stretch takes part: none may be left, or none worth its cost */
static bool turn_of(const struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                    const struct wm_dispatch_order *order, size_t i, struct turn *turn)
{
    const bool by_rank = order->capping == WM_CAPPING_PRIORITY;
    if (room->next[i].tok_per_j <= 0.0)
        return false;
    const struct wm_tier *t = &items[i].tiers[room->at[i].tier];
    turn->item = i;
    turn->key = by_rank ? t->rank
                        : t->usd_per_tok * room->next[i].tok_per_j /
                              weight_of(order, items[i].hall);
    /* what can wait earns its price later; what cannot is lost: it goes first at any price */
    turn->waits = !by_rank && t->worth_usd_per_tok <= 0.0;
    return by_rank || turn->key > order->cost_usd_per_j;
}

/* The first vertices of all envelopes together: what is drawn when nothing is served. */
static double standby_w(const struct wm_dispatch_item *items, size_t n)
{
    double sum_w = 0.0;
    for (size_t i = 0; i < n; i++)
        sum_w += item_power_w(&items[i], items[i].surface->hull[0]->serving.it_w);
    return sum_w;
}

/* Even that is too much: cut the same share of every partition of a hall from power. */
static struct wm_margin cut_off(struct wm_dispatch_room *room, const struct wm_dispatch_item *items, size_t n,
                      const struct wm_dispatch_order *order, double on_frac,
                      struct wm_dispatch_state *states)
{
    struct wm_margin best = {0};
    for (size_t i = 0; i < n; i++) {
        struct wm_spread mix = wm_surface_on_hull(items[i].surface, 0, 0.0);
        const double on = on_frac * (order->halls != NULL ? room->on_frac[items[i].hall] : 1.0);
        for (size_t k = 0; k < mix.n; k++)
            mix.weight[k] *= wm_smaller(1.0, on);
        set_state(&items[i], &mix, &states[i]);
        const struct climb start = {0};
        const struct stretch s = next_stretch(&items[i], &start);
        const struct wm_tier *const t = items[i].tiers;
        const double tok_per_j = s.tok_per_j / weight_of(order, items[i].hall);
        if (items[i].n_tiers > 0 && t->worth_usd_per_tok * tok_per_j > best.usd_per_j)
            best = (struct wm_margin){t->worth_usd_per_tok * tok_per_j, tok_per_j, t->class, false};
    }
    return best;
}

static double on_share(double budget_w, double all_w)
{
    return all_w > 0.0 ? wm_smaller(1.0, wm_larger(0.0, budget_w) / all_w) : 1.0;
}

/* What halls have left beyond standing by; those that cannot even do that are full, and cut.
 * @return what all of it takes of the budget */
static double open_halls(struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                         size_t n, const struct wm_dispatch_order *order)
{
    double sum_w = 0.0;
    if (order->halls == NULL) {
        room->left_w[0] = (double)INFINITY;
        room->is_full[0] = false;
        return standby_w(items, n);
    }
    for (size_t h = 0; h < order->n_halls; h++)
        room->wanted_w[h] = 0.0;
    for (size_t i = 0; i < n; i++)
        room->wanted_w[items[i].hall] += standby_w(&items[i], 1);
    for (size_t h = 0; h < order->n_halls; h++) {
        const double all_w = room->wanted_w[h], budget_w = order->halls[h].budget_w;
        room->is_full[h] = all_w > budget_w;
        room->on_frac[h] = room->is_full[h] ? on_share(budget_w, all_w) : 1.0;
        room->left_w[h] = wm_larger(0.0, budget_w - all_w);
        sum_w += order->halls[h].weight * room->on_frac[h] * all_w;
    }
    return sum_w;
}

/* All that is worth serving is met below full clock: spend what is left of the budgets on clocks. */
static void raise_clocks(struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                         size_t n, const struct wm_dispatch_order *order, double left_w,
                         struct wm_dispatch_state *states)
{
    const size_t n_halls = n_halls_of(order);
    double wanted_w = 0.0;
    for (size_t h = 0; h < n_halls; h++)
        room->wanted_w[h] = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double rate = items[i].n_up > 0.0 ? states[i].served_tok_per_s / items[i].n_up : 0.0;
        const struct wm_spread mix = unbound(&items[i], rate);
        set_state(&items[i], &mix, &room->full[i]);
        /* where power falls towards capacity: no more than all that is asked for draws */
        const struct wm_spread most = unbound(&items[i], rate_per_replica(&items[i]));
        struct wm_dispatch_state all;
        set_state(&items[i], &most, &all);
        if (all.it_w < room->full[i].it_w)
            room->full[i] = all;
        room->wanted_w[items[i].hall] += room->full[i].it_w - states[i].it_w;
    }
    for (size_t h = 0; h < n_halls; h++) { /* from here on: the share that the hall can take */
        const double all_w = room->wanted_w[h];
        const double share = all_w > 0.0 ? wm_smaller(1.0, room->left_w[h] / all_w) : 1.0;
        wanted_w += weight_of(order, h) * share * all_w;
        room->wanted_w[h] = room->is_full[h] ? 0.0 : share;
    }
    if (wanted_w <= 0.0)
        return;
    const double share = wm_smaller(1.0, left_w / wanted_w);
    for (size_t i = 0; i < n; i++) {
        const struct wm_spread mix = wm_spread_blend(&states[i].mix, &room->full[i].mix,
                                                     share * room->wanted_w[items[i].hall]);
        set_state(&items[i], &mix, &states[i]);
    }
}

/* Every partition where the climb left it; what a full hall cannot keep standing by is cut. */
static void settle_climb(const struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                         size_t n, const struct wm_dispatch_order *order,
                         struct wm_dispatch_state *states)
{
    for (size_t i = 0; i < n; i++) {
        struct wm_spread mix =
            wm_surface_on_hull(items[i].surface, room->at[i].vertex, room->at[i].frac);
        const double on = order->halls != NULL ? room->on_frac[items[i].hall] : 1.0;
        for (size_t k = 0; k < mix.n; k++)
            mix.weight[k] *= on;
        set_state(&items[i], &mix, &states[i]);
    }
}

/* Takes the first turn from the heap, and with it those of other halls that are worth exactly as much: of
 * halls alike none goes first. @return how many, into `tied` */
static size_t take_turns(struct wm_dispatch_room *room, const struct wm_dispatch_order *order,
                         size_t *n_turns)
{
    enum { LOOK = 32 }; /* past so many of equal rank and other kind nobody is looked for */
    const struct turn first = room->heap[0];
    size_t n_tied = 0, n_kept = 0;
    do {
        const struct turn turn = room->heap[0];
        const bool is_tied =
            room->next[turn.item].tok_per_j == room->next[first.item].tok_per_j;
        (*n_turns)--;
        sift_down(room->heap, *n_turns, room->heap[*n_turns]);
        if (is_tied)
            room->tied[n_tied++] = turn.item;
        else
            room->kept[n_kept++] = turn;
    } while (order->halls != NULL && n_kept < LOOK && *n_turns > 0 && room->heap[0].waits == first.waits &&
             room->heap[0].key == first.key);
    for (size_t i = 0; i < n_kept; i++)
        push(room->heap, (*n_turns)++, room->kept[i]);
    return n_tied;
}

/* Share of the tied stretches that each hall can take, into wanted_w. @return what they take of the budget */
static double fit_halls(struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                        const struct wm_dispatch_order *order, size_t n_tied)
{
    double sum_w = 0.0;
    for (size_t k = 0; k < n_tied; k++)
        room->wanted_w[items[room->tied[k]].hall] = 0.0;
    for (size_t k = 0; k < n_tied; k++)
        room->wanted_w[items[room->tied[k]].hall] += room->next[room->tied[k]].power_w;
    for (size_t k = 0; k < n_tied; k++) {
        const size_t h = items[room->tied[k]].hall;
        const double left_w = room->is_full[h] ? 0.0 : room->left_w[h];
        sum_w += weight_of(order, h) * wm_smaller(1.0, left_w / room->wanted_w[h]) *
                 room->next[room->tied[k]].power_w;
    }
    return sum_w;
}

/* Of an item's stretch, what its hall can take; fit_halls() has summed what it is asked. */
static double share_of(const struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                       size_t i)
{
    const size_t h = items[i].hall;
    return room->is_full[h] ? 0.0 : wm_smaller(1.0, room->left_w[h] / room->wanted_w[h]);
}

/* Advances an item by a share of its stretch; a part of it alone: its hall is full, or all is spent.
 * @return whether it has another turn, which is pushed */
static bool go_on(struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                  const struct wm_dispatch_order *order, size_t i, double share, size_t n_turns)
{
    const struct stretch s = room->next[i];
    struct turn turn;
    advance(&room->at[i], &s, share);
    room->left_w[items[i].hall] -= share * s.power_w;
    if (share < 1.0) {
        room->is_full[items[i].hall] = true;
        return false;
    }
    room->next[i] = next_stretch(&items[i], &room->at[i]);
    if (!turn_of(room, items, order, i, &turn))
        return false;
    push(room->heap, n_turns, turn);
    return true;
}

/* What one more watt of the budget would make of the item's stretch. */
static struct wm_margin margin_of(const struct wm_dispatch_room *room,
                                  const struct wm_dispatch_item *items,
                                  const struct wm_dispatch_order *order, size_t i)
{
    const struct wm_tier *const t = &items[i].tiers[room->at[i].tier];
    const double tok_per_j = room->next[i].tok_per_j / weight_of(order, items[i].hall);
    return (struct wm_margin){t->worth_usd_per_tok * tok_per_j - order->cost_usd_per_j, tok_per_j,
                              t->class, true};
}

static struct wm_margin climb_all(struct wm_dispatch_room *room,
                                  const struct wm_dispatch_item *items, size_t n,
                                  const struct wm_dispatch_order *order,
                                  struct wm_dispatch_state *states)
{
    const double least_w = open_halls(room, items, n, order);
    double left_w = order->budget_w - least_w;
    struct wm_margin worth = {0};
    size_t n_turns = 0;
    struct turn turn;
    if (left_w < 0.0)
        return cut_off(room, items, n, order, on_share(order->budget_w, least_w), states);
    for (size_t i = 0; i < n; i++) {
        room->at[i] = (struct climb){0};
        room->next[i] = next_stretch(&items[i], &room->at[i]);
        if (turn_of(room, items, order, i, &turn))
            push(room->heap, n_turns++, turn);
    }
    while (n_turns > 0) { /* then every partition has all it was asked for, can do or that pays */
        const size_t n_tied = take_turns(room, order, &n_turns);
        const double all_w = fit_halls(room, items, order, n_tied);
        const double share = all_w > left_w ? left_w / all_w : 1.0;
        if (share < 1.0)
            worth = margin_of(room, items, order, room->tied[0]);
        for (size_t k = 0; k < n_tied; k++)
            room->share[k] = share_of(room, items, room->tied[k]);
        for (size_t k = 0; k < n_tied; k++)
            n_turns += go_on(room, items, order, room->tied[k], share * room->share[k], n_turns);
        left_w = share < 1.0 ? 0.0 : left_w - all_w;
        if (share < 1.0)
            break;
    }
    settle_climb(room, items, n, order, states);
    if (left_w > 0.0)
        raise_clocks(room, items, n, order, left_w, states);
    return worth;
}

/* At level 1 to 0: the clock from the fastest row to the slowest. */
static struct wm_spread at_clock(const struct wm_dispatch_item *item, double x)
{
    const struct wm_surface *const s = item->surface;
    const double last = (double)(s->n_clocks - 1), row = (1.0 - x) * last;
    const size_t a = (size_t)wm_smaller(floor(row), last);
    const size_t b = (size_t)wm_smaller((double)a + 1.0, last);
    const double rate = rate_per_replica(item);
    const struct wm_spread up = wm_surface_at_rate(s, a, rate);
    const struct wm_spread down = wm_surface_at_rate(s, b, rate);
    return wm_spread_blend(&up, &down, row - (double)a);
}

/* At level 0 to -1: fewer and fewer replicas, at the slowest clock, which take what the others would have. */
static struct wm_spread at_slowest(const struct wm_dispatch_item *item, double x)
{
    const double on_frac = 1.0 + x;
    const double rate = rate_per_replica(item) / wm_larger(on_frac, 1e-12);
    struct wm_spread slow = wm_surface_at_rate(item->surface, item->surface->n_clocks - 1, rate);
    const struct wm_spread none = wm_surface_on_hull(item->surface, 0, 0.0);
    return wm_spread_blend(&slow, &none, -x);
}

/* All partitions at one level. @return their power, as the budget counts it */
static double set_level(const struct wm_dispatch_item *items, size_t n,
                        const struct wm_dispatch_order *order, double x,
                        struct wm_dispatch_state *states)
{
    double sum_w = 0.0;
    for (size_t i = 0; i < n; i++) {
        const struct wm_spread mix = x >= 0.0 ? at_clock(&items[i], x) : at_slowest(&items[i], x);
        set_state(&items[i], &mix, &states[i]);
        sum_w += weight_of(order, items[i].hall) * states[i].it_w;
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

enum { LEVEL_STEPS = 48 };

static double weighted_standby_w(const struct wm_dispatch_item *items, size_t n,
                                 const struct wm_dispatch_order *order)
{
    double sum_w = 0.0;
    for (size_t i = 0; i < n; i++)
        sum_w += weight_of(order, items[i].hall) * standby_w(&items[i], 1);
    return sum_w;
}

/* One clock for these partitions under the order's budget. */
static struct wm_margin same_clock(struct wm_dispatch_room *room,
                                   const struct wm_dispatch_item *items, size_t n,
                                   const struct wm_dispatch_order *order,
                                   struct wm_dispatch_state *states)
{
    double lo = -1.0, hi = 1.0;
    const double least_w = weighted_standby_w(items, n, order);
    if (set_level(items, n, order, 1.0, states) <= order->budget_w)
        return (struct wm_margin){0};
    if (least_w > order->budget_w)
        return cut_off(room, items, n, order, on_share(order->budget_w, least_w), states);
    for (int k = 0; k < LEVEL_STEPS; k++) {
        const double mid = 0.5 * (lo + hi);
        *(set_level(items, n, order, mid, states) <= order->budget_w ? &lo : &hi) = mid;
    }
    const double step = wm_smaller(1e-4, 1.0 - lo);
    const double up_w = set_level(items, n, order, lo + step, states);
    const double up_usd = revenue_usd_per_s(items, n, states);
    const double at_w = set_level(items, n, order, lo, states);
    const double at_usd = revenue_usd_per_s(items, n, states);
    return (struct wm_margin){
        .usd_per_j = up_w > at_w ? (up_usd - at_usd) / (up_w - at_w) - order->cost_usd_per_j : 0.0};
}

/* The partitions of a hall, or (`hall` = n_halls) of all that are not full, one after another. */
static size_t pick(struct wm_dispatch_room *room, const struct wm_dispatch_item *items, size_t n,
                   size_t hall)
{
    size_t n_some = 0;
    for (size_t i = 0; i < n; i++)
        if (hall == room->n_halls ? !room->is_full[items[i].hall] : items[i].hall == hall)
            room->some[n_some++] = items[i];
    return n_some;
}

static void put_back(const struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                     size_t n, size_t hall, struct wm_dispatch_state *states)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (hall == room->n_halls ? !room->is_full[items[i].hall] : items[i].hall == hall)
            states[i] = room->full[k++];
}

/* The fullest hall that draws more than its budget, at its own lower clock. @return it, or n_halls */
static size_t fill_hall(struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                        size_t n, const struct wm_dispatch_order *order,
                        struct wm_dispatch_state *states)
{
    size_t most = order->n_halls;
    double most_over = 1e-12;
    for (size_t h = 0; h < order->n_halls; h++)
        room->wanted_w[h] = 0.0;
    for (size_t i = 0; i < n; i++)
        room->wanted_w[items[i].hall] += states[i].it_w;
    for (size_t h = 0; h < order->n_halls; h++) {
        const double budget_w = wm_larger(order->halls[h].budget_w, 1e-9);
        if (room->is_full[h] || room->wanted_w[h] / budget_w - 1.0 <= most_over)
            continue;
        most = h;
        most_over = room->wanted_w[h] / budget_w - 1.0;
    }
    if (most == order->n_halls)
        return most;
    struct wm_dispatch_order own = *order;
    own.budget_w = order->halls[most].weight * order->halls[most].budget_w;
    const size_t n_some = pick(room, items, n, most);
    same_clock(room, room->some, n_some, &own, room->full);
    put_back(room, items, n, most, states);
    room->is_full[most] = true;
    return most;
}

/* One clock for all; halls that cannot keep it have a lower one, and the others what those leave. */
static struct wm_margin same_clock_in_halls(struct wm_dispatch_room *room,
                                            const struct wm_dispatch_item *items, size_t n,
                                            const struct wm_dispatch_order *order,
                                            struct wm_dispatch_state *states)
{
    struct wm_dispatch_order rest = *order;
    struct wm_margin worth = {0};
    size_t full = 0;
    for (size_t h = 0; h < order->n_halls; h++) {
        room->on_frac[h] = 1.0;
        room->is_full[h] = false;
    }
    do {
        const size_t n_some = pick(room, items, n, room->n_halls);
        worth = same_clock(room, room->some, n_some, &rest, room->full);
        put_back(room, items, n, room->n_halls, states);
        full = fill_hall(room, items, n, order, states);
        for (size_t i = 0; i < n && full < order->n_halls; i++)
            if (items[i].hall == full)
                rest.budget_w -= order->halls[full].weight * states[i].it_w;
    } while (full < order->n_halls);
    return worth;
}

struct wm_margin wm_dispatch(struct wm_dispatch_room *room, const struct wm_dispatch_item *items,
                             size_t n, const struct wm_dispatch_order *order,
                             struct wm_dispatch_state *states)
{
    WM_REQUIRE(n <= room->n_items && order->n_halls <= room->n_halls);
    if (order->capping != WM_CAPPING_UNIFORM)
        return climb_all(room, items, n, order, states);
    return order->halls == NULL ? same_clock(room, items, n, order, states)
                                : same_clock_in_halls(room, items, n, order, states);
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
            least = wm_smaller(least, items[i].tiers[items[i].n_tiers - 1].usd_per_tok * tok_per_j);
    }
    return least;
}
