#include "wattmill/training_case.h"

#include <math.h>

#include "../plan/job.h"

static const struct wm_field rows[] = {
    WM_GROUP(wm_training_case, training, wm_training_fields, "the job"),
    WM_PRESET(wm_training_case, failures, failures, wm_failures_fields, "llama-3", "what stops it"),
    WM_FIELD_END,
};

enum wm_status wm_training_case_defaults(struct wm_arena *arena, const struct wm_catalog *catalog,
                                         struct wm_training_case *c, struct wm_diags *diags)
{
    struct wm_reader reader = {.arena = arena, .catalog = catalog, .diags = diags};
    struct wm_training_case read = *c;
    if (!wm_fields_read(&reader, rows, NULL, NULL, "", &read))
        return WM_INVALID;
    c->training = read.training;
    c->failures = read.failures;
    return WM_OK;
}

/* Stops of the whole gang: each accelerator's failures, and stops that were planned. */
static struct wm_goodput goodput(const struct wm_training_case *c, const struct wm_job *job)
{
    const double days_per_year = WM_S_PER_YEAR / 86400.0;
    return wm_goodput_eval(&(struct wm_goodput_case){
        .nodes = job->n_gpus,
        .failures_per_node_day =
            wm_failures_per_gpu_year(&c->failures, c->accelerator) / days_per_year,
        .planned_per_node_day = c->failures.planned_per_gpu_year / days_per_year,
        .planned_s = c->failures.planned_s,
        .restart_s = c->training.restart_s,
        .write_s = c->training.checkpoint_write_s,
        .interval_s = job->checkpoint_s});
}

static enum wm_status infeasible(const struct wm_training_case *c, const struct wm_job *job,
                                 struct wm_diags *diags)
{
    wm_diag_add(diags, WM_E301, NULL, NULL,
                "%s does not fit: the leanest plan keeps %.4g GB on an accelerator of %.4g GB",
                c->llm->head.name, job->step.mem_bytes / 1e9, c->accelerator->mem_bytes / 1e9);
    return WM_INFEASIBLE;
}

/* Time, energy and cost of the tokens, by what the gang makes over all its accelerators. */
static void add_run(const struct wm_training_case *c, const struct wm_job *job,
                    struct wm_training_outcome *out)
{
    const struct wm_accelerator *const a = c->accelerator;
    struct wm_train_step over_all = job->step;
    over_all.tok_per_s_per_gpu *= job->speed_frac * wm_train_gpus(&job->c.plan) / job->n_gpus;
    const double it_w = (job->power.mean_w + a->host_busy_w) * (1.0 + a->other_it_frac);
    out->site_w_per_gpu = it_w * c->site.pue;
    const double power_usd_per_gpu_hour =
        out->site_w_per_gpu * WM_S_PER_H / WM_J_PER_MWH * c->site.power_usd_per_mwh;
    out->run =
        wm_train_run_eval(&over_all, job->n_gpus, c->tokens, out->goodput.useful_frac,
                          out->site_w_per_gpu, c->site.usd_per_gpu_hour + power_usd_per_gpu_hour);
}

enum wm_status wm_training_case_eval(const struct wm_training_case *c,
                                     struct wm_training_outcome *out, struct wm_diags *diags)
{
    const struct wm_accelerator *const a = c->accelerator;
    const struct wm_workload workload = {.kind = WM_WORKLOAD_TRAINING,
                                         .llm = c->llm,
                                         .precision = c->precision,
                                         .training = c->training};
    if (wm_accelerator_rates(a, c->precision)->flop_per_s <= 0.0) {
        wm_diag_add(diags, WM_E301, NULL, NULL, "%s has no unit that computes %s", a->head.name,
                    wm_precision_words[c->precision]);
        return WM_INFEASIBLE;
    }
    struct wm_job job;
    if (!wm_job_plan(&workload, a, wm_failures_per_gpu_year(&c->failures, a),
                     (double)c->training.gpus, &job))
        return infeasible(c, &job, diags);
    *out = (struct wm_training_outcome){.c = job.c,
                                        .step = job.step,
                                        .power = job.power,
                                        .goodput = goodput(c, &job),
                                        .mfu_frac = job.mfu_frac};
    const double limit_w =
        wm_is_set(c->training.swing_limit_w) ? c->training.swing_limit_w : (double)INFINITY;
    out->swing = wm_swing_eval(&job.power, job.n_gpus, limit_w, c->storage_loss_frac);
    if (out->goodput.useful_frac <= 0.0) {
        wm_diag_add(diags, WM_E301, NULL, NULL,
                    "it never gets on: a failure every %.4g s, %.4g s to restart",
                    out->goodput.mttf_s, c->training.restart_s);
        return WM_INFEASIBLE;
    }
    add_run(c, &job, out);
    return WM_OK;
}
