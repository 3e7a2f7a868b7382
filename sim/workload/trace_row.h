/* One row of a trace file, in any of the formats; the formats are objects (trace_format.h). */
#ifndef WM_TRACE_ROW_H
#define WM_TRACE_ROW_H

#include "wattmill/trace.h"

enum trace_column {
    COLUMN_TIME,
    COLUMN_INPUT,
    COLUMN_OUTPUT,
    COLUMN_HIT,
    COLUMN_REASONING,
    COLUMN_CLASS,
    COLUMN_SESSION,
    COLUMN_AFTER, /* time to the next call of the session */
    N_TRACE_COLUMNS,
    COLUMN_IGNORED = N_TRACE_COLUMNS
};

enum { CSV_COLUMNS_MAX = 64 };

/* 142 years: differences of two such times are no overflow, and the clocks behind reach as far. */
#define TRACE_TIME_MAX_NS 4500000000000000000LL

struct trace_format;

/* How to read the rows of one file. */
struct trace_layout {
    enum wm_trace_format format;
    const struct trace_format *is; /* the format's object: trace_format.h */
    bool csv;
    uint32_t n_columns;                    /* CSV */
    enum trace_column of[CSV_COLUMNS_MAX]; /* CSV: meaning of each column */
    const char *ignored;                   /* names of columns nobody asked for, or NULL */
    char separator;                        /* CSV */
    bool by_session;    /* Mooncake: rows of a session_id are turns, each after the answer before */
    uint32_t block_tok; /* tokens of a prefix block, 0 = none */
};

struct trace_row {
    struct wm_request request; /* arrival in the file's own nanoseconds; blocks in `blocks` */
    const char *class_name;    /* text in the line, or NULL */
    uint64_t *blocks;          /* room for prefix blocks; grows in `arena` */
    uint32_t blocks_capacity;
    struct wm_call *calls; /* room for the calls after the first, the same way */
    uint32_t calls_capacity;
    int64_t after_ns;    /* of a call: its tool's time; of a turn: from the answer before */
    bool has_time;       /* of a turn */
    char class_text[32]; /* JSONL: what class_name points to */
    uint64_t session;    /* a number for the name of the session of a turn; 0: none */
    struct wm_arena *arena;
};

/* Finds the layout from the first line; false when no format fits. */
bool trace_layout_find(struct wm_arena *arena, const char *first_line, struct trace_layout *out);
/* Reads a line (which it may cut up); false when it is no row of that layout. */
bool trace_row_read(const struct trace_layout *layout, char *line, struct trace_row *row);

/* "2023-11-16 18:17:03.9799600", with or without fraction and Z or +hh:mm: ns since 1970. */
bool trace_clock_ns(const char *text, int64_t *ns);
/* Decimal number times 10^digits as an integer; what is finer is dropped. */
bool trace_decimal(const char *text, int digits, int64_t *out);
/* The members of one JSON object; nested ones but `sub_requests` are passed over (json_row.c). */
bool trace_json_row(const struct trace_layout *layout, char *line, struct trace_row *row);

#endif
