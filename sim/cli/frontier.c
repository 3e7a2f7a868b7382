/* frontier: every way to serve a model on accelerators, and the best within a latency target. */
#include <string.h>

#include "options.h"

struct options {
    struct cli_case how; /* first: rows of cases fill it */
    const char *slo;
};

static const struct options defaults = {.how = CLI_CASE_DEFAULTS};

#define ROW(name, letter, path) CLI_ROW_OF(frontier, cli_case, sets, name, letter, path, )
// clang-format off
static const struct cli_option rows[] = {
    ROW("--accelerator", 'a', "accelerator"),
    ROW("--prefill-accelerator", 0, "prefill_accelerator"),
    ROW("--llm", 'm', "llm"),
    ROW("--engine", 'e', "engine"),
    ROW("--precision", 0, "precision"),
    ROW("--isl", 0, "input_tok"),
    ROW("--osl", 0, "output_tok"),
    ROW("--cached", 0, "cached_frac"),
    ROW("--draft-tokens", 0, "draft_tok"),
    ROW("--accept", 0, "accept_frac"),
    CLI_TEXT(options, slo, "--slo", 0, "KEY=X[,..]", "both targets with a scenario's keys: ttft_s=2,tok_per_s_per_user=50"),
    ROW("--ttft-slo", 0, "slo.ttft_s"),
    ROW("--speed-slo", 0, "slo.tok_per_s_per_user"),
    ROW("--max-gpus", 0, "max_gpus"),
    CLI_TERMS_ROWS(frontier),
    CLI_FLAG(cli_case, plot, "--plot", "also draw the fronts on the terminal (needs gnuplot)"),
    CLI_CASE_ROWS("write frontier.json, frontier.csv with all points, and a figure"),
    CLI_END,
};
// clang-format on

/* "ttft_s=2,tok_per_s_per_user=50" as settings of the two targets. */
static void read_slo(struct cli *cli, const char *slo, struct cli_sets *sets)
{
    const size_t most = sets->n + strlen(slo) + 1;
    struct wm_override *const all = WM_NEW_ARRAY(cli->arena, struct wm_override, most);
    size_t n = 0;
    for (; n < sets->n; n++)
        all[n] = sets->items[n];
    while (*slo != '\0') {
        const size_t length = strcspn(slo, ",");
        const char *const text =
            wm_arena_printf(cli->arena, "slo.%s", wm_arena_copy_text(cli->arena, slo, length));
        if (wm_override_parse(cli->arena, text, &all[n], &cli->diags) == WM_OK)
            all[n++].option = "--slo";
        slo += length + (slo[length] == ',');
    }
    *sets = (struct cli_sets){all, n};
}

static enum wm_status run(struct cli *cli, const void *options)
{
    struct options own = *(const struct options *)options;
    if (own.slo != NULL)
        read_slo(cli, own.slo, &own.how.sets);
    return cli_case_run(cli, &wm_frontier_form, NULL, &own.how);
}

const struct cli_verb cli_verb_frontier = {
    .name = "frontier",
    .words = "[FILE]",
    .min_words = 0,
    .max_words = 1,
    .summary = "every parallelism and batch for a model on accelerators, the best within a target",
    .details =
        "Closed form at full load: speed of a user against output of a megawatt at the meter,\n"
        "energy and cost per token. CSV lists all points, JSON and md the Pareto front, the\n"
        "table some of it. Rates are of output tokens. FILE is a document {\"schema_version\": 1,\n"
        "\"case\": \"frontier\", ...} or the frontier.json of an earlier one. An option stands for "
        "the\n"
        "key that begins its text.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
