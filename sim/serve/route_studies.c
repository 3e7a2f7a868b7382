/* Routes of studies and searches: start, watch, stop, resume, what came of them. */
#include <math.h>
#include <string.h>

#include "confine.h"
#include "document.h"
#include "jobs.h"
#include "routes.h"
#include "wattmill/export.h"
#include "wattmill/optimise.h"
#include "wattmill/store.h"
#include "wattmill/study.h"

struct study_body {
    const struct wm_json *study, *set;
    const char *store;
};

const struct wm_field body_study_start[] = {
    WM_JSON(study_body, study,
            "a study: the document, its text, or the name of a file of the folder"),
    WM_JSON(study_body, set, "changes of the base scenario, as --set"),
    WM_TEXT(study_body, store, "",
            "name of its store in the folder, NAME.sqlite; one that is there is continued"),
    WM_FIELD_END,
};

struct optimise_body {
    const struct wm_json *scenario, *set, *vary, *subject;
    const char *maximise, *minimise, *store;
    int64_t points;
};

const struct wm_field body_optimise[] = {
    DOCUMENT_ROWS(optimise_body),
    WM_JSON(optimise_body, vary,
            "{\"path\": [low, high]} for numbers, {\"path\": [\"a\", \"b\", ...]} for choices"),
    WM_TEXT(optimise_body, maximise, "", "metric that is to become large"),
    WM_TEXT(optimise_body, minimise, "", "metric that is to become small"),
    WM_JSON(optimise_body, subject,
            "what the answer must meet: [\"slo_attainment_frac>=0.99\", ...]"),
    WM_INT(optimise_body, points, 20, 100000, 80, "points to try at most"),
    WM_TEXT(optimise_body, store, "", "name of its store in the folder, NAME.sqlite"),
    WM_FIELD_END,
};

const struct wm_field body_studies[] = {WM_FIELD_END};
const struct wm_field body_study[] = {WM_FIELD_END};
const struct wm_field body_study_stop[] = {WM_FIELD_END};
const struct wm_field body_study_resume[] = {WM_FIELD_END};
const struct wm_field body_study_events[] = {WM_FIELD_END};

/* "studies/price.json" -> "price" and an end. */
static const char *store_name(struct call *call, const char *given, const char *path,
                              const char *end)
{
    if (given[0] != '\0')
        return given;
    const char *const slash = strrchr(path, '/'), *const name = slash != NULL ? slash + 1 : path;
    const char *const dot = strrchr(name, '.');
    const int n = dot != NULL && dot > name ? (int)(dot - name) : (int)strlen(name);
    return wm_arena_printf(call->arena, "%.*s%s", n, name, end);
}

/* A job that is being put together: what it reads lives in its arena, what is told in the call's. */
struct making {
    struct call *call;
    struct job_order order;
    const char *text, *path; /* of the study or the scenario */
    const struct document *sets;
    const struct optimise_body *search;
    struct wm_diags diags;
};

static void copy_messages(struct call *call, const struct wm_diags *from)
{
    for (size_t i = 0; i < from->n_items; i++) {
        const struct wm_diag *const d = &from->items[i];
        wm_diag_add(&call->diags, d->code, &d->place, d->path, "%s", d->text);
    }
}

static const char *kept(struct wm_arena *arena, const char *text)
{
    return wm_arena_copy_text(arena, text, strlen(text));
}

/* The changes, out of the call's memory. */
static struct wm_override *kept_sets(struct making *m, struct wm_arena *arena)
{
    struct wm_override *const sets = WM_NEW_ARRAY(arena, struct wm_override, m->sets->n_sets + 1);
    for (size_t i = 0; i < m->sets->n_sets; i++)
        sets[i] = (struct wm_override){.path = kept(arena, m->sets->sets[i].path),
                                       .value = kept(arena, m->sets->sets[i].value)};
    return sets;
}

static enum wm_status make_study(struct wm_arena *arena, void *context)
{
    struct making *const m = context;
    const char *const text = kept(arena, m->text);
    return wm_study_load_text(arena, text, strlen(text), kept(arena, m->path), kept_sets(m, arena),
                              m->sets->n_sets, &m->order.study, &m->diags);
}

