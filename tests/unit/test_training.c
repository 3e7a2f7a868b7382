/* Training: a step by hand, published runs, failures, caps, swings and energy-aware schedules. */
#include "wattmill/training.h"

#include <math.h>

#include "suite.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static const struct wm_catalog *catalog;

static const struct wm_accelerator *accelerator(const char *name)
{
    const void *const found = wm_catalog_find(catalog, WM_CATALOG_accelerator, name);
    ck_assert_ptr_nonnull(found);
    return found;
}

static const struct wm_llm *llm(const char *name)
{
    const void *const found = wm_catalog_find(catalog, WM_CATALOG_llm, name);
    ck_assert_ptr_nonnull(found);
    return found;
}

static struct wm_train_plan plan_of(double t, double p, double d, double e, double interleave)
{
    return (struct wm_train_plan){.tensor = t,
                                  .pipeline = p,
                                  .data = d,
                                  .context = 1.0,
                                  .expert = e,
                                  .sequences = 1.0,
                                  .interleave = interleave};
}

/* Round numbers: 1 PFLOP/s of which products reach half and attention a quarter, 1 TB/s half. */
static struct wm_accelerator round_accelerator(void)
{
    return (struct wm_accelerator){
        .bf16.flop_per_s = 1e15,
        .mem_bytes = 80e9,
        .mem_bytes_per_s = 1e12,
        .scale_up_bytes_per_s = 100e9,
        .scale_up_gpus = 8,
        .scale_out_bytes_per_s = 50e9,
        .elementwise.memory_frac = 0.5,
        .collective = {.reduce_frac = 1.0, .a2a_frac = 1.0},
        .training = {.bf16_frac = 0.5, .attention_frac = 0.25},
        .tdp_w = 1000.0,
        .power = {.idle_w = 100.0,
                  .base_frac = 0.2,
                  .memory_frac = 0.5,
                  .compute_frac = 0.6,
                  .min_clock_frac = 0.3},
    };
}

static struct wm_llm round_llm(void)
{
    return (struct wm_llm){.total_params = 1.001e9,
                           .active_params = 1.001e9, /* 1e9 but for the table of the input */
                           .layers = 10,
                           .hidden_dim = 1000,
                           .n_heads = 10,
                           .n_kv_heads = 10,
                           .head_dim = 100,
                           .vocab_size = 1000,
                           .tok_per_entry = 1.0};
}

START_TEST(step_matches_hand_calculation)
{
    const struct wm_accelerator a = round_accelerator();
    const struct wm_llm m = round_llm();
    const struct wm_train_case c = {&a, &m, WM_BF16, 1999.0, 1e6, plan_of(1, 1, 1, 1, 1), 1.0};
    const struct wm_train_step s = wm_train_step_eval(&c);
    /* attention forward: 2 * 10 heads * (100 + 100) * 10 layers * 1000 tokens seen = 4e7 */
    ck_assert_double_eq_tol(s.flop_per_tok, 3.0 * (2e9 + 4e7), 1.0);
    ck_assert_double_eq_tol(s.product_s, 1e6 * 6e9 / 0.5e15, 1e-9);          /* 12 s */
    ck_assert_double_eq_tol(s.attention_s, 1e6 * 3.5 * 4e7 / 0.25e15, 1e-9); /* 0.56 s */
    /* 126 passes * 10 layers * 2000 B a token, and 28 B a parameter for the update */
    ck_assert_double_eq_tol(s.memory_s, (1e6 * 126.0 * 10.0 * 2000.0 + 28.0 * 1.001e9) / 0.5e12,
                            1e-9);
    ck_assert_double_eq(s.link_s + s.bubble_s + s.straggle_s, 0.0);
    ck_assert_double_eq_tol(s.tok_per_s_per_gpu, 1e6 / s.time_s, 1e-9);
    ck_assert_double_eq_tol(s.mfu_frac, 6.12e9 * 1e6 / s.time_s / 1e15, 1e-12);
    /* 16 B a parameter, 34 * 1000 B a token and layer, logits of 4 B */
    ck_assert_double_eq_tol(s.mem_bytes,
                            16.0 * 1.001e9 + 1999.0 * (10.0 * 34.0 * 1000.0 + 4.0 * 1000.0), 1.0);
}
END_TEST

START_TEST(pipeline_of_four_with_eight_microbatches_idles_three_eighths_of_the_work)
{
    const struct wm_accelerator a = round_accelerator();
    const struct wm_llm m = round_llm();
    struct wm_train_case c = {&a, &m, WM_BF16, 1000.0, 8000.0, plan_of(1, 4, 1, 1, 1), 1.0};
    const struct wm_train_step s = wm_train_step_eval(&c);
    const double work_s = s.product_s + s.attention_s + s.memory_s;
    ck_assert_double_eq_tol(s.bubble_s, work_s * 3.0 / 8.0, 1e-12);
    c.plan.interleave = 2.0;
    ck_assert_double_eq_tol(wm_train_step_eval(&c).bubble_s, work_s * 3.0 / 16.0, 1e-12);
}
END_TEST

