/* frontier: every way to serve a model on accelerators, and the best within a latency target. */
#include <string.h>

#include "frontier.h"
#include "wattmill/csv.h"

struct options {
    struct cli_sets catalogs;
    const char *accelerators, *llm, *engine, *precision, *slo;
    const char *dir;
    struct cli_site site;
    double input_tok, output_tok, cached_frac, draft_tok, accept_frac;
    double ttft_slo_s, speed_slo, max_gpus;
    enum wm_format format;
    bool plot;
};

static const struct options defaults = {.site = CLI_SITE_DEFAULTS,
                                        .input_tok = 8192.0,
                                        .output_tok = 1024.0,
                                        .accept_frac = (double)NAN,
                                        .max_gpus = 1024.0,
                                        .format = WM_FORMAT_TABLE};

// clang-format off
static const struct cli_option rows[] = {
    CLI_TEXT(options, accelerators, "--accelerator", 'a', "A[,B..]", "one or several (catalog accelerators)"),
    CLI_TEXT(options, llm, "--llm", 'm', "NAME", "model that is served (catalog llms)"),
    CLI_TEXT(options, engine, "--engine", 'e', "NAME", "serving engine (default: the overheads of disaggregated-2026, prompts apart from decoding or together with it)"),
    CLI_CHOICE(options, precision, "--precision", "bf16|fp8|fp4|int4|fp32|int8|all", "of the weights (default: narrowest float the hardware has)"),
    CLI_REAL(options, input_tok, "--isl", "N", 1.0, 1e7, "tokens of a prompt (default: 8192)"),
    CLI_REAL(options, output_tok, "--osl", "N", 1.0, 1e7, "tokens of an answer (default: 1024)"),
    CLI_REAL(options, cached_frac, "--cached", "FRAC", 0.0, 1.0, "of a prompt found in the prefix cache (default: 0)"),
    CLI_REAL(options, draft_tok, "--draft-tokens", "N", 0.0, 16.0, "guesses a step checks per sequence (speculative decoding, MTP; default: 0)"),
    CLI_REAL(options, accept_frac, "--accept", "P", 0.0, 1.0, "probability that a guess is right (default: as measured with the model's own module, else 0.7)"),
    CLI_TEXT(options, slo, "--slo", 0, "KEY=X[,..]", "both targets with a scenario's keys: ttft_s=2,tok_per_s_per_user=50"),
    CLI_REAL(options, ttft_slo_s, "--ttft-slo", "S", 0.001, 1e5, "target of the time to first token (default: none)"),
    CLI_REAL(options, speed_slo, "--speed-slo", "TOK/S", 0.001, 1e5, "target of the speed of an answer, per user (default: none)"),
    CLI_REAL(options, max_gpus, "--max-gpus", "N", 1.0, 1e5, "accelerators of a decoding group at most"),
    CLI_SITE_ROWS(options, site),
    CLI_CATALOG(options, catalogs),
    CLI_FORMAT(options, format),
    CLI_FLAG(options, plot, "--plot", "also draw the fronts on the terminal (needs gnuplot)"),
    CLI_TEXT(options, dir, "--output", 'o', "DIR", "write frontier.csv with all points, and a figure"),
    CLI_END,
};
// clang-format on

/* The catalogue and what a command line names in it. */
struct setting {
    const struct wm_catalog *catalog;
    const struct wm_llm *llm;
    const struct wm_engine *engine;
};

static enum wm_status load(struct cli *cli, const struct options *o, struct setting *s)
{
    const enum wm_status status = cli_catalog_load(cli, &o->catalogs, &s->catalog);
    if (status != WM_OK)
        return status;
    s->llm = cli_entry(cli, s->catalog, WM_CATALOG_llm, "--llm", o->llm);
    s->engine = cli_entry(cli, s->catalog, WM_CATALOG_engine, "--engine",
                          o->engine != NULL ? o->engine : WM_USUAL_ENGINE);
    (void)cli_site_terms(cli, s->catalog, &o->site, NULL); /* its names, before any work */
    return WM_OK;
}

/* What --precision means on an accelerator. @return how many are in `list` */
static size_t precisions_of(const struct options *o, const struct wm_accelerator *a,
                            enum wm_precision list[WM_N_PRECISIONS])
{
    static const enum wm_precision floats[] = {WM_FP4, WM_FP8, WM_BF16};
    const bool all = o->precision != NULL && strcmp(o->precision, "all") == 0;
    size_t n = 0;
    if (o->precision != NULL && !all) {
        while (strcmp(wm_precision_words[list[0] = (enum wm_precision)n], o->precision) != 0)
            n++;
        return 1;
    }
    for (size_t i = 0; i < 3; i++)
        if (wm_accelerator_rates(a, floats[i])->flop_per_s > 0.0 && (all || n == 0))
            list[n++] = floats[i];
    if (n == 0)
        list[n++] = WM_FP32;
    return n;
}

static void eval(struct cli *cli, const struct options *o, const struct setting *s,
                 const struct wm_accelerator *a, enum wm_precision precision, struct series *out)
{
    out->c = (struct wm_serving_case){.accelerator = a,
                                      .llm = s->llm,
                                      .engine = s->engine,
                                      .ways = o->engine != NULL ? WM_WAYS_ENGINES : WM_WAYS_BOTH,
                                      .precision = precision,
                                      .input_tok = o->input_tok,
                                      .cached_frac = o->cached_frac,
                                      .output_tok = o->output_tok,
                                      .max_gpus = o->max_gpus,
                                      .draft = wm_draft_of(s->llm, o->draft_tok, o->accept_frac),
                                      .ttft_slo_s = o->ttft_slo_s,
                                      .tok_per_s_per_user_slo = o->speed_slo};
    out->site = cli_site_terms(cli, s->catalog, &o->site, a);
    out->f.points = WM_NEW_ARRAY(cli->arena, struct wm_frontier_point, WM_FRONTIER_POINTS);
    out->name = wm_arena_printf(cli->arena, "%s %s", a->head.name, wm_precision_words[precision]);
    wm_frontier_eval(&out->c, &out->site, &out->f);
}

