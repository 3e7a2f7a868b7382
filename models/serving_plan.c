/*
 * A replica of given groups: its steady state at a batch, and how many output tokens a second it makes at its
 * latency targets. All monotone, so each limit is a bisection.
 */
#include "serving_plan.h"

#include <float.h>

#include "wattmill/numeric.h"
#include "wattmill/require.h"

static const double ttft_share = 0.99; /* of requests within the TTFT target at capacity */
static const double normal_p99 = 2.3263478740408408;
static const double shortest_pass_s = 1e-9; /* of hardware without overheads */
static const int n_bisect = 40;
static const double least_batch = 1e-6; /* a capacity of fewer sequences is a rounding error */

struct wm_step_model wm_serving_step_model(const struct wm_serving_case *c,
                                           const struct wm_group *group, double clock_frac)
{
    return (struct wm_step_model){.accelerator = c->accelerator,
                                  .llm = c->llm,
                                  .engine = c->engine,
                                  .precision = c->precision,
                                  .kv_bytes = c->engine->kv_bytes,
                                  .group = *group,
                                  .clock_frac = clock_frac,
                                  .cap_frac = c->cap_frac,
                                  .draft = c->draft};
}

struct wm_step_model wm_prefill_step_model(const struct wm_serving_case *c,
                                           const struct wm_group *group, double clock_frac)
{
    struct wm_step_model m = wm_serving_step_model(c, group, clock_frac);
    if (c->prefill_accelerator == NULL)
        return m;
    m.accelerator = c->prefill_accelerator;
    m.cap_frac = c->prefill_cap_frac;
    return m;
}

static double rack_w_per_gpu(const struct wm_accelerator *a)
{
    return a->rack_nameplate_w / (double)a->rack_gpus * (1.0 + a->other_it_frac);
}

double wm_prefill_weight(const struct wm_accelerator *decode, const struct wm_accelerator *prefill)
{
    return rack_w_per_gpu(prefill) / rack_w_per_gpu(decode);
}

double wm_case_transfer_bytes_per_s(const struct wm_serving_case *c)
{
    return fmin(c->accelerator->scale_out_bytes_per_s,
                wm_prefill_accelerator(c)->scale_out_bytes_per_s);
}

static bool is_aggregated(const struct wm_serving_plan *plan)
{
    return plan->mode == WM_AGGREGATED;
}

static double draft_gain(const struct wm_serving_case *c)
{
    return wm_draft_gain(c->draft.tok, c->draft.accept_frac);
}

double wm_case_new_tok(const struct wm_serving_case *c)
{
    return c->input_tok * (1.0 - c->cached_frac);
}

/* Prefill load of one output token; 0 when every prompt is cached. */
static double new_tok_per_out_tok(const struct wm_serving_case *c)
{
    return wm_case_new_tok(c) / c->output_tok;
}

/* A pass of a prefill group takes a whole prompt on every stage at least. */
double wm_plan_least_pass_tok(const struct wm_serving_plan *plan)
{
    return wm_case_new_tok(&plan->c) * plan->prefill_group.pipeline;
}

/* New tokens a full pass of a prefill group takes: whole prompts, as many as the chunk holds. */
double wm_plan_full_pass_tok(const struct wm_serving_plan *plan)
{
    return fmax(wm_plan_least_pass_tok(plan), plan->prefill_pass_tok);
}

double wm_plan_pass_tok(const struct wm_serving_plan *plan)
{
    return fmax(wm_case_new_tok(&plan->c),
                wm_plan_full_pass_tok(plan) /
                    (plan->prefill_group.data * plan->prefill_group.pipeline));
}

/* A prefill group at a clock, and what its passes need of the prompts. */
struct reader {
    const struct wm_serving_plan *plan;
    struct wm_step_model m;
    double spread, square; /* of prompts' lengths over their mean */
};

static struct reader reader_of(const struct wm_serving_plan *plan, double clock_frac)
{
    return (struct reader){plan, wm_prefill_step_model(&plan->c, &plan->prefill_group, clock_frac),
                           wm_prompts_spread(&plan->c.prompts),
                           wm_prompts_moment(&plan->c.prompts, 2)};
}

/* `prompts` of `ratio` times the mean length in all stages, each on one attention group: as many groups
   read, as the busiest one's share makes it. */
