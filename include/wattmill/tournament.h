/*
 * Tournament: the earliest of n entities, each with one time, as an 8-ary winner tree.
 *
 * A node holds the keys of eight children in one cache line; a parent knows the winner of each
 * child. The path of an entity is known from its number, so a new time needs no search: at every
 * level the best of the seven other children does not depend on the new time and the processor
 * finds all of them at once; what remains in sequence is one comparison a level. Equal times are
 * won by the smaller number. Cost does not depend on the distribution of times.
 *
 * A key is time + 2^62: seen as a double it is normal and positive, and doubles of one sign order as
 * their bits do, so that AVX2 may take minima of keys, for which it has no integer instruction. The
 * portable code compares integers; the order is the same bit for bit. Eight entities or fewer are
 * one node and are scanned.
 */
#ifndef WATTMILL_TOURNAMENT_H
#define WATTMILL_TOURNAMENT_H

#include "wattmill/engine.h"

enum { WM_TOURNAMENT_LEVELS = 11 }; /* 8^11 > 2^32 */

#define WM_KEY_ZERO  (UINT64_C(1) << 62)     /* 2.0 */
#define WM_KEY_NEVER (UINT64_C(0x7ff) << 52) /* infinity */

struct wm_tournament;
typedef void (*wm_tournament_set_fn)(struct wm_tournament *t, uint32_t id, uint64_t key);

struct wm_tournament {
    uint64_t first_key;
    uint32_t first_id;
    uint32_t n, n_levels;
    uint64_t *keys; /* level 0: the entities; then the winners of eight each, level by level */
    uint32_t *ids;  /* whose key it is, from level 1 */
    uint32_t offset[WM_TOURNAMENT_LEVELS]; /* where a level begins */
    wm_tournament_set_fn set;              /* gives entity `id` < n a key */
    wm_tournament_set_fn
        set_leader; /* the same, faster, for one that led: the whole path changes */
};

/* How to look at a node. The fastest way this processor has is the default. */
enum wm_tournament_way { WM_WAY_BEST, WM_WAY_PORTABLE };

/* n entities without a time. */
void wm_tournament_init(struct wm_tournament *t, struct wm_arena *arena, uint32_t n,
                        enum wm_tournament_way way);
/* The earliest key of the entities other than `id`. */
uint64_t wm_tournament_first_key_without(const struct wm_tournament *t, uint32_t id);

static inline uint64_t wm_key_of(int64_t time)
{
    return time == WM_TIME_NEVER ? WM_KEY_NEVER : (uint64_t)time + WM_KEY_ZERO;
}

static inline int64_t wm_time_of(uint64_t key)
{
    return key == WM_KEY_NEVER ? WM_TIME_NEVER : (int64_t)(key - WM_KEY_ZERO);
}

#endif
