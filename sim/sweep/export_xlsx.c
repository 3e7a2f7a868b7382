/* A store as a workbook. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/export.h"
#include "wattmill/workbook.h"
#include "wattmill/stats.h"

#define ROWS_MAX  (WM_SHEET_ROWS_MAX - 1) /* points of a sheet, without its heading */
#define CELLS_MAX 200000.0                /* beyond, rows are written as they come */

enum { FIRST_COLUMNS = 3, PRINTED_METRICS = 8, QUANTILES = 40 };

struct book {
    struct wm_book *book;
    const struct wm_store_about *about;
    struct wm_store *store;
    struct wm_arena *arena, *row_arena; /* of the book; of a point */
    struct wm_sheet *points;
    unsigned row;
    uint64_t index; /* of the point whose pro-forma is laid out */
    double *values; /* of one metric */
    size_t n_values, metric;
};

static unsigned json_rows(struct book *b, struct wm_sheet *sheet, unsigned row,
                          const struct wm_json *node, const char *path)
{
    size_t i = 0;
    if (node->type == WM_JSON_OBJECT || node->type == WM_JSON_ARRAY) {
        for (const struct wm_json *c = node->child; c != NULL; c = c->next, i++) {
            const char *const key = c->key != NULL ? c->key : wm_arena_printf(b->arena, "%zu", i);
            row = json_rows(b, sheet, row, c,
                            path[0] == '\0' ? key : wm_arena_printf(b->arena, "%s.%s", path, key));
        }
        return row;
    }
    wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, path);
    if (node->type == WM_JSON_NUMBER)
        wm_sheet_number(sheet, row, 1, WM_LOOK_NUMBER, node->number);
    else
        wm_sheet_text(sheet, row, 1, WM_LOOK_WRAP,
                      node->type == WM_JSON_STRING ? node->text : wm_json_to_text(b->arena, node));
    return row + 1;
}

static const struct wm_json *parsed(struct book *b, const char *text)
{
    struct wm_json *root = NULL;
    struct wm_diags quiet = wm_diags_init(b->arena);
    return wm_json_parse(b->arena, text, strlen(text), "store", &root, &quiet) == WM_OK ? root
                                                                                        : NULL;
}

static void study_sheet(struct book *b)
{
    const struct wm_store_about *const a = b->about;
    struct wm_sheet *const sheet = wm_book_sheet(b->book, "Study");
    const struct {
        const char *key, *value;
    } rows[] = {{"design", a->design},
                {"version", a->version},
                {"git id", a->git_id},
                {"base scenario (SHA-256)", a->scenario_hash},
                {"catalogue (SHA-256)", a->catalog_hash}};
    const unsigned n = sizeof rows / sizeof *rows;
    wm_sheet_width(sheet, 0, 1, 46.0);
    wm_sheet_width(sheet, 1, 1, 80.0);
    wm_sheet_text(sheet, 0, 0, WM_LOOK_TITLE, a->name);
    for (unsigned i = 0; i < n; i++) {
        wm_sheet_text(sheet, 1 + i, 0, WM_LOOK_PLAIN, rows[i].key);
        wm_sheet_text(sheet, 1 + i, 1, WM_LOOK_PLAIN, rows[i].value);
    }
    wm_sheet_text(sheet, 1 + n, 0, WM_LOOK_PLAIN, "seed");
    wm_sheet_number(sheet, 1 + n, 1, WM_LOOK_WHOLE, (double)a->seed);
    wm_sheet_text(sheet, 2 + n, 0, WM_LOOK_PLAIN, "points of the study; in the store");
    wm_sheet_text(sheet, 2 + n, 1, WM_LOOK_PLAIN,
                  wm_arena_printf(b->arena, "%llu; %llu", (unsigned long long)a->n_points,
                                  (unsigned long long)a->n_stored));
    const struct wm_json *const study = parsed(b, a->study_json);
    wm_sheet_text(sheet, 4 + n, 0, WM_LOOK_HEAD, "key of the study's file");
    wm_sheet_text(sheet, 4 + n, 1, WM_LOOK_HEAD, "value");
    if (study != NULL)
        (void)json_rows(b, sheet, 5 + n, study, "");
}

