/* The 15-minute series of a run, condensed to what a chart can show. */
#ifndef WM_SERVE_CHARTS_H
#define WM_SERVE_CHARTS_H

#include "wattmill/json.h"
#include "wattmill/results.h"

/**
 * Writes {"duration", "days", "heat"}: sorted power, ceiling and shadow price at CHART_MARKS shares of the time; means
 * and extremes of each day; share of the ceiling by month and hour of the site's standard time. Units are in the
 * keys; numbers are rounded to six digits.
 */
void charts_write(struct wm_json_writer *w, struct wm_arena *arena,
                  const struct wm_results *results);

#endif
