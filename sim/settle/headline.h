/* The headline: what leads the verdict, and the price path under the money. */
#ifndef WM_SETTLE_HEADLINE_H
#define WM_SETTLE_HEADLINE_H

#include "wattmill/arena.h"
#include "wattmill/results.h"

/** Compares the run with what is published (W901) and fills `headline`. @pre its metrics are set */
void wm_set_headline(struct wm_arena *arena, struct wm_results *results, struct wm_diags *diags);

#endif
