/*
 * Which compiled-in entries a document can name. A run needs a dozen of several hundred; the others are found in
 * the catalogue's text by their names and left unread. What may name an entry: any text or key of the document, a
 * default of a row, and what entries that are named say themselves.
 */
#ifndef WM_INPUT_CATALOG_PICK_H
#define WM_INPUT_CATALOG_PICK_H

#include "wattmill/arena.h"
#include "wattmill/catalog_head.h"
#include "wattmill/json.h"

/** An entry as text. */
struct wm_pick {
    enum wm_catalog_kind kind;
    const char *name, *aliases; /* aliases: words, or "" */
    const char *bytes;          /* of its object */
    size_t n_bytes;
    struct wm_place place, key_place;
    bool is_taken;
};

struct wm_picks {
    struct wm_arena *arena;
    struct wm_pick *items; /* all compiled-in entries */
    size_t n, capacity, at; /* at: the next to look at in this round */
    struct wm_pick_names *names;
};

/**
 * Lists the compiled-in entries, and what `root` and the defaults of all tables name.
 * @return false: a file is not laid out as the catalogue's are, so that nothing can be picked
 */
bool wm_picks_open(struct wm_arena *arena, const struct wm_json *root, struct wm_picks *picks);

/** The next entry that is named and was not taken yet; NULL: none. */
struct wm_pick *wm_picks_next(struct wm_picks *picks);

/** Its object, with places as in the whole file; what it names is named from then on. NULL: not JSON. */
const struct wm_json *wm_pick_read(struct wm_picks *picks, struct wm_pick *pick,
                                   struct wm_diags *diags);

#endif
