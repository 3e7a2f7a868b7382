/* The workbook of a comparison. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "book_parts.h"
#include "kpi.h"
#include "page_parts.h"
#include "wattmill/books.h"

static const char *side_label(struct wm_arena *arena, const struct wm_comparison *c, size_t i)
{
    return wm_arena_printf(arena, "%c %s", (char)('A' + (int)(i % 26)), c->sides[i].name);
}

/* Columns: label, unit, sides; of two also difference and ratio as formulas. */
static void side_heads(struct wm_sheet *sheet, unsigned row, struct wm_arena *arena,
                       const struct wm_comparison *c, const char *label)
{
    const unsigned n = (unsigned)c->n_sides;
    wm_sheet_text(sheet, row, 0, WM_LOOK_HEAD, label);
    wm_sheet_text(sheet, row, 1, WM_LOOK_HEAD, "unit");
    for (unsigned i = 0; i < n; i++)
        wm_sheet_text(sheet, row, 2 + i, WM_LOOK_HEAD_RIGHT, side_label(arena, c, i));
    if (n == 2) {
        wm_sheet_text(sheet, row, 4, WM_LOOK_HEAD_RIGHT, "B - A");
        wm_sheet_text(sheet, row, 5, WM_LOOK_HEAD_RIGHT, "B / A");
    }
}

static void side_values(struct wm_sheet *sheet, unsigned row, const struct wm_comparison *c,
                        const double *values)
{
    for (unsigned i = 0; i < c->n_sides; i++)
        wm_sheet_number(sheet, row, 2 + i, WM_LOOK_NUMBER, values[i]);
    if (c->n_sides != 2 || !isfinite(values[0]) || !isfinite(values[1]))
        return;
    wm_sheet_formula(sheet, row, 4, WM_LOOK_NUMBER, values[1] - values[0], "=D%u-C%u", row + 1,
                     row + 1);
    wm_sheet_formula(sheet, row, 5, WM_LOOK_NUMBER,
                     fabs(values[0]) > 0.0 ? values[1] / values[0] : (double)NAN,
                     "=IF(C%u=0,\"none\",D%u/C%u)", row + 1, row + 1, row + 1);
}

static bool values_of(const struct wm_comparison *c, enum wm_metric metric, double per_si,
                      double *out)
{
    bool any = false;
    for (size_t i = 0; i < c->n_sides; i++) {
        out[i] = c->sides[i].metric[metric] * per_si;
        any = any || isfinite(out[i]);
    }
    return any;
}

static unsigned kpi_rows(struct wm_sheet *sheet, unsigned row, struct wm_arena *arena,
                         const struct wm_comparison *c)
{
    double *const values = WM_NEW_ARRAY(arena, double, c->n_sides);
    for (size_t k = 0; k < wm_n_kpi_groups; k++) {
        wm_sheet_text(sheet, row++, 0, WM_LOOK_HEAD, wm_kpi_groups[k].title);
        for (size_t i = 0; i < wm_kpi_groups[k].n; i++) {
            const enum wm_metric m = wm_kpi_groups[k].metrics[i];
            if (!values_of(c, m, 1.0, values))
                continue;
            const struct wm_kpi_unit u = wm_kpi_unit(m, values, c->n_sides);
            (void)values_of(c, m, u.per_si, values);
            wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, wm_kpi_words(m));
            wm_sheet_text(sheet, row, 1, WM_LOOK_NOTE, u.symbol);
            side_values(sheet, row++, c, values);
        }
    }
    return row;
}

static void comparison(struct wm_book *book, struct wm_arena *arena, const struct wm_comparison *c)
{
    struct wm_sheet *const sheet = wm_book_sheet(book, "Comparison");
    unsigned row = 1;
    wm_sheet_width(sheet, 0, 1, 58.0);
    wm_sheet_width(sheet, 1, 1, 14.0);
    wm_sheet_width(sheet, 2, (unsigned)c->n_sides + 2, 22.0);
    wm_sheet_text(sheet, 0, 0, WM_LOOK_TITLE, "Side by side");
    wm_sheet_text(sheet, row++, 0, WM_LOOK_PLAIN, wm_comparison_verdict(arena, c));
    for (size_t i = 0; i < c->n_sides; i++) {
        const struct wm_side *const s = &c->sides[i];
        wm_sheet_text(sheet, row++, 0, WM_LOOK_NOTE,
                      s->infeasible != NULL
                          ? wm_arena_printf(arena, "%s is infeasible: %s", side_label(arena, c, i),
                                            s->infeasible)
                          : wm_arena_printf(
                                arena, "%s: limited by %s; %s", side_label(arena, c, i),
                                wm_side_limit(s),
                                wm_page_string(wm_json_find(s->result, "headline"), "price_path")));
        row = wm_book_leads(sheet, row, s);
    }
    row++;
    side_heads(sheet, row++, arena, c, "figure");
    (void)kpi_rows(sheet, row, arena, c);
}

