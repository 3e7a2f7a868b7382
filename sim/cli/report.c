/* report: one HTML page for scenarios or results, and its figures as files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/file_kind.h"
#include "wattmill/books.h"
#include "wattmill/claims.h"
#include "wattmill/store.h"

struct options {
    struct cli_sets sets;
    const char *dir;
    struct cli_texts add;
    bool quick, claims;
};

static const struct options defaults = {0};

static const struct cli_option rows[] = {
    CLI_SCENARIO_ROWS(options, sets),
    CLI_TEXT(options, dir, "--output", 'o', "DIR",
             "write report.html, figures as SVG, PNG and PDF; DIR.xlsx: a workbook"),
    CLI_FLAG(options, quick, "--quick",
             "do not look for the assumptions that matter (one run each)"),
    CLI_FLAG(options, claims, "--claims",
             "the page of the published claims instead; [RESULT] is then a claim or a group"),
    CLI_TEXTS(options, add, "--add", 0, "FILE", "with --claims: claims of your own; repeatable"),
    CLI_END,
};

#define ASSUMPTIONS_MAX 12

static bool show_progress(void *context, size_t n_done, size_t n_total)
{
    const struct cli *const cli = context;
    if (cli->quiet || !isatty(STDERR_FILENO))
        return true;
    fprintf(stderr, "\rassumptions: %zu of %zu runs%s", n_done, n_total,
            n_done == n_total ? "\n" : "");
    return true;
}

struct sink {
    struct wm_arena *arena;
    const struct wm_page *page;
};

static void page_sink(FILE *file, const void *context)
{
    const struct sink *const s = context;
    wm_page_write(file, s->arena, s->page);
}

/* Removes what was drawn in a folder of our own. */
static void remove_folder(const struct wm_folder *f)
{
    for (size_t i = 0; i < f->n_files; i++)
        (void)unlink(f->files[i]);
    (void)rmdir(f->dir);
}

static const char *scratch_dir(struct cli *cli)
{
    const char *const tmp = getenv("TMPDIR");
    char *const dir = wm_arena_printf(cli->arena, "%s/wattmill-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(dir) != NULL)
        return dir;
    wm_diag_add(&cli->diags, WM_E104, NULL, NULL, "%s: %s", dir, strerror(errno));
    return NULL;
}

/* A folder to draw in: DIR, one of its own below it, or one that goes away again. */
static struct wm_folder *open_folder(struct cli *cli, const struct options *o, size_t i)
{
    const char *const dir = o->dir == NULL ? scratch_dir(cli)
                            : cli->n_words <= 1
                                ? o->dir
                                : wm_arena_printf(cli->arena, "%s/%zu", o->dir, i + 1);
    struct wm_folder *const f = WM_NEW(cli->arena, struct wm_folder);
    if (dir == NULL || !wm_folder_open(f, cli->arena, dir, &cli->diags))
        return NULL;
    f->formats = o->dir == NULL ? WM_FIGURE_SVG : WM_FIGURE_SVG | WM_FIGURE_PNG | WM_FIGURE_PDF;
    return f;
}

static bool draw(struct cli *cli, const struct options *o, const struct wm_side *side, size_t i,
                 struct wm_page_part *part)
{
    struct wm_folder *const f = open_folder(cli, o, i);
    if (f == NULL)
        return false;
    const bool good = wm_page_figures(f, side, part);
    wm_folder_close(f);
    if (o->dir == NULL)
        remove_folder(f);
    return good;
}

static enum wm_status fill(struct cli *cli, const struct options *o, size_t i,
                           enum wm_metric metric, struct wm_side *side, struct wm_page_part *part,
                           bool *drawn)
{
    const enum wm_status status =
        wm_side_load(cli->arena, cli->words[i], o->sets.items, o->sets.n, side, &cli->diags);
    if (status != WM_OK)
        return status;
    *part = (struct wm_page_part){.side = side};
    if (side->result == NULL)
        return WM_OK;
    if (!o->quick) {
        struct wm_assumption *const a =
            WM_NEW_ARRAY(cli->arena, struct wm_assumption, ASSUMPTIONS_MAX);
        part->n_assumptions =
            wm_assumptions(cli->arena, side, metric, show_progress, cli, a, ASSUMPTIONS_MAX);
        part->assumptions = a;
    }
    *drawn = draw(cli, o, side, i, part) && *drawn;
    return WM_OK;
}

/* To standard output, or as report.html of the folder. */
static enum wm_status put_page(struct cli *cli, const char *dir, wm_sink_fn sink,
                               const void *context)
{
    if (dir == NULL) {
        sink(stdout, context);
        return WM_OK;
    }
    struct wm_folder *const f = WM_NEW(cli->arena, struct wm_folder);
    if (!wm_folder_open(f, cli->arena, dir, &cli->diags) ||
        !wm_folder_put(f, "report.html", sink, context))
        return WM_IO;
    wm_folder_close(f);
    printf("%s\n", f->files[0]);
    return WM_OK;
}

struct study_sink {
    struct wm_arena *arena;
    struct wm_store *store;
    const struct wm_page_part *drawn;
};

static void study_sink(FILE *file, const void *context)
{
    const struct study_sink *const s = context;
    wm_study_page_write(file, s->arena, s->store, s->drawn);
}

static enum wm_status report_study(struct cli *cli, const struct options *o)
{
    struct wm_store *store = NULL;
    struct wm_page_part drawn = {0};
    if (cli->n_words > 1) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "report: a store stands alone on its page");
        return WM_USAGE;
    }
    if (wm_is_workbook_name(o->dir)) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "report: the workbook of a study is written by: wattmill export %s -o %s",
                    cli->words[0], o->dir);
        return WM_USAGE;
    }
    enum wm_status status = wm_store_open(cli->arena, cli->words[0], &store, &cli->diags);
    if (status != WM_OK)
        return status;
    wm_store_check_whole(store, &cli->diags);
    struct wm_folder *const f = open_folder(cli, o, 0);
    const bool good = f != NULL && wm_study_page_figures(f, store, &drawn);
    if (f != NULL)
        wm_folder_close(f);
    if (f != NULL && o->dir == NULL)
        remove_folder(f);
    const struct study_sink sink = {cli->arena, store, &drawn};
    status = put_page(cli, o->dir, study_sink, &sink);
    wm_store_close(store);
    return status == WM_OK && !good ? WM_IO : status;
}

