#include "study_case.h"
#include "suite.h"

#include "../../sim/sweep/plan.h"

#define PRICE "\"path\": \"site.tariff.energy_usd_per_mwh\""
#define LIMIT "\"path\": \"site.ceiling.limit_mw\""
#define RATE  "\"path\": \"economics.discount_rate_frac\""

/* Value of axis `j`'s first target at point `i`. */
static double value_at(const struct wm_study *study, uint64_t i, size_t j)
{
    struct wm_cursor c;
    struct wm_json value;
    int64_t seed = 0;
    struct wm_choice *const choices = WM_NEW_ARRAY(arena, struct wm_choice, study->n_axes);
    ck_assert(wm_cursor_open(arena, study, &c));
    wm_cursor_at(&c, i, choices, &seed);
    wm_cursor_close(&c);
    ck_assert(wm_axis_value(&study->axes[j], &choices[j], 0, &value));
    return value.number;
}

static struct wm_axis dist(enum wm_dist kind, double low, double mode, double high)
{
    return (struct wm_axis){
        .is_dist = true,
        .params = {.dist = kind, .low = low, .mode = mode, .high = high, .lambda = 4.0}};
}

/* T(35, 55, 95): F^-1(1/3) = 55, F^-1(1/2) = 95 - sqrt(1200), mean 61.6667; PERT mean 58.3333. */
START_TEST(triangular_and_pert_match_their_check_values)
{
    const struct wm_axis t = dist(WM_DIST_TRIANGULAR, 35.0, 55.0, 95.0);
    const struct wm_axis p = dist(WM_DIST_PERT, 35.0, 55.0, 95.0);
    double triangular = 0.0, pert = 0.0;
    ck_assert_double_eq_tol(wm_axis_quantile(&t, 1.0 / 3.0), 55.0, 1e-12);
    ck_assert_double_eq_tol(wm_axis_quantile(&t, 0.5), 60.358983848622, 1e-10);
    for (int k = 0; k < 20000; k++) {
        triangular += wm_axis_quantile(&t, (k + 0.5) / 20000.0) / 20000.0;
        pert += wm_axis_quantile(&p, (k + 0.5) / 20000.0) / 20000.0;
    }
    ck_assert_double_eq_tol(triangular, 61.666667, 1e-3);
    ck_assert_double_eq_tol(pert, 58.333333, 1e-3);
}
END_TEST

START_TEST(normal_lognormal_and_beta_match_hand_values)
{
    struct wm_axis n = {.is_dist = true, .params = {.dist = WM_DIST_NORMAL, .mean = 10, .sd = 2}};
    n.params.low = n.params.high = (double)NAN;
    ck_assert_double_eq_tol(wm_axis_quantile(&n, 0.5), 10.0, 1e-12);
    ck_assert_double_eq_tol(wm_axis_quantile(&n, 0.975), 13.919927969, 1e-8);
    /* cut at the mean: the median of the upper half is the 75th percentile */
    n.params.low = 10.0;
    ck_assert_double_eq_tol(wm_axis_quantile(&n, 0.5), 10.0 + 2.0 * 0.674489750, 1e-8);
    struct wm_axis l = {.is_dist = true,
                        .params = {.dist = WM_DIST_LOGNORMAL, .median = 3, .log_sd = 0.5}};
    l.params.low = l.params.high = (double)NAN;
    ck_assert_double_eq_tol(wm_axis_quantile(&l, 0.5), 3.0, 1e-12);
    ck_assert_double_eq_tol(wm_axis_quantile(&l, 0.841344746), 3.0 * exp(0.5), 1e-7);
    /* beta(1, 1) is uniform */
    struct wm_axis b = {.is_dist = true, .params = {.dist = WM_DIST_BETA, .alpha = 1, .beta = 1}};
    b.params.low = 2.0, b.params.high = 4.0;
    ck_assert_double_eq_tol(wm_axis_quantile(&b, 0.25), 2.5, 1e-12);
}
END_TEST

