/* Generators: moments of arrivals and lengths against their closed forms, fixed seeds. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "wattmill/catalog.h"
#include "wattmill/generate.h"
#include "wattmill/numeric.h"
#include "wattmill/prefix_cache.h"

static struct wm_arena *arena;

static void set_up(void)
{
    arena = wm_arena_open();
}
static void tear_down(void)
{
    wm_arena_close(arena);
}

struct moments {
    double n, sum, square;
};
static void add(struct moments *m, double x)
{
    m->n += 1.0;
    m->sum += x;
    m->square += x * x;
}
static double mean(const struct moments *m)
{
    return m->sum / m->n;
}
static double cv(const struct moments *m)
{
    return sqrt(fmax(0.0, m->square / m->n - mean(m) * mean(m))) / mean(m);
}

/* Gaps of arrivals until the end. */
static struct moments gaps(const struct wm_arrival *a, double end_s, uint64_t seed)
{
    struct wm_arrivals *const p = wm_arrivals_new(arena, a, seed, 0);
    struct moments m = {0};
    for (double last = 0.0, t; (t = wm_arrivals_next(p)) < end_s; last = t)
        add(&m, t - last);
    return m;
}

START_TEST(poisson_has_its_count_and_a_gap_variation_of_one)
{
    const struct wm_arrival a = {.kind = WM_ARRIVAL_POISSON, .rate_per_s = 5.0};
    const struct moments m = gaps(&a, 10000.0, 1);
    ck_assert_double_eq_tol(m.n, 50000.0, 900.0);
    ck_assert_double_eq_tol(cv(&m), 1.0, 0.02);
}
END_TEST

START_TEST(gamma_and_weibull_gaps_have_their_variation)
{
    const struct wm_arrival gamma = {
        .kind = WM_ARRIVAL_GAMMA, .rate_per_s = 1.0, .cv = 1.0 / sqrt(0.35)};
    const struct moments g = gaps(&gamma, 200000.0, 2);
    ck_assert_double_eq_tol(cv(&g), 1.690, 0.04);
    ck_assert_double_eq_tol(mean(&g), 1.0, 0.02);
    ck_assert_double_eq_tol(wm_weibull_shape(1.0), 1.0, 1e-9);
    for (double k = 0.4; k < 3.0; k *= 2.0) {
        const double x = tgamma(1.0 + 2.0 / k) / pow(tgamma(1.0 + 1.0 / k), 2.0) - 1.0;
        ck_assert_double_eq_tol(wm_weibull_shape(sqrt(x)), k, 1e-6);
        const struct wm_arrival weibull = {
            .kind = WM_ARRIVAL_WEIBULL, .rate_per_s = 1.0, .cv = sqrt(x)};
        const struct moments w = gaps(&weibull, 200000.0, 3);
        ck_assert_double_eq_tol(cv(&w) / sqrt(x), 1.0, 0.05);
        ck_assert_double_eq_tol(mean(&w), 1.0, 0.03);
    }
}
END_TEST

/* Code completion as an on/off process: 2 states fitted on the Azure code trace of 2023. */
static const struct wm_arrival code = {
    .kind = WM_ARRIVAL_MMPP2, .state_rate_per_s = {9.87, 0.011}, .stay_s = {7.6, 21.8}};

START_TEST(a_modulated_process_has_its_mean_and_its_bursts)
{
    double rate = 0.0, variation = 0.0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        const struct moments m = gaps(&code, 3436.0, seed);
        rate += m.n / 3436.0 / 40.0;
        variation += cv(&m) / 40.0;
    }
    ck_assert_double_eq_tol(rate, 2.56, 0.2);
    ck_assert_double_eq_tol(variation, 8.2, 0.7);
    struct wm_arrival twice = code;
    twice.rate_per_s = 5.12;
    const struct moments m = gaps(&twice, 100000.0, 7);
    ck_assert_double_eq_tol(m.n / 100000.0, 5.12, 0.35);
}
END_TEST

