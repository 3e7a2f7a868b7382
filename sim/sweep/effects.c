/*
 * Which axes matter in a sampled study, where all vary at once: linear regression on all axes. An
 * axis of texts has a level for each. The effect of a number is the change of the metric from the
 * axis' 10th to its 90th percentile, others held; of texts, that between the two levels farthest
 * apart, with an interval for the best of all pairs (Bonferroni). An interval that holds 0 is told as
 * noise, unless means over tenths of the axis differ by more than the residuals explain: then the
 * effect is there, but is no line.
 *
 * Source: Draper, Smith, "Applied Regression Analysis", 3rd ed. 1998, ch. 5, 14 (dummy variables).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "wattmill/numeric.h"

#define CONFIDENCE 0.95
#define LACK_PROB  0.999 /* of a line being no line by chance */

struct fit {
    struct wm_arena *arena;
    const struct wm_sample *s;
    struct wm_regression r;
    size_t *first;                /* [n_axes] column of the axis */
    struct wm_axis_groups *texts; /* [n_axes]; of texts alone */
    double *column_mean;          /* [n_columns] */
    double mean;                  /* of the metric */
};

static bool is_text(const struct wm_sample *s, size_t axis)
{
    return s->axis_text[axis] != NULL;
}

static size_t n_columns_of(const struct fit *f, size_t axis)
{
    return !is_text(f->s, axis) ? 1 : f->texts[axis].n_groups - 1;
}

static void open_columns(struct fit *f)
{
    const struct wm_sample *const s = f->s;
    f->first = WM_NEW_ARRAY(f->arena, size_t, s->n_axes);
    f->texts = WM_NEW_ARRAY(f->arena, struct wm_axis_groups, s->n_axes);
    f->r.n_columns = 0;
    for (size_t j = 0; j < s->n_axes; j++) {
        if (is_text(s, j))
            f->texts[j] = wm_sample_groups(f->arena, s, j);
        f->first[j] = f->r.n_columns;
        f->r.n_columns += n_columns_of(f, j);
    }
}

/* Rows of the regression; level 0 of texts is the one the others are compared with. */
static void fill_rows(struct fit *f)
{
    const struct wm_sample *const s = f->s;
    const size_t d = f->r.n_columns;
    double *const x = WM_NEW_ARRAY(f->arena, double, s->n *d);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n_axes; j++)
            if (!is_text(s, j))
                x[i * d + f->first[j]] = s->axis[i * s->n_axes + j];
            else if (f->texts[j].group[i] > 0)
                x[i * d + f->first[j] + f->texts[j].group[i] - 1] = 1.0;
    f->r.n = s->n;
    f->r.x = x;
    f->r.y = s->values;
    f->r.slope = WM_NEW_ARRAY(f->arena, double, d);
    f->r.covariance = WM_NEW_ARRAY(f->arena, double, d *d);
}

static double covariance(const struct fit *f, size_t a, size_t b)
{
    return f->r.covariance[a * f->r.n_columns + b];
}

static void find_means(struct fit *f)
{
    f->column_mean = WM_NEW_ARRAY(f->arena, double, f->r.n_columns);
    for (size_t i = 0; i < f->r.n; i++)
        for (size_t k = 0; k < f->r.n_columns; k++)
            f->column_mean[k] += f->r.x[i * f->r.n_columns + k] / (double)f->r.n;
    f->mean = wm_mean(f->r.y, f->r.n);
}

static void set_interval(struct wm_tornado_bar *bar, double sd, double degrees, double tail)
{
    /* rounding of the means is no effect */
    const double half = wm_student_t_quantile(1.0 - tail, degrees) * sd +
                        1e-12 * (fabs(bar->low) + fabs(bar->high));
    bar->change_low = bar->high - bar->low - half;
    bar->change_high = bar->high - bar->low + half;
    bar->verdict =
        bar->change_low > 0.0 || bar->change_high < 0.0 ? WM_EFFECT_SURE : WM_EFFECT_NOISE;
}

