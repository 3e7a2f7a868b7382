/* replay: a trace served by a fleet of replicas, request by request. */
#include <math.h>
#include <string.h>

#include "options.h"
#include "wattmill/fleet.h"
#include "wattmill/generate.h"
#include "wattmill/replay.h"
#include "wattmill/trace.h"

struct options {
    struct cli_sets catalogs;
    const char *accelerator, *llm, *engine, *precision, *router, *batching, *preemption, *failed;
    const char *class_name, *arrival, *shape;
    double rate, duration_s, cv, noise, shape_offset_h;
    int64_t replicas, tp, dp, ep, pp, prefill_groups, max_seqs, token_budget, kv_blocks, loop, seed;
    double kv_bytes, cache_tok, draft_tok, accept_frac, clock, cap_w, mtbf_h, mttr_h;
    double ttft_slo_s, speed_slo, max_wait_s, start_s, end_s, rate_scale, time_scale;
    bool dejitter, no_drain;
    enum wm_format format;
};

static const struct options defaults = {.engine = "disaggregated-2026",
                                        .router = "least-tokens",
                                        .batching = "chunked",
                                        .preemption = "recompute",
                                        .failed = "drop",
                                        .arrival = "poisson",
                                        .duration_s = 3600.0,
                                        .cv = 1.5,
                                        .replicas = 1,
                                        .loop = 1,
                                        .seed = 1,
                                        .clock = 1.0,
                                        .mttr_h = 4.0,
                                        .accept_frac = 0.7,
                                        .rate_scale = 1.0,
                                        .time_scale = 1.0,
                                        .format = WM_FORMAT_TABLE};

