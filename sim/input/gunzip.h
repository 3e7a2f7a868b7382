/* Texts that gzip packed. */
#ifndef WM_INPUT_GUNZIP_H
#define WM_INPUT_GUNZIP_H

#include "wattmill/arena.h"
#include "wattmill/diag.h"

/** A text that gzip packed, unpacked in its place; others stay. False and E102: damaged, or over 128 MiB. */
bool wm_text_unpack(struct wm_arena *arena, const char *path, const char **text, size_t *n_bytes,
                    struct wm_diags *diags);

#endif
