/* replay: requests served by a fleet of replicas, one by one. */
#include "options.h"

static const struct cli_case defaults = CLI_CASE_DEFAULTS;

#define ROW(name, letter, path) CLI_ROW_OF(replay, cli_case, sets, name, letter, path, )
// clang-format off
static const struct cli_option rows[] = {
    ROW("--accelerator", 'a', "accelerator"),
    ROW("--prefill-accelerator", 0, "prefill_accelerator"),
    ROW("--llm", 'm', "llm"),
    ROW("--engine", 'e', "engine"),
    ROW("--precision", 0, "precision"),
    ROW("--replicas", 'n', "replicas"),
    ROW("--router", 0, "router"),
    ROW("--tp", 0, "parallelism.tp"),
    ROW("--dp", 0, "parallelism.dp"),
    ROW("--ep", 0, "parallelism.ep"),
    ROW("--pp", 0, "parallelism.pp"),
    ROW("--prefill-groups", 0, "parallelism.prefill_groups"),
    ROW("--batching", 0, "batch.order"),
    ROW("--preemption", 0, "batch.preemption"),
    ROW("--max-num-seqs", 0, "batch.max_seqs"),
    ROW("--max-num-batched-tokens", 0, "batch.max_tok"),
    ROW("--kv-blocks", 0, "kv.blocks"),
    ROW("--kv-bytes", 0, "kv.element_bytes"),
    ROW("--watermark", 0, "kv.watermark_frac"),
    ROW("--prefix-cache", 0, "kv.prefix_cache_tok"),
    ROW("--host-cache", 0, "kv.tiers.host.gb_per_gpu"),
    ROW("--ssd-cache", 0, "kv.tiers.ssd.gb_per_gpu"),
    ROW("--draft-tokens", 0, "draft_tok"),
    ROW("--accept", 0, "accept_frac"),
    ROW("--clock", 0, "clock_frac"),
    ROW("--cap", 0, "cap_w"),
    ROW("--mtbf", 0, "failures.mtbf_h"),
    ROW("--mttr", 0, "failures.mttr_h"),
    ROW("--ttft-slo", 0, "slo.ttft_s"),
    ROW("--speed-slo", 0, "slo.tok_per_s_per_user"),
    ROW("--max-wait", 0, "slo.max_wait_s"),
    ROW("--class", 'c', "load.class"),
    ROW("--rate", 0, "load.requests_per_s"),
    ROW("--duration", 0, "load.duration_s"),
    ROW("--arrival", 0, "load.arrival"),
    ROW("--cv", 0, "load.cv"),
    ROW("--mmpp", 0, "load.mmpp"),
    ROW("--noise", 0, "load.noise_sigma"),
    ROW("--noise-corr", 0, "load.noise_corr"),
    ROW("--shape", 0, "load.shape"),
    ROW("--shape-start", 0, "load.shape_start_h"),
    ROW("--tenants", 0, "load.tenants"),
    ROW("--tenant-skew", 0, "load.tenant_skew"),
    ROW("--input", 0, "load.input"),
    ROW("--output-tokens", 0, "load.output"),
    ROW("--rank-corr", 0, "load.rank_corr"),
    ROW("--users", 0, "load.users"),
    ROW("--turns", 0, "load.turns"),
    ROW("--think", 0, "load.think_s"),
    ROW("--fan-out", 0, "load.fan_out"),
    ROW("--fan-frac", 0, "load.fan_frac"),
    ROW("--sub-calls", 0, "load.sub_calls"),
    ROW("--sub-context", 0, "load.sub_context_frac"),
    ROW("--context-cap", 0, "load.context_cap_tok"),
    ROW("--cold-turns", 0, "load.cold_turns"),
    ROW("--batch-class", 0, "load.batch_class"),
    ROW("--batch-rate", 0, "load.batch_requests_per_s"),
    ROW("--batch-deadline", 0, "load.batch_deadline_s"),
    ROW("--start", 0, "trace.start_s"),
    ROW("--end", 0, "trace.end_s"),
    ROW("--rate-scale", 0, "trace.rate_scale"),
    ROW("--time-scale", 0, "trace.time_scale"),
    ROW("--loop", 0, "trace.loop"),
    ROW("--hash-block", 0, "trace.hash_block_tok"),
    ROW("--failed", 0, "trace.failed"),
    ROW("--dejitter", 0, "trace.dejitter"),
    CLI_ROW_OF(replay, cli_case, sets, "--no-drain", 0, "drain", .fixed = "false"),
    ROW("--seed", 0, "seed"),
    CLI_CASE_ROWS("write replay.json, metrics.csv and latency curves"),
    CLI_FLAG(cli_case, requests, "--requests", "with -o: requests.csv, a row a request in the order they leave"),
    CLI_END,
};
// clang-format on

static enum wm_status run(struct cli *cli, const void *options)
{
    return cli_case_run(cli, &wm_replay_form, "trace.file", options);
}

const struct cli_verb cli_verb_replay = {
    .name = "replay",
    .words = "[TRACE|FILE]",
    .min_words = 0,
    .max_words = 1,
    .summary = "serve a trace request by request: latencies, throughput, power",
    .details =
        "TRACE is an Azure, BurstGPT, Vidur or wattmill CSV, or a Mooncake, Qwen-Bailian or\n"
        "LLMServingSim JSONL file; the format is found from its first line. FILE is a document\n"
        "{\"schema_version\": 1, \"case\": \"replay\", ...} or the replay.json of an earlier one, "
        "which\n"
        "repeats it. An option stands for the key that begins its text. Parallelism is planned "
        "for\n"
        "most tokens per accelerator within the targets unless --tp is given. TTFT ends when the\n"
        "first token is computed.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
