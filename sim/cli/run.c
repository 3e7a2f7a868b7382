/* run: load, simulate, print, write the folder, check the assertions. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/books.h"

struct options {
    struct cli_sets sets;
    struct cli_asserts asserts;
    const char *dir, *color, *show;
    enum wm_format format;
    bool series, no_range;
    int64_t seeds;
    struct cli_cache cache;
};

static const struct options defaults = {
    .format = WM_FORMAT_TABLE, .color = "auto", .show = "metrics", .seeds = 1};

// clang-format off
static const struct cli_option rows[] = {
    CLI_SCENARIO_ROWS(options, sets),
    CLI_TEXT(options, dir, "--output", 'o', "DIR", "write result.json, metrics.csv and figures; DIR.xlsx: a workbook"),
    CLI_FORMAT(options, format),
    CLI_CHOICE(options, show, "--show", "metrics|classes|pools|halls|ledger|bill|monthly|yearly|delivered", "which part of the result is printed (default: metrics)"),
    CLI_WHOLE(options, seeds, "--seeds", 0, "N", 1, 1000, "with --show delivered: this seed and the next, N runs, and the band over them"),
    CLI_ASSERT(options, asserts),
    CLI_FLAG(options, series, "--series", "with -o: series.csv, 15-minute rows"),
    CLI_FLAG(options, no_range, "--no-range", "leave out P10, P50 and P90 of the money"),
    CLI_CACHE_ROWS(options, cache),
    CLI_CHOICE(options, color, "--color", "auto|always|never", "colours of the table (default: auto)"),
    CLI_END,
};
// clang-format on

static bool use_color(const char *when)
{
    const char *const no = getenv("NO_COLOR");
    if (strcmp(when, "auto") != 0)
        return strcmp(when, "always") == 0;
    return isatty(STDOUT_FILENO) && (no == NULL || no[0] == 0);
}

/* A run from midnight UTC has hours of another month in front on most sites' clocks: told where it shows. */
static void tell_first_month(const struct cli *cli, const struct options *o,
                             const struct wm_bill *bill)
{
    const struct wm_bill_month *const m = bill->months;
    if (cli->quiet || strcmp(o->show, "monthly") != 0 || bill->n_months < 2 ||
        m[0].time_s >= 86400.0)
        return;
    fprintf(stderr,
            "the first month has %.4g h: horizon.start is UTC unless it says its offset; at 00:00 "
            "of the "
            "site's clock (such as %04d-%02d-01T00:00-05:00) the first month is whole\n",
            m[0].time_s / 3600.0, m[1].year, m[1].month);
}

static void print(struct cli *cli, const struct options *o, const struct wm_report *report)
{
    if (wm_output_section(stdout, cli->arena, report, o->show, o->format)) {
        tell_first_month(cli, o, report->results->bill);
        return;
    }
    switch (o->format) {
    case WM_FORMAT_JSON:
        wm_output_json(stdout, report);
        break;
    case WM_FORMAT_CSV:
        wm_output_csv(stdout, report);
        break;
    case WM_FORMAT_MD:
        wm_output_md(stdout, report);
        break;
    case WM_FORMAT_TABLE:
        wm_output_table(stdout, report);
        break;
    }
}

/* A case other than a site: what its own verb would do, and JSON is the whole result. */
static enum wm_status run_other(struct cli *cli, const struct options *o,
                                const struct wm_loaded *loaded)
{
    const struct cli_case how = {
        .asserts = o->asserts, .dir = o->dir, .format = o->format, .whole = true};
    if (o->series || strcmp(o->show, "metrics") != 0) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "run: %s is of a site, %s is %s",
                    o->series ? "--series" : "--show", cli->words[0], loaded->form->title);
        return WM_USAGE;
    }
    if (wm_is_workbook_name(o->dir)) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "run: a workbook is of a site, %s is %s; give -o a folder", cli->words[0],
                    loaded->form->title);
        return WM_USAGE;
    }
    struct wm_cache *const cache = cli_cache_open(cli, &o->cache);
    const enum wm_status status = cli_case_show(cli, loaded, &how, cache);
    wm_cache_close(cache);
    return status;
}

static bool check(const struct wm_assertion *given, const struct wm_results *results,
                  struct wm_diags *diags)
{
    struct wm_assertion a = *given;
    a.metric = wm_metric_find(a.key);
    return wm_assertion_check(&a, results, diags);
}

/* A folder, or a workbook where the name says so. */
static enum wm_status put(struct cli *cli, const struct options *o, struct wm_report *report)
{
    if (!wm_is_workbook_name(o->dir))
        return wm_output_dir(cli->arena, o->dir, report, o->series, &report->files,
                             &report->n_files, &cli->diags);
    struct wm_side *const side = WM_NEW(cli->arena, struct wm_side);
    return wm_side_of_report(cli->arena, cli->words[0], report, side, &cli->diags)
               ? wm_run_book_write(o->dir, side, &cli->diags)
               : WM_INTERNAL;
}

