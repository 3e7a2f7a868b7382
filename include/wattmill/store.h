/*
 * Store: what the points of a study became, one SQLite file a study (docs/store.md).
 *
 * Written by wm_study_run() and wm_store_merge() alone, read by anybody: the tables are STRICT, texts
 * and numbers are bound, never pasted. Values stand in the units of docs/metrics.md.
 */
#ifndef WATTMILL_STORE_H
#define WATTMILL_STORE_H

#include "wattmill/output.h"
#include "wattmill/study.h"

struct wm_store;

/** A metric, or a column of the yearly pro-forma, as the store describes it. */
struct wm_store_key {
    const char *key, *unit, *doc;
};

/** The store's study. */
struct wm_store_about {
    const char *name, *design, *version, *git_id;
    const char *catalog_hash, *scenario_hash, *key, *hash;
    const char *study_json, *base_json;
    int64_t seed;
    uint64_t n_points; /* of the whole study */
    uint64_t n_stored; /* of them in the store */
    const char **axes; /* names, in order */
    size_t *n_levels;  /* of each axis; 0: continuous */
    size_t n_axes;
    struct wm_store_key *metrics; /* that at least one point has, in the order of docs/metrics.md */
    size_t n_metrics;
    struct wm_store_key *yearly;
    size_t n_yearly;
};

/** A stored point; `value` and `yearly` are NAN where there is none. */
struct wm_record {
    uint64_t index;
    int64_t seed;
    enum wm_point_status status;
    const char *params;   /* JSON object */
    const double *value;  /* [n_metrics] */
    const double *yearly; /* [n_years][n_yearly], year 0 first */
    size_t n_years;
    const char *const *codes, *const *messages; /* [n_messages] */
    size_t n_messages;
};

/**
 * Opens a store for reading.
 * @return WM_OK; WM_IO with E102 (no such file), E503, E504
 */
enum wm_status wm_store_open(struct wm_arena *arena, const char *path, struct wm_store **out,
                             struct wm_diags *diags);
void wm_store_close(struct wm_store *store);
/** W952 when points of the study are missing: statistics of a part may not be those of the whole. */
void wm_store_check_whole(const struct wm_store *store, struct wm_diags *diags);
const struct wm_store_about *wm_store_about(const struct wm_store *store);

/**
 * From here on only points that meet all conditions are read; a point without the metric meets none.
 * @return WM_OK; WM_USAGE with E103 when the store lacks a metric
 */
enum wm_status wm_store_filter(struct wm_store *store, const struct wm_assertion *conditions,
                               size_t n, struct wm_diags *diags);

bool wm_store_is_filtered(const struct wm_store *store);

/** Called with each record; false ends the walk. The record lives until the function returns. */
typedef bool wm_record_fn(void *context, const struct wm_record *record);

/** Which parts of a record to read. */
enum { WM_READ_VALUES = 1, WM_READ_YEARLY = 2, WM_READ_MESSAGES = 4, WM_READ_ALL = 7 };

/** Walks the points in order of index. WM_IO with E503 or E505 when the file cannot be read. */
enum wm_status wm_store_each(struct wm_store *store, unsigned parts, wm_record_fn *fn,
                             void *context, struct wm_diags *diags);

/**
 * Adds the points of the stores `in` to the store `out`, which is made when it is missing. Points it
 * has already stay, unless they ended badly there and well here. Doing it again changes nothing.
 *
 * @param n_points  out, points of the study in `out` afterwards
 * @param n_wanted  out, points of the whole study
 * @return WM_OK; WM_IO with E102, E502 (another study, other values of its axes, or another version),
 *         E503, E504, E505
 */
enum wm_status wm_store_merge(struct wm_arena *arena, const char *out, const char *const *in,
                              size_t n_in, uint64_t *n_points, uint64_t *n_wanted,
                              struct wm_diags *diags);

#endif
