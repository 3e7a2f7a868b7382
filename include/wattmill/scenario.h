/*
 * Scenario: everything a run is told, after defaults, in SI units and const from here on.
 *
 * A scenario file (JSON) is read through the tables in sim/input/scenario_fields.c; its keys are the
 * rows' keys and are documented in docs/parameters.md. Catalogue names have become pointers.
 */
#ifndef WATTMILL_SCENARIO_H
#define WATTMILL_SCENARIO_H

#include "wattmill/catalog_head.h"
#include "wattmill/accelerator.h"
#include "wattmill/appraisal.h"
#include "wattmill/catalog.h"
#include "wattmill/climate.h"
#include "wattmill/cooling.h"
#include "wattmill/deck.h"
#include "wattmill/failures.h"
#include "wattmill/generation.h"
#include "wattmill/gpu_sales.h"
#include "wattmill/kv_tier.h"
#include "wattmill/ledger.h"
#include "wattmill/llm.h"
#include "wattmill/local_tax.h"
#include "wattmill/power_chain.h"
#include "wattmill/power_contract.h"
#include "wattmill/serving.h"
#include "wattmill/site_year.h"
#include "wattmill/storage.h"
#include "wattmill/tariff.h"
#include "wattmill/uncertainty.h"
#include "wattmill/workload.h"
#include "wattmill/zone.h"

struct wm_horizon {
    int64_t start_us; /* UTC */
    double years;     /* of 8,760 h */
};

/** A window of the ceiling calendar: [from, to) at another limit. */
struct wm_ceiling_window {
    int64_t from_us, to_us;
    double limit_w;
    double notice_s;
    double penalty_usd_per_mwh; /* on energy drawn above the limit */
    double payment_usd_per_mwh; /* for energy not drawn because of it */
};

/** From an instant on the contract is this much, until the next phase. */
struct wm_ceiling_phase {
    int64_t from_us;
    double limit_w;
    double firm_w; /* NAN: the ceiling's, as far as this contract goes */
};

enum wm_season { WM_SEASON_ANY, WM_SEASON_SUMMER, WM_SEASON_WINTER };

/** Calls at random times: each lasts `duration_s`, together `hours_per_year` on average. */
struct wm_curtailment {
    struct wm_catalog_head head; /* of the power policy it is, or starts from */
    double called_s_per_year;
    double depth_frac; /* of the contract in force, down to the firm part */
    double duration_s, notice_s;
    enum wm_season season;
    double penalty_usd_per_mwh, payment_usd_per_mwh;
};

extern const struct wm_field wm_power_policy_fields[];

struct wm_ceiling {
    double limit_w; /* the contract: every per-MW figure divides by it */
    double firm_w;  /* calls at random times never go below it */
    double ramp_w_per_s;
    double ramp_up_w_per_s;  /* NAN: as down */
    struct wm_list phases;   /* of struct wm_ceiling_phase: commissioning */
    struct wm_list calendar; /* of struct wm_ceiling_window */
    struct wm_curtailment curtailment;
};

struct wm_site_weather {
    const struct wm_climate *climate; /* unless there is a file */
    const struct wm_site_year *file;  /* or NULL */
    double utc_offset_s;              /* clock of files that do not say theirs, or unset */
    double dry_bulb_shift_k;          /* added to every hour's dry bulb, dew point unchanged */
};

/** Price and carbon from a file of their own. */
struct wm_market {
    const struct wm_site_year *file; /* or NULL */
};

struct wm_carbon {
    double kg_per_mwh;
};

/** Standing by for the grid. */
struct wm_demand_response {
    double reserved_w; /* that calls may take */
    double capacity_usd_per_kw_year;
};

/** When a unit runs; see sim/site/onsite.h. */
enum wm_generation_role { WM_ROLE_CEILING, WM_ROLE_ECONOMIC, WM_ROLE_BASELOAD };

enum { WM_MAX_GENERATION = 16 };

