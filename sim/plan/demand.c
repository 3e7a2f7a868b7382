#include "demand.h"

#include <math.h>

#include "shares.h"

static double years_after(const struct wm_scenario *s, int64_t at_us)
{
    const double years = (double)(at_us - s->horizon.start_us) / (double)WM_US_PER_S / WM_S_PER_YEAR;
    return fmin(fmax(years, 0.0), s->horizon.years);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Growth of a workload when its demand is highest while its pool is there. */
static double most_growth(const struct wm_scenario *s, const struct wm_workload *w,
                          const struct wm_fleet *f)
{
    const double g = w->demand.growth_per_year;
    const int64_t at_us =
        g > 0.0 ? sooner(w->end_us, f->retire_us) : later(w->start_us, f->online_us);
    return pow(1.0 + g, years_after(s, at_us));
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
            const double shape =
                w->kind == WM_WORKLOAD_BATCH ? 1.0 : w->demand.shape->hourly[hour];
            sum += c->mean_demand_tok_per_s * c->weight * shape * most_growth(s, w, fleet);
        }
        most = fmax(most, sum);
    }
    return most;
}

/* Racks of which so many are no spares. */
static int64_t with_spares(const struct wm_fleet *fleet, int64_t working)
{
    int64_t racks = (int64_t)ceil((double)working / (1.0 - fleet->spare_frac));
    while (racks > working && racks - 1 - wm_shares_spare_racks(fleet, racks - 1) >= working)
        racks--;
    while (racks - wm_shares_spare_racks(fleet, racks) < working)
        racks++;
    return racks;
}

int64_t wm_demand_racks(const struct wm_scenario *s, const struct wm_site_plan *plan,
                        const struct wm_pool *pool, int64_t *racks)
{
    const int64_t rack_gpus = pool->fleet->accelerator->rack_gpus;
    int64_t sum = 0;
    for (size_t i = 0; i < pool->n_partitions; i++) {
        const struct wm_partition *const p = &plan->partitions[pool->first_partition + i];
        int64_t replicas = p->n_replicas; /* gangs are given by number */
        if (!p->is_job && p->surface)
            replicas = (int64_t)ceil(wm_demand_peak(s, plan, p) * (1.0 + pool->fleet->margin_frac) /
                                     wm_surface_capacity(p->surface) * (1.0 - 1e-12));
        const int64_t gpus = replicas * p->gpus_per_replica;
        racks[i] = with_spares(pool->fleet, (gpus + rack_gpus - 1) / rack_gpus);
        sum += racks[i];
    }
    return sum;
}
