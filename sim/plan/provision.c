#include "provision.h"

#include <math.h>

#include "contract.h"
#include "demand.h"
#include "draw.h"
#include "environment.h"
#include "partition.h"

/* Whole racks of `rack_w` each that the pool's share of its hall's IT design power carries. */
static int64_t racks_of(const struct wm_site_plan *plan, const struct wm_pool *pool, double rack_w)
{
    const struct wm_fleet *const f = pool->fleet;
    return (int64_t)floor(f->share_frac * plan->halls[pool->hall].facility.it_design_w /
                          (rack_w * (1.0 + f->accelerator->other_it_frac)));
}

static double ruled_rack_w(const struct wm_fleet *fleet)
{
    const struct wm_accelerator *a = fleet->accelerator;
    return (fleet->count == WM_COUNT_MAX_Q ? a->max_q_frac : 1.0) * a->rack_nameplate_w;
}

static void set_racks(struct wm_pool *pool, int64_t n_racks)
{
    pool->n_racks = n_racks;
    pool->n_gpus = n_racks * pool->fleet->accelerator->rack_gpus;
}

static bool meets(const struct wm_fleet *a, const struct wm_fleet *b)
{
    return a->online_us < b->retire_us && b->online_us < a->retire_us;
}

/* Rows that the pools before this one leave it while it is there; INT64_MAX: rows are not counted. */
static int64_t free_rows(const struct wm_site_plan *plan, const struct wm_pool *pool)
{
    const struct wm_hall_plan *const hall = &plan->halls[pool->hall];
    int64_t rows = hall->given != NULL && hall->given->rows > 0 ? hall->given->rows : INT64_MAX;
    for (const struct wm_pool *p = plan->pools; p < pool && rows < INT64_MAX; p++) {
        const int64_t per_row = wm_hall_racks_per_row(hall, p->rack_w);
        if (p->hall == pool->hall && meets(p->fleet, pool->fleet) && per_row > 0)
            rows -= per_row < INT64_MAX ? (p->n_racks + per_row - 1) / per_row : p->n_racks > 0;
    }
    return rows > 0 ? rows : 0;
}

static bool refuse_racks(const struct wm_pool *pool, const struct wm_hall_plan *hall, int64_t wanted,
                         int64_t rows, int64_t per_row, struct wm_diags *diags)
{
    wm_diag_add(diags, WM_E301, NULL, pool->fleet->name,
                "%lld racks of %g kW do not fit: hall \"%s\" has %lld rows left of %lld racks each",
                (long long)wanted, pool->rack_w / 1e3, hall->name, (long long)rows,
                (long long)per_row);
    return false;
}

/* Racks that find a place and a feed in the hall; what is told by number must fit, the rest follows.
 * @return false after an E301 */
static bool stand(struct wm_site_plan *plan, struct wm_pool *pool, int64_t wanted, double rack_w,
                  enum wm_rack_bound bound_by, struct wm_diags *diags)
{
    const struct wm_hall_plan *const hall = &plan->halls[pool->hall];
    pool->rack_w = rack_w;
    pool->bound_by = bound_by == WM_RACKS_BY_SHARE && hall->is_it_limited ? WM_RACKS_BY_HALL
                                                                          : bound_by;
    if (hall->given != NULL && wm_is_set(hall->given->rack_limit_w) &&
        rack_w > hall->given->rack_limit_w * (1.0 + 1e-12)) {
        wm_diag_add(diags, WM_E301, NULL, pool->fleet->name,
                    "a rack of %s draws %.4g kW by its rule; hall \"%s\" gives a rack %g kW",
                    pool->fleet->accelerator->head.name, rack_w / 1e3, hall->name,
                    hall->given->rack_limit_w / 1e3);
        return false;
    }
    const int64_t rows = free_rows(plan, pool), per_row = wm_hall_racks_per_row(hall, rack_w);
    if (rows < INT64_MAX && per_row < INT64_MAX ? wanted > rows * per_row
                                                : per_row == 0 || rows == 0) {
        if (pool->fleet->count >= 0)
            return refuse_racks(pool, hall, wanted, rows, per_row, diags);
        wanted = per_row == 0 || rows == 0 ? 0 : rows * per_row;
        pool->bound_by = WM_RACKS_BY_ROW;
    }
    set_racks(pool, wanted);
    return true;
}

