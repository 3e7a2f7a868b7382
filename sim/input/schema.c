/* JSON Schema (draft 2020-12) of a scenario file, from the same tables that read it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "wattmill/form.h"
#include "wattmill/version.h"

static void write_object(struct wm_json_writer *w, const struct wm_catalog *catalog,
                         const struct wm_field *fields, const char *extra_key, bool all_optional);

static void write_members(struct wm_json_writer *w, const struct wm_catalog *catalog,
                          const struct wm_field *fields, const char *extra_key, bool all_optional);

static void write_limits(struct wm_json_writer *w, const struct wm_field *f)
{
    if (isfinite(f->min))
        wm_json_member_number(w, "minimum", f->min);
    if (isfinite(f->max))
        wm_json_member_number(w, "maximum", f->max);
}

/* A number, or text with its unit. */
static void write_number(struct wm_json_writer *w, const struct wm_field *f, const char *type)
{
    wm_json_key(w, "type");
    wm_json_array_begin(w);
    wm_json_string(w, type);
    wm_json_string(w, "string");
    wm_json_array_end(w);
    write_limits(w, f);
}

static void write_words(struct wm_json_writer *w, const struct wm_field *f)
{
    wm_json_key(w, "enum");
    wm_json_array_begin(w);
    for (size_t i = 0; f->choices[i] != NULL; i++)
        wm_json_string(w, f->choices[i]);
    wm_json_array_end(w);
}

/* Known names for editors; a scenario may bring its own, so other strings are allowed too. */
static void write_names(struct wm_json_writer *w, const struct wm_catalog *catalog,
                        enum wm_catalog_kind kind)
{
    wm_json_object_begin(w);
    wm_json_member_string(w, "type", "string");
    wm_json_key(w, "examples");
    wm_json_array_begin(w);
    for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++)
        wm_json_string(w, wm_catalog_at(catalog, kind, i)->name);
    wm_json_array_end(w);
    wm_json_object_end(w);
}