/** Units of one type. */
struct wm_generation {
    const char *name;
    const struct wm_generator *type;
    double capacity_w;
    enum wm_generation_role role;
    const struct wm_site_year *file; /* of solar: its output; else NULL */
};

/** A hall: its plant, its share of the contract, and what its floor and its feeds can take. */
struct wm_site_hall {
    const char *name;
    double share_frac; /* of the contract; NAN: the same part as others of what is left */
    double it_limit_w; /* of its distribution; NAN: none */
    int64_t rows;      /* 0: not counted */
    int64_t racks_per_row;              /* likewise */
    double row_limit_w, rack_limit_w;   /* of a row's and of a rack's feed; NAN: none */
    struct wm_power_chain power_chain;
    struct wm_cooling cooling;
};

/** The way to the grid, of who owns the facility. */
struct wm_interconnection {
    double cost_usd_per_mw;     /* of contract, spent first and lost */
    double security_usd_per_mw; /* of contract, deposited first */
    double security_years;      /* of operation, then it comes back; NAN: at the end */
    double wait_months;         /* until there is power */
    double term_years, exit_usd_per_mw; /* of the contract; paid where the site ends before */
};

struct wm_site {
    const struct wm_zone *time_zone; /* the bill's clock, or NULL; see wm_site_zone() */
    struct wm_ceiling ceiling;
    struct wm_site_weather weather;
    struct wm_power_chain power_chain;
    struct wm_cooling cooling;
    struct wm_list halls; /* of struct wm_site_hall; empty: one, of the two keys above */
    struct wm_tariff tariff;
    struct wm_local_tax local_tax;
    struct wm_market market;
    struct wm_storage storage;
    struct wm_demand_response demand_response;
    struct wm_list generation; /* of struct wm_generation */
    struct wm_list ppas;       /* of struct wm_ppa */
    struct wm_certificates certificates;
    struct wm_interconnection interconnection;
    struct wm_carbon carbon;
    struct wm_failures failures;
};

/** Words of fleet.count; the word of index i is stored as -1 - i. */
enum wm_provisioning {
    WM_COUNT_MAX_P = -1,
    WM_COUNT_MAX_Q = -2,
    WM_COUNT_MAX_LPS = -3,
    WM_COUNT_DEMAND = -4
};

/** What is there and paid for. */
struct wm_owned {
    double age_years;           /* at the start of the run; NAN: it is bought */
    double book_usd_per_gpu;    /* still to be written off; NAN: on a straight line over the life */
    double salvage_usd_per_gpu; /* when it is first sold; NAN: by the resale curve of its age */
};

struct wm_fleet {
    const char *name;
    const struct wm_accelerator *accelerator;
    const struct wm_accelerator *prefill_accelerator; /* that reads its prompts; NULL: the same */
    const char *hall; /* "": the only one */
    int64_t count;         /* accelerators (whole racks), or enum wm_provisioning */
    int64_t prefill_count; /* of the second kind, beside a count; -1: as many as those need */
    double share_frac;            /* of its hall's IT design power, for max_p, max_q and max_lps */
    double spare_frac;            /* of the racks, kept to stand in for broken ones */
    double guard_frac;            /* of max_lps, over the observed draw */
    double margin_frac;           /* of demand, over its highest hour */
    int64_t online_us, retire_us; /* it is there from the first to the second */
    struct wm_owned owned;
    struct wm_kv_tiers kv_tiers; /* of its accelerators that read prompts */
};

/** Whether a pool is there and paid for. */
static inline bool wm_fleet_is_owned(const struct wm_fleet *fleet)
{
    return wm_is_set(fleet->owned.age_years);
}

/**
 * How demand moves through the years beside the shape of its week and its growth; all 0: not at all.
 * Noise, growth's noise and bursts are random, from streams of the workload's own, and scaled so that the
 * demand of the whole horizon stays what it is without them; the season has mean 1 over a year.
 */
