/* What every catalogue entry says of itself: title, source, date, basis. */
#ifndef WATTMILL_CATALOG_HEAD_H
#define WATTMILL_CATALOG_HEAD_H

#include "wattmill/field.h"

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

#endif