// clang-format off
static const struct cli_option rows[] = {
    CLI_TEXT(options, accelerator, "--accelerator", 'a', "NAME", "what it runs on (catalog accelerators)"),
    CLI_TEXT(options, llm, "--llm", 'm', "NAME", "model that is served (catalog llms)"),
    CLI_TEXT(options, engine, "--engine", 'e', "NAME", "serving engine (catalog engines)"),
    CLI_CHOICE(options, precision, "--precision", "bf16|fp8|fp4|int4|int8|fp32", "of the weights (default: narrowest the hardware has)"),
    CLI_WHOLE(options, replicas, "--replicas", 'n', "N", 1, 100000, "copies of the model (default: 1)"),
    CLI_CHOICE(options, router, "--router", "round-robin|least-tokens|least-requests|two-choices|prefix-affinity", "which replica gets a request"),
    CLI_WHOLE(options, tp, "--tp", 0, "N", 1, 1024, "accelerators a layer is split over (default: planned)"),
    CLI_WHOLE(options, dp, "--dp", 0, "N", 1, 1024, "attention groups with sequences of their own; with --tp"),
    CLI_WHOLE(options, ep, "--ep", 0, "N", 1, 1024, "accelerators that share whole experts; with --tp"),
    CLI_WHOLE(options, pp, "--pp", 0, "N", 1, 128, "pipeline stages; with --tp"),
    CLI_WHOLE(options, prefill_groups, "--prefill-groups", 0, "N", 1, 64, "prefill workers a replica, of a disaggregated engine"),
    CLI_CHOICE(options, batching, "--batching", "chunked|prefill-first", "of an aggregated engine"),
    CLI_CHOICE(options, preemption, "--preemption", "recompute|swap", "when KV memory runs out"),
    CLI_WHOLE(options, max_seqs, "--max-num-seqs", 0, "N", 1, 65535, "sequences of a batch (default: the engine's)"),
    CLI_WHOLE(options, token_budget, "--max-num-batched-tokens", 0, "N", 8, 65536, "tokens of a step (default: the engine's chunk)"),
    CLI_WHOLE(options, kv_blocks, "--kv-blocks", 0, "N", 2, 1000000000, "KV blocks of 16 tokens (default: what the memory holds)"),
    CLI_REAL(options, kv_bytes, "--kv-bytes", "B", 0.5, 4.0, "per element of the KV cache (default: the engine's)"),
    CLI_REAL(options, cache_tok, "--prefix-cache", "TOK", 0.0, 4e9, "prefix cache of a replica in tokens (default: none)"),
    CLI_REAL(options, draft_tok, "--draft-tokens", "N", 0.0, 16.0, "guesses a step checks per sequence (speculative decoding, MTP)"),
    CLI_REAL(options, accept_frac, "--accept", "P", 0.0, 1.0, "probability that a guess is right (default: 0.7)"),
    CLI_REAL(options, clock, "--clock", "FRAC", 0.1, 1.0, "core clock of all accelerators (default: 1)"),
    CLI_REAL(options, cap_w, "--cap", "W", 1.0, 1e5, "power cap of an accelerator with its share of the host"),
    CLI_REAL(options, mtbf_h, "--mtbf", "H", 0.0, 1e7, "mean time between failures of a replica (default: none fail)"),
    CLI_REAL(options, mttr_h, "--mttr", "H", 0.0, 1e5, "mean time to repair (default: 4)"),
    CLI_REAL(options, ttft_slo_s, "--ttft-slo", "S", 0.0, 1e5, "target of the time to first token"),
    CLI_REAL(options, speed_slo, "--speed-slo", "TOK/S", 0.0, 1e5, "target of the speed of an answer, per user"),
    CLI_REAL(options, max_wait_s, "--max-wait", "S", 0.0, 1e6, "requests that waited longer are dropped (default: none)"),
    CLI_TEXT(options, class_name, "--class", 'c', "NAME", "without a trace: generated requests of a class (catalog workload_classes)"),
    CLI_REAL(options, rate, "--rate", "REQ/S", 1e-6, 1e6, "generated requests a second, mean"),
    CLI_REAL(options, duration_s, "--duration", "S", 1.0, 1e7, "how long they arrive (default: 3600)"),
    CLI_CHOICE(options, arrival, "--arrival", "poisson|gamma|weibull|constant", "process of their arrivals"),
    CLI_REAL(options, cv, "--cv", "X", 0.05, 20.0, "coefficient of variation of gamma and weibull gaps (default: 1.5)"),
    CLI_REAL(options, noise, "--noise", "X", 0.0, 2.0, "standard deviation of the log rate, minute by minute (chat: 0.21)"),
    CLI_TEXT(options, shape, "--shape", 0, "NAME", "rate by hour of the week (catalog demand_shapes; default: flat)"),
    CLI_REAL(options, shape_offset_h, "--shape-start", "H", 0.0, 168.0, "hour of the week at which it begins"),
    CLI_REAL(options, start_s, "--start", "S", 0.0, 1e9, "of the trace's own time"),
    CLI_REAL(options, end_s, "--end", "S", 0.0, 1e9, "of the trace's own time"),
    CLI_REAL(options, rate_scale, "--rate-scale", "X", 0.0001, 64.0, "below 1 thins, above 1 superposes shifted copies"),
    CLI_REAL(options, time_scale, "--time-scale", "X", 0.0001, 10000.0, "stretches the times between requests"),
    CLI_WHOLE(options, loop, "--loop", 0, "N", 1, 100000, "runs the trace N times"),
    CLI_CHOICE(options, failed, "--failed", "drop|keep", "rows without an answer: keep counts one token"),
    CLI_FLAG(options, dejitter, "--dejitter", "spread requests of one instant until the next"),
    CLI_FLAG(options, no_drain, "--no-drain", "stop with the last arrival, whatever is under way"),
    CLI_WHOLE(options, seed, "--seed", 0, "N", 0, 9007199254740991LL, "of thinning, failures and two choices (default: 1)"),
    CLI_CATALOG(options, catalogs),
    CLI_FORMAT(options, format),
    CLI_END,
};
// clang-format on

static unsigned word_index(const char *const *words, const char *word)
{
    unsigned i = 0;
    while (words[i] != NULL && strcmp(words[i], word) != 0)
        i++;
    return i;
}

static enum wm_status load_catalog(struct cli *cli, const struct options *o,
                                   const struct wm_catalog **catalog)
{
    struct wm_json *extra =
        o->catalogs.n > 0 ? wm_json_new(cli->arena, WM_JSON_OBJECT, NULL) : NULL;
    for (size_t i = 0; i < o->catalogs.n; i++)
        if (!wm_override_apply(cli->arena, extra, &o->catalogs.items[i], &cli->diags))
            return WM_INVALID;
    return wm_catalog_load_with(cli->arena, extra, catalog, &cli->diags);
}

