#include <string.h>

#include "suite.h"
#include "wattmill/input.h"

enum mode { MODE_SLOW, MODE_FAST };
static const char *const mode_words[] = {"slow", "fast", NULL};
static const char *const count_words[] = {"max_p", "max_q", NULL};

struct inner {
    double power_w;
    double part_frac;
};
struct thing {
    double limit_w, unset_k;
    int64_t n, count, start_us;
    const char *name;
    enum mode mode;
    bool flag;
    double hours[3];
    struct inner inner;
    struct wm_list parts;
};

// clang-format off
static const struct wm_field inner_fields[] = {
    WM_REAL_AS(inner, power_w, "power_kw", WM_UNIT_KW, 0.0, 10.0, 2.0, "power"),
    WM_REAL(inner, part_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.5, "share"),
    WM_FIELD_END,
};
static const struct wm_field thing_fields[] = {
    WM_REAL_REQ(thing, limit_w, "limit_mw", WM_UNIT_MW, 1.0, 15.0, "the limit"),
    WM_REAL(thing, unset_k, WM_UNIT_K, 0.0, INFINITY, NAN, "optional"),
    WM_INT(thing, n, 0, 9, 3, "a number"),
    WM_COUNT(thing, count, count_words, 0, 100, "max_q", "how many"),
    WM_TIME_AS(thing, start_us, "start", "1970-01-02", "when"),
    WM_TEXT(thing, name, "none", "a name"),
    WM_CHOICE(thing, mode, mode_words, "fast", "how"),
    WM_FLAG(thing, flag, true, "whether"),
    WM_ROW(thing, hours, WM_KIND_REALS, "hours", .unit = WM_UNIT_H, .max = 24.0, .def = 1.0, .item_size = 8, .doc = "three"),
    WM_GROUP(thing, inner, inner_fields, "a group"),
    WM_LIST(thing, parts, inner, inner_fields, "parts"),
    WM_FIELD_END,
};
// clang-format on

static struct wm_arena *arena;
static struct wm_diags diags;
static struct wm_origins origins;
static struct thing thing;

static void set_up(void)
{
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    origins = (struct wm_origins){0};
    memset(&thing, 0, sizeof thing);
}

static void tear_down(void)
{
    wm_arena_close(arena);
}

static bool read_thing(const char *text)
{
    struct wm_json *root = NULL;
    ck_assert_int_eq(wm_json_parse(arena, text, strlen(text), "t", &root, &diags), WM_OK);
    struct wm_reader reader = {.arena = arena, .diags = &diags, .origins = &origins};
    return wm_fields_read(&reader, thing_fields, root, NULL, "", &thing);
}

static void expect_one(const char *text, const char *line)
{
    ck_assert(!read_thing(text));
    ck_assert_uint_eq(diags.n_items, 1);
    ck_assert_str_eq(wm_diag_format(arena, &diags.items[0]), line);
}

START_TEST(absent_keys_take_their_defaults_in_si)
{
    ck_assert(read_thing("{\"limit_mw\": 2}"));
    ck_assert_double_eq(thing.limit_w, 2e6);
    ck_assert(!wm_is_set(thing.unset_k));
    ck_assert_int_eq(thing.n, 3);
    ck_assert_int_eq(thing.count, -2);
    ck_assert_int_eq(thing.start_us, 86400000000LL);
    ck_assert_str_eq(thing.name, "none");
    ck_assert_int_eq(thing.mode, MODE_FAST);
    ck_assert(thing.flag);
    ck_assert_double_eq(thing.hours[2], 3600.0);
    ck_assert_double_eq(thing.inner.power_w, 2000.0);
    ck_assert_uint_eq(thing.parts.n, 0);
}
END_TEST

START_TEST(given_keys_are_converted_once)
{
    ck_assert(
        read_thing("{\"limit_mw\": 15, \"unset_k\": 4, \"n\": 9, \"count\": 72, \"start\": "
                   "\"1970-01-01T01:00\", \"name\": \"x\", \"mode\": \"slow\", \"flag\": false, "
                   "\"hours\": [0, 1, 24], \"inner\": {\"power_kw\": 7}, "
                   "\"parts\": [{}, {\"part_frac\": 1}]}"));
    ck_assert_double_eq(thing.limit_w, 15e6);
    ck_assert_double_eq(thing.unset_k, 4.0);
    ck_assert_int_eq(thing.n, 9);
    ck_assert_int_eq(thing.count, 72);
    ck_assert_int_eq(thing.start_us, 3600000000LL);
    ck_assert_int_eq(thing.mode, MODE_SLOW);
    ck_assert(!thing.flag);
    ck_assert_double_eq(thing.hours[1], 3600.0);
    ck_assert_double_eq(thing.inner.power_w, 7000.0);
    const struct inner *parts = thing.parts.items;
    ck_assert_uint_eq(thing.parts.n, 2);
    ck_assert_double_eq(parts[0].power_w, 2000.0);
    ck_assert_double_eq(parts[1].part_frac, 1.0);
}
END_TEST

