/*
 * Reading: json_scan.c proves the text strict and records places, cJSON decodes it, and the two are
 * joined here into our own tree. The only file that knows cJSON.
 */
#include "wattmill/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_scan.h"
#include "wattmill/require.h"

/* The way down to the value being built, for messages. */
struct way {
    const struct way *up;
    const char *key; /* NULL: array element */
    size_t index;
};

struct build {
    struct wm_arena *arena;
    struct wm_diags *diags;
    const struct wm_json_marks *marks;
    size_t i_mark;
    const char *file;
    bool ok;        /* no duplicate key */
    bool is_finite; /* every number fits */
};

static const char *way_text(struct wm_arena *arena, const struct way *way)
{
    if (way == NULL)
        return "";
    const char *up = way_text(arena, way->up);
    const char *dot = up[0] == '\0' ? "" : ".";
    if (way->key != NULL)
        return wm_arena_printf(arena, "%s%s%s", up, dot, way->key);
    return wm_arena_printf(arena, "%s%s%zu", up, dot, way->index);
}

static struct wm_place take_mark(struct build *b)
{
    WM_REQUIRE(b->i_mark < b->marks->n);
    const struct wm_json_mark m = b->marks->items[b->i_mark++];
    return (struct wm_place){b->file, m.line, m.column};
}

struct keyed {
    struct wm_json *node;
    size_t order;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    const int sign = strcmp(x->node->key, y->node->key);
    if (sign != 0)
        return sign;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Reports every key that stood before and takes it out, so that the first one counts. */
static void drop_duplicates(struct build *b, struct wm_json *object, const struct way *way)
{
    if (object->n_children < 2)
        return;
    struct keyed *list = WM_NEW_ARRAY(b->arena, struct keyed, object->n_children);
    size_t n = 0;
    for (struct wm_json *c = object->child; c != NULL; c = c->next, n++)
        list[n] = (struct keyed){c, n};
    qsort(list, n, sizeof *list, by_key);

    bool found = false;
    for (size_t i = 1; i < n; i++) {
        const size_t first = i - 1;
        for (; i < n && strcmp(list[first].node->key, list[i].node->key) == 0; i++) {
            struct wm_json *twin = list[i].node;
            const struct way here = {way, twin->key, 0};
            wm_diag_add(b->diags, WM_E203, &twin->key_place, way_text(b->arena, &here),
                        "key given twice, first at line %d, column %d",
                        list[first].node->key_place.line, list[first].node->key_place.column);
            twin->key = NULL; /* marks it for removal below */
            found = true;
        }
    }
    if (!found)
        return;

    b->ok = false;
    struct wm_json *kept = object->child;
    object->child = object->last = NULL;
    object->n_children = 0;
    while (kept != NULL) {
        struct wm_json *next = kept->next;
        if (kept->key != NULL)
            wm_json_append(object, kept);
        kept = next;
    }
}

static struct wm_json *build_value(struct build *b, const cJSON *from, const struct way *way);

static void build_children(struct build *b, struct wm_json *parent, const cJSON *from,
                           const struct way *way)
{
    size_t index = 0;
    for (const cJSON *c = from->child; c != NULL; c = c->next, index++) {
        const bool member = parent->type == WM_JSON_OBJECT;
        const struct wm_place key_place = member ? take_mark(b) : (struct wm_place){0};
        const char *key =
            member ? wm_arena_copy_text(b->arena, c->string, strlen(c->string)) : NULL;
        const struct way here = {way, key, index};
        struct wm_json *child = build_value(b, c, &here);
        child->key = key;
        child->key_place = key_place;
        wm_json_append(parent, child);
    }
}

static struct wm_json *build_value(struct build *b, const cJSON *from, const struct way *way)
{
    const struct wm_place place = take_mark(b);
    struct wm_json *node = wm_json_new(b->arena, WM_JSON_NULL, &place);
    if (cJSON_IsBool(from)) {
        node->type = WM_JSON_BOOL;
        node->flag = cJSON_IsTrue(from) != 0;
    } else if (cJSON_IsNumber(from)) {
        char buf[32];
        node->type = WM_JSON_NUMBER;
        node->number = from->valuedouble;
        const char *text = wm_json_number_text(from->valuedouble, buf);
        node->text = wm_arena_copy_text(b->arena, text, strlen(text));
        if (!isfinite(node->number)) {
            wm_diag_add(b->diags, WM_E201, &place, way_text(b->arena, way),
                        "the number does not fit a double (largest 1.8e308)");
            b->is_finite = false;
        }
    } else if (cJSON_IsString(from)) {
        node->type = WM_JSON_STRING;
        node->text = wm_arena_copy_text(b->arena, from->valuestring, strlen(from->valuestring));
    } else if (cJSON_IsArray(from)) {
        node->type = WM_JSON_ARRAY;
        build_children(b, node, from, way);
    } else if (cJSON_IsObject(from)) {
        node->type = WM_JSON_OBJECT;
        build_children(b, node, from, way);
        drop_duplicates(b, node, way);
    }
    return node;
}

enum wm_status wm_json_parse(struct wm_arena *arena, const char *text, size_t n_bytes,
                             const char *file, struct wm_json **out, struct wm_diags *diags)
{
    *out = NULL;
    struct wm_json_marks marks = {0};
    const char *name = wm_arena_copy_text(arena, file, strlen(file));
    if (!wm_json_scan(arena, text, n_bytes, name, &marks, diags))
        return WM_INVALID;

    cJSON *root = cJSON_ParseWithLength(text, n_bytes);
    if (root == NULL)
        wm_arena_give_up(arena); /* the text is strict JSON, so only memory can have failed */
    struct build b = {.arena = arena,
                      .diags = diags,
                      .marks = &marks,
                      .file = name,
                      .ok = true,
                      .is_finite = true};
    struct wm_json *tree = build_value(&b, root, NULL);
    cJSON_Delete(root);
    if (b.is_finite)
        *out = tree;
    return b.ok && b.is_finite ? WM_OK : WM_INVALID;
}