/* After defaults, with origins, where the base can be read here; else what its file says. */
static void inputs_sheet(struct book *b)
{
    static const char *const heads[] = {"input of the base", "value", "unit", "origin"};
    struct wm_sheet *const sheet = wm_book_sheet(b->book, "Inputs");
    const struct wm_json *const base = parsed(b, b->about->base_json);
    struct wm_diags quiet = wm_diags_init(b->arena);
    struct wm_loaded loaded;
    wm_sheet_width(sheet, 0, 1, 50.0);
    wm_sheet_width(sheet, 1, 3, 34.0);
    wm_sheet_texts(sheet, 0, WM_LOOK_HEAD, sizeof heads / sizeof *heads, heads);
    wm_sheet_head(sheet, 0);
    if (base == NULL)
        return;
    if (wm_scenario_tree_read(b->arena, base, NULL, true, &loaded, &quiet) != WM_OK) {
        (void)json_rows(b, sheet, 1, base, "");
        return;
    }
    for (size_t i = 0; i < loaded.origins.n; i++) {
        const struct wm_origin *const o = &loaded.origins.items[i];
        const struct wm_json *const value = parsed(b, o->value);
        const char *const unit = wm_unit_symbol(o->unit);
        wm_sheet_text(sheet, (unsigned)i + 1, 0, WM_LOOK_PLAIN, o->path);
        if (value != NULL && value->type == WM_JSON_NUMBER)
            wm_sheet_number(sheet, (unsigned)i + 1, 1, WM_LOOK_NUMBER, value->number);
        else
            wm_sheet_text(sheet, (unsigned)i + 1, 1, WM_LOOK_WRAP,
                          value != NULL && value->type == WM_JSON_STRING ? value->text : o->value);
        wm_sheet_text(sheet, (unsigned)i + 1, 2, WM_LOOK_NOTE, strcmp(unit, "1") == 0 ? "" : unit);
        wm_sheet_text(sheet, (unsigned)i + 1, 3, WM_LOOK_PLAIN,
                      strcmp(o->origin, "user") == 0 ? "scenario file" : o->origin);
    }
}

/* A table of statistics: numbers as numbers. */
static unsigned grid_rows(struct wm_sheet *sheet, unsigned row, const char *title,
                          const struct wm_grid *g)
{
    wm_sheet_text(sheet, row++, 0, WM_LOOK_TITLE, title);
    for (unsigned c = 0; c < g->n_columns; c++)
        wm_sheet_text(sheet, row, c, g->columns[c].align_right ? WM_LOOK_HEAD_RIGHT : WM_LOOK_HEAD,
                      g->columns[c].key);
    row++;
    for (size_t r = 0; r < g->n_rows; r++, row++)
        for (unsigned c = 0; c < g->n_columns; c++) {
            const char *const cell = g->cells[r * g->n_columns + c];
            char *end = NULL;
            const double x =
                cell != NULL && g->columns[c].is_json ? strtod(cell, &end) : (double)NAN;
            if (end != NULL && end != cell && *end == '\0')
                wm_sheet_number(sheet, row, c, WM_LOOK_NUMBER, x);
            else
                wm_sheet_text(sheet, row, c, WM_LOOK_PLAIN, cell != NULL ? cell : "");
        }
    return row + 1;
}

static bool has(const struct wm_store_about *a, const char *key)
{
    for (size_t i = 0; i < a->n_metrics; i++)
        if (strcmp(a->metrics[i].key, key) == 0)
            return true;
    return false;
}

