#include "study_case.h"
#include "suite.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define GRID(prices)                                                                         \
    "\"axes\": [{\"path\": \"site.ceiling.limit_mw\", \"sweep\": {\"from\": 1, \"to\": 20, " \
    "\"step\": 1}}, {\"path\": \"site.tariff.energy_usd_per_mwh\", \"sweep\": " prices "}]"

START_TEST(the_store_exports_the_same_for_any_number_of_threads)
{
    const struct wm_study *const s = load_study(GRID("[30, 40, 50, 60, 70]"));
    struct wm_study_progress p;
    ck_assert_int_eq(run_study(s, "one", 1, 0, 0, quick_point, &p), WM_OK);
    ck_assert_uint_eq(p.n_ok, 100);
    char *const one = exported("one");
    const unsigned jobs[] = {2, 3, 7};
    for (size_t i = 0; i < 3; i++) {
        const char *const name = wm_arena_printf(arena, "jobs%u", jobs[i]);
        ck_assert_int_eq(run_study(s, name, jobs[i], 0, 0, quick_point, NULL), WM_OK);
        ck_assert_str_eq(one, exported(name));
    }
    ck_assert_ptr_nonnull(strstr(one, "{\"index\":7,\"status\":\"ok\",\"seed\":7,\"params\":{"
                                      "\"site.ceiling.limit_mw\":2,"
                                      "\"site.tariff.energy_usd_per_mwh\":50},\"metrics\":{"
                                      "\"revenue_usd\":7,\"npv_usd\":2050}"));
}
END_TEST

START_TEST(shards_merge_into_what_one_run_gives)
{
    const struct wm_study *const s = load_study(GRID("[30, 40, 50, 60, 70]"));
    uint64_t n = 0, n_wanted = 0;
    ck_assert_int_eq(run_study(s, "whole", 2, 0, 0, quick_point, NULL), WM_OK);
    for (uint64_t k = 0; k < 3; k++)
        ck_assert_int_eq(
            run_study(s, wm_arena_printf(arena, "s%d", (int)k), 1, k, 3, quick_point, NULL), WM_OK);
    const char *const in[] = {in_dir("s2"), in_dir("s0"), in_dir("s1")};
    for (int again = 0; again < 2; again++) { /* the second time nothing changes */
        ck_assert_int_eq(wm_store_merge(arena, in_dir("merged"), in, 3, &n, &n_wanted, &diags),
                         WM_OK);
        ck_assert_uint_eq(n, 100);
        ck_assert_uint_eq(n_wanted, 100);
        ck_assert_str_eq(exported("whole"), exported("merged"));
    }
}
END_TEST

START_TEST(stores_of_another_study_or_other_values_do_not_merge)
{
    uint64_t n = 0, n_wanted = 0;
    const struct wm_study *s = load_study(GRID("[30, 40]"));
    ck_assert_int_eq(run_study(s, "a", 1, 0, 0, quick_point, NULL), WM_OK);
    s = load_study(GRID("[30, 40, 50]"));
    ck_assert_int_eq(run_study(s, "b", 1, 0, 0, quick_point, NULL), WM_OK);
    s = load_study("\"design\": \"sobol\", \"n\": 4, \"axes\": [{\"path\": "
                   "\"site.ceiling.limit_mw\", \"sweep\": [1, 2]}]");
    ck_assert_int_eq(run_study(s, "c", 1, 0, 0, quick_point, NULL), WM_OK);
    const char *const ab[] = {in_dir("a"), in_dir("b")}, *const ac[] = {in_dir("a"), in_dir("c")};
    ck_assert_int_eq(wm_store_merge(arena, in_dir("out"), ab, 2, &n, &n_wanted, &diags), WM_IO);
    ck_assert(is_told(WM_E502, "other values"));
    ck_assert_int_eq(wm_store_merge(arena, in_dir("out"), ac, 2, &n, &n_wanted, &diags), WM_IO);
    ck_assert(is_told(WM_E502, "another design"));
    ck_assert_int_ne(access(in_dir("out"), F_OK), 0);
    ck_assert_int_eq(run_study(s, "a", 1, 0, 0, quick_point, NULL),
                     WM_IO); /* nor are they resumed */
    ck_assert(is_told(WM_E502, "choose another store"));
}
END_TEST

