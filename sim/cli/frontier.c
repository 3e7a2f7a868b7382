/* frontier: every way to serve a model on accelerators, and the best within a latency target. */
#include <string.h>

#include "options.h"
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

static const struct options defaults = {.engine = "disaggregated-2026",
                                        .site = CLI_SITE_DEFAULTS,
                                        .input_tok = 8192.0,
                                        .output_tok = 1024.0,
                                        .accept_frac = 0.7,
                                        .max_gpus = 1024.0,
                                        .format = WM_FORMAT_TABLE};

// clang-format off
static const struct cli_option rows[] = {
    CLI_TEXT(options, accelerators, "--accelerator", 'a', "A[,B..]", "one or several (catalog accelerators)"),
    CLI_TEXT(options, llm, "--llm", 'm', "NAME", "model that is served (catalog llms)"),
    CLI_TEXT(options, engine, "--engine", 'e', "NAME", "serving engine (default: disaggregated-2026)"),
    CLI_CHOICE(options, precision, "--precision", "bf16|fp8|fp4|int4|fp32|int8|all", "of the weights (default: narrowest float the hardware has)"),
    CLI_REAL(options, input_tok, "--isl", "N", 1.0, 1e7, "tokens of a prompt (default: 8192)"),
    CLI_REAL(options, output_tok, "--osl", "N", 1.0, 1e7, "tokens of an answer (default: 1024)"),
    CLI_REAL(options, cached_frac, "--cached", "FRAC", 0.0, 1.0, "of a prompt found in the prefix cache (default: 0)"),
    CLI_REAL(options, draft_tok, "--draft-tokens", "N", 0.0, 16.0, "guesses a step checks per sequence (speculative decoding, MTP; default: 0)"),
    CLI_REAL(options, accept_frac, "--accept", "P", 0.0, 1.0, "probability that a guess is right (default: 0.7)"),
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
    s->engine = cli_entry(cli, s->catalog, WM_CATALOG_engine, "--engine", o->engine);
    (void)cli_site_terms(cli, s->catalog, &o->site, NULL); /* its names, before any work */
    return WM_OK;
}

/* One accelerator at one precision. */
struct series {
    struct wm_serving_case c;
    struct wm_frontier_site site;
    struct wm_frontier f;
    const char *name;
};

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
                                      .precision = precision,
                                      .input_tok = o->input_tok,
                                      .cached_frac = o->cached_frac,
                                      .output_tok = o->output_tok,
                                      .max_gpus = o->max_gpus,
                                      .draft = {o->draft_tok, o->accept_frac},
                                      .ttft_slo_s = o->ttft_slo_s,
                                      .tok_per_s_per_user_slo = o->speed_slo};
    out->site = cli_site_terms(cli, s->catalog, &o->site, a);
    out->f.points = WM_NEW_ARRAY(cli->arena, struct wm_frontier_point, WM_FRONTIER_POINTS);
    out->name = wm_arena_printf(cli->arena, "%s %s", a->head.name, wm_precision_words[precision]);
    wm_frontier_eval(&out->c, &out->site, &out->f);
}

/* All series of the command line; the names of accelerators are parted by commas. */
static size_t eval_all(struct cli *cli, const struct options *o, const struct setting *s,
                       struct series **out)
{
    const size_t room = (strlen(o->accelerators) + 1) * WM_N_PRECISIONS;
    struct series *const all = WM_NEW_ARRAY(cli->arena, struct series, room);
    size_t n = 0;
    for (const char *name = o->accelerators; *name != '\0';) {
        const size_t length = strcspn(name, ",");
        const struct wm_accelerator *const a =
            cli_entry(cli, s->catalog, WM_CATALOG_accelerator, "--accelerator",
                      wm_arena_copy_text(cli->arena, name, length));
        enum wm_precision list[WM_N_PRECISIONS];
        const size_t n_list = a != NULL && cli->diags.n_errors == 0 ? precisions_of(o, a, list) : 0;
        for (size_t i = 0; i < n_list; i++)
            eval(cli, o, s, a, list[i], &all[n++]);
        name += length + (name[length] == ',');
    }
    *out = all;
    return n;
}

