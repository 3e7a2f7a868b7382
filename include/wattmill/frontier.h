/*
 * Frontier: every way to serve a model on an accelerator, by parallelism and batch, in closed form.
 *
 * For each group that holds the weights and each batch that its memory holds: the speed a user sees,
 * output per accelerator and per megawatt at the meter, energy and cost per token, time to first
 * token. Prefill is sized to the decoding group as in a large deployment, in fractions of groups
 * (disaggregated engine), or rides along with decoding (aggregated engine). Everything runs at full
 * load and clock 1; queueing beyond the running pass is left to the simulations.
 */
#ifndef WATTMILL_FRONTIER_H
#define WATTMILL_FRONTIER_H

#include <stdbool.h>

#include "wattmill/climate.h"
#include "wattmill/facility.h"
#include "wattmill/ledger.h"
#include "wattmill/serving.h"

/** What a site adds to the racks. */
struct wm_frontier_site {
    double pue;               /* mean over the year at full load */
    double usd_per_gpu_hour;  /* all but power, from a ledger's definition E */
    double power_usd_per_mwh; /* at the meter */
};

/**
 * Site terms of an accelerator: PUE of the facility sized for its racks, mean over the hours of 12
 * mean days of the climate; cost by definition E without power (capital recovery, maintenance,
 * staff, tax, insurance).
 */
struct wm_frontier_site
wm_frontier_site_of(const struct wm_accelerator *accelerator, const struct wm_climate *climate,
                    const struct wm_power_chain *chain, const struct wm_cooling *cooling,
                    const struct wm_ledger_params *ledger, double power_usd_per_mwh);

struct wm_frontier_point {
    struct wm_group group;     /* that decodes; aggregated: that does all */
    enum wm_serving_mode mode; /* who reads prompts */
    double batch;              /* sequences decoding in the group */
    double gpus, prefill_gpus; /* of the replica, and of them reading prompts (a fraction) */
    double tok_per_s_per_user, tpot_s, ttft_s;
    double out_tok_per_s_per_gpu;
    double out_tok_per_s_per_mw_utility;
    double board_w, it_w;    /* mean per accelerator; it_w with its share of host and shared IT */
    double j_per_out_tok;    /* at the meter */
    double usd_per_mtok_out; /* all cost on output tokens */
    bool meets_slo;
    bool is_pareto; /* nothing is both faster for a user and more per megawatt */
};

enum {
    WM_FRONTIER_BATCHES = 400,
    WM_FRONTIER_POINTS = WM_FRONTIER_BATCHES * WM_SERVING_GROUPS * 3 / 2
};

struct wm_frontier {
    struct wm_frontier_point *points; /* room for WM_FRONTIER_POINTS, the caller's */
    size_t n_points;                  /* ordered by group, then batch */
    size_t n_groups;                  /* that hold the weights */
    enum wm_plan_fault fault;         /* WM_PLAN_OK, or why no point meets the targets */
    size_t best; /* of those that meet the targets, most output per megawatt; ties: smaller batch */
    double fastest_tok_per_s_per_user, shortest_ttft_s; /* of all points, for messages */
    double least_weight_bytes_per_gpu;                  /* of all groups tried, for messages */
};

/**
 * All points of a case; `c->tok_per_s_per_user_slo` and `c->ttft_slo_s` decide meets_slo and best
 * (0 = no target), `c->max_gpus` bounds the decoding group.
 * @param site  of the accelerator; where prompts are read on another one [2], then of that
 * @pre  f->points has room for WM_FRONTIER_POINTS
 * @note no step beats the hardware's peaks; groups: those of wm_serving_groups()
 */
void wm_frontier_eval(const struct wm_serving_case *c, const struct wm_frontier_site *site,
                      struct wm_frontier *f);

/**
 * The Pareto front by falling speed of a user.
 * @param few   at least 2: so many marks evenly spaced in the logarithm of the speed, the first point
 *              past each, the ends and the best one; 0: all
 * @param list  out, indices of points; room for n_points
 * @return      how many
 */
size_t wm_frontier_front(const struct wm_frontier *f, size_t few, size_t *list);

#endif
