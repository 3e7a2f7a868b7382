/*
 * Results: what a run found, in SI units; sinks convert on the way out.
 *
 * A metric that was not computed is NAN and does not appear in any output.
 */
#ifndef WATTMILL_RESULTS_H
#define WATTMILL_RESULTS_H

#include <stdio.h>

#include "wattmill/appraisal.h"
#include "wattmill/bill.h"
#include "wattmill/column.h"
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

/** What limits a run with these metrics: "power", "hall power", "accelerators" or "demand"; cannot fail. */
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

/** Figures of a class; those it has not are NAN. */
struct wm_class_result {
    const char *name, *kind, *pool, *llm;
#define WM_COLUMN(member, key, unit, shown, doc) double member;
#include "wattmill/class_columns.def"
#undef WM_COLUMN
};

/** Accelerators of a pool that serve one model; a pool that serves several has several rows. */
struct wm_pool_result {
    const char *name, *accelerator, *workload; /* names joined by " + " */
    const char *parallelism; /* e.g. "prefill 4 x EP8, decode EP32 DP-attention" */
    const char
        *maturity; /* of what is served: "measured", "calibrated", "modelled"; NULL: nothing */
#define WM_COLUMN(member, key, unit, shown, doc)       double member;
#define WM_COUNT_COLUMN(member, key, unit, shown, doc) int64_t member;
#include "wattmill/pool_columns.def"
#undef WM_COUNT_COLUMN
#undef WM_COLUMN
};

/** A hall; a site that names none has one. */
struct wm_hall_result {
    const char *name, *cooling, *power_chain;
    const char
        *racks_by; /* what gave the number of racks, by pool: "h100 (contract), vr200 (rows)" */
#define WM_COLUMN(member, key, unit, shown, doc)       double member;
#define WM_COUNT_COLUMN(member, key, unit, shown, doc) int64_t member;
#include "wattmill/hall_columns.def"
#undef WM_COUNT_COLUMN
#undef WM_COLUMN
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
    double contract_w;
    double market_usd_per_mwh; /* the file's price, whether the tariff takes it or not; NAN: none */
    int64_t local_us;          /* what the site's clock shows at the begin, as if it were UTC */
};

/** Power of a hall, means of the interval. */
struct wm_hall_power {
    double it_w, site_w; /* site: with its plant, losses and house */
};

/** A year of the horizon, of 8,760 hours from its start; the last may be shorter. */
struct wm_year_result {
#define WM_COLUMN(member, key, unit, shown, doc) double member;
#include "wattmill/year_columns.def"
#undef WM_COLUMN
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

/** Power contracts of the run; power_contract.h. */
struct wm_supply {
    const struct wm_ppa_account *ppa; /* [n], of site.ppas */
    size_t n;
    double certificates_usd;
};

enum { WM_LEADS_MAX = 8 };

/** Cumulated present value at the end of a year of operation, over the draws of the range. */
struct wm_pv_range {
    double p10_usd, p50_usd, p90_usd;
};

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
    struct wm_hall_result *halls;
    size_t n_halls;
    const struct wm_bill *bill;
    const struct wm_ledger *ledger;
    struct wm_ledger_cash cash; /* of the chosen ledger */
    struct wm_income income;
    struct wm_supply supply;
    struct wm_lcot_basis lcot; /* its cost is set by the appraisal */
    double lcot_share_frac;    /* of the cost: that of accelerators that serve */
    const struct wm_appraisal *appraisal;
    struct wm_headline headline;
    const struct wm_pv_range
        *pv_range; /* [n_pv_range], years 0 .. of operation; none without draws */
    size_t n_pv_range;
    const struct wm_run_year *run_years; /* [n_run_years], years of 8,760 h from the start */
    size_t n_run_years;
    struct wm_lot
        *it_lots; /* [n_it_lots], by pool; life and residual as the appraisal's terms say */
    size_t n_it_lots;
    bool has_owned; /* some are of pools that were there and paid for */
    double owned_tax_usd; /* per year, mean of their schedule, in the ledger */
    struct wm_lot *onsite_lots; /* [n_onsite_lots], storage and generation */
    size_t n_onsite_lots;
    const struct wm_response *volume_response; /* [n_volume_responses], by run year; or NULL */
    int n_volume_responses;
    const struct wm_response *capacity_response; /* over the rates of the accelerators; or NULL */
    const struct wm_response *energy_response;   /* over use of the accelerators; or NULL */
    struct wm_balance *balances;
    size_t n_balances;
    struct wm_series_row *series;
    size_t n_series;
    const struct wm_hall_power *hall_series; /* [n_series * n_halls]; NULL: no halls are named, or no series */
    const struct wm_year_result *years;
    size_t n_years;
    uint64_t n_events;
    bool balances_close;
};

/** Balances above this relative residual fail the run. */
#define WM_BALANCE_LIMIT 1e-9

#endif
