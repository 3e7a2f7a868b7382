/*
 * Catalogue: sourced facts about hardware, models, plants, climates, tariffs, prices and ledgers.
 *
 * Entries are JSON files in models/catalog/, compiled in: {"section": {"entry-name": {...}}}. Each
 * entry carries its source, date and basis. A scenario may add or override entries inline in
 * sections of the same names; {"base": "other-entry", key: value} starts from another entry (its
 * aliases stay behind). `aliases` names an entry a second time; a name always wins over an alias.
 * Every entry struct begins with `struct wm_catalog_head head`.
 */
#ifndef WATTMILL_CATALOG_H
#define WATTMILL_CATALOG_H

#include "wattmill/arena.h"
#include "wattmill/diag.h"
#include "wattmill/field.h"
#include "wattmill/status.h"

enum wm_basis { WM_BASIS_MEASURED, WM_BASIS_VENDOR, WM_BASIS_ANALYST, WM_BASIS_ESTIMATE };
extern const char *const wm_basis_words[];

/** First member of every entry struct; its rows are WM_CATALOG_HEAD_ROWS. */
struct wm_catalog_head {
    const char *name;    /* set by the loader from the key, not a row */
    const char *title;   /* what a person calls it */
    const char *source;  /* title, URL or DOI, table or page; several separated by "; " */
    const char *as_of;   /* ISO date of the source, or of our reading it */
    const char *notes;   /* caveats, or "" */
    const char *aliases; /* other names, separated by spaces, or "" */
    enum wm_basis basis;
};

/* Rows of the head, for the top of every entry table; `tag` is the entry's struct tag. */
#define WM_CATALOG_HEAD_ROWS(tag)                                                         \
    WM_ROW(tag, head.title, WM_KIND_TEXT, "title", .required = true,                      \
           .doc = "what a person calls it"),                                              \
        WM_ROW(tag, head.source, WM_KIND_TEXT, "source", .required = true,                \
               .doc = "where the figures come from: title, URL or DOI, table or page"),   \
        WM_ROW(tag, head.as_of, WM_KIND_TEXT, "as_of", .required = true,                  \
               .doc = "date of the source, ISO 8601"),                                    \
        WM_ROW(tag, head.notes, WM_KIND_TEXT, "notes", .def_text = "", .doc = "caveats"), \
        WM_ROW(tag, head.aliases, WM_KIND_TEXT, "aliases", .def_text = "",                \
               .doc = "other names of the entry, separated by spaces"),                   \
        WM_ROW(tag, head.basis, WM_KIND_CHOICE, "basis", .choices = wm_basis_words,       \
               .required = true,                                                          \
               .doc = "how the figures were got: measured, vendor, analyst, estimate")

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
