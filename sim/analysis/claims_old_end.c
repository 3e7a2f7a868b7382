/*
 * The old end of the million-fold on the model that the claim speaks of: 1.8e12 parameters on boards of 16
 * GB, eight to a stage and as many stages as hold them. How it is run decides the ratio: one sequence at a
 * time, one in every stage, or as many as the memory holds.
 *
 * Left out: weights in the host's memory; the time that short answers of a batch wait for long ones.
 */
#include <math.h>

#include "claim_study.h"
#include "wattmill/serving.h"

#define LLM         "gpt-moe-1.8t"
#define OLD         "p100"
#define OLD_ENGINE  "hf-transformers" /* eager, as models were run then */
#define INPUT_TOK   1155.0            /* of a chat, Azure 2023 */
#define OUTPUT_TOK  211.0
#define MOST_STAGES 64.0
#define STAGE_GPUS  8.0
#define ANY_SPEED   0.1 /* tok/s/user */
#define TTFT_S      30.0
#define MAX_GPUS    288.0

/* NVIDIA in BOND AI Trends, May 2025, p. 106: the 1 B$ data centre of 2016 */
#define SLIDE_TOK_PER_YEAR 50e9
#define SLIDE_GPUS         46000.0
#define YEAR_S             (8766.0 * 3600.0)

static const void *entry(struct study *s, enum wm_catalog_kind kind, const char *name)
{
    const struct wm_catalog_head *const head = wm_catalog_find(s->catalog, kind, name);
    if (head == NULL)
        s->why = wm_arena_printf(s->arena, "the catalogue has no %s", name);
    return head;
}

static double gpu_nameplate_w(const struct wm_accelerator *a)
{
    return a->rack_nameplate_w / (double)a->rack_gpus * (1.0 + a->other_it_frac);
}

/* The fewest stages that divide the layers and hold a sequence each; pipeline 0: none. */
static struct wm_group shortest_pipeline(const struct wm_serving_case *c, double context_tok)
{
    struct wm_group group = {.tensor = STAGE_GPUS, .data = 1.0, .expert = STAGE_GPUS};
    for (group.pipeline = 1.0; group.pipeline <= MOST_STAGES; group.pipeline += 1.0) {
        if (fmod((double)c->llm->layers, group.pipeline) > 0.0)
            continue;
        const struct wm_step_model m = wm_serving_step_model(c, &group, 1.0);
        if (wm_group_batch_limit(&m, context_tok) >= group.pipeline)
            return group;
    }
    group.pipeline = 0.0;
    return group;
}

/* Output tok/s of a MW of IT nameplate. */
static double old_per_mw(struct study *s, const struct wm_accelerator *a, int how)
{
    const struct wm_serving_case c = {.accelerator = a,
                                      .llm = entry(s, WM_CATALOG_llm, LLM),
                                      .engine = entry(s, WM_CATALOG_engine, OLD_ENGINE),
                                      .precision = WM_BF16};
    if (c.llm == NULL || c.engine == NULL)
        return (double)NAN;
    const double context_tok = INPUT_TOK + 0.5 * OUTPUT_TOK;
    const struct wm_group group = shortest_pipeline(&c, context_tok);
    if (!(group.pipeline > 0.0)) {
        s->why =
            wm_arena_printf(s->arena, "%s does not fit %.0f stages of %s", LLM, MOST_STAGES, OLD);
        return (double)NAN;
    }
    const struct wm_step_model m = wm_serving_step_model(&c, &group, 1.0);
    const double sequences =
        how == CLAIM_OLD_FULL ? floor(wm_group_batch_limit(&m, context_tok)) : group.pipeline;
    const struct wm_load decode = wm_load_decode(sequences, context_tok);
    const struct wm_load prompts = wm_load_prefill(group.pipeline, INPUT_TOK, 0.0, true);
    /* a sequence passes the stages in turn; alone it takes as long as with company in the others */
    const bool is_alone = how == CLAIM_OLD_SERIAL || how == CLAIM_OLD_LADDER;
    const double s_per_tok =
        wm_step_eval(&m, &decode).time_s / (is_alone ? 1.0 : sequences) +
        wm_step_eval(&m, &prompts).time_s / (is_alone ? 1.0 : group.pipeline) / OUTPUT_TOK;
    return 1.0 / s_per_tok / wm_group_gpus(&group) * 1e6 / gpu_nameplate_w(a);
}

/* The most that the new end makes of a MW at any speed. */
static double new_per_mw(struct study *s, const struct wm_accelerator *a)
{
    const struct wm_serving_case c = {.accelerator = a,
                                      .llm = entry(s, WM_CATALOG_llm, LLM),
                                      .engine = entry(s, WM_CATALOG_engine, WM_USUAL_ENGINE),
                                      .ways = WM_WAYS_BOTH,
                                      .precision = WM_FP4,
                                      .input_tok = INPUT_TOK,
                                      .output_tok = OUTPUT_TOK,
                                      .max_gpus = MAX_GPUS,
                                      .ttft_slo_s = TTFT_S,
                                      .tok_per_s_per_user_slo = ANY_SPEED};
    if (c.llm == NULL || c.engine == NULL)
        return (double)NAN;
    const struct wm_serving_plan plan = wm_serving_plan(&c);
    if (plan.fault != WM_PLAN_OK) {
        s->why = wm_arena_printf(s->arena, "%s cannot be served on the new end", LLM);
        return (double)NAN;
    }
    return plan.capacity_out_tok_per_s / (plan.prefill_gpus + plan.decode_gpus) * 1e6 /
           gpu_nameplate_w(a);
}

double claim_old_end(struct study *s, int how)
{
    const struct wm_accelerator *const old = entry(s, WM_CATALOG_accelerator, OLD);
    const struct wm_accelerator *const new =
        entry(s, WM_CATALOG_accelerator, how == CLAIM_OLD_LADDER ? "gb200-nvl72" : "vr200-nvl72");
    if (old == NULL || new == NULL)
        return (double)NAN;
    const double before = how == CLAIM_OLD_SLIDE ? SLIDE_TOK_PER_YEAR / YEAR_S / SLIDE_GPUS * 1e6 /
                                                       gpu_nameplate_w(old)
                                                 : old_per_mw(s, old, how);
    return isfinite(before) ? new_per_mw(s, new) / before : (double)NAN;
}
