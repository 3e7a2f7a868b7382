/* From catalogue entries to a fleet: group, tables, KV blocks; then the run and its figures. */
#include "wattmill/replay.h"

#include <math.h>

#include "wattmill/plan_check.h"
#include "wattmill/require.h"

enum { BLOCK_TOK = 16, MAX_SEQS = 65535, MAX_CLOCKS = 16, MAX_BUDGET_TOK = 1 << 20 };

/* Host memory is behind PCIe 5.0 x16: 64 GB/s a direction less protocol (PCI-SIG; share: estimate). */
static const double host_bytes_per_s = 55e9;
/* Targets that only bound the search for a plan when the user set none (estimates). */
static const double plan_ttft_s = 10.0, plan_tok_per_s = 10.0;
/* Largest replica; as `frontier` has it. */
static const double plan_gpus = 1024.0;

static enum wm_status infeasible(struct wm_diags *diags, const struct wm_replay_case *c,
                                 const char *why)
{
    wm_diag_add(diags, WM_E301, NULL, NULL, "%s on %s: %s", c->llm->head.name,
                c->accelerator->head.name, why);
    return WM_INFEASIBLE;
}

static const char *const faults[] = {"",
                                     "the hardware has no unit for this precision",
                                     "weights and one sequence do not fit the memory of any group",
                                     "no batch reaches the wanted tokens per second and user",
                                     "no group meets the TTFT target",
                                     "requests of the mean length are longer than the model was "
                                     "published for",
                                     "the prefill accelerator has no unit for this precision",
                                     "weights and one prompt do not fit any group of the prefill "
                                     "accelerator",
                                     "the engine reads prompts where it decodes: "
                                     "prefill_accelerator needs one of mode disaggregated"};

static struct wm_serving_case serving_case(const struct wm_replay_case *c)
{
    const struct wm_accelerator *const reads = c->prefill_accelerator;
    return (struct wm_serving_case){.accelerator = c->accelerator,
                                    .prefill_accelerator = reads,
                                    .prefill_weight =
                                        reads ? wm_prefill_weight(c->accelerator, reads) : 0.0,
                                    .llm = c->llm,
                                    .engine = c->engine,
                                    .ways = c->ways,
                                    .precision = c->precision,
                                    .input_tok = fmax(1.0, c->input_tok),
                                    .output_tok = fmax(1.0, c->output_tok),
                                    .output_scv = 1.0,
                                    .draft = c->draft,
                                    .max_gpus = plan_gpus,
                                    .ttft_slo_s = c->ttft_slo_s > 0.0 ? c->ttft_slo_s : plan_ttft_s,
                                    .tok_per_s_per_user_slo = c->tok_per_s_per_user_slo > 0.0
                                                                  ? c->tok_per_s_per_user_slo
                                                                  : plan_tok_per_s};
}

/* Prefill groups a replica: the plan's, or as few as the mean rate of the requests needs. */
static uint32_t prefill_for_rate(const struct wm_replay_case *c, const struct wm_serving_plan *plan)
{
    const double planned = plan->prefill_gpus / plan->prefill_group_gpus;
    const double rate = c->rate_per_s / (double)c->n_replicas * plan->c.output_tok;
    if (rate <= 0.0 || rate >= plan->capacity_out_tok_per_s)
        return (uint32_t)(planned + 0.5);
    const double load = wm_serving_eval(plan, rate, 1.0).prefill_load_frac;
    const double needed = ceil(load * planned / plan->c.engine->prefill_max_util_frac);
    return (uint32_t)fmax(1.0, fmin(planned, needed));
}

