/*
 * Curtailment: calls at random times, as windows like those of the calendar.
 *
 * Calls of a fixed duration D alternate with exponential gaps whose mean G makes D / (D + G) the
 * share of time under a call, within the months of the season. They have a random stream of their own.
 */
#ifndef WM_RUN_CURTAILMENT_H
#define WM_RUN_CURTAILMENT_H

#include "wattmill/scenario.h"

/**
 * Calls over [start_us, end_us).
 * @return struct wm_ceiling_window in order of time
 */
struct wm_list wm_curtailment_draw(struct wm_arena *arena, const struct wm_ceiling *ceiling,
                                   uint64_t seed, int64_t start_us, int64_t end_us);

#endif
