/* plan: when to retire which generation under the ceiling, and for what. */
#include <math.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/plan.h"

struct options {
    struct cli_sets sets;
    struct cli_texts candidates;
    int64_t years;
    double deliveries_mw, growth_frac, retire_usd;
    const char *dir;
    enum wm_format format;
};

static const struct options defaults = {.deliveries_mw = 0.0, .format = WM_FORMAT_TABLE};

static const struct cli_option rows[] = {
    CLI_SCENARIO_ROWS(options, sets),
    CLI_TEXTS(
        options, candidates, "--candidate", 0, "NAME[@DATE][:MW,...]",
        "accelerator that can be bought, from a date on, MW by year; repeatable (default: those "
        "of the last 2 years)"),
    CLI_WHOLE(options, years, "--years", 0, "N", 0, WM_REFRESH_YEARS_MAX,
              "years planned (default: economics.appraisal_years)"),
    CLI_REAL(options, deliveries_mw, "--deliveries", "MW", 0, 1e6,
             "of each candidate in a year (default: no limit)"),
    CLI_REAL(options, growth_frac, "--growth", "FRAC", -0.9, 10,
             "of demand, per year (default: 0)"),
    CLI_REAL(options, retire_usd, "--retire-cost", "USD", 0, 1e8,
             "of taking a MW out, beside its resale (default: 0)"),
    CLI_TEXT(options, dir, "--output", 'o', "DIR", "write plan.json, plan.csv and the figure"),
    CLI_FORMAT(options, format),
    CLI_END,
};

static bool show_progress(void *context, size_t n_done, size_t n_total)
{
    const struct cli *const cli = context;
    (void)n_total;
    if (!cli->quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "\rplan: %zu runs ", n_done);
    return true;
}

struct sink {
    struct wm_arena *arena;
    const struct wm_plan *plan;
};

static void json_sink(FILE *file, const void *context)
{
    const struct sink *const s = context;
    wm_plan_write(file, s->arena, s->plan, WM_FORMAT_JSON);
}

static void csv_sink(FILE *file, const void *context)
{
    const struct sink *const s = context;
    wm_plan_write(file, s->arena, s->plan, WM_FORMAT_CSV);
}

static enum wm_status write_folder(struct cli *cli, const char *dir, const struct wm_plan *plan)
{
    struct wm_folder *const f = WM_NEW(cli->arena, struct wm_folder);
    const struct sink sink = {cli->arena, plan};
    return wm_folder_open(f, cli->arena, dir, &cli->diags) &&
                   wm_folder_put(f, "plan.json", json_sink, &sink) &&
                   wm_folder_put(f, "plan.csv", csv_sink, &sink) &&
                   wm_folder_figure(f, "refresh", wm_refresh_csv, plan)
               ? WM_OK
               : WM_IO;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    struct wm_side side;
    struct wm_plan *const plan = WM_NEW(cli->arena, struct wm_plan);
    struct wm_plan_candidate *const candidates =
        WM_NEW_ARRAY(cli->arena, struct wm_plan_candidate, o->candidates.n + 1);
    bool good = true;
    for (size_t i = 0; i < o->candidates.n; i++)
        good &=
            wm_plan_candidate_read(cli->arena, o->candidates.items[i], &candidates[i], &cli->diags);
    if (!good)
        return WM_USAGE;
    const struct wm_plan_terms terms = {
        .candidates = o->candidates.n > 0 ? candidates : NULL,
        .n_candidates = o->candidates.n,
        .retire_usd_per_mw = o->retire_usd,
        .n_years = (size_t)o->years,
        .deliveries_mw_per_year = o->deliveries_mw > 0.0 ? o->deliveries_mw : (double)INFINITY,
        .demand_growth_frac = o->growth_frac};
    enum wm_status status =
        wm_side_load(cli->arena, cli->words[0], o->sets.items, o->sets.n, &side, &cli->diags);
    if (status != WM_OK)
        return status;
    status = wm_plan_make(cli->arena, &side, &terms, show_progress, cli, plan, &cli->diags);
    if (!cli->quiet && isatty(STDERR_FILENO))
        fputc('\n', stderr);
    if (status != WM_OK && status != WM_FAILED) /* what is not met is shown, and fails */
        return status;
    wm_plan_write(stdout, cli->arena, plan, o->format);
    const enum wm_status written = o->dir != NULL ? write_folder(cli, o->dir, plan) : WM_OK;
    return written != WM_OK ? written : status;
}

const struct cli_verb cli_verb_plan = {
    .name = "plan",
    .words = "SCENARIO",
    .min_words = 1,
    .max_words = 1,
    .summary = "when to retire which generation under the ceiling, and for what",
    .details =
        "What the scenario's fleet holds is owned at the start; candidates can be bought each "
        "year.\n"
        "A linear programme chooses MW by generation and year; the mix of year 1 is then run.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