static enum wm_status fill_case(struct cli *cli, const struct options *o,
                                const struct wm_catalog *catalog, struct wm_replay_case *c)
{
    c->accelerator =
        cli_entry(cli, catalog, WM_CATALOG_accelerator, "--accelerator", o->accelerator);
    c->llm = cli_entry(cli, catalog, WM_CATALOG_llm, "--llm", o->llm);
    c->engine = cli_entry(cli, catalog, WM_CATALOG_engine, "--engine", o->engine);
    if (cli->n_words == 0 && (o->class_name == NULL || o->rate <= 0.0))
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "replay: needs a TRACE, or --class and --rate");
    if (o->tp == 0 && (o->dp > 0 || o->ep > 0 || o->pp > 0))
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "replay: --dp, --ep and --pp need --tp");
    if (cli->diags.n_errors > 0)
        return WM_USAGE;
    c->precision = o->precision != NULL
                       ? (enum wm_precision)word_index(wm_precision_words, o->precision)
                   : c->accelerator->fp4.flop_per_s > 0.0 ? WM_FP4
                   : c->accelerator->fp8.flop_per_s > 0.0 ? WM_FP8
                                                          : WM_BF16;
    if (o->tp > 0)
        c->group = (struct wm_group){.tensor = (double)o->tp,
                                     .data = o->dp > 0 ? (double)o->dp : 1.0,
                                     .expert = o->ep > 0 ? (double)o->ep : 1.0,
                                     .pipeline = o->pp > 0 ? (double)o->pp : 1.0};
    c->n_replicas = (uint32_t)o->replicas;
    c->router = (enum wm_router)word_index(wm_router_words, o->router);
    c->prefill_first = strcmp(o->batching, "prefill-first") == 0;
    c->preemption = (enum wm_preemption)word_index(wm_preemption_words, o->preemption);
    c->n_prefill = (uint32_t)o->prefill_groups;
    c->max_seqs = (uint32_t)o->max_seqs;
    c->token_budget = (uint32_t)o->token_budget;
    c->kv_blocks = (uint32_t)o->kv_blocks;
    c->kv_bytes = o->kv_bytes;
    c->watermark_frac = 0.01; /* vLLM's and Vidur's default */
    c->cache_tok = o->cache_tok;
    c->draft = (struct wm_draft){o->draft_tok, o->accept_frac};
    c->clock_frac = o->clock;
    c->cap_w = o->cap_w;
    c->mtbf_s = o->mtbf_h * WM_S_PER_H;
    c->mttr_s = o->mttr_h * WM_S_PER_H;
    c->ttft_slo_s = o->ttft_slo_s;
    c->tok_per_s_per_user_slo = o->speed_slo;
    c->max_wait_s = o->max_wait_s;
    c->seed = (uint64_t)o->seed;
    c->no_drain = o->no_drain;
    return WM_OK;
}

/* Where the requests come from, for the head of a report. */
struct origin {
    const char *text, *format;
    const char *const *class_names;
    uint32_t n_classes;
};

static void fill_mix(const struct options *o, const struct wm_trace_summary *s,
                     struct wm_replay_case *c)
{
    c->input_tok = (double)s->input_tok / (double)s->n_rows;
    c->output_tok = (double)s->output_tok / (double)s->n_rows;
    const double last_s = 1e-9 * (double)s->last_ns;
    const double end_s = o->end_s > 0.0 ? fmin(o->end_s, last_s) : last_s;
    const double span_s = fmax(0.0, end_s - o->start_s) * o->time_scale * (double)o->loop;
    c->last_ns = (int64_t)(span_s * 1e9);
    c->n_classes = s->n_classes > 0 ? s->n_classes : 1;
}

static double value_of(const struct wm_replay_metric *m, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(m[i].key, key) == 0)
            return m[i].value;
    return (double)NAN;
}

static void print_latency(const struct wm_replay_metric *m, size_t n, const char *title,
                          const char *name, const char *doc)
{
    static const char *const suffixes[] = {"mean", "p50", "p90", "p99", "max"};
    printf("%-5s", title);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char key[48];
        (void)snprintf(key, sizeof key, "%s_%s_s", name, suffixes[i]);
        const double x = value_of(m, n, key);
        if (isfinite(x))
            printf(" %9.4g", x);
        else
            printf(" %9s", "-");
    }
    printf("  %s\n", doc);
}

static const char *group_text(struct cli *cli, const struct wm_group *g)
{
    return wm_arena_printf(cli->arena, "%g accelerator%s (tp %g, dp %g, ep %g, pp %g)",
                           wm_group_gpus(g), wm_group_gpus(g) > 1.0 ? "s" : "", g->tensor, g->data,
                           g->expert, g->pipeline);
}

