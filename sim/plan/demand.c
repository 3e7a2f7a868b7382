#include "demand.h"

#include <math.h>
#include <string.h>

#include "shares.h"
#include "wattmill/civil.h"

static const double two_pi = 6.28318530717958648, days_per_year = 365.0;

static double years_between(int64_t from_us, int64_t at_us)
{
    return (double)(at_us - from_us) / (double)WM_US_PER_S / WM_S_PER_YEAR;
}

static double season(const struct wm_variation *v, int64_t at_us)
{
    const struct wm_civil c = wm_civil_from_us(at_us);
    const int64_t first = wm_days_from_civil(c.year, 1, 1);
    const double day = (double)(at_us - first * 24 * WM_US_PER_H) / (24.0 * (double)WM_US_PER_H);
    return 1.0 + v->season_frac *
                     cos(two_pi / days_per_year * (day - ((double)v->season_peak_day - 0.5)));
}

double wm_demand_trend(const struct wm_demand *d, int64_t from_us, int64_t at_us)
{
    double trend = 1.0;
    if (d->growth_per_year != 0.0)
        trend = pow(1.0 + d->growth_per_year, years_between(from_us, at_us));
    return d->variation.season_frac > 0.0 ? trend * season(&d->variation, at_us) : trend;
}

double wm_demand_moved_frac(const struct wm_demand *d, int64_t from_us, int64_t at_us)
{
    return 1.0 - pow(1.0 - d->variation.drift_frac_per_year, years_between(from_us, at_us));
}

size_t wm_demand_drift_to(const struct wm_scenario *s, const struct wm_workload *workload)
{
    const struct wm_workload *const w = s->workloads.items;
    size_t i = 0;
    while (i < s->workloads.n && strcmp(w[i].name, workload->demand.variation.drift_to) != 0)
        i++;
    return i;
}

/* Part of the demand's time in which a workload is asked for while a pool is there. */
struct span {
    int64_t from_us, to_us;
};

static struct span span_of(const struct wm_scenario *s, const struct wm_workload *w,
                           const struct wm_fleet *f)
{
    const struct wm_horizon time = wm_scenario_demand_time(s);
    const int64_t end_us =
        time.start_us + (int64_t)llround(time.years * WM_S_PER_YEAR) * WM_US_PER_S;
    const int64_t from_us = w->start_us > f->online_us ? w->start_us : f->online_us;
    const int64_t to_us = w->end_us < f->retire_us ? w->end_us : f->retire_us;
    return (struct span){from_us < time.start_us ? time.start_us
                         : from_us < end_us      ? from_us
                                                 : end_us,
                         to_us > end_us          ? end_us
                         : to_us > time.start_us ? to_us
                                                 : time.start_us};
}

/* Highest of a workload's growth and season in the span, of what stays with it or of what moves away. */
static double most_trend(const struct wm_scenario *s, const struct wm_workload *w,
                         const struct span *span, bool of_moved)
{
    const struct wm_variation *const v = &w->demand.variation;
    const int64_t from_us = wm_scenario_demand_time(s).start_us, day_us = 24 * WM_US_PER_H;
    const bool drifts = v->drift_frac_per_year > 0.0;
    const int64_t step_us = v->season_frac > 0.0 || drifts ? day_us : INT64_MAX / 2;
    double most = 0.0;
    for (int64_t at_us = span->from_us;; at_us += step_us) {
        const int64_t t_us = at_us < span->to_us ? at_us : span->to_us;
        const double moved = drifts ? wm_demand_moved_frac(&w->demand, from_us, t_us) : 0.0;
        most = fmax(most,
                    wm_demand_trend(&w->demand, from_us, t_us) * (of_moved ? moved : 1.0 - moved));
        if (at_us >= span->to_us)
            return most;
    }
}

static double shape_of(const struct wm_workload *w, size_t hour)
{
    return w->kind == WM_WORKLOAD_BATCH ? 1.0 : w->demand.shape->hourly[hour];
}

/* What of others' demand moves to a class in an hour of the week, on each one's highest day. */
static double most_moved(const struct wm_scenario *s, const struct wm_site_plan *plan,
                         const struct wm_workload *to, const struct wm_fleet *f, size_t hour)
{
    const struct span span = span_of(s, to, f);
    double sum = 0.0;
    for (size_t i = 0; i < plan->n_classes; i++) {
        const struct wm_workload *const w = plan->classes[i].workload;
        if (!wm_workload_is_job(w) && w->demand.variation.drift_frac_per_year > 0.0 &&
            strcmp(w->demand.variation.drift_to, to->name) == 0)
            sum += plan->classes[i].mean_demand_tok_per_s * shape_of(w, hour) *
                   most_trend(s, w, &span, true);
    }
    return sum;
}

double wm_demand_peak(const struct wm_scenario *s, const struct wm_site_plan *plan,
                      const struct wm_partition *p)
{
    const struct wm_fleet *const fleet = plan->pools[p->pool].fleet;
    double most = 0.0;
    for (size_t hour = 0; hour < WM_HOURS_PER_WEEK; hour++) {
        double sum = 0.0;
        for (size_t k = 0; k < p->n_classes; k++) {
            const struct wm_class *const c = &plan->classes[p->classes[k]];
            const struct wm_workload *const w = c->workload;
            const struct span span = span_of(s, w, fleet);
            sum += c->mean_demand_tok_per_s * c->weight * shape_of(w, hour) *
                   most_trend(s, w, &span, false);
            sum += c->weight * most_moved(s, plan, w, fleet, hour);
        }
        most = fmax(most, sum);
    }
    return most;
}

int64_t wm_demand_replicas(const struct wm_scenario *s, const struct wm_site_plan *plan,
                           const struct wm_pool *pool, const struct wm_partition *p)
{
    if (p->is_job || !p->surface)
        return p->n_replicas;
    return (int64_t)ceil(wm_demand_peak(s, plan, p) * (1.0 + pool->fleet->margin_frac) /
                         wm_surface_capacity(p->surface) * (1.0 - 1e-12));
}

int64_t wm_demand_racks(const struct wm_scenario *s, const struct wm_site_plan *plan,
                        const struct wm_pool *pool, int64_t *racks)
{
    const int64_t rack_gpus = pool->fleet->accelerator->rack_gpus;
    int64_t sum = 0;
    for (size_t i = 0; i < pool->n_partitions; i++) {
        const struct wm_partition *const p = &plan->partitions[pool->first_partition + i];
        const int64_t gpus = wm_demand_replicas(s, plan, pool, p) * p->gpus_per_replica;
        racks[i] = wm_shares_with_spares(pool->fleet, (gpus + rack_gpus - 1) / rack_gpus);
        sum += racks[i];
    }
    return sum;
}
