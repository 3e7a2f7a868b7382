/* Rows of a training run: those of a scenario's job and failures, and what it trains on. */
#include "form_rows.h"
#include "training_rows.h"
#include "wattmill/failures.h"

static const char *const kind_words[] = {"train", NULL};
static const char *const precision_words[] = {"bf16", "fp8", "fp4", NULL};
_Static_assert(WM_BF16 == 0 && WM_FP8 == 1 && WM_FP4 == 2, "the words above");

// clang-format off
static const struct wm_field fields[] = {
    WM_FORM_HEAD_ROWS(wm_train_form, kind_words, "a training run on accelerators"),
    WM_REF(wm_train_form, accelerator, accelerator, wm_accelerator, NULL, "it runs on"),
    WM_REF(wm_train_form, llm, llm, wm_llm, NULL, "model that is trained"),
    WM_ROW(wm_train_form, training.gpus, WM_KIND_INT, "gpus", .min = 1, .max = 1e7, .def = 1024, .doc = "accelerators of the job"),
    WM_CHOICE(wm_train_form, precision, precision_words, "bf16", "of matrix products"),
    WM_REAL(wm_train_form, tokens, WM_UNIT_TOK, 1.0, 1e16, 1e12, "of the run, kept"),
    WM_TRAINING_ROWS(wm_train_form, training.),
    WM_PRESET(wm_train_form, failures, failures, wm_failures_fields, "llama-3", "what stops it: failures and planned stops of accelerators"),
    WM_REAL(wm_train_form, storage_loss_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.05, "of what a buffer against the power swing evens out; estimate"),
    WM_REAL(wm_train_form, imbalance_frac, WM_UNIT_NONE, 0.0, 10.0, 0.1, "slowest pipeline stage over the mean, minus 1; for energy-aware schedules; estimate"),
    WM_REAL(wm_train_form, straggler_frac, WM_UNIT_NONE, 0.0, 10.0, 0.0, "step time that someone slow adds; for energy-aware schedules"),
    WM_FORM_TERMS(wm_train_form, site),
    WM_FIELD_END,
};
// clang-format on

const struct wm_form wm_train_form = {.name = "train",
                                      .title = "a training run",
                                      .fields = fields,
                                      .size = sizeof(struct wm_train_form),
                                      .name_at = offsetof(struct wm_train_form, head.name),
                                      .seed_at = SIZE_MAX};
