/*
 * The only file that starts gnuplot. The script is compiled in and fixed, it reads its numbers from
 * a CSV file beside it, and no text of a user or a scenario is ever part of a command. No shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wattmill/embedded.h"
#include "wattmill/output.h"
#include "wattmill/require.h"

#define EXIT_NO_PROGRAM 127

static const char *script(struct wm_arena *arena, const char *name)
{
    const char *const path = wm_arena_printf(arena, "plots/%s.gp", name);
    for (const struct wm_embedded *f = wm_embedded_files(); f->path != NULL; f++)
        if (strcmp(f->path, path) == 0)
            return f->bytes;
    return NULL;
}

/* A child without a shell: stdin is the script, `dir` its folder, its chatter goes to /dev/null. */
static int run_in(const char *dir, const char *script_name)
{
    const pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0) {
        const int null = open("/dev/null", O_RDWR);
        if (null < 0 || chdir(dir) != 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
            dup2(null, 2) < 0)
            _exit(EXIT_NO_PROGRAM);
        (void)execlp("gnuplot", "gnuplot", "-d", script_name, (char *)NULL);
        _exit(EXIT_NO_PROGRAM);
    }
    int state = 0;
    while (waitpid(pid, &state, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

static bool keep(struct wm_arena *arena, const char *dir, const char *name, const char *ending)
{
    const char *const tmp = wm_arena_printf(arena, "%s/%s.%s.tmp", dir, name, ending);
    const char *const final = wm_arena_printf(arena, "%s/%s.%s", dir, name, ending);
    struct stat info;
    if (stat(tmp, &info) == 0 && info.st_size > 0 && rename(tmp, final) == 0)
        return true;
    (void)unlink(tmp);
    return false;
}

enum wm_status wm_figure_draw(struct wm_arena *arena, const char *dir, const char *name,
                              struct wm_diags *diags)
{
    const char *const style = script(arena, "style"), *const body = script(arena, name);
    WM_REQUIRE(style != NULL && body != NULL);
    const char *const gp = wm_arena_printf(arena, "%s.gp.tmp", name);
    const char *const gp_path = wm_arena_printf(arena, "%s/%s", dir, gp);
    FILE *const file = fopen(gp_path, "w");
    if (file == NULL) {
        wm_diag_add(diags, WM_E104, NULL, NULL, "%s: %s", gp_path, strerror(errno));
        return WM_IO;
    }
    fprintf(file,
            "%s\nset terminal svg size 1000,600 dynamic background '#ffffff' font 'sans,16'\n"
            "set output '%s.svg.tmp'\n%s\n"
            "set terminal pngcairo size 1600,900 fontscale 1.6\n"
            "set output '%s.png.tmp'\nreplot\nset output\n",
            style, name, body, name);
    const bool written = ferror(file) == 0;
    const bool closed = fclose(file) == 0;
    const int code = written && closed ? run_in(dir, gp) : -1;
    (void)unlink(gp_path);
    const bool svg = keep(arena, dir, name, "svg"), png = keep(arena, dir, name, "png");
    if (code == 0 && svg && png)
        return WM_OK;
    wm_diag_add(diags, WM_E401, NULL, NULL, "%s/%s: %s; the other files are complete", dir, name,
                code == EXIT_NO_PROGRAM ? "gnuplot not found, install gnuplot-nox"
                                        : "gnuplot failed");
    return WM_IO;
}
