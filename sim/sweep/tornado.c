/* Which axes matter: tornado and Sobol indices of a store as grids. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "design.h"
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
static void extend(struct wm_tornado_bar *bar, double mean, const char *label, bool is_text,
                   bool any)
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

bool wm_is_sampled(const struct wm_store_about *about)
{
    const struct wm_design_type *const design = wm_design_named(about->design);
    return design != NULL && design->is_sampled;
}

static bool is_in_blocks(const struct wm_store_about *about)
{
    const struct wm_design_type *const design = wm_design_named(about->design);
    return design != NULL && design->in_blocks;
}

void wm_sample_independent(struct wm_sample *s, const struct wm_store_about *about)
{
    size_t n = 0;
    if (!is_in_blocks(about))
        return;
    for (size_t i = 0; i < s->n; i++) {
        if (s->index[i] % (about->n_axes + 2) >= 2)
            continue;
        s->index[n] = s->index[i];
        s->params[n] = s->params[i];
        memmove(s->values + n * s->n_metrics, s->values + i * s->n_metrics,
                s->n_metrics * sizeof *s->values);
        memmove(s->axis + n * s->n_axes, s->axis + i * s->n_axes, s->n_axes * sizeof *s->axis);
        memmove(s->axis_text + n * s->n_axes, s->axis_text + i * s->n_axes,
                s->n_axes * sizeof *s->axis_text);
        n++;
    }
    s->n = n;
}

/* Bars of levels: of one axis alone, or means over all others. */
static void level_bars(struct wm_arena *arena, const struct wm_store_about *about,
                       const struct wm_sample *s, struct wm_tornado *t)
{
    const struct wm_design_type *const design = wm_design_named(about->design);
    const bool alone = design != NULL && design->is_alone;
    if (alone && s->index[0] == 0)
        t->centre = s->values[0];
    for (size_t j = 0; j < about->n_axes; j++) {
        struct wm_tornado_bar *const bar = &t->bars[t->n];
        *bar = (struct wm_tornado_bar){.axis = about->axes[j], .rank = (double)NAN};
        if (alone ? bar_alone(arena, about, s, j, bar) : bar_of_groups(arena, s, j, bar))
            t->n++;
    }
}

enum wm_status wm_tornado_of(struct wm_arena *arena, struct wm_store *store, const char *metric,
                             struct wm_tornado *out, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    struct wm_sample s;
    const enum wm_status status = wm_sample_load_metric(arena, store, metric, &s, diags);
    if (status != WM_OK)
        return status;
    wm_sample_independent(&s, about);
    size_t n_values = 0;
    const double *const sorted = wm_sample_sorted(arena, &s, 0, &n_values);
    *out = (struct wm_tornado){.centre = wm_mean(sorted, n_values), .r2 = (double)NAN};
    out->bars = WM_NEW_ARRAY(arena, struct wm_tornado_bar, about->n_axes);
    if (!wm_is_sampled(about))
        level_bars(arena, about, &s, out);
    else if (wm_effect_bars(arena, &s, about->axes, out->bars, &out->r2))
        out->n = about->n_axes;
    qsort(out->bars, out->n, sizeof *out->bars, by_swing);
    return WM_OK;
}

static void tornado_columns(struct wm_table *t, const char *metric, bool sampled)
{
    static const char *const words[] = {"axis", "low", "high"};
    static const char *const of_levels[] = {"at_high", "centre", "swing"};
    static const char *const of_sample[] = {"at_high",    "centre",      "change",
                                            "change_low", "change_high", "rank_corr"};
    for (size_t i = 0; i < 3; i++)
        wm_table_column(t, words[i], false);
    wm_table_column(t, wm_arena_printf(t->arena, "%s_at_low", metric), true);
    for (size_t i = 0; i < (sampled ? 6 : 3); i++)
        wm_table_column(t, sampled ? of_sample[i] : of_levels[i], true);
    if (sampled)
        wm_table_column(t, "verdict", false);
}

enum wm_status wm_stats_tornado(struct wm_arena *arena, struct wm_store *store, const char *metric,
                                struct wm_grid *out, struct wm_diags *diags)
{
    static const char *const verdicts[] = {"", "beyond noise", "no straight line", "within noise"};
    const bool sampled = wm_is_sampled(wm_store_about(store));
    struct wm_table t = wm_table_open(arena);
    struct wm_tornado found;
    const enum wm_status status = wm_tornado_of(arena, store, metric, &found, diags);
    if (status != WM_OK)
        return status;
    if (found.n == 0) {
        wm_diag_add(diags, WM_E507, NULL, metric,
                    "has no effects: fewer points ended well than the axes need for a regression, "
                    "or two axes move "
                    "as one");
        return WM_IO;
    }
    tornado_columns(&t, metric, sampled);
    for (size_t i = 0; i < found.n; i++) {
        const struct wm_tornado_bar *const b = &found.bars[i];
        wm_table_cell(&t, b->axis);
        wm_table_cell(&t, b->low_label);
        wm_table_cell(&t, b->high_label);
        wm_table_real(&t, b->low);
        wm_table_real(&t, b->high);
        wm_table_real(&t, found.centre);
        wm_table_real(&t, sampled ? b->high - b->low : fabs(b->high - b->low));
        if (!sampled)
            continue;
        wm_table_real(&t, b->change_low);
        wm_table_real(&t, b->change_high);
        wm_table_real(&t, b->rank);
        wm_table_cell(&t, verdicts[b->verdict]);
    }
    wm_table_close(&t, out);
    return WM_OK;
}

/* An index of first order is never above the total one: where it is, both are within noise. */
static const char *sobol_note(const struct wm_sobol_index *index)
{
    if (!(index->total > 0.0))
        return "does nothing";
    if (index->first > index->total)
        return "S1 above ST: noise, raise n";
    return index->first_low <= 0.0 && index->total_low <= 0.01 ? "within noise" : "";
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
    if (!is_in_blocks(about)) {
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
    wm_table_column(&t, "note", false);
    for (size_t j = 0; j < d; j++) {
        const double values[] = {index[j].first, index[j].first_low, index[j].first_high,
                                 index[j].total, index[j].total_low, index[j].total_high};
        wm_table_cell(&t, about->axes[j]);
        for (size_t i = 0; i < sizeof values / sizeof *values; i++)
            wm_table_real(&t, values[i]);
        wm_table_cell(&t, sobol_note(&index[j]));
    }
    wm_table_close(&t, out);
    return WM_OK;
}
