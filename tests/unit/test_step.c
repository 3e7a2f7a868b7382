/* Steps: attention groups in lockstep, indexes, pipelines, networks, two FP8 kernels, clocks and caps. */
#include <check.h>
#include <math.h>

#include "catalog_case.h"
#include "suite.h"
#include "wattmill/wattmill.h"

static const struct wm_group eight_groups = {.tensor = 1, .data = 8, .expert = 8, .pipeline = 1};

static struct wm_step_model model_of(const char *gpu, const char *llm, enum wm_precision precision,
                                     struct wm_group group)
{
    return (struct wm_step_model){.accelerator = FIND(wm_accelerator, accelerator, gpu),
                                  .llm = FIND(wm_llm, llm, llm),
                                  .engine = FIND(wm_engine, engine, "vllm"),
                                  .precision = precision,
                                  .kv_bytes = 1.0,
                                  .group = group,
                                  .clock_frac = 1.0};
}

/* Prompts that each fill a pass arrive at eight groups as they come: a pass of any of them holds up all. */
START_TEST(a_step_costs_the_busiest_attention_group)
{
    const struct wm_step_model m = model_of("b200", "deepseek-r1", WM_FP4, eight_groups);
    struct wm_engine balanced = *m.engine;
    balanced.balances_data = true;
    struct wm_step_model even = m;
    even.engine = &balanced;
    const double sequences = 256.0, output_tok = 1024.0, input_tok = 8192.0;
    const struct wm_mix each = wm_mix_eval(&m, sequences, input_tok + 0.5 * output_tok, input_tok,
                                           0.0, output_tok, input_tok);
    const struct wm_mix together = wm_mix_eval(&even, sequences, input_tok + 0.5 * output_tok,
                                               input_tok, 0.0, output_tok, input_tok);
    /* Poisson arrivals: some group reads in 1 - exp(-due) of the iterations */
    ck_assert_double_eq_tol(each.mixed_share_frac, 1.0 - exp(-sequences / output_tok), 0.01);
    ck_assert_double_eq_tol(together.mixed_share_frac, sequences / output_tok / 8.0, 1e-12);
    const double extra_s = each.step_s - each.decode.time_s;
    ck_assert_double_gt(extra_s, 4.0 * (together.step_s - together.decode.time_s));
    ck_assert_double_lt(extra_s, 8.0 * (together.step_s - together.decode.time_s));
}
END_TEST

START_TEST(gathered_requests_read_together_and_wait_longer)
{
    struct wm_loop_case loop = {.m = model_of("b200", "deepseek-r1", WM_FP4, eight_groups),
                                .input_tok = 8192.0,
                                .output_tok = 1024.0,
                                .users = 256.0};
    const struct wm_loop_point at_once = wm_loop_eval(&loop);
    loop.intake_steps = 30.0;
    const struct wm_loop_point gathered = wm_loop_eval(&loop);
    ck_assert_double_gt(gathered.out_tok_per_s, 1.2 * at_once.out_tok_per_s);
    /* one group has nobody to read with: gathering only makes its requests wait half the gap */
    loop.m.group = (struct wm_group){.tensor = 8, .data = 1, .expert = 1, .pipeline = 1};
    loop.users = 1.0;
    const struct wm_loop_point alone = wm_loop_eval(&loop);
    loop.intake_steps = 0.0;
    const struct wm_loop_point direct = wm_loop_eval(&loop);
    ck_assert_double_eq_tol(alone.tpot_s, direct.tpot_s, 1e-3 * direct.tpot_s);
    ck_assert_double_eq_tol(alone.ttft_s - direct.ttft_s, 0.5 * 29.0 * direct.tpot_s,
                            0.02 * alone.ttft_s);
}
END_TEST

/* 128 key elements in FP8 and a scale of 4 bytes, per layer that has an index of its own. */
START_TEST(an_index_takes_its_place_in_the_cache)
{
    const struct wm_llm *const dsa = FIND(wm_llm, llm, "deepseek-v3.2");
    const struct wm_llm *const shared = FIND(wm_llm, llm, "glm-5.2");
    ck_assert_double_eq(wm_llm_index_bytes_per_tok(dsa), 61.0 * 132.0);
    ck_assert_double_eq(wm_llm_index_bytes_per_tok(shared), 21.0 * 132.0);
    ck_assert_double_eq(wm_llm_index_bytes_per_tok(FIND(wm_llm, llm, "deepseek-v3")), 0.0);
    ck_assert_double_eq(wm_llm_kv_bytes_per_tok(dsa, 1.0), 61.0 * (576.0 + 132.0));
}
END_TEST

