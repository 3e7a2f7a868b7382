/* What is uncertain about the scenario of a search, as draws that every point of it is run at. */
#ifndef WM_SWEEP_DRAWS_H
#define WM_SWEEP_DRAWS_H

#include "wattmill/optimise.h"

struct wm_draws {
    const char
        *scenario; /* that the points change: the parameter's, or the base of the study it names */
    size_t n;      /* 0: nothing is drawn */
    const char **sets; /* [n] JSON objects {path: value} */
    const struct wm_override
        *central; /* the search's overrides, and a number in place of each distribution */
    size_t n_central;
};

/**
 * Reads the distributions of the scenario (or the study it is), or of the study `over`.
 * @return as wm_study_load(); WM_OK with n = 0 where the scenario holds none and no study is named
 */
enum wm_status wm_draws_load(struct wm_arena *arena, const struct wm_optimise_params *params,
                             struct wm_draws *out, struct wm_diags *diags);

#endif
