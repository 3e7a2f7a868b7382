#include "metrics.h"

static const char *const bound_words[WM_N_RACK_BOUNDS] = {
    [WM_RACKS_BY_COUNT] = "count",
    [WM_RACKS_BY_DEMAND] = "demand",
    [WM_RACKS_BY_SHARE] = "contract",
    [WM_RACKS_BY_HALL] = "hall",
    [WM_RACKS_BY_ROW] = "rows",
};

/* "h100 (contract), vr200 (rows)": the level that gave each pool's racks. */
static const char *racks_by(const struct wm_run *r, size_t hall)
{
    const char *text = "";
    for (size_t i = 0; i < r->plan.n_pools; i++) {
        const struct wm_pool *const p = &r->plan.pools[i];
        if (p->hall == hall)
            text = wm_arena_printf(r->arena, "%s%s%s (%s)", text, text[0] != '\0' ? ", " : "",
                                   p->fleet->name, bound_words[p->bound_by]);
    }
    return text[0] != '\0' ? text : "empty";
}

/* What its partitions can serve, and did. */
static void add_work(const struct wm_run *r, size_t hall, struct wm_hall_result *h)
{
    for (size_t i = 0; i < r->plan.n_partitions; i++) {
        const struct wm_partition *const p = &r->plan.partitions[i];
        if (wm_partition_hall(&r->plan, p) != hall || p->is_job || !p->surface)
            continue;
        h->capacity_out_tok_per_s += r->results->pools[i].capacity_out_tok_per_s;
        for (size_t k = 0; k < p->n_classes; k++)
            h->output_tok_served += r->site.account.classes[p->classes[k]].served_tok;
    }
}

static void fill_hall(struct wm_run *r, size_t i)
{
    const struct wm_hall_plan *const plan = &r->plan.halls[i];
    const struct wm_hall_account own = wm_hall_account(&r->site.account, &r->plan, i);
    const struct wm_hall_account *const a = &own;
    const double time_s = r->site.account.time_s;
    struct wm_hall_result *const h = &r->results->halls[i];
    *h = (struct wm_hall_result){
        .name = plan->name,
        .cooling = plan->facility.cooling->head.name,
        .power_chain = plan->facility.chain->head.name,
        .racks_by = racks_by(r, i),
        .share_frac = plan->share_frac,
        .it_design_w = plan->facility.it_design_w,
        .it_limit_w = plan->it_limit_w < (double)INFINITY ? plan->it_limit_w : (double)NAN,
        .site_mean_w = a->site_j / time_s,
        .site_peak_w = a->peak_site_w,
        .it_mean_w = a->it_j / time_s,
        .load_frac = wm_ratio(a->it_j / time_s, plan->facility.it_design_w),
        .it_peak_w = a->peak_it_w,
        .pue = wm_ratio(a->site_j, a->it_j),
        .bound_s = a->bound_s,
        .site_j = a->site_j,
        .it_j = a->it_j,
        .cooling_j = a->cooling_j,
        .conversion_j = a->conversion_j,
        .house_j = a->house_j,
        .water_m3 = a->water_m3,
        .wue_l_per_kwh = wm_ratio(a->water_m3 * 1e3, a->it_j / WM_J_PER_KWH),
        .heat_unmet_j = a->heat_unmet_j,
    };
    add_work(r, i, h);
    for (size_t k = 0; k < r->plan.n_pools; k++) {
        h->n_racks += r->plan.pools[k].hall == i ? r->plan.pools[k].n_racks : 0;
        h->n_gpus += r->plan.pools[k].hall == i ? r->plan.pools[k].n_gpus : 0;
    }
}

void wm_fill_halls(struct wm_run *r)
{
    r->results->n_halls = r->plan.n_halls;
    r->results->halls = WM_NEW_ARRAY(r->arena, struct wm_hall_result, r->plan.n_halls);
    for (size_t i = 0; i < r->plan.n_halls; i++)
        fill_hall(r, i);
}
