#include "json_scan.h"

#include <limits.h>
#include <string.h>

/* cJSON copies a number into 64 bytes; more digits than this carry no information in a double. */
#define MAX_NUMBER_BYTES 60

struct scan {
    const unsigned char *text, *end, *at, *line_start;
    int line, depth;
    const char *file;
    struct wm_arena *arena;
    struct wm_json_marks *marks;
    struct wm_diags *diags;
};

static bool scan_value(struct scan *s);

static bool fail_at(struct scan *s, const unsigned char *at, const char *rule)
{
    const struct wm_place place = {s->file, s->line, (int)(at - s->line_start) + 1};
    wm_diag_add(s->diags, WM_E201, &place, NULL, "%s", rule);
    return false;
}

static bool fail(struct scan *s, const char *rule)
{
    return fail_at(s, s->at, rule);
}

/* The byte at the cursor, or -1 at the end. */
static int peek(const struct scan *s)
{
    return s->at < s->end ? *s->at : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static void mark(struct scan *s)
{
    struct wm_json_marks *m = s->marks;
    if (m->n == m->capacity) {
        const size_t capacity = m->capacity == 0 ? 64 : 2 * m->capacity;
        struct wm_json_mark *items = WM_NEW_ARRAY(s->arena, struct wm_json_mark, capacity);
        if (m->n > 0)
            memcpy(items, m->items, m->n * sizeof *items);
        m->items = items;
        m->capacity = capacity;
    }
    m->items[m->n++] = (struct wm_json_mark){s->line, (int)(s->at - s->line_start) + 1};
}

static void skip_space(struct scan *s)
{
    for (int c = peek(s); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(s)) {
        s->at++;
        if (c == '\n') {
            s->line++;
            s->line_start = s->at;
        }
    }
}

/* Length of the UTF-8 sequence at the cursor (RFC 3629, table 3-7 of Unicode), 0 when malformed. */
static size_t utf8_bytes(const struct scan *s)
{
    const unsigned char *p = s->at;
    const size_t room = (size_t)(s->end - p);
    size_t n = 0;
    unsigned char low = 0x80, high = 0xbf; /* allowed second byte */
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xc2 && p[0] <= 0xdf) {
        n = 2;
    } else if (p[0] >= 0xe0 && p[0] <= 0xef) {
        n = 3;
        if (p[0] == 0xe0)
            low = 0xa0; /* overlong */
        if (p[0] == 0xed)
            high = 0x9f; /* surrogates */
    } else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
        n = 4;
        if (p[0] == 0xf0)
            low = 0x90;
        if (p[0] == 0xf4)
            high = 0x8f; /* above U+10FFFF */
    }
    if (n == 0 || n > room || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    return n;
}