static struct wm_load pass_load(const struct reader *r, double prompts, double ratio)
{
    const struct wm_serving_case *const c = &r->plan->c;
    const double new = wm_case_new_tok(c) * ratio, stages = r->m.group.pipeline;
    struct wm_load load = wm_load_prefill(prompts, new, c->input_tok * ratio - new, true);
    load.readers = prompts / wm_busiest(fmax(1.0, prompts / stages), r->m.group.data, r->spread);
    return load;
}

/* Prompts of all stages go on together: the others rest until the longest is through. */
static void wait_for_longest(const struct reader *r, double prompts, struct wm_step *pass)
{
    const double stages = r->m.group.pipeline, each = fmax(1.0, prompts / stages);
    const double ratio = wm_busiest(stages, stages, r->spread / sqrt(each));
    if (ratio <= 1.0)
        return;
    const struct wm_load load = pass_load(r, prompts, ratio);
    const double longest_s = fmax(pass->time_s, wm_step_eval(&r->m, &load).time_s);
    const double rest_w = wm_board_rest_w(r->m.accelerator);
    pass->board_w = rest_w + (pass->board_w - rest_w) * pass->time_s / longest_s;
    pass->time_s = longest_s;
}

/* A pass without what its stages wait for each other. */
static struct wm_step own_pass(const struct reader *r, double tok)
{
    struct wm_load load = pass_load(r, tok / wm_case_new_tok(&r->plan->c), 1.0);
    load.pairs *= r->square; /* attention grows with the square */
    return wm_step_eval(&r->m, &load);
}

static struct wm_step prefill(const struct reader *r, double tok)
{
    struct wm_step pass = own_pass(r, tok);
    wait_for_longest(r, tok / wm_case_new_tok(&r->plan->c), &pass);
    return pass;
}

static double prefill_s(const struct wm_serving_plan *plan, double tok)
{
    const struct reader r = reader_of(plan, 1.0);
    return prefill(&r, tok).time_s;
}

/* Share of time that a decode group runs; requests go to the one with fewest. */
static double decode_busy(const struct wm_serving_plan *plan, double batch, double groups)
{
    if (!plan->c.is_alone) /* a router gives every replica one before any gets two */
        return fmin(1.0, batch / groups);
    /* alone, the number there is Poisson (M/G/inf): the mean of min(N, groups) of it */
    double prob = exp(-batch), idle = 0.0;
    for (double n = 0.0; n < groups; n += 1.0) {
        idle += prob * (groups - n);
        prob *= batch / (n + 1.0);
    }
    return 1.0 - idle / groups;
}

static bool has_prefill(const struct wm_serving_plan *plan)
{
    return plan->prefill_gpus > 0.0;
}

/* The mean iteration of the decode group: alone, or with the prompts of its own requests. */
struct wm_mix wm_plan_iteration(const struct wm_serving_plan *plan, double sequences,
                                double clock_frac)
{
    const struct wm_serving_case *c = &plan->c;
    const struct wm_step_model m = wm_serving_step_model(c, &plan->decode_group, clock_frac);
    const double new = is_aggregated(plan) ? wm_case_new_tok(c) : 0.0;
    return wm_mix_of_prompts(&m, sequences, plan->context_tok, new,
                             c->input_tok - wm_case_new_tok(c), c->output_tok,
                             c->engine->prefill_chunk_tok, &c->prompts);
}

/* Output rate at which prefill groups are busy all the time with full passes of `full_s`. */
static double rate_of_passes(const struct wm_serving_plan *plan, double full_s)
{
    const double groups = plan->prefill_gpus / plan->prefill_group_gpus;
    return groups * wm_plan_full_pass_tok(plan) / full_s / new_tok_per_out_tok(&plan->c);
}

double wm_plan_prefill_rate(const struct wm_serving_plan *plan)
{
    return has_prefill(plan) ? rate_of_passes(plan, prefill_s(plan, wm_plan_full_pass_tok(plan)))
                             : DBL_MAX;
}

/*
 * Search for the largest batch whose step is within the user's speed. It is where bisection ends, so that no figure
 * hangs on how it is found: steps rise with the batch, and what a faster search has seen answers for bisection.
 */
struct speed_search {
    const struct wm_serving_plan *plan;
    double clock_frac;
    double fits, misses; /* batches that were seen */
};

static double excess_s(const struct speed_search *s, double batch)
{
    return wm_plan_iteration(s->plan, batch, s->clock_frac).tpot_s -
           1.0 / s->plan->c.tok_per_s_per_user_slo;
}

