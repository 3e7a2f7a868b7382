#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/json.h"
#include "wattmill/require.h"

/* Whole numbers below this are printed without exponent and are exact in a double. */
#define WHOLE_LIMIT 1e15

/* Replaces the locale's decimal separator (of one byte or more) by a point. */
static void put_point(char *text)
{
    char *to = text;
    bool pointed = false;
    for (const char *from = text; *from != '\0'; from++) {
        if (strchr("0123456789+-eE", *from) != NULL) {
            *to++ = *from;
        } else if (!pointed) {
            *to++ = '.';
            pointed = true;
        }
    }
    *to = '\0';
}

const char *wm_json_number_text(double value, char buf[32])
{
    if (!isfinite(value)) {
        memcpy(buf, "null", sizeof "null");
        return buf;
    }
    if (fabs(value) < WHOLE_LIMIT && value == trunc(value)) {
        snprintf(buf, 32, "%" PRId64, (int64_t)value); /* -0 becomes 0 */
        return buf;
    }
    /* A decimal of up to 15 digits survives a double, so %.15g finds it if there is one. */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buf, 32, "%.*g", digits, value);
        if (strtod(buf, NULL) == value)
            break;
    }
    put_point(buf);
    return buf;
}

struct wm_json_writer wm_json_writer_to_file(FILE *file)
{
    return (struct wm_json_writer){.file = file, .pretty = true};
}

struct wm_json_writer wm_json_writer_to_memory(struct wm_arena *arena, bool pretty)
{
    struct wm_json_writer w = {.arena = arena, .pretty = pretty, .capacity = 256};
    w.bytes = WM_NEW_ARRAY(arena, char, w.capacity);
    return w;
}

static void put(struct wm_json_writer *w, const char *bytes, size_t n)
{
    if (w->file != NULL) {
        fwrite(bytes, 1, n, w->file);
        return;
    }
    if (w->n_bytes + n + 1 > w->capacity) {
        while (w->n_bytes + n + 1 > w->capacity)
            w->capacity *= 2;
        char *grown = WM_NEW_ARRAY(w->arena, char, w->capacity);
        memcpy(grown, w->bytes, w->n_bytes);
        w->bytes = grown;
    }
    memcpy(w->bytes + w->n_bytes, bytes, n);
    w->n_bytes += n;
    w->bytes[w->n_bytes] = '\0';
}

static void put_text(struct wm_json_writer *w, const char *text)
{
    put(w, text, strlen(text));
}

static void put_line(struct wm_json_writer *w)
{
    if (!w->pretty)
        return;
    put(w, "\n", 1);
    for (int i = 0; i < w->depth; i++)
        put(w, "  ", 2);
}

/* Comma and indent before an element; nothing before the value of a key. */
static void before_value(struct wm_json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    WM_REQUIRE(w->depth == 0 || w->in_array[w->depth]);
    if (w->depth > 0) {
        if (w->filled[w->depth])
            put(w, ",", 1);
        put_line(w);
    }
    w->filled[w->depth] = true;
}

static void begin(struct wm_json_writer *w, const char *bracket, bool array)
{
    before_value(w);
    put_text(w, bracket);
    WM_REQUIRE(w->depth < WM_JSON_MAX_DEPTH);
    w->depth++;
    w->filled[w->depth] = false;
    w->in_array[w->depth] = array;
}

static void end(struct wm_json_writer *w, const char *bracket, bool array)
{
    WM_REQUIRE(w->depth > 0 && w->in_array[w->depth] == array && !w->after_key);
    const bool filled = w->filled[w->depth];
    w->depth--;
    if (filled)
        put_line(w);
    put_text(w, bracket);
}

void wm_json_object_begin(struct wm_json_writer *w)
{
    begin(w, "{", false);
}

void wm_json_object_end(struct wm_json_writer *w)
{
    end(w, "}", false);
}

void wm_json_array_begin(struct wm_json_writer *w)
{
    begin(w, "[", true);
}

void wm_json_array_end(struct wm_json_writer *w)
{
    end(w, "]", true);
}

