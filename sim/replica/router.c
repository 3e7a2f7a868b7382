#include "router.h"

#include "wattmill/require.h"
#include "wattmill/tournament.h"

enum { HOMES = 1 << 18 }; /* blocks whose last place is remembered, directly mapped */

/* Beyond this share of the mean load (and one prompt) a prefix is not worth the wait (estimate). */
static const double overload = 1.5;

struct home {
    uint64_t block;
    uint32_t replica;
};

struct router {
    enum wm_router kind;
    uint32_t n, next;
    uint64_t *load; /* of each replica */
    uint64_t sum;   /* of loads that are not ROUTER_DOWN */
    uint32_t n_up;
    struct wm_tournament least; /* of load */
    struct home *homes;         /* prefix affinity */
    void (*on_compare)(void *context, uint32_t replica);
    void *context;
    struct wm_rng rng;
};

struct router *router_new(struct wm_arena *arena, enum wm_router kind, uint32_t n, uint64_t seed)
{
    struct router *const r = WM_NEW(arena, struct router);
    *r = (struct router){.kind = kind,
                         .n = n,
                         .load = WM_NEW_ARRAY(arena, uint64_t, n),
                         .n_up = n,
                         .rng = wm_rng_stream(seed, "router", 0)};
    wm_tournament_init(&r->least, arena, n, WM_WAY_BEST);
    for (uint32_t i = 0; i < n; i++)
        r->least.set(&r->least, i, WM_KEY_ZERO);
    if (kind == WM_ROUTE_PREFIX) {
        r->homes = WM_NEW_ARRAY(arena, struct home, HOMES);
        for (uint32_t i = 0; i < HOMES; i++)
            r->homes[i].replica = UINT32_MAX;
    }
    return r;
}

void router_on_compare(struct router *r, void (*fn)(void *context, uint32_t replica), void *context)
{
    r->on_compare = fn;
    r->context = context;
}

void router_set(struct router *r, uint32_t replica, uint64_t load)
{
    const uint64_t old = r->load[replica];
    if (old == load)
        return;
    r->n_up += (old == ROUTER_DOWN) - (uint32_t)(load == ROUTER_DOWN);
    r->sum += (load == ROUTER_DOWN ? 0 : load) - (old == ROUTER_DOWN ? 0 : old);
    r->load[replica] = load;
    if (r->kind == WM_ROUTE_ROUND_ROBIN || r->kind == WM_ROUTE_TWO_CHOICES)
        return; /* nobody asks for the least */
    r->least.set(&r->least, replica, load == ROUTER_DOWN ? WM_KEY_NEVER : WM_KEY_ZERO + load);
}

static uint32_t next_up(struct router *r)
{
    for (;;) {
        const uint32_t i = r->next;
        r->next = i + 1 < r->n ? i + 1 : 0;
        if (r->load[i] != ROUTER_DOWN)
            return i;
    }
}

static uint32_t random_up(struct router *r)
{
    for (;;) {
        const uint32_t i = (uint32_t)(((wm_rng_bits(&r->rng) >> 32) * r->n) >> 32);
        if (r->load[i] != ROUTER_DOWN)
            return i;
    }
}

static uint32_t two_choices(struct router *r)
{
    const uint32_t a = random_up(r), b = random_up(r);
    r->on_compare(r->context, a);
    r->on_compare(r->context, b);
    return r->load[b] < r->load[a] ? b : a;
}

static uint32_t home_slot(uint64_t block)
{
    return (uint32_t)((block * UINT64_C(0x9e3779b97f4a7c15)) >> 46);
}

/* Where the longest known prefix was last read; the least loaded where none is known. */
static uint32_t by_prefix(struct router *r, const struct wm_request *q)
{
    uint32_t pick = UINT32_MAX;
    for (uint32_t i = q->n_blocks; i-- > 0 && pick == UINT32_MAX;) {
        const struct home *const h = &r->homes[home_slot(q->blocks[i])];
        if (h->block == q->blocks[i])
            pick = h->replica;
    }
    const double limit = overload * (double)r->sum / (double)r->n_up + (double)q->input_tok;
    if (pick == UINT32_MAX || r->load[pick] == ROUTER_DOWN || (double)r->load[pick] > limit)
        pick = r->least.first_id;
    for (uint32_t i = 0; i < q->n_blocks; i++)
        r->homes[home_slot(q->blocks[i])] = (struct home){q->blocks[i], pick};
    return pick;
}

uint32_t router_pick(struct router *r, const struct wm_request *q)
{
    if (r->n_up == 0)
        return UINT32_MAX;
    switch (r->kind) {
    case WM_ROUTE_ROUND_ROBIN:
        return next_up(r);
    case WM_ROUTE_TWO_CHOICES:
        return two_choices(r);
    case WM_ROUTE_PREFIX:
        return by_prefix(r, q);
    case WM_ROUTE_LEAST_TOKENS:
    case WM_ROUTE_LEAST_REQUESTS:
        break;
    }
    return r->least.first_id;
}
