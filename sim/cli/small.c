/* check, catalog, explain, schema, docs: commands that only look. */
#include <string.h>

#include "cli.h"

static enum wm_status usage(struct cli *cli, const char *text)
{
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "usage: wattmill %s", text);
    return WM_USAGE;
}

enum wm_status cli_check(struct cli *cli)
{
    if (cli->argc != 1)
        return usage(cli, "check SCENARIO");
    struct wm_loaded loaded;
    const enum wm_status status =
        wm_scenario_load(cli->arena, cli->argv[0], NULL, 0, &loaded, &cli->diags);
    if (status == WM_OK)
        printf("%s: ok\n", cli->argv[0]);
    return status;
}

static void list(const struct wm_catalog *catalog, enum wm_catalog_kind kind)
{
    for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++) {
        const struct wm_catalog_head *const h = wm_catalog_at(catalog, kind, i);
        printf("%-28s %s\n", h->name, h->title);
    }
}

enum wm_status cli_catalog(struct cli *cli)
{
    const struct wm_catalog *catalog = NULL;
    if (cli->argc > 2)
        return usage(cli, "catalog [KIND [NAME]]");
    const enum wm_status status = wm_catalog_load(cli->arena, &catalog, &cli->diags);
    if (status != WM_OK)
        return status;
    if (cli->argc == 0) {
        for (unsigned k = 0; k < WM_N_CATALOGS; k++)
            printf("%-18s %4zu  %s\n", wm_catalog_section((enum wm_catalog_kind)k),
                   wm_catalog_n(catalog, (enum wm_catalog_kind)k),
                   wm_catalog_summary((enum wm_catalog_kind)k));
        return WM_OK;
    }
    const enum wm_catalog_kind kind = wm_catalog_kind_of(cli->argv[0]);
    if (kind == WM_CATALOG_NONE)
        return usage(cli, "catalog [KIND [NAME]]; kinds: wattmill catalog");
    if (cli->argc == 1) {
        list(catalog, kind);
        return WM_OK;
    }
    const struct wm_json *const json = wm_catalog_json(catalog, kind, cli->argv[1]);
    if (json == NULL)
        return usage(cli, "catalog KIND NAME; no entry of that name");
    struct wm_json_writer w = wm_json_writer_to_file(stdout);
    wm_json_write(&w, json);
    wm_json_finish(&w);
    return WM_OK;
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
