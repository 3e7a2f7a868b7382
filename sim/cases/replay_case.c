/* A replay as a case: its parameters, the requests, the fleet that serves them. */
#include <math.h>
#include <stddef.h>

#include "parts.h"

static struct wm_group group_of(const struct wm_replay_split *s)
{
    if (s->tp == 0)
        return (struct wm_group){0};
    return (struct wm_group){.tensor = (double)s->tp,
                             .data = s->dp > 0 ? (double)s->dp : 1.0,
                             .expert = s->ep > 0 ? (double)s->ep : 1.0,
                             .pipeline = s->pp > 0 ? (double)s->pp : 1.0};
}

static struct wm_replay_case case_of(const struct wm_replay_form *f)
{
    enum wm_precision list[WM_N_PRECISIONS];
    (void)wm_precisions_of(f->accelerator, f->precision, list);
    return (struct wm_replay_case){.accelerator = f->accelerator,
                                   .prefill_accelerator =
                                       f->prefill_accelerator == f->accelerator
                                           ? NULL
                                           : f->prefill_accelerator,
                                   .llm = f->llm,
                                   .engine = f->engine,
                                   .ways = f->ways,
                                   .precision = list[0],
                                   .kv_bytes = case_or_zero(f->kv.element_bytes),
                                   .group = group_of(&f->parallelism),
                                   .n_prefill = (uint32_t)f->parallelism.prefill_groups,
                                   .n_replicas = (uint32_t)f->replicas,
                                   .router = f->router,
                                   .prefill_first = f->batch.order != 0,
                                   .preemption = (enum wm_preemption)f->batch.preemption,
                                   .max_seqs = (uint32_t)f->batch.max_seqs,
                                   .token_budget = (uint32_t)f->batch.max_tok,
                                   .kv_blocks = (uint32_t)f->kv.blocks,
                                   .watermark_frac = f->kv.watermark_frac,
                                   .cache_tok = f->kv.prefix_cache_tok,
                                   .tiers = &f->kv.tiers,
                                   .draft = wm_draft_of(f->llm, f->draft_tok, f->accept_frac),
                                   .clock_frac = f->clock_frac,
                                   .cap_w = case_or_zero(f->cap_w),
                                   .mtbf_s = case_or_zero(f->failures.mtbf_s),
                                   .mttr_s = f->failures.mttr_s,
                                   .ttft_slo_s = case_or_zero(f->slo.ttft_s),
                                   .tok_per_s_per_user_slo =
                                       case_or_zero(f->slo.tok_per_s_per_user),
                                   .max_wait_s = case_or_zero(f->slo.max_wait_s),
                                   .seed = (uint64_t)f->seed,
                                   .no_drain = !f->drain};
}

static void fill_mix(const struct wm_replay_form *f, const struct wm_trace_summary *s,
                     struct wm_replay_case *c)
{
    const struct wm_replay_trace *const t = &f->trace;
    c->input_tok = (double)s->input_tok / (double)s->n_requests;
    c->output_tok = (double)s->output_tok / (double)s->n_requests;
    c->has_chains = s->n_requests > s->n_rows;
    c->cold_chains = f->load.cold_turns;
    const double last_s = 1e-9 * (double)s->last_ns;
    /* of the file: a window of it may be busier, but is not counted before it is served */
    c->rate_per_s =
        last_s > 0.0 ? (double)s->n_requests / last_s * t->rate_scale / t->time_scale : 0.0;
    const double end_s = case_or_zero(t->end_s) > 0.0 ? fmin(t->end_s, last_s) : last_s;
    const double span_s = fmax(0.0, end_s - t->start_s) * t->time_scale * (double)t->loop;
    c->last_ns = (int64_t)(span_s * 1e9);
    c->n_classes = s->n_classes > 0 ? s->n_classes : 1;
}

