/* A scenario as a request gives it: the name of a file, the document itself, or its text; with changes. */
#ifndef WM_SERVE_DOCUMENT_H
#define WM_SERVE_DOCUMENT_H

#include "server.h"

struct document {
    const char *path; /* of a file; NULL: `text` */
    const char *text;
    size_t n_text;
    struct wm_override *sets;
    size_t n_sets;
};

/* The rows of a body that names a scenario. */
#define DOCUMENT_ROWS(tag)                                                             \
    WM_JSON(tag, scenario,                                                             \
            "a scenario: the document, its text, or the name of a file of the "        \
            "folder"),                                                                 \
        WM_JSON(tag, set,                                                              \
                "changes on top: {\"path\": value, ...} or [\"path=value\", ...], as " \
                "--set")

/* Reads both, where they lead beyond the folder too; false after messages. */
bool document_read(struct call *call, const struct wm_json *scenario, const struct wm_json *set,
                   struct document *out);
/* Changes alone, of a scenario in the folder `dir`. */
bool document_sets(struct call *call, const struct wm_json *set, const char *dir,
                   struct document *out);
/* wm_scenario_load() of it. */
enum wm_status document_load(struct call *call, const struct document *document,
                             struct wm_loaded *loaded);

#endif
