/* check, explain, schema, docs: commands that only look. */
#include <string.h>

#include "cli.h"

static enum wm_status usage(struct cli *cli, const char *text)
{
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "usage: wattmill %s", text);
    return WM_USAGE;
}

enum wm_status cli_check(struct cli *cli)
{
    const char *scenario = NULL;
    size_t n_sets = 0;
    struct wm_override *const sets =
        WM_NEW_ARRAY(cli->arena, struct wm_override, (size_t)cli->argc + 1);
    for (int i = 0; i < cli->argc; i++) {
        const char *const arg = cli->argv[i];
        const bool has_value = i + 1 < cli->argc;
        enum wm_status status = WM_OK;
        if (strcmp(arg, "--set") == 0 && has_value)
            status = wm_override_parse(cli->arena, cli->argv[++i], &sets[n_sets++], &cli->diags);
        else if (strcmp(arg, "--catalog") == 0 && has_value)
            status = wm_override_catalog(cli->arena, cli->argv[++i], &sets[n_sets++], &cli->diags);
        else if (arg[0] == '-' || scenario != NULL)
            status = usage(cli, "check SCENARIO [--set path=value] [--catalog FILE]");
        else
            scenario = arg;
        if (status != WM_OK)
            return status;
    }
    if (scenario == NULL)
        return usage(cli, "check SCENARIO [--set path=value] [--catalog FILE]");
    struct wm_loaded loaded;
    const enum wm_status status =
        wm_scenario_load(cli->arena, scenario, sets, n_sets, &loaded, &cli->diags);
    if (status == WM_OK)
        printf("%s: ok\n", scenario);
    return status;
}

enum wm_status cli_explain(struct cli *cli)
{
    if (cli->argc != 1)
        return usage(cli, "explain KEY");
    return wm_explain(stdout, cli->argv[0]) ? WM_OK : WM_USAGE;
}

enum wm_status cli_schema(struct cli *cli)
{
    if (cli->argc != 0)
        return usage(cli, "schema");
    struct wm_json_writer w = wm_json_writer_to_file(stdout);
    const enum wm_status status = wm_schema_write(&w);
    wm_json_finish(&w);
    return status;
}

enum wm_status cli_docs(struct cli *cli)
{
    const char *const page = cli->argc == 1 ? cli->argv[0] : "";
    if (strcmp(page, "parameters") == 0)
        wm_parameters_write_md(stdout);
    else if (strcmp(page, "metrics") == 0)
        wm_metrics_write_md(stdout);
    else if (strcmp(page, "errors") == 0)
        wm_errors_write_md(stdout);
    else
        return usage(cli, "docs parameters|metrics|errors");
    return WM_OK;
}
