/* What the functions that compute claims share. */
#ifndef WM_ANALYSIS_CLAIM_STUDY_H
#define WM_ANALYSIS_CLAIM_STUDY_H

#include "wattmill/claims.h"
#include "wattmill/run.h"
#include "wattmill/serving.h"

struct claim_end;
struct study {
    struct wm_arena *arena;
    const struct wm_catalog *catalog;
    struct wm_diags *diags;
    const char *why;  /* set where a figure cannot be computed */
    double published; /* set by a claim whose published figure is worked out of measured points */
    const struct wm_results *demo;  /* a year of the reference site, run once */
    const struct wm_results *flood; /* the same with more demand than it can serve: full load */
    double token_revenue[2];        /* by accelerator, M$/MW-yr; 0: not computed yet */
    /* what several claims ask for, computed once; 0: not yet */
    const struct claim_end *edge_of; /* whose fastest is: */
    double edge_tok_per_s;
    double newest_per_mw;  /* output of VR200 on CLAIM_LARGE at any speed */
    double max_lps[2];
    struct wm_claim_part *parts;
    size_t n_parts;
};

/** Computes a claim's figure; NAN with study->why. `arg` picks a variant. */
typedef double (*claim_fn)(struct study *s, int arg);

/** What of a claim's figure is uncertain: how entries of `uncertainties` act on it (claims_spread.c). */
enum claim_spread {
    CLAIM_SPREAD_NONE,
    CLAIM_SPREAD_PER_GPU,
    CLAIM_SPREAD_PER_MW,
    CLAIM_SPREAD_RUBIN_PER_MW,
    CLAIM_SPREAD_OLD_END,
    CLAIM_SPREAD_OLD_LADDER,
    CLAIM_SPREAD_SLIDE,
    CLAIM_SPREAD_CHANGE,
    CLAIM_SPREAD_ENERGY,
    CLAIM_SPREAD_CAP,
    CLAIM_SPREAD_DRAW,
    CLAIM_SPREAD_SHARE_CASH,
    CLAIM_SPREAD_SHARE_RENT,
    CLAIM_SPREAD_SHARE_TOTAL,
    CLAIM_SPREAD_COST,
    CLAIM_SPREAD_HALL,
    CLAIM_SPREAD_RENT,
    CLAIM_SPREAD_TOKENS,
    CLAIM_SPREAD_RUBIN_TOKENS,
    CLAIM_SPREAD_PER_KW,
    CLAIM_SPREAD_KW
};
/** Whether a figure lies within what is published, a single one within 10 %. */
bool claim_is_met(const struct wm_claim *c, double value);
/** Draws the figure: holds_prob, computed_p10, computed_p90. */
void claim_draw(struct study *s, enum claim_spread spread, struct wm_claim *c);

/** Runs a scenario given as text; NULL with study->why when it cannot run. */
const struct wm_results *claim_run(struct study *s, const char *text);
/** The reference site: 100 MW, GB300, DeepSeek-R1 (the shipped demo's figures). */
const struct wm_results *claim_demo(struct study *s);
const struct wm_results *claim_flood(struct study *s);

const void *claim_entry(struct study *s, enum wm_catalog_kind kind, const char *name);
/** IT power of an accelerator by its rack's nameplate [W]. */
double claim_gpu_nameplate_w(const struct wm_accelerator *a);

#define CLAIM_LARGE      "gpt-moe-1.8t"    /* the model that the million-fold speaks of */
#define CLAIM_SMALL      "llama-3.1-8b"    /* one that every generation can hold */
#define CLAIM_OLD_ENGINE "hf-transformers" /* eager, as models were run before 2018 */
#define CLAIM_ANY_SPEED  0.1               /* tok/s/user */

/** CLAIM_LARGE on stages of eight accelerators, the fewest that hold it. */
struct claim_pipeline {
    struct wm_serving_case c;
    struct wm_group group;
    double most_sequences; /* that the memory holds */
    bool is_serial;        /* all stages but one wait */
};
/** False, with study->why, where no pipeline holds it. */
bool claim_pipeline_of(struct study *s, const struct wm_accelerator *a, const char *engine,
                       enum wm_precision precision, struct claim_pipeline *p);
/** Speed of a user [tok/s] and output of a MW of IT nameplate with `sequences` in all stages. */
double claim_pipeline_speed(const struct claim_pipeline *p, double sequences, double *out_per_mw);

