/* export: a study's store as files and statistics. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "options.h"

#define POINT_FORMATS "csv|long|yearly|jsonl|xlsx"

struct options {
    const char *out, *format, *tornado, *sobol, *response, *heat, *best, *figures;
    struct cli_asserts prob, where;
    struct cli_texts metrics;
    int64_t point, top;
    bool summary, partial, failed;
};

static const struct options defaults = {.top = 5};

static const struct cli_option rows[] = {
    CLI_CHOICE(
        options, format, "--format", POINT_FORMATS "|table|json|md",
        "points: one row a point (csv), one row a value (long), the yearly "
        "pro-forma, one JSON object a line, a spreadsheet (default: what the name after -o says); "
        "statistics: table, json, csv, md"),
    CLI_TEXT(options, out, "--output", 'o', "FILE", "points to a file; needed for xlsx"),
    CLI_WHOLE(options, point, "--point", 0, "I", 0, 1e15,
              "xlsx: the point whose pro-forma is laid out (default: 0)"),
    CLI_FLAG(
        options, summary, "--summary",
        "P10, P50, P90 (percentiles: a tenth of the points lies below P10) with 95 % intervals"),
    CLI_TEXTS(options, metrics, "--metric", 'm', "KEY",
              "of --summary and --figures; repeatable (default: all)"),
    CLI_ROW(CLI_KIND_CONDITION, options, prob, struct cli_asserts, "--prob", 0, "METRIC<X", 0, 0,
            "share of the points that meet a condition; repeatable"),
    CLI_TEXT(options, tornado, "--tornado", 0, "KEY", "axes by the swing of a metric"),
    CLI_TEXT(options, sobol, "--sobol", 0, "KEY",
             "first-order and total indices of a metric (design saltelli)"),
    CLI_TEXT(options, response, "--response", 0, "KEY", "a metric by the values of each axis"),
    CLI_TEXT(options, heat, "--heat", 0, "KEY",
             "a metric over the first two axes of a grid, a block for each value of a third"),
    CLI_TEXT(options, best, "--best", 0, "'max KEY'", "the best points, or 'min KEY'"),
    CLI_ROW(CLI_KIND_CONDITION, options, where, struct cli_asserts, "--where", 0, "METRIC>X", 0, 0,
            "only points that meet it, in every output; repeatable"),
    CLI_WHOLE(options, top, "--top", 0, "N", 1, 1e6, "how many best points (default: 5)"),
    CLI_FLAG(options, failed, "--failed", "points that did not end well, by reason"),
    CLI_TEXT(options, figures, "--figures", 0, "DIR", "figures of the first --metric"),
    CLI_FLAG(options, partial, "--partial", "do not warn that points of the study are missing"),
    CLI_END,
};

static enum wm_status print_grid(struct cli *cli, const struct options *e, enum wm_status status,
                                 const struct wm_grid *grid)
{
    enum wm_format format = WM_FORMAT_TABLE;
    if (status != WM_OK)
        return status;
    if (e->format != NULL && !wm_format_parse(e->format, &format)) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "export: --format \"%s\": statistics come as table, json, csv or md",
                    e->format);
        return WM_USAGE;
    }
    wm_grid_write(stdout, grid, format);
    return WM_OK;
}

static bool is_for_people(const struct options *e)
{
    return e->format == NULL || strcmp(e->format, "table") == 0 || strcmp(e->format, "md") == 0;
}

/* Statistics that were asked for, in this order; `any` when there was one. */
static enum wm_status statistics(struct cli *cli, const struct options *e, struct wm_store *store,
                                 bool *any)
{
    struct wm_arena *const a = cli->arena;
    struct wm_grid grid;
    enum wm_status status = WM_OK;
    *any = e->summary || e->prob.n > 0 || e->tornado != NULL || e->sobol != NULL ||
           e->response != NULL || e->heat != NULL || e->best != NULL || e->failed ||
           e->figures != NULL;
    if (e->summary)
        status = print_grid(
            cli, e, wm_stats_summary(a, store, e->metrics.items, e->metrics.n, &grid, &cli->diags),
            &grid);
    if (status == WM_OK && e->prob.n > 0)
        status = print_grid(
            cli, e, wm_stats_prob(a, store, e->prob.items, e->prob.n, &grid, &cli->diags), &grid);
    if (status == WM_OK && e->tornado != NULL)
        status =
            print_grid(cli, e, wm_stats_tornado(a, store, e->tornado, &grid, &cli->diags), &grid);
    if (status == WM_OK && e->sobol != NULL)
        status = print_grid(cli, e, wm_stats_sobol(a, store, e->sobol, &grid, &cli->diags), &grid);
    if (status == WM_OK && e->response != NULL)
        status =
            print_grid(cli, e, wm_stats_response(a, store, e->response, &grid, &cli->diags), &grid);
    if (status == WM_OK && e->heat != NULL)
        status = print_grid(cli, e, wm_stats_heat(a, store, e->heat, &grid, &cli->diags), &grid);
    if (status == WM_OK && e->best != NULL)
        status = print_grid(cli, e,
                            wm_stats_best(a, store, e->best, e->where.items, e->where.n,
                                          (size_t)e->top, is_for_people(e), &grid, &cli->diags),
                            &grid);
    if (status == WM_OK && e->failed)
        status = print_grid(cli, e, wm_stats_failures(a, store, &grid, &cli->diags), &grid);
    if (status == WM_OK && e->figures != NULL) {
        struct wm_folder folder;
        if (!wm_folder_open(&folder, a, e->figures, &cli->diags))
            return WM_IO;
        status = wm_stats_figures(&folder, store, e->metrics.n > 0 ? e->metrics.items[0] : NULL,
                                  &cli->diags);
        for (size_t i = 0; i < folder.n_files; i++)
            printf("%s\n", folder.files[i]);
        wm_folder_close(&folder);
    }
    return status;
}