static void changes(struct wm_book *book, struct wm_arena *arena, const struct wm_comparison *c)
{
    static const char *const heads[] = {"input", "A", "B", "unit"};
    if (c->n_sides != 2)
        return;
    struct wm_sheet *const sheet = wm_book_sheet(book, "Inputs that differ");
    wm_sheet_width(sheet, 0, 1, 50.0);
    wm_sheet_width(sheet, 1, 2, 40.0);
    wm_sheet_width(sheet, 3, 1, 16.0);
    wm_sheet_texts(sheet, 0, WM_LOOK_HEAD, 4, heads);
    wm_sheet_head(sheet, 0);
    for (size_t i = 0; i < c->n_changes; i++) {
        const struct wm_change *const x = &c->changes[i];
        const unsigned row = (unsigned)i + 1;
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, x->path);
        wm_book_value_cell(sheet, row, 1, arena, x->from != NULL ? x->from : "(absent)");
        wm_book_value_cell(sheet, row, 2, arena, x->to != NULL ? x->to : "(absent)");
        wm_sheet_text(sheet, row, 3, WM_LOOK_NOTE, strcmp(x->unit, "1") == 0 ? "" : x->unit);
    }
    if (c->n_changes == 0)
        wm_sheet_text(sheet, 1, 0, WM_LOOK_NOTE, "No input differs.");
}

/* Bars from A to B: where each begins and ends follows the changes. */
static unsigned bridge(struct wm_sheet *sheet, unsigned row, const struct wm_bridge *b)
{
    const double ends[] = {b->from, b->to};
    const struct wm_kpi_unit u = wm_kpi_unit(b->metric, ends, 2);
    const unsigned head = row + 2, first = head + 1, last = first + (unsigned)b->n_steps + 1;
    double level = b->from * u.per_si;
    wm_sheet_text(sheet, row, 0, WM_LOOK_TITLE, wm_kpi_words(b->metric));
    wm_sheet_text(sheet, row + 1, 0, WM_LOOK_NOTE,
                  b->is_shapley
                      ? "Each block's mean over all orders of change (Shapley values); they sum."
                      : "Changed one after the other in this order.");
    wm_sheet_text(sheet, head, 0, WM_LOOK_HEAD, "what differs");
    wm_sheet_text(sheet, head, 1, WM_LOOK_HEAD_RIGHT, "change");
    wm_sheet_text(sheet, head, 2, WM_LOOK_HEAD_RIGHT, "from");
    wm_sheet_text(sheet, head, 3, WM_LOOK_HEAD_RIGHT, "to");
    wm_sheet_text(sheet, head, 4, WM_LOOK_HEAD, u.symbol);
    wm_sheet_text(sheet, first, 0, WM_LOOK_PLAIN, "A");
    wm_sheet_number(sheet, first, 1, WM_LOOK_NUMBER, level);
    wm_sheet_number(sheet, first, 2, WM_LOOK_NUMBER, 0.0);
    wm_sheet_formula(sheet, first, 3, WM_LOOK_NUMBER, level, "=B%u", first + 1);
    for (unsigned i = 0; i < b->n_steps; i++) {
        const unsigned at = first + 1 + i;
        const double change = b->steps[i].change * u.per_si;
        wm_sheet_text(sheet, at, 0, WM_LOOK_PLAIN, b->steps[i].block);
        wm_sheet_number(sheet, at, 1, WM_LOOK_NUMBER, change);
        wm_sheet_formula(sheet, at, 2, WM_LOOK_NUMBER, level, "=D%u", at);
        level += change;
        wm_sheet_formula(sheet, at, 3, WM_LOOK_NUMBER, level, "=C%u+B%u", at + 1, at + 1);
    }
    wm_sheet_text(sheet, last, 0, WM_LOOK_PLAIN, "B");
    wm_sheet_number(sheet, last, 1, WM_LOOK_NUMBER, b->to * u.per_si);
    wm_sheet_number(sheet, last, 2, WM_LOOK_NUMBER, 0.0);
    wm_sheet_formula(sheet, last, 3, WM_LOOK_RESULT, b->to * u.per_si, "=D%u", last);
    const struct wm_book_series series[] = {{2, first, last, 0, 0}, {3, first, last, 0, 0}};
    const struct wm_book_chart chart = {.kind = WM_CHART_STEPS,
                                        .title = wm_kpi_words(b->metric),
                                        .x = "what differs",
                                        .y = u.symbol,
                                        .series = series,
                                        .n_series = 2};
    wm_sheet_chart(sheet, last + 2, 0, &chart);
    return last + 22;
}

