/*
 * Import: files as their publishers write them into ours. Offline and pure: text in, text out, and a
 * report of what was read, assumed and left out. Layouts are known by their column names.
 */
#ifndef WATTMILL_IMPORT_H
#define WATTMILL_IMPORT_H

#include "wattmill/diag.h"
#include "wattmill/status.h"

struct wm_import_options {
    const char *place;     /* node, zone or region where a file has several; NULL: the only one */
    const char *time_zone; /* of stamps whose file does not say; NULL: unknown */
    double usd_per_unit;   /* of a file in another currency; NAN: not given */
    const char *name;    /* of the entry, of several rates the one meant; NULL: as its file says */
    const char *as_of;   /* date of the source, YYYY-MM-DD; NULL: as its file says */
    double total_params; /* that the vendor states, compared with the count; NAN: not given */
    const char *accelerator, *model, *precision, *engine; /* of measured points; NULL: as their file says */
    double gpus;        /* that served, of the base of an entry; NAN: as the file says */
    double gpu_power_w; /* board power of each; NAN: as the file says */
    bool is_partial;     /* leave out what cannot be said instead of refusing it */
};

/** Notes of an import, "read: ...", "assumed: ...", "left out: ...". */
struct wm_import_notes {
    const char **items;
    size_t n, capacity;
};

struct wm_import {
    const char *text; /* ours, in the arena; 0-ended */
    struct wm_import_notes notes;
};

/** Name of kind `i` in the order of --help, or NULL. */
const char *wm_import_kind(size_t i);
/** What kind `i` reads, one line. */
const char *wm_import_summary(size_t i);
/**
 * Reads `paths` (parts of one year, in any order) as `kind`.
 * @return WM_OK; WM_USAGE for a kind that is none, or several files of a kind that takes one; WM_INVALID with
 *         E214 for each mistake of a table, by line, or the code of a value of JSON; WM_IO
 */
enum wm_status wm_import_files(struct wm_arena *arena, const char *kind, const char *const *paths,
                               size_t n_paths, const struct wm_import_options *options,
                               struct wm_import *out, struct wm_diags *diags);

#endif
