/*
 * Workload class: how long requests are, how much of a prompt is found in the prefix cache, and how
 * demand moves over the week. Prompts spread by their quantiles, answers by their variance.
 *
 * Left out: links between the length of a prompt and of its answer, sessions that wait for an answer
 * before they ask again, images and other inputs that are not tokens.
 */
#ifndef WATTMILL_WORKLOAD_H
#define WATTMILL_WORKLOAD_H

#include "wattmill/catalog_head.h"

#define WM_HOURS_PER_WEEK 168

enum { WM_PROMPT_QUANTILES = 16, WM_PROMPTS_MAX = 2 * (WM_PROMPT_QUANTILES - 1) };
/** Probabilities at which a class gives its prompt lengths, 0 to 1, finer in the upper tail. */
extern const double wm_prompt_probs[WM_PROMPT_QUANTILES];

/** Demand by hour of the week from Monday 00:00 UTC, relative to the mean. */
struct wm_shape {
    struct wm_catalog_head head;
    double hourly[WM_HOURS_PER_WEEK];
};

struct wm_workload_class {
    struct wm_catalog_head head;
    double input_tok, output_tok; /* means per request, input with its cached part */
    /* prompt lengths at wm_prompt_probs, rising; scaled to the mean; all 0: every prompt is the mean */
    double input_quantiles_tok[WM_PROMPT_QUANTILES];
    double output_scv;  /* squared coefficient of variation of the output length */
    double cached_frac; /* of input tokens, found in the prefix cache */
};

/** Lengths of prompts over their mean, as a few values with their shares. */
struct wm_prompts {
    size_t n; /* 0: all have the mean */
    struct wm_prompt {
        double share, ratio;
        double
            patience; /* its target of first tokens over the tightest of the stream; 0: the same */
    } at[WM_PROMPTS_MAX];
};

/**
 * Prompts of a class: two Gauss points between neighbouring quantiles, so that the mean is 1 and
 * moments up to the third are those of straight lines between the quantiles.
 */
struct wm_prompts wm_prompts_of(const struct wm_workload_class *workload);

/** A class's share of a stream of requests. */
struct wm_prompts_part {
    const struct wm_workload_class *workload;
    double weight;   /* by requests, > 0 */
    double mean_tok; /* of its prompts, in any unit common to the parts */
    double patience; /* of its users, >= 1; 0: 1 */
};
/** Prompts of several classes together, in as few values: means and variances between the
 *  probabilities of wm_prompt_probs are kept; the least patience counts. n <= 64 parts. */
struct wm_prompts wm_prompts_mix(const struct wm_prompts_part *parts, size_t n);

/** Mean of the k-th power of the ratio, k = 1, 2, 3; 1 when all have the mean. */
double wm_prompts_moment(const struct wm_prompts *prompts, int k);

/** How unlike lengths are: twice their Gini coefficient; 0 all alike, 1 exponential. */
double wm_prompts_spread(const struct wm_prompts *prompts);

/** Length over the mean that a share `prob` of a class's prompts stays below; 1 without quantiles. */
double wm_prompt_ratio(const struct wm_workload_class *workload, double prob);

/** What a trace of requests says about demand: lengths, hours of the week, mean rate. */
struct wm_demand_trace {
    struct wm_workload_class class;
    struct wm_shape shape; /* flat where the trace is shorter than the week */
    double requests_per_s;
};

extern const struct wm_field wm_shape_fields[];
extern const struct wm_field wm_workload_fields[];

#endif