struct wm_variation {
    double season_frac; /* height of a wave of a year, over the mean */
    int64_t season_peak_day;
    double noise_log_sd, noise_corr_s; /* of the logarithm; time in which it forgets */
    double growth_log_sd;              /* of the logarithm after a year: a random walk */
    double bursts_per_year, burst_frac, burst_s; /* added at its begin; time in which it fades */
    const char *drift_to;                        /* workload that demand moves to, or "" */
    double drift_frac_per_year;
};

struct wm_demand {
    double output_tok_per_s; /* mean over the week; exactly one of the three is set */
    double requests_per_s;
    double utilisation_frac; /* of design-hour capacity */
    const struct wm_shape *shape;
    const struct wm_shape *shape_file;   /* NULL, or instead of it */
    const struct wm_demand_trace *trace; /* NULL, or what class, shape and rate are taken from */
    bool per_mw;                         /* the rate is per MW of contract */
    double growth_per_year;              /* compounded */
    double elasticity;                   /* of demand to the price paid over the list price */
    struct wm_variation variation;
};

struct wm_slo {
    double ttft_s;
    double tok_per_s_per_user;
};

/** From that speed on, users pay another price. */
struct wm_speed_tier {
    double tok_per_s_per_user, price_frac;
};

struct wm_price {
    const struct wm_deck *deck; /* NULL: nothing is sold by the token */
    double paid_frac;
    double discount_frac;         /* price paid over list price */
    double market_frac;           /* further: what the market leaves of it */
    double batch_discount_frac;   /* further, for kind batch */
    struct wm_list speed_tiers;   /* of struct wm_speed_tier, rising; below the first: the price */
    double worth_usd_per_out_tok; /* to dispatch, at least; never revenue */
};

enum wm_workload_kind {
    WM_WORKLOAD_REQUEST,
    WM_WORKLOAD_BATCH,
    WM_WORKLOAD_TRAINING,
    WM_WORKLOAD_FINETUNE
};
extern const char *const wm_workload_kind_words[];

/** What becomes of a request that misses its latency target. */
enum wm_slo_miss { WM_SLO_MISS_BILL, WM_SLO_MISS_REFUND };

/** Jobs of kind training and finetune: gangs of accelerators that work, fail and restart together. */
struct wm_training {
    int64_t gpus;  /* of a gang; 0: all the workload has */
    int64_t gangs; /* 0: as many as fit */
    int64_t tp, pp, cp; /* tensor, pipeline, context parallel; 0: chosen */
    double tokens; /* to train on, per gang; 0: without end */
    int64_t start_us;
    double seq_tok, batch_tok; /* of a sequence, of an optimiser step; batch NAN: usual */
    double mfu_frac;           /* NAN: by the training model */
    double swing_limit_w;      /* of the synchronous swing of a gang; NAN: none */
    double checkpoint_s;       /* between checkpoints; NAN: Young and Daly's optimum */
    double checkpoint_write_s, restart_s;
    double contract_usd_per_gpu_h; /* paid from outside: revenue */
    double transfer_usd_per_gpu_h; /* booked inside: reported apart */
    double worth_usd_per_gpu_h;    /* to dispatch, where neither is given */
};

extern const struct wm_field wm_training_fields[];

/** How a workload is served, where the model or its plan is not to say. */
struct wm_service_choice {
    const struct wm_serving_curve *curve_file; /* NULL: none */
    double draft_tok, accept_frac;             /* speculative decoding */
    double reuse_frac, reuse_s;                /* of prompts, for KV tiers; frac NAN: none */
    enum wm_router router;                     /* of requests served one by one */
    int64_t max_seqs;                          /* of a batch of theirs; 0: the engine's */
};

