/* Serving tables: equal to the last bit from wherever they come, new for every input; monotone. */
static const char site_text[] =
    "{\"schema_version\":1,\"name\":\"small\",\"seed\":7,"
    "\"horizon\":{\"start\":\"2027-07-01\",\"years\":0.01},"
    "\"site\":{\"ceiling\":{\"limit_mw\":2}},"
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"gb200-nvl72\",\"count\":720}],"
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"llama-3.1-70b\","
    "\"precision\":\"fp8\",\"pool\":\"main\","
    "\"demand\":{\"output_tok_per_s\":300000,\"shape\":\"chat-week\"},"
    "\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":40},"
    "\"price\":{\"deck\":\"deepseek-v3-list\"}}]}";

#include "../../sim/plan/table_cache.h"

#include <unistd.h>

#include "site_case.h"
#include "suite.h"

static const struct wm_catalog *catalog;

static void before(void)
{
    open_arena();
    struct wm_diags diags = wm_diags_init(arena);
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
}

static const void *entry(enum wm_catalog_kind kind, const char *name)
{
    const void *const found = wm_catalog_find(catalog, kind, name);
    ck_assert_msg(found != NULL, "no %s", name);
    return found;
}

static struct wm_serving_case case_of(const char *accelerator, const char *llm, const char *engine,
                                      enum wm_precision precision)
{
    return (struct wm_serving_case){.accelerator = entry(WM_CATALOG_accelerator, accelerator),
                                    .llm = entry(WM_CATALOG_llm, llm),
                                    .engine = entry(WM_CATALOG_engine, engine),
                                    .precision = precision,
                                    .input_tok = 2000.0,
                                    .cached_frac = 0.3,
                                    .output_tok = 300.0,
                                    .output_scv = 1.0,
                                    .max_gpus = 1024.0,
                                    .ttft_slo_s = 3.0,
                                    .tok_per_s_per_user_slo = 15.0};
}

static const size_t n_row_bytes = offsetof(struct wm_surface, off);

static void check_equal(const struct wm_surface *a, const struct wm_surface *b)
{
    ck_assert_mem_eq(a, b, n_row_bytes);
    ck_assert_uint_eq(a->n_hull, b->n_hull);
    for (size_t i = 0; i < a->n_hull; i++)
        ck_assert_int_eq((const char *)a->hull[i] - (const char *)a,
                         (const char *)b->hull[i] - (const char *)b);
}