/* The entry of a name in the list; NULL after reporting. */
static const struct wm_accelerator *accelerator_of(struct cli *cli, const struct setting *s,
                                                   const char *name, size_t length)
{
    if (length > 0)
        return cli_entry(cli, s->catalog, WM_CATALOG_accelerator, "--accelerator",
                         wm_arena_copy_text(cli->arena, name, length));
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                "--accelerator: an empty name in the list; names are parted by single commas");
    return NULL;
}

/* The entries of the command line, parted by commas, each once. @return how many are in `list` */
static size_t accelerators_of(struct cli *cli, const struct options *o, const struct setting *s,
                              const struct wm_accelerator **list)
{
    size_t n = 0;
    for (const char *name = o->accelerators; *name != '\0';) {
        const size_t length = strcspn(name, ",");
        const struct wm_accelerator *const a = accelerator_of(cli, s, name, length);
        bool is_new = a != NULL;
        for (size_t i = 0; i < n && is_new; i++)
            is_new = list[i] != a;
        if (is_new)
            list[n++] = a;
        else if (a != NULL)
            wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "--accelerator: %s is named twice",
                        a->head.name);
        name += length + (name[length] == ',');
    }
    return n;
}

/* All series of the command line. */
static size_t eval_all(struct cli *cli, const struct options *o, const struct setting *s,
                       struct series **out)
{
    const size_t room = strlen(o->accelerators) + 1;
    const struct wm_accelerator **const list =
        WM_NEW_ARRAY(cli->arena, const struct wm_accelerator *, room);
    const size_t n_list = accelerators_of(cli, o, s, list);
    size_t n = 0;
    if (cli->diags.n_errors > 0)
        return 0;
    *out = WM_NEW_ARRAY(cli->arena, struct series, n_list * WM_N_PRECISIONS);
    for (size_t i = 0; i < n_list; i++) {
        enum wm_precision precisions[WM_N_PRECISIONS];
        const size_t n_precisions = precisions_of(o, list[i], precisions);
        for (size_t k = 0; k < n_precisions; k++)
            eval(cli, o, s, list[i], precisions[k], &(*out)[n++]);
    }
    return n;
}

/* "ttft_s=2,tok_per_s_per_user=50" into the two targets. */
static void read_slo(struct cli *cli, struct options *o)
{
    for (const char *part = o->slo; part != NULL && *part != '\0';) {
        const size_t n = strcspn(part, ",");
        const char *const text = wm_arena_copy_text(cli->arena, part, n);
        const char *const equals = strchr(text, '=');
        const size_t n_key = equals ? (size_t)(equals - text) : strlen(text);
        double value = 0.0;
        const bool is_number = equals && wm_csv_number(equals + 1, &value) && value > 0.0;
        double *const target = n_key == 6 && strncmp(text, "ttft_s", 6) == 0 ? &o->ttft_slo_s
                               : n_key == 18 && strncmp(text, "tok_per_s_per_user", 18) == 0
                                   ? &o->speed_slo
                                   : NULL;
        if (target == NULL || !is_number)
            wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                        "--slo: \"%s\"; allowed are ttft_s=SECONDS and tok_per_s_per_user=RATE, "
                        "above 0",
                        text);
        else
            *target = value;
        part += n + (part[n] == ',');
    }
}

static enum wm_status run(struct cli *cli, const void *options)
{
    struct options own = *(const struct options *)options;
    const struct options *const o = &own;
    struct setting setting;
    read_slo(cli, &own);
    enum wm_status status = load(cli, o, &setting);
    if (status != WM_OK)
        return status;
    if (o->accelerators == NULL || o->accelerators[0] == '\0')
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "needs --accelerator NAME");
    struct series *all = NULL;
    const size_t n = o->accelerators ? eval_all(cli, o, &setting, &all) : 0;
    if (cli->diags.n_errors > 0)
        return WM_USAGE;
    size_t n_feasible = 0;
    for (size_t i = 0; i < n; i++)
        n_feasible += all[i].f.fault == WM_PLAN_OK;
    if (o->format == WM_FORMAT_TABLE)
        frontier_screen(cli, all, n);
    else
        frontier_list(cli, stdout, all, n, o->format);
    if (o->plot)
        status = frontier_plot(cli, all, n);
    if (o->dir != NULL && status == WM_OK)
        status = frontier_folder(cli, o->dir, all, n);
    /* tables say it beside each; other forms have no place for it */
    for (size_t i = 0; i < n && (n_feasible == 0 || o->format != WM_FORMAT_TABLE); i++)
        if (all[i].f.fault != WM_PLAN_OK)
            wm_diag_add(&cli->diags, n_feasible == 0 ? WM_E301 : WM_W908, NULL, NULL, "%s: %s",
                        all[i].name, frontier_reason(cli, &all[i]));
    return n_feasible > 0 || status != WM_OK ? status : WM_INFEASIBLE;
}

const struct cli_verb cli_verb_frontier = {
    .name = "frontier",
    .words = "",
    .summary = "every parallelism and batch for a model on accelerators, the best within a target",
    .details =
        "Closed form at full load: speed of a user against output of a megawatt at the meter,\n"
        "energy and cost per token. CSV lists all points, JSON and md the Pareto front, the\n"
        "table some of it. Rates are of output tokens.",
    .options = rows,
    .defaults = &defaults,
    .size = sizeof defaults,
    .run = run,
};
