/* Measured curves instead of the model: interpolation, limits, capacity. */
#include <math.h>

#include "suite.h"
#include "wattmill/serving.h"

static const struct wm_accelerator hw = {
    .tdp_w = 700.0, .power = {.base_frac = 0.1}, .host_idle_w = 200.0, .host_busy_w = 300.0};

/* Two accelerators; users, tok/s, TPOT, its P99, TTFT, its P99, W */
static const struct wm_curve_point fast[] = {{2.0, 100.0, 0.018, 0.020, 0.10, 0.20, 800.0},
                                             {8.0, 280.0, 0.024, 0.030, 0.30, 0.90, 1100.0},
                                             {32.0, 640.0, 0.040, 0.055, 1.20, 4.00, 1300.0}};
static const struct wm_curve_point slow[] = {{2.0, 90.0, 0.020, 0.022, 0.14, 0.28, 600.0},
                                             {16.0, 400.0, 0.036, 0.045, 0.70, 2.10, 900.0}};
static const struct wm_curve_clock clocks[] = {{1.0, fast, 3}, {0.7, slow, 2}};
static const struct wm_serving_curve curve = {
    .gpus = 2.0, .clocks = clocks, .n_clocks = 2, .input_tok = 1000.0, .output_tok = 200.0};

static struct wm_serving_case case_with(double ttft_slo_s, double speed)
{
    return (struct wm_serving_case){.accelerator = &hw,
                                    .curve = &curve,
                                    .input_tok = 1000.0,
                                    .output_tok = 200.0,
                                    .max_gpus = 8.0,
                                    .ttft_slo_s = ttft_slo_s,
                                    .tok_per_s_per_user_slo = speed};
}

START_TEST(measured_points_are_met_and_lines_run_between)
{
    for (size_t i = 0; i < 3; i++) {
        const struct wm_curve_point p = wm_curve_at(&curve, fast[i].users, 1.0, 140.0);
        ck_assert_double_eq_tol(p.out_tok_per_s, fast[i].out_tok_per_s, 1e-9);
        ck_assert_double_eq_tol(p.board_w, fast[i].board_w, 1e-9);
        ck_assert_double_eq_tol(p.ttft_p99_s, fast[i].ttft_p99_s, 1e-12);
    }
    const struct wm_curve_point mid = wm_curve_at(&curve, 5.0, 1.0, 140.0);
    ck_assert_double_eq_tol(mid.out_tok_per_s, 190.0, 1e-9);
    ck_assert_double_eq_tol(mid.tpot_s, 0.021, 1e-12);
    /* half way between the clocks: the mean of 280 and 90 + 310 * 6 / 14 */
    const struct wm_curve_point both = wm_curve_at(&curve, 8.0, 0.85, 140.0);
    ck_assert_double_eq_tol(both.out_tok_per_s, 0.5 * (280.0 + 90.0 + 310.0 * 6.0 / 14.0), 1e-9);
}
END_TEST

START_TEST(below_the_first_point_the_replica_rests_part_of_the_time)
{
    const struct wm_curve_point rest = wm_curve_at(&curve, 0.0, 1.0, 140.0);
    ck_assert_double_eq_tol(rest.out_tok_per_s, 0.0, 1e-12);
    ck_assert_double_eq_tol(rest.board_w, 140.0, 1e-12);
    const struct wm_curve_point half = wm_curve_at(&curve, 1.0, 1.0, 140.0);
    ck_assert_double_eq_tol(half.out_tok_per_s, 50.0, 1e-9);
    ck_assert_double_eq_tol(half.board_w, 470.0, 1e-9);
    ck_assert_double_eq_tol(half.tpot_s, 0.018, 1e-12); /* as fast as the first */
}
END_TEST

START_TEST(rate_and_power_never_fall_with_load)
{
    for (double clock = 1.0; clock > 0.69; clock -= 0.03) {
        struct wm_curve_point before = {0};
        const double most = wm_curve_most_users(&curve, clock);
        for (double users = 0.0; users <= most; users += 0.25) {
            const struct wm_curve_point p = wm_curve_at(&curve, users, clock, 140.0);
            ck_assert(p.out_tok_per_s >= before.out_tok_per_s && p.board_w >= before.board_w);
            before = p;
        }
    }
}
END_TEST

START_TEST(nothing_is_extrapolated)
{
    ck_assert_double_eq_tol(wm_curve_most_users(&curve, 1.0), 32.0, 1e-12);
    ck_assert_double_eq_tol(wm_curve_most_users(&curve, 0.85), 16.0, 1e-12);
    ck_assert_double_eq_tol(wm_curve_most_users(&curve, 0.7), 16.0, 1e-12);
    ck_assert_double_eq_tol(wm_curve_most_users(&curve, 0.6), 0.0, 1e-12);
    const struct wm_serving_case c = case_with(10.0, 1.0);
    const struct wm_serving_plan plan = wm_serving_plan(&c);
    ck_assert_int_eq(plan.fault, WM_PLAN_OK);
    ck_assert_double_eq_tol(plan.capacity_out_tok_per_s, 640.0, 1e-9);
    ck_assert_double_eq_tol(wm_serving_capacity(&plan, 0.6), 0.0, 1e-12);
}
END_TEST

START_TEST(capacity_is_where_the_targets_are_just_met)
{
    /* 1 / 0.032 s: half way from 8 to 32 users */
    const struct wm_serving_case by_speed = case_with(10.0, 1.0 / 0.032);
    ck_assert_double_eq_tol(wm_serving_plan(&by_speed).capacity_batch, 20.0, 1e-6);
    /* TTFT's P99 of 0.9 s is that of 8 users */
    const struct wm_serving_case by_ttft = case_with(0.9, 1.0);
    ck_assert_double_eq_tol(wm_serving_plan(&by_ttft).capacity_batch, 8.0, 1e-6);
    const struct wm_serving_case too_fast = case_with(10.0, 100.0), too_soon = case_with(0.05, 1.0);
    ck_assert_int_eq(wm_serving_plan(&too_fast).fault, WM_PLAN_SPEED);
    ck_assert_int_eq(wm_serving_plan(&too_soon).fault, WM_PLAN_TTFT);
    struct wm_serving_case too_large = case_with(10.0, 1.0);
    too_large.max_gpus = 1.0;
    ck_assert_int_eq(wm_serving_plan(&too_large).fault, WM_PLAN_MEMORY);
}
END_TEST

START_TEST(power_by_use_sums_to_the_boards)
{
    const struct wm_serving_case c = case_with(10.0, 1.0);
    const struct wm_serving_plan plan = wm_serving_plan(&c);
    for (double users = 0.0; users <= 32.0; users += 0.5) {
        const struct wm_serving_point p = wm_serving_at_batch(&plan, users, 1.0);
        ck_assert_double_eq_tol(p.prefill_w + p.decode_w + p.idle_w, p.board_w, 1e-9);
        ck_assert_double_eq_tol(p.board_w + p.host_w, p.it_w, 1e-9);
    }
    const struct wm_serving_point rest = wm_serving_at_batch(&plan, 0.0, 1.0);
    ck_assert_double_eq_tol(rest.it_w, 2.0 * (70.0 + 200.0), 1e-9);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {measured_points_are_met_and_lines_run_between,
                                  below_the_first_point_the_replica_rests_part_of_the_time,
                                  rate_and_power_never_fall_with_load,
                                  nothing_is_extrapolated,
                                  capacity_is_where_the_targets_are_just_met,
                                  power_by_use_sums_to_the_boards};
    return RUN_TESTS("serving curve", tests);
}
