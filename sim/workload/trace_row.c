/* Formats as tables of column names, and the reading of times, numbers and CSV fields. */
#include "trace_row.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/civil.h"

/* Time column: absolute date-times, or a decimal number of 10^-digits ns units. */
enum { TIME_IS_CLOCK = -1 };

/* NULL: the format has no such column. Time, input and output are what a header must have. */
static const struct {
    enum wm_trace_format format;
    int time_digits;
    const char *name[N_TRACE_COLUMNS];
} csv_formats[] = {
    {WM_TRACE_AZURE, TIME_IS_CLOCK, {"TIMESTAMP", "ContextTokens", "GeneratedTokens"}},
    {WM_TRACE_BURSTGPT,
     9,
     {"Timestamp", "Request tokens", "Response tokens", NULL, NULL, "Log Type", "Session ID"}},
    {WM_TRACE_VIDUR, 9, {"arrived_at", "num_prefill_tokens", "num_decode_tokens"}},
    {WM_TRACE_OURS,
     9,
     {"timestamp_s", "input_tokens", "output_tokens", "prefix_hit_tokens", "reasoning_tokens",
      "class", "session"}},
    {WM_TRACE_OURS, 9, {"timestamp", "prompt_tokens", "completion_tokens"}}, /* as clients log usage */
};
#define N_CSV_FORMATS (sizeof csv_formats / sizeof *csv_formats)

/* Columns of the published files that say nothing more: no word about them. */
static const char *const known_columns[] = {
    "Model", "Total tokens", "Elapsed time", "num_total_tokens", "pd_ratio", ""};

const char *wm_trace_format_name(enum wm_trace_format format)
{
    static const char *const names[] = {
        "Azure LLM inference CSV", "BurstGPT CSV",       "Vidur/Splitwise CSV", "wattmill CSV",
        "Mooncake JSONL",          "Qwen-Bailian JSONL", "LLMServingSim JSONL"};
    return names[format];
}

uint32_t trace_block_tok(enum wm_trace_format format)
{
    return format == WM_TRACE_MOONCAKE ? 512 : format == WM_TRACE_BAILIAN ? 16 : 0;
}

static bool is_known(const char *name)
{
    for (size_t i = 0; i < sizeof known_columns / sizeof *known_columns; i++)
        if (strcmp(name, known_columns[i]) == 0)
            return true;
    return false;
}

/* Cuts off the next field; quotes around it are taken off. Sets *at to NULL after the last. */
static char *take_field(char **at, char separator)
{
    char *field = *at;
    char *stop;
    if (*field == '"' && (stop = strchr(field + 1, '"')) != NULL) {
        field++;
        *stop++ = 0;
        stop = strchr(stop, separator);
    } else {
        stop = strchr(field, separator);
    }
    if (stop != NULL)
        *stop++ = 0;
    *at = stop;
    while (*field == ' ')
        field++;
    return field;
}

static bool find_csv(struct wm_arena *arena, const char *line, size_t which, char separator,
                     struct trace_layout *out)
{
    *out = (struct trace_layout){
        .format = csv_formats[which].format, .csv = true, .separator = separator};
    bool found[N_TRACE_COLUMNS] = {0};
    char *at = wm_arena_copy_text(arena, line, strlen(line));
    while (at != NULL && out->n_columns < CSV_COLUMNS_MAX) {
        const char *const name = take_field(&at, separator);
        enum trace_column meaning = COLUMN_IGNORED;
        for (unsigned c = 0; c < N_TRACE_COLUMNS; c++) {
            const char *const wanted = csv_formats[which].name[c];
            if (wanted != NULL && strcmp(name, wanted) == 0 && !found[c])
                meaning = (enum trace_column)c;
        }
        if (meaning == COLUMN_IGNORED && !is_known(name))
            out->ignored =
                out->ignored == NULL ? name : wm_arena_printf(arena, "%s, %s", out->ignored, name);
        if (meaning != COLUMN_IGNORED)
            found[meaning] = true;
        out->of[out->n_columns++] = meaning;
    }
    return found[COLUMN_TIME] && found[COLUMN_INPUT] && found[COLUMN_OUTPUT];
}

static bool has(const char *line, const char *member)
{
    return strstr(line, member) != NULL;
}

static bool find_jsonl(const char *first_line, struct trace_layout *out)
{
    *out = (struct trace_layout){0};
    if (has(first_line, "\"chat_id\""))
        out->format = WM_TRACE_BAILIAN;
    else if (has(first_line, "\"arrival_time_ns\""))
        out->format = WM_TRACE_LLMSERVINGSIM;
    else if (has(first_line, "\"input_length\"") && has(first_line, "\"output_length\""))
        out->format = WM_TRACE_MOONCAKE;
    else
        return false;
    out->by_session = out->format == WM_TRACE_MOONCAKE && has(first_line, "\"session_id\"");
    out->block_tok = trace_block_tok(out->format);
    return true;
}

bool trace_layout_find(struct wm_arena *arena, const char *first_line, struct trace_layout *out)
{
    while (isspace((unsigned char)*first_line))
        first_line++;
    if (strncmp(first_line, "\xef\xbb\xbf", 3) == 0) /* a byte-order mark before the header */
        first_line += 3;
    if (*first_line != '{') {
        static const char separators[] = {',', '\t', ';'};
        for (size_t i = 0; i < 3 * N_CSV_FORMATS; i++)
            if (find_csv(arena, first_line, i / 3, separators[i % 3], out))
                return true;
        return false;
    }
    return find_jsonl(first_line, out);
}

