/* Terms of an appraisal from a scenario, and its basis from a run. */
#ifndef WM_SETTLE_TERMS_H
#define WM_SETTLE_TERMS_H

#include "wattmill/arena.h"
#include "wattmill/results.h"

/** The scenario's cost of capital, or its ledger's; nominal. */
double wm_discount_rate_frac(const struct wm_economics *economics);

/** A run of at least 3 years is appraised by its own years, a shorter one repeats its year. */
bool wm_has_own_years(const struct wm_results *results);
struct wm_appraisal_terms wm_appraisal_terms_of(struct wm_arena *arena,
                                                const struct wm_results *results);
/** The same with power from the first day. */
struct wm_appraisal_terms wm_terms_with_power(const struct wm_results *results,
                                              const struct wm_appraisal_terms *terms);
/** @pre ledger, cash, income, run_years and lots of the results are set */
struct wm_appraisal_basis wm_appraisal_basis_of(struct wm_arena *arena, struct wm_results *results,
                                                const struct wm_appraisal_terms *terms);

#endif
