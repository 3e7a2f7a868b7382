/*
 * Measured training runs: rows of a CSV file become cases of the training model, and how wrong it is.
 *
 * Columns by name (others are ignored): accelerator, n_gpu, model, params, precision, phase,
 * seq_len_tokens, global_batch_tokens, tp, pp, cp, ep, tokens_per_s_per_gpu, split, source_id, notes
 * ("FULL_SHARD", "act ckpt True", "micro batch 8"). What a row does not say is planned
 * (wm_train_plan_best). A model that the catalogue does not hold is taken as a dense transformer of
 * `params` parameters with layers of hidden width / 100: the width of the published ones lies
 * between 43 and 149. Rows that cannot be represented are counted by reason.
 */
#ifndef WATTMILL_TRAINING_POINTS_H
#define WATTMILL_TRAINING_POINTS_H

#include <stdio.h>

#include "wattmill/calibrate.h"
#include "wattmill/catalog.h"
#include "wattmill/grid.h"
#include "wattmill/training.h"

struct wm_training_point {
    const char *row, *source, *model;
    struct wm_train_case c;
    double tok_per_s_per_gpu; /* measured */
    double predicted;         /* the model's, in the same unit */
    bool is_fit;              /* marked for fitting */
};

struct wm_training_points {
    struct wm_training_point *items;
    size_t n, n_rows;
    struct wm_left_out left_out[WM_MAX_REASONS];
    size_t n_left_out;
};

/** A dense transformer of that many parameters; everything not named is 0. */
struct wm_llm wm_llm_of_params(double params);

/**
 * Reads a file of runs and predicts each.
 * @return WM_OK; WM_IO with E104; WM_INVALID with E214 when it is no such table
 */
enum wm_status wm_training_points_load(struct wm_arena *arena, const char *path,
                                       const struct wm_catalog *catalog,
                                       struct wm_training_points *points, struct wm_diags *diags);

/** Errors |predicted / measured - 1| of a group of runs. */
struct wm_training_error {
    size_t n;
    double median_frac, p90_frac;
    double bias_frac; /* median of predicted / measured - 1 */
};
/** Of the runs of an accelerator (NULL: all) in `fit` or outside it; n = 0 when there is none. */
struct wm_training_error wm_training_error_of(struct wm_arena *arena,
                                              const struct wm_training_points *points,
                                              const char *accelerator, bool is_fit);

/** The table: all, then by accelerator; fit and the rest side by side. */
void wm_training_errors_write(FILE *file, struct wm_arena *arena,
                              const struct wm_training_points *points, enum wm_format format);
/** Run by run: measured, predicted, what it was. `points`: struct wm_training_points. */
void wm_training_points_csv(FILE *file, const void *points);

#endif
