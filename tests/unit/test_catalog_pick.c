/* Picking entries by name: all are listed, each is read as in its whole file, and whatever names one brings it. */
#include <check.h>
#include <string.h>

#include "../../sim/input/catalog_pick.h"
#include "suite.h"
#include "wattmill/embedded.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static struct wm_diags diags;
static const struct wm_catalog *whole;

static void before(void)
{
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    ck_assert_int_eq(wm_catalog_load(arena, &whole, &diags), WM_OK);
}

static void after(void)
{
    wm_arena_close(arena);
}

static const struct wm_json *parse(const char *text)
{
    struct wm_json *root = NULL;
    ck_assert_int_eq(wm_json_parse(arena, text, strlen(text), "test", &root, &diags), WM_OK);
    return root;
}

static void same_place(const struct wm_place *a, const struct wm_place *b)
{
    ck_assert_str_eq(a->file, b->file);
    ck_assert_int_eq(a->line, b->line);
    ck_assert_int_eq(a->column, b->column);
}

static void same_tree(const struct wm_json *a, const struct wm_json *b)
{
    ck_assert_int_eq(a->type, b->type);
    same_place(&a->place, &b->place);
    ck_assert_str_eq(a->key != NULL ? a->key : "", b->key != NULL ? b->key : "");
    if (a->key != NULL)
        same_place(&a->key_place, &b->key_place);
    if (a->type == WM_JSON_STRING || a->type == WM_JSON_NUMBER)
        ck_assert_str_eq(a->text, b->text);
    ck_assert_uint_eq(a->n_children, b->n_children);
    const struct wm_json *y = b->child;
    for (const struct wm_json *x = a->child; x != NULL; x = x->next, y = y->next)
        same_tree(x, y);
}

START_TEST(every_entry_is_listed_and_reads_as_in_its_file)
{
    struct wm_picks picks;
    size_t n = 0, n_compared = 0;
    ck_assert(wm_picks_open(arena, parse("{}"), &picks));
    for (int kind = 0; kind < (int)WM_N_CATALOGS; kind++)
        n += wm_catalog_n(whole, (enum wm_catalog_kind)kind);
    ck_assert_uint_eq(picks.n, n);
    for (size_t i = 0; i < n; i++) {
        struct wm_pick *const p = &picks.items[i];
        const struct wm_json *const json = wm_catalog_json(whole, p->kind, p->name);
        ck_assert_ptr_nonnull(json);
        const struct wm_json *const aliases = wm_json_find(json, "aliases");
        const struct wm_json *const read = wm_pick_read(&picks, p, &diags);
        if (wm_json_find(read, "base") != NULL) /* whose own keys stand among those of its base */
            continue;
        n_compared++;
        ck_assert_str_eq(p->aliases, aliases != NULL ? aliases->text : "");
        same_tree(read, json);
    }
    ck_assert_uint_gt(n_compared, n / 2);
}
END_TEST

static const struct {
    enum wm_catalog_kind kind;
    const char *text, *word; /* a document, and what is looked for */
} asked[] = {
    {WM_CATALOG_accelerator, "{\"a\":[{\"b\":\"gb300-nvl72\"}]}", "gb300-nvl72"},
    {WM_CATALOG_accelerator, "{\"a\":\"H100 SXM\"}", "H100 SXM"},
    {WM_CATALOG_accelerator, "{\"a\":\"NVIDIA H100\"}", "NVIDIA H100"},
    {WM_CATALOG_accelerator, "{\"a\":\"MI355X\"}", "MI355X"},
    {WM_CATALOG_llm, "{\"a\":\"deepseek-ai/DeepSeek-R1\"}", "deepseek-ai/DeepSeek-R1"},
    {WM_CATALOG_llm, "{\"a\":\"Llama-3.1-70B-Instruct\"}", "Llama-3.1-70B-Instruct"},
    {WM_CATALOG_llm, "{\"llms\":{\"x\":{\"base\":\"Llama-3.1-70B-Instruct-FP8\"}}}",
     "Llama-3.1-70B-Instruct-FP8"},
    {WM_CATALOG_engine, "{}", "disaggregated-2026"},
    {WM_CATALOG_climate, "{\"climate\":\"phoenix\"}", "phoenix"},
    {WM_CATALOG_chiller, "{\"a\":\"chilled-water\"}", "air-cooled-screw"},
};

