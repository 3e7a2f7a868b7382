#include "job.h"

#include <math.h>

/* Arithmetic per token and parameter: forward 2, backward 4 (Kaplan et al., arXiv:2001.08361, 2.1). */
static const double flop_per_param_tok = 6.0;

/* Share of a step that follows the core clock; the rest waits for memory and network. Estimate that
 * meets the capped pre-training of claims' source S20 (Phoenix 2025) within its spread. */
static const double clocked_frac = 0.9;

/* Busy share of the memory in training; estimate. */
static const double memory_busy_frac = 0.3;

static double tok_per_s(const struct wm_workload *w, const struct wm_accelerator *a, double gpus,
                        double clock_frac)
{
    const double peak = wm_accelerator_rates(a, w->precision)->flop_per_s;
    const double full =
        gpus * peak * w->training.mfu_frac / (flop_per_param_tok * w->llm->active_params);
    return full / (clocked_frac / clock_frac + 1.0 - clocked_frac);
}

static double board_w(const struct wm_workload *w, const struct wm_accelerator *a,
                      double clock_frac)
{
    const struct wm_precision_rates *rates = wm_accelerator_rates(a, w->precision);
    const double busy = fmin(1.0, w->training.mfu_frac / rates->gemm.compute_frac);
    const double frac = a->power.base_frac + a->power.memory_frac * sqrt(memory_busy_frac) +
                        a->power.compute_frac * sqrt(busy) * wm_clock_power_frac(clock_frac);
    return a->tdp_w * fmin(1.0, frac);
}

/* A gang that works `load_frac` of the time at a clock, and stands by for the rest. */
static struct wm_serving_point gang_point(const struct wm_workload *w,
                                          const struct wm_accelerator *a, double gpus,
                                          double write_share, double clock_frac, double load_frac)
{
    struct wm_serving_point p = {
        .out_tok_per_s = load_frac * tok_per_s(w, a, gpus, clock_frac) * (1.0 - write_share),
        .batch = load_frac,
        .decode_busy_frac = load_frac,
        .decode_w = load_frac * gpus * board_w(w, a, clock_frac),
        .idle_w = (1.0 - load_frac) * gpus * a->tdp_w * a->power.base_frac,
        .host_w = gpus * (a->host_idle_w + load_frac * (a->host_busy_w - a->host_idle_w)),
    };
    p.board_w = p.decode_w + p.idle_w;
    p.it_w = p.board_w + p.host_w;
    return p;
}

const struct wm_surface *wm_job_surface(struct wm_arena *arena, const struct wm_workload *workload,
                                        const struct wm_accelerator *accelerator, double gpus)
{
    struct wm_surface *const s = WM_NEW(arena, struct wm_surface);
    const struct wm_training *t = &workload->training;
    const double every_s = wm_job_checkpoint_s(t, accelerator->failures_per_gpu_year, gpus);
    const double write_share = t->checkpoint_write_s / (every_s + t->checkpoint_write_s);
    const double lowest = accelerator->power.min_clock_frac;
    s->n_clocks = WM_SURFACE_CLOCKS;
    for (size_t i = 0; i < WM_SURFACE_CLOCKS; i++) {
        const double clock = 1.0 + (lowest - 1.0) * (double)i / (WM_SURFACE_CLOCKS - 1);
        for (size_t j = 0; j < WM_SURFACE_BATCHES; j++) {
            s->rows[i][j].clock_frac = clock;
            s->rows[i][j].serving = gang_point(workload, accelerator, gpus, write_share, clock,
                                               (double)j / (WM_SURFACE_BATCHES - 1));
        }
    }
    wm_surface_build_hull(arena, s);
    return s;
}

double wm_job_checkpoint_s(const struct wm_training *training, double failures_per_gpu_year,
                           double gpus)
{
    static const double longest_s = 86400.0, shortest_s = 1.0;
    if (wm_is_set(training->checkpoint_s))
        return training->checkpoint_s;
    if (failures_per_gpu_year <= 0.0)
        return longest_s;
    const double mttf_s = WM_S_PER_YEAR / (failures_per_gpu_year * gpus);
    return fmax(shortest_s, fmin(longest_s, sqrt(2.0 * training->checkpoint_write_s * mttf_s)));
}

double wm_job_lost_s(const struct wm_training *training, double checkpoint_s, double since_s)
{
    const double cycle_s = checkpoint_s + training->checkpoint_write_s;
    return fmin(checkpoint_s, fmod(since_s, cycle_s));
}

struct wm_job_price wm_job_price(const struct wm_training *training,
                                 const struct wm_surface *surface, double gpus)
{
    const double tok_per_gpu_h = wm_surface_capacity(surface) * WM_S_PER_H / gpus;
    const double paid = training->contract_usd_per_gpu_h + training->transfer_usd_per_gpu_h;
    return (struct wm_job_price){
        .worth_usd_per_tok = (paid > 0.0 ? paid : training->worth_usd_per_gpu_h) / tok_per_gpu_h,
        .contract_usd_per_tok = training->contract_usd_per_gpu_h / tok_per_gpu_h,
        .transfer_usd_per_tok = training->transfer_usd_per_gpu_h / tok_per_gpu_h};
}