static void number_bar(const struct fit *f, size_t axis, struct wm_tornado_bar *bar)
{
    const struct wm_sample *const s = f->s;
    const size_t column = f->first[axis];
    double *const x = WM_NEW_ARRAY(f->arena, double, s->n);
    for (size_t i = 0; i < s->n; i++)
        x[i] = s->axis[i * s->n_axes + axis];
    wm_sort(x, s->n);
    const double low = wm_sorted_quantile(x, s->n, 0.1), high = wm_sorted_quantile(x, s->n, 0.9);
    const double middle = f->column_mean[column], slope = f->r.slope[column];
    bar->low_label = wm_label_number(f->arena, low);
    bar->high_label = wm_label_number(f->arena, high);
    bar->low = f->mean + slope * (low - middle);
    bar->high = f->mean + slope * (high - middle);
    set_interval(bar, (high - low) * sqrt(covariance(f, column, column)), f->r.degrees,
                 0.5 * (1.0 - CONFIDENCE));
}

static double level_effect(const struct fit *f, size_t axis, size_t level)
{
    return level == 0 ? 0.0 : f->r.slope[f->first[axis] + level - 1];
}

static void text_bar(const struct fit *f, size_t axis, struct wm_tornado_bar *bar)
{
    const struct wm_axis_groups *const g = &f->texts[axis];
    size_t low = 0, high = 0;
    double middle = 0.0;
    for (size_t k = 0; k < g->n_groups; k++) {
        const double effect = level_effect(f, axis, k);
        if (effect < level_effect(f, axis, low))
            low = k;
        if (effect > level_effect(f, axis, high))
            high = k;
        if (k > 0)
            middle += effect * f->column_mean[f->first[axis] + k - 1];
    }
    const size_t a = f->first[axis] + low - 1, b = f->first[axis] + high - 1;
    const double variance = (low > 0 ? covariance(f, a, a) : 0.0) +
                            (high > 0 ? covariance(f, b, b) : 0.0) -
                            (low > 0 && high > 0 ? 2.0 * covariance(f, a, b) : 0.0);
    const double n_pairs = 0.5 * (double)(g->n_groups * (g->n_groups - 1));
    bar->low_label = g->labels[low];
    bar->high_label = g->labels[high];
    bar->low = f->mean + level_effect(f, axis, low) - middle;
    bar->high = f->mean + level_effect(f, axis, high) - middle;
    set_interval(bar, sqrt(fmax(variance, 0.0)), f->r.degrees,
                 0.5 * (1.0 - CONFIDENCE) / fmax(n_pairs, 1.0));
}

static double residual(const struct fit *f, size_t i)
{
    double y = f->r.y[i] - f->mean;
    for (size_t k = 0; k < f->r.n_columns; k++)
        y -= f->r.slope[k] * (f->r.x[i * f->r.n_columns + k] - f->column_mean[k]);
    return y;
}

/* Whether the residuals' means over groups of the axis differ more than chance lets them. */
static bool is_no_line(const struct fit *f, size_t axis, const double *residuals)
{
    const struct wm_axis_groups g = wm_sample_groups(f->arena, f->s, axis);
    double *const sum = WM_NEW_ARRAY(f->arena, double, g.n_groups);
    size_t *const n = WM_NEW_ARRAY(f->arena, size_t, g.n_groups);
    double chi2 = 0.0;
    if (g.n_groups < 3 || !(f->r.residual_variance > 1e-24 * f->mean * f->mean))
        return false;
    for (size_t i = 0; i < f->r.n; i++) {
        sum[g.group[i]] += residuals[i];
        n[g.group[i]]++;
    }
    for (size_t k = 0; k < g.n_groups; k++)
        chi2 += n[k] > 0 ? sum[k] * sum[k] / (double)n[k] : 0.0;
    return chi2 / f->r.residual_variance >
           wm_gamma_quantile(LACK_PROB, 0.5 * (double)(g.n_groups - 2), 2.0);
}

