/*
 * Jobs: gangs of accelerators that train or fine-tune, in closed form.
 *
 * A gang makes tokens at
 *
 *     rate = gpus * peak FLOP/s * MFU / (6 * active parameters) / (c / f + 1 - c) * I / (I + W)
 *
 * f: core clock, c: share of a step that follows the clock, I: work between checkpoints, W: time to
 * write one. A failure of any of its accelerators loses the work since the last checkpoint; the gang
 * restarts on a spare. Power follows the accelerator's board law with the arithmetic busy MFU over
 * the share of peak that its large matrix products reach.
 *
 * A gang is one replica of a surface like those of serving, so that dispatch treats both alike:
 * between idle and its slowest clock it is paused part of the time, at checkpoints.
 *
 * Left out: parallelism (MFU is given), data loading, elastic gangs, swing of power within a step.
 */
#ifndef WM_RUN_JOB_H
#define WM_RUN_JOB_H

#include "surface.h"
#include "wattmill/scenario.h"

/** Surface of a gang of `gpus` of the workload on an accelerator. */
const struct wm_surface *wm_job_surface(struct wm_arena *arena, const struct wm_workload *workload,
                                        const struct wm_accelerator *accelerator, double gpus);

/**
 * Work between checkpoints: as given, or sqrt(2 W MTTF) up to a day.
 * @par Source  Young, CACM 17(9) 1974; Daly, FGCS 22(3) 2006
 */
double wm_job_checkpoint_s(const struct wm_training *training, double failures_per_gpu_year,
                           double gpus);

/** Work lost by a failure `since_s` after the gang began: since its last checkpoint [s]. */
double wm_job_lost_s(const struct wm_training *training, double checkpoint_s, double since_s);

/** What a token is worth to dispatch, and what of it is revenue and transfer [USD/tok]. */
struct wm_job_price {
    double worth_usd_per_tok, contract_usd_per_tok, transfer_usd_per_tok;
};
struct wm_job_price wm_job_price(const struct wm_training *training,
                                 const struct wm_surface *surface, double gpus);

#endif