struct claims_sink {
    struct wm_arena *arena;
    const struct wm_claims *claims;
    const struct wm_page_part *drawn;
};

static void claims_sink(FILE *file, const void *context)
{
    const struct claims_sink *const s = context;
    wm_claims_page_write(file, s->arena, s->claims, s->drawn);
}

static enum wm_status report_claims(struct cli *cli, const struct options *o)
{
    const struct wm_claims_ask ask = {.only = cli->n_words > 0 ? cli->words[0] : NULL,
                                      .files = o->add.items,
                                      .n_files = o->add.n};
    struct wm_claims claims;
    struct wm_page_part drawn = {0};
    enum wm_status status = wm_claims_compute(cli->arena, &ask, &claims, &cli->diags);
    if (status != WM_OK)
        return status;
    struct wm_folder *const f = open_folder(cli, o, 0);
    const bool good = f != NULL && wm_claims_figures(f, &claims, &drawn);
    if (f != NULL)
        wm_folder_close(f);
    if (f != NULL && o->dir == NULL)
        remove_folder(f);
    const struct claims_sink sink = {cli->arena, &claims, &drawn};
    status = put_page(cli, o->dir, claims_sink, &sink);
    return status == WM_OK && !good ? WM_IO : status;
}

/* What is asked for must go together; all that does not is told. */
static bool is_coherent(struct cli *cli, const struct options *o)
{
    const size_t before = cli->diags.n_errors;
    if (o->claims && cli->n_words > 1)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "report: --claims takes one claim or group");
    if (o->claims && (o->sets.n > 0 || o->quick))
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "report: --set, --catalog, --seed and --quick say nothing of --claims");
    if (o->claims && wm_is_workbook_name(o->dir))
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "report: --claims makes no workbook");
    if (!o->claims && o->add.n > 0)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "report: --add goes with --claims");
    if (!o->claims && cli->n_words == 0)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "report: needs RESULT; see wattmill report --help");
    return cli->diags.n_errors == before;
}

/* What differs and bridges of revenue and NPV, where two scenarios can be mixed. */
static const struct wm_comparison *compared(struct cli *cli, const struct options *o,
                                            const struct wm_side *sides)
{
    static const enum wm_metric metrics[] = {WM_METRIC_revenue_usd_per_mw_utility_year,
                                             WM_METRIC_npv_usd};
    enum { N = sizeof metrics / sizeof *metrics };
    struct wm_comparison *const c = WM_NEW(cli->arena, struct wm_comparison);
    struct wm_bridge *const bridges = WM_NEW_ARRAY(cli->arena, struct wm_bridge, N);
    struct wm_diags quiet = wm_diags_init(cli->arena); /* a page without bridges is a page */
    *c = (struct wm_comparison){.sides = sides, .n_sides = cli->n_words};
    if (c->n_sides != 2)
        return c;
    c->changes = wm_side_changes(cli->arena, &sides[0], &sides[1], &c->n_changes);
    wm_sides_warn_of_shares(sides, 2, &cli->diags);
    if (!o->quick && c->n_changes > 0 &&
        wm_bridge(cli->arena, &sides[0], &sides[1], metrics, N, NULL, NULL, bridges, &quiet) ==
            WM_OK) {
        c->bridges = bridges;
        c->n_bridges = N;
    }
    return c;
}

