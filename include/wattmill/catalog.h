/*
 * Catalogue: sourced facts about hardware, models, plants, climates, tariffs, prices and ledgers.
 *
 * Entries are JSON files in models/catalog/, compiled in: {"section": {"entry-name": {...}}}. Each
 * entry carries its source, date and basis. A scenario may add or override entries inline in
 * sections of the same names; {"base": "other-entry", key: value} starts from another entry (its
 * aliases stay behind). `aliases` names an entry a second time; a name always wins over an alias.
 * Every entry struct begins with `struct wm_catalog_head head` (catalog_head.h).
 */
#ifndef WATTMILL_CATALOG_H
#define WATTMILL_CATALOG_H

#include "wattmill/arena.h"
#include "wattmill/catalog_head.h"
#include "wattmill/diag.h"
#include "wattmill/field.h"
#include "wattmill/status.h"

struct wm_catalog;

/** The section's name, rows and entry size. */
const char *wm_catalog_section(enum wm_catalog_kind kind);
const char *wm_catalog_summary(enum wm_catalog_kind kind);
const struct wm_field *wm_catalog_fields(enum wm_catalog_kind kind);
size_t wm_catalog_entry_size(enum wm_catalog_kind kind);

/** Loads the compiled-in catalogue into `arena`. */
enum wm_status wm_catalog_load(struct wm_arena *arena, const struct wm_catalog **out,
                               struct wm_diags *diags);
size_t wm_catalog_n(const struct wm_catalog *catalog, enum wm_catalog_kind kind);
/** Entry `i` of a kind, in order of name; cast to the entry's struct. */
const struct wm_catalog_head *wm_catalog_at(const struct wm_catalog *catalog,
                                            enum wm_catalog_kind kind, size_t i);
/**
 * Entry by name, else by alias, else by either as people write it ("H100 SXM", "deepseek-ai/DeepSeek-R1",
 * "Llama-3.1-70B-Instruct"); or NULL.
 */
const struct wm_catalog_head *wm_catalog_find(const struct wm_catalog *catalog,
                                              enum wm_catalog_kind kind, const char *name);

#endif
