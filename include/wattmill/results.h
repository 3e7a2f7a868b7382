/*
 * Results: what a run found, in SI units; sinks convert on the way out.
 *
 * A metric that was not computed is NAN and does not appear in any output.
 */
#ifndef WATTMILL_RESULTS_H
#define WATTMILL_RESULTS_H

#include <stdio.h>

#include "wattmill/appraisal.h"
#include "wattmill/diag.h"
#include "wattmill/ledger.h"
#include "wattmill/scenario.h"

enum wm_metric {
#define WM_METRIC(key, unit, doc) WM_METRIC_##key,
#include "wattmill/metrics.def"
#undef WM_METRIC
    WM_N_METRICS
};

struct wm_metric_info {
    const char *key;
    enum wm_unit unit;
    const char *doc;
};

/** Row of a metric; cannot fail. */
const struct wm_metric_info *wm_metric_info(enum wm_metric metric);
/** Metric of that key, or WM_N_METRICS. */
enum wm_metric wm_metric_find(const char *key);
/** docs/metrics.md */
void wm_metrics_write_md(FILE *file);

/** What limits a run with these metrics: "power", "accelerators" or "demand"; cannot fail. */
const char *wm_limit_name(const double metric[WM_N_METRICS]);

/** Energy by use, [J]; the uses sum to the meter. */
enum wm_energy_use {
    WM_USE_PREFILL,
    WM_USE_DECODE,
    WM_USE_TRAINING,
    WM_USE_IDLE,    /* accelerators without an active request */
    WM_USE_HOST,    /* CPUs, NICs, fans, shelf losses inside the racks */
    WM_USE_NETWORK, /* shared network, storage and head nodes */
    WM_USE_COOLING,
    WM_USE_CONVERSION,
    WM_USE_HOUSE,
    WM_N_USES
};
/** Key such as "prefill", and what it covers. */
const char *wm_energy_use_key(enum wm_energy_use use);
const char *wm_energy_use_doc(enum wm_energy_use use);
/** Whether it is drawn outside the racks: cooling, conversion, house. */
bool wm_energy_use_is_facility(enum wm_energy_use use);

struct wm_class_result {
    const char *name, *kind, *pool, *llm;
    double output_tok_offered, output_tok_served, output_tok_dropped;
    double output_tok_waiting;                  /* batch: not yet due when the run ends */
    double input_tok_served, cached_tok_served; /* computed input; prefix hits */
    double requests_offered, requests_served, requests_dropped, requests_waiting;
    double revenue_usd;
    double ttft_p50_s, ttft_p99_s, tpot_p50_s, tpot_p99_s;
    double slo_attainment_frac; /* NAN for batch */
    double delay_mean_s;        /* batch: mean wait for capacity; NAN otherwise */
    /* jobs: tokens kept, those lost to failures, failures, work between checkpoints; NAN otherwise */
    double training_tok, training_tok_lost, interruptions, checkpoint_s;
    double goodput_frac; /* tokens kept over what the gangs would make without a stop */
    double transfer_usd, energy_j;
    double mfu_frac;
    double swing_w, swing_hz; /* of a gang's boards: amplitude, one over the step */
    double smoothing_frac;    /* of its board power, burnt to keep the swing's limit */
    /* a twin without ceiling windows and calls, less this run; NAN without any */
    double curtailment_loss_usd, output_tok_curtailed;
};

/** Accelerators of a pool that serve one model; a pool that serves several has several rows. */
struct wm_pool_result {
    const char *name, *accelerator, *workload; /* names joined by " + " */
    int64_t n_racks, n_gpus,
        n_replicas; /* of which the replicas use n_replicas * gpus_per_replica */
    int64_t gpus_per_replica, prefill_gpus, decode_gpus; /* prefill + decode = one replica */
    const char
        *maturity; /* of what is served: "measured", "calibrated", "modelled"; NULL: nothing is */
    const char *parallelism;       /* e.g. "prefill 4 x EP8, decode EP32 DP-attention" */
    double batch_at_capacity;      /* sequences decoded together per replica */
    double capacity_out_tok_per_s; /* of the pool, all replicas up */
    double capacity_out_tok_per_s_per_gpu;
    double step_at_capacity_s;
    double gpu_power_at_capacity_w; /* mean per accelerator, without host */
    double it_power_at_capacity_w;  /* of the pool */
    double availability_frac, busy_frac, clock_mean_frac;
    double energy_j;
};

