#include "study_case.h"
#include "suite.h"

#include "../../sim/sweep/sample.h"
#include "wattmill/numeric.h"
#include "wattmill/rng.h"

START_TEST(quantiles_interpolate_between_order_statistics)
{
    const double x[] = {1.0, 2.0, 4.0, 8.0, 16.0};
    ck_assert_double_eq(wm_sorted_quantile(x, 5, 0.0), 1.0);
    ck_assert_double_eq(wm_sorted_quantile(x, 5, 0.5), 4.0);
    ck_assert_double_eq(wm_sorted_quantile(x, 5, 0.625), 6.0);
    ck_assert_double_eq(wm_sorted_quantile(x, 5, 1.0), 16.0);
    ck_assert_double_eq(wm_sorted_quantile(x, 1, 0.3), 1.0);
}
END_TEST

/* David and Nagaraja's table for the median: n = 10: 2nd and 9th (97.9 %); n = 20: 6th and 15th. */
START_TEST(ranks_of_the_median_match_the_published_table)
{
    size_t low = 0, high = 0;
    ck_assert(wm_quantile_ranks(10, 0.5, 0.95, &low, &high));
    ck_assert_uint_eq(low + 1, 2);
    ck_assert_uint_eq(high + 1, 9);
    ck_assert(wm_quantile_ranks(20, 0.5, 0.95, &low, &high));
    ck_assert_uint_eq(low + 1, 6);
    ck_assert_uint_eq(high + 1, 15);
    ck_assert(!wm_quantile_ranks(10, 0.1, 0.95, &low, &high)); /* too few for a tail */
    ck_assert_uint_eq(low, 0);
}
END_TEST

/* Property: the interval covers the true P10 of a uniform in at least 93 % of 1,000 samples. */
START_TEST(intervals_cover_as_often_as_they_say)
{
    size_t low = 0, high = 0;
    int n_covered = 0;
    ck_assert(wm_quantile_ranks(200, 0.1, 0.95, &low, &high));
    for (uint64_t k = 0; k < 1000; k++) {
        struct wm_rng rng = wm_rng_stream(11, "cover", k);
        double x[200];
        for (size_t i = 0; i < 200; i++)
            x[i] = wm_rng_uniform(&rng);
        wm_sort(x, 200);
        n_covered += x[low] <= 0.1 && 0.1 <= x[high];
    }
    ck_assert_int_ge(n_covered, 930);
}
END_TEST

/* Wilson by hand: 8 of 10 at 95 %: (0.4902, 0.9433); none of 10: (0, 0.2775). */
START_TEST(shares_have_wilsons_interval)
{
    double low = 0.0, high = 0.0;
    wm_share_interval(8, 10, 0.95, &low, &high);
    ck_assert_double_eq_tol(low, 0.4902, 1e-4);
    ck_assert_double_eq_tol(high, 0.9433, 1e-4);
    wm_share_interval(0, 10, 0.95, &low, &high);
    ck_assert_double_eq(low, 0.0);
    ck_assert_double_eq_tol(high, 0.2775, 1e-4);
}
END_TEST

/* Ishigami, a = 7, b = 0.1, each x uniform on (-pi, pi); x comes from three fields on 0..1. */
static enum wm_status ishigami(void *context, struct wm_arena *a, const struct wm_scenario *s,
                               const struct wm_point *point, const struct wm_results **results,
                               struct wm_diags *d)
{
    const double pi = acos(-1.0);
    const struct wm_fleet *const fleet = s->fleet.items;
    const double x1 = pi * (2.0 * s->economics.discount_rate_frac - 1.0);
    const double x2 = pi * (2.0 * fleet[0].share_frac - 1.0);
    const double x3 = pi * (2.0 * s->economics.tax_rate_frac - 1.0);
    const enum wm_status status = quick_point(context, a, s, point, results, d);
    struct wm_results *const r = WM_NEW(a, struct wm_results);
    *r = **results;
    r->metric[WM_METRIC_npv_usd] =
        sin(x1) + 7.0 * sin(x2) * sin(x2) + 0.1 * x3 * x3 * x3 * x3 * sin(x1);
    *results = r;
    return status;
}

