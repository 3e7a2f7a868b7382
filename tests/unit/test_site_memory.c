/* What the site takes per event: no memory once it has started. */
#include "../../sim/plan/provision.h"
#include "../../sim/site/site.h"
#include "suite.h"
#include "wattmill/input.h"
#include "wattmill/run.h"

/* Half a year of 2 MW of GB200 that fail often, with calls and batch work. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"outages\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-01-01\",\"years\":0.5},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2,\"curtailment\":{\"hours_per_year\":200}},"
    "\"failures\":{\"type\":\"llama-3\",\"per_gpu_year\":4}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":720}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":300000},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}},"
    "{\"name\":\"night\",\"kind\":\"batch\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":100000},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

START_TEST(events_cost_no_memory)
{
    struct wm_arena *const arena = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_scenario *scenario = NULL;
    const struct wm_catalog *catalog = NULL;
    struct wm_site_plan plan = {0};
    struct wm_site_result result = {0};
    ck_assert_int_eq(wm_scenario_load_text(arena, site_text, sizeof site_text - 1, "test", ".",
                                           NULL, 0, &scenario, &catalog, &diags),
                     WM_OK);
    ck_assert_int_eq(wm_provision(arena, scenario, &plan, &diags), WM_OK);
    wm_site_run(arena, scenario, &plan, NULL, &result, NULL, &diags);
    ck_assert_uint_gt(result.n_failures, 1000);
    ck_assert_uint_gt(result.n_windows, 10);
    ck_assert_uint_eq(result.n_growths, 0);
    ck_assert_uint_eq(result.loop_arena_bytes, 0);
    wm_arena_close(arena);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {events_cost_no_memory};
    return RUN_TESTS("site_memory", tests);
}
