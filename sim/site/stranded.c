#include "stranded.h"
#include "wattmill/numeric.h"

#include <math.h>
#include <string.h>

static double rest_w(const struct wm_site_plan *plan, const struct wm_partition *p, double replicas,
                     bool spares)
{
    const struct wm_rest rest = wm_partition_rest(plan, p, replicas, spares);
    return rest.board_w + rest.host_w;
}

static double full_w(const struct wm_partition *p)
{
    return p->surface ? p->surface->rows[0][WM_SURFACE_BATCHES - 1].serving.it_w : 0.0;
}

struct wm_potential wm_potential_new(struct wm_arena *arena, const struct wm_site_plan *plan)
{
    return (struct wm_potential){.it_w = WM_NEW_ARRAY(arena, double, plan->n_halls),
                                 .site_w_per_it_w = WM_NEW_ARRAY(arena, double, plan->n_halls),
                                 .missing_w = WM_NEW_ARRAY(arena, double, plan->n_halls)};
}

void wm_potential_copy(const struct wm_site_plan *plan, const struct wm_potential *from,
                       struct wm_potential *to)
{
    to->site_w = from->site_w;
    memcpy(to->it_w, from->it_w, plan->n_halls * sizeof *to->it_w);
    memcpy(to->site_w_per_it_w, from->site_w_per_it_w, plan->n_halls * sizeof *to->site_w_per_it_w);
}

void wm_potential_eval(const struct wm_site_plan *plan, const struct wm_weather *weather,
                       const bool *is_there, struct wm_potential *potential)
{
    for (size_t h = 0; h < plan->n_halls; h++)
        potential->it_w[h] = 0.0;
    for (size_t i = 0; i < plan->n_partitions; i++) {
        const struct wm_partition *p = &plan->partitions[i];
        const struct wm_accelerator *a = wm_partition_accelerator(plan, p);
        if (is_there[i])
            potential->it_w[wm_partition_hall(plan, p)] +=
                ((double)p->n_replicas * full_w(p) + rest_w(plan, p, 0.0, true)) *
                (1.0 + a->other_it_frac);
    }
    potential->site_w = 0.0;
    for (size_t h = 0; h < plan->n_halls; h++) {
        const struct wm_facility *const f = &plan->halls[h].facility;
        const double it_w = wm_smaller(potential->it_w[h], plan->halls[h].it_limit_w);
        const double step_w = wm_larger(1.0, 1e-3 * it_w);
        const double site_w = wm_facility_eval(f, weather, it_w).site_w;
        const double below_w = wm_facility_eval(f, weather, wm_larger(0.0, it_w - step_w)).site_w;
        potential->site_w += site_w;
        potential->site_w_per_it_w[h] = (site_w - below_w) / step_w;
    }
}

double wm_potential_missing_w(const struct wm_site_plan *plan,
                              const struct wm_potential *potential, const double *n_up,
                              const bool *is_there)
{
    double sum_w = 0.0;
    for (size_t h = 0; h < plan->n_halls; h++)
        potential->missing_w[h] = 0.0;
    for (size_t i = 0; i < plan->n_partitions; i++) {
        const struct wm_partition *p = &plan->partitions[i];
        const struct wm_accelerator *a = wm_partition_accelerator(plan, p);
        if (is_there[i] && p->surface && n_up[i] < (double)p->n_replicas)
            potential->missing_w[wm_partition_hall(plan, p)] +=
                ((double)p->n_replicas - n_up[i]) *
                (full_w(p) - rest_w(plan, p, 1.0, false)) *
                (1.0 + a->other_it_frac);
    }
    for (size_t h = 0; h < plan->n_halls; h++) {
        /* what a hall could not carry anyway is not missed */
        const double beyond_w = wm_larger(0.0, potential->it_w[h] - plan->halls[h].it_limit_w);
        sum_w += potential->site_w_per_it_w[h] * wm_larger(0.0, potential->missing_w[h] - beyond_w);
    }
    return sum_w;
}

void wm_stranded_split(const struct wm_ceiling_step *ceiling, double design_w, double now_w,
                       double missing_w, double *out)
{
    const double limit_w = ceiling->limit_w;
    const double at_design_w = wm_smaller(limit_w, design_w);
    const double in_weather_w = wm_smaller(limit_w, now_w);
    const double with_failures_w = wm_smaller(limit_w, now_w - missing_w);
    const double in_ramp_w = wm_smaller(with_failures_w, ceiling->allowed_w);
    out[WM_STRANDED_NAMEPLATE] = limit_w - at_design_w;
    out[WM_STRANDED_WEATHER] = at_design_w - in_weather_w;
    out[WM_STRANDED_FAILURES] = in_weather_w - with_failures_w;
    out[WM_STRANDED_RAMP] = with_failures_w - in_ramp_w;
}
