/* A text that grows: what importers write when it is no tree of JSON. */
#ifndef WM_IMPORT_TEXT_H
#define WM_IMPORT_TEXT_H

#include <stdbool.h>

#include "wattmill/arena.h"

struct wm_import_text {
    struct wm_arena *arena;
    char *bytes; /* 0-ended */
    size_t n, capacity;
};

struct wm_import_text wm_import_text_new(struct wm_arena *arena);
void wm_import_put(struct wm_import_text *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** A cell of CSV: quoted where a comma, a quote or a line end is in it. */
void wm_import_put_cell(struct wm_import_text *to, const char *text);
/** "# " and a line; line ends in it become blanks. */
void wm_import_put_remark(struct wm_import_text *to, const char *text);

#endif
