#define _XOPEN_SOURCE 700 /* realpath() */

#include "confine.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BASES_MAX = 16, NAME_MAX_BYTES = 200 };

static bool is_below(const char *folder, const char *path)
{
    const size_t n = strlen(folder);
    return strncmp(folder, path, n) == 0 && (path[n] == '/' || strcmp(folder, "/") == 0);
}

/* Where a path leads; NULL when to nothing. */
static const char *real_path(struct wm_arena *arena, const char *path)
{
    char *const found = realpath(path, NULL);
    if (found == NULL)
        return NULL;
    const char *const kept = wm_arena_copy_text(arena, found, strlen(found));
    free(found);
    return kept;
}

static const char *join(struct wm_arena *arena, const char *dir, const char *path)
{
    const size_t n = strlen(dir);
    return path[0] == '/'
               ? path
               : wm_arena_printf(arena, "%s%s%s", dir, n > 0 && dir[n - 1] != '/' ? "/" : "", path);
}

/* Whether a text leads to a file (a folder harms nobody) elsewhere. */
static bool leads_out(const struct call *call, const char *dir, const char *text)
{
    struct stat info;
    if (text[0] == '\0' || strlen(text) >= PATH_MAX)
        return false;
    const char *const real = real_path(call->arena, join(call->arena, dir, text));
    return real != NULL && stat(real, &info) == 0 && !S_ISDIR(info.st_mode) &&
           !is_below(call->server->folder, real);
}

static void refuse(struct call *call, const struct wm_json *node, const char *text)
{
    wm_diag_add(&call->diags, WM_E102, &node->place, node->key,
                "= \"%s\" is a file outside the folder that is served", text);
}

bool confine_tree(struct call *call, const struct wm_json *node, const char *dir)
{
    static const char *const read_by_none[] = {"$schema", "notes", "source", "title"};
    bool good = true;
    for (size_t i = 0; node->key != NULL && i < sizeof read_by_none / sizeof *read_by_none; i++)
        if (strcmp(node->key, read_by_none[i]) == 0)
            return true;
    if (node->type == WM_JSON_STRING && leads_out(call, dir, node->text)) {
        refuse(call, node, node->text);
        return false;
    }
    if (node->type != WM_JSON_OBJECT && node->type != WM_JSON_ARRAY)
        return true;
    for (const struct wm_json *c = node->child; c != NULL; c = c->next)
        good = confine_tree(call, c, dir) && good;
    return good;
}

const char *confine_file(struct call *call, const char *name)
{
    struct stat info;
    const char *real = NULL;
    if (name[0] != '\0' && name[0] != '/' && strlen(name) < PATH_MAX)
        real = real_path(call->arena, join(call->arena, call->server->folder, name));
    if (real != NULL && is_below(call->server->folder, real) && stat(real, &info) == 0 &&
        S_ISREG(info.st_mode))
        return real;
    wm_diag_add(&call->diags, WM_E102, NULL, NULL, "\"%s\" is no file of the folder that is served",
                name);
    return NULL;
}

const char *confine_new(struct call *call, const char *name, const char *end)
{
    const size_t n = strlen(name), n_end = strlen(end);
    bool good = n > n_end && n <= NAME_MAX_BYTES && strcmp(name + n - n_end, end) == 0 &&
                name[0] != '.' && name[0] != '-';
    for (size_t i = 0; i < n && good; i++)
        good = isalnum((unsigned char)name[i]) || strchr("._-+ ", name[i]) != NULL;
    if (good) {
        const char *const path = join(call->arena, call->server->folder, name);
        const char *const real = real_path(call->arena, path);
        if (real == NULL || is_below(call->server->folder, real)) /* not through a link */
            return path;
    }
    wm_diag_add(&call->diags, WM_E106, NULL, NULL,
                "\"%s\" is no name for a file of the folder: letters, digits, \"._-+ \" and %s at "
                "its end",
                name, end);
    return NULL;
}

static const char *dir_of(struct wm_arena *arena, const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL ? "." : wm_arena_copy_text(arena, path, (size_t)(slash - path) + 1);
}

/* What a document starts from: a scenario's `extends`, a study's `base`. */
static bool confine_bases(struct call *call, const struct wm_json *root, const char *dir,
                          unsigned depth);

static bool confine_at(struct call *call, const char *path, unsigned depth)
{
    const char *text = NULL;
    size_t n = 0;
    struct wm_json *root = NULL;
    struct wm_diags ignored = wm_diags_init(call->arena); /* the reader tells what is wrong in it */
    if (wm_text_load(call->arena, path, &text, &n, &ignored) != WM_OK ||
        wm_json_parse(call->arena, text, n, path, &root, &ignored) != WM_OK)
        return true;
    return confine_bases(call, root, dir_of(call->arena, path), depth);
}

static bool confine_bases(struct call *call, const struct wm_json *root, const char *dir,
                          unsigned depth)
{
    static const char *const keys[] = {"extends", "base"};
    bool good = confine_tree(call, root, dir);
    for (size_t i = 0; good && depth < BASES_MAX && i < sizeof keys / sizeof *keys; i++) {
        const struct wm_json *const name = wm_json_find(root, keys[i]);
        if (name != NULL && name->type == WM_JSON_STRING && name->text[0] != '\0')
            good = confine_at(call, join(call->arena, dir, name->text), depth + 1);
    }
    return good;
}

bool confine_document(struct call *call, const char *path)
{
    return confine_at(call, path, 0);
}

static struct wm_json *parsed(struct call *call, const char *text)
{
    struct wm_json *root = NULL;
    struct wm_diags ignored = wm_diags_init(call->arena);
    return wm_json_parse(call->arena, text, strlen(text), "document", &root, &ignored) == WM_OK
               ? root
               : NULL;
}

bool confine_text(struct call *call, const char *text)
{
    const struct wm_json *const root = parsed(call, text);
    return root == NULL || confine_bases(call, root, call->server->folder, 0);
}

const char *confine_base_dir(struct call *call, const char *text, const char *path)
{
    const struct wm_json *const base = wm_json_find(parsed(call, text), "base");
    const char *const dir = dir_of(call->arena, path);
    if (base == NULL || base->type != WM_JSON_STRING)
        return dir;
    return dir_of(call->arena, join(call->arena, dir, base->text));
}
