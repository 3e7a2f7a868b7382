/* The command: finds the verb, runs it, prints the diagnostics, turns the status into an exit code. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "cli.h"

static const struct {
    const char *name;
    enum wm_status (*run)(struct cli *cli);
    const char *help; /* NULL: hidden */
} verbs[] = {
    {"run", cli_run, "simulate a scenario: run SCENARIO [options]; run --help"},
    {"check", cli_check, "validate a scenario, all mistakes at once: check SCENARIO"},
    {"catalog", cli_catalog, "list the catalogue: catalog [KIND [NAME]]"},
    {"explain", cli_explain, "what a key, metric or error code means: explain KEY"},
    {"schema", cli_schema, "JSON Schema of a scenario file"},
    {"docs", cli_docs, NULL},
};
#define N_VERBS (sizeof verbs / sizeof *verbs)

static void help(void)
{
    puts("usage: wattmill COMMAND [ARGUMENTS]\n");
    for (size_t i = 0; i < N_VERBS; i++)
        if (verbs[i].help != NULL)
            printf("  %-8s %s\n", verbs[i].name, verbs[i].help);
    puts("\n  --help     this text\n  --version  version of program and schema");
}

static enum wm_status dispatch(struct cli *cli, const char *verb)
{
    struct wm_suggest near = wm_suggest_init(verb);
    for (size_t i = 0; i < N_VERBS; i++) {
        if (strcmp(verbs[i].name, verb) == 0)
            return verbs[i].run(cli);
        if (verbs[i].help != NULL)
            wm_suggest_offer(&near, verbs[i].name);
    }
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "unknown command \"%s\"%s", verb,
                wm_suggest_text(cli->arena, &near));
    return WM_USAGE;
}

int main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe becomes a write error */
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
        status = dispatch(&cli, argv[1]);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        wm_diag_add(&cli.diags, WM_E104, NULL, NULL, "standard output: %s", strerror(errno));
        status = WM_IO;
    }
    for (size_t i = 0; i < cli.diags.n_items; i++)
        if (!cli.quiet || !wm_code_is_warning(cli.diags.items[i].code))
            fprintf(stderr, "%s\n", wm_diag_format(arena, &cli.diags.items[i]));
    if (cli.diags.n_errors > 0)
        fprintf(stderr, "%zu error%s\n", cli.diags.n_errors, cli.diags.n_errors == 1 ? "" : "s");
    const int code = wm_status_exit_code(status);
    wm_arena_close(arena);
    return code;
}
