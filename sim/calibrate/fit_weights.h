/* What a measured point counts in the fit. */
#ifndef WATTMILL_FIT_WEIGHTS_H
#define WATTMILL_FIT_WEIGHTS_H

#include "wattmill/calibrate.h"

/**
 * Weights of residuals [1]. Rows that state their load say most; of an accelerator's rows those on its
 * Pareto front (no other of the same model, precision and lengths gives more output at no less speed of
 * a user), which planners choose from, count together as much as all the others.
 *
 * @param points  [n]; weight [n] is filled
 */
void wm_fit_weigh(const struct wm_operating_point *const *points, size_t n, bool is_power,
                  double *weight);

#endif
