/* Range: P10, P50 and P90 of the money, from draws around one physical year. */
#ifndef WM_SETTLE_RANGE_H
#define WM_SETTLE_RANGE_H

#include "wattmill/arena.h"
#include "wattmill/results.h"

/**
 * Draws what economics.range names `n_draws` times (Sobol's sequence of normal scores, shifted by the scenario's
 * seed), appraises each, and sets the metrics of the range. The physical year stays; the serving
 * model's error is another capacity: tokens and energy follow it by the run's responses (response.h).
 * Where competitors' gains move prices, the half-life drawn scales those gains in its place.
 */
void wm_set_range(struct wm_arena *arena, struct wm_results *results,
                  const struct wm_appraisal_terms *terms, const struct wm_appraisal_basis *basis,
                  size_t n_draws);

#endif