START_TEST(a_grid_counts_with_its_last_axis_fastest)
{
    const struct wm_study *const s =
        load_study("\"axes\": [{" LIMIT ", \"sweep\": [10, 20]}, {" PRICE
                   ", \"sweep\": {\"from\": 30, \"to\": 50, \"step\": 10}}]");
    ck_assert_uint_eq(wm_study_n_points(s), 6);
    ck_assert_double_eq(value_at(s, 0, 0), 10.0);
    ck_assert_double_eq(value_at(s, 2, 1), 50.0);
    ck_assert_double_eq(value_at(s, 3, 0), 20.0);
    ck_assert_double_eq(value_at(s, 3, 1), 30.0);
}
END_TEST

START_TEST(ranges_end_where_they_say)
{
    const struct wm_study *const s = load_study(
        "\"axes\": [{" PRICE ", \"sweep\": {\"from\": 10, \"to\": 1000, \"n\": 3, \"scale\": "
        "\"log\"}}, {" RATE ", \"sweep\": {\"from\": 0.1, \"to\": 0.3, \"step\": 0.1}}]");
    ck_assert_uint_eq(wm_study_n_points(s),
                      9); /* 0.1 + 2 x 0.1 rounds above 0.3 and still counts */
    ck_assert_double_eq_tol(value_at(s, 3, 0), 100.0, 1e-9);
    ck_assert_double_eq(value_at(s, 6, 0), 1000.0);
}
END_TEST

START_TEST(zip_takes_values_together_and_wants_equal_lengths)
{
    const struct wm_study *s =
        load_study("\"design\": \"zip\", \"axes\": [{" LIMIT ", \"sweep\": [10, 20]}, {" PRICE
                   ", \"sweep\": [30, 40]}]");
    ck_assert_uint_eq(wm_study_n_points(s), 2);
    ck_assert_double_eq(value_at(s, 1, 0), 20.0);
    ck_assert_double_eq(value_at(s, 1, 1), 40.0);
    ck_assert_int_eq(try_study("\"design\": \"zip\", \"axes\": [{" LIMIT
                               ", \"sweep\": [10]}, {" PRICE ", \"sweep\": [30, 40]}]",
                               &s),
                     WM_INVALID);
    ck_assert(is_told(WM_E501, "equally many"));
}
END_TEST

/* Property: each of n strata of each axis holds exactly one point. */
START_TEST(a_latin_hypercube_fills_every_stratum_once)
{
    const unsigned n = 97;
    const struct wm_study *const s =
        load_study("\"design\": \"latin_hypercube\", \"n\": 97, \"axes\": [{" PRICE
                   ", \"dist\": \"uniform\", \"low\": 0, \"high\": 97}, {" LIMIT
                   ", \"dist\": \"uniform\", \"low\": 1, \"high\": 98}]");
    for (size_t j = 0; j < 2; j++) {
        bool seen[97] = {false};
        for (uint64_t i = 0; i < n; i++) {
            const size_t k = (size_t)(value_at(s, i, j) - (double)j);
            ck_assert_uint_lt(k, n);
            ck_assert(!seen[k]);
            seen[k] = true;
        }
    }
}
END_TEST

START_TEST(one_at_a_time_moves_one_axis_and_keeps_the_base)
{
    const struct wm_study *const s =
        load_study("\"design\": \"one_at_a_time\", \"axes\": [{" RATE
                   ", \"dist\": \"triangular\", \"low\": 0, \"mode\": 0.1, \"high\": 0.2}, {" PRICE
                   ", \"sweep\": [30, 40, 50]}]");
    ck_assert_uint_eq(wm_study_n_points(s), 1 + 2 + 3);
    ck_assert_double_eq(value_at(s, 0, 0), 0.1);  /* of the scenario */
    ck_assert_double_eq(value_at(s, 0, 1), 55.0); /* the tariff's entry in the catalogue */
    ck_assert_double_eq_tol(value_at(s, 1, 0), sqrt(0.1 * 0.2 * 0.1), 1e-12); /* P10 */
    ck_assert_double_eq_tol(value_at(s, 2, 0), 0.2 - sqrt(0.1 * 0.2 * 0.1), 1e-12);
    ck_assert_double_eq(value_at(s, 2, 1), 55.0);
    ck_assert_double_eq(value_at(s, 5, 1), 50.0);
}
END_TEST

