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
    struct wm_train_plan *plans; /* of each cut, where they are asked for */
    size_t n_plans;
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

/* The given value alone, or powers of two up to `most`. */
static double first_of(double given)
{
    return given > 0.0 ? given : 1.0;
}

static double next_of(double now, double given)
{
    return given > 0.0 ? (double)INFINITY : 2.0 * now;
}

/* Every way to cut the model, to `use`. */
static void each_cut(struct search *s, const struct wm_train_fixed *fixed,
                     void (*use)(struct search *))
{
    struct wm_train_plan *const p = &s->c.plan;
    const struct wm_train_case *const c = &s->c;
    const double layers = (double)c->llm->layers;
    const double domain = fmin(s->n_gpus, fmin((double)c->accelerator->scale_up_gpus, 8.0));
    /* a context is split only when one accelerator of a tensor group cannot hold a sequence */
    const double contexts = c->seq_tok > 16384.0 ? fmin(16.0, s->n_gpus) : 1.0;
    const double most_context = fmax(contexts, fixed->context);
    const double most_tensor = fmax(domain, fixed->tensor);
    for (p->context = first_of(fixed->context); p->context <= most_context;
         p->context = next_of(p->context, fixed->context))
        for (p->tensor = first_of(fixed->tensor); p->tensor <= most_tensor;
             p->tensor = next_of(p->tensor, fixed->tensor))
            for (p->pipeline = first_of(fixed->pipeline); p->pipeline <= layers;
                 p->pipeline = next_of(p->pipeline, fixed->pipeline))
                use(s);
}

static struct search search_of(const struct wm_train_case *seed, double n_gpus)
{
    struct search s = {.c = *seed, .n_gpus = n_gpus, .least_bytes = (double)INFINITY};
    s.leanest =
        (struct wm_train_plan){1.0, 1.0, n_gpus, 1.0, 1.0, 1.0, 1.0, WM_RECOMPUTE_FULL, true};
    return s;
}

bool wm_train_plan_within(const struct wm_train_case *seed, double n_gpus,
                          const struct wm_train_fixed *fixed, struct wm_train_plan *best)
{
    WM_REQUIRE(n_gpus >= 1.0);
    struct search s = search_of(seed, n_gpus);
    each_cut(&s, fixed, try_cut);
    *best = s.best_rate > 0.0 ? s.best : s.leanest;
    return s.best_rate > 0.0;
}

bool wm_train_plan_best(const struct wm_train_case *seed, double n_gpus, struct wm_train_plan *best)
{
    return wm_train_plan_within(seed, n_gpus, &(struct wm_train_fixed){0}, best);
}

/* The best of one cut, if it fits. */
static void keep_cut(struct search *s)
{
    struct search one = *s;
    one.best_rate = 0.0;
    try_cut(&one);
    if (one.best_rate > 0.0 && s->n_plans < WM_TRAIN_PLANS_MAX)
        s->plans[s->n_plans++] = one.best;
}

size_t wm_train_plans(const struct wm_train_case *seed, double n_gpus,
                      const struct wm_train_fixed *fixed, struct wm_train_plan *plans)
{
    struct search s = search_of(seed, n_gpus);
    s.plans = plans;
    each_cut(&s, fixed, keep_cut);
    return s.n_plans;
}
