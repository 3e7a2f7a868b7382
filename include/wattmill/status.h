/*
 * Status: what a fallible function returns, and the exit code of the command.
 *
 * A status says which kind of thing went wrong; the diagnostics (diag.h) say what exactly.
 */
#ifndef WATTMILL_STATUS_H
#define WATTMILL_STATUS_H

/*  X(name, exit code, text) */
#define WM_STATUS_LIST(X)                                           \
    X(OK, 0, "ok")                                                  \
    X(FAILED, 1, "a balance does not close or an assertion failed") \
    X(USAGE, 2, "wrong command line")                               \
    X(INVALID, 3, "scenario or catalogue invalid")                  \
    X(INFEASIBLE, 4, "no feasible operating point")                 \
    X(IO, 5, "file, database or disk error")                        \
    X(POINTS_FAILED, 6, "finished with failed points")              \
    X(NO_MEMORY, 5, "out of memory")                                \
    X(INTERNAL, 70, "internal error")                               \
    X(INTERRUPTED, 130, "interrupted")

enum wm_status {
#define WM_STATUS_ENUM(name, exit_code, text) WM_##name,
    WM_STATUS_LIST(WM_STATUS_ENUM)
#undef WM_STATUS_ENUM
};

/** Exit code of the command for `status`; cannot fail. */
int wm_status_exit_code(enum wm_status status);
/** One English phrase for `status`; cannot fail. */
const char *wm_status_text(enum wm_status status);

#endif
