#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gunzip.h"
#include "wattmill/input.h"

/* No scenario or catalogue comes near this; a device or a wrong file does. */
#define MAX_BYTES   ((size_t)64 << 20)
#define FIRST_BYTES ((size_t)16 << 10)

static enum wm_status fail(struct wm_diags *diags, const char *path, const char *why)
{
    const struct wm_place place = {.file = path};
    wm_diag_add(diags, WM_E102, &place, NULL, "cannot be read: %s", why);
    return WM_IO;
}

static enum wm_status read_all(struct wm_arena *arena, FILE *file, const char *path,
                               const char **text, size_t *n_bytes, struct wm_diags *diags)
{
    size_t capacity = FIRST_BYTES, n = 0;
    char *bytes = WM_NEW_ARRAY(arena, char, capacity);
    for (;;) {
        n += fread(bytes + n, 1, capacity - 1 - n, file);
        if (ferror(file))
            return fail(diags, path, strerror(errno));
        if (n < capacity - 1)
            break; /* a short read without error is the end */
        if (capacity >= MAX_BYTES)
            return fail(diags, path, "larger than 64 MiB");
        char *grown = WM_NEW_ARRAY(arena, char, 2 * capacity);
        memcpy(grown, bytes, n);
        bytes = grown;
        capacity *= 2;
    }
    *text = bytes; /* the arena's bytes are zeroed, so a 0 follows */
    *n_bytes = n;
    return WM_OK;
}

enum wm_status wm_text_load(struct wm_arena *arena, const char *path, const char **text,
                            size_t *n_bytes, struct wm_diags *diags)
{
    errno = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail(diags, path, strerror(errno));
    const enum wm_status status = read_all(arena, file, path, text, n_bytes, diags);
    fclose(file);
    if (status == WM_OK && !wm_text_unpack(arena, path, text, n_bytes, diags))
        return WM_IO;
    return status;
}
