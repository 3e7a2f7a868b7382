/*
 * WM_REQUIRE: guards against our own mistakes. Stays on in release builds, so it is cheap or it is
 * not there. User mistakes never reach it: they are diagnostics (diag.h).
 */
#ifndef WATTMILL_REQUIRE_H
#define WATTMILL_REQUIRE_H

/** Prints the failed condition to stderr and aborts. */
_Noreturn void wm_require_failed(const char *condition, const char *file, int line);

#define WM_REQUIRE(x) ((x) ? (void)0 : wm_require_failed(#x, __FILE__, __LINE__))

#endif
