/* A file that gzip packed, RFC 1952, one or several members; bounded, so that a small file cannot fill the memory. */
#include <string.h>
#include <zlib.h>

#include "gunzip.h"
#include "wattmill/input.h"

enum { GZIP = 16, FIRST_BYTES = 1 << 16, MOST_BYTES = 128 << 20 };

struct packed {
    struct wm_arena *arena;
    const char *path;
    struct wm_diags *diags;
};

static bool fail(const struct packed *p, const char *why)
{
    const struct wm_place whole = {.file = p->path};
    wm_diag_add(p->diags, WM_E102, &whole, NULL, "cannot be read: packed by gzip, and %s", why);
    return false;
}

/* Twice the room, its end still 0. */
static void grow(const struct packed *p, z_stream *z, char **bytes, size_t *capacity)
{
    char *const grown = WM_NEW_ARRAY(p->arena, char, 2 * *capacity + 1);
    memcpy(grown, *bytes, *capacity);
    z->next_out = (Bytef *)grown + *capacity;
    z->avail_out = (uInt)*capacity;
    *bytes = grown;
    *capacity *= 2;
}

static bool unpack(const struct packed *p, z_stream *z, char **bytes, size_t *capacity)
{
    for (;;) {
        const int status = inflate(z, Z_NO_FLUSH);
        if (status == Z_STREAM_END && z->avail_in == 0)
            return true;
        if (status == Z_STREAM_END && inflateReset2(z, GZIP + MAX_WBITS) == Z_OK)
            continue;
        if (z->avail_out == 0 && *capacity >= MOST_BYTES)
            return fail(p, "larger unpacked than 128 MiB");
        if (z->avail_out == 0 && (status == Z_OK || status == Z_BUF_ERROR))
            grow(p, z, bytes, capacity);
        else if (status != Z_OK || z->avail_in == 0)
            return fail(p, status == Z_OK || status == Z_BUF_ERROR ? "it ends too early"
                                                                   : "it is damaged");
    }
}

bool wm_text_unpack(struct wm_arena *arena, const char *path, const char **text, size_t *n_bytes,
                    struct wm_diags *diags)
{
    const struct packed packed = {arena, path, diags}, *const p = &packed;
    size_t capacity = FIRST_BYTES;
    z_stream z = {.next_in = (Bytef *)(uintptr_t)*text, .avail_in = (uInt)*n_bytes};
    if (*n_bytes < 2 || memcmp(*text, "\x1f\x8b", 2) != 0)
        return true;
    if (inflateInit2(&z, GZIP + MAX_WBITS) != Z_OK)
        return fail(p, "zlib does not start");
    char *bytes = WM_NEW_ARRAY(arena, char, capacity + 1);
    z.next_out = (Bytef *)bytes;
    z.avail_out = (uInt)capacity;
    const bool is_whole = unpack(p, &z, &bytes, &capacity);
    if (is_whole) {
        *text = bytes;
        *n_bytes = capacity - z.avail_out;
    }
    (void)inflateEnd(&z);
    return is_whole;
}
