/* calibrate: fits accelerators, precisions and engines to measured operating points. */
#include "options.h"

struct options {
    struct cli_sets catalog;
    const char *data, *dir, *only, *leave_accelerator, *leave_model;
    int64_t iterations;
};

static const struct options defaults = {.iterations = 40};

static const struct cli_option rows[] = {
    CLI_TEXT(options, data, "--data", 0, "FILE.csv", "measured points, as for accuracy"),
    CLI_TEXT(options, only, "--accelerator", 0, "NAME", "fit this one alone, engines as they are"),
    CLI_TEXT(options, leave_accelerator, "--leave-accelerator", 0, "NAME",
             "leave its rows out, to see what the others say of it"),
    CLI_TEXT(options, leave_model, "--leave-model", 0, "NAME", "leave a model's rows out"),
    CLI_WHOLE(options, iterations, "--iterations", 0, "N", 1, 1000, "at most (default: 40)"),
    CLI_CATALOG(options, catalog),
    CLI_TEXT(options, dir, "--output", 'o', "DIR", "write calibration.json, a catalogue file"),
    CLI_END,
};

static void on_progress(int iteration, double sum_of_squares, void *context)
{
    (void)context;
    fprintf(stderr, "iteration %d: sum of squares %.4f\n", iteration, sum_of_squares);
}

/* An alias becomes the entry's name; a name that is none leaves nothing out, so it is a mistake. */
static bool resolve(struct cli *cli, const struct wm_catalog *catalog, enum wm_catalog_kind kind,
                    const char **name)
{
    if (*name == NULL)
        return true;
    const struct wm_catalog_head *const head = wm_catalog_find(catalog, kind, *name);
    if (head != NULL) {
        *name = head->name;
        return true;
    }
    struct wm_suggest near = wm_suggest_init(*name);
    for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++)
        wm_suggest_offer(&near, wm_catalog_at(catalog, kind, i)->name);
    wm_diag_add(&cli->diags, WM_E208, NULL, NULL, "no entry \"%s\" in %s%s", *name,
                wm_catalog_section(kind), wm_suggest_text(cli->arena, &near));
    return false;
}

static enum wm_status write_folder(struct cli *cli, const char *dir, const struct wm_fit *fit)
{
    struct wm_folder folder;
    if (!wm_folder_open(&folder, cli->arena, dir, &cli->diags) ||
        !wm_folder_put(&folder, "calibration.json", wm_fit_json, fit))
        return WM_IO;
    if (!cli->quiet)
        fprintf(stderr, "wrote %s\n", folder.files[0]);
    return WM_OK;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const struct wm_catalog *catalog = NULL;
    struct wm_operating_points points;
    struct wm_fit fit;
    struct wm_fit_options f = {.only_accelerator = o->only,
                               .leave_accelerator = o->leave_accelerator,
                               .leave_model = o->leave_model,
                               .max_iterations = (int)o->iterations,
                               .progress = cli->quiet ? NULL : on_progress};
    if (o->data == NULL) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "calibrate: give measured points with --data FILE.csv");
        return WM_USAGE;
    }
    enum wm_status status = cli_catalog_load(cli, &o->catalog, &catalog);
    if (status != WM_OK)
        return status;
    if (!resolve(cli, catalog, WM_CATALOG_accelerator, &f.only_accelerator) ||
        !resolve(cli, catalog, WM_CATALOG_accelerator, &f.leave_accelerator) ||
        !resolve(cli, catalog, WM_CATALOG_llm, &f.leave_model))
        return WM_USAGE;
    status = wm_operating_points_load(cli->arena, o->data, catalog, &points, &cli->diags);
    if (status == WM_OK)
        status = wm_fit_points(cli->arena, catalog, &points, &f, &fit, &cli->diags);
    if (status != WM_OK)
        return status;
    wm_fit_table(stdout, &fit);
    return o->dir != NULL ? write_folder(cli, o->dir, &fit) : WM_OK;
}

const struct cli_verb cli_verb_calibrate = {
    .name = "calibrate",
    .words = "",
    .summary = "fit accelerators and serving engines to measured operating points",
    .details =
        "Fits what serving reaches of each accelerator's kernels (memory, attention, experts,\n"
        "arithmetic by precision, overheads, collectives, board power) and the overheads of\n"
        "each serving engine to the rows whose column `split` says fit. Nothing belongs to a\n"
        "model or a scenario. Prints the parameters with standard errors and how much of each\n"
        "the data decided; --catalog calibration.json then uses them.",
    CLI_OPTIONS(rows, defaults),
    .run = run};
