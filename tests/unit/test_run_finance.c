/* Finance of whole runs: figures agree with their own rows, and break-evens hold when run again. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wattmill/wattmill.h"

/* A small site that runs a week; `more` is put into the economics. */
#define SCENARIO                                                                      \
    "{\"schema_version\":1,\"name\":\"t\",\"horizon\":{\"years\":0.02},"              \
    "\"site\":{\"ceiling\":{\"limit_mw\":5},\"tariff\":{\"type\":\"us-large-load\","  \
    "\"energy_usd_per_mwh\":%.17g}},"                                                 \
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb300-nvl72\"}],"                \
    "\"ledgers\":{\"tenant\":{\"base\":\"owner-operator\",\"facility\":\"rented\"}}," \
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"deepseek-r1\","   \
    "\"precision\":\"fp4\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":1e6},"  \
    "\"slo\":{\"tok_per_s_per_user\":50},\"price\":{\"deck\":\"deepseek-r1-host\","   \
    "\"discount_frac\":%.17g}}],\"economics\":{%s}}"

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

static const struct wm_results *run_it(double usd_per_mwh, double discount, const char *more)
{
    const char *const text = wm_arena_printf(arena, SCENARIO, usd_per_mwh, discount, more);
    const struct wm_scenario *s = NULL;
    const struct wm_results *r = NULL;
    const enum wm_status loaded =
        wm_scenario_load_text(arena, text, strlen(text), "t", "", NULL, 0, &s, NULL, &diags);
    ck_assert_msg(loaded == WM_OK, "%s",
                  diags.n_items ? wm_diag_format(arena, &diags.items[0]) : "");
    ck_assert_int_eq(wm_run(arena, s, NULL, &r, &diags), WM_OK);
    return r;
}

static double get(const struct wm_results *r, enum wm_metric m)
{
    return r->metric[m];
}
#define GET(r, key) get((r), WM_METRIC_##key)

START_TEST(power_is_forty_percent_of_opex_at_each_break_even_price)
{
    setup();
    const struct wm_results *const base = run_it(55.0, 0.8, "");
    for (unsigned k = 0; k < WM_N_OPEX; k++) {
        const double price = base->metric[WM_METRIC_breakeven_energy_a_usd_per_mwh + k];
        if (isnan(price))
            continue;
        const struct wm_results *const r = run_it(price, 0.8, "");
        ck_assert_double_eq_tol(r->metric[WM_METRIC_power_share_a_frac + k], 0.40, 1e-9);
    }
    ck_assert(!isnan(GET(base, breakeven_energy_b_usd_per_mwh)));
    ck_assert_double_eq_tol(GET(base, energy_price_mean_usd_per_mwh), 55.0, 1e-9);
    teardown();
}
END_TEST

START_TEST(the_npv_is_zero_when_prices_are_changed_by_the_break_even_factor)
{
    setup();
    static const char *const terms[] = {
        "", "\"price_half_life_years\":1.55", "\"tax_rate_frac\":0.25,\"appraisal_years\":8",
        "\"ledger\":\"tenant\",\"tax_rate_frac\":0.21,\"tax_write_off\":\"declining-balance\"",
        "\"gpu_sales\":[{\"name\":\"h\",\"share_frac\":0.3,\"usd_per_gpu_h\":2},"
        "{\"name\":\"t\",\"kind\":\"take-or-pay\",\"share_frac\":0.2,\"usd_per_gpu_h\":3}]"};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        const double factor = GET(run_it(55.0, 0.8, terms[i]), breakeven_price_factor);
        const struct wm_results *const r = run_it(55.0, 0.8 * factor, terms[i]);
        ck_assert_double_eq_tol(GET(r, npv_usd), 0.0, 1e-8 * GET(r, capex_usd));
        ck_assert_double_eq_tol(GET(r, breakeven_price_factor), 1.0, 1e-8);
    }
    teardown();
}
END_TEST

