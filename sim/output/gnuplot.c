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

static int wait_for(pid_t pid)
{
    int state = 0;
    while (waitpid(pid, &state, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

/* A child without a shell: `script_name` lies in `dir`, its chatter goes to /dev/null. */
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
    return wait_for(pid);
}

/* The same with files without a name for the script and what it draws: no pipe that could block. */
static int run_with(FILE *in, FILE *out)
{
    const pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0) {
        const int null = open("/dev/null", O_RDWR);
        if (null < 0 || dup2(fileno(in), 0) < 0 || dup2(fileno(out), 1) < 0 || dup2(null, 2) < 0)
            _exit(EXIT_NO_PROGRAM);
        (void)execlp("gnuplot", "gnuplot", "-d", "-", (char *)NULL);
        _exit(EXIT_NO_PROGRAM);
    }
    return wait_for(pid);
}

enum wm_status wm_figure_text(struct wm_arena *arena, FILE *file, const char *name, wm_sink_fn data,
                              const void *context, struct wm_diags *diags)
{
    const char *const body = script(arena, name);
    WM_REQUIRE(body != NULL);
    FILE *const in = tmpfile(), *const out = tmpfile();
    int code = -1;
    if (in != NULL && out != NULL) {
        fputs("$data << END_OF_DATA\n", in);
        data(in, context);
        fprintf(in, "END_OF_DATA\n%s", body);
        if (fflush(in) == 0 && lseek(fileno(in), 0, SEEK_SET) == 0)
            code = run_with(in, out);
    }
    if (code == 0) {
        rewind(out);
        for (int c = fgetc(out); c != EOF; c = fgetc(out))
            if (c != '\f') /* the terminal's page feed */
                fputc(c, file);
    }
    if (in != NULL)
        (void)fclose(in);
    if (out != NULL)
        (void)fclose(out);
    if (code == 0)
        return WM_OK;
    wm_diag_add(diags, WM_E401, NULL, NULL, "%s: %s", name,
                code == EXIT_NO_PROGRAM ? "gnuplot not found, install gnuplot-nox"
                                        : "gnuplot failed");
    return WM_IO;
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

/* Each format sets its terminal and draws again. */
static void write_script(FILE *file, const char *style, const char *body, const char *name,
                         unsigned formats)
{
    static const struct {
        unsigned format;
        const char *terminal, *ending;
    } kinds[] = {
        {WM_FIGURE_SVG, "svg size 1000,600 dynamic background '#ffffff' font 'sans,16'", "svg"},
        {WM_FIGURE_PNG, "pngcairo size 1600,960 fontscale 1.6 font 'sans,11'", "png"},
        {WM_FIGURE_PDF, "pdfcairo size 20cm,12cm font 'sans,11'", "pdf"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (formats & kinds[i].format)
            fprintf(file, "reset\nset terminal %s\nset output '%s.%s.tmp'\n%s\n%s\nset output\n",
                    kinds[i].terminal, name, kinds[i].ending, style, body);
}

enum wm_status wm_figure_draw(struct wm_arena *arena, const char *dir, const char *name,
                              unsigned formats, struct wm_diags *diags)
{
    static const char *const endings[] = {"svg", "png", "pdf"};
    const char *const style = script(arena, "style"), *const body = script(arena, name);
    WM_REQUIRE(style != NULL && body != NULL);
    const char *const gp = wm_arena_printf(arena, "%s.gp.tmp", name);
    const char *const gp_path = wm_arena_printf(arena, "%s/%s", dir, gp);
    FILE *const file = fopen(gp_path, "w");
    if (file == NULL) {
        wm_diag_add(diags, WM_E104, NULL, NULL, "%s: %s", gp_path, strerror(errno));
        return WM_IO;
    }
    write_script(file, style, body, name, formats);
    const bool written = ferror(file) == 0;
    const bool closed = fclose(file) == 0;
    const int code = written && closed ? run_in(dir, gp) : -1;
    (void)unlink(gp_path);
    bool kept = true;
    for (unsigned i = 0; i < 3; i++)
        if (formats & (1u << i))
            kept = keep(arena, dir, name, endings[i]) && kept;
    if (code == 0 && kept)
        return WM_OK;
    wm_diag_add(diags, WM_E401, NULL, NULL, "%s/%s: %s; the other files are complete", dir, name,
                code == EXIT_NO_PROGRAM ? "gnuplot not found, install gnuplot-nox"
                                        : "gnuplot failed");
    return WM_IO;
}
