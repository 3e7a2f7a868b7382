#include "wattmill/file_kind.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "wattmill/form.h"
#include "wattmill/input.h"

static enum wm_status unreadable(const char *path, int why, struct wm_diags *diags)
{
    const struct wm_place place = {.file = path};
    wm_diag_add(diags, WM_E102, &place, NULL, "cannot be read: %s", strerror(why));
    return WM_IO;
}

static enum wm_status begins_as_store(const char *path, bool *is, struct wm_diags *diags)
{
    static const char magic[16] = "SQLite format 3"; /* sqlite.org/fileformat2.html, 1.3.1 */
    char head[sizeof magic];
    errno = 0;
    FILE *const file = fopen(path, "rb");
    if (file != NULL)
        (void)setvbuf(file, NULL, _IONBF, 0);
    const size_t n = file != NULL ? fread(head, 1, sizeof head, file) : 0;
    const bool failed = file == NULL || ferror(file);
    const int why = errno;
    if (file != NULL)
        (void)fclose(file);
    *is = n == sizeof head && memcmp(head, magic, sizeof head) == 0;
    return failed ? unreadable(path, why, diags) : WM_OK;
}

/* Its base says it where it does not. */
static enum wm_status find_case(struct wm_arena *arena, const char *path, enum wm_file_kind *kind,
                                struct wm_diags *diags)
{
    const struct wm_diags before = *diags;
    struct wm_json *tree = NULL;
    const enum wm_status status = wm_scenario_tree_load(arena, path, &tree, diags);
    if (status == WM_IO)
        return status;
    *diags = before; /* mistakes are its reader's */
    const struct wm_form *const form = status == WM_OK ? wm_form_of(arena, tree, NULL) : NULL;
    if (form != NULL && form != &wm_site_form)
        *kind = WM_FILE_CASE;
    return WM_OK;
}

static bool has(const struct wm_json *root, const char *key)
{
    return wm_json_find(root, key) != NULL;
}

enum wm_status wm_file_kind_of(struct wm_arena *arena, const char *path, enum wm_file_kind *kind,
                               struct wm_diags *diags)
{
    struct wm_diags ignored = wm_diags_init(arena);
    struct stat about;
    const char *text = NULL;
    size_t n_bytes = 0;
    struct wm_json *root = NULL;
    bool is_store = false;
    *kind = WM_FILE_OTHER;
    const bool is_there = stat(path, &about) == 0;
    if (!is_there && errno != ENOENT && errno != ENOTDIR)
        return unreadable(path, errno, diags);
    if (!is_there || !S_ISREG(about.st_mode))
        return WM_OK;
    enum wm_status status = begins_as_store(path, &is_store, diags);
    if (is_store)
        *kind = WM_FILE_STORE;
    if (status != WM_OK || is_store)
        return status;
    status = wm_text_load(arena, path, &text, &n_bytes, diags);
    if (status != WM_OK)
        return status;
    (void)wm_json_parse(arena, text, n_bytes, path, &root, &ignored);
    if (has(root, "base") || has(root, "axes") || has(root, "points"))
        *kind = WM_FILE_STUDY;
    else if (has(root, "sides") && has(root, "bridges"))
        *kind = WM_FILE_COMPARISON;
    else if (root != NULL)
        return find_case(arena, path, kind, diags);
    return WM_OK;
}