/* Of a batch of `more` than one. */
static double see_batch(double more, void *context)
{
    struct speed_search *const s = context;
    const double batch = 1.0 + more, excess = excess_s(s, batch);
    if (excess <= 0.0)
        s->fits = fmax(s->fits, batch);
    else
        s->misses = fmin(s->misses, batch);
    return excess;
}

/* 0 if even one is too slow. */
double wm_plan_speed_batch(const struct wm_serving_plan *plan, double clock_frac)
{
    double lo = 1.0, hi = plan->batch_limit;
    struct speed_search s = {plan, clock_frac, lo, hi};
    if (hi < 1.0 || excess_s(&s, lo) > 0.0)
        return 0.0;
    if (excess_s(&s, hi) <= 0.0)
        return hi;
    (void)wm_largest_fit(see_batch, &s, hi - lo);
    for (int i = 0; i < n_bisect; i++) {
        const double mid = 0.5 * (lo + hi);
        const bool fits = mid < s.misses && (mid <= s.fits || excess_s(&s, mid) <= 0.0);
        *(fits ? &lo : &hi) = mid;
    }
    return lo;
}

/* Passes of a prefill group: the time of the least, of a full one, and of a prompt on each attention
 * group where that lies between: up to there a pass takes hardly longer, a kink of its time. */
struct passes {
    double least_tok, kink_tok, full_tok;
    double least_s, kink_s, full_s;
};

static struct passes passes_of(const struct reader *r)
{
    struct passes p = {.least_tok = wm_plan_least_pass_tok(r->plan),
                       .full_tok = wm_plan_full_pass_tok(r->plan)};
    p.full_s = prefill(r, p.full_tok).time_s;
    if (p.full_tok <= p.least_tok)
        return p;
    p.least_s = prefill(r, p.least_tok).time_s;
    const double kink_tok = fmin(p.full_tok, p.least_tok * r->m.group.data);
    if (kink_tok > p.least_tok && kink_tok < p.full_tok) {
        p.kink_tok = kink_tok;
        p.kink_s = prefill(r, kink_tok).time_s;
    }
    return p;
}

/* A pass of these tokens, of which three are known. */
static double pass_s(const struct reader *r, const struct passes *p, double tok)
{
    if (tok == p->full_tok)
        return p->full_s;
    if (tok == p->least_tok)
        return p->least_s;
    return tok == p->kink_tok ? p->kink_s : prefill(r, tok).time_s;
}

/*
 * Tokens of a pass of a prefill group that never waits for more: what has arrived during the pass
 * before, a whole prompt at least, a chunk at most. tok = rate T(tok), T of two lines between them.
 */
static double pass_tok(const struct reader *r, const struct passes *p, double rate_tok_per_s)
{
    double least = p->least_tok, most = p->full_tok;
    double least_s = p->least_s, most_s = p->full_s;
    if (most <= least)
        return least;
    if (p->kink_tok > 0.0 && rate_tok_per_s * p->kink_s <= p->kink_tok) {
        most = p->kink_tok;
        most_s = p->kink_s;
    } else if (p->kink_tok > 0.0) {
        least = p->kink_tok;
        least_s = p->kink_s;
    }
    const double slope = (most_s - least_s) / (most - least);
    const double left = 1.0 - rate_tok_per_s * slope;
    const double fixed_s = least_s - slope * least;
    const double tok =
        left <= 0.0 ? most : fmin(most, fmax(least, rate_tok_per_s * fixed_s / left));
    /* the lines are chords: once more with the time itself */
    return fmin(most, fmax(least, rate_tok_per_s * pass_s(r, p, tok)));
}

/* Time that a prompt of `tok` new tokens adds to `beside`, alone with it on each stage. */
static double added_s(const struct wm_step_model *m, const struct wm_serving_case *c,
                      const struct wm_load *beside, double beside_s, double tok)
{
    const double past_tok = tok * c->cached_frac / (1.0 - c->cached_frac);
    const struct wm_load prompt = wm_load_prefill(m->group.pipeline, tok, past_tok, true);
    const struct wm_load both = wm_load_add(beside, &prompt);
    return wm_step_eval(m, &both).time_s - beside_s;
}

/*
 * Reading times on a group that may decode beside: a parabola in the prompt's length through a short
 * prompt, a long one and the longest that one round takes. @param round_tok  budget of a round
 */
