/* Routes that tell what there is: schema, metrics, files. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../analysis/kpi.h"
#include "routes.h"
#include "wattmill/form.h"
#include "wattmill/results.h"

#define NO_BODY      \
    {                \
        WM_FIELD_END \
    }

const struct wm_field body_schema[] = NO_BODY;
const struct wm_field body_metrics[] = NO_BODY;
const struct wm_field body_files[] = NO_BODY;

enum wm_status route_schema(struct call *call, FILE *out)
{
    (void)call;
    struct wm_json_writer w = wm_json_writer_to_file(out);
    return wm_schema_write(&w, &wm_site_form);
}

static void write_groups(struct wm_json_writer *w)
{
    wm_json_array_begin(w);
    for (size_t g = 0; g < wm_n_kpi_groups; g++) {
        wm_json_object_begin(w);
        wm_json_member_string(w, "title", wm_kpi_groups[g].title);
        wm_json_key(w, "metrics");
        wm_json_array_begin(w);
        for (size_t i = 0; i < wm_kpi_groups[g].n; i++)
            wm_json_string(w, wm_metric_info(wm_kpi_groups[g].metrics[i])->key);
        wm_json_array_end(w);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

enum wm_status route_metrics(struct call *call, FILE *out)
{
    (void)call;
    struct wm_json_writer w = wm_json_writer_to_file(out);
    wm_json_object_begin(&w);
    wm_json_key(&w, "groups");
    write_groups(&w);
    wm_json_key(&w, "metrics");
    wm_json_array_begin(&w);
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        wm_json_object_begin(&w);
        wm_json_member_string(&w, "key", info->key);
        wm_json_member_string(&w, "unit", wm_unit_symbol(info->unit));
        wm_json_member_string(&w, "words", wm_kpi_words((enum wm_metric)i));
        wm_json_member_string(&w, "doc", info->doc);
        wm_json_object_end(&w);
    }
    wm_json_array_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    return WM_OK;
}

enum { FILES_MAX = 500, DEPTH_MAX = 2, DOCUMENT_BYTES_MAX = 1 << 20 };

struct list {
    struct call *call;
    struct wm_arena *part; /* of one document */
    const char *names[FILES_MAX], *kinds[FILES_MAX], *titles[FILES_MAX];
    size_t n;
    bool is_cut;
};

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

/* "scenario" (of a site) or "study" and its name; NULL for JSON that is neither, such as a result or a catalogue. */
static const char *kind_of_json(struct list *l, const char *path, const char **title)
{
    const char *text = NULL;
    size_t n = 0;
    struct wm_json *root = NULL;
    struct wm_diags ignored = wm_diags_init(l->part);
    if (wm_text_load(l->part, path, &text, &n, &ignored) != WM_OK ||
        wm_json_parse(l->part, text, n, path, &root, &ignored) != WM_OK)
        return NULL;
    const struct wm_json *const name = wm_json_find(root, "name");
    if (name != NULL && name->type == WM_JSON_STRING)
        *title = wm_arena_copy_text(l->call->arena, name->text, strlen(name->text));
    if (wm_json_find(root, "axes") != NULL || wm_json_find(root, "points") != NULL ||
        wm_json_find(root, "base") != NULL)
        return "study";
    const struct wm_json *const form = wm_json_find(root, "case");
    if (wm_json_find(root, "metrics") != NULL || (form != NULL && form->type == WM_JSON_STRING &&
                                                  strcmp(form->text, wm_site_form.name) != 0))
        return NULL; /* the page shows sites; what another case is, its messages say */
    return wm_json_find(root, "fleet") != NULL || wm_json_find(root, "extends") != NULL ||
                   wm_json_find(root, "site") != NULL
               ? "scenario"
               : NULL;
}

static void offer(struct list *l, const char *path, const char *name, const struct stat *info)
{
    const char *title = "", *kind = NULL;
    if (ends_with(name, ".sqlite"))
        kind = "store";
    else if (ends_with(name, ".json") && info->st_size <= DOCUMENT_BYTES_MAX)
        kind = kind_of_json(l, path, &title);
    wm_arena_reset(l->part);
    if (kind == NULL)
        return;
    l->is_cut = l->n == FILES_MAX;
    if (l->is_cut)
        return;
    l->names[l->n] = name;
    l->titles[l->n] = title;
    l->kinds[l->n++] = kind;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Files of a folder, then what is in the folders below; links to folders are not followed. */
static void look(struct list *l, const char *below, unsigned depth)
{
    struct wm_arena *const arena = l->call->arena;
    struct dirent **entries = NULL;
    const char *const dir = wm_arena_printf(arena, "%s/%s", l->call->server->folder, below);
    const int n = scandir(dir, &entries, NULL, by_name);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < n && !l->is_cut; i++) {
            struct stat info;
            const char *const name = wm_arena_printf(arena, "%s%s", below, entries[i]->d_name);
            const char *const path = wm_arena_printf(arena, "%s/%s", l->call->server->folder, name);
            if (entries[i]->d_name[0] == '.' || lstat(path, &info) != 0)
                continue;
            if (pass == 0 && S_ISREG(info.st_mode))
                offer(l, path, name, &info);
            else if (pass == 1 && S_ISDIR(info.st_mode) && depth < DEPTH_MAX)
                look(l, wm_arena_printf(arena, "%s/", name), depth + 1);
        }
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
}

enum wm_status route_files(struct call *call, FILE *out)
{
    struct list *const l = WM_NEW(call->arena, struct list);
    l->call = call;
    l->part = wm_arena_open_part(call->arena);
    look(l, "", 0);
    struct wm_json_writer w = wm_json_writer_to_file(out);
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "start", call->server->start);
    wm_json_member_bool(&w, "cut", l->is_cut);
    wm_json_key(&w, "files");
    wm_json_array_begin(&w);
    for (size_t i = 0; i < l->n; i++) {
        wm_json_object_begin(&w);
        wm_json_member_string(&w, "file", l->names[i]);
        wm_json_member_string(&w, "kind", l->kinds[i]);
        wm_json_member_string(&w, "name", l->titles[i]);
        wm_json_object_end(&w);
    }
    wm_json_array_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    return WM_OK;
}
