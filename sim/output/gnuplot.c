/*
 * The only file that starts gnuplot. The script is compiled in and fixed, it reads its numbers from
 * a CSV file beside it, and no text of a user or a scenario is ever part of a command. No shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
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

/* In the child: it ends with the command that asked for the figure. */
static void end_with_parent(void)
{
#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
}

/* A child without a shell: `script_name` lies in `dir`, its chatter goes to /dev/null. */
static int run_in(const char *dir, const char *script_name)
{
    const pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0) {
        end_with_parent();
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
        end_with_parent();
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

/* Formats a figure can have, and gnuplot's terminal for each. */
static const struct kind {
    enum wm_figure_format format;
    const char *terminal, *ending;
} kinds[] = {
    {WM_FIGURE_SVG, "svg size 1000,600 dynamic background '#ffffff' font 'sans,16'", "svg"},
    {WM_FIGURE_PNG, "pngcairo size 1600,960 fontscale 1.6 font 'sans,11'", "png"},
    {WM_FIGURE_PDF, "pdfcairo size 20cm,12cm font 'sans,11'", "pdf"},
};
#define N_KINDS (sizeof kinds / sizeof *kinds)

/* A figure being drawn: an empty file beside each one's place, which gnuplot fills. */
struct drawing {
    const char *final[N_KINDS], *tmp[N_KINDS], *script;
};

static const char *base_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

static bool reserve(struct wm_arena *arena, const char *dir, const char *name, unsigned formats,
                    struct drawing *d)
{
    bool good = true;
    for (size_t i = 0; i < N_KINDS && good; i++)
        if (formats & kinds[i].format) {
            d->final[i] = wm_arena_printf(arena, "%s/%s.%s", dir, name, kinds[i].ending);
            d->tmp[i] = wm_out_reserve(arena, d->final[i]);
            good = d->tmp[i] != NULL;
        }
    d->script = good ? wm_out_reserve(arena, wm_arena_printf(arena, "%s/%s.gp", dir, name)) : NULL;
    return d->script != NULL;
}

/* Each format sets its terminal and draws again. Names are of our own making, without a quote. */
static bool write_script(const struct drawing *d, const char *style, const char *body)
{
    FILE *const file = fopen(d->script, "w");
    if (file == NULL)
        return false;
    for (size_t i = 0; i < N_KINDS; i++)
        if (d->tmp[i] != NULL)
            fprintf(file, "reset\nset terminal %s\nset output '%s'\n%s\n%s\nset output\n",
                    kinds[i].terminal, base_name(d->tmp[i]), style, body);
    const bool written = ferror(file) == 0;
    return fclose(file) == 0 && written;
}

/* What was drawn gets its name; false when a format is missing. */
static bool keep(const struct drawing *d)
{
    bool kept = true;
    for (size_t i = 0; i < N_KINDS; i++) {
        struct stat info;
        if (d->tmp[i] == NULL)
            continue;
        if (stat(d->tmp[i], &info) == 0 && info.st_size > 0) {
            kept = wm_out_commit(d->tmp[i], d->final[i]) && kept;
        } else {
            (void)unlink(d->tmp[i]);
            kept = false;
        }
    }
    return kept;
}

enum wm_status wm_figure_draw(struct wm_arena *arena, const char *dir, const char *name,
                              unsigned formats, struct wm_diags *diags)
{
    const char *const style = script(arena, "style"), *const body = script(arena, name);
    struct drawing d = {0};
    WM_REQUIRE(style != NULL && body != NULL);
    const bool ready = reserve(arena, dir, name, formats, &d) && write_script(&d, style, body);
    const int why = errno;
    const int code = ready ? run_in(dir, base_name(d.script)) : -1;
    if (d.script != NULL)
        (void)unlink(d.script);
    const bool kept = keep(&d);
    if (code == 0 && kept)
        return WM_OK;
    if (!ready)
        wm_diag_add(diags, WM_E104, NULL, NULL, "%s/%s: %s", dir, name, strerror(why));
    else
        wm_diag_add(
            diags, WM_E401, NULL, NULL, "%s/%s: %s; the other files are complete", dir, name,
            code == EXIT_NO_PROGRAM ? "gnuplot not found, install gnuplot-nox" : "gnuplot failed");
    return WM_IO;
}