static struct wm_reading reading_of(const struct wm_step_model *m, const struct wm_serving_case *c,
                                    const struct wm_load *beside, double beside_s, double round_tok)
{
    const double mean_tok = wm_case_new_tok(c);
    double longest = 2.0;
    for (size_t i = 0; i < c->prompts.n; i++)
        longest = fmax(longest, c->prompts.at[i].ratio);
    const double x3 = fmin(longest, round_tok / mean_tok);
    const double x1 = fmin(0.5, 0.25 * x3), x2 = fmin(2.0, 0.5 * x3);
    const double t1 = added_s(m, c, beside, beside_s, x1 * mean_tok);
    const double t2 = added_s(m, c, beside, beside_s, x2 * mean_tok);
    const double t3 = added_s(m, c, beside, beside_s, x3 * mean_tok);
    const double rise12 = (t2 - t1) / (x2 - x1), rise23 = (t3 - t2) / (x3 - x2);
    const double square = fmax(0.0, (rise23 - rise12) / (x3 - x1));
    const double linear = (t3 - t1) / (x3 - x1) - square * (x3 + x1);
    return (struct wm_reading){
        .fixed_s = t1 - x1 * (linear + square * x1), .linear_s = linear, .square_s = square};
}

/*
 * What a prompt adds to a round of `groups` attention groups that read side by side: a mean prompt alone
 * takes its own time, and so do as many as there are groups.
 */
static struct wm_reading round_of(const struct wm_reading *own, double groups)
{
    struct wm_reading round = *own;
    round.linear_s /= groups;
    round.square_s /= groups;
    round.fixed_s += (1.0 - 1.0 / groups) * (own->linear_s + own->square_s);
    return round;
}

/*
 * Mean power of passes of `tok` new tokens in the mean. Prompts differ, and a board at its limit draws no
 * more for a longer one: the mean over short, middle and long thirds, not the draw of the mean. Several
 * prompts in a pass differ less from each other's mean.
 */
static double pass_power_w(const struct reader *r, const struct wm_step *mean, double tok)
{
    enum { THIRDS = 3 };
    const struct wm_serving_case *const c = &r->plan->c;
    const double prompts = tok / wm_case_new_tok(c);
    double ratio[THIRDS] = {0.0}, share[THIRDS] = {0.0}, before = 0.0, energy_j = 0.0, time_s = 0.0;
    if (c->prompts.n == 0)
        return mean->board_w;
    for (size_t i = 0; i < c->prompts.n; i++) { /* in order of length */
        const struct wm_prompt *const p = &c->prompts.at[i];
        const size_t third = (size_t)fmin(THIRDS - 1, THIRDS * (before + 0.5 * p->share));
        ratio[third] += p->share * p->ratio;
        share[third] += p->share;
        before += p->share;
    }
    for (size_t k = 0; k < THIRDS; k++) {
        if (share[k] <= 0.0)
            continue;
        const double x = 1.0 + (ratio[k] / share[k] - 1.0) / sqrt(fmax(1.0, prompts));
        const struct wm_load load = pass_load(r, prompts, x);
        const struct wm_step step = wm_step_eval(&r->m, &load);
        energy_j += share[k] * step.time_s * step.board_w;
        time_s += share[k] * step.time_s;
    }
    if (r->m.group.pipeline <= 1.0)
        return energy_j / time_s;
    /* stages that wait for the longest of them rest meanwhile */
    const double work_frac = fmin(1.0, own_pass(r, tok).time_s / mean->time_s);
    const double rest_w = wm_board_rest_w(r->m.accelerator);
    return rest_w + (energy_j / time_s - rest_w) * work_frac;
}

/* Of what a prompt adds to a pass, what all attention groups do together: a prompt on each against one. */
static double shared_s(const struct reader *r)
{
    const struct wm_group *const g = &r->m.group;
    if (g->data <= 1.0)
        return 0.0;
    const double new = wm_case_new_tok(&r->plan->c), past = r->plan->c.input_tok - new;
    const struct wm_load one = wm_load_prefill(g->pipeline, new, past, true);
    const struct wm_load all = wm_load_prefill(g->pipeline * g->data, new, past, true);
    const double one_s = wm_step_eval(&r->m, &one).time_s;
    return (wm_step_eval(&r->m, &all).time_s - one_s) / (g->data - 1.0);
}

