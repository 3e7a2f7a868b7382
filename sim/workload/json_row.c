/*
 * Rows of JSONL traces: the members of one object, numbers and an array of block numbers. A trace
 * has millions of rows of known shape, so no tree is built and nothing is allocated per row.
 */
#include <ctype.h>
#include <string.h>

#include "trace_format.h"

static const char *space(const char *c)
{
    while (isspace((unsigned char)*c))
        c++;
    return c;
}

/* After the string that begins at `c`, or NULL. */
static const char *pass_string(const char *c)
{
    for (c++; *c != 0 && *c != '"'; c++)
        if (*c == '\\' && *++c == 0)
            return NULL;
    return *c == '"' ? c + 1 : NULL;
}

/* After any value, or NULL when it does not end. */
static const char *pass_value(const char *c)
{
    int depth = 0;
    do {
        if (*c == '"') {
            c = pass_string(c);
            if (c == NULL)
                return NULL;
            continue;
        }
        if (*c == '{' || *c == '[')
            depth++;
        else if (*c == '}' || *c == ']')
            depth--;
        else if (depth == 0 && *c == ',')
            break;
        if (*c == 0 || depth < 0)
            break;
        c++;
    } while (depth > 0 || (*c != ',' && *c != '}'));
    return *c == 0 ? NULL : c;
}

static bool add_block(struct trace_row *row, uint64_t block)
{
    struct wm_request *const r = &row->request;
    if (r->n_blocks == row->blocks_capacity) {
        const uint32_t capacity = row->blocks_capacity < 512 ? 1024 : 2 * row->blocks_capacity;
        uint64_t *const grown = WM_NEW_ARRAY(row->arena, uint64_t, capacity);
        if (r->n_blocks > 0)
            memcpy(grown, row->blocks, r->n_blocks * sizeof *grown);
        row->blocks = grown;
        row->blocks_capacity = capacity;
    }
    row->blocks[r->n_blocks++] = block;
    return true;
}

static const char *read_blocks(const char *c, struct trace_row *row)
{
    c = space(c + 1);
    while (*c != ']') {
        if (!isdigit((unsigned char)*c))
            return NULL;
        uint64_t block = 0;
        for (; isdigit((unsigned char)*c); c++)
            block = block * 10 + (uint64_t)(*c - '0');
        (void)add_block(row, block);
        c = space(c);
        if (*c == ',')
            c = space(c + 1);
        else if (*c != ']')
            return NULL;
    }
    return c + 1;
}

static bool is_key(const char *key, size_t length, const char *name)
{
    return strlen(name) == length && strncmp(key, name, length) == 0;
}

static bool read_number(const struct trace_layout *layout, const char *key, size_t key_length,
                        const char *text, struct trace_row *row, unsigned *seen)
{
    struct wm_request *const r = &row->request;
    for (const struct trace_member *m = layout->is->members; m->key != NULL; m++) {
        if (!is_key(key, key_length, m->key))
            continue;
        int64_t value = 0;
        const bool is_null = strncmp(text, "null", 4) == 0;
        if (is_null && m->meaning == COLUMN_AFTER)
            return true; /* the first turn follows nothing */
        if (is_null && m->meaning == COLUMN_TIME && layout->by_session)
            return true;
        if (is_null && m->meaning == COLUMN_OUTPUT)
            text = "0"; /* a request without an answer */
        if (!trace_decimal(text, m->digits, &value) || (m->meaning != COLUMN_TIME && value < 0) ||
            (m->meaning != COLUMN_TIME && m->meaning != COLUMN_AFTER && value > INT32_MAX))
            return false;
        if (m->meaning == COLUMN_TIME)
            r->arrival_ns = value;
        else if (m->meaning == COLUMN_INPUT)
            r->input_tok = (uint32_t)value;
        else if (m->meaning == COLUMN_OUTPUT)
            r->output_tok = (uint32_t)value;
        else if (m->meaning == COLUMN_AFTER)
            row->after_ns = value;
        else
            r->session = (uint64_t)value + 1;
        *seen |= 1u << m->meaning;
    }
    return true;
}

static const char *read_object(const struct trace_layout *layout, char *line, const char *c,
                               struct trace_row *row, unsigned *seen);

static void add_call(struct trace_row *row, const struct wm_request *r, int64_t after_ns)
{
    const uint32_t n = row->request.n_calls;
    if (n == row->calls_capacity) {
        const uint32_t capacity = n < 16 ? 32 : 2 * n;
        struct wm_call *const grown = WM_NEW_ARRAY(row->arena, struct wm_call, capacity);
        if (n > 0)
            memcpy(grown, row->calls, n * sizeof *grown);
        row->calls = grown;
        row->calls_capacity = capacity;
    }
    row->calls[row->request.n_calls++] =
        (struct wm_call){.input_tok = r->input_tok,
                         .output_tok = r->output_tok > 0 ? r->output_tok : 1,
                         .after_ns = after_ns};
}

