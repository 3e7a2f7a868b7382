/* Walking a table over an object: members, nested groups, lists, presets; unknown and missing keys. */
#include <string.h>

#include "fields.h"
#include "wattmill/form.h"
#include "wattmill/require.h"
#include "wattmill/suggest.h"

static bool read_object(struct wm_reader *r, const struct wm_field *fields,
                        const struct wm_json *object, const struct wm_place *where,
                        const struct wm_way *way, void *out);

/* What stands in the file, in words, for "required key missing". */
static const char *kind_text(const struct wm_field *f)
{
    static const char *const texts[] = {[WM_KIND_REAL] = "a number",
                                        [WM_KIND_INT] = "a whole number",
                                        [WM_KIND_FLAG] = "true or false",
                                        [WM_KIND_CHOICE] = "a word",
                                        [WM_KIND_COUNT] = "a whole number or a word",
                                        [WM_KIND_TEXT] = "a string",
                                        [WM_KIND_TIME] = "a date",
                                        [WM_KIND_REALS] = "an array of numbers",
                                        [WM_KIND_REF] = "a catalogue name",
                                        [WM_KIND_REFS] = "a catalogue name or an array of them",
                                        [WM_KIND_PRESET] = "a catalogue name or an object",
                                        [WM_KIND_GROUP] = "an object",
                                        [WM_KIND_FILE] = "the path of a file",
                                        [WM_KIND_ZONE] = "a time zone",
                                        [WM_KIND_LIST] = "an array of objects",
                                        [WM_KIND_JSON] = "a value"};
    return texts[f->kind];
}

static bool report_missing(struct wm_reader *r, const struct wm_field *f,
                           const struct wm_place *where, const struct wm_way *way)
{
    const bool has_unit = (f->kind == WM_KIND_REAL || f->kind == WM_KIND_REALS) &&
                          f->unit != WM_UNIT_NONE && f->unit != WM_UNIT_FRAC;
    wm_diag_add(r->diags, WM_E206, where, wm_way_text(r->arena, way),
                "required key missing: %s%s%s (%s)", kind_text(f), has_unit ? " in " : "",
                has_unit ? wm_unit_symbol(f->unit) : "", f->doc);
    return false;
}

/* Any object may carry the planner's own notes: kept among the inputs, they act on nothing. */
static bool read_notes(struct wm_reader *r, const struct wm_json *node, const struct wm_way *way)
{
    static const struct wm_field notes = {
        .kind = WM_KIND_TEXT, .key = "notes", .doc = "a planner's own words"};
    const struct wm_way here = {way, "notes", 0};
    if (node->type != WM_JSON_STRING) {
        wm_report_type(r, &notes, node, &here, "a string");
        return false;
    }
    wm_origin_keep(r, WM_UNIT_NONE, node, &here, wm_json_to_text(r->arena, node));
    return true;
}

/* At the top of a document: which other case has the key. */
static const char *elsewhere(struct wm_arena *arena, const struct wm_field *fields, const char *key)
{
    const char *names = "";
    bool is_document = false;
    for (size_t i = 0; wm_form_at(i) != NULL; i++) {
        const struct wm_form *const form = wm_form_at(i);
        is_document = is_document || form->fields == fields;
        if (wm_form_row(form, key) != NULL)
            names =
                wm_arena_printf(arena, "%s%s%s", names, names[0] != '\0' ? ", " : "", form->name);
    }
    return is_document && names[0] != '\0'
               ? wm_arena_printf(arena, "; it belongs to a document of case %s", names)
               : "";
}

static bool report_unknown(struct wm_reader *r, const struct wm_field *fields,
                           const struct wm_json *object, const struct wm_way *way)
{
    bool ok = true;
    for (const struct wm_json *c = object->child; c != NULL; c = c->next) {
        const struct wm_field *f = fields;
        while (f->kind != WM_KIND_END && strcmp(f->key, c->key) != 0)
            f++;
        if (f->kind != WM_KIND_END)
            continue;
        if (strcmp(c->key, "notes") == 0) {
            ok = read_notes(r, c, way) && ok;
            continue;
        }
        struct wm_suggest suggest = wm_suggest_init(c->key);
        for (f = fields; f->kind != WM_KIND_END; f++)
            wm_suggest_offer(&suggest, f->key);
        const struct wm_way here = {way, c->key, 0};
        const struct wm_place *place = c->key_place.file != NULL ? &c->key_place : &c->place;
        const char *const other = way == NULL ? elsewhere(r->arena, fields, c->key) : "";
        wm_diag_add(r->diags, WM_E202, place, wm_way_text(r->arena, &here), "unknown key%s",
                    other[0] != '\0' ? other : wm_suggest_text(r->arena, &suggest));
        ok = false;
    }
    return ok;
}

/* The object without its member `key`; the children are shared by shallow copies. */
static struct wm_json *without(struct wm_arena *arena, const struct wm_json *object,
                               const char *key)
{
    struct wm_json *rest = wm_json_new(arena, WM_JSON_OBJECT, &object->place);
    for (const struct wm_json *c = object->child; c != NULL; c = c->next)
        if (strcmp(c->key, key) != 0)
            wm_json_append(rest, wm_json_copy(arena, c));
    return rest;
}

/* Name of a preset's entry: the string itself, its "type", or the default; NULL after a report. */
static const char *preset_name(struct wm_reader *r, const struct wm_field *f,
                               const struct wm_json *node, const struct wm_place *where,
                               const struct wm_way *way)
{
    if (node != NULL && node->type == WM_JSON_STRING)
        return node->text;
    if (node != NULL && node->type != WM_JSON_OBJECT) {
        wm_report_type(r, f, node, way, "a catalogue name or an object");
        return NULL;
    }
    const struct wm_json *type = wm_json_find(node, "type");
    const struct wm_way here = {way, "type", 0};
    if (type != NULL && type->type != WM_JSON_STRING) {
        wm_report_type(r, f, type, &here, "a catalogue name");
        return NULL;
    }
    if (type != NULL)
        return type->text;
    if (f->def_text == NULL)
        report_missing(r, f, node != NULL ? &node->place : where, node != NULL ? &here : way);
    return f->def_text;
}