/* Found at one batch and of use at the next. */
struct found {
    struct wm_wait_pool pool;
    double pass_tok, pass_s, pass_w; /* of the passes at work */
};

/* What a plan has at a clock whatever its batch; of a measured curve nothing. */
struct at_clock {
    const struct wm_serving_plan *plan;
    struct found *found;
    double clock_frac;
    /* of prefill groups, where there are */
    struct reader reader;
    struct passes passes;
    struct wm_reading reading, stage; /* of a prompt alone; what one stage has of it */
    struct wm_reading_moments moments;
};

/* @param found  the caller's room, alive as long as the result */
static struct at_clock at_clock_of(const struct wm_serving_plan *plan, double clock_frac,
                                   struct found *found)
{
    struct at_clock a = {.plan = plan, .found = found, .clock_frac = clock_frac};
    found->pass_tok = 0.0;
    if (plan->c.curve != NULL || is_aggregated(plan) || !has_prefill(plan))
        return a;
    const struct wm_load nothing = {0};
    a.reader = reader_of(plan, clock_frac);
    a.passes = passes_of(&a.reader);
    a.reading = reading_of(&a.reader.m, &plan->c, &nothing, 0.0, wm_plan_pass_tok(plan));
    /* a prompt is on one stage at a time, the next one waits for the first alone */
    const double stages = plan->prefill_group.pipeline;
    a.stage = (struct wm_reading){.fixed_s = a.reading.fixed_s / stages,
                                  .linear_s = a.reading.linear_s / stages,
                                  .square_s = a.reading.square_s / stages};
    a.moments = wm_reading_moments(&a.stage, &plan->c.prompts);
    const double shared_frac =
        fmin(1.0, shared_s(&a.reader) / stages / fmax(a.moments.s1, DBL_MIN));
    const struct wm_rounds rounds = {.round_s = fmax(shortest_pass_s, a.stage.fixed_s),
                                     .groups = plan->prefill_group.data,
                                     .spread = a.reader.spread,
                                     .stages = stages,
                                     .shared_frac = shared_frac};
    wm_wait_pool_of(&found->pool, &rounds, plan->prefill_gpus / plan->prefill_group_gpus, &a.moments);
    return a;
}

/* New tokens that a prefill group gets. */
static double read_rate(const struct wm_serving_plan *plan, double out_tok_per_s)
{
    const double groups = plan->prefill_gpus / plan->prefill_group_gpus;
    return out_tok_per_s * new_tok_per_out_tok(&plan->c) / groups;
}

/* Prompts on prefill groups that sleep when there is none, the least loaded of them takes the next. */
static void wait_disaggregated(const struct at_clock *a, struct wm_serving_point *p)
{
    const struct wm_serving_plan *const plan = a->plan;
    const struct wm_serving_case *const c = &plan->c;
    if (!has_prefill(plan)) { /* every prompt is cached: the first decode step makes the token */
        p->ttft_base_s += p->tpot_s * draft_gain(c); /* a whole step makes it */
        return;
    }
    const double groups = plan->prefill_gpus / plan->prefill_group_gpus;
    p->reading = a->reading;
    p->wait = wm_wait_pool_at(&a->found->pool, groups * read_rate(plan, p->out_tok_per_s) /
                                                wm_case_new_tok(c));
    const double kv_bytes = c->input_tok * wm_llm_kv_bytes_per_tok(c->llm, c->engine->kv_bytes);
    p->pace.once_s = kv_bytes / wm_case_transfer_bytes_per_s(c) + 0.5 * p->tpot_s;
}

/* How much of the time prefill groups read. @return power of one of their boards meanwhile */
static double read_passes(const struct at_clock *a, struct wm_serving_point *p)
{
    if (is_aggregated(a->plan) || !has_prefill(a->plan))
        return 0.0;
    struct found *const f = a->found;
    const double rate = read_rate(a->plan, p->out_tok_per_s);
    const double tok = pass_tok(&a->reader, &a->passes, rate);
    if (tok != f->pass_tok) { /* the least of them at small batches */
        const struct wm_step pass = prefill(&a->reader, tok);
        f->pass_tok = tok;
        f->pass_s = pass.time_s;
        f->pass_w = pass_power_w(&a->reader, &pass, tok);
    }
    p->prefill_busy_frac = fmin(1.0, rate * f->pass_s / tok);
    return f->pass_w;
}

