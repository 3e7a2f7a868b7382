/* OpenAPI 3.1 of the API: routes from routes.def, bodies from their tables. */
#include <string.h>

#include "routes.h"
#include "wattmill/version.h"

const struct wm_field body_openapi[] = {WM_FIELD_END};

static void member(struct wm_json_writer *w, const char *key)
{
    wm_json_key(w, key);
    wm_json_object_begin(w);
}

static void write_type(struct wm_json_writer *w, const struct wm_field *f)
{
    static const char *const types[] = {
        [WM_KIND_REAL] = "number", [WM_KIND_INT] = "integer",   [WM_KIND_FLAG] = "boolean",
        [WM_KIND_TEXT] = "string", [WM_KIND_CHOICE] = "string",
    };
    if ((size_t)f->kind < sizeof types / sizeof *types && types[f->kind] != NULL)
        wm_json_member_string(w, "type", types[f->kind]);
    if (f->kind == WM_KIND_REAL || f->kind == WM_KIND_INT) {
        wm_json_member_number(w, "minimum", f->min);
        wm_json_member_number(w, "maximum", f->max);
        wm_json_member_number(w, "default", f->def);
    }
    if (strcmp(f->key, "scenario") == 0) {
        wm_json_key(w, "anyOf");
        wm_json_array_begin(w);
        wm_json_object_begin(w);
        wm_json_member_string(w, "$ref", "scenario.schema.json");
        wm_json_object_end(w);
        wm_json_object_begin(w);
        wm_json_member_string(w, "type", "string");
        wm_json_object_end(w);
        wm_json_array_end(w);
    }
}

static void write_body(struct wm_json_writer *w, const struct wm_field *fields)
{
    member(w, "requestBody");
    member(w, "content");
    member(w, "application/json");
    member(w, "schema");
    wm_json_member_string(w, "type", "object");
    member(w, "properties");
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++) {
        member(w, f->key);
        wm_json_member_string(w, "description", f->doc);
        write_type(w, f);
        wm_json_object_end(w);
    }
    wm_json_object_end(w);
    wm_json_member_bool(w, "additionalProperties", false);
    for (int i = 0; i < 4; i++)
        wm_json_object_end(w);
}

static void write_response(struct wm_json_writer *w, const char *status, const char *text)
{
    member(w, status);
    wm_json_member_string(w, "description", text);
    wm_json_object_end(w);
}

static void write_responses(struct wm_json_writer *w, const struct route *r)
{
    member(w, "responses");
    write_response(w, "200", r->summary);
    write_response(w, "401", "the token is missing or wrong");
    member(w, "default");
    wm_json_member_string(
        w, "description",
        "the command's exit status and diagnostics: 400 no JSON or unknown key, 422 "
        "invalid or infeasible, 409 superseded, 413 too large, 503 busy, too late "
        "or ending");
    member(w, "content");
    member(w, "application/json");
    member(w, "schema");
    wm_json_member_string(w, "$ref", "#/components/schemas/Refusal");
    for (int i = 0; i < 5; i++)
        wm_json_object_end(w);
}

static void write_parameters(struct wm_json_writer *w, const struct route *r)
{
    if (strchr(r->path, '*') == NULL)
        return;
    wm_json_key(w, "parameters");
    wm_json_array_begin(w);
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", "name");
    wm_json_member_string(w, "in", "path");
    wm_json_member_bool(w, "required", true);
    member(w, "schema");
    wm_json_member_string(w, "type", "string");
    wm_json_object_end(w);
    wm_json_object_end(w);
    wm_json_array_end(w);
}

static void write_operation(struct wm_json_writer *w, const struct route *r)
{
    member(w, strcmp(r->method, "GET") == 0 ? "get" : "post");
    wm_json_member_string(w, "summary", r->summary);
    write_parameters(w, r);
    if (strcmp(r->method, "GET") != 0)
        write_body(w, r->body);
    write_responses(w, r);
    wm_json_object_end(w);
}

static void write_paths(struct wm_json_writer *w)
{
    member(w, "paths");
    for (size_t i = 0; route_at(i) != NULL; i++) {
        const struct route *const r = route_at(i);
        char path[80];
        const bool is_first = i == 0 || strcmp(route_at(i - 1)->path, r->path) != 0;
        const char *const star = strchr(r->path, '*');
        if (star != NULL)
            (void)snprintf(path, sizeof path, "/v1/%.*s{name}%s", (int)(star - r->path), r->path,
                           star + 1);
        else
            (void)snprintf(path, sizeof path, "/v1/%s", r->path);
        if (is_first)
            member(w, path);
        write_operation(w, r);
        if (route_at(i + 1) == NULL || strcmp(route_at(i + 1)->path, r->path) != 0)
            wm_json_object_end(w);
    }
    wm_json_object_end(w);
}

/* A key of an object schema. */
static void property(struct wm_json_writer *w, const char *key, const char *type, const char *text)
{
    member(w, key);
    wm_json_member_string(w, "type", type);
    wm_json_member_string(w, "description", text);
    wm_json_object_end(w);
}

static void write_components(struct wm_json_writer *w)
{
    member(w, "components");
    member(w, "securitySchemes");
    member(w, "token");
    wm_json_member_string(w, "type", "http");
    wm_json_member_string(w, "scheme", "bearer");
    wm_json_object_end(w);
    wm_json_object_end(w);
    member(w, "schemas");
    member(w, "Refusal");
    wm_json_member_string(w, "type", "object");
    member(w, "properties");
    property(w, "exit", "integer", "exit status of the command");
    property(w, "status", "string", "the same in words");
    member(w, "messages");
    wm_json_member_string(w, "type", "array");
    member(w, "items");
    wm_json_member_string(w, "type", "object");
    member(w, "properties");
    property(w, "code", "string", "docs/errors.md");
    property(w, "file", "string", "where the mistake stands");
    property(w, "line", "integer", "from 1");
    property(w, "column", "integer", "from 1");
    property(w, "path", "string", "key, from the top of the document");
    property(w, "text", "string", "value, rule and remedy");
    for (int i = 0; i < 7; i++)
        wm_json_object_end(w);
}

void wm_openapi_write(struct wm_json_writer *w)
{
    wm_json_object_begin(w);
    wm_json_member_string(w, "openapi", "3.1.0");
    member(w, "info");
    wm_json_member_string(w, "title", "wattmill serve");
    wm_json_member_string(w, "version", WM_VERSION);
    wm_json_member_string(
        w, "description",
        "JSON API of a wattmill on this machine; paths follow the address that `wattmill "
        "serve` prints.");
    wm_json_object_end(w);
    wm_json_key(w, "security");
    wm_json_array_begin(w);
    wm_json_object_begin(w);
    wm_json_key(w, "token");
    wm_json_array_begin(w);
    wm_json_array_end(w);
    wm_json_object_end(w);
    wm_json_array_end(w);
    write_paths(w);
    write_components(w);
    wm_json_object_end(w);
    wm_json_finish(w);
}

enum wm_status route_openapi(struct call *call, FILE *out)
{
    (void)call;
    struct wm_json_writer w = wm_json_writer_to_file(out);
    wm_openapi_write(&w);
    return WM_OK;
}
