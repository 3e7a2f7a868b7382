/* Study file and base scenario -> struct wm_study. */
#include "study_load.h"

#include <string.h>

#include "strata.h"
#include "wattmill/output.h"
#include "wattmill/require.h"

bool wm_load_fail(struct wm_study_load *l, const struct wm_place *place, const char *path,
                  const char *text)
{
    wm_diag_add(l->diags, WM_E501, place, path, "%s", text);
    return false;
}

bool wm_load_has_inline_axis(const struct wm_json *node, const char *word)
{
    if (wm_json_find(node, word) != NULL)
        return true;
    if (node->type == WM_JSON_OBJECT || node->type == WM_JSON_ARRAY)
        for (const struct wm_json *c = node->child; c != NULL; c = c->next)
            if (wm_load_has_inline_axis(c, word))
                return true;
    return false;
}

/* Data files count by what is in them, also those that an axis names. */
static void hash_files(const struct wm_study_load *l, struct wm_digest *digest)
{
    for (size_t i = 0; i < l->files.n; i++)
        wm_digest_add(digest, l->files.items[i].digest, WM_DIGEST_BYTES);
}

/* The base scenario's text without what the axes set: the same for every value of theirs. */
static void hash_scenario(struct wm_study_load *l)
{
    struct wm_study *const s = l->study;
    struct wm_json *const copy = wm_json_copy(l->arena, s->tree);
    const struct wm_json null = {.type = WM_JSON_NULL};
    struct wm_diags ignored = wm_diags_init(l->arena);
    for (size_t j = 0; j < s->n_axes; j++)
        for (size_t k = 0; k < s->axes[j].n_targets; k++) {
            struct wm_target at = {0};
            WM_REQUIRE(wm_override_target(l->arena, copy, s->axes[j].targets[k].path,
                                          &s->axes[j].place, &at, &ignored));
            wm_node_set(at.node, &null);
        }
    struct wm_digest *const digest = wm_digest_open(&(struct wm_digest){0});
    wm_digest_add_text(digest, wm_json_to_text(l->arena, copy));
    hash_files(l, digest);
    wm_digest_close_hex(digest, s->scenario_hash);
}

static void hash_study(struct wm_study_load *l)
{
    struct wm_study *const s = l->study;
    const struct wm_stamp stamp = wm_stamp_of(NULL, s->seed);
    hash_scenario(l);
    struct wm_digest *digest = wm_digest_open(&(struct wm_digest){0});
    wm_digest_add_text(digest, stamp.version);
    wm_digest_add_text(digest, stamp.git_id);
    wm_digest_add_text(digest, stamp.catalog_hash);
    wm_digest_add_text(digest, s->scenario_hash);
    wm_digest_add_text(digest, s->params.name);
    wm_digest_add_text(digest, wm_design_words[s->params.design]);
    wm_digest_add_text(digest, wm_arena_printf(l->arena, "%lld", (long long)s->seed));
    for (size_t i = 0; i < s->figures.n; i++)
        if (s->keeps[i])
            wm_digest_add_text(digest, s->figures.items[i].key);
    for (size_t j = 0; j < s->n_axes; j++) {
        wm_digest_add_text(digest, s->axes[j].name);
        for (size_t k = 0; k < s->axes[j].n_targets; k++)
            wm_digest_add_text(digest, s->axes[j].targets[k].path);
    }
    wm_digest_close_hex(digest, s->key);
    digest = wm_digest_open(&(struct wm_digest){0});
    wm_digest_add_text(digest, s->key);
    wm_digest_add_text(digest, s->study_text);
    wm_digest_add_text(digest, s->base_text);
    wm_digest_close_hex(digest, s->hash);
}

static const char *join(struct wm_arena *arena, const char *path, const char *name)
{
    const char *const slash = strrchr(path, '/');
    if (slash == NULL || name[0] == '/')
        return name;
    return wm_arena_printf(arena, "%.*s/%s", (int)(slash - path), path, name);
}

