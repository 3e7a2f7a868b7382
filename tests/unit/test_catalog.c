/* The catalogue, and a walk over every descriptor table there is. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "suite.h"
#include "wattmill/civil.h"
#include "wattmill/input.h"
#include "wattmill/scenario.h"

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

static void print_diags(void)
{
    for (size_t i = 0; i < diags.n_items; i++)
        fprintf(stderr, "%s\n", wm_diag_format(arena, &diags.items[i]));
}

START_TEST(the_compiled_in_catalogue_has_no_mistake)
{
    const struct wm_catalog *catalog = NULL;
    const enum wm_status status = wm_catalog_load(arena, &catalog, &diags);
    print_diags();
    ck_assert_int_eq(status, WM_OK);
    for (int k = 0; k < WM_N_CATALOGS; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        ck_assert_msg(wm_catalog_n(catalog, kind) > 0, "%s is empty", wm_catalog_section(kind));
        ck_assert_int_eq(wm_catalog_kind_of(wm_catalog_section(kind)), kind);
        for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++) {
            const struct wm_catalog_head *head = wm_catalog_at(catalog, kind, i);
            int64_t time_us = 0;
            ck_assert_ptr_eq(wm_catalog_find(catalog, kind, head->name), head);
            ck_assert_msg(wm_time_parse(head->as_of, &time_us), "%s: as_of \"%s\"", head->name,
                          head->as_of);
            ck_assert_msg(strlen(head->source) > 5, "%s: source", head->name);
            if (i > 0)
                ck_assert_str_lt(wm_catalog_at(catalog, kind, i - 1)->name, head->name);
        }
    }
    ck_assert_ptr_null(wm_catalog_find(catalog, WM_CATALOG_llm, "no-such-model"));
}
END_TEST

static const struct wm_json *parse(const char *text)
{
    struct wm_json *root = NULL;
    ck_assert_int_eq(wm_json_parse(arena, text, strlen(text), "s.json", &root, &diags), WM_OK);
    return root;
}

START_TEST(an_entry_of_the_scenario_starts_from_its_base)
{
    const struct wm_catalog *plain = NULL, *own = NULL;
    ck_assert_int_eq(wm_catalog_load(arena, &plain, &diags), WM_OK);
    const char *base = wm_catalog_at(plain, WM_CATALOG_llm, 0)->name;
    const char *text = wm_arena_printf(
        arena,
        "{\"llms\": {\"a\": {\"base\": \"b\", \"notes\": \"mine\"}, \"b\": {\"base\": \"%s\"}}}",
        base);
    ck_assert_int_eq(wm_catalog_load_with(arena, parse(text), &own, &diags), WM_OK);
    const struct wm_catalog_head *a = wm_catalog_find(own, WM_CATALOG_llm, "a");
    ck_assert_ptr_nonnull(a);
    ck_assert_str_eq(a->name, "a");
    ck_assert_str_eq(a->notes, "mine");
    ck_assert_str_eq(a->source, wm_catalog_find(own, WM_CATALOG_llm, base)->source);
    ck_assert_uint_eq(wm_catalog_n(own, WM_CATALOG_llm), wm_catalog_n(plain, WM_CATALOG_llm) + 2);
}
END_TEST

START_TEST(an_alias_names_an_entry_a_second_time_and_a_name_wins_over_it)
{
    const struct wm_catalog *own = NULL;
    ck_assert_int_eq(
        wm_catalog_load_with(arena,
                             parse("{\"llms\": {\"a\": {\"base\": \"deepseek-r1-671b\"},"
                                   " \"deepseek-r1-0528\": {\"base\": \"llama-3.1-8b\"}}}"),
                             &own, &diags),
        WM_OK);
    const struct wm_catalog_head *r1 = wm_catalog_find(own, WM_CATALOG_llm, "deepseek-r1");
    ck_assert_ptr_nonnull(r1);
    ck_assert_ptr_eq(wm_catalog_find(own, WM_CATALOG_llm, "deepseek-r1-671b"), r1);
    ck_assert_ptr_null(wm_catalog_find(own, WM_CATALOG_llm, "deepseek-r1-67"));
    ck_assert_ptr_null(wm_catalog_find(own, WM_CATALOG_llm, "r1-671b"));
    ck_assert_ptr_null(wm_catalog_find(own, WM_CATALOG_llm, ""));
    /* a base's aliases stay behind; an entry that has the name outright hides the alias */
    ck_assert_str_eq(wm_catalog_find(own, WM_CATALOG_llm, "a")->aliases, "");
    ck_assert_ptr_ne(wm_catalog_find(own, WM_CATALOG_llm, "deepseek-r1-0528"), r1);
}
END_TEST

