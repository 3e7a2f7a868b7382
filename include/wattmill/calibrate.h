/*
 * Calibration: measured operating points, what the model predicts for them, how wrong it is, and the
 * fit of its parameters to them.
 *
 * A point is a row of a CSV file with the columns of the project's measured sets (found by name;
 * others are ignored): serving points (accelerator, model, precision, framework, isl_tokens,
 * osl_tokens, concurrency, tp, ep, dp_attention ... output_tokens_per_s_per_gpu, gpu_power_w; mtp for
 * speculative decoding; disagg, n_prefill_gpu, n_decode_gpu for workers of their own), or power points (knob concurrency, power_per_gpu_w, the configuration in the notes). Rows the model
 * cannot represent are counted by reason. Nothing here knows a model or a scenario by name: what is
 * fitted belongs to accelerators, precisions and serving engines.
 */
#ifndef WATTMILL_CALIBRATE_H
#define WATTMILL_CALIBRATE_H

#include <stdio.h>

#include "wattmill/catalog.h"
#include "wattmill/serving.h"
#include "wattmill/status.h"

/** How a point was driven. */
enum wm_drive {
    WM_DRIVE_USERS,   /* closed loop of so many users */
    WM_DRIVE_BATCH,   /* so many sequences always decoding */
    WM_DRIVE_DECODE,  /* decode alone, so many sequences */
    WM_DRIVE_OFFLINE, /* as many as memory holds */
    WM_DRIVE_SPEED,   /* as many as keep the time per token below a limit */
};

/** What a run was launched with beside its engine's entry; zeros: the entry's. */
struct wm_launch {
    double kv_bytes;     /* per element of the cache */
    double chunk_tok;    /* tokens a pass takes at most, per attention group */
    double intake_steps; /* iterations between two looks at new requests */
    double n_requests;   /* of the whole run, queued at its start */
    bool keeps_room;     /* a request is admitted when there is room for its whole answer */
};

struct wm_operating_point {
    const char *row, *source, *engine_word, *date;
    const struct wm_accelerator *accelerator;
    const struct wm_llm *llm;
    const struct wm_engine *engine;
    enum wm_precision precision;
    struct wm_draft draft; /* speculative decoding; tok 0: none */
    struct wm_group group; /* tensor 0: to be chosen within `max_gpus` */
    /* disaggregated serving: workers of `prefill` read prompts, workers of `group` decode */
    struct wm_group prefill;
    double prefill_workers, decode_workers, n_gpus; /* 0: one group does both */
    double max_gpus;
    double input_tok, output_tok;
    enum wm_drive drive;
    double load;         /* users, sequences, or the time limit per token [s] */
    double ttft_limit_s; /* WM_DRIVE_SPEED: of the first token; both hold for 99 % */
    struct wm_launch launch;
    bool is_fit;                  /* marked for fitting; everything else only measures */
    double out_tok_per_s_per_gpu; /* measured; NAN: not */
    double tpot_s, ttft_s;        /* measured; NAN: not */
    double board_w;               /* measured; NAN: not */
    bool power_is_exact;          /* throughput and energy from the same runs */
};

/** Why rows were left out, and how many. */
enum { WM_MAX_REASONS = 32 };
struct wm_left_out {
    const char *reason;
    size_t n;
};

struct wm_operating_points {
    struct wm_operating_point *items;
    size_t n;
    size_t n_rows; /* of the file */
    struct wm_left_out left_out[WM_MAX_REASONS];
    size_t n_left_out;
};

/**
 * Reads a CSV file of operating points.
 * @return WM_OK; WM_IO with E104; WM_INVALID with E214 when it is no such table
 */
enum wm_status wm_operating_points_load(struct wm_arena *arena, const char *path,
                                        const struct wm_catalog *catalog,
                                        struct wm_operating_points *points, struct wm_diags *diags);

/** How a point was served. Parameters are fitted, and headline errors stated, on plain ones. */
enum wm_serving_way { WM_SERVED_PLAIN, WM_SERVED_DRAFTS, WM_SERVED_SPLIT, WM_SERVED_SPLIT_DRAFTS };
extern const char *const wm_serving_way_words[];
enum wm_serving_way wm_operating_point_way(const struct wm_operating_point *point);

struct wm_prediction {
    double out_tok_per_s_per_gpu; /* 0: the model says it does not fit */
    double tpot_s, ttft_s;        /* ttft: 0 where the drive has no users who wait */
    double board_w;
};
/** What the model says of a point; pure. `accelerator` and `engine` replace the point's own (NULL:
 *  keep), so that a fit can move copies. */
