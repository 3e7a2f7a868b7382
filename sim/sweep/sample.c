/* Reading a store's columns; sorting and grouping them. */
#include "sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/suggest.h"

#define N_TENTHS   10
#define GROUPS_MAX 30 /* more numbers than this are a continuous axis; texts are never one */

bool wm_sample_metric(struct wm_arena *arena, const struct wm_store *store, const char *key,
                      size_t *column, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    struct wm_suggest near = wm_suggest_init(key);
    for (size_t i = 0; i < about->n_metrics; i++) {
        if (strcmp(about->metrics[i].key, key) == 0) {
            *column = i;
            return true;
        }
        wm_suggest_offer(&near, about->metrics[i].key);
    }
    wm_diag_add(diags, WM_E103, NULL, NULL, "no point of this store has the metric \"%s\"%s", key,
                wm_suggest_text(arena, &near));
    return false;
}

struct load {
    struct wm_arena *arena;
    struct wm_arena *scratch; /* of one record */
    const struct wm_store_about *about;
    const size_t *columns;
    struct wm_sample *s;
    bool keeps_bad;
};

static void *grown(struct wm_arena *arena, const void *old, size_t n, size_t capacity, size_t size)
{
    void *const more = wm_arena_alloc(arena, capacity, size);
    if (n > 0)
        memcpy(more, old, n * size);
    return more;
}

static void grow(struct load *l)
{
    struct wm_sample *const s = l->s;
    s->capacity = s->capacity == 0 ? 256 : 2 * s->capacity;
    s->index = grown(l->arena, s->index, s->n, s->capacity, sizeof *s->index);
    s->values = grown(l->arena, s->values, s->n, s->capacity, s->n_metrics * sizeof *s->values);
    s->axis = grown(l->arena, s->axis, s->n, s->capacity, s->n_axes * sizeof *s->axis);
    s->axis_text =
        (const char **)grown(l->arena, s->axis_text, s->n, s->capacity, s->n_axes * sizeof(char *));
    s->params = (const char **)grown(l->arena, s->params, s->n, s->capacity, sizeof(char *));
}

static void take_axes(struct load *l, const struct wm_record *r)
{
    struct wm_sample *const s = l->s;
    struct wm_json *params = NULL;
    wm_arena_reset(l->scratch);
    struct wm_diags ignored = wm_diags_init(l->scratch);
    wm_json_parse(l->scratch, r->params, strlen(r->params), "params", &params, &ignored);
    for (size_t j = 0; j < s->n_axes; j++) {
        const struct wm_json *const v = wm_json_find(params, l->about->axes[j]);
        const char *text = "";
        s->axis[s->n * s->n_axes + j] = (double)NAN;
        s->axis_text[s->n * s->n_axes + j] = NULL;
        if (v != NULL && v->type == WM_JSON_NUMBER) {
            s->axis[s->n * s->n_axes + j] = v->number;
            continue;
        }
        if (v != NULL)
            text = v->type == WM_JSON_STRING ? v->text : wm_json_to_text(l->scratch, v);
        s->axis_text[s->n * s->n_axes + j] = wm_arena_copy_text(l->arena, text, strlen(text));
    }
    s->params[s->n] = wm_arena_copy_text(l->arena, r->params, strlen(r->params));
}

static bool take(void *context, const struct wm_record *r)
{
    struct load *const l = context;
    struct wm_sample *const s = l->s;
    if (r->status != WM_POINT_OK) {
        s->n_bad++;
        if (!l->keeps_bad)
            return true;
    }
    if (s->n == s->capacity)
        grow(l);
    s->index[s->n] = r->index;
    for (size_t m = 0; m < s->n_metrics; m++)
        s->values[s->n * s->n_metrics + m] =
            r->status == WM_POINT_OK ? r->value[l->columns[m]] : (double)NAN;
    take_axes(l, r);
    s->n++;
    return true;
}

static enum wm_status load(struct wm_arena *arena, struct wm_store *store, const size_t *columns,
                           size_t n_columns, bool keeps_bad, struct wm_sample *out,
                           struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    *out = (struct wm_sample){.n_metrics = n_columns, .n_axes = about->n_axes};
    struct load l = {arena, wm_arena_open_part(arena), about, columns, out, keeps_bad};
    enum wm_status status = wm_store_each(store, WM_READ_VALUES, take, &l, diags);
    wm_arena_close(l.scratch);
    if (status == WM_OK && out->n == (keeps_bad ? out->n_bad : 0)) {
        wm_diag_add(diags, WM_E507, NULL, about->name, "no point of this store ended well%s",
                    wm_store_is_filtered(store) ? " and meets the conditions" : "");
        status = WM_IO;
    }
    return status;
}

enum wm_status wm_sample_load(struct wm_arena *arena, struct wm_store *store, const size_t *columns,
                              size_t n_columns, struct wm_sample *out, struct wm_diags *diags)
{
    return load(arena, store, columns, n_columns, false, out, diags);
}

enum wm_status wm_sample_load_whole(struct wm_arena *arena, struct wm_store *store, size_t column,
                                    struct wm_sample *out, struct wm_diags *diags)
{
    return load(arena, store, &column, 1, true, out, diags);
}

double *wm_sample_sorted(struct wm_arena *arena, const struct wm_sample *s, size_t m, size_t *n)
{
    double *const sorted = WM_NEW_ARRAY(arena, double, s->n);
    *n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->values[i * s->n_metrics + m]))
            sorted[(*n)++] = s->values[i * s->n_metrics + m];
    wm_sort(sorted, *n);
    return sorted;
}