START_TEST(names_are_found_as_people_write_them)
{
    const struct wm_catalog *c = NULL;
    ck_assert_int_eq(wm_catalog_load(arena, &c, &diags), WM_OK);
    static const struct {
        enum wm_catalog_kind kind;
        const char *written, *name;
    } cases[] = {
        {WM_CATALOG_accelerator, "H100 SXM", "h100"},
        {WM_CATALOG_accelerator, "Rubin", "vr200-nvl72-2.3kw"},
        {WM_CATALOG_accelerator, "MI455X", "mi455x"},
        {WM_CATALOG_llm, "meta-llama/Llama-3.1-70B-Instruct", "llama-3.1-70b"},
        {WM_CATALOG_llm, "deepseek-ai/DeepSeek-R1", "deepseek-r1"},
        {WM_CATALOG_llm, "Kimi_K3", "kimi-k3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct wm_catalog_head *h = wm_catalog_find(c, cases[i].kind, cases[i].written);
        ck_assert_msg(h != NULL && strcmp(h->name, cases[i].name) == 0, "%s", cases[i].written);
    }
    ck_assert_ptr_null(wm_catalog_find(c, WM_CATALOG_llm, "deepseek-ai/"));
    ck_assert_ptr_null(wm_catalog_find(c, WM_CATALOG_accelerator, "H100 PCI"));
}
END_TEST

/* Two entries of one kind must not share a name or alias, or which one is meant depends on order. */
START_TEST(names_and_aliases_of_the_catalogue_are_unique)
{
    const struct wm_catalog *catalog = NULL;
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
    for (int k = 0; k < WM_N_CATALOGS; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++) {
            const struct wm_catalog_head *head = wm_catalog_at(catalog, kind, i);
            char words[256];
            ck_assert_uint_lt(strlen(head->aliases), sizeof words);
            snprintf(words, sizeof words, "%s", head->aliases);
            char *rest = NULL;
            for (char *w = strtok_r(words, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
                ck_assert_msg(wm_catalog_find(catalog, kind, w) == head, "%s of %s", w, head->name);
        }
    }
}
END_TEST

START_TEST(an_entry_may_build_on_the_one_it_replaces)
{
    const struct wm_catalog *plain = NULL, *own = NULL;
    ck_assert_int_eq(wm_catalog_load(arena, &plain, &diags), WM_OK);
    const char *name = wm_catalog_at(plain, WM_CATALOG_llm, 0)->name;
    const char *text = wm_arena_printf(
        arena, "{\"llms\": {\"%s\": {\"base\": \"%s\", \"title\": \"new\"}}}", name, name);
    ck_assert_int_eq(wm_catalog_load_with(arena, parse(text), &own, &diags), WM_OK);
    ck_assert_str_eq(wm_catalog_find(own, WM_CATALOG_llm, name)->title, "new");
    ck_assert_uint_eq(wm_catalog_n(own, WM_CATALOG_llm), wm_catalog_n(plain, WM_CATALOG_llm));
}
END_TEST

START_TEST(circles_and_missing_bases_are_reported)
{
    const struct wm_catalog *own = NULL;
    const struct wm_json *root = parse(
        "{\"llms\": {\"a\": {\"base\": \"b\"}, \"b\": {\"base\": \"a\"}, \"c\": {\"base\": \"?\"},"
        " \"d\": {\"base\": \"d\"}}}");
    ck_assert_int_eq(wm_catalog_load_with(arena, root, &own, &diags), WM_INVALID);
    ck_assert_uint_eq(diags.n_errors, 3);
    for (size_t i = 0; i < diags.n_items; i++)
        ck_assert_int_eq(diags.items[i].code, WM_E209);
    ck_assert_ptr_null(wm_catalog_find(own, WM_CATALOG_llm, "a"));
}
END_TEST

/* ---- the walk ---- */

struct span {
    size_t from, to;
};

static const struct {
    const char *suffix;
    enum wm_unit unit;
} suffixes[] = {{"_usd_per_mwh", WM_UNIT_USD_PER_MWH},
                {"_usd_per_mtok", WM_UNIT_USD_PER_MTOK},
                {"_usd_per_kw_month", WM_UNIT_USD_PER_KW_MONTH},
                {"_mw_per_min", WM_UNIT_MW_PER_MIN},
                {"_kg_per_mwh", WM_UNIT_KG_PER_MWH},
                {"_tok_per_s", WM_UNIT_TOK_PER_S},
                {"_gb_per_s", WM_UNIT_GB_PER_S},
                {"_tb_per_s", WM_UNIT_TB_PER_S},
                {"_tflop_per_s", WM_UNIT_TFLOP_PER_S},
                {"_frac", WM_UNIT_FRAC},
                {"_mw", WM_UNIT_MW},
                {"_kw", WM_UNIT_KW},
                {"_mwh", WM_UNIT_MWH},
                {"_min", WM_UNIT_MIN},
                {"_ms", WM_UNIT_MS},
                {"_us", WM_UNIT_US},
                {"_pa", WM_UNIT_PA}};

static bool ends_with(const char *text, const char *suffix)
{
    const size_t n = strlen(text), m = strlen(suffix);
    if (n + 1 == m)
        return strcmp(text, suffix + 1) == 0; /* the whole key is the unit */
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

static void check_unit(const struct wm_field *f)
{
    if (f->kind != WM_KIND_REAL && f->kind != WM_KIND_REALS)
        return;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (!ends_with(f->key, suffixes[i].suffix))
            continue;
        if (strstr(f->key, "per_") != NULL && strstr(suffixes[i].suffix, "per_") == NULL)
            continue; /* a ratio that is not in this list, such as usd_per_mw */
        if (f->unit == WM_UNIT_W_PER_W && suffixes[i].unit == WM_UNIT_FRAC)
            return; /* a fraction that says of what */
        ck_assert_msg(f->unit == suffixes[i].unit, "%s is in %s", f->key, wm_unit_symbol(f->unit));
        return;
    }
    ck_assert_msg(f->unit != WM_UNIT_FRAC, "%s is a fraction by its unit only", f->key);
}

static bool has_word(const struct wm_field *f)
{
    for (size_t i = 0; f->choices[i] != NULL; i++)
        if (strcmp(f->choices[i], f->def_text) == 0)
            return true;
    return false;
}

static void check_default(const struct wm_field *f)
{
    int64_t time_us = 0;
    if ((f->kind == WM_KIND_REAL || f->kind == WM_KIND_INT) && !isnan(f->def))
        ck_assert_msg(f->def >= f->min && f->def <= f->max, "default of %s", f->key);
    if (f->kind == WM_KIND_REAL || f->kind == WM_KIND_INT || f->kind == WM_KIND_REALS)
        ck_assert_msg(f->min <= f->max, "range of %s", f->key);
    if (f->kind == WM_KIND_CHOICE && f->def_text != NULL)
        ck_assert_msg(has_word(f), "default of %s", f->key);
    if (f->kind == WM_KIND_COUNT && f->def_text != NULL)
        ck_assert_msg(has_word(f) || strspn(f->def_text, "0123456789") == strlen(f->def_text),
                      "default of %s", f->key);
    if (f->kind == WM_KIND_TIME && f->def_text != NULL)
        ck_assert_msg(wm_time_parse(f->def_text, &time_us), "default of %s", f->key);
}

/* No two rows share a byte; what lies between rows is padding. `known` bytes at the front are not. */
static void check_spans(const struct wm_field *fields, size_t first, size_t n_bytes)
{
    size_t at = first;
    for (;;) {
        const struct wm_field *next = NULL;
        for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++)
            if (f->offset >= at && (next == NULL || f->offset < next->offset))
                next = f;
        if (next == NULL)
            break;
        ck_assert_msg(next->offset - at < 8, "%zu bytes before %s have no row", next->offset - at,
                      next->key);
        at = next->offset + next->size;
    }
    if (n_bytes > 0)
        ck_assert_msg(n_bytes >= at && n_bytes - at < 8,
                      "%zu bytes at the end of the struct of %s "
                      "have no row",
                      n_bytes - at, fields->key);
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++)
        for (const struct wm_field *g = fields; g != f; g++) {
            ck_assert_str_ne(f->key, g->key);
            ck_assert_msg(f->offset >= g->offset + g->size || g->offset >= f->offset + f->size,
                          "%s and %s share bytes", f->key, g->key);
        }
}

