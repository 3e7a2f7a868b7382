/* What produced a result: version, git id and two SHA-256 sums. */
#include <string.h>

#include "git_id.h"
#include "wattmill/digest.h"
#include "wattmill/embedded.h"
#include "wattmill/output.h"
#include "wattmill/version.h"

struct wm_stamp wm_stamp_of(const struct wm_origins *origins, int64_t seed)
{
    struct wm_stamp stamp = {.version = WM_VERSION,
                             .git_id = WM_GIT_ID,
                             .schema_version = WM_SCHEMA_VERSION,
                             .seed = seed};
    struct wm_digest *const inputs = wm_digest_open(&(struct wm_digest){0});
    for (size_t i = 0; origins != NULL && i < origins->n; i++) {
        wm_digest_add_text(inputs, origins->items[i].path);
        wm_digest_add_text(inputs, origins->items[i].value);
    }
    wm_digest_close_hex(inputs, stamp.scenario_hash);
    memcpy(stamp.catalog_hash, wm_embedded_catalog_sha256, sizeof stamp.catalog_hash);
    return stamp;
}
