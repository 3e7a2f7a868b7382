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
    struct cli_texts vary;
    struct cli_asserts conditions;
    const char *maximise, *minimise, *store;
    int64_t n_jobs, max_points;
    enum wm_format format;
    struct cli_cache cache;
    struct cli_stages stages;
};

static const struct options defaults = {.max_points = 80, .format = WM_FORMAT_TABLE};

static const struct cli_option rows[] = {
    CLI_TEXTS(options, vary, "--vary", 0, "PATH=LOW:HIGH",
              "a key and the range to search, or a list of choices a,b,c; repeatable"),
    CLI_TEXT(options, maximise, "--maximise", 0, "METRIC", "what is to become large"),
    CLI_TEXT(options, minimise, "--minimise", 0, "METRIC", "what is to become small"),
    CLI_ROW(CLI_KIND_ASSERT, options, conditions, struct cli_asserts, "--subject", 0, "METRIC>=X",
            0, 0, "what the answer must meet (> >= < <=); repeatable"),
    CLI_WHOLE(options, max_points, "--points", 0, "N", 20, 100000,
              "points to try at most (default: 80)"),
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

static const char *number(struct wm_arena *arena, double value)
{
    return isfinite(value) ? wm_arena_printf(arena, "%.8g", value) : NULL;
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
};

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

/* Whether the key lies at an end of its range: within a step that the search tells apart. */
static const char *bound_note(const struct wm_vary *v, const char *text)
{
    if (v->choices != NULL)
        return "chosen";
    const double value = strtod(text, NULL), width = v->high - v->low;
    return value >= v->high - 0.002 * width  ? "binds: upper end of its range"
           : value <= v->low + 0.002 * width ? "binds: lower end of its range"
                                             : "";
}

static const char *condition_note(const struct wm_assertion *a, double value)
{
    const double distance = fabs(value - a->value);
    return distance <= 1e-3 * fmax(fabs(a->value), 1e-9) ? "binds" : "holds with room";
}

static void add_near(struct lines *l, const struct wm_optimise_params *p,
                     const struct wm_optimum *o)
{
    for (size_t i = 0; i < o->n_near; i++) {
        const size_t key = o->near_key[i];
        const struct wm_optimise_point *const at = &o->near[i];
        add(l, "nearby", wm_arena_printf(l->arena, "%s=%s", p->vary[key].path, at->values[key]),
            number(l->arena, at->objective - o->best.objective), unit_of(p->metric),
            !isfinite(at->objective) ? "does not end well"
            : at->feasible           ? "change of the objective"
                                     : "change of the objective; breaks a condition");
    }
}

static void print(const struct wm_optimise_params *p, const struct wm_optimum *o,
                  enum wm_format format, struct wm_arena *arena)
{
    static const struct wm_grid_column columns[] = {{"what", false, false},
                                                    {"key", false, false},
                                                    {"value", false, true},
                                                    {"unit", false, false},
                                                    {"note", false, false}};
    struct lines l = {.arena = arena};
    const size_t n = p->n_vary + p->n_conditions + o->n_near + 2;
    l.cells = (const char **)wm_arena_alloc(arena, 5 * n, sizeof *l.cells);
    for (size_t j = 0; j < p->n_vary; j++)
        add(&l, "optimum", p->vary[j].path, o->best.values[j], "",
            bound_note(&p->vary[j], o->best.values[j]));
    add(&l, p->minimise ? "minimised" : "maximised", wm_metric_info(p->metric)->key,
        number(arena, o->best.objective), unit_of(p->metric),
        wm_arena_printf(arena, "found by: %s", o->found_by));
    for (size_t c = 0; c < p->n_conditions; c++)
        add(&l, "subject", p->conditions[c].text, number(arena, o->best.conditions[c]),
            unit_of(p->conditions[c].metric),
            condition_note(&p->conditions[c], o->best.conditions[c]));
    if (isfinite(o->check))
        add(&l, "check", "DIRECT-L over the whole box", number(arena, o->check), unit_of(p->metric),
            "best that it met by itself");
    add_near(&l, p, o);
    const struct wm_grid grid = {columns, 5, l.cells, l.n_rows};
    wm_grid_write(stdout, &grid, format);
}

static bool read_goal(struct cli *cli, const struct options *o, struct wm_optimise_params *p)
{
    const char *const key = o->maximise != NULL ? o->maximise : o->minimise;
    if ((o->maximise != NULL) == (o->minimise != NULL)) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "optimise: give one of --maximise METRIC and --minimise METRIC, such as "
                    "--maximise npv_usd");
        return false;
    }
    p->minimise = o->minimise != NULL;
    p->metric = wm_metric_find(key);
    if (p->metric != WM_N_METRICS)
        return true;
    struct wm_suggest near = wm_suggest_init(key);
    for (unsigned i = 0; i < WM_N_METRICS; i++)
        wm_suggest_offer(&near, wm_metric_info((enum wm_metric)i)->key);
    wm_diag_add(&cli->diags, WM_E103, NULL, NULL, "%s: no metric \"%s\"%s",
                p->minimise ? "--minimise" : "--maximise", key, wm_suggest_text(cli->arena, &near));
    return false;
}

