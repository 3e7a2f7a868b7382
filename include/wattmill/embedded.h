/* Files compiled into the library: the catalogue (models/catalog) and the figure scripts (plots). */
#ifndef WATTMILL_EMBEDDED_H
#define WATTMILL_EMBEDDED_H

#include <stddef.h>

struct wm_embedded {
    const char *path;  /* as in the source tree, e.g. "plots/opex_share.gp" */
    const char *bytes; /* a 0 byte follows */
    size_t n_bytes;
};

/** All compiled-in files in the order of their paths per folder; ends with `path == NULL`. */
const struct wm_embedded *wm_embedded_files(void);

/** SHA-256 of the catalogue's files in that order, each its path, a 0 byte and its bytes; 64 hexadecimal digits. */
extern const char wm_embedded_catalog_sha256[];

#endif
