/* Claims about serving: from the catalogue and the serving model, without a site. */
#include <math.h>
#include <string.h>

#include "claim_study.h"
#include "wattmill/serving.h"

#define TTFT_S      30.0 /* throughput benchmarks wait long for a first token */
#define MAX_GPUS    288.0
#define FAST_LIMIT  2000.0
#define EDGE_FRAC   0.9 /* "at its edge": this share of the fastest speed it reaches */
#define SPEED_FLOOR 5.0 /* tok/s/user at which throughput counts as peak volume */

struct ask {
    const char *accelerator, *llm, *engine;
    enum wm_precision precision;
    double input_tok, cached_frac, output_tok, tok_per_s_per_user;
    double max_gpus; /* 0: MAX_GPUS */
    struct wm_draft draft;
};

/* DeepSeek-V3's module guesses one token, right in 85 to 90 % of cases (arXiv:2412.19437, 5.4.3). */
static const struct wm_draft one_guess = {1.0, 0.875};

/* Output of an accelerator and what a MW of IT nameplate holds of them. */
struct answer {
    double out_tok_per_s_per_gpu, gpus_per_mw;
};

static const void *entry(struct study *s, enum wm_catalog_kind kind, const char *name)
{
    const struct wm_catalog_head *const head = wm_catalog_find(s->catalog, kind, name);
    if (head == NULL)
        s->why = wm_arena_printf(s->arena, "the catalogue has no %s", name);
    return head;
}

static bool case_of(struct study *s, const struct ask *a, struct wm_serving_case *c)
{
    *c = (struct wm_serving_case){
        .accelerator = entry(s, WM_CATALOG_accelerator, a->accelerator),
        .llm = entry(s, WM_CATALOG_llm, a->llm),
        .engine = entry(s, WM_CATALOG_engine, a->engine ? a->engine : WM_USUAL_ENGINE),
        .ways = a->engine ? WM_WAYS_ENGINES : WM_WAYS_BOTH,
        .precision = a->precision,
        .input_tok = a->input_tok,
        .cached_frac = a->cached_frac,
        .output_tok = a->output_tok,
        .max_gpus = a->max_gpus > 0.0 ? a->max_gpus : MAX_GPUS,
        .draft = a->draft,
        .ttft_slo_s = TTFT_S,
        .tok_per_s_per_user_slo = a->tok_per_s_per_user,
    };
    return c->accelerator != NULL && c->llm != NULL && c->engine != NULL;
}

static const char *fault_text(enum wm_plan_fault fault)
{
    static const char *const texts[] = {"",
                                        "it has no unit of this precision",
                                        "the weights do not fit any group that was tried",
                                        "it never reaches this speed",
                                        "the first token always comes too late",
                                        "requests are longer than its context"};
    return texts[fault];
}

static bool serve(struct study *s, const struct ask *a, struct answer *out)
{
    struct wm_serving_case c;
    if (!case_of(s, a, &c))
        return false;
    const struct wm_serving_plan plan = wm_serving_plan(&c);
    if (plan.fault != WM_PLAN_OK) {
        s->why = wm_arena_printf(s->arena, "%s, %s at %.0f tok/s/user: %s", a->accelerator, a->llm,
                                 a->tok_per_s_per_user, fault_text(plan.fault));
        return false;
    }
    const struct wm_accelerator *const h = c.accelerator;
    const double gpu_w = h->rack_nameplate_w / (double)h->rack_gpus * (1.0 + h->other_it_frac);
    *out = (struct answer){plan.capacity_out_tok_per_s / (plan.prefill_gpus + plan.decode_gpus),
                           1e6 / gpu_w};
    return true;
}

/* Fastest speed of a user that is still feasible, by bisection. */
static double fastest(struct study *s, struct ask a)
{
    double low = SPEED_FLOOR, high = FAST_LIMIT;
    struct answer ignored;
    a.tok_per_s_per_user = low;
    if (!serve(s, &a, &ignored))
        return (double)NAN;
    for (int i = 0; i < 24; i++) {
        a.tok_per_s_per_user = sqrt(low * high);
        if (serve(s, &a, &ignored))
            low = a.tok_per_s_per_user;
        else
            high = a.tok_per_s_per_user;
    }
    s->why = "";
    return low;
}

/* New over old: output of a MW, or of an accelerator. */
static double ratio(struct study *s, const struct ask *old, const struct ask *new, bool per_gpu)
{
    struct answer a, b;
    if (!serve(s, old, &a) || !serve(s, new, &b))
        return (double)NAN;
    const double gpus = per_gpu ? 1.0 : b.gpus_per_mw / a.gpus_per_mw;
    return b.out_tok_per_s_per_gpu / a.out_tok_per_s_per_gpu * gpus;
}

