/* run: load, simulate, print, write the folder, check the assertions. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

struct options {
    const char *scenario, *dir, *format, *color;
    struct wm_override *sets;
    struct wm_assertion *asserts;
    size_t n_sets, n_asserts;
    bool series, help;
};

static const char *const names[] = {"--set",     "--seed",  "--output", "--format", "--assert",
                                    "--catalog", "--color", "--series", "--quiet",  "--help"};

static enum wm_status wrong(struct cli *cli, const char *what, const char *arg)
{
    struct wm_suggest near = wm_suggest_init(arg);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        wm_suggest_offer(&near, names[i]);
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "run: %s \"%s\"%s", what, arg,
                wm_suggest_text(cli->arena, &near));
    return WM_USAGE;
}

static bool one_of(const char *word, const char *a, const char *b, const char *c, const char *d)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0 ||
           strcmp(word, d) == 0;
}

static enum wm_status valued(struct cli *cli, struct options *o, const char *name,
                             const char *value)
{
    if (strcmp(name, "--set") == 0)
        return wm_override_parse(cli->arena, value, &o->sets[o->n_sets++], &cli->diags);
    if (strcmp(name, "--catalog") == 0)
        return wm_override_catalog(cli->arena, value, &o->sets[o->n_sets++], &cli->diags);
    if (strcmp(name, "--seed") == 0)
        return wm_override_parse(cli->arena, wm_arena_printf(cli->arena, "seed=%s", value),
                                 &o->sets[o->n_sets++], &cli->diags);
    if (strcmp(name, "--assert") == 0)
        return wm_assertion_parse(cli->arena, value, &o->asserts[o->n_asserts++], &cli->diags);
    if (one_of(name, "-o", "--output", "-o", "-o"))
        o->dir = value;
    else if (strcmp(name, "--format") == 0 && one_of(value, "table", "json", "csv", "md"))
        o->format = value;
    else if (strcmp(name, "--color") == 0 && one_of(value, "auto", "always", "never", "auto"))
        o->color = value;
    else
        return wrong(cli, "unknown option or value",
                     strcmp(name, "--format") == 0 || strcmp(name, "--color") == 0 ? value : name);
    return WM_OK;
}

static enum wm_status parse(struct cli *cli, struct options *o)
{
    for (int i = 0; i < cli->argc; i++) {
        const char *const arg = cli->argv[i];
        enum wm_status status = WM_OK;
        if (strcmp(arg, "--series") == 0)
            o->series = true;
        else if (strcmp(arg, "--quiet") == 0)
            cli->quiet = true;
        else if (strcmp(arg, "--help") == 0)
            o->help = true;
        else if (arg[0] == '-' && i + 1 < cli->argc)
            status = valued(cli, o, arg, cli->argv[++i]);
        else if (arg[0] == '-' || o->scenario != NULL)
            status = wrong(cli, "unexpected argument or missing value", arg);
        else
            o->scenario = arg;
        if (status != WM_OK)
            return status;
    }
    if (!o->help && o->scenario == NULL)
        return wrong(cli, "no scenario file given", "");
    return o->series && o->dir == NULL ? wrong(cli, "needs -o DIR:", "--series") : WM_OK;
}

static bool use_color(const char *when)
{
    const char *const no = getenv("NO_COLOR");
    if (strcmp(when, "auto") != 0)
        return strcmp(when, "always") == 0;
    return isatty(STDOUT_FILENO) && (no == NULL || no[0] == 0);
}

static void print(const struct options *o, const struct wm_report *report)
{
    if (strcmp(o->format, "json") == 0)
        wm_output_json(stdout, report);
    else if (strcmp(o->format, "csv") == 0)
        wm_output_csv(stdout, report);
    else if (strcmp(o->format, "md") == 0)
        wm_output_md(stdout, report);
    else
        wm_output_table(stdout, report);
}

static void help(void)
{
    puts("usage: wattmill run SCENARIO [options]\n\n"
         "  --set path=value         change a value of the scenario; repeatable\n"
         "  --catalog FILE           add or change catalogue entries; repeatable\n"
         "  --seed N                 the same as --set seed=N\n"
         "  -o, --output DIR         write result.json, metrics.csv and figures\n"
         "  --format table|json|csv|md\n"
         "  --assert 'metric>x'      exit 1 unless it holds (> >= < <= ==); repeatable\n"
         "  --series                 with -o: series.csv, 15-minute rows\n"
         "  --quiet                  no warnings; the result is printed all the same\n"
         "  --color auto|always|never");
}

enum wm_status cli_run(struct cli *cli)
{
    const size_t n = (size_t)cli->argc + 1;
    struct options o = {.format = "table",
                        .color = "auto",
                        .sets = WM_NEW_ARRAY(cli->arena, struct wm_override, n),
                        .asserts = WM_NEW_ARRAY(cli->arena, struct wm_assertion, n)};
    enum wm_status status = parse(cli, &o);
    if (status != WM_OK)
        return status;
    if (o.help) {
        help();
        return WM_OK;
    }
    struct wm_loaded loaded;
    status = wm_scenario_load(cli->arena, o.scenario, o.sets, o.n_sets, &loaded, &cli->diags);
    if (status != WM_OK)
        return status;
    struct wm_report report = {.origins = &loaded.origins,
                               .diags = &cli->diags,
                               .stamp = wm_stamp_of(&loaded.origins, loaded.scenario->seed),
                               .color = use_color(o.color)};
    status = wm_run(cli->arena, loaded.scenario, NULL, &report.results, &cli->diags);
    if (status != WM_OK && status != WM_FAILED)
        return status;
    enum wm_status written = WM_OK;
    if (o.dir != NULL)
        written = wm_output_dir(cli->arena, o.dir, &report, o.series, &report.files,
                                &report.n_files, &cli->diags);
    print(&o, &report);
    for (size_t i = 0; i < o.n_asserts; i++)
        if (!wm_assertion_check(&o.asserts[i], report.results, &cli->diags))
            status = WM_FAILED;
    return written != WM_OK ? written : status;
}
