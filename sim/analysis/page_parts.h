/* What a page is put together from: the first page of a run, the tables behind it, a comparison. */
#ifndef WM_ANALYSIS_PAGE_PARTS_H
#define WM_ANALYSIS_PAGE_PARTS_H

#include "wattmill/page.h"

/** Value of a text or a number in an object; "" and NAN where it has none. */
const char *wm_page_string(const struct wm_json *object, const char *key);
double wm_page_number(const struct wm_json *object, const char *key);

/** One line: megawatts, place, racks, models, prices, years; as HTML. */
void wm_page_site_line(FILE *file, const struct wm_side *side);
/** The sentences that must be read before the figures, as HTML; `who` in front of each, or NULL. */
void wm_page_leads(FILE *file, const struct wm_side *side, const char *who);
/** Name, leads, warnings, verdict, main figures with their range, what the scenario sets. */
void wm_page_front(FILE *file, const struct wm_side *side);
/** Figures (live: with a place for the charts), assumptions, money, energy, all metrics, all inputs, balances, stamp. */
void wm_page_tables(FILE *file, struct wm_arena *arena, const struct wm_page_part *part,
                    enum wm_metric metric, size_t at, bool is_live);
/** Links to the sections of wm_page_tables(). */
void wm_page_contents(FILE *file, const struct wm_page_part *part, size_t at);
/** Whether the result has a bill, and its table: a row a month, a column a line of the tariff. */
bool wm_page_has_bill(const struct wm_side *side);
void wm_page_bill(FILE *file, const struct wm_side *side);
/** Figures of all sides on common axes. */
void wm_page_axes(FILE *file, const struct wm_comparison *comparison);
/** The page of several results: verdict, inputs that differ, metrics, bridges. */
void wm_page_compare(FILE *file, struct wm_arena *arena, const struct wm_comparison *comparison);

#endif
