/* replay: a trace served by a fleet of replicas, request by request. */
#include <math.h>
#include <string.h>

#include "options.h"
#include "replay_load.h"
#include "replay_report.h"
#include "wattmill/fleet.h"
#include "wattmill/trace.h"

struct options {
    struct cli_sets catalogs;
    const char *accelerator, *llm, *engine, *precision, *router, *batching, *preemption, *failed;
    struct replay_load load;
    int64_t replicas, tp, dp, ep, pp, prefill_groups, max_seqs, token_budget, kv_blocks, loop, seed;
    double kv_bytes, cache_tok, draft_tok, accept_frac, clock, cap_w, mtbf_h, mttr_h;
    double ttft_slo_s, speed_slo, max_wait_s, start_s, end_s, rate_scale, time_scale;
    int64_t hash_block;
    bool dejitter, no_drain, requests;
    const char *dir;
    struct cli_asserts asserts;
    enum wm_format format;
};

static const struct options defaults = {.router = "least-tokens",
                                        .batching = "chunked",
                                        .preemption = "recompute",
                                        .failed = "drop",
                                        .load = {.arrival = "poisson",
                                                 .mmpp = "9.87,0.011,7.6,21.8",
                                                 .duration_s = 3600.0,
                                                 .cv = 1.5,
                                                 .tenants = 1,
                                                 .turns = 1.0,
                                                 .think_s = 10.0,
                                                 .context_cap_tok = 32768,
                                                 .batch_deadline_s = 86400.0},
                                        .replicas = 1,
                                        .loop = 1,
                                        .seed = 1,
                                        .clock = 1.0,
                                        .mttr_h = 4.0,
                                        .accept_frac = (double)NAN,
                                        .rate_scale = 1.0,
                                        .time_scale = 1.0,
                                        .format = WM_FORMAT_TABLE};

