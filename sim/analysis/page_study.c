/* The HTML of a report page of a study, from its store. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "kpi.h"
#include "wattmill/export.h"

/* What the page shows quantiles of, of those that the store has. */
static const char *const keys[] = {"npv_usd",
                                   "irr_frac",
                                   "payback_years",
                                   "dscr_min",
                                   "revenue_usd_per_mw_utility_year",
                                   "profit_usd_per_mw_utility_year",
                                   "lcot_out_usd_per_mtok",
                                   "power_share_b_frac",
                                   "power_cost_usd",
                                   "output_tok_per_s_per_mw_utility",
                                   "energy_j_per_output_tok",
                                   "pue_mean",
                                   "ceiling_bound_hours",
                                   "stranded_mw_mean",
                                   "slo_attainment_frac"};
#define N_KEYS (sizeof keys / sizeof *keys)

static bool has_metric(const struct wm_store_about *about, const char *key)
{
    for (size_t i = 0; i < about->n_metrics; i++)
        if (strcmp(about->metrics[i].key, key) == 0)
            return true;
    return false;
}

struct count {
    uint64_t negative, valued;
    size_t npv;
    const struct wm_store_about *about;
    bool halves; /* of saltelli rows A and B alone are independent */
};

static bool count_point(void *context, const struct wm_record *record)
{
    struct count *const c = context;
    if (record->value == NULL || isnan(record->value[c->npv]) ||
        (c->halves && record->index % (c->about->n_axes + 2) >= 2))
        return true;
    c->valued++;
    c->negative += record->value[c->npv] < 0.0;
    return true;
}

static void npv_verdict(FILE *file, const struct count *c)
{
    const unsigned long long below = (unsigned long long)c->negative,
                             all = (unsigned long long)c->valued;
    double low = 0.0, high = 0.0;
    if (!wm_is_sampled(c->about)) {
        fprintf(
            file,
            "The net present value is below 0 in %llu of %llu points. They were chosen, not drawn, "
            "so this is no probability.",
            below, all);
        return;
    }
    wm_share_interval(c->negative, c->valued, 0.95, &low, &high);
    fprintf(
        file,
        "The net present value is below 0 with a probability of %.0f %% (95 %%: %.0f to %.0f %%; "
        "%llu of %llu points).",
        100.0 * (double)below / (double)all, 100.0 * low, 100.0 * high, below, all);
}

static void verdict(FILE *file, struct wm_store *store, const struct wm_store_about *about,
                    struct wm_diags *diags)
{
    struct count c = {.about = about, .halves = strcmp(about->design, "saltelli") == 0};
    while (c.npv < about->n_metrics && strcmp(about->metrics[c.npv].key, "npv_usd") != 0)
        c.npv++;
    fputs("<p class=\"verdict\">", file);
    if (c.npv < about->n_metrics &&
        wm_store_each(store, WM_READ_VALUES, count_point, &c, diags) == WM_OK && c.valued > 0)
        npv_verdict(file, &c);
    else
        fprintf(file, "%llu points.", (unsigned long long)about->n_stored);
    fputs("</p>\n<p class=\"note\">Design <code>", file);
    wm_html_text(file, about->design);
    fprintf(file, "</code>, %llu points in the study; axes:", (unsigned long long)about->n_points);
    for (size_t i = 0; i < about->n_axes; i++) {
        fputs(i > 0 ? ", <code>" : " <code>", file);
        wm_html_text(file, about->axes[i]);
        fputs("</code>", file);
    }
    fputs(".</p>\n", file);
    if (about->n_stored < about->n_points)
        fprintf(
            file,
            "<p class=\"verdict\">Incomplete: %llu of %llu points are here; what follows speaks of "
            "these alone.</p>\n",
            (unsigned long long)about->n_stored, (unsigned long long)about->n_points);
}

