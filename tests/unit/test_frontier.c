/* Frontier: bounds, the front, the best point, what does not fit, agreement with the plan. */
#include "wattmill/frontier.h"
#include "wattmill/plan_check.h"

#include "suite.h"
#include "wattmill/replay.h"
#include "wattmill/unit.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static const struct wm_catalog *catalog;
static struct wm_frontier_point points[WM_FRONTIER_POINTS];

static const void *entry(enum wm_catalog_kind kind, const char *name)
{
    const void *const found = wm_catalog_find(catalog, kind, name);
    ck_assert_ptr_nonnull(found);
    return found;
}

static struct wm_serving_case case_of(const char *accelerator, const char *llm,
                                      enum wm_precision precision)
{
    return (struct wm_serving_case){
        .accelerator = entry(WM_CATALOG_accelerator, accelerator),
        .llm = entry(WM_CATALOG_llm, llm),
        .engine = entry(WM_CATALOG_engine, "disaggregated-2026"),
        .precision = precision,
        .input_tok = 2000.0,
        .output_tok = 500.0,
        .output_scv = 0.0,
        .max_gpus = 1024.0,
        .ttft_slo_s = 2.0,
        .tok_per_s_per_user_slo = 50.0,
    };
}

static const struct wm_frontier_site site = {
    .pue = 1.25, .usd_per_gpu_hour = 3.6, .power_usd_per_mwh = 100.0};

START_TEST(energy_power_and_cost_of_a_point_are_of_one_piece)
{
    const struct wm_serving_case c = case_of("h100", "llama-3.1-8b", WM_FP8);
    struct wm_frontier f = {.points = points};
    wm_frontier_eval(&c, &site, &f);
    ck_assert_uint_gt(f.n_points, 100);
    for (size_t i = 0; i < f.n_points; i++) {
        const struct wm_frontier_point *const p = &points[i];
        const double decode_gpus = p->gpus - p->prefill_gpus;
        ck_assert_double_eq_tol(decode_gpus, wm_group_gpus(&p->group), 1e-9);
        ck_assert_double_eq_tol(p->out_tok_per_s_per_gpu * p->gpus, p->batch / p->tpot_s,
                                1e-9 * p->batch / p->tpot_s);
        ck_assert_double_eq_tol(p->j_per_out_tok, p->it_w * 1.25 / p->out_tok_per_s_per_gpu,
                                1e-9 * p->j_per_out_tok);
        ck_assert_double_eq_tol(p->j_per_out_tok * p->out_tok_per_s_per_mw_utility, 1e6, 1e-3);
        /* 3.6 USD an hour is 1e-3 USD a second; 100 USD/MWh is 1 / 3.6e7 USD a joule */
        const double usd_per_s = 1e-3 + p->it_w * 1.25 / 3.6e7;
        ck_assert_double_eq_tol(p->usd_per_mtok_out, usd_per_s / p->out_tok_per_s_per_gpu * 1e6,
                                1e-9 * p->usd_per_mtok_out);
        ck_assert_double_le(p->board_w, c.accelerator->tdp_w);
        ck_assert_double_gt(p->board_w, 0.0);
    }
}
END_TEST

START_TEST(front_is_exactly_what_nothing_beats)
{
    const struct wm_serving_case c = case_of("b200", "deepseek-r1", WM_FP4);
    struct wm_frontier f = {.points = points};
    wm_frontier_eval(&c, &site, &f);
    size_t n_front = 0;
    for (size_t i = 0; i < f.n_points; i++) {
        bool is_beaten = false;
        for (size_t k = 0; k < f.n_points && !is_beaten; k++)
            is_beaten =
                points[k].tok_per_s_per_user >= points[i].tok_per_s_per_user &&
                points[k].out_tok_per_s_per_mw_utility >= points[i].out_tok_per_s_per_mw_utility &&
                (points[k].tok_per_s_per_user > points[i].tok_per_s_per_user ||
                 points[k].out_tok_per_s_per_mw_utility > points[i].out_tok_per_s_per_mw_utility);
        ck_assert_int_eq(points[i].is_pareto, !is_beaten);
        n_front += points[i].is_pareto;
    }
    ck_assert_uint_gt(n_front, 20);
    ck_assert_uint_gt(f.n_groups, 3);
}
END_TEST

