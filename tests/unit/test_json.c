#include <float.h>
#include <math.h>
#include <string.h>

#include "suite.h"
#include "wattmill/json.h"

static struct wm_arena *arena;
static struct wm_diags diags;

static void set_up(void)
{
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
}

static void tear_down(void)
{
    wm_arena_close(arena);
}

static struct wm_json *parse(const char *text)
{
    struct wm_json *root = NULL;
    wm_json_parse(arena, text, strlen(text), "t.json", &root, &diags);
    return root;
}

START_TEST(values_keep_their_line_and_column)
{
    const struct wm_json *root = parse("{\n  \"a\": {\"b\": [1, true]},\n\t\"c\": \"\\u00e9\"}");
    ck_assert_ptr_nonnull(root);
    const struct wm_json *a = wm_json_find(root, "a");
    const struct wm_json *b = wm_json_find(a, "b");
    ck_assert_int_eq(a->key_place.line, 2);
    ck_assert_int_eq(a->key_place.column, 3);
    ck_assert_int_eq(a->place.column, 8);
    ck_assert_int_eq(b->place.column, 14);
    ck_assert_int_eq(wm_json_at(b, 1)->place.column, 18);
    ck_assert(wm_json_at(b, 1)->flag);
    ck_assert_ptr_null(wm_json_at(b, 2));
    const struct wm_json *c = wm_json_find(root, "c");
    ck_assert_int_eq(c->place.line, 3);
    ck_assert_int_eq(c->key_place.column, 2);
    ck_assert_str_eq(c->text, "\xc3\xa9");
    ck_assert_str_eq(c->place.file, "t.json");
}
END_TEST

static const char *const wrong[] = {
    "",
    "   ",
    "01",
    "-01",
    "1.",
    ".5",
    "+1",
    "-",
    "1e",
    "1e+",
    "0x1",
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "-Infinity",
    "nul",
    "tru",
    "'a'",
    "\"a",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u0000\"",
    "\"\\ud83d\"",
    "\"\\ude00\"",
    "\"\\ud83d\\u0041\"",
    "\"a\nb\"",
    "\"a\tb\"",
    "\"\x01\"",
    "\"\xff\"",
    "\"\xc0\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\xf4\x90\x80\x80\"",
    "\"\xe2\x82\"",
    "\xef\xbb\xbf{}",
    "{} {}",
    "1 2",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[",
    "[1",
    "{",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,}",
    "{a:1}",
    "{\"a\" 1}",
    "{1:2}",
    "// x\n1",
    "[1, /* x */ 2]",
    "# x\n1",
    "]",
    "}",
    ",",
    "[1}",
    "{\"a\":1]",
    "\"\\",
    "0.1000000000000000000000000000000000000000000000000000000000000001"};

START_TEST(text_that_is_not_strict_json_gets_one_error)
{
    ck_assert_ptr_null(parse(wrong[_i]));
    ck_assert_uint_eq(diags.n_errors, 1);
    ck_assert_int_eq(diags.items[0].code, WM_E201);
    ck_assert_int_ge(diags.items[0].place.line, 1);
    ck_assert_int_ge(diags.items[0].place.column, 1);
}
END_TEST

static const char *const right[] = {"0",
                                    "-0",
                                    "-0.5e-3",
                                    "1E+2",
                                    "[]",
                                    "{}",
                                    " null ",
                                    "\"\\ud83d\\ude00\"",
                                    "\"\xf0\x9f\x98\x80\"",
                                    "[[],{},\"\",0,true,false,null]",
                                    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                    "{\"\":1}",
                                    "1e-999"};

START_TEST(strict_json_is_accepted)
{
    ck_assert_ptr_nonnull(parse(right[_i]));
    ck_assert_uint_eq(diags.n_items, 0);
}
END_TEST

START_TEST(nesting_ends_at_64_levels)
{
    char text[100001];
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    ck_assert_ptr_nonnull(parse(text));
    ck_assert_uint_eq(diags.n_items, 0);
    memset(text, '[', 100000);
    text[100000] = '\0';
    ck_assert_ptr_null(parse(text));
    ck_assert_uint_eq(diags.n_items, 1);
    ck_assert_int_eq(diags.items[0].place.column, 65);
}
END_TEST

START_TEST(each_duplicate_key_is_reported_with_both_places)
{
    const struct wm_json *root =
        parse("{\"a\": 1,\n \"b\": {\"x\": 1, \"x\": 2, \"x\": 3},\n \"a\": 2}");
    ck_assert_ptr_nonnull(root);
    ck_assert_uint_eq(diags.n_errors, 3);
    ck_assert_str_eq(wm_diag_format(arena, &diags.items[0]),
                     "t.json:2:16: error E203: b.x: key given twice, first at line 2, column 8");
    ck_assert_str_eq(wm_diag_format(arena, &diags.items[2]),
                     "t.json:3:2: error E203: a: key given twice, first at line 1, column 2");
    ck_assert_double_eq(wm_json_find(root, "a")->number, 1.0);
    ck_assert_uint_eq(root->n_children, 2);
}
END_TEST

