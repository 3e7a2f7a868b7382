/* `--set path=value` and `--catalog FILE`, applied to the JSON before it is read, so that every rule of the tables holds. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "foreign.h"
#include "wattmill/form.h"
#include "wattmill/input.h"
#include "wattmill/suggest.h"

#define MAX_INDEX_DIGITS 9
#define PATH_MAX_PARTS   24 /* no key of a scenario lies half as deep */
#define VALUE_MAX_DEPTH  32 /* so that what it becomes part of can still be written */

static const struct wm_place set_place = {.file = "--set"};

enum wm_status wm_override_parse(struct wm_arena *arena, const char *text, struct wm_override *out,
                                 struct wm_diags *diags)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        wm_diag_add(diags, WM_E103, &set_place, NULL,
                    "\"%s\": write path=value, such as site.ceiling.limit_mw=80", text);
        return WM_USAGE;
    }
    *out = (struct wm_override){
        .path = wm_arena_copy_text(arena, text, (size_t)(equals - text)),
        .value = wm_arena_copy_text(arena, equals + 1, strlen(equals + 1)),
    };
    return WM_OK;
}

static void put_place(struct wm_json *node, const struct wm_place *place)
{
    node->place = *place;
    if (node->key != NULL)
        node->key_place = *place;
    for (struct wm_json *c = node->child; c != NULL; c = c->next)
        put_place(c, place);
}

