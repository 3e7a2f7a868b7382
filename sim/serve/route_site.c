/* Routes of one site: check, run. */
#include <string.h>

#include "document.h"
#include "routes.h"
#include "wattmill/output.h"
#include "wattmill/parallel.h"
#include "wattmill/run.h"

struct check_body {
    const struct wm_json *scenario, *set;
};

const struct wm_field body_check[] = {
    DOCUMENT_ROWS(check_body),
    WM_FIELD_END,
};

enum wm_status route_check(struct call *call, FILE *out)
{
    struct check_body body;
    struct document document;
    struct wm_loaded loaded;
    if (!call_read(call, &body))
        return WM_INVALID;
    if (!document_read(call, body.scenario, body.set, &document))
        return WM_INVALID;
    const enum wm_status status = document_load(call, &document, &loaded);
    if (status != WM_OK)
        return status;
    struct wm_json_writer w = wm_json_writer_to_file(out);
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "exit", 0);
    wm_json_member_string(&w, "name", loaded.scenario->name);
    wm_json_key(&w, "document");
    wm_json_write(&w, loaded.json);
    wm_json_key(&w, "inputs");
    wm_output_inputs_json(&w, &loaded.origins);
    wm_json_key(&w, "messages");
    messages_write(&w, &call->diags);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    return WM_OK;
}

struct run_body {
    const struct wm_json *scenario, *set;
    bool charts, no_range;
};

const struct wm_field body_run[] = {
    DOCUMENT_ROWS(run_body),
    WM_FLAG(run_body, charts, false,
            "adds a member charts: duration curves, days, heat by month and hour"),
    WM_FLAG(run_body, no_range, false, "leaves out P10, P50 and P90 of the money"),
    WM_FIELD_END,
};

/* A body that is itself a scenario, as `run -` takes one. */
static bool is_scenario(const struct wm_json *root)
{
    return wm_json_find(root, "scenario") == NULL &&
           (wm_json_find(root, "schema_version") != NULL || wm_json_find(root, "site") != NULL ||
            wm_json_find(root, "extends") != NULL);
}

static bool read_run(struct call *call, struct run_body *body, struct document *document)
{
    struct wm_json *root = NULL;
    struct wm_diags quiet = wm_diags_init(call->arena);
    if (call->n_body > 0 && strlen(call->body) == call->n_body &&
        wm_json_parse(call->arena, call->body, call->n_body, "request", &root, &quiet) == WM_OK &&
        is_scenario(root)) {
        const struct wm_json text = {.type = WM_JSON_STRING, .text = call->body};
        *body = (struct run_body){0};
        return document_read(call, &text, NULL, document);
    }
    return call_read(call, body) && document_read(call, body->scenario, body->set, document);
}

static void write_run(struct call *call, FILE *out, const struct wm_report *report, bool charts)
{
    struct wm_json_writer w = wm_json_writer_to_file(out);
    wm_json_object_begin(&w);
    wm_output_json_members(&w, report);
    if (charts) {
        wm_json_key(&w, "charts");
        wm_charts_write(&w, call->arena, report->results);
    }
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

enum wm_status route_run(struct call *call, FILE *out)
{
    struct run_body body;
    struct document document;
    struct wm_loaded loaded;
    if (!read_run(call, &body, &document))
        return WM_INVALID;
    enum wm_status status = document_load(call, &document, &loaded);
    if (status != WM_OK)
        return status;
    const struct wm_run_options how = {.cache = call->server->cache,
                                       .range_draws = body.no_range ? 0 : WM_RANGE_DRAWS,
                                       .n_threads = wm_processors(),
                                       .progress = call_goes_on,
                                       .progress_context = call};
    struct wm_report report = {.origins = &loaded.origins,
                               .diags = &call->diags,
                               .stamp = wm_stamp_of(&loaded.origins, loaded.scenario->seed)};
    status = wm_run(call->arena, loaded.scenario, &how, &report.results, &call->diags);
    if (status == WM_OK || status == WM_FAILED)
        write_run(call, out, &report, body.charts);
    return status;
}