/* Benchmarks of 2025 on one server ran prompts and answers on the same accelerators. */
static const char aggregated[] = "tensorrt-llm";
#define NODE_GPUS 8.0

double claim_per_mw_ratio(struct study *s, int variant)
{
    struct ask old = {.accelerator = "h200",
                      .llm = "deepseek-r1",
                      .precision = WM_FP8,
                      .input_tok = 8192.0,
                      .output_tok = 1024.0};
    struct ask new = {.accelerator = "gb300-nvl72",
                      .llm = "deepseek-r1",
                      .precision = WM_FP4,
                      .input_tok = 8192.0,
                      .output_tok = 1024.0};
    double speed = SPEED_FLOOR;
    switch (variant) {
    case CLAIM_OSS_90:
    case CLAIM_OSS_180:
        old.accelerator = "h100";
        new.accelerator = "b200";
        old.llm = new.llm = "gpt-oss-120b";
        old.precision = new.precision = WM_FP4; /* MXFP4 weights on both */
        old.input_tok = new.input_tok = 1024.0;
        old.engine = new.engine = aggregated;
        old.max_gpus = new.max_gpus = NODE_GPUS;
        speed = variant == CLAIM_OSS_90 ? 90.0 : 180.0;
        break;
    case CLAIM_R1_30:
        new.accelerator = "gb200-nvl72";
        old.engine = aggregated;
        old.max_gpus = NODE_GPUS;
        speed = 30.0;
        break;
    case CLAIM_R1_EDGE_MW:
    case CLAIM_R1_EDGE_GPU:
        speed = EDGE_FRAC * fastest(s, old);
        new.draft = one_guess;
        break;
    case CLAIM_R1_116:
        old.accelerator = "h100";
        old.draft = new.draft = one_guess;
        speed = 116.0;
        break;
    case CLAIM_V4_100:
    case CLAIM_V4_RUBIN_100:
        old.llm = new.llm = "deepseek-v4-pro";
        old.precision = new.precision = WM_FP4;
        old.input_tok = new.input_tok = 65536.0; /* agents: long contexts, mostly cached */
        old.cached_frac = new.cached_frac = 0.95;
        old.draft = new.draft = one_guess;
        if (variant == CLAIM_V4_RUBIN_100) {
            old.accelerator = "gb300-nvl72";
            new.accelerator = "vr200-nvl72";
        }
        speed = 100.0;
        break;
    default:
        break;
    }
    if (isnan(speed))
        return (double)NAN;
    old.tok_per_s_per_user = new.tok_per_s_per_user = speed;
    return ratio(s, &old, &new, variant == CLAIM_R1_EDGE_GPU || variant == CLAIM_R1_116);
}

/* A decode step of `sequences` on a group of n accelerators. */
static struct wm_step decode(const struct wm_serving_case *c, double n, double sequences,
                             double context_tok, double clock_frac)
{
    const struct wm_group group = wm_group_default(c->llm, n);
    const struct wm_step_model m = wm_serving_step_model(c, &group, clock_frac);
    const struct wm_load load = wm_load_decode(sequences, context_tok);
    return wm_step_eval(&m, &load);
}

double claim_batch_one(struct study *s, int arg)
{
    struct wm_serving_case old, new;
    const struct ask a = {.accelerator = "h200",
                          .llm = "qwen3-32b",
                          .precision = WM_BF16,
                          .input_tok = 1024.0,
                          .output_tok = 1024.0,
                          .tok_per_s_per_user = 1.0};
    struct ask b = a;
    (void)arg;
    b.accelerator = "b200";
    if (!case_of(s, &a, &old) || !case_of(s, &b, &new))
        return (double)NAN;
    return decode(&old, 8.0, 1.0, 1500.0, 1.0).time_s / decode(&new, 8.0, 1.0, 1500.0, 1.0).time_s;
}

/* A front between two of its measured points, as straight in the logarithms. */
struct stretch {
    double slow_tok_per_s, slow_out, fast_tok_per_s,
        fast_out; /* speed of a user, output of a GPU */
};

static double at_speed(const struct stretch *f, double tok_per_s)
{
    const double t =
        log(tok_per_s / f->slow_tok_per_s) / log(f->fast_tok_per_s / f->slow_tok_per_s);
    return f->slow_out * pow(f->fast_out / f->slow_out, t);
}

