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

void wm_check_unread(struct wm_arena *arena, const struct wm_json *root,
                     const struct wm_catalog *catalog, const struct wm_scenario *scenario,
                     struct wm_diags *diags)
{
    const struct wm_cooling *const plant = &scenario->site.cooling;
    const struct unread u = {arena, diags, plant->model};
    check_keys(&u, wm_json_find(wm_json_find(root, "site"), "cooling"), "site.cooling");
    /* an entry of the scenario's own, or keys that it lays over a shipped one */
    check_keys(
        &u, wm_catalog_json(catalog, WM_CATALOG_cooling, plant->head.name),
        wm_arena_printf(arena, "%s.%s", wm_catalog_section(WM_CATALOG_cooling), plant->head.name));
}
