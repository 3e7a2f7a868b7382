/* compare: scenarios or results side by side, what differs, and what each difference did. */
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/file_kind.h"
#include "wattmill/books.h"
#include "wattmill/levers.h"

struct options {
    struct cli_sets sets;
    struct cli_texts metrics;
    const char *dir;
    enum wm_format format;
    bool no_bridge, all, levers, places;
    const char *only;
};

static const struct options defaults = {.format = WM_FORMAT_TABLE};

static const struct cli_option rows[] = {
    CLI_SCENARIO_ROWS(options, sets),
    CLI_TEXTS(options, metrics, "--metric", 0, "KEY",
              "what is bridged; repeatable (default: revenue per MW-year, NPV)"),
    CLI_FLAG(options, no_bridge, "--no-bridge", "do not run mixtures of the two"),
    CLI_FLAG(options, levers, "--levers",
             "of one scenario: what levers make of it, alone, one after the other and together"),
    CLI_TEXT(options, only, "--only", 0, "LEVER,...", "with --levers: these alone"),
    CLI_FLAG(options, places, "--places",
             "of two: share of the gain from A to B that each of five places keeps"),
    CLI_FLAG(options, all, "--all", "every metric, not only the main ones"),
    CLI_TEXT(options, dir, "--output", 'o', "DIR",
             "write compare.json, compare.csv and figures; DIR.xlsx: a workbook"),
    CLI_FORMAT(options, format),
    CLI_END,
};

#define METRICS_MAX 8

/* The metrics to bridge; false with E101 when one is unknown. */
static bool find_metrics(struct cli *cli, const struct cli_texts *keys, enum wm_metric *metrics,
                         size_t *n)
{
    const size_t before = cli->diags.n_errors;
    *n = 0;
    for (size_t k = 0; k < keys->n && k < METRICS_MAX; k++) {
        metrics[*n] = wm_metric_find(keys->items[k]);
        if (metrics[(*n)++] != WM_N_METRICS)
            continue;
        struct wm_suggest near = wm_suggest_init(keys->items[k]);
        for (unsigned i = 0; i < WM_N_METRICS; i++)
            wm_suggest_offer(&near, wm_metric_info((enum wm_metric)i)->key);
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "compare: no metric \"%s\"%s", keys->items[k],
                    wm_suggest_text(cli->arena, &near));
    }
    if (keys->n > METRICS_MAX)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "compare: --metric at most %d times",
                    METRICS_MAX);
    if (keys->n == 0) {
        metrics[(*n)++] = WM_METRIC_revenue_usd_per_mw_utility_year;
        metrics[(*n)++] = WM_METRIC_npv_usd;
    }
    return cli->diags.n_errors == before;
}

/* On a terminal one line that is written over; else nothing, a bridge takes seconds. */
static bool show_progress(void *context, size_t n_done, size_t n_total)
{
    const struct cli *const cli = context;
    if (cli->quiet || !isatty(STDERR_FILENO))
        return true;
    fprintf(stderr, "\rbridge: %zu of %zu runs%s", n_done, n_total, n_done == n_total ? "\n" : "");
    return true;
}

/* All sides use the first one's seed, unless --seed or --set gave one. */
static enum wm_status load_sides(struct cli *cli, const struct cli_sets *given,
                                 struct wm_side *sides)
{
    struct wm_override *const sets = WM_NEW_ARRAY(cli->arena, struct wm_override, given->n + 1);
    size_t n = 0;
    bool own_seed = false;
    for (; n < given->n; n++) {
        sets[n] = given->items[n];
        own_seed = own_seed || (sets[n].path != NULL && strcmp(sets[n].path, "seed") == 0);
    }
    for (size_t i = 0; i < cli->n_words; i++) {
        const enum wm_status status =
            wm_side_load(cli->arena, cli->words[i], sets, n, &sides[i], &cli->diags);
        if (status != WM_OK)
            return status;
        if (i == 0 && !own_seed && sides[0].tree != NULL)
            sets[n++] = (struct wm_override){
                .path = "seed",
                .value = wm_arena_printf(cli->arena, "%lld", (long long)sides[0].seed)};
        if (sides[i].seed != sides[0].seed)
            wm_diag_add(&cli->diags, WM_W913, NULL, NULL,
                        "%s used seed %lld, %s seed %lld: part of what differs is chance",
                        sides[i].path, (long long)sides[i].seed, sides[0].path,
                        (long long)sides[0].seed);
    }
    return WM_OK;
}

