/* A hash table with linear probing over nodes in a doubly linked list, most recent first. */
#include "wattmill/prefix_cache.h"

#include <string.h>

#include "wattmill/require.h"

enum { FIRST_NODES = 1024 };
#define NO_NODE UINT32_MAX

struct node {
    uint64_t block;
    uint32_t newer, older;
};

struct wm_prefix_cache {
    struct wm_arena *arena;
    uint32_t capacity; /* blocks allowed */
    uint32_t n, n_nodes;
    uint32_t newest, oldest;
    struct node *nodes;
    uint32_t *slots; /* node numbers; 2 * n_nodes, a power of two */
    uint64_t mask;
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    return x;
}

/* Slot of a block, or the free one where it would go. */
static uint64_t find_slot(const struct wm_prefix_cache *c, uint64_t block)
{
    uint64_t i = mix(block) & c->mask;
    while (c->slots[i] != NO_NODE && c->nodes[c->slots[i]].block != block)
        i = (i + 1) & c->mask;
    return i;
}

static void reserve(struct wm_prefix_cache *c, uint32_t n_nodes)
{
    struct node *const nodes = WM_NEW_ARRAY(c->arena, struct node, n_nodes);
    if (c->n > 0)
        memcpy(nodes, c->nodes, c->n * sizeof *nodes);
    c->nodes = nodes;
    c->n_nodes = n_nodes;
    uint64_t n_slots = 16;
    while (n_slots < 2 * (uint64_t)n_nodes)
        n_slots *= 2;
    c->slots = WM_NEW_ARRAY(c->arena, uint32_t, n_slots);
    memset(c->slots, 0xff, n_slots * sizeof *c->slots);
    c->mask = n_slots - 1;
    for (uint32_t i = 0; i < c->n; i++)
        c->slots[find_slot(c, nodes[i].block)] = i;
}

struct wm_prefix_cache *wm_prefix_cache_new(struct wm_arena *arena, uint32_t capacity)
{
    struct wm_prefix_cache *const c = WM_NEW(arena, struct wm_prefix_cache);
    *c = (struct wm_prefix_cache){
        .arena = arena, .capacity = capacity, .newest = NO_NODE, .oldest = NO_NODE};
    if (capacity > 0)
        reserve(c, capacity < FIRST_NODES ? capacity : FIRST_NODES);
    return c;
}

void wm_prefix_cache_clear(struct wm_prefix_cache *c)
{
    c->n = 0;
    c->newest = c->oldest = NO_NODE;
    if (c->capacity > 0)
        memset(c->slots, 0xff, (c->mask + 1) * sizeof *c->slots);
}

uint32_t wm_prefix_cache_n(const struct wm_prefix_cache *c)
{
    return c->n;
}

static void unlink_node(struct wm_prefix_cache *c, uint32_t i)
{
    const struct node node = c->nodes[i];
    *(node.newer != NO_NODE ? &c->nodes[node.newer].older : &c->newest) = node.older;
    *(node.older != NO_NODE ? &c->nodes[node.older].newer : &c->oldest) = node.newer;
}

static void link_newest(struct wm_prefix_cache *c, uint32_t i)
{
    c->nodes[i].newer = NO_NODE;
    c->nodes[i].older = c->newest;
    *(c->newest != NO_NODE ? &c->nodes[c->newest].newer : &c->oldest) = i;
    c->newest = i;
}

/* Empties a slot and moves back what probing had pushed past it. */
static void erase_slot(struct wm_prefix_cache *c, uint64_t hole)
{
    c->slots[hole] = NO_NODE;
    for (uint64_t i = (hole + 1) & c->mask; c->slots[i] != NO_NODE; i = (i + 1) & c->mask) {
        const uint64_t home = mix(c->nodes[c->slots[i]].block) & c->mask;
        if (((i - home) & c->mask) >= ((i - hole) & c->mask)) {
            c->slots[hole] = c->slots[i];
            c->slots[i] = NO_NODE;
            hole = i;
        }
    }
}

static void touch(struct wm_prefix_cache *c, uint64_t block)
{
    uint64_t slot = find_slot(c, block);
    uint32_t i = c->slots[slot];
    if (i != NO_NODE) {
        unlink_node(c, i);
        link_newest(c, i);
        return;
    }
    if (c->n == c->capacity) { /* the least recently used gives its node */
        i = c->oldest;
        unlink_node(c, i);
        erase_slot(c, find_slot(c, c->nodes[i].block));
    } else {
        if (c->n == c->n_nodes) {
            WM_REQUIRE(c->n_nodes < UINT32_MAX / 2);
            reserve(c, c->capacity / 2 < c->n_nodes ? c->capacity : 2 * c->n_nodes);
        }
        i = c->n++;
    }
    c->nodes[i].block = block;
    link_newest(c, i);
    c->slots[find_slot(c, block)] = i;
}

uint32_t wm_prefix_cache_peek(const struct wm_prefix_cache *c, const uint64_t *blocks, uint32_t n)
{
    uint32_t hits = 0;
    while (c->capacity > 0 && hits < n && c->slots[find_slot(c, blocks[hits])] != NO_NODE)
        hits++;
    return hits;
}

uint32_t wm_prefix_cache_use(struct wm_prefix_cache *c, const uint64_t *blocks, uint32_t n)
{
    const uint32_t hits = wm_prefix_cache_peek(c, blocks, n);
    for (uint32_t i = c->capacity > 0 ? n : 0; i-- > 0;)
        touch(c, blocks[i]);
    return hits;
}