static int depth_of(const struct wm_json *node)
{
    int deepest = 0;
    for (const struct wm_json *c = node->child; c != NULL; c = c->next) {
        const int depth = depth_of(c);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

static struct wm_json *string_of(struct wm_arena *arena, const char *text)
{
    struct wm_json *const value = wm_json_new(arena, WM_JSON_STRING, &set_place);
    value->text = text;
    return value;
}

/* JSON when it is JSON, else the bare text as a string: `count=max_p` needs no quotes. */
static struct wm_json *parse_value(struct wm_arena *arena, const char *text)
{
    struct wm_json *value = NULL;
    struct wm_diags ignored = wm_diags_init(arena);
    if (wm_json_parse(arena, text, strlen(text), "--set", &value, &ignored) != WM_OK)
        value = string_of(arena, text);
    return value;
}

/* Names parted by commas as an array; one alone as a string. */
static struct wm_json *names_of(struct wm_arena *arena, const char *text)
{
    if (strchr(text, ',') == NULL)
        return string_of(arena, text);
    struct wm_json *const list = wm_json_new(arena, WM_JSON_ARRAY, &set_place);
    for (bool more = true; more;) {
        const size_t n = strcspn(text, ",");
        wm_json_append(list, string_of(arena, wm_arena_copy_text(arena, text, n)));
        more = text[n] == ',';
        text += n + 1;
    }
    return list;
}

/* What an option says, as its row takes it: a name is no number, whatever its digits. */
static struct wm_json *option_value(struct wm_arena *arena, const struct wm_field *row,
                                    const char *text)
{
    const bool is_text = row != NULL && (row->kind == WM_KIND_TEXT || row->kind == WM_KIND_REF ||
                                         row->kind == WM_KIND_PRESET ||
                                         row->kind == WM_KIND_CHOICE || row->kind == WM_KIND_FILE);
    if (row != NULL && row->kind == WM_KIND_REFS)
        return names_of(arena, text);
    return is_text ? string_of(arena, text) : parse_value(arena, text);
}

/* A way down a path, and the rows that belong to it as long as there are any. */
struct walk {
    struct wm_arena *arena;
    const char *path; /* the whole of it, for messages */
    const struct wm_place *place;
    struct wm_diags *diags;
    const struct wm_field *table; /* rows of the object or list stood on */
    const struct wm_field *field; /* row of the value stood on */
    enum wm_catalog_kind section; /* of the catalogue, when stood on one */
    const char *indexed;          /* the path so far, elements by index */
    bool is_new;
};

static void go(struct walk *w, const char *part)
{
    w->indexed =
        w->indexed[0] == '\0' ? part : wm_arena_printf(w->arena, "%s.%s", w->indexed, part);
}

static size_t segment_bytes(const char *path)
{
    return strcspn(path, ".");
}

/* Bytes of `path` that name the key of a member: the longest key that fits, as keys may hold dots. */
static size_t key_bytes(const struct wm_json *object, const char *path)
{
    size_t best = 0;
    for (const struct wm_json *c = object->child; c != NULL; c = c->next) {
        const size_t n = strlen(c->key);
        if (n > best && strncmp(c->key, path, n) == 0 && (path[n] == '.' || path[n] == '\0'))
            best = n;
    }
    return best > 0 ? best : segment_bytes(path);
}

static const char *name_of(const struct wm_json *element)
{
    const struct wm_json *name = wm_json_find(element, "name");
    return name != NULL && name->type == WM_JSON_STRING ? name->text : NULL;
}

/* Element of a list by name or index; sets the bytes used and the index; NULL when there is none. */
static struct wm_json *element(struct wm_json *array, const char *path, size_t *used, size_t *index)
{
    *index = 0;
    for (struct wm_json *c = array->child; c != NULL; c = c->next, ++*index) {
        const char *name = name_of(c);
        const size_t n = name != NULL ? strlen(name) : 0;
        if (n > 0 && strncmp(name, path, n) == 0 && (path[n] == '.' || path[n] == '\0')) {
            *used = n;
            return c;
        }
    }
    *used = segment_bytes(path);
    if (*used == 0 || *used > MAX_INDEX_DIGITS || strspn(path, "0123456789") != *used)
        return NULL;
    *index = (size_t)strtoul(path, NULL, 10);
    return wm_json_at(array, *index);
}

static bool report_element(const struct walk *w, const struct wm_json *array, const char *segment)
{
    struct wm_suggest suggest = wm_suggest_init(segment);
    for (const struct wm_json *c = array->child; c != NULL; c = c->next)
        if (name_of(c) != NULL)
            wm_suggest_offer(&suggest, name_of(c));
    wm_diag_add(w->diags, WM_E103, w->place, w->path,
                "no element \"%s\" in a list of %zu; use an index from 0 or its name%s", segment,
                array->n_children, wm_suggest_text(w->arena, &suggest));
    return false;
}

static void replace(struct wm_json *node, const struct wm_json *value)
{
    struct wm_json *const next = node->next;
    const char *const key = node->key;
    const struct wm_place key_place = node->key_place;
    *node = *value;
    node->next = next;
    node->key = key;
    node->key_place = key_place;
}

static struct wm_json *add_member(const struct walk *w, struct wm_json *object, const char *key)
{
    struct wm_json *child = wm_json_new(w->arena, WM_JSON_OBJECT, w->place);
    child->key = key;
    child->key_place = *w->place;
    wm_json_append(object, child);
    return child;
}

/* A preset given by name alone gains members: "dry-cooler" becomes {"type": "dry-cooler"}. */
static void string_to_object(struct wm_arena *arena, struct wm_json *node)
{
    struct wm_json *type = wm_json_new(arena, WM_JSON_STRING, &node->place);
    type->text = node->text;
    type->key = "type";
    type->key_place = node->place;
    node->type = WM_JSON_OBJECT;
    wm_json_append(node, type);
}

static bool check_sections(struct wm_arena *arena, const struct wm_json *root,
                           struct wm_diags *diags)
{
    bool ok = true;
    for (const struct wm_json *c = root->child; c != NULL; c = c->next) {
        if (wm_catalog_kind_of(c->key) != WM_CATALOG_NONE)
            continue;
        struct wm_suggest near = wm_suggest_init(c->key);
        for (int k = 0; k < WM_N_CATALOGS; k++)
            wm_suggest_offer(&near, wm_catalog_section((enum wm_catalog_kind)k));
        wm_diag_add(diags, WM_E202, &c->key_place, c->key, "no such catalogue section%s",
                    wm_suggest_text(arena, &near));
        ok = false;
    }
    return ok;
}

static enum wm_status load_catalog_file(struct wm_arena *arena, const char *path,
                                        struct wm_json **root, struct wm_diags *diags)
{
    const char *text = NULL;
    size_t n_bytes = 0;
    const enum wm_status read = wm_text_load(arena, path, &text, &n_bytes, diags);
    if (read != WM_OK)
        return read;
    const enum wm_status parsed = wm_json_parse(arena, text, n_bytes, path, root, diags);
    if (*root != NULL && (*root)->type != WM_JSON_OBJECT) {
        wm_diag_add(diags, WM_E205, &(*root)->place, NULL,
                    "a catalogue file is an object {...}, found %s",
                    wm_json_type_text((*root)->type));
        return WM_INVALID;
    }
    if (*root != NULL && wm_foreign_told(*root, diags))
        return WM_INVALID;
    return parsed == WM_OK && check_sections(arena, *root, diags) ? WM_OK : WM_INVALID;
}

enum wm_status wm_override_catalog(struct wm_arena *arena, const char *path,
                                   struct wm_override *out, struct wm_diags *diags)
{
    struct wm_json *root = NULL;
    *out = (struct wm_override){.value = path};
    return load_catalog_file(arena, path, &root, diags);
}

/* The scenario's own entries are laid over those of the file. */
static bool add_catalog(struct wm_arena *arena, struct wm_json *root, const char *path,
                        struct wm_diags *diags)
{
    struct wm_json *file = NULL;
    if (load_catalog_file(arena, path, &file, diags) != WM_OK)
        return false;
    for (const struct wm_json *section = file->child; section != NULL; section = section->next) {
        struct wm_json *own = wm_json_find(root, section->key);
        if (own == NULL)
            wm_json_append(root, wm_json_copy(arena, section));
        else
            replace(own, wm_json_merge(arena, section, own));
    }
    return true;
}

/* The rows follow the key: into a group, a list, an entry of the catalogue, or out of sight. */
static void follow_key(struct walk *w, const char *key)
{
    if (w->section != WM_CATALOG_NONE) {
        w->table = wm_catalog_fields(w->section);
        w->section = WM_CATALOG_NONE;
        return;
    }
    if (w->indexed[0] == '\0')
        w->section = wm_catalog_kind_of(key);
    const struct wm_field *f = w->table;
    while (f != NULL && f->kind != WM_KIND_END && strcmp(f->key, key) != 0)
        f++;
    if (f != NULL && f->kind == WM_KIND_END)
        f = w->field != NULL && w->field->kind == WM_KIND_PRESET && strcmp(key, "type") == 0
                ? w->field
                : NULL;
    w->field = f;
    w->table = f != NULL ? f->fields : NULL;
}

static struct wm_json *step(struct walk *w, struct wm_json *node, const char *path, size_t *used)
{
    if (node->type == WM_JSON_STRING)
        string_to_object(w->arena, node);
    if (node->type == WM_JSON_ARRAY) {
        size_t index = 0;
        struct wm_json *const next = element(node, path, used, &index);
        w->field = NULL;
        go(w, wm_arena_printf(w->arena, "%zu", index));
        if (next == NULL)
            report_element(w, node, wm_arena_copy_text(w->arena, path, *used));
        return next;
    }
    if (node->type != WM_JSON_OBJECT) {
        wm_diag_add(w->diags, WM_E103, w->place, w->path,
                    "leads into %s at \"%s\", which has no parts", wm_json_type_text(node->type),
                    path);
        return NULL;
    }
    *used = key_bytes(node, path);
    if (*used == 0) {
        wm_diag_add(w->diags, WM_E103, w->place, w->path, "has an empty part");
        return NULL;
    }
    const char *key = wm_arena_copy_text(w->arena, path, *used);
    struct wm_json *const next = wm_json_find(node, key);
    follow_key(w, key);
    go(w, key);
    w->is_new = next == NULL;
    return next != NULL ? next : add_member(w, node, key);
}

bool wm_override_target(struct wm_arena *arena, struct wm_json *root, const char *path,
                        const struct wm_place *place, struct wm_target *out, struct wm_diags *diags)
{
    const struct wm_form *const form = wm_form_of(arena, root, NULL);
    struct walk w = {.arena = arena,
                     .path = path,
                     .place = place,
                     .diags = diags,
                     .table = (form != NULL ? form : &wm_site_form)->fields,
                     .section = WM_CATALOG_NONE,
                     .indexed = ""};
    struct wm_json *node = root;
    int depth = 0;
    for (bool more = true; more;) {
        size_t used = 0;
        if (++depth > PATH_MAX_PARTS) {
            wm_diag_add(diags, WM_E103, place, NULL, "\"%.60s...\" has more than %d parts", w.path,
                        PATH_MAX_PARTS);
            return false;
        }
        node = step(&w, node, path, &used);
        if (node == NULL)
            return false;
        more = path[used] == '.';
        path += used + (more ? 1 : 0);
    }
    *out = (struct wm_target){node, w.field, w.indexed, w.is_new};
    return true;
}

/* `--set site.tariff.type=X`: what the file sets for another type goes with it; other --set stay. */
static void drop_old_type(struct wm_arena *arena, struct wm_json *root, const char *path,
                          const struct wm_target *target, const struct wm_json *value)
{
    static const char type[] = ".type";
    const size_t n = strlen(path), n_type = strlen(type);
    const struct wm_field *const f = target->field;
    if (f == NULL || f->kind != WM_KIND_PRESET || n <= n_type ||
        strcmp(path + n - n_type, type) != 0 || value->type != WM_JSON_STRING)
        return;
    const char *const before =
        target->is_new || target->node->type != WM_JSON_STRING ? f->def_text : target->node->text;
    struct wm_target up;
    struct wm_diags ignored = wm_diags_init(arena);
    if ((before != NULL && strcmp(before, value->text) == 0) ||
        !wm_override_target(arena, root, wm_arena_copy_text(arena, path, n - n_type), &set_place,
                            &up, &ignored))
        return;
    struct wm_json *const own = up.node;
    struct wm_json *c = own->child;
    own->child = NULL;
    own->n_children = 0;
    for (struct wm_json *next; c != NULL; c = next) {
        next = c->next;
        c->next = NULL;
        const bool is_set = c->place.file != NULL && strcmp(c->place.file, set_place.file) == 0;
        if (is_set || strcmp(c->key, "type") == 0)
            wm_json_append(own, c);
    }
}

/* Another `type` in the file that extends: what the base sets for its own does not hold. */
void wm_preset_retype(struct wm_arena *arena, const struct wm_field *fields, struct wm_json *base,
                      const struct wm_json *over)
{
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++) {
        struct wm_json *const b = wm_json_find(base, f->key);
        const struct wm_json *const o = wm_json_find(over, f->key);
        if (b == NULL || o == NULL || b->type != WM_JSON_OBJECT || o->type != WM_JSON_OBJECT)
            continue;
        if (f->kind == WM_KIND_GROUP)
            wm_preset_retype(arena, f->fields, b, o);
        const struct wm_json *const was = wm_json_find(b, "type"), *const is =
                                                                       wm_json_find(o, "type");
        const char *const before = was != NULL ? was->text : f->def_text;
        if (f->kind == WM_KIND_PRESET && is != NULL && is->text != NULL && before != NULL &&
            strcmp(is->text, before) != 0)
            replace(b, wm_json_new(arena, WM_JSON_OBJECT, &b->place));
    }
}

bool wm_override_apply(struct wm_arena *arena, struct wm_json *root, const struct wm_override *set,
                       struct wm_diags *diags)
{
    if (set->path == NULL)
        return add_catalog(arena, root, set->value, diags);
    const struct wm_place place = {.file = set->option != NULL ? set->option : set_place.file};
    struct wm_target target;
    if (!wm_override_target(arena, root, set->path, &place, &target, diags))
        return false;
    struct wm_json *const value = set->option != NULL
                                      ? option_value(arena, target.field, set->value)
                                      : parse_value(arena, set->value);
    put_place(value, &place);
    if (depth_of(value) > VALUE_MAX_DEPTH) {
        wm_diag_add(diags, WM_E103, &place, set->path, "is nested more than %d deep",
                    VALUE_MAX_DEPTH);
        return false;
    }
    drop_old_type(arena, root, set->path, &target, value);
    replace(target.node, value);
    return true;
}