static void print_set_up(struct cli *cli, const struct options *o, const struct wm_replay_case *c,
                         const struct origin *from, const struct wm_replay *r)
{
    printf("%s: %s, %.1f tokens in and %.1f out on average\n", from->text, from->format,
           c->input_tok, c->output_tok);
    printf("%u replica%s of %s %s on %s, engine %s, router %s, clock %g\n", c->n_replicas,
           c->n_replicas > 1 ? "s" : "", c->llm->head.name, wm_precision_words[c->precision],
           c->accelerator->head.name, c->engine->head.name, o->router, r->clock_frac);
    if (r->n_prefill > 0)
        printf("each: %u prefill group%s of %s,\n      decode %s", r->n_prefill,
               r->n_prefill > 1 ? "s" : "", group_text(cli, &r->prefill_group),
               group_text(cli, &r->group));
    else
        printf("each: %s, %s", group_text(cli, &r->group), wm_batching_words[r->worker.batching]);
    printf("; batch <= %u, %u KV blocks of %u tokens\n\n", r->worker.max_seqs, r->worker.kv_blocks,
           r->worker.block_tok);
}

static void print_tokens(const char *name, const struct wm_tok_count *n)
{
    printf("  %-10s %12llu requests %14llu tokens in %14llu out\n", name,
           (unsigned long long)n->requests, (unsigned long long)n->input_tok,
           (unsigned long long)n->output_tok);
}

static void print_table(struct cli *cli, const struct options *o, const struct wm_replay_case *c,
                        const struct origin *from, const struct wm_replay *r,
                        const struct wm_replay_metric *m, size_t n)
{
    print_set_up(cli, o, c, from, r);
    if (r->totals.growing)
        printf("OVERLOAD: the queue grew from %.0f to %.0f requests while they arrived; the times\n"
               "below grow with the length of the trace and are no steady state.\n",
               r->totals.waiting[WM_FLEET_SLICES / 4], r->totals.waiting[WM_FLEET_SLICES - 1]);
    printf("[s]   %9s %9s %9s %9s %9s\n", "mean", "p50", "p90", "p99", "max");
    print_latency(m, n, "TTFT", "ttft", "first token - arrival");
    print_latency(m, n, "TPOT", "tpot", "(E2E - TTFT) / (output - 1)");
    print_latency(m, n, "E2E", "e2e", "last token - arrival");
    print_latency(m, n, "wait", "wait", "first place in a batch - arrival");
    if (isfinite(r->slo_attainment_frac))
        printf("SLO met  %.2f %% of served requests (TTFT <= %g s, speed >= %g tok/s)\n",
               100.0 * r->slo_attainment_frac, o->ttft_slo_s, o->speed_slo);
    printf("\nOutput   %.4g tok/s, %.4g tok/s per accelerator; %.4g requests/s served in %.1f s\n",
           value_of(m, n, "output_tok_per_s"), value_of(m, n, "output_tok_per_s_per_gpu"),
           value_of(m, n, "served_rate_req_per_s"), r->time_s);
    printf("Batch    %.3g sequences a decode step; workers busy %.1f %%, %.1f %% of it reading "
           "prompts\n",
           r->mean_batch, 100.0 * r->busy_frac, 100.0 * r->prefill_share_frac);
    printf("Power    %.4g kW IT (boards and hosts), %.4g W per accelerator; %.4g J per output "
           "token\n",
           1e-3 * r->it_w, r->gpu_it_w, r->energy_j_per_output_tok);
    printf("Queue    %.0f waiting when arrivals ended, at most %llu; %llu preemptions, %llu "
           "failures\n",
           r->totals.waiting[WM_FLEET_SLICES - 1], (unsigned long long)r->totals.max_waiting,
           (unsigned long long)r->totals.work.n_preempted,
           (unsigned long long)r->totals.n_failures);
    printf("Prefix   %.0f tokens of %llu in found in the cache\n",
           value_of(m, n, "cached_tok_served"), (unsigned long long)r->served.input_tok);
    printf("Balance  arrived = served + dropped + in flight; residual %.1e\n",
           r->balance_token_rel);
    print_tokens("arrived", &r->arrived);
    print_tokens("served", &r->served);
    print_tokens("dropped", &r->dropped);
    print_tokens("in flight", &r->in_flight);
}

