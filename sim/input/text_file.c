#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gunzip.h"
#include "wattmill/input.h"
#include "wattmill/suggest.h"

/* No scenario or catalogue comes near this; a device or a wrong file does. */
#define MAX_BYTES   ((size_t)64 << 20)
#define FIRST_BYTES ((size_t)16 << 10)

static enum wm_status fail(struct wm_diags *diags, const char *path, const char *why)
{
    const struct wm_place place = {.file = path};
    wm_diag_add(diags, WM_E102, &place, NULL, "cannot be read: %s", why);
    return WM_IO;
}

/* A run's folder is no file, but its result is one. */
static const char *why_not_read(struct wm_arena *arena, const char *path, int error)
{
    const char *const result = wm_arena_printf(arena, "%s/result.json", path);
    if (error != EISDIR || access(result, R_OK) != 0)
        return strerror(error);
    return wm_arena_printf(arena, "%s; did you mean \"%s\"?", strerror(error), result);
}

static enum wm_status read_all(struct wm_arena *arena, FILE *file, const char *path,
                               const char **text, size_t *n_bytes, struct wm_diags *diags)
{
    size_t capacity = FIRST_BYTES, n = 0;
    char *bytes = WM_NEW_ARRAY(arena, char, capacity);
    for (;;) {
        n += fread(bytes + n, 1, capacity - 1 - n, file);
        if (ferror(file))
            return fail(diags, path, why_not_read(arena, path, errno));
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

/* What is wrong, and the file of nearly that name that lies beside. */
static const char *why_not_open(struct wm_arena *arena, const char *path, int error)
{
    const char *const slash = strrchr(path, '/');
    const char *const dir =
        slash == NULL ? "." : wm_arena_copy_text(arena, path, (size_t)(slash - path) + 1);
    const char *const name = slash != NULL ? slash + 1 : path;
    struct wm_suggest best = wm_suggest_init(name);
    DIR *const folder = error == ENOENT ? opendir(dir) : NULL;
    for (struct dirent *e; folder != NULL && (e = readdir(folder)) != NULL;) {
        struct wm_suggest one = wm_suggest_init(name);
        if (e->d_name[0] != '.')
            wm_suggest_offer(&one, e->d_name);
        const bool is_better =
            one.best != NULL &&
            (one.best_distance < best.best_distance ||
             (one.best_distance == best.best_distance && strcmp(one.best, best.best) < 0));
        if (!is_better)
            continue;
        best.best = wm_arena_copy_text(arena, e->d_name, strlen(e->d_name));
        best.best_distance = one.best_distance;
    }
    if (folder != NULL)
        closedir(folder);
    return wm_arena_printf(arena, "%s%s", strerror(error), wm_suggest_text(arena, &best));
}

enum wm_status wm_text_load(struct wm_arena *arena, const char *path, const char **text,
                            size_t *n_bytes, struct wm_diags *diags)
{
    errno = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail(diags, path, why_not_open(arena, path, errno));
    (void)setvbuf(file, NULL, _IONBF, 0); /* without memory for a buffer of its own it would say the end */
    const enum wm_status status = read_all(arena, file, path, text, n_bytes, diags);
    fclose(file);
    if (status == WM_OK && !wm_text_unpack(arena, path, text, n_bytes, diags))
        return WM_IO;
    return status;
}
