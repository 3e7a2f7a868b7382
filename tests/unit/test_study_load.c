#include "study_case.h"
#include "suite.h"
#include "wattmill/optimise.h"

START_TEST(all_mistakes_of_a_study_are_told_at_once)
{
    const struct wm_study *s = NULL;
    ck_assert_int_eq(
        try_study(
            "\"axes\": [\n"
            "{\"path\": \"site.tariff.energy_usd_per_mhw\", \"sweep\": [1]},\n"
            "{\"path\": \"site.ceiling.limit_mw\", \"sweep\": [10, -3, \"x\"]},\n"
            "{\"path\": \"fleet.main.accelerator\", \"sweep\": [\"gb300-nvl72\", "
            "\"gb30-nvl72\"]},\n"
            "{\"path\": \"fleet.main.count\", \"sweep\": [72.5]},\n"
            "{\"path\": \"economics.discount_rate_frac\", \"dist\": \"uniform\", \"low\": 0.1, "
            "\"high\": 2, \"n\": 2},\n"
            "{\"path\": \"horizon.years\", \"dist\": \"uniform\", \"low\": 1}]",
            &s),
        WM_INVALID);
    ck_assert_ptr_null(s);
    ck_assert(is_told(WM_E501, "needs `high`"));
    ck_assert(is_told(WM_E202, "did you mean \"energy_usd_per_mwh\"?"));
    ck_assert(is_told(WM_E204, "study.json:4:49: error E204: site.ceiling.limit_mw = -3 MW"));
    ck_assert(is_told(WM_E205, "needs a number in MW"));
    ck_assert(is_told(WM_E208, "did you mean \"gb300-nvl72\"?"));
    ck_assert(is_told(WM_E205, "fleet.0.count = 72.5"));
    ck_assert(is_told(WM_E204, "economics.discount_rate_frac = 2, allowed 0..1"));
}
END_TEST

START_TEST(keys_and_words_of_a_study_are_checked_like_a_scenario)
{
    const struct wm_study *s = NULL;
    ck_assert_int_eq(try_study("\"design\": \"gird\", \"axis\": []", &s), WM_INVALID);
    ck_assert(is_told(WM_E207, "did you mean \"grid\"?"));
    ck_assert(is_told(WM_E202, "did you mean \"axes\"?"));
    ck_assert_int_eq(try_study("\"design\": \"grid\"", &s), WM_INVALID);
    ck_assert(is_told(WM_E501, "at least one axis"));
    ck_assert_int_eq(try_study("\"metrics\": [\"npv_us\"], \"axes\": [{\"path\": "
                               "\"site.ceiling.limit_mw\", \"sweep\": [1, 2]}]",
                               &s),
                     WM_INVALID);
    ck_assert(is_told(WM_E501, "did you mean \"npv_usd\"?"));
    ck_assert_int_eq(try_study("\"axes\": [{\"path\": \"fleet.mian.count\", \"sweep\": [72]}]", &s),
                     WM_INVALID);
    ck_assert(is_told(WM_E103, "did you mean \"main\"?"));
}
END_TEST

START_TEST(keys_to_vary_are_read_as_their_rows_read_them)
{
    struct wm_arena *const a = wm_arena_open();
    struct wm_diags told = wm_diags_init(a);
    struct wm_vary v;
    ck_assert_int_eq(wm_vary_parse(a, "site.ceiling.limit_mw=2 MW:0.05 GW", &v, &told), WM_OK);
    ck_assert_double_eq(v.low, 2.0);
    ck_assert_double_eq(v.high, 50.0);
    ck_assert_int_eq(wm_vary_parse(a, "fleet.hall.1.count=1k,max_p", &v, &told), WM_OK);
    ck_assert_uint_eq(v.n_choices, 2);
    ck_assert_str_eq(v.choices[0], "1000");
    ck_assert_str_eq(v.choices[1], "\"max_p\"");
    ck_assert_int_eq(wm_vary_parse(a, "site.ceiling.limit_mw=50 MW:0.04 GW", &v, &told), WM_USAGE);
    wm_arena_close(a);
}
END_TEST