/** A chat (1155 tokens in, 211 out) on what the planner makes of an accelerator. */
struct claim_ask {
    const struct wm_accelerator *accelerator;
    const char *llm, *engine; /* NULL: the usual one, either way to serve */
    enum wm_precision precision;
    double tok_per_s_per_user;
};
/** Output tok/s of a MW of IT nameplate; NAN with study->why. */
double claim_planned_per_mw(struct study *s, const struct claim_ask *ask);
/** Hardware blocks of claim_hybrid(). */
enum { CLAIM_HARDWARE_BLOCKS = 6 };
extern const char *const claim_hardware_blocks[CLAIM_HARDWARE_BLOCKS];
/** The old accelerator with the blocks whose bits are in `set` from the new one. */
struct wm_accelerator claim_hybrid(const struct wm_accelerator *old,
                                   const struct wm_accelerator *new, size_t set);

/* Serving at a speed, from the catalogue alone. */
double claim_batch_one(struct study *s, int arg);
double claim_draft_speed(struct study *s, int sequences);
double claim_equal_latency_energy(struct study *s, int arg);
double claim_energy_ratio(struct study *s, int pair);
double claim_power_cap(struct study *s, int variant);
double claim_token_revenue(struct study *s, int variant);
/* Ladders. */
double claim_ladder(struct study *s, int arg);
double claim_old_end(struct study *s, int how);
double claim_peak_per_watt(struct study *s, int arg);
double claim_bandwidth_per_watt(struct study *s, int arg);
/* Money. */
double claim_power_share(struct study *s, int opex);
double claim_break_even(struct study *s, int opex);
double claim_rental(struct study *s, int arg);
double claim_deepseek_day(struct study *s, int arg);
double claim_few_percent(struct study *s, int arg);
double claim_max_lps(struct study *s, int arg);

enum { CLAIM_DAY_REVENUE, CLAIM_DAY_MARKUP, CLAIM_DAY_PER_MW, CLAIM_DAY_POWER };
enum { CLAIM_CAP_A100_75, CLAIM_CAP_A100_50, CLAIM_MAX_Q_B200 };
enum {
    CLAIM_OLD_SERIAL,
    CLAIM_OLD_SLIDE,
    CLAIM_OLD_PIPELINED,
    CLAIM_OLD_FULL,
    CLAIM_OLD_LADDER, /* serial, against Blackwell */
    CLAIM_OLD_OFFLOAD /* weights in the memory of hosts, one sequence in every server */
};
enum { CLAIM_TOKENS_GB300, CLAIM_TOKENS_VR200, CLAIM_TOKENS_GAIN };
enum { CLAIM_LPS_GPUS, CLAIM_LPS_REVENUE };
enum { CLAIM_TCO_OF_20_PERCENT, CLAIM_ONE_PERCENT_BOUND, CLAIM_ONE_PERCENT_SLACK };
enum {
    CLAIM_BATCH_R1,
    CLAIM_BATCH_V31,
    CLAIM_BATCH_405,
    CLAIM_BATCH_70,
    CLAIM_DENSE_OVER_SMALL,
    CLAIM_LARGE_OVER_DENSE,
    CLAIM_MEMORY_235,
    CLAIM_GENERATION_OSS,
    CLAIM_GENERATION_405_8,
    CLAIM_GENERATION_70_8,
};
/* Rows of measured energy, by model, accelerator and batch. */
enum {
    ENERGY_R1_8,
    ENERGY_R1_32,
    ENERGY_R1_128,
    ENERGY_V31_8,
    ENERGY_V31_128,
    ENERGY_V31_1024,
    ENERGY_V31_3072,
    ENERGY_405_H100_8,
    ENERGY_405_H100_256,
    ENERGY_405_B200_8,
    ENERGY_405_B200_256,
    ENERGY_405_B200_512,
    ENERGY_70_H100_8,
    ENERGY_70_H100_256,
    ENERGY_70_H100_1024,
    ENERGY_70_B200_8,
    ENERGY_70_B200_256,
    ENERGY_70_B200_2048,
    ENERGY_32_H100_8,
    ENERGY_32_H100_256,
    ENERGY_32_B200_8,
    ENERGY_32_B200_256,
    ENERGY_235_H100,
    ENERGY_235_B200,
    ENERGY_OSS_H100_8,
    ENERGY_OSS_B200_8,
    ENERGY_OSS_H100,
    ENERGY_OSS_B200,
    ENERGY_30_B200,
    ENERGY_32R_B200,
};

#endif