struct wm_prediction wm_operating_point_predict(const struct wm_operating_point *point,
                                                const struct wm_accelerator *accelerator,
                                                const struct wm_engine *engine);

/** What is fitted, in which order; rows of a fit's report. */
struct wm_fit_row {
    const char *owner;     /* "accelerators.h100", "engines.vllm" */
    const char *key;       /* "achieved.memory_frac" */
    double value;          /* in the row's unit of the catalogue */
    double start;          /* the same before the fit */
    double rel_error_frac; /* standard error of the logarithm; of the prior where data are silent */
    double pull_frac; /* share of the prior's variance that the data took away: 1 = data alone */
    size_t n_points;
};
struct wm_fit_options {
    const char *leave_accelerator, *leave_model; /* names left out of the fit, or NULL */
    const char *only_accelerator;                /* fit this one alone, engines held; or NULL */
    int max_iterations;
    void (*progress)(int iteration, double sum_of_squares, void *context);
};
struct wm_fit {
    struct wm_accelerator *accelerators; /* copies with fitted members, in order of the catalogue */
    struct wm_engine *engines;
    struct wm_fit_row *rows;
    size_t n_rows, n_points;
};
/**
 * Fits accelerators, precisions and engines to the points marked for fitting, then board power.
 * Every parameter is a factor on its catalogue value with a log-normal prior: members of a family
 * (Hopper, Blackwell, CDNA ...) share one factor and depart from it little, so that an accelerator
 * without a row takes its family's. Residuals are logarithms of predicted over measured output
 * rate, softened (soft L1), so that odd rows do not lead.
 * @return WM_OK; WM_INVALID with E214 when no point is left to fit
 */
enum wm_status wm_fit_points(struct wm_arena *arena, const struct wm_catalog *catalog,
                             const struct wm_operating_points *points,
                             const struct wm_fit_options *options, struct wm_fit *fit,
                             struct wm_diags *diags);
/** Catalogue entries over the shipped ones, for --catalog or a scenario. */
void wm_fit_json(FILE *file, const void *fit);
/** The report: parameter, value, standard error, what the data said. */
void wm_fit_table(FILE *file, const void *fit);

/** Error of a group of points: |predicted / measured - 1|. */
struct wm_error_row {
    const char *by, *name; /* "accelerator", "h100" */
    size_t n;
    double median_frac, p90_frac;
    double bias_frac; /* median of predicted / measured - 1 */
};
/** What is compared. */
enum wm_compared {
    WM_QUANTITY_SPEED,
    WM_QUANTITY_TPOT,
    WM_QUANTITY_TTFT,
    WM_QUANTITY_POWER,
    WM_N_QUANTITIES
};
struct wm_accuracy {
    const struct wm_operating_point *const
        *points; /* those that could be compared, in order of the file */
    const struct wm_prediction *predictions;
    size_t n;
    struct wm_error_rows {
        struct wm_error_row *rows; /* all, then by accelerator, model, precision, ... */
        size_t n;
    } errors[WM_N_QUANTITIES];
    /* pairs of accelerators by tok/s/MW at equal interactivity: on fronts of the rows compared, and on fronts of
       all measured rows, of which a pair counts when one of the rows compared is on its front */
    struct wm_rank {
        size_t n, n_right;
        size_t n_decided, n_decided_right; /* of them, measured more than 10 % apart */
        double ratio_median_frac,
            ratio_p90_frac; /* |predicted / measured - 1| of the pairs' ratios */
    } rank, fronts;
    size_t n_misfits; /* points the model holds not to fit the memory */
};
/** Which points an error table takes. */
enum wm_points_kind { WM_POINTS_ALL, WM_POINTS_FIT, WM_POINTS_VALIDATE };
struct wm_accuracy wm_accuracy_of(struct wm_arena *arena, const struct wm_operating_points *points,
                                  enum wm_points_kind kind);
/** Pairs of accelerators on fronts of [n] points; those alone that have a point which counts on a front; NULL: all. */
struct wm_rank wm_rank_of(struct wm_arena *arena, const struct wm_operating_point *const *points,
                          const struct wm_prediction *said, const bool *counts, size_t n);
void wm_accuracy_table(FILE *file, const struct wm_accuracy *accuracy,
                       const struct wm_operating_points *points);
void wm_accuracy_md(FILE *file, const struct wm_accuracy *accuracy,
                    const struct wm_operating_points *points);
void wm_accuracy_csv(FILE *file, const struct wm_accuracy *accuracy);
void wm_accuracy_json(FILE *file, const struct wm_accuracy *accuracy,
                      const struct wm_operating_points *points);
/** Row by row: measured, predicted, what it was. */
void wm_accuracy_points_csv(FILE *file, const void *accuracy);

#endif
