/* A folder of files: one writer at a time, each file named when it is complete. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wattmill/output.h"
#include "wattmill/require.h"

/* mkdir -p */
static bool make_dir(struct wm_arena *arena, const char *dir)
{
    char *const path = wm_arena_copy_text(arena, dir, strlen(dir));
    for (char *c = path + 1; path[0] != 0 && *c != 0; c++)
        if (*c == '/') {
            *c = 0;
            (void)mkdir(path, 0777);
            *c = '/';
        }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

/*
 * One process at a time writes a folder: flock() on the folder itself leaves no file behind and ends
 * with the process. Where folders cannot be locked (some network file systems) there is no guard.
 */
static bool lock(struct wm_folder *f)
{
    f->lock = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->lock < 0 || flock(f->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return true;
    wm_diag_add(f->diags, WM_E104, NULL, NULL,
                "%s: another run is writing into this folder; wait for it or choose another",
                f->dir);
    wm_folder_close(f);
    return false;
}

bool wm_folder_open(struct wm_folder *folder, struct wm_arena *arena, const char *dir,
                    struct wm_diags *diags)
{
    *folder = (struct wm_folder){.arena = arena,
                                 .dir = dir,
                                 .formats = WM_FIGURE_SVG | WM_FIGURE_PNG,
                                 .diags = diags,
                                 .lock = -1};
    if (!make_dir(arena, dir)) {
        wm_diag_add(diags, WM_E104, NULL, NULL, "%s: %s", dir, strerror(errno));
        return false;
    }
    if (!lock(folder))
        return false;
    wm_out_sweep(arena, dir);
    return true;
}

void wm_folder_close(struct wm_folder *f)
{
    if (f->lock >= 0)
        (void)close(f->lock);
    f->lock = -1;
}

const char *wm_file_digest(struct wm_arena *arena, const char *path)
{
    char *const hex = WM_NEW_ARRAY(arena, char, WM_HASH_HEX_BYTES);
    unsigned char bytes[1 << 14];
    FILE *const file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    struct wm_digest *const digest = wm_digest_open(&(struct wm_digest){0});
    for (size_t n = fread(bytes, 1, sizeof bytes, file); n > 0;
         n = fread(bytes, 1, sizeof bytes, file))
        wm_digest_add(digest, bytes, n);
    const bool good = ferror(file) == 0;
    (void)fclose(file);
    wm_digest_close_hex(digest, hex);
    return good ? hex : NULL;
}

static void keep_name(struct wm_folder *f, const char *path)
{
    WM_REQUIRE(f->n_files < WM_FOLDER_FILES_MAX);
    f->files[f->n_files++] = path;
}

static bool failed(const struct wm_folder *f, const char *path)
{
    wm_diag_add(f->diags, WM_E104, NULL, NULL, "%s: %s", path, strerror(errno));
    return false;
}

FILE *wm_folder_begin(struct wm_folder *f, const char *name)
{
    const char *const path = wm_arena_printf(f->arena, "%s/%s", f->dir, name);
    if (wm_out_open(&f->open, f->arena, path))
        return f->open.file;
    (void)failed(f, path);
    return NULL;
}

bool wm_folder_end(struct wm_folder *f)
{
    if (!wm_out_close(&f->open, true))
        return failed(f, f->open.path);
    keep_name(f, f->open.path);
    return true;
}

bool wm_folder_put(struct wm_folder *f, const char *name, wm_sink_fn sink, const void *context)
{
    FILE *const file = wm_folder_begin(f, name);
    if (file == NULL)
        return false;
    sink(file, context);
    return wm_folder_end(f);
}

bool wm_folder_figure(struct wm_folder *f, const char *figure, wm_sink_fn csv, const void *context)
{
    static const char *const endings[] = {"svg", "png", "pdf"};
    if (!wm_folder_put(f, wm_arena_printf(f->arena, "%s.csv", figure), csv, context) ||
        wm_figure_draw(f->arena, f->dir, figure, f->formats, f->diags) != WM_OK)
        return false;
    for (unsigned i = 0; i < 3; i++)
        if (f->formats & (1u << i))
            keep_name(f, wm_arena_printf(f->arena, "%s/%s.%s", f->dir, figure, endings[i]));
    return true;
}
