/* Ceiling windows, random calls, ramps and phases: alone, and in whole runs. */
/* 2 MW of GB200 serving Llama-3.1-70B, bound by calls. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"calls\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.04},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2,\"ramp_mw_per_min\":0.02}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":720}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":1000000},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}},"
    "{\"name\":\"night\",\"kind\":\"batch\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":100000},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";
#include "site_case.h"

#include "../../sim/site/ceiling.h"
#include "../../sim/site/curtailment.h"
#include "wattmill/civil.h"

static const double mw = 1e6;
static const int64_t hour = 3600000000LL, year = 8760 * 3600000000LL;

static struct wm_ceiling ceiling_100(void)
{
    return (struct wm_ceiling){
        .limit_w = 100.0 * mw, .ramp_w_per_s = 1.0 * mw / 60.0, .ramp_up_w_per_s = 0.5 * mw / 60.0};
}

static struct wm_ceiling_plan plan_of(const struct wm_ceiling *c)
{
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_ceiling_span span = {.seed = 1, .start_us = 0, .end_us = year};
    return wm_ceiling_plan_new(arena, c, &span, &diags);
}

static const struct wm_ceiling_step *step_at(const struct wm_ceiling_plan *p, int64_t at_us)
{
    size_t i = 0;
    while (i + 1 < p->n && p->steps[i + 1].at_us <= at_us)
        i++;
    return &p->steps[i];
}

START_TEST(ramps_go_down_within_the_notice_and_up_at_their_own_rate)
{
    /* 100 -> 70 MW at 1 MW/min: half an hour before; back at 0.5 MW/min: an hour after */
    const struct wm_ceiling_window w = {
        .from_us = 10 * hour, .to_us = 14 * hour, .limit_w = 70.0 * mw, .notice_s = 3600.0};
    struct wm_ceiling c = ceiling_100();
    c.calendar = (struct wm_list){.items = &w, .n = 1};
    const struct wm_ceiling_plan p = plan_of(&c);
    ck_assert_double_eq(step_at(&p, 9 * hour)->allowed_w, 100.0 * mw);
    ck_assert_double_eq(step_at(&p, 10 * hour)->allowed_w, 70.0 * mw);
    ck_assert_double_eq(step_at(&p, 14 * hour + 3600)->allowed_w, 70.0 * mw);
    ck_assert_double_eq(step_at(&p, 15 * hour)->allowed_w, 100.0 * mw);
    for (int64_t t = 9 * hour; t < 16 * hour; t += hour / 120) {
        const double before_min = (double)(10 * hour - t) / 60e6;
        const double after_min = (double)(t - 14 * hour) / 60e6;
        const double line = before_min > 0.0  ? 70.0 + before_min
                            : after_min > 0.0 ? 70.0 + 0.5 * after_min
                                              : 70.0;
        const double allowed = step_at(&p, t)->allowed_w / mw;
        ck_assert_double_le(allowed, fmin(100.0, line) + 1e-9);
        ck_assert_double_ge(allowed, fmin(100.0, line) - 30.0 / 16.0 - 1e-9);
        /* the grid's own limit knows no ramp */
        ck_assert_double_eq(step_at(&p, t)->limit_w / mw,
                            t >= 10 * hour && t < 14 * hour ? 70.0 : 100.0);
    }
}
END_TEST

START_TEST(where_windows_meet_the_lowest_holds)
{
    const struct wm_ceiling_window w[] = {
        {.from_us = 10 * hour, .to_us = 14 * hour, .limit_w = 70.0 * mw, .notice_s = 3600.0},
        {.from_us = 14 * hour, .to_us = 16 * hour, .limit_w = 50.0 * mw, .notice_s = 3600.0}};
    struct wm_ceiling c = ceiling_100();
    c.calendar = (struct wm_list){.items = w, .n = 2};
    const struct wm_ceiling_plan p = plan_of(&c);
    for (int64_t t = 10 * hour; t < 14 * hour; t += hour / 60)
        ck_assert_double_le(step_at(&p, t)->allowed_w, 70.0 * mw);
    ck_assert_double_lt(step_at(&p, 14 * hour - 1)->allowed_w, 55.0 * mw);
    ck_assert_double_eq(step_at(&p, 14 * hour)->allowed_w, 50.0 * mw);
}
END_TEST

