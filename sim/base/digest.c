/* SHA-256 by libgcrypt, which is used in this file alone. */
#include "wattmill/digest.h"

#include <gcrypt.h>
#include <stdio.h>
#include <string.h>

#include "wattmill/require.h"

struct wm_digest *wm_digest_open(void)
{
    /* libgcrypt initialises itself once; a second call only asks whether it did */
    if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
        (void)gcry_check_version(NULL);
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
    gcry_md_hd_t handle = NULL;
    WM_REQUIRE(gcry_md_open(&handle, GCRY_MD_SHA256, 0) == 0);
    return (struct wm_digest *)handle;
}

static gcry_md_hd_t handle_of(struct wm_digest *digest)
{
    return (gcry_md_hd_t)digest;
}

void wm_digest_add(struct wm_digest *digest, const void *bytes, size_t n_bytes)
{
    gcry_md_write(handle_of(digest), bytes, n_bytes);
}

void wm_digest_add_text(struct wm_digest *digest, const char *text)
{
    wm_digest_add(digest, text, strlen(text) + 1);
}

void wm_digest_close_hex(struct wm_digest *digest, char hex[WM_HASH_HEX_BYTES])
{
    const unsigned char *const bytes = gcry_md_read(handle_of(digest), GCRY_MD_SHA256);
    for (size_t i = 0; i < WM_DIGEST_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned)bytes[i]);
    gcry_md_close(handle_of(digest));
}

void wm_digest_close(struct wm_digest *digest, unsigned char out[WM_DIGEST_BYTES])
{
    memcpy(out, gcry_md_read(handle_of(digest), GCRY_MD_SHA256), WM_DIGEST_BYTES);
    gcry_md_close(handle_of(digest));
}

void wm_digest_of(const void *bytes, size_t n_bytes, unsigned char out[WM_DIGEST_BYTES])
{
    gcry_md_hash_buffer(GCRY_MD_SHA256, out, bytes, n_bytes);
}
