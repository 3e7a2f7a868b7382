/* What a file is for, so that one given to another verb is told where to go; a scenario from a pipe. */
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/file_kind.h"
#include "wattmill/study.h"

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

enum wm_status cli_verb_for(struct cli *cli, const char *path, const char **verb)
{
    *verb = NULL;
    enum wm_file_kind kind = WM_FILE_OTHER;
    if (strcmp(path, "-") == 0 || access(path, R_OK) != 0)
        return WM_OK;
    if (ends_with(path, ".sqlite"))
        *verb = "export";
    if (!ends_with(path, ".json"))
        return WM_OK;
    const enum wm_status status = wm_file_kind_of(cli->arena, path, &kind, &cli->diags);
    *verb = kind == WM_FILE_STUDY ? "sweep" : "run";
    return status;
}

/* wm_scenario_load() or wm_document_load(), and the same of a text. */
typedef enum wm_status load_fn(struct wm_arena *arena, const char *path,
                               const struct wm_override *sets, size_t n_sets, struct wm_loaded *out,
                               struct wm_diags *diags);
typedef enum wm_status load_text_fn(struct wm_arena *arena, const char *text, size_t n_bytes,
                                    const char *name, const char *dir,
                                    const struct wm_override *sets, size_t n_sets,
                                    struct wm_loaded *out, struct wm_diags *diags);

static enum wm_status load(struct cli *cli, const char *path, const struct cli_sets *sets,
                           load_fn *load_file, load_text_fn *load_text, struct wm_loaded *loaded)
{
    const char *text = NULL;
    size_t n_bytes = 0;
    if (strcmp(path, "-") != 0) {
        const char *verb = NULL;
        const enum wm_status read = cli_verb_for(cli, path, &verb);
        if (read != WM_OK)
            return read;
        if (verb == NULL || strcmp(verb, "run") == 0)
            return load_file(cli->arena, path, sets->items, sets->n, loaded, &cli->diags);
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "%s is no scenario but a %s: wattmill %s %s",
                    path, strcmp(verb, "sweep") == 0 ? "study" : "study's store", verb, path);
        return WM_USAGE;
    }
    const enum wm_status status =
        wm_text_load(cli->arena, "/dev/stdin", &text, &n_bytes, &cli->diags);
    return status != WM_OK ? status
                           : load_text(cli->arena, text, n_bytes, "-", "", sets->items, sets->n,
                                       loaded, &cli->diags);
}

enum wm_status cli_scenario_load(struct cli *cli, const char *path, const struct cli_sets *sets,
                                 struct wm_loaded *loaded)
{
    return load(cli, path, sets, wm_scenario_load, wm_scenario_load_json, loaded);
}

enum wm_status cli_document_load(struct cli *cli, const char *path, const struct cli_sets *sets,
                                 struct wm_loaded *loaded)
{
    return load(cli, path, sets, wm_document_load, wm_document_load_json, loaded);
}
