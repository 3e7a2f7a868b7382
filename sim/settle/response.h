/*
 * Response: what a finished run's tokens and energy would be at another demand or another capacity.
 *
 * Tokens: where less was served than asked for, capacity or ceiling bound, and more demand serves no more;
 * elsewhere demand is served until it meets the capacity of the design hour. Energy: accelerators at the
 * same rate that are used more or less, by the tables of their operating points and the run's own policy,
 * each partition's load spread in time as the site's is. Capacity:
 * accelerators at a times their rates reach a latency target as the run's would reach one a times as
 * far, with replicas planned for that. What the ceiling binds follows the tokens that a watt makes in those.
 */
#ifndef WM_SETTLE_RESPONSE_H
#define WM_SETTLE_RESPONSE_H

#include "metrics.h"

/** Sets the responses of the results: volume (by run year), energy, and, where rates are other than the
 *  run's in its range or its market, capacity. @pre tokens are set */
void wm_set_response(struct wm_run *run);

#endif
