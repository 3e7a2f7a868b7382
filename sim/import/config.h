/*
 * Keys of a model's configuration (Hugging Face config.json): each is taken by name, its place kept, and what
 * nobody took is told at the end. The text part of a model of several kinds (`text_config`) comes before the
 * keys around it.
 */
#ifndef WM_IMPORT_CONFIG_H
#define WM_IMPORT_CONFIG_H

#include "reader.h"
#include "wattmill/json.h"

enum { WM_CONFIG_TAKEN = 256 };

struct wm_config {
    struct wm_importer *im;
    const struct wm_json *root,
        *text; /* text: the part that is the language model; root where it is all */
    const struct wm_json *taken[WM_CONFIG_TAKEN];
    size_t n_taken;
};

/** False and E201, E203 or E205 when the text is no object. */
bool wm_config_open(struct wm_importer *im, const char *text, size_t n_bytes,
                    struct wm_config *out);
/** Value of the first of `keys`, "a|b", that is there and not null; NULL: none. */
const struct wm_json *wm_config_get(struct wm_config *c, const char *keys);
/** A whole number in [min, max]; `otherwise` when absent; E204 or E205 and `otherwise` when it is none. */
int64_t wm_config_int(struct wm_config *c, const char *keys, double min, double max,
                      int64_t otherwise);
/** A flag; `otherwise` when absent; E205 for other types. */
bool wm_config_flag(struct wm_config *c, const char *keys, bool otherwise);
/** A text, "" when absent or of another type. */
const char *wm_config_text(struct wm_config *c, const char *keys);
/** A list with one element a layer at least, or NULL; E205 or E211 for others. */
const struct wm_json *wm_config_list(struct wm_config *c, const char *keys, int64_t n_layers);
/** Says something: not null, false, 0, "" or an empty list. */
bool wm_config_says(const struct wm_json *value);
/** A mistake of a value; of the file when NULL. */
void wm_config_mistake(struct wm_config *c, enum wm_code code, const struct wm_json *value,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));
/** "left out" for each key that nobody took and that `silent` ("a|b*|*c") does not cover. */
void wm_config_tell_rest(struct wm_config *c, const char *silent);
/** Whether `word` is one of `patterns`, "a|b*|*c|*d*". */
bool wm_config_matches(const char *patterns, const char *word);

#endif