/* With a row of requests.csv for each request when asked for. */
static enum wm_status serve(struct wm_arena *arena, const struct wm_case_options *options,
                            struct wm_request_source source, struct replay_outcome *o,
                            struct wm_diags *diags)
{
    struct replay_rows rows = {.o = o,
                               .api_latency_ns = (int64_t)(o->c.engine->prompt_overhead_s * 1e9)};
    const bool listed = options->requests && options->folder != NULL;
    if (listed) {
        rows.file = wm_folder_begin(options->folder, "requests.csv");
        if (rows.file == NULL)
            return WM_IO;
        replay_rows_head(&rows);
        o->c.on_served = replay_rows_add;
        o->c.listener = &rows;
    }
    const enum wm_status status = wm_replay_run(arena, &o->c, source, &o->r, diags);
    o->c.on_served = NULL;
    o->c.listener = NULL;
    return !listed || wm_folder_end(options->folder) ? status : WM_IO;
}

static enum wm_status serve_opened(struct wm_arena *arena, const struct wm_replay_form *f,
                                   const struct wm_case_options *options, struct wm_trace *trace,
                                   struct replay_outcome *o, struct wm_diags *diags)
{
    const struct wm_trace_summary *const s = wm_trace_summary(trace);
    o->text = f->trace.file->path;
    o->format =
        wm_arena_printf(arena, "%s, %llu requests in %.1f s", wm_trace_format_name(s->format),
                        (unsigned long long)s->n_requests, 1e-9 * (double)s->last_ns);
    o->class_names = s->class_names;
    o->n_classes = s->n_classes;
    fill_mix(f, s, &o->c);
    if (replay_batch_class(arena, &f->load, s, &o->c, diags) != WM_OK)
        return WM_INVALID;
    const enum wm_status status = serve(arena, options, wm_trace_source(trace), o, diags);
    if (status != WM_OK && status != WM_FAILED)
        return status;
    const enum wm_status same = wm_trace_check(trace, diags);
    return same == WM_OK ? status : same;
}

static enum wm_status serve_trace(struct wm_arena *arena, const struct wm_replay_form *f,
                                  const struct wm_case_options *options, struct replay_outcome *o,
                                  struct wm_diags *diags)
{
    const struct wm_replay_trace *const t = &f->trace;
    const struct wm_trace_options to = {.start_s = t->start_s,
                                        .end_s = case_or_zero(t->end_s),
                                        .rate_scale = t->rate_scale,
                                        .time_scale = t->time_scale,
                                        .loop = (uint32_t)t->loop,
                                        .keep_failed = t->failed != 0,
                                        .block_tok = (uint32_t)t->hash_block_tok,
                                        .dejitter = t->dejitter,
                                        .seed = (uint64_t)f->seed};
    struct wm_trace *trace = NULL;
    enum wm_status status = wm_trace_open(arena, t->file->path, &to, &trace, diags);
    if (status == WM_OK)
        status = serve_opened(arena, f, options, trace, o, diags);
    wm_trace_close(trace);
    return status;
}

static enum wm_status run(struct wm_arena *arena, const void *params,
                          const struct wm_case_options *options, const void **outcome,
                          struct wm_diags *diags)
{
    const struct wm_replay_form *const f = params;
    struct replay_outcome *const o = WM_NEW(arena, struct replay_outcome);
    o->c = case_of(f);
    const enum wm_status status =
        f->trace.file != NULL
            ? serve_trace(arena, f, options, o, diags)
            : serve(arena, options, replay_load_make(arena, &f->load, o), o, diags);
    if (status != WM_OK && status != WM_FAILED)
        return status;
#define LATENCY(member) \
    wm_service_latency(arena, o->r.service, offsetof(struct wm_service_class, member))
    o->ttft = LATENCY(ttft);
    o->tpot = LATENCY(tpot);
    o->e2e = LATENCY(e2e);
#undef LATENCY
    *outcome = o;
    return status;
}

const struct wm_case_type wm_case_replay = {.form = &wm_replay_form,
                                            .result = "replay.json",
                                            .figures = replay_figures,
                                            .run = run,
                                            .json = replay_json,
                                            .print = replay_print,
                                            .put = replay_put};