START_TEST(best_meets_the_targets_and_nothing_that_does_makes_more)
{
    const struct wm_serving_case c = case_of("gb200-nvl72", "deepseek-r1", WM_FP4);
    struct wm_frontier f = {.points = points};
    wm_frontier_eval(&c, &site, &f);
    ck_assert_int_eq(f.fault, WM_PLAN_OK);
    const struct wm_frontier_point *const best = &points[f.best];
    ck_assert_double_ge(best->tok_per_s_per_user, 50.0);
    ck_assert_double_le(best->ttft_s, 2.0);
    for (size_t i = 0; i < f.n_points; i++)
        if (points[i].meets_slo)
            ck_assert_double_le(points[i].out_tok_per_s_per_mw_utility,
                                best->out_tok_per_s_per_mw_utility);
}
END_TEST

/* A pipeline goes at the pace of its largest micro-batch: points hold whole ones, the same in every stage. And what
   has more memory on the same silicon is never slower, whichever stages it can do without. */
START_TEST(stages_hold_whole_sequences_and_more_memory_is_not_slower)
{
    static struct wm_frontier_point more_points[WM_FRONTIER_POINTS];
    struct wm_serving_case less = case_of("b200", "deepseek-v4-pro", WM_FP4), more = less;
    less.engine = more.engine = entry(WM_CATALOG_engine, "vllm");
    more.accelerator = entry(WM_CATALOG_accelerator, "b300");
    less.input_tok = less.output_tok = more.input_tok = more.output_tok = 1024.0;
    struct wm_frontier a = {.points = points}, b = {.points = more_points};
    wm_frontier_eval(&less, &site, &a);
    wm_frontier_eval(&more, &site, &b);
    size_t n_staged = 0;
    for (size_t i = 0; i < a.n_points; i++) {
        const struct wm_frontier_point *const p = &points[i];
        const double stages = p->group.pipeline;
        ck_assert(p->batch <= stages || fmod(p->batch, stages) == 0.0);
        n_staged += stages > 1.0 && p->batch > stages;
        double best = 0.0;
        for (size_t k = 0; k < b.n_points; k++)
            if (more_points[k].tok_per_s_per_user >= p->tok_per_s_per_user)
                best = fmax(best, more_points[k].out_tok_per_s_per_gpu);
        ck_assert_msg(p->out_tok_per_s_per_gpu <= 1.03 * best, "batch %g: %g against %g at %g",
                      p->batch, p->out_tok_per_s_per_gpu, best, p->tok_per_s_per_user);
    }
    ck_assert_uint_gt(n_staged, 10);
}
END_TEST

START_TEST(slower_users_never_cost_more_power)
{
    double last = 0.0;
    for (double speed = 120.0; speed >= 10.0; speed -= 10.0) {
        struct wm_serving_case c = case_of("h200", "llama-3.1-70b", WM_FP8);
        c.tok_per_s_per_user_slo = speed;
        struct wm_frontier f = {.points = points};
        wm_frontier_eval(&c, &site, &f);
        const double most =
            f.fault == WM_PLAN_OK ? points[f.best].out_tok_per_s_per_mw_utility : 0.0;
        ck_assert_double_ge(most, last);
        last = most;
    }
    ck_assert_double_gt(last, 0.0);
}
END_TEST

START_TEST(what_cannot_be_says_which_constraint)
{
    struct wm_frontier f = {.points = points};
    struct wm_serving_case c = case_of("h100", "llama-3.1-405b", WM_BF16);
    c.max_gpus = 4.0;
    wm_frontier_eval(&c, &site, &f);
    ck_assert_int_eq(f.fault, WM_PLAN_MEMORY);
    ck_assert_double_gt(f.least_weight_bytes_per_gpu, c.accelerator->mem_bytes);
    c = case_of("h100", "llama-3.1-8b", WM_FP8);
    c.tok_per_s_per_user_slo = 1e4;
    wm_frontier_eval(&c, &site, &f);
    ck_assert_int_eq(f.fault, WM_PLAN_SPEED);
    c = case_of("h100", "llama-3.1-8b", WM_FP8);
    c.ttft_slo_s = 1e-4;
    wm_frontier_eval(&c, &site, &f);
    ck_assert_int_eq(f.fault, WM_PLAN_TTFT);
}
END_TEST

