/* Latencies in closed form: hand-computed and published points, limits, and small simulations. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "wattmill/rng.h"
#include "wattmill/serving_latency.h"

static const struct wm_prompts alike = {.n = 0};
static const struct wm_prompts short_and_long = {.n = 2, .at = {{0.9, 0.5, 1.0}, {0.1, 5.5, 1.0}}};

START_TEST(reading_takes_a_round_more_for_every_budget)
{
    const struct wm_reading r = {
        .fixed_s = 1.0, .linear_s = 2.0, .square_s = 3.0, .per_round_s = 10.0, .budget_ratio = 2.0};
    ck_assert_double_eq_tol(wm_reading_s(&r, 1.0), 1.0 + 2.0 + 3.0, 1e-12);
    ck_assert_double_eq_tol(wm_reading_s(&r, 2.0), 1.0 + 4.0 + 12.0, 1e-12);
    ck_assert_double_eq_tol(wm_reading_s(&r, 2.1), 1.0 + 4.2 + 13.23 + 10.0, 1e-12);
    ck_assert_double_eq_tol(wm_reading_s(&r, 6.0), 1.0 + 12.0 + 108.0 + 20.0, 1e-12);
}
END_TEST

START_TEST(a_gamma_of_one_is_the_exponential)
{
    const struct wm_skewed x = {.mean = 2.0, .sigma = 2.0, .skew = 2.0};
    ck_assert_double_eq_tol(wm_skewed_at(&x, 2.3263478740408408) / (2.0 * log(100.0)), 1.0, 0.01);
    ck_assert_double_eq_tol(wm_skewed_at(&x, 0.0) / (2.0 * log(2.0)), 1.0, 0.02);
    for (double z = -1.0; z < 3.5; z += 0.5)
        ck_assert_double_eq_tol(wm_skewed_below(&x, wm_skewed_at(&x, z)),
                                0.5 * erfc(-z / sqrt(2.0)), 1e-9);
}
END_TEST

START_TEST(without_skew_it_is_normal)
{
    const struct wm_skewed x = {.mean = 5.0, .sigma = 2.0};
    ck_assert_double_eq_tol(wm_skewed_at(&x, 1.5), 8.0, 1e-12);
    ck_assert_double_eq_tol(wm_skewed_below(&x, 5.0), 0.5, 1e-12);
}
END_TEST

/* Takagi 1991, gated service with vacations of d: E(W) = a s2 / (2 (1 - r)) + d / 2 + r d / (1 - r), when
 * whoever comes behind does not lengthen one's own round. */
START_TEST(the_mean_wait_is_that_of_a_gated_queue_with_vacations)
{
    const double d = 0.01, a = 20.0;
    const struct wm_reading r = {.linear_s = 0.01, .budget_ratio = 1.0};
    const struct wm_reading_moments m = wm_reading_moments(&r, &alike);
    const struct wm_rounds server = {.rate_per_s = a, .round_s = d};
    const struct wm_wait w = wm_wait_alone(&server, &m);
    ck_assert_double_eq(m.b1, 0.0);
    const double rho = 0.2, s2 = 1e-4;
    ck_assert_double_eq_tol(wm_wait_mean_s(&w),
                            a * s2 / (2.0 * (1.0 - rho)) + 0.5 * d + rho * d / (1.0 - rho), 1e-9);
}
END_TEST

START_TEST(without_load_a_prompt_waits_for_half_a_round)
{
    const struct wm_reading r = {.linear_s = 0.01};
    const struct wm_reading_moments m = wm_reading_moments(&r, &alike);
    const struct wm_rounds server = {.rate_per_s = 1e-9, .round_s = 0.02};
    const struct wm_wait alone = wm_wait_alone(&server, &m);
    const struct wm_wait balanced = wm_wait_balanced(&server, &r, &alike);
    ck_assert_double_eq_tol(wm_wait_mean_s(&alone), 0.01, 1e-6);
    ck_assert_double_eq_tol(wm_wait_mean_s(&balanced), 0.01, 1e-6);
    ck_assert_double_eq_tol(wm_wait_within(&alone, 0.02), 1.0, 1e-9);
}
END_TEST

