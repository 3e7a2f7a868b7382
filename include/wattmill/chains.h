/*
 * Chains: a trace whose rows are agents' sessions. A session's first call arrives when the row says;
 * each call after it when the one before is answered and its tool has run. Calls that the trace only
 * knows by their distance come later where service is slower, as they would have.
 *
 * A call repeats the prompt and the answer before it where calls only append (its prompt is at least that
 * long). With `is_cached` the worker it comes to finds what its prefix cache still holds of them.
 */
#ifndef WATTMILL_CHAINS_H
#define WATTMILL_CHAINS_H

#include "wattmill/fleet.h"

struct wm_chain_totals {
    uint64_t n_chains, n_calls; /* of rows with more than one call; all calls of those */
    double tool_s;              /* sum of what their tools took */
};

/**
 * Serves a source whose requests may have calls after them (request.h), to the last answer or,
 * without `drain`, to the last row. service->on_served is told as well.
 */
struct wm_chain_totals wm_chains_run(struct wm_arena *arena, struct wm_fleet *fleet,
                                     struct wm_service *service, struct wm_request_source source,
                                     bool is_cached, bool drain);

#endif
