/* Training and fine-tuning jobs: closed forms, published failure rates, and jobs on a shared site. */
/* 16,384 H100 pre-training Llama-3.1-405B for 54 days, as in the Llama 3 report. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"jobs\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.1479452054794520},"
    "\"site\":{\"ceiling\":{\"limit_mw\":40},\"cooling\":{\"supply_c\":30}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"h100\",\"count\":16800}],"
    "\"workloads\":[{\"name\":\"pretrain\",\"kind\":\"training\",\"llm\":\"llama-3.1-405b\","
    "\"precision\":\"bf16\",\"pool\":\"main\",\"training\":{\"gpus\":16384,\"restart_min\":5,\"mfu_"
    "frac\":0.4}}]}";
#include "site_case.h"

#include "../../sim/plan/job.h"

START_TEST(llama_3_is_interrupted_as_often_as_reported_and_stays_above_90_percent)
{
    /* 419 unexpected interruptions in 54 days, more than 90 % effective time (arXiv:2407.21783) */
    const struct wm_results *r =
        RUN("site.failures.planned_per_gpu_year=0", "site.failures.rack_per_year=0");
    ck_assert_double_eq_tol(r->classes[0].interruptions, 419.0, 3.0 * sqrt(419.0));
    ck_assert_double_gt(METRIC(r, training_goodput_frac), 0.9);
    ck_assert_double_lt(METRIC(r, training_goodput_frac), 0.99);
    ck_assert(r->balances_close);
}
END_TEST

START_TEST(goodput_follows_the_closed_form)
{
    /* (1 - failures (restart + interval / 2 + write)) / (1 + write / interval): arXiv:2410.21680, whose
     * loss of half an interval leaves out that a failure while a checkpoint is written loses all of it:
     * mean of min(I, t) over a cycle I + W, at the rate of work, is I / 2 + W of time at the mean rate */
    const struct wm_results *r =
        RUN("site.failures.planned_per_gpu_year=0", "site.failures.rack_per_year=0",
            "workloads.pretrain.training.checkpoint_min=10",
            "workloads.pretrain.training.restart_min=2",
            "workloads.pretrain.training.checkpoint_write_s=60");
    const double per_s = 0.173 * 16384.0 / 31536000.0;
    const double wanted = (1.0 - per_s * (120.0 + 300.0 + 60.0)) / (1.0 + 60.0 / 600.0);
    ck_assert_double_eq_tol(METRIC(r, training_goodput_frac) / wanted, 1.0, 0.002);
}
END_TEST

START_TEST(rate_is_peak_times_mfu_over_flop_per_token)
{
    const struct wm_results *r = RUN("fleet.main.count=16384", "site.failures=\"none\"",
                                     "workloads.pretrain.training.checkpoint_write_s=0");
    const struct wm_workload *w = r->scenario->workloads.items;
    const double tok = 16384.0 * 989e12 * 0.4 / wm_train_flop_per_tok(w->llm, w->training.seq_tok) *
                       r->hours * 3600.0;
    ck_assert_double_eq_tol(METRIC(r, training_tok) / tok, 1.0, 1e-9);
    ck_assert_double_eq_tol(METRIC(r, training_goodput_frac), 1.0, 1e-9);
}
END_TEST

START_TEST(capped_training_slows_as_measured)
{
    /* Phoenix 2025, pre-training under power caps of 400 W boards: caps of 87.5, 75 and 62.5 % kept
     * 0.923, 0.867 and 0.784 of the throughput */
    static const double caps[] = {0.875, 0.75, 0.625}, kept[] = {0.923, 0.867, 0.784};
    const struct wm_results *r = RUN("seed=7");
    const struct wm_workload *w = r->scenario->workloads.items;
    const struct wm_fleet *f = r->scenario->fleet.items;
    struct wm_job job = {0};
    ck_assert(wm_job_plan(w, f->accelerator, 0.173, 1024.0, &job));
    const struct wm_surface *s = wm_job_surface(arena, &job, &w->training);
    const struct wm_serving_point *full = &s->rows[0][WM_SURFACE_BATCHES - 1].serving;
    for (size_t k = 0; k < 3; k++) {
        size_t i = 0;
        while (i + 1 < s->n_clocks && s->rows[i][WM_SURFACE_BATCHES - 1].serving.board_w >
                                          caps[k] * 1024.0 * f->accelerator->tdp_w)
            i++;
        const struct wm_serving_point *p = &s->rows[i][WM_SURFACE_BATCHES - 1].serving;
        ck_assert_double_eq_tol(p->out_tok_per_s / full->out_tok_per_s, kept[k], 0.08);
    }
}
END_TEST