/* The calls of a session: the first is the row's request, the others follow it. */
static const char *read_calls(const struct trace_layout *layout, char *line, const char *c,
                              struct trace_row *row, unsigned *seen)
{
    const unsigned needed = 1u << COLUMN_INPUT | 1u << COLUMN_OUTPUT;
    int64_t after_ns = -1; /* before the first */
    for (c = space(c + 1); *c == '{';) {
        struct trace_row call = {0};
        unsigned has = 0;
        c = read_object(layout, line, c, &call, &has);
        if (c == NULL || (has & needed) != needed || call.request.input_tok == 0)
            return NULL;
        if (after_ns < 0) {
            row->request.input_tok = call.request.input_tok;
            row->request.output_tok = call.request.output_tok;
            *seen |= needed;
        } else {
            add_call(row, &call.request, after_ns);
        }
        after_ns = call.after_ns;
        c = space(c);
        if (*c == ',')
            c = space(c + 1);
    }
    return *c == ']' && after_ns >= 0 ? c + 1 : NULL;
}

/* A text that means something: the class of a row, the session of a turn. */
static void read_text(const struct trace_layout *layout, const char *key, size_t key_length,
                      const char *text, struct trace_row *row)
{
    if (layout->is->class_by != NULL && is_key(key, key_length, layout->is->class_by)) {
        size_t n = 0;
        for (text++; *text != '"' && *text != 0 && n + 1 < sizeof row->class_text; text++)
            row->class_text[n++] = *text;
        row->class_text[n] = 0;
        row->class_name = n > 0 ? row->class_text : NULL;
    }
    if (layout->by_session && is_key(key, key_length, layout->is->turns_by)) {
        uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
        for (; *text != 0; text++)
            hash = (hash ^ (uint64_t)(unsigned char)*text) * UINT64_C(1099511628211);
        row->session = hash | 1;
    }
}

/* Reads one value; the number is cut off for reading, then the text is put back. */
static const char *read_value(const struct trace_layout *layout, char *line, const char *c,
                              const char *key, size_t key_length, struct trace_row *row,
                              unsigned *seen)
{
    if (*c == '[' && is_key(key, key_length, "hash_ids") && row->arena != NULL)
        return read_blocks(c, row);
    if (*c == '[' && layout->is->has_calls && row->arena != NULL &&
        is_key(key, key_length, "sub_requests"))
        return read_calls(layout, line, c, row, seen);
    const char *const value = c;
    c = pass_value(c);
    if (c == NULL)
        return NULL;
    const char end = *c;
    line[c - line] = 0;
    read_text(layout, key, key_length, value, row);
    const bool ok = *value == '"' || *value == '{' || *value == '[' ||
                    read_number(layout, key, key_length, value, row, seen);
    line[c - line] = end;
    return ok ? c : NULL;
}

/* After the object that begins at `c`, or NULL; which members it had in `seen`. */
static const char *read_object(const struct trace_layout *layout, char *line, const char *c,
                               struct trace_row *row, unsigned *seen)
{
    if (*c != '{')
        return NULL;
    c = space(c + 1);
    while (*c == '"') {
        const char *const key = c + 1;
        c = pass_string(c);
        if (c == NULL)
            return NULL;
        const size_t key_length = (size_t)(c - 1 - key);
        c = space(c);
        if (*c != ':')
            return NULL;
        c = read_value(layout, line, space(c + 1), key, key_length, row, seen);
        if (c == NULL)
            return NULL;
        c = space(c);
        if (*c == ',')
            c = space(c + 1);
    }
    return *c == '}' ? c + 1 : NULL;
}

bool trace_json_row(const struct trace_layout *layout, char *line, struct trace_row *row)
{
    const unsigned time = layout->by_session ? 0u : 1u << COLUMN_TIME; /* a turn may have a delay */
    const unsigned asked = time | 1u << COLUMN_INPUT | 1u << COLUMN_OUTPUT |
                           (layout->is->asks_session ? 1u << COLUMN_SESSION : 0u);
    unsigned seen = 0;
    row->session = 0;
    row->after_ns = 0;
    const bool ok = read_object(layout, line, space(line), row, &seen) != NULL;
    row->has_time = (seen & 1u << COLUMN_TIME) != 0;
    row->request.block_tok = layout->block_tok;
    row->request.blocks = row->blocks;
    row->request.calls = row->calls;
    return ok && (seen & asked) == asked;
}
