/* An entry of the catalogue as rows for a person: key, value, unit, where from. */
#include <math.h>
#include <string.h>

#include "fields.h"

struct cells {
    struct wm_arena *arena;
    struct wm_catalog_cell *items;
    size_t n, capacity;
};

static void add(struct cells *c, const struct wm_catalog_cell *cell)
{
    if (c->n == c->capacity) {
        const size_t capacity = c->capacity == 0 ? 64 : 2 * c->capacity;
        struct wm_catalog_cell *items = WM_NEW_ARRAY(c->arena, struct wm_catalog_cell, capacity);
        if (c->n > 0)
            memcpy(items, c->items, c->n * sizeof *items);
        c->items = items;
        c->capacity = capacity;
    }
    c->items[c->n++] = *cell;
}

/* The default as JSON text; NULL when the row has none. */
static const char *default_text(struct wm_arena *arena, const struct wm_field *f)
{
    char text[32];
    if (f->kind == WM_KIND_FLAG)
        return f->def != 0.0 ? "true" : "false";
    if (f->kind == WM_KIND_REAL || f->kind == WM_KIND_INT)
        return isnan(f->def) ? NULL
                             : wm_arena_printf(arena, "%s", wm_json_number_text(f->def, text));
    if (f->def_text == NULL || f->def_text[0] == '\0')
        return NULL;
    struct wm_json_writer w = wm_json_writer_to_memory(arena, false);
    wm_json_string(&w, f->def_text);
    return w.bytes;
}

static bool is_head(const struct wm_field *f)
{
    return f->offset < sizeof(struct wm_catalog_head);
}

static void walk(struct cells *c, const struct wm_field *fields, const struct wm_json *object,
                 const char *prefix, bool top)
{
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++) {
        if (top && is_head(f))
            continue;
        const struct wm_json *node = wm_json_find(object, f->key);
        const char *key = wm_arena_printf(c->arena, "%s%s", prefix, f->key);
        if (f->kind == WM_KIND_GROUP) {
            walk(c, f->fields, node, wm_arena_printf(c->arena, "%s.", key), false);
            continue;
        }
        const char *value =
            node != NULL ? wm_json_to_text(c->arena, node) : default_text(c->arena, f);
        if (value == NULL)
            continue;
        const bool has_unit = f->kind == WM_KIND_REAL || f->kind == WM_KIND_REALS;
        add(c, &(struct wm_catalog_cell){.key = key,
                                         .value = value,
                                         .unit = has_unit ? wm_unit_symbol(f->unit) : "",
                                         .origin = node != NULL ? "entry" : "default",
                                         .doc = f->doc});
    }
}

size_t wm_catalog_cells(struct wm_arena *arena, const struct wm_catalog *catalog,
                        enum wm_catalog_kind kind, const char *name,
                        const struct wm_catalog_cell **out)
{
    struct cells c = {.arena = arena};
    const struct wm_json *json = wm_catalog_json(catalog, kind, name);
    if (json != NULL)
        walk(&c, wm_catalog_fields(kind), json, "", true);
    *out = c.items;
    return c.n;
}
