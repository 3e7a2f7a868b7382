/* Workloads that begin and end: what is not there yet, or has nothing to serve it yet, is not lost. */
#include <math.h>

/* Four days from a Thursday, flat demand. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"span\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.01095890410958904},"
    "\"site\":{\"ceiling\":{\"limit_mw\":4}},"
    "\"fleet\":[{\"name\":\"old\",\"accelerator\":\"gb200-nvl72\",\"count\":720},"
    "{\"name\":\"new\",\"accelerator\":\"gb200-nvl72\",\"count\":720}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"old\",\"demand\":{\"output_tok_per_s\":100000},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}},"
    "{\"name\":\"more\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"new\",\"demand\":{\"output_tok_per_s\":100000},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

#include "site_case.h"

static const double day_tok = 100000.0 * 86400.0;

static void offers(const struct wm_results *r, size_t class, double days)
{
    const struct wm_class_result *c = &r->classes[class];
    ck_assert(r->balances_close);
    ck_assert_double_eq_tol(c->output_tok_offered, days * day_tok, 1e-9 * day_tok);
    ck_assert_double_eq_tol(c->output_tok_served, days * day_tok, 1e-2 * day_tok);
}

START_TEST(what_nothing_can_serve_yet_is_not_offered)
{
    const struct wm_results *r = RUN("fleet.new.online=2027-07-03");
    offers(r, 0, 4.0);
    offers(r, 1, 2.0);
    const struct wm_results *gone = RUN("fleet.new.retire=2027-07-02T06:10");
    offers(gone, 0, 4.0);
    offers(gone, 1, 1.0 + 370.0 / 1440.0);
}
END_TEST

START_TEST(a_workload_begins_and_ends_to_the_minute)
{
    const struct wm_results *r =
        RUN("workloads.more.start=2027-07-01T12:40", "workloads.more.end=2027-07-03T00:05");
    offers(r, 0, 4.0);
    offers(r, 1, (2.0 * 1440.0 + 5.0 - 760.0) / 1440.0);
    /* outside the horizon on both sides it is there throughout, to the last bit */
    const struct wm_results *all = RUN("workloads.more.start=2026-01-01");
    const struct wm_results *plain = RUN("workloads.more.end=2199-01-01");
    for (size_t i = 0; i < WM_N_METRICS; i++)
        ck_assert(memcmp(&all->metric[i], &plain->metric[i], sizeof(double)) == 0);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("span");
    TCase *const tc = tcase_create("span");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, what_nothing_can_serve_yet_is_not_offered);
    tcase_add_test(tc, a_workload_begins_and_ends_to_the_minute);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