static void summary_sheet(struct book *b)
{
    static const char *const keys[] = {"npv_usd",
                                       "irr_frac",
                                       "revenue_usd_per_mw_utility_year",
                                       "power_share_b_frac",
                                       "lcot_out_usd_per_mtok",
                                       "output_tok_per_s_per_mw_utility",
                                       "energy_j_per_output_tok",
                                       "ceiling_bound_hours"};
    enum { N_KEYS = sizeof keys / sizeof *keys };
    struct wm_sheet *const sheet = wm_book_sheet(b->book, "Summary");
    struct wm_diags quiet = wm_diags_init(b->arena); /* what a design does not carry is left out */
    struct wm_grid grid;
    const char *own[N_KEYS];
    size_t n = 0;
    unsigned row = 0;
    for (size_t i = 0; i < N_KEYS; i++)
        if (has(b->about, keys[i]))
            own[n++] = keys[i];
    wm_sheet_width(sheet, 0, 1, 44.0);
    wm_sheet_width(sheet, 1, 14, 15.0);
    if (n > 0 && wm_stats_summary(b->arena, b->store, own, n, &grid, &quiet) == WM_OK)
        row = grid_rows(sheet, row,
                        wm_is_sampled(b->about)
                            ? "Over the points; intervals of 95 %"
                            : "Over the points, which were chosen, not drawn: no probabilities",
                        &grid);
    if (has(b->about, "npv_usd") &&
        wm_stats_tornado(b->arena, b->store, "npv_usd", &grid, &quiet) == WM_OK)
        row = grid_rows(sheet, row, "What moves the net present value", &grid);
    if (wm_stats_failures(b->arena, b->store, &grid, &quiet) == WM_OK && grid.n_rows > 0)
        (void)grid_rows(sheet, row, "Points that did not end well", &grid);
}

static bool collect(void *context, const struct wm_record *r)
{
    struct book *const b = context;
    if (r->value != NULL && isfinite(r->value[b->metric]))
        b->values[b->n_values++] = r->value[b->metric];
    return true;
}

/* The first metric of the list by its quantiles: a curve that a reader follows. */
static void distribution_sheet(struct book *b, struct wm_diags *diags)
{
    const struct wm_store_about *const a = b->about;
    b->metric = 0;
    while (b->metric < a->n_metrics && strcmp(a->metrics[b->metric].key, "npv_usd") != 0)
        b->metric++;
    if (b->metric == a->n_metrics)
        b->metric = 0;
    b->values = WM_NEW_ARRAY(b->arena, double, a->n_stored + 1);
    if (a->n_metrics == 0 || wm_store_each(b->store, WM_READ_VALUES, collect, b, diags) != WM_OK ||
        b->n_values == 0)
        return;
    wm_sort(b->values, b->n_values);
    struct wm_sheet *const sheet = wm_book_sheet(b->book, "Distribution");
    wm_sheet_width(sheet, 0, 2, 26.0);
    wm_sheet_text(sheet, 0, 0, WM_LOOK_HEAD, "share of points below, %");
    wm_sheet_text(
        sheet, 0, 1, WM_LOOK_HEAD_RIGHT,
        wm_arena_printf(b->arena, "%s, %s", a->metrics[b->metric].key, a->metrics[b->metric].unit));
    wm_sheet_head(sheet, 0);
    for (unsigned i = 0; i <= QUANTILES; i++) {
        wm_sheet_number(sheet, 1 + i, 0, WM_LOOK_NUMBER, 100.0 * i / QUANTILES);
        wm_sheet_number(sheet, 1 + i, 1, WM_LOOK_NUMBER,
                        wm_sorted_quantile(b->values, b->n_values, (double)i / QUANTILES));
    }
    const struct wm_book_series series = {1, 1, 1 + QUANTILES, 0, 0x2a5a87};
    const struct wm_book_chart chart = {.kind = WM_CHART_LINES,
                                        .title = a->metrics[b->metric].key,
                                        .x = "share of points below, %",
                                        .y = a->metrics[b->metric].unit,
                                        .series = &series,
                                        .n_series = 1};
    wm_sheet_chart(sheet, 1, 3, &chart);
}

static bool point_row(void *context, const struct wm_record *r)
{
    struct book *const b = context;
    const struct wm_store_about *const a = b->about;
    struct wm_json *params = NULL;
    wm_arena_reset(b->row_arena);
    struct wm_diags ignored = wm_diags_init(b->row_arena);
    wm_json_parse(b->row_arena, r->params, strlen(r->params), "params", &params, &ignored);
    wm_sheet_number(b->points, b->row, 0, WM_LOOK_WHOLE, (double)r->index);
    wm_sheet_text(b->points, b->row, 1, WM_LOOK_PLAIN, wm_point_status_word(r->status));
    wm_sheet_number(b->points, b->row, 2, WM_LOOK_YEAR, (double)r->seed);
    for (size_t j = 0; j < a->n_axes; j++) {
        const struct wm_json *const v = wm_json_find(params, a->axes[j]);
        const unsigned col = (unsigned)(FIRST_COLUMNS + j);
        if (v != NULL && v->type == WM_JSON_NUMBER)
            wm_sheet_number(b->points, b->row, col, WM_LOOK_NUMBER, v->number);
        else if (v != NULL)
            wm_sheet_text(b->points, b->row, col, WM_LOOK_PLAIN,
                          v->type == WM_JSON_STRING ? v->text : wm_json_to_text(b->row_arena, v));
    }
    for (size_t i = 0; i < a->n_metrics; i++)
        wm_sheet_number(b->points, b->row, (unsigned)(FIRST_COLUMNS + a->n_axes + i),
                        WM_LOOK_NUMBER, r->value[i]);
    b->row++;
    return b->row <= ROWS_MAX;
}

