/*
 * Recall: flows that were found in a billing interval and the instants they belong to. A site and its
 * twin without windows go through the same interval one after the other; whatever the twin asks for that
 * the site has asked for too, to the last bit, it takes from here.
 */
#ifndef WM_RUN_RECALL_H
#define WM_RUN_RECALL_H

#include "switching.h"

struct wm_recall;

/** Room for an interval's flows of a plan. */
struct wm_recall *wm_recall_new(struct wm_arena *arena, const struct wm_site_plan *plan);

/** Forgets: another interval begins. */
void wm_recall_begin(struct wm_recall *recall);

/** What wm_switching_eval() is given and makes of it. */
struct wm_recalled {
    const struct wm_instant *instant;
    const struct wm_switching *was;
    int64_t now_us;
    struct wm_switching *next; /* with the flow: what it makes */
    struct wm_site_flow *flow;
};

/** Keeps what was found, while there is room. */
void wm_recall_add(struct wm_recall *recall, const struct wm_recalled *found);

/** Fills `next` and `flow` of `asked` from an equal instant; false: there is none. */
bool wm_recall_find(const struct wm_recall *recall, const struct wm_recalled *asked);

#endif
