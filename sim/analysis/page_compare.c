/* The page of several results: what differs, what it does, and which difference did how much. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "kpi.h"
#include "page_parts.h"

static void sides(FILE *file, struct wm_arena *arena, const struct wm_comparison *c)
{
    fputs("<h1>Side by side</h1>\n<p class=\"verdict\">", file);
    wm_html_text(file, wm_comparison_verdict(arena, c));
    fputs("</p>\n", file);
    for (size_t i = 0; i < c->n_sides; i++)
        wm_page_leads(file, &c->sides[i], c->sides[i].name);
    for (size_t i = 0; i < c->n_sides; i++) {
        const struct wm_side *const s = &c->sides[i];
        const double median = s->metric[WM_METRIC_npv_p50_usd];
        const double npv[] = {median, s->metric[WM_METRIC_npv_p10_usd],
                              s->metric[WM_METRIC_npv_p90_usd], s->metric[WM_METRIC_npv_usd]};
        const struct wm_kpi_unit u = wm_kpi_unit(WM_METRIC_npv_usd, npv, 4);
        char money[24], text[4][32];
        for (size_t k = 0; k < 4; k++)
            (void)wm_kpi_text(&u, npv[k], text[k]);
        fprintf(file, "<p><b>%c ", (char)('A' + (int)(i % 26)));
        wm_html_text(file, s->name);
        if (s->infeasible != NULL) {
            fputs("</b> is infeasible: ", file);
            wm_html_text(file, s->infeasible);
            fputs("</p>\n", file);
            continue;
        }
        fputs("</b>: NPV ", file);
        if (isfinite(median))
            fprintf(file, "P50 %s %s (P10 %s, P90 %s), ", text[0], u.symbol, text[1], text[2]);
        fprintf(file, "%s %s in one case; %s$ per contract MW-year, limited by %s<br>", text[3],
                u.symbol,
                wm_short_number(s->metric[WM_METRIC_revenue_usd_per_mw_utility_year], money),
                wm_side_limit(s));
        wm_page_site_line(file, s);
        fputs("</p>\n", file);
    }
}

static void changes(FILE *file, const struct wm_comparison *c)
{
    if (c->n_sides != 2)
        return;
    fprintf(file, "<h2>%s</h2>\n", c->n_changes > 0 ? "Inputs that differ" : "No input differs");
    if (c->n_changes == 0)
        return;
    wm_html_changes(file, c->changes, c->n_changes);
}

static void metric_row(FILE *file, struct wm_arena *arena, const struct wm_comparison *c,
                       enum wm_metric metric)
{
    double *const si = WM_NEW_ARRAY(arena, double, c->n_sides);
    char number[32];
    bool any = false;
    for (size_t i = 0; i < c->n_sides; i++) {
        si[i] = c->sides[i].metric[metric];
        any = any || isfinite(si[i]);
    }
    if (!any)
        return;
    const struct wm_kpi_unit u = wm_kpi_unit(metric, si, c->n_sides);
    fputs("<tr>", file);
    wm_html_cell(file, wm_kpi_words(metric));
    wm_html_cell(file, u.symbol);
    for (size_t i = 0; i < c->n_sides; i++)
        fprintf(file, "<td class=\"n\">%s</td>", wm_kpi_text(&u, si[i], number));
    if (c->n_sides == 2)
        fprintf(file, "<td class=\"n\">%s</td>", wm_kpi_text(&u, si[1] - si[0], number));
    fputs("</tr>\n", file);
}

static void metrics(FILE *file, struct wm_arena *arena, const struct wm_comparison *c)
{
    fputs("<h2>Main figures side by side</h2>\n<div class=\"t\"><table><thead><tr><th>figure</th>"
          "<th>unit</th>",
          file);
    for (size_t i = 0; i < c->n_sides; i++)
        fprintf(file, "<th class=\"n\">%c</th>", (char)('A' + (int)(i % 26)));
    fprintf(file, "%s</tr></thead><tbody>\n",
            c->n_sides == 2 ? "<th class=\"n\">B &#8722; A</th>" : "");
    for (size_t k = 0; k < wm_n_kpi_groups; k++)
        for (size_t i = 0; i < wm_kpi_groups[k].n; i++)
            metric_row(file, arena, c, wm_kpi_groups[k].metrics[i]);
    wm_html_table_end(file);
}

/* A row of a bridge with its bar from where the last ended; all bars of one share their scale. */
struct row {
    const char *name;
    double from, to; /* in the printed unit */
    bool is_end;
};

