/* The search for plans: what it takes is nearly the best of all that could be made of the same groups, and what physics
   orders stays ordered. */
#include <check.h>
#include <math.h>

#include "catalog_case.h"
#include "suite.h"
#include "wattmill/plan_check.h"
#include "wattmill/wattmill.h"

static const char *const models[] = {"qwen3-vl-235b-a22b", "deepseek-r1", "llama-3.1-70b",
                                     "gpt-oss-120b",       "kimi-k2.5",   "llama-3.1-8b",
                                     "minimax-m3"};
static const char *const accelerators[] = {"h100", "h200", "b200", "gb300-nvl72", "mi355x", "a100"};
#define ANY(rng, list) \
    (list)[(size_t)(wm_rng_uniform(rng) * (double)(sizeof(list) / sizeof *(list)))]

static struct wm_serving_case any_case(struct wm_rng *rng)
{
    static const double lengths[][3] = {{1024, 1024, 0.0}, {8192, 1024, 0.5}, {1024, 8192, 0.0}};
    static const double speeds[] = {20, 50, 100}, rooms[] = {16, 256, 1e5}, first[] = {0.5, 2, 10};
    const double *const tok = ANY(rng, lengths);
    const bool both = wm_rng_uniform(rng) < 0.5;
    return (struct wm_serving_case){
        .accelerator = FIND(wm_accelerator, accelerator, ANY(rng, accelerators)),
        .llm = FIND(wm_llm, llm, ANY(rng, models)),
        .engine = FIND(wm_engine, engine, both ? "disaggregated-2026" : "vllm"),
        .ways = both ? WM_WAYS_BOTH : WM_WAYS_ENGINES,
        .precision = wm_rng_uniform(rng) < 0.5 ? WM_FP8 : WM_BF16,
        .input_tok = tok[0],
        .output_tok = tok[1],
        .cached_frac = tok[2],
        .output_scv = 1.0,
        .max_gpus = ANY(rng, rooms),
        .is_alone = wm_rng_uniform(rng) < 0.5,
        .ttft_slo_s = ANY(rng, first),
        .tok_per_s_per_user_slo = ANY(rng, speeds)};
}

/* Output of each accelerator there is; left-over ones make none. */
static double made(const struct wm_serving_plan *p)
{
    const double gpus = p->decode_gpus + p->prefill_gpus;
    return gpus > p->c.max_gpus
               ? 0.0
               : wm_serving_capacity(p, 1.0) * floor(p->c.max_gpus / gpus) / p->c.max_gpus;
}

/* One to eight decode groups with any prefill groups in any passes, prefill groups from too few to plenty; what
   could not beat `most` were there no waits is left out. */
static double best_apart(struct wm_serving_plan p, double most)
{
    const struct wm_serving_case *const c = &p.c;
    const double new_tok = c->input_tok * (1.0 - c->cached_frac), each = p.decode_gpus;
    struct wm_serving_plan alone = p;
    alone.c.cached_frac = 1.0;
    const double rate = wm_serving_capacity(&alone, 1.0);
    struct wm_serving_groups groups;
    wm_prefill_groups(c, &groups);
    for (size_t i = 0; i < groups.n && rate > 0.0; i++) {
        const struct wm_step_model m = wm_serving_step_model(c, &groups.group[i], 1.0);
        const double gpus = wm_group_gpus(&groups.group[i]), least = new_tok * m.group.pipeline;
        p.prefill_group = groups.group[i];
        p.prefill_group_gpus = gpus;
        for (double tok = c->engine->prefill_chunk_tok * m.group.data * m.group.pipeline;;
             tok *= 0.5) {
            p.prefill_pass_tok = fmax(tok, least);
            const double prompts = p.prefill_pass_tok / new_tok;
            const struct wm_load load =
                wm_load_prefill(prompts, new_tok, c->input_tok - new_tok, true);
            const double reads = prompts * c->output_tok / wm_step_eval(&m, &load).time_s;
            for (double k = 1.0; k <= 8.0; k += k < 4.0 ? 1.0 : 4.0) {
                const double needed = k * rate / reads / c->engine->prefill_max_util_frac;
                const double tries[] = {floor(0.8 * needed), floor(needed), ceil(needed),
                                        ceil(1.4 * needed) + 1.0};
                for (size_t t = 0; t < sizeof tries / sizeof *tries; t++) {
                    const double n = fmax(1.0, tries[t]);
                    p.decode_gpus = k * each;
                    p.prefill_gpus = n * gpus;
                    if (fmin(k * rate, n * reads) / (p.decode_gpus + p.prefill_gpus) > most)
                        most = fmax(most, made(&p));
                }
            }
            if (tok <= least)
                break;
        }
    }
    return most;
}

static double best_of_all(const struct wm_serving_case *c, double most)
{
    const double context = c->input_tok + 0.5 * c->output_tok * (1.0 + c->output_scv);
    struct wm_serving_groups groups;
    wm_serving_groups(c, context, &groups);
    for (size_t i = 0; i < groups.n; i++) {
        struct wm_serving_plan p = {.c = *c,
                                    .mode = WM_AGGREGATED,
                                    .decode_group = groups.group[i],
                                    .decode_gpus = wm_group_gpus(&groups.group[i]),
                                    .context_tok = context,
                                    .batch_limit = groups.batch_limit[i]};
        if (wm_ways_have(c->ways, c->engine, WM_AGGREGATED))
            most = fmax(most, made(&p));
        p.mode = WM_DISAGGREGATED;
        if (wm_ways_have(c->ways, c->engine, WM_DISAGGREGATED))
            most = best_apart(p, most);
    }
    return most;
}