static void write_any_of_names(struct wm_json_writer *w, const struct wm_catalog *catalog,
                               const struct wm_field *f)
{
    wm_json_key(w, "anyOf");
    wm_json_array_begin(w);
    write_names(w, catalog, f->catalog);
    if (f->kind == WM_KIND_PRESET)
        write_object(w, catalog, f->fields, "type", true);
    if (f->kind == WM_KIND_REFS) {
        wm_json_object_begin(w);
        wm_json_member_string(w, "type", "array");
        wm_json_member_integer(w, "minItems", 1);
        wm_json_key(w, "items");
        write_names(w, catalog, f->catalog);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

static void write_default(struct wm_json_writer *w, const struct wm_field *f)
{
    if (wm_field_is_required(f) || f->kind == WM_KIND_GROUP || f->kind == WM_KIND_LIST ||
        f->kind == WM_KIND_FILE || f->kind == WM_KIND_ZONE || f->kind == WM_KIND_REALS ||
        f->kind == WM_KIND_JSON)
        return;
    if (f->kind == WM_KIND_REAL || f->kind == WM_KIND_INT) {
        if (!isnan(f->def))
            wm_json_member_number(w, "default", f->def);
    } else if (f->kind == WM_KIND_FLAG) {
        wm_json_member_bool(w, "default", f->def != 0.0);
    } else if (f->kind == WM_KIND_COUNT && f->def_text[strspn(f->def_text, "0123456789")] == '\0') {
        wm_json_member_number(w, "default", (double)strtoll(f->def_text, NULL, 10));
    } else if (f->kind != WM_KIND_REF || f->def_text[0] != '\0') {
        wm_json_member_string(w, "default", f->def_text);
    }
}

/* An element with a name may extend the one of that name in the file that is extended. */
static void write_element(struct wm_json_writer *w, const struct wm_catalog *catalog,
                          const struct wm_field *fields)
{
    const bool is_named = strcmp(fields->key, "name") == 0;
    wm_json_object_begin(w);
    write_members(w, catalog, fields, NULL, is_named);
    if (is_named) {
        wm_json_key(w, "required");
        wm_json_array_begin(w);
        wm_json_string(w, "name");
        wm_json_array_end(w);
    }
    wm_json_object_end(w);
}

static const char *const zone_examples[] = {"America/Chicago", "America/New_York", "Europe/Berlin",
                                            "Asia/Kolkata",    "-06:00",           "UTC"};

static void write_type(struct wm_json_writer *w, const struct wm_catalog *catalog,
                       const struct wm_field *f)
{
    switch (f->kind) {
    case WM_KIND_REAL:
    case WM_KIND_INT:
        write_number(w, f, f->kind == WM_KIND_REAL ? "number" : "integer");
        break;
    case WM_KIND_FLAG:
        wm_json_member_string(w, "type", "boolean");
        break;
    case WM_KIND_CHOICE:
        write_words(w, f);
        break;
    case WM_KIND_COUNT:
        wm_json_key(w, "anyOf");
        wm_json_array_begin(w);
        wm_json_object_begin(w);
        write_number(w, f, "integer");
        wm_json_object_end(w);
        wm_json_object_begin(w);
        write_words(w, f);
        wm_json_object_end(w);
        wm_json_array_end(w);
        break;
    case WM_KIND_TEXT:
    case WM_KIND_FILE:
        wm_json_member_string(w, "type", "string");
        break;
    case WM_KIND_ZONE:
        wm_json_member_string(w, "type", "string");
        wm_json_key(w, "examples");
        wm_json_array_begin(w);
        for (size_t i = 0; i < sizeof zone_examples / sizeof *zone_examples; i++)
            wm_json_string(w, zone_examples[i]);
        wm_json_array_end(w);
        break;
    case WM_KIND_TIME:
        wm_json_member_string(w, "type", "string");
        wm_json_member_string(w, "pattern",
                              "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}"
                              "(:[0-9]{2}(\\.[0-9]+)?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?)?$");
        break;
    case WM_KIND_REALS:
        wm_json_member_string(w, "type", "array");
        wm_json_key(w, "items");
        wm_json_object_begin(w);
        write_number(w, f, "number");
        wm_json_object_end(w);
        wm_json_member_integer(w, "minItems", (int64_t)(f->size / sizeof(double)));
        wm_json_member_integer(w, "maxItems", (int64_t)(f->size / sizeof(double)));
        break;
    case WM_KIND_REF:
    case WM_KIND_REFS:
    case WM_KIND_PRESET:
        write_any_of_names(w, catalog, f);
        break;
    case WM_KIND_LIST:
        wm_json_member_string(w, "type", "array");
        wm_json_key(w, "items");
        write_element(w, catalog, f->fields);
        break;
    case WM_KIND_END:
    case WM_KIND_JSON:  /* any value */
    case WM_KIND_GROUP: /* a group's schema is its object, see write_property */
        break;
    }
}

static void write_property(struct wm_json_writer *w, const struct wm_catalog *catalog,
                           const struct wm_field *f, bool all_optional)
{
    wm_json_key(w, f->key);
    wm_json_object_begin(w);
    wm_json_member_string(w, "description", f->doc);
    if (f->kind == WM_KIND_REAL || f->kind == WM_KIND_REALS)
        wm_json_member_string(w, "x-unit", wm_unit_symbol(f->unit));
    if (f->usual_min < f->usual_max) {
        wm_json_key(w, "x-usual");
        wm_json_reals(w, (const double[]){f->usual_min, f->usual_max}, 2);
    }
    if (f->kind == WM_KIND_GROUP)
        write_members(w, catalog, f->fields, NULL, all_optional);
    else
        write_type(w, catalog, f);
    write_default(w, f);
    wm_json_object_end(w);
}

/* A group with a required key is itself required, unless the entry it overrides has it. */
static bool must_be_given(const struct wm_field *f)
{
    if (f->kind != WM_KIND_GROUP)
        return wm_field_is_required(f);
    for (const struct wm_field *g = f->fields; g->kind != WM_KIND_END; g++)
        if (must_be_given(g))
            return true;
    return false;
}

static void write_required(struct wm_json_writer *w, const struct wm_field *fields)
{
    wm_json_key(w, "required");
    wm_json_array_begin(w);
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++)
        if (must_be_given(f))
            wm_json_string(w, f->key);
    wm_json_array_end(w);
}

static void write_sections(struct wm_json_writer *w, const struct wm_catalog *catalog)
{
    for (int k = 0; k < WM_N_CATALOGS; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        wm_json_key(w, wm_catalog_section(kind));
        wm_json_object_begin(w);
        wm_json_member_string(w, "description", wm_catalog_summary(kind));
        wm_json_member_string(w, "type", "object");
        wm_json_key(w, "additionalProperties");
        write_object(w, catalog, wm_catalog_fields(kind), "base", true);
        wm_json_object_end(w);
    }
}

/* Every object may carry a planner's own words; some have a row for them. */
static void write_notes(struct wm_json_writer *w, const struct wm_field *fields)
{
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++)
        if (strcmp(f->key, "notes") == 0)
            return;
    wm_json_key(w, "notes");
    wm_json_object_begin(w);
    wm_json_member_string(w, "type", "string");
    wm_json_member_string(w, "description", "a planner's own words");
    wm_json_object_end(w);
}