bool trace_decimal(const char *text, int digits, int64_t *out)
{
    const char *c = text;
    const bool negative = *c == '-';
    int64_t value = 0;
    c += negative;
    if (!isdigit((unsigned char)*c))
        return false;
    for (; isdigit((unsigned char)*c); c++) {
        if (value > INT64_MAX / 100)
            return false;
        value = value * 10 + (*c - '0');
    }
    int left = digits;
    if (*c == '.')
        for (c++; isdigit((unsigned char)*c); c++)
            if (left > 0) {
                if (value > (INT64_MAX - 9) / 10)
                    return false;
                value = value * 10 + (*c - '0');
                left--;
            }
    for (; left > 0; left--) {
        if (value > INT64_MAX / 10)
            return false;
        value *= 10;
    }
    if (*c == 'e' || *c == 'E') { /* rare: written by a tool, not by a person */
        char *end;
        const double x = strtod(text, &end) * pow(10.0, digits);
        if (*end != 0 || !(fabs(x) < 9e18))
            return false;
        *out = llround(x);
        return true;
    }
    while (*c == ' ')
        c++;
    *out = negative ? -value : value;
    return *c == 0;
}

bool trace_clock_ns(const char *text, int64_t *ns)
{
    char head[20] = {0};
    if (strlen(text) < 19 || (text[10] != ' ' && text[10] != 'T'))
        return false;
    memcpy(head, text, 19);
    head[10] = 'T';
    int64_t us = 0;
    if (!wm_time_parse(head, &us))
        return false;
    const char *c = text + 19;
    int64_t fraction = 0;
    if (*c == '.') {
        int digits = 0;
        for (c++; isdigit((unsigned char)*c); c++)
            if (digits < 9) {
                fraction = fraction * 10 + (*c - '0');
                digits++;
            }
        for (; digits < 9; digits++)
            fraction *= 10;
    }
    int64_t offset_min = 0;
    if (*c == '+' || *c == '-') {
        if (!isdigit((unsigned char)c[1]) || !isdigit((unsigned char)c[2]) || c[3] != ':' ||
            !isdigit((unsigned char)c[4]) || !isdigit((unsigned char)c[5]))
            return false;
        offset_min = (c[1] - '0') * 600 + (c[2] - '0') * 60 + (c[4] - '0') * 10 + (c[5] - '0');
        offset_min = *c == '-' ? -offset_min : offset_min;
        c += 6;
    } else if (*c == 'Z') {
        c++;
    }
    if (*c != 0 || us > INT64_MAX / 1000 - 1)
        return false;
    *ns = us * 1000 + fraction - offset_min * 60 * WM_NS_PER_S;
    return true;
}

static int time_digits(enum wm_trace_format format)
{
    for (size_t i = 0; i < N_CSV_FORMATS; i++)
        if (csv_formats[i].format == format)
            return csv_formats[i].time_digits;
    return 9;
}

static bool tokens(const char *text, uint32_t *out)
{
    int64_t n = 0;
    if (!trace_decimal(text, 0, &n) || n < 0 || n > INT32_MAX)
        return false;
    *out = (uint32_t)n;
    return true;
}

static bool read_field(const struct trace_layout *layout, enum trace_column meaning,
                       const char *text, struct trace_row *row)
{
    struct wm_request *const r = &row->request;
    int64_t id = 0;
    switch (meaning) {
    case COLUMN_TIME:
        return layout->format == WM_TRACE_AZURE
                   ? trace_clock_ns(text, &r->arrival_ns)
                   : trace_decimal(text, time_digits(layout->format), &r->arrival_ns);
    case COLUMN_INPUT:
        return tokens(text, &r->input_tok);
    case COLUMN_OUTPUT:
        return tokens(text, &r->output_tok);
    case COLUMN_HIT:
        return *text == 0 || tokens(text, &r->hit_tok);
    case COLUMN_REASONING:
        return *text == 0 || tokens(text, &r->reasoning_tok);
    case COLUMN_CLASS:
        row->class_name = *text != 0 ? text : NULL;
        return true;
    case COLUMN_SESSION: /* may be empty, or a name that is no number */
        r->session = trace_decimal(text, 0, &id) && id >= 0 ? (uint64_t)id + 1 : 0;
        return true;
    case COLUMN_AFTER: /* in no CSV */
    case COLUMN_IGNORED:
        break;
    }
    return true;
}

bool trace_row_read(const struct trace_layout *layout, char *line, struct trace_row *row)
{
    row->request = (struct wm_request){0};
    row->class_name = NULL;
    row->after_ns = 0;
    if (!layout->csv) {
        if (!trace_json_row(layout, line, row))
            return false;
    } else {
        char *at = line;
        for (uint32_t i = 0; i < layout->n_columns; i++) {
            if (at == NULL ||
                !read_field(layout, layout->of[i], take_field(&at, layout->separator), row))
                return false;
        }
        if (at != NULL)
            return false;
    }
    struct wm_request *const r = &row->request;
    if (r->hit_tok > r->input_tok)
        r->hit_tok = r->input_tok;
    if (r->reasoning_tok > r->output_tok)
        r->reasoning_tok = r->output_tok;
    return llabs(r->arrival_ns) <= TRACE_TIME_MAX_NS && row->after_ns <= TRACE_TIME_MAX_NS / 8;
}
