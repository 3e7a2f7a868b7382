/* Which format a file has, and the reading of times, numbers and CSV fields. */
#include "trace_format.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/civil.h"

/* Columns of the published files that say nothing more: no word about them. */
static const char *const known_columns[] = {
    "Model", "Total tokens", "Elapsed time", "num_total_tokens", "pd_ratio", ""};

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

static bool find_csv(struct wm_arena *arena, const char *line, enum wm_trace_format which,
                     char separator, struct trace_layout *out)
{
    const struct trace_format *const format = trace_format_of(which);
    if (format->sign[0] != NULL)
        return false;
    *out =
        (struct trace_layout){.format = which, .is = format, .csv = true, .separator = separator};
    bool found[N_TRACE_COLUMNS] = {0};
    char *at = wm_arena_copy_text(arena, line, strlen(line));
    while (at != NULL && out->n_columns < CSV_COLUMNS_MAX) {
        const char *const name = take_field(&at, separator);
        enum trace_column meaning = COLUMN_IGNORED;
        for (const struct trace_member *m = format->members; m->key != NULL; m++)
            if (strcmp(name, m->key) == 0 && !found[m->meaning])
                meaning = m->meaning;
        if (meaning == COLUMN_IGNORED && !is_known(name))
            out->ignored =
                out->ignored == NULL ? name : wm_arena_printf(arena, "%s, %s", out->ignored, name);
        if (meaning != COLUMN_IGNORED)
            found[meaning] = true;
        out->of[out->n_columns++] = meaning;
    }
    return found[COLUMN_TIME] && found[COLUMN_INPUT] && found[COLUMN_OUTPUT];
}

/* Whether `member` stands in quotes in the line; none is in every line. */
static bool has(const char *line, const char *member)
{
    if (member == NULL)
        return true;
    while ((line = strstr(line, member)) != NULL) {
        const size_t n = strlen(member);
        if (line[-1] == '"' && line[n] == '"') /* a line begins with a brace */
            return true;
        line += n;
    }
    return false;
}

static bool find_jsonl(const char *first_line, struct trace_layout *out)
{
    for (unsigned i = 0; i < WM_N_TRACE_FORMATS; i++) {
        const struct trace_format *const f = trace_format_of((enum wm_trace_format)i);
        if (f->sign[0] == NULL || !has(first_line, f->sign[0]) || !has(first_line, f->sign[1]))
            continue;
        *out = (struct trace_layout){
            .format = (enum wm_trace_format)i, .is = f, .block_tok = f->block_tok};
        out->by_session = f->turns_by != NULL && has(first_line, f->turns_by);
        return true;
    }
    return false;
}

bool trace_layout_find(struct wm_arena *arena, const char *first_line, struct trace_layout *out)
{
    while (isspace((unsigned char)*first_line))
        first_line++;
    if (strncmp(first_line, "\xef\xbb\xbf", 3) == 0) /* a byte-order mark before the header */
        first_line += 3;
    if (*first_line != '{') {
        static const char separators[] = {',', '\t', ';'};
        for (unsigned i = 0; i < 3 * WM_N_TRACE_FORMATS; i++)
            if (find_csv(arena, first_line, (enum wm_trace_format)(i / 3), separators[i % 3], out))
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
        return layout->is->time_is_clock
                   ? trace_clock_ns(text, &r->arrival_ns)
                   : trace_decimal(text, layout->is->members[0].digits, &r->arrival_ns);
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
