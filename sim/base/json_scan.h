/*
 * The strict front end of json.c: accepts exactly RFC 8259 within our limits and records where each
 * key and value stands, because cJSON keeps no positions and lets much pass that is not JSON.
 */
#ifndef WM_JSON_SCAN_H
#define WM_JSON_SCAN_H

#include "wattmill/json.h"

struct wm_json_mark {
    int line, column;
};

/** Keys and values in the order of the document: key, its value, the value's own members, ... */
struct wm_json_marks {
    struct wm_json_mark *items;
    size_t n, capacity;
};

/** True when `text` is one strict JSON value; otherwise adds one E201. */
bool wm_json_scan(struct wm_arena *arena, const char *text, size_t n_bytes, const char *file,
                  struct wm_json_marks *marks, struct wm_diags *diags);

#endif
