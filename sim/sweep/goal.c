/* Goals of a search: a metric, or a measure of it over draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "goal.h"
#include "sample.h"
#include "wattmill/export.h"
#include "wattmill/optimise.h"
#include "wattmill/require.h"
#include "wattmill/stats.h"

/* Metrics whose P10, P50, P90 a run gives by its own range, and, where it does, mean and CVaR10. */
static const struct {
    enum wm_metric metric, p10, mean, cvar10;
} ranged[] = {
    {WM_METRIC_npv_usd, WM_METRIC_npv_p10_usd, WM_METRIC_npv_mean_usd, WM_METRIC_npv_cvar10_usd},
    {WM_METRIC_irr_frac, WM_METRIC_irr_p10_frac, WM_N_METRICS, WM_N_METRICS},
    {WM_METRIC_revenue_usd_per_mw_utility_year, WM_METRIC_revenue_p10_usd_per_mw_utility_year,
     WM_N_METRICS, WM_N_METRICS},
};
enum { N_RANGED = sizeof ranged / sizeof *ranged };

static bool is_prob(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static enum wm_metric in_range(size_t i, const struct wm_goal *g)
{
    if (g->measure == WM_MEASURE_MEAN)
        return ranged[i].mean;
    if (g->measure == WM_MEASURE_TAIL)
        return is_prob(g->prob, 0.1) ? ranged[i].cvar10 : WM_N_METRICS;
    for (int k = 0; k < 3; k++)
        if (g->measure == WM_MEASURE_QUANTILE && is_prob(g->prob, 0.1 + 0.4 * k))
            return (enum wm_metric)((int)ranged[i].p10 + k);
    return WM_N_METRICS;
}

enum wm_metric wm_goal_by_range(const struct wm_goal *g)
{
    for (size_t i = 0; i < N_RANGED; i++)
        if (g->metric == ranged[i].metric)
            return in_range(i, g);
    return WM_N_METRICS;
}

bool wm_metric_is_of_range(enum wm_metric metric)
{
    bool is = metric == WM_METRIC_npv_negative_frac;
    for (size_t i = 0; i < N_RANGED; i++)
        is = is || (metric >= ranged[i].p10 && (int)metric <= (int)ranged[i].p10 + 2) ||
             metric == ranged[i].mean || metric == ranged[i].cvar10;
    return is;
}

/* "P10", "CVaR2.5", "mean": any case */
static bool read_measure(const char *text, size_t n, struct wm_goal *out)
{
    static const struct {
        const char *word;
        enum wm_measure measure;
    } words[] = {{"mean", WM_MEASURE_MEAN}, {"cvar", WM_MEASURE_TAIL}, {"p", WM_MEASURE_QUANTILE}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t w = strlen(words[i].word);
        if (n < w || strncasecmp(text, words[i].word, w) != 0)
            continue;
        const bool is_plain = w + strspn(text + w, "0123456789.") == n; /* no sign, no exponent */
        char *end = NULL;
        out->measure = words[i].measure;
        out->prob = 0.01 * strtod(text + w, &end);
        return out->measure == WM_MEASURE_MEAN
                   ? w == n
                   : is_plain && end == text + n && out->prob > 0.0 && out->prob < 1.0;
    }
    return false;
}

enum wm_status wm_goal_parse(struct wm_arena *arena, const char *option, const char *text,
                             struct wm_goal *out, struct wm_diags *diags)
{
    const char *const open = strchr(text, '(');
    const size_t n = strlen(text);
    const char *key = text;
    *out = (struct wm_goal){.text = text, .metric = WM_N_METRICS};
    if (open != NULL) {
        if (text[n - 1] != ')' || !read_measure(text, (size_t)(open - text), out)) {
            wm_diag_add(diags, WM_E103, NULL, NULL,
                        "%s \"%s\": write METRIC, or a measure over what is uncertain: "
                        "P10(METRIC), CVaR10(METRIC), mean(METRIC); percentiles lie between 0 and 100",
                        option, text);
            return WM_USAGE;
        }
        key = wm_arena_copy_text(arena, open + 1, n - (size_t)(open - text) - 2);
    }
    out->metric = wm_metric_find(key);
    if (out->metric != WM_N_METRICS)
        return WM_OK;
    struct wm_suggest near = wm_suggest_init(key);
    for (unsigned i = 0; i < WM_N_METRICS; i++)
        wm_suggest_offer(&near, wm_metric_info((enum wm_metric)i)->key);
    wm_diag_add(diags, WM_E103, NULL, NULL, "%s: no metric \"%s\"%s", option, key,
                wm_suggest_text(arena, &near));
    return WM_USAGE;
}

enum wm_status wm_bound_parse(struct wm_arena *arena, const char *option, const char *text,
                              struct wm_bound *out, struct wm_diags *diags)
{
    *out = (struct wm_bound){.of = {.metric = WM_N_METRICS}};
    const enum wm_status status = wm_assertion_read(arena, option, text, &out->is, diags);
    if (status != WM_OK)
        return status;
    if (out->is.relation == WM_EQUAL) {
        wm_diag_add(diags, WM_E103, NULL, NULL,
                    "%s \"%s\": no search meets an equality; give a bound", option, text);
        return WM_USAGE;
    }
    return wm_goal_parse(arena, option, out->is.key, &out->of, diags);
}

/* Of the highest: what all have less what the others have. */
static double tail(const double *sorted, size_t n, double prob)
{
    const double all = (double)n, rest = prob * all;
    return prob < 0.5
               ? wm_mean_of_lowest(sorted, rest)
               : (all * wm_mean_of_lowest(sorted, all) - rest * wm_mean_of_lowest(sorted, rest)) /
                     (all - rest);
}

double wm_measure_of(const struct wm_goal *g, double *values, size_t n, bool high_is_bad)
{
    WM_REQUIRE(n >= 1);
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            return (double)NAN;
    wm_sort(values, n);
    switch (g->measure) {
    case WM_MEASURE_MEAN:
        return wm_mean_of_lowest(values, (double)n);
    case WM_MEASURE_QUANTILE:
        return wm_sorted_quantile(values, n, g->prob);
    case WM_MEASURE_TAIL:
        return tail(values, n, g->prob);
    case WM_MEASURE_VALUE:
        break;
    }
    return high_is_bad ? values[n - 1] : values[0];
}
