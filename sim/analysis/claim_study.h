/* What the functions that compute claims share. */
#ifndef WM_ANALYSIS_CLAIM_STUDY_H
#define WM_ANALYSIS_CLAIM_STUDY_H

#include "wattmill/claims.h"
#include "wattmill/run.h"

struct study {
    struct wm_arena *arena;
    const struct wm_catalog *catalog;
    struct wm_diags *diags;
    const char *why;  /* set where a figure cannot be computed */
    double published; /* set by a claim whose published figure is worked out of measured points */
    const struct wm_results *demo;  /* a year of the reference site, run once */
    const struct wm_results *flood; /* the same with more demand than it can serve: full load */
    struct wm_claim_part *parts;
    size_t n_parts;
};

/** Computes a claim's figure; NAN with study->why. `arg` picks a variant. */
typedef double (*claim_fn)(struct study *s, int arg);

/** Runs a scenario given as text; NULL with study->why when it cannot run. */
const struct wm_results *claim_run(struct study *s, const char *text);
/** The reference site: 100 MW, GB300, DeepSeek-R1 (the shipped demo's figures). */
const struct wm_results *claim_demo(struct study *s);
const struct wm_results *claim_flood(struct study *s);

/* Serving at a speed, from the catalogue alone. */
double claim_per_mw_ratio(struct study *s, int variant);
double claim_batch_one(struct study *s, int arg);
double claim_draft_speed(struct study *s, int sequences);
double claim_draft_gain(struct study *s, int variant);
double claim_equal_latency_energy(struct study *s, int arg);
double claim_energy_ratio(struct study *s, int pair);
double claim_power_cap(struct study *s, int variant);
/* Ladders. */
double claim_ladder(struct study *s, int arg);
double claim_old_end(struct study *s, int how);
double claim_peak_per_watt(struct study *s, int arg);
double claim_bandwidth_per_watt(struct study *s, int arg);
/* Money. */
double claim_power_share(struct study *s, int opex);
double claim_break_even(struct study *s, int opex);
double claim_revenue_per_mw(struct study *s, int arg);
double claim_deepseek_day(struct study *s, int arg);
double claim_few_percent(struct study *s, int arg);
double claim_max_lps(struct study *s, int arg);

enum { CLAIM_DAY_REVENUE, CLAIM_DAY_MARKUP, CLAIM_DAY_PER_MW, CLAIM_DAY_POWER };
enum { CLAIM_MTP_H200, CLAIM_MTP_MI355X, CLAIM_MTP_B200, CLAIM_MTP_GB200 };
enum { CLAIM_CAP_A100_75, CLAIM_CAP_A100_50, CLAIM_MAX_Q_B200 };
enum {
    CLAIM_OLD_SERIAL,
    CLAIM_OLD_SLIDE,
    CLAIM_OLD_PIPELINED,
    CLAIM_OLD_FULL,
    CLAIM_OLD_LADDER /* serial, against Blackwell */
};
enum { CLAIM_LPS_GPUS, CLAIM_LPS_REVENUE };
enum { CLAIM_TCO_OF_20_PERCENT, CLAIM_ONE_PERCENT_BOUND, CLAIM_ONE_PERCENT_SLACK };
enum {
    CLAIM_OSS_90,
    CLAIM_OSS_180,
    CLAIM_R1_PEAK,
    CLAIM_R1_30,
    CLAIM_R1_EDGE_MW,
    CLAIM_R1_EDGE_GPU,
    CLAIM_R1_116,
    CLAIM_V4_100,
    CLAIM_V4_RUBIN_100,
};
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
