/*
 * Statistics gathered while simulating: tallies of observations, time-weighted means of a level,
 * quantiles of a sample, and a histogram on a logarithmic scale for weighted quantiles.
 */
#ifndef WATTMILL_STATS_H
#define WATTMILL_STATS_H

#include <stddef.h>
#include <stdint.h>

/** Mean and variance by Welford's update; least and greatest. */
struct wm_tally {
    uint64_t n;
    double mean, m2, min, max;
};
void wm_tally_add(struct wm_tally *tally, double x);
/** Unbiased variance; 0 below two observations. */
double wm_tally_variance(const struct wm_tally *tally);
/** Half width of the confidence interval of the mean by Student's t; `confidence` in (0, 1). */
double wm_tally_half_width(const struct wm_tally *tally, double confidence);

/** Integral of a level that is constant between changes. */
struct wm_level {
    int64_t since;
    double level, integral;
};
/** Sets the level at time `now`; a level that stays the same touches nothing. */
void wm_level_set(struct wm_level *level, int64_t now, double value);
/** Mean from 0 to `now` > 0. */
double wm_level_mean(const struct wm_level *level, int64_t now);

/** Into rising order. */
void wm_sort(double *values, size_t n);
/** NAN without values. */
double wm_mean(const double *values, size_t n);
/** Value below which `prob` of `sorted` [n] lies, linear between order statistics. @pre n >= 1 */
double wm_sorted_quantile(const double *sorted, size_t n, double prob);
/** Mean of the first `weight` of values in rising order, of which the last may count in part; 0 < weight <= n. */
double wm_mean_of_lowest(const double *sorted, double weight);

enum { WM_LOG_HIST_BINS = 2048 };

/** Weighted histogram from 1e-4 to 1e5, 1.02 % a bin; values outside go to the end bins. */
struct wm_log_hist {
    double weight[WM_LOG_HIST_BINS];
    double total;
};
void wm_log_hist_add(struct wm_log_hist *hist, double x, double weight);
/** Adds all of `from`. */
void wm_log_hist_merge(struct wm_log_hist *hist, const struct wm_log_hist *from);
/** Multiplies every weight. */
void wm_log_hist_scale(struct wm_log_hist *hist, double factor);
/** Value below which `prob` of the weight lies, interpolated in its bin; NAN when empty. */
double wm_log_hist_quantile(const struct wm_log_hist *hist, double prob);

#endif
