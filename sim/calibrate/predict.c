/* What the model says of a measured operating point. */
#include <math.h>

#include "predict_split.h"
#include "wattmill/require.h"

/* Benchmarks end: ten requests per user, so that ramp and drain cost about a thirtieth of the run
   (measured: users / (time per token * rate) is 1.03 at 1,024 tokens in and out, all engines). */
static const double finite_run_frac = 0.97;

static struct wm_loop_point run_loop(const struct wm_step_model *m,
                                     const struct wm_operating_point *point, double users)
{
    const struct wm_loop_case c = {.m = *m,
                                   .input_tok = point->input_tok,
                                   .output_tok = point->output_tok,
                                   .users = users,
                                   .intake_steps = point->launch.intake_steps,
                                   .keeps_room = point->launch.keeps_room};
    return wm_loop_eval(&c);
}

/* Sequences that are always there: an open queue keeps every place of the batch taken. */
static struct wm_loop_point run_batch(const struct wm_step_model *m,
                                      const struct wm_operating_point *point)
{
    const bool alone = point->drive == WM_DRIVE_DECODE;
    const struct wm_mix mix = wm_mix_eval(
        m, point->load, point->input_tok + 0.5 * point->output_tok, alone ? 0.0 : point->input_tok,
        0.0, point->output_tok, m->engine->prefill_chunk_tok);
    /* more prompts than iterations can carry stretch the answers */
    const double stretch = fmax(1.0, mix.mixed_share_frac);
    const double step_s = mix.mixed_share_frac > 1.0 ? mix.mixed.time_s * stretch : mix.step_s;
    return (struct wm_loop_point){.out_tok_per_s = point->load * mix.tok_per_step / step_s,
                                  .tpot_s = step_s / mix.tok_per_step,
                                  .sequences = point->load,
                                  .board_w = (mix.decode_j + mix.prefill_j) / mix.step_s};
}

/* 99th percentile of the first token under Poisson arrivals: an M/D/1 queue of prompts whose server
   is the room for chunks in iterations; its wait beyond t falls as exp(-2 (1 - rho) t / service). */
static double first_token_p99_s(const struct wm_step_model *m,
                                const struct wm_operating_point *point,
                                const struct wm_loop_point *p)
{
    const double chunk_tok = m->engine->prefill_chunk_tok;
    const struct wm_mix mix =
        wm_mix_eval(m, p->sequences, point->input_tok + 0.5 * point->output_tok, point->input_tok,
                    0.0, point->output_tok, chunk_tok);
    const double at_once = floor(chunk_tok * mix.chunks / point->input_tok) * m->group.data;
    /* busy in time, not in iterations: those with a chunk last longer than those without */
    const double service_s = mix.chunks * mix.mixed.time_s;
    const double rho = p->out_tok_per_s / point->output_tok * service_s / fmax(1.0, at_once);
    if (rho >= 1.0)
        return (double)INFINITY;
    const double wait_s = service_s * fmax(0.0, log(100.0 * rho)) / (2.0 * (1.0 - rho));
    return m->engine->prompt_overhead_s + p->tpot_s + service_s + wait_s;
}

/* Both limits hold for 99 % of requests. Those in flight are a Poisson number, and the time per token
   follows it: the percentile lies 2.33 standard deviations above the mean. */
static bool within_limits(const struct wm_step_model *m, const struct wm_operating_point *point,
                          const struct wm_loop_point *p)
{
    const double tpot_p99_s = p->tpot_s * (1.0 + 2.33 / sqrt(fmax(1.0, p->sequences)));
    return p->out_tok_per_s > 0.0 && tpot_p99_s <= point->load &&
           (point->ttft_limit_s <= 0.0 || first_token_p99_s(m, point, p) <= point->ttft_limit_s);
}

/* Most users within the limits, by bisection in their logarithm. */
static struct wm_loop_point run_speed(const struct wm_step_model *m,
                                      const struct wm_operating_point *point)
{
    double lo = 0.0, hi = log(4096.0 * wm_group_gpus(&m->group));
    struct wm_loop_point best = run_loop(m, point, 1.0);
    for (int i = 0; i < 16; i++) {
        const double mid = 0.5 * (lo + hi);
        const struct wm_loop_point p = run_loop(m, point, exp(mid));
        if (within_limits(m, point, &p)) {
            lo = mid;
            best = p;
        } else {
            hi = mid;
        }
    }
    return best;
}