struct sink {
    struct wm_arena *arena;
    const struct wm_comparison *comparison;
};

static void json_sink(FILE *file, const void *context)
{
    const struct sink *const s = context;
    wm_comparison_write(file, s->arena, s->comparison, WM_FORMAT_JSON);
}

static void csv_sink(FILE *file, const void *context)
{
    const struct sink *const s = context;
    wm_comparison_write(file, s->arena, s->comparison, WM_FORMAT_CSV);
}

static enum wm_status write_folder(struct cli *cli, const char *dir, const struct wm_comparison *c)
{
    struct wm_folder *const f = WM_NEW(cli->arena, struct wm_folder);
    const struct sink sink = {cli->arena, c};
    if (!wm_folder_open(f, cli->arena, dir, &cli->diags) ||
        !wm_folder_put(f, "compare.json", json_sink, &sink) ||
        !wm_folder_put(f, "compare.csv", csv_sink, &sink))
        return WM_IO;
    bool drawn = wm_folder_figure(f, "generation_ladder", wm_generation_ladder_csv, c);
    if (c->n_bridges > 0 && c->bridges[0].n_steps > 0)
        drawn = wm_folder_figure(f, "waterfall", wm_waterfall_csv, c) && drawn;
    return drawn ? WM_OK : WM_IO;
}

/* A table of several answers as long as one side runs; of two, both must. */
static enum wm_status answer(const struct wm_comparison *c)
{
    size_t n_feasible = 0;
    for (size_t i = 0; i < c->n_sides; i++)
        n_feasible += c->sides[i].infeasible == NULL;
    return n_feasible == c->n_sides || (c->n_sides > 2 && n_feasible > 0) ? WM_OK : WM_INFEASIBLE;
}

/* Of other cases: no bridge, no folder, figures of their own. */
static enum wm_status compare_others(struct cli *cli, const struct options *o)
{
    if (o->metrics.n > 0 || o->dir != NULL)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "compare: %s is of sites, %s is of another case",
                    o->dir != NULL ? "--output" : "--metric", cli->words[0]);
    return cli->diags.n_errors > 0
               ? WM_USAGE
               : wm_compare_cases(stdout, cli->arena, cli->words, cli->n_words, o->sets.items,
                                  o->sets.n, o->format, &cli->diags);
}

/* Two studies of their own: one metric, a table, a figure. */
static enum wm_status put_study(struct cli *cli, const struct options *o, const char *figure,
                                wm_sink_fn csv, const void *study)
{
    struct wm_folder *const f = WM_NEW(cli->arena, struct wm_folder);
    if (o->dir == NULL)
        return WM_OK;
    if (!wm_folder_open(f, cli->arena, o->dir, &cli->diags))
        return WM_IO;
    const bool good = wm_folder_figure(f, figure, csv, study);
    wm_folder_close(f);
    return good ? WM_OK : WM_IO;
}

static enum wm_status run_levers(struct cli *cli, const struct options *o, enum wm_metric metric)
{
    struct wm_levers levers;
    const enum wm_status status =
        wm_levers_run(cli->arena, cli->words[0], o->sets.items, o->sets.n, o->only, metric,
                      show_progress, cli, &levers, &cli->diags);
    if (status != WM_OK)
        return status;
    wm_levers_write(stdout, cli->arena, &levers, o->format);
    return put_study(cli, o, "levers", wm_levers_csv, &levers);
}

static enum wm_status run_places(struct cli *cli, const struct options *o, enum wm_metric metric)
{
    struct wm_places places;
    const enum wm_status status =
        wm_places_run(cli->arena, cli->words[0], cli->words[1], o->sets.items, o->sets.n, metric,
                      show_progress, cli, &places, &cli->diags);
    if (status != WM_OK)
        return status;
    wm_places_write(stdout, cli->arena, &places, o->format);
    return put_study(cli, o, "places", wm_places_csv, &places);
}

