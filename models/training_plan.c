#include "wattmill/training.h"

#include <math.h>

#include "wattmill/require.h"

/* Memory a job may fill: the rest is fragmentation, communication buffers and the driver. */
static const double fill_frac = 0.92;
enum { MAX_SEQUENCES = 8, MAX_INTERLEAVE = 4 };

struct search {
    struct wm_train_case c;
    double n_gpus;
    struct wm_train_plan best, leanest;
    double best_rate, least_bytes;
};

static void try_plan(struct search *s)
{
    const struct wm_train_step step = wm_train_step_eval(&s->c);
    if (step.mem_bytes < s->least_bytes) {
        s->least_bytes = step.mem_bytes;
        s->leanest = s->c.plan;
    }
    if (step.mem_bytes > fill_frac * s->c.accelerator->mem_bytes)
        return;
    if (step.tok_per_s_per_gpu > s->best_rate) {
        s->best_rate = step.tok_per_s_per_gpu;
        s->best = s->c.plan;
    }
}

/* What is free once the model is cut: micro-batch, sharding, recomputation. */
static void try_details(struct search *s)
{
    struct wm_train_plan *const p = &s->c.plan;
    const double most = s->c.batch_tok / (p->data * s->c.seq_tok);
    for (p->sequences = 1.0; p->sequences <= fmin(most, MAX_SEQUENCES); p->sequences *= 2.0)
        for (int k = 0; k < 4; k++) {
            p->recompute = k % 2 ? WM_RECOMPUTE_FULL : WM_RECOMPUTE_SELECTIVE;
            p->full_shard = k / 2 == 1;
            try_plan(s);
        }
}

/* Ways to cut the model over `tensor`, `pipeline` and `context`; the rest are replicas. */
static void try_cut(struct search *s)
{
    struct wm_train_plan *const p = &s->c.plan;
    const double layers = (double)s->c.llm->layers;
    const double experts = (double)s->c.llm->experts_total;
    p->data = s->n_gpus / (p->tensor * p->pipeline * p->context);
    if (p->data < 1.0 || p->data != floor(p->data) || p->data * s->c.seq_tok > s->c.batch_tok)
        return;
    p->interleave = p->pipeline > 1.0 ? fmin(MAX_INTERLEAVE, floor(layers / p->pipeline)) : 1.0;
    const double within = p->tensor * p->data * p->context;
    for (p->expert = 1.0; p->expert <= fmax(1.0, fmin(experts, within)); p->expert *= 2.0)
        try_details(s);
}

bool wm_train_plan_best(const struct wm_train_case *seed, double n_gpus, struct wm_train_plan *best)
{
    WM_REQUIRE(n_gpus >= 1.0);
    struct search s = {.c = *seed, .n_gpus = n_gpus, .least_bytes = (double)INFINITY};
    struct wm_train_plan *const p = &s.c.plan;
    const double domain = fmin(n_gpus, fmin((double)seed->accelerator->scale_up_gpus, 8.0));
    /* a context is split only when one accelerator of a tensor group cannot hold a sequence */
    const double contexts = seed->seq_tok > 16384.0 ? fmin(16.0, n_gpus) : 1.0;
    s.leanest =
        (struct wm_train_plan){1.0, 1.0, n_gpus, 1.0, 1.0, 1.0, 1.0, WM_RECOMPUTE_FULL, true};
    for (p->context = 1.0; p->context <= contexts; p->context *= 2.0)
        for (p->tensor = 1.0; p->tensor <= domain; p->tensor *= 2.0)
            for (p->pipeline = 1.0; p->pipeline <= (double)seed->llm->layers; p->pipeline *= 2.0)
                try_cut(&s);
    *best = s.best_rate > 0.0 ? s.best : s.leanest;
    return s.best_rate > 0.0;
}