START_TEST(an_index_scores_all_pairs_of_a_prompt)
{
    const double tok = 100000.0;
    const struct wm_group one = {.tensor = 1, .data = 1, .expert = 1, .pipeline = 1};
    const struct wm_step_model with = model_of("b200", "deepseek-v3.2", WM_FP8, one);
    struct wm_llm without_index = *with.llm;
    struct wm_step_model without = with;
    without_index.index_heads = 0;
    without.llm = &without_index;
    const struct wm_load load = wm_load_prefill(1.0, tok, 0.0, true);
    const double flop = wm_step_eval(&with, &load).flop - wm_step_eval(&without, &load).flop;
    const double pairs = tok * tok / 2.0, heads = 64.0, width = 128.0;
    const double projections = 2.0 * tok * (heads * width * 1536.0 + (width + heads) * 7168.0);
    ck_assert_double_eq_tol(flop, 61.0 * (2.0 * heads * width * pairs + projections), 1e-9 * flop);
}
END_TEST

/* Each token of a prompt reads its own 2,048 entries of 576 bytes, in every layer. */
START_TEST(sparse_latent_attention_reads_its_entries_token_by_token)
{
    const double tok = 8192.0, past_tok = 65536.0;
    const struct wm_group one = {.tensor = 1, .data = 1, .expert = 1, .pipeline = 1};
    struct wm_step_model m = model_of("b200", "deepseek-v3.2", WM_FP8, one);
    const struct wm_load load = wm_load_prefill(1.0, tok, past_tok, true);
    const double narrow = wm_step_eval(&m, &load).mem_bytes;
    m.kv_bytes = 2.0;
    const double wide = wm_step_eval(&m, &load).mem_bytes;
    ck_assert_double_eq_tol(wide - narrow, 61.0 * tok * 2048.0 * 576.0, 1e-6 * wide);
}
END_TEST

/* A sequence is in one stage at a time: stages share its layers, not its time. */
START_TEST(stages_do_not_speed_up_one_sequence)
{
    static const char *const names[] = {"llama-3.1-70b", "deepseek-v3"};
    for (int i = 0; i < 2; i++) {
        struct wm_step_model m =
            model_of("h200", names[i], WM_FP8,
                     (struct wm_group){.tensor = 8, .data = 1, .expert = 1, .pipeline = 1});
        const struct wm_load load = wm_load_decode(1.0, 2000.0);
        const struct wm_step alone = wm_step_eval(&m, &load);
        m.group.pipeline = 4.0;
        const struct wm_step staged = wm_step_eval(&m, &load);
        ck_assert_double_ge(staged.time_s, alone.time_s);
        ck_assert_double_le(staged.time_s, 1.1 * alone.time_s); /* hops over the network */
        ck_assert_double_eq_tol(staged.mem_bytes, alone.mem_bytes / 4.0, 0.01 * alone.mem_bytes);
        ck_assert_double_lt(staged.board_w, alone.board_w);
    }
}
END_TEST

START_TEST(a_group_beyond_its_domain_pays_the_network_s_latency)
{
    const struct wm_step_model m =
        model_of("h100", "llama-3.1-8b", WM_BF16,
                 (struct wm_group){.tensor = 8, .data = 1, .expert = 1, .pipeline = 1});
    struct wm_accelerator split = *m.accelerator;
    struct wm_step_model two = m;
    two.accelerator = &split;
    split.scale_up_gpus = 4;
    const struct wm_load load = wm_load_decode(16.0, 1000.0);
    split.collective.scale_out_latency_s = 0.0;
    const double fast_s = wm_step_eval(&two, &load).time_s;
    split.collective.scale_out_latency_s = 1e-3;
    /* two all-reduces a layer, each with one exchange between the domains */
    ck_assert_double_eq_tol(wm_step_eval(&two, &load).time_s - fast_s, 2.0 * 32.0 * 1e-3, 1e-9);
    ck_assert_double_gt(fast_s, wm_step_eval(&m, &load).time_s); /* less bandwidth between them */
}
END_TEST