/* "scenarios/site.json" -> "site.optimise.sqlite" */
static const char *default_store(struct wm_arena *arena, const char *path)
{
    const char *const slash = strrchr(path, '/'), *const name = slash != NULL ? slash + 1 : path;
    const char *const dot = strrchr(name, '.');
    const int n = dot != NULL && dot > name ? (int)(dot - name) : (int)strlen(name);
    return wm_arena_printf(arena, "%.*s.optimise.sqlite", n, name);
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
    const enum wm_status status = wm_optimise(cli->arena, p, &optimum, &cli->diags);
    cli_stages_close(&o->stages, study.stages);
    wm_cache_close(study.cache);
    if (is_tty)
        fputs("\r\033[K", stderr);
    if (status == WM_INTERRUPTED)
        fprintf(stderr, "interrupted; the same command goes on from here\n");
    if (status != WM_OK)
        return status;
    print(p, &optimum, o->format, cli->arena);
    if (o->format == WM_FORMAT_TABLE)
        printf("%zu points in %zu rounds, %zu of them did not end well; all in %s%s\n",
               optimum.n_points, optimum.n_rounds, optimum.n_failed, study.store,
               optimum.is_out_of_points ? "; ended by --points" : "");
    return status;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    struct wm_optimise_params p = {.scenario = cli->words[0],
                                   .sets = o->sets.items,
                                   .n_sets = o->sets.n,
                                   .n_vary = o->vary.n,
                                   .conditions = o->conditions.items,
                                   .n_conditions = o->conditions.n,
                                   .max_points = (size_t)o->max_points};
    bool ok = read_goal(cli, o, &p);
    p.vary = WM_NEW_ARRAY(cli->arena, struct wm_vary, o->vary.n + 1);
    for (size_t i = 0; i < o->vary.n; i++)
        ok = wm_vary_parse(cli->arena, o->vary.items[i], &p.vary[i], &cli->diags) == WM_OK && ok;
    if (o->vary.n == 0) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "optimise: give at least one --vary PATH=LOW:HIGH");
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
    .details = "Searches without derivatives: corners and points that fill the box, local searches "
               "from the "
               "best\n"
               "(BOBYQA; COBYLA with conditions), DIRECT-L over the whole box as a check, and the "
               "neighbourhood "
               "of\n"
               "the answer. All points go to a store, which export reads; the same command again "
               "finds them "
               "there\n"
               "and goes on. The answer is the best point that was tried: no search proves that "
               "there is no "
               "better.\n"
               "\n"
               "  wattmill optimise site.json --vary site.storage.power_mw=0:60 --vary "
               "site.storage.energy_mwh=0:240 \\\n"
               "      --maximise npv_usd --subject 'slo_attainment_frac>=0.99'",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