START_TEST(a_tenant_buys_no_facility_pays_rent_and_keeps_the_five_shares)
{
    setup();
    const struct wm_results *const owner = run_it(55.0, 0.8, "");
    const struct wm_results *const tenant = run_it(55.0, 0.8, "\"ledger\":\"tenant\"");
    ck_assert_double_eq_tol(GET(owner, capex_usd) - GET(tenant, capex_usd),
                            owner->ledger->facility_capex_usd, 1e-6);
    for (unsigned k = 0; k < WM_N_OPEX; k++)
        ck_assert_double_eq(owner->ledger->power_share_frac[k],
                            tenant->ledger->power_share_frac[k]);
    const double years = tenant->hours / WM_H_PER_YEAR;
    const struct wm_appraisal_year *const y = &tenant->appraisal->year[1];
    ck_assert_double_eq_tol((y->power_usd + y->opex_usd) * years,
                            tenant->ledger->opex_usd[WM_OPEX_C], 1e-6);
    teardown();
}
END_TEST

START_TEST(the_pro_forma_begins_with_the_run_and_sums_to_the_npv)
{
    setup();
    const struct wm_results *const r = run_it(55.0, 0.8, "\"discount_rate_frac\":0.12");
    const struct wm_appraisal *const a = r->appraisal;
    const double years = r->hours / WM_H_PER_YEAR;
    ck_assert_double_eq_tol(a->year[1].revenue_usd * years, GET(r, revenue_usd), 1e-6);
    double npv = 0.0;
    for (size_t t = 0; t <= a->n_years; t++)
        npv += a->year[t].flow_usd / pow(1.12, (double)t);
    ck_assert_double_eq_tol(npv, GET(r, npv_usd), 1e-9 * GET(r, capex_usd));
    ck_assert_double_eq_tol(a->year[0].flow_usd, -GET(r, capex_usd), 1e-6);
    ck_assert_double_eq_tol(GET(r, dscr_min),
                            a->year[5].dscr < a->year[1].dscr ? a->year[5].dscr : a->year[1].dscr,
                            1e-12);
    teardown();
}
END_TEST

static const struct wm_results *flood(double mw, double n_gpus)
{
    const char *const count = n_gpus > 0.0 ? wm_arena_printf(arena, ",\"count\":%.0f", n_gpus) : "";
    const char *const text = wm_arena_printf(
        arena,
        "{\"schema_version\":1,\"name\":\"t\",\"horizon\":{\"years\":0.02},"
        "\"site\":{\"ceiling\":{\"limit_mw\":%.17g}},"
        "\"fleet\":[{\"name\":\"a\",\"accelerator\":\"gb300-nvl72\"%s}],"
        "\"workloads\":[{\"name\":\"x\",\"class\":\"chat\",\"llm\":\"deepseek-r1\","
        "\"precision\":\"fp4\",\"pool\":\"a\",\"demand\":{\"output_tok_per_s\":1e10},"
        "\"price\":{\"deck\":\"deepseek-r1-host\"}}]}",
        mw, count);
    const struct wm_scenario *s = NULL;
    const struct wm_results *r = NULL;
    ck_assert_int_eq(
        wm_scenario_load_text(arena, text, strlen(text), "t", "", NULL, 0, &s, NULL, &diags), WM_OK);
    ck_assert_int_eq(wm_run(arena, s, NULL, &r, &diags), WM_OK);
    return r;
}

static double left_usd(const struct wm_results *r)
{
    return (GET(r, revenue_usd) - r->ledger->opex_usd[WM_OPEX_E]) / (r->hours / WM_H_PER_YEAR);
}

/*
 * With more demand than the site can serve a MW more, filled alike, leaves what the others leave. Filled alike:
 * accelerators that make no whole replica stand in for failed ones, so both sites have none (racks of 72 times
 * the accelerators of a replica).
 */
START_TEST(the_margin_after_capital_is_the_worth_of_one_more_megawatt_under_a_flood)
{
    setup();
    const struct wm_results *const any = flood(2000.0, 0.0);
    const double unit = 72.0 * (double)any->pools[0].gpus_per_replica;
    const double gpus_per_mw = GET(any, gpus_installed) / 2000.0;
    const double n = floor(GET(any, gpus_installed) / unit);
    ck_assert_double_gt(n, 9.0);
    const double gpus[] = {unit * n, unit * floor(1.1 * n)};
    const double mw[] = {gpus[0] / gpus_per_mw, gpus[1] / gpus_per_mw};
    const struct wm_results *const r[] = {flood(mw[0], gpus[0]), flood(mw[1], gpus[1])};
    ck_assert_double_lt(GET(r[0], availability_frac), 1.0);
    const double margin = GET(r[0], margin_e_usd_per_mw_utility_year);
    ck_assert_double_eq_tol(margin, left_usd(r[0]) / mw[0], 1e-9 * margin);
    ck_assert_double_eq_tol((left_usd(r[1]) - left_usd(r[0])) / (mw[1] - mw[0]), margin, 0.005 * margin);
    teardown();
}
END_TEST