START_TEST(best_agrees_with_the_serving_plan)
{
    /* the plan sizes whole prefill groups and keeps waiting within the target: up to 20 % less */
    static const char *const models[] = {"llama-3.1-8b", "llama-3.1-70b", "deepseek-r1"};
    for (size_t i = 0; i < 3; i++) {
        const struct wm_serving_case c = case_of("gb200-nvl72", models[i], WM_FP4);
        const struct wm_serving_plan plan = wm_serving_plan(&c);
        struct wm_frontier f = {.points = points};
        wm_frontier_eval(&c, &site, &f);
        ck_assert_int_eq(plan.fault, WM_PLAN_OK);
        double most = 0.0; /* a plan is for accelerators, the frontier's best for a megawatt */
        for (size_t k = 0; k < f.n_points; k++)
            if (points[k].meets_slo)
                most = fmax(most, points[k].out_tok_per_s_per_gpu);
        const double ratio =
            most * (plan.prefill_gpus + plan.decode_gpus) / plan.capacity_out_tok_per_s;
        ck_assert_double_gt(ratio, 0.95);
        ck_assert_double_lt(ratio, 1.25);
    }
}
END_TEST

/* One list of groups for both: what the one serves the other serves, in as many pipeline stages. */
START_TEST(plan_and_frontier_serve_the_same_hardware)
{
    static const char *const models[] = {"gpt-3-175b", "deepseek-r1"};
    size_t n_staged = 0;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < wm_catalog_n(catalog, WM_CATALOG_accelerator); i++) {
            const char *const name = wm_catalog_at(catalog, WM_CATALOG_accelerator, i)->name;
            struct wm_serving_case c = case_of(name, models[k], k == 0 ? WM_BF16 : WM_FP8);
            c.ttft_slo_s = 1e4; /* memory alone decides */
            c.tok_per_s_per_user_slo = 1e-3;
            const struct wm_serving_plan plan = wm_serving_plan(&c);
            struct wm_frontier f = {.points = points};
            wm_frontier_eval(&c, &site, &f);
            ck_assert_msg(plan.fault == f.fault, "%s on %s: plan %d, frontier %d", models[k], name,
                          (int)plan.fault, (int)f.fault);
            if (plan.fault != WM_PLAN_OK)
                continue;
            const double per_gpu =
                plan.capacity_out_tok_per_s / (plan.prefill_gpus + plan.decode_gpus);
            ck_assert_double_eq_tol(per_gpu / points[f.best].out_tok_per_s_per_gpu, 1.0, 0.25);
            n_staged += plan.decode_group.pipeline > 1.0;
        }
    ck_assert_uint_gt(n_staged, 2);
}
END_TEST

/* 671 GB of FP8 do not fit eight H100 of 80 GB: two stages of eight, of sixteen no domain. */
START_TEST(what_one_domain_cannot_hold_is_served_in_stages_or_over_several)
{
    struct wm_serving_case c = case_of("h100", "deepseek-r1", WM_FP8);
    c.tok_per_s_per_user_slo = 20.0;
    c.max_gpus = 32.0;
    const struct wm_serving_plan plan = wm_serving_plan(&c);
    ck_assert_int_eq(plan.fault, WM_PLAN_OK);
    ck_assert_double_ge(wm_group_gpus(&plan.decode_group), 16.0);
    ck_assert_double_ge(wm_group_gpus(&plan.prefill_group), 16.0);
    c.max_gpus = 24.0; /* sixteen decode, and no prefill group fits the eight that are left */
    ck_assert_int_eq(wm_serving_plan(&c).fault, WM_PLAN_MEMORY);
    c.max_gpus = 8.0;
    ck_assert_int_eq(wm_serving_plan(&c).fault, WM_PLAN_MEMORY);
}
END_TEST

static double most_per_gpu(const char *accelerator, const char *llm, enum wm_precision precision,
                           double input_tok, double output_tok)
{
    struct wm_serving_case c = case_of(accelerator, llm, precision);
    struct wm_frontier f = {.points = points};
    double most = 0.0;
    c.input_tok = input_tok;
    c.output_tok = output_tok;
    wm_frontier_eval(&c, &site, &f);
    for (size_t i = 0; i < f.n_points; i++)
        most = fmax(most, points[i].out_tok_per_s_per_gpu);
    return most;
}