START_TEST(what_is_stored_is_not_run_again_and_an_axis_can_grow)
{
    struct wm_study_progress p;
    const struct wm_study *s = load_study(GRID("[30, 50]"));
    ck_assert_int_eq(run_study(s, "st", 2, 0, 0, quick_point, &p), WM_OK);
    ck_assert_uint_eq(p.n_skipped, 0);
    ck_assert_int_eq(run_study(s, "st", 2, 0, 0, quick_point, &p), WM_OK);
    ck_assert_uint_eq(p.n_skipped, 40);
    s = load_study(GRID("[30, 40, 50]")); /* in the middle: every index behind it moves */
    ck_assert_int_eq(run_study(s, "st", 2, 0, 0, quick_point, &p), WM_OK);
    ck_assert_uint_eq(p.n_skipped, 40);
    ck_assert_uint_eq(p.n_ok, 60);
    ck_assert_int_eq(run_study(s, "fresh", 2, 0, 0, quick_point, NULL), WM_OK);
    ck_assert_str_eq(exported("st"), exported("fresh"));
    s = load_study(GRID("[40]")); /* and shrink: what is left out is kept, but not exported */
    ck_assert_int_eq(run_study(s, "st", 2, 0, 0, quick_point, &p), WM_OK);
    ck_assert_uint_eq(p.n_skipped, 20);
    ck_assert_int_eq(run_study(s, "fresh2", 1, 0, 0, quick_point, NULL), WM_OK);
    ck_assert_str_eq(exported("st"), exported("fresh2"));
}
END_TEST

/* Fails above 10 MW, contradicts nothing. */
static enum wm_status picky_point(void *context, struct wm_arena *a, const struct wm_scenario *s,
                                  const struct wm_point *point, const struct wm_results **results,
                                  struct wm_diags *d)
{
    if (s->site.ceiling.limit_w <= 10e6)
        return quick_point(context, a, s, point, results, d);
    wm_diag_add(d, WM_E301, NULL, "site.ceiling.limit_mw", "is too much");
    return WM_INFEASIBLE;
}

START_TEST(a_failing_point_is_recorded_and_stops_nothing)
{
    struct wm_study_progress p;
    const struct wm_study *const s = load_study(GRID("[30]"));
    ck_assert_int_eq(run_study(s, "st", 2, 0, 0, picky_point, &p), WM_POINTS_FAILED);
    ck_assert_uint_eq(p.n_ok, 10);
    ck_assert_uint_eq(p.n_failed, 10);
    ck_assert(is_told(WM_E506, "10 of 20"));
    ck_assert_int_eq(wm_status_exit_code(WM_POINTS_FAILED), 6);
    ck_assert_ptr_nonnull(strstr(exported("st"), "\"status\":\"infeasible\""));
    ck_assert_ptr_nonnull(strstr(
        exported("st"), "{\"code\":\"E301\",\"text\":\"site.ceiling.limit_mw is too much\"}"));
    ck_assert_int_eq(run_study(s, "st", 2, 0, 0, picky_point, &p), WM_POINTS_FAILED);
    ck_assert_uint_eq(p.n_skipped, 20); /* known to fail: not tried again unless asked */
    const struct wm_study_options retry = {
        .store = in_dir("st"), .run = quick_point, .retry = true};
    ck_assert_int_eq(wm_study_run(arena, s, &retry, &p, &diags), WM_OK);
    ck_assert_uint_eq(p.n_skipped, 10);
    ck_assert_uint_eq(p.n_ok, 20);
}
END_TEST

START_TEST(values_that_contradict_each_other_make_invalid_points)
{
    struct wm_study_progress p;
    write_file(
        "base.json",
        "{\"schema_version\": 1, \"name\": \"t\", \"site\": {\"ceiling\": {\"limit_mw\": 10, "
        "\"calendar\": [{\"from\": \"2027-02-01\", \"to\": \"2027-02-02\", \"limit_mw\": 5}]}}, "
        "\"fleet\": [{\"name\": \"main\", \"accelerator\": \"gb300-nvl72\", \"count\": 72}]}");
    const struct wm_study *const s =
        load_study("\"axes\": [{\"path\": \"site.ceiling.limit_mw\", \"sweep\": [4, 10]}]");
    ck_assert_int_eq(run_study(s, "st", 1, 0, 0, quick_point, &p), WM_POINTS_FAILED);
    ck_assert_uint_eq(p.n_ok, 1);
    ck_assert_ptr_nonnull(strstr(exported("st"), "\"status\":\"invalid\""));
    ck_assert_ptr_nonnull(strstr(exported("st"), "E211"));
}
END_TEST