START_TEST(block_scaled_models_use_kernels_of_their_own)
{
    const struct wm_group eight = {.tensor = 8, .data = 1, .expert = 1, .pipeline = 1};
    struct wm_step_model in_blocks = model_of("h200", "deepseek-r1", WM_FP8, eight);
    struct wm_step_model whole = model_of("h200", "llama-3.1-70b", WM_FP8, eight);
    struct wm_accelerator slow = *in_blocks.accelerator;
    slow.fp8_block.serving_frac *= 0.5;
    const struct wm_load load = wm_load_prefill(1.0, 8192.0, 0.0, true);
    const double blocks_s = wm_step_eval(&in_blocks, &load).time_s;
    const double whole_s = wm_step_eval(&whole, &load).time_s;
    in_blocks.accelerator = whole.accelerator = &slow;
    ck_assert_double_gt(wm_step_eval(&in_blocks, &load).time_s, 1.2 * blocks_s);
    ck_assert_double_eq(wm_step_eval(&whole, &load).time_s, whole_s);
}
END_TEST

/* A board at its limit works at the clock that its limit allows: caps refer to that clock. */
START_TEST(a_cap_is_felt_as_soon_as_a_board_is_at_its_limit)
{
    struct wm_step_model m =
        model_of("b200", "llama-3.1-70b", WM_BF16,
                 (struct wm_group){.tensor = 8, .data = 1, .expert = 1, .pipeline = 1});
    const struct wm_load busy = wm_load_prefill(4.0, 4096.0, 0.0, true);
    const struct wm_step full = wm_step_eval(&m, &busy);
    const double tdp_w = m.accelerator->tdp_w;
    ck_assert_double_eq_tol(full.board_w, tdp_w, 1e-6 * tdp_w);
    double last_s = full.time_s;
    for (double cap = 0.9; cap > 0.25; cap -= 0.1) {
        m.cap_frac = cap;
        const struct wm_step capped = wm_step_eval(&m, &busy);
        ck_assert_double_le(capped.board_w, cap * tdp_w * (1.0 + 1e-6));
        ck_assert_double_ge(capped.board_w, 0.97 * cap * tdp_w);
        ck_assert_double_gt(capped.time_s, last_s);
        /* down to the lowest clock work costs less energy, below it boards only rest in between */
        last_s = capped.time_s;
    }
    /* what does not reach the cap does not feel it */
    const struct wm_load idle = wm_load_decode(1.0, 1000.0);
    m.cap_frac = 0.0;
    const struct wm_step light = wm_step_eval(&m, &idle);
    m.cap_frac = light.board_w / tdp_w + 0.01;
    ck_assert_double_eq(wm_step_eval(&m, &idle).time_s, light.time_s);
}
END_TEST

/* 256 A100 of 400 W under caps (arXiv:2507.00909): what Llama-3.1-8B under vLLM lost, within 5 points at each
   level, and how pre-training's power went with its speed. */
START_TEST(caps_cost_what_they_cost_on_a100)
{
    static const struct {
        double cap, lost_pct;
    } served[] = {{0.875, 2.4}, {0.75, 6.9}, {0.625, 12.9}, {0.5, 21.9}, {0.25, 77.5}};
    struct wm_step_model m =
        model_of("a100-80", "llama-3.1-8b", WM_BF16, (struct wm_group){1.0, 1.0, 1.0, 1.0});
    m.kv_bytes = 2.0;
    double free_s = 0.0;
    for (int i = -1; i < 5; i++) {
        m.cap_frac = i < 0 ? 0.0 : served[i].cap;
        const struct wm_mix mix = wm_mix_eval(&m, 128.0, 1152.0, 1024.0, 0.0, 256.0, 8192.0);
        if (i < 0)
            free_s = mix.tpot_s;
        else
            ck_assert_double_eq_tol(100.0 * (1.0 - free_s / mix.tpot_s), served[i].lost_pct, 5.0);
    }
    static const double clocks[] = {0.867, 0.784, 0.629}, drawn[] = {0.761, 0.643, 0.516};
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq_tol(0.31 + 0.69 * wm_clock_power_frac(clocks[i]), drawn[i], 0.015);
}
END_TEST