START_TEST(saltelli_blocks_hold_a_and_b_and_their_mixtures)
{
    const struct wm_study *const s =
        load_study("\"design\": \"saltelli\", \"n\": 8, \"axes\": [{" PRICE
                   ", \"dist\": \"uniform\", \"low\": 0, \"high\": 1}, {" LIMIT
                   ", \"dist\": \"uniform\", \"low\": 1, \"high\": 2}]");
    ck_assert_uint_eq(wm_study_n_points(s), 8 * 4);
    for (uint64_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 2; j++)
            for (size_t m = 0; m < 2; m++) /* A with axis m from B */
                ck_assert_double_eq(value_at(s, 4 * i + 2 + m, j),
                                    value_at(s, 4 * i + (m == j ? 1 : 0), j));
}
END_TEST

START_TEST(sobol_points_are_even_and_never_stuck_at_zero)
{
    const struct wm_study *const s =
        load_study("\"design\": \"sobol\", \"n\": 256, \"axes\": [{" PRICE
                   ", \"dist\": \"uniform\", \"low\": 0, \"high\": 256}]");
    bool seen[256] = {false};
    for (uint64_t i = 0; i < 256; i++)
        seen[(size_t)value_at(s, i, 0)] = true;
    size_t n_seen = 0;
    for (size_t k = 0; k < 256; k++)
        n_seen += seen[k];
    ck_assert_uint_ge(n_seen, 254); /* a shifted net: at most the seam is off */
}
END_TEST

/* A study of `n_axes` uniform axes on limits of windows that the base scenario holds. */
static const struct wm_study *wide_study(const char *design, int n, int n_axes)
{
    struct wm_json_writer w = wm_json_writer_to_memory(arena, false);
    struct wm_json_writer c = wm_json_writer_to_memory(arena, false);
    wm_json_array_begin(&w);
    wm_json_array_begin(&c);
    for (int k = 0; k < n_axes; k++) {
        wm_json_object_begin(&w);
        wm_json_member_string(&w, "name", wm_arena_printf(arena, "a%d", k));
        wm_json_member_string(&w, "path",
                              wm_arena_printf(arena, "site.ceiling.calendar.%d.limit_mw", k));
        wm_json_member_string(&w, "dist", "uniform");
        wm_json_member_number(&w, "low", 1.0);
        wm_json_member_number(&w, "high", 2.0);
        wm_json_object_end(&w);
        wm_json_raw(&c, wm_arena_printf(arena,
                                        "{\"from\": \"2027-%02d-%02dT00:00\", \"to\": "
                                        "\"2027-%02d-%02dT01:00\", \"limit_mw\": 1}",
                                        k / 28 + 1, k % 28 + 1, k / 28 + 1, k % 28 + 1));
    }
    wm_json_array_end(&w);
    wm_json_array_end(&c);
    write_file("base.json",
               wm_arena_printf(arena,
                               "{\"schema_version\": 1, \"name\": \"t\", \"site\": {\"ceiling\": "
                               "{\"limit_mw\": 10, \"calendar\": %s}}, \"fleet\": [{\"name\": "
                               "\"main\", \"accelerator\": \"gb300-nvl72\", \"count\": 72}]}",
                               c.bytes));
    return load_study(
        wm_arena_printf(arena, "\"design\": \"%s\", \"n\": %d, \"axes\": %s", design, n, w.bytes));
}

/* Largest |r| of two columns of u [n][d]. */
static double worst_correlation(const double *u, size_t n, size_t d)
{
    double worst = 0.0;
    for (size_t a = 0; a < d; a++)
        for (size_t b = 0; b < a; b++) {
            double x = 0.0, y = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
            for (size_t i = 0; i < n; i++) {
                const double p = u[i * d + a], q = u[i * d + b];
                x += p, y += q, xx += p * p, yy += q * q, xy += p * q;
            }
            const double m = (double)n;
            const double r = (xy - x * y / m) / sqrt((xx - x * x / m) * (yy - y * y / m));
            worst = fmax(worst, fabs(r));
        }
    return worst;
}

