/* The HTML of a report: a run's first page and what stands behind it, or a comparison and its runs. */
#include "html.h"
#include "page_parts.h"

/* What the charts of a run read, from its result and its series. */
static const char *chart_data(struct wm_arena *arena, const struct wm_page_part *p)
{
    static const char *const keys[] = {"name",    "yearly", "yearly_range", "simulated_years",
                                       "classes", "ledger", "energy"};
    static const char *const metrics[] = {"revenue_usd", "revenue_usd_per_mw_utility_year"};
    const struct wm_json *const all = wm_json_find(p->side->result, "metrics");
    struct wm_json_writer w = wm_json_writer_to_memory(arena, false);
    wm_json_object_begin(&w);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct wm_json *const value = wm_json_find(p->side->result, keys[i]);
        if (value == NULL)
            continue;
        wm_json_key(&w, keys[i]);
        wm_json_write(&w, value);
    }
    wm_json_key(&w, "metrics");
    wm_json_object_begin(&w);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        const struct wm_json *const value = wm_json_find(all, metrics[i]);
        if (value == NULL)
            continue;
        wm_json_key(&w, metrics[i]);
        wm_json_write(&w, value);
    }
    wm_json_object_end(&w);
    wm_json_key(&w, "charts");
    wm_json_raw(&w, p->charts != NULL ? p->charts : "{}");
    wm_json_object_end(&w);
    wm_json_finish(&w);
    return w.bytes;
}

static void part(FILE *file, struct wm_arena *arena, const struct wm_page *page, size_t at,
                 bool is_live)
{
    const struct wm_page_part *const p = &page->parts[at];
    fputs("<section class=\"front\">\n", file);
    wm_page_front(file, p->side);
    if (p->side->result != NULL)
        wm_page_contents(file, p, at);
    fputs("</section>\n", file);
    if (p->side->result != NULL)
        wm_page_tables(file, arena, p, page->metric, at, is_live);
}

/* A run: charts on the screen, drawings on paper. */
static void write_run(FILE *file, struct wm_arena *arena, const struct wm_page *page)
{
    const struct wm_side *const side = page->parts[0].side;
    const bool is_live = side->result != NULL;
    if (is_live)
        wm_html_begin_live(file, side->name);
    else
        wm_html_begin(file, side->name);
    part(file, arena, page, 0, is_live);
    if (is_live)
        wm_html_end_live(file, chart_data(arena, &page->parts[0]));
    else
        wm_html_end(file);
}

void wm_page_write(FILE *file, struct wm_arena *arena, const struct wm_page *page)
{
    if (page->comparison == NULL) {
        write_run(file, arena, page);
        return;
    }
    wm_html_begin(file, "comparison");
    wm_page_compare(file, arena, page->comparison);
    for (size_t i = 0; i < page->n_parts; i++) {
        fputs("<details class=\"full\"><summary>Full report of ", file);
        wm_html_text(file, page->parts[i].side->name);
        fputs("</summary>\n", file);
        part(file, arena, page, i, false);
        fputs("</details>\n", file);
    }
    wm_html_end(file);
}
