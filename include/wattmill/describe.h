/* The tables as a person reads them: pages of docs/ and `wattmill explain`. */
#ifndef WATTMILL_DESCRIBE_H
#define WATTMILL_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "wattmill/form.h"

/** docs/parameters.md: every parameter of a scenario and of each kind of catalogue entry. */
void wm_parameters_write_md(FILE *file);
/** A table of rows as docs/parameters.md has it. */
void wm_rows_write_md(FILE *file, const struct wm_field *fields);
/** The end of docs/metrics.md: figures of cases other than the site. */
void wm_figures_write_md(FILE *file);
/** docs/errors.md: every code with its meaning, cause, example and remedy. */
void wm_errors_write_md(FILE *file);
/** docs/glossary.md: the words of planners. */
void wm_glossary_write_md(FILE *file);

/** What lies behind a code. */
struct wm_remedy {
    const char *cause, *example, *remedy;
};
/** Of a code; cannot fail. */
const struct wm_remedy *wm_code_remedy(enum wm_code code);

/** A word of planners, or where `word` is NULL the title of a group of them. */
struct wm_word {
    const char *group;
    const char *word, *also; /* other names parted by | */
    const char *unit, *meaning, *formula;
    const char *keys; /* metrics and keys parted by blanks, each known to wm_explain() */
    const char *example;
};
/** In the order of docs/glossary.md; NULL behind the last. */
const struct wm_word *wm_word_at(size_t i);

/** Calls `visit` with the path of each key of a form that takes a value ("fleet.N.count"). */
void wm_form_keys_each(const struct wm_form *form, void (*visit)(void *self, const char *path),
                       void *self);

/**
 * What a planner's word, a key, a path, a metric, an error code or a catalogue entry means, in any case:
 * unit, range, default, formula, example, all places.
 * @return false when nothing matches; a suggestion was printed then
 */
bool wm_explain(FILE *file, const char *word);

#endif
