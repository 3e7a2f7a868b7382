/* Demand from a planner's own files: a shape by hour of the week, a trace of requests. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "suite.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static struct wm_diags diags;
static char path[64];
static FILE *file;

static void begin(void)
{
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    (void)snprintf(path, sizeof path, "/tmp/wattmill-demand-%ld.csv", (long)getpid());
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
}

static void end(void)
{
    (void)unlink(path);
    wm_arena_close(arena);
}

static const struct wm_shape *read_shape(void)
{
    (void)fclose(file);
    return wm_shape_file_load(arena, path, &diags);
}

static const struct wm_demand_trace *read_trace(void)
{
    (void)fclose(file);
    return wm_demand_trace_load(arena, path, &diags);
}

START_TEST(a_shape_is_scaled_to_a_mean_of_one)
{
    fputs("weekday,hour_of_week,relative\n", file);
    for (int h = WM_HOURS_PER_WEEK - 1; h >= 0; h--) /* in any order */
        fprintf(file, "x,%d,%d\n", h, h == 10 ? 6 : 2);
    const struct wm_shape *const shape = read_shape();
    ck_assert_ptr_nonnull(shape);
    const double mean = (167.0 * 2.0 + 6.0) / 168.0;
    ck_assert_double_eq_tol(shape->hourly[10], 6.0 / mean, 1e-12);
    ck_assert_double_eq_tol(shape->hourly[11], 2.0 / mean, 1e-12);
}
END_TEST

START_TEST(a_week_with_holes_repeats_and_words_is_refused_line_by_line)
{
    fputs("hour_of_week,relative\n0,1\n0,1\n1.5,1\n168,1\n2,-1\n3,much\n4\n", file);
    ck_assert_ptr_null(read_shape());
    ck_assert_uint_eq(diags.n_errors, 6);
    ck_assert_int_eq(diags.items[0].place.line, 3);
    ck_assert_int_eq(diags.items[5].place.line, 8);
}
END_TEST

START_TEST(a_week_needs_all_its_hours)
{
    fputs("hour_of_week,relative\n0,1\n1,1\n", file);
    ck_assert_ptr_null(read_shape());
    ck_assert_uint_eq(diags.n_errors, 1);
}
END_TEST

/* 30 hours at 120 requests an hour, then 10 at 360; prompts of 100 and 300, answers of 10 and 30. */
START_TEST(a_trace_gives_rate_lengths_and_hours)
{
    double at_s = 0.0;
    fputs("timestamp_s,input_tokens,output_tokens,prefix_hit_tokens\n", file);
    for (int i = 0; i < 30 * 120 + 10 * 360; i++) {
        fprintf(file, "%.3f,%d,%d,%d\n", at_s, i % 2 ? 300 : 100, i % 2 ? 30 : 10, i % 2 ? 50 : 0);
        at_s += i < 30 * 120 ? 30.0 : 10.0;
    }
    const struct wm_demand_trace *const t = read_trace();
    ck_assert_ptr_nonnull(t);
    const double length_s = 40.0 * 3600.0 - 10.0, n = 7200.0;
    ck_assert_double_eq_tol(t->requests_per_s, n / length_s, 1e-9);
    ck_assert_double_eq_tol(t->class.input_tok, 200.0, 1e-9);
    ck_assert_double_eq_tol(t->class.output_tok, 20.0, 1e-9);
    ck_assert_double_eq_tol(t->class.output_scv, 0.25, 1e-9); /* 100 / 400 */
    ck_assert_double_eq_tol(t->class.cached_frac, 0.125, 1e-9);
    ck_assert_double_eq_tol(t->class.input_quantiles_tok[0], 100.0, 2.0);
    ck_assert_double_eq_tol(t->class.input_quantiles_tok[WM_PROMPT_QUANTILES - 1], 300.0, 4.0);
    /* by hour: thrice as much in the last ten, the mean where the trace did not look */
    ck_assert_double_eq_tol(t->shape.hourly[35] / t->shape.hourly[5], 3.0, 1e-3);
    double sum = 0.0;
    for (int h = 0; h < WM_HOURS_PER_WEEK; h++)
        sum += t->shape.hourly[h];
    ck_assert_double_eq_tol(sum, (double)WM_HOURS_PER_WEEK, 1e-9);
    ck_assert_double_gt(t->shape.hourly[100], t->shape.hourly[5]);
    ck_assert_double_lt(t->shape.hourly[100], t->shape.hourly[35]);
}
END_TEST

START_TEST(what_is_no_trace_is_refused)
{
    fputs("a,b\n1,2\n", file);
    ck_assert_ptr_null(read_trace());
    ck_assert_uint_eq(diags.n_errors, 1);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_shape_is_scaled_to_a_mean_of_one,
                                  a_week_with_holes_repeats_and_words_is_refused_line_by_line,
                                  a_week_needs_all_its_hours, a_trace_gives_rate_lengths_and_hours,
                                  what_is_no_trace_is_refused};
    return run_fixture_tests("demand files", tests, sizeof tests / sizeof *tests, begin, end);
}
