/* A file that gzip packed, RFC 1952, one or several members; bounded, so that a small file cannot fill the memory. */
#include <string.h>
#include <zlib.h>

#include "reader.h"

enum { GZIP = 16, FIRST_BYTES = 1 << 16, MOST_BYTES = 128 << 20 };

static bool fail(struct wm_importer *im, const char *why)
{
    const struct wm_place whole = {.file = im->path};
    im->n_mistakes++;
    wm_diag_add(im->diags, WM_E102, &whole, NULL, "cannot be read: packed by gzip, and %s", why);
    return false;
}

/* Twice the room, its end still 0. */
static void grow(struct wm_importer *im, z_stream *z, char **bytes, size_t *capacity)
{
    char *const grown = WM_NEW_ARRAY(im->arena, char, 2 * *capacity + 1);
    memcpy(grown, *bytes, *capacity);
    z->next_out = (Bytef *)grown + *capacity;
    z->avail_out = (uInt)*capacity;
    *bytes = grown;
    *capacity *= 2;
}

static bool unpack(struct wm_importer *im, z_stream *z, char **bytes, size_t *capacity)
{
    for (;;) {
        const int status = inflate(z, Z_NO_FLUSH);
        if (status == Z_STREAM_END && z->avail_in == 0)
            return true;
        if (status == Z_STREAM_END && inflateReset2(z, GZIP + MAX_WBITS) == Z_OK)
            continue;
        if (z->avail_out == 0 && *capacity >= MOST_BYTES)
            return fail(im, "larger unpacked than 128 MiB");
        if (z->avail_out == 0 && (status == Z_OK || status == Z_BUF_ERROR))
            grow(im, z, bytes, capacity);
        else if (status != Z_OK || z->avail_in == 0)
            return fail(im, status == Z_OK || status == Z_BUF_ERROR ? "it ends too early"
                                                                    : "it is damaged");
    }
}

bool wm_import_gunzip(struct wm_importer *im, const char **text, size_t *n_bytes)
{
    size_t capacity = FIRST_BYTES;
    z_stream z = {.next_in = (Bytef *)(uintptr_t)*text, .avail_in = (uInt)*n_bytes};
    if (*n_bytes < 2 || memcmp(*text, "\x1f\x8b", 2) != 0)
        return true;
    if (inflateInit2(&z, GZIP + MAX_WBITS) != Z_OK)
        return fail(im, "zlib does not start");
    char *bytes = WM_NEW_ARRAY(im->arena, char, capacity + 1);
    z.next_out = (Bytef *)bytes;
    z.avail_out = (uInt)capacity;
    const bool is_whole = unpack(im, &z, &bytes, &capacity);
    if (is_whole) {
        *text = bytes;
        *n_bytes = capacity - z.avail_out;
    }
    (void)inflateEnd(&z);
    return is_whole;
}