/* Stages are tried on where the weights leave little room: no part gains from less memory. */
START_TEST(more_memory_never_makes_fewer_tokens)
{
    static const struct {
        const char *less, *more, *llm;
        enum wm_precision precision;
        double input_tok, output_tok;
    } pairs[] = {{"b200", "b300", "kimi-k2.5", WM_BF16, 1024.0, 8192.0},
                 {"h100", "h200", "kimi-k2.5", WM_FP8, 1024.0, 8192.0},
                 {"h100", "h200", "kimi-k2.5", WM_FP8, 8192.0, 1024.0}};
    for (size_t i = 0; i < 3; i++) {
        const double less = most_per_gpu(pairs[i].less, pairs[i].llm, pairs[i].precision,
                                         pairs[i].input_tok, pairs[i].output_tok);
        const double more = most_per_gpu(pairs[i].more, pairs[i].llm, pairs[i].precision,
                                         pairs[i].input_tok, pairs[i].output_tok);
        ck_assert_msg(more >= less, "%s makes %g, %s %g", pairs[i].less, less, pairs[i].more, more);
    }
}
END_TEST

/*
 * A day of DeepSeek's own service on H800: 608e9 tokens in, 56.3 % of them cached, 168e9 out at 20 to 22 tok/s
 * a user on 226.75 servers of eight, prompts and answers together: 1,072 output tok/s an accelerator. Its
 * decode groups are 144 wide, over 18 servers (DeepSeek, "Day 6: One More Thing", open-infra-index, 2025).
 */
START_TEST(the_day_of_deepseek_is_served_by_experts_over_many_servers)
{
    struct wm_serving_case c = case_of("h800", "deepseek-r1", WM_FP8);
    struct wm_frontier f = {.points = points};
    c.input_tok = 4000.0;
    c.cached_frac = 0.563;
    c.output_tok = 1105.0;
    c.draft = (struct wm_draft){1.0, 0.875};
    wm_frontier_eval(&c, &site, &f);
    double wide = 0.0, inside = 0.0;
    for (size_t i = 0; i < f.n_points; i++) {
        if (points[i].tok_per_s_per_user < 21.0)
            continue;
        double *const most = points[i].group.data > 8.0 ? &wide : &inside;
        *most = fmax(*most, points[i].out_tok_per_s_per_gpu);
    }
    ck_assert_double_eq_tol(wide / 1072.0, 1.0, 0.25);
    ck_assert_double_gt(wide, inside);
}
END_TEST

/* Servers of eight, which cannot each keep a prefill group of their own busy: up to 20 % from the
   frontier's fractions of groups, where a group each lost 45 %. */
START_TEST(decode_groups_share_prefill_groups)
{
    static const char *const names[] = {"h100", "h200", "mi300x"};
    for (size_t i = 0; i < 3; i++) {
        struct wm_serving_case c = case_of(names[i], "deepseek-r1", WM_FP8);
        c.tok_per_s_per_user_slo = 30.0;
        c.ttft_slo_s = 5.0;
        c.input_tok = 1155.0;
        c.output_tok = 211.0;
        const struct wm_serving_plan plan = wm_serving_plan(&c);
        struct wm_frontier f = {.points = points};
        wm_frontier_eval(&c, &site, &f);
        ck_assert_int_eq(plan.fault, WM_PLAN_OK);
        double most = 0.0; /* a plan is for accelerators, the frontier's best for a megawatt */
        for (size_t k = 0; k < f.n_points; k++)
            if (points[k].meets_slo)
                most = fmax(most, points[k].out_tok_per_s_per_gpu);
        const double ratio =
            most * (plan.prefill_gpus + plan.decode_gpus) / plan.capacity_out_tok_per_s;
        ck_assert_msg(ratio > 0.95 && ratio < 1.2, "%s: %g", names[i], ratio);
    }
}
END_TEST

