/* Models: parameters, caches and arithmetic from the shape, against stated totals and by hand. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "catalog_case.h"
#include "suite.h"
#include "wattmill/wattmill.h"

static const struct wm_llm *at(size_t i)
{
    return (const struct wm_llm *)(const void *)wm_catalog_at(catalog, WM_CATALOG_llm, i);
}

/* Entries whose stated total differs from the count, and why. */
static const struct {
    const char *name, *reason;
    double off_frac; /* counted over stated, less one */
} exempt[] = {
    {"bloom-176b", "embedding and head are one matrix and stated once", 0.0206},
    {"gemma-4-31b", "values of the global layers are their keys", 0.0035},
};

START_TEST(totals_of_the_whole_catalogue_follow_from_the_shapes)
{
    open_catalog();
    for (size_t i = 0; i < wm_catalog_n(catalog, WM_CATALOG_llm); i++) {
        const struct wm_llm *m = at(i);
        double known = 0.0;
        for (size_t k = 0; k < sizeof exempt / sizeof *exempt; k++)
            if (strcmp(m->head.name, exempt[k].name) == 0)
                known = exempt[k].off_frac;
        const double counted = wm_llm_counted_params(m, false);
        ck_assert_msg(fabs(counted / m->total_params - 1.0 - known) <= 0.003,
                      "%s: %.4g counted, %.4g stated", m->head.name, counted, m->total_params);
    }
    close_catalog();
}
END_TEST

START_TEST(every_model_says_how_long_a_request_may_be)
{
    open_catalog();
    for (size_t i = 0; i < wm_catalog_n(catalog, WM_CATALOG_llm); i++)
        ck_assert_msg(at(i)->max_context_tok >= 2048, "%s", at(i)->head.name);
    ck_assert_int_eq(FIND(wm_llm, llm, "qwen3-32b")->max_context_tok, 40960);
    ck_assert_int_eq(FIND(wm_llm, llm, "gpt-3-175b")->max_context_tok, 2048);
    close_catalog();
}
END_TEST

/* A board of round numbers that holds anything. */
static struct wm_accelerator board(void)
{
    const struct wm_kernel k = {.compute_frac = 0.9, .memory_frac = 0.9, .norm = 2.0};
    const struct wm_precision_rates rates = {
        .flop_per_s = 1e15, .serving_frac = 1.0, .gemm = k, .moe = k};
    struct wm_accelerator hw = *FIND(wm_accelerator, accelerator, "h100");
    hw.bf16 = hw.fp8 = hw.fp4 = rates;
    return hw;
}

static struct wm_step step_of(const struct wm_llm *m, const struct wm_load *load)
{
    const struct wm_accelerator hw = board();
    const struct wm_step_model model = {.accelerator = &hw,
                                        .llm = m,
                                        .engine = FIND(wm_engine, engine, "vllm"),
                                        .precision = WM_FP8,
                                        .kv_bytes = 2.0,
                                        .group = {1.0, 1.0, 1.0, 1.0},
                                        .clock_frac = 1.0};
    return wm_step_eval(&model, load);
}

START_TEST(a_token_costs_twice_the_parameters_it_passes)
{
    /* decoding one sequence without context; the embedding is looked up, not multiplied. Above it are
       the updates of linear states, at most 2 % of a model here */
    open_catalog();
    const struct wm_load load = wm_load_decode(1.0, 0.0);
    for (size_t i = 0; i < wm_catalog_n(catalog, WM_CATALOG_llm); i++) {
        const struct wm_llm *m = at(i);
        const double passed =
            wm_llm_counted_params(m, true) - (double)m->vocab_size * (double)m->hidden_dim;
        const double flop = step_of(m, &load).flop;
        ck_assert_msg(fabs(flop / (2.0 * passed) - 1.0) < 0.03, "%s: %.4g FLOP, %.4g parameters",
                      m->head.name, flop, passed);
    }
    close_catalog();
}
END_TEST

START_TEST(experts_on_a_latent_are_counted_on_the_latent)
{
    open_catalog();
    const struct wm_llm *k3 = FIND(wm_llm, llm, "kimi-k3");
    /* 92 layers x 896 experts x 3 x 3584 x 3072; with the hidden width it would be 5.4e12 */
    ck_assert_double_eq(wm_llm_expert_params(k3), 2722740830208.0);
    ck_assert_double_eq_tol(wm_llm_counted_params(k3, false), 2.779e12, 0.001e12);
    /* less the look-up table: 103.9 G of 104 G stated */
    ck_assert_double_eq_tol(wm_llm_counted_params(k3, true) - 163840.0 * 7168.0, 104e9, 0.2e9);
    /* experts at 4.25 bits and the rest at 16, 1.56 TB as published */
    ck_assert_double_eq_tol(wm_llm_weight_bytes(k3, WM_FP4), 1559473684480.0, 1e7);
    close_catalog();
}
END_TEST

