/* Claims about serving: from the catalogue and the serving model, without a site. */
#include <math.h>
#include <string.h>

#include "claim_rows.h"
#include "wattmill/serving.h"

#define TTFT_S      30.0 /* throughput benchmarks wait long for a first token */
#define MAX_GPUS    288.0
#define FAST_LIMIT  2000.0
#define EDGE_STEPS  16  /* halvings of a factor of 400: a hundredth of a percent */
#define SPEED_FLOOR 5.0 /* tok/s/user at which throughput counts as peak volume */

struct ask {
    const char *accelerator, *llm, *engine;
    enum wm_precision precision;
    double input_tok, cached_frac, output_tok, tok_per_s_per_user;
    double max_gpus; /* 0: MAX_GPUS */
    double ttft_s;   /* 0: TTFT_S */
    struct wm_draft draft;
};

static struct ask ask_of(const struct claim_end *end, double tok_per_s_per_user)
{
    return (struct ask){.accelerator = end->accelerator->head.name,
                        .llm = end->llm->head.name,
                        .engine = end->engine != NULL ? end->engine->head.name : NULL,
                        .precision = end->precision,
                        .input_tok = end->input_tok,
                        .cached_frac = end->cached_frac,
                        .output_tok = end->output_tok,
                        .tok_per_s_per_user = tok_per_s_per_user,
                        .max_gpus = end->max_gpus,
                        .ttft_s = end->ttft_s,
                        .draft = {end->draft_tok, end->accept_frac}};
}

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
        .ttft_slo_s = a->ttft_s > 0.0 ? a->ttft_s : TTFT_S,
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
    for (int i = 0; i < EDGE_STEPS; i++) {
        a.tok_per_s_per_user = sqrt(low * high);
        if (serve(s, &a, &ignored))
            low = a.tok_per_s_per_user;
        else
            high = a.tok_per_s_per_user;
    }
    s->why = "";
    return low;
}

/* Output of a MW of IT nameplate, or of an accelerator. */
static double figure(struct study *s, const struct claim_end *end, double tok_per_s_per_user)
{
    const struct ask ask = ask_of(end, tok_per_s_per_user);
    struct answer made;
    if (!serve(s, &ask, &made))
        return (double)NAN;
    return made.out_tok_per_s_per_gpu * (end->per == CLAIM_PER_GPU ? 1.0 : made.gpus_per_mw);
}

static bool is_same_work(const struct claim_end *a, const struct claim_end *b)
{
    return a != NULL && a->accelerator == b->accelerator && a->llm == b->llm &&
           a->engine == b->engine && a->precision == b->precision && a->input_tok == b->input_tok &&
           a->cached_frac == b->cached_frac && a->output_tok == b->output_tok &&
           a->max_gpus == b->max_gpus && a->draft_tok == b->draft_tok &&
           a->accept_frac == b->accept_frac && a->ttft_s == b->ttft_s;
}

/* The old end's fastest, searched once for rows that share it. */
static double fastest_of(struct study *s, const struct claim_end *old)
{
    if (!is_same_work(s->edge_of, old)) {
        s->edge_tok_per_s = fastest(s, ask_of(old, SPEED_FLOOR));
        s->edge_of = old;
    }
    return s->edge_tok_per_s;
}

/* A front between two of its measured points, as straight in the logarithms. */
static double at_speed(const double f[4], double tok_per_s)
{
    return f[1] * pow(f[3] / f[1], log(tok_per_s / f[0]) / log(f[2] / f[0]));
}

double claim_serving(struct study *s, const struct claim_row *row)
{
    double speed = row->new.tok_per_s_per_user;
    if (!wm_is_set(speed))
        speed = row->new.edge_frac *fastest_of(s, &row->old);
    if (isnan(speed))
        return (double)NAN;
    if (row->has_fronts)
        s->published = at_speed(row->fronts.new, speed) / at_speed(row->fronts.old, speed);
    const double new = figure(s, &row->new, speed);
    return row->has_old && isfinite(new) ? new / figure(s, &row->old, speed) : new;
}

#define SOLD_FRAC 0.6
#define HOUR_S    3600.0

/* Revenue of tokens of a MW at the meter and year [M$]; agents as in the claims on DeepSeek V4 Pro. */
static double token_revenue(struct study *s, const char *accelerator)
{
    const struct ask a = {.accelerator = accelerator,
                          .llm = "deepseek-v4-pro",
                          .precision = WM_FP4,
                          .input_tok = 65536.0,
                          .cached_frac = 0.95,
                          .output_tok = 1024.0,
                          .tok_per_s_per_user = 75.0,
                          .draft = one_guess};
    const struct wm_deck *const deck = entry(s, WM_CATALOG_deck, "deepseek-v4-pro-list");
    const struct wm_results *const site = claim_demo(s);
    struct answer made;
    if (deck == NULL || site == NULL || !serve(s, &a, &made))
        return (double)NAN;
    const double hit_tok = a.cached_frac * a.input_tok;
    const double usd_per_request =
        wm_deck_revenue_usd(deck, a.input_tok - hit_tok, hit_tok, a.output_tok);
    const double requests_per_s =
        made.out_tok_per_s_per_gpu * made.gpus_per_mw / a.output_tok * SOLD_FRAC;
    return 1e-6 * usd_per_request * requests_per_s * 8760.0 * HOUR_S /
           site->metric[WM_METRIC_pue_mean];
}

/* Computed once: the third claim is the ratio of the first two. */
static double token_revenue_once(struct study *s, int variant)
{
    if (!(s->token_revenue[variant] > 0.0))
        s->token_revenue[variant] =
            token_revenue(s, variant == CLAIM_TOKENS_GB300 ? "gb300-nvl72" : "vr200-nvl72");
    return s->token_revenue[variant];
}

double claim_token_revenue(struct study *s, int variant)
{
    return variant == CLAIM_TOKENS_GAIN ? token_revenue_once(s, CLAIM_TOKENS_VR200) /
                                              token_revenue_once(s, CLAIM_TOKENS_GB300)
                                        : token_revenue_once(s, variant);
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