/* Four hexadecimal digits at `p`, or -1. */
static int hex4(const struct scan *s, const unsigned char *p)
{
    if (s->end - p < 4)
        return -1;
    int value = 0;
    for (int i = 0; i < 4; i++) {
        const int c = p[i];
        int digit = 0;
        if (is_digit(c))
            digit = c - '0';
        else if (c >= 'a' && c <= 'f')
            digit = c - 'a' + 10;
        else if (c >= 'A' && c <= 'F')
            digit = c - 'A' + 10;
        else
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The cursor is on `u` of an escape; moves behind it (and its low surrogate). */
static bool scan_unicode_escape(struct scan *s)
{
    const int unit = hex4(s, s->at + 1);
    if (unit < 0)
        return fail(s, "`\\u` needs four hexadecimal digits");
    if (unit == 0)
        return fail(s, "a string must not hold the character U+0000");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fail(s, "lone low surrogate in a string");
    if (unit >= 0xd800 && unit <= 0xdbff) {
        const unsigned char *p = s->at + 5;
        const int low = s->end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(s, p + 2) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return fail(s, "lone high surrogate in a string");
        s->at += 6;
    }
    s->at += 5;
    return true;
}

static bool scan_escape(struct scan *s)
{
    s->at++;
    const int c = peek(s);
    if (c == 'u')
        return scan_unicode_escape(s);
    if (c < 0 || c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
        return fail(s,
                    "unknown escape in a string; allowed: \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
    s->at++;
    return true;
}

static bool scan_string(struct scan *s)
{
    const unsigned char *const open = s->at;
    s->at++;
    for (;;) {
        const int c = peek(s);
        if (c < 0)
            return fail_at(s, open, "the text ends inside this string");
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20)
            return fail(s, c == '\n' ? "line break inside a string; is a quote missing?"
                                     : "raw control character in a string; write it as \\u00XX");
        if (c == '\\') {
            if (!scan_escape(s))
                return false;
            continue;
        }
        const size_t n = utf8_bytes(s);
        if (n == 0)
            return fail(s, "bytes that are not UTF-8");
        s->at += n;
    }
}

static void skip_digits(struct scan *s)
{
    while (is_digit(peek(s)))
        s->at++;
}

static bool scan_number(struct scan *s)
{
    const unsigned char *const start = s->at;
    if (peek(s) == '-')
        s->at++;
    if (!is_digit(peek(s)))
        return fail(s, "a number needs a digit here");
    if (peek(s) == '0' && s->at + 1 < s->end && is_digit(s->at[1]))
        return fail_at(s, start, "a number must not begin with a needless 0");
    skip_digits(s);
    if (peek(s) == '.') {
        s->at++;
        if (!is_digit(peek(s)))
            return fail(s, "a number needs a digit after its point");
        skip_digits(s);
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        if (!is_digit(peek(s)))
            return fail(s, "a number needs a digit in its exponent");
        skip_digits(s);
    }
    if (s->at - start > MAX_NUMBER_BYTES)
        return fail_at(s, start, "a number of more than 60 characters");
    return true;
}

static bool scan_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    const size_t room = (size_t)(s->end - s->at);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t n = strlen(words[i]);
        if (room >= n && memcmp(s->at, words[i], n) == 0) {
            s->at += n;
            return true;
        }
    }
    const int c = peek(s);
    if (c < 0)
        return fail(s, "the text ends where a value should stand");
    if (c == '/' || c == '#')
        return fail(s, "comments are not JSON; use a key such as \"notes\"");
    if (c == '.' || c == '+')
        return fail(s, "a number must begin with a digit or `-`");
    if (c == '\'')
        return fail(s, "strings stand in double quotes");
    if (c == 'N' || c == 'I' || c == 'n')
        return fail(s, "not a JSON value; NaN and Infinity do not exist in JSON");
    if (c == ']' || c == '}' || c == ',')
        return fail(s, "a value is missing here; is there a trailing comma?");
    return fail(s, "not a JSON value; strings need double quotes");
}

/* Behind an element: true at a comma (moved over), false at `close` or on error (`*ok`). */
static bool more(struct scan *s, int close, const char *rule, bool *ok)
{
    skip_space(s);
    const int c = peek(s);
    if (c == close) {
        s->at++;
        return false;
    }
    if (c != ',') {
        *ok = fail(s, c < 0 ? "the text ends too early; a bracket is not closed" : rule);
        return false;
    }
    const unsigned char *const comma = s->at;
    const int comma_line = s->line;
    const unsigned char *const comma_line_start = s->line_start;
    s->at++;
    skip_space(s);
    if (peek(s) == close) {
        s->line = comma_line;
        s->line_start = comma_line_start;
        *ok = fail_at(s, comma, "trailing comma");
        return false;
    }
    return true;
}

static bool scan_member(struct scan *s)
{
    skip_space(s);
    if (peek(s) < 0)
        return fail(s, "the text ends too early; a bracket is not closed");
    if (peek(s) == '/' || peek(s) == '#')
        return fail(s, "comments are not JSON; use a key such as \"notes\"");
    if (peek(s) != '"')
        return fail(s, "a key in double quotes should stand here");
    mark(s);
    if (!scan_string(s))
        return false;
    skip_space(s);
    if (peek(s) != ':')
        return fail(s, "`:` should follow the key");
    s->at++;
    return scan_value(s);
}

static bool scan_object(struct scan *s)
{
    s->at++;
    skip_space(s);
    if (peek(s) == '}') {
        s->at++;
        return true;
    }
    bool ok = true;
    do
        ok = scan_member(s);
    while (ok && more(s, '}', "`,` or `}` should follow", &ok));
    return ok;
}

static bool scan_array(struct scan *s)
{
    s->at++;
    skip_space(s);
    if (peek(s) == ']') {
        s->at++;
        return true;
    }
    bool ok = true;
    do
        ok = scan_value(s);
    while (ok && more(s, ']', "`,` or `]` should follow", &ok));
    return ok;
}

static bool scan_value(struct scan *s)
{
    skip_space(s);
    mark(s);
    const int c = peek(s);
    if (c == '{' || c == '[') {
        if (s->depth == WM_JSON_MAX_DEPTH)
            return fail(s, "nested deeper than 64 levels");
        s->depth++;
        const bool ok = c == '{' ? scan_object(s) : scan_array(s);
        s->depth--;
        return ok;
    }
    if (c == '"')
        return scan_string(s);
    if (c == '-' || is_digit(c))
        return scan_number(s);
    return scan_word(s);
}

bool wm_json_scan(struct wm_arena *arena, const char *text, size_t n_bytes, const char *file,
                  struct wm_json_marks *marks, struct wm_diags *diags)
{
    const unsigned char *bytes = (const unsigned char *)text;
    struct scan s = {.text = bytes,
                     .end = bytes + n_bytes,
                     .at = bytes,
                     .line_start = bytes,
                     .line = 1,
                     .file = file,
                     .arena = arena,
                     .marks = marks,
                     .diags = diags};
    if (n_bytes > INT_MAX)
        return fail(&s, "larger than 2 GiB");
    if (n_bytes >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        return fail(&s, "begins with a byte-order mark; save it as UTF-8 without one");
    skip_space(&s);
    if (s.at == s.end)
        return fail(&s, "the text is empty");
    if (!scan_value(&s))
        return false;
    skip_space(&s);
    if (s.at < s.end)
        return fail(&s, "text after the end of the JSON value");
    return true;
}
