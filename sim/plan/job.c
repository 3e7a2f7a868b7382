#include "job.h"

#include <math.h>

/* Tokens of an optimiser step when none are given (estimates: Llama 3's first phase; common recipes
 * of fine-tuning). */
static const double pretrain_batch_tok = 4194304.0, finetune_batch_tok = 262144.0;

static const double buffer_loss_frac =
    0.05; /* asked for by the swing model; a floor has no buffer */

static struct wm_train_case seed_case(const struct wm_workload *w,
                                      const struct wm_accelerator *accelerator, double gpus)
{
    const struct wm_training *t = &w->training;
    const double usual = w->kind == WM_WORKLOAD_TRAINING ? pretrain_batch_tok : finetune_batch_tok;
    return (struct wm_train_case){.accelerator = accelerator,
                                  .llm = w->llm,
                                  .precision = w->precision,
                                  .seq_tok = t->seq_tok,
                                  .batch_tok = wm_is_set(t->batch_tok)
                                                   ? fmax(t->batch_tok, t->seq_tok)
                                                   : fmax(usual, gpus * t->seq_tok),
                                  .clock_frac = 1.0};
}

static double swing_limit_w(const struct wm_training *t)
{
    return wm_is_set(t->swing_limit_w) ? t->swing_limit_w : (double)INFINITY;
}

struct wm_train_fixed wm_job_fixed(const struct wm_training *t)
{
    return (struct wm_train_fixed){(double)t->tp, (double)t->pp, (double)t->cp};
}

bool wm_job_plan(const struct wm_workload *workload, const struct wm_accelerator *accelerator,
                 double failures_per_gpu_year, double gpus, struct wm_job *job)
{
    const struct wm_training *t = &workload->training;
    *job = (struct wm_job){.c = seed_case(workload, accelerator, gpus), .n_gpus = gpus};
    const struct wm_train_fixed fixed = wm_job_fixed(t);
    const bool fits = wm_train_plan_within(&job->c, gpus, &fixed, &job->c.plan);
    job->step = wm_train_step_eval(&job->c);
    job->power = wm_train_power_eval(&job->c, &job->step);
    job->swing = wm_swing_eval(&job->power, gpus, swing_limit_w(t), buffer_loss_frac);
    const double modelled = job->step.mfu_frac * wm_train_gpus(&job->c.plan) / gpus;
    job->mfu_frac = wm_is_set(t->mfu_frac) ? t->mfu_frac : modelled;
    job->speed_frac = job->mfu_frac / modelled;
    job->checkpoint_s = wm_job_checkpoint_s(t, failures_per_gpu_year, gpus);
    return fits;
}

/* A gang that works `load_frac` of the time, and stands by for the rest. */
static struct wm_serving_point gang_point(const struct wm_job *job, double write_frac,
                                          const struct wm_train_step *step, double board_w,
                                          double load_frac)
{
    const struct wm_accelerator *a = job->c.accelerator;
    const double gpus = wm_train_gpus(&job->c.plan);
    struct wm_serving_point p = {
        .out_tok_per_s =
            load_frac * gpus * step->tok_per_s_per_gpu * job->speed_frac * (1.0 - write_frac),
        .batch = load_frac,
        .decode_busy_frac = load_frac,
        .busy_gpus = load_frac * job->n_gpus,
        .decode_w = load_frac * gpus * board_w,
        .idle_w = (1.0 - load_frac) * gpus * a->tdp_w * a->training.power_base_frac +
                  (job->n_gpus - gpus) * a->power.idle_w,
        .host_w =
            job->n_gpus * a->host_idle_w + gpus * load_frac * (a->host_busy_w - a->host_idle_w),
    };
    p.board_w = p.decode_w + p.idle_w;
    p.it_w = p.board_w + p.host_w;
    return p;
}

const struct wm_surface *wm_job_surface(struct wm_arena *arena, const struct wm_job *job,
                                        const struct wm_training *training)
{
    struct wm_surface *const s = WM_NEW(arena, struct wm_surface);
    const double write_frac =
        training->checkpoint_write_s / (job->checkpoint_s + training->checkpoint_write_s);
    const double lowest = job->c.accelerator->power.min_clock_frac;
    const double gpus = wm_train_gpus(&job->c.plan);
    s->n_clocks = WM_SURFACE_CLOCKS;
    for (size_t i = 0; i < WM_SURFACE_CLOCKS; i++) {
        struct wm_train_case c = job->c;
        c.clock_frac = 1.0 + (lowest - 1.0) * (double)i / (WM_SURFACE_CLOCKS - 1);
        const struct wm_train_step step = wm_train_step_eval(&c);
        const struct wm_train_power power = wm_train_power_eval(&c, &step);
        const struct wm_swing swing =
            wm_swing_eval(&power, gpus, swing_limit_w(training), buffer_loss_frac);
        for (size_t j = 0; j < WM_SURFACE_BATCHES; j++) {
            s->rows[i][j].clock_frac = c.clock_frac;
            s->rows[i][j].serving =
                gang_point(job, write_frac, &step, power.mean_w + swing.burnt_w / gpus,
                           (double)j / (WM_SURFACE_BATCHES - 1));
        }
    }
    wm_surface_build_hull(arena, s, 1.0); /* a gang pauses at a checkpoint and stands by */
    return s;
}

double wm_job_checkpoint_s(const struct wm_training *training, double failures_per_gpu_year,
                           double gpus)
{
    static const double longest_s = 86400.0;
    if (wm_is_set(training->checkpoint_s))
        return training->checkpoint_s;
    if (failures_per_gpu_year <= 0.0)
        return longest_s;
    const double mttf_s = WM_S_PER_YEAR / (failures_per_gpu_year * gpus);
    return fmin(longest_s, wm_checkpoint_interval_s(training->checkpoint_write_s, mttf_s));
}

double wm_job_lost_s(const struct wm_training *training, double checkpoint_s, double since_s)
{
    const double cycle_s = checkpoint_s + training->checkpoint_write_s;
    return fmin(checkpoint_s, fmod(since_s, cycle_s)) * cycle_s / checkpoint_s;
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
