/* serve: a page and a JSON API on this machine, until interrupted. */
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "options.h"
#include "wattmill/serve.h"

struct options {
    int64_t port, n_jobs;
    struct cli_cache cache;
};

static const struct options defaults = {0};

static const struct cli_option rows[] = {
    CLI_WHOLE(options, port, "--port", 'p', "N", 0, 65535,
              "of 127.0.0.1 (default: one that is free)"),
    CLI_WHOLE(options, n_jobs, "--jobs", 'j', "N", 1, 64,
              "runs at the same time (default: the processors this process may use)"),
    CLI_CACHE_ROWS(options, cache),
    CLI_END,
};

/* Blocked before any thread is there, so that all inherit it and only sigwait() takes them. */
static sigset_t block_signals(void)
{
    sigset_t ends;
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    return ends;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const sigset_t ends = block_signals();
    struct wm_cache *const cache = cli_cache_open(cli, &o->cache);
    struct wm_server *server = NULL;
    const struct wm_serve_params params = {.path = cli->n_words > 0 ? cli->words[0] : NULL,
                                           .port = (unsigned)o->port,
                                           .n_threads = (unsigned)o->n_jobs,
                                           .cache = cache};
    const enum wm_status status = wm_serve_open(&params, &server, &cli->diags);
    if (status == WM_OK) {
        int which = 0;
        printf("%s\n", wm_serve_url(server));
        (void)fflush(stdout);
        if (!cli->quiet)
            fprintf(stderr, "open the address in a browser; Ctrl-C ends\n");
        (void)sigwait(&ends, &which);
    }
    wm_serve_close(server);
    wm_cache_close(cache);
    return status;
}

const struct cli_verb cli_verb_serve = {
    .name = "serve",
    .words = "[SCENARIO|STORE|FOLDER]",
    .max_words = 1,
    .summary = "a live page and a JSON API, on this machine alone",
    .details =
        "Prints the address of the page, which holds a random token: whoever has it may run\n"
        "scenarios and read the folder of SCENARIO or STORE, nobody else and nothing more. "
        "Without\n"
        "a word the working folder is served. Ctrl-C ends it.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