/* Discrete axes fall together: every point is there all the same, in any order of arrival. */
START_TEST(points_of_equal_parameters_are_kept_apart)
{
    static const char *const designs[] = {"saltelli",    "sobol",         "latin_hypercube",
                                          "monte_carlo", "one_at_a_time", "zip"};
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
        const struct wm_study *const s = load_study(wm_arena_printf(
            arena,
            "\"design\": \"%s\", \"n\": 40, \"axes\": [{\"path\": \"site.ceiling.limit_mw\", "
            "\"sweep\": [10, 20]}, {\"path\": \"fleet.main.count\", \"sweep\": [72, 144]}]",
            designs[i]));
        struct wm_study_progress p;
        const char *const one = wm_arena_printf(arena, "one-%s", designs[i]);
        const char *const two = wm_arena_printf(arena, "two-%s", designs[i]);
        ck_assert_int_eq(run_study(s, one, 1, 0, 0, quick_point, NULL), WM_OK);
        ck_assert_int_eq(run_study(s, two, 3, 0, 0, quick_point, NULL), WM_OK);
        ck_assert_int_eq(run_study(s, two, 3, 0, 0, quick_point, &p), WM_OK);
        ck_assert_uint_eq(p.n_skipped, wm_study_n_points(s));
        const char *const text = exported(one);
        size_t n_lines = 0;
        for (const char *c = text; *c != 0; c++)
            n_lines += *c == '\n';
        ck_assert_uint_eq(n_lines, wm_study_n_points(s));
        ck_assert_str_eq(text, exported(two));
    }
}
END_TEST

static atomic_bool stop;

static enum wm_status stopping_point(void *context, struct wm_arena *a, const struct wm_scenario *s,
                                     const struct wm_point *point,
                                     const struct wm_results **results, struct wm_diags *d)
{
    if (point->index == 40)
        stop = true;
    const struct timespec pause = {0, 300000};
    nanosleep(&pause, NULL);
    return quick_point(context, a, s, point, results, d);
}

START_TEST(a_stopped_study_keeps_what_is_done_and_goes_on)
{
    struct wm_study_progress p;
    const struct wm_study *const s = load_study(GRID("[30, 40, 50, 60, 70]"));
    const struct wm_study_options o = {
        .store = in_dir("st"), .n_jobs = 2, .run = stopping_point, .stop = &stop};
    stop = false;
    ck_assert_int_eq(wm_study_run(arena, s, &o, &p, &diags), WM_INTERRUPTED);
    ck_assert_uint_ge(p.n_done, 40);
    ck_assert_uint_lt(p.n_done, 100);
    const uint64_t n_before = p.n_done;
    ck_assert_int_eq(run_study(s, "st", 2, 0, 0, quick_point, &p), WM_OK);
    ck_assert_uint_eq(p.n_skipped, n_before);
    ck_assert_int_eq(run_study(s, "fresh", 2, 0, 0, quick_point, NULL), WM_OK);
    ck_assert_str_eq(exported("st"), exported("fresh"));
}
END_TEST

START_TEST(damaged_foreign_and_empty_files_are_refused_and_left_alone)
{
    const struct wm_study *const s = load_study(GRID("[30]"));
    ck_assert_int_eq(run_study(s, "st", 1, 0, 0, quick_point, NULL), WM_OK);
    FILE *const f = fopen(in_dir("st"), "r+b"); /* one page of the middle */
    struct stat info;
    ck_assert_int_eq(stat(in_dir("st"), &info), 0);
    fseek(f, (long)(info.st_size / 2 / 4096 * 4096), SEEK_SET);
    for (int i = 0; i < 4096; i++)
        fputc(0x5a, f);
    fclose(f);
    ck_assert_int_eq(run_study(s, "st", 1, 0, 0, quick_point, NULL), WM_IO);
    ck_assert(is_told(WM_E503, "is damaged"));
    write_file("text", "this is no database, but long enough to look at. ");
    ck_assert_int_eq(run_study(s, "text", 1, 0, 0, quick_point, NULL), WM_IO);
    ck_assert_str_eq(read_file("text"), "this is no database, but long enough to look at. ");
    write_file("empty", "");
    diags = wm_diags_init(arena);
    ck_assert_int_eq(run_study(s, "empty", 1, 0, 0, quick_point, NULL), WM_IO);
    ck_assert(is_told(WM_E503, "is empty"));
    diags = wm_diags_init(arena);
    ck_assert_int_eq(run_study(s, "no/such/folder", 1, 0, 0, quick_point, NULL), WM_IO);
    ck_assert(is_told(WM_E505, "cannot be made"));
    ck_assert_uint_eq(diags.n_errors, 1);
}
END_TEST

