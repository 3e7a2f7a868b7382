/* optimise: the values of a few keys that make a metric largest or smallest. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/optimise.h"

/* The only mutable object of file scope: a signal handler can reach nothing else. */
static atomic_bool interrupted;

struct options {
    struct cli_sets sets;
    struct cli_texts vary, maximise, minimise, conditions;
    const char *store, *over, *figures;
    int64_t n_jobs, max_points, n_draws, n_curve;
    enum wm_format format;
    struct cli_cache cache;
    struct cli_stages stages;
};

static const struct options defaults = {.format = WM_FORMAT_TABLE};

static const struct cli_option rows[] = {
    CLI_TEXTS(options, vary, "--vary", 0, "PATH=LOW:HIGH",
              "a key and the range to search, or a list of choices a,b,c; repeatable"),
    CLI_TEXTS(options, maximise, "--maximise", 0, "METRIC",
              "what is to become large, or a measure over what is uncertain: P10(METRIC), "
              "CVaR10(METRIC), mean(METRIC)"),
    CLI_TEXTS(options, minimise, "--minimise", 0, "METRIC",
              "what is to become small; two goals give a curve of trade-off"),
    CLI_TEXTS(options, conditions, "--subject", 0, "METRIC>=X",
              "what the answer must meet (> >= < <=), of a metric or a measure; repeatable"),
    CLI_TEXT(
        options, over, "--over", 0, "STUDY",
        "what is uncertain: a study's axes over SCENARIO (default: distributions in SCENARIO, else "
        "the run's own range)"),
    CLI_WHOLE(options, n_draws, "--draws", 0, "N", 2, 100000,
              "draws of distributions that each point is run at (default: 64)"),
    CLI_WHOLE(options, max_points, "--points", 0, "N", 20, 100000,
              "points to try at most (default: 80; of two goals 200)"),
    CLI_WHOLE(options, n_curve, "--curve", 0, "N", 3, WM_OPTIMISE_CURVE_MAX,
              "points of the curve of two goals (default: 9)"),
    CLI_TEXT(options, figures, "--figures", 0, "DIR", "trade_off.svg, .png and .csv of two goals"),
    CLI_TEXT(options, store, "--output", 'o', "STORE",
             "SQLite file of the points (default: SCENARIO's name here, .optimise.sqlite)"),
    CLI_WHOLE(options, n_jobs, "--jobs", 'j', "N", 1, 1024,
              "threads (default: the processors this process may use); the answer is the same"),
    CLI_FORMAT(options, format),
    CLI_CACHE_ROWS(options, cache),
    CLI_STAGES_ROWS(options, stages),
    CLI_SCENARIO_ROWS(options, sets),
    CLI_END,
};