/* A scenario that holds axes is a study of itself: monte_carlo when it has distributions, else grid. */
static struct wm_json *study_of_scenario(struct wm_study_load *l, const struct wm_json *scenario,
                                         const char *path)
{
    const char *const slash = strrchr(path, '/');
    const struct wm_json *const name = wm_json_find(scenario, "name");
    struct wm_json_writer w = wm_json_writer_to_memory(l->arena, false);
    struct wm_json *root = NULL;
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "schema_version", 1);
    wm_json_member_string(&w, "name", name != NULL && name->text != NULL ? name->text : "study");
    wm_json_member_string(&w, "base", slash != NULL ? slash + 1 : path);
    wm_json_member_string(
        &w, "design",
        wm_design_words[wm_load_has_inline_axis(scenario, "dist") ? WM_DESIGN_MONTE_CARLO
                                                                  : WM_DESIGN_GRID]);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    WM_REQUIRE(wm_json_parse(l->arena, w.bytes, w.n_bytes, path, &root, l->diags) == WM_OK);
    return root;
}

static enum wm_status read_text(struct wm_study_load *l, const char *text, size_t n_bytes,
                                const char *path)
{
    struct wm_json *root = NULL;
    wm_json_parse(l->arena, text, n_bytes, path, &root, l->diags);
    if (root == NULL)
        return WM_INVALID;
    if (root->type != WM_JSON_OBJECT) {
        wm_load_fail(l, &root->place, NULL, "a study is an object {...}");
        return WM_INVALID;
    }
    const bool is_scenario =
        wm_json_find(root, "base") == NULL && wm_json_find(root, "axes") == NULL &&
        (wm_json_find(root, "site") != NULL || wm_json_find(root, "extends") != NULL ||
         wm_json_find(root, "case") != NULL);
    root = is_scenario ? study_of_scenario(l, root, path) : root;
    l->root = root;
    l->study->path = path;
    l->study->study_text = wm_json_to_text(l->arena, l->root);
    (void)wm_load_study_units(l, root); /* what it cannot read is told */
    struct wm_reader reader = {.arena = l->arena, .diags = l->diags};
    wm_fields_read(&reader, wm_study_fields, l->root, NULL, "", &l->study->params);
    return l->diags->n_errors > 0 ? WM_INVALID : WM_OK;
}

static enum wm_status read_base(struct wm_study_load *l, const struct wm_override *sets,
                                size_t n_sets)
{
    struct wm_study *const s = l->study;
    s->base_path = l->over != NULL ? l->over : join(l->arena, s->path, s->params.base);
    const size_t n_errors = l->diags->n_errors;
    const enum wm_status status = wm_scenario_tree_load(l->arena, s->base_path, &s->tree, l->diags);
    if (status != WM_OK)
        return status;
    for (size_t i = 0; i < n_sets; i++)
        wm_override_apply(l->arena, s->tree, &sets[i], l->diags);
    if (l->diags->n_errors > n_errors)
        return WM_USAGE;
    const struct wm_form *const form = wm_form_of(l->arena, s->tree, l->diags);
    if (form == NULL)
        return WM_INVALID;
    s->type = wm_case_of(form);
    s->figures = s->type->figures(l->arena, NULL);
    s->base_text = wm_json_to_text(l->arena, s->tree);
    return WM_OK;
}

/* Reads the base once for its defaults, its seed and the catalogue; mistakes are found later. */
static void read_defaults(struct wm_study_load *l)
{
    struct wm_study *const s = l->study;
    struct wm_diags ignored = wm_diags_init(l->arena);
    struct wm_loaded loaded;
    wm_document_tree_read(l->arena, s->tree, NULL, true, &loaded, &ignored);
    l->origins = loaded.origins;
    s->catalog = loaded.catalog;
    const struct wm_json *const seed = wm_load_default(l, "seed");
    s->seed = s->params.seed >= 0                            ? s->params.seed
              : seed != NULL && seed->type == WM_JSON_NUMBER ? (int64_t)seed->number
                                                             : 1;
}

static bool reaches_catalog(const struct wm_study *s)
{
    for (size_t j = 0; j < s->n_axes; j++)
        for (size_t k = 0; k < s->axes[j].n_targets; k++) {
            const char *const path = s->axes[j].targets[k].path;
            for (int kind = 0; kind < WM_N_CATALOGS; kind++)
                if (wm_path_is_inside(path, wm_catalog_section((enum wm_catalog_kind)kind)))
                    return true;
        }
    return false;
}

/* The places of `cases` stand beside the names of axes in a point's parameters. */
static bool check_headings(struct wm_study_load *l)
{
    const struct wm_study *const s = l->study;
    bool ok = true;
    for (size_t i = 0; i < s->n_axes; i++)
        for (size_t j = 0; j < s->n_axes; j++)
            for (size_t k = 0; s->axes[j].cases != NULL && k < s->axes[j].n_targets; k++)
                if (strcmp(s->axes[i].name, s->axes[j].targets[k].path) == 0)
                    ok = wm_load_fail(
                        l, &s->axes[i].place, s->axes[i].name,
                        "is also a place that cases set; give the axis another `name`");
    return ok;
}

