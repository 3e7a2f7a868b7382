/* File -> JSON with all it extends -> overrides -> catalogue -> the struct of its form -> checks. */
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "fields.h"
#include "foreign.h"
#include "wattmill/civil.h"
#include "wattmill/form.h"
#include "wattmill/require.h"
#include "wattmill/scenario.h"
#include "wattmill/version.h"

/* Longer chains are a mistake, and a circle through names that differ ends here. */
#define MAX_EXTENDS 16

struct chain {
    const struct chain *up;
    const char *path;
    dev_t device;
    ino_t inode;
    bool is_file;
    size_t depth;
};

struct load {
    struct wm_arena *arena;
    struct wm_diags *diags;
    const char *dir;            /* of the document's file */
    const struct wm_form *only; /* no other is wanted; NULL: any */
    bool by_name;               /* of the catalogue, what the document names is enough */
};

static const char *dir_of(struct wm_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? "" : wm_arena_copy_text(arena, path, (size_t)(slash - path) + 1);
}

static const char *join(struct wm_arena *arena, const char *dir, const char *path)
{
    const size_t n = strlen(dir);
    if (path[0] == '/' || n == 0)
        return path;
    return wm_arena_printf(arena, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", path);
}

static struct wm_json *parse_with_base(struct load *l, const char *text, size_t n_bytes,
                                       const char *name, const char *dir, const struct chain *self);

static bool is_in_chain(const struct chain *chain, const struct stat *file)
{
    for (; chain != NULL; chain = chain->up)
        if (chain->is_file && chain->device == file->st_dev && chain->inode == file->st_ino)
            return true;
    return false;
}

/* The tree of the file that `extends` names, with its own bases; NULL after reporting. */
static struct wm_json *load_base(struct load *l, const struct wm_json *extends, const char *dir,
                                 const struct chain *self)
{
    const char *path = join(l->arena, dir, extends->text);
    struct stat info;
    if (stat(path, &info) != 0) {
        wm_diag_add(l->diags, WM_E209, &extends->place, "extends", "= \"%s\", there is no file %s",
                    extends->text, path);
        return NULL;
    }
    if (is_in_chain(self, &info) || self->depth >= MAX_EXTENDS) {
        wm_diag_add(l->diags, WM_E209, &extends->place, "extends", "= \"%s\" forms a circle",
                    extends->text);
        return NULL;
    }
    const char *text = NULL;
    size_t n_bytes = 0;
    if (wm_text_load(l->arena, path, &text, &n_bytes, l->diags) != WM_OK)
        return NULL;
    const struct chain next = {self, path, info.st_dev, info.st_ino, true, self->depth + 1};
    return parse_with_base(l, text, n_bytes, path, dir_of(l->arena, path), &next);
}

/* Other versions may mean something else by every key, so nothing more is read then. */
static bool version_fits(struct load *l, const struct wm_json *root)
{
    const struct wm_json *v = wm_json_find(root, "schema_version");
    if (v == NULL || (v->type == WM_JSON_NUMBER && v->number == (double)WM_SCHEMA_VERSION))
        return true;
    wm_diag_add(l->diags, WM_E213, &v->place, "schema_version",
                "= %s, this program reads version %d", wm_json_to_text(l->arena, v),
                WM_SCHEMA_VERSION);
    return false;
}

static void put_file(struct wm_json *node, const char *file)
{
    node->place.file = node->key_place.file = file;
    for (struct wm_json *c = node->child; c != NULL; c = c->next)
        put_file(c, file);
}

/* The document that made a result, its data files where they lay then; else the object itself. */
static struct wm_json *of_result(struct wm_arena *arena, struct wm_json *root)
{
    struct wm_json *const document = wm_json_find(root, "document");
    const struct wm_json *const dir = wm_json_find(root, "files_in");
    if (document == NULL || document->type != WM_JSON_OBJECT || wm_json_find(root, "stamp") == NULL)
        return root;
    const char *const slash = strrchr(root->place.file, '/');
    put_file(document,
             wm_arena_printf(arena, "%s%s", dir != NULL && dir->text != NULL ? dir->text : "",
                             slash != NULL ? slash + 1 : root->place.file));
    return document;
}

static struct wm_json *parse_with_base(struct load *l, const char *text, size_t n_bytes,
                                       const char *name, const char *dir, const struct chain *self)
{
    struct wm_json *root = NULL;
    wm_json_parse(l->arena, text, n_bytes, name, &root, l->diags);
    if (root == NULL)
        return NULL;
    if (root->type != WM_JSON_OBJECT) {
        wm_diag_add(l->diags, WM_E205, &root->place, NULL,
                    "a scenario is an object {...}, found %s", wm_json_type_text(root->type));
        return NULL;
    }
    if (wm_foreign_told(root, l->diags))
        return NULL;
    root = of_result(l->arena, root);
    if (!version_fits(l, root))
        return NULL;
    const struct wm_json *extends = wm_json_find(root, "extends");
    if (extends == NULL || extends->type != WM_JSON_STRING || extends->text[0] == '\0')
        return root; /* a wrong type is reported by the field reader */
    struct wm_json *const base = load_base(l, extends, dir, self);
    if (base == NULL)
        return NULL;
    const struct wm_form *const form = wm_form_of(l->arena, base, NULL);
    if (form != NULL)
        wm_preset_retype(l->arena, form->fields, base, root);
    return wm_json_merge(l->arena, base, root);
}

/* The scenario's own keys: the tree without the catalogue's sections. */
static struct wm_json *without_sections(struct wm_arena *arena, const struct wm_json *root)
{
    struct wm_json *rest = wm_json_new(arena, WM_JSON_OBJECT, &root->place);
    for (const struct wm_json *c = root->child; c != NULL; c = c->next)
        if (wm_catalog_kind_of(c->key) == WM_CATALOG_NONE)
            wm_json_append(rest, wm_json_copy(arena, c));
    return rest;
}

/* Node at a dotted path of the tree, list elements by index or name; NULL when it leads nowhere. */
static const struct wm_json *node_at(struct wm_arena *arena, const struct wm_json *node,
                                     const char *path)
{
    while (node != NULL && path[0] != '\0') {
        const size_t n = strcspn(path, ".");
        const char *part = wm_arena_copy_text(arena, path, n);
        const struct wm_json *next = wm_json_find(node, part);
        if (next == NULL && node->type == WM_JSON_ARRAY) {
            size_t i = 0;
            for (const struct wm_json *c = node->child; c != NULL && next == NULL;
                 c = c->next, i++) {
                const struct wm_json *name = wm_json_find(c, "name");
                const char *index = wm_arena_printf(arena, "%zu", i);
                if (strcmp(index, part) == 0 ||
                    (name != NULL && name->text != NULL && strcmp(name->text, part) == 0))
                    next = c;
            }
        }
        node = next;
        path += n + (path[n] == '.' ? 1 : 0);
    }
    return node;
}

/* Cross-field checks know paths, not places; the tree knows both. */
static void add_places(struct load *l, const struct wm_json *root, size_t first)
{
    for (size_t i = first; i < l->diags->n_items; i++) {
        struct wm_diag *d = &l->diags->items[i];
        if (d->place.file != NULL || d->path == NULL)
            continue;
        const struct wm_json *node = node_at(l->arena, root, d->path);
        if (node == NULL)
            node = node_at(l->arena, root, wm_arena_printf(l->arena, "workloads.%s", d->path));
        /* An absent key (a default) is shown at the nearest object above it. */
        for (const char *up = d->path; node == NULL && strrchr(up, '.') != NULL;) {
            up = wm_arena_copy_text(l->arena, up, (size_t)(strrchr(up, '.') - up));
            node = node_at(l->arena, root, up);
        }
        d->place = node != NULL ? node->place : root->place;
    }
}

/* A phase that is given by its date alone begins at midnight on the site's clock, as its bill does. */
static void settle_phases(const struct load *l, const struct wm_json *root,
                          struct wm_scenario *scenario)
{
    struct wm_list *const list = &scenario->site.ceiling.phases;
    const struct wm_ceiling_phase *const read = list->items;
    const struct wm_zone zone = wm_site_zone(&scenario->site);
    struct wm_ceiling_phase *const phases =
        WM_NEW_ARRAY(l->arena, struct wm_ceiling_phase, list->n);
    for (size_t i = 0; i < list->n; i++) {
        const struct wm_json *const from =
            node_at(l->arena, root, wm_arena_printf(l->arena, "site.ceiling.phases.%zu.from", i));
        struct wm_written_time written;
        phases[i] = read[i];
        if (from == NULL || from->text == NULL || !wm_time_read(from->text, &written) ||
            written.has_clock)
            continue;
        const struct wm_civil local = wm_civil_from_us(written.us);
        phases[i].from_us = wm_zone_to_us(&zone, &local);
    }
    list->items = phases;
}

/* Where no engine is named, the usual one's overheads and both ways. */
static void settle_engines(struct wm_arena *arena, const struct wm_catalog *catalog,
                           struct wm_scenario *s)
{
    const struct wm_workload *const read = s->workloads.items;
    struct wm_workload *const w = WM_NEW_ARRAY(arena, struct wm_workload, s->workloads.n);
    for (size_t i = 0; i < s->workloads.n; i++) {
        w[i] = read[i];
        if (w[i].engine != NULL)
            continue;
        w[i].engine = (const void *)wm_catalog_find(catalog, WM_CATALOG_engine, WM_USUAL_ENGINE);
        w[i].ways = WM_WAYS_BOTH;
    }
    s->workloads.items = w;
}

/* Charges on a part of the contract's service, on the load up to its firm part or above. */
static void settle_services(struct wm_arena *arena, struct wm_scenario *s, struct wm_diags *diags)
{
    const struct wm_ceiling *const ceiling = &s->site.ceiling;
    const struct wm_ceiling_phase *const phases = ceiling->phases.items;
    const struct wm_charge *const read = s->site.tariff.charges.items;
    struct wm_charge *const c = WM_NEW_ARRAY(arena, struct wm_charge, s->site.tariff.charges.n);
    bool is_split = false;
    for (size_t i = 0; i < s->site.tariff.charges.n; i++) {
        c[i] = read[i];
        is_split = is_split || c[i].service != WM_SERVICE_ALL;
        if (c[i].service == WM_SERVICE_FIRM)
            c[i].to_w = ceiling->firm_w;
        if (c[i].service == WM_SERVICE_NON_FIRM)
            c[i].from_w = ceiling->firm_w;
    }
    s->site.tariff.charges.items = c;
    for (size_t i = 0; i < ceiling->phases.n && is_split; i++)
        if (!isnan(phases[i].firm_w) && fabs(phases[i].firm_w - ceiling->firm_w) > 0.0) {
            wm_diag_add(diags, WM_E211, NULL, "site.ceiling.phases",
                        "phase %zu has a firm part of its own: the tariff's charges by service are of "
                        "one firm part, site.ceiling.firm_mw",
                        i);
            return;
        }
}

/* Of a site: what its data files say, its phases on its clock, and what concerns several keys. */
static void check_site(const struct wm_document *r, void *params)
{
    struct wm_scenario *const scenario = params;
    const struct load l = {.arena = r->arena, .diags = r->diags};
    settle_engines(r->arena, r->catalog, scenario);
    wm_demand_from_files(r->arena, scenario);
    settle_phases(&l, r->root, scenario);
    wm_scenario_check(scenario, r->diags);
    settle_services(r->arena, scenario, r->diags);
    wm_check_unread(r->arena, r->root, r->catalog, scenario, r->diags);
}

const struct wm_form wm_site_form = {.name = "site",
                                     .title = "a site",
                                     .fields = wm_scenario_fields,
                                     .size = sizeof(struct wm_scenario),
                                     .name_at = offsetof(struct wm_scenario, name),
                                     .seed_at = offsetof(struct wm_scenario, seed),
                                     .prepare = wm_halls_inherit,
                                     .check = check_site};

static bool has_sections(const struct wm_json *root)
{
    for (const struct wm_json *c = root->child; c != NULL; c = c->next)
        if (wm_catalog_kind_of(c->key) != WM_CATALOG_NONE)
            return true;
    return false;
}

/* The document's form, when it is one that is wanted; false after a report. */
static bool find_form(const struct load *l, const struct wm_json *root, struct wm_loaded *out)
{
    out->form = wm_form_of(l->arena, root, l->diags);
    if (out->form == NULL || l->only == NULL || out->form == l->only)
        return out->form != NULL;
    wm_diag_add(l->diags, WM_E207, &wm_json_find(root, "case")->place, "case",
                "= \"%s\": %s is needed here; run, check, sweep and compare take %s too",
                out->form->name, l->only->title, out->form->title);
    return false;
}

static void hand_over(struct wm_loaded *out, void *params)
{
    const char *const bytes = params;
    out->params = params;
    out->scenario = out->form == &wm_site_form ? params : NULL;
    memcpy(&out->name, bytes + out->form->name_at, sizeof out->name);
    if (out->form->seed_at != SIZE_MAX)
        memcpy(&out->seed, bytes + out->form->seed_at, sizeof out->seed);
}

/* Whether files that are there could not be read, and nothing else is wrong: one that is absent is told at its key. */
static enum wm_status refusal(const struct wm_diags *diags)
{
    for (size_t i = 0; i < diags->n_items; i++)
        if (!wm_code_is_warning(diags->items[i].code) &&
            (diags->items[i].code != WM_E102 || diags->items[i].path != NULL))
            return WM_INVALID;
    return WM_IO;
}

static enum wm_status read_with(struct load *l, const struct wm_json *root,
                                const struct wm_catalog *catalog, bool origins,
                                struct wm_files *files, struct wm_loaded *out)
{
    const struct wm_form *const form = out->form;
    void *const params = wm_arena_alloc(l->arena, 1, form->size);
    out->catalog = catalog;
    out->dir = l->dir;
    struct wm_reader reader = {.arena = l->arena,
                               .catalog = out->catalog,
                               .diags = l->diags,
                               .dir = l->dir,
                               .files = files,
                               .origins = origins ? &out->origins : NULL};
    const struct wm_json *own = has_sections(root) ? without_sections(l->arena, root) : root;
    if (form->prepare != NULL)
        own = form->prepare(l->arena, own);
    wm_fields_read(&reader, form->fields, own, &root->place, "", params);
    out->json = root;
    if (l->diags->n_errors > 0)
        return refusal(l->diags);

    const size_t first = l->diags->n_items;
    if (form->check != NULL)
        form->check(&(struct wm_document){l->arena, root, out->catalog, l->diags}, params);
    add_places(l, root, first);
    if (l->diags->n_errors > 0)
        return WM_INVALID;
    hand_over(out, params);
    return WM_OK;
}

/* With the entries alone that the document can name; false, and nothing is told, where there are mistakes:
 * what is said of them may need all. */
static bool read_named(struct load *l, const struct wm_json *root, bool origins,
                       struct wm_loaded *out)
{
    const struct wm_diags before = *l->diags;
    const struct wm_loaded found = *out;
    const struct wm_catalog *named = NULL;
    if (wm_catalog_load_named(l->arena, root, &named, l->diags) == WM_OK &&
        read_with(l, root, named, origins, NULL, out) == WM_OK)
        return true;
    *l->diags = before;
    *out = found;
    return false;
}

static enum wm_status read_tree(struct load *l, const struct wm_json *root,
                                const struct wm_catalog *catalog, bool origins,
                                struct wm_files *files, struct wm_loaded *out)
{
    if (!version_fits(l, root) || !find_form(l, root, out))
        return WM_INVALID;
    if (l->by_name && out->form == &wm_site_form && read_named(l, root, origins, out))
        return WM_OK;
    if (catalog == NULL && files != NULL && files->builtin != NULL)
        wm_catalog_load_over(l->arena, files->builtin, root, &catalog, l->diags);
    else if (catalog == NULL)
        wm_catalog_load_with(l->arena, root, &catalog, l->diags);
    return read_with(l, root, catalog, origins, files, out);
}

static enum wm_status read_scenario(struct load *l, struct wm_json *root,
                                    const struct wm_override *sets, size_t n_sets,
                                    struct wm_loaded *out)
{
    const size_t n_errors = l->diags->n_errors;
    for (size_t i = 0; i < n_sets; i++)
        wm_override_apply(l->arena, root, &sets[i], l->diags);
    return l->diags->n_errors > n_errors ? WM_USAGE : read_tree(l, root, NULL, true, NULL, out);
}

static enum wm_status load_text(struct wm_arena *arena, const char *text, size_t n_bytes,
                                const char *name, const char *dir, const struct wm_form *only,
                                const struct wm_override *sets, size_t n_sets,
                                struct wm_loaded *out, struct wm_diags *diags)
{
    const struct chain self = {.path = name};
    struct load l = {arena, diags, dir, only, only == NULL};
    *out = (struct wm_loaded){0};
    struct wm_json *root = parse_with_base(&l, text, n_bytes, name, dir, &self);
    return root == NULL ? WM_INVALID : read_scenario(&l, root, sets, n_sets, out);
}

enum wm_status wm_scenario_tree_load(struct wm_arena *arena, const char *path,
                                     struct wm_json **root, struct wm_diags *diags)
{
    struct load l = {.arena = arena, .diags = diags};
    const char *text = NULL;
    size_t n_bytes = 0;
    *root = NULL;
    const enum wm_status status = wm_text_load(arena, path, &text, &n_bytes, diags);
    if (status != WM_OK)
        return status;
    struct stat info;
    struct chain self = {.path = path};
    if (stat(path, &info) == 0) {
        self.device = info.st_dev;
        self.inode = info.st_ino;
        self.is_file = true;
    }
    *root = parse_with_base(&l, text, n_bytes, path, dir_of(arena, path), &self);
    return *root == NULL ? WM_INVALID : WM_OK;
}

/* A tree knows its file, and so where data files lie. */
static enum wm_status tree_read(struct load l, const struct wm_json *root,
                                const struct wm_catalog *catalog, bool origins,
                                struct wm_files *files, struct wm_loaded *out)
{
    *out = (struct wm_loaded){0};
    if (root->place.file != NULL)
        l.dir = dir_of(l.arena, root->place.file);
    return read_tree(&l, root, catalog, origins, files, out);
}

enum wm_status wm_scenario_tree_read(struct wm_arena *arena, const struct wm_json *root,
                                     const struct wm_catalog *catalog, bool origins,
                                     struct wm_loaded *out, struct wm_diags *diags)
{
    const struct load l = {.arena = arena, .diags = diags, .only = &wm_site_form};
    return tree_read(l, root, catalog, origins, NULL, out);
}

enum wm_status wm_document_tree_read(struct wm_arena *arena, const struct wm_json *root,
                                     const struct wm_catalog *catalog, bool origins,
                                     struct wm_loaded *out, struct wm_diags *diags)
{
    const struct load l = {.arena = arena, .diags = diags};
    return tree_read(l, root, catalog, origins, NULL, out);
}

enum wm_status wm_document_tree_reread(struct wm_arena *arena, const struct wm_json *root,
                                       const struct wm_catalog *catalog, struct wm_files *files,
                                       struct wm_loaded *out, struct wm_diags *diags)
{
    const struct load l = {.arena = arena, .diags = diags};
    return tree_read(l, root, catalog, false, files, out);
}

static enum wm_status load_file(struct wm_arena *arena, const char *path,
                                const struct wm_form *only, const struct wm_override *sets,
                                size_t n_sets, struct wm_loaded *out, struct wm_diags *diags)
{
    *out = (struct wm_loaded){0};
    struct load l = {arena, diags, "", only, only == NULL};
    struct wm_json *root = NULL;
    const enum wm_status status = wm_scenario_tree_load(arena, path, &root, diags);
    if (status != WM_OK)
        return status;
    l.dir = dir_of(arena, root->place.file != NULL ? root->place.file : path);
    return read_scenario(&l, root, sets, n_sets, out);
}

enum wm_status wm_scenario_load(struct wm_arena *arena, const char *path,
                                const struct wm_override *sets, size_t n_sets,
                                struct wm_loaded *out, struct wm_diags *diags)
{
    return load_file(arena, path, &wm_site_form, sets, n_sets, out, diags);
}

enum wm_status wm_document_load(struct wm_arena *arena, const char *path,
                                const struct wm_override *sets, size_t n_sets,
                                struct wm_loaded *out, struct wm_diags *diags)
{
    return load_file(arena, path, NULL, sets, n_sets, out, diags);
}

static enum wm_status hand_out(enum wm_status status, const struct wm_loaded *loaded,
                               const struct wm_scenario **out,
                               const struct wm_catalog **catalog_out)
{
    *out = loaded->scenario;
    if (catalog_out != NULL)
        *catalog_out = loaded->catalog;
    return status;
}

enum wm_status wm_scenario_load_file(struct wm_arena *arena, const char *path,
                                     const struct wm_override *sets, size_t n_sets,
                                     const struct wm_scenario **out,
                                     const struct wm_catalog **catalog_out, struct wm_diags *diags)
{
    struct wm_loaded loaded;
    const enum wm_status status = wm_scenario_load(arena, path, sets, n_sets, &loaded, diags);
    return hand_out(status, &loaded, out, catalog_out);
}

enum wm_status wm_document_load_json(struct wm_arena *arena, const char *text, size_t n_bytes,
                                     const char *name, const char *dir,
                                     const struct wm_override *sets, size_t n_sets,
                                     struct wm_loaded *out, struct wm_diags *diags)
{
    return load_text(arena, text, n_bytes, name, dir, NULL, sets, n_sets, out, diags);
}

enum wm_status wm_scenario_load_json(struct wm_arena *arena, const char *text, size_t n_bytes,
                                     const char *name, const char *dir,
                                     const struct wm_override *sets, size_t n_sets,
                                     struct wm_loaded *out, struct wm_diags *diags)
{
    return load_text(arena, text, n_bytes, name, dir, &wm_site_form, sets, n_sets, out, diags);
}

enum wm_status wm_scenario_load_text(struct wm_arena *arena, const char *text, size_t n_bytes,
                                     const char *name, const char *dir,
                                     const struct wm_override *sets, size_t n_sets,
                                     const struct wm_scenario **out,
                                     const struct wm_catalog **catalog_out, struct wm_diags *diags)
{
    struct wm_loaded loaded;
    const enum wm_status status =
        wm_scenario_load_json(arena, text, n_bytes, name, dir, sets, n_sets, &loaded, diags);
    return hand_out(status, &loaded, out, catalog_out);
}
