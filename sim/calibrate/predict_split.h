/* Disaggregated serving: a closed loop of users over workers that read prompts and workers that decode. */
#ifndef WATTMILL_PREDICT_SPLIT_H
#define WATTMILL_PREDICT_SPLIT_H

#include "wattmill/calibrate.h"

/**
 * Rates of the whole deployment.
 *
 * Decode workers hold n sequences each and give n * gain / step(n) tokens; prefill workers read
 * batches of prompts as their chunk allows, and a prompt waits as in an M/D/1 queue of them. n is what
 * makes users = requests per second * (time of the prompt + time of the answer).
 *
 * @param m  of a decode worker, drafts included; prefill workers take the point's other group
 * @return   out_tok_per_s 0 when weights or a prompt do not fit; sequences are those of a decode worker
 * @note     leaves out the time to move the cache from one to the other (milliseconds against answers of
 *           seconds) and any imbalance between workers
 */
struct wm_loop_point wm_split_eval(const struct wm_step_model *m,
                                   const struct wm_operating_point *point);

#endif