/* S = (0.3139, 0.4424, 0), ST = (0.5576, 0.4424, 0.2437); the whole way: design, store, table. */
START_TEST(sobol_indices_of_ishigami_come_out)
{
    static const double first[] = {0.3139, 0.4424, 0.0}, total[] = {0.5576, 0.4424, 0.2437};
    const struct wm_study *const s = load_study(
        "\"design\": \"saltelli\", \"n\": 2048, \"axes\": [{\"path\": "
        "\"economics.discount_rate_frac\", \"dist\": \"uniform\", \"low\": 0, \"high\": 1}, "
        "{\"path\": \"fleet.main.share_frac\", \"dist\": \"uniform\", \"low\": 0, \"high\": 1}, "
        "{\"path\": \"economics.tax_rate_frac\", \"dist\": \"uniform\", \"low\": 0, \"high\": 1}]");
    struct wm_store *store = NULL;
    struct wm_grid grid;
    ck_assert_uint_eq(wm_study_n_points(s), 2048 * 5);
    const enum wm_status ran = run_study(s, "st", 2, 0, 0, ishigami, NULL);
    for (size_t i = 0; i < diags.n_items; i++)
        puts(wm_diag_format(arena, &diags.items[i]));
    ck_assert_int_eq(ran, WM_OK);
    ck_assert_int_eq(wm_store_open(arena, in_dir("st"), &store, &diags), WM_OK);
    ck_assert_int_eq(wm_stats_sobol(arena, store, "npv_usd", &grid, &diags), WM_OK);
    wm_store_close(store);
    ck_assert_uint_eq(grid.n_rows, 3);
    for (size_t j = 0; j < 3; j++) {
        const char *const *const c = grid.cells + 8 * j;
        ck_assert_double_eq_tol(strtod(c[1], NULL), first[j], 0.02);
        ck_assert_double_eq_tol(strtod(c[4], NULL), total[j], 0.02);
        ck_assert_double_le(strtod(c[2], NULL), first[j]); /* intervals hold the truth */
        ck_assert_double_ge(strtod(c[3], NULL), first[j]);
        ck_assert_double_le(strtod(c[5], NULL), total[j]);
        ck_assert_double_ge(strtod(c[6], NULL), total[j]);
    }
}
END_TEST

START_TEST(sobol_indices_leave_out_broken_blocks_and_refuse_constants)
{
    /* f = x on one axis: A = x, B = y, A_B = y */
    double f[3 * 40];
    struct wm_sobol_index index;
    for (size_t i = 0; i < 40; i++) {
        f[3 * i] = (double)(i * 7 % 40);
        f[3 * i + 1] = f[3 * i + 2] = (double)(i * 11 % 40);
    }
    f[5] = (double)NAN;
    ck_assert(wm_sobol_indices(arena, f, 40, 1, 1, &index));
    ck_assert_double_eq_tol(index.first, 1.0, 0.3);
    ck_assert_double_eq_tol(index.total, 1.0, 0.3);
    for (size_t i = 0; i < 3 * 40; i++)
        f[i] = 5.0;
    ck_assert(!wm_sobol_indices(arena, f, 40, 1, 1, &index));
}
END_TEST

/* f = 3 a + noise of b's own point, c does nothing at all. */
static enum wm_status noisy_point(void *context, struct wm_arena *a, const struct wm_scenario *s,
                                  const struct wm_point *point, const struct wm_results **results,
                                  struct wm_diags *d)
{
    const enum wm_status status = quick_point(context, a, s, point, results, d);
    const struct wm_fleet *const fleet = s->fleet.items;
    struct wm_rng rng = wm_rng_stream(5, "noise", point->index);
    struct wm_results *const r = WM_NEW(a, struct wm_results);
    const double u = fleet[0].share_frac - 0.5;
    *r = **results;
    r->metric[WM_METRIC_npv_usd] =
        3.0 * s->economics.discount_rate_frac + 20.0 * u * u + 2.0 * wm_rng_uniform(&rng);
    *results = r;
    return status;
}

