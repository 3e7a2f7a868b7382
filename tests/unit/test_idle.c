/* A site whose demand leaves replicas over: who stands by, who is off, at which clocks, and what it saves. */
#include <math.h>

static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"idle\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.04},"
    "\"site\":{\"ceiling\":{\"limit_mw\":10}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":2880}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\","
    "\"demand\":{\"output_tok_per_s\":300000,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

#include "site_case.h"

#define STANDBY "policy.idle=standby"
#define OFF     "policy.idle=off"
#define ENERGY  "policy.clocks=energy"

static double slo_frac(const struct wm_results *r)
{
    return METRIC(r, slo_attainment_frac);
}

START_TEST(standing_by_serves_the_same_tokens_within_targets_on_less_energy)
{
    const struct wm_results *all = RUN("policy.idle=always_on");
    const struct wm_results *standby = RUN(STANDBY), *slow = RUN(STANDBY, ENERGY);
    ck_assert(standby->balances_close && slow->balances_close);
    ck_assert_double_eq_tol(METRIC(standby, output_tok_served), METRIC(all, output_tok_served),
                            1e-9 * METRIC(all, output_tok_served));
    ck_assert_double_eq_tol(METRIC(slow, output_tok_served), METRIC(all, output_tok_served),
                            1e-9 * METRIC(all, output_tok_served));
    ck_assert_double_ge(slo_frac(standby), 0.999);
    ck_assert_double_ge(slo_frac(slow), 0.999);
    ck_assert_double_lt(METRIC(standby, site_energy_mwh), 0.95 * METRIC(all, site_energy_mwh));
    ck_assert_double_le(METRIC(slow, site_energy_mwh), METRIC(standby, site_energy_mwh));
    ck_assert_double_eq(METRIC(slow, revenue_usd), METRIC(all, revenue_usd));
}
END_TEST

START_TEST(off_saves_most_and_pays_with_the_time_to_come_back)
{
    const struct wm_results *standby = RUN(STANDBY);
    const struct wm_results *off = RUN(OFF), *slow = RUN(OFF, "policy.return_min=40");
    const struct wm_results *at_once = RUN(OFF, "policy.return_min=0");
    const struct wm_results *ready = RUN(OFF, "policy.return_min=40", "policy.reserve_frac=1");
    ck_assert_double_lt(METRIC(off, site_energy_mwh), METRIC(standby, site_energy_mwh));
    ck_assert_double_eq_tol(METRIC(at_once, output_tok_served), METRIC(at_once, output_tok_offered),
                            1e-9 * METRIC(at_once, output_tok_offered));
    ck_assert_double_le(METRIC(slow, output_tok_served), METRIC(off, output_tok_served));
    ck_assert_double_ge(METRIC(ready, output_tok_served), METRIC(slow, output_tok_served));
    ck_assert(off->balances_close && slow->balances_close && ready->balances_close);
}
END_TEST

/* More reserve is more replicas at work and smaller batches: no less energy, no longer waits. */
START_TEST(reserve_costs_energy)
{
    double last_mwh = 0.0;
    static const char *const reserves[] = {"policy.reserve_frac=0", "policy.reserve_frac=0.5",
                                           "policy.reserve_frac=2", "policy.reserve_frac=10"};
    const struct wm_results *all = RUN("policy.idle=always_on");
    for (size_t i = 0; i < 4; i++) {
        const struct wm_results *r = RUN(STANDBY, reserves[i]);
        ck_assert_double_ge(METRIC(r, site_energy_mwh), last_mwh * (1.0 - 1e-12));
        ck_assert_double_le(METRIC(r, site_energy_mwh),
                            METRIC(all, site_energy_mwh) * (1.0 + 1e-12));
        last_mwh = METRIC(r, site_energy_mwh);
    }
}
END_TEST

/* A ceiling that does not bind any more changes nothing; once it does, its own rules hold. */
START_TEST(more_ceiling_than_is_needed_draws_no_more)
{
    const struct wm_results *low = RUN(STANDBY, ENERGY, "site.ceiling.limit_mw=6");
    const struct wm_results *high = RUN(STANDBY, ENERGY, "site.ceiling.limit_mw=10");
    ck_assert_double_eq(METRIC(low, ceiling_bound_hours), 0.0);
    ck_assert_double_eq_tol(METRIC(low, it_energy_mwh), METRIC(high, it_energy_mwh),
                            1e-9 * METRIC(high, it_energy_mwh));
    const struct wm_results *bound = RUN(STANDBY, ENERGY, "site.ceiling.limit_mw=1");
    ck_assert(bound->balances_close);
    ck_assert_double_eq(METRIC(bound, ceiling_violation_mwh), 0.0);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("idle");
    TCase *const tc = tcase_create("idle");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, standing_by_serves_the_same_tokens_within_targets_on_less_energy);
    tcase_add_test(tc, off_saves_most_and_pays_with_the_time_to_come_back);
    tcase_add_test(tc, reserve_costs_energy);
    tcase_add_test(tc, more_ceiling_than_is_needed_draws_no_more);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
