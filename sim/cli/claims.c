/* claims: published claims beside what the model computes. */
#include <unistd.h>

#include "options.h"

struct options {
    enum wm_format format;
    const char *curve, *dir;
    struct cli_texts add;
    bool energy;
};

static const struct options defaults = {.format = WM_FORMAT_TABLE};

static const struct cli_option rows[] = {
    CLI_FLAG(options, energy, "--energy",
             "energy per output token where it was measured, beside the model's"),
    CLI_TEXTS(options, add, "--add", 0, "FILE",
              "claims of your own, JSON as the shipped ones; repeatable"),
    CLI_TEXT(options, curve, "--curve", 0, "CLAIM",
             "ratio over the floor under a user's speed, and its factors: million-fold"),
    CLI_TEXT(options, dir, "--output", 'o', "DIR",
             "with --curve: write claims_curve.csv, claims_parts.csv, figures"),
    CLI_FORMAT(options, format),
    CLI_END,
};

static void show_progress(void *context, size_t n_done, size_t n_total)
{
    const struct cli *const cli = context;
    if (cli->quiet || !isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\rclaims: %zu of %zu%s", n_done, n_total, n_done == n_total ? "\n" : "");
}

static enum wm_status run_energy(struct cli *cli, enum wm_format format)
{
    struct wm_energy_rows energy;
    const enum wm_status status = wm_measured_energy(cli->arena, &energy, &cli->diags);
    if (status == WM_OK)
        wm_measured_energy_write(stdout, cli->arena, &energy, format);
    return status;
}

static enum wm_status run_curve(struct cli *cli, const struct options *o)
{
    struct wm_claim_curve curve;
    struct wm_folder folder;
    const enum wm_status status = wm_claim_curve(cli->arena, o->curve, &curve, &cli->diags);
    if (status != WM_OK)
        return status;
    if (o->dir == NULL) {
        wm_claim_curve_write(stdout, cli->arena, &curve, o->format);
        return WM_OK;
    }
    if (!wm_folder_open(&folder, cli->arena, o->dir, &cli->diags))
        return WM_IO;
    const bool good = wm_folder_figure(&folder, "claims_curve", wm_claim_curve_csv, &curve) &&
                      (curve.n_parts == 0 ||
                       wm_folder_figure(&folder, "claims_parts", wm_claim_parts_csv, &curve));
    for (size_t i = 0; i < folder.n_files && !cli->quiet; i++)
        fprintf(stderr, "wrote %s\n", folder.files[i]);
    wm_folder_close(&folder);
    return good ? WM_OK : WM_IO;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    struct wm_claims claims;
    if (o->dir != NULL && o->curve == NULL) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "claims: -o goes with --curve");
        return WM_USAGE;
    }
    if (o->curve != NULL)
        return run_curve(cli, o);
    if (o->energy)
        return run_energy(cli, o->format);
    const struct wm_claims_ask ask = {.only = cli->n_words > 0 ? cli->words[0] : NULL,
                                      .files = o->add.items,
                                      .n_files = o->add.n,
                                      .progress = show_progress,
                                      .context = cli};
    const enum wm_status status = wm_claims_compute(cli->arena, &ask, &claims, &cli->diags);
    if (status == WM_OK)
        wm_claims_write(stdout, cli->arena, &claims, o->format);
    return status;
}

const struct cli_verb cli_verb_claims = {
    .name = "claims",
    .words = "[CLAIM]",
    .max_words = 1,
    .summary = "published claims beside what the model computes for them",
    .details =
        "Every figure is computed when asked; nothing is fitted to a claim. With the name "
        "of a claim\n"
        "its conditions, its source and what makes the difference; \"million-fold\" prints all\n"
        "that begin so. Only claims of the class independent test the model: in-sample ones are\n"
        "among the rows of its fit, arithmetic ones are quotients of published figures, "
        "calibrated\n"
        "ones were once chosen to come out. Column holds: the share of 4,000 draws, with the "
        "errors "
        "of\n"
        "the model and the ranges of the conditions, that lie within what is published.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
