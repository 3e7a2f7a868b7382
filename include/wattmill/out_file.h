/*
 * A file that gets its name when it is complete.
 *
 * What is written goes into a new file of a name of its own in the target's folder (made with O_EXCL,
 * so that no link and no other process' file is followed or shared), is synced to the disk and renamed:
 * a kill, a full disk or a power cut leaves the old file or the new one. A target that exists and is no
 * regular file (a pipe, a terminal, /dev/null) is written through and never replaced.
 */
#ifndef WATTMILL_OUT_FILE_H
#define WATTMILL_OUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "wattmill/arena.h"

struct wm_out_file {
    FILE *file;
    const char *path;
    const char *tmp; /* NULL: the target itself is written */
};

/** Opens for writing; false with errno. */
bool wm_out_open(struct wm_out_file *out, struct wm_arena *arena, const char *path);
/** Closes, and gives the file its name when all was written and `keep`; false with errno, nothing is left then. */
bool wm_out_close(struct wm_out_file *out, bool keep);

/** An empty new file beside `path`, for a program or library that takes a name; NULL with errno. */
const char *wm_out_reserve(struct wm_arena *arena, const char *path);
/** Syncs `tmp` and renames it to `path`; false with errno, `tmp` is gone then. */
bool wm_out_commit(const char *tmp, const char *path);
/** Removes what killed processes left in `dir`. @pre nobody else writes there */
void wm_out_sweep(struct wm_arena *arena, const char *dir);

/** Removes what this process has not finished: for one that ends early. */
void wm_out_abandon(void);

/** The same for what process `pid`, which has ended, had begun beside `path`. */
void wm_out_abandon_of(struct wm_arena *arena, const char *path, long pid);

/** Whether `path` exists and is no regular file, so that it is written through. */
bool wm_out_is_special(const char *path);
/** Whether two paths lead to one file. */
bool wm_out_same_file(const char *a, const char *b);

#endif
