#ifndef WM_INPUT_CATALOG_DOUBTS_H
#define WM_INPUT_CATALOG_DOUBTS_H

#include "fields.h"

/**
 * Warns (W916) where the figures of a user's entry cannot be true together: a model's total against its
 * shape, an accelerator's TDP against the nameplate it took over from its base. `json`: the entry with
 * its base merged in.
 */
void wm_catalog_doubt(enum wm_catalog_kind kind, const struct wm_catalog_head *entry,
                      const struct wm_json *json, const char *path, struct wm_diags *diags);

#endif
