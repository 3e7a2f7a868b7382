#include "dispatch.h"

#include <math.h>

#include "wattmill/require.h"

static double pool_power_w(const struct wm_dispatch_pool *pool, double replica_w)
{
    return pool->n_up * replica_w * (1.0 + pool->overhead_frac);
}

static void finish_state(const struct wm_dispatch_pool *pool, struct wm_dispatch_state *s)
{
    const double a = (1.0 - s->high_frac) * (1.0 - s->off_frac);
    const double b = s->high_frac * (1.0 - s->off_frac);
    s->it_w = pool_power_w(pool, a * s->low.serving.it_w + b * s->high.serving.it_w);
    s->served_tok_per_s =
        pool->n_up * (a * s->low.serving.out_tok_per_s + b * s->high.serving.out_tok_per_s);
    s->clock_frac = (1.0 - s->high_frac) * s->low.clock_frac + s->high_frac * s->high.clock_frac;
}

static double rate_per_replica(const struct wm_dispatch_pool *pool)
{
    return pool->n_up > 0.0 ? pool->demand_tok_per_s / pool->n_up : 0.0;
}

void wm_dispatch_unlimited(const struct wm_dispatch_pool *pools, size_t n,
                           struct wm_dispatch_state *states)
{
    for (size_t i = 0; i < n; i++) {
        const double rate =
            fmin(rate_per_replica(&pools[i]), wm_surface_capacity(pools[i].surface));
        const struct wm_surface_point p = wm_surface_at_rate(pools[i].surface, rate);
        states[i] = (struct wm_dispatch_state){.low = p, .high = p};
        finish_state(&pools[i], &states[i]);
    }
}

/* The next piece of a pool's envelope from its present state, cut where demand is met. */
struct piece {
    double power_w; /* of the pool */
    double rate_tok_per_s;
    double usd_per_j;
};

static struct piece next_piece(const struct wm_dispatch_pool *pool, size_t vertex)
{
    const struct wm_surface *s = pool->surface;
    struct piece none = {0};
    if (vertex + 1 >= s->n_hull || pool->n_up <= 0.0)
        return none;
    const struct wm_serving_point *a = &s->hull[vertex]->serving;
    const struct wm_serving_point *b = &s->hull[vertex + 1]->serving;
    const double wanted = rate_per_replica(pool) - a->out_tok_per_s;
    const double rise = b->out_tok_per_s - a->out_tok_per_s;
    if (wanted <= 0.0)
        return none;
    const double share = fmin(1.0, wanted / rise);
    const struct piece p = {
        .power_w = pool_power_w(pool, share * (b->it_w - a->it_w)),
        .rate_tok_per_s = pool->n_up * share * rise,
        .usd_per_j =
            pool->usd_per_out_tok * rise / ((b->it_w - a->it_w) * (1.0 + pool->overhead_frac)),
    };
    return p;
}

enum { MAX_POOLS = 64 };

/* Where a pool stands on its envelope: past `vertex` by `share` of the next piece. */
struct climb {
    size_t vertex;
    double share;
};

static void set_state(const struct wm_dispatch_pool *pool, const struct climb *at,
                      struct wm_dispatch_state *s)
{
    const struct wm_surface *surface = pool->surface;
    const size_t next = at->vertex + 1 < surface->n_hull ? at->vertex + 1 : at->vertex;
    *s = (struct wm_dispatch_state){
        .low = *surface->hull[at->vertex], .high = *surface->hull[next], .high_frac = at->share};
    finish_state(pool, s);
}

/* Share of the envelope's piece after `vertex` that meets demand. */
static double demand_share(const struct wm_dispatch_pool *pool, size_t vertex)
{
    const struct wm_serving_point *a = &pool->surface->hull[vertex]->serving;
    const struct wm_serving_point *b = &pool->surface->hull[vertex + 1]->serving;
    return fmin(1.0, (rate_per_replica(pool) - a->out_tok_per_s) /
                         (b->out_tok_per_s - a->out_tok_per_s));
}

/* Idle replicas still draw too much: switch off the same share of every pool. */
static double switch_off(const struct wm_dispatch_pool *pools, size_t n, double budget_w,
                         double idle_w, struct wm_dispatch_state *states)
{
    double best_usd_per_j = 0.0;
    for (size_t i = 0; i < n; i++) {
        states[i].off_frac = idle_w > 0.0 ? fmin(1.0, 1.0 - fmax(0.0, budget_w) / idle_w) : 0.0;
        finish_state(&pools[i], &states[i]);
        best_usd_per_j = fmax(best_usd_per_j, next_piece(&pools[i], 0).usd_per_j);
    }
    return best_usd_per_j;
}

/* All demand is met below full clock: spend what is left of the budget on clocks. */
static void raise_clocks(const struct wm_dispatch_pool *pools, size_t n, double left_w,
                         struct wm_dispatch_state *states)
{
    struct wm_dispatch_state full[MAX_POOLS];
    double wanted_w = 0.0;
    wm_dispatch_unlimited(pools, n, full);
    for (size_t i = 0; i < n; i++)
        wanted_w += full[i].it_w - states[i].it_w;
    if (wanted_w <= 0.0)
        return;
    const double share = fmin(1.0, left_w / wanted_w);
    for (size_t i = 0; i < n; i++) {
        const struct wm_surface_point low =
            wm_surface_mix(&states[i].low, &states[i].high, states[i].high_frac);
        states[i] = (struct wm_dispatch_state){.low = low, .high = full[i].low, .high_frac = share};
        finish_state(&pools[i], &states[i]);
    }
}

double wm_dispatch(const struct wm_dispatch_pool *pools, size_t n, double budget_w,
                   struct wm_dispatch_state *states)
{
    WM_REQUIRE(n <= MAX_POOLS);
    struct climb at[MAX_POOLS] = {{0}};
    double left_w = budget_w, idle_w = 0.0;
    for (size_t i = 0; i < n; i++) {
        set_state(&pools[i], &at[i], &states[i]);
        idle_w += states[i].it_w;
    }
    left_w -= idle_w;
    if (left_w < 0.0)
        return switch_off(pools, n, budget_w, idle_w, states);

    for (;;) {
        size_t best = n;
        struct piece piece = {0};
        for (size_t i = 0; i < n; i++) {
            const struct piece p =
                at[i].share > 0.0 ? (struct piece){0} : next_piece(&pools[i], at[i].vertex);
            if (p.rate_tok_per_s > 0.0 && (best == n || p.usd_per_j > piece.usd_per_j)) {
                best = i;
                piece = p;
            }
        }
        if (best == n)
            break; /* every pool has all it was asked for, or all it can do */
        const double met = demand_share(&pools[best], at[best].vertex);
        if (piece.power_w > left_w) {
            at[best].share = met * left_w / piece.power_w;
            for (size_t i = 0; i < n; i++)
                set_state(&pools[i], &at[i], &states[i]);
            return piece.usd_per_j;
        }
        left_w -= piece.power_w;
        if (met < 1.0)
            at[best].share = met;
        else
            at[best].vertex++;
    }
    for (size_t i = 0; i < n; i++)
        set_state(&pools[i], &at[i], &states[i]);
    raise_clocks(pools, n, left_w, states);
    return 0.0;
}