/* All metrics on the screen; paper has the axes and the first of them. */
static enum wm_status points_sheet(struct book *b, struct wm_diags *diags)
{
    const struct wm_store_about *const a = b->about;
    static const char *const first[] = {"index", "status", "seed"};
    const unsigned n_axes = (unsigned)a->n_axes, n_metrics = (unsigned)a->n_metrics;
    b->points = wm_book_sheet(b->book, "Points");
    wm_sheet_width(b->points, 0, FIRST_COLUMNS + n_axes + n_metrics, 16.0);
    wm_sheet_print_columns(b->points,
                           FIRST_COLUMNS + n_axes +
                               (n_metrics < PRINTED_METRICS ? n_metrics : PRINTED_METRICS),
                           (unsigned)(a->n_stored + 1));
    wm_sheet_texts(b->points, 0, WM_LOOK_HEAD, FIRST_COLUMNS, first);
    for (unsigned j = 0; j < n_axes; j++)
        wm_sheet_text(b->points, 0, FIRST_COLUMNS + j, WM_LOOK_HEAD, a->axes[j]);
    for (unsigned i = 0; i < n_metrics; i++)
        wm_sheet_text(b->points, 0, FIRST_COLUMNS + n_axes + i, WM_LOOK_HEAD, a->metrics[i].key);
    wm_sheet_head(b->points, 0);
    b->row = 1;
    return wm_store_each(b->store, WM_READ_VALUES, point_row, b, diags);
}

static double yearly_value(const struct book *b, const struct wm_record *r, size_t year,
                           const char *key, double otherwise)
{
    for (size_t i = 0; i < b->about->n_yearly; i++)
        if (strcmp(b->about->yearly[i].key, key) == 0) {
            const double v = r->yearly[year * b->about->n_yearly + i];
            return isfinite(v) ? v : otherwise;
        }
    return otherwise;
}

/* The nominal rate at which the stored present values were cumulated, to 12 digits. */
static double implied_rate(const struct wm_proforma_year *years, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const double pv = years[i].cumulated_pv_usd - years[i - 1].cumulated_pv_usd;
        if (fabs(pv) > 0.0 && years[i].flow_usd / pv > 0.0 && years[i].end_years > 0.0)
            return round(1e12 * (pow(years[i].flow_usd / pv, 1.0 / years[i].end_years) - 1.0)) *
                   1e-12;
    }
    return 0.0;
}

static double metric_value(const struct book *b, const struct wm_record *r, const char *key)
{
    for (size_t i = 0; i < b->about->n_metrics; i++)
        if (strcmp(b->about->metrics[i].key, key) == 0)
            return r->value[i];
    return (double)NAN;
}

/* Of real money, whose rates are printed without it; 0 of nominal. */
static double inflation(struct book *b)
{
    const struct wm_json *const base = parsed(b, b->about->base_json);
    struct wm_diags quiet = wm_diags_init(b->arena);
    struct wm_loaded loaded;
    if (base == NULL ||
        wm_scenario_tree_read(b->arena, base, NULL, false, &loaded, &quiet) != WM_OK)
        return 0.0;
    const struct wm_economics *const e = &loaded.scenario->economics;
    return e->money == WM_MONEY_REAL ? e->inflation_frac : 0.0;
}

