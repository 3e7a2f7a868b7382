/*
 * Sources: vLLM, `vllm bench serve --save-result` and benchmark_serving.py before it (vllm/benchmarks/serve.py); SGLang,
 * python/sglang/bench_serving.py; NVIDIA AIPerf and GenAI-Perf, profile_export_*.json; GuideLLM, benchmarks.json;
 * SemiAnalysis InferenceX, utils/process_result.py and the rows of its API.
 */
#include "curve_layouts.h"

#include <math.h>
#include <string.h>

static const double MS = 1e-3;

// clang-format off
static const struct wm_curve_layout layouts[] = {
    {.name = "InferenceX", .marks = {"hw|hardware", "output_tput_per_gpu|metrics.output_tput_per_gpu"},
     .engine = "framework", .model = "model|infmax_model_prefix", .precision = "precision", .hardware = "hw|hardware", .date = "date",
     .drafts = "spec_decoding|mtp|spec_method", .data_attention = "decode_dp_attention|dp_attention", .is_drawn = true,
     .of = {
        [WM_CURVE_USERS]        = {"conc", 1},
        [WM_CURVE_OUT_EACH]     = {"output_tput_per_gpu|metrics.output_tput_per_gpu", 1},
        [WM_CURVE_TPOT]         = {"mean_tpot|metrics.mean_tpot|median_tpot|metrics.median_tpot", 1},
        [WM_CURVE_TTFT]         = {"mean_ttft|metrics.mean_ttft|median_ttft|metrics.median_ttft", 1},
        [WM_CURVE_TPOT_P99]     = {"p99_tpot|metrics.p99_tpot", 1},
        [WM_CURVE_TTFT_P99]     = {"p99_ttft|metrics.p99_ttft", 1},
        [WM_CURVE_INPUT]        = {"isl", 1},
        [WM_CURVE_OUTPUT]       = {"osl", 1},
        [WM_CURVE_POWER]        = {"avg_power_w|metrics.avg_power_w", 1},
        [WM_CURVE_GPUS]         = {"num_gpus", 1},
        [WM_CURVE_TENSOR]       = {"decode_tp|tp", 1},
        [WM_CURVE_STAGES]       = {"decode_pp|pp", 1},
        [WM_CURVE_EXPERT]       = {"decode_ep|ep", 1},
        [WM_CURVE_PREFILL_GPUS] = {"num_prefill_gpu|prefill_gpus", 1},
        [WM_CURVE_DECODE_GPUS]  = {"num_decode_gpu|decode_gpus", 1}}},
    {.name = "SGLang bench_serving", .marks = {"output_throughput", "mean_e2e_latency_ms", "mean_ttft_ms"},
     .engine = "backend", .model = "server_info.served_model_name|server_info.model_path|model_id|model", .precision = "server_info.quantization", .date = "date",
     .of = {
        [WM_CURVE_USERS]      = {"max_concurrency", 1},
        [WM_CURVE_MEASURED]   = {"concurrency", 1},
        [WM_CURVE_REQUESTS]   = {"request_rate", 1},
        [WM_CURVE_OUT]        = {"output_throughput", 1},
        [WM_CURVE_TPOT]       = {"mean_tpot_ms|mean_itl_ms", MS},
        [WM_CURVE_TTFT]       = {"mean_ttft_ms", MS},
        [WM_CURVE_TPOT_P99]   = {"p99_tpot_ms", MS},
        [WM_CURVE_TTFT_P99]   = {"p99_ttft_ms", MS},
        [WM_CURVE_INPUT_SUM]  = {"total_input_tokens", 1},
        [WM_CURVE_OUTPUT_SUM] = {"total_output_tokens", 1},
        [WM_CURVE_COMPLETED]  = {"completed", 1},
        [WM_CURVE_DURATION]   = {"duration", 1},
        [WM_CURVE_GPUS]       = {"num_gpus|n_gpu", 1},
        [WM_CURVE_TENSOR]     = {"server_info.tp_size", 1},
        [WM_CURVE_STAGES]     = {"server_info.pp_size", 1},
        [WM_CURVE_EXPERT]     = {"server_info.ep_size", 1}}},
    {.name = "vLLM bench serve", .marks = {"output_throughput", "mean_ttft_ms"},
     .engine = "backend|endpoint_type", .model = "model_id|model", .precision = "quantization", .date = "date",
     .of = {
        [WM_CURVE_USERS]      = {"max_concurrency", 1},
        [WM_CURVE_REQUESTS]   = {"request_rate", 1},
        [WM_CURVE_OUT]        = {"output_throughput", 1},
        [WM_CURVE_TPOT]       = {"mean_tpot_ms|mean_itl_ms", MS},
        [WM_CURVE_TTFT]       = {"mean_ttft_ms", MS},
        [WM_CURVE_TPOT_P99]   = {"p99_tpot_ms", MS},
        [WM_CURVE_TTFT_P99]   = {"p99_ttft_ms", MS},
        [WM_CURVE_INPUT_SUM]  = {"total_input_tokens|total_input", 1},
        [WM_CURVE_OUTPUT_SUM] = {"total_output_tokens|total_output", 1},
        [WM_CURVE_COMPLETED]  = {"completed", 1},
        [WM_CURVE_FAILED]     = {"failed", 1},
        [WM_CURVE_DURATION]   = {"duration", 1},
        [WM_CURVE_GPUS]       = {"num_gpus|n_gpu|gpu_count|gpus", 1},
        [WM_CURVE_TENSOR]     = {"tensor_parallel_size|tp_size|tp", 1},
        [WM_CURVE_STAGES]     = {"pipeline_parallel_size|pp", 1},
        [WM_CURVE_EXPERT]     = {"ep|ep_size", 1}}},
    {.name = "AIPerf", .marks = {"output_token_throughput.avg", "time_to_first_token.avg"}, .has_units = true,
     .model = "input_config.models.items.0.name|input_config.endpoint.model_names.0|input_config.model_names.0|input_config.model.0|input_config.model",
     .date = "start_time",
     .of = {
        [WM_CURVE_USERS]      = {"input_config.loadgen.concurrency|input_config.concurrency|input_config.perf_analyzer.stimulus.concurrency|"
                                 "input_config.perf_analyzer.concurrency", 1},
        [WM_CURVE_MEASURED]   = {"effective_concurrency.avg", 1},
        [WM_CURVE_REQUESTS]   = {"input_config.loadgen.request_rate|input_config.request_rate|input_config.perf_analyzer.stimulus.request_rate", 1},
        [WM_CURVE_OUT]        = {"output_token_throughput.avg", 1},
        [WM_CURVE_TPOT]       = {"inter_token_latency.avg", 1},
        [WM_CURVE_TTFT]       = {"time_to_first_token.avg", 1},
        [WM_CURVE_TPOT_P99]   = {"inter_token_latency.p99", 1},
        [WM_CURVE_TTFT_P99]   = {"time_to_first_token.p99", 1},
        [WM_CURVE_INPUT]      = {"input_sequence_length.avg", 1},
        [WM_CURVE_OUTPUT]     = {"output_sequence_length.avg", 1},
        [WM_CURVE_COMPLETED]  = {"request_count.avg", 1},
        [WM_CURVE_FAILED]     = {"error_request_count.avg", 1},
        [WM_CURVE_DURATION]   = {"benchmark_duration.avg", 1}}},
    {.name = "GuideLLM", .marks = {"metrics.output_tokens_per_second.successful", "metrics.time_to_first_token_ms"},
     .model = "config.backend.model|worker.backend_model|backend.model|args.model", .date = "scheduler_metrics.start_time|run_stats.start_time|start_time",
     .of = {
        [WM_CURVE_USERS]      = {"config.strategy.streams|args.strategy.streams|scheduler.strategy.streams", 1},
        [WM_CURVE_MEASURED]   = {"metrics.request_concurrency.successful.mean", 1},
        [WM_CURVE_REQUESTS]   = {"config.strategy.rate|args.strategy.rate|scheduler.strategy.rate", 1},
        [WM_CURVE_OUT]        = {"metrics.output_tokens_per_second.successful.mean", 1},
        [WM_CURVE_TPOT]       = {"metrics.inter_token_latency_ms.successful.mean", MS},
        [WM_CURVE_TTFT]       = {"metrics.time_to_first_token_ms.successful.mean", MS},
        [WM_CURVE_TPOT_P99]   = {"metrics.inter_token_latency_ms.successful.percentiles.p99", MS},
        [WM_CURVE_TTFT_P99]   = {"metrics.time_to_first_token_ms.successful.percentiles.p99", MS},
        [WM_CURVE_INPUT]      = {"metrics.prompt_token_count.successful.mean", 1},
        [WM_CURVE_OUTPUT]     = {"metrics.output_token_count.successful.mean", 1},
        [WM_CURVE_COMPLETED]  = {"metrics.request_totals.successful|request_totals.successful", 1},
        [WM_CURVE_FAILED]     = {"metrics.request_totals.errored|request_totals.errored", 1}}},
};
// clang-format on
enum { N_LAYOUTS = sizeof layouts / sizeof *layouts };

