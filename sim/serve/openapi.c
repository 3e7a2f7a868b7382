/* OpenAPI 3.1 of the API: routes from routes.def, bodies from their tables. */
#include <string.h>

#include "routes.h"
#include "wattmill/column.h"
#include "wattmill/results.h"
#include "wattmill/version.h"

const struct wm_field body_openapi[] = {WM_FIELD_END};

static void member(struct wm_json_writer *w, const char *key)
{
    wm_json_key(w, key);
    wm_json_object_begin(w);
}

/* What a member that is any JSON may be. */
static const struct {
    const char *key;
    const char *types[3];
} shapes[] = {
    {"set", {"object", "array", NULL}},
    {"sides", {"array", NULL}},
    {"metrics", {"array", NULL}},
    {"base", {"object", NULL}},
    {"vary", {"object", NULL}},
    {"subject", {"array", NULL}},
    {"study", {"object", "string", NULL}},
};

static void write_shapes(struct wm_json_writer *w, const char *const *types)
{
    wm_json_key(w, "type");
    wm_json_array_begin(w);
    for (size_t i = 0; types[i] != NULL; i++)
        wm_json_string(w, types[i]);
    wm_json_array_end(w);
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
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (f->kind == WM_KIND_JSON && strcmp(f->key, shapes[i].key) == 0)
            write_shapes(w, shapes[i].types);
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

static void refer(struct wm_json_writer *w, const char *name)
{
    char path[80];
    (void)snprintf(path, sizeof path, "#/components/schemas/%s", name);
    wm_json_member_string(w, "$ref", path);
}

/* The answer: a file or a stream, or JSON of a schema where it has one. */
static void write_answer(struct wm_json_writer *w, const struct route *r)
{
    const bool is_media = strchr(r->answer, '/') != NULL;
    member(w, "200");
    wm_json_member_string(w, "description", r->summary);
    member(w, "headers");
    member(w, "Wattmill-Exit");
    wm_json_member_string(w, "description", "exit status of the command");
    member(w, "schema");
    wm_json_member_string(w, "type", "integer");
    for (int i = 0; i < 3; i++)
        wm_json_object_end(w);
    member(w, "content");
    member(w, is_media ? r->answer : "application/json");
    member(w, "schema");
    if (is_media)
        wm_json_member_string(w, "type", "string");
    else if (strcmp(r->answer, "json") != 0)
        refer(w, r->answer);
    else
        wm_json_member_string(w, "type", "object");
    for (int i = 0; i < 4; i++)
        wm_json_object_end(w);
}

static void write_responses(struct wm_json_writer *w, const struct route *r)
{
    member(w, "responses");
    write_answer(w, r);
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
    refer(w, "Refusal");
    for (int i = 0; i < 5; i++)
        wm_json_object_end(w);
}

static void write_parameter(struct wm_json_writer *w, const char *name, const char *in,
                            const char *text)
{
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", name);
    wm_json_member_string(w, "in", in);
    wm_json_member_string(w, "description", text);
    if (strcmp(in, "path") == 0)
        wm_json_member_bool(w, "required", true);
    member(w, "schema");
    wm_json_member_string(w, "type", "string");
    wm_json_object_end(w);
    wm_json_object_end(w);
}

static void write_parameters(struct wm_json_writer *w, const struct route *r)
{
    const bool is_post = strcmp(r->method, "GET") != 0;
    if (strchr(r->path, '*') == NULL && !is_post)
        return;
    wm_json_key(w, "parameters");
    wm_json_array_begin(w);
    if (strchr(r->path, '*') != NULL)
        write_parameter(w, "name", "path", "file name of a store, such as prices.sqlite");
    if (is_post)
        write_parameter(w, "channel", "query",
                        "a newer request of the same name cancels the older ones, which are "
                        "answered 409");
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

/* An array of objects whose figures are rows of a table, behind texts that name them. */
static void rows(struct wm_json_writer *w, const char *key, const char *text,
                 const struct wm_column *columns, const char *const *texts)
{
    member(w, key);
    wm_json_member_string(w, "type", "array");
    wm_json_member_string(w, "description", text);
    member(w, "items");
    wm_json_member_string(w, "type", "object");
    member(w, "properties");
    for (size_t i = 0; texts[i] != NULL; i++)
        property(w, texts[i], "string", "");
    for (const struct wm_column *c = columns; c->key != NULL; c++) {
        member(w, c->key);
        wm_json_member_string(w, "type", c->is_count ? "integer" : "number");
        wm_json_member_string(w, "description", c->doc);
        wm_json_member_string(w, "x-unit", wm_unit_symbol(c->unit));
        wm_json_object_end(w);
    }
    for (int i = 0; i < 3; i++)
        wm_json_object_end(w);
}

/* Every metric: absent where it was not computed. */
static void metrics(struct wm_json_writer *w)
{
    member(w, "metrics");
    wm_json_member_string(w, "type", "object");
    wm_json_member_string(w, "description", "docs/metrics.md; one that was not computed is absent");
    member(w, "properties");
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        member(w, info->key);
        refer(w, "Figure");
        wm_json_member_string(w, "description", info->doc);
        wm_json_member_string(w, "x-unit", wm_unit_symbol(info->unit));
        wm_json_object_end(w);
    }
    wm_json_object_end(w);
    wm_json_object_end(w);
}

static void begin_schema(struct wm_json_writer *w, const char *name)
{
    member(w, name);
    wm_json_member_string(w, "type", "object");
    member(w, "properties");
}

static void end_schema(struct wm_json_writer *w)
{
    wm_json_object_end(w);
    wm_json_object_end(w);
}

static void list_of(struct wm_json_writer *w, const char *key, const char *name)
{
    member(w, key);
    wm_json_member_string(w, "type", "array");
    member(w, "items");
    refer(w, name);
    wm_json_object_end(w);
    wm_json_object_end(w);
}

static void result_schema(struct wm_json_writer *w)
{
    static const char *const class_texts[] = {"name", "kind", "pool", "llm", NULL},
                             *const pool_texts[] = {"name",        "accelerator", "workload",
                                                    "parallelism", "maturity",    NULL},
                             *const hall_texts[] = {"name", "cooling", "power_chain", "racks_by",
                                                    NULL},
                             *const month_texts[] = {"month", NULL}, *const no_texts[] = {NULL};
    begin_schema(w, "Result");
    property(w, "name", "string", "of the scenario");
    property(w, "headline", "object", "leads: what must be read first; price_path; limit");
    list_of(w, "inputs", "Input");
    metrics(w);
    property(w, "yearly", "array", "the pro-forma; year 0 holds the first capital");
    property(w, "yearly_range", "array", "P10, P50 and P90 of the cumulated present value");
    rows(w, "simulated_years", "years of the run", wm_year_columns, no_texts);
    rows(w, "classes", "figures of each workload", wm_class_columns, class_texts);
    rows(w, "pools", "figures of each pool", wm_pool_columns, pool_texts);
    rows(w, "halls", "figures of each hall, where the site names its halls", wm_hall_columns,
         hall_texts);
    rows(w, "bill", "months on the site's clock; lines: what each is made of", wm_month_columns,
         month_texts);
    property(w, "ledger", "array", "lines with the definitions of OpEx that count them");
    property(w, "energy", "array", "MWh by use");
    property(w, "balances", "array", "what went in, what came out, the residual");
    list_of(w, "messages", "Message");
    property(w, "stamp", "object", "version, hashes and seed: equal stamps, equal results");
    property(w, "charts", "object", "where it was asked for: duration, days, heat");
    end_schema(w);
}

static void job_schema(struct wm_json_writer *w)
{
    begin_schema(w, "Job");
    property(w, "store", "string", "file of the folder that keeps its points");
    property(w, "kind", "string", "study or optimise");
    property(w, "state", "string", "running, done, stopped or failed");
    property(w, "n_done", "integer", "points that are in the store");
    property(w, "n_total", "integer", "points of the study; of a search at most");
    property(w, "n_failed", "integer", "points that did not end well");
    property(w, "n_skipped", "integer", "points that were there before");
    property(w, "exit", "integer", "exit status of the command, at its end");
    list_of(w, "messages", "Message");
    property(w, "optimum", "object", "of a search: metric, value, minimise, keys, n_points");
    end_schema(w);
    member(w, "Jobs");
    wm_json_member_string(w, "type", "array");
    member(w, "items");
    refer(w, "Job");
    wm_json_object_end(w);
    wm_json_object_end(w);
}

static void small_schemas(struct wm_json_writer *w)
{
    begin_schema(w, "Message");
    property(w, "code", "string", "docs/errors.md");
    property(w, "file", "string", "where the mistake stands");
    property(w, "line", "integer", "from 1");
    property(w, "column", "integer", "from 1");
    property(w, "path", "string", "key, from the top of the document");
    property(w, "text", "string", "value, rule and remedy");
    end_schema(w);
    begin_schema(w, "Refusal");
    property(w, "exit", "integer", "exit status of the command");
    property(w, "status", "string", "the same in words");
    list_of(w, "messages", "Message");
    end_schema(w);
    begin_schema(w, "Figure");
    property(w, "value", "number", "in its unit");
    property(w, "unit", "string", "1: none");
    property(w, "doc", "string", "what it is");
    end_schema(w);
    begin_schema(w, "Input");
    property(w, "path", "string", "as --set takes it");
    member(w, "value");
    wm_json_object_end(w);
    property(w, "unit", "string", "1: none");
    property(w, "origin", "string", "user, default, or the catalogue's entry");
    end_schema(w);
    begin_schema(w, "Check");
    property(w, "exit", "integer", "exit status of the command");
    property(w, "name", "string", "of the scenario");
    property(w, "document", "object", "the scenario after extends and changes");
    list_of(w, "inputs", "Input");
    list_of(w, "messages", "Message");
    end_schema(w);
    begin_schema(w, "Comparison");
    property(w, "sides", "array", "name, limit, metrics and parts of the result of each");
    property(w, "changed", "array", "of two sides: inputs that differ: path, a, b, unit");
    property(w, "bridges", "array", "metric, unit, way, a, steps of {block, change}, b");
    end_schema(w);
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
    small_schemas(w);
    result_schema(w);
    job_schema(w);
    wm_json_object_end(w);
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
