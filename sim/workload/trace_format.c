/* The published formats, and ours. */
#include "trace_format.h"

#define TIME(key, digits) {key, COLUMN_TIME, digits}
#define INPUT(key)        {key, COLUMN_INPUT, 0}
#define OUTPUT(key)       {key, COLUMN_OUTPUT, 0}

static const struct trace_format *const formats[] = {
#define WM_TRACE_FORMAT(id, name) &trace_format_##name,
#include "wattmill/trace_format.def"
#undef WM_TRACE_FORMAT
};

const struct trace_format *trace_format_of(enum wm_trace_format format)
{
    return formats[format];
}

const char *wm_trace_format_name(enum wm_trace_format format)
{
    return formats[format]->name;
}

// clang-format off
const struct trace_format trace_format_azure = {
    .name = "Azure LLM inference CSV", .time_is_clock = true,
    .members = {TIME("TIMESTAMP", 0), INPUT("ContextTokens"), OUTPUT("GeneratedTokens")}};

const struct trace_format trace_format_burstgpt = {
    .name = "BurstGPT CSV",
    .members = {TIME("Timestamp", 9), INPUT("Request tokens"), OUTPUT("Response tokens"),
                {"Log Type", COLUMN_CLASS, 0}, {"Session ID", COLUMN_SESSION, 0}}};

const struct trace_format trace_format_vidur = {
    .name = "Vidur/Splitwise CSV",
    .members = {TIME("arrived_at", 9), INPUT("num_prefill_tokens"), OUTPUT("num_decode_tokens")}};

const struct trace_format trace_format_ours = {
    .name = "wattmill CSV",
    .members = {TIME("timestamp_s", 9), INPUT("input_tokens"), OUTPUT("output_tokens"),
                {"prefix_hit_tokens", COLUMN_HIT, 0}, {"reasoning_tokens", COLUMN_REASONING, 0},
                {"class", COLUMN_CLASS, 0}, {"session", COLUMN_SESSION, 0}}};

/* as clients log usage */
const struct trace_format trace_format_usage = {
    .name = "wattmill CSV",
    .members = {TIME("timestamp", 9), INPUT("prompt_tokens"), OUTPUT("completion_tokens")}};

const struct trace_format trace_format_mooncake = {
    .name = "Mooncake JSONL", .sign = {"input_length", "output_length"}, .block_tok = 512, .turns_by = "session_id",
    .members = {TIME("timestamp", 6), INPUT("input_length"), OUTPUT("output_length"), {"delay", COLUMN_AFTER, 6}}};

const struct trace_format trace_format_bailian = {
    .name = "Qwen-Bailian JSONL", .sign = {"chat_id"}, .block_tok = 16, .asks_session = true, .class_by = "type",
    .members = {TIME("timestamp", 9), INPUT("input_length"), OUTPUT("output_length"), {"chat_id", COLUMN_SESSION, 0}}};

const struct trace_format trace_format_llmservingsim = {
    .name = "LLMServingSim JSONL", .sign = {"arrival_time_ns"}, .has_calls = true,
    .members = {TIME("arrival_time_ns", 0), INPUT("input_toks"), OUTPUT("output_toks"), {"tool_duration_ns", COLUMN_AFTER, 0}}};
// clang-format on