/* Coordinates of base sample i: of saltelli both halves, A and B. */
static double *coordinates(const struct wm_study *s, size_t n, size_t *d)
{
    const bool halves = wm_study_design(s) == WM_DESIGN_SALTELLI;
    const size_t k = s->n_axes;
    struct wm_cursor c;
    struct wm_choice *const choices = WM_NEW_ARRAY(arena, struct wm_choice, k);
    *d = halves ? 2 * k : k;
    double *const u = WM_NEW_ARRAY(arena, double, n **d);
    ck_assert(wm_cursor_open(arena, s, &c));
    for (size_t i = 0; i < n; i++)
        for (size_t half = 0; half < (halves ? 2 : 1); half++) {
            int64_t seed = 0;
            wm_cursor_at(&c, halves ? i * (k + 2) + half : i, choices, &seed);
            for (size_t j = 0; j < k; j++)
                u[i * *d + half * k + j] = choices[j].u;
        }
    wm_cursor_close(&c);
    return u;
}

/* Independent uniforms of 100 columns and 256 rows reach about 0.27; GSL's sequences 1.0. */
START_TEST(no_two_inputs_are_correlated_whatever_their_number)
{
    static const int n_axes[] = {17, 30, 42, 50, 100};
    static const char *const designs[] = {"sobol", "saltelli", "latin_hypercube"};
    for (size_t k = 0; k < sizeof n_axes / sizeof *n_axes; k++)
        for (size_t m = 0; m < 3; m++) {
            size_t d = 0;
            const int n = m == 1 ? n_axes[k] / 2 : n_axes[k];
            const double *const u = coordinates(wide_study(designs[m], 256, n), 256, &d);
            ck_assert_double_lt(worst_correlation(u, 256, d), 0.3);
            ck_assert(m == 2 || n == 8 || is_told(WM_W951, "Latin hypercubes"));
        }
}
END_TEST

/* Property: beyond Sobol's dimensions each axis holds every one of n strata once. */
START_TEST(dimensions_beyond_sobols_are_even_one_by_one)
{
    size_t d = 0;
    const double *const u = coordinates(wide_study("sobol", 64, 42), 64, &d);
    for (size_t j = WM_SOBOL_MAX_DIMS; j < d; j++) {
        bool seen[64] = {false};
        for (size_t i = 0; i < 64; i++)
            seen[(size_t)(64.0 * u[i * d + j])] = true;
        for (size_t i = 0; i < 64; i++)
            ck_assert(seen[i]);
    }
}
END_TEST

START_TEST(more_points_than_the_sequence_has_are_refused_at_once)
{
    const struct wm_study *s = NULL;
    const char *const text = "\"design\": \"%s\", \"n\": 1000000000000, \"axes\": [{" PRICE
                             ", \"dist\": \"uniform\", \"low\": 1, \"high\": 2}]";
    ck_assert_int_eq(try_study(wm_arena_printf(arena, text, "sobol"), &s), WM_INVALID);
    ck_assert(is_told(WM_E501, "1073741823"));
    ck_assert_int_eq(try_study(wm_arena_printf(arena, text, "saltelli"), &s), WM_INVALID);
    ck_assert_int_eq(try_study(wm_arena_printf(arena, text, "monte_carlo"), &s), WM_OK);
}
END_TEST

/* Iman and Conover: all strata kept, and the correlation of the ranks is the one asked for. */
START_TEST(correlated_latin_hypercubes_keep_their_strata)
{
    size_t d = 0;
    const struct wm_study *const s = load_study(
        "\"design\": \"latin_hypercube\", \"n\": 400, \"corr\": [[\"p\", \"l\", -0.8]], \"axes\": "
        "[{"
        "\"name\": \"p\", " PRICE ", \"dist\": \"normal\", \"mean\": 50, \"sd\": 5}, {\"name\": "
        "\"l\", " LIMIT ", \"dist\": \"normal\", \"mean\": 50, \"sd\": 5}]");
    const double *const u = coordinates(s, 400, &d);
    double xy = 0.0, xx = 0.0, yy = 0.0;
    for (size_t j = 0; j < 2; j++) {
        bool seen[400] = {false};
        for (size_t i = 0; i < 400; i++)
            seen[(size_t)(400.0 * u[i * 2 + j])] = true;
        for (size_t i = 0; i < 400; i++)
            ck_assert(seen[i]);
    }
    for (size_t i = 0; i < 400; i++) {
        const double x = wm_normal_quantile(u[2 * i]), y = wm_normal_quantile(u[2 * i + 1]);
        xy += x * y, xx += x * x, yy += y * y;
    }
    ck_assert_double_eq_tol(xy / sqrt(xx * yy), -0.8, 0.01);
}
END_TEST

