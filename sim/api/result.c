/* Running a model, and what its result says. A result has an arena of its own and outlives its model. */
#include <stdlib.h>
#include <string.h>

#include "model.h"

struct wattmill_result {
    struct wm_arena *arena;
    struct wm_loaded loaded;
    struct wm_diags diags;
    struct wm_case_run run;
    const struct wm_results *results; /* of a site; NULL of another case */
    const char *json;
};

struct call {
    struct wattmill_model *model;
    struct wattmill_result *result;
};

static enum wm_status simulate(struct wm_arena *arena, void *context)
{
    struct call *const c = context;
    struct wattmill_model *const m = c->model;
    struct wattmill_result *const r = WM_NEW(arena, struct wattmill_result);
    const struct wm_case_options options = {.run = {.range_draws = WM_RANGE_DRAWS,
                                                    .progress = m->progress,
                                                    .progress_context = m->progress_context}};
    c->result = r;
    r->arena = arena;
    r->diags = wm_diags_init(arena);
    enum wm_status status = model_load(m, arena, &r->loaded, &r->diags);
    if (status != WM_OK)
        return status;
    status = wm_case_run(arena, &r->loaded, &options, &r->run, &r->diags);
    r->results = r->loaded.scenario != NULL ? r->run.outcome : NULL;
    return status;
}

struct copy {
    struct wattmill_model *model;
    const struct wm_diags *from;
};

/* The model keeps the messages, also when no result comes of it. */
static enum wm_status copy_messages(struct wm_arena *work, void *context)
{
    (void)work;
    const struct copy *const c = context;
    for (size_t i = 0; i < c->from->n_items; i++) {
        const struct wm_diag *const d = &c->from->items[i];
        wm_diag_add(&c->model->diags, d->code, &d->place, d->path, "%s", d->text);
    }
    return WM_OK;
}

int wattmill_run(struct wattmill_model *m, struct wattmill_result **result)
{
    struct call call = {.model = m};
    *result = NULL;
    model_begin(m);
    struct wm_arena *const arena = wm_arena_open();
    enum wm_status status = arena != NULL ? wm_arena_guard(arena, simulate, &call) : WM_NO_MEMORY;
    if (status != WM_NO_MEMORY) {
        struct copy copy = {m, &call.result->diags};
        if (wm_arena_guard(m->work, copy_messages, &copy) != WM_OK)
            status = WM_NO_MEMORY;
    }
    if (status == WM_OK || status == WM_FAILED)
        *result = call.result;
    else
        wm_arena_close(arena);
    return model_end(m, status);
}

void wattmill_result_free(struct wattmill_result *r)
{
    if (r != NULL)
        wm_arena_close(r->arena);
}

bool wattmill_metric(const struct wattmill_result *r, const char *key, double *value)
{
    const struct wm_figure *const f = wm_figure_find(&r->run.figures, key);
    if (f == NULL || !isfinite(f->value))
        return false;
    *value = f->value;
    return true;
}

const char *wattmill_result_key(const struct wattmill_result *r, size_t i)
{
    return i < r->run.figures.n ? r->run.figures.items[i].key : NULL;
}

const char *wattmill_result_unit(const struct wattmill_result *r, const char *key)
{
    const struct wm_figure *const f = wm_figure_find(&r->run.figures, key);
    return f != NULL ? f->unit : NULL;
}

const char *wattmill_result_doc(const struct wattmill_result *r, const char *key)
{
    const struct wm_figure *const f = wm_figure_find(&r->run.figures, key);
    return f != NULL ? f->doc : NULL;
}

const char *wattmill_metric_key(size_t i)
{
    return i < WM_N_METRICS ? wm_metric_info((enum wm_metric)i)->key : NULL;
}

const char *wattmill_metric_unit(const char *key)
{
    const enum wm_metric i = wm_metric_find(key);
    return i < WM_N_METRICS ? wm_unit_symbol(wm_metric_info(i)->unit) : NULL;
}

const char *wattmill_metric_doc(const char *key)
{
    const enum wm_metric i = wm_metric_find(key);
    return i < WM_N_METRICS ? wm_metric_info(i)->doc : NULL;
}

size_t wattmill_series(const struct wattmill_result *r, const char *name, double *values, size_t n)
{
    const struct wm_results *const s = r->results;
    const struct wm_series_column *const column = wm_series_column_find(name);
    const bool is_time = strcmp(name, "time_s") == 0;
    if (s == NULL || (column == NULL && !is_time))
        return 0;
    for (size_t i = 0; i < s->n_series && i < n; i++)
        values[i] =
            is_time ? 1e-6 * (double)s->series[i].time_us : wm_series_value(&s->series[i], column);
    return s->n_series;
}

static enum wm_status write_json(struct wm_arena *arena, void *context)
{
    struct wattmill_result *const r = context;
    char *text = NULL;
    size_t n = 0;
    FILE *const file = open_memstream(&text, &n);
    if (file == NULL)
        return WM_NO_MEMORY;
    r->run.type->json(file, &r->run);
    const bool good = fclose(file) == 0;
    r->json = good ? wm_arena_copy_text(arena, text, n) : NULL;
    free(text);
    return r->json != NULL ? WM_OK : WM_NO_MEMORY;
}

const char *wattmill_result_json(struct wattmill_result *r)
{
    if (r->json == NULL && wm_arena_guard(r->arena, write_json, r) != WM_OK)
        return NULL;
    return r->json;
}
