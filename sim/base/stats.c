#include "wattmill/stats.h"

#include <math.h>
#include <stdlib.h>

#include "wattmill/numeric.h"
#include "wattmill/require.h"

static const double hist_low = 1e-4;
static const double hist_decades = 9.0;

void wm_tally_add(struct wm_tally *tally, double x)
{
    const double d = x - tally->mean;
    tally->min = tally->n == 0 || x < tally->min ? x : tally->min;
    tally->max = tally->n == 0 || x > tally->max ? x : tally->max;
    tally->n++;
    tally->mean += d / (double)tally->n;
    tally->m2 += d * (x - tally->mean);
}

double wm_tally_variance(const struct wm_tally *tally)
{
    return tally->n > 1 ? tally->m2 / (double)(tally->n - 1) : 0.0;
}

double wm_tally_half_width(const struct wm_tally *tally, double confidence)
{
    WM_REQUIRE(tally->n > 1 && confidence > 0.0 && confidence < 1.0);
    const double t = wm_student_t_quantile(0.5 + 0.5 * confidence, (double)(tally->n - 1));
    return t * sqrt(wm_tally_variance(tally) / (double)tally->n);
}

void wm_level_set(struct wm_level *level, int64_t now, double value)
{
    if (value == level->level)
        return;
    level->integral += level->level * (double)(now - level->since);
    level->since = now;
    level->level = value;
}

double wm_level_mean(const struct wm_level *level, int64_t now)
{
    WM_REQUIRE(now > 0);
    return (level->integral + level->level * (double)(now - level->since)) / (double)now;
}

void wm_log_hist_add(struct wm_log_hist *hist, double x, double weight)
{
    const double at = x > hist_low ? log10(x / hist_low) / hist_decades * WM_LOG_HIST_BINS : 0.0;
    const int bin = at < WM_LOG_HIST_BINS - 1 ? (int)at : WM_LOG_HIST_BINS - 1;
    hist->weight[bin] += weight;
    hist->total += weight;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void wm_sort(double *values, size_t n)
{
    if (n > 1)
        qsort(values, n, sizeof *values, ascending);
}

double wm_mean(const double *values, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return n > 0 ? sum / (double)n : (double)NAN;
}

double wm_sorted_quantile(const double *sorted, size_t n, double prob)
{
    WM_REQUIRE(n >= 1 && prob >= 0.0 && prob <= 1.0);
    const double at = prob * (double)(n - 1);
    const size_t k = (size_t)at;
    return k + 1 < n ? sorted[k] + (at - (double)k) * (sorted[k + 1] - sorted[k]) : sorted[n - 1];
}

double wm_mean_of_lowest(const double *sorted, double weight)
{
    double sum = 0.0, left = weight;
    for (size_t i = 0; left > 1e-9; i++, left -= 1.0)
        sum += fmin(left, 1.0) * sorted[i];
    return sum / weight;
}

void wm_log_hist_merge(struct wm_log_hist *hist, const struct wm_log_hist *from)
{
    for (int i = 0; i < WM_LOG_HIST_BINS; i++)
        hist->weight[i] += from->weight[i];
    hist->total += from->total;
}

void wm_log_hist_scale(struct wm_log_hist *hist, double factor)
{
    for (int i = 0; i < WM_LOG_HIST_BINS; i++)
        hist->weight[i] *= factor;
    hist->total *= factor;
}

double wm_log_hist_quantile(const struct wm_log_hist *hist, double prob)
{
    WM_REQUIRE(prob >= 0.0 && prob <= 1.0);
    double below = 0.0;
    const double wanted = prob * hist->total;
    if (hist->total <= 0.0)
        return (double)NAN;
    for (int i = 0; i < WM_LOG_HIST_BINS; i++) {
        if (below + hist->weight[i] >= wanted && hist->weight[i] > 0.0) {
            const double share = (wanted - below) / hist->weight[i];
            return hist_low * pow(10.0, hist_decades * ((double)i + share) / WM_LOG_HIST_BINS);
        }
        below += hist->weight[i];
    }
    return hist_low * pow(10.0, hist_decades);
}
