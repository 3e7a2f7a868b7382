/*
 * Delivered over claimed: the intervals of a run, each with its demand, weather, failures, ceiling, against
 * the capacity at the design hour with all replicas up, which is what a claim of tokens per MW states.
 */
#include <math.h>

#include "wattmill/output.h"
#include "wattmill/stats.h"

enum figure { OFFERED, DELIVERED, PER_DRAWN, OVER_CLAIMED, N_FIGURES };
enum { ROWS_PER_DAY = 96 };

static const struct {
    const char *name, *unit, *meaning;
} figures[N_FIGURES] = {
    [OFFERED] = {"offered", "tok/s/MW", "output asked for, per MW of the contract in force"},
    [DELIVERED] = {"delivered", "tok/s/MW", "output served, per MW of the contract in force"},
    [PER_DRAWN] = {"delivered_per_mw_drawn", "tok/s/MW",
                   "output served, per MW that the site drew"},
    [OVER_CLAIMED] = {"delivered_over_claimed", "frac",
                      "delivered over capacity_output_tok_per_s_per_mw_utility"}};

static struct wm_band band_of(double *values, size_t n)
{
    const double mean = wm_mean(values, n);
    wm_sort(values, n);
    return (struct wm_band){wm_sorted_quantile(values, n, 0.1), wm_sorted_quantile(values, n, 0.5),
                            wm_sorted_quantile(values, n, 0.9), mean};
}

static double per_mw(double tok_per_s, double power_w)
{
    return power_w > 0.0 ? tok_per_s / wm_unit_from_si(WM_UNIT_MW, power_w) : (double)NAN;
}

/* Means of so many intervals in a row [n_series / `every`]; those without a figure are left out. @return their number */
static size_t fill(const struct wm_results *r, enum figure figure, size_t every, double *values)
{
    const double claimed = wm_unit_from_si(
        WM_UNIT_TOK_PER_S_PER_MW, r->metric[WM_METRIC_capacity_output_tok_per_s_per_mw_utility]);
    size_t n = 0;
    for (size_t i = 0; i + every <= r->n_series; i += every) {
        double sum = 0.0;
        for (size_t k = i; k < i + every; k++) {
            const struct wm_series_row *const row = &r->series[k];
            const double tok = figure == OFFERED ? row->offered_tok_per_s : row->served_tok_per_s;
            sum += per_mw(tok, figure == PER_DRAWN ? row->site_w : row->contract_w) /
                   (figure == OVER_CLAIMED ? claimed : 1.0) / (double)every;
        }
        if (isfinite(sum))
            values[n++] = sum;
    }
    return n;
}

bool wm_delivered_over_claimed(struct wm_arena *arena, const struct wm_results *results,
                               struct wm_band *band)
{
    double *const values = WM_NEW_ARRAY(arena, double, results->n_series + 1);
    const size_t n = fill(results, OVER_CLAIMED, 1, values);
    if (n > 0)
        *band = band_of(values, n);
    return n > 0;
}

/* A figure of each run over their seeds. */
static struct wm_band over_seeds(const struct wm_report *report, double *values, size_t offset)
{
    for (size_t i = 0; i < report->n_seeds; i++)
        values[i] = *(const double *)((const char *)&report->seeds[i] + offset);
    return band_of(values, report->n_seeds);
}

size_t wm_delivered_rows(struct wm_arena *arena, const struct wm_report *report,
                         struct wm_delivered rows[WM_DELIVERED_MAX])
{
    const struct wm_results *const r = report->results;
    double *const values = WM_NEW_ARRAY(arena, double, r->n_series + report->n_seeds + 1);
    size_t n_rows = 0;
    for (enum figure k = 0; k < N_FIGURES; k++) {
        const size_t n = fill(r, k, 1, values);
        if (n > 0)
            rows[n_rows++] = (struct wm_delivered){figures[k].name, figures[k].unit,
                                                   figures[k].meaning, band_of(values, n)};
    }
    const size_t n_days = fill(r, OVER_CLAIMED, ROWS_PER_DAY, values);
    if (n_days > 0)
        rows[n_rows++] = (struct wm_delivered){"delivered_over_claimed_day", "frac",
                                               "the same, means of days", band_of(values, n_days)};
    if (report->n_seeds > 1) {
        rows[n_rows++] =
            (struct wm_delivered){"delivered_over_claimed_mean_of_seeds", "frac",
                                  "means of runs of other seeds, and this one",
                                  over_seeds(report, values, offsetof(struct wm_band, mean))};
        rows[n_rows++] =
            (struct wm_delivered){"delivered_over_claimed_p10_of_seeds", "frac",
                                  "the tenth percentile of each of those runs",
                                  over_seeds(report, values, offsetof(struct wm_band, p10))};
    }
    return n_rows;
}