/* A pool of two kinds: its rule; racks are counted with its replicas. */
static void start_mixed(const struct wm_site_plan *plan, struct wm_pool *pool)
{
    const struct wm_hall_plan *const hall = &plan->halls[pool->hall];
    wm_mixed_set_rule(pool, pool->fleet->share_frac * hall->facility.it_design_w, 1.0);
    pool->bound_by = pool->fleet->count >= 0 ? WM_RACKS_BY_COUNT
                     : hall->is_it_limited   ? WM_RACKS_BY_HALL
                                             : WM_RACKS_BY_SHARE;
    pool->n_gpus = wm_mixed_equivalents(pool); /* until they are counted */
    pool->mixed.wanted = 0;
}

/* Pools by count, nameplate or profile. */
static bool fill_halls(struct wm_site_plan *plan, struct wm_diags *diags)
{
    bool fits = true;
    for (size_t i = 0; i < plan->n_pools; i++) {
        struct wm_pool *const pool = &plan->pools[i];
        const struct wm_fleet *const f = pool->fleet;
        const double rack_w = ruled_rack_w(f);
        pool->racks = NULL;
        if (pool->prefill != NULL) {
            start_mixed(plan, pool);
            continue;
        }
        const int64_t wanted = f->count >= 0 ? f->count / f->accelerator->rack_gpus
                                             : racks_of(plan, pool, rack_w);
        fits = stand(plan, pool, wanted, rack_w,
                     f->count >= 0 ? WM_RACKS_BY_COUNT : WM_RACKS_BY_SHARE, diags) &&
               fits;
    }
    return fits;
}

/* Observed draw of a rack of the pool at full load: its partitions' by their accelerators. */
static double observed_rack_w(const struct wm_site_plan *plan, const struct wm_pool *pool)
{
    const struct wm_accelerator *a = pool->hw;
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
    bool changed = false, fits = true;
    for (size_t i = 0; i < plan->n_pools; i++) {
        struct wm_pool *pool = &plan->pools[i];
        if (pool->fleet->count != WM_COUNT_MAX_LPS)
            continue;
        changed = true;
        pool->observed_rack_w = observed_rack_w(plan, pool);
        if (pool->prefill != NULL) {
            wm_mixed_set_rule(pool, pool->mixed.budget_w,
                              pool->observed_rack_w / pool->hw->rack_nameplate_w *
                                  (1.0 + pool->fleet->guard_frac));
            continue;
        }
        const double rack_w = pool->observed_rack_w * (1.0 + pool->fleet->guard_frac);
        fits = stand(plan, pool, racks_of(plan, pool, rack_w), rack_w, WM_RACKS_BY_SHARE, diags) &&
               fits;
    }
    return fits && (!changed || wm_partitions_form(arena, scenario, plan, diags));
}

/* Replicas of a pool of two kinds that demand asks for. @return whether there are to be others */
static bool size_mixed(const struct wm_scenario *s, const struct wm_site_plan *plan,
                       struct wm_pool *pool)
{
    const int64_t wanted =
        wm_demand_replicas(s, plan, pool, &plan->partitions[pool->first_partition]);
    struct wm_mixed *const m = &pool->mixed;
    if (wanted <= m->wanted)
        return false;
    m->wanted = wanted;
    pool->bound_by = wanted <= m->had_room ? WM_RACKS_BY_DEMAND : pool->bound_by;
    return true;
}

/* Racks of a pool sized to demand: no fewer for any of its models than a pass before found, since a
 * smaller pool may plan other replicas; more than `most`: those, shared by load. @return whether it changed */
