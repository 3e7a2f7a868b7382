/* Which groups of accelerators may decode or prefill: one list for plans and frontiers. */
#include <float.h>

#include "wattmill/serving.h"

static const double largest_stage = 128.0; /* wider expert groups are not in use (estimate) */
static const double largest_tensor = 16.0; /* nor are layers split further */
static const double largest_pipeline = 8.0;
static const double largest_prefill_group = 16.0;

struct wm_group wm_group_default(const struct wm_llm *llm, double n_gpus)
{
    if (llm->experts_total > 0)
        return (struct wm_group){.tensor = 1.0,
                                 .data = n_gpus,
                                 .expert = fmin(n_gpus, (double)llm->experts_total),
                                 .pipeline = 1.0};
    return (struct wm_group){.tensor = n_gpus, .data = 1.0, .expert = 1.0, .pipeline = 1.0};
}

static double domain_gpus(const struct wm_serving_case *c)
{
    return fmin((double)c->accelerator->scale_up_gpus, c->max_gpus);
}

static void add(const struct wm_serving_case *c, const struct wm_group *group, double context_tok,
                struct wm_serving_groups *list)
{
    const struct wm_step_model m = wm_serving_step_model(c, group, 1.0);
    const double gpus = wm_group_gpus(group);
    const double limit =
        fmin(wm_group_batch_limit(&m, context_tok), (double)c->engine->max_batch_per_gpu * gpus);
    if (gpus > c->max_gpus)
        return;
    list->least_weight_bytes = fmin(list->least_weight_bytes, wm_group_weight_bytes(&m));
    if (limit < 1.0)
        return;
    list->batch_limit[list->n] = limit;
    list->group[list->n++] = *group;
}

static void add_stages(const struct wm_serving_case *c, double stages, double context_tok,
                       struct wm_serving_groups *list)
{
    const double domain = domain_gpus(c);
    const double experts = (double)c->llm->experts_total;
    const double widest = experts > 0.0 ? fmin(largest_stage, domain) : 1.0;
    for (double tensor = 1.0; tensor <= fmin(largest_tensor, domain); tensor *= 2.0)
        for (double data = 1.0; tensor * data <= fmax(tensor, widest); data *= 2.0) {
            const struct wm_group group = {.tensor = tensor,
                                           .data = data,
                                           .expert = fmax(1.0, fmin(experts, tensor * data)),
                                           .pipeline = stages};
            add(c, &group, context_tok, list);
        }
}

void wm_serving_groups(const struct wm_serving_case *c, double context_tok,
                       struct wm_serving_groups *list)
{
    list->n = 0;
    list->least_weight_bytes = DBL_MAX;
    for (double stages = 1.0; stages <= largest_pipeline && list->n == 0; stages *= 2.0)
        add_stages(c, stages, context_tok, list);
}

void wm_prefill_groups(const struct wm_serving_case *c, struct wm_serving_groups *list)
{
    const double widest = fmin(largest_prefill_group, domain_gpus(c));
    list->n = 0;
    list->least_weight_bytes = DBL_MAX;
    for (double stages = 1.0; stages <= largest_pipeline && list->n == 0; stages *= 2.0)
        for (double g = 1.0; g <= widest && g * stages <= c->max_gpus; g *= 2.0) {
            struct wm_group group = wm_group_default(c->llm, g);
            group.pipeline = stages;
            const struct wm_step_model m = wm_serving_step_model(c, &group, 1.0);
            list->least_weight_bytes = fmin(list->least_weight_bytes, wm_group_weight_bytes(&m));
            const double prompts = wm_group_batch_limit(&m, c->input_tok);
            if (prompts < 1.0)
                continue;
            list->batch_limit[list->n] = prompts;
            list->group[list->n++] = group;
        }
}
