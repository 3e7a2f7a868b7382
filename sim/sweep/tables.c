/* Statistics of a store as grids. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "sample.h"
#include "table.h"

#define CONFIDENCE 0.95

static double sd_of(const double *values, size_t n)
{
    const double mean = wm_mean(values, n);
    double squares = 0.0;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return n > 1 ? sqrt(squares / (double)(n - 1)) : (double)NAN;
}

static void quantile_cells(struct wm_table *t, const double *sorted, size_t n, double prob,
                           bool sampled)
{
    size_t low = 0, high = 0;
    const bool sure = sampled && wm_quantile_ranks(n, prob, CONFIDENCE, &low, &high);
    wm_table_real(t, wm_sorted_quantile(sorted, n, prob));
    wm_table_real(t, sure ? sorted[low] : (double)NAN);
    wm_table_real(t, sure ? sorted[high] : (double)NAN);
}

static void summary_row(struct wm_table *t, const struct wm_sample *s, size_t m,
                        const struct wm_store_key *key, bool sampled)
{
    size_t n = 0;
    const double *const sorted = wm_sample_sorted(t->arena, s, m, &n);
    if (n == 0)
        return;
    wm_table_cell(t, key->key);
    wm_table_cell(t, key->unit);
    wm_table_whole(t, n);
    quantile_cells(t, sorted, n, 0.1, sampled);
    quantile_cells(t, sorted, n, 0.5, sampled);
    quantile_cells(t, sorted, n, 0.9, sampled);
    wm_table_real(t, wm_mean(sorted, n));
    wm_table_real(t, sd_of(sorted, n));
    wm_table_real(t, sorted[0]);
    wm_table_real(t, sorted[n - 1]);
}

enum wm_status wm_stats_summary(struct wm_arena *arena, struct wm_store *store,
                                const char *const *metrics, size_t n_metrics, struct wm_grid *out,
                                struct wm_diags *diags)
{
    static const char *const headings[] = {"points",  "P10",      "P10_low", "P10_high", "P50",
                                           "P50_low", "P50_high", "P90",     "P90_low",  "P90_high",
                                           "mean",    "sd",       "min",     "max"};
    const struct wm_store_about *const about = wm_store_about(store);
    const size_t n = n_metrics > 0 ? n_metrics : about->n_metrics;
    size_t *const columns = WM_NEW_ARRAY(arena, size_t, n);
    struct wm_table t = wm_table_open(arena);
    struct wm_sample s;
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        columns[i] = i;
        if (n_metrics > 0)
            ok = wm_sample_metric(arena, store, metrics[i], &columns[i], diags) && ok;
    }
    if (!ok)
        return WM_USAGE;
    const enum wm_status status = wm_sample_load(arena, store, columns, n, &s, diags);
    if (status != WM_OK)
        return status;
    wm_sample_independent(&s, about);
    wm_table_column(&t, "metric", false);
    wm_table_column(&t, "unit", false);
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        wm_table_column(&t, headings[i], true);
    for (size_t i = 0; i < n; i++)
        summary_row(&t, &s, i, &about->metrics[columns[i]], wm_is_sampled(about));
    wm_table_close(&t, out);
    return WM_OK;
}

static bool condition_columns(struct wm_arena *arena, const struct wm_store *store,
                              const struct wm_assertion *conditions, size_t n, size_t *columns,
                              struct wm_diags *diags)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok = wm_sample_metric(arena, store, conditions[i].key, &columns[i], diags) && ok;
    return ok;
}

enum wm_status wm_stats_prob(struct wm_arena *arena, struct wm_store *store,
                             const struct wm_assertion *conditions, size_t n_conditions,
                             struct wm_grid *out, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    const bool sampled = wm_is_sampled(about);
    size_t *const columns = WM_NEW_ARRAY(arena, size_t, n_conditions);
    struct wm_table t = wm_table_open(arena);
    struct wm_sample s;
    if (!condition_columns(arena, store, conditions, n_conditions, columns, diags))
        return WM_USAGE;
    const enum wm_status status = wm_sample_load(arena, store, columns, n_conditions, &s, diags);
    if (status != WM_OK)
        return status;
    wm_sample_independent(&s, about);
    wm_table_column(&t, "condition", false);
    wm_table_column(&t, sampled ? "probability" : "share_of_points", true);
    if (sampled) {
        wm_table_column(&t, "low_95", true);
        wm_table_column(&t, "high_95", true);
    }
    wm_table_column(&t, "true", true);
    wm_table_column(&t, "points", true);
    wm_table_column(&t, "points_failed", true);
    for (size_t m = 0; m < n_conditions; m++) {
        uint64_t n_true = 0, n = 0;
        for (size_t i = 0; i < s.n; i++) {
            const double value = s.values[i * n_conditions + m];
            if (!isfinite(value))
                continue;
            n++;
            n_true += wm_relation_holds(value, conditions[m].relation, conditions[m].value);
        }
        double low = (double)NAN, high = (double)NAN;
        if (n > 0)
            wm_share_interval(n_true, n, CONFIDENCE, &low, &high);
        wm_table_cell(&t, conditions[m].text);
        wm_table_real(&t, (double)n_true / (double)n);
        if (sampled) {
            wm_table_real(&t, low);
            wm_table_real(&t, high);
        }
        wm_table_whole(&t, n_true);
        wm_table_whole(&t, n);
        wm_table_whole(&t, s.n_bad);
    }
    wm_table_close(&t, out);
    return WM_OK;
}

enum wm_status wm_stats_response(struct wm_arena *arena, struct wm_store *store, const char *metric,
                                 struct wm_grid *out, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    struct wm_table t = wm_table_open(arena);
    struct wm_sample s;
    const enum wm_status status = wm_sample_load_metric(arena, store, metric, &s, diags);
    if (status != WM_OK)
        return status;
    wm_table_column(&t, "axis", false);
    wm_table_column(&t, "value", false);
    wm_table_column(&t, "points", true);
    wm_table_column(&t, wm_arena_printf(arena, "mean_%s", metric), true);
    const bool sampled = wm_is_sampled(about); /* levels of a grid were chosen: no percentiles */
    wm_table_column(&t, sampled ? "P10" : "least", true);
    wm_table_column(&t, sampled ? "P50" : "median", true);
    wm_table_column(&t, sampled ? "P90" : "greatest", true);
    for (size_t j = 0; j < about->n_axes; j++) {
        const struct wm_axis_groups g = wm_sample_groups(arena, &s, j);
        for (size_t k = 0; k < g.n_groups; k++) {
            size_t n = 0;
            const double *const values = wm_group_values(arena, &s, 0, &g, k, &n);
            if (n == 0)
                continue;
            wm_table_cell(&t, about->axes[j]);
            wm_table_cell(&t, g.labels[k]);
            wm_table_whole(&t, n);
            wm_table_real(&t, wm_mean(values, n));
            wm_table_real(&t, wm_sorted_quantile(values, n, sampled ? 0.1 : 0.0));
            wm_table_real(&t, wm_sorted_quantile(values, n, 0.5));
            wm_table_real(&t, wm_sorted_quantile(values, n, sampled ? 0.9 : 1.0));
        }
    }
    wm_table_close(&t, out);
    return WM_OK;
}