struct wm_balance {
    const char *name, *statement; /* "energy", "meter = sum of uses" */
    double in, out, residual_rel;
    enum wm_unit unit;
};

/** One row per 15 minutes. */
struct wm_series_row {
    int64_t time_us;
    double dry_bulb_c, wet_bulb_c;
    double ceiling_w, site_w, it_w; /* means of the interval, the ceiling with its ramps */
    double offered_tok_per_s, served_tok_per_s;
    double clock_frac;
    double meter_w, generation_w, storage_w; /* storage: given less taken */
    double energy_usd_per_mwh;               /* price of the interval */
    double shadow_price_usd_per_mwh;
};

/** A year of the horizon, of 8,760 hours from its start; the last may be shorter. */
struct wm_year_result {
    double time_s, revenue_usd, energy_j;
    double contract_w, gpus, gpus_up; /* time means: there, and working */
    double output_tok_offered, output_tok_served, training_tok;
    double ceiling_bound_s, called_s, shadow_usd_per_mwh; /* the last a time mean */
};

/** What the owner of the ledger is paid in the run, by what for. */
struct wm_income {
    double token_usd;     /* tokens and jobs, where they are the owner's */
    double grid_usd;      /* calls and standing by */
    double on_demand_usd; /* accelerators by the hour, */
    double contract_usd;  /* by contract */
    double space_usd;     /* rent of the hall and power passed on */
    double sold_gpu_h, backlog_usd;
    const double *sale_gpu_h_per_year; /* [economics.gpu_sales.n], hours that can be sold */
};
static inline double wm_income_usd(const struct wm_income *i)
{
    return i->token_usd + i->grid_usd + i->on_demand_usd + i->contract_usd + i->space_usd;
}

enum { WM_LEADS_MAX = 8 };

/** What a reader must know before the first figure, and what the money rests on. */
struct wm_headline {
    const char *leads[WM_LEADS_MAX]; /* results outside what is published, products sold no more */
    size_t n_leads;
    const char *price_path; /* "list prices of 2026-11, falling by half in 3 yr" */
};

struct wm_results {
    const struct wm_scenario *scenario;
    double metric[WM_N_METRICS]; /* SI; NAN = not computed */
    double hours;
    double it_design_w;
    double contract_w; /* time mean over commissioning: what per-MW figures divide by */
    double energy_j[WM_N_USES];
    struct wm_class_result *classes;
    size_t n_classes;
    struct wm_pool_result *pools;
    size_t n_pools;
    const struct wm_ledger *ledger;
    struct wm_ledger_cash cash; /* of the chosen ledger */
    struct wm_income income;
    struct wm_lcot_basis lcot; /* its cost is set by the appraisal */
    double lcot_share_frac;    /* of the cost: that of accelerators that serve */
    const struct wm_appraisal *appraisal;
    struct wm_headline headline;
    const struct wm_run_year *run_years; /* [n_run_years], years of 8,760 h from the start */
    size_t n_run_years;
    struct wm_lot *it_lots; /* [n_it_lots], by pool; life and residual as the appraisal's terms say */
    size_t n_it_lots;
    struct wm_lot *onsite_lots; /* [n_onsite_lots], storage and generation */
    size_t n_onsite_lots;
    struct wm_balance *balances;
    size_t n_balances;
    struct wm_series_row *series;
    size_t n_series;
    const struct wm_year_result *years;
    size_t n_years;
    uint64_t n_events;
    bool balances_close;
};

/** Balances above this relative residual fail the run. */
#define WM_BALANCE_LIMIT 1e-9

#endif
