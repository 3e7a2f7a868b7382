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

void wm_page_write(FILE *file, struct wm_arena *arena, const struct wm_page *page)
{
    const bool several = page->comparison != NULL;
    wm_html_begin(file, several ? "comparison" : page->parts[0].side->name);
    if (several)
        wm_page_compare(file, arena, page->comparison);
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