static struct wm_loop_point run_group(const struct wm_step_model *m,
                                      const struct wm_operating_point *point)
{
    if (wm_group_batch_limit(m, point->input_tok + 0.5 * point->output_tok) < 1.0)
        return (struct wm_loop_point){0};
    switch (point->drive) {
    case WM_DRIVE_BATCH:
    case WM_DRIVE_DECODE:
        return run_batch(m, point);
    case WM_DRIVE_OFFLINE:
        return run_loop(m, point, point->launch.n_requests > 0.0 ? point->launch.n_requests : 1e9);
    case WM_DRIVE_SPEED:
        return run_speed(m, point);
    case WM_DRIVE_USERS:
    default: {
        struct wm_loop_point p = run_loop(m, point, point->load);
        p.out_tok_per_s *= finite_run_frac;
        return p;
    }
    }
}

static struct wm_prediction per_gpu(const struct wm_loop_point *p, const struct wm_group *group)
{
    return (struct wm_prediction){.out_tok_per_s_per_gpu = p->out_tok_per_s / wm_group_gpus(group),
                                  .tpot_s = p->tpot_s,
                                  .ttft_s = p->ttft_s,
                                  .board_w = p->board_w};
}

const char *const wm_serving_way_words[] = {"plain", "speculative", "disaggregated",
                                            "disaggregated, speculative", NULL};

enum wm_serving_way wm_operating_point_way(const struct wm_operating_point *point)
{
    const bool is_split = point->prefill_workers > 0.0;
    return point->draft.tok > 0.0 ? (is_split ? WM_SERVED_SPLIT_DRAFTS : WM_SERVED_DRAFTS)
           : is_split             ? WM_SERVED_SPLIT
                                  : WM_SERVED_PLAIN;
}

/* Front ends are scaled out with the workers of such a deployment: none is shared by all. */
static struct wm_prediction predict_split(const struct wm_step_model *m,
                                          const struct wm_operating_point *point)
{
    struct wm_engine engine = *m->engine;
    struct wm_step_model worker = *m;
    engine.reply_overhead_s = 0.0;
    worker.engine = &engine;
    worker.group = point->group;
    const struct wm_loop_point p = wm_split_eval(&worker, point);
    return (struct wm_prediction){.out_tok_per_s_per_gpu =
                                      finite_run_frac * p.out_tok_per_s / point->n_gpus,
                                  .tpot_s = p.tpot_s,
                                  .ttft_s = p.ttft_s,
                                  .board_w = p.board_w};
}

struct wm_prediction wm_operating_point_predict(const struct wm_operating_point *point,
                                                const struct wm_accelerator *accelerator,
                                                const struct wm_engine *engine)
{
    struct wm_engine as_launched = *(engine != NULL ? engine : point->engine);
    const struct wm_launch *const launch = &point->launch;
    if (launch->chunk_tok > 0.0)
        as_launched.prefill_chunk_tok = launch->chunk_tok;
    struct wm_step_model m = {.accelerator = accelerator != NULL ? accelerator : point->accelerator,
                              .llm = point->llm,
                              .engine = &as_launched,
                              .precision = point->precision,
                              .clock_frac = 1.0,
                              .draft = point->draft};
    /* engines keep the cache in FP8 under weights of as many bits in floating point */
    const bool narrow = point->precision == WM_FP8 || point->precision == WM_FP4;
    m.kv_bytes = launch->kv_bytes > 0.0 ? launch->kv_bytes
                 : narrow               ? m.engine->kv_bytes
                                        : fmax(m.engine->kv_bytes, 2.0);
    if (point->prefill_workers > 0.0)
        return predict_split(&m, point);
    if (point->group.tensor > 0.0) {
        m.group = point->group;
        const struct wm_loop_point p = run_group(&m, point);
        return per_gpu(&p, &m.group);
    }
    /* the row does not say how the model was split: the best of the usual ways */
    struct wm_prediction best = {0};
    for (double tp = 1.0; tp <= point->max_gpus; tp *= 2.0) {
        m.group = (struct wm_group){.tensor = tp, .data = 1.0, .expert = 1.0, .pipeline = 1.0};
        const struct wm_loop_point p = run_group(&m, point);
        const struct wm_prediction now = per_gpu(&p, &m.group);
        if (now.out_tok_per_s_per_gpu > best.out_tok_per_s_per_gpu)
            best = now;
    }
    return best;
}
