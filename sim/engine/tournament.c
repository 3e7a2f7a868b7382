#include "wattmill/tournament.h"

#include "wattmill/require.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_X86 1
#include <immintrin.h>
#else
#define HAS_X86 0
#endif

enum { CHILDREN = 8 };

/* The best of the other seven children of a node: its key and its place among the eight. */
struct best {
    uint64_t key;
    uint32_t slot;
};

static inline struct best best_other(const uint64_t *node, uint32_t slot)
{
    struct best best = {WM_KEY_NEVER, slot};
    for (uint32_t i = 0; i < CHILDREN; i++) {
        const bool wins = (i != slot) & (node[i] < best.key);
        best.key = wins ? node[i] : best.key;
        best.slot = wins ? i : best.slot;
    }
    return best;
}

/*
 * The walk, the same for both ways of looking at a node. It may end early where the parent already
 * knows this winner: likely for an entity that does not lead, impossible for one that does.
 *
 * A node is read before it is written, as a wide load would wait for a narrow store before it. The
 * comparison is one, without a branch, for which time is earlier cannot be predicted: a key of a
 * smaller number wins a tie, so it need only be less than the other plus one tick.
 */
#define MEET_OTHERS(best_other_of, other_id_of)                           \
    const struct best other = best_other_of(t->keys + (at - slot), slot); \
    const uint64_t other_id = other_id_of(at - slot + other.slot);        \
    t->keys[at] = key;                                                    \
    const uint64_t bar = other.key - (other.slot < slot);                 \
    const uint64_t if_loses = -(uint64_t)(bar < key);                     \
    key = bar < key ? other.key : key

#define ITSELF(at)     (at)
#define ID_KEPT_AT(at) (t->ids[at])

#define WALK(best_other_of, may_stop)                                              \
    uint64_t winner_id = id;                                                       \
    {                                                                              \
        const uint32_t at = id, slot = at % CHILDREN;                              \
        MEET_OTHERS(best_other_of, ITSELF);                                        \
        winner_id ^= (winner_id ^ other_id) & if_loses;                            \
    }                                                                              \
    uint32_t position = id / CHILDREN;                                             \
    for (uint32_t level = 1; level < t->n_levels; level++, position /= CHILDREN) { \
        const uint32_t at = t->offset[level] + position, slot = at % CHILDREN;     \
        if ((may_stop) && t->keys[at] == key && t->ids[at] == winner_id)           \
            return;                                                                \
        MEET_OTHERS(best_other_of, ID_KEPT_AT);                                    \
        t->ids[at] = (uint32_t)winner_id;                                          \
        winner_id ^= (winner_id ^ other_id) & if_loses;                            \
    }                                                                              \
    t->first_key = key;                                                            \
    t->first_id = (uint32_t)winner_id

static void set_portable(struct wm_tournament *t, uint32_t id, uint64_t key)
{
    WALK(best_other, true);
}

static void set_leader_portable(struct wm_tournament *t, uint32_t id, uint64_t key)
{
    WALK(best_other, false);
}

/* All entities are one node; it is padded, so that a lonely entity meets one without a time. */
static void set_one_node(struct wm_tournament *t, uint32_t id, uint64_t key)
{
    uint64_t *const keys = t->keys;
    keys[id] = key;
    uint64_t first = keys[0];
    uint32_t first_id = 0;
    uint32_t i = 1;
    do {
        const bool wins = keys[i] < first;
        first_id = wins ? i : first_id;
        first = wins ? keys[i] : first;
    } while (++i < t->n);
    t->first_key = first;
    t->first_id = first_id;
}

#if HAS_X86
#define AVX2 __attribute__((target("avx2,bmi,bmi2")))

/* Loaded at [7 - i] it is infinity in lane i and zero in the others: a maximum hides that lane. */
static const uint64_t own_lane[2 * CHILDREN - 1] = {[CHILDREN - 1] = WM_KEY_NEVER};

AVX2 static inline __m256d load(const uint64_t *p)
{
    return _mm256_loadu_pd((const double *)(const void *)p);
}

AVX2 static inline unsigned equal_lanes(__m256d a, __m256d b)
{
    return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_EQ_OQ));
}

AVX2 static inline struct best best_other_avx2(const uint64_t *node, uint32_t slot)
{
    const uint64_t *const own = own_lane + (CHILDREN - 1 - slot);
    const __m256d low = _mm256_max_pd(load(node), load(own));
    const __m256d high = _mm256_max_pd(load(node + 4), load(own + 4));
    __m256d best = _mm256_min_pd(low, high);
    best = _mm256_min_pd(best, _mm256_permute2f128_pd(best, best, 1)); /* the halves */
    best = _mm256_min_pd(best, _mm256_permute_pd(best, 5));            /* the two of a half */
    const unsigned lanes = equal_lanes(low, best) | equal_lanes(high, best) << 4;
    return (struct best){(uint64_t)_mm256_extract_epi64(_mm256_castpd_si256(best), 0),
                         (uint32_t)__builtin_ctz(lanes)};
}

AVX2 static void set_avx2(struct wm_tournament *t, uint32_t id, uint64_t key)
{
    WALK(best_other_avx2, true);
}

AVX2 static void set_leader_avx2(struct wm_tournament *t, uint32_t id, uint64_t key)
{
    WALK(best_other_avx2, false);
}
#endif

static void choose_way(struct wm_tournament *t, enum wm_tournament_way way)
{
    t->set = set_portable;
    t->set_leader = set_leader_portable;
#if HAS_X86
    if (way == WM_WAY_BEST && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
        t->set = set_avx2;
        t->set_leader = set_leader_avx2;
    }
#endif
    if (way == WM_WAY_BEST && t->n <= CHILDREN)
        t->set = t->set_leader = set_one_node;
}

void wm_tournament_init(struct wm_tournament *t, struct wm_arena *arena, uint32_t n,
                        enum wm_tournament_way way)
{
    WM_REQUIRE(n > 0 && n <= UINT32_MAX / 2);
    *t = (struct wm_tournament){.first_key = WM_KEY_NEVER, .n = n};
    uint32_t n_keys = 0;
    for (uint32_t n_groups = n; n_keys == 0 || n_groups > 1; n_keys += n_groups * CHILDREN) {
        n_groups = n_groups / CHILDREN + (n_groups % CHILDREN != 0);
        t->offset[t->n_levels++] = n_keys;
    }
    /* never so few that the arena would not align them to a cache line */
    const uint32_t n_aligned = n_keys < 32 ? 32 : n_keys;
    t->keys = WM_NEW_ARRAY(arena, uint64_t, n_aligned);
    t->ids = WM_NEW_ARRAY(arena, uint32_t, n_aligned);
    for (uint32_t i = 0; i < n_keys; i++)
        t->keys[i] = WM_KEY_NEVER;
    choose_way(t, way);
}

uint64_t wm_tournament_first_key_without(const struct wm_tournament *t, uint32_t id)
{
    uint64_t first = WM_KEY_NEVER;
    for (uint32_t level = 0, position = id; level < t->n_levels; level++, position /= CHILDREN) {
        const uint32_t at = t->offset[level] + position, slot = at % CHILDREN;
        const struct best other = best_other(t->keys + (at - slot), slot);
        first = other.key < first ? other.key : first;
    }
    return first;
}