struct wm_workload {
    const char *name;
    enum wm_workload_kind kind;
    const struct wm_workload_class *class; /* NULL for jobs */
    const struct wm_llm *llm;
    enum wm_precision precision;
    enum wm_ways ways; /* no key: both where no engine is named */
    const struct wm_engine *engine;
    const char *pool; /* name of the fleet entry that serves it */
    int64_t start_us,
        end_us; /* it is asked for from the first to the second, while its pool is there */
    double pool_share_frac; /* of the pool's racks, for its model and precision; NAN: by load */
    double max_loss_frac; /* of its throughput that `priority` takes before any class loses more */
    int64_t priority;     /* higher is shed later; -1: by kind */
    double deadline_s;    /* of batch work, from its arrival */
    bool waits_for_price; /* batch work, while energy is dearer than over the last day */
    enum wm_slo_miss on_slo_miss;
    struct wm_demand demand;
    struct wm_slo slo;
    struct wm_service_choice serving;
    struct wm_price price;
    struct wm_training training;
};

/** Whether a workload is a job of gangs; else it serves requests. */
static inline bool wm_workload_is_job(const struct wm_workload *workload)
{
    return workload->kind == WM_WORKLOAD_TRAINING || workload->kind == WM_WORKLOAD_FINETUNE;
}

enum wm_capping { WM_CAPPING_MARGINAL_REVENUE, WM_CAPPING_PRIORITY, WM_CAPPING_UNIFORM };

/** What becomes of replicas that demand does not need while no ceiling binds, and of clocks. */
enum wm_idle { WM_IDLE_ALWAYS_ON, WM_IDLE_STANDBY, WM_IDLE_OFF };
enum wm_clocks { WM_CLOCKS_FULL, WM_CLOCKS_ENERGY };

struct wm_policy {
    enum wm_capping capping;
    enum wm_idle idle;
    enum wm_clocks clocks;
    double reserve_frac; /* of demand, served by replicas that are ready on top of it */
    double within_frac;  /* of requests, within their targets at every point that is used to save */
    double off_power_frac; /* of a replica switched off, over its idle power */
    double return_s;       /* from there until it serves */
};

/** A year of a table of write-offs. */
struct wm_tax_share {
    double share_frac; /* of the capital */
};

/** A share of the capital: of a year of write-offs, of a period of construction. */
struct wm_capital_share {
    double share_frac;
};

enum wm_money { WM_MONEY_NOMINAL, WM_MONEY_REAL };
enum wm_end_of_life { WM_END_BETTER, WM_END_REPURCHASE };

/** Before the first token: the facility is paid for along a curve, then sales ramp up. */
struct wm_construction {
    double years;           /* from the first capital to the start of operation; 0: none */
    struct wm_list curve;   /* of struct wm_capital_share, equal parts of it; empty: even */
    double first_year_frac; /* of a year's sales, sold in the first year of operation */
};

/** What is drawn for P10, P50 and P90, in the order of enum wm_range_input. */
struct wm_range_terms {
    const struct wm_uncertainty *price, *paid, *half_life, *energy, *charges, *it_capex,
        *facility_capex, *residual, *delay, *model, *rent;
};

/** Prices that react; market.h. NAN: left out. */
struct wm_market_choice {
    double gain_per_year, own_gain_per_year, pass_through_frac, cost_frac, margin_floor_frac;
    double competitor_price_frac, competitor_half_life_years;
};

/** Rates left out (NAN) are the ledger's. */
struct wm_economics {
    struct wm_ledger_params ledger;
    double discount_rate_frac; /* per year; nominal or real, as `money` says */
    enum wm_money money;
    double inflation_frac;   /* between nominal and real */
    int64_t appraisal_years; /* over which a shorter run repeats its year */
    struct wm_construction construction;
    double residual_it_frac, residual_facility_frac; /* NAN: by age */
    enum wm_end_of_life end_of_life;
    double price_half_life_years; /* NAN: prices stay */
    struct wm_market_choice market;
    double power_escalation_frac, opex_escalation_frac;
    double debt_share_frac, debt_rate_frac, debt_years;
    struct wm_list debt; /* of struct wm_tranche; instead of the three */
    double dscr_floor;
    double tax_rate_frac;
    enum wm_write_off tax_write_off;
    struct wm_list tax_table; /* of struct wm_capital_share, years 1, 2, ... */
    double tax_bonus_frac, tax_facility_5_frac, tax_facility_15_frac;
    double tax_loss_limit_frac, tax_interest_limit_frac;
    double carbon_usd_per_t;
    double receivable_days, payable_days; /* working capital */
    struct wm_list gpu_sales; /* of struct wm_gpu_sale */
    struct wm_range_terms range;
};

