#include "router.h"

#include "wattmill/require.h"

const char *const wm_router_words[] = {"round-robin", "least-tokens",    "least-requests",
                                       "two-choices", "prefix-affinity", NULL};

enum { HOMES = 1 << 18 }; /* blocks whose last place is remembered, directly mapped */

/* Beyond this share of the mean load (and one prompt) a prefix is not worth the wait (estimate). */
static const double overload = 1.5;

struct home {
    uint64_t block;
    uint32_t replica;
};

struct router {
    enum wm_router kind;
    uint32_t n, leaves, next; /* leaves: a power of two */
    uint64_t *load;           /* of each replica */
    uint32_t *winner;         /* [2 * leaves]: replica of least load below a node */
    uint64_t sum;             /* of loads that are not ROUTER_DOWN */
    uint32_t n_up;
    struct home *homes; /* prefix affinity */
    struct wm_rng rng;
};

struct router *router_new(struct wm_arena *arena, enum wm_router kind, uint32_t n, uint64_t seed)
{
    struct router *const r = WM_NEW(arena, struct router);
    uint32_t leaves = 1;
    while (leaves < n)
        leaves *= 2;
    *r = (struct router){.kind = kind,
                         .n = n,
                         .leaves = leaves,
                         .load = WM_NEW_ARRAY(arena, uint64_t, leaves),
                         .winner = WM_NEW_ARRAY(arena, uint32_t, 2 * (size_t)leaves),
                         .n_up = n,
                         .rng = wm_rng_stream(seed, "router", 0)};
    for (uint32_t i = 0; i < leaves; i++) {
        r->load[i] = i < n ? 0 : ROUTER_DOWN;
        r->winner[leaves + i] = i;
    }
    for (uint32_t i = leaves - 1; i > 0; i--)
        r->winner[i] = r->winner[2 * i]; /* all loads are equal: the smallest number wins */
    if (kind == WM_ROUTE_PREFIX) {
        r->homes = WM_NEW_ARRAY(arena, struct home, HOMES);
        for (uint32_t i = 0; i < HOMES; i++)
            r->homes[i].replica = UINT32_MAX;
    }
    return r;
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
    for (uint32_t i = (r->leaves + replica) / 2; i > 0; i /= 2) {
        const uint32_t a = r->winner[2 * i], b = r->winner[2 * i + 1];
        r->winner[i] = r->load[b] < r->load[a] ? b : a;
    }
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
        pick = r->winner[1];
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
    return r->winner[1];
}