/* 256 experts do not split over 3 accelerators, nor 64 heads over 24; the planner proposes neither. */
START_TEST(a_group_divides_the_model)
{
    const struct wm_llm *const r1 = case_of("h100", "deepseek-r1", WM_FP8).llm;
    const struct wm_llm *const dense = case_of("h100", "llama-3.1-70b", WM_FP8).llm;
    const struct wm_group good[] = {{8, 1, 8, 1}, {1, 128, 128, 1}, {16, 1, 1, 2}, {1, 64, 32, 1}};
    const struct wm_group bad[] = {{3, 1, 1, 1}, {8, 1, 3, 1}, {1, 512, 512, 1}, {1, 8, 8, 62}};
    for (size_t i = 0; i < 4; i++) {
        ck_assert(wm_group_is_possible(r1, &good[i]));
        ck_assert(!wm_group_is_possible(r1, &bad[i]));
    }
    const struct wm_group of_heads[] = {{8, 1, 1, 1}, {64, 1, 1, 1}, {24, 1, 1, 1}, {128, 1, 1, 1}};
    for (size_t i = 0; i < 4; i++)
        ck_assert(wm_group_is_possible(dense, &of_heads[i]) == (i < 2));
}
END_TEST

START_TEST(requests_longer_than_the_model_sees_are_refused)
{
    struct wm_serving_case c = case_of("h200", "qwen3-32b", WM_FP8);
    struct wm_llm short_one = *c.llm;
    struct wm_frontier f = {.points = points};
    short_one.max_context_tok = (int64_t)(c.input_tok + c.output_tok);
    c.llm = &short_one;
    ck_assert_int_eq(wm_serving_plan(&c).fault, WM_PLAN_OK);
    short_one.max_context_tok--;
    ck_assert_int_eq(wm_serving_plan(&c).fault, WM_PLAN_CONTEXT);
    wm_frontier_eval(&c, &site, &f);
    ck_assert_int_eq(f.fault, WM_PLAN_CONTEXT);
    ck_assert_uint_eq(f.n_points, 0);
}
END_TEST

/* Every group holds the weights and a sequence, lies in a domain, fits the limit, and stands once. */
START_TEST(groups_to_choose_from_fit_where_they_must)
{
    static const char *const hardware[] = {"h100", "gb300-nvl72", "tpu-v7", "k80", "gaudi3"};
    static const double limits[] = {1.0, 5.0, 16.0, 100.0, 1e4};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 5; k++)
            for (size_t moe = 0; moe < 2; moe++) {
                struct wm_serving_case c =
                    case_of(hardware[i], moe ? "deepseek-r1" : "gpt-3-175b", WM_BF16);
                struct wm_serving_groups list;
                c.max_gpus = limits[k];
                wm_serving_groups(&c, 2250.0, &list);
                for (size_t g = 0; g < list.n; g++) {
                    const struct wm_group *const a = &list.group[g];
                    const struct wm_step_model m = wm_serving_step_model(&c, a, 1.0);
                    ck_assert_double_ge(wm_group_batch_limit(&m, 2250.0), list.batch_limit[g]);
                    ck_assert_double_ge(list.batch_limit[g], 1.0);
                    ck_assert_double_le(wm_group_gpus(a), c.max_gpus);
                    ck_assert((moe && a->tensor == 1.0) ||
                              a->tensor * a->data <= (double)c.accelerator->scale_up_gpus);
                    ck_assert(wm_group_is_possible(c.llm, a));
                    for (size_t h = 0; h < g; h++)
                        ck_assert_mem_ne(a, &list.group[h], sizeof *a);
                }
                if (list.n == 0)
                    continue;
                c.max_gpus *= 2.0; /* more room never takes a group away */
                struct wm_serving_groups more;
                wm_serving_groups(&c, 2250.0, &more);
                ck_assert_uint_ge(more.n, list.n);
            }
}
END_TEST

