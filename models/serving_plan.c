/*
 * A replica of given groups: its steady state at a batch, and how many output tokens a second it makes at its
 * latency targets. All monotone, so each limit is a bisection.
 */
#include "serving_plan.h"

#include <float.h>

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

/* `prompts` of `ratio` times the mean length in all stages, each on one attention group: as many groups
   read, as the busiest one's share makes it. */
static struct wm_load pass_load(const struct wm_serving_plan *plan, double prompts, double ratio)
{
    const struct wm_serving_case *const c = &plan->c;
    const double new = wm_case_new_tok(c) * ratio, stages = plan->prefill_group.pipeline;
    struct wm_load load = wm_load_prefill(prompts, new, c->input_tok * ratio - new, true);
    load.readers = prompts / wm_busiest(fmax(1.0, prompts / stages), plan->prefill_group.data,
                                        wm_prompts_spread(&c->prompts));
    return load;
}

/* Prompts of all stages go on together: the others rest until the longest is through. */
static void wait_for_longest(const struct wm_serving_plan *plan, const struct wm_step_model *m,
                             double prompts, struct wm_step *pass)
{
    const double stages = plan->prefill_group.pipeline, each = fmax(1.0, prompts / stages);
    const double spread = wm_prompts_spread(&plan->c.prompts) / sqrt(each);
    const double ratio = wm_busiest(stages, stages, spread);
    if (ratio <= 1.0)
        return;
    const struct wm_load load = pass_load(plan, prompts, ratio);
    const double longest_s = fmax(pass->time_s, wm_step_eval(m, &load).time_s);
    const double rest_w = wm_board_rest_w(m->accelerator);
    pass->board_w = rest_w + (pass->board_w - rest_w) * pass->time_s / longest_s;
    pass->time_s = longest_s;
}

/* A pass without what its stages wait for each other. */
static struct wm_step own_pass(const struct wm_serving_plan *plan, double tok, double clock_frac)
{
    const struct wm_step_model m =
        wm_serving_step_model(&plan->c, &plan->prefill_group, clock_frac);
    struct wm_load load = pass_load(plan, tok / wm_case_new_tok(&plan->c), 1.0);
    load.pairs *= wm_prompts_moment(&plan->c.prompts, 2); /* attention grows with the square */
    return wm_step_eval(&m, &load);
}