static const char *const noisy_axes =
    "\"axes\": [{\"path\": \"economics.discount_rate_frac\", \"dist\": \"uniform\", \"low\": "
    "0, \"high\": 1}, {\"path\": \"fleet.main.share_frac\", \"dist\": \"uniform\", \"low\": 0, "
    "\"high\": 1}, {\"path\": \"economics.tax_rate_frac\", \"dist\": \"uniform\", \"low\": 0, "
    "\"high\": 1}, {\"path\": \"fleet.main.accelerator\", \"dist\": \"discrete\", \"values\": "
    "[\"gb300-nvl72\", \"gb200-nvl72\"]}]";

static struct wm_store *noisy_store(const char *design, int n)
{
    struct wm_store *store = NULL;
    const struct wm_study *const s = load_study(
        wm_arena_printf(arena, "\"design\": \"%s\", \"n\": %d, %s", design, n, noisy_axes));
    ck_assert_int_eq(run_study(s, design, 2, 0, 0, noisy_point, NULL), WM_OK);
    ck_assert_int_eq(wm_store_open(arena, in_dir(design), &store, &diags), WM_OK);
    return store;
}

/* P10 to P90 of a uniform is 0.8: a change of 2.4; a parabola is no line; the rest is noise. */
START_TEST(effects_come_with_intervals_and_noise_is_called_noise)
{
    static const char *const designs[] = {"monte_carlo", "latin_hypercube", "sobol", "saltelli"};
    for (size_t k = 0; k < 4; k++) {
        struct wm_store *const store = noisy_store(designs[k], 300);
        struct wm_grid g;
        int n_seen = 0;
        ck_assert_int_eq(wm_stats_tornado(arena, store, "npv_usd", &g, &diags), WM_OK);
        ck_assert_uint_eq(g.n_rows, 4);
        for (size_t i = 0; i < 4; i++) {
            const char *const *const c = g.cells + i * g.n_columns;
            const bool is_rate = strcmp(c[0], "economics.discount_rate_frac") == 0;
            const bool is_curve = strcmp(c[0], "fleet.main.share_frac") == 0;
            n_seen += is_rate + is_curve;
            ck_assert_str_eq(c[10], is_rate    ? "beyond noise"
                                    : is_curve ? "no straight line"
                                               : "within noise");
            if (is_rate) {
                ck_assert_double_le(strtod(c[7], NULL), 2.4);
                ck_assert_double_ge(strtod(c[8], NULL), 2.4);
            } else if (!is_curve) {
                ck_assert_double_le(strtod(c[7], NULL), 0.0);
                ck_assert_double_ge(strtod(c[8], NULL), 0.0);
            }
        }
        ck_assert_int_eq(n_seen, 2);
        wm_store_close(store);
    }
}
END_TEST

START_TEST(too_few_points_for_effects_are_told)
{
    struct wm_store *const store = noisy_store("monte_carlo", 5);
    struct wm_grid g;
    ck_assert_int_eq(wm_stats_tornado(arena, store, "npv_usd", &g, &diags), WM_IO);
    ck_assert(is_told(WM_E507, "fewer points"));
    wm_store_close(store);
}
END_TEST

