/*
 * Plan search: which groups of accelerators decode and prefill, and how many output tokens a second
 * the replica makes at its latency targets. All monotone, so each limit is a bisection.
 */
#include <float.h>

#include "wattmill/require.h"
#include "wattmill/serving.h"

static const double largest_group_gpus = 128.0; /* wider expert groups are not in use (estimate) */
static const double largest_prefill_group_gpus = 16.0;
static const int n_bisect = 48;

static double weight_bytes_per_gpu(const struct wm_serving_case *c, double n_gpus)
{
    const double all = wm_llm_weight_bytes(c->llm, c->precision);
    const double experts = wm_llm_expert_params(c->llm) * wm_precision_bytes(c->precision);
    if (experts > 0.0) /* the rest is on every rank */
        return all - experts + experts / n_gpus;
    return all / n_gpus;
}

static double kv_room_bytes(const struct wm_serving_case *c, double n_gpus)
{
    return c->accelerator->mem_bytes * c->engine->mem_use_frac - c->engine->reserved_bytes -
           weight_bytes_per_gpu(c, n_gpus);
}

double wm_decode_batch_limit(const struct wm_serving_case *c, double n_gpus, double context_tok)
{
    double seq_bytes = wm_llm_kv_bytes(c->llm, c->engine->kv_bytes, context_tok);
    if (c->llm->experts_total == 0) /* tensor-parallel ranks share a sequence's heads */
        seq_bytes /= fmin(n_gpus, (double)c->llm->n_kv_heads);
    const double groups = c->llm->experts_total > 0 ? n_gpus : 1.0;
    const double room_bytes = kv_room_bytes(c, n_gpus);
    return fmin(room_bytes / seq_bytes, (double)c->engine->max_batch_per_gpu) * groups;
}

static double context_tok(const struct wm_serving_case *c)
{
    /* time-mean of the cache of a sequence: prompt + half the length-biased answer */
    return c->input_tok + 0.5 * c->output_tok * (1.0 + c->output_scv);
}

static double new_tok(const struct wm_serving_case *c)
{
    return c->input_tok * (1.0 - c->cached_frac);
}

/* Prefill load of one output token; 0 when every prompt is cached. */
static double new_tok_per_out_tok(const struct wm_serving_case *c)
{
    return new_tok(c) / c->output_tok;
}

static double chunk_tok(const struct wm_serving_plan *plan)
{
    const double ranks = plan->c.llm->experts_total > 0 ? plan->prefill_group_gpus : 1.0;
    return fmax(new_tok(&plan->c), plan->c.engine->prefill_chunk_tok * ranks);
}

static struct wm_pass prefill(const struct wm_serving_plan *plan, double tok, double clock_frac)
{
    return wm_prefill_pass(&plan->c, plan->prefill_group_gpus, tok, plan->c.input_tok,
                           plan->c.input_tok * plan->c.cached_frac, clock_frac);
}

static bool has_prefill(const struct wm_serving_plan *plan)
{
    return plan->prefill_gpus > 0.0;
}

/* Output rate at which prefill groups are busy all the time. */
static double prefill_full_rate(const struct wm_serving_plan *plan, double clock_frac)
{
    if (!has_prefill(plan))
        return DBL_MAX;
    const double tok = chunk_tok(plan);
    const double groups = plan->prefill_gpus / plan->prefill_group_gpus;
    return groups * tok / prefill(plan, tok, clock_frac).time_s / new_tok_per_out_tok(&plan->c);
}

/* Largest batch whose step is within the user's speed, by bisection; 0 if even one is too slow. */
static double speed_batch(const struct wm_serving_plan *plan, double clock_frac)
{
    const double limit_s = 1.0 / plan->c.tok_per_s_per_user_slo;
    double lo = 0.0, hi = plan->batch_limit;
    if (hi < 1.0 ||
        wm_decode_pass(&plan->c, plan->decode_gpus, 1.0, plan->context_tok, clock_frac).time_s >
            limit_s)
        return 0.0;
    if (wm_decode_pass(&plan->c, plan->decode_gpus, hi, plan->context_tok, clock_frac).time_s <=
        limit_s)
        return hi;
    lo = 1.0;
    for (int i = 0; i < n_bisect; i++) {
        const double mid = 0.5 * (lo + hi);
        const double step_s =
            wm_decode_pass(&plan->c, plan->decode_gpus, mid, plan->context_tok, clock_frac).time_s;
        *(step_s <= limit_s ? &lo : &hi) = mid;
    }
    return lo;
}

