/* Published training runs as points: what is read, what is left out, how far the model is off. */
#include "wattmill/training_points.h"

#include <math.h>
#include <string.h>

#include "suite.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static const struct wm_catalog *catalog;
static struct wm_training_points points;

START_TEST(rows_become_cases_and_the_rest_is_counted_by_reason)
{
    ck_assert_uint_eq(points.n_rows, 16);
    ck_assert_uint_eq(points.n, 13);
    ck_assert_uint_eq(points.n_left_out, 3);
    const struct wm_training_point *const p = &points.items[0];
    ck_assert_str_eq(p->model, "mpt-70b");
    ck_assert_str_eq(p->c.accelerator->head.name, "h100");
    ck_assert(p->is_fit && p->c.plan.full_shard);
    ck_assert_int_eq(p->c.plan.recompute, WM_RECOMPUTE_FULL);
    ck_assert_double_eq(p->c.plan.sequences, 8.0);
    ck_assert_double_eq(p->c.plan.data, 512.0);
    ck_assert_double_eq(p->c.batch_tok, 8388608.0);
}
END_TEST

START_TEST(published_runs_are_met_within_a_fifth_in_the_median)
{
    const struct wm_training_error fit = wm_training_error_of(arena, &points, NULL, true);
    const struct wm_training_error other = wm_training_error_of(arena, &points, NULL, false);
    ck_assert_uint_eq(fit.n + other.n, points.n);
    ck_assert_double_lt(fit.median_frac, 0.15);
    ck_assert_double_lt(other.median_frac, 0.20);
    ck_assert_double_le(fit.median_frac, fit.p90_frac);
    ck_assert_uint_eq(wm_training_error_of(arena, &points, "k80", true).n, 0);
}
END_TEST

START_TEST(errors_are_of_predicted_over_measured)
{
    struct wm_training_point two[3];
    for (int i = 0; i < 3; i++) {
        two[i] = points.items[0];
        two[i].tok_per_s_per_gpu = 100.0;
    }
    two[0].predicted = 90.0;
    two[1].predicted = 105.0;
    two[2].predicted = 130.0;
    const struct wm_training_points set = {.items = two, .n = 3};
    const struct wm_training_error e = wm_training_error_of(arena, &set, "h100", true);
    ck_assert_double_eq_tol(e.median_frac, 0.10, 1e-12);
    ck_assert_double_eq_tol(e.p90_frac, 0.30, 1e-12);
    ck_assert_double_eq_tol(e.bias_frac, 0.05, 1e-12);
}
END_TEST

START_TEST(a_shape_from_parameters_has_that_many)
{
    for (double params = 1e8; params < 1e12; params *= 3.0) {
        const struct wm_llm m = wm_llm_of_params(params);
        const double h = (double)m.hidden_dim;
        ck_assert_double_eq_tol(12.0 * (double)m.layers * h * h / params, 1.0, 0.1);
        /* six FLOP a parameter, and attention on top */
        ck_assert_double_gt(wm_train_flop_per_tok(&m, 2048.0), 6.0 * params * (1.0 - 1e-3));
    }
}
END_TEST

START_TEST(another_table_is_refused)
{
    struct wm_training_points none;
    struct wm_diags diags = wm_diags_init(arena);
    ck_assert_int_eq(
        wm_training_points_load(arena, "tests/data/operating_points.csv", catalog, &none, &diags),
        WM_INVALID);
    ck_assert_int_eq(diags.items[0].code, WM_E214);
    ck_assert_int_eq(wm_training_points_load(arena, "nowhere.csv", catalog, &none, &diags), WM_IO);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {rows_become_cases_and_the_rest_is_counted_by_reason,
                                  published_runs_are_met_within_a_fifth_in_the_median,
                                  errors_are_of_predicted_over_measured,
                                  a_shape_from_parameters_has_that_many, another_table_is_refused};
    wm_init();
    arena = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    if (wm_catalog_load_with(arena, NULL, &catalog, &diags) != WM_OK ||
        wm_training_points_load(arena, "tests/data/training_runs.csv", catalog, &points, &diags) !=
            WM_OK)
        return EXIT_FAILURE;
    const int code = RUN_TESTS("training_points", tests);
    wm_arena_close(arena);
    return code;
}
