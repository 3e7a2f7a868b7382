/*
 * What the files of the field reader share: the way down to a value, kept as a chain on the stack so
 * that a path costs nothing until a message or an origin needs its text.
 */
#ifndef WM_INPUT_FIELDS_H
#define WM_INPUT_FIELDS_H

#include "wattmill/input.h"

/** Places of compiled-in entries begin with this; everything else is the user's. */
#define WM_CATALOG_PREFIX "models/catalog/"

struct wm_way {
    const struct wm_way *up;
    const char *key; /* NULL: element `index` of a list */
    size_t index;
};

/** "site.ceiling.calendar.0.limit_mw", in `arena`. */
const char *wm_way_text(struct wm_arena *arena, const struct wm_way *way);

/** Reads one leaf (REAL .. REF) that is there; false after adding diagnostics. */
bool wm_leaf_read(struct wm_reader *reader, const struct wm_field *field,
                  const struct wm_json *node, const struct wm_way *way, void *member);
/** Sets a leaf that is not there to its default. @pre not required */
bool wm_leaf_default(struct wm_reader *reader, const struct wm_field *field,
                     const struct wm_place *where, const struct wm_way *way, void *member);
/** E208 with the nearest names. */
void wm_report_no_entry(struct wm_reader *reader, enum wm_catalog_kind kind, const char *name,
                        const struct wm_place *place, const struct wm_way *way);
/** E205. */
void wm_report_type(struct wm_reader *reader, const struct wm_field *field,
                    const struct wm_json *node, const struct wm_way *way, const char *needs);
/** Remembers where a value (JSON text) came from: `node`, or a default when that is NULL. */
void wm_origin_keep(struct wm_reader *reader, enum wm_unit unit, const struct wm_json *node,
                    const struct wm_way *way, const char *value);
/** Adds E212 when `node` is a study's {"sweep": ...} or {"dist": ...}. */
bool wm_report_study(struct wm_reader *reader, const struct wm_json *node,
                     const struct wm_way *way);

/**
 * Empties each preset of `base` whose `type` is another in `over`, which is about to be laid on it: what a
 * file sets for one plant or tariff says nothing of another.
 */
void wm_preset_retype(struct wm_arena *arena, const struct wm_field *fields, struct wm_json *base,
                      const struct wm_json *over);
/** Checks of prices and of the appraisal: E211, W931, W932. */
void wm_check_money(const struct wm_scenario *scenario, struct wm_diags *diags);

/** The tree with the plant of each hall as it is read: what a hall does not say is the site's. The tree
 *  itself when no hall is given; else a copy. */
const struct wm_json *wm_halls_inherit(struct wm_arena *arena, const struct wm_json *root);
/** Halls, their shares, and the pools that stand in them: E211, W919. */
void wm_check_halls(const struct wm_scenario *scenario, struct wm_diags *diags);

/** Keys of the tree `root` that what the scenario chose does not read: W918. */
void wm_check_unread(struct wm_arena *arena, const struct wm_json *root,
                     const struct wm_catalog *catalog, const struct wm_scenario *scenario,
                     struct wm_diags *diags);

#endif
