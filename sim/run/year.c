#include "year.h"

#include <string.h>

/* Where the site drew more than it would have without the windows [J]. */
static double rebound_j(const struct wm_site_result *site, const struct wm_site_result *twin)
{
    double sum_j = 0.0;
    for (size_t i = 0; i < site->n_bins; i++) {
        const double more_w = site->bin_w[i] - twin->bin_w[i];
        sum_j += more_w > 1e-9 * twin->bin_w[i] ? more_w * WM_BIN_S : 0.0;
    }
    return sum_j;
}

void wm_year_run(struct wm_arena *arena, const struct wm_scenario *scenario,
                 const struct wm_site_plan *plan, const struct wm_run_options *options,
                 struct wm_year *year, struct wm_diags *diags)
{
    wm_site_run(arena, scenario, plan, options, &year->site, &year->twin, diags);
    if (year->site.is_cancelled)
        return;
    year->latencies = wm_latencies_of(arena, plan, &year->site);
    year->has_twin = year->twin.n_bins > 0;
    if (year->has_twin)
        year->rebound_j = rebound_j(&year->site, &year->twin);
}

#define COPY(type, from, n) ((type *)copy_of(arena, (from), (n) * sizeof(type)))
static void *copy_of(struct wm_arena *arena, const void *from, size_t n_bytes)
{
    void *const to = wm_arena_alloc(arena, n_bytes, 1);
    if (n_bytes > 0)
        memcpy(to, from, n_bytes);
    return to;
}

static struct wm_unpriced copy_unpriced(struct wm_arena *arena, const struct wm_unpriced *from,
                                        const struct wm_price_sets *sets, size_t n_classes)
{
    struct wm_unpriced to = wm_unpriced_new(arena, sets, n_classes);
    wm_unpriced_copy(&to, from, sets, n_classes);
    return to;
}

static const struct wm_price_sets *copy_sets(struct wm_arena *arena,
                                             const struct wm_price_sets *from)
{
    struct wm_price_sets *const to = WM_NEW(arena, struct wm_price_sets);
    *to = (struct wm_price_sets){COPY(struct wm_price_set, from->at, from->n), from->n, from->n};
    return to;
}

static void copy_site(struct wm_arena *arena, const struct wm_site_result *from,
                      const struct wm_site_plan *plan, struct wm_site_result *to)
{
    const struct wm_meter *const m = &from->meter;
    const size_t n_lines = m->billing->n_lines;
    *to = *from;
    to->series = NULL;
    to->hall_series = NULL;
    to->bin_w = NULL;
    to->n_series = 0;
    to->price_sets = copy_sets(arena, from->price_sets);
    to->account.partitions =
        COPY(struct wm_partition_account, from->account.partitions, plan->n_partitions);
    to->account.halls = COPY(struct wm_hall_account, from->account.halls, plan->n_halls);
    to->account.classes = COPY(struct wm_class_account, from->account.classes, plan->n_classes);
    for (size_t i = 0; i < plan->n_classes; i++)
        to->account.classes[i].latency = NULL;
    to->account.unpriced =
        copy_unpriced(arena, &from->account.unpriced, to->price_sets, plan->n_classes);
    to->years = COPY(struct wm_year_result, from->years, from->n_years);
    to->unpriced = WM_NEW_ARRAY(arena, struct wm_unpriced, from->n_years);
    for (size_t i = 0; i < from->n_years; i++)
        to->unpriced[i] = copy_unpriced(arena, &from->unpriced[i], to->price_sets, plan->n_classes);
    to->meter.billing = NULL;
    to->meter.contracts = NULL;
    to->meter.months = COPY(struct wm_meter_month, m->months, m->n_months);
    to->meter.charges = COPY(struct wm_charge_month, m->charges, n_lines * m->n_months);
    to->meter.peaks = COPY(struct wm_peak_watch, m->peaks, n_lines * m->n_years);
    to->onsite.site = NULL;
    to->onsite.rows = NULL;
}

void wm_year_copy(struct wm_arena *arena, const struct wm_year *from,
                  const struct wm_site_plan *plan, struct wm_year *to)
{
    *to = *from;
    copy_site(arena, &from->site, plan, &to->site);
    if (from->has_twin)
        copy_site(arena, &from->twin, plan, &to->twin);
    to->latencies.classes =
        COPY(struct wm_latency_quantiles, from->latencies.classes, plan->n_classes);
}