START_TEST(the_default_checkpoint_interval_is_youngs_and_dalys)
{
    const struct wm_training t = {.checkpoint_s = (double)NAN, .checkpoint_write_s = 30.0};
    /* MTTF 31,536,000 / (0.173 x 16,384) = 11,126 s: sqrt(2 x 30 x 11,126) - 30 = 787 s */
    ck_assert_double_eq_tol(wm_job_checkpoint_s(&t, 0.173, 16384.0), 787.03, 0.05);
    ck_assert_double_eq(wm_job_checkpoint_s(&t, 0.0, 16384.0), 86400.0);
    const struct wm_training given = {.checkpoint_s = 600.0, .checkpoint_write_s = 60.0};
    ck_assert_double_eq(wm_job_checkpoint_s(&given, 0.173, 16384.0), 600.0);
    /* at the mean rate, 600 of 660 s of work: 110 s of it make what 100 s of work made */
    ck_assert_double_eq_tol(wm_job_lost_s(&given, 600.0, 660.0 * 3.0 + 100.0), 110.0, 1e-9);
    ck_assert_double_eq_tol(wm_job_lost_s(&given, 600.0, 659.0), 660.0, 1e-9);
}
END_TEST

START_TEST(a_job_with_an_end_ends)
{
    const struct wm_results *r = RUN("workloads.pretrain.training.tokens=1e12");
    ck_assert_double_eq_tol(METRIC(r, training_tok) / 1e12, 1.0, 0.002);
    const struct wm_series_row *last = &r->series[r->n_series - 1];
    ck_assert_double_lt(last->it_w, 0.5 * r->series[0].it_w);
}
END_TEST

START_TEST(contract_price_is_revenue_and_transfer_price_is_not)
{
    const struct wm_results *out = RUN("workloads.pretrain.training.contract_usd_per_gpu_h=2.5");
    const struct wm_results *in = RUN("workloads.pretrain.training.transfer_usd_per_gpu_h=2.5");
    const double hours = METRIC(out, revenue_usd) / 2.5;
    ck_assert_double_le(hours, 16384.0 * out->hours);
    ck_assert_double_gt(hours, 0.9 * 16384.0 * out->hours);
    ck_assert_double_eq(METRIC(in, revenue_usd), 0.0);
    ck_assert_double_eq_tol(METRIC(in, training_transfer_usd), METRIC(out, revenue_usd), 1.0);
}
END_TEST

#define SHARED                                                                                  \
    "workloads=[{\"name\":\"pretrain\",\"kind\":\"training\",\"llm\":\"llama-3.1-70b\","        \
    "\"precision\":\"bf16\",\"pool\":\"main\",\"training\":{\"gpus\":8192}},"                   \
    "{\"name\":\"tune\",\"kind\":\"finetune\",\"llm\":\"llama-3.1-8b\",\"precision\":\"bf16\"," \
    "\"pool\":\"main\",\"training\":{\"gpus\":16,\"gangs\":200}},"                              \
    "{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\",\"precision\":\"fp8\","    \
    "\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":1500000},"                              \
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":30},\"price\":{\"deck\":\"deepseek-v3-list\"}}]"

static double kept(const struct wm_results *r, size_t class)
{
    return r->classes[class].output_tok_served / r->classes[class].output_tok_offered;
}

