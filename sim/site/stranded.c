#include "stranded.h"

#include <math.h>

static double resting_gpu_w(const struct wm_accelerator *a)
{
    return a->power.idle_w + a->host_idle_w;
}

static double full_w(const struct wm_partition *p)
{
    return p->surface ? p->surface->rows[0][WM_SURFACE_BATCHES - 1].serving.it_w : 0.0;
}

struct wm_potential wm_potential_eval(const struct wm_site_plan *plan,
                                      const struct wm_weather *weather, const bool *is_there)
{
    double it_w = 0.0;
    for (size_t i = 0; i < plan->n_partitions; i++) {
        const struct wm_partition *p = &plan->partitions[i];
        const struct wm_accelerator *a = wm_partition_accelerator(plan, p);
        if (is_there[i])
            it_w += ((double)p->n_replicas * full_w(p) + p->spare_gpus * resting_gpu_w(a)) *
                    (1.0 + a->other_it_frac);
    }
    const double step_w = fmax(1.0, 1e-3 * it_w);
    const double site_w = wm_facility_eval(&plan->facility, weather, it_w).site_w;
    const double below_w =
        wm_facility_eval(&plan->facility, weather, fmax(0.0, it_w - step_w)).site_w;
    return (struct wm_potential){site_w, (site_w - below_w) / step_w};
}

double wm_potential_missing_w(const struct wm_site_plan *plan, const double *n_up,
                              const bool *is_there)
{
    double sum_w = 0.0;
    for (size_t i = 0; i < plan->n_partitions; i++) {
        const struct wm_partition *p = &plan->partitions[i];
        const struct wm_accelerator *a = wm_partition_accelerator(plan, p);
        if (is_there[i] && p->surface)
            sum_w += ((double)p->n_replicas - n_up[i]) *
                     (full_w(p) - (double)p->gpus_per_replica * resting_gpu_w(a)) *
                     (1.0 + a->other_it_frac);
    }
    return sum_w;
}

void wm_stranded_split(const struct wm_ceiling_step *ceiling, const struct wm_potential *design,
                       const struct wm_potential *now, double missing_it_w, double *out)
{
    const double limit_w = ceiling->limit_w;
    const double at_design_w = fmin(limit_w, design->site_w);
    const double in_weather_w = fmin(limit_w, now->site_w);
    const double with_failures_w = fmin(limit_w, now->site_w - now->site_w_per_it_w * missing_it_w);
    const double in_ramp_w = fmin(with_failures_w, ceiling->allowed_w);
    out[WM_STRANDED_NAMEPLATE] = limit_w - at_design_w;
    out[WM_STRANDED_WEATHER] = at_design_w - in_weather_w;
    out[WM_STRANDED_FAILURES] = in_weather_w - with_failures_w;
    out[WM_STRANDED_RAMP] = with_failures_w - in_ramp_w;
}
