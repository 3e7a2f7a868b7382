/* A replica of given groups, for the search of serving_search.c. */
#ifndef WM_MODELS_SERVING_PLAN_H
#define WM_MODELS_SERVING_PLAN_H

#include "wattmill/serving.h"

/** Prompt tokens that are computed, of a request. */
double wm_case_new_tok(const struct wm_serving_case *c);
/** New tokens of the smallest pass of the prefill group, a prompt on each stage, and of the fullest. */
double wm_plan_least_pass_tok(const struct wm_serving_plan *plan);
double wm_plan_full_pass_tok(const struct wm_serving_plan *plan);
/** Whether the prefill group reads 99 of 100 prompts within a time when none waits. */
bool wm_plan_reads_within(const struct wm_serving_plan *plan, double time_s);
/** Output rate at which all prefill groups are busy all the time [tok/s]; DBL_MAX without any. */
double wm_plan_prefill_rate(const struct wm_serving_plan *plan);
/** The mean iteration of a decode group, with the prompts of its requests where it reads them. */
struct wm_mix wm_plan_iteration(const struct wm_serving_plan *plan, double sequences,
                                double clock_frac);
/** Largest batch of a decode group whose iterations keep the user's speed; 0: not one sequence. */
double wm_plan_speed_batch(const struct wm_serving_plan *plan, double clock_frac);
/** Output rate of the replica at a batch, whatever prompts allow [tok/s]. */
double wm_plan_rate(const struct wm_serving_plan *plan, double batch);
/** Whether a replica of at most `most_batch` sequences makes a rate within the limits of prompts: the margin of
 *  prefill groups, the TTFT target. */
bool wm_plan_makes(const struct wm_serving_plan *plan, double most_batch, double out_tok_per_s);
/** Largest batch within these limits, `most_batch` at most. */
double wm_plan_batch_within(const struct wm_serving_plan *plan, double most_batch);

#endif