START_TEST(a_latent_moves_arithmetic_from_experts_to_two_projections)
{
    open_catalog();
    const struct wm_llm full = *FIND(wm_llm, llm, "qwen3-30b-a3b");
    struct wm_llm latent = full;
    latent.expert_hidden_dim = 1024;
    const struct wm_load load = wm_load_decode(10.0, 0.0);
    /* per token and layer: 8 experts x 3 x 768 lose 1,024 of 2,048; 2 x 2,048 x 1,024 are added */
    const double expected =
        10.0 * 48.0 * 2.0 * (2.0 * 2048.0 * 1024.0 - 8.0 * 3.0 * 768.0 * 1024.0);
    ck_assert_double_eq_tol(step_of(&latent, &load).flop - step_of(&full, &load).flop, expected,
                            1e-6 * fabs(expected));
    close_catalog();
}
END_TEST

START_TEST(minimax_m3_reads_everything_in_three_layers_and_2048_in_the_others)
{
    open_catalog();
    struct wm_llm_cache kinds[WM_LLM_MAX_CACHES];
    const int n = wm_llm_caches(FIND(wm_llm, llm, "minimax-m3"), kinds);
    ck_assert_int_eq(n, 2);
    ck_assert_double_eq(kinds[0].layers, 3.0);
    ck_assert_double_eq(wm_llm_entries(&kinds[0], 100000.0), 100000.0);
    ck_assert_double_eq(kinds[1].layers, 57.0);
    ck_assert_double_eq(wm_llm_entries(&kinds[1], 100000.0), 2048.0);
    ck_assert_double_eq(wm_llm_entries(&kinds[1], 1000.0), 1000.0);
    close_catalog();
}
END_TEST

START_TEST(deepseek_v4_compresses_at_two_ratios_beside_a_window)
{
    open_catalog();
    struct wm_llm_cache kinds[WM_LLM_MAX_CACHES];
    const int n = wm_llm_caches(FIND(wm_llm, llm, "deepseek-v4-flash"), kinds);
    ck_assert_int_eq(n, 3); /* 21 of ratio 4, 20 of ratio 128, 2 with the window alone */
    ck_assert_double_eq(kinds[0].layers, 21.0);
    ck_assert_double_eq(wm_llm_entries(&kinds[0], 1000.0), 250.0 + 128.0);
    ck_assert_double_eq(wm_llm_entries(&kinds[0], 100000.0), 512.0 + 128.0); /* selected */
    ck_assert_double_eq(kinds[1].layers, 20.0);
    ck_assert_double_eq(wm_llm_entries(&kinds[1], 128000.0), 1000.0 + 128.0); /* all of them */
    ck_assert_double_eq(kinds[2].layers, 2.0);
    ck_assert_double_eq(wm_llm_entries(&kinds[2], 100000.0), 128.0);
    const struct wm_llm *pro = FIND(wm_llm, llm, "deepseek-v4-pro");
    ck_assert_int_eq(wm_llm_caches(pro, kinds), 2);
    ck_assert_double_eq(kinds[0].layers, 30.0);
    ck_assert_double_eq(kinds[1].layers, 31.0);
    /* experts at 4.25 bits, the rest at 8: 846.8 GB as published, embedding and head at 16 here */
    ck_assert_double_eq_tol(wm_llm_weight_bytes(pro, WM_FP4), 846.79e9 + 2.0 * 129280.0 * 7168.0,
                            1e8);
    close_catalog();
}
END_TEST

START_TEST(a_chunk_is_read_to_half)
{
    open_catalog();
    const struct wm_llm *scout = FIND(wm_llm, llm, "llama-4-scout");
    struct wm_llm_cache kinds[WM_LLM_MAX_CACHES];
    ck_assert_int_eq(wm_llm_caches(scout, kinds), 2);
    ck_assert_double_eq(kinds[1].layers, 36.0);
    /* tokens of 10 whole chunks look back 8192 / 2 on average */
    ck_assert_double_eq(wm_llm_entries(&kinds[1], 0.5 * 81920.0), 4096.0);
    /* a prompt of half a chunk looks back 1024 on average, like any other */
    ck_assert_double_eq(wm_llm_entries(&kinds[1], 0.5 * 2048.0), 1024.0);
    /* beyond a chunk only the 12 full layers grow: 2 x 8 heads x 128 x 2 B */
    const struct wm_load near = wm_load_decode(1.0, 50000.0), far = wm_load_decode(1.0, 100000.0);
    ck_assert_double_eq_tol(step_of(scout, &far).mem_bytes - step_of(scout, &near).mem_bytes,
                            12.0 * 2.0 * 8.0 * 128.0 * 2.0 * 50000.0, 1.0);
    close_catalog();
}
END_TEST

