/* The command: finds the verb, runs it, prints the diagnostics, turns the status into an exit code. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/out_file.h"

static enum wm_status start(struct cli *cli, const struct cli_verb *verb)
{
    void *options = NULL;
    const enum wm_status status = cli_parse(cli, verb, &options);
    if (status != WM_OK)
        return status;
    if (!cli->help)
        return verb->run(cli, options);
    cli_help(stdout, cli->arena, verb);
    return WM_OK;
}

static enum wm_status dispatch(struct cli *cli, const char *name)
{
    const struct cli_verb *const verb = cli_verb_find(cli, name);
    const enum wm_status status = verb != NULL ? cli_keep_pipes(cli) : WM_USAGE;
    return status == WM_OK ? start(cli, verb) : status;
}

/* help [VERB], --help, -h */
static enum wm_status help(struct cli *cli)
{
    const struct cli_verb *const verb = cli->argc > 0 ? cli_verb_find(cli, cli->argv[0]) : NULL;
    if (cli->argc > 0 && verb == NULL)
        return WM_USAGE;
    if (verb != NULL)
        cli_help(stdout, cli->arena, verb);
    else
        cli_help_all(stdout);
    return WM_OK;
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

/*
 * Descriptors 0 to 2 that the caller closed are taken before any file is opened, or a store would become
 * standard error and progress be written into it. Each is open the wrong way round, so that its use
 * fails as that of a closed one does.
 */
static void take_standard_descriptors(void)
{
    static const int ways[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", ways[fd]) != fd)
            _exit(wm_status_exit_code(WM_IO));
}

/* Whether who read the output has gone: that ends the command, and is no mistake to tell. */
static bool reader_is_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

static void end_as_broken_pipe(void)
{
    (void)signal(SIGPIPE, SIG_DFL);
    (void)raise(SIGPIPE);
}

/* The whole of a command within one boundary, so that memory that ends is a line and an exit status. */
struct command {
    struct cli *cli;
    const char *name;
};

static enum wm_status work(struct wm_arena *arena, void *context)
{
    (void)arena;
    const struct command *const c = context;
    return is_one_of(c->name, "help", "--help", "-h") ? help(c->cli) : dispatch(c->cli, c->name);
}

/* A warning that a thousand workloads share is told for the first of them; mistakes are told all. */
static enum wm_status tell(struct wm_arena *arena, void *context)
{
    enum { ALIKE_MAX = 20 };
    const struct cli *const cli = context;
    size_t n_of[WM_N_CODES] = {0};
    for (size_t i = 0; i < cli->diags.n_items; i++) {
        const struct wm_diag *const d = &cli->diags.items[i];
        const bool is_warning = wm_code_is_warning(d->code);
        if ((is_warning && cli->quiet) || (n_of[d->code]++ >= ALIKE_MAX && is_warning))
            continue;
        fprintf(stderr, "%s\n", wm_diag_format(arena, d));
    }
    for (size_t code = 0; code < WM_N_CODES; code++)
        if (wm_code_is_warning((enum wm_code)code) && n_of[code] > ALIKE_MAX)
            fprintf(stderr, "%zu more warnings of %s: --format json has them all\n",
                    n_of[code] - ALIKE_MAX, wm_code_name((enum wm_code)code));
    if (cli->diags.n_errors > 0)
        fprintf(stderr, "%zu error%s\n", cli->diags.n_errors, cli->diags.n_errors == 1 ? "" : "s");
    return WM_OK;
}

/* A diagnostic would need some. */
static int out_of_memory(void)
{
    fputs("wattmill: out of memory\n", stderr);
    return wm_status_exit_code(WM_NO_MEMORY);
}

int main(int argc, char **argv)
{
    take_standard_descriptors();
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe becomes a write error */
    (void)signal(SIGXFSZ, SIG_IGN); /* and so does a file at its size limit */
    wm_init();
    struct wm_arena *const arena = wm_arena_open();
    if (arena == NULL)
        return out_of_memory();
    struct cli cli = {.arena = arena, .diags = wm_diags_init(arena)};
    enum wm_status status = WM_OK;
    if (argc < 2) {
        wm_diag_add(&cli.diags, WM_E101, NULL, NULL, "no command; see wattmill --help");
        status = WM_USAGE;
    } else if (is_one_of(argv[1], "--version", "-V", "version")) {
        printf("wattmill %s (schema %d)\n", WM_VERSION, WM_SCHEMA_VERSION);
    } else {
        cli.argc = argc - 2;
        cli.argv = argv + 2;
        status = wm_arena_guard(arena, work, &(struct command){&cli, argv[1]});
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (reader_is_gone())
            end_as_broken_pipe();
        wm_diag_add(&cli.diags, WM_E104, NULL, NULL, "standard output: %s", strerror(errno));
        status = WM_IO;
    }
    if (wm_arena_guard(arena, tell, &cli) != WM_OK)
        status = WM_NO_MEMORY;
    if (status == WM_NO_MEMORY) {
        wm_out_abandon();
        (void)out_of_memory();
    }
    const int code = wm_status_exit_code(status);
    wm_arena_close(arena);
    return code;
}
