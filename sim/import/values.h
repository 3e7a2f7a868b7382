/*
 * Values of a text of JSON by their paths, for layouts that are tables of paths: "a.b|c" is member b of
 * member a, or else member c. Where publishers write Infinity or NaN, which JSON does not have, null is read.
 */
#ifndef WM_IMPORT_VALUES_H
#define WM_IMPORT_VALUES_H

#include "reader.h"
#include "wattmill/json.h"

/**
 * The values of a text: one document, or one of each line (JSON lines).
 * @return how many, in *out; 0 after E201 or E203
 */
size_t wm_import_json(struct wm_importer *im, const char *text, size_t n_bytes,
                      const struct wm_json *const **out);
/** Value at the first of `paths` that is there and not null, or NULL. */
const struct wm_json *wm_value_at(const struct wm_json *from, const char *paths);
/** Its number, also of a text that is one ("0.5"); NAN: none. */
double wm_value_number(const struct wm_json *from, const char *paths);
/** Its text; of a number its digits, of true "true"; "" for others. */
const char *wm_value_text(const struct wm_json *from, const char *paths);
/** A mistake at a value, of the file where NULL. */
void wm_value_mistake(struct wm_importer *im, enum wm_code code, const struct wm_json *at,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