START_TEST(a_cut_text_never_parses_and_never_crashes)
{
    const char *whole = "{\"a\": [1.5e3, \"\\ud83d\\ude00\xc3\xa9\", {\"b\": null}], \"c\": false}";
    for (size_t n = 0; n < strlen(whole); n++) {
        struct wm_json *root = NULL;
        char *cut = malloc(n + 1); /* exact size, so that a sanitizer sees a read past the end */
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, whole, n);
        wm_json_parse(arena, cut, n, "cut", &root, &diags);
        ck_assert_ptr_null(root);
        ck_assert_uint_eq(diags.n_errors, n + 1);
        free(cut);
    }
}
END_TEST

START_TEST(merging_keeps_what_is_not_overridden_and_replaces_arrays)
{
    const struct wm_json *base = parse("{\"a\": {\"x\": 1, \"y\": 2}, \"l\": [1, 2], \"k\": 5}");
    const struct wm_json *over = parse("{\"l\": [3], \"a\": {\"y\": 7, \"z\": 8}, \"n\": null}");
    const struct wm_json *both = wm_json_merge(arena, base, over);
    ck_assert_str_eq(wm_json_to_text(arena, both),
                     "{\"a\":{\"x\":1,\"y\":7,\"z\":8},\"l\":[3],\"k\":5,\"n\":null}");
    ck_assert_str_eq(wm_json_to_text(arena, base), "{\"a\":{\"x\":1,\"y\":2},\"l\":[1,2],\"k\":5}");
}
END_TEST

START_TEST(merging_lists_starts_elements_from_those_of_the_same_name)
{
    const struct wm_json *base =
        parse("{\"l\": [{\"name\": \"a\", \"x\": 1}, {\"name\": \"b\", \"x\": 2}]}");
    const struct wm_json *over =
        parse("{\"l\": [{\"name\": \"c\", \"x\": 9}, {\"name\": \"b\", \"y\": 3}, {\"x\": 4}]}");
    ck_assert_str_eq(
        wm_json_to_text(arena, wm_json_merge(arena, base, over)),
        "{\"l\":[{\"name\":\"c\",\"x\":9},{\"name\":\"b\",\"x\":2,\"y\":3},{\"x\":4}]}");
}
END_TEST

static const struct {
    double value;
    const char *text;
} numbers[] = {{0.0, "0"},
               {-0.0, "0"},
               {1.0, "1"},
               {-3.0, "-3"},
               {0.1, "0.1"},
               {1.0 / 3.0, "0.3333333333333333"},
               {25e6, "25000000"},
               {1e15, "1e+15"},
               {1e-7, "1e-07"},
               {0.30000000000000004, "0.30000000000000004"},
               {DBL_MAX, "1.7976931348623157e+308"},
               {5e-324, "4.94065645841247e-324"}};

START_TEST(numbers_are_printed_shortest)
{
    char buf[32];
    ck_assert_str_eq(wm_json_number_text(numbers[_i].value, buf), numbers[_i].text);
    ck_assert(strtod(buf, NULL) == numbers[_i].value);
}
END_TEST

START_TEST(any_double_survives_the_round_trip)
{
    uint64_t bits = 88172645463325252u; /* xorshift64, fixed seed */
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double value = 0.0;
        char buf[32];
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        const struct wm_json *node = parse(wm_json_number_text(value, buf));
        ck_assert_ptr_nonnull(node);
        ck_assert(node->number == value);
    }
}
END_TEST

START_TEST(the_writer_indents_escapes_and_separates)
{
    struct wm_json_writer w = wm_json_writer_to_memory(arena, true);
    const double reals[] = {1.0, 2.5};
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "s", "a\"b\\c\n\x01\xc3\xa9");
    wm_json_key(&w, "l");
    wm_json_array_begin(&w);
    wm_json_bool(&w, true);
    wm_json_null(&w);
    wm_json_array_end(&w);
    wm_json_key(&w, "e");
    wm_json_object_begin(&w);
    wm_json_object_end(&w);
    wm_json_key(&w, "r");
    wm_json_reals(&w, reals, 2);
    wm_json_member_number(&w, "n", NAN);
    wm_json_member_integer(&w, "i", INT64_MAX);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    ck_assert_str_eq(w.bytes,
                     "{\n  \"s\": \"a\\\"b\\\\c\\n\\u0001\xc3\xa9\",\n  \"l\": [\n    true,\n"
                     "    null\n  ],\n  \"e\": {},\n  \"r\": [1, 2.5],\n  \"n\": null,\n"
                     "  \"i\": 9223372036854775807\n}\n");
    ck_assert_ptr_nonnull(parse(w.bytes));
}
END_TEST

#define N_OF(array) (int)(sizeof(array) / sizeof(array)[0])

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, values_keep_their_line_and_column);
    tcase_add_loop_test(tests, text_that_is_not_strict_json_gets_one_error, 0, N_OF(wrong));
    tcase_add_loop_test(tests, strict_json_is_accepted, 0, N_OF(right));
    tcase_add_test(tests, nesting_ends_at_64_levels);
    tcase_add_test(tests, each_duplicate_key_is_reported_with_both_places);
    tcase_add_test(tests, a_cut_text_never_parses_and_never_crashes);
    tcase_add_test(tests, merging_keeps_what_is_not_overridden_and_replaces_arrays);
    tcase_add_test(tests, merging_lists_starts_elements_from_those_of_the_same_name);
    tcase_add_loop_test(tests, numbers_are_printed_shortest, 0, N_OF(numbers));
    tcase_add_test(tests, any_double_survives_the_round_trip);
    tcase_add_test(tests, the_writer_indents_escapes_and_separates);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