struct wm_step wm_plan_pass(const struct wm_serving_plan *plan, double tok, double clock_frac)
{
    const struct wm_step_model m =
        wm_serving_step_model(&plan->c, &plan->prefill_group, clock_frac);
    struct wm_step pass = own_pass(plan, tok, clock_frac);
    wait_for_longest(plan, &m, tok / wm_case_new_tok(&plan->c), &pass);
    return pass;
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

/* Output rate at which prefill groups are busy all the time. */
double wm_plan_prefill_rate(const struct wm_serving_plan *plan, double clock_frac)
{
    if (!has_prefill(plan))
        return DBL_MAX;
    const double tok = wm_plan_full_pass_tok(plan);
    const double groups = plan->prefill_gpus / plan->prefill_group_gpus;
    return groups * tok / wm_plan_pass(plan, tok, clock_frac).time_s /
           new_tok_per_out_tok(&plan->c);
}

/* Largest batch whose step is within the user's speed, by bisection; 0 if even one is too slow. */
double wm_plan_speed_batch(const struct wm_serving_plan *plan, double clock_frac)
{
    const double limit_s = 1.0 / plan->c.tok_per_s_per_user_slo;
    double lo = 1.0, hi = plan->batch_limit;
    if (hi < 1.0 || wm_plan_iteration(plan, 1.0, clock_frac).tpot_s > limit_s)
        return 0.0;
    if (wm_plan_iteration(plan, hi, clock_frac).tpot_s <= limit_s)
        return hi;
    for (int i = 0; i < n_bisect; i++) {
        const double mid = 0.5 * (lo + hi);
        *(wm_plan_iteration(plan, mid, clock_frac).tpot_s <= limit_s ? &lo : &hi) = mid;
    }
    return lo;
}

/*
 * Tokens of a pass of a prefill group that never waits for more: what has arrived during the pass
 * before, a whole prompt at least, a chunk at most. tok = rate T(tok), T of two lines between them.
 */
static double pass_tok(const struct wm_serving_plan *plan, double rate_tok_per_s, double clock_frac)
{
    double least = wm_plan_least_pass_tok(plan), most = wm_plan_full_pass_tok(plan);
    if (most <= least)
        return least;
    double least_s = wm_plan_pass(plan, least, clock_frac).time_s;
    /* up to a prompt on each attention group a pass takes hardly longer: a kink of its time */
    const double full = fmin(most, least * plan->prefill_group.data);
    if (full > least && full < most) {
        const double full_s = wm_plan_pass(plan, full, clock_frac).time_s;
        if (rate_tok_per_s * full_s <= full) {
            most = full;
        } else {
            least = full;
            least_s = full_s;
        }
    }
    const double slope = (wm_plan_pass(plan, most, clock_frac).time_s - least_s) / (most - least);
    const double left = 1.0 - rate_tok_per_s * slope;
    const double fixed_s = least_s - slope * least;
    const double tok =
        left <= 0.0 ? most : fmin(most, fmax(least, rate_tok_per_s * fixed_s / left));
    /* the lines are chords: once more with the time itself */
    return fmin(most, fmax(least, rate_tok_per_s * wm_plan_pass(plan, tok, clock_frac).time_s));
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
static double pass_power_w(const struct wm_serving_plan *plan, const struct wm_step *mean,
                           double tok, double clock_frac)
{
    enum { THIRDS = 3 };
    const struct wm_serving_case *const c = &plan->c;
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
    const struct wm_step_model m = wm_serving_step_model(c, &plan->prefill_group, clock_frac);
    for (size_t k = 0; k < THIRDS; k++) {
        if (share[k] <= 0.0)
            continue;
        const double x = 1.0 + (ratio[k] / share[k] - 1.0) / sqrt(fmax(1.0, prompts));
        const struct wm_load load = pass_load(plan, prompts, x);
        const struct wm_step step = wm_step_eval(&m, &load);
        energy_j += share[k] * step.time_s * step.board_w;
        time_s += share[k] * step.time_s;
    }
    /* stages that wait for the longest of them rest meanwhile */
    const double work = own_pass(plan, tok, clock_frac).time_s / mean->time_s;
    const double rest_w = wm_board_rest_w(c->accelerator);
    return rest_w + (energy_j / time_s - rest_w) * fmin(1.0, work);
}

/* Of what a prompt adds to a pass, what all attention groups do together: a prompt on each against one. */
static double shared_s(const struct wm_serving_plan *plan, double clock_frac)
{
    const struct wm_group *const g = &plan->prefill_group;
    if (g->data <= 1.0)
        return 0.0;
    const struct wm_step_model m = wm_serving_step_model(&plan->c, g, clock_frac);
    const double new = wm_case_new_tok(&plan->c), past = plan->c.input_tok - new;
    const struct wm_load one = wm_load_prefill(g->pipeline, new, past, true);
    const struct wm_load all = wm_load_prefill(g->pipeline * g->data, new, past, true);
    const double one_s = wm_step_eval(&m, &one).time_s;
    return (wm_step_eval(&m, &all).time_s - one_s) / (g->data - 1.0);
}

/* Prompts on prefill groups that sleep when there is none, the least loaded of them takes the next. */
static void wait_disaggregated(const struct wm_serving_plan *plan, double clock_frac,
                               struct wm_serving_point *p, double *pass_w)
{
    const struct wm_serving_case *c = &plan->c;
    if (!has_prefill(plan)) { /* every prompt is cached: the first decode step makes the token */
        p->ttft_base_s += p->tpot_s * draft_gain(c); /* a whole step makes it */
        return;
    }
    const double groups = plan->prefill_gpus / plan->prefill_group_gpus;
    const double rate = p->out_tok_per_s * new_tok_per_out_tok(c) / groups;
    const double tok = pass_tok(plan, rate, clock_frac);
    const struct wm_step pass = wm_plan_pass(plan, tok, clock_frac);
    *pass_w = pass_power_w(plan, &pass, tok, clock_frac);
    p->prefill_load_frac = p->out_tok_per_s / wm_plan_prefill_rate(plan, clock_frac);
    p->prefill_busy_frac = fmin(1.0, rate * pass.time_s / tok);
    const struct wm_step_model m = wm_serving_step_model(c, &plan->prefill_group, clock_frac);
    const struct wm_load nothing = {0};
    p->reading = reading_of(&m, c, &nothing, 0.0, wm_plan_pass_tok(plan));
    /* a prompt is on one stage at a time, the next one waits for the first alone */
    const double stages = plan->prefill_group.pipeline;
    const struct wm_reading stage = {.fixed_s = p->reading.fixed_s / stages,
                                     .linear_s = p->reading.linear_s / stages,
                                     .square_s = p->reading.square_s / stages};
    const struct wm_reading_moments moments = wm_reading_moments(&stage, &c->prompts);
    const double shared = shared_s(plan, clock_frac) / stages;
    const struct wm_rounds rounds = {.rate_per_s = groups * rate / wm_case_new_tok(c),
                                     .round_s = fmax(shortest_pass_s, stage.fixed_s),
                                     .groups = plan->prefill_group.data,
                                     .spread = wm_prompts_spread(&c->prompts),
                                     .stages = stages,
                                     .shared_frac = fmin(1.0, shared / fmax(moments.s1, DBL_MIN))};
    p->wait = wm_wait_pooled(&rounds, groups, &moments);
    const double kv_bytes = c->input_tok * wm_llm_kv_bytes_per_tok(c->llm, c->engine->kv_bytes);
    p->pace.once_s = kv_bytes / c->accelerator->scale_out_bytes_per_s + 0.5 * p->tpot_s;
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

/* Board and host power by use; `rest_w` is the draw of a board with a resident model and no work. */
static void draw_power(const struct wm_serving_plan *plan, const struct wm_mix *mix, double pass_w,
                       struct wm_serving_point *p)
{
    const struct wm_accelerator *hw = plan->c.accelerator;
    const double rest_w = wm_board_rest_w(hw);
    const double decode_gpu = plan->decode_gpus * p->decode_busy_frac;
    p->busy_gpus = decode_gpu;
    /* of an iteration, what it takes longer with a chunk of a prompt in it */
    p->prefill_busy_gpus = decode_gpu * (1.0 - mix->decode.time_s / mix->step_s);
    p->decode_w = decode_gpu * mix->decode_j / mix->step_s;
    p->prefill_w = decode_gpu * mix->prefill_j / mix->step_s;
    p->idle_w = rest_w * (plan->decode_gpus - decode_gpu);
    if (has_prefill(plan)) {
        const double prefill_gpu = plan->prefill_gpus * p->prefill_busy_frac;
        p->prefill_w += prefill_gpu * pass_w;
        p->idle_w += rest_w * (plan->prefill_gpus - prefill_gpu);
        p->prefill_busy_gpus += prefill_gpu;
        p->busy_gpus += prefill_gpu;
    }
    p->board_w = p->prefill_w + p->decode_w + p->idle_w;
    const double gpus = plan->prefill_gpus + plan->decode_gpus;
    p->host_w = gpus * hw->host_idle_w + p->busy_gpus * (hw->host_busy_w - hw->host_idle_w);
    p->it_w = p->board_w + p->host_w;
}

/* Sequences of a decode group while it runs. */
static double active_of(double batch, double groups, double busy_frac)
{
    return batch > 0.0 ? batch / groups / busy_frac : 1.0;
}

double wm_plan_rate(const struct wm_serving_plan *plan, double batch, double clock_frac)
{
    const double groups = wm_plan_decode_groups(plan);
    const double active = active_of(batch, groups, decode_busy(plan, batch, groups));
    return batch / wm_plan_iteration(plan, active, clock_frac).tpot_s;
}

struct wm_serving_point wm_serving_at_batch(const struct wm_serving_plan *plan, double batch,
                                            double clock_frac)
{
    const struct wm_serving_case *c = &plan->c;
    if (c->curve != NULL)
        return wm_curve_serving_point(c, batch, clock_frac);
    const double groups = wm_plan_decode_groups(plan);
    struct wm_serving_point p = {.batch = batch,
                                 .decode_busy_frac = decode_busy(plan, batch, groups)};
    const double active = active_of(batch, groups, p.decode_busy_frac);
    const struct wm_mix mix = wm_plan_iteration(plan, active, clock_frac);
    const double high = active + normal_p99 * sqrt(batch / groups);
    p.tpot_s = mix.tpot_s;
    p.out_tok_per_s = batch / mix.tpot_s;
    p.pace.mean_s = mix.tpot_s;
    if (batch > 0.0)
        p.pace.sigma_s =
            (wm_plan_iteration(plan, high, clock_frac).tpot_s - mix.tpot_s) / normal_p99;
    double pass_w = 0.0; /* of a prefill board at work */
    p.ttft_base_s = c->engine->prompt_overhead_s;
    if (is_aggregated(plan))
        wait_aggregated(plan, &mix, active, clock_frac, &p);
    else
        wait_disaggregated(plan, clock_frac, &p, &pass_w);
    p.tpot_slo_frac =
        wm_pace_within(&p.pace, c->output_tok, c->output_scv, 1.0 / c->tok_per_s_per_user_slo);
    meet_ttft(c, &p);
    draw_power(plan, &mix, pass_w, &p);
    return p;
}

/* Whether a batch is within every limit of capacity: prefill margin and TTFT's 99th percentile. */
bool wm_plan_meets(const struct wm_serving_plan *plan, double batch, double clock_frac)
{
    const struct wm_serving_point p = wm_serving_at_batch(plan, batch, clock_frac);
    return p.prefill_load_frac <= plan->c.engine->prefill_max_util_frac &&
           p.ttft_slo_frac >= ttft_share;
}

double wm_plan_batch_below(const struct wm_serving_plan *plan, double most, double clock_frac)
{
    double hi = most, lo = 0.0;
    if (hi <= 0.0 || wm_plan_meets(plan, hi, clock_frac))
        return hi;
    for (int i = 0; i < n_bisect; i++) {
        const double mid = 0.5 * (lo + hi);
        *(wm_plan_meets(plan, mid, clock_frac) ? &lo : &hi) = mid;
    }
    return lo >= least_batch ? lo : 0.0;
}

double wm_serving_capacity_batch(const struct wm_serving_plan *plan, double clock_frac)
{
    if (plan->c.curve != NULL)
        return wm_curve_capacity_users(&plan->c, clock_frac);
    return wm_plan_batch_below(
        plan, wm_plan_decode_groups(plan) * wm_plan_speed_batch(plan, clock_frac), clock_frac);
}

double wm_serving_capacity(const struct wm_serving_plan *plan, double clock_frac)
{
    const double batch = wm_serving_capacity_batch(plan, clock_frac);
    return batch > 0.0 ? wm_serving_at_batch(plan, batch, clock_frac).out_tok_per_s : 0.0;
}

struct wm_serving_point wm_serving_eval(const struct wm_serving_plan *plan, double out_tok_per_s,
                                        double clock_frac)
{
    WM_REQUIRE(out_tok_per_s >= 0.0);
    double lo = 0.0, hi = wm_serving_capacity_batch(plan, clock_frac);
    for (int i = 0; i < n_bisect; i++) {
        const double mid = 0.5 * (lo + hi);
        const double rate = wm_serving_at_batch(plan, mid, clock_frac).out_tok_per_s;
        *(rate < out_tok_per_s ? &lo : &hi) = mid;
    }
    return wm_serving_at_batch(plan, out_tok_per_s > 0.0 ? hi : 0.0, clock_frac);
}

bool wm_plan_reads_within(const struct wm_serving_plan *plan, double time_s)
{
    const struct wm_serving_case *const c = &plan->c;
    const struct wm_step_model m = wm_serving_step_model(c, &plan->prefill_group, 1.0);
    const struct wm_load nothing = {0};
    const struct wm_reading reading = reading_of(&m, c, &nothing, 0.0, wm_plan_pass_tok(plan));
    const struct wm_wait none = {0};
    return wm_first_token_within(&none, &reading, &c->prompts, 1.0, c->engine->prompt_overhead_s,
                                 time_s) >= ttft_share;
}