/* One side is a run's workbook, several are a comparison's. */
static enum wm_status put_book(struct cli *cli, const struct options *o)
{
    struct wm_side *const sides = WM_NEW_ARRAY(cli->arena, struct wm_side, cli->n_words);
    enum wm_status status = WM_OK;
    if (!cli_goes_on_in_child(cli, o->dir, &status))
        return status;
    for (size_t i = 0; i < cli->n_words && status == WM_OK; i++)
        status = wm_side_load(cli->arena, cli->words[i], o->sets.items, o->sets.n, &sides[i],
                              &cli->diags);
    if (status != WM_OK)
        return status;
    return cli->n_words == 1
               ? wm_run_book_write(o->dir, &sides[0], &cli->diags)
               : wm_comparison_book_write(o->dir, compared(cli, o, sides), &cli->diags);
}

struct cases_sink {
    const struct cli *cli;
    const struct wm_case_column *columns;
};

static void cases_sink(FILE *file, const void *context)
{
    const struct cases_sink *const s = context;
    wm_cases_page_write(file, s->cli->arena, s->columns, s->cli->n_words, &s->cli->diags);
}

/* Replays, training runs, frontiers: their figures. */
static enum wm_status report_cases(struct cli *cli, const struct options *o)
{
    struct cases_sink sink = {.cli = cli};
    if (wm_is_workbook_name(o->dir)) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "report: a workbook is of sites, %s is of another case; give -o a folder",
                    cli->words[0]);
        return WM_USAGE;
    }
    const enum wm_status status = wm_cases_load(cli->arena, cli->words, cli->n_words, o->sets.items,
                                                o->sets.n, &sink.columns, &cli->diags);
    return status == WM_OK ? put_page(cli, o->dir, cases_sink, &sink) : status;
}

/* A comparison that was saved: its page, or its workbook. */
static enum wm_status report_comparison(struct cli *cli, const struct options *o)
{
    struct wm_comparison saved;
    const struct wm_page page = {.comparison = &saved};
    const struct sink sink = {cli->arena, &page};
    enum wm_status status = WM_OK;
    if (o->sets.n > 0) {
        wm_diag_add(&cli->diags, WM_E103, NULL, NULL,
                    "%s is a comparison: --set, --catalog and --seed need scenarios",
                    cli->words[0]);
        return WM_USAGE;
    }
    if (wm_is_workbook_name(o->dir) && !cli_goes_on_in_child(cli, o->dir, &status))
        return status;
    status = wm_comparison_read(cli->arena, cli->words[0], &saved, &cli->diags);
    if (status != WM_OK)
        return status;
    return wm_is_workbook_name(o->dir) ? wm_comparison_book_write(o->dir, &saved, &cli->diags)
                                       : put_page(cli, o->dir, page_sink, &sink);
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    struct wm_page page = {.n_parts = cli->n_words, .metric = WM_METRIC_npv_usd};
    struct wm_side *const sides = WM_NEW_ARRAY(cli->arena, struct wm_side, cli->n_words);
    struct wm_page_part *const parts = WM_NEW_ARRAY(cli->arena, struct wm_page_part, cli->n_words);
    bool infeasible = false, drawn = true;
    if (!is_coherent(cli, o))
        return WM_USAGE;
    if (o->claims)
        return report_claims(cli, o);
    enum wm_file_kind kind = WM_FILE_OTHER;
    for (size_t i = 0; i < cli->n_words; i++) {
        const enum wm_status status = wm_file_kind_of(cli->arena, cli->words[i], &kind, &cli->diags);
        if (status != WM_OK)
            return status;
        if (kind == WM_FILE_STORE)
            return report_study(cli, o);
        if (kind == WM_FILE_CASE)
            return report_cases(cli, o);
    }
    if (cli->n_words == 1 && kind == WM_FILE_COMPARISON)
        return report_comparison(cli, o);
    if (wm_is_workbook_name(o->dir))
        return put_book(cli, o);
    page.parts = parts;
    for (size_t i = 0; i < cli->n_words; i++) {
        const enum wm_status status = fill(cli, o, i, page.metric, &sides[i], &parts[i], &drawn);
        if (status != WM_OK)
            return status;
        infeasible = infeasible || sides[i].infeasible != NULL;
    }
    if (cli->n_words > 1)
        page.comparison = compared(cli, o, sides);
    const struct sink sink = {cli->arena, &page};
    const enum wm_status status = put_page(cli, o->dir, page_sink, &sink);
    if (status != WM_OK)
        return status;
    if (!drawn) /* a figure that failed costs a line, not the page */
        return WM_IO;
    return infeasible && cli->n_words == 1 ? WM_INFEASIBLE : WM_OK;
}

const struct cli_verb cli_verb_report = {
    .name = "report",
    .words = "RESULT... | COMPARISON | STORE | --claims",
    .min_words = 0,
    .max_words = 32,
    .summary = "one HTML page without network: figures, assumptions, pro-forma, balances",
    .details =
        "RESULT is a scenario, which is run, or a result.json of an earlier run; figures of the "
        "latter\n"
        "are drawn from the CSV files beside it. Of a scenario the assumptions that matter are "
        "found by\n"
        "running it again with each changed by 10 %. COMPARISON is a compare.json. STORE is a study's: quantiles, what moves the "
        "net\n"
        "present value, figures. --claims: published claims beside what is computed for them, as "
        "the verb\n"
        "claims. Without -o the page goes to standard output.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
