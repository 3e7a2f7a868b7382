/*
 * The old end of the million-fold on the model that the claim speaks of: 1.8e12 parameters on boards of 16
 * GB, eight to a stage and as many stages as hold them. How it is run decides the ratio: one sequence at a
 * time, one in every stage, or as many as the memory holds.
 *
 * A second old end keeps the weights in the memory of hosts and reads through PCIe what a token needs.
 *
 * Left out: the time that short answers of a batch wait for long ones.
 */
#include <math.h>

#include "claim_study.h"
#include "wattmill/serving.h"

#define LLM         CLAIM_LARGE
#define OLD         "p100"
#define INPUT_TOK   1155.0 /* of a chat, Azure 2023 */
#define OUTPUT_TOK  211.0
#define CONTEXT_TOK (INPUT_TOK + 0.5 * OUTPUT_TOK)
#define MOST_STAGES 64.0
#define STAGE_GPUS  8.0
#define TTFT_S      30.0
#define MAX_GPUS    288.0

/* NVIDIA in BOND AI Trends, May 2025, p. 106: the 1 B$ data centre of 2016 */
#define SLIDE_TOK_PER_YEAR 50e9
#define SLIDE_GPUS         46000.0
#define YEAR_S             (8766.0 * 3600.0)

const void *claim_entry(struct study *s, enum wm_catalog_kind kind, const char *name)
{
    const struct wm_catalog_head *const head = wm_catalog_find(s->catalog, kind, name);
    if (head == NULL)
        s->why = wm_arena_printf(s->arena, "the catalogue has no %s", name);
    return head;
}

double claim_gpu_nameplate_w(const struct wm_accelerator *a)
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

double claim_pipeline_speed(const struct claim_pipeline *p, double sequences, double *out_per_mw)
{
    const struct wm_step_model m = wm_serving_step_model(&p->c, &p->group, 1.0);
    const struct wm_load decode = wm_load_decode(sequences, CONTEXT_TOK);
    const struct wm_load prompts = wm_load_prefill(p->group.pipeline, INPUT_TOK, 0.0, true);
    /* sequences pass the stages in turn; alone they take as long as with company in the others */
    const double in_turn = p->is_serial ? p->group.pipeline : 1.0;
    const double step_s = wm_step_eval(&m, &decode).time_s;
    const double s_per_tok = in_turn * (step_s / sequences + wm_step_eval(&m, &prompts).time_s /
                                                                 p->group.pipeline / OUTPUT_TOK);
    *out_per_mw =
        1.0 / s_per_tok / wm_group_gpus(&p->group) * 1e6 / claim_gpu_nameplate_w(p->c.accelerator);
    return 1.0 / step_s;
}

bool claim_pipeline_of(struct study *s, const struct wm_accelerator *a, const char *engine,
                       enum wm_precision precision, struct claim_pipeline *p)
{
    *p = (struct claim_pipeline){.c = {.accelerator = a,
                                       .llm = claim_entry(s, WM_CATALOG_llm, LLM),
                                       .engine = claim_entry(s, WM_CATALOG_engine, engine),
                                       .precision = precision}};
    if (p->c.llm == NULL || p->c.engine == NULL)
        return false;
    p->group = shortest_pipeline(&p->c, CONTEXT_TOK);
    if (!(p->group.pipeline > 0.0)) {
        s->why = wm_arena_printf(s->arena, "%s does not fit %.0f stages", LLM, MOST_STAGES);
        return false;
    }
    const struct wm_step_model m = wm_serving_step_model(&p->c, &p->group, 1.0);
    p->most_sequences = floor(wm_group_batch_limit(&m, CONTEXT_TOK));
    return true;
}

/* DGX-1 with P100 (NVIDIA datasheet, 2016): 512 GB of host memory to eight GPUs; a P100 reads 12 GB/s of
   pinned memory through PCIe 3.0 x16 (bandwidthTest of that time; 15.75 GB/s of lanes). */
#define HOST_BYTES       512e9
#define HOST_BYTES_PER_S 12e9 /* per accelerator */

/*
 * Weights in the memory of as many servers as hold them, a stage each, one sequence in every stage:
 *
 *     token  = active bytes / (servers * 8 * PCIe),  prompt = all bytes / (the same), once per answer
 *
 * Arithmetic and board memory are faster by far and hide behind the copies.
 */
