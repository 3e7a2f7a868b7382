#include "provision.h"

#include <math.h>

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

static int64_t rack_count(const struct wm_fleet *fleet, double it_design_w)
{
    const struct wm_accelerator *a = fleet->accelerator;
    if (fleet->count != WM_COUNT_MAX_P)
        return fleet->count / a->rack_gpus;
    return (int64_t)floor(fleet->share_frac * it_design_w /
                          (a->rack_nameplate_w * (1.0 + a->other_it_frac)));
}

/* Dispatch switches off what a low ceiling cannot feed; beyond this a count is a slip of the pen. */
static const double max_idle_over_design = 10.0;

/* A fleet of which the contract cannot even keep a tenth idle is no fleet of this site. */
static bool check_idle(const struct wm_site_plan *plan, const struct wm_scenario *s,
                       struct wm_diags *diags)
{
    double idle_w = 0.0;
    for (size_t i = 0; i < plan->n_pools; i++) {
        const struct wm_accelerator *a = plan->pools[i].fleet->accelerator;
        idle_w += (double)plan->pools[i].n_gpus * (a->power.idle_w + a->host_idle_w) *
                  (1.0 + a->other_it_frac);
    }
    if (idle_w <= max_idle_over_design * plan->it_design_w)
        return true;
    wm_diag_add(
        diags, WM_E301, NULL, "fleet",
        "draws %.4g MW at the racks when idle; the contract of %g MW leaves %.4g MW of IT at "
        "the design hour: fewer accelerators",
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
        pool->n_racks = rack_count(&fleet[i], plan->it_design_w);
        pool->n_gpus = pool->n_racks * fleet[i].accelerator->rack_gpus;
    }
    if (!check_idle(plan, scenario, diags))
        return WM_INFEASIBLE;
    return wm_partitions_form(arena, scenario, plan, diags) ? WM_OK : WM_INFEASIBLE;
}