START_TEST(headings_that_export_needs_are_no_names_of_axes)
{
    static const char *const names[] = {"seed", "index", "status", "npv_usd"};
    const struct wm_study *s = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ck_assert_int_eq(try_study(wm_arena_printf(arena,
                                                   "\"axes\": [{\"name\": \"%s\", " PRICE
                                                   ", \"sweep\": [1, 2]}]",
                                                   names[i]),
                                   &s),
                         WM_INVALID);
        ck_assert(is_told(WM_E501, "column of its own"));
    }
    ck_assert_int_eq(
        try_study("\"axes\": [{\"name\": \"site.ceiling.limit_mw\", \"cases\": [{\"set\": {"
                  "\"site.ceiling.limit_mw\": 5}}]}]",
                  &s),
        WM_INVALID);
    ck_assert(is_told(WM_E501, "cases set"));
}
END_TEST

/* beta(a, 1): p^(1/a); beta(1, b): 1 - (1 - p)^(1/b); beta(2, 3) has the median 0.38572756813238. */
START_TEST(beta_quantiles_exist_for_every_shape_the_schema_allows)
{
    static const double shapes[] = {0.001, 0.01, 0.03, 0.1, 0.5, 1.0, 3.0, 100.0, 1e4, 1e6};
    const size_t n = sizeof shapes / sizeof *shapes;
    ck_assert_double_eq_tol(wm_beta_quantile(0.5, 2.0, 3.0), 0.38572756813238, 1e-13);
    for (size_t i = 0; i < n; i++) {
        const double a = shapes[i];
        for (double p = 0.02; p < 1.0; p += 0.07) {
            ck_assert_double_eq_tol(wm_beta_quantile(p, a, 1.0), pow(p, 1.0 / a), 1e-9);
            ck_assert_double_eq_tol(wm_beta_quantile(p, 1.0, a), 1.0 - pow(1.0 - p, 1.0 / a), 1e-9);
        }
        for (size_t j = 0; j < n; j++) {
            double last = 0.0;
            for (double p = 0.001; p < 1.0; p += 0.0499) {
                const double q = wm_beta_quantile(p, a, shapes[j]);
                ck_assert(q >= last && q <= 1.0);
                ck_assert_double_eq_tol(q, 1.0 - wm_beta_quantile(1.0 - p, shapes[j], a), 1e-9);
                last = q;
            }
        }
    }
}
END_TEST

/* Sample correlation of normal scores approaches rho: 4,000 points, standard error 0.01. */
START_TEST(the_copula_correlates_axes_and_keeps_their_margins)
{
    const struct wm_study *const s = load_study(
        "\"design\": \"monte_carlo\", \"n\": 4000, \"corr\": [[\"p\", \"l\", 0.6]], \"axes\": [{"
        "\"name\": \"p\", " PRICE ", \"dist\": \"normal\", \"mean\": 50, \"sd\": 5}, {\"name\": "
        "\"l\", " LIMIT ", \"dist\": \"normal\", \"mean\": 50, \"sd\": 5}]");
    double xy = 0.0, xx = 0.0, yy = 0.0, mean = 0.0;
    struct wm_cursor c;
    struct wm_choice choices[2];
    ck_assert(wm_cursor_open(arena, s, &c));
    for (uint64_t i = 0; i < 4000; i++) {
        int64_t seed = 0;
        struct wm_json x, y;
        wm_cursor_at(&c, i, choices, &seed);
        wm_axis_value(&s->axes[0], &choices[0], 0, &x);
        wm_axis_value(&s->axes[1], &choices[1], 0, &y);
        mean += y.number / 4000.0;
        xy += (x.number - 50.0) * (y.number - 50.0);
        xx += (x.number - 50.0) * (x.number - 50.0);
        yy += (y.number - 50.0) * (y.number - 50.0);
    }
    wm_cursor_close(&c);
    ck_assert_double_eq_tol(xy / sqrt(xx * yy), 0.6, 0.04);
    ck_assert_double_eq_tol(mean, 50.0, 0.4);
    ck_assert_double_eq_tol(sqrt(yy / 4000.0), 5.0, 0.25);
}
END_TEST

