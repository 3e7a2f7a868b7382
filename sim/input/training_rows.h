/* Rows of a gang that a scenario's workload and a training run share: `at` leads to the struct wm_training in `tag`. */
#ifndef WM_INPUT_TRAINING_ROWS_H
#define WM_INPUT_TRAINING_ROWS_H

#include "wattmill/field.h"

// clang-format off
#define WM_TRAINING_ROWS(tag, at) \
    WM_ROW(tag, at tp, WM_KIND_INT, "tp", .min = 0, .max = 4096, .def = 0, .doc = "accelerators that each layer is split over (tensor parallel); 0: the fastest"), \
    WM_ROW(tag, at pp, WM_KIND_INT, "pp", .min = 0, .max = 4096, .def = 0, .doc = "stages that the layers are split into (pipeline parallel); 0: the fastest"), \
    WM_ROW(tag, at cp, WM_KIND_INT, "cp", .min = 0, .max = 4096, .def = 0, .doc = "accelerators that a sequence is split over (context parallel); 0: the fastest"), \
    WM_REAL_AS(tag, at seq_tok, "seq_tok", WM_UNIT_TOK, 1.0, 1e7, 8192.0, "of a sequence"), \
    WM_REAL_AS(tag, at batch_tok, "batch_tok", WM_UNIT_TOK, 1.0, 1e9, (double)NAN, "of an optimiser step; unset: 4.2 M in training, 0.26 M in fine-tuning, at least a sequence per accelerator"), \
    WM_REAL_AS(tag, at mfu_frac, "mfu_frac", WM_UNIT_FRAC, 0.01, 0.9, (double)NAN, "model FLOP/s over the precision's peak, between interruptions; unset: by the training model"), \
    WM_REAL_AS(tag, at swing_limit_w, "swing_limit_mw", WM_UNIT_MW, 0.0, 10000.0, (double)NAN, "largest synchronous swing of a gang's boards; a floor burns what is above; unset: no limit"), \
    WM_REAL_AS(tag, at checkpoint_s, "checkpoint_min", WM_UNIT_MIN, 0.1, 10080.0, (double)NAN, "work between checkpoints; unset: Young and Daly's optimum"), \
    WM_REAL_AS(tag, at checkpoint_write_s, "checkpoint_write_s", WM_UNIT_S, 0.0, 86400.0, 30.0, "during which the gang stands still; estimate"), \
    WM_REAL_AS(tag, at restart_s, "restart_min", WM_UNIT_MIN, 0.0, 10080.0, 5.0, "from an interruption to work again, with a spare; estimate that gives the 90 % effective time of Llama 3")
// clang-format on

#endif
