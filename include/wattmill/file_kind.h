/*
 * File kind: what a file is that a command is given, by what is in it. One place that looks, so that a file that cannot
 * be read is told as such and never taken for something else.
 */
#ifndef WATTMILL_FILE_KIND_H
#define WATTMILL_FILE_KIND_H

#include "wattmill/diag.h"
#include "wattmill/status.h"

enum wm_file_kind {
    WM_FILE_OTHER,      /* a site or its result, or what its reader will say */
    WM_FILE_STORE,      /* an SQLite database, as the stores of studies are */
    WM_FILE_STUDY,      /* JSON with one of the keys base, axes, points */
    WM_FILE_COMPARISON, /* as wm_comparison_write() saves it */
    WM_FILE_CASE        /* a document of another case than the site, or its result */
};

/**
 * @return WM_OK, also of a file with mistakes, and of one that is absent or no regular file (WM_FILE_OTHER); WM_IO with
 *         E102 when it is there and cannot be read
 */
enum wm_status wm_file_kind_of(struct wm_arena *arena, const char *path, enum wm_file_kind *kind,
                               struct wm_diags *diags);

#endif
