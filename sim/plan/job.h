/*
 * Jobs: gangs of accelerators that train or fine-tune.
 *
 * The step of a gang (time, memory, power of its boards) is the training model's (training.h) with
 * the fastest plan that fits. Of wall-clock time I / (I + W) makes tokens, I: work between
 * checkpoints, W: time to write one. A failure of any accelerator loses the work since the last
 * checkpoint; the gang restarts on a spare. A limit of the synchronous swing is met by a floor that
 * burns power while the gang waits.
 *
 * A gang is one replica of a surface like those of serving, so that dispatch treats both alike:
 * between idle and its slowest clock it is paused part of the time, at checkpoints.
 *
 * Left out: elastic gangs, input pipeline, evaluation.
 */
#ifndef WM_RUN_JOB_H
#define WM_RUN_JOB_H

#include "surface.h"
#include "wattmill/scenario.h"
#include "wattmill/training.h"

/** A gang's step at full clock. */
struct wm_job {
    struct wm_train_case c;
    struct wm_train_step step;
    struct wm_train_power power;
    struct wm_swing swing;
    double mfu_frac;   /* over all of the gang: given, or the model's */
    double speed_frac; /* given MFU over the model's */
    double checkpoint_s;
    double n_gpus; /* of the gang; what the plan leaves out of it stands idle */
};

/** What a job says of its plan. */
struct wm_train_fixed wm_job_fixed(const struct wm_training *training);
/** Plans a gang of `gpus`; false when nothing fits its memory. */
bool wm_job_plan(const struct wm_workload *workload, const struct wm_accelerator *accelerator,
                 double failures_per_gpu_year, double gpus, struct wm_job *job);

/** Surface of the gang over its clock and the share of time it works. */
const struct wm_surface *wm_job_surface(struct wm_arena *arena, const struct wm_job *job,
                                        const struct wm_training *training);

/** Work between checkpoints: as given, or Young and Daly's optimum up to a day. */
double wm_job_checkpoint_s(const struct wm_training *training, double failures_per_gpu_year,
                           double gpus);

/**
 * Time that a failure `since_s` after the gang began undoes: its work since the last checkpoint, at the
 * gang's mean rate [s]. That rate has the writes of checkpoints in it, while the lost work ran without:
 *     lost = min(I, since mod (I + W)) (I + W) / I,  I the work between checkpoints, W a write
 */
double wm_job_lost_s(const struct wm_training *training, double checkpoint_s, double since_s);

/** What a token is worth to dispatch, and what of it is revenue and transfer [USD/tok]. */
struct wm_job_price {
    double worth_usd_per_tok, contract_usd_per_tok, transfer_usd_per_tok;
};
struct wm_job_price wm_job_price(const struct wm_training *training,
                                 const struct wm_surface *surface, double gpus);

#endif