START_TEST(parts_add_up_and_no_step_beats_the_peak)
{
    static const char *const models[] = {"llama-3.1-8b", "llama-3.1-405b", "deepseek-v3"};
    static const char *const accelerators[] = {"h100", "gb200-nvl72", "tpu-v6e", "mi300x"};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 4; k++) {
            struct wm_train_case c = {accelerator(accelerators[k]),
                                      llm(models[i]),
                                      WM_BF16,
                                      8192.0,
                                      16.8e6,
                                      plan_of(1, 1, 1, 1, 1),
                                      1.0};
            ck_assert(wm_train_plan_best(&c, 2048.0, &c.plan));
            ck_assert_double_eq(wm_train_gpus(&c.plan), 2048.0);
            const struct wm_train_step s = wm_train_step_eval(&c);
            ck_assert_double_eq_tol(s.product_s + s.attention_s + s.memory_s + s.link_s +
                                        s.bubble_s + s.straggle_s,
                                    s.time_s, 1e-9 * s.time_s);
            ck_assert_double_gt(s.mfu_frac, 0.05);
            ck_assert_double_lt(s.mfu_frac, 1.0);
            ck_assert_double_le(s.mem_bytes, c.accelerator->mem_bytes);
        }
}
END_TEST

START_TEST(gpt3_takes_three_point_one_four_e23_flop)
{
    /* Brown et al., arXiv:2005.14165, table D.1: 3.14e23 FLOP for 300e9 tokens, attention left out */
    const double flop = wm_train_flop_per_tok(llm("gpt-3-175b"), 2048.0) * 300e9;
    ck_assert_double_eq_tol(flop / 3.14e23, 1.0, 0.03);
}
END_TEST

START_TEST(llama3_405b_reaches_its_published_rate_and_loses_with_scale)
{
    /* arXiv:2407.21783, table 4: TP8 PP16, 430 and 400 TFLOP/s on 8,192 and 16,384 H100, BF16 */
    static const double published[] = {430e12, 400e12}, data[] = {64.0, 128.0};
    double last_mfu = 1.0;
    for (int i = 0; i < 2; i++) {
        const struct wm_train_case c = {accelerator("h100"),
                                        llm("llama-3.1-405b"),
                                        WM_BF16,
                                        8192.0,
                                        16.8e6,
                                        plan_of(8, 16, data[i], 1, 8),
                                        1.0};
        const struct wm_train_step s = wm_train_step_eval(&c);
        ck_assert_double_eq_tol(s.tok_per_s_per_gpu * s.flop_per_tok / published[i], 1.0, 0.08);
        ck_assert_double_lt(s.mfu_frac, last_mfu);
        last_mfu = s.mfu_frac;
    }
}
END_TEST

START_TEST(deepseek_v3_and_mlperf_405b_come_out_within_15_percent)
{
    /* arXiv:2412.19437: 180 k H800 hours per 10^12 tokens = 1,543 tok/s, FP8, batch 15,360 x 4 k */
    const struct wm_train_case v3 = {
        accelerator("h800"), llm("deepseek-v3"),         WM_FP8, 4096.0,
        15360.0 * 4096.0,    plan_of(1, 16, 128, 64, 4), 1.0};
    ck_assert_double_eq_tol(wm_train_step_eval(&v3).tok_per_s_per_gpu / 1543.2, 1.0, 0.15);
    /* MLPerf Training 5.0 closed, 1,024 GB200, Llama 3.1 405B: 727 tok/s (kept out of the fit) */
    const struct wm_train_case mlperf = {accelerator("gb200-nvl72"),
                                         llm("llama-3.1-405b"),
                                         WM_FP8,
                                         8192.0,
                                         768.0 * 8192.0,
                                         plan_of(4, 8, 32, 1, 4),
                                         1.0};
    ck_assert_double_eq_tol(wm_train_step_eval(&mlperf).tok_per_s_per_gpu / 727.2, 1.0, 0.15);
}
END_TEST

START_TEST(a_model_that_does_not_fit_says_so)
{
    struct wm_train_case c = {accelerator("a100-40"),
                              llm("llama-3.1-405b"),
                              WM_BF16,
                              8192.0,
                              1e6,
                              plan_of(1, 1, 1, 1, 1),
                              1.0};
    struct wm_train_plan best;
    ck_assert(!wm_train_plan_best(&c, 8.0, &best));
    c.plan = best;
    ck_assert_double_gt(wm_train_step_eval(&c).mem_bytes, c.accelerator->mem_bytes);
}
END_TEST

