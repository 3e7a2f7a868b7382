/* Statistics of a store as grids. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "sample.h"

#define CONFIDENCE  0.95
#define COLUMNS_MAX 64

/* A grid that grows by cells. */
struct table {
    struct wm_arena *arena;
    struct wm_grid_column *columns;
    const char **cells;
    size_t n_columns, n_cells, capacity;
};

static struct table open_table(struct wm_arena *arena)
{
    return (struct table){.arena = arena,
                          .columns = WM_NEW_ARRAY(arena, struct wm_grid_column, COLUMNS_MAX)};
}

static void column(struct table *t, const char *key, bool is_number)
{
    if (t->n_columns < COLUMNS_MAX)
        t->columns[t->n_columns++] = (struct wm_grid_column){key, is_number, is_number};
}

static void cell(struct table *t, const char *text)
{
    if (t->n_cells == t->capacity) {
        t->capacity = t->capacity == 0 ? 256 : 2 * t->capacity;
        const char **const more =
            (const char **)wm_arena_alloc(t->arena, t->capacity, sizeof *more);
        if (t->n_cells > 0)
            memcpy(more, t->cells, t->n_cells * sizeof *more);
        t->cells = more;
    }
    t->cells[t->n_cells++] = text;
}

static void number(struct table *t, double value)
{
    cell(t, isfinite(value) ? wm_table_number(t->arena, value) : NULL);
}

static void whole(struct table *t, uint64_t value)
{
    cell(t, wm_arena_printf(t->arena, "%llu", (unsigned long long)value));
}

static void close_table(const struct table *t, struct wm_grid *out)
{
    *out = (struct wm_grid){.columns = t->columns,
                            .n_columns = t->n_columns,
                            .cells = t->cells,
                            .n_rows = t->n_columns > 0 ? t->n_cells / t->n_columns : 0};
}

static double mean_of(const double *values, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return n > 0 ? sum / (double)n : (double)NAN;
}

static double sd_of(const double *values, size_t n)
{
    const double mean = mean_of(values, n);
    double squares = 0.0;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return n > 1 ? sqrt(squares / (double)(n - 1)) : (double)NAN;
}

static void quantile_cells(struct table *t, const double *sorted, size_t n, double prob)
{
    size_t low = 0, high = 0;
    const bool sure = wm_quantile_ranks(n, prob, CONFIDENCE, &low, &high);
    number(t, wm_sorted_quantile(sorted, n, prob));
    number(t, sure ? sorted[low] : (double)NAN);
    number(t, sure ? sorted[high] : (double)NAN);
}

static void summary_row(struct table *t, const struct wm_sample *s, size_t m,
                        const struct wm_store_key *key)
{
    size_t n = 0;
    const double *const sorted = wm_sample_sorted(t->arena, s, m, &n);
    if (n == 0)
        return;
    cell(t, key->key);
    cell(t, key->unit);
    whole(t, n);
    quantile_cells(t, sorted, n, 0.1);
    quantile_cells(t, sorted, n, 0.5);
    quantile_cells(t, sorted, n, 0.9);
    number(t, mean_of(sorted, n));
    number(t, sd_of(sorted, n));
    number(t, sorted[0]);
    number(t, sorted[n - 1]);
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
    struct table t = open_table(arena);
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
    column(&t, "metric", false);
    column(&t, "unit", false);
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        column(&t, headings[i], true);
    for (size_t i = 0; i < n; i++)
        summary_row(&t, &s, i, &about->metrics[columns[i]]);
    close_table(&t, out);
    return WM_OK;
}

static bool condition_columns(struct wm_arena *arena, const struct wm_store *store,
                              const struct wm_assertion *conditions, size_t n, size_t *columns,
                              struct wm_diags *diags)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok = wm_sample_metric(arena, store, wm_metric_info(conditions[i].metric)->key, &columns[i],
                              diags) &&
             ok;
    return ok;
}

enum wm_status wm_stats_prob(struct wm_arena *arena, struct wm_store *store,
                             const struct wm_assertion *conditions, size_t n_conditions,
                             struct wm_grid *out, struct wm_diags *diags)
{
    size_t *const columns = WM_NEW_ARRAY(arena, size_t, n_conditions);
    struct table t = open_table(arena);
    struct wm_sample s;
    if (!condition_columns(arena, store, conditions, n_conditions, columns, diags))
        return WM_USAGE;
    const enum wm_status status = wm_sample_load(arena, store, columns, n_conditions, &s, diags);
    if (status != WM_OK)
        return status;
    column(&t, "condition", false);
    column(&t, "probability", true);
    column(&t, "low_95", true);
    column(&t, "high_95", true);
    column(&t, "true", true);
    column(&t, "points", true);
    column(&t, "points_failed", true);
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
        cell(&t, conditions[m].text);
        number(&t, (double)n_true / (double)n);
        number(&t, low);
        number(&t, high);
        whole(&t, n_true);
        whole(&t, n);
        whole(&t, s.n_bad);
    }
    close_table(&t, out);
    return WM_OK;
}

