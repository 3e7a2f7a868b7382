/* Requests of a replay that are generated, and the batch tier beside them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "wattmill/generate.h"
#include "wattmill/suggest.h"

/* What the makers below need. */
struct maker {
    struct wm_arena *arena;
    const struct wm_replay_load *l;
};

/* As typed, else the class's own; the form's check has read it. */
static struct wm_length length_of(const struct maker *m, const char *text, struct wm_length own)
{
    struct wm_length l;
    return text[0] != '\0' && wm_length_parse(m->arena, text, &l) == NULL ? l : own;
}

static double mean_of(const struct maker *m, const struct wm_length *l)
{
    return wm_length_mean(wm_length_compile(m->arena, l));
}

/* The class, its lengths as typed where they are. */
static struct wm_generator_class main_class(const struct maker *m)
{
    const struct wm_workload_class *const k = m->l->class;
    return (struct wm_generator_class){
        .input = length_of(m, m->l->input, wm_length_of_prompts(m->arena, k)),
        .output = length_of(m, m->l->output, wm_length_of(k->output_tok, k->output_scv)),
        .rank_corr = m->l->rank_corr,
        .hit_frac = k->cached_frac};
}

static void set_arrival(const struct maker *m, struct wm_arrival *a)
{
    const struct wm_replay_load *const l = m->l;
    if (l->arrival == WM_ARRIVAL_MMPP2)
        (void)wm_arrival_parse_mmpp(l->mmpp, a);
    a->kind = l->arrival;
    a->rate_per_s = wm_is_set(l->requests_per_s) ? l->requests_per_s : 0.0;
    a->cv = l->cv;
    a->shape = l->shape != NULL ? l->shape->hourly : NULL;
    a->shape_offset_h = l->shape_start_h;
    a->noise_sigma = l->noise_sigma;
    a->noise_corr = l->noise_corr;
}

/* Share of a tenant in the requests, by rank from 0. */
static double share_of(const struct wm_replay_load *l, int64_t rank)
{
    double sum = 0.0;
    for (int64_t i = 1; i <= l->tenants; i++)
        sum += pow((double)i, -l->tenant_skew);
    return pow((double)(rank + 1), -l->tenant_skew) / sum;
}

static double mean_rate(const struct wm_arrival *a)
{
    if (a->rate_per_s > 0.0)
        return a->rate_per_s;
    return (a->state_rate_per_s[0] * a->stay_s[0] + a->state_rate_per_s[1] * a->stay_s[1]) /
           (a->stay_s[0] + a->stay_s[1]);
}

/* Interactive classes first; batch work waits for them, and its SLO is its deadline. */
static void set_policies(struct wm_arena *arena, struct wm_replay_case *c, uint32_t batch,
                         double deadline_s)
{
    struct wm_class_policy *const p = WM_NEW_ARRAY(arena, struct wm_class_policy, c->n_classes);
    for (uint32_t i = 0; i < c->n_classes; i++)
        p[i] = i != batch ? wm_replay_policy(c)
                          : (struct wm_class_policy){.priority = 1,
                                                     .max_wait_ns = (int64_t)(deadline_s * 1e9)};
    c->policies = p;
}

static struct wm_request_source
open_loop(const struct maker *m, const struct wm_generator_class *main, struct wm_replay_case *c)
{
    const struct wm_replay_load *const l = m->l;
    const struct wm_workload_class *const batch = l->batch;
    const uint32_t n = (uint32_t)l->tenants + (batch != NULL);
    struct wm_generator_class *const g = WM_NEW_ARRAY(m->arena, struct wm_generator_class, n);
    const double rate = mean_rate(&main->arrival);
    for (uint32_t i = 0; i < l->tenants; i++) {
        g[i] = *main;
        g[i].tenant = i;
        g[i].arrival.rate_per_s = rate * share_of(l, i);
    }
    if (batch != NULL) {
        const double batch_rate = l->batch_requests_per_s;
        g[n - 1] = (struct wm_generator_class){
            .class_id = 1,
            .arrival = {.kind = WM_ARRIVAL_POISSON, .rate_per_s = batch_rate},
            .input = wm_length_of_prompts(m->arena, batch),
            .output = wm_length_of(batch->output_tok, batch->output_scv),
            .hit_frac = batch->cached_frac};
        const double share = batch_rate / (batch_rate + rate);
        c->input_tok += share * (batch->input_tok - c->input_tok);
        c->output_tok += share * (batch->output_tok - c->output_tok);
        c->n_classes = 2;
        set_policies(m->arena, c, 1, l->batch_deadline_s);
    }
    return wm_generator_source(wm_generator_new(m->arena, g, n, l->duration_s, c->seed));
}

