/* Data of figures: bands that add up, stacks that reach the totals; drawn files that are there. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static struct wm_diags diags;
static struct wm_report report;

static void setup(void)
{
    static const char text[] =
        "{\"schema_version\":1,\"name\":\"t\",\"horizon\":{\"years\":0.02},"
        "\"site\":{\"ceiling\":{\"limit_mw\":5}},"
        "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb300-nvl72\"}],"
        "\"workloads\":[{\"name\":\"=cha,t\",\"class\":\"chat\",\"llm\":\"deepseek-r1\","
        "\"precision\":\"fp4\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":1e6},"
        "\"slo\":{\"tok_per_s_per_user\":50},\"price\":{\"deck\":\"deepseek-r1-host\"}}]}";
    wm_init();
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    const struct wm_scenario *s = NULL;
    ck_assert_int_eq(
        wm_scenario_load_text(arena, text, strlen(text), "t", "", NULL, 0, &s, NULL, &diags),
        WM_OK);
    ck_assert_int_eq(wm_run(arena, s, NULL, &report.results, &diags), WM_OK);
}

static void teardown(void)
{
    wm_arena_close(arena);
}

static char *text_of(wm_sink_fn sink)
{
    FILE *const file = tmpfile();
    ck_assert_ptr_nonnull(file);
    sink(file, &report);
    const long n = ftell(file);
    ck_assert_int_gt(n, 0);
    char *const text = wm_arena_alloc(arena, (size_t)n + 1, 1);
    rewind(file);
    ck_assert_uint_eq(fread(text, 1, (size_t)n, file), (size_t)n);
    fclose(file);
    return text;
}

/* Each band is as high at its end as at its start, and its height over all is its share. */
START_TEST(bands_keep_their_height_and_uses_add_up_to_the_meter)
{
    char *text = text_of(wm_energy_flow_csv);
    double uses = 0.0, drawn = 0.0, first_height = 0.0;
    char last[32] = "", name[32];
    for (char *line = strchr(text, '\n') + 1; *line != 0; line = strchr(line, '\n') + 1) {
        double x, low, high, mwh, share;
        const int n =
            sscanf(line, "%31[^,\n],%lf,%lf,%lf,%lf,%lf", name, &x, &low, &high, &mwh, &share);
        if (n == 5) { /* a point of a band */
            if (strcmp(name, last) != 0)
                first_height = high - low;
            ck_assert_double_eq_tol(high - low, first_height, 1e-12);
            if (strcmp(name, last) != 0 && strcmp(name, "drawn") == 0)
                drawn = mwh;
            if (strcmp(name, last) != 0 && wm_metric_find(name) == WM_N_METRICS &&
                strcmp(name, "drawn") != 0 && strcmp(name, "not drawn") != 0 &&
                strcmp(name, "racks") != 0)
                uses += mwh;
            memcpy(last, name, sizeof last);
        }
    }
    ck_assert_double_gt(drawn, 0.0);
    ck_assert_double_eq_tol(uses, drawn, 1e-9 * drawn);
    ck_assert_double_eq_tol(
        drawn, wm_unit_from_si(WM_UNIT_MWH, report.results->metric[WM_METRIC_site_energy_mwh]),
        1e-9 * drawn);
}
END_TEST

START_TEST(the_stacks_reach_revenue_and_definition_e)
{
    const char *const text = text_of(wm_cost_stack_csv);
    ck_assert_ptr_nonnull(strstr(text, "\n0,0,\"'=cha,t\",0,")); /* disarmed for a spreadsheet */
    double top[2] = {0.0, 0.0};
    for (const char *line = strchr(text, '\n') + 1; *line != 0; line = strchr(line, '\n') + 1) {
        int bar = 0, part = 0, at = 0;
        ck_assert_int_eq(sscanf(line, "%d,%d,%n", &bar, &part, &at), 2);
        const char *c = line + at;
        c = *c == '"' ? strchr(c + 1, '"') + 1 : strchr(c, ',');
        double low = 0.0, high = 0.0;
        ck_assert_int_eq(sscanf(c, ",%lf,%lf", &low, &high), 2);
        ck_assert_double_eq_tol(low, top[bar], 1e-9);
        top[bar] = high;
    }
    const double *const m = report.results->metric;
    ck_assert_double_eq_tol(top[0], 1e-6 * m[WM_METRIC_revenue_usd_per_mw_utility_year], 1e-9);
    ck_assert_double_eq_tol(top[1], 1e-6 * m[WM_METRIC_tco_usd_per_mw_utility_year], 1e-9);
}
END_TEST

START_TEST(the_cash_flow_ends_at_the_npv)
{
    const char *const text = text_of(wm_cash_flow_csv);
    int year = -1;
    double flow = 0.0, pv = 0.0;
    for (const char *line = strchr(text, '\n') + 1; *line != 0; line = strchr(line, '\n') + 1)
        ck_assert_int_eq(sscanf(line, "%d,%lf,%lf", &year, &flow, &pv), 3);
    ck_assert_int_eq(year, 5);
    ck_assert_double_eq_tol(pv, 1e-6 * report.results->metric[WM_METRIC_npv_usd], 1e-9);
}
END_TEST

START_TEST(the_heat_map_has_a_row_an_hour)
{
    const char *const text = text_of(wm_ceiling_heat_csv);
    size_t n = 0, n_gaps = 0;
    for (const char *c = text; *c != 0; c++) {
        n += *c == '\n';
        n_gaps += strncmp(c, ",NaN,", 5) == 0;
    }
    ck_assert_uint_eq(n - n_gaps, 1 + report.results->n_series / 4);
    ck_assert_uint_eq((n - 1) % 24, 0); /* whole days of the place's clock */
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {bands_keep_their_height_and_uses_add_up_to_the_meter,
                                  the_stacks_reach_revenue_and_definition_e,
                                  the_cash_flow_ends_at_the_npv, the_heat_map_has_a_row_an_hour};
    return run_fixture_tests("figures", tests, sizeof tests / sizeof *tests, setup, teardown);
}