static double offloaded_per_mw(struct study *s, const struct wm_accelerator *a)
{
    const struct wm_llm *const llm = claim_entry(s, WM_CATALOG_llm, LLM);
    if (llm == NULL)
        return (double)NAN;
    const double bytes = wm_llm_weight_bytes(llm, WM_BF16);
    const double active_bytes = bytes * llm->active_params / llm->total_params;
    const double servers = ceil(bytes / HOST_BYTES);
    const double per_s =
        STAGE_GPUS * HOST_BYTES_PER_S; /* of a stage, which holds 1 / servers of the layers */
    const double s_per_tok = (active_bytes + bytes / OUTPUT_TOK) / servers / per_s;
    return 1.0 / s_per_tok / (servers * STAGE_GPUS) * 1e6 / claim_gpu_nameplate_w(a);
}

/* Output tok/s of a MW of IT nameplate. */
static double old_per_mw(struct study *s, const struct wm_accelerator *a, int how)
{
    struct claim_pipeline p;
    double out_per_mw;
    if (how == CLAIM_OLD_OFFLOAD)
        return offloaded_per_mw(s, a);
    if (!claim_pipeline_of(s, a, CLAIM_OLD_ENGINE, WM_BF16, &p))
        return (double)NAN;
    p.is_serial = how == CLAIM_OLD_SERIAL || how == CLAIM_OLD_LADDER;
    claim_pipeline_speed(&p, how == CLAIM_OLD_FULL ? p.most_sequences : p.group.pipeline,
                         &out_per_mw);
    return out_per_mw;
}

double claim_planned_per_mw(struct study *s, const struct claim_ask *ask)
{
    const struct wm_serving_case c = {
        .accelerator = ask->accelerator,
        .llm = claim_entry(s, WM_CATALOG_llm, ask->llm),
        .engine =
            claim_entry(s, WM_CATALOG_engine, ask->engine != NULL ? ask->engine : WM_USUAL_ENGINE),
        .ways = ask->engine != NULL ? WM_WAYS_ENGINES : WM_WAYS_BOTH,
        .precision = ask->precision,
        .input_tok = INPUT_TOK,
        .output_tok = OUTPUT_TOK,
        .max_gpus = MAX_GPUS,
        .ttft_slo_s = TTFT_S,
        .tok_per_s_per_user_slo = ask->tok_per_s_per_user};
    if (c.llm == NULL || c.engine == NULL)
        return (double)NAN;
    const struct wm_serving_plan plan = wm_serving_plan(&c);
    if (plan.fault != WM_PLAN_OK) {
        s->why = wm_arena_printf(s->arena, "%s cannot be served at this speed", ask->llm);
        return (double)NAN;
    }
    return plan.capacity_out_tok_per_s / (plan.prefill_gpus + plan.decode_gpus) * 1e6 /
           claim_gpu_nameplate_w(c.accelerator);
}

/* The new end: Rubin, or Blackwell for the ladder. */
static double new_per_mw(struct study *s, int how)
{
    const bool is_ladder = how == CLAIM_OLD_LADDER;
    const struct claim_ask ask = {
        claim_entry(s, WM_CATALOG_accelerator, is_ladder ? "gb200-nvl72" : "vr200-nvl72"), LLM,
        NULL, WM_FP4, CLAIM_ANY_SPEED};
    if (ask.accelerator == NULL)
        return (double)NAN;
    if (is_ladder)
        return claim_planned_per_mw(s, &ask);
    if (!(s->newest_per_mw > 0.0))
        s->newest_per_mw = claim_planned_per_mw(s, &ask);
    return s->newest_per_mw;
}

double claim_old_end(struct study *s, int how)
{
    const struct wm_accelerator *const old = claim_entry(s, WM_CATALOG_accelerator, OLD);
    if (old == NULL)
        return (double)NAN;
    const double before = how == CLAIM_OLD_SLIDE ? SLIDE_TOK_PER_YEAR / YEAR_S / SLIDE_GPUS * 1e6 /
                                                       claim_gpu_nameplate_w(old)
                                                 : old_per_mw(s, old, how);
    return isfinite(before) ? new_per_mw(s, how) / before : (double)NAN;
}
