#include "provision.h"

#include <math.h>

#include "contract.h"
#include "draw.h"
#include "environment.h"
#include "partition.h"

/* Liquid share of the hall: by nameplate where counts are given, by share where racks fill it. */
static double liquid_frac(const struct wm_scenario *s)
{
    const struct wm_fleet *fleet = s->fleet.items;
    double weight = 0.0, liquid = 0.0;
    for (size_t i = 0; i < s->fleet.n; i++) {
        const struct wm_accelerator *a = fleet[i].accelerator;
        const double w = fleet[i].count < 0
                             ? fleet[i].share_frac * s->site.ceiling.limit_w
                             : (double)fleet[i].count / (double)a->rack_gpus * a->rack_nameplate_w;
        weight += w;
        liquid += w * a->liquid_frac;
    }
    return weight > 0.0 ? liquid / weight : 0.0;
}

/* Whole racks of `rack_w` each that the pool's share of the IT design power carries. */
static int64_t racks_of(const struct wm_fleet *fleet, double it_design_w, double rack_w)
{
    return (int64_t)floor(fleet->share_frac * it_design_w /
                          (rack_w * (1.0 + fleet->accelerator->other_it_frac)));
}

static int64_t rack_count(const struct wm_fleet *fleet, double it_design_w)
{
    const struct wm_accelerator *a = fleet->accelerator;
    if (fleet->count >= 0)
        return fleet->count / a->rack_gpus;
    const double frac = fleet->count == WM_COUNT_MAX_Q ? a->max_q_frac : 1.0;
    return racks_of(fleet, it_design_w, frac * a->rack_nameplate_w);
}

static void set_racks(struct wm_pool *pool, int64_t n_racks)
{
    pool->n_racks = n_racks;
    pool->n_gpus = n_racks * pool->fleet->accelerator->rack_gpus;
}

/* Observed draw of a rack of the pool at full load: its partitions' by their accelerators. */
static double observed_rack_w(const struct wm_site_plan *plan, const struct wm_pool *pool)
{
    const struct wm_accelerator *a = pool->fleet->accelerator;
    double sum_w = 0.0, gpus = 0.0;
    for (size_t i = 0; i < pool->n_partitions; i++) {
        const struct wm_partition *p = &plan->partitions[pool->first_partition + i];
        if (p->surface)
            sum_w += (double)p->n_gpus * wm_draw_p99_w(p, a);
        gpus += p->surface ? (double)p->n_gpus : 0.0;
    }
    return gpus > 0.0 ? sum_w / gpus * (double)a->rack_gpus : a->rack_nameplate_w;
}

/* Pools by observed draw: planned at nameplate first, then with the racks that their draw allows. */
static bool fill_by_draw(struct wm_arena *arena, const struct wm_scenario *scenario,
                         struct wm_site_plan *plan, struct wm_diags *diags)
{
    bool changed = false;
    for (size_t i = 0; i < plan->n_pools; i++) {
        struct wm_pool *pool = &plan->pools[i];
        if (pool->fleet->count != WM_COUNT_MAX_LPS)
            continue;
        pool->observed_rack_w = observed_rack_w(plan, pool);
        set_racks(pool, racks_of(pool->fleet, plan->it_design_w,
                                 pool->observed_rack_w * (1.0 + pool->fleet->guard_frac)));
        changed = true;
    }
    return !changed || wm_partitions_form(arena, scenario, plan, diags);
}

/* Dispatch switches off what a low ceiling leaves without work; beyond this a count is a slip of the
 * pen. */
static const double max_idle_over_design = 10.0;

static double resting_w(const struct wm_accelerator *a, double gpus)
{
    return gpus * (a->power.idle_w + a->host_idle_w) * (1.0 + a->other_it_frac);
}

/* IT power that a contract carries at the design hour in the plant as it is built. */
static double contract_it_w(const struct wm_site_plan *plan, const struct wm_scenario *s,
                            double contract_w)
{
    return contract_w == s->site.ceiling.limit_w
               ? plan->it_design_w
               : wm_facility_it_for_site_w(&plan->facility, &plan->design, contract_w);
}

static double idle_w_at(const struct wm_site_plan *plan, int64_t at_us)
{
    double idle_w = 0.0;
    for (size_t i = 0; i < plan->n_pools; i++) {
        const struct wm_fleet *f = plan->pools[i].fleet;
        if (f->online_us <= at_us && at_us < f->retire_us)
            idle_w += resting_w(f->accelerator, (double)plan->pools[i].n_gpus);
    }
    return idle_w;
}

