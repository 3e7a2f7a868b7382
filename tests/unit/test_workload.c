/* Workload classes: how prompts spread. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "catalog_case.h"
#include "suite.h"
#include "wattmill/generate.h"
#include "wattmill/wattmill.h"

static const struct wm_workload_class *class_of(const char *name)
{
    return (const struct wm_workload_class *)(const void *)wm_catalog_find(
        catalog, WM_CATALOG_workload, name);
}

/* Straight lines from 0 to 2: uniform, of mean 1 and variance 1/3. */
static struct wm_workload_class uniform(void)
{
    struct wm_workload_class w = {.input_tok = 500.0};
    for (int i = 0; i < WM_PROMPT_QUANTILES; i++)
        w.input_quantiles_tok[i] = 77.0 * wm_prompt_probs[i];
    return w;
}

START_TEST(moments_are_those_of_the_lines_between_quantiles)
{
    const struct wm_workload_class w = uniform();
    const struct wm_prompts p = wm_prompts_of(&w);
    ck_assert_double_eq_tol(wm_prompts_moment(&p, 1), 1.0, 1e-12);
    ck_assert_double_eq_tol(wm_prompts_moment(&p, 2), 4.0 / 3.0, 1e-12);
    ck_assert_double_eq_tol(wm_prompts_moment(&p, 3), 2.0, 1e-12);
    ck_assert_double_eq_tol(wm_prompt_ratio(&w, 0.25), 0.5, 1e-12);
    ck_assert_double_eq_tol(wm_prompt_ratio(&w, 1.0), 2.0, 1e-12);
}
END_TEST

START_TEST(without_quantiles_every_prompt_is_the_mean)
{
    const struct wm_workload_class w = {.input_tok = 500.0};
    const struct wm_prompts p = wm_prompts_of(&w);
    ck_assert_uint_eq(p.n, 0);
    ck_assert_double_eq(wm_prompts_moment(&p, 3), 1.0);
    ck_assert_double_eq(wm_prompt_ratio(&w, 0.9), 1.0);
}
END_TEST

START_TEST(a_mix_keeps_mean_and_variance)
{
    const struct wm_workload_class w = uniform(), fixed = {.input_tok = 1500.0};
    const struct wm_prompts_part parts[] = {{&w, 3.0, 500.0, 1.0}, {&fixed, 1.0, 1500.0, 2.5}};
    const struct wm_prompts p = wm_prompts_mix(parts, 2);
    /* mean 750; E(x^2) = (3 * 500^2 * 4/3 + 1500^2) / 4 = 812,500; third of the square kept closely */
    ck_assert_double_eq_tol(wm_prompts_moment(&p, 1), 1.0, 1e-9);
    ck_assert_double_eq_tol(wm_prompts_moment(&p, 2), 812500.0 / (750.0 * 750.0), 1e-3);
    double share = 0.0;
    for (size_t i = 0; i < p.n; i++)
        share += p.at[i].share;
    ck_assert_double_eq_tol(share, 1.0, 1e-9);
}
END_TEST

/* Azure conversation trace: median 1,020 over a mean of 1,154.7, scv 0.922 (its raw rows). */
START_TEST(classes_spread_as_their_traces_do)
{
    const struct wm_workload_class *const chat = class_of("chat");
    const struct wm_prompts p = wm_prompts_of(chat);
    ck_assert_double_eq_tol(chat->input_tok * wm_prompt_ratio(chat, 0.5), 1020.0, 5.0);
    ck_assert_double_eq_tol(chat->input_tok * wm_prompt_ratio(chat, 0.99), 4142.0, 10.0);
    ck_assert_double_eq_tol(wm_prompts_moment(&p, 2) - 1.0, 0.922, 0.02);
    const char *const names[] = {"chat", "code", "long-chat", "agent", "reasoning", "api-small"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const struct wm_workload_class *const w = class_of(names[k]);
        for (int i = 1; i < WM_PROMPT_QUANTILES; i++)
            ck_assert_double_ge(w->input_quantiles_tok[i], w->input_quantiles_tok[i - 1]);
        ck_assert_uint_gt(wm_prompts_of(w).n, 0);
    }
}
END_TEST

START_TEST(drawn_prompts_have_the_class_s_mean)
{
    const struct wm_workload_class *const chat = class_of("chat");
    const struct wm_length length = wm_length_of_prompts(arena, chat);
    const struct wm_length_table *const table = wm_length_compile(arena, &length);
    struct wm_rng rng = wm_rng_stream(1, "prompts", 0);
    double sum = 0.0, square = 0.0;
    const int n = 200000;
    for (int i = 0; i < n; i++) {
        const double x = (double)wm_length_at(table, wm_rng_normal(&rng));
        sum += x / n;
        square += x * x / n;
    }
    ck_assert_double_eq_tol(sum / chat->input_tok, 1.0, 0.01);
    ck_assert_double_eq_tol(square / (sum * sum) - 1.0, 0.92, 0.03);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {moments_are_those_of_the_lines_between_quantiles,
                                  without_quantiles_every_prompt_is_the_mean,
                                  a_mix_keeps_mean_and_variance, classes_spread_as_their_traces_do,
                                  drawn_prompts_have_the_class_s_mean};
    return run_fixture_tests("workload", tests, sizeof tests / sizeof *tests, open_catalog,
                             close_catalog);
}