static const struct {
    const char *text, *line;
} mistakes[] = {
    {"{}", "t:1:1: error E206: limit_mw: required key missing: a number in MW (the limit)"},
    {"{\"limit_mw\": 0.5}", "t:1:14: error E204: limit_mw = 0.5 MW, allowed 1..15 MW (the limit)"},
    {"{\"limit_mw\": null}",
     "t:1:14: error E205: limit_mw = null, needs a number in MW (the limit)"},
    {"{\"limit_mw\": 2, \"unset_k\": -1}",
     "t:1:28: error E204: unset_k = -1 K, allowed at least 0 K (optional)"},
    {"{\"limit_mw\": 2, \"lmit_mw\": 2}",
     "t:1:17: error E202: lmit_mw: unknown key; did you mean \"limit_mw\"?"},
    {"{\"limit_mw\": 2, \"n\": 1.5}",
     "t:1:22: error E205: n = 1.5, needs a whole number (a number)"},
    {"{\"limit_mw\": 2, \"n\": 10}", "t:1:22: error E204: n = 10, allowed 0..9 (a number)"},
    {"{\"limit_mw\": 2, \"count\": \"max_s\"}",
     "t:1:26: error E207: count = \"max_s\", allowed: a whole number, max_p, max_q (how many); did "
     "you mean \"max_p\"?"},
    {"{\"limit_mw\": 2, \"mode\": 1}",
     "t:1:25: error E205: mode = 1, needs one of its words (how)"},
    {"{\"limit_mw\": 2, \"flag\": \"yes\"}",
     "t:1:25: error E205: flag = \"yes\", needs true or false (whether)"},
    {"{\"limit_mw\": 2, \"hours\": [1, 2]}",
     "t:1:26: error E205: hours: needs an array of 3 numbers, found 2 (three)"},
    {"{\"limit_mw\": 2, \"hours\": [1, 2, 25]}",
     "t:1:33: error E204: hours.2 = 25 h, allowed 0..24 h (three)"},
    {"{\"limit_mw\": 2, \"inner\": {\"part_frac\": 85}}",
     "t:1:40: error E204: inner.part_frac = 85, allowed 0..1 (share); a fraction, not percent: did "
     "you mean 0.85?"},
    {"{\"limit_mw\": 2, \"parts\": [{}, 3]}",
     "t:1:31: error E205: parts.1 = 3, needs an object (parts)"},
    {"{\"limit_mw\": 2, \"inner\": [1]}",
     "t:1:26: error E205: inner: needs an object, found an array (a group)"},
    {"{\"limit_mw\": {\"sweep\": [1, 2]}}",
     "t:1:14: error E212: limit_mw: a plain run needs one value here; `sweep` belongs in a study"},
    {"{\"limit_mw\": {\"dist\": \"pert\"}}",
     "t:1:14: error E212: limit_mw: a plain run needs one value here; `dist` belongs in a study"},
};

START_TEST(a_mistake_names_place_path_rule_and_cure)
{
    expect_one(mistakes[_i].text, mistakes[_i].line);
}
END_TEST

START_TEST(a_wrong_date_is_reported_with_an_example)
{
    ck_assert(!read_thing("{\"limit_mw\": 2, \"start\": \"tomorrow\"}"));
    ck_assert_int_eq(diags.items[0].code, WM_E210);
    ck_assert_ptr_nonnull(strstr(diags.items[0].text, "2027-07-12T15:00"));
}
END_TEST

START_TEST(all_mistakes_are_collected)
{
    ck_assert(!read_thing(
        "{\"x\": 1, \"n\": -1, \"mode\": \"?\", \"inner\": {\"power_kw\": \"1\", \"y\": 2}, "
        "\"parts\": [{\"part_frac\": 2}]}"));
    ck_assert_uint_eq(diags.n_errors, 7);
}
END_TEST

START_TEST(every_leaf_leaves_its_origin)
{
    ck_assert(read_thing("{\"limit_mw\": 2, \"parts\": [{\"part_frac\": 1}]}"));
    bool user = false, by_default = false, nested = false;
    for (size_t i = 0; i < origins.n; i++) {
        const struct wm_origin *o = &origins.items[i];
        user |= strcmp(o->path, "limit_mw") == 0 && strcmp(o->value, "2") == 0 &&
                o->unit == WM_UNIT_MW && strcmp(o->origin, "user") == 0;
        by_default |= strcmp(o->path, "inner.power_kw") == 0 && strcmp(o->value, "2") == 0 &&
                      strcmp(o->origin, "default") == 0;
        nested |= strcmp(o->path, "parts.0.part_frac") == 0 && strcmp(o->origin, "user") == 0;
        ck_assert_str_ne(o->path, "unset_k");
    }
    ck_assert(user && by_default && nested);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("read_fields");
    TCase *tests = tcase_create("read_fields");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, absent_keys_take_their_defaults_in_si);
    tcase_add_test(tests, given_keys_are_converted_once);
    tcase_add_loop_test(tests, a_mistake_names_place_path_rule_and_cure, 0,
                        (int)(sizeof mistakes / sizeof mistakes[0]));
    tcase_add_test(tests, a_wrong_date_is_reported_with_an_example);
    tcase_add_test(tests, all_mistakes_are_collected);
    tcase_add_test(tests, every_leaf_leaves_its_origin);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
