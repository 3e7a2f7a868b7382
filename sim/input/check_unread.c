/* W918: keys that a user gives and the chosen type of plant does not read, each at its place. */
#include <string.h>

#include "fields.h"
#include "wattmill/scenario.h"

struct unread {
    struct wm_arena *arena;
    struct wm_diags *diags;
    enum wm_cooling_model model;
};

/* "chilled_water", "dry_cooler or chilled_water": who would read it. */
static const char *readers(const struct unread *u, const char *key)
{
    const char *text = NULL;
    for (int m = 0; m < WM_N_COOLING_MODELS; m++) {
        const char *const name = wm_cooling_type((enum wm_cooling_model)m)->name;
        if (!wm_cooling_reads((enum wm_cooling_model)m, key))
            continue;
        text = text == NULL ? name : wm_arena_printf(u->arena, "%s or %s", text, name);
    }
    return text;
}

static void check_keys(const struct unread *u, const struct wm_json *plant, const char *path)
{
    if (plant == NULL || plant->type != WM_JSON_OBJECT)
        return;
    for (const struct wm_json *c = plant->child; c != NULL; c = c->next) {
        const struct wm_place *const place = c->key_place.file != NULL ? &c->key_place : &c->place;
        const bool is_shipped = place->file != NULL && strncmp(place->file, WM_CATALOG_PREFIX,
                                                               strlen(WM_CATALOG_PREFIX)) == 0;
        if (!is_shipped && !wm_cooling_reads(u->model, c->key))
            wm_diag_add(u->diags, WM_W918, place, wm_arena_printf(u->arena, "%s.%s", path, c->key),
                        "does nothing in a plant of type %s; %s reads it",
                        wm_cooling_type(u->model)->name, readers(u, c->key));
    }
}

/* Keys at the plant itself, and in an entry of the scenario's own or laid over a shipped one. */
static void check_plant(struct wm_arena *arena, const struct wm_catalog *catalog,
                        const struct wm_cooling *plant, const struct wm_json *node,
                        const char *path, struct wm_diags *diags)
{
    const struct unread u = {arena, diags, plant->model};
    check_keys(&u, node, path);
    check_keys(
        &u, wm_catalog_json(catalog, WM_CATALOG_cooling, plant->head.name),
        wm_arena_printf(arena, "%s.%s", wm_catalog_section(WM_CATALOG_cooling), plant->head.name));
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
            check_keys(&(struct unread){arena, diags, halls[i].cooling.model}, node, path);
    }
}