/* Highest idle draw in [from, to): it rises only where a pool comes. */
static double worst_idle_w(const struct wm_site_plan *plan, int64_t from_us, int64_t to_us)
{
    double worst_w = idle_w_at(plan, from_us);
    for (size_t i = 0; i < plan->n_pools; i++) {
        const int64_t at_us = plan->pools[i].fleet->online_us;
        if (at_us > from_us && at_us < to_us)
            worst_w = fmax(worst_w, idle_w_at(plan, at_us));
    }
    return worst_w;
}

/* A fleet of which a contract cannot even keep a tenth idle is no fleet of this site in its time. */
static bool check_idle(const struct wm_site_plan *plan, const struct wm_scenario *s,
                       struct wm_diags *diags)
{
    const int64_t end_us =
        s->horizon.start_us + llround(s->horizon.years * WM_S_PER_YEAR * (double)WM_US_PER_S);
    bool good = true;
    for (int64_t at_us = s->horizon.start_us; at_us < end_us;) {
        const struct wm_contract c = wm_contract_at(&s->site.ceiling, at_us);
        const int64_t until_us = c.until_us < end_us ? c.until_us : end_us;
        const double it_w = contract_it_w(plan, s, c.limit_w);
        const double idle_w = worst_idle_w(plan, at_us, until_us);
        if (idle_w > max_idle_over_design * it_w) {
            wm_diag_add(
                diags, WM_E301, NULL, "fleet",
                "draws %.4g MW at the racks when idle, over %g times the %.4g MW of IT that "
                "the contract of %g MW carries at the design hour: fewer accelerators%s",
                idle_w / WM_W_PER_MW, max_idle_over_design, it_w / WM_W_PER_MW,
                c.limit_w / WM_W_PER_MW,
                s->site.ceiling.phases.n > 0 ? ", or online in a later phase" : "");
            good = false;
        }
        at_us = until_us;
    }
    return good;
}

/* Spares stand by to take over: a contract that cannot keep all of them on has too many. */
static bool check_spares(const struct wm_site_plan *plan, const struct wm_scenario *s,
                         struct wm_diags *diags)
{
    double idle_w = 0.0;
    for (size_t i = 0; i < plan->n_partitions; i++) {
        const struct wm_partition *p = &plan->partitions[i];
        idle_w += resting_w(wm_partition_accelerator(plan, p), p->spare_gpus);
    }
    if (idle_w <= plan->it_design_w)
        return true;
    wm_diag_add(diags, WM_E301, NULL, "fleet",
                "spares alone draw %.4g MW at the racks when idle; the contract of %g MW carries "
                "%.4g MW of IT at the design hour: fewer accelerators",
                idle_w / WM_W_PER_MW, s->site.ceiling.limit_w / WM_W_PER_MW,
                plan->it_design_w / WM_W_PER_MW);
    return false;
}

enum wm_status wm_provision(struct wm_arena *arena, const struct wm_scenario *scenario,
                            struct wm_site_plan *plan, struct wm_diags *diags)
{
    const struct wm_site *site = &scenario->site;
    const struct wm_fleet *fleet = scenario->fleet.items;
    const double liquid = liquid_frac(scenario);
    plan->design = wm_environment_design(site);
    plan->it_design_w = wm_facility_design_it_w(&site->power_chain, &site->cooling, liquid,
                                                &plan->design, site->ceiling.limit_w);
    plan->facility =
        wm_facility_size(&site->power_chain, &site->cooling, plan->it_design_w, liquid);
    plan->n_pools = scenario->fleet.n;
    plan->pools = WM_NEW_ARRAY(arena, struct wm_pool, plan->n_pools);
    for (size_t i = 0; i < plan->n_pools; i++) {
        struct wm_pool *pool = &plan->pools[i];
        pool->fleet = &fleet[i];
        set_racks(pool, rack_count(&fleet[i], plan->it_design_w));
    }
    const bool feasible =
        check_idle(plan, scenario, diags) && wm_partitions_form(arena, scenario, plan, diags) &&
        fill_by_draw(arena, scenario, plan, diags) && check_spares(plan, scenario, diags);
    return feasible ? WM_OK : WM_INFEASIBLE;
}