START_TEST(ranges_and_distributions_that_make_no_sense_are_refused)
{
    static const struct {
        const char *axis, *told;
    } cases[] = {
        {"\"sweep\": []", "at least one value"},
        {"\"sweep\": {\"from\": 1, \"to\": 2}", "either `step` or `n`"},
        {"\"sweep\": {\"from\": 1, \"to\": 2, \"step\": -1}", "does not lead"},
        {"\"sweep\": {\"from\": 0, \"to\": 2, \"n\": 3, \"scale\": \"log\"}", "above 0"},
        {"\"sweep\": [1], \"dist\": \"uniform\", \"low\": 1, \"high\": 2", "exactly one"},
        {"\"dist\": \"pert\", \"low\": 1, \"high\": 3", "needs `mode`"},
        {"\"dist\": \"triangular\", \"low\": 3, \"mode\": 2, \"high\": 1", "low <= mode"},
        {"\"dist\": \"normal\", \"mean\": 3, \"sd\": 0", "sd > 0"},
        {"\"dist\": \"discrete\", \"values\": [1, 2], \"weights\": [1]", "one number for each"},
        {"\"dist\": \"discrete\", \"values\": [1, 2], \"weights\": [0, 0]", "are 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct wm_study *s = NULL;
        ck_assert_int_eq(
            try_study(
                wm_arena_printf(arena,
                                "\"design\": \"monte_carlo\", \"n\": 5, \"axes\": [{\"path\": "
                                "\"site.ceiling.limit_mw\", %s}]",
                                cases[i].axis),
                &s),
            WM_INVALID);
        ck_assert_msg(is_told(WM_E501, cases[i].told), "%s: not told %s", cases[i].axis,
                      cases[i].told);
    }
}
END_TEST

START_TEST(values_that_stand_twice_are_refused)
{
    static const char *const axes[] = {
        "{\"path\": \"site.ceiling.limit_mw\", \"sweep\": [10, 20, 10.0]}",
        "{\"path\": \"site.ceiling.limit_mw\", \"sweep\": {\"from\": 5, \"to\": 5, \"n\": 3}}",
        "{\"path\": \"fleet.main.count\", \"sweep\": {\"from\": 72, \"to\": 74, \"n\": 5}}",
        "{\"path\": \"economics.ledger\", \"sweep\": [\"neocloud\", \"neocloud\"]}"};
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        const struct wm_study *s = NULL;
        ck_assert_int_eq(try_study(wm_arena_printf(arena, "\"axes\": [%s]", axes[i]), &s),
                         WM_INVALID);
        ck_assert_msg(is_told(WM_E501, "twice"), "%s", axes[i]);
    }
}
END_TEST

START_TEST(axes_that_overlap_are_refused)
{
    const struct wm_study *s = NULL;
    ck_assert_int_eq(
        try_study(
            "\"axes\": [{\"path\": \"site.cooling\", \"sweep\": [\"dry-cooler\"]}, {\"path\": "
            "\"site.cooling.supply_c\", \"sweep\": [30, 40]}]",
            &s),
        WM_INVALID);
    ck_assert(is_told(WM_E501, "set each place once"));
    ck_assert_int_eq(
        try_study("\"axes\": [{\"path\": \"fleet.0.count\", \"sweep\": [72]}, {\"name\": \"b\", "
                  "\"path\": \"fleet.main.count\", \"sweep\": [144]}]",
                  &s),
        WM_INVALID);
    ck_assert(is_told(WM_E501, "set each place once"));
}
END_TEST

/* `{"sweep": ...}` in the scenario means what an axis in the study file means. */
START_TEST(axes_inside_the_scenario_count_as_well)
{
    write_file(
        "base.json",
        "{\"schema_version\": 1, \"name\": \"t\", \"site\": {\"ceiling\": {\"limit_mw\": "
        "{\"sweep\": [10, 20, 30]}}}, \"fleet\": [{\"name\": \"main\", \"accelerator\": "
        "\"gb300-nvl72\", \"count\": 72}], \"economics\": {\"discount_rate_frac\": {\"dist\": "
        "\"uniform\", \"low\": 0.1, \"high\": 0.2, \"n\": 2}}}");
    const struct wm_study *s = load_study("\"design\": \"grid\"");
    ck_assert_uint_eq(wm_study_n_points(s), 6);
    ck_assert_str_eq(wm_study_axis_name(s, 0), "site.ceiling.limit_mw");
    diags = wm_diags_init(arena);
    ck_assert_int_eq(wm_study_load(arena, in_dir("base.json"), NULL, 0, &s, &diags), WM_OK);
    ck_assert_int_eq(wm_study_design(s), WM_DESIGN_MONTE_CARLO);
}
END_TEST

