/* Which axes matter: tornado and Sobol indices of a store as grids. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "sample.h"
#include "table.h"

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

/* Levels of numbers have ends; texts have none, so their bar reaches from the least mean to the largest. */
static void extend(struct wm_tornado_bar *bar, double mean, const char *label, bool is_text, bool any)
{
    if (!any || (is_text && mean < bar->low)) {
        bar->low = mean;
        bar->low_label = label;
    }
    if (!any || !is_text || mean > bar->high) {
        bar->high = mean;
        bar->high_label = label;
    }
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
        extend(bar, v, short_label(arena, s, i, j), s->axis_text[i * s->n_axes + j] != NULL, any);
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
        const double *const values = wm_group_values(arena, s, 0, &g, k, &n);
        if (n == 0)
            continue;
        extend(bar, wm_mean(values, n), g.labels[k], isnan(g.x[k]), any);
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
    const enum wm_status status = wm_sample_load_metric(arena, store, metric, &s, diags);
    if (status != WM_OK)
        return status;
    *bars = WM_NEW_ARRAY(arena, struct wm_tornado_bar, about->n_axes);
    *n = 0;
    size_t n_values = 0;
    const double *const sorted = wm_sample_sorted(arena, &s, 0, &n_values);
    *centre = alone && s.index[0] == 0 ? s.values[0] : wm_mean(sorted, n_values);
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
    struct wm_table t = wm_table_open(arena);
    struct wm_tornado_bar *bars = NULL;
    size_t n = 0;
    double centre = 0.0;
    const enum wm_status status = wm_tornado_bars(arena, store, metric, &bars, &n, &centre, diags);
    if (status != WM_OK)
        return status;
    wm_table_column(&t, "axis", false);
    wm_table_column(&t, "low", false);
    wm_table_column(&t, "high", false);
    wm_table_column(&t, wm_arena_printf(arena, "%s_at_low", metric), true);
    wm_table_column(&t, "at_high", true);
    wm_table_column(&t, "centre", true);
    wm_table_column(&t, "swing", true);
    for (size_t i = 0; i < n; i++) {
        wm_table_cell(&t, bars[i].axis);
        wm_table_cell(&t, bars[i].low_label);
        wm_table_cell(&t, bars[i].high_label);
        wm_table_real(&t, bars[i].low);
        wm_table_real(&t, bars[i].high);
        wm_table_real(&t, centre);
        wm_table_real(&t, fabs(bars[i].high - bars[i].low));
    }
    wm_table_close(&t, out);
    return WM_OK;
}

enum wm_status wm_stats_sobol(struct wm_arena *arena, struct wm_store *store, const char *metric,
                              struct wm_grid *out, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    const size_t d = about->n_axes;
    struct wm_table t = wm_table_open(arena);
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
    wm_table_column(&t, "axis", false);
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        wm_table_column(&t, headings[i], true);
    for (size_t j = 0; j < d; j++) {
        const double values[] = {index[j].first, index[j].first_low, index[j].first_high,
                                 index[j].total, index[j].total_low, index[j].total_high};
        wm_table_cell(&t, about->axes[j]);
        for (size_t i = 0; i < sizeof values / sizeof *values; i++)
            wm_table_real(&t, values[i]);
    }
    wm_table_close(&t, out);
    return WM_OK;
}
