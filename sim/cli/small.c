/* check, explain, schema, docs: commands that only look. */
#include <string.h>

#include "options.h"
#include "wattmill/file_kind.h"
#include "wattmill/serve.h"
#include "wattmill/study.h"

struct options {
    struct cli_sets sets;
};

static const struct options defaults = {.sets = {NULL, 0}};

static const struct cli_option rows[] = {
    CLI_SCENARIO_ROWS(options, sets),
    CLI_END,
};

static enum wm_status check_one(struct cli *cli, const struct cli_sets *sets, const char *file)
{
    struct wm_loaded loaded;
    const struct wm_study *study = NULL;
    enum wm_file_kind kind = WM_FILE_OTHER;
    enum wm_status status = WM_OK;
    if (strcmp(file, "-") != 0)
        status = wm_file_kind_of(cli->arena, file, &kind, &cli->diags);
    if (status == WM_OK && kind == WM_FILE_STUDY)
        status = wm_study_load(cli->arena, file, sets->items, sets->n, &study, &cli->diags);
    else if (status == WM_OK)
        status = cli_document_load(cli, file, sets, &loaded);
    if (status == WM_OK)
        printf("%s: ok\n", file);
    return status;
}

static enum wm_status check(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    enum wm_status first = WM_OK;
    for (size_t i = 0; i < cli->n_words; i++) {
        const enum wm_status status = check_one(cli, &o->sets, cli->words[i]);
        first = first == WM_OK ? status : first;
    }
    return first;
}

const struct cli_verb cli_verb_check = {
    .name = "check",
    .words = "FILE...",
    .min_words = 1,
    .max_words = 1000,
    .summary = "validate scenarios, other cases and studies, all mistakes at once",
    .details = "- reads standard input.",
    CLI_OPTIONS(rows, defaults),
    .run = check,
};

static enum wm_status explain(struct cli *cli, const void *options)
{
    (void)options;
    const char *word = cli->words[0]; /* shadow price is one, quoted or not */
    for (size_t i = 1; i < cli->n_words; i++)
        word = wm_arena_printf(cli->arena, "%s %s", word, cli->words[i]);
    return wm_explain(stdout, word) ? WM_OK : WM_USAGE;
}

const struct cli_verb cli_verb_explain = {
    .name = "explain",
    .words = "WORD",
    .min_words = 1,
    .max_words = 8,
    .details = "WORD in any case: NPV, 4CP, \"shadow price\", fleet.main.count, E208, gb300. All "
               "words are in\n"
               "docs/glossary.md.",
    .summary = "what a word, key, metric, error code or catalogue entry means",
    .run = explain,
};

static const char *schema_kind(size_t i)
{
    static const char *const kinds[] = {"scenario", "study", "openapi"};
    const size_t n = sizeof kinds / sizeof *kinds;
    if (i < n)
        return kinds[i];
    const struct wm_form *const form = wm_form_at(i - n);
    return form != NULL ? form->name : NULL;
}

static enum wm_status schema(struct cli *cli, const void *options)
{
    (void)options;
    const char *const kind = cli->n_words > 0 ? cli->words[0] : schema_kind(0);
    struct wm_json_writer w = wm_json_writer_to_file(stdout);
    const struct wm_form *form;
    if (strcmp(kind, schema_kind(0)) == 0)
        return wm_schema_write(&w, &wm_site_form);
    if (strcmp(kind, schema_kind(1)) == 0)
        return wm_schema_write_table(&w, "wattmill study", wm_study_fields);
    if (strcmp(kind, schema_kind(2)) == 0) {
        wm_openapi_write(&w);
        return WM_OK;
    }
    for (size_t i = 0; (form = wm_form_at(i)) != NULL; i++)
        if (strcmp(kind, form->name) == 0)
            return wm_schema_write(&w, form);
    struct wm_suggest near = wm_suggest_init(kind);
    const char *all = "", *word;
    for (size_t i = 0; (word = schema_kind(i)) != NULL; i++) {
        wm_suggest_offer(&near, word);
        all = wm_arena_printf(cli->arena, "%s%s%s", all, i > 0 ? ", " : "", word);
    }
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "schema: \"%s\": allowed are %s%s", kind, all,
                wm_suggest_text(cli->arena, &near));
    return WM_USAGE;
}

const struct cli_verb cli_verb_schema = {
    .name = "schema",
    .words = "[scenario|study|openapi|replay|train|frontier]",
    .max_words = 1,
    .summary = "JSON Schema of a scenario, a study, a case for editors; OpenAPI of serve",
    .run = schema,
    .candidate = schema_kind,
};

static const char *page_at(size_t i)
{
    static const char *const pages[] = {"parameters", "metrics", "errors", "glossary", "man"};
    return i < sizeof pages / sizeof *pages ? pages[i] : NULL;
}

static enum wm_status docs(struct cli *cli, const void *options)
{
    const char *const page = cli->words[0];
    (void)options;
    if (strcmp(page, "parameters") == 0) {
        wm_parameters_write_md(stdout);
        fputs("\n## Study\n\nA study file, `wattmill sweep FILE`: a base scenario and what of it "
              "varies. Paths are those of the base.\n\n",
              stdout);
        wm_rows_write_md(stdout, wm_study_fields);
    } else if (strcmp(page, "metrics") == 0) {
        wm_metrics_write_md(stdout);
        wm_figures_write_md(stdout);
    } else if (strcmp(page, "errors") == 0)
        wm_errors_write_md(stdout);
    else if (strcmp(page, "glossary") == 0)
        wm_glossary_write_md(stdout);
    else if (strcmp(page, "man") == 0)
        cli_man_write(stdout, cli->arena);
    else {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "docs: no page \"%s\"; parameters, metrics, errors, glossary or man", page);
        return WM_USAGE;
    }
    return WM_OK;
}

const struct cli_verb cli_verb_docs = {
    .name = "docs",
    .words = "parameters|metrics|errors|glossary|man",
    .min_words = 1,
    .max_words = 1,
    .summary = "pages derived from the tables",
    .candidate = page_at,
    .run = docs,
    .is_hidden = true,
};
