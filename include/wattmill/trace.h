/*
 * Trace: recorded requests, read as they were published, one row at a time.
 *
 * The format is found from the first line: Azure LLM 2023/2024 CSV, BurstGPT v1/v2 CSV, Mooncake
 * JSONL, Qwen-Bailian JSONL, Vidur/Splitwise CSV, LLMServingSim JSONL, and our own CSV
 * `timestamp_s,input_tokens,output_tokens[,prefix_hit_tokens][,reasoning_tokens][,class]`.
 *
 * A file is read twice: once to count rows, tokens and mistakes, then while it is replayed. Memory
 * holds one row, whatever the length of the file; only a file that is not in order of time is held
 * whole (32 bytes a row) to be sorted, and one whose rows are turns of sessions. Times are integer nanoseconds until the first row's is
 * subtracted, so that equal traces in different formats give equal arrivals.
 */
#ifndef WATTMILL_TRACE_H
#define WATTMILL_TRACE_H

#include <stddef.h>

#include "wattmill/arena.h"
#include "wattmill/diag.h"
#include "wattmill/request.h"
#include "wattmill/status.h"

enum wm_trace_format {
#define WM_TRACE_FORMAT(id, name) WM_TRACE_##id,
#include "wattmill/trace_format.def"
#undef WM_TRACE_FORMAT
    WM_N_TRACE_FORMATS
};
/** "Azure LLM inference CSV" and so on. */
const char *wm_trace_format_name(enum wm_trace_format format);

struct wm_trace_options {
    double start_s, end_s; /* of the trace's own time; end_s <= 0: all */
    double rate_scale;     /* < 1: thinned at random; > 1: superposed with shifted copies; 0 = 1 */
    double time_scale;     /* multiplies times between requests; 0 = 1 */
    uint32_t loop;         /* how often the trace runs, 0 = 1 */
    bool keep_failed;      /* rows without an answer count as one output token; else dropped */
    uint32_t
        block_tok; /* tokens of a block that hash_ids name; 0: the format's, or as the rows say */
    bool dejitter; /* equal times are spread evenly until the next time; not LLMServingSim's */
    uint64_t seed; /* of thinning */
};

enum { WM_TRACE_BAD_SHOWN = 8 };

/** What the first reading found, before any option but `keep_failed` applies. */
struct wm_trace_summary {
    enum wm_trace_format format;
    uint64_t n_rows;     /* usable */
    uint64_t n_requests; /* of those; more where rows are sessions of several calls (chains.h) */
    uint64_t n_failed;   /* rows without an answer, dropped or kept */
    uint64_t n_empty;    /* rows with a prompt of 0 tokens, likewise */
    uint64_t n_bad;      /* not understood */
    uint64_t bad_lines[WM_TRACE_BAD_SHOWN];
    uint64_t input_tok, output_tok, hit_tok;
    int64_t last_ns;          /* time of the last row, the first at 0 */
    uint64_t n_out_of_order;  /* rows earlier than one before them */
    uint32_t block_tok;       /* tokens of a prefix block, 0 = the format has none */
    const char *unknown_note; /* names of ignored columns, or NULL */
    uint32_t n_classes;
    const char *class_names[WM_CLASSES_MAX];
};

struct wm_trace;

/**
 * Opens and reads once. The file must be a regular one.
 *
 * @return WM_OK (W921 when rows were skipped, sorted or columns ignored); WM_IO with E102;
 *         WM_INVALID with E221 (no format fits, no usable row, named blocks fit no size, times reach too
 *         far) or E222 (more than 5 % bad rows)
 */
enum wm_status wm_trace_open(struct wm_arena *arena, const char *path,
                             const struct wm_trace_options *options, struct wm_trace **out,
                             struct wm_diags *diags);
void wm_trace_close(struct wm_trace *trace);
/**
 * After the requests were taken: whether the file was the same all the time. What a file has grown by since
 * it was opened is not read (W921).
 * @return WM_OK; WM_IO with E102 when it was changed or is shorter
 */
enum wm_status wm_trace_check(const struct wm_trace *trace, struct wm_diags *diags);
const struct wm_trace_summary *wm_trace_summary(const struct wm_trace *trace);
/** The requests, options applied. Reading begins anew with each call. */
struct wm_request_source wm_trace_source(struct wm_trace *trace);

#endif