/* Values of metric `m` in group `k`, sorted. */
static double *group_values(struct wm_arena *arena, const struct wm_sample *s, size_t m,
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

enum wm_status wm_stats_response(struct wm_arena *arena, struct wm_store *store, const char *metric,
                                 struct wm_grid *out, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    struct table t = open_table(arena);
    struct wm_sample s;
    size_t at = 0;
    if (!wm_sample_metric(arena, store, metric, &at, diags))
        return WM_USAGE;
    const enum wm_status status = wm_sample_load(arena, store, &at, 1, &s, diags);
    if (status != WM_OK)
        return status;
    column(&t, "axis", false);
    column(&t, "value", false);
    column(&t, "points", true);
    column(&t, wm_arena_printf(arena, "mean_%s", metric), true);
    column(&t, "P10", true);
    column(&t, "P50", true);
    column(&t, "P90", true);
    for (size_t j = 0; j < about->n_axes; j++) {
        const struct wm_axis_groups g = wm_sample_groups(arena, &s, j);
        for (size_t k = 0; k < g.n_groups; k++) {
            size_t n = 0;
            const double *const values = group_values(arena, &s, 0, &g, k, &n);
            if (n == 0)
                continue;
            cell(&t, about->axes[j]);
            cell(&t, g.labels[k]);
            whole(&t, n);
            number(&t, mean_of(values, n));
            number(&t, wm_sorted_quantile(values, n, 0.1));
            number(&t, wm_sorted_quantile(values, n, 0.5));
            number(&t, wm_sorted_quantile(values, n, 0.9));
        }
    }
    close_table(&t, out);
    return WM_OK;
}

static int by_swing(const void *a, const void *b)
{
    const struct wm_tornado_bar *const x = a, *const y = b;
    const double p = fabs(x->high - x->low), q = fabs(y->high - y->low);
    return p < q ? 1 : p > q ? -1 : strcmp(x->axis, y->axis);
}

static const char *short_label(struct wm_arena *arena, const struct wm_sample *s, size_t i,
                               size_t j)
{
    const char *const text = s->axis_text[i * s->n_axes + j];
    return text != NULL ? text : wm_label_number(arena, s->axis[i * s->n_axes + j]);
}

static const char *axis_label(struct wm_arena *arena, const struct wm_sample *s, size_t i, size_t j)
{
    const char *const text = s->axis_text[i * s->n_axes + j];
    return text != NULL ? text : wm_table_number(arena, s->axis[i * s->n_axes + j]);
}

/* The axis' own points lie behind those of the axes before it; the metric's extremes among them. */
static bool bar_alone(struct wm_arena *arena, const struct wm_store_about *about,
                      const struct wm_sample *s, size_t j, struct wm_tornado_bar *bar)
{
    uint64_t first = 1;
    bool any = false;
    for (size_t k = 0; k < j; k++)
        first += about->n_levels[k];
    for (size_t i = 0; i < s->n; i++) {
        const double v = s->values[i];
        if (s->index[i] < first || s->index[i] >= first + about->n_levels[j] || !isfinite(v))
            continue;
        const char *const label = short_label(arena, s, i, j);
        if (!any) {
            bar->low = v;
            bar->low_label = label;
        }
        bar->high = v;
        bar->high_label = label;
        any = true;
    }
    return any;
}

static bool bar_of_groups(struct wm_arena *arena, const struct wm_sample *s, size_t j,
                          struct wm_tornado_bar *bar)
{
    const struct wm_axis_groups g = wm_sample_groups(arena, s, j);
    bool any = false;
    for (size_t k = 0; k < g.n_groups; k++) {
        size_t n = 0;
        const double *const values = group_values(arena, s, 0, &g, k, &n);
        if (n == 0)
            continue;
        if (!any) {
            bar->low = mean_of(values, n);
            bar->low_label = g.labels[k];
        }
        bar->high = mean_of(values, n);
        bar->high_label = g.labels[k];
        any = true;
    }
    return any;
}

enum wm_status wm_tornado_bars(struct wm_arena *arena, struct wm_store *store, const char *metric,
                               struct wm_tornado_bar **bars, size_t *n, double *centre,
                               struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    const bool alone = strcmp(about->design, wm_design_words[WM_DESIGN_ONE_AT_A_TIME]) == 0;
    struct wm_sample s;
    size_t at = 0;
    if (!wm_sample_metric(arena, store, metric, &at, diags))
        return WM_USAGE;
    const enum wm_status status = wm_sample_load(arena, store, &at, 1, &s, diags);
    if (status != WM_OK)
        return status;
    *bars = WM_NEW_ARRAY(arena, struct wm_tornado_bar, about->n_axes);
    *n = 0;
    size_t n_values = 0;
    const double *const sorted = wm_sample_sorted(arena, &s, 0, &n_values);
    *centre = alone && s.index[0] == 0 ? s.values[0] : mean_of(sorted, n_values);
    for (size_t j = 0; j < about->n_axes; j++) {
        struct wm_tornado_bar *const bar = &(*bars)[*n];
        *bar = (struct wm_tornado_bar){.axis = about->axes[j]};
        if (alone ? bar_alone(arena, about, &s, j, bar) : bar_of_groups(arena, &s, j, bar))
            ++*n;
    }
    qsort(*bars, *n, sizeof **bars, by_swing);
    return WM_OK;
}

enum wm_status wm_stats_tornado(struct wm_arena *arena, struct wm_store *store, const char *metric,
                                struct wm_grid *out, struct wm_diags *diags)
{
    struct table t = open_table(arena);
    struct wm_tornado_bar *bars = NULL;
    size_t n = 0;
    double centre = 0.0;
    const enum wm_status status = wm_tornado_bars(arena, store, metric, &bars, &n, &centre, diags);
    if (status != WM_OK)
        return status;
    column(&t, "axis", false);
    column(&t, "low", false);
    column(&t, "high", false);
    column(&t, wm_arena_printf(arena, "%s_at_low", metric), true);
    column(&t, "at_high", true);
    column(&t, "centre", true);
    column(&t, "swing", true);
    for (size_t i = 0; i < n; i++) {
        cell(&t, bars[i].axis);
        cell(&t, bars[i].low_label);
        cell(&t, bars[i].high_label);
        number(&t, bars[i].low);
        number(&t, bars[i].high);
        number(&t, centre);
        number(&t, fabs(bars[i].high - bars[i].low));
    }
    close_table(&t, out);
    return WM_OK;
}

enum wm_status wm_stats_sobol(struct wm_arena *arena, struct wm_store *store, const char *metric,
                              struct wm_grid *out, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    const size_t d = about->n_axes;
    struct table t = open_table(arena);
    struct wm_sample s;
    size_t at = 0;
    if (!wm_sample_metric(arena, store, metric, &at, diags))
        return WM_USAGE;
    if (strcmp(about->design, wm_design_words[WM_DESIGN_SALTELLI]) != 0) {
        wm_diag_add(diags, WM_E507, NULL, about->name,
                    "Sobol indices need the design saltelli; this study is %s", about->design);
        return WM_IO;
    }
    const enum wm_status status = wm_sample_load(arena, store, &at, 1, &s, diags);
    if (status != WM_OK)
        return status;
    const size_t n = (size_t)(about->n_points / (d + 2));
    double *const f = WM_NEW_ARRAY(arena, double, n *(d + 2));
    struct wm_sobol_index *const index = WM_NEW_ARRAY(arena, struct wm_sobol_index, d);
    for (size_t i = 0; i < n * (d + 2); i++)
        f[i] = (double)NAN;
    for (size_t i = 0; i < s.n; i++)
        if (s.index[i] < n * (d + 2))
            f[s.index[i]] = s.values[i];
    if (!wm_sobol_indices(arena, f, n, d, (uint64_t)about->seed, index)) {
        wm_diag_add(diags, WM_E507, NULL, metric,
                    "has no Sobol indices: it is constant, or fewer than two whole blocks of %zu "
                    "points ended well",
                    d + 2);
        return WM_IO;
    }
    static const char *const headings[] = {"S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high"};
    column(&t, "axis", false);
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        column(&t, headings[i], true);
    for (size_t j = 0; j < d; j++) {
        const double values[] = {index[j].first, index[j].first_low, index[j].first_high,
                                 index[j].total, index[j].total_low, index[j].total_high};
        cell(&t, about->axes[j]);
        for (size_t i = 0; i < sizeof values / sizeof *values; i++)
            number(&t, values[i]);
    }
    close_table(&t, out);
    return WM_OK;
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

enum wm_status wm_stats_best(struct wm_arena *arena, struct wm_store *store, const char *goal,
                             const struct wm_assertion *conditions, size_t n_conditions,
                             size_t n_best, struct wm_grid *out, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    size_t *const columns = WM_NEW_ARRAY(arena, size_t, n_conditions + 1);
    struct table t = open_table(arena);
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
    column(&t, "index", true);
    for (size_t j = 0; j < about->n_axes; j++)
        column(&t, about->axes[j], false);
    for (size_t m = 0; m <= n_conditions; m++)
        column(&t, about->metrics[columns[m]].key, true);
    for (size_t k = 0; k < n && k < n_best; k++) {
        const size_t i = list[k].point;
        whole(&t, s.index[i]);
        for (size_t j = 0; j < about->n_axes; j++)
            cell(&t, axis_label(arena, &s, i, j));
        for (size_t m = 0; m <= n_conditions; m++)
            number(&t, s.values[i * s.n_metrics + m]);
    }
    close_table(&t, out);
    return WM_OK;
}