/* A table when the store's design carries it; a note when not. */
static void section(FILE *file, const char *title, const char *note, enum wm_status status,
                    const struct wm_grid *grid)
{
    if (status != WM_OK)
        return;
    fprintf(file, "<h2>%s</h2>\n<p class=\"note\">%s</p>\n", title, note);
    wm_html_grid(file, grid);
}

static void stamp(FILE *file, const struct wm_store_about *about)
{
    fputs("<h2>Stamp</h2>\n<p class=\"note\">wattmill <code>", file);
    wm_html_text(file, about->version);
    fputs("</code>, git_id <code>", file);
    wm_html_text(file, about->git_id);
    fputs("</code>, study <code>", file);
    wm_html_text(file, about->hash);
    fputs("</code>, scenario <code>", file);
    wm_html_text(file, about->scenario_hash);
    fputs("</code>, catalogue <code>", file);
    wm_html_text(file, about->catalog_hash);
    fprintf(file, "</code>, seed %lld.</p>\n", (long long)about->seed);
}

static size_t column_of(const struct wm_grid *g, const char *key)
{
    size_t c = 0;
    while (c < g->n_columns && strcmp(g->columns[c].key, key) != 0)
        c++;
    return c;
}

static double cell_number(const struct wm_grid *g, size_t row, size_t col)
{
    const char *const text = col < g->n_columns ? g->cells[row * g->n_columns + col] : NULL;
    char *end = NULL;
    const double x = text != NULL ? strtod(text, &end) : (double)NAN;
    return text != NULL && end != text && *end == '\0' ? x : (double)NAN;
}

/* A quantile, with its interval where the design has one. */
static void quantile_cell(FILE *file, const struct wm_grid *g, size_t row, const char *key,
                          const struct wm_kpi_unit *u, double per_unit)
{
    char name[32], number[32], low[32], high[32];
    const size_t col = column_of(g, key);
    (void)snprintf(name, sizeof name, "%s_low", key);
    const double from = cell_number(g, row, column_of(g, name));
    (void)snprintf(name, sizeof name, "%s_high", key);
    const double to = cell_number(g, row, column_of(g, name));
    fprintf(file, "<td class=\"n\">%s",
            wm_kpi_text(u, cell_number(g, row, col) * per_unit, number));
    if (isfinite(from) && isfinite(to))
        fprintf(file, "<br><small>%s to %s</small>", wm_kpi_text(u, from * per_unit, low),
                wm_kpi_text(u, to * per_unit, high));
    fputs("</td>", file);
}