/* Groups of a replica: given, or the plan for most tokens per accelerator. */
static enum wm_status choose_groups(struct wm_arena *arena, const struct wm_replay_case *c,
                                    struct wm_replay *r, struct wm_diags *diags)
{
    r->n_decode = 1;
    if (c->group.tensor > 0.0) {
        r->mode = c->ways == WM_WAYS_AGGREGATED      ? WM_AGGREGATED
                  : c->ways == WM_WAYS_DISAGGREGATED ? WM_DISAGGREGATED
                                                     : c->engine->mode;
        if (!wm_group_check(arena, c->llm, &c->group, diags))
            return WM_INVALID;
        r->group = c->group;
        r->n_decode = c->n_decode > 0 ? c->n_decode : 1;
        r->prefill_group = c->prefill_group.tensor > 0.0 ? c->prefill_group : c->group;
        r->n_prefill = r->mode == WM_AGGREGATED ? 0 : c->n_prefill > 0 ? c->n_prefill : 1;
    } else {
        const struct wm_serving_case sc = serving_case(c);
        const struct wm_serving_plan plan = wm_serving_plan(&sc);
        if (plan.fault != WM_PLAN_OK)
            return infeasible(diags, c, faults[plan.fault]);
        r->group = plan.decode_group;
        r->prefill_group = plan.prefill_group;
        r->n_decode = (uint32_t)wm_plan_decode_groups(&plan);
        r->mode = plan.mode;
        if (plan.mode == WM_DISAGGREGATED && plan.prefill_gpus > 0.0)
            r->n_prefill = c->n_prefill > 0 ? c->n_prefill : prefill_for_rate(c, &plan);
        r->pass_tok = r->n_prefill > 0 ? wm_plan_pass_tok(&plan) : 0.0;
    }
    r->gpus_per_replica = (double)r->n_decode * wm_group_gpus(&r->group);
    if (r->n_prefill > 0)
        r->gpus_per_replica += (double)r->n_prefill * wm_group_gpus(&r->prefill_group);
    r->gpus = r->gpus_per_replica * (double)c->n_replicas;
    return WM_OK;
}

/* A group of workers of one kind. */
struct kind {
    const struct wm_replay_case *c;
    const struct wm_group *group;
    bool prefills; /* apart from decoding */
};

static struct wm_step_model step_model(const struct kind *k, double clock_frac)
{
    const struct wm_replay_case *const c = k->c;
    const bool is_other = k->prefills && c->prefill_accelerator != NULL;
    return (struct wm_step_model){.accelerator =
                                      is_other ? c->prefill_accelerator : c->accelerator,
                                  .llm = c->llm,
                                  .engine = c->engine,
                                  .precision = c->precision,
                                  .kv_bytes = c->kv_bytes > 0.0 ? c->kv_bytes : c->engine->kv_bytes,
                                  .group = *k->group,
                                  .clock_frac = clock_frac,
                                  .cap_frac = is_other ? c->prefill_cap_frac : c->cap_frac,
                                  .draft = c->draft};
}

static double context_tok(const struct wm_replay_case *c)
{
    return c->input_tok + 0.5 * c->output_tok;
}

/* Blocks that fit a group: each attention group holds its own sequences. */
static double kv_blocks(const struct kind *k)
{
    const struct wm_replay_case *const c = k->c;
    if (c->kv_blocks > 0)
        return (double)c->kv_blocks;
    const struct wm_step_model m = step_model(k, 1.0);
    const double tok = fmax((double)BLOCK_TOK, context_tok(c));
    const double block_bytes = wm_group_kv_bytes(&m, tok) * (double)BLOCK_TOK / tok;
    return floor(wm_group_kv_room_bytes(&m) / block_bytes) * k->group->data;
}

static double draft_gain(const struct wm_replay_case *c)
{
    return c->draft.tok > 0.0 ? wm_draft_gain(c->draft.tok, c->draft.accept_frac) : 1.0;
}

static struct wm_replica_tier tier_of(const struct wm_kv_tier *tier, double gpus, double bytes_per_tok)
{
    return (struct wm_replica_tier){
        .tok = (uint32_t)fmin(floor(gpus * tier->bytes_per_gpu / bytes_per_tok), 4e9),
        .s_per_tok = bytes_per_tok / (gpus * tier->bytes_per_s),
        .j_per_tok = bytes_per_tok * tier->j_per_byte};
}