static bool yearly_sheet(void *context, const struct wm_record *r)
{
    struct book *const b = context;
    if (r->index != b->index || r->n_years == 0)
        return true;
    struct wm_proforma_year *const years =
        WM_NEW_ARRAY(b->arena, struct wm_proforma_year, r->n_years);
    for (size_t i = 0; i < r->n_years; i++) {
#define VALUE(member) yearly_value(b, r, i, #member, 0.0)
        years[i] = (struct wm_proforma_year){yearly_value(b, r, i, "end_years", (double)i),
                                             VALUE(revenue_usd),
                                             VALUE(power_usd),
                                             VALUE(opex_usd),
                                             VALUE(capex_usd),
                                             VALUE(residual_usd),
                                             VALUE(tied_usd),
                                             VALUE(tax_usd),
                                             VALUE(flow_usd),
                                             VALUE(cumulated_pv_usd),
                                             VALUE(interest_usd),
                                             VALUE(principal_usd),
                                             VALUE(owner_tax_usd),
                                             VALUE(owner_flow_usd),
                                             yearly_value(b, r, i, "dscr", (double)NAN)};
#undef VALUE
    }
    const double growth = 1.0 + inflation(b);
    const struct wm_proforma p = {
        .sheet = "Pro-forma",
        .what = wm_arena_printf(b->arena, "point %llu", (unsigned long long)r->index),
        .rate_frac = (1.0 + implied_rate(years, r->n_years)) / growth - 1.0,
        .inflation_frac = growth - 1.0,
        .npv_usd = years[r->n_years - 1].cumulated_pv_usd,
        .irr_frac = metric_value(b, r, "irr_frac"),
        .years = years,
        .n_years = r->n_years,
    };
    wm_book_proforma(b->book, &p);
    return false;
}

static void dictionary_sheet(struct book *b)
{
    const struct wm_store_about *const a = b->about;
    static const char *const headings[] = {"key", "unit", "meaning"};
    struct wm_sheet *const sheet = wm_book_sheet(b->book, "Dictionary");
    wm_sheet_width(sheet, 0, 1, 42.0);
    wm_sheet_width(sheet, 2, 1, 100.0);
    wm_sheet_texts(sheet, 0, WM_LOOK_HEAD, 3, headings);
    wm_sheet_head(sheet, 0);
    for (size_t i = 0; i < a->n_metrics; i++) {
        wm_sheet_text(sheet, (unsigned)i + 1, 0, WM_LOOK_PLAIN, a->metrics[i].key);
        wm_sheet_text(sheet, (unsigned)i + 1, 1, WM_LOOK_NOTE, a->metrics[i].unit);
        wm_sheet_text(sheet, (unsigned)i + 1, 2, WM_LOOK_WRAP, a->metrics[i].doc);
    }
}

static enum wm_status fill(struct wm_book *book, struct wm_arena *arena, const void *context,
                           struct wm_diags *diags)
{
    struct book b = *(const struct book *)context;
    b.book = book;
    b.arena = arena;
    study_sheet(&b);
    summary_sheet(&b);
    distribution_sheet(&b, diags);
    inputs_sheet(&b);
    enum wm_status status = points_sheet(&b, diags);
    if (status == WM_OK && b.about->n_yearly > 0)
        status = wm_store_each(b.store, WM_READ_ALL & ~(unsigned)WM_READ_MESSAGES, yearly_sheet, &b,
                               diags);
    dictionary_sheet(&b);
    return status;
}

enum wm_status wm_export_xlsx(const char *path, struct wm_store *store, uint64_t index,
                              struct wm_diags *diags)
{
    struct book b = {.about = wm_store_about(store),
                     .store = store,
                     .index = index,
                     .row_arena = wm_arena_open()};
    const struct wm_store_about *const a = b.about;
    const double cells = (double)a->n_stored * (double)(a->n_axes + a->n_metrics);
    const struct wm_book_params params = {
        .title = a->name, .is_large = cells > CELLS_MAX, .fill = fill, .context = &b};
    enum wm_status status = WM_IO;
    if (b.row_arena == NULL)
        return WM_NO_MEMORY;
    if (a->n_points > ROWS_MAX)
        wm_diag_add(diags, WM_E104, NULL, NULL, "%s: a sheet holds %u points; use --format csv",
                    path, ROWS_MAX);
    else
        status = wm_book_write(path, &params, diags);
    wm_arena_close(b.row_arena);
    return status;
}