static void bridges(struct wm_book *book, const struct wm_comparison *c)
{
    struct wm_sheet *sheet = NULL;
    unsigned row = 0;
    for (size_t k = 0; k < c->n_bridges; k++) {
        if (c->bridges[k].n_steps == 0)
            continue;
        if (sheet == NULL) {
            sheet = wm_book_sheet(book, "Bridges");
            wm_sheet_width(sheet, 0, 1, 40.0);
            wm_sheet_width(sheet, 1, 4, 18.0);
        }
        row = bridge(sheet, row, &c->bridges[k]);
    }
}

static void metrics(struct wm_book *book, struct wm_arena *arena, const struct wm_comparison *c)
{
    struct wm_sheet *const sheet = wm_book_sheet(book, "Metrics");
    double *const values = WM_NEW_ARRAY(arena, double, c->n_sides);
    unsigned row = 1;
    wm_sheet_width(sheet, 0, 1, 48.0);
    wm_sheet_width(sheet, 1, (unsigned)c->n_sides + 3, 20.0);
    side_heads(sheet, 0, arena, c, "metric");
    wm_sheet_head(sheet, 0);
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        if (!values_of(c, (enum wm_metric)i, wm_unit_from_si(info->unit, 1.0), values))
            continue;
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, info->key);
        wm_sheet_text(sheet, row, 1, WM_LOOK_NOTE, wm_unit_symbol(info->unit));
        side_values(sheet, row++, c, values);
    }
}

/* Cumulated present values of all sides under one axis. */
static void years(struct wm_book *book, struct wm_arena *arena, const struct wm_comparison *c)
{
    static const unsigned palette[] = {0x2a5a87, 0xc2543a, 0x3f8f6b, 0xb8860b, 0x76529a, 0x4b9aa8};
    enum { N_COLORS = sizeof palette / sizeof *palette, SHOWN_MAX = 16 };
    const unsigned n = c->n_sides < SHOWN_MAX ? (unsigned)c->n_sides : SHOWN_MAX;
    struct wm_book_series series[SHOWN_MAX];
    struct wm_sheet *const sheet = wm_book_sheet(book, "Present values");
    unsigned last = 0;
    wm_sheet_width(sheet, 0, 1, 14.0);
    wm_sheet_width(sheet, 1, n, 26.0);
    wm_sheet_text(sheet, 0, 0, WM_LOOK_HEAD, "year");
    wm_sheet_head(sheet, 0);
    for (unsigned i = 0; i < n; i++) {
        const struct wm_json *const yearly = wm_json_find(c->sides[i].result, "yearly");
        unsigned row = 1;
        wm_sheet_text(sheet, 0, 1 + i, WM_LOOK_HEAD_RIGHT, side_label(arena, c, i));
        for (const struct wm_json *y = yearly != NULL ? yearly->child : NULL; y != NULL;
             y = y->next, row++) {
            if (row > last)
                wm_sheet_number(sheet, row, 0, WM_LOOK_YEAR, wm_page_number(y, "year"));
            wm_sheet_number(sheet, row, 1 + i, WM_LOOK_MONEY,
                            wm_page_number(y, "cumulated_pv_usd"));
        }
        last = row - 1 > last ? row - 1 : last;
    }
    for (unsigned i = 0; i < n; i++)
        series[i] = (struct wm_book_series){1 + i, 1, last, 0, palette[i % N_COLORS]};
    const struct wm_book_chart chart = {.kind = WM_CHART_LINES,
                                        .title = "Cumulated present value",
                                        .x = "year",
                                        .y = "USD",
                                        .series = series,
                                        .n_series = n,
                                        .width_px = 860};
    if (last > 0)
        wm_sheet_chart(sheet, last + 2, 0, &chart);
}

static enum wm_status fill(struct wm_book *book, struct wm_arena *arena, const void *context,
                           struct wm_diags *diags)
{
    const struct wm_comparison *const c = context;
    (void)diags;
    comparison(book, arena, c);
    changes(book, arena, c);
    bridges(book, c);
    years(book, arena, c);
    for (size_t i = 0; c->n_sides == 2 && i < 2; i++)
        wm_book_side_proforma(book, arena, i == 0 ? "Pro-forma A" : "Pro-forma B", &c->sides[i]);
    metrics(book, arena, c);
    return WM_OK;
}

enum wm_status wm_comparison_book_write(const char *path, const struct wm_comparison *c,
                                        struct wm_diags *diags)
{
    const struct wm_book_params params = {.title = "comparison", .fill = fill, .context = c};
    return wm_book_write(path, &params, diags);
}