static bool read_vary(struct making *m, struct wm_arena *arena, struct wm_optimise_params *p)
{
    const struct wm_json *const vary = m->search->vary;
    if (vary == NULL || vary->type != WM_JSON_OBJECT || vary->n_children == 0 ||
        vary->n_children > WM_OPTIMISE_KEYS_MAX) {
        wm_diag_add(&m->diags, WM_E205, NULL, "vary", "an object of 1 to %d keys, each a list",
                    WM_OPTIMISE_KEYS_MAX);
        return false;
    }
    bool good = true;
    p->vary = WM_NEW_ARRAY(arena, struct wm_vary, vary->n_children);
    for (const struct wm_json *c = vary->child; c != NULL; c = c->next) {
        const bool is_range = c->type == WM_JSON_ARRAY && c->n_children == 2 &&
                              c->child->type == WM_JSON_NUMBER && c->last->type == WM_JSON_NUMBER;
        const char *text = wm_arena_printf(arena, "%s=", c->key);
        for (const struct wm_json *v = c->child; v != NULL; v = v->next)
            text = wm_arena_printf(arena, "%s%s%s", text,
                                   v == c->child ? ""
                                   : is_range    ? ":"
                                                 : ",",
                                   v->text != NULL ? v->text : wm_json_to_text(arena, v));
        good = wm_vary_parse(arena, text, &p->vary[p->n_vary++], &m->diags) == WM_OK && good;
    }
    return good;
}

static bool read_subject(struct making *m, struct wm_arena *arena, struct wm_optimise_params *p)
{
    const struct wm_json *const subject = m->search->subject;
    bool good = true;
    if (subject == NULL)
        return true;
    struct wm_bound *const all = WM_NEW_ARRAY(arena, struct wm_bound, subject->n_children + 1);
    for (const struct wm_json *c = subject->child; c != NULL; c = c->next)
        good = c->type == WM_JSON_STRING &&
               wm_bound_parse(arena, "subject", kept(arena, c->text), &all[p->n_conditions++],
                              &m->diags) == WM_OK &&
               good;
    p->conditions = all;
    return good;
}

static bool read_goal(struct making *m, struct wm_arena *arena, struct wm_optimise_params *p)
{
    const struct optimise_body *const b = m->search;
    const char *const text = b->maximise[0] != '\0' ? b->maximise : b->minimise;
    const char *const option = b->maximise[0] != '\0' ? "maximise" : "minimise";
    if ((b->maximise[0] == '\0') == (b->minimise[0] == '\0')) {
        wm_diag_add(&m->diags, WM_E101, NULL, option,
                    "= \"%s\": give one metric, such as npv_usd, to maximise or to minimise", text);
        return false;
    }
    p->n_goals = 1;
    const enum wm_status status =
        wm_goal_parse(arena, option, kept(arena, text), &p->goals[0], &m->diags);
    p->goals[0].minimise = b->maximise[0] == '\0';
    return status == WM_OK;
}

static enum wm_status make_search(struct wm_arena *arena, void *context)
{
    struct making *const m = context;
    struct wm_optimise_params *const p = WM_NEW(arena, struct wm_optimise_params);
    p->scenario = kept(arena, m->path);
    p->sets = kept_sets(m, arena);
    p->n_sets = m->sets->n_sets;
    p->max_points = (size_t)m->search->points;
    m->order.search = p;
    bool good = read_goal(m, arena, p);
    good = read_vary(m, arena, p) && good;
    return read_subject(m, arena, p) && good ? WM_OK : WM_USAGE;
}

/* Puts the job together in an arena of its own, and starts it. */
static enum wm_status start(struct making *m, const struct wm_json *request,
                            enum wm_status (*make)(struct wm_arena *arena, void *context))
{
    struct call *const call = m->call;
    struct wm_arena *const arena = wm_arena_open();
    if (arena == NULL)
        return WM_NO_MEMORY;
    m->diags = wm_diags_init(call->arena);
    const enum wm_status status = wm_arena_guard(arena, make, m);
    copy_messages(call, &m->diags);
    if (status != WM_OK) {
        wm_arena_close(arena);
        return status;
    }
    m->order.arena = arena;
    m->order.store = kept(arena, m->order.store);
    m->order.path = kept(arena, m->order.path);
    m->order.request = kept(arena, wm_json_to_text(call->arena, request));
    return jobs_start(call->server->jobs, &m->order, &call->diags);
}

