/* Walking, copying and merging trees of struct wm_json. */
#include <string.h>

#include "wattmill/json.h"
#include "wattmill/require.h"

struct wm_json *wm_json_find(const struct wm_json *object, const char *key)
{
    if (object == NULL || object->type != WM_JSON_OBJECT)
        return NULL;
    for (struct wm_json *c = object->child; c != NULL; c = c->next)
        if (strcmp(c->key, key) == 0)
            return c;
    return NULL;
}

struct wm_json *wm_json_at(const struct wm_json *parent, size_t i)
{
    if (parent == NULL || i >= parent->n_children)
        return NULL;
    struct wm_json *c = parent->child;
    while (i-- > 0)
        c = c->next;
    return c;
}

struct wm_json *wm_json_new(struct wm_arena *arena, enum wm_json_type type,
                            const struct wm_place *place)
{
    struct wm_json *node = WM_NEW(arena, struct wm_json);
    node->type = type;
    if (place != NULL)
        node->place = *place;
    return node;
}

void wm_json_append(struct wm_json *parent, struct wm_json *child)
{
    WM_REQUIRE(parent->type == WM_JSON_ARRAY || child->key != NULL);
    child->next = NULL;
    if (parent->child == NULL)
        parent->child = child;
    else
        parent->last->next = child;
    parent->last = child;
    parent->n_children++;
}

static struct wm_json *copy_shallow(struct wm_arena *arena, const struct wm_json *from)
{
    struct wm_json *node = WM_NEW(arena, struct wm_json);
    *node = *from;
    node->child = node->last = node->next = NULL;
    node->n_children = 0;
    return node;
}

struct wm_json *wm_json_copy(struct wm_arena *arena, const struct wm_json *from)
{
    struct wm_json *node = copy_shallow(arena, from);
    for (const struct wm_json *c = from->child; c != NULL; c = c->next)
        wm_json_append(node, wm_json_copy(arena, c));
    return node;
}

/* Element of a list that has the same `name`, or NULL. */
static const struct wm_json *find_named(const struct wm_json *array, const struct wm_json *element)
{
    const struct wm_json *name = wm_json_find(element, "name");
    if (name == NULL || name->type != WM_JSON_STRING)
        return NULL;
    for (const struct wm_json *c = array->child; c != NULL; c = c->next) {
        const struct wm_json *other = wm_json_find(c, "name");
        if (other != NULL && other->type == WM_JSON_STRING && strcmp(other->text, name->text) == 0)
            return c;
    }
    return NULL;
}

static struct wm_json *merge_lists(struct wm_arena *arena, const struct wm_json *base,
                                   const struct wm_json *over)
{
    struct wm_json *node = copy_shallow(arena, over);
    for (const struct wm_json *o = over->child; o != NULL; o = o->next) {
        const struct wm_json *b = find_named(base, o);
        wm_json_append(node, b != NULL ? wm_json_merge(arena, b, o) : wm_json_copy(arena, o));
    }
    return node;
}

struct wm_json *wm_json_merge(struct wm_arena *arena, const struct wm_json *base,
                              const struct wm_json *over)
{
    if (base->type == WM_JSON_ARRAY && over->type == WM_JSON_ARRAY)
        return merge_lists(arena, base, over);
    if (base->type != WM_JSON_OBJECT || over->type != WM_JSON_OBJECT)
        return wm_json_copy(arena, over);

    struct wm_json *node = copy_shallow(arena, over);
    for (const struct wm_json *b = base->child; b != NULL; b = b->next) {
        const struct wm_json *o = wm_json_find(over, b->key);
        wm_json_append(node, o != NULL ? wm_json_merge(arena, b, o) : wm_json_copy(arena, b));
    }
    for (const struct wm_json *o = over->child; o != NULL; o = o->next)
        if (wm_json_find(base, o->key) == NULL)
            wm_json_append(node, wm_json_copy(arena, o));
    return node;
}

const char *wm_json_type_text(enum wm_json_type type)
{
    static const char *const texts[] = {
        [WM_JSON_NULL] = "null",       [WM_JSON_BOOL] = "true or false",
        [WM_JSON_NUMBER] = "a number", [WM_JSON_STRING] = "a string",
        [WM_JSON_ARRAY] = "an array",  [WM_JSON_OBJECT] = "an object"};
    return texts[type];
}

const char *wm_json_to_text(struct wm_arena *arena, const struct wm_json *value)
{
    struct wm_json_writer w = wm_json_writer_to_memory(arena, false);
    wm_json_write(&w, value);
    wm_json_finish(&w);
    return w.bytes;
}
