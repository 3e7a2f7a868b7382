/* Rows of a study file. */
#include "plan.h"

static const char *const dist_words[] = {"none",      "pert", "triangular", "uniform", "normal",
                                         "lognormal", "beta", "discrete",   NULL};
_Static_assert(sizeof dist_words / sizeof *dist_words == WM_DIST_DISCRETE + 2,
               "a word for each of enum wm_dist");
static const char *const spacing_words[] = {"lin", "log", NULL};
_Static_assert(sizeof spacing_words / sizeof *spacing_words == WM_SPACING_LOG + 2,
               "a word for each of enum wm_spacing");

#define UNSET  (double)NAN
#define NUMBER WM_UNIT_NONE

// clang-format off
const struct wm_field wm_range_fields[] = {
    WM_REAL_REQ(wm_range_params, from, "from", NUMBER, -1e300, 1e300, "first value"),
    WM_REAL_REQ(wm_range_params, to, "to", NUMBER, -1e300, 1e300, "last value"),
    WM_REAL(wm_range_params, step, NUMBER, -1e300, 1e300, UNSET, "distance of values; or give n"),
    WM_INT(wm_range_params, n, 0, 1e9, 0, "number of values, ends included; or give step"),
    WM_CHOICE(wm_range_params, scale, spacing_words, "lin", "equal steps, or equal ratios"),
    WM_FIELD_END,
};
const struct wm_field wm_axis_fields[] = {
    WM_TEXT(wm_axis_params, path, "", "dotted path in the scenario; list elements by index or name"),
    WM_TEXT(wm_axis_params, name, "", "column heading; default: the path"),
    WM_TEXT(wm_axis_params, source, "", "where the range comes from"),
    WM_JSON(wm_axis_params, sweep, "values [a, b, ...], or a range {from, to, step or n, scale}"),
    WM_JSON(wm_axis_params, cases, "[{label, set: {path: value, ...}}, ...]: places set together"),
    WM_CHOICE(wm_axis_params, dist, dist_words, "none", "distribution of the value"),
    WM_REAL(wm_axis_params, low, NUMBER, -1e300, 1e300, UNSET, "least value; normal, lognormal: cut below"),
    WM_REAL(wm_axis_params, mode, NUMBER, -1e300, 1e300, UNSET, "most likely value of pert and triangular"),
    WM_REAL(wm_axis_params, high, NUMBER, -1e300, 1e300, UNSET, "greatest value; normal, lognormal: cut above"),
    WM_REAL(wm_axis_params, lambda, NUMBER, 0.01, 1000.0, 4.0, "weight of the mode of pert"),
    WM_REAL(wm_axis_params, mean, NUMBER, -1e300, 1e300, UNSET, "of normal"),
    WM_REAL(wm_axis_params, sd, NUMBER, 0.0, 1e300, UNSET, "standard deviation of normal"),
    WM_REAL(wm_axis_params, median, NUMBER, 0.0, 1e300, UNSET, "of lognormal"),
    WM_REAL(wm_axis_params, log_sd, NUMBER, 0.0, 100.0, UNSET, "standard deviation of the logarithm, of lognormal"),
    WM_REAL(wm_axis_params, alpha, NUMBER, 0.001, 1e6, UNSET, "first shape of beta; with low and high, else on 0..1"),
    WM_REAL(wm_axis_params, beta, NUMBER, 0.001, 1e6, UNSET, "second shape of beta"),
    WM_JSON(wm_axis_params, values, "values of discrete"),
    WM_JSON(wm_axis_params, weights, "weights of the values of discrete; default: equal"),
    WM_JSON(wm_axis_params, base, "where one_at_a_time keeps it; default: the base scenario's value"),
    WM_INT(wm_axis_params, n, 0, 1e6, 0, "levels of a distribution in grid and zip, equally likely"),
    WM_FIELD_END,
};
const struct wm_field wm_study_fields[] = {
    WM_INT_REQ(wm_study_params, schema_version, 1, 1, "version of this format"),
    WM_ROW(wm_study_params, schema, WM_KIND_TEXT, "$schema", .def_text = "", .doc = "JSON Schema, for editors"),
    WM_TEXT_REQ(wm_study_params, name, "name of the study"),
    WM_TEXT(wm_study_params, notes, "", "for readers"),
    WM_TEXT_REQ(wm_study_params, base, "base scenario, relative to this file"),
    WM_CHOICE(wm_study_params, design, wm_design_words, "grid", "how points are placed"),
    WM_INT(wm_study_params, n, 1, 1e12, 1000, "points of latin_hypercube, sobol, monte_carlo; base samples of saltelli"),
    WM_INT(wm_study_params, seed, -1, 9007199254740991.0, -1, "of points and runs; -1: the base scenario's"),
    WM_LIST(wm_study_params, axes, wm_axis_params, wm_axis_fields, "what varies"),
    WM_JSON(wm_study_params, corr, "[[axis, axis, rho], ...]: correlations, by Gaussian copula"),
    WM_JSON(wm_study_params, points, "of list: [{path: value, ...}, ...]"),
    WM_JSON(wm_study_params, metrics, "[key, ...]: metrics to store; default: all"),
    WM_FLAG(wm_study_params, yearly, true, "store the yearly pro-forma of each point too"),
    WM_FIELD_END,
};
// clang-format on
