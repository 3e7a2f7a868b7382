/* Sets of changes of a scenario, as models/evidence has them, and a run with some of them. */
#ifndef WM_ANALYSIS_PULL_H
#define WM_ANALYSIS_PULL_H

#include "wattmill/cache.h"
#include "wattmill/levers.h"

/** A scenario's tree with a user's changes, on which sets of changes are laid. */
struct pull_base {
    struct wm_arena *arena;
    const struct wm_json *tree;
    const char *path;
    double contract_w;
    struct wm_cache *cache; /* serving tables of runs before, or NULL */
};

/** Members of `section` in models/evidence/<section>.json, as written. */
const struct wm_json *pull_rows(struct wm_arena *arena, const char *section,
                                struct wm_diags *diags);
enum wm_status pull_open(struct wm_arena *arena, const char *path, const struct wm_override *sets,
                         size_t n_sets, struct wm_cache *cache, struct pull_base *out,
                         struct wm_diags *diags);
/**
 * Runs the base with sets of changes {"path": value} laid on it in order. In a path `*` stands for every element
 * of a list and `$accelerator` for each that the fleet has; "x0.5" multiplies what stands there and
 * "$ceiling*0.9" is a share of the contract.
 *
 * @param metric  out, [WM_N_METRICS] SI; NULL with the reason when it cannot run
 * @return "" or why it does not run, in the arena
 */
const char *pull_run(const struct pull_base *base, const struct wm_json *const *sets, size_t n_sets,
                     double metric[WM_N_METRICS]);
/** A text or a number of a row; "" and NAN where it has none. */
const char *pull_text(const struct wm_json *row, const char *key);
double pull_number(const struct wm_json *row, const char *key);

#endif
