/* Table of the API, and what is common to its routes: body, answer, messages. */
#include "routes.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wattmill/version.h"

static const struct route routes[] = {
#define WM_ROUTE(m, p, id, answered, text) \
    {.method = (m), .path = (p), .answer = (answered), .summary = (text), .body = body_##id, .fn = route_##id},
#include "routes.def"
#undef WM_ROUTE
};

const struct route *route_at(size_t i)
{
    return i < sizeof routes / sizeof *routes ? &routes[i] : NULL;
}

/* Where the name stands in a path that fits; NULL when none does. `*n`: its length. */
static const char *name_in(const struct route *r, const char *path, size_t *n)
{
    const char *const star = strchr(r->path, '*');
    const size_t before = star != NULL ? (size_t)(star - r->path) : strlen(r->path);
    const size_t after = star != NULL ? strlen(star + 1) : 0, all = strlen(path);
    *n = 0;
    if (star == NULL)
        return strcmp(r->path, path) == 0 ? path + all : NULL;
    if (all <= before + after || strncmp(r->path, path, before) != 0 ||
        strcmp(path + all - after, star + 1) != 0)
        return NULL;
    *n = all - before - after;
    return path + before;
}

const struct route *route_find(const char *method, const char *path, const char **name, size_t *n)
{
    *name = NULL;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const char *const at = name_in(&routes[i], path, n);
        *name = at != NULL ? at : *name;
        if (at != NULL && strcmp(routes[i].method, method) == 0)
            return &routes[i];
    }
    return NULL;
}

void serve_free(void *text)
{
    free(text);
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool call_goes_on(void *context, double done_frac)
{
    (void)done_frac;
    const struct call *const call = context;
    return atomic_load(&call->stop) == STOP_NO && now_s() < call->deadline_s;
}

bool call_read(struct call *call, void *out)
{
    struct wm_json *root = NULL;
    const char *const text = call->n_body > 0 ? call->body : "{}";
    if (wm_json_parse(call->arena, text, strlen(text), "request", &root, &call->diags) != WM_OK)
        return false;
    if (strlen(text) != (call->n_body > 0 ? call->n_body : 2)) {
        wm_diag_add(&call->diags, WM_E201, NULL, NULL, "the request holds a 0 byte");
        return false;
    }
    return body_read(call, root, call->route->body, out);
}

bool body_read(struct call *call, const struct wm_json *root, const struct wm_field *fields,
               void *out)
{
    struct wm_reader reader = {.arena = call->arena, .diags = &call->diags};
    if (root->type == WM_JSON_OBJECT)
        return wm_fields_read(&reader, fields, root, NULL, "", out);
    wm_diag_add(&call->diags, WM_E205, &root->place, NULL, "a request is an object {...}, found %s",
                wm_json_type_text(root->type));
    return false;
}

void messages_write(struct wm_json_writer *w, const struct wm_diags *diags)
{
    wm_json_array_begin(w);
    for (size_t i = 0; i < diags->n_items; i++) {
        const struct wm_diag *const d = &diags->items[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "code", wm_code_name(d->code));
        if (d->place.file != NULL) {
            wm_json_member_string(w, "file", d->place.file);
        }
        if (d->place.file != NULL && d->place.line > 0) { /* a change has no lines */
            wm_json_member_integer(w, "line", d->place.line);
            wm_json_member_integer(w, "column", d->place.column);
        }
        if (d->path != NULL)
            wm_json_member_string(w, "path", d->path);
        wm_json_member_string(w, "text", d->text);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

/* What the HTTP status says of a call's: the body says it exactly. */
static int http_status_of(enum wm_status status, const struct wm_diags *diags)
{
    switch (status) {
    case WM_OK:
    case WM_FAILED:
    case WM_POINTS_FAILED:
        return 200;
    case WM_USAGE:
        return 400;
    case WM_INVALID:
        return diags->n_items > 0 && diags->items[0].code == WM_E201 ? 400 : 422;
    case WM_INFEASIBLE:
    case WM_IO:
        return 422;
    case WM_INTERRUPTED:
    case WM_NO_MEMORY:
        return 503;
    case WM_INTERNAL:
        break;
    }
    return 500;
}

static void write_refusal(FILE *out, enum wm_status status, const struct wm_diags *diags)
{
    struct wm_json_writer w = wm_json_writer_to_file(out);
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "exit", wm_status_exit_code(status));
    wm_json_member_string(&w, "status", wm_status_text(status));
    wm_json_key(&w, "messages");
    messages_write(&w, diags);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

/* A run that was stopped says by whom. */
static int tell_stop(struct call *call)
{
    const int why = atomic_load(&call->stop);
    if (why == STOP_SUPERSEDED)
        wm_diag_add(&call->diags, WM_E106, NULL, NULL, "a newer request of this channel came");
    else if (why == STOP_CLOSING)
        wm_diag_add(&call->diags, WM_E106, NULL, NULL, "the server ends");
    else
        wm_diag_add(&call->diags, WM_E106, NULL, NULL, "took longer than %d s", SERVE_RUN_S);
    return why == STOP_SUPERSEDED ? 409 : 503;
}

/* The refusal takes the place of what the route has written. */
static bool refuse(struct call *call, enum wm_status status)
{
    free(call->answer);
    call->answer = NULL;
    call->type = NULL;
    call->file_name = NULL;
    FILE *const out = open_memstream(&call->answer, &call->n_answer);
    if (out == NULL)
        return false;
    write_refusal(out, status, &call->diags);
    return fclose(out) == 0;
}

struct work {
    struct call *call;
    FILE *out;
    enum wm_status status;
};

static enum wm_status work(struct wm_arena *arena, void *context)
{
    (void)arena;
    struct work *const w = context;
    w->status = call_goes_on(w->call, 0.0) ? w->call->route->fn(w->call, w->out) : WM_INTERRUPTED;
    return w->status;
}

static bool answer(struct call *call, struct wm_arena *arena)
{
    struct work w = {.call = call};
    call->arena = arena;
    call->diags = wm_diags_init(arena);
    call->deadline_s = now_s() + SERVE_RUN_S;
    w.out = open_memstream(&call->answer, &call->n_answer);
    if (w.out == NULL)
        return false;
    const enum wm_status status = wm_arena_guard(arena, work, &w);
    const bool is_whole = fclose(w.out) == 0;
    call->exit_code = wm_status_exit_code(status);
    call->http_status =
        status == WM_INTERRUPTED ? tell_stop(call) : http_status_of(status, &call->diags);
    if (status == WM_NO_MEMORY)
        return false;
    return call->http_status == 200 ? is_whole : refuse(call, status);
}

void route_work(struct call *call, struct wm_arena *arena)
{
    if (arena != NULL && answer(call, arena))
        return;
    free(call->answer);
    call->answer = NULL;
    call->http_status = 503;
    call->exit_code = wm_status_exit_code(WM_NO_MEMORY);
}

void route_refuse(struct call *call, int http_status, enum wm_code code, const char *text)
{
    struct wm_arena *const arena = wm_arena_open();
    call->http_status = http_status;
    call->exit_code = wm_status_exit_code(WM_USAGE);
    if (arena == NULL)
        return;
    struct wm_diags diags = wm_diags_init(arena);
    wm_diag_add(&diags, code, NULL, NULL, "%s", text);
    FILE *const out = open_memstream(&call->answer, &call->n_answer);
    if (out != NULL) {
        write_refusal(out, WM_USAGE, &diags);
        (void)fclose(out);
    }
    wm_arena_close(arena);
}