/* All that does not go together is told. */
static bool is_coherent(struct cli *cli, const struct options *o)
{
    const size_t before = cli->diags.n_errors;
    const bool is_study = o->levers || o->places;
    if (o->levers && o->places)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "compare: --levers or --places, not both");
    else if (o->levers ? cli->n_words != 1 : o->places ? cli->n_words != 2 : cli->n_words < 2)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "compare: needs %s; see wattmill compare --help",
                    o->levers   ? "one scenario with --levers"
                    : o->places ? "A and B with --places"
                                : "A and B");
    if (o->only != NULL && !o->levers)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "compare: --only goes with --levers");
    if (is_study && (o->metrics.n > 1 || o->all || o->no_bridge || wm_is_workbook_name(o->dir)))
        wm_diag_add(
            &cli->diags, WM_E101, NULL, NULL,
            "compare: --levers and --places take one --metric, no --all, no --no-bridge, and write "
            "no workbook");
    return cli->diags.n_errors == before;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    if (!is_coherent(cli, o))
        return WM_USAGE;
    enum wm_file_kind kind = WM_FILE_OTHER;
    const enum wm_status looked = wm_file_kind_of(cli->arena, cli->words[0], &kind, &cli->diags);
    if (looked != WM_OK)
        return looked;
    if (!o->levers && !o->places && kind == WM_FILE_CASE)
        return compare_others(cli, o);
    enum wm_metric metrics[METRICS_MAX + 2];
    struct wm_bridge bridges[METRICS_MAX];
    size_t n_metrics = 0;
    if (!find_metrics(cli, &o->metrics, metrics, &n_metrics))
        return WM_USAGE;
    if (o->levers || o->places) {
        const enum wm_metric metric =
            o->metrics.n > 0 ? metrics[0] : WM_METRIC_output_tok_per_s_per_mw_utility;
        return o->levers ? run_levers(cli, o, metric) : run_places(cli, o, metric);
    }
    struct wm_side *const sides = WM_NEW_ARRAY(cli->arena, struct wm_side, cli->n_words);
    struct wm_comparison c = {.sides = sides, .n_sides = cli->n_words, .all_metrics = o->all};
    const bool is_book = wm_is_workbook_name(o->dir);
    enum wm_status status = WM_OK;
    if (is_book && !cli_goes_on_in_child(cli, o->dir, &status))
        return status;
    status = load_sides(cli, &o->sets, sides);
    if (status != WM_OK)
        return status;
    wm_sides_warn_of_shares(sides, c.n_sides, &cli->diags);
    for (size_t i = 0; c.n_sides == 2 && i < 2; i++)
        for (size_t k = 0; k < sides[i].messages.n_items; k++)
            wm_diag_add(&cli->diags, sides[i].messages.items[k].code, NULL,
                        sides[i].messages.items[k].path, "%c: %s", (char)('A' + (int)i),
                        sides[i].messages.items[k].text);
    if (c.n_sides == 2)
        c.changes = wm_side_changes(cli->arena, &sides[0], &sides[1], &c.n_changes);
    if (c.n_changes > 0 && !o->no_bridge && sides[0].run != NULL && sides[1].run != NULL) {
        status = wm_bridge(cli->arena, &sides[0], &sides[1], metrics, n_metrics, show_progress, cli,
                           bridges, &cli->diags);
        if (status != WM_OK)
            return status;
        c.bridges = bridges;
        c.n_bridges = n_metrics;
    }
    wm_comparison_write(stdout, cli->arena, &c, o->format);
    if (o->dir != NULL)
        status = is_book ? wm_comparison_book_write(o->dir, &c, &cli->diags)
                         : write_folder(cli, o->dir, &c);
    return status != WM_OK ? status : answer(&c);
}

const struct cli_verb cli_verb_compare = {
    .name = "compare",
    .words = "A B [C ...] | A --levers | A B --places",
    .min_words = 0,
    .max_words = 64,
    .summary = "scenarios or results side by side, and what made the difference",
    .details =
        "A side is a scenario, which is run, or a result.json of an earlier run. Two sides: "
        "inputs\n"
        "that differ, metrics, and a bridge that says which difference did how much. More: a\n"
        "table. Scenarios all use the first one's seed. Documents of another case, or their "
        "results:\n"
        "inputs that differ and all figures.\n"
        "--levers: MTP, FP4, disaggregation, wide expert parallelism, batch, 45 C water, 800 VDC, "
        "Max-Q,\n"
        "MaxLPS, scheduling: gain, cost, delay, side effects. --places: weather, ceiling, calls "
        "and "
        "tariff of\n"
        "five places laid on both.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