static void tell_errors(struct cli *cli, int64_t seed, const struct wm_diags *from)
{
    for (size_t i = 0; i < from->n_items; i++) {
        const struct wm_diag *const d = &from->items[i];
        if (!wm_code_is_warning(d->code))
            wm_diag_add(&cli->diags, d->code, NULL,
                        wm_arena_printf(cli->arena, "seed %lld%s%s", (long long)seed,
                                        d->path != NULL ? ", " : "", d->path != NULL ? d->path : ""),
                        "%s", d->text);
    }
}

/* The year of the next seeds: demand, weather, failures and calls of another draw. */
static enum wm_status run_seeds(struct cli *cli, int64_t n, const struct wm_scenario *scenario,
                                const struct wm_run_options *how, struct wm_report *report)
{
    struct wm_band *const seeds = WM_NEW_ARRAY(cli->arena, struct wm_band, (size_t)n);
    const struct wm_run_options plain = {.cache = how->cache, .n_threads = how->n_threads};
    report->seeds = seeds;
    if (wm_delivered_over_claimed(cli->arena, report->results, &seeds[0]))
        report->n_seeds = 1;
    for (int64_t i = 1; i < n && report->n_seeds == (size_t)i; i++) {
        struct wm_arena *const arena = wm_arena_open();
        struct wm_scenario s = *scenario;
        struct wm_diags again = wm_diags_init(arena); /* warnings are those of the first run */
        const struct wm_results *results = NULL;
        s.seed += i;
        const enum wm_status status = wm_run(arena, &s, &plain, &results, &again);
        if ((status == WM_OK || status == WM_FAILED) &&
            wm_delivered_over_claimed(arena, results, &seeds[i]))
            report->n_seeds++;
        tell_errors(cli, s.seed, &again);
        wm_arena_close(arena);
        if (status != WM_OK)
            return status;
    }
    return WM_OK;
}

/* Rows of intervals, which grow with the years, are for files, the range, --show delivered and what is settled by them. */
static bool reads_no_rows(const struct options *o, const struct wm_scenario *scenario)
{
    return o->no_range && o->dir == NULL && strcmp(o->show, "delivered") != 0 &&
           !wm_scenario_settles_by_rows(scenario);
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const bool is_book = wm_is_workbook_name(o->dir);
    if (o->series && (o->dir == NULL || is_book)) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "run: --series needs -o DIR");
        return WM_USAGE;
    }
    if (o->seeds > 1 && strcmp(o->show, "delivered") != 0) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "run: --seeds needs --show delivered");
        return WM_USAGE;
    }
    struct wm_loaded loaded;
    enum wm_status status = WM_OK;
    if (is_book && !cli_goes_on_in_child(cli, o->dir, &status))
        return status;
    status = cli_document_load(cli, cli->words[0], &o->sets, &loaded);
    if (status == WM_OK)
        status = wm_case_check_names(cli->arena, wm_case_of(loaded.form), o->asserts.items,
                                     o->asserts.n, &cli->diags);
    if (status != WM_OK)
        return status;
    if (loaded.scenario == NULL)
        return run_other(cli, o, &loaded);
    struct wm_report report = {.origins = &loaded.origins,
                               .diags = &cli->diags,
                               .stamp = wm_stamp_of(&loaded.origins, loaded.scenario->seed),
                               .color = use_color(o->color)};
    const struct wm_run_options how = {.cache = cli_cache_open(cli, &o->cache),
                                       .range_draws = o->no_range ? 0 : WM_RANGE_DRAWS,
                                       .without_series = reads_no_rows(o, loaded.scenario),
                                       .n_threads = wm_processors()};
    status = wm_run(cli->arena, loaded.scenario, &how, &report.results, &cli->diags);
    if (o->seeds > 1 && status == WM_OK)
        status = run_seeds(cli, o->seeds, loaded.scenario, &how, &report);
    wm_cache_close(how.cache);
    if (status != WM_OK && status != WM_FAILED)
        return status;
    enum wm_status written = WM_OK;
    if (o->dir != NULL)
        written = put(cli, o, &report);
    print(cli, o, &report);
    for (size_t i = 0; i < o->asserts.n; i++)
        if (!check(&o->asserts.items[i], report.results, &cli->diags))
            status = WM_FAILED;
    return written != WM_OK ? written : status;
}

const struct cli_verb cli_verb_run = {
    .name = "run",
    .words = "FILE",
    .min_words = 1,
    .max_words = 1,
    .summary = "simulate a scenario, or run another case",
    .details = "FILE is a scenario, or a document of another case (\"case\": \"replay\", "
               "\"train\" or\n\"frontier\"), or the result of one, which repeats it; - is standard "
               "input.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