static bool size_pool(struct wm_arena *arena, const struct wm_scenario *s,
                      const struct wm_site_plan *plan, struct wm_pool *pool, int64_t most,
                      int64_t *wanted)
{
    int64_t *const racks = WM_NEW_ARRAY(arena, int64_t, pool->n_partitions);
    const int64_t was = pool->n_racks, *const before = pool->racks;
    *wanted = wm_demand_racks(s, plan, pool, racks);
    for (size_t k = 0; before != NULL && k < pool->n_partitions; k++) {
        *wanted += before[k] > racks[k] ? before[k] - racks[k] : 0;
        racks[k] = before[k] > racks[k] ? before[k] : racks[k];
    }
    const bool fits = *wanted <= most;
    set_racks(pool, fits ? *wanted : most);
    pool->racks = fits ? racks : NULL;
    pool->bound_by = fits ? WM_RACKS_BY_DEMAND : pool->bound_by;
    return pool->n_racks != was || (pool->racks == NULL) != (before == NULL);
}

/* Enough for any plan of replicas, so that what a climate leaves room for does not choose them. */
static const int64_t plenty_gpus = 1000000;

/* Pools sized to demand: planned with plenty first, then with what their replicas need, at most what they may be. */
static bool fill_by_demand(struct wm_arena *arena, const struct wm_scenario *scenario,
                           struct wm_site_plan *plan, struct wm_diags *diags)
{
    enum { PASSES = 6 };
    int64_t *const most = WM_NEW_ARRAY(arena, int64_t, plan->n_pools);
    int64_t *const wanted = WM_NEW_ARRAY(arena, int64_t, plan->n_pools);
    bool changed = true, any = false;
    for (size_t i = 0; i < plan->n_pools; i++) {
        struct wm_pool *const p = &plan->pools[i];
        most[i] = p->n_racks;
        if (p->fleet->count == WM_COUNT_DEMAND && p->prefill == NULL)
            set_racks(p, plenty_gpus / p->fleet->accelerator->rack_gpus);
        any = any || p->fleet->count == WM_COUNT_DEMAND;
    }
    if (any && !wm_partitions_form(arena, scenario, plan, diags))
        return false;
    for (int pass = 0; pass < PASSES && changed; pass++) {
        changed = false;
        for (size_t i = 0; i < plan->n_pools; i++)
            if (plan->pools[i].fleet->count == WM_COUNT_DEMAND)
                changed =
                    (plan->pools[i].prefill != NULL
                         ? size_mixed(scenario, plan, &plan->pools[i])
                         : size_pool(arena, scenario, plan, &plan->pools[i], most[i], &wanted[i])) ||
                    changed;
        if (changed && !wm_partitions_form(arena, scenario, plan, diags))
            return false;
    }
    for (size_t i = 0; i < plan->n_pools; i++) {
        const struct wm_mixed *const m = &plan->pools[i].mixed;
        if (m->wanted > m->had_room)
            wm_diag_add(diags, WM_W920, NULL, plan->pools[i].fleet->name,
                        "demand with its margin needs %lld replicas; %lld fit, and are built",
                        (long long)m->wanted, (long long)m->had_room);
        if (wanted[i] > most[i])
            wm_diag_add(diags, WM_W920, NULL, plan->pools[i].fleet->name,
                        "demand with its margin needs %lld racks; %lld fit, and are built",
                        (long long)wanted[i], (long long)most[i]);
    }
    return true;
}

/* Dispatch switches off what a low ceiling leaves without work; beyond this a count is a slip of the
 * pen. */
static const double max_idle_over_design = 10.0;

static double resting_w(const struct wm_accelerator *a, double gpus)
{
    return gpus * (a->power.idle_w + a->host_idle_w) * (1.0 + a->other_it_frac);
}

/* IT power that a contract carries at the design hour in the plant as it is built, each hall its share. */
static double contract_it_w(const struct wm_site_plan *plan, const struct wm_scenario *s,
                            double contract_w)
{
    double sum_w = 0.0;
    if (contract_w == s->site.ceiling.limit_w)
        return plan->it_design_w;
    for (size_t i = 0; i < plan->n_halls; i++) {
        const struct wm_hall_plan *const h = &plan->halls[i];
        sum_w += fmin(h->it_limit_w, wm_facility_it_for_site_w(&h->facility, &plan->design,
                                                               h->share_frac * contract_w));
    }
    return sum_w;
}

