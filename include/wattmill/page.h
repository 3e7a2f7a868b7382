/*
 * Report page: one HTML file for one or several results, without network, with a style for print.
 *
 * A run: one page first (verdict, the site in a line, warnings, the main figures in planners' words with
 * their range, what the scenario sets, contents), behind it figures, assumptions, money, energy, every
 * metric and input (folded on a screen, open on paper), balances, stamp.
 * Everything from a scenario is escaped. Equal results give equal bytes.
 */
#ifndef WATTMILL_PAGE_H
#define WATTMILL_PAGE_H

#include "wattmill/compare.h"

/** How a metric answers when one input is changed alone. */
struct wm_assumption {
    const char *path, *value, *unit, *origin;
    double step_frac; /* +0.1, or -0.1 where the input is at its upper limit */
    double change;    /* of the metric, SI */
};

/**
 * Changes inputs of a scenario one at a time by 10 % and runs it each time: prices, demand, tariff,
 * ceiling, targets, economics, and the price and life of what was bought.
 *
 * @param side  a scenario that was run; a result read back has none (0 is returned)
 * @param out   [n_max], largest change first
 * @return      how many
 */
size_t wm_assumptions(struct wm_arena *arena, const struct wm_side *side, enum wm_metric metric,
                      wm_bridge_progress_fn progress, void *context, struct wm_assumption *out,
                      size_t n_max);

/** A result and what belongs to it on the page. */
struct wm_page_part {
    const struct wm_side *side;
    const struct wm_assumption *assumptions; /* of `metric` */
    size_t n_assumptions;
    const char *const *svg; /* figures as text of SVG files */
    const char *const *captions;
    const bool *has_chart; /* [n_figures], told by a chart of the page too, so that the drawing is for paper */
    size_t n_figures;
    const char *charts; /* JSON of wm_charts_write(); NULL: none */
};

struct wm_page {
    const struct wm_page_part *parts;
    size_t n_parts;
    enum wm_metric metric; /* of the assumptions */
    const struct wm_comparison
        *comparison; /* of several parts, which are folded behind it; or NULL */
};

void wm_page_write(FILE *file, struct wm_arena *arena, const struct wm_page *page);

/**
 * Draws the figures of a side in `dir`: of a run from its results, of a result read back from the
 * figures' CSV files that stand beside it; one whose data are missing is left out.
 *
 * @param folder   open; keeps the names of what was written
 * @return false with E104 or E401
 */
bool wm_page_figures(struct wm_folder *folder, const struct wm_side *side,
                     struct wm_page_part *part);

struct wm_case_column;

/**
 * Documents of one case other than the site, or their results: run.
 * @return WM_OK; as wm_document_load() and wm_case_run(); WM_INVALID with E305: they are of different cases
 */
enum wm_status wm_cases_load(struct wm_arena *arena, const char *const *paths, size_t n,
                             const struct wm_override *sets, size_t n_sets,
                             const struct wm_case_column **out, struct wm_diags *diags);
/** Their page: figures, inputs, of two what differs. */
void wm_cases_page_write(FILE *file, struct wm_arena *arena, const struct wm_case_column *columns,
                         size_t n, const struct wm_diags *diags);

struct wm_store;

/** Draws the figures of a study's store that its design carries; false with E104 or E401. */
bool wm_study_page_figures(struct wm_folder *folder, struct wm_store *store,
                           struct wm_page_part *part);
/**
 * The page of a study: verdict, quantiles of the main figures, what moves the net present value,
 * figures, stamp. What the design does not carry is left out.
 */
void wm_study_page_write(FILE *file, struct wm_arena *arena, struct wm_store *store,
                         const struct wm_page_part *drawn);

#endif
