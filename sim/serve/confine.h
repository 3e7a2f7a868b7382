/*
 * No file beyond the folder: what a request names is looked at before anything reads it.
 *
 * Where a text of a document, taken as a path from its folder, is a file that exists and lies elsewhere, the request is
 * refused, whatever key the text stands at; so no list of the keys that name files is needed, and a key that is
 * added later is covered. Links count by where they lead. Bases (`extends`) are followed.
 */
#ifndef WM_SERVE_CONFINE_H
#define WM_SERVE_CONFINE_H

#include "server.h"

/* The file `name` below the folder, as a path; NULL after E102 when there is none, or it lies elsewhere. */
const char *confine_file(struct call *call, const char *name);
/* Where a file that is to be written lies: one name without a folder, ending in `end`; NULL after E106. */
const char *confine_new(struct call *call, const char *name, const char *end);
/* Whether all files that the texts of `node` name, from `dir`, lie below the folder; E102 for each that does not. */
bool confine_tree(struct call *call, const struct wm_json *node, const char *dir);
/* The same of a scenario's or study's file, with what it starts from. */
bool confine_document(struct call *call, const char *path);
/* The same of a document's text that the request holds; text that is no JSON is left to its reader. */
bool confine_text(struct call *call, const char *text);
/* Folder of the base scenario of a study at `path`: files that changes of it name lie there. */
const char *confine_base_dir(struct call *call, const char *text, const char *path);

#endif
