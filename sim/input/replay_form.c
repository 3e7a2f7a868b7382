/* Rows of a replay: what serves, how, and what is asked. */
#include <string.h>

#include "form_rows.h"
#include "wattmill/suggest.h"

static const char *const kind_words[] = {"replay", NULL};
static const char *const precision_words[] = WM_FORM_PRECISIONS();
static const char *const order_words[] = {"chunked", "prefill-first", NULL};
static const char *const failed_words[] = {"drop", "keep", NULL};

static const void *load_trace_path(struct wm_arena *arena, const char *path, struct wm_diags *diags)
{
    struct wm_trace_path *const out = WM_NEW(arena, struct wm_trace_path);
    (void)diags;
    out->path = wm_arena_copy_text(arena, path, strlen(path));
    return out;
}

// clang-format off
static const struct wm_field split_fields[] = {
    WM_INT(wm_replay_split, tp, 0, 1024, 0, "accelerators a layer is split over; 0: all of it is planned for most tokens per accelerator within the targets"),
    WM_INT(wm_replay_split, dp, 0, 1024, 0, "attention groups with sequences of their own; with tp; 0: 1"),
    WM_INT(wm_replay_split, ep, 0, 1024, 0, "accelerators that share whole experts; with tp; 0: 1"),
    WM_INT(wm_replay_split, pp, 0, 128, 0, "pipeline stages; with tp; 0: 1"),
    WM_INT(wm_replay_split, prefill_groups, 0, 64, 0, "prefill groups a replica, of a disaggregated engine; 0: planned"),
    WM_FIELD_END,
};
static const struct wm_field batch_fields[] = {
    WM_CHOICE(wm_replay_batch, order, order_words, "chunked", "of an aggregated engine: chunks of prompts ride along with decoding, or whole prompts go first"),
    WM_CHOICE(wm_replay_batch, preemption, wm_preemption_words, "recompute", "what a sequence does that must give its KV memory up"),
    WM_INT(wm_replay_batch, max_seqs, 0, 65535, 0, "sequences of a batch, per attention group as in vLLM and TensorRT-LLM: times dp for the replica; 0: the engine's"),
    WM_INT(wm_replay_batch, max_tok, 0, 65536, 0, "tokens of a step, per attention group likewise; 0: the engine's chunk"),
    WM_FIELD_END,
};
static const struct wm_field kv_fields[] = {
    WM_INT(wm_replay_kv, blocks, 0, 1000000000, 0, "KV blocks of 16 tokens; 0: what the memory holds"),
    WM_REAL(wm_replay_kv, element_bytes, WM_UNIT_BYTE, 0.5, 4.0, (double)NAN, "per element of the KV cache; unset: the engine's"),
    WM_REAL(wm_replay_kv, watermark_frac, WM_UNIT_FRAC, 0.0, 0.5, 0.01, "of the blocks, kept free when a request is admitted; default of vLLM and Vidur"),
    WM_REAL(wm_replay_kv, prefix_cache_tok, WM_UNIT_TOK, 0.0, 4e9, 0.0, "prefix cache of each worker that reads prompts: what it read, or answered, and still holds is not read again; 0: none"),
    WM_GROUP(wm_replay_kv, tiers, wm_kv_tiers_fields, "where the prefix cache's blocks go when they leave it; loaded from there when that is faster than reading again"),
    WM_FIELD_END,
};
static const struct wm_field failures_fields[] = {
    WM_REAL_AS(wm_replay_failures, mtbf_s, "mtbf_h", WM_UNIT_H, 0.0, 1e7, (double)NAN, "mean time between failures in a replica; each stops one of its groups, as often as its share of the accelerators; unset or 0: none fail"),
    WM_REAL_AS(wm_replay_failures, mttr_s, "mttr_h", WM_UNIT_H, 0.0, 1e5, 4.0, "mean time to repair; estimate"),
    WM_FIELD_END,
};
static const struct wm_field slo_fields[] = {
    WM_REAL(wm_replay_slo, ttft_s, WM_UNIT_S, 0.0, 1e5, (double)NAN, "target of the time to first token; unset: none, and 10 s to plan"),
    WM_REAL(wm_replay_slo, tok_per_s_per_user, WM_UNIT_TOK_PER_S, 0.0, 1e5, (double)NAN, "target of the speed of an answer, per user; unset: none, and 10 to plan"),
    WM_REAL(wm_replay_slo, max_wait_s, WM_UNIT_S, 0.0, 1e6, (double)NAN, "requests that waited longer are dropped; unset: none"),
    WM_FIELD_END,
};
static const struct wm_field trace_fields[] = {
    WM_FILE_AS(wm_replay_trace, file, "file", load_trace_path, wm_trace_path, "requests as recorded: Azure, BurstGPT, Vidur or wattmill CSV, Mooncake, Qwen-Bailian or LLMServingSim JSONL; instead of load"),
    WM_REAL(wm_replay_trace, start_s, WM_UNIT_S, 0.0, 1e9, 0.0, "of the trace's own time, from which it is served"),
    WM_REAL(wm_replay_trace, end_s, WM_UNIT_S, 0.0, 1e9, (double)NAN, "of the trace's own time, to which it is served; unset: all"),
    WM_REAL(wm_replay_trace, rate_scale, WM_UNIT_NONE, 0.0001, 64.0, 1.0, "below 1 thins, above 1 superposes shifted copies"),
    WM_REAL(wm_replay_trace, time_scale, WM_UNIT_NONE, 0.0001, 10000.0, 1.0, "stretches the times between requests"),
    WM_INT(wm_replay_trace, loop, 1, 100000, 1, "how often the trace runs"),
    WM_INT(wm_replay_trace, hash_block_tok, 0, 1048576, 0, "tokens of a block that hash_ids name; 0: the format's, or by their number"),
    WM_CHOICE(wm_replay_trace, failed, failed_words, "drop", "rows without an answer: keep counts one token"),
    WM_FLAG(wm_replay_trace, dejitter, false, "spread requests of one instant until the next"),
    WM_FIELD_END,
};
static const struct wm_field load_fields[] = {
    WM_REF_OPT(wm_replay_load, class, workload, wm_workload_class, "without a trace: generated requests of this class"),
    WM_REAL(wm_replay_load, requests_per_s, WM_UNIT_REQ_PER_S, 1e-6, 1e6, (double)NAN, "generated requests, mean"),
    WM_REAL(wm_replay_load, duration_s, WM_UNIT_S, 1.0, 1e7, 3600.0, "how long they arrive"),
    WM_CHOICE(wm_replay_load, arrival, wm_arrival_words, "poisson", "process of their arrivals"),
    WM_REAL(wm_replay_load, cv, WM_UNIT_NONE, 0.05, 20.0, 1.5, "coefficient of variation of gamma and weibull gaps; estimate"),
    WM_TEXT(wm_replay_load, mmpp, "9.87,0.011,7.6,21.8", "of mmpp2: R0,R1,T0,T1, rates [req/s] and mean stays [s] of its two states; requests_per_s scales it; default: Azure code completion 2023"),
    WM_REAL(wm_replay_load, noise_sigma, WM_UNIT_NONE, 0.0, 2.0, 0.0, "standard deviation of the log rate, minute by minute; Azure conversation 2023: 0.21"),
    WM_REAL(wm_replay_load, noise_corr, WM_UNIT_NONE, 0.0, 0.999, 0.85, "of that log rate from one minute to the next; Azure conversation 2023"),
    WM_REF_OPT(wm_replay_load, shape, shape, wm_shape, "rate by hour of the week; unset: flat"),
    WM_REAL(wm_replay_load, shape_start_h, WM_UNIT_NONE, 0.0, 168.0, 0.0, "hour of the week at which it begins"),
    WM_INT(wm_replay_load, tenants, 1, 1000, 1, "who send them, each with a process of its own"),
    WM_REAL(wm_replay_load, tenant_skew, WM_UNIT_NONE, 0.0, 4.0, 0.0, "rates fall with this power of the rank"),
    WM_TEXT(wm_replay_load, input, "", "prompt tokens: N, exponential:MEAN, gamma:SHAPE,SCALE, weibull:, pareto:, lognormal:, quantiles:, empirical:; unset: the class's"),
    WM_TEXT(wm_replay_load, output, "", "answer tokens, the same way"),
    WM_REAL(wm_replay_load, rank_corr, WM_UNIT_NONE, -0.95, 0.95, 0.0, "rank correlation of the two"),
    WM_INT(wm_replay_load, users, 0, 1000000, 0, "closed loop: who ask, wait for the answer, think and ask again; instead of requests_per_s"),
    WM_REAL(wm_replay_load, turns, WM_UNIT_NONE, 1.0, 1000.0, 1.0, "questions of a conversation, geometric mean count; each has all before it in its prompt"),
    WM_REAL(wm_replay_load, think_s, WM_UNIT_S, 0.0, 1e6, 10.0, "mean time from an answer to the next question, or of a tool; estimate"),
    WM_INT(wm_replay_load, fan_out, 0, 64, 0, "agents: sub-agents that start at the same instant after an answer, and whose last answers the next question brings; 0: none"),
    WM_REAL(wm_replay_load, fan_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.2, "share of answers after which they start; estimate"),
    WM_REAL(wm_replay_load, sub_calls, WM_UNIT_NONE, 1.0, 1000.0, 4.0, "calls of a sub-agent, geometric mean count, a tool of think_s between two; estimate"),
    WM_REAL(wm_replay_load, sub_context_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.5, "share of what was said before that each begins with: the prefix they have in common; estimate"),
    WM_INT(wm_replay_load, context_cap_tok, 1, 10000000, 32768, "a conversation ends when its prompt is longer; at most what the model was published for"),
    WM_FLAG(wm_replay_load, cold_turns, false, "earlier turns, and calls of a trace's sessions, are read again even where a prefix cache holds them"),
    WM_TEXT(wm_replay_load, batch_class, "", "batch tier: this class of the trace, or of the catalogue with batch_requests_per_s, gives way to all others"),
    WM_REAL(wm_replay_load, batch_requests_per_s, WM_UNIT_REQ_PER_S, 1e-6, 1e6, (double)NAN, "generated batch requests"),
    WM_REAL(wm_replay_load, batch_deadline_s, WM_UNIT_S, 1.0, 1e8, 86400.0, "batch requests not begun by then are dropped"),
    WM_FIELD_END,
};
static const struct wm_field fields[] = {
    WM_FORM_HEAD_ROWS(wm_replay_form, kind_words, "requests served one by one by a fleet of replicas"),
    WM_INT(wm_replay_form, seed, 0, 9007199254740991.0, 1, "of thinning, arrivals, failures and two choices"),
    WM_REF(wm_replay_form, accelerator, accelerator, wm_accelerator, NULL, "what it runs on"),
    WM_REF_OPT(wm_replay_form, prefill_accelerator, accelerator, wm_accelerator, WM_FORM_PREFILL_DOC),
    WM_REF(wm_replay_form, llm, llm, wm_llm, NULL, "model that is served"),
    WM_REF_OPT(wm_replay_form, engine, engine, wm_engine, WM_FORM_ENGINE_DOC),
    WM_CHOICE(wm_replay_form, precision, precision_words, "narrowest", "of the weights; narrowest: floating-point format that the hardware computes"),
    WM_INT(wm_replay_form, replicas, 1, 100000, 1, "copies of the model"),
    WM_CHOICE(wm_replay_form, router, wm_router_words, "least-tokens", "which replica gets a request"),
    WM_GROUP(wm_replay_form, parallelism, split_fields, "how a replica is split"),
    WM_GROUP(wm_replay_form, batch, batch_fields, "limits and order of a batch"),
    WM_GROUP(wm_replay_form, kv, kv_fields, "KV memory and prefix cache"),
    WM_REAL(wm_replay_form, draft_tok, WM_UNIT_TOK, 0.0, 16.0, 0.0, "guesses a step checks per sequence (speculative decoding, multi-token prediction); 0: none"),
    WM_REAL(wm_replay_form, accept_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "probability that a guess is right; unset: as measured with the model's own module, else 0.7 (estimate)"),
    WM_REAL(wm_replay_form, clock_frac, WM_UNIT_FRAC, 0.1, 1.0, 1.0, "core clock of all accelerators"),
    WM_REAL(wm_replay_form, cap_w, WM_UNIT_W, 1.0, 1e5, (double)NAN, "power cap of an accelerator with its share of the host; unset: none"),
    WM_GROUP(wm_replay_form, failures, failures_fields, "of replicas, at random"),
    WM_GROUP(wm_replay_form, slo, slo_fields, "latency targets"),
    WM_FLAG(wm_replay_form, drain, true, "serve to the end what has arrived; false: stop with the last arrival"),
    WM_GROUP(wm_replay_form, trace, trace_fields, "recorded requests"),
    WM_GROUP(wm_replay_form, load, load_fields, "generated requests, and the batch tier of a trace"),
    WM_FIELD_END,
};
// clang-format on

