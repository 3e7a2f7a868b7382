/* The winner tree: the leader by exhaustive search, and the vector code against the portable one. */
#include "wattmill/tournament.h"

#include <stdio.h>

#include "suite.h"
#include "wattmill/engine.h"
#include "wattmill/numeric.h"
#include "wattmill/rng.h"

static const uint32_t sizes[] = {1, 2, 7, 8, 9, 64, 65, 513, 5000};
enum { N_SIZES = sizeof sizes / sizeof sizes[0], N_STEPS = 3000 };

static uint32_t leader_by_search(const struct wm_tournament *t)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < t->n; i++)
        if (t->keys[i] < t->keys[best])
            best = i;
    return best;
}

/* A time out of few, so that ties are many; now and then none, the first or the last there is. */
static int64_t draw_time(struct wm_rng *rng)
{
    const uint64_t bits = wm_rng_bits(rng) >> 32;
    if (bits % 16 == 0)
        return WM_TIME_NEVER;
    if (bits % 16 == 1)
        return WM_TIME_LIMIT - 1;
    return (int64_t)(bits % 5);
}

static void set(struct wm_tournament *t, uint32_t id, int64_t time)
{
    const bool led = t->first_key != WM_KEY_NEVER && t->first_id == id;
    (led ? t->set_leader : t->set)(t, id, wm_key_of(time));
}

static void check_size(struct wm_arena *arena, uint32_t n, struct wm_rng *rng)
{
    struct wm_tournament fast, portable;
    wm_tournament_init(&fast, arena, n, WM_WAY_BEST);
    wm_tournament_init(&portable, arena, n, WM_WAY_PORTABLE);
    for (int step = 0; step < N_STEPS; step++) {
        const bool leads = fast.first_key != WM_KEY_NEVER && wm_rng_bits(rng) % 2 == 0;
        const uint32_t id = leads ? fast.first_id : (uint32_t)((wm_rng_bits(rng) >> 32) * n >> 32);
        const int64_t time = draw_time(rng);
        set(&fast, id, time);
        set(&portable, id, time);
        const uint32_t leader = leader_by_search(&fast);
        ck_assert_uint_eq(fast.first_key, fast.keys[leader]);
        ck_assert_uint_eq(portable.first_key, fast.first_key);
        if (fast.first_key == WM_KEY_NEVER)
            continue;
        ck_assert_uint_eq(fast.first_id, leader);
        ck_assert_uint_eq(portable.first_id, leader);
    }
}

START_TEST(every_way_finds_the_earliest_entity_and_the_smaller_number_wins_ties)
{
    const uint64_t seed = 20270102;
    printf("seed %llu\n", (unsigned long long)seed);
    struct wm_rng rng = wm_rng_stream(seed, "tournament", 0);
    for (int i = 0; i < N_SIZES; i++) {
        struct wm_arena *const arena = wm_arena_open();
        check_size(arena, sizes[i], &rng);
        wm_arena_close(arena);
    }
}
END_TEST

START_TEST(the_first_without_one_is_the_first_of_the_others)
{
    struct wm_arena *const arena = wm_arena_open();
    struct wm_tournament t;
    wm_tournament_init(&t, arena, 100, WM_WAY_BEST);
    t.set(&t, 70, wm_key_of(5));
    ck_assert_int_eq(wm_time_of(wm_tournament_first_key_without(&t, 70)), WM_TIME_NEVER);
    t.set(&t, 71, wm_key_of(8));
    t.set(&t, 3, wm_key_of(7));
    ck_assert_int_eq(wm_time_of(wm_tournament_first_key_without(&t, 70)), 7);
    ck_assert_int_eq(wm_time_of(wm_tournament_first_key_without(&t, 3)), 5);
    wm_arena_close(arena);
}
END_TEST

START_TEST(keys_keep_times_and_their_order)
{
    const int64_t times[] = {
        0, 1, INT64_C(1) << 53, (INT64_C(1) << 53) + 1, WM_TIME_LIMIT - 1, WM_TIME_NEVER};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        ck_assert_int_eq(wm_time_of(wm_key_of(times[i])), times[i]);
        if (i > 0)
            ck_assert_uint_lt(wm_key_of(times[i - 1]), wm_key_of(times[i]));
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_way_finds_the_earliest_entity_and_the_smaller_number_wins_ties,
        the_first_without_one_is_the_first_of_the_others, keys_keep_times_and_their_order};
    wm_init();
    return RUN_TESTS("tournament", tests);
}
