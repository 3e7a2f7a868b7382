#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "wattmill/describe.h"
#include "wattmill/input.h"
#include "wattmill/scenario.h"

#define SCENARIO                                                                             \
    "{\"schema_version\": 1, \"name\": \"t\", \"site\": {\"ceiling\": {\"limit_mw\": 100}, " \
    "\"cooling\": \"dry-cooler\"}, "                                                         \
    "\"fleet\": [{\"name\": \"main\", \"accelerator\": \"gb300-nvl72\"}], "                  \
    "\"workloads\": [{\"name\": \"chat\", \"class\": \"chat\", \"llm\": \"deepseek-r1\", "   \
    "\"precision\": \"fp4\", \"pool\": \"main\", \"demand\": {\"output_tok_per_s\": 25e6}, " \
    "\"price\": {\"deck\": \"deepseek-r1-host\"}}]}"

static struct wm_arena *arena;
static struct wm_diags diags;
static const struct wm_scenario *scenario;

static void set_up(void)
{
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    scenario = NULL;
}

static void tear_down(void)
{
    wm_arena_close(arena);
}

static enum wm_status load(const struct wm_override *sets, size_t n_sets)
{
    return wm_scenario_load_text(arena, SCENARIO, strlen(SCENARIO), "t.json", "", sets, n_sets,
                                 &scenario, NULL, &diags);
}

START_TEST(a_small_scenario_loads_with_defaults_in_si)
{
    ck_assert_int_eq(load(NULL, 0), WM_OK);
    ck_assert_double_eq(scenario->site.ceiling.limit_w, 100e6);
    const struct wm_fleet *fleet = scenario->fleet.items;
    ck_assert_int_eq(fleet[0].count, WM_COUNT_MAX_P);
    ck_assert_str_eq(fleet[0].accelerator->head.name, "gb300-nvl72");
    ck_assert_str_eq(scenario->site.cooling.head.name, "dry-cooler");
}
END_TEST

START_TEST(overrides_reach_list_elements_by_name_and_index_and_open_presets)
{
    const struct wm_override sets[] = {{.path = "site.ceiling.limit_mw", .value = "80"},
                                       {.path = "fleet.main.count", .value = "72"},
                                       {.path = "fleet.0.share_frac", .value = "0.5"},
                                       {.path = "site.cooling.supply_c", .value = "31"},
                                       {.path = "horizon.start", .value = "2028-01-01"}};
    ck_assert_int_eq(load(sets, 5), WM_OK);
    const struct wm_fleet *fleet = scenario->fleet.items;
    ck_assert_double_eq(scenario->site.ceiling.limit_w, 80e6);
    ck_assert_int_eq(fleet[0].count, 72);
    ck_assert_double_eq(fleet[0].share_frac, 0.5);
    ck_assert_double_eq(scenario->site.cooling.supply_c, 31.0);
    ck_assert_int_eq(scenario->horizon.start_us, 1830297600000000LL);
}
END_TEST

START_TEST(an_override_that_leads_nowhere_is_refused)
{
    const struct wm_override sets[] = {{.path = "fleet.mian.count", .value = "3"},
                                       {.path = "schema_version.x", .value = "1"},
                                       {.path = "a..b", .value = "1"}};
    ck_assert_int_eq(load(sets, 3), WM_USAGE);
    ck_assert_ptr_null(scenario);
    ck_assert_uint_eq(diags.n_errors, 3);
    ck_assert_ptr_nonnull(strstr(wm_diag_format(arena, &diags.items[0]), "did you mean \"main\""));
}
END_TEST

START_TEST(an_unknown_override_key_is_suggested)
{
    const struct wm_override set = {.path = "site.ceiling.limt_mw", .value = "3"};
    ck_assert_int_eq(load(&set, 1), WM_INVALID);
    ck_assert_str_eq(
        wm_diag_format(arena, &diags.items[0]),
        "--set: error E202: site.ceiling.limt_mw: unknown key; did you mean \"limit_mw\"?");
}
END_TEST

START_TEST(an_override_needs_an_equals_sign)
{
    struct wm_override set;
    ck_assert_int_eq(wm_override_parse(arena, "a.b=c=d", &set, &diags), WM_OK);
    ck_assert_str_eq(set.path, "a.b");
    ck_assert_str_eq(set.value, "c=d");
    ck_assert_int_eq(wm_override_parse(arena, "a.b", &set, &diags), WM_USAGE);
    ck_assert_int_eq(diags.items[0].code, WM_E103);
}
END_TEST

START_TEST(the_schema_and_the_pages_are_written)
{
    struct wm_json_writer w = wm_json_writer_to_memory(arena, true);
    struct wm_json *root = NULL;
    ck_assert_int_eq(wm_schema_write(&w, &wm_site_form), WM_OK);
    ck_assert_int_eq(wm_json_parse(arena, w.bytes, w.n_bytes, "schema", &root, &diags), WM_OK);
    const struct wm_json *properties = wm_json_find(root, "properties");
    for (const struct wm_field *f = wm_scenario_fields; f->kind != WM_KIND_END; f++)
        ck_assert_msg(wm_json_find(properties, f->key) != NULL, "%s", f->key);
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    wm_parameters_write_md(file);
    wm_errors_write_md(file);
    ck_assert(wm_explain(file, "limit_mw"));
    ck_assert(wm_explain(file, "fleet.0.count"));
    ck_assert(wm_explain(file, "site.cooling.supply_c"));
    ck_assert(wm_explain(file, "E204"));
    ck_assert(wm_explain(file, "fleet.main.count"));
    ck_assert(wm_explain(file, "SITE.TARIFF.TYPE"));
    ck_assert(!wm_explain(file, "limt_mw"));
    ck_assert_int_eq(ferror(file), 0);
    fclose(file);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_small_scenario_loads_with_defaults_in_si,
                                  overrides_reach_list_elements_by_name_and_index_and_open_presets,
                                  an_override_that_leads_nowhere_is_refused,
                                  an_unknown_override_key_is_suggested,
                                  an_override_needs_an_equals_sign,
                                  the_schema_and_the_pages_are_written};
    return run_fixture_tests("scenario_load", tests, sizeof tests / sizeof *tests, set_up,
                             tear_down);
}