/** At which resolution serving is simulated: a table of operating points, or every request. */
enum wm_fidelity { WM_FIDELITY_SURFACE, WM_FIDELITY_REQUEST };

/** What is simulated request by request: a part of the horizon. */
struct wm_request_window {
    int64_t start_us;
    double length_s;
    int64_t router_replicas; /* behind one router; each router has its share of the requests */
    double sample_frac;      /* of routers that are served, others go as they do; NAN: by size */
    struct wm_horizon part_of; /* the horizon, once the window stands in its place; years 0: it does not */
};

struct wm_scenario {
    int64_t schema_version;
    const char *schema;  /* "$schema": for editors */
    const char *extends; /* the file this one extends, or "" */
    const char *name;
    int kind; /* the word of `case`, which is one */
    int64_t seed;
    struct wm_horizon horizon;
    enum wm_fidelity fidelity;
    struct wm_request_window window; /* of fidelity request */
    struct wm_site site;
    struct wm_list fleet;     /* of struct wm_fleet */
    struct wm_list workloads; /* of struct wm_workload */
    struct wm_policy policy;
    struct wm_economics economics;
};

/** Time that demand grows and varies through: the horizon, of which a window is a part. */
static inline struct wm_horizon wm_scenario_demand_time(const struct wm_scenario *s)
{
    return s->window.part_of.years > 0.0 ? s->window.part_of : s->horizon;
}

/**
 * Whether money is settled by the rows of billing intervals or the speeds of the run itself: such a run
 * keeps them whatever its options say.
 */
static inline bool wm_scenario_settles_by_rows(const struct wm_scenario *s)
{
    const struct wm_workload *const w = (const struct wm_workload *)s->workloads.items;
    const struct wm_market_choice *const m = &s->economics.market;
    bool does = s->site.ppas.n > 0 || s->site.certificates.matching != WM_MATCHING_NONE ||
                m->gain_per_year > 0.0 || m->own_gain_per_year > 0.0 || m->competitor_price_frac > 0.0 ||
                m->margin_floor_frac > -2.0; /* NAN: none */
    for (size_t i = 0; i < s->workloads.n; i++)
        does = does || w[i].demand.elasticity < 0.0 || w[i].price.speed_tiers.n > 0;
    return does;
}

extern const struct wm_field wm_scenario_fields[];

/** Index of a fleet entry's hall; the number of halls: there is none of that name. @pre halls are given */
size_t wm_site_hall_of(const struct wm_site *site, const struct wm_fleet *fleet);
/** Plant that cools a fleet entry: its hall's, or the site's. */
const struct wm_cooling *wm_site_cooling_of(const struct wm_site *site,
                                            const struct wm_fleet *fleet);

/** Price of energy before the tariff's delivery, by row of its file: site.market, then site.weather; or NULL. */
const struct wm_site_year *wm_site_price_file(const struct wm_site *site);
/** The file that gives carbon, likewise. */
const struct wm_site_year *wm_site_carbon_file(const struct wm_site *site);
/**
 * The site's clock: bill, phases, seasons and peaks follow it. `time_zone`, else `weather.utc_offset_h`,
 * else standard time of the weather file, else of the climate.
 */
struct wm_zone wm_site_zone(const struct wm_site *site);
/** Clock of a file's rows less UTC [s]: the file's, else `weather.utc_offset_h`, else standard time of
 *  `time_zone`, else 0. */
double wm_site_utc_offset_s(const struct wm_site *site, const struct wm_site_year *file);

/** Checks that concern several keys at once (E211); everything else stands in the rows. */
void wm_scenario_check(const struct wm_scenario *scenario, struct wm_diags *diags);

#endif