START_TEST(what_a_document_names_is_there_as_in_the_whole)
{
    const struct wm_catalog *named = NULL;
    ck_assert_int_eq(wm_catalog_load_named(arena, parse(asked[_i].text), &named, &diags), WM_OK);
    const struct wm_catalog_head *const a = wm_catalog_find(whole, asked[_i].kind, asked[_i].word);
    const struct wm_catalog_head *const b = wm_catalog_find(named, asked[_i].kind, asked[_i].word);
    if (a == NULL)
        ck_abort_msg("no %s in the catalogue", asked[_i].word);
    ck_assert_ptr_nonnull(b);
    ck_assert_str_eq(a->name, b->name);
    struct wm_digest *const x = wm_digest_open(&(struct wm_digest){0});
    struct wm_digest *const y = wm_digest_open(&(struct wm_digest){0});
    unsigned char of_a[WM_DIGEST_BYTES], of_b[WM_DIGEST_BYTES];
    wm_fields_digest(x, wm_catalog_fields(asked[_i].kind), a);
    wm_fields_digest(y, wm_catalog_fields(asked[_i].kind), b);
    wm_digest_close(x, of_a);
    wm_digest_close(y, of_b);
    ck_assert_mem_eq(of_a, of_b, WM_DIGEST_BYTES);
    ck_assert_uint_lt(wm_catalog_n(named, WM_CATALOG_accelerator), 8);
    ck_assert_uint_lt(wm_catalog_n(named, WM_CATALOG_llm), 8);
}
END_TEST

START_TEST(a_mistake_is_told_with_all_there_is)
{
    struct wm_loaded loaded;
    const char *const text =
        "{\"schema_version\":1,\"name\":\"x\",\"horizon\":{\"start\":\"2027-01-01\"},"
        "\"site\":{\"ceiling\":{\"limit_mw\":1}},"
        "\"fleet\":[{\"name\":\"a\",\"accelerator\":\"mi355y\"}],\"workloads\":[]}";
    ck_assert_int_eq(wm_document_load_json(arena, text, strlen(text), "test", ".", NULL, 0, &loaded,
                                           &diags),
                     WM_INVALID);
    size_t n_found = 0;
    for (size_t i = 0; i < diags.n_items; i++)
        n_found += strstr(diags.items[i].text, "mi355x") != NULL;
    ck_assert_uint_eq(n_found, 1);
}
END_TEST

START_TEST(the_catalogues_sum_is_that_of_its_files)
{
    char sum[2 * WM_DIGEST_BYTES + 1];
    struct wm_digest *const d = wm_digest_open(&(struct wm_digest){0});
    for (const struct wm_embedded *f = wm_embedded_files(); f->path != NULL; f++) {
        if (strncmp(f->path, "models/catalog/", strlen("models/catalog/")) != 0)
            continue;
        wm_digest_add_text(d, f->path);
        wm_digest_add(d, f->bytes, f->n_bytes);
    }
    wm_digest_close_hex(d, sum);
    ck_assert_str_eq(wm_embedded_catalog_sha256, sum);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("catalog_pick");
    TCase *const c = tcase_create("catalog_pick");
    tcase_add_checked_fixture(c, before, after);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, every_entry_is_listed_and_reads_as_in_its_file);
    tcase_add_loop_test(c, what_a_document_names_is_there_as_in_the_whole, 0,
                        (int)(sizeof asked / sizeof *asked));
    tcase_add_test(c, the_catalogues_sum_is_that_of_its_files);
    tcase_add_test(c, a_mistake_is_told_with_all_there_is);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