START_TEST(cases_set_several_places_and_lists_are_cases)
{
    const struct wm_study *s =
        load_study("\"axes\": [{\"name\": \"gen\", \"cases\": [{\"label\": \"a\", \"set\": "
                   "{\"fleet.main.accelerator\": \"gb300-nvl72\", \"site.ceiling.limit_mw\": 20}}, "
                   "{\"label\": \"b\", \"set\": {\"fleet.main.accelerator\": \"h100-sxm\"}}]}]");
    ck_assert_uint_eq(wm_study_n_points(s), 2);
    s = load_study(
        "\"design\": \"list\", \"points\": [{\"site.ceiling.limit_mw\": 20}, "
        "{\"site.ceiling.limit_mw\": 30, \"seed\": 3}, {\"site.cooling.supply_c\": 30}]");
    ck_assert_uint_eq(wm_study_n_points(s), 3);
    ck_assert_int_eq(try_study("\"design\": \"list\"", &s), WM_INVALID);
    ck_assert(is_told(WM_E501, "belongs to the design `list`"));
    ck_assert_int_eq(try_study("\"axes\": [{\"name\": \"gen\", \"cases\": [{\"lable\": \"a\", "
                               "\"set\": {\"seed\": 1}}]}]",
                               &s),
                     WM_INVALID);
    ck_assert(is_told(WM_E501, "`label` and `set` only"));
}
END_TEST

/* An axis reaches entries of the catalogue that the scenario brings. */
START_TEST(axes_reach_the_scenarios_own_catalogue_entries)
{
    write_file("base.json",
               "{\"schema_version\": 1, \"name\": \"t\", \"accelerators\": {\"mine\": {\"base\": "
               "\"gb300-nvl72\"}}, \"site\": {\"ceiling\": {\"limit_mw\": 10}}, \"fleet\": "
               "[{\"name\": \"main\", \"accelerator\": \"mine\", \"count\": 72}]}");
    const struct wm_study *s = load_study("\"axes\": [{\"path\": "
                                          "\"accelerators.mine.it_capex_usd_per_gpu\", \"sweep\": "
                                          "[50000, 70000]}]");
    ck_assert_uint_eq(wm_study_n_points(s), 2);
    ck_assert_int_eq(try_study("\"axes\": [{\"path\": \"accelerators.mine.it_capex\", \"sweep\": "
                               "[1]}]",
                               &s),
                     WM_INVALID);
    ck_assert(is_told(WM_E202, "unknown key"));
}
END_TEST

START_TEST(a_million_points_cost_no_memory)
{
    const size_t before = wm_arena_used_bytes(arena);
    const struct wm_study *s =
        load_study("\"axes\": [{\"path\": \"site.tariff.energy_usd_per_mwh\", \"sweep\": "
                   "{\"from\": 0, \"to\": "
                   "999, \"step\": 1}}, {\"path\": \"site.ceiling.limit_mw\", \"sweep\": "
                   "{\"from\": 1, \"to\": "
                   "1000, \"n\": 1000}}]");
    ck_assert_uint_eq(wm_study_n_points(s), 1000000);
    ck_assert_uint_lt(wm_arena_used_bytes(arena) - before, (size_t)16 << 20);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {all_mistakes_of_a_study_are_told_at_once,
                                  keys_and_words_of_a_study_are_checked_like_a_scenario,
                                  keys_to_vary_are_read_as_their_rows_read_them,
                                  ranges_and_distributions_that_make_no_sense_are_refused,
                                  values_that_stand_twice_are_refused,
                                  axes_that_overlap_are_refused,
                                  axes_inside_the_scenario_count_as_well,
                                  cases_set_several_places_and_lists_are_cases,
                                  axes_reach_the_scenarios_own_catalogue_entries,
                                  a_million_points_cost_no_memory};
    return run_fixture_tests("study_load", tests, sizeof tests / sizeof *tests, set_up, tear_down);
}