START_TEST(tables_are_equal_to_the_last_bit_on_any_threads_and_from_the_cache)
{
    char dir[] = "/tmp/wattmill-tables-XXXXXX", command[64];
    ck_assert_ptr_nonnull(mkdtemp(dir));
    const struct wm_serving_case c =
        case_of("gb300-nvl72", "deepseek-r1", "disaggregated-2026", WM_FP4);
    const struct wm_serving_plan plan = wm_serving_plan(&c);
    const struct wm_surface *const plain = wm_surface_new(arena, &plan, 0.95, 1.0);
    for (unsigned n = 1; n <= 5; n++) {
        const struct wm_table_source threads = {.n_threads = n};
        check_equal(plain, wm_table_surface(&threads, arena, &plan, 0.95, 1.0));
    }
    for (int process = 0; process < 2; process++) { /* the second one reads the files */
        const struct wm_cache_params params = {.dir = dir};
        const struct wm_table_source source = {wm_cache_open(&params), 2};
        for (int again = 0; again < 2; again++) {
            const struct wm_serving_plan same = wm_table_plan(&source, &c);
            ck_assert_mem_eq(&same.decode_group, &plan.decode_group, sizeof plan.decode_group);
            ck_assert_double_eq(same.capacity_out_tok_per_s, plan.capacity_out_tok_per_s);
            ck_assert_ptr_eq(same.c.accelerator, c.accelerator);
            check_equal(plain, wm_table_surface(&source, arena, &same, 0.95, 1.0));
        }
        const struct wm_cache_counts n = wm_cache_counts(source.cache);
        ck_assert_uint_eq(n.misses, process == 0 ? 2 : 0);
        ck_assert_uint_eq(n.file_hits, process == 0 ? 0 : 2);
        ck_assert_uint_eq(n.memory_hits, 2);
        wm_cache_close(source.cache);
    }
    (void)snprintf(command, sizeof command, "rm -r %s", dir);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

/* Of an accelerator, what serving does not read. */
static bool is_unread(const char *key)
{
    static const char *const keys[] = {"training",          "idle_w",
                                       "rack_nameplate_kw", "max_q_frac",
                                       "other_it_frac",     "liquid_frac",
                                       "max_coolant_c",     "rent_usd_per_gpu_h",
                                       "repair_h",          "it_capex_usd_per_gpu",
                                       "failures_per_gpu_year"};
    size_t i = 0;
    while (i < sizeof keys / sizeof *keys && strcmp(keys[i], key) != 0)
        i++;
    return i < sizeof keys / sizeof *keys;
}

/* Adds one row's value, changed, for each number of a table: every change must be a miss. */
static void change_each(struct wm_cache *cache, const struct wm_field *rows, char *base,
                        const struct wm_serving_case *c, size_t *n_changed)
{
    const struct wm_table_source source = {cache, 1};
    for (const struct wm_field *row = rows; row->kind != WM_KIND_END; row++) {
        if (is_unread(row->key))
            continue;
        if (row->kind == WM_KIND_GROUP)
            change_each(cache, row->fields, base + row->offset, c, n_changed);
        if (row->kind != WM_KIND_REAL)
            continue;
        double *const value = (double *)(void *)(base + row->offset);
        const double kept = *value;
        *value = kept * (1.0 + 1e-12) + 1e-300;
        const uint64_t misses = wm_cache_counts(cache).misses;
        (void)wm_table_plan(&source, c);
        ck_assert_msg(wm_cache_counts(cache).misses == misses + 1, "%s is not in the key",
                      row->key);
        *value = kept;
        ++*n_changed;
    }
}

START_TEST(every_number_of_hardware_model_and_engine_is_in_the_key)
{
    const struct wm_cache_params memory = {.dir = NULL};
    const struct wm_table_source source = {wm_cache_open(&memory), 1};
    struct wm_serving_case c = case_of("h100", "llama-3.1-8b", "vllm", WM_FP8);
    struct wm_accelerator a = *c.accelerator;
    struct wm_llm llm = *c.llm;
    struct wm_engine engine = *c.engine;
    c.accelerator = &a;
    c.llm = &llm;
    c.engine = &engine;
    (void)wm_table_plan(&source, &c);
    ck_assert_uint_eq(wm_cache_counts(source.cache).misses, 1);
    size_t n = 0;
    change_each(source.cache, wm_accelerator_fields, (char *)&a, &c, &n);
    change_each(source.cache, wm_llm_fields, (char *)&llm, &c, &n);
    change_each(source.cache, wm_engine_fields, (char *)&engine, &c, &n);
    ck_assert_uint_gt(n, 60);
    double *const numbers[] = {&c.input_tok,  &c.cached_frac,       &c.output_tok,
                               &c.output_scv, &c.max_gpus,          &c.ttft_slo_s,
                               &c.draft.tok,  &c.draft.accept_frac, &c.tok_per_s_per_user_slo};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const uint64_t misses = wm_cache_counts(source.cache).misses;
        const double kept = *numbers[i];
        *numbers[i] = kept * 1.01 + 0.01;
        (void)wm_table_plan(&source, &c);
        *numbers[i] = kept;
        ck_assert_uint_eq(wm_cache_counts(source.cache).misses, misses + 1);
    }
    /* words explain and do not act; an equal copy is equal */
    const struct wm_llm copy = llm;
    llm.head.name = "another name";
    c.llm = &copy;
    const uint64_t misses = wm_cache_counts(source.cache).misses;
    (void)wm_table_plan(&source, &c);
    c.llm = &llm;
    (void)wm_table_plan(&source, &c);
    ck_assert_uint_eq(wm_cache_counts(source.cache).misses, misses);
    wm_cache_close(source.cache);
}
END_TEST