typedef enum wm_status export_fn(FILE *file, struct wm_store *store, struct wm_diags *diags);

static enum wm_status to_file(struct cli *cli, const char *path, export_fn *fn,
                              struct wm_store *store)
{
    struct wm_out_file out;
    if (wm_out_open(&out, cli->arena, path)) {
        const enum wm_status status = fn(out.file, store, &cli->diags);
        if (wm_out_close(&out, status == WM_OK) || status != WM_OK)
            return status;
    }
    wm_diag_add(&cli->diags, WM_E104, NULL, NULL, "%s: %s", path, strerror(errno));
    return WM_IO;
}

/* What a file's name says of its form; CSV where it says nothing. */
static const char *format_of_name(const char *path)
{
    static const char *const words[] = {"xlsx", "jsonl"};
    const char *const dot = path != NULL ? strrchr(path, '.') : NULL;
    for (size_t i = 0; dot != NULL && i < sizeof words / sizeof *words; i++)
        if (strcasecmp(dot + 1, words[i]) == 0)
            return words[i];
    return "csv";
}

static enum wm_status points(struct cli *cli, const struct options *e, struct wm_store *store)
{
    static const struct {
        const char *word;
        export_fn *fn;
    } formats[] = {{"csv", wm_export_wide_csv},
                   {"long", wm_export_long_csv},
                   {"yearly", wm_export_yearly_csv},
                   {"jsonl", wm_export_jsonl}};
    const char *const word = e->format != NULL ? e->format : format_of_name(e->out);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].word, word) == 0)
            return e->out != NULL ? to_file(cli, e->out, formats[i].fn, store)
                                  : formats[i].fn(stdout, store, &cli->diags);
    if (strcmp(word, "xlsx") == 0 && e->out != NULL)
        return wm_export_xlsx(e->out, store, (uint64_t)e->point, &cli->diags);
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "export: --format \"%s\"%s", word,
                strcmp(word, "xlsx") == 0 ? " needs -o FILE"
                                          : ": points come as csv, long, yearly, jsonl or xlsx");
    return WM_USAGE;
}

/* A name that says one form and a --format that says another leave a file that nothing opens. */
static enum wm_status check_name(struct cli *cli, const struct options *e)
{
    const char *const named = format_of_name(e->out);
    if (e->out == NULL || e->format == NULL || strcmp(named, e->format) == 0 ||
        (strcmp(named, "xlsx") != 0 && strcmp(e->format, "xlsx") != 0))
        return WM_OK;
    wm_diag_add(
        &cli->diags, WM_E101, NULL, NULL,
        "export: -o %s does not name what --format %s writes; leave --format out, or name the "
        "file for it",
        e->out, e->format);
    return WM_USAGE;
}

/* The points never take the place of the store they come from. */
static enum wm_status check_target(struct cli *cli, const struct options *e)
{
    if (e->out == NULL || !wm_out_same_file(e->out, cli->words[0]))
        return WM_OK;
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                "export: -o %s is the store itself, which would be lost; choose another file",
                e->out);
    return WM_USAGE;
}

static bool is_workbook(const struct options *e)
{
    return e->out != NULL &&
           strcmp(e->format != NULL ? e->format : format_of_name(e->out), "xlsx") == 0;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const e = options;
    struct wm_store *store = NULL;
    enum wm_status status = WM_OK;
    bool any = false;
    if (is_workbook(e) && !cli_goes_on_in_child(cli, e->out, &status))
        return status;
    status = wm_store_open(cli->arena, cli->words[0], &store, &cli->diags);
    if (status == WM_OK)
        status = check_target(cli, e);
    if (status == WM_OK)
        status = check_name(cli, e);
    if (status == WM_OK && e->where.n > 0)
        status = wm_store_filter(store, e->where.items, e->where.n, &cli->diags);
    if (status == WM_OK && !e->partial)
        wm_store_check_whole(store, &cli->diags);
    if (status == WM_OK)
        status = statistics(cli, e, store, &any);
    if (status == WM_OK && !any)
        status = points(cli, e, store);
    wm_store_close(store);
    return status;
}

const struct cli_verb cli_verb_export = {
    .name = "export",
    .words = "STORE",
    .min_words = 1,
    .max_words = 1,
    .summary = "a study's store as files, statistics and figures",
    .details =
        "Points come in the order of their index, the same bytes for any threads, shards and\n"
        "interruptions. P90 is the 90th percentile: exceeded in 10 % of the points, not in 90 %.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
