#include "values.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wattmill/csv.h"

enum { LINES_MAX = 5000 };

void wm_value_mistake(struct wm_importer *im, enum wm_code code, const struct wm_json *at,
                      const char *format, ...)
{
    const struct wm_place whole = {.file = im->path};
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (im->n_mistakes++ < WM_IMPORT_SHOWN)
        wm_diag_add(im->diags, code, at != NULL ? &at->place : &whole, NULL, "%s", text);
}

static const char *word_at(const char *at, const char *end)
{
    static const char *const words[] = {"-Infinity", "Infinity", "NaN"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        if (strlen(words[w]) <= (size_t)(end - at) && strncmp(at, words[w], strlen(words[w])) == 0)
            return words[w];
    return NULL;
}

/* A copy in which Infinity and NaN outside of texts are null, as wide where that is possible. */
static char *without_words(struct wm_arena *arena, const char *text, size_t *n_bytes,
                           size_t *n_words)
{
    const char *const end = text + *n_bytes;
    char *const copy = WM_NEW_ARRAY(arena, char, *n_bytes + *n_bytes / 3 + 2), *to = copy;
    bool is_inside = false;
    for (const char *at = text; at < end; at++) {
        const char *const word = is_inside ? NULL : word_at(at, end);
        if (word != NULL) {
            to += snprintf(to, 16, "%-*s", (int)strlen(word), "null");
            at += strlen(word) - 1;
            (*n_words)++;
            continue;
        }
        if (is_inside && *at == '\\' && at + 1 < end)
            *to++ = *at++;
        else if (*at == '"')
            is_inside = !is_inside;
        *to++ = *at;
    }
    *to = '\0';
    *n_bytes = (size_t)(to - copy);
    return copy;
}

/* A document on each line: how many lines are not empty, when each begins with { and a second one is there. */
static bool is_lines(const char *text, size_t n_bytes)
{
    const char *const end = memchr(text, '\n', n_bytes);
    const char *at = end;
    if (end == NULL || text[strspn(text, " \t")] != '{' || end == text)
        return false;
    const char *back = end;
    while (back > text && isspace((unsigned char)back[-1]))
        back--;
    while (at < text + n_bytes && isspace((unsigned char)*at))
        at++;
    return back[-1] == '}' && at < text + n_bytes && *at == '{';
}

static size_t parse_lines(struct wm_importer *im, const char *text, size_t n_bytes,
                          const struct wm_json **values)
{
    size_t n = 0, line = 0;
    bool is_right = true;
    for (const char *at = text; at < text + n_bytes; line++) {
        const char *const stop = memchr(at, '\n', (size_t)(text + n_bytes - at));
        const size_t length = (size_t)((stop != NULL ? stop : text + n_bytes) - at);
        char *const copy = WM_NEW_ARRAY(im->arena, char, line + length + 1);
        struct wm_json *root = NULL;
        memset(copy, '\n', line); /* so that places are of the file */
        memcpy(copy + line, at, length);
        if (strspn(copy + line, " \t\r") < length) {
            if (wm_json_parse(im->arena, copy, line + length, im->path, &root, im->diags) == WM_OK)
                values[n++] = root;
            else
                is_right = false;
        }
        at += length + 1;
    }
    if (!is_right)
        im->n_mistakes++;
    return is_right ? n : 0;
}

size_t wm_import_json(struct wm_importer *im, const char *text, size_t n_bytes,
                      const struct wm_json *const **out)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (n_bytes >= 3 && memcmp(text, mark, 3) == 0) {
        text += 3;
        n_bytes -= 3;
    }
    size_t n_words = 0, n_lines = 1;
    char *const copy = without_words(im->arena, text, &n_bytes, &n_words);
    for (size_t i = 0; i < n_bytes; i++)
        n_lines += copy[i] == '\n';
    if (n_words > 0)
        wm_import_note(im, "assumed: Infinity and NaN in %zu places, no JSON, are no values",
                       n_words);
    const struct wm_json **const values =
        (const struct wm_json **)wm_arena_alloc(im->arena, n_lines, sizeof *values);
    *out = values;
    if (is_lines(copy, n_bytes)) {
        if (n_lines <= LINES_MAX)
            return parse_lines(im, copy, n_bytes, values);
        wm_import_mistake(im, LINES_MAX, "more than %d lines of JSON", LINES_MAX);
        return 0;
    }
    struct wm_json *root = NULL;
    if (wm_json_parse(im->arena, copy, n_bytes, im->path, &root, im->diags) != WM_OK) {
        im->n_mistakes++;
        return 0;
    }
    values[0] = root;
    return 1;
}

static const struct wm_json *follow(const struct wm_json *from, const char *path, size_t length)
{
    char key[64];
    while (from != NULL && length > 0) {
        const char *const dot = memchr(path, '.', length);
        const size_t n = dot != NULL ? (size_t)(dot - path) : length;
        (void)snprintf(key, sizeof key, "%.*s", (int)n, path);
        from = from->type == WM_JSON_ARRAY && strcmp(key, "0") == 0 ? from->child
                                                                    : wm_json_find(from, key);
        path += dot != NULL ? n + 1 : n;
        length -= dot != NULL ? n + 1 : n;
    }
    return from != NULL && from->type != WM_JSON_NULL ? from : NULL;
}

const struct wm_json *wm_value_at(const struct wm_json *from, const char *paths)
{
    const struct wm_json *found = NULL;
    for (const char *at = paths; at != NULL && *at != '\0' && found == NULL;) {
        const size_t n = strcspn(at, "|");
        found = follow(from, at, n);
        at += at[n] == '|' ? n + 1 : n;
    }
    return found;
}

double wm_value_number(const struct wm_json *from, const char *paths)
{
    const struct wm_json *const v = wm_value_at(from, paths);
    double value = 0.0;
    if (v != NULL && v->type == WM_JSON_NUMBER)
        return v->number;
    if (v != NULL && v->type == WM_JSON_STRING && wm_csv_number(v->text, &value))
        return value;
    return (double)NAN;
}

const char *wm_value_text(const struct wm_json *from, const char *paths)
{
    const struct wm_json *const v = wm_value_at(from, paths);
    if (v == NULL)
        return "";
    if (v->type == WM_JSON_BOOL)
        return v->flag ? "true" : "false";
    return v->type == WM_JSON_STRING || v->type == WM_JSON_NUMBER ? v->text : "";
}