START_TEST(calls_come_as_many_hours_as_asked_in_their_season_and_never_overlap)
{
    struct wm_ceiling c = ceiling_100();
    c.curtailment = (struct wm_curtailment){.called_s_per_year = 177.0 * 3600.0,
                                            .depth_frac = 0.5,
                                            .duration_s = 2.0 * 3600.0,
                                            .season = WM_SEASON_SUMMER};
    double hours = 0.0;
    const struct wm_list calls =
        wm_curtailment_draw(arena, &c, &(struct wm_ceiling_span){.seed = 42, .end_us = 40 * year});
    const struct wm_ceiling_window *w = calls.items;
    for (size_t i = 0; i < calls.n; i++) {
        const int month = wm_civil_from_us(w[i].from_us).month;
        ck_assert_int_ge(month, 6);
        ck_assert_int_le(month, 9);
        ck_assert(i == 0 || w[i].from_us >= w[i - 1].to_us);
        ck_assert_double_eq(w[i].limit_w, 50.0 * mw);
        hours += (double)(w[i].to_us - w[i].from_us) / 3600e6;
    }
    /* 40 years x 88.5 calls: 3,540 +- 60 */
    ck_assert_double_eq_tol(hours / 40.0, 177.0, 3.0 * 177.0 / 60.0);
}
END_TEST

START_TEST(calls_so_rare_that_their_gap_is_ages_do_not_come)
{
    struct wm_ceiling c = ceiling_100();
    c.curtailment = (struct wm_curtailment){
        .called_s_per_year = 1.5e-3 * 3600.0, .duration_s = 648.0 * 3600.0, .depth_frac = 0.5};
    for (uint64_t seed = 0; seed < 50; seed++)
        ck_assert_uint_eq(
            wm_curtailment_draw(arena, &c, &(struct wm_ceiling_span){.seed = seed, .end_us = year})
                .n,
            0);
}
END_TEST

START_TEST(half_a_percent_of_a_gigawatt_is_43800_mwh)
{
    /* Duke University 2025: 0.5 % of the yearly maximum; here as 87.6 h at half depth, on average */
    struct wm_ceiling c = {.limit_w = 1000.0 * mw, .ramp_w_per_s = 1e9};
    c.curtailment = (struct wm_curtailment){
        .called_s_per_year = 87.6 * 3600.0, .depth_frac = 0.5, .duration_s = 7200.0};
    const struct wm_list calls =
        wm_curtailment_draw(arena, &c, &(struct wm_ceiling_span){.seed = 7, .end_us = 30 * year});
    const struct wm_ceiling_window *w = calls.items;
    double mwh = 0.0;
    for (size_t i = 0; i < calls.n; i++)
        mwh += (c.limit_w - w[i].limit_w) / mw * (double)(w[i].to_us - w[i].from_us) / 3600e6;
    ck_assert_double_eq_tol(mwh / 30.0 / 43800.0, 1.0, 0.1);
}
END_TEST

START_TEST(a_firm_part_is_never_called)
{
    struct wm_ceiling c = ceiling_100();
    c.firm_w = 80.0 * mw;
    c.curtailment = (struct wm_curtailment){
        .called_s_per_year = 100.0 * 3600.0, .depth_frac = 0.5, .duration_s = 3600.0};
    const struct wm_list calls =
        wm_curtailment_draw(arena, &c, &(struct wm_ceiling_span){.seed = 42, .end_us = year});
    const struct wm_ceiling_window *w = calls.items;
    ck_assert_uint_gt(calls.n, 0);
    for (size_t i = 0; i < calls.n; i++)
        ck_assert_double_eq(w[i].limit_w, 80.0 * mw);
}
END_TEST

#define CALLS                                                              \
    "site.ceiling.curtailment={\"hours_per_year\":800,\"depth_frac\":0.7," \
    "\"duration_h\":3,\"notice_min\":120,\"payment_usd_per_mwh\":500}"

