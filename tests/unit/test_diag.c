#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "wattmill/diag.h"
#include "wattmill/status.h"
#include "wattmill/suggest.h"

static struct wm_arena *arena;

static void set_up(void)
{
    arena = wm_arena_open();
}

static void tear_down(void)
{
    wm_arena_close(arena);
}

static const char *only_line(struct wm_diags *diags)
{
    ck_assert_uint_eq(diags->n_items, 1);
    return wm_diag_format(arena, &diags->items[0]);
}

START_TEST(an_equation_follows_its_path_after_a_space)
{
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_place place = {"site.json", 14, 22};
    wm_diag_add(&diags, WM_E204, &place, "cooling.approach_k", "= %d K, allowed 1..15 K", -3);
    ck_assert_str_eq(only_line(&diags),
                     "site.json:14:22: error E204: cooling.approach_k = -3 K, allowed 1..15 K");
}
END_TEST

START_TEST(a_sentence_follows_its_path_after_a_colon)
{
    struct wm_diags diags = wm_diags_init(arena);
    wm_diag_add(&diags, WM_E202, NULL, "site.colour", "unknown key");
    ck_assert_str_eq(only_line(&diags), "error E202: site.colour: unknown key");
}
END_TEST

START_TEST(a_place_without_line_shows_the_file_alone)
{
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_place place = {.file = "x.json"};
    wm_diag_add(&diags, WM_E102, &place, NULL, "cannot be read");
    ck_assert_str_eq(only_line(&diags), "x.json: error E102: cannot be read");
}
END_TEST

START_TEST(errors_and_warnings_are_counted_apart_and_kept_in_order)
{
    struct wm_diags diags = wm_diags_init(arena);
    for (int i = 0; i < 100; i++)
        wm_diag_add(&diags, i % 4 == 0 ? WM_W901 : WM_E204, NULL, NULL, "number %d", i);
    ck_assert_uint_eq(diags.n_warnings, 25);
    ck_assert_uint_eq(diags.n_errors, 75);
    ck_assert_str_eq(diags.items[99].text, "number 99");
    ck_assert_str_eq(wm_diag_format(arena, &diags.items[0]), "warning W901: number 0");
}
END_TEST

START_TEST(every_code_has_a_name_of_its_class_and_a_meaning)
{
    for (int c = 0; c < WM_N_CODES; c++) {
        const enum wm_code code = (enum wm_code)c;
        const char *name = wm_code_name(code);
        ck_assert_uint_eq(strlen(name), 4);
        ck_assert_int_eq(wm_code_is_warning(code), name[0] == 'W' && name[1] == '9');
        ck_assert_uint_gt(strlen(wm_code_summary(code)), 5);
    }
}
END_TEST

START_TEST(statuses_have_the_documented_exit_codes)
{
    ck_assert_int_eq(wm_status_exit_code(WM_OK), 0);
    ck_assert_int_eq(wm_status_exit_code(WM_FAILED), 1);
    ck_assert_int_eq(wm_status_exit_code(WM_USAGE), 2);
    ck_assert_int_eq(wm_status_exit_code(WM_INVALID), 3);
    ck_assert_int_eq(wm_status_exit_code(WM_INFEASIBLE), 4);
    ck_assert_int_eq(wm_status_exit_code(WM_IO), 5);
    ck_assert_int_eq(wm_status_exit_code(WM_INTERRUPTED), 130);
    ck_assert_str_eq(wm_status_text(WM_OK), "ok");
}
END_TEST

START_TEST(distance_counts_inserts_deletes_replacements_and_swaps)
{
    ck_assert_uint_eq(wm_suggest_distance("", ""), 0);
    ck_assert_uint_eq(wm_suggest_distance("", "abc"), 3);
    ck_assert_uint_eq(wm_suggest_distance("limit", "limit"), 0);
    ck_assert_uint_eq(wm_suggest_distance("limt", "limit"), 1);
    ck_assert_uint_eq(wm_suggest_distance("limti", "limit"), 1);
    ck_assert_uint_eq(wm_suggest_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(wm_suggest_distance("sitting", "kitten"), 3);
}
END_TEST

START_TEST(the_nearest_word_is_suggested_and_far_ones_are_not)
{
    struct wm_suggest s = wm_suggest_init("coutn");
    wm_suggest_offer(&s, "amount");
    wm_suggest_offer(&s, "count");
    ck_assert_str_eq(wm_suggest_text(arena, &s), "; did you mean \"count\"?");
    s = wm_suggest_init("gb300");
    wm_suggest_offer(&s, "gb300-nvl72");
    ck_assert_str_eq(s.best, "gb300-nvl72");
    s = wm_suggest_init("xy");
    wm_suggest_offer(&s, "ab");
    wm_suggest_offer(&s, "temperature");
    ck_assert_str_eq(wm_suggest_text(arena, &s), "");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {an_equation_follows_its_path_after_a_space,
                                  a_sentence_follows_its_path_after_a_colon,
                                  a_place_without_line_shows_the_file_alone,
                                  errors_and_warnings_are_counted_apart_and_kept_in_order,
                                  every_code_has_a_name_of_its_class_and_a_meaning,
                                  statuses_have_the_documented_exit_codes,
                                  distance_counts_inserts_deletes_replacements_and_swaps,
                                  the_nearest_word_is_suggested_and_far_ones_are_not};
    return run_fixture_tests("diag", tests, sizeof tests / sizeof *tests, set_up, tear_down);
}
