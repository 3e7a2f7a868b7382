#include "wattmill/training_case.h"

#include <math.h>

#include "../plan/job.h"
#include "parts.h"

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
    const struct wm_training *const t = &c->training;
    if (t->tp > 0 || t->pp > 0 || t->cp > 0) {
        wm_diag_add(
            diags, WM_E301, NULL, NULL,
            "no plan of %.0f accelerators with tp %lld, pp %lld, cp %lld (0: any) fits: they must "
            "divide "
            "the accelerators, pp at most the %lld layers, and what is kept the %.4g GB of each; "
            "train --show plans lists those that fit",
            job->n_gpus, (long long)t->tp, (long long)t->pp, (long long)t->cp,
            (long long)c->llm->layers, c->accelerator->mem_bytes / 1e9);
        return WM_INFEASIBLE;
    }
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
                                        .fixed = wm_job_fixed(&c->training),
                                        .n_gpus = job.n_gpus,
                                        .step = job.step,
                                        .power = job.power,
                                        .goodput = goodput(c, &job),
                                        .mfu_frac = job.mfu_frac,
                                        .pue = c->site.pue,
                                        .tokens = c->tokens};
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

static enum wm_status run(struct wm_arena *arena, const void *params,
                          const struct wm_case_options *options, const void **outcome,
                          struct wm_diags *diags)
{
    const struct wm_train_form *const f = params;
    struct wm_training_outcome *const out = WM_NEW(arena, struct wm_training_outcome);
    (void)options;
    const struct wm_training_case c = wm_training_case_of(f);
    const enum wm_status status = wm_training_case_eval(&c, out, diags);
    if (status == WM_OK)
        *outcome = out;
    return status;
}

struct wm_training_case wm_training_case_of(const struct wm_train_form *f)
{
    struct wm_training_case c = {.accelerator = f->accelerator,
                                 .llm = f->llm,
                                 .precision = (enum wm_precision)f->precision,
                                 .training = f->training,
                                 .failures = f->failures,
                                 .tokens = f->tokens,
                                 .storage_loss_frac = f->storage_loss_frac,
                                 .site = wm_terms_of(&f->site, f->accelerator)};
    c.training.gangs = 1;
    return c;
}

static void add_plan(struct figure_list *l, const struct wm_training_outcome *j)
{
    const struct wm_train_plan *const p = &j->c.plan;
    figure_add(l, "tensor", "1", p->tensor, "accelerators a layer is split over");
    figure_add(l, "pipeline", "1", p->pipeline, "stages");
    figure_add(l, "data", "1", p->data, "replicas");
    figure_add(l, "context", "1", p->context, "accelerators a sequence is split over");
    figure_add(l, "expert", "1", p->expert, "accelerators that share whole experts");
    figure_add(l, "micro_batch_sequences", "1", p->sequences, "of a replica");
    figure_add(l, "full_shard", "1", p->full_shard, "1: weights are spread over the replicas");
    figure_add(l, "recompute", "1", p->recompute == WM_RECOMPUTE_FULL,
               "1: layers are computed again");
    figure_add(l, "mem_gb", "GB", j->step.mem_bytes / 1e9, "on the fullest accelerator");
}

static void add_speed(struct figure_list *l, const struct wm_training_outcome *j)
{
    const struct wm_train_step *const s = &j->step;
    figure_add(l, "step_s", "s", s->time_s, "an optimiser step");
    figure_add(l, "compute_frac", "frac", (s->product_s + s->attention_s) / s->time_s,
               "of it: products");
    figure_add(l, "memory_frac", "frac", s->memory_s / s->time_s,
               "of it: elementwise passes, update");
    figure_add(l, "link_frac", "frac", s->link_s / s->time_s, "of it: collectives not hidden");
    figure_add(l, "bubble_frac", "frac", s->bubble_s / s->time_s, "of it: pipeline fill and drain");
    figure_add(l, "straggle_frac", "frac", s->straggle_s / s->time_s,
               "of it: waiting for the slowest");
    figure_add(l, "mfu_frac", "frac", j->mfu_frac, "model FLOP over the precision's peak");
    figure_add(l, "tok_per_s_per_gpu", "tok/s", s->tok_per_s_per_gpu, "between interruptions");
}