static void print_classes(struct wm_json_writer *w, const struct origin *from,
                          const struct wm_service *service)
{
    wm_json_key(w, "classes");
    wm_json_array_begin(w);
    for (uint32_t i = 0; i < service->n_classes; i++) {
        const struct wm_service_class *const k = &service->classes[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "name", i < from->n_classes ? from->class_names[i] : "all");
        wm_json_member_integer(w, "requests_arrived", (int64_t)k->arrived.requests);
        wm_json_member_integer(w, "requests_served", (int64_t)k->served.requests);
        wm_json_member_integer(w, "requests_dropped", (int64_t)k->dropped.requests);
        wm_json_member_integer(w, "input_tok_served", (int64_t)k->served.input_tok);
        wm_json_member_integer(w, "output_tok_served", (int64_t)k->served.output_tok);
        wm_json_member_number(w, "ttft_p50_s", wm_ns_hist_quantile_s(&k->ttft, 0.5));
        wm_json_member_number(w, "ttft_p99_s", wm_ns_hist_quantile_s(&k->ttft, 0.99));
        wm_json_member_number(w, "tpot_p50_s", wm_ns_hist_quantile_s(&k->tpot, 0.5));
        wm_json_member_number(w, "tpot_p99_s", wm_ns_hist_quantile_s(&k->tpot, 0.99));
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

static void print_json(const struct wm_replay_case *c, const struct origin *from,
                       const struct wm_replay *r, const struct wm_replay_metric *m, size_t n)
{
    struct wm_json_writer w = wm_json_writer_to_file(stdout);
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "requests", from->text);
    wm_json_member_string(&w, "format", from->format);
    wm_json_member_string(&w, "accelerator", c->accelerator->head.name);
    wm_json_member_string(&w, "llm", c->llm->head.name);
    wm_json_member_string(&w, "engine", c->engine->head.name);
    wm_json_member_string(&w, "precision", wm_precision_words[c->precision]);
    wm_json_member_string(&w, "router", wm_router_words[c->router]);
    wm_json_member_string(&w, "batching", wm_batching_words[r->worker.batching]);
    wm_json_member_integer(&w, "replicas", c->n_replicas);
    wm_json_member_number(&w, "gpus_per_replica", r->gpus_per_replica);
    wm_json_member_integer(&w, "kv_blocks", r->worker.kv_blocks);
    wm_json_member_number(&w, "clock_frac", r->clock_frac);
    wm_json_key(&w, "metrics");
    wm_json_object_begin(&w);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(m[i].value))
            continue;
        wm_json_key(&w, m[i].key);
        wm_json_object_begin(&w);
        wm_json_member_number(&w, "value", m[i].value);
        wm_json_member_string(&w, "unit", m[i].unit);
        wm_json_member_string(&w, "doc", m[i].doc);
        wm_json_object_end(&w);
    }
    wm_json_object_end(&w);
    print_classes(&w, from, r->service);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

static void print_grid(struct cli *cli, const struct wm_replay_metric *m, size_t n,
                       enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "key"},
        {.key = "value", .is_json = true, .align_right = true},
        {.key = "unit"},
        {.key = "meaning"}};
    const char **const cells = WM_NEW_ARRAY(cli->arena, const char *, 4 * n);
    size_t n_rows = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(m[i].value))
            continue;
        char buf[32];
        const char *const row[4] = {
            m[i].key, wm_arena_printf(cli->arena, "%s", wm_json_number_text(m[i].value, buf)),
            m[i].unit, m[i].doc};
        memcpy(&cells[4 * n_rows++], row, sizeof row);
    }
    wm_grid_write(stdout, &(struct wm_grid){columns, 4, cells, n_rows}, format);
}

static enum wm_status serve(struct cli *cli, const struct options *o, struct wm_replay_case *c,
                            const struct origin *from, struct wm_request_source source)
{
    struct wm_replay r;
    const enum wm_status status = wm_replay_run(cli->arena, c, source, &r, &cli->diags);
    if (status != WM_OK && status != WM_FAILED)
        return status;
    size_t n = 0;
    const struct wm_replay_metric *const m = wm_replay_metrics(cli->arena, &r, &n);
    if (o->format == WM_FORMAT_TABLE)
        print_table(cli, o, c, from, &r, m, n);
    else if (o->format == WM_FORMAT_JSON)
        print_json(c, from, &r, m, n);
    else
        print_grid(cli, m, n, o->format);
    return status;
}

