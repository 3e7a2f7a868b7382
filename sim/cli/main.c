/* The command: finds the verb, runs it, prints the diagnostics, turns the status into an exit code. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

static void help(void)
{
    const struct cli_verb *verb;
    puts("usage: wattmill COMMAND [ARGUMENTS]\n");
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (!verb->is_hidden)
            printf("  %-10s %s\n", verb->name, verb->summary);
    puts("\n  --help     this text; COMMAND --help says more\n"
         "  --version  version of program and schema");
}

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
    const struct cli_verb *verb;
    struct wm_suggest near = wm_suggest_init(name);
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++) {
        if (strcmp(verb->name, name) == 0)
            return start(cli, verb);
        if (!verb->is_hidden)
            wm_suggest_offer(&near, verb->name);
    }
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "unknown command \"%s\"%s", name,
                wm_suggest_text(cli->arena, &near));
    return WM_USAGE;
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
    return dispatch(c->cli, c->name);
}

static enum wm_status tell(struct wm_arena *arena, void *context)
{
    const struct cli *const cli = context;
    for (size_t i = 0; i < cli->diags.n_items; i++)
        if (!cli->quiet || !wm_code_is_warning(cli->diags.items[i].code))
            fprintf(stderr, "%s\n", wm_diag_format(arena, &cli->diags.items[i]));
    if (cli->diags.n_errors > 0)
        fprintf(stderr, "%zu error%s\n", cli->diags.n_errors, cli->diags.n_errors == 1 ? "" : "s");
    return WM_OK;
}

int main(int argc, char **argv)
{
    take_standard_descriptors();
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe becomes a write error */
    (void)signal(SIGXFSZ, SIG_IGN); /* and so does a file at its size limit */
    wm_init();
    struct wm_arena *const arena = wm_arena_open();
    if (arena == NULL)
        return wm_status_exit_code(WM_NO_MEMORY);
    struct cli cli = {.arena = arena, .diags = wm_diags_init(arena)};
    enum wm_status status = WM_OK;
    if (argc < 2) {
        wm_diag_add(&cli.diags, WM_E101, NULL, NULL, "no command; see wattmill --help");
        status = WM_USAGE;
    } else if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        help();
    } else if (strcmp(argv[1], "--version") == 0) {
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
    if (status == WM_NO_MEMORY) /* of which a diagnostic would need some */
        fputs("wattmill: out of memory\n", stderr);
    const int code = wm_status_exit_code(status);
    wm_arena_close(arena);
    return code;
}