/* Marks are even in the logarithm of the speed; ends and best are among them; 0 lists all. */
START_TEST(a_short_front_keeps_its_ends_and_its_best)
{
    static size_t all[WM_FRONTIER_POINTS], some[WM_FRONTIER_POINTS];
    const struct wm_serving_case c = case_of("gb300-nvl72", "deepseek-r1", WM_FP4);
    struct wm_frontier f = {.points = points};
    wm_frontier_eval(&c, &site, &f);
    const size_t n = wm_frontier_front(&f, 0, all);
    size_t n_pareto = 0;
    for (size_t i = 0; i < f.n_points; i++)
        n_pareto += points[i].is_pareto;
    ck_assert_uint_eq(n, n_pareto);
    for (size_t i = 1; i < n; i++)
        ck_assert_double_le(points[all[i]].tok_per_s_per_user,
                            points[all[i - 1]].tok_per_s_per_user);
    for (size_t few = 2; few <= 20; few++) {
        const size_t kept = wm_frontier_front(&f, few, some);
        bool has_best = !points[f.best].is_pareto;
        ck_assert_uint_le(kept, few + 2);
        ck_assert_uint_ge(kept, 2);
        ck_assert_uint_eq(some[0], all[0]);
        ck_assert_uint_eq(some[kept - 1], all[n - 1]);
        for (size_t i = 0; i < kept; i++)
            has_best = has_best || some[i] == f.best;
        ck_assert(has_best);
    }
    ck_assert_uint_eq(wm_frontier_front(&f, n, some), n);
}
END_TEST

/* Groups in lockstep read a full pass of prompts in more than 2 s on H200; a target of 2 s, of which the decode
   step takes its part, wants shorter passes or other groups. */
START_TEST(a_target_shortens_passes_before_it_refuses)
{
    struct wm_serving_case c = case_of("h200", "deepseek-r1", WM_FP8);
    c.input_tok = 8192.0;
    c.tok_per_s_per_user_slo = 30.0;
    c.ttft_slo_s = 0.0;
    struct wm_frontier f = {.points = points};
    wm_frontier_eval(&c, &site, &f);
    const double longest_s = f.shortest_ttft_s;
    c.ttft_slo_s = 2.0;
    ck_assert_double_gt(longest_s, c.ttft_slo_s);
    wm_frontier_eval(&c, &site, &f);
    ck_assert_int_eq(f.fault, WM_PLAN_OK);
    ck_assert_double_le(points[f.best].ttft_s, 2.0);
    c.ttft_slo_s = 0.01;
    wm_frontier_eval(&c, &site, &f);
    ck_assert_int_eq(f.fault, WM_PLAN_TTFT);
    ck_assert_double_gt(f.shortest_ttft_s, 0.01);
}
END_TEST

static double plan_per_gpu(const struct wm_serving_plan *plan)
{
    return plan->fault == WM_PLAN_OK
               ? plan->capacity_out_tok_per_s / (plan->prefill_gpus + plan->decode_gpus)
               : 0.0;
}

/* Small models make more together, R1 apart; who names no engine gets the better, by plan, replay and frontier. */
START_TEST(without_a_named_engine_the_better_way_to_serve_is_taken_by_all)
{
    static const struct {
        const char *accelerator, *llm;
        enum wm_precision precision;
    } cases[] = {{"gb200-nvl72", "llama-3.1-8b", WM_FP4},
                 {"h100", "llama-3.1-70b", WM_FP8},
                 {"gb300-nvl72", "deepseek-r1", WM_FP4}};
    bool seen[2] = {false};
    for (size_t i = 0; i < 3; i++) {
        struct wm_serving_case c = case_of(cases[i].accelerator, cases[i].llm, cases[i].precision);
        c.output_scv = 1.0; /* as replay plans */
        double alone[2] = {0.0}, front[2] = {0.0};
        struct wm_frontier f = {.points = points};
        for (int mode = WM_DISAGGREGATED; mode <= WM_AGGREGATED; mode++) {
            c.ways = mode == WM_AGGREGATED ? WM_WAYS_AGGREGATED : WM_WAYS_DISAGGREGATED;
            const struct wm_serving_plan plan = wm_serving_plan(&c);
            ck_assert_int_eq(plan.mode, mode);
            alone[mode] = plan_per_gpu(&plan);
            wm_frontier_eval(&c, &site, &f);
            front[mode] = points[f.best].out_tok_per_s_per_mw_utility;
        }
        c.ways = WM_WAYS_BOTH;
        const struct wm_serving_plan plan = wm_serving_plan(&c);
        ck_assert_double_eq(plan_per_gpu(&plan), fmax(alone[0], alone[1]));
        ck_assert_double_eq(plan_per_gpu(&plan), alone[plan.mode]);
        seen[plan.mode] = true;
        wm_frontier_eval(&c, &site, &f);
        ck_assert_double_ge(points[f.best].out_tok_per_s_per_mw_utility,
                            0.99 * fmax(front[0], front[1])); /* one way by fewer batches */
        const struct wm_replay_case by_request = {.accelerator = c.accelerator,
                                                  .llm = c.llm,
                                                  .engine = c.engine,
                                                  .ways = WM_WAYS_BOTH,
                                                  .precision = c.precision,
                                                  .n_replicas = 1,
                                                  .ttft_slo_s = c.ttft_slo_s,
                                                  .tok_per_s_per_user_slo =
                                                      c.tok_per_s_per_user_slo,
                                                  .input_tok = c.input_tok,
                                                  .output_tok = c.output_tok};
        struct wm_replay chosen;
        struct wm_fleet_params params;
        struct wm_diags diags = wm_diags_init(arena);
        ck_assert_int_eq(wm_replay_prepare(arena, &by_request, &chosen, &params, &diags), WM_OK);
        ck_assert_int_eq(chosen.mode, plan.mode);
        ck_assert_int_eq(chosen.n_prefill > 0, plan.prefill_gpus > 0.0);
        ck_assert_double_eq(wm_group_gpus(&chosen.group), wm_group_gpus(&plan.decode_group));
    }
    ck_assert(seen[WM_DISAGGREGATED] && seen[WM_AGGREGATED]);
}
END_TEST

