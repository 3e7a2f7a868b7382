/*
 * A run by stages: provisioning and the year are taken from runs that read the same, or run here and kept.
 *
 * Prices reach the year through decisions alone: in which order classes are served, and whether a watt is
 * worth its energy. Where every watt at any time earns more than its energy costs, the year's key holds the
 * order of worth of all pieces of the envelopes instead of prices; else, and where storage, generation,
 * work that waits for cheap hours or capping `uniform` read prices themselves, it holds their values.
 */
#ifndef WM_RUN_STAGED_H
#define WM_RUN_STAGED_H

#include "../settle/metrics.h"
#include "wattmill/run_options.h"
#include "wattmill/stages.h"
#include "year.h"

/** What a run reads of the store; released when it is over, however it ends. */
struct wm_stage_holds {
    struct wm_stages *stages; /* NULL: no stages, nothing to release */
    struct wm_stage_record *weights, *plan, *year;
    struct wm_arena *open; /* of an output that is being computed */
};
void wm_stage_holds_end(struct wm_stage_holds *holds);

/** Whether the run can be one: at table resolution, without rows of intervals, progress or null events. */
bool wm_staged_may(const struct wm_scenario *scenario, const struct wm_run_options *options);

/** The same in one go: plans the site and takes it through its time. */
enum wm_status wm_unstaged(struct wm_run *run, const struct wm_run_options *options,
                           struct wm_year *year, struct wm_diags *diags);

/** Fills run->plan and `year`; unstaged where a data file is not known. @pre wm_staged_may() */
enum wm_status wm_staged(struct wm_run *run, const struct wm_run_options *options,
                         struct wm_stage_holds *holds, struct wm_year *year,
                         struct wm_diags *diags);

#endif