START_TEST(no_replica_of_the_same_groups_makes_three_per_cent_more)
{
    struct wm_rng rng = wm_rng_stream(20261130, "search", (uint64_t)_i);
    for (int i = 0; i < 5; i++) {
        const struct wm_serving_case c = any_case(&rng);
        const struct wm_serving_plan plan = wm_serving_plan(&c);
        const double taken = plan.fault == WM_PLAN_OK ? made(&plan) : 0.0;
        const double best = best_of_all(&c, taken);
        ck_assert_msg(best <= 1.03 * taken + 1e-9, "%s %s: %g of %g", c.accelerator->head.name,
                      c.llm->head.name, taken, best);
    }
}
END_TEST

static double capacity_of(const struct wm_serving_case *c)
{
    const struct wm_serving_plan plan = wm_serving_plan(c);
    return plan.fault == WM_PLAN_OK ? made(&plan) : 0.0;
}

START_TEST(a_faster_user_or_an_earlier_token_is_not_cheaper)
{
    struct wm_rng rng = wm_rng_stream(20261201, "search", 0);
    for (int i = 0; i < 8; i++) {
        struct wm_serving_case c = any_case(&rng);
        double before = INFINITY;
        for (c.tok_per_s_per_user_slo = 5.0; c.tok_per_s_per_user_slo < 400.0;
             c.tok_per_s_per_user_slo *= 1.5) {
            const double now = capacity_of(&c);
            ck_assert_msg(now <= 1.03 * before, "%s %s at %g: %g after %g",
                          c.accelerator->head.name, c.llm->head.name, c.tok_per_s_per_user_slo, now,
                          before);
            before = now;
        }
    }
}
END_TEST

/* Twice the memory, a quarter more bandwidth: no fewer tokens of an accelerator. */
START_TEST(more_memory_or_bandwidth_makes_no_less)
{
    struct wm_rng rng = wm_rng_stream(20261202, "search", 0);
    for (int i = 0; i < 25; i++) {
        struct wm_serving_case c = any_case(&rng);
        struct wm_accelerator larger = *c.accelerator;
        larger.mem_bytes *= 2.0;
        struct wm_accelerator wider = *c.accelerator;
        wider.mem_bytes_per_s *= 1.25;
        const double as_is = capacity_of(&c);
        const char *const name = c.accelerator->head.name;
        c.accelerator = &larger;
        const double with_room = capacity_of(&c);
        c.accelerator = &wider;
        const double with_width = capacity_of(&c);
        ck_assert_msg(with_room >= 0.97 * as_is && with_width >= 0.97 * as_is, "%s %s: %g, %g, %g",
                      name, c.llm->head.name, as_is, with_room, with_width);
    }
}
END_TEST

/* Of every split of a stage in powers of two none makes noticeably more than those that are tried: experts sliced
   over all accelerators are among them (a lone token of GPT-MoE on A100 would wait for one of them otherwise). */
START_TEST(no_split_that_is_not_tried_makes_much_more)
{
    static const double speeds[] = {10, 50, 150};
    static const char *const names[] = {"a100", "b200"};
    for (size_t a = 0; a < 2; a++)
        for (size_t i = 0; i < sizeof models / sizeof *models; i++)
            for (size_t s = 0; s < sizeof speeds / sizeof *speeds; s++) {
                struct wm_serving_case c = {.accelerator =
                                                FIND(wm_accelerator, accelerator, names[a]),
                                            .llm = FIND(wm_llm, llm, models[i]),
                                            .engine = FIND(wm_engine, engine, "vllm"),
                                            .precision = a == 0 ? WM_BF16 : WM_FP8,
                                            .input_tok = 1024.0,
                                            .output_tok = 1024.0,
                                            .max_gpus = 128.0,
                                            .cached_frac = 1.0,
                                            .ttft_slo_s = 60.0,
                                            .tok_per_s_per_user_slo = speeds[s]};
                const double taken = capacity_of(&c);
                for (double tp = 1; tp <= 8; tp *= 2)
                    for (double dp = 1; tp * dp <= 8; dp *= 2)
                        for (double ep = 1; ep <= tp * dp; ep *= 2)
                            for (double pp = 1; pp <= 8; pp *= 2) {
                                const struct wm_group g = {tp, dp, ep, pp};
                                if ((c.llm->experts_total == 0 && dp > 1) ||
                                    !wm_group_is_possible(c.llm, &g))
                                    continue;
                                const struct wm_step_model m = wm_serving_step_model(&c, &g, 1.0);
                                const struct wm_serving_plan p = {
                                    .c = c,
                                    .mode = WM_AGGREGATED,
                                    .decode_group = g,
                                    .decode_gpus = wm_group_gpus(&g),
                                    .context_tok = 1536.0,
                                    .batch_limit = fmin(wm_group_batch_limit(&m, 1536.0),
                                                        wm_group_gpus(&g) *
                                                            (double)c.engine->max_batch_per_gpu)};
                                if (p.batch_limit >= 1.0)
                                    ck_assert_msg(made(&p) <= 1.1 * taken + 1e-9,
                                                  "%s %s at %g: %g against %g", names[a], models[i],
                                                  speeds[s], taken, made(&p));
                            }
            }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("serving_search");
    TCase *tc = tcase_create("serving_search");
    tcase_add_checked_fixture(tc, open_catalog, close_catalog);
    tcase_set_timeout(tc, 60.0);
    tcase_add_loop_test(tc, no_replica_of_the_same_groups_makes_three_per_cent_more, 0, 4);
    tcase_add_test(tc, a_faster_user_or_an_earlier_token_is_not_cheaper);
    tcase_add_test(tc, more_memory_or_bandwidth_makes_no_less);
    tcase_add_test(tc, no_split_that_is_not_tried_makes_much_more);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