/* With nothing to hide behind, below the lowest clock rate and power fall on a line to the board at rest. */
START_TEST(below_the_lowest_clock_a_board_works_part_of_the_time)
{
    struct wm_step_model m =
        model_of("a100-80", "llama-3.1-8b", WM_BF16,
                 (struct wm_group){.tensor = 1, .data = 1, .expert = 1, .pipeline = 1});
    const struct wm_load busy = wm_load_prefill(4.0, 4096.0, 0.0, true);
    const double rest = m.accelerator->power.base_frac;
    m.clock_frac = m.accelerator->power.min_clock_frac;
    const struct wm_step slow = wm_step_eval(&m, &busy);
    m.clock_frac = 1.0;
    const double slow_frac = slow.board_w / m.accelerator->tdp_w;
    m.cap_frac = rest + 0.5 * (slow_frac - rest);
    const struct wm_step half = wm_step_eval(&m, &busy);
    ck_assert_double_eq_tol(half.time_s, 2.0 * slow.time_s, 0.02 * half.time_s);
}
END_TEST

/* On one board narrow is no slower; on one silicon more memory is no slower, batch by batch. */
START_TEST(the_order_that_physics_imposes_holds)
{
    static const char *const parts[][2] = {
        {"h100", "h200"}, {"b200", "b300"}, {"gb200-nvl72", "gb300-nvl72"}, {"mi300x", "mi325x"}};
    static const char *const llms[] = {"deepseek-r1", "llama-3.1-70b"};
    const struct wm_group eight = {.tensor = 8, .data = 1, .expert = 1, .pipeline = 1};
    for (int l = 0; l < 2; l++)
        for (double batch = 1.0; batch <= 1024.0; batch *= 4.0) {
            struct wm_load load = wm_load_decode(batch, 4096.0);
            const struct wm_load chunk = wm_load_prefill(2.0, 4096.0, 0.0, true);
            for (int mixed = 0; mixed < 2; mixed++) {
                for (int i = 0; i < 4; i++) {
                    double narrow_s = INFINITY;
                    for (int p = 0; p < 2; p++) {
                        double last_s = INFINITY;
                        static const enum wm_precision widths[] = {WM_BF16, WM_FP8, WM_FP4};
                        for (int w = 0; w < 3; w++) {
                            const struct wm_step_model m =
                                model_of(parts[i][p], llms[l], widths[w], eight);
                            if (wm_accelerator_rates(m.accelerator, widths[w])->flop_per_s <= 0.0)
                                continue;
                            const double s = wm_step_eval(&m, &load).time_s;
                            ck_assert_msg(s <= last_s * 1.0001, "%s %s: width %d, batch %g",
                                          parts[i][p], llms[l], w, batch);
                            last_s = s;
                        }
                        ck_assert_msg(last_s <= narrow_s * 1.0001, "%s %s: batch %g", parts[i][p],
                                      llms[l], batch);
                        narrow_s = last_s;
                    }
                }
                load = wm_load_add(&load, &chunk);
            }
        }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_step_costs_the_busiest_attention_group,
                                  gathered_requests_read_together_and_wait_longer,
                                  an_index_takes_its_place_in_the_cache,
                                  an_index_scores_all_pairs_of_a_prompt,
                                  sparse_latent_attention_reads_its_entries_token_by_token,
                                  stages_do_not_speed_up_one_sequence,
                                  a_group_beyond_its_domain_pays_the_network_s_latency,
                                  block_scaled_models_use_kernels_of_their_own,
                                  a_cap_is_felt_as_soon_as_a_board_is_at_its_limit,
                                  caps_cost_what_they_cost_on_a100,
                                  below_the_lowest_clock_a_board_works_part_of_the_time,
                                  the_order_that_physics_imposes_holds};
    return run_fixture_tests("step", tests, sizeof tests / sizeof *tests, open_catalog,
                             close_catalog);
}
