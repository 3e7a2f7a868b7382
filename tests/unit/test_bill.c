/* Bills of whole runs: what the meter read, on the contract that was in force, month by month. */
#include <math.h>
#include <string.h>

#include "../../sim/site/meter.h"
#include "suite.h"
#include "wattmill/civil.h"
#include "wattmill/holidays.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static struct wm_diags diags;

static void setup(void)
{
    wm_init();
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
}

static void teardown(void)
{
    wm_arena_close(arena);
}

/* A site of 5 MW that draws what little it is asked for; `horizon` and `site` are put in. */
static const struct wm_results *run_it(const char *horizon, const char *site, double tok_per_s)
{
    const char *const text = wm_arena_printf(
        arena,
        "{\"schema_version\":1,\"name\":\"t\",\"horizon\":{%s},"
        "\"site\":{\"ceiling\":{\"limit_mw\":5%s,"
        "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb300-nvl72\"}],"
        "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"deepseek-r1\","
        "\"precision\":\"fp4\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":%.17g},"
        "\"slo\":{\"tok_per_s_per_user\":50},\"price\":{\"deck\":\"deepseek-r1-list\"}}]}",
        horizon, site, tok_per_s);
    const struct wm_scenario *s = NULL;
    const struct wm_results *r = NULL;
    const enum wm_status loaded =
        wm_scenario_load_text(arena, text, strlen(text), "t", "", NULL, 0, &s, NULL, &diags);
    ck_assert_msg(loaded == WM_OK, "%s",
                  diags.n_items ? wm_diag_format(arena, &diags.items[0]) : "");
    ck_assert_int_eq(wm_run(arena, s, NULL, &r, &diags), WM_OK);
    return r;
}

static double line(const struct wm_results *r, const char *name)
{
    for (size_t i = 0; i < r->ledger->n_lines; i++)
        if (strcmp(r->ledger->lines[i].name, name) == 0)
            return r->ledger->lines[i].usd;
    return 0.0;
}

#define PLAIN                                                              \
    "\"tariff\":{\"type\":\"us-large-load\",\"energy_usd_per_mwh\":%.17g," \
    "\"demand_usd_per_kw_month\":0,\"min_demand_frac\":0}"
#define ENGINE                                                                     \
    "\"generation\":[{\"name\":\"gas\",\"type\":\"gas-engine\",\"capacity_mw\":2," \
    "\"role\":\"baseload\"}]"

/* Two of five MW come from an engine: prices are of what was bought, not of what was used. */
START_TEST(prices_of_energy_are_those_of_what_the_meter_bought)
{
    setup();
    const char *const year = "\"years\":0.1";
    const char *site = wm_arena_printf(arena, "}," ENGINE "," PLAIN "}", 55.0);
    const struct wm_results *r = run_it(year, site, 1.2e6);
    ck_assert_double_lt(r->metric[WM_METRIC_grid_energy_mwh],
                        0.7 * r->metric[WM_METRIC_site_energy_mwh]);
    ck_assert_double_eq_tol(r->metric[WM_METRIC_energy_price_mean_usd_per_mwh], 55.0, 1e-9);
    const double price = r->metric[WM_METRIC_breakeven_energy_b_usd_per_mwh];
    ck_assert(price > 0.0);
    site = wm_arena_printf(arena, "}," ENGINE "," PLAIN "}", price);
    r = run_it(year, site, 1.2e6);
    ck_assert_double_eq_tol(r->metric[WM_METRIC_power_share_b_frac], 0.40, 1e-6);
    teardown();
}
END_TEST

#define TAKE                                                                 \
    "\"tariff\":{\"type\":\"us-large-load\",\"demand_usd_per_kw_month\":10," \
    "\"min_demand_frac\":0.85}"

/* Months are those of Virginia, five hours behind. Nothing is asked for, so the minimum of 85 % is billed, of the contract in force. */
START_TEST(the_minimum_take_follows_the_phases_of_the_contract)
{
    setup();
    const char *const two_months = "\"start\":\"2027-01-01T05:00\",\"years\":0.161643835616438";
    const char *const phases = ",\"phases\":[{\"from\":\"2027-01-01\",\"limit_mw\":4},"
                               "{\"from\":\"2027-02-15T05:00\",\"limit_mw\":5}]}," TAKE "}";
    const struct wm_results *const r = run_it(two_months, phases, 1e3);
    /* January 85 % of 4 MW, February 85 % of 4.5 MW: half of it with 4, half with 5 */
    ck_assert_double_eq_tol(line(r, "demand charge"), 10.0 * 850.0 * (4.0 + 4.5), 1.0);
    teardown();
}
END_TEST