const char *wm_rounded_number(struct wm_arena *arena, double value, int n_digits)
{
    char text[32];
    if (!isfinite(value))
        return "";
    const char *const rounded = wm_arena_printf(arena, "%.*g", n_digits, value);
    return wm_arena_printf(arena, "%s", wm_json_number_text(strtod(rounded, NULL), text));
}

const char *wm_label_number(struct wm_arena *arena, double value)
{
    static const struct {
        double from, scale;
        const char *prefix;
    } steps[] = {{1e12, 1e-12, "T"}, {1e9, 1e-9, "G"}, {1e6, 1e-6, "M"}, {1e5, 1e-3, "k"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (fabs(value) >= steps[i].from)
            return wm_arena_printf(arena, "%.3g%s", value * steps[i].scale, steps[i].prefix);
    return wm_rounded_number(arena, value, 3);
}

const char *wm_table_number(struct wm_arena *arena, double value)
{
    return wm_rounded_number(arena, value, 5);
}

/* Whether the axis holds texts: each is a group, however many there are. */
static bool is_of_texts(const struct wm_sample *s, size_t axis)
{
    return s->n > 0 && s->axis_text[axis] != NULL;
}

/* Values in their first order of appearance; false when there are too many. */
static bool group_by_value(struct wm_arena *arena, const struct wm_sample *s, size_t axis,
                           size_t n_max, struct wm_axis_groups *g)
{
    for (size_t i = 0; i < s->n; i++) {
        const double x = s->axis[i * s->n_axes + axis];
        const char *const text = s->axis_text[i * s->n_axes + axis];
        size_t k = 0;
        while (k < g->n_groups && !(text != NULL ? isnan(g->x[k]) && strcmp(g->labels[k], text) == 0
                                                 : g->x[k] <= x && g->x[k] >= x))
            k++;
        if (k == n_max)
            return false;
        if (k == g->n_groups) {
            g->labels[k] = text != NULL ? text : wm_table_number(arena, x);
            g->x[k] = x;
            g->n_groups++;
        }
        g->group[i] = k;
    }
    return true;
}

static void sort_groups(struct wm_axis_groups *g, size_t n)
{
    for (size_t i = 1; i < g->n_groups; i++)
        for (size_t k = i; k > 0 && g->x[k - 1] > g->x[k]; k--) { /* texts (NAN) stay in order */
            const double x = g->x[k];
            const char *const label = g->labels[k];
            g->x[k] = g->x[k - 1];
            g->labels[k] = g->labels[k - 1];
            g->x[k - 1] = x;
            g->labels[k - 1] = label;
            for (size_t j = 0; j < n; j++)
                g->group[j] = g->group[j] == k ? k - 1 : g->group[j] == k - 1 ? k : g->group[j];
        }
}

static void group_by_tenth(struct wm_arena *arena, const struct wm_sample *s, size_t axis,
                           struct wm_axis_groups *g)
{
    double *const sorted = WM_NEW_ARRAY(arena, double, s->n);
    double edges[N_TENTHS + 1];
    size_t n_in[N_TENTHS] = {0};
    for (size_t i = 0; i < s->n; i++)
        sorted[i] = s->axis[i * s->n_axes + axis];
    wm_sort(sorted, s->n);
    g->n_groups = N_TENTHS;
    for (size_t k = 0; k <= N_TENTHS; k++)
        edges[k] = wm_sorted_quantile(sorted, s->n, (double)k / N_TENTHS);
    for (size_t k = 0; k < N_TENTHS; k++) {
        g->x[k] = 0.0;
        g->labels[k] = wm_arena_printf(arena, "%s to %s", wm_label_number(arena, edges[k]),
                                       wm_label_number(arena, edges[k + 1]));
    }
    for (size_t i = 0; i < s->n; i++) {
        const double x = s->axis[i * s->n_axes + axis];
        size_t k = 0;
        while (k + 1 < N_TENTHS && x >= edges[k + 1])
            k++;
        g->group[i] = k;
        g->x[k] += x;
        n_in[k]++;
    }
    for (size_t k = 0; k < N_TENTHS; k++)
        g->x[k] = n_in[k] > 0 ? g->x[k] / (double)n_in[k] : (double)NAN;
}

struct wm_axis_groups wm_sample_groups(struct wm_arena *arena, const struct wm_sample *s,
                                       size_t axis)
{
    const size_t n_max = is_of_texts(s, axis) ? s->n : GROUPS_MAX;
    struct wm_axis_groups g = {.labels =
                                   (const char **)wm_arena_alloc(arena, n_max, sizeof(char *)),
                               .x = WM_NEW_ARRAY(arena, double, n_max),
                               .group = WM_NEW_ARRAY(arena, size_t, s->n)};
    if (group_by_value(arena, s, axis, n_max, &g))
        sort_groups(&g, s->n);
    else
        group_by_tenth(arena, s, axis, &g);
    return g;
}

/* Values of metric `m` in group `k`, sorted. */
double *wm_group_values(struct wm_arena *arena, const struct wm_sample *s, size_t m,
                        const struct wm_axis_groups *g, size_t k, size_t *n)
{
    double *const values = WM_NEW_ARRAY(arena, double, s->n);
    *n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (g->group[i] == k && isfinite(s->values[i * s->n_metrics + m]))
            values[(*n)++] = s->values[i * s->n_metrics + m];
    wm_sort(values, *n);
    return values;
}

enum wm_status wm_sample_load_metric(struct wm_arena *arena, struct wm_store *store,
                                     const char *metric, struct wm_sample *out,
                                     struct wm_diags *diags)
{
    size_t column = 0;
    return wm_sample_metric(arena, store, metric, &column, diags)
               ? wm_sample_load(arena, store, &column, 1, out, diags)
               : WM_USAGE;
}
