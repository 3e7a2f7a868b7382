/*
 * Operating rows: the columns of serving and of power tables, and their readers, which fill a point or
 * say why a row cannot be one.
 */
#ifndef WATTMILL_OPERATING_ROWS_H
#define WATTMILL_OPERATING_ROWS_H

#include "point_table.h"

/* clang-format off */
#define WM_OPERATING_COLUMNS(X)                                                                    \
    X(row_id) X(power_row_id) X(source_id) X(kind) X(accelerator) X(n_gpu) X(model) X(precision)     \
    X(framework) X(workload) X(isl_tokens) X(osl_tokens) X(concurrency) X(batch_size) X(tp) X(pp)    \
    X(ep) X(dp_attention) X(disagg) X(n_prefill_gpu) X(n_decode_gpu) X(mtp)                           \
    X(output_tokens_per_s_per_gpu) X(output_basis) X(gpu_power_w) X(gpu_power_basis) X(date)          \
    X(split) X(tpot_s) X(ttft_s) X(scope) X(phase) X(knob) X(knob_value) X(power_per_gpu_w) X(notes)
enum wm_operating_column {
#define X(name) COL_##name,
    WM_OPERATING_COLUMNS(X)
#undef X
    N_COLUMNS
};
/* clang-format on */

const char *wm_serving_row(const struct wm_point_table *t, struct wm_operating_point *p);
const char *wm_power_row(const struct wm_point_table *t, struct wm_operating_point *p);

/** Accelerator and model of a row; NULL, or which of them the catalogue lacks. */
const char *wm_row_entries(const struct wm_point_table *t, struct wm_operating_point *p);
/** The catalogue's engine of that name; false: none. */
bool wm_row_engine(const struct wm_point_table *t, const char *name, struct wm_operating_point *p);
/** The precision of the weights that are served; false: not said. */
bool wm_row_precision(const char *word, struct wm_operating_point *p);
/** The group of `tp` and `ep` ranks; `data`: attention is data parallel over them. */
struct wm_group wm_row_group(const struct wm_operating_point *p, double tp, double ep, bool data);
/** The number after `key` in a text ("tp=" in "tp=4.0 ep=nan"), NAN when there is none. */
double wm_number_after(const char *where, const char *key);

#endif
