/* Documents of a case other than the site, run to be shown side by side. */
#ifndef WM_ANALYSIS_CASES_H
#define WM_ANALYSIS_CASES_H

#include "wattmill/case.h"
#include "wattmill/page.h"

/** A document that was run, and its inputs as those of a side. */
struct wm_case_column {
    struct wm_case_run run;
    struct wm_side side;
};

enum wm_status wm_case_column_load(struct wm_arena *arena, const char *path,
                                   const struct wm_override *sets, size_t n_sets,
                                   struct wm_case_column *column, struct wm_diags *diags);

#endif