static const char *group_text(struct wm_arena *arena, const struct wm_frontier_point *p)
{
    const struct wm_group *const g = &p->group;
    const char *text = wm_arena_printf(arena, "TP%.0f", g->tensor);
    if (g->data > 1.0)
        text = wm_arena_printf(arena, "%s DP%.0f", text, g->data);
    if (g->expert > 1.0)
        text = wm_arena_printf(arena, "%s EP%.0f", text, g->expert);
    if (g->pipeline > 1.0)
        text = wm_arena_printf(arena, "%s PP%.0f", text, g->pipeline);
    return text;
}

/* Why a series has no point within the targets, in words of what was asked. */
static const char *reason(struct cli *cli, const struct series *s)
{
    const struct wm_accelerator *const a = s->c.accelerator;
    const double gb = 1e9;
    switch (s->f.fault) {
    case WM_PLAN_OK:
        break;
    case WM_PLAN_NO_UNIT:
        return wm_arena_printf(cli->arena, "no unit computes %s",
                               wm_precision_words[s->c.precision]);
    case WM_PLAN_MEMORY:
        return wm_arena_printf(cli->arena,
                               "weights and one sequence do not fit: %.4g GB of weights on the "
                               "widest group's accelerator, which has %.4g GB",
                               s->f.least_weight_bytes_per_gpu / gb, a->mem_bytes / gb);
    case WM_PLAN_SPEED:
        return wm_arena_printf(cli->arena,
                               "the fastest point gives a user %.4g tok/s, the target is %.4g",
                               s->f.fastest_tok_per_s_per_user, s->c.tok_per_s_per_user_slo);
    case WM_PLAN_TTFT:
        if (s->f.n_points == 0)
            return "no group reads a prompt within the time to first token";
        return wm_arena_printf(cli->arena,
                               "no point meets both targets; the shortest time to first token is "
                               "%.3g s, the fastest speed %.4g tok/s per user",
                               s->f.shortest_ttft_s, s->f.fastest_tok_per_s_per_user);
    }
    return "";
}

enum { N_COLUMNS = 12 };
static const struct wm_grid_column columns[N_COLUMNS] = {
    {.key = "series"},
    {.key = "parallelism"},
    {.key = "batch", .is_json = true, .align_right = true},
    {.key = "gpus", .is_json = true, .align_right = true},
    {.key = "tok_per_s_per_user", .is_json = true, .align_right = true},
    {.key = "tok_per_s_per_gpu", .is_json = true, .align_right = true},
    {.key = "tok_per_s_per_mw_utility", .is_json = true, .align_right = true},
    {.key = "j_per_output_tok", .is_json = true, .align_right = true},
    {.key = "usd_per_mtok_output", .is_json = true, .align_right = true},
    {.key = "ttft_s", .is_json = true, .align_right = true},
    {.key = "pareto", .is_json = true},
    {.key = "best", .is_json = true},
};

static void put_row(struct wm_arena *arena, const struct series *s, size_t i, const char **cells)
{
    const struct wm_frontier_point *const p = &s->f.points[i];
    const double values[] = {p->batch,
                             p->gpus,
                             p->tok_per_s_per_user,
                             p->out_tok_per_s_per_gpu,
                             p->out_tok_per_s_per_mw_utility,
                             p->j_per_out_tok,
                             p->usd_per_mtok_out,
                             p->ttft_s};
    cells[0] = s->name;
    cells[1] = group_text(arena, p);
    for (size_t k = 0; k < sizeof values / sizeof *values; k++)
        cells[2 + k] = wm_arena_printf(arena, "%.5g", values[k]);
    cells[10] = p->is_pareto ? "true" : "false";
    cells[11] = s->f.fault == WM_PLAN_OK && i == s->f.best ? "true" : "false";
}

/* Points of the front by speed, few enough for a screen: `few` and the best one; or all. */
static size_t choose_points(const struct series *s, bool all, size_t few, size_t *list)
{
    size_t n = 0;
    for (size_t i = 0; i < s->f.n_points; i++)
        if (all || s->f.points[i].is_pareto)
            list[n++] = i;
    if (all)
        return n;
    for (size_t i = 1; i < n; i++) /* by falling speed: insertion, the list is almost sorted */
        for (size_t k = i; k > 0 && s->f.points[list[k]].tok_per_s_per_user >
                                        s->f.points[list[k - 1]].tok_per_s_per_user;
             k--) {
            const size_t swap = list[k];
            list[k] = list[k - 1];
            list[k - 1] = swap;
        }
    size_t kept = 0;
    const bool has_best = s->f.fault == WM_PLAN_OK;
    for (size_t i = 0, next = 0; i < n; i++) {
        const bool due = i * (few - 1) >= next * (n - 1);
        next += due;
        if (due || (has_best && list[i] == s->f.best))
            list[kept++] = list[i];
    }
    return kept;
}

