/* Studies in tests: a folder of their own, a base scenario, points that cost nothing. */
#ifndef WM_TESTS_STUDY_CASE_H
#define WM_TESTS_STUDY_CASE_H

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static struct wm_diags diags;
static char dir[64];

static const char base_text[] =
    "{\"schema_version\": 1, \"name\": \"t\", \"seed\": 7,\n"
    " \"site\": {\"ceiling\": {\"limit_mw\": 10}, \"cooling\": \"dry-cooler\"},\n"
    " \"fleet\": [{\"name\": \"main\", \"accelerator\": \"gb300-nvl72\", \"count\": 72}],\n"
    " \"economics\": {\"discount_rate_frac\": 0.1}}";

static inline const char *in_dir(const char *name)
{
    return wm_arena_printf(arena, "%s/%s", dir, name);
}

static inline void write_file(const char *name, const char *text)
{
    FILE *const file = fopen(in_dir(name), "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static inline char *read_file(const char *name)
{
    const char *text = NULL;
    size_t n = 0;
    ck_assert_int_eq(wm_text_load(arena, in_dir(name), &text, &n, &diags), WM_OK);
    return wm_arena_copy_text(arena, text, n);
}

static inline void set_up(void)
{
    wm_init();
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    snprintf(dir, sizeof dir, "/tmp/wm_study_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    write_file("base.json", base_text);
}

static inline void tear_down(void)
{
    /* names are ours alone: no shell meets a user's text */
    const char *const command = wm_arena_printf(arena, "rm -rf %s", dir);
    ck_assert_int_eq(system(command), 0);
    wm_arena_close(arena);
}

/* `rest` are the keys behind name and base: "\"axes\": [...]". */
static inline enum wm_status try_study(const char *rest, const struct wm_study **out)
{
    write_file("study.json",
               wm_arena_printf(arena,
                               "{\"schema_version\": 1, \"name\": \"s\", \"base\": \"base.json\",\n%s}",
                               rest));
    diags = wm_diags_init(arena);
    return wm_study_load(arena, in_dir("study.json"), NULL, 0, out, &diags);
}

static inline const struct wm_study *load_study(const char *rest)
{
    const struct wm_study *study = NULL;
    const enum wm_status status = try_study(rest, &study);
    for (size_t i = 0; i < diags.n_items && status != WM_OK; i++)
        puts(wm_diag_format(arena, &diags.items[i]));
    ck_assert_int_eq(status, WM_OK);
    return study;
}

/* Whether some diagnostic has the code and contains the text. */
static inline bool is_told(enum wm_code code, const char *text)
{
    for (size_t i = 0; i < diags.n_items; i++)
        if (diags.items[i].code == code &&
            strstr(wm_diag_format(arena, &diags.items[i]), text) != NULL)
            return true;
    return false;
}

/* revenue_usd = seed, npv_usd = energy price + 1000 x limit in MW. */
static inline enum wm_status quick_point(void *context, struct wm_arena *point_arena,
                                         const struct wm_scenario *s, const struct wm_point *point,
                                         const struct wm_results **results, struct wm_diags *d)
{
    (void)context, (void)d, (void)point;
    struct wm_results *const r = WM_NEW(point_arena, struct wm_results);
    for (size_t i = 0; i < WM_N_METRICS; i++)
        r->metric[i] = (double)NAN;
    r->metric[WM_METRIC_revenue_usd] = (double)s->seed;
    r->metric[WM_METRIC_npv_usd] =
        s->site.tariff.energy_usd_per_mwh + 1000.0 * s->site.ceiling.limit_w / WM_W_PER_MW;
    *results = r;
    return WM_OK;
}

static inline enum wm_status run_study(const struct wm_study *study, const char *store,
                                       unsigned jobs, uint64_t shard, uint64_t n_shards,
                                       wm_point_fn *fn, struct wm_study_progress *progress)
{
    const struct wm_study_options o = {.store = in_dir(store),
                                       .n_jobs = jobs,
                                       .shard_index = shard,
                                       .n_shards = n_shards,
                                       .run = fn};
    return wm_study_run(arena, study, &o, progress, &diags);
}

/* The store as JSON lines. */
static inline char *exported(const char *name)
{
    struct wm_store *store = NULL;
    ck_assert_int_eq(wm_store_open(arena, in_dir(name), &store, &diags), WM_OK);
    FILE *const file = fopen(in_dir("export.jsonl"), "w");
    ck_assert_int_eq(wm_export_jsonl(file, store, &diags), WM_OK);
    fclose(file);
    wm_store_close(store);
    return read_file("export.jsonl");
}

#endif
