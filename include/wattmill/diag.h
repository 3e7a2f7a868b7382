/*
 * Diagnostics: everything wrong with an input, collected, each with its place and its cure.
 *
 *     site.json:14:22: error E204: cooling.approach_k = -3 K, allowed 1..15 K (...)
 *
 * Codes: 1xx usage and files, 2xx scenario, 3xx run, 4xx output, 5xx sweep,
 * W9xx warnings; each is one row of
 * diag.def and is never reused. Functions that can meet a user's mistake take a `struct wm_diags *`
 * last and go on after the first.
 */
#ifndef WATTMILL_DIAG_H
#define WATTMILL_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "wattmill/arena.h"

enum wm_code {
#define WM_CODE(code, summary) WM_##code,
#include "wattmill/diag.def"
#undef WM_CODE
    WM_N_CODES
};

/** A place in a text file; `file` NULL means "no file" (a command-line value, a whole run). */
struct wm_place {
    const char *file;
    int line;   /* from 1 */
    int column; /* from 1, in bytes */
};

struct wm_diag {
    enum wm_code code;
    struct wm_place place;
    const char *path; /* JSON path such as "site.ceiling.limit_mw", or NULL */
    const char *text; /* value, rule and help in one sentence */
};

struct wm_diags {
    struct wm_arena *arena;
    struct wm_diag *items;
    size_t n_items, capacity;
    size_t n_errors, n_warnings;
};

/** An empty collection whose texts live in `arena`. */
struct wm_diags wm_diags_init(struct wm_arena *arena);
/** Adds one; `place` and `path` may be NULL. `format` gives value, rule and help. */
void wm_diag_add(struct wm_diags *diags, enum wm_code code, const struct wm_place *place,
                 const char *path, const char *format, ...) __attribute__((format(printf, 5, 6)));
/** "E204" or "W901". */
const char *wm_code_name(enum wm_code code);
/** What the code means in general, for docs/errors.md. */
const char *wm_code_summary(enum wm_code code);
bool wm_code_is_warning(enum wm_code code);
/** The line a person reads, in `arena`. */
const char *wm_diag_format(struct wm_arena *arena, const struct wm_diag *diag);

#endif
