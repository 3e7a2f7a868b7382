/* What produced a result: version, git id and two SHA-256 sums. */
#include <gcrypt.h>
#include <stdio.h>
#include <string.h>

#include "git_id.h"
#include "wattmill/embedded.h"
#include "wattmill/output.h"
#include "wattmill/require.h"
#include "wattmill/version.h"

#define SHA256_BYTES 32

static gcry_md_hd_t digest_open(void)
{
    /* libgcrypt initialises itself once; a second call only asks whether it did */
    if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
        (void)gcry_check_version(NULL);
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
    gcry_md_hd_t digest = NULL;
    WM_REQUIRE(gcry_md_open(&digest, GCRY_MD_SHA256, 0) == 0);
    return digest;
}

/* The final 0 byte is hashed too, so that two texts never run into one another. */
static void digest_add(gcry_md_hd_t digest, const char *text)
{
    gcry_md_write(digest, text, strlen(text) + 1);
}

static void digest_close(gcry_md_hd_t digest, char hex[WM_HASH_HEX_BYTES])
{
    const unsigned char *const bytes = gcry_md_read(digest, GCRY_MD_SHA256);
    for (size_t i = 0; i < SHA256_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned)bytes[i]);
    gcry_md_close(digest);
}

struct wm_stamp wm_stamp_of(const struct wm_origins *origins, int64_t seed)
{
    struct wm_stamp stamp = {.version = WM_VERSION,
                             .git_id = WM_GIT_ID,
                             .schema_version = WM_SCHEMA_VERSION,
                             .seed = seed};
    const gcry_md_hd_t inputs = digest_open();
    for (size_t i = 0; origins != NULL && i < origins->n; i++) {
        digest_add(inputs, origins->items[i].path);
        digest_add(inputs, origins->items[i].value);
    }
    digest_close(inputs, stamp.scenario_hash);
    const gcry_md_hd_t catalog = digest_open();
    for (const struct wm_embedded *f = wm_embedded_files(); f->path != NULL; f++) {
        if (strncmp(f->path, "models/catalog/", 15) != 0)
            continue;
        digest_add(catalog, f->path);
        gcry_md_write(catalog, f->bytes, f->n_bytes);
    }
    digest_close(catalog, stamp.catalog_hash);
    return stamp;
}