static void add_power(struct figure_list *l, const struct wm_training_outcome *j)
{
    figure_add(l, "board_mean_w", "W", j->power.mean_w, "of an accelerator");
    figure_add(l, "board_high_w", "W", j->power.high_w, "while it computes");
    figure_add(l, "board_low_w", "W", j->power.low_w, "while all wait");
    figure_add(l, "site_w_per_gpu", "W", j->site_w_per_gpu, "at the meter, with host and facility");
    figure_add(l, "pue", "1", j->pue, "of the site");
    figure_add(l, "swing_mw", "MW", j->swing.amplitude_w / WM_W_PER_MW, "of the boards together");
    figure_add(l, "swing_hz", "Hz", j->swing.frequency_hz, "once a step");
    figure_add(l, "swing_allowed", "1", j->swing.is_allowed, "1: within the limit");
    figure_add(l, "floor_burn_mw", "MW", j->swing.burnt_w / WM_W_PER_MW,
               "mean, to stay within it by a floor");
    figure_add(l, "buffer_kwh", "kWh", j->swing.storage_j / 3.6e6, "or moved each way by a buffer");
    figure_add(l, "buffer_loss_mw", "MW", j->swing.storage_loss_w / WM_W_PER_MW,
               "mean, of that buffer");
}

/* Board energy of a token by what it is spent on; classes one by one (wm_train_energy_eval). */
static void add_energy(struct figure_list *l, const struct wm_training_outcome *j)
{
    struct wm_train_energy part[WM_TRAIN_N_CLASSES] = {{0}};
    double fixed_j = 0.0, dynamic_j = 0.0, waiting_j = 0.0;
    if (j->c.accelerator != NULL)
        wm_train_energy_eval(&j->c, &j->step, part);
    for (int i = 0; i < WM_TRAIN_N_CLASSES; i++) {
        fixed_j += part[i].static_j;
        dynamic_j += part[i].dynamic_j;
        waiting_j += i >= WM_TRAIN_LINKS ? part[i].static_j : 0.0;
    }
    const double tok = j->step.tok_per_s_per_gpu * j->step.time_s;
    figure_add(l, "board_static_j_per_tok", "J", fixed_j / tok,
               "boards' base power over the step, whatever is computed");
    figure_add(l, "board_dynamic_j_per_tok", "J", dynamic_j / tok,
               "arithmetic and memory traffic above it, kernel class by class");
    figure_add(l, "board_waiting_j_per_tok", "J", waiting_j / tok,
               "of the static part: links, bubble, stragglers");
}

static void add_totals(struct figure_list *l, const struct wm_training_outcome *j)
{
    figure_add(l, "mttf_h", "h", j->goodput.mttf_s / WM_S_PER_H, "between interruptions");
    figure_add(l, "checkpoint_min", "min", j->goodput.interval_s / 60.0,
               "work between checkpoints: as given, else best (Young, Daly)");
    figure_add(l, "useful_frac", "frac", j->goodput.useful_frac, "of the time that makes progress");
    figure_add(l, "days", "d", j->run.time_s / 86400.0, "of the run");
    figure_add(l, "gpu_hours", "h", j->run.gpu_hours, "of accelerators");
    figure_add(l, "energy_mwh", "MWh", j->run.energy_j / WM_J_PER_MWH, "at the meter");
    figure_add(l, "j_per_tok", "J", j->run.energy_j / j->tokens, "at the meter, per token kept");
    figure_add(l, "cost_usd", "USD", j->run.cost_usd, "definition E of the ledger, power included");
    figure_add(l, "usd_per_mtok", "USD", j->run.cost_usd / j->tokens * 1e6, "per million tokens");
}

static struct wm_figures figures(struct wm_arena *arena, const void *outcome)
{
    const struct wm_training_outcome nothing = {.tokens = 1.0};
    const struct wm_training_outcome *const j = outcome != NULL ? outcome : &nothing;
    struct figure_list l = {.items = WM_NEW_ARRAY(arena, struct wm_figure, 64)};
    add_plan(&l, j);
    add_speed(&l, j);
    add_power(&l, j);
    add_energy(&l, j);
    add_totals(&l, j);
    for (size_t i = 0; i < l.n && outcome == NULL; i++)
        l.items[i].value = (double)NAN;
    return (struct wm_figures){l.items, l.n};
}

static void json(FILE *file, const struct wm_case_run *r)
{
    struct wm_json_writer w = wm_json_writer_to_file(file);
    case_json_begin(&w, r);
    case_json_end(&w, r);
}

const struct wm_case_type wm_case_train = {.form = &wm_train_form,
                                           .result = "train.json",
                                           .figures = figures,
                                           .run = run,
                                           .json = json,
                                           .print = train_print};
