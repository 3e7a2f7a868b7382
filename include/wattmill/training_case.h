/*
 * The training case: one job on accelerators, without the site-year around it.
 *
 * Its parameters are the rows of a scenario's `training` and `site.failures`, with their defaults, and
 * its gang is planned by the function that plans a site's gangs, so that both give the same step, MFU
 * and checkpoint interval to the last bit. Where a site-year draws its stops, this is their mean.
 *
 * Left out beside what the models leave out: repairs without a spare, plant that fails, a ceiling.
 */
#ifndef WATTMILL_TRAINING_CASE_H
#define WATTMILL_TRAINING_CASE_H

#include "wattmill/form.h"
#include "wattmill/frontier.h"
#include "wattmill/scenario.h"
#include "wattmill/training.h"

struct wm_training_case {
    const struct wm_accelerator *accelerator;
    const struct wm_llm *llm;
    enum wm_precision precision;
    struct wm_training training; /* gpus, seq_tok and what of batch, checkpoints, swing is set */
    struct wm_failures failures;
    double tokens;            /* of the run, kept */
    double storage_loss_frac; /* of what a buffer against the swing evens out */
    struct wm_frontier_site site;
};

/** All that is computed of it. */
struct wm_training_outcome {
    struct wm_train_case c;
    struct wm_train_fixed fixed; /* of the plan, as asked for */
    double n_gpus;
    struct wm_train_step step;
    struct wm_train_power power;
    struct wm_goodput goodput;
    struct wm_swing swing;
    struct wm_train_run run;
    double mfu_frac; /* over all accelerators of the job */
    double site_w_per_gpu, pue;
    double tokens; /* of the run */
};

/** The case that a document of case `train` describes. */
struct wm_training_case wm_training_case_of(const struct wm_train_form *form);

/** @return WM_OK; WM_INFEASIBLE (E301: no such precision, does not fit, never gets on) */
enum wm_status wm_training_case_eval(const struct wm_training_case *c,
                                     struct wm_training_outcome *out, struct wm_diags *diags);

#endif
