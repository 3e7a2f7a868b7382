/* A replay's figures as rows: key, unit, meaning, value; definitions stand in the rows. */
#include <math.h>
#include <stddef.h>

#include "wattmill/replay.h"

enum { ROWS_MAX = 80 };

struct rows {
    struct wm_replay_metric *items;
    size_t n;
};

static void add(struct rows *rows, const char *key, const char *unit, double value, const char *doc)
{
    rows->items[rows->n++] =
        (struct wm_replay_metric){.key = key, .unit = unit, .doc = doc, .value = value};
}

static void add_latency(struct wm_arena *arena, struct rows *rows, const char *name,
                        const struct wm_ns_hist *l, const char *doc)
{
    static const struct {
        const char *suffix;
        double prob;
    } quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"max", 1.0}};
    add(rows, wm_arena_printf(arena, "%s_mean_s", name), "s", wm_ns_hist_mean_s(l),
        wm_arena_printf(arena, "mean; %s", doc));
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        add(rows, wm_arena_printf(arena, "%s_%s_s", name, quantiles[i].suffix), "s",
            wm_ns_hist_quantile_s(l, quantiles[i].prob), doc);
}

const struct wm_replay_metric *wm_replay_metrics(struct wm_arena *arena, const struct wm_replay *r,
                                                 size_t *n)
{
    struct rows rows = {.items = WM_NEW_ARRAY(arena, struct wm_replay_metric, ROWS_MAX)};
    const struct wm_fleet_totals *const t = &r->totals;
    const struct wm_service *const s = r->service;
    const double arrivals_s = 1e-9 * (double)t->arrivals_end_ns;
    uint64_t hit_tok = 0;
    for (uint32_t i = 0; i < s->n_classes; i++)
        hit_tok += s->classes[i].hit_tok;
#define LATENCY(member) wm_service_latency(arena, s, offsetof(struct wm_service_class, member))
    add_latency(arena, &rows, "ttft", LATENCY(ttft),
                "first token computed - arrival, plus the engine's time per request");
    add_latency(arena, &rows, "tpot", LATENCY(tpot),
                "(last token - first token) / (output tokens - 1), of answers of two and more");
    add_latency(arena, &rows, "e2e", LATENCY(e2e), "last token computed - arrival, plus the same");
    add_latency(arena, &rows, "wait", LATENCY(wait), "first place in a batch - arrival");
#undef LATENCY
    add(&rows, "slo_attainment_frac", "frac", r->slo_attainment_frac,
        "of served requests, within TTFT and speed targets");
    add(&rows, "goodput_frac", "frac", r->goodput_frac,
        "of all requests that arrived, dropped ones too: answered within the targets");
    add(&rows, "goodput_req_per_s", "req/s", r->goodput_req_per_s,
        "requests answered within the targets, mean over the simulated time");
    add(&rows, "requests_arrived", "1", (double)r->arrived.requests, "offered by the source");
    add(&rows, "requests_served", "1", (double)r->served.requests, "answered to the end");
    add(&rows, "requests_dropped", "1", (double)r->dropped.requests,
        "too large for the cache or the model's context, or waited too long");
    add(&rows, "requests_over_context", "1", (double)t->work.n_over_context,
        "of them, prompt and answer longer than the model was published for");
    add(&rows, "requests_in_flight", "1", (double)r->in_flight.requests, "not answered at the end");
    add(&rows, "arrival_rate_req_per_s", "req/s",
        arrivals_s > 0.0 ? (double)r->arrived.requests / arrivals_s : (double)NAN,
        "mean until the last arrival");
    add(&rows, "served_rate_req_per_s", "req/s", (double)r->served.requests / r->time_s,
        "mean over the simulated time");
    add(&rows, "output_tok_served", "tok", (double)r->served.output_tok, "of served requests");
    add(&rows, "input_tok_served", "tok", (double)r->served.input_tok, "cached ones included");
    add(&rows, "cached_tok_served", "tok", (double)hit_tok, "of input, found in a prefix cache");
    add(&rows, "output_tok_per_s", "tok/s", (double)r->served.output_tok / r->time_s,
        "mean over the simulated time");
    add(&rows, "output_tok_per_s_per_gpu", "tok/s",
        (double)r->served.output_tok / (r->time_s * r->gpus), "the same per accelerator");
    add(&rows, "mean_batch", "1", r->mean_batch, "sequences in a decode step");
    add(&rows, "busy_frac", "frac", r->busy_frac, "of workers' time, a step runs");
    add(&rows, "prefill_time_frac", "frac", r->prefill_share_frac,
        "of busy time, what prompts add to the steps that read them");
    add(&rows, "preemptions", "1", (double)t->work.n_preempted, "sequences that gave their KV up");
    add(&rows, "replica_failures", "1", (double)t->n_failures, "at random or ordered");
    add(&rows, "replica_up_frac", "frac", t->replica_up_frac, "of replicas' time");
    add(&rows, "it_power_mean_w", "W", r->it_w, "boards and hosts of all replicas");
    add(&rows, "it_power_per_gpu_w", "W", r->gpu_it_w, "the same per accelerator");
    add(&rows, "it_energy_j", "J", t->work.energy_j, "over the simulated time, idle included");
    add(&rows, "idle_energy_j", "J", t->work.idle_j, "of it, while nothing ran");
    add(&rows, "energy_j_per_output_tok", "J/tok", r->energy_j_per_output_tok,
        "IT energy / served output tokens");
    add(&rows, "queue_end", "1", t->slice_ns > 0 ? t->waiting[WM_FLEET_SLICES - 1] : (double)NAN,
        "requests waiting when arrivals ended");
    add(&rows, "queue_growing", "1", t->slice_ns > 0 ? (double)t->growing : (double)NAN,
        "1: more arrives than is served; latencies then grow with the length of the trace");
    add(&rows, "gpus", "1", r->gpus, "accelerators of all replicas");
    add(&rows, "simulated_s", "s", r->time_s, "until the last answer");
    if (r->sessions.n_turns > 0) {
        add(&rows, "sessions", "1", (double)r->sessions.n_sessions, "conversations begun");
        add(&rows, "turns_per_session", "1",
            (double)r->sessions.n_turns / (double)r->sessions.n_sessions, "questions of each");
        add(&rows, "think_mean_s", "s", r->sessions.think_s / (double)r->sessions.n_turns,
            "between an answer and the next question");
    }
    if (r->chains.n_chains > 0) {
        add(&rows, "sessions", "1", (double)r->chains.n_chains, "of the trace, of several calls");
        add(&rows, "tool_s", "s", r->chains.tool_s, "that tools took between their calls, sum");
    }
    add(&rows, "steps", "1", (double)t->work.n_steps, "iterations of all workers");
    add(&rows, "balance_token_rel", "1", r->balance_token_rel,
        "(arrived - served - dropped - in flight) / arrived tokens");
    *n = rows.n;
    return rows.items;
}