/* Points that write at length, so that the file limit is reached in the middle of the study. */
static enum wm_status talking_point(void *context, struct wm_arena *a, const struct wm_scenario *s,
                                    const struct wm_point *point, const struct wm_results **results,
                                    struct wm_diags *d)
{
    char *const text = wm_arena_alloc(a, 20000, 1);
    memset(text, 'x', 19999);
    wm_diag_add(d, WM_W901, NULL, NULL, "%s", text);
    return quick_point(context, a, s, point, results, d);
}

START_TEST(a_full_disk_is_one_error_and_leaves_a_valid_store)
{
    const struct wm_study *const s = load_study(GRID("[30, 40, 50, 60, 70]"));
    struct wm_study_progress p;
    struct rlimit old, limit;
    getrlimit(RLIMIT_FSIZE, &old);
    limit = old;
    limit.rlim_cur = 1000000;
    (void)signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const enum wm_status full = run_study(s, "st", 2, 0, 0, talking_point, &p);
    setrlimit(RLIMIT_FSIZE, &old);
    ck_assert_int_eq(full, WM_IO);
    ck_assert_uint_eq(diags.n_errors, 1);
    ck_assert(is_told(WM_E505, "committed before stays valid"));
    ck_assert_int_eq(run_study(s, "st", 2, 0, 0, talking_point, &p), WM_OK);
    ck_assert_int_eq(run_study(s, "fresh", 2, 0, 0, talking_point, NULL), WM_OK);
    ck_assert_str_eq(exported("st"), exported("fresh"));
}
END_TEST

START_TEST(an_estimate_writes_nothing)
{
    const struct wm_study *const s = load_study(GRID("{\"from\": 1, \"to\": 50000, \"step\": 1}"));
    struct wm_study_estimate e;
    const struct wm_study_options o = {.store = in_dir("st"), .n_jobs = 2, .run = quick_point};
    ck_assert_int_eq(wm_study_estimate(arena, s, &o, &e, &diags), WM_OK);
    ck_assert_uint_eq(e.n_points, 1000000);
    ck_assert_double_gt(e.total_s, 0.0);
    ck_assert_double_gt(e.disk_bytes, 100e6);
    ck_assert_double_lt(e.disk_bytes, 400e6);
    ck_assert_int_ne(access(in_dir("st"), F_OK), 0);
}
END_TEST

/* The real thing, in threads: the sanitizer for threads looks at this one. */
START_TEST(whole_runs_in_threads_share_nothing)
{
    write_file(
        "base.json",
        "{\"schema_version\": 1, \"name\": \"t\", \"horizon\": {\"years\": 0.01}, \"site\": "
        "{\"ceiling\": {\"limit_mw\": 5}}, \"fleet\": [{\"name\": \"main\", \"accelerator\": "
        "\"gb300-nvl72\", \"count\": 720}], \"workloads\": [{\"name\": \"chat\", \"class\": "
        "\"chat\", \"llm\": \"deepseek-r1\", \"precision\": \"fp4\", \"pool\": \"main\", "
        "\"demand\": {\"output_tok_per_s\": 300000}, \"price\": {\"deck\": "
        "\"deepseek-r1-host\"}}]}");
    const struct wm_study *const s = load_study(
        "\"axes\": [{\"path\": \"site.tariff.energy_usd_per_mwh\", \"sweep\": [30, 60]}, "
        "{\"path\": "
        "\"site.weather.climate\", \"sweep\": [\"phoenix\", \"oregon\", \"frankfurt\"]}]");
    struct wm_study_progress p;
    ck_assert_int_eq(run_study(s, "one", 1, 0, 0, NULL, &p), WM_OK);
    ck_assert_int_eq(run_study(s, "two", 3, 0, 0, NULL, &p), WM_OK);
    ck_assert_str_eq(exported("one"), exported("two"));
    ck_assert_ptr_nonnull(strstr(exported("one"), "\"yearly\":[{\"year\":0"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_store_exports_the_same_for_any_number_of_threads,
                                  shards_merge_into_what_one_run_gives,
                                  stores_of_another_study_or_other_values_do_not_merge,
                                  what_is_stored_is_not_run_again_and_an_axis_can_grow,
                                  a_failing_point_is_recorded_and_stops_nothing,
                                  values_that_contradict_each_other_make_invalid_points,
                                  points_of_equal_parameters_are_kept_apart,
                                  a_stopped_study_keeps_what_is_done_and_goes_on,
                                  damaged_foreign_and_empty_files_are_refused_and_left_alone,
                                  a_full_disk_is_one_error_and_leaves_a_valid_store,
                                  an_estimate_writes_nothing,
                                  whole_runs_in_threads_share_nothing};
    return run_fixture_tests("study_run", tests, sizeof tests / sizeof *tests, set_up, tear_down);
}