/* Text of the study and where it lies; false after messages. */
static bool find_study(struct call *call, const struct wm_json *study, struct making *m)
{
    size_t n = 0;
    if (study == NULL || (study->type != WM_JSON_STRING && study->type != WM_JSON_OBJECT)) {
        wm_diag_add(&call->diags, WM_E205, study != NULL ? &study->place : NULL, "study",
                    "an object, or the name of a file");
        return false;
    }
    const bool is_name =
        study->type == WM_JSON_STRING && study->text[strspn(study->text, " \t\r\n")] != '{';
    m->path = wm_arena_printf(call->arena, "%s/study", call->server->folder);
    m->text = study->type == WM_JSON_OBJECT ? wm_json_to_text(call->arena, study) : study->text;
    if (!is_name)
        return confine_text(call, m->text);
    m->path = confine_file(call, study->text);
    return m->path != NULL && confine_document(call, m->path) &&
           wm_text_load(call->arena, m->path, &m->text, &n, &call->diags) == WM_OK;
}

static enum wm_status start_study(struct call *call, const struct wm_json *root)
{
    struct study_body body;
    struct document sets = {0};
    struct making m = {.call = call, .sets = &sets, .order = {.kind = JOB_STUDY}};
    if (!body_read(call, root, body_study_start, &body) || !find_study(call, body.study, &m) ||
        !document_sets(call, body.set, confine_base_dir(call, m.text, m.path), &sets))
        return WM_INVALID;
    m.order.store = store_name(call, body.store, m.path, ".sqlite");
    m.order.path = confine_new(call, m.order.store, ".sqlite");
    return m.order.path != NULL ? start(&m, root, make_study) : WM_USAGE;
}

static enum wm_status start_search(struct call *call, const struct wm_json *root)
{
    struct optimise_body body;
    struct document document;
    struct making m = {.call = call, .sets = &document, .order = {.kind = JOB_OPTIMISE}};
    if (!body_read(call, root, body_optimise, &body) ||
        !document_read(call, body.scenario, body.set, &document) ||
        (body.vary != NULL && !confine_tree(call, body.vary, call->server->folder)))
        return WM_INVALID;
    if (document.path == NULL) {
        wm_diag_add(&call->diags, WM_E106, NULL, "scenario",
                    "a search starts from a file of the folder: save the scenario there");
        return WM_USAGE;
    }
    m.path = document.path;
    m.search = &body;
    m.order.store = store_name(call, body.store, m.path, ".optimise.sqlite");
    m.order.path = confine_new(call, m.order.store, ".sqlite");
    return m.order.path != NULL ? start(&m, root, make_search) : WM_USAGE;
}

static enum wm_status write_job(struct call *call, FILE *out, const char *store)
{
    struct wm_json_writer w = wm_json_writer_to_file(out);
    if (!jobs_write(call->server->jobs, store, &w)) {
        wm_diag_add(&call->diags, WM_E106, NULL, NULL, "no study or search of the name %s runs",
                    store);
        return WM_USAGE;
    }
    wm_json_finish(&w);
    return WM_OK;
}

static struct wm_json *parsed(struct call *call, const char *text)
{
    struct wm_json *root = NULL;
    (void)wm_json_parse(call->arena, text, strlen(text), "request", &root, &call->diags);
    return call->diags.n_errors == 0 ? root : NULL;
}

/* Starts what a body asks for and tells of the job. */
static enum wm_status begin(struct call *call, FILE *out, const char *text)
{
    const struct wm_json *const root = parsed(call, text);
    if (root == NULL)
        return WM_INVALID;
    const bool is_search =
        wm_json_find(root, "vary") != NULL || wm_json_find(root, "scenario") != NULL;
    const enum wm_status status = is_search ? start_search(call, root) : start_study(call, root);
    if (status != WM_OK)
        return status;
    struct wm_json_writer w = wm_json_writer_to_file(out);
    jobs_write_all(call->server->jobs, &w);
    wm_json_finish(&w);
    return WM_OK;
}

