/*
 * A design as an object: what kind of points it has, how many, and where point i lies. What other files ask of
 * a design is a member here, so that a new one is a file with its object and a line of design.def.
 */
#ifndef WM_SWEEP_DESIGN_H
#define WM_SWEEP_DESIGN_H

#include "plan.h"
#include "strata.h"

struct wm_design_type {
    bool
        is_sampled; /* points are drawn, so shares of them are probabilities; `at` fills the cursor's u [n_axes] */
    bool is_quasi;     /* by Sobol's sequence */
    bool in_blocks;    /* of d + 2 points each, of which the first two are independent */
    bool correlates;   /* takes `corr` */
    bool seeds_points; /* each has a seed of its own */
    bool is_product;   /* every combination of the axes' levels */
    bool is_alone;     /* one axis moves, the others keep their base */
    bool is_listed;    /* `points` in place of axes */
    bool asks_levels;  /* a distribution needs its `n` */
    /* 0 after E501 */
    uint64_t (*count)(const struct wm_study *study, const struct wm_place *place,
                      struct wm_diags *diags);
    void (*at)(struct wm_cursor *cursor, uint64_t index, struct wm_choice *choices, int64_t *seed);
};

#define WM_DESIGN(id, word) extern const struct wm_design_type wm_design_##word;
#include "wattmill/design.def"
#undef WM_DESIGN

const struct wm_design_type *wm_design_of(enum wm_design design);
/** By the word that a store holds; NULL when there is none. */
const struct wm_design_type *wm_design_named(const char *word);

#define WM_DESIGN_POINTS_MAX (UINT64_C(1) << 52) /* indices stay exact in a double */
/** Adds E501 for more than that; always 0. */
uint64_t wm_design_too_many(const struct wm_place *place, struct wm_diags *diags);
/** The study's n points. */
uint64_t wm_design_count_n(const struct wm_study *study, const struct wm_place *place,
                           struct wm_diags *diags);
/** Whether Sobol's sequence has so many points; says which dimensions are padded. */
bool wm_design_check_sequence(const struct wm_study *study, const struct wm_place *place,
                              struct wm_diags *diags);
/** The axis' place in its n strata at row `row`. */
double wm_design_in_strata(const struct wm_study *study, size_t axis, enum wm_strata which,
                           uint64_t row);
/** Quasi-random row `row`, shifted, into the cursor's u. */
void wm_design_quasi_at(struct wm_cursor *cursor, uint64_t row);

#endif