START_TEST(waits_grow_with_load_and_stay_finite)
{
    const struct wm_reading r = {.linear_s = 0.01};
    const struct wm_reading_moments m = wm_reading_moments(&r, &short_and_long);
    double last[3] = {0.0, 0.0, -1.0};
    for (double a = 5.0; a < 300.0; a += 5.0) {
        const struct wm_rounds server = {.rate_per_s = a, .round_s = 0.01};
        const struct wm_wait w[3] = {wm_wait_alone(&server, &m),
                                     wm_wait_balanced(&server, &r, &short_and_long),
                                     wm_wait_pooled(&server, 4.0, &m)};
        for (int k = 0; k < 3; k++) {
            ck_assert(isfinite(wm_wait_mean_s(&w[k])));
            ck_assert_double_ge(wm_wait_mean_s(&w[k]), last[k]);
            ck_assert(w[k].more_scv >= 0.0 && w[k].prob >= 0.0 && w[k].prob <= 1.0);
            last[k] = wm_wait_mean_s(&w[k]);
        }
    }
}
END_TEST

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { SAMPLES = 100000 };

/* Rounds one by one, Poisson arrivals: what each waits from its arrival to the end of the round that
 * reads it, less what a round without it and its own reading take. */
static void simulate(double a, double d, double *waits)
{
    struct wm_rng rng = wm_rng_stream(42, "rounds", 0);
    static double came[4096], read[4096];
    double round_s = d, next = wm_rng_exponential(&rng) / a;
    size_t n = 0;
    while (n < SAMPLES) {
        size_t here = 0;
        double sum = 0.0;
        for (; next < round_s && here < 4096; next += wm_rng_exponential(&rng) / a) {
            came[here] = next;
            read[here] = 0.01 * (wm_rng_uniform(&rng) < 0.9 ? 0.5 : 5.5);
            sum += read[here++];
        }
        for (size_t i = 0; i < here && n < SAMPLES; i++)
            waits[n++] = round_s - came[i] + sum - read[i];
        next -= round_s;
        round_s = d + sum;
    }
    qsort(waits, SAMPLES, sizeof *waits, by_value);
}

/* Value that `prob` of waits stay below, by bisection. */
static double quantile_s(const struct wm_wait *w, double prob)
{
    double lo = 0.0, hi = 10.0;
    for (int i = 0; i < 60; i++) {
        const double mid = 0.5 * (lo + hi);
        *(wm_wait_within(w, mid) < prob ? &lo : &hi) = mid;
    }
    return hi;
}

START_TEST(a_simulation_of_rounds_has_the_same_mean_and_tail)
{
    const double loads[] = {0.2, 0.5, 0.7};
    const struct wm_reading r = {.linear_s = 0.01};
    const struct wm_reading_moments m = wm_reading_moments(&r, &short_and_long);
    double *const waits = malloc(SAMPLES * sizeof *waits);
    for (size_t k = 0; k < 3; k++) {
        const double a = loads[k] / 0.01;
        const struct wm_rounds server = {.rate_per_s = a, .round_s = 0.008};
        const struct wm_wait w = wm_wait_alone(&server, &m);
        double mean = 0.0;
        simulate(a, 0.008, waits);
        for (size_t i = 0; i < SAMPLES; i++)
            mean += waits[i] / SAMPLES;
        ck_assert_double_eq_tol(wm_wait_mean_s(&w) / mean, 1.0, 0.03);
        ck_assert_double_eq_tol(quantile_s(&w, 0.99) / waits[SAMPLES / 100 * 99], 1.0, 0.1);
        ck_assert_double_eq_tol(quantile_s(&w, 0.9) / waits[SAMPLES / 10 * 9], 1.0, 0.15);
    }
    free(waits);
}
END_TEST

/* Two servers, half loaded, whose rounds take 1 s whatever they read. With 2, 1 and 0 prompts that wait, and so
 * 0, 1 and 2 places free, all are taken with chance 1, 1/2 and 1/5 (Erlang B at 1): the states weigh 1, 2 / (1/2) = 4
 * and 4 / (1/5) = 20, and 1 + 2 + 4 of 25 wait. Then rounds of 1.25, 1.5 ... prompts: 1 / 2.5, / 3, / 3.5 ... more. */