// clang-format off
static const struct cli_option rows[] = {
    CLI_TEXT(options, accelerator, "--accelerator", 'a', "NAME", "what it runs on (catalog accelerators)"),
    CLI_TEXT(options, llm, "--llm", 'm', "NAME", "model that is served (catalog llms)"),
    CLI_TEXT(options, engine, "--engine", 'e', "NAME", "serving engine (catalog engines; default: the overheads of disaggregated-2026, and if planned prompts apart from decoding or together with it)"),
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
    CLI_WHOLE(options, max_seqs, "--max-num-seqs", 0, "N", 1, 65535, "sequences of a batch, per attention group as in vLLM and TensorRT-LLM: times --dp for the replica (default: the engine's)"),
    CLI_WHOLE(options, token_budget, "--max-num-batched-tokens", 0, "N", 8, 65536, "tokens of a step, per attention group likewise (default: the engine's chunk)"),
    CLI_WHOLE(options, kv_blocks, "--kv-blocks", 0, "N", 2, 1000000000, "KV blocks of 16 tokens (default: what the memory holds)"),
    CLI_REAL(options, kv_bytes, "--kv-bytes", "B", 0.5, 4.0, "per element of the KV cache (default: the engine's)"),
    CLI_REAL(options, cache_tok, "--prefix-cache", "TOK", 0.0, 4e9, "prefix cache in tokens, of each worker that reads prompts: what it read, or answered, and still holds is not read again (default: none)"),
    CLI_REAL(options, draft_tok, "--draft-tokens", "N", 0.0, 16.0, "guesses a step checks per sequence (speculative decoding, MTP)"),
    CLI_REAL(options, accept_frac, "--accept", "P", 0.0, 1.0, "probability that a guess is right (default: as measured with the model's own module, else 0.7)"),
    CLI_REAL(options, clock, "--clock", "FRAC", 0.1, 1.0, "core clock of all accelerators (default: 1)"),
    CLI_REAL(options, cap_w, "--cap", "W", 1.0, 1e5, "power cap of an accelerator with its share of the host"),
    CLI_REAL(options, mtbf_h, "--mtbf", "H", 0.0, 1e7, "mean time between failures of a replica (default: none fail)"),
    CLI_REAL(options, mttr_h, "--mttr", "H", 0.0, 1e5, "mean time to repair (default: 4)"),
    CLI_REAL(options, ttft_slo_s, "--ttft-slo", "S", 0.0, 1e5, "target of the time to first token"),
    CLI_REAL(options, speed_slo, "--speed-slo", "TOK/S", 0.0, 1e5, "target of the speed of an answer, per user"),
    CLI_REAL(options, max_wait_s, "--max-wait", "S", 0.0, 1e6, "requests that waited longer are dropped (default: none)"),
    CLI_TEXT(options, load.class_name, "--class", 'c', "NAME", "without a trace: generated requests of a class (catalog workload_classes)"),
    CLI_REAL(options, load.rate, "--rate", "REQ/S", 1e-6, 1e6, "generated requests a second, mean"),
    CLI_REAL(options, load.duration_s, "--duration", "S", 1.0, 1e7, "how long they arrive (default: 3600)"),
    CLI_CHOICE(options, load.arrival, "--arrival", "poisson|gamma|weibull|mmpp2|constant", "process of their arrivals"),
    CLI_REAL(options, load.cv, "--cv", "X", 0.05, 20.0, "coefficient of variation of gamma and weibull gaps (default: 1.5)"),
    CLI_TEXT(options, load.mmpp, "--mmpp", 0, "R0,R1,T0,T1", "of mmpp2: rates [req/s] and mean stays [s] of its two states (default: 9.87,0.011,7.6,21.8, code completion); --rate scales it"),
    CLI_REAL(options, load.noise, "--noise", "X", 0.0, 2.0, "standard deviation of the log rate, minute by minute (chat: 0.21)"),
    CLI_TEXT(options, load.shape, "--shape", 0, "NAME", "rate by hour of the week (catalog demand_shapes; default: flat)"),
    CLI_REAL(options, load.shape_offset_h, "--shape-start", "H", 0.0, 168.0, "hour of the week at which it begins"),
    CLI_WHOLE(options, load.tenants, "--tenants", 0, "N", 1, 1000, "who send them, each with a process of its own"),
    CLI_REAL(options, load.tenant_skew, "--tenant-skew", "X", 0.0, 4.0, "rates fall with the X-th power of the rank (default: 0)"),
    CLI_TEXT(options, load.input, "--input", 0, "DIST", "prompt tokens: N, exponential:MEAN, gamma:SHAPE,SCALE, weibull:, pareto:, lognormal:, quantiles:, empirical: (default: the class's)"),
    CLI_TEXT(options, load.output, "--output-tokens", 0, "DIST", "answer tokens, the same way"),
    CLI_REAL(options, load.rank_corr, "--rank-corr", "X", -0.95, 0.95, "rank correlation of the two (default: 0)"),
    CLI_WHOLE(options, load.users, "--users", 0, "N", 1, 1000000, "closed loop: who ask, wait for the answer, think and ask again; instead of --rate"),
    CLI_REAL(options, load.turns, "--turns", "X", 1.0, 1000.0, "questions of a conversation, geometric mean count; each has all before it in its prompt (default: 1)"),
    CLI_REAL(options, load.think_s, "--think", "S", 0.0, 1e6, "mean time from an answer to the next question, or of a tool (default: 10)"),
    CLI_WHOLE(options, load.context_cap_tok, "--context-cap", 0, "TOK", 1, 10000000, "a conversation ends when its prompt is longer (default: 32768, at most what the model was published for)"),
    CLI_FLAG(options, load.cold_turns, "--cold-turns", "earlier turns, and calls of a trace's sessions, are read again even where a prefix cache holds them"),
    CLI_TEXT(options, load.batch_class, "--batch-class", 0, "NAME", "batch tier: this class of the trace, or of the catalogue with --batch-rate, gives way to all others"),
    CLI_REAL(options, load.batch_rate, "--batch-rate", "REQ/S", 1e-6, 1e6, "generated batch requests a second"),
    CLI_REAL(options, load.batch_deadline_s, "--batch-deadline", "S", 1.0, 1e8, "batch requests not begun by then are dropped (default: 86400)"),
    CLI_REAL(options, start_s, "--start", "S", 0.0, 1e9, "of the trace's own time"),
    CLI_REAL(options, end_s, "--end", "S", 0.0, 1e9, "of the trace's own time"),
    CLI_REAL(options, rate_scale, "--rate-scale", "X", 0.0001, 64.0, "below 1 thins, above 1 superposes shifted copies"),
    CLI_REAL(options, time_scale, "--time-scale", "X", 0.0001, 10000.0, "stretches the times between requests"),
    CLI_WHOLE(options, loop, "--loop", 0, "N", 1, 100000, "runs the trace N times"),
    CLI_WHOLE(options, hash_block, "--hash-block", 0, "TOK", 1, 1048576, "tokens of a block that hash_ids of a trace name (default: the format's, or by their number)"),
    CLI_CHOICE(options, failed, "--failed", "drop|keep", "rows without an answer: keep counts one token"),
    CLI_FLAG(options, dejitter, "--dejitter", "spread requests of one instant until the next"),
    CLI_FLAG(options, no_drain, "--no-drain", "stop with the last arrival, whatever is under way"),
    CLI_WHOLE(options, seed, "--seed", 0, "N", 0, 9007199254740991LL, "of thinning, failures and two choices (default: 1)"),
    CLI_CATALOG(options, catalogs),
    CLI_TEXT(options, dir, "--output", 'o', "DIR", "write replay.json, metrics.csv and latency curves"),
    CLI_FLAG(options, requests, "--requests", "with -o: requests.csv, a row a request in the order they leave"),
    CLI_CONDITION(options, asserts),
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

/* Names of --assert, before hours of simulation: the figures of nothing have all keys. */
static void check_names(struct cli *cli, const struct cli_asserts *asserts)
{
    const struct wm_replay nothing = {.service = wm_service_new(cli->arena, 1, NULL)};
    size_t n = 0;
    const struct wm_replay_metric *const m = wm_replay_metrics(cli->arena, &nothing, &n);
    for (size_t i = 0; i < asserts->n; i++) {
        struct wm_suggest near = wm_suggest_init(asserts->items[i].key);
        for (size_t k = 0; k < n; k++)
            wm_suggest_offer(&near, m[k].key);
        if (near.best == NULL || strcmp(near.best, asserts->items[i].key) != 0)
            (void)wm_assertion_unknown(cli->arena, &asserts->items[i], &near, &cli->diags);
    }
}

static enum wm_status fill_case(struct cli *cli, const struct options *o,
                                const struct wm_catalog *catalog, struct wm_replay_case *c)
{
    c->accelerator =
        cli_entry(cli, catalog, WM_CATALOG_accelerator, "--accelerator", o->accelerator);
    c->llm = cli_entry(cli, catalog, WM_CATALOG_llm, "--llm", o->llm);
    c->engine = cli_entry(cli, catalog, WM_CATALOG_engine, "--engine",
                          o->engine != NULL ? o->engine : WM_USUAL_ENGINE);
    c->ways = o->engine != NULL || o->prefill_groups > 0 ? WM_WAYS_ENGINES : WM_WAYS_BOTH;
    replay_load_check(cli, &o->load, cli->n_words > 0);
    if (o->requests && o->dir == NULL)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "replay: --requests needs -o DIR");
    check_names(cli, &o->asserts);
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
    c->draft = wm_draft_of(c->llm, o->draft_tok, o->accept_frac);
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

static void fill_mix(const struct options *o, const struct wm_trace_summary *s,
                     struct wm_replay_case *c)
{
    c->input_tok = (double)s->input_tok / (double)s->n_requests;
    c->output_tok = (double)s->output_tok / (double)s->n_requests;
    c->has_chains = s->n_requests > s->n_rows;
    c->cold_chains = o->load.cold_turns;
    const double last_s = 1e-9 * (double)s->last_ns;
    /* of the file: a window of it may be busier, but is not counted before it is served */
    c->rate_per_s =
        last_s > 0.0 ? (double)s->n_requests / last_s * o->rate_scale / o->time_scale : 0.0;
    const double end_s = o->end_s > 0.0 ? fmin(o->end_s, last_s) : last_s;
    const double span_s = fmax(0.0, end_s - o->start_s) * o->time_scale * (double)o->loop;
    c->last_ns = (int64_t)(span_s * 1e9);
    c->n_classes = s->n_classes > 0 ? s->n_classes : 1;
}

static enum wm_status check_asserts(struct cli *cli, const struct cli_asserts *asserts,
                                    const struct replay_report *report)
{
    bool hold = true;
    for (size_t i = 0; i < asserts->n; i++)
        for (size_t k = 0; k < report->n_metrics; k++) {
            const struct wm_replay_metric *const m = &report->metrics[k];
            if (strcmp(m->key, asserts->items[i].key) == 0 &&
                !wm_assertion_holds(&asserts->items[i], m->value,
                                    strcmp(m->unit, "1") == 0 ? "" : m->unit, &cli->diags))
                hold = false;
        }
    return hold ? WM_OK : WM_FAILED;
}

/* Serves, with a row of requests.csv for each request when asked for. */
static enum wm_status serve_and_list(struct cli *cli, const struct options *o,
                                     struct wm_replay_case *c, struct replay_rows *list,
                                     struct wm_request_source source, struct wm_folder *folder,
                                     struct wm_replay *r)
{
    if (!o->requests)
        return wm_replay_run(cli->arena, c, source, r, &cli->diags);
    list->file = wm_folder_begin(folder, "requests.csv");
    if (list->file == NULL)
        return WM_IO;
    replay_rows_head(list);
    c->on_served = replay_rows_add;
    c->listener = list;
    const enum wm_status status = wm_replay_run(cli->arena, c, source, r, &cli->diags);
    return wm_folder_end(folder) ? status : WM_IO;
}

static enum wm_status serve(struct cli *cli, const struct options *o, struct wm_replay_case *c,
                            const struct replay_origin *from, struct wm_request_source source)
{
    struct wm_replay r;
    struct wm_folder folder;
    if (o->dir != NULL && !wm_folder_open(&folder, cli->arena, o->dir, &cli->diags))
        return WM_IO;
    struct replay_rows list = {
        .from = from, .r = &r, .api_latency_ns = (int64_t)(c->engine->prompt_overhead_s * 1e9)};
    enum wm_status status = serve_and_list(cli, o, c, &list, source, &folder, &r);
    if (status != WM_OK && status != WM_FAILED)
        return status;
    struct replay_report report = {.c = c, .r = &r, .from = from};
    report.metrics = wm_replay_metrics(cli->arena, &r, &report.n_metrics);
#define LATENCY(member) \
    wm_service_latency(cli->arena, r.service, offsetof(struct wm_service_class, member))
    report.ttft = LATENCY(ttft);
    report.tpot = LATENCY(tpot);
    report.e2e = LATENCY(e2e);
#undef LATENCY
    replay_print(cli, &report, o->format);
    if (o->dir != NULL && !replay_write(&folder, &report))
        return WM_IO;
    return check_asserts(cli, &o->asserts, &report) == WM_OK ? status : WM_FAILED;
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
                                        .block_tok = (uint32_t)o->hash_block,
                                        .dejitter = o->dejitter,
                                        .seed = (uint64_t)o->seed};
    struct wm_trace *trace = NULL;
    enum wm_status status = wm_trace_open(cli->arena, cli->words[0], &to, &trace, &cli->diags);
    if (status == WM_OK) {
        const struct wm_trace_summary *const s = wm_trace_summary(trace);
        const struct replay_origin from = {
            .text = cli->words[0],
            .format = wm_arena_printf(cli->arena, "%s, %llu requests in %.1f s",
                                      wm_trace_format_name(s->format),
                                      (unsigned long long)s->n_requests, 1e-9 * (double)s->last_ns),
            .class_names = s->class_names,
            .n_classes = s->n_classes};
        fill_mix(o, s, c);
        if (replay_batch_class(cli, &o->load, s, c) != WM_OK)
            status = WM_USAGE;
        else
            status = serve(cli, o, c, &from, wm_trace_source(trace));
        if (status == WM_OK || status == WM_FAILED) {
            const enum wm_status same = wm_trace_check(trace, &cli->diags);
            status = same == WM_OK ? status : same;
        }
    }
    wm_trace_close(trace);
    return status;
}

static enum wm_status serve_load(struct cli *cli, const struct options *o,
                                 const struct wm_catalog *catalog, struct wm_replay_case *c)
{
    struct replay_origin from;
    struct wm_request_source source = {0};
    const enum wm_status status = replay_load_make(cli, catalog, &o->load, c, &from, &source);
    return status == WM_OK ? serve(cli, o, c, &from, source) : status;
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
    return cli->n_words > 0 ? serve_trace(cli, o, &c) : serve_load(cli, o, catalog, &c);
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