static void bridge_row(FILE *file, const struct row *r, double low, double high)
{
    const double width = high > low ? high - low : 1.0;
    const double least = fmin(r->from, r->to), most = fmax(r->from, r->to);
    const char *const kind = r->is_end ? "end" : r->to >= r->from ? "up" : "down";
    char number[32];
    fputs("<tr>", file);
    wm_html_cell(file, r->name);
    fprintf(file,
            "<td class=\"b\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\"><line class=\"zero\" x1=\"%.2f\" x2=\"%.2f\" y1=\"0\" "
            "y2=\"10\"/><rect class=\"%s\" x=\"%.2f\" width=\"%.2f\" y=\"1\" "
            "height=\"8\"/></svg></td>",
            -100.0 * low / width, -100.0 * low / width, kind, 100.0 * (least - low) / width,
            fmax(0.4, 100.0 * (most - least) / width));
    fprintf(file, "<td class=\"n\">%s%s</td></tr>\n", !r->is_end && r->to > r->from ? "+" : "",
            wm_kpi_number(r->is_end ? r->to : r->to - r->from, number));
}

static void bridge(FILE *file, struct wm_arena *arena, const struct wm_comparison *c,
                   const struct wm_bridge *b)
{
    const double ends[] = {b->from, b->to};
    const struct wm_kpi_unit u = wm_kpi_unit(b->metric, ends, 2);
    struct row *const rows = WM_NEW_ARRAY(arena, struct row, b->n_steps + 2);
    double low = 0.0, high = 0.0, level = b->from * u.per_si;
    if (b->n_steps == 0)
        return;
    rows[0] = (struct row){c->sides[0].name, 0.0, level, true};
    for (size_t i = 0; i < b->n_steps; i++) {
        const double next = level + b->steps[i].change * u.per_si;
        rows[i + 1] = (struct row){b->steps[i].block, level, next, false};
        level = next;
    }
    rows[b->n_steps + 1] = (struct row){c->sides[1].name, 0.0, b->to * u.per_si, true};
    for (size_t i = 0; i < b->n_steps + 2; i++) {
        low = fmin(low, fmin(rows[i].from, rows[i].to));
        high = fmax(high, fmax(rows[i].from, rows[i].to));
    }
    fprintf(file, "<h2>From A to B: %s [%s]</h2>\n<p class=\"note\">%s; %zu runs.</p>\n",
            wm_kpi_words(b->metric), u.symbol,
            b->is_shapley ? "Each block's mean over all orders of change (Shapley values); they sum"
                          : "Changed one after the other in this order",
            b->n_runs);
    HEAD(file, 2, "what differs", "", "change");
    for (size_t i = 0; i < b->n_steps + 2; i++)
        bridge_row(file, &rows[i], low, high);
    wm_html_table_end(file);
}

void wm_page_compare(FILE *file, struct wm_arena *arena, const struct wm_comparison *c)
{
    fputs("<section class=\"front\">\n", file);
    sides(file, arena, c);
    changes(file, c);
    metrics(file, arena, c);
    wm_page_axes(file, c);
    for (size_t k = 0; k < c->n_bridges; k++)
        bridge(file, arena, c, &c->bridges[k]);
    fputs("</section>\n", file);
}