static const char *axis_label(struct wm_arena *arena, const struct wm_sample *s, size_t i, size_t j)
{
    const char *const text = s->axis_text[i * s->n_axes + j];
    return text != NULL ? text : wm_table_number(arena, s->axis[i * s->n_axes + j]);
}

struct ranked {
    double value;
    size_t point;
};

static int best_first(const void *a, const void *b)
{
    const struct ranked *const x = a, *const y = b;
    return x->value < y->value   ? 1
           : x->value > y->value ? -1
                                 : (x->point > y->point) - (x->point < y->point);
}

/* "max KEY" or "min KEY": the sign that makes larger better, and the key. */
static const char *read_goal(const char *goal, double *sign, struct wm_diags *diags)
{
    *sign = strncmp(goal, "min ", 4) == 0 ? -1.0 : 1.0;
    if (strncmp(goal, "max ", 4) == 0 || *sign < 0.0)
        return goal + 4 + strspn(goal + 4, " ");
    wm_diag_add(diags, WM_E103, NULL, NULL, "\"%s\": write max KEY or min KEY", goal);
    return NULL;
}

static bool meets(const struct wm_sample *s, size_t i, const struct wm_assertion *conditions,
                  size_t n)
{
    for (size_t m = 0; m < n; m++) {
        const double value = s->values[i * s->n_metrics + 1 + m];
        if (!isfinite(value) ||
            !wm_relation_holds(value, conditions[m].relation, conditions[m].value))
            return false;
    }
    return true;
}

static void put_metric(struct wm_table *t, double value, const struct wm_store_key *key,
                       bool for_people)
{
    char text[24];
    if (!for_people || !isfinite(value)) {
        wm_table_real(t, value);
        return;
    }
    wm_short_number(value, text);
    text[strcspn(text, " ")] = text[strlen(text) - 1] == ' ' ? '\0' : ' '; /* of no prefix */
    wm_table_cell(t, key->unit[0] == '\0' ? wm_arena_copy_text(t->arena, text, strlen(text))
                                          : wm_arena_printf(t->arena, "%s %s", text, key->unit));
}

enum wm_status wm_stats_best(struct wm_arena *arena, struct wm_store *store, const char *goal,
                             const struct wm_assertion *conditions, size_t n_conditions,
                             size_t n_best, bool for_people, struct wm_grid *out,
                             struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    size_t *const columns = WM_NEW_ARRAY(arena, size_t, n_conditions + 1);
    struct wm_table t = wm_table_open(arena);
    struct wm_sample s;
    double sign = 1.0;
    const char *const key = read_goal(goal, &sign, diags);
    if (key == NULL || !wm_sample_metric(arena, store, key, &columns[0], diags) ||
        !condition_columns(arena, store, conditions, n_conditions, columns + 1, diags))
        return WM_USAGE;
    const enum wm_status status =
        wm_sample_load(arena, store, columns, n_conditions + 1, &s, diags);
    if (status != WM_OK)
        return status;
    struct ranked *const list = WM_NEW_ARRAY(arena, struct ranked, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (isfinite(s.values[i * s.n_metrics]) && meets(&s, i, conditions, n_conditions))
            list[n++] = (struct ranked){sign * s.values[i * s.n_metrics], i};
    if (n == 0) {
        wm_diag_add(diags, WM_E507, NULL, key, "no point meets all conditions, of %zu", s.n);
        return WM_IO;
    }
    qsort(list, n, sizeof *list, best_first);
    wm_table_column(&t, "index", true);
    for (size_t j = 0; j < about->n_axes; j++)
        wm_table_column(&t, about->axes[j], false);
    for (size_t m = 0; m <= n_conditions; m++)
        wm_table_column(&t, about->metrics[columns[m]].key, true);
    for (size_t k = 0; k < n && k < n_best; k++) {
        const size_t i = list[k].point;
        wm_table_whole(&t, s.index[i]);
        for (size_t j = 0; j < about->n_axes; j++)
            wm_table_cell(&t, axis_label(arena, &s, i, j));
        for (size_t m = 0; m <= n_conditions; m++)
            put_metric(&t, s.values[i * s.n_metrics + m], &about->metrics[columns[m]], for_people);
    }
    wm_table_close(&t, out);
    return WM_OK;
}
