/* Names of files as those of the catalogue; heads of the entries that importers write. */
#ifndef WM_IMPORT_CATALOGUE_H
#define WM_IMPORT_CATALOGUE_H

#include "reader.h"
#include "wattmill/accelerator.h"
#include "wattmill/catalog.h"
#include "wattmill/json.h"

/**
 * The catalogue's name of what a file calls `name`, also with a suffix after - or _ ("h200-nv"); else `name` itself, told
 * once as unknown.
 */
const char *wm_import_entry(struct wm_importer *im, enum wm_catalog_kind kind, const char *name);
/** The entry, or NULL. */
const struct wm_catalog_head *wm_import_entry_find(struct wm_importer *im,
                                                   enum wm_catalog_kind kind, const char *name);
/** Names of catalogues: lower case, digits, points and dashes; at most 60 bytes. */
const char *wm_import_slug(struct wm_arena *arena, const char *from);
/** --as-of, or what the file says, or "" and told; E210 for what is no date. */
const char *wm_import_as_of(struct wm_importer *im, const char *stated);

/** The entry of a board as its driver names it ("NVIDIA H100 80GB HBM3"), or --accelerator; NULL and E206 or E208. */
const struct wm_accelerator *wm_import_board(struct wm_importer *im, const char *board);

#endif