/* @param chunk_tok  of a step and attention group, when the user set none */
static enum wm_status choose_worker(const struct kind *k, enum wm_serving_mode mode,
                                    double chunk_tok, struct wm_replica_params *out,
                                    struct wm_diags *diags)
{
    const struct wm_replay_case *const c = k->c;
    const struct wm_group *const group = k->group;
    const bool prefill = k->prefills;
    const double blocks = kv_blocks(k);
    if (blocks < 2.0)
        return infeasible(diags, c,
                          prefill && c->prefill_accelerator != NULL
                              ? faults[WM_PLAN_PREFILL_MEMORY]
                              : "weights leave no memory for the KV cache of a sequence");
    const double seqs = c->max_seqs > 0
                            ? (double)c->max_seqs * group->data
                            : (double)c->engine->max_batch_per_gpu * wm_group_gpus(group);
    /* no batch of mean contexts is larger than twice what the cache holds */
    const double held = fmax(16.0, 2.0 * blocks * BLOCK_TOK / fmax(1.0, context_tok(c)));
    const double budget = group->data * (c->token_budget > 0 ? (double)c->token_budget : chunk_tok);
    const double seq_bytes = wm_llm_kv_bytes_per_tok(c->llm, step_model(k, 1.0).kv_bytes);
    const bool disaggregated = mode == WM_DISAGGREGATED;
    *out = (struct wm_replica_params){
        .batching = prefill            ? WM_BATCH_PREFILL_ONLY
                    : disaggregated    ? WM_BATCH_DECODE_ONLY
                    : c->prefill_first ? WM_BATCH_PREFILL_FIRST
                                       : WM_BATCH_CHUNKED,
        .preemption = c->preemption,
        .n_stages = (uint32_t)group->pipeline,
        .n_ranks = (uint32_t)group->data,
        .max_seqs = (uint32_t)fmin(fmin(seqs, held), MAX_SEQS),
        .token_budget = (uint32_t)fmin(fmax(budget, WM_STEP_TOK_ROUND), MAX_BUDGET_TOK),
        .block_tok = BLOCK_TOK,
        .kv_blocks = (uint32_t)fmin(blocks, 4e9),
        .watermark_blocks = (uint32_t)ceil(c->watermark_frac * blocks),
        .tok_per_step = prefill ? 1.0 : draft_gain(c),
        .swap_s_per_tok = seq_bytes / (host_bytes_per_s * wm_group_gpus(group)),
        .cache_tok = !disaggregated || prefill ? (uint32_t)fmin(c->cache_tok, 4e9) : 0,
        .max_context_tok = (uint32_t)c->llm->max_context_tok};
    for (int i = 0; i < WM_KV_TIERS && c->tiers != NULL && (!disaggregated || prefill); i++)
        out->tiers[i] = tier_of(wm_kv_tier_at(c->tiers, i), wm_group_gpus(group), seq_bytes);
    return WM_OK;
}

static const struct wm_step_table *compile(struct wm_arena *arena, const struct kind *k,
                                           const struct wm_replica_params *p, double clock_frac)
{
    const struct wm_step_model m = step_model(k, clock_frac);
    const uint32_t n = p->n_stages;
    return wm_step_table_of_model(arena, &m, (p->max_seqs + n - 1) / n, p->token_budget,
                                  context_tok(k->c));
}

/* Tables from the wanted clock down to the lowest of both kinds, when something may change it; else of that one. */
static struct wm_clock_tables compile_clocks(struct wm_arena *arena, const struct kind *k,
                                             const struct wm_replica_params *p)
{
    const struct wm_replay_case *const c = k->c;
    const double top = c->clock_frac > 0.0 ? c->clock_frac : 1.0;
    const double low = fmax(c->accelerator->power.min_clock_frac,
                            c->prefill_accelerator ? c->prefill_accelerator->power.min_clock_frac
                                                   : 0.0);
    const bool changes = c->cap_w > 0.0 || c->n_events > 0 || c->many_clocks;
    const uint32_t n = changes && top > low ? MAX_CLOCKS : 1;
    const struct wm_step_table **const t = WM_NEW_ARRAY(arena, const struct wm_step_table *, n);
    for (uint32_t i = 0; i < n; i++)
        t[i] = compile(arena, k, p,
                       n == 1 ? top : top - (top - low) * (double)i / (double)(n - 1));
    return (struct wm_clock_tables){.n = n, .tables = t};
}

