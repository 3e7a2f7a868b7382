/* Rows of the one place (node, zone, region) that is read; the others are gathered for the message. */
#ifndef WM_IMPORT_PLACES_H
#define WM_IMPORT_PLACES_H

#include "reader.h"

struct wm_places {
    struct wm_importer *im;
    const char *only; /* NULL until the first row */
    const char *others[12];
    size_t n_others;
    bool is_found;
};

/** Whether the row is of --place, or without it of the place of the file's first row. */
bool wm_place_is_wanted(struct wm_places *p, const char *place);
/** After a file: a mistake when several places are there and none, or one that is not there, was asked for. */
void wm_places_end(struct wm_places *p);

#endif
