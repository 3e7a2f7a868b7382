/* A folder of files: each is written under a temporary name and renamed when complete. */
#include <errno.h>
#include <string.h>
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

bool wm_folder_open(struct wm_folder *folder, struct wm_arena *arena, const char *dir,
                    struct wm_diags *diags)
{
    *folder = (struct wm_folder){
        .arena = arena, .dir = dir, .formats = WM_FIGURE_SVG | WM_FIGURE_PNG, .diags = diags};
    if (make_dir(arena, dir))
        return true;
    wm_diag_add(diags, WM_E104, NULL, NULL, "%s: %s", dir, strerror(errno));
    return false;
}

static void keep_name(struct wm_folder *f, const char *path)
{
    WM_REQUIRE(f->n_files < WM_FOLDER_FILES_MAX);
    f->files[f->n_files++] = path;
}

static const char *path_of(const struct wm_folder *f, const char *name, const char *ending)
{
    return wm_arena_printf(f->arena, "%s/%s%s", f->dir, name, ending);
}

static bool failed(const struct wm_folder *f, const char *name)
{
    wm_diag_add(f->diags, WM_E104, NULL, NULL, "%s: %s", path_of(f, name, ""), strerror(errno));
    (void)unlink(path_of(f, name, ".tmp"));
    return false;
}

FILE *wm_folder_begin(struct wm_folder *f, const char *name)
{
    FILE *const file = fopen(path_of(f, name, ".tmp"), "w");
    if (file == NULL)
        (void)failed(f, name);
    return file;
}

bool wm_folder_end(struct wm_folder *f, const char *name, FILE *file)
{
    const char *const path = path_of(f, name, "");
    bool good = ferror(file) == 0;
    good = fclose(file) == 0 && good && rename(path_of(f, name, ".tmp"), path) == 0;
    if (good)
        keep_name(f, path);
    return good || failed(f, name);
}

bool wm_folder_put(struct wm_folder *f, const char *name, wm_sink_fn sink, const void *context)
{
    FILE *const file = wm_folder_begin(f, name);
    if (file == NULL)
        return false;
    sink(file, context);
    return wm_folder_end(f, name, file);
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
