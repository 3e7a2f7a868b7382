#include "places.h"

#include <string.h>

enum { OTHERS_MAX = 12 };

bool wm_place_is_wanted(struct wm_places *p, const char *place)
{
    if (p->only == NULL)
        p->only = p->im->options->place != NULL
                      ? p->im->options->place
                      : wm_arena_copy_text(p->im->arena, place, strlen(place));
    if (strcmp(place, p->only) == 0) {
        p->is_found = true;
        return true;
    }
    for (size_t i = 0; i < p->n_others; i++)
        if (strcmp(place, p->others[i]) == 0)
            return false;
    if (p->n_others < OTHERS_MAX)
        p->others[p->n_others++] = wm_arena_copy_text(p->im->arena, place, strlen(place));
    return false;
}

void wm_places_end(struct wm_places *p)
{
    struct wm_importer *const im = p->im;
    if (p->n_others == 0)
        return;
    const bool is_asked = im->options->place != NULL;
    if (!is_asked || !p->is_found) {
        if (im->is_place_told)
            return;
        const char *all = is_asked ? p->others[0] : p->only;
        for (size_t i = is_asked ? 1 : 0; i < p->n_others; i++)
            all = wm_arena_printf(im->arena, "%s, %s", all, p->others[i]);
        im->is_place_told = true;
        if (is_asked)
            wm_import_mistake(im, 0, "has no place \"%s\"; there are %s%s", im->options->place, all,
                              p->n_others == OTHERS_MAX ? " ..." : "");
        else
            wm_import_mistake(im, 0, "has several places, choose one by --place: %s", all);
        return;
    }
    wm_import_note_once(im, "left out: rows of %zu other places%s", p->n_others,
                        p->n_others == OTHERS_MAX ? " or more" : "");
}