/* Of an entry that is not there: the mistakes in what is laid over it are told at once, over the default's values. */
static void read_without_entry(struct wm_reader *r, const struct wm_field *f, const struct wm_json *given,
                               const struct wm_place *where, const struct wm_way *way, void *member)
{
    const struct wm_json *const usual =
        f->def_text != NULL ? wm_catalog_json(r->catalog, f->catalog, f->def_text) : NULL;
    if (usual == NULL)
        (void)report_unknown(r, f->fields, given, way);
    else
        (void)read_object(r, f->fields, wm_json_merge(r->arena, usual, given), where, way, member);
}

/* The entry's JSON with the scenario's keys laid over it is read like any object. */
static bool read_preset(struct wm_reader *r, const struct wm_field *f, const struct wm_json *node,
                        const struct wm_place *where, const struct wm_way *way, void *member)
{
    if (node != NULL && wm_report_study(r, node, way))
        return false;
    const char *name = preset_name(r, f, node, where, way);
    if (name == NULL)
        return false;
    const struct wm_json *entry = wm_catalog_json(r->catalog, f->catalog, name);
    if (entry == NULL) {
        const struct wm_json *type = wm_json_find(node, "type");
        wm_report_no_entry(r, f->catalog, name,
                           type != NULL   ? &type->place
                           : node != NULL ? &node->place
                                          : where,
                           way);
        if (node != NULL && node->type == WM_JSON_OBJECT)
            read_without_entry(r, f, without(r->arena, node, "type"), where, way, member);
        return false;
    }
    const struct wm_json *whole = entry;
    if (node != NULL && node->type == WM_JSON_OBJECT)
        whole = wm_json_merge(r->arena, entry, without(r->arena, node, "type"));

    const struct wm_way type_way = {way, "type", 0};
    wm_origin_keep(r, WM_UNIT_NONE, node, &type_way, wm_arena_printf(r->arena, "\"%s\"", name));
    const struct wm_json *as_of = wm_json_find(entry, "as_of");
    struct wm_reader inner = *r;
    inner.entry = wm_arena_printf(r->arena, "catalogue %s@%s", name,
                                  as_of != NULL && as_of->text != NULL ? as_of->text : "");
    const bool ok = read_object(&inner, f->fields, whole, where, way, member);
    ((struct wm_catalog_head *)member)->name = name; /* every entry struct begins with its head */
    return ok;
}

static bool read_list(struct wm_reader *r, const struct wm_field *f, const struct wm_json *node,
                      const struct wm_way *way, void *member)
{
    if (node->type != WM_JSON_ARRAY) {
        wm_report_type(r, f, node, way, "an array of objects");
        return false;
    }
    char *items = wm_arena_alloc(r->arena, node->n_children, f->item_size);
    bool ok = true;
    size_t i = 0;
    for (const struct wm_json *c = node->child; c != NULL; c = c->next, i++) {
        const struct wm_way here = {way, NULL, i};
        if (c->type != WM_JSON_OBJECT) {
            wm_report_type(r, f, c, &here, "an object");
            ok = false;
            continue;
        }
        ok = read_object(r, f->fields, c, &c->place, &here, items + i * f->item_size) && ok;
    }
    const struct wm_list list = {items, node->n_children};
    memcpy(member, &list, sizeof list);
    return ok;
}

static bool read_group(struct wm_reader *r, const struct wm_field *f, const struct wm_json *node,
                       const struct wm_place *where, const struct wm_way *way, void *member)
{
    if (node != NULL && node->type != WM_JSON_OBJECT) {
        wm_report_type(r, f, node, way, "an object");
        return false;
    }
    return read_object(r, f->fields, node, where, way, member);
}

static bool read_field(struct wm_reader *r, const struct wm_field *f, const struct wm_json *node,
                       const struct wm_place *where, const struct wm_way *way, void *member)
{
    if (f->kind == WM_KIND_GROUP)
        return read_group(r, f, node, where, way, member);
    if (f->kind == WM_KIND_PRESET)
        return read_preset(r, f, node, where, way, member);
    if (node == NULL && wm_field_is_required(f))
        return report_missing(r, f, where, way);
    if (f->kind == WM_KIND_LIST)
        return node == NULL || read_list(r, f, node, way, member);
    return node != NULL ? wm_leaf_read(r, f, node, way, member)
                        : wm_leaf_default(r, f, where, way, member);
}

static bool read_object(struct wm_reader *r, const struct wm_field *fields,
                        const struct wm_json *object, const struct wm_place *where,
                        const struct wm_way *way, void *out)
{
    const struct wm_place *here_place = object != NULL ? &object->place : where;
    bool ok = object == NULL || report_unknown(r, fields, object, way);
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++) {
        const struct wm_way here = {way, f->key, 0};
        const struct wm_json *node = wm_json_find(object, f->key);
        ok = read_field(r, f, node, here_place, &here, (char *)out + f->offset) && ok;
    }
    return ok;
}

bool wm_fields_read(struct wm_reader *reader, const struct wm_field *fields,
                    const struct wm_json *object, const struct wm_place *where, const char *path,
                    void *out)
{
    const struct wm_way top = {NULL, path, 0};
    WM_REQUIRE(object == NULL || object->type == WM_JSON_OBJECT);
    return read_object(reader, fields, object, where, path[0] != '\0' ? &top : NULL, out);
}
