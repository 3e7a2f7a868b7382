/* accuracy: what the model predicts for measured operating points, and how wrong it is. */
#include <string.h>

#include "options.h"
#include "wattmill/training_points.h"

struct options {
    struct cli_sets catalog;
    const char *data, *training, *dir, *split;
    enum wm_format format;
};

static const struct options defaults = {.format = WM_FORMAT_TABLE, .split = "all"};

static const struct cli_option rows[] = {
    CLI_TEXT(options, data, "--data", 0, "FILE.csv", "measured points, columns by name"),
    CLI_TEXT(options, training, "--training", 0, "FILE.csv", "measured training runs instead"),
    CLI_CHOICE(options, split, "--split", "all|fit|validate",
               "rows by their column `split` (default: all)"),
    CLI_CATALOG(options, catalog),
    CLI_FORMAT(options, format),
    CLI_TEXT(options, dir, "--output", 'o', "DIR", "write accuracy.json, parity.csv, parity plot; training_parity.csv"),
    CLI_END,
};

struct page {
    const struct wm_accuracy *accuracy;
    const struct wm_operating_points *points;
};

static void put_json(FILE *file, const void *context)
{
    const struct page *page = context;
    wm_accuracy_json(file, page->accuracy, page->points);
}

/* A table of power alone has no rates to draw. */
static bool put_parity(struct wm_folder *folder, const struct wm_accuracy *accuracy)
{
    return accuracy->errors[WM_QUANTITY_SPEED].n > 0
               ? wm_folder_figure(folder, "parity", wm_accuracy_points_csv, accuracy)
               : wm_folder_put(folder, "parity.csv", wm_accuracy_points_csv, accuracy);
}

static enum wm_status write_folder(struct cli *cli, const char *dir, const struct page *page)
{
    struct wm_folder folder;
    if (!wm_folder_open(&folder, cli->arena, dir, &cli->diags) ||
        !wm_folder_put(&folder, "accuracy.json", put_json, page) ||
        !put_parity(&folder, page->accuracy))
        return WM_IO;
    for (size_t i = 0; i < folder.n_files && !cli->quiet; i++)
        fprintf(stderr, "wrote %s\n", folder.files[i]);
    return WM_OK;
}

static enum wm_points_kind kind_of(const char *split)
{
    return strcmp(split, "fit") == 0        ? WM_POINTS_FIT
           : strcmp(split, "validate") == 0 ? WM_POINTS_VALIDATE
                                            : WM_POINTS_ALL;
}

/* Errors of the training model; fit and other runs stand side by side. */
static enum wm_status run_training(struct cli *cli, const struct options *o)
{
    const struct wm_catalog *catalog = NULL;
    struct wm_training_points points;
    enum wm_status status = cli_catalog_load(cli, &o->catalog, &catalog);
    if (status == WM_OK)
        status = wm_training_points_load(cli->arena, o->training, catalog, &points, &cli->diags);
    if (status != WM_OK)
        return status;
    wm_training_errors_write(stdout, cli->arena, &points, o->format);
    for (size_t i = 0; i < points.n_left_out && o->format == WM_FORMAT_TABLE; i++)
        printf("left out: %zu, %s\n", points.left_out[i].n, points.left_out[i].reason);
    struct wm_folder folder;
    if (o->dir == NULL)
        return WM_OK;
    if (!wm_folder_open(&folder, cli->arena, o->dir, &cli->diags) ||
        !wm_folder_put(&folder, "training_parity.csv", wm_training_points_csv, &points))
        return WM_IO;
    for (size_t i = 0; i < folder.n_files && !cli->quiet; i++)
        fprintf(stderr, "wrote %s\n", folder.files[i]);
    return WM_OK;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const struct wm_catalog *catalog = NULL;
    struct wm_operating_points points;
    if (o->training != NULL)
        return run_training(cli, o);
    if (o->data == NULL) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "accuracy: give measured points with --data FILE.csv");
        return WM_USAGE;
    }
    enum wm_status status = cli_catalog_load(cli, &o->catalog, &catalog);
    if (status == WM_OK)
        status = wm_operating_points_load(cli->arena, o->data, catalog, &points, &cli->diags);
    if (status != WM_OK)
        return status;
    const struct wm_accuracy accuracy = wm_accuracy_of(cli->arena, &points, kind_of(o->split));
    const struct page page = {&accuracy, &points};
    if (o->format == WM_FORMAT_JSON)
        wm_accuracy_json(stdout, &accuracy, &points);
    else if (o->format == WM_FORMAT_CSV)
        wm_accuracy_csv(stdout, &accuracy);
    else if (o->format == WM_FORMAT_MD)
        wm_accuracy_md(stdout, &accuracy, &points);
    else
        wm_accuracy_table(stdout, &accuracy, &points);
    return o->dir != NULL ? write_folder(cli, o->dir, &page) : WM_OK;
}

const struct cli_verb cli_verb_accuracy = {
    .name = "accuracy",
    .words = "",
    .summary = "errors of the model on measured operating points",
    .details =
        "Compares the model with a table of the measured sets' columns (accelerator, model,\n"
        "precision, framework, isl_tokens, osl_tokens, concurrency, tp, ep ...\n"
        "output_tokens_per_s_per_gpu, gpu_power_w; or power points), in any order and case.\n"
        "Speculative (mtp) and disaggregated (disagg, n_prefill_gpu, n_decode_gpu) serving\n"
        "have lines of their own. Nothing is fitted; rows the model cannot represent are\n"
        "counted by reason. docs/accuracy.md holds the tables for the shipped parameters.",
    CLI_OPTIONS(rows, defaults),
    .run = run};