static void sum_tok(struct wm_tok_count *to, const struct wm_tok_count *from)
{
    to->requests += from->requests;
    to->input_tok += from->input_tok;
    to->output_tok += from->output_tok;
}

static uint64_t all_tok(const struct wm_tok_count *n)
{
    return n->input_tok + n->output_tok;
}

static void sum_up(const struct wm_replay_case *c, struct wm_replay *r)
{
    const struct wm_fleet_totals *const t = &r->totals;
    uint64_t met = 0, with_target = 0, wanted = 0;
    for (uint32_t i = 0; i < r->service->n_classes; i++) {
        const struct wm_service_class *const k = &r->service->classes[i];
        const struct wm_tok_count left = wm_service_in_flight(k);
        sum_tok(&r->arrived, &k->arrived);
        sum_tok(&r->served, &k->served);
        sum_tok(&r->dropped, &k->dropped);
        sum_tok(&r->in_flight, &left);
        if (k->policy.ttft_slo_ns == 0 && k->policy.tpot_slo_ns == 0)
            continue;
        met += k->n_slo_met;
        with_target += k->served.requests;
        wanted += k->arrived.requests;
    }
    const double nothing = (double)NAN;
    r->time_s = 1e-9 * (double)t->end_ns;
    const double accounted =
        (double)all_tok(&r->served) + (double)all_tok(&r->dropped) + (double)t->in_flight_tok;
    r->balance_token_rel = r->arrived.requests > 0 ? ((double)all_tok(&r->arrived) - accounted) /
                                                         (double)all_tok(&r->arrived)
                                                   : 0.0;
    r->slo_attainment_frac = with_target > 0 ? (double)met / (double)with_target : nothing;
    r->goodput_frac = wanted > 0 ? (double)met / (double)wanted : nothing;
    r->goodput_req_per_s = wanted > 0 && r->time_s > 0.0 ? (double)met / r->time_s : nothing;
    r->it_w = r->time_s > 0.0 ? t->work.energy_j / r->time_s : nothing;
    r->gpu_it_w = r->it_w / r->gpus;
    r->energy_j_per_output_tok =
        r->served.output_tok > 0 ? t->work.energy_j / (double)r->served.output_tok : nothing;
    const double workers = (double)c->n_replicas * (double)(r->n_decode + r->n_prefill);
    r->busy_frac =
        t->end_ns > 0 ? (double)t->work.busy_ns / ((double)t->end_ns * workers) : nothing;
    r->prefill_share_frac =
        t->work.busy_ns > 0 ? (double)t->work.prefill_ns / (double)t->work.busy_ns : nothing;
    const double decode_steps = (double)(t->work.n_steps - t->prefill_work.n_steps);
    r->mean_batch =
        decode_steps > 0.0 ? (double)t->work.decode_tok / (draft_gain(c) * decode_steps) : nothing;
}

enum wm_status wm_replay_prepare(struct wm_arena *arena, const struct wm_replay_case *c,
                                 struct wm_replay *r, struct wm_fleet_params *p,
                                 struct wm_diags *diags)
{
    WM_REQUIRE(c->n_replicas >= 1);
    *r = (struct wm_replay){0};
    const struct wm_serving_case sc = serving_case(c);
    const enum wm_plan_fault fault =
        wm_compute_precision(c->accelerator, c->precision) == WM_N_PRECISIONS
            ? WM_PLAN_NO_UNIT
            : wm_prefill_fault(&sc);
    if (fault != WM_PLAN_OK)
        return infeasible(diags, c, faults[fault]);
    const struct kind decode = {c, &r->group, false}, prefill = {c, &r->prefill_group, true};
    enum wm_status status = choose_groups(arena, c, r, diags);
    const double chunk_tok = c->engine->prefill_chunk_tok;
    const double pass_tok = r->pass_tok > 0.0 ? r->pass_tok : chunk_tok;
    if (status == WM_OK)
        status = choose_worker(&decode, r->mode, chunk_tok, &r->worker, diags);
    if (status == WM_OK && r->n_prefill > 0)
        status = choose_worker(&prefill, r->mode, pass_tok, &r->prefill, diags);
    if (status != WM_OK)
        return status;
    if (r->n_prefill == 0 && r->worker.batching == WM_BATCH_DECODE_ONLY)
        r->worker.batching = WM_BATCH_PREFILL_FIRST; /* every prompt is cached: nothing to split */
    *p = (struct wm_fleet_params){
        .n_replicas = c->n_replicas,
        .router = c->router,
        .n_decode = r->n_decode,
        .worker = r->worker,
        .clocks = compile_clocks(arena, &decode, &r->worker),
        .n_prefill = r->n_prefill,
        .prefill = r->prefill,
        .transfer_s_per_tok =
            wm_llm_kv_bytes_per_tok(c->llm, step_model(&decode, 1.0).kv_bytes) /
            wm_case_transfer_bytes_per_s(&sc),
        .decode_gpus = wm_group_gpus(&r->group),
        .prefill_gpus = r->n_prefill > 0 ? wm_group_gpus(&r->prefill_group) : 0.0,
        .mtbf_s = c->mtbf_s,
        .mttr_s = c->mttr_s,
        .seed = c->seed};
    if (r->n_prefill > 0)
        p->prefill_clocks = compile_clocks(arena, &prefill, &r->prefill);
    r->clock_frac = p->clocks.tables[0]->clock_frac;
    return WM_OK;
}