/* Main figures in planners' words and units, a row each. */
static void summary(FILE *file, const struct wm_grid *g)
{
    static const char *const shown[] = {"P10", "P50", "P90", "mean", "min", "max"};
    enum { N = sizeof shown / sizeof *shown };
    HEAD(file, 1, "figure", "<unit", "P10", "P50", "P90", "mean", "least", "most");
    for (size_t r = 0; r < g->n_rows; r++) {
        const enum wm_metric metric = wm_metric_find(g->cells[r * g->n_columns]);
        double si[N];
        if (metric == WM_N_METRICS)
            continue;
        const double per_unit = wm_unit_to_si(wm_metric_info(metric)->unit, 1.0);
        for (size_t k = 0; k < N; k++)
            si[k] = cell_number(g, r, column_of(g, shown[k])) * per_unit;
        const struct wm_kpi_unit u = wm_kpi_unit(metric, si, N);
        fputs("<tr>", file);
        wm_html_cell(file, wm_kpi_words(metric));
        wm_html_cell(file, u.symbol);
        for (size_t k = 0; k < N; k++)
            quantile_cell(file, g, r, shown[k], &u, per_unit);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

void wm_study_page_write(FILE *file, struct wm_arena *arena, struct wm_store *store,
                         const struct wm_page_part *drawn)
{
    const struct wm_store_about *const about = wm_store_about(store);
    struct wm_diags quiet = wm_diags_init(arena); /* what a design does not carry is left out */
    struct wm_grid grid;
    const char *own[N_KEYS];
    size_t n = 0;
    for (size_t i = 0; i < N_KEYS; i++)
        if (has_metric(about, keys[i]))
            own[n++] = keys[i];
    wm_html_begin(file, about->name);
    fputs("<h1>", file);
    wm_html_text(file, about->name);
    fputs("</h1>\n", file);
    verdict(file, store, about, &quiet);
    const bool sampled = wm_is_sampled(about);
    if (wm_stats_failures(arena, store, &grid, &quiet) == WM_OK && grid.n_rows > 0)
        section(
            file, "Points that did not end well",
            "By reason, in the words of the first; no other table or figure has a part of them.",
            WM_OK, &grid);
    if (n > 0 && wm_stats_summary(arena, store, own, n, &grid, &quiet) == WM_OK) {
        fprintf(file, "<h2>Main figures over the points</h2>\n<p class=\"note\">%s</p>\n",
                sampled ? "P10: a tenth of the points lies below; beneath: intervals of 95 %."
                        : "P10: a tenth of the points lies below. The points were chosen, not "
                          "drawn: these are no probabilities.");
        summary(file, &grid);
    }
    if (has_metric(about, "npv_usd")) {
        section(file, "Assumptions that matter",
                sampled
                    ? "Change of the net present value from the axis' 10th to its 90th percentile, "
                      "all others held, by linear regression on all axes, with intervals of 95 %; "
                      "rank_corr is Spearman's."
                    : "Axes by the swing of the net present value.",
                wm_stats_tornado(arena, store, "npv_usd", &grid, &quiet), &grid);
        section(
            file, "Sobol indices of the net present value",
            "First order: alone; total: with all its interactions. An S1 above its ST is noise.",
            wm_stats_sobol(arena, store, "npv_usd", &grid, &quiet), &grid);
    }
    if (drawn->n_figures > 0)
        fputs("<h2>Figures</h2>\n", file);
    for (size_t i = 0; i < drawn->n_figures; i++)
        wm_html_figure(file, drawn->svg[i], drawn->captions[i], wm_arena_printf(arena, "s%zu_", i));
    stamp(file, about);
    wm_html_end(file);
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static const char *caption(const char *path)
{
    static const struct {
        const char *name, *text;
    } captions[] = {
        {"study_tornado.svg", "What moves the net present value"},
        {"study_distribution.svg", "Distribution of the net present value"},
        {"study_fan.svg", "Cumulated present value, P10 to P90"},
        {"study_heat.svg", "Net present value over two axes; a panel for each value of a third"},
        {"study_response.svg", "Net present value along the axes"},
    };
    for (size_t i = 0; i < sizeof captions / sizeof *captions; i++)
        if (ends_with(path, captions[i].name))
            return captions[i].text;
    return "Figure of the study";
}

bool wm_study_page_figures(struct wm_folder *folder, struct wm_store *store,
                           struct wm_page_part *part)
{
    const struct wm_store_about *const about = wm_store_about(store);
    const char *const metric = has_metric(about, "npv_usd") ? "npv_usd" : NULL;
    folder->formats |= WM_FIGURE_SVG;
    /* what could be drawn stands on the page, whatever failed */
    bool good = wm_stats_figures(folder, store, metric, folder->diags) == WM_OK;
    const char **const svg = WM_NEW_ARRAY(folder->arena, const char *, folder->n_files + 1);
    const char **const texts = WM_NEW_ARRAY(folder->arena, const char *, folder->n_files + 1);
    size_t n = 0;
    for (size_t i = 0; i < folder->n_files; i++) {
        size_t n_bytes = 0;
        if (!ends_with(folder->files[i], ".svg"))
            continue;
        if (wm_text_load(folder->arena, folder->files[i], &svg[n], &n_bytes, folder->diags) ==
            WM_OK)
            texts[n++] = caption(folder->files[i]);
        else
            good = false;
    }
    *part = (struct wm_page_part){.svg = svg, .captions = texts, .n_figures = n};
    return good;
}
