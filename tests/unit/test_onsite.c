/* Storage, generation and tariffs in whole runs: what the meter sees. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* A fortnight of July at 1 MW; chat by the week's shape, ceilings and prices by override. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"grid\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.04},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":720}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\","
    "\"demand\":{\"output_tok_per_s\":300000,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

#include "site_case.h"

#define BATTERY "site.storage={\"power_mw\":0.3,\"energy_mwh\":0.6}"
#define WINDOW                                                                           \
    "site.ceiling.calendar=[{\"from\":\"2027-07-06T10:00\",\"to\":\"2027-07-06T12:00\"," \
    "\"limit_mw\":0.22,\"notice_min\":30}]"

static double usd_of(const struct wm_results *r, const char *line)
{
    for (size_t i = 0; i < r->ledger->n_lines; i++)
        if (strcmp(r->ledger->lines[i].name, line) == 0)
            return r->ledger->lines[i].usd;
    return 0.0;
}

static void closes(const struct wm_results *r)
{
    ck_assert(r->balances_close);
    ck_assert_double_lt(METRIC(r, balance_energy_rel), 1e-11);
    for (size_t i = 0; i < r->n_series; i++) {
        const struct wm_series_row *row = &r->series[i];
        ck_assert_double_ge(row->meter_w, -1e-6);
        ck_assert_double_le(row->meter_w, row->ceiling_w * (1.0 + 1e-9));
        ck_assert_double_eq_tol(row->meter_w + row->generation_w + row->storage_w, row->site_w,
                                1e-9 * row->site_w);
    }
}

START_TEST(without_storage_and_generation_the_meter_is_the_site)
{
    const struct wm_results *r = RUN(WINDOW);
    ck_assert_double_eq_tol(METRIC(r, grid_energy_mwh), METRIC(r, site_energy_mwh), 1.0);
    ck_assert(isnan(METRIC(r, generation_mwh)));
    ck_assert(isnan(METRIC(r, storage_cycles)));
    closes(r);
}
END_TEST

START_TEST(a_battery_carries_the_site_through_a_window)
{
    const struct wm_results *bare = RUN(WINDOW), *with = RUN(WINDOW, BATTERY);
    closes(with);
    ck_assert_double_gt(METRIC(with, storage_discharge_mwh), 0.0);
    ck_assert_double_gt(METRIC(with, revenue_usd), METRIC(bare, revenue_usd));
    ck_assert_double_lt(METRIC(with, shed_mwh), METRIC(bare, shed_mwh));
    /* what it gives comes back less the round trip, and the end is as full as the start */
    ck_assert_double_eq_tol(METRIC(with, storage_discharge_mwh) / METRIC(with, storage_charge_mwh),
                            0.8986, 0.002);
    ck_assert_double_gt(usd_of(with, "storage and generation O&M"), 0.0);
    ck_assert_double_gt(METRIC(with, capex_usd), METRIC(bare, capex_usd));
}
END_TEST

START_TEST(a_reserve_is_never_spent)
{
    const struct wm_results *r = RUN(WINDOW, "site.storage={\"power_mw\":0.3,\"energy_mwh\":0.6,"
                                             "\"reserve_frac\":1}");
    closes(r);
    ck_assert_double_eq(METRIC(r, storage_discharge_mwh), 0.0);
    ck_assert_double_eq(METRIC(r, storage_charge_mwh), 0.0);
}
END_TEST

START_TEST(peak_shaving_lowers_the_peak_and_the_demand_charge)
{
    const struct wm_results *bare = RUN("site.tariff.min_demand_frac=0");
    char shave[128];
    const double target_mw = 0.97 * METRIC(bare, site_power_peak_mw) / 1e6;
    (void)snprintf(shave, sizeof shave,
                   "site.storage={\"power_mw\":0.3,\"energy_mwh\":1.2,\"shave_above_mw\":%.12f}",
                   target_mw);
    const struct wm_results *r = RUN("site.tariff.min_demand_frac=0", shave);
    closes(r);
    ck_assert_double_le(METRIC(r, site_power_peak_mw), target_mw * 1e6 * (1.0 + 1e-9));
    ck_assert_double_lt(usd_of(r, "demand charge"), usd_of(bare, "demand charge"));
    ck_assert_double_eq_tol(METRIC(r, revenue_usd), METRIC(bare, revenue_usd), 1e-6);
}
END_TEST

/* A file with 20 $/MWh by night and 100 by day. */
static char prices_path[64], prices_set[128];

