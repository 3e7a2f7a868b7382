/* Finance of a run: its year on the appraisal's terms, and the metrics made from it. */
#ifndef WM_RUN_FINANCE_H
#define WM_RUN_FINANCE_H

#include "wattmill/results.h"

/**
 * Fills the appraisal, its metrics, break-evens and figures of plausibility; expects revenue, energy,
 * tokens, GPUs and the ledger in `results`. The range takes `n_draws` draws; 0: none is computed. Figures that do not exist stay absent, with W911.
 */
void wm_run_finance(struct wm_arena *arena, struct wm_results *results, size_t n_draws,
                    struct wm_diags *diags);

#endif
