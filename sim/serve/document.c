#include "document.h"

#include <string.h>

#include "confine.h"

static bool fail(struct call *call, const struct wm_json *node, const char *key, const char *text)
{
    wm_diag_add(&call->diags, WM_E205, node != NULL ? &node->place : NULL, key, "%s", text);
    return false;
}

/* Files that changes name lie beside the scenario, as with --set. */
bool document_sets(struct call *call, const struct wm_json *set, const char *dir,
                   struct document *out)
{
    if (set == NULL)
        return true;
    if (set->type != WM_JSON_OBJECT && set->type != WM_JSON_ARRAY)
        return fail(call, set, "set", "an object {\"path\": value} or a list of \"path=value\"");
    bool good = confine_tree(call, set, dir);
    out->sets = WM_NEW_ARRAY(call->arena, struct wm_override, set->n_children + 1);
    for (const struct wm_json *c = set->child; c != NULL; c = c->next) {
        struct wm_override *const to = &out->sets[out->n_sets++];
        if (set->type == WM_JSON_OBJECT)
            *to = (struct wm_override){.path = c->key, .value = wm_json_to_text(call->arena, c)};
        else if (c->type != WM_JSON_STRING)
            good = fail(call, c, "set", "each change is a text \"path=value\"");
        else
            good = wm_override_parse(call->arena, c->text, to, &call->diags) == WM_OK && good;
        if (good && to->path == NULL)
            good = fail(call, c, "set", "a change needs a path");
        if (good && set->type == WM_JSON_ARRAY) {
            const struct wm_json value = {.type = WM_JSON_STRING, .text = to->value, .key = "set"};
            good = confine_tree(call, &value, dir);
        }
    }
    return good;
}

static bool read_text(struct call *call, const char *text, struct document *out)
{
    out->text = text;
    out->n_text = strlen(text);
    return confine_text(call, text);
}

static bool read_scenario(struct call *call, const struct wm_json *scenario, struct document *out)
{
    if (scenario == NULL)
        return fail(call, NULL, "scenario",
                    "needs the scenario: a document, its text, or the name of a file");
    if (scenario->type == WM_JSON_OBJECT)
        return read_text(call, wm_json_to_text(call->arena, scenario), out);
    if (scenario->type != WM_JSON_STRING)
        return fail(call, scenario, "scenario", "an object, or the name of a file");
    if (scenario->text[strspn(scenario->text, " \t\r\n")] == '{')
        return read_text(call, scenario->text, out);
    out->path = confine_file(call, scenario->text);
    return out->path != NULL && confine_document(call, out->path);
}

bool document_read(struct call *call, const struct wm_json *scenario, const struct wm_json *set,
                   struct document *out)
{
    *out = (struct document){0};
    const bool good = read_scenario(call, scenario, out);
    const char *const slash = out->path != NULL ? strrchr(out->path, '/') : NULL;
    const char *const dir =
        slash != NULL ? wm_arena_copy_text(call->arena, out->path, (size_t)(slash - out->path) + 1)
                      : call->server->folder;
    return document_sets(call, set, dir, out) && good;
}

enum wm_status document_load(struct call *call, const struct document *d, struct wm_loaded *loaded)
{
    if (d->path != NULL)
        return wm_scenario_load(call->arena, d->path, d->sets, d->n_sets, loaded, &call->diags);
    return wm_scenario_load_json(call->arena, d->text, d->n_text, "document",
                                 wm_arena_printf(call->arena, "%s/", call->server->folder), d->sets,
                                 d->n_sets, loaded, &call->diags);
}
