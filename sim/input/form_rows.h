/* Rows that several forms begin with, and those of what a site adds to racks. */
#ifndef WM_INPUT_FORM_ROWS_H
#define WM_INPUT_FORM_ROWS_H

#include "wattmill/form.h"

// clang-format off
/* Of a struct that begins with `head`; `words` hold the form's name alone. */
#define WM_FORM_HEAD_ROWS(tag, words, text) \
    WM_ROW(tag, head.schema_version, WM_KIND_INT, "schema_version", .min = 1, .max = 1, .def = (double)NAN, .required = true, .doc = "version of this format"), \
    WM_ROW(tag, head.schema, WM_KIND_TEXT, "$schema", .def_text = "", .doc = "JSON Schema, for editors"), \
    WM_ROW(tag, head.extends, WM_KIND_TEXT, "extends", .def_text = "", .doc = "file whose keys this one overrides; relative to this file"), \
    WM_ROW(tag, head.kind, WM_KIND_CHOICE, "case", .choices = (words), .required = true, .doc = "what the document is: " text), \
    WM_ROW(tag, head.name, WM_KIND_TEXT, "name", .def_text = "", .doc = "of the document, for reports")
// clang-format on

extern const struct wm_field wm_terms_form_fields[];
#define WM_FORM_TERMS(tag, member) \
    WM_GROUP(tag, member, wm_terms_form_fields, "what a site adds to racks: power and cost")

#define WM_FORM_ENGINE_DOC                                                                    \
    "serving engine, which reads prompts apart from decoding or together with it; none: the " \
    "overheads of " WM_USUAL_ENGINE ", and where a plan is made whichever way makes more"
#define WM_FORM_PREFILL_DOC                                                                       \
    "on which prompts are read, apart from decoding; none: the same. The KV cache moves to where " \
    "answers are made over the slower of the two networks, in the engine's format"
/** The usual engine where none is named, and then both ways. */
void wm_form_engine(const struct wm_document *document, const struct wm_engine **engine,
                    enum wm_ways *ways);

/** "narrowest", the precisions, and where `all` is not NULL that word. */
#define WM_FORM_PRECISIONS(...)                                   \
    {                                                             \
        "narrowest", WM_PRECISIONS(WM_FORM_WORD) __VA_ARGS__ NULL \
    }
#define WM_FORM_WORD(id, word) word,

#endif