START_TEST(calls_are_obeyed_paid_and_cost_each_class_what_it_lost)
{
    const struct wm_results *r = RUN(CALLS);
    ck_assert_double_gt(METRIC(r, curtailment_hours), 0.0);
    ck_assert_double_gt(METRIC(r, shed_mwh), 0.0);
    ck_assert_double_eq(METRIC(r, capped_mwh), 0.0);
    ck_assert_double_eq(METRIC(r, ceiling_violation_mwh), 0.0);
    ck_assert(r->balances_close);
    ck_assert_double_eq_tol(METRIC(r, curtailment_payment_usd), 500.0 * METRIC(r, shed_mwh) / 3.6e9,
                            1e-6);
    double lost_usd = 0.0;
    for (size_t i = 0; i < r->n_classes; i++)
        lost_usd += r->classes[i].curtailment_loss_usd;
    ck_assert_double_eq_tol(lost_usd, METRIC(r, curtailment_loss_usd), 1e-6);
    ck_assert_double_gt(r->classes[0].curtailment_loss_usd, 0.0);
    /* batch work comes back after the call: the twin draws less then */
    ck_assert_double_gt(METRIC(r, rebound_mwh), 0.0);
    ck_assert_double_lt(METRIC(r, curtailed_mwh), METRIC(r, shed_mwh));
}
END_TEST

START_TEST(at_the_break_even_payment_calls_cost_nothing)
{
    const struct wm_results *calls = RUN(CALLS, "workloads.night.demand.output_tok_per_s=0");
    const struct wm_results *none = RUN("workloads.night.demand.output_tok_per_s=0");
    const double shed = METRIC(calls, shed_mwh) / 3.6e9;
    const double saved =
        (METRIC(none, site_energy_mwh) - METRIC(calls, site_energy_mwh)) / 3.6e9 * 55.0;
    const double change = METRIC(calls, revenue_usd) - METRIC(calls, curtailment_payment_usd) -
                          METRIC(none, revenue_usd) + saved +
                          METRIC(calls, curtailment_breakeven_usd_per_mwh) * shed;
    ck_assert_double_eq_tol(change / METRIC(none, revenue_usd), 0.0, 1e-9);
}
END_TEST

START_TEST(calls_have_a_stream_of_their_own)
{
    const struct wm_results *a = RUN(CALLS);
    const struct wm_results *b =
        RUN(CALLS, "workloads.chat.demand.output_tok_per_s=500000", "fleet.main.count=360");
    ck_assert_double_eq(METRIC(a, curtailment_hours), METRIC(b, curtailment_hours));
    const struct wm_results *none = RUN("site.ceiling.curtailment.hours_per_year=0");
    const struct wm_results *absent = RUN("seed=7");
    ck_assert_double_eq(METRIC(none, revenue_usd), METRIC(absent, revenue_usd));
}
END_TEST

START_TEST(a_call_takes_its_share_of_the_contract_in_force)
{
    /* 40 MW until day 100, then 90, of 100 that are built for; a firm part of 60, in the second phase of 30 */
    const struct wm_ceiling_phase phases[] = {
        {.from_us = 0, .limit_w = 40.0 * mw, .firm_w = (double)NAN},
        {.from_us = 100 * 24 * hour, .limit_w = 90.0 * mw, .firm_w = 30.0 * mw},
        {.from_us = 200 * 24 * hour, .limit_w = 90.0 * mw, .firm_w = (double)NAN}};
    static const double wanted_mw[] = {40.0, 45.0, 60.0};
    struct wm_ceiling c = ceiling_100();
    c.firm_w = 60.0 * mw;
    c.phases = (struct wm_list){.items = phases, .n = 3};
    c.curtailment = (struct wm_curtailment){
        .called_s_per_year = 1000.0 * 3600.0, .depth_frac = 0.5, .duration_s = 3600.0};
    const struct wm_list calls =
        wm_curtailment_draw(arena, &c, &(struct wm_ceiling_span){.seed = 42, .end_us = year});
    const struct wm_ceiling_window *w = calls.items;
    for (size_t i = 0; i < calls.n; i++) {
        const int64_t day = w[i].from_us / (24 * hour);
        ck_assert_double_eq(w[i].limit_w / mw, wanted_mw[day < 100 ? 0 : day < 200 ? 1 : 2]);
    }
    ck_assert_uint_gt(calls.n, 500);
}
END_TEST

