/* Figures of a study: the data as CSV, drawn by the compiled-in scripts plots/study_*.gp. */
#include <math.h>
#include <string.h>

#include "design.h"
#include "heat.h"
#include "sample.h"

#define N_BINS      30
#define SERIES_MAX  8
#define N_QUANTILES 5

struct figure {
    struct wm_arena *arena;
    struct wm_store *store;
    const struct wm_store_about *about;
    const struct wm_design_type *design; /* NULL: not known to this program */
    const char *title;                   /* metric and unit, scaled */
    double scale;                        /* of values in the data */
    struct wm_sample sample;
    struct wm_tornado tornado;
    struct wm_heat_map heat;
    struct wm_sample whole; /* of the heat map: points that did not end well are its gaps */
    size_t x_axis, y_axis;  /* of lines: x and series */
    double *year_flow;      /* [n_years][n] cumulated present value */
    size_t n_years, n_fan, fan_capacity, pv_column;
};

static void put(FILE *file, double value, char end)
{
    wm_csv_put_number(file, value);
    fputc(end, file);
}

static void put_text(FILE *file, const char *text, char end)
{
    wm_csv_text(file, text);
    fputc(end, file);
}

/* A label of numbers is no formula, whatever its sign. */
static void put_label(FILE *file, const char *text, char end)
{
    if (text[0] == '-' && text[1 + strspn(text + 1, "0123456789.e+-kMGT to")] == '\0') {
        fputs(text, file);
        fputc(end, file);
    } else {
        put_text(file, text, end);
    }
}

static void tornado_csv(FILE *file, const void *context)
{
    const struct figure *const f = context;
    fputs("axis,at_low,at_high,low,high,centre,metric\n", file);
    for (size_t i = 0; i < f->tornado.n; i++) {
        const struct wm_tornado_bar *const b = &f->tornado.bars[i];
        put_text(file, b->axis, ',');
        put(file, f->scale * b->low, ',');
        put(file, f->scale * b->high, ',');
        put_label(file, b->low_label, ',');
        put_label(file, b->high_label, ',');
        put(file, f->scale * f->tornado.centre, ',');
        put_text(file, f->title, '\n');
    }
}

static void distribution_csv(FILE *file, const void *context)
{
    const struct figure *const f = context;
    size_t n = 0, at = 0;
    const double *const sorted = wm_sample_sorted(f->arena, &f->sample, 0, &n);
    /* the outer half percent at each end would squeeze the rest */
    const double low = wm_sorted_quantile(sorted, n, 0.005);
    const double high = wm_sorted_quantile(sorted, n, 0.995), width = (high - low) / N_BINS;
    const double p10 = wm_sorted_quantile(sorted, n, 0.1), p50 = wm_sorted_quantile(sorted, n, 0.5),
                 p90 = wm_sorted_quantile(sorted, n, 0.9);
    fputs("middle,share_pct,p10,p50,p90,metric\n", file);
    while (at < n && sorted[at] < low)
        at++;
    for (size_t k = 0; k < N_BINS && width > 0.0; k++) {
        const double end = low + (double)(k + 1) * width;
        size_t in = 0;
        for (; at < n && (sorted[at] < end || (k + 1 == N_BINS && sorted[at] <= high)); at++)
            in++;
        put(file, f->scale * (end - 0.5 * width), ',');
        put(file, 100.0 * (double)in / (double)n, ',');
        put(file, f->scale * p10, ',');
        put(file, f->scale * p50, ',');
        put(file, f->scale * p90, ',');
        put_text(file, f->title, '\n');
    }
}

static void fan_csv(FILE *file, const void *context)
{
    static const double probs[N_QUANTILES] = {0.1, 0.25, 0.5, 0.75, 0.9};
    const struct figure *const f = context;
    double *const column = WM_NEW_ARRAY(f->arena, double, f->n_fan);
    fputs("year,p10_musd,p25_musd,p50_musd,p75_musd,p90_musd\n", file);
    for (size_t year = 0; year < f->n_years; year++) {
        size_t n = 0;
        for (size_t i = 0; i < f->n_fan; i++) {
            const double v = f->year_flow[i * (WM_APPRAISAL_YEARS_MAX + 1) + year];
            if (isfinite(v))
                column[n++] = v;
        }
        if (n == 0)
            continue;
        wm_sort(column, n);
        fprintf(file, "%zu", year);
        for (size_t k = 0; k < N_QUANTILES; k++) {
            fputc(',', file);
            wm_csv_put_number(file, 1e-6 * wm_sorted_quantile(column, n, probs[k]));
        }
        fputc('\n', file);
    }
}