/* Prompts in the iterations of an aggregated group, which decodes in all of them. */
static void wait_aggregated(const struct wm_serving_plan *plan, const struct wm_mix *mix,
                            double sequences, double clock_frac, struct wm_serving_point *p)
{
    const struct wm_serving_case *c = &plan->c;
    const double decode_s = mix->decode.time_s;
    p->ttft_base_s += decode_s;
    if (wm_case_new_tok(c) <= 0.0)
        return;
    /* attention groups read prompts of their own, and lengthen each other's rounds */
    const double readers = plan->decode_group.data;
    const double round_tok = c->engine->prefill_chunk_tok;
    const double due = sequences * mix->tok_per_step / c->output_tok; /* prompts an iteration */
    p->prefill_busy_frac = p->prefill_load_frac =
        fmin(due * wm_case_new_tok(c) / (readers * round_tok) * p->decode_busy_frac, 1.0);
    const double round_s = decode_s + (1.0 - 1.0 / readers) * fmax(0.0, mix->step_s - decode_s);
    const struct wm_step_model m = wm_serving_step_model(c, &plan->decode_group, clock_frac);
    const struct wm_load decode = wm_load_decode(sequences, plan->context_tok);
    p->reading = reading_of(&m, c, &decode, decode_s, round_tok);
    p->reading.budget_ratio = round_tok / wm_case_new_tok(c);
    p->reading.per_round_s = round_s;
    struct wm_reading round = round_of(&p->reading, readers);
    round.budget_ratio *= readers;
    round.per_round_s = decode_s;
    const struct wm_reading_moments moments = wm_reading_moments(&round, &c->prompts);
    const struct wm_rounds rounds = {.rate_per_s = p->out_tok_per_s / c->output_tok,
                                     .round_s = decode_s};
    p->wait = c->is_alone ? wm_wait_alone(&rounds, &moments)
                          : wm_wait_balanced(&rounds, &round, &c->prompts);
    /* an engine without work starts at once; the router finds one while there is any */
    p->wait.prob = c->is_alone ? p->decode_busy_frac : fmin(1.0, fmax(0.0, p->batch - 0.5));
    /* others come to replicas with half a request less than the mean; alone nobody is held up */
    const double met_frac = c->is_alone ? 1.0 : fmax(0.0, 1.0 - 0.5 / p->batch);
    p->pace.prompts = met_frac * due / mix->tok_per_step;
    p->pace.mean_s -= (1.0 - met_frac) * fmax(0.0, p->tpot_s - decode_s / mix->tok_per_step);
    p->pace.added2_s2 = moments.s2;
    p->pace.added3_s3 = moments.s3;
}

static void meet_ttft(const struct wm_serving_case *c, struct wm_serving_point *p)
{
    p->ttft_slo_frac = wm_first_token_within(&p->wait, &p->reading, &c->prompts, 1.0,
                                             p->ttft_base_s, c->ttft_slo_s);
}

static double host_w(const struct wm_accelerator *hw, double gpus, double busy_gpus)
{
    return gpus * hw->host_idle_w + busy_gpus * (hw->host_busy_w - hw->host_idle_w);
}

/* Board and host power by use; at rest a board with a resident model and no work. */
static void draw_power(const struct wm_serving_plan *plan, const struct wm_mix *mix, double pass_w,
                       struct wm_serving_point *p)
{
    const struct wm_accelerator *const hw = plan->c.accelerator;
    const struct wm_accelerator *const reads = wm_prefill_accelerator(&plan->c);
    const double decode_gpu = plan->decode_gpus * p->decode_busy_frac;
    p->busy_gpus = decode_gpu;
    /* of an iteration, what it takes longer with a chunk of a prompt in it */
    p->prefill_busy_gpus = decode_gpu * (1.0 - mix->decode.time_s / mix->step_s);
    p->decode_w = decode_gpu * mix->decode_j / mix->step_s;
    p->prefill_w = decode_gpu * mix->prefill_j / mix->step_s;
    p->idle_w = wm_board_rest_w(hw) * (plan->decode_gpus - decode_gpu);
    p->host_w = host_w(hw, plan->decode_gpus, decode_gpu);
    if (has_prefill(plan)) {
        const double prefill_gpu = plan->prefill_gpus * p->prefill_busy_frac;
        p->prefill_w += prefill_gpu * pass_w;
        p->idle_w += wm_board_rest_w(reads) * (plan->prefill_gpus - prefill_gpu);
        p->host_w += host_w(reads, plan->prefill_gpus, prefill_gpu);
        p->prefill_busy_gpus += prefill_gpu;
        p->busy_gpus += prefill_gpu;
    }
    p->board_w = p->prefill_w + p->decode_w + p->idle_w;
    p->it_w = p->board_w + p->host_w;
}

