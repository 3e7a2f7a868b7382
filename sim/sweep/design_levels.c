/* Designs of levels: grid, list, zip, one at a time. Grid indices are mixed-radix numbers. */
#include "design.h"

static uint64_t count_grid(const struct wm_study *study, const struct wm_place *place,
                           struct wm_diags *diags)
{
    uint64_t n = 1;
    for (size_t j = 0; j < study->n_axes; j++) {
        if (study->axes[j].n_levels > WM_DESIGN_POINTS_MAX / n)
            return wm_design_too_many(place, diags);
        n *= study->axes[j].n_levels;
    }
    return n;
}

static uint64_t count_zip(const struct wm_study *study, const struct wm_place *place,
                          struct wm_diags *diags)
{
    (void)place;
    for (size_t j = 1; j < study->n_axes; j++)
        if (study->axes[j].n_levels != study->axes[0].n_levels) {
            wm_diag_add(diags, WM_E501, &study->axes[j].place, study->axes[j].name,
                        "has %zu values, but %s has %zu; zip needs equally many",
                        study->axes[j].n_levels, study->axes[0].name, study->axes[0].n_levels);
            return 0;
        }
    return study->axes[0].n_levels;
}

static uint64_t count_list(const struct wm_study *study, const struct wm_place *place,
                           struct wm_diags *diags)
{
    (void)place, (void)diags;
    return study->axes[0].n_levels;
}

static uint64_t count_alone(const struct wm_study *study, const struct wm_place *place,
                            struct wm_diags *diags)
{
    uint64_t sum = 1;
    (void)place, (void)diags;
    for (size_t j = 0; j < study->n_axes; j++)
        sum += study->axes[j].n_levels;
    return sum;
}

static void grid_at(struct wm_cursor *c, uint64_t index, struct wm_choice *choices, int64_t *seed)
{
    const struct wm_study *const study = c->study;
    (void)seed;
    for (size_t j = study->n_axes; j-- > 0;) {
        const size_t n = study->axes[j].n_levels;
        choices[j] = (struct wm_choice){.how = WM_CHOOSE_LEVEL, .level = index % n};
        index /= n;
    }
}

static void zip_at(struct wm_cursor *c, uint64_t index, struct wm_choice *choices, int64_t *seed)
{
    (void)seed;
    for (size_t j = 0; j < c->study->n_axes; j++)
        choices[j] = (struct wm_choice){.how = WM_CHOOSE_LEVEL, .level = (size_t)index};
}

static void one_at(struct wm_cursor *c, uint64_t index, struct wm_choice *choices, int64_t *seed)
{
    const struct wm_study *const study = c->study;
    (void)seed;
    for (size_t j = 0; j < study->n_axes; j++)
        choices[j] = (struct wm_choice){.how = WM_CHOOSE_BASE};
    if (index == 0)
        return;
    index--;
    size_t j = 0;
    while (index >= study->axes[j].n_levels)
        index -= study->axes[j++].n_levels;
    choices[j] = (struct wm_choice){.how = WM_CHOOSE_LEVEL, .level = (size_t)index};
}

const struct wm_design_type wm_design_grid = {
    .is_product = true, .asks_levels = true, .count = count_grid, .at = grid_at};
const struct wm_design_type wm_design_list = {
    .is_listed = true, .count = count_list, .at = grid_at};
const struct wm_design_type wm_design_zip = {.asks_levels = true, .count = count_zip, .at = zip_at};
const struct wm_design_type wm_design_one_at_a_time = {
    .is_alone = true, .count = count_alone, .at = one_at};
