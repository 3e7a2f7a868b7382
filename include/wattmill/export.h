/*
 * Export: a store as files and as statistics.
 *
 * Points come in the order of their index, numbers as the shortest decimals that read back: equal
 * results are equal bytes, whatever number of threads, shards or interruptions made the store. How
 * long a point took and how often it was tried is not exported.
 */
#ifndef WATTMILL_EXPORT_H
#define WATTMILL_EXPORT_H

#include <stdio.h>

#include "wattmill/grid.h"
#include "wattmill/output.h"
#include "wattmill/store.h"

/** One row a point: index, status, seed, axes, metrics. Write errors: ferror(). */
enum wm_status wm_export_wide_csv(FILE *file, struct wm_store *store, struct wm_diags *diags);
/** One row a value: index, status, kind (axis | metric), key, value, unit. */
enum wm_status wm_export_long_csv(FILE *file, struct wm_store *store, struct wm_diags *diags);
/** One row a year of a point's pro-forma. */
enum wm_status wm_export_yearly_csv(FILE *file, struct wm_store *store, struct wm_diags *diags);
/** One JSON object a line and point, with parameters, metrics, yearly and messages. */
enum wm_status wm_export_jsonl(FILE *file, struct wm_store *store, struct wm_diags *diags);
/**
 * Spreadsheet: Study, Points, Pro-forma with live formulas, Dictionary.
 * @param index  point whose pro-forma is laid out
 * @return WM_OK; WM_IO with E104; WM_USAGE with E101 when the program was built without libxlsxwriter
 */
enum wm_status wm_export_xlsx(const char *path, struct wm_store *store, uint64_t index,
                              struct wm_diags *diags);

/*
 * Statistics. All take points that ended well; a table says how many did not. Each fills a grid in
 * `arena` for wm_grid_write(); WM_USAGE with E103 for an unknown metric, WM_IO with E507 when the
 * store's design does not carry the statistic.
 */

/** Whether a design draws its points, so that shares of them are probabilities. */
bool wm_is_sampled(const struct wm_store_about *about);
/**
 * P10, P50, P90, mean, standard deviation, extremes; of sampled designs (monte_carlo, latin_hypercube,
 * sobol, saltelli: rows A and B) with 95 % intervals by order statistics. The levels of a grid were
 * chosen, so its quantiles have none.
 */
enum wm_status wm_stats_summary(struct wm_arena *arena, struct wm_store *store,
                                const char *const *metrics, size_t n_metrics, struct wm_grid *out,
                                struct wm_diags *diags);
/**
 * Share of points that meet each condition; of sampled designs a probability, with Wilson's 95 %
 * interval, of others a share of the points and no more.
 */
enum wm_status wm_stats_prob(struct wm_arena *arena, struct wm_store *store,
                             const struct wm_assertion *conditions, size_t n_conditions,
                             struct wm_grid *out, struct wm_diags *diags);
/**
 * Axes by what they move a metric, largest first: of one_at_a_time the values at the ends of each axis
 * alone; of grids the means over each level; of sampled designs the change from the axis' 10th to its
 * 90th percentile by linear regression on all axes, with its 95 % interval, Spearman's correlation
 * and whether it is beyond noise. WM_IO with E507 when there are fewer points than axes need.
 */
enum wm_status wm_stats_tornado(struct wm_arena *arena, struct wm_store *store, const char *metric,
                                struct wm_grid *out, struct wm_diags *diags);
/** First-order and total Sobol indices of a metric with 95 % bootstrap intervals (saltelli). */
enum wm_status wm_stats_sobol(struct wm_arena *arena, struct wm_store *store, const char *metric,
                              struct wm_grid *out, struct wm_diags *diags);
/**
 * Of a grid: a metric by the values of the first two axes, a block of rows for each value of a third; further axes are
 * averaged, which a column `note` says. A cell without a point that ended well is absent.
 */
enum wm_status wm_stats_heat(struct wm_arena *arena, struct wm_store *store, const char *metric,
                             struct wm_grid *out, struct wm_diags *diags);
/** Each axis by its values (tenths, where it is continuous): mean, P10, P50, P90 of a metric, of a grid least, median, greatest. */
enum wm_status wm_stats_response(struct wm_arena *arena, struct wm_store *store, const char *metric,
                                 struct wm_grid *out, struct wm_diags *diags);
/**
 * The best points by "max KEY" or "min KEY" among those that meet all conditions.
 * @param for_people  metrics with prefix and unit (13.22 G USD) instead of plain numbers
 */
enum wm_status wm_stats_best(struct wm_arena *arena, struct wm_store *store, const char *goal,
                             const struct wm_assertion *conditions, size_t n_conditions,
                             size_t n_best, bool for_people, struct wm_grid *out,
                             struct wm_diags *diags);

/**
 * Points that did not end well, by reason, most first: messages that differ in numbers alone are one,
 * told in the words of the first. No rows when all ended well.
 */
enum wm_status wm_stats_failures(struct wm_arena *arena, struct wm_store *store,
                                 struct wm_grid *out, struct wm_diags *diags);

/**
 * Figures of a study into a folder, those its design carries: study_tornado, study_fan (cumulated
 * present value, P10 to P90), study_heat (two axes, a panel for each value of a third), study_response (lines), study_distribution.
 */
enum wm_status wm_stats_figures(struct wm_folder *folder, struct wm_store *store,
                                const char *metric, struct wm_diags *diags);

/* The mathematics behind them. */

/**
 * Ranks (from 0) of the order statistics between which the quantile `prob` lies with at least the
 * given confidence; false when `n` is too small for that, the extremes are given then.
 *
 * @par Source  David, Nagaraja, "Order Statistics", 3rd ed. 2003, sect. 7.1
 */
bool wm_quantile_ranks(size_t n, double prob, double confidence, size_t *low, size_t *high);
/**
 * Wilson's score interval of a share.
 * @par Source  Wilson, J. Am. Stat. Assoc. 22(158) 1927, doi:10.1080/01621459.1927.10502953
 */
void wm_share_interval(uint64_t n_true, uint64_t n, double confidence, double *low, double *high);

struct wm_sobol_index {
    double first, first_low, first_high;
    double total, total_low, total_high;
};
/**
 * Sobol indices, of first order by Saltelli's estimator (b), total by Jansen's,
 *
 *     S_i  = sum (f_B - m) (f_ABi - f_A) / (N V)      ST_i = sum (f_A - f_ABi)^2 / (2 N V)
 *
 * m and V the mean and the variance over A and B, with 95 % percentile intervals over rows drawn again.
 * Both are exactly 0 for an axis that does nothing.
 *
 * @param f      [n * (d + 2)], block i: A_i, B_i, A_i with axis 1 from B_i, ...; NAN drops its block
 * @param seed   of the resampling
 * @param out    [d]
 * @return       false when the function is constant or fewer than two blocks are whole
 * @par Source   Saltelli et al., Comput. Phys. Commun. 181(2) 2010, doi:10.1016/j.cpc.2009.09.018;
 *               Jansen, ibid. 117(1) 1999, doi:10.1016/S0010-4655(98)00154-4
 */
bool wm_sobol_indices(struct wm_arena *arena, const double *f, size_t n, size_t d, uint64_t seed,
                      struct wm_sobol_index *out);

#endif