const struct wm_curve_layout *wm_curve_layout_of(const struct wm_json *point)
{
    for (size_t i = 0; i < N_LAYOUTS; i++) {
        bool fits = true;
        for (size_t m = 0; m < 3 && layouts[i].marks[m] != NULL; m++)
            fits = fits && wm_value_at(point, layouts[i].marks[m]) != NULL;
        if (fits)
            return &layouts[i];
    }
    return NULL;
}

const char *wm_curve_layout_names(struct wm_arena *arena)
{
    const char *all = "";
    for (size_t i = 0; i < N_LAYOUTS; i++)
        all = wm_arena_printf(arena, "%s%s%s", all, i > 0 ? ", " : "", layouts[i].name);
    return all;
}

static double unit_s(const char *unit)
{
    static const struct {
        const char *unit;
        double s;
    } units[] = {{"ms", 1e-3}, {"s", 1.0}, {"sec", 1.0}, {"us", 1e-6}, {"ns", 1e-9}, {"", 1e-3}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(unit, units[i].unit) == 0)
            return units[i].s;
    return (double)NAN;
}

double wm_curve_value(struct wm_importer *im, const struct wm_curve_layout *l,
                      const struct wm_json *point, enum wm_curve_quantity q)
{
    const char *const paths = l->of[q].paths;
    const double value = paths != NULL ? wm_value_number(point, paths) : (double)NAN;
    const bool is_time = q >= WM_CURVE_TPOT && q <= WM_CURVE_TTFT_P99;
    if (isnan(value) || !l->has_units || !is_time)
        return value * l->of[q].factor;
    const bool is_first = q == WM_CURVE_TTFT || q == WM_CURVE_TTFT_P99;
    const char *const key = is_first ? "time_to_first_token.unit" : "inter_token_latency.unit";
    const double s = unit_s(wm_value_text(point, key));
    if (isnan(s) && (q == WM_CURVE_TPOT || q == WM_CURVE_TTFT)) /* once for both of its figures */
        wm_value_mistake(im, WM_E207, wm_value_at(point, key),
                         "%s = \"%.20s\", allowed: ms, s, us, ns", key, wm_value_text(point, key));
    return value * s;
}