/* Goes on after a mistake with what is sound, so that all are told at once. */
static bool compile(struct wm_study_load *l)
{
    struct wm_study *const s = l->study;
    bool ok = wm_load_inline_axes(l, s->tree, "");
    ok = wm_load_own_axes(l) && ok;
    if (ok && s->n_axes == 0)
        return wm_load_fail(l, &l->root->place, "axes",
                            "a study needs at least one axis, or `sweep` or `dist` in its base "
                            "scenario");
    read_defaults(l);
    for (size_t j = 0; j < s->n_axes; j++)
        if (!wm_load_targets(l, &s->axes[j]) || !wm_load_check_bases(l, &s->axes[j]) ||
            !wm_load_check_twice(l, &s->axes[j])) {
            s->axes[j].n_targets = 0;
            ok = false;
        }
    for (size_t i = 0; i < s->n_axes; i++)
        for (size_t j = i; j < s->n_axes; j++)
            ok = wm_load_check_apart(l, i, j) && ok;
    if (reaches_catalog(s)) {
        s->catalog = NULL;
        ok = wm_catalog_load(l->arena, &s->builtin, l->diags) == WM_OK && ok;
        l->files.builtin = s->builtin;
    }
    ok = check_headings(l) && ok;
    ok = wm_load_metrics(l) && ok;
    ok = wm_load_try_axes(l) && ok;
    if (!ok || !wm_load_corr(l))
        return false;
    s->n_points = wm_design_count(s, &l->root->place, l->diags);
    if (s->n_points > 0 && s->factor != NULL && s->params.design == WM_DESIGN_LATIN_HYPERCUBE)
        s->strata = wm_strata_correlated(l->arena, s);
    return s->n_points > 0;
}

static enum wm_status load(struct wm_study_load *l, const char *text, size_t n_bytes,
                           const char *path, const struct wm_override *sets, size_t n_sets,
                           const struct wm_study **out)
{
    l->study = WM_NEW(l->arena, struct wm_study);
    l->files.arena = l->arena;
    enum wm_status status = read_text(l, text, n_bytes, path);
    if (status == WM_OK)
        status = read_base(l, sets, n_sets);
    if (status != WM_OK)
        return status;
    if (!compile(l))
        return WM_INVALID;
    hash_study(l);
    *out = l->study;
    return WM_OK;
}

enum wm_status wm_study_load_text(struct wm_arena *arena, const char *text, size_t n_bytes,
                                  const char *path, const struct wm_override *sets, size_t n_sets,
                                  const struct wm_study **out, struct wm_diags *diags)
{
    struct wm_study_load l = {.arena = arena, .diags = diags};
    *out = NULL;
    return load(&l, text, n_bytes, path, sets, n_sets, out);
}

enum wm_status wm_study_load_over(struct wm_arena *arena, const char *path, const char *base,
                                  const struct wm_override *sets, size_t n_sets,
                                  const struct wm_study **out, struct wm_diags *diags)
{
    struct wm_study_load l = {.arena = arena, .diags = diags, .over = base};
    const char *text = NULL;
    size_t n_bytes = 0;
    *out = NULL;
    const enum wm_status status = wm_text_load(arena, path, &text, &n_bytes, diags);
    return status != WM_OK ? status : load(&l, text, n_bytes, path, sets, n_sets, out);
}

enum wm_status wm_study_load(struct wm_arena *arena, const char *path,
                             const struct wm_override *sets, size_t n_sets,
                             const struct wm_study **out, struct wm_diags *diags)
{
    return wm_study_load_over(arena, path, NULL, sets, n_sets, out, diags);
}

const char *wm_study_name(const struct wm_study *study)
{
    return study->params.name;
}

enum wm_design wm_study_design(const struct wm_study *study)
{
    return study->params.design;
}

uint64_t wm_study_n_points(const struct wm_study *study)
{
    return study->n_points;
}

size_t wm_study_n_axes(const struct wm_study *study)
{
    return study->n_axes;
}

const char *wm_study_axis_name(const struct wm_study *study, size_t axis)
{
    WM_REQUIRE(axis < study->n_axes);
    return study->axes[axis].name;
}