struct place {
    double value;
    size_t i;
};

static int ascending(const void *a, const void *b)
{
    const double x = ((const struct place *)a)->value, y = ((const struct place *)b)->value;
    return (x > y) - (x < y);
}

/* Ranks from 0, equal values share their mean. */
static double *ranks_of(struct wm_arena *arena, const double *x, size_t n, size_t stride)
{
    struct place *const list = WM_NEW_ARRAY(arena, struct place, n);
    double *const rank = WM_NEW_ARRAY(arena, double, n);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct place){x[i * stride], i};
    qsort(list, n, sizeof *list, ascending);
    for (size_t i = 0, end = 0; i < n; i = end) {
        end = i + 1;
        while (end < n && !(list[end].value > list[i].value))
            end++;
        for (size_t k = i; k < end; k++)
            rank[list[k].i] = 0.5 * (double)(i + end - 1);
    }
    return rank;
}

/* Spearman's: the correlation of the ranks; NAN when one of them never varies. */
static double rank_correlation(struct wm_arena *arena, const struct wm_sample *s, size_t axis)
{
    const double *const x = ranks_of(arena, s->axis + axis, s->n, s->n_axes);
    const double *const y = ranks_of(arena, s->values, s->n, 1);
    const double middle = 0.5 * (double)(s->n - 1);
    double xx = 0.0, yy = 0.0, xy = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        xx += (x[i] - middle) * (x[i] - middle);
        yy += (y[i] - middle) * (y[i] - middle);
        xy += (x[i] - middle) * (y[i] - middle);
    }
    return xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : (double)NAN;
}

/* Points without the metric have no part in it. */
static struct wm_sample with_values(struct wm_arena *arena, const struct wm_sample *s)
{
    struct wm_sample own = *s;
    own.values = WM_NEW_ARRAY(arena, double, s->n);
    own.axis = WM_NEW_ARRAY(arena, double, s->n * s->n_axes);
    own.axis_text = (const char **)wm_arena_alloc(arena, s->n * s->n_axes, sizeof *own.axis_text);
    own.n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->values[i]))
            continue;
        own.values[own.n] = s->values[i];
        for (size_t j = 0; j < s->n_axes; j++) {
            own.axis[own.n * s->n_axes + j] = s->axis[i * s->n_axes + j];
            own.axis_text[own.n * s->n_axes + j] = s->axis_text[i * s->n_axes + j];
        }
        own.n++;
    }
    return own;
}

bool wm_effect_bars(struct wm_arena *arena, const struct wm_sample *all, const char **axes,
                    struct wm_tornado_bar *bars, double *r2)
{
    const struct wm_sample s = with_values(arena, all);
    struct fit f = {.arena = arena, .s = &s};
    if (s.n == 0)
        return false;
    open_columns(&f);
    fill_rows(&f);
    if (!wm_regress(&f.r))
        return false;
    double *const residuals = WM_NEW_ARRAY(arena, double, s.n);
    find_means(&f);
    for (size_t i = 0; i < s.n; i++)
        residuals[i] = residual(&f, i);
    for (size_t j = 0; j < s.n_axes; j++) {
        bars[j] = (struct wm_tornado_bar){.axis = axes[j], .rank = (double)NAN};
        if (is_text(&s, j)) {
            text_bar(&f, j, &bars[j]);
            continue;
        }
        number_bar(&f, j, &bars[j]);
        bars[j].rank = rank_correlation(arena, &s, j);
        if (bars[j].verdict == WM_EFFECT_NOISE && is_no_line(&f, j, residuals))
            bars[j].verdict = WM_EFFECT_NO_LINE;
    }
    *r2 = f.r.r2;
    return true;
}