/* A cell without a point keeps its place: gnuplot's NaN. */
static void put_cell(FILE *file, double value)
{
    if (isfinite(value))
        put(file, value, ',');
    else
        fputs("NaN,", file);
}

/* A panel for each value of the third axis, x and y in each. */
static void heat_csv(FILE *file, const void *context)
{
    const struct figure *const f = context;
    const struct wm_heat_map *const h = &f->heat;
    fputs("x,y,x_label,y_label,value,x_axis,y_axis,metric,note,panel,panel_label\n", file);
    for (size_t m = 0; m < h->n_panels; m++)
        for (size_t i = 0; i < h->x.n_groups; i++)
            for (size_t k = 0; k < h->y.n_groups; k++) {
                fprintf(file, "%zu,%zu,", i, k);
                put_label(file, h->x.labels[i], ',');
                put_label(file, h->y.labels[k], ',');
                put_cell(file, f->scale * wm_heat_at(&f->whole, h, i, k, m));
                put_text(file, h->x_name, ',');
                put_text(file, h->y_name, ',');
                put_text(file, f->title, ',');
                put_text(file, h->note, ',');
                fprintf(file, "%zu,", m);
                put_text(file,
                         h->z_name == NULL
                             ? ""
                             : wm_arena_printf(f->arena, "%s = %s", h->z_name, h->z.labels[m]),
                         '\n');
            }
}

/* One block a line: its heading, its points; blocks are apart by two empty lines, as gnuplot wants. */
static void response_csv(FILE *file, const void *context)
{
    const struct figure *const f = context;
    const bool alone = f->y_axis == f->x_axis;
    const size_t shown[] = {f->x_axis, f->y_axis};
    const char *const note = wm_averaged(f->arena, f->about, &f->sample, shown, 2);
    const struct wm_axis_groups a = wm_sample_groups(f->arena, &f->sample, f->x_axis);
    const struct wm_axis_groups b = wm_sample_groups(f->arena, &f->sample, f->y_axis);
    for (size_t k = 0; k < (alone ? 1 : b.n_groups); k++) {
        fputs(k > 0 ? "\n\nx," : "x,", file);
        put_text(file, alone ? "mean" : b.labels[k], ',');
        fputs("x_axis,series_axis,note,metric\n", file);
        for (size_t i = 0; i < a.n_groups; i++) {
            put(file, a.x[i], ',');
            const struct wm_cell at = {{&a, alone ? NULL : &b}, {i, k}};
            put(file, f->scale * wm_cell_mean(&f->sample, &at), ',');
            put_text(file, wm_axis_heading(f->arena, f->about, f->x_axis), ',');
            put_text(file, alone ? "" : wm_axis_heading(f->arena, f->about, f->y_axis), ',');
            put_text(file, note, ',');
            put_text(file, f->title, '\n');
        }
    }
}

static bool is_numeric(const struct figure *f, size_t axis)
{
    return f->sample.axis_text[axis] == NULL; /* of the first point */
}

static size_t n_groups(const struct figure *f, size_t axis)
{
    return wm_sample_groups(f->arena, &f->sample, axis).n_groups;
}

static bool is_random(const struct figure *f)
{
    return f->design != NULL && f->design->is_sampled && !f->design->in_blocks;
}

/* Lines want a number along x, the one with most values, and few values as series. */
static bool choose_lines(struct figure *f)
{
    const size_t n = f->about->n_axes;
    f->x_axis = n;
    if (is_random(f)) /* tenths of every axis: the one that matters most */
        for (size_t b = f->tornado.n; b-- > 0;)
            for (size_t j = 0; j < n; j++)
                if (strcmp(f->about->axes[j], f->tornado.bars[b].axis) == 0 && is_numeric(f, j))
                    f->x_axis = j;
    const bool chosen = f->x_axis != n;
    for (size_t j = 0, most = 1; !chosen && j < n; j++)
        if (is_numeric(f, j) && n_groups(f, j) > most) {
            most = n_groups(f, j);
            f->x_axis = j;
        }
    if (f->x_axis == n)
        return false;
    f->y_axis = f->x_axis;
    for (size_t j = 0; j < n && f->y_axis == f->x_axis; j++)
        if (j != f->x_axis && n_groups(f, j) > 1 && n_groups(f, j) <= SERIES_MAX)
            f->y_axis = j;
    return true;
}

