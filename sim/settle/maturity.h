/* Maturity: whether what a partition serves was measured, calibrated or is modelled alone. */
#ifndef WM_RUN_MATURITY_H
#define WM_RUN_MATURITY_H

#include "../plan/partition.h"

/* "measured": a curve file; "calibrated": accelerator and engine were fitted on points of their own;
 * "modelled": datasheets, estimates and the fits of relatives. */
const char *wm_maturity_name(const struct wm_serving_plan *plan);

/* W903 for what lies outside the points of the fit: no points at all, or a longer context, a larger
 * group or batch than any of them had. */
void wm_maturity_check(struct wm_arena *arena, const struct wm_partition *partition,
                       struct wm_diags *diags);

#endif