START_TEST(figures_that_do_not_exist_are_absent_and_say_why)
{
    setup();
    const struct wm_results *const r = run_it(55.0, 0.001,
                                              "\"debt_share_frac\":0,\"residual_it_frac\":0,"
                                              "\"residual_facility_frac\":0");
    ck_assert(isnan(GET(r, irr_frac)));
    ck_assert(isnan(GET(r, payback_years)));
    ck_assert(isnan(GET(r, dscr_min)));
    ck_assert_double_lt(GET(r, npv_usd), 0.0);
    size_t n = 0;
    for (size_t i = 0; i < diags.n_items; i++)
        n += diags.items[i].code == WM_W911;
    ck_assert_uint_eq(n, 2); /* IRR and payback; without debt there is nothing to cover */
    teardown();
}
END_TEST

/* Three years with a pool that comes a year later: its price falls then, years sum to the run. */
START_TEST(a_run_of_years_is_appraised_by_its_own_years)
{
    setup();
    static const char text[] =
        "{\"schema_version\":1,\"name\":\"t\",\"horizon\":{\"start\":\"2027-01-01\",\"years\":3},"
        "\"site\":{\"ceiling\":{\"limit_mw\":5}},\"fleet\":[{\"name\":\"a\",\"count\":720,"
        "\"accelerator\":\"gb300-nvl72\"},{\"name\":\"b\",\"accelerator\":\"gb300-nvl72\","
        "\"count\":720,\"online\":\"2028-01-01\"}],"
        "\"workloads\":[{\"name\":\"x\",\"class\":\"chat\",\"llm\":\"deepseek-r1\",\"precision\":"
        "\"fp4\",\"pool\":\"a\",\"demand\":{\"output_tok_per_s\":3e5},\"price\":{\"deck\":"
        "\"deepseek-r1-host\"}},{\"name\":\"y\",\"class\":\"chat\",\"llm\":\"deepseek-r1\","
        "\"precision\":"
        "\"fp4\",\"pool\":\"b\",\"demand\":{\"output_tok_per_s\":3e5},\"price\":{\"deck\":"
        "\"deepseek-r1-host\"}}]}";
    const struct wm_scenario *s = NULL;
    const struct wm_results *r = NULL;
    ck_assert_int_eq(
        wm_scenario_load_text(arena, text, strlen(text), "t", "", NULL, 0, &s, NULL, &diags),
        WM_OK);
    ck_assert_int_eq(wm_run(arena, s, NULL, &r, &diags), WM_OK);
    const struct wm_appraisal *const a = r->appraisal;
    double revenue = 0.0, power = 0.0;
    ck_assert_uint_eq(a->n_years, 3);
    ck_assert_uint_eq(r->n_run_years, 3);
    for (size_t i = 0; i < 3; i++) {
        revenue += r->run_years[i].revenue_usd;
        power += r->run_years[i].power_usd;
    }
    ck_assert_double_eq_tol(revenue, GET(r, revenue_usd), 1e-9 * revenue);
    ck_assert_double_eq_tol(power, r->ledger->power_usd, 1e-9 * power);
    ck_assert_double_eq_tol(a->year[1].capex_usd, 720.0 * 66000.0, 1.0);
    ck_assert_double_eq_tol(a->year[0].capex_usd - r->ledger->facility_capex_usd, 720.0 * 66000.0,
                            1.0);
    /* the second pool doubles what is sold from year 2 */
    ck_assert_double_eq_tol(a->year[2].revenue_usd / a->year[1].revenue_usd, 2.0, 0.02);
    teardown();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        power_is_forty_percent_of_opex_at_each_break_even_price,
        the_npv_is_zero_when_prices_are_changed_by_the_break_even_factor,
        a_tenant_buys_no_facility_pays_rent_and_keeps_the_five_shares,
        the_pro_forma_begins_with_the_run_and_sums_to_the_npv,
        figures_that_do_not_exist_are_absent_and_say_why,
        a_run_of_years_is_appraised_by_its_own_years,
        the_margin_after_capital_is_the_worth_of_one_more_megawatt_under_a_flood};
    return RUN_TESTS("run_finance", tests);
}