static void closed_loop(const struct maker *m, const struct wm_generator_class *main,
                        struct wm_replay_case *c)
{
    const struct wm_replay_load *const l = m->l;
    const int64_t most = c->llm->max_context_tok;
    const int64_t cap_tok = most > 0 && most < l->context_cap_tok ? most : l->context_cap_tok;
    struct wm_session_plan *const plan = WM_NEW(m->arena, struct wm_session_plan);
    *plan = (struct wm_session_plan){.n_users = (uint32_t)l->users,
                                     .mean_turns = l->turns,
                                     .think_s = l->think_s,
                                     .fan_out = (uint32_t)l->fan_out,
                                     .fan_frac = l->fan_frac,
                                     .mean_sub_calls = l->sub_calls,
                                     .sub_context_frac = l->sub_context_frac,
                                     .input = main->input,
                                     .output = main->output,
                                     .context_cap_tok = (uint32_t)cap_tok,
                                     .is_cached = !l->cold_turns,
                                     .end_s = l->duration_s,
                                     .seed = c->seed};
    c->sessions = plan;
    /* geometric: the mean turn has mean turns - 1 questions and answers before it */
    const double one_tok = c->input_tok + c->output_tok;
    const double said_tok = (l->turns - 1.0) * one_tok, own_tok = c->input_tok;
    const double subs =
        (double)l->fan_out * l->fan_frac * l->sub_calls; /* their calls for one of the user's */
    const double sub_said_tok = l->sub_context_frac * said_tok + (l->sub_calls - 1.0) * one_tok;
    c->input_tok = fmin((double)cap_tok, own_tok + (said_tok + subs * sub_said_tok) / (1.0 + subs));
}

/* In words, for the head of a report. */
static void tell(const struct maker *m, double rate, struct replay_outcome *o)
{
    const struct wm_replay_load *const l = m->l;
    o->text = l->class->head.name;
    if (l->users > 0) {
        o->format = wm_arena_printf(
            m->arena, "closed loop, %lld users for %g s, %g turns a conversation, thinking %g s",
            (long long)l->users, l->duration_s, l->turns, l->think_s);
        if (l->fan_out > 0)
            o->format =
                wm_arena_printf(m->arena, "%s; after %g of answers %lld sub-agents of %g calls",
                                o->format, l->fan_frac, (long long)l->fan_out, l->sub_calls);
        return;
    }
    o->format = wm_arena_printf(m->arena, "generated, %s arrivals, %g requests/s for %g s",
                                wm_arrival_words[l->arrival], rate, l->duration_s);
    if (l->batch == NULL)
        return;
    const char **const names = WM_NEW_ARRAY(m->arena, const char *, 2);
    names[0] = l->class->head.name;
    names[1] = l->batch->head.name;
    o->class_names = names;
    o->n_classes = 2;
    o->format = wm_arena_printf(m->arena, "%s; %g of %s in a batch tier", o->format,
                                l->batch_requests_per_s, l->batch->head.name);
}

struct wm_request_source replay_load_make(struct wm_arena *arena, const struct wm_replay_load *l,
                                          struct replay_outcome *o)
{
    const struct maker m = {arena, l};
    struct wm_replay_case *const c = &o->c;
    struct wm_generator_class main = main_class(&m);
    set_arrival(&m, &main.arrival);
    c->input_tok = mean_of(&m, &main.input);
    c->output_tok = mean_of(&m, &main.output);
    c->last_ns = (int64_t)(l->duration_s * 1e9);
    if (l->users > 0) {
        closed_loop(&m, &main, c);
        tell(&m, 0.0, o);
        return (struct wm_request_source){0};
    }
    const double rate = mean_rate(&main.arrival);
    c->rate_per_s = rate + (l->batch != NULL ? l->batch_requests_per_s : 0.0);
    tell(&m, rate, o);
    return open_loop(&m, &main, c);
}

enum wm_status replay_batch_class(struct wm_arena *arena, const struct wm_replay_load *l,
                                  const struct wm_trace_summary *s, struct wm_replay_case *c,
                                  struct wm_diags *diags)
{
    if (l->batch_class[0] == '\0')
        return WM_OK;
    struct wm_suggest near = wm_suggest_init(l->batch_class);
    for (uint32_t i = 0; i < s->n_classes; i++) {
        if (strcmp(s->class_names[i], l->batch_class) == 0) {
            set_policies(arena, c, i, l->batch_deadline_s);
            return WM_OK;
        }
        wm_suggest_offer(&near, s->class_names[i]);
    }
    wm_diag_add(diags, WM_E208, NULL, "load.batch_class", "the trace has no class \"%s\"%s",
                l->batch_class, wm_suggest_text(arena, &near));
    return WM_INVALID;
}
