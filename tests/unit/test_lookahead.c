/* A battery that looks ahead against the best of many thresholds, whatever the bill is made of. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* June at 1 MW. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"ahead\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-06-01\",\"years\":0.08219178082191780},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2},\"tariff\":{\"min_demand_frac\":0},"
    "\"storage\":{\"power_mw\":0.3,\"energy_mwh\":1.2}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":720}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\","
    "\"demand\":{\"output_tok_per_s\":300000,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

#include "site_case.h"

#define OPTIMAL "site.storage.policy=optimal"
#define MONTH   "site.storage.foresight=month"
enum { MAX_CASE = 4, N_CASES = 5, N_LEVELS = 6, N_PAIRS = 3 };

static char series_path[64], market_set[128], solar_set[256];

/* Prices that rise by day, more on some days, negative in some nights; sun by day. */
static void write_series(void)
{
    (void)snprintf(series_path, sizeof series_path, "/tmp/wattmill-ahead-%ld.csv", (long)getpid());
    (void)snprintf(market_set, sizeof market_set, "site.market.file=%s", series_path);
    (void)snprintf(solar_set, sizeof solar_set,
                   "site.generation=[{\"name\":\"pv\",\"type\":\"solar\",\"capacity_mw\":2,"
                   "\"file\":\"%s\"}]",
                   series_path);
    FILE *const file = fopen(series_path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("hour_of_year,price_usd_per_mwh,solar_frac\n", file);
    for (int i = 0; i < 8760; i++) {
        const int h = i % 24, day = i / 24;
        const double day_usd = 20.0 + (double)(day * 37 % 60);
        fprintf(file, "%d,%g,%g\n", i, h < 6 ? (double)(day % 9) * 5.0 - 10.0 : day_usd + h,
                h > 8 && h < 17 ? 0.9 : 0.0);
    }
    (void)fclose(file);
}

static const char *const *case_of(int i)
{
    static const char *cases[N_CASES][MAX_CASE] = {
        {"site.tariff.energy_usd_per_mwh=55", "site.tariff.demand_usd_per_kw_month=13"},
        {"site.tariff.demand_usd_per_kw_month=2", "site.tariff.periods=[{\"name\":\"on\",\"from_"
                                                  "h\":10,\"to_h\":20,\"energy_usd_per_mwh\":140,"
                                                  "\"demand_usd_per_kw_month\":9}]"},
        {"site.tariff.demand_usd_per_kw_month=4", market_set},
        {"site.tariff.demand_usd_per_kw_month=6", market_set, solar_set},
        {"site.tariff.demand_usd_per_kw_month=13",
         "site.ceiling.calendar=[{\"from\":\"2027-06-08T10:00\",\"to\":\"2027-06-08T13:00\","
         "\"limit_mw\":0.5,\"notice_min\":30},{\"from\":\"2027-06-20T15:00\","
         "\"to\":\"2027-06-20T17:00\",\"limit_mw\":0.4,\"notice_min\":30}]"},
    };
    return cases[i];
}

/* What a month costs less what it earns. */
static double cost_usd(const struct wm_results *r)
{
    ck_assert(r->balances_close);
    return METRIC(r, power_cost_usd) - METRIC(r, revenue_usd);
}

static double run_case(int i, const char *const *more, size_t n_more)
{
    const char *sets[MAX_SETS];
    size_t n = 0;
    for (size_t k = 0; k < MAX_CASE && case_of(i)[k]; k++)
        sets[n++] = case_of(i)[k];
    for (size_t k = 0; k < n_more; k++)
        sets[n++] = more[k];
    return cost_usd(run_with(WM_OK, NULL, n, sets));
}

/* Without a battery. */
static double bill_usd(int i)
{
    const char *sets[MAX_SETS] = {"site.storage.power_mw=0"};
    size_t n = 1;
    for (size_t k = 0; k < MAX_CASE && case_of(i)[k]; k++)
        sets[n++] = case_of(i)[k];
    return METRIC(run_with(WM_OK, NULL, n, sets), power_cost_usd);
}

static double best_threshold(int i)
{
    static const double pairs[N_PAIRS][2] = {{-50, 1e5}, {30, 60}, {55, 100}};
    double best = (double)INFINITY;
    for (int k = 0; k <= N_LEVELS; k++)
        for (int p = 0; p < N_PAIRS; p++) {
            char shave[64], low[64], high[64];
            const char *const more[] = {shave, low, high};
            (void)snprintf(shave, sizeof shave, "site.storage.shave_above_mw=%g",
                           k < N_LEVELS ? 0.5 + 0.08 * k : 10.0);
            (void)snprintf(low, sizeof low, "site.storage.charge_below_usd_per_mwh=%g",
                           pairs[p][0]);
            (void)snprintf(high, sizeof high, "site.storage.discharge_above_usd_per_mwh=%g",
                           pairs[p][1]);
            /* the first pair: no prices, it charges whenever that is free of demand charge */
            best = fmin(best, run_case(i, more, p > 0 ? 3 : 1));
        }
    return best;
}

START_TEST(a_month_ahead_no_threshold_is_better)
{
    write_series();
    const char *const month[] = {OPTIMAL, MONTH}, *const day[] = {OPTIMAL};
    const char *const none[] = {"site.storage.power_mw=0"};
    const double bare = run_case(_i, none, 1), best = best_threshold(_i);
    const double by_month = run_case(_i, month, 2), by_day = run_case(_i, day, 1);
    const double slack = 1e-7 * fabs(bare); /* sums of a million dollars */
    ck_assert_double_le(by_month, best + slack);
    ck_assert_double_lt(by_month, bare);
    /* the rolling day: of the bill, of the case without a battery, which revenue hides */
    const double bill = bill_usd(_i);
    (void)unlink(series_path);
    ck_assert_double_le(by_day, by_month + 0.01 * bill);
}
END_TEST

/* Without a reason to move it rests, and the run is that of a battery that follows its rules. */
START_TEST(a_flat_price_moves_nothing)
{
    const struct wm_results *r = RUN(OPTIMAL, "site.tariff.demand_usd_per_kw_month=0",
                                     "site.storage.calendar_fade=0", "site.storage.cycle_fade=0");
    ck_assert_double_lt(METRIC(r, storage_discharge_mwh) / WM_J_PER_MWH, 1e-6);
    ck_assert_double_eq(METRIC(r, storage_foresight_h), 2.0 * 86400.0);
}
END_TEST

/* What an agreement on the load covers has its price, the same at all hours: nothing is to be gained by moving it; one of
 * a few watts, or of power that is sold whatever the site takes, changes nothing. */
START_TEST(a_battery_sees_what_agreements_make_of_a_megawatt_hour)
{
#define AGREED(power, more) \
    "site.ppas=[{\"name\":\"p\",\"usd_per_mwh\":40,\"contract_mw\":" power more "}]"
    static const char *const agreed[] = {
        "site.ppas=[]", AGREED("0.01", ""), AGREED("2", ",\"settled\":\"produced\""),
        AGREED("2", ""), AGREED("2", ",\"kind\":\"index\"")};
    double given[5];
    write_series();
    for (int i = 0; i < 5; i++)
        given[i] = METRIC(RUN(OPTIMAL, market_set, "site.tariff.demand_usd_per_kw_month=0", agreed[i],
                              "site.storage.calendar_fade=0", "site.storage.cycle_fade=0"),
                          storage_discharge_mwh) /
                   WM_J_PER_MWH;
    (void)unlink(series_path);
    ck_assert_double_gt(given[0], 1.0);
    ck_assert_double_eq_tol(given[1], given[0], 1e-6);
    ck_assert_double_eq_tol(given[2], given[0], 1e-6);
    ck_assert_double_lt(given[3], 1e-6);
    ck_assert_double_gt(given[4], 1.0);
}
END_TEST

/* A spread below wear and losses is left alone; the dearer the wear, the less moves. */
START_TEST(a_battery_that_wears_gives_less_and_nothing_below_its_wear)
{
    static const char *const wear[] = {"site.storage.wear_usd_per_mwh=0.01",
                                       "site.storage.wear_usd_per_mwh=40",
                                       "site.storage.wear_usd_per_mwh=1000"};
    double given[3];
    write_series();
    for (int i = 0; i < 3; i++)
        given[i] = METRIC(RUN(OPTIMAL, market_set, "site.tariff.demand_usd_per_kw_month=0", wear[i],
                              "site.storage.calendar_fade=0", "site.storage.cycle_fade=0"),
                          storage_discharge_mwh) /
                   WM_J_PER_MWH;
    (void)unlink(series_path);
    ck_assert_double_lt(given[1], given[0]);
    ck_assert_double_gt(given[1], 0.0);
    ck_assert_double_lt(given[2], 1e-6);
}
END_TEST

/* What it holds for riding through is not spent, what it has lost is not used. */
START_TEST(reserve_and_fade_bound_the_plan)
{
    write_series();
    const struct wm_results *r =
        RUN(OPTIMAL, market_set, "site.storage.reserve_frac=0.6", "site.storage.cycle_fade=0.002");
    const struct wm_results *all = RUN(OPTIMAL, market_set);
    (void)unlink(series_path);
    double stored = 1.2, lowest = 1.2;
    for (size_t i = 0; i < r->n_series; i++) {
        const double w = r->series[i].storage_w / 1e6;
        stored -= 0.25 * (w > 0.0 ? w / sqrt(0.8986) : w * sqrt(0.8986));
        lowest = fmin(lowest, stored);
    }
    ck_assert(r->balances_close && all->balances_close);
    /* 60 % of what is left after the fade, and content that the fade itself took */
    ck_assert_double_ge(lowest, 1.2 * 0.6 * (1.0 - METRIC(r, storage_fade_frac)) - 1e-6);
    ck_assert_double_lt(METRIC(r, storage_discharge_mwh), METRIC(all, storage_discharge_mwh));
    ck_assert_double_gt(METRIC(r, storage_cycles), 3.0);
}
END_TEST

/* A ceiling below what the house itself takes has no price that would meet it: the battery plans all the same. */
START_TEST(a_ceiling_that_nothing_meets_leaves_the_battery_its_work)
{
    const char *const cut =
        "site.ceiling.curtailment={\"hours_per_year\":200,\"depth_frac\":1}";
    const char *const dear = "site.tariff.periods=[{\"name\":\"on\",\"from_h\":10,\"to_h\":20,"
                             "\"energy_usd_per_mwh\":140}]";
    const double free_mwh = METRIC(RUN(OPTIMAL, dear), storage_discharge_mwh);
    const double cut_mwh = METRIC(RUN(OPTIMAL, dear, cut), storage_discharge_mwh);
    ck_assert_double_gt(free_mwh, 10.0 * WM_J_PER_MWH);
    ck_assert_double_gt(cut_mwh, 0.8 * free_mwh);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("lookahead");
    TCase *const tc = tcase_create("lookahead");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_month_ahead_no_threshold_is_better, 0, N_CASES);
    tcase_add_test(tc, a_flat_price_moves_nothing);
    tcase_add_test(tc, a_battery_sees_what_agreements_make_of_a_megawatt_hour);
    tcase_add_test(tc, a_battery_that_wears_gives_less_and_nothing_below_its_wear);
    tcase_add_test(tc, reserve_and_fade_bound_the_plan);
    tcase_add_test(tc, a_ceiling_that_nothing_meets_leaves_the_battery_its_work);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
