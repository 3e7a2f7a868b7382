/* A format of traces as an object: what its columns or members mean. A new one is a file and a line of trace_format.def. */
#ifndef WM_TRACE_FORMAT_H
#define WM_TRACE_FORMAT_H

#include "trace_row.h"

struct trace_member {
    const char *key;
    enum trace_column meaning;
    int digits; /* of times: power of ten that makes nanoseconds */
};

enum { TRACE_MEMBERS_MAX = 8 };

struct trace_format {
    const char *name;
    struct trace_member members[TRACE_MEMBERS_MAX]; /* ended by one without a key */
    bool time_is_clock;                             /* CSV: date-times */
    /* JSONL: members that its first line holds; NULL: CSV, whose header names time, input and output */
    const char *sign[2];
    const char
        *turns_by; /* JSONL: member that names the session of which a row is a turn; NULL: none */
    const char *class_by; /* JSONL: member whose text is the row's class; NULL: none */
    bool asks_session;    /* JSONL: a row without its session is none */
    bool has_calls;       /* JSONL: `sub_requests` of a session; equal times mean something */
    uint32_t block_tok;   /* tokens of a prefix block as it was published; 0: none */
};

#define WM_TRACE_FORMAT(id, name) extern const struct trace_format trace_format_##name;
#include "wattmill/trace_format.def"
#undef WM_TRACE_FORMAT

const struct trace_format *trace_format_of(enum wm_trace_format format);

#endif