enum wm_status route_study_start(struct call *call, FILE *out)
{
    return begin(call, out, call->body);
}

enum wm_status route_optimise(struct call *call, FILE *out)
{
    return begin(call, out, call->body);
}

enum wm_status route_studies(struct call *call, FILE *out)
{
    struct wm_json_writer w = wm_json_writer_to_file(out);
    jobs_write_all(call->server->jobs, &w);
    wm_json_finish(&w);
    return WM_OK;
}

enum wm_status route_study_stop(struct call *call, FILE *out)
{
    if (jobs_stop(call->server->jobs, call->name))
        return write_job(call, out, call->name);
    wm_diag_add(&call->diags, WM_E106, NULL, NULL, "%s does not run", call->name);
    return WM_USAGE;
}

/* As it was asked for before; of a store alone, from the study's file beside it. */
enum wm_status route_study_resume(struct call *call, FILE *out)
{
    const char *const before = jobs_request(call->server->jobs, call->name, call->arena);
    if (before != NULL)
        return begin(call, out, before);
    const char *const file = store_name(call, "", call->name, ".json");
    if (confine_file(call, file) == NULL)
        return WM_IO;
    struct wm_json_writer w = wm_json_writer_to_memory(call->arena, false);
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "study", file);
    wm_json_member_string(&w, "store", call->name);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    return begin(call, out, w.bytes);
}

/* What http.c makes a stream of. */
enum wm_status route_study_events(struct call *call, FILE *out)
{
    const enum wm_status status = write_job(call, out, call->name);
    call->is_stream = status == WM_OK;
    return status;
}

/* A statistic as JSON, or null where the store does not carry it. */
static void write_grid(struct wm_json_writer *w, const char *key, enum wm_status status,
                       const struct wm_grid *grid)
{
    char *text = NULL;
    size_t n = 0;
    FILE *const file = status == WM_OK ? open_memstream(&text, &n) : NULL;
    wm_json_key(w, key);
    if (file == NULL) {
        wm_json_null(w);
        return;
    }
    wm_grid_write(file, grid, WM_FORMAT_JSON);
    const bool good = fclose(file) == 0;
    if (good && n > 0)
        wm_json_raw(w, text);
    else
        wm_json_null(w);
    serve_free(text);
}

static void write_about(struct wm_json_writer *w, const struct wm_store_about *a)
{
    wm_json_key(w, "about");
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", a->name);
    wm_json_member_string(w, "design", a->design);
    wm_json_member_string(w, "version", a->version);
    wm_json_member_integer(w, "n_points", (int64_t)a->n_points);
    wm_json_member_integer(w, "n_stored", (int64_t)a->n_stored);
    wm_json_key(w, "axes");
    wm_json_array_begin(w);
    for (size_t i = 0; i < a->n_axes; i++)
        wm_json_string(w, a->axes[i]);
    wm_json_array_end(w);
    wm_json_key(w, "study");
    wm_json_raw(w, a->study_json);
    wm_json_object_end(w);
}

/* Main figures that the store has. */
static size_t choose(const struct wm_store_about *a, const char *out[8])
{
    static const char *const main[] = {"npv_usd",
                                       "irr_frac",
                                       "revenue_usd_per_mw_utility_year",
                                       "power_share_b_frac",
                                       "capex_usd",
                                       "lcot_out_usd_per_mtok",
                                       "gpus_installed",
                                       "slo_attainment_frac"};
    size_t n = 0;
    for (size_t k = 0; k < sizeof main / sizeof *main; k++)
        for (size_t i = 0; i < a->n_metrics; i++)
            if (strcmp(a->metrics[i].key, main[k]) == 0)
                out[n++] = a->metrics[i].key;
    if (n == 0 && a->n_metrics > 0)
        out[n++] = a->metrics[0].key;
    return n;
}

enum { POINTS_MAX = 2000 };

/* Points of a store as rows: index, axes that are numbers, main metrics. */
struct point_writer {
    struct wm_json_writer *w;
    struct wm_arena *arena; /* of a point */
    const struct wm_store_about *about;
    size_t metrics[8], n_metrics;
    uint64_t every, seen; /* of many, each so many-th */
};

static void point_number(struct wm_json_writer *w, double x)
{
    if (isfinite(x))
        wm_json_number(w, x);
    else
        wm_json_null(w);
}