/* A phase that lasts is the contract: of a site that is built for more the grid sees the same. */
START_TEST(a_phase_from_the_first_day_is_the_contract)
{
#define BOTH                                                                        \
    CALLS, "site.tariff.min_demand_frac=1", "site.demand_response.reserved_mw=1.8", \
        "site.demand_response.capacity_usd_per_kw_year=50", "workloads.chat.demand.shape=flat"
    const struct wm_results *contract =
        RUN(BOTH, "site.ceiling.limit_mw=1.5", "site.demand_response.reserved_mw=1.5");
    const struct wm_results *phase =
        RUN(BOTH, "site.ceiling.limit_mw=2",
            "site.ceiling.phases=[{\"from\":\"2027-01-01\",\"limit_mw\":1.5}]");
    ck_assert_double_eq(METRIC(phase, curtailment_hours), METRIC(contract, curtailment_hours));
    ck_assert_double_eq_tol(METRIC(phase, ceiling_mean_mw), METRIC(contract, ceiling_mean_mw), 1.0);
    ck_assert_double_eq_tol(
        METRIC(phase, grid_service_revenue_usd) - METRIC(phase, curtailment_payment_usd),
        METRIC(contract, grid_service_revenue_usd) - METRIC(contract, curtailment_payment_usd),
        1e-6);
    ck_assert_double_gt(METRIC(contract, grid_service_revenue_usd), 0.0);
}
END_TEST

START_TEST(a_fleet_that_a_phase_cannot_keep_idle_is_refused_until_it_comes_later)
{
#define LOW_PHASE                                                       \
    "site.ceiling.phases=[{\"from\":\"2027-01-01\",\"limit_mw\":0.05}," \
    "{\"from\":\"2027-07-05T00:00Z\",\"limit_mw\":2}]"
    run_with(WM_INFEASIBLE, NULL, 1, (const char *const[]){LOW_PHASE});
    RUN(LOW_PHASE, "fleet.main.online=2027-07-05");
}
END_TEST

START_TEST(per_megawatt_figures_divide_by_the_contract_over_its_phases)
{
    /* half of the fortnight at 1 MW, half at 2 MW */
    const struct wm_results *r =
        RUN("site.ceiling.phases=[{\"from\":\"2027-07-01\",\"limit_mw\":1},"
            "{\"from\":\"2027-07-08T07:15\",\"limit_mw\":2}]");
    ck_assert_double_eq_tol(r->contract_w / mw, 1.5, 0.002);
    ck_assert_double_eq_tol(METRIC(r, revenue_usd_per_mw_utility_year) * r->contract_w / mw *
                                r->hours / 8760.0 / METRIC(r, revenue_usd),
                            1.0, 1e-9);
    for (size_t i = 0; i < r->n_series; i++)
        ck_assert_double_le(r->series[i].site_w, r->series[i].ceiling_w * (1.0 + 1e-9));
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("curtailment");
    TCase *const tc = tcase_create("curtailment");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, ramps_go_down_within_the_notice_and_up_at_their_own_rate);
    tcase_add_test(tc, where_windows_meet_the_lowest_holds);
    tcase_add_test(tc, calls_come_as_many_hours_as_asked_in_their_season_and_never_overlap);
    tcase_add_test(tc, calls_so_rare_that_their_gap_is_ages_do_not_come);
    tcase_add_test(tc, half_a_percent_of_a_gigawatt_is_43800_mwh);
    tcase_add_test(tc, a_firm_part_is_never_called);
    tcase_add_test(tc, calls_are_obeyed_paid_and_cost_each_class_what_it_lost);
    tcase_add_test(tc, at_the_break_even_payment_calls_cost_nothing);
    tcase_add_test(tc, calls_have_a_stream_of_their_own);
    tcase_add_test(tc, a_call_takes_its_share_of_the_contract_in_force);
    tcase_add_test(tc, a_phase_from_the_first_day_is_the_contract);
    tcase_add_test(tc, a_fleet_that_a_phase_cannot_keep_idle_is_refused_until_it_comes_later);
    tcase_add_test(tc, per_megawatt_figures_divide_by_the_contract_over_its_phases);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
