/*
 * Suggest: "did you mean". Offer every word that would have been right; the nearest wins if it is
 * near enough: at most 2 edits (insert, delete, replace, swap of neighbours) or a third of the word's
 * length, or a candidate that begins with the word or has it between its dashes. The first of equals wins.
 */
#ifndef WATTMILL_SUGGEST_H
#define WATTMILL_SUGGEST_H

#include <stddef.h>

#include "wattmill/arena.h"

struct wm_suggest {
    const char *word, *best;
    size_t best_distance;
};

/** Edits from `a` to `b` (optimal string alignment), case counted; words over 63 bytes: SIZE_MAX. */
size_t wm_suggest_distance(const char *a, const char *b);
struct wm_suggest wm_suggest_init(const char *word);
void wm_suggest_offer(struct wm_suggest *suggest, const char *candidate);
/** "; did you mean \"x\"?" or "" when nothing was near. */
const char *wm_suggest_text(struct wm_arena *arena, const struct wm_suggest *suggest);

#endif