static void check_table(const struct wm_field *fields, size_t first, size_t n_bytes)
{
    check_spans(fields, first, n_bytes);
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++) {
        ck_assert_ptr_nonnull(f->doc);
        check_unit(f);
        check_default(f);
        if (f->kind == WM_KIND_GROUP)
            check_table(f->fields, 0, f->size);
        if (f->kind == WM_KIND_LIST)
            check_table(f->fields, 0, f->item_size);
        if (f->kind == WM_KIND_PRESET)
            ck_assert_uint_eq(f->size, wm_catalog_entry_size(f->catalog));
    }
}

START_TEST(every_table_agrees_with_its_struct)
{
    check_table(wm_scenario_fields, 0, sizeof(struct wm_scenario));
    for (int k = 0; k < WM_N_CATALOGS; k++) /* the entry's name is no row */
        check_table(wm_catalog_fields((enum wm_catalog_kind)k), sizeof(const char *),
                    wm_catalog_entry_size((enum wm_catalog_kind)k));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_compiled_in_catalogue_has_no_mistake,
                                  an_entry_of_the_scenario_starts_from_its_base,
                                  an_alias_names_an_entry_a_second_time_and_a_name_wins_over_it,
                                  names_are_found_as_people_write_them,
                                  names_and_aliases_of_the_catalogue_are_unique,
                                  an_entry_may_build_on_the_one_it_replaces,
                                  circles_and_missing_bases_are_reported,
                                  every_table_agrees_with_its_struct};
    return run_fixture_tests("catalog", tests, sizeof tests / sizeof *tests, set_up, tear_down);
}