START_TEST(jobs_share_a_pool_with_serving_and_are_shed_before_it)
{
    const struct wm_results *free = RUN(SHARED, "horizon.years=0.02", "fleet.main.spare_frac=0.02");
    ck_assert_uint_eq(free->n_pools, 3);
    ck_assert_int_eq(free->pools[0].n_gpus, 1045 * 8);
    ck_assert_int_eq(free->pools[1].n_gpus, 409 * 8);
    ck_assert_int_eq(free->pools[2].n_gpus, 16800 - (1045 + 409) * 8);
    ck_assert(free->balances_close);
    const struct wm_results *bound =
        RUN(SHARED, "horizon.years=0.02", "fleet.main.spare_frac=0.02",
            "site.ceiling.limit_mw=11.7", "policy.capping=\"priority\"");
    ck_assert_double_lt(kept(bound, 1), 0.1 * kept(free, 1)); /* fine-tuning first */
    ck_assert_double_lt(kept(bound, 0), kept(free, 0));       /* then pre-training */
    ck_assert_double_gt(kept(bound, 0), 0.1);
    ck_assert_double_eq_tol(kept(bound, 2), kept(free, 2), 1e-9);
    ck_assert_double_eq(METRIC(bound, ceiling_violation_mwh), 0.0);
}
END_TEST

START_TEST(the_training_models_mfu_is_that_of_llama_3)
{
    /* 38 to 43 % in BF16 on 16,384 H100 (arXiv:2407.21783, table 4); the model is fitted on others
     * and errs by up to a fifth */
    const struct wm_results *r = RUN("workloads=[{\"name\":\"pretrain\",\"kind\":\"training\","
                                     "\"llm\":\"llama-3.1-405b\",\"precision\":\"bf16\","
                                     "\"pool\":\"main\",\"training\":{\"gpus\":16384,"
                                     "\"batch_tok\":16e6}}]",
                                     "horizon.years=0.01");
    ck_assert_double_gt(r->classes[0].mfu_frac, 0.8 * 0.38);
    ck_assert_double_lt(r->classes[0].mfu_frac, 1.2 * 0.43);
    ck_assert_double_gt(METRIC(r, training_j_per_tok), 0.0);
}
END_TEST

START_TEST(a_limit_of_the_swing_costs_energy_and_no_tokens)
{
    const struct wm_results *free = RUN("horizon.years=0.01");
    const struct wm_results *held =
        RUN("horizon.years=0.01", "workloads.pretrain.training.swing_limit_mw=1");
    ck_assert_double_gt(free->classes[0].swing_w, 1e6);
    ck_assert_double_gt(held->classes[0].smoothing_frac, 0.0);
    ck_assert_double_gt(METRIC(held, training_energy_mwh), METRIC(free, training_energy_mwh));
    ck_assert_double_eq(METRIC(held, training_tok), METRIC(free, training_tok));
}
END_TEST

START_TEST(a_model_too_large_for_its_gang_is_infeasible)
{
    /* 405.9e9 parameters take about 16 bytes each in training, 6.5 TB; 64 H100 hold 5.1 TB */
    const char *const sets[] = {"workloads.pretrain.training.gpus=64"};
    ck_assert_ptr_null(run_with(WM_INFEASIBLE, NULL, 1, sets));
    const char *const many[] = {"workloads.pretrain.training.gpus=32768"};
    ck_assert_ptr_null(run_with(WM_INFEASIBLE, NULL, 1, many));
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("jobs");
    TCase *const tc = tcase_create("jobs");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, llama_3_is_interrupted_as_often_as_reported_and_stays_above_90_percent);
    tcase_add_test(tc, goodput_follows_the_closed_form);
    tcase_add_test(tc, rate_is_peak_times_mfu_over_flop_per_token);
    tcase_add_test(tc, capped_training_slows_as_measured);
    tcase_add_test(tc, the_default_checkpoint_interval_is_youngs_and_dalys);
    tcase_add_test(tc, a_job_with_an_end_ends);
    tcase_add_test(tc, contract_price_is_revenue_and_transfer_price_is_not);
    tcase_add_test(tc, jobs_share_a_pool_with_serving_and_are_shed_before_it);
    tcase_add_test(tc, the_training_models_mfu_is_that_of_llama_3);
    tcase_add_test(tc, a_limit_of_the_swing_costs_energy_and_no_tokens);
    tcase_add_test(tc, a_model_too_large_for_its_gang_is_infeasible);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
