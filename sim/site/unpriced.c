#include "unpriced.h"

#include <string.h>

struct wm_unpriced wm_unpriced_new(struct wm_arena *arena, const struct wm_price_sets *sets,
                                   size_t n_classes)
{
    return (struct wm_unpriced){.energy =
                                    WM_NEW_ARRAY(arena, struct wm_energy_tally, sets->capacity),
                                .classes = WM_NEW_ARRAY(arena, struct wm_class_tally, n_classes)};
}

void wm_unpriced_copy(struct wm_unpriced *to, const struct wm_unpriced *from,
                      const struct wm_price_sets *sets, size_t n_classes)
{
    memcpy(to->energy, from->energy, sets->n * sizeof *to->energy);
    memcpy(to->classes, from->classes, n_classes * sizeof *to->classes);
    to->mixed_usd_per_mwh_s = from->mixed_usd_per_mwh_s;
}
