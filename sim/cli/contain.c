/*
 * Libraries that do not look at every allocation: a verb that calls one goes on in a child process, whose end by a signal is
 * a status here and no crash. Nothing may be open before that a child must not share (a store).
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/out_file.h"

static bool is_asked_for(int signal_number)
{
    return signal_number == SIGPIPE || signal_number == SIGINT || signal_number == SIGTERM ||
           signal_number == SIGHUP;
}

bool cli_goes_on_in_child(struct cli *cli, const char *path, enum wm_status *status)
{
    const pid_t child = fork();
    if (child == 0)
        return true;
    int how = 0;
    *status = WM_IO;
    if (child < 0 || waitpid(child, &how, 0) != child) {
        wm_diag_add(&cli->diags, WM_E104, NULL, NULL, "%s: %s", path, strerror(errno));
        return false;
    }
    if (WIFEXITED(how))
        _exit(WEXITSTATUS(how)); /* it has said all */
    wm_out_abandon_of(cli->arena, path, (long)child);
    if (is_asked_for(WTERMSIG(how))) { /* a closed pipe, Ctrl-C: as without a child */
        (void)signal(WTERMSIG(how), SIG_DFL);
        (void)raise(WTERMSIG(how));
    }
    wm_diag_add(&cli->diags, WM_E104, NULL, NULL,
                "%s: the library that writes it ended by signal %d, most likely for want of memory", path,
                WTERMSIG(how));
    return false;
}