static void write_prices(void)
{
    (void)snprintf(prices_path, sizeof prices_path, "/tmp/wattmill-prices-%ld.csv", (long)getpid());
    (void)snprintf(prices_set, sizeof prices_set, "site.market.file=%s", prices_path);
    FILE *const file = fopen(prices_path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("hour_of_year,price_usd_per_mwh,solar_frac\n", file);
    for (int i = 0; i < 8760; i++)
        fprintf(file, "%d,%d,%.1f\n", i, i % 24 < 12 ? 20 : 100, i % 24 == 12 ? 0.8 : 0.0);
    (void)fclose(file);
}

START_TEST(arbitrage_buys_cheap_and_saves_what_the_prices_differ_by)
{
    write_prices();
    const struct wm_results *bare = RUN(prices_set);
    const struct wm_results *r =
        RUN(prices_set, "site.storage={\"power_mw\":0.3,\"energy_mwh\":0.6,"
                        "\"charge_below_usd_per_mwh\":20,\"discharge_above_usd_per_mwh\":100}");
    (void)unlink(prices_path);
    closes(r);
    /* a cycle a day of 0.48 MWh inside: about 15 days */
    ck_assert(METRIC(r, storage_cycles) > 11.0 && METRIC(r, storage_cycles) < 13.0);
    const double saved = usd_of(bare, "energy") - usd_of(r, "energy");
    const double by_hand = METRIC(r, storage_discharge_mwh) / WM_J_PER_MWH * 100.0 -
                           METRIC(r, storage_charge_mwh) / WM_J_PER_MWH * 20.0;
    ck_assert_double_eq_tol(saved, by_hand, 1e-6 * by_hand);
    ck_assert_double_gt(saved, 0.0);
}
END_TEST

START_TEST(solar_gives_what_its_file_says)
{
    write_prices();
    char solar[256];
    (void)snprintf(solar, sizeof solar,
                   "site.generation=[{\"name\":\"pv\",\"type\":\"solar\",\"capacity_mw\":0.1,"
                   "\"file\":\"%s\"}]",
                   prices_path);
    const struct wm_results *r = RUN(solar);
    (void)unlink(prices_path);
    closes(r);
    /* 0.08 MW for an hour a day, and nothing is burnt */
    ck_assert_double_eq_tol(METRIC(r, generation_mwh) / WM_J_PER_MWH, 0.08 * 0.04 * 365.0, 0.081);
    ck_assert_double_eq(METRIC(r, fuel_mwh), 0.0);
    ck_assert_double_eq(usd_of(r, "fuel"), 0.0);
}
END_TEST

START_TEST(baseload_fuel_cells_replace_the_meter_and_burn_fuel)
{
    const struct wm_results *bare = RUN("site.ceiling.limit_mw=2");
    const struct wm_results *r = RUN("site.generation=[{\"name\":\"fc\",\"type\":\"fuel-cell\","
                                     "\"capacity_mw\":0.2,\"role\":\"baseload\"}]");
    closes(r);
    const double made = METRIC(r, generation_mwh) / WM_J_PER_MWH;
    ck_assert_double_eq_tol(made, 0.2 * r->hours, 1e-6 * made);
    ck_assert_double_eq_tol(METRIC(bare, grid_energy_mwh) - METRIC(r, grid_energy_mwh),
                            METRIC(r, generation_mwh), 1e-6 * METRIC(r, generation_mwh));
    ck_assert_double_eq_tol(METRIC(r, fuel_mwh) / WM_J_PER_MWH, made / 0.413, 1e-6 * made);
    ck_assert_double_eq_tol(usd_of(r, "fuel"), made / 0.413 * 13.65, 1e-6 * made);
    ck_assert_double_eq_tol(METRIC(r, fuel_carbon_kg), made / 0.413 * 181.0, 1e-3 * made);
    /* the whole power bill includes its fuel */
    ck_assert_double_eq_tol(METRIC(r, power_cost_usd),
                            usd_of(r, "energy") + usd_of(r, "demand charge") +
                                usd_of(r, "fixed utility charge") + usd_of(r, "fuel"),
                            1e-6);
}
END_TEST

START_TEST(a_called_engine_starts_late_climbs_and_is_stopped)
{
    const struct wm_results *bare = RUN(WINDOW);
    const struct wm_results *r = RUN(WINDOW, "site.generation=[{\"name\":\"gas\",\"type\":"
                                             "\"gas-engine\",\"capacity_mw\":0.4}]");
    const struct wm_results *slow =
        RUN(WINDOW, "generators={\"slow\":{\"base\":\"gas-engine\",\"start_min\":60}}",
            "site.generation=[{\"name\":\"gas\",\"type\":\"slow\",\"capacity_mw\":0.4}]");
    closes(r);
    closes(slow);
    ck_assert_double_lt(METRIC(r, shed_mwh), METRIC(bare, shed_mwh));
    ck_assert_double_gt(METRIC(slow, shed_mwh), METRIC(r, shed_mwh));
    ck_assert_double_lt(METRIC(slow, shed_mwh), METRIC(bare, shed_mwh));
    double before = 0.0, after = 0.0; /* it does not run outside the window's day */
    for (size_t i = 0; i < r->n_series; i++) {
        before += i < 5 * 96 ? r->series[i].generation_w : 0.0;
        after += i > 6 * 96 ? r->series[i].generation_w : 0.0;
    }
    ck_assert_double_eq(before, 0.0);
    ck_assert_double_eq(after, 0.0);
}
END_TEST

START_TEST(an_economic_engine_runs_while_it_is_cheaper_than_the_meter)
{
    write_prices();
    const struct wm_results *r = RUN(prices_set, "site.generation=[{\"name\":\"gas\",\"type\":"
                                                 "\"gas-engine\",\"capacity_mw\":0.2,"
                                                 "\"role\":\"economic\"}]");
    (void)unlink(prices_path);
    closes(r);
    for (size_t i = 96; i < r->n_series; i++) {
        const bool is_dear = i % 96 >= 48;
        /* five minutes' start and a quarter hour's climb after noon; stopped one interval late */
        if (is_dear && i % 96 >= 50)
            ck_assert_double_eq_tol(r->series[i].generation_w, 0.2e6, 1.0);
        if (!is_dear && i % 96 >= 1)
            ck_assert_double_eq(r->series[i].generation_w, 0.0);
    }
}
END_TEST

/* A start is paid, and weighed against what its least running time earns; until that is over it stands at its
 * least load. */
START_TEST(a_start_is_paid_and_what_started_runs_its_least_time)
{
#define ECONOMIC                                                                        \
    "site.generation=[{\"name\":\"gas\",\"type\":\"dear\",\"capacity_mw\":0.2," \
    "\"role\":\"economic\"}]"
#define DEAR(keys) "generators={\"dear\":{\"base\":\"gas-engine\"," keys "}}"
    write_prices();
    const struct wm_results *plain = RUN(prices_set, ECONOMIC, DEAR("\"start_min\":5"));
    const struct wm_results *paid = RUN(prices_set, ECONOMIC, DEAR("\"start_usd_per_mw\":20"));
    const struct wm_results *never = RUN(prices_set, ECONOMIC, DEAR("\"start_usd_per_mw\":100000"));
    const struct wm_results *on =
        RUN(prices_set, ECONOMIC, DEAR("\"start_usd_per_mw\":20,\"least_run_min\":10000"));
    (void)unlink(prices_path);
    closes(paid);
    closes(on);
    const char *const line = "storage and generation O&M";
    const double starts = (usd_of(paid, line) - usd_of(plain, line)) / (20.0 * 0.2);
    ck_assert_double_eq_tol(starts, 14.0, 1.0); /* one a day */
    ck_assert_double_eq_tol(starts, floor(starts + 0.5), 1e-6);
    ck_assert_double_eq(METRIC(paid, generation_mwh), METRIC(plain, generation_mwh));
    ck_assert_double_eq(METRIC(never, generation_mwh), 0.0);
    for (size_t i = 96; i < 6 * 96; i++) /* of its seven days */
        if (i % 96 >= 1 && i % 96 < 48)
            ck_assert_double_eq_tol(on->series[i].generation_w, 0.25 * 0.2e6, 1.0);
}
END_TEST

/* Losses of power shelves and boards are inside IT, and among the uses. */
START_TEST(shelves_of_the_chain_close_in_both_fidelities)
{
    const char *const frontier = "site.power_chain=frontier";
    const struct wm_results *site = RUN(frontier);
    const struct wm_results *requests = RUN(frontier, "fidelity=request", "window.start=\"2027-07-01\"",
                                            "workloads.chat.demand.output_tok_per_s=3000");
    closes(site);
    ck_assert(requests->balances_close);
}
END_TEST

/* A fortnight of July has one month's peak: it is billed for its share of the year. */
START_TEST(coincident_peaks_and_periods_have_lines_of_their_own)
{
    const struct wm_results *four = RUN("site.tariff=ercot-4cp");
    const struct wm_results *tou = RUN("site.tariff=us-time-of-use");
    closes(four);
    const double paid = usd_of(four, "coincident peaks");
    const double whole = METRIC(four, site_power_peak_mw) / 1e3 * 70.0 * four->hours / 8760.0;
    ck_assert(paid <= whole && paid > 0.5 * whole);
    ck_assert_double_eq(usd_of(four, "demand charge"), 0.0);
    ck_assert_double_gt(usd_of(tou, "demand charge, time of use"), 0.0);
    ck_assert_double_eq_tol(METRIC(tou, power_cost_usd),
                            usd_of(tou, "energy") + usd_of(tou, "demand charge") +
                                usd_of(tou, "demand charge, time of use") +
                                usd_of(tou, "fixed utility charge"),
                            1e-6);
    /* dear hours are the site's dear hours: summer afternoons are hot */
    ck_assert_double_gt(METRIC(tou, pue_cost_weighted), METRIC(tou, pue_mean));
    ck_assert_double_gt(METRIC(tou, pue_marginal), 1.0);
    ck_assert_double_lt(METRIC(tou, pue_marginal), METRIC(tou, pue_peak_hour));
}
END_TEST

/* A plant too small for hot hours: IT gives way, the heat never stays. */
START_TEST(it_is_capped_by_what_the_plant_can_cool)
{
    const char *const hot = "site.weather.dry_bulb_shift_k=15";
    const struct wm_results *whole = RUN(hot, "site.cooling.chiller_capacity_frac=1.25");
    const struct wm_results *small = RUN(hot, "site.cooling.chiller_capacity_frac=0.18");
    closes(small);
    ck_assert_double_eq(METRIC(whole, heat_capped_mwh), 0.0);
    ck_assert_double_gt(METRIC(small, heat_capped_mwh), 0.0);
    ck_assert_double_lt(METRIC(small, heat_unmet_mwh), 1e-9 * METRIC(small, it_energy_mwh));
    ck_assert_double_lt(METRIC(small, revenue_usd), METRIC(whole, revenue_usd));
    ck_assert_double_eq(METRIC(small, capped_mwh), 0.0); /* the ceiling is not to blame */
    ck_assert_double_eq_tol(METRIC(small, site_energy_mwh) + METRIC(small, heat_capped_mwh) +
                                METRIC(small, starting_mwh),
                            METRIC(small, requested_energy_mwh),
                            1e-9 * METRIC(small, requested_energy_mwh));
}
END_TEST

START_TEST(standing_by_for_the_grid_is_revenue_and_no_negative_cost)
{
    const struct wm_results *bare = RUN("site.ceiling.limit_mw=2");
    const struct wm_results *r = RUN("site.demand_response={\"reserved_mw\":0.5,"
                                     "\"capacity_usd_per_kw_year\":60}");
    const double paid = 500.0 * 60.0 * r->hours / 8760.0;
    ck_assert_double_eq_tol(METRIC(r, grid_service_revenue_usd), paid, 1e-9 * paid);
    ck_assert_double_eq_tol(METRIC(r, revenue_usd) - METRIC(bare, revenue_usd), paid, 1e-6 * paid);
    ck_assert_double_eq(METRIC(r, power_cost_usd), METRIC(bare, power_cost_usd));
    ck_assert_double_eq(METRIC(r, opex_b_usd), METRIC(bare, opex_b_usd));
}
END_TEST

START_TEST(null_events_change_nothing_with_everything_on)
{
    const char *const sets[] = {WINDOW, BATTERY,
                                "site.generation=[{\"name\":\"gas\",\"type\":\"gas-engine\","
                                "\"capacity_mw\":0.2}]"};
    const struct wm_run_options options = {.n_null_events = 997};
    const struct wm_results *plain = run_with(WM_OK, NULL, 3, sets);
    const struct wm_results *with = run_with(WM_OK, &options, 3, sets);
    for (size_t i = 0; i < WM_N_METRICS; i++)
        ck_assert(memcmp(&plain->metric[i], &with->metric[i], sizeof(double)) == 0);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("onsite");
    TCase *const tc = tcase_create("onsite");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, without_storage_and_generation_the_meter_is_the_site);
    tcase_add_test(tc, a_battery_carries_the_site_through_a_window);
    tcase_add_test(tc, a_reserve_is_never_spent);
    tcase_add_test(tc, peak_shaving_lowers_the_peak_and_the_demand_charge);
    tcase_add_test(tc, arbitrage_buys_cheap_and_saves_what_the_prices_differ_by);
    tcase_add_test(tc, solar_gives_what_its_file_says);
    tcase_add_test(tc, baseload_fuel_cells_replace_the_meter_and_burn_fuel);
    tcase_add_test(tc, a_called_engine_starts_late_climbs_and_is_stopped);
    tcase_add_test(tc, an_economic_engine_runs_while_it_is_cheaper_than_the_meter);
    tcase_add_test(tc, a_start_is_paid_and_what_started_runs_its_least_time);
    tcase_add_test(tc, shelves_of_the_chain_close_in_both_fidelities);
    tcase_add_test(tc, coincident_peaks_and_periods_have_lines_of_their_own);
    tcase_add_test(tc, it_is_capped_by_what_the_plant_can_cool);
    tcase_add_test(tc, standing_by_for_the_grid_is_revenue_and_no_negative_cost);
    tcase_add_test(tc, null_events_change_nothing_with_everything_on);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
