/* The HTML of a report: a run's first page and what stands behind it, or a comparison and its runs. */
#include "html.h"
#include "page_parts.h"

static void part(FILE *file, struct wm_arena *arena, const struct wm_page *page, size_t at)
{
    const struct wm_page_part *const p = &page->parts[at];
    fputs("<section class=\"front\">\n", file);
    wm_page_front(file, p->side);
    if (p->side->result != NULL)
        wm_page_contents(file, p, at);
    fputs("</section>\n", file);
    if (p->side->result != NULL)
        wm_page_tables(file, arena, p, page->metric, at);
}

static double printed(const struct wm_side *s, enum wm_metric metric)
{
    return wm_unit_from_si(wm_metric_info(metric)->unit, s->metric[metric]);
}

/* Several results begin with a table of what a planner compares. */
static void overview(FILE *file, const struct wm_page *page)
{
    static const enum wm_metric shown[] = {WM_METRIC_revenue_usd_per_mw_utility_year,
                                           WM_METRIC_npv_usd,
                                           WM_METRIC_irr_frac,
                                           WM_METRIC_output_tok_per_s_per_mw_utility,
                                           WM_METRIC_energy_j_per_output_tok,
                                           WM_METRIC_lcot_out_usd_per_mtok,
                                           WM_METRIC_power_share_b_frac};
    fputs("<h1>Side by side</h1>\n", file);
    HEAD(file, 2, "scenario", "limited by", "USD/MW-yr", "NPV USD", "IRR", "tok/s/MW", "J/tok",
         "USD/Mtok out", "power B");
    for (size_t i = 0; i < page->n_parts; i++) {
        const struct wm_side *const s = page->parts[i].side;
        fputs("<tr>", file);
        wm_html_cell(file, s->name);
        wm_html_cell(file, wm_side_limit(s));
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
            wm_html_number_cell(file, printed(s, shown[k]));
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

void wm_page_write(FILE *file, struct wm_arena *arena, const struct wm_page *page)
{
    const bool several = page->n_parts > 1;
    wm_html_begin(file, several ? "comparison" : page->parts[0].side->name);
    if (several)
        overview(file, page);
    for (size_t i = 0; i < page->n_parts; i++) {
        if (several) {
            fputs("<details class=\"full\"><summary>Full report of ", file);
            wm_html_text(file, page->parts[i].side->name);
            fputs("</summary>\n", file);
        }
        part(file, arena, page, i);
        if (several)
            fputs("</details>\n", file);
    }
    wm_html_end(file);
}
