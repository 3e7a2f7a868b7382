#include "shares.h"

#include <math.h>

double wm_shares_demand(const struct wm_scenario *s, const struct wm_workload *w)
{
    const struct wm_demand *d = &w->demand;
    const double scale = (d->per_mw ? s->site.ceiling.limit_w / WM_W_PER_MW : 1.0) *
                         pow(w->price.discount_frac, d->elasticity);
    if (wm_is_set(d->output_tok_per_s))
        return d->output_tok_per_s * scale;
    if (wm_is_set(d->requests_per_s))
        return d->requests_per_s * w->class->output_tok * scale;
    return (double)NAN; /* by capacity, once that is known */
}

/* What the partition's share is measured by: accelerators its mean demand keeps busy at capacity. */
static double wanted_gpus(const struct wm_scenario *s, const struct wm_site_plan *plan,
                          const struct wm_partition *p)
{
    double sum = 0.0;
    const struct wm_pool *pool = &plan->pools[p->pool];
    for (size_t k = 0; k < p->n_classes; k++) {
        const struct wm_class *c = &plan->classes[p->classes[k]];
        const double demand = wm_shares_demand(s, c->workload);
        sum += wm_is_set(demand) ? demand * c->weight
                                 : c->workload->demand.utilisation_frac * (double)pool->n_gpus;
    }
    return sum;
}

static double given_share(const struct wm_site_plan *plan, const struct wm_partition *p)
{
    double sum = 0.0;
    bool is_given = false;
    for (size_t k = 0; k < p->n_classes; k++) {
        const double share = plan->classes[p->classes[k]].workload->pool_share_frac;
        if (!wm_is_set(share))
            continue;
        is_given = true;
        sum += share;
    }
    return is_given ? sum : (double)NAN;
}

int64_t wm_shares_spare_racks(const struct wm_fleet *fleet, int64_t racks)
{
    return (int64_t)ceil(fleet->spare_frac * (double)racks);
}

int64_t wm_shares_with_spares(const struct wm_fleet *fleet, int64_t working)
{
    int64_t racks = (int64_t)ceil((double)working / (1.0 - fleet->spare_frac));
    while (racks > working && racks - 1 - wm_shares_spare_racks(fleet, racks - 1) >= working)
        racks--;
    while (racks - wm_shares_spare_racks(fleet, racks) < working)
        racks++;
    return racks;
}

/* Racks of a job whose gangs are given, with the pool's share of spares; 0: it takes a share. */
static int64_t given_racks(const struct wm_partition *p, const struct wm_fleet *fleet)
{
    const struct wm_training *t = &p->lead->training;
    const int64_t rack_gpus = fleet->accelerator->rack_gpus;
    const int64_t needed = p->is_job ? (t->gpus * t->gangs + rack_gpus - 1) / rack_gpus : 0;
    int64_t racks = (int64_t)ceil((double)needed / (1.0 - fleet->spare_frac));
    while (racks - wm_shares_spare_racks(fleet, racks) < needed)
        racks++;
    return racks;
}

void wm_shares_divide(const struct wm_scenario *s, struct wm_site_plan *plan,
                      const struct wm_pool *pool)
{
    struct wm_partition *const p = &plan->partitions[pool->first_partition];
    const int64_t rack = pool->fleet->accelerator->rack_gpus;
    double given = 0.0, load = 0.0;
    int64_t left = pool->n_racks, jobs = 0;
    size_t n_open = 0;
    if (!p[0].lead) {
        p[0].n_gpus = left * rack;
        return;
    }
    if (pool->racks != NULL) {
        for (size_t i = 0; i < pool->n_partitions; i++)
            p[i].n_gpus = pool->racks[i] * rack;
        return;
    }
    for (size_t i = 0; i < pool->n_partitions; i++) {
        const double share = given_share(plan, &p[i]);
        const int64_t racks = wm_is_set(share) ? 0 : given_racks(&p[i], pool->fleet);
        p[i].n_gpus = racks * rack;
        jobs += racks;
        given += wm_is_set(share) ? share : 0.0;
        if (racks > 0 || wm_is_set(share))
            continue;
        load += wanted_gpus(s, plan, &p[i]);
        n_open++;
    }
    left -= jobs;
    for (size_t i = 0; i < pool->n_partitions; i++) {
        double share = given_share(plan, &p[i]);
        double of_racks = (double)pool->n_racks;
        if (p[i].n_gpus > 0)
            continue;
        if (!wm_is_set(share)) { /* no load anywhere: equal shares of what jobs leave */
            of_racks = (double)(pool->n_racks - jobs);
            share = fmax(0.0, 1.0 - given) *
                    (load > 0.0 ? wanted_gpus(s, plan, &p[i]) / load : 1.0 / (double)n_open);
        }
        const int64_t racks = (int64_t)floor(share * of_racks * (1.0 + 1e-12));
        p[i].n_gpus = racks * rack;
        left -= racks;
    }
    for (size_t i = 0; i < pool->n_partitions && left > 0; i++) {
        if (p[i].n_gpus > 0 || wm_is_set(given_share(plan, &p[i])))
            continue;
        p[i].n_gpus = rack;
        left--;
    }
    for (size_t i = 0; i < pool->n_partitions && left > 0; i++) {
        if (n_open > 0 &&
            (wm_is_set(given_share(plan, &p[i])) || given_racks(&p[i], pool->fleet) > 0))
            continue;
        p[i].n_gpus += left * rack; /* first of those that took what was left; or idle with it */
        left = 0;
    }
}

int64_t wm_shares_working_gpus(const struct wm_pool *pool, const struct wm_partition *p)
{
    const int64_t rack = pool->fleet->accelerator->rack_gpus;
    return p->n_gpus - wm_shares_spare_racks(pool->fleet, p->n_gpus / rack) * rack;
}