START_TEST(a_week_has_the_counts_of_its_shape)
{
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_catalog *catalog = NULL;
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
    const struct wm_shape *const shape =
        (const void *)wm_catalog_find(catalog, WM_CATALOG_shape, "combined-week");
    ck_assert_ptr_nonnull(shape);
    const struct wm_arrival a = {
        .kind = WM_ARRIVAL_POISSON, .rate_per_s = 1.0, .shape = shape->hourly};
    struct wm_arrivals *const p = wm_arrivals_new(arena, &a, 5, 0);
    static double count[WM_HOURS_PER_WEEK];
    double n = 0.0;
    const double week_s = 604800.0, weeks = 52.0;
    for (double t; (t = wm_arrivals_next(p)) < weeks * week_s; n += 1.0)
        count[(int)(fmod(t, week_s) / 3600.0)] += 1.0;
    double mean_shape = 0.0;
    for (int h = 0; h < WM_HOURS_PER_WEEK; h++)
        mean_shape += shape->hourly[h] / WM_HOURS_PER_WEEK;
    ck_assert_double_eq_tol(n, weeks * week_s * mean_shape, 5.0 * 5608.0);
    int peak = 0;
    for (int h = 0; h < WM_HOURS_PER_WEEK; h++) {
        const double wanted = weeks * 3600.0 * shape->hourly[h];
        ck_assert_double_eq_tol(count[h], wanted, 5.0 * sqrt(wanted));
        peak = count[h] > count[peak] ? h : peak;
    }
    ck_assert_int_eq(peak, 42);
}
END_TEST

START_TEST(rate_noise_widens_minutes_and_keeps_the_mean)
{
    /* chat: sd 0.21 a minute at 5.53 requests/s gives a variance-to-mean of counts near 16 */
    const struct wm_arrival a = {
        .kind = WM_ARRIVAL_POISSON, .rate_per_s = 5.53, .noise_sigma = 0.21, .noise_corr = 0.85};
    struct wm_arrivals *const p = wm_arrivals_new(arena, &a, 8, 0);
    enum { MINUTES = 20000 };
    double *const count = WM_NEW_ARRAY(arena, double, MINUTES);
    for (double t; (t = wm_arrivals_next(p)) < 60.0 * MINUTES;)
        count[(int)(t / 60.0)] += 1.0;
    struct moments m = {0};
    double lag = 0.0;
    for (int i = 0; i < MINUTES; i++)
        add(&m, count[i]);
    for (int i = 1; i < MINUTES; i++)
        lag += (count[i] - mean(&m)) * (count[i - 1] - mean(&m));
    const double variance = m.square / m.n - mean(&m) * mean(&m);
    const double sigma2 = exp(0.21 * 0.21) - 1.0, count_mean = 60.0 * 5.53;
    ck_assert_double_eq_tol(mean(&m) / count_mean, 1.0, 0.03);
    ck_assert_double_eq_tol(variance / (count_mean + count_mean * count_mean * sigma2), 1.0, 0.1);
    /* correlation of counts: what the noise has of their variance, times 0.85 */
    const double share = count_mean * sigma2 / (1.0 + count_mean * sigma2);
    ck_assert_double_eq_tol(lag / (m.n * variance), 0.85 * share, 0.04);
}
END_TEST