START_TEST(two_servers_wait_as_a_chain_summed_by_hand)
{
    const struct wm_reading_moments m = {0};
    const struct wm_rounds server = {.rate_per_s = 1.0, .round_s = 1.0};
    ck_assert_double_eq_tol(wm_wait_pooled(&server, 2.0, &m).prob, 7.58359 / 25.58359, 1e-5);
}
END_TEST

/* The largest of k exponential lengths is the sum of 1, 1/2 ... 1/k; dealt to the least loaded of n, n more take 1. */
START_TEST(the_busiest_group_has_an_order_statistic_of_prompts)
{
    ck_assert_double_eq(wm_busiest(1.0, 8.0, 1.0), 1.0);
    ck_assert_double_eq_tol(wm_busiest(2.0, 8.0, 1.0), 1.5, 1e-3);
    ck_assert_double_eq_tol(wm_busiest(4.0, 4.0, 1.0), 25.0 / 12.0, 1e-3);
    ck_assert_double_eq_tol(wm_busiest(12.0, 4.0, 1.0), 25.0 / 12.0 + 2.0, 1e-3);
    ck_assert_double_eq(wm_busiest(12.0, 4.0, 0.0), 3.0);
    ck_assert_double_eq(wm_busiest(12.0, 1.0, 1.0), 12.0);
    /* two values: a tenth is 5.5, the rest 0.5: mean difference 2 x 0.1 x 0.9 x 5 */
    ck_assert_double_eq_tol(wm_prompts_spread(&short_and_long), 0.9, 1e-12);
}
END_TEST

enum { POOL = 20, POOL_MOST = 64, POOL_PROMPTS = 60000 };

/* A prefill group: what waits, what it reads, and until when. */
struct reader {
    double came[POOL_MOST], length[POOL_MOST], reads[POOL_MOST];
    size_t n_waiting, n_reading;
    double until;
};

/* All that waits, each on the rank with least; a round takes `fixed` and the busiest rank. */
static void begin_round(struct reader *r, double now, double fixed, size_t ranks)
{
    double busy[8] = {0.0}, most = 0.0;
    for (size_t i = 0; i < r->n_waiting; i++) {
        size_t least = 0;
        for (size_t k = 1; k < ranks; k++)
            least = busy[k] < busy[least] ? k : least;
        busy[least] += r->length[i];
        most = fmax(most, busy[least]);
        r->reads[i] = r->came[i];
    }
    r->n_reading = r->n_waiting;
    r->n_waiting = 0;
    r->until = now + fixed + most;
}

/* Poisson arrivals at a pool of readers, each to the one with fewest: times to the end of its round. */
static void simulate_pool(double rate, double fixed, size_t ranks, double *times)
{
    static struct reader pool[POOL];
    struct wm_rng rng = wm_rng_stream(7, "pool", 0);
    double now = 0.0, next = wm_rng_exponential(&rng) / rate;
    memset(pool, 0, sizeof pool);
    for (size_t n = 0; n < POOL_PROMPTS;) {
        size_t first = POOL, fewest = 0;
        for (size_t k = 0; k < POOL; k++) {
            if (pool[k].n_reading > 0 && (first == POOL || pool[k].until < pool[first].until))
                first = k;
            if (pool[k].n_reading + pool[k].n_waiting <
                pool[fewest].n_reading + pool[fewest].n_waiting)
                fewest = k;
        }
        if (first < POOL && pool[first].until <= next) {
            struct reader *const r = &pool[first];
            now = r->until;
            for (size_t i = 0; i < r->n_reading && n < POOL_PROMPTS; i++)
                times[n++] = now - r->reads[i];
            r->n_reading = 0;
            if (r->n_waiting > 0)
                begin_round(r, now, fixed, ranks);
            continue;
        }
        struct reader *const r = &pool[fewest];
        now = next;
        next += wm_rng_exponential(&rng) / rate;
        r->came[r->n_waiting] = now;
        r->length[r->n_waiting++] = 0.025 * wm_rng_exponential(&rng);
        if (r->n_reading == 0)
            begin_round(r, now, fixed, ranks);
    }
    qsort(times, POOL_PROMPTS, sizeof *times, by_value);
}