/* x = 1..5, y = 2 x + 1 and a residual at right angles, of squares 0.56: slope 2, r2 = 1 - 0.56 / 40.56. */
START_TEST(regression_matches_hand_values)
{
    const double x[] = {1, 7, 2, 7, 3, 7, 4, 7, 5, 7}; /* the second column never varies */
    const double e[] = {0.2, -0.4, 0.4, -0.4, 0.2};    /* at right angles to 1 and x */
    double y[5], slope[2], covariance[4];
    for (int i = 0; i < 5; i++)
        y[i] = 2.0 * (i + 1) + 1.0 + e[i];
    struct wm_regression r = {5, 2, x, y, slope, covariance, 0, 0, 0};
    ck_assert(wm_regress(&r));
    ck_assert_double_eq_tol(slope[0], 2.0, 1e-12);
    ck_assert_double_eq(slope[1], 0.0);
    ck_assert_double_eq(r.degrees, 2.0);
    ck_assert_double_eq_tol(r.residual_variance, 0.56 / 2.0, 1e-12);
    ck_assert_double_eq_tol(r.r2, 1.0 - 0.56 / 40.56, 1e-12);
    ck_assert_double_eq_tol(covariance[0], 0.28 / 10.0, 1e-12);
    r.n = 3;
    ck_assert(!wm_regress(&r));
}
END_TEST

/* An axis that does nothing has S1 = ST = 0 exactly, however small n is. */
START_TEST(an_inert_axis_has_no_sobol_index)
{
    double f[4 * 16];
    struct wm_sobol_index index[2];
    for (size_t i = 0; i < 16; i++) {
        const double a = (double)(i * 7 % 16), b = (double)(i * 11 % 16);
        f[4 * i] = a, f[4 * i + 1] = b;
        f[4 * i + 2] = b; /* the first axis from B: all of it */
        f[4 * i + 3] = a; /* the second: nothing changes */
    }
    ck_assert(wm_sobol_indices(arena, f, 16, 2, 1, index));
    ck_assert_double_gt(index[0].first, 0.5);
    ck_assert(!signbit(index[1].first));
    ck_assert_double_eq(index[1].first, 0.0);
    ck_assert_double_eq(index[1].first_low, 0.0);
    ck_assert_double_eq(index[1].first_high, 0.0);
    ck_assert_double_eq(index[1].total, 0.0);
}
END_TEST

/* Fails at the even points with a message that differs in its number. */
static enum wm_status failing_point(void *context, struct wm_arena *a, const struct wm_scenario *s,
                                    const struct wm_point *point, const struct wm_results **results,
                                    struct wm_diags *d)
{
    if (point->index % 2 == 0) {
        wm_diag_add(d, WM_W901, NULL, NULL, "a warning comes first");
        wm_diag_add(d, WM_E301, NULL, NULL, "never reaches %llu.5 tok/s",
                    (unsigned long long)point->index);
        return WM_INFEASIBLE;
    }
    return quick_point(context, a, s, point, results, d);
}

START_TEST(failed_points_are_grouped_by_reason)
{
    struct wm_store *store = NULL;
    struct wm_grid g;
    const struct wm_study *const s =
        load_study("\"axes\": [{\"path\": \"site.ceiling.limit_mw\", \"sweep\": [1, 2, 3, 4, 5]}]");
    ck_assert_int_eq(run_study(s, "st", 1, 0, 0, failing_point, NULL), WM_POINTS_FAILED);
    ck_assert_int_eq(wm_store_open(arena, in_dir("st"), &store, &diags), WM_OK);
    ck_assert_int_eq(wm_stats_failures(arena, store, &g, &diags), WM_OK);
    wm_store_close(store);
    ck_assert_uint_eq(g.n_rows, 1);
    ck_assert_str_eq(g.cells[0], "3");
    ck_assert_str_eq(g.cells[1], "infeasible");
    ck_assert_str_eq(g.cells[2], "E301");
    ck_assert_ptr_nonnull(strstr(g.cells[3], "never reaches 0.5 tok/s"));
}
END_TEST

static struct wm_store *grid_store(void)
{
    struct wm_store *store = NULL;
    const struct wm_study *const s = load_study(
        "\"axes\": [{\"path\": \"site.ceiling.limit_mw\", \"sweep\": [1, 2, 3]}, {\"path\": "
        "\"site.tariff.energy_usd_per_mwh\", \"sweep\": [10, 20]}]");
    ck_assert_int_eq(run_study(s, "st", 1, 0, 0, quick_point, NULL), WM_OK);
    ck_assert_int_eq(wm_store_open(arena, in_dir("st"), &store, &diags), WM_OK);
    return store;
}

