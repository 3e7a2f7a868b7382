/*
 * Which groups of accelerators may decode or prefill: one list for plans and frontiers.
 *
 * Each shape of a stage is tried in 1, 2, 4 ... stages, as long as the weights leave a stage so little room
 * that twice the stages hold noticeably more sequences an accelerator; then the memory does not bind by
 * them any more, and stages only take time.
 */
#include <float.h>

#include "wattmill/plan_check.h"
#include "wattmill/serving.h"

static const double largest_stage = 128.0;   /* wider expert groups are not in use (estimate) */
static const double largest_tensor = 16.0;   /* nor are layers split further, nor experts sliced */
static const double largest_pipeline = 64.0; /* P100s that hold 1.8e12 parameters take 34 to 42 */
static const double largest_prefill_group = 16.0;
/* of experts over several domains: DeepSeek reads prompts on 32 (profile data of its open infrastructure) */
static const double largest_wide_prefill_group = 32.0;
static const double worth_more_stages = 1.2; /* sequences an accelerator, against half the stages */

struct wm_group wm_group_default(const struct wm_llm *llm, double n_gpus)
{
    if (llm->experts_total > 0)
        return (struct wm_group){.tensor = 1.0,
                                 .data = n_gpus,
                                 .expert = fmin(n_gpus, (double)llm->experts_total),
                                 .pipeline = 1.0};
    return (struct wm_group){.tensor = n_gpus, .data = 1.0, .expert = 1.0, .pipeline = 1.0};
}

/* Where groups are looked for: the case, which of its accelerators, and how many there are. */
struct room {
    const struct wm_serving_case *c;
    double gpus, domain_gpus;
    bool prefills;
};

static struct room room_of(const struct wm_serving_case *c, bool prefills)
{
    const struct wm_accelerator *const a = prefills ? wm_prefill_accelerator(c) : c->accelerator;
    double gpus = c->max_gpus;
    if (prefills && c->prefill_max_gpus > 0.0)
        gpus = c->prefill_max_gpus;
    else if (prefills && c->prefill_weight > 0.0)
        gpus = floor(c->max_gpus / c->prefill_weight);
    return (struct room){c, gpus, fmin((double)a->scale_up_gpus, gpus), prefills};
}

/* Accelerators that share whole experts: as many of a stage's as divide both. */
static double expert_ranks(const struct wm_llm *llm, double ranks)
{
    int64_t a = llm->experts_total, b = (int64_t)ranks;
    while (b > 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return llm->experts_total > 0 ? (double)a : 1.0;
}

/* Sequences of a group by memory, capped by the engine. */
static double batch_limit(const struct room *r, const struct wm_group *group, double context_tok,
                          double most_per_gpu, struct wm_serving_groups *list)
{
    const struct wm_step_model m = r->prefills ? wm_prefill_step_model(r->c, group, 1.0)
                                               : wm_serving_step_model(r->c, group, 1.0);
    list->least_weight_bytes = fmin(list->least_weight_bytes, wm_group_weight_bytes(&m));
    return fmin(wm_group_batch_limit(&m, context_tok), most_per_gpu * wm_group_gpus(group));
}

/* A shape of a stage, in as many stages as are worth it. */
static void add_shape(const struct room *r, struct wm_group group, double context_tok,
                      double most_per_gpu, struct wm_serving_groups *list)
{
    double before = 0.0; /* sequences an accelerator, in half the stages */
    for (group.pipeline = 1.0; group.pipeline <= largest_pipeline; group.pipeline *= 2.0) {
        const double gpus = wm_group_gpus(&group);
        if (gpus > r->gpus || !wm_group_is_possible(r->c->llm, &group))
            return;
        const double limit = batch_limit(r, &group, context_tok, most_per_gpu, list);
        if (limit < 1.0)
            continue;
        if (limit / gpus < worth_more_stages * before || list->n == WM_SERVING_GROUPS)
            return;
        list->batch_limit[list->n] = limit;
        list->group[list->n++] = group;
        before = limit / gpus;
        if (before >= most_per_gpu)
            return;
    }
}

/* Experts spread whole, and where a stage is small each sliced over all of it, as engines do unless told to
   spread them: a lone token then has the bandwidth of the whole stage instead of the ranks of its experts. */
static void add_stage(const struct room *r, double tensor, double data, double context_tok,
                      double most_per_gpu, struct wm_serving_groups *list)
{
    struct wm_group group = {
        .tensor = tensor, .data = data, .expert = expert_ranks(r->c->llm, tensor * data)};
    add_shape(r, group, context_tok, most_per_gpu, list);
    if (group.expert <= 1.0 || tensor * data > fmin(largest_tensor, r->domain_gpus))
        return;
    group.expert = 1.0;
    add_shape(r, group, context_tok, most_per_gpu, list);
}

void wm_serving_groups(const struct wm_serving_case *c, double context_tok,
                       struct wm_serving_groups *list)
{
    const struct room room = room_of(c, false);
    const double domain = room.domain_gpus;
    const double most = (double)c->engine->max_batch_per_gpu;
    list->n = 0;
    list->least_weight_bytes = DBL_MAX;
    for (double tensor = 1.0; tensor <= fmin(largest_tensor, domain); tensor *= 2.0) {
        /* experts spread over several domains where nothing else is split */
        const double widest = c->llm->experts_total == 0 ? tensor
                              : tensor == 1.0            ? fmin(largest_stage, c->max_gpus)
                                                         : fmin(largest_stage, domain);
        for (double data = 1.0; tensor * data <= fmax(tensor, widest); data *= 2.0)
            add_stage(&room, tensor, data, context_tok, most, list);
    }
}

void wm_prefill_groups(const struct wm_serving_case *c, struct wm_serving_groups *list)
{
    const bool has_experts = c->llm->experts_total > 0;
    const struct room room = room_of(c, true);
    const double inside = fmin(largest_prefill_group, room.domain_gpus);
    const double widest =
        has_experts ? fmax(inside, fmin(largest_wide_prefill_group, room.gpus)) : inside;
    list->n = 0;
    list->least_weight_bytes = DBL_MAX;
    for (double g = 1.0; g <= widest; g *= 2.0) {
        struct wm_group group = wm_group_default(c->llm, g);
        group.expert = expert_ranks(c->llm, g);
        /* prompts pass through and leave: a stage more is for what does not hold one */
        add_shape(&room, group, c->input_tok, 1.0, list);
    }
}