START_TEST(site_terms_follow_the_facility_and_the_ledger)
{
    const struct wm_accelerator *const a = entry(WM_CATALOG_accelerator, "gb300-nvl72");
    const struct wm_ledger_params *const ledger = entry(WM_CATALOG_ledger, "owner-operator");
    const struct wm_power_chain *const chain = entry(WM_CATALOG_power_chain, "double-conversion");
    const struct wm_cooling *const cooling = entry(WM_CATALOG_cooling, "dry-cooler");
    const struct wm_frontier_site mild =
        wm_frontier_site_of(a, entry(WM_CATALOG_climate, "oregon"), chain, cooling, ledger, 70.0);
    const struct wm_frontier_site hot =
        wm_frontier_site_of(a, entry(WM_CATALOG_climate, "phoenix"), chain, cooling, ledger, 70.0);
    ck_assert_double_gt(mild.pue, 1.0);
    ck_assert_double_lt(mild.pue, hot.pue);
    ck_assert_double_lt(hot.pue, 1.5);
    /* at least the recovery of the accelerator's capital over five years without interest */
    ck_assert_double_gt(mild.usd_per_gpu_hour, a->it_capex_usd_per_gpu / 5.0 / WM_H_PER_YEAR);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {energy_power_and_cost_of_a_point_are_of_one_piece,
                                  front_is_exactly_what_nothing_beats,
                                  best_meets_the_targets_and_nothing_that_does_makes_more,
                                  slower_users_never_cost_more_power,
                                  stages_hold_whole_sequences_and_more_memory_is_not_slower,
                                  what_cannot_be_says_which_constraint,
                                  best_agrees_with_the_serving_plan,
                                  plan_and_frontier_serve_the_same_hardware,
                                  what_one_domain_cannot_hold_is_served_in_stages_or_over_several,
                                  more_memory_never_makes_fewer_tokens,
                                  the_day_of_deepseek_is_served_by_experts_over_many_servers,
                                  decode_groups_share_prefill_groups,
                                  a_group_divides_the_model,
                                  requests_longer_than_the_model_sees_are_refused,
                                  groups_to_choose_from_fit_where_they_must,
                                  a_short_front_keeps_its_ends_and_its_best,
                                  a_target_shortens_passes_before_it_refuses,
                                  without_a_named_engine_the_better_way_to_serve_is_taken_by_all,
                                  site_terms_follow_the_facility_and_the_ledger};
    wm_init();
    arena = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    if (wm_catalog_load_with(arena, NULL, &catalog, &diags) != WM_OK)
        return EXIT_FAILURE;
    const int code = RUN_TESTS("frontier", tests);
    wm_arena_close(arena);
    return code;
}