static void on_signal(int signal_number)
{
    (void)signal_number;
    interrupted = true;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static void show(void *context, size_t n_points, size_t max_points)
{
    if (*(const bool *)context)
        fprintf(stderr, "\r%zu points of at most %zu\033[K", n_points, max_points);
}

static const char *unit_of(enum wm_metric metric)
{
    const enum wm_unit unit = wm_metric_info(metric)->unit;
    return unit == WM_UNIT_NONE ? "" : wm_unit_symbol(unit);
}

/* Cells of one row of five. */
struct lines {
    struct wm_arena *arena;
    const char **cells;
    size_t n_rows;
    bool is_short;
};

/* Short with its prefix in a table; else digits. */
static const char *number(const struct lines *l, double value)
{
    char text[24];
    return !isfinite(value) ? NULL
           : l->is_short    ? wm_arena_printf(l->arena, "%s", wm_short_number(value, text))
                            : wm_arena_printf(l->arena, "%.8g", value);
}

static void add(struct lines *l, const char *what, const char *key, const char *value,
                const char *unit, const char *note)
{
    const char **const row = l->cells + 5 * l->n_rows++;
    row[0] = what;
    row[1] = key;
    row[2] = value;
    row[3] = unit;
    row[4] = note;
}

static const char *bound_note(struct wm_arena *arena, const struct wm_vary *v, const char *text)
{
    const char *const end = wm_vary_bound(v, text);
    return v->choices != NULL ? "chosen"
           : end != NULL      ? wm_arena_printf(arena, "binds: %s end of its range", end)
                              : "";
}

static void add_near(struct lines *l, const struct wm_optimise_params *p,
                     const struct wm_optimum *o)
{
    for (size_t i = 0; i < o->n_near; i++) {
        const size_t key = o->near_key[i];
        const struct wm_optimise_point *const at = &o->near[i];
        add(l, "nearby", wm_arena_printf(l->arena, "%s=%s", p->vary[key].path, at->values[key]),
            number(l, at->goals[0] - o->best.goals[0]), unit_of(p->goals[0].metric),
            !isfinite(at->goals[0]) ? "does not end well"
            : at->feasible          ? "change of the objective"
                                    : "change of the objective; breaks a condition");
    }
}

static void print(const struct wm_optimise_params *p, const struct wm_optimum *o,
                  enum wm_format format, struct wm_arena *arena)
{
    struct lines l = {.arena = arena, .is_short = format == WM_FORMAT_TABLE};
    const struct wm_grid_column columns[] = {{"what", false, false},
                                             {"key", false, false},
                                             {"value", !l.is_short, true},
                                             {"unit", false, false},
                                             {"note", false, false}};
    const size_t n = p->n_vary + p->n_conditions + o->n_near + 2;
    l.cells = (const char **)wm_arena_alloc(arena, 5 * n, sizeof *l.cells);
    for (size_t j = 0; j < p->n_vary; j++)
        add(&l, "optimum", p->vary[j].path, o->best.values[j], "",
            bound_note(arena, &p->vary[j], o->best.values[j]));
    add(&l, p->goals[0].minimise ? "minimised" : "maximised", p->goals[0].text,
        number(&l, o->best.goals[0]), unit_of(p->goals[0].metric),
        wm_arena_printf(arena, "found by: %s", o->found_by));
    for (size_t c = 0; c < p->n_conditions; c++)
        add(&l, "subject", p->conditions[c].is.text, number(&l, o->best.conditions[c]),
            unit_of(p->conditions[c].of.metric),
            wm_bound_binds(&p->conditions[c], o->best.conditions[c]) ? "binds" : "holds with room");
    if (isfinite(o->check))
        add(&l, "check", "DIRECT-L over the whole box", number(&l, o->check),
            unit_of(p->goals[0].metric), "best that it met by itself");
    add_near(&l, p, o);
    const struct wm_grid grid = {columns, 5, l.cells, l.n_rows};
    wm_grid_write(stdout, &grid, format);
}

static bool read_goals(struct cli *cli, const struct options *o, struct wm_optimise_params *p)
{
    const size_t n = o->maximise.n + o->minimise.n;
    bool ok = n >= 1 && n <= WM_GOALS_MAX;
    if (!ok)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "optimise: give --maximise METRIC or --minimise METRIC, such as --maximise "
                    "npv_usd; two of them for a curve of trade-off");
    for (size_t i = 0; i < n && n <= WM_GOALS_MAX; i++) {
        const bool most = i < o->maximise.n;
        struct wm_goal *const g = &p->goals[p->n_goals++];
        ok = wm_goal_parse(cli->arena, most ? "--maximise" : "--minimise",
                           most ? o->maximise.items[i] : o->minimise.items[i - o->maximise.n], g,
                           &cli->diags) == WM_OK &&
             ok;
        g->minimise = !most;
    }
    return ok;
}

static bool read_conditions(struct cli *cli, const struct options *o, struct wm_optimise_params *p)
{
    struct wm_bound *const all = WM_NEW_ARRAY(cli->arena, struct wm_bound, o->conditions.n + 1);
    bool ok = true;
    for (size_t i = 0; i < o->conditions.n; i++)
        ok = wm_bound_parse(cli->arena, "--subject", o->conditions.items[i], &all[i],
                            &cli->diags) == WM_OK &&
             ok;
    p->conditions = all;
    p->n_conditions = o->conditions.n;
    return ok;
}

/* "scenarios/site.json" -> "site.optimise.sqlite" */
static const char *default_store(struct wm_arena *arena, const char *path)
{
    const char *const slash = strrchr(path, '/'), *const name = slash != NULL ? slash + 1 : path;
    const char *const dot = strrchr(name, '.');
    const int n = dot != NULL && dot > name ? (int)(dot - name) : (int)strlen(name);
    return wm_arena_printf(arena, "%.*s.optimise.sqlite", n, name);
}

/* What is told below the table. */
static void print_notes(const struct wm_optimise_params *p, const struct wm_optimum *o,
                        struct wm_arena *arena)
{
    if (p->n_goals == 1)
        printf("again: %s\n", wm_optimise_command(arena, p, o, &o->best));
    if (o->n_draws > 1)
        printf("measures over %zu draws, the same at every point\n", o->n_draws);
    if (o->is_by_range)
        printf("measures are those of the run's own range (economics.range)\n");
    printf("%zu points in %zu rounds, %zu of them did not end well; all in %s%s\n", o->n_points,
           o->n_rounds, o->n_failed, p->study->store,
           o->is_out_of_points ? "; ended by --points" : "");
}

