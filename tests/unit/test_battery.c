/* What a battery must not do to the bill: buy while the sun is thrown away, give away what it held at the
 * start, charge where each kilowatt costs, serve with capacity it has lost, be nobody's. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* A fortnight of July at 1 MW. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"battery\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.04},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":720}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\","
    "\"demand\":{\"output_tok_per_s\":300000,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

#include "site_case.h"

#define SIZE              "site.storage.power_mw=0.3", "site.storage.energy_mwh=1.2"
#define EMPTY             "site.storage.start_soc_frac=0.2"
#define NO_DEMAND         "site.tariff.demand_usd_per_kw_month=0", "site.tariff.min_demand_frac=0"
#define MWH(results, key) (METRIC(results, key) / WM_J_PER_MWH)

static double usd_of(const struct wm_results *r, const char *line)
{
    for (size_t i = 0; i < r->ledger->n_lines; i++)
        if (strcmp(r->ledger->lines[i].name, line) == 0)
            return r->ledger->lines[i].usd;
    return 0.0;
}

/* Solar of 0.1 of its nameplate by night and all of it by day, or by day alone. */
static char solar_path[64], solar_set[256];

static void write_solar(double capacity_mw, double night_frac)
{
    (void)snprintf(solar_path, sizeof solar_path, "/tmp/wattmill-solar-%ld.csv", (long)getpid());
    (void)snprintf(solar_set, sizeof solar_set,
                   "site.generation=[{\"name\":\"pv\",\"type\":\"solar\",\"capacity_mw\":%g,"
                   "\"file\":\"%s\"}]",
                   capacity_mw, solar_path);
    FILE *const file = fopen(solar_path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("hour_of_year,solar_frac\n", file);
    for (int i = 0; i < 8760; i++)
        fprintf(file, "%d,%g\n", i, i % 24 >= 8 && i % 24 < 18 ? 1.0 : night_frac);
    (void)fclose(file);
}

START_TEST(sun_that_nobody_takes_charges_the_battery_before_the_meter_does)
{
    write_solar(5.0, 1.0);
    const struct wm_results *r = RUN(solar_set, SIZE, EMPTY, NO_DEMAND);
    (void)unlink(solar_path);
    /* nothing but what rounding leaves of a difference of a year's sums */
    ck_assert_double_le(METRIC(r, grid_energy_mwh), 1e-10 * METRIC(r, site_energy_mwh));
    ck_assert_double_le(METRIC(r, site_power_peak_mw), 1e-9);
    ck_assert_double_gt(METRIC(r, storage_charge_mwh), 0.0);
    /* what the sun could give is what was taken and what was spilled */
    ck_assert_double_eq_tol(MWH(r, generation_mwh) + MWH(r, solar_spilled_mwh), 5.0 * r->hours,
                            1e-9 * 5.0 * r->hours);
}
END_TEST

/* Above its price it does not buy, but what costs nothing it takes. */
START_TEST(spilled_sun_charges_at_any_price)
{
    write_solar(3.0, 0.0);
    const struct wm_results *r =
        RUN(solar_set, SIZE, EMPTY, NO_DEMAND, "site.storage.charge_below_usd_per_mwh=10",
            "site.storage.discharge_above_usd_per_mwh=50");
    const struct wm_results *bare = RUN(solar_set, NO_DEMAND);
    (void)unlink(solar_path);
    /* a cycle an evening, all of it from the sun: what is bought falls by what is given */
    ck_assert_double_gt(METRIC(r, storage_cycles), 10.0);
    ck_assert_double_eq_tol(MWH(bare, grid_energy_mwh) - MWH(r, grid_energy_mwh),
                            MWH(r, storage_discharge_mwh), 1e-9);
    ck_assert_double_eq_tol(MWH(bare, solar_spilled_mwh) - MWH(r, solar_spilled_mwh),
                            MWH(r, storage_charge_mwh), 1e-9);
}
END_TEST

START_TEST(what_it_held_at_the_start_is_bought_back_at_the_end)
{
    const char *const days = "horizon.years=0.00821917808219178"; /* three */
    const char *const price = "site.tariff.energy_usd_per_mwh=5000";
    const char *const free_of_capital =
        "site.storage={\"power_mw\":0.3,\"energy_mwh\":1.2,\"capex_usd\":0,\"capex_usd_per_kw\":0,"
        "\"capex_usd_per_kwh\":0,\"discharge_above_usd_per_mwh\":1000}";
    const struct wm_results *bare = RUN(days, price, NO_DEMAND);
    const struct wm_results *r = RUN(days, price, NO_DEMAND, free_of_capital);
    const double given = MWH(r, storage_discharge_mwh);
    ck_assert_double_gt(given, 0.9);
    /* it takes 1 / 0.8986 MWh at the meter to have given one, and the fade of three days */
    const double again_usd = usd_of(r, "stored energy, less at the end");
    ck_assert_double_eq_tol(again_usd, given / 0.8986 * 5000.0, 1e-3 * again_usd);
    ck_assert_double_gt(METRIC(r, power_cost_usd), METRIC(bare, power_cost_usd));
    ck_assert_double_lt(METRIC(r, npv_usd), METRIC(bare, npv_usd));
}
END_TEST

/* The other way round: what is left over is worth what it cost, so nothing is lost or won but losses. */
START_TEST(what_it_holds_more_at_the_end_is_worth_what_was_paid_for_it)
{
    const struct wm_results *bare = RUN(NO_DEMAND);
    const struct wm_results *r = RUN(NO_DEMAND, SIZE, EMPTY, "site.storage.calendar_fade=0");
    ck_assert_double_gt(METRIC(r, storage_charge_mwh), 0.0);
    ck_assert_double_lt(usd_of(r, "stored energy, less at the end"), 0.0);
    ck_assert_double_eq_tol(METRIC(r, power_cost_usd), METRIC(bare, power_cost_usd),
                            1e-9 * METRIC(bare, power_cost_usd));
}
END_TEST

START_TEST(it_does_not_charge_where_each_kilowatt_costs)
{
    const char *const periods = "site.tariff.periods=[{\"name\":\"on\",\"from_h\":0,\"to_h\":20,"
                                "\"demand_usd_per_kw_month\":20}]";
    const char *const peaks = "site.tariff.coincident=5cp";
    const char *const rate = "site.tariff.coincident_usd_per_kw_year=100";
    const char *const flat = "workloads.chat.demand.shape=flat";
    const struct wm_results *bare = RUN(NO_DEMAND, periods, peaks, rate, flat);
    const struct wm_results *r = RUN(NO_DEMAND, periods, peaks, rate, flat, SIZE, EMPTY);
    ck_assert_double_gt(METRIC(r, storage_charge_mwh), 0.0);
    ck_assert_double_le(usd_of(r, "demand charge, time of use"),
                        usd_of(bare, "demand charge, time of use") * (1.0 + 1e-12));
    ck_assert_double_le(usd_of(r, "coincident peaks"),
                        usd_of(bare, "coincident peaks") * (1.0 + 1e-12));
}
END_TEST

#define CYCLES                                                                                     \
    "site.tariff.periods=[{\"name\":\"on\",\"from_h\":12,\"to_h\":20,\"energy_usd_per_mwh\":90}]", \
        "site.storage.charge_below_usd_per_mwh=60", "site.storage.discharge_above_usd_per_mwh=80"

START_TEST(capacity_it_has_lost_serves_no_more)
{
    const struct wm_results *fresh =
        RUN(NO_DEMAND, SIZE, CYCLES, "site.storage.cycle_fade=0", "site.storage.calendar_fade=0");
    const struct wm_results *r = RUN(NO_DEMAND, SIZE, CYCLES, "site.storage.cycle_fade=0.02",
                                     "site.storage.calendar_fade=0");
    const struct wm_results *dead = RUN(NO_DEMAND, SIZE, CYCLES, "site.storage.cycle_fade=1");
    ck_assert(fresh->balances_close && r->balances_close && dead->balances_close);
    ck_assert_double_eq(METRIC(fresh, storage_fade_frac), 0.0);
    ck_assert_double_eq_tol(METRIC(r, storage_fade_frac), 0.02 * METRIC(r, storage_cycles), 1e-3);
    ck_assert_double_lt(METRIC(r, storage_discharge_mwh),
                        0.95 * METRIC(fresh, storage_discharge_mwh));
    ck_assert_double_eq(METRIC(dead, storage_fade_frac), 1.0);
    ck_assert_double_lt(METRIC(dead, storage_cycles), 2.0);
}
END_TEST

START_TEST(no_power_or_no_energy_is_no_battery)
{
    const struct wm_results *bare = RUN(NO_DEMAND);
    const char *const sizes[] = {"site.storage={\"power_mw\":0,\"energy_mwh\":40}",
                                 "site.storage={\"power_mw\":10,\"energy_mwh\":0}"};
    for (size_t i = 0; i < 2; i++) {
        const struct wm_results *r = RUN(NO_DEMAND, sizes[i]);
        for (size_t k = 0; k < WM_N_METRICS; k++)
            ck_assert(memcmp(&r->metric[k], &bare->metric[k], sizeof(double)) == 0);
    }
}
END_TEST

/* Whoever pays the power bill has what the battery saves, and pays for the battery. */
START_TEST(storage_costs_the_tenant_what_it_costs_the_owner)
{
    static const char *const ledgers[] = {"economics.ledger=owner-operator",
                                          "economics.ledger=colo-tenant"};
    double cost_usd[2];
    for (size_t i = 0; i < 2; i++) {
        const struct wm_results *bare = RUN(ledgers[i], "economics.discount_rate_frac=0.1");
        const struct wm_results *r = RUN(ledgers[i], "economics.discount_rate_frac=0.1", SIZE);
        const double capital_usd = 968.0 * 300.0 + 253.0 * 1200.0 + 222115.0;
        ck_assert_double_eq_tol(METRIC(r, capex_usd) - METRIC(bare, capex_usd), capital_usd, 1.0);
        cost_usd[i] = METRIC(bare, npv_usd) - METRIC(r, npv_usd);
        ck_assert_double_gt(cost_usd[i], 0.3 * capital_usd);
    }
    ck_assert_double_eq_tol(cost_usd[0], cost_usd[1], 1e-6 * cost_usd[0]);
}
END_TEST

START_TEST(a_battery_of_a_year_costs_four_more_than_one_of_fifty)
{
    const struct wm_results *one = RUN(NO_DEMAND, SIZE, "site.storage.life_years=1");
    const struct wm_results *fifty = RUN(NO_DEMAND, SIZE, "site.storage.life_years=50");
    const double usd = 968.0 * 300.0 + 253.0 * 1200.0 + 222115.0;
    double more_usd = 0.9 * usd / pow(1.1, 5.0); /* 45 of its 50 years are left */
    for (int t = 1; t <= 4; t++)
        more_usd += usd / pow(1.1, t);
    ck_assert_double_eq_tol(METRIC(fifty, npv_usd) - METRIC(one, npv_usd), more_usd,
                            1e-9 * METRIC(fifty, npv_usd));
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("battery");
    TCase *const tc = tcase_create("battery");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, sun_that_nobody_takes_charges_the_battery_before_the_meter_does);
    tcase_add_test(tc, spilled_sun_charges_at_any_price);
    tcase_add_test(tc, what_it_held_at_the_start_is_bought_back_at_the_end);
    tcase_add_test(tc, what_it_holds_more_at_the_end_is_worth_what_was_paid_for_it);
    tcase_add_test(tc, it_does_not_charge_where_each_kilowatt_costs);
    tcase_add_test(tc, capacity_it_has_lost_serves_no_more);
    tcase_add_test(tc, no_power_or_no_energy_is_no_battery);
    tcase_add_test(tc, storage_costs_the_tenant_what_it_costs_the_owner);
    tcase_add_test(tc, a_battery_of_a_year_costs_four_more_than_one_of_fifty);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
