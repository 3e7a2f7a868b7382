/* W918: keys that a user gives and the chosen type of plant does not read, each at its place. */
#include <string.h>

#include "fields.h"
#include "wattmill/scenario.h"

/* Of a kind of thing: its types, and which of them read a key. */
struct kind {
    const char *what; /* "a plant of type" */
    int n;
    const char *(*name)(int type);
    bool (*reads)(int type, const char *key);
};

static const char *cooling_name(int type)
{
    return wm_cooling_type((enum wm_cooling_model)type)->name;
}

static bool cooling_reads(int type, const char *key)
{
    return wm_cooling_reads((enum wm_cooling_model)type, key);
}

static const char *generator_name(int type)
{
    return wm_generator_kind_words[type];
}

static bool generator_reads(int type, const char *key)
{
    return wm_generator_reads((enum wm_generator_kind)type, key);
}

static const struct kind cooling = {"a plant of type", WM_N_COOLING_MODELS, cooling_name,
                                    cooling_reads};
static const struct kind generator = {"a unit of kind", WM_N_GENERATOR_KINDS, generator_name,
                                      generator_reads};

struct unread {
    struct wm_arena *arena;
    struct wm_diags *diags;
    const struct kind *kind;
    int type;
};

/* "chilled_water", "dry_cooler or chilled_water": who would read it. */
static const char *readers(const struct unread *u, const char *key)
{
    const char *text = NULL;
    for (int t = 0; t < u->kind->n; t++) {
        const char *const name = u->kind->name(t);
        if (!u->kind->reads(t, key))
            continue;
        text = text == NULL ? name : wm_arena_printf(u->arena, "%s or %s", text, name);
    }
    return text;
}

static void check_keys(const struct unread *u, const struct wm_json *entry, const char *path)
{
    if (entry == NULL || entry->type != WM_JSON_OBJECT)
        return;
    for (const struct wm_json *c = entry->child; c != NULL; c = c->next) {
        const struct wm_place *const place = c->key_place.file != NULL ? &c->key_place : &c->place;
        const bool is_shipped = place->file != NULL && strncmp(place->file, WM_CATALOG_PREFIX,
                                                               strlen(WM_CATALOG_PREFIX)) == 0;
        if (!is_shipped && !u->kind->reads(u->type, c->key))
            wm_diag_add(u->diags, WM_W918, place, wm_arena_printf(u->arena, "%s.%s", path, c->key),
                        "does nothing in %s %s; %s reads it", u->kind->what, u->kind->name(u->type),
                        readers(u, c->key));
    }
}

/* An entry of the scenario's own, or keys that it lays over a shipped one. */
static void check_entry(const struct unread *u, const struct wm_catalog *catalog,
                        enum wm_catalog_kind kind, const char *name)
{
    check_keys(u, wm_catalog_json(catalog, kind, name),
               wm_arena_printf(u->arena, "%s.%s", wm_catalog_section(kind), name));
}

/* Each entry once, however many units are of it. */
static void check_generators(struct unread u, const struct wm_catalog *catalog,
                             const struct wm_list *list)
{
    const struct wm_generation *const units = list->items;
    for (size_t i = 0; i < list->n; i++) {
        bool is_new = true;
        for (size_t j = 0; j < i; j++)
            is_new = is_new && units[j].type != units[i].type;
        u.type = (int)units[i].type->kind;
        if (is_new)
            check_entry(&u, catalog, WM_CATALOG_generator, units[i].type->head.name);
    }
}

/* Keys at the plant itself, and in an entry of the scenario's own or laid over a shipped one. */
static void check_plant(struct wm_arena *arena, const struct wm_catalog *catalog,
                        const struct wm_cooling *plant, const struct wm_json *node,
                        const char *path, struct wm_diags *diags)
{
    const struct unread u = {arena, diags, &cooling, (int)plant->model};
    check_keys(&u, node, path);
    check_entry(&u, catalog, WM_CATALOG_cooling, plant->head.name);
}

/* Whether an earlier hall has a plant of that name: its entry is looked at once. */
static bool is_repeated(const struct wm_site_hall *halls, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(halls[k].cooling.head.name, halls[i].cooling.head.name) == 0)
            return true;
    return false;
}

void wm_check_unread(struct wm_arena *arena, const struct wm_json *root,
                     const struct wm_catalog *catalog, const struct wm_scenario *scenario,
                     struct wm_diags *diags)
{
    const struct wm_json *const site = wm_json_find(root, "site");
    const struct wm_json *const list = wm_json_find(site, "halls");
    const struct wm_site_hall *const halls = scenario->site.halls.items;
    if (scenario->site.halls.n == 0)
        check_plant(arena, catalog, &scenario->site.cooling, wm_json_find(site, "cooling"),
                    "site.cooling", diags);
    for (size_t i = 0; i < scenario->site.halls.n; i++) {
        const char *const path = wm_arena_printf(arena, "site.halls.%zu.cooling", i);
        const struct wm_json *const node = wm_json_find(wm_json_at(list, i), "cooling");
        if (!is_repeated(halls, i))
            check_plant(arena, catalog, &halls[i].cooling, node, path, diags);
        else
            check_keys(&(struct unread){arena, diags, &cooling, (int)halls[i].cooling.model}, node,
                       path);
    }
    check_generators((struct unread){arena, diags, &generator, 0}, catalog,
                     &scenario->site.generation);
}
