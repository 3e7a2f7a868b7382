#include <check.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "wattmill/arena.h"

START_TEST(memory_is_zeroed_aligned_and_disjoint)
{
    struct wm_arena *arena = wm_arena_open();
    unsigned char *last = NULL;
    size_t last_bytes = 0;
    for (size_t i = 1; i < 3000; i++) {
        unsigned char *p = wm_arena_alloc(arena, i, 1);
        ck_assert_uint_eq((uintptr_t)p % (i >= 256 ? 64 : 16), 0);
        size_t n_zero = 0;
        while (n_zero < i && p[n_zero] == 0)
            n_zero++;
        ck_assert_uint_eq(n_zero, i);
        memset(p, 0xff, i);
        ck_assert(p + i <= last || p >= last + last_bytes);
        last = p;
        last_bytes = i;
    }
    /* 1 + 2 + ... + 2999 */
    ck_assert_uint_eq(wm_arena_used_bytes(arena), 2999u * 3000u / 2u);
    wm_arena_close(arena);
}
END_TEST

START_TEST(a_big_allocation_leaves_the_small_ones_alone)
{
    struct wm_arena *arena = wm_arena_open();
    char *first = wm_arena_copy_text(arena, "first", 5);
    char *big = wm_arena_alloc(arena, 10, 1u << 20);
    char *second = wm_arena_copy_text(arena, "second", 6);
    memset(big, 1, 10u << 20);
    ck_assert_str_eq(first, "first");
    ck_assert_str_eq(second, "second");
    wm_arena_close(arena);
}
END_TEST

START_TEST(printf_and_copies_end_with_a_zero_byte)
{
    struct wm_arena *arena = wm_arena_open();
    ck_assert_str_eq(wm_arena_printf(arena, "%d MW at %s", 100, "noon"), "100 MW at noon");
    ck_assert_str_eq(wm_arena_copy_text(arena, "abcdef", 3), "abc");
    ck_assert_str_eq(wm_arena_copy_text(arena, "", 0), "");
    wm_arena_close(arena);
}
END_TEST

/* Under a sanitizer this also shows that nothing is left. */
START_TEST(children_are_closed_with_their_parent)
{
    struct wm_arena *const parent = wm_arena_open();
    for (int i = 0; i < 3; i++) {
        struct wm_arena *const child = wm_arena_open_child(parent);
        memset(wm_arena_alloc(child, 1000, 1), i, 1000);
        memset(wm_arena_alloc(wm_arena_open_child(child), 10, 1), i, 10);
    }
    wm_arena_reset(parent);
    (void)wm_arena_open_child(parent);
    wm_arena_close(parent);
}
END_TEST

START_TEST(a_caller_may_give_up_for_a_part)
{
    struct wm_arena *const arena = wm_arena_open();
    jmp_buf boundary;
    volatile bool jumped = false;
    wm_arena_on_exhausted(arena, &boundary);
    if (setjmp(boundary))
        jumped = true;
    else
        wm_arena_give_up(arena);
    ck_assert(jumped);
    wm_arena_close(arena);
}
END_TEST

START_TEST(exhaustion_jumps_to_the_boundary)
{
    struct wm_arena *volatile arena = wm_arena_open();
    jmp_buf boundary;
    volatile int jumped = 0;
    if (setjmp(boundary) == 0) {
        wm_arena_on_exhausted(arena, &boundary);
        wm_arena_alloc(arena, SIZE_MAX / 2, 4); /* the product does not fit a size_t */
    } else {
        jumped = 1;
    }
    ck_assert_int_eq(jumped, 1);
    wm_arena_close(arena);
    wm_arena_close(NULL);
}
END_TEST

START_TEST(a_reset_arena_hands_out_the_same_memory_zeroed)
{
    struct wm_arena *a = wm_arena_open();
    unsigned char *const first = wm_arena_alloc(a, 1000, 1);
    unsigned char *const big = wm_arena_alloc(a, 3000000, 1);
    memset(first, 0xff, 1000);
    memset(big, 0xff, 3000000);
    for (int round = 0; round < 3; round++) {
        wm_arena_reset(a);
        ck_assert_uint_eq(wm_arena_used_bytes(a), 0);
        unsigned char *const again = wm_arena_alloc(a, 1000, 1);
        unsigned char *const big_again = wm_arena_alloc(a, 3000000, 1);
        ck_assert_ptr_eq(again, first);
        ck_assert_ptr_eq(big_again, big);
        for (size_t i = 0; i < 1000; i++)
            ck_assert_uint_eq(again[i], 0);
        ck_assert_uint_eq(big_again[0] | big_again[1500000] | big_again[2999999], 0);
        memset(again, 0xee, 1000);
        memset(big_again, 0xee, 3000000);
    }
    wm_arena_close(a);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {memory_is_zeroed_aligned_and_disjoint,
                                  a_big_allocation_leaves_the_small_ones_alone,
                                  printf_and_copies_end_with_a_zero_byte,
                                  children_are_closed_with_their_parent,
                                  a_caller_may_give_up_for_a_part,
                                  exhaustion_jumps_to_the_boundary,
                                  a_reset_arena_hands_out_the_same_memory_zeroed};
    return RUN_TESTS("arena", tests);
}
