/* The queue of batch work: order, deadlines, balance. */
#include "../../sim/site/batch.h"
#include "suite.h"

static const int64_t bin = 900000000LL;

/* Three intervals of 100, 200, 300 tokens that may wait four intervals. */
static struct wm_batch_queue filled(struct wm_arena *arena)
{
    struct wm_batch_queue q = wm_batch_queue_new(arena, 8);
    for (int64_t i = 0; i < 3; i++) {
        wm_batch_add(&q, 100.0 * (double)(i + 1), 0.0);
        ck_assert_double_eq(wm_batch_end_interval(&q, (i + 1) * bin, (i + 4) * bin), 0.0);
    }
    return q;
}

START_TEST(work_waits_and_leaves_in_the_order_it_came)
{
    struct wm_arena *const arena = wm_arena_open();
    struct wm_batch_queue q = filled(arena);
    ck_assert_double_eq(q.waiting_tok, 600.0);
    ck_assert_double_eq(wm_batch_wanted(&q, 900.0), 600.0 / 900.0);
    wm_batch_add(&q, 0.0, 150.0); /* the first cohort and half of 100 of the second */
    ck_assert_double_eq(wm_batch_wanted(&q, 450.0), 1.0);
    ck_assert_double_eq(wm_batch_end_interval(&q, 4 * bin, 8 * bin), 0.0);
    ck_assert_double_eq(q.waiting_tok, 450.0);
    /* the second cohort expires at 5 with the 150 that are left of it */
    ck_assert_double_eq(wm_batch_end_interval(&q, 5 * bin, 9 * bin), 150.0);
    ck_assert_double_eq(q.waiting_tok, 300.0);
    ck_assert_double_eq(wm_batch_end_interval(&q, 6 * bin, 10 * bin), 300.0);
    ck_assert_double_eq(q.waiting_tok, 0.0);
    wm_arena_close(arena);
}
END_TEST

START_TEST(what_is_due_is_what_expires_by_then_less_what_was_served)
{
    struct wm_arena *const arena = wm_arena_open();
    struct wm_batch_queue q = filled(arena);
    ck_assert_double_eq(wm_batch_due(&q, 3 * bin), 0.0);
    ck_assert_double_eq(wm_batch_due(&q, 4 * bin), 100.0);
    ck_assert_double_eq(wm_batch_due(&q, 5 * bin), 300.0);
    wm_batch_add(&q, 0.0, 120.0);
    ck_assert_double_eq(wm_batch_due(&q, 4 * bin), 0.0);
    ck_assert_double_eq(wm_batch_due(&q, 5 * bin), 180.0);
    ck_assert(wm_batch_is_urgent(&q, 4 * bin));
    ck_assert(!wm_batch_is_urgent(&q, 4 * bin - 1));
    wm_arena_close(arena);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {work_waits_and_leaves_in_the_order_it_came,
                                  what_is_due_is_what_expires_by_then_less_what_was_served};
    return RUN_TESTS("batch", tests);
}
