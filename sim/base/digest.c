/* SHA-256 by nettle, which is used in this file alone. */
#include "wattmill/digest.h"

#include <assert.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

static_assert(sizeof(struct sha256_ctx) <= sizeof(struct wm_digest), "the library's state fits");

static struct sha256_ctx *context_of(struct wm_digest *digest)
{
    return (struct sha256_ctx *)digest;
}

struct wm_digest *wm_digest_open(struct wm_digest *digest)
{
    sha256_init(context_of(digest));
    return digest;
}

void wm_digest_add(struct wm_digest *digest, const void *bytes, size_t n_bytes)
{
    sha256_update(context_of(digest), n_bytes, bytes);
}

void wm_digest_add_text(struct wm_digest *digest, const char *text)
{
    wm_digest_add(digest, text, strlen(text) + 1);
}

void wm_digest_close(struct wm_digest *digest, unsigned char out[WM_DIGEST_BYTES])
{
    sha256_digest(context_of(digest), WM_DIGEST_BYTES, out);
}

void wm_digest_close_hex(struct wm_digest *digest, char hex[WM_HASH_HEX_BYTES])
{
    unsigned char bytes[WM_DIGEST_BYTES];
    wm_digest_close(digest, bytes);
    for (size_t i = 0; i < WM_DIGEST_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned)bytes[i]);
}

void wm_digest_of(const void *bytes, size_t n_bytes, unsigned char out[WM_DIGEST_BYTES])
{
    struct wm_digest digest;
    wm_digest_add(wm_digest_open(&digest), bytes, n_bytes);
    wm_digest_close(&digest, out);
}