/* npv = 1000 MW + price: 1010 1020 2010 2020 3010 3020 */
START_TEST(tables_of_a_small_grid_match_hand_values)
{
    struct wm_store *const store = grid_store();
    struct wm_grid g;
    const char *const metric = "npv_usd";
    ck_assert_int_eq(wm_stats_summary(arena, store, &metric, 1, &g, &diags), WM_OK);
    ck_assert_str_eq(g.cells[2], "6");
    ck_assert_str_eq(g.cells[3], "1015");  /* P10: 0.5 of the way from the 1st to the 2nd */
    ck_assert_ptr_null(g.cells[4]);        /* nor an interval */
    ck_assert_str_eq(g.cells[6], "2015");  /* P50 */
    ck_assert_str_eq(g.cells[12], "2015"); /* mean */
    ck_assert_int_eq(wm_stats_response(arena, store, metric, &g, &diags), WM_OK);
    ck_assert_uint_eq(g.n_rows, 5);
    ck_assert_str_eq(g.cells[3], "1015");
    ck_assert_str_eq(g.cells[4 * 7 + 3], "2020");
    ck_assert_int_eq(wm_stats_tornado(arena, store, metric, &g, &diags), WM_OK);
    ck_assert_str_eq(g.cells[0], "site.ceiling.limit_mw");
    ck_assert_str_eq(g.cells[6], "2000");
    ck_assert_str_eq(g.cells[7 + 6], "10");
    wm_store_close(store);
}
END_TEST

START_TEST(the_best_point_obeys_its_conditions)
{
    struct wm_store *const store = grid_store();
    struct wm_grid g;
    struct wm_assertion below;
    ck_assert_int_eq(wm_assertion_parse(arena, "--where", "npv_usd<2500", &below, &diags), WM_OK);
    ck_assert_int_eq(wm_stats_best(arena, store, "max npv_usd", &below, 1, 1, false, &g, &diags),
                     WM_OK);
    ck_assert_uint_eq(g.n_rows, 1);
    ck_assert_str_eq(g.cells[0], "3");
    ck_assert_str_eq(g.cells[3], "2020");
    ck_assert_int_eq(wm_stats_best(arena, store, "min npv_usd", NULL, 0, 1, false, &g, &diags),
                     WM_OK);
    ck_assert_str_eq(g.cells[0], "0");
    ck_assert_int_eq(wm_stats_prob(arena, store, &below, 1, &g, &diags), WM_OK);
    ck_assert_str_eq(g.columns[1].key, "share_of_points"); /* a grid has no probability */
    ck_assert_str_eq(g.cells[1], "0.66667");
    ck_assert_int_eq(wm_stats_best(arena, store, "best npv_usd", NULL, 0, 1, false, &g, &diags),
                     WM_USAGE);
    ck_assert_int_eq(wm_stats_best(arena, store, "max npv_us", NULL, 0, 1, false, &g, &diags),
                     WM_USAGE);
    ck_assert(is_told(WM_E103, "did you mean \"npv_usd\"?"));
    ck_assert_int_eq(wm_stats_sobol(arena, store, "npv_usd", &g, &diags), WM_IO);
    ck_assert(is_told(WM_E507, "saltelli"));
    wm_store_close(store);
}
END_TEST

START_TEST(the_best_point_is_told_with_prefix_and_unit)
{
    struct wm_store *const store = grid_store();
    struct wm_grid g;
    ck_assert_int_eq(wm_stats_best(arena, store, "max npv_usd", NULL, 0, 1, true, &g, &diags),
                     WM_OK);
    ck_assert_str_eq(g.cells[3], "3020 USD");
    wm_store_close(store);
}
END_TEST

