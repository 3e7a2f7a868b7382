#include "draw.h"

#include <math.h>

static const double interval_s = 900.0;
static const double z_p99 = 2.3263478740408408;

static double job_w(const struct wm_partition *p)
{
    return p->surface->rows[0][WM_SURFACE_BATCHES - 1].serving.it_w / (double)p->gpus_per_replica;
}

double wm_draw_p99_w(const struct wm_partition *p, const struct wm_accelerator *accelerator)
{
    static const double step_frac = 0.01; /* for the slope of power over batch */
    if (p->is_job)
        return job_w(p);
    const double clock = p->surface->rows[0][0].clock_frac;
    const double batch = p->surface->rows[0][WM_SURFACE_BATCHES - 1].serving.batch;
    const struct wm_serving_point full = wm_serving_at_batch(&p->plan, batch, clock);
    const struct wm_serving_point below =
        wm_serving_at_batch(&p->plan, batch * (1.0 - step_frac), clock);
    const double slope_w = (full.it_w - below.it_w) / (batch * step_frac);
    const double service_s = p->plan.c.output_tok * full.tpot_s;
    const double gpus = (double)p->gpus_per_replica;
    const double replicas_per_rack = fmax(1.0, (double)accelerator->rack_gpus / gpus);
    const double sd_w = slope_w * sqrt(batch * fmin(1.0, 2.0 * service_s / interval_s));
    /* a rack draws no more than its boards at their limit and busy hosts */
    const double most_w = accelerator->tdp_w + accelerator->host_busy_w;
    const double p99_w = (full.it_w + z_p99 * fabs(sd_w) / sqrt(replicas_per_rack)) / gpus;
    return fmin(p99_w, fmax(most_w, full.it_w / gpus));
}

double wm_draw_max_q_board_w(const struct wm_accelerator *a)
{
    return a->tdp_w * fmax(a->power.base_frac, a->max_q_frac);
}

/* Mean draw of a busy board at the clock's capacity. */
static double busy_board_w(const struct wm_serving_plan *plan, double clock_frac)
{
    const double batch = wm_serving_capacity_batch(plan, clock_frac);
    const struct wm_serving_point p = wm_serving_at_batch(plan, fmax(batch, 1e-6), clock_frac);
    return (p.prefill_w + p.decode_w) / p.busy_gpus;
}

double wm_draw_max_q_clock(const struct wm_serving_plan *plan)
{
    const double limit_w = wm_draw_max_q_board_w(plan->c.accelerator);
    double lo = plan->c.accelerator->power.min_clock_frac, hi = 1.0;
    if (busy_board_w(plan, 1.0) <= limit_w)
        return 1.0;
    for (int i = 0; i < 20; i++) {
        const double mid = 0.5 * (lo + hi);
        *(busy_board_w(plan, mid) <= limit_w ? &lo : &hi) = mid;
    }
    return lo;
}