START_TEST(failures_follow_nodes_and_the_best_interval_is_best)
{
    /* arXiv:2410.21680: RSC-1, 6.5 failures per 1,000 node-days */
    struct wm_goodput_case c = {
        .nodes = 2048.0, .failures_per_node_day = 6.5e-3, .restart_s = 300.0, .write_s = 60.0};
    ck_assert_double_eq_tol(wm_goodput_eval(&c).mttf_s / 3600.0, 1.803, 1e-3);
    c.nodes = 16384.0;
    ck_assert_double_eq_tol(wm_goodput_eval(&c).mttf_s / 3600.0, 0.225, 1e-3);
    /* Llama 3: 419 unexpected interruptions of 2,048 nodes in 54 days, more than 90 % useful */
    c = (struct wm_goodput_case){.nodes = 2048.0,
                                 .failures_per_node_day = 419.0 / 54.0 / 2048.0,
                                 .restart_s = 240.0,
                                 .write_s = 20.0};
    const struct wm_goodput llama = wm_goodput_eval(&c);
    ck_assert_double_eq_tol(llama.mttf_s / 3600.0, 3.09, 0.01);
    ck_assert_double_gt(llama.useful_frac, 0.9);
    /* by hand: sqrt(2 * 20 * 11135) - 20 = 647 s */
    ck_assert_double_eq_tol(llama.interval_s, sqrt(40.0 * llama.mttf_s) - 20.0, 1e-9);
    for (double interval_s = 60.0; interval_s < 20000.0; interval_s *= 1.5) {
        c.interval_s = interval_s;
        ck_assert_double_le(wm_goodput_eval(&c).useful_frac, llama.useful_frac + 2e-3);
    }
    c.interval_s = 0.0;
    c.failures_per_node_day = 0.0;
    ck_assert_double_eq(wm_goodput_eval(&c).useful_frac, 1.0);
    c.failures_per_node_day = 1e6;
    ck_assert_double_eq(wm_goodput_eval(&c).useful_frac, 0.0);
}
END_TEST

static struct wm_train_case a100_case(void)
{
    return (struct wm_train_case){accelerator("a100-80"),
                                  llm("llama-3.1-8b"),
                                  WM_BF16,
                                  2048.0,
                                  4e6,
                                  plan_of(1, 1, 256, 1, 1),
                                  1.0};
}

START_TEST(caps_cost_what_a_cluster_of_a100_measured)
{
    /* arXiv:2507.00909, 256 A100, pre-training of 7B and 13B models, caps of 400 W */
    static const double caps[] = {0.875, 0.75, 0.625, 0.5, 0.25};
    static const double measured[] = {0.923, 0.867, 0.784, 0.629, 0.186};
    const struct wm_train_case c = a100_case();
    double last = 1.0;
    for (int i = 0; i < 5; i++) {
        const struct wm_train_cap cap = wm_train_cap_eval(&c, 400.0 * caps[i]);
        ck_assert_double_eq_tol(cap.speed_frac, measured[i], 0.12);
        ck_assert_double_le(cap.speed_frac, last);
        ck_assert_double_le(cap.mean_w, 400.0 * caps[i]);
        last = cap.speed_frac;
    }
    ck_assert_double_eq(wm_train_cap_eval(&c, 1e9).speed_frac, 1.0);
}
END_TEST

START_TEST(nodes_draw_what_mlperf_training_measured)
{
    /* MLPerf Training 4.1 and 5.0 power: 8 H100 (Dell) 7.7 kW, 8 B200 (Lenovo) 9.6 to 10.1 kW */
    static const char *const names[] = {"h100", "b200"};
    static const double node_w[] = {7700.0, 9850.0};
    for (int i = 0; i < 2; i++) {
        const struct wm_accelerator *const a = accelerator(names[i]);
        const struct wm_train_case c = {a,   llm("llama-3.1-70b"),    WM_FP8, 8192.0,
                                        4e6, plan_of(4, 1, 16, 1, 1), 1.0};
        const struct wm_train_step s = wm_train_step_eval(&c);
        const struct wm_train_power p = wm_train_power_eval(&c, &s);
        ck_assert_double_eq_tol(8.0 * (p.mean_w + a->host_busy_w) / node_w[i], 1.0, 0.10);
        ck_assert_double_le(p.low_w, p.mean_w);
        ck_assert_double_le(p.mean_w, p.high_w);
        ck_assert_double_le(p.high_w, a->tdp_w);
        ck_assert_double_eq_tol(p.j_per_tok, p.mean_w / s.tok_per_s_per_gpu, 1e-9);
    }
}
END_TEST