static double idle_w_at(const struct wm_site_plan *plan, int64_t at_us)
{
    double idle_w = 0.0;
    for (size_t i = 0; i < plan->n_pools; i++) {
        const struct wm_fleet *f = plan->pools[i].fleet;
        if (f->online_us <= at_us && at_us < f->retire_us)
            idle_w += resting_w(plan->pools[i].hw, (double)plan->pools[i].n_gpus);
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
        wm_scenario_span(s).start_us + llround(wm_scenario_span(s).years * WM_S_PER_YEAR * (double)WM_US_PER_S);
    bool good = true;
    for (int64_t at_us = wm_scenario_span(s).start_us; at_us < end_us;) {
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
        const struct wm_rest rest = wm_partition_rest(plan, p, 0.0, true);
        idle_w += (rest.board_w + rest.host_w) *
                  (1.0 + wm_partition_accelerator(plan, p)->other_it_frac);
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

static void size_halls(struct wm_arena *arena, const struct wm_scenario *s,
                       struct wm_site_plan *plan)
{
    struct wm_hall_load *const loads = WM_NEW_ARRAY(arena, struct wm_hall_load, plan->n_pools + 1);
    for (size_t i = 0; i < plan->n_pools; i++) {
        const struct wm_pool *const p = &plan->pools[i];
        loads[i] = (struct wm_hall_load){p->hw, p->hw == p->fleet->accelerator
                                                    ? (double)p->fleet->count
                                                    : (double)p->n_gpus};
    }
    plan->halls = wm_halls_plan(arena, s, &plan->design, loads, &plan->n_halls);
    plan->it_design_w = 0.0;
    for (size_t i = 0; i < plan->n_halls; i++)
        plan->it_design_w += plan->halls[i].facility.it_design_w;
}

/* Racks of all pools, in halls that are sized. */
static bool fill(struct wm_arena *arena, const struct wm_scenario *scenario,
                 struct wm_site_plan *plan, struct wm_diags *diags)
{
    return fill_halls(plan, diags) && check_idle(plan, scenario, diags) &&
           wm_partitions_form(arena, scenario, plan, diags) &&
           fill_by_draw(arena, scenario, plan, diags) &&
           fill_by_demand(arena, scenario, plan, diags) && check_spares(plan, scenario, diags);
}

void wm_pool_bind(struct wm_arena *arena, const struct wm_fleet *fleet, struct wm_pool *pool)
{
    pool->fleet = fleet;
    pool->prefill = wm_mixed_prefill(fleet);
    for (int i = 0; i < WM_KINDS && pool->prefill != NULL; i++)
        pool->mixed.kinds[i].accelerator = i == WM_DECODES ? fleet->accelerator : pool->prefill;
    pool->hw = pool->n_gpus > 0 ? wm_mixed_mean(arena, pool) : fleet->accelerator;
}

enum wm_status wm_provision(struct wm_arena *arena, const struct wm_scenario *scenario,
                            struct wm_site_plan *plan, struct wm_diags *diags)
{
    const struct wm_site *site = &scenario->site;
    const struct wm_fleet *fleet = scenario->fleet.items;
    bool is_mixed = false;
    plan->design = wm_environment_design(site);
    plan->n_pools = scenario->fleet.n;
    plan->pools = WM_NEW_ARRAY(arena, struct wm_pool, plan->n_pools);
    for (size_t i = 0; i < plan->n_pools; i++) {
        plan->pools[i] = (struct wm_pool){.hall = wm_halls_index(site, &fleet[i])};
        wm_pool_bind(arena, &fleet[i], &plan->pools[i]);
        wm_mixed_check(&fleet[i], i, diags);
        is_mixed = is_mixed || plan->pools[i].prefill != NULL;
    }
    size_halls(arena, scenario, plan);
    if (is_mixed) { /* how much of a hall's heat is in liquid is known with its kinds' counts */
        struct wm_diags first = wm_diags_init(arena);
        if (fill(arena, scenario, plan, &first))
            size_halls(arena, scenario, plan);
    }
    return fill(arena, scenario, plan, diags) ? WM_OK : WM_INFEASIBLE;
}
