/* The page of several results: what differs, what it does, and which difference did how much. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "kpi.h"
#include "page_parts.h"

static void sides(FILE *file, const struct wm_comparison *c)
{
    fputs("<h1>Side by side</h1>\n", file);
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
    HEAD(file, 4, "input", "A", "B", "unit");
    for (size_t i = 0; i < c->n_changes; i++) {
        const struct wm_change *const x = &c->changes[i];
        fputs("<tr>", file);
        wm_html_code_cell(file, x->path);
        wm_html_cell(file, x->from != NULL ? x->from : "(absent)");
        wm_html_cell(file, x->to != NULL ? x->to : "(absent)");
        wm_html_cell(file, x->unit);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
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

static void bridge_row(FILE *file, const struct wm_kpi_unit *u, const char *name, double si)
{
    char number[32];
    fputs("<tr>", file);
    wm_html_cell(file, name);
    fprintf(file, "<td class=\"n\">%s</td></tr>\n", wm_kpi_text(u, si, number));
}

static void bridge(FILE *file, const struct wm_bridge *b)
{
    const double ends[] = {b->from, b->to};
    const struct wm_kpi_unit u = wm_kpi_unit(b->metric, ends, 2);
    if (b->n_steps == 0)
        return;
    fprintf(file, "<h2>From A to B: %s [%s]</h2>\n<p class=\"note\">%s; %zu runs.</p>\n",
            wm_kpi_words(b->metric), u.symbol,
            b->is_shapley ? "Each block's mean over all orders of change (Shapley values); they sum"
                          : "Changed one after the other in this order",
            b->n_runs);
    HEAD(file, 1, "what differs", "change");
    bridge_row(file, &u, "A", b->from);
    for (size_t i = 0; i < b->n_steps; i++)
        bridge_row(file, &u, b->steps[i].block, b->steps[i].change);
    bridge_row(file, &u, "B", b->to);
    wm_html_table_end(file);
}

void wm_page_compare(FILE *file, struct wm_arena *arena, const struct wm_comparison *c)
{
    fputs("<section class=\"front\">\n", file);
    sides(file, c);
    changes(file, c);
    metrics(file, arena, c);
    for (size_t k = 0; k < c->n_bridges; k++)
        bridge(file, &c->bridges[k]);
    fputs("</section>\n", file);
}
