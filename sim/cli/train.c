/* train: a training run on n accelerators: plan, speed, power, losses, energy and cost. */
#include <string.h>

#include "options.h"

static const struct cli_case defaults = CLI_CASE_DEFAULTS;

#define ROW(name, letter, path) CLI_ROW_OF(train, cli_case, sets, name, letter, path, )
// clang-format off
static const struct cli_option rows[] = {
    ROW("--accelerator", 'a', "accelerator"),
    ROW("--llm", 'm', "llm"),
    ROW("--gpus", 0, "gpus"),
    ROW("--precision", 0, "precision"),
    ROW("--seq", 0, "seq_tok"),
    ROW("--batch-tokens", 0, "batch_tok"),
    ROW("--tp", 0, "tp"),
    ROW("--pp", 0, "pp"),
    ROW("--cp", 0, "cp"),
    ROW("--tokens", 0, "tokens"),
    ROW("--failures", 0, "failures.per_gpu_year"),
    ROW("--planned", 0, "failures.planned_per_gpu_year"),
    CLI_ROW_OF(train, cli_case, sets, "--restart", 0, "restart_min", .unit = "s"),
    ROW("--checkpoint", 0, "checkpoint_write_s"),
    ROW("--swing-limit", 0, "swing_limit_mw"),
    ROW("--storage-loss", 0, "storage_loss_frac"),
    ROW("--imbalance", 0, "imbalance_frac"),
    ROW("--straggler", 0, "straggler_frac"),
    CLI_TERMS_ROWS(train),
    CLI_CHOICE(cli_case, show, "--show", "run|energy|plans|caps|schedule|all", "the run, its energy by kernel class, plans side by side, power caps, energy-aware schedules (default: run)"),
    CLI_CASE_ROWS("write train.json and metrics.csv"),
    CLI_END,
};
// clang-format on

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct cli_case *const how = options;
    if (how->show != NULL && strcmp(how->show, "all") == 0 && how->format != WM_FORMAT_TABLE)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "--show all is for --format table");
    return cli_case_run(cli, &wm_train_form, NULL, how);
}

const struct cli_verb cli_verb_train = {
    .name = "train",
    .words = "[FILE]",
    .min_words = 0,
    .max_words = 1,
    .summary = "a training run on accelerators: plan, speed, power, losses, energy, cost",
    .details =
        "The fastest plan that fits the memory; board power by phase and its swing; time lost\n"
        "to failures and checkpoints; what caps and energy-aware schedules change. FILE is a\n"
        "document {\"schema_version\": 1, \"case\": \"train\", ...} or the train.json of an "
        "earlier "
        "run.\n"
        "An option stands for the key that begins its text.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