START_TEST(impossible_correlations_and_designs_are_refused)
{
    const struct wm_study *s = NULL;
    const char *const axes =
        "\"axes\": [{\"name\": \"a\", " PRICE ", \"dist\": \"uniform\", \"low\": 1, \"high\": 2}, "
        "{\"name\": \"b\", " LIMIT ", \"dist\": \"uniform\", \"low\": 1, \"high\": 2}, {\"name\": "
        "\"c\", " RATE ", \"dist\": \"uniform\", \"low\": 0.1, \"high\": 0.2}]";
    ck_assert_int_eq(
        try_study(wm_arena_printf(arena,
                                  "\"design\": \"sobol\", \"corr\": [[\"a\",\"b\",0.9],"
                                  "[\"b\",\"c\",0.9],[\"a\",\"c\",-0.9]], %s",
                                  axes),
                  &s),
        WM_INVALID);
    ck_assert(is_told(WM_E501, "not positive definite"));
    ck_assert_int_eq(
        try_study(wm_arena_printf(
                      arena, "\"design\": \"saltelli\", \"corr\": [[\"a\",\"b\",0.1]], %s", axes),
                  &s),
        WM_INVALID);
    ck_assert(is_told(WM_E501, "independent"));
    ck_assert_int_eq(
        try_study(wm_arena_printf(arena, "\"design\": \"sobol\", \"corr\": [[\"a\",\"d\",0.1]], %s",
                                  axes),
                  &s),
        WM_INVALID);
    ck_assert(is_told(WM_E501, "no axis \"d\""));
    ck_assert_int_eq(try_study(wm_arena_printf(arena, "\"design\": \"grid\", %s", axes), &s),
                     WM_INVALID);
    ck_assert(is_told(WM_E501, "number of levels"));
}
END_TEST

/* Monte Carlo point i has the seed hash(seed, i), whatever n is; a grid shares the seed. */
START_TEST(seeds_follow_the_design)
{
    struct wm_cursor c;
    struct wm_choice choice;
    int64_t first = 0, second = 0, again = 0;
    const char *const text = "\"design\": \"monte_carlo\", \"n\": %d, \"axes\": [{" PRICE
                             ", \"dist\": \"uniform\", \"low\": 1, \"high\": 2}]";
    const struct wm_study *s = load_study(wm_arena_printf(arena, text, 10));
    ck_assert(wm_cursor_open(arena, s, &c));
    wm_cursor_at(&c, 3, &choice, &first);
    wm_cursor_at(&c, 4, &choice, &second);
    wm_cursor_close(&c);
    s = load_study(wm_arena_printf(arena, text, 1000));
    ck_assert(wm_cursor_open(arena, s, &c));
    wm_cursor_at(&c, 3, &choice, &again);
    wm_cursor_close(&c);
    ck_assert_int_ne(first, second);
    ck_assert_int_eq(first, again);
    s = load_study("\"axes\": [{" PRICE ", \"sweep\": [1, 2]}]");
    ck_assert(wm_cursor_open(arena, s, &c));
    wm_cursor_at(&c, 1, &choice, &again);
    wm_cursor_close(&c);
    ck_assert_int_eq(again, 7);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {triangular_and_pert_match_their_check_values,
                                  normal_lognormal_and_beta_match_hand_values,
                                  a_grid_counts_with_its_last_axis_fastest,
                                  ranges_end_where_they_say,
                                  zip_takes_values_together_and_wants_equal_lengths,
                                  a_latin_hypercube_fills_every_stratum_once,
                                  one_at_a_time_moves_one_axis_and_keeps_the_base,
                                  saltelli_blocks_hold_a_and_b_and_their_mixtures,
                                  sobol_points_are_even_and_never_stuck_at_zero,
                                  no_two_inputs_are_correlated_whatever_their_number,
                                  dimensions_beyond_sobols_are_even_one_by_one,
                                  more_points_than_the_sequence_has_are_refused_at_once,
                                  correlated_latin_hypercubes_keep_their_strata,
                                  headings_that_export_needs_are_no_names_of_axes,
                                  beta_quantiles_exist_for_every_shape_the_schema_allows,
                                  the_copula_correlates_axes_and_keeps_their_margins,
                                  impossible_correlations_and_designs_are_refused,
                                  seeds_follow_the_design};
    return run_fixture_tests("design", tests, sizeof tests / sizeof *tests, set_up, tear_down);
}