START_TEST(states_of_linear_layers_are_kept_as_published)
{
    open_catalog();
    /* bytes of a sequence: layers x (heads x value x key + 3 rows of the convolution) in 16 bits */
    const struct wm_llm *k3 = FIND(wm_llm, llm, "kimi-k3");
    ck_assert_double_eq(wm_llm_linear_layers(k3) * wm_llm_state_bytes(k3), 232316928.0);
    const struct wm_llm *nano = FIND(wm_llm, llm, "nemotron-3-nano-30b-a3b");
    ck_assert_double_eq(wm_llm_linear_layers(nano) * wm_llm_state_bytes(nano), 24965120.0);
    const struct wm_llm *ultra = FIND(wm_llm, llm, "nemotron-3-ultra-550b-a55b");
    ck_assert_double_eq(wm_llm_linear_layers(ultra) * wm_llm_state_bytes(ultra), 206635008.0);
    /* Qwen keeps the state in 32 bits: 78,446,592 + 48 x 48 x 128 x 128 x 2 */
    const struct wm_llm *qwen = FIND(wm_llm, llm, "qwen3.5-27b");
    ck_assert_double_eq(wm_llm_linear_layers(qwen) * wm_llm_state_bytes(qwen),
                        78446592.0 + 48.0 * 48.0 * 128.0 * 128.0 * 2.0);
    /* a sequence holds them once, whatever its length: only the 16 full layers grow */
    ck_assert_double_eq(wm_llm_kv_bytes(qwen, 2.0, 1001.0) - wm_llm_kv_bytes(qwen, 2.0, 1.0),
                        65536.0 * 1000.0);
    close_catalog();
}
END_TEST

START_TEST(full_layers_may_have_heads_of_their_own)
{
    open_catalog();
    const struct wm_llm *g = FIND(wm_llm, llm, "gemma-4-26b-a4b");
    /* 5 global layers x 2 heads x (512 + 512) x 2 B; 25 windows of 1,024 x 8 x (256 + 256) x 2 B */
    ck_assert_double_eq(wm_llm_kv_bytes_per_tok(g, 2.0), 20480.0);
    ck_assert_double_eq(wm_llm_kv_bytes(g, 2.0, 1e5), 20480.0 * 1e5 + 25.0 * 1024.0 * 8192.0);
    const struct wm_llm *mimo = FIND(wm_llm, llm, "mimo-v2-flash");
    ck_assert_double_eq(wm_llm_kv_bytes_per_tok(mimo, 2.0), 9.0 * 4.0 * (192.0 + 128.0) * 2.0);
    close_catalog();
}
END_TEST

START_TEST(an_index_may_be_shared_by_four_layers)
{
    open_catalog();
    const struct wm_llm *own = FIND(wm_llm, llm, "glm-5"), *shared = FIND(wm_llm, llm, "glm-5.2");
    /* 78 - 21 layers less: 2048 x 32 x 128 + 6144 x (128 + 32) parameters each */
    ck_assert_double_eq(wm_llm_counted_params(own, false) - wm_llm_counted_params(shared, false),
                        57.0 * (2048.0 * 32.0 * 128.0 + 6144.0 * 160.0));
    close_catalog();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        totals_of_the_whole_catalogue_follow_from_the_shapes,
        every_model_says_how_long_a_request_may_be,
        a_token_costs_twice_the_parameters_it_passes,
        experts_on_a_latent_are_counted_on_the_latent,
        a_latent_moves_arithmetic_from_experts_to_two_projections,
        minimax_m3_reads_everything_in_three_layers_and_2048_in_the_others,
        deepseek_v4_compresses_at_two_ratios_beside_a_window,
        a_chunk_is_read_to_half,
        states_of_linear_layers_are_kept_as_published,
        full_layers_may_have_heads_of_their_own,
        an_index_may_be_shared_by_four_layers,
    };
    return RUN_TESTS("llm", tests);
}
