/* A replay's figures as rows: key, unit, meaning, value; definitions stand in the rows. */
#include <math.h>
#include <stddef.h>

#include "parts.h"

enum { ROWS_MAX = 96 };

static void add_latency(struct wm_arena *arena, struct figure_list *rows, const char *name,
                        const struct wm_ns_hist *l, const char *doc)
{
    static const struct {
        const char *suffix;
        double prob;
    } quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"max", 1.0}};
    figure_add(rows, wm_arena_printf(arena, "%s_mean_s", name), "s", wm_ns_hist_mean_s(l),
               wm_arena_printf(arena, "mean; %s", doc));
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        figure_add(rows, wm_arena_printf(arena, "%s_%s_s", name, quantiles[i].suffix), "s",
                   wm_ns_hist_quantile_s(l, quantiles[i].prob), doc);
}

/* Of requests: what came, what left, within which targets. */
static void add_requests(struct figure_list *rows, const struct wm_replay *r)
{
    const double arrivals_s = 1e-9 * (double)r->totals.arrivals_end_ns;
    figure_add(rows, "slo_attainment_frac", "frac", r->slo_attainment_frac,
               "of served requests, within TTFT and speed targets");
    figure_add(rows, "goodput_frac", "frac", r->goodput_frac,
               "of all requests that arrived, dropped ones too: answered within the targets");
    figure_add(rows, "goodput_req_per_s", "req/s", r->goodput_req_per_s,
               "requests answered within the targets, mean over the simulated time");
    figure_add(rows, "requests_arrived", "1", (double)r->arrived.requests, "offered by the source");
    figure_add(rows, "requests_served", "1", (double)r->served.requests, "answered to the end");
    figure_add(rows, "requests_dropped", "1", (double)r->dropped.requests,
               "too large for the cache or the model's context, or waited too long");
    figure_add(rows, "requests_over_context", "1", (double)r->totals.work.n_over_context,
               "of them, prompt and answer longer than the model was published for");
    figure_add(rows, "requests_in_flight", "1", (double)r->in_flight.requests,
               "not answered at the end");
    figure_add(rows, "arrival_rate_req_per_s", "req/s",
               arrivals_s > 0.0 ? (double)r->arrived.requests / arrivals_s : (double)NAN,
               "mean until the last arrival");
    figure_add(rows, "served_rate_req_per_s", "req/s", (double)r->served.requests / r->time_s,
               "mean over the simulated time");
}

static void add_tokens(struct figure_list *rows, const struct wm_replay *r, uint64_t hit_tok)
{
    figure_add(rows, "output_tok_served", "tok", (double)r->served.output_tok,
               "of served requests");
    figure_add(rows, "input_tok_served", "tok", (double)r->served.input_tok,
               "cached ones included");
    figure_add(rows, "cached_tok_served", "tok", (double)hit_tok,
               "of input, found in a prefix cache, or a tier behind it");
    figure_add(rows, "host_tok_loaded", "tok", (double)r->totals.work.tier_tok[WM_KV_HOST],
               "of input, loaded from host memory instead of read");
    figure_add(rows, "ssd_tok_loaded", "tok", (double)r->totals.work.tier_tok[WM_KV_SSD],
               "of input, loaded from SSDs instead of read");
    figure_add(rows, "output_tok_per_s", "tok/s", (double)r->served.output_tok / r->time_s,
               "mean over the simulated time");
    figure_add(rows, "output_tok_per_s_per_gpu", "tok/s",
               (double)r->served.output_tok / (r->time_s * r->gpus), "the same per accelerator");
}