static struct moments draw(const struct wm_length *l, size_t n, double *sorted)
{
    struct wm_rng rng = wm_rng_stream(4, "draw", 0);
    const struct wm_length_table *const t = wm_length_compile(arena, l);
    struct moments m = {0};
    for (size_t i = 0; i < n; i++) {
        const double x = wm_length_at(t, wm_rng_normal(&rng));
        if (sorted != NULL)
            sorted[i] = x;
        add(&m, x);
    }
    return m;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

START_TEST(lognormal_lengths_have_mean_and_median)
{
    enum { N = 100000 };
    double *const x = WM_NEW_ARRAY(arena, double, N);
    for (double s = 0.3; s < 1.6; s += 0.4) {
        const struct wm_length l = {.kind = WM_LENGTH_LOGNORMAL, .n = 1, .part = {{1.0, 6.5, s}}};
        const struct moments m = draw(&l, N, x);
        const double wanted = exp(6.5 + 0.5 * s * s),
                     se = wanted * sqrt(exp(s * s) - 1.0) / sqrt(N);
        ck_assert_double_eq_tol(mean(&m), wanted, 4.0 * se + 0.5);
        qsort(x, N, sizeof *x, by_value);
        const double median_se = 1.2533 * s * exp(6.5) / sqrt(N);
        ck_assert_double_eq_tol(x[N / 2], exp(6.5), 4.0 * median_se + 1.0);
    }
    const struct wm_length given = wm_length_of(1154.7, 0.9);
    const struct moments m = draw(&given, N, NULL);
    ck_assert_double_eq_tol(mean(&m) / 1154.7, 1.0, 0.02);
    ck_assert_double_eq_tol(cv(&m) * cv(&m), 0.9, 0.06);
}
END_TEST

START_TEST(mixtures_have_their_published_means)
{
    /* DeepSeek-R1 of ServeGen: inputs 1284, outputs 1541 before the cap */
    const struct wm_length in = {.kind = WM_LENGTH_LOGNORMAL,
                                 .n = 2,
                                 .part = {{0.943, 4.984, 1.572}, {0.057, 9.355, 0.656}}};
    const struct wm_length out = {.kind = WM_LENGTH_LOGNORMAL,
                                  .n = 2,
                                  .part = {{0.791, 6.457, 0.711}, {0.209, 7.975, 0.876}}};
    const struct moments a = draw(&in, 400000, NULL), b = draw(&out, 400000, NULL);
    ck_assert_double_eq_tol(mean(&a), 1284.0, 30.0);
    ck_assert_double_eq_tol(mean(&b), 1541.0, 15.0);
}
END_TEST

START_TEST(other_lengths_have_their_means_caps_and_points)
{
    const struct wm_length e = {.kind = WM_LENGTH_EXPONENTIAL, .a = 400.0};
    const struct moments me = draw(&e, 200000, NULL);
    ck_assert_double_eq_tol(mean(&me), 400.0, 4.0);
    const struct wm_length w = {.kind = WM_LENGTH_WEIBULL, .a = 300.0, .b = 2.0};
    const struct moments mw = draw(&w, 200000, NULL);
    ck_assert_double_eq_tol(mean(&mw), 300.0 * tgamma(1.5), 2.0);
    const struct wm_length p = {.kind = WM_LENGTH_PARETO, .a = 100.0, .b = 3.5};
    const struct moments mp = draw(&p, 200000, NULL);
    ck_assert_double_eq_tol(mean(&mp), 100.0 * 3.5 / 2.5, 2.0);
    const double prob[] = {0.0, 0.5, 1.0}, value[] = {10.0, 100.0, 1000.0};
    const struct wm_length q = {
        .kind = WM_LENGTH_QUANTILES, .n = 3, .prob = prob, .value = value, .cap = 550.0};
    const struct moments mq = draw(&q, 200000, NULL);
    /* halves: mean 55; of 100..1000 the part above 550 piles up there: (325 + 550) / 2 */
    ck_assert_double_eq_tol(mean(&mq), 0.5 * 55.0 + 0.5 * 437.5, 2.0);
    const double seen[] = {30.0, 10.0, 20.0};
    const struct wm_length emp = {.kind = WM_LENGTH_EMPIRICAL, .n = 3, .value = seen};
    const struct moments mm = draw(&emp, 200000, NULL);
    ck_assert_double_eq_tol(mean(&mm), 20.0, 0.1);
    const struct wm_length fixed = wm_length_of(7.0, 0.0);
    const struct moments mf = draw(&fixed, 100, NULL);
    ck_assert_double_eq(mean(&mf), 7.0);
}
END_TEST

/* Ranks of n numbers, ties broken by place. */
static const double *sort_key;
static int by_key(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return sort_key[x] != sort_key[y] ? (sort_key[x] > sort_key[y] ? 1 : -1) : (x > y) - (x < y);
}
static void ranks(const double *x, size_t n, double *rank)
{
    size_t *const order = WM_NEW_ARRAY(arena, size_t, n);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    sort_key = x;
    qsort(order, n, sizeof *order, by_key);
    for (size_t i = 0; i < n; i++)
        rank[order[i]] = (double)i;
}

/* Azure code inputs: Gamma(0.930, 2201), of mean 2046.9 and squared variation 1 / 0.93. */
START_TEST(gamma_lengths_have_mean_and_variance)
{
    const struct wm_length l = {.kind = WM_LENGTH_GAMMA, .a = 0.93, .b = 2201.0};
    const struct wm_length_table *const t = wm_length_compile(arena, &l);
    struct wm_rng rng = wm_rng_stream(3, "gamma-length", 0);
    double sum = 0.0, squares = 0.0;
    enum { N = 200000 };
    for (int i = 0; i < N; i++) {
        const double x = (double)wm_length_at(t, wm_rng_normal(&rng));
        sum += x;
        squares += x * x;
    }
    const double mean = sum / N, scv = squares / N / (mean * mean) - 1.0;
    ck_assert_double_eq_tol(mean, 0.93 * 2201.0, 4.0 * 2123.0 / sqrt((double)N));
    ck_assert_double_eq_tol(scv, 1.0 / 0.93, 0.03);
    ck_assert_double_eq_tol(wm_length_mean(t), 0.93 * 2201.0, 4.0);
}
END_TEST

START_TEST(a_length_is_read_as_it_is_typed)
{
    struct wm_length l;
    ck_assert_ptr_null(wm_length_parse(arena, "250", &l));
    ck_assert_int_eq(l.kind, WM_LENGTH_FIXED);
    ck_assert_double_eq(l.a, 250.0);
    ck_assert_ptr_null(wm_length_parse(arena, "gamma:0.93,2201,max=7437", &l));
    ck_assert_int_eq(l.kind, WM_LENGTH_GAMMA);
    ck_assert_double_eq(l.b, 2201.0);
    ck_assert_double_eq(l.cap, 7437.0);
    ck_assert_ptr_null(wm_length_parse(arena, "lognormal:0.659,2.365,0.383,0.341,3.605,0.899", &l));
    ck_assert_uint_eq(l.n, 2);
    ck_assert_double_eq_tol(
        wm_length_mean(wm_length_compile(arena, &l)),
        0.659 * exp(2.365 + 0.5 * 0.383 * 0.383) + 0.341 * exp(3.605 + 0.5 * 0.899 * 0.899), 0.2);
    ck_assert_ptr_null(wm_length_parse(arena, "quantiles:0,10,0.5,20,1,40", &l));
    ck_assert_double_eq_tol(wm_length_mean(wm_length_compile(arena, &l)), 0.5 * 15 + 0.5 * 30, 0.2);
    ck_assert_ptr_null(wm_length_parse(arena, "empirical:7,7,100", &l));
    ck_assert_double_eq_tol(wm_length_mean(wm_length_compile(arena, &l)), 38.0, 0.2);
}
END_TEST

static const char *const wrong_lengths[] = {"",
                                            "many",
                                            "gama:1,2",
                                            "gamma:1",
                                            "gamma:1,2,3",
                                            "gamma:1,x",
                                            "fixed:0",
                                            "pareto:-1,2",
                                            "lognormal:1,2",
                                            "lognormal:1,2,0",
                                            "empirical:",
                                            "quantiles:0,5,0,6",
                                            "quantiles:0.5,9,0.6,8",
                                            "fixed:9,min=0",
                                            "fixed:9,min=5,max=4"};

START_TEST(a_length_that_makes_no_sense_says_why)
{
    struct wm_length l;
    ck_assert_ptr_nonnull(wm_length_parse(arena, wrong_lengths[_i], &l));
}
END_TEST

/* Superposing tenants lowers the variation of the gaps. */
START_TEST(tenants_have_streams_of_their_own)
{
    enum { TENANTS = 8 };
    struct wm_generator_class c[TENANTS];
    for (uint32_t i = 0; i < TENANTS; i++)
        c[i] = (struct wm_generator_class){
            .tenant = i,
            .arrival = {.kind = WM_ARRIVAL_GAMMA, .rate_per_s = 1.0, .cv = 3.0},
            .input = wm_length_of(100.0, 0.0),
            .output = wm_length_of(10.0, 0.0)};
    struct wm_request_source s =
        wm_generator_source(wm_generator_new(arena, c, TENANTS, 20000.0, 5));
    struct wm_request q;
    double last_s = 0.0, sum = 0.0, squares = 0.0;
    size_t n = 0;
    for (; s.next(s.self, &q); n++) {
        const double gap_s = 1e-9 * (double)q.arrival_ns - last_s;
        last_s += gap_s;
        sum += gap_s;
        squares += gap_s * gap_s;
    }
    const double cv = sqrt((double)n * squares / (sum * sum) - 1.0);
    ck_assert_double_eq_tol((double)n / 20000.0, TENANTS, 0.3);
    ck_assert_double_gt(cv, 1.5);
    ck_assert_double_lt(cv, 2.6); /* of one alone: 3 */
}
END_TEST

START_TEST(the_copula_has_the_rank_correlation_asked_for)
{
    enum { N = 40000 };
    double *const x = WM_NEW_ARRAY(arena, double, 4 * N), *const y = x + N, *const rx = x + 2 * N,
                  *const ry = x + 3 * N;
    for (double rho = -0.6; rho < 0.9; rho += 0.35) {
        const struct wm_generator_class c = {
            .arrival = {.kind = WM_ARRIVAL_CONSTANT, .rate_per_s = 10.0},
            .input = wm_length_of(100000.0, 1.0),
            .output = {.kind = WM_LENGTH_EXPONENTIAL, .a = 50000.0},
            .rank_corr = rho};
        struct wm_request_source s =
            wm_generator_source(wm_generator_new(arena, &c, 1, 0.1 * (N + 2), 3));
        struct wm_request q;
        for (size_t i = 0; i < N; i++) {
            ck_assert(s.next(s.self, &q));
            x[i] = q.input_tok;
            y[i] = q.output_tok;
        }
        ranks(x, N, rx);
        ranks(y, N, ry);
        double sum = 0.0;
        for (size_t i = 0; i < N; i++)
            sum += (rx[i] - ry[i]) * (rx[i] - ry[i]);
        ck_assert_double_eq_tol(1.0 - 6.0 * sum / ((double)N * ((double)N * N - 1.0)), rho, 0.02);
    }
}
END_TEST

START_TEST(a_class_more_moves_no_other)
{
    struct wm_generator_class c[2] = {{.class_id = 3,
                                       .arrival = {.kind = WM_ARRIVAL_POISSON, .rate_per_s = 2.0},
                                       .input = wm_length_of(500.0, 1.0),
                                       .output = wm_length_of(100.0, 1.0)},
                                      {.class_id = 4,
                                       .arrival = {.kind = WM_ARRIVAL_POISSON, .rate_per_s = 7.0},
                                       .input = wm_length_of(50.0, 0.0),
                                       .output = wm_length_of(10.0, 1.0)}};
    struct wm_request_source alone = wm_generator_source(wm_generator_new(arena, c, 1, 500.0, 1));
    struct wm_request_source both = wm_generator_source(wm_generator_new(arena, c, 2, 500.0, 1));
    struct wm_request a, b;
    int64_t last_ns = 0;
    while (alone.next(alone.self, &a)) {
        do {
            ck_assert(both.next(both.self, &b));
            ck_assert_int_ge(b.arrival_ns, last_ns);
            last_ns = b.arrival_ns;
        } while (b.class_id != 3);
        ck_assert_int_eq(a.arrival_ns, b.arrival_ns);
        ck_assert_uint_eq(a.input_tok, b.input_tok);
        ck_assert_uint_eq(a.output_tok, b.output_tok);
    }
}
END_TEST

START_TEST(shared_prefixes_hit_as_often_as_they_are_shared)
{
    /* 38 % share 6,144 tokens, 14 % others 2,560: what the excerpt of an agent trace shows */
    const struct wm_generator_class c = {.arrival = {.kind = WM_ARRIVAL_POISSON, .rate_per_s = 5.0},
                                         .input = wm_length_of(8192.0, 0.0),
                                         .output = wm_length_of(182.0, 1.0),
                                         .n_groups = 2,
                                         .groups = {{0.38, 6144}, {0.14, 2560}}};
    struct wm_request_source s = wm_generator_source(wm_generator_new(arena, &c, 1, 2000.0, 1));
    struct wm_prefix_cache *const cache = wm_prefix_cache_new(arena, 20000);
    double hit = 0.0, all = 0.0;
    for (struct wm_request q; s.next(s.self, &q); all += q.input_tok)
        hit += q.block_tok * (double)wm_prefix_cache_use(cache, q.blocks, q.n_blocks);
    ck_assert_double_eq_tol(hit / all, 0.38 * 6144.0 / 8192.0 + 0.14 * 2560.0 / 8192.0, 0.01);
}
END_TEST

int main(void)
{
    wm_init();
    Suite *const suite = suite_create("generate");
    TCase *const tc = tcase_create("generate");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, poisson_has_its_count_and_a_gap_variation_of_one);
    tcase_add_test(tc, gamma_and_weibull_gaps_have_their_variation);
    tcase_add_test(tc, a_modulated_process_has_its_mean_and_its_bursts);
    tcase_add_test(tc, a_week_has_the_counts_of_its_shape);
    tcase_add_test(tc, rate_noise_widens_minutes_and_keeps_the_mean);
    tcase_add_test(tc, lognormal_lengths_have_mean_and_median);
    tcase_add_test(tc, mixtures_have_their_published_means);
    tcase_add_test(tc, other_lengths_have_their_means_caps_and_points);
    tcase_add_test(tc, gamma_lengths_have_mean_and_variance);
    tcase_add_test(tc, a_length_is_read_as_it_is_typed);
    tcase_add_loop_test(tc, a_length_that_makes_no_sense_says_why, 0,
                        sizeof wrong_lengths / sizeof *wrong_lengths);
    tcase_add_test(tc, tenants_have_streams_of_their_own);
    tcase_add_test(tc, the_copula_has_the_rank_correlation_asked_for);
    tcase_add_test(tc, a_class_more_moves_no_other);
    tcase_add_test(tc, shared_prefixes_hit_as_often_as_they_are_shared);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