static void refuse(const struct wm_document *r, const char *path, const char *what)
{
    wm_diag_add(r->diags, WM_E211, NULL, path, "%s", what);
}

static void check_lengths(const struct wm_document *r, const struct wm_replay_load *l)
{
    const struct {
        const char *path, *text;
    } lengths[] = {{"load.input", l->input}, {"load.output", l->output}};
    struct wm_arrival arrival;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct wm_length length;
        const char *const why =
            lengths[i].text[0] != '\0' ? wm_length_parse(r->arena, lengths[i].text, &length) : NULL;
        if (why != NULL)
            wm_diag_add(r->diags, WM_E211, NULL, lengths[i].path, "= \"%s\": %s", lengths[i].text,
                        why);
    }
    if (l->arrival == WM_ARRIVAL_MMPP2 && !wm_arrival_parse_mmpp(l->mmpp, &arrival))
        wm_diag_add(r->diags, WM_E211, NULL, "load.mmpp",
                    "= \"%s\": needs four numbers RATE0,RATE1,STAY0,STAY1, stays above 0, not both "
                    "rates 0",
                    l->mmpp);
}

static void check_load(const struct wm_document *r, const struct wm_replay_load *l)
{
    const bool has_rate = wm_is_set(l->requests_per_s) || l->arrival == WM_ARRIVAL_MMPP2;
    if (l->class == NULL || (!has_rate && l->users == 0))
        refuse(r, "load",
               "needs trace.file, or load.class with load.requests_per_s, or load.class with "
               "load.users");
    if (l->users > 0 &&
        (wm_is_set(l->requests_per_s) || l->batch_class[0] != '\0' || l->tenants > 1))
        refuse(
            r, "load.users",
            "a closed loop takes no load.requests_per_s, load.tenants or load.batch_class beside "
            "them");
    if (l->fan_out > 0 && (l->users == 0 || l->users * (1 + l->fan_out) > 1000000))
        refuse(r, "load.fan_out", l->users == 0 ? "sub-agents are of users: give load.users"
                                                : "users with their sub-agents are more than 1,000,000");
    if ((l->batch_class[0] != '\0') != wm_is_set(l->batch_requests_per_s))
        refuse(r, "load.batch_class", "goes with load.batch_requests_per_s, neither alone");
    check_lengths(r, l);
}

