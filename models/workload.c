#include "wattmill/workload.h"

// clang-format off
const struct wm_field wm_shape_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_shape),
    WM_REALS(wm_shape, hourly, WM_UNIT_NONE, 0.0, 1000.0, "demand over its mean, 168 hours from Monday 00:00 UTC"),
    WM_FIELD_END,
};
const struct wm_field wm_workload_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_workload_class),
    WM_REAL_REQ(wm_workload_class, input_tok, "input_tok", WM_UNIT_TOK, 1.0, 1e7, "mean prompt, cached part included"),
    WM_REAL_REQ(wm_workload_class, output_tok, "output_tok", WM_UNIT_TOK, 1.0, 1e6, "mean answer, reasoning included"),
    WM_REAL(wm_workload_class, output_scv, WM_UNIT_NONE, 0.0, 1000.0, 1.0, "squared coefficient of variation of the answer"),
    WM_REAL(wm_workload_class, cached_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "share of prompt tokens found in the prefix cache"),
    WM_FIELD_END,
};
// clang-format on
