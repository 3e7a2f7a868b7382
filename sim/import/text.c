#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_BYTES = 1 << 14 };

struct wm_import_text wm_import_text_new(struct wm_arena *arena)
{
    struct wm_import_text to = {arena, WM_NEW_ARRAY(arena, char, FIRST_BYTES), 0, FIRST_BYTES};
    to.bytes[0] = '\0';
    return to;
}

static void make_room(struct wm_import_text *to, size_t n_more)
{
    size_t capacity = to->capacity;
    if (to->n + n_more < capacity)
        return;
    while (to->n + n_more >= capacity)
        capacity *= 2;
    char *const more = WM_NEW_ARRAY(to->arena, char, capacity);
    memcpy(more, to->bytes, to->n + 1);
    to->bytes = more;
    to->capacity = capacity;
}

void wm_import_put(struct wm_import_text *to, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    if (n > 0) {
        make_room(to, (size_t)n);
        (void)vsnprintf(to->bytes + to->n, (size_t)n + 1, format, again);
        to->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void wm_import_put_cell(struct wm_import_text *to, const char *text)
{
    const bool is_plain = strpbrk(text, ",\"\r\n") == NULL && text[0] != '#';
    if (is_plain) {
        wm_import_put(to, "%s", text);
        return;
    }
    wm_import_put(to, "\"");
    for (const char *at = text; *at != '\0'; at++)
        wm_import_put(to, *at == '"' ? "\"\"" : "%c", *at);
    wm_import_put(to, "\"");
}

void wm_import_put_remark(struct wm_import_text *to, const char *text)
{
    wm_import_put(to, "# ");
    for (const char *at = text; *at != '\0'; at++)
        wm_import_put(to, "%c", *at == '\n' || *at == '\r' ? ' ' : *at);
    wm_import_put(to, "\n");
}