/* The mean iteration at a batch, and what goes before the first token of a request. */
struct iteration {
    struct wm_mix mix;
    double active; /* sequences of a decode group, given that a step runs */
};

static struct iteration iteration_at(const struct at_clock *a, double batch, double busy_frac)
{
    const double groups = wm_plan_decode_groups(a->plan);
    const double active = batch > 0.0 ? batch / groups / busy_frac : 1.0;
    return (struct iteration){wm_plan_iteration(a->plan, active, a->clock_frac), active};
}

static double busy_at(const struct wm_serving_plan *plan, double batch)
{
    return decode_busy(plan, batch, wm_plan_decode_groups(plan));
}

static double rate_at(const struct at_clock *a, double batch)
{
    const struct wm_serving_case *const c = &a->plan->c;
    if (c->curve != NULL)
        return wm_curve_serving_point(c, batch, a->clock_frac).out_tok_per_s;
    return batch / iteration_at(a, batch, busy_at(a->plan, batch)).mix.tpot_s;
}

/* The point as far as its iterations make it. */
static struct wm_serving_point decode_point(const struct at_clock *a, double batch,
                                            struct iteration *now)
{
    const struct wm_serving_plan *const plan = a->plan;
    struct wm_serving_point p = {.batch = batch, .decode_busy_frac = busy_at(plan, batch)};
    *now = iteration_at(a, batch, p.decode_busy_frac);
    p.tpot_s = now->mix.tpot_s;
    p.out_tok_per_s = batch / now->mix.tpot_s;
    p.pace.mean_s = now->mix.tpot_s;
    p.ttft_base_s = plan->c.engine->prompt_overhead_s;
    if (!is_aggregated(plan) && has_prefill(plan))
        p.prefill_load_frac = p.out_tok_per_s / rate_of_passes(plan, a->passes.full_s);
    return p;
}

/* ... and what goes before its first tokens. */
static void add_waits(const struct at_clock *a, const struct iteration *now,
                      struct wm_serving_point *p)
{
    if (is_aggregated(a->plan))
        wait_aggregated(a->plan, &now->mix, now->active, a->clock_frac, p);
    else
        wait_disaggregated(a, p);
    meet_ttft(&a->plan->c, p);
}

static struct wm_serving_point point_at(const struct at_clock *a, double batch)
{
    const struct wm_serving_case *const c = &a->plan->c;
    struct iteration now;
    if (c->curve != NULL)
        return wm_curve_serving_point(c, batch, a->clock_frac);
    struct wm_serving_point p = decode_point(a, batch, &now);
    add_waits(a, &now, &p);
    const double high = now.active + normal_p99 * sqrt(batch / wm_plan_decode_groups(a->plan));
    if (batch > 0.0)
        p.pace.sigma_s =
            (wm_plan_iteration(a->plan, high, a->clock_frac).tpot_s - now.mix.tpot_s) / normal_p99;
    p.tpot_slo_frac =
        wm_pace_within(&p.pace, c->output_tok, c->output_scv, 1.0 / c->tok_per_s_per_user_slo);
    draw_power(a->plan, &now.mix, read_passes(a, &p), &p);
    return p;
}

struct wm_serving_point wm_serving_at_batch(const struct wm_serving_plan *plan, double batch,
                                            double clock_frac)
{
    struct found found;
    const struct at_clock a = at_clock_of(plan, clock_frac, &found);
    return point_at(&a, batch);
}

/* Whether a batch is within every limit of capacity: prefill margin and TTFT's 99th percentile. */
static bool within_limits(const struct at_clock *a, double batch)
{
    const double most = a->plan->c.engine->prefill_max_util_frac;
    struct iteration now;
    struct wm_serving_point p = decode_point(a, batch, &now);
    if (p.prefill_load_frac > most) /* before it is asked how long they wait */
        return false;
    add_waits(a, &now, &p);
    return p.prefill_load_frac <= most && p.ttft_slo_frac >= ttft_share;
}

