/* What the verbs of cases do alike: options and document into one tree, run, print, write, check. */
#include <string.h>
#include <sys/stat.h>

#include "options.h"

enum { DOCUMENT_BYTES_MAX = 16 << 20 }; /* larger files are data */

/* Whether a file is a document, or a result that holds one; a trace may be named .json too. */
static enum wm_status is_document(struct cli *cli, const char *path, bool *is)
{
    struct wm_diags ignored = wm_diags_init(cli->arena);
    const size_t n_path = strlen(path);
    const char *text = NULL;
    size_t n = 0;
    struct wm_json *root = NULL;
    *is = false;
    struct stat file;
    if (n_path < 5 || strcmp(path + n_path - 5, ".json") != 0 || stat(path, &file) != 0 ||
        file.st_size > DOCUMENT_BYTES_MAX)
        return WM_OK;
    const enum wm_status status = wm_text_load(cli->arena, path, &text, &n, &cli->diags);
    if (status != WM_OK)
        return status;
    if (wm_json_parse(cli->arena, text, n, path, &root, &ignored) != WM_OK)
        *is = strstr(text, "\"schema_version\"") != NULL; /* with mistakes, which are told */
    else
        *is = wm_json_find(root, "schema_version") != NULL || wm_json_find(root, "stamp") != NULL;
    return WM_OK;
}

/* Mistakes of a document that is on no line name the verb alone. */
static void forget_lines(struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->diags.n_items; i++) {
        struct wm_place *const place = &cli->diags.items[i].place;
        if (place->file != NULL && strcmp(place->file, name) == 0)
            place->line = place->column = 0;
    }
}

/* The options alone, and the word that stands for a row. */
static enum wm_status load_options(struct cli *cli, const struct wm_form *form, const char *data,
                                   const struct cli_sets *sets, struct wm_loaded *loaded)
{
    struct wm_override *const all = WM_NEW_ARRAY(cli->arena, struct wm_override, sets->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < sets->n; i++)
        all[n++] = sets->items[i];
    if (cli->n_words > 0)
        all[n++] = (struct wm_override){.path = data, .value = cli->words[0], .option = form->name};
    const char *const text =
        wm_arena_printf(cli->arena, "{\"schema_version\": 1, \"case\": \"%s\"}", form->name);
    const enum wm_status status = wm_document_load_json(cli->arena, text, strlen(text), form->name,
                                                        "", all, n, loaded, &cli->diags);
    forget_lines(cli, form->name);
    return status;
}

static enum wm_status load_document(struct cli *cli, const struct wm_form *form,
                                    const struct cli_sets *sets, struct wm_loaded *loaded)
{
    const enum wm_status status =
        wm_document_load(cli->arena, cli->words[0], sets->items, sets->n, loaded, &cli->diags);
    if (status != WM_OK || loaded->form == form)
        return status;
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "%s is not %s but %s: wattmill run %s",
                cli->words[0], form->title, loaded->form->title, cli->words[0]);
    return WM_USAGE;
}

enum wm_status cli_case_show(struct cli *cli, const struct wm_loaded *loaded,
                             const struct cli_case *how, struct wm_cache *cache)
{
    const struct wm_case_type *const type = wm_case_of(loaded->form);
    struct wm_folder folder;
    struct wm_case_run run;
    if (how->dir != NULL && !wm_folder_open(&folder, cli->arena, how->dir, &cli->diags))
        return WM_IO;
    const struct wm_case_options options = {.run = {.cache = cache, .n_threads = wm_processors()},
                                            .folder = how->dir != NULL ? &folder : NULL,
                                            .requests = how->requests};
    enum wm_status status = wm_case_run(cli->arena, loaded, &options, &run, &cli->diags);
    if (run.outcome != NULL) {
        if (how->whole && how->format == WM_FORMAT_JSON)
            type->json(stdout, &run);
        else
            type->print(stdout, &run, how->format, how->show);
        if (how->plot)
            type->print(stdout, &run, how->format, "plot");
        if (how->dir != NULL && !wm_case_put(&folder, &run))
            status = WM_IO;
    }
    if (how->dir != NULL)
        wm_folder_close(&folder);
    if (status == WM_OK)
        status = wm_case_assert(&run, how->asserts.items, how->asserts.n, &cli->diags);
    return status;
}

enum wm_status cli_case_run(struct cli *cli, const struct wm_form *form, const char *data,
                            const struct cli_case *how)
{
    struct wm_loaded loaded;
    if (how->requests && how->dir == NULL)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "%s: --requests needs -o DIR", form->name);
    (void)wm_case_check_names(cli->arena, wm_case_of(form), how->asserts.items, how->asserts.n,
                              &cli->diags);
    const bool misused = cli->diags.n_errors > 0;
    bool is_named = cli->n_words > 0;
    enum wm_status status = WM_OK;
    if (is_named && data != NULL)
        status = is_document(cli, cli->words[0], &is_named);
    if (status == WM_OK)
        status = is_named ? load_document(cli, form, &how->sets, &loaded)
                          : load_options(cli, form, data, &how->sets, &loaded);
    if (misused || status != WM_OK)
        return misused ? WM_USAGE : status;
    return cli_case_show(cli, &loaded, how, NULL);
}
