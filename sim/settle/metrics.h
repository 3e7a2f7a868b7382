/*
 * Metrics: what a finished run says in numbers, by topic. A metric that has no meaning in a run is
 * left NAN and appears nowhere.
 */
#ifndef WM_RUN_METRICS_H
#define WM_RUN_METRICS_H

#include <math.h>

#include "../plan/provision.h"
#include "../site/site.h"
#include "latencies.h"
#include "metric_member.h"
#include "wattmill/results.h"

/** A run between simulation and results. */
struct wm_run {
    struct wm_arena *arena;
    const struct wm_scenario *scenario;
    struct wm_site_plan plan;
    const struct wm_billing *billing; /* lines of the tariff, at its prices */
    struct wm_site_result site;
    struct wm_latencies latencies;
    struct wm_results *results;
    size_t range_draws;
};

/** Sums over classes and partitions that several topics need. */
struct wm_totals {
    double revenue_usd; /* of classes, jobs and grid service */
    double serving_revenue_usd;
    size_t n_jobs;
    double training_tok, training_ideal_tok, training_it_j, transfer_usd;
    double offered, served, capacity;
    double sold_in, sold_cached, sold_out, served_in, served_cached;
    double own_in, own_cached, own_out; /* of the sold, what no buyer of hours takes */
    double gpus, serving_gpus, there_gpu_s, up_gpu_s, off_gpu_s, busy_gpu_s,
        prefill_busy_gpu_s, slo_tok,
        lcot_busy_s, lcot_prefill_s; /* of serving; of two kinds each by its price over that of what decodes */
};
struct wm_totals wm_totals(const struct wm_run *run);

/** Lays the prices of delivered speeds on the classes that have them; tiers.c. */
void wm_price_speeds(struct wm_run *run);

/** Class, pool and hall rows of the results. */
void wm_fill_classes(struct wm_run *run);
void wm_fill_pools(struct wm_run *run);
void wm_fill_halls(struct wm_run *run);

/** Paid by the grid: for energy shed and for load that stands by [USD]. */
double wm_grid_service_usd(const struct wm_run *r);
/** Storage, generation and what the meter saw. */
void wm_set_onsite(struct wm_run *r);
void wm_set_ride_through(struct wm_run *r);
void wm_set_energy(struct wm_run *run);
void wm_set_tokens(struct wm_run *run, const struct wm_totals *totals);
void wm_set_latency(struct wm_run *run);
/** Ledger, OpEx, revenue, levelised cost; money.c. */
void wm_set_money(struct wm_run *run, const struct wm_totals *totals);
/** Cost of power that is on no bill: fuel, what a battery holds less at the end, certificates [USD]. */
double wm_power_beside_bill_usd(const struct wm_run *run);
/** Compares sums that were built apart; balances.c. */
void wm_close_balances(struct wm_run *run);

static inline void wm_set(struct wm_run *run, enum wm_metric metric, double value)
{
    run->results->metric[metric] = value;
}
#define SET(run, key, value) wm_set((run), WM_METRIC_##key, (value))

/** Ratio, absent where it has no meaning. */
static inline double wm_ratio(double part, double whole)
{
    return whole > 0.0 ? part / whole : (double)NAN;
}

static inline double wm_contract_mw(const struct wm_run *run)
{
    return run->results->contract_w / WM_W_PER_MW;
}

#endif