static void print_grid(struct cli *cli, FILE *file, const struct series *all, size_t n, bool every,
                       size_t few, enum wm_format format)
{
    size_t n_rows = 0, n_points = 0;
    for (size_t i = 0; i < n; i++)
        n_points += all[i].f.n_points;
    const char **const cells = WM_NEW_ARRAY(cli->arena, const char *, (n_points + 1) * N_COLUMNS);
    size_t *const list = WM_NEW_ARRAY(cli->arena, size_t, n_points + 1);
    for (size_t i = 0; i < n; i++) {
        const size_t n_list = choose_points(&all[i], every, few, list);
        for (size_t k = 0; k < n_list; k++)
            put_row(cli->arena, &all[i], list[k], &cells[n_rows++ * N_COLUMNS]);
    }
    wm_grid_write(file, &(struct wm_grid){columns, N_COLUMNS, cells, n_rows}, format);
}

/* The screen's own columns are narrower and carry their units in a line above. */
static void print_table(struct cli *cli, const struct series *s, size_t few)
{
    static const struct wm_grid_column narrow[] = {{.key = "parallelism"},
                                                   {.key = "batch", .align_right = true},
                                                   {.key = "tok/s/user", .align_right = true},
                                                   {.key = "tok/s/GPU", .align_right = true},
                                                   {.key = "tok/s/MW", .align_right = true},
                                                   {.key = "J/tok", .align_right = true},
                                                   {.key = "$/Mtok", .align_right = true},
                                                   {.key = "TTFT s", .align_right = true},
                                                   {.key = ""}};
    enum { NARROW = sizeof narrow / sizeof *narrow };
    size_t *const list = WM_NEW_ARRAY(cli->arena, size_t, s->f.n_points + 1);
    const size_t n = choose_points(s, false, few, list);
    const char **const cells = WM_NEW_ARRAY(cli->arena, const char *, (n + 1) * NARROW);
    for (size_t i = 0; i < n; i++) {
        const struct wm_frontier_point *const p = &s->f.points[list[i]];
        const double values[] = {p->batch,
                                 p->tok_per_s_per_user,
                                 p->out_tok_per_s_per_gpu,
                                 p->out_tok_per_s_per_mw_utility,
                                 p->j_per_out_tok,
                                 p->usd_per_mtok_out,
                                 p->ttft_s};
        const char **const row = &cells[i * NARROW];
        row[0] = group_text(cli->arena, p);
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            row[1 + k] = wm_arena_printf(cli->arena, k == 0 || k == 3 ? "%.0f" : "%.4g", values[k]);
        row[NARROW - 1] = s->f.fault == WM_PLAN_OK && list[i] == s->f.best ? "best" : "";
    }
    wm_grid_write(stdout, &(struct wm_grid){narrow, NARROW, cells, n}, WM_FORMAT_TABLE);
}

static void print_series(struct cli *cli, const struct series *s, size_t few)
{
    printf("%s, %s, %.0f in (%.0f %% cached) / %.0f out\n"
           "%zu parallelisms, %zu points; PUE %.3f, %.2f USD per GPU-hour and %.1f USD/MWh\n",
           s->name, s->c.llm->head.name, s->c.input_tok, 100.0 * s->c.cached_frac, s->c.output_tok,
           s->f.n_groups, s->f.n_points, s->site.pue, s->site.usd_per_gpu_hour,
           s->site.power_usd_per_mwh);
    if (s->f.fault != WM_PLAN_OK)
        printf("infeasible: %s\n", reason(cli, s));
    if (s->f.n_points > 0)
        print_table(cli, s, few);
    if (s->f.fault == WM_PLAN_OK) {
        const struct wm_frontier_point *const p = &s->f.points[s->f.best];
        printf("best: %s, batch %.0f", group_text(cli->arena, p), p->batch);
        if (p->prefill_gpus > 0.0)
            printf(", %.2f accelerators prefill for %.0f that decode", p->prefill_gpus,
                   p->gpus - p->prefill_gpus);
        putchar('\n');
    }
}

