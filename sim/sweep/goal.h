/* Goals of a search, as far as a run's own range gives them. */
#ifndef WM_SWEEP_GOAL_H
#define WM_SWEEP_GOAL_H

#include "wattmill/optimise.h"

/** The metric that holds the goal's measure over the run's own range; WM_N_METRICS: none does. */
enum wm_metric wm_goal_by_range(const struct wm_goal *goal);
/** Whether a metric is computed only where the range is drawn. */
bool wm_metric_is_of_range(enum wm_metric metric);

#endif
