/* Supply: what power contracts of a finished run pay and cover. */
#ifndef WM_SETTLE_SUPPLY_H
#define WM_SETTLE_SUPPLY_H

#include "metrics.h"

/** Sets `supply` of the results by the run's 15-minute rows, and its metrics. @pre the bill is closed */
void wm_set_supply(struct wm_run *run);

/** What agreements pay less what they are credited with, in the run [USD]. */
double wm_supply_net_usd(const struct wm_results *results);

/** Of it, what follows the energy drawn, with certificates [USD]. */
double wm_supply_by_load_usd(const struct wm_run *run);

#endif
