#include "wattmill/plain_text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BROKEN UINT32_MAX /* a byte that is no UTF-8 */

/* The character at `c` and its length in bytes (RFC 3629); BROKEN and 1 when there is none. */
static uint32_t decode(const unsigned char *c, size_t *n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t length = c[0] < 0x80       ? 1
                          : c[0] >> 5 == 6  ? 2
                          : c[0] >> 4 == 14 ? 3
                          : c[0] >> 3 == 30 ? 4
                                            : 0;
    *n = 1;
    if (length == 0)
        return BROKEN;
    uint32_t code = length == 1 ? c[0] : c[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((c[i] & 0xc0) != 0x80)
            return BROKEN;
        code = code << 6 | (c[i] & 0x3fu);
    }
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return BROKEN;
    *n = length;
    return code;
}

static bool is_plain(uint32_t code)
{
    static const uint32_t hidden[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200e, 0x200f},
        {0x2028, 0x202e}, {0x2066, 0x2069}, {BROKEN, BROKEN},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i][0] && code <= hidden[i][1])
            return false;
    return true;
}

bool wm_text_is_plain(const char *text)
{
    size_t n = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c += n)
        if (!is_plain(decode(c, &n)))
            return false;
    return true;
}

const char *wm_text_plain(struct wm_arena *arena, const char *text)
{
    if (wm_text_is_plain(text))
        return text;
    char *const copy = wm_arena_alloc(arena, sizeof "\\u{10ffff}" * strlen(text) + 1, 1);
    char *to = copy;
    size_t n = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c += n) {
        const uint32_t code = decode(c, &n);
        if (is_plain(code)) {
            memcpy(to, c, n);
            to += n;
        } else {
            to += snprintf(to, sizeof "\\u{10ffff}", "\\u{%x}",
                           (unsigned)(code == BROKEN ? *c : code));
        }
    }
    return copy;
}
