/* Sets of changes laid on a scenario: paths that stand for several, values that depend on what stands there. */
#include "pull.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/embedded.h"
#include "wattmill/form.h"

const struct wm_json *pull_rows(struct wm_arena *arena, const char *section, struct wm_diags *diags)
{
    const char *const path = wm_arena_printf(arena, "models/evidence/%s.json", section);
    struct wm_json *root = NULL;
    for (const struct wm_embedded *f = wm_embedded_files(); f->path != NULL; f++)
        if (strcmp(f->path, path) == 0)
            (void)wm_json_parse(arena, f->bytes, f->n_bytes, f->path, &root, diags);
    return wm_json_find(root, section);
}

const char *pull_text(const struct wm_json *row, const char *key)
{
    const struct wm_json *const v = wm_json_find(row, key);
    return v != NULL && v->type == WM_JSON_STRING ? v->text : "";
}

double pull_number(const struct wm_json *row, const char *key)
{
    const struct wm_json *const v = wm_json_find(row, key);
    return v != NULL && v->type == WM_JSON_NUMBER ? v->number : (double)NAN;
}

enum wm_status pull_open(struct wm_arena *arena, const char *path, const struct wm_override *sets,
                         size_t n_sets, struct wm_cache *cache, struct pull_base *out,
                         struct wm_diags *diags)
{
    struct wm_loaded loaded = {0};
    const enum wm_status status = wm_scenario_load(arena, path, sets, n_sets, &loaded, diags);
    *out =
        (struct pull_base){arena, loaded.json, path,
                           loaded.scenario != NULL ? loaded.scenario->site.ceiling.limit_w : 0.0,
                           cache};
    return status;
}

/* The value at a dotted path, or NULL. */
static const struct wm_json *at_path(struct wm_arena *arena, const struct wm_json *root,
                                     const char *path)
{
    const struct wm_json *node = root;
    while (node != NULL && *path != 0) {
        const size_t n = strcspn(path, ".");
        const char *const key = wm_arena_printf(arena, "%.*s", (int)n, path);
        char *end = NULL;
        const unsigned long i = strtoul(key, &end, 10);
        node = node->type == WM_JSON_ARRAY && *end == 0 ? wm_json_at(node, i)
                                                        : wm_json_find(node, key);
        path += n + (path[n] == '.');
    }
    return node;
}

/* A copy whose texts "$ceiling*F" are that share of the contract. */
static struct wm_json *filled(struct wm_arena *arena, const struct wm_json *value,
                              const struct wm_json *root)
{
    static const char word[] = "$ceiling*";
    struct wm_json *const own = wm_json_copy(arena, value);
    const struct wm_json *const limit = at_path(arena, root, "site.ceiling.limit_mw");
    if (own->type == WM_JSON_STRING && strncmp(own->text, word, sizeof word - 1) == 0 &&
        limit != NULL && limit->type == WM_JSON_NUMBER) {
        char buf[32];
        own->type = WM_JSON_NUMBER;
        own->number = limit->number * strtod(own->text + sizeof word - 1, NULL);
        own->text = wm_arena_printf(arena, "%s", wm_json_number_text(own->number, buf));
    }
    struct wm_json *const out = wm_json_new(arena, own->type, &own->place);
    *out = *own;
    out->child = out->last = NULL;
    out->n_children = 0;
    for (const struct wm_json *c = value->child; c != NULL; c = c->next)
        wm_json_append(out, filled(arena, c, root));
    out->next = NULL;
    return out;
}

/* "x0.5" as a factor on what stands at the path; "" when nothing does. */
static const char *scaled(struct wm_arena *arena, const struct wm_json *root, const char *path,
                          const char *text)
{
    char buf[32], *end = NULL;
    const struct wm_json *const now = at_path(arena, root, path);
    const double factor = strtod(text + 1, &end);
    if (now == NULL || now->type != WM_JSON_NUMBER || *end != 0)
        return "";
    return wm_arena_printf(arena, "%s", wm_json_number_text(now->number * factor, buf));
}