/*
 * Where the fronts of InferenceX (R1, 8k in, 1k out, databases of May and July 2026) pass the speed, without
 * MTP and with. B200's best row with MTP stands at 54.3 tok/s/user and nothing slower makes more.
 */
static const struct {
    const char *accelerator;
    enum wm_precision precision;
    double tok_per_s;
    struct stretch plain, guessing;
} fronts[] = {
    [CLAIM_MTP_H200] =
        {"h200", WM_FP8, 50.0, {44.63, 84.93, 71.81, 68.33}, {37.55, 138.26, 61.92, 124.70}},
    [CLAIM_MTP_MI355X] =
        {"mi355x", WM_FP4, 50.0, {19.43, 305.87, 57.43, 273.75}, {7.510, 1050.25, 51.77, 908.34}},
    [CLAIM_MTP_B200] =
        {"b200", WM_FP4, 54.29, {47.31, 828.01, 63.64, 302.84}, {54.29, 1238.31, 118.85, 124.76}},
    [CLAIM_MTP_GB200] = {"gb200-nvl72",
                         WM_FP4,
                         50.0,
                         {37.60, 1484.54, 54.47, 1037.68},
                         {27.93, 1543.70, 67.20, 1442.21}}};

/* Output of an accelerator at one speed with DeepSeek-V3's guesses over without. */
double claim_draft_gain(struct study *s, int variant)
{
    const double speed = fronts[variant].tok_per_s;
    const struct ask plain = {.accelerator = fronts[variant].accelerator,
                              .llm = "deepseek-r1",
                              .precision = fronts[variant].precision,
                              .input_tok = 8192.0,
                              .output_tok = 1024.0,
                              .tok_per_s_per_user = speed};
    struct ask with = plain;
    with.draft = one_guess;
    s->published =
        at_speed(&fronts[variant].guessing, speed) / at_speed(&fronts[variant].plain, speed);
    return ratio(s, &plain, &with, true);
}

/* Output of a user with DeepSeek-V3's guesses over without, few users to a server. */
double claim_draft_speed(struct study *s, int sequences)
{
    struct wm_serving_case c;
    const struct ask a = {.accelerator = "h800",
                          .llm = "deepseek-r1",
                          .precision = WM_FP8,
                          .input_tok = 1024.0,
                          .output_tok = 1024.0,
                          .tok_per_s_per_user = 1.0};
    if (!case_of(s, &a, &c))
        return (double)NAN;
    const double plain_s = decode(&c, 8.0, sequences, 1500.0, 1.0).time_s;
    c.draft = one_guess;
    return plain_s / decode(&c, 8.0, sequences, 1500.0, 1.0).time_s *
           wm_draft_gain(one_guess.tok, one_guess.accept_frac);
}

static const struct cap {
    const char *accelerator;
    double frac;
    bool of_draw; /* of what it draws at full clock, else of TDP */
} caps[] = {[CLAIM_CAP_A100_75] = {"a100-80", 0.75, false},
            [CLAIM_CAP_A100_50] = {"a100-80", 0.50, false},
            [CLAIM_MAX_Q_B200] = {"b200", 0.85, true}};

/* Share of the throughput [%] that is lost at the same batch when each board is capped; prompts and answers on
   the same boards. */
double claim_power_cap(struct study *s, int variant)
{
    const struct cap *const cap = &caps[variant];
    const struct ask a = {.accelerator = cap->accelerator,
                          .llm = "llama-3.1-8b",
                          .engine = "vllm",
                          .precision = WM_BF16,
                          .input_tok = 1024.0,
                          .output_tok = 256.0,
                          .tok_per_s_per_user = 20.0};
    struct wm_serving_case c;
    if (!case_of(s, &a, &c))
        return (double)NAN;
    struct wm_serving_plan plan = wm_serving_plan(&c);
    if (plan.fault != WM_PLAN_OK) {
        s->why = fault_text(plan.fault);
        return (double)NAN;
    }
    const struct wm_serving_point free = wm_serving_at_batch(&plan, plan.capacity_batch, 1.0);
    const double draw_frac =
        free.board_w / (plan.prefill_gpus + plan.decode_gpus) / c.accelerator->tdp_w;
    plan.c.cap_frac = cap->frac * (cap->of_draw ? draw_frac : 1.0);
    const struct wm_serving_point capped = wm_serving_at_batch(&plan, plan.capacity_batch, 1.0);
    return 100.0 * (1.0 - capped.out_tok_per_s / free.out_tok_per_s);
}