static void add_work(struct figure_list *rows, const struct wm_replay *r)
{
    const struct wm_fleet_totals *const t = &r->totals;
    figure_add(rows, "mean_batch", "1", r->mean_batch, "sequences in a decode step");
    figure_add(rows, "busy_frac", "frac", r->busy_frac, "of workers' time, a step runs");
    figure_add(rows, "prefill_time_frac", "frac", r->prefill_share_frac,
               "of busy time, what prompts add to the steps that read them");
    figure_add(rows, "preemptions", "1", (double)t->work.n_preempted,
               "sequences that gave their KV up");
    figure_add(rows, "replica_failures", "1", (double)t->n_failures, "at random or ordered");
    figure_add(rows, "replica_up_frac", "frac", t->replica_up_frac, "of accelerators' time");
    figure_add(rows, "it_power_mean_w", "W", r->it_w, "boards and hosts of all replicas");
    figure_add(rows, "it_power_per_gpu_w", "W", r->gpu_it_w, "the same per accelerator");
    figure_add(rows, "it_energy_j", "J", t->work.energy_j,
               "over the simulated time, idle included");
    figure_add(rows, "idle_energy_j", "J", t->work.idle_j, "of it, while nothing ran");
    figure_add(rows, "kv_load_s", "s", t->work.tier_s, "workers' time for loads from KV tiers, sum");
    figure_add(rows, "kv_load_energy_j", "J", t->work.tier_j,
               "of it_energy_j, moving the bytes of these loads");
    figure_add(rows, "energy_j_per_output_tok", "J/tok", r->energy_j_per_output_tok,
               "IT energy / served output tokens");
    figure_add(rows, "queue_end", "1",
               t->slice_ns > 0 ? t->waiting[WM_FLEET_SLICES - 1] : (double)NAN,
               "requests waiting when arrivals ended");
    figure_add(rows, "queue_growing", "1", t->slice_ns > 0 ? (double)t->growing : (double)NAN,
               "1: more arrives than is served; latencies then grow with the length of the trace");
    figure_add(rows, "gpus", "1", r->gpus, "accelerators of all replicas");
    figure_add(rows, "simulated_s", "s", r->time_s, "until the last answer");
}

/* Of conversations: users in a closed loop, or a trace's sessions of several calls. */
static void add_sessions(struct figure_list *rows, const struct wm_replay *r)
{
    const double none = (double)NAN;
    const bool users = r->sessions.n_turns > 0, chains = r->chains.n_chains > 0;
    const double turns = (double)r->sessions.n_turns;
    figure_add(rows, "sessions", "1",
               users    ? (double)r->sessions.n_sessions
               : chains ? (double)r->chains.n_chains
                        : none,
               "conversations begun, or of the trace, of several calls");
    figure_add(rows, "turns_per_session", "1",
               users ? turns / (double)r->sessions.n_sessions : none, "questions of each");
    figure_add(rows, "think_mean_s", "s", users ? r->sessions.think_s / turns : none,
               "between an answer and the next question");
    figure_add(rows, "sub_agents", "1", users ? (double)r->sessions.n_subs : none, "sent out by users");
    figure_add(rows, "sub_calls", "1", users ? (double)r->sessions.n_sub_calls : none, "calls of theirs");
    figure_add(rows, "tool_s", "s", chains ? r->chains.tool_s : none,
               "that tools took between a trace's calls, sum");
}

struct wm_figures replay_figures(struct wm_arena *arena, const void *outcome)
{
    const struct replay_outcome nothing = {.r = {.service = wm_service_new(arena, 1, NULL)}};
    const struct replay_outcome *const o = outcome != NULL ? outcome : &nothing;
    const struct wm_service *const s = o->r.service;
    struct figure_list rows = {.items = WM_NEW_ARRAY(arena, struct wm_figure, ROWS_MAX)};
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
    add_requests(&rows, &o->r);
    add_tokens(&rows, &o->r, hit_tok);
    add_work(&rows, &o->r);
    add_sessions(&rows, &o->r);
    figure_add(&rows, "steps", "1", (double)o->r.totals.work.n_steps, "iterations of all workers");
    figure_add(&rows, "balance_token_rel", "1", o->r.balance_token_rel,
               "(arrived - served - dropped - in flight) / arrived tokens");
    for (size_t i = 0; i < rows.n && outcome == NULL; i++)
        rows.items[i].value = (double)NAN;
    return (struct wm_figures){rows.items, rows.n};
}