static double phi(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

double wm_erlang_c(double n_servers, double utilisation_frac)
{
    WM_REQUIRE(n_servers >= 1.0 && utilisation_frac >= 0.0 && utilisation_frac < 1.0);
    const double load = n_servers * utilisation_frac;
    if (load <= 0.0)
        return 0.0;
    double inverse_b = 1.0; /* Erlang B by its recursion, inverted: no factorials */
    for (double k = 1.0; k <= n_servers + 0.5; k += 1.0)
        inverse_b = 1.0 + inverse_b * k / load;
    const double b = 1.0 / inverse_b;
    return b / (1.0 - utilisation_frac * (1.0 - b));
}

/* Fills the waiting-time part of a point; prefill passes of the current load serve in parallel. */
static void eval_ttft(const struct wm_serving_plan *plan, double clock_frac, double step_s,
                      struct wm_serving_point *p, struct wm_pass *pass)
{
    const struct wm_serving_case *c = &plan->c;
    const double moved_bytes = wm_llm_kv_bytes_per_tok(c->llm, c->engine->kv_bytes) * c->input_tok;
    p->ttft_base_s = step_s + moved_bytes / c->accelerator->scale_out_bytes_per_s;
    p->ttft_slo_frac = 1.0;
    if (has_prefill(plan)) {
        p->prefill_busy_frac = p->out_tok_per_s / prefill_full_rate(plan, clock_frac);
        /* passes grow with load: one prompt when idle, full chunks when busy */
        const double tok = fmax(new_tok(c), p->prefill_busy_frac * chunk_tok(plan));
        *pass = prefill(plan, tok, clock_frac);
        p->ttft_base_s += pass->time_s;
        const double groups = plan->prefill_gpus / plan->prefill_group_gpus;
        const double idle_frac = fmax(1e-9, 1.0 - p->prefill_busy_frac);
        p->wait_prob = wm_erlang_c(groups, fmin(p->prefill_busy_frac, 1.0 - 1e-9));
        /* M/D/c: half the wait of M/M/c (Cosmetatos); passes of one size are near-deterministic */
        p->wait_mean_s = 0.5 * pass->time_s / (groups * idle_frac);
    }
    const double slack_s = c->ttft_slo_s - p->ttft_base_s;
    p->ttft_slo_frac = slack_s < 0.0          ? 0.0
                       : p->wait_mean_s > 0.0 ? 1.0 - p->wait_prob * exp(-slack_s / p->wait_mean_s)
                                              : 1.0;
}

struct wm_serving_point wm_serving_at_batch(const struct wm_serving_plan *plan, double batch,
                                            double clock_frac)
{
    const struct wm_serving_case *c = &plan->c;
    const struct wm_accelerator *hw = c->accelerator;
    struct wm_serving_point p = {.batch = batch, .decode_busy_frac = -expm1(-batch)};
    /* batch in service is Poisson (M/G/inf): given a step runs, its mean is batch / busy >= 1 */
    const double active = batch > 0.0 ? batch / p.decode_busy_frac : 1.0;
    const struct wm_pass decode =
        wm_decode_pass(c, plan->decode_gpus, active, plan->context_tok, clock_frac);
    const double high = active + 2.3263478740408408 * sqrt(batch); /* 99th percentile */
    p.tpot_s = decode.time_s;
    p.tpot_p99_s = wm_decode_pass(c, plan->decode_gpus, high, plan->context_tok, clock_frac).time_s;
    p.out_tok_per_s = batch / decode.time_s;
    const double limit_s = 1.0 / c->tok_per_s_per_user_slo;
    const double slope = batch > 0.0 ? (p.tpot_p99_s - p.tpot_s) / 2.3263478740408408 : 0.0;
    p.tpot_slo_frac = slope > 0.0 ? phi((limit_s - p.tpot_s) / slope) : p.tpot_s <= limit_s;

    struct wm_pass pass = {0};
    eval_ttft(plan, clock_frac, decode.time_s, &p, &pass);
    const double rest_w = hw->tdp_w * hw->power.base_frac; /* model resident, nothing to do */
    if (has_prefill(plan))
        p.prefill_w =
            plan->prefill_gpus * p.prefill_busy_frac * wm_board_power_w(hw, &pass, clock_frac);
    p.decode_w = plan->decode_gpus * p.decode_busy_frac * wm_board_power_w(hw, &decode, clock_frac);
    p.idle_w = rest_w * (plan->prefill_gpus * (1.0 - p.prefill_busy_frac) +
                         plan->decode_gpus * (1.0 - p.decode_busy_frac));
    p.board_w = p.prefill_w + p.decode_w + p.idle_w;
    const double gpus = plan->prefill_gpus + plan->decode_gpus;
    const double busy_gpus =
        plan->prefill_gpus * p.prefill_busy_frac + plan->decode_gpus * p.decode_busy_frac;
    p.host_w = gpus * hw->host_idle_w + busy_gpus * (hw->host_busy_w - hw->host_idle_w);
    p.it_w = p.board_w + p.host_w;
    return p;
}

/* Whether a batch is within every limit of capacity: prefill margin and TTFT's 99th percentile. */
static bool within_limits(const struct wm_serving_plan *plan, double batch, double clock_frac)
{
    const struct wm_serving_point p = wm_serving_at_batch(plan, batch, clock_frac);
    return p.prefill_busy_frac <= plan->c.engine->prefill_max_util_frac && p.ttft_slo_frac >= 0.99;
}

double wm_serving_capacity_batch(const struct wm_serving_plan *plan, double clock_frac)
{
    double hi = speed_batch(plan, clock_frac), lo = 0.0;
    if (hi <= 0.0 || within_limits(plan, hi, clock_frac))
        return hi;
    for (int i = 0; i < n_bisect; i++) {
        const double mid = 0.5 * (lo + hi);
        *(within_limits(plan, mid, clock_frac) ? &lo : &hi) = mid;
    }
    return lo;
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

/* Prefill group that reads most prompt tokens per accelerator within the TTFT target; 0 if none. */
static double best_prefill_group(const struct wm_serving_plan *plan)
{
    double best_gpus = 0.0, best_rate = 0.0;
    const double largest =
        fmin(largest_prefill_group_gpus, (double)plan->c.accelerator->scale_up_gpus);
    for (double g = 1.0; g <= largest; g *= 2.0) {
        struct wm_serving_plan trial = *plan;
        trial.prefill_group_gpus = g;
        if (kv_room_bytes(&plan->c, g) <= 0.0)
            continue;
        const double tok = chunk_tok(&trial);
        const double pass_s = prefill(&trial, tok, 1.0).time_s;
        const double rate = tok / pass_s / g;
        if (pass_s < plan->c.ttft_slo_s && rate > best_rate * (1.0 + 1e-9)) {
            best_rate = rate;
            best_gpus = g;
        }
    }
    return best_gpus;
}

/* Sizes prefill for the decode group's rate and evaluates the replica; capacity 0 if infeasible. */
static void size_replica(struct wm_serving_plan *plan)
{
    plan->prefill_gpus = 0.0;
    const double decode_batch = speed_batch(plan, 1.0);
    if (decode_batch <= 0.0) {
        plan->fault = WM_PLAN_SPEED;
        return;
    }
    if (new_tok(&plan->c) > 0.0) {
        plan->prefill_group_gpus = best_prefill_group(plan);
        if (plan->prefill_group_gpus <= 0.0) {
            plan->fault = WM_PLAN_TTFT;
            return;
        }
        const double step_s =
            wm_decode_pass(&plan->c, plan->decode_gpus, decode_batch, plan->context_tok, 1.0)
                .time_s;
        plan->prefill_gpus = plan->prefill_group_gpus; /* one group, to measure its rate */
        const double group_rate =
            prefill_full_rate(plan, 1.0) * plan->c.engine->prefill_max_util_frac;
        const double room = plan->c.max_gpus - plan->decode_gpus;
        const double groups =
            fmin(ceil(decode_batch / step_s / group_rate), floor(room / plan->prefill_group_gpus));
        if (groups < 1.0) {
            plan->fault = WM_PLAN_MEMORY;
            return;
        }
        plan->prefill_gpus = groups * plan->prefill_group_gpus;
    }
    plan->capacity_batch = wm_serving_capacity_batch(plan, 1.0);
    plan->capacity_out_tok_per_s = wm_serving_capacity(plan, 1.0);
    plan->fault = plan->capacity_out_tok_per_s > 0.0 ? WM_PLAN_OK : WM_PLAN_TTFT;
}

struct wm_serving_plan wm_serving_plan(const struct wm_serving_case *c)
{
    struct wm_serving_plan best = {.c = *c, .fault = WM_PLAN_MEMORY};
    if (wm_compute_precision(c->accelerator, c->precision) == WM_N_PRECISIONS) {
        best.fault = WM_PLAN_NO_UNIT;
        return best;
    }
    double best_per_gpu = 0.0;
    const double widest =
        fmin(fmin(largest_group_gpus, (double)c->accelerator->scale_up_gpus), c->max_gpus);
    for (double g = 1.0; g <= widest; g *= 2.0) {
        struct wm_serving_plan plan = {.c = *c, .decode_gpus = g, .context_tok = context_tok(c)};
        plan.batch_limit = wm_decode_batch_limit(c, g, plan.context_tok);
        if (plan.batch_limit < 1.0)
            continue;
        size_replica(&plan);
        const double gpus = plan.prefill_gpus + plan.decode_gpus;
        const double per_gpu = plan.capacity_out_tok_per_s / gpus;
        if (plan.fault == WM_PLAN_OK && per_gpu > best_per_gpu * (1.0 + 1e-9)) {
            best_per_gpu = per_gpu;
            best = plan;
        } else if (best.fault != WM_PLAN_OK) {
            best.fault = plan.fault;
        }
    }
    return best;
}
