/*
 * Digest: SHA-256 (FIPS 180-4) of texts, for stamps, keys of stored points and of caches.
 */
#ifndef WATTMILL_DIGEST_H
#define WATTMILL_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define WM_DIGEST_BYTES   32
#define WM_HASH_HEX_BYTES (2 * WM_DIGEST_BYTES + 1)

/** A running digest, of the caller's own memory: it needs no other, so it cannot fail. */
struct wm_digest {
    uint64_t state[16]; /* of the library that computes it */
};

/** Begins at `digest`, mostly `&(struct wm_digest){0}`, and gives it back; its end needs no close. */
struct wm_digest *wm_digest_open(struct wm_digest *digest);
void wm_digest_add(struct wm_digest *digest, const void *bytes, size_t n_bytes);
/** Adds a text with its final 0 byte, so that two texts never run into one another. */
void wm_digest_add_text(struct wm_digest *digest, const char *text);
/** Adds a number: the same bytes on any byte order, for 0 and -0, and for every NAN. */
void wm_digest_add_real(struct wm_digest *digest, double value);
/** Ends the digest and writes it as lower-case hex, 0-ended. */
void wm_digest_close_hex(struct wm_digest *digest, char hex[WM_HASH_HEX_BYTES]);
/** Ends it and writes its bytes. */
void wm_digest_close(struct wm_digest *digest, unsigned char out[WM_DIGEST_BYTES]);

/** SHA-256 of `n_bytes` in one call */
void wm_digest_of(const void *bytes, size_t n_bytes, unsigned char out[WM_DIGEST_BYTES]);

#endif