START_TEST(what_serving_does_not_read_of_an_accelerator_shares_its_tables)
{
    const struct wm_cache_params memory = {.dir = NULL};
    const struct wm_table_source source = {wm_cache_open(&memory), 1}, plain = {NULL, 1};
    struct wm_serving_case c = case_of("gb300-nvl72", "deepseek-r1", "disaggregated-2026", WM_FP4);
    struct wm_accelerator a = *c.accelerator;
    c.accelerator = &a;
    const struct wm_serving_plan first = wm_table_plan(&source, &c);
    const struct wm_surface *const table = wm_table_surface(&source, arena, &first, 1.0, 1.0);
    const uint64_t misses = wm_cache_counts(source.cache).misses;
    double *const unread[] = {&a.training.bf16_frac,   &a.training.fp8_frac,
                              &a.power.idle_w,         &a.rack_nameplate_w,
                              &a.max_q_frac,           &a.other_it_frac,
                              &a.liquid_frac,          &a.max_coolant_c,
                              &a.rent_usd_per_gpu_h,   &a.it_capex_usd_per_gpu,
                              &a.failures_per_gpu_year, &a.repair_s};
    for (size_t i = 0; i < sizeof unread / sizeof *unread; i++)
        *unread[i] = 2.0 * *unread[i] + 1.0;
    /* all of them changed: the table is the same, taken or made */
    struct wm_serving_plan taken = wm_table_plan(&source, &c);
    const struct wm_serving_plan made = wm_table_plan(&plain, &c);
    taken.c.max_gpus += 1.0; /* a chosen plan has the same table beside more accelerators */
    check_equal(table, wm_table_surface(&source, arena, &taken, 1.0, 1.0));
    ck_assert_uint_eq(wm_cache_counts(source.cache).misses, misses);
    ck_assert_double_eq(made.capacity_out_tok_per_s, first.capacity_out_tok_per_s);
    check_equal(table, wm_table_surface(&plain, arena, &made, 1.0, 1.0));
    wm_cache_close(source.cache);
}
END_TEST

START_TEST(runs_are_equal_to_the_last_bit_with_and_without_a_cache)
{
    const struct wm_cache_params memory = {.dir = NULL};
    struct wm_cache *const cache = wm_cache_open(&memory);
    const struct wm_run_options with = {.cache = cache, .n_threads = 3};
    const struct wm_results *const plain = run_with(WM_OK, NULL, 0, NULL);
    for (int i = 0; i < 2; i++) {
        const struct wm_results *const cached = run_with(WM_OK, &with, 0, NULL);
        ck_assert_mem_eq(plain->metric, cached->metric, sizeof plain->metric);
    }
    /* plan, table and the climate's hours; prices and contract leave them as they are */
    ck_assert_uint_eq(wm_cache_counts(cache).misses, 3);
    const char *const sets[] = {"site.tariff.energy_usd_per_mwh=99", "site.ceiling.limit_mw=3"};
    (void)run_with(WM_OK, &with, 2, sets);
    ck_assert_uint_eq(wm_cache_counts(cache).misses, 3);
    /* every climate, seed and warming has hours of its own */
    const char *const others[] = {"site.weather.climate=\"phoenix\"", "seed=8", "seed=4294967304",
                                  "site.weather.dry_bulb_shift_k=1"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct wm_results *const a = run_with(WM_OK, NULL, 1, &others[i]);
        const struct wm_results *const b = run_with(WM_OK, &with, 1, &others[i]);
        ck_assert_mem_eq(a->metric, b->metric, sizeof a->metric);
        ck_assert_uint_eq(wm_cache_counts(cache).misses, 4 + i);
    }
    wm_cache_close(cache);
}
END_TEST

/* A row of a table: more work is more rate, and never a shorter step or more in time. Power may dip
 * by 0.3 % where prefill never rests: the size of a pass is found on a chord of its time. */