static enum wm_status print_curve(struct cli *cli, const struct options *o,
                                  const struct wm_optimise_params *p, const struct wm_optimum *out)
{
    const struct wm_grid told = wm_curve_grid(cli->arena, p, out, o->format == WM_FORMAT_TABLE);
    const struct wm_grid grid = wm_curve_grid(cli->arena, p, out, false);
    struct wm_folder folder;
    wm_grid_write(stdout, &told, o->format);
    if (o->figures == NULL)
        return WM_OK;
    if (!wm_folder_open(&folder, cli->arena, o->figures, &cli->diags))
        return WM_IO;
    const bool ok = wm_folder_figure(&folder, "trade_off", wm_curve_csv, &grid);
    wm_folder_close(&folder);
    return ok ? WM_OK : WM_IO;
}

static enum wm_status search(struct cli *cli, const struct options *o, struct wm_optimise_params *p)
{
    struct wm_optimum optimum;
    struct wm_study_options study = {.n_jobs = (unsigned)o->n_jobs, .wait_s = 10.0};
    bool is_tty = !cli->quiet && isatty(STDERR_FILENO) != 0;
    study.store = o->store != NULL ? o->store : default_store(cli->arena, p->scenario);
    study.stop = &interrupted;
    study.cache = cli_cache_open(cli, &o->cache);
    study.stages = cli_stages_open(&o->stages);
    p->study = &study;
    p->progress = show;
    p->progress_context = &is_tty;
    catch_signals();
    enum wm_status status = wm_optimise(cli->arena, p, &optimum, &cli->diags);
    cli_stages_close(&o->stages, study.stages);
    wm_cache_close(study.cache);
    if (is_tty)
        fputs("\r\033[K", stderr);
    if (status == WM_INTERRUPTED)
        fprintf(stderr, "interrupted; the same command goes on from here\n");
    if (status != WM_OK)
        return status;
    if (p->n_goals == 2)
        status = print_curve(cli, o, p, &optimum);
    else
        print(p, &optimum, o->format, cli->arena);
    if (o->format == WM_FORMAT_TABLE)
        print_notes(p, &optimum, cli->arena);
    return status;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    struct wm_optimise_params p = {.scenario = cli->words[0],
                                   .sets = o->sets.items,
                                   .n_sets = o->sets.n,
                                   .n_vary = o->vary.n,
                                   .over = o->over,
                                   .n_draws = (size_t)o->n_draws,
                                   .n_curve = (size_t)o->n_curve,
                                   .max_points = (size_t)o->max_points};
    bool ok = read_goals(cli, o, &p);
    ok = read_conditions(cli, o, &p) && ok;
    p.vary = WM_NEW_ARRAY(cli->arena, struct wm_vary, o->vary.n + 1);
    for (size_t i = 0; i < o->vary.n; i++)
        ok = wm_vary_parse(cli->arena, o->vary.items[i], &p.vary[i], &cli->diags) == WM_OK && ok;
    if (o->vary.n == 0) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "optimise: give at least one --vary PATH=LOW:HIGH");
        ok = false;
    }
    if (p.n_goals == 1 && (o->n_curve > 0 || o->figures != NULL)) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "optimise: %s is of the curve of two goals; one is given",
                    o->figures != NULL ? "--figures" : "--curve");
        ok = false;
    }
    return ok ? search(cli, o, &p) : WM_USAGE;
}

const struct cli_verb cli_verb_optimise = {
    .name = "optimise",
    .words = "SCENARIO",
    .min_words = 1,
    .max_words = 1,
    .summary = "the sizes, counts or choices that make a metric best",
    .details =
        "Searches without derivatives: corners and points that fill the box, local searches from "
        "the\n"
        "best (BOBYQA; COBYLA with conditions), DIRECT-L over the whole box as a check, and the\n"
        "neighbourhood of the answer. All points go to a store, which export reads; the same "
        "command\n"
        "again finds them there and goes on. The answer is the best point that was tried: no "
        "search\n"
        "proves that there is no better.\n"
        "\n"
        "Measures (P10, CVaR10, mean) are taken over draws of what is uncertain, the same draws at "
        "every\n"
        "point. Two goals give a curve: points that no tried one beats in both, each with its "
        "command.\n"
        "\n"
        "  wattmill optimise site.json --vary site.storage.power_mw=0:60 --vary "
        "site.storage.energy_mwh=0:240 \\\n"
        "      --maximise npv_usd --subject 'slo_attainment_frac>=0.99'\n"
        "  wattmill optimise site.json --vary fleet.main.count=20000:45000 --maximise "
        "'P10(npv_usd)'\n"
        "  wattmill optimise site.json --vary fleet.main.count=20000:45000 --maximise npv_usd \\\n"
        "      --minimise capex_usd --figures trade",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