static bool apply(const struct pull_base *b, struct wm_json *root, const char *path,
                  const struct wm_json *value, struct wm_diags *diags)
{
    struct wm_arena *const arena = b->arena;
    const char *text = wm_json_to_text(arena, filled(arena, value, root));
    if (value->type == WM_JSON_STRING && value->text[0] == 'x' &&
        strchr("0123456789.", value->text[1]) != NULL)
        text = scaled(arena, root, path, value->text);
    if (text[0] == 0) {
        wm_diag_add(diags, WM_E103, NULL, path, "the scenario does not say it");
        return false;
    }
    const struct wm_override set = {.path = path, .value = text};
    return wm_override_apply(arena, root, &set, diags);
}

/* Texts "$accelerator" of a value become the name. */
static void name_in(struct wm_json *value, const char *name)
{
    if (value->type == WM_JSON_STRING && strcmp(value->text, "$accelerator") == 0)
        value->text = name;
    for (struct wm_json *c = value->child; c != NULL; c = c->next)
        name_in(c, name);
}

/* Lays one change on every place that its path stands for. */
static bool apply_all(const struct pull_base *b, struct wm_json *root, const char *path,
                      const struct wm_json *value, struct wm_diags *diags)
{
    const char *const star = strstr(path, ".*."), *const part = strstr(path, "$accelerator");
    const char *const list = part != NULL ? "fleet"
                             : star != NULL
                                 ? wm_arena_printf(b->arena, "%.*s", (int)(star - path), path)
                                 : NULL;
    if (list == NULL)
        return apply(b, root, path, value, diags);
    const struct wm_json *const items = at_path(b->arena, root, list);
    bool good = items != NULL;
    const size_t n = items != NULL ? items->n_children : 0;
    for (size_t i = 0; i < n && good; i++) {
        const char *const name = pull_text(wm_json_at(items, i), "accelerator");
        struct wm_json *const own = wm_json_copy(b->arena, value);
        if (part != NULL)
            name_in(own, name);
        const char *const one = part != NULL
                                    ? wm_arena_printf(b->arena, "%.*s%s%s", (int)(part - path),
                                                      path, name, part + strlen("$accelerator"))
                                    : wm_arena_printf(b->arena, "%s.%zu.%s", list, i, star + 3);
        good = apply_all(b, root, one, own, diags);
    }
    return good;
}

const char *pull_run(const struct pull_base *b, const struct wm_json *const *sets, size_t n_sets,
                     double metric[WM_N_METRICS])
{
    const struct wm_run_options how = {.without_series = true, .cache = b->cache};
    struct wm_diags own = wm_diags_init(b->arena);
    struct wm_json *const root = wm_json_copy(b->arena, b->tree);
    struct wm_loaded loaded = {0};
    const struct wm_results *results = NULL;
    bool good = true;
    for (size_t i = 0; i < n_sets; i++)
        for (const struct wm_json *c = sets[i] != NULL ? sets[i]->child : NULL; c != NULL && good;
             c = c->next)
            good = apply_all(b, root, c->key, c, &own);
    good = good && wm_scenario_tree_read(b->arena, root, NULL, false, &loaded, &own) == WM_OK &&
           wm_run(b->arena, loaded.scenario, &how, &results, &own) == WM_OK;
    if (good) {
        memcpy(metric, results->metric, WM_N_METRICS * sizeof *metric);
        return "";
    }
    for (size_t i = 0; i < own.n_items; i++)
        if (!wm_code_is_warning(own.items[i].code))
            return wm_arena_printf(b->arena, "%s%s%s",
                                   own.items[i].path != NULL ? own.items[i].path : "",
                                   own.items[i].path != NULL ? ": " : "", own.items[i].text);
    return "it does not run";
}