START_TEST(swing_matches_hand_calculation)
{
    const struct wm_train_power p = {
        .high_w = 1000.0, .low_w = 200.0, .low_frac = 0.25, .swing_hz = 0.2};
    const struct wm_swing s = wm_swing_eval(&p, 10.0, 3000.0, 0.1);
    ck_assert_double_eq(s.amplitude_w, 8000.0);
    ck_assert(!s.is_allowed);
    ck_assert_double_eq(s.floor_w, 2000.0 + 5000.0);
    ck_assert_double_eq(s.burnt_w, 5000.0 * 0.25);
    ck_assert_double_eq_tol(s.storage_j, 5000.0 * 0.25 * 0.75 / 0.2, 1e-9);
    ck_assert_double_eq_tol(s.storage_loss_w, 93.75, 1e-9);
    const struct wm_swing allowed = wm_swing_eval(&p, 10.0, 8000.0, 0.1);
    ck_assert(allowed.is_allowed);
    ck_assert_double_eq(allowed.burnt_w + allowed.storage_loss_w, 0.0);
}
END_TEST

START_TEST(schedule_saves_energy_without_time_and_more_with_it)
{
    /* Perseus, arXiv:2312.06902: up to 30 % without slowdown, intrinsic and extrinsic together */
    struct wm_train_case c = a100_case();
    c.plan = plan_of(1, 8, 32, 1, 1);
    const struct wm_energy_schedule none = {0.0, 0.0}, even = {0.15, 0.0}, late = {0.15, 0.2};
    ck_assert_double_eq_tol(wm_energy_schedule_eval(&c, &none, 1.0).energy_frac, 1.0, 1e-9);
    const struct wm_energy_point intrinsic = wm_energy_schedule_eval(&c, &even, 1.0);
    const struct wm_energy_point extrinsic = wm_energy_schedule_eval(&c, &late, 1.0);
    ck_assert_double_eq_tol(intrinsic.time_frac, 1.0, 1e-9);
    ck_assert_double_lt(intrinsic.energy_frac, 0.97);
    ck_assert_double_gt(intrinsic.energy_frac, 0.80);
    ck_assert_double_lt(extrinsic.energy_frac, 0.90);
    ck_assert_double_gt(extrinsic.energy_frac, 0.70);
    double last = 1.0;
    for (double time_frac = 1.0; time_frac < 1.5; time_frac += 0.05) {
        const struct wm_energy_point p = wm_energy_schedule_eval(&c, &even, time_frac);
        ck_assert_double_le(p.energy_frac, last);
        ck_assert_double_le(p.time_frac, time_frac * (1.0 + 1e-9));
        last = p.energy_frac;
    }
}
END_TEST

START_TEST(run_adds_up)
{
    const struct wm_train_step s = {.tok_per_s_per_gpu = 100.0};
    /* 1e9 tokens / (100 * 10 * 0.8) = 1.25e6 s; 10 accelerators of 1 kW at 2 USD an hour */
    const struct wm_train_run r = wm_train_run_eval(&s, 10.0, 1e9, 0.8, 1000.0, 2.0);
    ck_assert_double_eq_tol(r.time_s, 1.25e6, 1e-6);
    ck_assert_double_eq_tol(r.gpu_hours, 1.25e7 / 3600.0, 1e-6);
    ck_assert_double_eq_tol(r.energy_j, 1.25e10, 1e-3);
    ck_assert_double_eq_tol(r.cost_usd, 2.5e7 / 3600.0, 1e-6);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        step_matches_hand_calculation,
        pipeline_of_four_with_eight_microbatches_idles_three_eighths_of_the_work,
        parts_add_up_and_no_step_beats_the_peak,
        gpt3_takes_three_point_one_four_e23_flop,
        llama3_405b_reaches_its_published_rate_and_loses_with_scale,
        deepseek_v3_and_mlperf_405b_come_out_within_15_percent,
        a_model_that_does_not_fit_says_so,
        failures_follow_nodes_and_the_best_interval_is_best,
        caps_cost_what_a_cluster_of_a100_measured,
        nodes_draw_what_mlperf_training_measured,
        swing_matches_hand_calculation,
        schedule_saves_energy_without_time_and_more_with_it,
        run_adds_up};
    wm_init();
    arena = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    if (wm_catalog_load_with(arena, NULL, &catalog, &diags) != WM_OK)
        return EXIT_FAILURE;
    const int code = RUN_TESTS("training", tests);
    wm_arena_close(arena);
    return code;
}