static void check_row(const struct wm_surface_point *row)
{
    for (size_t j = 1; j < WM_SURFACE_BATCHES; j++) {
        const struct wm_serving_point *const a = &row[j - 1].serving, *const b = &row[j].serving;
        ck_assert_double_gt(b->out_tok_per_s, a->out_tok_per_s);
        ck_assert_double_ge(b->it_w, a->it_w * (1.0 - 3e-3));
        ck_assert_double_ge(b->tpot_s, a->tpot_s * (1.0 - 1e-12));
        ck_assert_double_le(b->tpot_slo_frac, a->tpot_slo_frac + 1e-6);
    }
}

/* Read at any rate: the rate itself, and everything else between its neighbours, never beyond. */
static void check_reading(const struct wm_surface *s, size_t row)
{
    enum { N = 200 };
    static const size_t members[] = {
        offsetof(struct wm_serving_point, it_w), offsetof(struct wm_serving_point, batch),
        offsetof(struct wm_serving_point, tpot_s), offsetof(struct wm_serving_point, prefill_w)};
    const double top = s->rows[row][WM_SURFACE_BATCHES - 1].serving.out_tok_per_s;
    for (int i = 0; i <= N; i++) {
        const double rate = top * i / N;
        const struct wm_spread mix = wm_surface_at_rate(s, row, rate);
        ck_assert_double_eq_tol(WM_SPREAD_SUM(&mix, out_tok_per_s), rate, 1e-9 * top);
        for (size_t k = 0; k < sizeof members / sizeof *members; k++) {
            struct wm_spread end = mix;
            end.n = 1;
            end.weight[0] = 1.0;
            const double from = wm_spread_sum(&end, members[k]);
            end.point[0] = mix.point[1];
            const double to = wm_spread_sum(&end, members[k]);
            const double at = wm_spread_sum(&mix, members[k]);
            ck_assert_double_ge(at, fmin(from, to) * (1.0 - 1e-12));
            ck_assert_double_le(at, fmax(from, to) * (1.0 + 1e-12));
        }
    }
}

START_TEST(tables_are_read_monotonically)
{
    static const struct {
        const char *accelerator, *llm, *engine;
        enum wm_precision precision;
    } cases[] = {{"gb300-nvl72", "deepseek-r1", "disaggregated-2026", WM_FP4},
                 {"h100", "deepseek-r1", "disaggregated-2026", WM_FP8},
                 {"h100", "llama-3.1-70b", "vllm", WM_FP8},
                 {"mi355x", "deepseek-r1", "sglang", WM_FP4},
                 {"v100", "llama-3.1-8b", "vllm", WM_BF16},
                 {"vr200-nvl72", "gpt-oss-120b", "tensorrt-llm", WM_FP4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct wm_serving_case c =
            case_of(cases[i].accelerator, cases[i].llm, cases[i].engine, cases[i].precision);
        const struct wm_serving_plan plan = wm_serving_plan(&c);
        ck_assert_msg(plan.fault == WM_PLAN_OK, "case %zu", i);
        const struct wm_surface *const s = wm_surface_new(arena, &plan, 1.0, 1.0);
        double last_top = INFINITY;
        for (size_t row = 0; row < s->n_clocks; row++) {
            const struct wm_surface_point *const top = &s->rows[row][WM_SURFACE_BATCHES - 1];
            check_row(s->rows[row]);
            check_reading(s, row);
            ck_assert_double_le(top->serving.out_tok_per_s, last_top); /* a lower clock: less */
            last_top = top->serving.out_tok_per_s;
        }
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        tables_are_equal_to_the_last_bit_on_any_threads_and_from_the_cache,
        every_number_of_hardware_model_and_engine_is_in_the_key,
        what_serving_does_not_read_of_an_accelerator_shares_its_tables,
        runs_are_equal_to_the_last_bit_with_and_without_a_cache, tables_are_read_monotonically};
    return run_fixture_tests("table_cache", tests, sizeof tests / sizeof *tests, before,
                             close_arena);
}