/* Whether the rows are a document's, which may bring catalogue entries. */
static bool is_document(const struct wm_field *fields)
{
    for (size_t i = 0; wm_form_at(i) != NULL; i++)
        if (wm_form_at(i)->fields == fields)
            return true;
    return false;
}

static void write_members(struct wm_json_writer *w, const struct wm_catalog *catalog,
                          const struct wm_field *fields, const char *extra_key, bool all_optional)
{
    wm_json_member_string(w, "type", "object");
    wm_json_key(w, "properties");
    wm_json_object_begin(w);
    if (extra_key != NULL) {
        wm_json_key(w, extra_key);
        wm_json_object_begin(w);
        wm_json_member_string(w, "type", "string");
        wm_json_member_string(w, "description",
                              "the entry whose values are kept where no key is given");
        wm_json_object_end(w);
    }
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++)
        write_property(w, catalog, f, all_optional);
    write_notes(w, fields);
    if (is_document(fields))
        write_sections(w, catalog);
    wm_json_object_end(w);
    if (!all_optional)
        write_required(w, fields);
    wm_json_member_bool(w, "additionalProperties", false);
}

static void write_object(struct wm_json_writer *w, const struct wm_catalog *catalog,
                         const struct wm_field *fields, const char *extra_key, bool all_optional)
{
    wm_json_object_begin(w);
    write_members(w, catalog, fields, extra_key, all_optional);
    wm_json_object_end(w);
}

/* A scenario that extends another may leave the required keys to it. */
static void write_required_unless_extends(struct wm_json_writer *w, const struct wm_field *fields)
{
    wm_json_key(w, "if");
    wm_json_object_begin(w);
    wm_json_key(w, "not");
    wm_json_object_begin(w);
    wm_json_key(w, "required");
    wm_json_array_begin(w);
    wm_json_string(w, "extends");
    wm_json_array_end(w);
    wm_json_object_end(w);
    wm_json_object_end(w);
    wm_json_key(w, "then");
    wm_json_object_begin(w);
    write_required(w, fields);
    wm_json_object_end(w);
}

static enum wm_status write_document(struct wm_json_writer *w, const char *title,
                                     const struct wm_field *fields, bool may_extend)
{
    struct wm_arena *arena = wm_arena_begin();
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_catalog *catalog = NULL;
    const enum wm_status status = wm_catalog_load(arena, &catalog, &diags);

    wm_json_object_begin(w);
    wm_json_member_string(w, "$schema", "https://json-schema.org/draft/2020-12/schema");
    wm_json_member_string(w, "title", title);
    write_members(w, catalog, fields, NULL, may_extend);
    if (may_extend)
        write_required_unless_extends(w, fields);
    wm_json_object_end(w);
    wm_json_finish(w);
    wm_arena_close(arena);
    return status;
}

enum wm_status wm_schema_write(struct wm_json_writer *w, const struct wm_form *form)
{
    const bool is_site = form == &wm_site_form;
    char title[64];
    (void)snprintf(title, sizeof title, "wattmill %s", is_site ? "scenario" : form->name);
    return write_document(w, title, form->fields, true);
}

enum wm_status wm_schema_write_table(struct wm_json_writer *w, const char *title,
                                     const struct wm_field *fields)
{
    return write_document(w, title, fields, false);
}