START_TEST(a_filter_holds_for_every_reader)
{
    struct wm_store *const store = grid_store();
    struct wm_grid g;
    struct wm_assertion above;
    const char *const metric = "npv_usd";
    ck_assert_int_eq(wm_assertion_parse(arena, "--where", "npv_usd>2015", &above, &diags), WM_OK);
    ck_assert_int_eq(wm_store_filter(store, &above, 1, &diags), WM_OK);
    ck_assert_int_eq(wm_stats_summary(arena, store, &metric, 1, &g, &diags), WM_OK);
    ck_assert_str_eq(g.cells[2], "3");
    FILE *const file = fopen(in_dir("wide.csv"), "w");
    ck_assert_int_eq(wm_export_wide_csv(file, store, &diags), WM_OK);
    fclose(file);
    ck_assert_ptr_null(strstr(read_file("wide.csv"), "\n2,ok"));
    ck_assert_ptr_nonnull(strstr(read_file("wide.csv"), "\n3,ok"));
    above.value = 1e9;
    ck_assert_int_eq(wm_stats_summary(arena, store, &metric, 1, &g, &diags), WM_IO);
    ck_assert(is_told(WM_E507, "meets the conditions"));
    above.key = "npv_us";
    ck_assert_int_eq(wm_store_filter(store, &above, 1, &diags), WM_USAGE);
    ck_assert(is_told(WM_E103, "--where"));
    wm_store_close(store);
}
END_TEST

START_TEST(a_condition_without_a_relation_is_read_to_its_end_and_no_further)
{
    static const char key[] = "npv_usd"; /* as long as its memory: a sanitizer sees one byte more */
    char *const text = malloc(sizeof key);
    struct wm_assertion condition;
    diags = wm_diags_init(arena);
    memcpy(text, key, sizeof key);
    ck_assert_int_eq(wm_assertion_parse(arena, "--where", text, &condition, &diags), WM_USAGE);
    ck_assert_str_eq(diags.items[0].text,
                     "--where \"npv_usd\": write metric>number, with one of > >= < <= ==");
    free(text);
}
END_TEST

START_TEST(wide_and_long_csv_hold_the_same_points)
{
    struct wm_store *const store = grid_store();
    FILE *file = fopen(in_dir("wide.csv"), "w");
    ck_assert_int_eq(wm_export_wide_csv(file, store, &diags), WM_OK);
    fclose(file);
    file = fopen(in_dir("long.csv"), "w");
    ck_assert_int_eq(wm_export_long_csv(file, store, &diags), WM_OK);
    fclose(file);
    wm_store_close(store);
    const char *const wide = read_file("wide.csv"), *const rows = read_file("long.csv");
    ck_assert_ptr_nonnull(strstr(wide, "index,status,seed,site.ceiling.limit_mw,"
                                       "site.tariff.energy_usd_per_mwh,revenue_usd,npv_usd\n"
                                       "0,ok,7,1,10,7,1010\n1,ok,7,1,20,7,1020\n"));
    ck_assert_ptr_nonnull(strstr(rows, "5,ok,axis,site.ceiling.limit_mw,3,\n"));
    ck_assert_ptr_nonnull(strstr(rows, "5,ok,metric,npv_usd,3020,USD\n"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {quantiles_interpolate_between_order_statistics,
                                  ranks_of_the_median_match_the_published_table,
                                  intervals_cover_as_often_as_they_say,
                                  shares_have_wilsons_interval,
                                  sobol_indices_of_ishigami_come_out,
                                  sobol_indices_leave_out_broken_blocks_and_refuse_constants,
                                  effects_come_with_intervals_and_noise_is_called_noise,
                                  too_few_points_for_effects_are_told,
                                  regression_matches_hand_values,
                                  an_inert_axis_has_no_sobol_index,
                                  failed_points_are_grouped_by_reason,
                                  tables_of_a_small_grid_match_hand_values,
                                  the_best_point_obeys_its_conditions,
                                  the_best_point_is_told_with_prefix_and_unit,
                                  a_filter_holds_for_every_reader,
                                  a_condition_without_a_relation_is_read_to_its_end_and_no_further,
                                  wide_and_long_csv_hold_the_same_points};
    return run_fixture_tests("study_stats", tests, sizeof tests / sizeof *tests, set_up, tear_down);
}