/* Thirty-two equal shares of an exponential distribution, by their means. */
static struct wm_prompts exponential_prompts(void)
{
    struct wm_prompts p = {.n = WM_PROMPTS_MAX};
    const double n = (double)p.n;
    for (size_t i = 0; i < p.n; i++) {
        const double a = 1.0 - (double)i / n, b = a - 1.0 / n; /* shares above: mean of -log */
        const double inner = b > 0.0 ? b * log(b) - b : 0.0;
        p.at[i] = (struct wm_prompt){1.0 / n, n * (inner - (a * log(a) - a)), 1.0};
    }
    return p;
}

/* What a share of first tokens is within, by bisection. */
static double first_token_s(const struct wm_wait *w, const struct wm_reading *r,
                            const struct wm_prompts *p, double share)
{
    double lo = 0.0, hi = 10.0;
    for (int i = 0; i < 50; i++) {
        const double mid = 0.5 * (lo + hi);
        *(wm_first_token_within(w, r, p, 1.0, 0.0, mid) < share ? &lo : &hi) = mid;
    }
    return hi;
}

/* Prompts on 20 prefill groups, alone in them or in lockstep: from where hardly one waits to batches. */
START_TEST(a_simulation_of_a_pool_has_the_same_first_tokens)
{
    static const double loads[] = {0.7, 0.9, 1.2, 1.8};
    static double times[POOL_PROMPTS];
    const double fixed = 0.035, mean = 0.025;
    const struct wm_prompts p = exponential_prompts();
    const struct wm_reading r = {.fixed_s = fixed, .linear_s = mean};
    const struct wm_reading_moments m = wm_reading_moments(&r, &p);
    for (size_t ranks = 1; ranks <= 4; ranks *= 2)
        for (size_t k = 0; k < 4 && (ranks > 1 || k < 3); k++) {
            const struct wm_rounds server = {.rate_per_s = POOL * loads[k] / (fixed + mean),
                                             .round_s = fixed,
                                             .groups = (double)ranks,
                                             .spread = wm_prompts_spread(&p)};
            const struct wm_wait w = wm_wait_pooled(&server, POOL, &m);
            simulate_pool(server.rate_per_s, fixed, ranks, times);
            const double p50_s = times[POOL_PROMPTS / 2], p99_s = times[POOL_PROMPTS / 100 * 99];
            ck_assert_double_eq_tol(first_token_s(&w, &r, &p, 0.5) / p50_s, 1.0, 0.12);
            ck_assert_double_eq_tol(first_token_s(&w, &r, &p, 0.99) / p99_s, 1.0, 0.16);
        }
}
END_TEST

START_TEST(several_servers_hardly_wait_at_half_load)
{
    const struct wm_reading_moments m = {.s1 = 0.03};
    const struct wm_rounds server = {.rate_per_s = 0.5 * 16.0 / 0.05, .round_s = 0.02};
    const struct wm_wait many = wm_wait_pooled(&server, 16.0, &m);
    ck_assert_double_lt(many.prob, 0.02);
    const struct wm_rounds full = {.rate_per_s = 1.2 * 16.0 / 0.05, .round_s = 0.02};
    const struct wm_wait busy = wm_wait_pooled(&full, 16.0, &m);
    ck_assert_double_gt(busy.prob,
                        0.9); /* more than one by one: batches form, and it stays stable */
    ck_assert_double_lt(wm_wait_mean_s(&busy), 0.3);
}
END_TEST

