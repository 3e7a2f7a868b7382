/*
 * Metrics as planners say them: "power in operator cash OpEx 9.1 %" for power_share_b_frac = 0.091.
 *
 * A metric has words, and values of one row share one unit ("NPV 2.93 G$, P10 -0.45 G$"), so that they
 * can be compared by eye. Keys and SI stay where numbers are looked up, in the tables of all metrics.
 */
#ifndef WM_ANALYSIS_KPI_H
#define WM_ANALYSIS_KPI_H

#include "wattmill/compare.h"

/** The unit that a row of values is printed in. */
struct wm_kpi_unit {
    double per_si; /* printed = SI value * per_si */
    char symbol[24];
};

/** Unit of a row that holds `n` values [SI]; NAN among them is passed over. Cannot fail. */
struct wm_kpi_unit wm_kpi_unit(enum wm_metric metric, const double *si, size_t n);
/** Four digits, thousands apart by commas: "42,480", "21.75"; "-" when not finite. @return buf */
const char *wm_kpi_number(double value, char buf[32]);
/** A value [SI] in a row's unit; shares with one decimal: "63.9". @return buf */
const char *wm_kpi_text(const struct wm_kpi_unit *unit, double si, char buf[32]);
/** What planners call a metric; its key where the table has no words for it. */
const char *wm_kpi_words(enum wm_metric metric);

/** A group of the main figures and the metrics in it. */
struct wm_kpi_group {
    const char *title;
    size_t n;
    enum wm_metric metrics[12];
};
extern const struct wm_kpi_group wm_kpi_groups[];
extern const size_t wm_n_kpi_groups;

/** P10, P50 and P90 of a metric; false where the run drew none. out [3], SI */
bool wm_kpi_range(const double metric[WM_N_METRICS], enum wm_metric of, double out[3]);

#endif