struct wm_class_policy wm_replay_policy(const struct wm_replay_case *c)
{
    return (struct wm_class_policy){.ttft_slo_ns = (int64_t)(c->ttft_slo_s * 1e9),
                                    .tpot_slo_ns = c->tok_per_s_per_user_slo > 0.0
                                                       ? (int64_t)(1e9 / c->tok_per_s_per_user_slo)
                                                       : 0,
                                    .max_wait_ns = (int64_t)(c->max_wait_s * 1e9)};
}

static struct wm_service *new_service(struct wm_arena *arena, const struct wm_replay_case *c)
{
    struct wm_class_policy policies[WM_CLASSES_MAX];
    const uint32_t n_classes = c->n_classes > 0 ? c->n_classes : 1;
    for (uint32_t i = 0; i < n_classes; i++)
        policies[i] = c->policies != NULL ? c->policies[i] : wm_replay_policy(c);
    struct wm_service *const service = wm_service_new(arena, n_classes, policies);
    service->api_latency_ns = (int64_t)(c->engine->prompt_overhead_s * 1e9);
    service->on_served = c->on_served;
    service->context = c->listener;
    return service;
}

enum wm_status wm_replay_run(struct wm_arena *arena, const struct wm_replay_case *c,
                             struct wm_request_source source, struct wm_replay *r,
                             struct wm_diags *diags)
{
    struct wm_fleet_params p;
    const enum wm_status status = wm_replay_prepare(arena, c, r, &p, diags);
    if (status != WM_OK)
        return status;
    /* a cap is an event at the start */
    struct wm_fleet_event *const events =
        WM_NEW_ARRAY(arena, struct wm_fleet_event, c->n_events + 1);
    if (c->cap_w > 0.0)
        events[p.n_events++] = (struct wm_fleet_event){
            .kind = WM_FLEET_CAP, .n = c->n_replicas, .value = c->cap_w * r->gpus_per_replica};
    for (size_t i = 0; i < c->n_events; i++)
        events[p.n_events++] = c->events[i];
    p.events = events;
    struct wm_service *const service = new_service(arena, c);
    r->service = service;
    struct wm_fleet *const fleet = wm_fleet_new(arena, &p, service);
    if (c->sessions != NULL)
        r->sessions = wm_sessions_run(arena, fleet, service, c->sessions);
    else if (c->has_chains)
        r->chains = wm_chains_run(arena, fleet, service, source, !c->cold_chains, !c->no_drain);
    else
        wm_fleet_run(fleet, source, c->last_ns, c->stop_ns, !c->no_drain);
    r->totals = wm_fleet_totals(fleet);
    sum_up(c, r);
    if (fabs(r->balance_token_rel) <= 1e-9)
        return WM_OK;
    wm_diag_add(diags, WM_E302, NULL, NULL, "tokens: residual %.2e of those that arrived",
                r->balance_token_rel);
    return WM_FAILED;
}