static bool take_years(void *context, const struct wm_record *r)
{
    struct figure *const f = context;
    if (r->status != WM_POINT_OK || r->n_years == 0)
        return true;
    const size_t width = WM_APPRAISAL_YEARS_MAX + 1;
    if (f->n_fan == f->fan_capacity) {
        f->fan_capacity = f->fan_capacity == 0 ? 256 : 2 * f->fan_capacity;
        double *const more = WM_NEW_ARRAY(f->arena, double, width * f->fan_capacity);
        if (f->n_fan > 0)
            memcpy(more, f->year_flow, f->n_fan * width * sizeof *more);
        f->year_flow = more;
    }
    double *const row = f->year_flow + f->n_fan++ * width;
    for (size_t year = 0; year < width; year++)
        row[year] =
            year < r->n_years ? r->yearly[year * f->about->n_yearly + f->pv_column] : (double)NAN;
    f->n_years = r->n_years > f->n_years ? r->n_years : f->n_years;
    return true;
}

static bool has_pv(struct figure *f)
{
    for (size_t i = 0; i < f->about->n_yearly; i++)
        if (strcmp(f->about->yearly[i].key, "cumulated_pv_usd") == 0) {
            f->pv_column = i;
            return true;
        }
    return false;
}

/* Large numbers are drawn in thousands, millions, ... of their unit. */
static void choose_scale(struct figure *f, const struct wm_store_key *key)
{
    static const struct {
        double from, scale;
        const char *prefix;
    } steps[] = {{1e13, 1e-12, "T"}, {1e10, 1e-9, "G"}, {1e7, 1e-6, "M"}, {1e4, 1e-3, "k"}};
    double largest = 0.0;
    const char *prefix = "";
    f->scale = 1.0;
    for (size_t i = 0; i < f->sample.n; i++)
        if (isfinite(f->sample.values[i]))
            largest = fmax(largest, fabs(f->sample.values[i]));
    for (size_t i = 0; i < sizeof steps / sizeof *steps && f->scale >= 1.0; i++)
        if (largest >= steps[i].from) {
            f->scale = steps[i].scale;
            prefix = steps[i].prefix;
        }
    f->title =
        key->unit[0] == '\0' && prefix[0] == '\0'
            ? key->key
            : wm_arena_printf(f->arena, "%s [%s%s%s]", key->key, prefix,
                              prefix[0] != '\0' && key->unit[0] != '\0' ? " " : "", key->unit);
}

static bool draw_fan(struct figure *f, struct wm_folder *folder, struct wm_diags *diags)
{
    if (!has_pv(f) || wm_store_each(f->store, WM_READ_YEARLY, take_years, f, diags) != WM_OK)
        return diags->n_errors == 0;
    return f->n_fan < 2 || wm_folder_figure(folder, "study_fan", fan_csv, f);
}

enum wm_status wm_stats_figures(struct wm_folder *folder, struct wm_store *store,
                                const char *metric, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    struct figure f = {.arena = folder->arena,
                       .store = store,
                       .about = about,
                       .design = wm_design_named(about->design)};
    size_t at = 0;
    if (metric == NULL && about->n_metrics > 0)
        metric = about->metrics[0].key;
    if (!wm_sample_metric(folder->arena, store, metric != NULL ? metric : "", &at, diags))
        return WM_USAGE;
    enum wm_status status = wm_sample_load(folder->arena, store, &at, 1, &f.sample, diags);
    if (status == WM_OK)
        status = wm_tornado_of(folder->arena, store, metric, &f.tornado, diags);
    if (status != WM_OK)
        return status;
    choose_scale(&f, &about->metrics[at]);
    bool ok = true;
    if (about->n_axes > 1 && f.tornado.n > 0)
        ok = wm_folder_figure(folder, "study_tornado", tornado_csv, &f);
    if (is_random(&f))
        ok = wm_folder_figure(folder, "study_distribution", distribution_csv, &f) &&
             draw_fan(&f, folder, diags) && ok;
    if (f.design != NULL && f.design->is_product && about->n_axes > 1) {
        if (wm_sample_load_whole(folder->arena, store, at, &f.whole, diags) != WM_OK)
            return WM_IO;
        f.heat = wm_heat_of(f.arena, about, &f.whole);
        ok = wm_folder_figure(folder, "study_heat", heat_csv, &f) && ok;
    }
    if ((f.design == NULL || !f.design->is_alone) && choose_lines(&f))
        ok = wm_folder_figure(folder, "study_response", response_csv, &f) && ok;
    return ok ? WM_OK : WM_IO;
}
