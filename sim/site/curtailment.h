/*
 * Curtailment: calls at random times, as windows like those of the calendar.
 *
 * Calls of a fixed duration D alternate with exponential gaps whose mean G makes D / (D + G) the
 * share of time under a call, within the months of the season. They have a random stream of their own. A call
 * goes down to a share of the contract in force when it begins, or to its firm part.
 */
#ifndef WM_RUN_CURTAILMENT_H
#define WM_RUN_CURTAILMENT_H

#include "wattmill/scenario.h"

struct wm_ceiling_span;

/**
 * Calls over a span; seasons are those of the site's clock.
 * @return struct wm_ceiling_window in order of time
 */
struct wm_list wm_curtailment_draw(struct wm_arena *arena, const struct wm_ceiling *ceiling,
                                   const struct wm_ceiling_span *span);

#endif