static double batch_within(const struct at_clock *a, double most)
{
    double hi = most, lo = 0.0;
    if (hi <= 0.0 || within_limits(a, hi))
        return hi;
    for (int i = 0; i < n_bisect; i++) {
        const double mid = 0.5 * (lo + hi);
        *(within_limits(a, mid) ? &lo : &hi) = mid;
    }
    return lo >= least_batch ? lo : 0.0;
}

static double capacity_batch(const struct at_clock *a)
{
    if (a->plan->c.curve != NULL)
        return wm_curve_capacity_users(&a->plan->c, a->clock_frac);
    return batch_within(a, wm_plan_decode_groups(a->plan) *
                               wm_plan_speed_batch(a->plan, a->clock_frac));
}

double wm_serving_capacity_batch(const struct wm_serving_plan *plan, double clock_frac)
{
    struct found found;
    const struct at_clock a = at_clock_of(plan, clock_frac, &found);
    return capacity_batch(&a);
}

double wm_serving_capacity(const struct wm_serving_plan *plan, double clock_frac)
{
    struct found found;
    const struct at_clock a = at_clock_of(plan, clock_frac, &found);
    const double batch = capacity_batch(&a);
    return batch > 0.0 ? rate_at(&a, batch) : 0.0;
}

bool wm_serving_states(const struct wm_serving_plan *plan, double clock_frac, size_t n,
                       struct wm_serving_point *points)
{
    struct found found;
    const struct at_clock a = at_clock_of(plan, clock_frac, &found);
    const double top_batch = capacity_batch(&a);
    if (top_batch <= 0.0)
        return false;
    for (size_t i = 0; i < n; i++) {
        /* denser at small batches, where busy time bends the curve */
        const double x = (double)i / (double)(n - 1);
        points[i] = point_at(&a, top_batch * x * x);
    }
    return true;
}

struct wm_serving_point wm_serving_eval(const struct wm_serving_plan *plan, double out_tok_per_s,
                                        double clock_frac)
{
    WM_REQUIRE(out_tok_per_s >= 0.0);
    struct found found;
    const struct at_clock a = at_clock_of(plan, clock_frac, &found);
    double lo = 0.0, hi = capacity_batch(&a);
    for (int i = 0; i < n_bisect; i++) {
        const double mid = 0.5 * (lo + hi);
        *(rate_at(&a, mid) < out_tok_per_s ? &lo : &hi) = mid;
    }
    return point_at(&a, out_tok_per_s > 0.0 ? hi : 0.0);
}

double wm_plan_rate(const struct wm_serving_plan *plan, double batch)
{
    const double active = batch / wm_plan_decode_groups(plan) / busy_at(plan, batch);
    return batch / wm_plan_iteration(plan, active, 1.0).tpot_s;
}

bool wm_plan_makes(const struct wm_serving_plan *plan, double most_batch, double out_tok_per_s)
{
    static const double near_enough = 1e-4;
    double lo = 0.0, hi = most_batch;
    if (wm_plan_rate(plan, hi) <= out_tok_per_s)
        return false;
    struct found found;
    const struct at_clock a = at_clock_of(plan, 1.0, &found);
    if (within_limits(&a, hi)) /* speed or memory limit it, not prompts */
        return true;
    while (hi - lo > near_enough * hi) {
        const double mid = 0.5 * (lo + hi);
        *(wm_plan_rate(plan, mid) < out_tok_per_s ? &lo : &hi) = mid;
    }
    return within_limits(&a, hi);
}

double wm_plan_batch_within(const struct wm_serving_plan *plan, double most_batch)
{
    struct found found;
    const struct at_clock a = at_clock_of(plan, 1.0, &found);
    return batch_within(&a, most_batch);
}

bool wm_plan_reads_within(const struct wm_serving_plan *plan, double time_s)
{
    const struct wm_serving_case *const c = &plan->c;
    const struct wm_step_model m = wm_prefill_step_model(c, &plan->prefill_group, 1.0);
    const struct wm_load nothing = {0};
    const struct wm_reading reading = reading_of(&m, c, &nothing, 0.0, wm_plan_pass_tok(plan));
    const struct wm_wait none = {0};
    return wm_first_token_within(&none, &reading, &c->prompts, 1.0, c->engine->prompt_overhead_s,
                                 time_s) >= ttft_share;
}