static bool write_point(void *context, const struct wm_record *r)
{
    struct point_writer *const p = context;
    struct wm_json *params = NULL;
    if (r->value == NULL || p->seen++ % p->every != 0)
        return true;
    wm_arena_reset(p->arena);
    struct wm_diags quiet = wm_diags_init(p->arena);
    (void)wm_json_parse(p->arena, r->params, strlen(r->params), "params", &params, &quiet);
    wm_json_array_begin(p->w);
    wm_json_integer(p->w, (int64_t)r->index);
    for (size_t i = 0; i < p->about->n_axes; i++) {
        const struct wm_json *const v = wm_json_find(params, p->about->axes[i]);
        point_number(p->w, v != NULL && v->type == WM_JSON_NUMBER ? v->number : (double)NAN);
    }
    for (size_t i = 0; i < p->n_metrics; i++)
        point_number(p->w, r->value[p->metrics[i]]);
    wm_json_array_end(p->w);
    return true;
}

static void write_points(struct call *call, struct wm_json_writer *w, struct wm_store *store,
                         const char *const *keys, size_t n)
{
    const struct wm_store_about *const a = wm_store_about(store);
    struct point_writer p = {
        .w = w, .arena = wm_arena_open(), .about = a, .every = a->n_stored / POINTS_MAX + 1};
    if (p.arena == NULL)
        return;
    wm_json_key(w, "points");
    wm_json_object_begin(w);
    wm_json_key(w, "axes");
    wm_json_array_begin(w);
    for (size_t i = 0; i < a->n_axes; i++)
        wm_json_string(w, a->axes[i]);
    wm_json_array_end(w);
    wm_json_key(w, "metrics");
    wm_json_array_begin(w);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < a->n_metrics; i++)
            if (strcmp(a->metrics[i].key, keys[k]) == 0) {
                p.metrics[p.n_metrics++] = i;
                wm_json_object_begin(w);
                wm_json_member_string(w, "key", keys[k]);
                wm_json_member_string(w, "unit", a->metrics[i].unit);
                wm_json_object_end(w);
            }
    wm_json_array_end(w);
    wm_json_key(w, "rows");
    wm_json_array_begin(w);
    (void)wm_store_each(store, WM_READ_VALUES, write_point, &p, &call->diags);
    wm_json_array_end(w);
    wm_json_object_end(w);
    wm_arena_close(p.arena);
}

static void write_statistics(struct call *call, struct wm_json_writer *w, struct wm_store *store)
{
    const char *metrics[8];
    struct wm_arena *const arena = call->arena;
    struct wm_diags quiet = wm_diags_init(arena); /* what a design does not carry is left out */
    struct wm_grid g = {0};
    const size_t n = choose(wm_store_about(store), metrics);
    enum wm_status status = wm_stats_summary(arena, store, metrics, n, &g, &quiet);
    write_grid(w, "summary", status, &g);
    status = wm_stats_failures(arena, store, &g, &quiet);
    write_grid(w, "failures", status, &g);
    if (n == 0)
        return;
    wm_json_member_string(w, "metric", metrics[0]);
    write_points(call, w, store, metrics, n);
    status = wm_stats_tornado(arena, store, metrics[0], &g, &quiet);
    write_grid(w, "tornado", status, &g);
    status = wm_stats_response(arena, store, metrics[0], &g, &quiet);
    write_grid(w, "response", status, &g);
    status = wm_stats_best(arena, store, wm_arena_printf(arena, "max %s", metrics[0]), NULL, 0, 5,
                           false, &g, &quiet);
    write_grid(w, "best", status, &g);
}

enum wm_status route_study(struct call *call, FILE *out)
{
    const char *const path = confine_file(call, call->name);
    struct wm_store *store = NULL;
    if (path == NULL)
        return WM_IO;
    const enum wm_status status = wm_store_open(call->arena, path, &store, &call->diags);
    if (status != WM_OK)
        return status;
    struct wm_json_writer w = wm_json_writer_to_file(out);
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "store", call->name);
    write_about(&w, wm_store_about(store));
    write_statistics(call, &w, store);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    wm_store_close(store);
    return WM_OK;
}