static enum wm_status serve_trace(struct cli *cli, const struct options *o,
                                  struct wm_replay_case *c)
{
    const struct wm_trace_options to = {.start_s = o->start_s,
                                        .end_s = o->end_s,
                                        .rate_scale = o->rate_scale,
                                        .time_scale = o->time_scale,
                                        .loop = (uint32_t)o->loop,
                                        .keep_failed = strcmp(o->failed, "keep") == 0,
                                        .dejitter = o->dejitter,
                                        .seed = (uint64_t)o->seed};
    struct wm_trace *trace = NULL;
    enum wm_status status = wm_trace_open(cli->arena, cli->words[0], &to, &trace, &cli->diags);
    if (status == WM_OK) {
        const struct wm_trace_summary *const s = wm_trace_summary(trace);
        const struct origin from = {
            .text = cli->words[0],
            .format = wm_arena_printf(cli->arena, "%s, %llu requests in %.1f s",
                                      wm_trace_format_name(s->format),
                                      (unsigned long long)s->n_rows, 1e-9 * (double)s->last_ns),
            .class_names = s->class_names,
            .n_classes = s->n_classes};
        fill_mix(o, s, c);
        status = serve(cli, o, c, &from, wm_trace_source(trace));
    }
    wm_trace_close(trace);
    return status;
}

/* Requests of a class of the catalogue: lognormal lengths of its means, its share of prefix hits. */
static enum wm_status serve_class(struct cli *cli, const struct options *o,
                                  const struct wm_catalog *catalog, struct wm_replay_case *c)
{
    const struct wm_workload_class *const k =
        cli_entry(cli, catalog, WM_CATALOG_workload, "--class", o->class_name);
    const struct wm_shape *const shape =
        o->shape != NULL ? cli_entry(cli, catalog, WM_CATALOG_shape, "--shape", o->shape) : NULL;
    if (cli->diags.n_errors > 0)
        return WM_USAGE;
    const struct wm_generator_class g = {
        .arrival = {.kind = (enum wm_arrival_kind)word_index(wm_arrival_words, o->arrival),
                    .rate_per_s = o->rate,
                    .cv = o->cv,
                    .shape = shape != NULL ? shape->hourly : NULL,
                    .shape_offset_h = o->shape_offset_h,
                    .noise_sigma = o->noise,
                    .noise_corr = 0.85}, /* Azure conversation trace, minute to minute */
        .input = wm_length_of(k->input_tok, 1.0),
        .output = wm_length_of(k->output_tok, k->output_scv),
        .hit_frac = k->cached_frac};
    struct wm_generator *const generator =
        wm_generator_new(cli->arena, &g, 1, o->duration_s, (uint64_t)o->seed);
    const struct origin from = {
        .text = k->head.name,
        .format = wm_arena_printf(cli->arena, "generated, %s arrivals, %g requests/s for %g s",
                                  o->arrival, o->rate, o->duration_s)};
    c->input_tok = k->input_tok;
    c->output_tok = k->output_tok;
    c->last_ns = (int64_t)(o->duration_s * 1e9);
    return serve(cli, o, c, &from, wm_generator_source(generator));
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const struct wm_catalog *catalog = NULL;
    struct wm_replay_case c = {0};
    enum wm_status status = load_catalog(cli, o, &catalog);
    if (status == WM_OK)
        status = fill_case(cli, o, catalog, &c);
    if (status != WM_OK)
        return status;
    return cli->n_words > 0 ? serve_trace(cli, o, &c) : serve_class(cli, o, catalog, &c);
}

const struct cli_verb cli_verb_replay = {
    .name = "replay",
    .words = "[TRACE]",
    .min_words = 0,
    .max_words = 1,
    .summary = "serve a trace request by request: latencies, throughput, power",
    .details =
        "TRACE is an Azure, BurstGPT, Vidur or wattmill CSV, or a Mooncake, Qwen-Bailian or\n"
        "LLMServingSim JSONL file; the format is found from its first line. Parallelism is\n"
        "planned for most tokens per accelerator within the targets unless --tp is given.\n"
        "TTFT ends when the first token is computed.",
    .options = rows,
    .defaults = &defaults,
    .size = sizeof defaults,
    .run = run,
};
