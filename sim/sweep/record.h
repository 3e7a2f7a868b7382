/* What a point became, on its way to the store; and the store's side that only the runner uses. */
#ifndef WM_SWEEP_RECORD_H
#define WM_SWEEP_RECORD_H

#include "plan.h"
#include "wattmill/store.h"

/** Columns of the yearly pro-forma that are stored. */
struct wm_yearly_column {
    const char *key, *unit;
    size_t offset; /* of the double in struct wm_appraisal_year */
};
extern const struct wm_yearly_column wm_yearly_columns[];
extern const size_t wm_n_yearly_columns;

struct wm_outcome {
    struct wm_point point;
    enum wm_point_status status;
    double seconds;
    const struct wm_figure *figures; /* the study's */
    uint16_t *metrics;               /* index of each value's figure */
    double *values;                  /* printed units */
    size_t n_values;
    double *yearly; /* [n_years][wm_n_yearly_columns] */
    size_t n_years;
    const char **codes, **messages;
    size_t n_messages;
};

/** What the store knows of a point. */
struct wm_stored {
    bool found;
    int64_t id;
    enum wm_point_status status;
    bool placed; /* it has an index */
    uint64_t index;
};

/** Opens the study's store for writing, making it when it is missing. As wm_study_run(). */
enum wm_status wm_store_open_study(struct wm_arena *arena, const char *path,
                                   const struct wm_study *study, double wait_s, atomic_bool *stop,
                                   struct wm_store **out, struct wm_diags *diags);
/** Points in the store, whatever their study's extent was. */
uint64_t wm_store_n_stored(struct wm_store *store);
/*
 * One transaction holds all that follows the last commit. Each returns false after one diagnostic;
 * the store is valid then, without what was not committed.
 */
bool wm_store_find(struct wm_store *store, const unsigned char *hash, struct wm_stored *out,
                   struct wm_diags *diags);
bool wm_store_place(struct wm_store *store, int64_t id, uint64_t index, struct wm_diags *diags);
bool wm_store_put(struct wm_store *store, const struct wm_outcome *outcome, struct wm_diags *diags);
bool wm_store_commit(struct wm_store *store, struct wm_diags *diags);

#endif