struct all_series {
    struct cli *cli;
    const struct series *items;
    size_t n;
};

static void points_csv(FILE *file, const void *context)
{
    const struct all_series *const all = context;
    print_grid(all->cli, file, all->items, all->n, true, 0, WM_FORMAT_CSV);
}

/* Data of plots/serving_pareto.gp: a block a series, the front by speed, two blank lines between. */
static void figure_csv(FILE *file, const void *context)
{
    const struct all_series *const all = context;
    fputs("series,tok_per_s_per_user,tok_per_s_per_gpu,tok_per_s_per_mw,pareto,operating\n", file);
    for (size_t i = 0; i < all->n; i++) {
        const struct series *const s = &all->items[i];
        size_t *const list = WM_NEW_ARRAY(all->cli->arena, size_t, s->f.n_points + 1);
        const size_t n = choose_points(s, false, s->f.n_points + 2, list);
        if (n > 0 && i > 0)
            fputs("\n\n", file);
        for (size_t k = 0; k < n; k++) {
            const struct wm_frontier_point *const p = &s->f.points[list[k]];
            fprintf(file, "%s,%.6g,%.6g,%.6g,%d,%d\n", s->name, p->tok_per_s_per_user,
                    p->out_tok_per_s_per_gpu, p->out_tok_per_s_per_mw_utility, p->is_pareto,
                    s->f.fault == WM_PLAN_OK && list[k] == s->f.best);
        }
    }
}

/* The same in numbers alone, for the terminal. */
static void plot_data(FILE *file, const void *context)
{
    const struct all_series *const all = context;
    for (size_t i = 0; i < all->n; i++) {
        const struct series *const s = &all->items[i];
        for (size_t k = 0; k < s->f.n_points; k++)
            if (s->f.points[k].is_pareto)
                fprintf(file, "%.6g %.6g\n", s->f.points[k].tok_per_s_per_user,
                        s->f.points[k].out_tok_per_s_per_mw_utility);
        fputs("\n\n", file);
    }
}

static enum wm_status draw(struct cli *cli, const struct series *all, size_t n)
{
    const struct all_series context = {cli, all, n};
    fputs("\noutput tok/s per MW at the meter, over tok/s per user:", stdout);
    for (size_t i = 0; i < n; i++)
        printf(" %c %s%s", (int)('A' + i % 26), all[i].name, i + 1 < n ? "," : "\n");
    return wm_figure_text(cli->arena, stdout, "serving_pareto_text", plot_data, &context,
                          &cli->diags);
}

static enum wm_status write_folder(struct cli *cli, const char *dir, const struct series *all,
                                   size_t n)
{
    const struct all_series context = {cli, all, n};
    struct wm_folder folder;
    const bool written = wm_folder_open(&folder, cli->arena, dir, &cli->diags) &&
                         wm_folder_put(&folder, "frontier.csv", points_csv, &context) &&
                         wm_folder_figure(&folder, "serving_pareto", figure_csv, &context);
    return written ? WM_OK : WM_IO;
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
    enum { SCREEN_ROWS = 14, LIST_ROWS = 40 };
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
    if (o->format != WM_FORMAT_TABLE)
        print_grid(cli, stdout, all, n, o->format == WM_FORMAT_CSV, LIST_ROWS, o->format);
    for (size_t i = 0; i < n && o->format == WM_FORMAT_TABLE; i++) {
        fputs(i > 0 ? "\n" : "", stdout);
        print_series(cli, &all[i], n == 1 ? SCREEN_ROWS : SCREEN_ROWS / 2);
    }
    if (o->plot)
        status = draw(cli, all, n);
    if (o->dir != NULL && status == WM_OK)
        status = write_folder(cli, o->dir, all, n);
    if (n_feasible > 0 || status != WM_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        wm_diag_add(&cli->diags, WM_E301, NULL, NULL, "%s: %s", all[i].name, reason(cli, &all[i]));
    return WM_INFEASIBLE;
}

const struct cli_verb cli_verb_frontier = {
    .name = "frontier",
    .words = "",
    .summary = "every parallelism and batch for a model on accelerators, the best within a target",
    .details = "Closed form at full load: speed of a user against output of a megawatt, energy and "
               "cost per token. CSV lists all points, the other forms the Pareto front.",
    .options = rows,
    .defaults = &defaults,
    .size = sizeof defaults,
    .run = run,
};