START_TEST(tokens_spread_less_over_longer_answers)
{
    const struct wm_pace pace = {
        .mean_s = 0.01, .sigma_s = 0.0005, .prompts = 0.1, .added2_s2 = 4e-4, .added3_s3 = 8e-6};
    /* 0.1 prompts of 20 ms a token over 100 tokens: 4e-5 / 100 = 4e-7, and the batch's 2.5e-7 */
    const struct wm_skewed over = wm_pace_over(&pace, 101.0);
    ck_assert_double_eq_tol(over.sigma, sqrt(4e-7 + 2.5e-7), 1e-12);
    ck_assert_double_eq_tol(over.skew, 0.1 * 8e-6 / 1e4 / (6.5e-7 * sqrt(6.5e-7)), 1e-9);
    double last = 1.0;
    for (double tok = 2.0; tok < 1e5; tok *= 2.0) {
        const double sigma = wm_pace_over(&pace, tok).sigma;
        ck_assert_double_lt(sigma, last);
        last = sigma;
    }
    ck_assert_double_eq_tol(last, 0.0005, 1e-6);
    ck_assert_double_gt(wm_pace_within(&pace, 100.0, 1.0, 0.02), 0.98);
    ck_assert_double_lt(wm_pace_within(&pace, 100.0, 1.0, 0.0095), 0.4);
}
END_TEST

START_TEST(first_tokens_within_a_target_count_every_length)
{
    const struct wm_reading r = {.linear_s = 0.1};
    const struct wm_wait none = {0};
    ck_assert_double_eq_tol(wm_first_token_within(&none, &r, &short_and_long, 1.0, 0.05, 0.2), 0.9,
                            1e-12);
    ck_assert_double_eq_tol(wm_first_token_within(&none, &r, &short_and_long, 1.0, 0.05, 0.7), 1.0,
                            1e-12);
    ck_assert_double_eq_tol(wm_first_token_within(&none, &r, &short_and_long, 4.0, 0.05, 0.2), 0.0,
                            1e-12);
    ck_assert_double_eq_tol(wm_first_token_within(&none, &r, &alike, 1.0, 0.05, 0.151), 1.0, 1e-12);
}
END_TEST

/* Hundreds of servers that have next to nothing to do: the weights of their states span more than a double does. */
START_TEST(many_servers_with_little_to_do_have_waits_that_are_numbers)
{
    const struct wm_reading_moments m = {.s1 = 0.03};
    for (double n = 16.0; n <= 1024.0; n *= 1.5) {
        double last_s = 0.0;
        for (double rate = 1e-6; rate < 20.0 * n; rate *= 3.0) {
            const struct wm_rounds server = {.rate_per_s = rate, .round_s = 0.02, .groups = 1.0, .stages = 1.0};
            const struct wm_wait w = wm_wait_pooled(&server, floor(n), &m);
            const double within = wm_wait_within(&w, 0.2);
            ck_assert_msg(w.prob >= 0.0 && w.prob <= 1.0 && within >= 0.0 && within <= 1.0,
                          "%g servers, %g a second: %g, %g", floor(n), rate, w.prob, within);
            const double mean_s = 0.5 * w.round_s + w.more_prob * w.more_s;
            if (w.prob <= 0.0)
                continue;
            ck_assert_msg(mean_s >= last_s * (1.0 - 1e-9), "%g servers, %g a second: wait %g s, with less to do %g s",
                          floor(n), rate, mean_s, last_s);
            last_s = mean_s;
        }
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {reading_takes_a_round_more_for_every_budget,
                                  a_gamma_of_one_is_the_exponential,
                                  without_skew_it_is_normal,
                                  the_mean_wait_is_that_of_a_gated_queue_with_vacations,
                                  without_load_a_prompt_waits_for_half_a_round,
                                  waits_grow_with_load_and_stay_finite,
                                  a_simulation_of_rounds_has_the_same_mean_and_tail,
                                  two_servers_wait_as_a_chain_summed_by_hand,
                                  the_busiest_group_has_an_order_statistic_of_prompts,
                                  a_simulation_of_a_pool_has_the_same_first_tokens,
                                  several_servers_hardly_wait_at_half_load,
                                  many_servers_with_little_to_do_have_waits_that_are_numbers,
                                  tokens_spread_less_over_longer_answers,
                                  first_tokens_within_a_target_count_every_length};
    return RUN_TESTS("serving_latency", tests);
}