/* Of generated load an entry of the catalogue; of a trace one of its own classes. */
static void find_batch(const struct wm_document *r, struct wm_replay_load *l)
{
    if (l->batch_class[0] == '\0')
        return;
    l->batch = (const void *)wm_catalog_find(r->catalog, WM_CATALOG_workload, l->batch_class);
    if (l->batch != NULL)
        return;
    struct wm_suggest near = wm_suggest_init(l->batch_class);
    for (size_t i = 0; i < wm_catalog_n(r->catalog, WM_CATALOG_workload); i++)
        wm_suggest_offer(&near, wm_catalog_at(r->catalog, WM_CATALOG_workload, i)->name);
    wm_diag_add(r->diags, WM_E208, NULL, "load.batch_class", "= \"%s\", no such entry in %s%s",
                l->batch_class, wm_catalog_section(WM_CATALOG_workload),
                wm_suggest_text(r->arena, &near));
}

static void check(const struct wm_document *r, void *params)
{
    struct wm_replay_form *const f = params;
    const struct wm_replay_split *const s = &f->parallelism;
    f->load.batch = NULL;
    wm_form_engine(r, &f->engine, &f->ways);
    if (s->prefill_groups > 0)
        f->ways = WM_WAYS_ENGINES;
    if (f->trace.file == NULL)
        find_batch(r, &f->load);
    if (f->trace.file == NULL)
        check_load(r, &f->load);
    else if (f->load.class != NULL || wm_is_set(f->load.requests_per_s) || f->load.users > 0)
        refuse(r, "load", "a trace brings its own requests: no class, requests_per_s or users");
    else if (wm_is_set(f->load.batch_requests_per_s))
        refuse(r, "load.batch_requests_per_s",
               "is of generated requests; batch_class names a class of the trace");
    if (s->tp == 0 && (s->dp > 0 || s->ep > 0 || s->pp > 0))
        refuse(r, "parallelism", "dp, ep and pp need tp");
}

const struct wm_form wm_replay_form = {.name = "replay",
                                       .title = "a replay",
                                       .fields = fields,
                                       .size = sizeof(struct wm_replay_form),
                                       .name_at = offsetof(struct wm_replay_form, head.name),
                                       .seed_at = offsetof(struct wm_replay_form, seed),
                                       .check = check};