/* A year from any day has twelve months: 14 of 28 days in February 2026 and again in 2027. */
START_TEST(a_year_from_the_middle_of_a_month_pays_twelve_fixed_charges)
{
    setup();
    static const char *const starts[] = {"2026-02-15", "2026-01-02", "2026-07-20"};
    const char *const site =
        "},\"tariff\":{\"type\":\"us-large-load\",\"fixed_usd_per_month\":1e6}}";
    for (size_t i = 0; i < 3; i++) {
        const char *const horizon =
            wm_arena_printf(arena, "\"start\":\"%s\",\"years\":1", starts[i]);
        ck_assert_double_eq_tol(line(run_it(horizon, site, 1e3), "fixed utility charge"), 12e6,
                                1e-3);
    }
    const struct wm_results *const part =
        run_it("\"start\":\"2026-01-01\",\"years\":0.0767123287671233", site, 1e3);
    ck_assert_double_eq_tol(line(part, "fixed utility charge"), 1e6 * 28.0 / 31.0, 1.0);
    teardown();
}
END_TEST

/* Feeds the meter a July of quarter hours; prices of the 14th and 15th hour are given by quarter. */
static double peak_mean_w(const double at_14[4], const double at_15[4], bool off_peak_days)
{
    const struct wm_tariff t = {.coincident = WM_COINCIDENT_5CP,
                                .coincident_usd_per_kw_year = 100.0,
                                .demand_window_min = 15};
    const struct wm_environment env = {.billing = wm_billing_new(arena, &t),
                                       .zone = wm_zone_fixed(0)};
    const int64_t start_us = wm_days_from_civil(2027, 7, 1) * 24 * WM_US_PER_H;
    struct wm_meter m = wm_meter_new(arena, &env, start_us, start_us + 20 * 24 * WM_US_PER_H);
    for (int64_t i = 0; i < (int64_t)20 * 96; i++) {
        const int64_t at_us = start_us + i * WM_US_PER_H / 4;
        const struct wm_civil c = wm_civil_from_us(at_us);
        const double *const special = c.hour == 14 ? at_14 : c.hour == 15 ? at_15 : NULL;
        const struct wm_surroundings now = {.local = c,
                                            .hours = wm_billing_at(env.billing, wm_tariff_day(&t, &c), &c),
                                            .day = at_us / (24 * WM_US_PER_H),
                                            .market_usd_per_mwh = (double)NAN,
                                            .is_off_peak_day = off_peak_days && c.day < 16,
                                            .system_stress =
                                                special != NULL ? special[i % 4] : 30.0};
        const double w = c.hour == 14 ? 80e6 : c.hour == 15 ? 40e6 : 10e6;
        wm_meter_add(&m, at_us, &now, &(struct wm_meter_reading){900.0, w * 900.0, 0.0});
    }
    double mean_w = 0.0;
    for (size_t i = 0; i < m.billing->n_lines; i++)
        mean_w = fmax(mean_w, wm_peak_watch_mean_w(&m.peaks[i * m.n_years]));
    return mean_w;
}

/* Mean prices of 750 at 14 h and 100 at 15 h, however they lie within the hour; holidays count not. */
START_TEST(a_peak_hour_is_judged_by_its_mean_and_on_working_days)
{
    setup();
    static const double high_early[] = {1000, 1000, 1000, 0}, low[] = {0, 0, 0, 400};
    static const double mean_14[] = {750, 750, 750, 750}, mean_15[] = {100, 100, 100, 100};
    ck_assert_double_eq_tol(peak_mean_w(high_early, low, false), 80e6, 1e-3);
    ck_assert_double_eq_tol(peak_mean_w(mean_14, mean_15, false), 80e6, 1e-3);
    ck_assert_double_eq_tol(peak_mean_w(high_early, low, true), 80e6, 1e-3);
    /* 4 July 2027 is a Sunday, so the Monday is kept; Labor Day is 6 September */
    ck_assert(wm_is_holiday(WM_HOLIDAYS_NERC, 2027, 7, 5) && !wm_is_holiday(WM_HOLIDAYS_NERC, 2027, 7, 4));
    ck_assert(wm_is_holiday(WM_HOLIDAYS_NERC, 2027, 9, 6) && !wm_is_holiday(WM_HOLIDAYS_NERC, 2027, 9, 13));
    ck_assert(wm_is_holiday(WM_HOLIDAYS_NERC, 2027, 5, 31) && wm_is_holiday(WM_HOLIDAYS_NERC, 2027, 11, 25));
    ck_assert(wm_is_holiday(WM_HOLIDAYS_NERC, 2027, 12, 25) && wm_is_holiday(WM_HOLIDAYS_NERC, 2028, 1, 1));
    teardown();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        prices_of_energy_are_those_of_what_the_meter_bought,
        the_minimum_take_follows_the_phases_of_the_contract,
        a_year_from_the_middle_of_a_month_pays_twelve_fixed_charges,
        a_peak_hour_is_judged_by_its_mean_and_on_working_days,
    };
    return RUN_TESTS("bill", tests);
}