static void put_quoted(struct wm_json_writer *w, const char *text)
{
    put(w, "\"", 1);
    const char *start = text;
    for (const char *p = text;; p++) {
        const unsigned char c = (unsigned char)*p;
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        put(w, start, (size_t)(p - start));
        if (c == '\0')
            break;
        char escape[8];
        if (c == '"' || c == '\\')
            snprintf(escape, sizeof escape, "\\%c", c);
        else if (c == '\n')
            snprintf(escape, sizeof escape, "\\n");
        else if (c == '\t')
            snprintf(escape, sizeof escape, "\\t");
        else
            snprintf(escape, sizeof escape, "\\u%04x", c);
        put_text(w, escape);
        start = p + 1;
    }
    put(w, "\"", 1);
}

void wm_json_key(struct wm_json_writer *w, const char *key)
{
    WM_REQUIRE(w->depth > 0 && !w->in_array[w->depth] && !w->after_key);
    if (w->filled[w->depth])
        put(w, ",", 1);
    put_line(w);
    w->filled[w->depth] = true;
    put_quoted(w, key);
    put_text(w, w->pretty ? ": " : ":");
    w->after_key = true;
}

void wm_json_string(struct wm_json_writer *w, const char *text)
{
    before_value(w);
    if (text == NULL)
        put_text(w, "null");
    else
        put_quoted(w, text);
}

void wm_json_number(struct wm_json_writer *w, double value)
{
    char buf[32];
    before_value(w);
    put_text(w, wm_json_number_text(value, buf));
}

void wm_json_integer(struct wm_json_writer *w, int64_t value)
{
    char buf[32];
    before_value(w);
    snprintf(buf, sizeof buf, "%" PRId64, value);
    put_text(w, buf);
}

void wm_json_bool(struct wm_json_writer *w, bool value)
{
    wm_json_raw(w, value ? "true" : "false");
}

void wm_json_null(struct wm_json_writer *w)
{
    wm_json_raw(w, "null");
}

void wm_json_reals(struct wm_json_writer *w, const double *values, size_t n)
{
    char buf[32];
    before_value(w);
    put(w, "[", 1);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            put_text(w, w->pretty ? ", " : ",");
        put_text(w, wm_json_number_text(values[i], buf));
    }
    put(w, "]", 1);
}

void wm_json_raw(struct wm_json_writer *w, const char *json_text)
{
    before_value(w);
    put_text(w, json_text);
}

void wm_json_write(struct wm_json_writer *w, const struct wm_json *value)
{
    switch (value->type) {
    case WM_JSON_NULL:
        wm_json_null(w);
        return;
    case WM_JSON_BOOL:
        wm_json_bool(w, value->flag);
        return;
    case WM_JSON_NUMBER:
        wm_json_number(w, value->number);
        return;
    case WM_JSON_STRING:
        wm_json_string(w, value->text);
        return;
    case WM_JSON_ARRAY:
        wm_json_array_begin(w);
        for (const struct wm_json *c = value->child; c != NULL; c = c->next)
            wm_json_write(w, c);
        wm_json_array_end(w);
        return;
    case WM_JSON_OBJECT:
        wm_json_object_begin(w);
        for (const struct wm_json *c = value->child; c != NULL; c = c->next) {
            wm_json_key(w, c->key);
            wm_json_write(w, c);
        }
        wm_json_object_end(w);
        return;
    }
}

void wm_json_member_string(struct wm_json_writer *w, const char *key, const char *text)
{
    wm_json_key(w, key);
    wm_json_string(w, text);
}

void wm_json_member_number(struct wm_json_writer *w, const char *key, double value)
{
    wm_json_key(w, key);
    wm_json_number(w, value);
}

void wm_json_member_integer(struct wm_json_writer *w, const char *key, int64_t value)
{
    wm_json_key(w, key);
    wm_json_integer(w, value);
}

void wm_json_member_bool(struct wm_json_writer *w, const char *key, bool value)
{
    wm_json_key(w, key);
    wm_json_bool(w, value);
}

void wm_json_finish(struct wm_json_writer *w)
{
    WM_REQUIRE(w->depth == 0 && !w->after_key);
    if (w->pretty)
        put(w, "\n", 1);
}
